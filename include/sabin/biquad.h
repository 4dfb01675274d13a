/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * biquad.h: second-order sections of an equaliser, described free of any rate, and what they do.
 *
 * They are those of Bristow-Johnson's "Cookbook formulae for audio EQ biquad filter coefficients"
 * (1998): an analogue prototype through the bilinear transform, warped so that freq_hz is exact.  With
 * A = 10^(gain_db / 40) and s in units of the centre frequency:
 *
 *     peaking      (s^2 + s A/Q + 1) / (s^2 + s/(A Q) + 1)
 *     low shelf    A (s^2 + s sqrt(A)/Q + A) / (A s^2 + s sqrt(A)/Q + 1)
 *     high shelf   A (A s^2 + s sqrt(A)/Q + 1) / (s^2 + s sqrt(A)/Q + A)
 *     low pass     1 / (s^2 + s/Q + 1)
 *     high pass    s^2 / (s^2 + s/Q + 1)
 *
 * freq_hz of a shelf is the middle of its slope.
 */
#ifndef SABIN_BIQUAD_H
#define SABIN_BIQUAD_H

#include <stddef.h>

#include <sabin/status.h>

enum sabin_biquad_type {
	SABIN_PEAKING,
	SABIN_LOW_SHELF,
	SABIN_HIGH_SHELF,
	SABIN_LOW_PASS,
	SABIN_HIGH_PASS,
	SABIN_BIQUAD_TYPES,
};

/* "peaking", "low_shelf", ... */
SABIN_API const char *sabin_biquad_name(enum sabin_biquad_type type);

struct sabin_biquad {
	enum sabin_biquad_type type;
	double freq_hz; /* > 0; where it is used, below rate_hz / 2 */
	double gain_db; /* -120 .. 120; without meaning for passes */
	double q;       /* 0.01 .. 1000 */
};

/* Is it within these limits, at this rate? */
SABIN_API int sabin_biquad_possible(const struct sabin_biquad *filter, double rate_hz);

/* y = b0 x + b1 x' + b2 x'' - a1 y' - a2 y'' */
struct sabin_biquad_taps {
	double b[3], a[3]; /* a[0] = 1 */
};

/* The filter must be possible at rate_hz. */
SABIN_API struct sabin_biquad_taps sabin_biquad_taps(const struct sabin_biquad *filter,
                                                     double rate_hz);

/* Run it over x[n] in place; state[2] is zero at first and carries on from block to block. */
SABIN_API void sabin_biquad_process(const struct sabin_biquad_taps *taps, double state[2], double *x,
                                    size_t n);

/* tan^2(pi f / rate): where f stands on the frequency axis of the prototypes.  0 <= f < rate/2. */
SABIN_API double sabin_biquad_place(double f_hz, double rate_hz);

/* ratio[n] times |H|^2 at the places, in ratio. */
SABIN_API void sabin_biquad_power(const struct sabin_biquad *filter, double rate_hz,
                                  const double *place, size_t n, double *ratio);

/* How the level in dB changes with the logarithm of freq_hz, with that of q, and with gain_db:
 * slope[0 .. 2][n]. */
SABIN_API void sabin_biquad_slopes(const struct sabin_biquad *filter, double rate_hz,
                                   const double *place, size_t n, double *const slope[3]);

/* Level in dB of a cascade at f_hz. */
SABIN_API double sabin_biquads_level_db(const struct sabin_biquad *filters, size_t count,
                                        double rate_hz, double f_hz);

/* The same at freq_hz[n]; level_db may be freq_hz. */
SABIN_API void sabin_biquads_levels_db(const struct sabin_biquad *filters, size_t count,
                                       double rate_hz, const double *freq_hz, size_t n,
                                       double *level_db);

/* By how many dB a cascade changes a decaying oscillation of f_hz that falls by 60 dB in t60_s (a room's mode):
 * |H| at its pole s = -3 ln 10 / t60_s + 2 pi f_hz j.  Its decay stays, and what the filters themselves
 * ring with comes on top.  -INFINITY where zeros lie on the pole; as sabin_biquads_level_db() with a t60_s of
 * INFINITY.  0 < f_hz < rate_hz / 2, t60_s > 0. */
SABIN_API double sabin_biquads_decaying_db(const struct sabin_biquad *filters, size_t count,
                                           double rate_hz, double f_hz, double t60_s);

/* Impulse response of a cascade: h[n]. */
SABIN_API void sabin_biquads_impulse(const struct sabin_biquad *filters, size_t count,
                                     double rate_hz, double *h, size_t n);

/* Time in which what the filter itself rings with falls by 60 dB: 6.91 / (half the bandwidth of its
 * poles in rad/s); 2.2 A Q / f for a peaking filter. */
SABIN_API double sabin_biquad_ring_s(const struct sabin_biquad *filter);

#endif
