/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * microphone.c: recognising measurement microphones.
 *
 * Their USB names are what people see; the numbers of vendor and product are surer, but the UMM-6
 * shares its own with other products of the chip's maker.
 */
#include <alsa/asoundlib.h>
#include <dirent.h>
#include <math.h>
#include <strings.h>

#include "audio/kernel.h"
#include "audio/microphone.h"
#include "io/atomic.h"
#include "io/number.h"

static const struct known {
	const char *word;   /* in the card's name */
	const char *usb_id; /* vendor:product, or NULL: the name decides */
	enum sabin_microphone_model model;
} known[] = {
    {"UMIK-1", "2752:0007", SABIN_MICROPHONE_UMIK1},
    {"UMIK-2", "2752:002b", SABIN_MICROPHONE_UMIK2},
    {"UMM-6", NULL, SABIN_MICROPHONE_UMM6},
    {"OmniMic", NULL, SABIN_MICROPHONE_OMNIMIC},
    {"E.A.R.S", NULL, SABIN_MICROPHONE_EARS},
};

void sabin_card_recognise(const char *name, const char *usb_id, struct sabin_card_identity *out)
{
	*out = (struct sabin_card_identity){.gain_db = NAN};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		const bool by_id = known[i].usb_id && strcasecmp(usb_id, known[i].usb_id) == 0;
		if (by_id || strcasestr(name, known[i].word)) {
			out->model = known[i].model;
			break;
		}
	}
	/* the UMIK-1 tells the position of its switches: "Umik-1  Gain: 18dB" */
	const char *gain = strcasestr(name, "Gain:");
	char text[16];
	if (!gain)
		return;
	gain += strlen("Gain:");
	gain += strspn(gain, " ");
	const size_t n = strspn(gain, "0123456789.");
	double value;
	if (n == 0 || n >= sizeof text)
		return;
	snprintf(text, sizeof text, "%.*s", (int)n, gain);
	if (sabin_number_parse(text, &value))
		out->gain_db = value;
}

/* The first line of a small file of the kernel's; empty when there is none. */
static void read_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");
	line[0] = '\0';
	if (!file)
		return;
	if (!fgets(line, (int)size, file))
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	fclose(file);
}

void sabin_card_identify(const char *pcm, struct sabin_card_identity *out)
{
	char path[96], usb_id[32], serial[32], *name = NULL;
	*out = (struct sabin_card_identity){.gain_db = NAN};
	const int card = sabin_kernel_stream_of(pcm, true).card;
	if (card < 0 || snd_card_get_longname(card, &name) < 0)
		return;
	snprintf(path, sizeof path, "/proc/asound/card%d/usbid", card);
	read_line(path, usb_id, sizeof usb_id);
	sabin_card_recognise(name, usb_id, out);
	free(name);
	/* the card's parent is the USB interface, its parent the device */
	snprintf(path, sizeof path, "/sys/class/sound/card%d/device/../serial", card);
	read_line(path, serial, sizeof serial);
	snprintf(out->serial, sizeof out->serial, "%s", serial);
}

/* ---- its file ------------------------------------------------------------------- */

struct search {
	const struct sabin_card_identity *card;
	char *by_serial, *by_model;
	size_t models; /* files for this model */
};

static bool looks_like_text(const char *name)
{
	static const char *const endings[] = {".txt", ".cal", ".frd", ".omm"};
	const char *dot = strrchr(name, '.');
	for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
		if (strcasecmp(dot, endings[i]) == 0)
			return true;
	return false;
}

static void consider(struct search *search, const char *path)
{
	struct sabin_calibration calibration = {0};
	if (sabin_calibration_read(path, &calibration, NULL) != SABIN_OK)
		return; /* any text may lie there */
	const char *serial = search->card->serial;
	if (serial[0] && strcasecmp(serial, calibration.serial) == 0 && !search->by_serial)
		search->by_serial = strdup(path);
	if (calibration.model == search->card->model && search->models++ == 0)
		search->by_model = strdup(path);
	sabin_calibration_release(&calibration);
}

static void look_in(struct search *search, const char *folder)
{
	DIR *list = folder ? opendir(folder) : NULL;
	for (struct dirent *entry; list && (entry = readdir(list));) {
		char *path = looks_like_text(entry->d_name) ? sabin_path_join(folder, entry->d_name) : NULL;
		if (path)
			consider(search, path);
		free(path);
	}
	if (list)
		closedir(list);
}

char *sabin_card_calibration(const struct sabin_card_identity *card, const char *folder)
{
	struct search search = {.card = card};
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	char *own = NULL;
	if (card->model == SABIN_MICROPHONE_UNKNOWN)
		return NULL;
	if (config && *config)
		own = sabin_path_join(config, "sabin");
	else if (home && *home)
		own = sabin_path_join(home, ".config/sabin");
	look_in(&search, folder);
	look_in(&search, own);
	free(own);
	if (search.by_serial || search.models != 1) {
		free(search.by_model);
		return search.by_serial;
	}
	return search.by_model;
}
