/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * floor.c: plans of a room, true to scale.
 */
#include <math.h>
#include <strings.h>

#include "chart/floor.h"
#include "chart/kinds.h"

enum { LEFT_PX = 58, PAGE_PX = 900, HEIGHT_PX = 860, BOXES_MAX = 12 };
static const double most_px = 150;

double sabin_floor_scale(const struct sabin_room *room, double right_px, double heights_m)
{
	const double wide = (PAGE_PX - LEFT_PX - right_px) / room->size_m[1];
	return fmin(most_px, fmin(wide, HEIGHT_PX / heights_m));
}

static void say_box(struct sabin_sheet *sheet, const struct sabin_roomfile *file, int number,
                    const char *name, bool solid, const double min_m[3], const double max_m[3])
{
	static const char *const keys[6] = {"x0", "x1", "y0", "y1", "z0", "z1"};
	char key[32];
	snprintf(key, sizeof key, "box_name_%d", number);
	sabin_sheet_say(sheet, key, 70, 12, "%s", name);
	snprintf(key, sizeof key, "box_solid_%d", number);
	sabin_sheet_number(sheet, key, solid);
	for (int i = 0; i < 6; i++) {
		snprintf(key, sizeof key, "box_%s_%d", keys[i], number);
		sabin_sheet_number(sheet, key,
		                   fmin(i % 2 ? max_m[i / 2] : min_m[i / 2], file->room.size_m[i / 2]));
	}
}

void sabin_floor_words(struct sabin_sheet *sheet, const struct sabin_roomfile *file, double scale)
{
	const double *size_m = file->room.size_m;
	int boxes = 0;
	sabin_sheet_number(sheet, "width_m", size_m[0]);
	sabin_sheet_number(sheet, "length_m", size_m[1]);
	sabin_sheet_number(sheet, "height_m", size_m[2]);
	sabin_sheet_number(sheet, "scale", scale);
	sabin_sheet_number(sheet, "right_px", PAGE_PX - LEFT_PX - scale * size_m[1]);
	double step = 1;
	while (step * scale < 40)
		step *= step * scale < 20 ? 5 : 2;
	sabin_sheet_number(sheet, "step_m", step);
	for (size_t i = 0; i < file->object_count && boxes < BOXES_MAX; i++)
		say_box(sheet, file, ++boxes, file->objects[i].kind, true, file->objects[i].min_m,
		        file->objects[i].max_m);
	for (size_t i = 0; i < file->keep_out_count && boxes < BOXES_MAX; i++)
		say_box(sheet, file, ++boxes, file->keep_out[i].name, false, file->keep_out[i].min_m,
		        file->keep_out[i].max_m);
	sabin_sheet_number(sheet, "boxes", boxes);
}

void sabin_floor_tables(struct sabin_sheet *sheet, const struct sabin_roomfile *file)
{
	sabin_sheet_table(sheet, "_speakers", "y_m x_m z_m");
	for (size_t s = 0; s < file->speaker_count; s++) {
		const double *at = file->speakers[s].position_m;
		sabin_sheet_row(sheet, 3, (double[]){at[1], at[0], at[2]});
	}
	sabin_sheet_table(sheet, "_places", "y_m x_m z_m");
	for (size_t p = 0; p < file->position_count; p++) {
		const double *at = file->positions[p].position_m;
		sabin_sheet_row(sheet, 3, (double[]){at[1], at[0], at[2]});
	}
}
