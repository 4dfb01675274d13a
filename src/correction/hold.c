/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hold.c: turning down what boosts too much.
 */
#include <math.h>

#include "correction/hold.h"

static const double over_db = 0.05; /* so much more does not matter */

enum sabin_err sabin_boost_factor(const struct sabin_biquad *filters, size_t count,
                                  const struct sabin_eq_options *o, double *factor)
{
	enum { HALVINGS = 10 };
	struct sabin_biquad held[SABIN_EQFIT_MOST];
	double kept = 0, broken = 1;
	*factor = 1;
	if (!isfinite(o->max_boost_db) || count > SABIN_EQFIT_MOST)
		return SABIN_OK;
	for (int i = 0; i <= HALVINGS && kept < 1; i++) {
		const double tried = i == 0 ? 1 : 0.5 * (kept + broken);
		for (size_t k = 0; k < count; k++) {
			held[k] = filters[k];
			held[k].gain_db *= held[k].gain_db > 0 ? tried : 1;
		}
		const double now_db = sabin_eq_net_boost_db(held, count, o->rate_hz, o->range_hz[0],
		                                            o->range_hz[1]);
		if (isnan(now_db))
			return SABIN_ENOMEM;
		if (now_db <= o->max_boost_db)
			kept = tried;
		else
			broken = tried;
	}
	*factor = kept;
	return SABIN_OK;
}

void sabin_hold_ceilings(struct sabin_biquad *filters, size_t count, size_t fixed,
                         const struct sabin_ceilings *c)
{
	enum { ROUNDS = 200 };
	for (int round = 0; round < ROUNDS; round++) {
		double over = over_db, most = 0;
		size_t point = c->n, worst = count;
		sabin_biquads_levels_db(filters, count, c->rate_hz, c->freq_hz, c->n, c->scratch);
		for (size_t i = 0; i < c->n; i++)
			if (c->scratch[i] - c->ceiling_db[i] > over) {
				over = c->scratch[i] - c->ceiling_db[i];
				point = i;
			}
		for (size_t k = fixed; k < count && point < c->n; k++) {
			const double adds =
			    sabin_biquads_level_db(&filters[k], 1, c->rate_hz, c->freq_hz[point]);
			if (adds > most) {
				most = adds;
				worst = k;
			}
		}
		if (worst == count)
			return;
		filters[worst].gain_db *= fmax(0, 1 - over / most);
	}
}
