/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * opt.h: option rows.  One row gives the parsing, default, range check, unit, --help line and the list
 * that the manual is held against; values land in the command's own struct.
 */
#ifndef SABIN_CLI_OPT_H
#define SABIN_CLI_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum sabin_opt_type {
	SABIN_OPT_FLAG,    /* bool */
	SABIN_OPT_TEXT,    /* const char *; NULL when not given */
	SABIN_OPT_NUMBER,  /* double, with a unit */
	SABIN_OPT_INTEGER, /* long */
	SABIN_OPT_CHOICE,  /* int: index into `choices` */
	SABIN_OPT_LIST,    /* struct sabin_list: comma-separated, may be repeated */
	SABIN_OPT_RANGE,   /* double[2]: LO..HI, with a unit */
};

enum sabin_opt_unit { SABIN_UNIT_NONE, SABIN_UNIT_HZ, SABIN_UNIT_S, SABIN_UNIT_MS, SABIN_UNIT_DB,
                      SABIN_UNIT_M, SABIN_UNIT_CM };

struct sabin_opt {
	enum sabin_opt_type type;
	char letter; /* short name, or 0 */
	const char *name, *arg;
	size_t offset; /* of the value in the command's struct */
	enum sabin_opt_unit unit;
	double min, max;      /* NUMBER, INTEGER, RANGE */
	const char *initial;  /* default as text, parsed like an argument; NULL: zero, a NUMBER: NAN */
	const char *choices;  /* CHOICE: "light|dark|print" */
	const char *help;
};

enum { SABIN_LIST_MAX = 64 };

struct sabin_list {
	const char *item[SABIN_LIST_MAX]; /* point into `text` */
	size_t count;
	char *text;
};

/* Does the list name it (without regard to case), or nothing at all, which allows everything? */
bool sabin_list_allows(const struct sabin_list *list, const char *name);

/* Options of every command; first member of each command's struct, named `common`. */
struct sabin_common {
	bool json, quiet, force, help;
	int color; /* auto, always, never */
};

struct sabin_command {
	const char *name;
	const char *arguments; /* synopsis of the operands: "ROOM" */
	const char *summary;   /* one line */
	const char *about;     /* a paragraph or two for --help */
	const struct sabin_opt *options;
	size_t option_count;
	size_t size; /* of the struct the options land in */
	int operands_min, operands_max;
	/* options: the filled struct; returns the exit status */
	int (*run)(const struct sabin_command *command, void *options, char **operands);
	bool no_json, no_output; /* which of the common options mean nothing here */
};

/* Row i of what a command understands, its own rows first, then the common ones; NULL past the end. */
const struct sabin_opt *sabin_opt_row(const struct sabin_command *command, size_t i);

/* Parse argv[1..] into `options` (zeroed and set to the defaults first).  0: go on, operands is a
 * NULL-terminated tail of argv.  Else an exit status + 1, after a message; help has been printed when
 * that is 1. */
int sabin_opt_parse(const struct sabin_command *command, int argc, char **argv, void *options,
                    char ***operands);

/* Free what the parser allocated inside `options` (lists). */
void sabin_opt_release(const struct sabin_command *command, void *options);

void sabin_opt_help(const struct sabin_command *command, FILE *stream);

/* "20k" "350ms" "-12dBFS" ... -> SI number (ms stay ms).  False when the text is not a finite number
 * with a unit that fits. */
bool sabin_opt_number(const char *text, enum sabin_opt_unit unit, double *out);

/* Edit distance, for "did you mean"; 99 where one of them has more than 32 letters. */
int sabin_opt_distance(const char *a, const char *b);
/* How many letters of a word of that length may be wrong, for another to be suggested: a third. */
int sabin_opt_slips(const char *word);

#endif
