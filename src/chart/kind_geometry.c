/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kind_geometry.c: the room from above and from the side, and the ways of the first reflections from one
 * speaker to one position, as the room file has them: a prediction, not a measurement.
 */
#include <math.h>
#include <stdlib.h>

#include <sabin/geometry.h>

#include "chart/floor.h"
#include "chart/kinds.h"

enum { RIGHT_PX = 262, LEAST_PX = 24 };
static const double early_s = 0.015, limit_db = -10; /* EBU Tech 3276 */

struct picture {
	const struct sabin_roomfile *file;
	double to_hz; /* the speaker's range ends there; NAN: not told */
	const double *from_m, *to_m;
	size_t count;
	struct sabin_first_reflection way[SABIN_FIRST_REFLECTIONS_MAX];
};

static const char *name_of(const struct picture *p, const struct sabin_first_reflection *r)
{
	return r->object >= 0 ? p->file->objects[r->object].kind : sabin_surface_name(r->surface);
}

/* A colour for each surface, whatever the order of the arrivals; objects are grey. */
static int colour_of(const struct sabin_first_reflection *r)
{
	return r->object >= 0 ? SABIN_INK_FAINT : (int)r->surface + 1;
}

static bool is_bass(const struct picture *p)
{
	return p->to_hz < SABIN_BASS_TO_HZ;
}

/* Of a subwoofer: it plays nothing at 1 to 4 kHz. */
static void write_bass_finding(struct sabin_sheet *sheet, const struct picture *p)
{
	const struct sabin_first_reflection *deepest = NULL;
	for (size_t i = 0; i < p->count; i++)
		if (p->way[i].null_hz <= p->to_hz && (!deepest || p->way[i].null_db < deepest->null_db))
			deepest = &p->way[i];
	if (deepest)
		sabin_sheet_finding(sheet, "Deepest first null within the range of the subwoofer: %s, %s Hz, %s dB",
		                    sabin_chart_name(name_of(p, deepest)).s,
		                    sabin_text_number(deepest->null_hz, deepest->null_hz < 99.5 ? 1 : 0).s,
		                    sabin_text_number(deepest->null_db, 1).s);
	else
		sabin_sheet_finding(sheet, "No first reflection makes a null within the range of the subwoofer");
}

static void write_finding(struct sabin_sheet *sheet, const struct picture *p)
{
	const struct sabin_first_reflection *strongest = NULL;
	int above = 0;
	if (is_bass(p)) {
		write_bass_finding(sheet, p);
		return;
	}
	for (size_t i = 0; i < p->count; i++) {
		const struct sabin_first_reflection *r = &p->way[i];
		if (r->delay_s >= early_s)
			continue;
		above += r->level_db > limit_db;
		if (!strongest || r->level_db > strongest->level_db)
			strongest = r;
	}
	if (!strongest)
		sabin_sheet_finding(sheet, "No first reflection is expected within 15 ms");
	else
		sabin_sheet_finding(sheet,
		                    "%d first reflection%s above %s dB expected within 15 ms; strongest %s, %s "
		                    "ms after the direct sound, %s dB",
		                    above, above == 1 ? "" : "s", sabin_text_number(limit_db, 0).s,
		                    sabin_chart_name(name_of(p, strongest)).s,
		                    sabin_text_number(strongest->delay_s * 1000, 1).s,
		                    sabin_text_number(strongest->level_db, 1).s);
}

static void write_table(struct sabin_sheet *sheet, const struct picture *p)
{
	char key[32];
	sabin_sheet_number(sheet, "ways", (double)p->count);
	for (size_t i = 0; i < p->count; i++) {
		const struct sabin_first_reflection *r = &p->way[i];
		snprintf(key, sizeof key, "way_name_%zu", i + 1);
		sabin_sheet_say(sheet, key, 84, 13.5, "%s", name_of(p, r));
		snprintf(key, sizeof key, "way_ms_%zu", i + 1);
		sabin_sheet_say(sheet, key, 0, 0, "%s", sabin_text_number(r->delay_s * 1000, 1).s);
		snprintf(key, sizeof key, "way_db_%zu", i + 1);
		sabin_sheet_say(sheet, key, 0, 0, "%s", is_bass(p) ? "–" : sabin_text_number(r->level_db, 1).s);
		snprintf(key, sizeof key, "way_null_%zu", i + 1);
		sabin_sheet_say(sheet, key, 0, 0, "%s",
		                p->to_hz < r->null_hz ? "–" : sabin_text_number(r->null_hz, r->null_hz < 99.5 ? 1 : 0).s);
		snprintf(key, sizeof key, "way_ink_%zu", i + 1);
		sabin_sheet_number(sheet, key, colour_of(r));
		snprintf(key, sizeof key, "way_loud_%zu", i + 1);
		sabin_sheet_number(sheet, key, !is_bass(p) && r->delay_s < early_s && r->level_db > limit_db);
	}
}

static void row(struct sabin_sheet *sheet, size_t way, const double at_m[3])
{
	sabin_sheet_row(sheet, 4, (double[]){(double)way, at_m[1], at_m[0], at_m[2]});
}

static void write_tables(struct sabin_sheet *sheet, const struct picture *p)
{
	sabin_floor_tables(sheet, p->file);
	sabin_sheet_table(sheet, "", "way y_m x_m z_m: speaker, reflection, listener; way 0 is the direct one");
	row(sheet, 0, p->from_m);
	row(sheet, 0, p->to_m);
	for (size_t i = 0; i < p->count; i++) {
		row(sheet, i + 1, p->from_m);
		row(sheet, i + 1, p->way[i].point_m);
		row(sheet, i + 1, p->to_m);
	}
	sabin_sheet_table(sheet, "_points", "way y_m x_m z_m: where it is reflected");
	for (size_t i = 0; i < p->count; i++)
		row(sheet, i + 1, p->way[i].point_m);
	sabin_sheet_table(sheet, "_panels", "y_m x_m z_m dy dx dz, surface");
	for (size_t i = 0; i < p->file->room.panel_count; i++) {
		const struct sabin_panel *b = &p->file->room.panels[i];
		sabin_sheet_row(sheet, 7,
		                (double[]){b->min_m[1], b->min_m[0], b->min_m[2], b->max_m[1] - b->min_m[1],
		                           b->max_m[0] - b->min_m[0], b->max_m[2] - b->min_m[2], b->surface});
	}
	sabin_sheet_off_page(sheet, 7);
}

static enum sabin_err write(const struct sabin_chart_input *input, const char *folder,
                            struct sabin_diag *diag)
{
	struct picture p = {.file = input->room};
	struct sabin_sheet sheet;
	const struct sabin_measured *m = input->trace_count ? input->traces[0].measured : NULL;
	const int s = p.file && m ? sabin_roomfile_speaker(p.file, m->speaker) : -1;
	const int at = p.file && m ? sabin_roomfile_position(p.file, m->position) : -1;
	if (s < 0 || at < 0)
		return sabin_diag_set(diag, SABIN_ESHORT, NULL, 0, 0,
		                      "there is no room file that knows the speaker and the position");
	p.from_m = p.file->speakers[s].position_m;
	p.to_hz = p.file->speakers[s].range_hz[1];
	p.to_m = p.file->positions[at].position_m;
	struct sabin_reflector *objects = calloc(p.file->object_count + 1, sizeof *objects);
	if (!objects)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < p.file->object_count; i++) {
		memcpy(objects[i].min_m, p.file->objects[i].min_m, sizeof objects[i].min_m);
		memcpy(objects[i].max_m, p.file->objects[i].max_m, sizeof objects[i].max_m);
	}
	struct sabin_directivity box;
	const bool boxed = sabin_roomfile_directivity(&p.file->speakers[s], &box);
	p.count = sabin_room_first_reflections(&p.file->room, p.from_m, boxed ? &box : NULL, p.to_m, objects,
	                                       p.file->object_count, p.way);
	free(objects);
	const double *size_m = p.file->room.size_m;
	sabin_sheet_open(&sheet, folder, "geometry");
	sabin_sheet_say(&sheet, "title", 0, 0, "Geometry and first reflections");
	write_finding(&sheet, &p);
	sabin_sheet_conditions(&sheet, input, sabin_chart_who(input).s);
	sabin_sheet_method(&sheet,
	                   "predicted from the room file" SABIN_DOT "dB re direct sound, 1 to 4 kHz%s" SABIN_DOT
	                   "null: with the direct sound alone" SABIN_DOT "c = %s m/s",
	                   boxed ? ", box speaker" : "",
	                   sabin_text_number(sabin_speed_of_sound(p.file->room.temperature_c), 1).s);
	const double scale = sabin_floor_scale(&p.file->room, RIGHT_PX, size_m[0] + size_m[2]);
	sabin_floor_words(&sheet, p.file, scale);
	sabin_sheet_say(&sheet, "panels", 0, 0, "%g %g", fmax(LEAST_PX, scale * size_m[0]),
	                fmax(LEAST_PX, scale * size_m[2]));
	write_table(&sheet, &p);
	sabin_sheet_legend(&sheet, SABIN_MARK_LINE, SABIN_INK_TEXT, SABIN_DASH_SOLID, "direct sound");
	sabin_sheet_legend(&sheet, SABIN_MARK_BAND, SABIN_INK_MUTED, SABIN_DASH_SOLID, "object");
	if (p.file->room.panel_count > 0)
		sabin_sheet_legend(&sheet, SABIN_MARK_LINE, SABIN_INK_GOOD, SABIN_DASH_SOLID,
		                   "panel of another material");
	write_tables(&sheet, &p);
	return sabin_sheet_close(&sheet, diag);
}

const struct sabin_chart_kind sabin_chart_kind_geometry = {
    .name = "geometry",
    .title = "the room from above and from the side, with the first reflections",
    .needs = SABIN_CHART_ROOM,
    .one_trace = true,
    .write = write,
};
