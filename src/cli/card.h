/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * card.h: the simulated card, and how loud a microphone's full scale is, for the commands that listen.
 */
#ifndef SABIN_CLI_CARD_H
#define SABIN_CLI_CARD_H

#include "io/calibration.h"
#include "io/roomfile.h"

struct sabin_simulated {
	char *plugin, *materials;
	char *config; /* as in struct sabin_pcm_request; of sabin_simulated_card() */
};

/* Where its parts are.  An exit status after a message, or -1.  Release in every case. */
int sabin_simulated_find(const char *command, struct sabin_simulated *out);

/* The same, and its configuration with microphones at these positions; `speed` of real time, 0: as the room file says. */
int sabin_simulated_card(const char *command, const struct sabin_roomfile *room,
                         const struct sabin_position *const *positions, size_t count, double speed,
                         struct sabin_simulated *out);
void sabin_simulated_release(struct sabin_simulated *simulated);

/* Read the microphone's calibration file (NULL: none; then a hint, if the card behind `capture` is a known microphone
 * and its file lies in `folder` or among the user's) and what its full scale is.  An exit status after a message, or -1. */
int sabin_read_microphone(const char *command, const char *file, const char *capture, const char *folder,
                          struct sabin_calibration *calibration, struct sabin_quantity *dbspl_at_0dbfs);

#endif
