/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * score.h: the pieces of the score flat-v1; weights and grids of sabin-place(1).
 */
#ifndef SABIN_ROOM_SCORE_H
#define SABIN_ROOM_SCORE_H

#include <stdint.h>

#include <sabin/place.h>

#include "room/path.h"

enum {
	SCORE_BINS = 80,        /* 20 Hz 2^(i/24), i = 0 .. 79 */
	SCORE_PER_OCTAVE = 24,
	SCORE_SMOOTH = 2,       /* bins to either side: a sixth of an octave */
	SCORE_HEADS = 5,        /* places of the head */
	SCORE_DIP_BINS = 74,    /* 60 Hz 2^(i/24), up to 500 Hz */
	SCORE_DIP_HALF = 12,    /* bins to either side: an octave */
	SCORE_LANES = 4,        /* bins that one instruction serves */
	SCORE_TILES = SCORE_BINS / SCORE_LANES,
	SCORE_ORDER = 2,        /* of the reflections */
};

typedef float score_lane __attribute__((vector_size(4 * SCORE_LANES)));

/* Bass sources of the same range share a sum; the mains are group 0. */
enum { SCORE_GROUPS_MAX = SABIN_PLACE_SOURCES_MAX };

struct sabin_score {
	struct sabin_room room; /* panels: a copy of its own */
	double speed_m_s;
	int depth_axis;
	size_t source_count, main_count;
	int group[SABIN_PLACE_SOURCES_MAX];
	int groups;
	float gain[SCORE_GROUPS_MAX][SCORE_BINS]; /* over the sum of all sources' gains */
	bool heard[SCORE_BINS];                   /* some source plays there */
	/* modes */
	size_t modes;
	int most[3];           /* highest number along each axis */
	uint16_t *number;      /* [modes][3] */
	score_lane *weight;    /* [SCORE_TILES][modes][2]: real, imaginary */
	struct score_reserve *reserve; /* what one arrangement is computed in when no more memory can be had */
	/* images: reflection factors of the surfaces, then of the panels */
	int images;
	struct path_image image[PATH_IMAGES_MAX];
	double (*dip_factor)[SCORE_DIP_BINS]; /* [6 + panels] */
	double *loud_factor;                  /* [6 + panels]: octaves 1 to 4 kHz */
	double dip_per_m[SCORE_DIP_BINS];     /* wave numbers */
	bool mirrored;                        /* both sides of the room reflect alike */
};

/* Work that the score of an arrangement is, and of all that are symmetric as it is: its modes, or what else takes
 * as long. */
double score_work(const struct sabin_score *score, const double (*source_m)[3], const double listener_m[3]);

/* score_images.c: dip and reflections of one main, into the worst so far. */
void score_images(const struct sabin_score *score, const double source_m[3],
                  const double listener_m[3], struct sabin_score_metrics *metrics);
enum sabin_err score_images_init(struct sabin_score *score);

#endif
