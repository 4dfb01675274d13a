/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * reflection_ways.c: the surfaces that reflections come from.
 *
 * References
 *   [Allen] J. B. Allen, D. A. Berkley, "Image method for efficiently simulating small-room
 *           acoustics", J. Acoust. Soc. Am. 65 (1979) 943-950: mirror images.
 *
 * A reflection has the ways whose extra length is its own within what both are known to.  A way cannot
 * be louder than if its mirrors absorbed nothing, so a peak that is much louder than all of them is not
 * theirs.  Beyond two mirrors there are too many ways to tell one by its length; they are added up, and
 * where they bring more than the ways of one or two mirrors do, that is said.
 */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include <sabin/reflections.h>

/* How well a tape measure finds a way's extra length, one standard uncertainty: a centimetre at each of
 * its ends. */
static const double placed_m = 0.015;
static const double tolerance = 3; /* standard uncertainties */
/* What directivity of the loudspeaker, and neighbours in phase, may add to a way. */
static const double louder_db = 5;
/* Ways this far below the strongest one at the same time are not told. */
static const double together_db = 10;
/* Where one mirror more means less: absorption of 0.2, an ordinary wall's at most.  Only weighs ways
 * against each other. */
static const double a_mirror_db = -1;

static const enum sabin_surface_id walls[3][2] = {
    {SABIN_LEFT, SABIN_RIGHT}, {SABIN_FRONT, SABIN_BACK}, {SABIN_FLOOR, SABIN_CEILING}};

static double distance_m(const double a[3], const double b[3])
{
	return hypot(hypot(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
}

struct mirror {
	int axis;
	double at_m;
	enum sabin_surface_id surface;
};

static void reflect(const struct mirror *mirror, const double from_m[3], double to_m[3])
{
	for (int i = 0; i < 3; i++)
		to_m[i] = i == mirror->axis ? 2 * mirror->at_m - from_m[i] : from_m[i];
}

/* Where the line a - b crosses the mirror; the share of the way from a. */
static double cross(const struct mirror *mirror, const double a[3], const double b[3],
                    double point_m[3])
{
	const double way = b[mirror->axis] - a[mirror->axis];
	const double t = way == 0 ? (double)NAN : (mirror->at_m - a[mirror->axis]) / way;
	for (int i = 0; i < 3; i++)
		point_m[i] = a[i] + t * (b[i] - a[i]);
	if (isfinite(t)) /* on it, whatever rounding says */
		point_m[mirror->axis] = mirror->at_m;
	return t;
}

static double over_direct_db(double direct_m, double extra_m)
{
	return 20 * log10(direct_m / (direct_m + extra_m));
}

/* Over one mirror. */
static struct sabin_reflection_path over_one(const struct mirror *m, const double source_m[3],
                                             const double receiver_m[3])
{
	struct sabin_reflection_path path = {.order = 1, .surfaces = {m->surface}, .object = -1};
	double image_m[3];
	reflect(m, source_m, image_m);
	const double direct_m = distance_m(source_m, receiver_m);
	path.extra_m = distance_m(image_m, receiver_m) - direct_m;
	path.most_db = over_direct_db(direct_m, path.extra_m);
	cross(m, image_m, receiver_m, path.point_m);
	return path;
}

/* Over `a`, then `b`; false where that way does not exist in this order. */
static bool over_two(const struct mirror *a, const struct mirror *b, const double source_m[3],
                     const double receiver_m[3], struct sabin_reflection_path *path)
{
	double first_m[3], second_m[3], point_m[3], hit_m[3];
	reflect(a, source_m, first_m);
	reflect(b, first_m, second_m);
	cross(b, second_m, receiver_m, point_m);
	/* from the image in a to where it meets b, it must have crossed a before */
	const double t = cross(a, first_m, point_m, hit_m);
	if (!(t >= 0 && t <= 1))
		return false;
	*path = (struct sabin_reflection_path){
	    .order = 2, .surfaces = {a->surface, b->surface}, .object = -1};
	const double direct_m = distance_m(source_m, receiver_m);
	path->extra_m = distance_m(second_m, receiver_m) - direct_m;
	path->most_db = over_direct_db(direct_m, path->extra_m);
	memcpy(path->point_m, hit_m, sizeof hit_m);
	return true;
}

static int by_length(const void *a, const void *b)
{
	const struct sabin_reflection_path *x = a, *y = b;
	return (x->extra_m > y->extra_m) - (x->extra_m < y->extra_m);
}

/* The top of a box reflects where both ends are above it and the point lies on it. */
static bool over_top(const struct sabin_reflector *object, const double source_m[3],
                     const double receiver_m[3], struct sabin_reflection_path *path)
{
	const struct mirror top = {2, object->max_m[2], SABIN_FLOOR};
	if (source_m[2] <= top.at_m || receiver_m[2] <= top.at_m)
		return false;
	*path = over_one(&top, source_m, receiver_m);
	for (int i = 0; i < 2; i++)
		if (path->point_m[i] < object->min_m[i] || path->point_m[i] > object->max_m[i])
			return false;
	return true;
}

size_t sabin_reflection_paths(const double size_m[3], const double source_m[3],
                              const double receiver_m[3], const struct sabin_reflector *objects,
                              size_t object_count, struct sabin_reflection_path *paths)
{
	enum { OBJECTS_MAX = 8 };
	struct mirror mirrors[SABIN_SURFACE_COUNT];
	size_t count = 0;
	for (int i = 0; i < SABIN_SURFACE_COUNT; i++)
		mirrors[i] = (struct mirror){i / 2, i % 2 ? size_m[i / 2] : 0, walls[i / 2][i % 2]};
	for (int i = 0; i < SABIN_SURFACE_COUNT; i++) {
		paths[count++] = over_one(&mirrors[i], source_m, receiver_m);
		for (int k = 0; k < SABIN_SURFACE_COUNT; k++)
			if (k != i && over_two(&mirrors[i], &mirrors[k], source_m, receiver_m,
			                       &paths[count]))
				count++;
	}
	for (size_t i = 0; i < object_count && i < OBJECTS_MAX; i++)
		if (over_top(&objects[i], source_m, receiver_m, &paths[count]))
			paths[count++].object = (int)i;
	qsort(paths, count, sizeof *paths, by_length);
	return count;
}

/* How far reflection and path are apart, 1: as far as allowed. */
static double misfit(const struct sabin_reflection *one, double extra_m)
{
	return fabs(one->extra_m.value - extra_m) /
	       (tolerance * hypot(one->extra_m.plus_minus, placed_m));
}

/* The reflection that fits best; count: none does. */
static size_t nearest(const struct sabin_reflections *r, double extra_m)
{
	size_t best = r->count;
	for (size_t i = 0; i < r->count; i++)
		if (misfit(&r->item[i], extra_m) <= 1 &&
		    (best == r->count ||
		     misfit(&r->item[i], extra_m) < misfit(&r->item[best], extra_m)))
			best = i;
	return best;
}

/* Power of a way re the direct sound, to weigh it against others. */
static double weight_of(double most_db, int order)
{
	return pow(10, (most_db + a_mirror_db * order) / 10);
}

static double path_weight(const struct sabin_reflection_path *path)
{
	return weight_of(path->most_db, path->order);
}

/* Is the peak no louder than ways that bring `amplitude` in phase? */
static bool plausible(const struct sabin_reflection *one, double amplitude)
{
	return one->level_db.value <= 20 * log10(amplitude) + louder_db;
}

void sabin_reflections_match(struct sabin_reflections *r, const struct sabin_reflection_path *paths,
                             size_t count)
{
	double amplitude[SABIN_REFLECTIONS_MAX] = {0};
	if (count > SABIN_PATHS_MAX)
		count = SABIN_PATHS_MAX;
	for (size_t i = 0; i < r->count; i++) {
		r->item[i].ways = 0;
		r->item[i].found = r->item[i].many = false;
	}
	for (size_t k = 0; k < count; k++) {
		const size_t i = nearest(r, paths[k].extra_m);
		struct sabin_reflection *one = &r->item[i];
		if (i == r->count)
			continue;
		amplitude[i] += pow(10, paths[k].most_db / 20);
		one->found = true;
		if (one->ways == 0 || path_weight(&paths[k]) > path_weight(&one->path)) {
			one->other = one->path;
			one->path = paths[k];
		} else if (one->ways == 1 || path_weight(&paths[k]) > path_weight(&one->other)) {
			one->other = paths[k];
		}
		one->ways++;
	}
	for (size_t i = 0; i < r->count; i++) {
		struct sabin_reflection *one = &r->item[i];
		if (one->found && !plausible(one, amplitude[i]))
			one->found = false;
		size_t together = 0;
		for (size_t k = 0; k < count && one->found; k++)
			together += nearest(r, paths[k].extra_m) == i &&
			            path_weight(&paths[k]) >=
			                path_weight(&one->path) * pow(10, -together_db / 10);
		one->ways = together;
	}
}

/* Images along one axis: where they are, re the receiver, and by how many mirrors; those not farther
 * than reach_m. */
enum { IMAGES_MAX = 256 };

static size_t images_along(double size_m, double source_m, double receiver_m, double reach_m,
                           double *away_m, int *order)
{
	size_t count = 0;
	const int most = (int)fmin(reach_m / (2 * size_m) + 1, (IMAGES_MAX - 2) / 4);
	for (int n = -most; n <= most; n++)
		for (int side = 0; side < 2; side++) {
			const double at_m = 2 * n * size_m + (side ? -source_m : source_m);
			away_m[count] = at_m - receiver_m;
			order[count] = side ? abs(2 * n - 1) : abs(2 * n);
			if (fabs(away_m[count]) <= reach_m)
				count++;
		}
	return count;
}

void sabin_reflections_crowd(struct sabin_reflections *r, const double size_m[3],
                             const double source_m[3], const double receiver_m[3])
{
	const double direct_m = distance_m(source_m, receiver_m);
	double away_m[3][IMAGES_MAX], reach_m = direct_m;
	double power[SABIN_REFLECTIONS_MAX] = {0}, amplitude[SABIN_REFLECTIONS_MAX] = {0};
	int order[3][IMAGES_MAX];
	size_t count[3];
	for (size_t i = 0; i < r->count; i++)
		reach_m = fmax(reach_m, direct_m + r->item[i].extra_m.value + 1);
	for (int axis = 0; axis < 3; axis++)
		count[axis] = images_along(size_m[axis], source_m[axis], receiver_m[axis], reach_m,
		                           away_m[axis], order[axis]);
	for (size_t x = 0; x < count[0]; x++)
		for (size_t y = 0; y < count[1]; y++)
			for (size_t z = 0; z < count[2]; z++) {
				const int mirrors = order[0][x] + order[1][y] + order[2][z];
				const double far_m = hypot(hypot(away_m[0][x], away_m[1][y]),
				                           away_m[2][z]);
				if (mirrors < 3 || far_m > reach_m)
					continue;
				const size_t i = nearest(r, far_m - direct_m);
				const double most_db = over_direct_db(direct_m, far_m - direct_m);
				if (i == r->count)
					continue;
				power[i] += weight_of(most_db, mirrors);
				amplitude[i] += pow(10, most_db / 20);
			}
	for (size_t i = 0; i < r->count; i++) {
		struct sabin_reflection *one = &r->item[i];
		const double own = one->found ? path_weight(&one->path) : 0;
		one->many = power[i] > own && plausible(one, amplitude[i]);
		if (one->many)
			one->found = false;
	}
}
