/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * equalise.c: what an equaliser does for this room, and what it cannot do, by the map of what may be corrected that
 * the design of a correction makes (correctable.h).
 *
 * An equaliser is for peaks: one is called for where a third of an octave stands out as twice as loud (10 dB, ISO 532),
 * or a mode rings there, and the correction takes it down.  A mean over all frequencies says little of that: a single
 * mode hardly moves it.  What is above the tolerance of EBU Tech 3276 (2.4: 3 dB, from 50 Hz on) and below that is
 * told, not called a fault: hardly a room keeps it in the bass, good ones included.
 */
#include <math.h>
#include <stdlib.h>

#include "advice/inner.h"

static const double told_db = 4;      /* a filter that cuts so much is worth naming */
static const double deep_db = 6;      /* a dip that shows so much in a curve wants to be explained */
static const double gained_db = 0.8;  /* RMS, of what it brings: less is worth it for the sake of peaks only */
static const double uneven_db = 5;    /* RMS re the target: what is worse wants an equaliser that brings as much */
static const double tolerated_db = 3; /* of a third of an octave: EBU Tech 3276, 2.4 */
static const double peak_db = 10;     /* of it: twice as loud as is wanted */
static const double lowered_db = 2;   /* by the correction: a peak that it takes down */
static const double ringing_db = 6;   /* a mode that is cut so much is heard */
static const double from_hz = 30, peak_from_hz = 50, to_hz = 500;
enum { TOLD = 3 };

static int compare_cuts(const void *a, const void *b)
{
	const struct sabin_biquad *x = *(const struct sabin_biquad *const *)a, *y = *(const struct sabin_biquad *const *)b;
	return (x->gain_db > y->gain_db) - (x->gain_db < y->gain_db);
}

/* The filters of a channel that cut peaks of the bass, deepest first; their number. */
static size_t strongest_cuts(const struct sabin_correction_channel *c, const struct sabin_biquad *cut[SABIN_EQFIT_MOST])
{
	size_t n = 0;
	for (size_t i = 0; i < c->filter_count; i++)
		if (c->filters[i].type == SABIN_PEAKING && c->filters[i].gain_db <= -told_db && c->filters[i].freq_hz <= to_hz)
			cut[n++] = &c->filters[i];
	qsort(cut, n, sizeof *cut, compare_cuts);
	return n;
}

/* The third of an octave that is highest above the target, of those that the correction takes down. */
struct peak {
	double freq_hz; /* NAN: there is none */
	double before_db, after_db; /* re the target */
};

/* Power mean of level_db[] over the third of an octave about point i, re that of the target; `by`: the level of the
 * crossover is in it, which the target has, too. */
static double third_db(const struct sabin_correction_channel *c, const double *level_db, const double *by_db, size_t i)
{
	double sum = 0, target = 0;
	for (size_t k = c->beyond[0]; k + c->beyond[1] < c->length; k++)
		if (fabs(log2(c->freq_hz[k] / c->freq_hz[i])) <= 1.0 / 6) {
			sum += pow(10, (level_db[k] + (by_db ? by_db[k] : 0)) / 10);
			target += pow(10, c->target_db[k] / 10);
		}
	return sum > 0 && target > 0 ? 10 * log10(sum / target) : (double)NAN;
}

static enum sabin_err find_peak(const struct sabin_correction_channel *c, double rate_hz, double lowest_hz, struct peak *out)
{
	double *by_db = calloc(c->length + 1, sizeof *by_db);
	*out = (struct peak){NAN, 0, 0};
	for (size_t i = 0; by_db && i < c->length; i++)
		by_db[i] = sabin_correction_crossover_db(c, rate_hz, c->freq_hz[i]);
	for (size_t i = c->beyond[0]; by_db && i + c->beyond[1] < c->length; i++) {
		if (c->freq_hz[i] < lowest_hz || c->freq_hz[i] > to_hz)
			continue;
		const double before_db = third_db(c, c->before_db, by_db, i), after_db = third_db(c, c->predicted_db, NULL, i);
		if (before_db - after_db >= lowered_db && !(before_db <= out->before_db))
			*out = (struct peak){c->freq_hz[i], before_db, after_db};
	}
	free(by_db);
	return by_db ? SABIN_OK : SABIN_ENOMEM;
}

/* The filter that cuts a ringing mode most; NULL: none does as is heard. */
static const struct sabin_biquad *ringing_cut(const struct sabin_correction_channel *c, const struct sabin_eq_mode **mode)
{
	const struct sabin_biquad *best = NULL;
	for (size_t i = 0; i < c->filter_count; i++)
		if (c->cancels[i].t60_s > 0 && c->filters[i].gain_db <= -ringing_db && c->filters[i].freq_hz >= from_hz &&
		    (!best || c->filters[i].gain_db < best->gain_db)) {
			best = &c->filters[i];
			*mode = &c->cancels[i];
		}
	return best;
}

/* What speaks for an equaliser, over all channels. */
struct useful {
	double most_db, deepest_db, worst_db; /* RMS that is gained; the deepest cut; RMS before */
	struct peak highest;
	bool rings;
};

static enum sabin_err judge(const struct sabin_advice_correction *made, struct useful *u)
{
	const struct sabin_correction *all = made->correction;
	enum sabin_err err = SABIN_OK;
	*u = (struct useful){.highest.freq_hz = NAN};
	for (size_t i = 0; i < all->channel_count && !err; i++) {
		const struct sabin_biquad *cut[SABIN_EQFIT_MOST];
		const struct sabin_correction_channel *c = &all->channels[i];
		const struct sabin_eq_mode *mode;
		struct peak peak;
		if (made->speaker[i] < 0)
			continue;
		u->most_db = fmax(u->most_db, c->error_before_db - c->error_after_db);
		u->worst_db = fmax(u->worst_db, c->error_before_db);
		if (strongest_cuts(c, cut) > 0)
			u->deepest_db = fmax(u->deepest_db, -cut[0]->gain_db);
		u->rings = u->rings || ringing_cut(c, &mode);
		err = find_peak(c, all->rate_hz, peak_from_hz, &peak);
		if (!err && isfinite(peak.freq_hz) && !(peak.before_db <= u->highest.before_db))
			u->highest = peak;
	}
	return err;
}

static void add_figures(const struct sabin_advice_correction *made, struct sabin_advice_item *item)
{
	const struct sabin_correction *all = made->correction;
	for (size_t i = 0; i < all->channel_count; i++) {
		const struct sabin_biquad *cut[SABIN_EQFIT_MOST];
		const struct sabin_correction_channel *c = &all->channels[i];
		const size_t n = made->speaker[i] >= 0 ? strongest_cuts(c, cut) : 0;
		for (size_t k = 0; k < n && k < (all->channel_count > 2 ? 1 : TOLD); k++) {
			struct sabin_advice_fact *fact = advice_evidence(item, "cut", advice_number(cut[k]->gain_db), "dB");
			fact->freq_hz = cut[k]->freq_hz;
			fact->speaker = made->speaker[i];
		}
		if (made->speaker[i] >= 0 && item->effect_count < SABIN_ADVICE_FACTS_MAX)
			advice_effect(item, "deviation", c->error_before_db,
			              sabin_quantity_valid(c->error_after_db, 0.3), "dB")
			    ->speaker = made->speaker[i];
	}
}

/* The highest peak and the mode that is cut, of each speaker. */
static enum sabin_err add_reasons(const struct sabin_advice_correction *made, struct sabin_advice_item *item)
{
	const struct sabin_correction *all = made->correction;
	enum sabin_err err = SABIN_OK;
	for (size_t i = 0; i < all->channel_count && !err; i++) {
		const struct sabin_correction_channel *c = &all->channels[i];
		const struct sabin_eq_mode *mode = NULL;
		struct peak peak = {NAN, 0, 0};
		if (made->speaker[i] < 0)
			continue;
		err = find_peak(c, all->rate_hz, from_hz, &peak);
		if (!err && isfinite(peak.freq_hz)) {
			struct sabin_advice_fact *fact = advice_evidence(item, "peak", advice_number(peak.before_db), "dB");
			fact->freq_hz = peak.freq_hz;
			fact->speaker = made->speaker[i];
			fact = advice_effect(item, "peak", peak.before_db, sabin_quantity_valid(peak.after_db, 0.5), "dB");
			fact->freq_hz = peak.freq_hz;
			fact->speaker = made->speaker[i];
		}
		if (ringing_cut(c, &mode)) {
			struct sabin_advice_fact *fact = advice_evidence(item, "ringing", advice_number(mode->t60_s), "s");
			fact->freq_hz = mode->freq_hz;
			fact->speaker = made->speaker[i];
		}
	}
	return err;
}

static enum sabin_err find_useful(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	const struct sabin_advice_correction *made = scene->correction;
	struct useful u;
	enum sabin_err err = judge(made, &u);
	if (err)
		return err;
	const bool high = isfinite(u.highest.freq_hz) && u.highest.before_db >= peak_db;
	const bool useful = high || u.rings || (u.worst_db >= uneven_db && u.most_db >= gained_db);
	if (!useful && u.deepest_db < told_db)
		return SABIN_OK; /* nothing is cut that anybody would ask about */
	struct sabin_advice_item *item = advice_add(out, SABIN_ADVICE_EQUALISE);
	if (!item)
		return SABIN_OK;
	item->kind = useful ? SABIN_ADVICE_CORRECT : SABIN_ADVICE_LEAVE;
	item->chart = "response";
	item->benefit = fmin(2 * u.most_db + u.deepest_db / 2, 8);
	item->confidence = made->positions > 1 ? 0.85 : 0.7;
	advice_evidence(item, "positions", advice_number((double)made->positions), "1");
	advice_evidence(item, "peak_tolerated", advice_number(tolerated_db), "dB");
	advice_evidence(item, "peak_called_for", advice_number(peak_db), "dB");
	err = add_reasons(made, item);
	add_figures(made, item);
	return err;
}

/* The reason as the name of a fact; NULL: nothing that wants an explanation. */
static const char *name_of(enum sabin_leave leave)
{
	switch (leave) {
	case SABIN_LEAVE_NULL:
		return "cancels";
	case SABIN_LEAVE_DIP:
		return "deep_dip";
	case SABIN_LEAVE_SPREAD:
		return "positions_differ";
	default:
		return NULL;
	}
}

struct hole {
	const char *why;
	double freq_hz, deep_db;
	int speaker;
};

/* The deepest point of each stretch that is left alone. */
static size_t holes_of(const struct sabin_correction_channel *c, int speaker, struct hole *list, size_t count, size_t most)
{
	const char *open = NULL;
	struct hole one = {0};
	for (size_t i = 0; i <= c->length; i++) {
		const bool inside = i < c->length && c->freq_hz[i] >= from_hz && c->freq_hz[i] <= to_hz;
		const double deep = inside ? c->target_db[i] - c->before_db[i] : 0;
		const char *why = inside && deep > 0 ? name_of((enum sabin_leave)c->leave[i]) : NULL;
		if (open && why != open && one.deep_db >= deep_db && count < most)
			list[count++] = one;
		if (why != open)
			one = (struct hole){.why = why, .speaker = speaker};
		open = why;
		if (why && deep > one.deep_db) {
			one.deep_db = deep;
			one.freq_hz = c->freq_hz[i];
		}
	}
	return count;
}

static void find_useless(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	enum { HOLES_MAX = 32, SHOWN = 5 };
	const struct sabin_advice_correction *made = scene->correction;
	struct hole list[HOLES_MAX];
	size_t count = 0;
	for (size_t i = 0; i < made->correction->channel_count; i++)
		if (made->speaker[i] >= 0)
			count = holes_of(&made->correction->channels[i], made->speaker[i], list, count, HOLES_MAX);
	struct sabin_advice_item *item = count > 0 ? advice_add(out, SABIN_ADVICE_EQ_CANNOT) : NULL;
	if (!item)
		return;
	item->chart = "response";
	item->confidence = 0.85;
	for (size_t told = 0; told < SHOWN && told < count; told++) {
		size_t deepest = 0;
		for (size_t i = 1; i < count; i++)
			if (list[i].deep_db > list[deepest].deep_db)
				deepest = i;
		struct sabin_advice_fact *fact =
		    advice_evidence(item, list[deepest].why, advice_number(list[deepest].deep_db), "dB");
		fact->freq_hz = list[deepest].freq_hz;
		fact->speaker = list[deepest].speaker;
		list[deepest].deep_db = 0;
	}
	item->freq_hz = item->evidence[0].freq_hz;
}

enum sabin_err advice_find_equalisation(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	/* what is broken is mended, not equalised; and what is equalised is not, again */
	if (!scene->correction || scene->corrected || advice_first(out, SABIN_ADVICE_DRIVER_DEAD) || advice_first(out, SABIN_ADVICE_CLIPPED))
		return SABIN_OK;
	const enum sabin_err err = find_useful(scene, out);
	find_useless(scene, out);
	return err;
}
