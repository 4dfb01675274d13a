/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * purchases.c: what advice wants bought.
 */
#include <math.h>
#include <stdio.h>

#include "cli/purchases.h"

static const double same_m = 1e-6;

static bool is_same(const struct sabin_advice_panel *a, const struct sabin_advice_panel *b)
{
	return a->kind == b->kind && fabs(a->thickness_m - b->thickness_m) < same_m && fabs(a->gap_m - b->gap_m) < same_m;
}

/* What is spread over surfaces to shorten the decay; NULL: nothing. */
static const struct sabin_advice_panel *spread_of(const struct sabin_advice *advice)
{
	const struct sabin_advice_panel *spread = NULL;
	for (size_t i = 0; i < advice->count; i++)
		if (advice->item[i].code == SABIN_ADVICE_TOO_REVERBERANT && advice->item[i].panel_count > 0)
			spread = &advice->item[i].panel[0];
	return spread;
}

static bool is_counted(const struct sabin_advice_panel *spread, const struct sabin_advice_item *item,
                       const struct sabin_advice_panel *panel)
{
	return spread && item->code != SABIN_ADVICE_TOO_REVERBERANT && panel->thickness_m <= spread->thickness_m + same_m;
}

size_t sabin_purchases_find(const struct sabin_advice *advice, const struct sabin_purchases *purchases,
                            const struct sabin_advice_item *item, size_t k)
{
	const struct sabin_advice_panel *spread = spread_of(advice), *panel = &item->panel[k];
	if (is_counted(spread, item, panel))
		panel = spread;
	for (size_t i = 0; i < purchases->count; i++)
		if (is_same(&purchases->panel[i], panel))
			return i;
	return SABIN_PURCHASES_MAX;
}

void sabin_purchases_sum(const struct sabin_advice *advice, struct sabin_purchases *out)
{
	const struct sabin_advice_panel *spread = spread_of(advice);
	*out = (struct sabin_purchases){0};
	for (size_t i = 0; i < advice->count; i++) {
		const struct sabin_advice_item *item = &advice->item[i];
		for (size_t k = 0; k < item->panel_count; k++) {
			if (is_counted(spread, item, &item->panel[k])) {
				out->counted = true;
				continue;
			}
			size_t at = sabin_purchases_find(advice, out, item, k);
			if (at == SABIN_PURCHASES_MAX && out->count == SABIN_PURCHASES_MAX)
				continue;
			if (at == SABIN_PURCHASES_MAX) {
				at = out->count++;
				out->panel[at] = item->panel[k];
				out->panel[at].area_m2 = 0;
			}
			out->panel[at].area_m2 += item->panel[k].area_m2;
		}
	}
}

void sabin_purchase_words(const struct sabin_advice_panel *p, char text[SABIN_PURCHASE_WORDS])
{
	char gap[48] = "";
	if (p->gap_m > 0)
		snprintf(gap, sizeof gap, ", on battens of %.0f cm", 100 * p->gap_m);
	snprintf(text, SABIN_PURCHASE_WORDS, "mineral wool %.0f cm thick, %.0f kPa s/m2 (%s)%s", 100 * p->thickness_m,
	         p->resistivity_pa_s_per_m2 / 1000,
	         p->resistivity_pa_s_per_m2 > 8000 ? "40 to 50 kg/m3" : "light, 20 to 30 kg/m3", gap);
}
