/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * riff.h: what is looked at in a WAV file before libsndfile gets it.
 */
#ifndef SABIN_IO_RIFF_H
#define SABIN_IO_RIFF_H

#include <stdbool.h>
#include <stdint.h>

/* Does a LIST chunk hold a part of 2^31 bytes or more?  libsndfile (1.2.0) takes its length for a negative one,
 * goes back by it, and never comes to an end.  True with *length; false for all that is no WAV file, too.  The
 * file's position is not moved. */
bool sabin_riff_is_endless(int file, uint32_t *length);

#endif
