/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * responses.h: frequency responses of chosen impulse responses, calibrated, and their formats.
 */
#ifndef SABIN_CLI_RESPONSES_H
#define SABIN_CLI_RESPONSES_H

#include <stdio.h>

#include <sabin/quantity.h>
#include <sabin/response.h>

#include "io/trust.h"

#define SABIN_SMOOTHING_CHOICES "none|1/1|1/2|1/3|1/6|1/12|1/24|1/48"

/* Octaves and name of choice `index` of SABIN_SMOOTHING_CHOICES. */
double sabin_smoothing_oct(int index);
const char *sabin_smoothing_name(int index);

struct sabin_responses {
	struct sabin_response_item {
		const struct sabin_measured *measured;
		double *h;
		size_t frames;
		struct sabin_response response;
		/* add to a level: dB SPL at the microphone of a full-scale sine */
		struct sabin_quantity dbspl_at_0db;
		struct sabin_trust trust; /* of `response`, which goes beyond it */
		double *noise_bound_db;   /* [response.length]: the noise alone is at most this; NAN: not known */
	} *item;
	size_t count;
	const char *smoothing;
	struct sabin_response_options options;
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

/* Where a curve cannot be trusted, it is NAN from now on. */
void sabin_responses_distrust(struct sabin_responses *responses);
void sabin_responses_release(struct sabin_responses *responses);

SABIN_MUST enum sabin_err sabin_responses_json(const struct sabin_responses *all, FILE *stream);
void sabin_responses_csv(const struct sabin_responses *all, FILE *stream);
void sabin_responses_frd(const struct sabin_responses *all, FILE *stream);

#endif
