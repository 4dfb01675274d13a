/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_response.c: frequency responses whose values are known in closed form.
 */
#include <complex.h>
#include <math.h>

#include <sabin/fft.h>
#include <sabin/random.h>
#include <sabin/response.h>

#include "util/near.h"

static const double rate_hz = 48000;
static const double smoothings_oct[] = {0, 1 / 48.0, 1 / 12.0, 1 / 3.0, 1, 2};
enum { SMOOTHINGS = sizeof smoothings_oct / sizeof *smoothings_oct, N = 24000 };

/* exp(-i angle) */
static double complex turn(double angle)
{
	double complex z;
	((double *)&z)[0] = cos(angle);
	((double *)&z)[1] = -sin(angle);
	return z;
}

static struct sabin_response respond(const double *h, size_t n, double arrival, double zero,
                                     const struct sabin_response_options *options)
{
	struct sabin_response r;
	assert_ok(sabin_response_compute(h, n, rate_hz, arrival, zero, options, &r));
	return r;
}

static double worst(const double *x, size_t n, double want)
{
	double most = 0;
	for (size_t i = 0; i < n; i++)
		most = isnan(x[i]) ? HUGE_VAL : fmax(most, fabs(x[i] - want));
	return most;
}

/* An impulse is flat at every smoothing up to the last point, where the rectangle is clipped; it
 * has the phase and the delay of where it is, whatever the window is centred on. */
static void impulse(void **state)
{
	(void)state;
	double *h = calloc(N, sizeof *h);
	h[100] = 0.5;
	for (int i = 0; i < SMOOTHINGS; i++)
		for (int bins = 0; bins < 2; bins++) {
			struct sabin_response_options o = sabin_response_defaults();
			o.smoothing_oct = smoothings_oct[i];
			o.to_hz = 24000;
			if (bins)
				o.points_per_octave = 0;
			struct sabin_response r = respond(h, N, 100, 40, &o);
			assert_at_most(worst(r.level_db, r.length, 20 * log10(0.5)), 1e-9);
			assert_at_most(worst(r.group_delay_s, r.length, 60 / rate_hz), 1e-12);
			for (size_t k = 0; k < r.length; k++)
				assert_near(remainder(r.phase_deg[k] + 360 * r.freq_hz[k] * 60 / rate_hz, 360), 0,
				            1e-6);
			sabin_response_free(&r);
			/* off its place by a fraction of a sample */
			r = respond(h, N, 97.3, 97.3, &o);
			assert_at_most(worst(r.level_db, r.length, 20 * log10(0.5)), 0.001);
			assert_at_most(worst(r.group_delay_s, r.length, 2.7 / rate_hz), 1e-9);
			sabin_response_free(&r);
		}
	free(h);
}

/* A band-limited impulse between two samples. */
static void fractional_delay(void **state)
{
	(void)state;
	const double at = 1200.37;
	double *h = malloc(N * sizeof *h);
	double complex *bins = malloc((N / 2 + 1) * sizeof *bins);
	struct sabin_fft *fft;
	assert_ok(sabin_fft_new(N, &fft));
	for (int k = 0; k <= N / 2; k++) { /* full to 20 kHz, gone at 24: its tails are short */
		const double f = k * rate_hz / N;
		const double fade = f < 20000 ? 1 : 0.5 + 0.5 * cos(M_PI * (f - 20000) / 4000);
		bins[k] = fade * turn(2 * M_PI * k * at / N);
	}
	sabin_fft_inverse(fft, bins, h);
	struct sabin_response_options o = sabin_response_defaults();
	o.to_hz = 18000;
	for (int i = 0; i < 4; i++) { /* the rectangle of 1/3 octave reaches 20.2 kHz */
		o.smoothing_oct = smoothings_oct[i];
		o.to_hz = i < 3 ? 18000 : 17000;
		struct sabin_response r = respond(h, N, at, 0, &o);
		assert_at_most(worst(r.level_db, r.length, 0), 0.001);
		assert_at_most(worst(r.group_delay_s, r.length, at / rate_hz), 1e-8);
		sabin_response_free(&r);
	}
	sabin_fft_free(fft);
	free(bins);
	free(h);
}

/* h = a^n: H = 1 / (1 - a z^-1), level, phase and group delay in closed form. */
static void one_pole(void **state)
{
	(void)state;
	const double a = 0.98;
	double *h = calloc(N, sizeof *h);
	for (int i = 0; i + 50 < N; i++)
		h[50 + i] = pow(a, i);
	struct sabin_response_options o = sabin_response_defaults();
	o.smoothing_oct = 0;
	struct sabin_response r = respond(h, N, 50, 50, &o);
	for (size_t i = 0; i < r.length; i++) {
		const double w = 2 * M_PI * r.freq_hz[i] / rate_hz;
		const double complex pole = a * turn(w), want = 1 / (1 - pole);
		assert_near(r.level_db[i], 20 * log10(cabs(want)), 0.0001);
		assert_near(r.phase_deg[i], carg(want) * 180 / M_PI, 0.001);
		assert_near(r.group_delay_s[i], creal(pole * want) / rate_hz, 1e-8);
	}
	sabin_response_free(&r);
	free(h);
}

/* Average of |1 + a exp(-i w delay)|^2 over the rectangle, by brute force. */
static double comb_db(double a, double delay_s, double f_hz, double smoothing_oct)
{
	enum { POINTS = 20000 };
	double sum = 0;
	for (int i = 0; i < POINTS; i++) {
		const double f = f_hz * exp2(smoothing_oct * ((i + 0.5) / POINTS - 0.5));
		sum += 1 + a * a + 2 * a * cos(2 * M_PI * f * delay_s);
	}
	return 10 * log10(sum / POINTS);
}

/* Power averages against numerical integration.  0.01 dB: straight lines between bins. */
static void comb(void **state)
{
	(void)state;
	const double a = 0.8;
	const int delay = 480; /* 10 ms */
	double *h = calloc(N, sizeof *h);
	h[500] = 1;
	h[500 + delay] = a;
	for (int i = 1; i < SMOOTHINGS; i++) {
		struct sabin_response_options o = sabin_response_defaults();
		o.smoothing_oct = smoothings_oct[i];
		o.points_per_octave = 7;
		o.to_hz = 10000;
		struct sabin_response r = respond(h, N, 500, 500, &o);
		for (size_t k = 0; k < r.length; k++)
			assert_near(r.level_db[k],
			            comb_db(a, delay / rate_hz, r.freq_hz[k], o.smoothing_oct), 0.01);
		sabin_response_free(&r);
	}
	free(h);
}

/* Narrow averages tend to no average, also far below one bin. */
static void narrow(void **state)
{
	(void)state;
	struct sabin_random random;
	sabin_random_init(&random, 11);
	print_message("seed 11\n");
	double *h = calloc(N, sizeof *h);
	for (int i = 0; i < 4000; i++)
		h[500 + i] = sabin_random_normal(&random) * exp(-i / 500.0);
	struct sabin_response_options o = sabin_response_defaults();
	o.points_per_octave = 1000; /* so that points lie no further apart than bins */
	o.to_hz = 1500;
	o.smoothing_oct = 0;
	struct sabin_response exact = respond(h, N, 500, 0, &o);
	o.smoothing_oct = 1e-6;
	struct sabin_response fine = respond(h, N, 500, 0, &o);
	assert_int_equal(exact.length, fine.length);
	/* as powers and phases re the mean one: in the dips between them decibels mean little.  Straight lines
	 * lose 1 - sinc^2 of (500 samples of decay over 8 windows), some 1e-4, where nothing fades. */
	double mean = 0;
	for (size_t k = 0; k < exact.length; k++)
		mean += pow(10, exact.level_db[k] / 20) / (double)exact.length;
	for (size_t k = 0; k < exact.length; k++) {
		const double a = pow(10, exact.level_db[k] / 20), b = pow(10, fine.level_db[k] / 20);
		assert_near(b * b / (mean * mean), a * a / (mean * mean), 0.002);
		const double turned = remainder(fine.phase_deg[k] - exact.phase_deg[k], 360);
		assert_near(turned * M_PI / 180 * a / mean, 0, 0.002);
	}
	sabin_response_free(&exact);
	sabin_response_free(&fine);
	free(h);
}

/* Levels follow the gain and nothing else: not zeros around the response, nor when it happens. */
static void laws(void **state)
{
	(void)state;
	struct sabin_random random;
	sabin_random_init(&random, 12);
	print_message("seed 12\n");
	double *h = calloc(3 * N, sizeof *h), *g = calloc(3 * N, sizeof *g);
	for (int i = 0; i < 20000; i++) {
		h[300 + i] = sabin_random_normal(&random) * exp(-i / 2000.0);
		g[7300 + i] = -1000 * h[300 + i];
	}
	struct sabin_response_options o = sabin_response_defaults();
	struct sabin_response a = respond(h, N, 300.25, 100, &o);
	struct sabin_response b = respond(g, 3 * N, 7300.25, 7100, &o);
	assert_int_equal(a.length, b.length);
	for (size_t k = 0; k < a.length; k++) {
		assert_near(b.level_db[k], a.level_db[k] + 60, 1e-6);
		assert_near(fabs(remainder(b.phase_deg[k] - a.phase_deg[k], 360)), 180, 1e-6);
		assert_near(b.group_delay_s[k], a.group_delay_s[k], 1e-9);
	}
	sabin_response_free(&a);
	sabin_response_free(&b);
	free(h);
	free(g);
}

/* The windows: full to three quarters, half at seven eighths, nothing after the end. */
static void windows(void **state)
{
	(void)state;
	static const struct {
		double at_s, gain;
	} rows[] = {{0, 1}, {0.0749, 1}, {0.0875, 0.5}, {0.1, 0}, {-0.005, 0.5}, {-0.01, 0}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		double h[9600] = {0};
		const double arrival = 2400;
		h[0] = 1e-9; /* outside both windows */
		h[(size_t)lround(arrival + rows[i].at_s * rate_hz)] = 1;
		struct sabin_response_options o = sabin_response_defaults();
		o.window_s = 0.1;
		o.left_window_s = 0.01;
		struct sabin_response r;
		const enum sabin_err err =
			sabin_response_compute(h, 9600, rate_hz, arrival, arrival, &o, &r);
		if (rows[i].gain == 0) {
			assert_int_equal(err, SABIN_ESHORT);
			continue;
		}
		assert_ok(err);
		assert_at_most(worst(r.level_db, r.length, 20 * log10(rows[i].gain)), 0.001);
		sabin_response_free(&r);
	}
}

static void axis(void **state)
{
	(void)state;
	double h[100] = {[10] = 1};
	struct sabin_response_options o = sabin_response_defaults();
	struct sabin_response r = respond(h, 100, 10, 10, &o);
	assert_near(r.freq_hz[0], 20, 1e-12);
	assert_near(r.freq_hz[96], 40, 1e-12);
	assert_int_equal(r.length, 957); /* floor(96 lb 1000) + 1 */
	sabin_response_free(&r);
	o.from_hz = 40;
	o.to_hz = 80;
	o.points_per_octave = 12;
	r = respond(h, 100, 10, 10, &o);
	assert_int_equal(r.length, 13); /* both ends belong to it */
	assert_near(r.freq_hz[12], 80, 1e-12);
	sabin_response_free(&r);
	o.points_per_octave = 0;
	o.to_hz = 24000;
	r = respond(h, 100, 10, 10, &o);
	assert_near(r.freq_hz[r.length - 1], 24000, 1e-9);
	sabin_response_free(&r);
	h[10] = 0, h[99] = 1; /* at the end of the samples, with one sample only */
	r = respond(h + 99, 1, 0, 0, &o);
	assert_at_most(worst(r.level_db, r.length, 0), 0.001);
	sabin_response_free(&r);
}

/* A subwoofer of 20 to 100 Hz in noise: its band, and what is told from the noise. */
static void band_and_noise(void **state)
{
	(void)state;
	enum { LONG = 2 * 48000, AT = 4800 };
	struct sabin_response_options o = sabin_response_defaults();
	struct sabin_response r;
	struct sabin_random random;
	double *h = calloc(LONG, sizeof *h), band_hz[2], mean = 0, n = 0;
	print_message("seed 17\n");
	sabin_random_init(&random, 17);
	for (int i = 0; i < LONG; i++) {
		h[i] = 1e-6 * sabin_random_normal(&random);
		/* two poles at 60 Hz, critically damped twice: -24 dB an octave above */
		const double t = (i - AT) / 48000., w = 2 * M_PI * 60;
		if (t > 0)
			h[i] += w / 48000 * pow(w * t, 3) / 6 * exp(-w * t);
	}
	assert_ok(sabin_response_compute(h, LONG, 48000, AT, AT, &o, &r));
	assert_null(r.noise_db);
	assert_true(sabin_response_heard(&r, r.length - 1)); /* not known to be noise */
	assert_ok(sabin_response_noise(h, LONG, 48000, AT, &o, &r));
	assert_non_null(r.noise_db);
	for (size_t i = 0; i < r.length; i++)
		if (r.freq_hz[i] > 1000) {
			mean += r.noise_db[i];
			n++;
		}
	/* 1e-6 over the 24240 samples of the window, some of which is its fades */
	assert_near(mean / n, -120 + 10 * log10(24240), 1);
	/* |H| = (1 + (f / 60)^2)^-2 is highest at 20 Hz, 1 / 1.2346, and a tenth of that at 95 Hz; smoothing
	 * adds to it */
	assert_true(sabin_response_band(&r, band_hz));
	assert_near(band_hz[0], 20, 0.5);
	assert_near(band_hz[1], 60 * sqrt(sqrt(12.346) - 1), 4);
	for (size_t i = 0; i < r.length; i++)
		if (r.freq_hz[i] < 200 || r.freq_hz[i] > 2000)
			assert_true(sabin_response_heard(&r, i) == (r.freq_hz[i] < 200));
	sabin_response_free(&r);
	/* too short to know */
	assert_ok(sabin_response_compute(h, AT + 40000, 48000, AT, AT, &o, &r));
	assert_ok(sabin_response_noise(h, AT + 40000, 48000, AT, &o, &r));
	assert_null(r.noise_db);
	sabin_response_free(&r);
	free(h);
}

static void refusals(void **state)
{
	(void)state;
	double h[100] = {[10] = 1};
	const struct sabin_response_options good = sabin_response_defaults();
	struct sabin_response r;
#define REFUSED(err, change) \
	do { \
		struct sabin_response_options o = good; \
		change; \
		assert_int_equal(sabin_response_compute(h, 100, rate_hz, 10, 0, &o, &r), err); \
		assert_null(r.level_db); \
	} while (0)
	REFUSED(SABIN_EINVAL, o.smoothing_oct = -0.1);
	REFUSED(SABIN_EINVAL, o.smoothing_oct = 2.1);
	REFUSED(SABIN_EINVAL, o.smoothing_oct = NAN);
	REFUSED(SABIN_EINVAL, o.window_s = 0);
	REFUSED(SABIN_EINVAL, o.window_s = INFINITY);
	REFUSED(SABIN_EINVAL, o.left_window_s = -1);
	REFUSED(SABIN_EINVAL, o.points_per_octave = 0.5);
	REFUSED(SABIN_EINVAL, o.points_per_octave = 1001);
	REFUSED(SABIN_EINVAL, o.from_hz = 0);
	REFUSED(SABIN_EINVAL, o.to_hz = 24001);
	REFUSED(SABIN_EINVAL, o.to_hz = o.from_hz);
	REFUSED(SABIN_EINVAL, h[20] = NAN);
	h[20] = 0;
	REFUSED(SABIN_ESHORT, h[10] = 0);
	assert_int_equal(sabin_response_compute(h, 100, rate_hz, 1e9, 0, &good, &r), SABIN_ESHORT);
	assert_int_equal(sabin_response_compute(h, 0, rate_hz, 0, 0, &good, &r), SABIN_ESHORT);
	assert_int_equal(sabin_response_compute(h, 100, 0, 10, 0, &good, &r), SABIN_EINVAL);
	assert_int_equal(sabin_response_compute(h, 100, rate_hz, NAN, 0, &good, &r), SABIN_EINVAL);
	sabin_response_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(impulse),   cmocka_unit_test(fractional_delay),
		cmocka_unit_test(one_pole),  cmocka_unit_test(comb),
		cmocka_unit_test(narrow),    cmocka_unit_test(laws),
		cmocka_unit_test(windows),   cmocka_unit_test(axis),
		cmocka_unit_test(refusals),
	    cmocka_unit_test(band_and_noise),
	};
	return cmocka_run_group_tests_name("response", tests, NULL, NULL);
}
