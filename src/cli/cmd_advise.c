/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_advise.c: sabin advise.
 */
#include "cli/advice_show.h"
#include "cli/command.h"
#include "cli/show.h"

struct options {
	struct sabin_common common;
	const char *output, *calibration;
	struct sabin_list speakers, positions;
	bool live;
};

static const struct sabin_opt rows[] = {
    {SABIN_OPT_LIST, 0, "speaker", "NAME,...", offsetof(struct options, speakers), 0, 0, 0, NULL,
     NULL, "only these speakers"},
    {SABIN_OPT_LIST, 0, "position", "NAME,...", offsetof(struct options, positions), 0, 0, 0, NULL,
     NULL, "only these positions"},
    {SABIN_OPT_FLAG, 0, "live", NULL, offsetof(struct options, live), 0, 0, 0, NULL, NULL,
     "the positions are microphones that play through the speakers: look for feedback"},
    {SABIN_OPT_TEXT, 0, "calibration", "FILE", offsetof(struct options, calibration), 0, 0, 0, NULL,
     NULL, "microphone calibration to subtract, or none; else the measurement's own"},
    {SABIN_OPT_TEXT, 'o', "output", "FILE", offsetof(struct options, output), 0, 0, 0, NULL, NULL,
     "write to this file instead of standard output"},
};

struct work {
	const struct sabin_command *command;
	const struct options *o;
	struct sabin_side side;
	struct sabin_scene scene;
	struct sabin_advice advice;
};

static int print(const void *context, FILE *stream)
{
	const struct work *w = context;
	struct sabin_diag diag = {0};
	if (!w->o->common.json) {
		sabin_show_advice(&w->scene, &w->advice, stream);
		return SABIN_EXIT_DONE;
	}
	const enum sabin_err err = sabin_show_advice_json(&w->scene, &w->advice, stream);
	return err ? sabin_fail_output(w->command->name, err, &diag) : SABIN_EXIT_DONE;
}

static int run(const struct sabin_command *command, void *options, char **operands)
{
	struct work *w = calloc(1, sizeof *w);
	struct sabin_diag diag = {0};
	if (!w)
		return sabin_fail_output(command->name, SABIN_ENOMEM, &diag);
	w->command = command;
	w->o = options;
	int status = sabin_side_open(command->name, operands[0], &w->o->speakers, &w->o->positions,
	                             w->o->calibration, &w->side);
	if (status < 0) {
		enum sabin_err err = sabin_scene_of(&w->side, w->o->calibration, &w->scene, &diag);
		w->scene.scene.live = w->o->live;
		if (!err)
			err = sabin_advise(&w->scene.scene, &w->advice);
		if (err)
			status = sabin_fail_input(command->name, err, &diag);
	}
	if (status < 0)
		status = sabin_show_to(command->name, w->o->output, w->o->common.force, print, w);
	sabin_scene_release(&w->scene);
	sabin_side_release(&w->side);
	free(w);
	return status;
}

const struct sabin_command sabin_cmd_advise = {
    .name = "advise",
    .arguments = "MEASUREMENT",
    .summary = "what to repair, move, treat and leave, in order",
    .about = "Looks through a measurement for faults of the wiring, of places and of surfaces, and says\n"
             "what to do about them, in the order of benefit for effort.  Each item comes with the numbers\n"
             "it rests on, with how sure it is, and with the chart to look at.  What could not be looked\n"
             "for, and why, stands at the end.",
    .options = rows,
    .option_count = SABIN_COUNT(rows),
    .size = sizeof(struct options),
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
