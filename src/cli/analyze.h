/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * analyze.h: the options of 'sabin analyze', and one response analysed by them.
 */
#ifndef SABIN_CLI_ANALYZE_H
#define SABIN_CLI_ANALYZE_H

#include <sabin/parameters.h>

#include "cli/command.h"
#include "cli/part.h"

struct sabin_analyze_options {
	struct sabin_common common;
	struct sabin_list speakers, positions, only, pair, require;
	bool third_octave, csv, list;
	double bands_hz[2];
	int noise;
	long jobs; /* 0: not given */
};

/* Is the part among --only?  Without --only all are. */
bool sabin_analyze_wants(const struct sabin_analyze_options *options, const char *part);

/* Response `index`, whose samples are h[frames], and the wanted parts of it; room is NULL where there is none.
 * Free the result and the parts, those that are not NULL, in every case.  SABIN_ESHORT: it is silent;
 * SABIN_EFORMAT: it cannot be analysed, and why. */
SABIN_MUST enum sabin_err sabin_analyze_response(struct sabin_analyser *analyser,
                                                 const struct sabin_analyze_options *options,
                                                 const struct sabin_measurement *measurement,
                                                 size_t index, const struct sabin_roomfile *room,
                                                 const double *h, size_t frames,
                                                 struct sabin_analysis *result,
                                                 void *parts[SABIN_PARTS_MAX], struct sabin_diag *diag);
void sabin_analyze_release(struct sabin_analysis *result, void *parts[SABIN_PARTS_MAX]);

/* survey.c: the responses of many measurements, a line of JSON each; returns the exit status. */
int sabin_survey(const struct sabin_command *command, const struct sabin_analyze_options *options,
                 char *const *paths);
/* Where the path is a folder with something for it below: say so, on standard error. */
void sabin_survey_advise(const char *path);
/* The paths that it would open, a line each. */
int sabin_survey_list(const struct sabin_command *command, char *const *paths);

#endif
