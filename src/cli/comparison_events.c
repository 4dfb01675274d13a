/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * comparison_events.c: modes and reflections before and after: which fell, which went.
 */
#include <math.h>
#include <stdlib.h>

#include "cli/comparison.h"

/* Treatment moves a mode by less than this, and few rooms have another one so near. */
static const double mode_share = 0.02, mode_least_hz = 0.5;
static const double reflection_s = 0.00025; /* nearer ones are one reflection */
static const double found_above_db = -25;   /* sabin_reflections_compute() */

const char *sabin_event_name(enum sabin_event event)
{
	static const char *const names[] = {"both", "gone", "new"};
	return names[event];
}

/* ---- modes ----------------------------------------------------------------------------------- */

/* A mode's shape is cos at the microphone's place, and its height has the slope k tan there, which may be
 * anything: where its nodes are is not known, nor does its height tell, which loudspeaker and damping make as
 * well.  At 95 % of all places the tangent is below 12.7; half of that is one standard uncertainty.  In dB, re the
 * sin kd of sabin_change_of() on both sides: 20 lg e / sqrt 2 times the tangent. */
static const double slope_db = SABIN_MODE_SLOPE_DB;
/* 20 lg |cos| over all places: 20 lg e times pi / sqrt 12. */
static const double shape_db = 7.88;

/* What the comparison of one response needs of its modes.  add_db: from heights re the mean of their response
 * to levels that are as aligned as the responses: where others fall, the mean does. */
struct heights {
	double add_db[2]; /* before, after */
	bool same_place;
};

static struct sabin_quantity height_of(const struct sabin_fitted_mode *mode,
                                       const struct heights *heights, bool after)
{
	struct sabin_quantity q = mode->level_db;
	const double place = heights->same_place ? slope_db : shape_db;
	if (!(q.repeatability > 0)) /* the fit's own error, which is that of noise */
		q.repeatability = q.plus_minus;
	q.plus_minus = hypot(q.plus_minus, place);
	q.value += heights->add_db[after];
	return q;
}

/* Index of the mode nearest to f_hz, or count. */
static size_t nearest_mode(const struct sabin_modefit *fit, double f_hz)
{
	size_t best = fit->count;
	double least = fmax(mode_least_hz, mode_share * f_hz);
	for (size_t i = 0; i < fit->count; i++) {
		const double far = fabs(fit->modes[i].frequency_hz.value - f_hz);
		if (far <= least) {
			least = far;
			best = i;
		}
	}
	return best;
}

/* Clusters aside: between their modes anything may be found. */
static size_t count_low(const struct sabin_modefit *fit)
{
	size_t n = 0;
	for (size_t i = 0; i < fit->count; i++)
		n += !fit->modes[i].cluster && fit->modes[i].frequency_hz.value <= SABIN_MODE_SETS_TO_HZ;
	return n;
}

void sabin_compare_mode_sets(const struct sabin_compared *c, size_t *both, size_t *fewer)
{
	const struct sabin_modefit *b = &c->before->modes, *a = &c->after->modes;
	const size_t before = count_low(b), after = count_low(a);
	const struct sabin_modefit *few = before < after ? b : a, *many = before < after ? a : b;
	*fewer += before < after ? before : after;
	for (size_t i = 0; i < few->count; i++)
		if (!few->modes[i].cluster && few->modes[i].frequency_hz.value <= SABIN_MODE_SETS_TO_HZ)
			*both += nearest_mode(many, few->modes[i].frequency_hz.value) < many->count;
}

static struct sabin_compared_mode mode_pair(const struct sabin_fitted_mode *before,
                                            const struct sabin_fitted_mode *after,
                                            const struct heights *heights,
                                            const struct sabin_change_rules *rules)
{
	static const struct sabin_quantity none = {.value = (double)NAN,
	                                           .plus_minus = (double)NAN,
	                                           .reason = SABIN_BECAUSE_NO_SIGNAL,
	                                           .have = (double)NAN,
	                                           .need = (double)NAN};
	struct sabin_change_rules r = *rules;
	struct sabin_compared_mode m = {
	    .event = !after   ? SABIN_EVENT_GONE
	             : before ? SABIN_EVENT_BOTH
	                      : SABIN_EVENT_NEW,
	    .before_hz = before ? before->frequency_hz : none,
	    .after_hz = after ? after->frequency_hz : none,
	};
	r.freq_hz = before ? before->frequency_hz.value : after->frequency_hz.value;
	r.jnd = before ? SABIN_JND_TIME * before->t60_s.value : (double)NAN;
	m.t60 = sabin_change_of(before ? before->t60_s : none, after ? after->t60_s : none, &r);
	r.jnd = SABIN_JND_LEVEL_DB;
	m.level = sabin_change_of(before ? height_of(before, heights, false) : none,
	                          after ? height_of(after, heights, true) : none, &r);
	return m;
}

/* Without a decay time it is not known to be one exponential, before or after: its height is then that of whatever
 * the fit took for it, and may take up what a neighbour leaves.  And a crossover takes heights, not modes. */
static void doubt_height(const struct sabin_compared *c, struct sabin_compared_mode *m)
{
	if (m->level.change.valid && !sabin_compared_uncrossed(c, m->before_hz.value, m->before_hz.value))
		sabin_change_refuse(&m->level, SABIN_BECAUSE_OUT_OF_BAND);
	if (m->level.change.valid && !(m->t60.before.valid && m->t60.after.valid))
		sabin_change_refuse(&m->level, SABIN_BECAUSE_OVERLAP);
}

static enum sabin_err compare_modes(struct sabin_compared *c,
                                    const struct sabin_change_rules *rules)
{
	const struct sabin_modefit *b = &c->before->modes, *a = &c->after->modes;
	const double aligned_db = isfinite(c->response.aligned_db) ? c->response.aligned_db : 0;
	const struct heights heights = {.add_db = {b->reference_db, a->reference_db + aligned_db},
	                                .same_place = rules->same_place};
	c->modes = calloc(b->count + a->count + 1, sizeof *c->modes);
	struct sabin_change **list = calloc(2 * (b->count + a->count) + 1, sizeof *list);
	enum sabin_err err = c->modes && list ? SABIN_OK : SABIN_ENOMEM;
	for (size_t i = 0; !err && i < b->count; i++) {
		const double f_hz = b->modes[i].frequency_hz.value;
		const size_t k = nearest_mode(a, f_hz);
		if (b->modes[i].cluster)
			continue;
		/* one to one: each must be the other's nearest */
		const bool both =
		    k < a->count && nearest_mode(b, a->modes[k].frequency_hz.value) == i;
		if (both || k == a->count) {
			c->modes[c->mode_count] =
			    mode_pair(&b->modes[i], both ? &a->modes[k] : NULL, &heights, rules);
			c->modes_unsure += both && !(b->modes[i].t60_s.valid && a->modes[k].t60_s.valid);
			doubt_height(c, &c->modes[c->mode_count++]);
		}
	}
	for (size_t k = 0; !err && k < a->count; k++)
		if (!a->modes[k].cluster &&
		    nearest_mode(b, a->modes[k].frequency_hz.value) == b->count)
			c->modes[c->mode_count++] = mode_pair(NULL, &a->modes[k], &heights, rules);
	for (size_t i = 0; !err && i < c->mode_count; i++) {
		list[2 * i] = &c->modes[i].t60;
		list[2 * i + 1] = &c->modes[i].level;
	}
	if (!err)
		err = sabin_changes_judge(list, 2 * c->mode_count);
	free(list);
	return err;
}

/* ---- reflections ----------------------------------------------------------------------------- */

static size_t nearest_reflection(const struct sabin_reflections *r, double time_s)
{
	size_t best = r->count;
	double least = reflection_s;
	for (size_t i = 0; i < r->count; i++) {
		const double far = fabs(r->item[i].time_s.value - time_s);
		if (far <= least) {
			least = far;
			best = i;
		}
	}
	return best;
}

/* What would have been found: the list is full of stronger ones, or all above the limit are in it.
 */
static struct sabin_quantity below(const struct sabin_reflections *r)
{
	double limit_db = found_above_db;
	if (r->count == SABIN_REFLECTIONS_MAX) {
		limit_db = INFINITY;
		for (size_t i = 0; i < r->count; i++)
			limit_db = fmin(limit_db, r->item[i].level_db.value);
	}
	struct sabin_quantity q = sabin_quantity_invalid(NAN, SABIN_BECAUSE_NO_SIGNAL);
	q.need = limit_db;
	return q;
}

static enum sabin_err compare_reflections(struct sabin_compared *c,
                                          const struct sabin_change_rules *rules)
{
	const struct sabin_reflections *b = &c->before->reflections, *a = &c->after->reflections;
	struct sabin_change *list[2 * SABIN_REFLECTIONS_MAX];
	struct sabin_change_rules r = *rules;
	r.freq_hz = 2000; /* their band is 1 to 8 kHz */
	r.jnd = SABIN_JND_LEVEL_DB;
	for (size_t i = 0; i < b->count; i++) {
		const struct sabin_reflection *one = &b->item[i];
		const size_t k = nearest_reflection(a, one->time_s.value);
		const bool both =
		    k < a->count && nearest_reflection(b, a->item[k].time_s.value) == i;
		if (!both && k < a->count)
			continue;
		c->reflections[c->reflection_count++] = (struct sabin_compared_reflection){
		    .event = both ? SABIN_EVENT_BOTH : SABIN_EVENT_GONE,
		    .time_s = one->time_s,
		    .level =
		        sabin_change_of(one->level_db, both ? a->item[k].level_db : below(a), &r),
		};
	}
	for (size_t k = 0; k < a->count; k++)
		if (nearest_reflection(b, a->item[k].time_s.value) == b->count)
			c->reflections[c->reflection_count++] = (struct sabin_compared_reflection){
			    .event = SABIN_EVENT_NEW,
			    .time_s = a->item[k].time_s,
			    .level = sabin_change_of(below(b), a->item[k].level_db, &r),
			};
	for (size_t i = 0; i < c->reflection_count; i++)
		list[i] = &c->reflections[i].level;
	return sabin_changes_judge(list, c->reflection_count);
}

enum sabin_err sabin_compare_events(struct sabin_compared *c,
                                    const struct sabin_change_rules *rules)
{
	const enum sabin_err err = compare_modes(c, rules);
	return err ? err : compare_reflections(c, rules);
}
