/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * treat.c: absorbers on the surfaces of a room, and what they change.
 *
 * References: W. C. Sabine, "Collected Papers on Acoustics" (1922): T = 24 ln 10 V / (c A); for modes, geometry.h.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/geometry.h>

#include "advice/treat.h"
#include "room/energy.h"

static const double wool = 12000;       /* Pa s/m2, of mineral wool of 40 to 50 kg/m3 */
static const double most_covered = 0.9; /* of what is bare */
static const double model_error = 0.08; /* relative, k = 1: coefficients of what is bought, edges */

struct sabin_advice_panel treat_porous(int surface, double area_m2, double thickness_m, double gap_m)
{
	return (struct sabin_advice_panel){
	    .kind = SABIN_PANEL_POROUS,
	    .surface = surface,
	    .area_m2 = area_m2,
	    .thickness_m = thickness_m,
	    .gap_m = gap_m,
	    .resistivity_pa_s_per_m2 = wool,
	    .mass_kg_per_m2 = NAN,
	    .centre_m = {NAN, NAN, NAN},
	    .sides_m = {NAN, NAN},
	    .by_item = -1,
	    .by_panel = -1,
	};
}

void treat_absorption(const struct sabin_advice_panel *panel, struct sabin_absorption *out)
{
	if (panel->kind == SABIN_PANEL_MEMBRANE) {
		const struct sabin_membrane membrane = {panel->mass_kg_per_m2, panel->thickness_m, true, NAN};
		sabin_membrane_octaves(&membrane, out);
		return;
	}
	const struct sabin_porous porous = {panel->thickness_m, panel->gap_m, panel->resistivity_pa_s_per_m2};
	const struct sabin_faced faced = {porous, panel->mass_kg_per_m2};
	if (isfinite(panel->mass_kg_per_m2))
		sabin_faced_octaves(&faced, out);
	else
		sabin_porous_octaves(&porous, out);
}

/* ---- in the room ------------------------------------------------------------------------------------------ */

static double panel_m2(const struct sabin_panel *panel)
{
	double area_m2 = 1;
	for (int a = 0; a < 3; a++)
		if (a != room_axis(panel->surface))
			area_m2 *= panel->max_m[a] - panel->min_m[a];
	return area_m2;
}

/* The share of a surface, panels apart, that absorber covers: not what is no better than the wall that it is on. */
static double hung_share(const struct sabin_room *room, enum sabin_surface_id surface)
{
	static const double absorbs = 0.2;
	double gain = 0;
	for (int b = 3; b <= 5; b++) /* 500 Hz .. 2 kHz */
		gain += (room_alpha(&room->surface[surface], b) - room_alpha(&room->ground[surface], b)) / 3;
	return gain > absorbs * room->covered[surface] ? room->covered[surface] : 0;
}

const struct sabin_absorption *treat_ground(const struct sabin_room *room, enum sabin_surface_id surface)
{
	return hung_share(room, surface) > 0 ? &room->ground[surface] : &room->surface[surface];
}

double treat_bare_m2(const struct sabin_room *room, enum sabin_surface_id surface)
{
	double area_m2 = room_area_m2(room, surface);
	for (size_t i = 0; i < room->panel_count; i++)
		if (room->panels[i].surface == surface)
			area_m2 -= panel_m2(&room->panels[i]);
	return fmax(area_m2, 0) * (1 - hung_share(room, surface));
}

double treat_replaced_m2(const struct sabin_room *room, const struct sabin_advice_panel *panel)
{
	double sum_m2 = 0;
	for (size_t i = 0; i < room->panel_count; i++) {
		const struct sabin_panel *p = &room->panels[i];
		double shared_m2 = 1;
		int side = 0;
		for (int a = 0; a < 3; a++) {
			if (a == room_axis(p->surface))
				continue;
			const double low_m = fmax(p->min_m[a], panel->centre_m[a] - panel->sides_m[side] / 2);
			const double high_m = fmin(p->max_m[a], panel->centre_m[a] + panel->sides_m[side] / 2);
			shared_m2 *= fmax(high_m - low_m, 0);
			side++;
		}
		sum_m2 += (int)p->surface == panel->surface ? shared_m2 : 0;
	}
	return sum_m2;
}

static void spread(struct sabin_room *room, const struct sabin_advice_panel *panel,
                   const struct sabin_absorption *absorption)
{
	const enum sabin_surface_id surface = (enum sabin_surface_id)panel->surface;
	const double bare_m2 = treat_bare_m2(room, surface), hung = hung_share(room, surface);
	const double share = bare_m2 > 0 ? fmin(panel->area_m2 / bare_m2, most_covered) : 0;
	const struct sabin_absorption was = *treat_ground(room, surface), mean = room->surface[surface];
	room->surface[surface].flat = room->ground[surface].flat = false;
	for (int b = 0; b < TREAT_BANDS; b++) {
		/* nobody takes down what is better than the new one */
		const double more = share * fmax(absorption->alpha[b] - room_alpha(&was, b), 0);
		room->ground[surface].alpha[b] = room_alpha(&was, b) + more;
		room->surface[surface].alpha[b] = room_alpha(&mean, b) + (1 - hung) * more;
	}
}

/* About its centre, as far as the surface goes. */
static void place(struct sabin_room *room, const struct sabin_advice_panel *panel,
                  const struct sabin_absorption *absorption)
{
	const enum sabin_surface_id surface = (enum sabin_surface_id)panel->surface;
	struct sabin_panel *to = &room->panels[room->panel_count++];
	*to = (struct sabin_panel){.surface = surface, .absorption = *absorption};
	int side = 0;
	for (int a = 0; a < 3; a++) {
		if (a == room_axis(surface)) {
			to->min_m[a] = to->max_m[a] = room_walls[a][1] == surface ? room->size_m[a] : 0;
			continue;
		}
		to->min_m[a] = fmax(panel->centre_m[a] - panel->sides_m[side] / 2, 0);
		to->max_m[a] = fmin(panel->centre_m[a] + panel->sides_m[side] / 2, room->size_m[a]);
		side++;
	}
}

enum sabin_err treat_hang(const struct sabin_room *room, const struct sabin_advice_panel *panel, size_t count,
                          struct sabin_room *out)
{
	struct sabin_panel *panels = calloc(room->panel_count + count + 1, sizeof *panels);
	if (!panels)
		return SABIN_ENOMEM;
	*out = *room;
	out->panels = panels;
	if (room->panel_count > 0)
		memcpy(panels, room->panels, room->panel_count * sizeof *panels);
	for (size_t i = 0; i < count; i++) {
		struct sabin_absorption absorption;
		if (panel[i].surface < 0)
			continue;
		treat_absorption(&panel[i], &absorption);
		(isfinite(panel[i].centre_m[0]) && isfinite(panel[i].sides_m[0]) ? place : spread)(out, &panel[i],
		                                                                                 &absorption);
	}
	return SABIN_OK;
}

/* ---- decay times ------------------------------------------------------------------------------------------ */

/* Means of T30 over the responses, by energies. */
static void energies(const struct sabin_advice_scene *scene, const struct sabin_room *room, double time_s[TREAT_BANDS])
{
	int n[TREAT_BANDS] = {0};
	memset(time_s, 0, TREAT_BANDS * sizeof *time_s);
	for (size_t i = 0; i < scene->response_count; i++) {
		const struct sabin_advice_response *r = &scene->response[i];
		const struct sabin_advice_speaker *s = &scene->speaker[r->speaker];
		double both_s[ROOM_ENERGY_TIMES][TREAT_BANDS];
		if (!r->trustworthy || isnan(s->position_m[0]) || isnan(scene->position_m[r->position][0]) ||
		    advice_is_bass(s))
			continue;
		room_energy_times(room, s->position_m, scene->position_m[r->position], s->directivity, both_s);
		for (int b = 0; b < TREAT_BANDS; b++)
			if (isfinite(both_s[ROOM_ENERGY_T30][b])) {
				time_s[b] += both_s[ROOM_ENERGY_T30][b];
				n[b]++;
			}
	}
	for (int b = 0; b < TREAT_BANDS; b++)
		time_s[b] = n[b] > 0 ? time_s[b] / n[b] : (double)NAN;
}

static double area_alpha_m2(const struct sabin_room *room, int band)
{
	double sum = 0, alpha[TREAT_BANDS];
	for (int s = 0; s < SABIN_SURFACE_COUNT; s++) {
		sabin_room_mean_absorption(room, (enum sabin_surface_id)s, alpha);
		sum += alpha[band] * room_area_m2(room, (enum sabin_surface_id)s);
	}
	return sum;
}

enum sabin_err treat_times(const struct sabin_advice_scene *scene, const struct sabin_room *room,
                           const struct sabin_advice_panel *panel, size_t count, double now_s[TREAT_BANDS],
                           struct sabin_quantity then_s[TREAT_BANDS])
{
	struct sabin_room after;
	const enum sabin_err err = treat_hang(room, panel, count, &after);
	if (err)
		return err;
	double before_s[TREAT_BANDS], after_s[TREAT_BANDS];
	const double sabine = room_sabine_s_m2(room);
	energies(scene, room, before_s);
	energies(scene, &after, after_s);
	for (int b = 0; b < TREAT_BANDS; b++) {
		const struct sabin_quantity now = advice_octave_time(scene, room_octave_hz[b]);
		const double more_m2 = area_alpha_m2(&after, b) - area_alpha_m2(room, b);
		const double diffuse_s = 1 / (1 / now.value + more_m2 / sabine);
		const double specular_s = now.value * after_s[b] / before_s[b];
		now_s[b] = now.valid ? now.value : (double)NAN;
		then_s[b] = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
		if (!now.valid || !isfinite(diffuse_s))
			continue;
		const double middle_s = isfinite(specular_s) ? 0.5 * (diffuse_s + specular_s) : diffuse_s;
		const double apart_s = isfinite(specular_s) ? 0.5 * fabs(diffuse_s - specular_s) : 0.1 * diffuse_s;
		then_s[b] = sabin_quantity_valid(middle_s, hypot(hypot(apart_s, model_error * middle_s),
		                                                 isfinite(now.plus_minus) ? now.plus_minus : 0));
	}
	free(after.panels);
	return SABIN_OK;
}

enum sabin_err treat_add_times(const struct sabin_advice_scene *scene, const struct sabin_room *room,
                               struct sabin_advice_item *item, double from_hz, double to_hz)
{
	double now_s[TREAT_BANDS];
	struct sabin_quantity then_s[TREAT_BANDS];
	const enum sabin_err err = treat_times(scene, room, item->panel, item->panel_count, now_s, then_s);
	for (int b = 0; !err && b < TREAT_BANDS; b++)
		if (then_s[b].valid && room_octave_hz[b] >= from_hz && room_octave_hz[b] <= to_hz)
			advice_effect(item, "decay_time", now_s[b], then_s[b], "s")->band_hz = room_octave_hz[b];
	return err;
}

/* ---- modes ------------------------------------------------------------------------------------------------ */

static enum sabin_err mode_time(const struct sabin_room *room, const int n[3], double *t60_s)
{
	const double speed = sabin_speed_of_sound(room->temperature_c);
	double squares = 0;
	struct sabin_room_mode *modes = NULL;
	size_t count = 0;
	for (int a = 0; a < 3; a++)
		squares += pow(n[a] / room->size_m[a], 2);
	const enum sabin_err err = sabin_room_modes(room, 1.01 * speed / 2 * sqrt(squares), &modes, &count);
	*t60_s = NAN;
	for (size_t i = 0; !err && i < count; i++)
		if (memcmp(modes[i].n, n, sizeof modes[i].n) == 0)
			*t60_s = modes[i].t60_s;
	free(modes);
	return err;
}

enum sabin_err treat_mode_ratio(const struct sabin_room *room, const struct sabin_advice_panel *panel, size_t count,
                                const int n[3], double *ratio)
{
	struct sabin_room after;
	double now_s = NAN, then_s = NAN;
	enum sabin_err err = treat_hang(room, panel, count, &after);
	if (err)
		return err;
	err = mode_time(room, n, &now_s);
	if (!err)
		err = mode_time(&after, n, &then_s);
	*ratio = !err && isfinite(now_s) && now_s > 0 ? then_s / now_s : (double)NAN;
	free(after.panels);
	return err == SABIN_EINVAL ? SABIN_OK : err;
}

double treat_effort(const struct sabin_advice_item *item)
{
	double effort = 1.7;
	for (size_t i = 0; i < item->panel_count; i++)
		/* what is deep costs room as well as money */
		effort += item->panel[i].area_m2 * (0.15 + item->panel[i].thickness_m + 0.3 * item->panel[i].gap_m);
	return effort;
}
