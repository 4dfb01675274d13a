/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * heard.h: what a microphone in a reverberant room hears of a stimulus, on a clock of its own: the
 * formulas are read at the capture clock and convolved with a decaying noise.
 */
#ifndef SABIN_TEST_HEARD_H
#define SABIN_TEST_HEARD_H

#include <complex.h>

#include <sabin/fft.h>
#include <sabin/random.h>

#include "audio/take.h"

enum { RATE_HZ = 48000 };

struct heard {
	struct sabin_stimulus stimulus;
	struct sabin_excitation excitation;
	struct sabin_taker *taker;
	struct sabin_fft *fft;
	double complex *room, *spectrum;
	double *sweep, *dry, *wet, *recorded, *first;
	size_t frames, size;
	double noise_30_db; /* RMS of the noise that is 30 dB below the received chirp */
};

/* Peak of what is played. */
extern const double heard_level;

/* A sweep from 20 Hz to 22 kHz, at least length_s long, tail_s of silence after it; apart_s > 0: with room for chirps from
 * another loudspeaker.  Free in every case. */
void heard_make(struct heard *h, double length_s, double tail_s, double apart_s);
void heard_free(struct heard *h);

/* h->room: direct sound and a reverberation of 0.4 s with as much energy. */
void heard_draw_room(struct heard *h, uint64_t seed);

/* h->dry: sweep, chirps or both on a clock that is fast by `skew`, late by delay_s. */
enum heard_part { HEARD_SWEEP = 1, HEARD_CHIRPS = 2, HEARD_ALL = 3 };
void heard_emit(struct heard *h, enum heard_part part, double skew, double delay_s);

/* h->wet: what the room makes of dry. */
void heard_sound(struct heard *h);

/* Both, of everything. */
void heard_play(struct heard *h, double skew, double delay_s);

/* h->recorded: wet with noise, without `lost` frames from `at` on. */
void heard_record(struct heard *h, double noise, uint64_t seed, size_t at, size_t lost);

/* What the taker makes of it. */
struct sabin_take heard_take(struct heard *h);

/* 1 and a message where a take is trusted though it ought not to be, or the other way round; else 0. */
int heard_wrong(const struct sabin_take *t, int want_trusted, const char *what);

/* A random sample of the recording while the sweep sounds. */
size_t heard_place(const struct heard *h, struct sabin_random *random, double delay_s);

#endif
