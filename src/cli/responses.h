/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * responses.h: frequency responses of chosen impulse responses, calibrated, and their formats.
 */
#ifndef SABIN_CLI_RESPONSES_H
#define SABIN_CLI_RESPONSES_H

#include <stdio.h>

#include <sabin/average.h>
#include <sabin/phase.h>
#include <sabin/quantity.h>

#include "io/json.h"
#include "io/trust.h"

#define SABIN_SMOOTHING_WIDTHS  "none|1/1|1/2|1/3|1/6|1/12|1/24|1/48"
#define SABIN_SMOOTHING_CHOICES SABIN_SMOOTHING_WIDTHS "|var|psy|erb"

/* Choice `index` of SABIN_SMOOTHING_CHOICES, which begin with the widths: its name, and what it sets. */
const char *sabin_smoothing_name(int index);
void sabin_smoothing_set(int index, struct sabin_response_options *options);

struct sabin_responses {
	struct sabin_response_item {
		const struct sabin_measured *measured;
		double *h;
		size_t frames;
		struct sabin_response response;
		/* add to a level: dB SPL at the microphone of a full-scale sine */
		struct sabin_quantity dbspl_at_0db;
		struct sabin_trust trust; /* of `response`, which goes beyond it */
		double *trust_share;  /* [response.length]: sabin_response_item_trust(); NULL: not asked for */
		double *coherence;    /* the same: what repeats have in common, 0 .. 1; NULL: no repeats */
		double *unwrapped_deg; /* the same, sabin_response_unwrap() */
		struct sabin_phase phase; /* length 0: not asked for */
		struct sabin_averaged averaged; /* length 0: one position; its level is that of `response` */
		size_t position_count;          /* that were averaged */
		double *microphone_db;    /* [response.length]: what was subtracted of the level; NULL: nothing */
		double *noise_bound_db;   /* [response.length]: the noise alone is at most this; NAN: not known */
	} *item;
	size_t count;
	const char *smoothing, *average; /* average: its kind, or NULL */
	struct sabin_measured *owned;    /* what averages are called */
	struct sabin_response_options options;
	bool minimum, excess; /* to print */
};

/* room: NULL where there is none.  calibration: a path, "none", or NULL: what the measurement holds.
 * Release in every case. */
SABIN_MUST enum sabin_err sabin_responses_compute(const struct sabin_measurement *measurement,
                                                  const struct sabin_roomfile *room,
                                                  const size_t *chosen, size_t count,
                                                  const struct sabin_response_options *options,
                                                  const char *calibration,
                                                  struct sabin_responses *out,
                                                  struct sabin_diag *diag);

/* The same with phase, trust_share and unwrapped_deg. */
SABIN_MUST enum sabin_err sabin_responses_compute_phase(
    const struct sabin_measurement *measurement, const struct sabin_roomfile *room,
    const size_t *chosen, size_t count, const struct sabin_response_options *options,
    const char *calibration, struct sabin_responses *out, struct sabin_diag *diag);

/* Fill in trust_share and coherence: sabin_response_trust() by the greater of the noise at the response's end and
 * of what its repeats do not have in common.  window_s: of the response.  SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_response_item_trust(struct sabin_response_item *item, double window_s);

/* Put the positions of each speaker together: one item for each speaker, its position "average".  align:
 * levels over sabin_target_band_hz are made equal first. */
SABIN_MUST enum sabin_err sabin_responses_average(struct sabin_responses *responses,
                                                  enum sabin_average kind, bool align,
                                                  struct sabin_diag *diag);

/* Where a curve cannot be trusted, it is NAN from now on. */
void sabin_responses_distrust(struct sabin_responses *responses);
void sabin_responses_release(struct sabin_responses *responses);

SABIN_MUST enum sabin_err sabin_responses_json(const struct sabin_responses *all, FILE *stream);
void sabin_responses_csv(const struct sabin_responses *all, FILE *stream);
void sabin_responses_frd(const struct sabin_responses *all, FILE *stream);

/* response_pairs.c: left against right, at each position that has both. */
void sabin_response_pairs_json(const struct sabin_responses *all, struct sabin_json *json);
void sabin_response_pairs_text(const struct sabin_responses *all, FILE *stream);

#endif
