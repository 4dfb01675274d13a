/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ways.c: where a response's reflections come from, by the names of its room file.
 */
#include <stdio.h>

#include "io/ways.h"

enum { OBJECTS_MAX = 8 }; /* as many as are looked at */

bool sabin_ways_match(const struct sabin_roomfile *room, const struct sabin_measured *measured,
                      struct sabin_reflections *reflections)
{
	struct sabin_reflection_path paths[SABIN_PATHS_MAX];
	struct sabin_reflector objects[OBJECTS_MAX];
	size_t count = 0;
	if (!room)
		return false;
	const int speaker = sabin_roomfile_speaker(room, measured->speaker);
	const int position = sabin_roomfile_position(room, measured->position);
	if (speaker < 0 || position < 0)
		return false;
	for (; count < room->object_count && count < OBJECTS_MAX; count++) {
		memcpy(objects[count].min_m, room->objects[count].min_m, sizeof objects[0].min_m);
		memcpy(objects[count].max_m, room->objects[count].max_m, sizeof objects[0].max_m);
	}
	const size_t found = sabin_reflection_paths(
	    room->room.size_m, room->speakers[speaker].position_m,
	    room->positions[position].position_m, objects, count, paths);
	sabin_reflections_match(reflections, paths, found);
	sabin_reflections_crowd(reflections, room->room.size_m, room->speakers[speaker].position_m,
	                        room->positions[position].position_m);
	return true;
}

static const char *wall(enum sabin_surface_id surface)
{
	return surface == SABIN_FLOOR || surface == SABIN_CEILING ? "" : " wall";
}

static void path_name(const struct sabin_reflection_path *path, const struct sabin_roomfile *room,
                      char text[SABIN_WAY_SIZE])
{
	const enum sabin_surface_id first = path->surfaces[0], second = path->surfaces[1];
	if (path->object >= 0)
		snprintf(text, SABIN_WAY_SIZE, "%s", room->objects[path->object].kind);
	else if (path->order == 1)
		snprintf(text, SABIN_WAY_SIZE, "%s%s", sabin_surface_name(first), wall(first));
	else
		snprintf(text, SABIN_WAY_SIZE, "%s%s + %s%s", sabin_surface_name(first), wall(first),
		         sabin_surface_name(second), wall(second));
}

void sabin_way_name(const struct sabin_reflection *one, const struct sabin_roomfile *room,
                    char text[SABIN_WAYS_SIZE])
{
	char first[SABIN_WAY_SIZE], second[SABIN_WAY_SIZE];
	text[0] = 0;
	if (one->many)
		snprintf(text, SABIN_WAYS_SIZE, "three or more surfaces");
	if (!one->found)
		return;
	path_name(&one->path, room, first);
	if (one->ways == 2)
		path_name(&one->other, room, second);
	if (one->ways == 1)
		snprintf(text, SABIN_WAYS_SIZE, "%s", first);
	else if (one->ways == 2)
		snprintf(text, SABIN_WAYS_SIZE, "%s and %s", first, second);
	else
		snprintf(text, SABIN_WAYS_SIZE, "%s and %zu more", first, one->ways - 1);
}

void sabin_way_brief(const struct sabin_reflection *one, const struct sabin_roomfile *room,
                     char text[SABIN_WAYS_SIZE])
{
	char first[SABIN_WAY_SIZE];
	sabin_way_name(one, room, text);
	if (!one->found || one->ways != 2)
		return;
	path_name(&one->path, room, first);
	snprintf(text, SABIN_WAYS_SIZE, "%s and 1 more", first);
}

void sabin_unheard_text(const struct sabin_reflections *r, char *text, size_t size)
{
	const bool noise = r->over_noise_db < r->need_db;
	snprintf(text, size, "no direct sound from %g to %g kHz: %s %.0f dB %s", r->from_hz / 1000,
	         r->to_hz / 1000, noise ? "less than" : "more than",
	         noise ? r->need_db : -r->need_share_db,
	         noise ? "over the noise" : "below that of all frequencies");
}
