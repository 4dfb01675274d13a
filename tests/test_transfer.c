/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_transfer.c: transfer functions and delays of known systems, measured with noise and with sound like music.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/arrival.h>
#include <sabin/biquad.h>

#include "live/transfer.h"
#include "util/near.h"
#include "util/seed.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { RATE = 48000 };

/* Notes of random pitch with falling harmonics that die away, beats of noise, a floor 40 dB below. */
static void music(double *x, size_t n, struct sabin_random *random)
{
	double red = 0;
	for (size_t i = 0; i < n; i++) {
		red = 0.98 * red + sabin_random_normal(random);
		x[i] = 2e-4 * red + 5e-4 * sabin_random_normal(random);
	}
	for (size_t at = 0; at < n; at += (size_t)(RATE * test_between(random, 0.03, 0.12))) {
		const double f_hz = test_between_log(random, 40, 1500), fall_s = test_between(random, 0.15, 0.8);
		const double size = test_between(random, 0.02, 0.1);
		for (int h = 1; h < 40 && h * f_hz < 18000; h++) {
			/* by rotation: cheaper than a sine each */
			const double w = 2 * M_PI * h * f_hz / RATE, fall = exp(-1 / (fall_s / sqrt(h) * RATE));
			double re = size / h, im = 0;
			for (size_t i = at; i < n && i < at + 2 * RATE; i++) {
				const double next = fall * (re * cos(w) - im * sin(w));
				im = fall * (re * sin(w) + im * cos(w));
				re = next;
				x[i] += im;
			}
		}
	}
	for (size_t at = RATE / 4; at < n; at += RATE / 2) /* the beat */
		for (size_t i = at; i < n && i < at + RATE / 4; i++)
			x[i] += 0.15 * exp(-(double)(i - at) / (0.03 * RATE)) * sabin_random_normal(random);
}

static double power_of(const double *x, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += x[i] * x[i];
	return sum / (double)n;
}

static const struct sabin_biquad system_filters[] = {
    {SABIN_PEAKING, 120, 6, 2}, {SABIN_PEAKING, 900, -8, 1.5}, {SABIN_HIGH_SHELF, 5000, -4, 0.7}};

/* y = the filters of x, `delay` later, with white noise snr_db below. */
static void play(const double *x, size_t n, size_t delay, double snr_db, struct sabin_random *random, double *y)
{
	memset(y, 0, n * sizeof *y);
	memcpy(y + delay, x, (n - delay) * sizeof *y);
	for (size_t k = 0; k < COUNT(system_filters); k++) {
		const struct sabin_biquad_taps taps = sabin_biquad_taps(&system_filters[k], RATE);
		double state[2] = {0};
		sabin_biquad_process(&taps, state, y, n);
	}
	const double noise = sqrt(power_of(y, n) * pow(10, -snr_db / 10));
	for (size_t i = 0; i < n; i++)
		y[i] += noise * sabin_random_normal(random);
}

/* Level of the filters, the power averaged over width_oct. */
static double truth_db(double f_hz, double width_oct)
{
	enum { STEPS = 32 };
	double sum = 0;
	for (int i = 0; i < STEPS; i++) {
		const double at_hz = f_hz * exp2(width_oct * ((i + 0.5) / STEPS - 0.5));
		sum += pow(10, sabin_biquads_level_db(system_filters, COUNT(system_filters), RATE, at_hz) / 10);
	}
	return 10 * log10(sum / STEPS);
}

/* Worst error where the coherence is above 0.9, and how many points that were. */
static double worst_error(const struct sabin_transfer *t, double smoothing_oct, size_t *held, size_t *all)
{
	struct sabin_trace trace;
	double worst = 0;
	assert_int_equal(sabin_transfer_trace(t, smoothing_oct, 24, 30, 20000, &trace), SABIN_OK);
	*held = 0;
	*all = trace.length;
	for (size_t i = 0; i < trace.length; i++) {
		if (!(trace.coherence[i] > 0.9))
			continue;
		const double want = truth_db(trace.freq_hz[i], smoothing_oct);
		if (fabs(trace.level_db[i] - want) > 0.25)
			print_message("%8.1f Hz: %+.3f dB, coherence %.3f, error %.3f\n", trace.freq_hz[i],
			              trace.level_db[i] - want, trace.coherence[i], trace.error_db[i]);
		worst = fmax(worst, fabs(trace.level_db[i] - want));
		++*held;
	}
	sabin_trace_release(&trace);
	return worst;
}

static void a_system_with_music(void **state)
{
	(void)state;
	enum { N = 32 * RATE };
	struct sabin_random random;
	sabin_random_init(&random, test_seed("a system with music"));
	double *x = malloc(N * sizeof *x), *y = malloc(N * sizeof *y);
	assert_true(x && y);
	music(x, N, &random);
	const size_t delay = (size_t)test_between(&random, 0, RATE);
	play(x, N, delay, 20, &random, y);
	struct sabin_transfer *t = NULL;
	struct sabin_transfer_options o = sabin_transfer_defaults(RATE);
	o.average_s = INFINITY;
	assert_int_equal(sabin_transfer_new(&o, &t), SABIN_OK);
	struct sabin_lateness found;
	assert_int_equal(sabin_lateness_find(x + 10 * RATE, y + 10 * RATE, 4 * RATE, RATE, 1, &found), SABIN_OK);
	print_message("delay %zu: found %.2f, %.1f dB clear\n", delay, found.delay_s * RATE, found.clear_db);
	assert_true(sabin_transfer_set_delay(t, (size_t)lrint(found.delay_s * RATE)));
	sabin_transfer_process(t, x, y, N);
	for (int b = 3; b <= 24; b *= 2) {
		size_t held, all;
		const double worst = worst_error(t, 1.0 / b, &held, &all);
		print_message("1/%d octave: within %.3f dB at %zu of %zu points of coherence above 0.9\n", b, worst, held, all);
		assert_at_most(worst, 0.3);
		assert_true(held > all / 2);
	}
	sabin_transfer_free(t);
	free(x);
	free(y);
}

/* White noise at a known distance below: the coherence is snr / (1 + snr) [Bendat, Piersol 6.1.4], and the level errs as
 * its standard uncertainty says. */
static void coherence_of_noise(void **state)
{
	(void)state;
	enum { N = 40 * RATE };
	struct sabin_random random;
	sabin_random_init(&random, test_seed("coherence of noise"));
	double *x = malloc(N * sizeof *x), *y = malloc(N * sizeof *y);
	assert_true(x && y);
	static const double snrs_db[] = {20, 0, -10};
	for (size_t s = 0; s < COUNT(snrs_db); s++) {
		const double snr = pow(10, snrs_db[s] / 10);
		for (size_t i = 0; i < N; i++) {
			x[i] = 0.1 * sabin_random_normal(&random);
			y[i] = -0.5 * x[i] + 0.05 / sqrt(snr) * sabin_random_normal(&random);
		}
		struct sabin_transfer *t = NULL;
		struct sabin_transfer_options o = sabin_transfer_defaults(RATE);
		o.average_s = INFINITY;
		o.delay_max_s = 0;
		assert_int_equal(sabin_transfer_new(&o, &t), SABIN_OK);
		for (size_t at = 0, n = 1; at < N; at += n, n = n % 4000 + 333)
			sabin_transfer_process(t, x + at, y + at, n < N - at ? n : N - at);
		struct sabin_trace trace;
		assert_int_equal(sabin_transfer_trace(t, 0, 12, 100, 20000, &trace), SABIN_OK);
		double mean = 0, square = 0, expected = 0;
		for (size_t i = 0; i < trace.length; i++) {
			const double error = trace.level_db[i] + 20 * log10(2);
			mean += trace.coherence[i] / (double)trace.length;
			square += error * error;
			expected += trace.error_db[i] * trace.error_db[i];
		}
		print_message("snr %g dB: coherence %.4f; level errs by %.3f dB, says %.3f dB\n", snrs_db[s], mean,
		              sqrt(square / (double)trace.length), sqrt(expected / (double)trace.length));
		assert_near(mean, snr / (1 + snr), 0.03);
		/* 92 points of about one degree of freedom each, and a level is not linear where noise is much */
		if (snr >= 1)
			assert_near(sqrt(square / expected), 1, 0.35);
		double reference_dbfs, microphone_dbfs;
		sabin_transfer_levels(t, &reference_dbfs, &microphone_dbfs);
		assert_near(reference_dbfs, -20, 0.05);
		assert_near(microphone_dbfs, -20 + 10 * log10(0.25 * (1 + 1 / snr)), 0.05);
		if (snr >= 1) /* 1 / sqrt(2 n) = 0.06 rad at 0 dB */
			assert_near(fabs(trace.phase_deg[40]), 180, 20);
		sabin_trace_release(&trace);
		sabin_transfer_free(t);
	}
	free(x);
	free(y);
}

/* x, later by a fraction of a sample, too. */
static void late(const double *x, size_t n, double delay, double gain, double *y)
{
	for (size_t i = 0; i < n; i++)
		y[i] = gain * sabin_interpolate(x, n, (double)i - delay);
}

static void delays_from_nothing_to_a_second(void **state)
{
	(void)state;
	enum { N = 2 * RATE + RATE / 2 };
	struct sabin_random random;
	sabin_random_init(&random, test_seed("delays"));
	double *x = malloc(N * sizeof *x), *y = malloc(N * sizeof *y), worst = 0;
	assert_true(x && y);
	const double delays[] = {0, 1, 2.5, 480.25, test_between(&random, 0, RATE), RATE};
	for (int programme = 0; programme < 2; programme++) {
		if (programme)
			music(x, N, &random);
		else
			for (size_t i = 0; i < N; i++)
				x[i] = 0.1 * sabin_random_normal(&random);
		for (size_t d = 0; d < COUNT(delays); d++) {
			const double gain = d % 2 ? -0.3 : 0.3;
			struct sabin_lateness found;
			late(x, N, delays[d], gain, y);
			const double noise = 0.1 * sqrt(power_of(y, N)); /* 20 dB below */
			for (size_t i = 0; i < N; i++)
				y[i] += noise * sabin_random_normal(&random);
			assert_int_equal(sabin_lateness_find(x, y, N, RATE, 1, &found), SABIN_OK);
			assert_near(found.delay_s * RATE, delays[d], 0.5);
			assert_int_equal(found.polarity, d % 2 ? -1 : 1);
			assert_true(found.clear_db > 15);
			worst = fmax(worst, fabs(found.delay_s * RATE - delays[d]));
		}
	}
	print_message("delays: within %.3f samples\n", worst);
	free(x);
	free(y);
}

/* A direct sound and 0.4 s of reverberation that holds as much energy. */
static void a_delay_through_a_room(void **state)
{
	(void)state;
	enum { N = 3 * RATE, H = RATE / 4, DELAY = 7777 };
	struct sabin_random random;
	sabin_random_init(&random, test_seed("a delay through a room"));
	double *x = malloc(N * sizeof *x), *y = calloc(N, sizeof *y);
	static size_t at[400];
	static double size[400];
	assert_true(x && y);
	music(x, N, &random);
	at[0] = DELAY;
	size[0] = 1;
	for (size_t r = 1; r < COUNT(at); r++) { /* echoes at random, T = 0.4 s */
		at[r] = DELAY + (size_t)test_between(&random, 0.004 * RATE, H);
		size[r] = 0.12 * pow(10, -3 * (double)(at[r] - DELAY) / (0.4 * RATE)) * (r % 2 ? 1 : -1);
	}
	for (size_t r = 0; r < COUNT(at); r++)
		for (size_t i = at[r]; i < N; i++)
			y[i] += size[r] * x[i - at[r]];
	struct sabin_lateness found;
	assert_int_equal(sabin_lateness_find(x, y, N, RATE, 1, &found), SABIN_OK);
	print_message("through a room: %.2f of %d, %.1f dB clear\n", found.delay_s * RATE, DELAY, found.clear_db);
	assert_near(found.delay_s * RATE, DELAY, 1);
	free(x);
	free(y);
}

/* The response kept from noise through the filters is the filters': their levels come back from its spectrum. */
static void the_impulse_response(void **state)
{
	(void)state;
	enum { N = 30 * RATE, DELAY = 1234 };
	struct sabin_random random;
	sabin_random_init(&random, test_seed("the impulse response"));
	double *x = malloc(N * sizeof *x), *y = malloc(N * sizeof *y), *h = NULL;
	size_t size = 0, zero = 0;
	assert_true(x && y);
	for (size_t i = 0; i < N; i++)
		x[i] = 0.1 * sabin_random_normal(&random);
	play(x, N, DELAY, 40, &random, y);
	struct sabin_transfer *t = NULL;
	const struct sabin_transfer_options o = sabin_transfer_defaults(RATE);
	assert_int_equal(sabin_transfer_new(&o, &t), SABIN_OK);
	assert_true(sabin_transfer_set_delay(t, DELAY));
	assert_false(sabin_transfer_set_delay(t, RATE + 1));
	assert_int_equal(sabin_transfer_response(t, &h, &size, &zero), SABIN_ESHORT);
	sabin_transfer_process(t, x, y, N);
	assert_int_equal(sabin_transfer_response(t, &h, &size, &zero), SABIN_OK);
	assert_int_equal(size, 32768);
	double *want = calloc(size, sizeof *want);
	assert_non_null(want);
	sabin_biquads_impulse(system_filters, COUNT(system_filters), RATE, want + zero, size - zero);
	double error = 0;
	for (size_t i = 0; i < size; i++)
		error += (h[i] - want[i]) * (h[i] - want[i]);
	error = 10 * log10(error / (power_of(want, size) * (double)size));
	print_message("impulse response: error %.1f dB\n", error);
	assert_at_most(error, -40);
	/* 8 s: n windows, each worth a half, of 0.17 s: 2 * 8 / 0.17 * 0.52 */
	assert_near(sabin_transfer_averages(t), 2 * 8 / (8192.0 / RATE) * 0.52, 3);
	sabin_transfer_restart(t);
	assert_near(sabin_transfer_averages(t), 0, 0);
	sabin_transfer_free(t);
	free(want);
	free(h);
	free(x);
	free(y);
}

static void limits(void **state)
{
	(void)state;
	struct sabin_transfer *t = NULL;
	struct sabin_transfer_options o = sabin_transfer_defaults(RATE);
	o.window_s = 0;
	assert_int_equal(sabin_transfer_new(&o, &t), SABIN_EINVAL);
	o = sabin_transfer_defaults(NAN);
	assert_int_equal(sabin_transfer_new(&o, &t), SABIN_EINVAL);
	o = sabin_transfer_defaults(RATE);
	assert_int_equal(sabin_transfer_new(&o, &t), SABIN_OK);
	struct sabin_trace trace;
	assert_int_equal(sabin_transfer_trace(t, 0.1, 24, 20, 20000, &trace), SABIN_ESHORT);
	/* silence: nothing is known, nothing is infinite */
	static double zeros[3 * RATE];
	sabin_transfer_process(t, zeros, zeros, COUNT(zeros));
	assert_int_equal(sabin_transfer_trace(t, 0.1, 24, 20, 20000, &trace), SABIN_OK);
	assert_true(isnan(trace.level_db[10]));
	assert_near(trace.coherence[10], 0, 0);
	sabin_trace_release(&trace);
	sabin_transfer_free(t);
	sabin_transfer_free(NULL);
	struct sabin_lateness found;
	assert_int_equal(sabin_lateness_find(zeros, zeros, COUNT(zeros), RATE, 1, &found), SABIN_ESHORT);
	assert_int_equal(sabin_lateness_find(zeros, zeros, 100, RATE, 1, &found), SABIN_ESHORT);
	assert_int_equal(sabin_lateness_find(zeros, zeros, COUNT(zeros), RATE, NAN, &found), SABIN_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_system_with_music),
		cmocka_unit_test(coherence_of_noise),
		cmocka_unit_test(delays_from_nothing_to_a_second),
		cmocka_unit_test(a_delay_through_a_room),
		cmocka_unit_test(the_impulse_response),
		cmocka_unit_test(limits),
	};
	return cmocka_run_group_tests_name("transfer", tests, NULL, NULL);
}
