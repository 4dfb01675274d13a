/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * decays.h: impulse responses whose reverberation is known.
 */
#ifndef SABIN_TEST_DECAYS_H
#define SABIN_TEST_DECAYS_H

#include <stddef.h>
#include <stdint.h>

#include <sabin/parameters.h>

enum { DECAY_BANDS = 7 }; /* the octaves 125 Hz .. 8 kHz */

struct noise_decay {
	double rate_hz, predelay_s, length_s; /* length after the pre-delay */
	double time_s[DECAY_BANDS];
	double snr_db; /* start of the decay re the noise, in every band; INFINITY: none */
};

/* Every band with the same time; time_s = 0: 1.9 s at 125 Hz falling to 0.5 s at 8 kHz, where a
 * filter must keep the slower neighbour out.  Long enough for the noise to show; pre-delay 20
 * ms. */
struct noise_decay decay_of_time(double rate_hz, double time_s, double snr_db);

size_t decay_length(const struct noise_decay *decay);

/* h[decay_length()]: Gaussian noise, in octave bands with vertical edges, each under its
 * exponential, and stationary noise in the same bands.  The decays of one seed are the same at
 * every SNR. */
void decay_draw(const struct noise_decay *decay, uint64_t seed, double *h);

/* h[n] = sine of f_hz under an exponential from sample `start` on. */
void decay_tone(double *h, size_t n, size_t start, double rate_hz, double f_hz, double time_s);

/* The environment variable as a number of draws, or what else is usual. */
int decay_draws(int usual);

/* Octaves by nominal frequency, everything known to be excited. */
struct sabin_analysis_options octave_options(double from_hz, double to_hz);
struct sabin_analysis analyse_octaves(const double *h, size_t n, double rate_hz, double from_hz,
                                      double to_hz);

/* What must hold of every quantity: valid ones are finite, others have a reason, nothing is Inf. */
void check_analysis(const struct sabin_analysis *analysis);

#endif
