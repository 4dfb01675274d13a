/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_report.c: sabin report.
 */
#include <math.h>

#include "chart/gnuplot.h"
#include "cli/command.h"
#include "cli/report.h"
#include "cli/show.h"
#include "io/atomic.h"
#include "io/paths.h"

struct options {
	struct sabin_common common;
	const char *output, *before, *correction, *calibration;
	struct sabin_list speakers, positions, require;
};

static const struct sabin_opt rows[] = {
    {SABIN_OPT_TEXT, 'o', "output", "FILE", offsetof(struct options, output), 0, 0, 0, NULL, NULL,
     "the page, FILE.html (required)"},
    {SABIN_OPT_TEXT, 0, "before", "MEASUREMENT", offsetof(struct options, before), 0, 0, 0, NULL, NULL,
     "an earlier measurement of the same room: what changed since"},
    {SABIN_OPT_TEXT, 0, "correction", "DIR", offsetof(struct options, correction), 0, 0, 0, NULL, NULL,
     "a correction of 'sabin eq': what it does, and what it achieved"},
    {SABIN_OPT_LIST, 0, "require", "NAME,...", offsetof(struct options, require), 0, 0, 0, NULL, NULL,
     "these standards, or files of requirements, and status 1 if missed; else\n"
     "ebu-3276 and bs-1116 are shown"},
    {SABIN_OPT_LIST, 0, "speaker", "NAME,...", offsetof(struct options, speakers), 0, 0, 0, NULL, NULL,
     "only these speakers"},
    {SABIN_OPT_LIST, 0, "position", "NAME,...", offsetof(struct options, positions), 0, 0, 0, NULL, NULL,
     "only these positions"},
    {SABIN_OPT_TEXT, 0, "calibration", "FILE", offsetof(struct options, calibration), 0, 0, 0, NULL, NULL,
     "microphone calibration to subtract, or none; else the measurement's own"},
};

struct work {
	const struct options *o;
	struct sabin_report report;
};

static int check(const char *command, struct work *w)
{
	struct sabin_diag diag = {0};
	if (!w->o->output) {
		sabin_complain(command, "name the page with -o FILE.html");
		return SABIN_EXIT_USAGE;
	}
	/* before anything is read, so that nobody waits in vain; nothing stays that a signal could leave behind */
	struct sabin_gnuplot_guard guard;
	sabin_gnuplot_guard(&guard);
	enum sabin_err err = sabin_output_check(w->o->output, NULL, w->o->common.force, &diag);
	sabin_gnuplot_unguard(&guard);
	if (!err)
		err = sabin_place_find(SABIN_PLACE_PLOTS, &w->report.plots, &diag);
	return err ? sabin_fail_output(command, err, &diag) : -1;
}

/* The analyses of the side, as the tables of all responses want them. */
static enum sabin_err gather(struct sabin_report *r)
{
	const struct sabin_side *side = &r->side;
	r->results = calloc(side->count, sizeof *r->results);
	r->chosen = calloc(side->count, sizeof *r->chosen);
	if (!r->results || !r->chosen)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < side->count; i++) {
		r->results[i] = side->item[i].analysis;
		r->chosen[i] = (size_t)(side->item[i].measured - side->measurement.responses);
	}
	const double *size_m = side->room.room.size_m;
	r->analyses = (struct sabin_analyses){
	    .measurement = &side->measurement,
	    .chosen = r->chosen,
	    .results = r->results,
	    .count = side->count,
	    .volume_m3 = side->has_room ? size_m[0] * size_m[1] * size_m[2] : (double)NAN,
	    .room = side->has_room ? &side->room : NULL,
	};
	return SABIN_OK;
}

/* What a measurement says of itself is the only sign that it was played through a correction. */
static bool played_through(const struct sabin_measurement *m)
{
	return m->command && strstr(m->command, " --through");
}

static int read_correction(struct work *w)
{
	struct sabin_report *r = &w->report;
	char *operands[3] = {strdup(w->o->correction), NULL, NULL};
	char *again = strdup(r->side.path);
	int status = operands[0] && again ? -1 : sabin_fail_memory(r->command);
	if (played_through(&r->side.measurement))
		operands[1] = again;
	if (status < 0)
		status = sabin_plot_correction_open(r->command, operands, &w->o->speakers, &w->o->positions,
		                                    w->o->calibration, &r->correction);
	r->has_correction = status < 0;
	free(operands[0]);
	free(again);
	return status;
}

static int read_before(struct work *w)
{
	struct sabin_report *r = &w->report;
	struct sabin_diag diag = {0};
	const int status = sabin_side_open(r->command, w->o->before, &w->o->speakers, &w->o->positions,
	                                   w->o->calibration, &r->before);
	if (status >= 0)
		return status;
	sabin_comparison_warn_order(&r->before, &r->side);
	const enum sabin_err err = sabin_comparison_compute(&r->before, &r->side, SABIN_MOVED_M, &r->comparison);
	if (err)
		return sabin_fail_output(r->command, err, &diag);
	r->has_before = r->comparison.count > 0;
	return r->has_before ? -1 : sabin_comparison_complain(r->command, &r->comparison);
}

static bool progress(void *user, double fraction)
{
	(void)user;
	sabin_progress("looking for faults", fraction);
	return true;
}

static int read_all(struct work *w, const char *path)
{
	static const struct sabin_list usual = {.item = {"ebu-3276", "bs-1116"}, .count = 2};
	struct sabin_report *r = &w->report;
	struct sabin_diag diag = {0};
	int status = sabin_side_open(r->command, path, &w->o->speakers, &w->o->positions, w->o->calibration, &r->side);
	/* what is given with it comes before the long work: one that is wrong is told at once */
	if (status < 0 && w->o->before)
		status = read_before(w);
	if (status < 0 && w->o->correction)
		status = read_correction(w);
	if (status >= 0)
		return status;
	enum sabin_err err = gather(r);
	if (!err)
		err = sabin_advise_scene_of(&r->side, w->o->calibration, &r->scene, &diag);
	if (!err)
		err = sabin_advise_scene_extend(&r->scene);
	r->scene.scene.progress = progress;
	if (!err)
		err = sabin_advise(&r->scene.scene, &r->advice);
	sabin_progress_end();
	if (err)
		return sabin_fail_input(r->command, err, &diag);
	return sabin_required_judge(r->command, &r->scene, w->o->require.count > 0 ? &w->o->require : &usual,
	                            &r->required);
}

static int compose(struct sabin_report *r)
{
	sabin_page_open(&r->page);
	sabin_report_summary(r);
	sabin_report_verdict(r);
	sabin_report_figures(r);
	int status = sabin_report_charts(r);
	if (status < 0)
		sabin_report_standards(r);
	if (status < 0 && r->has_before) {
		sabin_report_compare(r);
		status = sabin_report_compare_chart(r);
	}
	if (status < 0 && r->has_correction) {
		sabin_report_correction(r);
		status = sabin_report_correction_charts(r);
	}
	if (status < 0) {
		sabin_report_advice(r);
		sabin_report_method(r);
	}
	return status;
}

/* "2 loudspeakers at 3 places": as many as differ. */
static size_t distinct(const struct sabin_side *side, bool speakers)
{
	size_t n = 0;
	for (size_t i = 0; i < side->count; i++) {
		bool again = false;
		for (size_t k = 0; k < i; k++)
			again = again || strcmp(speakers ? side->item[k].measured->speaker : side->item[k].measured->position,
			                        speakers ? side->item[i].measured->speaker
			                                 : side->item[i].measured->position) == 0;
		n += !again;
	}
	return n;
}

static int write_page(struct work *w)
{
	struct sabin_report *r = &w->report;
	struct sabin_diag diag = {0};
	const struct sabin_side *side = &r->side;
	const size_t speakers = distinct(side, true), places = distinct(side, false);
	char facts[200], *text = NULL;
	size_t length = 0;
	snprintf(facts, sizeof facts, "%s%.10s%s%zu loudspeaker%s at %zu place%s", side->measurement.date[0] ? "Measured " : "",
	         side->measurement.date, side->measurement.date[0] ? ": " : "", speakers, speakers == 1 ? "" : "s", places,
	         places == 1 ? "" : "s");
	const struct sabin_page_head head = {
	    .kind = "Room acoustics report",
	    .title = side->has_room && side->room.name[0] ? side->room.name : side->path,
	    .facts = facts,
	    .generator = "sabin " SABIN_VERSION,
	};
	enum sabin_err err = sabin_page_close(&r->page, &head, &text, &length);
	struct sabin_gnuplot_guard guard;
	sabin_gnuplot_guard(&guard); /* for a moment there is something to be removed */
	if (!err)
		err = sabin_output_text(w->o->output, text, length, w->o->common.force, &diag);
	sabin_gnuplot_unguard(&guard);
	free(text);
	return err ? sabin_fail_output(r->command, err, &diag) : -1;
}

static bool missed(const struct work *w)
{
	return !sabin_report_trusted(&w->report) ||
	       (w->o->require.count > 0 && sabin_required_missed(w->report.required));
}

static int run(const struct sabin_command *command, void *options, char **operands)
{
	struct work *w = calloc(1, sizeof *w);
	if (!w)
		return sabin_fail_memory(command->name);
	struct sabin_report *r = &w->report;
	w->o = options;
	r->command = command->name;
	r->calibration = w->o->calibration;
	int status = check(command->name, w);
	if (status < 0)
		status = read_all(w, operands[0]);
	if (status < 0)
		status = compose(r);
	if (status < 0)
		status = write_page(w);
	if (status < 0) {
		puts(w->o->output);
		status = missed(w) ? SABIN_EXIT_NEGATIVE : SABIN_EXIT_DONE;
	}
	sabin_page_abandon(&r->page);
	sabin_required_free(r->required);
	sabin_comparison_release(&r->comparison);
	sabin_plot_correction_release(&r->correction);
	sabin_advise_scene_release(&r->scene);
	sabin_side_release(&r->before);
	sabin_side_release(&r->side);
	free(r->results);
	free(r->chosen);
	free(r->plots);
	free(w);
	return status;
}

const struct sabin_command sabin_cmd_report = {
    .name = "report",
    .arguments = "MEASUREMENT -o FILE.html",
    .summary = "one self-contained page for the client",
    .about = "Writes what a measurement says as one HTML page that needs nothing else: a summary in plain\n"
             "words, whether the measurement can be trusted, key figures with their uncertainty, charts,\n"
             "standards, advice, and how it was measured.  It reads well on a screen, light or dark, on a\n"
             "phone, and printed.",
    .options = rows,
    .option_count = SABIN_COUNT(rows),
    .size = sizeof(struct options),
    .operands_min = 1,
    .operands_max = 1,
    .no_json = true,
    .run = run,
};
