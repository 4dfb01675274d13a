/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_devices.c: sabin devices.
 */
#include <math.h>

#include "audio/cable.h"
#include "audio/device.h"
#include "cli/cable_show.h"
#include "cli/command.h"
#include "io/atomic.h"
#include "io/json.h"

struct options {
	struct sabin_common common;
	bool test;
	const char *playback, *capture, *output;
	long channel, input;
	double level_dbfs, ceiling_dbfs, rate_hz;
};

static const struct sabin_opt rows[] = {
    {SABIN_OPT_FLAG, 0, "test", NULL, offsetof(struct options, test), 0, 0, 0, NULL, NULL,
     "test an interface over one cable from an output to an input"},
    {SABIN_OPT_TEXT, 0, "playback", "PCM", offsetof(struct options, playback), 0, 0, 0, NULL, NULL,
     "ALSA device to play on"},
    {SABIN_OPT_TEXT, 0, "capture", "PCM", offsetof(struct options, capture), 0, 0, 0, NULL, NULL,
     "ALSA device to record from (default: the same)"},
    {SABIN_OPT_INTEGER, 0, "channel", "K", offsetof(struct options, channel), 0, 0, 1024, "0", NULL,
     "output in which the cable is; 0 finds it"},
    {SABIN_OPT_INTEGER, 0, "input", "K", offsetof(struct options, input), 0, 0, 1024, "0", NULL,
     "input in which the cable is; 0 finds it"},
    {SABIN_OPT_NUMBER, 0, "level", "DBFS", offsetof(struct options, level_dbfs), SABIN_UNIT_DB, -120,
     0, "-20", NULL, "peak level of sweeps and tone"},
    {SABIN_OPT_NUMBER, 0, "max-level", "DBFS", offsetof(struct options, ceiling_dbfs), SABIN_UNIT_DB,
     -120, 0, "-6", NULL, "ceiling: nothing louder is ever played"},
    {SABIN_OPT_NUMBER, 0, "rate", "HZ", offsetof(struct options, rate_hz), SABIN_UNIT_HZ, 44100, 768000,
     "48k", NULL, "sampling rate"},
    {SABIN_OPT_TEXT, 'o', "output", "FILE", offsetof(struct options, output), 0, 0, 0, NULL, NULL,
     "write the interface's own response as a calibration file"},
};

static void print_side(const char *name, const struct sabin_device_side *side)
{
	if (!side->present)
		return;
	printf("  %-9s", name);
	if (side->busy) {
		puts("busy: another program holds it");
		return;
	}
	if (!side->usable) {
		printf("does not open: %s\n", side->why);
		return;
	}
	if (side->channels_min == side->channels_max)
		printf("%u ch", side->channels_max);
	else
		printf("%u..%u ch", side->channels_min, side->channels_max);
	printf("  %s  ", side->formats);
	for (size_t i = 0; i < side->rate_count; i++)
		printf(" %g", side->rates_hz[i] / 1000.0);
	puts(" kHz");
}

static void print(const struct sabin_device *devices, size_t count)
{
	size_t hardware = 0;
	for (size_t i = 0; i < count; i++) {
		const struct sabin_device *d = &devices[i];
		hardware += d->kind == SABIN_DEVICE_HARDWARE;
		printf("%s%s%s  (%s)%s%s\n", sabin_bold(), d->name, sabin_plain(),
		       sabin_device_kind_name(d->kind), d->microphone ? "  measurement microphone: " : "",
		       d->microphone ? d->microphone : "");
		if (d->description[0])
			printf("  %s\n", d->description);
		if (d->calibration)
			printf("  calibration file %s; name it in the room file to use it\n",
			       d->calibration);
		print_side("play", &d->playback);
		print_side("record", &d->capture);
	}
	if (hardware == 0)
		puts("No sound card found.  'sabin measure --simulate' needs none.");
}

static void json_side(struct sabin_json *json, const char *key, const struct sabin_device_side *side)
{
	if (!side->present) {
		sabin_json_null(json, key);
		return;
	}
	sabin_json_open_object(json, key);
	sabin_json_bool(json, "busy", side->busy);
	sabin_json_bool(json, "usable", side->usable);
	sabin_json_integer(json, "channels_min", side->channels_min);
	sabin_json_integer(json, "channels_max", side->channels_max);
	sabin_json_open_array(json, "rates_hz");
	for (size_t i = 0; i < side->rate_count; i++)
		sabin_json_integer(json, NULL, side->rates_hz[i]);
	sabin_json_close(json);
	sabin_json_text(json, "formats", side->formats);
	sabin_json_text(json, "why", side->usable ? NULL : side->why);
	sabin_json_close(json);
}

static enum sabin_err print_json(const struct sabin_device *devices, size_t count)
{
	struct sabin_json *json = sabin_json_new();
	if (!json)
		return SABIN_ENOMEM;
	sabin_json_text(json, "schema", "sabin.devices/1");
	sabin_json_open_array(json, "devices");
	for (size_t i = 0; i < count; i++) {
		const struct sabin_device *d = &devices[i];
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "name", d->name);
		sabin_json_text(json, "description", d->description);
		sabin_json_text(json, "kind", sabin_device_kind_name(d->kind));
		sabin_json_text(json, "microphone", d->microphone);
		sabin_json_text(json, "calibration", d->calibration);
		json_side(json, "playback", &d->playback);
		json_side(json, "capture", &d->capture);
		sabin_json_close(json);
	}
	sabin_json_close(json);
	enum sabin_err err = sabin_json_print(json, stdout);
	sabin_json_free(json);
	return err;
}

static int list(const struct sabin_command *command, const struct options *o)
{
	struct sabin_device *devices = NULL;
	struct sabin_diag diag = {0};
	size_t count = 0;
	enum sabin_err err = sabin_devices_list(&devices, &count);
	if (!err && o->common.json)
		err = print_json(devices, count);
	else if (!err)
		print(devices, count);
	sabin_devices_free(devices, count);
	return err ? sabin_fail_output(command->name, err, &diag) : SABIN_EXIT_DONE;
}

/* ---- the test over a cable -------------------------------------------------------------------- */

static void progress(void *context, const char *stage, double fraction)
{
	(void)context;
	sabin_progress(stage, fraction);
}

static int keep(const struct sabin_command *command, const struct options *o,
                const struct sabin_cable *cable)
{
	struct sabin_diag diag = {0};
	char *text = sabin_cable_calibration(cable);
	enum sabin_err err = text ? sabin_output_text(o->output, text, strlen(text), o->common.force, &diag)
	                          : SABIN_ENOMEM;
	free(text);
	return err ? sabin_fail_output(command->name, err, &diag) : -1;
}

static int check(const struct sabin_command *command, const struct options *o)
{
	if (!o->test && (o->playback || o->capture || o->output || o->channel || o->input)) {
		sabin_complain(command->name, "--playback, --capture, --channel, --input and -o belong to "
		                              "--test");
		return SABIN_EXIT_USAGE;
	}
	if (o->test && !o->playback) {
		sabin_complain(command->name,
		               "name the interface to test with --playback PCM; 'sabin devices' lists "
		               "what there is");
		return SABIN_EXIT_USAGE;
	}
	if (o->level_dbfs > o->ceiling_dbfs) {
		sabin_complain(command->name, "the level of %g dBFS is above the ceiling of %g dBFS; raise "
		                              "--max-level only if nothing but a cable is connected",
		               o->level_dbfs, o->ceiling_dbfs);
		return SABIN_EXIT_USAGE;
	}
	return -1;
}

static int test(const struct sabin_command *command, const struct options *o)
{
	struct sabin_cable cable;
	struct sabin_diag diag = {0};
	const struct sabin_cable_options options = {
	    .ops = &sabin_pcm_alsa,
	    .playback = o->playback,
	    .capture = o->capture ? o->capture : o->playback,
	    .rate_hz = (unsigned)o->rate_hz,
	    .output = (unsigned)o->channel,
	    .input = (unsigned)o->input,
	    .level_dbfs = o->level_dbfs,
	    .ceiling_dbfs = o->ceiling_dbfs,
	    .stop = sabin_stop_watch(),
	    .progress = progress,
	};
	sabin_say("playing sweeps and a tone on %s at %g dBFS peak (ceiling %g dBFS), each output by turns: "
	          "nothing but a cable should be connected",
	          o->playback, o->level_dbfs, o->ceiling_dbfs);
	enum sabin_err err = sabin_cable_test(&options, &cable, &diag);
	sabin_progress_end();
	int status = err ? sabin_fail_output(command->name, err, &diag) : -1;
	if (status < 0 && o->output && cable.output > 0 && cable.verdict.trustworthy)
		status = keep(command, o, &cable);
	if (status < 0) {
		status = cable.output > 0 && cable.verdict.trustworthy ? SABIN_EXIT_DONE
		                                                       : SABIN_EXIT_NEGATIVE;
		if (!o->common.json)
			sabin_show_cable(&cable);
		else if ((err = sabin_show_cable_json(&cable, o->output)))
			status = sabin_fail_output(command->name, err, &diag);
	}
	sabin_cable_release(&cable);
	return status;
}

static int run(const struct sabin_command *command, void *options, char **operands)
{
	const struct options *o = options;
	(void)operands;
	const int status = check(command, o);
	if (status >= 0)
		return status;
	return o->test ? test(command, o) : list(command, o);
}

const struct sabin_command sabin_cmd_devices = {
    .name = "devices",
    .arguments = "",
    .summary = "the ALSA devices that can play or record; the test of an interface",
    .about = "Lists sound cards by their stable names and the named PCMs of the ALSA configuration,\n"
             "with channels, sample formats and rates of each direction.  'hardware' is the card\n"
             "itself; a 'server' or 'plugin' may convert what passes through it.\n"
             "With --test one cable from an output to an input tells which output goes where, clocks,\n"
             "latency, response, distortion and noise of an interface.",
    .options = rows,
    .option_count = SABIN_COUNT(rows),
    .size = sizeof(struct options),
    .run = run,
};
