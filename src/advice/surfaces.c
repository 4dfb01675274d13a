/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * surfaces.c: reflections that come too soon and too strong, with the surface they come from; and a
 * microphone that stands too near to one.
 *
 * The limit is that of reflections.h: EBU Tech 3276 and ITU-R BS.1116-3, 8.3.3.1.
 */
#include <math.h>

#include <sabin/geometry.h>

#include "advice/treat.h"
#include "room/inner.h"

static const double near_m = 0.25;  /* a microphone nearer than this hears the surface's own pressure */
static const double panel_thick_m = 0.1;
static const double diffuser_hz = 500; /* of a common one, some 20 cm deep */
static const double edge_db = -22;  /* what a panel's edges and frame send all the same, re the wall's reflection */
static const double reflection_error_db = 2.5; /* k = 1, of a predicted reflection: angles, edges, neighbours */
static const double unknown_db = -8; /* one whose surface is not known is told where it is well above the limit */
static const double side_differs_db = 6; /* between the two side walls */

/* All the reflections of one surface or object. */
struct group {
	size_t count;
	double worst_db;
	const struct sabin_advice_response *response; /* of the worst */
	const struct sabin_reflection *reflection;
	int speaker, position; /* of all; -1: of several */
	struct sabin_box zone; /* that holds the first Fresnel zones of all, where known */
	bool has_zone;
};

static void collect(struct group *group, const struct sabin_advice_response *r,
                    const struct sabin_reflection *one)
{
	const bool first = group->count == 0;
	group->speaker = first || group->speaker == (int)r->speaker ? (int)r->speaker : -1;
	group->position = first || group->position == (int)r->position ? (int)r->position : -1;
	if (first || one->level_db.value > group->worst_db) {
		group->worst_db = one->level_db.value;
		group->response = r;
		group->reflection = one;
	}
	group->count++;
}

/* The sides of the first Fresnel zone at 1 kHz; NAN: not known. */
static void find_panel(const struct sabin_advice_scene *scene, const struct sabin_advice_response *r,
                       const struct sabin_reflection_path *path, double panel_m[2])
{
	struct sabin_first_reflection first[SABIN_FIRST_REFLECTIONS_MAX];
	const struct sabin_advice_speaker *speaker = &scene->speaker[r->speaker];
	const size_t n = sabin_room_first_reflections(scene->room, speaker->position_m, speaker->directivity,
	                                              scene->position_m[r->position], scene->room->objects,
	                                              scene->room->object_count, first);
	panel_m[0] = panel_m[1] = NAN;
	for (size_t i = 0; i < n; i++)
		if (path->object < 0 && first[i].object < 0 && first[i].surface == path->surfaces[0]) {
			panel_m[0] = first[i].panel_m[0];
			panel_m[1] = first[i].panel_m[1];
		}
}

/* The zone of one more way by a surface. */
static void widen(const struct sabin_advice_scene *scene, const struct sabin_advice_response *r,
                  const struct sabin_reflection_path *path, struct group *group)
{
	double sides_m[2];
	int side = 0;
	find_panel(scene, r, path, sides_m);
	if (!isfinite(sides_m[0]) || !isfinite(sides_m[1]))
		return;
	for (int a = 0; a < 3; a++) {
		const double half_m = a == room_axis(path->surfaces[0]) ? 0 : sides_m[side++] / 2;
		const double low_m = fmax(path->point_m[a] - half_m, 0);
		const double high_m = fmin(path->point_m[a] + half_m, scene->room->size_m[a]);
		group->zone.min_m[a] = group->has_zone ? fmin(group->zone.min_m[a], low_m) : low_m;
		group->zone.max_m[a] = group->has_zone ? fmax(group->zone.max_m[a], high_m) : high_m;
	}
	group->has_zone = true;
}

/* A panel over the first Fresnel zones, and what is left of the reflection then: the way's own length and what
 * the panel reflects at its angle; edges bend some back whatever it absorbs. */
static void add_panel(const struct sabin_advice_scene *scene, const struct group *group, struct sabin_advice_item *item)
{
	const struct sabin_reflection *worst = group->reflection;
	const struct sabin_advice_response *r = group->response;
	struct sabin_advice_panel panel = treat_porous(item->surface, NAN, panel_thick_m, 0);
	const int axis = room_axis((enum sabin_surface_id)item->surface);
	int side = 0;
	if (!group->has_zone)
		return;
	for (int a = 0; a < 3; a++) {
		panel.centre_m[a] = 0.5 * (group->zone.min_m[a] + group->zone.max_m[a]);
		if (a != axis)
			panel.sides_m[side++] = group->zone.max_m[a] - group->zone.min_m[a];
	}
	panel.area_m2 = panel.sides_m[0] * panel.sides_m[1];
	item->panel[item->panel_count++] = panel;
	const double replaced_m2 = treat_replaced_m2(scene->room, &panel);
	if (replaced_m2 > 0.05)
		advice_evidence(item, "hangs_there", advice_number(replaced_m2), "m2");
	item->effort = treat_effort(item);
	const double *from_m = scene->speaker[r->speaker].position_m;
	const double across_m = fabs(worst->path.point_m[axis] - from_m[axis]);
	const double angle_deg = acos(fmin(across_m / room_distance_m(from_m, worst->path.point_m), 1)) * 180 / M_PI;
	const struct sabin_porous wool = {panel.thickness_m, panel.gap_m, panel.resistivity_pa_s_per_m2};
	const double left = 1 - sabin_porous_alpha(&wool, 2000, fmin(angle_deg, 85));
	/* never more than there is now */
	const double bare_db = fmin(worst->path.most_db, worst->level_db.value + 3);
	const double then_db = fmin(worst->level_db.value, 10 * log10(pow(10, (bare_db + 10 * log10(left)) / 10) +
	                                                             pow(10, (bare_db + edge_db) / 10)));
	if (item->surface == SABIN_BACK) { /* the others are too near, or send it sideways */
		struct sabin_diffuser diffuser;
		if (sabin_diffuser_design(7, diffuser_hz, 0.05, &diffuser)) {
			advice_evidence(item, "listener_distance",
			                advice_number(scene->room->size_m[1] - scene->position_m[r->position][1]), "m");
			advice_evidence(item, "diffuser_distance", advice_number(diffuser.least_distance_m), "m");
		}
	}
	struct sabin_advice_fact *fact = advice_effect(item, "reflection_level", worst->level_db.value,
	                                               sabin_quantity_valid(then_db, reflection_error_db), "dB");
	fact->speaker = (int)r->speaker;
	fact->position = (int)r->position;
}

static void add_reflection(const struct sabin_advice_scene *scene, const struct group *group,
                           struct sabin_advice *out)
{
	struct sabin_advice_item *item =
	    group->count > 0 ? advice_add(out, SABIN_ADVICE_FIRST_REFLECTION) : NULL;
	if (!item)
		return;
	const struct sabin_reflection *worst = group->reflection;
	const double excess_db = worst->level_db.value + 10;
	item->speaker = group->speaker;
	item->position = group->position;
	item->chart = "reflections";
	item->benefit = 1 + fmin(excess_db, 10) / 1.5 + 0.3 * (double)group->count;
	item->confidence = fmin(0.95, 0.6 + 0.05 * (double)group->count);
	advice_evidence(item, "level", worst->level_db, "dB");
	struct sabin_advice_fact *fact = advice_evidence(item, "delay", worst->time_s, "s");
	fact->speaker = (int)group->response->speaker;
	fact->position = (int)group->response->position;
	advice_evidence(item, "responses", advice_number((double)group->count), "1");
	if (!worst->found) {
		item->confidence = 0.6;
		return;
	}
	item->surface = worst->path.object < 0 ? (int)worst->path.surfaces[0] : -1;
	item->object = worst->path.object;
	for (int a = 0; a < 3; a++)
		item->point_m[a] = worst->path.point_m[a];
	if (item->surface == SABIN_FLOOR)
		item->kind = SABIN_ADVICE_LEAVE; /* it is there in every room, and expected by the ear */
	else if (item->object >= 0)
		item->kind = SABIN_ADVICE_MOVE;
	if (item->kind != SABIN_ADVICE_TREAT)
		return;
	add_panel(scene, group, item);
}

/* One side wall reflects and the other does not: worse for the image than both. */
static void find_one_sided(const struct group surface[SABIN_SURFACE_COUNT], struct sabin_advice *out)
{
	const struct group *left = &surface[SABIN_LEFT], *right = &surface[SABIN_RIGHT];
	if ((left->count > 0) == (right->count > 0) && fabs(left->worst_db - right->worst_db) < side_differs_db)
		return;
	const struct group *loud = left->count > 0 && (right->count == 0 || left->worst_db > right->worst_db)
	                               ? left
	                               : right;
	/* the item of its reflection says it all, and gains by it */
	for (size_t i = 0; i < out->count; i++)
		if (out->item[i].code == SABIN_ADVICE_FIRST_REFLECTION &&
		    out->item[i].surface == (loud == left ? SABIN_LEFT : SABIN_RIGHT)) {
			out->item[i].benefit += 2;
			out->item[i].other_surface = loud == left ? SABIN_RIGHT : SABIN_LEFT;
		}
}

enum sabin_err advice_find_reflections(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	enum { OBJECTS_MAX = 8 };
	struct group surface[SABIN_SURFACE_COUNT] = {0}, object[OBJECTS_MAX] = {0}, unknown = {0};
	for (size_t i = 0; i < scene->response_count; i++) {
		const struct sabin_advice_response *r = &scene->response[i];
		if (!r->trustworthy || !r->reflections || !r->reflections->heard ||
		    advice_is_bass(&scene->speaker[r->speaker]))
			continue;
		for (size_t k = 0; k < r->reflections->count; k++) {
			const struct sabin_reflection *one = &r->reflections->item[k];
			if (!one->too_strong)
				continue;
			if (!one->found || one->ways > 1 || (one->path.object < 0 && one->path.order != 1))
				collect(&unknown, r, one);
			else if (one->path.object >= 0 && one->path.object < OBJECTS_MAX)
				collect(&object[one->path.object], r, one);
			else if (one->path.object < 0) {
				collect(&surface[one->path.surfaces[0]], r, one);
				widen(scene, r, &one->path, &surface[one->path.surfaces[0]]);
			}
		}
	}
	for (int s = 0; s < SABIN_SURFACE_COUNT; s++)
		add_reflection(scene, &surface[s], out);
	for (int i = 0; i < OBJECTS_MAX; i++)
		add_reflection(scene, &object[i], out);
	find_one_sided(surface, out);
	if (unknown.count > 0 && !unknown.reflection->found && unknown.worst_db > unknown_db)
		add_reflection(scene, &unknown, out);
	return SABIN_OK;
}

/* ---- left unlike right ---------------------------------------------------------------------------------------- */

static const double unlike_db = 3;    /* EBU Tech 3276 is said to allow 2 dB of any third octave's difference */
static const double centred_m = 0.1;  /* as far from both */
static const double unlike_from_hz = 300, unlike_to_hz = 8000;

/* RMS of the difference in thirds of an octave, its mean removed. */
static double difference_db(const struct sabin_response *a, const struct sabin_response *b)
{
	double sum = 0, squares = 0;
	int n = 0;
	for (double hz = unlike_from_hz; hz < unlike_to_hz; hz *= cbrt(2)) {
		const double d = advice_level_db(b, hz, hz * cbrt(2)) - advice_level_db(a, hz, hz * cbrt(2));
		if (!isfinite(d))
			continue;
		sum += d;
		squares += d * d;
		n++;
	}
	return n > 1 ? sqrt(fmax(squares / n - sum * sum / n / n, 0)) : 0;
}

static bool is_explained(const struct sabin_advice *out, int a, int b)
{
	for (size_t i = 0; i < out->count; i++)
		if (out->item[i].code == SABIN_ADVICE_DRIVER_DEAD &&
		    (out->item[i].speaker == a || out->item[i].speaker == b))
			return true;
	return false;
}

enum sabin_err advice_find_asymmetry(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	for (size_t i = 0; i < scene->response_count; i++) {
		const struct sabin_advice_response *a = &scene->response[i];
		const int partner = scene->speaker[a->speaker].partner;
		if (partner <= (int)a->speaker || !a->trustworthy || !a->response)
			continue;
		const struct sabin_advice_response *b = advice_response(scene, (size_t)partner, a->position);
		const double *at_m = scene->position_m[a->position];
		const double off_m = room_distance_m(scene->speaker[a->speaker].position_m, at_m) -
		                     room_distance_m(scene->speaker[partner].position_m, at_m);
		/* where places are not known, nothing is either; not so for NAN */
		if (!b || !b->response || !(fabs(off_m) < centred_m) || is_explained(out, (int)a->speaker, partner))
			continue;
		const double db = difference_db(a->response, b->response);
		struct sabin_advice_item *item = db > unlike_db ? advice_add(out, SABIN_ADVICE_ASYMMETRY) : NULL;
		if (!item)
			continue;
		item->speaker = (int)a->speaker;
		item->other_speaker = partner;
		item->position = (int)a->position;
		item->chart = "response";
		item->confidence = 0.8;
		item->benefit = fmin(2 + 2 * (db - unlike_db), 10);
		advice_evidence(item, "difference", sabin_quantity_valid(db, 0.5), "dB");
	}
	return SABIN_OK;
}

/* ---- a microphone in the corner ------------------------------------------------------------------------------- */

static bool is_there(const double point_m[3])
{
	return isfinite(point_m[0]) && isfinite(point_m[1]) && isfinite(point_m[2]);
}

static bool is_measured(const struct sabin_advice_scene *scene, size_t position)
{
	for (size_t i = 0; i < scene->response_count; i++)
		if (scene->response[i].position == position)
			return true;
	return false;
}

enum sabin_err advice_find_near_boundary(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	for (size_t p = 0; scene->room && p < scene->position_count; p++) {
		const double *at_m = scene->position_m[p];
		double nearest_m = near_m;
		int surface = -1;
		if (!is_there(at_m) || !is_measured(scene, p))
			continue;
		for (int a = 0; a < 3; a++)
			for (int end = 0; end < 2; end++) {
				const double m = end ? scene->room->size_m[a] - at_m[a] : at_m[a];
				if (m < nearest_m) {
					nearest_m = m;
					surface = (int)room_walls[a][end];
				}
			}
		struct sabin_advice_item *item =
		    surface >= 0 ? advice_add(out, SABIN_ADVICE_MIC_NEAR_BOUNDARY) : NULL;
		if (!item)
			continue;
		item->position = (int)p;
		item->surface = surface;
		item->chart = "geometry";
		item->confidence = 0.9;
		item->benefit = 6;
		advice_evidence(item, "distance", advice_number(nearest_m), "m");
	}
	return SABIN_OK;
}
