/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_octave.c: bands and filter gains against IEC 61260-1:2014.
 */
#include <math.h>

#include <sabin/octave.h>

#include "signal/band_support.h"
#include "util/near.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* IEC 61260-1:2014 table 1, class 1: attenuation re mid-band at octave ratios G^e.  "outside" rows
 * give the least attenuation only. */
struct limit {
	double exponent, least_db, most_db;
};
static const struct limit class1[] = {
	{0, -0.4, 0.4},         {1 / 8.0, -0.4, 0.5},      {1 / 4.0, -0.4, 0.7},
	{3 / 8.0, -0.4, 1.4},   {0.5 - 1e-12, -0.4, 5.3},  {0.5 + 1e-12, 1.2, INFINITY},
	{1, 16.6, INFINITY},    {2, 40.5, INFINITY},       {3, 60, INFINITY},
	{4, 70, INFINITY},      {6, 70, INFINITY},
};

static const double g_ratio = 1.9952623149688795; /* 10^0.3, IEC 61260-1 formula 1 */

/* IEC 61260-1 formula 9: the ratio of a fractional octave that has the octave's limits. */
static double mapped_ratio(double octave_ratio, int b)
{
	return 1 + (pow(g_ratio, 0.5 / b) - 1) / (sqrt(g_ratio) - 1) * (octave_ratio - 1);
}

static double attenuation_db(const struct sabin_band *band, double f_hz)
{
	const double gain = sabin_band_gain(band, f_hz);
	return -20 * log10(gain); /* of 0: infinite */
}

/* Interpolate a limit linearly in lg of the ratio (formula 11). */
static double limit_at(double ratio, int b, int most)
{
	for (size_t i = 1; i < COUNT(class1); i++) {
		const double r0 = mapped_ratio(pow(g_ratio, class1[i - 1].exponent), b);
		const double r1 = mapped_ratio(pow(g_ratio, class1[i].exponent), b);
		if (ratio > r1)
			continue;
		const double y0 = most ? class1[i - 1].most_db : class1[i - 1].least_db;
		const double y1 = most ? class1[i].most_db : class1[i].least_db;
		if (isinf(y1))
			return y1;
		return y0 + (y1 - y0) * log(ratio / r0) / log(r1 / r0);
	}
	return most ? HUGE_VAL : 70;
}

static void class_1_mask(void **state)
{
	(void)state;
	for (int fraction = 1; fraction <= 3; fraction += 2) {
		struct sabin_band bands[40];
		const size_t count = sabin_bands(fraction, 0, 1e5, bands, COUNT(bands));
		for (size_t i = 0; i < count; i++) {
			const struct sabin_band *band = &bands[i];
			const double edge = pow(g_ratio, 0.5 / fraction);
			for (double e = 0; e < 6; e += 0.0037) {
				const double ratio = mapped_ratio(pow(g_ratio, e), fraction);
				if (fabs(ratio / edge - 1) < 1e-9)
					continue;
				const double least = limit_at(ratio, fraction, 0);
				const double most = limit_at(ratio, fraction, 1);
				const double above = attenuation_db(band, band->centre_hz * ratio);
				const double below = attenuation_db(band, band->centre_hz / ratio);
				assert_at_most(least, above);
				assert_at_most(least, below);
				assert_at_most(above, most);
				assert_at_most(below, most);
			}
		}
	}
}

static void exact_frequencies(void **state)
{
	(void)state;
	struct sabin_band bands[40];
	assert_int_equal(sabin_bands(1, 63, 8000, bands, 40), 8);
	assert_near(bands[0].nominal_hz, 63, 0);
	assert_near(bands[0].centre_hz, 63.09573444801933, 1e-9); /* 10^1.8 */
	assert_near(bands[0].low_hz, 44.66835921509631, 1e-9);    /* 10^1.65 */
	assert_near(bands[0].high_hz, 89.12509381337456, 1e-9);   /* 10^1.95 */
	assert_near(bands[4].centre_hz, 1000, 1e-9);
	assert_int_equal(sabin_bands(1, 0, 1e6, bands, 40), 10);
	assert_int_equal(sabin_bands(3, 0, 1e6, bands, 40), 30);
	assert_near(bands[0].centre_hz, 25.118864315095802, 1e-9); /* 10^1.4 */
	assert_near(bands[29].centre_hz, 19952.62314968880, 1e-6); /* 10^4.3 */
	for (size_t i = 0; i < 30; i++) /* rounding to a nominal name moves it by at most 1.3 % */
		assert_near(bands[i].nominal_hz / bands[i].centre_hz, 1, 0.013);
	for (size_t i = 1; i < 30; i++)
		assert_near(bands[i].low_hz / bands[i - 1].high_hz, 1, 1e-12);
}

static void limits(void **state)
{
	(void)state;
	struct sabin_band bands[4];
	assert_int_equal(sabin_bands(1, 63, 8000, bands, 3), 3);
	assert_int_equal(sabin_bands(1, 63, 8000, bands, 0), 0);
	assert_int_equal(sabin_bands(2, 63, 8000, bands, 4), 0);
	assert_int_equal(sabin_bands(1, 8000, 63, bands, 4), 0);
	assert_int_equal(sabin_bands(1, NAN, NAN, bands, 4), 0);
	assert_int_equal(sabin_bands(1, 1000, 1000, bands, 4), 1);
	assert_near(sabin_band_gain(bands, 0), 0, 0);
	assert_near(sabin_band_gain(bands, -1000), 0, 0);
	assert_near(sabin_band_gain(bands, NAN), 0, 0);
	assert_near(sabin_band_gain(bands, 1000), 1, 0);
}

/* The support tells where the gain is 0, between, 1. */
static void support(void **state)
{
	(void)state;
	for (int fraction = 1; fraction <= 3; fraction += 2) {
		struct sabin_band band;
		assert_int_equal(sabin_bands(fraction, 1000, 1000, &band, 1), 1);
		const struct sabin_band_support s = sabin_band_support(&band);
		assert_near(sabin_band_gain(&band, s.stop_low_hz * (1 - 1e-9)), 0, 0);
		assert_near(sabin_band_gain(&band, s.stop_high_hz * (1 + 1e-9)), 0, 0);
		assert_near(sabin_band_gain(&band, s.pass_low_hz * (1 + 1e-9)), 1, 0);
		assert_near(sabin_band_gain(&band, s.pass_high_hz * (1 - 1e-9)), 1, 0);
		assert_at_most(sabin_band_gain(&band, s.pass_low_hz * 0.99), 0.9999);
		assert_at_most(1e-12, sabin_band_gain(&band, s.stop_low_hz * 1.01));
		/* both edges of the band lie at the same depth, between the limits */
		assert_near(attenuation_db(&band, band.low_hz), 4.79, 0.01);
		assert_near(attenuation_db(&band, band.high_hz), 4.79, 0.01);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(class_1_mask),
		cmocka_unit_test(exact_frequencies),
		cmocka_unit_test(limits),
		cmocka_unit_test(support),
	};
	return cmocka_run_group_tests_name("octave", tests, NULL, NULL);
}
