/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * eq_from.h: `eq --from`: equalisers' own files, shown and turned into other dialects.
 */
#ifndef SABIN_CLI_EQ_FROM_H
#define SABIN_CLI_EQ_FROM_H

#include <sabin/correction.h>

#include "cli/opt.h"
#include "io/diag.h"
#include "io/dialect/setting.h"

struct sabin_eq_from {
	const char *command; /* its name, for messages */
	const struct sabin_list *files, *dialects;
	const double *rates_hz; /* [rate_count], to prepare; the first is for what says none */
	size_t rate_count;
	bool rates_given;
	const double *range_hz; /* [2], of the curves */
	const char *output;     /* NULL: only shown */
	bool force, json;
};

/* The exit status. */
int sabin_eq_from(const struct sabin_eq_from *job);

/* A setting that was made by the program, as a correction directory with all its dialects, at the usual rates.  Nothing
 * is read of the job but output, force and command. */
SABIN_MUST enum sabin_err sabin_eq_save_setting(const struct sabin_eq_from *job, struct sabin_setting *setting,
                                                struct sabin_diag *diag);

/* The filters of the files in place of a designed correction's, with gain, delay and preamp; what was predicted
 * follows.  Speakers are matched by name, or all have the filters of an only channel.  The exit status after a
 * message; -1: go on. */
int sabin_eq_from_apply(const struct sabin_eq_from *job, struct sabin_correction *correction);

#endif
