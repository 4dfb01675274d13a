/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_compare.c: sabin compare.
 */
#include "cli/command.h"
#include "cli/comparison.h"
#include "cli/show.h"

struct options {
	struct sabin_common common;
	const char *output, *calibration;
	struct sabin_list speakers, positions;
	double moved_mm;
	bool everything, csv;
};

static const struct sabin_opt rows[] = {
    {SABIN_OPT_LIST, 0, "speaker", "NAME,...", offsetof(struct options, speakers), 0, 0, 0, NULL,
     NULL, "only these speakers"},
    {SABIN_OPT_LIST, 0, "position", "NAME,...", offsetof(struct options, positions), 0, 0, 0, NULL,
     NULL, "only these positions"},
    {SABIN_OPT_NUMBER, 0, "moved", "MM", offsetof(struct options, moved_mm), SABIN_UNIT_NONE, 0,
     500, "5", NULL, "how far the microphone may be off where it was put back, in mm"},
    {SABIN_OPT_TEXT, 0, "calibration", "FILE", offsetof(struct options, calibration), 0, 0, 0, NULL,
     NULL, "microphone calibration to subtract, or none; else each measurement's own"},
    {SABIN_OPT_FLAG, 0, "all", NULL, offsetof(struct options, everything), 0, 0, 0, NULL, NULL,
     "also list what is too little to notice, response by response (text; JSON has all)"},
    {SABIN_OPT_FLAG, 0, "csv", NULL, offsetof(struct options, csv), 0, 0, 0, NULL, NULL,
     "print comma-separated values, one quantity a line (two measurements)"},
    {SABIN_OPT_TEXT, 'o', "output", "FILE", offsetof(struct options, output), 0, 0, 0, NULL, NULL,
     "write to this file instead of standard output"},
};

enum { SIDES_MAX = 64 };

struct work {
	const struct sabin_command *command;
	const struct options *o;
	struct sabin_side sides[SIDES_MAX];
	struct sabin_comparison comparisons[SIDES_MAX]; /* [i]: the first against i + 1 */
	size_t count;                                   /* of sides */
};

static enum sabin_err print_json(const struct work *w, FILE *stream)
{
	struct sabin_json *json = sabin_json_new();
	if (!json)
		return SABIN_ENOMEM;
	sabin_json_text(json, "schema", "sabin.comparison/1");
	sabin_comparison_json(&w->comparisons[w->count - 2], json);
	if (w->count > 2) {
		sabin_json_open_array(json, "series");
		for (size_t i = 0; i + 1 < w->count; i++) {
			sabin_json_open_object(json, NULL);
			sabin_comparison_json(&w->comparisons[i], json);
			sabin_json_close(json);
		}
		sabin_json_close(json);
	}
	enum sabin_err err = sabin_json_print(json, stream);
	sabin_json_free(json);
	return err;
}

static int print(const void *context, FILE *stream)
{
	const struct work *w = context;
	struct sabin_diag diag = {0};
	if (w->o->common.json) {
		const enum sabin_err err = print_json(w, stream);
		return err ? sabin_fail_output(w->command->name, err, &diag) : SABIN_EXIT_DONE;
	}
	if (w->o->csv)
		sabin_comparison_csv(&w->comparisons[0], stream);
	for (size_t i = 0; i + 1 < w->count && !w->o->csv; i++) {
		if (i > 0)
			fputc('\n', stream);
		sabin_comparison_text(&w->comparisons[i], w->o->everything, stream);
	}
	return SABIN_EXIT_DONE;
}

static int check(const struct work *w, char **operands)
{
	if (w->o->common.json && w->o->csv) {
		sabin_complain(w->command->name, "--json and --csv exclude each other");
		return SABIN_EXIT_USAGE;
	}
	if (!w->o->csv || !operands[2])
		return -1;
	sabin_complain(w->command->name, "--csv holds two measurements; --json has a series");
	return SABIN_EXIT_USAGE;
}

static int open_sides(struct work *w, char **operands)
{
	for (; operands[w->count]; w->count++) {
		const int status =
		    sabin_side_open(w->command->name, operands[w->count], &w->o->speakers,
		                    &w->o->positions, w->o->calibration, &w->sides[w->count]);
		if (status >= 0)
			return status;
	}
	return -1;
}

static int compare(struct work *w)
{
	struct sabin_diag diag = {0};
	for (size_t i = 0; i + 1 < w->count; i++) {
		struct sabin_comparison *c = &w->comparisons[i];
		sabin_comparison_warn_order(&w->sides[0], &w->sides[i + 1]);
		const enum sabin_err err = sabin_comparison_compute(&w->sides[0], &w->sides[i + 1],
		                                                    w->o->moved_mm / 1000, c);
		if (err)
			return sabin_fail_output(w->command->name, err, &diag);
		if (c->count == 0)
			return sabin_comparison_complain(w->command->name, c);
	}
	return -1;
}

static int run(const struct sabin_command *command, void *options, char **operands)
{
	struct work *w = calloc(1, sizeof *w);
	if (!w)
		return sabin_fail_memory(command->name);
	w->command = command;
	w->o = options;
	int status = check(w, operands);
	if (status < 0)
		status = open_sides(w, operands);
	if (status < 0)
		status = compare(w);
	if (status < 0)
		status = sabin_show_to(command->name, w->o->output, w->o->common.force, print, w);
	for (size_t i = 0; i < SIDES_MAX; i++) {
		sabin_comparison_release(&w->comparisons[i]);
		sabin_side_release(&w->sides[i]);
	}
	free(w);
	return status;
}

const struct sabin_command sabin_cmd_compare = {
    .name = "compare",
    .arguments = "BEFORE AFTER...",
    .summary = "before against after: what changed, and is it more than chance",
    .about =
        "Compares measurements of one room, speaker by speaker and position by position:\n"
        "reverberation, clarity, frequency response, modes, reflections, noise.  Each change is\n"
        "given with its uncertainty and the just noticeable difference.  More than two\n"
        "measurements are each compared with the first.",
    .options = rows,
    .option_count = SABIN_COUNT(rows),
    .size = sizeof(struct options),
    .operands_min = 2,
    .operands_max = SIDES_MAX,
    .run = run,
};
