/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * require.h: --require of 'sabin analyze': standards and a studio's own requirements, held against a measurement.
 */
#ifndef SABIN_CLI_REQUIRE_H
#define SABIN_CLI_REQUIRE_H

#include <sabin/standards.h>

#include "cli/advise_scene.h"
#include "cli/opt.h"
#include "io/json.h"

struct sabin_required;

/* One of them: its rows and what was judged of each. */
struct sabin_required_standard {
	const char *name, *title;
	struct sabin_requirements *own;      /* NULL: a standard */
	const struct sabin_requirement *row; /* [count] */
	size_t count;
	struct sabin_judgement *judgement; /* [count] */
};

/* Judge the measurement by each of the names: a standard's, or the path of a file of requirements.  Returns an exit
 * status after a message, or -1; free *out in every case. */
int sabin_required_new(const char *command, const char *path, const struct sabin_list *speakers,
                       const struct sabin_list *positions, const struct sabin_list *names,
                       struct sabin_required **out);
/* The same of a measurement that has been read. */
int sabin_required_judge(const char *command, const struct sabin_advise_scene *scene, const struct sabin_list *names,
                         struct sabin_required **out);
void sabin_required_free(struct sabin_required *required);

/* Number i; NULL past the end. */
const struct sabin_required_standard *sabin_required_row(const struct sabin_required *required, size_t i);
/* How many of its rows have that verdict. */
size_t sabin_required_tally(const struct sabin_required_standard *standard, enum sabin_requirement_verdict verdict);
/* "at most 10", and the measured value, or "–", in the unit that people use; returns that unit, "" for none. */
const char *sabin_required_words(const struct sabin_requirement *row, const struct sabin_judgement *judgement,
                                 char limit[64], char value[32]);
/* "left at mix, 63 Hz": what the measured value is of; "" where there is none. */
void sabin_required_where(const struct sabin_required *required, const struct sabin_judgement *judgement,
                          char text[200]);

/* The verdict as people read it: "pass", "fail", "unknown", "not judged". */
const char *sabin_required_verdict(enum sabin_requirement_verdict verdict);

/* Is there a row that fails? */
bool sabin_required_missed(const struct sabin_required *required);

void sabin_required_text(const struct sabin_required *required);
void sabin_required_json(const struct sabin_required *required, struct sabin_json *json);

#endif
