/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * nulls.c: dips in the bass, and what makes them: a wall behind the speaker, or a seat in the node of a
 * mode.  The cause is found by taking it away: the room is simulated with and without each wall, and where the
 * dip that was measured goes with the wall, the wall makes it.  The remedy is found the same way.
 *
 * Reference: R. V. Waterhouse, "Output of a sound source in a reverberation chamber and other reflecting
 * environments", J. Acoust. Soc. Am. 30 (1958) 4-13 (a source near a boundary).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/geometry.h>

#include "advice/inner.h"
#include "advice/levels.h"
#include "advice/moves.h"
#include "room/inner.h"

static const double heard_db = -3;       /* of the third of an octave about a dip re the whole: narrower ones are seen only */
static const double seat_db = 10, wall_db = 6; /* a dip under the octave around it: of a mode's node; of a wall, whose null
                                                * may make the whole octave hollow */
static const double abyss_db = 14;      /* so deep a dip is told where half of that is heard */
static const double predicted_db = 4;   /* of the simulation, at the same place */
static const double hollow_db = -1;     /* simulated, of its third of an octave re the whole */
static const double caused_db = 3;      /* by which the wall's absence fills that third */
static const double null_octave = 0.3;  /* how far from the null of direct sound and one mirror: modes shift it */
static const double gap_octave = 0.2;    /* where a mode is missing, its neighbours decide where it is lowest */
static const double row_m = 0.3;         /* seats no further apart along the room are one row */
static const double soft = 0.35;         /* a wall that absorbs more does not cancel the direct sound by itself */
static const double node = 0.3, narrow = 0.2; /* of a mode's shape: pressure re its greatest; of higher modes */
static const double seat_heard_db = -2; /* of the third about a dip of a seat: where a mode is missing, others are there */

/* The room with one wall taken away: it absorbs everything. */
static void open_wall(const struct sabin_room *room, enum sabin_surface_id surface, struct sabin_room *out,
                      struct sabin_panel *panels)
{
	*out = *room;
	out->panels = panels;
	out->panel_count = 0;
	out->objects = NULL;
	out->object_count = 0;
	for (size_t i = 0; i < room->panel_count; i++)
		if (room->panels[i].surface != surface)
			panels[out->panel_count++] = room->panels[i];
	for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
		out->surface[surface].alpha[b] = 1;
	out->surface[surface].flat = true;
}

/* ---- what was measured of one speaker ---------------------------------------------------------------------- */

struct heard {
	size_t speaker;
	struct levels_way way[LEVELS_WAYS_MAX];
	size_t ways;
	struct levels level; /* mean over them */
};

static void add_way(const struct sabin_advice_scene *scene, const struct sabin_advice_response *r, struct heard *out)
{
	const double *from_m = scene->speaker[r->speaker].position_m, *to_m = scene->position_m[r->position];
	if (out->ways == LEVELS_WAYS_MAX || !r->trustworthy || !r->response || isnan(from_m[0]) || isnan(to_m[0]))
		return;
	for (int a = 0; a < 3; a++) {
		out->way[out->ways].from_m[a] = from_m[a];
		out->way[out->ways].to_m[a] = to_m[a];
	}
	out->ways++;
	levels_add(r->response, 1, &out->level);
}

static void take_mean(struct heard *heard)
{
	for (size_t i = 0; heard->ways > 0 && i < heard->level.n; i++)
		heard->level.db[i] /= (double)heard->ways;
}

static void listen(const struct sabin_advice_scene *scene, size_t speaker, struct heard *out)
{
	*out = (struct heard){.speaker = speaker};
	for (size_t i = 0; i < scene->response_count; i++)
		if (scene->response[i].speaker == speaker)
			add_way(scene, &scene->response[i], out);
	take_mean(out);
}

/* What a seat hears of all full-range speakers. */
static void sit(const struct sabin_advice_scene *scene, size_t position, struct heard *out)
{
	*out = (struct heard){0};
	for (size_t i = 0; i < scene->response_count; i++)
		if (scene->response[i].position == position &&
		    !advice_is_bass(&scene->speaker[scene->response[i].speaker]))
			add_way(scene, &scene->response[i], out);
	take_mean(out);
}

/* ---- a wall near the speaker ---------------------------------------------------------------------------------- */

/* Half a wave is the detour over the wall: the frequency of the first null, mean over the receivers. */
static double null_hz(const struct sabin_room *room, const struct heard *heard, enum sabin_surface_id surface)
{
	const int axis = room_axis(surface);
	const double *from_m = heard->way[0].from_m;
	double mirror_m[3] = {from_m[0], from_m[1], from_m[2]};
	double detour_m = 0;
	mirror_m[axis] = (room_walls[axis][1] == surface ? 2 * room->size_m[axis] : 0) - mirror_m[axis];
	for (size_t i = 0; i < heard->ways; i++)
		detour_m += (room_distance_m(mirror_m, heard->way[i].to_m) - room_distance_m(from_m, heard->way[i].to_m)) /
		            (double)heard->ways;
	return sabin_speed_of_sound(room->temperature_c) / (2 * detour_m);
}

/* Is the wall nearer to the speaker than to every receiver?  Else moving the speaker hardly helps. */
static bool is_speakers(const struct sabin_room *room, const struct heard *heard, enum sabin_surface_id surface)
{
	const int axis = room_axis(surface);
	const double wall_m = room_walls[axis][1] == surface ? room->size_m[axis] : 0;
	for (size_t i = 0; i < heard->ways; i++)
		if (fabs(heard->way[i].to_m[axis] - wall_m) < fabs(heard->way[i].from_m[axis] - wall_m))
			return false;
	return axis != 2;
}

/* Every position hears the dip of a wall behind the speaker, and a side wall does the same to the partner on
 * the other side; what does not is chance. */
static bool is_everywhere(const struct sabin_advice_scene *scene, const struct heard *heard, int surface,
                          double f_hz)
{
	const int partner =
	    room_axis((enum sabin_surface_id)surface) == 0 ? scene->speaker[heard->speaker].partner : -1;
	struct levels *one = calloc(1, sizeof *one);
	bool everywhere = one != NULL;
	for (size_t i = 0; one && i < scene->response_count; i++) {
		const struct sabin_advice_response *r = &scene->response[i];
		if ((r->speaker != heard->speaker && (int)r->speaker != partner) || !r->trustworthy || !r->response)
			continue;
		*one = (struct levels){0};
		levels_add(r->response, 1, one);
		everywhere = everywhere && levels_depth_db(one, levels_lowest_near(one, f_hz)) > 0.7 * wall_db;
	}
	free(one);
	return everywhere;
}

/* The wall that makes the dip at f_hz, and how much it costs there; -1: none does. */
static enum sabin_err blame(const struct sabin_room *room, const struct heard *heard, double f_hz,
                            const struct levels *simulated, int *surface, double *by_db)
{
	struct sabin_panel *panels = calloc(room->panel_count + 1, sizeof *panels);
	struct levels *without = calloc(1, sizeof *without);
	enum sabin_err err = panels && without ? SABIN_OK : SABIN_ENOMEM;
	*surface = -1;
	*by_db = caused_db;
	const double hollow = levels_third_db(simulated, f_hz);
	const bool there = !err && hollow < hollow_db;
	for (int s = 0; !err && there && s < SABIN_SURFACE_COUNT; s++) {
		struct sabin_room open;
		double alpha[SABIN_ABSORPTION_BANDS];
		sabin_room_mean_absorption(room, (enum sabin_surface_id)s, alpha);
		if (room_by_octave(alpha, f_hz) > soft || !is_speakers(room, heard, (enum sabin_surface_id)s) ||
		    fabs(log2(f_hz / null_hz(room, heard, (enum sabin_surface_id)s))) > null_octave)
			continue;
		open_wall(room, (enum sabin_surface_id)s, &open, panels);
		err = levels_simulate(&open, heard->way, heard->ways, without);
		const double by = err ? 0 : levels_third_db(without, f_hz) - hollow;
		if (by > *by_db) {
			*by_db = by;
			*surface = s;
		}
	}
	free(panels);
	free(without);
	return err;
}

/* Do both speakers of a pair stand as far from the front wall, and as high? */
static bool stands_alike(const struct sabin_advice_scene *scene, int a, int b)
{
	if (b < 0)
		return false;
	const double *x = scene->speaker[a].position_m, *y = scene->speaker[b].position_m;
	return fabs(x[1] - y[1]) < 0.1 && fabs(x[2] - y[2]) < 0.1;
}

static enum sabin_err find_boundary(const struct sabin_advice_scene *scene, const struct sabin_room *room,
                                    const struct heard *heard, const struct levels *simulated, size_t dip,
                                    struct sabin_advice *out)
{
	int surface;
	double by_db;
	const double f_hz = heard->level.freq_hz[dip], deep_db = levels_depth_db(&heard->level, dip);
	const double third_db = levels_third_db(&heard->level, f_hz);
	if (third_db > heard_db && !(deep_db >= abyss_db && third_db <= heard_db / 2))
		return SABIN_OK;
	enum sabin_err err = blame(room, heard, f_hz, simulated, &surface, &by_db);
	if (err || surface < 0 || !is_everywhere(scene, heard, surface, f_hz))
		return err;
	const int partner = scene->speaker[heard->speaker].partner;
	for (size_t i = 0; i < out->count; i++) { /* it was told already, or of the partner */
		struct sabin_advice_item *other = &out->item[i];
		const bool same = other->code == SABIN_ADVICE_BOUNDARY_NULL && other->surface == surface;
		if (same && other->speaker == (int)heard->speaker)
			return SABIN_OK; /* a second null of the same wall */
		if (other->code == SABIN_ADVICE_BOUNDARY_NULL && partner >= 0 && other->speaker == partner &&
		    fabs(log2(other->freq_hz / f_hz)) < 2 * LEVELS_NEAR_OCTAVE) {
			other->other_speaker = (int)heard->speaker;
			other->confidence = fmin(0.95, other->confidence + 0.1);
			return SABIN_OK;
		}
	}
	struct sabin_advice_item *item = advice_add(out, SABIN_ADVICE_BOUNDARY_NULL);
	struct moves_case *c = item ? calloc(1, sizeof *c) : NULL;
	if (!item || !c)
		return item ? SABIN_ENOMEM : SABIN_OK;
	const int axis = room_axis((enum sabin_surface_id)surface);
	const double at = heard->way[0].from_m[axis];
	const bool far_end = room_walls[axis][1] == (enum sabin_surface_id)surface;
	item->speaker = (int)heard->speaker;
	/* a pair is moved as one: its mirror image would be spoilt otherwise */
	item->other_speaker = stands_alike(scene, (int)heard->speaker, partner) ? partner : -1;
	item->surface = surface;
	item->freq_hz = f_hz;
	item->chart = "response";
	item->benefit = fmin(fmax(1 - 1.2 * third_db, deep_db / 4), 10);
	item->confidence = fmin(0.9, 0.5 + by_db / 20);
	advice_evidence_at(item, "dip", advice_number(deep_db), "dB", f_hz);
	advice_evidence(item, "wall_makes", advice_number(by_db), "dB");
	advice_evidence(item, "wall_distance", advice_number(far_end ? room->size_m[axis] - at : at), "m");
	*c = (struct moves_case){.scene = scene, .room = room, .measured = &heard->level, .simulated = simulated,
	                         .f_hz = f_hz, .ways = heard->ways, .speaker = (int)heard->speaker,
	                         .partner = item->other_speaker, .position = -1, .axis = axis};
	memcpy(c->way, heard->way, sizeof c->way);
	err = moves_search(c, item);
	if (item->move_count == 0) { /* what is left is to treat the wall */
		item->kind = SABIN_ADVICE_TREAT;
		item->effort = 3;
	}
	free(c);
	return err;
}

/* ---- a seat in a node --------------------------------------------------------------------------------------------- */

/* The mode along the room that has its node at the seat and is driven by the speakers; its order, or 0. */
static int node_along(const struct sabin_room *room, const struct levels_way *way, size_t ways, double f_hz)
{
	const double speed = sabin_speed_of_sound(room->temperature_c);
	for (int n = 1; n <= 3; n++) { /* higher ones come and go within a hand's breadth */
		const struct sabin_room_mode mode = {.n = {0, n, 0}};
		const double mode_hz = speed * n / (2 * room->size_m[1]);
		bool all = fabs(log2(mode_hz / f_hz)) < gap_octave;
		for (size_t i = 0; i < ways; i++)
			all = all &&
			      fabs(sabin_room_mode_shape(&mode, room->size_m, way[i].to_m)) < (n == 1 ? node : narrow) &&
			      fabs(sabin_room_mode_shape(&mode, room->size_m, way[i].from_m)) > node;
		if (all)
			return n;
	}
	return 0;
}

/* Was it told of a seat as far from the front?  They are moved as one. */
static bool seat_told(const struct sabin_advice_scene *scene, const struct sabin_advice *out, size_t position)
{
	for (size_t i = 0; i < out->count; i++)
		if (out->item[i].code == SABIN_ADVICE_SEAT_IN_NULL &&
		    fabs(scene->position_m[out->item[i].position][1] - scene->position_m[position][1]) < row_m)
			return true;
	return false;
}

static enum sabin_err add_seat(const struct sabin_advice_scene *scene, const struct sabin_room *room,
                               const struct heard *heard, size_t position, size_t dip, int order,
                               const struct levels *simulated, struct sabin_advice *out)
{
	struct sabin_advice_item *item = advice_add(out, SABIN_ADVICE_SEAT_IN_NULL);
	struct moves_case *c = item ? calloc(1, sizeof *c) : NULL;
	if (!item || !c)
		return item ? SABIN_ENOMEM : SABIN_OK;
	const double f_hz = heard->level.freq_hz[dip], deep_db = levels_depth_db(&heard->level, dip);
	item->position = (int)position;
	item->freq_hz = f_hz;
	item->chart = "response";
	item->confidence = 0.8;
	item->benefit = fmin(deep_db / 2, 10);
	advice_evidence_at(item, "dip", advice_number(deep_db), "dB", f_hz);
	advice_evidence(item, "mode_order", advice_number(order), "1");
	advice_evidence(item, "from_front", advice_number(heard->way[0].to_m[1] / room->size_m[1]), "1");
	*c = (struct moves_case){.scene = scene, .room = room, .measured = &heard->level, .simulated = simulated,
	                         .f_hz = f_hz, .ways = heard->ways, .speaker = -1, .partner = -1,
	                         .position = (int)position, .axis = 1};
	memcpy(c->way, heard->way, sizeof c->way);
	const enum sabin_err err = moves_search(c, item);
	free(c);
	return err;
}

static enum sabin_err find_seat(const struct sabin_advice_scene *scene, const struct sabin_room *room,
                                size_t position, struct sabin_advice *out)
{
	struct heard *heard = calloc(1, sizeof *heard);
	struct levels *simulated = calloc(1, sizeof *simulated);
	size_t dip[DIPS_MAX];
	enum sabin_err err = heard && simulated ? SABIN_OK : SABIN_ENOMEM;
	if (!err)
		sit(scene, position, heard);
	const size_t dips = err || heard->ways == 0 ? 0 : levels_dips(&heard->level, seat_db, dip);
	for (size_t d = 0; !err && d < dips; d++) {
		const double f_hz = heard->level.freq_hz[dip[d]];
		const int order = node_along(room, heard->way, heard->ways, f_hz);
		if (order == 0 || levels_third_db(&heard->level, f_hz) > seat_heard_db || seat_told(scene, out, position))
			continue;
		if (simulated->n == 0)
			err = levels_simulate(room, heard->way, heard->ways, simulated);
		if (!err && levels_depth_db(simulated, levels_lowest_near(simulated, f_hz)) >= predicted_db)
			err = add_seat(scene, room, heard, position, dip[d], order, simulated, out);
	}
	free(heard);
	free(simulated);
	return err;
}

/* ---- all of them -------------------------------------------------------------------------------------------------- */

static enum sabin_err find_of_speaker(const struct sabin_advice_scene *scene, const struct sabin_room *room,
                                      size_t speaker, struct sabin_advice *out)
{
	struct heard *heard = calloc(1, sizeof *heard);
	struct levels *simulated = calloc(1, sizeof *simulated);
	size_t dip[DIPS_MAX];
	enum sabin_err err = heard && simulated ? SABIN_OK : SABIN_ENOMEM;
	if (!err)
		listen(scene, speaker, heard);
	const size_t dips = err || heard->ways == 0 ? 0 : levels_dips(&heard->level, wall_db, dip);
	if (dips > 0)
		err = levels_simulate(room, heard->way, heard->ways, simulated);
	for (size_t d = 0; !err && d < dips; d++)
		/* in the node at all places it is the seat's */
		if (node_along(room, heard->way, heard->ways, heard->level.freq_hz[dip[d]]) == 0)
			err = find_boundary(scene, room, heard, simulated, dip[d], out);
	free(heard);
	free(simulated);
	return err;
}

enum sabin_err advice_find_nulls(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	struct sabin_room room = {.panels = NULL};
	if (!scene->room)
		return SABIN_OK;
	enum sabin_err err = advice_fitted_room(scene, out, &room);
	for (size_t p = 0; !err && p < scene->position_count; p++)
		err = find_seat(scene, &room, p, out);
	for (size_t s = 0; !err && s < scene->speaker_count; s++)
		if (!advice_is_bass(&scene->speaker[s]))
			err = find_of_speaker(scene, &room, s, out);
	free(room.panels);
	return err;
}
