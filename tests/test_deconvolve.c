/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_deconvolve.c: known responses come back.
 */
#include <math.h>

#include <sabin/deconvolve.h>
#include <sabin/fft.h>
#include <sabin/random.h>
#include <sabin/sweep.h>

#include "util/near.h"
#include "signal/cmplx.h"

static struct sabin_sweep make_sweep(double from_hz, double to_hz, double length_s, double rate_hz)
{
	const struct sabin_sweep_options o = {from_hz, to_hz, length_s, rate_hz, -6};
	struct sabin_sweep sweep;
	assert_ok(sabin_sweep_init(&sweep, &o));
	return sweep;
}

/* A response like a room's: direct sound and a dense decay, seeded. */
static void make_room(double *h, size_t n, double rate_hz, double t60_s)
{
	struct sabin_random random;
	sabin_random_init(&random, 7);
	for (size_t i = 0; i < n; i++)
		h[i] = 0.01 * sabin_random_normal(&random) *
		       pow(10, -3 * (double)i / rate_hz / t60_s);
	h[0] = 0.3;
}

/* y = x * h by one long transform: the independent side of the loop. */
static void convolve(const double *x, size_t nx, const double *h, size_t nh, double *y, size_t ny)
{
	const size_t n = sabin_fft_smooth_size(nx + nh);
	struct sabin_fft *fft;
	assert_ok(sabin_fft_new(n, &fft));
	double *t = calloc(n, sizeof *t);
	double complex *a = calloc(n / 2 + 1, sizeof *a), *b = calloc(n / 2 + 1, sizeof *b);
	memcpy(t, x, nx * sizeof *t);
	sabin_fft_forward(fft, t, a);
	memset(t, 0, n * sizeof *t);
	memcpy(t, h, nh * sizeof *t);
	sabin_fft_forward(fft, t, b);
	for (size_t k = 0; k <= n / 2; k++)
		a[k] *= b[k];
	sabin_fft_inverse(fft, a, t);
	memset(y, 0, ny * sizeof *y);
	memcpy(y, t, (ny < n ? ny : n) * sizeof *y);
	sabin_fft_free(fft);
	free(t);
	free(a);
	free(b);
}

/* Energy of (got - want) re want, both limited to 20 Hz .. 20 kHz, dB. */
static double band_error_db(const double *got, const double *want, size_t n, double rate_hz)
{
	const size_t size = sabin_fft_smooth_size(2 * n);
	struct sabin_fft *fft;
	assert_ok(sabin_fft_new(size, &fft));
	double *t = calloc(size, sizeof *t);
	double complex *a = calloc(size / 2 + 1, sizeof *a), *b = calloc(size / 2 + 1, sizeof *b);
	memcpy(t, got, n * sizeof *t);
	sabin_fft_forward(fft, t, a);
	memset(t, 0, size * sizeof *t);
	memcpy(t, want, n * sizeof *t);
	sabin_fft_forward(fft, t, b);
	double error = 0, energy = 0;
	for (size_t k = 0; k <= size / 2; k++) {
		const double f_hz = (double)k * rate_hz / (double)size;
		if (f_hz < 20 || f_hz > 20000)
			continue;
		error += pow(cabs(a[k] - b[k]), 2);
		energy += pow(cabs(b[k]), 2);
	}
	sabin_fft_free(fft);
	free(t);
	free(a);
	free(b);
	return 10 * log10(error / energy);
}

struct case_row {
	const char *name;
	double rate_hz, from_hz, to_hz, length_s, limit_db;
};

/* Through the whole loop, then cut 0.4 s before the arrival, as a response file is. */
static void comes_back(const struct case_row *row)
{
	const struct sabin_sweep sweep =
	    make_sweep(row->from_hz, row->to_hz, row->length_s, row->rate_hz);
	const size_t nh = (size_t)(0.5 * row->rate_hz), tail = (size_t)row->rate_hz;
	const size_t latency = 1000, ny = sweep.frames + tail;
	const size_t before = (size_t)(0.4 * row->rate_hz), n = before + nh + tail / 2;
	double *x = calloc(sweep.frames, sizeof *x), *h = calloc(latency + nh, sizeof *h);
	double *y = calloc(ny, sizeof *y), *got = calloc(n, sizeof *got);
	double *want = calloc(n, sizeof *want);
	sabin_sweep_render(&sweep, x);
	make_room(h + latency, nh, row->rate_hz, 0.4);
	convolve(x, sweep.frames, h, latency + nh, y, ny);
	struct sabin_deconvolver *d;
	assert_ok(sabin_deconvolver_new(x, sweep.frames, ny, row->rate_hz, row->from_hz,
	                                row->to_hz, &d));
	const size_t size = sabin_deconvolver_size(d);
	double *response = calloc(size, sizeof *response);
	sabin_deconvolver_process(d, y, response);
	for (size_t i = 0; i < n; i++) {
		got[i] = response[(latency + size + i - before) % size];
		want[i] = i >= before && i - before < nh ? h[latency + i - before] : 0;
	}
	const double error_db = band_error_db(got, want, n, row->rate_hz);
	print_message("%s: %.1f dB\n", row->name, error_db);
	assert_at_most(error_db, row->limit_db);
	sabin_deconvolver_free(d);
	free(x);
	free(h);
	free(y);
	free(got);
	free(want);
	free(response);
}

static void known_response_comes_back(void **state)
{
	(void)state;
	/* -110 dB is the promise for a response file; what is lost is the ringing of the band's edges
	 * more than 0.4 s before the arrival */
	const struct case_row rows[] = {
	    {"44.1 kHz, from 20 Hz", 44100, 20, 22000, 3, -110},
	    {"48 kHz, from 20 Hz", 48000, 20, 22000, 3, -110},
	    {"96 kHz, from 20 Hz", 96000, 20, 22000, 3, -110},
	    {"48 kHz, 10 Hz .. 24 kHz", 48000, 10, 24000, 3, -110},
	    {"48 kHz, short", 48000, 20, 22000, 1, -110},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		comes_back(&rows[i]);
}

/* The lags wanted are what the long transform gives, whatever lies over the others: a loud chirp long
 * after the sweep, and harmonics before it. */
static void between(void **state)
{
	(void)state;
	enum { RATE_HZ = 48000, EARLY = -2 * RATE_HZ / 5, LATE = RATE_HZ };
	const struct sabin_sweep sweep = make_sweep(20, 22000, 4, RATE_HZ);
	const size_t nh = RATE_HZ / 2, ny = sweep.frames + 3 * RATE_HZ;
	double *x = calloc(sweep.frames, sizeof *x), *h = calloc(nh, sizeof *h);
	double *y = calloc(ny, sizeof *y);
	sabin_sweep_render(&sweep, x);
	make_room(h, nh, RATE_HZ, 0.4);
	for (size_t i = 0; i < sweep.frames; i++)
		x[i] *= 1 + 0.1 * x[i];
	convolve(x, sweep.frames, h, nh, y, ny);
	sabin_sweep_render(&sweep, x);
	for (size_t i = 0; i < RATE_HZ / 10; i++)
		y[sweep.frames + 2 * RATE_HZ + i] += 0.5 * sin(0.5 * (double)i);
	struct sabin_deconvolver *all, *some;
	assert_ok(sabin_deconvolver_new(x, sweep.frames, ny, RATE_HZ, 20, 22000, &all));
	assert_ok(sabin_deconvolver_new_between(x, sweep.frames, ny, RATE_HZ, 20, 22000, EARLY, LATE,
	                                        &some));
	const size_t long_size = sabin_deconvolver_size(all), size = sabin_deconvolver_size(some);
	double *want = calloc(long_size, sizeof *want), *got = calloc(size, sizeof *got);
	sabin_deconvolver_process(all, y, want);
	sabin_deconvolver_process(some, y, got);
	double error = 0, energy = 0;
	for (long lag = EARLY; lag <= LATE; lag++) {
		const double w = want[lag < 0 ? long_size - (size_t)-lag : (size_t)lag];
		const double g = got[lag < 0 ? size - (size_t)-lag : (size_t)lag];
		error += (g - w) * (g - w);
		energy += w * w;
	}
	print_message("%zu for %zu samples: %.1f dB\n", size, long_size, 10 * log10(error / energy));
	assert_true(size < long_size);
	assert_at_most(10 * log10(error / energy), -130);
	sabin_deconvolver_free(all);
	sabin_deconvolver_free(some);
	free(x);
	free(h);
	free(y);
	free(want);
	free(got);
}

static void loopback_is_flat(void **state)
{
	(void)state;
	const double rate_hz = 48000;
	const struct sabin_sweep sweep = make_sweep(10, 22000, 2, rate_hz);
	const size_t ny = sweep.frames + 24000;
	double *x = calloc(ny, sizeof *x);
	sabin_sweep_render(&sweep, x);
	struct sabin_deconvolver *d;
	assert_ok(sabin_deconvolver_new(x, sweep.frames, ny, rate_hz, 10, 22000, &d));
	const size_t size = sabin_deconvolver_size(d);
	double *response = calloc(size, sizeof *response);
	double complex *spectrum = calloc(size / 2 + 1, sizeof *spectrum);
	sabin_deconvolver_process(d, x, response);
	struct sabin_fft *fft;
	assert_ok(sabin_fft_new(size, &fft));
	sabin_fft_forward(fft, response, spectrum);
	for (size_t k = 0; k <= size / 2; k++) {
		const double f_hz = (double)k * rate_hz / (double)size;
		if (f_hz < 20 || f_hz > 20000)
			continue;
		/* nothing is regularised in the band: only rounding is left */
		assert_near(cabs(spectrum[k]), 1, 1e-9);
		assert_near(carg(spectrum[k]), 0, 1e-9);
	}
	/* and nothing beyond the edges: an octave below, half an octave (here rate/2) above */
	assert_near(cabs(spectrum[(size_t)(4.9 * (double)size / rate_hz)]), 0, 1e-12);
	sabin_fft_free(fft);
	sabin_deconvolver_free(d);
	free(x);
	free(response);
	free(spectrum);
}

/* The response of harmonic m of a memoryless distorter stands L ln(m) before the linear one, apart
 * from it, and with the phase of the synchronised sweep: x + a x^2 puts -a/2 of the second harmonic
 * as cos, that is sin turned by -90 degrees. */
static void harmonics_stand_apart(void **state)
{
	(void)state;
	const double rate_hz = 48000, a = 0.1;
	const struct sabin_sweep sweep = make_sweep(20, 8000, 4, rate_hz);
	const size_t ny = sweep.frames + 48000;
	double *x = calloc(ny, sizeof *x), *y = calloc(ny, sizeof *y);
	sabin_sweep_render(&sweep, x);
	for (size_t i = 0; i < ny; i++)
		y[i] = x[i] + a * x[i] * x[i];
	struct sabin_deconvolver *d;
	assert_ok(sabin_deconvolver_new(x, sweep.frames, ny, rate_hz, 20, 8000, &d));
	const size_t size = sabin_deconvolver_size(d);
	double *response = calloc(size, sizeof *response);
	sabin_deconvolver_process(d, y, response);
	const double lead = sabin_sweep_harmonic_lead_s(&sweep, 2) * rate_hz;
	/* cut the second harmonic's response out and look at 1 kHz of the fundamental axis 2 kHz */
	const long centre = lrint(lead), half = 4000;
	double complex sum = 0;
	const double f_hz = 2000;
	for (long i = -half; i < half; i++) {
		const double v = response[(size_t)((long)size - centre + i)];
		const double t_s = ((double)i - (double)centre + lead) / rate_hz;
		sum += v * cexp(CMPLX(0, -2 * M_PI * f_hz * t_s));
	}
	/* x^2 = g^2 (1 - cos 2p) / 2: second harmonic -a g^2/2 cos(2p) against g sin(...): amplitude
	 * a g / 2, phase of -cos re sin: -90 degrees */
	assert_near(20 * log10(cabs(sum) / (a * sweep.gain / 2)), 0, 0.1);
	assert_near(carg(sum) * 180 / M_PI, -90, 1);
	sabin_deconvolver_free(d);
	free(x);
	free(y);
	free(response);
}

static void limits(void **state)
{
	(void)state;
	double x[64] = {0};
	struct sabin_deconvolver *d = NULL;
	assert_int_equal(sabin_deconvolver_new(x, 64, 64, 48000, 20, 20000, &d), SABIN_ESHORT);
	x[0] = 1;
	assert_int_equal(sabin_deconvolver_new(x, 0, 64, 48000, 20, 20000, &d), SABIN_EINVAL);
	assert_int_equal(sabin_deconvolver_new(x, 64, 0, 48000, 20, 20000, &d), SABIN_EINVAL);
	assert_int_equal(sabin_deconvolver_new(x, 64, 64, 48000, 200, 20, &d), SABIN_EINVAL);
	assert_int_equal(sabin_deconvolver_new(x, 64, 64, 48000, 20, 25000, &d), SABIN_EINVAL);
	assert_int_equal(sabin_deconvolver_new(x, 64, 64, NAN, 20, 20000, &d), SABIN_EINVAL);
	assert_int_equal(sabin_deconvolver_new(x, 64, SIZE_MAX / 2, 48000, 20, 20000, &d),
	                 SABIN_EINVAL);
	assert_int_equal(sabin_deconvolver_new_between(x, 64, 64, 48000, 20, 20000, 1, 0, &d),
	                 SABIN_EINVAL);
	assert_null(d);
	sabin_deconvolver_free(NULL);
}

/* A band that lies within a sixth of an octave of half the rate: there is no more of the spectrum to look at. */
static void band_at_the_end(void **state)
{
	(void)state;
	static const double paces[] = {0.92, 1, 1.08}; /* of the clock: the first carries the band beyond half the rate */
	enum { FRAMES = 256 };
	double x[FRAMES] = {0}, h[4096], sum = 0;
	struct sabin_deconvolver *d;
	x[0] = 1;
	assert_ok(sabin_deconvolver_new(x, FRAMES, FRAMES, 48000, 22500, 24000, &d));
	assert_true(sabin_deconvolver_size(d) <= 4096);
	for (size_t i = 0; i < sizeof paces / sizeof *paces; i++) {
		assert_ok(sabin_deconvolver_replace(d, x, FRAMES, paces[i]));
		sabin_deconvolver_process(d, x, h);
		for (size_t k = 0; k < sabin_deconvolver_size(d); k++)
			assert_true(isfinite(h[k]));
	}
	/* an impulse against itself: at 23.25 kHz, in the middle of the band, the response is 1 */
	assert_ok(sabin_deconvolver_replace(d, x, FRAMES, 1));
	sabin_deconvolver_process(d, x, h);
	const size_t n = sabin_deconvolver_size(d);
	for (size_t k = 0; k < n; k++)
		sum += h[k] * cos(2 * M_PI * rint(23250.0 / 48000 * (double)n) * (double)k / (double)n);
	assert_near(sum, 1, 1e-9);
	sabin_deconvolver_free(d);
}

/* What is recorded outside the band is no part of the response: white noise leaves less there than
 * within. */
static void noise_outside_the_band(void **state)
{
	(void)state;
	static const double tops_hz[] = {120, 7000, 20000, 22000};
	for (size_t i = 0; i < sizeof tops_hz / sizeof *tops_hz; i++) {
		const struct sabin_sweep sweep = make_sweep(20, tops_hz[i], 2, 48000);
		const size_t ny = sweep.frames + 48000;
		double *x = calloc(ny, sizeof *x);
		struct sabin_deconvolver *d;
		struct sabin_fft *fft;
		sabin_sweep_render(&sweep, x);
		assert_ok(sabin_deconvolver_new(x, sweep.frames, ny, 48000, 20, tops_hz[i], &d));
		const size_t n = sabin_deconvolver_size(d);
		double *h = calloc(n, sizeof *h), low = 0, within = 0, high = 0;
		double complex *bins = calloc(n / 2 + 1, sizeof *bins);
		/* an impulse has the spectrum that white noise has on average */
		memset(x, 0, ny * sizeof *x);
		x[0] = 1;
		sabin_deconvolver_process(d, x, h);
		assert_ok(sabin_fft_new(n, &fft));
		sabin_fft_forward(fft, h, bins);
		for (size_t k = 0; k <= n / 2; k++) {
			const double f_hz = (double)k * 48000 / (double)n;
			*(f_hz < 20 ? &low : f_hz > tops_hz[i] ? &high : &within) +=
			    pow(cabs(bins[k]), 2);
		}
		print_message("20 .. %g Hz: noise below %.1f dB, above %.1f dB re within\n", tops_hz[i],
		              10 * log10(low / within), 10 * log10(high / within));
		assert_at_most(low + high, within);
		sabin_fft_free(fft);
		sabin_deconvolver_free(d);
		free(x);
		free(h);
		free(bins);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(known_response_comes_back),
	    cmocka_unit_test(between),
	    cmocka_unit_test(loopback_is_flat),
	    cmocka_unit_test(harmonics_stand_apart),
	    cmocka_unit_test(limits),
	    cmocka_unit_test(band_at_the_end),
	    cmocka_unit_test(noise_outside_the_band),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
