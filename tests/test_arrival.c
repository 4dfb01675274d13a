/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_arrival.c: onset and sub-sample arrival.
 */
#include <math.h>

#include <stdlib.h>

#include <sabin/arrival.h>
#include <sabin/random.h>

#include "util/near.h"

enum { N = 4096 };

/* A unit impulse at a fractional place, band-limited to `share` of rate/2: an exact sinc. */
static void impulse(double *h, double at, double share, double gain)
{
	for (int i = 0; i < N; i++) {
		const double x = M_PI * share * (i - at);
		h[i] += gain * share * (x == 0 ? 1 : sin(x) / x);
	}
}

static void fractional_arrival(void **state)
{
	(void)state;
	double h[N];
	/* a sweep to 22 kHz at 48 and 44.1 kHz, and a narrow one */
	const double shares[] = {22.0 / 24, 22.0 / 22.05, 0.25};
	for (int s = 0; s < 3; s++) {
		for (int f = 0; f < 10; f++) {
			const double at = 1000 + f / 10.0 + 0.037;
			memset(h, 0, sizeof h);
			impulse(h, at, shares[s], f % 2 ? -0.5 : 0.5);
			struct sabin_arrival a;
			assert_ok(sabin_arrival_find(h, N, 48000, &a));
			/* a hundredth of a sample is the promise; what is left comes from the kernel's
			 * edge, next to rate/2 */
			assert_near(a.position, at, 0.004);
			assert_int_equal(a.polarity, f % 2 ? -1 : 1);
		}
	}
}

static void direct_before_louder_reflection(void **state)
{
	(void)state;
	double h[N] = {0};
	struct sabin_arrival a;
	impulse(h, 500.25, 0.5, 0.4);
	impulse(h, 900.75, 0.5, -1.0);
	assert_ok(sabin_arrival_find(h, N, 48000, &a));
	assert_near(a.position, 500.25, 0.05); /* moved a little by the other's skirt */
	assert_int_equal(a.polarity, 1);
	assert_int_equal(a.largest, 901);
	assert_true(a.onset <= 500);
}

/* A subwoofer by formula: two poles up, two down, 25 and 90 Hz, played at `gain` into noise. */
static void subwoofer(double *h, int n, double gain, double noise, uint64_t seed)
{
	double low[2] = {0}, high[2] = {0}, before[2] = {0};
	const double a = exp(-2 * M_PI * 90 / 48000), b = exp(-2 * M_PI * 25 / 48000);
	for (int i = 0; i < n; i++) {
		double x = i == 9600 ? gain * 40 : 0;
		for (int k = 0; k < 2; k++)
			x = low[k] = (1 - a) * x + a * low[k];
		for (int k = 0; k < 2; k++) {
			high[k] = b * (high[k] + x - before[k]);
			before[k] = x;
			x = high[k];
		}
		h[i] = x + noise * sabin_random_normal_at(seed, (uint64_t)i);
	}
}

/* The first swing up is 3.5 times the one back.  More and more noise: right, then unclear. */
static void polarity_of_a_subwoofer(void **state)
{
	(void)state;
	enum { LONG = 24000 };
	double *h = malloc(LONG * sizeof *h), peak = 0;
	struct sabin_arrival a;
	subwoofer(h, LONG, 1, 0, 0);
	for (int i = 0; i < LONG; i++)
		peak = fmax(peak, fabs(h[i]));
	int unclear = 0;
	for (int draw = 0; draw < 60; draw++) {
		const int sign = draw % 2 ? -1 : 1;
		const double noise_db = -60 + draw;
		subwoofer(h, LONG, sign, peak * pow(10, noise_db / 20), (uint64_t)draw);
		assert_ok(sabin_arrival_find(h, LONG, 48000, &a));
		/* noise over the threshold from the first samples on cannot be told from an onset */
		if (a.polarity != sign && a.polarity != 0 && a.onset > 100)
			fail_msg("noise at %.0f dB: %d in place of %d", noise_db, a.polarity, sign);
		if (noise_db < -34)
			assert_int_equal(a.polarity, sign);
		unclear += a.polarity == 0;
	}
	assert_true(unclear > 4);
	free(h);
}

/* A period of a sine under a window: up as far as down. */
static void polarity_of_a_slow_symmetric_sound(void **state)
{
	(void)state;
	double h[N] = {0};
	struct sabin_arrival a;
	for (int i = 0; i < 960; i++)
		h[1000 + i] = sin(M_PI * i / 480.0) * (i < 480 ? 1 : 1.05);
	assert_ok(sabin_arrival_find(h, N, 48000, &a));
	assert_int_equal(a.polarity, 0);
	for (int i = 480; i < 960; i++)
		h[1000 + i] *= 2;
	assert_ok(sabin_arrival_find(h, N, 48000, &a));
	assert_int_equal(a.polarity, -1);
}

/* Laws: a gain changes nothing but the peak, a shift moves everything. */
static void laws(void **state)
{
	(void)state;
	double h[N] = {0}, g[N] = {0};
	struct sabin_arrival a, b;
	impulse(h, 700.4, 0.8, 1);
	assert_ok(sabin_arrival_find(h, N, 48000, &a));
	for (int i = 0; i + 13 < N; i++)
		g[i + 13] = -1e6 * h[i];
	assert_ok(sabin_arrival_find(g, N, 48000, &b));
	assert_near(b.position - a.position, 13, 1e-5); /* the search stops at 1e-6 */
	assert_near(b.peak / a.peak, -1e6, 1);
	assert_int_equal(b.onset, a.onset + 13);
	assert_int_equal(b.polarity, -a.polarity);
}

static void limits(void **state)
{
	(void)state;
	double h[8] = {0};
	struct sabin_arrival a;
	assert_int_equal(sabin_arrival_find(h, 0, 48000, &a), SABIN_EINVAL);
	assert_int_equal(sabin_arrival_find(h, 8, 48000, &a), SABIN_ESHORT);
	h[3] = NAN;
	assert_int_equal(sabin_arrival_find(h, 8, 48000, &a), SABIN_EINVAL);
	h[3] = INFINITY;
	assert_int_equal(sabin_arrival_find(h, 8, 48000, &a), SABIN_EINVAL);
	h[3] = 1;
	assert_ok(sabin_arrival_find(h, 8, 48000, &a));
	assert_near(a.position, 3, 1e-5);
	assert_ok(sabin_arrival_find(h + 3, 1, 48000, &a));
	assert_int_equal(a.onset, 0);
	assert_int_equal(sabin_arrival_find(h, 8, 0, &a), SABIN_EINVAL);
	assert_near(sabin_interpolate(h, 8, 3), 1, 1e-12);
	assert_near(sabin_interpolate(h, 8, 4), 0, 1e-12);
	assert_near(sabin_interpolate(h, 8, 1e9), 0, 0);
	assert_near(sabin_interpolate(h, 8, NAN), 0, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fractional_arrival),
	    cmocka_unit_test(direct_before_louder_reflection),
	    cmocka_unit_test(polarity_of_a_subwoofer),
	    cmocka_unit_test(polarity_of_a_slow_symmetric_sound),
	    cmocka_unit_test(laws),
	    cmocka_unit_test(limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
