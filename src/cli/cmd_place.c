/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_place.c: sabin place.
 */
#include <sched.h>
#include <stdint.h>

#include "cli/command.h"
#include "cli/place_show.h"
#include "io/roomfile_place.h"

struct options {
	struct sabin_common common;
	struct sabin_list move, keep;
	const char *fit;
	double step_m, tolerance_cm;
	long top;
	int score;
};

static const struct sabin_opt rows[] = {
    {SABIN_OPT_LIST, 0, "move", "NAME,...", offsetof(struct options, move), 0, 0, 0, NULL, NULL,
     "only these speakers and positions may move"},
    {SABIN_OPT_LIST, 0, "keep", "NAME,...", offsetof(struct options, keep), 0, 0, 0, NULL, NULL,
     "these stay where they are"},
    {SABIN_OPT_NUMBER, 0, "step", "M", offsetof(struct options, step_m), SABIN_UNIT_M, 0.01, 1, "0.05",
     NULL, "how fine to search"},
    {SABIN_OPT_INTEGER, 0, "top", "N", offsetof(struct options, top), SABIN_UNIT_NONE, 1,
     SABIN_PLACE_FOUND_MAX, "5", NULL, "how many alternatives to show"},
    {SABIN_OPT_NUMBER, 0, "tolerance", "CM", offsetof(struct options, tolerance_cm), SABIN_UNIT_CM, 0,
     50, "5", NULL, "judge by the mean score over positions so far away; 0: the point itself"},
    {SABIN_OPT_CHOICE, 0, "score", "NAME", offsetof(struct options, score), 0, 0, 0, "flat-v1",
     "flat-v1", "what is good; see sabin-place(1)"},
    {SABIN_OPT_TEXT, 0, "fit", "MEASUREMENT", offsetof(struct options, fit), 0, 0, 0, NULL, NULL,
     "search in the room as a measurement has it"},
};

/* What may move: everything, or what --move names, less what --keep names.  False after a message. */
static bool choose(const struct sabin_command *command, const struct options *o,
                   const struct sabin_roomfile *file, bool *speaker, bool *position)
{
	const struct sabin_list *lists[2] = {&o->move, &o->keep};
	for (int k = 0; k < 2; k++)
		for (size_t i = 0; i < lists[k]->count; i++) {
			const char *name = lists[k]->item[i];
			if (sabin_roomfile_speaker(file, name) < 0 &&
			    sabin_roomfile_position(file, name) < 0) {
				sabin_complain(command->name, "%s has no speaker or position '%s'",
				               file->path, name);
				return false;
			}
		}
	for (size_t s = 0; s < file->speaker_count; s++) {
		const char *name = file->speakers[s].name;
		speaker[s] = sabin_list_allows(&o->move, name) &&
		             !(o->keep.count > 0 && sabin_list_allows(&o->keep, name));
	}
	for (size_t p = 0; p < file->position_count; p++) {
		const char *name = file->positions[p].name;
		position[p] = sabin_list_allows(&o->move, name) &&
		              !(o->keep.count > 0 && sabin_list_allows(&o->keep, name));
	}
	return true;
}

/* A name of --move that the score does not hear, or that only goes along, cannot be searched. */
static bool check_move(const struct sabin_command *command, const struct options *o,
                       const struct sabin_roomfile *file, const struct sabin_place_plan *plan)
{
	for (size_t i = 0; i < o->move.count; i++) {
		const int speaker = sabin_roomfile_speaker(file, o->move.item[i]);
		const int position = sabin_roomfile_position(file, o->move.item[i]);
		if (speaker >= 0 && sabin_place_plan_source(plan, speaker) < 0) {
			sabin_complain(command->name,
			               "%s is not part of the score, which hears the pair and the "
			               "subwoofers (range_hz up to 300 Hz at most)",
			               o->move.item[i]);
			return false;
		}
		const int source = speaker >= 0 ? sabin_place_plan_source(plan, speaker) : -1;
		if (source >= 0 && !plan->spec.source[source].moves) {
			const struct sabin_speaker *other =
			        &file->speakers[plan->speaker[source == 0 ? 1 : 0]];
			if (o->keep.count > 0 && sabin_list_allows(&o->keep, o->move.item[i]))
				sabin_complain(command->name, "%s is both to move and to stay", o->move.item[i]);
			else
				sabin_complain(command->name,
				               "%s moves only together with %s, mirrored about the listener; let "
				               "both move",
				               o->move.item[i], other->name);
			return false;
		}
		if (speaker < 0 && position > 0 && !plan->spec.listener_moves) {
			sabin_complain(command->name,
			               "%s moves only along with the listener, %s; name that one too",
			               o->move.item[i], file->positions[0].name);
			return false;
		}
	}
	return true;
}

static int cores(void)
{
	cpu_set_t set;
	const int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
	return n < 1 ? 1 : n > 64 ? 64 : n;
}

static bool progress(void *user, double fraction)
{
	const volatile sig_atomic_t *stop = user;
	sabin_progress("searching", fraction);
	return !*stop;
}

static void none_found(const struct sabin_command *command, const struct sabin_roomfile *file,
                       const struct sabin_place_result *result)
{
	size_t all = 0;
	enum sabin_place_rule most = SABIN_PLACE_ANGLE;
	for (int rule = 1; rule < SABIN_PLACE_RULES; rule++) {
		all += result->refused[rule];
		if (result->refused[rule] > result->refused[most])
			most = (enum sabin_place_rule)rule;
	}
	sabin_complain(command->name,
	               "%s: no arrangement keeps all constraints: %zu were looked at; of most (%zu), %s",
	               file->path, all, result->refused[most], sabin_place_rule_text(most));
}

struct fitted {
	bool is;
	struct sabin_roomfit fit;
	struct sabin_fit_names names;
	double size_m[3]; /* of the file */
};

static int search(const struct sabin_command *command, const struct options *o,
                  const struct sabin_roomfile *file, struct sabin_place_plan *plan,
                  const struct fitted *fitted)
{
	struct sabin_diag diag = {0};
	struct sabin_place_result *result = calloc(1, sizeof *result);
	if (!result)
		return sabin_fail_memory(command->name);
	plan->spec.step_m = o->step_m;
	plan->spec.tolerance_m = o->tolerance_cm / 100;
	plan->spec.top = (size_t)o->top;
	plan->spec.threads = cores();
	enum sabin_err err = sabin_place_search(&plan->spec, progress,
	                                        (void *)(uintptr_t)sabin_stop_watch(), result);
	sabin_progress_end();
	int status = SABIN_EXIT_DONE;
	if (err == SABIN_EINVAL) {
		sabin_diag_set(&diag, SABIN_EFORMAT, file->path, 0, 0,
		               "the room is too large to be searched: it has more than 20000 modes "
		               "below 300 Hz");
		status = sabin_fail_input(command->name, SABIN_EFORMAT, &diag);
	} else if (err) {
		status = sabin_fail_output(command->name, err, &diag);
	} else if (result->found_count == 0) {
		none_found(command, file, result);
		status = SABIN_EXIT_INPUT;
	} else if (!o->common.json) {
		if (fitted->is)
			sabin_show_fit(&fitted->fit, &fitted->names, fitted->size_m);
		sabin_show_place(file, plan, result);
	} else if ((err = sabin_show_place_json(file, plan, result, fitted->is ? &fitted->fit : NULL,
	                                        &fitted->names, fitted->size_m))) {
		status = sabin_fail_output(command->name, err, &diag);
	}
	free(result);
	return status;
}

static int run(const struct sabin_command *command, void *options, char **operands)
{
	const struct options *o = options;
	struct sabin_roomfile file = {0};
	struct sabin_place_plan plan = {0};
	struct sabin_diag diag = {0};
	enum sabin_err err = sabin_roomfile_read(operands[0], NULL, &file, &diag);
	if (err)
		return sabin_fail_input(command->name, err, &diag);
	bool *speaker = calloc(file.speaker_count + 1, sizeof *speaker);
	bool *position = calloc(file.position_count + 1, sizeof *position);
	int status = SABIN_EXIT_USAGE, failed = -1;
	struct fitted fitted = {.is = o->fit};
	memcpy(fitted.size_m, file.room.size_m, sizeof fitted.size_m);
	if (o->fit)
		failed = sabin_fit_room(command->name, o->fit, &file, &fitted.fit, &fitted.names);
	if (failed >= 0)
		status = failed;
	else if (!speaker || !position)
		status = sabin_fail_memory(command->name);
	else if (choose(command, o, &file, speaker, position)) {
		err = sabin_roomfile_place(&file, speaker, position, &plan);
		if (err)
			status = sabin_fail_output(command->name, err, &diag);
		else if (check_move(command, o, &file, &plan))
			status = search(command, o, &file, &plan, &fitted);
	}
	free(speaker);
	free(position);
	sabin_roomfile_place_release(&plan);
	sabin_roomfile_release(&file);
	return status;
}

const struct sabin_command sabin_cmd_place = {
    .name = "place",
    .arguments = "ROOM",
    .summary = "search positions for speakers, listener and subwoofers",
    .about = "Scores the arrangement of the room file and searches better ones under its constraints\n"
             "(keep_out, objects, place) and the usual ones: half-angle 25 to 35 degrees, left and\n"
             "right mirrored, speakers 0.25 m from walls, the seat 1 m from the rear wall.",
    .options = rows,
    .option_count = SABIN_COUNT(rows),
    .size = sizeof(struct options),
    .operands_min = 1,
    .operands_max = 1,
    .no_output = true,
    .run = run,
};
