/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_window.c: half-cosine tapers.
 */
#include <math.h>

#include <sabin/window.h>

#include "util/near.h"

static void rise(void **state)
{
	(void)state;
	assert_near(sabin_window_rise(-1), 0, 0);
	assert_near(sabin_window_rise(0), 0, 0);
	assert_near(sabin_window_rise(1), 1, 0);
	assert_near(sabin_window_rise(INFINITY), 1, 0);
	assert_near(sabin_window_rise(-INFINITY), 0, 0);
	double last = 0;
	for (int i = 1; i < 100; i++) {
		const double u = i / 100.0, value = sabin_window_rise(u);
		assert_near(value, 0.5 * (1 - cos(M_PI * u)), 1e-15); /* half a cosine */
		assert_near(value + sabin_window_rise(1 - u), 1, 1e-15); /* two of them cross-fade */
		assert_true(value > last);
		last = value;
	}
}

static void taper(void **state)
{
	(void)state;
	enum { N = 20, UP = 5, DOWN = 8 };
	double x[N], scaled[N];
	for (int i = 0; i < N; i++) {
		x[i] = 1;
		scaled[i] = -3;
	}
	sabin_window_taper(x, N, UP, DOWN);
	sabin_window_taper(scaled, N, UP, DOWN);
	for (int i = 0; i < N; i++) {
		double want = 1;
		if (i < UP)
			want = 0.5 * (1 - cos(M_PI * (i + 0.5) / UP));
		if (i >= N - DOWN)
			want = 0.5 * (1 - cos(M_PI * (N - 1 - i + 0.5) / DOWN));
		assert_near(x[i], want, 1e-15);
		assert_near(scaled[i], -3 * want, 1e-14);
		assert_true(x[i] > 0);
	}
}

/* Sides that do not fit share what there is and never leave the array. */
static void taper_limits(void **state)
{
	(void)state;
	double x[12];
	for (int i = 0; i < 12; i++)
		x[i] = 1;
	sabin_window_taper(x + 1, 10, 30, 10);
	assert_near(x[0], 1, 0);
	assert_near(x[11], 1, 0);
	for (int i = 1; i < 8; i++)
		assert_true(x[i] < x[i + 1] || i == 7);
	assert_true(x[10] < 1 && x[9] < 1);
	sabin_window_taper(x, 0, 3, 3);
	sabin_window_taper(x, 0, 0, 0);
	x[0] = 1;
	sabin_window_taper(x, 1, 0, 0);
	assert_near(x[0], 1, 0);
	sabin_window_taper(x, 1, SIZE_MAX, SIZE_MAX);
	assert_true(isfinite(x[0]));
	for (int i = 0; i < 4; i++)
		x[i] = 1;
	sabin_window_taper(x, 4, 4, 0);
	for (int i = 0; i < 4; i++)
		assert_near(x[i], sabin_window_rise((i + 0.5) / 4), 1e-15);
}

static void hann(void **state)
{
	(void)state;
	double w[64];
	for (size_t n = 2; n <= 64; n++) {
		sabin_window_hann(w, n);
		for (size_t i = 0; i < n; i++) {
			assert_near(w[i], 0.5 - 0.5 * cos(2 * M_PI * (double)i / (double)(n - 1)), 1e-15);
			assert_near(w[i], w[n - 1 - i], 0); /* exactly symmetric */
		}
	}
	w[0] = 7;
	sabin_window_hann(w, 1);
	assert_near(w[0], 1, 0);
	w[0] = 7;
	sabin_window_hann(w, 0);
	assert_near(w[0], 7, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rise),
	    cmocka_unit_test(taper),
	    cmocka_unit_test(taper_limits),
	    cmocka_unit_test(hann),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
