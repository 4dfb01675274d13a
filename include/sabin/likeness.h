/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * likeness.h: does a sound look like an impulse response, or like something else that was taken for
 * one: a sweep, a recording, noise?
 */
#ifndef SABIN_LIKENESS_H
#define SABIN_LIKENESS_H

#include <stdbool.h>
#include <stddef.h>

#include <sabin/status.h>

enum sabin_like {
	SABIN_LIKE_RESPONSE, /* an impulse response, or too short to tell */
	SABIN_LIKE_SWEEP,    /* one octave after the other */
	SABIN_LIKE_SOUND,    /* a recording: octaves at various times, or a sound that lasts */
	SABIN_LIKE_NOISE,    /* nothing stands out of what goes on all the time */
	SABIN_LIKE_SEVERAL,  /* several responses or claps in a row */
};

struct sabin_likeness {
	enum sabin_like like;
	bool certain;    /* false: it may be a response after all */
	double spread_s; /* how far the octaves' arrivals lie from each other, in the mean; NAN */
	double fall_db;  /* by how much the second half of the sound is weaker than the first; NAN */
};

/* Judge h[n].  An impulse response arrives in all octaves at once and decays from then on.
 * SABIN_EINVAL: n = 0, rate_hz not in 1000 .. 10^7, a sample not finite.  SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_likeness_compute(const double *h, size_t n, double rate_hz,
                                                           struct sabin_likeness *out);

#endif
