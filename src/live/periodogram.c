/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * periodogram.c: power in fractional octaves by Fourier transforms.
 *
 * [W] Welch, P. D. (1967), "The use of fast Fourier transform for the estimation of power spectra": windows that
 *     overlap, each weighted so that their mean is the signal's power.
 */
#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/fft.h>
#include <sabin/window.h>

#include "live/periodogram.h"

enum { HOPS = 4 }; /* in a window */

/* Between its first zeros a sine under a Hann window is four lines wide. */
static const double lines_in_a_band = 4;
static const double lines_below_a_band = 32;
static const double longest_s = 10;
static const double usable_of_rate = 0.49;

struct span {
	size_t first, count;       /* lines */
	double first_share, last_share;
};

struct sabin_periodogram {
	struct sabin_fft *fft;
	struct sabin_band *band;
	struct span *span;         /* [bands] */
	size_t bands, channels, size, hop;
	size_t at;                 /* where the next frame goes into the ring */
	size_t due;                /* frames until the next window ends */
	double *ring;              /* [size * channels] */
	double *window, *one;      /* [size] */
	double complex *line;      /* [size / 2 + 1] */
	double *square;            /* [bands * channels] */
	double scale;              /* of a line's |X|^2, so that all lines sum to the mean square */
};

static size_t find_bands(struct sabin_periodogram *p, const struct sabin_filterbank_options *o)
{
	enum { BANDS_MAX = 1024 };
	p->band = calloc(BANDS_MAX, sizeof *p->band);
	if (!p->band)
		return 0;
	size_t count = sabin_fractional_bands(o->fraction, o->from_hz, o->to_hz, p->band, BANDS_MAX);
	while (count > 0 && p->band[count - 1].high_hz > usable_of_rate * o->rate_hz)
		count--;
	size_t narrow = 0;
	while (narrow < count && (p->band[narrow].high_hz - p->band[narrow].low_hz) * longest_s < lines_in_a_band)
		narrow++;
	memmove(p->band, p->band + narrow, (count - narrow) * sizeof *p->band);
	return count - narrow;
}

/* Long enough for the lowest band; a multiple of HOPS. */
static size_t size_for(const struct sabin_band *lowest, double rate_hz)
{
	const double for_sines_s = lines_in_a_band / (lowest->high_hz - lowest->low_hz);
	const double for_noise_s = lines_below_a_band / lowest->centre_hz;
	const double window_s = fmin(fmax(for_sines_s, for_noise_s), longest_s);
	return HOPS * sabin_fft_smooth_size((size_t)ceil(window_s * rate_hz / HOPS));
}

/* A line stands for what lies within half a line to either side of it. */
static struct span span_of(const struct sabin_band *band, double line_hz)
{
	const double low = band->low_hz / line_hz + 0.5, high = band->high_hz / line_hz + 0.5;
	const size_t first = (size_t)low, last = (size_t)high;
	return (struct span){.first = first,
	                     .count = last - first + 1,
	                     .first_share = (double)first + 1 - low,
	                     .last_share = high - (double)last};
}

static enum sabin_err make(struct sabin_periodogram *p, double rate_hz)
{
	const double line_hz = rate_hz / (double)p->size;
	double squares = 0;
	p->span = calloc(p->bands, sizeof *p->span);
	p->ring = calloc(p->size, p->channels * sizeof *p->ring);
	p->window = calloc(p->size + 1, sizeof *p->window);
	p->one = calloc(p->size, sizeof *p->one);
	p->line = calloc(p->size / 2 + 1, sizeof *p->line);
	p->square = calloc(p->bands, p->channels * sizeof *p->square);
	if (!p->span || !p->ring || !p->window || !p->one || !p->line || !p->square)
		return SABIN_ENOMEM;
	for (size_t b = 0; b < p->bands; b++)
		p->span[b] = span_of(&p->band[b], line_hz);
	/* [W] one more point, left off, makes it periodic: four of them, a hop apart, add up to the same everywhere */
	sabin_window_hann(p->window, p->size + 1);
	for (size_t i = 0; i < p->size; i++)
		squares += p->window[i] * p->window[i];
	p->scale = 2 / ((double)p->size * squares); /* two: for the lines below 0 Hz */
	return sabin_fft_new(p->size, &p->fft);
}

enum sabin_err sabin_periodogram_new(const struct sabin_filterbank_options *o, struct sabin_periodogram **out)
{
	if (o->fraction < 1 || o->fraction > 24 || !(o->from_hz > 0) || !(o->to_hz >= o->from_hz) ||
	    !(o->rate_hz > 0) || !(o->rate_hz <= 1e6) || o->channels < 1 || o->channels > 256)
		return SABIN_EINVAL;
	struct sabin_periodogram *p = calloc(1, sizeof *p);
	if (!p)
		return SABIN_ENOMEM;
	p->channels = o->channels;
	p->bands = find_bands(p, o);
	enum sabin_err err = !p->band ? SABIN_ENOMEM : p->bands == 0 ? SABIN_EINVAL : SABIN_OK;
	if (!err) {
		p->size = p->due = size_for(&p->band[0], o->rate_hz);
		p->hop = p->size / HOPS;
		err = make(p, o->rate_hz);
	}
	if (err) {
		sabin_periodogram_free(p);
		return err;
	}
	*out = p;
	return SABIN_OK;
}

void sabin_periodogram_free(struct sabin_periodogram *p)
{
	if (!p)
		return;
	sabin_fft_free(p->fft);
	free(p->band);
	free(p->span);
	free(p->ring);
	free(p->window);
	free(p->one);
	free(p->line);
	free(p->square);
	free(p);
}

const struct sabin_band *sabin_periodogram_bands(const struct sabin_periodogram *p, size_t *count)
{
	*count = p->bands;
	return p->band;
}

size_t sabin_periodogram_window_frames(const struct sabin_periodogram *p)
{
	return p->size;
}

size_t sabin_periodogram_hop_frames(const struct sabin_periodogram *p)
{
	return p->hop;
}

static double power(const struct sabin_periodogram *p, size_t line)
{
	return creal(p->line[line] * conj(p->line[line]));
}

static double sum_of(const struct sabin_periodogram *p, const struct span *span)
{
	double sum = (span->first_share - 1) * power(p, span->first);
	for (size_t k = span->first; k < span->first + span->count; k++)
		sum += power(p, k);
	return sum + (span->last_share - 1) * power(p, span->first + span->count - 1);
}

/* The ring, which is full, its oldest frame at p->at. */
static void transform(struct sabin_periodogram *p)
{
	for (size_t c = 0; c < p->channels; c++) {
		for (size_t i = 0; i < p->size; i++)
			p->one[i] = p->window[i] * p->ring[(p->at + i) % p->size * p->channels + c];
		sabin_fft_forward(p->fft, p->one, p->line);
		for (size_t b = 0; b < p->bands; b++)
			p->square[b * p->channels + c] = p->scale * sum_of(p, &p->span[b]);
	}
}

void sabin_periodogram_process(struct sabin_periodogram *p, const double *x, size_t n,
                               void (*take)(void *context, const double *square), void *context)
{
	while (n > 0) {
		size_t part = p->due < n ? p->due : n;
		if (part > p->size - p->at)
			part = p->size - p->at;
		memcpy(p->ring + p->at * p->channels, x, part * p->channels * sizeof *x);
		p->at = (p->at + part) % p->size;
		p->due -= part;
		x += part * p->channels;
		n -= part;
		if (p->due > 0)
			continue;
		transform(p);
		take(context, p->square);
		p->due = p->hop;
	}
}
