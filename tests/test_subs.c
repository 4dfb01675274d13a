/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_subs.c: a subwoofer that is late, loud and upside down is set right; two of them even out the
 * seats.
 */
#include <complex.h>
#include <math.h>

#include <sabin/eqfit.h>
#include <sabin/subs.h>

#include "signal/cmplx.h"
#include "util/near.h"

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
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
