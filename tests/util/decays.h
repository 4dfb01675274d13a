/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * decays.h: impulse responses whose reverberation is known.
 */
#ifndef SABIN_TEST_DECAYS_H
#define SABIN_TEST_DECAYS_H

#include <stddef.h>
#include <stdint.h>

enum { DECAY_BANDS = 7 }; /* the octaves 125 Hz .. 8 kHz */

struct noise_decay {
	double rate_hz, predelay_s, length_s; /* length after the pre-delay */
	double time_s[DECAY_BANDS];
	double snr_db; /* start of the decay re the noise, in every band; INFINITY: none */
};

size_t decay_length(const struct noise_decay *decay);

/* h[decay_length()]: Gaussian noise, in octave bands with vertical edges, each under its exponential,
 * and stationary noise in the same bands.  The decays of one seed are the same at every SNR. */
void decay_draw(const struct noise_decay *decay, uint64_t seed, double *h);

/* h[n] = sine of f_hz under an exponential from sample `start` on. */
void decay_tone(double *h, size_t n, size_t start, double rate_hz, double f_hz, double time_s);

/* The environment variable as a number of draws, or what else is usual. */
int decay_draws(int usual);

#endif
