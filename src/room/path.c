/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * path.c: from an image source to the points where its sound is reflected.
 *
 * Reference: J. B. Allen, D. A. Berkley, "Image method for efficiently simulating small-room
 * acoustics", JASA 65 (1979) 943-950.  In the unfolded room the way is a straight line; it meets a
 * wall wherever a coordinate passes a multiple of the room's size, and the point is found by
 * folding the line back.
 */
#include <math.h>

#include "room/path.h"

int path_order(const struct path_image *image)
{
	int order = 0;
	for (int axis = 0; axis < 3; axis++)
		order += abs(2 * image->cell[axis] - image->mirrored[axis]);
	return order;
}

static double image_m(const double size_m[3], const double source_m[3],
                      const struct path_image *image, int axis)
{
	return (1 - 2 * image->mirrored[axis]) * source_m[axis] +
	       2 * image->cell[axis] * size_m[axis];
}

double path_length_m(const double size_m[3], const double source_m[3], const double receiver_m[3],
                     const struct path_image *image)
{
	double square = 0;
	for (int axis = 0; axis < 3; axis++) {
		const double d = image_m(size_m, source_m, image, axis) - receiver_m[axis];
		square += d * d;
	}
	return sqrt(square);
}

int path_panel_at(const struct sabin_room *room, enum sabin_surface_id surface,
                  const double point_m[3])
{
	static const double same_m = 1e-6; /* decimal figures of a file */
	for (size_t i = 0; i < room->panel_count; i++) {
		const struct sabin_panel *panel = &room->panels[i];
		bool inside = panel->surface == surface;
		for (int axis = 0; axis < 3 && inside; axis++)
			inside = axis == room_axis(surface) ||
			         (point_m[axis] >= panel->min_m[axis] - same_m &&
			          point_m[axis] <= panel->max_m[axis] + same_m);
		if (inside)
			return (int)i;
	}
	return -1;
}

static double fold(double x, double size)
{
	const double u = fabs(fmod(x, 2 * size));
	return u > size ? 2 * size - u : u;
}

/* A crossing of the unfolded line: how far along it, and which wall. */
struct crossing {
	double share;
	int axis, far;
};

static int crossings(const double size_m[3], const double receiver_m[3], const double target_m[3],
                     struct crossing *out)
{
	int n = 0;
	for (int axis = 0; axis < 3; axis++) {
		const double from = receiver_m[axis] / size_m[axis], to = target_m[axis] / size_m[axis];
		const int low = (int)floor(fmin(from, to)) + 1, high = (int)ceil(fmax(from, to)) - 1;
		for (int k = low; k <= high && n < PATH_BOUNCES_MAX; k++)
			out[n++] = (struct crossing){(k - from) / (to - from), axis, abs(k) % 2};
	}
	for (int i = 1; i < n; i++) /* a few: by insertion */
		for (int j = i; j > 0 && out[j].share < out[j - 1].share; j--) {
			const struct crossing other = out[j];
			out[j] = out[j - 1];
			out[j - 1] = other;
		}
	return n;
}

void path_trace(const struct sabin_room *room, const double source_m[3], const double receiver_m[3],
                const struct path_image *image, struct path *path)
{
	double target_m[3];
	for (int axis = 0; axis < 3; axis++)
		target_m[axis] = image_m(room->size_m, source_m, image, axis);
	struct crossing crossing[PATH_BOUNCES_MAX];
	path->length_m = room_distance_m(target_m, receiver_m);
	path->order = crossings(room->size_m, receiver_m, target_m, crossing);
	for (int i = 0; i < path->order; i++) {
		struct path_bounce *bounce = &path->bounce[i];
		bounce->surface = room_walls[crossing[i].axis][crossing[i].far];
		for (int axis = 0; axis < 3; axis++)
			bounce->point_m[axis] =
			        fold(receiver_m[axis] +
			                     crossing[i].share * (target_m[axis] - receiver_m[axis]),
			             room->size_m[axis]);
		bounce->point_m[crossing[i].axis] =
		        crossing[i].far ? room->size_m[crossing[i].axis] : 0;
		bounce->panel = path_panel_at(room, bounce->surface, bounce->point_m);
	}
}

int path_images(int order, struct path_image image[PATH_IMAGES_MAX])
{
	int n = 0;
	for (int want = 0; want <= order; want++)
		for (int cell = 0; cell < 125; cell++)
			for (int mirrored = 0; mirrored < 8; mirrored++) {
				const struct path_image one = {
					{cell % 5 - 2, cell / 5 % 5 - 2, cell / 25 - 2},
					{mirrored & 1, mirrored >> 1 & 1, mirrored >> 2}};
				if (path_order(&one) == want && n < PATH_IMAGES_MAX)
					image[n++] = one;
			}
	return n;
}
