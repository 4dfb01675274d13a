/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * first_reflections.c: where the first reflections arise, and what they do to the direct sound.
 *
 * References
 *   [Allen] J. B. Allen, D. A. Berkley, JASA 65 (1979) 943-950: mirrors.
 *   [Cox]   T. J. Cox, P. D'Antonio, "Acoustic absorbers and diffusers", 3rd ed. (2016), 2 and 11: comb
 *           filters, size of panels by Fresnel zones.
 */
#include <math.h>

#include <sabin/geometry.h>

#include "room/early.h"
#include "room/path.h"
#include "room/radiation.h"

static const double fresnel_hz = 1000;

/* Source and receiver of a reflection. */
struct ends {
	const struct sabin_room *room;
	const double *source_m, *receiver_m;
	const struct sabin_directivity *directivity;
	double speed_m_s;
	const struct sabin_reflector *objects;
	size_t object_count;
};

/* What the size of an object and those that stand in the way leave of its amplitude at a frequency. */
static double met(const struct ends *e, const struct sabin_first_reflection *r, double f_hz)
{
	double way_m[3][3];
	if (r->object >= 0)
		return early_share_met(r->from_hz, f_hz);
	memcpy(way_m[0], e->receiver_m, sizeof way_m[0]);
	memcpy(way_m[1], r->point_m, sizeof way_m[1]);
	memcpy(way_m[2], e->source_m, sizeof way_m[2]);
	return early_unshaded(e->objects, e->object_count, (const double(*)[3])way_m, 3, e->speed_m_s, f_hz);
}

/* Energy of a reflection re the direct sound in an octave or at a frequency, but for the longer way. */
static double kept(const struct ends *e, const struct sabin_first_reflection *r, double alpha, double f_hz)
{
	const double ratio = radiation_ratio(e->directivity, e->source_m, r->point_m, e->receiver_m, f_hz,
	                                     e->speed_m_s) *
	                     met(e, r, f_hz);
	return fmax(0, 1 - alpha) * ratio * ratio;
}

/* Its amplitude at f; f = 0: of the mean energy in the octaves 1 to 4 kHz. */
static double factor_at(const struct ends *e, const struct sabin_first_reflection *r, double f_hz)
{
	double alpha[SABIN_ABSORPTION_BANDS] = {0}, sum = 0; /* objects: hard and smooth */
	if (r->object < 0) {
		const struct sabin_absorption *absorption =
		        r->panel >= 0 ? &e->room->panels[r->panel].absorption
		                      : &e->room->surface[r->surface];
		for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++)
			alpha[band] = room_alpha(absorption, band);
	}
	if (f_hz > 0)
		return sqrt(kept(e, r, room_by_octave(alpha, f_hz), f_hz));
	for (int band = 4; band <= 6; band++)
		sum += kept(e, r, alpha[band], room_band_centre_hz(band)) / 3;
	return sqrt(sum);
}

static double db(double gain)
{
	return 20 * log10(fmax(gain, 1e-6));
}

/* The first Fresnel zone on the surface: half a wavelength more from source to receiver than over the
 * point [Cox].  To second order that is an ellipse of half-axes r across and r / cos(incidence) along the
 * way, r^2 = lambda d1 d2 / (d1 + d2); it lies in an ellipsoid half a wavelength longer than the way. */
static void size_panel(const struct ends *e, int normal, double d1_m, double d2_m,
                       struct sabin_first_reflection *out)
{
	const double lambda_m = e->speed_m_s / fresnel_hz, most_m = (d1_m + d2_m + lambda_m) / 2;
	const double cosine = fabs(e->source_m[normal] - out->point_m[normal]) / d1_m;
	const double across_m = sqrt(lambda_m * d1_m * d2_m / (d1_m + d2_m));
	const double along_m = across_m < most_m * cosine ? across_m / cosine : fmax(across_m, most_m);
	const int axis[2] = {normal == 0 ? 1 : 0, normal == 2 ? 1 : 2};
	double way[2];
	for (int i = 0; i < 2; i++)
		way[i] = e->receiver_m[axis[i]] - e->source_m[axis[i]];
	const double length = hypot(way[0], way[1]);
	for (int i = 0; i < 2; i++) {
		const double share = length > 0 ? way[i] / length : 0;
		out->panel_m[i] = 2 * hypot(along_m * share, across_m * sqrt(fmax(0, 1 - share * share)));
	}
}

static void fill(const struct ends *e, const struct sabin_reflection_path *path, struct sabin_first_reflection *out)
{
	const double direct_m = room_distance_m(e->source_m, e->receiver_m);
	const double spread = direct_m / (direct_m + path->extra_m);
	*out = (struct sabin_first_reflection){.object = path->object, .panel = -1,
	                                       .extra_m = path->extra_m,
	                                       .delay_s = path->extra_m / e->speed_m_s};
	memcpy(out->point_m, path->point_m, sizeof out->point_m);
	const double d1_m = room_distance_m(e->source_m, path->point_m);
	const double d2_m = room_distance_m(path->point_m, e->receiver_m);
	if (path->object >= 0) {
		out->from_hz = early_object_from_hz(&e->objects[path->object], d1_m, d2_m, e->source_m,
		                                    e->receiver_m, e->speed_m_s);
	} else {
		out->surface = path->surfaces[0];
		out->panel = path_panel_at(e->room, out->surface, path->point_m);
	}
	out->null_hz = e->speed_m_s / (2 * path->extra_m);
	const double low = spread * factor_at(e, out, out->null_hz);
	const double high = spread * factor_at(e, out, 2 * out->null_hz);
	out->level_db = db(spread * factor_at(e, out, 0));
	out->level_low_db = db(low);
	out->null_db = db(fabs(1 - low));
	out->peak_db = db(1 + high);
	size_panel(e, path->object >= 0 ? 2 : room_axis(out->surface), d1_m, d2_m, out);
}

size_t sabin_room_first_reflections(const struct sabin_room *room, const double source_m[3],
                                    const struct sabin_directivity *directivity,
                                    const double receiver_m[3],
                                    const struct sabin_reflector *objects, size_t object_count,
                                    struct sabin_first_reflection *out)
{
	struct sabin_reflection_path paths[SABIN_PATHS_MAX];
	if (!room_valid(room) || !room_inside(room->size_m, source_m) || !room_inside(room->size_m, receiver_m) ||
	    !(room_distance_m(source_m, receiver_m) > 0))
		return 0;
	const size_t count = sabin_reflection_paths(room->size_m, source_m, receiver_m, objects,
	                                            object_count, paths);
	const struct ends ends = {room, source_m, receiver_m, directivity,
	                          sabin_speed_of_sound(room->temperature_c), objects, object_count};
	size_t n = 0;
	for (size_t i = 0; i < count && n < SABIN_FIRST_REFLECTIONS_MAX; i++)
		if (paths[i].order == 1 && paths[i].extra_m > 0)
			fill(&ends, &paths[i], &out[n++]);
	return n;
}
