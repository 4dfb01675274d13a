/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * talk.h: everything a command says on standard error, its exit statuses, and the stop flag.
 */
#ifndef SABIN_CLI_TALK_H
#define SABIN_CLI_TALK_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include <sabin/status.h>

#include "io/diag.h"

enum sabin_exit {
	SABIN_EXIT_DONE = 0,
	SABIN_EXIT_NEGATIVE = 1, /* done, but the verdict is negative */
	SABIN_EXIT_USAGE = 2,    /* also: the output exists */
	SABIN_EXIT_INPUT = 3,
	SABIN_EXIT_DEVICE = 4,
	SABIN_EXIT_OUTPUT = 5, /* cannot be written; memory; internal */
	SABIN_EXIT_INTERRUPTED = 130,
};

/* How to talk: from --quiet and --color (0 auto, 1 always, 2 never). */
void sabin_talk_init(bool quiet, int color);
bool sabin_talk_quiet(void);

/* Colours for standard output when wanted, else "". */
const char *sabin_bold(void);
const char *sabin_dim(void);
const char *sabin_bad(void);
const char *sabin_good(void);
const char *sabin_plain(void);

/* "sabin COMMAND: message" on standard error. */
void sabin_complain(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Talk on standard error, unless --quiet. */
void sabin_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Print a diagnostic and return the exit status that belongs to it: for what was read ... */
int sabin_fail_input(const char *command, enum sabin_err err, const struct sabin_diag *diag);
/* ... and for what was to be written or played. */
int sabin_fail_output(const char *command, enum sabin_err err, const struct sabin_diag *diag);

/* "out of memory", and the exit status of it. */
int sabin_fail_memory(const char *command);

/* A bar on a terminal, else one plain line when a stage begins.  fraction 0 .. 1; drawn at most ten
 * times a second; sabin_progress_end() removes it. */
void sabin_progress(const char *stage, double fraction);
void sabin_progress_end(void);

/* Set by SIGINT and SIGTERM once sabin_stop_watch() was called. */
const volatile sig_atomic_t *sabin_stop_watch(void);

/* SABIN_EINTR, with a message, once that flag is set: for commands that leave nothing then. */
SABIN_MUST enum sabin_err sabin_stopped(struct sabin_diag *diag);

/* Flush standard output; exit status 5 with a message when that fails (a full disk). */
int sabin_finish_stdout(const char *command, int status);

#endif
