/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * materials.c: materials.yaml from anybody, for a room that names one.
 */
#include <math.h>

#include "io/roomfile.h"
#include "given.h"

static const char room_text[] = "size_m: {width: 4, length: 5, height: 3}\n"
                                "surfaces: {front: 0.1, back: 0.1, left: brick, right: 0.1, ceiling: 0.1, floor: felt}\n"
                                "speakers: {left: {output: 1, position_m: [1, 1, 1]}}\n"
                                "positions: {mix: {position_m: [2, 3, 1]}}\n";

/* Its walls absorb between nothing and all. */
static void check(const struct sabin_room *room)
{
	for (int s = 0; s < SABIN_SURFACE_COUNT; s++)
		for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++) {
			const double alpha = room->surface[s].alpha[band];
			if (!(alpha >= 0 && alpha <= 1))
				__builtin_trap();
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char room_path[64], path[64];
	struct sabin_roomfile room = {0};
	struct sabin_diag diag = {0};
	const int room_file = given_open((const uint8_t *)room_text, sizeof room_text - 1, room_path);
	const int file = given_open(data, size, path);
	if (sabin_roomfile_read(room_path, path, &room, &diag) == SABIN_OK)
		check(&room.room);
	else if (diag.message[0] == '\0')
		__builtin_trap();
	sabin_roomfile_release(&room);
	close(file);
	close(room_file);
	return 0;
}
