/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * reference.c: division by the response of the loopback.
 */
#include <math.h>

#include <sabin/fft.h>
#include <sabin/window.h>

#include "audio/reference.h"
#include "signal/cmplx.h"

/* What converters and their coupling do is over within this: 3 Hz high-passes ring for 0.2 s, the edge of a
 * sweep from 20 Hz for 0.4 s.  Before the arrival as much is kept as of any response. */
static const double after_s = 0.6;
/* Soft ends, as a share. */
static const double soft = 0.1;
static const double level_hz = 1000;

enum sabin_err sabin_reference_take(const struct sabin_taker *taker, const struct sabin_take *take,
                                    struct sabin_reference *out)
{
	const double rate_hz = sabin_taker_excitation(taker)->rate_hz;
	struct sabin_cut cut = sabin_taker_cut(taker, take);
	const size_t after = (size_t)(after_s * rate_hz);
	if (cut.frames > cut.before + after)
		cut.frames = cut.before + after;
	double *h = malloc(cut.frames * sizeof *h);
	enum sabin_err err = h ? sabin_taker_copy(taker, take, &cut, h) : SABIN_ENOMEM;
	if (err) {
		free(h);
		return err;
	}
	sabin_window_taper(h, cut.frames, (size_t)(soft * (double)cut.before),
	                   (size_t)(soft * (double)after));
	free(out->h);
	*out = (struct sabin_reference){h, cut.frames, take->arrival - (double)cut.first, take->polarity};
	return SABIN_OK;
}

/* The reference's spectrum, freed of its latency. */
static void spectrum_of(const struct sabin_reference *r, struct sabin_fft *fft, double *x,
                        double complex *spectrum)
{
	const size_t n = sabin_fft_size(fft);
	memcpy(x, r->h, r->frames * sizeof *x);
	memset(x + r->frames, 0, (n - r->frames) * sizeof *x);
	sabin_fft_forward(fft, x, spectrum);
	for (size_t k = 0; k <= n / 2; k++) {
		const double turn = 2 * M_PI * (double)k / (double)n * r->arrival;
		spectrum[k] *= CMPLX(cos(turn), sin(turn));
	}
}

/* g becomes what undoes it: the inverse re its size at `level`, inside; constant outside. */
static enum sabin_err invert(double complex *g, size_t first, size_t last, size_t level, size_t bins)
{
	const double size = cabs(g[level]);
	if (!(size > 0))
		return SABIN_ESHORT;
	for (size_t k = first; k <= last; k++) {
		if (!(cabs(g[k]) > 0))
			return SABIN_ESHORT;
		g[k] = size / g[k];
	}
	for (size_t k = 0; k < first; k++)
		g[k] = g[first];
	for (size_t k = last + 1; k < bins; k++)
		g[k] = g[last];
	return SABIN_OK;
}

enum sabin_err sabin_reference_remove(const struct sabin_reference *r, double rate_hz, double from_hz,
                                      double to_hz, double *h, size_t n)
{
	const size_t size = sabin_fft_smooth_size(n + r->frames), bins = size / 2 + 1;
	const double bin_hz = rate_hz / (double)size;
	const double mid_hz =
	    level_hz > from_hz && level_hz < to_hz ? level_hz : sqrt(from_hz * to_hz);
	struct sabin_fft *fft = NULL;
	double *x = malloc(size * sizeof *x);
	double complex *g = malloc(bins * sizeof *g), *y = malloc(bins * sizeof *y);
	enum sabin_err err = x && g && y ? sabin_fft_new(size, &fft) : SABIN_ENOMEM;
	if (err)
		goto out;
	spectrum_of(r, fft, x, g);
	err = invert(g, (size_t)ceil(from_hz / bin_hz), (size_t)floor(to_hz / bin_hz),
	             (size_t)lrint(mid_hz / bin_hz), bins);
	if (err)
		goto out;
	memcpy(x, h, n * sizeof *x);
	memset(x + n, 0, (size - n) * sizeof *x);
	sabin_fft_forward(fft, x, y);
	for (size_t k = 0; k < bins; k++)
		y[k] *= g[k];
	sabin_fft_inverse(fft, y, x);
	memcpy(h, x, n * sizeof *h);
out:
	sabin_fft_free(fft);
	free(x);
	free(g);
	free(y);
	return err;
}
