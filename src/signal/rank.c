/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rank.c: numbers in order.
 */
#include <math.h>
#include <stdlib.h>

#include "signal/rank.h"

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

void sabin_sort(double *x, size_t n)
{
	qsort(x, n, sizeof *x, by_value);
}

double sabin_median(double *x, size_t n)
{
	if (n == 0)
		return NAN;
	sabin_sort(x, n);
	return n % 2 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2;
}
