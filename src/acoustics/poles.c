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

/* What of a pole is sought: decay, w, a, b, of a real one decay, a; or the amplitudes a, b alone. */
enum sought { ALL, AMPLITUDES };

static size_t parameters(const struct pole *pole, enum sought sought)
{
	return (pole->w > 0 ? 2 : 1) * (sought == ALL ? 2 : 1);
}

/* One derivative of the model: real part of factor k^power z^k. */
struct derivative {
	double complex factor;
	int power;
};

/* With c = a - i b the model is the real part of c z^k, z = exp(-decay + i w). */
static void derivatives(const struct pole *p, enum sought sought, struct derivative d[4])
{
	const double complex c = CMPLX(p->a, -p->b);
	if (sought == ALL) {
		*d++ = (struct derivative){-c, 1};
		if (p->w > 0)
			*d++ = (struct derivative){CMPLX(p->b, p->a), 1};
	}
	*d++ = (struct derivative){1, 0};
	if (p->w > 0)
		*d = (struct derivative){CMPLX(0, -1), 0};
}

/* The linearised problem at one place. */
struct tangent {
	enum sought sought;
	size_t n, columns;
	double *rest;          /* [n] x minus the model */
	double *scale;         /* [columns] makes the derivatives of unit length */
	double *normal, *inverse; /* [columns * columns] products of the scaled derivatives */
	double *gradient, *step;  /* [columns] */
	double complex *z;     /* [poles], and z^n behind them */
	double left;           /* energy of rest */
};

static void tangent_release(struct tangent *t)
{
	free(t->rest);
	free(t->normal);
	free(t->scale);
	free(t->z);
}

static enum sabin_err tangent_init(struct tangent *t, enum sought sought, size_t n,
                                   const struct pole *poles, size_t count)
{
	*t = (struct tangent){.sought = sought, .n = n};
	for (size_t i = 0; i < count; i++)
		t->columns += parameters(&poles[i], sought);
	const size_t c = t->columns;
	t->rest = calloc(n, sizeof *t->rest);
	t->normal = calloc(2 * c, c * sizeof *t->normal);
	t->scale = calloc(3 * c, sizeof *t->scale);
	t->z = calloc(2 * count, sizeof *t->z);
	if (!t->rest || !t->normal || !t->scale || !t->z) {
		tangent_release(t);
		return SABIN_ENOMEM;
	}
	t->inverse = t->normal + c * c;
	t->gradient = t->scale + c;
	t->step = t->scale + 2 * c;
	return SABIN_OK;
}

static double complex times(double complex x, double complex y)
{
	return CMPLX(creal(x) * creal(y) - cimag(x) * cimag(y),
	             creal(x) * cimag(y) + cimag(x) * creal(y));
}

static double complex over(double complex x, double complex y)
{
	const double square = creal(y) * creal(y) + cimag(y) * cimag(y);
	const double complex up = times(x, conj(y));
	return CMPLX(creal(up) / square, cimag(up) / square);
}

/* What remains of x. */
static void set_rest(struct tangent *t, const double *x, const struct pole *poles, size_t count)
{
	memcpy(t->rest, x, t->n * sizeof *x);
	for (size_t i = 0; i < count; i++) {
		const struct pole *p = &poles[i];
		const double complex z = cexp(CMPLX(-p->decay, p->w));
		double complex at = CMPLX(p->a, p->w > 0 ? -p->b : 0);
		for (size_t k = 0; k < t->n; k++) {
			t->rest[k] -= creal(at);
			at = times(at, z);
		}
		t->z[i] = z;
		t->z[count + i] = cexp(CMPLX(-p->decay * (double)t->n, p->w * (double)t->n));
	}
	t->left = dot(t->rest, t->rest, t->n);
}

/* s[m] = sum of k^m q^k over k = 0 .. n - 1.  Where q^k hardly changes over n, the closed forms are
 * differences of like numbers. */
static void power_sums(double complex q, double complex q_n, size_t n, double complex s[3])
{
	const double complex gap = CMPLX(1 - creal(q), -cimag(q));
	const double last = (double)n - 1;
	if (cabs(gap) * (double)n < 0.5) {
		double complex at = 1;
		s[0] = s[1] = s[2] = 0;
		for (size_t k = 0; k < n; k++) {
			s[0] += at;
			s[1] += (double)k * at;
			s[2] += (double)k * (double)k * at;
			at = times(at, q);
		}
		return;
	}
	s[0] = over(1 - q_n, gap);
	s[1] = over(times(q, s[0]) - (double)n * q_n, gap);
	s[2] = over(2 * s[1] - s[0] + 1 - last * last * q_n, gap);
}

/* Products of the derivatives of poles i and j, into the block of `normal` at (row, column). */
static void products(struct tangent *t, const struct pole *poles, size_t count, size_t i, size_t j,
                     size_t row, size_t column)
{
	struct derivative x[4], y[4];
	double complex sum[3], difference[3];
	derivatives(&poles[i], t->sought, x);
	derivatives(&poles[j], t->sought, y);
	power_sums(times(t->z[i], t->z[j]), times(t->z[count + i], t->z[count + j]), t->n, sum);
	power_sums(times(t->z[i], conj(t->z[j])), times(t->z[count + i], conj(t->z[count + j])), t->n,
	           difference);
	for (size_t r = 0; r < parameters(&poles[i], t->sought); r++)
		for (size_t c = 0; c < parameters(&poles[j], t->sought); c++) {
			const int power = x[r].power + y[c].power;
			const double complex with = times(times(x[r].factor, y[c].factor), sum[power]);
			const double complex against =
			        times(times(x[r].factor, conj(y[c].factor)), difference[power]);
			t->normal[row + r + (column + c) * t->columns] =
			        (creal(with) + creal(against)) / 2;
		}
}

/* The gradient: the rest against every derivative. */
static void project(struct tangent *t, const struct pole *poles, size_t count)
{
	double *gradient = t->gradient;
	for (size_t i = 0; i < count; i++) {
		struct derivative d[4];
		double complex at = 1, sum[2] = {0, 0};
		derivatives(&poles[i], t->sought, d);
		for (size_t k = 0; k < t->n; k++) {
			sum[0] += t->rest[k] * at;
			sum[1] += (double)k * t->rest[k] * at;
			at = times(at, t->z[i]);
		}
		for (size_t r = 0; r < parameters(&poles[i], t->sought); r++)
			*gradient++ = creal(times(d[r].factor, sum[d[r].power]));
	}
}

/* Products of the derivatives, by closed forms instead of sums over samples, and the gradient. */
static void normalise(struct tangent *t, const struct pole *poles, size_t count)
{
	for (size_t i = 0, row = 0; i < count; row += parameters(&poles[i++], t->sought))
		for (size_t j = 0, column = 0; j <= i; column += parameters(&poles[j++], t->sought))
			products(t, poles, count, i, j, row, column);
	project(t, poles, count);
	for (size_t c = 0; c < t->columns; c++) {
		const double square = t->normal[c + c * t->columns];
		t->scale[c] = square > 0 ? 1 / sqrt(square) : 0;
		t->gradient[c] *= t->scale[c];
	}
	for (size_t c = 0; c < t->columns; c++)
		for (size_t r = c; r < t->columns; r++)
			t->normal[r + c * t->columns] *= t->scale[r] * t->scale[c];
}

/* The inverse of the normal matrix with *damping on its diagonal, or the step that goes with it: the damping
 * is raised until there is one. */
static enum sabin_err invert(struct tangent *t, bool whole, double *damping)
{
	const size_t n = t->columns;
	enum sabin_err err = SABIN_ENOCONV;
	for (; err == SABIN_ENOCONV && *damping < 1e3; *damping *= err ? 10 : 1) {
		memcpy(t->inverse, t->normal, n * n * sizeof *t->inverse);
		for (size_t c = 0; c < n; c++)
			t->inverse[c + c * n] += *damping;
		memcpy(t->step, t->gradient, n * sizeof *t->step);
		err = whole ? sabin_invert_positive(t->inverse, n)
		            : sabin_solve_positive(t->inverse, n, t->step);
	}
	for (size_t r = 0; r < n; r++)
		t->step[r] *= t->scale[r];
	return err;
}

enum sabin_err poles_amplitudes(const double *x, size_t n, struct pole *poles, size_t count,
                                double *left)
{
	struct tangent t;
	double damping = 1e-12; /* poles may be alike */
	*left = dot(x, x, n);
	for (size_t i = 0; i < count; i++)
		poles[i].a = poles[i].b = 0;
	if (count == 0)
		return SABIN_OK;
	enum sabin_err err = tangent_init(&t, AMPLITUDES, n, poles, count);
	if (err)
		return err;
	set_rest(&t, x, poles, count);
	normalise(&t, poles, count);
	err = invert(&t, false, &damping);
	if (!err) {
		const double *step = t.step;
		for (size_t i = 0; i < count; i++) {
			poles[i].a = *step++;
			poles[i].b = poles[i].w > 0 ? *step++ : 0;
		}
		set_rest(&t, x, poles, count);
		*left = t.left;
	}
	tangent_release(&t);
	return err;
}

/* poles moved by the damped step into moved[count]. */
static void move(const struct tangent *t, const struct pole *poles, size_t count, struct pole *moved)
{
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
		step += parameters(p, ALL);
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
	enum sabin_err err = tangent_init(&t, ALL, n, poles, count);
	if (err) {
		free(moved);
		return err;
	}
	set_rest(&t, x, poles, count);
	for (int i = 0; !err && i < steps; i++) {
		normalise(&t, poles, count);
		err = invert(&t, false, &damping);
		if (err)
			break;
		const double before = t.left;
		move(&t, poles, count, moved);
		set_rest(&t, x, moved, count);
		if (t.left < before) {
			memcpy(poles, moved, count * sizeof *poles);
			damping = fmax(damping / 10, 1e-9);
		} else {
			damping *= 100;
			set_rest(&t, x, poles, count);
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
	enum sabin_err err = tangent_init(&t, ALL, n, poles, count);
	if (err)
		return err;
	set_rest(&t, x, poles, count);
	normalise(&t, poles, count);
	err = invert(&t, true, &damping);
	for (size_t i = 0, first = 0; !err && i < count; first += parameters(&poles[i++], ALL)) {
		static const size_t places[2][4] = {{0, 1, 2, 3}, {0, 2, 0, 0}};
		const size_t *place = places[poles[i].w == 0];
		for (size_t r = 0; r < parameters(&poles[i], ALL); r++)
			for (size_t c = 0; c < parameters(&poles[i], ALL); c++)
				poles[i].covariance[place[r]][place[c]] =
				        variance * t.scale[first + r] * t.scale[first + c] *
				        t.inverse[first + r + (first + c) * t.columns];
	}
	tangent_release(&t);
	return err;
}
