/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * search.h: what the two halves of the search share: search.c (where to look) and search_rules.c
 * (arrangements from parameters, and what they may not do).
 *
 * An arrangement is a vector of parameters: how far the mains stand from the front wall, their
 * distance from the axis (a single main: its place across the room), how far back the listener sits,
 * then two coordinates of each further speaker.
 */
#ifndef SABIN_ROOM_SEARCH_H
#define SABIN_ROOM_SEARCH_H

#include <sabin/place.h>

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

/* search_mean.c: the mean over the tolerance. */
double place_mean_score(const struct sabin_place_spec *spec, const struct sabin_score *score,
                        const struct place_arrangement *a);

/* search.c: the score for the sources of a spec. */
enum sabin_err place_score(const struct sabin_place_spec *spec, struct sabin_score **out);

#endif
