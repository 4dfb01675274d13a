/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_verify.c: mistakes planted in what was applied are named, noise and what is right are not.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/random.h>
#include <sabin/verify.h>

#include "util/near.h"

enum { MOST = 512, CHANNELS = 2 };
static const double rate_hz = 48000;

struct rig {
	size_t n;
	double hz[MOST];
	double before[CHANNELS][MOST], target[MOST], predicted[CHANNELS][MOST];
	double gain[CHANNELS][MOST], achieved[CHANNELS][MOST];
	unsigned char leave[MOST];
	struct sabin_correction_channel channel[CHANNELS];
	struct sabin_verify_channel v[CHANNELS];
	struct sabin_verified verified[CHANNELS];
	struct sabin_finding findings[8];
	size_t found;
};

static double level_db(const struct sabin_biquad *f, size_t n, double rate, double hz)
{
	return sabin_biquads_level_db(f, n, rate, fmin(hz, 0.49 * rate));
}

static void set_up(struct rig *r, struct sabin_random *random)
{
	memset(r, 0, sizeof *r);
	r->n = sabin_eq_grid(20, 16000, r->hz);
	for (size_t i = 0; i < r->n; i++)
		r->leave[i] = r->hz[i] > 450 ? SABIN_LEAVE_HIGH : SABIN_LEAVE_NOTHING;
	for (int c = 0; c < CHANNELS; c++) {
		struct sabin_correction_channel *ch = &r->channel[c];
		ch->filter_count = 5;
		for (size_t k = 0; k < 5; k++)
			ch->filters[k] = (struct sabin_biquad){
			    SABIN_PEAKING, 30 * pow(1.6, (double)k + 0.8 * sabin_random_uniform(random)),
			    -2.5 - 6 * sabin_random_uniform(random), 1.5 + 5 * sabin_random_uniform(random)};
		ch->length = r->n;
		ch->freq_hz = r->hz;
		ch->before_db = r->before[c];
		ch->target_db = r->target;
		ch->predicted_db = r->predicted[c];
		ch->leave = r->leave;
		for (size_t i = 0; i < r->n; i++) {
			r->gain[c][i] = level_db(ch->filters, 5, rate_hz, r->hz[i]);
			r->before[c][i] = -r->gain[c][i] + 0.5 * sin(20 * log(r->hz[i]) + c);
			r->predicted[c][i] = r->before[c][i] + r->gain[c][i];
		}
		ch->polarity = 1;
		r->v[c] = (struct sabin_verify_channel){.channel = ch,
		                                        .gain_db = r->gain[c],
		                                        .before_db = r->before[c],
		                                        .achieved_db = r->achieved[c],
		                                        .moved_s = NAN};
	}
}

/* What filters[count] of `other` (usually the channel itself) run at another rate give, with noise. */
static void achieve(struct rig *r, int c, const struct sabin_biquad *f, size_t count, double ratio,
                    struct sabin_random *random)
{
	for (size_t i = 0; i < r->n; i++)
		r->achieved[c][i] = r->before[c][i] + level_db(f, count, rate_hz, r->hz[i] * ratio) - 7.3 +
		                    0.1 * sabin_random_normal(random);
}

static void verify(struct rig *r)
{
	r->found = 8;
	assert_ok(sabin_verify_compute(r->v, CHANNELS, r->verified, r->findings, &r->found));
}

enum { CASES = 60 };

static void right_is_right(void **state)
{
	(void)state;
	struct rig *r = malloc(sizeof *r);
	struct sabin_random random;
	assert_non_null(r);
	sabin_random_init(&random, 41);
	for (int k = 0; k < CASES; k++) {
		set_up(r, &random);
		for (int c = 0; c < CHANNELS; c++)
			achieve(r, c, r->channel[c].filters, 5, 1, &random);
		verify(r);
		assert_int_equal(r->found, 0);
		for (int c = 0; c < CHANNELS; c++) {
			assert_near(r->verified[c].difference_db, 0.1, 0.03);
			assert_near(r->verified[c].achieved_error_db, r->verified[c].predicted_error_db, 0.05);
			assert_near(r->verified[c].to_hz, 450, 10);
		}
	}
	free(r);
}

/* Each kind of mistake; 19 of 20 must be named exactly. */
static void mistakes(void **state)
{
	(void)state;
	struct rig *r = malloc(sizeof *r);
	struct sabin_random random;
	int named[SABIN_VERIFY_CODES] = {0};
	assert_non_null(r);
	sabin_random_init(&random, 42);
	for (int k = 0; k < CASES; k++) {
		struct sabin_biquad f[10];
		set_up(r, &random);
		const struct sabin_correction_channel *a = &r->channel[0], *b = &r->channel[1];
		achieve(r, 1, b->filters, 5, 1, &random);
		/* one filter missing on the left */
		const size_t out = (size_t)(5 * sabin_random_uniform(&random));
		for (size_t i = 0, at = 0; i < 5; i++)
			if (i != out)
				f[at++] = a->filters[i];
		achieve(r, 0, f, 4, 1, &random);
		verify(r);
		named[SABIN_VERIFY_FILTER_MISSING] +=
		    r->found == 1 && r->findings[0].code == SABIN_VERIFY_FILTER_MISSING &&
		    r->findings[0].channel == 0 && r->findings[0].filter == out;
		/* 44.1 kHz coefficients at 48 kHz: everything at 48/44.1 of its frequency */
		achieve(r, 0, a->filters, 5, 44100.0 / 48000, &random);
		verify(r);
		named[SABIN_VERIFY_WRONG_RATE] +=
		    r->found == 1 && r->findings[0].code == SABIN_VERIFY_WRONG_RATE &&
		    fabs(r->findings[0].made_hz / r->findings[0].run_hz - 44100.0 / 48000) < 1e-9;
		/* twice */
		memcpy(f, a->filters, 5 * sizeof *f);
		memcpy(f + 5, a->filters, 5 * sizeof *f);
		achieve(r, 0, f, 10, 1, &random);
		verify(r);
		named[SABIN_VERIFY_TWICE] +=
		    r->found == 1 && r->findings[0].code == SABIN_VERIFY_TWICE;
		/* not at all */
		achieve(r, 0, f, 0, 1, &random);
		verify(r);
		named[SABIN_VERIFY_NOT_APPLIED] +=
		    r->found == 1 && r->findings[0].code == SABIN_VERIFY_NOT_APPLIED;
		/* left and right swapped */
		achieve(r, 0, b->filters, 5, 1, &random);
		achieve(r, 1, a->filters, 5, 1, &random);
		verify(r);
		named[SABIN_VERIFY_SWAPPED] +=
		    r->found == 1 && r->findings[0].code == SABIN_VERIFY_SWAPPED;
		/* the right one has the left one's as well, the left one nothing */
		memcpy(f, a->filters, 5 * sizeof *f);
		memcpy(f + 5, b->filters, 5 * sizeof *f);
		achieve(r, 0, f, 0, 1, &random);
		achieve(r, 1, f, 10, 1, &random);
		verify(r);
		named[SABIN_VERIFY_WRONG_CHANNEL] +=
		    r->found == 1 && r->findings[0].code == SABIN_VERIFY_WRONG_CHANNEL &&
		    r->findings[0].channel == 0 && r->findings[0].other == 1;
	}
	for (int code = 0; code < SABIN_VERIFY_DIFFERS; code++) {
		print_message("%s: %d of %d named\n", sabin_verify_name((enum sabin_verify_code)code),
		              named[code], CASES);
		assert_true(named[code] >= CASES * 19 / 20);
	}
	free(r);
}

/* Filters as they should be, but one speaker louder, later, upside down. */
static void misaligned(void **state)
{
	(void)state;
	struct rig *r = malloc(sizeof *r);
	struct sabin_random random;
	assert_non_null(r);
	sabin_random_init(&random, 44);
	set_up(r, &random);
	r->channel[0].gain_db = -1.5;
	r->channel[1].delay_s = 4e-4;
	r->channel[1].polarity = -1;
	for (int c = 0; c < CHANNELS; c++)
		achieve(r, c, r->channel[c].filters, 5, 1, &random);
	for (size_t i = 0; i < r->n; i++)
		r->achieved[0][i] -= 1.5;
	r->v[0].moved_s = 0.0031;
	r->v[1].moved_s = 0.0035;
	r->v[0].turned = 1;
	r->v[1].turned = -1;
	verify(r);
	assert_int_equal(r->found, 0);
	for (size_t i = 0; i < r->n; i++)
		r->achieved[0][i] += 0.8;
	verify(r);
	assert_int_equal(r->found, 1);
	assert_int_equal(r->findings[0].code, SABIN_VERIFY_WRONG_LEVEL);
	assert_int_equal(r->findings[0].channel, 1);
	assert_near(r->findings[0].expected, 1.5, 1e-9);
	assert_near(r->findings[0].found, 0.7, 0.05);
	for (size_t i = 0; i < r->n; i++)
		r->achieved[0][i] -= 0.8;
	r->v[1].moved_s = 0.0031;
	verify(r);
	assert_int_equal(r->found, 1);
	assert_int_equal(r->findings[0].code, SABIN_VERIFY_WRONG_DELAY);
	assert_near(r->findings[0].expected, 4e-4, 1e-9);
	assert_near(r->findings[0].found, 0, 1e-9);
	r->v[1].moved_s = NAN; /* not known: nothing is said of it */
	r->v[1].turned = 1;
	verify(r);
	assert_int_equal(r->found, 1);
	assert_int_equal(r->findings[0].code, SABIN_VERIFY_WRONG_POLARITY);
	free(r);
}

/* Delay and sign from phases, of a speaker with all octaves and of a subwoofer. */
static void shifts(void **state)
{
	(void)state;
	enum { N = 480 };
	double hz[N], from[N], to[N], level[N], noise[N], found_s;
	struct sabin_random random;
	sabin_random_init(&random, 45);
	const size_t n = sabin_eq_grid(20, 15000, hz);
	assert_true(n <= N);
	for (int k = 0; k < 16; k++) {
		const int sub = k % 2, sign = k % 4 < 2 ? 1 : -1;
		const double delay_s = 0.02 * sabin_random_uniform(&random);
		for (size_t i = 0; i < n; i++) {
			level[i] = sub && hz[i] > 120 ? -60 : sabin_random_normal(&random);
			from[i] = 360 * sabin_random_uniform(&random);
			noise[i] = 360 * sabin_random_uniform(&random);
			to[i] = remainder(from[i] - 360 * hz[i] * delay_s + (sign < 0 ? 180 : 0) +
			                      10 * sabin_random_normal(&random),
			                  360);
		}
		assert_int_equal(sabin_verify_shift(hz, from, to, level, n, -0.005, 0.03, &found_s), sign);
		assert_near(found_s, delay_s, sub ? 3e-4 : 1e-5);
		assert_int_equal(sabin_verify_shift(hz, from, noise, level, n, -0.005, 0.03, &found_s), 0);
	}
	for (size_t i = 0; i < n; i++)
		level[i] = hz[i] > 4000 ? 0 : -INFINITY;
	assert_int_equal(sabin_verify_shift(hz, from, to, level, 0, 0, 0.01, &found_s), 0);
}

/* Something else entirely. */
static void unexplained(void **state)
{
	(void)state;
	struct rig *r = malloc(sizeof *r);
	struct sabin_random random;
	assert_non_null(r);
	sabin_random_init(&random, 43);
	set_up(r, &random);
	achieve(r, 1, r->channel[1].filters, 5, 1, &random);
	achieve(r, 0, r->channel[0].filters, 5, 1, &random);
	for (size_t i = 0; i < r->n; i++)
		r->achieved[0][i] += 4 * sin(3 * log(r->hz[i]));
	verify(r);
	assert_int_equal(r->found, 1);
	assert_int_equal(r->findings[0].code, SABIN_VERIFY_DIFFERS);
	/* only one channel measured again */
	r->v[0].achieved_db = NULL;
	verify(r);
	assert_int_equal(r->found, 0);
	assert_true(isnan(r->verified[0].difference_db));
	r->v[1].achieved_db = NULL;
	r->found = 8;
	assert_int_equal(sabin_verify_compute(r->v, CHANNELS, r->verified, r->findings, &r->found),
	                 SABIN_EINVAL);
	free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(right_is_right),
	    cmocka_unit_test(mistakes),
	    cmocka_unit_test(misaligned),
	    cmocka_unit_test(shifts),
	    cmocka_unit_test(unexplained),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
