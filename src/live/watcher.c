/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * watcher.c: all that is kept of several channels while the sound goes on.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "live/watcher.h"

static const double sample_s = 0.01; /* how often the fast level is counted, */
static const double settled_s = 5 * SABIN_TIME_FAST_S; /* once it has risen from nothing (within 0.03 dB) */
/* What is kept for finding a delay: this many times the longest. */
static const double kept_times = 3;

struct channel {
	struct sabin_meter meter;
	struct sabin_percentiles percentiles;
	struct sabin_transfer *transfer; /* NULL: see sabin_watcher_transfer() */
};

struct sabin_watcher {
	struct sabin_watcher_options o;
	struct channel *channel;          /* [channels] */
	struct sabin_spectrum *spectrum, *octaves;
	size_t octave_count;
	size_t chunk, in_chunk;           /* frames between two counts of the level; since the last */
	size_t unsettled;                 /* frames until levels are counted */
	double *all, *one, *reference;    /* [chunk * channels], [chunk], [chunk] */
	float *kept;                      /* [kept_frames * channels], a ring; NULL without a reference */
	size_t kept_frames, kept_at, kept_held;
};

/* Octaves of SABIN_NOISE_OCTAVES, as far as the rate holds them. */
static const double octaves_from_hz = 25, octaves_to_hz = 9000;

static enum sabin_err make_transfers(struct sabin_watcher *a)
{
	enum sabin_err err = SABIN_OK;
	if (a->o.reference < 0)
		return SABIN_OK;
	for (size_t c = 0; !err && c < a->o.channels; c++)
		if ((int)c != a->o.reference)
			err = sabin_transfer_new(&a->o.transfer, &a->channel[c].transfer);
	a->kept_frames = (size_t)ceil(kept_times * fmax(a->o.transfer.delay_max_s, 0.5) * a->o.rate_hz);
	a->kept = calloc(a->kept_frames, a->o.channels * sizeof *a->kept);
	return err ? err : a->kept ? SABIN_OK : SABIN_ENOMEM;
}

enum sabin_err sabin_watcher_new(const struct sabin_watcher_options *o, struct sabin_watcher **out)
{
	if (!(o->rate_hz >= 8000) || !(o->rate_hz <= 1e6) || o->channels < 1 || o->channels > 256 ||
	    o->reference >= (int)o->channels)
		return SABIN_EINVAL;
	struct sabin_watcher *a = calloc(1, sizeof *a);
	if (!a)
		return SABIN_ENOMEM;
	a->o = *o;
	a->chunk = (size_t)lrint(sample_s * o->rate_hz);
	a->unsettled = (size_t)lrint(settled_s * o->rate_hz);
	a->channel = calloc(o->channels, sizeof *a->channel);
	a->all = malloc(a->chunk * o->channels * sizeof *a->all);
	a->one = malloc(a->chunk * sizeof *a->one);
	a->reference = malloc(a->chunk * sizeof *a->reference);
	enum sabin_err err = a->channel && a->all && a->one && a->reference ? SABIN_OK : SABIN_ENOMEM;
	for (size_t c = 0; !err && c < o->channels; c++)
		err = sabin_meter_init(&a->channel[c].meter, o->rate_hz);
	if (!err)
		err = sabin_watcher_set_spectrum(a, o->kind, o->fraction, o->weighting, o->time);
	const struct sabin_spectrum_options s = {{1, octaves_from_hz, octaves_to_hz, o->rate_hz, o->channels},
	                                         SABIN_WEIGHTING_Z, SABIN_SLOW, SABIN_SPECTRUM_FILTERS};
	if (!err)
		err = sabin_spectrum_new(&s, &a->octaves);
	if (!err)
		sabin_spectrum_bands(a->octaves, &a->octave_count);
	if (!err)
		err = make_transfers(a);
	if (err) {
		sabin_watcher_free(a);
		return err;
	}
	*out = a;
	return SABIN_OK;
}

void sabin_watcher_free(struct sabin_watcher *a)
{
	if (!a)
		return;
	for (size_t c = 0; a->channel && c < a->o.channels; c++)
		sabin_transfer_free(a->channel[c].transfer);
	sabin_spectrum_free(a->spectrum);
	sabin_spectrum_free(a->octaves);
	free(a->channel);
	free(a->all);
	free(a->one);
	free(a->reference);
	free(a->kept);
	free(a);
}

static double db(double square)
{
	return square > 0 ? 10 * log10(square) : -HUGE_VAL;
}

static void keep(struct sabin_watcher *a, const float *x, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		memcpy(a->kept + a->kept_at * a->o.channels, x + i * a->o.channels, a->o.channels * sizeof *x);
		a->kept_at = (a->kept_at + 1) % a->kept_frames;
	}
	a->kept_held = a->kept_held + n < a->kept_frames ? a->kept_held + n : a->kept_frames;
}

static void take_channel(struct sabin_watcher *a, size_t c, double *x, size_t n, bool count)
{
	struct channel *channel = &a->channel[c];
	for (size_t i = 0; i < n; i++)
		x[i] = a->all[i * a->o.channels + c];
	sabin_meter_process(&channel->meter, x, n);
	if (count)
		sabin_percentiles_add(&channel->percentiles, db(channel->meter.band[SABIN_WEIGHTING_A].fast.square));
}

static void take(struct sabin_watcher *a, const float *x, size_t n)
{
	a->in_chunk = (a->in_chunk + n) % a->chunk;
	a->unsettled = a->unsettled > n ? a->unsettled - n : 0;
	const bool count = a->in_chunk == 0 && a->unsettled == 0;
	for (size_t i = 0; i < n * a->o.channels; i++)
		a->all[i] = (double)x[i];
	sabin_spectrum_process(a->spectrum, a->all, n);
	sabin_spectrum_process(a->octaves, a->all, n);
	if (a->o.reference >= 0) {
		keep(a, x, n);
		take_channel(a, (size_t)a->o.reference, a->reference, n, count);
	}
	for (size_t c = 0; c < a->o.channels; c++) {
		if ((int)c == a->o.reference)
			continue;
		take_channel(a, c, a->one, n, count);
		if (a->channel[c].transfer)
			sabin_transfer_process(a->channel[c].transfer, a->reference, a->one, n);
	}
}

void sabin_watcher_process(struct sabin_watcher *a, const float *x, size_t n)
{
	while (n > 0) {
		const size_t left = a->chunk - a->in_chunk, part = n < left ? n : left;
		take(a, x, part);
		x += part * a->o.channels;
		n -= part;
	}
}

/* ---- reading -------------------------------------------------------------------------------- */

void sabin_watcher_read(const struct sabin_watcher *a, size_t channel, struct sabin_reading *out)
{
	sabin_meter_read(&a->channel[channel].meter, out);
}

void sabin_watcher_tally(const struct sabin_watcher *a, size_t channel, struct sabin_tally *out)
{
	sabin_meter_read(&a->channel[channel].meter, &out->reading);
	out->time_s = out->reading.time_s;
	out->percentiles = a->channel[channel].percentiles;
	for (int i = 0; i < SABIN_NOISE_OCTAVES; i++)
		out->octave_dbfs[i] = NAN;
	sabin_spectrum_read(a->octaves, channel, SABIN_SPECTRUM_LEQ, out->octave_dbfs);
}

void sabin_watcher_turn(struct sabin_watcher *a)
{
	for (size_t c = 0; c < a->o.channels; c++) {
		sabin_meter_restart(&a->channel[c].meter);
		sabin_percentiles_restart(&a->channel[c].percentiles);
	}
	sabin_spectrum_restart(a->octaves);
}

/* Mean of two levels that held for t and u. */
static double mean_db(double level, double t, double other, double u)
{
	return t + u > 0 ? db((t * pow(10, level / 10) + u * pow(10, other / 10)) / (t + u)) : -HUGE_VAL;
}

void sabin_tally_add(struct sabin_tally *sum, const struct sabin_tally *more)
{
	const double t = sum->time_s, u = more->time_s;
	if (t == 0) {
		*sum = *more;
		return;
	}
	const struct sabin_tally old = *sum;
	sum->time_s = t + u;
	sum->reading = more->reading;
	sum->reading.time_s = t + u;
	sum->reading.clipped += old.reading.clipped;
	sum->reading.peak_dbfs = fmax(old.reading.peak_dbfs, more->reading.peak_dbfs);
	for (int w = 0; w < SABIN_WEIGHTINGS; w++) {
		const struct sabin_reading_band *a = &old.reading.band[w], *b = &more->reading.band[w];
		struct sabin_reading_band *to = &sum->reading.band[w];
		to->leq_dbfs = mean_db(a->leq_dbfs, t, b->leq_dbfs, u);
		/* the scatter of the parts, taken to be independent */
		to->plus_minus_db = hypot(a->plus_minus_db * t, b->plus_minus_db * u) / (t + u);
		to->fast_max_dbfs = fmax(a->fast_max_dbfs, b->fast_max_dbfs);
		to->slow_max_dbfs = fmax(a->slow_max_dbfs, b->slow_max_dbfs);
		to->impulse_max_dbfs = fmax(a->impulse_max_dbfs, b->impulse_max_dbfs);
		to->peak_dbfs = fmax(a->peak_dbfs, b->peak_dbfs);
	}
	sabin_percentiles_join(&sum->percentiles, &more->percentiles);
	for (int i = 0; i < SABIN_NOISE_OCTAVES; i++)
		sum->octave_dbfs[i] = mean_db(old.octave_dbfs[i], t, more->octave_dbfs[i], u);
}

enum sabin_err sabin_watcher_set_spectrum(struct sabin_watcher *a, enum sabin_spectrum_kind kind, int fraction,
                                          enum sabin_weighting weighting, enum sabin_time time)
{
	struct sabin_spectrum *spectrum = NULL;
	const struct sabin_spectrum_options s = {{fraction, a->o.from_hz, a->o.to_hz, a->o.rate_hz, a->o.channels},
	                                         weighting, time, kind};
	enum sabin_err err = sabin_spectrum_new(&s, &spectrum);
	if (err)
		return err;
	sabin_spectrum_free(a->spectrum);
	a->spectrum = spectrum;
	a->o.kind = kind;
	a->o.fraction = fraction;
	a->o.weighting = weighting;
	a->o.time = time;
	return SABIN_OK;
}

struct sabin_spectrum *sabin_watcher_spectrum(struct sabin_watcher *a)
{
	return a->spectrum;
}

struct sabin_transfer *sabin_watcher_transfer(struct sabin_watcher *a, size_t channel)
{
	return a->channel[channel].transfer;
}

enum sabin_err sabin_watcher_lateness(const struct sabin_watcher *a, size_t channel, struct sabin_lateness *out)
{
	const size_t n = a->kept_held;
	if (a->o.reference < 0 || n < a->kept_frames * 2 / 3)
		return SABIN_ESHORT;
	double *x = malloc(n * sizeof *x), *y = malloc(n * sizeof *y);
	enum sabin_err err = x && y ? SABIN_OK : SABIN_ENOMEM;
	for (size_t i = 0; !err && i < n; i++) {
		const float *frame = a->kept + (a->kept_at + a->kept_frames - n + i) % a->kept_frames * a->o.channels;
		x[i] = (double)frame[a->o.reference];
		y[i] = (double)frame[channel];
	}
	if (!err)
		err = sabin_lateness_find(x, y, n, a->o.rate_hz, a->o.transfer.delay_max_s, out);
	free(x);
	free(y);
	return err;
}
