/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * levels.h: levels in the bass on one axis, measured or simulated, and what can be read from them.
 */
#ifndef SABIN_ADVICE_LEVELS_H
#define SABIN_ADVICE_LEVELS_H

#include <sabin/response.h>
#include <sabin/room.h>

enum { LEVELS_MAX = 640, LEVELS_WAYS_MAX = 16, DIPS_MAX = 6 };

/* Flatness is judged in this range; levels go an octave beyond, and dips are looked for from LEVELS_DIPS_HZ on. */
#define LEVELS_FROM_HZ 40.0
#define LEVELS_TO_HZ 300.0
#define LEVELS_DIPS_HZ 25.0

/* How far off a simulation may have a dip, in octaves: 8 per cent. */
#define LEVELS_NEAR_OCTAVE 0.12

/* A twelfth of an octave, 96 points an octave, 20 to 600 Hz. */
struct levels {
	size_t n;
	double freq_hz[LEVELS_MAX], db[LEVELS_MAX];
};

/* Add weight times the levels of a response; the first time `out` is all zero. */
void levels_add(const struct sabin_response *response, double weight, struct levels *out);

/* How far point i lies under the mean of the octave on either side of it. */
double levels_depth_db(const struct levels *l, size_t i);

/* The lowest point within LEVELS_NEAR_OCTAVE of f_hz. */
size_t levels_lowest_near(const struct levels *l, double f_hz);

/* Dips of depth_db and more; their number. */
size_t levels_dips(const struct levels *l, double depth_db, size_t dip[DIPS_MAX]);

/* Standard deviation in LEVELS_FROM_HZ .. LEVELS_TO_HZ. */
double levels_flatness_db(const struct levels *l);

/* Power mean of the third of an octave about f_hz re the mean level of that range; NAN: none. */
double levels_third_db(const struct levels *l, double f_hz);

/* By how much a simulation is off what was measured: RMS over thirds of an octave. */
double levels_error_db(const struct levels *simulated, const struct levels *measured);

struct levels_way {
	double from_m[3], to_m[3];
};

/* What the room makes of a point source, mean in dB over ways >= 1.  Errors of sabin_images_compute(). */
enum sabin_err levels_simulate(const struct sabin_room *room, const struct levels_way *way, size_t ways,
                               struct levels *out);

#endif
