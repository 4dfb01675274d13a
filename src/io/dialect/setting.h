/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * setting.h: what an equaliser is set to: the one model between all dialects.  For each channel a gain, a
 * delay, a polarity, second-order sections, a curve of levels, and impulse responses, one for each rate.
 */
#ifndef SABIN_IO_SETTING_H
#define SABIN_IO_SETTING_H

#include <stdbool.h>

#include "io/correction.h"

/* The first five are those of enum sabin_biquad_type. */
enum sabin_section_type {
	SABIN_SECTION_PEAKING,
	SABIN_SECTION_LOW_SHELF,
	SABIN_SECTION_HIGH_SHELF,
	SABIN_SECTION_LOW_PASS,
	SABIN_SECTION_HIGH_PASS,
	SABIN_SECTION_NOTCH,
	SABIN_SECTION_BAND_PASS, /* 0 dB at its peak */
	SABIN_SECTION_ALL_PASS,
	SABIN_SECTION_RAW, /* coefficients that are none of these */
	SABIN_SECTION_TYPES,
};

/* As in sabin/biquad.h and the cookbook named there. */
struct sabin_section {
	enum sabin_section_type type;
	double freq_hz, gain_db, q;
	/* Where it was given by coefficients: those, at the only rate that they are for (rate_hz > 0).
	 * What they are as a filter stands above, with a factor before it, unless they are RAW. */
	double rate_hz, factor;
	struct sabin_biquad_taps taps;
};

struct sabin_setting_rate {
	double rate_hz;
	double preamp_db; /* at this rate */
	double *fir;      /* [taps], after the sections; NULL: none */
	size_t taps;
};

enum {
	SABIN_SETTING_CHANNELS = 64,
	SABIN_SETTING_SECTIONS = 512, /* of a channel */
	SABIN_SETTING_TAPS = 1 << 20,
	SABIN_SETTING_POINTS = 1 << 16,
};

struct sabin_setting_channel {
	char name[SABIN_CORRECTION_NAME];
	double preamp_db; /* good at any rate: the lowest of all */
	double delay_s;
	int polarity; /* -1: inverted; else +1 */
	size_t section_count;
	struct sabin_section *sections;
	size_t rate_count; /* rates of which more is known than that; may be 0 */
	struct sabin_setting_rate rates[SABIN_CORRECTION_RATES];
	size_t points; /* of a curve: level in dB, straight over log f, level beyond its ends */
	double *curve_hz, *curve_db;
};

struct sabin_setting {
	size_t channel_count;
	struct sabin_setting_channel *channels;
	size_t rate_count; /* rates to prepare for */
	double rates_hz[SABIN_CORRECTION_RATES];
};

void sabin_setting_release(struct sabin_setting *setting);

/* A new channel at the end, +1, 0 dB, without anything; NULL: no memory, or too many. */
SABIN_MUST struct sabin_setting_channel *sabin_setting_add(struct sabin_setting *setting,
                                                           const char *name);
/* Name it; control characters, which would reach a terminal, become '_'. */
void sabin_setting_name(struct sabin_setting_channel *channel, const char *name);
/* Louder by that, at every rate. */
void sabin_setting_add_gain(struct sabin_setting_channel *channel, double gain_db);
/* The same by a factor, which is not 0 and may invert. */
void sabin_setting_add_factor(struct sabin_setting_channel *channel, double factor);
/* SABIN_EINVAL: too many. */
SABIN_MUST enum sabin_err sabin_setting_add_section(struct sabin_setting_channel *channel,
                                                    const struct sabin_section *section);
/* h[taps] becomes the channel's (free()d with it, or here on failure); convolved with what is there.
 * SABIN_EINVAL: too long, or a sample above 1e9. */
SABIN_MUST enum sabin_err sabin_setting_add_fir(struct sabin_setting_channel *channel, double rate_hz,
                                                double *h, size_t taps);
/* The curve's points rise; they are copied.  A second curve is refused: SABIN_EINVAL. */
SABIN_MUST enum sabin_err sabin_setting_add_curve(struct sabin_setting_channel *channel,
                                                  const double *freq_hz, const double *level_db,
                                                  size_t points);
/* All of `from` into `channel`: sections appended, gains added.  SABIN_EINVAL, SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_setting_join(struct sabin_setting_channel *channel,
                                             const struct sabin_setting_channel *from);
/* Prepare for this rate, too, if it is not there and there is room. */
void sabin_setting_add_rate(struct sabin_setting *setting, double rate_hz);
/* The rates that follow from what is rate-bound in it; where nothing is, these. */
void sabin_setting_choose_rates(struct sabin_setting *setting, const double *rates_hz, size_t count);

/* The setting that a correction is. */
SABIN_MUST enum sabin_err sabin_setting_of(const struct sabin_correction *correction,
                                           struct sabin_setting *out);

/* The correction that a setting is, at its rates, which are some: without a response to correct, so that
 * before is 0 dB, and there is no target.  *fir: as impulse responses, because its sections are not those of a
 * correction.  SABIN_EINVAL: range and rates leave less than an octave.  Free it in every case. */
SABIN_MUST enum sabin_err sabin_setting_correction(const struct sabin_setting *setting,
                                                   const double range_hz[2],
                                                   struct sabin_correction *out, bool *fir);

/* ---- what a setting does ---- */

/* Coefficients b0 b1 b2 a0 a1 a2 at a rate as a section: the filter that they are there, with its factor, or RAW.
 * False: not a filter (a0 = 0, not stable). */
SABIN_MUST bool sabin_section_of_taps(const double coefficients[6], double rate_hz,
                                      struct sabin_section *out);
/* Limits of frequency, gain and Q; `rate_hz` 0: whatever the rate. */
bool sabin_section_possible(const struct sabin_section *section, double rate_hz);
/* Does it do nothing? */
bool sabin_section_idle(const struct sabin_section *section);
/* At a rate; false where it cannot be: above half of it, or RAW for another rate. */
SABIN_MUST bool sabin_section_taps(const struct sabin_section *section, double rate_hz,
                                   struct sabin_biquad_taps *taps);

/* Preamp at a rate in dB. */
double sabin_setting_preamp_db(const struct sabin_setting_channel *channel, double rate_hz);
/* Preamp and polarity as one factor, with the factors of the sections. */
double sabin_setting_gain(const struct sabin_setting_channel *channel);
/* Has it a FIR at any rate? */
bool sabin_setting_has_fir(const struct sabin_setting_channel *channel);
/* Is a part of it a response that sections cannot say: a FIR, or a curve? */
bool sabin_setting_has_response(const struct sabin_setting_channel *channel);
/* The FIR of a rate, or NULL. */
const struct sabin_setting_rate *sabin_setting_fir(const struct sabin_setting_channel *channel,
                                                   double rate_hz);

/* Level in dB of all of it, preamp included, at freq_hz[n] below rate/2.  SABIN_EINVAL: something is for
 * other rates only. */
SABIN_MUST enum sabin_err sabin_setting_level(const struct sabin_setting_channel *channel,
                                              double rate_hz, const double *freq_hz, size_t n,
                                              double *level_db);
/* Level of the curve at a frequency. */
double sabin_setting_curve_db(const struct sabin_setting_channel *channel, double freq_hz);

/* How far a program that computes the sections in single precision, as direct forms, may move the level that an
 * impulse shows: dB at most (20: or more) from 20 Hz to 20 kHz (or 0.45 of the rate), where it is within 30 dB of
 * its highest, and where that is. */
double sabin_setting_single_db(const struct sabin_setting_channel *channel, double rate_hz, double *at_hz);

/* What of a program's filters is of single precision. */
enum sabin_single {
	SABIN_SINGLE_NOTHING,
	SABIN_SINGLE_KEPT,     /* designed in double precision, kept and run in single */
	SABIN_SINGLE_DESIGNED, /* designed so, too */
};
/* How far the level of a signal that lasts is off with the sections' coefficients as the program has them: dB, and
 * where, in the same range.  The response of the rounded filters; the rounding of their states is noise, and left
 * out. */
double sabin_setting_steady_db(const struct sabin_setting_channel *channel, double rate_hz, enum sabin_single single,
                               double *at_hz);

/* All of it as one response, delay excepted; free() *h.  The curve is given minimum phase.  SABIN_EINVAL
 * as above. */
SABIN_MUST enum sabin_err sabin_setting_impulse(const struct sabin_setting_channel *channel,
                                                double rate_hz, double seconds_most, double **h,
                                                size_t *n);

#endif
