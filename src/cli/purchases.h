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
	double counted_m2; /* that do the work of two items, and stand here once */
};

/* Each square metre once, by the counted_m2 of the panels. */
void sabin_purchases_sum(const struct sabin_advice *advice, struct sabin_purchases *out);

/* What is to be said of counted_m2; "": nothing. */
void sabin_purchases_once(const struct sabin_purchases *purchases, char text[SABIN_PURCHASE_WORDS]);

/* Which of them panel k of an item belongs to; SABIN_PURCHASES_MAX: to none. */
size_t sabin_purchases_find(const struct sabin_advice *advice, const struct sabin_purchases *purchases,
                            const struct sabin_advice_item *item, size_t k);

/* "mineral wool 10 cm thick, 12 kPa s/m2 (40 to 50 kg/m3), on battens of 10 cm" */
void sabin_purchase_words(const struct sabin_advice_panel *panel, char text[SABIN_PURCHASE_WORDS]);

#endif
