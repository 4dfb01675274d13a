/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * energy.h: decay times that a room's geometry predicts, from energies alone: no response is computed.
 */
#ifndef SABIN_ROOM_ENERGY_H
#define SABIN_ROOM_ENERGY_H

#include "room/inner.h"

enum { ROOM_ENERGY_T20, ROOM_ENERGY_T30, ROOM_ENERGY_TIMES };

/* T20 and T30 in s by octave, 63 Hz to 8 kHz, of what sabin_hybrid_compute() gives between two points inside the
 * room; NAN: it does not decay so far within a minute.  directivity: NULL: a point. */
void room_energy_times(const struct sabin_room *room, const double source_m[3], const double receiver_m[3],
                       const struct sabin_directivity *directivity,
                       double time_s[ROOM_ENERGY_TIMES][SABIN_ABSORPTION_BANDS]);

#endif
