/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * skew.h: two receptions of one sound, and two clocks: the delay between them to a small fraction of
 * a sample, and a signal read at the pace of the other clock.
 */
#ifndef SABIN_SKEW_H
#define SABIN_SKEW_H

#include <stddef.h>

#include <sabin/status.h>

struct sabin_delay {
	double frames;       /* b is later than a by so much */
	double sigma_frames; /* its standard deviation, from what a and b do not have in common */
	double likeness;     /* correlation coefficient inside the band at that delay, -1 .. 1 */
};

/* Delay of b[n] against a[n], two receptions of the same sound through the same room, within
 * +-most_frames (>= 1, < n).  Only from_hz .. to_hz of it counts.  The room cancels: it is in both.
 * SABIN_EINVAL: sizes or band out of range.  SABIN_ESHORT: one of them is silent inside the band.
 * SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_delay_find(const double *a, const double *b, size_t n,
                                                     double rate_hz, double from_hz, double to_hz,
                                                     size_t most_frames, struct sabin_delay *out);

struct sabin_stretch;

/* A band-limited reader with 2 * half taps (half 8 .. 256), under a Blackman window: right to -75 dB
 * up to a share 3 / half below half the sampling rate, to -97 dB up to some more below it.  Free with
 * sabin_stretch_free().  SABIN_EINVAL: half.  SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_stretch_new(unsigned half, struct sabin_stretch **out);
SABIN_API void sabin_stretch_free(struct sabin_stretch *stretch);

/* y[i] = x(start + i * step), i = 0 .. m - 1, of the band-limited signal behind x[n], which is zero
 * outside.  step > 0 near 1: nothing is filtered. */
SABIN_API void sabin_stretch_process(const struct sabin_stretch *stretch, const double *x, size_t n,
                                     double start, double step, double *y, size_t m);

#endif
