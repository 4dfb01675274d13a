/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * geometry.c: modes, proportions, and reverberation by formulas.
 *
 * References: those of geometry.h, and
 *   [Kuttruff] H. Kuttruff, "Room Acoustics", 5th ed. (2009), 3.2 (modes), 5.1 (formulas, air).
 */
#include <math.h>

#include <sabin/geometry.h>

#include "room/modes.h"

static const double modes_most = 1e5;
static const double least_left = 1e-12; /* by two walls: 240 dB */

/* ---- modes ------------------------------------------------------------------------------------------ */

/* The wave runs along an axis with the share k_axis / k of its way and loses -ln(beta beta') at each
 * pair of walls: the damping of modes.c. */
static double mode_t60_s(const struct sabin_room *room, double loss[3][SABIN_ABSORPTION_BANDS],
                         const struct sabin_room_mode *mode, double speed_m_s)
{
	double decay_per_s = 0;
	for (int axis = 0; axis < 3; axis++) {
		const double share = speed_m_s / 2 * mode->n[axis] / room->size_m[axis] / mode->f_hz;
		if (share > 0)
			decay_per_s += speed_m_s * share * room_by_octave(loss[axis], mode->f_hz) /
			               (2 * room->size_m[axis]);
	}
	return decay_per_s > 0 ? 3 * M_LN10 / decay_per_s : (double)INFINITY;
}

static int by_frequency(const void *a, const void *b)
{
	const struct sabin_room_mode *x = a, *y = b;
	if (x->f_hz != y->f_hz)
		return x->f_hz < y->f_hz ? -1 : 1;
	return memcmp(y->n, x->n, sizeof x->n); /* any order, but always the same */
}

/* Counts, or fills modes[] too. */
static size_t walk(const struct sabin_room *room, double to_hz, double speed_m_s,
                   struct sabin_room_mode *modes)
{
	const double most = 2 * to_hz / speed_m_s;
	size_t n = 0;
	for (int x = 0; x <= most * room->size_m[0]; x++)
		for (int y = 0; y <= most * room->size_m[1]; y++)
			for (int z = 0; z <= most * room->size_m[2]; z++) {
				const double f_hz = speed_m_s / 2 *
				                    sqrt(pow(x / room->size_m[0], 2) +
				                         pow(y / room->size_m[1], 2) +
				                         pow(z / room->size_m[2], 2));
				if (f_hz > to_hz)
					break;
				if (x + y + z == 0)
					continue;
				if (modes)
					modes[n] = (struct sabin_room_mode){.f_hz = f_hz, .n = {x, y, z}};
				n++;
			}
	return n;
}

enum sabin_err sabin_room_modes(const struct sabin_room *room, double to_hz,
                                struct sabin_room_mode **modes, size_t *count)
{
	if (!room_valid(room) || !(to_hz > 0) || !isfinite(to_hz))
		return SABIN_EINVAL;
	const double speed_m_s = sabin_speed_of_sound(room->temperature_c);
	if (modes_count(room->size_m, to_hz, speed_m_s) > modes_most)
		return SABIN_EINVAL;
	const size_t n = walk(room, to_hz, speed_m_s, NULL);
	struct sabin_room_mode *made = calloc(n + 1, sizeof *made);
	if (!made)
		return SABIN_ENOMEM;
	walk(room, to_hz, speed_m_s, made);
	double beta[SABIN_SURFACE_COUNT][SABIN_ABSORPTION_BANDS], loss[3][SABIN_ABSORPTION_BANDS];
	room_reflection(room, beta);
	for (int axis = 0; axis < 3; axis++)
		for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++)
			/* finite where a wall absorbs all: octaves are mixed */
			loss[axis][band] = -log(fmax(least_left, beta[room_walls[axis][0]][band] *
			                                                 beta[room_walls[axis][1]][band]));
	for (size_t i = 0; i < n; i++)
		made[i].t60_s = mode_t60_s(room, loss, &made[i], speed_m_s);
	qsort(made, n, sizeof *made, by_frequency);
	*modes = made;
	*count = n;
	return SABIN_OK;
}

double sabin_room_mode_shape(const struct sabin_room_mode *mode, const double size_m[3],
                             const double point_m[3])
{
	double shape = 1;
	for (int axis = 0; axis < 3; axis++)
		shape *= cos(mode->n[axis] * M_PI * point_m[axis] / size_m[axis]);
	return shape;
}

double sabin_room_schroeder_hz(const struct sabin_room *room, double *time_s)
{
	struct sabin_reverberation at[2];
	double t_s = NAN;
	if (sabin_room_reverberation(room, 3, &at[0]) == SABIN_OK && sabin_room_reverberation(room, 4, &at[1]) == SABIN_OK)
		t_s = (at[0].low_s + at[0].high_s + at[1].low_s + at[1].high_s) / 4;
	if (time_s)
		*time_s = t_s;
	return 2000 * sqrt(t_s / room_volume_m3(room));
}

enum sabin_err sabin_room_bonello(const struct sabin_room *room, struct sabin_bonello *out)
{
	static const int first = -3, enough = 5;
	struct sabin_room_mode *modes = NULL;
	size_t count = 0;
	const double top_hz = 20 * pow(2, (first + SABIN_BONELLO_BANDS - 0.5) / 3.0);
	const enum sabin_err err = sabin_room_modes(room, top_hz, &modes, &count);
	if (err)
		return err;
	*out = (struct sabin_bonello){.passed = true};
	bool close_pair[SABIN_BONELLO_BANDS] = {false};
	for (size_t i = 0; i < count; i++) {
		const double f_hz = modes[i].f_hz;
		const int band = (int)lround(3 * log2(f_hz / 20)) - first;
		if (band < 0 || band >= SABIN_BONELLO_BANDS)
			continue;
		out->count[band]++;
		if (i > 0 && f_hz - modes[i - 1].f_hz < fmax(0.5, 0.01 * f_hz))
			close_pair[band] = true;
	}
	free(modes);
	for (int band = 0; band < SABIN_BONELLO_BANDS; band++) {
		out->centre_hz[band] = 20 * pow(2, (band + first) / 3.0);
		out->falls[band] = band > 0 && out->count[band] < out->count[band - 1];
		out->coincides[band] = close_pair[band] && out->count[band] < enough;
		out->passed = out->passed && !out->falls[band] && !out->coincides[band];
	}
	return SABIN_OK;
}

static bool near_whole(double ratio)
{
	const double whole = floor(ratio + 0.5);
	return whole >= 1 && fabs(ratio / whole - 1) <= 0.05;
}

void sabin_room_proportions(const double size_m[3], struct sabin_proportions *out)
{
	static const double rounding = 1e-9;
	const double length = fmax(size_m[0], size_m[1]), width = fmin(size_m[0], size_m[1]);
	const double l = length / size_m[2], w = width / size_m[2];
	out->length_height = l;
	out->width_height = w;
	out->least = 1.1 * w;
	out->most = 4.5 * w - 4;
	out->walker = l >= out->least * (1 - rounding) && l <= out->most * (1 + rounding) && l < 3 && w < 3;
	out->whole = near_whole(fmax(l, 1 / l)) || near_whole(fmax(w, 1 / w)) || near_whole(length / width);
}

/* ---- reverberation --------------------------------------------------------------------------------------- */

/* -ln(1 - alpha), which formulas after Sabine's have in place of alpha. */
static double exponent(double alpha)
{
	return -log1p(-fmin(1, alpha));
}

static double over(double top, double bottom)
{
	return bottom > 0 ? top / bottom : (double)INFINITY;
}

enum sabin_err sabin_room_reverberation(const struct sabin_room *room, int band,
                                        struct sabin_reverberation *out)
{
	static const double sabine_most = 0.2, uneven_ratio = 2, uneven_step = 0.1;
	if (!room_valid(room) || band < 0 || band >= SABIN_ABSORPTION_BANDS)
		return SABIN_EINVAL;
	double absorbed = 0, surface = 0, millington = 0, pair_area[3] = {0}, pair_alpha[3] = {0};
	double pair_nepers[3] = {0}; /* of energy, that both walls take off */
	for (int s = 0; s < SABIN_SURFACE_COUNT; s++) {
		double alpha[SABIN_ABSORPTION_BANDS];
		sabin_room_mean_absorption(room, (enum sabin_surface_id)s, alpha);
		const double area = room_area_m2(room, (enum sabin_surface_id)s);
		const int axis = room_axis((enum sabin_surface_id)s);
		surface += area;
		absorbed += area * alpha[band];
		millington += area * exponent(alpha[band]);
		pair_area[axis] += area;
		pair_alpha[axis] += area * alpha[band];
		pair_nepers[axis] += exponent(alpha[band]);
	}
	const double m = sabin_air_attenuation_db_per_m(room_band_centre_hz(band), room->temperature_c,
	                                                room->humidity_percent, room->pressure_kpa) *
	                 M_LN10 / 10;
	const double volume = room_volume_m3(room), air = 4 * m * volume;
	const double k = room_sabine_s_m2(room);
	double fitzroy = 0, arau = 0, least = 1, most = 0;
	out->axis_s = 0;
	for (int axis = 0; axis < 3; axis++) {
		const double alpha = pair_alpha[axis] / pair_area[axis], share = pair_area[axis] / surface;
		const double pair_s = over(k, surface * exponent(alpha) + air);
		const double trip_m = 2 * room->size_m[axis];
		out->axis_s = fmax(out->axis_s, over(k / volume * trip_m / 4, pair_nepers[axis] + m * trip_m));
		fitzroy += share * pair_s; /* air counts in each pair's part, as in Arau-Puchades's */
		arau += share * log(pair_s);
		least = fmin(least, alpha);
		most = fmax(most, alpha);
	}
	out->mean_alpha = absorbed / surface;
	out->sabine_s = over(k, absorbed + air);
	out->eyring_s = over(k, surface * exponent(out->mean_alpha) + air);
	out->millington_s = over(k, millington + air);
	out->fitzroy_s = fitzroy;
	out->arau_s = exp(arau);
	out->uneven = most > uneven_ratio * least && most - least > uneven_step;
	const double even_s = out->mean_alpha < sabine_most ? out->sabine_s : out->eyring_s;
	out->low_s = out->uneven ? fmin(out->arau_s, out->fitzroy_s) : even_s;
	out->high_s = out->uneven ? fmax(out->arau_s, out->fitzroy_s) : even_s;
	return SABIN_OK;
}
