/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * foresight.h: what a long run will not be able to tell, seen from its first response.
 */
#ifndef SABIN_AUDIO_FORESIGHT_H
#define SABIN_AUDIO_FORESIGHT_H

#include <stdbool.h>
#include <stddef.h>

#include <sabin/status.h>

struct sabin_foresight_options {
	double rate_hz, from_hz, to_hz; /* band of the sweep */
	double length_s;                /* of the sweep */
	double louder_db;               /* by so much the level may rise: ceiling, input */
};

/* One sentence into text[size]: how far the decay of h[n] stands out of its noise by octave, what that
 * makes impossible, and which sweep or level would do.  *enough: T30 after ISO 3382 is possible in
 * every octave.  SABIN_ESHORT: silence; SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_foresight(const double *h, size_t n,
                                          const struct sabin_foresight_options *options, bool *enough,
                                          char *text, size_t size);

#endif
