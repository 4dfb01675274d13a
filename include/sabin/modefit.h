/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * modefit.h: the modes of a room, read from its impulse response: decaying sinusoids fitted to what
 * comes after the direct sound, at low frequencies.
 */
#ifndef SABIN_MODEFIT_H
#define SABIN_MODEFIT_H

#include <stdbool.h>
#include <stddef.h>

#include <sabin/parameters.h>
#include <sabin/quantity.h>
#include <sabin/status.h>

struct sabin_fitted_mode {
	/* Not valid where modes overlap so that they cannot be told apart (SABIN_BECAUSE_OVERLAP):
	 * the line then stands for a cluster, and its numbers for what the cluster does as a whole. */
	struct sabin_quantity frequency_hz; /* of the damped oscillation */
	struct sabin_quantity q;            /* pi f T60 / (3 ln 10): f over the half-power width */
	struct sabin_quantity t60_s;
	struct sabin_quantity level_db; /* height of its resonance over the response's root mean
	                                 * square magnitude from from_hz to to_hz */
	bool cluster;
	double audible_above_s; /* 32 / f: a shorter T60 is not heard as ringing of its own */
	bool audible;           /* t60_s is longer */
};

struct sabin_modefit_options {
	double from_hz, to_hz; /* 10 <= from, from + 10 <= to <= 400 */
};

/* 20 Hz to the Schroeder frequency 2000 sqrt(t60_s / volume_m3), kept within 80 and 300 Hz; to 200
 * Hz where the time or the volume is not known (NAN). */
SABIN_API struct sabin_modefit_options sabin_modefit_range(double t60_s, double volume_m3);

/* The same with the mean of the valid times of `analysis` from 200 Hz to 1.25 kHz. */
SABIN_API struct sabin_modefit_options sabin_modefit_range_of(const struct sabin_analysis *analysis,
                                                              double volume_m3);

struct sabin_modefit {
	double from_hz, to_hz;
	double used_from_s, used_to_s; /* stretch of the response that was fitted, after the onset */
	size_t count;
	struct sabin_fitted_mode *modes; /* [count], rising frequency */
	double reference_db;             /* of the root mean square magnitude that level_db is relative to */
};

/* Fit h[n] at rate_hz whose onset is at sample `onset`.  Modes more than 40 dB below the strongest,
 * and those whose T60 is less than three periods, are left out.  Free with sabin_modefit_free().
 * SABIN_EINVAL: options out of range, samples not finite, rate_hz below 4 to_hz.  SABIN_ESHORT:
 * silence, or less than 0.15 s after the onset.  SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_modefit_compute(
    const double *h, size_t n, double rate_hz, size_t onset,
    const struct sabin_modefit_options *options, struct sabin_modefit *out);
SABIN_API void sabin_modefit_free(struct sabin_modefit *fit);

/* The mode of the rigid-walled rectangular room that a fitted one goes with. */
struct sabin_mode_match {
	bool found;
	int n[3];            /* half waves along width, length, height */
	double frequency_hz; /* of the rigid room */
	double deviation_hz; /* fitted minus rigid */
	int part_of;         /* -1, or the fitted mode of which this one is a part: the room has one mode there */
};

/* Pair the fitted modes, clusters aside, with the modes of a room of size_m (width, length, height;
 * 0.5 .. 500 m each), one to one, nearest first; distance and standard uncertainty together are at
 * most 3 %.  What then has no mode of its own, but lies within the width of one that another line has,
 * is a part of that: it becomes a cluster, and widens the other's uncertainty.
 * matches[fit->count].  SABIN_EINVAL: sizes; SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_modefit_match(struct sabin_modefit *fit,
                                                        const double size_m[3],
                                                        double speed_m_s,
                                                        struct sabin_mode_match *matches);

/* "axial", "tangential", "oblique": waves along one, two or three axes. */
SABIN_API const char *sabin_mode_kind(const int n[3]);

#endif
