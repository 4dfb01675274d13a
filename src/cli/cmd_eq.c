/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_eq.c: sabin eq.
 */
#include <math.h>

#include "cli/command.h"
#include "cli/eq_dialects.h"
#include "cli/eq_from.h"
#include "cli/eq_input.h"
#include "cli/eq_predict.h"
#include "cli/eq_show.h"
#include "cli/show.h"
#include "io/atomic.h"
#include "io/response_text.h"

struct options {
	struct sabin_common common;
	const char *output, *response, *target, *filters, *calibration, *crossover;
	struct sabin_list speakers, positions, rates, dialects, from;
	double range_hz[2], flatness_db, max_boost_db, max_cut_db, max_q, transition_hz;
	int shelves, alike, align, headroom, fir;
	long taps;
	bool unlimited;
};

enum { YES, NO };
/* Taps are told at this rate. */
static const double text_rate_hz = 48000;
static const double usual_flatness_db = 0.5;
enum { USUAL_TAPS = 16384 };
/* Of a FIR over its median: the limit that programs of the field keep, less what a cut of its tail may add;
 * and how far before its main peak mixed phase may reach. */
static const double fir_boost_db = 5.8, fir_pre_s = 0.001;

static const struct sabin_opt rows[] = {
    {SABIN_OPT_TEXT, 'o', "output", "DIR", offsetof(struct options, output), 0, 0, 0, NULL, NULL,
     "the correction directory to make; without it nothing is written"},
    {SABIN_OPT_TEXT, 0, "response", "FILE", offsetof(struct options, response), 0, 0, 0, NULL, NULL,
     "a response as text (CSV, FRD, REW) in place of a MEASUREMENT"},
    {SABIN_OPT_LIST, 0, "speaker", "NAME,...", offsetof(struct options, speakers), 0, 0, 0, NULL,
     NULL, "only these speakers"},
    {SABIN_OPT_LIST, 0, "position", "NAME,...", offsetof(struct options, positions), 0, 0, 0, NULL,
     NULL, "only these positions"},
    {SABIN_OPT_TEXT, 0, "calibration", "FILE", offsetof(struct options, calibration), 0, 0, 0, NULL,
     NULL, "microphone calibration to subtract, or none; else the measurement's own"},
    {SABIN_OPT_TEXT, 0, "target", "TARGET", offsetof(struct options, target), 0, 0, 0, "trend", NULL,
     "trend, flat, harman, bk, tilt:DB_PER_OCT or a file of levels"},
    {SABIN_OPT_TEXT, 0, "filters", "N", offsetof(struct options, filters), 0, 0, 0, NULL, NULL,
     "filters at most for each speaker (else 10, with --fir 0), or auto: the fewest that do"},
    {SABIN_OPT_NUMBER, 0, "flatness", "DB", offsetof(struct options, flatness_db), SABIN_UNIT_DB, 0.01,
     20, NULL, NULL, "what --filters auto is to reach, else 0.5: RMS of what is left of the correctable"},
    {SABIN_OPT_RANGE, 0, "range", "LO..HI", offsetof(struct options, range_hz), SABIN_UNIT_HZ, 5,
     96000, "20..20000", NULL, "frequencies that count"},
    {SABIN_OPT_NUMBER, 0, "transition", "HZ", offsetof(struct options, transition_hz), SABIN_UNIT_HZ,
     20, 96000, NULL, NULL, "all is corrected below, else 300; from 5/3 of it on only broad tone is"},
    {SABIN_OPT_NUMBER, 0, "max-boost", "DB", offsetof(struct options, max_boost_db), SABIN_UNIT_DB, 0,
     40, NULL, NULL, "largest net boost of all filters together; else 3"},
    {SABIN_OPT_NUMBER, 0, "max-cut", "DB", offsetof(struct options, max_cut_db), SABIN_UNIT_DB, 0, 60,
     NULL, NULL, "largest cut of one filter; else 18, with --unlimited 30"},
    {SABIN_OPT_NUMBER, 0, "max-q", "Q", offsetof(struct options, max_q), 0, 0.3, 100, NULL, NULL,
     "largest Q of one filter; else 10, with --unlimited 12"},
    {SABIN_OPT_CHOICE, 0, "shelves", "WHETHER", offsetof(struct options, shelves), 0, 0, 0, "yes",
     "yes|no", "allow up to two shelves"},
    {SABIN_OPT_CHOICE, 0, "alike", "WHETHER", offsetof(struct options, alike), 0, 0, 0, "yes", "yes|no",
     "the same filters for both speakers of a pair below the transition"},
    {SABIN_OPT_CHOICE, 0, "align", "WHETHER", offsetof(struct options, align), 0, 0, 0, "yes", "yes|no",
     "bring the speakers to one level and one time of arrival where one listens"},
    {SABIN_OPT_TEXT, 0, "crossover", "HZ", offsetof(struct options, crossover), 0, 0, 0, NULL, NULL,
     "where subwoofers and main speakers join (else 80), or none"},
    {SABIN_OPT_FLAG, 0, "unlimited", NULL, offsetof(struct options, unlimited), 0, 0, 0, NULL, NULL,
     "correct everything, however unwise, with no limit on boost but --max-boost"},
    {SABIN_OPT_CHOICE, 0, "headroom", "OF", offsetof(struct options, headroom), 0, 0, 0, "program",
     "program|worst|tone", "preamp for the loudest music, any signal at all, or steady tones"},
    {SABIN_OPT_CHOICE, 0, "fir", "KIND", offsetof(struct options, fir), 0, 0, 0, "none",
     "none|min|linear|mixed", "correct by impulse responses; with --filters, what these leave"},
    {SABIN_OPT_INTEGER, 0, "taps", "N", offsetof(struct options, taps), 0, 512, 131072, NULL, NULL,
     "length of an impulse response at 48000 Hz, else 16384; the same time at every rate"},
    {SABIN_OPT_LIST, 0, "rates", "HZ,...", offsetof(struct options, rates), 0, 0, 0, NULL, NULL,
     "sampling rates to prepare; else 44100,48000,96000,192000"},
    {SABIN_OPT_LIST, 'f', "dialect", "NAME,...", offsetof(struct options, dialects), 0, 0, 0, NULL,
     NULL, "write only these dialects; else all"},
    {SABIN_OPT_LIST, 0, "from", "FILE,...", offsetof(struct options, from), 0, 0, 0, NULL, NULL,
     "no design: the filters of an equaliser's file (or DIALECT:FILE), to show and convert"},
};

struct job {
	const struct sabin_command *command;
	const struct options *o;
	struct sabin_eq_options eq;
	double rates_hz[SABIN_CORRECTION_RATES];
	size_t rate_count;
	struct sabin_response_text curve; /* --target FILE */
	struct sabin_eq_input input;
	struct sabin_correction_file file;
	double crossover_hz; /* 0: none */
	struct sabin_integration joined;
	struct sabin_output output;
};

/* ---- options -------------------------------------------------------------------------------- */

static int read_target(struct job *job)
{
	static const struct {
		const char *name;
		enum sabin_target_kind kind;
	} names[] = {{"trend", SABIN_TARGET_TREND},
	             {"flat", SABIN_TARGET_FLAT},
	             {"harman", SABIN_TARGET_HARMAN},
	             {"bk", SABIN_TARGET_BK}};
	struct sabin_target *target = &job->eq.target;
	const char *text = job->o->target;
	struct sabin_diag diag = {0};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(text, names[i].name) == 0) {
			target->kind = names[i].kind;
			return -1;
		}
	if (strncmp(text, "tilt:", 5) == 0) {
		target->kind = SABIN_TARGET_TILT;
		if (sabin_opt_number(text + 5, SABIN_UNIT_DB, &target->tilt_db_per_oct) &&
		    fabs(target->tilt_db_per_oct) <= 12)
			return -1;
		sabin_complain(job->command->name,
		               "--target=%s: expected -12 to 12 dB an octave after 'tilt:'", text);
		return SABIN_EXIT_USAGE;
	}
	enum sabin_err err = sabin_response_text_read(text, &job->curve, &diag);
	if (err) {
		sabin_diag_advise(&diag, "a target is trend, flat, harman, bk, tilt:DB_PER_OCT or a "
		                         "file of frequencies and levels");
		return sabin_fail_input(job->command->name, err, &diag);
	}
	*target = (struct sabin_target){SABIN_TARGET_CURVE, 0, job->curve.length, job->curve.freq_hz,
	                                job->curve.level_db};
	return -1;
}

static int read_filters(struct job *job)
{
	enum { AUTO_MOST = 20 };
	double n;
	if (!job->o->filters) {
		job->eq.filters = job->o->fir ? 0 : sabin_eq_defaults().filters;
		return -1;
	}
	if (strcmp(job->o->filters, "auto") == 0) {
		job->eq.filters = AUTO_MOST;
		job->eq.flatness_db =
		    isnan(job->o->flatness_db) ? usual_flatness_db : job->o->flatness_db;
		return -1;
	}
	if (!sabin_opt_number(job->o->filters, SABIN_UNIT_NONE, &n) || n != floor(n) || n < 0 ||
	    n > SABIN_EQFIT_MOST) {
		sabin_complain(job->command->name, "--filters=%s: expected 0 to %d, or auto",
		               job->o->filters, SABIN_EQFIT_MOST);
		return SABIN_EXIT_USAGE;
	}
	job->eq.filters = (size_t)n;
	return -1;
}

static int read_rates(struct job *job)
{
	static const double usual_hz[] = {44100, 48000, 96000, 192000};
	const struct sabin_list *list = &job->o->rates;
	if (list->count > SABIN_CORRECTION_RATES) {
		sabin_complain(job->command->name, "--rates: expected at most %d",
		               SABIN_CORRECTION_RATES);
		return SABIN_EXIT_USAGE;
	}
	for (size_t i = 0; i < list->count; i++) {
		double *rate = &job->rates_hz[i];
		bool good = sabin_opt_number(list->item[i], SABIN_UNIT_HZ, rate) && *rate >= 4000 &&
		            *rate <= 768000 && *rate == floor(*rate);
		for (size_t k = 0; good && k < i; k++)
			good = job->rates_hz[k] != *rate;
		if (!good) {
			sabin_complain(job->command->name,
			               "--rates: '%s': expected a rate from 4000 to 768000 Hz, once",
			               list->item[i]);
			return SABIN_EXIT_USAGE;
		}
	}
	job->rate_count = list->count;
	if (list->count == 0) {
		job->rate_count = sizeof usual_hz / sizeof *usual_hz;
		memcpy(job->rates_hz, usual_hz, sizeof usual_hz);
	}
	return -1;
}

static int read_crossover(struct job *job)
{
	const char *text = job->o->crossover;
	job->crossover_hz = SABIN_EQ_CROSSOVER_HZ;
	if (!text)
		return -1;
	if (strcmp(text, "none") == 0)
		job->crossover_hz = 0;
	else if (!sabin_opt_number(text, SABIN_UNIT_HZ, &job->crossover_hz) || job->crossover_hz < 30 ||
	         job->crossover_hz > 300) {
		sabin_complain(job->command->name, "--crossover=%s: expected 30 to 300 Hz, or none", text);
		return SABIN_EXIT_USAGE;
	}
	return -1;
}

/* An option that has no effect beside the others is a misunderstanding. */
static int check_useful(const struct job *job)
{
	const struct options *o = job->o;
	const bool automatic = o->filters && strcmp(o->filters, "auto") == 0;
	const struct {
		bool useless;
		const char *text;
	} rules[] = {
	    {o->taps && !o->fir, "--taps: is the length of an impulse response; --fir asks for one"},
	    {!isnan(o->flatness_db) && !automatic, "--flatness: is for --filters auto"},
	    {!isnan(o->transition_hz) && o->unlimited,
	     "--transition: with --unlimited all frequencies are corrected alike"},
	    {o->dialects.count > 0 && !o->output && o->from.count == 0,
	     "--dialect: nothing is written without -o DIR"},
	    {o->response && o->crossover && job->crossover_hz > 0,
	     "--crossover: joins the speakers of a MEASUREMENT; --response is one response"},
	    {o->response && o->speakers.count > 0, "--speaker: chooses from a MEASUREMENT"},
	    {o->response && o->positions.count > 0, "--position: chooses from a MEASUREMENT"},
	    {o->response && o->calibration, "--calibration: is for a MEASUREMENT; a response text is "
	                                    "taken as it is"},
	};
	for (size_t i = 0; i < SABIN_COUNT(rules); i++)
		if (rules[i].useless) {
			sabin_complain(job->command->name, "%s", rules[i].text);
			return SABIN_EXIT_USAGE;
		}
	return -1;
}

static int read_options(struct job *job, char **operands)
{
	const struct options *o = job->o;
	if ((operands[0] && o->response) || (!operands[0] && !o->response && o->from.count == 0)) {
		sabin_complain(job->command->name,
		               "a MEASUREMENT or --response FILE was expected, one of them, or --from FILE");
		return SABIN_EXIT_USAGE;
	}
	job->eq = sabin_eq_defaults();
	job->eq.unlimited = o->unlimited;
	if (!isnan(o->max_boost_db))
		job->eq.max_boost_db = o->max_boost_db;
	else if (o->unlimited)
		job->eq.max_boost_db = INFINITY;
	if (o->unlimited) { /* what equalisers can be set to */
		job->eq.max_cut_db = 30;
		job->eq.max_q = 12;
	}
	if (!isnan(o->max_cut_db))
		job->eq.max_cut_db = o->max_cut_db;
	if (!isnan(o->max_q))
		job->eq.max_q = job->eq.mode_q = o->max_q;
	job->eq.shelves = o->shelves == YES;
	job->eq.alike = o->alike == YES;
	if (!isnan(o->transition_hz)) {
		job->eq.full_hz = o->transition_hz;
		job->eq.none_hz = o->transition_hz * 5 / 3;
	}
	int status = read_target(job);
	if (status < 0)
		status = read_filters(job);
	if (status < 0)
		status = read_rates(job);
	if (status < 0)
		status = read_crossover(job);
	if (status < 0)
		status = sabin_eq_check_dialects(job->command->name, &o->dialects);
	return status < 0 ? check_useful(job) : status;
}

/* An output that is refused is refused before anything is read, so that nobody waits in vain. */
static int check_output(const struct job *job)
{
	struct sabin_diag diag = {0};
	if (!job->o->output)
		return -1;
	const enum sabin_err err =
	    sabin_output_check(job->o->output, SABIN_MARK_CORRECTION, job->o->common.force, &diag);
	return err ? sabin_fail_output(job->command->name, err, &diag) : -1;
}

/* The files of --from. */
static struct sabin_eq_from from_of(const struct job *job)
{
	return (struct sabin_eq_from){.command = job->command->name,
	                              .files = &job->o->from,
	                              .dialects = &job->o->dialects,
	                              .rates_hz = job->rates_hz,
	                              .rate_count = job->rate_count,
	                              .rates_given = job->o->rates.count > 0,
	                              .range_hz = job->o->range_hz,
	                              .output = job->o->output,
	                              .force = job->o->common.force,
	                              .json = job->o->common.json};
}

/* ---- work ----------------------------------------------------------------------------------- */

static enum sabin_err keep_origins(struct job *job)
{
	const struct sabin_eq_input *in = &job->input;
	job->file.origins = calloc(in->speaker_count, sizeof *job->file.origins);
	if (!job->file.origins)
		return SABIN_ENOMEM;
	for (size_t s = 0; s < in->speaker_count; s++) {
		const struct sabin_eq_speaker *speaker = &in->speakers[s];
		struct sabin_correction_origin *origin = &job->file.origins[s];
		const size_t first = (size_t)(speaker->places - in->places);
		origin->places = calloc(speaker->place_count, sizeof *origin->places);
		if (!origin->places)
			return SABIN_ENOMEM;
		for (size_t p = 0; p < speaker->place_count; p++) {
			struct sabin_correction_place *place = &origin->places[origin->count++];
			snprintf(place->position, sizeof place->position, "%s",
			         in->positions[first + p]);
			place->level_db = malloc(in->length * sizeof(double));
			if (!place->level_db)
				return SABIN_ENOMEM;
			memcpy(place->level_db, speaker->places[p].level_db,
			       in->length * sizeof(double));
		}
	}
	return SABIN_OK;
}

/* FIRs for what the filters leave. */
static enum sabin_err add_fir(struct job *job, struct sabin_diag *diag)
{
	const struct options *o = job->o;
	const struct sabin_eq_fir fir = {
	    .kind = (enum sabin_fir_kind)o->fir,
	    .length_s = (double)(o->taps ? o->taps : USUAL_TAPS) / text_rate_hz,
	    .boost_db = isnan(o->max_boost_db) ? fir_boost_db : o->max_boost_db,
	    .pre_s = fir_pre_s,
	    .unlimited = o->unlimited,
	    .full_hz = job->eq.full_hz,
	    .none_hz = job->eq.none_hz,
	};
	if (fir.kind == SABIN_FIR_NONE)
		return SABIN_OK;
	enum sabin_err err = sabin_correction_add_fir(&job->file.correction, job->input.speakers, &fir,
	                                              job->rates_hz, job->rate_count);
	if (err == SABIN_EINVAL || err == SABIN_ESHORT)
		sabin_diag_set(diag, err, o->response, 0, 0,
		               "a mixed-phase correction needs impulse responses of one rate, longer than "
		               "a few milliseconds");
	job->file.fir = !err;
	return err;
}

/* Where there are subwoofers and main speakers and all that it takes is known. */
static enum sabin_err join_subs(struct job *job)
{
	const struct sabin_eq_input *in = &job->input;
	size_t subs = 0;
	for (size_t i = 0; i < in->speaker_count; i++)
		subs += in->speakers[i].sub;
	if (job->crossover_hz == 0 || subs == 0 || subs == in->speaker_count)
		return SABIN_OK;
	const enum sabin_err err = sabin_correction_integrate(&job->file.correction, in->speakers,
	                                                      job->crossover_hz, &job->joined);
	if (err != SABIN_ESHORT)
		return err;
	sabin_say("subwoofers are not joined to the main speakers: the travel times are not known (a room "
	          "file or a loopback tells them), or not all were measured at the same positions");
	return SABIN_OK;
}

/* Are there main speakers to be aligned? */
static bool aligns(const struct job *job)
{
	size_t mains = 0;
	for (size_t i = 0; i < job->input.speaker_count; i++)
		mains += !job->input.speakers[i].sub;
	return job->o->from.count == 0 && job->o->align == YES && mains > 1;
}

static int design(struct job *job, const char *measurement)
{
	const struct options *o = job->o;
	struct sabin_eq_input *in = &job->input;
	struct sabin_diag diag = {0};
	const char *name = job->command->name;
	int status = o->response ? sabin_eq_input_text(name, o->response, o->range_hz, in)
	                         : sabin_eq_input_measurement(name, measurement, &o->speakers,
	                                                      &o->positions, o->calibration,
	                                                      o->range_hz,
	                                                      !o->unlimited && job->eq.filters > 0 ? SABIN_EQ_MODES : 0, in);
	if (status >= 0)
		return status;
	size_t subs = 0;
	for (size_t i = 0; i < in->speaker_count; i++)
		subs += in->speakers[i].sub;
	if (o->crossover && job->crossover_hz > 0 && (subs == 0 || subs == in->speaker_count)) {
		sabin_complain(name, "--crossover: %s", subs ? "all speakers of the measurement are subwoofers"
		                                             : "no speaker of the measurement is a subwoofer");
		return SABIN_EXIT_USAGE;
	}
	memcpy(job->eq.range_hz, in->range_hz, sizeof job->eq.range_hz);
	job->eq.rate_hz = in->rate_hz;
	const bool from = o->from.count > 0;
	if (from)
		job->eq.filters = 0;
	if (!from && sabin_correction_joinable(in->speakers, in->speaker_count))
		job->eq.crossover_hz = job->crossover_hz;
	struct sabin_correction *correction = &job->file.correction;
	sabin_progress("designing", 0);
	enum sabin_err err =
	    sabin_correction_compute(in->speakers, in->speaker_count, &job->eq, correction);
	if (!err && !from && (err = add_fir(job, &diag)) != SABIN_OK && err != SABIN_ENOMEM)
		return sabin_fail_input(name, SABIN_EFORMAT, &diag);
	if (!err && aligns(job))
		sabin_correction_align(correction, in->speakers);
	if (!err && !from)
		err = join_subs(job);
	if (!err)
		err = sabin_correction_set_rates(correction, job->rates_hz, job->rate_count,
		                                 (enum sabin_headroom_for)o->headroom);
	if (!err)
		err = keep_origins(job);
	if (err)
		return sabin_fail_output(name, err, &diag);
	if (from) {
		const struct sabin_eq_from files = from_of(job);
		status = sabin_eq_from_apply(&files, correction);
		if (status >= 0)
			return status;
	}
	err = sabin_eq_predict(in, &job->file);
	if (err)
		return sabin_fail_output(name, err, &diag);
	job->file.command = sabin_command_line();
	job->file.target = strdup(o->target);
	job->file.room = strdup(in->room);
	sabin_date_now(job->file.date, sizeof job->file.date);
	return job->file.command && job->file.target && job->file.room ? -1 : sabin_fail_memory(name);
}

static enum sabin_err write_dialects(const struct job *job, struct sabin_diag *diag)
{
	struct sabin_setting setting;
	enum sabin_err err = sabin_setting_of(&job->file.correction, &setting);
	if (!err)
		err = sabin_eq_write_dialects(&setting, &job->o->dialects, job->file.fir,
		                              job->output.temporary, job->output.target, diag);
	sabin_setting_release(&setting);
	return err;
}

/* What of it they cannot carry, and what to do next. */
static void show_dialects(const struct job *job)
{
	struct sabin_setting setting;
	if (!job->o->output)
		return;
	if (sabin_setting_of(&job->file.correction, &setting) == SABIN_OK)
		sabin_eq_show_dialects(&setting, &job->o->dialects, job->o->output);
	sabin_setting_release(&setting);
}

static int save(struct job *job)
{
	struct sabin_diag diag = {0};
	enum sabin_err err = sabin_output_begin(&job->output, job->o->output, SABIN_MARK_CORRECTION,
	                                        job->o->common.force, &diag);
	if (!err)
		err = sabin_correction_write(&job->file, job->output.temporary, &diag);
	if (!err)
		err = write_dialects(job, &diag);
	if (!err)
		err = sabin_output_commit(&job->output, &diag);
	return err ? sabin_fail_output(job->command->name, err, &diag) : -1;
}

static int run(const struct sabin_command *command, void *options, char **operands)
{
	struct job job = {.command = command, .o = options};
	struct sabin_diag diag = {0};
	int status = check_output(&job);
	if (status < 0)
		status = read_options(&job, operands);
	if (status < 0 && job.o->from.count > 0 && !operands[0] && !job.o->response) {
		const struct sabin_eq_from from = from_of(&job);
		status = sabin_eq_from(&from);
		sabin_response_text_release(&job.curve);
		return status;
	}
	if (status < 0)
		status = design(&job, operands[0]);
	if (status < 0 && job.o->output)
		status = save(&job);
	sabin_progress_end();
	if (status < 0 && job.o->common.json) {
		enum sabin_err err = sabin_eq_show_json(&job.file, &job.joined, job.eq.flatness_db, job.o->output);
		status = err ? sabin_fail_output(command->name, err, &diag) : SABIN_EXIT_DONE;
	} else if (status < 0) {
		sabin_eq_show(&job.file, &job.joined, aligns(&job) ? &job.input : NULL, job.eq.flatness_db, job.o->output);
		show_dialects(&job);
		status = SABIN_EXIT_DONE;
	}
	sabin_output_abandon(&job.output);
	sabin_correction_release(&job.file);
	sabin_eq_input_release(&job.input);
	sabin_response_text_release(&job.curve);
	return status;
}

const struct sabin_command sabin_cmd_eq = {
    .name = "eq",
    .arguments = "[MEASUREMENT]",
    .summary = "design the correction and write it in every dialect",
    .about = "Fits second-order sections to what may be corrected of each speaker: all of it below the\n"
             "transition, broad tone above; peaks are cut, dips filled with care, and nulls that are not\n"
             "minimum phase left alone.  Levels and delays of the speakers are aligned, and a\n"
             "preamplifier gain is given that no signal overflows.",
    .options = rows,
    .option_count = SABIN_COUNT(rows),
    .size = sizeof(struct options),
    .operands_min = 0,
    .operands_max = 1,
    .run = run,
};
