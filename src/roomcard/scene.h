/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * scene.h: from a room file to what each input hears of each output: a matrix of impulse responses.
 */
#ifndef SABIN_ROOMCARD_SCENE_H
#define SABIN_ROOMCARD_SCENE_H

#include "io/roomfile.h"

/* An impulse response; n = 0: nothing is heard. */
struct sabin_path {
	double *h;
	size_t n;
};

/* Something that makes sound of what one output plays. */
struct sabin_source {
	unsigned output; /* from 0 */
	double h2, h3;   /* y = x + h2 x^2 + h3 x^3; both 0: linear */
	struct sabin_path *paths; /* [inputs] */
};

struct sabin_scene {
	unsigned inputs, outputs;
	struct sabin_source *sources; /* the linear one of every output first */
	size_t source_count, source_room; /* used, allocated */
};

/* Channels of the two streams: as many as the card offers, else the highest number that the room
 * file names. */
unsigned sabin_scene_outputs(const struct sabin_roomfile *roomfile);
unsigned sabin_scene_inputs(const struct sabin_roomfile *roomfile);

/* The rate of the measured responses in place of the geometry; 0 when there are none: any rate. */
SABIN_MUST enum sabin_err sabin_scene_rate(const struct sabin_roomfile *roomfile,
                                           unsigned *rate_hz, struct sabin_diag *diag);

/* Where each microphone stands: placed[microphone_count], indices of positions or -1 (nowhere: it
 * hears nothing).  `wanted` names one position, or several with commas between; each takes the
 * microphone it names there.  A microphone not taken stands at the first position that names it.
 * NULL: the first of the room file. */
SABIN_MUST enum sabin_err sabin_scene_place(const struct sabin_roomfile *roomfile,
                                            const char *wanted, int *placed,
                                            struct sabin_diag *diag);

/* Compute all paths at rate_hz; release in every case. */
SABIN_MUST enum sabin_err sabin_scene_compute(const struct sabin_roomfile *roomfile,
                                              const int *placed, unsigned rate_hz,
                                              struct sabin_scene *out, struct sabin_diag *diag);
void sabin_scene_release(struct sabin_scene *scene);

#endif
