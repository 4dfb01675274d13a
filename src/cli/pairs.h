/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pairs.h: how the two speakers of a pair differ at a place.
 */
#ifndef SABIN_CLI_PAIRS_H
#define SABIN_CLI_PAIRS_H

#include "io/measurement.h"

struct sabin_pair_difference {
	const char *first, *second, *position;
	struct sabin_quantity level_db; /* second over first, 200 Hz to 5 kHz */
	struct sabin_quantity time_s;   /* second after first; NAN without a common time zero, */
	const char *why_no_time;       /* and why then */
};

/* Every pair of the room at every position where both responses are there and to be trusted; free(). */
SABIN_MUST enum sabin_err sabin_pairs_compare(const struct sabin_measurement *measurement,
                                              const struct sabin_roomfile *room, struct sabin_pair_difference **out,
                                              size_t *count, struct sabin_diag *diag);

void sabin_pairs_show(const struct sabin_pair_difference *pairs, size_t count);

#endif
