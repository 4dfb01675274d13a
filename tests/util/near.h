/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * near.h: comparing floating-point numbers in tests.  NaN never passes.  Debian 12's cmocka compares
 * as float only, hence our own.
 */
#ifndef SABIN_TEST_NEAR_H
#define SABIN_TEST_NEAR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

void sabin_near(double got, double want, double tolerance, const char *what, const char *file,
                int line);
void sabin_near_array(const double *got, const double *want, size_t n, double tolerance,
                      const char *what, const char *file, int line);

/* |got - want| <= tolerance */
#define assert_near(got, want, tolerance) \
	sabin_near((got), (want), (tolerance), #got, __FILE__, __LINE__)
/* every element; the worst one is named */
#define assert_near_array(got, want, n, tolerance) \
	sabin_near_array((got), (want), (n), (tolerance), #got, __FILE__, __LINE__)
/* got <= limit, and not NaN */
#define assert_at_most(got, limit) \
	sabin_at_most((got), (limit), #got, __FILE__, __LINE__)
void sabin_at_most(double got, double limit, const char *what, const char *file, int line);

#define assert_ok(call) assert_int_equal((call), 0)

#endif
