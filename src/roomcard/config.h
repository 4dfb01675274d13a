/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * config.h: the fields of a PCM of type sabin, and the room they name.
 *
 *   pcm.room {
 *       type sabin
 *       room "/path/room.yaml"   # required
 *       position "mix"           # where the microphone stands; default: the first.  Several, for
 *                                # several microphones: "mix,seat-left"
 *       world "name"             # streams of the same world hear each other; default: one for each
 *                                # user and room file
 *       materials "/path"        # materials.yaml; default: the installed one
 *       speed "max"              # of real time, or a factor; default: the room file's
 *   }
 *   pcm_type.sabin { lib "/path/libasound_module_pcm_sabin.so" }
 */
#ifndef SABIN_ROOMCARD_CONFIG_H
#define SABIN_ROOMCARD_CONFIG_H

#include <alsa/asoundlib.h>

#include "io/roomfile.h"

struct sabin_card_config {
	struct sabin_roomfile roomfile;
	int *placed;            /* position of each microphone: see scene.h */
	char world[128];        /* name of the shared memory */
	uint64_t mark;          /* of the room file, its place and its words */
	unsigned response_hz;   /* the only rate, or 0 */
};

/* Read the fields and the room file; what is wrong is told through alsa-lib's error handler.
 * 0 or a negative errno.  Release in every case. */
SABIN_MUST int sabin_card_config_read(snd_config_t *fields, struct sabin_card_config *out);
void sabin_card_config_release(struct sabin_card_config *config);

/* Tell a diagnostic through alsa-lib's error handler; the negative errno for it. */
SABIN_MUST int sabin_card_complain(const struct sabin_diag *diag, enum sabin_err err);

#endif
