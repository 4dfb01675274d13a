/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * part_iacc.h: interaural cross-correlation of pairs of responses, `sabin analyze --pair`.
 *
 * Not a part of one response, so no row of part.c.
 */
#ifndef SABIN_CLI_PART_IACC_H
#define SABIN_CLI_PART_IACC_H

#include <sabin/iacc.h>
#include <sabin/parameters.h>

#include "io/json.h"
#include "io/measurement.h"

struct sabin_pair {
	const struct sabin_measured *left, *right;
	struct sabin_iacc iacc;
};

struct sabin_pairs {
	struct sabin_pair *item;
	size_t count;
};

/* Channels (from 1) of each file that holds both among the chosen responses; results[] are those
 * responses' analyses.  count is 0 where no file holds both.  Release in every case. */
SABIN_MUST enum sabin_err sabin_pairs_compute(const struct sabin_measurement *measurement,
                                              const size_t channel[2], const size_t *chosen,
                                              const struct sabin_analysis *results, size_t count,
                                              struct sabin_pairs *out, struct sabin_diag *diag);
void sabin_pairs_release(struct sabin_pairs *pairs);

/* The member "iacc"; the lines of CSV; text. */
void sabin_pairs_json(const struct sabin_pairs *pairs, struct sabin_json *json);
void sabin_pairs_csv(const struct sabin_pairs *pairs);
void sabin_pairs_text(const struct sabin_pairs *pairs);

#endif
