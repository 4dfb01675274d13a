/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * search.h: what the parts of the search share: search.c (where to look), search_rules.c (arrangements
 * from parameters, and what they may not do), search_mean.c and search_effort.c.
 *
 * An arrangement is a vector of parameters: how far the mains stand from the front wall, their
 * distance from the axis (a single main: its place across the room), how far back the listener sits,
 * then two coordinates of each further speaker.
 */
#ifndef SABIN_ROOM_SEARCH_H
#define SABIN_ROOM_SEARCH_H

#include <sabin/place.h>

#define PLACE_MARGIN_M 0.01   /* positions are at least so far from every surface */
#define PLACE_HOLD_MOST_M 0.4 /* farther is not looked whether a basin holds */

enum { PLACE_DEPTH, PLACE_WIDTH, PLACE_LISTENER, PLACE_FIRST_FREE };

struct place_vector {
	double p[SABIN_PLACE_PARAMETERS_MAX];
};

struct place_arrangement {
	double source_m[SABIN_PLACE_SOURCES_MAX][3], listener_m[3];
};

struct place_parameters {
	int count;
	bool moves[SABIN_PLACE_PARAMETERS_MAX];
	double low[SABIN_PLACE_PARAMETERS_MAX], high[SABIN_PLACE_PARAMETERS_MAX];
	double axis_m;       /* where the axis of symmetry lies, across the room */
	bool faces_forward;  /* the mains have the smaller depth coordinate */
	struct place_vector now;
};

/* Bounds and the present arrangement as a vector. */
void place_parameters_init(const struct sabin_place_spec *spec, struct place_parameters *out);

void place_arrange(const struct sabin_place_spec *spec, const struct place_parameters *parameters,
                   const struct place_vector *vector, struct place_arrangement *out);

/* sabin_place_check() of what moves: what stays may break any rule that it does not break with something that
 * moves. */
enum sabin_place_rule place_check_moving(const struct sabin_place_spec *spec, const double (*source_m)[3],
                                         const double listener_m[3]);

/* search_mean.c: move the mains back and apart and the listener back, not through a wall. */
void place_shift_mains(const struct sabin_place_spec *spec, double depth_m, double width_m,
                       double listener_m, struct place_arrangement *a);

/* search_mean.c: at the points themselves, and the mean over the tolerance. */
double place_point_score(const struct sabin_score *score, const struct place_arrangement *a);
double place_mean_score(const struct sabin_place_spec *spec, const struct sabin_score *score,
                        const struct place_arrangement *a);

/* search_mean.c: how many scores that is the mean of. */
size_t place_mean_points(const struct sabin_place_spec *spec);

/* search_effort.c: what a search may do. */
struct place_effort {
	size_t starts;      /* descents */
	bool by_point;      /* they go by the point's score, not by the mean */
	double scores;      /* of points, that each may take */
	double free_step_m; /* of the grid where speakers of their own are first looked for */
	double hold_step_m; /* of how far a basin holds; 0: not looked for */
};

/* work: score_work() of an arrangement; wanted: starts, at least 1. */
void place_effort_plan(const struct sabin_place_spec *spec, const struct place_parameters *parameters,
                       double work, size_t wanted, struct place_effort *out);

/* search.c: the score for the sources of a spec.  Errors of sabin_score_new(). */
enum sabin_err place_score(const struct sabin_place_spec *spec, struct sabin_score **out);

#endif
