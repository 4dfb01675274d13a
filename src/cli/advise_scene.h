/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * advise_scene.h: a measurement as sabin_advise() wants to see it.
 */
#ifndef SABIN_CLI_ADVISE_SCENE_H
#define SABIN_CLI_ADVISE_SCENE_H

#include <sabin/advice.h>

#include "cli/side.h"
#include "io/roomfile_place.h"

struct sabin_advise_scene {
	struct sabin_advice_scene scene;
	struct sabin_advice_speaker *speaker;
	const char **speaker_name; /* [scene.speaker_count] */
	double (*position_m)[3];
	const char **position_name;
	struct sabin_advice_response *response;
	struct sabin_directivity *directivity;
	struct sabin_mode_match **matches; /* [side.count] */
	struct sabin_responses gated;
	const struct sabin_side *side;
	const char *through; /* the correction that it was measured through; NULL: none */
	char room_why[640]; /* why the room file cannot be read */
	/* for sabin_advise_scene_extend() */
	struct sabin_place_plan plan;
	struct sabin_advice_place place;
	struct sabin_correction correction;
	struct sabin_advice_correction corrected;
	int *channel_speaker; /* of the scene, by channel */
};

/* `side` must outlive it.  Release in every case. */
SABIN_MUST enum sabin_err sabin_advise_scene_of(struct sabin_side *side, const char *calibration,
                                                struct sabin_advise_scene *out, struct sabin_diag *diag);
/* Add what takes longer: what may be moved where, and what an equaliser would do. */
SABIN_MUST enum sabin_err sabin_advise_scene_extend(struct sabin_advise_scene *scene);
void sabin_advise_scene_release(struct sabin_advise_scene *scene);

#endif
