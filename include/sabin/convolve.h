/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * convolve.h: streaming convolution, uniformly partitioned, from any number of inputs to any number
 * of outputs (overlap-save; Stockham 1966; Wefers: "Partitioned convolution algorithms for
 * real-time auralization", 2015, ch. 5).
 *
 * Nothing is late: an output block may be computed before its input block is complete, and again
 * when more of it is known; only the newest partition is computed again.
 */
#ifndef SABIN_CONVOLVE_H
#define SABIN_CONVOLVE_H

#include <stddef.h>

#include <sabin/status.h>

struct sabin_convolver;

/* block: samples a block, an even number >= 16.  inputs, outputs: 1 .. 64.
 * Every response is silent until sabin_convolver_set_response().  Free with sabin_convolver_free().
 * SABIN_EINVAL, SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_convolver_new(size_t block, size_t inputs, size_t outputs,
                                                        struct sabin_convolver **out);
SABIN_API void sabin_convolver_free(struct sabin_convolver *convolver);

/* The response h[n] of the path input -> output (n = 0: none).  Not while a block is open.
 * SABIN_EINVAL: no such path.  SABIN_ENOMEM: the path keeps what it had. */
SABIN_API SABIN_MUST enum sabin_err sabin_convolver_set_response(struct sabin_convolver *convolver,
                                                                 size_t input, size_t output,
                                                                 const double *h, size_t n);

/* Forget all input; the responses stay. */
SABIN_API void sabin_convolver_reset(struct sabin_convolver *convolver);

/* Compute the current block: in[input][block] (zero what is not known yet), out[output][block].
 * May be repeated for the same block with more of the input known. */
SABIN_API void sabin_convolver_process(struct sabin_convolver *convolver, const double *const *in,
                                       double *const *out);

/* The current block is complete as last processed; the next call starts the next one. */
SABIN_API void sabin_convolver_advance(struct sabin_convolver *convolver);

/* Two whole signals at once: a[n] convolved with b[m] is out[n + m - 1], to free().  SABIN_EINVAL: an
 * empty or absurdly long one; SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_convolve(const double *a, size_t n, const double *b,
                                                   size_t m, double **out);

#endif
