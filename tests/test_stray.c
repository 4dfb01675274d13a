/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_stray.c: repeats whose sound itself strays scatter by the repeatability that is stated of
 * one.
 *
 * Environment: SABIN_TEST_DRAWS = number of pairs of repeats (usually 12).
 */
#include <math.h>

#include <sabin/parameters.h>
#include <sabin/sti.h>

#include "util/decays.h"
#include "util/near.h"
#include "util/seed.h"

static const double rate_hz = 48000, share = 0.01;
static const enum sabin_parameter judged[] = {SABIN_EDT, SABIN_T20, SABIN_T30, SABIN_C50,
                                              SABIN_C80, SABIN_D50, SABIN_TS};
enum {
	PARAMETERS = sizeof judged / sizeof *judged,
	STRENGTH = PARAMETERS, INDEX, /* G, and the STI's octaves */
	JUDGED,
	FIRST = 2, /* 500 Hz: below there are too few cells for the law of many */
};

/* Sums of squares over pairs of repeats: their difference, and the repeatability stated of both, by
 * an analysis that knows of the repeats and by one that does not. */
struct sums {
	double found, stated, blind;
	int count;
};

/* What one response gives. */
struct reading {
	struct sabin_analysis a;
	struct sabin_sti sti;
};

static struct sabin_analysis analysis_of(const double *h, size_t n, double stray)
{
	struct sabin_analysis_options options = octave_options(125, 8000);
	struct sabin_analysis a;
	options.stray = stray;
	assert_ok(sabin_analysis_compute(h, n, rate_hz, &options, &a));
	assert_int_equal(a.band_count, DECAY_BANDS);
	return a;
}

static struct reading read_response(const double *h, size_t n, double stray)
{
	struct reading r = {.a = analysis_of(h, n, stray)};
	const struct sabin_sti_options options = {.excited_to_hz = HUGE_VAL, .stray = stray};
	assert_ok(sabin_sti_compute(h, n, rate_hz, r.a.arrival.onset, &options, &r.sti));
	return r;
}

static struct sabin_quantity quantity(const struct reading *r, int band, int what)
{
	if (what == STRENGTH)
		return sabin_strength(&r->a.bands[band], rate_hz);
	return what == INDEX ? r->sti.mti[band] : r->a.bands[band].value[judged[what]];
}

static double square(double x)
{
	return x * x;
}

/* Analyses of h with a weaker `other` added: one that knows of it, one that does not. */
static void repeat(const double *h, const double *other, size_t n, struct reading a[2])
{
	double *x = malloc(n * sizeof *x);
	assert_non_null(x);
	for (size_t k = 0; k < n; k++)
		x[k] = h[k] + sqrt(share) * other[k];
	a[0] = read_response(x, n, share);
	a[1] = read_response(x, n, 0);
	free(x);
}

static void add(struct sums *s, const struct reading repeats[2][2], int band, int what)
{
	double value[2];
	for (int i = 0; i < 2; i++) {
		const struct sabin_quantity q = quantity(&repeats[i][0], band, what);
		const struct sabin_quantity blind = quantity(&repeats[i][1], band, what);
		assert_true(q.value == blind.value && q.plus_minus == blind.plus_minus &&
		            q.valid == blind.valid);
		value[i] = q.value;
		s->stated += square(q.repeatability);
		s->blind += square(blind.repeatability);
	}
	s->found += square(value[1] - value[0]);
}

/* Decays, each with two others added that are 20 dB weaker. */
static void straying_sound(void **state)
{
	(void)state;
	const struct noise_decay d = decay_of_time(rate_hz, 0.8, 60);
	const uint64_t seed = 10;
	const size_t n = decay_length(&d);
	print_message("seed 10\n");
	const int draws = decay_draws(12);
	double *h = malloc(n * sizeof *h), *x = malloc(n * sizeof *x);
	struct sums sums[JUDGED][DECAY_BANDS] = {0};
	assert_true(h && x);
	for (int i = 0; i < draws; i++) {
		struct reading repeats[2][2];
		decay_draw(&d, seed + 3 * (uint64_t)i, h);
		for (int r = 0; r < 2; r++) {
			decay_draw(&d, seed + 3 * (uint64_t)i + 1 + (uint64_t)r, x);
			repeat(h, x, n, repeats[r]);
		}
		for (int p = 0; p < JUDGED; p++)
			for (int b = FIRST; b < DECAY_BANDS; b++)
				add(&sums[p][b], repeats, b, p);
		for (int r = 0; r < 4; r++)
			sabin_analysis_free(&repeats[r / 2][r % 2].a);
	}
	for (int p = 0; p < JUDGED; p++) {
		double known = 0, blind = 0;
		for (int b = FIRST; b < DECAY_BANDS; b++) {
			known += sums[p][b].found / sums[p][b].stated / (DECAY_BANDS - FIRST);
			blind += sums[p][b].found / sums[p][b].blind / (DECAY_BANDS - FIRST);
		}
		print_message("%s: variance %.2f of the stated, %.1f of that without repeats\n",
		              p == STRENGTH ? "G" : p == INDEX ? "MTI" : sabin_parameter_info(judged[p])->name,
		              known, blind);
		/* five bands of twelve: a variance is known to 18 % */
		assert_true(known > 0.4 && known < 1.6);
		assert_true(blind > 3 * known);
	}
	free(h);
	free(x);
}

/* x = h with other noise of that draw. */
static void with_noise(const double *h, const struct noise_decay *d, uint64_t seed, double *clean, double *x)
{
	struct noise_decay quiet = *d;
	quiet.snr_db = INFINITY;
	decay_draw(d, seed, x);
	decay_draw(&quiet, seed, clean);
	for (size_t i = 0; i < decay_length(d); i++)
		x[i] += h[i] - clean[i];
}

/* Decays that sag, under two noises each: where the range ends they are no line, and a level that strays also
 * takes the end of the range to another part of them. */
static void another_noise(void **state)
{
	(void)state;
	struct noise_decay fast = decay_of_time(rate_hz, 0.35, INFINITY);
	const struct noise_decay slow = decay_of_time(rate_hz, 1.4, INFINITY);
	const struct noise_decay noise = decay_of_time(rate_hz, 1.4, 62);
	fast.length_s = slow.length_s;
	const size_t n = decay_length(&slow);
	const uint64_t seed = test_seed("another noise");
	const int draws = decay_draws(16);
	double *h = malloc(n * sizeof *h), *x = malloc(n * sizeof *x), *more = malloc(n * sizeof *more);
	struct sums sums[PARAMETERS] = {0};
	assert_true(h && x && more);
	for (int i = 0; i < draws; i++) {
		const uint64_t own = seed + 4 * (uint64_t)i;
		struct sabin_analysis a[2];
		decay_draw(&fast, own, h);
		decay_draw(&slow, own + 1, more);
		for (size_t k = 0; k < n; k++)
			h[k] += 0.1 * more[k];
		for (uint64_t r = 0; r < 2; r++) {
			with_noise(h, &noise, own + 2 + r, more, x);
			a[r] = analysis_of(x, n, 0);
		}
		for (int p = 0; p < PARAMETERS; p++)
			for (int b = FIRST; b < DECAY_BANDS; b++) {
				const struct sabin_quantity q[2] = {a[0].bands[b].value[judged[p]],
				                                    a[1].bands[b].value[judged[p]]};
				if (!q[0].valid || !q[1].valid)
					continue;
				sums[p].count++;
				sums[p].found += square(q[1].value - q[0].value);
				sums[p].stated += square(q[0].repeatability) + square(q[1].repeatability);
			}
		sabin_analysis_free(&a[0]);
		sabin_analysis_free(&a[1]);
	}
	for (int p = 0; p < PARAMETERS; p++) {
		const double share_found = sums[p].found / sums[p].stated;
		print_message("%s: variance %.2f of the stated\n", sabin_parameter_info(judged[p])->name,
		              share_found);
		/* five bands of all draws; three standard errors */
		const double slack = 3 * sqrt(2.0 / (draws * (DECAY_BANDS - FIRST)));
		assert_true(sums[p].count >= 9 * draws * (DECAY_BANDS - FIRST) / 10);
		assert_true(share_found < 1 + slack);
		if (judged[p] == SABIN_T20 || judged[p] == SABIN_T30)
			assert_true(share_found > 0.5 * (1 - slack));
	}
	free(h);
	free(x);
	free(more);
}

/* What repeats show to stray is no more than the noise: nothing is added to it. */
static void noise_alone(void **state)
{
	(void)state;
	const struct noise_decay d = decay_of_time(rate_hz, 0.8, 45);
	const size_t n = decay_length(&d);
	double *h = malloc(n * sizeof *h), *clean = malloc(n * sizeof *clean);
	struct noise_decay quiet = d;
	quiet.snr_db = INFINITY;
	const uint64_t seed = test_seed("noise alone");
	decay_draw(&d, seed, h);
	decay_draw(&quiet, seed, clean);
	double noise = 0, energy = 0;
	for (size_t i = 0; i < n; i++) {
		noise += (h[i] - clean[i]) * (h[i] - clean[i]);
		energy += h[i] * h[i];
	}
	struct sabin_analysis a = analysis_of(h, n, noise / energy), blind = analysis_of(h, n, 0);
	for (size_t b = 0; b < a.band_count; b++)
		for (int p = 0; p < PARAMETERS; p++) {
			const struct sabin_quantity q = a.bands[b].value[judged[p]];
			const struct sabin_quantity other = blind.bands[b].value[judged[p]];
			/* of what is not valid it may not be known */
			assert_true(q.repeatability == other.repeatability ||
			            (isnan(q.repeatability) && isnan(other.repeatability) && !q.valid));
		}
	sabin_analysis_free(&a);
	sabin_analysis_free(&blind);
	free(h);
	free(clean);
}

static void refusals(void **state)
{
	(void)state;
	static const double wrong[] = {-1e-9, NAN, INFINITY};
	static double h[4800];
	h[100] = 1;
	for (size_t i = 0; i < 3; i++) {
		struct sabin_analysis_options options = octave_options(125, 8000);
		struct sabin_analysis a;
		options.stray = wrong[i];
		assert_int_equal(sabin_analysis_compute(h, 4800, rate_hz, &options, &a),
		                 SABIN_EINVAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(straying_sound),
	    cmocka_unit_test(another_noise),
	    cmocka_unit_test(noise_alone),
	    cmocka_unit_test(refusals),
	};
	return cmocka_run_group_tests_name("stray", tests, NULL, NULL);
}
