/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kernel.c: reading /proc/asound (kernel documentation, sound/designs/procfile.rst).
 */
#include <alsa/asoundlib.h>
#include <stdint.h>

#include "audio/kernel.h"

enum { SUBSTREAMS = 8 };

struct sabin_kernel_stream sabin_kernel_stream_of(const char *pcm, bool capture)
{
	struct sabin_kernel_stream stream = {-1, 0, capture};
	const char *colon = strchr(pcm, ':');
	char id[64];
	if (!colon || (strncmp(pcm, "hw:", 3) != 0 && strncmp(pcm, "plughw:", 7) != 0))
		return stream;
	const char *card = strstr(colon, "CARD=");
	card = card ? card + strlen("CARD=") : colon + 1;
	snprintf(id, sizeof id, "%.*s", (int)strcspn(card, ","), card);
	stream.card = snd_card_get_index(id);
	const char *device = strstr(colon, "DEV=");
	if (!device && (device = strchr(colon, ',')))
		device++;
	else if (device)
		device += strlen("DEV=");
	if (device)
		stream.device = (int)strtol(device, NULL, 10);
	return stream;
}

/* The value of "key   : value" in a file of one substream; empty when there is none. */
static void look_up(const char *proc, const struct sabin_kernel_stream *stream, int substream,
                    const char *name, const char *key, char value[64])
{
	char path[256], line[128];
	const size_t length = strlen(key);
	value[0] = '\0';
	snprintf(path, sizeof path, "%.128s/asound/card%d/pcm%d%c/sub%d/%s", proc, stream->card,
	         stream->device, stream->capture ? 'c' : 'p', substream, name);
	FILE *file = fopen(path, "re");
	while (file && fgets(line, sizeof line, file)) {
		const char *colon = strchr(line, ':');
		if (strncmp(line, key, length) != 0 || !colon)
			continue;
		colon += 1 + strspn(colon + 1, " \t");
		snprintf(value, 64, "%.*s", (int)strcspn(colon, "\n"), colon);
		break;
	}
	if (file)
		fclose(file);
}

unsigned sabin_kernel_rate_hz(const char *proc, const struct sabin_kernel_stream *stream)
{
	char value[64];
	for (int i = 0; stream->card >= 0 && i < SUBSTREAMS; i++) {
		look_up(proc, stream, i, "hw_params", "rate", value);
		const unsigned long rate_hz = strtoul(value, NULL, 10);
		if (rate_hz > 0 && rate_hz <= UINT32_MAX)
			return (unsigned)rate_hz;
	}
	return 0;
}

bool sabin_kernel_owner(const char *proc, const struct sabin_kernel_stream *stream,
                        struct sabin_kernel_owner *out)
{
	char value[64], path[256];
	*out = (struct sabin_kernel_owner){0};
	for (int i = 0; stream->card >= 0 && i < SUBSTREAMS && out->pid <= 0; i++) {
		look_up(proc, stream, i, "status", "owner_pid", value);
		out->pid = strtol(value, NULL, 10);
	}
	if (out->pid <= 0)
		return false;
	/* it may be a thread's number: its folder is there, though not listed */
	snprintf(path, sizeof path, "%.128s/%ld/comm", proc, out->pid);
	FILE *file = fopen(path, "re");
	if (file && fgets(out->name, sizeof out->name, file))
		out->name[strcspn(out->name, "\n")] = '\0';
	if (file)
		fclose(file);
	if (!out->name[0])
		snprintf(out->name, sizeof out->name, "another program");
	return true;
}

void sabin_kernel_release_advice(const struct sabin_kernel_owner *owner, char *text, size_t size)
{
	static const struct {
		const char *name, *advice;
	} rows[] = {
	    {"pipewire",
	     "take the card out of PipeWire while you measure: set its profile to Off in pavucontrol, or "
	     "'systemctl --user stop pipewire.socket pipewire.service' (and start them afterwards)"},
	    {"wireplumber",
	     "take the card out of PipeWire while you measure: set its profile to Off in pavucontrol, or "
	     "'systemctl --user stop pipewire.socket pipewire.service' (and start them afterwards)"},
	    {"pulseaudio",
	     "'pasuspender -- sabin ...' makes PulseAudio let go for as long as sabin runs"},
	    {"jack",
	     "stop JACK ('jack_control stop', or quit qjackctl), or measure through it: --playback jack "
	     "--capture jack"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strncmp(owner->name, rows[i].name, strlen(rows[i].name)) == 0) {
			snprintf(text, size, "%s", rows[i].advice);
			return;
		}
	snprintf(text, size, "close %s, or end it: kill %ld", owner->name, owner->pid);
}
