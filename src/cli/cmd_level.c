/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_level.c: sabin level.
 */
#include <math.h>
#include <poll.h>
#include <unistd.h>

#include "audio/level.h"
#include "cli/calibration_show.h"
#include "cli/card.h"
#include "cli/command.h"
#include "cli/level_show.h"
#include "cli/show.h"
#include "io/atomic.h"

/* What a calibrator and a sound level meter of class 2 may be off, as standard uncertainty of a
 * rectangular distribution (IEC 60942:2017 table 1: 0.40 dB; IEC 61672-1:2013 table 3, 1 kHz: 1 dB, class 1:
 * 0.7 dB).  That of class 1 was compared with a published table; those of class 2 were not. */
static const double calibrator_db = 0.40 / 1.7320508;
static const double reference_meter_db = 1.0 / 1.7320508;
static const double listen_s = 4;
static const double script_s = 5; /* where nobody can press Return */

struct options {
	struct sabin_common common;
	const char *output, *playback, *capture, *calibration, *check_calibration, *position;
	bool simulate;
	struct sabin_list speakers;
	double level_dbfs, ceiling_dbfs, duration_s, rate_hz, calibrate_dbspl, reference_dbspl;
	long channel, input, seed;
	int weighting;
};

static const struct sabin_opt rows[] = {
    {SABIN_OPT_TEXT, 'o', "output", "FILE", offsetof(struct options, output), 0, 0, 0, NULL, NULL,
     "calibration file to write, with --calibrate or --reference-meter"},
    {SABIN_OPT_FLAG, 0, "simulate", NULL, offsetof(struct options, simulate), 0, 0, 0, NULL, NULL,
     "use the simulated room 'roomcard' of the room file"},
    {SABIN_OPT_TEXT, 0, "playback", "PCM", offsetof(struct options, playback), 0, 0, 0, NULL, NULL,
     "ALSA device to play on, instead of the room file's"},
    {SABIN_OPT_TEXT, 0, "capture", "PCM", offsetof(struct options, capture), 0, 0, 0, NULL, NULL,
     "ALSA device to record from, instead of the room file's"},
    {SABIN_OPT_LIST, 0, "speaker", "NAME,...", offsetof(struct options, speakers), 0, 0, 0, NULL,
     NULL, "only these speakers of the room file"},
    {SABIN_OPT_TEXT, 0, "position", "NAME", offsetof(struct options, position), 0, 0, 0, NULL, NULL,
     "where the microphone stands; else the room file's first position"},
    {SABIN_OPT_INTEGER, 0, "channel", "K", offsetof(struct options, channel), 0, 1, 1024, "1", NULL,
     "output to play on, without a room file"},
    {SABIN_OPT_INTEGER, 0, "input", "K", offsetof(struct options, input), 0, 1, 1024, NULL, NULL,
     "input to meter, instead of the room file's; 1 without one"},
    {SABIN_OPT_NUMBER, 0, "rate", "HZ", offsetof(struct options, rate_hz), SABIN_UNIT_HZ, 8000,
     768000, NULL, NULL, "sampling rate, instead of the room file's; 48 kHz without one"},
    {SABIN_OPT_NUMBER, 0, "level", "DBFS", offsetof(struct options, level_dbfs), SABIN_UNIT_DB, -120,
     0, "-30", NULL, "RMS level of the noise"},
    {SABIN_OPT_NUMBER, 0, "max-level", "DBFS", offsetof(struct options, ceiling_dbfs), SABIN_UNIT_DB,
     -120, 0, "-6", NULL, "ceiling: no peak is ever louder"},
    {SABIN_OPT_NUMBER, 0, "duration", "S", offsetof(struct options, duration_s), SABIN_UNIT_S, 1, 3600,
     NULL, NULL, "time at full level for each speaker, instead of until Return"},
    {SABIN_OPT_INTEGER, 0, "seed", "N", offsetof(struct options, seed), 0, 0, 2147483647, "1", NULL,
     "of the noise"},
    {SABIN_OPT_TEXT, 0, "calibration", "FILE", offsetof(struct options, calibration), 0, 0, 0, NULL,
     NULL, "the microphone's calibration, or none; else the room file's"},
    {SABIN_OPT_NUMBER, 0, "calibrate", "DBSPL", offsetof(struct options, calibrate_dbspl),
     SABIN_UNIT_DB, 60, 134, NULL, NULL, "calibrate with a 1 kHz calibrator of this level, 94dB"},
    {SABIN_OPT_NUMBER, 0, "reference-meter", "DBSPL", offsetof(struct options, reference_dbspl),
     SABIN_UNIT_DB, 30, 130, NULL, NULL, "calibrate by what a sound level meter shows beside it"},
    {SABIN_OPT_CHOICE, 0, "weighting", "WHICH", offsetof(struct options, weighting), 0, 0, 0, "C",
     "A|C|Z", "weighting that the reference meter is set to"},
    {SABIN_OPT_TEXT, 0, "check-calibration", "FILE", offsetof(struct options, check_calibration), 0, 0,
     0, NULL, NULL, "only say what a calibration file holds and what it does"},
};

struct plan {
	const struct sabin_command *command;
	const struct options *o;
	struct sabin_roomfile room;
	bool has_room;
	const char *playback, *capture;
	struct sabin_simulated simulated;
	unsigned rate_hz, input; /* from 0 */
	struct sabin_calibration calibration;
	struct sabin_levels levels;
	bool lines;   /* on a terminal: redraw */
	double said_s;
	const char *name; /* of what plays */
	const volatile sig_atomic_t *stop;
};

static int check_calibration(const struct sabin_command *command, const struct options *o)
{
	struct sabin_calibration calibration = {0};
	struct sabin_diag diag = {0};
	enum sabin_err err = sabin_calibration_read(o->check_calibration, &calibration, &diag);
	if (err)
		return sabin_fail_input(command->name, err, &diag);
	if (o->common.json)
		err = sabin_show_calibration_json(o->check_calibration, &calibration);
	else
		sabin_show_calibration(o->check_calibration, &calibration);
	sabin_calibration_release(&calibration);
	return err ? sabin_fail_output(command->name, err, &diag) : SABIN_EXIT_DONE;
}

/* ---- what is to be done ------------------------------------------------------------ */

static int usage(const struct plan *plan, const char *text)
{
	sabin_complain(plan->command->name, "%s", text);
	return SABIN_EXIT_USAGE;
}

static bool calibrates(const struct options *o)
{
	return !isnan(o->calibrate_dbspl) || !isnan(o->reference_dbspl);
}

static int simulate(struct plan *plan, const struct sabin_position *position)
{
	plan->playback = plan->capture = "roomcard";
	return sabin_simulated_card(plan->command->name, &plan->room, &position, 1, 0, &plan->simulated);
}

static int add_speaker(struct plan *plan, const char *name, unsigned output)
{
	struct sabin_levels *all = &plan->levels;
	struct sabin_level_item *item = realloc(all->item, (all->count + 1) * sizeof *item);
	if (!item)
		return sabin_fail_memory(plan->command->name);
	all->item = item;
	item += all->count++;
	*item = (struct sabin_level_item){.output = output};
	snprintf(item->name, sizeof item->name, "%s", name);
	return -1;
}

static int choose_speakers(struct plan *plan)
{
	const struct options *o = plan->o;
	const struct sabin_roomfile *room = &plan->room;
	int status = -1;
	for (size_t i = 0; i < o->speakers.count && status < 0; i++) {
		const int at = sabin_roomfile_speaker(room, o->speakers.item[i]);
		if (at < 0)
			return sabin_no_such(plan->command->name, "speaker", o->speakers.item[i], room->path,
			                     room->speakers[0].name, room->speaker_count,
			                     sizeof room->speakers[0]);
		status = add_speaker(plan, room->speakers[at].name, room->speakers[at].output);
	}
	for (size_t i = 0; o->speakers.count == 0 && i < room->speaker_count && status < 0; i++)
		status = add_speaker(plan, room->speakers[i].name, room->speakers[i].output);
	return status;
}

static int plan_room(struct plan *plan, const char *path)
{
	const struct options *o = plan->o;
	struct sabin_roomfile *room = &plan->room;
	struct sabin_diag diag = {0};
	enum sabin_err err = sabin_roomfile_read(path, NULL, room, &diag);
	if (err)
		return sabin_fail_input(plan->command->name, err, &diag);
	plan->has_room = true;
	const int at = o->position ? sabin_roomfile_position(room, o->position) : 0;
	if (at < 0)
		return sabin_no_such(plan->command->name, "position", o->position, path,
		                     room->positions[0].name, room->position_count,
		                     sizeof room->positions[0]);
	const struct sabin_position *position = &room->positions[at];
	const struct sabin_microphone *microphone = sabin_roomfile_microphone(room, position);
	plan->input = microphone->input - 1;
	plan->levels.microphone_file = microphone->calibration;
	plan->rate_hz = room->audio.rate_hz;
	plan->playback = room->audio.playback;
	plan->capture = room->audio.capture;
	const int status = choose_speakers(plan);
	return status < 0 && o->simulate ? simulate(plan, position) : status;
}

static int plan_without_room(struct plan *plan)
{
	const struct options *o = plan->o;
	char name[32];
	if (o->simulate || o->speakers.count > 0 || o->position)
		return usage(plan, "--simulate, --speaker and --position need a room file");
	plan->rate_hz = 48000;
	snprintf(name, sizeof name, "output-%ld", o->channel);
	return add_speaker(plan, name, (unsigned)o->channel);
}

/* Where the microphone's level comes from. */
static int read_microphone(struct plan *plan)
{
	const char *given = plan->o->calibration;
	struct sabin_levels *all = &plan->levels;
	if (given)
		all->microphone_file = strcmp(given, "none") == 0 ? NULL : given;
	return sabin_read_microphone(plan->command->name, all->microphone_file, plan->capture,
	                             plan->has_room ? plan->room.folder : ".", &plan->calibration,
	                             &all->dbspl_at_0dbfs);
}

/* Refused before anything sounds, not after. */
static int may_write(const struct plan *plan)
{
	struct sabin_diag diag = {0};
	if (!plan->o->output)
		return -1;
	enum sabin_err err = sabin_output_check(plan->o->output, NULL, plan->o->common.force, &diag);
	return err ? sabin_fail_output(plan->command->name, err, &diag) : -1;
}

static int make_plan(struct plan *plan, const char *room)
{
	const struct options *o = plan->o;
	if (!isnan(o->calibrate_dbspl) && !isnan(o->reference_dbspl))
		return usage(plan, "--calibrate and --reference-meter exclude each other");
	if (o->output && !calibrates(o))
		return usage(plan, "-o writes a calibration: it needs --calibrate or --reference-meter");
	int status = room ? plan_room(plan, room) : plan_without_room(plan);
	if (status >= 0)
		return status;
	if (!o->simulate) {
		plan->playback = o->playback ? o->playback : plan->playback;
		plan->capture = o->capture ? o->capture : plan->capture;
		plan->playback = plan->playback ? plan->playback : "default";
		plan->capture = plan->capture ? plan->capture : "default";
	}
	if (!isnan(o->rate_hz))
		plan->rate_hz = (unsigned)o->rate_hz;
	if (o->input > 0)
		plan->input = (unsigned)o->input - 1;
	plan->levels.rate_hz = plan->rate_hz;
	plan->levels.input = plan->input + 1;
	plan->levels.level_dbfs = o->level_dbfs;
	status = may_write(plan);
	return status >= 0 ? status : read_microphone(plan);
}

/* ---- noise -------------------------------------------------------------------------- */

static bool return_pressed(void)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	if (!isatty(STDIN_FILENO) || poll(&input, 1, 0) <= 0)
		return false;
	for (int c = getchar(); c != '\n' && c != EOF;)
		c = getchar();
	return true;
}

static bool update(void *context, const struct sabin_reading *now, double time_s)
{
	struct plan *plan = context;
	char line[240];
	sabin_level_line(plan->name, now, time_s, plan->levels.dbspl_at_0dbfs, line, sizeof line);
	if (!sabin_talk_quiet() && plan->lines)
		fprintf(stderr, "\r%.200s\033[K", line);
	else if (time_s >= plan->said_s + 1) {
		sabin_say("%s", line);
		plan->said_s += 1;
	}
	return !return_pressed();
}

static enum sabin_err play_one(struct plan *plan, struct sabin_duplex *duplex, unsigned inputs,
                               struct sabin_level_item *item, struct sabin_diag *diag)
{
	const struct options *o = plan->o;
	const bool endless = isnan(o->duration_s) && isatty(STDIN_FILENO) && !o->simulate;
	struct sabin_level_options play = {
	    .duplex = duplex,
	    .output = item->output - 1,
	    .input = plan->input,
	    .inputs = inputs,
	    .rate_hz = plan->rate_hz,
	    .level_dbfs = o->level_dbfs,
	    .ceiling_dbfs = o->ceiling_dbfs,
	    .low_hz = 20,
	    .high_hz = fmin(20000, 0.45 * plan->rate_hz),
	    .duration_s = endless ? 0 : isnan(o->duration_s) ? script_s : o->duration_s,
	    .seed = (uint64_t)o->seed,
	    .stop = plan->stop,
	    .update = update,
	    .context = plan,
	};
	const int at = plan->has_room ? sabin_roomfile_speaker(&plan->room, item->name) : -1;
	if (at >= 0 && isfinite(plan->room.speakers[at].range_hz[0])) {
		play.low_hz = fmax(play.low_hz, plan->room.speakers[at].range_hz[0]);
		play.high_hz = fmin(play.high_hz, plan->room.speakers[at].range_hz[1]);
	}
	plan->name = item->name;
	plan->said_s = 0;
	sabin_say("%s: pink noise at %g dBFS RMS on output %u of %s, rising over 2 s, %s; peaks stay "
	          "below %g dBFS",
	          item->name, o->level_dbfs, item->output, plan->playback,
	          endless ? "until Return" : "then steady", o->ceiling_dbfs);
	enum sabin_err err = sabin_level_play(&play, &item->level, diag);
	if (plan->lines && !sabin_talk_quiet())
		fputs("\r\033[K", stderr);
	item->light = sabin_level_judge(&item->level, item->advice, sizeof item->advice);
	return err;
}

/* Every speaker in turn; with a reference meter the first alone. */
static enum sabin_err play_all(struct plan *plan, struct sabin_diag *diag)
{
	struct sabin_levels *all = &plan->levels;
	struct sabin_negotiated playback = {0}, capture = {0};
	struct sabin_duplex *duplex = NULL;
	struct sabin_duplex_options d = {
	    .ops = &sabin_pcm_alsa,
	    .playback = plan->playback,
	    .capture = plan->capture,
	    .config = plan->simulated.config,
	    .rate_hz = plan->rate_hz,
	    .inputs_min = plan->input + 1,
	};
	if (calibrates(plan->o))
		all->count = 1;
	for (size_t i = 0; i < all->count; i++)
		d.outputs_min = all->item[i].output > d.outputs_min ? all->item[i].output : d.outputs_min;
	enum sabin_err err = sabin_duplex_new(&d, &playback, &capture, &duplex, diag);
	size_t done = 0;
	for (; !err && done < all->count; done++)
		err = play_one(plan, duplex, capture.channels, &all->item[done], diag);
	if (err == SABIN_EINTR) /* what was heard before is told */
		all->count = done;
	sabin_duplex_free(duplex);
	return err;
}

/* ---- calibration --------------------------------------------------------------------- */

static enum sabin_err hear_calibrator(struct plan *plan, struct sabin_diag *diag)
{
	struct sabin_level_calibration *c = &plan->levels.calibration;
	const size_t n = (size_t)(listen_s * plan->rate_hz);
	const struct sabin_listen_options listen = {&sabin_pcm_alsa, plan->capture, plan->simulated.config,
	                                            plan->rate_hz, plan->input, plan->stop};
	double *x = malloc(n * sizeof *x);
	plan->levels.count = 0; /* nothing is played */
	if (!x)
		return SABIN_ENOMEM;
	sabin_say("listening to input %u of %s for %g s: a calibrator of %g dB at 1 kHz is expected",
	          plan->input + 1, plan->capture, listen_s, plan->o->calibrate_dbspl);
	enum sabin_err err = sabin_level_listen(&listen, x, n, diag);
	if (!err) {
		err = sabin_tone_find(x, n, plan->rate_hz, &c->tone);
		if (err == SABIN_ESHORT)
			snprintf(c->why, sizeof c->why, "the input is silent");
		else if (!err && !sabin_tone_doubt(&c->tone, c->why, sizeof c->why))
			c->why[0] = '\0';
		if (err == SABIN_ESHORT)
			err = SABIN_OK;
	}
	free(x);
	c->done = true;
	c->method = "calibrator";
	c->nominal_dbspl = plan->o->calibrate_dbspl;
	c->measured_dbfs = c->tone.freq_hz > 0 ? c->tone.level_dbfs : (double)NAN;
	c->dbspl_at_0dbfs = sabin_quantity_valid(
	    c->nominal_dbspl - c->measured_dbfs + sabin_calibration_level_db(&plan->calibration, 1000),
	    hypot(calibrator_db, c->tone.spread_db / 2));
	return err;
}

static enum sabin_err use_reference(struct plan *plan, struct sabin_diag *diag)
{
	struct sabin_level_calibration *c = &plan->levels.calibration;
	const int w = plan->o->weighting;
	enum sabin_err err = play_all(plan, diag);
	if (err)
		return err;
	const struct sabin_level_item *item = &plan->levels.item[0];
	const struct sabin_reading_band *band = &item->level.reading.band[w];
	c->done = true;
	c->method = "reference meter";
	c->nominal_dbspl = plan->o->reference_dbspl;
	c->measured_dbfs = band->leq_dbfs;
	c->weighting = sabin_weighting_name((enum sabin_weighting)w);
	c->dbspl_at_0dbfs = sabin_quantity_valid(
	    c->nominal_dbspl - band->leq_dbfs,
	    hypot(reference_meter_db, isfinite(band->plus_minus_db) ? band->plus_minus_db : 0));
	if (!item->level.steady)
		snprintf(c->why, sizeof c->why, "stopped before the noise was steady");
	else if (item->light == SABIN_HEADROOM_SILENT || item->level.reading.clipped > 0)
		snprintf(c->why, sizeof c->why, "%s", item->advice);
	return SABIN_OK;
}

static int keep_calibration(struct plan *plan)
{
	struct sabin_level_calibration *c = &plan->levels.calibration;
	const struct options *o = plan->o;
	struct sabin_diag diag = {0};
	char about[160], date[40];
	if (c->why[0])
		c->dbspl_at_0dbfs = sabin_quantity_invalid(NAN, SABIN_BECAUSE_NO_SIGNAL);
	if (!o->output || c->why[0])
		return -1;
	sabin_date_now(date, sizeof date);
	snprintf(about, sizeof about, "by %s of %g dB, input %u, %s", c->method, c->nominal_dbspl,
	         plan->input + 1, date);
	char *text = sabin_calibration_record(&plan->calibration, c->dbspl_at_0dbfs, about);
	enum sabin_err err = text ? sabin_output_text(o->output, text, strlen(text), o->common.force,
	                                              &diag)
	                          : SABIN_ENOMEM;
	free(text);
	if (err)
		return sabin_fail_output(plan->command->name, err, &diag);
	c->file = o->output;
	return -1;
}

/* ---- the command ----------------------------------------------------------------------- */

static int verdict(const struct plan *plan)
{
	const struct sabin_levels *all = &plan->levels;
	struct sabin_diag diag = {0};
	bool good = !all->calibration.done || !all->calibration.why[0];
	if (plan->o->common.json) {
		enum sabin_err err = sabin_show_levels_json(all);
		if (err)
			return sabin_fail_output(plan->command->name, err, &diag);
	} else {
		sabin_show_levels(all);
	}
	for (size_t i = 0; i < all->count; i++)
		good = good && (all->item[i].light == SABIN_HEADROOM_GOOD ||
		                all->item[i].light == SABIN_HEADROOM_LOW);
	return good ? SABIN_EXIT_DONE : SABIN_EXIT_NEGATIVE;
}

static int work(struct plan *plan)
{
	const struct options *o = plan->o;
	struct sabin_diag diag = {0};
	plan->lines = isatty(STDERR_FILENO);
	plan->stop = sabin_stop_watch();
	enum sabin_err err = !isnan(o->calibrate_dbspl)   ? hear_calibrator(plan, &diag)
	                     : !isnan(o->reference_dbspl) ? use_reference(plan, &diag)
	                                                  : play_all(plan, &diag);
	if (err == SABIN_EINVAL && diag.message[0]) {
		sabin_complain(plan->command->name, "%s; lower --level, or raise --max-level if ears "
		                                    "and tweeters can bear it",
		               diag.message);
		return SABIN_EXIT_USAGE;
	}
	if (err && err != SABIN_EINTR)
		return sabin_fail_output(plan->command->name, err, &diag);
	int status = plan->levels.calibration.done && !err ? keep_calibration(plan) : -1;
	if (status < 0)
		status = verdict(plan);
	if (err == SABIN_EINTR && status <= SABIN_EXIT_NEGATIVE) {
		sabin_complain(plan->command->name, "interrupted; the sound was faded out");
		return SABIN_EXIT_INTERRUPTED;
	}
	return status;
}

static int run(const struct sabin_command *command, void *options, char **operands)
{
	const struct options *o = options;
	struct plan plan = {.command = command, .o = o};
	if (o->check_calibration)
		return check_calibration(command, o);
	int status = make_plan(&plan, operands[0]);
	if (status < 0)
		status = work(&plan);
	sabin_roomfile_release(&plan.room);
	sabin_calibration_release(&plan.calibration);
	free(plan.levels.item);
	sabin_simulated_release(&plan.simulated);
	return status;
}

const struct sabin_command sabin_cmd_level = {
    .name = "level",
    .arguments = "[ROOM]",
    .summary = "set levels with pink noise, meter the input, calibrate the microphone",
    .about = "Plays pink noise on one speaker after the other, rising slowly from silence, and meters the\n"
             "microphone's input: peak, RMS, headroom, and dB SPL where the microphone is calibrated.\n"
             "Without ROOM it uses the default devices, or those of --playback and --capture.\n"
             "With --calibrate nothing is played: a sound calibrator on the microphone is listened to.",
    .options = rows,
    .option_count = SABIN_COUNT(rows),
    .size = sizeof(struct options),
    .operands_min = 0,
    .operands_max = 1,
    .run = run,
};
