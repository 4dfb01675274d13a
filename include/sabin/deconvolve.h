/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * deconvolve.h: from what was played and what was recorded to the impulse response.
 *
 * Y / X over a length that leaves no wrap-around.  Inside the band nothing is regularised; outside
 * it the result falls smoothly, over the octave below `from` and over what is left above `to` (at most
 * half an octave), because a steep edge rings before the arrival.
 */
#ifndef SABIN_DECONVOLVE_H
#define SABIN_DECONVOLVE_H

#include <stddef.h>

#include <sabin/status.h>

struct sabin_deconvolver;

/* Prepare for recordings of `frames_recorded` samples of a played signal played[frames_played] at
 * rate_hz that excites from_hz .. to_hz.  Free with sabin_deconvolver_free().
 * SABIN_EINVAL: sizes of 0, a band that is empty or above rate/2.  SABIN_ESHORT: the played signal is
 * silent inside its band.  SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err
sabin_deconvolver_new(const double *played, size_t frames_played, size_t frames_recorded,
                      double rate_hz, double from_hz, double to_hz,
                      struct sabin_deconvolver **out);
/* The same where only the lags first .. last are wanted, within -frames_played .. frames_recorded:
 * shorter transforms do, because the others may be laid over each other.  SABIN_EINVAL: also an
 * empty range. */
SABIN_API SABIN_MUST enum sabin_err
sabin_deconvolver_new_between(const double *played, size_t frames_played, size_t frames_recorded,
                              double rate_hz, double from_hz, double to_hz, long first, long last,
                              struct sabin_deconvolver **out);
SABIN_API void sabin_deconvolver_free(struct sabin_deconvolver *deconvolver);

/* Take played[frames_played] for what was played from now on, as after sabin_deconvolver_new(), but
 * without new plans: the same signal as a clock sees it that is fast by the factor pace, 0.9 .. 1.1,
 * at which the band lies lower by as much.  At most sabin_deconvolver_size() frames, else
 * SABIN_EINVAL; k frames more than there were shorten the negative lags by k, or bring `last` nearer by
 * as much.  After SABIN_ESHORT it must not be used but for another _replace. */
SABIN_API SABIN_MUST enum sabin_err
sabin_deconvolver_replace(struct sabin_deconvolver *deconvolver, const double *played,
                          size_t frames_played, double pace);

/* Length of the circular result: it holds the response at lag 0 .. frames_recorded - 1 and what
 * precedes it (harmonics of a sweep, pre-ringing) at the negative lags, which stand at the end:
 * lag -k at index size - k. */
SABIN_API size_t sabin_deconvolver_size(const struct sabin_deconvolver *deconvolver);

/* recorded[frames_recorded] -> response[size].  Linear in `recorded`. */
SABIN_API void sabin_deconvolver_process(struct sabin_deconvolver *deconvolver,
                                         const double *recorded, double *response);

#endif
