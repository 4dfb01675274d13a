/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_linalg.c: eigenvalues, least squares and inverses.
 */
#include <math.h>

#include <sabin/linalg.h>
#include <sabin/random.h>

#include "signal/cmplx.h"
#include "util/near.h"
#include "util/seed.h"

/* Double precision, and some tens of operations on numbers of order 1. */
static const double rounding = 1e-12;

static void fill(struct sabin_random *random, double *a, size_t count)
{
	for (size_t i = 0; i < count; i++)
		a[i] = sabin_random_normal(random);
}

/* [[2, 1], [1, 2]] has 1 and 3 along (1, -1) and (1, 1). */
static void symmetric_two(void **state)
{
	(void)state;
	double a[] = {2, 1, 1, 2}, values[2], vectors[4];
	assert_ok(sabin_eigen_symmetric(a, 2, values, vectors));
	assert_near_array(values, ((double[]){1, 3}), 2, rounding);
	assert_near(vectors[0], -vectors[1], rounding);
	assert_near(vectors[2], vectors[3], rounding);
}

/* A V = V diag(values), V' V = 1. */
static void symmetric_law(void **state)
{
	(void)state;
	enum { N = 30 };
	struct sabin_random random;
	double a[N * N], copy[N * N], values[N], v[N * N];
	sabin_random_init(&random, test_seed("symmetric"));
	fill(&random, a, N * N);
	for (size_t c = 0; c < N; c++)
		for (size_t r = 0; r < c; r++)
			a[r + c * N] = a[c + r * N];
	memcpy(copy, a, sizeof a);
	assert_ok(sabin_eigen_symmetric(a, N, values, v));
	for (size_t i = 0; i < N; i++)
		for (size_t r = 0; r < N; r++) {
			double sum = 0, product = 0;
			for (size_t k = 0; k < N; k++) {
				sum += copy[r + k * N] * v[k + i * N];
				product += v[k + r * N] * v[k + i * N];
			}
			assert_near(sum, values[i] * v[r + i * N], 1e-11);
			assert_near(product, i == r, 1e-11);
		}
}

/* A rotation by 30 degrees has exp(+-i pi/6). */
static void rotation(void **state)
{
	(void)state;
	double a[] = {cos(M_PI / 6), sin(M_PI / 6), -sin(M_PI / 6), cos(M_PI / 6)};
	double complex values[2];
	assert_ok(sabin_eigenvalues(a, 2, values));
	assert_near(creal(values[0]), cos(M_PI / 6), rounding);
	assert_near(fabs(cimag(values[0])), 0.5, rounding);
	assert_near(cimag(values[0]) + cimag(values[1]), 0, rounding);
}

/* The line 1 + 2 t through exact points; then the normal equations for random ones. */
static void least_squares(void **state)
{
	(void)state;
	double line[] = {1, 1, 1, 0, 1, 2}, heights[] = {1, 3, 5}, x[6];
	assert_ok(sabin_least_squares(line, 3, 2, heights, x));
	assert_near_array(x, ((double[]){1, 2}), 2, rounding);
	enum { M = 40, N = 6 };
	struct sabin_random random;
	double a[M * N], copy[M * N], b[M], rest[M];
	sabin_random_init(&random, test_seed("least squares"));
	fill(&random, a, M * N);
	fill(&random, b, M);
	memcpy(copy, a, sizeof a);
	memcpy(rest, b, sizeof b);
	assert_ok(sabin_least_squares(a, M, N, b, x));
	for (size_t r = 0; r < M; r++)
		for (size_t c = 0; c < N; c++)
			rest[r] -= copy[r + c * M] * x[c];
	for (size_t c = 0; c < N; c++) {
		double sum = 0;
		for (size_t r = 0; r < M; r++)
			sum += copy[r + c * M] * rest[r];
		assert_near(sum, 0, 1e-11);
	}
}

/* Two columns alike: the shortest solution halves. */
static void rank_deficient(void **state)
{
	(void)state;
	double a[] = {1, 2, 3, 1, 2, 3}, b[] = {2, 4, 6}, x[2];
	assert_ok(sabin_least_squares(a, 3, 2, b, x));
	assert_near_array(x, ((double[]){1, 1}), 2, rounding);
}

static void inverse(void **state)
{
	(void)state;
	double a[] = {2, 1, 0, 2};
	assert_ok(sabin_invert_positive(a, 2)); /* [[2, 1], [1, 2]] from its lower triangle */
	assert_near_array(a, ((double[]){2.0 / 3, -1.0 / 3, -1.0 / 3, 2.0 / 3}), 4, rounding);
	double indefinite[] = {1, 2, 2, 1};
	assert_int_equal(sabin_invert_positive(indefinite, 2), SABIN_ENOCONV);
	double lower[] = {2, 1, 0, 2}, right[] = {4, 5}, bad[] = {1, 2, 2, 1};
	assert_ok(sabin_solve_positive(lower, 2, right)); /* 2 x + y = 4, x + 2 y = 5 */
	assert_near_array(right, ((double[]){1, 2}), 2, rounding);
	assert_int_equal(sabin_solve_positive(bad, 2, right), SABIN_ENOCONV);
}

static void limits(void **state)
{
	(void)state;
	double a[4] = {1, 0, 0, 1}, b[2] = {1, 1}, x[2] = {0, 0}, values[2], vectors[4];
	double complex z[2];
	assert_int_equal(sabin_eigen_symmetric(a, 0, values, vectors), SABIN_EINVAL);
	assert_int_equal(sabin_eigenvalues(a, 20000, z), SABIN_EINVAL);
	assert_int_equal(sabin_least_squares(a, 1, 2, b, x), SABIN_EINVAL);
	b[1] = (double)INFINITY;
	assert_int_equal(sabin_least_squares(a, 2, 2, b, x), SABIN_EINVAL);
	a[3] = (double)NAN;
	assert_int_equal(sabin_eigen_symmetric(a, 2, values, vectors), SABIN_EINVAL);
	assert_int_equal(sabin_eigenvalues(a, 2, z), SABIN_EINVAL);
	assert_int_equal(sabin_invert_positive(a, 2), SABIN_EINVAL);
	assert_int_equal(sabin_solve_positive(a, 2, x), SABIN_EINVAL);
	double one = 4;
	assert_ok(sabin_invert_positive(&one, 1));
	assert_near(one, 0.25, rounding);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(symmetric_two), cmocka_unit_test(symmetric_law),
	    cmocka_unit_test(rotation),      cmocka_unit_test(least_squares),
	    cmocka_unit_test(rank_deficient), cmocka_unit_test(inverse),
	    cmocka_unit_test(limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
