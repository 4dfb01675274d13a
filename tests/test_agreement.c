/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_agreement.c: the coherence of repeats against its closed form.
 */
#include <math.h>

#include <sabin/random.h>

#include "audio/agreement.h"
#include "util/near.h"
#include "util/seed.h"

enum { N = 30000, AT = 1000, REPEATS = 4, OCTAVES = 6 };
static const double rate_hz = 48000;

/* A pulse of one, whose power is 1 in every bin, in white noise that has `share` of that in the window: of the
 * mean of n repeats 1 / (1 + share / n) is common. */
static void pulse_in_noise(void **state)
{
	(void)state;
	static double h[N], mean[N];
	static const double shares[] = {0.04, 1, 4};
	struct sabin_random random;
	sabin_random_init(&random, test_seed("pulse_in_noise"));
	for (int s = 0; s < 3; s++) {
		struct sabin_verdict v = {.snr_band_count = OCTAVES};
		struct sabin_agreement agreement = {.count = 0};
		const double sigma = sqrt(shares[s] / (0.505 * rate_hz));
		for (int b = 0; b < OCTAVES; b++) {
			v.snr_bands[b].centre_hz = 500 * exp2(b);
			v.snr_bands[b].coherence = NAN;
		}
		memset(mean, 0, sizeof mean);
		for (int r = 0; r < REPEATS; r++) {
			for (int i = 0; i < N; i++) {
				h[i] = sigma * sabin_random_normal(&random) + (i == AT);
				mean[i] += h[i] / REPEATS;
			}
			assert_ok(sabin_agreement_add(&agreement, &v, h, N, rate_hz, AT));
			if (r == 0) { /* one alone does not tell */
				assert_ok(sabin_agreement_finish(&agreement, h, N, rate_hz, AT, &v));
				assert_true(isnan(v.snr_bands[0].coherence));
			}
		}
		assert_ok(sabin_agreement_finish(&agreement, mean, N, rate_hz, AT, &v));
		const double expected = 1 / (1 + shares[s] / REPEATS);
		for (int b = 0; b < OCTAVES; b++) {
			/* B T cells: 177 at 500 Hz, whose power is known to 1 / sqrt(3 B T) from four */
			const double cells = 500 * exp2(b) * M_SQRT1_2 * 0.505;
			const double strays = sqrt((1 + 2 * expected / (1 - expected)) / cells);
			assert_near(v.snr_bands[b].coherence, expected, 4 * (1 - expected) * strays);
		}
	}
}

/* Alike to the last bit they agree in all; where nothing is common, hardly. */
static void limits(void **state)
{
	(void)state;
	static double h[N], mean[N];
	struct sabin_random random;
	sabin_random_init(&random, test_seed("limits"));
	struct sabin_verdict v = {.snr_band_count = 1, .snr_bands = {{.centre_hz = 4000}}};
	struct sabin_agreement same = {.count = 0}, other = {.count = 0};
	h[AT] = 1;
	for (int r = 0; r < 2; r++)
		assert_ok(sabin_agreement_add(&same, &v, h, N, rate_hz, AT));
	assert_ok(sabin_agreement_finish(&same, h, N, rate_hz, AT, &v));
	assert_near(v.snr_bands[0].coherence, 1, 1e-12);
	for (int r = 0; r < 8; r++) {
		for (int i = 0; i < N; i++)
			mean[i] += (h[i] = sabin_random_normal(&random)) / 8;
		assert_ok(sabin_agreement_add(&other, &v, h, N, rate_hz, AT));
	}
	assert_ok(sabin_agreement_finish(&other, mean, N, rate_hz, AT, &v));
	assert_at_most(v.snr_bands[0].coherence, 0.3);
	/* an arrival behind the end is silence */
	struct sabin_agreement none = {.count = 0};
	for (int r = 0; r < 2; r++)
		assert_ok(sabin_agreement_add(&none, &v, h, N, rate_hz, 2 * N));
	assert_ok(sabin_agreement_finish(&none, h, N, rate_hz, 2 * N, &v));
	assert_true(isnan(v.snr_bands[0].coherence));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pulse_in_noise),
	    cmocka_unit_test(limits),
	};
	return cmocka_run_group_tests_name("agreement", tests, NULL, NULL);
}
