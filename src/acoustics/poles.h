/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * poles.h: a signal as a sum of decaying sinusoids: their poles from the signal subspace, their
 * amplitudes and the covariance of both.  Everything is per sample.
 */
#ifndef SABIN_ACOUSTICS_POLES_H
#define SABIN_ACOUSTICS_POLES_H

#include <stddef.h>

#include <sabin/status.h>

/* exp(-decay k) (a cos(w k) + b sin(w k)) */
struct pole {
	double decay, w; /* w 0: a real pole, without b */
	double a, b;
	double covariance[4][4]; /* of decay, w, a, b */
};

/* Eigenvectors of the square Hankel matrix of x[2 rows - 1]. */
struct subspace {
	size_t rows;
	double *magnitudes; /* [rows] of the eigenvalues (the singular values), falling */
	double *vectors;    /* [rows * rows], in the same order */
};

SABIN_MUST enum sabin_err subspace_compute(const double *x, size_t rows, struct subspace *out);
void subspace_release(struct subspace *subspace);

/* How many of them stand out of the noise: `factor` times the middle of the lower ones, of which
 * the share `empty` (a stop band) holds no noise. */
size_t subspace_order(const struct subspace *subspace, double factor, double empty);

/* Poles of the first `order` dimensions, without amplitudes: at most `order` into poles[].  Growing
 * ones are left out. */
SABIN_MUST enum sabin_err subspace_poles(const struct subspace *subspace, size_t order, struct pole *poles,
                                         size_t *count);

/* Amplitudes by linear least squares on x[n]; *left is the energy that remains. */
SABIN_MUST enum sabin_err poles_amplitudes(const double *x, size_t n, struct pole *poles, size_t count,
                                           double *left);

/* Improve all parameters by least squares on x[n], in at most `steps` steps (Levenberg and Marquardt);
 * *left is the energy that remains. */
SABIN_MUST enum sabin_err poles_improve(const double *x, size_t n, struct pole *poles, size_t count, int steps,
                                        double *left);

/* Fill in the covariances, for noise of the given variance per sample. */
SABIN_MUST enum sabin_err poles_covariance(const double *x, size_t n, struct pole *poles, size_t count,
                                           double variance);

#endif
