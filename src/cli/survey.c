/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * survey.c: the responses of many measurements, a line of JSON each.
 *
 * Nothing is kept of what has been printed, so that memory does not grow with the number.  A measurement
 * directory is opened when the first of its responses is taken, and each of them is an item of its own;
 * a bare file is one item, which the worker reads, unless it has several channels.
 */
#include <errno.h>
#include <math.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/analysis_show.h"
#include "cli/analyze.h"
#include "cli/likeness.h"
#include "cli/pool.h"
#include "cli/show.h"
#include "cli/stream.h"
#include "io/atomic.h"
#include "io/correction.h"
#include "io/memstream.h"
#include "io/walk.h"
#include "io/wav.h"

/* A measurement, for as long as one of its items is in use. */
struct source {
	atomic_size_t users;
	char *path;
	bool open, has_room;
	struct sabin_measurement measurement;
	struct sabin_roomfile room;
	size_t *chosen, count;
};

struct failure {
	enum sabin_err err;
	struct sabin_diag diag;
};

struct item {
	struct source *source;
	size_t from, to;    /* of source->chosen; where it is not open yet: all */
	enum sabin_err err; /* of the walk or of opening it */
	struct sabin_diag diag;
	double share; /* of the walk */
	/* what became of it */
	char *text;
	size_t length, lines;
	struct failure *failure;
	size_t failures;
	bool lost; /* a failure, for want of memory */
};

struct survey {
	const struct sabin_command *command;
	const struct sabin_analyze_options *options;
	struct sabin_walk *walk;
	struct source *source; /* whose items are being taken; NULL: the next one is opened */
	size_t next;           /* of its chosen responses */
	bool ended, out_of_memory;
	struct sabin_analyser *analyser[SABIN_WORKERS_MAX];
	/* what was put out */
	size_t lines, failures;
	int status;
};

/* ---- sources ---------------------------------------------------------------- */

static void source_leave(struct source *source)
{
	if (!source || atomic_fetch_sub(&source->users, 1) > 1)
		return;
	sabin_roomfile_release(&source->room);
	sabin_measurement_release(&source->measurement);
	free(source->chosen);
	free(source->path);
	free(source);
}

static enum sabin_err source_open(struct source *source, const struct sabin_analyze_options *o,
                                  struct sabin_diag *diag)
{
	struct sabin_diag quiet; /* without a room file less is said */
	struct sabin_measurement *m = &source->measurement;
	enum sabin_err err = sabin_measurement_open(source->path, m, diag);
	if (err)
		return err;
	if (m->response_count == 0)
		return sabin_diag_set(diag, SABIN_EFORMAT, source->path, 0, 0, "holds no responses");
	source->chosen = calloc(m->response_count, sizeof *source->chosen);
	if (!source->chosen)
		return SABIN_ENOMEM;
	source->count = sabin_chosen(m, &o->speakers, &o->positions, source->chosen);
	source->has_room = m->directory && !sabin_measurement_room(m, NULL, &source->room, &quiet);
	source->open = true;
	return SABIN_OK;
}

/* ---- lines ------------------------------------------------------------------ */

static enum sabin_err print_line(struct sabin_json *json, FILE *stream, struct item *item)
{
	enum sabin_err err = sabin_json_print_line(json, stream);
	if (!err)
		item->lines++;
	return err;
}

static void fail(struct item *item, enum sabin_err err, const struct sabin_diag *diag)
{
	struct failure *grown = realloc(item->failure, (item->failures + 1) * sizeof *grown);
	if (!grown) {
		item->lost = true;
		return;
	}
	item->failure = grown;
	item->failure[item->failures++] = (struct failure){.err = err, .diag = *diag};
}

/* A line that says why there is nothing; r: NULL when it is not about one response. */
static void failure_line(struct item *item, const struct sabin_measured *r, enum sabin_err err,
                         const struct sabin_diag *diag, FILE *stream)
{
	char text[SABIN_DIAG_TEXT];
	struct sabin_json *json = sabin_json_new();
	sabin_diag_text(diag, err, text, sizeof text);
	fail(item, err, diag);
	if (!json)
		return;
	sabin_json_text(json, "schema", "sabin.survey/1");
	sabin_json_text(json, "measurement", item->source ? item->source->path : NULL);
	sabin_json_text(json, "error", text);
	if (r) {
		sabin_json_text(json, "speaker", r->speaker);
		sabin_json_text(json, "position", r->position);
		sabin_json_text(json, "file", r->file);
		sabin_json_integer(json, "channel", (long long)r->channel + 1);
	}
	if (print_line(json, stream, item))
		fail(item, SABIN_ENOMEM, diag);
	sabin_json_free(json);
}

static enum sabin_err response_line(struct item *item, const struct sabin_analyses *all, const char *doubt,
                                    FILE *stream)
{
	struct sabin_json *json = sabin_json_new();
	if (!json)
		return SABIN_ENOMEM;
	sabin_json_text(json, "schema", "sabin.survey/1");
	sabin_json_text(json, "measurement", item->source->path);
	sabin_json_null(json, "error");
	sabin_json_open_array(json, "warnings");
	if (!all->measurement->complete)
		sabin_json_text(json, NULL, "the measurement is not complete");
	if (*doubt)
		sabin_json_text(json, NULL, doubt);
	sabin_json_close(json);
	sabin_show_analysis_json(all, 0, json);
	enum sabin_err err = print_line(json, stream, item);
	sabin_json_free(json);
	return err;
}

static void analyze_response(const struct survey *survey, struct item *item, size_t index, size_t worker,
                             FILE *stream)
{
	const struct source *source = item->source;
	const struct sabin_measurement *m = &source->measurement;
	const double *size_m = source->room.room.size_m;
	struct sabin_analysis result = {0};
	void *parts[1][SABIN_PARTS_MAX] = {{0}};
	const struct sabin_analyses all = {
	    .measurement = m,
	    .chosen = &index,
	    .results = &result,
	    .count = 1,
	    .volume_m3 = source->has_room ? size_m[0] * size_m[1] * size_m[2] : (double)NAN,
	    .room = source->has_room ? &source->room : NULL,
	    .bands = sabin_analyze_wants(survey->options, "bands"),
	    .parts = parts,
	};
	struct sabin_diag diag = {0};
	char doubt[200] = "";
	double *h = NULL;
	size_t frames = 0;
	enum sabin_err err = sabin_measurement_load(m, index, &h, &frames, &diag);
	if (!err)
		err = sabin_likeness_judge(m, index, h, frames, doubt, sizeof doubt, &diag);
	if (!err)
		err = sabin_analyze_response(survey->analyser[worker], survey->options, m, index, all.room, h,
		                             frames, &result, parts[0], &diag);
	if (!err)
		err = response_line(item, &all, doubt, stream);
	if (err)
		failure_line(item, &m->responses[index], err == SABIN_ESHORT ? SABIN_EFORMAT : err, &diag,
		             stream);
	sabin_analyze_release(&result, parts[0]);
	free(h);
}

/* ---- the stream ------------------------------------------------------------- */

/* Of which the first that is asked reads all there is to know: a directory, or a file of several channels. */
static bool is_shared(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && (S_ISDIR(status.st_mode) || sabin_wav_channels(path) > 1);
}

/* Go on to the next measurement.  It becomes survey->source, or the item's alone, or there is none. */
static void next_source(struct survey *survey, struct item *item)
{
	char *path = NULL;
	item->err = sabin_walk_next(survey->walk, &path, &item->diag);
	if (!path) {
		survey->ended = true;
		return;
	}
	struct source *source = calloc(1, sizeof *source);
	if (!source) {
		free(path);
		item->err = SABIN_ENOMEM;
		survey->ended = true;
		return;
	}
	source->path = path;
	atomic_init(&source->users, 1);
	if (!item->err && is_shared(path))
		item->err = source_open(source, survey->options, &item->diag);
	if (item->err || !source->open) {
		item->source = source;
		return;
	}
	survey->source = source;
	survey->next = 0;
}

static void *take(void *context)
{
	struct survey *survey = context;
	struct item *item = calloc(1, sizeof *item);
	if (!item) {
		survey->out_of_memory = true;
		return NULL;
	}
	while (!item->source && !item->err) {
		struct source *source = survey->source;
		if (source && survey->next < source->count) {
			atomic_fetch_add(&source->users, 1);
			item->source = source;
			item->from = survey->next++;
			item->to = survey->next;
		} else if (source) {
			survey->source = NULL;
			source_leave(source);
		} else if (survey->ended) {
			free(item);
			return NULL;
		} else {
			next_source(survey, item);
		}
	}
	item->share = sabin_walk_share(survey->walk);
	return item;
}

static void work(void *context, void *thing, size_t worker)
{
	const struct survey *survey = context;
	struct item *item = thing;
	FILE *stream = sabin_memstream_open(&item->text, &item->length);
	if (!stream) {
		fail(item, SABIN_ENOMEM, &item->diag);
		return;
	}
	if (!item->err && !item->source->open) {
		item->err = source_open(item->source, survey->options, &item->diag);
		item->to = item->source->count;
	}
	if (item->err)
		failure_line(item, NULL, item->err, &item->diag, stream);
	for (size_t i = item->from; !item->err && i < item->to; i++)
		analyze_response(survey, item, item->source->chosen[i], worker, stream);
	if (fclose(stream) != 0)
		fail(item, SABIN_ENOMEM, &item->diag);
}

static void drop(void *context, void *thing)
{
	struct item *item = thing;
	(void)context;
	source_leave(item->source);
	free(item->text);
	free(item->failure);
	free(item);
}

static bool put(void *context, void *thing)
{
	struct survey *survey = context;
	struct item *item = thing;
	const char *command = survey->command->name;
	const bool written = sabin_write_all(STDOUT_FILENO, item->text, item->length);
	if (!written) {
		sabin_complain(command, "standard output: %s", strerror(errno));
		survey->status = SABIN_EXIT_OUTPUT;
	}
	survey->lines += item->lines;
	survey->failures += item->failures;
	for (size_t i = 0; written && i < item->failures; i++) {
		const int status = sabin_fail_input(command, item->failure[i].err, &item->failure[i].diag);
		if (status > survey->status)
			survey->status = status;
	}
	if (item->lost)
		survey->status = sabin_fail_memory(command);
	sabin_progress("analysing", item->share);
	drop(NULL, item);
	return written;
}

/* ---- the command ------------------------------------------------------------ */

/* What is to be said at the end, and the exit status. */
static int finish(const struct survey *survey, bool stopped)
{
	const struct sabin_analyze_options *o = survey->options;
	const char *command = survey->command->name;
	sabin_progress_end();
	if (survey->status == SABIN_EXIT_OUTPUT)
		return survey->status;
	if (survey->out_of_memory)
		return sabin_fail_memory(command);
	if (stopped) {
		sabin_complain(command, "interrupted after %zu line%s", survey->lines,
		               survey->lines == 1 ? "" : "s");
		return SABIN_EXIT_INTERRUPTED;
	}
	if (survey->lines == 0 && (o->speakers.count > 0 || o->positions.count > 0)) {
		sabin_complain(command, "no response of that speaker at that position");
		return SABIN_EXIT_USAGE;
	}
	if (survey->failures > 0)
		sabin_say("%zu line%s, %zu of them with an error", survey->lines, survey->lines == 1 ? "" : "s",
		          survey->failures);
	return survey->status;
}

int sabin_survey(const struct sabin_command *command, const struct sabin_analyze_options *o,
                 char *const *paths)
{
	struct survey survey = {.command = command, .options = o};
	const struct sabin_stream stream = {take, work, put, drop, &survey};
	struct sabin_diag diag = {0};
	const volatile sig_atomic_t *stop = sabin_stop_watch();
	const size_t workers = o->jobs > 0 ? (size_t)o->jobs : sabin_workers(SIZE_MAX);
	enum sabin_err err = sabin_walk_new(paths, &survey.walk);
	for (size_t w = 0; !err && w < workers; w++)
		err = sabin_analyser_new(&survey.analyser[w]);
	if (!err)
		sabin_stream_run(&stream, workers, stop);
	for (size_t w = 0; w < workers; w++)
		sabin_analyser_free(survey.analyser[w]);
	source_leave(survey.source);
	sabin_walk_free(survey.walk);
	return err ? sabin_fail_output(command->name, err, &diag) : finish(&survey, *stop);
}

void sabin_survey_advise(const char *path)
{
	char *paths[] = {(char *)(uintptr_t)path, NULL}, *found = NULL;
	struct sabin_walk *walk = NULL;
	struct sabin_diag quiet;
	if (sabin_correction_at(path))
		return; /* its impulse responses are filters */
	if (!sabin_walk_new(paths, &walk) && !sabin_walk_next(walk, &found, &quiet) && found &&
	    strncmp(found, path, strlen(found)) != 0)
		sabin_say("  a folder of measurements or response files: sabin analyze --jobs 2 %s", path);
	free(found);
	sabin_walk_free(walk);
}

int sabin_survey_list(const struct sabin_command *command, char *const *paths)
{
	struct sabin_walk *walk = NULL;
	struct sabin_diag diag = {0};
	int status = SABIN_EXIT_DONE;
	char *path = NULL;
	enum sabin_err err = sabin_walk_new(paths, &walk);
	if (err)
		return sabin_fail_output(command->name, err, &diag);
	do {
		free(path);
		err = sabin_walk_next(walk, &path, &diag);
		if (err)
			status = sabin_fail_input(command->name, err, &diag);
		else if (path)
			puts(path);
	} while (path && err != SABIN_ENOMEM);
	free(path);
	sabin_walk_free(walk);
	return status;
}
