/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fit_room.h: --fit MEASUREMENT of 'sabin room' and 'sabin place'.
 */
#ifndef SABIN_CLI_FIT_ROOM_H
#define SABIN_CLI_FIT_ROOM_H

#include <sabin/roomfit.h>

#include "io/json.h"
#include "io/roomfile.h"

enum { SABIN_FIT_RESPONSES = 16 }; /* at most */

struct sabin_fit_names {
	size_t count;
	const char *speaker[SABIN_FIT_RESPONSES], *position[SABIN_FIT_RESPONSES]; /* of the responses; belong to the room file */
};

/* Fit the room of the file to the responses of a measurement directory whose speakers and positions it
 * knows, and make it the fitted one.  Returns an exit status after a message, or -1. */
int sabin_fit_room(const char *command, const char *path, struct sabin_roomfile *file,
                   struct sabin_roomfit *fit, struct sabin_fit_names *names);

/* What was found, and where file and measurement disagree; size_m: of the file. */
void sabin_show_fit(const struct sabin_roomfit *fit, const struct sabin_fit_names *names,
                    const double size_m[3]);
/* The same as member "fit". */
void sabin_json_fit(struct sabin_json *json, const struct sabin_roomfit *fit,
                    const struct sabin_fit_names *names, const double size_m[3]);

#endif
