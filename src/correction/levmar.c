/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * levmar.c: bounded Levenberg-Marquardt.
 *
 * [M] Marquardt: "An algorithm for least-squares estimation of nonlinear parameters", J. SIAM 11
 *     (1963) 431-441: steps between Gauss-Newton's and the gradient's, damped by the diagonal.
 * [HK] Hoerl, Kennard: "Ridge regression: biased estimation for nonorthogonal problems", Technometrics 12
 *     (1970) 55-67: a small price on the size of what is sought keeps elements that are alike from
 *     growing against each other.
 *
 * A parameter at a bound that a step would push through stays out of that step (an active set);
 * the others are cut back to their bounds.  A free level is the weighted mean of the error and is taken off
 * the errors, and of the slopes off their products.  The net boost is held by rows of their own, which are
 * there only where it is exceeded.  Where gains have a price, each filter has a row for it [HK].
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "correction/levmar.h"
#include "correction/rows.h"

enum { PARAMETERS = 3, MOST = PARAMETERS * SABIN_EQFIT_MOST };
/* A step may not leave the neighbourhood in which slopes mean something. */
static const double step_max[PARAMETERS] = {0.5, 0.7, 6};
/* It is over when a step takes less than this share off the cost. */
static const double small_gain = 1e-5;
static const double boost_from_hz = 20, boost_to_hz = 20000, boost_to_share = 0.45;
enum { BOOST_PER_OCTAVE = 24 };
/* What is promised is kept by a hair: the held points are not all frequencies. */
static const double cap_margin_db = 0.02;

static bool capped(const struct sabin_levmar *lm)
{
	return lm->boosted > 0;
}

enum sabin_err sabin_levmar_init(struct sabin_levmar *lm, const struct sabin_eqfit_curve *curve,
                                 const struct sabin_eqfit_options *o)
{
	*lm = (struct sabin_levmar){.options = o, .n = curve->length};
	const double top_hz = fmin(boost_to_hz, boost_to_share * o->rate_hz);
	if (isfinite(o->net_boost_db)) {
		lm->boosted = (size_t)(log2(top_hz / boost_from_hz) * BOOST_PER_OCTAVE) + 2;
		lm->cap_db = o->net_boost_db - cap_margin_db;
	}
	for (size_t i = 0; curve->ceiling_db && i < lm->n; i++)
		lm->covered += isfinite(curve->ceiling_db[i]);
	const size_t most = o->most ? o->most : 1, parameters = PARAMETERS * most;
	lm->rows = lm->n + lm->boosted + lm->covered + most;
	lm->place = malloc((lm->n + lm->boosted) * sizeof(double));
	lm->wanted = malloc(lm->n * sizeof(double));
	lm->weight = malloc(lm->n * sizeof(double));
	lm->root = malloc(lm->n * sizeof(double));
	lm->under = malloc((lm->covered + 1) * sizeof(size_t));
	lm->ceiling = malloc((lm->covered + 1) * sizeof(double));
	lm->level = malloc((lm->n + lm->boosted) * sizeof(double));
	lm->used_place = malloc(lm->rows * sizeof(double));
	lm->residual = malloc(lm->rows * sizeof(double));
	lm->work = malloc(lm->rows * sizeof(double));
	lm->slope = malloc(parameters * lm->rows * sizeof(double));
	lm->normal = malloc(2 * parameters * parameters * sizeof(double));
	if (!lm->place || !lm->wanted || !lm->weight || !lm->root || !lm->under || !lm->ceiling ||
	    !lm->level || !lm->used_place || !lm->residual || !lm->work || !lm->slope || !lm->normal)
		return SABIN_ENOMEM;
	lm->even = true;
	for (size_t i = 0; i < lm->n; i++) {
		lm->place[i] = lm->used_place[i] = sabin_biquad_place(curve->freq_hz[i], o->rate_hz);
		lm->wanted[i] = curve->wanted_db[i];
		lm->weight[i] = curve->weight ? curve->weight[i] : 1;
		lm->root[i] = sqrt(lm->weight[i]);
		lm->weight_sum += lm->weight[i];
		lm->even = lm->even && lm->weight[i] == 1;
	}
	for (size_t i = 0; i < lm->boosted; i++) {
		const double f_hz = fmin(boost_from_hz * exp2((double)i / BOOST_PER_OCTAVE), top_hz);
		lm->place[lm->n + i] = sabin_biquad_place(f_hz, o->rate_hz);
	}
	for (size_t i = 0, at = 0; at < lm->covered; i++) {
		if (!isfinite(curve->ceiling_db[i]))
			continue;
		lm->under[at] = i;
		lm->ceiling[at++] = curve->ceiling_db[i];
	}
	return SABIN_OK;
}

void sabin_levmar_release(struct sabin_levmar *lm)
{
	free(lm->place);
	free(lm->wanted);
	free(lm->weight);
	free(lm->root);
	free(lm->under);
	free(lm->ceiling);
	free(lm->level);
	free(lm->used_place);
	free(lm->residual);
	free(lm->work);
	free(lm->slope);
	free(lm->normal);
	*lm = (struct sabin_levmar){0};
}

/* A row for a point that is above what it may be. */
static void add_row(struct sabin_levmar *lm, double place, double above_db)
{
	lm->used_place[lm->used] = place;
	lm->residual[lm->used++] = -lm->force * above_db;
}

/* The level of the cascade is the product of the power ratios, and one logarithm a place.  Of the net boost
 * only where it is exceeded. */
double sabin_levmar_cost(struct sabin_levmar *lm, const struct sabin_levmar_filter *f,
                         size_t count)
{
	const size_t n = lm->n, all = n + lm->boosted;
	double *level = lm->level, *residual = lm->residual;
	for (size_t i = 0; i < all; i++)
		level[i] = 1;
	for (size_t k = 0; k < count; k++)
		sabin_biquad_power(&f[k].filter, lm->options->rate_hz, lm->place, all, level);
	sabin_rows_decibels(level, n);
#pragma omp simd
	for (size_t i = 0; i < n; i++)
		residual[i] = lm->wanted[i] - level[i];
	if (lm->options->free_level) {
		const double mean = sabin_rows_dot(lm->weight, residual, n) / lm->weight_sum;
#pragma omp simd
		for (size_t i = 0; i < n; i++)
			residual[i] -= mean;
	}
	for (size_t i = 0; i < n && !lm->even; i++)
		residual[i] *= lm->root[i];
	lm->used = n;
	if (capped(lm)) {
		const double base = sabin_rows_sum(level, n) / (double)n + lm->cap_db;
		const double limit = pow(10, base / 10);
		for (size_t i = n; i < all; i++)
			if (level[i] > limit)
				add_row(lm, lm->place[i], 10 * log10(level[i]) - base);
	}
	lm->above_cap = lm->used;
	for (size_t i = 0; i < lm->covered; i++) {
		const size_t at = lm->under[i];
		if (level[at] > lm->ceiling[i])
			add_row(lm, lm->place[at], level[at] - lm->ceiling[i]);
	}
	lm->above_all = lm->used;
	for (size_t k = 0; k < count && lm->thrift > 0; k++) {
		lm->used_place[lm->used] = lm->place[0];
		residual[lm->used++] = -lm->thrift * f[k].filter.gain_db;
	}
	return sabin_rows_dot(residual, residual, lm->used);
}

/* ---- bounds --------------------------------------------------------------------------------- */

static bool is_shelf(const struct sabin_biquad *f)
{
	return f->type != SABIN_PEAKING;
}

/* Steeper shelves overshoot; flatter ones are tilts that reach beyond the band. */
static const double shelf_q_least = 0.3, shelf_q_most = 1.0;

static void bounds(const struct sabin_levmar *lm, const struct sabin_levmar_filter *f,
                   double low[PARAMETERS], double high[PARAMETERS])
{
	const struct sabin_eqfit_options *o = lm->options;
	low[0] = o->from_hz;
	high[0] = o->to_hz;
	low[1] = is_shelf(&f->filter) ? shelf_q_least : o->q_least;
	high[1] = is_shelf(&f->filter)    ? shelf_q_most
	          : f->filter.gain_db > 0 ? o->q_boost
	                                  : o->q_cut;
	low[2] = -o->cut_db;
	high[2] = f->t60_s > 0 ? 0 : o->boost_db;
}

static double clamp(double x, double low, double high)
{
	return x < low ? low : x > high ? high : x;
}

static void tie(struct sabin_levmar_filter *f)
{
	if (f->t60_s > 0)
		f->filter.q = exp(f->filter.gain_db * M_LN10 / 40) * f->filter.freq_hz * f->t60_s *
		              M_PI / (3 * M_LN10);
}

void sabin_levmar_bound(const struct sabin_levmar *lm, struct sabin_levmar_filter *f)
{
	double low[PARAMETERS], high[PARAMETERS];
	bounds(lm, f, low, high);
	f->filter.gain_db = clamp(f->filter.gain_db, low[2], high[2]);
	bounds(lm, f, low, high);
	if (f->t60_s > 0) {
		tie(f);
		return;
	}
	f->filter.freq_hz = clamp(f->filter.freq_hz, low[0], high[0]);
	f->filter.q = clamp(f->filter.q, low[1], high[1]);
}

/* ---- steps ---------------------------------------------------------------------------------- */

/* Which parameters a step may move, and their rows of slopes. */
struct moving {
	size_t count;
	size_t filter[MOST];
	int parameter[MOST];
	const double *row[MOST];
	double mean[MOST]; /* of the row, where the level is free */
};

static double *row_of(const struct sabin_levmar *lm, size_t filter, int parameter)
{
	return lm->slope + (PARAMETERS * filter + (size_t)parameter) * lm->rows;
}

/* Slopes of all filters in lm->slope, [3 * filter + parameter][rows], as the residual sees them but for the
 * free level. */
static void slopes(struct sabin_levmar *lm, const struct sabin_levmar_filter *f, size_t count)
{
	for (size_t k = 0; k < count; k++) {
		double *const row[PARAMETERS] = {row_of(lm, k, 0), row_of(lm, k, 1), row_of(lm, k, 2)};
		sabin_biquad_slopes(&f[k].filter, lm->options->rate_hz, lm->used_place, lm->used, row);
		if (f[k].t60_s > 0) /* q goes with the gain */
			for (size_t i = 0; i < lm->used; i++)
				row[2][i] += row[1][i] * M_LN10 / 40;
		for (int p = 0; p < PARAMETERS; p++) {
			const double base = lm->above_cap > lm->n ? sabin_rows_sum(row[p], lm->n) / (double)lm->n : 0;
			for (size_t i = lm->n; i < lm->above_all; i++)
				row[p][i] = lm->force * (row[p][i] - (i < lm->above_cap ? base : 0));
			for (size_t i = lm->above_all; i < lm->used; i++)
				row[p][i] = p == 2 && i - lm->above_all == k ? lm->thrift : 0;
			for (size_t i = 0; i < lm->n && !lm->even; i++)
				row[p][i] *= lm->root[i];
		}
	}
}

/* Leave out what is tied, and what stands at a bound with the gradient pointing through it. */
static void choose(const struct sabin_levmar *lm, const struct sabin_levmar_filter *f,
                   size_t count, struct moving *m, double *gradient)
{
	m->count = 0;
	for (size_t k = 0; k < count; k++) {
		double low[PARAMETERS], high[PARAMETERS];
		bounds(lm, &f[k], low, high);
		const double at[PARAMETERS] = {f[k].filter.freq_hz, f[k].filter.q, f[k].filter.gain_db};
		for (int p = f[k].t60_s > 0 ? 2 : 0; p < PARAMETERS; p++) {
			const double *row = row_of(lm, k, p);
			const double g = sabin_rows_dot(row, lm->residual, lm->used);
			const double hair = 1e-9 * (p < 2 ? at[p] : 1);
			if ((at[p] <= low[p] + hair && g < 0) || (at[p] >= high[p] - hair && g > 0))
				continue;
			m->filter[m->count] = k;
			m->parameter[m->count] = p;
			m->row[m->count] = row;
			m->mean[m->count] = 0;
			if (lm->options->free_level)
				m->mean[m->count] = (lm->even ? sabin_rows_sum(row, lm->n)
				                              : sabin_rows_dot(lm->root, row, lm->n)) /
				                    lm->weight_sum;
			gradient[m->count++] = g;
		}
	}
}

/* Products of the slopes, their means taken off. */
static void normal_matrix(struct sabin_levmar *lm, const struct moving *m)
{
	sabin_rows_products(m->row, m->count, lm->used, lm->normal);
	for (size_t j = 0; j < m->count; j++)
		for (size_t i = j; i < m->count; i++)
			lm->normal[i + j * m->count] -= lm->weight_sum * m->mean[i] * m->mean[j];
}

/* Solve a x = b for the positive definite a[n * n] of which a[i + j n], j <= i, is read, by its root; both are
 * lost, and x is in b.  False when it is not positive definite.  (A call of LAPACK costs more than so
 * small a matrix.) */
static bool solve(double *a, size_t n, double *b)
{
	/* row i of the root stands where column i was: a[i n .. i n + i] */
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
			a[i * n + j] = a[i + j * n];
	for (size_t i = 0; i < n; i++) {
		double *row = a + i * n;
		for (size_t j = 0; j < i; j++)
			row[j] = (row[j] - sabin_rows_dot(row, a + j * n, j)) / a[j * n + j];
		const double square = row[i] - sabin_rows_dot(row, row, i);
		if (!(square > 0))
			return false;
		row[i] = sqrt(square);
		b[i] = (b[i] - sabin_rows_dot(row, b, i)) / row[i];
	}
	for (size_t i = n; i-- > 0;) {
		b[i] /= a[i * n + i];
		for (size_t j = 0; j < i; j++)
			b[j] -= b[i] * a[i * n + j];
	}
	return true;
}

/* The damped step.  False when the matrix is singular beyond help. */
static bool step(struct sabin_levmar *lm, const struct moving *m, const double *gradient,
                 double damping, double *delta)
{
	const size_t n = m->count;
	double *a = lm->normal + n * n;
	memcpy(a, lm->normal, n * n * sizeof *a);
	memcpy(delta, gradient, n * sizeof *delta);
	/* [M]: by its own size; a filter of no gain has no slope by f and q, and stays */
	for (size_t i = 0; i < n; i++)
		a[i + i * n] += damping * lm->normal[i + i * n] + 1e-6;
	return solve(a, n, delta);
}

static void move(const struct sabin_levmar *lm, struct sabin_levmar_filter *f,
                 const struct moving *m, const double *delta)
{
	for (size_t i = 0; i < m->count; i++) {
		const int p = m->parameter[i];
		struct sabin_biquad *b = &f[m->filter[i]].filter;
		const double by = clamp(delta[i], -step_max[p], step_max[p]);
		if (p == 0)
			b->freq_hz *= exp(by);
		else if (p == 1)
			b->q *= exp(by);
		else
			b->gain_db += by;
	}
	for (size_t i = 0; i < m->count; i++)
		if (i + 1 == m->count || m->filter[i + 1] != m->filter[i])
			sabin_levmar_bound(lm, &f[m->filter[i]]);
}

enum sabin_err sabin_levmar_run(struct sabin_levmar *lm, struct sabin_levmar_filter *f,
                                size_t count, int steps, double *cost)
{
	struct sabin_levmar_filter tried[SABIN_EQFIT_MOST];
	struct moving *m = malloc(sizeof *m);
	double *gradient = malloc(2 * MOST * sizeof *gradient);
	double damping = 1e-3;
	enum sabin_err err = m && gradient ? SABIN_OK : SABIN_ENOMEM;
	double now = sabin_levmar_cost(lm, f, count);
	bool fresh = true; /* slopes are of where we stand, and what is in lm */
	for (int s = 0; s < steps && !err && count > 0; s++) {
		if (fresh) {
			slopes(lm, f, count);
			choose(lm, f, count, m, gradient);
			normal_matrix(lm, m);
		}
		if (m->count == 0)
			break;
		memcpy(tried, f, count * sizeof *f);
		if (!step(lm, m, gradient, damping, gradient + MOST)) {
			damping = damping * 10 + 1e-3;
			fresh = false;
			continue;
		}
		move(lm, tried, m, gradient + MOST);
		const double then = sabin_levmar_cost(lm, tried, count);
		fresh = then < now;
		if (fresh) {
			const bool over = now - then < small_gain * now;
			memcpy(f, tried, count * sizeof *f);
			now = then;
			damping = fmax(damping / 5, 1e-7);
			if (over)
				break;
		} else {
			damping *= 6;
			if (damping > 1e8)
				break;
		}
	}
	/* what stands in lm may be the last try; leave it as of f */
	*cost = fresh ? now : sabin_levmar_cost(lm, f, count);
	free(m);
	free(gradient);
	return err;
}
