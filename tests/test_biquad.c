/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_biquad.c: second-order sections against their prototypes, their own taps and differences.
 */
#include <complex.h>
#include <math.h>
#include <stdlib.h>

#include <sabin/biquad.h>
#include <sabin/random.h>

#include "signal/cmplx.h"
#include "util/near.h"

static const double rates_hz[] = {44100, 48000, 96000, 192000};
enum { RATES = sizeof rates_hz / sizeof *rates_hz };

/* Filters of every kind, wild but possible. */
static struct sabin_biquad any(struct sabin_random *random)
{
	struct sabin_biquad f = {
	    .type = (enum sabin_biquad_type)(sabin_random_uniform(random) * SABIN_BIQUAD_TYPES),
	    .freq_hz = 20 * pow(800, sabin_random_uniform(random)),
	    .gain_db = 40 * sabin_random_uniform(random) - 20,
	    .q = 0.2 * pow(100, sabin_random_uniform(random)),
	};
	return f;
}

static double level_of_taps(const struct sabin_biquad_taps *t, double f_hz, double rate_hz)
{
	const double w = 2 * M_PI * f_hz / rate_hz;
	const double complex z = CMPLX(cos(w), -sin(w));
	return 20 * log10(cabs((t->b[0] + z * (t->b[1] + z * t->b[2])) /
	                       (t->a[0] + z * (t->a[1] + z * t->a[2]))));
}

/* The power response, the taps and the impulse response are one filter. */
static void taps_agree(void **state)
{
	(void)state;
	struct sabin_random random;
	sabin_random_init(&random, 11);
	for (int i = 0; i < 400; i++) {
		const struct sabin_biquad f = any(&random);
		const double rate_hz = rates_hz[i % RATES];
		assert_true(sabin_biquad_possible(&f, rate_hz));
		const struct sabin_biquad_taps taps = sabin_biquad_taps(&f, rate_hz);
		for (double hz = 25; hz < 20000; hz *= 1.7)
			assert_near(sabin_biquads_level_db(&f, 1, rate_hz, hz),
			            level_of_taps(&taps, hz, rate_hz), 1e-5);
	}
}

/* The pole of a decaying oscillation. */
struct pole {
	double freq_hz, t60_s;
};

/* Where a peaking filter's zeros are: s^2 + s A/Q + 1 = 0, by the bilinear transform to exp(s / rate). */
static struct pole zero_of(const struct sabin_biquad *f, double rate_hz)
{
	const double half = pow(10, f->gain_db / 40) / f->q / 2;
	const double complex p = CMPLX(-half, sqrt(1 - half * half)) * tan(M_PI * f->freq_hz / rate_hz);
	const double complex s = rate_hz * clog((1 + p) / (1 - p));
	return (struct pole){cimag(s) / (2 * M_PI), -3 * log(10) / creal(s)};
}

/* A mode under zeros of its own pole is gone; one without decay is a tone; one that a filter has played, when that
 * has rung out, is as much louder. */
static void decaying(void **state)
{
	(void)state;
	struct sabin_random random;
	sabin_random_init(&random, 12);
	for (int r = 0; r < RATES; r++) {
		const double rate_hz = rates_hz[r];
		for (int i = 0; i < 100; i++) {
			const struct sabin_biquad two[2] = {any(&random), any(&random)};
			for (double hz = 25; hz < 20000; hz *= 1.7)
				assert_near(sabin_biquads_decaying_db(two, 2, rate_hz, hz, INFINITY),
				            sabin_biquads_level_db(two, 2, rate_hz, hz), 1e-6);
			assert_near(sabin_biquads_decaying_db(two, 2, rate_hz, 70, 1.3),
			            sabin_biquads_decaying_db(two, 1, rate_hz, 70, 1.3) +
			                sabin_biquads_decaying_db(two + 1, 1, rate_hz, 70, 1.3), 1e-9);
		}
		const struct sabin_biquad cut = {SABIN_PEAKING, 66, -15, 12};
		const struct pole zero = zero_of(&cut, rate_hz);
		assert_true(sabin_biquads_decaying_db(&cut, 1, rate_hz, zero.freq_hz, zero.t60_s) < -160);
		/* the same filter upside down has its poles there */
		const struct sabin_biquad boost = {SABIN_PEAKING, 66, 15, 12};
		assert_true(sabin_biquads_decaying_db(&boost, 1, rate_hz, zero.freq_hz, zero.t60_s) > 160);
		assert_near(sabin_biquads_decaying_db(NULL, 0, rate_hz, 66, 1.4), 0, 0);
		assert_true(isnan(sabin_biquads_decaying_db(&cut, 1, rate_hz, 66, NAN)));
	}
	const struct sabin_biquad cascade[] = {{SABIN_PEAKING, 65.2, -16.9, 14}, {SABIN_LOW_SHELF, 100, 4, 0.7},
	                                       {SABIN_HIGH_SHELF, 3000, -5, 0.7}, {SABIN_HIGH_PASS, 30, 0, 0.7}};
	const double rate_hz = 8000, fall = 3 * log(10) / (1.4 * rate_hz), turn = 2 * M_PI * 66 / rate_hz;
	enum { LENGTH = 24000 };
	static double x[LENGTH];
	for (size_t n = 0; n < LENGTH; n++)
		x[n] = exp(-fall * (double)n) * cos(turn * (double)n);
	for (size_t i = 0; i < 4; i++) {
		const struct sabin_biquad_taps taps = sabin_biquad_taps(&cascade[i], rate_hz);
		double memory[2] = {0};
		sabin_biquad_process(&taps, memory, x, LENGTH);
	}
	/* a cos(turn n) + b sin(turn n) from two samples a quarter of a period apart, near enough */
	const double n0 = LENGTH - 100, n1 = n0 + 30;
	const double y0 = x[(size_t)n0] * exp(fall * n0), y1 = x[(size_t)n1] * exp(fall * n1);
	const double between = sin(turn * (n1 - n0));
	const double a = (y0 * sin(turn * n1) - y1 * sin(turn * n0)) / between;
	const double b = (y1 * cos(turn * n0) - y0 * cos(turn * n1)) / between;
	assert_near(sabin_biquads_decaying_db(cascade, 4, rate_hz, 66, 1.4), 20 * log10(hypot(a, b)), 1e-3);
}

static void closed_forms(void **state)
{
	(void)state;
	for (int r = 0; r < RATES; r++) {
		const double rate_hz = rates_hz[r];
		for (double g = -18; g <= 18; g += 6) {
			/* a peaking filter's gain at its centre, none far off; half of it (in dB) at
			 * the edges of the bandwidth f/Q, on the warped axis */
			const struct sabin_biquad p = {SABIN_PEAKING, 1000, g, 2};
			assert_near(sabin_biquads_level_db(&p, 1, rate_hz, 1000), g, 1e-12);
			assert_near(sabin_biquads_level_db(&p, 1, rate_hz, 1e-3), 0, 1e-6);
			const double t0 = tan(M_PI * 1000 / rate_hz);
			const double edge = sqrt(1 + 1 / (4 * 2 * 2.0)) - 1 / (2 * 2.0);
			const double at = atan(t0 * edge) * rate_hz / M_PI;
			assert_near(sabin_biquads_level_db(&p, 1, rate_hz, at), g / 2, 1e-9);
			/* shelves: all of the gain on one side, half at the centre */
			const struct sabin_biquad l = {SABIN_LOW_SHELF, 1000, g, M_SQRT1_2};
			const struct sabin_biquad h = {SABIN_HIGH_SHELF, 1000, g, M_SQRT1_2};
			assert_near(sabin_biquads_level_db(&l, 1, rate_hz, 1e-3), g, 1e-6);
			assert_near(sabin_biquads_level_db(&l, 1, rate_hz, 1000), g / 2, 1e-9);
			assert_near(sabin_biquads_level_db(&l, 1, rate_hz, rate_hz * 0.4999), 0, 1e-3);
			assert_near(sabin_biquads_level_db(&h, 1, rate_hz, rate_hz * 0.4999), g, 1e-3);
			assert_near(sabin_biquads_level_db(&h, 1, rate_hz, 1000), g / 2, 1e-9);
			/* a low and a high shelf of one gain together are that gain everywhere */
			const struct sabin_biquad both[] = {l, h};
			assert_near(sabin_biquads_level_db(both, 2, rate_hz, 1000), g, 1e-9);
		}
		const struct sabin_biquad low = {SABIN_LOW_PASS, 80, 0, M_SQRT1_2};
		const struct sabin_biquad high = {SABIN_HIGH_PASS, 80, 0, M_SQRT1_2};
		assert_near(sabin_biquads_level_db(&low, 1, rate_hz, 80), -10 * log10(2), 1e-9);
		assert_near(sabin_biquads_level_db(&high, 1, rate_hz, 80), -10 * log10(2), 1e-9);
		/* 12 dB an octave */
		assert_near(sabin_biquads_level_db(&high, 1, rate_hz, 0.1) -
		                sabin_biquads_level_db(&high, 1, rate_hz, 0.05),
		            40 * log10(2), 1e-3);
	}
}

/* Cut undoes boost. */
static void law_of_inverse(void **state)
{
	(void)state;
	struct sabin_random random;
	sabin_random_init(&random, 12);
	for (int i = 0; i < 100; i++) {
		struct sabin_biquad pair[2] = {any(&random)};
		if (pair[0].type > SABIN_HIGH_SHELF)
			continue;
		pair[1] = pair[0];
		pair[1].gain_db = -pair[0].gain_db;
		double h[64];
		sabin_biquads_impulse(pair, 2, 48000, h, 64);
		h[0] -= 1;
		for (int k = 0; k < 64; k++)
			assert_near(h[k], 0, 1e-9);
	}
}

static void slopes_are_differences(void **state)
{
	(void)state;
	enum { N = 40 };
	struct sabin_random random;
	sabin_random_init(&random, 13);
	double place[N], hz[N], by[3][N], *const slope[3] = {by[0], by[1], by[2]};
	for (int i = 0; i < N; i++) {
		hz[i] = 20 * pow(1000, i / (N - 1.0));
		place[i] = sabin_biquad_place(hz[i], 48000);
	}
	for (int round = 0; round < 200; round++) {
		const struct sabin_biquad f = any(&random);
		sabin_biquad_slopes(&f, 48000, place, N, slope);
		for (int p = 0; p < 3; p++) {
			const double step = 1e-5;
			struct sabin_biquad up = f, down = f;
			if (p == 0)
				up.freq_hz *= exp(step), down.freq_hz *= exp(-step);
			else if (p == 1)
				up.q *= exp(step), down.q *= exp(-step);
			else
				up.gain_db += step, down.gain_db -= step;
			for (int i = 0; i < N; i++) {
				const double difference = (sabin_biquads_level_db(&up, 1, 48000, hz[i]) -
				                           sabin_biquads_level_db(&down, 1, 48000, hz[i])) /
				                          (2 * step);
				assert_near(by[p][i], difference, 1e-5 + 1e-5 * fabs(difference));
			}
		}
	}
}

/* A filter's own ringing, from the poles of its taps: a[2] is the square of their radius. */
static void ring(void **state)
{
	(void)state;
	const struct sabin_biquad f[] = {{SABIN_PEAKING, 60, 9, 8},
	                                 {SABIN_PEAKING, 60, -9, 8},
	                                 {SABIN_LOW_SHELF, 100, 6, 2},
	                                 {SABIN_HIGH_SHELF, 100, -6, 2},
	                                 {SABIN_LOW_PASS, 80, 0, 3}};
	for (size_t i = 0; i < sizeof f / sizeof *f; i++) {
		const struct sabin_biquad_taps taps = sabin_biquad_taps(&f[i], 48000);
		const double frames = log(1e-3) / (0.5 * log(taps.a[2]));
		assert_near(sabin_biquad_ring_s(&f[i]) / (frames / 48000), 1, 1e-3);
	}
	assert_near(sabin_biquad_ring_s(&f[0]), 2.2 * pow(10, 9 / 40.0) * 8 / 60, 0.002);
	/* two real poles: the slower one rules; here s = -0.382 and -2.618 */
	const struct sabin_biquad dull = {SABIN_LOW_PASS, 100, 0, 1 / 3.0};
	assert_near(sabin_biquad_ring_s(&dull), 3 * log(10) / (2 * M_PI * 100 * (3 - sqrt(5)) / 2), 1e-12);
}

static void limits(void **state)
{
	(void)state;
	const struct sabin_biquad bad[] = {{SABIN_PEAKING, 0, 0, 1},     {SABIN_PEAKING, 24000, 0, 1},
	                                   {SABIN_PEAKING, 100, NAN, 1}, {SABIN_PEAKING, 100, 0, 0},
	                                   {SABIN_PEAKING, NAN, 0, 1},   {SABIN_BIQUAD_TYPES, 100, 0, 1},
	                                   {SABIN_PEAKING, 100, 0, NAN}, {SABIN_PEAKING, 100, 200, 1}};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(sabin_biquad_possible(&bad[i], 48000));
	/* nothing in, nothing out; an empty cascade passes all */
	double h[4];
	sabin_biquads_impulse(NULL, 0, 48000, h, 4);
	assert_near(h[0], 1, 0);
	assert_near(h[3], 0, 0);
	assert_near(sabin_biquads_level_db(NULL, 0, 48000, 100), 0, 0);
	/* blocks of any size are one run */
	const struct sabin_biquad f = {SABIN_PEAKING, 3000, 7, 3};
	const struct sabin_biquad_taps taps = sabin_biquad_taps(&f, 48000);
	double whole[32] = {1}, split[32] = {1}, a[2] = {0}, b[2] = {0};
	sabin_biquad_process(&taps, a, whole, 32);
	sabin_biquad_process(&taps, b, split, 5);
	sabin_biquad_process(&taps, b, split + 5, 0);
	sabin_biquad_process(&taps, b, split + 5, 27);
	for (int i = 0; i < 32; i++)
		assert_near(split[i], whole[i], 0);
}

/* Many sections and many frequencies at once are what one by one says. */
static void at_once(void **state)
{
	(void)state;
	const struct sabin_biquad f[] = {
	    {SABIN_PEAKING, 55, -12, 8},       {SABIN_LOW_SHELF, 120, 6, 0.7}, {SABIN_PEAKING, 900, 3, 1},
	    {SABIN_HIGH_SHELF, 7000, -4, 0.6}, {SABIN_LOW_PASS, 15000, 0, 0.7}, {SABIN_HIGH_PASS, 25, 0, 1}};
	enum { COUNT = sizeof f / sizeof *f, N = 300 };
	double hz[N], level[N], h[N], want[N];
	for (size_t i = 0; i < N; i++)
		hz[i] = 5 * exp2((double)i / 25);
	for (size_t count = 0; count <= COUNT; count++) {
		sabin_biquads_levels_db(f, count, 48000, hz, N, level);
		for (size_t i = 0; i < N; i++)
			assert_near(level[i], sabin_biquads_level_db(f, count, 48000, hz[i]), 1e-9);
		sabin_biquads_impulse(f, count, 48000, h, N);
		for (size_t i = 0; i < N; i++)
			want[i] = i == 0;
		for (size_t k = 0; k < count; k++) {
			const struct sabin_biquad_taps taps = sabin_biquad_taps(&f[k], 48000);
			double s[2] = {0};
			sabin_biquad_process(&taps, s, want, N);
		}
		for (size_t i = 0; i < N; i++)
			assert_near(h[i], want[i], 1e-15);
	}
	sabin_biquads_levels_db(f, COUNT, 48000, hz, N, hz); /* in place */
	for (size_t i = 0; i < N; i++)
		assert_near(hz[i], level[i], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(at_once),
	    cmocka_unit_test(taps_agree), cmocka_unit_test(decaying), cmocka_unit_test(closed_forms),
	    cmocka_unit_test(law_of_inverse), cmocka_unit_test(slopes_are_differences),
	    cmocka_unit_test(ring), cmocka_unit_test(limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
