/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spectrum.c: levels by fractional octaves while the sound goes on.
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "live/periodogram.h"
#include "live/spectrum.h"
#include "signal/lanes.h"

enum { BLOCK = 512 };

static const double time_s[SABIN_TIMES] = {SABIN_TIME_FAST_S, SABIN_TIME_SLOW_S, SABIN_TIME_IMPULSE_S};

struct sabin_spectrum {
	struct sabin_filterbank *bank; /* one of these, */
	struct sabin_periodogram *fft; /* the other is NULL */
	size_t unheard;                /* of the FFT: frames until a window has begun after the restart */
	bool begun;                    /* of the FFT: there was a window */
	enum sabin_time time;
	double rate_hz;
	size_t bands, channels;
	/* of each band and channel, [bands * channels] */
	double *now;     /* the time-weighted mean square; `held` is what an impulse leaves, else the same array */
	double *held, *maximum;
	double *sum;     /* of squares since the restart, */
	double *frames;  /* of so many, at the band's rate, or windows: [bands] */
	struct sabin_weighting_filter *filter; /* [channels] */
	double *one, *all; /* [BLOCK], [BLOCK * channels] */
};

const char *sabin_time_name(enum sabin_time time)
{
	static const char *const names[SABIN_TIMES] = {"fast", "slow", "impulse"};
	return names[time];
}

const char *sabin_spectrum_kind_name(enum sabin_spectrum_kind kind)
{
	static const char *const names[SABIN_SPECTRUM_KINDS] = {"filters", "FFT"};
	return names[kind];
}

enum sabin_err sabin_spectrum_new(const struct sabin_spectrum_options *o, struct sabin_spectrum **out)
{
	struct sabin_spectrum *s = calloc(1, sizeof *s);
	if (!s)
		return SABIN_ENOMEM;
	enum sabin_err err = o->kind == SABIN_SPECTRUM_FFT ? sabin_periodogram_new(&o->bank, &s->fft)
	                                                   : sabin_filterbank_new(&o->bank, &s->bank);
	if (err)
		goto fail;
	s->time = o->time;
	s->rate_hz = o->bank.rate_hz;
	s->channels = o->bank.channels;
	s->unheard = s->fft ? sabin_periodogram_window_frames(s->fft) : 0;
	sabin_spectrum_bands(s, &s->bands);
	err = SABIN_ENOMEM;
	s->now = calloc(s->bands * s->channels, sizeof(double));
	s->held = o->time == SABIN_IMPULSE ? calloc(s->bands * s->channels, sizeof(double)) : s->now;
	s->maximum = calloc(s->bands * s->channels, sizeof(double));
	s->sum = calloc(s->bands * s->channels, sizeof(double));
	s->frames = calloc(s->bands, sizeof(double));
	s->filter = calloc(s->channels, sizeof *s->filter);
	s->one = malloc(BLOCK * sizeof *s->one);
	s->all = malloc(BLOCK * s->channels * sizeof *s->all);
	if (!s->now || !s->held || !s->maximum || !s->sum || !s->frames || !s->filter || !s->one || !s->all)
		goto fail;
	err = SABIN_OK;
	for (size_t c = 0; !err && c < s->channels; c++)
		err = sabin_weighting_filter_init(&s->filter[c], o->weighting, o->bank.rate_hz);
	if (err)
		goto fail;
	*out = s;
	return SABIN_OK;
fail:
	sabin_spectrum_free(s);
	return err;
}

void sabin_spectrum_free(struct sabin_spectrum *s)
{
	if (!s)
		return;
	sabin_filterbank_free(s->bank);
	sabin_periodogram_free(s->fft);
	if (s->held != s->now)
		free(s->held);
	free(s->now);
	free(s->maximum);
	free(s->sum);
	free(s->frames);
	free(s->filter);
	free(s->one);
	free(s->all);
	free(s);
}

const struct sabin_band *sabin_spectrum_bands(const struct sabin_spectrum *s, size_t *count)
{
	return s->fft ? sabin_periodogram_bands(s->fft, count) : sabin_filterbank_bands(s->bank, count);
}

double sabin_spectrum_window_s(const struct sabin_spectrum *s)
{
	return s->fft ? (double)sabin_periodogram_window_frames(s->fft) / s->rate_hz : 0;
}

/* y[n][lanes] into these lanes. */
SABIN_LANES_BODY void average(const struct sabin_spectrum *s, size_t first, const double *y, size_t n, size_t lanes,
                              double keep)
{
	double *restrict now = s->now + first, *restrict maximum = s->maximum + first, *restrict sum = s->sum + first;
	for (size_t i = 0; i < n; i++) {
		const double *restrict row = y + i * lanes;
#pragma omp simd
		for (size_t l = 0; l < lanes; l++) {
			const double square = row[l] * row[l];
			const double mean = keep * now[l] + (1 - keep) * square;
			now[l] = mean;
			maximum[l] = mean > maximum[l] ? mean : maximum[l];
			sum[l] += square;
		}
	}
}

SABIN_LANES_WIDE static void average_wide(const struct sabin_spectrum *s, size_t first, const double *y, size_t n,
                                          size_t lanes, double keep)
{
	average(s, first, y, n, lanes, keep);
}

static void average_plain(const struct sabin_spectrum *s, size_t first, const double *y, size_t n, size_t lanes,
                          double keep)
{
	average(s, first, y, n, lanes, keep);
}

static void average_impulse(const struct sabin_spectrum *s, size_t first, const double *y, size_t n, size_t lanes,
                            double keep, double fall)
{
	double *now = s->now + first, *held = s->held + first, *maximum = s->maximum + first, *sum = s->sum + first;
	for (size_t i = 0; i < n; i++)
		for (size_t l = 0; l < lanes; l++) {
			const double square = y[i * lanes + l] * y[i * lanes + l];
			now[l] = keep * now[l] + (1 - keep) * square;
			held[l] *= fall;
			held[l] = now[l] > held[l] ? now[l] : held[l];
			maximum[l] = held[l] > maximum[l] ? held[l] : maximum[l];
			sum[l] += square;
		}
}

/* What has died away must not creep on among the denormal numbers, which are slow. */
static void let_die(double *square, size_t n)
{
	for (size_t i = 0; i < n; i++)
		square[i] = square[i] < 1e-200 ? 0 : square[i];
}

static void take(void *context, const struct sabin_filterbank_output *output)
{
	const struct sabin_spectrum *s = context;
	const size_t lanes = output->bands * output->channels, first = output->first * output->channels;
	const double keep = exp(-1 / (time_s[s->time] * output->rate_hz));
	if (s->time == SABIN_IMPULSE)
		average_impulse(s, first, output->y, output->n, lanes, keep,
		                exp(-1 / (SABIN_TIME_IMPULSE_FALL_S * output->rate_hz)));
	else if (sabin_lanes_wide())
		average_wide(s, first, output->y, output->n, lanes, keep);
	else
		average_plain(s, first, output->y, output->n, lanes, keep);
	let_die(s->now + first, lanes);
	let_die(s->held + first, lanes);
	for (size_t b = 0; b < output->bands; b++)
		s->frames[output->first + b] += (double)output->n;
}

/* A window's mean squares, as averages of what lies between two windows.  The first one is taken for what was there
 * before, too. */
static void take_window(void *context, const double *square)
{
	struct sabin_spectrum *s = context;
	const double hop_s = (double)sabin_periodogram_hop_frames(s->fft) / s->rate_hz;
	const double keep = s->begun ? exp(-hop_s / time_s[s->time]) : 0;
	const double fall = exp(-hop_s / SABIN_TIME_IMPULSE_FALL_S);
	for (size_t l = 0; l < s->bands * s->channels; l++) {
		s->now[l] = keep * s->now[l] + (1 - keep) * square[l];
		if (s->held != s->now)
			s->held[l] = fmax(s->now[l], fall * s->held[l]);
		if (s->unheard == 0) {
			s->maximum[l] = fmax(s->maximum[l], s->held[l]);
			s->sum[l] += square[l];
		}
	}
	for (size_t b = 0; b < s->bands && s->unheard == 0; b++)
		s->frames[b]++;
	s->begun = true;
}

/* x[n], weighted. */
static void divide(struct sabin_spectrum *s, const double *x, size_t n)
{
	if (!s->fft) {
		sabin_filterbank_process(s->bank, x, n, take, s);
		return;
	}
	while (n > 0) { /* a window counts that ends with the last of the unheard frames, none that ends before */
		const size_t before = s->unheard > 0 ? s->unheard - 1 : 0, part = before > 0 && before < n ? before : n;
		s->unheard -= before > 0 ? part : s->unheard;
		sabin_periodogram_process(s->fft, x, part, take_window, s);
		x += part * s->channels;
		n -= part;
	}
}

void sabin_spectrum_process(struct sabin_spectrum *s, const double *x, size_t n)
{
	while (n > 0) {
		const size_t part = n < BLOCK ? n : BLOCK;
		for (size_t c = 0; c < s->channels; c++) {
			for (size_t i = 0; i < part; i++)
				s->one[i] = x[i * s->channels + c];
			sabin_weighting_filter_process(&s->filter[c], part, s->one, s->one);
			for (size_t i = 0; i < part; i++)
				s->all[i * s->channels + c] = s->one[i];
		}
		divide(s, s->all, part);
		x += part * s->channels;
		n -= part;
	}
}

void sabin_spectrum_restart(struct sabin_spectrum *s)
{
	s->unheard = s->fft ? sabin_periodogram_window_frames(s->fft) : 0;
	memset(s->maximum, 0, s->bands * s->channels * sizeof(double));
	memset(s->sum, 0, s->bands * s->channels * sizeof(double));
	memset(s->frames, 0, s->bands * sizeof(double));
}

void sabin_spectrum_read(const struct sabin_spectrum *s, size_t channel, enum sabin_spectrum_level which,
                         double *level_db)
{
	for (size_t b = 0; b < s->bands; b++) {
		const size_t at = b * s->channels + channel;
		const double square = which == SABIN_SPECTRUM_NOW   ? s->held[at]
		                      : which == SABIN_SPECTRUM_MAX ? s->maximum[at]
		                      : s->frames[b] > 0            ? s->sum[at] / s->frames[b]
		                                                    : 0;
		level_db[b] = square > 0 ? 10 * log10(square) : -HUGE_VAL;
	}
}
