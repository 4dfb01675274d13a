/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * deconvolve.c: division by the spectrum of what was played.
 *
 * [K] Kirkeby, Nelson: "Digital filter design for inversion problems in sound reproduction",
 *     J. Audio Eng. Soc. 47 (1999): regularisation that depends on frequency.  Here it is zero
 *     inside the band.
 * [M] Müller, Massarani: "Transfer-function measurement with sweeps", J. Audio Eng. Soc. 49 (2001),
 *     sec. 4: linear deconvolution by zero padding.
 */
#include <complex.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>

#include <sabin/deconvolve.h>
#include <sabin/fft.h>

#include "signal/large.h"

struct sabin_deconvolver {
	struct sabin_fft *fft;
	size_t frames_recorded;
	double rate_hz, from_hz, to_hz;
	double complex *inverse;  /* [n/2 + 1]: edge(f) / X(f) */
	double complex *spectrum; /* [n/2 + 1] */
};

/* Outside the band a sweep's spectrum falls off quickly; division there would only raise noise.
 * What lies this far below the spectrum at the band's edge is no longer inverted.  Below `from` there
 * is little noise to raise, and inverting far makes the edge soft.  Above `to` there is much: with
 * -40 dB there too, the noise between 22 and 24 kHz was 35 dB above all that of the band. */
static const double low_floor_db = -40, high_floor_db = 0;
/* ... where the floor comes in over this much outside the edge, a step would ring: a sixth of an
 * octave, and at the upper edge no more than 100 Hz, at which a response file, cut 0.4 s before its
 * arrival (t B = 40), hears nothing of it. */
static const double floor_edge_oct = 1.0 / 6, high_floor_edge_hz = 100;
/* The upper edge takes this much of what there is up to rate/2. */
static const double upper_edge_oct = 0.5;

/* A rise from 0 to 1 whose slope is a Hann window.  An edge of width B rings like the transform of its
 * slope: at t B = 4, where a response file is cut before its arrival (0.4 s, 10 Hz below a sweep
 * from 20 Hz), this one has fallen 13 dB lower than a half cosine. */
static double soft_rise(double u)
{
	if (u <= 0)
		return 0;
	if (u >= 1)
		return 1;
	return u - sin(2 * M_PI * u) / (2 * M_PI);
}

/* 1 inside the band; soft outside: over the octave below, and above up to half an octave. */
static double edge(double f_hz, double from_hz, double to_hz, double stop_hz)
{
	if (f_hz < from_hz)
		return soft_rise(2 * f_hz / from_hz - 1);
	if (f_hz > to_hz)
		return soft_rise((stop_hz - f_hz) / (stop_hz - to_hz));
	return 1;
}

/* Power below which the spectrum is no longer inverted: none inside the band. */
static double held(double f_hz, double from_hz, double to_hz, double low, double high)
{
	if (f_hz < from_hz)
		return low * soft_rise(log2(from_hz / f_hz) / floor_edge_oct);
	if (f_hz > to_hz)
		return high * soft_rise(fmax(log2(f_hz / to_hz) / floor_edge_oct,
		                             (f_hz - to_hz) / high_floor_edge_hz));
	return 0;
}

static double power(double complex x)
{
	return creal(x) * creal(x) + cimag(x) * cimag(x);
}

/* Mean power of the spectrum over a sixth of an octave inside the band, from f_hz in direction
 * `factor`: what "the level at the edge" means, ripple apart. */
static double power_near(const double complex *x, size_t bins, double bin_hz, double f_hz, double factor)
{
	const double last = (double)bins - 1; /* the band may end nearer to half the rate, or be moved beyond it */
	size_t a = (size_t)fmin(ceil(fmin(f_hz, f_hz * factor) / bin_hz), last);
	size_t b = (size_t)fmin(floor(fmax(f_hz, f_hz * factor) / bin_hz), last);
	double sum = 0;
	if (b < a)
		a = b;
	for (size_t k = a; k <= b; k++)
		sum += power(x[k]);
	return sum / (double)(b - a + 1);
}

/* On a clock that is fast by `pace` every frequency is that much lower. */
static enum sabin_err invert(struct sabin_deconvolver *d, double pace)
{
	const double rate_hz = d->rate_hz / pace;
	const double from_hz = d->from_hz / pace, to_hz = fmin(d->to_hz / pace, d->rate_hz / 2);
	const size_t n = sabin_fft_size(d->fft);
	const double bin_hz = d->rate_hz / (double)n;
	const double sixth = exp2(1.0 / 6);
	const double stop_hz = fmin(rate_hz / 2, to_hz * exp2(upper_edge_oct));
	const double low =
	    power_near(d->inverse, n / 2 + 1, bin_hz, from_hz, sixth) * pow(10, low_floor_db / 10);
	const double high =
	    power_near(d->inverse, n / 2 + 1, bin_hz, to_hz, 1 / sixth) * pow(10, high_floor_db / 10);
	if (!(low > 0) || !(high > 0))
		return SABIN_ESHORT;
	for (size_t k = 0; k <= n / 2; k++) {
		const double f_hz = (double)k * bin_hz;
		const double complex x = d->inverse[k];
		const double gain = edge(f_hz, from_hz, to_hz, stop_hz);
		if (gain == 0) {
			d->inverse[k] = 0;
			continue;
		}
		const double divisor = power(x) + held(f_hz, from_hz, to_hz, low, high); /* [K] */
		if (!(divisor > 0))
			return SABIN_ESHORT;
		d->inverse[k] = conj(x) * (gain / divisor);
	}
	return SABIN_OK;
}

/* A length of transform that is also quick to run: of the smooth ones within 5 % the first that is a
 * multiple of 64 with at most one factor 3 (800000 takes half as long as 810000). */
static size_t quick_size(size_t n)
{
	const size_t step = 64;
	for (size_t m = (n + step - 1) / step * step; m <= n + n / 20; m += step) {
		size_t rest = m;
		while (rest % 2 == 0)
			rest /= 2;
		if (rest % 3 == 0)
			rest /= 3;
		while (rest % 5 == 0)
			rest /= 5;
		if (rest == 1)
			return m;
	}
	return sabin_fft_smooth_size(n);
}

/* The edge below the band rings on either side of a response, and that is laid over the lags wanted:
 * nothing of it is left after so many periods of the edge's width, which is half of from_hz. */
static const double ring_periods = 10;

/* Shortest transform in which the lags first .. last are covered by no other. */
static size_t size_between(size_t frames_played, size_t frames_recorded, double rate_hz,
                           double from_hz, long first, long last)
{
	const double ring = ring_periods * rate_hz / (0.5 * from_hz);
	const double before = (double)frames_recorded - (double)first + ring;
	const double after = (double)last + (double)frames_played + ring;
	const double least = ceil(fmax(fmax(before, after),
	                               (double)(frames_recorded > frames_played ? frames_recorded
	                                                                        : frames_played)));
	const size_t linear = frames_played + frames_recorded; /* [M] */
	return least < (double)linear ? (size_t)least : linear;
}

enum sabin_err sabin_deconvolver_new(const double *played, size_t frames_played,
                                     size_t frames_recorded, double rate_hz, double from_hz,
                                     double to_hz, struct sabin_deconvolver **out)
{
	if (frames_played > LONG_MAX / 4 || frames_recorded > LONG_MAX / 4)
		return SABIN_EINVAL;
	return sabin_deconvolver_new_between(played, frames_played, frames_recorded, rate_hz, from_hz,
	                                     to_hz, -(long)frames_played, (long)frames_recorded, out);
}

enum sabin_err sabin_deconvolver_new_between(const double *played, size_t frames_played,
                                             size_t frames_recorded, double rate_hz,
                                             double from_hz, double to_hz, long first, long last,
                                             struct sabin_deconvolver **out)
{
	if (frames_played == 0 || frames_recorded == 0 || frames_recorded > SIZE_MAX / 4 ||
	    frames_played > SIZE_MAX / 4 || !(from_hz > 0 && from_hz < to_hz) ||
	    !(to_hz <= rate_hz / 2) || !isfinite(rate_hz) || first > last)
		return SABIN_EINVAL;
	const size_t n = quick_size(
	    size_between(frames_played, frames_recorded, rate_hz, from_hz, first, last));
	struct sabin_deconvolver *d = calloc(1, sizeof *d);
	enum sabin_err err = SABIN_ENOMEM;
	if (!d)
		goto out;
	d->frames_recorded = frames_recorded;
	d->rate_hz = rate_hz;
	d->from_hz = from_hz;
	d->to_hz = to_hz;
	d->inverse = sabin_large_array(n / 2 + 1, sizeof *d->inverse);
	d->spectrum = sabin_large_array(n / 2 + 1, sizeof *d->spectrum);
	if (!d->inverse || !d->spectrum)
		goto out;
	err = sabin_fft_new(n, &d->fft);
	if (!err)
		err = sabin_deconvolver_replace(d, played, frames_played, 1);
	if (err)
		goto out;
	*out = d;
	d = NULL;
out:
	sabin_deconvolver_free(d);
	return err;
}

enum sabin_err sabin_deconvolver_replace(struct sabin_deconvolver *d, const double *played,
                                         size_t frames_played, double pace)
{
	const size_t n = sabin_fft_size(d->fft);
	if (frames_played == 0 || frames_played > n || !(pace >= 0.9 && pace <= 1.1))
		return SABIN_EINVAL;
	double *x = (double *)d->spectrum; /* nothing is in it between two recordings */
	memcpy(x, played, frames_played * sizeof *x);
	memset(x + frames_played, 0, (n - frames_played) * sizeof *x);
	sabin_fft_forward(d->fft, x, d->inverse);
	return invert(d, pace);
}

void sabin_deconvolver_free(struct sabin_deconvolver *d)
{
	if (!d)
		return;
	sabin_fft_free(d->fft);
	free(d->inverse);
	free(d->spectrum);
	free(d);
}

size_t sabin_deconvolver_size(const struct sabin_deconvolver *d)
{
	return sabin_fft_size(d->fft);
}

void sabin_deconvolver_process(struct sabin_deconvolver *d, const double *recorded,
                               double *response)
{
	const size_t n = sabin_fft_size(d->fft);
	memmove(response, recorded, d->frames_recorded * sizeof *response);
	memset(response + d->frames_recorded, 0, (n - d->frames_recorded) * sizeof *response);
	sabin_fft_forward(d->fft, response, d->spectrum);
	/* by hand: the language's complex product checks for infinities at every element */
	double *y = (double *)d->spectrum;
	const double *g = (const double *)d->inverse;
	for (size_t k = 0; k <= n / 2; k++) {
		const double re = y[2 * k] * g[2 * k] - y[2 * k + 1] * g[2 * k + 1];
		y[2 * k + 1] = y[2 * k] * g[2 * k + 1] + y[2 * k + 1] * g[2 * k];
		y[2 * k] = re;
	}
	sabin_fft_inverse(d->fft, d->spectrum, response);
}
