/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * compared.c: a response before and after, for charts.
 */
#include <stdlib.h>

#include "util/compared.h"

const struct sabin_chart_compared *compared_with(const struct sabin_response *r)
{
	enum { MOST = 4096 };
	static struct sabin_chart_compared c;
	static double after_db[MOST], difference_db[MOST], plus_minus_db[MOST];
	static bool significant[MOST];
	if (r->length > MOST)
		abort();
	for (size_t i = 0; i < r->length; i++) {
		significant[i] = r->freq_hz[i] >= 100 && r->freq_hz[i] < 200;
		difference_db[i] = significant[i] ? -6 : 0.1;
		plus_minus_db[i] = 0.4;
		after_db[i] = r->level_db[i] + difference_db[i];
	}
	c = (struct sabin_chart_compared){.name = "after",
	                                  .length = r->length,
	                                  .freq_hz = r->freq_hz,
	                                  .before_db = r->level_db,
	                                  .after_db = after_db,
	                                  .difference_db = difference_db,
	                                  .plus_minus_db = plus_minus_db,
	                                  .significant = significant};
	return &c;
}
