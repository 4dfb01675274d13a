/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * place.h: how good is an arrangement of loudspeakers and listener in a rectangular room, and where
 * is a better one?  The score is "flat-v1", explained in sabin-place(1):
 *
 *   J = flatness + spread + 0.25 max(0, -dip - 3) + 0.15 max(0, reflection + 10) + 2 asymmetry
 *
 * Smaller is better.
 */
#ifndef SABIN_PLACE_H
#define SABIN_PLACE_H

#include <stdbool.h>
#include <stddef.h>

#include <sabin/room.h>

enum { SABIN_PLACE_SOURCES_MAX = 8, SABIN_PLACE_FOUND_MAX = 50, SABIN_PLACE_PARAMETERS_MAX = 19 };

struct sabin_score_metrics {
	double flatness_db;   /* standard deviation of the sum's level, 20 to 196 Hz */
	double spread_db;     /* mean standard deviation of level over five places of the head */
	double dip_db;        /* deepest dip of direct sound and first reflections, 60 to 500 Hz, re the
	                       * mean over its octave; <= 0 */
	double dip_hz;
	double reflection_db; /* strongest reflection of first or second order within 15 ms, re direct */
	double reflection_s;  /* its delay */
	double gap_s;         /* first reflection above -10 dB, of order <= 2; NAN: none */
	double asymmetry_db;  /* RMS difference of the two mains' levels, 20 to 196 Hz */
	double score;         /* J */
};

/* A loudspeaker, for the score. */
struct sabin_score_source {
	bool bass;          /* a subwoofer: no dips and reflections are asked of it */
	double range_hz[2]; /* NAN: no limit; edges of fourth order, in phase */
};

struct sabin_score;

/* What does not depend on positions.  depth_axis: along which the listener looks: 0 or 1.
 * source[0] and, if they are two, source[1] are the mains.  SABIN_EINVAL: no such room, too many
 * sources, or more than 20000 modes below 200 Hz (12 000 m3).  SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_score_new(const struct sabin_room *room,
                                                    const struct sabin_score_source *source,
                                                    size_t source_count, int depth_axis,
                                                    struct sabin_score **out);
SABIN_API void sabin_score_free(struct sabin_score *score); /* NULL is allowed */

/* Score of an arrangement; any number of threads at once.  Points inside the room, else the score
 * is INFINITY. */
SABIN_API void sabin_score_compute(const struct sabin_score *score, const double (*source_m)[3],
                                   const double listener_m[3], struct sabin_score_metrics *out);

struct sabin_box {
	double min_m[3], max_m[3];
};

/* Where things may not be. */
enum sabin_place_solid_kind {
	SABIN_PLACE_ZONE,      /* neither speakers nor people */
	SABIN_PLACE_FURNITURE, /* nor this; and nobody's head is above it, unless it is all above the head */
	SABIN_PLACE_SEATING,   /* no speaker in it; people sit on it */
};

struct sabin_place_solid {
	enum sabin_place_solid_kind kind;
	struct sabin_box box;
};

struct sabin_place_source {
	struct sabin_score_source score;
	double position_m[3]; /* now */
	/* of its cabinet, seen from position_m: position_m is in the middle of its front; all 0: none */
	struct sabin_box cabinet;
	bool moves;
	struct sabin_box within; /* where it may be moved */
};

struct sabin_place_spec {
	const struct sabin_room *room;
	size_t source_count;
	struct sabin_place_source source[SABIN_PLACE_SOURCES_MAX];
	bool pair;      /* sources 0 and 1 are mirror images; else source 0 is the only main */
	int depth_axis; /* 0 or 1: along which they look at the listener */
	double listener_m[3];
	bool listener_moves;
	struct sabin_box listener_within;
	const double (*follower_m)[3]; /* other places, which keep their distance from the listener */
	size_t follower_count;
	const struct sabin_place_solid *solid;
	size_t solid_count;
	double wall_m;       /* speakers are at least so far from the four walls */
	double rear_m;       /* and the listener from the wall behind */
	double base_m;       /* a pair is at least so far apart (or as far as it is now, if less) */
	double angle_deg[2]; /* half the angle of a pair as the listener sees it */
	double step_m;       /* of the search: 0.01 .. 1 */
	double tolerance_m;  /* scores are means over positions +- this; 0: of the point */
	size_t top;          /* arrangements wanted: 1 .. SABIN_PLACE_FOUND_MAX */
	int threads;         /* 1 .. 64 */
};

/* What an arrangement may violate. */
enum sabin_place_rule {
	SABIN_PLACE_FINE,
	SABIN_PLACE_ANGLE,  /* half-angle */
	SABIN_PLACE_WALL,   /* speaker near a wall, or its cabinet through one */
	SABIN_PLACE_REAR,   /* listener near the rear wall */
	SABIN_PLACE_BOX,    /* outside the box that was given for it */
	SABIN_PLACE_SOLID,  /* a speaker in a keep-out zone, an object, another speaker or outside the room */
	SABIN_PLACE_SEAT,   /* a place in or above a zone or an object, or outside the room */
	SABIN_PLACE_MIRROR, /* left and right not mirrored */
	SABIN_PLACE_RULES,
};

struct sabin_place_arrangement {
	double source_m[SABIN_PLACE_SOURCES_MAX][3], listener_m[3];
	double score; /* mean over the tolerance */
	struct sabin_score_metrics metrics; /* at the point */
	/* how far each may move, all else as it is, until the score has risen by 0.5: back or left,
	 * forth or right; NAN: it does not move */
	double depth_hold_m[2], width_hold_m[2], listener_hold_m[2];
};

struct sabin_place_result {
	struct sabin_place_arrangement current;
	enum sabin_place_rule current_rule; /* the first that it violates */
	struct sabin_place_arrangement found[SABIN_PLACE_FOUND_MAX]; /* best first */
	size_t found_count; /* 0: nothing keeps all rules */
	size_t tried;       /* arrangements that kept all rules and were scored */
	size_t refused[SABIN_PLACE_RULES]; /* arrangements of the grid, by the first rule broken */
	double step_m;      /* of the grid: coarser than asked for where the room is large */
	/* The work of a search is limited, in scores times modes: */
	size_t starts, starts_wanted; /* descents from the grid's minima, and without the limit */
	bool by_point;      /* the descents went by the point's score, only their ends by the mean */
	double hold_step_m; /* of depth_hold_m and its like; 0: too much work, these are NAN */
	double scores;      /* of points, computed by the grid and the descents */
};

/* fraction: 0 .. 1; called by the thread that called sabin_place_search().  False: stop. */
typedef bool sabin_place_progress(void *user, double fraction);

/* SABIN_EINVAL: spec out of range (errors of sabin_score_new() too).  SABIN_ENOMEM.  SABIN_EINTR:
 * stopped. */
SABIN_API SABIN_MUST enum sabin_err sabin_place_search(const struct sabin_place_spec *spec,
                                                       sabin_place_progress *progress, void *user,
                                                       struct sabin_place_result *out);

/* Does an arrangement keep all rules?  The first that it breaks.  A follower is not held to a solid that it is
 * in or above now.  (The search holds only what moves to them.) */
SABIN_API enum sabin_place_rule sabin_place_check(const struct sabin_place_spec *spec,
                                                  const double (*source_m)[3],
                                                  const double listener_m[3]);

/* The same of the listener's seat alone: REAR, BOX, SEAT or FINE. */
SABIN_API enum sabin_place_rule sabin_place_check_seat(const struct sabin_place_spec *spec,
                                                       const double listener_m[3]);

/* How a listener sits to the mains. */
struct sabin_place_view {
	double distance_m;     /* to the main, the farther of a pair */
	double half_angle_deg; /* half of what is between a pair, seen from above; NAN: no pair */
};
SABIN_API struct sabin_place_view sabin_place_look(const struct sabin_place_spec *spec,
                                                   const double (*source_m)[3],
                                                   const double listener_m[3]);

/* By how much a pair breaks its rules; 0: it keeps them, or there is no pair. */
struct sabin_place_breach {
	double angle_deg; /* of its half-angle beyond angle_deg[]: > 0 too wide, < 0 too narrow */
	double base_m;    /* that its base lacks of base_m */
};
SABIN_API struct sabin_place_breach sabin_place_pair_breach(const struct sabin_place_spec *spec,
                                                            const double (*source_m)[3],
                                                            const double listener_m[3]);

/* The mean over the tolerance, as sabin_place_search() has it, for `count` places of the listener, the
 * speakers at source_m.  Errors of sabin_score_new(). */
SABIN_API SABIN_MUST enum sabin_err sabin_place_mean(const struct sabin_place_spec *spec,
                                                     const double (*source_m)[3],
                                                     const double (*listener_m)[3], size_t count,
                                                     double *out);

/* How many fields of a map take some seconds to score on one processor: the more modes a room has the fewer.
 * Errors of sabin_score_new(). */
SABIN_API SABIN_MUST enum sabin_err sabin_place_map_most(const struct sabin_place_spec *spec,
                                                         const double (*source_m)[3], double *fields);

/* The score on a map: the listener in the middles of columns x rows fields of the floor, at the height it
 * has, the speakers at source_m; of the spec only the room, the sources' scores, the depth axis, the
 * listener's height and the threads count.  out[rows][columns], row 0 at the front; NAN: in a speaker.
 * SABIN_EINVAL: more than 4 10^6 fields too. */
SABIN_API SABIN_MUST enum sabin_err sabin_place_map(const struct sabin_place_spec *spec,
                                                    const double (*source_m)[3], size_t columns,
                                                    size_t rows, double *out);

#endif
