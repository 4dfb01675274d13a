/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * roomfile_doubts.c: what a room file may mean, but hardly does.
 */
#include <stdarg.h>
#include <stdio.h>

#include "io/roomfile.h"
#include "io/roomfile_place.h"

/* Rooms people measure with loudspeakers in it: the largest halls are about 100 m long and 40 m high.
 * What is above that, but by 100 within what is usual at home, was thought in centimetres. */
static const double largest_m[3] = {100, 100, 40};
static const double centimetres_m = 100, least_side_m = 1, least_height_m = 1.5;
/* Two microphones or speakers nearer than this are one. */
static const double one_place_m = 0.02;

static void doubt(struct sabin_doubts *doubts, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void doubt(struct sabin_doubts *doubts, const char *format, ...)
{
	va_list args;
	if (doubts->count == SABIN_DOUBTS_MAX)
		return;
	va_start(args, format);
	vsnprintf(doubts->text[doubts->count++], sizeof doubts->text[0], format, args);
	va_end(args);
}

void sabin_roomfile_doubt_size(const struct sabin_room *room, struct sabin_doubts *doubts)
{
	static const char *const names[3] = {"width", "length", "height"};
	for (int i = 0; i < 3; i++) {
		const double side_m = room->size_m[i];
		const double least_m = i == 2 ? least_height_m : least_side_m;
		if (side_m > largest_m[i])
			doubt(doubts, "size_m.%s: %g m looks like centimetres; metres are expected: %g?",
			      names[i], side_m, side_m / centimetres_m);
		else if (side_m < least_m)
			doubt(doubts, "size_m.%s: %g m is less than a person needs; metres are expected",
			      names[i], side_m);
	}
}

static void doubt_outputs(const struct sabin_roomfile *file, struct sabin_doubts *doubts)
{
	for (size_t i = 0; i < file->speaker_count; i++) {
		const struct sabin_speaker *a = &file->speakers[i];
		for (size_t k = 0; k < i; k++)
			if (file->speakers[k].output == a->output)
				doubt(doubts, "speakers %s and %s share output %u: they will always sound together",
				      file->speakers[k].name, a->name, a->output);
	}
}

static bool same_place(const double a[3], const double b[3])
{
	double square = 0;
	for (int i = 0; i < 3; i++)
		square += (a[i] - b[i]) * (a[i] - b[i]);
	return square < one_place_m * one_place_m;
}

static void doubt_places(const struct sabin_roomfile *file, struct sabin_doubts *doubts)
{
	for (size_t i = 0; i < file->speaker_count; i++) {
		const struct sabin_speaker *a = &file->speakers[i];
		for (size_t k = 0; k < i; k++)
			if (same_place(a->position_m, file->speakers[k].position_m))
				doubt(doubts, "speakers %s and %s stand in the same place",
				      file->speakers[k].name, a->name);
		for (size_t k = 0; k < file->position_count; k++)
			if (same_place(a->position_m, file->positions[k].position_m))
				doubt(doubts, "position %s lies in the speaker %s", file->positions[k].name,
				      a->name);
	}
}

/* Somebody's head or a microphone in a table; who sits in a sofa sits right. */
static void doubt_seats(const struct sabin_roomfile *file, struct sabin_doubts *doubts)
{
	for (size_t p = 0; p < file->position_count; p++)
		for (size_t i = 0; i < file->object_count; i++) {
			const struct sabin_object *object = &file->objects[i];
			const double *at_m = file->positions[p].position_m;
			bool inside = !sabin_roomfile_is_seat(object->kind);
			for (int a = 0; a < 3; a++)
				inside = inside && at_m[a] > object->min_m[a] && at_m[a] < object->max_m[a];
			if (inside)
				doubt(doubts, "position %s lies inside the %s", file->positions[p].name, object->kind);
		}
}

void sabin_roomfile_doubt(const struct sabin_roomfile *file, struct sabin_doubts *doubts)
{
	doubts->count = 0;
	sabin_roomfile_doubt_size(&file->room, doubts);
	doubt_outputs(file, doubts);
	doubt_places(file, doubts);
	doubt_seats(file, doubts);
}
