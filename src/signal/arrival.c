/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * arrival.c: onset and sub-sample arrival of an impulse response.
 *
 * [ISO] ISO 3382-1:2009, 5.3.2, A.3.4: the response starts where it first comes within 20 dB of its
 *       maximum.
 * [BT]  Blackman, Tukey: "The measurement of power spectra", 1958: 0.42 + 0.5 cos + 0.08 cos 2, here
 *       with cos 2x = 2 cos^2 x - 1.
 */
#include <math.h>

#include <sabin/arrival.h>

/* One reflection less than this after the direct sound merges with it: 1 ms is 34 cm of path. */
static const double direct_s = 0.001;
/* Amplitudes closer than 1 dB do not tell a polarity. */
static const double unclear = 0.8912509381337456; /* 10^(-1/20) */

/* Half the taps.  Long, because a sweep may reach to within 50 Hz of half the sampling rate. */
enum { HALF = 128 };

double sabin_interpolate(const double *x, size_t n, double index)
{
	if (!(index > -HALF && index < (double)n + HALF))
		return 0;
	const double base = floor(index), fraction = index - base;
	const double sine = sin(M_PI * fraction) / M_PI;
	double sum = 0;
	for (int k = -HALF + 1; k <= HALF; k++) {
		const double i = base + k, d = fraction - k;
		if (i < 0 || i >= (double)n)
			continue;
		/* sin(pi d) = (-1)^k sin(pi fraction) */
		const double sinc = d == 0 ? 1 : (k % 2 ? -sine : sine) / d;
		const double c = cos(M_PI * d / HALF);
		const double blackman = 0.34 + 0.5 * c + 0.16 * c * c; /* [BT] */
		sum += x[(size_t)i] * sinc * blackman;
	}
	return sum;
}

/* Maximum of sign * x between samples k - 1 and k + 1, by golden section, to a millionth of a sample:
 * finer than that the top is flat within rounding. */
static double refine(const double *x, size_t n, size_t k, double sign, double *peak)
{
	const double golden = 0.6180339887498949;
	double a = (double)k - 1, b = (double)k + 1;
	double c = b - golden * (b - a), d = a + golden * (b - a);
	double fc = sign * sabin_interpolate(x, n, c), fd = sign * sabin_interpolate(x, n, d);
	while (b - a > 1e-6) {
		if (fc > fd) {
			b = d, d = c, fd = fc;
			c = b - golden * (b - a);
			fc = sign * sabin_interpolate(x, n, c);
		} else {
			a = c, c = d, fc = fd;
			d = a + golden * (b - a);
			fd = sign * sabin_interpolate(x, n, d);
		}
	}
	*peak = sabin_interpolate(x, n, (a + b) / 2);
	return (a + b) / 2;
}

enum sabin_err sabin_arrival_find(const double *h, size_t n, double rate_hz,
                                  struct sabin_arrival *out)
{
	if (n == 0 || !(rate_hz > 0) || !isfinite(rate_hz))
		return SABIN_EINVAL;
	size_t largest = 0;
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(h[i]))
			return SABIN_EINVAL;
		if (fabs(h[i]) > fabs(h[largest]))
			largest = i;
	}
	if (h[largest] == 0)
		return SABIN_ESHORT;
	size_t onset = 0;
	while (fabs(h[onset]) < 0.1 * fabs(h[largest])) /* [ISO]: -20 dB */
		onset++;
	size_t end = onset + 1 + (size_t)(direct_s * rate_hz);
	if (end > n)
		end = n;
	size_t high = onset, low = onset;
	for (size_t i = onset; i < end; i++) {
		if (h[i] > h[high])
			high = i;
		if (h[i] < h[low])
			low = i;
	}
	double highest, lowest;
	const double at_high = refine(h, n, high, 1, &highest);
	const double at_low = refine(h, n, low, -1, &lowest);
	const int up = highest >= -lowest;
	const double most = up ? highest : -lowest, least = up ? -lowest : highest;
	*out = (struct sabin_arrival){
	    .onset = onset,
	    .position = up ? at_high : at_low,
	    .peak = up ? highest : lowest,
	    .polarity = least > unclear * most ? 0 : up ? 1 : -1,
	    .largest = largest,
	};
	return SABIN_OK;
}
