/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * spectrum.h: levels by fractional octaves while the sound goes on: time-weighted, their mean, and the highest
 * they have been.
 *
 * Of a sound with the power spectrum S, weighted by W (IEC 61672-1), the mean level of a band is
 *	10 lg of the integral of S(f) |W(f)|^2 |H(f)|^2 df,
 * H being the band's filter.  FILTERS: that of filterbank.h, class 1 of IEC 61260-1, as an instrument of that standard
 * reads it.  FFT: 1 between the edges of the band and 0 elsewhere.  For white and pink noise both are the same; where a
 * weighting is steep, the flanks of the filters let in more of what it weighs more, up to 0.3 dB in whole octaves.
 */
#ifndef SABIN_LIVE_SPECTRUM_H
#define SABIN_LIVE_SPECTRUM_H

#include <sabin/filterbank.h>
#include <sabin/weighting.h>

enum sabin_time { SABIN_FAST, SABIN_SLOW, SABIN_IMPULSE, SABIN_TIMES };

/* "fast", "slow", "impulse" */
const char *sabin_time_name(enum sabin_time time);

enum sabin_spectrum_kind {
	SABIN_SPECTRUM_FILTERS,
	SABIN_SPECTRUM_FFT, /* periodogram.h: nothing is told before a whole window was heard, and none falls faster */
	SABIN_SPECTRUM_KINDS
};

/* "filters", "FFT" */
const char *sabin_spectrum_kind_name(enum sabin_spectrum_kind kind);

struct sabin_spectrum_options {
	struct sabin_filterbank_options bank;
	enum sabin_weighting weighting; /* of the sound before it is divided */
	enum sabin_time time;
	enum sabin_spectrum_kind kind;
};

/* Which of a band's levels: as it is, since the last restart its mean and its highest. */
enum sabin_spectrum_level { SABIN_SPECTRUM_NOW, SABIN_SPECTRUM_LEQ, SABIN_SPECTRUM_MAX };

struct sabin_spectrum;

/* As sabin_filterbank_new() or sabin_periodogram_new().  Free with sabin_spectrum_free(). */
SABIN_MUST enum sabin_err sabin_spectrum_new(const struct sabin_spectrum_options *options,
                                             struct sabin_spectrum **out);
void sabin_spectrum_free(struct sabin_spectrum *spectrum);

const struct sabin_band *sabin_spectrum_bands(const struct sabin_spectrum *spectrum, size_t *count);

/* Take in x[n * channels], interleaved. */
void sabin_spectrum_process(struct sabin_spectrum *spectrum, const double *x, size_t n);

/* How much sound one level of the FFT is about; of filters 0. */
double sabin_spectrum_window_s(const struct sabin_spectrum *spectrum);

/* Begin new means and highest levels; filters and time weightings go on.  Windows of the FFT that had begun before
 * count in neither. */
void sabin_spectrum_restart(struct sabin_spectrum *spectrum);

/* Levels of a channel (from 0): 10 lg of the mean square, re full scale = 1; -INFINITY: silence.
 * level_db[bands]. */
void sabin_spectrum_read(const struct sabin_spectrum *spectrum, size_t channel,
                         enum sabin_spectrum_level which, double *level_db);

#endif
