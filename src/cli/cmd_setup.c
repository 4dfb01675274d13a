/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_setup.c: sabin setup.
 */
#include <errno.h>
#include <sys/stat.h>

#include "chart/gnuplot.h"
#include "cli/command.h"
#include "cli/setup.h"
#include "cli/show.h"
#include "io/atomic.h"

struct options {
	struct sabin_common common;
	const char *output;
	bool yes;
};

static const struct sabin_opt rows[] = {
    {SABIN_OPT_TEXT, 'o', "output", "ROOM", offsetof(struct options, output), 0, 0, 0, NULL, NULL,
     "the room file, ROOM.yaml (required)"},
    {SABIN_OPT_FLAG, 'y', "yes", NULL, offsetof(struct options, yes), 0, 0, 0, NULL, NULL,
     "ask nothing: take every default"},
};

/* A file found from here is named in the room file as it is found from there. */
static bool locate_calibration(struct sabin_setup *s, const char *output)
{
	if (strcmp(s->calibration, "none") == 0 || s->calibration[0] == '/')
		return true;
	char *folder = sabin_path_folder(output);
	const bool here = folder && strcmp(folder, ".") == 0;
	free(folder);
	if (here)
		return true;
	char *path = realpath(s->calibration, NULL);
	const bool fits = path && strlen(path) < sizeof s->calibration;
	if (fits)
		snprintf(s->calibration, sizeof s->calibration, "%s", path);
	free(path);
	return fits;
}

/* Write it beside its target, read it as every command will, and only then let it take its place. */
static enum sabin_err write_checked(const struct options *o, const char *text, size_t length,
                                    struct sabin_doubts *doubts, struct sabin_diag *diag)
{
	struct sabin_output output;
	struct sabin_roomfile room = {0};
	enum sabin_err err = sabin_output_begin(&output, o->output, NULL, o->common.force, diag);
	if (err)
		return err;
	FILE *file = fopen(output.temporary, "we");
	const bool written = file && fwrite(text, 1, length, file) == length;
	if (!file || fclose(file) != 0 || !written)
		err = sabin_diag_set(diag, SABIN_EIO, o->output, 0, 0, "cannot be written: %s", strerror(errno));
	if (!err)
		err = sabin_roomfile_read(output.temporary, NULL, &room, diag);
	if (!err)
		sabin_roomfile_doubt(&room, doubts);
	if (!err)
		err = sabin_output_commit(&output, diag);
	sabin_output_abandon(&output);
	sabin_roomfile_release(&room);
	return err;
}

static int finish(const struct sabin_command *command, const struct options *o, struct sabin_setup *setup)
{
	struct sabin_diag diag = {0};
	struct sabin_doubts doubts = {0};
	struct sabin_gnuplot_guard guard;
	size_t length = 0;
	char *text = locate_calibration(setup, o->output) ? sabin_setup_write(setup, &length) : NULL;
	sabin_gnuplot_guard(&guard); /* a file for a moment is to be removed, whatever comes */
	const enum sabin_err err = text ? write_checked(o, text, length, &doubts, &diag) : SABIN_ENOMEM;
	sabin_gnuplot_unguard(&guard);
	free(text);
	if (err)
		return sabin_fail_output(command->name, err, &diag);
	puts(o->output);
	for (size_t i = 0; i < doubts.count; i++)
		sabin_say("%s: warning: %s", o->output, doubts.text[i]);
	sabin_say("Next: sabin room %s\n      sabin measure %s%s -o before\n      sabin report before -o report.html", o->output,
	          o->output, setup->playback[0] && setup->capture[0] ? "" : " --simulate");
	return SABIN_EXIT_DONE;
}

static int run(const struct sabin_command *command, void *options, char **operands)
{
	const struct options *o = options;
	struct sabin_asker asker;
	struct stat status;
	(void)operands;
	if (!o->output) {
		sabin_complain(command->name, "name the room file with -o ROOM.yaml");
		return SABIN_EXIT_USAGE;
	}
	if (!o->common.force && stat(o->output, &status) == 0) { /* before anything is asked */
		sabin_complain(command->name, "%s: exists; --force replaces it", o->output);
		return SABIN_EXIT_USAGE;
	}
	struct sabin_setup *setup = calloc(1, sizeof *setup);
	if (!setup)
		return sabin_fail_output(command->name, SABIN_ENOMEM, &(struct sabin_diag){0});
	sabin_ask_init(&asker, command->name, stdin, o->yes);
	sabin_setup_ask(&asker, setup);
	const int result = asker.status < 0 ? finish(command, o, setup) : asker.status;
	free(setup);
	return result;
}

const struct sabin_command sabin_cmd_setup = {
    .name = "setup",
    .arguments = "-o ROOM.yaml",
    .summary = "ask a few questions and write a room file",
    .about = "Asks how large the room is, what stands where, and which of the devices found play and\n"
             "record, and writes a room file with comments.  Each question shows a default, which an\n"
             "empty answer takes.  Answers may come from a pipe, one a line.  Nothing is written before\n"
             "the last answer.",
    .options = rows,
    .option_count = SABIN_COUNT(rows),
    .size = sizeof(struct options),
    .operands_min = 0,
    .operands_max = 0,
    .no_json = true,
    .run = run,
};
