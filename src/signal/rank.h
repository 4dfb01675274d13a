/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rank.h: numbers in order.
 */
#ifndef SABIN_SIGNAL_RANK_H
#define SABIN_SIGNAL_RANK_H

#include <stddef.h>

/* Sort x[n] ascending; no NAN. */
void sabin_sort(double *x, size_t n);

/* Sorts x[n], too.  Of an even number the mean of the two in the middle; NAN of none. */
double sabin_median(double *x, size_t n);

#endif
