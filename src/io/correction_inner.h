/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * correction_inner.h: what the reader and the writer of correction.yaml share.
 */
#ifndef SABIN_IO_CORRECTION_INNER_H
#define SABIN_IO_CORRECTION_INNER_H

#include "io/correction.h"

enum {
	SABIN_CORRECTION_VERSION = 1,
	/* numbers of curves in one file, below what a reader takes; beyond it the places' own
	 * curves stay out */
	SABIN_CORRECTION_NUMBERS = 60000,
};

#endif
