/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * filter.c: loudspeaker and microphone filters, and interpolation between samples.
 *
 * [B]  Butterworth: "On the theory of filter amplifiers", Wireless Engineer 7 (1930): the poles.
 * [OS] Oppenheim, Schafer: "Discrete-time signal processing", 3rd ed. 2010, 7.2.2 (bilinear
 *      transform).
 * [K]  Kaiser: "Nonrecursive digital filter design using the I0-sinh window function", ISCAS 1974.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "roomcard/filter.h"

/* Where a ring is cut off: below the noise of any converter. */
static const double floor_db = -140;
/* A corner above this share of the rate is at the Nyquist frequency for all that matters. */
static const double corner_max = 0.49;

/* ---- band edges ---- */

/* One section of order 1 or 2 run over h in place (transposed direct form II). */
static void run_section(double *h, size_t n, const double b[3], const double a[3])
{
	double s1 = 0, s2 = 0;
	for (size_t i = 0; i < n; i++) {
		const double x = h[i], y = b[0] * x + s1;
		s1 = b[1] * x - a[1] * y + s2;
		s2 = b[2] * x - a[2] * y;
		h[i] = y;
	}
}

/* The pole pair of quality q through the bilinear transform [OS], k = tan(pi f / rate). */
static void second_order(double *h, size_t n, double k, double q, bool high_pass)
{
	const double scale = 1 / (1 + k / q + k * k);
	const double edge = high_pass ? scale : k * k * scale;
	const double b[3] = {edge, high_pass ? -2 * edge : 2 * edge, edge};
	const double a[3] = {1, 2 * (k * k - 1) * scale, (1 - k / q + k * k) * scale};
	run_section(h, n, b, a);
}

static void first_order(double *h, size_t n, double k, bool high_pass)
{
	const double scale = 1 / (1 + k);
	const double edge = high_pass ? scale : k * scale;
	const double b[3] = {edge, high_pass ? -edge : edge, 0};
	const double a[3] = {1, (k - 1) * scale, 0};
	run_section(h, n, b, a);
}

void sabin_filter_butterworth(double *h, size_t n, double rate_hz, bool high_pass,
                              double corner_hz, unsigned order)
{
	if (corner_hz > corner_max * rate_hz) {
		if (!high_pass)
			return;
		corner_hz = corner_max * rate_hz;
	}
	const double k = tan(M_PI * corner_hz / rate_hz);
	for (unsigned pair = 0; pair < order / 2; pair++) /* [B]: poles evenly on a circle */
		second_order(h, n, k, 0.5 / sin(M_PI * (2 * pair + 1) / (2.0 * order)), high_pass);
	if (order % 2 == 1)
		first_order(h, n, k, high_pass);
}

double sabin_filter_ring_s(double corner_hz, unsigned order)
{
	/* the slowest pole of the circle decays with 2 pi f sin(pi / 2N) */
	const double decay_per_s = 2 * M_PI * corner_hz * sin(M_PI / (2.0 * order));
	return -floor_db / 20 * M_LN10 / decay_per_s;
}

/* ---- interpolation ---- */

/* [K]: attenuation A = beta / 0.1102 + 8.7 = 127 dB; with 96 taps the transition, half of it on
 * either side of the Nyquist frequency, is (A - 8) / (2.285 * 2 pi * 96) = 0.086 of the rate: flat
 * up to 0.457 of it (21.9 kHz at 48 kHz). */
static const double kaiser_beta = 13;

static double bessel_i0(double x)
{
	double term = 1, sum = 1;
	for (int k = 1; term > 1e-17 * sum; k++) {
		term *= x / (2 * k) * (x / (2 * k));
		sum += term;
	}
	return sum;
}

void sabin_sinc_weights(double fraction, double w[SABIN_SINC_TAPS])
{
	const double scale = 1 / bessel_i0(kaiser_beta);
	for (int k = 0; k < SABIN_SINC_TAPS; k++) {
		const double x = k - SABIN_SINC_HALF + 1 - fraction, u = x / SABIN_SINC_HALF;
		const double inside = 1 - u * u;
		const double window = inside > 0 ? scale * bessel_i0(kaiser_beta * sqrt(inside)) : 0;
		w[k] = window * (fabs(x) < 1e-9 ? 1 : sin(M_PI * x) / (M_PI * x));
	}
}

/* Between the table's fractions the value is interpolated linearly: the error is at most
 * h^2/8 max|w''| = (1/2048)^2 / 8 * pi^2/3 = 1e-7, -140 dB: below the window's. */
enum { STEPS = 2048 };

struct sabin_sinc {
	double w[STEPS + 1][SABIN_SINC_TAPS];
};

struct sabin_sinc *sabin_sinc_new(void)
{
	struct sabin_sinc *sinc = malloc(sizeof *sinc);
	/* the second half mirrors the first */
	for (int i = 0; sinc && i <= STEPS / 2; i++) {
		sabin_sinc_weights((double)i / STEPS, sinc->w[i]);
		for (int k = 0; k < SABIN_SINC_TAPS; k++)
			sinc->w[STEPS - i][k] = sinc->w[i][SABIN_SINC_TAPS - 1 - k];
	}
	return sinc;
}

/* Two numbers that the processor multiplies at once. */
typedef double pair __attribute__((vector_size(16), aligned(8), may_alias));

double sabin_sinc_at(const struct sabin_sinc *sinc, double fraction, const double *x)
{
	const int step = (int)(fraction * STEPS);
	const int i = step < 0 ? 0 : step > STEPS - 1 ? STEPS - 1 : step;
	const double t = fraction * STEPS - i;
	const pair *here = (const pair *)sinc->w[i], *next = (const pair *)sinc->w[i + 1];
	const pair *in = (const pair *)x;
	pair a0 = {0}, a1 = {0}, b0 = {0}, b1 = {0};
	for (int k = 0; k < SABIN_SINC_TAPS / 2; k += 2) {
		a0 += here[k] * in[k];
		a1 += here[k + 1] * in[k + 1];
		b0 += next[k] * in[k];
		b1 += next[k + 1] * in[k + 1];
	}
	const pair a = a0 + a1, b = b0 + b1;
	return (a[0] + a[1]) * (1 - t) + (b[0] + b[1]) * t;
}

/* A delay this close to whole frames is meant to be whole. */
static const double whole = 1e-6;

size_t sabin_filter_delay_room(double frames)
{
	return (size_t)ceil(frames) + SABIN_SINC_HALF;
}

void sabin_filter_delay(const double *h, size_t n, double frames, double *out)
{
	const size_t room = n + sabin_filter_delay_room(frames);
	memset(out, 0, room * sizeof *out);
	if (fabs(frames - nearbyint(frames)) < whole) {
		memcpy(out + (size_t)nearbyint(frames), h, n * sizeof *h);
		return;
	}
	double w[SABIN_SINC_TAPS];
	/* h at i - frames: floor(-frames) is -ceil(frames) */
	const size_t back = (size_t)ceil(frames);
	sabin_sinc_weights((double)back - frames, w);
	for (size_t i = 0; i < room; i++) {
		for (size_t k = 0; k < SABIN_SINC_TAPS; k++) {
			const size_t from = i + k + 1, less = back + SABIN_SINC_HALF;
			if (from >= less && from - less < n)
				out[i] += w[k] * h[from - less];
		}
	}
}
