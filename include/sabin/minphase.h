/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * minphase.h: minimum phase from levels, and what a response has beyond it.
 */
#ifndef SABIN_MINPHASE_H
#define SABIN_MINPHASE_H

#include <complex.h>
#include <stdbool.h>
#include <stddef.h>

#include <sabin/fft.h>
#include <sabin/status.h>

/* From the natural logarithms of magnitudes at the bins 0 .. n/2 of fft (size n) to the minimum-phase
 * spectrum[n/2 + 1] that has them; log_gain is kept and may not overlap.  What the response rings for
 * must be short against n samples.  work[n] is scratch. */
SABIN_API void sabin_minimum_phase_spectrum(struct sabin_fft *fft, const double *log_gain,
                                            double *work, double complex *spectrum);

/* Natural logarithms of the magnitudes at `bins` bins, none 160 dB below the largest or less: such are zeros
 * of a window, or of the numbers.  False: all are zero. */
SABIN_API bool sabin_log_gains(const double complex *spectrum, size_t bins, double *log_gain);

/* Minimum-phase response h[taps] whose level at f_hz is level_db(of, f_hz), half a second long; free()
 * it.  The curve may have points 1 Hz apart. */
SABIN_API SABIN_MUST enum sabin_err
sabin_minimum_phase(double (*level_db)(const void *of, double f_hz), const void *of, double rate_hz,
                    double **h, size_t *taps);

/* Excess phase of h[n] in radians, unwrapped along the bins 0 .. size/2 of a transform of `size`
 * (>= n) samples: the phase beyond that of the minimum-phase response of the same magnitude, with
 * time counted from the fractional sample `zero`.  Free phase_rad[size/2 + 1].
 * SABIN_EINVAL: not finite, size odd or too small; SABIN_ESHORT: silence; SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_excess_phase(const double *h, size_t n, double zero,
                                                       size_t size, double **phase_rad);

#endif
