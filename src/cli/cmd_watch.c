/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_watch.c: sabin watch.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/card.h"
#include "cli/command.h"
#include "cli/responses.h"
#include "cli/show.h"
#include "cli/watch.h"
#include "cli/watch_screen.h"
#include "io/atomic.h"
#include "io/wav.h"
#include "screen/terminal.h"

struct options {
	struct sabin_common common;
	const char *output, *capture, *file, *calibration, *log, *compare;
	struct sabin_list positions, inputs;
	bool simulate, ascii, lines;
	double rate_hz, range_hz[2], average_s, delay_ms, interval_s, duration_s;
	long reference;
	int speed, spectrum, fraction, weighting, time, smoothing;
};

static const struct sabin_opt rows[] = {
    {SABIN_OPT_TEXT, 'o', "output", "DIR", offsetof(struct options, output), 0, 0, 0, NULL, NULL,
     "at the end, keep the transfer functions as this measurement directory"},
    {SABIN_OPT_FLAG, 0, "simulate", NULL, offsetof(struct options, simulate), 0, 0, 0, NULL, NULL,
     "use the simulated room 'roomcard' of the room file, in real time"},
    {SABIN_OPT_TEXT, 0, "capture", "PCM", offsetof(struct options, capture), 0, 0, 0, NULL, NULL,
     "ALSA device to listen to, instead of the room file's"},
    {SABIN_OPT_TEXT, 0, "file", "FILE", offsetof(struct options, file), 0, 0, 0, NULL, NULL,
     "a sound file to listen to, instead of a device"},
    {SABIN_OPT_CHOICE, 0, "speed", "HOW", offsetof(struct options, speed), 0, 0, 0, "real", "real|max",
     "of the file: as it would sound, or as fast as it goes"},
    {SABIN_OPT_LIST, 0, "position", "NAME,...", offsetof(struct options, positions), 0, 0, 0, NULL, NULL,
     "listen to the microphones at these positions; else to every microphone of the room file"},
    {SABIN_OPT_LIST, 0, "input", "K,...", offsetof(struct options, inputs), 0, 0, 0, NULL, NULL,
     "listen to these inputs, instead of the room file's; else input 1, or all channels of the file"},
    {SABIN_OPT_INTEGER, 0, "reference", "K", offsetof(struct options, reference), 0, 1, 1024, NULL, NULL,
     "input that has what is played: transfer functions from it; else the room file's loopback"},
    {SABIN_OPT_NUMBER, 0, "rate", "HZ", offsetof(struct options, rate_hz), SABIN_UNIT_HZ, 8000, 768000, NULL, NULL,
     "sampling rate, instead of the room file's; 48 kHz without one"},
    {SABIN_OPT_CHOICE, 0, "spectrum", "HOW", offsetof(struct options, spectrum), 0, 0, 0, "filters", "filters|fft",
     "spectrum by filters, which follow fast, or by FFT, which cuts at the edges of the bands"},
    {SABIN_OPT_CHOICE, 0, "fraction", "WHICH", offsetof(struct options, fraction), 0, 0, 0, "1/3",
     "1/1|1/2|1/3|1/6|1/12|1/24", "bands of the spectrum"},
    {SABIN_OPT_RANGE, 0, "range", "LO..HI", offsetof(struct options, range_hz), SABIN_UNIT_HZ, 1, 384000, "20..20k",
     NULL, "frequencies of spectrum and transfer function"},
    {SABIN_OPT_CHOICE, 0, "weighting", "WHICH", offsetof(struct options, weighting), 0, 0, 0, "Z", "A|C|Z",
     "frequency weighting of the spectrum"},
    {SABIN_OPT_CHOICE, 0, "time", "WHICH", offsetof(struct options, time), 0, 0, 0, "fast", "fast|slow|impulse",
     "time weighting of the spectrum"},
    {SABIN_OPT_CHOICE, 0, "smooth", "WHICH", offsetof(struct options, smoothing), 0, 0, 0, "1/12", SABIN_SMOOTHING_WIDTHS,
     "smoothing of transfer functions"},
    {SABIN_OPT_NUMBER, 0, "average", "S", offsetof(struct options, average_s), SABIN_UNIT_S, 0, 86400, "8", NULL,
     "time constant of transfer functions; 0: all that was heard counts the same"},
    {SABIN_OPT_NUMBER, 0, "delay", "MS", offsetof(struct options, delay_ms), SABIN_UNIT_MS, 0, 1000, NULL, NULL,
     "by how much the microphones are later than the reference; else it is found"},
    {SABIN_OPT_TEXT, 0, "compare", "MEASUREMENT", offsetof(struct options, compare), 0, 0, 0, NULL, NULL,
     "a response to hold the transfer functions against"},
    {SABIN_OPT_TEXT, 0, "calibration", "FILE", offsetof(struct options, calibration), 0, 0, 0, NULL, NULL,
     "the microphones' calibration, or none; else the room file's"},
    {SABIN_OPT_TEXT, 0, "log", "FILE.csv", offsetof(struct options, log), 0, 0, 0, NULL, NULL,
     "add a line for each interval and channel to this file"},
    {SABIN_OPT_NUMBER, 0, "interval", "S", offsetof(struct options, interval_s), SABIN_UNIT_S, 0.1, 86400, "1", NULL,
     "time that each line is about"},
    {SABIN_OPT_NUMBER, 0, "duration", "S", offsetof(struct options, duration_s), SABIN_UNIT_S, 0.1, 1e8, NULL, NULL,
     "end after so long; else at the end of the file, or never"},
    {SABIN_OPT_FLAG, 0, "ascii", NULL, offsetof(struct options, ascii), 0, 0, 0, NULL, NULL,
     "draw with ASCII alone, also where the terminal has more"},
    {SABIN_OPT_FLAG, 0, "lines", NULL, offsetof(struct options, lines), 0, 0, 0, NULL, NULL,
     "print lines on a terminal, too, instead of the picture"},
};

struct plan {
	const struct sabin_command *command;
	const struct options *o;
	struct sabin_roomfile room;
	bool has_room;
	struct sabin_simulated simulated;
	const char *capture;
	float *samples; /* of the file */
	size_t frames;
	struct sabin_watch watch;
};

static int usage(const struct plan *plan, const char *text)
{
	sabin_complain(plan->command->name, "%s", text);
	return SABIN_EXIT_USAGE;
}

/* ---- channels ---------------------------------------------------------------------------------- */

static struct sabin_watch_channel *add_channel(struct plan *plan, unsigned input, const char *name)
{
	struct sabin_watch *w = &plan->watch;
	struct sabin_watch_channel *channel = realloc(w->channel, (w->count + 1) * sizeof *channel);
	if (!channel)
		return NULL;
	w->channel = channel;
	channel += w->count++;
	*channel = (struct sabin_watch_channel){.input = input};
	channel->dbspl_at_0dbfs = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	if (name)
		snprintf(channel->name, sizeof channel->name, "%s", name);
	else
		snprintf(channel->name, sizeof channel->name, "input-%u", input + 1);
	return channel;
}

static bool has_input(const struct sabin_watch *w, unsigned input)
{
	for (size_t c = 0; c < w->count; c++)
		if (w->channel[c].input == input)
			return true;
	return false;
}

/* A position's microphone, unless there is one at that input already. */
static int add_position(struct plan *plan, const struct sabin_position *position)
{
	const struct sabin_microphone *microphone = sabin_roomfile_microphone(&plan->room, position);
	if (has_input(&plan->watch, microphone->input - 1))
		return -1;
	struct sabin_watch_channel *channel = add_channel(plan, microphone->input - 1, position->name);
	if (!channel)
		return sabin_fail_memory(plan->command->name);
	channel->calibration_file = microphone->calibration;
	return -1;
}

static int choose_positions(struct plan *plan)
{
	const struct sabin_list *wanted = &plan->o->positions;
	const struct sabin_roomfile *room = &plan->room;
	int status = -1;
	for (size_t i = 0; i < wanted->count && status < 0; i++) {
		const int at = sabin_roomfile_position(room, wanted->item[i]);
		if (at < 0)
			return sabin_no_such(plan->command->name, "position", wanted->item[i], room->path,
			                     room->positions[0].name, room->position_count, sizeof room->positions[0]);
		status = add_position(plan, &room->positions[at]);
	}
	for (size_t i = 0; wanted->count == 0 && i < room->position_count && status < 0; i++)
		status = add_position(plan, &room->positions[i]);
	return status;
}

static int choose_inputs(struct plan *plan, unsigned most)
{
	const struct sabin_list *wanted = &plan->o->inputs;
	for (size_t i = 0; i < wanted->count; i++) {
		double k;
		if (!sabin_opt_number(wanted->item[i], SABIN_UNIT_NONE, &k) || k != floor(k) || !(k >= 1) || !(k <= most)) {
			sabin_complain(plan->command->name, "--input %s: a number from 1 to %u was expected", wanted->item[i], most);
			return SABIN_EXIT_USAGE;
		}
		if (has_input(&plan->watch, (unsigned)k - 1))
			continue;
		if (!add_channel(plan, (unsigned)k - 1, NULL))
			return sabin_fail_memory(plan->command->name);
	}
	return -1;
}

/* The reference is one of the channels; it has no microphone. */
static int choose_reference(struct plan *plan)
{
	struct sabin_watch *w = &plan->watch;
	const bool loopback = plan->has_room && plan->room.audio.has_loopback && !plan->o->file;
	const unsigned input = plan->o->reference > 0 ? (unsigned)plan->o->reference
	                       : loopback             ? plan->room.audio.loopback_input
	                                              : 0;
	w->reference = -1;
	if (input == 0)
		return -1;
	for (size_t c = 0; c < w->count; c++)
		if (w->channel[c].input == input - 1)
			w->reference = (int)c;
	if (w->reference < 0) {
		if (!add_channel(plan, input - 1, NULL))
			return sabin_fail_memory(plan->command->name);
		w->reference = (int)w->count - 1;
	}
	w->channel[w->reference].calibration_file = NULL;
	if (w->count < 2)
		return usage(plan, "the reference is the only input: name that of a microphone with --input, too");
	return -1;
}

static int read_microphones(struct plan *plan)
{
	const char *given = plan->o->calibration;
	int status = -1;
	for (size_t c = 0; c < plan->watch.count && status < 0; c++) {
		struct sabin_watch_channel *channel = &plan->watch.channel[c];
		if (sabin_watch_is_reference(&plan->watch, c))
			continue;
		if (given)
			channel->calibration_file = strcmp(given, "none") == 0 ? NULL : given;
		if (channel->calibration_file || (c == 0 && plan->capture))
			status = sabin_read_microphone(plan->command->name, channel->calibration_file,
			                               plan->capture ? plan->capture : "", plan->has_room ? plan->room.folder : ".",
			                               &channel->calibration, &channel->dbspl_at_0dbfs);
	}
	return status;
}

/* ---- sources ------------------------------------------------------------------------------------- */

static int plan_file(struct plan *plan)
{
	const struct options *o = plan->o;
	struct sabin_wav wav = {0};
	struct sabin_diag diag = {0};
	enum sabin_err err = sabin_wav_read(o->file, &wav, &diag);
	if (err)
		return sabin_fail_input(plan->command->name, err, &diag);
	plan->watch.rate_hz = wav.rate_hz;
	plan->watch.feed_channels = (unsigned)wav.channels;
	plan->watch.source = o->file;
	plan->frames = wav.frames;
	const size_t n = wav.frames * wav.channels;
	plan->samples = malloc(n * sizeof *plan->samples);
	for (size_t i = 0; plan->samples && i < n; i++)
		plan->samples[i] = (float)wav.samples[i];
	sabin_wav_release(&wav);
	if (!plan->samples)
		return sabin_fail_memory(plan->command->name);
	if (plan->watch.rate_hz < 8000) {
		sabin_diag_set(&diag, SABIN_EFORMAT, o->file, 0, 0, "has a sample rate of %u Hz; 8000 Hz or more was expected",
		               plan->watch.rate_hz);
		return sabin_fail_input(plan->command->name, SABIN_EFORMAT, &diag);
	}
	int status = -1;
	if (o->inputs.count > 0)
		status = choose_inputs(plan, plan->watch.feed_channels);
	else
		for (unsigned c = 0; c < plan->watch.feed_channels && status < 0; c++)
			status = add_channel(plan, c, NULL) ? -1 : sabin_fail_memory(plan->command->name);
	if (status < 0 && o->reference > (long)plan->watch.feed_channels)
		return usage(plan, "the file has no such --reference");
	return status;
}

static int simulate(struct plan *plan)
{
	const struct sabin_roomfile *room = &plan->room;
	const struct sabin_position **at = calloc(plan->watch.count + 1, sizeof *at);
	size_t count = 0;
	if (!at)
		return sabin_fail_memory(plan->command->name);
	for (size_t c = 0; c < plan->watch.count; c++) {
		const int i = sabin_roomfile_position(room, plan->watch.channel[c].name);
		if (i >= 0)
			at[count++] = &room->positions[i];
	}
	plan->capture = "roomcard";
	const int status = sabin_simulated_card(plan->command->name, room, at, count,
	                                        room->simulation.speed > 0 ? 0 : 1, &plan->simulated);
	free(at);
	return status;
}

static int plan_device(struct plan *plan, const char *path)
{
	const struct options *o = plan->o;
	struct sabin_diag diag = {0};
	int status = -1;
	plan->watch.rate_hz = 48000;
	if (path) {
		enum sabin_err err = sabin_roomfile_read(path, NULL, &plan->room, &diag);
		if (err)
			return sabin_fail_input(plan->command->name, err, &diag);
		plan->has_room = true;
		plan->watch.rate_hz = plan->room.audio.rate_hz;
		plan->capture = plan->room.audio.capture;
	}
	if (!isnan(o->rate_hz))
		plan->watch.rate_hz = (unsigned)o->rate_hz;
	if (o->capture)
		plan->capture = o->capture;
	if (!plan->capture)
		plan->capture = "default";
	if (o->inputs.count > 0)
		status = choose_inputs(plan, 1024);
	else if (path)
		status = choose_positions(plan);
	else
		status = add_channel(plan, 0, NULL) ? -1 : sabin_fail_memory(plan->command->name);
	if (status < 0 && o->simulate)
		status = simulate(plan);
	plan->watch.source = o->simulate ? "the simulated room" : plan->capture;
	return status;
}

static int check_options(const struct plan *plan, const char *room)
{
	const struct options *o = plan->o;
	if (o->file && (room || o->simulate || o->capture || !isnan(o->rate_hz) || o->positions.count > 0))
		return usage(plan, "--file is a source of its own: without ROOM, --simulate, --capture, --rate and --position");
	if (!room && (o->simulate || o->positions.count > 0))
		return usage(plan, "--simulate and --position need a room file");
	if (o->simulate && (o->capture || o->inputs.count > 0))
		return usage(plan, "--simulate listens to the room file's microphones: without --capture and --input");
	if (o->inputs.count > 0 && o->positions.count > 0)
		return usage(plan, "--input and --position exclude each other");
	if (!o->file && o->speed != 0)
		return usage(plan, "--speed is for a --file");
	return -1;
}

static int make_plan(struct plan *plan, const char *room)
{
	static const int fractions[] = {1, 2, 3, 6, 12, 24};
	const struct options *o = plan->o;
	struct sabin_watch *w = &plan->watch;
	int status = check_options(plan, room);
	if (status < 0)
		status = o->file ? plan_file(plan) : plan_device(plan, room);
	if (status < 0)
		status = choose_reference(plan);
	if (status < 0)
		status = read_microphones(plan);
	if (status >= 0)
		return status;
	if (o->output && w->reference < 0)
		return usage(plan, "-o keeps transfer functions: it needs a --reference");
	struct sabin_response_options smoothing = sabin_response_defaults();
	sabin_smoothing_set(o->smoothing, &smoothing);
	w->smoothing_oct = smoothing.smoothing_oct;
	w->points_per_octave = 24;
	w->given_delay_s = o->delay_ms / 1000;
	w->interval_s = o->interval_s;
	w->duration_s = isnan(o->duration_s) ? 0 : o->duration_s;
	w->analysis = (struct sabin_watcher_options){
	    .rate_hz = w->rate_hz,
	    .channels = w->count,
	    .reference = w->reference,
	    .fraction = fractions[o->fraction],
	    .from_hz = o->range_hz[0],
	    .to_hz = o->range_hz[1],
	    .weighting = (enum sabin_weighting)o->weighting,
	    .time = (enum sabin_time)o->time,
	    .kind = (enum sabin_spectrum_kind)o->spectrum,
	    .transfer = sabin_transfer_defaults(w->rate_hz),
	};
	if (o->compare && w->reference < 0)
		return usage(plan, "--compare is for transfer functions: it needs a --reference");
	struct sabin_diag diag = {0};
	enum sabin_err err = o->compare ? sabin_watch_read_trace(w, o->compare, &diag) : SABIN_OK;
	if (err)
		return sabin_fail_input(plan->command->name, err, &diag);
	w->analysis.transfer.average_s = o->average_s > 0 ? o->average_s : HUGE_VAL;
	err = sabin_watcher_new(&w->analysis, &w->watcher);
	if (err == SABIN_EINVAL)
		return usage(plan, "no band lies in --range at this sampling rate");
	if (err)
		return sabin_fail_output(plan->command->name, err, &(struct sabin_diag){0});
	for (size_t c = 0; c < w->count && !isnan(w->given_delay_s); c++) {
		struct sabin_transfer *transfer = sabin_watcher_transfer(w->watcher, c);
		w->channel[c].delay_known = transfer && sabin_transfer_set_delay(transfer, (size_t)lrint(w->given_delay_s * w->rate_hz));
	}
	return -1;
}

/* ---- the command ----------------------------------------------------------------------------------- */

static enum sabin_err begin(struct plan *plan, struct sabin_diag *diag)
{
	struct sabin_watch *w = &plan->watch;
	struct sabin_negotiated opened = {0};
	struct sabin_feed_options feed = {
	    .ops = plan->samples ? NULL : &sabin_pcm_alsa,
	    .capture = plan->capture,
	    .config = plan->simulated.config,
	    .rate_hz = w->rate_hz,
	    .samples = plan->samples,
	    .frames = plan->frames,
	    .channels = w->feed_channels,
	    .hurry = plan->o->speed == 1,
	    .ring_s = 4,
	};
	for (size_t c = 0; c < w->count; c++)
		feed.channels_min = w->channel[c].input + 1 > feed.channels_min ? w->channel[c].input + 1 : feed.channels_min;
	enum sabin_err err = sabin_feed_new(&feed, &opened, &w->feed, diag);
	if (err || plan->samples)
		return err;
	w->feed_channels = opened.channels;
	char text[400];
	if (sabin_pcm_doubt(&opened, true, text, sizeof text) && !plan->o->simulate)
		sabin_say("%s", text);
	return SABIN_OK;
}

static void add_count(char *text, size_t size, size_t count, const char *one, const char *more)
{
	const size_t used = strlen(text);
	if (count > 0)
		snprintf(text + used, size - used, "%s%zu %s", used ? ", " : "", count, count == 1 ? one : more);
}

/* What the device did, as talk, when it is new: every fault, also where several came at once. */
static void tell_faults(const struct sabin_watch *w, struct sabin_feed_status *told)
{
	const struct sabin_feed_status *now = &w->status;
	const double at_s = (double)w->frames / w->rate_hz;
	char faults[160] = "";
	if (now->unplugs > told->unplugs)
		sabin_say("%.1f s: %s went away; waiting for it", at_s, w->source);
	if (now->state == SABIN_FEED_RUNS && (told->state == SABIN_FEED_GONE || now->unplugs > told->unplugs))
		sabin_say("%.1f s: %s is back", at_s, w->source);
	add_count(faults, sizeof faults, now->xruns - told->xruns, "overrun", "overruns");
	add_count(faults, sizeof faults, now->skips - told->skips, "time the device skipped them", "times the device skipped them");
	add_count(faults, sizeof faults, now->late - told->late, "time this program was too slow", "times this program was too slow");
	if (now->lost_frames > told->lost_frames || faults[0])
		sabin_say("%.1f s: about %zu frames were lost%s%s%s", at_s, now->lost_frames - told->lost_frames,
		          faults[0] ? " (" : "", faults, faults[0] ? ")" : "");
	*told = *now;
}

static enum sabin_err in_lines(struct plan *plan, struct sabin_watch_log *log, struct sabin_diag *diag)
{
	enum { WAIT_MS = 200 };
	struct sabin_watch *w = &plan->watch;
	struct sabin_feed_status told = {0};
	enum sabin_err err = SABIN_OK;
	while (!err && !sabin_watch_over(w)) {
		bool interval;
		err = sabin_watch_turn(w, WAIT_MS, &interval);
		tell_faults(w, &told);
		if (err || !interval)
			continue;
		if (plan->o->common.json)
			err = sabin_watch_json(w, false);
		else
			sabin_watch_print(w, false, w->intervals == 1);
		if (!err && ferror(stdout))
			err = SABIN_EIO;
		if (!err)
			err = sabin_watch_log_write(log, w, diag);
	}
	if ((err == SABIN_OK || err == SABIN_EINTR) && w->intervals > 0) {
		const enum sabin_err printed = plan->o->common.json ? sabin_watch_json(w, true) : SABIN_OK;
		if (!plan->o->common.json)
			sabin_watch_print(w, true, false);
		err = printed ? printed : err;
	}
	return err;
}

/* --color=always colours also where NO_COLOR asks for none. */
static enum sabin_err on_terminal(struct plan *plan, struct sabin_watch_log *log, struct sabin_diag *diag)
{
	struct sabin_watch *w = &plan->watch;
	const bool color = sabin_bold()[0] != '\0';
	enum sabin_err err = sabin_watch_on_terminal(w, log, color, plan->o->ascii, diag);
	if ((err == SABIN_OK || err == SABIN_EINTR) && w->intervals > 0)
		sabin_watch_print(w, true, true);
	return err;
}

static int work(struct plan *plan)
{
	const struct options *o = plan->o;
	struct sabin_watch *w = &plan->watch;
	struct sabin_watch_log log = {.file = -1};
	struct sabin_diag diag = {0};
	w->stop = sabin_stop_watch();
	enum sabin_err err = SABIN_OK;
	if (o->output) /* refused now, not at the end */
		err = sabin_output_check(o->output, SABIN_MARK_MEASUREMENT, o->common.force, &diag);
	if (!err && o->log)
		err = sabin_watch_log_open(&log, o->log, o->common.force, &diag);
	if (!err)
		err = begin(plan, &diag);
	if (!err)
		err = o->lines || o->common.json || !sabin_terminal_usable()
		          ? in_lines(plan, &log, &diag)
		          : on_terminal(plan, &log, &diag);
	const bool interrupted = err == SABIN_EINTR;
	if ((!err || interrupted) && w->status.err)
		err = w->status.err;
	if ((!err || interrupted) && o->output) {
		const enum sabin_err saved = sabin_watch_save(w, o->output, o->common.force, &diag);
		err = saved ? saved : err;
	}
	sabin_watch_log_close(&log);
	if (err == SABIN_EINTR)
		return SABIN_EXIT_INTERRUPTED;
	return err ? sabin_fail_output(plan->command->name, err, &diag) : SABIN_EXIT_DONE;
}

static int run(const struct sabin_command *command, void *options, char **operands)
{
	struct plan plan = {.command = command, .o = options, .watch = {.command = command->name, .reference = -1}};
	int status = make_plan(&plan, operands[0]);
	if (status < 0)
		status = work(&plan);
	sabin_feed_free(plan.watch.feed);
	sabin_watcher_free(plan.watch.watcher);
	sabin_trace_release(&plan.watch.compared);
	for (size_t c = 0; c < plan.watch.count; c++)
		sabin_calibration_release(&plan.watch.channel[c].calibration);
	free(plan.watch.channel);
	free(plan.samples);
	sabin_simulated_release(&plan.simulated);
	sabin_roomfile_release(&plan.room);
	return status;
}

const struct sabin_command sabin_cmd_watch = {
    .name = "watch",
    .arguments = "[ROOM]",
    .summary = "live: levels, spectrum and transfer function of what the microphones hear",
    .about = "Listens to the room file's microphones, to a device, or to a sound file, and shows sound levels,\n"
             "a spectrum by fractional octaves and, with a reference, transfer functions, as long as one likes.\n"
             "Nothing is played.  On a terminal it draws a picture (? tells the keys); without one it prints a\n"
             "line for each interval.",
    .options = rows,
    .option_count = SABIN_COUNT(rows),
    .size = sizeof(struct options),
    .operands_min = 0,
    .operands_max = 1,
    .run = run,
};
