/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * modes.h: what the hybrid method must know of the modal one.
 */
#ifndef SABIN_ROOM_MODES_H
#define SABIN_ROOM_MODES_H

#include "room/inner.h"

/* The samples that are wanted: `lead` before emission, then `frames`. */
struct modes_span {
	double rate_hz;
	size_t lead, frames;
};

/* sabin_modes_compute() after the check of its arguments, into h[lead + frames].  What rings before
 * emission belongs to the response below to_hz: whoever filters it must have it.  lead: at most a
 * second. */
enum sabin_err modes_compute(const struct sabin_room *room, const double source_m[3],
                             const double receiver_m[3], bool air, double to_hz,
                             const struct modes_span *span, double *h);

/* Number of modes below f, as a smooth function of it. */
double modes_count(const double size_m[3], double f_hz, double speed_m_s);

/* The highest to_hz that sabin_modes_compute() takes for a room of this size. */
double modes_limit_hz(const double size_m[3], double speed_m_s);

/* hybrid.c: the frequency where modes and images meet; 0 where images do alone. */
double hybrid_meet_hz(const struct sabin_room *room);

#endif
