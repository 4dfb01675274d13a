/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_headroom.c: nothing comes out louder than said: full-scale noise, sweeps, square waves, and the
 * worst signal there is.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/convolve.h>
#include <sabin/headroom.h>
#include <sabin/random.h>

#include "util/near.h"
#include "util/seed.h"

static const double rate_hz = 48000;
enum { N = 96000 };

static double peak_of(const double *x, size_t n)
{
	double most = 0;
	for (size_t i = 0; i < n; i++)
		most = fmax(most, fabs(x[i]));
	return most;
}

static double output_db(const struct sabin_biquad *f, size_t count, const double *fir, size_t taps,
                        const double *in)
{
	double *x = malloc(N * sizeof *x), *y = x;
	assert_non_null(x);
	memcpy(x, in, N * sizeof *x);
	for (size_t k = 0; k < count; k++) {
		const struct sabin_biquad_taps t = sabin_biquad_taps(&f[k], rate_hz);
		double state[2] = {0};
		sabin_biquad_process(&t, state, x, N);
	}
	if (taps > 0)
		assert_ok(sabin_convolve(x, N, fir, taps, &y));
	const double peak = peak_of(y, N);
	if (y != x)
		free(y);
	free(x);
	return 20 * log10(peak);
}

/* Voss and McCartney's sum of held noises: pink, to within a decibel, then brought to full scale. */
static void pink(double *x, uint64_t seed)
{
	struct sabin_random r;
	double row[16] = {0};
	sabin_random_init(&r, seed);
	for (size_t i = 0; i < N; i++) {
		row[__builtin_ctz((unsigned)i | 0x8000u)] = sabin_random_normal(&r);
		double sum = sabin_random_normal(&r);
		for (int k = 0; k < 16; k++)
			sum += row[k];
		x[i] = sum;
	}
	const double peak = peak_of(x, N);
	for (size_t i = 0; i < N; i++)
		x[i] /= peak;
}

static void sweep(double *x)
{
	const double rise = log(20000 / 20.0) / N;
	for (size_t i = 0; i < N; i++)
		x[i] = sin(2 * M_PI * 20 / rate_hz * (exp(rise * (double)i) - 1) / rise);
}

static void square(double *x, double f_hz)
{
	for (size_t i = 0; i < N; i++)
		x[i] = fmod((double)i * f_hz / rate_hz, 1) < 0.5 ? 1 : -1;
}

/* Everything full scale through one correction. */
static void hold(const struct sabin_biquad *f, size_t count, const double *fir, size_t taps)
{
	struct sabin_eq_headroom h;
	double *x = malloc(N * sizeof *x);
	assert_non_null(x);
	assert_ok(sabin_eq_headroom_compute(f, count, fir, taps, rate_hz, &h));
	assert_true(h.peak_gain_db <= h.program_db && h.program_db <= h.worst_case_db + 0.3 + 1e-9);
	sweep(x);
	assert_at_most(output_db(f, count, fir, taps, x), h.program_db);
	for (double hz = 10; hz < 10000; hz *= 1.37) {
		square(x, hz);
		assert_at_most(output_db(f, count, fir, taps, x), h.program_db);
	}
	for (uint64_t seed = 1; seed < 4; seed++) {
		pink(x, seed);
		assert_at_most(output_db(f, count, fir, taps, x), h.program_db);
	}
	/* the worst: signs of the reversed response; it reaches the bound and no more */
	double *response = calloc(N, sizeof *response), *out = response;
	assert_non_null(response);
	sabin_biquads_impulse(f, count, rate_hz, response, N);
	if (taps > 0)
		assert_ok(sabin_convolve(response, N, fir, taps, &out));
	for (size_t i = 0; i < N; i++)
		x[i] = out[N - 1 - i] < 0 ? -1 : 1;
	const double worst = output_db(f, count, fir, taps, x);
	assert_at_most(worst, h.worst_case_db + 1e-6);
	assert_near(worst, h.worst_case_db, 0.05);
	if (out != response)
		free(out);
	free(response);
	free(x);
}

static void of_filters(void **state)
{
	(void)state;
	struct sabin_random r;
	const char *draws = getenv("SABIN_TEST_DRAWS");
	sabin_random_init(&r, test_seed("filters"));
	for (int round = 0; round < (draws ? (int)strtol(draws, NULL, 10) : 4); round++) {
		struct sabin_biquad f[6];
		for (int k = 0; k < 6; k++)
			f[k] = (struct sabin_biquad){k == 5 ? SABIN_HIGH_SHELF : SABIN_PEAKING,
			                             30 * pow(300, sabin_random_uniform(&r)),
			                             20 * sabin_random_uniform(&r) - 14,
			                             0.5 * pow(12, sabin_random_uniform(&r))};
		f[5].q = 0.8;
		hold(f, 6, NULL, 0);
	}
}

/* The output of a square wave of a half period, switched on at any time, from the response to steps. */
static double dense_square(const double *step, size_t n, double half)
{
	double most = 0;
	for (double t = 0; t < half && t < (double)n; t += 0.25) {
		double sum = 0, sign = 1;
		for (size_t j = 0; t + (double)j * half < (double)n + half; j++) {
			const double now = t + (double)j * half;
			const double from = j ? step[(size_t)fmin(now - half, (double)n - 1)] : 0;
			sum += sign * (step[(size_t)fmin(now, (double)n - 1)] - from);
			most = fmax(most, fabs(sum));
			sign = -sign;
		}
	}
	return most;
}

/* Square waves of many periods, those of narrow filters at high frequencies between them. */
static void of_squares(void **state)
{
	(void)state;
	enum { LONG = 6000 };
	static double step[LONG];
	struct sabin_random r;
	const char *draws = getenv("SABIN_TEST_DRAWS");
	sabin_random_init(&r, test_seed("squares"));
	for (int round = 0; round < (draws ? (int)strtol(draws, NULL, 10) : 4); round++) {
		struct sabin_biquad f[5];
		struct sabin_eq_headroom h;
		double sum = 0, most = 0;
		for (int k = 0; k < 5; k++)
			f[k] = (struct sabin_biquad){SABIN_PEAKING, 300 * pow(40, sabin_random_uniform(&r)),
			                             24 * sabin_random_uniform(&r) - 18,
			                             0.4 * pow(25, sabin_random_uniform(&r))};
		assert_ok(sabin_eq_headroom_compute(f, 5, NULL, 0, rate_hz, &h));
		sabin_biquads_impulse(f, 5, rate_hz, step, LONG);
		for (int i = 0; i < LONG; i++)
			step[i] = sum += step[i];
		for (double half = 1; half < 600; half *= 1 + 0.03 * sabin_random_uniform(&r))
			most = fmax(most, dense_square(step, LONG, half));
		assert_at_most(20 * log10(most), h.program_db);
	}
}

static void of_a_response(void **state)
{
	(void)state;
	const struct sabin_biquad f = {SABIN_PEAKING, 60, -6, 4};
	struct sabin_random r;
	double fir[2000];
	sabin_random_init(&r, 32);
	for (int i = 0; i < 2000; i++)
		fir[i] = (i == 40) + 0.02 * sabin_random_normal(&r) * exp(-i / 300.0);
	hold(NULL, 0, fir, 2000);
	hold(&f, 1, fir, 2000);
}

static void closed_forms(void **state)
{
	(void)state;
	struct sabin_eq_headroom h;
	assert_ok(sabin_eq_headroom_compute(NULL, 0, NULL, 0, rate_hz, &h));
	assert_near(h.peak_gain_db, 0, 1e-9);
	assert_near(h.worst_case_db, 0, 1e-9);
	/* what changes nothing, or only the level, is known for every signal: nothing is added to be safe */
	const double quarter[] = {0.25};
	assert_near(h.program_db, 0, 1e-9);
	assert_ok(sabin_eq_headroom_compute(NULL, 0, quarter, 1, rate_hz, &h));
	assert_near(h.program_db, -12.0412, 0.001);
	/* two samples: a tone at 0 Hz gains 6 dB, at half the rate nothing is left */
	const double pair[] = {1, 1}, change[] = {1, -1};
	assert_ok(sabin_eq_headroom_compute(NULL, 0, pair, 2, rate_hz, &h));
	assert_near(h.peak_gain_db, 6.0206, 0.001);
	assert_near(h.worst_case_db, 6.0206, 0.001);
	assert_near(h.program_db, 6.0206, 0.001);
	assert_ok(sabin_eq_headroom_compute(NULL, 0, change, 2, rate_hz, &h));
	assert_near(h.peak_gain_db, 6.0206, 0.001);
	/* a cut only: no tone is louder, but a square wave is, once its fundamental is gone */
	const struct sabin_biquad cut = {SABIN_PEAKING, 100, -12, 1};
	assert_ok(sabin_eq_headroom_compute(&cut, 1, NULL, 0, rate_hz, &h));
	assert_near(h.peak_gain_db, 0, 1e-3);
	assert_true(h.program_db > 1 && h.worst_case_db > h.program_db);
	/* between the points of a grid: two that nearly cancel, and what is left of them */
	const struct sabin_biquad left[] = {{SABIN_PEAKING, 289.373438, 9.51932779, 11.7832039},
	                                    {SABIN_PEAKING, 307.895776, -6.90327228, 12},
	                                    {SABIN_PEAKING, 135.259958, 25.4867361, 0.36445657}};
	double most_db = -INFINITY;
	assert_ok(sabin_eq_headroom_compute(left, 3, NULL, 0, rate_hz, &h));
	for (double hz = 20; hz < 20000; hz *= 1.0001)
		most_db = fmax(most_db, sabin_biquads_level_db(left, 3, rate_hz, hz));
	assert_near(h.peak_gain_db, most_db, 0.002);
	const struct sabin_biquad impossible = {SABIN_PEAKING, 30000, 3, 1};
	const double bad[] = {1, NAN};
	assert_int_equal(sabin_eq_headroom_compute(&impossible, 1, NULL, 0, rate_hz, &h), SABIN_EINVAL);
	assert_int_equal(sabin_eq_headroom_compute(NULL, 0, bad, 2, rate_hz, &h), SABIN_EINVAL);
	assert_int_equal(sabin_eq_headroom_compute(NULL, 0, NULL, 0, 0, &h), SABIN_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(closed_forms),
	    cmocka_unit_test(of_filters),
	    cmocka_unit_test(of_squares),
	    cmocka_unit_test(of_a_response),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
