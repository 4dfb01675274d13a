/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * watcher.h: all that is kept of several channels while the sound goes on: levels, percentiles, spectra, transfer
 * functions against one of them.
 */
#ifndef SABIN_LIVE_WATCHER_H
#define SABIN_LIVE_WATCHER_H

#include <sabin/noise.h>

#include "live/meter.h"
#include "live/percentile.h"
#include "live/spectrum.h"
#include "live/transfer.h"

struct sabin_watcher_options {
	double rate_hz;
	size_t channels;
	int reference; /* the channel (from 0) that the others are held against; -1: none */
	int fraction;  /* of the spectrum */
	double from_hz, to_hz;
	enum sabin_weighting weighting; /* of the spectrum */
	enum sabin_time time;           /* of the spectrum */
	enum sabin_spectrum_kind kind;
	struct sabin_transfer_options transfer;
};

/* What one channel was over a time; levels re full scale. */
struct sabin_tally {
	double time_s;
	struct sabin_reading reading;        /* of that time */
	struct sabin_percentiles percentiles; /* of the A-weighted fast level, a hundred times a second */
	double octave_dbfs[SABIN_NOISE_OCTAVES]; /* mean levels, 31.5 Hz .. 8 kHz; NAN: beyond the rate */
};

/* Add the later `more` to `sum`, which is all zero at first.  Levels that are no means (fast, slow, impulse) are
 * those of `more`. */
void sabin_tally_add(struct sabin_tally *sum, const struct sabin_tally *more);

struct sabin_watcher;

/* SABIN_EINVAL, SABIN_ENOMEM.  Free with sabin_watcher_free(). */
SABIN_MUST enum sabin_err sabin_watcher_new(const struct sabin_watcher_options *options,
                                             struct sabin_watcher **out);
void sabin_watcher_free(struct sabin_watcher *watcher);

/* Take in x[n * channels], interleaved. */
void sabin_watcher_process(struct sabin_watcher *watcher, const float *x, size_t n);

/* What a channel was since the last sabin_watcher_turn(). */
void sabin_watcher_tally(const struct sabin_watcher *watcher, size_t channel, struct sabin_tally *out);

/* A new interval begins: of all channels. */
void sabin_watcher_turn(struct sabin_watcher *watcher);

/* Levels now and in the interval, without what takes long. */
void sabin_watcher_read(const struct sabin_watcher *watcher, size_t channel, struct sabin_reading *out);

/* For reading; and to restart means and the highest levels. */
struct sabin_spectrum *sabin_watcher_spectrum(struct sabin_watcher *watcher);

/* Another kind, fraction, weighting or time weighting; the spectrum begins anew.  As sabin_spectrum_new(). */
SABIN_MUST enum sabin_err sabin_watcher_set_spectrum(struct sabin_watcher *watcher, enum sabin_spectrum_kind kind,
                                                     int fraction, enum sabin_weighting weighting,
                                                     enum sabin_time time);

/* NULL: there is no reference, or it is that channel. */
struct sabin_transfer *sabin_watcher_transfer(struct sabin_watcher *watcher, size_t channel);

/* The delay of a channel against the reference in what was heard last.  SABIN_ESHORT also where too little was. */
SABIN_MUST enum sabin_err sabin_watcher_lateness(const struct sabin_watcher *watcher, size_t channel,
                                                  struct sabin_lateness *out);

#endif
