/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * linalg.c: dense linear algebra over LAPACKE; no other file knows it.
 *
 * References: E. Anderson et al., "LAPACK users' guide", 3rd ed. (1999): drivers SYEVR (symmetric
 * eigenproblem by relatively robust representations), GEEV, GELSY (least squares by QR with column
 * pivoting), POTRF and POTRI (Cholesky factor and inverse).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <lapacke.h>

#include <sabin/linalg.h>

#include "signal/cmplx.h"

static const size_t size_most = 10000;  /* n^2 doubles are 800 MB; far below what int can index */
/* Columns that depend on others to this relative degree do not count: double precision leaves ten
 * digits for what does. */
static const double rank_limit = 1e-12;

static enum sabin_err check(const double *a, size_t rows, size_t columns)
{
	if (rows == 0 || columns == 0 || rows > size_most || columns > size_most)
		return SABIN_EINVAL;
	for (size_t i = 0; i < rows * columns; i++)
		if (!isfinite(a[i]))
			return SABIN_EINVAL;
	return SABIN_OK;
}

/* Of LAPACKE's three kinds of answers: memory, bad argument, no convergence. */
static enum sabin_err status(lapack_int info)
{
	if (info == LAPACK_WORK_MEMORY_ERROR || info == LAPACK_TRANSPOSE_MEMORY_ERROR)
		return SABIN_ENOMEM;
	if (info < 0)
		return SABIN_EINVAL;
	return info > 0 ? SABIN_ENOCONV : SABIN_OK;
}

enum sabin_err sabin_eigen_symmetric(double *a, size_t n, double *values, double *vectors)
{
	enum sabin_err err = check(a, n, n);
	if (err)
		return err;
	lapack_int found = 0;
	lapack_int *support = calloc(2 * n, sizeof *support);
	if (!support)
		return SABIN_ENOMEM;
	const lapack_int order = (lapack_int)n;
	err = status(LAPACKE_dsyevr(LAPACK_COL_MAJOR, 'V', 'A', 'L', order, a, order, 0, 0, 0, 0, 0,
	                            &found, values, vectors, order, support));
	free(support);
	return err;
}

enum sabin_err sabin_eigenvalues(double *a, size_t n, double complex *values)
{
	enum sabin_err err = check(a, n, n);
	if (err)
		return err;
	const lapack_int order = (lapack_int)n;
	double *parts = calloc(2 * n, sizeof *parts);
	if (!parts)
		return SABIN_ENOMEM;
	err = status(LAPACKE_dgeev(LAPACK_COL_MAJOR, 'N', 'N', order, a, order, parts, parts + n,
	                           NULL, 1, NULL, 1));
	for (size_t i = 0; !err && i < n; i++)
		values[i] = CMPLX(parts[i], parts[n + i]);
	free(parts);
	return err;
}

enum sabin_err sabin_least_squares(double *a, size_t rows, size_t columns, double *b, double *x)
{
	enum sabin_err err = check(a, rows, columns);
	if (!err)
		err = check(b, rows, 1);
	if (!err && rows < columns)
		err = SABIN_EINVAL;
	if (err)
		return err;
	lapack_int rank = 0;
	lapack_int *pivots = calloc(columns, sizeof *pivots); /* 0: free to move */
	if (!pivots)
		return SABIN_ENOMEM;
	err = status(LAPACKE_dgelsy(LAPACK_COL_MAJOR, (lapack_int)rows, (lapack_int)columns, 1, a,
	                            (lapack_int)rows, b, (lapack_int)rows, pivots, rank_limit,
	                            &rank));
	free(pivots);
	if (!err)
		memcpy(x, b, columns * sizeof *x);
	return err;
}

enum sabin_err sabin_solve_positive(double *a, size_t n, double *b)
{
	enum sabin_err err = check(a, n, n);
	if (!err)
		err = check(b, n, 1);
	if (err)
		return err;
	const lapack_int order = (lapack_int)n;
	return status(LAPACKE_dposv(LAPACK_COL_MAJOR, 'L', order, 1, a, order, b, order));
}

enum sabin_err sabin_invert_positive(double *a, size_t n)
{
	enum sabin_err err = check(a, n, n);
	if (err)
		return err;
	const lapack_int order = (lapack_int)n;
	err = status(LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'L', order, a, order));
	if (!err)
		err = status(LAPACKE_dpotri(LAPACK_COL_MAJOR, 'L', order, a, order));
	for (size_t column = 0; !err && column < n; column++)
		for (size_t row = 0; row < column; row++)
			a[row + column * n] = a[column + row * n];
	return err;
}
