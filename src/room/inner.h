/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * inner.h: what the files of this folder share about a room; not installed.
 */
#ifndef SABIN_ROOM_INNER_H
#define SABIN_ROOM_INNER_H

#include <sabin/room.h>

/* Octaves that air distinguishes: the eight of the surfaces and 16 kHz, where air absorbs most. */
enum { ROOM_AIR_BANDS = SABIN_ABSORPTION_BANDS + 1 };

/* Exact centre of octave `band`, 0 = 63 Hz (IEC 61260-1:2014, 5.2: base ten). */
double room_band_centre_hz(int band);
/* And what it is called. */
extern const double room_octave_hz[SABIN_ABSORPTION_BANDS];

/* Everything in its documented range?  SABIN_OK or SABIN_EINVAL. */
enum sabin_err room_check(const struct sabin_room *room, const double source_m[3],
                          const double receiver_m[3], const struct sabin_images_options *options,
                          size_t frames);

/* Reflection factors sqrt(1 - alpha) by surface and band. */
void room_reflection(const struct sabin_room *room,
                     double beta[SABIN_SURFACE_COUNT][SABIN_ABSORPTION_BANDS]);

/* By how much the logarithm of the energy falls on the way to and fro between two walls of such reflection
 * factors: -ln(beta beta'), of walls that absorb all ROOM_LOSS_MOST. */
#define ROOM_LOSS_MOST 14
double room_loss(double beta, double other_beta);

/* The two surfaces that bound an axis: [axis][0] at coordinate 0, [axis][1] at the far end. */
extern const enum sabin_surface_id room_walls[3][2];

/* The axis that a surface is normal to: 0, 1, 2. */
int room_axis(enum sabin_surface_id surface);

double room_area_m2(const struct sabin_room *room, enum sabin_surface_id surface);

/* Strictly within the walls? */
bool room_inside(const double size_m[3], const double point_m[3]);

/* A flat coefficient may have been given in the first element only. */
double room_alpha(const struct sabin_absorption *absorption, int band);

/* Value of a table by octaves at f: each holds about its centre and passes into the next at the
 * edge, as the bank of the images does. */
double room_by_octave(const double *table, double f_hz);

bool room_valid(const struct sabin_room *room);

/* Sabine's 24 ln 10 V / c: decay time in s times m2 of absorption. */
double room_sabine_s_m2(const struct sabin_room *room);

double room_volume_m3(const struct sabin_room *room);
double room_distance_m(const double a_m[3], const double b_m[3]);

#endif
