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

/* Time between the chirps as played. */
double sabin_markers_apart_s(const struct sabin_stimulus *stimulus);

/* Find both chirps in recorded[frames], in which the sweep arrives at sample sweep_at.  Without
 * chirps, or when one is not heard, out->heard is false. */
SABIN_MUST enum sabin_err sabin_markers_find(const struct sabin_excitation *excitation,
                                             const double *recorded, size_t frames,
                                             double sweep_at, struct sabin_markers *out);

/* Two clocks whose skew differs by less (a fraction) count as the same. */
double sabin_markers_tolerance(const struct sabin_excitation *excitation,
                               const struct sabin_markers *markers);

/* part[n] = x[n] with soft ends. */
void sabin_markers_part(const double *x, size_t n, double rate_hz, double *part);

#endif
