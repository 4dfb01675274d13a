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

#include "correction/levmar.h"

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
	RECONSIDERED = 5,  /* filters up to which earlier ones are taken back */ /* of the best */
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
	       o->net_boost_db >= 0 && o->enough_db >= 0 && o->worth_db >= 0;
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

/* Level of a cascade at from_hz step^i, i = 0 .. n - 1: its sum and its largest value. */
static double sweep(const struct sabin_biquad *filters, size_t count, double rate_hz,
                    double from_hz, double step, size_t n, double *most_db)
{
	enum { BLOCK = 64 };
	double place[BLOCK], ratio[BLOCK], sum_db = 0, most = 0;
	for (size_t at = 0; at < n; at += BLOCK) {
		const size_t here = n - at < BLOCK ? n - at : BLOCK;
		for (size_t i = 0; i < here; i++) {
			place[i] = sabin_biquad_place(from_hz * pow(step, (double)(at + i)), rate_hz);
			ratio[i] = 1;
		}
		for (size_t k = 0; k < count; k++)
			sabin_biquad_power(&filters[k], rate_hz, place, here, ratio);
		for (size_t i = 0; i < here; i++) {
			sum_db += 10 * log10(ratio[i]);
			most = fmax(most, ratio[i]);
		}
	}
	*most_db = 10 * log10(most);
	return sum_db;
}

double sabin_eq_net_boost_db(const struct sabin_biquad *filters, size_t count, double rate_hz,
                             double from_hz, double to_hz)
{
	/* between points 1/96 octave apart a filter of Q 12 falls by less than 0.002 of its gain, and
	 * its own centre, where single ones are highest, is looked at beside them */
	const double low_hz = 20, high_hz = fmin(20000, 0.45 * rate_hz);
	const size_t n = sabin_eq_grid(from_hz, to_hz, NULL);
	const size_t fine = (size_t)(96 * log2(high_hz / low_hz)) + 1;
	double most = -INFINITY, in_range;
	const double mean = sweep(filters, count, rate_hz, from_hz, exp2(1.0 / 48), n, &in_range) /
	                    (double)n;
	(void)sweep(filters, count, rate_hz, low_hz, exp2(1.0 / 96), fine, &most);
	most = fmax(most, sabin_biquads_level_db(filters, count, rate_hz, high_hz));
	for (size_t k = 0; k < count; k++)
		if (filters[k].freq_hz > low_hz && filters[k].freq_hz < high_hz)
			most = fmax(most,
			            sabin_biquads_level_db(filters, count, rate_hz, filters[k].freq_hz));
	return most - mean;
}

/* A factor is sought between one that keeps the limit and one that breaks it; the net boost grows
 * almost in proportion to it. */
void sabin_eq_hold_boost(struct sabin_biquad *f, size_t count, double rate_hz, double from_hz,
                         double to_hz, double limit_db)
{
	enum { TRIES = 20, HALVE = 4 };
	const double close_db = 0.002, aim_db = limit_db - 0.5 * close_db;
	double kept = 0, kept_db = 0, broken = 1;
	struct sabin_biquad all[2 * SABIN_EQFIT_MOST];
	double broken_db = sabin_eq_net_boost_db(f, count, rate_hz, from_hz, to_hz);
	if (broken_db <= limit_db || count > 2 * SABIN_EQFIT_MOST)
		return;
	memcpy(all, f, count * sizeof *f);
	for (int i = 0; i < TRIES && kept_db < limit_db - close_db; i++) {
		double factor = kept + (broken - kept) * (aim_db - kept_db) / (broken_db - kept_db);
		if (i % HALVE == HALVE - 1) /* should it not be in proportion */
			factor = 0.5 * (kept + broken);
		factor = fmin(fmax(factor, kept), broken);
		for (size_t k = 0; k < count; k++)
			f[k].gain_db = factor * all[k].gain_db;
		const double now_db = sabin_eq_net_boost_db(f, count, rate_hz, from_hz, to_hz);
		if (now_db <= limit_db)
			kept = factor, kept_db = now_db;
		else
			broken = factor, broken_db = now_db;
	}
	for (size_t k = 0; k < count; k++)
		f[k].gain_db = kept * all[k].gain_db;
}

/* ---- growth --------------------------------------------------------------------------------- */

struct growth {
	const struct sabin_eqfit_curve *curve;
	const struct sabin_eqfit_options *options;
	struct sabin_levmar lm;
	struct sabin_levmar_filter path[SABIN_EQFIT_MOST]; /* where the next filter joins */
	size_t count, shelves;
	double path_cost;
	struct sabin_eqfit *best;
	double best_cost;
};

struct element {
	struct sabin_biquad filter;
	double taken; /* off the sum of squares */
};

/* The small-signal shape of an element at every COARSE-th of n places. */
static void shape_of(const struct sabin_biquad *f, double rate_hz, const double *place, size_t n,
                     double *shape)
{
	const double per_place = 1 / sabin_biquad_place(f->freq_hz, rate_hz), qq = 1 / (f->q * f->q);
	const double side = f->type == SABIN_LOW_SHELF ? 0.5 : -0.5;
	if (f->type == SABIN_PEAKING) {
		for (size_t i = 0; i < n; i += COARSE) {
			const double u = place[i] * per_place, v = u * qq;
			shape[i] = v / ((1 - u) * (1 - u) + v);
		}
	} else {
		for (size_t i = 0; i < n; i += COARSE) {
			const double u = place[i] * per_place;
			shape[i] = 0.5 + side * (1 - u) * (1 + u) / ((1 - u) * (1 - u) + u * qq);
		}
	}
}

/* What an element with its best gain takes off the residual; its gain.  Under a ceiling, which most
 * of the time is reached already, a boost costs what it adds there. */
static void weigh(const struct growth *g, struct sabin_levmar *lm, struct element *e)
{
	const double rate_hz = g->options->rate_hz;
	double mean = 0, along = 0, square = 0;
	shape_of(&e->filter, rate_hz, lm->place, lm->n, lm->work);
	for (size_t i = 0; i < lm->n && g->options->free_level; i += COARSE)
		mean += lm->work[i] * lm->weight[i] * COARSE / lm->weight_sum;
	for (size_t i = 0; i < lm->n; i += COARSE) {
		const double shape = (lm->work[i] - mean) * lm->root[i];
		along += shape * lm->residual[i];
		square += shape * shape;
	}
	if (along > 0 && lm->covered > 0) {
		shape_of(&e->filter, rate_hz, lm->place + lm->n + lm->boosted, lm->covered, lm->work);
		for (size_t i = 0; i < lm->covered; i += COARSE)
			square += lm->force * lm->force * lm->work[i] * lm->work[i];
	}
	double gain = square > 0 ? along / square : 0;
	gain = fmax(fmin(gain, fmin(first_gain_db, g->options->boost_db)),
	            -fmin(first_gain_db, g->options->cut_db));
	e->filter.gain_db = gain;
	e->taken = 2 * gain * along - gain * gain * square;
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
	const int steps = (int)(log2(o->to_hz / o->from_hz) * ELEMENTS_PER_OCTAVE);
	g->path_cost = sabin_levmar_cost(&g->lm, g->path, g->count);
	memset(best, 0, TRIED * sizeof *best);
	for (int s = 0; s <= steps; s++) {
		const double f_hz = o->from_hz * exp2((double)s / ELEMENTS_PER_OCTAVE);
		for (int q = 0; q < ELEMENT_QS; q++) {
			struct element e = {{SABIN_PEAKING, f_hz, 0, element_q[q]}, 0};
			weigh(g, &g->lm, &e);
			if (e.filter.q <= (e.filter.gain_db > 0 ? o->q_boost : o->q_cut))
				enter(best, &e);
		}
		for (int t = SABIN_LOW_SHELF; g->shelves < o->shelves && t <= SABIN_HIGH_SHELF; t++) {
			struct element e = {{(enum sabin_biquad_type)t, f_hz, 0, shelf_q}, 0};
			weigh(g, &g->lm, &e);
			enter(best, &e);
		}
	}
}

/* Hold the cascade to the net boost. */
static void hold(const struct growth *g, struct sabin_biquad *f, size_t count)
{
	const struct sabin_eqfit_options *o = g->options;
	const double *freq_hz = g->curve->freq_hz;
	if (isfinite(o->net_boost_db))
		sabin_eq_hold_boost(f, count, o->rate_hz, freq_hz[0],
		                    freq_hz[g->curve->length - 1] * (1 + 1e-9), o->net_boost_db);
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
}

/* Bring the path to its net boost by moving the filters, not by turning all of them down: what is still
 * above it is held that much lower. */
static enum sabin_err press(struct growth *g)
{
	const struct sabin_eqfit_options *o = g->options;
	const double *freq_hz = g->curve->freq_hz, cap_db = g->lm.cap_db;
	enum sabin_err err = SABIN_OK;
	for (int i = 0; i < PRESSES && !err; i++) {
		struct sabin_biquad f[SABIN_EQFIT_MOST];
		for (size_t k = 0; k < g->count; k++)
			f[k] = g->path[k].filter;
		const double over = sabin_eq_net_boost_db(f, g->count, o->rate_hz, freq_hz[0],
		                                          freq_hz[g->curve->length - 1] * (1 + 1e-9)) -
		                    o->net_boost_db;
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

/* Until there are as many as allowed, or it is good enough, or several in a row were not worth their
 * place; those go again. */
static enum sabin_err grow_all(struct growth *g)
{
	const struct sabin_eqfit_options *o = g->options;
	struct sabin_eqfit worth = *g->best;
	int misses = 0;
	enum sabin_err err = SABIN_OK;
	while (!err && g->count < o->most && g->best->after_db > o->enough_db && misses < MISSES) {
		err = grow(g);
		if (worth.after_db - g->best->after_db >= o->worth_db) {
			worth = *g->best;
			misses = 0;
		} else if (o->worth_db > 0) {
			misses++;
		}
	}
	if (o->worth_db > 0)
		*g->best = worth;
	return err;
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
	if (!err) {
		g.best_cost = sabin_levmar_cost(&g.lm, NULL, 0);
		best.before_db = best.after_db = rms_of(&g, g.best_cost);
		best.judged_before_db = best.judged_after_db = judge(&g);
		err = plant(&g, seeds, seed_count);
	}
	err = err ? err : grow_all(&g);
	if (err == SABIN_ENOCONV)
		err = SABIN_OK;
	sabin_levmar_release(&g.lm);
	if (err)
		return err;
	best.net_boost_db = sabin_eq_net_boost_db(best.filters, best.count, options->rate_hz,
	                                          curve->freq_hz[0],
	                                          curve->freq_hz[curve->length - 1] * (1 + 1e-9));
	*out = best;
	return SABIN_OK;
}
