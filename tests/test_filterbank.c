/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_filterbank.c: running fractional-octave filters against IEC 61260-1:2014.
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include <sabin/fft.h>
#include <sabin/filterbank.h>
#include <sabin/random.h>

#include "live/spectrum.h"
#include "util/near.h"
#include "util/octave_mask.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { RATE = 48000 };

static const int fractions[] = {1, 2, 3, 6, 12, 24};

static struct sabin_filterbank *bank_of(int fraction, double rate_hz, size_t channels)
{
	struct sabin_filterbank *bank = NULL;
	const struct sabin_filterbank_options o = {fraction, 20, 20000, rate_hz, channels};
	assert_int_equal(sabin_filterbank_new(&o, &bank), SABIN_OK);
	return bank;
}

static struct sabin_spectrum *spectrum_of(int fraction, enum sabin_weighting weighting,
                                          enum sabin_time time)
{
	struct sabin_spectrum *spectrum = NULL;
	const struct sabin_spectrum_options o = {{fraction, 20, 20000, RATE, 1}, weighting, time, SABIN_SPECTRUM_FILTERS};
	assert_int_equal(sabin_spectrum_new(&o, &spectrum), SABIN_OK);
	return spectrum;
}

static void bands_of_every_fraction(void **state)
{
	(void)state;
	struct sabin_band bands[512];
	/* IEC 61260-1 annex A: 1 kHz is a mid-band frequency of odd fractions, an edge of even ones */
	assert_int_equal(sabin_fractional_bands(3, 20, 20000, bands, COUNT(bands)), 30);
	assert_near(bands[0].nominal_hz, 25, 0);
	assert_near(bands[16].centre_hz, 1000, 1e-9);
	assert_near(bands[29].nominal_hz, 20000, 1e-9);
	assert_int_equal(sabin_fractional_bands(3, 19.9, 20000, bands, COUNT(bands)), 31);
	assert_near(bands[0].nominal_hz, 20, 1e-12);
	assert_int_equal(sabin_fractional_bands(1, 16, 16000, bands, COUNT(bands)), 10);
	assert_near(bands[0].nominal_hz, 31.5, 1e-12);
	assert_near(bands[9].nominal_hz, 16000, 1e-9);
	const size_t n = sabin_fractional_bands(24, 20, 20000, bands, COUNT(bands));
	assert_int_equal(n, 240); /* 10 lg(1000) / 0.3 * 24 = 239.9.. */
	for (size_t i = 1; i < n; i++) {
		assert_near(bands[i].low_hz / bands[i - 1].high_hz, 1, 1e-12);
		assert_near(bands[i].centre_hz / sqrt(bands[i].low_hz * bands[i].high_hz), 1, 1e-12);
	}
	for (size_t i = 0; i < n; i++)
		assert_true(fabs(bands[i].low_hz - 1000) < 1e-6 || bands[i].low_hz > 1000 ||
		            bands[i].high_hz < 1000 + 1e-6);
	assert_int_equal(sabin_fractional_bands(0, 20, 20000, bands, COUNT(bands)), 0);
	assert_int_equal(sabin_fractional_bands(3, 20, INFINITY, bands, COUNT(bands)), 0);
	/* the two ways to octaves and thirds agree */
	struct sabin_band others[64];
	const size_t thirds = sabin_bands(3, 0, 1e5, others, COUNT(others));
	assert_int_equal(sabin_fractional_bands(3, 24, 20000, bands, COUNT(bands)), thirds);
	for (size_t i = 0; i < thirds; i++) {
		assert_near(bands[i].nominal_hz / others[i].nominal_hz, 1, 1e-12);
		assert_near(bands[i].high_hz / others[i].high_hz, 1, 1e-12);
	}
}

static void class_1_by_design(void **state)
{
	(void)state;
	static const double rates_hz[] = {44100, 48000, 96000};
	for (size_t r = 0; r < COUNT(rates_hz); r++)
		for (size_t f = 0; f < COUNT(fractions); f++) {
			struct sabin_filterbank *bank = bank_of(fractions[f], rates_hz[r], 1);
			size_t count;
			const struct sabin_band *band = sabin_filterbank_bands(bank, &count);
			for (size_t i = 0; i < count; i++)
				for (double e = 0; e < 6; e += 0.037) {
					const double ratio = octave_mask_ratio(pow(octave_ratio, e), fractions[f]);
					const double least = octave_mask_limit(ratio, fractions[f], 0);
					const double most = octave_mask_limit(ratio, fractions[f], 1);
					for (int side = -1; side <= 1; side += 2) {
						const double got =
						    -sabin_filterbank_db(bank, i, band[i].centre_hz * pow(ratio, side));
						assert_at_most(least, got);
						assert_at_most(got, most);
					}
				}
			sabin_filterbank_free(bank);
		}
}

/* White and pink noise through the gain as designed, in fine steps: [IEC] 5.12 allows 0.4 dB. */
static void power_of_noise_by_design(void **state)
{
	(void)state;
	double worst = 0;
	for (size_t f = 0; f < COUNT(fractions); f++) {
		struct sabin_filterbank *bank = bank_of(fractions[f], RATE, 1);
		size_t count;
		const struct sabin_band *band = sabin_filterbank_bands(bank, &count);
		for (size_t i = 0; i < count; i++) {
			double white = 0, pink = 0;
			const double step = 1e-3 / fractions[f];
			for (double u = -8.0 / fractions[f]; u < 8.0 / fractions[f]; u += step) {
				const double f_hz = band[i].centre_hz * exp(u + step / 2);
				const double p = pow(10, sabin_filterbank_db(bank, i, f_hz) / 10) * step;
				white += p * f_hz;
				pink += p;
			}
			white = 10 * log10(white / (band[i].high_hz - band[i].low_hz));
			pink = 10 * log10(pink / log(band[i].high_hz / band[i].low_hz));
			assert_near(white, 0, 0.03);
			assert_near(pink, 0, 0.03);
			worst = fmax(worst, fmax(fabs(white), fabs(pink)));
		}
		sabin_filterbank_free(bank);
	}
	print_message("noise in bands by design: within %.4f dB\n", worst);
}

/* A sine of RMS 1 in the middle of every band reads 0 dB there, and as designed in all other bands, also where what
 * divides the rate could fold it into them. */
static void sines_through_the_bank(void **state)
{
	(void)state;
	enum { N = RATE * 3 / 2 };
	static const double off_hz[] = {1234.5, 11100, 12900, 17000, 21000, 23500};
	double *x = malloc(2 * N * sizeof *x), level_db[64], worst = 0;
	assert_non_null(x);
	struct sabin_filterbank *bank = bank_of(3, RATE, 1);
	size_t count;
	const struct sabin_band *band = sabin_filterbank_bands(bank, &count);
	for (size_t t = 0; t < count + COUNT(off_hz); t++) {
		const double f_hz = t < count ? band[t].centre_hz : off_hz[t - count];
		struct sabin_spectrum *spectrum = spectrum_of(3, SABIN_WEIGHTING_Z, SABIN_FAST);
		for (size_t i = 0; i < 2 * N; i++)
			x[i] = sqrt(2) * sin(2 * M_PI * f_hz * (double)i / RATE);
		sabin_spectrum_process(spectrum, x, N);
		sabin_spectrum_restart(spectrum);
		sabin_spectrum_process(spectrum, x + N, N);
		sabin_spectrum_read(spectrum, 0, SABIN_SPECTRUM_LEQ, level_db);
		for (size_t i = 0; i < count; i++) {
			const double want = sabin_filterbank_db(bank, i, f_hz);
			/* of what is hardly passed, what folds may be more than what is passed: not above the class */
			if (want > -20)
				assert_near(level_db[i], want, 0.02);
			else if (f_hz / band[i].centre_hz > 1.06)
				assert_at_most(level_db[i], -octave_mask_limit(f_hz / band[i].centre_hz, 3, 0));
			if (i == t)
				worst = fmax(worst, fabs(level_db[i]));
		}
		sabin_spectrum_free(spectrum);
	}
	print_message("sines in the middle of third octaves: within %.4f dB\n", worst);
	sabin_filterbank_free(bank);
	free(x);
}

/* Adds up what comes out of each band, sample after sample, so that no two outputs have the same sums. */
static void add_up(void *sums, const struct sabin_filterbank_output *output)
{
	double *sum = sums;
	for (size_t i = 0; i < output->n; i++)
		for (size_t b = 0; b < output->bands; b++)
			sum[output->first + b] = sum[output->first + b] * 0.999 + output->y[i * output->bands + b];
}

/* What was played before a reset leaves nothing, an odd number of samples included. */
static void a_reset_forgets_all(void **state)
{
	(void)state;
	enum { N = 5001 };
	static double noise[N];
	double fresh[64] = {0}, again[64] = {0}, before[64] = {0};
	struct sabin_random random;
	sabin_random_init(&random, 1);
	for (int i = 0; i < N; i++)
		noise[i] = sabin_random_normal(&random);
	struct sabin_filterbank *bank = bank_of(3, RATE, 1);
	sabin_filterbank_process(bank, noise, N, add_up, fresh);
	sabin_filterbank_process(bank, noise, N, add_up, before);
	sabin_filterbank_reset(bank);
	sabin_filterbank_process(bank, noise, N, add_up, again);
	sabin_filterbank_free(bank);
	assert_memory_equal(fresh, again, sizeof fresh);
	assert_memory_not_equal(fresh, before, sizeof fresh);
}

static void limits(void **state)
{
	(void)state;
	struct sabin_filterbank *bank = NULL;
	for (size_t i = 0; i < OCTAVE_IMPOSSIBLE; i++)
		assert_int_equal(sabin_filterbank_new(&octave_impossible[i], &bank), SABIN_EINVAL);
	sabin_filterbank_free(NULL);
	sabin_spectrum_free(NULL);
	/* at 44.1 kHz the band of 20 kHz would reach beyond half the rate */
	size_t count;
	bank = bank_of(3, 44100, 1);
	const struct sabin_band *band = sabin_filterbank_bands(bank, &count);
	assert_near(band[count - 1].nominal_hz, 16000, 1e-9);
	sabin_filterbank_free(bank);
	/* silence reads as such, and after a sound it becomes exactly that at last */
	double level_db[64], x[4096] = {0};
	struct sabin_spectrum *spectrum = spectrum_of(1, SABIN_WEIGHTING_Z, SABIN_FAST);
	sabin_spectrum_process(spectrum, x, 4096);
	sabin_spectrum_read(spectrum, 0, SABIN_SPECTRUM_NOW, level_db);
	assert_true(isinf(level_db[3]));
	sabin_spectrum_free(spectrum);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bands_of_every_fraction),
		cmocka_unit_test(class_1_by_design),
		cmocka_unit_test(power_of_noise_by_design),
		cmocka_unit_test(sines_through_the_bank),
		cmocka_unit_test(a_reset_forgets_all),
		cmocka_unit_test(limits),
	};
	return cmocka_run_group_tests_name("filterbank", tests, NULL, NULL);
}
