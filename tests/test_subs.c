/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_subs.c: a subwoofer that is late, loud and upside down is set right; two of them even out the
 * seats.
 */
#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/eqfit.h>
#include <sabin/random.h>
#include <sabin/subs.h>

#include "signal/cmplx.h"
#include "util/near.h"
#include "util/seed.h"

enum { MOST = 200, SEATS = 3 };
static const double rate_hz = 48000, cross_hz = 80;

struct rig {
	double hz[MOST];
	double complex mains[SEATS * MOST], sub[2 * SEATS * MOST];
	struct sabin_subs p;
};

static double complex late(double f, double s)
{
	return CMPLX(cos(2 * M_PI * f * s), -sin(2 * M_PI * f * s));
}

static void set_up(struct rig *r, size_t seats, size_t subs)
{
	r->p = (struct sabin_subs){sabin_eq_grid(25, 320, r->hz), seats, subs, r->hz, r->mains, r->sub};
	assert_true(r->p.n <= MOST);
}

static double complex pass(double f, int high)
{
	struct sabin_biquad x[2];
	sabin_crossover(cross_hz, high, x);
	return sabin_biquads_transfer(x, 2, rate_hz, f);
}

/* A crossover's branches add up to a magnitude of 1. */
static void crossover(void **state)
{
	(void)state;
	for (double f = 20; f < 1000; f *= 1.3)
		assert_near(cabs(pass(f, 0) + pass(f, 1)), 1, 1e-4);
	assert_near(20 * log10(cabs(pass(cross_hz, 0))), -6.02, 0.01);
}

/* In the free field the mistakes of one sub are undone. */
static void one(void **state)
{
	(void)state;
	static const struct {
		double gain_db, late_s;
		int polarity;
	} rows[] = {{0, 0.003, 1}, {6, 0.005, -1}, {-9, -0.004, 1}, {3, 0, -1}};
	for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
		static struct rig r;
		struct sabin_sub_setting s;
		double before, after;
		set_up(&r, 1, 1);
		for (size_t i = 0; i < r.p.n; i++) {
			r.mains[i] = pass(r.hz[i], 1);
			r.sub[i] = pass(r.hz[i], 0) * late(r.hz[i], rows[k].late_s) * rows[k].polarity *
			           pow(10, rows[k].gain_db / 20);
		}
		assert_ok(sabin_subs_compute(&r.p, &s, &before, &after));
		assert_int_equal(s.polarity, rows[k].polarity);
		assert_near(s.delay_s, -rows[k].late_s, 0.00021);
		assert_near(s.gain_db, -rows[k].gain_db, 0.5);
		assert_at_most(after, before);
		assert_at_most(after, 0.3);
	}
}

/* Two subs whose standing waves differ from seat to seat: together they are more even than as they
 * were, and a little movement changes little. */
static void two(void **state)
{
	(void)state;
	static struct rig r;
	struct sabin_sub_setting s[2], nudged[2];
	double before, after;
	set_up(&r, SEATS, 2);
	for (size_t seat = 0; seat < SEATS; seat++)
		for (size_t i = 0; i < r.p.n; i++) {
			const double f = r.hz[i];
			r.mains[seat * r.p.n + i] = pass(f, 1) * late(f, 0.008 + 0.001 * (double)seat);
			for (size_t k = 0; k < 2; k++) {
				const double path_s = 0.006 + 0.004 * (double)(k ? seat : SEATS - seat);
				r.sub[(k * SEATS + seat) * r.p.n + i] =
				    pass(f, 0) * (late(f, path_s) + 0.7 * late(f, path_s + 0.009 + 0.003 * (double)k));
			}
		}
	assert_ok(sabin_subs_compute(&r.p, s, &before, &after));
	print_message("two subs, three seats: %.2f dB before, %.2f dB after\n", before, after);
	assert_at_most(after, 0.8 * before);
	for (int k = 0; k < 2; k++) {
		nudged[0] = s[0];
		nudged[1] = s[1];
		nudged[k].delay_s += 1e-4;
		nudged[k].gain_db -= 0.5;
		assert_near(sabin_subs_score_db(&r.p, nudged), after, 0.2);
	}
}

/* The score, by its description and this test's own sums. */
static double own_score(const struct sabin_subs *p, const struct sabin_sub_setting *s)
{
	double spread = 0, sum = 0, square = 0, lost = 0;
	size_t crossing = 0;
	for (size_t i = 0; i < p->n; i++) {
		double level[8], mean = 0, variance = 0;
		for (size_t seat = 0; seat < p->seats; seat++) {
			const double complex mains = p->mains[seat * p->n + i];
			double complex subs = 0;
			for (size_t k = 0; k < p->subs; k++)
				subs += p->sub[(k * p->seats + seat) * p->n + i] * late(p->freq_hz[i], s[k].delay_s) *
				        s[k].polarity * exp(s[k].gain_db * M_LN10 / 20);
			level[seat] = 20 * log10(cabs(mains + subs) + 1e-15);
			mean += level[seat] / (double)p->seats;
			if (cabs(mains) < 4 * cabs(subs) && cabs(subs) < 4 * cabs(mains)) {
				lost += 20 * log10(cabs(mains) + cabs(subs)) - level[seat];
				crossing++;
			}
		}
		for (size_t seat = 0; seat < p->seats; seat++)
			variance += pow(level[seat] - mean, 2) / (double)p->seats;
		spread += variance / (double)p->n;
		sum += mean / (double)p->n;
		square += mean * mean / (double)p->n;
	}
	return sqrt(spread) + 0.5 * sqrt(fmax(square - sum * sum, 0)) +
	       (crossing ? 0.5 * lost / (double)crossing : 0);
}

static double own_robust(const struct sabin_subs *p, const struct sabin_sub_setting *s)
{
	struct sabin_sub_setting off[2];
	double sum = own_score(p, s);
	for (size_t k = 0; k < p->subs; k++)
		for (int sign = -1; sign <= 1; sign += 2) {
			memcpy(off, s, p->subs * sizeof *s);
			off[k].delay_s += sign * 1e-4;
			off[k].gain_db += sign * 0.5;
			sum += own_score(p, off);
		}
	return sum / (double)(2 * p->subs + 1);
}

/* Standing waves anywhere: no setting of a fine raster (one sub), or of many drawn ones (two), is better than what is
 * found, and what is found bears being 0.1 ms and 0.5 dB off. */
static void brute_force(void **state)
{
	(void)state;
	enum { DRAWN = 4000 };
	static struct rig r;
	struct sabin_random random;
	const char *draws = getenv("SABIN_TEST_DRAWS");
	const int rounds = draws ? (int)strtol(draws, NULL, 10) : 2;
	sabin_random_init(&random, test_seed("brute"));
	double worst = 0, worst_off = 0;
	for (int round = 0; round < rounds; round++) {
		const size_t subs = 1 + (size_t)round % 2;
		struct sabin_sub_setting s[2], tried[2] = {{0, 0, 1}, {0, 0, 1}};
		double before, after, best = INFINITY;
		set_up(&r, SEATS, subs);
		size_t kept = 0; /* every fourth point will do */
		for (size_t i = 0; i < r.p.n; i += 4)
			r.hz[kept++] = r.hz[i];
		r.p.n = kept;
		for (size_t seat = 0; seat < SEATS; seat++) {
			const double main_s = test_between(&random, 0.005, 0.012);
			double path_s[2][4], weight[2][4];
			for (size_t k = 0; k < 2; k++)
				for (int e = 0; e < 4; e++) {
					path_s[k][e] = test_between(&random, 0.004, 0.014) + 0.006 * e;
					weight[k][e] = e ? test_between(&random, -0.7, 0.7) : 1;
				}
			for (size_t i = 0; i < r.p.n; i++) {
				const double f = r.hz[i];
				r.mains[seat * r.p.n + i] = pass(f, 1) * late(f, main_s);
				for (size_t k = 0; k < subs; k++) {
					double complex echo = 0;
					for (int e = 0; e < 4; e++)
						echo += weight[k][e] * late(f, path_s[k][e]);
					r.sub[(k * SEATS + seat) * r.p.n + i] = pass(f, 0) * echo;
				}
			}
		}
		assert_ok(sabin_subs_compute(&r.p, s, &before, &after));
		assert_near(after, own_robust(&r.p, s), 1e-6);
		if (subs == 1) {
			for (double d = -0.012; d <= 0.012; d += 0.00025)
				for (double g = -18; g <= 12; g += 1)
					for (int polarity = -1; polarity <= 1; polarity += 2) {
						tried[0] = (struct sabin_sub_setting){g, d, polarity};
						best = fmin(best, own_robust(&r.p, tried));
					}
		} else {
			for (int i = 0; i < DRAWN; i++) {
				for (int k = 0; k < 2; k++)
					tried[k] = (struct sabin_sub_setting){
					    test_between(&random, -12, 6), test_between(&random, -0.012, 0.012),
					    sabin_random_uniform(&random) < 0.5 ? -1 : 1};
				best = fmin(best, own_robust(&r.p, tried));
			}
		}
		worst = fmax(worst, after - best);
		assert_at_most(after, best + 0.1);
		for (size_t k = 0; k < subs; k++)
			for (int sign = -1; sign <= 1; sign += 2) {
				memcpy(tried, s, sizeof tried);
				tried[k].delay_s += sign * 1e-4;
				tried[k].gain_db -= sign * 0.5;
				worst_off = fmax(worst_off, own_score(&r.p, tried) - after);
			}
	}
	print_message("found at most %.3f dB over the best of all tried; 0.1 ms and 0.5 dB off at most %.2f dB more\n",
	              worst, worst_off);
}

static void bad_arguments(void **state)
{
	(void)state;
	static struct rig r;
	struct sabin_sub_setting s;
	double before, after;
	set_up(&r, 1, 0);
	assert_int_equal(sabin_subs_compute(&r.p, &s, &before, &after), SABIN_EINVAL);
	set_up(&r, 1, 1);
	r.sub[3] = NAN;
	assert_int_equal(sabin_subs_compute(&r.p, &s, &before, &after), SABIN_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(crossover), cmocka_unit_test(one),
	    cmocka_unit_test(two),       cmocka_unit_test(bad_arguments),
	    cmocka_unit_test(brute_force),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
