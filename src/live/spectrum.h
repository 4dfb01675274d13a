/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spectrum.h: levels by fractional octaves while the sound goes on: time-weighted, their mean, and the highest
 * they have been.
 */
#ifndef SABIN_LIVE_SPECTRUM_H
#define SABIN_LIVE_SPECTRUM_H

#include <sabin/filterbank.h>
#include <sabin/weighting.h>

enum sabin_time { SABIN_FAST, SABIN_SLOW, SABIN_IMPULSE, SABIN_TIMES };

/* "fast", "slow", "impulse" */
const char *sabin_time_name(enum sabin_time time);

struct sabin_spectrum_options {
	struct sabin_filterbank_options bank;
	enum sabin_weighting weighting; /* of the sound before it is divided */
	enum sabin_time time;
};

/* Which of a band's levels: as it is, since the last restart its mean and its highest. */
enum sabin_spectrum_level { SABIN_SPECTRUM_NOW, SABIN_SPECTRUM_LEQ, SABIN_SPECTRUM_MAX };

struct sabin_spectrum;

/* As sabin_filterbank_new().  Free with sabin_spectrum_free(). */
SABIN_MUST enum sabin_err sabin_spectrum_new(const struct sabin_spectrum_options *options,
                                             struct sabin_spectrum **out);
void sabin_spectrum_free(struct sabin_spectrum *spectrum);

const struct sabin_band *sabin_spectrum_bands(const struct sabin_spectrum *spectrum, size_t *count);

/* Take in x[n * channels], interleaved. */
void sabin_spectrum_process(struct sabin_spectrum *spectrum, const double *x, size_t n);

/* Begin new means and highest levels; filters and time weightings go on. */
void sabin_spectrum_restart(struct sabin_spectrum *spectrum);

/* Levels of a channel (from 0): 10 lg of the mean square, re full scale = 1; -INFINITY: silence.
 * level_db[bands]. */
void sabin_spectrum_read(const struct sabin_spectrum *spectrum, size_t channel,
                         enum sabin_spectrum_level which, double *level_db);

#endif
