/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_convolve.c: partitioned convolution against the sum that defines it.
 */
#include <math.h>
#include <stdlib.h>

#include <sabin/convolve.h>
#include <sabin/random.h>

#include "util/near.h"

/* Double precision: each output is a sum of a few hundred products of order 1 through transforms of
 * a few hundred points; the rounding error stays below 1e-13 (-260 dB). */
static const double rounding = 1e-13;

enum { BLOCK = 64, INPUTS = 2, OUTPUTS = 3 };

static void noise(double *x, size_t n, uint64_t seed)
{
	for (size_t i = 0; i < n; i++)
		x[i] = 0.1 * sabin_random_normal_at(seed, i);
}

/* The defining sum, added to y[n]. */
static void add_convolution(const double *x, size_t n, const double *h, size_t taps, double *y)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < taps && k <= i; k++)
			y[i] += h[k] * x[i - k];
}

/* Run one input through one output, whole blocks. */
static void run(struct sabin_convolver *c, const double *x, size_t n, double *y)
{
	for (size_t i = 0; i + BLOCK <= n; i += BLOCK) {
		const double *in[] = {x + i};
		double *out[] = {y + i};
		sabin_convolver_process(c, in, out);
		sabin_convolver_advance(c);
	}
}

static struct sabin_convolver *single(const double *h, size_t taps)
{
	struct sabin_convolver *c = NULL;
	assert_ok(sabin_convolver_new(BLOCK, 1, 1, &c));
	assert_ok(sabin_convolver_set_response(c, 0, 0, h, taps));
	return c;
}

static void unit_impulse_returns_the_input(void **state)
{
	(void)state;
	const double h[] = {1};
	double x[BLOCK * 4], y[BLOCK * 4];
	noise(x, BLOCK * 4, 1);
	struct sabin_convolver *c = single(h, 1);
	run(c, x, BLOCK * 4, y);
	assert_near_array(y, x, BLOCK * 4, rounding);
	sabin_convolver_free(c);
}

static void equals_the_defining_sum_at_every_length(void **state)
{
	(void)state;
	/* about the edges of partitions, where an index is off by one first */
	const size_t lengths[] = {1, 2, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 5 * BLOCK + 7};
	for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
		double h[6 * BLOCK], x[16 * BLOCK], y[16 * BLOCK], want[16 * BLOCK] = {0};
		noise(h, lengths[l], 2);
		noise(x, 16 * BLOCK, 3);
		struct sabin_convolver *c = single(h, lengths[l]);
		run(c, x, 16 * BLOCK, y);
		add_convolution(x, 16 * BLOCK, h, lengths[l], want);
		assert_near_array(y, want, 16 * BLOCK, rounding);
		sabin_convolver_free(c);
	}
}

static void matrix_of_paths_of_different_length(void **state)
{
	(void)state;
	static double h[INPUTS][OUTPUTS][300], x[INPUTS][BLOCK * 16];
	static double y[OUTPUTS][BLOCK * 16], want[OUTPUTS][BLOCK * 16];
	const size_t taps[INPUTS][OUTPUTS] = {{300, 1, 0}, {65, 64, 10}};
	struct sabin_convolver *c = NULL;
	assert_ok(sabin_convolver_new(BLOCK, INPUTS, OUTPUTS, &c));
	memset(want, 0, sizeof want);
	for (size_t i = 0; i < INPUTS; i++) {
		noise(x[i], BLOCK * 16, 10 + i);
		for (size_t o = 0; o < OUTPUTS; o++) {
			noise(h[i][o], taps[i][o], 20 + i * OUTPUTS + o);
			assert_ok(sabin_convolver_set_response(c, i, o, h[i][o], taps[i][o]));
			add_convolution(x[i], BLOCK * 16, h[i][o], taps[i][o], want[o]);
		}
	}
	for (size_t at = 0; at < BLOCK * 16; at += BLOCK) {
		const double *in[] = {x[0] + at, x[1] + at};
		double *out[] = {y[0] + at, y[1] + at, y[2] + at};
		sabin_convolver_process(c, in, out);
		sabin_convolver_advance(c);
	}
	for (size_t o = 0; o < OUTPUTS; o++)
		assert_near_array(y[o], want[o], BLOCK * 16, rounding);
	sabin_convolver_free(c);
}

static void block_done_again_with_more_input_is_causal(void **state)
{
	(void)state;
	double h[200], x[8 * BLOCK], whole[8 * BLOCK], y[8 * BLOCK];
	noise(h, 200, 4);
	noise(x, 8 * BLOCK, 5);
	struct sabin_convolver *c = single(h, 200);
	run(c, x, 8 * BLOCK, whole);
	sabin_convolver_reset(c);
	/* each block in steps of uneven size; what is known gives the final samples up to there */
	for (size_t at = 0; at < 8 * BLOCK; at += BLOCK) {
		for (size_t known = 0; known <= BLOCK; known += known < 8 ? 4 : 28) {
			double part[BLOCK] = {0}, out[BLOCK];
			memcpy(part, x + at, known * sizeof *part);
			const double *in[] = {part};
			double *outs[] = {out};
			sabin_convolver_process(c, in, outs);
			assert_near_array(out, whole + at, known, rounding);
			memcpy(y + at, out, known * sizeof *out);
		}
		sabin_convolver_advance(c);
	}
	assert_near_array(y, whole, 8 * BLOCK, rounding);
	sabin_convolver_free(c);
}

static void linear_and_shift_invariant(void **state)
{
	(void)state;
	double h[150], x[8 * BLOCK] = {0}, later[8 * BLOCK] = {0}, y[8 * BLOCK], z[8 * BLOCK];
	noise(h, 150, 6);
	noise(x, 4 * BLOCK, 7);
	for (size_t i = 0; i < 4 * BLOCK; i++)
		later[i + 37] = -3 * x[i];
	struct sabin_convolver *c = single(h, 150);
	run(c, x, 8 * BLOCK, y);
	sabin_convolver_reset(c);
	run(c, later, 8 * BLOCK, z);
	for (size_t i = 0; i + 37 < 8 * BLOCK; i++)
		assert_near(z[i + 37], -3 * y[i], rounding);
	sabin_convolver_free(c);
}

static void reset_forgets_and_keeps_the_response(void **state)
{
	(void)state;
	double h[150], x[4 * BLOCK], first[4 * BLOCK], second[4 * BLOCK];
	noise(h, 150, 8);
	noise(x, 4 * BLOCK, 9);
	struct sabin_convolver *c = single(h, 150);
	run(c, x, 4 * BLOCK, first);
	sabin_convolver_reset(c);
	run(c, x, 4 * BLOCK, second);
	assert_memory_equal(first, second, sizeof first);
	sabin_convolver_free(c);
}

static void a_response_can_be_replaced_and_removed(void **state)
{
	(void)state;
	const double unit[] = {1}, twice[] = {0, 2};
	double x[2 * BLOCK], y[2 * BLOCK], silence[2 * BLOCK] = {0};
	noise(x, 2 * BLOCK, 10);
	struct sabin_convolver *c = single(unit, 1);
	assert_ok(sabin_convolver_set_response(c, 0, 0, twice, 2));
	run(c, x, 2 * BLOCK, y);
	for (size_t i = 1; i < 2 * BLOCK; i++)
		assert_near(y[i], 2 * x[i - 1], rounding);
	assert_ok(sabin_convolver_set_response(c, 0, 0, NULL, 0));
	run(c, x, 2 * BLOCK, y);
	assert_near_array(y, silence, 2 * BLOCK, 0);
	sabin_convolver_free(c);
}

static void without_a_response_it_is_silent(void **state)
{
	(void)state;
	double x[2 * BLOCK], y[2 * BLOCK], silence[2 * BLOCK] = {0};
	noise(x, 2 * BLOCK, 11);
	struct sabin_convolver *c = NULL;
	assert_ok(sabin_convolver_new(BLOCK, 1, 1, &c));
	run(c, x, 2 * BLOCK, y);
	assert_near_array(y, silence, 2 * BLOCK, 0);
	sabin_convolver_free(c);
}

static void refuses_what_it_cannot_do(void **state)
{
	(void)state;
	struct sabin_convolver *c = NULL;
	const double h[] = {1};
	assert_int_equal(sabin_convolver_new(14, 1, 1, &c), SABIN_EINVAL);
	assert_int_equal(sabin_convolver_new(17, 1, 1, &c), SABIN_EINVAL);
	assert_int_equal(sabin_convolver_new(SIZE_MAX - 1, 1, 1, &c), SABIN_EINVAL);
	assert_int_equal(sabin_convolver_new(64, 0, 1, &c), SABIN_EINVAL);
	assert_int_equal(sabin_convolver_new(64, 1, 65, &c), SABIN_EINVAL);
	assert_null(c);
	c = single(h, 1);
	assert_int_equal(sabin_convolver_set_response(c, 1, 0, h, 1), SABIN_EINVAL);
	assert_int_equal(sabin_convolver_set_response(c, 0, 1, h, 1), SABIN_EINVAL);
	assert_int_equal(sabin_convolver_set_response(c, 0, 0, NULL, 1), SABIN_EINVAL);
	sabin_convolver_free(c);
	sabin_convolver_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unit_impulse_returns_the_input),
		cmocka_unit_test(equals_the_defining_sum_at_every_length),
		cmocka_unit_test(matrix_of_paths_of_different_length),
		cmocka_unit_test(block_done_again_with_more_input_is_causal),
		cmocka_unit_test(linear_and_shift_invariant),
		cmocka_unit_test(reset_forgets_and_keeps_the_response),
		cmocka_unit_test(a_response_can_be_replaced_and_removed),
		cmocka_unit_test(without_a_response_it_is_silent),
		cmocka_unit_test(refuses_what_it_cannot_do),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
