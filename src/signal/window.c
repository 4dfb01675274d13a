/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * window.c: half-cosine tapers.
 */
#include <math.h>

#include <sabin/window.h>

#include "signal/blackman.h"

double sabin_window_rise(double u)
{
	if (u <= 0)
		return 0;
	if (u >= 1)
		return 1;
	const double s = sin(M_PI_2 * u);
	return s * s;
}

void sabin_window_taper(double *x, size_t n, size_t rise, size_t fall)
{
	if (rise > n || fall > n - rise) {
		const double squeeze = (double)n / ((double)rise + (double)fall);
		rise = (size_t)((double)rise * squeeze);
		fall = (size_t)((double)fall * squeeze);
	}
	for (size_t i = 0; i < rise; i++)
		x[i] *= sabin_window_rise(((double)i + 0.5) / (double)rise);
	for (size_t i = 0; i < fall; i++)
		x[n - 1 - i] *= sabin_window_rise(((double)i + 0.5) / (double)fall);
}

size_t sabin_window_end(const double *h, size_t n, double share)
{
	double most = 0, rest = 0;
	for (size_t i = 0; i < n; i++)
		most = fmax(most, fabs(h[i]));
	while (n > 1 && (rest += fabs(h[n - 1])) < share * most)
		n--;
	return n;
}

void sabin_window_hann(double *w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		w[i] = n == 1 ? 1 : sabin_window_rise(2 * (double)i / (double)(n - 1));
	/* the falling half mirrors the rising one */
	for (size_t i = n / 2; i < n; i++)
		w[i] = n == 1 ? 1 : w[n - 1 - i];
	if (n % 2 == 1 && n > 1)
		w[n / 2] = 1;
}

void sabin_blackman_harris(double *w, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const double u = 2 * M_PI * ((double)i + 0.5) / (double)n;
		w[i] = 0.35875 - 0.48829 * cos(u) + 0.14128 * cos(2 * u) - 0.01168 * cos(3 * u);
	}
}
