/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * card.h: rooms, signals and runs that the tests of the simulated card share.
 */
#ifndef SABIN_TEST_CARD_H
#define SABIN_TEST_CARD_H

#include "util/near.h"
#include "util/rig.h"

enum { CARD_RATE = 48000 };

/* Make and remove the folder of all files below. */
int card_set_up(void **state);
int card_tear_down(void **state);
const char *card_folder(void);

/* Write a room file with a speaker, two places and the lines of its simulation; its path. */
const char *card_room(const char *simulation);

/* Write a response into the folder; unit.wav, a single 1. */
void card_response(const char *name, const double *h, size_t n);
void card_unit(void);

/* Noise of RMS 0.1 that float holds exactly. */
void card_signal(double *x, size_t n, uint64_t seed);
double card_rms(const double *x, size_t n);

/* Open, run, close: see rig_run(); the second with rig_defaults(). */
int card_run_with(const struct rig_options *options, const double *x, size_t n, double *y,
                  size_t m);
int card_run(const char *room, const double *x, size_t n, double *y, size_t m);

#endif
