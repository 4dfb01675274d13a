/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * room.c: the room itself: names, ranges, mean absorption, reverberation time.
 *
 * References
 *   [Eyring]  C. F. Eyring, "Reverberation time in 'dead' rooms", JASA 1 (1930) 217-241.
 *   [Kuttruff] H. Kuttruff, "Room Acoustics", 5th ed. (2009), eq. 5.24 (with air).
 */
#include <math.h>

#include <sabin/window.h>

#include "room/inner.h"

const enum sabin_surface_id room_walls[3][2] = {
	{SABIN_LEFT, SABIN_RIGHT},
	{SABIN_FRONT, SABIN_BACK},
	{SABIN_FLOOR, SABIN_CEILING},
};

static const double least_size_m = 0.5, most_size_m = 500;   /* room.h */
static const double least_distance_m = 0.01;                 /* room.h */

const char *sabin_surface_name(enum sabin_surface_id surface)
{
	static const char *const names[SABIN_SURFACE_COUNT] = {
		[SABIN_FRONT] = "front", [SABIN_BACK] = "back",   [SABIN_LEFT] = "left",
		[SABIN_RIGHT] = "right", [SABIN_FLOOR] = "floor", [SABIN_CEILING] = "ceiling",
	};
	return (unsigned)surface < SABIN_SURFACE_COUNT ? names[surface] : "?";
}

double room_band_centre_hz(int band)
{
	return 1000 * pow(10, 0.3 * (band - 4)); /* octave 4 of 0 .. 7 is 1 kHz */
}

const double room_octave_hz[SABIN_ABSORPTION_BANDS] = {63, 125, 250, 500, 1000, 2000, 4000, 8000};

double room_by_octave(const double *table, double f_hz)
{
	const double oct = log2(f_hz / room_band_centre_hz(0)) / log2(pow(10, 0.3));
	if (!(oct > 0))
		return table[0];
	const int band = (int)fmin(oct, SABIN_ABSORPTION_BANDS - 2);
	const double share = sabin_window_rise((oct - band - 0.5) / 0.5 + 0.5);
	return table[band] * (1 - share) + table[band + 1] * share;
}

double room_volume_m3(const struct sabin_room *room)
{
	return room->size_m[0] * room->size_m[1] * room->size_m[2];
}

double room_sabine_s_m2(const struct sabin_room *room)
{
	return 24 * M_LN10 / sabin_speed_of_sound(room->temperature_c) * room_volume_m3(room);
}

double room_distance_m(const double a_m[3], const double b_m[3])
{
	double square = 0;
	for (int axis = 0; axis < 3; axis++)
		square += (a_m[axis] - b_m[axis]) * (a_m[axis] - b_m[axis]);
	return sqrt(square);
}

int room_axis(enum sabin_surface_id surface)
{
	return surface <= SABIN_BACK ? 1 : surface <= SABIN_RIGHT ? 0 : 2;
}

double room_area_m2(const struct sabin_room *room, enum sabin_surface_id surface)
{
	const int axis = room_axis(surface);
	return room->size_m[(axis + 1) % 3] * room->size_m[(axis + 2) % 3];
}

static double panel_area_m2(const struct sabin_panel *panel)
{
	const int axis = room_axis(panel->surface);
	const int a = (axis + 1) % 3, b = (axis + 2) % 3;
	return fabs(panel->max_m[a] - panel->min_m[a]) * fabs(panel->max_m[b] - panel->min_m[b]);
}

double room_alpha(const struct sabin_absorption *absorption, int band)
{
	return absorption->alpha[absorption->flat ? 0 : band];
}

void sabin_room_mean_absorption(const struct sabin_room *room, enum sabin_surface_id surface,
                                double alpha[SABIN_ABSORPTION_BANDS])
{
	const double area = room_area_m2(room, surface);
	double covered = 0;
	for (size_t i = 0; i < room->panel_count; i++)
		if (room->panels[i].surface == surface)
			covered += panel_area_m2(&room->panels[i]);
	/* panels that overlap can cover more than there is: then they share the surface */
	const double bare = fmax(0, area - covered), total = fmax(area, covered);
	for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++) {
		double sum = bare * room_alpha(&room->surface[surface], band);
		for (size_t i = 0; i < room->panel_count; i++)
			if (room->panels[i].surface == surface)
				sum += panel_area_m2(&room->panels[i]) *
				       room_alpha(&room->panels[i].absorption, band);
		/* a bare surface keeps its number to the last bit */
		alpha[band] = covered > 0 ? sum / total : room_alpha(&room->surface[surface], band);
	}
}

void room_reflection(const struct sabin_room *room,
                     double beta[SABIN_SURFACE_COUNT][SABIN_ABSORPTION_BANDS])
{
	for (int surface = 0; surface < SABIN_SURFACE_COUNT; surface++) {
		sabin_room_mean_absorption(room, surface, beta[surface]);
		for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++)
			beta[surface][band] = sqrt(fmax(0, 1 - beta[surface][band]));
	}
}

double sabin_room_eyring_s(const struct sabin_room *room, int band)
{
	if (band < 0 || band >= SABIN_ABSORPTION_BANDS)
		return (double)NAN;
	double area = 0, absorbed = 0;
	for (int surface = 0; surface < SABIN_SURFACE_COUNT; surface++) {
		double alpha[SABIN_ABSORPTION_BANDS];
		sabin_room_mean_absorption(room, surface, alpha);
		area += room_area_m2(room, surface);
		absorbed += room_area_m2(room, surface) * alpha[band];
	}
	const double volume = room_volume_m3(room);
	const double air_db_per_m =
	        sabin_air_attenuation_db_per_m(room_band_centre_hz(band), room->temperature_c,
	                                       room->humidity_percent, room->pressure_kpa);
	const double m = air_db_per_m * M_LN10 / 10; /* energy, 1/m */
	const double loss = -area * log1p(-fmin(1, absorbed / area)) + 4 * m * volume;
	/* [Kuttruff] 5.24: 60 dB are a factor 10^6 in energy; the mean free path is 4 V / S */
	return loss > 0 ? room_sabine_s_m2(room) / loss : (double)INFINITY;
}

/* Along one axis a wave loses the reflections of its two walls on 2 L. */
static double axis_s(const struct sabin_room *room, int axis, int band)
{
	double nepers = 0; /* of energy on a round trip */
	for (int far = 0; far < 2; far++) {
		double alpha[SABIN_ABSORPTION_BANDS];
		sabin_room_mean_absorption(room, room_walls[axis][far], alpha);
		nepers -= log1p(-fmin(alpha[band], 0.999999));
	}
	const double trip_s = 2 * room->size_m[axis] / sabin_speed_of_sound(room->temperature_c);
	return nepers > 0 ? 6 * M_LN10 / nepers * trip_s : (double)INFINITY;
}

double sabin_room_ring_s(const struct sabin_room *room, int band, double decay_db)
{
	double longest_s = 0;
	for (int b = band < 0 ? 0 : band; b < SABIN_ABSORPTION_BANDS; b++) {
		longest_s = fmax(longest_s, sabin_room_eyring_s(room, b));
		for (int axis = 0; axis < 3; axis++)
			longest_s = fmax(longest_s, axis_s(room, axis, b));
	}
	return longest_s * decay_db / 60;
}

static bool absorption_valid(const struct sabin_absorption *absorption)
{
	for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++) {
		const double alpha = room_alpha(absorption, band);
		if (!(alpha >= 0 && alpha <= 1))
			return false;
	}
	return true;
}

bool room_inside(const double size_m[3], const double point_m[3])
{
	for (int axis = 0; axis < 3; axis++)
		if (!(point_m[axis] > 0 && point_m[axis] < size_m[axis]))
			return false;
	return true;
}

static bool panel_valid(const struct sabin_panel *panel)
{
	for (int axis = 0; axis < 3; axis++)
		if (!isfinite(panel->min_m[axis]) || !isfinite(panel->max_m[axis]))
			return false;
	return (unsigned)panel->surface < SABIN_SURFACE_COUNT &&
	       absorption_valid(&panel->absorption);
}

double room_loss(double beta, double other_beta)
{
	return fmin(ROOM_LOSS_MOST, fabs(log(beta * other_beta)));
}

bool room_valid(const struct sabin_room *room)
{
	for (int axis = 0; axis < 3; axis++)
		if (!(room->size_m[axis] >= least_size_m && room->size_m[axis] <= most_size_m))
			return false;
	for (int surface = 0; surface < SABIN_SURFACE_COUNT; surface++)
		if (!absorption_valid(&room->surface[surface]))
			return false;
	for (size_t i = 0; i < room->panel_count; i++)
		if (!panel_valid(&room->panels[i]))
			return false;
	for (size_t i = 0; i < room->object_count; i++)
		for (int axis = 0; axis < 3; axis++)
			if (!(room->objects[i].min_m[axis] <= room->objects[i].max_m[axis]) ||
			    !isfinite(room->objects[i].max_m[axis] - room->objects[i].min_m[axis]))
				return false;
	return room->temperature_c >= -20 && room->temperature_c <= 50 &&
	       room->humidity_percent >= 0 && room->humidity_percent <= 100 &&
	       room->pressure_kpa > 0 && isfinite(room->pressure_kpa);
}

enum sabin_err room_check(const struct sabin_room *room, const double source_m[3],
                          const double receiver_m[3], const struct sabin_images_options *options,
                          size_t frames)
{
	if (!room_valid(room) || !room_inside(room->size_m, source_m) || !room_inside(room->size_m, receiver_m))
		return SABIN_EINVAL;
	if (room_distance_m(source_m, receiver_m) < least_distance_m)
		return SABIN_EINVAL;
	const struct sabin_directivity *d = options->directivity;
	if (d && !(isfinite(d->aim_deg) && d->box_m[0] > 0 && d->box_m[2] > 0 && d->box_m[0] <= 100 &&
	           d->box_m[2] <= 100))
		return SABIN_EINVAL;
	if (!(options->rate_hz >= 4000 && options->rate_hz <= 768000) ||
	    !(options->length_s >= 0.001 && options->length_s <= 60))
		return SABIN_EINVAL;
	/* ceil() of a product that was rounded may be one off */
	if (frames < 1 || fabs((double)frames - options->length_s * options->rate_hz) > 1)
		return SABIN_EINVAL;
	return SABIN_OK;
}
