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
	return true;
}

static const char *wall(enum sabin_surface_id surface)
{
	return surface == SABIN_FLOOR || surface == SABIN_CEILING ? "" : " wall";
}

void sabin_way_name(const struct sabin_reflection_path *path, const struct sabin_roomfile *room,
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
