/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * measurement_inner.h: what the reader and the writer of measurement.yaml share.
 */
#ifndef SABIN_IO_MEASUREMENT_INNER_H
#define SABIN_IO_MEASUREMENT_INNER_H

#include "io/measurement.h"

enum { SABIN_MEASUREMENT_VERSION = 1 };

/* Words of the file, by the value of the enum. */
extern const char *const sabin_reason_words[];
enum { SABIN_REASON_COUNT = SABIN_BECAUSE_UNKNOWN + 1 };

/* measurement_read.c: fills `out` from `path`/measurement.yaml; out->path is set already. */
SABIN_MUST enum sabin_err sabin_measurement_read(struct sabin_measurement *out,
                                                 struct sabin_diag *diag);

/* A quantity that nobody knows. */
static inline struct sabin_quantity sabin_not_known(void)
{
	return sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
}

#endif
