/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * search_rules.c: what an arrangement may not do, and arrangements from parameters.
 */
#include <math.h>

#include "room/inner.h"
#include "room/search.h"

static const double same_m = 1e-6; /* decimal figures of a file */
static const double same_deg = 1e-6;
static const double mirror_m = 0.01; /* the two ways to the listener agree to this */
static const double beside_m = 0.1;  /* from the middle of the head to the edge of a table: a chest */

static bool within(const struct sabin_box *box, const double point_m[3])
{
	for (int axis = 0; axis < 3; axis++)
		if (!(point_m[axis] >= box->min_m[axis] - same_m &&
		      point_m[axis] <= box->max_m[axis] + same_m))
			return false;
	return true;
}

/* Do a cabinet at a point and a box have room in common?  Touching is allowed: speakers stand on desks. */
static bool overlap(const struct sabin_box *cabinet, const double point_m[3], const struct sabin_box *box)
{
	for (int axis = 0; axis < 3; axis++)
		if (!(point_m[axis] + cabinet->max_m[axis] > box->min_m[axis] + same_m &&
		      point_m[axis] + cabinet->min_m[axis] < box->max_m[axis] - same_m))
			return false;
	return true;
}

static bool has_cabinet(const struct sabin_box *cabinet)
{
	return cabinet->max_m[2] > cabinet->min_m[2];
}

static bool speaker_in_solid(const struct sabin_place_spec *spec, size_t s, const double point_m[3])
{
	for (size_t i = 0; i < spec->solid_count; i++)
		if (within(&spec->solid[i].box, point_m) ||
		    (has_cabinet(&spec->source[s].cabinet) &&
		     overlap(&spec->source[s].cabinet, point_m, &spec->solid[i].box)))
			return true;
	return false;
}

static bool in_other_speaker(const struct sabin_place_spec *spec, size_t s, const double (*source_m)[3])
{
	for (size_t i = 0; i < spec->source_count; i++) {
		const struct sabin_box *cabinet = &spec->source[i].cabinet;
		struct sabin_box box;
		if (i == s || !has_cabinet(cabinet) || !has_cabinet(&spec->source[s].cabinet))
			continue;
		for (int axis = 0; axis < 3; axis++) {
			box.min_m[axis] = source_m[i][axis] + cabinet->min_m[axis];
			box.max_m[axis] = source_m[i][axis] + cabinet->max_m[axis];
		}
		if (overlap(&spec->source[s].cabinet, source_m[s], &box))
			return true;
	}
	return false;
}

/* Would somebody whose head is there sit in or on it? */
static bool occupied(const struct sabin_place_solid *solid, const double head_m[3])
{
	const double beside = solid->kind == SABIN_PLACE_FURNITURE ? beside_m : 0;
	if (solid->kind == SABIN_PLACE_SEATING)
		return false;
	for (int axis = 0; axis < 2; axis++)
		if (!(head_m[axis] > solid->box.min_m[axis] - beside + same_m &&
		      head_m[axis] < solid->box.max_m[axis] + beside - same_m))
			return false;
	return solid->box.min_m[2] < head_m[2];
}

static bool no_seat(const struct sabin_place_spec *spec, const double head_m[3])
{
	for (size_t i = 0; i < spec->solid_count; i++)
		if (occupied(&spec->solid[i], head_m))
			return true;
	return false;
}

/* Whoever sits in or on something now may go on to do so: a drummer in the zone of his drums. */
static bool follower_sits_badly(const struct sabin_place_spec *spec, size_t follower, const double head_m[3])
{
	for (size_t i = 0; i < spec->solid_count; i++)
		if (occupied(&spec->solid[i], head_m) &&
		    !occupied(&spec->solid[i], spec->follower_m[follower]))
			return true;
	return false;
}

static bool near_wall(const struct sabin_place_spec *spec, size_t s, const double point_m[3])
{
	const struct sabin_box *cabinet = &spec->source[s].cabinet;
	for (int axis = 0; axis < 2; axis++) {
		const double low_m = fmax(spec->wall_m, -cabinet->min_m[axis]);
		const double high_m = fmax(spec->wall_m, cabinet->max_m[axis]);
		if (!(point_m[axis] >= low_m - same_m &&
		      point_m[axis] <= spec->room->size_m[axis] - high_m + same_m))
			return true;
	}
	return false;
}

static bool outside(const struct sabin_place_spec *spec, const double point_m[3])
{
	for (int axis = 0; axis < 3; axis++)
		if (!(point_m[axis] >= PLACE_MARGIN_M - same_m &&
		      point_m[axis] <= spec->room->size_m[axis] - PLACE_MARGIN_M + same_m))
			return true;
	return false;
}

static double between_m(const struct sabin_place_spec *spec, const double (*source_m)[3])
{
	const int lateral = 1 - spec->depth_axis;
	return fabs(source_m[0][lateral] - source_m[1][lateral]);
}

struct sabin_place_view sabin_place_look(const struct sabin_place_spec *spec, const double (*source_m)[3],
                                         const double listener_m[3])
{
	const int depth = spec->depth_axis;
	struct sabin_place_view view = {room_distance_m(source_m[0], listener_m), (double)NAN};
	if (spec->pair) {
		const double across = between_m(spec, source_m) / 2;
		const double along =
		        fabs(listener_m[depth] - (source_m[0][depth] + source_m[1][depth]) / 2);
		view.distance_m = fmax(view.distance_m, room_distance_m(source_m[1], listener_m));
		view.half_angle_deg = atan2(across, along) * 180 / M_PI;
	}
	return view;
}

struct sabin_place_breach sabin_place_pair_breach(const struct sabin_place_spec *spec, const double (*source_m)[3],
                                                  const double listener_m[3])
{
	struct sabin_place_breach breach = {0, 0};
	if (!spec->pair)
		return breach;
	const double angle_deg = sabin_place_look(spec, source_m, listener_m).half_angle_deg;
	const double lacking_m = spec->base_m - between_m(spec, source_m);
	if (!(angle_deg >= spec->angle_deg[0] - same_deg && angle_deg <= spec->angle_deg[1] + same_deg))
		breach.angle_deg = angle_deg - (angle_deg > spec->angle_deg[1] ? spec->angle_deg[1] : spec->angle_deg[0]);
	breach.base_m = lacking_m > same_m ? lacking_m : 0;
	return breach;
}

static bool breaks_pair(const struct sabin_place_spec *spec, const double (*source_m)[3],
                        const double listener_m[3], enum sabin_place_rule *rule)
{
	const double left_m = room_distance_m(source_m[0], listener_m);
	const double right_m = room_distance_m(source_m[1], listener_m);
	*rule = SABIN_PLACE_MIRROR;
	if (fabs(left_m - right_m) > mirror_m + same_m)
		return true;
	*rule = SABIN_PLACE_ANGLE;
	return sabin_place_pair_breach(spec, source_m, listener_m).angle_deg != 0; /* NAN, too */
}

static bool listener_is_in_front(const struct sabin_place_spec *spec, const double (*source_m)[3],
                                 const double listener_m[3])
{
	const int depth = spec->depth_axis;
	const bool forward = spec->source[0].position_m[depth] <= spec->listener_m[depth];
	return (source_m[0][depth] < listener_m[depth]) == forward;
}

static enum sabin_place_rule check_speaker(const struct sabin_place_spec *spec, size_t s,
                                           const double (*source_m)[3])
{
	if (near_wall(spec, s, source_m[s]))
		return SABIN_PLACE_WALL;
	if (spec->source[s].moves && !within(&spec->source[s].within, source_m[s]))
		return SABIN_PLACE_BOX;
	return speaker_in_solid(spec, s, source_m[s]) || outside(spec, source_m[s]) ||
	                       in_other_speaker(spec, s, source_m)
	               ? SABIN_PLACE_SOLID
	               : SABIN_PLACE_FINE;
}

enum sabin_place_rule sabin_place_check_seat(const struct sabin_place_spec *spec, const double listener_m[3])
{
	const int depth = spec->depth_axis;
	const bool forward = spec->source[0].position_m[depth] <= spec->listener_m[depth];
	const double rear_m = forward ? spec->room->size_m[depth] - listener_m[depth]
	                              : listener_m[depth];
	if (!(rear_m >= spec->rear_m - same_m))
		return SABIN_PLACE_REAR;
	if (spec->listener_moves && !within(&spec->listener_within, listener_m))
		return SABIN_PLACE_BOX;
	return no_seat(spec, listener_m) || outside(spec, listener_m) ? SABIN_PLACE_SEAT : SABIN_PLACE_FINE;
}

static enum sabin_place_rule check_followers(const struct sabin_place_spec *spec, const double listener_m[3])
{
	for (size_t i = 0; i < spec->follower_count; i++) {
		double point_m[3];
		for (int axis = 0; axis < 3; axis++)
			point_m[axis] = spec->follower_m[i][axis] + listener_m[axis] -
			                spec->listener_m[axis];
		if (follower_sits_badly(spec, i, point_m) || outside(spec, point_m))
			return SABIN_PLACE_SEAT;
	}
	return SABIN_PLACE_FINE;
}

static enum sabin_place_rule check(const struct sabin_place_spec *spec, const double (*source_m)[3],
                                   const double listener_m[3], bool all)
{
	enum sabin_place_rule rule = SABIN_PLACE_FINE;
	if (all || spec->source[0].moves || spec->listener_moves) {
		if (spec->pair && breaks_pair(spec, source_m, listener_m, &rule))
			return rule;
		if (!listener_is_in_front(spec, source_m, listener_m))
			return SABIN_PLACE_ANGLE;
		rule = SABIN_PLACE_FINE;
	}
	for (size_t s = 0; s < spec->source_count && !rule; s++)
		if (all || spec->source[s].moves)
			rule = check_speaker(spec, s, source_m);
	if (!rule && (all || spec->listener_moves))
		rule = sabin_place_check_seat(spec, listener_m);
	return rule ? rule : check_followers(spec, listener_m);
}

enum sabin_place_rule sabin_place_check(const struct sabin_place_spec *spec, const double (*source_m)[3],
                                        const double listener_m[3])
{
	return check(spec, source_m, listener_m, true);
}

enum sabin_place_rule place_check_moving(const struct sabin_place_spec *spec, const double (*source_m)[3],
                                         const double listener_m[3])
{
	return check(spec, source_m, listener_m, false);
}

/* ---- parameters ----------------------------------------------------------------------------------- */

/* Nearest to the middle of the room that the listener may have; where it is when it may not move. */
static double axis_of_symmetry_m(const struct sabin_place_spec *spec)
{
	const int lateral = 1 - spec->depth_axis;
	if (spec->pair && !spec->source[0].moves)
		return (spec->source[0].position_m[lateral] + spec->source[1].position_m[lateral]) / 2;
	if (!spec->listener_moves || !spec->pair)
		return spec->listener_m[lateral];
	return fmin(fmax(spec->room->size_m[lateral] / 2, spec->listener_within.min_m[lateral]),
	            spec->listener_within.max_m[lateral]);
}

static void set(struct place_parameters *out, int i, bool moves, double now, double low, double high)
{
	out->now.p[i] = now;
	out->moves[i] = moves && high > low;
	out->low[i] = low;
	out->high[i] = high;
	if (moves) /* what may hardly move at all stands where it may be */
		out->now.p[i] = fmin(fmax(now, low), fmax(low, high));
}

void place_parameters_init(const struct sabin_place_spec *spec, struct place_parameters *out)
{
	const int depth = spec->depth_axis, lateral = 1 - depth;
	const double *size_m = spec->room->size_m;
	const struct sabin_place_source *main = &spec->source[0];
	*out = (struct place_parameters){.axis_m = axis_of_symmetry_m(spec)};
	out->faces_forward = main->position_m[depth] <= spec->listener_m[depth];
	const double wall_m = spec->wall_m;
	set(out, PLACE_DEPTH, main->moves, main->position_m[depth],
	    fmax(wall_m, main->within.min_m[depth]),
	    fmin(size_m[depth] - wall_m, main->within.max_m[depth]));
	const double half_m =
	        fabs(spec->source[1].position_m[lateral] - main->position_m[lateral]) / 2;
	if (spec->pair)
		set(out, PLACE_WIDTH, main->moves, half_m,
		    fmin(spec->base_m / 2, half_m),
		    fmin(out->axis_m, size_m[lateral] - out->axis_m) - wall_m);
	else
		set(out, PLACE_WIDTH, main->moves, main->position_m[lateral],
		    fmax(wall_m, main->within.min_m[lateral]),
		    fmin(size_m[lateral] - wall_m, main->within.max_m[lateral]));
	set(out, PLACE_LISTENER, spec->listener_moves, spec->listener_m[depth],
	    fmax(out->faces_forward ? 0.01 : spec->rear_m, spec->listener_within.min_m[depth]),
	    fmin(size_m[depth] - (out->faces_forward ? spec->rear_m : 0.01),
	         spec->listener_within.max_m[depth]));
	out->count = PLACE_FIRST_FREE;
	for (size_t s = spec->pair ? 2 : 1; s < spec->source_count; s++)
		for (int axis = 0; axis < 2; axis++)
			set(out, out->count++, spec->source[s].moves, spec->source[s].position_m[axis],
			    fmax(wall_m, spec->source[s].within.min_m[axis]),
			    fmin(size_m[axis] - wall_m, spec->source[s].within.max_m[axis]));
}

static double clamp(double x, const struct sabin_box *box, int axis)
{
	return fmin(fmax(x, box->min_m[axis]), box->max_m[axis]);
}

void place_arrange(const struct sabin_place_spec *spec, const struct place_parameters *parameters,
                   const struct place_vector *vector, struct place_arrangement *out)
{
	const int depth = spec->depth_axis, lateral = 1 - depth;
	for (size_t s = 0; s < spec->source_count; s++) {
		memcpy(out->source_m[s], spec->source[s].position_m, 3 * sizeof(double));
		if (spec->source[s].moves)
			out->source_m[s][2] =
			        clamp(out->source_m[s][2], &spec->source[s].within, 2);
	}
	memcpy(out->listener_m, spec->listener_m, 3 * sizeof(double));
	if (spec->source[0].moves && spec->pair) {
		const double left = spec->source[0].position_m[lateral] <=
		                                    spec->source[1].position_m[lateral]
		                            ? -1
		                            : 1;
		for (int s = 0; s < 2; s++) {
			out->source_m[s][depth] = vector->p[PLACE_DEPTH];
			out->source_m[s][lateral] = parameters->axis_m +
			                            (s == 0 ? left : -left) * vector->p[PLACE_WIDTH];
		}
		out->source_m[1][2] = out->source_m[0][2];
	} else if (spec->source[0].moves) {
		out->source_m[0][depth] = vector->p[PLACE_DEPTH];
		out->source_m[0][lateral] = vector->p[PLACE_WIDTH];
	}
	if (spec->listener_moves) {
		out->listener_m[depth] = vector->p[PLACE_LISTENER];
		out->listener_m[lateral] = parameters->axis_m;
		out->listener_m[2] = clamp(out->listener_m[2], &spec->listener_within, 2);
	}
	int i = PLACE_FIRST_FREE;
	for (size_t s = spec->pair ? 2 : 1; s < spec->source_count; s++)
		for (int axis = 0; axis < 2; axis++, i++)
			if (spec->source[s].moves)
				out->source_m[s][axis] = vector->p[i];
}
