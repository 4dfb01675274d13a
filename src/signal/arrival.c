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
#include <stdbool.h>

#include <sabin/arrival.h>

/* One reflection less than this after the direct sound merges with it: 1 ms is 34 cm of path. */
static const double direct_s = 0.001;
static const double onset_level = 0.1; /* [ISO]: -20 dB */
/* Amplitudes closer than 1 dB do not tell a polarity. */
static const double unclear = 0.8912509381337456; /* 10^(-1/20) */

/* The direct sound of a subwoofer is a slow swing and one back; 50 ms is a period of 20 Hz. */
static const double swing_s = 0.05;
/* A swing is over when it has fallen to this part of its top, once that is twice the onset's level: a
 * wide-band direct sound falls at once. */
static const double swing_over = 0.25;
/* What is no larger than noise makes by itself, searched for its first peak, has no polarity: a standard
 * deviation times this. */
static const double noise_crest = 6;

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

/* The tops of the first swing from the onset on and of the one back, where the first lasts beyond
 * sample `end`; false where it does not. */
static bool slow_swings(const double *h, size_t n, double rate_hz, size_t onset, size_t end,
                        double largest, double *highest, double *lowest)
{
	const double sign = h[onset] < 0 ? -1 : 1, level = onset_level * largest;
	const size_t last = onset + (size_t)(swing_s * rate_hz) < n ? onset + (size_t)(swing_s * rate_hz) : n;
	double top = 0, back = 0;
	size_t i = onset;
	for (; i < last && sign * h[i] > -level; i++) {
		top = fmax(top, sign * h[i]);
		if (top > 2 * level && sign * h[i] < swing_over * top)
			break;
	}
	if (i <= end || !(top > 2 * level))
		return false;
	for (; i < last && !(back > level && sign * h[i] > level); i++)
		back = fmax(back, -sign * h[i]);
	*highest = sign > 0 ? top : back;
	*lowest = sign > 0 ? -back : -top;
	return true;
}

/* Root mean square of what precedes the direct sound's own rise; 0 where that is too little. */
static double noise_before(const double *h, size_t onset, double rate_hz)
{
	enum { LEAST = 32 };
	const size_t rise = (size_t)(direct_s * rate_hz);
	double sum = 0;
	if (onset < rise + LEAST)
		return 0;
	for (size_t i = 0; i < onset - rise; i++)
		sum += h[i] * h[i] / (double)(onset - rise);
	return sqrt(sum);
}

/* +1, -1, or 0 where highest and lowest value do not tell. */
static int polarity_of(double highest, double lowest, double noise)
{
	const bool up = highest >= -lowest;
	const double most = up ? highest : -lowest, least = up ? -lowest : highest;
	if (least > unclear * most || !(most > noise_crest * noise))
		return 0;
	return up ? 1 : -1;
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
	while (fabs(h[onset]) < onset_level * fabs(h[largest])) /* [ISO]: -20 dB */
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
	double top = highest, bottom = lowest;
	slow_swings(h, n, rate_hz, onset, end, fabs(h[largest]), &top, &bottom);
	*out = (struct sabin_arrival){
	    .onset = onset,
	    .position = up ? at_high : at_low,
	    .peak = up ? highest : lowest,
	    .polarity = polarity_of(top, bottom, noise_before(h, onset, rate_hz)),
	    .largest = largest,
	};
	return SABIN_OK;
}
