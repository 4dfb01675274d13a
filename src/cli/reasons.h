/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * reasons.h: why values are missing from a table of quantities by bands, folded: equal reasons once,
 * with the quantities and bands that they hold for.
 */
#ifndef SABIN_CLI_REASONS_H
#define SABIN_CLI_REASONS_H

#include <stdio.h>

#include <sabin/quantity.h>

enum { SABIN_REASON_ROWS_MAX = 16, SABIN_REASON_BANDS_MAX = 40 };

struct sabin_reasons {
	size_t rows, bands;
	const char *row[SABIN_REASON_ROWS_MAX]; /* "T30" */
	double band_hz[SABIN_REASON_BANDS_MAX]; /* rising; 0, the last: all bands together */
	struct sabin_quantity value[SABIN_REASON_ROWS_MAX][SABIN_REASON_BANDS_MAX];
};

/* A line for each group, each behind `lead` and before `end`. */
void sabin_reasons_print(const struct sabin_reasons *reasons, FILE *stream, const char *lead,
                         const char *end);

#endif
