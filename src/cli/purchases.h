/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * purchases.h: what advice wants bought: panels of one build, all together.
 */
#ifndef SABIN_CLI_PURCHASES_H
#define SABIN_CLI_PURCHASES_H

#include <sabin/advice.h>

enum { SABIN_PURCHASES_MAX = 8, SABIN_PURCHASE_WORDS = 160 };

struct sabin_purchases {
	struct sabin_advice_panel panel[SABIN_PURCHASES_MAX]; /* area_m2: of all */
	size_t count;
	bool counted; /* panels at single points are part of what is spread */
};

/* Where absorber is spread to shorten the decay, what is to hang at single points, and no deeper, is part of it. */
void sabin_purchases_sum(const struct sabin_advice *advice, struct sabin_purchases *out);

/* Which of them panel k of an item belongs to; SABIN_PURCHASES_MAX: to none. */
size_t sabin_purchases_find(const struct sabin_advice *advice, const struct sabin_purchases *purchases,
                            const struct sabin_advice_item *item, size_t k);

/* "mineral wool 10 cm thick, 12 kPa s/m2 (40 to 50 kg/m3), on battens of 10 cm" */
void sabin_purchase_words(const struct sabin_advice_panel *panel, char text[SABIN_PURCHASE_WORDS]);

#endif
