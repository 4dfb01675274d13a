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

static const double fresnel_hz = 1000;

/* Reflection factor of what is hit, at f; f = 0: the mean of the octaves 1 to 4 kHz. */
static double factor_at(const struct sabin_room *room, const struct sabin_first_reflection *r,
                        double f_hz)
{
	if (r->object >= 0)
		return 1; /* hard and smooth */
	const struct sabin_absorption *absorption =
	        r->panel >= 0 ? &room->panels[r->panel].absorption : &room->surface[r->surface];
	double alpha[SABIN_ABSORPTION_BANDS], loud = 0;
	for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++)
		alpha[band] = room_alpha(absorption, band);
	for (int band = 4; band <= 6; band++)
		loud += alpha[band] / 3;
	return sqrt(fmax(0, 1 - (f_hz > 0 ? room_by_octave(alpha, f_hz) : loud)));
}

static double db(double gain)
{
	return 20 * log10(fmax(gain, 1e-6));
}

static void fill(const struct sabin_room *room, const double source_m[3], const double receiver_m[3],
                 const struct sabin_reflector *objects, const struct sabin_reflection_path *path,
                 struct sabin_first_reflection *out)
{
	const double speed_m_s = sabin_speed_of_sound(room->temperature_c);
	const double direct_m = room_distance_m(source_m, receiver_m);
	const double spread = direct_m / (direct_m + path->extra_m);
	*out = (struct sabin_first_reflection){.object = path->object, .panel = -1,
	                                       .extra_m = path->extra_m,
	                                       .delay_s = path->extra_m / speed_m_s};
	memcpy(out->point_m, path->point_m, sizeof out->point_m);
	const double d1_m = room_distance_m(source_m, path->point_m);
	const double d2_m = room_distance_m(path->point_m, receiver_m);
	if (path->object >= 0) {
		out->from_hz = early_object_from_hz(&objects[path->object], d1_m, d2_m, source_m, receiver_m,
		                              speed_m_s);
	} else {
		out->surface = path->surfaces[0];
		out->panel = path_panel_at(room, out->surface, path->point_m);
	}
	out->null_hz = speed_m_s / (2 * path->extra_m);
	const double low = spread * factor_at(room, out, out->null_hz);
	const double high = spread * factor_at(room, out, 2 * out->null_hz);
	out->level_db = db(spread * factor_at(room, out, 0));
	out->level_low_db = db(low);
	out->null_db = db(1 - low);
	out->peak_db = db(1 + high);
	out->panel_m = 2 * sqrt(speed_m_s / fresnel_hz * d1_m * d2_m / (d1_m + d2_m));
}

static bool is_inside(const struct sabin_room *room, const double point_m[3])
{
	for (int axis = 0; axis < 3; axis++)
		if (!(point_m[axis] > 0 && point_m[axis] < room->size_m[axis]))
			return false;
	return true;
}

size_t sabin_room_first_reflections(const struct sabin_room *room, const double source_m[3],
                                    const double receiver_m[3],
                                    const struct sabin_reflector *objects, size_t object_count,
                                    struct sabin_first_reflection *out)
{
	struct sabin_reflection_path paths[SABIN_PATHS_MAX];
	if (!room_valid(room) || !is_inside(room, source_m) || !is_inside(room, receiver_m) ||
	    !(room_distance_m(source_m, receiver_m) > 0))
		return 0;
	const size_t count = sabin_reflection_paths(room->size_m, source_m, receiver_m, objects,
	                                            object_count, paths);
	size_t n = 0;
	for (size_t i = 0; i < count && n < SABIN_FIRST_REFLECTIONS_MAX; i++)
		if (paths[i].order == 1 && paths[i].extra_m > 0)
			fill(room, source_m, receiver_m, objects, &paths[i], &out[n++]);
	return n;
}
