/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_burst.c: bursts of tone die away as their envelope says, resonances as their quality says.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/burst.h>
#include <sabin/random.h>

#include "util/near.h"
#include "util/seed.h"

enum { RATE_HZ = 48000, FRAMES = 2 * RATE_HZ, ARRIVAL = RATE_HZ / 4 };

static double *silence(void)
{
	double *h = calloc(FRAMES, sizeof *h);
	assert_non_null(h);
	return h;
}

/* A resonance of frequency f_hz and quality q, struck at the arrival: its amplitude falls by
 * exp(-pi / q) a period. */
static void add_resonance(double *h, double f_hz, double q, double gain)
{
	for (size_t i = ARRIVAL; i < FRAMES; i++) {
		const double t = (double)(i - ARRIVAL) / RATE_HZ;
		h[i] += gain * sin(2 * M_PI * f_hz * t) * exp(-M_PI * f_hz * t / q);
	}
}

static struct sabin_burst_map map_of(const double *h, size_t n, double arrival, double from_hz,
                                     double to_hz, size_t freqs)
{
	struct sabin_burst_options o = sabin_burst_defaults();
	struct sabin_burst_map map;
	o.from_hz = from_hz;
	o.to_hz = to_hz;
	o.freqs = freqs;
	assert_ok(sabin_burst_compute(h, n, RATE_HZ, arrival, &o, &map));
	return map;
}

static double level(const struct sabin_burst_map *map, size_t i, double period)
{
	return map->level_db[(size_t)lrint(period / (map->period[1] - map->period[0])) * map->freqs + i];
}

/* closed form: a click gives the burst itself, and nothing after it; at half its way down, a raised
 * cosine has a half */
static void a_click_is_the_burst(void **state)
{
	(void)state;
	double *h = silence();
	h[ARRIVAL] = -0.3;
	struct sabin_burst_map map = map_of(h, FRAMES, ARRIVAL, 40, 20000, 50);
	for (size_t i = 0; i < map.freqs; i++)
		for (size_t k = 0; k < map.times; k++) {
			const double p = map.period[k];
			const double w = p < 2.5 ? (1 + cos(2 * M_PI * p / 5)) / 2 : 0;
			const double want = w > 0 ? 20 * log10(w) : -200;
			if (want > -60)
				assert_near(map.level_db[k * map.freqs + i], want, 0.01);
			else if (p > 2.5)
				assert_at_most(map.level_db[k * map.freqs + i], -180);
		}
	assert_near(map.peak[10], 0, 1e-12);
	assert_near(sabin_burst_fall(&map, 10, 6.03), 1.25, 1e-9); /* 6.02 dB at a quarter of its length */
	sabin_burst_map_free(&map);
	free(h);
}

/* closed form: 20 lg e^(pi / Q) a period, at any frequency */
static void a_resonance_falls_by_its_quality(void **state)
{
	(void)state;
	static const double cases[][2] = {{40, 12}, {100, 25}, {100, 60}, {1000, 30}, {9000, 50}};
	for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
		const double f = cases[c][0], q = cases[c][1];
		double *h = silence();
		add_resonance(h, f, q, 0.5);
		struct sabin_burst_map map = map_of(h, FRAMES, ARRIVAL, f / 1.2, f * 1.2, 3);
		assert_near(map.freq_hz[1], f, 1e-9 * f);
		for (double p = 3; p < 40; p += 1) {
			const double fall = level(&map, 1, p) - level(&map, 1, p + 1);
			/* the image at -f lies in a zero of the burst's spectrum but for its own width */
			assert_near(fall, 20 * M_PI / M_LN10 / q, 0.02);
		}
		sabin_burst_map_free(&map);
		free(h);
	}
}

/* law: what has the same quality falls alike in periods, wherever it is; gain, polarity and
 * place in the file change nothing */
static void periods_are_what_counts(void **state)
{
	(void)state;
	double *low = silence(), *high = silence();
	add_resonance(low, 50, 20, 1);
	add_resonance(high, 800, 20, 1);
	struct sabin_burst_map a = map_of(low, FRAMES, ARRIVAL, 25, 100, 9);
	struct sabin_burst_map b = map_of(high, FRAMES, ARRIVAL, 400, 1600, 9);
	for (size_t i = 0; i < a.freqs * a.times; i++)
		if (a.level_db[i] > -80)
			/* the sampling of a burst of 60 samples a period against one of 960 */
			assert_near(b.level_db[i], a.level_db[i], 0.05);
	for (size_t i = 0; i < FRAMES; i++)
		low[i] *= -1e-5;
	struct sabin_burst_map c = map_of(low + 1000, FRAMES - 1000, ARRIVAL - 1000, 25, 100, 9);
	for (size_t i = 0; i < a.freqs * a.times; i++)
		if (a.level_db[i] > -120)
			assert_near(c.level_db[i], a.level_db[i], 1e-6);
	sabin_burst_map_free(&a);
	sabin_burst_map_free(&b);
	sabin_burst_map_free(&c);
	free(low);
	free(high);
}

/* Response to the burst, convolved sample by sample: the two quadratures' powers. */
static double brute(const double *h, double f_hz, double cycles, double end)
{
	const double length = cycles * RATE_HZ / f_hz;
	double in = 0, quad = 0;
	for (long i = lrint(ceil(end - length)); (double)i <= end; i++) {
		const double u = end - (double)i, w = (1 - cos(2 * M_PI * u / length)) / 2;
		if (i < 0 || i >= FRAMES)
			continue;
		in += h[i] * w * cos(2 * M_PI * f_hz * u / RATE_HZ);
		quad += h[i] * w * sin(2 * M_PI * f_hz * u / RATE_HZ);
	}
	return in * in + quad * quad;
}

/* reference: a random response against the sum itself, at a fractional arrival */
static void as_the_convolution(void **state)
{
	(void)state;
	struct sabin_random random;
	sabin_random_init(&random, test_seed("burst"));
	double *h = silence();
	for (size_t i = ARRIVAL - 200; i < FRAMES; i++)
		h[i] = sabin_random_normal(&random) * exp(-((double)i - ARRIVAL) / 6000);
	const double arrival = ARRIVAL + 0.37;
	struct sabin_burst_map map = map_of(h, FRAMES, arrival, 40, 20000, 12);
	for (size_t i = 0; i < map.freqs; i++) {
		const double period = RATE_HZ / map.freq_hz[i];
		double most = 0;
		for (size_t k = 0; k < map.times; k++)
			most = fmax(most, brute(h, map.freq_hz[i], 5,
			                        arrival + (2.5 + map.period[k]) * period));
		for (size_t k = 0; k < map.times; k += 7) {
			const double end = arrival + (2.5 + map.period[k]) * period;
			const double want = 10 * log10(brute(h, map.freq_hz[i], 5, end) / most);
			if (want > -100)
				assert_near(map.level_db[k * map.freqs + i], want, 1e-4);
		}
		assert_near(map.level_db[(size_t)(map.peak[i] / 0.25 + 0.5) * map.freqs + i], 0, 1e-9);
	}
	sabin_burst_map_free(&map);
	free(h);
}

/* limits: where the response ends nothing is claimed; noise is told, and a fall into it is not */
static void ends_and_noise(void **state)
{
	(void)state;
	struct sabin_random random;
	double *h = silence();
	add_resonance(h, 100, 30, 1);
	/* 50 periods of 100 Hz and the burst take 0.55 s: the response ends after 0.3 s */
	struct sabin_burst_map map = map_of(h, ARRIVAL + (size_t)(0.3 * RATE_HZ), ARRIVAL, 80, 125, 3);
	assert_false(isnan(level(&map, 1, 27.25)));
	assert_true(isnan(level(&map, 1, 27.75)));
	assert_true(isnan(sabin_burst_fall(&map, 1, 20)));
	sabin_burst_map_free(&map);

	/* 20 dB take 20 Q / 27.29 periods and the time of the build-up, here below four */
	map = map_of(h, FRAMES, ARRIVAL, 80, 125, 3);
	assert_near(sabin_burst_fall(&map, 1, 20) - map.peak[1], 20 * 30 / 27.29, 2);
	const double clean = sabin_burst_fall(&map, 1, 20);
	assert_at_most(map.noise_db[1], -130); /* 155 periods later: 141 dB */
	sabin_burst_map_free(&map);

	sabin_random_init(&random, test_seed("burst, noise"));
	const double sigma = 0.1;
	for (size_t i = 0; i < FRAMES; i++)
		h[i] += sigma * sabin_random_normal(&random);
	map = map_of(h, FRAMES, ARRIVAL, 500, 2000, 21);
	double sum = 0; /* of noise, all frequencies alike: sigma^2 sum w^2, sum w^2 = 3/8 length */
	for (size_t i = 0; i < map.freqs; i++) {
		const double f = map.freq_hz[i], end = ARRIVAL + (2.5 + map.peak[i]) * RATE_HZ / f;
		const double most = brute(h, f, 5, end);
		sum += most * pow(10, map.noise_db[i] / 10) /
		       (sigma * sigma * 0.375 * 5 * RATE_HZ / f) / (double)map.freqs;
	}
	/* at the least 20 windows a frequency, overlapping, 5 frequencies an octave apart in all */
	assert_near(10 * log10(sum), 0, 1);
	sabin_burst_map_free(&map);
	map = map_of(h, FRAMES, ARRIVAL, 80, 125, 3);
	assert_true(map.noise_db[1] > -30 || fabs(sabin_burst_fall(&map, 1, 20) - clean) < 3);
	assert_true(isnan(sabin_burst_fall(&map, 1, 50)));
	sabin_burst_map_free(&map);
	free(h);
}

static void refusals(void **state)
{
	(void)state;
	const struct sabin_burst_options good = sabin_burst_defaults();
	struct sabin_burst_options o = good;
	struct sabin_burst_map map;
	double *h = silence();
	assert_int_equal(sabin_burst_compute(h, FRAMES, RATE_HZ, ARRIVAL, &o, &map), SABIN_ESHORT);
	assert_int_equal(sabin_burst_compute(h, 0, RATE_HZ, 0, &o, &map), SABIN_EINVAL);
	assert_int_equal(sabin_burst_compute(NULL, FRAMES, RATE_HZ, 0, &o, &map), SABIN_EINVAL);
	assert_int_equal(sabin_burst_compute(h, FRAMES, NAN, 0, &o, &map), SABIN_EINVAL);
	assert_int_equal(sabin_burst_compute(h, FRAMES, RATE_HZ, 1e9, &o, &map), SABIN_EINVAL);
	h[5] = INFINITY;
	assert_int_equal(sabin_burst_compute(h, FRAMES, RATE_HZ, ARRIVAL, &o, &map), SABIN_EINVAL);
	h[5] = 1;
	const struct sabin_burst_options bad[] = {
	    {20, 24001, 240, 5, 50, 0.25}, {0, 20000, 240, 5, 50, 0.25},  {20, 20, 240, 5, 50, 0.25},
	    {20, 20000, 1, 5, 50, 0.25},   {20, 20000, 240, 1, 50, 0.25}, {20, 20000, 240, 65, 50, 0.25},
	    {20, 20000, 240, 5, 50, 0},    {20, 20000, 240, 5, -1, 1},    {20, 20000, 240, 5, 5e4, 0.25},
	    {20, 20000, 240, NAN, 50, 1},
	};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(sabin_burst_compute(h, FRAMES, RATE_HZ, 5, &bad[i], &map), SABIN_EINVAL);
	/* one sample: the response is over before the first burst is */
	assert_int_equal(sabin_burst_compute(h + 5, 1, RATE_HZ, 0, &o, &map), SABIN_ESHORT);
	free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_click_is_the_burst), cmocka_unit_test(a_resonance_falls_by_its_quality),
	    cmocka_unit_test(periods_are_what_counts), cmocka_unit_test(as_the_convolution),
	    cmocka_unit_test(ends_and_noise), cmocka_unit_test(refusals),
	};
	return cmocka_run_group_tests_name("burst", tests, NULL, NULL);
}
