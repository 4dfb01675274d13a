/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * poles.c: decaying sinusoids by subspace rotation, with the covariance of their parameters.
 *
 * References
 *   [Roy]   R. Roy, T. Kailath, "ESPRIT: estimation of signal parameters via rotational invariance
 *           techniques", IEEE Trans. ASSP 37 (1989) 984-995.
 *   [Hua]   Y. Hua, T. K. Sarkar, "Matrix pencil method for estimating parameters of exponentially
 *           damped/undamped sinusoids in noise", IEEE Trans. ASSP 38 (1990) 814-824.
 *   [Kay]   S. M. Kay, "Fundamentals of statistical signal processing: estimation theory" (1993),
 *           3.9: Fisher information of a signal with parameters in white noise.
 *
 * A square Hankel matrix is symmetric, so its singular vectors are its eigenvectors, at a fraction
 * of the cost.  For vectors V of orthonormal columns, V1 without the last row and V2 without the
 * first, the rotation is the eigenproblem of (V1' V1)^-1 V1' V2 [Roy, LS variant], and V1' V1 =
 * I - u u' with u the last row of V, so that its inverse is I + u u' / (1 - u' u) (Sherman and
 * Morrison).
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/linalg.h>

#include "acoustics/poles.h"
#include "signal/cmplx.h"

/* An eigenvalue further down than the rounding of the transforms before is nothing. */
static const double rounding = 1e-10;
/* Without noise what lies so far down is what the band's edges and the direct sound left: -100 dB. */
static const double nothing = 1e-5;
static const double real_w = 1e-6; /* rad: slower than this is no oscillation */

struct ranked {
	double magnitude;
	size_t index;
};

static int by_magnitude(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	return (x->magnitude < y->magnitude) - (x->magnitude > y->magnitude);
}

enum sabin_err subspace_compute(const double *x, size_t rows, struct subspace *out)
{
	struct subspace s = {.rows = rows};
	double *hankel = calloc(rows * rows, sizeof *hankel);
	double *vectors = calloc(rows * rows, sizeof *vectors);
	double *values = calloc(rows, sizeof *values);
	struct ranked *ranked = calloc(rows, sizeof *ranked);
	s.magnitudes = calloc(rows, sizeof *s.magnitudes);
	s.vectors = calloc(rows * rows, sizeof *s.vectors);
	enum sabin_err err = SABIN_ENOMEM;
	if (!hankel || !vectors || !values || !ranked || !s.magnitudes || !s.vectors)
		goto out;
	for (size_t column = 0; column < rows; column++)
		memcpy(hankel + column * rows, x + column, rows * sizeof *x);
	err = sabin_eigen_symmetric(hankel, rows, values, vectors);
	if (err)
		goto out;
	for (size_t i = 0; i < rows; i++)
		ranked[i] = (struct ranked){fabs(values[i]), i};
	qsort(ranked, rows, sizeof *ranked, by_magnitude);
	for (size_t i = 0; i < rows; i++) {
		s.magnitudes[i] = ranked[i].magnitude;
		memcpy(s.vectors + i * rows, vectors + ranked[i].index * rows,
		       rows * sizeof *vectors);
	}
	*out = s;
out:
	free(hankel);
	free(vectors);
	free(values);
	free(ranked);
	if (err)
		subspace_release(&s);
	return err;
}

void subspace_release(struct subspace *subspace)
{
	free(subspace->magnitudes);
	free(subspace->vectors);
	*subspace = (struct subspace){0};
}

size_t subspace_order(const struct subspace *subspace, double factor, double empty)
{
	const size_t noisy = (size_t)((double)subspace->rows * (1 - empty));
	/* the upper half may be signal; of the lower half's noise the middle is at three quarters */
	const double limit = fmax(factor * subspace->magnitudes[noisy * 3 / 4],
	                          nothing * subspace->magnitudes[0]);
	size_t order = 0;
	while (order < noisy / 2 && subspace->magnitudes[order] > limit)
		order++;
	return order;
}

/* Hot loop: four sums, because one would wait for itself. */
static double dot(const double *x, const double *y, size_t n)
{
	double sum[4] = {0};
	size_t k = 0;
	for (; k + 4 <= n; k += 4)
		for (int i = 0; i < 4; i++)
			sum[i] += x[k + (size_t)i] * y[k + (size_t)i];
	for (; k < n; k++)
		sum[0] += x[k] * y[k];
	return sum[0] + sum[1] + (sum[2] + sum[3]);
}

/* (I + u u' / (1 - u' u)) V1' V2 into rotation[order * order]; may be singular to working precision:
 * then the least squares solution does not exist. */
static enum sabin_err rotation_of(const struct subspace *s, size_t order, double *rotation)
{
	const size_t rows = s->rows;
	double square = 0;
	for (size_t i = 0; i < order; i++) {
		const double *v = s->vectors + i * rows;
		square += v[rows - 1] * v[rows - 1];
		for (size_t j = 0; j < order; j++) {
			const double *w = s->vectors + j * rows + 1;
			rotation[i + j * order] = dot(v, w, rows - 1);
		}
	}
	if (1 - square < rounding)
		return SABIN_ENOCONV;
	for (size_t j = 0; j < order; j++) {
		double along = 0;
		for (size_t i = 0; i < order; i++)
			along += s->vectors[i * rows + rows - 1] * rotation[i + j * order];
		for (size_t i = 0; i < order; i++)
			rotation[i + j * order] +=
			        s->vectors[i * rows + rows - 1] * along / (1 - square);
	}
	return SABIN_OK;
}

enum sabin_err subspace_poles(const struct subspace *subspace, size_t order, struct pole *poles,
                              size_t *count)
{
	double *rotation = calloc(order * order + 1, sizeof *rotation);
	double complex *z = calloc(order + 1, sizeof *z);
	enum sabin_err err = rotation && z ? SABIN_OK : SABIN_ENOMEM;
	size_t found = 0;
	if (!err && order > 0)
		err = rotation_of(subspace, order, rotation);
	if (!err && order > 0)
		err = sabin_eigenvalues(rotation, order, z);
	for (size_t i = 0; !err && i < order; i++) {
		const double radius = cabs(z[i]), w = carg(z[i]);
		if (w < 0 || !(radius > 0) || radius >= 1 || w > M_PI - real_w)
			continue; /* conjugates come in pairs */
		poles[found++] = (struct pole){.decay = -log(radius), .w = w < real_w ? 0 : w};
	}
	if (!err)
		*count = found;
	free(rotation);
	free(z);
	return err;
}

/* exp(-decay k) cos(w k) and sin(w k), and k times them into `slope` where it is given. */
static void waves(const struct pole *pole, size_t n, double *cosine, double *sine, double *slope_c,
                  double *slope_s)
{
	const double radius = exp(-pole->decay);
	const double re = radius * cos(pole->w), im = radius * sin(pole->w);
	double c = 1, s = 0;
	for (size_t k = 0; k < n; k++) {
		const double next = c * re - s * im;
		cosine[k] = c;
		if (sine)
			sine[k] = s;
		if (slope_c)
			slope_c[k] = (double)k * c;
		if (slope_s)
			slope_s[k] = (double)k * s;
		s = c * im + s * re;
		c = next;
	}
}

enum sabin_err poles_amplitudes(const double *x, size_t n, struct pole *poles, size_t count,
                                double *left)
{
	double *basis = calloc(n * (2 * count + 1), sizeof *basis);
	double *rest = calloc(n, sizeof *rest), *solution = calloc(2 * count + 1, sizeof *solution);
	enum sabin_err err = SABIN_ENOMEM;
	if (!basis || !rest || !solution)
		goto out;
	size_t columns = 0;
	for (size_t i = 0; i < count; i++) {
		double *at = basis + columns * n;
		waves(&poles[i], n, at, poles[i].w > 0 ? at + n : NULL, NULL, NULL);
		columns += poles[i].w > 0 ? 2 : 1;
	}
	memcpy(rest, x, n * sizeof *rest);
	err = SABIN_OK;
	if (columns > 0)
		err = sabin_least_squares(basis, n, columns, rest, solution);
	if (err)
		goto out;
	columns = 0;
	memcpy(rest, x, n * sizeof *rest);
	for (size_t i = 0; i < count; i++) {
		poles[i].a = solution[columns++];
		poles[i].b = poles[i].w > 0 ? solution[columns++] : 0;
		waves(&poles[i], n, basis, basis + n, NULL, NULL);
		for (size_t k = 0; k < n; k++)
			rest[k] -= poles[i].a * basis[k] + poles[i].b * basis[n + k];
	}
	*left = 0;
	for (size_t k = 0; k < n; k++)
		*left += rest[k] * rest[k];
out:
	free(basis);
	free(rest);
	free(solution);
	return err;
}

/* Parameters of a pole: decay, w, a, b; of a real one decay, a. */
static size_t parameters(const struct pole *pole)
{
	return pole->w > 0 ? 4 : 2;
}

/* The linearised problem at one place. */
struct tangent {
	size_t n, columns;
	double *j;             /* [columns * n] derivatives of the model, each of unit length */
	double *rest, *slope;  /* [n] x minus the model; [2 n] */
	double *scale;         /* [columns] */
	double *normal, *inverse; /* [columns * columns] */
	double *gradient, *step;  /* [columns] */
	double left;           /* energy of rest */
};

static void tangent_release(struct tangent *t)
{
	free(t->j);
	free(t->rest);
	free(t->normal);
	free(t->scale);
}

static enum sabin_err tangent_init(struct tangent *t, size_t n, const struct pole *poles,
                                   size_t count)
{
	*t = (struct tangent){.n = n};
	for (size_t i = 0; i < count; i++)
		t->columns += parameters(&poles[i]);
	const size_t c = t->columns;
	t->j = calloc(c, n * sizeof *t->j);
	t->rest = calloc(3 * n, sizeof *t->rest);
	t->normal = calloc(2 * c, c * sizeof *t->normal);
	t->scale = calloc(3 * c, sizeof *t->scale);
	if (!t->j || !t->rest || !t->normal || !t->scale) {
		tangent_release(t);
		return SABIN_ENOMEM;
	}
	t->slope = t->rest + n;
	t->inverse = t->normal + c * c;
	t->gradient = t->scale + c;
	t->step = t->scale + 2 * c;
	return SABIN_OK;
}

/* Derivatives and what remains of x. */
static void differentiate(struct tangent *t, const double *x, const struct pole *poles,
                          size_t count)
{
	const size_t n = t->n;
	double *j = t->j;
	memcpy(t->rest, x, n * sizeof *x);
	for (size_t i = 0; i < count; i++) {
		const struct pole *p = &poles[i];
		const bool real = p->w == 0;
		double *d = j, *w = j + n, *a = j + (real ? n : 2 * n), *b = j + 3 * n;
		waves(p, n, a, real ? NULL : b, t->slope, t->slope + n);
		for (size_t k = 0; k < n; k++) {
			t->rest[k] -= p->a * a[k] + (real ? 0 : p->b * b[k]);
			d[k] = -(p->a * t->slope[k] + p->b * t->slope[n + k]);
			if (!real)
				w[k] = p->b * t->slope[k] - p->a * t->slope[n + k];
		}
		j += parameters(p) * n;
	}
	t->left = 0;
	for (size_t k = 0; k < n; k++)
		t->left += t->rest[k] * t->rest[k];
}

/* Columns of unit length, their products, and the gradient. */
static void normalise(struct tangent *t)
{
	for (size_t c = 0; c < t->columns; c++) {
		double *column = t->j + c * t->n;
		const double square = dot(column, column, t->n);
		t->scale[c] = square > 0 ? 1 / sqrt(square) : 0;
		for (size_t k = 0; k < t->n; k++)
			column[k] *= t->scale[c];
		t->gradient[c] = dot(column, t->rest, t->n);
	}
	for (size_t c = 0; c < t->columns; c++)
		for (size_t r = c; r < t->columns; r++)
			t->normal[r + c * t->columns] =
			        dot(t->j + c * t->n, t->j + r * t->n, t->n);
}

/* The inverse of the normal matrix with *damping on its diagonal, raised until there is one. */
static enum sabin_err invert(struct tangent *t, double *damping)
{
	enum sabin_err err = SABIN_ENOCONV;
	for (; err == SABIN_ENOCONV && *damping < 1e3; *damping *= err ? 10 : 1) {
		memcpy(t->inverse, t->normal, t->columns * t->columns * sizeof *t->inverse);
		for (size_t c = 0; c < t->columns; c++)
			t->inverse[c + c * t->columns] += *damping;
		err = sabin_invert_positive(t->inverse, t->columns);
	}
	return err;
}

/* poles moved by the damped step into moved[count]. */
static void move(struct tangent *t, const struct pole *poles, size_t count, struct pole *moved)
{
	for (size_t r = 0; r < t->columns; r++) {
		t->step[r] = 0;
		for (size_t c = 0; c < t->columns; c++)
			t->step[r] += t->inverse[c + r * t->columns] * t->gradient[c];
		t->step[r] *= t->scale[r];
	}
	const double *step = t->step;
	for (size_t i = 0; i < count; i++) {
		struct pole *p = &moved[i];
		*p = poles[i];
		/* no pole may leave the decaying, oscillating ones: at most half of the way */
		p->decay += fmax(step[0], -p->decay / 2);
		if (p->w > 0) {
			p->w = fmax(p->w + step[1], p->w / 2);
			p->b += step[3];
		}
		p->a += step[p->w > 0 ? 2 : 1];
		step += parameters(p);
	}
}

enum sabin_err poles_improve(const double *x, size_t n, struct pole *poles, size_t count, int steps,
                             double *left)
{
	struct tangent t;
	double damping = 1e-4; /* of a diagonal of ones */
	struct pole *moved = calloc(count + 1, sizeof *moved);
	if (!moved || count == 0) {
		free(moved);
		return moved ? SABIN_OK : SABIN_ENOMEM;
	}
	enum sabin_err err = tangent_init(&t, n, poles, count);
	if (err) {
		free(moved);
		return err;
	}
	differentiate(&t, x, poles, count);
	for (int i = 0; !err && i < steps; i++) {
		normalise(&t);
		err = invert(&t, &damping);
		if (err)
			break;
		const double before = t.left;
		move(&t, poles, count, moved);
		differentiate(&t, x, moved, count);
		if (t.left < before) {
			memcpy(poles, moved, count * sizeof *poles);
			damping = fmax(damping / 10, 1e-9);
		} else {
			damping *= 100;
			differentiate(&t, x, poles, count);
		}
	}
	*left = t.left;
	tangent_release(&t);
	free(moved);
	return err == SABIN_ENOCONV ? SABIN_OK : err; /* then they stay as they are */
}

enum sabin_err poles_covariance(const double *x, size_t n, struct pole *poles, size_t count,
                                double variance)
{
	struct tangent t;
	double damping = 1e-12;
	if (count == 0)
		return SABIN_OK;
	enum sabin_err err = tangent_init(&t, n, poles, count);
	if (err)
		return err;
	differentiate(&t, x, poles, count);
	normalise(&t);
	err = invert(&t, &damping);
	for (size_t i = 0, first = 0; !err && i < count; first += parameters(&poles[i++])) {
		static const size_t places[2][4] = {{0, 1, 2, 3}, {0, 2, 0, 0}};
		const size_t *place = places[poles[i].w == 0];
		for (size_t r = 0; r < parameters(&poles[i]); r++)
			for (size_t c = 0; c < parameters(&poles[i]); c++)
				poles[i].covariance[place[r]][place[c]] =
				        variance * t.scale[first + r] * t.scale[first + c] *
				        t.inverse[first + r + (first + c) * t.columns];
	}
	tangent_release(&t);
	return err;
}
