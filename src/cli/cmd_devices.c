/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cmd_devices.c: sabin devices.
 */
#include "audio/device.h"
#include "cli/command.h"
#include "io/json.h"

struct options {
	struct sabin_common common;
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

static int run(const struct sabin_command *command, void *options, char **operands)
{
	const struct options *o = options;
	struct sabin_device *devices = NULL;
	struct sabin_diag diag = {0};
	size_t count = 0;
	(void)operands;
	enum sabin_err err = sabin_devices_list(&devices, &count);
	if (!err && o->common.json)
		err = print_json(devices, count);
	else if (!err)
		print(devices, count);
	sabin_devices_free(devices, count);
	return err ? sabin_fail_output(command->name, err, &diag) : SABIN_EXIT_DONE;
}

const struct sabin_command sabin_cmd_devices = {
    .name = "devices",
    .arguments = "",
    .summary = "the ALSA devices that can play or record",
    .about = "Lists sound cards by their stable names and the named PCMs of the ALSA configuration,\n"
             "with channels, sample formats and rates of each direction.  'hardware' is the card\n"
             "itself; a 'server' or 'plugin' may convert what passes through it.",
    .size = sizeof(struct options),
    .no_output = true,
    .run = run,
};
