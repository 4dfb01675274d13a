/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * through.h: playing through a correction: what is played is convolved with it before the PCM.
 */
#ifndef SABIN_AUDIO_THROUGH_H
#define SABIN_AUDIO_THROUGH_H

#include "io/correction.h"
#include "io/roomfile.h"

struct sabin_through {
	double **h; /* [speakers of the room]; NULL where none is to be played */
	size_t *n, count;
};

/* The responses of the speakers that are wanted[room->speaker_count], at a rate.  Release in every
 * case.  SABIN_EFORMAT: the correction has no such speaker, or not for this rate. */
SABIN_MUST enum sabin_err sabin_through_new(const struct sabin_correction_file *correction,
                                            const struct sabin_roomfile *room,
                                            const bool *wanted, double rate_hz,
                                            struct sabin_through *out, struct sabin_diag *diag);
void sabin_through_release(struct sabin_through *through);

/* Between which frequencies the crossover of a speaker's correction takes less than 0.5 dB from it; 0, INFINITY where
 * it has none. */
void sabin_through_uncrossed(const struct sabin_correction_file *correction, const char *speaker, double rate_hz,
                             double uncrossed_hz[2]);

/* x[n] through the correction of a speaker: out[*frames] to free(), *frames at most `most`. */
SABIN_MUST enum sabin_err sabin_through_apply(const struct sabin_through *through, size_t speaker,
                                              const double *x, size_t n, size_t most, double **out,
                                              size_t *frames);

#endif
