/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * camilladsp.c: complete configurations of CamillaDSP, for versions 2, 3 and 4 and for each rate.  Steps of the
 * pipeline name a `channel` before version 3 and `channels` since; sample formats have underscores since 4.
 * A FIR is the whole channel, in a file of the folder wav; names of files are relative to the configuration's.
 */
#include <math.h>

#include "io/dialect/dialect.h"
#include "io/number.h"

static const char *const kinds[SABIN_SECTION_TYPES] = {"Peaking", "Lowshelf", "Highshelf", "Lowpass",
                                                       "Highpass", "Notch", "Bandpass", "Allpass",
                                                       "Free"};

/* The number of the filter that comes next, in both passes over them. */
struct writer {
	FILE *stream;
	char label[SABIN_LABEL];
	size_t number;
	bool names; /* only their names, for the pipeline */
};

/* Begin filter; false: its name was all. */
static bool filter(struct writer *w, const char *type)
{
	++w->number;
	if (w->names) {
		fprintf(w->stream, "%s\"%s_%zu\"", w->number > 1 ? ", " : "", w->label, w->number);
		return false;
	}
	fprintf(w->stream, "  \"%s_%zu\": { type: %s, parameters: { ", w->label, w->number, type);
	return true;
}

static void write_section(struct writer *w, const struct sabin_section *s)
{
	char a[SABIN_NUMBER_SIZE];
	if (!filter(w, "Biquad"))
		return;
	fprintf(w->stream, "type: %s", kinds[s->type]);
	if (s->type == SABIN_SECTION_RAW) {
		static const char *const keys[5] = {"b0", "b1", "b2", "a1", "a2"};
		for (int i = 0; i < 5; i++)
			fprintf(w->stream, ", %s: %s", keys[i],
			        sabin_number_format(i < 3 ? s->taps.b[i] : s->taps.a[i - 2], a));
	} else {
		fprintf(w->stream, ", freq: %s", sabin_number_format(s->freq_hz, a));
		fprintf(w->stream, ", q: %s", sabin_number_format(s->q, a));
		if (s->type <= SABIN_SECTION_HIGH_SHELF)
			fprintf(w->stream, ", gain: %s", sabin_number_format(s->gain_db, a));
	}
	fputs(" } }\n", w->stream);
}

static void write_channel(struct writer *w, const struct sabin_setting *setting, size_t i, double rate_hz)
{
	const struct sabin_setting_channel *c = &setting->channels[i];
	char name[SABIN_DIALECT_NAME], number[32];
	w->number = 0;
	sabin_dialect_label(setting, i, w->label);
	if (sabin_setting_fir(c, rate_hz) || c->points > 0) {
		if (filter(w, "Conv"))
			fprintf(w->stream, "type: Wav, filename: \"../wav/%s\", channel: 0 } }\n",
			        sabin_dialect_wav_name(setting, i, rate_hz, name));
		return;
	}
	if (filter(w, "Gain"))
		fprintf(w->stream, "gain: %s, inverted: %s, mute: false } }\n",
		        sabin_dialect_decimal(sabin_dialect_gain_db(c), 9, number),
		        sabin_setting_gain(c) < 0 ? "true" : "false");
	if (c->delay_s > 0 && filter(w, "Delay"))
		fprintf(w->stream, "delay: %s, unit: ms, subsample: false } }\n",
		        sabin_dialect_decimal(1000 * c->delay_s, 6, number));
	for (size_t k = 0; k < c->section_count; k++)
		if (!sabin_section_idle(&c->sections[k]))
			write_section(w, &c->sections[k]);
}

static void write_text(FILE *stream, const struct sabin_setting *setting, double rate_hz, int version)
{
	const char *format = version >= 4 ? "S32_LE" : "S32LE";
	const size_t n = setting->channel_count;
	struct writer w = {.stream = stream};
	fprintf(stream,
	        "# CamillaDSP %d: set both devices to yours, then: camilladsp v%d-%.0f.yml\n"
	        "title: \"sabin correction\"\n"
	        "devices:\n"
	        "  samplerate: %.0f\n"
	        "  chunksize: 1024\n"
	        "  capture: { type: Alsa, channels: %zu, device: \"hw:Loopback,1\", format: %s }\n"
	        "  playback: { type: Alsa, channels: %zu, device: \"hw:0\", format: %s }\n"
	        "filters:\n",
	        version, version, rate_hz, rate_hz, n, format, n, format);
	for (size_t i = 0; i < n; i++)
		write_channel(&w, setting, i, rate_hz);
	fputs("pipeline:\n", stream);
	w.names = true;
	for (size_t i = 0; i < n; i++) {
		fprintf(stream, version < 3 ? "  - { type: Filter, channel: %zu, names: ["
		                            : "  - { type: Filter, channels: [%zu], names: [", i);
		write_channel(&w, setting, i, rate_hz);
		fputs("] }\n", stream);
	}
}

static enum sabin_err write(const struct sabin_setting *setting, const char *place,
                            struct sabin_dialect_files *out)
{
	enum sabin_err err = SABIN_OK;
	(void)place;
	for (int version = 2; version <= 4; version++)
		for (size_t r = 0; r < setting->rate_count && !err; r++) {
			struct sabin_dialect_text text;
			char name[40];
			err = sabin_dialect_begin(&text);
			if (!err)
				write_text(text.stream, setting, setting->rates_hz[r], version);
			snprintf(name, sizeof name, "v%d-%.0f.yml", version, setting->rates_hz[r]);
			err = sabin_dialect_finish(&text, err, name, out);
		}
	return err;
}

static bool knows(const char *text, size_t length)
{
	(void)length;
	return sabin_dialect_has(text, "pipeline:") ||
	       (sabin_dialect_has(text, "devices:") && sabin_dialect_has(text, "filters:"));
}

const struct sabin_dialect sabin_dialect_camilladsp = {
    .name = "camilladsp",
    .program = "CamillaDSP 2, 3, 4",
    .next = "set the devices in %s/vVERSION-RATE.yml and run camilladsp with it",
    .ends = {".yml", ".yaml"},
    .carries = SABIN_CARRY_PREAMP | SABIN_CARRY_DELAY | SABIN_CARRY_POLARITY | SABIN_CARRY_FIR |
               SABIN_CARRY_RAW | SABIN_CARRY_OTHER,
    .comments = true,
    .wants_wav = true,
    .write = write,
    .read = sabin_camilladsp_read,
    .knows = knows,
};
