/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_minphase.c: minimum phase from levels, and excess phase.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/biquad.h>
#include <sabin/minphase.h>

#include "util/near.h"

static const struct sabin_biquad filters[] = {{SABIN_PEAKING, 300, 9, 2},
                                              {SABIN_LOW_SHELF, 100, -6, 0.7},
                                              {SABIN_HIGH_SHELF, 6000, 5, 0.7}};

static double level_db(const void *of, double f_hz)
{
	const double *rate_hz = of;
	return sabin_biquads_level_db(filters, 3, *rate_hz, fmin(f_hz, 0.4999 * *rate_hz));
}

/* A cascade of minimum-phase sections is the minimum-phase response of its level. */
static void of_a_cascade(void **state)
{
	(void)state;
	double rate_hz = 48000, *h = NULL, want[256];
	size_t taps = 0;
	assert_ok(sabin_minimum_phase(level_db, &rate_hz, rate_hz, &h, &taps));
	assert_true(taps >= 256);
	sabin_biquads_impulse(filters, 3, rate_hz, want, 256);
	assert_near_array(h, want, 256, 2e-4);
	free(h);
}

/* Excess phase in degrees at f_hz. */
static double excess_deg(const double *h, size_t n, double zero, double f_hz, double rate_hz)
{
	enum { SIZE = 1 << 15 };
	double *phase = NULL;
	assert_ok(sabin_excess_phase(h, n, zero, SIZE, &phase));
	const double x = phase[(size_t)lrint(f_hz / rate_hz * SIZE)] * 180 / M_PI;
	free(phase);
	return x;
}

static void excess(void **state)
{
	(void)state;
	enum { N = 8192 };
	double h[N];
	/* none of a cascade, and none of it late, when time is counted from there */
	sabin_biquads_impulse(filters, 3, 48000, h, N);
	for (double f = 100; f < 20000; f *= 3)
		assert_near(excess_deg(h, N, 0, f, 48000), 0, 0.1);
	memmove(h + 40, h, (N - 40) * sizeof *h);
	memset(h, 0, 40 * sizeof *h);
	for (double f = 100; f < 20000; f *= 3)
		assert_near(excess_deg(h, N, 40, f, 48000), 0, 0.1);
	/* an echo that is louder than the direct sound: its zeros lie outside the circle, and the
	 * excess phase is that of an all-pass, -w d in the mean */
	memset(h, 0, sizeof h);
	h[0] = 0.5;
	h[24] = 1;
	assert_near(excess_deg(h, N, 0, 48000 / 24.0, 48000), -360, 0.5);
	h[0] = 1;
	h[24] = 0.5; /* quieter: minimum phase */
	for (double f = 100; f < 20000; f *= 3)
		assert_near(excess_deg(h, N, 0, f, 48000), 0, 0.1);
}

static void limits(void **state)
{
	(void)state;
	double h[4] = {0}, *phase = NULL;
	assert_int_equal(sabin_excess_phase(h, 4, 0, 64, &phase), SABIN_ESHORT); /* silence */
	h[1] = NAN;
	assert_int_equal(sabin_excess_phase(h, 4, 0, 64, &phase), SABIN_EINVAL);
	h[1] = 1;
	assert_int_equal(sabin_excess_phase(h, 4, 0, 63, &phase), SABIN_EINVAL);
	assert_int_equal(sabin_excess_phase(h, 4, 0, 2, &phase), SABIN_EINVAL);
	assert_int_equal(sabin_excess_phase(h, 0, 0, 64, &phase), SABIN_EINVAL);
	assert_null(phase);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(of_a_cascade),
	    cmocka_unit_test(excess),
	    cmocka_unit_test(limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
