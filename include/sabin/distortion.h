/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * distortion.h: harmonic distortion against frequency, from the recording of one synchronised sweep.
 *
 * The m-th harmonic of the sweep is the sweep itself, started L ln(m) earlier, so that its response
 * stands alone at a negative lag.  Two levels are given for each:
 *
 *   equivalent input   the harmonic over the linear response at the frequency of the harmonic.  What
 *                      lies behind the distortion (the loudspeaker's box, the room) acts on both
 *                      alike and cancels: what remains belongs to the source.
 *   received           the harmonic over the fundamental at the microphone, which is what is heard;
 *                      a room's peak at one of the two and dip at the other are part of it.
 *
 * What cannot be told from the noise of the recording is marked, not reported as distortion.
 */
#ifndef SABIN_DISTORTION_H
#define SABIN_DISTORTION_H

#include <stdbool.h>
#include <stddef.h>

#include <sabin/quantity.h>
#include <sabin/status.h>
#include <sabin/sweep.h>

enum {
	SABIN_HARMONIC_FIRST = 2,
	SABIN_HARMONICS = 4, /* orders 2 .. 5 */
};

struct sabin_distortion_options {
	double smoothing_oct;     /* 1/24 .. 1: width of the power average, in octaves */
	double points_per_octave; /* 1 .. 96 */
	/* what the loudspeaker plays, of fundamental and harmonic; 0, 0: not known */
	double played_from_hz, played_to_hz;
};

/* 1/6 octave, 12 points an octave */
SABIN_API struct sabin_distortion_options sabin_distortion_defaults(void);

/* [length] each; NAN where the harmonic would lie beyond the sweep or what the loudspeaker plays. */
struct sabin_harmonic {
	double *level_db;    /* equivalent input, noise subtracted */
	double *received_db; /* re the fundamental as received */
	double *noise_db;    /* expected noise in level_db */
	double *sure_db;     /* one standard uncertainty of level_db */
	bool *valid;         /* false: at the noise */
	struct sabin_quantity mean_db; /* power mean of the valid equivalent inputs */
};

struct sabin_distortion {
	size_t length;
	double *freq_hz; /* of the fundamental */
	struct sabin_harmonic harmonic[SABIN_HARMONICS];
	/* power sum of the valid orders; valid where the others, with their noise, are less */
	struct sabin_harmonic thd;
	struct sabin_quantity thd_100_db, thd_1k_db;
	double from_hz, to_hz; /* range of the means */
	double smoothing_oct;
};

/* recorded[frames] holds one playing of `stimulus`, begun at any time.
 * A harmonic is valid where it stands so far above the noise that noise alone would do so once in 10^5
 * cases.  Free with sabin_distortion_free().  SABIN_EINVAL: options or samples out of range.
 * SABIN_ESHORT: silence, or a sweep too short to tell its harmonics apart.  SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_distortion_compute(
    const double *recorded, size_t frames, const struct sabin_stimulus *stimulus,
    const struct sabin_distortion_options *options, struct sabin_distortion *out);
SABIN_API void sabin_distortion_free(struct sabin_distortion *distortion);

#endif
