/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_target.c: target curves and how they are brought to the response's level.
 */
#include <math.h>

#include <sabin/curve.h>
#include <sabin/eqfit.h>
#include <sabin/target.h>

#include "util/near.h"

enum { MOST = 512 };

static void published(void **state)
{
	(void)state;
	const struct sabin_target harman = {.kind = SABIN_TARGET_HARMAN};
	const struct sabin_target bk = {.kind = SABIN_TARGET_BK};
	const struct sabin_target tilt = {.kind = SABIN_TARGET_TILT, .tilt_db_per_oct = -0.8};
	assert_near(sabin_target_level_db(&harman, 70), 6.3, 1e-9);
	assert_near(sabin_target_level_db(&harman, 1475), -0.3, 1e-9);
	assert_near(sabin_target_level_db(&harman, 5), 7.1, 1e-9);
	assert_near(sabin_target_level_db(&bk, 100), 0, 1e-9);
	assert_near(sabin_target_level_db(&bk, 12800), -5, 1e-9);
	assert_near(sabin_target_level_db(&bk, 400 * sqrt(32)), -2.5, 1e-9); /* half way up */
	assert_near(sabin_target_level_db(&tilt, 4000), -1.6, 1e-9);
}

/* A notch at 1 kHz does not move the target by more than its share of the band. */
static void level(void **state)
{
	(void)state;
	double hz[MOST], db[MOST], target[MOST];
	const size_t n = sabin_eq_grid(20, 20000, hz);
	const struct sabin_target flat = {.kind = SABIN_TARGET_FLAT};
	for (size_t i = 0; i < n; i++)
		db[i] = -30;
	assert_ok(sabin_target_compute(&flat, hz, db, n, target));
	assert_near(target[0], -30, 1e-9);
	for (size_t i = 0; i < n; i++)
		if (fabs(log2(hz[i] / 1000)) < 1 / 48.0 + 1e-9)
			db[i] = -60;
	assert_ok(sabin_target_compute(&flat, hz, db, n, target));
	assert_near(target[200], -30, 0.7); /* 3 of 160 points */
	/* beyond the band nothing counts */
	for (size_t i = 0; i < n; i++)
		db[i] = hz[i] < 150 || hz[i] > 2500 ? -90 : -30;
	assert_ok(sabin_target_compute(&flat, hz, db, n, target));
	assert_near(target[0], -30, 1e-9);
	/* a bass range has its own mean */
	const size_t low = sabin_eq_grid(20, 160, hz);
	for (size_t i = 0; i < low; i++)
		db[i] = (double)(i % 2) * 2;
	assert_ok(sabin_target_compute(&flat, hz, db, low, target));
	assert_near(target[0], 1, 0.02);
}

static void trend(void **state)
{
	(void)state;
	double hz[MOST], db[MOST], target[MOST];
	const size_t n = sabin_eq_grid(20, 20000, hz);
	const struct sabin_target own = {.kind = SABIN_TARGET_TREND};
	static const double slopes[] = {-0.7, -4, +2}, taken[] = {-0.7, -1.5, 0};
	for (int k = 0; k < 3; k++) {
		for (size_t i = 0; i < n; i++)
			db[i] = slopes[k] * log2(hz[i] / 1000) + sin(40 * log(hz[i]));
		assert_ok(sabin_target_compute(&own, hz, db, n, target));
		assert_near((target[n - 1] - target[0]) / log2(hz[n - 1] / hz[0]), taken[k], 0.02);
	}
}

static void bad_arguments(void **state)
{
	(void)state;
	double hz[] = {20, 200, 2000}, db[] = {0, 1, 0}, target[3];
	const struct sabin_target steep = {.kind = SABIN_TARGET_TILT, .tilt_db_per_oct = 20};
	const struct sabin_target empty = {.kind = SABIN_TARGET_CURVE};
	const struct sabin_target one = {SABIN_TARGET_CURVE, 0, 1, hz, db};
	assert_int_equal(sabin_target_compute(&steep, hz, db, 3, target), SABIN_EINVAL);
	assert_int_equal(sabin_target_compute(&empty, hz, db, 3, target), SABIN_EINVAL);
	assert_ok(sabin_target_compute(&one, hz, db, 3, target)); /* one point is flat */
	assert_near(target[0], target[2], 1e-12);
	/* two points with more than the band between them have none in it: then all count */
	const double ends_hz[] = {10, 30000}, ends_db[] = {3, 5};
	const struct sabin_target flat = {.kind = SABIN_TARGET_FLAT};
	assert_ok(sabin_target_compute(&flat, ends_hz, ends_db, 2, target));
	assert_near(target[0], 4, 1e-12);
	assert_near(target[1], 4, 1e-12);
	db[1] = NAN;
	assert_int_equal(sabin_target_compute(&one, hz, db, 3, target), SABIN_EINVAL);
}

static void curves(void **state)
{
	(void)state;
	const double hz[] = {0, 100, 400}, db[] = {7, 0, 6};
	double even[5] = {0, 0, 6, 0, 0}, out[5], at[5] = {100, 200, 400, 800, 1600};
	assert_near(sabin_curve_at(hz, db, 3, 200), 3, 1e-12);
	assert_near(sabin_curve_at(hz, db, 3, 50), 7, 0);
	assert_near(sabin_curve_at(hz, db, 3, 1e6), 6, 0);
	assert_near(sabin_curve_at(hz, db, 3, NAN), 7, 0);
	sabin_curve_smooth(at, even, 5, 2, out);
	assert_near(out[2], 2, 1e-12);
	assert_near(out[0], 0, 0); /* nothing on one side: nothing on the other */
	assert_near(out[1], 2, 1e-12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(published), cmocka_unit_test(level), cmocka_unit_test(trend),
	    cmocka_unit_test(bad_arguments), cmocka_unit_test(curves),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
