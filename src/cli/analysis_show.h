/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * analysis_show.h: analyses as text, JSON (sabin.analysis/1) and CSV.
 */
#ifndef SABIN_CLI_ANALYSIS_SHOW_H
#define SABIN_CLI_ANALYSIS_SHOW_H

#include <sabin/parameters.h>

#include "cli/part.h"
#include "cli/part_iacc.h"
#include "cli/require.h"

struct sabin_analyses {
	const struct sabin_measurement *measurement;
	const size_t *chosen; /* [count]: which response each result is of */
	const struct sabin_analysis *results;
	size_t count;
	double volume_m3;         /* of the room; NAN: not known */
	const struct sabin_roomfile *room; /* NULL: not known */
	const struct sabin_pairs *pairs; /* IACC; NULL: not asked for */
	const struct sabin_required *required; /* NULL: not asked for */
	bool bands;                               /* show the bands */
	void *(*parts)[SABIN_PARTS_MAX];          /* [count]: results of the parts, NULL: none */
};

/* The members of response i, into the object that is open. */
void sabin_show_analysis_json(const struct sabin_analyses *all, size_t i, struct sabin_json *json);
SABIN_MUST enum sabin_err sabin_show_analyses_json(const struct sabin_analyses *all);
void sabin_show_analyses_csv(const struct sabin_analyses *all);
void sabin_show_analyses(const struct sabin_analyses *all);

/* Arithmetic mean over the responses, those whose value is valid (ISO 3382-2:2008, 8.1); its uncertainty
 * from theirs. */
struct sabin_quantity sabin_analyses_mean(const struct sabin_analyses *all, size_t band,
                                          enum sabin_parameter parameter);
/* Of how many responses that mean is. */
size_t sabin_analyses_count(const struct sabin_analyses *all, size_t band, enum sabin_parameter parameter);

#endif
