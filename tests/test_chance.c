/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_chance.c: what chance does to what is read from a decay of noise, against double sums over time, and
 * stated uncertainties against the errors of many random decays.
 *
 * Environment: SABIN_TEST_DRAWS = number of random responses a case (usually 3; 60 to see the figures),
 * SABIN_TEST_SEED = the first of them.
 */
#include <math.h>

#include <sabin/parameters.h>

#include "acoustics/chance.h"
#include "util/decays.h"
#include "util/near.h"
#include "util/seed.h"

static const double sixty_db = 13.815510557964274; /* 6 ln 10 */

/* ---- the closed forms -------------------------------------------------------------------------------- */

enum { COUNT = 2000 };

/* Standard deviation of the integral of squared noise, of power exp(-rate t) and in a band with vertical edges,
 * with weight[COUNT] (which holds exp(-rate t) too): such noise is correlated over time as sinc(B t), its
 * square as the square of that. */
static double by_sums(const double *weight, double step_s, double bandwidth_hz)
{
	double sum = 0, correlation[COUNT];
	for (int i = 0; i < COUNT; i++) {
		const double x = M_PI * bandwidth_hz * i * step_s;
		correlation[i] = i ? sin(x) * sin(x) / (x * x) : 1;
	}
	for (int i = 0; i < COUNT; i++)
		for (int j = 0; j < COUNT; j++)
			sum += weight[i] * weight[j] * correlation[i < j ? j - i : i - j];
	return sqrt(sum) * step_s;
}

static void closed_forms(void **state)
{
	(void)state;
	static const double cases[][3] = {/* T s, B Hz, split s */
	                                  {0.2, 88.7, 0.05}, {0.2, 88.7, 0.08}, {0.2, 177, 0.05},
	                                  {0.4, 88.7, 0.05}, {1.2, 88.7, 0.08}, {1.2, 300, 0.08},
	                                  {0.1, 300, 0.08},  {0.06, 500, 0.08}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const double rate = sixty_db / cases[i][0], b = cases[i][1], split_s = cases[i][2];
		const double step_s = fmax(12 / rate, 2 * split_s) / COUNT, late = exp(-rate * split_s);
		double ratio[COUNT], centre[COUNT], all[COUNT];
		for (int k = 0; k < COUNT; k++) {
			const double t = (k + 0.5) * step_s, x = exp(-rate * t);
			ratio[k] = rate * x * (t < split_s ? 1 / (1 - late) : -1 / late);
			centre[k] = rate * x * (t - 1 / rate);
			all[k] = rate * x;
		}
		assert_near(sabin_chance_ratio(rate, b, split_s) / by_sums(ratio, step_s, b), 1, 0.003);
		assert_near(sabin_chance_centre_s(rate, b) / by_sums(centre, step_s, b), 1, 0.003);
		assert_near(sabin_chance_energy(rate, b) / by_sums(all, step_s, b), 1, 0.003);
	}
	/* wide bands: the first order of many cells */
	assert_near(sabin_chance_ratio(10, 1e7, 0.08) / sqrt(10 / 1e7 / -expm1(-0.8)), 1, 1e-4);
	assert_near(sabin_chance_centre_s(10, 1e7) / sqrt(1 / (4 * 10 * 1e7)), 1, 1e-4);
	assert_near(sabin_chance_energy(10, 1e7) / sqrt(10 / (2 * 1e7)), 1, 1e-4);
	/* ISO 3382-1:2009 formulas 5 and 4, to the digits that they have */
	assert_near(sabin_chance_line(20), 0.88, 0.005);
	assert_near(sabin_chance_line(30), 0.55, 0.005);
}

/* ---- stated uncertainties ---------------------------------------------------------------------------- */

static const struct {
	double time_s, snr_db; /* time 0: `vary` */
} cells[] = {{0.2, 60}, {0.4, 60}, {1.2, 60}, {3, 60}, {0, 60}, {0.4, 45}, {1.2, 45}, {0.4, 30}, {1.2, 30}};
enum { CELLS = sizeof cells / sizeof *cells };
static const enum sabin_parameter judged[] = {SABIN_EDT, SABIN_T20, SABIN_T30, SABIN_TOPT,
                                              SABIN_C50, SABIN_C80, SABIN_D50, SABIN_TS};
enum { JUDGED = sizeof judged / sizeof *judged };

static double nominal(enum sabin_parameter p, double time_s)
{
	const double rate = sixty_db / time_s;
	switch (p) {
	case SABIN_C50:
		return 10 * log10(expm1(0.05 * rate));
	case SABIN_C80:
		return 10 * log10(expm1(0.08 * rate));
	case SABIN_D50:
		return -expm1(-0.05 * rate);
	case SABIN_TS:
		return 1 / rate;
	default:
		return time_s;
	}
}

/* 2 plus_minus / error of all draws of one quantity. */
struct ratios {
	double *at;
	size_t count, covered;
};

static int by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

static void add_draw(const struct noise_decay *d, const double *h, struct sabin_analyser *analyser,
                     struct ratios r[JUDGED])
{
	const struct sabin_analysis_options options = octave_options(125, 8000);
	struct sabin_analysis a;
	assert_ok(sabin_analyser_compute(analyser, h, decay_length(d), d->rate_hz, &options, &a));
	for (int p = 0; p < JUDGED; p++)
		for (int b = 0; b < DECAY_BANDS; b++) {
			const struct sabin_quantity q = a.bands[b].value[judged[p]];
			const double error = fabs(q.value - nominal(judged[p], d->time_s[b]));
			if (!q.valid)
				continue;
			r[p].covered += error <= 2 * q.plus_minus;
			r[p].at[r[p].count++] = 2 * q.plus_minus / error;
		}
	sabin_analysis_free(&a);
}

/* Twice what is stated covers the error in 90 to 99.7 % and is at most three times it in the median: of a normal
 * error that is stated as it is, it would be 95.4 % and 2.97.  Draws are independent from cell to cell and
 * bands nearly so; three standard errors of so many are allowed beside the limits. */
static void stated(void **state)
{
	(void)state;
	const uint64_t seed = test_seed("stated uncertainties");
	const int draws = decay_draws(3);
	struct ratios r[JUDGED] = {0};
	struct sabin_analyser *analyser;
	assert_ok(sabin_analyser_new(&analyser));
	for (int p = 0; p < JUDGED; p++)
		assert_non_null(r[p].at = calloc((size_t)draws * CELLS * DECAY_BANDS, sizeof *r[p].at));
	for (int c = 0; c < CELLS; c++) {
		const struct noise_decay d = decay_of_time(48000, cells[c].time_s, cells[c].snr_db);
		double *h = malloc(decay_length(&d) * sizeof *h);
		assert_non_null(h);
		for (int i = 0; i < draws; i++) {
			decay_draw(&d, seed + (uint64_t)(c * draws + i), h);
			add_draw(&d, h, analyser, r);
		}
		free(h);
	}
	for (int p = 0; p < JUDGED; p++) {
		const double n = (double)r[p].count, cover = (double)r[p].covered / n;
		qsort(r[p].at, r[p].count, sizeof *r[p].at, by_size);
		const double median = r[p].at[r[p].count / 2];
		print_message("%-4s valid %zu, covered %.1f %%, median ratio %.2f\n",
		              sabin_parameter_info(judged[p])->name, r[p].count, 100 * cover, median);
		assert_true(r[p].count > (size_t)(draws * CELLS * DECAY_BANDS / 2));
		assert_at_most(0.9 - 3 * sqrt(0.09 / n), cover);
		assert_at_most(cover, 0.997 + 3 * sqrt(0.003 / n));
		assert_at_most(median, 3 * (1 + 3 * 1.17 / sqrt(n)));
		free(r[p].at);
	}
	sabin_analyser_free(analyser);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(closed_forms),
	    cmocka_unit_test(stated),
	};
	return cmocka_run_group_tests_name("chance", tests, NULL, NULL);
}
