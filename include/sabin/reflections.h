/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * reflections.h: the first reflections of an impulse response, and the surfaces that they come from.
 */
#ifndef SABIN_REFLECTIONS_H
#define SABIN_REFLECTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include <sabin/quantity.h>
#include <sabin/room.h>
#include <sabin/status.h>

/* A way that sound takes by mirrors: the direct one (order 0), one or two surfaces, or the top of
 * an object. */
struct sabin_reflection_path {
	int order;                         /* mirrors on the way: 1 or 2 */
	enum sabin_surface_id surfaces[2]; /* [order], as the sound meets them; not for an object */
	int object;                        /* index of the object whose top reflects, else -1 */
	double extra_m;                    /* longer than the direct way */
	double most_db;                    /* level re the direct sound if its mirrors absorbed nothing */
	double point_m[3];                 /* where it meets the first mirror */
};

enum { SABIN_PATHS_MAX = 6 + 30 + 8 }; /* walls, pairs of walls, objects */

/* The ways from source to receiver by one surface, by two, and by the tops of objects[object_count] (the
 * first 8), shortest first, into paths[SABIN_PATHS_MAX].  Points must lie inside the room.  Returns their
 * number. */
SABIN_API size_t sabin_reflection_paths(const double size_m[3], const double source_m[3],
                                        const double receiver_m[3],
                                        const struct sabin_reflector *objects, size_t object_count,
                                        struct sabin_reflection_path *paths);

struct sabin_reflection {
	struct sabin_quantity time_s;   /* after the direct sound */
	struct sabin_quantity extra_m;  /* path longer than the direct one */
	struct sabin_quantity level_db; /* re the direct sound, 1 to 8 kHz */
	bool too_strong; /* early and above the limit */
	bool found;      /* `path` is where it comes from, the strongest of `ways` at the same time */
	bool many;       /* ways of three and more mirrors bring more than any other */
	size_t ways;
	struct sabin_reflection_path path, other; /* other: the next strongest where ways > 1 */
};

enum { SABIN_REFLECTIONS_MAX = 12 };

struct sabin_reflections {
	double from_hz, to_hz;     /* band of the energy-time curve; to_hz is less at low rates */
	double limit_db, limit_s;  /* EBU Tech 3276: -10 dB in the first 15 ms */
	double first_s;            /* sooner than this nothing is told from the direct sound */
	double smooth_s;           /* Hann window over the curve */
	double over_noise_db;      /* the direct sound, over the noise in this band; INFINITY: none seen */
	double need_db;            /* what of that it takes to judge by the limit */
	double share_db;           /* energy of the band re that of all frequencies, in the same time */
	double need_share_db;      /* a loudspeaker that sends less of it does not play here */
	bool heard;                /* there is as much of both; else nothing of what follows is known */
	double least_db;           /* what is weaker is not told */
	bool passed;               /* none from first_s on is too strong */
	double near_s, near_db;    /* the strongest peak above the limit that comes sooner: a desk, a floor, or
	                            * the loudspeaker's own edges; NAN: none */
	size_t too_strong, total;  /* how many are, and how many there are */
	size_t count;
	struct sabin_reflection item[SABIN_REFLECTIONS_MAX]; /* the strongest, by time */
};

/* The strongest reflections of h[n] until 30 ms after its direct sound, which is at sample `direct` (not
 * whole), down to 25 dB below it and 10 dB over the noise.  SABIN_EINVAL: rate_hz below 4000 or above
 * 768000, samples not finite; SABIN_ESHORT: silence; SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_reflections_compute(const double *h, size_t n,
                                                              double rate_hz, double direct,
                                                              double speed_m_s,
                                                              struct sabin_reflections *out);

/* Give each reflection the paths whose length fits: no further apart than three standard uncertainties
 * of its own and of positions known to a centimetre; and not where it is 5 dB louder than they can be.
 * A path belongs to the one reflection that it fits best. */
SABIN_API void sabin_reflections_match(struct sabin_reflections *reflections,
                                       const struct sabin_reflection_path *paths, size_t count);

/* After sabin_reflections_match(): mark those to which the ways of three and more mirrors in a room of
 * size_m bring more than the paths found; these then have none. */
SABIN_API void sabin_reflections_crowd(struct sabin_reflections *reflections, const double size_m[3],
                                       const double source_m[3], const double receiver_m[3]);

#endif
