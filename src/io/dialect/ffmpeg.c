/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * ffmpeg.c: a filter graph of ffmpeg with one input and one output, which mpv takes too: the channels split,
 * each through its filters, and joined again.  Shelves are lowshelf and highshelf: bass and treble take a
 * width of q for something else, as anequalizer does for every filter.
 */
#include <math.h>

#include "io/dialect/dialect.h"
#include "io/number.h"

static const char *const names[SABIN_SECTION_TYPES] = {"equalizer", "lowshelf", "highshelf", "lowpass",
                                                       "highpass", "bandreject", "bandpass", "allpass",
                                                       "biquad"};

static void write_taps(FILE *stream, const double b[3], const double a[3])
{
	char x[6][SABIN_NUMBER_SIZE];
	for (int i = 0; i < 3; i++) {
		sabin_number_format(b[i], x[i]);
		sabin_number_format(a[i], x[3 + i]);
	}
	fprintf(stream, ",biquad=b0=%s:b1=%s:b2=%s:a0=%s:a1=%s:a2=%s:r=f64", x[0], x[1], x[2], x[3], x[4],
	        x[5]);
}

static void write_section(FILE *stream, const struct sabin_section *s)
{
	char f[32], q[32], db[32];
	if (s->type == SABIN_SECTION_RAW) {
		write_taps(stream, s->taps.b, s->taps.a);
		return;
	}
	fprintf(stream, ",%s=f=%s:t=q:w=%s", names[s->type], sabin_dialect_decimal(s->freq_hz, 9, f),
	        sabin_dialect_decimal(s->q, 9, q));
	if (s->type <= SABIN_SECTION_HIGH_SHELF)
		fprintf(stream, ":g=%s", sabin_dialect_decimal(s->gain_db, 9, db));
	fputs(":r=f64", stream);
}

static void write_chain(FILE *stream, const struct sabin_setting_channel *c)
{
	static const double inverted[3] = {-1, 0, 0}, one[3] = {1, 0, 0};
	char number[32];
	fprintf(stream, "volume=%sdB:precision=double",
	        sabin_dialect_decimal(sabin_dialect_gain_db(c), 9, number));
	if (sabin_setting_gain(c) < 0)
		write_taps(stream, inverted, one);
	for (size_t k = 0; k < c->section_count; k++)
		if (!sabin_section_idle(&c->sections[k]))
			write_section(stream, &c->sections[k]);
	if (c->delay_s > 0)
		fprintf(stream, ",adelay=%s", sabin_dialect_decimal(1000 * c->delay_s, 6, number));
}

/* line: what goes between the chains. */
static void write_graph(FILE *stream, const struct sabin_setting *setting, const char *line)
{
	const size_t n = setting->channel_count;
	char layout[24];
	snprintf(layout, sizeof layout, n == 2 ? "stereo" : "%zuc", n);
	if (n == 1) {
		write_chain(stream, &setting->channels[0]);
		return;
	}
	fprintf(stream, "channelsplit=channel_layout=%s", layout);
	for (size_t i = 0; i < n; i++)
		fprintf(stream, "[i%zu]", i);
	for (size_t i = 0; i < n; i++) {
		fprintf(stream, ";%s[i%zu]", line, i);
		write_chain(stream, &setting->channels[i]);
		fprintf(stream, "[o%zu]", i);
	}
	fprintf(stream, ";%s", line);
	for (size_t i = 0; i < n; i++)
		fprintf(stream, "[o%zu]", i);
	fprintf(stream, "join=inputs=%zu:channel_layout=%s", n, layout);
}

static enum sabin_err write(const struct sabin_setting *setting, const char *place,
                            struct sabin_dialect_files *out)
{
	struct sabin_dialect_text text;
	enum sabin_err err = sabin_dialect_begin(&text);
	(void)place;
	if (!err) {
		write_graph(text.stream, setting, "\n");
		fputc('\n', text.stream);
	}
	err = sabin_dialect_finish(&text, err, "filter.txt", out);
	if (!err)
		err = sabin_dialect_begin(&text);
	else
		return err;
	if (!err) {
		fputs("# mpv: add this line to ~/.config/mpv/mpv.conf, or: mpv --include=FILE\naf=lavfi=[",
		      text.stream);
		write_graph(text.stream, setting, "");
		fputs("]\n", text.stream);
	}
	return sabin_dialect_finish(&text, err, "mpv.conf", out);
}

/* ---- reading ------------------------------------------------------------------------------------------ */

enum { NAMED = 2 * SABIN_SETTING_CHANNELS };

struct reader {
	struct sabin_dialect_line line;
	struct sabin_setting *out;
	size_t first;
	struct {
		char name[32];
		size_t channel;
	} pads[NAMED];
	size_t pad_count;
	bool joined;
};

/* "key=value:key=value"; NULL past the last.  A value alone has no key. */
static char *option(char **rest, char **key)
{
	if (!*rest || !**rest)
		return NULL;
	char *value = *rest, *end = strchr(value, ':');
	*rest = end ? end + 1 : NULL;
	if (end)
		*end = '\0';
	char *equals = strchr(value, '=');
	*key = NULL;
	if (!equals)
		return value;
	*equals = '\0';
	*key = value;
	return equals + 1;
}

static bool is(const char *key, const char *a, const char *b, const char *c)
{
	return key && (strcmp(key, a) == 0 || strcmp(key, b) == 0 || (c && strcmp(key, c) == 0));
}

static bool ignorable(const char *key, const char *value)
{
	return is(key, "r", "precision", NULL) || (is(key, "m", "mix", NULL) && strcmp(value, "1") == 0) ||
	       (is(key, "n", "normalize", NULL) && strcmp(value, "0") == 0) ||
	       (is(key, "p", "poles", NULL) && strcmp(value, "2") == 0) || is(key, "a", "transform", NULL);
}

static enum sabin_err read_section(struct reader *r, int type, char *rest,
                                   struct sabin_setting_channel *c)
{
	struct sabin_section s = {.type = (enum sabin_section_type)type, .factor = 1};
	double w = M_SQRT1_2;
	char kind = 'q', *key;
	for (char *value; (value = option(&rest, &key)) != NULL;) {
		bool good = true;
		if (is(key, "f", "frequency", NULL))
			good = sabin_number_parse(value, &s.freq_hz);
		else if (is(key, "w", "width", NULL))
			good = sabin_number_parse(value, &w) && w > 0;
		else if (is(key, "g", "gain", NULL))
			good = sabin_number_parse(value, &s.gain_db);
		else if (is(key, "t", "width_type", NULL))
			good = value[0] && !value[1] && strchr("qohs", value[0]) && (kind = value[0]) != 0;
		else
			good = ignorable(key, value);
		if (!good)
			return sabin_dialect_refuse(&r->line, NULL, "%s: '%s=%s' is not understood", names[type],
			                            key ? key : "", value);
	}
	if (kind == 'h')
		s.q = s.freq_hz / w;
	else if (kind == 's')
		s.q = sabin_dialect_q_of_slope(12 * w, s.gain_db);
	else if (kind == 'o')
		return sabin_dialect_refuse(&r->line, NULL, "octaves depend on the rate; t=q was expected");
	else
		s.q = w;
	return sabin_dialect_section(&r->line, c, &s);
}

static enum sabin_err read_biquad(struct reader *r, char *rest, struct sabin_setting_channel *c)
{
	static const char *const keys[6] = {"b0", "b1", "b2", "a0", "a1", "a2"};
	double x[6] = {0, 0, 0, 1, 0, 0};
	struct sabin_section s;
	char *key;
	for (char *value; (value = option(&rest, &key)) != NULL;) {
		int i = 0;
		while (key && i < 6 && strcmp(keys[i], key) != 0)
			i++;
		if (!key || (i < 6 ? !sabin_number_parse(value, &x[i]) : !ignorable(key, value)))
			return sabin_dialect_refuse(&r->line, NULL, "biquad: '%s=%s' is not understood",
			                            key ? key : "", value);
	}
	if (x[0] == -1 && x[1] == 0 && x[2] == 0 && x[3] == 1 && x[4] == 0 && x[5] == 0) {
		c->polarity = -c->polarity;
		return SABIN_OK;
	}
	if (r->line.source->rate_hz == 0) {
		sabin_dialect_refuse(&r->line, NULL, "coefficients are for one rate, which is not stated");
		sabin_diag_advise(r->line.source->diag, "give --rates");
		return SABIN_EFORMAT;
	}
	if (!sabin_section_of_taps(x, r->line.source->rate_hz, &s))
		return sabin_dialect_refuse(&r->line, NULL, "coefficients of a stable filter were expected");
	return sabin_dialect_section(&r->line, c, &s);
}

static enum sabin_err read_volume(struct reader *r, char *rest, struct sabin_setting_channel *c)
{
	char *key;
	for (char *value; (value = option(&rest, &key)) != NULL;) {
		const size_t n = strlen(value);
		const bool db = n > 2 && strcmp(value + n - 2, "dB") == 0;
		double x;
		if (key && strcmp(key, "volume") != 0) {
			if (strcmp(key, "precision") == 0)
				continue;
			return sabin_dialect_refuse(&r->line, NULL, "volume: '%s' is not understood", key);
		}
		if (db)
			value[n - 2] = '\0';
		if (!sabin_number_parse(value, &x) || (db ? fabs(x) > 500 : !(x > 1e-9 && x < 1e9)))
			return sabin_dialect_refuse(&r->line, NULL, "volume: a gain was expected, it is '%s'", value);
		c->preamp_db += db ? x : 20 * log10(x);
	}
	return SABIN_OK;
}

static enum sabin_err read_delay(struct reader *r, char *rest, struct sabin_setting_channel *c)
{
	char *key;
	for (char *value; (value = option(&rest, &key)) != NULL;) {
		double x;
		if (key && strcmp(key, "all") == 0)
			continue;
		if ((key && strcmp(key, "delays") != 0) || !sabin_number_parse(value, &x) || !(x >= 0 && x <= 10000))
			return sabin_dialect_refuse(&r->line, NULL, "adelay: 0 to 10000 ms were expected");
		c->delay_s += x / 1000;
	}
	return SABIN_OK;
}

static enum sabin_err read_filter(struct reader *r, char *text, struct sabin_setting_channel *c)
{
	text += strspn(text, " \t\n\r");
	char *rest = text + strcspn(text, "= \t\r\n");
	if (*rest)
		*rest++ = '\0';
	size_t n = strlen(rest);
	while (n > 0 && strchr(" \t\r\n", rest[n - 1]))
		rest[--n] = '\0';
	if (strcmp(text, "volume") == 0)
		return read_volume(r, rest, c);
	if (strcmp(text, "adelay") == 0)
		return read_delay(r, rest, c);
	if (strcmp(text, "anull") == 0)
		return SABIN_OK;
	for (int type = 0; type < SABIN_SECTION_RAW; type++)
		if (strcmp(names[type], text) == 0)
			return read_section(r, type, rest, c);
	if (strcmp(text, "biquad") == 0)
		return read_biquad(r, rest, c);
	if (strcmp(text, "bass") == 0 || strcmp(text, "treble") == 0 || strcmp(text, "anequalizer") == 0)
		return sabin_dialect_refuse(&r->line, NULL, "%s has shapes of its own; equalizer, lowshelf, "
		                            "highshelf were expected", text);
	return sabin_dialect_refuse(&r->line, NULL, "the filter '%.40s' is not understood", text);
}

/* "[name]" at the beginning of *rest. */
static bool pad(char **rest, char name[32])
{
	*rest += strspn(*rest, " \t\r\n");
	const size_t n = **rest == '[' ? strcspn(*rest, "]") : 0;
	if (n < 2 || n > 31 || (*rest)[n] != ']')
		return false;
	snprintf(name, 32, "%.*s", (int)n - 1, *rest + 1);
	*rest += n + 1;
	return true;
}

static long pad_channel(const struct reader *r, const char *name)
{
	for (size_t i = 0; i < r->pad_count; i++)
		if (strcmp(r->pads[i].name, name) == 0)
			return (long)r->pads[i].channel;
	return -1;
}

static enum sabin_err add_pad(struct reader *r, const char *name, size_t channel)
{
	if (pad_channel(r, name) >= 0 || r->pad_count == NAMED)
		return sabin_dialect_refuse(&r->line, NULL, "[%s]: other names of pads were expected", name);
	snprintf(r->pads[r->pad_count].name, sizeof r->pads->name, "%s", name);
	r->pads[r->pad_count++].channel = channel;
	return SABIN_OK;
}

static enum sabin_err read_split(struct reader *r, char *rest)
{
	char name[32], called[SABIN_CORRECTION_NAME];
	char *at = strchr(rest, '[');
	size_t count = 0;
	enum sabin_err err = SABIN_OK;
	if (r->out->channel_count > r->first || !at)
		return sabin_dialect_refuse(&r->line, NULL, "channelsplit, once, with its outputs was expected");
	for (const char *c = at; *c; c++)
		count += *c == '[';
	while (!err && pad(&at, name)) {
		const size_t i = r->out->channel_count - r->first;
		if (count == 2)
			snprintf(called, sizeof called, "%s", i ? "right" : "left");
		else
			snprintf(called, sizeof called, "channel-%zu", i + 1);
		err = sabin_setting_add(r->out, called) ? add_pad(r, name, i) : SABIN_EINVAL;
	}
	return !err && *at ? sabin_dialect_refuse(&r->line, NULL, "outputs of channelsplit were expected") : err;
}

/* All channels in their order: another would change places. */
static enum sabin_err read_join(struct reader *r, char *rest)
{
	char name[32];
	size_t i = 0;
	for (; pad(&rest, name); i++)
		if (pad_channel(r, name) != (long)i)
			return sabin_dialect_refuse(&r->line, NULL, "join: the channels in their order were expected");
	if (strncmp(rest, "join=", 5) != 0 || i == 0 || i != r->out->channel_count - r->first)
		return sabin_dialect_refuse(&r->line, NULL, "join of all channels was expected");
	r->joined = true;
	return SABIN_OK;
}

static enum sabin_err read_chain(struct reader *r, char *text)
{
	char name[32];
	long channel = 0;
	enum sabin_err err = SABIN_OK;
	text += strspn(text, " \t\r\n");
	if (strncmp(text, "channelsplit=", 13) == 0)
		return read_split(r, text + 13);
	if (strstr(text, "]join="))
		return read_join(r, text);
	if (pad(&text, name)) {
		channel = pad_channel(r, name);
		if (channel < 0)
			return sabin_dialect_refuse(&r->line, NULL, "[%s] comes from nowhere", name);
	} else if (r->out->channel_count > r->first) {
		return sabin_dialect_refuse(&r->line, NULL, "an input, as [in], was expected");
	} else {
		char called[SABIN_CORRECTION_NAME];
		double rate;
		if (!sabin_setting_add(r->out, sabin_dialect_stem(r->line.source->path, &rate, called)))
			return SABIN_ENOMEM;
		r->joined = true;
	}
	char *out = strchr(text, '[');
	if (out) {
		char *at = out;
		if (!pad(&at, name) || at[strspn(at, " \t\r\n")])
			return sabin_dialect_refuse(&r->line, NULL, "one output, as [out], was expected");
		*out = '\0';
		err = add_pad(r, name, (size_t)channel);
	}
	for (char *next; text && !err; text = next) {
		next = strchr(text, ',');
		if (next)
			*next++ = '\0';
		err = read_filter(r, text, &r->out->channels[r->first + (size_t)channel]);
	}
	return err;
}

static enum sabin_err read(struct sabin_dialect_source *source, struct sabin_setting *out)
{
	struct reader r = {.line = {source, NULL, 1}, .out = out, .first = out->channel_count};
	enum sabin_err err = SABIN_OK;
	for (char *text = source->text, *next; text && !err; text = next) {
		next = strchr(text, ';');
		if (next)
			*next++ = '\0';
		int lines = 0;
		for (const char *c = text; *c; c++)
			lines += *c == '\n';
		err = read_chain(&r, text);
		r.line.number += lines;
	}
	if (!err && !r.joined)
		err = sabin_dialect_refuse(&r.line, NULL, "join of all channels was expected");
	return err;
}

static bool knows(const char *text, size_t length)
{
	(void)length;
	text += strspn(text, " \t\r\n");
	if (strncmp(text, "channelsplit=", 13) == 0 || strncmp(text, "volume=", 7) == 0)
		return true;
	for (int type = 0; type < SABIN_SECTION_TYPES; type++) {
		const size_t n = strlen(names[type]);
		if (strncmp(text, names[type], n) == 0 && text[n] == '=')
			return true;
	}
	return false;
}

const struct sabin_dialect sabin_dialect_ffmpeg = {
    .name = "ffmpeg",
    .program = "ffmpeg, mpv",
    .next = "in %s: ffmpeg -i IN.wav -filter_script:a filter.txt OUT.wav, or mpv --include=mpv.conf IN.wav",
    .ends = {"filter.txt"},
    .carries = SABIN_CARRY_PREAMP | SABIN_CARRY_DELAY | SABIN_CARRY_POLARITY | SABIN_CARRY_RAW |
               SABIN_CARRY_OTHER,
    .comments = false,
    .write = write,
    .read = read,
    .knows = knows,
};
