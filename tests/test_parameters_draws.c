/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_parameters_draws.c: decay times of noise-like decays, as root-mean-square errors over draws.
 *
 * Environment: SABIN_TEST_DRAWS = number of random responses a case (usually 5; 60 to see the
 * figures that the limits are about).  Limits of root-mean-square errors widen with the number of
 * draws by three of their own standard errors.
 */
#include <math.h>

#include <sabin/parameters.h>

#include "util/decays.h"
#include "util/near.h"

static const double rate_hz = 48000;

struct row {
	const char *name;
	double time_s, snr_db;                   /* time 0: `vary` */
	double nominal_low, nominal_high;        /* limits of T30 against nominal, %; 0: none */
	double clean_low, clean_high;            /* against the same draw without noise, % */
};

/* Against nominal: 1.1 times the floor of ISO 3382-2 annex A, 0.59 sqrt(1 / (B T)), as the mean
 * square of the bands 125 and 250 Hz, and of 500 Hz .. 8 kHz. */
static const struct row rows[] = {
	{"T 0.2 s, 60 dB", 0.2, 60, 13.3, 4.81, 1.7, 0.3},
	{"T 0.4 s, 60 dB", 0.4, 60, 9.46, 3.40, 0.7, 0.25},
	{"T 1.2 s, 60 dB", 1.2, 60, 5.45, 1.97, 0.4, 0.15},
	{"T 3 s, 60 dB", 3, 60, 3.44, 1.24, 0.3, 0.1},
	{"T 1.9 .. 0.5 s, 60 dB", 0, 60, 0, 2.4, 0.4, 0.15},
	{"T 0.4 s, 45 dB", 0.4, 45, 0, 0, 3.5, 1.2},
	{"T 1.2 s, 45 dB", 1.2, 45, 0, 0, 2, 0.8},
};
/* Errors of one quantity over draws: low is 125 and 250 Hz, high the rest. */
struct errors {
	double sum[2];
	int count[2];
};

static void add_error(struct errors *e, int band, double error)
{
	const int high = band >= 2;
	e->sum[high] += error * error;
	e->count[high]++;
}

static double rms(const struct errors *e, int high)
{
	return sqrt(e->sum[high] / e->count[high]);
}

/* Three standard errors of a root mean square of `count` numbers. */
static double slack(const struct errors *e, int high)
{
	return 1 + 3 / sqrt(2.0 * e->count[high]);
}

struct tally {
	struct errors nominal, clean, c80;
	int within, of;    /* T30 within two standard uncertainties */
	int t30_valid, unflagged; /* valid decay times off by more than 20 % for the noise's sake */
};

static void compare(const struct noise_decay *d, const struct sabin_analysis *noisy,
                    const struct sabin_analysis *clean, struct tally *tally)
{
	for (int b = 0; b < DECAY_BANDS; b++) {
		const struct sabin_quantity *v = noisy->bands[b].value, *c = clean->bands[b].value;
		for (int p = SABIN_EDT; p <= SABIN_T30; p++)
			tally->unflagged += v[p].valid && fabs(v[p].value / c[p].value - 1) > 0.2;
		add_error(&tally->c80, b, v[SABIN_C80].value - c[SABIN_C80].value);
		tally->t30_valid += v[SABIN_T30].valid;
		if (isnan(v[SABIN_T30].value))
			continue;
		add_error(&tally->nominal, b, 100 * (v[SABIN_T30].value / d->time_s[b] - 1));
		add_error(&tally->clean, b, 100 * (v[SABIN_T30].value / c[SABIN_T30].value - 1));
		tally->within +=
			fabs(v[SABIN_T30].value - d->time_s[b]) < 2 * v[SABIN_T30].plus_minus;
		tally->of++;
	}
}

static struct tally draw_many(double time_s, double snr_db, int draws)
{
	const struct noise_decay d = decay_of_time(rate_hz, time_s, snr_db);
	const struct noise_decay clean = decay_of_time(rate_hz, time_s, HUGE_VAL);
	const size_t n = decay_length(&d);
	double *h = malloc(n * sizeof *h);
	const struct sabin_analysis_options options = octave_options(125, 8000);
	struct sabin_analyser *analyser;
	assert_ok(sabin_analyser_new(&analyser));
	struct tally tally = {0};
	for (int i = 0; i < draws; i++) {
		decay_draw(&d, 1000 + (uint64_t)i, h);
		struct sabin_analysis a, c;
		assert_ok(sabin_analyser_compute(analyser, h, n, rate_hz, &options, &a));
		check_analysis(&a);
		decay_draw(&clean, 1000 + (uint64_t)i, h);
		assert_ok(sabin_analyser_compute(analyser, h, n, rate_hz, &options, &c));
		compare(&d, &a, &c, &tally);
		sabin_analysis_free(&a);
		sabin_analysis_free(&c);
	}
	sabin_analyser_free(analyser);
	free(h);
	return tally;
}

static void noise_decays(void **state)
{
	(void)state;
	const int draws = decay_draws(5);
	print_message("seeds 1000 .. %d; T30 RMS %%: 125-250 | 500-8k Hz\n", 999 + draws);
	int within = 0, of = 0;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct row *r = &rows[i];
		const struct tally t = draw_many(r->time_s, r->snr_db, draws);
		print_message("%-22s nominal %5.2f | %.2f, without noise %.2f | %.2f, C80 %.3f | %.3f dB\n",
		              r->name, rms(&t.nominal, 0), rms(&t.nominal, 1), rms(&t.clean, 0),
		              rms(&t.clean, 1), rms(&t.c80, 0), rms(&t.c80, 1));
		if (r->nominal_low > 0)
			assert_at_most(rms(&t.nominal, 0), r->nominal_low * slack(&t.nominal, 0));
		if (r->nominal_high > 0)
			assert_at_most(rms(&t.nominal, 1), r->nominal_high * slack(&t.nominal, 1));
		assert_at_most(rms(&t.clean, 0), r->clean_low * slack(&t.clean, 0));
		assert_at_most(rms(&t.clean, 1), r->clean_high * slack(&t.clean, 1));
		assert_int_equal(t.unflagged, 0);
		within += t.within;
		of += t.of;
	}
	print_message("T30 within 2 standard uncertainties: %d of %d\n", within, of);
	assert_true(within >= 0.92 * of);
}

/* 30 dB over the noise: T30 is refused with the reason, T20 stays near, nothing valid is far
 * off. */
static void thirty_db(void **state)
{
	(void)state;
	const int draws = decay_draws(5);
	struct tally t = draw_many(0.4, 30, draws);
	assert_int_equal(t.t30_valid, 0);
	assert_int_equal(t.unflagged, 0);
	t = draw_many(1.2, 30, draws);
	assert_int_equal(t.t30_valid, 0);
	assert_int_equal(t.unflagged, 0);
	const struct noise_decay d = decay_of_time(rate_hz, 1.2, 30);
	double *h = malloc(decay_length(&d) * sizeof *h);
	decay_draw(&d, 1, h);
	struct sabin_analysis a = analyse_octaves(h, decay_length(&d), rate_hz, 125, 8000);
	const struct sabin_quantity *v = a.bands[4].value;
	assert_near(v[SABIN_INR].value, 30, 1.5);
	assert_true(v[SABIN_T20].valid);
	assert_false(a.bands[4].t20_meets_iso || a.bands[4].t30_meets_iso);
	assert_int_equal(v[SABIN_T30].reason, SABIN_BECAUSE_RANGE);
	assert_near(v[SABIN_T30].have, v[SABIN_INR].value, 1e-9);
	assert_at_most(35, v[SABIN_T30].need);
	sabin_analysis_free(&a);
	free(h);
}

/* Draws whose noise moves a decay time by more than 20 %, some five times what is expected: the decay
 * is all but flat at an end of its range, or steeper beyond it. */
static void long_tails(void **state)
{
	(void)state;
	static const struct {
		double time_s, snr_db;
		uint64_t seed;
		double band_hz;
		enum sabin_parameter time;
	} draws[] = {{0.4, 30, 40038, 125, SABIN_EDT}, {0.4, 45, 40053, 125, SABIN_T30},
	             {0.2, 30, 35, 250, SABIN_EDT}, {0.2, 30, 600126, 250, SABIN_EDT},
	             {0.4, 45, 500155, 125, SABIN_T30}};
	for (size_t i = 0; i < sizeof draws / sizeof *draws; i++) {
		const struct noise_decay d = decay_of_time(rate_hz, draws[i].time_s, draws[i].snr_db);
		const struct noise_decay clean = decay_of_time(rate_hz, draws[i].time_s, HUGE_VAL);
		const size_t n = decay_length(&d);
		double *h = malloc(n * sizeof *h);
		decay_draw(&d, draws[i].seed, h);
		struct sabin_analysis a = analyse_octaves(h, n, rate_hz, draws[i].band_hz, draws[i].band_hz);
		decay_draw(&clean, draws[i].seed, h);
		struct sabin_analysis c = analyse_octaves(h, n, rate_hz, draws[i].band_hz, draws[i].band_hz);
		const struct sabin_quantity v = a.bands[0].value[draws[i].time];
		const double error = fabs(v.value / c.bands[0].value[draws[i].time].value - 1);
		print_message("%.0f dB, seed %d: off by %.0f %%, %s\n", draws[i].snr_db,
		              (int)draws[i].seed, 100 * error, v.valid ? "valid" : "not valid");
		assert_true(error < 0.2 || !v.valid);
		assert_true(c.bands[0].value[draws[i].time].valid);
		sabin_analysis_free(&a);
		sabin_analysis_free(&c);
		free(h);
	}
}

static void third_octaves(void **state)
{
	(void)state;
	const struct noise_decay d = decay_of_time(rate_hz, 0.8, 60);
	double *h = malloc(decay_length(&d) * sizeof *h);
	print_message("seed 10\n");
	decay_draw(&d, 10, h);
	struct sabin_analysis_options options = octave_options(100, 10000);
	options.fraction = 3;
	struct sabin_analysis a;
	assert_ok(sabin_analysis_compute(h, decay_length(&d), rate_hz, &options, &a));
	assert_int_equal(a.band_count, 21);
	double chi2 = 0;
	for (size_t b = 0; b < a.band_count; b++) {
		const struct sabin_quantity t30 = a.bands[b].value[SABIN_T30];
		assert_true(t30.valid);
		chi2 += pow((t30.value - 0.8) / t30.plus_minus, 2) / 21;
		assert_near(t30.value, 0.8, 4 * t30.plus_minus);
	}
	assert_at_most(chi2, 2);
	sabin_analysis_free(&a);
	free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(noise_decays),
		cmocka_unit_test(thirty_db),
		cmocka_unit_test(long_tails),
		cmocka_unit_test(third_octaves),
	};
	return cmocka_run_group_tests_name("parameters_draws", tests, NULL, NULL);
}
