/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * reflections.c: the first reflections of a response and where they come from.
 *
 * References
 *   [EBU]   EBU Tech 3276 (2nd ed., 1998), 2.2: early reflections, 1 to 8 kHz, in the first 15 ms at
 *           least 10 dB below the direct sound.
 *   [Allen] J. B. Allen, D. A. Berkley, "Image method for efficiently simulating small-room
 *           acoustics", J. Acoust. Soc. Am. 65 (1979) 943-950: mirror images.
 *   The energy-time curve: etc.c.
 */
#include <math.h>
#include <stdbool.h>

#include <sabin/fft.h>
#include <sabin/reflections.h>
#include <sabin/window.h>

#include "acoustics/etc.h"
#include "signal/cmplx.h"

static const double band_hz[2] = {1000, 8000}; /* [EBU] */
static const double limit_db = -10, limit_s = 15e-3; /* [EBU] */
static const double before_s = 2e-3, after_s = 30e-3, smooth_s = 0.25e-3;
static const double first_s = 0.8e-3; /* sooner it may be the loudspeaker's own */
static const double least_db = -25;
static const double lead_s = 0.05;    /* of h before and after what the curve needs */
/* Edges of a third of an octave: they ring for less than a millisecond at 1 kHz, 30 dB down. */
static const double edge_oct = 1.0 / 3;
/* Half of the smoothing window's width at half height, as a uniform error. */
static const double time_error_s = 0.25e-3 / 4 / 1.7320508;
/* Peaks this near blur each other by as much as the smoothing window overlaps. */
static const double blur_db = 0.5;
/* A match: how well positions are known, and how far a path may be off in proportion. */
static const double match_m = 0.15, match_share = 0.05;

/* ---- from the response ------------------------------------------------------------------------------- */

/* The band of [EBU], as far as the rate reaches, with edges that rise along the logarithm of f. */
static double band_gain(double f_hz, double top_hz)
{
	if (!(f_hz > 0))
		return 0;
	return sabin_window_rise(log2(f_hz / band_hz[0]) / edge_oct + 0.5) *
	       sabin_window_rise(log2(top_hz / f_hz) / edge_oct + 0.5);
}

/* band[frames] = h[first ..], zeros outside, filtered. */
static enum sabin_err filter(const double *h, size_t n, long long first, double rate_hz,
                             double top_hz, double *band, size_t frames)
{
	const size_t size = sabin_fft_smooth_size(frames);
	struct sabin_fft *fft = NULL;
	double *x = calloc(size, sizeof *x);
	double complex *spectrum = calloc(size / 2 + 1, sizeof *spectrum);
	enum sabin_err err = x && spectrum ? sabin_fft_new(size, &fft) : SABIN_ENOMEM;
	for (size_t i = 0; !err && i < frames; i++) {
		const long long at = first + (long long)i;
		x[i] = at >= 0 && at < (long long)n ? h[at] : 0;
		err = isfinite(x[i]) ? SABIN_OK : SABIN_EINVAL;
	}
	if (!err) {
		sabin_window_taper(x, frames, (size_t)(rate_hz * lead_s / 2),
		                   (size_t)(rate_hz * lead_s / 2));
		sabin_fft_forward(fft, x, spectrum);
		for (size_t k = 0; k <= size / 2; k++) {
			const double gain = band_gain((double)k * rate_hz / (double)size, top_hz);
			spectrum[k] = CMPLX(gain * creal(spectrum[k]), gain * cimag(spectrum[k]));
		}
		sabin_fft_inverse(fft, spectrum, x);
		memcpy(band, x, frames * sizeof *band);
	}
	sabin_fft_free(fft);
	free(spectrum);
	free(x);
	return err;
}

static void fill_in(struct sabin_reflections *r, const struct sabin_etc_peak *peaks, size_t count,
                    double noise_db, double speed_m_s)
{
	r->passed = true;
	r->count = count;
	for (size_t i = 0; i < count; i++) {
		struct sabin_reflection *one = &r->item[i];
		const double db = peaks[i].level_db;
		/* what lies below the peak at random phase shifts it by that ratio of amplitudes */
		const double shift_db = 20 * log10(1 + pow(10, (noise_db - db) / 20)) / 2;
		*one = (struct sabin_reflection){
		    .time_s = sabin_quantity_valid(peaks[i].time_s, time_error_s),
		    .extra_m = sabin_quantity_valid(peaks[i].time_s * speed_m_s,
		                                    time_error_s * speed_m_s),
		    .level_db = sabin_quantity_valid(db, hypot(blur_db, shift_db)),
		    .too_strong = peaks[i].time_s <= limit_s && db > limit_db,
		};
		r->passed = r->passed && !one->too_strong;
	}
}

/* Median of the curve where it counts: what lies between the peaks. */
static int by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

static double median_db(const struct sabin_etc *etc)
{
	const size_t first = (size_t)(etc->direct + first_s * etc->rate_hz);
	double *sorted = etc->amplitude; /* not needed any more */
	const size_t count = etc->length - first;
	memcpy(sorted, etc->level_db + first, count * sizeof *sorted);
	qsort(sorted, count, sizeof *sorted, by_value);
	return sorted[count / 2];
}

enum sabin_err sabin_reflections_compute(const double *h, size_t n, double rate_hz, double direct,
                                         double speed_m_s, struct sabin_reflections *out)
{
	if (n == 0 || !(rate_hz >= 4000) || !(rate_hz <= 768000) || !(speed_m_s > 0) ||
	    !(direct >= 0) || !(direct < (double)n))
		return SABIN_EINVAL;
	const double top_hz = fmin(band_hz[1], 0.45 * rate_hz);
	const size_t lead = (size_t)((lead_s + before_s) * rate_hz);
	const size_t frames = 2 * lead + (size_t)(after_s * rate_hz);
	const long long first = (long long)direct - (long long)lead;
	struct sabin_etc etc = {0};
	struct sabin_etc_peak peaks[SABIN_REFLECTIONS_MAX];
	double *band = calloc(frames, sizeof *band);
	if (!band)
		return SABIN_ENOMEM;
	enum sabin_err err = filter(h, n, first, rate_hz, top_hz, band, frames);
	if (!err)
		err = sabin_etc_compute(band, frames, rate_hz, direct - (double)first, before_s,
		                        after_s, smooth_s, &etc);
	if (!err) {
		*out = (struct sabin_reflections){
		    .from_hz = band_hz[0],
		    .to_hz = top_hz,
		    .limit_db = limit_db,
		    .limit_s = limit_s,
		    .first_s = first_s,
		};
		const size_t count = sabin_etc_peaks(&etc, first_s, least_db, peaks,
		                                     SABIN_REFLECTIONS_MAX);
		fill_in(out, peaks, count, median_db(&etc), speed_m_s);
	}
	sabin_etc_release(&etc);
	free(band);
	return err;
}

/* ---- from the geometry ------------------------------------------------------------------------------- */

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
	return t;
}

/* Over one mirror. */
static struct sabin_reflection_path over_one(const struct mirror *m, const double source_m[3],
                                             const double receiver_m[3])
{
	struct sabin_reflection_path path = {.order = 1, .surfaces = {m->surface}, .object = -1};
	double image_m[3];
	reflect(m, source_m, image_m);
	path.extra_m = distance_m(image_m, receiver_m) - distance_m(source_m, receiver_m);
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
	path->extra_m = distance_m(second_m, receiver_m) - distance_m(source_m, receiver_m);
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
static double misfit(const struct sabin_reflection *one, const struct sabin_reflection_path *path)
{
	const double allowed_m = fmax(match_m, match_share * path->extra_m);
	return fabs(one->extra_m.value - path->extra_m) / allowed_m;
}

void sabin_reflections_match(struct sabin_reflections *r, const struct sabin_reflection_path *paths,
                             size_t count)
{
	bool taken[SABIN_PATHS_MAX] = {false};
	for (size_t i = 0; i < r->count; i++)
		r->item[i].found = false;
	for (int order = 1; order <= 2; order++) /* one mirror is likelier than two */
		for (;;) {
			double best = 1;
			size_t at = 0, which = count;
			for (size_t i = 0; i < r->count; i++)
				for (size_t k = 0; k < count && k < SABIN_PATHS_MAX; k++)
					if (!r->item[i].found && !taken[k] &&
					    paths[k].order == order &&
					    misfit(&r->item[i], &paths[k]) < best) {
						best = misfit(&r->item[i], &paths[k]);
						at = i;
						which = k;
					}
			if (which == count)
				break;
			taken[which] = true;
			r->item[at].found = true;
			r->item[at].path = paths[which];
		}
}
