/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sphere.h: the image sources of a rectangular room, shell by shell of distance, without a list of
 * them: each axis has its own sorted list of offsets, and a shell is walked row by row.
 */
#ifndef SABIN_ROOM_SPHERE_H
#define SABIN_ROOM_SPHERE_H

#include <stddef.h>

#include "room/inner.h"

/* Bands are left out two at a time: the groups of those from 2 g on. */
enum {
	SPHERE_BANDS_MAX = SABIN_ABSORPTION_BANDS,
	SPHERE_GROUPS_MAX = (SPHERE_BANDS_MAX + 1) / 2,
};

/* The offsets of the images along one axis, nearest first. */
struct sphere_axis {
	size_t n;
	double *square_m2; /* [n] offset squared */
	double *gain;      /* [n][bands] product of the reflections along this axis */
	double *most;      /* [n][groups] greatest gain of this and all farther, bands >= 2g */
};

struct sphere {
	int bands, groups;
	struct sphere_axis axis[3]; /* [2], the innermost loop, is the room's shortest */
};

/* Images that share the offsets of two axes: distances sqrt(row_m2 + square_m2[k]), gains
 * gain[band] * inner_gain[k][band], k = 0 .. n - 1.  No gain of a band >= 2g is greater than
 * most[g] * inner_most[k][g], which grows with neither k nor g. */
struct sphere_row {
	double row_m2;
	double gain[SPHERE_BANDS_MAX], most[SPHERE_GROUPS_MAX];
	size_t n;
	const double *square_m2;
	const double *inner_gain; /* [n][bands] */
	const double *inner_most; /* [n][groups] */
};

typedef void sphere_visit(void *user, const struct sphere_row *row);

/* Offsets up to radius_m; of beta the first `bands` columns are used.  SABIN_EINVAL: more images
 * than image_limit. */
enum sabin_err sphere_init(struct sphere *sphere, const struct sabin_room *room,
                           const double source_m[3], const double receiver_m[3], double radius_m,
                           double beta[SABIN_SURFACE_COUNT][SABIN_ABSORPTION_BANDS], int bands);
void sphere_release(struct sphere *sphere);

/* Visit every row of images with low_m2 <= distance squared < high_m2. */
void sphere_walk(const struct sphere *sphere, double low_m2, double high_m2, sphere_visit *visit,
                 void *user);

#endif
