/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * eqfit.c: growing a cascade filter by filter.
 *
 * [MZ] Mallat, Zhang: "Matching pursuits with time-frequency dictionaries", IEEE Trans. Signal Proc. 41
 *      (1993) 3397-3415: the next element is the one that takes most off the error.
 *
 * The dictionary holds what a small gain does at each centre and quality, which for a peaking filter
 * is the power response of a band pass, u/Q^2 / ((1 - u)^2 + u/Q^2).  The few best elements are tried,
 * all filters moving with them, and the best is kept and moved to the end.
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/eqfit.h>

#include "correction/boost.h"
#include "correction/levmar.h"
#include "correction/rows.h"

static const double element_q[] = {0.35, 0.7, 1.4, 2.8, 6};
static const double shelf_q = M_SQRT1_2;
enum {
	ELEMENT_QS = sizeof element_q / sizeof *element_q,
	ELEMENTS_PER_OCTAVE = 6,
	COARSE = 2,        /* every so many-th point is enough to choose by */
	MISSES = 3,        /* filters in a row that do not help */
	TRIED = 3,         /* elements of the dictionary */
	TRIAL_STEPS = 10,  /* of each */
	SETTLE_STEPS = 80,
	RELAX_STEPS = 30,
	RECONSIDERED = 5,  /* filters up to which earlier ones are taken back */
	POINTS_MOST = 300, /* by which is chosen, however long the curve */
};
static const double element_apart_oct = 0.4; /* elements tried together are different ones */
static const double first_gain_db = 9;       /* the dictionary is of small gains */
/* Force on the net boost: rising, so that the way is not blocked from the start. */
static const double forces[] = {3, 16};
enum { FORCES = sizeof forces / sizeof *forces, FORCE_STEPS = 10, PRESSES = 2 };

struct sabin_eqfit_options sabin_eqfit_defaults(void)
{
	return (struct sabin_eqfit_options){
	    .rate_hz = 48000,
	    .most = 10,
	    .shelves = 2,
	    .from_hz = 20,
	    .to_hz = 20000,
	    .cut_db = 24,
	    .boost_db = 24,
	    .q_least = 0.2,
	    .q_cut = 12,
	    .q_boost = 12,
	    .net_boost_db = INFINITY,
	    .free_level = 1,
	};
}

static bool options_ok(const struct sabin_eqfit_options *o)
{
	return o->rate_hz >= 1000 && o->rate_hz <= 1e7 && o->most <= SABIN_EQFIT_MOST &&
	       o->shelves <= 2 && o->from_hz >= 1 && o->from_hz < o->to_hz &&
	       o->to_hz < o->rate_hz / 2 && o->cut_db >= 0 && o->cut_db <= 60 && o->boost_db >= 0 &&
	       o->boost_db <= 60 && o->q_least >= 0.05 && o->q_cut > o->q_least &&
	       o->q_boost > o->q_least && o->q_cut <= 200 && o->q_boost <= 200 &&
	       o->net_boost_db >= 0 && o->enough_db >= 0 && o->worth_db >= 0 && o->thrift_db >= 0;
}

static bool curve_ok(const struct sabin_eqfit_curve *c, double rate_hz)
{
	double weights = 0;
	if (c->length < 8 || c->length > 100000 || !(c->freq_hz[0] > 0) ||
	    !(c->freq_hz[c->length - 1] < rate_hz / 2))
		return false;
	for (size_t i = 0; i < c->length; i++) {
		const double weight = c->weight ? c->weight[i] : 1;
		if (!isfinite(c->wanted_db[i]) || !(weight >= 0) || !isfinite(weight) ||
		    (c->judged_db && !isfinite(c->judged_db[i])) ||
		    (i > 0 && !(c->freq_hz[i] > c->freq_hz[i - 1])))
			return false;
		weights += weight;
	}
	return weights > 0;
}

size_t sabin_eq_grid(double from_hz, double to_hz, double *freq_hz)
{
	enum { PER_OCTAVE = 48 };
	const size_t n = (size_t)(log2(to_hz / from_hz) * PER_OCTAVE + 1e-9) + 1;
	for (size_t i = 0; freq_hz && i < n; i++)
		freq_hz[i] = from_hz * exp2((double)i / PER_OCTAVE);
	return n;
}

double sabin_eq_rms(const double *x, size_t n)
{
	double mean = 0, square = 0;
	for (size_t i = 0; i < n; i++)
		mean += x[i] / (double)n;
	for (size_t i = 0; i < n; i++)
		square += (x[i] - mean) * (x[i] - mean);
	return n ? sqrt(square / (double)n) : (double)NAN;
}

/* ---- growth --------------------------------------------------------------------------------- */

/* What may join: the shape of a small gain at every centre and quality, at some of the points, as the
 * errors see it. */
struct dictionary {
	size_t stride, points, count;
	struct word {
		struct sabin_biquad filter;
		double square, under; /* sums of squares: of the row, and of the shape under ceilings */
	} *words;
	double *rows; /* [count][points] */
	double *residual; /* [points] */
};

struct growth {
	const struct sabin_eqfit_curve *curve;
	const struct sabin_eqfit_options *options;
	struct sabin_levmar lm;
	struct dictionary dictionary;
	struct sabin_boost_grid boost;
	struct sabin_levmar_filter path[SABIN_EQFIT_MOST]; /* where the next filter joins */
	size_t count, shelves;
	double path_cost;
	struct sabin_eqfit *best;
	struct sabin_levmar_filter best_path[SABIN_EQFIT_MOST]; /* before it was held to what is promised */
	double best_cost;
};

struct element {
	struct sabin_biquad filter;
	double taken; /* off the sum of squares */
};

/* The small-signal shape of an element at every stride-th of n places. */
static void shape_of(const struct sabin_biquad *f, double rate_hz, const double *place, size_t n,
                     size_t stride, double *shape)
{
	const double per_place = 1 / sabin_biquad_place(f->freq_hz, rate_hz), qq = 1 / (f->q * f->q);
	const double side = f->type == SABIN_LOW_SHELF ? 0.5 : -0.5;
	for (size_t i = 0; i < n; i += stride) {
		const double u = place[i] * per_place, v = u * qq;
		if (f->type == SABIN_PEAKING)
			*shape++ = v / ((1 - u) * (1 - u) + v);
		else
			*shape++ = 0.5 + side * (1 - u) * (1 + u) / ((1 - u) * (1 - u) + v);
	}
}

static void add_word(struct dictionary *d, const struct growth *g, struct sabin_biquad filter)
{
	const struct sabin_levmar *lm = &g->lm;
	double *row = d->rows + d->count * d->points, mean = 0;
	struct word *w = &d->words[d->count++];
	*w = (struct word){filter, 0, 0};
	shape_of(&filter, g->options->rate_hz, lm->place, lm->n, d->stride, row);
	for (size_t i = 0; i < lm->covered; i++)
		if (lm->under[i] % d->stride == 0)
			w->under += row[lm->under[i] / d->stride] * row[lm->under[i] / d->stride];
	for (size_t i = 0; i < d->points && g->options->free_level; i++)
		mean += row[i] * lm->weight[i * d->stride] * (double)d->stride / lm->weight_sum;
	for (size_t i = 0; i < d->points; i++)
		row[i] = (row[i] - mean) * lm->root[i * d->stride];
	w->square = sabin_rows_dot(row, row, d->points);
}

static enum sabin_err write_dictionary(struct growth *g)
{
	const struct sabin_eqfit_options *o = g->options;
	struct dictionary *d = &g->dictionary;
	const size_t steps = (size_t)(log2(o->to_hz / o->from_hz) * ELEMENTS_PER_OCTAVE) + 1;
	const size_t most = steps * (ELEMENT_QS + (o->shelves > 0 ? 2 : 0));
	d->stride = g->lm.n > COARSE * POINTS_MOST ? g->lm.n / POINTS_MOST : COARSE;
	d->points = (g->lm.n - 1) / d->stride + 1;
	d->words = malloc(most * sizeof *d->words);
	d->rows = malloc(most * d->points * sizeof *d->rows);
	d->residual = malloc(d->points * sizeof *d->residual);
	if (!d->words || !d->rows || !d->residual)
		return SABIN_ENOMEM;
	for (size_t s = 0; s < steps; s++) {
		const double f_hz = o->from_hz * exp2((double)s / ELEMENTS_PER_OCTAVE);
		for (int q = 0; q < ELEMENT_QS; q++)
			add_word(d, g, (struct sabin_biquad){SABIN_PEAKING, f_hz, 0, element_q[q]});
		for (int t = SABIN_LOW_SHELF; o->shelves > 0 && t <= SABIN_HIGH_SHELF; t++)
			add_word(d, g,
			         (struct sabin_biquad){(enum sabin_biquad_type)t, f_hz, 0, shelf_q});
	}
	return SABIN_OK;
}

/* What an element with its best gain takes off the residual; its gain.  Under a ceiling, which most
 * of the time is reached already, a boost costs what it adds there. */
static struct element weigh(const struct growth *g, size_t index)
{
	const struct dictionary *d = &g->dictionary;
	const struct word *w = &d->words[index];
	const double along = sabin_rows_dot(d->rows + index * d->points, d->residual, d->points);
	const double square = w->square + (along > 0 ? g->lm.force * g->lm.force * w->under : 0);
	double gain = square > 0 ? along / square : 0;
	gain = fmax(fmin(gain, fmin(first_gain_db, g->options->boost_db)),
	            -fmin(first_gain_db, g->options->cut_db));
	struct element e = {w->filter, 2 * gain * along - gain * gain * square};
	e.filter.gain_db = gain;
	return e;
}

/* Keep the best few that are not neighbours. */
static void enter(struct element best[TRIED], const struct element *e)
{
	int at = TRIED;
	for (int i = TRIED - 1; i >= 0; i--) {
		const bool near = best[i].taken > 0 && best[i].filter.type == e->filter.type &&
		                  fabs(log2(best[i].filter.freq_hz / e->filter.freq_hz)) <
		                      element_apart_oct;
		if (near && best[i].taken >= e->taken)
			return;
		if (near) { /* its better neighbour takes its place */
			memmove(best + i, best + i + 1, (size_t)(TRIED - 1 - i) * sizeof *best);
			best[TRIED - 1] = (struct element){.taken = 0};
		}
	}
	while (at > 0 && best[at - 1].taken < e->taken)
		at--;
	if (at == TRIED)
		return;
	memmove(best + at + 1, best + at, (size_t)(TRIED - 1 - at) * sizeof *best);
	best[at] = *e;
}

static void search(struct growth *g, struct element best[TRIED])
{
	const struct sabin_eqfit_options *o = g->options;
	const struct dictionary *d = &g->dictionary;
	g->path_cost = sabin_levmar_cost(&g->lm, g->path, g->count);
	memset(best, 0, TRIED * sizeof *best);
	for (size_t i = 0; i < d->points; i++)
		d->residual[i] = g->lm.residual[i * d->stride];
	for (size_t i = 0; i < d->count; i++) {
		if (d->words[i].filter.type != SABIN_PEAKING && g->shelves >= o->shelves)
			continue;
		const struct element e = weigh(g, i);
		if (e.filter.type != SABIN_PEAKING ||
		    e.filter.q <= (e.filter.gain_db > 0 ? o->q_boost : o->q_cut))
			enter(best, &e);
	}
}

/* Hold the cascade to the net boost. */
static void hold(const struct growth *g, struct sabin_biquad *f, size_t count)
{
	if (isfinite(g->options->net_boost_db))
		sabin_boost_grid_hold(&g->boost, f, count, g->options->net_boost_db);
}

/* RMS of the curve that judges, less the levels that stand in lm. */
static double judge(struct growth *g)
{
	const double *judged = g->curve->judged_db ? g->curve->judged_db : g->curve->wanted_db;
	for (size_t i = 0; i < g->lm.n; i++)
		g->lm.work[i] = judged[i] - g->lm.level[i];
	return sabin_eq_rms(g->lm.work, g->lm.n);
}

static double rms_of(const struct growth *g, double cost)
{
	return sqrt(cost / g->lm.weight_sum);
}

/* Is the path, held to what is promised, the best yet? */
static void consider(struct growth *g)
{
	struct sabin_levmar_filter held[SABIN_EQFIT_MOST];
	struct sabin_biquad f[SABIN_EQFIT_MOST];
	for (size_t k = 0; k < g->count; k++)
		f[k] = g->path[k].filter;
	hold(g, f, g->count);
	for (size_t k = 0; k < g->count; k++)
		held[k] = (struct sabin_levmar_filter){f[k], 0};
	g->lm.force = 0;
	const double cost = sabin_levmar_cost(&g->lm, held, g->count), judged = judge(g);
	if (!(cost < g->best_cost) || judged > g->best->judged_after_db)
		return;
	g->best_cost = cost;
	g->best->after_db = rms_of(g, cost);
	g->best->judged_after_db = judged;
	g->best->count = g->count;
	memcpy(g->best->filters, f, g->count * sizeof *f);
	memcpy(g->best_path, g->path, g->count * sizeof *g->path);
}

/* Bring the path to its net boost by moving the filters, not by turning all of them down: what is still
 * above it is held that much lower. */
static enum sabin_err press(struct growth *g)
{
	const struct sabin_eqfit_options *o = g->options;
	const double cap_db = g->lm.cap_db;
	enum sabin_err err = SABIN_OK;
	for (int i = 0; i < PRESSES && !err; i++) {
		struct sabin_biquad f[SABIN_EQFIT_MOST];
		for (size_t k = 0; k < g->count; k++)
			f[k] = g->path[k].filter;
		const double over = sabin_boost_grid_db(&g->boost, f, g->count) - o->net_boost_db;
		if (over <= 0.01)
			break;
		g->lm.cap_db -= over;
		err = sabin_levmar_run(&g->lm, g->path, g->count, FORCE_STEPS, &g->path_cost);
	}
	g->lm.cap_db = cap_db;
	return err;
}

/* Move all filters to where they fit best. */
static enum sabin_err settle(struct growth *g)
{
	if (g->lm.boosted + g->lm.covered == 0)
		return sabin_levmar_run(&g->lm, g->path, g->count, SETTLE_STEPS, &g->path_cost);
	enum sabin_err err = SABIN_OK;
	for (int i = 0; i < FORCES && !err; i++) {
		g->lm.force = forces[i];
		err = sabin_levmar_run(&g->lm, g->path, g->count, FORCE_STEPS, &g->path_cost);
	}
	if (err || g->lm.boosted == 0)
		return err;
	consider(g); /* turned down, it may be better than moved */
	return press(g);
}

/* The path with one more filter, the best of a few, in next[count + 1]; its cost. */
static enum sabin_err add_one(struct growth *g, struct sabin_levmar_filter *next, double *least)
{
	struct element element[TRIED];
	struct sabin_levmar_filter tried[SABIN_EQFIT_MOST];
	enum sabin_err err = SABIN_OK;
	*least = INFINITY;
	search(g, element);
	for (int i = 0; i < TRIED && element[i].taken > 0 && !err; i++) {
		double cost;
		memcpy(tried, g->path, g->count * sizeof *tried);
		tried[g->count] = (struct sabin_levmar_filter){element[i].filter, 0};
		sabin_levmar_bound(&g->lm, &tried[g->count]);
		err = sabin_levmar_run(&g->lm, tried, g->count + 1, TRIAL_STEPS, &cost);
		if (!err && cost < *least) {
			*least = cost;
			memcpy(next, tried, (g->count + 1) * sizeof *tried);
		}
	}
	return err;
}

static void count_shelves(struct growth *g)
{
	g->shelves = 0;
	for (size_t i = 0; i < g->count; i++)
		g->shelves += g->path[i].filter.type != SABIN_PEAKING;
}

/* Filters that came early may have lost their work to later ones: take each out once, and let a new one
 * be found.  It is cheap while they are few, and then it matters most. */
static enum sabin_err reconsider(struct growth *g)
{
	struct sabin_levmar_filter was[SABIN_EQFIT_MOST], next[SABIN_EQFIT_MOST];
	enum sabin_err err = SABIN_OK;
	if (g->count < 2 || g->count > RECONSIDERED)
		return SABIN_OK;
	for (size_t out = 0; out + 1 < g->count && !err; out++) {
		double cost, before = g->path_cost;
		if (g->path[out].t60_s > 0)
			continue;
		memcpy(was, g->path, g->count * sizeof *was);
		memmove(g->path + out, g->path + out + 1, (g->count - out - 1) * sizeof *was);
		g->count--;
		count_shelves(g);
		err = add_one(g, next, &cost);
		g->count++;
		if (!err && isfinite(cost) && cost < before) {
			memcpy(g->path, next, g->count * sizeof *next);
			err = sabin_levmar_run(&g->lm, g->path, g->count, SETTLE_STEPS, &g->path_cost);
		} else {
			memcpy(g->path, was, g->count * sizeof *was);
			g->path_cost = before;
		}
		count_shelves(g);
	}
	return err;
}

static enum sabin_err grow(struct growth *g)
{
	struct sabin_levmar_filter next[SABIN_EQFIT_MOST];
	double least;
	g->lm.force = forces[0];
	enum sabin_err err = add_one(g, next, &least);
	if (err || !isfinite(least))
		return err ? err : SABIN_ENOCONV; /* nothing takes anything off */
	g->count++;
	memcpy(g->path, next, g->count * sizeof *next);
	count_shelves(g);
	err = sabin_levmar_run(&g->lm, g->path, g->count, SETTLE_STEPS, &g->path_cost);
	if (!err)
		err = reconsider(g);
	if (!err)
		err = settle(g);
	if (!err)
		consider(g);
	return err;
}

static enum sabin_err plant(struct growth *g, const struct sabin_eqfit_seed *seeds, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!sabin_biquad_possible(&seeds[i].filter, g->options->rate_hz) ||
		    !(seeds[i].t60_s >= 0) || seeds[i].filter.type > SABIN_HIGH_SHELF)
			return SABIN_EINVAL;
		g->path[i] = (struct sabin_levmar_filter){seeds[i].filter, seeds[i].t60_s};
		sabin_levmar_bound(&g->lm, &g->path[i]);
	}
	g->count = count;
	enum sabin_err err = count > 0 ? settle(g) : SABIN_OK;
	if (!err && count > 0)
		consider(g);
	return err;
}

static double gains(const struct sabin_biquad *f, size_t count)
{
	double square = 0;
	for (size_t k = 0; k < count; k++)
		square += f[k].gain_db * f[k].gain_db;
	return square;
}

/* How far the highest peak that is to be cut is left above what is wanted. */
static double peak_left(struct growth *g)
{
	struct sabin_levmar_filter best[SABIN_EQFIT_MOST];
	double most = 0;
	for (size_t k = 0; k < g->best->count; k++)
		best[k] = (struct sabin_levmar_filter){g->best->filters[k], 0};
	g->lm.force = 0;
	sabin_levmar_cost(&g->lm, best, g->best->count);
	for (size_t i = 0; i < g->lm.n; i++)
		if (g->lm.wanted[i] < 0)
			most = fmax(most, g->lm.level[i] - g->lm.wanted[i]);
	return most;
}

/* The best with smaller gains, from the highest price on them that it bears. */
static enum sabin_err relax(struct growth *g)
{
	static const double prices[] = {3e-3, 1e-3, 3e-4, 1e-4}; /* dB^2 of mean square error for each dB^2 */
	const double most_db = g->best->after_db + g->options->thrift_db;
	const double judged_db = fmin(g->best->judged_before_db, g->best->judged_after_db + g->options->thrift_db);
	const double square = gains(g->best->filters, g->best->count), peak_db = peak_left(g);
	struct sabin_eqfit was = *g->best;
	struct sabin_levmar_filter path[SABIN_EQFIT_MOST];
	enum sabin_err err = SABIN_OK;
	g->count = was.count;
	memcpy(path, g->best_path, g->count * sizeof *path);
	for (size_t i = 0; i < sizeof prices / sizeof *prices && g->count > 1 && !err; i++) {
		memcpy(g->path, path, g->count * sizeof *path);
		g->lm.force = forces[FORCES - 1];
		g->lm.thrift = sqrt(prices[i] * g->lm.weight_sum);
		err = sabin_levmar_run(&g->lm, g->path, g->count, RELAX_STEPS, &g->path_cost);
		g->lm.thrift = 0;
		if (err)
			break;
		g->best_cost = INFINITY; /* whatever it is, look at it */
		g->best->judged_after_db = INFINITY;
		consider(g);
		if (g->best->after_db <= most_db && g->best->judged_after_db <= judged_db &&
		    peak_left(g) <= peak_db + 0.05 && gains(g->best->filters, g->best->count) < square)
			return SABIN_OK;
		*g->best = was;
	}
	return err;
}

/* Until there are as many as allowed, or it is good enough, or several in a row were not worth their
 * place; those go again. */
static enum sabin_err grow_all(struct growth *g)
{
	const struct sabin_eqfit_options *o = g->options;
	struct sabin_eqfit worth = *g->best;
	struct sabin_levmar_filter worth_path[SABIN_EQFIT_MOST] = {{{SABIN_PEAKING, 0, 0, 0}, 0}};
	int misses = 0;
	enum sabin_err err = SABIN_OK;
	while (!err && g->count < o->most && g->best->after_db > o->enough_db && misses < MISSES) {
		err = grow(g);
		if (worth.after_db - g->best->after_db >= o->worth_db) {
			worth = *g->best;
			memcpy(worth_path, g->best_path, sizeof worth_path);
			misses = 0;
		} else if (o->worth_db > 0) {
			misses++;
		}
	}
	if (o->worth_db > 0) {
		*g->best = worth;
		memcpy(g->best_path, worth_path, sizeof worth_path);
	}
	return err || !(o->thrift_db > 0) ? err : relax(g);
}

enum sabin_err sabin_eqfit_compute(const struct sabin_eqfit_curve *curve,
                                   const struct sabin_eqfit_options *options,
                                   const struct sabin_eqfit_seed *seeds, size_t seed_count,
                                   struct sabin_eqfit *out)
{
	if (!options_ok(options) || !curve_ok(curve, options->rate_hz) || seed_count > options->most)
		return SABIN_EINVAL;
	struct sabin_eqfit best = {0};
	struct growth g = {.curve = curve, .options = options, .best = &best};
	enum sabin_err err = sabin_levmar_init(&g.lm, curve, options);
	if (!err)
		err = sabin_boost_grid_init(&g.boost, options->rate_hz, curve->freq_hz[0],
		                      curve->freq_hz[curve->length - 1] * (1 + 1e-9));
	if (!err)
		err = write_dictionary(&g);
	if (!err) {
		g.best_cost = sabin_levmar_cost(&g.lm, NULL, 0);
		best.before_db = best.after_db = rms_of(&g, g.best_cost);
		best.judged_before_db = best.judged_after_db = judge(&g);
		err = plant(&g, seeds, seed_count);
	}
	err = err ? err : grow_all(&g);
	if (err == SABIN_ENOCONV)
		err = SABIN_OK;
	best.net_boost_db = err ? (double)NAN : sabin_boost_grid_db(&g.boost, best.filters, best.count);
	sabin_levmar_release(&g.lm);
	sabin_boost_grid_release(&g.boost);
	free(g.dictionary.words);
	free(g.dictionary.rows);
	free(g.dictionary.residual);
	if (err)
		return err;
	*out = best;
	return SABIN_OK;
}
