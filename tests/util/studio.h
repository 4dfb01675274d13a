/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * studio.h: a small room for tests of the search for places.
 */
#ifndef SABIN_TEST_STUDIO_H
#define SABIN_TEST_STUDIO_H

#include <sabin/place.h>

/* 3.2 m wide, 4.2 m long, 2.5 m high; absorption by axis, at 0 and at the far end. */
extern const double studio_m[3], studio_alpha[3][2];

/* Of all frequencies. */
extern const struct sabin_score_source studio_speaker;

/* Walls that absorb alike at all frequencies, at 20 degrees. */
struct sabin_room studio_room(const double size_m[3], const double alpha[3][2]);

/* A pair and a listener that move at the height of 1.2 m anywhere in the studio. */
struct sabin_place_spec studio_spec(const struct sabin_room *room);

#endif
