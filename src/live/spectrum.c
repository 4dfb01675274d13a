/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spectrum.c: levels by fractional octaves while the sound goes on.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "live/spectrum.h"

enum { BLOCK = 512 };

/* One band of one channel: mean squares. */
struct cell {
	double now, held, maximum; /* held: only of impulse; else it is `now` */
	double sum, frames;        /* of squares since the restart, at the band's rate */
};

struct sabin_spectrum {
	struct sabin_filterbank *bank;
	enum sabin_time time;
	size_t bands, channels;
	struct cell *cell; /* [bands * channels] */
	struct sabin_weighting_filter *filter; /* [channels] */
	double *one, *all; /* [BLOCK], [BLOCK * channels] */
};

const char *sabin_time_name(enum sabin_time time)
{
	static const char *const names[SABIN_TIMES] = {"fast", "slow", "impulse"};
	return names[time];
}

enum sabin_err sabin_spectrum_new(const struct sabin_spectrum_options *o, struct sabin_spectrum **out)
{
	struct sabin_filterbank *bank = NULL;
	enum sabin_err err = sabin_filterbank_new(&o->bank, &bank);
	if (err)
		return err;
	struct sabin_spectrum *s = calloc(1, sizeof *s);
	err = SABIN_ENOMEM;
	if (!s) {
		sabin_filterbank_free(bank);
		return err;
	}
	s->bank = bank;
	s->time = o->time;
	s->channels = o->bank.channels;
	sabin_filterbank_bands(bank, &s->bands);
	s->cell = calloc(s->bands * s->channels, sizeof *s->cell);
	s->filter = calloc(s->channels, sizeof *s->filter);
	s->one = malloc(BLOCK * sizeof *s->one);
	s->all = malloc(BLOCK * s->channels * sizeof *s->all);
	if (!s->cell || !s->filter || !s->one || !s->all)
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
	free(s->cell);
	free(s->filter);
	free(s->one);
	free(s->all);
	free(s);
}

const struct sabin_band *sabin_spectrum_bands(const struct sabin_spectrum *s, size_t *count)
{
	return sabin_filterbank_bands(s->bank, count);
}

/* y[n], `stride` apart. */
static void average(struct cell *cell, const double *y, size_t n, size_t stride, double keep)
{
	double now = cell->now, maximum = cell->maximum, sum = 0;
	for (size_t i = 0; i < n; i++) {
		const double square = y[i * stride] * y[i * stride];
		now = keep * now + (1 - keep) * square;
		maximum = now > maximum ? now : maximum;
		sum += square;
	}
	cell->now = cell->held = now < 1e-200 ? 0 : now;
	cell->maximum = maximum;
	cell->sum += sum;
	cell->frames += (double)n;
}

static void average_impulse(struct cell *cell, const double *y, size_t n, size_t stride, double keep,
                            double fall)
{
	for (size_t i = 0; i < n; i++) {
		const double square = y[i * stride] * y[i * stride];
		cell->now = keep * cell->now + (1 - keep) * square;
		cell->held = fmax(cell->now, fall * cell->held);
		cell->maximum = fmax(cell->maximum, cell->held);
		cell->sum += square;
	}
	cell->now = cell->now < 1e-200 ? 0 : cell->now;
	cell->held = cell->held < 1e-200 ? 0 : cell->held;
	cell->frames += (double)n;
}

static void take(void *context, const struct sabin_filterbank_output *output)
{
	static const double time_s[SABIN_TIMES] = {SABIN_TIME_FAST_S, SABIN_TIME_SLOW_S, SABIN_TIME_IMPULSE_S};
	struct sabin_spectrum *s = context;
	const size_t lanes = output->bands * output->channels;
	struct cell *cell = s->cell + output->first * output->channels;
	const double keep = exp(-1 / (time_s[s->time] * output->rate_hz));
	const double fall = exp(-1 / (SABIN_TIME_IMPULSE_FALL_S * output->rate_hz));
	for (size_t l = 0; l < lanes; l++)
		if (s->time == SABIN_IMPULSE)
			average_impulse(&cell[l], output->y + l, output->n, lanes, keep, fall);
		else
			average(&cell[l], output->y + l, output->n, lanes, keep);
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
		sabin_filterbank_process(s->bank, s->all, part, take, s);
		x += part * s->channels;
		n -= part;
	}
}

void sabin_spectrum_restart(struct sabin_spectrum *s)
{
	for (size_t i = 0; i < s->bands * s->channels; i++)
		s->cell[i].maximum = s->cell[i].sum = s->cell[i].frames = 0;
}

void sabin_spectrum_read(const struct sabin_spectrum *s, size_t channel, enum sabin_spectrum_level which,
                         double *level_db)
{
	for (size_t b = 0; b < s->bands; b++) {
		const struct cell *cell = &s->cell[b * s->channels + channel];
		const double square = which == SABIN_SPECTRUM_NOW   ? cell->held
		                      : which == SABIN_SPECTRUM_MAX ? cell->maximum
		                      : cell->frames > 0            ? cell->sum / cell->frames
		                                                    : 0;
		level_db[b] = square > 0 ? 10 * log10(square) : -HUGE_VAL;
	}
}
