/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * roomfit_doubts.c: where file and measurement disagree about a distance.
 */
#include <math.h>

#include <sabin/arrival.h>

#include "advice/roomfit.h"
#include "room/path.h"

static const double told_m = 0.03;      /* less is within what a tape measure does */
static const double looked_m = 0.25;    /* how far a surface may be off */
static const double explained_m = 0.025; /* an echo that another way explains */
static const double direct_m = 0.05;
static const double louder_db = 6;      /* over what a mirror would give */

static const struct path_image *first_order(const struct path_image *image, int images, int wall)
{
	for (int i = 1; i < images; i++)
		if (path_order(&image[i]) == 1) {
			for (int a = 0; a < 3; a++)
				if (image[i].mirrored[a] &&
				    room_walls[a][image[i].cell[a]] == (enum sabin_surface_id)wall)
					return &image[i];
		}
	return NULL;
}

/* Extra way over a wall that is moved outwards by d. */
static double moved_extra_m(const double size_m[3], const struct sabin_roomfit_response *p,
                            const struct path_image *image, int axis, double d)
{
	double source_m[3], receiver_m[3], size[3];
	for (int a = 0; a < 3; a++) {
		/* a near wall moves by all others moving away from it */
		const double by = a == axis && image->cell[axis] == 0 ? d : 0;
		source_m[a] = p->source_m[a] + by;
		receiver_m[a] = p->receiver_m[a] + by;
		size[a] = size_m[a] + (a == axis ? d : 0);
	}
	return path_length_m(size, source_m, receiver_m, image) - room_distance_m(source_m, receiver_m);
}

static double moved_by_m(const double size_m[3], const struct sabin_roomfit_response *p,
                         const struct path_image *image, int axis, double extra_m)
{
	double low = -looked_m * 2, high = looked_m * 2;
	for (int i = 0; i < 60; i++) { /* the way grows with the distance */
		const double middle = (low + high) / 2;
		if (moved_extra_m(size_m, p, image, axis, middle) < extra_m)
			low = middle;
		else
			high = middle;
	}
	return (low + high) / 2;
}

static bool is_explained(const double size_m[3], const struct sabin_roomfit_response *p,
                         const struct path_image *image, int images, const struct path_image *but,
                         double extra_m)
{
	const double straight_m = room_distance_m(p->source_m, p->receiver_m);
	for (int i = 1; i < images; i++)
		if (&image[i] != but &&
		    fabs(path_length_m(size_m, p->source_m, p->receiver_m, &image[i]) - straight_m -
		         extra_m) < explained_m)
			return true;
	return false;
}

struct wall_look {
	double file_m, shift_m; /* NAN: nothing is to be said */
};

/* The loudest echo that no other way explains and that the wall, a little off, would; nothing where an echo
 * comes when the wall's should. */
static struct wall_look look_at_wall(const struct fit_seen *seen, const struct sabin_room *fitted,
                                     size_t response, const struct path_image *image, int images, int wall)
{
	const struct sabin_roomfit_response *p = &seen->response[response];
	const struct path_image *over = first_order(image, images, wall);
	const int axis = room_axis((enum sabin_surface_id)wall);
	const double straight_m = room_distance_m(p->source_m, p->receiver_m);
	struct wall_look look = {(double)NAN, (double)NAN};
	double level_db = -200;
	if (!over)
		return look;
	const double expected_m = path_length_m(fitted->size_m, p->source_m, p->receiver_m, over) - straight_m;
	for (size_t e = 0; e < seen->echoes; e++) {
		const struct fit_echo *echo = &seen->echo[e];
		const double most_db = 20 * log10(straight_m / (straight_m + echo->extra_m)) + louder_db;
		if (echo->response != response)
			continue;
		if (fabs(echo->extra_m - expected_m) < explained_m)
			return (struct wall_look){(double)NAN, (double)NAN};
		if (echo->level_db <= level_db || echo->level_db > most_db)
			continue;
		const double by = moved_by_m(fitted->size_m, p, over, axis, echo->extra_m);
		if (fabs(by) < told_m || fabs(by) > looked_m ||
		    is_explained(fitted->size_m, p, image, images, over, echo->extra_m))
			continue;
		const bool far = over->cell[axis] == 1;
		level_db = echo->level_db;
		look.file_m = far ? fitted->size_m[axis] - p->source_m[axis] : p->source_m[axis];
		look.shift_m = by;
	}
	return look;
}

/* One echo may be of anything; half of all responses must speak of the same shift. */
static void doubt_wall(const struct fit_seen *seen, const struct sabin_room *fitted,
                       const struct path_image *image, int images, int wall, struct sabin_roomfit *out)
{
	struct wall_look look[FIT_RESPONSES_MAX];
	for (size_t r = 0; r < seen->responses; r++)
		look[r] = look_at_wall(seen, fitted, r, image, images, wall);
	for (size_t r = 0; r < seen->responses; r++) {
		size_t agree = 0;
		for (size_t i = 0; i < seen->responses; i++)
			agree += fabs(look[i].shift_m - look[r].shift_m) < told_m;
		if (2 * agree < seen->responses || isnan(look[r].shift_m) ||
		    out->wall_count == SABIN_ROOMFIT_DOUBTS_MAX)
			continue;
		out->wall[out->wall_count++] = (struct sabin_roomfit_wall){
			r, (enum sabin_surface_id)wall, look[r].file_m, look[r].file_m + look[r].shift_m};
	}
}

double fit_direct_m(const struct fit_seen *seen, size_t response)
{
	const struct sabin_roomfit_response *p = &seen->response[response];
	struct sabin_arrival arrival;
	if (isnan(p->emission) || sabin_arrival_find(p->h, p->frames, p->rate_hz, &arrival))
		return (double)NAN;
	return (arrival.position - p->emission) / p->rate_hz * seen->speed_m_s;
}

static void doubt_distance(const struct fit_seen *seen, size_t response, struct sabin_roomfit *out)
{
	const struct sabin_roomfit_response *p = &seen->response[response];
	const double file_m = room_distance_m(p->source_m, p->receiver_m);
	const double measured_m = fit_direct_m(seen, response);
	if (fabs(measured_m - file_m) > direct_m && out->distance_count < SABIN_ROOMFIT_DOUBTS_MAX)
		out->distance[out->distance_count++] =
		        (struct sabin_roomfit_distance){response, file_m, measured_m};
}

void fit_doubts(const struct fit_seen *seen, const struct sabin_room *fitted, struct sabin_roomfit *out)
{
	struct path_image image[PATH_IMAGES_MAX];
	const int images = path_images(2, image);
	for (int wall = 0; wall < SABIN_SURFACE_COUNT; wall++)
		doubt_wall(seen, fitted, image, images, wall, out);
	for (size_t r = 0; r < seen->responses; r++)
		doubt_distance(seen, r, out);
}
