/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * equalise.c: what an equaliser does for this room, and what it cannot do, by the map of what may be corrected that
 * the design of a correction makes (correctable.h).
 */
#include <math.h>
#include <stdlib.h>

#include "advice/inner.h"

static const double told_db = 4;      /* a filter that cuts so much is worth naming */
static const double deep_db = 6;      /* a dip that shows so much in a curve wants to be explained */
static const double gained_db = 0.8;  /* RMS, of what it brings: less is not worth an equaliser */
static const double uneven_db = 5;    /* RMS re the target: what is better wants no equaliser, though it may have one */
static const double from_hz = 30, to_hz = 500;
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

static void find_useful(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	const struct sabin_advice_correction *made = scene->correction;
	const struct sabin_correction *all = made->correction;
	double most_db = 0, deepest_db = 0, worst_db = 0;
	for (size_t i = 0; i < all->channel_count; i++) {
		const struct sabin_biquad *cut[SABIN_EQFIT_MOST];
		const struct sabin_correction_channel *c = &all->channels[i];
		most_db = fmax(most_db, c->error_before_db - c->error_after_db);
		worst_db = fmax(worst_db, c->error_before_db);
		if (strongest_cuts(c, cut) > 0)
			deepest_db = fmax(deepest_db, -cut[0]->gain_db);
	}
	if (most_db < gained_db || deepest_db < told_db)
		return;
	struct sabin_advice_item *item = advice_add(out, SABIN_ADVICE_EQUALISE);
	if (!item)
		return;
	if (worst_db < uneven_db)
		item->kind = SABIN_ADVICE_LEAVE;
	item->chart = "response";
	item->benefit = fmin(2 * most_db + deepest_db / 2, 8);
	item->confidence = made->positions > 1 ? 0.85 : 0.7;
	advice_evidence(item, "positions", advice_number((double)made->positions), "1");
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
	/* what is broken is mended, not equalised */
	if (!scene->correction || advice_first(out, SABIN_ADVICE_DRIVER_DEAD) || advice_first(out, SABIN_ADVICE_CLIPPED))
		return SABIN_OK;
	find_useful(scene, out);
	find_useless(scene, out);
	return SABIN_OK;
}
