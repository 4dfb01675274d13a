/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fft.h: real discrete Fourier transforms of one fixed length.
 *
 * Convention: X[k] = sum_n x[n] exp(-2 pi i k n / N), k = 0 .. N/2; the inverse divides by N.
 * A handle owns its plan and may be used by one thread at a time; different handles may be made,
 * used and freed in different threads.
 */
#ifndef SABIN_FFT_H
#define SABIN_FFT_H

#include <complex.h>
#include <stddef.h>

#include <sabin/status.h>

struct sabin_fft;

/* Smallest even number >= n (n >= 1) without a prime factor above 5; 0 when it would overflow. */
SABIN_API size_t sabin_fft_smooth_size(size_t n);

/* A plan for length n, an even number >= 2.  Free with sabin_fft_free(); NULL may be freed.
 * SABIN_EINVAL: odd, zero or absurd n.  SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_fft_new(size_t n, struct sabin_fft **out);
SABIN_API void sabin_fft_free(struct sabin_fft *fft);

/* The length the handle was made for. */
SABIN_API size_t sabin_fft_size(const struct sabin_fft *fft);

/* x[n] -> spectrum[n/2 + 1].  x is kept; the arrays may not overlap. */
SABIN_API void sabin_fft_forward(struct sabin_fft *fft, const double *x, double complex *spectrum);

/* spectrum[n/2 + 1] -> x[n], divided by n.  The contents of spectrum are lost. */
SABIN_API void sabin_fft_inverse(struct sabin_fft *fft, double complex *spectrum, double *x);

/* Analytic signal's magnitude: envelope[i] = |x[i] + i Hilbert{x}[i]| over the circular length n.
 * envelope may be x. */
SABIN_API SABIN_MUST enum sabin_err sabin_fft_envelope(struct sabin_fft *fft, const double *x,
                                                       double *envelope);

#endif
