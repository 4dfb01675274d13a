/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * setup.h: what `sabin setup` asks, and the room file that it makes of the answers.
 */
#ifndef SABIN_CLI_SETUP_H
#define SABIN_CLI_SETUP_H

#include <sabin/status.h>

#include "cli/ask.h"

struct sabin_setup_speaker {
	char name[16];
	unsigned output;
	double position_m[3], aim_deg;
	const char *pair; /* NULL: none */
	bool sub;
};

struct sabin_setup {
	char name[SABIN_ANSWER_SIZE];
	double size_m[3]; /* width, length, height */
	char walls[SABIN_ANSWER_SIZE], floor[SABIN_ANSWER_SIZE], ceiling[SABIN_ANSWER_SIZE];
	struct sabin_setup_speaker speaker[3];
	size_t speaker_count;
	bool has_box;
	double box_m[3]; /* width, depth, height */
	double listener_m[3];
	bool has_seat, has_desk;
	double seat_m[3], desk_m[2][3]; /* corners */
	char playback[256], capture[256]; /* "": none yet */
	unsigned input, rate_hz;
	char calibration[SABIN_ANSWER_SIZE]; /* "none" */
	bool has_loopback;
	unsigned loopback_output, loopback_input;
};

/* Ask it all; asker->status tells how it went. */
void sabin_setup_ask(struct sabin_asker *asker, struct sabin_setup *out);

/* The commented file as text; NULL without memory.  free() it. */
SABIN_MUST char *sabin_setup_write(const struct sabin_setup *setup, size_t *length);

#endif
