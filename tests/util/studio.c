/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * studio.c: a small room for tests of the search for places.
 */
#include <math.h>

#include "util/studio.h"

const double studio_m[3] = {3.2, 4.2, 2.5};
const double studio_alpha[3][2] = {{0.2, 0.2}, {0.15, 0.35}, {0.1, 0.3}};
const struct sabin_score_source studio_speaker = {.range_hz = {NAN, NAN}};

struct sabin_room studio_room(const double size_m[3], const double alpha[3][2])
{
	static const enum sabin_surface_id wall[3][2] = {{SABIN_LEFT, SABIN_RIGHT},
	                                                 {SABIN_FRONT, SABIN_BACK},
	                                                 {SABIN_FLOOR, SABIN_CEILING}};
	struct sabin_room room = {.temperature_c = 20, .humidity_percent = 50,
	                          .pressure_kpa = 101.325};
	for (int a = 0; a < 3; a++) {
		room.size_m[a] = size_m[a];
		for (int far = 0; far < 2; far++) {
			room.surface[wall[a][far]].flat = true;
			for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
				room.surface[wall[a][far]].alpha[b] = alpha[a][far];
		}
	}
	return room;
}

struct sabin_place_spec studio_spec(const struct sabin_room *room)
{
	struct sabin_place_spec spec = {.room = room, .source_count = 2, .pair = true, .depth_axis = 1,
	                                .listener_m = {1.6, 1.596, 1.2}, .listener_moves = true,
	                                .wall_m = 0.25, .rear_m = 1, .base_m = 1,
	                                .angle_deg = {25, 35}, .step_m = 0.05, .top = 3, .threads = 2};
	const struct sabin_box whole = {{0, 0, 1.2}, {3.2, 4.2, 1.2}};
	spec.listener_within = whole;
	for (int s = 0; s < 2; s++)
		spec.source[s] = (struct sabin_place_source){
			.score = studio_speaker, .position_m = {s ? 2.175 : 1.025, 0.6, 1.2}, .moves = true,
			.within = whole};
	return spec;
}
