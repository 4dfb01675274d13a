/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ways.h: where a response's reflections come from, by the names of its room file.
 */
#ifndef SABIN_IO_WAYS_H
#define SABIN_IO_WAYS_H

#include <stdbool.h>

#include <sabin/reflections.h>

#include "io/measurement.h"
#include "io/roomfile.h"

enum { SABIN_WAY_SIZE = 2 * SABIN_NAME_SIZE, SABIN_WAYS_SIZE = 2 * SABIN_WAY_SIZE + 32 };

/* Match the reflections with the surfaces and objects of the room, for the speaker and position that
 * were measured.  False, and nothing done, where room is NULL or does not know them. */
bool sabin_ways_match(const struct sabin_roomfile *room, const struct sabin_measured *measured,
                      struct sabin_reflections *reflections);

/* Where one comes from into text[SABIN_WAYS_SIZE]: "left wall + floor" (one after the other), "left wall
 * and right wall" (both at once), "desk", "three or more surfaces", or "" where that is not known. */
void sabin_way_name(const struct sabin_reflection *one, const struct sabin_roomfile *room,
                    char text[SABIN_WAYS_SIZE]);

/* The same shorter: "left wall and 1 more". */
void sabin_way_brief(const struct sabin_reflection *one, const struct sabin_roomfile *room,
                     char text[SABIN_WAYS_SIZE]);

/* Why there are no reflections, where r->heard is false. */
void sabin_unheard_text(const struct sabin_reflections *r, char *text, size_t size);

#endif
