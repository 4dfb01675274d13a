/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_weighting.c: frequency and time weightings against IEC 61672-1:2013.
 */
#include <math.h>
#include <stdlib.h>

#include <sabin/weighting.h>

#include "util/near.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* IEC 61672-1:2013 table 3: design goals and class 1 acceptance limits at 1000 * 10^(k/10) Hz. */
static const struct row {
	int k;
	double a_db, c_db, over_db, under_db;
} table3[] = {
	{-20, -70.4, -14.3, 3, INFINITY}, {-19, -63.4, -11.2, 2.5, INFINITY},
	{-18, -56.7, -8.5, 2, 4},         {-17, -50.5, -6.2, 2, 2},
	{-16, -44.7, -4.4, 2, 1.5},       {-15, -39.4, -3.0, 1.5, 1.5},
	{-14, -34.6, -2.0, 1, 1},         {-13, -30.2, -1.3, 1, 1},
	{-12, -26.2, -0.8, 1, 1},         {-11, -22.5, -0.5, 1, 1},
	{-10, -19.1, -0.3, 1, 1},         {-9, -16.1, -0.2, 1, 1},
	{-8, -13.4, -0.1, 1, 1},          {-7, -10.9, 0, 1, 1},
	{-6, -8.6, 0, 1, 1},              {-5, -6.6, 0, 1, 1},
	{-4, -4.8, 0, 1, 1},              {-3, -3.2, 0, 1, 1},
	{-2, -1.9, 0, 1, 1},              {-1, -0.8, 0, 1, 1},
	{0, 0, 0, 0.7, 0.7},              {1, 0.6, 0, 1, 1},
	{2, 1.0, -0.1, 1, 1},             {3, 1.2, -0.2, 1, 1},
	{4, 1.3, -0.3, 1, 1},             {5, 1.2, -0.5, 1, 1},
	{6, 1.0, -0.8, 1, 1},             {7, 0.5, -1.3, 1.5, 1.5},
	{8, -0.1, -2.0, 1.5, 2},          {9, -1.1, -3.0, 1.5, 2.5},
	{10, -2.5, -4.4, 2, 3},           {11, -4.3, -6.2, 2, 5},
	{12, -6.6, -8.5, 2.5, 16},        {13, -9.3, -11.2, 3, INFINITY},
};

static double exact_hz(int k)
{
	return 1000 * pow(10, k / 10.0);
}

static void the_standards_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(table3); i++) {
		const struct row *row = &table3[i];
		const double f_hz = exact_hz(row->k);
		/* the table is rounded to 0.1 dB */
		assert_near(sabin_weighting_db(SABIN_WEIGHTING_A, f_hz), row->a_db, 0.0501);
		assert_near(sabin_weighting_db(SABIN_WEIGHTING_C, f_hz), row->c_db, 0.0501);
		assert_near(sabin_weighting_db(SABIN_WEIGHTING_Z, f_hz), 0, 0);
	}
}

static void curves_at_their_limits(void **state)
{
	(void)state;
	assert_near(sabin_weighting_db(SABIN_WEIGHTING_A, 1000), 0, 1e-12);
	assert_near(sabin_weighting_db(SABIN_WEIGHTING_C, 1000), 0, 1e-12);
	/* C is 3 dB down, re 1 kHz exactly D^2 = 1/2, at f_L and f_H (annex E) */
	assert_near(sabin_weighting_db(SABIN_WEIGHTING_C, pow(10, 1.5)), 10 * log10(0.5), 1e-9);
	assert_near(sabin_weighting_db(SABIN_WEIGHTING_C, pow(10, 3.9)), 10 * log10(0.5), 1e-9);
	assert_true(sabin_weighting_db(SABIN_WEIGHTING_A, 0) == -HUGE_VAL);
	assert_true(isnan(sabin_weighting_db(SABIN_WEIGHTING_C, -1)));
	assert_true(isnan(sabin_weighting_db(SABIN_WEIGHTING_Z, NAN)));
}

static void filters_are_class_1(void **state)
{
	(void)state;
	static const double rates_hz[] = {44100, 48000, 88200, 96000, 192000};
	double worst_db = 0;
	for (size_t r = 0; r < COUNT(rates_hz); r++)
		for (int kind = SABIN_WEIGHTING_A; kind <= SABIN_WEIGHTING_C; kind++) {
			struct sabin_weighting_filter filter;
			assert_int_equal(sabin_weighting_filter_init(&filter, kind, rates_hz[r]), 0);
			for (size_t i = 0; i < COUNT(table3); i++) {
				const double f_hz = exact_hz(table3[i].k);
				const double error_db = sabin_weighting_filter_db(&filter, f_hz) -
				                        sabin_weighting_db(kind, f_hz);
				assert_at_most(error_db, table3[i].over_db);
				assert_at_most(-error_db, table3[i].under_db);
				worst_db = fmax(worst_db, fabs(error_db));
			}
		}
	/* what the header promises */
	assert_at_most(worst_db, 0.05);
}

static void low_rates_follow_as_far_as_they_can(void **state)
{
	(void)state;
	for (double rate_hz = 8000; rate_hz < 44100; rate_hz += 4000) {
		struct sabin_weighting_filter filter;
		assert_int_equal(sabin_weighting_filter_init(&filter, SABIN_WEIGHTING_A, rate_hz), 0);
		for (double f_hz = 20; f_hz < fmin(0.45 * rate_hz, 20000); f_hz *= 1.02)
			assert_near(sabin_weighting_filter_db(&filter, f_hz),
			            sabin_weighting_db(SABIN_WEIGHTING_A, f_hz), 0.4);
	}
}

/* The samples that come out must have the gain the coefficients promise, in blocks of any size. */
static void a_tone_through_the_filter(void **state)
{
	(void)state;
	enum { RATE = 48000, N = RATE };
	double *tone = calloc(N, sizeof *tone);
	assert_non_null(tone);
	static const double tones_hz[] = {31, 250, 1000, 5000, 16000};
	for (size_t t = 0; t < COUNT(tones_hz); t++) {
		struct sabin_weighting_filter filter;
		assert_int_equal(sabin_weighting_filter_init(&filter, SABIN_WEIGHTING_A, RATE), 0);
		for (int i = 0; i < N; i++)
			tone[i] = sin(2 * M_PI * tones_hz[t] * i / RATE);
		for (int i = 0, n = 1; i < N; i += n, n = n % 700 + 13)
			sabin_weighting_filter_process(&filter, (size_t)(n < N - i ? n : N - i),
			                               tone + i, tone + i);
		double sum = 0;
		for (int i = N / 2; i < N; i++) /* the 20 Hz pole has settled after half a second */
			sum += tone[i] * tone[i];
		assert_near(10 * log10(sum / (N / 2) * 2),
		            sabin_weighting_filter_db(&filter, tones_hz[t]), 0.001);
	}
	free(tone);
}

static void an_impulse_is_linear_and_forgotten(void **state)
{
	(void)state;
	struct sabin_weighting_filter filter;
	assert_int_equal(sabin_weighting_filter_init(&filter, SABIN_WEIGHTING_C, 44100), 0);
	double once[64] = {1}, twice[64] = {2};
	sabin_weighting_filter_process(&filter, 64, once, once);
	sabin_weighting_filter_reset(&filter);
	sabin_weighting_filter_process(&filter, 64, twice, twice);
	for (int i = 0; i < 64; i++)
		assert_near(twice[i], 2 * once[i], 1e-15);
}

static void wrong_arguments(void **state)
{
	(void)state;
	struct sabin_weighting_filter filter = {.sections = 5};
	assert_int_equal(sabin_weighting_filter_init(&filter, SABIN_WEIGHTING_A, 0), SABIN_EINVAL);
	assert_int_equal(sabin_weighting_filter_init(&filter, SABIN_WEIGHTING_A, NAN), SABIN_EINVAL);
	assert_int_equal(sabin_weighting_filter_init(&filter, (enum sabin_weighting)7, 48000),
	                 SABIN_EINVAL);
	assert_int_equal(filter.sections, 5);
	struct sabin_time_weighting meter = {.keep = 5};
	assert_int_equal(sabin_time_weighting_init(&meter, 0, 48000), SABIN_EINVAL);
	assert_int_equal(sabin_time_weighting_init(&meter, 1, INFINITY), SABIN_EINVAL);
	assert_near(meter.keep, 5, 0);
	assert_int_equal(sabin_weighting_filter_init(&filter, SABIN_WEIGHTING_Z, 48000), SABIN_OK);
	double same[2] = {1, -2};
	sabin_weighting_filter_process(&filter, 2, same, same);
	assert_near(same[1], -2, 0);
}

/* A constant switched on: 1 - exp(-t / tau); switched off: F falls 34.7 dB/s and S 4.3 dB/s
 * (IEC 61672-1 5.8.2: 10 lg e / tau). */
static void fast_and_slow(void **state)
{
	(void)state;
	enum { RATE = 8000 };
	static double ones[RATE], zeros[RATE];
	for (int i = 0; i < RATE; i++)
		ones[i] = 1;
	static const double times_s[] = {SABIN_TIME_FAST_S, SABIN_TIME_SLOW_S};
	for (int t = 0; t < 2; t++) {
		struct sabin_time_weighting meter;
		assert_int_equal(sabin_time_weighting_init(&meter, times_s[t], RATE), SABIN_OK);
		sabin_time_weighting_process(&meter, RATE, ones);
		const double high = meter.square;
		assert_near(high, 1 - exp(-1 / times_s[t]), 1e-9);
		sabin_time_weighting_process(&meter, RATE / 2, zeros);
		sabin_time_weighting_process(&meter, RATE / 2, zeros);
		assert_near(10 * log10(meter.square / high), -10 * log10(M_E) / times_s[t], 1e-6);
		assert_near(meter.maximum, high, 0);
	}
}

/* Between the frequencies of the table, too, and finer. */
static void filters_follow_the_curves(void **state)
{
	(void)state;
	static const double rates_hz[] = {44100, 48000, 96000, 192000};
	for (size_t r = 0; r < COUNT(rates_hz); r++)
		for (int kind = SABIN_WEIGHTING_A; kind <= SABIN_WEIGHTING_C; kind++) {
			struct sabin_weighting_filter filter;
			assert_int_equal(sabin_weighting_filter_init(&filter, kind, rates_hz[r]), 0);
			for (double f_hz = 10; f_hz < 20000; f_hz *= 1.01)
				assert_near(sabin_weighting_filter_db(&filter, f_hz), sabin_weighting_db(kind, f_hz),
				            0.05);
		}
}

/* IEC 60651 table 11 for bursts of 2 kHz: 10 lg(1 - exp(-t / 35 ms)); and a fall of 10 lg e / 1.5 s. */
static void impulse(void **state)
{
	(void)state;
	enum { RATE = 48000 };
	static const struct {
		int frames;
		double below_db;
	} bursts[] = {{960, -3.6}, {240, -8.8}, {96, -12.6}};
	static double tone[RATE], zeros[RATE];
	for (int i = 0; i < RATE; i++)
		tone[i] = sqrt(2) * sin(2 * M_PI * 2000 * i / RATE);
	for (size_t b = 0; b < COUNT(bursts); b++) {
		struct sabin_impulse_weighting meter;
		assert_int_equal(sabin_impulse_weighting_init(&meter, RATE), SABIN_OK);
		sabin_impulse_weighting_process(&meter, (size_t)bursts[b].frames, tone);
		sabin_impulse_weighting_process(&meter, RATE, zeros);
		assert_near(10 * log10(meter.maximum), bursts[b].below_db, 0.05 + 0.03);
		assert_near(10 * log10(meter.held / meter.maximum), -10 * log10(M_E) / 1.5, 0.001);
	}
	struct sabin_impulse_weighting meter;
	assert_int_equal(sabin_impulse_weighting_init(&meter, 0), SABIN_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_standards_table),
		cmocka_unit_test(curves_at_their_limits),
		cmocka_unit_test(filters_are_class_1),
		cmocka_unit_test(low_rates_follow_as_far_as_they_can),
		cmocka_unit_test(a_tone_through_the_filter),
		cmocka_unit_test(an_impulse_is_linear_and_forgotten),
		cmocka_unit_test(wrong_arguments),
		cmocka_unit_test(fast_and_slow),
		cmocka_unit_test(filters_follow_the_curves),
		cmocka_unit_test(impulse),
	};
	return cmocka_run_group_tests_name("weighting", tests, NULL, NULL);
}
