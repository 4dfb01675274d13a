/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_eqfit.c: CPU time of a parametric fit of ten filters to the response of a room, with and without
 * a limit on the net boost.  The promise is 0.05 s for either.
 */
#include <math.h>
#include <stdio.h>
#include <time.h>

#include <sabin/eqfit.h>
#include <sabin/random.h>

#include "util/near.h"

enum { MOST = 512, ROOMS = 6, TRIES = 5 };
static const double promise_s = 0.05;

static double cpu_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The error of a room at a seat: roll-off below, modes and combs that grow denser, a falling trend. */
static size_t room(struct sabin_random *r, double from_hz, double *hz, double *wanted)
{
	const size_t n = sabin_eq_grid(from_hz, 10000, hz);
	assert_true(n <= MOST);
	for (size_t i = 0; i < n; i++)
		wanted[i] = 20 * log10(sqrt(1 + pow(45 / hz[i], 4))) + 0.7 * log2(hz[i] / 1000);
	for (int k = 0; k < 60; k++) {
		const double at = log2(30 / 20.0) + 8.4 * sqrt(sabin_random_uniform(r));
		const double width = 0.05 + 0.15 * sabin_random_uniform(r);
		const double gain = sabin_random_normal(r) * 4;
		for (size_t i = 0; i < n; i++) {
			const double u = (log2(hz[i] / 20) - at) / width;
			wanted[i] += gain * exp(-0.5 * u * u);
		}
	}
	return n;
}

static void ten_filters(void **state)
{
	(void)state;
	static const struct {
		double from_hz, net_boost_db;
	} rows[] = {{20, INFINITY}, {20, 6}, {50, INFINITY}, {50, 6}};
	for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) {
		struct sabin_random r;
		double worst_s = 0, sum_s = 0, left_db = 0;
		sabin_random_init(&r, 61);
		for (int k = 0; k < ROOMS; k++) {
			struct sabin_eqfit_options o = sabin_eqfit_defaults();
			double hz[MOST], wanted[MOST], best_s = HUGE_VAL;
			const size_t n = room(&r, rows[row].from_hz, hz, wanted);
			const struct sabin_eqfit_curve curve = {n, hz, wanted, NULL, NULL, NULL};
			struct sabin_eqfit e;
			o.net_boost_db = rows[row].net_boost_db;
			for (int i = 0; i < TRIES; i++) { /* the quietest moment of the machine */
				const double start_s = cpu_s();
				assert_ok(sabin_eqfit_compute(&curve, &o, NULL, 0, &e));
				best_s = fmin(best_s, cpu_s() - start_s);
			}
			worst_s = fmax(worst_s, best_s);
			sum_s += best_s / ROOMS;
			left_db += e.after_db / ROOMS;
		}
		print_message("10 filters, %.0f Hz to 10 kHz, net boost up to %g dB: mean %.4f s, worst %.4f s, "
		              "%.3f dB left\n",
		              rows[row].from_hz, rows[row].net_boost_db, sum_s, worst_s, left_db);
		assert_true(worst_s <= promise_s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(ten_filters)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
