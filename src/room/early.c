/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * early.c: panels, objects and a directional source, for the ways of few reflections.
 *
 * References
 *   [Allen]    J. B. Allen, D. A. Berkley, JASA 65 (1979) 943-950: image sources.
 *   [Kuttruff] H. Kuttruff, "Room Acoustics", 5th ed. (2009), 1.6 (directivity factor), 2.4 and 9.3
 *              (finite reflectors, Fresnel number).
 *
 * The fast sum of images.c gives each image the mean absorption of the surfaces and one gain for all
 * angles, that of the power a source radiates in all directions.  Over many reflections that is
 * what is left of the differences; of the first it is not, and these are few: for each the
 * difference between what it is and what the fast sum made of it is added.
 */
#include <math.h>

#include "room/bank.h"
#include "room/early.h"
#include "room/grid.h"
#include "room/path.h"
#include "room/radiation.h"

static const double span_s = 0.25;    /* after the direct sound; later ways are as the mean */
static const double shadow = 0.9;     /* of a way that an object stands in: 20 dB, by diffraction */
enum { ORDER = 3, OBJECTS_MAX = 8 };

struct work {
	const struct sabin_room *room;
	const struct sabin_images_options *options;
	const double *source_m, *receiver_m;
	double speed_m_s;
	double mean_beta[SABIN_SURFACE_COUNT][SABIN_ABSORPTION_BANDS];
	double exponent[ROOM_AIR_BANDS]; /* of the directivity */
	double air_per_m[ROOM_AIR_BANDS]; /* nepers of amplitude */
};

static int surface_band(int band)
{
	return band < SABIN_ABSORPTION_BANDS ? band : SABIN_ABSORPTION_BANDS - 1;
}

static void init(struct work *work)
{
	const struct sabin_room *room = work->room;
	work->speed_m_s = sabin_speed_of_sound(room->temperature_c);
	room_reflection(room, work->mean_beta);
	for (int band = 0; band < ROOM_AIR_BANDS; band++) {
		/* without air the fast sum has one octave less, whose uppermost holds all above */
		const double f_hz =
		        room_band_centre_hz(work->options->air ? band : surface_band(band));
		work->exponent[band] =
		        radiation_exponent(work->options->directivity, f_hz, work->speed_m_s);
		work->air_per_m[band] = 0;
		if (work->options->air)
			work->air_per_m[band] = M_LN10 / 20 *
			                        sabin_air_attenuation_db_per_m(
			                                f_hz, room->temperature_c,
			                                room->humidity_percent, room->pressure_kpa);
	}
}

double early_object_from_hz(const struct sabin_reflector *object, double d1_m, double d2_m,
                            const double source_m[3], const double receiver_m[3], double speed_m_s)
{
	const bool along_x = fabs(source_m[0] - receiver_m[0]) > fabs(source_m[1] - receiver_m[1]);
	const int axis = along_x ? 0 : 1;
	const double half_m = fmax(0.01, (object->max_m[axis] - object->min_m[axis]) / 2);
	return speed_m_s * d1_m * d2_m / (d1_m + d2_m) / (half_m * half_m);
}

double early_share_met(double from_hz, double f_hz)
{
	return f_hz * f_hz / (f_hz * f_hz + from_hz * from_hz);
}

/* Gain of the source towards a point. */
static double radiated(const struct work *work, const double towards_m[3], int band)
{
	return radiation_gain(radiation_cosine(work->options->directivity, work->source_m, towards_m),
	                      work->exponent[band]);
}

/* ---- objects ------------------------------------------------------------------------------------- */

static bool is_in(const struct sabin_reflector *object, const double point_m[3])
{
	for (int axis = 0; axis < 3; axis++)
		if (!(point_m[axis] >= object->min_m[axis] && point_m[axis] <= object->max_m[axis]))
			return false;
	return true;
}

/* Does the line from a to b pass through the box?  Touching is not passing. */
static bool passes(const struct sabin_reflector *object, const double a[3], const double b[3])
{
	double from = 0, to = 1;
	for (int axis = 0; axis < 3; axis++) {
		const double way = b[axis] - a[axis];
		if (way == 0) {
			if (a[axis] <= object->min_m[axis] || a[axis] >= object->max_m[axis])
				return false;
			continue;
		}
		const double t0 = (object->min_m[axis] - a[axis]) / way;
		const double t1 = (object->max_m[axis] - a[axis]) / way;
		from = fmax(from, fmin(t0, t1));
		to = fmin(to, fmax(t0, t1));
	}
	return to - from > 1e-6;
}

double early_unshaded(const struct sabin_reflector *objects, size_t count, const double (*points_m)[3], int n,
                      double speed_m_s, double f_hz)
{
	double left = 1;
	for (size_t i = 0; i < count && i < OBJECTS_MAX; i++) {
		const struct sabin_reflector *object = &objects[i];
		if (is_in(object, points_m[0]) || is_in(object, points_m[n - 1]))
			continue; /* it stands in or on it: what it hides is not known */
		for (int k = 0; k + 1 < n; k++) {
			if (!passes(object, points_m[k], points_m[k + 1]))
				continue;
			const double half_m = fmax(0.01, room_distance_m(points_m[k], points_m[k + 1]) / 2);
			const double from_hz = early_object_from_hz(object, half_m, half_m, points_m[k],
			                                            points_m[k + 1], speed_m_s);
			left *= 1 - shadow * early_share_met(from_hz, f_hz);
			break;
		}
	}
	return left;
}

/* The reflection by the top of an object. */
static void add_top(const struct work *work, const struct sabin_reflector *object, struct early *early)
{
	const double above_s = work->source_m[2] - object->max_m[2];
	const double above_r = work->receiver_m[2] - object->max_m[2];
	if (!(above_s > 0 && above_r > 0) || early->count == EARLY_WAYS_MAX)
		return;
	double point_m[3] = {0, 0, object->max_m[2]};
	const double share = above_s / (above_s + above_r);
	for (int axis = 0; axis < 2; axis++) {
		point_m[axis] = work->source_m[axis] +
		                share * (work->receiver_m[axis] - work->source_m[axis]);
		if (point_m[axis] < object->min_m[axis] || point_m[axis] > object->max_m[axis])
			return;
	}
	const double d1_m = room_distance_m(work->source_m, point_m);
	const double d2_m = room_distance_m(point_m, work->receiver_m);
	const double from_hz = early_object_from_hz(object, d1_m, d2_m, work->source_m,
	                                            work->receiver_m, work->speed_m_s);
	struct early_way *way = &early->way[early->count++];
	way->length_m = d1_m + d2_m;
	for (int band = 0; band < ROOM_AIR_BANDS; band++)
		way->gain[band] = early_share_met(from_hz, room_band_centre_hz(band)) *
		                  radiated(work, point_m, band) *
		                  exp(-work->air_per_m[band] * way->length_m) / way->length_m;
}

/* ---- images ----------------------------------------------------------------------------------------- */

static double hit_factor(const struct work *work, const struct path_bounce *bounce, int band)
{
	const struct sabin_absorption *absorption =
	        bounce->panel >= 0 ? &work->room->panels[bounce->panel].absorption
	                           : &work->room->surface[bounce->surface];
	return sqrt(fmax(0, 1 - room_alpha(absorption, surface_band(band))));
}

/* The difference between an image as it is and as the fast sum has it. */
static void add_image(const struct work *work, const struct path_image *image, struct early *early)
{
	struct path path;
	double points_m[PATH_BOUNCES_MAX + 2][3], left[ROOM_AIR_BANDS];
	path_trace(work->room, work->source_m, work->receiver_m, image, &path);
	const double direct_m = room_distance_m(work->source_m, work->receiver_m);
	if (path.length_m - direct_m > span_s * work->speed_m_s || early->count == EARLY_WAYS_MAX)
		return;
	memcpy(points_m[0], work->receiver_m, sizeof points_m[0]);
	for (int k = 0; k < path.order; k++)
		memcpy(points_m[k + 1], path.bounce[k].point_m, sizeof points_m[0]);
	memcpy(points_m[path.order + 1], work->source_m, sizeof points_m[0]);
	for (int band = 0; band < ROOM_AIR_BANDS; band++)
		left[band] = early_unshaded(work->room->objects, work->room->object_count,
		                            (const double(*)[3])points_m, path.order + 2, work->speed_m_s,
		                            room_band_centre_hz(band));
	struct early_way *way = &early->way[early->count];
	bool differs = false;
	way->length_m = path.length_m;
	for (int band = 0; band < ROOM_AIR_BANDS; band++) {
		double mean = early->mean[band];
		double is = left[band] * radiated(work, points_m[path.order], band);
		for (int k = 0; k < path.order; k++) {
			is *= hit_factor(work, &path.bounce[k], band);
			mean *= work->mean_beta[path.bounce[k].surface][surface_band(band)];
		}
		differs = differs || is != mean;
		way->gain[band] = (is - mean) * exp(-work->air_per_m[band] * path.length_m) /
		                  path.length_m;
	}
	early->count += differs;
}

void early_init(struct early *early, const struct sabin_room *room, const double source_m[3],
                const double receiver_m[3], const struct sabin_images_options *options)
{
	struct path_image image[PATH_IMAGES_MAX];
	struct work work = {.room = room, .options = options, .source_m = source_m,
	                    .receiver_m = receiver_m};
	*early = (struct early){.mean_differs = options->directivity};
	init(&work);
	for (int band = 0; band < ROOM_AIR_BANDS; band++) /* of the energy: 1 / (2 p + 1) */
		early->mean[band] = 1 / sqrt(2 * work.exponent[band] + 1);
	if (!options->directivity && room->panel_count == 0 && room->object_count == 0)
		return;
	const int images = path_images(ORDER, image);
	for (int i = 0; i < images; i++)
		add_image(&work, &image[i], early);
	for (size_t i = 0; i < room->object_count && i < OBJECTS_MAX; i++)
		add_top(&work, &room->objects[i], early);
}

/* ---- samples ------------------------------------------------------------------------------------------ */

static void spread_way(const struct early_way *way, double frames_per_m, int bands, size_t stride,
                       double first, double *x)
{
	const double at = way->length_m * frames_per_m - first;
	const size_t middle = (size_t)at;
	for (size_t i = middle - GRID_HALF + 1; i <= middle + GRID_HALF; i++) {
		const double tap = grid_sinc((double)i - at, GRID_HALF);
		for (int band = 0; band < bands; band++)
			x[(size_t)band * stride + i] += way->gain[band] * tap;
	}
}

static bool alike_in_all(const struct early *early)
{
	for (int i = 0; i < early->count; i++)
		for (int band = 1; band < ROOM_AIR_BANDS; band++)
			if (early->way[i].gain[band] != early->way[i].gain[0])
				return false;
	return true;
}

enum sabin_err early_add(const struct early *early, double speed_m_s, double rate_hz, double *h,
                         size_t frames)
{
	if (early->count == 0)
		return SABIN_OK;
	double nearest_m = early->way[0].length_m, farthest_m = nearest_m;
	for (int i = 1; i < early->count; i++) {
		nearest_m = fmin(nearest_m, early->way[i].length_m);
		farthest_m = fmax(farthest_m, early->way[i].length_m);
	}
	const double per_m = rate_hz / speed_m_s, first = floor(nearest_m * per_m) - GRID_HALF - 1;
	const size_t span = (size_t)((farthest_m - nearest_m) * per_m) + 2 * GRID_HALF + 4;
	struct bank_plan plan;
	struct bank bank = {0};
	bank_plan_octaves(&plan, rate_hz, alike_in_all(early) ? 1 : ROOM_AIR_BANDS);
	enum sabin_err err = plan.bands > 1 ? bank_init(&bank, &plan, span) : SABIN_OK;
	const size_t stride = plan.bands > 1 ? bank.frames : span;
	double *x = err ? NULL : calloc((size_t)plan.bands, stride * sizeof *x);
	double *joined = plan.bands > 1 && !err ? calloc(bank.size, sizeof *joined) : NULL;
	if (!err && (!x || (plan.bands > 1 && !joined)))
		err = SABIN_ENOMEM;
	for (int i = 0; !err && i < early->count; i++)
		spread_way(&early->way[i], per_m, plan.bands, stride, first, x);
	if (!err && plan.bands == 1)
		grid_add_shifted(h, frames, (ptrdiff_t)first, x, span);
	if (!err && plan.bands > 1) {
		bank_join(&bank, x, stride, joined);
		grid_add_shifted(h, frames, (ptrdiff_t)first - (ptrdiff_t)bank.reach, joined, bank.size);
	}
	free(x);
	free(joined);
	bank_release(&bank);
	return err;
}
