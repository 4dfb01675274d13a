/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pairs.h: how the two speakers of a pair differ at a place.
 */
#ifndef SABIN_CLI_PAIRS_H
#define SABIN_CLI_PAIRS_H

#include "io/measurement.h"

struct sabin_pair_difference {
	const char *first, *second, *position;
	struct sabin_quantity level_db; /* second over first, mean of thirds of an octave over sabin_target_band_hz */
	struct sabin_quantity time_s;   /* second after first; NAN without a common time zero, */
	const char *why_no_time;       /* and why then */
};

/* A response from its samples. */
struct sabin_pair_side {
	const double *h; /* [frames] */
	size_t frames;
	const struct sabin_measured *measured;
};

/* The level of second over first, as in sabin_pair_difference; not valid without points in the band. */
SABIN_MUST enum sabin_err sabin_pairs_level(const struct sabin_pair_side *first, const struct sabin_pair_side *second,
                                            struct sabin_quantity *level_db);

/* Every pair of the room at every position where both responses are there and to be trusted; free(). */
SABIN_MUST enum sabin_err sabin_pairs_compare(const struct sabin_measurement *measurement,
                                              const struct sabin_roomfile *room, struct sabin_pair_difference **out,
                                              size_t *count, struct sabin_diag *diag);

void sabin_pairs_show(const struct sabin_pair_difference *pairs, size_t count);

#endif
