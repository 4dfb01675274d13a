/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * percentile.c: levels that are exceeded for a share of the time.
 */
#include <math.h>

#include "live/percentile.h"

static const double lowest_db = -200, class_db = 0.1;

void sabin_percentiles_restart(struct sabin_percentiles *p)
{
	*p = (struct sabin_percentiles){0};
}

void sabin_percentiles_add(struct sabin_percentiles *p, double level_db)
{
	if (isnan(level_db))
		return;
	const double place = fmin(fmax(floor((level_db - lowest_db) / class_db), 0), SABIN_PERCENTILE_CLASSES - 1);
	p->in[(size_t)place]++;
	p->count++;
}

void sabin_percentiles_join(struct sabin_percentiles *p, const struct sabin_percentiles *from)
{
	for (size_t i = 0; i < SABIN_PERCENTILE_CLASSES; i++)
		p->in[i] += from->in[i];
	p->count += from->count;
}

/* Within its class the levels are taken to be spread evenly. */
double sabin_percentiles_level(const struct sabin_percentiles *p, double percent)
{
	const double above = (double)p->count * percent / 100;
	double passed = 0;
	if (p->count == 0)
		return NAN;
	for (size_t i = SABIN_PERCENTILE_CLASSES; i-- > 0;) {
		const double here = (double)p->in[i];
		if (here == 0 || passed + here < above) {
			passed += here;
			continue;
		}
		if (i == 0 || i + 1 == SABIN_PERCENTILE_CLASSES)
			return NAN;
		return lowest_db + class_db * ((double)i + 1 - (above - passed) / here);
	}
	return NAN;
}
