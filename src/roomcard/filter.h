/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * filter.h: what a loudspeaker or a microphone does to an impulse response.
 */
#ifndef SABIN_ROOMCARD_FILTER_H
#define SABIN_ROOMCARD_FILTER_H

#include <stdbool.h>
#include <stddef.h>

#include <sabin/status.h>

/* A Butterworth edge of `order` (1 .. 16) at `corner_hz`, causal, over h[n] in place. */
void sabin_filter_butterworth(double *h, size_t n, double rate_hz, bool high_pass,
                              double corner_hz, unsigned order);

/* Seconds that such an edge rings on until it is 140 dB below its beginning. */
double sabin_filter_ring_s(double corner_hz, unsigned order);

/* Delay h[n] by frames >= 0 into out[n + sabin_filter_delay_room(frames)]; whole frames exactly,
 * fractions by a windowed sinc. */
size_t sabin_filter_delay_room(double frames);
void sabin_filter_delay(const double *h, size_t n, double frames, double *out);

/* ---- interpolation between samples ---- */

enum {
	SABIN_SINC_HALF = 48, /* samples on either side */
	SABIN_SINC_TAPS = 2 * SABIN_SINC_HALF,
};

/* Weights w[] of the samples x[i - HALF + 1 .. i + HALF] for the value at i + fraction,
 * 0 <= fraction <= 1. */
void sabin_sinc_weights(double fraction, double w[SABIN_SINC_TAPS]);

/* A table of them, for many fractions; the value from the samples x[TAPS] = x[i - HALF + 1 .. i +
 * HALF] (within 1e-7 of the same by sabin_sinc_weights()). */
struct sabin_sinc;
SABIN_MUST struct sabin_sinc *sabin_sinc_new(void); /* free() it; NULL: no memory */
double sabin_sinc_at(const struct sabin_sinc *sinc, double fraction, const double *x);

#endif
