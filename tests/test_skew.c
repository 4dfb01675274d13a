/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_skew.c: delays known exactly, and signals whose value between the samples is known.
 */
#include <math.h>

#include <sabin/random.h>
#include <sabin/skew.h>
#include <sabin/sweep.h>

#include "util/near.h"
#include "util/seed.h"

enum { RATE_HZ = 48000, N = 12000 };

static struct sabin_sweep chirp;

static int make_chirp(void **state)
{
	(void)state;
	const struct sabin_sweep_options o = {5000, 20000, 0.1, RATE_HZ, 0};
	return sabin_sweep_init(&chirp, &o);
}

/* The chirp through a room of reflections, which begins at sample `at`. */
static void receive(double at, double noise, uint64_t seed, double *x)
{
	static const double delays_s[] = {0, 0.0031, 0.0049, 0.0078, 0.0123, 0.0211, 0.0332, 0.0519};
	for (int i = 0; i < N; i++) {
		x[i] = noise > 0 ? noise * sabin_random_normal_at(seed, (uint64_t)i) : 0;
		for (int k = 0; k < 8; k++)
			x[i] += (k % 3 == 1 ? -0.9 : 0.9) * exp(-delays_s[k] / 0.05) *
			        sabin_sweep_value(&chirp, (i - at) / RATE_HZ - delays_s[k]);
	}
}

static struct sabin_delay find(const double *a, const double *b)
{
	struct sabin_delay d;
	assert_ok(sabin_delay_find(a, b, N, RATE_HZ, 5000, 20000, 600, &d));
	return d;
}

/* Any fraction, either sign, any gain: closed form. */
static void delay(void **state)
{
	(void)state;
	static double a[N], b[N];
	const double rows[] = {0, 0.5, -0.25, 1.0 / 3, 17.123, -480.77, 599.2};
	receive(1000, 0, 0, a);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		receive(1000 + rows[i], 0, 0, b);
		for (int k = 0; k < N; k++)
			b[k] *= 0.3;
		struct sabin_delay d = find(a, b);
		assert_near(d.frames, rows[i], 1e-4); /* 0.0002 ppm of ten seconds */
		assert_near(d.likeness, 1, 1e-3);
		d = find(b, a); /* the other way round */
		assert_near(d.frames, -rows[i], 1e-4);
	}
	for (int k = 0; k < N; k++)
		b[k] = a[k];
	assert_near(find(a, b).frames, 0, 1e-9);
	assert_near(find(a, b).sigma_frames, 0, 1e-6);
}

/* In noise it is as good as it says: 30 and 50 dB, chi-square. */
static void in_noise(void **state)
{
	(void)state;
	static double a[N], b[N], clean_a[N], clean_b[N];
	const uint64_t seed = test_seed("delay in noise");
	enum { RUNS = 30 };
	receive(1000, 0, 0, clean_a);
	receive(1003.37, 0, 0, clean_b);
	double power = 0;
	for (int i = 1000; i < 1000 + RATE_HZ / 10; i++)
		power += clean_a[i] * clean_a[i] / (RATE_HZ / 10.0);
	for (int db = 30; db <= 50; db += 20) {
		const double noise = sqrt(power) * pow(10, -db / 20.0);
		double square = 0, worst = 0, sigma = 0;
		for (uint64_t r = 0; r < RUNS; r++) {
			for (int i = 0; i < N; i++) {
				a[i] = clean_a[i] + noise * sabin_random_normal_at(seed + r, (uint64_t)i);
				b[i] = clean_b[i] +
				       noise * sabin_random_normal_at(seed + r, (uint64_t)(i + N));
			}
			const struct sabin_delay d = find(a, b);
			const double off = d.frames - 3.37;
			sigma = d.sigma_frames;
			square += off * off / (sigma * sigma) / RUNS;
			worst = fmax(worst, fabs(off));
		}
		print_message("%d dB: worst %.5f samples, sigma %.5f, chi-square %.2f\n", db, worst,
		              sigma, square);
		/* thirty degrees of freedom: outside once in 1e5 runs */
		assert_true(square > 0.35 && square < 2.4);
		/* 0.002 and 0.02 ppm over ten seconds are 0.00096 and 0.0096 samples */
		assert_at_most(worst, db == 50 ? 0.00096 : 0.0096);
	}
}

static void unlike(void **state)
{
	(void)state;
	static double a[N], b[N];
	struct sabin_delay d = {7, 7, 7};
	receive(1000, 0, 0, a);
	for (int i = 0; i < N; i++)
		b[i] = sabin_random_normal_at(5, (uint64_t)i);
	assert_ok(sabin_delay_find(a, b, N, RATE_HZ, 5000, 20000, 600, &d));
	assert_at_most(d.likeness, 0.3);
	memset(b, 0, sizeof b);
	d.frames = 7;
	assert_int_equal(sabin_delay_find(a, b, N, RATE_HZ, 5000, 20000, 600, &d), SABIN_ESHORT);
	b[5] = NAN;
	assert_int_equal(sabin_delay_find(a, b, N, RATE_HZ, 5000, 20000, 600, &d), SABIN_EINVAL);
	assert_int_equal(sabin_delay_find(a, a, N, RATE_HZ, 5000, 25000, 600, &d), SABIN_EINVAL);
	assert_int_equal(sabin_delay_find(a, a, N, RATE_HZ, 5000, 4000, 600, &d), SABIN_EINVAL);
	assert_int_equal(sabin_delay_find(a, a, N, RATE_HZ, 5000, 20000, 0, &d), SABIN_EINVAL);
	assert_int_equal(sabin_delay_find(a, a, N, RATE_HZ, 5000, 20000, N, &d), SABIN_EINVAL);
	assert_int_equal(sabin_delay_find(a, a, 1, RATE_HZ, 5000, 20000, 1, &d), SABIN_EINVAL);
	assert_near(d.frames, 7, 0);
}

/* A sine read at another pace is a sine, up to near half the rate. */
static void stretch(void **state)
{
	(void)state;
	static double x[N], y[N];
	struct sabin_stretch *s;
	assert_ok(sabin_stretch_new(128, &s));
	const double steps[] = {1, 1 + 500e-6, 1 - 500e-6, 1 + 3e-9};
	for (int k = 0; k < 4; k++)
		for (double f_hz = 100; f_hz < 23300; f_hz += 2300) {
			for (int i = 0; i < N; i++)
				x[i] = sin(2 * M_PI * f_hz / RATE_HZ * i + 0.3);
			sabin_stretch_process(s, x, N, 500.4, steps[k], y, N - 1000);
			double worst = 0;
			for (int i = 0; i < N - 1000; i++)
				worst = fmax(worst, fabs(y[i] - sin(2 * M_PI * f_hz / RATE_HZ *
				                                    (500.4 + i * steps[k]) + 0.3)));
			/* -97 dB; the window's ripple, -75 dB, within its width of half the rate */
			assert_at_most(worst, f_hz < 21000 ? 1.4e-5 : 2e-4);
		}
	/* whole samples are the samples themselves; outside is silence */
	sabin_stretch_process(s, x, N, 10, 1, y, 100);
	assert_near_array(y, x + 10, 100, 0);
	sabin_stretch_process(s, x, N, -5000, 1, y, 100);
	for (int i = 0; i < 100; i++)
		assert_near(y[i], 0, 0);
	sabin_stretch_process(s, x, N, N + 5000.0, 1, y, 100);
	assert_near(y[99], 0, 0);
	sabin_stretch_process(s, x, 1, 0, 1, y, 3);
	assert_near(y[0], x[0], 0);
	assert_near(y[1], 0, 0);
	sabin_stretch_free(s);
	assert_int_equal(sabin_stretch_new(7, &s), SABIN_EINVAL);
	assert_int_equal(sabin_stretch_new(257, &s), SABIN_EINVAL);
	sabin_stretch_free(NULL);
}

/* There and back again. */
static void back(void **state)
{
	(void)state;
	static double x[N], y[N], z[N];
	struct sabin_stretch *s;
	const double step = 1 + 300e-6;
	receive(3000, 0, 0, x);
	assert_ok(sabin_stretch_new(128, &s));
	sabin_stretch_process(s, x, N, -7.3, step, y, N);
	sabin_stretch_process(s, y, N, 7.3 / step, 1 / step, z, N);
	assert_near_array(z + 300, x + 300, N - 600, 2e-5);
	sabin_stretch_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(delay),  cmocka_unit_test(in_noise), cmocka_unit_test(unlike),
	    cmocka_unit_test(stretch), cmocka_unit_test(back),
	};
	return cmocka_run_group_tests(tests, make_chirp, NULL);
}
