/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_large.c: long arrays are aligned, whole, given back with free(), and refused where they cannot be.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "signal/large.h"
#include "util/near.h"

static void arrays_are_whole(void **state)
{
	(void)state;
	/* none, one, around a vector, around what is laid on large pages */
	static const size_t counts[] = {0, 1, 7, 8, 9, (4u << 17) - 1, 4u << 17, (4u << 17) + 1, 3000000};
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		double *x = sabin_large_array(counts[i], sizeof *x);
		assert_non_null(x);
		assert_int_equal((uintptr_t)x % 64, 0);
		for (size_t k = 0; k < counts[i]; k++)
			x[k] = (double)k;
		for (size_t k = 0; k < counts[i]; k += 1 + counts[i] / 1000)
			assert_true(x[k] == (double)k);
		x = realloc(x, (counts[i] + 1) * sizeof *x); /* it is memory like any other */
		assert_non_null(x);
		assert_true(counts[i] == 0 || x[counts[i] - 1] == (double)(counts[i] - 1));
		free(x);
	}
}

static void too_much_is_refused(void **state)
{
	(void)state;
	assert_null(sabin_large_array(SIZE_MAX / 4, 8));
	assert_null(sabin_large_array(SIZE_MAX, 1));
	assert_null(sabin_large_array(PTRDIFF_MAX, 1));
	assert_null(sabin_large_array(SIZE_MAX, SIZE_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(arrays_are_whole),
	    cmocka_unit_test(too_much_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
