/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * moves.c: how far to move a speaker or a seat along one axis.  The room is simulated with it at places 10 cm apart,
 * then 5 cm; the flattest of 40 to 300 Hz is taken, if it helps where it is to help.
 */
#include <math.h>
#include <stdlib.h>

#include "advice/moves.h"
#include "room/inner.h"

static const double farthest_m = 1.2, coarse_m = 0.1, fine_m = 0.05;
static const double worth_db = 2;      /* a move that gains less at the dip is not told */
static const double wall_m = 0.25;     /* whatever else the room file allows */
static const double rear_m = 1;
static const double nearest_m = 0.7;   /* a speaker to a seat */
static const double least_error_db = 1.2; /* boxes, people, the height of a chair */

double moves_plus_minus_db(double error_db)
{
	return hypot(least_error_db, isfinite(error_db) ? 0.8 * error_db : 3);
}

/* ---- what may be where ------------------------------------------------------------------------------------ */

/* No nearer to walls than usual. */
static bool is_free(const double size_m[3], const double point_m[3], double back_m)
{
	for (int a = 0; a < 2; a++)
		if (point_m[a] < wall_m || point_m[a] > size_m[a] - (a == 1 ? back_m : wall_m))
			return false;
	return true;
}

/* A seat other than the listener's, of which the placement search knows nothing: not above the desk. */
static bool seat_is_free(const struct sabin_place_spec *search, const double from_m[3], const double to_m[3])
{
	struct sabin_place_spec spec = *search;
	spec.listener_moves = false;
	const enum sabin_place_rule then = sabin_place_check_seat(&spec, to_m);
	return then == SABIN_PLACE_FINE || then == sabin_place_check_seat(&spec, from_m);
}

static bool keeps_clear(const struct sabin_advice_scene *scene, const struct sabin_advice_move *move)
{
	const bool seat = move->speaker < 0;
	const double *from_m = seat ? scene->position_m[move->position] : scene->speaker[move->speaker].position_m;
	double to_m[3];
	for (int a = 0; a < 3; a++)
		to_m[a] = from_m[a] + move->by_m[a];
	if (!is_free(scene->room->size_m, to_m, seat ? rear_m : wall_m))
		return false;
	return !seat || !scene->place || move->position == scene->place->listener ||
	       seat_is_free(scene->place->spec, from_m, to_m);
}

static void arrange(const struct sabin_advice_place *place, const struct sabin_advice_move *move, size_t moves,
                    double (*source_m)[3], double listener_m[3])
{
	const struct sabin_place_spec *spec = place->spec;
	for (size_t s = 0; s < spec->source_count; s++)
		for (int a = 0; a < 3; a++) {
			source_m[s][a] = spec->source[s].position_m[a];
			for (size_t i = 0; i < moves; i++)
				if (move[i].speaker >= 0 && move[i].speaker == place->speaker[s])
					source_m[s][a] += move[i].by_m[a];
		}
	for (int a = 0; a < 3; a++) {
		listener_m[a] = spec->listener_m[a];
		for (size_t i = 0; i < moves; i++)
			if (move[i].position >= 0 && move[i].position == place->listener)
				listener_m[a] += move[i].by_m[a];
	}
}

/* The angle and the base of a pair are within the rules, or on the same side of them and no farther than they are now. */
static bool keeps_pair(const struct sabin_place_spec *spec, const double (*was_m)[3], const double seat_was_m[3],
                       const double (*source_m)[3], const double seat_m[3])
{
	const struct sabin_place_breach now = sabin_place_pair_breach(spec, was_m, seat_was_m);
	const struct sabin_place_breach then = sabin_place_pair_breach(spec, source_m, seat_m);
	const bool nearer = then.angle_deg * now.angle_deg >= 0 && fabs(then.angle_deg) <= fabs(now.angle_deg);
	return nearer && then.base_m <= now.base_m;
}

bool moves_allowed(const struct sabin_advice_scene *scene, const struct sabin_advice_move *move, size_t moves)
{
	for (size_t i = 0; i < moves; i++)
		if (!keeps_clear(scene, &move[i]))
			return false;
	if (!scene->place)
		return true;
	/* how the pair stands to the seat is looked at by itself: it hides what else is wrong */
	struct sabin_place_spec spec = *scene->place->spec;
	double was_m[SABIN_PLACE_SOURCES_MAX][3], source_m[SABIN_PLACE_SOURCES_MAX][3], seat_was_m[3], seat_m[3];
	arrange(scene->place, NULL, 0, was_m, seat_was_m);
	arrange(scene->place, move, moves, source_m, seat_m);
	if (!keeps_pair(&spec, (const double(*)[3])was_m, seat_was_m, (const double(*)[3])source_m, seat_m))
		return false;
	spec.angle_deg[0] = 0;
	spec.angle_deg[1] = 90;
	const enum sabin_place_rule now = sabin_place_check(&spec, (const double(*)[3])was_m, seat_was_m);
	const enum sabin_place_rule then = sabin_place_check(&spec, (const double(*)[3])source_m, seat_m);
	return then == SABIN_PLACE_FINE || then == now;
}

/* ---- the search ------------------------------------------------------------------------------------------- */

/* The moves of one shift along the axis: the partner mirrors what is to the side. */
static size_t moves_of(const struct moves_case *c, double by_m, struct sabin_advice_move move[2])
{
	const struct sabin_advice_move none = {.speaker = -1, .position = -1};
	move[0] = none;
	move[1] = none;
	move[0].speaker = c->speaker;
	move[0].position = c->speaker < 0 ? c->position : -1;
	move[0].by_m[c->axis] = by_m;
	if (c->speaker < 0 || c->partner < 0)
		return 1;
	move[1].speaker = c->partner;
	move[1].by_m[c->axis] = c->axis == 0 ? -by_m : by_m;
	return 2;
}

static bool is_possible(const struct moves_case *c, double by_m, struct levels_way way[])
{
	struct sabin_advice_move move[2];
	for (size_t i = 0; i < c->ways; i++) {
		way[i] = c->way[i];
		(c->speaker >= 0 ? way[i].from_m : way[i].to_m)[c->axis] += by_m;
		if (room_distance_m(way[i].from_m, way[i].to_m) < nearest_m ||
		    (c->speaker < 0 && c->axis == 1 && way[i].to_m[1] - way[i].from_m[1] < nearest_m))
			return false;
	}
	return moves_allowed(c->scene, move, moves_of(c, by_m, move));
}

struct best {
	double by_m, flat_db;
	struct levels levels;
};

static enum sabin_err weigh(const struct moves_case *c, double by_m, struct best *best, struct levels *scratch)
{
	struct levels_way way[LEVELS_WAYS_MAX];
	if (!is_possible(c, by_m, way))
		return SABIN_OK;
	const enum sabin_err err = levels_simulate(c->room, way, c->ways, scratch);
	if (err)
		return err;
	/* filled, and not heaped up by as much */
	const double then_db = levels_third_db(scratch, c->f_hz), now_db = levels_third_db(c->simulated, c->f_hz);
	if (then_db - now_db >= worth_db && fabs(then_db) <= fabs(now_db) && levels_flatness_db(scratch) < best->flat_db)
		*best = (struct best){by_m, levels_flatness_db(scratch), *scratch};
	return SABIN_OK;
}

enum sabin_err moves_search(const struct moves_case *c, struct sabin_advice_item *item)
{
	struct best *best = calloc(1, sizeof *best);
	struct levels *scratch = calloc(1, sizeof *scratch);
	enum sabin_err err = best && scratch ? SABIN_OK : SABIN_ENOMEM;
	if (!err)
		best->flat_db = levels_flatness_db(c->simulated);
	for (double by_m = coarse_m; !err && by_m < farthest_m; by_m += coarse_m) {
		err = weigh(c, by_m, best, scratch);
		if (!err)
			err = weigh(c, -by_m, best, scratch);
	}
	const double coarse = best ? best->by_m : 0;
	for (int side = -1; !err && coarse != 0 && side <= 1; side += 2)
		err = weigh(c, coarse + side * fine_m, best, scratch);
	if (!err && best->by_m != 0) {
		const double error_db = levels_error_db(c->simulated, c->measured);
		const double u = moves_plus_minus_db(error_db);
		item->move_count = moves_of(c, best->by_m, item->move);
		advice_effect(item, "level", levels_third_db(c->measured, c->f_hz),
		              sabin_quantity_valid(levels_third_db(&best->levels, c->f_hz), u), "dB")->freq_hz = c->f_hz;
		advice_effect(item, "flatness", levels_flatness_db(c->measured),
		              sabin_quantity_valid(best->flat_db, fmax(0.7, 0.4 * u)), "dB");
	}
	free(best);
	free(scratch);
	return err;
}
