/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_room.c: sabin room.
 */
#include "cli/command.h"
#include "cli/room_show.h"
#include "cli/show.h"

struct options {
	struct sabin_common common;
	bool check;
	const char *fit;
};

static const struct sabin_opt rows[] = {
    {SABIN_OPT_FLAG, 0, "check", NULL, offsetof(struct options, check), 0, 0, 0, NULL, NULL,
     "only check the file"},
    {SABIN_OPT_TEXT, 0, "fit", "MEASUREMENT", offsetof(struct options, fit), 0, 0, 0, NULL, NULL,
     "fit the room to a measurement, and say where the file and it disagree"},
};

static int run(const struct sabin_command *command, void *options, char **operands)
{
	const struct options *o = options;
	struct sabin_roomfile file = {0};
	struct sabin_diag diag = {0};
	enum sabin_err err = sabin_roomfile_read(operands[0], NULL, &file, &diag);
	int status = SABIN_EXIT_DONE;
	struct sabin_doubts doubts = {0};
	struct sabin_room_facts facts = {0};
	struct sabin_roomfit fit;
	struct sabin_fit_names names = {0};
	double size_m[3] = {0};
	int fitted = -1;
	if (!err) {
		sabin_show_doubts(&file, &doubts);
		memcpy(size_m, file.room.size_m, sizeof size_m);
		if (o->fit)
			fitted = sabin_fit_room(command->name, o->fit, &file, &fit, &names);
	}
	if (err)
		status = sabin_fail_input(command->name, err, &diag);
	else if (fitted >= 0)
		status = fitted;
	else if ((err = sabin_room_facts(&file, &facts)))
		status = sabin_fail_output(command->name, err, &diag);
	else if (o->common.json &&
	         (err = sabin_show_room_json(&file, &facts, &doubts, o->fit ? &fit : NULL, &names, size_m)))
		status = sabin_fail_output(command->name, err, &diag);
	else if (!o->common.json && o->check)
		printf("%s: good: %zu speaker%s, %zu position%s\n", operands[0], file.speaker_count,
		       file.speaker_count == 1 ? "" : "s", file.position_count,
		       file.position_count == 1 ? "" : "s");
	else if (!o->common.json) {
		if (o->fit)
			sabin_show_fit(&fit, &names, size_m);
		sabin_show_room(&file, &facts);
	}
	sabin_room_facts_release(&facts);
	sabin_roomfile_release(&file);
	return status;
}

const struct sabin_command sabin_cmd_room = {
    .name = "room",
    .arguments = "ROOM",
    .summary = "check a room file and tell what its geometry predicts",
    .about = "Checks a room file, sabin-room(5), to the last key, and tells what its geometry\n"
             "predicts: proportions, reverberation time by formulas, modes, stereo geometry, first\n"
             "reflections and the nulls that they make.",
    .options = rows,
    .option_count = SABIN_COUNT(rows),
    .size = sizeof(struct options),
    .operands_min = 1,
    .operands_max = 1,
    .no_output = true,
    .run = run,
};
