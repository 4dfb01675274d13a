/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shared_write.c: what the writers of dialects share.
 */
#include <math.h>
#include <stdint.h>
#include <strings.h>

#include "io/dialect/dialect.h"
#include "io/memstream.h"
#include "io/number.h"

/* Filters ring for ever; this much of it is written, the same at every rate. */
static const double longest_s = 2;

enum sabin_err sabin_dialect_begin(struct sabin_dialect_text *text)
{
	*text = (struct sabin_dialect_text){0};
	text->stream = sabin_memstream_open(&text->text, &text->length);
	return text->stream ? SABIN_OK : SABIN_ENOMEM;
}

enum sabin_err sabin_dialect_add(struct sabin_dialect_files *out, const char *name, char *bytes,
                                 size_t length)
{
	struct sabin_dialect_file *grown = realloc(out->file, (out->count + 1) * sizeof *grown);
	char *own = strdup(name);
	if (grown)
		out->file = grown;
	if (!grown || !own) {
		free(own);
		free(bytes);
		return SABIN_ENOMEM;
	}
	out->file[out->count++] = (struct sabin_dialect_file){own, bytes, length};
	return SABIN_OK;
}

enum sabin_err sabin_dialect_finish(struct sabin_dialect_text *text, enum sabin_err err,
                                    const char *name, struct sabin_dialect_files *out)
{
	if (!text->stream || fclose(text->stream) != 0)
		err = err ? err : SABIN_ENOMEM;
	if (!err)
		return sabin_dialect_add(out, name, text->text, text->length);
	free(text->text);
	return err;
}

/* ---- names ------------------------------------------------------------------------------------------ */

static bool plain_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
	       c == '_';
}

static void clean(const char *name, char *label)
{
	size_t n = 0;
	for (const char *c = name; *c && n < SABIN_CORRECTION_NAME - 1; c++)
		label[n++] = plain_char(*c) ? *c : '_';
	if (n == 0 || label[0] == '-')
		label[n ? 0 : n++] = '_';
	label[n] = '\0';
}

char *sabin_dialect_label(const struct sabin_setting *setting, size_t channel, char *label)
{
	char other[SABIN_LABEL];
	clean(setting->channels[channel].name, label);
	for (size_t i = 0; i < setting->channel_count; i++) {
		if (i == channel)
			continue;
		clean(setting->channels[i].name, other);
		if (strcasecmp(other, label) == 0) { /* told apart by their place */
			const size_t n = strlen(label);
			snprintf(label + n, SABIN_LABEL - n, ".%zu", channel + 1);
			break;
		}
	}
	return label;
}

static const struct {
	const char *speaker, *apo, *pipewire;
} positions[] = {
    {"left", "L", "FL"},          {"right", "R", "FR"},         {"centre", "C", "FC"},
    {"sub", "SUB", "LFE"},        {"surround-left", "SL", "SL"}, {"surround-right", "SR", "SR"},
    {"rear-left", "RL", "RL"},    {"rear-right", "RR", "RR"},   {"rear-centre", "RC", "RC"},
    {"l", "L", "FL"},             {"r", "R", "FR"},             {"c", "C", "FC"},
    {"fl", "L", "FL"},            {"fr", "R", "FR"},            {"fc", "C", "FC"},
    {"front-left", "L", "FL"},    {"front-right", "R", "FR"},   {"center", "C", "FC"},
    {"lfe", "SUB", "LFE"},        {"subwoofer", "SUB", "LFE"},  {"mono", "C", "MONO"},
    {"sl", "SL", "SL"},           {"sr", "SR", "SR"},           {"rl", "RL", "RL"},
    {"bl", "RL", "RL"},           {"rr", "RR", "RR"},           {"br", "RR", "RR"},
    {"rc", "RC", "RC"},
};

bool sabin_dialect_position(const char *speaker, bool apo, char name[8])
{
	for (size_t i = 0; i < sizeof positions / sizeof *positions; i++)
		if (strcasecmp(positions[i].speaker, speaker) == 0) {
			snprintf(name, 8, "%s", apo ? positions[i].apo : positions[i].pipewire);
			return true;
		}
	return false;
}

const char *sabin_dialect_speaker(const char *position)
{
	for (size_t i = 0; i < sizeof positions / sizeof *positions; i++)
		if (strcasecmp(positions[i].apo, position) == 0 ||
		    strcasecmp(positions[i].pipewire, position) == 0)
			return positions[i].speaker;
	return NULL;
}

char *sabin_dialect_wav_name(const struct sabin_setting *setting, size_t channel, double rate_hz,
                             char name[SABIN_DIALECT_NAME])
{
	char label[SABIN_LABEL];
	snprintf(name, SABIN_DIALECT_NAME, "%s-%.0f.wav", sabin_dialect_label(setting, channel, label),
	         rate_hz);
	return name;
}

/* ---- numbers ---------------------------------------------------------------------------------------- */

char *sabin_dialect_decimal(double x, int decimals, char text[32])
{
	snprintf(text, 32, "%.*f", decimals, x);
	for (char *c = text; *c; c++)
		if (*c == ',')
			*c = '.';
	if (strchr(text, '.')) {
		size_t n = strlen(text);
		while (text[n - 1] == '0')
			text[--n] = '\0';
		if (text[n - 1] == '.')
			text[n - 1] = '\0';
	}
	return strcmp(text, "-0") == 0 ? memcpy(text, "0", 2) : text;
}

/* As many decimals as fit into `width` characters, none of `never` decimals. */
static char *fitting(double x, int most, int least, size_t width, int never, char text[32])
{
	for (int decimals = most; decimals >= 0; decimals--) {
		if (decimals == never)
			continue;
		snprintf(text, 32, "%.*f", decimals, x);
		if (strlen(text) <= width)
			break;
	}
	for (char *c = text; *c; c++)
		if (*c == ',')
			*c = '.';
	/* zeros at the end, but for a few */
	char *stop = strchr(text, '.');
	size_t n = strlen(text);
	while (stop && n > (size_t)(stop - text) + 1 + (size_t)least && text[n - 1] == '0')
		text[--n] = '\0';
	if (stop && (int)(n - (size_t)(stop - text)) - 1 == never) {
		text[n] = '0';
		text[n + 1] = '\0';
	}
	if (strspn(text, "-0.") == strlen(text) && text[0] == '-')
		memmove(text, text + 1, strlen(text));
	return text;
}

char *sabin_dialect_hz(double hz, char text[32])
{
	return fitting(hz, 5, 1, 8, 3, text);
}

char *sabin_dialect_db(double db, char text[32])
{
	return fitting(db, 4, 1, 6, -1, text);
}

char *sabin_dialect_q(double q, char text[32])
{
	return fitting(q, 4, 2, 6, -1, text);
}

/* ---- filters ------------------------------------------------------------------------------------------ */

size_t sabin_dialect_busy(const struct sabin_setting_channel *c)
{
	size_t n = 0;
	for (size_t k = 0; k < c->section_count; k++)
		n += !sabin_section_idle(&c->sections[k]);
	return n;
}

double sabin_dialect_gain_db(const struct sabin_setting_channel *c)
{
	return 20 * log10(fmax(fabs(sabin_setting_gain(c)), 1e-20));
}

bool sabin_dialect_filters(FILE *stream, const struct sabin_setting_channel *c, bool spaced)
{
	static const char *const types[SABIN_SECTION_TYPES] = {"PK", "LSC", "HSC", "LPQ", "HPQ",
	                                                       "NO", "BP",  "AP"};
	const char *gap = spaced ? "  " : " ";
	char hz[32], db[32], q[32];
	size_t number = 0;
	for (size_t i = 0; i < c->section_count; i++) {
		const struct sabin_section *s = &c->sections[i];
		if (sabin_section_idle(s))
			continue;
		if (s->type == SABIN_SECTION_RAW)
			return false;
		fprintf(stream, spaced ? "Filter%3zu: ON  %-8s Fc %8s Hz" : "Filter %zu: ON %s Fc %s Hz",
		        ++number, types[s->type], sabin_dialect_hz(s->freq_hz, hz));
		if (s->type <= SABIN_SECTION_HIGH_SHELF)
			fprintf(stream, spaced ? "%sGain %6s dB" : "%sGain %s dB", gap,
			        sabin_dialect_db(s->gain_db, db));
		fprintf(stream, "%sQ %s\n", gap, sabin_dialect_q(s->q, q));
	}
	return true;
}

/* ---- responses ---------------------------------------------------------------------------------------- */

/* PipeWire convolves with a response in three parts, and cuts off the end of each where its samples are below
 * 1e-6, long before a narrow filter has rung out: their last samples are kept above that. */
static const double least_end = 1.001e-6;
static const size_t part = 4096;

static void keep_ends(double *h, size_t n)
{
	const size_t end[3] = {part, 2 * part, n};
	for (int i = 0; i < 3 && n > 1; i++)
		if (end[i] <= n && fabs(h[end[i] - 1]) < least_end)
			h[end[i] - 1] = copysign(least_end, h[end[i] - 1]);
}

enum sabin_err sabin_dialect_responses(const struct sabin_setting *setting, double rate_hz,
                                       double **h, size_t *frames)
{
	const size_t count = setting->channel_count;
	double *x[SABIN_SETTING_CHANNELS] = {NULL}, *all = NULL;
	size_t n[SABIN_SETTING_CHANNELS], length = 0;
	enum sabin_err err = SABIN_OK;
	for (size_t i = 0; i < count && !err; i++) {
		err = sabin_setting_impulse(&setting->channels[i], rate_hz, longest_s, &x[i], &n[i]);
		if (!err) {
			const size_t whole = n[i] + (size_t)lrint(setting->channels[i].delay_s * rate_hz);
			length = whole > length ? whole : length;
		}
	}
	if (!err && !(all = calloc(length * count, sizeof *all)))
		err = SABIN_ENOMEM;
	for (size_t i = 0; i < count; i++) {
		const struct sabin_setting_channel *c = &setting->channels[i];
		const size_t late = (size_t)lrint(c->delay_s * rate_hz);
		if (!err)
			memcpy(all + i * length + late, x[i], n[i] * sizeof *all);
		if (!err && (c->section_count > 0 || c->points > 0)) /* others are as they are */
			keep_ends(all + i * length, late + n[i]);
		free(x[i]);
	}
	if (err)
		return err;
	*h = all;
	*frames = length;
	return SABIN_OK;
}

enum sabin_err sabin_dialect_each_rate(
    const struct sabin_setting *setting,
    enum sabin_err (*one)(const struct sabin_setting *setting, double rate_hz,
                          struct sabin_dialect_files *out),
    struct sabin_dialect_files *out)
{
	enum sabin_err err = SABIN_OK;
	for (size_t r = 0; r < setting->rate_count && !err; r++)
		err = one(setting, setting->rates_hz[r], out);
	return err;
}

static void put(char *at, uint32_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		at[i] = (char)(value >> 8 * i & 0xff);
}

/* The extended form of the format chunk and a fact chunk, which some readers of floats ask for. */
enum sabin_err sabin_dialect_add_wav(struct sabin_dialect_files *out, const char *name, const double *x,
                                     size_t channels, size_t frames, double rate_hz)
{
	enum { HEAD = 58 };
	const size_t data = 4 * channels * frames;
	if (data > UINT32_MAX - HEAD)
		return SABIN_EINVAL;
	char *bytes = malloc(HEAD + data);
	if (!bytes)
		return SABIN_ENOMEM;
	memcpy(bytes, "RIFF....WAVEfmt ", 16);
	put(bytes + 4, (uint32_t)(HEAD - 8 + data), 4);
	put(bytes + 16, 18, 4);
	put(bytes + 20, 3, 2); /* floats */
	put(bytes + 22, (uint32_t)channels, 2);
	put(bytes + 24, (uint32_t)rate_hz, 4);
	put(bytes + 28, (uint32_t)(rate_hz * 4 * (double)channels), 4);
	put(bytes + 32, (uint32_t)(4 * channels), 2);
	put(bytes + 34, 32, 2);
	put(bytes + 36, 0, 2);
	memcpy(bytes + 38, "fact", 4);
	put(bytes + 42, 4, 4);
	put(bytes + 46, (uint32_t)frames, 4);
	memcpy(bytes + 50, "data", 4);
	put(bytes + 54, (uint32_t)data, 4);
	for (size_t i = 0; i < frames; i++)
		for (size_t c = 0; c < channels; c++) {
			const float sample = (float)x[c * frames + i];
			uint32_t bits;
			memcpy(&bits, &sample, 4);
			put(bytes + HEAD + 4 * (i * channels + c), bits, 4);
		}
	return sabin_dialect_add(out, name, bytes, HEAD + data);
}
