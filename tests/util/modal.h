/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * modal.h: low-frequency impulse responses of rooms whose poles are known.
 */
#ifndef SABIN_TEST_MODAL_H
#define SABIN_TEST_MODAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MODAL_MAX = 1000 };

/* amplitude * exp(-decay t) * sin(2 pi f t + phase) */
struct modal_pole {
	double f_hz, t60_s, amplitude, phase;
	int n[3];
};

struct modal_room {
	double size_m[3], speed_m_s, volume_m3, t60_s; /* t60_s: median of its modes */
	size_t count;
	struct modal_pole pole[MODAL_MAX]; /* rising frequency */
};

/* A room of 18 to 72 m3 with T60 about 0.4 to 1.8 s, walls that differ, speaker and microphone
 * somewhere in it, by locally reacting walls (H. Kuttruff, "Room Acoustics", 5th ed., 3.4: a mode
 * loses at each pair of walls, twice as much at those it runs between), with 10 % of scatter on
 * each mode's decay; all modes up to 420 Hz. */
void modal_draw(uint64_t seed, struct modal_room *room);

/* h[n]: silence, then the modes from sample `onset` on, with noise `snr_db` below what the modes up
 * to to_hz have in the first 0.1 s, both counted up to to_hz; INFINITY: none. */
void modal_response(const struct modal_room *room, double rate_hz, size_t onset, double to_hz,
                    double snr_db, uint64_t seed, double *h, size_t n);

/* How much pole i stands above all others at its own frequency, dB. */
double modal_above_db(const struct modal_room *room, size_t i);

/* Distance to the nearest mode whose peak is within 20 dB of that of pole i, in bandwidths of i. */
double modal_isolation(const struct modal_room *room, size_t i);

/* Height of its resonance. */
double modal_peak(const struct modal_pole *pole);

#endif
