/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * linalg.h: dense linear algebra (LAPACK behind it).
 *
 * Matrices are stored by columns: element (row, column) of a[rows * columns] is a[row + column *
 * rows].  All samples must be finite.  Errors that every function may return: SABIN_EINVAL (a size
 * of 0 or above 10^4, a number that is not finite), SABIN_ENOMEM, SABIN_ENOCONV.
 */
#ifndef SABIN_LINALG_H
#define SABIN_LINALG_H

#include <complex.h>
#include <stddef.h>

#include <sabin/status.h>

/* Eigenvalues values[n], rising, of the symmetric matrix a[n * n] (its lower triangle is read, and
 * lost), and the orthonormal eigenvectors, the columns of vectors[n * n]. */
SABIN_API SABIN_MUST enum sabin_err sabin_eigen_symmetric(double *a, size_t n, double *values,
                                                          double *vectors);

/* Eigenvalues values[n], in no order, of any a[n * n], whose contents are lost. */
SABIN_API SABIN_MUST enum sabin_err sabin_eigenvalues(double *a, size_t n, double complex *values);

/* x[columns] that minimises |a x - b|; the shortest one where the rank of a[rows * columns] is less
 * than `columns`.  rows >= columns.  a and b[rows] are lost. */
SABIN_API SABIN_MUST enum sabin_err sabin_least_squares(double *a, size_t rows, size_t columns,
                                                        double *b, double *x);

/* The solution x of a x = b for the positive definite a[n * n] (its lower triangle is read, and lost), in
 * place of b[n].  SABIN_ENOCONV: it is not positive definite. */
SABIN_API SABIN_MUST enum sabin_err sabin_solve_positive(double *a, size_t n, double *b);

/* Put the inverse of the positive definite a[n * n] (its lower triangle is read) in its place, both
 * triangles.  SABIN_ENOCONV: it is not positive definite. */
SABIN_API SABIN_MUST enum sabin_err sabin_invert_positive(double *a, size_t n);

#endif
