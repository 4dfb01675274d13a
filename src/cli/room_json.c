/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * room_json.c: sabin.room/1, what 'sabin room' prints for scripts.
 */
#include <math.h>
#include <stdlib.h>

#include <sabin/absorber.h>
#include <sabin/modefit.h>

#include "cli/room_show.h"

static const double band_hz[SABIN_ABSORPTION_BANDS] = {63, 125, 250, 500, 1000, 2000, 4000, 8000};

static void write_absorption(struct sabin_json *json, double area_m2, const struct sabin_absorption *a)
{
	sabin_json_number(json, "area_m2", area_m2);
	sabin_json_numbers(json, "absorption", a->alpha, SABIN_ABSORPTION_BANDS);
	sabin_json_open_array(json, "extrapolated");
	for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
		sabin_json_bool(json, NULL, !a->flat && a->extrapolated[b]);
	sabin_json_close(json);
}

/* area_m2 of a surface: with its panels */
static void write_surfaces(struct sabin_json *json, const struct sabin_room *room)
{
	sabin_json_open_array(json, "surfaces");
	for (int s = 0; s < SABIN_SURFACE_COUNT; s++) {
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "surface", sabin_surface_name((enum sabin_surface_id)s));
		write_absorption(json, sabin_room_surface_m2(room, (enum sabin_surface_id)s), &room->surface[s]);
		sabin_json_open_array(json, "panels");
		for (size_t i = 0; i < room->panel_count; i++) {
			if (room->panels[i].surface != (enum sabin_surface_id)s)
				continue;
			sabin_json_open_object(json, NULL);
			sabin_json_numbers(json, "min_m", room->panels[i].min_m, 3);
			sabin_json_numbers(json, "max_m", room->panels[i].max_m, 3);
			write_absorption(json, sabin_room_panel_m2(&room->panels[i]),
			                 &room->panels[i].absorption);
			sabin_json_close(json);
		}
		sabin_json_close(json);
		sabin_json_close(json);
	}
	sabin_json_close(json);
}

static void write_diffusers(struct sabin_json *json, const struct sabin_roomfile *file)
{
	sabin_json_open_array(json, "diffusers");
	for (size_t i = 0; i < file->diffuser_count; i++) {
		const struct sabin_panel_diffuser *d = &file->diffusers[i];
		struct sabin_diffuser design;
		if (!sabin_diffuser_design((int)d->wells, d->from_hz, d->width_m, &design))
			continue;
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "surface", sabin_surface_name(file->room.panels[d->panel].surface));
		sabin_json_numbers(json, "depth_m", design.depth_m, (size_t)design.wells);
		sabin_json_number(json, "from_hz", design.from_hz);
		sabin_json_number(json, "to_hz", design.to_hz);
		sabin_json_number(json, "least_distance_m", design.least_distance_m);
		sabin_json_open_object(json, "positions_m");
		for (size_t p = 0; p < file->position_count; p++)
			sabin_json_number(json, file->positions[p].name,
			                  sabin_room_panel_distance_m(&file->room.panels[d->panel],
			                                              file->positions[p].position_m));
		sabin_json_close(json);
		sabin_json_close(json);
	}
	sabin_json_close(json);
}

static void write_bands(struct sabin_json *json, const struct sabin_room_facts *facts)
{
	sabin_json_open_array(json, "bands");
	for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++) {
		const struct sabin_reverberation *r = &facts->bands[b];
		sabin_json_open_object(json, NULL);
		sabin_json_number(json, "centre_hz", band_hz[b]);
		sabin_json_number(json, "mean_absorption", r->mean_alpha);
		sabin_json_number(json, "sabine_s", r->sabine_s);
		sabin_json_number(json, "eyring_s", r->eyring_s);
		sabin_json_number(json, "millington_s", r->millington_s);
		sabin_json_number(json, "fitzroy_s", r->fitzroy_s);
		sabin_json_number(json, "arau_puchades_s", r->arau_s);
		sabin_json_number(json, "slowest_axis_s", r->axis_s);
		sabin_json_bool(json, "uneven", r->uneven);
		sabin_json_numbers(json, "believe_s", (const double[2]){r->low_s, r->high_s}, 2);
		sabin_json_bool(json, "extrapolated", facts->extrapolated[b]);
		sabin_json_close(json);
	}
	sabin_json_close(json);
}

static void write_proportions(struct sabin_json *json, const struct sabin_room_facts *facts)
{
	const struct sabin_proportions *p = &facts->proportions;
	sabin_json_open_object(json, "proportions");
	sabin_json_number(json, "length_height", p->length_height);
	sabin_json_number(json, "width_height", p->width_height);
	sabin_json_bool(json, "walker", p->walker);
	sabin_json_numbers(json, "walker_length_height", (const double[2]){p->least, p->most}, 2);
	sabin_json_bool(json, "whole_ratio", p->whole);
	sabin_json_close(json);
	if (!facts->has_bonello) {
		sabin_json_null(json, "bonello");
		return;
	}
	sabin_json_open_object(json, "bonello");
	sabin_json_bool(json, "passed", facts->bonello.passed);
	sabin_json_open_array(json, "bands");
	for (int b = 0; b < SABIN_BONELLO_BANDS; b++) {
		sabin_json_open_object(json, NULL);
		sabin_json_number(json, "centre_hz", facts->bonello.centre_hz[b]);
		sabin_json_integer(json, "modes", facts->bonello.count[b]);
		sabin_json_bool(json, "falls", facts->bonello.falls[b]);
		sabin_json_bool(json, "coincides", facts->bonello.coincides[b]);
		sabin_json_close(json);
	}
	sabin_json_close(json);
	sabin_json_close(json);
}

static void write_modes(struct sabin_json *json, const struct sabin_roomfile *file,
                        const struct sabin_room_facts *facts)
{
	sabin_json_number(json, "modes_to_hz", facts->modes_to_hz);
	sabin_json_open_array(json, "modes");
	for (size_t i = 0; i < facts->mode_count; i++) {
		const struct sabin_room_mode *m = &facts->modes[i];
		sabin_json_open_object(json, NULL);
		sabin_json_number(json, "freq_hz", m->f_hz);
		sabin_json_numbers(json, "n", (const double[3]){m->n[0], m->n[1], m->n[2]}, 3);
		sabin_json_text(json, "kind", sabin_mode_kind(m->n));
		sabin_json_number(json, "t60_s", m->t60_s);
		sabin_json_open_object(json, "speakers_db");
		for (size_t s = 0; s < file->speaker_count; s++)
			sabin_json_number(json, file->speakers[s].name,
			                  sabin_room_mode_db(m, &file->room, file->speakers[s].position_m));
		sabin_json_close(json);
		sabin_json_open_object(json, "positions_db");
		for (size_t p = 0; p < file->position_count; p++)
			sabin_json_number(json, file->positions[p].name,
			                  sabin_room_mode_db(m, &file->room, file->positions[p].position_m));
		sabin_json_close(json);
		sabin_json_close(json);
	}
	sabin_json_close(json);
}

static void write_reflection(struct sabin_json *json, const struct sabin_roomfile *file,
                             double to_hz, const struct sabin_first_reflection *r)
{
	const bool bass = to_hz < SABIN_BASS_TO_HZ, reached = !(to_hz < r->null_hz);
	sabin_json_open_object(json, NULL);
	if (r->object >= 0)
		sabin_json_text(json, "object", file->objects[r->object].kind);
	else
		sabin_json_text(json, "surface", sabin_surface_name(r->surface));
	sabin_json_bool(json, "on_panel", r->panel >= 0);
	sabin_json_numbers(json, "point_m", r->point_m, 3);
	sabin_json_number(json, "delay_s", r->delay_s);
	sabin_json_number(json, "level_db", bass ? (double)NAN : r->level_db);
	sabin_json_number(json, "null_hz", r->null_hz);
	sabin_json_number(json, "null_db", reached ? r->null_db : (double)NAN);
	sabin_json_number(json, "peak_db", to_hz < 2 * r->null_hz ? (double)NAN : r->peak_db);
	sabin_json_number(json, "panel_m", fmax(r->panel_m[0], r->panel_m[1]));
	sabin_json_numbers(json, "panel_size_m", r->panel_m, 2);
	if (r->object >= 0)
		sabin_json_number(json, "from_hz", r->from_hz);
	sabin_json_close(json);
}

static void write_ways(struct sabin_json *json, const struct sabin_roomfile *file,
                       const struct sabin_room_facts *facts)
{
	sabin_json_open_array(json, "distances");
	for (size_t s = 0; s < file->speaker_count; s++)
		for (size_t p = 0; p < file->position_count; p++) {
			struct sabin_first_reflection r[SABIN_FIRST_REFLECTIONS_MAX];
			const double *a = file->speakers[s].position_m, *b = file->positions[p].position_m;
			const double d = hypot(hypot(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
			struct sabin_directivity box;
			const bool boxed = sabin_roomfile_directivity(&file->speakers[s], &box);
			const size_t n = sabin_room_first_reflections(&file->room, a, boxed ? &box : NULL, b,
			                                              facts->objects, file->object_count, r);
			sabin_json_open_object(json, NULL);
			sabin_json_text(json, "speaker", file->speakers[s].name);
			sabin_json_text(json, "position", file->positions[p].name);
			sabin_json_number(json, "distance_m", d);
			sabin_json_number(json, "delay_s", d / facts->speed_m_s);
			sabin_json_open_array(json, "reflections");
			for (size_t i = 0; i < n; i++)
				write_reflection(json, file, file->speakers[s].range_hz[1], &r[i]);
			sabin_json_close(json);
			sabin_json_close(json);
		}
	sabin_json_close(json);
}

static enum sabin_err write_stereo(struct sabin_json *json, const struct sabin_roomfile *file,
                                   double speed_m_s)
{
	struct sabin_stereo *all = NULL;
	size_t count = 0;
	const enum sabin_err err = sabin_room_stereo(file, speed_m_s, &all, &count);
	if (err)
		return err;
	sabin_json_open_array(json, "stereo");
	for (size_t i = 0; i < count; i++) {
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "position", file->positions[all[i].position].name);
		sabin_json_text(json, "left", file->speakers[all[i].left].name);
		sabin_json_text(json, "right", file->speakers[all[i].right].name);
		sabin_json_number(json, "base_m", all[i].base_m);
		sabin_json_numbers(json, "distance_m", (const double[2]){all[i].left_m, all[i].right_m}, 2);
		sabin_json_numbers(json, "half_angle_deg",
		                   (const double[2]){all[i].left_deg, all[i].right_deg}, 2);
		sabin_json_number(json, "right_later_s", all[i].late_s);
		sabin_json_close(json);
	}
	sabin_json_close(json);
	free(all);
	return SABIN_OK;
}

enum sabin_err sabin_show_room_json(const struct sabin_roomfile *file,
                                    const struct sabin_room_facts *facts,
                                    const struct sabin_doubts *doubts, const struct sabin_roomfit *fit,
                                    const struct sabin_fit_names *names, const double size_m[3])
{
	struct sabin_json *json = sabin_json_new();
	if (!json)
		return SABIN_ENOMEM;
	sabin_json_text(json, "schema", "sabin.room/1");
	sabin_json_text(json, "file", file->path);
	sabin_json_text(json, "name", file->name);
	sabin_json_numbers(json, "size_m", file->room.size_m, 3);
	sabin_json_number(json, "volume_m3", facts->volume_m3);
	sabin_json_number(json, "speed_of_sound_m_per_s", facts->speed_m_s);
	sabin_json_number(json, "schroeder_hz", facts->schroeder_hz);
	sabin_json_number(json, "schroeder_time_s", facts->schroeder_time_s);
	if (fit)
		sabin_json_fit(json, fit, names, size_m);
	write_surfaces(json, &file->room);
	write_diffusers(json, file);
	write_bands(json, facts);
	write_proportions(json, facts);
	write_ways(json, file, facts);
	enum sabin_err err = write_stereo(json, file, facts->speed_m_s);
	write_modes(json, file, facts);
	sabin_json_open_array(json, "warnings");
	for (size_t i = 0; i < doubts->count; i++)
		sabin_json_text(json, NULL, doubts->text[i]);
	sabin_json_close(json);
	if (!err)
		err = sabin_json_print(json, stdout);
	sabin_json_free(json);
	return err;
}
