/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * chart_room.h: a room file and frequency responses for the tests of charts.
 */
#ifndef SABIN_TEST_CHART_ROOM_H
#define SABIN_TEST_CHART_ROOM_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <sabin/response.h>

#include "io/roomfile.h"
#include "util/near.h"

static inline void chart_room(struct sabin_roomfile *room, struct sabin_speaker speakers[2],
                              struct sabin_position positions[2])
{
	snprintf(room->name, sizeof room->name, "Control room A");
	room->room = (struct sabin_room){.size_m = {3.9, 5.2, 2.7}, .temperature_c = 20,
	                                 .humidity_percent = 50, .pressure_kpa = 101.325};
	for (int s = 0; s < SABIN_SURFACE_COUNT; s++)
		for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
			room->room.surface[s].alpha[b] = 0.2;
	for (int i = 0; i < 2; i++) {
		speakers[i] = (struct sabin_speaker){.position_m = {i ? 2.7 : 1.2, 1.1, 1.2},
		                                     .range_hz = {NAN, NAN}};
		snprintf(speakers[i].name, SABIN_NAME_SIZE, "%s", i ? "right" : "left");
		positions[i] = (struct sabin_position){.position_m = {i ? 1.6 : 1.95, 2.5, 1.2}};
		snprintf(positions[i].name, SABIN_NAME_SIZE, "%s", i ? "seat-left" : "mix");
	}
	room->speakers = speakers;
	room->positions = positions;
	room->speaker_count = room->position_count = 2;
}

static inline void make_response(struct sabin_response *r, int which)
{
	r->length = 960;
	r->freq_hz = calloc(r->length, sizeof(double));
	r->level_db = calloc(r->length, sizeof(double));
	assert_true(r->freq_hz && r->level_db);
	for (size_t i = 0; i < r->length; i++) {
		double f = 20 * pow(1000, (double)i / 959);
		r->freq_hz[i] = f;
		r->level_db[i] = -20 - 12 / (1 + pow(f / 35, 4)) + 5 * sin(9 * log(f) + which) -
		                 (which % 2 ? 8 * exp(-pow(log(f / 177) * 8, 2)) : 0);
	}
}

#endif
