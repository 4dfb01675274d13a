/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * room_cases.h: rooms and closed forms that several test programs use.
 */
#ifndef SABIN_TEST_ROOM_CASES_H
#define SABIN_TEST_ROOM_CASES_H

#include <math.h>

#include <sabin/room.h>

#include "signal/cmplx.h"

struct room_case {
	const char *name;
	double size_m[3], source_m[3], receiver_m[3];
	double alpha[3][2]; /* [axis][near, far wall] */
};

enum { ROOM_CASES = 5 };

/* A control room with even walls, the same with uneven ones, a small one, a long-ringing one and a
 * cube, whose images coincide. */
static const struct room_case room_cases[ROOM_CASES] = {
	{"even", {6, 4, 3}, {2, 1.5, 1.4}, {4, 2.5, 1.2}, {{.2, .2}, {.2, .2}, {.2, .2}}},
	{"uneven", {6, 4, 3}, {2, 1.5, 1.4}, {4, 2.5, 1.2}, {{.1, .6}, {.2, .2}, {.35, .5}}},
	{"small", {4.2, 3.2, 2.5}, {.9, .85, 1.2}, {2.1, 1.6, 1.2}, {{.3, .5}, {.4, .4}, {.2, .6}}},
	{"live", {8, 6, 3.5}, {1.5, 1.2, 1.1}, {6.2, 3.3, 1.3}, {{.1, .1}, {.1, .1}, {.1, .1}}},
	{"cube", {4, 4, 4}, {.5, .5, .5}, {3.1, 2.7, 1.3}, {{.3, .3}, {.3, .3}, {.3, .3}}},
};

static inline void room_case_alpha(struct sabin_absorption *absorption, double alpha)
{
	for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++)
		absorption->alpha[band] = alpha;
	absorption->flat = true;
}

/* At the temperature where sound travels at 343 m/s. */
static inline struct sabin_room room_case_room(const struct room_case *c)
{
	struct sabin_room room = {
		.size_m = {c->size_m[0], c->size_m[1], c->size_m[2]},
		.temperature_c = 293.15 * (343 / 343.2) * (343 / 343.2) - 273.15,
		.humidity_percent = 50,
		.pressure_kpa = 101.325,
	};
	room_case_alpha(&room.surface[SABIN_LEFT], c->alpha[0][0]);
	room_case_alpha(&room.surface[SABIN_RIGHT], c->alpha[0][1]);
	room_case_alpha(&room.surface[SABIN_FRONT], c->alpha[1][0]);
	room_case_alpha(&room.surface[SABIN_BACK], c->alpha[1][1]);
	room_case_alpha(&room.surface[SABIN_FLOOR], c->alpha[2][0]);
	room_case_alpha(&room.surface[SABIN_CEILING], c->alpha[2][1]);
	return room;
}

static inline void room_case_all(struct sabin_room *room, double alpha)
{
	for (int surface = 0; surface < SABIN_SURFACE_COUNT; surface++)
		room_case_alpha(&room->surface[surface], alpha);
}

/* Fourier integral of h[n] at one frequency. */
static inline double complex spectrum_at(const double *h, size_t n, double rate_hz, double f_hz)
{
	const double step = 2 * M_PI * f_hz / rate_hz, turn_re = cos(step), turn_im = -sin(step);
	double re = 0, im = 0, at_re = 1, at_im = 0;
	for (size_t i = 0; i < n; i++) {
		re += h[i] * at_re;
		im += h[i] * at_im;
		const double next = at_re * turn_re - at_im * turn_im;
		at_im = at_re * turn_im + at_im * turn_re;
		at_re = next;
	}
	return __builtin_complex(re, im);
}

static inline double level_db(double complex x)
{
	return 20 * log10(cabs(x));
}

/* Pressure re free field at 1 m in a room with rigid walls whose response decays as
 * exp(-decay_per_s t) all over: Green's function in closed form along x, a sum of modes along y and
 * z.  Terms are evanescent soon: exp(-gamma |x - x'|). */
static inline double complex waveguide(const struct room_case *c, double speed_m_s, double f_hz,
                                       double decay_per_s)
{
	const double complex k = __builtin_complex(2 * M_PI * f_hz, -decay_per_s) / speed_m_s;
	const double near_m = fmin(c->source_m[0], c->receiver_m[0]);
	const double far_m = fmax(c->source_m[0], c->receiver_m[0]);
	double complex sum = 0;
	for (int ny = 0; ny < 80; ny++) {
		for (int nz = 0; nz < 80; nz++) {
			const double ky = ny * M_PI / c->size_m[1], kz = nz * M_PI / c->size_m[2];
			const double shape = cos(ky * c->source_m[1]) * cos(ky * c->receiver_m[1]) *
			                     cos(kz * c->source_m[2]) * cos(kz * c->receiver_m[2]);
			const double complex g = csqrt(ky * ky + kz * kz - k * k);
			if (creal(g) * (far_m - near_m) > 40)
				break;
			const double complex along =
			        cexp(-g * (far_m - near_m)) * (1 + cexp(-2 * g * near_m)) *
			        (1 + cexp(-2 * g * (c->size_m[0] - far_m))) /
			        (2 * g * (1 - cexp(-2 * g * c->size_m[0])));
			sum += (ny ? 2 : 1) * (nz ? 2 : 1) * shape * along;
		}
	}
	return 4 * M_PI * sum / (c->size_m[1] * c->size_m[2]);
}

#endif
