/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * room.c: room files from anybody.
 */
#include "io/roomfile.h"
#include "given.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* through a file, as users hand them in */
	char path[64];
	struct sabin_roomfile room = {0};
	struct sabin_diag diag = {0};
	const int file = given_open(data, size, path);
	if (sabin_roomfile_read(path, "rooms/materials.yaml", &room, &diag) != SABIN_OK &&
	    diag.message[0] == '\0')
		__builtin_trap(); /* an error without a message */
	sabin_roomfile_release(&room);
	close(file);
	return 0;
}
