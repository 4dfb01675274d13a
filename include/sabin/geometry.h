/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geometry.h: what the geometry of a rectangular room tells without a simulation: modes, proportions,
 * reverberation by formulas, first reflections and the nulls that they make.
 */
#ifndef SABIN_GEOMETRY_H
#define SABIN_GEOMETRY_H

#include <sabin/reflections.h>
#include <sabin/room.h>

/* ---- modes --------------------------------------------------------------------------------------- */

struct sabin_room_mode {
	double f_hz; /* c/2 sqrt(sum (n/L)^2) */
	int n[3];    /* along x, y, z */
	double t60_s; /* decay that the walls of the axes give it; INFINITY where they absorb nothing */
};

/* All modes up to to_hz, (0,0,0) left out, lowest first; free() them.  SABIN_EINVAL: no such room, or
 * more than 100 000 of them.  SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_room_modes(const struct sabin_room *room, double to_hz,
                                                     struct sabin_room_mode **modes, size_t *count);

/* Pressure of a mode at a point re its greatest: -1 .. 1. */
SABIN_API double sabin_room_mode_shape(const struct sabin_room_mode *mode, const double size_m[3],
                                       const double point_m[3]);

/* Schroeder: 2000 sqrt(T/V), with the mean over the octaves 500 Hz and 1 kHz of the time to believe, the middle of
 * low_s and high_s of sabin_room_reverberation(), which goes into *time_s (NULL: not wanted).  NAN: no such room. */
SABIN_API double sabin_room_schroeder_hz(const struct sabin_room *room, double *time_s);

/* Bonello (JAES 29, 1981): modes by third octaves, 10 to 200 Hz: no band may hold fewer than the one
 * below; two modes within max(0.5 Hz, 1 %) are allowed only where a band holds five or more. */
enum { SABIN_BONELLO_BANDS = 14 };

struct sabin_bonello {
	double centre_hz[SABIN_BONELLO_BANDS]; /* 20 2^(i/3), i = -3 .. 10 */
	int count[SABIN_BONELLO_BANDS];
	bool falls[SABIN_BONELLO_BANDS];      /* fewer than in the band below */
	bool coincides[SABIN_BONELLO_BANDS];  /* two at one frequency among fewer than five */
	bool passed;
};

/* Errors of sabin_room_modes(). */
SABIN_API SABIN_MUST enum sabin_err sabin_room_bonello(const struct sabin_room *room,
                                                       struct sabin_bonello *out);

/* Walker (BBC RD 1993/8; EBU Tech 3276, ITU-R BS.1116-3 8.2.2.3): 1.1 w/h <= l/h <= 4.5 w/h - 4, l/h < 3,
 * w/h < 3, l >= w; and no two sides in a whole ratio, to 5 %. */
struct sabin_proportions {
	double length_height, width_height; /* l/h, w/h; the longer horizontal side is l */
	double least, most;                 /* of l/h */
	bool walker;
	bool whole; /* two sides are in the ratio 1, 2, ... to 5 % */
};

SABIN_API void sabin_room_proportions(const double size_m[3], struct sabin_proportions *out);

/* ---- reverberation --------------------------------------------------------------------------------- */

/* Times in s by octave, air included; INFINITY without absorption.
 * Sabine (1900); Eyring, JASA 1 (1930); Millington, JASA 4 (1932); Fitzroy, JASA 31 (1959);
 * Arau-Puchades, Acustica 65 (1988). */
struct sabin_reverberation {
	double sabine_s, eyring_s, millington_s, fitzroy_s, arau_s;
	double axis_s; /* of sound that runs to and fro between the pair of walls that keeps it longest:
	                * the most that a room which scatters nothing can ring */
	double mean_alpha;
	bool uneven;        /* pairs of walls differ: a pair absorbs twice as much as another, and 0.1 more */
	double low_s, high_s; /* what to believe: Sabine's below 0.2, else Eyring's; where uneven, from
	                       * Arau-Puchades's to Fitzroy's */
};

/* band 0 .. 7: 63 Hz .. 8 kHz.  SABIN_EINVAL: another band, no such room. */
SABIN_API SABIN_MUST enum sabin_err sabin_room_reverberation(const struct sabin_room *room, int band,
                                                             struct sabin_reverberation *out);

/* ---- first reflections --------------------------------------------------------------------------------- */

struct sabin_first_reflection {
	int object;                     /* whose top reflects; -1: a surface */
	enum sabin_surface_id surface;
	int panel;                      /* that it hits, index into the room's; -1 */
	double point_m[3];
	double delay_s, extra_m;        /* after the direct sound */
	double level_db;                /* re the direct sound, octaves 1 to 4 kHz: by the longer way, what the
	                                 * surface absorbs, what the speaker sends there and to the
	                                 * receiver, what objects hide, and what one is too small for */
	double level_low_db;            /* the same at the first null */
	double null_hz;                 /* c / (2 extra_m); then three, five times that */
	double null_db, peak_db;        /* level of both together re the direct sound, there and at twice */
	double from_hz;                 /* an object: it is large enough from here on; else 0 */
	/* The first Fresnel zone at 1 kHz: an ellipse on the surface, about the point, longer the flatter
	 * the sound arrives.  Sides of the rectangle along the room's axes that holds it: y z on left and
	 * right, x z on front and back, x y on floor, ceiling and objects. */
	double panel_m[2];
};

enum { SABIN_FIRST_REFLECTIONS_MAX = 6 + 8 };

/* By the six surfaces and the tops of objects, soonest first, of a source with this directivity (NULL: a
 * point).  Returns their number; 0: points outside. */
SABIN_API size_t sabin_room_first_reflections(const struct sabin_room *room, const double source_m[3],
                                              const struct sabin_directivity *directivity,
                                              const double receiver_m[3],
                                              const struct sabin_reflector *objects,
                                              size_t object_count,
                                              struct sabin_first_reflection *out);

#endif
