/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * window.h: tapers.  All are half cosines (raised-cosine, "Hann" halves), because a step in a slope
 * is what makes a cut audible and visible.
 */
#ifndef SABIN_WINDOW_H
#define SABIN_WINDOW_H

#include <stddef.h>

#include <sabin/status.h>

/* Value at u of a rise from 0 (u <= 0) to 1 (u >= 1) along half a cosine. */
SABIN_API double sabin_window_rise(double u);

/* Multiply the first `rise` and the last `fall` of x[n] by half-cosine tapers (samples at half
 * steps, so that no sample is exactly 0 or 1 times).  rise + fall <= n, else both are shortened in
 * proportion. */
SABIN_API void sabin_window_taper(double *x, size_t n, size_t rise, size_t fall);

/* Length of h[n], 1 at least, without the end that can change no magnitude any more: its sum is below `share` of
 * the largest sample.  (A narrow filter at a low frequency has a small response that lasts long.) */
SABIN_API size_t sabin_window_end(const double *h, size_t n, double share);

/* Symmetric Hann window w[n]; n = 1 gives 1. */
SABIN_API void sabin_window_hann(double *w, size_t n);

#endif
