/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * path.h: the way of one image source's sound through the room: which surfaces it meets, and where.
 */
#ifndef SABIN_ROOM_PATH_H
#define SABIN_ROOM_PATH_H

#include "room/inner.h"

enum { PATH_BOUNCES_MAX = 8 };

/* An image: along each axis at (1 - 2 mirrored) source + 2 cell size. */
struct path_image {
	int cell[3];
	int mirrored[3]; /* 0 or 1 */
};

/* Reflections on the way. */
int path_order(const struct path_image *image);

struct path_bounce {
	enum sabin_surface_id surface;
	int panel; /* that is hit, index into the room's; -1: the bare surface */
	double point_m[3];
};

struct path {
	double length_m;
	int order; /* at most PATH_BOUNCES_MAX */
	struct path_bounce bounce[PATH_BOUNCES_MAX]; /* from the receiver backwards */
};

/* How far the image is from the receiver. */
double path_length_m(const double size_m[3], const double source_m[3], const double receiver_m[3],
                     const struct path_image *image);

/* The whole way; the image's order is at most PATH_BOUNCES_MAX. */
void path_trace(const struct sabin_room *room, const double source_m[3], const double receiver_m[3],
                const struct path_image *image, struct path *path);

/* Images of at most `order` (0 .. 3) reflections, nearest cells first in no order of distance;
 * returns their number, at most PATH_IMAGES_MAX.  The first is the source itself. */
enum { PATH_IMAGES_MAX = 64 };
int path_images(int order, struct path_image image[PATH_IMAGES_MAX]);

/* The panel of a surface at a point of it, or -1. */
int path_panel_at(const struct sabin_room *room, enum sabin_surface_id surface,
                  const double point_m[3]);

#endif
