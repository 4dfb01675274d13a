/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * room_facts.c: what 'sabin room' computes before it prints.
 */
#include <math.h>
#include <stdlib.h>

#include "cli/room_show.h"

static const double modes_least_hz = 200;

static bool extrapolated(const struct sabin_room *room, int band)
{
	for (int s = 0; s < SABIN_SURFACE_COUNT; s++)
		if (room->surface[s].extrapolated[band])
			return true;
	for (size_t i = 0; i < room->panel_count; i++)
		if (room->panels[i].absorption.extrapolated[band])
			return true;
	return false;
}

/* As far as is asked for, or as there are not too many of them. */
static enum sabin_err find_modes(const struct sabin_room *room, struct sabin_room_facts *out)
{
	const double to_hz = fmin(fmax(modes_least_hz, out->schroeder_hz), 1000);
	for (out->modes_to_hz = to_hz; out->modes_to_hz > 1; out->modes_to_hz *= 0.8) {
		const enum sabin_err err =
		    sabin_room_modes(room, out->modes_to_hz, &out->modes, &out->mode_count);
		if (err == SABIN_ENOMEM)
			return err;
		if (!err && out->mode_count <= ROOM_MODES_MOST)
			return SABIN_OK;
		free(out->modes);
		out->modes = NULL;
		out->mode_count = 0;
	}
	return SABIN_OK;
}

enum sabin_err sabin_room_facts(const struct sabin_roomfile *file, struct sabin_room_facts *out)
{
	const struct sabin_room *room = &file->room;
	*out = (struct sabin_room_facts){0};
	out->volume_m3 = room->size_m[0] * room->size_m[1] * room->size_m[2];
	out->speed_m_s = sabin_speed_of_sound(room->temperature_c);
	out->schroeder_hz = sabin_room_schroeder_hz(room, &out->schroeder_time_s);
	sabin_room_proportions(room->size_m, &out->proportions);
	enum sabin_err err = sabin_room_bonello(room, &out->bonello);
	out->has_bonello = !err;
	err = err == SABIN_ENOMEM ? err : SABIN_OK;
	for (int band = 0; band < SABIN_ABSORPTION_BANDS && !err; band++) {
		err = sabin_room_reverberation(room, band, &out->bands[band]);
		out->extrapolated[band] = extrapolated(room, band);
	}
	if (!err)
		err = find_modes(room, out);
	out->objects = calloc(file->object_count + 1, sizeof *out->objects);
	if (!err && !out->objects)
		err = SABIN_ENOMEM;
	for (size_t i = 0; i < file->object_count && !err; i++)
		for (int axis = 0; axis < 3; axis++) {
			out->objects[i].min_m[axis] = file->objects[i].min_m[axis];
			out->objects[i].max_m[axis] = file->objects[i].max_m[axis];
		}
	if (err)
		sabin_room_facts_release(out);
	return err;
}

void sabin_room_facts_release(struct sabin_room_facts *facts)
{
	free(facts->modes);
	free(facts->objects);
	*facts = (struct sabin_room_facts){0};
}

double sabin_room_surface_m2(const struct sabin_room *room, enum sabin_surface_id surface)
{
	const double *d = room->size_m;
	const bool side = surface == SABIN_LEFT || surface == SABIN_RIGHT;
	if (surface == SABIN_FLOOR || surface == SABIN_CEILING)
		return d[0] * d[1];
	return d[side ? 1 : 0] * d[2];
}

double sabin_room_panel_m2(const struct sabin_panel *panel)
{
	double area = 1;
	for (int axis = 0; axis < 3; axis++)
		if (panel->max_m[axis] > panel->min_m[axis])
			area *= panel->max_m[axis] - panel->min_m[axis];
	return area;
}

double sabin_room_panel_distance_m(const struct sabin_panel *panel, const double point_m[3])
{
	double d_m = 0;
	for (int axis = 0; axis < 3; axis++)
		d_m = hypot(d_m, fmax(0, fmax(panel->min_m[axis] - point_m[axis],
		                              point_m[axis] - panel->max_m[axis])));
	return d_m;
}

double sabin_room_mode_db(const struct sabin_room_mode *mode, const struct sabin_room *room,
                          const double point_m[3])
{
	return 20 * log10(fmax(fabs(sabin_room_mode_shape(mode, room->size_m, point_m)), 1e-3));
}

/* ---- stereo -------------------------------------------------------------------------------------- */

static double plan_m(const double a[3], const double b[3])
{
	return hypot(a[0] - b[0], a[1] - b[1]);
}

static double whole_m(const double a[3], const double b[3])
{
	return hypot(plan_m(a, b), a[2] - b[2]);
}

/* In plan, the angle at the listener between the middle of the pair and a speaker. */
static double angle_deg(const double at_m[3], const double middle_m[2], const double speaker_m[3])
{
	const double ahead = atan2(middle_m[1] - at_m[1], middle_m[0] - at_m[0]);
	const double to = atan2(speaker_m[1] - at_m[1], speaker_m[0] - at_m[0]);
	return fabs(remainder(to - ahead, 2 * M_PI)) * 180 / M_PI;
}

static struct sabin_stereo pair_at(const struct sabin_roomfile *file, int left, int right, int position,
                                   double speed_m_s)
{
	const double *l = file->speakers[left].position_m, *r = file->speakers[right].position_m;
	const double *p = file->positions[position].position_m;
	const double middle_m[2] = {(l[0] + r[0]) / 2, (l[1] + r[1]) / 2};
	return (struct sabin_stereo){.left = left,
	                             .right = right,
	                             .position = position,
	                             .base_m = plan_m(l, r),
	                             .left_m = whole_m(l, p),
	                             .right_m = whole_m(r, p),
	                             .left_deg = angle_deg(p, middle_m, l),
	                             .right_deg = angle_deg(p, middle_m, r),
	                             .late_s = (whole_m(r, p) - whole_m(l, p)) / speed_m_s};
}

enum sabin_err sabin_room_stereo(const struct sabin_roomfile *file, double speed_m_s,
                                 struct sabin_stereo **out, size_t *count)
{
	struct sabin_stereo *made =
	    calloc(file->speaker_count * file->position_count + 1, sizeof *made);
	size_t n = 0;
	if (!made)
		return SABIN_ENOMEM;
	for (int s = 0; s < (int)file->speaker_count; s++) {
		const int other =
		    file->speakers[s].pair[0] ? sabin_roomfile_speaker(file, file->speakers[s].pair) : -1;
		/* both may name the other: once is enough */
		const bool told = other >= 0 && other < s && file->speakers[other].pair[0] &&
		                  sabin_roomfile_speaker(file, file->speakers[other].pair) == s;
		for (int p = 0; p < (int)file->position_count && other >= 0 && other != s && !told; p++)
			made[n++] = pair_at(file, s, other, p, speed_m_s);
	}
	*out = made;
	*count = n;
	return SABIN_OK;
}
