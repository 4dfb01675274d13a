/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * radiation.h: what a loudspeaker in a box sends into a direction (struct sabin_directivity).
 */
#ifndef SABIN_ROOM_RADIATION_H
#define SABIN_ROOM_RADIATION_H

#include "room/inner.h"

/* The exponent p of its gain ((1 + cos angle) / 2)^p at f; 0 where d is NULL: a point. */
double radiation_exponent(const struct sabin_directivity *d, double f_hz, double speed_m_s);

/* Cosine of the angle between its axis and the way to a point; 1 at its own place and for d NULL. */
double radiation_cosine(const struct sabin_directivity *d, const double source_m[3],
                        const double towards_m[3]);

/* Gain at that angle: 0 .. 1. */
double radiation_gain(double cosine, double exponent);

/* Gain towards a point re the gain towards another, which is where the direct sound goes; neither counts as
 * less than -60 dB. */
double radiation_ratio(const struct sabin_directivity *d, const double source_m[3],
                       const double towards_m[3], const double direct_m[3], double f_hz,
                       double speed_m_s);

#endif
