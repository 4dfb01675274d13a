/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * lateness.c: by how much a channel is later than another whose sound has gone through a room (sabin_delay_find() is for
 * the same sound through the same room).
 *
 * [KC] Knapp, C. H.; Carter, G. C. (1976), "The generalized correlation method for estimation of time delay": the
 *      cross-correlation of what was whitened.  Here each spectrum is divided by its own, smoothed (the smoothed
 *      coherence transform), so that frequencies at which only one channel has something weigh no more than others.
 */
#include <complex.h>
#include <math.h>
#include <stdlib.h>

#include <sabin/arrival.h>
#include <sabin/fft.h>
#include <sabin/window.h>

#include "live/transfer.h"

/* Half the width of the mean that smooths: narrower, and single lines of music are made equal to the noise between
 * them. */
static const double half_width_hz = 20;
/* What is weaker than the strongest by so much counts as nothing. */
static const double floor_ratio = 1e-9;
static const double edge_s = 0.05; /* tapers at both ends */

/* spectrum[bins] divided by the root of its smoothed power. */
static void whiten(double complex *spectrum, double *sums, size_t bins, size_t half)
{
	double most = 0;
	sums[0] = 0;
	for (size_t k = 0; k < bins; k++) {
		const double power = creal(spectrum[k] * conj(spectrum[k]));
		sums[k + 1] = sums[k] + power;
		most = fmax(most, power);
	}
	for (size_t k = 0; k < bins; k++) {
		const size_t from = k > half ? k - half : 0, to = k + half + 1 < bins ? k + half + 1 : bins;
		const double mean = (sums[to] - sums[from]) / (double)(to - from);
		spectrum[k] /= sqrt(fmax(mean, floor_ratio * most));
	}
}

static enum sabin_err spectrum_of(struct sabin_fft *fft, const double *x, size_t n, double rate_hz, double *work,
                                  double complex *spectrum)
{
	const size_t size = sabin_fft_size(fft), edge = (size_t)(edge_s * rate_hz);
	double sum = 0;
	for (size_t i = 0; i < size; i++) {
		work[i] = i < n ? x[i] : 0;
		sum += work[i] * work[i];
	}
	if (!(sum > 0) || !isfinite(sum))
		return SABIN_ESHORT;
	sabin_window_taper(work, n, edge, edge);
	sabin_fft_forward(fft, work, spectrum);
	spectrum[0] = 0;
	return SABIN_OK;
}

/* The largest of c[from .. to], and the RMS of all. */
static size_t largest(const double *c, size_t count, double *rms)
{
	size_t at = 0;
	double sum = 0;
	for (size_t i = 0; i < count; i++) {
		sum += c[i] * c[i];
		if (fabs(c[i]) > fabs(c[at]))
			at = i;
	}
	*rms = sqrt((sum - c[at] * c[at]) / (double)(count - 1));
	return at;
}

/* Between the samples: the summit of the band-limited curve about c[at], by golden section. */
static double summit(const double *c, size_t count, size_t at)
{
	const double golden = 0.6180339887498949, sign = c[at] < 0 ? -1 : 1;
	double low = (double)at - 1, high = (double)at + 1;
	if (at == 0 || at + 1 >= count)
		low = high = (double)at;
	for (int step = 0; step < 40 && high > low; step++) {
		const double a = high - golden * (high - low), b = low + golden * (high - low);
		if (sign * sabin_interpolate(c, count, a) > sign * sabin_interpolate(c, count, b))
			high = b;
		else
			low = a;
	}
	return (low + high) / 2;
}

enum sabin_err sabin_lateness_find(const double *x, const double *y, size_t n, double rate_hz, double delay_max_s,
                                struct sabin_lateness *out)
{
	enum { BEFORE = 256 }; /* lags below zero, for the interpolation */
	if (!(rate_hz > 0) || !(delay_max_s >= 0) || !(delay_max_s <= 10))
		return SABIN_EINVAL;
	const size_t lags = (size_t)ceil(delay_max_s * rate_hz) + 1;
	if (n < 2 * BEFORE || n < lags)
		return SABIN_ESHORT;
	const size_t size = sabin_fft_smooth_size(n + lags + 2 * BEFORE), bins = size / 2 + 1;
	struct sabin_fft *fft = NULL;
	double *work = calloc(size, sizeof *work), *sums = calloc(bins + 1, sizeof *sums);
	double complex *a = calloc(bins, sizeof *a), *b = calloc(bins, sizeof *b);
	enum sabin_err err = work && sums && a && b ? sabin_fft_new(size, &fft) : SABIN_ENOMEM;
	if (!err)
		err = spectrum_of(fft, x, n, rate_hz, work, a);
	if (!err)
		err = spectrum_of(fft, y, n, rate_hz, work, b);
	if (err)
		goto out;
	const size_t half = (size_t)ceil(half_width_hz * (double)size / rate_hz);
	whiten(a, sums, bins, half);
	whiten(b, sums, bins, half);
	for (size_t k = 0; k < bins; k++)
		a[k] = b[k] * conj(a[k]);
	a[bins - 1] = 0;
	sabin_fft_inverse(fft, a, work);
	/* lags -BEFORE .. lags + BEFORE in a row; those before zero stand at the end */
	double *c = calloc(lags + 2 * BEFORE, sizeof *c), rms;
	if (!c) {
		err = SABIN_ENOMEM;
		goto out;
	}
	for (size_t i = 0; i < lags + 2 * BEFORE; i++)
		c[i] = work[(i + size - BEFORE) % size];
	const size_t at = BEFORE + largest(c + BEFORE, lags, &rms);
	out->delay_s = fmax(summit(c, lags + 2 * BEFORE, at) - BEFORE, 0) / rate_hz;
	out->polarity = c[at] < 0 ? -1 : 1;
	out->clear_db = 20 * log10(fabs(c[at]) / rms);
	free(c);
out:
	sabin_fft_free(fft);
	free(work);
	free(sums);
	free(a);
	free(b);
	return err;
}
