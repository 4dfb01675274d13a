/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * judge.h: what speaks for and against one recording.
 */
#ifndef SABIN_AUDIO_JUDGE_H
#define SABIN_AUDIO_JUDGE_H

#include "audio/take.h"

/* Fill take->verdict from the recording: levels, clipping, signal-to-noise ratio by band, polarity,
 * clock skew from the chirps.  take->arrival and take->noise_frames are known. */
SABIN_MUST enum sabin_err sabin_judge(const struct sabin_excitation *excitation,
                                      const double *recorded, size_t frames,
                                      struct sabin_take *take);

/* Nothing can be said: every quantity is unknown. */
void sabin_judge_nothing(struct sabin_verdict *verdict);

/* Say in take->verdict where the noise before the sweep shows that the rate was converted on the way. */
SABIN_MUST enum sabin_err sabin_judge_conversion(const struct sabin_excitation *excitation, const double *recorded,
                                                 struct sabin_take *take);

#endif
