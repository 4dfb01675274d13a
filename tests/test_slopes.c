/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_slopes.c: double slopes are found and right within their uncertainty, single ones are left
 * alone, and slower neighbours make none.
 *
 * Environment: SABIN_TEST_DRAWS = random responses a case (usually 2).
 */
#include <math.h>

#include "util/decays.h"
#include "util/near.h"
#include "util/seed.h"

static const double rate_hz = 48000;
static const double sixty_db = 13.815510557964274; /* 6 ln 10 */

struct pair {
	double early_s, late_s, late_db; /* level of the second decay's start re the first's */
	double snr_db;
	double from_hz; /* lowest band in which it must be found; lower ones are left to chance */
};

/* h = both decays, and noise snr_db below the start of the first. */
static double *draw_pair(const struct pair *p, uint64_t seed, size_t *n)
{
	struct noise_decay early = decay_of_time(rate_hz, p->early_s, HUGE_VAL);
	struct noise_decay late = decay_of_time(rate_hz, p->late_s, p->snr_db + p->late_db);
	early.length_s = late.length_s;
	*n = decay_length(&late);
	double *h = malloc(*n * sizeof *h), *x = malloc(*n * sizeof *x);
	assert_true(h && x);
	decay_draw(&early, seed, h);
	decay_draw(&late, seed + 500000, x);
	for (size_t i = 0; i < *n; i++)
		h[i] += pow(10, p->late_db / 20) * x[i];
	free(x);
	return h;
}

/* Where both have as much energy left, and the level of that: of the expectations, exactly. */
static double bend_s(const struct pair *p)
{
	const double r0 = sixty_db / p->early_s, r1 = sixty_db / p->late_s;
	return log(r1 / r0 * pow(10, -p->late_db / 10)) / (r0 - r1);
}

static double bend_db(const struct pair *p)
{
	const double e0 = p->early_s, e1 = pow(10, p->late_db / 10) * p->late_s;
	return 10 * log10(2 * e1 * exp(-sixty_db / p->late_s * bend_s(p)) / (e0 + e1));
}

static int within(struct sabin_quantity q, double truth)
{
	assert_true(q.valid && isfinite(q.plus_minus));
	return fabs(q.value - truth) <= 2 * q.plus_minus;
}

static void double_slopes(void **state)
{
	(void)state;
	static const struct pair pairs[] = {
		{0.4, 2, -25, 60, 125}, {0.4, 2, -25, HUGE_VAL, 125}, {0.5, 1.5, -20, 60, 250},
		{1, 4, -35, 70, 125},   {0.8, 2, -15, 60, 250},
	};
	const int draws = decay_draws(2);
	int inside = 0, of = 0, found = 0, expected = 0;
	print_message("seeds 7000 .. %d\n", 6999 + draws);
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		for (int d = 0; d < draws; d++) {
			size_t n;
			double *h = draw_pair(&pairs[i], 7000 + (uint64_t)d, &n);
			struct sabin_analysis a = analyse_octaves(h, n, rate_hz, 125, 8000);
			for (size_t b = 0; b < a.band_count; b++) {
				const struct sabin_double_slope *s = &a.bands[b].slopes;
				if (a.bands[b].band.nominal_hz >= pairs[i].from_hz) {
					expected++;
					found += s->found;
				}
				if (!s->found)
					continue;
				inside += within(s->early, pairs[i].early_s);
				inside += within(s->late, pairs[i].late_s);
				inside += within(s->bend_s, bend_s(&pairs[i]));
				inside += within(s->bend_db, bend_db(&pairs[i]));
				of += 4;
			}
			sabin_analysis_free(&a);
			free(h);
		}
	print_message("found %d of %d; %d of %d within two standard uncertainties\n", found, expected,
	              inside, of);
	assert_true(found >= 0.9 * expected);
	assert_true(inside >= 0.9 * of);
}

static void single_slopes(void **state)
{
	(void)state;
	static const double cases[][2] = {{0.2, 60}, {0.4, 45}, {1.2, 60}, {0, 60}, {0.2, HUGE_VAL}, {3, 30}};
	const int draws = decay_draws(2);
	print_message("seeds 8000 .. %d\n", 7999 + draws);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct noise_decay d = decay_of_time(rate_hz, cases[i][0], cases[i][1]);
		double *h = malloc(decay_length(&d) * sizeof *h);
		for (int k = 0; k < draws; k++) {
			decay_draw(&d, 8000 + (uint64_t)k, h);
			struct sabin_analysis a =
				analyse_octaves(h, decay_length(&d), rate_hz, 125, 8000);
			for (size_t b = 0; b < a.band_count; b++)
				assert_false(a.bands[b].slopes.found);
			assert_false(a.broadband.slopes.found);
			sabin_analysis_free(&a);
		}
		free(h);
	}
}

/* A band of 0.4 s above one of 3 s: what shows late in it is the neighbour, and its times
 * know that. */
static void slow_neighbour(void **state)
{
	(void)state;
	print_message("seed 9000\n");
	struct noise_decay d = decay_of_time(rate_hz, 3, 65);
	for (int b = 4; b < DECAY_BANDS; b++)
		d.time_s[b] = 0.4;
	double *h = malloc(decay_length(&d) * sizeof *h);
	decay_draw(&d, 9000, h);
	struct sabin_analysis a = analyse_octaves(h, decay_length(&d), rate_hz, 125, 8000);
	const struct sabin_band_result *beside = &a.bands[4], *far = &a.bands[6];
	assert_false(beside->slopes.found || far->slopes.found);
	assert_int_equal(beside->value[SABIN_T30].reason, SABIN_BECAUSE_NEIGHBOUR);
	assert_near(beside->value[SABIN_T30].need, 20, 1e-9);
	assert_near(beside->value[SABIN_T30].value, 0.4, 2 * beside->value[SABIN_T30].plus_minus);
	assert_true(far->value[SABIN_T30].valid);
	assert_near(far->value[SABIN_T30].value, 0.4, 3 * far->value[SABIN_T30].plus_minus);
	sabin_analysis_free(&a);
	free(h);
}

/* A direct sound with a reflection close behind it stands far above a decay: in a wide band that is over
 * within a few cells, from which any decay time can be fitted.  Where a second slope is told both times are
 * known, and known to differ. */
static void strong_direct_sound(void **state)
{
	(void)state;
	const int draws = decay_draws(6);
	print_message("seeds 9500 .. %d\n", 9499 + draws);
	const struct noise_decay d = decay_of_time(rate_hz, 0.3, 60);
	const size_t n = decay_length(&d), start = (size_t)(d.predelay_s * rate_hz);
	double *h = malloc(n * sizeof *h);
	assert_non_null(h);
	for (int k = 0; k < draws; k++) {
		struct sabin_random random;
		double sum = 0;
		decay_draw(&d, 9500 + (uint64_t)k, h);
		sabin_random_init(&random, 9500 + (uint64_t)k);
		for (size_t i = start; i < n; i++)
			sum += h[i] * h[i];
		h[start] += 2.2 * sqrt(sum);
		h[start + (size_t)(test_between(&random, 0.0005, 0.0015) * rate_hz)] +=
			test_between(&random, 1, 1.8) * sqrt(sum);
		struct sabin_analysis a = analyse_octaves(h, n, rate_hz, 125, 8000);
		for (size_t b = 0; b < a.band_count; b++) {
			const struct sabin_double_slope *s = &a.bands[b].slopes;
			if (!s->found)
				continue;
			assert_at_most(s->early.plus_minus, 0.25 * s->early.value);
			assert_at_most(s->late.plus_minus, 0.25 * s->late.value);
			assert_true(s->late.value - s->early.value >
			            2 * hypot(s->late.plus_minus, s->early.plus_minus));
		}
		sabin_analysis_free(&a);
	}
	free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(double_slopes),
		cmocka_unit_test(single_slopes),
		cmocka_unit_test(slow_neighbour),
		cmocka_unit_test(strong_direct_sound),
	};
	return cmocka_run_group_tests_name("slopes", tests, NULL, NULL);
}
