/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_meter.c: the sound level meter and the percentiles against IEC 61672-1:2013 and closed forms.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "live/meter.h"
#include "live/percentile.h"
#include "util/near.h"
#include "util/seed.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

enum { RATE = 48000 };

static const int rates_hz[] = {44100, 48000, 96000};

/* IEC 61672-1:2013 table 4, of bursts of 4 kHz: the references in dB re the steady tone, and by how much class 1 may be
 * above and below.  Fast and the sound exposure level share their limits, slow has its own, down to 2 ms.  (The limits as
 * two open projects transcribe them alike, each for itself: jmrplens/phonometry and ninoblumer/open-spl.) */
static const struct burst {
	double burst_s, fast_db, exposure_db, over_db, under_db, slow_db, slow_under_db;
} table4[] = {
	{1, 0, 0, 0.5, 0.5, -2, 0.5},          {0.5, -0.1, -3, 0.5, 0.5, -4.1, 0.5},
	{0.2, -1, -7, 0.5, 0.5, -7.4, 0.5},    {0.1, -2.6, -10, 1, 1, -10.2, 1},
	{0.05, -4.8, -13, 1, 1, -13.1, 1},     {0.02, -8.3, -17, 1, 1, -17, 1.5},
	{0.01, -11.1, -20, 1, 1, -20, 2},      {0.005, -14.1, -23, 1, 1, -23, 2.5},
	{0.002, -18, -27, 1, 1.5, -27, 3},     {0.001, -21, -30, 1, 2, NAN, NAN},
	{0.0005, -24, -33, 1, 2.5, NAN, NAN},  {0.00025, -27, -36, 1, 3, NAN, NAN},
};

static void assert_class_1(double got_db, double reference_db, double over_db, double under_db)
{
	assert_at_most(got_db - reference_db, over_db);
	assert_at_most(reference_db - got_db, under_db);
}

/* Bursts of 4 kHz, burst_s long each, `count` of them every `every_s`, into x[n]. */
static void bursts(double *x, size_t n, int rate_hz, double burst_s, int count, double every_s)
{
	for (size_t i = 0; i < n; i++) {
		const double t = (double)i / rate_hz, since = fmod(t, every_s);
		/* 4 kHz goes into every burst and every gap a whole number of times */
		x[i] = since < burst_s - 1e-9 && t < count * every_s - 1e-9 ? sqrt(2) * sin(2 * M_PI * 4000 * since) : 0;
	}
}

/* Within class 1 of the table, and closer to formula 7 for the highest fast and slow level and to formula 8 for the
 * exposure. */
static void tone_bursts(void **state)
{
	(void)state;
	const double steady_db = sabin_weighting_db(SABIN_WEIGHTING_A, 4000);
	for (size_t k = 0; k < COUNT(rates_hz); k++) {
		const size_t n = 3 * (size_t)rates_hz[k];
		double *x = calloc(n, sizeof *x), worst = 0;
		assert_non_null(x);
		for (size_t b = 0; b < COUNT(table4); b++) {
			const struct burst *row = &table4[b];
			struct sabin_meter meter;
			struct sabin_reading r;
			bursts(x, n, rates_hz[k], row->burst_s, 1, 3);
			assert_int_equal(sabin_meter_init(&meter, rates_hz[k]), SABIN_OK);
			sabin_meter_process(&meter, x, n);
			sabin_meter_read(&meter, &r);
			const struct sabin_reading_band *a = &r.band[SABIN_WEIGHTING_A];
			const double got[3] = {a->fast_max_dbfs - steady_db, a->leq_dbfs + 10 * log10(r.time_s) - steady_db,
			                       a->slow_max_dbfs - steady_db};
			const double want[3] = {10 * log10(1 - exp(-row->burst_s / 0.125)), 10 * log10(row->burst_s / 1.0),
			                        10 * log10(1 - exp(-row->burst_s / 1.0))};
			assert_class_1(got[0], row->fast_db, row->over_db, row->under_db);
			assert_class_1(got[1], row->exposure_db, row->over_db, row->under_db);
			if (!isnan(row->slow_db))
				assert_class_1(got[2], row->slow_db, row->burst_s > 0.15 ? 0.5 : 1, row->slow_under_db);
			for (int q = 0; q < 3; q++) {
				/* the shortest is one period: what the weighting's filter does to its ends counts */
				assert_near(got[q], want[q], row->burst_s > 0.0009 ? 0.1 : 0.3);
				worst = fmax(worst, fabs(got[q] - want[q]));
			}
		}
		print_message("tone bursts at %d Hz: class 1, within %.3f dB of the formulas\n", rates_hz[k], worst);
		free(x);
	}
}

/* Formula 9: the mean level of n bursts in a time is 10 lg(n burst / time), with the limits of the exposure. */
static void repeated_bursts(void **state)
{
	(void)state;
	enum { N = 2 * RATE };
	static double x[N];
	for (size_t b = 3; b < COUNT(table4); b++) {
		struct sabin_meter meter;
		struct sabin_reading r;
		const double every_s = 4 * table4[b].burst_s;
		const int count = (int)(1.0 / every_s);
		bursts(x, N, RATE, table4[b].burst_s, count, every_s);
		assert_int_equal(sabin_meter_init(&meter, RATE), SABIN_OK);
		sabin_meter_process(&meter, x, N);
		sabin_meter_read(&meter, &r);
		const double got_db = r.band[SABIN_WEIGHTING_A].leq_dbfs - sabin_weighting_db(SABIN_WEIGHTING_A, 4000);
		assert_class_1(got_db, 10 * log10(count * table4[b].burst_s / 2), table4[b].over_db, table4[b].under_db);
	}
}

/* The constants, by how fast the levels rise from nothing and fall to it: each within 1 %; fast and slow fall within the
 * limits of IEC 61672-1 5.8.2, impulse rises with 35 ms and falls with 1.5 s. */
static void time_constants(void **state)
{
	(void)state;
	static const double rise_s[3] = {0.125, 1, 0.035}, fall_s[3] = {0.125, 1, 1.5};
	static const int rates[] = {8000, 44100, 48000, 96000, 192000};
	double worst = 0;
	for (size_t k = 0; k < COUNT(rates); k++) {
		const size_t n = 8 * (size_t)rates[k], short_n = (size_t)rates[k] / 50;
		double *x = calloc(n, sizeof *x);
		struct sabin_meter meter;
		struct sabin_reading early, full, later;
		assert_non_null(x);
		for (size_t i = 0; i < n; i++) /* a steady square, and Z: nothing but the time weighting is seen */
			x[i] = i % 2 ? 0.1 : -0.1;
		assert_int_equal(sabin_meter_init(&meter, rates[k]), SABIN_OK);
		sabin_meter_process(&meter, x, short_n);
		sabin_meter_read(&meter, &early);
		sabin_meter_process(&meter, x, n - short_n);
		sabin_meter_read(&meter, &full);
		memset(x, 0, n * sizeof *x);
		sabin_meter_process(&meter, x, n / 16);
		sabin_meter_read(&meter, &later);
		const struct sabin_reading_band *a = &early.band[SABIN_WEIGHTING_Z], *b = &full.band[SABIN_WEIGHTING_Z],
		                                *c = &later.band[SABIN_WEIGHTING_Z];
		const double rise_db[3] = {a->fast_dbfs + 20, a->slow_dbfs + 20, a->impulse_dbfs + 20};
		const double fall_db[3] = {b->fast_dbfs - c->fast_dbfs, b->slow_dbfs - c->slow_dbfs,
		                           b->impulse_dbfs - c->impulse_dbfs};
		const double short_s = (double)short_n / rates[k], silent_s = (double)(n / 16) / rates[k];
		for (int t = 0; t < 3; t++) {
			const double rise = -short_s / log(1 - pow(10, rise_db[t] / 10)) / rise_s[t];
			const double fall = 10 * log10(M_E) * silent_s / fall_db[t] / fall_s[t];
			assert_near(rise, 1, 0.01);
			assert_near(fall, 1, 0.01);
			worst = fmax(worst, fmax(fabs(rise - 1), fabs(fall - 1)));
		}
		assert_true(fall_db[0] / silent_s > 31.0 && fall_db[0] / silent_s < 38.5);
		assert_true(fall_db[1] / silent_s > 3.6 && fall_db[1] / silent_s < 5.1);
		free(x);
	}
	print_message("time constants: within %.5f %%\n", 100 * worst);
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

/* The C weighted peak over the steady level of the same tone, of one period and of half a period of either sign, with the
 * limits of class 1 (IEC 61672-1:2013 table 5; sources as above); C's own poles are what changes it. */
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
		cmocka_unit_test(repeated_bursts),
		cmocka_unit_test(time_constants),
		cmocka_unit_test(a_sine),
		cmocka_unit_test(c_weighted_peaks),
		cmocka_unit_test(percentiles),
	};
	return cmocka_run_group_tests_name("meter", tests, NULL, NULL);
}
