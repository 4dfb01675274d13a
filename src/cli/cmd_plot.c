/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_plot.c: sabin plot.
 */
#include <errno.h>
#include <math.h>
#include <strings.h>
#include <sys/stat.h>

#include "chart/chart.h"
#include "chart/display.h"
#include "cli/command.h"
#include "cli/part_noise.h"
#include "cli/plot_compare.h"
#include "cli/plot_correction.h"
#include "cli/plot_predict.h"
#include "cli/recording.h"
#include "cli/responses.h"
#include "cli/side.h"
#include "cli/show.h"
#include "cli/talk.h"
#include "io/atomic.h"
#include "io/paths.h"

struct options {
	struct sabin_common common;
	const char *output, *calibration;
	struct sabin_list kinds, speakers, positions;
	double window_ms;
	int format, theme, smoothing;
	bool show, script;
};

static const struct sabin_opt rows[] = {
    {SABIN_OPT_LIST, 'k', "kind", "KIND,...", offsetof(struct options, kinds), 0, 0, 0, NULL, NULL,
     "response, phase, group-delay, impulse, step, etc, decay, rt60, clarity, distortion,\n"
      "waterfall, spectrogram, burst, modes, noise, reflections, geometry, placement,\n"
      "compare, correction, or all (required)"},
    {SABIN_OPT_TEXT, 'o', "output", "PATH", offsetof(struct options, output), 0, 0, 0, NULL, NULL,
     "a file for one chart, a folder for several (required without --show)"},
    {SABIN_OPT_CHOICE, 0, "format", "FORMAT", offsetof(struct options, format), 0, 0, 0, "png",
     "png|svg|pdf", "file format; -o FILE.svg says it too"},
    {SABIN_OPT_CHOICE, 0, "theme", "THEME", offsetof(struct options, theme), 0, 0, 0, "light",
     "light|dark|print", "colours"},
    {SABIN_OPT_FLAG, 0, "show", NULL, offsetof(struct options, show), 0, 0, 0, NULL, NULL,
     "open a window"},
    {SABIN_OPT_FLAG, 0, "script", NULL, offsetof(struct options, script), 0, 0, 0, NULL, NULL,
     "keep gnuplot script and data beside each chart, in CHART.gnuplot/"},
    {SABIN_OPT_CHOICE, 0, "smooth", "WIDTH", offsetof(struct options, smoothing), 0, 0, 0, "1/12",
     SABIN_SMOOTHING_WIDTHS, "smoothing of responses in octaves"},
    {SABIN_OPT_NUMBER, 0, "window", "MS", offsetof(struct options, window_ms), SABIN_UNIT_MS, 1,
     60000, "500", NULL, "right window of responses, after the arrival"},
    {SABIN_OPT_TEXT, 0, "calibration", "FILE", offsetof(struct options, calibration), 0, 0, 0, NULL,
     NULL, "microphone calibration to subtract, or none; else the measurement's own"},
    {SABIN_OPT_LIST, 0, "speaker", "NAME,...", offsetof(struct options, speakers), 0, 0, 0, NULL,
     NULL, "only these speakers"},
    {SABIN_OPT_LIST, 0, "position", "NAME,...", offsetof(struct options, positions), 0, 0, 0, NULL,
     NULL, "only these positions"},
};

static const char *const formats[] = {"png", "svg", "pdf"};
static const char *const themes[] = {"light", "dark", "print"};

struct work {
	const struct sabin_command *command;
	const struct options *o;
	struct sabin_measurement m;
	size_t *chosen, count;
	struct sabin_responses responses;
	struct sabin_analysis *analyses;
	struct sabin_distortion *distortions;
	struct sabin_noise *noises;
	struct sabin_chart_trace *traces;
	struct sabin_roomfile room;
	bool has_room, only_room;
	size_t drawing; /* of kinds */
	const struct sabin_chart_kind *kinds[SABIN_LIST_MAX];
	size_t kind_count;
	struct sabin_plot_compare *compare; /* NULL: one measurement */
	struct sabin_chart_input compared;
	struct sabin_plot_correction *correction; /* NULL: a measurement */
	char *plots;
	int format;
	bool all;    /* kinds without data are left out */
	bool folder; /* the output is one */
	size_t drawn;
};

static int refuse_kind(const struct sabin_command *command, const char *name)
{
	char list[400] = "";
	size_t used = 0;
	for (size_t k = 0; sabin_chart_kind(k) && used < sizeof list; k++)
		used += (size_t)snprintf(list + used, sizeof list - used, "%s, ",
		                         sabin_chart_kind(k)->name);
	sabin_complain(command->name, "--kind=%s: unknown kind; expected some of: %sor all", name, list);
	return SABIN_EXIT_USAGE;
}

static int choose_kinds(struct work *w)
{
	const struct sabin_list *list = &w->o->kinds;
	if (list->count == 0) {
		sabin_complain(w->command->name, "name the charts with --kind, or --kind=all");
		return SABIN_EXIT_USAGE;
	}
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->item[i], "all") == 0) {
			w->kind_count = 0;
			w->all = true;
			for (size_t k = 0; sabin_chart_kind(k) && k < SABIN_LIST_MAX; k++)
				w->kinds[w->kind_count++] = sabin_chart_kind(k);
			break;
		}
		const struct sabin_chart_kind *kind = sabin_chart_find(list->item[i]);
		if (!kind) {
			return refuse_kind(w->command, list->item[i]);
		}
		w->kinds[w->kind_count++] = kind;
	}
	return -1;
}

static bool ends_with(const char *text, const char *end)
{
	const size_t n = strlen(text), m = strlen(end);
	return n > m && strcasecmp(text + n - m, end) == 0;
}

/* Endings of pictures that are not drawn: such a name is no folder's. */
static const char *foreign_ending(const char *path)
{
	static const char *const endings[] = {".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff",
	                                      ".eps", ".ps",   ".emf", ".avif", ".heic"};
	for (size_t i = 0; i < SABIN_COUNT(endings); i++)
		if (ends_with(path, endings[i]))
			return endings[i];
	return NULL;
}

/* -o names a file when it ends like one; it then says the format. */
static int choose_output(struct work *w)
{
	const struct options *o = w->o;
	w->format = o->format;
	if (!o->output) {
		if (o->show)
			return -1;
		sabin_complain(w->command->name, "name a file or a folder with -o");
		return SABIN_EXIT_USAGE;
	}
	w->folder = true;
	for (int f = 0; f < 3; f++) {
		char end[8];
		snprintf(end, sizeof end, ".%s", formats[f]);
		if (ends_with(o->output, end)) {
			w->format = f;
			w->folder = false;
		}
	}
	const char *foreign = foreign_ending(o->output);
	if (foreign) {
		sabin_complain(w->command->name,
		               "%s: %s is no format of charts; a name that ends in .png, .svg or .pdf is "
		               "expected, or a folder's",
		               o->output, foreign);
		return SABIN_EXIT_USAGE;
	}
	const bool one_trace = w->kind_count == 1 && w->kinds[0]->one_trace;
	if (!w->folder && (w->kind_count > 1 || (one_trace && w->count > 1))) {
		sabin_complain(w->command->name, "several charts do not go into one file: name a folder, "
		                                 "or choose with --kind, --speaker and --position");
		return SABIN_EXIT_USAGE;
	}
	return -1;
}

static enum sabin_err analyse(struct work *w, size_t i, struct sabin_diag *diag)
{
	const struct sabin_response_item *item = &w->responses.item[i];
	const struct sabin_analysis_options a =
	    sabin_side_octaves(&w->m, item->measured, w->has_room ? &w->room : NULL);
	enum sabin_err err = sabin_analysis_compute(item->h, item->frames, item->measured->rate_hz, &a,
	                                            &w->analyses[i]);
	if (err)
		return sabin_diag_set(diag, err == SABIN_ENOMEM ? err : SABIN_EFORMAT, item->measured->file, 0, 0,
		                      "cannot be analysed: %s", sabin_strerror(err));
	w->traces[i].analysis = &w->analyses[i];
	return SABIN_OK;
}

/* Where there is none the chart itself refuses. */
static enum sabin_err distort(struct work *w, size_t i, struct sabin_diag *diag)
{
	char why[SABIN_RECORDING_WHY];
	w->traces[i].distortion = &w->distortions[i];
	return sabin_recording_distortion(&w->m, w->responses.item[i].measured,
	                                  w->has_room ? &w->room : NULL, &w->distortions[i], why,
	                                  diag);
}

/* The same: where none was recorded the chart refuses. */
static enum sabin_err hear_noise(struct work *w, size_t i, struct sabin_diag *diag)
{
	struct sabin_part_input input = {.measurement = &w->m,
	                                 .measured = w->responses.item[i].measured};
	double *noise = NULL;
	enum sabin_err err =
	    sabin_measurement_noise(&w->m, w->chosen[i], &noise, &input.noise_frames, diag);
	input.noise = noise;
	if (!err && noise && input.noise_frames > 0) {
		err = sabin_part_noise_of(&input, &w->noises[i], diag);
		w->traces[i].noise = err ? NULL : &w->noises[i];
	}
	free(noise);
	return err;
}

static struct sabin_response_options response_options(const struct options *o)
{
	struct sabin_response_options r = sabin_response_defaults();
	sabin_smoothing_set(o->smoothing, &r);
	r.window_s = o->window_ms / 1000;
	return r;
}

static enum sabin_err compute(struct work *w, struct sabin_diag *diag)
{
	const struct sabin_response_options r = response_options(w->o);
	struct sabin_diag quiet; /* without a room file the chart only says less */
	int needs = 0;
	for (size_t k = 0; k < w->kind_count; k++)
		needs |= w->kinds[k]->needs;
	w->has_room = w->m.directory && !sabin_measurement_room(&w->m, NULL, &w->room, &quiet);
	enum sabin_err err = (needs & SABIN_CHART_PHASE ? sabin_responses_compute_phase : sabin_responses_compute)(
	    &w->m, w->has_room ? &w->room : NULL, w->chosen, w->count, &r, w->o->calibration, &w->responses,
	    diag);
	if (err)
		return err;
	w->analyses = calloc(w->count, sizeof *w->analyses);
	w->distortions = calloc(w->count, sizeof *w->distortions);
	w->traces = calloc(w->count, sizeof *w->traces);
	w->noises = calloc(w->count, sizeof *w->noises);
	if (!w->analyses || !w->distortions || !w->traces || !w->noises)
		return SABIN_ENOMEM;
	for (size_t i = 0; !err && i < w->count; i++) {
		const struct sabin_response_item *item = &w->responses.item[i];
		if (needs & (SABIN_CHART_ANALYSIS | SABIN_CHART_DISTORTION | SABIN_CHART_NOISE))
			sabin_progress("analysing", (double)i / (double)w->count);
		w->traces[i] = (struct sabin_chart_trace){.measured = item->measured,
		                                          .h = item->h,
		                                          .frames = item->frames,
		                                          .response = &item->response,
		                                          .trust = item->trust_share};
		if (needs & SABIN_CHART_ANALYSIS)
			err = analyse(w, i, diag);
		if (!err && needs & SABIN_CHART_DISTORTION)
			err = distort(w, i, diag);
		if (!err && needs & SABIN_CHART_NOISE)
			err = hear_noise(w, i, diag);
	}
	return err;
}

static enum sabin_err draw_one(struct work *w, const struct sabin_chart_kind *kind,
                               const struct sabin_chart_input *input, const char *name,
                               struct sabin_diag *diag)
{
	const struct options *o = w->o;
	char file[400], *target = NULL, *keep = NULL;
	snprintf(file, sizeof file, "%s.%s", name, formats[w->format]);
	if (o->output)
		target = w->folder ? sabin_path_join(o->output, file) : strdup(o->output);
	if (o->output && !target)
		return SABIN_ENOMEM;
	if (o->script && asprintf(&keep, "%s.gnuplot", target ? target : name) < 0) {
		free(target);
		return SABIN_ENOMEM;
	}
	const struct sabin_chart_style style = {
	    .theme = themes[o->theme],
	    .format = formats[w->format],
	    .show = o->show,
	    .keep = keep,
	    .plots = w->plots,
	};
	enum sabin_err err = sabin_chart_draw(kind, input, &style, target, o->common.force, diag);
	if (!err && target) {
		puts(target);
		w->drawn++;
	}
	if (err == SABIN_ESHORT && w->all) {
		sabin_say("%s left out: %s", name, diag->message);
		err = SABIN_OK;
	}
	free(target);
	free(keep);
	return err;
}

/* Chart i of `count` of the kind that is drawn. */
static void show_progress(const struct work *w, size_t i, size_t count)
{
	char stage[80];
	snprintf(stage, sizeof stage, "drawing %s", w->kinds[w->drawing]->name);
	sabin_progress(stage, ((double)w->drawing + (double)i / (double)count) / (double)w->kind_count);
}

/* One chart a speaker. */
static enum sabin_err draw_corrections(struct work *w, const struct sabin_chart_kind *kind,
                                       struct sabin_diag *diag)
{
	enum sabin_err err = SABIN_OK;
	for (size_t i = 0; i < w->correction->count && !err; i++) {
		const struct sabin_chart_input input = {.measurement = &w->correction->about,
		                                        .correction = &w->correction->charts[i]};
		char name[300];
		show_progress(w, i, w->correction->count);
		snprintf(name, sizeof name, w->correction->count == 1 ? "%s" : "%s.%s", kind->name,
		         w->correction->charts[i].channel->speaker);
		err = draw_one(w, kind, &input, name, diag);
	}
	return err;
}

/* A kind that draws one trace is drawn once for each. */
static enum sabin_err draw_kind(struct work *w, const struct sabin_chart_kind *kind,
                                struct sabin_diag *diag)
{
	show_progress(w, 0, 1);
	if (w->compare)
		return draw_one(w, kind, &w->compared, kind->name, diag);
	if (w->correction)
		return draw_corrections(w, kind, diag);
	struct sabin_chart_input input = {
	    .measurement = &w->m,
	    .room = w->has_room ? &w->room : NULL,
	    .traces = w->traces,
	    .trace_count = w->count,
	    .smoothing_oct = w->responses.options.smoothing_oct,
	    .window_s = w->responses.options.window_s,
	    .predicted = w->only_room,
	};
	if (!kind->one_trace)
		return draw_one(w, kind, &input, kind->name, diag);
	for (size_t i = 0; i < w->count; i++) {
		char name[300];
		const struct sabin_measured *m = w->traces[i].measured;
		show_progress(w, i, w->count);
		input.traces = &w->traces[i];
		input.trace_count = 1;
		if (w->count == 1)
			snprintf(name, sizeof name, "%s", kind->name);
		else
			snprintf(name, sizeof name, "%s.%s.%s", kind->name, m->speaker, m->position);
		enum sabin_err err = draw_one(w, kind, &input, name, diag);
		if (err)
			return err;
	}
	return SABIN_OK;
}

static bool draws_room(const struct sabin_chart_kind *kind)
{
	return kind->needs & (SABIN_CHART_ROOM | SABIN_CHART_PREDICTS);
}

static enum sabin_err draw_all(struct work *w, struct sabin_diag *diag)
{
	enum sabin_err err = SABIN_OK;
	if (w->folder && mkdir(w->o->output, 0777) < 0 && errno != EEXIST)
		return sabin_diag_set(diag, SABIN_EIO, w->o->output, 0, 0, "%s", strerror(errno));
	for (size_t k = 0; !err && k < w->kind_count; k++) {
		if (w->only_room && !draws_room(w->kinds[k]))
			continue;
		w->drawing = k;
		err = draw_kind(w, w->kinds[k], diag);
	}
	sabin_progress_end();
	return err;
}

/* One measurement for all kinds but one. */
static int open_one(struct work *w, const char *path)
{
	struct sabin_diag diag = {0};
	const struct sabin_chart_kind *compare = sabin_chart_find("compare");
	const struct sabin_chart_kind *correction = sabin_chart_find("correction");
	for (size_t k = 0; k < w->kind_count && !w->all; k++) {
		if (w->kinds[k] == compare)
			sabin_complain(w->command->name, "--kind=compare draws two measurements or more: "
			                                 "before, and after");
		else if (w->kinds[k] == correction)
			sabin_complain(w->command->name, "--kind=correction draws a directory made by 'sabin eq'; "
			                                 "%s is none", path);
		else
			continue;
		return SABIN_EXIT_USAGE;
	}
	int status = sabin_choose(w->command->name, path, &w->o->speakers, &w->o->positions, &w->m,
	                          &w->chosen, &w->count);
	if (status < 0)
		status = choose_output(w);
	if (status >= 0)
		return status;
	const enum sabin_err err = compute(w, &diag);
	return err ? sabin_fail_input(w->command->name, err, &diag) : -1;
}

/* A room file in place of a measurement: its speakers and positions stand for responses. */
static int open_room(struct work *w, const char *path)
{
	struct sabin_diag diag = {0};
	enum sabin_err err = sabin_roomfile_read(path, NULL, &w->room, &diag);
	if (err)
		return sabin_fail_input(w->command->name, err, &diag);
	w->has_room = w->only_room = true;
	const int status =
	    sabin_check_names(w->command->name, &w->o->speakers, &w->o->positions, &w->room);
	if (status >= 0)
		return status;
	bool predicts = false;
	for (size_t k = 0; k < w->kind_count; k++) {
		predicts = predicts || (w->kinds[k]->needs & SABIN_CHART_PREDICTS);
		if (!draws_room(w->kinds[k]) && !w->all) {
			sabin_complain(w->command->name,
			               "%s is drawn of a measurement; of a room file there are response, modes, "
			               "geometry and placement ('sabin simulate' makes a measurement of it)",
			               w->kinds[k]->name);
			return SABIN_EXIT_USAGE;
		}
	}
	for (size_t s = 0; s < w->room.speaker_count; s++)
		for (size_t p = 0; p < w->room.position_count; p++) {
			if (!sabin_list_allows(&w->o->speakers, w->room.speakers[s].name) ||
			    !sabin_list_allows(&w->o->positions, w->room.positions[p].name))
				continue;
			struct sabin_measured *r = sabin_measurement_add(&w->m);
			if (!r)
				return sabin_fail_memory(w->command->name);
			snprintf(r->speaker, sizeof r->speaker, "%s", w->room.speakers[s].name);
			snprintf(r->position, sizeof r->position, "%s", w->room.positions[p].name);
		}
	w->count = w->m.response_count;
	w->traces = calloc(w->count + 1, sizeof *w->traces);
	if (!w->traces)
		return sabin_fail_memory(w->command->name);
	for (size_t i = 0; i < w->count; i++)
		w->traces[i].measured = &w->m.responses[i];
	const int refused = choose_output(w);
	if (refused >= 0 || !predicts)
		return refused;
	const struct sabin_response_options r = response_options(w->o);
	err = sabin_plot_predict(&w->room, &w->m, &r, &w->responses, &diag);
	if (err)
		return sabin_fail_input(w->command->name, err, &diag);
	for (size_t i = 0; i < w->count; i++)
		w->traces[i].response = &w->responses.item[i].response;
	return -1;
}

/* Several measurements: only `compare` draws them. */
static int open_several(struct work *w, char **operands)
{
	const struct sabin_chart_kind *compare = sabin_chart_find("compare");
	for (size_t k = 0; k < w->kind_count && !w->all; k++)
		if (w->kinds[k] != compare) {
			sabin_complain(w->command->name, "--kind=%s draws one measurement; several go into "
			                                 "--kind=compare", w->kinds[k]->name);
			return SABIN_EXIT_USAGE;
		}
	w->kinds[0] = compare;
	w->kind_count = 1;
	int status = choose_output(w);
	w->compare = status < 0 ? calloc(1, sizeof *w->compare) : NULL;
	if (status < 0 && !w->compare)
		return sabin_fail_output(w->command->name, SABIN_ENOMEM, &(struct sabin_diag){0});
	if (status < 0)
		status = sabin_plot_compare_open(w->command->name, operands, &w->o->speakers,
		                                 &w->o->positions, w->o->calibration, w->compare,
		                                 &w->compared);
	return status;
}

/* A correction: only `correction` draws it. */
static int open_correction(struct work *w, char **operands)
{
	const struct sabin_chart_kind *kind = sabin_chart_find("correction");
	for (size_t k = 0; k < w->kind_count && !w->all; k++)
		if (w->kinds[k] != kind) {
			sabin_complain(w->command->name, "--kind=%s draws a measurement; %s is a correction, "
			                                 "which --kind=correction draws",
			               w->kinds[k]->name, operands[0]);
			return SABIN_EXIT_USAGE;
		}
	w->kinds[0] = kind;
	w->kind_count = 1;
	w->correction = calloc(1, sizeof *w->correction);
	if (!w->correction)
		return sabin_fail_output(w->command->name, SABIN_ENOMEM, &(struct sabin_diag){0});
	int status = sabin_plot_correction_open(w->command->name, operands, &w->o->speakers,
	                                        &w->o->positions, w->o->calibration, w->correction);
	if (status < 0)
		status = choose_output(w);
	if (status < 0 && w->o->output && !w->folder && w->correction->count > 1) {
		sabin_complain(w->command->name, "several charts do not go into one file: name a folder, "
		                                 "or choose with --speaker");
		status = SABIN_EXIT_USAGE;
	}
	return status;
}

static int open_input(struct work *w, char **operands)
{
	if (sabin_correction_at(operands[0]))
		return open_correction(w, operands);
	if (operands[1])
		return open_several(w, operands);
	if (ends_with(operands[0], ".yaml") || ends_with(operands[0], ".yml"))
		return open_room(w, operands[0]);
	return open_one(w, operands[0]);
}

static int run(const struct sabin_command *command, void *options, char **operands)
{
	struct work w = {.command = command, .o = options};
	struct sabin_diag diag = {0};
	enum sabin_err err;
	int status = choose_kinds(&w);
	if (status < 0 && w.o->show && (err = sabin_display_check(&diag))) /* before the work and not after it */
		status = sabin_fail_output(command->name, err, &diag);
	if (status < 0)
		status = open_input(&w, operands);
	if (status < 0 && (err = sabin_place_find(SABIN_PLACE_PLOTS, &w.plots, &diag)))
		status = sabin_fail_output(command->name, err, &diag);
	if (status < 0) {
		err = draw_all(&w, &diag);
		status = err ? sabin_fail_output(command->name, err, &diag) : SABIN_EXIT_DONE;
	}
	for (size_t i = 0; w.analyses && i < w.count; i++)
		sabin_analysis_free(&w.analyses[i]);
	for (size_t i = 0; w.distortions && i < w.count; i++)
		sabin_distortion_free(&w.distortions[i]);
	if (w.compare)
		sabin_plot_compare_release(w.compare);
	free(w.compare);
	if (w.correction)
		sabin_plot_correction_release(w.correction);
	free(w.correction);
	free(w.analyses);
	free(w.distortions);
	free(w.noises);
	free(w.traces);
	free(w.chosen);
	free(w.plots);
	sabin_responses_release(&w.responses);
	sabin_roomfile_release(&w.room);
	sabin_measurement_release(&w.m);
	return status;
}

const struct sabin_command sabin_cmd_plot = {
    .name = "plot",
    .arguments = "MEASUREMENT... --kind KIND,... -o PATH",
    .summary = "charts by gnuplot",
    .about = "Draws charts of a measurement directory or a bare response file and prints their paths;\n"
             "of a room file what it predicts: response, modes, geometry, placement.\n"
             "Each says under its title what it found, and marks what cannot be relied on.\n"
             "Several measurements are drawn as --kind=compare: before against after.",
    .options = rows,
    .option_count = SABIN_COUNT(rows),
    .size = sizeof(struct options),
    .operands_min = 1,
    .operands_max = SABIN_PLOT_SIDES_MAX,
    .no_json = true,
    .run = run,
};
