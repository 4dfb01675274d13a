/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sphere.c: which images there are, and how often each was reflected.
 *
 * References
 *   [Allen]  J. B. Allen, D. A. Berkley, "Image method for efficiently simulating small-room
 *            acoustics", JASA 65 (1979) 943-950: along one axis of length L the images lie at
 *            (1 - 2q) s + 2 m L, q = 0, 1, and were reflected |m - q| times at 0 and |m| times at
 *            L.
 *   [Kuttruff] H. Kuttruff, "Room Acoustics", 5th ed. (2009), 4.1: 4 pi (ct)^3 / (3 V) images
 *            have arrived by the time t.
 */
#include <math.h>
#include <stdint.h>

#include "room/sphere.h"

/* An image whose reflections leave less than this (-280 dB) of it is not visited, nor are those
 * behind it: even 10^9 such images add up to less than double precision shows of the direct
 * sound.  A band of which one axis alone leaves less is silent; its gain is nought, so that no
 * product of gains is too small for a normal number, with which processors are slow. */
static const double gain_floor = 1e-14;

/* More images than this are refused: it bounds the time to half a minute, two in octaves. */
static const double image_limit = 1e9;

struct offset {
	double offset_m;
	long m;
	int q;
};

static int nearer(const void *a, const void *b)
{
	const double x = fabs(((const struct offset *)a)->offset_m);
	const double y = fabs(((const struct offset *)b)->offset_m);
	return (x > y) - (x < y);
}

static double power(double base, long exponent)
{
	double product = 1;
	for (; exponent > 0; exponent >>= 1, base *= base)
		if (exponent & 1)
			product *= base;
	return product;
}

static double larger(double a, double b)
{
	return a > b ? a : b;
}

/* most[g] = the greatest of gain[2g ..]. */
static void greatest(const double *gain, int bands, double *most)
{
	double so_far = 0;
	for (int band = bands; band-- > 0;) {
		so_far = larger(so_far, gain[band]);
		if (band % 2 == 0)
			most[band / 2] = so_far;
	}
}

/* beta: [2][SABIN_ABSORPTION_BANDS], the walls at 0 and at the far end. */
static void fill_axis(struct sphere_axis *axis, const struct offset *offsets,
                      const double *const beta[2], int bands)
{
	const size_t groups = ((size_t)bands + 1) / 2;
	for (size_t k = 0; k < axis->n; k++) {
		const struct offset *o = &offsets[k];
		double *gain = axis->gain + k * (size_t)bands;
		axis->square_m2[k] = o->offset_m * o->offset_m;
		for (int band = 0; band < bands; band++) {
			gain[band] = power(beta[0][band], labs(o->m - o->q)) *
			             power(beta[1][band], labs(o->m));
			if (gain[band] < gain_floor)
				gain[band] = 0;
		}
		greatest(gain, bands, axis->most + k * groups);
	}
	for (size_t k = (axis->n - 1) * groups; k-- > 0;)
		axis->most[k] = larger(axis->most[k], axis->most[k + groups]);
}

static enum sabin_err axis_init(struct sphere_axis *axis, double length_m, double source_m,
                                double receiver_m, double radius_m, const double *const beta[2],
                                int bands)
{
	const long most = (long)ceil(radius_m / (2 * length_m)) + 1;
	struct offset *offsets = calloc(2 * (2 * (size_t)most + 1), sizeof *offsets);
	if (!offsets)
		return SABIN_ENOMEM;
	size_t n = 0;
	for (long m = -most; m <= most; m++) {
		for (int q = 0; q < 2; q++) {
			const double at = (1 - 2 * q) * source_m + 2 * (double)m * length_m;
			if (fabs(at - receiver_m) <= radius_m || (m == 0 && q == 0))
				offsets[n++] = (struct offset){at - receiver_m, m, q};
		}
	}
	qsort(offsets, n, sizeof *offsets, nearer);
	axis->n = n;
	axis->square_m2 = calloc(n, sizeof *axis->square_m2);
	axis->most = calloc(n, ((size_t)bands + 1) / 2 * sizeof *axis->most);
	axis->gain = calloc(n, (size_t)bands * sizeof *axis->gain);
	const bool enough = axis->square_m2 && axis->most && axis->gain;
	if (enough)
		fill_axis(axis, offsets, beta, bands);
	free(offsets);
	return enough ? SABIN_OK : SABIN_ENOMEM;
}

/* An upper bound of the number of images within radius_m whose gain is above the floor.  An image
 * |d| away along an axis met its walls at least |d|/L - 1 times, so that the sum over the axes of
 * (|d|/L - 1) * loss is bounded by -ln(floor): for those axes of a subset that are bounded so the
 * images fill a simplex, for the others they are bounded by the sphere. */
static double image_bound(const double size_m[3], const double loss[3], double radius_m)
{
	/* volumes over products of half axes: ball, disc x segment, segment x diamond, simplex */
	static const double shape[4] = {4.0 / 3 * M_PI, 2 * M_PI, 4, 8.0 / 6};
	double least = (double)INFINITY;
	for (int subset = 0; subset < 8; subset++) {
		double product = 1, reach = -log(gain_floor);
		int members = 0;
		for (int axis = 0; axis < 3; axis++)
			if (subset >> axis & 1)
				reach += loss[axis];
		for (int axis = 0; axis < 3; axis++) {
			const bool bounded = subset >> axis & 1;
			members += bounded;
			product *= bounded ? reach / loss[axis] + 1 : radius_m / size_m[axis];
		}
		least = fmin(least, shape[members] * product);
	}
	return least;
}

enum sabin_err sphere_init(struct sphere *sphere, const struct sabin_room *room,
                           const double source_m[3], const double receiver_m[3], double radius_m,
                           double beta[SABIN_SURFACE_COUNT][SABIN_ABSORPTION_BANDS], int bands)
{
	memset(sphere, 0, sizeof *sphere);
	sphere->bands = bands;
	sphere->groups = (bands + 1) / 2;
	double loss[3];
	for (int axis = 0; axis < 3; axis++) {
		double most = 0;
		for (int band = 0; band < bands; band++)
			most = fmax(most, beta[room_walls[axis][0]][band] *
			                          beta[room_walls[axis][1]][band]);
		/* of one reflection; where nothing returns the next is already nothing */
		loss[axis] = most > gain_floor ? fabs(log(most)) / 2 : -log(gain_floor);
	}
	if (image_bound(room->size_m, loss, radius_m) > image_limit)
		return SABIN_EINVAL;

	int order[3] = {0, 1, 2}; /* axes by length, the longest first */
	for (int i = 0; i < 2; i++)
		for (int j = i + 1; j < 3; j++)
			if (room->size_m[order[j]] > room->size_m[order[i]]) {
				const int other = order[i];
				order[i] = order[j];
				order[j] = other;
			}
	for (int i = 0; i < 3; i++) {
		const int axis = order[i];
		const double *const walls[2] = {beta[room_walls[axis][0]],
		                                beta[room_walls[axis][1]]};
		const enum sabin_err err =
		        axis_init(&sphere->axis[i], room->size_m[axis], source_m[axis],
		                  receiver_m[axis], radius_m, walls, bands);
		if (err) {
			sphere_release(sphere);
			return err;
		}
	}
	return SABIN_OK;
}

void sphere_release(struct sphere *sphere)
{
	for (int i = 0; i < 3; i++) {
		free(sphere->axis[i].square_m2);
		free(sphere->axis[i].gain);
		free(sphere->axis[i].most);
	}
	memset(sphere, 0, sizeof *sphere);
}

/* First k in first .. end whose gain, and that of all after it, is below the floor. */
static size_t audible_end(const struct sphere *sphere, double gain, size_t first, size_t end)
{
	const double *most = sphere->axis[2].most;
	const size_t groups = (size_t)sphere->groups;
	if (first >= end || gain * most[(end - 1) * groups] >= gain_floor)
		return end;
	while (first < end) {
		const size_t middle = first + (end - first) / 2;
		if (gain * most[middle * groups] >= gain_floor)
			first = middle + 1;
		else
			end = middle;
	}
	return end;
}

/* The row of offsets i and j, of the inner offsets low .. end - 1. */
static void visit_row(const struct sphere *sphere, size_t i, size_t j, size_t low, size_t end,
                      sphere_visit *visit, void *user)
{
	const struct sphere_axis *outer = &sphere->axis[0], *middle = &sphere->axis[1],
	                         *inner = &sphere->axis[2];
	const size_t bands = (size_t)sphere->bands, groups = (size_t)sphere->groups;
	struct sphere_row row = {
		.row_m2 = outer->square_m2[i] + middle->square_m2[j],
		.n = end - low,
		.square_m2 = inner->square_m2 + low,
		.inner_gain = inner->gain + low * bands,
		.inner_most = inner->most + low * groups,
	};
	for (size_t band = 0; band < bands; band++)
		row.gain[band] = outer->gain[i * bands + band] * middle->gain[j * bands + band];
	greatest(row.gain, sphere->bands, row.most);
	visit(user, &row);
}

/* All rows of offset i of the outer axis.  edge[]: where the inner range of the first row begins
 * and ends at most; on return, where it does. */
static void walk_plane(const struct sphere *sphere, size_t i, const double limit_m2[2],
                       size_t edge[2], sphere_visit *visit, void *user)
{
	const struct sphere_axis *outer = &sphere->axis[0], *middle = &sphere->axis[1],
	                         *inner = &sphere->axis[2];
	const size_t groups = (size_t)sphere->groups;
	/* as the middle offset grows, both ends of the inner range move towards its beginning */
	size_t low = edge[0], high = edge[1];
	for (size_t j = 0; j < middle->n; j++) {
		const double most = outer->most[i * groups] * middle->most[j * groups];
		if (most * inner->most[0] < gain_floor)
			return;
		const double row_m2 = outer->square_m2[i] + middle->square_m2[j];
		while (low > 0 && row_m2 + inner->square_m2[low - 1] >= limit_m2[0])
			low--;
		while (high > 0 && row_m2 + inner->square_m2[high - 1] >= limit_m2[1])
			high--;
		if (j == 0) {
			edge[0] = low;
			edge[1] = high;
		}
		if (high == 0)
			return;
		const size_t end = audible_end(sphere, most, low, high);
		if (end > low)
			visit_row(sphere, i, j, low, end, visit, user);
	}
}

void sphere_walk(const struct sphere *sphere, double low_m2, double high_m2, sphere_visit *visit,
                 void *user)
{
	const struct sphere_axis *outer = &sphere->axis[0], *inner = &sphere->axis[2];
	const double others = sphere->axis[1].most[0] * inner->most[0];
	const double limit_m2[2] = {low_m2, high_m2};
	size_t edge[2] = {inner->n, inner->n};
	for (size_t i = 0; i < outer->n; i++) {
		if (outer->square_m2[i] >= high_m2 ||
		    outer->most[i * (size_t)sphere->groups] * others < gain_floor)
			return;
		walk_plane(sphere, i, limit_m2, edge, visit, user);
	}
}
