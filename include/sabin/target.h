/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * target.h: what a corrected response shall look like.
 */
#ifndef SABIN_TARGET_H
#define SABIN_TARGET_H

#include <stddef.h>

#include <sabin/status.h>

enum sabin_target_kind {
	SABIN_TARGET_TREND,  /* a straight line fitted to the response itself, falling at most */
	SABIN_TARGET_FLAT,
	SABIN_TARGET_HARMAN, /* in-room loudspeaker curve (Olive, Welti, McMullin, AES 8994, 2013) */
	SABIN_TARGET_BK,     /* Moller, 47th AES Convention, 1974, as the field's programs take it */
	SABIN_TARGET_TILT,   /* tilt_db_per_oct */
	SABIN_TARGET_CURVE,  /* a curve of the caller's */
};

struct sabin_target {
	enum sabin_target_kind kind;
	double tilt_db_per_oct;            /* of a tilt, -12 .. 12 */
	size_t length;                     /* of a curve: >= 1 points, */
	const double *freq_hz, *level_db;  /* rising */
};

/* The band over which a target is brought to the level of the response, and the levels of speakers are compared and
 * made equal: the mean of the difference in dB, evenly in log frequency.  A single frequency may be a null; a band is
 * not.  Below, places rule more than gains do, and above angles and the drivers of the treble; ITU-R BS.1116-3 (8.4)
 * and EBU Tech 3276 (2.4) compare a pair in about the same, from 250 Hz to 2 kHz. */
SABIN_API extern const double sabin_target_band_hz[2];

/* Level of the target at f_hz re its own at 1 kHz or so; a trend has none of its own: 0. */
SABIN_API double sabin_target_level_db(const struct sabin_target *target, double f_hz);

/* target_db[n] at freq_hz[n] (rising, even in log f), brought to the level of level_db[n] over
 * sabin_target_band_hz, or over all points where less than an octave of it is there.
 * SABIN_EINVAL: tilt out of range, an empty curve, not finite. */
SABIN_API SABIN_MUST enum sabin_err sabin_target_compute(const struct sabin_target *target,
                                                         const double *freq_hz,
                                                         const double *level_db, size_t n,
                                                         double *target_db);

#endif
