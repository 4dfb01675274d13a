/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_clarity.c: what the cut between early and late spreads from one band into another.
 */
#include <complex.h>
#include <math.h>

#include <sabin/fft.h>
#include <sabin/parameters.h>

#include "util/decays.h"
#include "util/near.h"

static const double rate_hz = 48000;

/* What is called valid is possible: more time is more early energy, and what comes after 50 ms comes
 * late. */
static void check_possible(const struct sabin_quantity *v)
{
	if (v[SABIN_C50].valid && v[SABIN_C80].valid)
		assert_at_most(v[SABIN_C50].value, v[SABIN_C80].value);
	if (v[SABIN_D50].valid && v[SABIN_TS].valid)
		assert_at_most(0.05 * (1 - v[SABIN_D50].value), v[SABIN_TS].value);
}

/* C50 where the band is filtered first and divided then: nothing spreads, all of it is the band's own. */
static double filtered_first_db(struct sabin_fft *fft, const double *h, size_t n, size_t zero,
                                const struct sabin_band *band)
{
	const size_t size = sabin_fft_size(fft);
	double *x = calloc(size, sizeof *x), early = 0, late = 0;
	double complex *bins = malloc((size / 2 + 1) * sizeof *bins);
	memcpy(x, h, n * sizeof *h);
	sabin_fft_forward(fft, x, bins);
	for (size_t k = 0; k <= size / 2; k++)
		bins[k] *= sabin_band_gain(band, (double)k * rate_hz / (double)size);
	sabin_fft_inverse(fft, bins, x);
	for (size_t i = 0; i < size; i++)
		*(i < zero + 2400 ? &early : &late) += x[i] * x[i];
	free(bins);
	free(x);
	return 10 * log10(early / late);
}

/* A bass that rings, and a decay in the bands above it: the cut spreads the one into the other.  Called
 * valid is only what the band itself would give. */
static void spread_by_the_cut(void **state)
{
	(void)state;
	static const double bass[] = {0.1, 30, 1000}; /* re the decay's RMS in a band at its start */
	struct noise_decay d = decay_of_time(rate_hz, 0.5, HUGE_VAL);
	const size_t n = decay_length(&d);
	double *weak = malloc(n * sizeof *weak), *h = malloc(n * sizeof *h);
	int refused[3] = {0};
	struct sabin_fft *fft;
	assert_ok(sabin_fft_new(131072, &fft));
	print_message("seeds 90 .. 95\n");
	for (uint64_t seed = 90; seed < 96; seed++)
		for (int k = 0; k < 3; k++) {
			decay_draw(&d, seed, weak);
			decay_tone(h, n, 960, rate_hz, 45, 1);
			for (size_t i = 0; i < n; i++) {
				const double rise = fmin(fmax(((double)i - 960) / 1440, 0), 1);
				h[i] = weak[i] + bass[k] * h[i] * pow(sin(M_PI / 2 * rise), 4);
			}
			struct sabin_analysis a = analyse_octaves(h, n, rate_hz, 63, 1000);
			for (size_t b = 0; b < a.band_count; b++) {
				const struct sabin_quantity c50 = a.bands[b].value[SABIN_C50];
				check_possible(a.bands[b].value);
				if (c50.valid)
					assert_near(c50.value,
					            filtered_first_db(fft, h, n, a.arrival.onset,
					                              &a.bands[b].band), 1);
				else
					assert_int_equal(c50.reason, b == 0 ? SABIN_BECAUSE_WINDOW
					                                    : SABIN_BECAUSE_SPREAD);
				refused[k] += b >= 2 && !c50.valid;
			}
			sabin_analysis_free(&a);
		}
	print_message("C50 refused in %d, %d, %d of 18 bands beside a bass of -20, 30, 60 dB\n",
	              refused[0], refused[1], refused[2]);
	assert_at_most(refused[0], 1);
	assert_true(refused[2] >= 6);
	sabin_fft_free(fft);
	free(weak);
	free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spread_by_the_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
