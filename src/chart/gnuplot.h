/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * gnuplot.h: running gnuplot on one script, without a shell.
 */
#ifndef SABIN_CHART_GNUPLOT_H
#define SABIN_CHART_GNUPLOT_H

#include <stdbool.h>

#include "io/diag.h"

struct sabin_gnuplot_job {
	const char *folder; /* where it runs; the script is named relative to it */
	const char *script; /* "response.gp" */
	const char *set;    /* assignments before the script, or NULL; gnuplot's language and
	                     * therefore the program's words, never a person's */
	bool window;        /* the picture stays when gnuplot has ended */
};

enum { SABIN_GNUPLOT_SAID = 2048 };

/* Run it to its end, at most a minute.  said[SABIN_GNUPLOT_SAID] is the beginning of what it wrote
 * to stdout and stderr.  SABIN_EIO: it is missing or failed; SABIN_EINTR: a signal that ends
 * programs is pending, or gnuplot was ended by one. */
SABIN_MUST enum sabin_err sabin_gnuplot_run(const struct sabin_gnuplot_job *job, char *said,
                                            struct sabin_diag *diag);

/* Block the signals that end programs, so that temporary files can be removed first; the second
 * call lets them through again.  `saved` belongs to the two. */
struct sabin_gnuplot_guard {
	unsigned char saved[128];
};
void sabin_gnuplot_guard(struct sabin_gnuplot_guard *guard);
void sabin_gnuplot_unguard(const struct sabin_gnuplot_guard *guard);

#endif
