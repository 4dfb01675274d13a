/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_octave.c: bands and filter gains against IEC 61260-1:2014.
 */
#include <math.h>

#include <sabin/octave.h>

#include "signal/band_support.h"
#include "util/near.h"
#include "util/octave_mask.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static double attenuation_db(const struct sabin_band *band, double f_hz)
{
	const double gain = sabin_band_gain(band, f_hz);
	return -20 * log10(gain); /* of 0: infinite */
}

static void class_1_mask(void **state)
{
	(void)state;
	for (int fraction = 1; fraction <= 3; fraction += 2) {
		struct sabin_band bands[40];
		const size_t count = sabin_bands(fraction, 0, 1e5, bands, COUNT(bands));
		for (size_t i = 0; i < count; i++) {
			const struct sabin_band *band = &bands[i];
			const double edge = pow(octave_ratio, 0.5 / fraction);
			for (double e = 0; e < 6; e += 0.0037) {
				const double ratio = octave_mask_ratio(pow(octave_ratio, e), fraction);
				if (fabs(ratio / edge - 1) < 1e-9)
					continue;
				const double least = octave_mask_limit(ratio, fraction, 0);
				const double most = octave_mask_limit(ratio, fraction, 1);
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
