/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_fir.c: corrections as impulse responses: their level, their limits, what comes before the peak,
 * and the excess phase that the mixed kind undoes.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/biquad.h>
#include <sabin/convolve.h>
#include <sabin/eqfit.h>
#include <sabin/fir.h>
#include <sabin/minphase.h>
#include <sabin/random.h>

#include "util/near.h"

enum { MOST = 512 };
static const double rate_hz = 48000;

/* Share of the energy that lies more than `before_s` before sample `peak`, in dB. */
static double early_db(const double *h, size_t n, size_t peak, double before_s, double rate)
{
	const size_t end = peak > (size_t)(before_s * rate) ? peak - (size_t)(before_s * rate) : 0;
	double early = 0, all = 0;
	for (size_t i = 0; i < n; i++) {
		early += i < end ? h[i] * h[i] : 0;
		all += h[i] * h[i];
	}
	return 10 * log10(early / all + 1e-30);
}

static void levels(void **state)
{
	(void)state;
	const struct sabin_biquad f[] = {{SABIN_PEAKING, 80, -9, 3}, {SABIN_PEAKING, 2000, 4, 1}};
	double hz[MOST], gain[MOST], got[MOST];
	const size_t n = sabin_eq_grid(20, 20000, hz);
	for (size_t i = 0; i < n; i++)
		gain[i] = sabin_biquads_level_db(f, 2, 192000, hz[i]);
	for (int kind = SABIN_FIR_MINIMUM; kind <= SABIN_FIR_LINEAR; kind++) {
		for (double rate = 44100; rate < 100000; rate *= 2) {
			const struct sabin_fir_options o = {(enum sabin_fir_kind)kind, rate, 0.35, NULL};
			double *h = NULL, latency_s;
			size_t taps, peak = 0;
			assert_ok(sabin_fir_compute(hz, gain, n, &o, &h, &taps, &latency_s));
			assert_near((double)taps, 0.35 * rate, 2); /* one duration at every rate */
			assert_ok(sabin_fir_level(h, taps, rate, hz, n, got));
			assert_near_array(got, gain, n, 0.1);
			for (size_t i = 0; i < taps; i++)
				peak = fabs(h[i]) > fabs(h[peak]) ? i : peak;
			assert_near((double)peak / rate, latency_s, 1 / rate);
			if (kind == SABIN_FIR_LINEAR) /* symmetrical */
				for (size_t i = 1; i < taps / 2; i++)
					assert_near(h[peak - i], h[peak + i], 1e-6);
			else
				assert_int_equal(peak, 0);
			free(h);
		}
	}
}

static void gain_limits(void **state)
{
	(void)state;
	double hz[MOST], level[MOST], target[MOST] = {0}, gain[MOST];
	const size_t n = sabin_eq_grid(20, 20000, hz);
	for (size_t i = 0; i < n; i++) /* a deep hole, a high peak, a roll-off */
		level[i] = -25 * exp(-pow(log2(hz[i] / 100) / 0.3, 2)) +
		           35 * exp(-pow(log2(hz[i] / 3000) / 0.4, 2)) - 10 * log10(1 + pow(50 / hz[i], 4));
	sabin_fir_gain(hz, level, target, n, 5, 20, gain);
	for (size_t i = 0; i < n; i++) {
		assert_at_most(gain[i], 5 + 0.5); /* over a median of nearly nothing */
		assert_true(gain[i] >= -20.5);
	}
}

/* A direct sound with an all-pass (the crossover of a speaker) and sparse reflections. */
static void place(double *h, size_t n, size_t at, uint64_t seed)
{
	/* second-order all-pass at 2.5 kHz: the taps of a low pass, numerator reversed */
	const struct sabin_biquad f = {SABIN_PEAKING, 2500, 0, 0.7};
	struct sabin_biquad_taps taps = sabin_biquad_taps(&f, rate_hz);
	double state[2] = {0};
	struct sabin_random r;
	sabin_random_init(&r, seed);
	for (int k = 0; k < 3; k++)
		taps.b[k] = taps.a[2 - k];
	memset(h, 0, n * sizeof *h);
	h[at] = 1;
	for (int k = 0; k < 30; k++) {
		const double t_s = 0.003 + 0.1 * sabin_random_uniform(&r);
		h[at + (size_t)(t_s * rate_hz)] += 0.3 * sabin_random_normal(&r) * exp(-t_s / 0.05);
	}
	sabin_biquad_process(&taps, state, h, n);
}

/* RMS of the excess phase from 1 to 8 kHz in degrees, smoothed over half an octave, its own delay and
 * constant taken off. */
static double excess_deg(const double *h, size_t n, size_t zero)
{
	enum { SIZE = 1 << 15, STEPS = 100 };
	double *phase = NULL, best = INFINITY;
	assert_ok(sabin_excess_phase(h, n, (double)zero, SIZE, &phase));
	for (double d = -30; d <= 60; d += 0.25) { /* samples */
		double square = 0, re_all = 0, im_all = 0, re[STEPS], im[STEPS];
		for (int s = 0; s < STEPS; s++) {
			const double f = 1000 * pow(8, s / (STEPS - 1.0));
			const size_t a = (size_t)(f * pow(2, -0.25) / rate_hz * SIZE);
			const size_t b = (size_t)(f * pow(2, 0.25) / rate_hz * SIZE);
			re[s] = im[s] = 0;
			for (size_t k = a; k < b; k += 4) {
				const double p = phase[k] + 2 * M_PI * d * (double)k / SIZE;
				re[s] += cos(p);
				im[s] += sin(p);
			}
			re_all += re[s] / (double)(b - a);
			im_all += im[s] / (double)(b - a);
		}
		for (int s = 0; s < STEPS; s++) {
			const double x = atan2(im[s] * re_all - re[s] * im_all, re[s] * re_all + im[s] * im_all);
			square += x * x / STEPS;
		}
		best = fmin(best, sqrt(square) * 180 / M_PI);
	}
	free(phase);
	return best;
}

static void mixed(void **state)
{
	(void)state;
	enum { N = 16384, AT = 1000 };
	double *h = malloc(N * sizeof *h), hz[MOST], gain[MOST] = {0}, level[MOST];
	assert_non_null(h);
	const size_t n = sabin_eq_grid(20, 20000, hz);
	place(h, N, AT, 5);
	const struct sabin_correctable_place p = {NULL, h, N, rate_hz, AT};
	struct sabin_fir_phase phase;
	assert_ok(sabin_fir_phase(&p, 1, 0.001, &phase));
	const struct sabin_fir_options o = {SABIN_FIR_MIXED, rate_hz, 0.3, &phase};
	double *fir = NULL, *corrected = NULL, latency_s;
	size_t taps, peak = 0;
	assert_ok(sabin_fir_compute(hz, gain, n, &o, &fir, &taps, &latency_s));
	/* its level is what was asked for: nothing */
	assert_ok(sabin_fir_level(fir, taps, rate_hz, hz, n, level));
	assert_near_array(level, gain, n, 0.3);
	assert_ok(sabin_convolve(h, N, fir, taps, &corrected));
	for (size_t i = 0; i < N; i++)
		peak = fabs(corrected[i]) > fabs(corrected[peak]) ? i : peak;
	const double before = excess_deg(h, N, AT), after = excess_deg(corrected, N, peak);
	print_message("excess phase 1 to 8 kHz: %.0f degrees before, %.0f after; earlier than 1 ms: %.0f dB\n",
	              before, after, early_db(corrected, N, peak, 0.001, rate_hz));
	assert_true(before > 25);
	assert_at_most(after, 20);
	/* nor does the response itself begin sooner, at any rate: its phase is nothing at half of each */
	static const double rates_hz[] = {44100, 48000, 96000, 192000};
	for (size_t r = 0; r < sizeof rates_hz / sizeof *rates_hz; r++) {
		const struct sabin_fir_options at = {SABIN_FIR_MIXED, rates_hz[r], 0.3, &phase};
		double *other = NULL;
		size_t length, main_peak = 0;
		assert_ok(sabin_fir_compute(hz, gain, n, &at, &other, &length, &latency_s));
		for (size_t i = 0; i < length; i++)
			main_peak = fabs(other[i]) > fabs(other[main_peak]) ? i : main_peak;
		assert_at_most(early_db(other, length, main_peak, 0.001, rates_hz[r]), -60);
		free(other);
	}
	assert_at_most(early_db(corrected, N, peak, 0.001, rate_hz), -60);
	free(phase.turn);
	free(fir);
	free(corrected);
	free(h);
}

static void bad_arguments(void **state)
{
	(void)state;
	double hz[] = {20, 200, 2000}, gain[] = {0, 1, 0}, *h = NULL, latency_s;
	size_t taps;
	const struct sabin_fir_options good = {SABIN_FIR_MINIMUM, 48000, 0.1, NULL};
	struct sabin_fir_options bad = good;
	bad.kind = SABIN_FIR_NONE;
	assert_int_equal(sabin_fir_compute(hz, gain, 3, &bad, &h, &taps, &latency_s), SABIN_EINVAL);
	bad = good;
	bad.length_s = 100;
	assert_int_equal(sabin_fir_compute(hz, gain, 3, &bad, &h, &taps, &latency_s), SABIN_EINVAL);
	gain[1] = NAN;
	assert_int_equal(sabin_fir_compute(hz, gain, 3, &good, &h, &taps, &latency_s), SABIN_EINVAL);
	assert_null(h);
	struct sabin_fir_phase phase;
	const double silence[256] = {0};
	const struct sabin_correctable_place silent = {NULL, silence, 256, 48000, 10};
	const struct sabin_correctable_place none = {NULL, NULL, 0, 48000, 10};
	assert_int_equal(sabin_fir_phase(&silent, 1, 0.001, &phase), SABIN_ESHORT);
	assert_int_equal(sabin_fir_phase(&none, 1, 0.001, &phase), SABIN_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(levels),
	    cmocka_unit_test(gain_limits),
	    cmocka_unit_test(mixed),
	    cmocka_unit_test(bad_arguments),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
