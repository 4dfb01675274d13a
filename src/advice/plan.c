/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * plan.c: all the treatment together: what one panel does for two faults is hung once, and no more is hung than the
 * room bears.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "advice/treat.h"
#include "room/inner.h"

enum { PIECES_MAX = SABIN_ADVICE_MAX * SABIN_ADVICE_PANELS_MAX };
static const double counts_s = 0.01;          /* below what suits it: so fine no time is told */
static const double felt = 0.01;              /* relative: what shortens the decay by less does not make it dry */
static const double facing_kg_per_m2 = 0.5;   /* foil of half a millimetre, thin card: from 300 Hz up it reflects */
static const double same_m = 1e-6;

/* ---- each square metre once ----------------------------------------------------------------------------------- */

static double depth_m(const struct sabin_advice_panel *p)
{
	return p->thickness_m + p->gap_m;
}

static bool is_placed(const struct sabin_advice_panel *p)
{
	return isfinite(p->centre_m[0]) && isfinite(p->sides_m[0]);
}

static bool is_faced(const struct sabin_advice_panel *p)
{
	return p->kind == SABIN_PANEL_MEMBRANE || isfinite(p->mass_kg_per_m2);
}

/* What is deep first, what has its place before what may go anywhere. */
static int compare(const void *a, const void *b)
{
	const struct treat_piece *x = a, *y = b;
	const double deeper = depth_m(y->panel) - depth_m(x->panel);
	if (fabs(deeper) > same_m)
		return deeper > 0 ? 1 : -1;
	if (is_placed(x->panel) != is_placed(y->panel))
		return is_placed(x->panel) ? -1 : 1;
	return x->item != y->item ? x->item - y->item : x->k - y->k;
}

static double overlap_m2(const struct sabin_advice_panel *a, const struct sabin_advice_panel *b)
{
	double area_m2 = 1;
	int side = 0;
	for (int i = 0; i < 3; i++) {
		if (i == room_axis((enum sabin_surface_id)a->surface))
			continue;
		const double low_m = fmax(a->centre_m[i] - a->sides_m[side] / 2, b->centre_m[i] - b->sides_m[side] / 2);
		const double high_m = fmin(a->centre_m[i] + a->sides_m[side] / 2, b->centre_m[i] + b->sides_m[side] / 2);
		area_m2 *= fmax(high_m - low_m, 0);
		side++;
	}
	return area_m2;
}

static double bought_m2(const struct sabin_advice_panel *p)
{
	return p->area_m2 - p->counted_m2;
}

/* What of a panel is there by one before it. */
static double shared_m2(const struct sabin_advice_panel *p, const struct treat_piece *before)
{
	const struct sabin_advice_panel *by = before->panel;
	if (is_faced(by) || is_faced(p) || by->surface != p->surface || p->surface < 0)
		return 0;
	if (is_placed(p) && is_placed(by)) /* of what is bought of it, at least as much is there as it is not elsewhere */
		return fmin(overlap_m2(p, by), bought_m2(by));
	return is_placed(p) ? fmax(bought_m2(by) - before->taken_m2, 0) : bought_m2(by);
}

void treat_count(struct treat_piece *piece, size_t count)
{
	qsort(piece, count, sizeof *piece, compare);
	for (size_t i = 0; i < count; i++) {
		struct sabin_advice_panel *p = piece[i].panel;
		double most_m2 = 0;
		p->counted_m2 = piece[i].taken_m2 = 0;
		p->by_item = p->by_panel = -1;
		for (size_t k = 0; k < i && p->counted_m2 < p->area_m2; k++) {
			const double more_m2 = fmin(shared_m2(p, &piece[k]), p->area_m2 - p->counted_m2);
			p->counted_m2 += more_m2;
			if (is_placed(p) && !is_placed(piece[k].panel))
				piece[k].taken_m2 += more_m2;
			if (more_m2 > most_m2) {
				most_m2 = more_m2;
				p->by_item = piece[k].item;
				p->by_panel = piece[k].k;
			}
		}
	}
}

/* ---- as much as the room bears ---------------------------------------------------------------------------------- */

struct plan {
	const struct sabin_advice_scene *scene;
	struct sabin_advice *out;
	struct sabin_room room;
	bool in[SABIN_ADVICE_MAX];
	double least_s; /* NAN: none */
	struct treat_piece piece[PIECES_MAX];
	struct sabin_advice_panel hung[PIECES_MAX];
};

/* What the items that are in hang, as panels of their own: first those that have a place. */
static size_t hang(struct plan *plan)
{
	size_t pieces = 0, n = 0;
	for (size_t i = 0; i < plan->out->count; i++)
		for (size_t k = 0; plan->in[i] && k < plan->out->item[i].panel_count; k++)
			plan->piece[pieces++] = (struct treat_piece){&plan->out->item[i].panel[k], (int)i, (int)k, 0};
	treat_count(plan->piece, pieces);
	for (int placed = 1; placed >= 0; placed--)
		for (size_t i = 0; i < pieces; i++) {
			struct sabin_advice_panel p = *plan->piece[i].panel;
			if (bought_m2(&p) < same_m)
				continue;
			if (p.counted_m2 > same_m) { /* a part of it, somewhere about */
				p.area_m2 = bought_m2(&p);
				p.centre_m[0] = NAN;
			}
			if (is_placed(&p) == (placed == 1))
				plan->hung[n++] = p;
		}
	return n;
}

static struct sabin_quantity mean_of(const struct sabin_quantity time_s[TREAT_BANDS])
{
	double sum = 0, error = 0;
	int n = 0;
	for (int b = 2; b <= 6; b++)
		if (time_s[b].valid) {
			sum += time_s[b].value;
			error += time_s[b].plus_minus; /* of one model: they err alike */
			n++;
		}
	return n >= 3 ? sabin_quantity_valid(sum / n, error / n) : sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
}

static enum sabin_err treated(struct plan *plan, struct sabin_advice_treated *to)
{
	double sum = 0;
	int n = 0;
	to->panels = hang(plan);
	const enum sabin_err err =
	    treat_times(plan->scene, &plan->room, plan->hung, to->panels, to->now_s, to->then_s);
	if (err)
		return err;
	for (int b = 0; b < TREAT_BANDS; b++)
		to->centre_hz[b] = room_octave_hz[b];
	to->mean_then_s = mean_of(to->then_s);
	for (int b = 2; b <= 6; b++)
		if (isfinite(to->now_s[b])) {
			sum += to->now_s[b];
			n++;
		}
	to->mean_now_s = n >= 3 ? sum / n : (double)NAN;
	return SABIN_OK;
}

/* The wool for the bass keeps its work behind foil. */
static enum sabin_err face(struct plan *plan, struct sabin_advice_item *item)
{
	for (size_t k = 0; k < item->panel_count; k++)
		item->panel[k].mass_kg_per_m2 = facing_kg_per_m2;
	return treat_again(&plan->room, item);
}

static void withhold(struct sabin_advice_item *item)
{
	item->panel_count = item->effect_count = 0;
	item->effort = 2;
}

/* Take an item in, if the room bears it; *mean_s: with what is in so far. */
static enum sabin_err take(struct plan *plan, size_t i, double *mean_s)
{
	struct sabin_advice_item *item = &plan->out->item[i];
	struct sabin_advice_treated with;
	plan->in[i] = true;
	enum sabin_err err = treated(plan, &with);
	if (err)
		return err;
	const double then_s = with.mean_then_s.value;
	/* not for NAN */
	if (!(then_s < plan->least_s - counts_s && then_s < (1 - felt) * *mean_s)) {
		/* in a dry room many that are hardly felt do not add up to one that is */
		*mean_s = then_s < plan->least_s - counts_s ? *mean_s : then_s;
		return SABIN_OK;
	}
	advice_evidence(item, "decay_time_with_it", with.mean_then_s, "s");
	advice_evidence(item, "least_decay_time", advice_number(plan->least_s), "s");
	if (item->code == SABIN_ADVICE_MODE_RINGING) {
		err = face(plan, item);
		if (!err)
			err = treated(plan, &with);
		*mean_s = err ? *mean_s : with.mean_then_s.value;
	} else {
		withhold(item);
		plan->in[i] = false;
	}
	return err;
}

static bool is_built(const struct sabin_advice_item *item)
{
	return item->kind == SABIN_ADVICE_TREAT && item->panel_count > 0;
}

static enum sabin_err fill(struct plan *plan)
{
	struct sabin_advice_treated *to = &plan->out->treated;
	enum sabin_err err = treated(plan, to); /* of nothing: as it is */
	double mean_s = to->mean_now_s;
	for (int whole = 1; whole >= 0; whole--)
		for (size_t i = 0; i < plan->out->count && !err; i++) {
			const struct sabin_advice_item *item = &plan->out->item[i];
			if (is_built(item) && (item->code == SABIN_ADVICE_TOO_REVERBERANT) == (whole == 1))
				err = take(plan, i, &mean_s);
		}
	if (!err)
		err = treated(plan, to);
	to->dry = !err && to->mean_then_s.value < plan->least_s - counts_s; /* not for NAN */
	return err;
}

enum sabin_err treat_plan(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	bool any = false;
	for (size_t i = 0; i < out->count; i++)
		any = any || is_built(&out->item[i]);
	if (!any || !scene->room)
		return SABIN_OK;
	struct plan *plan = calloc(1, sizeof *plan);
	if (!plan)
		return SABIN_ENOMEM;
	plan->scene = scene;
	plan->out = out;
	advice_suited_s(room_volume_m3(scene->room), &out->treated.least_s, &out->treated.most_s);
	plan->least_s = out->treated.least_s;
	out->treated.long_s = advice_long_s(room_volume_m3(scene->room));
	enum sabin_err err = advice_fitted_room(scene, out, &plan->room);
	if (!err)
		err = fill(plan);
	free(plan->room.panels);
	free(plan);
	return err;
}
