/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_meter.c: the sound level meter and the percentiles against IEC 61672-1:2013 and closed forms.
 */
#include <math.h>
#include <stdlib.h>

#include "live/meter.h"
#include "live/percentile.h"
#include "util/near.h"
#include "util/seed.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { RATE = 48000 };

/* Formula 7 of IEC 61672-1:2013 for the highest fast and slow level of a burst of 4 kHz, re the steady tone, and formula 8
 * for its sound exposure level. */
static void tone_bursts(void **state)
{
	(void)state;
	static const double bursts_s[] = {1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 0.0005, 0.00025};
	enum { N = 3 * RATE };
	double *x = calloc(N, sizeof *x), worst = 0;
	assert_non_null(x);
	for (size_t b = 0; b < COUNT(bursts_s); b++) {
		struct sabin_meter meter;
		struct sabin_reading r;
		const size_t frames = (size_t)lrint(bursts_s[b] * RATE);
		for (size_t i = 0; i < N; i++)
			x[i] = i < frames ? sqrt(2) * sin(2 * M_PI * 4000 * (double)i / RATE) : 0;
		assert_int_equal(sabin_meter_init(&meter, RATE), SABIN_OK);
		sabin_meter_process(&meter, x, N);
		sabin_meter_read(&meter, &r);
		const double steady_db = sabin_weighting_db(SABIN_WEIGHTING_A, 4000);
		const struct sabin_reading_band *a = &r.band[SABIN_WEIGHTING_A];
		const double got[3] = {a->fast_max_dbfs - steady_db, a->slow_max_dbfs - steady_db,
		                       a->leq_dbfs + 10 * log10(r.time_s) - steady_db};
		const double want[3] = {10 * log10(1 - exp(-bursts_s[b] / 0.125)), 10 * log10(1 - exp(-bursts_s[b] / 1.0)),
		                        10 * log10(bursts_s[b] / 1.0)};
		for (int k = 0; k < 3; k++) {
			/* the shortest is one period: what the weighting's filter does to its ends counts */
			assert_near(got[k], want[k], bursts_s[b] > 0.0009 ? 0.1 : 0.3);
			worst = fmax(worst, fabs(got[k] - want[k]));
		}
	}
	print_message("tone bursts: within %.3f dB\n", worst);
	free(x);
}

/* A sine of 1 kHz has all weightings' levels, and its peak is 3.01 dB above. */
static void a_sine(void **state)
{
	(void)state;
	static double x[4 * RATE];
	struct sabin_meter meter;
	struct sabin_reading r;
	for (size_t i = 0; i < COUNT(x); i++)
		x[i] = 0.1 * sin(2 * M_PI * 1000 * (double)i / RATE);
	assert_int_equal(sabin_meter_init(&meter, RATE), SABIN_OK);
	sabin_meter_process(&meter, x, RATE);
	sabin_meter_restart(&meter);
	sabin_meter_process(&meter, x, COUNT(x));
	sabin_meter_read(&meter, &r);
	for (int w = 0; w < SABIN_WEIGHTINGS; w++) {
		assert_near(r.band[w].leq_dbfs, -23.0103, 0.002);
		assert_near(r.band[w].fast_dbfs, -23.0103, 0.02);
		assert_near(r.band[w].peak_dbfs, -20, 0.02); /* between samples */
		assert_near(r.band[w].impulse_dbfs, -23.0103, 0.1);
	}
	assert_near(r.time_s, 4, 1e-12);
	assert_int_equal(r.clipped, 0);
}

/* One period of 500 Hz has its steady peak 3.5 dB over the steady level; half a period 2.4 dB (IEC 61672-1 table 5,
 * ± 1 dB); C's own poles are what changes it. */
static void c_weighted_peaks(void **state)
{
	(void)state;
	static const struct {
		double f_hz, periods, above_db, within_db;
	} rows[] = {{31.5, 1, 2.5, 2}, {500, 1, 3.5, 1}, {8000, 1, 3.4, 2}, {500, 0.5, 2.4, 1}};
	static double x[RATE];
	for (size_t k = 0; k < COUNT(rows); k++)
		for (int sign = -1; sign <= 1; sign += 2) {
			struct sabin_meter meter;
			struct sabin_reading r;
			for (size_t i = 0; i < RATE; i++) {
				const double t = (double)i / RATE * rows[k].f_hz;
				x[i] = t <= rows[k].periods ? sign * sqrt(2) * sin(2 * M_PI * t) : 0;
			}
			assert_int_equal(sabin_meter_init(&meter, RATE), SABIN_OK);
			sabin_meter_process(&meter, x, RATE);
			sabin_meter_read(&meter, &r);
			assert_near(r.band[SABIN_WEIGHTING_C].peak_dbfs - sabin_weighting_db(SABIN_WEIGHTING_C, rows[k].f_hz),
			            rows[k].above_db, rows[k].within_db);
		}
}

static void percentiles(void **state)
{
	(void)state;
	static struct sabin_percentiles p, q;
	/* evenly from 40 to 80 dB: exceeded for a share of the time is where one thinks */
	for (int i = 0; i < 40000; i++)
		sabin_percentiles_add(&p, 40 + (i + 0.5) / 1000);
	assert_near(sabin_percentiles_level(&p, 10), 76, 0.011);
	assert_near(sabin_percentiles_level(&p, 50), 60, 0.011);
	assert_near(sabin_percentiles_level(&p, 90), 44, 0.011);
	/* two levels: 30 % of the time the high one */
	sabin_percentiles_restart(&p);
	for (int i = 0; i < 1000; i++)
		sabin_percentiles_add(&p, i % 10 < 3 ? 85.55 : 61.25);
	assert_near(sabin_percentiles_level(&p, 10), 85.55, 0.051);
	assert_near(sabin_percentiles_level(&p, 29.9), 85.55, 0.051);
	assert_near(sabin_percentiles_level(&p, 31), 61.25, 0.051);
	/* a normal distribution of 5 dB: L10 - L50 = 1.2816 * 5 dB */
	struct sabin_random random;
	sabin_random_init(&random, test_seed("percentiles"));
	sabin_percentiles_restart(&p);
	for (int i = 0; i < 400000; i++)
		sabin_percentiles_add(i % 2 ? &p : &q, 50 + 5 * sabin_random_normal(&random));
	sabin_percentiles_join(&p, &q);
	assert_near(sabin_percentiles_level(&p, 10), 50 + 5 * 1.28155, 0.07);
	assert_near(sabin_percentiles_level(&p, 50), 50, 0.06);
	assert_near(sabin_percentiles_level(&p, 90), 50 - 5 * 1.28155, 0.07);
	/* nothing, and what is out of bounds */
	sabin_percentiles_restart(&p);
	assert_true(isnan(sabin_percentiles_level(&p, 50)));
	sabin_percentiles_add(&p, NAN);
	assert_true(isnan(sabin_percentiles_level(&p, 50)));
	sabin_percentiles_add(&p, -HUGE_VAL);
	assert_true(isnan(sabin_percentiles_level(&p, 50)));
	sabin_percentiles_add(&p, HUGE_VAL);
	assert_true(isnan(sabin_percentiles_level(&p, 10)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tone_bursts),
		cmocka_unit_test(a_sine),
		cmocka_unit_test(c_weighted_peaks),
		cmocka_unit_test(percentiles),
	};
	return cmocka_run_group_tests_name("meter", tests, NULL, NULL);
}
