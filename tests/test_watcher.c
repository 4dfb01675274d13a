/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_watcher.c: all that is kept of several channels: intervals, their sum, octave levels, delays.
 */
#include <math.h>
#include <stdlib.h>

#include "live/watcher.h"
#include "util/near.h"
#include "util/seed.h"

enum { RATE = 48000 };

static struct sabin_watcher *watcher_of(size_t channels, int reference)
{
	struct sabin_watcher *w = NULL;
	const struct sabin_watcher_options o = {
	    .rate_hz = RATE, .channels = channels, .reference = reference, .fraction = 3, .from_hz = 20, .to_hz = 20000,
	    .weighting = SABIN_WEIGHTING_Z, .time = SABIN_FAST, .transfer = sabin_transfer_defaults(RATE)};
	assert_int_equal(sabin_watcher_new(&o, &w), SABIN_OK);
	return w;
}

/* Two intervals of 1 kHz, the second 20 dB louder: each has its own level, and their sum the mean of the powers. */
static void intervals_and_their_sum(void **state)
{
	(void)state;
	enum { N = 2 * RATE };
	static float x[N];
	static struct sabin_tally first, second, sum;
	struct sabin_watcher *w = watcher_of(1, -1);
	for (int part = 0; part < 2; part++) {
		const double size = part ? 0.1 : 0.01;
		for (int i = 0; i < N; i++)
			x[i] = (float)(size * sqrt(2) * sin(2 * M_PI * 1000 * i / RATE));
		for (size_t at = 0, n = 1; at < N; at += n, n = n % 3000 + 77)
			sabin_watcher_process(w, x + at, n < N - at ? n : N - at);
		sabin_watcher_tally(w, 0, part ? &second : &first);
		sabin_watcher_turn(w);
		sabin_tally_add(&sum, part ? &second : &first);
	}
	assert_near(first.time_s, 2, 1e-12);
	assert_near(first.reading.band[SABIN_WEIGHTING_A].leq_dbfs, -40, 0.02);
	assert_near(second.reading.band[SABIN_WEIGHTING_A].leq_dbfs, -20, 0.02);
	assert_near(sum.time_s, 4, 1e-12);
	assert_near(sum.reading.band[SABIN_WEIGHTING_A].leq_dbfs, 10 * log10((1e-4 + 1e-2) / 2), 0.02);
	assert_true(sum.reading.band[SABIN_WEIGHTING_C].peak_dbfs == second.reading.band[SABIN_WEIGHTING_C].peak_dbfs);
	/* 1.375 s of the first two seconds are counted, and it takes the fast level some 10 ms to rise to within a class */
	assert_near(sabin_percentiles_level(&sum.percentiles, 80), -40, 0.11);
	assert_near(sabin_percentiles_level(&sum.percentiles, 30), -20, 0.11);
	/* the octave of 1 kHz has it all; the one of 63 Hz nothing */
	assert_near(first.octave_dbfs[5], -40, 0.05);
	assert_near(second.octave_dbfs[5], -20, 0.1);
	assert_near(sum.octave_dbfs[5], 10 * log10((1e-4 + 1e-2) / 2), 0.1);
	assert_at_most(first.octave_dbfs[1], -75);
	sabin_watcher_free(w);
}

/* The second channel is the first, a third as large, 1000.4 frames later, upside down. */
static void a_delay_is_found(void **state)
{
	(void)state;
	enum { N = 3 * RATE, CHANNELS = 3 };
	struct sabin_random random;
	struct sabin_lateness found;
	sabin_random_init(&random, test_seed("a delay is found"));
	float *x = calloc(N * CHANNELS, sizeof *x);
	assert_non_null(x);
	for (size_t i = 0; i < N; i++) {
		x[i * CHANNELS] = (float)(0.1 * sabin_random_normal(&random));
		x[i * CHANNELS + 1] = i >= 1000 ? -x[(i - 1000) * CHANNELS] / 3 : 0;
		x[i * CHANNELS + 2] = (float)(0.1 * sabin_random_normal(&random)); /* of its own */
	}
	struct sabin_watcher *w = watcher_of(CHANNELS, 0);
	assert_int_equal(sabin_watcher_lateness(w, 1, &found), SABIN_ESHORT);
	sabin_watcher_process(w, x, N);
	assert_int_equal(sabin_watcher_lateness(w, 1, &found), SABIN_OK);
	assert_near(found.delay_s * RATE, 1000, 0.05);
	assert_int_equal(found.polarity, -1);
	assert_true(found.clear_db > 30);
	/* what has nothing in common has no clear peak: of 48000 Gaussian numbers the largest is 4.3 sigma, 12.7 dB */
	assert_int_equal(sabin_watcher_lateness(w, 2, &found), SABIN_OK);
	assert_at_most(found.clear_db, 15);
	assert_null(sabin_watcher_transfer(w, 0));
	assert_non_null(sabin_watcher_transfer(w, 1));
	sabin_watcher_free(w);
	free(x);
}

static void limits(void **state)
{
	(void)state;
	struct sabin_watcher *w = NULL;
	struct sabin_watcher_options o = {.rate_hz = RATE, .channels = 1, .reference = -1, .fraction = 3, .from_hz = 20,
	                                  .to_hz = 20000, .transfer = sabin_transfer_defaults(RATE)};
	o.channels = 0;
	assert_int_equal(sabin_watcher_new(&o, &w), SABIN_EINVAL);
	o.channels = 1;
	o.reference = 1;
	assert_int_equal(sabin_watcher_new(&o, &w), SABIN_EINVAL);
	o.reference = -1;
	o.rate_hz = NAN;
	assert_int_equal(sabin_watcher_new(&o, &w), SABIN_EINVAL);
	o.rate_hz = RATE;
	o.from_hz = 23000;
	o.to_hz = 24000;
	assert_int_equal(sabin_watcher_new(&o, &w), SABIN_EINVAL);
	sabin_watcher_free(NULL);
	/* another spectrum at once; a bad one leaves the old */
	w = watcher_of(1, -1);
	size_t bands;
	assert_int_equal(sabin_watcher_set_spectrum(w, SABIN_SPECTRUM_FFT, 0, SABIN_WEIGHTING_A, SABIN_SLOW), SABIN_EINVAL);
	sabin_spectrum_bands(sabin_watcher_spectrum(w), &bands);
	assert_int_equal(bands, 30);
	assert_int_equal(sabin_watcher_set_spectrum(w, SABIN_SPECTRUM_FFT, 12, SABIN_WEIGHTING_A, SABIN_SLOW), SABIN_OK);
	sabin_spectrum_bands(sabin_watcher_spectrum(w), &bands);
	assert_int_equal(bands, 120);
	/* silence: levels of none, no NaN */
	static float zeros[RATE];
	static struct sabin_tally tally;
	sabin_watcher_process(w, zeros, RATE);
	sabin_watcher_tally(w, 0, &tally);
	assert_true(isinf(tally.reading.band[SABIN_WEIGHTING_A].leq_dbfs));
	assert_true(isnan(sabin_percentiles_level(&tally.percentiles, 50)));
	sabin_watcher_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intervals_and_their_sum),
		cmocka_unit_test(a_delay_is_found),
		cmocka_unit_test(limits),
	};
	return cmocka_run_group_tests_name("watcher", tests, NULL, NULL);
}
