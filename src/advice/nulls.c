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

#include <sabin/geometry.h>

#include "advice/inner.h"
#include "room/inner.h"

enum { DIPS_MAX = 3, POINTS_MAX = 400, MOVES_MAX = 48 };

static const double from_hz = 40, to_hz = 300;
static const double told_db = 10;       /* a dip is so far under the octave around it */
static const double predicted_db = 4;   /* of the simulation, at the same place */
static const double caused_db = 5;      /* by which the wall's absence fills it */
static const double near_octave = 0.12; /* how far off the simulation may have it: 8 per cent */
static const double null_octave = 0.3;  /* how far from the null of direct sound and one mirror: modes shift it */
static const double node = 0.3;         /* of a mode's shape: pressure re its greatest */
static const double wall_least_m = 0.25;
static const double step_m = 0.05;
static const double worth_db = 2;        /* a move that gains less at the dip is not told */
static const double simulation_hz = 4000, simulation_s = 0.4;

/* Levels on one logarithmic axis, from_hz .. to_hz. */
struct levels {
	size_t n;
	double freq_hz[POINTS_MAX], db[POINTS_MAX];
};

static void take_levels(const struct sabin_response *response, struct levels *out, double weight)
{
	size_t n = 0;
	for (size_t i = 0; i < response->length && n < POINTS_MAX; i++)
		if (response->freq_hz[i] >= from_hz / 2 && response->freq_hz[i] <= to_hz * 2) {
			out->freq_hz[n] = response->freq_hz[i];
			out->db[n] += weight * response->level_db[i];
			n++;
		}
	out->n = n;
}

/* How far point i lies under the mean of the octave on either side of it. */
static double depth_db(const struct levels *l, size_t i)
{
	double sum = 0;
	size_t n = 0;
	for (size_t k = 0; k < l->n; k++) {
		const double apart = fabs(log2(l->freq_hz[k] / l->freq_hz[i]));
		if (apart <= 1 && apart >= 0.25) {
			sum += l->db[k];
			n++;
		}
	}
	return n > 0 ? sum / (double)n - l->db[i] : 0;
}

/* The lowest point within near_octave of f_hz. */
static size_t lowest_near(const struct levels *l, double f_hz)
{
	size_t best = 0;
	bool any = false;
	for (size_t i = 0; i < l->n; i++)
		if (fabs(log2(l->freq_hz[i] / f_hz)) <= near_octave && (!any || l->db[i] < l->db[best])) {
			best = i;
			any = true;
		}
	return best;
}

static size_t find_dips(const struct levels *l, size_t dip[DIPS_MAX])
{
	size_t count = 0;
	for (size_t i = 1; i + 1 < l->n; i++) {
		if (l->freq_hz[i] < from_hz || l->freq_hz[i] > to_hz || l->db[i] > l->db[i - 1] ||
		    l->db[i] >= l->db[i + 1] || lowest_near(l, l->freq_hz[i]) != i ||
		    depth_db(l, i) < told_db)
			continue;
		if (count < DIPS_MAX)
			dip[count++] = i;
	}
	return count;
}

/* The simulated level of a speaker, mean over its receivers, in dB. */
static enum sabin_err simulate(const struct sabin_room *room, const double source_m[3],
                               const double (*receiver_m)[3], size_t receivers, struct levels *out)
{
	const struct sabin_images_options options = {.rate_hz = simulation_hz, .length_s = simulation_s};
	const double speed = sabin_speed_of_sound(room->temperature_c);
	struct sabin_response_options o = sabin_response_defaults();
	o.window_s = simulation_s;
	o.from_hz = from_hz / 2;
	o.to_hz = to_hz * 2;
	const size_t frames = (size_t)ceil(simulation_s * simulation_hz);
	double *h = calloc(frames, sizeof *h);
	enum sabin_err err = h ? SABIN_OK : SABIN_ENOMEM;
	*out = (struct levels){0};
	for (size_t i = 0; !err && i < receivers; i++) {
		struct sabin_response response = {0};
		const double arrival = room_distance_m(source_m, receiver_m[i]) / speed * simulation_hz;
		err = sabin_images_compute(room, source_m, receiver_m[i], &options, h, frames);
		if (!err)
			err = sabin_response_compute(h, frames, simulation_hz, arrival, arrival, &o, &response);
		if (!err)
			take_levels(&response, out, 1 / (double)receivers);
		sabin_response_free(&response);
	}
	free(h);
	return err;
}

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

enum { RECEIVERS_MAX = 16 };

struct heard {
	size_t speaker;
	double source_m[3];
	double receiver_m[RECEIVERS_MAX][3];
	size_t receivers;
	struct levels level; /* mean over them */
};

static void listen(const struct sabin_advice_scene *scene, size_t speaker, struct heard *out)
{
	*out = (struct heard){.speaker = speaker};
	for (int a = 0; a < 3; a++)
		out->source_m[a] = scene->speaker[speaker].position_m[a];
	for (size_t i = 0; i < scene->response_count && out->receivers < RECEIVERS_MAX; i++) {
		const struct sabin_advice_response *r = &scene->response[i];
		if (r->speaker != speaker || !r->trustworthy || !r->response ||
		    isnan(scene->position_m[r->position][0]))
			continue;
		for (int a = 0; a < 3; a++)
			out->receiver_m[out->receivers][a] = scene->position_m[r->position][a];
		take_levels(r->response, &out->level, 1);
		out->receivers++;
	}
	for (size_t i = 0; out->receivers > 0 && i < out->level.n; i++)
		out->level.db[i] /= (double)out->receivers;
}

static double flatness_db(const struct levels *l)
{
	double sum = 0, squares = 0;
	size_t n = 0;
	for (size_t i = 0; i < l->n; i++)
		if (l->freq_hz[i] >= from_hz && l->freq_hz[i] <= to_hz) {
			sum += l->db[i];
			squares += l->db[i] * l->db[i];
			n++;
		}
	const double mean = n > 0 ? sum / (double)n : 0;
	return n > 0 ? sqrt(fmax(squares / (double)n - mean * mean, 0)) : 0;
}

/* The best move so far. */
struct move {
	double by_m, flat_db, gain_db; /* gain_db: at the dip */
};

static void weigh_move(const struct levels *simulated, const struct levels *moved, double f_hz, double by_m,
                       struct move *best)
{
	const double flat_db = flatness_db(moved);
	const size_t at = lowest_near(simulated, f_hz);
	if (flat_db < best->flat_db)
		*best = (struct move){by_m, flat_db, moved->db[at] - simulated->db[at]};
}

/* A move along an axis as the item's remedy, where it is worth the trouble. */
static void add_move(struct sabin_advice_item *item, int axis, const struct move *best, double now_db, double f_hz)
{
	if (best->by_m == 0 || best->gain_db < worth_db)
		return;
	for (int a = 0; a < 3; a++)
		item->move_m[a] = a == axis ? best->by_m : 0;
	advice_effect(item, "level", sabin_quantity_valid(best->gain_db, fmax(2, 0.3 * best->gain_db)), "dB", f_hz);
	advice_effect(item, "flatness", advice_number(best->flat_db - now_db), "dB", NAN);
}

/* ---- a wall near the speaker ---------------------------------------------------------------------------------- */

/* Half a wave is the detour over the wall: the frequency of the first null, mean over the receivers. */
static double null_hz(const struct sabin_room *room, const struct heard *heard, enum sabin_surface_id surface)
{
	const int axis = room_axis(surface);
	double mirror_m[3] = {heard->source_m[0], heard->source_m[1], heard->source_m[2]};
	double detour_m = 0;
	mirror_m[axis] = (room_walls[axis][1] == surface ? 2 * room->size_m[axis] : 0) - mirror_m[axis];
	for (size_t r = 0; r < heard->receivers; r++)
		detour_m += (room_distance_m(mirror_m, heard->receiver_m[r]) -
		             room_distance_m(heard->source_m, heard->receiver_m[r])) /
		            (double)heard->receivers;
	return sabin_speed_of_sound(room->temperature_c) / (2 * detour_m);
}

/* Is the wall nearer to the speaker than to every receiver?  Else moving the speaker hardly helps. */
static bool is_speakers(const struct sabin_room *room, const struct heard *heard, enum sabin_surface_id surface)
{
	const int axis = room_axis(surface);
	const double wall_m = room_walls[axis][1] == surface ? room->size_m[axis] : 0;
	for (size_t r = 0; r < heard->receivers; r++)
		if (fabs(heard->receiver_m[r][axis] - wall_m) < fabs(heard->source_m[axis] - wall_m))
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
		take_levels(r->response, one, 1);
		everywhere = everywhere && depth_db(one, lowest_near(one, f_hz)) > 0.7 * told_db;
	}
	free(one);
	return everywhere;
}

/* The wall that makes the dip at f_hz, and how much it costs there; -1: none does. */
static enum sabin_err blame(const struct sabin_room *room, const struct heard *heard, double f_hz,
                            const struct levels *simulated, int *surface, double *by_db)
{
	const size_t at = lowest_near(simulated, f_hz);
	struct sabin_panel *panels = calloc(room->panel_count + 1, sizeof *panels);
	struct levels *without = calloc(1, sizeof *without);
	enum sabin_err err = panels && without ? SABIN_OK : SABIN_ENOMEM;
	*surface = -1;
	*by_db = caused_db;
	const bool there = !err && depth_db(simulated, at) >= predicted_db;
	for (int s = 0; !err && there && s < SABIN_SURFACE_COUNT; s++) {
		struct sabin_room open;
		if (!is_speakers(room, heard, (enum sabin_surface_id)s) ||
		    fabs(log2(f_hz / null_hz(room, heard, (enum sabin_surface_id)s))) > null_octave)
			continue;
		open_wall(room, (enum sabin_surface_id)s, &open, panels);
		err = simulate(&open, heard->source_m, heard->receiver_m, heard->receivers, without);
		const double by = err ? 0 : without->db[at] - simulated->db[at];
		if (by > *by_db) {
			*by_db = by;
			*surface = s;
		}
	}
	free(panels);
	free(without);
	return err;
}

static bool is_free(const double size_m[3], const double point_m[3])
{
	for (int a = 0; a < 3; a++)
		if (point_m[a] < wall_least_m || point_m[a] > size_m[a] - wall_least_m)
			return false;
	return true;
}

/* The best distance from the wall, for flatness from 40 to 300 Hz; the gain at f_hz with it. */
static enum sabin_err remedy(const struct sabin_room *room, const struct heard *heard, int axis, double f_hz,
                             const struct levels *simulated, struct sabin_advice_item *item)
{
	const double now_db = flatness_db(simulated);
	struct move best = {0, now_db, 0};
	struct levels *moved = calloc(1, sizeof *moved);
	enum sabin_err err = moved ? SABIN_OK : SABIN_ENOMEM;
	for (int i = -MOVES_MAX / 2; !err && i <= MOVES_MAX / 2; i++) {
		double source_m[3] = {heard->source_m[0], heard->source_m[1], heard->source_m[2]};
		source_m[axis] += i * step_m;
		bool clear = i != 0 && is_free(room->size_m, source_m);
		for (size_t r = 0; clear && r < heard->receivers; r++)
			clear = room_distance_m(source_m, heard->receiver_m[r]) > 0.7;
		if (!clear)
			continue;
		err = simulate(room, source_m, heard->receiver_m, heard->receivers, moved);
		if (!err)
			weigh_move(simulated, moved, f_hz, i * step_m, &best);
	}
	free(moved);
	if (!err)
		add_move(item, axis, &best, now_db, f_hz);
	return err;
}

static enum sabin_err find_boundary(const struct sabin_advice_scene *scene, const struct heard *heard,
                                    const struct levels *simulated, double f_hz, double deep_db,
                                    struct sabin_advice *out)
{
	int surface;
	double by_db;
	enum sabin_err err = blame(scene->room, heard, f_hz, simulated, &surface, &by_db);
	if (err || surface < 0 || !is_everywhere(scene, heard, surface, f_hz))
		return err;
	const int partner = scene->speaker[heard->speaker].partner;
	for (size_t i = 0; i < out->count; i++) { /* the partner has it, too */
		struct sabin_advice_item *other = &out->item[i];
		if (other->code == SABIN_ADVICE_BOUNDARY_NULL && other->speaker == partner &&
		    fabs(log2(other->freq_hz / f_hz)) < near_octave && other->other_speaker < 0 && partner >= 0) {
			other->other_speaker = (int)heard->speaker;
			other->confidence = fmin(0.95, other->confidence + 0.1);
			return SABIN_OK;
		}
	}
	struct sabin_advice_item *item = advice_add(out, SABIN_ADVICE_BOUNDARY_NULL);
	if (!item)
		return SABIN_OK;
	const int axis = room_axis((enum sabin_surface_id)surface);
	const double at = heard->source_m[axis];
	const bool far_end = room_walls[axis][1] == (enum sabin_surface_id)surface;
	item->speaker = (int)heard->speaker;
	item->surface = surface;
	item->freq_hz = f_hz;
	item->chart = "response";
	item->benefit = fmin(deep_db / 2, 10);
	item->confidence = fmin(0.9, 0.5 + by_db / 30);
	advice_evidence_at(item, "dip", advice_number(deep_db), "dB", f_hz);
	advice_evidence(item, "wall_makes", advice_number(by_db), "dB");
	advice_evidence(item, "wall_distance",
	                advice_number(far_end ? scene->room->size_m[axis] - at : at), "m");
	return remedy(scene->room, heard, axis, f_hz, simulated, item);
}

/* ---- a seat in a node --------------------------------------------------------------------------------------------- */

/* The mode along the room that has its node at the point and is driven by the source; its order, or 0. */
static int node_along(const struct sabin_room *room, const double source_m[3], const double point_m[3],
                      double f_hz)
{
	const double speed = sabin_speed_of_sound(room->temperature_c);
	for (int n = 1; n <= 2; n++) { /* higher ones come and go within a hand's breadth */
		const struct sabin_room_mode mode = {.n = {0, n, 0}};
		const double mode_hz = speed * n / (2 * room->size_m[1]);
		if (fabs(log2(mode_hz / f_hz)) < near_octave &&
		    fabs(sabin_room_mode_shape(&mode, room->size_m, point_m)) < node &&
		    fabs(sabin_room_mode_shape(&mode, room->size_m, source_m)) > node)
			return n;
	}
	return 0;
}

/* Move the seat along the room: flatness as for speakers. */
static enum sabin_err move_seat(const struct sabin_room *room, const double source_m[3], const double seat_m[3],
                                double f_hz, const struct levels *simulated, struct sabin_advice_item *item)
{
	const double now_db = flatness_db(simulated);
	struct move best = {0, now_db, 0};
	struct levels *moved = calloc(1, sizeof *moved);
	enum sabin_err err = moved ? SABIN_OK : SABIN_ENOMEM;
	for (int i = -MOVES_MAX / 2; !err && i <= MOVES_MAX / 2; i++) {
		const double to_m[1][3] = {{seat_m[0], seat_m[1] + i * step_m, seat_m[2]}};
		if (i == 0 || to_m[0][1] > room->size_m[1] - 1 || to_m[0][1] - source_m[1] < 0.8)
			continue;
		err = simulate(room, source_m, to_m, 1, moved);
		if (!err)
			weigh_move(simulated, moved, f_hz, i * step_m, &best);
	}
	free(moved);
	if (!err)
		add_move(item, 1, &best, now_db, f_hz);
	return err;
}

static bool seat_told(const struct sabin_advice *out, size_t position, double f_hz)
{
	for (size_t i = 0; i < out->count; i++)
		if (out->item[i].code == SABIN_ADVICE_SEAT_IN_NULL && out->item[i].position == (int)position &&
		    fabs(log2(out->item[i].freq_hz / f_hz)) < near_octave)
			return true;
	return false;
}

static enum sabin_err find_seat(const struct sabin_advice_scene *scene, const struct sabin_advice_response *r,
                                struct sabin_advice *out)
{
	const double *source_m = scene->speaker[r->speaker].position_m, *seat_m = scene->position_m[r->position];
	size_t dip[DIPS_MAX];
	struct levels *level = calloc(2, sizeof *level);
	if (!level)
		return SABIN_ENOMEM;
	take_levels(r->response, level, 1);
	const size_t dips = find_dips(level, dip);
	enum sabin_err err = SABIN_OK;
	for (size_t d = 0; !err && d < dips; d++) {
		const double f_hz = level->freq_hz[dip[d]];
		const int order = node_along(scene->room, source_m, seat_m, f_hz);
		if (order == 0 || seat_told(out, r->position, f_hz))
			continue;
		const double at_m[1][3] = {{seat_m[0], seat_m[1], seat_m[2]}};
		err = simulate(scene->room, source_m, at_m, 1, &level[1]);
		if (err || depth_db(&level[1], lowest_near(&level[1], f_hz)) < predicted_db)
			continue;
		struct sabin_advice_item *item = advice_add(out, SABIN_ADVICE_SEAT_IN_NULL);
		if (!item)
			break;
		item->position = (int)r->position;
		item->freq_hz = f_hz;
		item->chart = "response";
		item->confidence = 0.8;
		item->benefit = fmin(depth_db(level, dip[d]) / 2, 10);
		advice_evidence_at(item, "dip", advice_number(depth_db(level, dip[d])), "dB", f_hz);
		advice_evidence(item, "mode_order", advice_number(order), "1");
		advice_evidence(item, "from_front", advice_number(seat_m[1] / scene->room->size_m[1]), "1");
		err = move_seat(scene->room, source_m, seat_m, f_hz, &level[1], item);
	}
	free(level);
	return err;
}

/* ---- all of them -------------------------------------------------------------------------------------------------- */

static enum sabin_err find_of_speaker(const struct sabin_advice_scene *scene, size_t speaker,
                                      struct sabin_advice *out)
{
	struct heard *heard = calloc(1, sizeof *heard);
	struct levels *simulated = calloc(1, sizeof *simulated);
	size_t dip[DIPS_MAX];
	enum sabin_err err = heard && simulated ? SABIN_OK : SABIN_ENOMEM;
	if (!err)
		listen(scene, speaker, heard);
	const size_t dips = err || heard->receivers == 0 ? 0 : find_dips(&heard->level, dip);
	if (dips > 0)
		err = simulate(scene->room, heard->source_m, heard->receiver_m, heard->receivers, simulated);
	for (size_t d = 0; !err && d < dips; d++) {
		const double f_hz = heard->level.freq_hz[dip[d]];
		bool seat = true; /* at all places */
		for (size_t r = 0; r < heard->receivers; r++)
			seat = seat && node_along(scene->room, heard->source_m, heard->receiver_m[r], f_hz) != 0;
		if (!seat)
			err = find_boundary(scene, heard, simulated, f_hz, depth_db(&heard->level, dip[d]), out);
	}
	free(heard);
	free(simulated);
	return err;
}

enum sabin_err advice_find_nulls(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	enum sabin_err err = SABIN_OK;
	if (!scene->room)
		return SABIN_OK;
	for (size_t i = 0; !err && i < scene->response_count; i++) {
		const struct sabin_advice_response *r = &scene->response[i];
		if (r->trustworthy && r->response && !isnan(scene->position_m[r->position][0]) &&
		    !isnan(scene->speaker[r->speaker].position_m[0]) &&
		    !advice_is_bass(&scene->speaker[r->speaker]))
			err = find_seat(scene, r, out);
	}
	for (size_t s = 0; !err && s < scene->speaker_count; s++)
		if (!isnan(scene->speaker[s].position_m[0]) && !advice_is_bass(&scene->speaker[s]))
			err = find_of_speaker(scene, s, out);
	return err;
}
