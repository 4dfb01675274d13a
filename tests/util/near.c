/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "util/near.h"

void sabin_near(double got, double want, double tolerance, const char *what, const char *file,
                int line)
{
	if (fabs(got - want) <= tolerance)
		return;
	print_error("%s: got %.12g, want %.12g within %.3g (off by %.3g)\n", what, got, want,
	            tolerance, got - want);
	_fail(file, line);
}

void sabin_near_array(const double *got, const double *want, size_t n, double tolerance,
                      const char *what, const char *file, int line)
{
	size_t worst = 0;
	double most = -1;
	for (size_t i = 0; i < n; i++) {
		double off = fabs(got[i] - want[i]);
		if (isnan(off))
			off = INFINITY;
		if (off > most) {
			most = off;
			worst = i;
		}
	}
	if (most <= tolerance)
		return;
	print_error("%s[%zu]: got %.12g, want %.12g within %.3g (worst of %zu)\n", what, worst,
	            got[worst], want[worst], tolerance, n);
	_fail(file, line);
}

void sabin_at_most(double got, double limit, const char *what, const char *file, int line)
{
	if (got <= limit)
		return;
	print_error("%s: got %.12g, want at most %.12g\n", what, got, limit);
	_fail(file, line);
}
