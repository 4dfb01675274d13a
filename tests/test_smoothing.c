/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_smoothing.c: smoothings and windows of a response against closed forms, and what they must not
 * depend on.
 */
#include <complex.h>
#include <math.h>
#include <stdbool.h>

#include <sabin/response.h>

#include "util/near.h"

static struct sabin_response respond(const double *h, size_t n, double rate_hz, double arrival,
                                     const struct sabin_response_options *options)
{
	struct sabin_response r;
	assert_ok(sabin_response_compute(h, n, rate_hz, arrival, arrival, options, &r));
	return r;
}

/* Every way to smooth that there is. */
static struct sabin_response_options way(int i)
{
	static const double octaves[] = {0, 1 / 48.0, 1 / 24.0, 1 / 12.0, 1 / 6.0, 1 / 3.0, 1 / 2.0, 1, 0, 0, 0};
	struct sabin_response_options o = sabin_response_defaults();
	o.smoothing_oct = octaves[i];
	o.smoothing = i < 8 ? SABIN_SMOOTHING_FIXED : (enum sabin_smoothing)(i - 7);
	return o;
}
enum { WAYS = 11 };

static void flat_stays_flat(void **state)
{
	(void)state;
	enum { N = 48000 };
	double *h = calloc(N, sizeof *h);
	h[1000] = 0.25;
	for (int i = 0; i < 3 * WAYS; i++) {
		struct sabin_response_options o = way(i % WAYS);
		o.window_s = i < WAYS ? 0.5 : i < 2 * WAYS ? 0.9 : 0.5;
		o.window_cycles = i < 2 * WAYS ? 0 : 15;
		struct sabin_response r = respond(h, N, 48000, 1000, &o);
		assert_true(r.length > 900);
		for (size_t k = 0; k < r.length; k++) {
			assert_near(r.level_db[k], 20 * log10(0.25), 0.001);
			assert_near(r.group_delay_s[k], 0, 1e-7);
		}
		sabin_response_free(&r);
	}
	free(h);
}

/* |H|^2 of r^n sin(w n): r^2 sin^2 w / |1 - 2 r cos w z^-1 + r^2 z^-2|^2. */
static double resonance(double f_hz, double rate_hz, double f0_hz, double radius)
{
	const double w = 2 * M_PI * f_hz / rate_hz, w0 = 2 * M_PI * f0_hz / rate_hz;
	const double re = 1 - 2 * radius * cos(w0) * cos(w) + radius * radius * cos(2 * w);
	const double im = 2 * radius * cos(w0) * sin(w) - radius * radius * sin(2 * w);
	return radius * radius * sin(w0) * sin(w0) / (re * re + im * im);
}

/* Peak and flanks of one resonance, Q = 27, against the integral over the rectangle. */
static void one_resonance(void **state)
{
	(void)state;
	enum { RATE = 48000, N = RATE, STEPS = 4000 };
	const double f0_hz = 80, t60_s = 0.75;
	const double radius = exp(-3 * M_LN10 / t60_s / RATE);
	double *h = calloc(N, sizeof *h);
	for (int i = 0; i < N; i++)
		h[i] = pow(radius, i) * sin(2 * M_PI * f0_hz / RATE * i);
	for (int i = 1; i < WAYS; i++) {
		struct sabin_response_options o = way(i);
		const bool cubic = o.smoothing == SABIN_SMOOTHING_PSYCHOACOUSTIC;
		/* all of the decay in the flat part of the window */
		o.window_s = 0.99;
		o.left_window_s = 0;
		o.from_hz = 40;
		o.to_hz = 160;
		o.points_per_octave = 24;
		struct sabin_response r = respond(h, N, RATE, 0, &o);
		for (size_t k = 0; k < r.length; k++) {
			const double width = sabin_smoothing_width_oct(&o, r.freq_hz[k]);
			double sum = 0;
			for (int s = 0; s < STEPS; s++) {
				const double f = r.freq_hz[k] * exp2(width * ((s + 0.5) / STEPS - 0.5));
				const double p = resonance(f, RATE, f0_hz, radius);
				sum += (cubic ? p * sqrt(p) : p) / STEPS;
			}
			assert_near(r.level_db[k], cubic ? 20 / 3.0 * log10(sum) : 10 * log10(sum), 0.02);
		}
		sabin_response_free(&r);
	}
	free(h);
}

/* The integral of the power over the logarithm of the frequency is that of the unsmoothed response,
 * where nothing leaves at the ends. */
static void energy_is_preserved(void **state)
{
	(void)state;
	enum { RATE = 48000, N = RATE };
	double *h = calloc(N, sizeof *h), whole = 0;
	for (int i = 0; i < N; i++)
		h[i] = exp(-i / 2000.0) * sin(2 * M_PI * 500.0 / RATE * i) * (1 - exp(-i / 50.0));
	for (int i = 0; i < 8; i++) {
		struct sabin_response_options o = way(i);
		o.points_per_octave = 192;
		o.left_window_s = 0;
		struct sabin_response r = respond(h, N, RATE, 0, &o);
		double sum = 0;
		for (size_t k = 0; k < r.length; k++)
			sum += pow(10, r.level_db[k] / 10);
		if (i == 0)
			whole = sum;
		assert_near(10 * log10(sum / whole), 0, 0.01);
		sabin_response_free(&r);
	}
	free(h);
}

/* A pulse flat to 19 kHz and gone at 21.5 kHz, sampled anywhere. */
static double pulse(double t_s)
{
	const double middle_hz = 20250, beta = 1250 / middle_hz, x = 2 * middle_hz * t_s;
	const double down = 1 - 4 * beta * beta * x * x;
	const double sinc = fabs(x) < 1e-9 ? 1 : sin(M_PI * x) / (M_PI * x);
	if (fabs(down) < 1e-9)
		return 2 * middle_hz * sinc * M_PI / 4;
	return 2 * middle_hz * sinc * cos(M_PI * beta * x) / down;
}

/* Reflections and a mode, the same sound at two rates. */
static struct sabin_response at_rate(int rate_hz, const struct sabin_response_options *o)
{
	static const double when_s[] = {0, 0.00213, 0.0051, 0.01377, 0.0291, 0.0633};
	static const double gain[] = {1, -0.6, 0.5, 0.4, -0.3, 0.2};
	const size_t n = (size_t)rate_hz;
	double *h = calloc(n, sizeof *h);
	for (size_t i = 0; i < n; i++) {
		const double t = ((double)i - 0.1 * rate_hz) / rate_hz;
		for (int k = 0; k < 6; k++)
			if (fabs(t - when_s[k]) < 0.02)
				h[i] += gain[k] * pulse(t - when_s[k]) / rate_hz;
		if (t > 0)
			h[i] += 60 * exp(-t * 12) * sin(2 * M_PI * 63 * t) * (1 - exp(-t * 300)) / rate_hz;
	}
	struct sabin_response r = respond(h, n, rate_hz, 0.1 * rate_hz, o);
	free(h);
	return r;
}

static void rates_agree(void **state)
{
	(void)state;
	for (int i = 0; i < WAYS; i++) {
		struct sabin_response_options o = way(i);
		o.to_hz = 18000;
		struct sabin_response cd = at_rate(44100, &o), high = at_rate(96000, &o);
		assert_int_equal(cd.length, high.length);
		for (size_t k = 0; k < cd.length; k++)
			assert_near(cd.level_db[k], high.level_db[k], 0.05);
		sabin_response_free(&cd);
		sabin_response_free(&high);
	}
}

/* Between 18 kHz and 21 kHz, where a rectangle of an octave is whole again, nothing jumps: all of what it lacks
 * would be 1 dB. */
static void above_the_audible(void **state)
{
	(void)state;
	struct sabin_response_options o = way(7);
	o.from_hz = 10000;
	o.to_hz = 22000;
	struct sabin_response r = at_rate(192000, &o);
	for (size_t k = 1; k < r.length; k++)
		assert_near(r.level_db[k], r.level_db[k - 1], 0.3);
	sabin_response_free(&r);
}

/* A window longer than usual takes another way to group delay, and shorter transforms. */
static void long_windows(void **state)
{
	(void)state;
	enum { RATE = 48000, N = 6 * RATE };
	double *h = calloc(N, sizeof *h);
	for (int i = 0; i < N - 1000; i++) /* off a time that is a sample */
		h[1000 + i] = exp(-i / 1500.0) * cos(2 * M_PI * 700.0 / RATE * i);
	struct sabin_response_options o = sabin_response_defaults();
	struct sabin_response usual = respond(h, N, RATE, 1000.3, &o);
	o.window_s = 5;
	struct sabin_response wide = respond(h, N, RATE, 1000.3, &o);
	assert_int_equal(usual.length, wide.length);
	for (size_t k = 0; k < usual.length; k++) {
		assert_near(wide.level_db[k], usual.level_db[k], 0.005);
		assert_near(wide.group_delay_s[k], usual.group_delay_s[k], 2e-6);
		assert_near(remainder(wide.phase_deg[k] - usual.phase_deg[k], 360), 0, 0.05);
	}
	sabin_response_free(&usual);
	sabin_response_free(&wide);
	free(h);
}

/* Notches 100 Hz apart, and three points an octave: each has the mean of its stretch. */
static void no_notch_between_points(void **state)
{
	(void)state;
	enum { RATE = 48000, N = 24000, STEPS = 20000 };
	double *h = calloc(N, sizeof *h);
	h[500] = 1;
	h[500 + 480] = 0.95;
	struct sabin_response_options o = way(0);
	o.points_per_octave = 3;
	o.from_hz = 200;
	o.to_hz = 15000;
	struct sabin_response r = respond(h, N, RATE, 500, &o);
	for (size_t k = 0; k < r.length; k++) {
		double sum = 0;
		for (int s = 0; s < STEPS; s++) {
			const double f = r.freq_hz[k] * exp2(((s + 0.5) / STEPS - 0.5) / 3);
			sum += 1 + 0.95 * 0.95 + 2 * 0.95 * cos(2 * M_PI * f * 0.01);
		}
		assert_near(r.level_db[k], 10 * log10(sum / STEPS), 0.02);
	}
	sabin_response_free(&r);
	free(h);
}

/* An echo 20 ms late: fifteen periods of 10 kHz do not hear it, those of 100 Hz do. */
static void windows_in_periods(void **state)
{
	(void)state;
	enum { RATE = 48000, N = 48000 };
	double *h = calloc(N, sizeof *h);
	h[500] = 1;
	h[500 + 960] = 0.5;
	struct sabin_response_options o = way(0);
	o.window_cycles = 15;
	struct sabin_response r = respond(h, N, RATE, 500, &o);
	for (size_t k = 0; k < r.length; k++) {
		const double f = r.freq_hz[k], heard_s = 15 / f;
		const double angle = 2 * M_PI * f * 0.02;
		if (heard_s < 0.02)
			assert_near(r.level_db[k], 0, 0.001);
		else if (0.75 * heard_s > 0.02 && f > 40) /* in the flat part */
			assert_near(pow(10, r.level_db[k] / 10), 1.25 + cos(angle), 0.01);
	}
	sabin_response_free(&r);
	o.points_per_octave = 0;
	assert_int_equal(sabin_response_compute(h, N, RATE, 500, 500, &o, &r), SABIN_EINVAL);
	free(h);
}

static void widths(void **state)
{
	(void)state;
	struct sabin_response_options o = way(8);
	assert_near(sabin_smoothing_width_oct(&o, 20), 1 / 48.0, 1e-12);
	assert_near(sabin_smoothing_width_oct(&o, 100), 1 / 48.0, 1e-12);
	assert_near(sabin_smoothing_width_oct(&o, 1000), 1 / 6.0, 1e-12);
	assert_near(sabin_smoothing_width_oct(&o, 15000), 1 / 3.0, 1e-12);
	o = way(9);
	assert_near(sabin_smoothing_width_oct(&o, 50), 1 / 3.0, 1e-12);
	assert_near(sabin_smoothing_width_oct(&o, 5000), 1 / 6.0, 1e-12);
	o = way(10); /* the bandwidth at 1 kHz is 132.6 Hz */
	const double half = exp2(sabin_smoothing_width_oct(&o, 1000) / 2);
	assert_near(1000 * (half - 1 / half), 132.639, 1e-6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(flat_stays_flat),     cmocka_unit_test(one_resonance),
	    cmocka_unit_test(energy_is_preserved), cmocka_unit_test(rates_agree),
	    cmocka_unit_test(above_the_audible),
	    cmocka_unit_test(long_windows),        cmocka_unit_test(no_notch_between_points),
	    cmocka_unit_test(windows_in_periods),  cmocka_unit_test(widths),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
