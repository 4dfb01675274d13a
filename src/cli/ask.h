/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ask.h: questions on a terminal, or to a pipe that answers them.
 *
 * A question shows its default, which an empty answer takes.  A wrong answer is told, with what is expected: on a
 * terminal the question comes again; in a pipe, in which the answers would no longer belong to the questions, it is an
 * error.  That sticks: what is asked afterwards returns its default at once, and the caller looks at `status` in the end.
 */
#ifndef SABIN_CLI_ASK_H
#define SABIN_CLI_ASK_H

#include <stdbool.h>
#include <stdio.h>

#include "cli/opt.h"

struct sabin_asker {
	const char *command;
	FILE *in;
	bool yes;    /* take every default, ask nothing */
	bool screen; /* a person answers */
	int status;  /* -1: good; else the exit status after a message */
	unsigned line;
};

enum { SABIN_ANSWER_SIZE = 512 };

void sabin_ask_init(struct sabin_asker *asker, const char *command, FILE *in, bool yes);

/* Say that the last answer will not do, and what is expected: on a terminal the caller asks again. */
void sabin_ask_refuse(struct sabin_asker *asker, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A heading above the questions that follow. */
void sabin_ask_about(const struct sabin_asker *asker, const char *heading);

/* A number with a unit as options take it, within min .. max. */
double sabin_ask_number(struct sabin_asker *asker, const char *question, enum sabin_opt_unit unit, double initial,
                        double min, double max);
/* The same of a whole number. */
unsigned sabin_ask_count(struct sabin_asker *asker, const char *question, unsigned initial, unsigned min, unsigned max);
bool sabin_ask_yes(struct sabin_asker *asker, const char *question, bool initial);
/* One of the items, which are listed; by its number or name.  Returns its index. */
size_t sabin_ask_choice(struct sabin_asker *asker, const char *question, const char *const *items, size_t count,
                        size_t initial);
/* Words into out[SABIN_ANSWER_SIZE]; good() says why not into why[size] and returns false. */
void sabin_ask_words(struct sabin_asker *asker, const char *question, const char *initial,
                     bool (*good)(const char *text, char *why, size_t size), char out[SABIN_ANSWER_SIZE]);

#endif
