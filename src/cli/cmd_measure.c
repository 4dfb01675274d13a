/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_measure.c: sabin measure.
 */
#include <math.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "audio/microphone.h"
#include "audio/session.h"
#include "cli/append.h"
#include "cli/card.h"
#include "cli/command.h"
#include "cli/eq_again.h"
#include "cli/show.h"
#include "io/atomic.h"
#include "io/calibration.h"
#include "io/number.h"
#include "io/paths.h"

struct options {
	struct sabin_common common;
	const char *output, *playback, *capture, *through, *reference;
	bool simulate, append, yes, no_recordings;
	struct sabin_list speakers, positions;
	double level_dbfs, ceiling_dbfs, length_s, rate_hz, countdown_s;
	long repeats, takes;
};

static const struct sabin_opt rows[] = {
    {SABIN_OPT_TEXT, 'o', "output", "DIR", offsetof(struct options, output), 0, 0, 0, NULL, NULL,
     "the measurement directory to make (required)"},
    {SABIN_OPT_FLAG, 0, "simulate", NULL, offsetof(struct options, simulate), 0, 0, 0, NULL, NULL,
     "measure the simulated room 'roomcard' through ALSA"},
    {SABIN_OPT_TEXT, 0, "playback", "PCM", offsetof(struct options, playback), 0, 0, 0, NULL, NULL,
     "ALSA device to play on, instead of the room file's"},
    {SABIN_OPT_TEXT, 0, "capture", "PCM", offsetof(struct options, capture), 0, 0, 0, NULL, NULL,
     "ALSA device to record from, instead of the room file's"},
    {SABIN_OPT_LIST, 0, "speaker", "NAME,...", offsetof(struct options, speakers), 0, 0, 0, NULL,
     NULL, "only these speakers"},
    {SABIN_OPT_LIST, 0, "position", "NAME,...", offsetof(struct options, positions), 0, 0, 0, NULL,
     NULL, "only these positions"},
    {SABIN_OPT_NUMBER, 0, "level", "DBFS", offsetof(struct options, level_dbfs), SABIN_UNIT_DB, -120,
     0, NULL, NULL, "peak level of the sweep, instead of the room file's"},
    {SABIN_OPT_NUMBER, 0, "max-level", "DBFS", offsetof(struct options, ceiling_dbfs), SABIN_UNIT_DB,
     -120, 0, "-6", NULL, "ceiling: nothing louder is ever played"},
    {SABIN_OPT_NUMBER, 0, "length", "S", offsetof(struct options, length_s), SABIN_UNIT_S, 0.05, 300,
     NULL, NULL, "length of the sweep, instead of the room file's"},
    {SABIN_OPT_INTEGER, 0, "repeats", "N", offsetof(struct options, repeats), 0, 1, 100, NULL, NULL,
     "sweeps to average for each response, instead of the room file's"},
    {SABIN_OPT_NUMBER, 0, "rate", "HZ", offsetof(struct options, rate_hz), SABIN_UNIT_HZ, 4000,
     768000, NULL, NULL, "sampling rate, instead of the room file's"},
    {SABIN_OPT_INTEGER, 0, "takes", "N", offsetof(struct options, takes), 0, 1, 100, "3", NULL,
     "attempts allowed for each response"},
    {SABIN_OPT_TEXT, 0, "reference-speaker", "NAME", offsetof(struct options, reference), 0, 0, 0, NULL,
     NULL, "the timing chirps come from this speaker, whichever is measured"},
    {SABIN_OPT_TEXT, 0, "through", "DIR", offsetof(struct options, through), 0, 0, 0, NULL, NULL,
     "play through this correction of 'sabin eq'"},
    {SABIN_OPT_FLAG, 0, "append", NULL, offsetof(struct options, append), 0, 0, 0, NULL, NULL,
     "go on with a directory that is not complete"},
    {SABIN_OPT_NUMBER, 0, "countdown", "S", offsetof(struct options, countdown_s), SABIN_UNIT_S, 0, 600,
     "0", NULL, "wait so long before the first sweep of each place"},
    {SABIN_OPT_FLAG, 'y', "yes", NULL, offsetof(struct options, yes), 0, 0, 0, NULL, NULL,
     "ask nothing"},
    {SABIN_OPT_FLAG, 0, "no-recordings", NULL, offsetof(struct options, no_recordings), 0, 0, 0,
     NULL, NULL, "do not keep the raw captures"},
};

/* The options after the room file has spoken. */
struct plan {
	const struct sabin_command *command;
	const struct options *o;
	struct sabin_roomfile room;
	struct sabin_session_options session;
	bool *wanted; /* speakers, then positions */
	struct sabin_simulated simulated;
	struct sabin_correction_file correction;
	struct sabin_measurement measurement;
	struct sabin_output output;
	struct sabin_session_size size;
	size_t round, done; /* rounds begun, responses measured */
};

static void say(void *context, const char *text)
{
	(void)context;
	sabin_say("%s", text);
}

static void progress(void *context, const char *stage, double fraction)
{
	(void)context;
	sabin_progress(stage, fraction);
}

/* What lies between us and the card. */
static void tell_doubts(const struct plan *plan)
{
	const struct sabin_measurement *m = &plan->measurement;
	char text[400];
	if (plan->session.plugin)
		return;
	if (sabin_pcm_doubt(&m->playback, false, text, sizeof text))
		sabin_say("warning: %s", text);
	if (strcmp(m->capture.name, m->playback.name) != 0 &&
	    sabin_pcm_doubt(&m->capture, true, text, sizeof text))
		sabin_say("warning: %s", text);
}

static void opened(void *context, const struct sabin_session_size *size)
{
	struct plan *plan = context;
	const struct sabin_session_options *s = &plan->session;
	const long all_s = lrint(size->take_s * (double)size->takes);
	char repeats[32] = "", takes[64] = "";
	plan->size = *size;
	tell_doubts(plan);
	if (s->repeats > 1)
		snprintf(repeats, sizeof repeats, " %u times", s->repeats);
	if (size->takes != size->responses)
		snprintf(takes, sizeof takes, " in %zu take%s", size->takes,
		         size->takes == 1 ? "" : "s");
	sabin_say("playing on %s at %g dBFS peak (ceiling %g dBFS), %s to %s in %g s%s; %zu response%s%s of "
	          "%.1f s: %ld:%02ld min of sound",
	          s->plugin ? "the simulated room" : s->playback, s->level_dbfs, s->ceiling_dbfs,
	          sabin_text_exact_hz(plan->room.sweep.from_hz).s,
	          sabin_text_exact_hz(plan->room.sweep.to_hz).s, s->length_s, repeats, size->responses,
	          size->responses == 1 ? "" : "s", takes, size->take_s, all_s / 60, all_s % 60);
	if (s->reference)
		sabin_say("the timing chirps come from '%s' on output %u at the same level, whichever is measured",
		          s->reference->name, s->reference->output);
}

/* Time to leave the room, or to sit still. */
static bool count_down(const struct plan *plan)
{
	const double all_s = plan->o->countdown_s;
	char text[32];
	for (double left_s = all_s; left_s > 0 && !*plan->session.stop; left_s -= 1) {
		const double step_s = fmin(left_s, 1);
		struct timespec step = {(time_t)step_s, (long)(1e9 * (step_s - floor(step_s)))};
		snprintf(text, sizeof text, "%.0f s until it sounds", ceil(left_s));
		sabin_progress(isatty(STDERR_FILENO) ? text : "counting down", 1 - left_s / all_s);
		nanosleep(&step, NULL); /* a signal cuts it short */
	}
	return !*plan->session.stop;
}

/* Tell where the microphones belong and wait for Return. */
static bool place(void *context, const struct sabin_position *const *positions, size_t count)
{
	struct plan *plan = context;
	const bool several = plan->room.audio.microphone_count > 1;
	if (plan->o->yes || plan->o->simulate || !isatty(STDIN_FILENO))
		return count_down(plan);
	sabin_progress_end();
	for (size_t i = 0; i < count; i++) {
		const struct sabin_position *p = positions[i];
		fprintf(stderr,
		        "Put the microphone%s%s at '%s' (%.2f m from the left wall, %.2f m from the front "
		        "wall, %.2f m high)%s\n",
		        several ? " " : "", several ? p->microphone : "", p->name, p->position_m[0],
		        p->position_m[1], p->position_m[2], i + 1 < count ? ";" : ",");
	}
	plan->round++;
	fprintf(stderr, "keep quiet, and press Return (%zu of %zu; Ctrl-C stops): ", plan->round,
	        plan->size.rounds);
	for (int c = getchar(); c != '\n'; c = getchar())
		if (c == EOF)
			return false;
	return !*plan->session.stop && count_down(plan);
}

/* The running table: a line for each response as it comes. */
static void measured(void *context, const struct sabin_measured *response)
{
	struct plan *plan = context;
	plan->done++;
	if (plan->size.responses > 1)
		sabin_show_verdict_line(response, plan->done, plan->size.responses);
}

/* Mark what --speaker and --position name; all when they name nothing. */
static int want(struct plan *plan)
{
	const struct options *o = plan->o;
	const struct sabin_roomfile *room = &plan->room;
	const size_t speakers = room->speaker_count, positions = room->position_count;
	const int status =
	    sabin_check_names(plan->command->name, &o->speakers, &o->positions, room);
	if (status >= 0)
		return status;
	plan->wanted = calloc(speakers + positions, sizeof *plan->wanted);
	if (!plan->wanted)
		return sabin_fail_memory(plan->command->name);
	for (size_t i = 0; i < speakers; i++)
		plan->wanted[i] = sabin_list_allows(&o->speakers, room->speakers[i].name);
	for (size_t i = 0; i < positions; i++)
		plan->wanted[speakers + i] = sabin_list_allows(&o->positions, room->positions[i].name);
	plan->session.speakers = plan->wanted;
	plan->session.positions = plan->wanted + speakers;
	return -1;
}

static int find_devices(struct plan *plan)
{
	const struct options *o = plan->o;
	struct sabin_session_options *s = &plan->session;
	if (o->simulate) {
		const int status = sabin_simulated_find(plan->command->name, &plan->simulated);
		s->plugin = plan->simulated.plugin;
		s->materials = plan->simulated.materials;
		return status;
	}
	s->playback = o->playback ? o->playback : plan->room.audio.playback;
	s->capture = o->capture ? o->capture : plan->room.audio.capture;
	if (s->playback && s->capture)
		return -1;
	sabin_complain(plan->command->name,
	               "no device to %s: name it with --%s, or audio.%s in %s, or use --simulate",
	               s->playback ? "record from" : "play on", s->playback ? "capture" : "playback",
	               s->playback ? "capture" : "playback", plan->room.path);
	return SABIN_EXIT_USAGE;
}

/* A calibration file that cannot be read is told before anything sounds; one that lies about unused is
 * told, and never used unasked. */
static int check_microphones(const struct plan *plan)
{
	const struct sabin_roomfile *room = &plan->room;
	bool calibrated = false;
	for (size_t i = 0; i < room->audio.microphone_count; i++) {
		const char *path = room->audio.microphones[i].calibration;
		struct sabin_calibration calibration = {0};
		struct sabin_diag diag = {0};
		enum sabin_err err = path ? sabin_calibration_read(path, &calibration, &diag) : SABIN_OK;
		sabin_calibration_release(&calibration);
		if (err)
			return sabin_fail_input(plan->command->name, err, &diag);
		calibrated = calibrated || path;
	}
	struct sabin_card_identity card;
	if (calibrated || !plan->session.capture)
		return -1;
	sabin_card_identify(plan->session.capture, &card);
	char *found = sabin_card_calibration(&card, room->folder);
	if (found)
		sabin_say("%s is a %s and %s seems to be its calibration file; it is not used, because "
		          "audio.microphone.calibration does not name it",
		          plan->session.capture, sabin_microphone_model_name(card.model), found);
	free(found);
	return -1;
}

static int read_correction(struct plan *plan)
{
	struct sabin_diag diag = {0};
	if (!plan->o->through)
		return -1;
	enum sabin_err err = sabin_correction_read(plan->o->through, &plan->correction, &diag);
	plan->session.through = &plan->correction;
	if (err)
		return sabin_fail_input(plan->command->name, err, &diag);
	sabin_eq_again_warn(&plan->correction, plan->room.name, &plan->room);
	return -1;
}

/* The speaker that plays the timing chirps, by the option or the room file. */
static int find_reference(struct plan *plan)
{
	const struct sabin_roomfile *room = &plan->room;
	const char *option = plan->o->reference;
	const char *name = option ? option : room->audio.reference_speaker;
	if (!*name && !option)
		return -1;
	const int index = sabin_roomfile_speaker(room, name);
	if (index < 0) {
		sabin_complain(plan->command->name, "--reference-speaker: %s has no speaker '%s'; the first is '%s'",
		               room->path, name, room->speakers[0].name);
		return SABIN_EXIT_USAGE;
	}
	if (room->audio.has_loopback) {
		sabin_complain(plan->command->name,
		               "--reference-speaker: %s has a loopback, which tells the time already",
		               room->path);
		return SABIN_EXIT_USAGE;
	}
	plan->session.reference = &room->speakers[index];
	return -1;
}

static double or_else(double option, double otherwise)
{
	return isnan(option) ? otherwise : option;
}

static int make_plan(struct plan *plan)
{
	const struct options *o = plan->o;
	struct sabin_session_options *s = &plan->session;
	const struct sabin_roomfile *room = &plan->room;
	*s = (struct sabin_session_options){
	    .room = room,
	    .ops = &sabin_pcm_alsa,
	    .rate_hz = (unsigned)or_else(o->rate_hz, room->audio.rate_hz),
	    .level_dbfs = or_else(o->level_dbfs, room->sweep.level_dbfs),
	    .ceiling_dbfs = o->ceiling_dbfs,
	    .length_s = or_else(o->length_s, room->sweep.length_s),
	    .repeats = o->repeats ? (unsigned)o->repeats : room->sweep.repeats,
	    .takes = (unsigned)o->takes,
	    .recordings = !o->no_recordings,
	    .stop = sabin_stop_watch(),
	    .say = say,
	    .progress = progress,
	    .opened = opened,
	    .place = place,
	    .measured = measured,
	    .context = plan,
	};
	if (s->level_dbfs > s->ceiling_dbfs) {
		sabin_complain(plan->command->name,
		               "the sweep's level of %g dBFS is above the ceiling of %g dBFS; raise "
		               "--max-level only if ears and tweeters can bear it",
		               s->level_dbfs, s->ceiling_dbfs);
		return SABIN_EXIT_USAGE;
	}
	if (room->sweep.to_hz > s->rate_hz / 2.0) {
		sabin_complain(plan->command->name,
		               "a sweep to %s cannot be played at %u Hz; expected at most %s",
		               sabin_text_exact_hz(room->sweep.to_hz).s, s->rate_hz,
		               sabin_text_exact_hz(s->rate_hz / 2.0).s);
		return SABIN_EXIT_USAGE;
	}
	int status = want(plan);
	if (status < 0)
		status = find_reference(plan);
	if (status < 0)
		status = read_correction(plan);
	if (status < 0)
		status = find_devices(plan);
	return status < 0 ? check_microphones(plan) : status;
}

/* A run that was killed could not tidy up; its responses may be wanted, so that it is told and not
 * removed. */
static void tell_leftover(const struct sabin_output *output)
{
	char *path = sabin_output_leftover(output);
	if (path)
		sabin_say("%s was left by a run that was killed; if nothing in it is wanted: rm -r -- '%s'",
		          path, path);
	free(path);
}

/* Run the session into the temporary directory and move it to its place when it holds anything. */
static int measure(struct plan *plan)
{
	const struct options *o = plan->o;
	const char *name = plan->command->name;
	struct sabin_diag diag = {0}, why = {0};
	struct sabin_measurement *m = &plan->measurement;
	enum sabin_err err = sabin_output_begin(&plan->output, o->output, SABIN_MARK_MEASUREMENT,
	                                        o->common.force || o->append, &diag);
	if (!err && o->append)
		err = sabin_append_begin(o->output, &plan->output, &plan->room, m, &diag);
	if (!err)
		err = sabin_measurement_keep_room(&plan->room, plan->output.temporary, &diag);
	if (err == SABIN_EEXIST && !o->append && !o->common.force && diag.advice[0])
		sabin_diag_advise(&diag, "choose another name, replace it with --force, or go on with it "
		                         "with --append");
	if (err)
		return sabin_fail_output(name, err, &diag);
	if (!m->command)
		m->command = sabin_command_line();
	sabin_date_now(m->date, sizeof m->date);
	plan->session.folder = plan->output.temporary;
	tell_leftover(&plan->output);
	struct sabin_doubts doubts;
	sabin_show_doubts(&plan->room, &doubts);
	const enum sabin_err ended = sabin_session_run(&plan->session, m, &why);
	sabin_progress_end();
	if (m->response_count > 0) {
		err = sabin_measurement_write(m, plan->output.temporary, &diag);
		if (!err)
			err = sabin_output_commit(&plan->output, &diag);
		if (err)
			return sabin_fail_output(name, err, &diag);
	}
	if (ended == SABIN_EINTR) {
		if (m->response_count == 0)
			sabin_complain(name, "interrupted before the first response; nothing was written");
		else
			sabin_complain(name, "interrupted; %zu whole response%s in %s; --append goes on",
			               m->response_count, m->response_count == 1 ? " is" : "s are",
			               o->output);
		return SABIN_EXIT_INTERRUPTED;
	}
	if (ended == SABIN_EFORMAT)
		return sabin_fail_input(name, ended, &why);
	return ended ? sabin_fail_output(name, ended, &why) : -1;
}

static bool wanted_is_there(const struct plan *plan)
{
	const struct sabin_roomfile *room = &plan->room;
	for (size_t s = 0; s < room->speaker_count; s++)
		for (size_t p = 0; p < room->position_count; p++)
			if (plan->session.speakers[s] && plan->session.positions[p] &&
			    !sabin_measurement_find(&plan->measurement, room->speakers[s].name,
			                            room->positions[p].name))
				return false;
	return true;
}

static int verdict(const struct plan *plan)
{
	const struct sabin_measurement *m = &plan->measurement;
	struct sabin_diag diag = {0};
	bool good = wanted_is_there(plan);
	struct sabin_measurement written = {0}; /* the files are where they belong by now */
	struct sabin_pair_difference *pairs = NULL;
	size_t count = 0;
	enum sabin_err err = SABIN_OK;
	if (m->response_count > 0)
		err = sabin_measurement_open(plan->o->output, &written, &diag);
	if (!err)
		err = sabin_pairs_compare(&written, &plan->room, &pairs, &count, &diag);
	if (!err && plan->o->common.json) {
		err = sabin_show_measurement_json(m, plan->o->output, pairs, count);
	} else if (!err) {
		sabin_show_measurement(m, plan->o->output,
		                       plan->room.speaker_count * plan->room.position_count);
		sabin_pairs_show(pairs, count);
	}
	free(pairs);
	sabin_measurement_release(&written);
	if (err)
		return sabin_fail_output(plan->command->name, err, &diag);
	for (size_t i = 0; i < m->response_count; i++)
		good = good && m->responses[i].verdict.trustworthy;
	return good ? SABIN_EXIT_DONE : SABIN_EXIT_NEGATIVE;
}

static int run(const struct sabin_command *command, void *options, char **operands)
{
	struct options *o = options;
	struct plan plan = {.command = command, .o = o};
	struct sabin_diag diag = {0};
	if (!o->output) {
		sabin_complain(command->name, "name the measurement directory with -o DIR");
		return SABIN_EXIT_USAGE;
	}
	int status;
	enum sabin_err err = sabin_roomfile_read(operands[0], NULL, &plan.room, &diag);
	if (err)
		status = sabin_fail_input(command->name, err, &diag);
	else
		status = make_plan(&plan);
	if (status < 0)
		status = measure(&plan);
	if (status < 0)
		status = verdict(&plan);
	sabin_output_abandon(&plan.output);
	sabin_correction_release(&plan.correction);
	sabin_measurement_release(&plan.measurement);
	sabin_roomfile_release(&plan.room);
	free(plan.wanted);
	sabin_simulated_release(&plan.simulated);
	return status;
}

const struct sabin_command sabin_cmd_measure = {
    .name = "measure",
    .arguments = "ROOM -o DIR",
    .summary = "play and record every speaker at every position of a room file",
    .about = "Plays an exponential sweep on each speaker, records it at each position, and writes the\n"
             "impulse responses with a verdict on each into a measurement directory.  The sound\n"
             "begins in silence, fades in, stays below --max-level, and fades out on Ctrl-C.\n"
             "With --simulate nothing is heard: the room file's own room is measured through the\n"
             "simulated sound card 'roomcard'.",
    .options = rows,
    .option_count = SABIN_COUNT(rows),
    .size = sizeof(struct options),
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
