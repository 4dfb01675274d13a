/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * design.c: from responses to filters.
 *
 * All is done in deviations, response less target, so that speakers of a pair and places can be taken
 * together.  Below the transition a pair shares its filters, fitted to the mean over both and all places;
 * above, each speaker has a few broad ones of its own.
 *
 * [T]  Toole: "Sound reproduction", 3rd ed. (2017), ch. 8 and 9: above the transition a room curve
 *      tells little of what is heard; peaks are more audible than dips.
 * [K]  Karjalainen, Esquef, Antsalo, Makivirta, Valimaki: "Frequency-zooming ARMA modeling of resonant
 *      and reverberant systems", J. Audio Eng. Soc. 50 (2002) 1012-1029: a mode is cancelled by zeros at
 *      its own pole.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/correction.h>
#include <sabin/curve.h>
#include <sabin/subs.h>

#include "correction/hold.h"
#include "correction/peaks.h"

/* A dip matters less than a peak of the same size [T]. */
static const double dip_weight = 0.6, left_weight = 0.5;
/* What is broad, and how much of it is corrected above the transition. */
static const double broad_oct = 1, broad_db = 3, broad_q = 1.2;
/* A boost rings too. */
static const double boost_q = 3;
/* Of N filters one in five is for broad tone. */
enum { BROAD_SHARE = 5 };
/* A mode gets a filter of its own where so much is to be cut at least; one filter in three at most. */
static const double mode_cut_db = 3;
enum { MODE_SHARE = 3 };
static const double together = 0.09; /* modes this close (a bit over a tenth of an octave) are one */
static const double gentle = 0.5;
static const double skirt_db = 0.3;
static const double worth_db = 0.02; /* what a filter must take off the error to be worth its place */
static const double thrift_db = 0.002; /* that filters may leave more, not to work against each other */
static const double most_boost_db = 30; /* of one filter: what equalisers can be set to */

struct sabin_eq_options sabin_eq_defaults(void)
{
	return (struct sabin_eq_options){
	    .range_hz = {20, 20000},
	    .rate_hz = 48000,
	    .target = {.kind = SABIN_TARGET_TREND},
	    .filters = 10,
	    .max_boost_db = 3,
	    .max_cut_db = 18,
	    .max_q = 10,
	    .mode_q = 20,
	    .shelves = true,
	    .full_hz = 300,
	    .none_hz = 500,
	    .alike = true,
	};
}

/* ---- what is wanted ------------------------------------------------------------------------- */

/* Everything about one group of speakers. */
struct group {
	const struct sabin_eq_options *options;
	size_t n;
	const double *freq_hz;
	struct sabin_correctable_place *places; /* deviations from the target */
	size_t place_count;
	double *deviation; /* [n]: of the mean over the places */
	struct sabin_correctable may;
	double *wanted, *weight, *ceiling, *scratch; /* [n] each */
};

/* How far up the skirts of filters may reach where nothing is boosted. */
static double ceiling(enum sabin_leave leave)
{
	switch (leave) {
	case SABIN_LEAVE_NULL:
	case SABIN_LEAVE_FLANK:
	case SABIN_LEAVE_DIP:
		return 0;
	case SABIN_LEAVE_ROLLOFF:
		return skirt_db;
	case SABIN_LEAVE_NOTHING:
	case SABIN_LEAVE_SPREAD:
	case SABIN_LEAVE_HIGH:
	case SABIN_LEAVE_REASONS:
		break;
	}
	return INFINITY;
}

/* Deviation to correction: peaks are cut, dips filled within limits, nulls left. */
static void want(struct group *g)
{
	const struct sabin_eq_options *o = g->options;
	for (size_t i = 0; i < g->n; i++) {
		const double error = -g->deviation[i], boost = g->may.boost[i];
		const double most = fmin(o->max_boost_db, 60);
		const double up = fmin(fmax(error, 0) * boost, most);
		const double down = fmax(fmin(error, 0) * g->may.cut[i], -o->max_cut_db);
		g->wanted[i] = (up + down) * g->may.full[i];
		g->weight[i] = error < 0 ? 1 : boost < gentle ? left_weight : dip_weight;
		g->ceiling[i] = ceiling((enum sabin_leave)g->may.leave[i]);
		/* what needs no boost is not left alone for having none */
		if (error <= 0 && g->may.cut[i] >= gentle && g->may.full[i] >= gentle &&
		    g->may.leave[i] != SABIN_LEAVE_ROLLOFF)
			g->may.leave[i] = SABIN_LEAVE_NOTHING;
	}
}

static struct sabin_eqfit_options fit_options(const struct sabin_eq_options *o)
{
	struct sabin_eqfit_options f = sabin_eqfit_defaults();
	f.rate_hz = o->rate_hz;
	f.shelves = o->shelves ? 2 : 0;
	f.from_hz = o->range_hz[0];
	f.to_hz = fmin(o->range_hz[1], 0.45 * o->rate_hz);
	f.net_boost_db = o->max_boost_db;
	f.enough_db = o->flatness_db;
	f.cut_db = o->max_cut_db;
	f.q_cut = f.q_boost = o->max_q;
	f.worth_db = o->unlimited ? 0 : worth_db;
	f.thrift_db = o->unlimited ? 0 : thrift_db;
	return f;
}

/* ---- modes ---------------------------------------------------------------------------------- */

struct seeds {
	size_t count;
	struct sabin_eqfit_seed seed[SABIN_EQFIT_MOST];
	struct sabin_eq_mode mode[SABIN_EQFIT_MOST]; /* that it is for */
};

static void add_seed(struct group *g, struct seeds *s, const struct sabin_eq_mode *mode, size_t most)
{
	const double cut = sabin_curve_at(g->freq_hz, g->wanted, g->n, mode->freq_hz);
	const double q = exp(cut * M_LN10 / 40) * mode->freq_hz * mode->t60_s * M_PI / (3 * M_LN10);
	if (!(mode->t60_s > 0) || mode->freq_hz < g->freq_hz[0] ||
	    mode->freq_hz > g->options->full_hz || cut > -mode_cut_db || q > g->options->mode_q)
		return;
	for (size_t i = 0; i < s->count; i++) {
		struct sabin_eqfit_seed *old = &s->seed[i];
		if (fabs(log(old->filter.freq_hz / mode->freq_hz)) > together)
			continue;
		old->filter.freq_hz = sqrt(old->filter.freq_hz * mode->freq_hz);
		old->t60_s = 0.5 * (old->t60_s + mode->t60_s);
		return;
	}
	if (s->count < most)
		s->seed[s->count++] = (struct sabin_eqfit_seed){
		    {SABIN_PEAKING, mode->freq_hz, fmax(cut, -g->options->max_cut_db), 1}, mode->t60_s};
}

/* A seed is a mean over places, and may have drifted.  It is for the loudest mode, which is known best, of those that
 * are nearer to it than to the others. */
static void name_modes(struct seeds *s, const struct sabin_eq_speaker *speaker)
{
	for (size_t m = 0; m < speaker->mode_count; m++) {
		const struct sabin_eq_mode *mode = &speaker->modes[m];
		double nearest = together;
		size_t at = s->count;
		for (size_t i = 0; i < s->count; i++) {
			const double far = fabs(log(s->seed[i].filter.freq_hz / mode->freq_hz));
			if (far <= nearest) {
				nearest = far;
				at = i;
			}
		}
		if (at < s->count && (!(s->mode[at].t60_s > 0) || mode->level_db > s->mode[at].level_db))
			s->mode[at] = *mode;
	}
}

/* ---- one group ------------------------------------------------------------------------------ */

static enum sabin_err allocate(struct group *g, size_t places)
{
	g->places = calloc(places, sizeof *g->places);
	g->deviation = malloc(5 * g->n * sizeof(double));
	if (!g->places || !g->deviation)
		return SABIN_ENOMEM;
	g->wanted = g->deviation + g->n;
	g->weight = g->deviation + 2 * g->n;
	g->ceiling = g->deviation + 3 * g->n;
	g->scratch = g->deviation + 4 * g->n;
	return SABIN_OK;
}

static void release(struct group *g)
{
	for (size_t i = 0; i < g->place_count; i++)
		free((double *)g->places[i].level_db);
	free(g->places);
	free(g->deviation);
	sabin_correctable_free(&g->may);
}

/* Take a speaker's places in, as deviations from its target. */
static enum sabin_err take_in(struct group *g, const struct sabin_eq_speaker *s,
                              const double *target_db)
{
	for (size_t p = 0; p < s->place_count; p++) {
		double *deviation = malloc(g->n * sizeof *deviation);
		if (!deviation)
			return SABIN_ENOMEM;
		for (size_t i = 0; i < g->n; i++)
			deviation[i] = s->places[p].level_db[i] - target_db[i];
		g->places[g->place_count] = s->places[p];
		g->places[g->place_count++].level_db = deviation;
	}
	return SABIN_OK;
}

/* Find out what may be corrected of the group, and what is wanted. */
static enum sabin_err look(struct group *g, double low_hz, double high_hz)
{
	const struct sabin_eq_options *o = g->options;
	const struct sabin_correctable_rules rules = {o->full_hz, o->none_hz, low_hz, high_hz};
	for (size_t i = 0; i < g->n; i++)
		g->scratch[i] = 0;
	enum sabin_err err = sabin_correctable_compute(g->freq_hz, g->scratch, g->n, g->places,
	                                               g->place_count, &rules, &g->may);
	if (err)
		return err;
	sabin_places_mean(g->places, g->place_count, g->n, g->deviation);
	want(g);
	return SABIN_OK;
}

/* Share of the weights that lies where something is to be corrected; and RMS of what the filters leave
 * there. */
static double wanted_share(const struct group *g)
{
	double here = 0, all = 0;
	for (size_t i = 0; i < g->n; i++) {
		all += g->weight[i];
		here += g->may.full[i] > 0 ? g->weight[i] : 0;
	}
	return all > 0 ? here / all : 1;
}

static double left_db(const struct group *g, const struct sabin_eqfit *fit)
{
	double square = 0, weight = 0;
	sabin_biquads_levels_db(fit->filters, fit->count, g->options->rate_hz, g->freq_hz, g->n,
	                        g->scratch);
	for (size_t i = 0; i < g->n; i++) {
		if (!(g->may.full[i] > 0))
			continue;
		square += g->weight[i] * pow(g->wanted[i] - g->scratch[i], 2);
		weight += g->weight[i];
	}
	return weight > 0 ? sqrt(square / weight) : 0;
}

/* The filters below the transition. */
static enum sabin_err fit_low(struct group *g, const struct seeds *seeds, size_t filters,
                              struct sabin_eqfit *fit)
{
	struct sabin_eqfit_options f = fit_options(g->options);
	const struct sabin_eqfit_curve curve = {g->n, g->freq_hz, g->wanted, g->weight, NULL,
	                                        g->ceiling};
	f.most = filters;
	f.free_level = 0;
	f.enough_db *= sqrt(wanted_share(g)); /* the fit counts the rest of the range, too */
	f.to_hz = fmin(f.to_hz, g->options->none_hz);
	f.q_boost = fmin(f.q_boost, boost_q);
	f.boost_db = fmin(g->options->max_boost_db, f.boost_db);
	if (!(f.to_hz > f.from_hz)) { /* nothing of the range lies there */
		memset(fit, 0, sizeof *fit);
		return SABIN_OK;
	}
	const size_t planted = seeds->count < filters ? seeds->count : filters;
	const enum sabin_err err = sabin_eqfit_compute(&curve, &f, seeds->seed, planted, fit);
	const struct sabin_peaks peaks = {&curve, g->may.full, g->scratch, seeds->seed, seeds->count, filters,
	                                  g->options->max_q};
	/* what is flat enough has enough filters */
	return err || fit->after_db <= f.enough_db ? err : sabin_cut_peaks(&peaks, f, fit);
}

/* A speaker's own broad filters above the transition, after those of `low`. */
static enum sabin_err fit_broad(struct group *g, const struct sabin_eqfit *low, size_t filters,
                                const double *own_db, struct sabin_eqfit *fit)
{
	const struct sabin_eq_options *o = g->options;
	struct sabin_eqfit_options f = fit_options(o);
	double *wanted = g->scratch;
	memset(fit, 0, sizeof *fit);
	f.from_hz = fmax(f.from_hz, o->full_hz);
	f.most = filters;
	f.free_level = 0;
	f.q_cut = f.q_boost = broad_q;
	f.q_least = 0.3;
	f.cut_db = fmin(broad_db, f.cut_db);
	f.boost_db = fmin(broad_db, fmin(o->max_boost_db, f.boost_db));
	if (!(f.to_hz > f.from_hz) || filters == 0)
		return SABIN_OK;
	sabin_curve_smooth(g->freq_hz, own_db, g->n, broad_oct, wanted);
	sabin_biquads_levels_db(low->filters, low->count, o->rate_hz, g->freq_hz, g->n, g->weight);
	for (size_t i = 0; i < g->n; i++) {
		const double already = g->weight[i];
		const double error = fmin(fmax(-wanted[i], -broad_db), f.boost_db);
		const double may = error > 0 ? g->may.boost[i] : g->may.cut[i];
		/* below the transition nothing more is wanted of these filters */
		wanted[i] = (1 - g->may.full[i]) * (error * may - already);
		g->weight[i] = 1;
	}
	const struct sabin_eqfit_curve curve = {g->n, g->freq_hz, wanted, g->weight, NULL,
	                                        g->ceiling};
	return sabin_eqfit_compute(&curve, &f, NULL, 0, fit);
}

/* ---- a channel ------------------------------------------------------------------------------ */

static void adopt(struct sabin_correction_channel *c, const struct sabin_eqfit *fit,
                  const struct seeds *seeds)
{
	for (size_t i = 0; i < fit->count; i++) {
		c->cancels[c->filter_count] = (struct sabin_eq_mode){0};
		for (size_t k = 0; seeds && k < seeds->count; k++)
			if (fit->filters[i].freq_hz == seeds->seed[k].filter.freq_hz)
				c->cancels[c->filter_count] = seeds->mode[k];
		c->filters[c->filter_count++] = fit->filters[i];
	}
}

/* Errors and prediction from the filters as they are now. */
static enum sabin_err predict(struct sabin_correction_channel *c, const struct sabin_eq_options *o)
{
	c->error_before_db = sabin_correction_deviation_db(c, c->before_db);
	sabin_biquads_levels_db(c->filters, c->filter_count, o->rate_hz, c->freq_hz, c->length,
	                        c->predicted_db);
	for (size_t i = 0; i < c->length; i++)
		c->predicted_db[i] += c->before_db[i];
	c->error_after_db = sabin_correction_deviation_db(c, c->predicted_db);
	c->net_boost_db = sabin_eq_net_boost_db(c->filters, c->filter_count, o->rate_hz,
	                                        o->range_hz[0], o->range_hz[1]);
	return isnan(c->net_boost_db) ? SABIN_ENOMEM : SABIN_OK;
}

/* Leave out the filter without which the deviation is smallest. */
static enum sabin_err drop_worst(struct sabin_correction_channel *c, const struct sabin_eq_options *o)
{
	struct sabin_biquad all[SABIN_EQFIT_MOST];
	struct sabin_eq_mode cancels[SABIN_EQFIT_MOST];
	double least = INFINITY;
	const size_t n = c->filter_count;
	size_t worst = 0;
	enum sabin_err err = SABIN_OK;
	memcpy(all, c->filters, sizeof all);
	memcpy(cancels, c->cancels, sizeof cancels);
	for (size_t out = 0; out <= n && !err; out++) {
		const size_t skip = out < n ? out : worst; /* at last, the worst itself */
		c->filter_count = 0;
		for (size_t i = 0; i < n; i++) {
			if (i == skip)
				continue;
			c->filters[c->filter_count] = all[i];
			c->cancels[c->filter_count++] = cancels[i];
		}
		err = predict(c, o);
		if (out < n && c->error_after_db < least) {
			least = c->error_after_db;
			worst = out;
		}
	}
	return err;
}

/* Hold channels that share filters to the net boost by one factor, so that they go on sharing them: on what
 * they boost, and where that is not enough, on all; better none than worse. */
static enum sabin_err finish(struct sabin_correction *out, const size_t *who, size_t who_count,
                             const struct sabin_eq_options *o)
{
	double boosts = 1, all = 1, factor;
	enum sabin_err err = SABIN_OK;
	for (size_t s = 0; s < who_count && !err; s++) {
		const struct sabin_correction_channel *c = &out->channels[who[s]];
		err = sabin_boost_factor(c->filters, c->filter_count, o, &factor);
		boosts = fmin(boosts, factor);
	}
	for (size_t s = 0; s < who_count && isfinite(o->max_boost_db) && !err; s++) {
		struct sabin_correction_channel *c = &out->channels[who[s]];
		struct sabin_biquad held[SABIN_EQFIT_MOST];
		for (size_t i = 0; i < c->filter_count; i++)
			c->filters[i].gain_db *= c->filters[i].gain_db > 0 ? boosts : 1;
		memcpy(held, c->filters, sizeof held);
		err = sabin_eq_hold_boost(held, c->filter_count, o->rate_hz, o->range_hz[0],
		                          o->range_hz[1], o->max_boost_db);
		for (size_t i = 0; i < c->filter_count; i++)
			if (c->filters[i].gain_db != 0)
				all = fmin(all, held[i].gain_db / c->filters[i].gain_db);
	}
	for (size_t s = 0; s < who_count && !err; s++) {
		struct sabin_correction_channel *c = &out->channels[who[s]];
		for (size_t i = 0; i < c->filter_count; i++)
			c->filters[i].gain_db *= all;
		err = predict(c, o);
		while (!err && c->error_after_db > c->error_before_db && c->filter_count > 0)
			err = drop_worst(c, o);
	}
	return err;
}

static enum sabin_err unlimited(const struct sabin_eq_options *o, struct sabin_correction *out,
                                size_t who)
{
	struct sabin_correction_channel *c = &out->channels[who];
	struct sabin_eqfit_options f = fit_options(o);
	struct sabin_eqfit fit;
	double *wanted = malloc(c->length * sizeof *wanted);
	if (!wanted)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < c->length; i++)
		wanted[i] = c->target_db[i] - c->before_db[i];
	const struct sabin_eqfit_curve curve = {c->length, c->freq_hz, wanted, NULL, NULL, NULL};
	f.most = o->filters;
	f.boost_db = most_boost_db;
	enum sabin_err err = sabin_eqfit_compute(&curve, &f, NULL, 0, &fit);
	if (!err) {
		adopt(c, &fit, NULL);
		c->left_db = fit.after_db;
	}
	free(wanted);
	return err ? err : finish(out, &who, 1, o);
}

/* Design speakers[who[0]] and, where who_count is 2, its pair. */
static enum sabin_err limited(const struct sabin_eq_speaker *speakers, const size_t *who,
                              size_t who_count, const struct sabin_eq_options *o,
                              struct sabin_correction *out)
{
	const struct sabin_correction_channel *first = &out->channels[who[0]];
	struct group g = {.options = o, .n = first->length, .freq_hz = first->freq_hz};
	struct sabin_eqfit low, broad;
	struct seeds seeds = {0};
	double low_hz = 0, high_hz = INFINITY;
	size_t places = 0;
	for (size_t s = 0; s < who_count; s++)
		places += speakers[who[s]].place_count;
	enum sabin_err err = allocate(&g, places);
	for (size_t s = 0; s < who_count && !err; s++) {
		const struct sabin_eq_speaker *speaker = &speakers[who[s]];
		low_hz = fmax(low_hz, speaker->low_hz);
		high_hz = fmin(high_hz, speaker->high_hz);
		err = take_in(&g, speaker, out->channels[who[s]].target_db);
	}
	if (!err)
		err = look(&g, low_hz, high_hz);
	const size_t for_broad = o->none_hz < o->range_hz[1] ? o->filters / BROAD_SHARE : 0;
	for (size_t s = 0; s < who_count && !err; s++)
		for (size_t m = 0; m < speakers[who[s]].mode_count; m++)
			add_seed(&g, &seeds, &speakers[who[s]].modes[m], o->filters / MODE_SHARE);
	for (size_t s = 0; s < who_count && !err; s++)
		name_modes(&seeds, &speakers[who[s]]);
	if (!err)
		err = fit_low(&g, &seeds, o->filters - for_broad, &low);
	const struct sabin_ceilings ceilings = {o->rate_hz, g.n, g.freq_hz, g.ceiling, g.scratch};
	if (!err)
		sabin_hold_ceilings(low.filters, low.count, 0, &ceilings);
	const double remains_db = err ? 0 : left_db(&g, &low);
	for (size_t s = 0; s < who_count && !err; s++) {
		struct sabin_correction_channel *c = &out->channels[who[s]];
		double *own = malloc(g.n * sizeof *own);
		for (size_t i = 0; own && i < g.n; i++)
			own[i] = c->before_db[i] - c->target_db[i];
		err = own ? fit_broad(&g, &low, for_broad, own, &broad) : SABIN_ENOMEM;
		free(own);
		if (err)
			break;
		c->left_db = remains_db;
		adopt(c, &low, &seeds);
		adopt(c, &broad, NULL);
		sabin_hold_ceilings(c->filters, c->filter_count, low.count, &ceilings);
		memcpy(c->leave, g.may.leave, g.n);
		memcpy(c->rolloff_hz, g.may.rolloff_hz, sizeof c->rolloff_hz);
	}
	release(&g);
	return err ? err : finish(out, who, who_count, o);
}

/* ---- all of them ---------------------------------------------------------------------------- */

static bool options_ok(const struct sabin_eq_options *o)
{
	return o->range_hz[0] >= 1 && o->range_hz[1] > 1.19 * o->range_hz[0] &&
	       o->range_hz[1] < o->rate_hz / 2 && o->rate_hz <= 1e6 && o->filters <= SABIN_EQFIT_MOST &&
	       o->flatness_db >= 0 && o->max_boost_db >= 0 && o->max_cut_db >= 0 &&
	       o->max_cut_db <= 60 && o->max_q >= 0.3 && o->max_q <= 100 && o->full_hz > 0 &&
	       o->none_hz > o->full_hz && o->crossover_hz >= 0;
}

static enum sabin_err prepare(const struct sabin_eq_speaker *s, const struct sabin_eq_options *o,
                              struct sabin_correction_channel *c)
{
	const size_t n = sabin_eq_grid(o->range_hz[0], o->range_hz[1], NULL);
	if (s->place_count < 1 || strlen(s->name) >= sizeof c->speaker)
		return SABIN_EINVAL;
	memcpy(c->speaker, s->name, strlen(s->name) + 1);
	c->rolloff_hz[1] = INFINITY;
	c->length = n;
	c->freq_hz = malloc(n * sizeof(double));
	c->before_db = malloc(n * sizeof(double));
	c->target_db = malloc(n * sizeof(double));
	c->predicted_db = malloc(n * sizeof(double));
	c->leave = calloc(n, 1);
	if (!c->freq_hz || !c->before_db || !c->target_db || !c->predicted_db || !c->leave)
		return SABIN_ENOMEM;
	sabin_eq_grid(o->range_hz[0], o->range_hz[1], c->freq_hz);
	sabin_places_mean(s->places, s->place_count, n, c->before_db);
	c->polarity = 1;
	const bool joined = o->crossover_hz > 0;
	if (!s->sub && !joined)
		return sabin_target_compute(&o->target, c->freq_hz, c->before_db, n, c->target_db);
	/* a subwoofer, and what stands behind a crossover, has a target and a level in its own range only:
	 * beyond, what is there is wanted */
	const double low_hz = s->sub ? s->low_hz : o->crossover_hz / sabin_crossover_reach;
	const double high_hz = !s->sub  ? (double)INFINITY
	                       : joined ? fmin(s->high_hz, o->crossover_hz * sabin_crossover_reach)
	                                : s->high_hz;
	size_t from = 0, to = n;
	while (from < n && c->freq_hz[from] < low_hz)
		from++;
	while (to > from && c->freq_hz[to - 1] > high_hz)
		to--;
	memcpy(c->target_db, c->before_db, n * sizeof *c->target_db);
	if (to - from < 2)
		return SABIN_OK;
	c->beyond[0] = from;
	c->beyond[1] = n - to;
	return sabin_target_compute(&o->target, c->freq_hz + from, c->before_db + from, to - from,
	                            c->target_db + from);
}

enum sabin_err sabin_correction_compute(const struct sabin_eq_speaker *speakers, size_t count,
                                        const struct sabin_eq_options *o,
                                        struct sabin_correction *out)
{
	struct sabin_correction made = {{o->range_hz[0], o->range_hz[1]}, o->rate_hz, count, NULL};
	if (!options_ok(o) || count < 1 || count > 1024)
		return SABIN_EINVAL;
	made.channels = calloc(count, sizeof *made.channels);
	bool *done = calloc(count, sizeof *done);
	enum sabin_err err = made.channels && done ? SABIN_OK : SABIN_ENOMEM;
	for (size_t i = 0; i < count && !err; i++)
		err = prepare(&speakers[i], o, &made.channels[i]);
	for (size_t i = 0; i < count && !err; i++) {
		const long pair = speakers[i].pair;
		const bool paired = o->alike && pair >= 0 && (size_t)pair < count &&
		                    (size_t)pair != i && !done[pair];
		const size_t who[2] = {i, paired ? (size_t)pair : i};
		if (done[i])
			continue;
		if (o->unlimited)
			err = unlimited(o, &made, i);
		else
			err = limited(speakers, who, paired ? 2 : 1, o, &made);
		done[who[0]] = true;
		done[who[1]] = done[who[1]] || (paired && !o->unlimited);
	}
	free(done);
	if (err)
		sabin_correction_free(&made);
	else
		*out = made;
	return err;
}

void sabin_correction_free(struct sabin_correction *correction)
{
	for (size_t i = 0; correction->channels && i < correction->channel_count; i++) {
		struct sabin_correction_channel *c = &correction->channels[i];
		for (size_t r = 0; r < c->rate_count; r++)
			free(c->rates[r].fir);
		free(c->freq_hz);
		free(c->before_db);
		free(c->target_db);
		free(c->predicted_db);
		free(c->leave);
	}
	free(correction->channels);
	*correction = (struct sabin_correction){0};
}
