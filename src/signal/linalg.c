/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * linalg.c: dense linear algebra over LAPACK; no other file knows it.
 *
 * LAPACK itself, not LAPACKE over it: to bind that library's 2500 names takes as long as all else that
 * happens before `sabin --help` answers.  A first call of a routine asks how much room it wants to work in.
 *
 * References: E. Anderson et al., "LAPACK users' guide", 3rd ed. (1999): drivers SYEVR (symmetric
 * eigenproblem by relatively robust representations), GEEV, GELSY (least squares by QR with column
 * pivoting), POTRF and POTRI (Cholesky factor and inverse).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <lapacke.h> /* which declares LAPACK, too */

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

/* Of LAPACK's two kinds of answers: bad argument, no convergence. */
static enum sabin_err status(lapack_int info)
{
	if (info < 0)
		return SABIN_EINVAL;
	return info > 0 ? SABIN_ENOCONV : SABIN_OK;
}

enum sabin_err sabin_eigen_symmetric(double *a, size_t n, double *values, double *vectors)
{
	enum sabin_err err = check(a, n, n);
	if (err)
		return err;
	const lapack_int order = (lapack_int)n, none = 0;
	const double nowhere = 0;
	double *work = NULL, room = 0;
	lapack_int found = 0, info = 0, *whole = NULL, whole_room = 0, asking = -1;
	lapack_int *support = calloc(2 * n, sizeof *support);
	if (!support)
		return SABIN_ENOMEM;
	LAPACK_dsyevr("V", "A", "L", &order, a, &order, &nowhere, &nowhere, &none, &none, &nowhere, &found,
	              values, vectors, &order, support, &room, &asking, &whole_room, &asking, &info);
	const lapack_int length = (lapack_int)room;
	err = status(info);
	if (!err && (!(work = calloc((size_t)length, sizeof *work)) ||
	             !(whole = calloc((size_t)whole_room, sizeof *whole))))
		err = SABIN_ENOMEM;
	if (!err) {
		LAPACK_dsyevr("V", "A", "L", &order, a, &order, &nowhere, &nowhere, &none, &none, &nowhere,
		              &found, values, vectors, &order, support, work, &length, whole, &whole_room, &info);
		err = status(info);
	}
	free(work);
	free(whole);
	free(support);
	return err;
}

enum sabin_err sabin_eigenvalues(double *a, size_t n, double complex *values)
{
	enum sabin_err err = check(a, n, n);
	if (err)
		return err;
	const lapack_int order = (lapack_int)n, one = 1, asking = -1;
	double *work = NULL, room = 0, unused = 0;
	lapack_int info = 0;
	double *parts = calloc(2 * n, sizeof *parts);
	if (!parts)
		return SABIN_ENOMEM;
	LAPACK_dgeev("N", "N", &order, a, &order, parts, parts + n, &unused, &one, &unused, &one, &room, &asking,
	             &info);
	const lapack_int length = (lapack_int)room;
	err = status(info);
	if (!err && !(work = calloc((size_t)length, sizeof *work)))
		err = SABIN_ENOMEM;
	if (!err) {
		LAPACK_dgeev("N", "N", &order, a, &order, parts, parts + n, &unused, &one, &unused, &one, work,
		             &length, &info);
		err = status(info);
	}
	free(work);
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
	const lapack_int m = (lapack_int)rows, n = (lapack_int)columns, one = 1, asking = -1;
	double *work = NULL, room = 0;
	lapack_int rank = 0, info = 0;
	lapack_int *pivots = calloc(columns, sizeof *pivots); /* 0: free to move */
	if (!pivots)
		return SABIN_ENOMEM;
	LAPACK_dgelsy(&m, &n, &one, a, &m, b, &m, pivots, &rank_limit, &rank, &room, &asking, &info);
	const lapack_int length = (lapack_int)room;
	err = status(info);
	if (!err && !(work = calloc((size_t)length, sizeof *work)))
		err = SABIN_ENOMEM;
	if (!err) {
		LAPACK_dgelsy(&m, &n, &one, a, &m, b, &m, pivots, &rank_limit, &rank, work, &length, &info);
		err = status(info);
	}
	free(work);
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
	const lapack_int order = (lapack_int)n, one = 1;
	lapack_int info = 0;
	LAPACK_dposv("L", &order, &one, a, &order, b, &order, &info);
	return status(info);
}

enum sabin_err sabin_invert_positive(double *a, size_t n)
{
	enum sabin_err err = check(a, n, n);
	if (err)
		return err;
	const lapack_int order = (lapack_int)n;
	lapack_int info = 0;
	LAPACK_dpotrf("L", &order, a, &order, &info);
	if (info == 0)
		LAPACK_dpotri("L", &order, a, &order, &info);
	err = status(info);
	for (size_t column = 0; !err && column < n; column++)
		for (size_t row = 0; row < column; row++)
			a[row + column * n] = a[column + row * n];
	return err;
}
