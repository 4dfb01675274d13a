/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_advise.c: sabin advise.
 */
#include "cli/advice_show.h"
#include "cli/command.h"
#include "cli/eq_from.h"
#include "cli/show.h"
#include "cli/talk.h"

struct options {
	struct sabin_common common;
	const char *output, *calibration, *notches;
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
    {SABIN_OPT_TEXT, 0, "notches", "DIR", offsetof(struct options, notches), 0, 0, 0, NULL, NULL,
     "with --live: write notch filters against feedback as a correction directory"},
    {SABIN_OPT_TEXT, 0, "calibration", "FILE", offsetof(struct options, calibration), 0, 0, 0, NULL,
     NULL, "microphone calibration to subtract, or none; else the measurement's own"},
    {SABIN_OPT_TEXT, 'o', "output", "FILE", offsetof(struct options, output), 0, 0, 0, NULL, NULL,
     "write to this file instead of standard output"},
};

struct work {
	const struct sabin_command *command;
	const struct options *o;
	struct sabin_side side;
	struct sabin_advise_scene scene;
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

static bool progress(void *user, double fraction)
{
	const volatile sig_atomic_t *stop = *(const volatile sig_atomic_t **)user;
	sabin_progress("looking for faults", fraction);
	return !*stop;
}

static enum sabin_err advise(struct work *w, struct sabin_diag *diag)
{
	const volatile sig_atomic_t *stop = sabin_stop_watch();
	enum sabin_err err = sabin_advise_scene_of(&w->side, w->o->calibration, &w->scene, diag);
	if (!err)
		err = sabin_advise_scene_extend(&w->scene);
	w->scene.scene.live = w->o->live;
	w->scene.scene.progress = progress;
	w->scene.scene.user = &stop;
	if (!err)
		err = sabin_advise(&w->scene.scene, &w->advice);
	sabin_progress_end();
	if (err == SABIN_EINTR)
		sabin_diag_set(diag, err, NULL, 0, 0, "interrupted; nothing was written");
	return err;
}

/* ---- notches ---------------------------------------------------------------------------------------------------- */

/* The cuts of one speaker as a channel. */
static enum sabin_err add_notches(const struct sabin_notches *notches, const char *name, struct sabin_setting *setting)
{
	struct sabin_setting_channel *channel = sabin_setting_add(setting, name);
	enum sabin_err err = channel ? SABIN_OK : SABIN_ENOMEM;
	for (size_t i = 0; !err && i < notches->count; i++) {
		const struct sabin_biquad *f = &notches->filter[i];
		const struct sabin_section section = {
		    .type = SABIN_SECTION_PEAKING, .freq_hz = f->freq_hz, .gain_db = f->gain_db, .q = f->q};
		err = sabin_setting_add_section(channel, &section);
	}
	return err;
}

static int write_notches(const struct work *w)
{
	const struct sabin_advice_scene *scene = &w->scene.scene;
	struct sabin_setting setting = {0};
	struct sabin_diag diag = {0};
	enum sabin_err err = SABIN_OK;
	for (size_t s = 0; !err && s < scene->speaker_count; s++) {
		struct sabin_notches notches;
		err = sabin_advise_notches(scene, s, &notches);
		if (err == SABIN_ESHORT) {
			err = SABIN_OK;
			continue;
		}
		if (!err)
			err = add_notches(&notches, w->scene.speaker_name[s], &setting);
		if (!err)
			sabin_say("%s: %zu notches, gain before feedback %.1f dB, with them %.1f dB", w->scene.speaker_name[s],
			          notches.count, notches.before_db, notches.after_db);
	}
	const struct sabin_eq_from job = {
	    .command = w->command->name, .output = w->o->notches, .force = w->o->common.force};
	if (!err && setting.channel_count == 0)
		err = sabin_diag_set(&diag, SABIN_EFORMAT, w->side.path, 0, 0, "has no response that notches could be made from");
	if (!err)
		err = sabin_eq_save_setting(&job, &setting, &diag);
	sabin_setting_release(&setting);
	return err ? sabin_fail_output(w->command->name, err, &diag) : -1;
}

static int run(const struct sabin_command *command, void *options, char **operands)
{
	struct work *w = calloc(1, sizeof *w);
	struct sabin_diag diag = {0};
	if (!w)
		return sabin_fail_memory(command->name);
	w->command = command;
	w->o = options;
	int status = -1;
	if (w->o->notches && !w->o->live) {
		sabin_complain(command->name, "--notches: is for --live");
		status = SABIN_EXIT_USAGE;
	}
	if (status < 0)
		status = sabin_side_open(command->name, operands[0], &w->o->speakers, &w->o->positions,
		                         w->o->calibration, &w->side);
	if (status < 0) {
		const enum sabin_err err = advise(w, &diag);
		if (err)
			status = sabin_fail_input(command->name, err, &diag);
	}
	if (status < 0 && w->o->notches)
		status = write_notches(w);
	if (status < 0)
		status = sabin_show_to(command->name, w->o->output, w->o->common.force, print, w);
	sabin_advise_scene_release(&w->scene);
	sabin_side_release(&w->side);
	free(w);
	return status;
}

const struct sabin_command sabin_cmd_advise = {
    .name = "advise",
    .arguments = "MEASUREMENT",
    .summary = "what to repair, move, treat, correct and leave, in order",
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
