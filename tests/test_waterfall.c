/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_waterfall.c: decaying tones fall in a waterfall as they do in time; a click is where it is.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/waterfall.h>

#include "util/near.h"

enum { RATE_HZ = 48000, FRAMES = 2 * RATE_HZ, ARRIVAL = RATE_HZ / 2 };

static double *tones(const double *freq_hz, const double *t60_s, size_t count)
{
	double *h = calloc(FRAMES, sizeof *h);
	assert_non_null(h);
	for (size_t m = 0; m < count; m++)
		for (size_t i = ARRIVAL; i < FRAMES; i++) {
			const double t = (double)(i - ARRIVAL) / RATE_HZ;
			h[i] += sin(2 * M_PI * freq_hz[m] * t) * pow(10, -3 * t / t60_s[m]);
		}
	return h;
}

static size_t nearest(const struct sabin_time_map *map, double f_hz)
{
	size_t best = 0;
	for (size_t i = 0; i < map->freqs; i++)
		if (fabs(log(map->freq_hz[i] / f_hz)) < fabs(log(map->freq_hz[best] / f_hz)))
			best = i;
	return best;
}

/* closed form: an exponential decay stays one in the slices, whatever the window */
static void test_slope(void **state)
{
	(void)state;
	const double f[] = {63}, t60[] = {0.8};
	const struct sabin_waterfall_options o = sabin_waterfall_defaults();
	struct sabin_time_map map;
	double *h = tones(f, t60, 1);
	assert_ok(sabin_waterfall_compute(h, FRAMES, RATE_HZ, ARRIVAL, &o, &map));
	const size_t i = nearest(&map, 63);
	/* from 50 ms on, where the rise lies behind the arrival */
	const size_t a = 10, b = 110;
	assert_near((map.level_db[b * map.freqs + i] - map.level_db[a * map.freqs + i]) /
	                (map.time_s[b] - map.time_s[a]),
	            -60 / 0.8, 0.5);
	assert_near(map.time_s[1] - map.time_s[0], 0.005, 1e-12);
	assert_near(map.freq_hz[0], 20, 1e-9);
	assert_near(map.freq_hz[map.freqs - 1], 320, 1e-9);
	sabin_time_map_free(&map);
	free(h);
}

/* reference: resonances that were put in are found with their T60 */
static void test_ridges(void **state)
{
	(void)state;
	const double f[] = {34, 63, 110, 200}, t60[] = {1.2, 0.8, 0.6, 0.9};
	const struct sabin_waterfall_options o = sabin_waterfall_defaults();
	struct sabin_time_map map;
	struct sabin_ridge ridges[5];
	double *h = tones(f, t60, 4);
	assert_ok(sabin_waterfall_compute(h, FRAMES, RATE_HZ, ARRIVAL, &o, &map));
	assert_int_equal(sabin_waterfall_ridges(&map, -50, ridges, 5), 4);
	for (size_t m = 0; m < 4; m++) {
		assert_near(log2(ridges[m].freq_hz / f[m]), 0, 1 / 48.0);
		/* the first slices still rise: a few per cent */
		assert_near(ridges[m].t60_s / t60[m], 1, 0.06);
	}
	/* room for two: the two that ring longest */
	assert_int_equal(sabin_waterfall_ridges(&map, -50, ridges, 2), 2);
	assert_near(ridges[0].freq_hz, 34, 1);
	assert_near(ridges[1].freq_hz, 200, 4);
	assert_int_equal(sabin_waterfall_ridges(&map, -50, ridges, 0), 0);
	sabin_time_map_free(&map);
	free(h);
}

/* law: gain and place in the file change nothing */
static void test_invariance(void **state)
{
	(void)state;
	const double f[] = {50, 90}, t60[] = {0.5, 0.4};
	const struct sabin_waterfall_options o = sabin_waterfall_defaults();
	struct sabin_time_map a, b;
	double *h = tones(f, t60, 2);
	assert_ok(sabin_waterfall_compute(h, FRAMES, RATE_HZ, ARRIVAL, &o, &a));
	for (size_t i = 0; i < FRAMES; i++)
		h[i] *= -1e-4;
	assert_ok(sabin_waterfall_compute(h + 1000, FRAMES - 1000, RATE_HZ, ARRIVAL - 1000, &o, &b));
	/* what lies 120 dB down is rounding */
	for (size_t i = 0; i < a.times * a.freqs; i++)
		if (a.level_db[i] > -120)
			assert_near(b.level_db[i], a.level_db[i], 1e-4);
	sabin_time_map_free(&a);
	sabin_time_map_free(&b);
	free(h);
}

/* closed form: a click is loudest at its own time at every frequency, and as wide as Q says */
static void test_click(void **state)
{
	(void)state;
	struct sabin_spectrogram_options o = sabin_spectrogram_defaults();
	struct sabin_time_map map;
	double *h = calloc(FRAMES, sizeof *h);
	assert_non_null(h);
	h[ARRIVAL + 480] = 0.3; /* 10 ms after what is called the arrival */
	assert_ok(sabin_spectrogram_compute(h, FRAMES, RATE_HZ, ARRIVAL, &o, &map));
	for (size_t i = 0; i < map.freqs; i++)
		assert_near(map.peak_s[i], 0.010, 0.5e-3);
	/* |envelope|^2 = exp(-(2 pi sigma t)^2), sigma = f / (2 Q sqrt(ln 2)) */
	const size_t i = nearest(&map, 200);
	const double sigma_hz = map.freq_hz[i] / (2 * o.q * sqrt(M_LN2));
	for (size_t k = 0; k < map.times; k += 10) {
		const double t = map.time_s[k] - 0.010;
		const double want = -10 / log(10) * pow(2 * M_PI * sigma_hz * t, 2);
		if (want > -60)
			/* the mean over a step of 0.5 ms lies above its middle: up to 0.09 dB where
			 * the level changes by 3 dB a step, (3 dB)^2 ln 10 / 240 */
			assert_near(map.level_db[k * map.freqs + i], want, 0.1);
	}
	sabin_time_map_free(&map);
	free(h);
}

/* a second, later and louder click takes the peak; levels are re the loudest of each frequency */
static void test_two_clicks(void **state)
{
	(void)state;
	struct sabin_spectrogram_options o = sabin_spectrogram_defaults();
	struct sabin_time_map map;
	double *h = calloc(FRAMES, sizeof *h);
	assert_non_null(h);
	h[ARRIVAL] = 0.5;
	h[ARRIVAL + 2400] = 1;
	assert_ok(sabin_spectrogram_compute(h, FRAMES, RATE_HZ, ARRIVAL, &o, &map));
	const size_t i = nearest(&map, 2000);
	assert_near(map.peak_s[i], 0.050, 1e-9);
	assert_near(map.level_db[40 * map.freqs + i], 20 * log10(0.5), 0.01);
	sabin_time_map_free(&map);
	free(h);
}

static void test_refusals(void **state)
{
	(void)state;
	struct sabin_waterfall_options w = sabin_waterfall_defaults();
	struct sabin_spectrogram_options s = sabin_spectrogram_defaults();
	struct sabin_time_map map;
	double *h = calloc(FRAMES, sizeof *h);
	assert_non_null(h);
	assert_int_equal(sabin_waterfall_compute(h, FRAMES, RATE_HZ, ARRIVAL, &w, &map), SABIN_ESHORT);
	assert_int_equal(sabin_spectrogram_compute(h, FRAMES, RATE_HZ, ARRIVAL, &s, &map),
	                 SABIN_ESHORT);
	assert_int_equal(sabin_waterfall_compute(h, 0, RATE_HZ, 0, &w, &map), SABIN_EINVAL);
	h[5] = NAN;
	assert_int_equal(sabin_waterfall_compute(h, FRAMES, RATE_HZ, ARRIVAL, &w, &map), SABIN_EINVAL);
	assert_int_equal(sabin_spectrogram_compute(h, FRAMES, RATE_HZ, ARRIVAL, &s, &map),
	                 SABIN_EINVAL);
	h[5] = 1;
	w.to_hz = RATE_HZ;
	s.q = 0;
	assert_int_equal(sabin_waterfall_compute(h, FRAMES, RATE_HZ, ARRIVAL, &w, &map), SABIN_EINVAL);
	assert_int_equal(sabin_spectrogram_compute(h, FRAMES, RATE_HZ, ARRIVAL, &s, &map),
	                 SABIN_EINVAL);
	/* one sample is a click at the beginning of its file */
	w = sabin_waterfall_defaults();
	assert_ok(sabin_waterfall_compute(h + 5, 1, RATE_HZ, 0, &w, &map));
	assert_near(map.level_db[0], 0, 0.01);
	sabin_time_map_free(&map);
	free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_slope),      cmocka_unit_test(test_ridges),
	    cmocka_unit_test(test_invariance), cmocka_unit_test(test_click),
	    cmocka_unit_test(test_two_clicks), cmocka_unit_test(test_refusals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
