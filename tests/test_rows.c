/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_rows.c: sums in lanes against sums one by one, at every length around the number of lanes.
 */
#include <math.h>

#include <sabin/random.h>

#include "correction/rows.h"
#include "util/near.h"

enum { N = 37, ROWS = 5 };

static void sums(void **state)
{
	(void)state;
	struct sabin_random r;
	double a[N], b[N];
	sabin_random_init(&r, 71);
	for (int i = 0; i < N; i++) {
		a[i] = sabin_random_normal(&r);
		b[i] = sabin_random_normal(&r);
	}
	for (size_t n = 0; n <= N; n++) {
		double product = 0, sum = 0;
		for (size_t i = 0; i < n; i++) {
			product += a[i] * b[i];
			sum += a[i];
		}
		assert_near(sabin_rows_dot(a, b, n), product, 1e-13);
		assert_near(sabin_rows_sum(a, n), sum, 1e-13);
	}
	/* they may begin anywhere */
	assert_near(sabin_rows_dot(a + 1, b + 3, 9), sabin_rows_dot(a + 1, b + 3, 8) + a[9] * b[11], 1e-13);
}

static void products(void **state)
{
	(void)state;
	struct sabin_random r;
	double x[ROWS][N], out[ROWS * ROWS];
	const double *rows[ROWS];
	sabin_random_init(&r, 72);
	for (int k = 0; k < ROWS; k++) {
		rows[k] = x[k];
		for (int i = 0; i < N; i++)
			x[k][i] = sabin_random_normal(&r);
	}
	for (size_t count = 1; count <= ROWS; count++) {
		for (size_t n = 0; n <= N; n += 9) {
			sabin_rows_products(rows, count, n, out);
			for (size_t i = 0; i < count; i++) {
				for (size_t j = 0; j <= i; j++) {
					double want = 0;
					for (size_t p = 0; p < n; p++)
						want += x[i][p] * x[j][p];
					assert_near(out[i + j * count], want, 1e-13);
				}
			}
		}
	}
}

static void decibels(void **state)
{
	(void)state;
	enum { MANY = 4001 };
	double x[MANY], want[MANY];
	for (int i = 0; i < MANY; i++) {
		x[i] = pow(10, (i - 2000) * 0.15); /* +-300 decades */
		want[i] = 10 * log10(x[i]);
	}
	x[0] = 1;
	want[0] = 0;
	sabin_rows_decibels(x, MANY);
	for (int i = 0; i < MANY; i++)
		assert_near(x[i], want[i], 1e-12 * fmax(1, fabs(want[i])));
	double near_one[3] = {1 - 1e-9, 1, 1 + 1e-9};
	sabin_rows_decibels(near_one, 3);
	assert_near(near_one[0], -4.342944821e-9, 1e-15);
	assert_near(near_one[1], 0, 1e-15);
	assert_near(near_one[2], 4.342944817e-9, 1e-15);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sums),
	    cmocka_unit_test(products),
	    cmocka_unit_test(decibels),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
