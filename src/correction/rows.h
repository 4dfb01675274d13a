/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rows.h: the long sums of a fit, as fast as the processor has lanes for.
 *
 * Lanes are added up in one order whatever the processor, and nothing is contracted: every machine
 * gives the same bits.
 */
#ifndef SABIN_CORRECTION_ROWS_H
#define SABIN_CORRECTION_ROWS_H

#include <stddef.h>

/* Sum of a[n] b[n]. */
double sabin_rows_dot(const double *a, const double *b, size_t n);

double sabin_rows_sum(const double *x, size_t n);

/* out[i + j count] = sum of rows[i] rows[j] over n, for j <= i < count. */
void sabin_rows_products(const double *const *rows, size_t count, size_t n, double *out);

/* x[n] to 10 lg x, within 1e-12 dB; x is a normal number above 0. */
void sabin_rows_decibels(double *x, size_t n);

#endif
