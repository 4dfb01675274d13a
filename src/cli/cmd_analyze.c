/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_analyze.c: sabin analyze.
 */
#include <limits.h>
#include <math.h>

#include <sabin/parameters.h>

#include "cli/analysis_show.h"
#include "cli/analyze.h"
#include "cli/pool.h"
#include "cli/show.h"

static const struct sabin_opt rows[] = {
    {SABIN_OPT_LIST, 0, "speaker", "NAME,...", offsetof(struct sabin_analyze_options, speakers), 0, 0, 0, NULL,
     NULL, "only these speakers"},
    {SABIN_OPT_LIST, 0, "position", "NAME,...", offsetof(struct sabin_analyze_options, positions), 0, 0, 0, NULL,
     NULL, "only these positions"},
    {SABIN_OPT_LIST, 0, "only", "PART,...", offsetof(struct sabin_analyze_options, only), 0, 0, 0, NULL, NULL,
     "only these parts: bands, sti, noise, distortion, reflections, modes"},
    {SABIN_OPT_FLAG, 0, "third-octave", NULL, offsetof(struct sabin_analyze_options, third_octave), 0, 0, 0, NULL,
     NULL, "third-octave bands, 50 Hz to 10 kHz, instead of octaves, 63 Hz to 8 kHz"},
    {SABIN_OPT_RANGE, 0, "bands", "LO..HI", offsetof(struct sabin_analyze_options, bands_hz), SABIN_UNIT_HZ, 20,
     20000, NULL, NULL, "only bands whose nominal frequency lies in this range"},
    {SABIN_OPT_CHOICE, 0, "noise-handling", "HOW", offsetof(struct sabin_analyze_options, noise), 0, 0, 0, "full",
     "full|truncate|none", "full: truncation, subtraction and compensation"},
    {SABIN_OPT_LIST, 0, "pair", "CHANNEL,CHANNEL", offsetof(struct sabin_analyze_options, pair), 0, 0, 0, NULL, NULL,
     "left and right ear: their cross-correlation (IACC)"},
    {SABIN_OPT_LIST, 0, "require", "NAME,...", offsetof(struct sabin_analyze_options, require), 0, 0, 0, NULL, NULL,
     "hold it against standards (ebu-3276, bs-1116, ...) or a file of requirements; status 1 if missed"},
    {SABIN_OPT_INTEGER, 0, "jobs", "N", offsetof(struct sabin_analyze_options, jobs), 0, 1, SABIN_WORKERS_MAX,
     NULL, NULL, "a survey: a line of JSON for each response, in order, N at a time"},
    {SABIN_OPT_FLAG, 0, "list", NULL, offsetof(struct sabin_analyze_options, list), 0, 0, 0, NULL, NULL,
     "only print the paths that a survey would open, a line each"},
    {SABIN_OPT_FLAG, 0, "csv", NULL, offsetof(struct sabin_analyze_options, csv), 0, 0, 0, NULL, NULL,
     "print comma-separated values, one quantity a line"},
};

/* What all responses have in common, and what each worker has of its own. */
struct work {
	const struct sabin_analyze_options *options;
	struct sabin_analyses *all;
	struct sabin_analysis *results; /* [all->count] */
	bool *silent;                   /* [all->count] */
	struct sabin_analyser *analyser[SABIN_WORKERS_MAX];
};

static enum sabin_err analyze_one(void *context, size_t i, size_t worker, struct sabin_diag *diag)
{
	struct work *work = context;
	const struct sabin_analyses *all = work->all;
	double *h = NULL;
	size_t frames = 0;
	enum sabin_err err = sabin_measurement_load(all->measurement, all->chosen[i], &h, &frames, diag);
	if (err)
		return err;
	err = sabin_analyze_response(work->analyser[worker], work->options, all->measurement, all->chosen[i],
	                             all->room, h, frames, &work->results[i], all->parts[i], diag);
	free(h);
	if (err != SABIN_ESHORT)
		return err;
	work->silent[i] = all->count > 1; /* the others are not to blame */
	return work->silent[i] ? SABIN_OK : SABIN_EFORMAT;
}

/* Leave silent responses out, each with a word; an error where nothing is left. */
static enum sabin_err leave_silent_out(struct work *work, size_t *chosen, struct sabin_diag *diag)
{
	struct sabin_analyses *all = work->all;
	size_t kept = 0;
	for (size_t i = 0; i < all->count; i++) {
		const struct sabin_measured *r = &all->measurement->responses[chosen[i]];
		if (work->silent[i]) {
			sabin_say("%s at %s is silent: left out", r->speaker, r->position);
			continue;
		}
		chosen[kept] = chosen[i];
		work->results[kept] = work->results[i];
		memmove(all->parts[kept], all->parts[i], sizeof *all->parts);
		kept++;
	}
	/* what was moved is to be released once */
	memset(work->results + kept, 0, (all->count - kept) * sizeof *work->results);
	memset(all->parts + kept, 0, (all->count - kept) * sizeof *all->parts);
	all->count = kept;
	return kept > 0 ? SABIN_OK
	                : sabin_diag_set(diag, SABIN_EFORMAT, all->measurement->path, 0, 0,
	                                 "cannot be analysed: all responses are silent");
}

/* *room is filled in where there is one; release it after all->room. */
static enum sabin_err analyze(const struct sabin_analyze_options *o, struct sabin_analyses *all, size_t *chosen,
                              struct sabin_roomfile *room, struct sabin_analysis *results,
                              struct sabin_diag *diag)
{
	struct sabin_diag quiet; /* without a room file less is said */
	const bool has_room = all->measurement->directory &&
	                      !sabin_measurement_room(all->measurement, NULL, room, &quiet);
	const double *size_m = room->room.size_m;
	if (has_room) {
		all->room = room;
		all->volume_m3 = size_m[0] * size_m[1] * size_m[2];
	}
	struct work work = {.options = o, .all = all, .results = results};
	const size_t workers = sabin_workers(all->count);
	work.silent = calloc(all->count, sizeof *work.silent);
	enum sabin_err err = work.silent ? SABIN_OK : SABIN_ENOMEM;
	for (size_t w = 0; !err && w < workers; w++)
		err = sabin_analyser_new(&work.analyser[w]);
	if (!err)
		err = sabin_pool_run(all->count, workers, analyze_one, &work, "analysing", diag);
	for (size_t w = 0; w < workers; w++)
		sabin_analyser_free(work.analyser[w]);
	if (!err)
		err = leave_silent_out(&work, chosen, diag);
	free(work.silent);
	return err;
}

/* --pair as two channels; false after a message, true also where it is not given. */
static bool read_pair(const struct sabin_command *command, const struct sabin_analyze_options *o, size_t channel[2])
{
	if (o->pair.count == 0)
		return true;
	for (size_t i = 0; i < o->pair.count && i < 2; i++) {
		char *end;
		const unsigned long value = strtoul(o->pair.item[i], &end, 10);
		const bool digits = strspn(o->pair.item[i], "0123456789") == strlen(o->pair.item[i]);
		channel[i] = digits && *end == '\0' ? value : 0;
	}
	if (o->pair.count == 2 && channel[0] > 0 && channel[1] > 0 && channel[0] != channel[1])
		return true;
	sabin_complain(command->name, "--pair wants two different channels, such as 1,2");
	return false;
}

static int check(const struct sabin_command *command, const struct sabin_analyze_options *o)
{
	size_t channel[2];
	if (!read_pair(command, o, channel))
		return SABIN_EXIT_USAGE;
	const struct sabin_part *part;
	for (size_t i = 0; i < o->only.count; i++) {
		bool known = strcmp(o->only.item[i], "bands") == 0;
		for (size_t p = 0; (part = sabin_part_row(p)); p++)
			known = known || strcmp(o->only.item[i], part->name) == 0;
		if (known)
			continue;
		char list[200] = "bands";
		size_t used = strlen(list);
		for (size_t p = 0; (part = sabin_part_row(p)) && used < sizeof list; p++)
			used += (size_t)snprintf(list + used, sizeof list - used, ", %s", part->name);
		sabin_complain(command->name, "--only=%s: unknown part; expected some of: %s",
		               o->only.item[i], list);
		return SABIN_EXIT_USAGE;
	}
	if (o->common.json && o->csv) {
		sabin_complain(command->name, "--json and --csv exclude each other");
		return SABIN_EXIT_USAGE;
	}
	return -1;
}

/* Is it one line a response that is asked for?  -1, or an exit status after a message. */
static int check_survey(const struct sabin_command *command, const struct sabin_analyze_options *o,
                        char *const *operands)
{
	const bool survey = o->jobs > 0 || o->list || operands[1];
	const char *not_of_many = o->csv                  ? "csv"
	                          : o->pair.count > 0    ? "pair"
	                          : o->require.count > 0 ? "require"
	                                                 : NULL;
	if (survey && not_of_many) {
		sabin_complain(command->name, "--%s is about one measurement, not for --jobs, --list or several",
		               not_of_many);
		return SABIN_EXIT_USAGE;
	}
	if (operands[1] && o->jobs == 0 && !o->list && !o->common.json) {
		sabin_complain(command->name, "several measurements give a line of JSON for each response: say --jobs N "
		                              "(how many at a time), or --json");
		return SABIN_EXIT_USAGE;
	}
	return -1;
}

static int show(const struct sabin_command *command, const struct sabin_analyze_options *o,
                const struct sabin_analyses *all)
{
	struct sabin_diag diag = {0};
	enum sabin_err err = SABIN_OK;
	if (o->common.json)
		err = sabin_show_analyses_json(all);
	else if (o->csv)
		sabin_show_analyses_csv(all);
	else
		sabin_show_analyses(all);
	return err ? sabin_fail_output(command->name, err, &diag) : SABIN_EXIT_DONE;
}

/* The pairs of --pair; an exit status after a message, or -1. */
static int correlate(const struct sabin_command *command, const struct sabin_analyze_options *o,
                     struct sabin_analyses *all, struct sabin_pairs *pairs)
{
	struct sabin_diag diag = {0};
	size_t channel[2];
	if (o->pair.count == 0 || !read_pair(command, o, channel))
		return -1;
	enum sabin_err err = sabin_pairs_compute(all->measurement, channel, all->chosen, all->results,
	                                         all->count, pairs, &diag);
	if (err)
		return sabin_fail_input(command->name, err, &diag);
	all->pairs = pairs;
	if (pairs->count > 0)
		return -1;
	sabin_complain(command->name, "--pair=%zu,%zu: no file of %s holds responses in both channels",
	               channel[0], channel[1], all->measurement->path);
	return SABIN_EXIT_USAGE;
}

static void release(struct sabin_analyses *all, struct sabin_analysis *results)
{
	for (size_t i = 0; results && all->parts && i < all->count; i++)
		sabin_analyze_release(&results[i], all->parts[i]);
	free(all->parts);
	free(results);
}

static int run(const struct sabin_command *command, void *options, char **operands)
{
	const struct sabin_analyze_options *o = options;
	struct sabin_measurement m = {0};
	struct sabin_analyses all = {
	    .measurement = &m, .bands = sabin_analyze_wants(o, "bands"), .volume_m3 = (double)NAN};
	struct sabin_pairs pairs = {0};
	struct sabin_roomfile room = {0};
	struct sabin_required *required = NULL;
	struct sabin_diag diag = {0};
	size_t *chosen = NULL;
	int status = check(command, o);
	if (status < 0)
		status = check_survey(command, o, operands);
	if (status < 0 && o->list)
		return sabin_survey_list(command, operands);
	if (status < 0 && (o->jobs > 0 || operands[1]))
		return sabin_survey(command, o, operands);
	if (status < 0 && o->require.count > 0)
		status = sabin_required_new(command->name, operands[0], &o->speakers, &o->positions, &o->require,
		                            &required);
	all.required = status < 0 ? required : NULL;
	if (status < 0)
		status = sabin_choose(command->name, operands[0], &o->speakers, &o->positions, &m,
		                      &chosen, &all.count);
	if (status == SABIN_EXIT_INPUT)
		sabin_survey_advise(operands[0]);
	if (status < 0) {
		struct sabin_analysis *results = calloc(all.count, sizeof *results);
		all.chosen = chosen;
		all.results = results;
		all.parts = calloc(all.count, sizeof *all.parts);
		enum sabin_err err =
		    results && all.parts ? analyze(o, &all, chosen, &room, results, &diag) : SABIN_ENOMEM;
		status = err ? sabin_fail_input(command->name, err, &diag)
		             : correlate(command, o, &all, &pairs);
		if (status < 0)
			status = show(command, o, &all);
		if (status == SABIN_EXIT_DONE && required && sabin_required_missed(required))
			status = SABIN_EXIT_NEGATIVE;
		sabin_pairs_release(&pairs);
		release(&all, results);
		sabin_roomfile_release(&room);
	}
	free(chosen);
	sabin_required_free(required);
	sabin_measurement_release(&m);
	return status;
}

const struct sabin_command sabin_cmd_analyze = {
    .name = "analyze",
    .arguments = "MEASUREMENT...",
    .summary = "reverberation, clarity, speech intelligibility and noise",
    .about = "Reads the impulse responses of a measurement directory, or a bare response file, and\n"
             "gives EDT, T20, T30, C50, C80, D50 and Ts by octave with how sure they are (ISO 3382),\n"
             "the speech transmission index (IEC 60268-16), and what the background noise holds.  A\n"
             "value that the data do not carry is not printed; the reason stands below the table.\n"
             "With --jobs it is a survey: of any number of measurements, files and folders of them, a\n"
             "line of JSON for each response.",
    .options = rows,
    .option_count = SABIN_COUNT(rows),
    .size = sizeof(struct sabin_analyze_options),
    .operands_min = 1,
    .operands_max = INT_MAX,
    .no_output = true,
    .run = run,
};
