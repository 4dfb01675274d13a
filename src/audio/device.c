/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * device.c: enumerating PCMs.
 */
#include <alsa/asoundlib.h>
#include <stdint.h>

#include "audio/device.h"
#include "audio/hush.h"
#include "audio/microphone.h"

static const unsigned usual_rates_hz[] = {8000,  16000, 22050, 32000,  44100,
                                          48000, 88200, 96000, 176400, 192000};

struct list {
	struct sabin_device *devices;
	size_t count, room;
};

const char *sabin_device_kind_name(enum sabin_device_kind kind)
{
	static const char *const names[] = {"hardware", "plugin", "server"};
	return names[kind];
}

static struct sabin_device *add(struct list *list)
{
	if (list->count == list->room) {
		const size_t room = list->room ? 2 * list->room : 8;
		struct sabin_device *more = realloc(list->devices, room * sizeof *more);
		if (!more)
			return NULL;
		list->devices = more;
		list->room = room;
	}
	struct sabin_device *device = &list->devices[list->count++];
	*device = (struct sabin_device){0};
	return device;
}

static void read_formats(snd_pcm_t *pcm, snd_pcm_hw_params_t *hw, struct sabin_device_side *side)
{
	static const snd_pcm_format_t formats[] = {SND_PCM_FORMAT_FLOAT_LE, SND_PCM_FORMAT_S32_LE,
	                                           SND_PCM_FORMAT_S24_LE, SND_PCM_FORMAT_S24_3LE,
	                                           SND_PCM_FORMAT_S16_LE};
	size_t at = 0;
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		if (snd_pcm_hw_params_test_format(pcm, hw, formats[i]) < 0)
			continue;
		const int n = snprintf(side->formats + at, sizeof side->formats - at, "%s%s",
		                       at ? " " : "", snd_pcm_format_name(formats[i]));
		at += n > 0 ? (size_t)n : 0;
		if (at >= sizeof side->formats)
			return;
	}
}

/* What does not open is told with its reason; but a card's device that has only one direction says "no
 * such file" for the other. */
static void probe(const char *name, snd_pcm_stream_t stream, struct sabin_device_side *side,
                  enum sabin_device_kind *kind)
{
	snd_pcm_t *pcm = NULL;
	snd_pcm_hw_params_t *hw;
	struct sabin_hush hush;
	char said[96];
	sabin_hush_begin(&hush);
	int err = snd_pcm_open(&pcm, name, stream, SND_PCM_NONBLOCK);
	sabin_hush_end(&hush, said, sizeof said);
	side->present = err >= 0 || *kind != SABIN_DEVICE_HARDWARE || err != -ENOENT;
	side->busy = err == -EBUSY;
	if (err < 0) {
		snprintf(side->why, sizeof side->why, "%s", *said ? said : snd_strerror(err));
		return;
	}
	snd_pcm_hw_params_alloca(&hw);
	if (snd_pcm_hw_params_any(pcm, hw) >= 0) {
		side->usable = true;
		snd_pcm_hw_params_set_rate_resample(pcm, hw, 0);
		snd_pcm_hw_params_get_rate_min(hw, &side->rate_min_hz, NULL);
		snd_pcm_hw_params_get_rate_max(hw, &side->rate_max_hz, NULL);
		snd_pcm_hw_params_get_channels_min(hw, &side->channels_min);
		snd_pcm_hw_params_get_channels_max(hw, &side->channels_max);
		for (size_t i = 0; i < sizeof usual_rates_hz / sizeof *usual_rates_hz; i++)
			if (snd_pcm_hw_params_test_rate(pcm, hw, usual_rates_hz[i], 0) >= 0)
				side->rates_hz[side->rate_count++] = usual_rates_hz[i];
		read_formats(pcm, hw, side);
	}
	if (!side->usable)
		snprintf(side->why, sizeof side->why, "it offers no configuration");
	const snd_pcm_type_t type = snd_pcm_type(pcm);
	*kind = type == SND_PCM_TYPE_HW       ? SABIN_DEVICE_HARDWARE
	        : type == SND_PCM_TYPE_IOPLUG ? SABIN_DEVICE_SERVER
	                                      : SABIN_DEVICE_PLUGIN;
	snd_pcm_close(pcm);
}

static void recognise(struct sabin_device *device)
{
	struct sabin_card_identity card;
	sabin_card_identify(device->name, &card);
	if (card.model == SABIN_MICROPHONE_UNKNOWN)
		sabin_card_recognise(device->description, "", &card);
	if (card.model == SABIN_MICROPHONE_UNKNOWN)
		return;
	device->microphone = sabin_microphone_model_name(card.model);
	device->calibration = sabin_card_calibration(&card, ".");
}

static bool list_card(struct list *list, int card)
{
	snd_ctl_t *ctl = NULL;
	snd_ctl_card_info_t *info;
	char control[32];
	bool enough = true;
	snprintf(control, sizeof control, "hw:%d", card);
	if (snd_ctl_open(&ctl, control, 0) < 0)
		return true;
	snd_ctl_card_info_alloca(&info);
	const int known = snd_ctl_card_info(ctl, info);
	for (int number = -1; known >= 0 && snd_ctl_pcm_next_device(ctl, &number) >= 0 && number >= 0;) {
		struct sabin_device *device = add(list);
		if (!device) {
			enough = false;
			break;
		}
		snprintf(device->name, sizeof device->name, "hw:CARD=%s,DEV=%d",
		         snd_ctl_card_info_get_id(info), number);
		snprintf(device->description, sizeof device->description, "%s",
		         snd_ctl_card_info_get_longname(info));
		device->kind = SABIN_DEVICE_HARDWARE;
		probe(device->name, SND_PCM_STREAM_PLAYBACK, &device->playback, &device->kind);
		device->kind = SABIN_DEVICE_HARDWARE;
		probe(device->name, SND_PCM_STREAM_CAPTURE, &device->capture, &device->kind);
		device->kind = SABIN_DEVICE_HARDWARE;
		recognise(device);
	}
	snd_ctl_close(ctl);
	return enough;
}

/* Named PCMs that only repeat hardware, or make no sound at all, are left out. */
static bool worth_listing(const char *name)
{
	static const char *const dull[] = {"null",     "hw:",     "plughw:", "sysdefault", "front",
	                                   "surround", "iec958",  "spdif",   "hdmi",       "dmix",
	                                   "dsnoop",   "usbstream", "lavrate", "samplerate", "speexrate",
	                                   "speex",    "upmix",   "vdownmix", "modem",     "phoneline"};
	for (size_t i = 0; i < sizeof dull / sizeof *dull; i++)
		if (strncmp(name, dull[i], strlen(dull[i])) == 0)
			return false;
	return true;
}

static bool list_named(struct list *list)
{
	void **hints = NULL;
	bool enough = true;
	if (snd_device_name_hint(-1, "pcm", &hints) < 0)
		return true;
	for (void **hint = hints; *hint && enough; hint++) {
		char *name = snd_device_name_get_hint(*hint, "NAME");
		char *words = snd_device_name_get_hint(*hint, "DESC");
		char *way = snd_device_name_get_hint(*hint, "IOID"); /* NULL: both */
		if (name && worth_listing(name)) {
			struct sabin_device *device = add(list);
			enough = device != NULL;
			if (device) {
				device->kind = SABIN_DEVICE_PLUGIN;
				snprintf(device->name, sizeof device->name, "%s", name);
				snprintf(device->description, sizeof device->description, "%s",
				         words ? words : "");
				for (char *c = device->description; *c; c++)
					if ((unsigned char)*c < ' ')
						*c = ' ';
				if (!way || strcmp(way, "Output") == 0)
					probe(name, SND_PCM_STREAM_PLAYBACK, &device->playback,
					      &device->kind);
				if (!way || strcmp(way, "Input") == 0)
					probe(name, SND_PCM_STREAM_CAPTURE, &device->capture,
					      &device->kind);
				recognise(device);
			}
		}
		free(name);
		free(words);
		free(way);
	}
	snd_device_name_free_hint(hints);
	return enough;
}

void sabin_devices_free(struct sabin_device *devices, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(devices[i].calibration);
	free(devices);
}

enum sabin_err sabin_devices_list(struct sabin_device **out, size_t *count)
{
	struct list list = {0};
	bool enough = true;
	for (int card = -1; enough && snd_card_next(&card) >= 0 && card >= 0;)
		enough = list_card(&list, card);
	if (enough)
		enough = list_named(&list);
	if (!enough) {
		sabin_devices_free(list.devices, list.count);
		return SABIN_ENOMEM;
	}
	*out = list.devices;
	*count = list.count;
	return SABIN_OK;
}
