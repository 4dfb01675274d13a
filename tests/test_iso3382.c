/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_iso3382.c: a decay time that is given against the standard's own rule carries the flag and its
 * reason, in every draw; and what a loudspeaker does not play has no valid value.
 *
 * Environment: SABIN_TEST_DRAWS = random responses a case (usually 6).
 */
#include <math.h>

#include "util/decays.h"
#include "util/near.h"
#include "util/seed.h"

static const double rate_hz = 48000;

/* 30 dB over the noise: the standard asks 35 of T20 and 45 of T30.  Subtracting the noise makes T20 valid
 * all the same where bandwidth and time allow it, down to 125 Hz; each of them is flagged. */
static void thirty_db_is_flagged(void **state)
{
	(void)state;
	static const double times_s[] = {0.4, 1.2, 3};
	const int draws = decay_draws(6);
	const uint64_t seed = test_seed("thirty decibels") % 1000000007;
	int valid[2] = {0, 0}, flagged[2] = {0, 0};
	for (size_t k = 0; k < sizeof times_s / sizeof *times_s; k++)
		for (int i = 0; i < draws; i++) {
			const struct noise_decay d = decay_of_time(rate_hz, times_s[k], 30);
			const size_t n = decay_length(&d);
			double *h = malloc(n * sizeof *h);
			assert_non_null(h);
			decay_draw(&d, seed + (uint64_t)i, h);
			struct sabin_analysis a = analyse_octaves(h, n, rate_hz, 125, 8000);
			for (size_t b = 0; b < a.band_count; b++) {
				const struct sabin_band_result *r = &a.bands[b];
				const struct sabin_quantity iso = sabin_iso_decay_time(r, SABIN_T20);
				assert_false(r->value[SABIN_T30].valid);
				assert_false(sabin_iso_decay_time(r, SABIN_T30).valid);
				if (!r->value[SABIN_T20].valid) {
					/* its own reason is the better one */
					assert_int_equal(iso.reason, r->value[SABIN_T20].reason);
					continue;
				}
				valid[b >= 2]++;
				assert_near(iso.value, r->value[SABIN_T20].value, 1e-12);
				if (r->t20_meets_iso || iso.valid) {
					print_message("%.0f Hz, T %.1f s, draw %d: INR %.1f dB\n",
					              r->band.nominal_hz, times_s[k], i,
					              r->value[SABIN_INR].value);
					continue;
				}
				flagged[b >= 2]++;
				assert_int_equal(iso.reason, SABIN_BECAUSE_RANGE);
				assert_near(iso.have, r->value[SABIN_INR].value, 1e-12);
				assert_near(iso.need, 35, 1e-12);
			}
			sabin_analysis_free(&a);
			free(h);
		}
	print_message("T20 at 30 dB, 125 and 250 Hz: %d valid, %d of them flagged; from 500 Hz %d, %d\n",
	              valid[0], flagged[0], valid[1], flagged[1]);
	assert_true(valid[0] > 0 && valid[1] > 0);
	assert_int_equal(flagged[0], valid[0]);
	assert_int_equal(flagged[1], valid[1]);
}

/* 60 dB: nothing is flagged. */
static void sixty_db_is_not(void **state)
{
	(void)state;
	const struct noise_decay d = decay_of_time(rate_hz, 1.2, 60);
	const size_t n = decay_length(&d);
	double *h = malloc(n * sizeof *h);
	assert_non_null(h);
	decay_draw(&d, test_seed("sixty decibels") % 1000000007, h);
	struct sabin_analysis a = analyse_octaves(h, n, rate_hz, 125, 8000);
	for (size_t b = 0; b < a.band_count; b++)
		for (int t = 0; t < 2; t++) {
			const enum sabin_parameter time = t ? SABIN_T30 : SABIN_T20;
			assert_true(sabin_iso_decay_time(&a.bands[b], time).valid);
			assert_near(sabin_iso_decay_time(&a.bands[b], time).value,
			            a.bands[b].value[time].value, 1e-12);
		}
	sabin_analysis_free(&a);
	free(h);
}

/* A loudspeaker from 100 Hz to 5 kHz: the octaves whose centres lie beyond have no valid value; all others are
 * what they are without that. */
static void loudspeakers_range(void **state)
{
	(void)state;
	const struct noise_decay d = decay_of_time(rate_hz, 0.8, 60);
	const size_t n = decay_length(&d);
	double *h = malloc(n * sizeof *h);
	assert_non_null(h);
	decay_draw(&d, 4, h);
	struct sabin_analysis_options o = octave_options(63, 8000);
	struct sabin_analysis whole, a;
	assert_ok(sabin_analysis_compute(h, n, rate_hz, &o, &whole));
	o.played_from_hz = 100;
	o.played_to_hz = 5000;
	assert_ok(sabin_analysis_compute(h, n, rate_hz, &o, &a));
	for (size_t b = 0; b < a.band_count; b++)
		for (int p = 0; p < SABIN_PARAMETER_COUNT; p++) {
			const struct sabin_quantity q = a.bands[b].value[p], other = whole.bands[b].value[p];
			const bool beyond = b == 0 || b == 7;
			assert_true(q.value == other.value || (isnan(q.value) && isnan(other.value)));
			assert_int_equal(q.valid, other.valid && !beyond);
			if (!beyond)
				continue;
			assert_int_equal(q.reason, SABIN_BECAUSE_SPEAKER);
			assert_near(q.have, b == 0 ? 100 : 5000, 1e-9);
			assert_near(q.need, b == 0 ? 63 : 8000, 1e-9);
		}
	assert_near(a.broadband.band.low_hz, a.bands[1].band.low_hz, 1e-6);
	assert_near(a.broadband.band.high_hz, a.bands[6].band.high_hz, 1e-6);
	sabin_analysis_free(&whole);
	sabin_analysis_free(&a);
	o.played_to_hz = NAN;
	assert_int_equal(sabin_analysis_compute(h, n, rate_hz, &o, &a), SABIN_EINVAL);
	free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thirty_db_is_flagged),
		cmocka_unit_test(sixty_db_is_not),
		cmocka_unit_test(loudspeakers_range),
	};
	return cmocka_run_group_tests_name("iso3382", tests, NULL, NULL);
}
