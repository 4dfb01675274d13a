/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * markers.h: what the chirps on both sides of a sweep tell of two clocks.
 */
#ifndef SABIN_AUDIO_MARKERS_H
#define SABIN_AUDIO_MARKERS_H

#include "audio/take.h"

/* A skew above this (a fraction) is a fault. */
extern const double sabin_markers_most_skew;
/* What moving air does to the distance of the two chirps in time, standard deviation. */
extern const double sabin_markers_air_s;

/* Chirps from a reference loudspeaker come at most so much earlier or later than the sweep's would: 34 m
 * of way, or what processors delay one of two. */
extern const double sabin_markers_apart_most_s;

/* Time between the chirps as played. */
double sabin_markers_apart_s(const struct sabin_stimulus *stimulus);

/* Find both chirps in recorded[frames], in which the sweep arrives at sample sweep_at.  Without
 * chirps, or when one is not heard, out->heard is false. */
SABIN_MUST enum sabin_err sabin_markers_find(const struct sabin_excitation *excitation,
                                             const double *recorded, size_t frames,
                                             double sweep_at, struct sabin_markers *out);

/* Where the excitation has a reference: take->zero from the first chirp, as far as take tells of arrival
 * and clock; where it cannot be had the verdict says why. */
SABIN_MUST enum sabin_err sabin_markers_zero(const struct sabin_excitation *excitation,
                                             const double *recorded, size_t frames,
                                             struct sabin_take *take);

/* h[n]: the response to the chirp, as a clock that is fast by `skew` sees it, deconvolved from recorded[],
 * of which n and the chirp's length are read. */
SABIN_MUST enum sabin_err sabin_markers_response(const struct sabin_stimulus *stimulus, double skew,
                                                 const double *recorded, size_t n, double *h);

/* Two clocks whose skew differs by less (a fraction) count as the same. */
double sabin_markers_tolerance(const struct sabin_excitation *excitation,
                               const struct sabin_markers *markers);

/* Frames by which take b lost more than take a between its chirps (fewer than 0: gained), where noise, moving
 * air and a drift of the clocks by `drift` (a fraction) do not explain it; else 0. */
double sabin_markers_jump(const struct sabin_excitation *excitation, const struct sabin_markers *a,
                          const struct sabin_markers *b, double drift);

/* part[n] = x[n] with soft ends. */
void sabin_markers_part(const double *x, size_t n, double rate_hz, double *part);

#endif
