/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_deconvolve.c: sabin deconvolve.
 */
#include <errno.h>
#include <math.h>
#include <strings.h>

#include "audio/recording.h"
#include "audio/save.h"
#include "cli/command.h"
#include "cli/show.h"
#include "cli/sweep_file.h"
#include "io/atomic.h"
#include "io/calibration.h"
#include "io/number.h"
#include "io/wav.h"

struct options {
	struct sabin_common common;
	const char *sweep, *output, *calibration;
	struct sabin_list channels, speakers, positions;
	double from_hz, to_hz;
	long reference, repeats;
	bool no_recordings;
};

static const struct sabin_opt rows[] = {
    {SABIN_OPT_TEXT, 's', "sweep", "FILE", offsetof(struct options, sweep), 0, 0, 0, NULL, NULL,
     "the sweep that was played (required)"},
    {SABIN_OPT_TEXT, 'o', "output", "PATH", offsetof(struct options, output), 0, 0, 0, NULL, NULL,
     "measurement directory to make, or IR.wav (required)"},
    {SABIN_OPT_LIST, 0, "channel", "K,...", offsetof(struct options, channels), 0, 0, 0, NULL, NULL,
     "channels of the recording that hold microphones, or 'all'; default 1"},
    {SABIN_OPT_INTEGER, 0, "reference", "K", offsetof(struct options, reference), 0, 0, 1024, "0",
     NULL, "channel that holds a loopback: time zero becomes emission; 0: none"},
    {SABIN_OPT_LIST, 0, "speaker", "NAME,...", offsetof(struct options, speakers), 0, 0, 0, NULL,
     NULL, "what to call the speakers, in the order in which they were heard"},
    {SABIN_OPT_LIST, 0, "position", "NAME,...", offsetof(struct options, positions), 0, 0, 0, NULL,
     NULL, "what to call the position, or that of each channel"},
    {SABIN_OPT_INTEGER, 0, "repeats", "N", offsetof(struct options, repeats), 0, 0, 1000, "0", NULL,
     "average every N sweeps; 0: as many as the sweep's recipe says"},
    {SABIN_OPT_TEXT, 0, "calibration", "FILE", offsetof(struct options, calibration), 0, 0, 0, NULL,
     NULL, "the microphone's calibration, kept with the response"},
    {SABIN_OPT_NUMBER, 0, "from", "HZ", offsetof(struct options, from_hz), SABIN_UNIT_HZ, 0.1, 1e5,
     NULL, NULL, "where a foreign sweep begins; else found from the file"},
    {SABIN_OPT_NUMBER, 0, "to", "HZ", offsetof(struct options, to_hz), SABIN_UNIT_HZ, 1, 384000, NULL,
     NULL, "where a foreign sweep ends; else found from the file"},
    {SABIN_OPT_FLAG, 0, "no-recordings", NULL, offsetof(struct options, no_recordings), 0, 0, 0, NULL,
     NULL, "do not keep the parts of the recording"},
};

/* One channel with a microphone. */
struct track {
	size_t channel; /* from 0 */
	double *x;
	struct sabin_found found;
	size_t groups; /* responses: found sweeps over repeats */
};

struct work {
	const struct sabin_command *command;
	const struct options *o;
	const char *path; /* of the recording */
	struct sabin_wav recording;
	struct sabin_sweep_file sweep;
	struct track *tracks;
	size_t track_count, repeats, responses;
	double *reference;
	bool position_a_track; /* each channel is a position of its own */
	bool bare;             /* -o names a file */
	struct sabin_output output;
	struct sabin_measurement measurement;
};

static bool is_wav_name(const char *path)
{
	const size_t n = strlen(path);
	return n > 4 && strcasecmp(path + n - 4, ".wav") == 0;
}

/* ---- what was asked for --------------------------------------------------------------------- */

static bool names_are_good(const struct sabin_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (!sabin_name_is_valid(list->item[i]))
			return false;
		for (size_t k = 0; k < i; k++)
			if (strcasecmp(list->item[i], list->item[k]) == 0)
				return false;
	}
	return true;
}

static int check_options(const struct sabin_command *command, const struct options *o)
{
	if (!o->sweep || !o->output) {
		sabin_complain(command->name, "name the sweep with --sweep and the result with -o");
		return SABIN_EXIT_USAGE;
	}
	if (!names_are_good(&o->speakers) || !names_are_good(&o->positions)) {
		sabin_complain(command->name,
		               "--speaker and --position want names of letters, digits, '_' and '-', at "
		               "most 64 of them, and each name once");
		return SABIN_EXIT_USAGE;
	}
	for (size_t i = 0; i < o->channels.count; i++) {
		char *end;
		const char *text = o->channels.item[i];
		const long channel = strtol(text, &end, 10);
		const bool all = strcmp(text, "all") == 0 && o->channels.count == 1;
		if (!all && (end == text || *end || channel < 1 || channel > 1024)) {
			sabin_complain(command->name,
			               "--channel %s: expected numbers from 1 to 1024, or 'all'", text);
			return SABIN_EXIT_USAGE;
		}
	}
	return -1;
}

static enum sabin_err add_track(struct work *w, size_t channel, struct sabin_diag *diag)
{
	if (channel >= w->recording.channels)
		return sabin_diag_set(diag, SABIN_EFORMAT, w->path, 0, 0,
		                      "has %zu channel%s, but channel %zu is asked for",
		                      w->recording.channels, w->recording.channels == 1 ? "" : "s",
		                      channel + 1);
	struct track *t = &w->tracks[w->track_count++];
	*t = (struct track){.channel = channel};
	return sabin_wav_channel(&w->recording, channel, &t->x);
}

static enum sabin_err choose_tracks(struct work *w, struct sabin_diag *diag)
{
	const struct sabin_list *list = &w->o->channels;
	const size_t reference = (size_t)w->o->reference;
	const size_t most = w->recording.channels + list->count + 1;
	enum sabin_err err = SABIN_OK;
	if (reference > w->recording.channels)
		return sabin_diag_set(diag, SABIN_EFORMAT, w->path, 0, 0,
		                      "has %zu channel%s, but channel %zu is asked for",
		                      w->recording.channels, w->recording.channels == 1 ? "" : "s",
		                      reference);
	w->tracks = calloc(most, sizeof *w->tracks);
	if (!w->tracks)
		return SABIN_ENOMEM;
	if (list->count == 0)
		err = add_track(w, 0, diag);
	else if (strcmp(list->item[0], "all") != 0)
		for (size_t i = 0; !err && i < list->count; i++)
			err = add_track(w, (size_t)strtol(list->item[i], NULL, 10) - 1, diag);
	else
		for (size_t c = 0; !err && c < w->recording.channels; c++)
			if (c + 1 != reference)
				err = add_track(w, c, diag);
	if (!err && reference > 0)
		err = sabin_wav_channel(&w->recording, reference - 1, &w->reference);
	return err;
}

static enum sabin_err read_inputs(struct work *w, struct sabin_diag *diag)
{
	struct sabin_calibration calibration = {0};
	const struct options *o = w->o;
	enum sabin_err err = sabin_wav_read(w->path, &w->recording, diag);
	if (!err)
		err = sabin_sweep_file_read(o->sweep, o->from_hz, o->to_hz, &w->sweep, diag);
	if (!err && w->recording.rate_hz != w->sweep.rate_hz) {
		err = sabin_diag_set(diag, SABIN_EFORMAT, w->path, 0, 0,
		                     "was recorded at %u Hz, but the sweep has %u Hz; expected the same",
		                     w->recording.rate_hz, w->sweep.rate_hz);
		sabin_diag_advise(diag, "nothing is resampled: make the sweep at the recorder's rate, or "
		                        "resample the recording yourself");
	}
	if (!err)
		err = choose_tracks(w, diag);
	if (!err && o->calibration) /* a bad one is told now, not when it is used */
		err = sabin_calibration_read(o->calibration, &calibration, diag);
	sabin_calibration_release(&calibration);
	w->repeats = o->repeats > 0 ? (size_t)o->repeats : w->sweep.has_recipe ? w->sweep.recipe.repeats : 1;
	return err;
}

/* ---- finding ---------------------------------------------------------------------------------- */

static bool is_silent(const double *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (x[i] != 0)
			return false;
	return true;
}

/* Where each sweep begins, as words. */
static void list_places(const struct work *w, const struct sabin_found *found, char *text, size_t size)
{
	size_t n = 0;
	text[0] = '\0';
	for (size_t i = 0; i < found->count && n + 40 < size; i++) {
		const double at_s = (double)found->lag[i] / w->recording.rate_hz;
		n += (size_t)snprintf(text + n, size - n, "%s%.1f s%s", i ? ", " : "", fabs(at_s),
		                      at_s <= -0.05 ? " before the start" : "");
	}
}

static enum sabin_err tell_none(const struct work *w, const struct track *t, struct sabin_diag *diag)
{
	const struct sabin_excitation *e = &w->sweep.excitation;
	if (is_silent(t->x, w->recording.frames)) {
		sabin_diag_set(diag, SABIN_EFORMAT, w->path, 0, 0, "channel %zu is silent",
		               t->channel + 1);
		if (w->recording.channels > 1)
			sabin_diag_advise(diag, "name the microphone's channel, of %zu, with --channel",
			                  w->recording.channels);
		return SABIN_EFORMAT;
	}
	if (t->found.scattered) {
		sabin_diag_set(diag, SABIN_EFORMAT, w->path, 0, 0,
		               "no sweep found on channel %zu: looked for %s to %s in %.3f s; what is "
		               "there has its octaves at other times than that sweep",
		               t->channel + 1, sabin_text_hz(e->from_hz).s, sabin_text_hz(e->to_hz).s,
		               (double)e->frames / e->rate_hz);
		sabin_diag_advise(diag, "is it the recording of this very sweep?  A finished impulse "
		                        "response is read as it is: sabin analyze, sabin import");
		return SABIN_EFORMAT;
	}
	sabin_diag_set(diag, SABIN_EFORMAT, w->path, 0, 0,
	               "no sweep found on channel %zu: looked for %s to %s in %.3f s; the best "
	               "place stands out by %.1f dB, %.0f dB are needed%s",
	               t->channel + 1, sabin_text_hz(e->from_hz).s, sabin_text_hz(e->to_hz).s,
	               (double)e->frames / e->rate_hz,
	               t->found.best_db, t->found.needed_db,
	               t->found.one_more ? "; one begins, but most of it was not recorded" : "");
	sabin_diag_advise(diag, "is it the recording of this very sweep, and the right channel "
	                        "(--channel)?");
	return SABIN_EFORMAT;
}

static enum sabin_err find_sweeps(struct work *w, struct sabin_diag *diag)
{
	char places[160];
	for (size_t i = 0; i < w->track_count; i++) {
		struct track *t = &w->tracks[i];
		enum sabin_err err = sabin_recording_find(&w->sweep.excitation, t->x,
		                                          w->recording.frames, &t->found);
		if (err)
			return sabin_diag_set(diag, err == SABIN_ENOMEM ? err : SABIN_EFORMAT, w->o->sweep, 0,
			                      0, "cannot be used as a sweep: %s", sabin_strerror(err));
		if (t->found.count == 0)
			return tell_none(w, t, diag);
		list_places(w, &t->found, places, sizeof places);
		sabin_say("channel %zu: %zu sweep%s, at %s%s", t->channel + 1, t->found.count,
		          t->found.count == 1 ? "" : "s", places,
		          t->found.one_more ? "; one more begins, but most of it was not recorded" : "");
		if (t->found.count % w->repeats != 0) {
			sabin_diag_set(diag, SABIN_EFORMAT, w->path, 0, 0,
			               "channel %zu holds %zu sweep%s (at %s), which cannot be averaged by %zu",
			               t->channel + 1, t->found.count, t->found.count == 1 ? "" : "s", places,
			               w->repeats);
			sabin_diag_advise(diag, "say with --repeats how many belong to one speaker");
			return SABIN_EFORMAT;
		}
		t->groups = t->found.count / w->repeats;
		w->responses += t->groups;
	}
	return SABIN_OK;
}

static enum sabin_err refuse_count(const struct work *w, const char *option, size_t named,
                                   size_t found, const char *what, struct sabin_diag *diag)
{
	char places[160];
	list_places(w, &w->tracks[0].found, places, sizeof places);
	sabin_diag_set(diag, SABIN_EFORMAT, w->path, 0, 0, "holds %zu %s%s%s%s, but %s names %zu", found,
	               what, w->track_count == 1 ? " (sweeps at " : "", w->track_count == 1 ? places : "",
	               w->track_count == 1 ? ")" : "", option, named);
	sabin_diag_advise(diag, "name as many as there are%s",
	                  w->repeats > 1 ? "; --repeats says how many sweeps are averaged" : "");
	return SABIN_EFORMAT;
}

/* Do the names fit what was found? */
static enum sabin_err fit_names(struct work *w, struct sabin_diag *diag)
{
	const size_t speakers = w->o->speakers.count, positions = w->o->positions.count;
	bool even = w->track_count > 1;
	for (size_t i = 0; i < w->track_count; i++)
		even = even && w->tracks[i].groups == w->tracks[0].groups;
	/* several microphones heard the same speakers, unless there are names for them all */
	w->position_a_track = (positions > 1 && positions == w->track_count) ||
	                      (positions == 0 && even && speakers == w->tracks[0].groups &&
	                       speakers != w->responses);
	if (positions > 1 && !w->position_a_track)
		return refuse_count(w, "--position", positions, w->track_count,
		                    w->track_count == 1 ? "channel of interest" : "channels of interest",
		                    diag);
	if (!w->position_a_track && speakers > 0 && speakers != w->responses)
		return refuse_count(w, "--speaker", speakers, w->responses,
		                    w->responses == 1 ? "response" : "responses", diag);
	for (size_t i = 0; w->position_a_track && i < w->track_count; i++)
		if (speakers > 0 && speakers != w->tracks[i].groups)
			return refuse_count(w, "--speaker", speakers, w->tracks[i].groups,
			                    "responses on one channel", diag);
	return SABIN_OK;
}

/* ---- extracting and writing -------------------------------------------------------------------- */

/* Names of response `group` of track `t`, which is the `all`-th of all. */
static void name_response(const struct work *w, size_t t, size_t group, size_t all,
                          struct sabin_speaker *speaker, struct sabin_position *position)
{
	const struct sabin_list *speakers = &w->o->speakers, *positions = &w->o->positions;
	const size_t number = w->position_a_track ? group : all;
	const size_t count = w->position_a_track ? w->tracks[t].groups : w->responses;
	if (number < speakers->count)
		snprintf(speaker->name, sizeof speaker->name, "%s", speakers->item[number]);
	else if (count == 1)
		snprintf(speaker->name, sizeof speaker->name, "speaker");
	else
		snprintf(speaker->name, sizeof speaker->name, "speaker-%zu", number + 1);
	if (w->position_a_track && positions->count == 0)
		snprintf(position->name, sizeof position->name, "channel-%zu",
		         w->tracks[t].channel + 1);
	else
		snprintf(position->name, sizeof position->name, "%s",
		         positions->count == 0 ? "position"
		                               : positions->item[w->position_a_track ? t : 0]);
}

/* A bare response file, for which the measurement lists what a directory would. */
static enum sabin_err save_bare(struct work *w, const struct sabin_extracted *x,
                                const struct sabin_saved *saved, struct sabin_diag *diag)
{
	struct sabin_measured *m = sabin_measurement_add(&w->measurement);
	if (!m || !(m->file = strdup(w->o->output)))
		return SABIN_ENOMEM;
	m->rate_hz = saved->rate_hz;
	m->level_kind = SABIN_LEVEL_FULL_SCALE;
	m->verdict = x->take.verdict;
	snprintf(m->speaker, sizeof m->speaker, "%s", saved->speaker->name);
	snprintf(m->position, sizeof m->position, "%s", saved->position->name);
	sabin_save_timing(&x->take, &x->cut, x->emission, saved->rate_hz, saved->to_hz,
	                  saved->temperature_c, m);
	return sabin_wav_write(w->output.temporary, x->h, x->cut.frames, 1, saved->rate_hz, SABIN_FLOAT,
	                       "sabin impulse response", diag);
}

/* The part of the recording that belongs to it: the microphone, and the loopback beside it. */
static float *part_of_recording(const struct work *w, const struct track *t,
                                const struct sabin_extracted *x)
{
	const size_t inputs = w->reference ? 2 : 1;
	float *part = calloc(x->frames, inputs * sizeof *part);
	for (size_t i = 0; part && i < x->frames; i++) {
		part[i * inputs] = (float)t->x[x->first + i];
		if (w->reference)
			part[i * inputs + 1] = (float)w->reference[x->first + i];
	}
	return part;
}

static enum sabin_err save_one(struct work *w, size_t t, size_t group, size_t all,
                               const struct sabin_extracted *x, struct sabin_diag *diag)
{
	struct sabin_speaker speaker = {.output = 1};
	struct sabin_position position = {0};
	struct sabin_microphone microphone = {.input = 1};
	name_response(w, t, group, all, &speaker, &position);
	float *recorded = part_of_recording(w, &w->tracks[t], x);
	if (w->o->calibration)
		microphone.calibration = strdup(w->o->calibration);
	enum sabin_err err =
	    recorded && (!w->o->calibration || microphone.calibration) ? SABIN_OK : SABIN_ENOMEM;
	const struct sabin_saved saved = {
	    .speaker = &speaker,
	    .position = &position,
	    .microphone = &microphone,
	    .take = &x->take,
	    .cut = x->cut,
	    .emission = x->emission,
	    .h = x->h,
	    .recorded = recorded,
	    .record_frames = x->frames,
	    .inputs = w->reference ? 2 : 1,
	    .rate_hz = w->recording.rate_hz,
	    .to_hz = w->sweep.excitation.to_hz,
	    .temperature_c = 20,
	    .keep_recording = !w->o->no_recordings,
	};
	if (!err)
		err = w->bare ? save_bare(w, x, &saved, diag)
		              : sabin_save(&saved, w->output.temporary, &w->measurement, diag);
	free(recorded);
	free(microphone.calibration);
	return err;
}

static enum sabin_err save_all(struct work *w, struct sabin_diag *diag)
{
	enum sabin_err err = SABIN_OK;
	size_t all = 0;
	for (size_t i = 0; !err && i < w->track_count; i++) {
		const struct track *t = &w->tracks[i];
		for (size_t g = 0; !err && g < t->groups; g++, all++) {
			struct sabin_extracted x = {0};
			sabin_progress("deconvolving", (double)all / (double)w->responses);
			err = sabin_recording_extract(&w->sweep.excitation, t->x, w->reference,
			                              w->recording.frames, &t->found, g * w->repeats,
			                              w->repeats, &x);
			if (!err)
				err = save_one(w, i, g, all, &x, diag);
			sabin_extracted_release(&x);
			if (!err)
				err = sabin_stopped(diag);
		}
	}
	sabin_progress_end();
	return err;
}

static enum sabin_err write_result(struct work *w, struct sabin_diag *diag)
{
	struct sabin_measurement *m = &w->measurement;
	(void)sabin_stop_watch(); /* from here on there is something to be removed */
	enum sabin_err err =
	    sabin_output_begin(&w->output, w->o->output, w->bare ? NULL : SABIN_MARK_MEASUREMENT, w->o->common.force, diag);
	if (!err)
		err = save_all(w, diag);
	m->has_stimulus = w->sweep.has_recipe;
	m->stimulus = w->sweep.recipe.stimulus;
	m->repeats = (unsigned)w->repeats;
	m->complete = true;
	m->command = sabin_command_line();
	sabin_date_now(m->date, sizeof m->date);
	if (!err && !w->bare)
		err = sabin_measurement_write(m, w->output.temporary, diag);
	return err ? err : sabin_output_commit(&w->output, diag);
}

static int report(struct work *w)
{
	struct sabin_diag diag = {0};
	bool trustworthy = true;
	if (w->o->common.json) {
		enum sabin_err err = sabin_show_measurement_json(&w->measurement, w->o->output, NULL, 0);
		if (err)
			return sabin_fail_output(w->command->name, err, &diag);
	} else {
		sabin_show_measurement(&w->measurement, w->o->output, 0);
	}
	for (size_t i = 0; i < w->measurement.response_count; i++)
		trustworthy = trustworthy && w->measurement.responses[i].verdict.trustworthy;
	return trustworthy ? SABIN_EXIT_DONE : SABIN_EXIT_NEGATIVE;
}

static void release(struct work *w)
{
	sabin_output_abandon(&w->output);
	sabin_measurement_release(&w->measurement);
	for (size_t i = 0; i < w->track_count; i++) {
		free(w->tracks[i].x);
		sabin_found_release(&w->tracks[i].found);
	}
	free(w->tracks);
	free(w->reference);
	sabin_sweep_file_release(&w->sweep);
	sabin_wav_release(&w->recording);
}

static int run(const struct sabin_command *command, void *options, char **operands)
{
	const struct options *o = options;
	struct work w = {.command = command, .o = o, .path = operands[0]};
	struct sabin_diag diag = {0};
	int status = check_options(command, o);
	if (status >= 0)
		return status;
	w.bare = is_wav_name(o->output);
	enum sabin_err err = read_inputs(&w, &diag);
	if (!err)
		err = find_sweeps(&w, &diag);
	if (!err)
		err = fit_names(&w, &diag);
	if (err) {
		status = sabin_fail_input(command->name, err, &diag);
	} else if (w.bare && w.responses > 1) {
		sabin_complain(command->name,
		               "%zu responses were found, and %s holds one: name a directory with -o",
		               w.responses, o->output);
		status = SABIN_EXIT_USAGE;
	} else {
		err = write_result(&w, &diag);
		status = err ? sabin_fail_output(command->name, err, &diag) : report(&w);
	}
	release(&w);
	return status;
}

const struct sabin_command sabin_cmd_deconvolve = {
    .name = "deconvolve",
    .arguments = "RECORDING --sweep SWEEP.wav -o DIR|IR.wav",
    .summary = "impulse responses from a recording made elsewhere",
    .about = "Finds the sweeps in a recording and deconvolves each: one speaker after another on one\n"
             "channel, or on several.  A sweep of 'sabin sweep' carries its recipe; any other\n"
             "exponential sweep will do, its band is found from the file unless --from and --to\n"
             "say it.  The recording may begin at any time.  Calibration is kept beside the\n"
             "responses and applied by the commands that read them.",
    .options = rows,
    .option_count = SABIN_COUNT(rows),
    .size = sizeof(struct options),
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
