/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * levmar.c: bounded Levenberg-Marquardt.
 *
 * [M] Marquardt: "An algorithm for least-squares estimation of nonlinear parameters", J. SIAM 11
 *     (1963) 431-441: steps between Gauss-Newton's and the gradient's, damped by the diagonal.
 *
 * A parameter at a bound that a step would push through stays out of that step (an active set);
 * the others are cut back to their bounds.  A free level is the weighted mean of the error and is taken off errors
 * and slopes alike.  The net boost is held by rows of their own, which count only where it is exceeded.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/linalg.h>

#include "correction/levmar.h"

enum { PARAMETERS = 3, MOST = PARAMETERS * SABIN_EQFIT_MOST };
/* A step may not leave the neighbourhood in which slopes mean something. */
static const double step_max[PARAMETERS] = {0.5, 0.7, 6};
/* It is over when a step takes less than this share off the cost. */
static const double small_gain = 1e-5;
static const double boost_from_hz = 20, boost_to_hz = 20000, boost_to_share = 0.45;
enum { BOOST_PER_OCTAVE = 24 };
/* What is promised is kept by a hair: the held points are not all frequencies. */
static const double cap_margin_db = 0.02;

typedef double pair __attribute__((vector_size(16), aligned(8), may_alias));

/* Sum of products; two numbers at once, which the compiler may not do by itself. */
static double dot(const double *a, const double *b, size_t n)
{
	pair s = {0}, t = {0}, u = {0}, v = {0}; /* as many as are under way at once */
	size_t i = 0;
	for (; i + 8 <= n; i += 8) {
		s += *(const pair *)(a + i) * *(const pair *)(b + i);
		t += *(const pair *)(a + i + 2) * *(const pair *)(b + i + 2);
		u += *(const pair *)(a + i + 4) * *(const pair *)(b + i + 4);
		v += *(const pair *)(a + i + 6) * *(const pair *)(b + i + 6);
	}
	double rest = 0;
	for (; i < n; i++)
		rest += a[i] * b[i];
	s += t + (u + v);
	return s[0] + s[1] + rest;
}

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
	lm->rows = lm->n + lm->boosted + lm->covered;
	const size_t parameters = PARAMETERS * (o->most ? o->most : 1);
	lm->place = malloc(lm->rows * sizeof(double));
	lm->wanted = malloc(lm->n * sizeof(double));
	lm->weight = malloc(lm->n * sizeof(double));
	lm->root = malloc(lm->n * sizeof(double));
	lm->ceiling = malloc((lm->covered + 1) * sizeof(double));
	lm->level = malloc(lm->rows * sizeof(double));
	lm->residual = malloc(lm->rows * sizeof(double));
	lm->work = malloc(lm->rows * sizeof(double));
	lm->slope = malloc(parameters * lm->rows * sizeof(double));
	lm->normal = malloc(2 * parameters * parameters * sizeof(double));
	if (!lm->place || !lm->wanted || !lm->weight || !lm->root || !lm->ceiling ||
	    !lm->level || !lm->residual ||
	    !lm->work || !lm->slope || !lm->normal)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < lm->n; i++) {
		lm->place[i] = sabin_biquad_place(curve->freq_hz[i], o->rate_hz);
		lm->wanted[i] = curve->wanted_db[i];
		lm->weight[i] = curve->weight ? curve->weight[i] : 1;
		lm->root[i] = sqrt(lm->weight[i]);
		lm->weight_sum += lm->weight[i];
	}
	for (size_t i = 0; i < lm->boosted; i++) {
		const double f_hz = fmin(boost_from_hz * exp2((double)i / BOOST_PER_OCTAVE), top_hz);
		lm->place[lm->n + i] = sabin_biquad_place(f_hz, o->rate_hz);
	}
	for (size_t i = 0, at = 0; at < lm->covered; i++) {
		if (!isfinite(curve->ceiling_db[i]))
			continue;
		lm->place[lm->n + lm->boosted + at] = lm->place[i];
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
	free(lm->ceiling);
	free(lm->level);
	free(lm->residual);
	free(lm->work);
	free(lm->slope);
	free(lm->normal);
	*lm = (struct sabin_levmar){0};
}

static double sum(const double *x, size_t n)
{
	double s = 0;
	for (size_t i = 0; i < n; i++)
		s += x[i];
	return s;
}

/* Level of the cascade at all places: the product of the power ratios, one logarithm a place. */
static void levels(struct sabin_levmar *lm, const struct sabin_levmar_filter *f, size_t count)
{
	for (size_t i = 0; i < lm->rows; i++)
		lm->level[i] = 1;
	for (size_t k = 0; k < count; k++)
		sabin_biquad_power(&f[k].filter, lm->options->rate_hz, lm->place, lm->rows, lm->level);
	for (size_t i = 0; i < lm->rows; i++)
		lm->level[i] = 10 / M_LN10 * log(lm->level[i]);
}

double sabin_levmar_cost(struct sabin_levmar *lm, const struct sabin_levmar_filter *f,
                         size_t count)
{
	double mean = 0;
	levels(lm, f, count);
	for (size_t i = 0; i < lm->n; i++) {
		lm->residual[i] = lm->wanted[i] - lm->level[i];
		mean += lm->weight[i] * lm->residual[i];
	}
	mean = lm->options->free_level ? mean / lm->weight_sum : 0;
	for (size_t i = 0; i < lm->n; i++)
		lm->residual[i] = (lm->residual[i] - mean) * lm->root[i];
	const double base = capped(lm) ? sum(lm->level, lm->n) / (double)lm->n + lm->cap_db : 0;
	const size_t above = lm->n + lm->boosted;
	for (size_t i = lm->n; i < above; i++)
		lm->residual[i] = -lm->force * fmax(0, lm->level[i] - base);
	for (size_t i = 0; i < lm->covered; i++)
		lm->residual[above + i] = -lm->force * fmax(0, lm->level[above + i] - lm->ceiling[i]);
	return dot(lm->residual, lm->residual, lm->rows);
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
	low[0] = log(o->from_hz);
	high[0] = log(o->to_hz);
	low[1] = log(is_shelf(&f->filter) ? shelf_q_least : o->q_least);
	high[1] = log(is_shelf(&f->filter)       ? shelf_q_most
	              : f->filter.gain_db > 0 ? o->q_boost
	                                      : o->q_cut);
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
	f->filter.freq_hz = clamp(f->filter.freq_hz, exp(low[0]), exp(high[0]));
	f->filter.q = clamp(f->filter.q, exp(low[1]), exp(high[1]));
}

/* ---- steps ---------------------------------------------------------------------------------- */

/* Which parameters a step may move, and their rows of slopes. */
struct moving {
	size_t count;
	size_t filter[MOST];
	int parameter[MOST];
};

/* Slopes of all filters in lm->slope, [3 * filter + parameter][rows], as the residual sees them. */
static void slopes(struct sabin_levmar *lm, const struct sabin_levmar_filter *f, size_t count)
{
	for (size_t k = 0; k < count; k++) {
		double *at = lm->slope + PARAMETERS * k * lm->rows;
		double *const row[PARAMETERS] = {at, at + lm->rows, at + 2 * lm->rows};
		sabin_biquad_slopes(&f[k].filter, lm->options->rate_hz, lm->place, lm->rows, row);
		if (f[k].t60_s > 0) /* q goes with the gain */
			for (size_t i = 0; i < lm->rows; i++)
				row[2][i] += row[1][i] * M_LN10 / 40;
		for (int p = 0; p < PARAMETERS; p++) {
			const double free = lm->options->free_level
			                        ? dot(lm->weight, row[p], lm->n) / lm->weight_sum
			                        : 0;
			const double base = capped(lm) ? sum(row[p], lm->n) / (double)lm->n : 0;
			for (size_t i = 0; i < lm->n; i++)
				row[p][i] = (row[p][i] - free) * lm->root[i];
			for (size_t i = lm->n; i < lm->rows; i++)
				row[p][i] = lm->residual[i] < 0
				                ? lm->force * (row[p][i] - (i < lm->n + lm->boosted ? base : 0))
				                : 0;
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
		const double at[PARAMETERS] = {log(f[k].filter.freq_hz), log(f[k].filter.q),
		                               f[k].filter.gain_db};
		for (int p = f[k].t60_s > 0 ? 2 : 0; p < PARAMETERS; p++) {
			const double g = dot(lm->slope + (PARAMETERS * k + (size_t)p) * lm->rows,
			                     lm->residual, lm->rows);
			const double hair = 1e-9;
			if ((at[p] <= low[p] + hair && g < 0) || (at[p] >= high[p] - hair && g > 0))
				continue;
			m->filter[m->count] = k;
			m->parameter[m->count] = p;
			gradient[m->count++] = g;
		}
	}
}

static void normal_matrix(struct sabin_levmar *lm, const struct moving *m)
{
	for (size_t i = 0; i < m->count; i++) {
		const double *a =
		    lm->slope + (PARAMETERS * m->filter[i] + (size_t)m->parameter[i]) * lm->rows;
		for (size_t j = 0; j <= i; j++) {
			const double *b =
			    lm->slope + (PARAMETERS * m->filter[j] + (size_t)m->parameter[j]) * lm->rows;
			lm->normal[i + j * m->count] = dot(a, b, lm->rows);
		}
	}
}

/* The damped step.  False when the matrix is singular beyond help. */
static bool step(struct sabin_levmar *lm, const struct moving *m, const double *gradient,
                 double damping, double *delta)
{
	const size_t n = m->count;
	double *a = lm->normal + n * n;
	memcpy(a, lm->normal, n * n * sizeof *a);
	/* [M]: by its own size; a filter of no gain has no slope by f and q, and stays */
	for (size_t i = 0; i < n; i++)
		a[i + i * n] += damping * lm->normal[i + i * n] + 1e-6;
	if (sabin_invert_positive(a, n))
		return false;
	for (size_t i = 0; i < n; i++)
		delta[i] = dot(a + i * n, gradient, n);
	return true;
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
	bool fresh = true; /* slopes are of where we stand */
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
	/* what stands in lm is the last try; leave it as of f */
	*cost = sabin_levmar_cost(lm, f, count);
	free(m);
	free(gradient);
	return err;
}
