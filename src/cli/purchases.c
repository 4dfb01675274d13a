/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * purchases.c: what advice wants bought.
 */
#include <math.h>
#include <stdio.h>

#include "cli/purchases.h"

static const double same_m = 1e-6, told_m2 = 0.05;

static bool is_same(const struct sabin_advice_panel *a, const struct sabin_advice_panel *b)
{
	const bool bare = isnan(a->mass_kg_per_m2) && isnan(b->mass_kg_per_m2);
	return a->kind == b->kind && fabs(a->thickness_m - b->thickness_m) < same_m &&
	       fabs(a->gap_m - b->gap_m) < same_m && (bare || fabs(a->mass_kg_per_m2 - b->mass_kg_per_m2) < same_m);
}

/* The panel itself, or the one that does all of its work. */
static const struct sabin_advice_panel *bought_as(const struct sabin_advice *advice, const struct sabin_advice_panel *panel)
{
	while (panel->area_m2 - panel->counted_m2 < same_m && panel->by_item >= 0)
		panel = &advice->item[panel->by_item].panel[panel->by_panel];
	return panel;
}

size_t sabin_purchases_find(const struct sabin_advice *advice, const struct sabin_purchases *purchases,
                            const struct sabin_advice_item *item, size_t k)
{
	const struct sabin_advice_panel *panel = bought_as(advice, &item->panel[k]);
	for (size_t i = 0; i < purchases->count; i++)
		if (is_same(&purchases->panel[i], panel))
			return i;
	return SABIN_PURCHASES_MAX;
}

void sabin_purchases_sum(const struct sabin_advice *advice, struct sabin_purchases *out)
{
	*out = (struct sabin_purchases){0};
	for (size_t i = 0; i < advice->count; i++) {
		const struct sabin_advice_item *item = &advice->item[i];
		for (size_t k = 0; k < item->panel_count; k++) {
			const double more_m2 = item->panel[k].area_m2 - item->panel[k].counted_m2;
			out->counted_m2 += item->panel[k].counted_m2;
			if (more_m2 < same_m)
				continue;
			size_t at = sabin_purchases_find(advice, out, item, k);
			if (at == SABIN_PURCHASES_MAX && out->count == SABIN_PURCHASES_MAX)
				continue;
			if (at == SABIN_PURCHASES_MAX) {
				at = out->count++;
				out->panel[at] = item->panel[k];
				out->panel[at].area_m2 = 0;
			}
			out->panel[at].area_m2 += more_m2;
		}
	}
}

void sabin_purchases_once(const struct sabin_purchases *purchases, char text[SABIN_PURCHASE_WORDS])
{
	text[0] = '\0';
	if (purchases->counted_m2 >= told_m2)
		snprintf(text, SABIN_PURCHASE_WORDS,
		         "%.1f m2 do the work of two items on one surface, and are counted once: hang what has its place first.",
		         purchases->counted_m2);
}

void sabin_purchase_words(const struct sabin_advice_panel *p, char text[SABIN_PURCHASE_WORDS])
{
	char gap[48] = "", facing[48] = "";
	if (p->gap_m > 0)
		snprintf(gap, sizeof gap, ", on battens of %.0f cm", 100 * p->gap_m);
	if (isfinite(p->mass_kg_per_m2))
		snprintf(facing, sizeof facing, ", faced with a sheet of %.1f kg/m2", p->mass_kg_per_m2);
	snprintf(text, SABIN_PURCHASE_WORDS, "mineral wool %.0f cm thick, %.0f kPa s/m2 (%s)%s%s", 100 * p->thickness_m,
	         p->resistivity_pa_s_per_m2 / 1000,
	         p->resistivity_pa_s_per_m2 > 8000 ? "40 to 50 kg/m3" : "light, 20 to 30 kg/m3", gap,
	         facing);
}
