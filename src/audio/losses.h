/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * losses.h: frames that nobody said were missing, and noises, found in the recording itself.
 */
#ifndef SABIN_AUDIO_LOSSES_H
#define SABIN_AUDIO_LOSSES_H

#include "audio/take.h"

/* One take against itself: chirp, sweep and chirp must lie on one line in time.  What does not is
 * told in take->verdict.  Without chirps, or where they are not heard, nothing can be told. */
SABIN_MUST enum sabin_err sabin_losses_single(const struct sabin_taker *taker,
                                              const double *recorded, struct sabin_take *take);

/* One take against the sweep's formula: nothing may sound at frequencies that are not played yet.  A
 * jump of the waveform does, and is told in take->verdict. */
SABIN_MUST enum sabin_err sabin_losses_breaks(const struct sabin_taker *taker,
                                              const double *recorded, struct sabin_take *take);

/* The least that is not silence in x[n]: a converter's step whatever gain or format came after it, next to
 * nothing of more bits; INFINITY: all is silence. */
double sabin_losses_step(const double *x, size_t n);

/* One take: zeros that no microphone gives, between loud samples; told in take->verdict. */
void sabin_losses_holes(const struct sabin_taker *taker, const double *recorded, struct sabin_take *take);

/* A repeat, recorded[], against the first one, first[], of the same length: the clocks must tell the
 * same skew, and the difference of the recordings must stay near the noise.  What does not is told in
 * take->verdict; which of the two is at fault cannot be known. */
SABIN_MUST enum sabin_err sabin_losses_repeat(const struct sabin_taker *taker, const double *first,
                                              const struct sabin_take *first_take,
                                              const double *recorded, struct sabin_take *take);

#endif
