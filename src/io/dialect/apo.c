/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * apo.c: Equalizer APO's configuration (its "Configuration reference"): a section for each channel with
 * preamp, delay and filters; what is bound to a rate ("Convolution", which takes a file at the
 * device's own rate only, and coefficients) stands under an "If" of that rate.
 */
#include <math.h>
#include <strings.h>

#include "io/columns.h"
#include "io/dialect/dialect.h"
#include "io/number.h"

/* ---- writing ---------------------------------------------------------------------------------------- */

/* Names of the program's channels by what speakers are commonly called; the rest are numbered. */
static void channel_name(const struct sabin_setting *setting, size_t i, char name[24])
{
	char position[8], other[8];
	snprintf(name, 24, "%zu", i + 1);
	if (!sabin_dialect_position(setting->channels[i].name, true, position))
		return;
	for (size_t k = 0; k < i; k++)
		if (sabin_dialect_position(setting->channels[k].name, true, other) &&
		    strcmp(other, position) == 0)
			return;
	snprintf(name, 24, "%s", position);
}

static void write_coefficients(FILE *stream, const struct sabin_section *s)
{
	char number[SABIN_NUMBER_SIZE];
	fputs("Filter: ON IIR Order 2 Coefficients", stream);
	for (int i = 0; i < 3; i++)
		fprintf(stream, " %s", sabin_number_format(s->taps.b[i], number));
	for (int i = 0; i < 3; i++)
		fprintf(stream, " %s", sabin_number_format(s->taps.a[i], number));
	fputc('\n', stream);
}

/* Coefficients, under the rate that they are for. */
static void write_raw(FILE *stream, const struct sabin_setting_channel *c)
{
	double rate_hz = 0;
	for (size_t k = 0; k < c->section_count; k++) {
		const struct sabin_section *s = &c->sections[k];
		if (s->type != SABIN_SECTION_RAW)
			continue;
		if (s->rate_hz != rate_hz)
			fprintf(stream, "%sIf: sampleRate == %.0f\n", rate_hz > 0 ? "EndIf:\n" : "", s->rate_hz);
		rate_hz = s->rate_hz;
		write_coefficients(stream, s);
	}
	if (rate_hz > 0)
		fputs("EndIf:\n", stream);
}

static void write_curve(FILE *stream, const struct sabin_setting_channel *c)
{
	char hz[32], db[32];
	for (size_t i = 0; i < c->points; i++)
		fprintf(stream, "%s%s %s", i ? "; " : "GraphicEQ: ", sabin_dialect_decimal(c->curve_hz[i], 4, hz),
		        sabin_dialect_decimal(c->curve_db[i], 4, db));
	if (c->points > 0)
		fputc('\n', stream);
}

/* The whole channel, its preamp and delay too, is in the FIR where there is one. */
static void write_fir(FILE *stream, const struct sabin_setting *setting, size_t i)
{
	char name[SABIN_DIALECT_NAME];
	bool first = true;
	for (size_t r = 0; r < setting->rate_count; r++) {
		fprintf(stream, "%s: sampleRate == %.0f\nConvolution: ..\\wav\\%s\n", first ? "If" : "ElseIf",
		        setting->rates_hz[r],
		        sabin_dialect_wav_name(setting, i, setting->rates_hz[r], name));
		first = false;
	}
	if (!first)
		fputs("EndIf:\n", stream);
}

static enum sabin_err write_channel(FILE *stream, const struct sabin_setting *setting, size_t i)
{
	const struct sabin_setting_channel *c = &setting->channels[i];
	char label[SABIN_LABEL], channel[24], number[32];
	struct sabin_setting_channel named = *c;
	channel_name(setting, i, channel);
	fprintf(stream, "# %s\nChannel: %s\n", sabin_dialect_label(setting, i, label), channel);
	if (sabin_setting_has_fir(c)) {
		write_fir(stream, setting, i);
		return SABIN_OK;
	}
	fprintf(stream, "Preamp: %s dB\n", sabin_dialect_db(sabin_dialect_gain_db(c), number));
	if (c->delay_s > 0)
		fprintf(stream, "Delay: %s ms\n", sabin_dialect_decimal(1000 * c->delay_s, 6, number));
	if (sabin_setting_gain(c) < 0)
		fprintf(stream, "Copy: %s=-1*%s\n", channel, channel);
	/* what has a name, then what has only coefficients */
	named.sections = malloc((c->section_count + 1) * sizeof *named.sections);
	if (!named.sections)
		return SABIN_ENOMEM;
	named.section_count = 0;
	for (size_t k = 0; k < c->section_count; k++)
		if (c->sections[k].type != SABIN_SECTION_RAW)
			named.sections[named.section_count++] = c->sections[k];
	sabin_dialect_filters(stream, &named, false);
	free(named.sections);
	write_raw(stream, c);
	write_curve(stream, c);
	return SABIN_OK;
}

static enum sabin_err write(const struct sabin_setting *setting, const char *place,
                            struct sabin_dialect_files *out)
{
	struct sabin_dialect_text text;
	enum sabin_err err = sabin_dialect_begin(&text);
	(void)place;
	if (!err)
		fputs("# Equalizer APO: put this folder, and the folder wav, beside config.txt and add the line\n"
		      "#   Include: apo\\config.txt\nDevice: all\n",
		      text.stream);
	for (size_t i = 0; i < setting->channel_count && !err; i++)
		err = write_channel(text.stream, setting, i);
	return sabin_dialect_finish(&text, err, "config.txt", out);
}

/* ---- reading ------------------------------------------------------------------------------------------ */

struct reader {
	struct sabin_dialect_line line;
	struct sabin_setting *out;
	struct sabin_setting all; /* one channel: what is for all */
	size_t first;             /* of our own channels in out */
	bool chosen[SABIN_SETTING_CHANNELS]; /* by Channel:, from `first` */
	bool everyone;
	double rate_hz; /* of the If: that we are in, or 0 */
	char *device;   /* that Device: names, or NULL */
};

static struct sabin_setting_channel *next_channel(struct reader *r, size_t *i)
{
	if (r->everyone)
		return (*i)++ == 0 ? &r->all.channels[0] : NULL;
	while (*i < r->out->channel_count - r->first) {
		const size_t here = (*i)++;
		if (r->chosen[here])
			return &r->out->channels[r->first + here];
	}
	return NULL;
}

static enum sabin_err choose(struct reader *r, const char *position)
{
	char name[SABIN_CORRECTION_NAME];
	const char *speaker = sabin_dialect_speaker(position);
	double number;
	if (strcasecmp(position, "all") == 0) {
		r->everyone = true;
		return SABIN_OK;
	}
	if (!speaker && (!sabin_number_parse(position, &number) || number != floor(number) || number < 1 ||
	                 number > SABIN_SETTING_CHANNELS))
		return sabin_dialect_refuse(&r->line, NULL, "'%s' is no channel", position);
	if (speaker)
		snprintf(name, sizeof name, "%s", speaker);
	else
		snprintf(name, sizeof name, "channel-%.0f", number);
	size_t i = r->first;
	while (i < r->out->channel_count && strcmp(r->out->channels[i].name, name) != 0)
		i++;
	if (i == r->out->channel_count && !sabin_setting_add(r->out, name))
		return SABIN_ENOMEM;
	r->chosen[i - r->first] = true;
	return SABIN_OK;
}

static enum sabin_err read_channel(struct reader *r, char *rest)
{
	enum sabin_err err = SABIN_OK;
	memset(r->chosen, 0, sizeof r->chosen);
	r->everyone = false;
	size_t n = 0;
	for (char *word; !err && (word = sabin_dialect_word(&rest, "")) != NULL; n++)
		err = choose(r, word);
	if (!err && n == 0)
		err = sabin_dialect_refuse(&r->line, NULL, "a channel was expected");
	return err;
}

/* Under an If: only what is bound to a rate by itself: the rest would be of all of them. */
static enum sabin_err at_any_rate(const struct reader *r)
{
	return r->rate_hz == 0 ? SABIN_OK
	                       : sabin_dialect_refuse(&r->line, NULL, "under an If: only coefficients and Convolution are "
	                                              "understood; what is good at any rate was expected outside");
}

/* What follows is for one device, up to the next of these. */
static enum sabin_err read_device(struct reader *r, char *rest)
{
	rest += strspn(rest, " \t");
	if (r->device && strcasecmp(r->device, rest) != 0)
		return sabin_dialect_refuse(&r->line, NULL, "the settings of one device were expected, not of '%.40s' too", rest);
	r->device = rest;
	return SABIN_OK;
}

/* "-6.5 dB", "0.35 ms", "12 samples" */
static enum sabin_err quantity(struct reader *r, char *rest, const char *const *units, double *value,
                               size_t *unit)
{
	for (char *c = rest; *c; c++)
		if (*c == ',')
			*c = '.';
	char *word = sabin_dialect_word(&rest, "");
	if (!word || !sabin_number_parse(word, value) || fabs(*value) > 1e6)
		return sabin_dialect_refuse(&r->line, word, "a number was expected");
	word = sabin_dialect_word(&rest, "");
	for (*unit = 0; units[*unit]; (*unit)++)
		if (word && strcasecmp(units[*unit], word) == 0 && !sabin_dialect_word(&rest, ""))
			return SABIN_OK;
	return sabin_dialect_refuse(&r->line, word, "%s was expected behind the number", units[0]);
}

static enum sabin_err read_preamp(struct reader *r, char *rest)
{
	static const char *const units[] = {"dB", NULL};
	double db = 0;
	size_t unit, i = 0;
	enum sabin_err err = quantity(r, rest, units, &db, &unit);
	if (!err)
		err = at_any_rate(r);
	for (struct sabin_setting_channel *c; !err && (c = next_channel(r, &i)) != NULL;)
		sabin_setting_add_gain(c, db);
	return err;
}

static enum sabin_err read_delay(struct reader *r, char *rest)
{
	static const char *const units[] = {"ms", "samples", NULL};
	double x = 0;
	size_t unit, i = 0;
	enum sabin_err err = quantity(r, rest, units, &x, &unit);
	const double rate_hz = r->line.source->rate_hz;
	if (!err)
		err = at_any_rate(r);
	if (!err && unit == 1 && rate_hz == 0)
		err = sabin_dialect_refuse(&r->line, NULL, "samples are of one rate, which is not stated");
	if (!err && !(x >= 0 && (unit ? x / rate_hz : x / 1000) <= 10))
		err = sabin_dialect_refuse(&r->line, NULL, "0 to 10 s was expected");
	for (struct sabin_setting_channel *c; !err && (c = next_channel(r, &i)) != NULL;)
		c->delay_s += unit ? x / rate_hz : x / 1000;
	return err;
}

/* "L=-1*L": a channel's own factor, in numbers or dB.  Anything else would mix channels. */
static enum sabin_err read_copy(struct reader *r, char *rest)
{
	char *name = sabin_dialect_word(&rest, "="), *factor = sabin_dialect_word(&rest, "*"), *end;
	char *from = sabin_dialect_word(&rest, "");
	double x = NAN;
	if (factor && (end = strstr(factor, "dB")) != NULL && end[2] == '\0') {
		*end = '\0';
		x = sabin_number_parse(factor, &x) ? pow(10, x / 20) : (double)NAN;
	} else if (factor && !sabin_number_parse(factor, &x)) {
		x = NAN;
	}
	if (!name || !from || strcasecmp(name, from) != 0 || !(fabs(x) > 1e-6 && fabs(x) < 1e6) ||
	    sabin_dialect_word(&rest, ""))
		return sabin_dialect_refuse(&r->line, NULL,
		                            "a channel's own factor, as in L=-1*L, is all that is understood");
	enum sabin_err err = at_any_rate(r);
	const bool everyone = r->everyone;
	bool chosen[SABIN_SETTING_CHANNELS];
	memcpy(chosen, r->chosen, sizeof chosen);
	memset(r->chosen, 0, sizeof r->chosen);
	r->everyone = false;
	if (!err)
		err = choose(r, name);
	size_t i = 0;
	for (struct sabin_setting_channel *c; !err && (c = next_channel(r, &i)) != NULL;)
		sabin_setting_add_factor(c, x);
	memcpy(r->chosen, chosen, sizeof chosen);
	r->everyone = everyone;
	return err;
}

static enum sabin_err read_filter(struct reader *r, char *rest)
{
	struct sabin_section section;
	const double rate_hz = r->rate_hz > 0 ? r->rate_hz : r->line.source->rate_hz;
	bool off = false;
	size_t i = 0;
	enum sabin_err err = sabin_dialect_filter(&r->line, rest, rate_hz, &section, &off);
	if (!err && !off && section.rate_hz == 0)
		err = at_any_rate(r);
	for (struct sabin_setting_channel *c; !err && !off && (c = next_channel(r, &i)) != NULL;)
		err = sabin_dialect_section(&r->line, c, &section);
	return err;
}

static enum sabin_err read_convolution(struct reader *r, char *rest)
{
	enum sabin_err err = SABIN_OK;
	double rate_hz;
	size_t i = 0;
	while (*rest == ' ' || *rest == '\t')
		rest++;
	for (char *c = rest; *c; c++)
		if (*c == '\\')
			*c = '/';
	for (struct sabin_setting_channel *c; !err && (c = next_channel(r, &i)) != NULL;) {
		err = sabin_dialect_convolution(&r->line, c, rest, 0, 1, &rate_hz);
		if (!err && r->rate_hz > 0 && fabs(rate_hz - r->rate_hz) > 1)
			err = sabin_dialect_refuse(&r->line, NULL, "%s: a file of %.0f Hz was expected, it has %.0f",
			                           rest, r->rate_hz, rate_hz);
	}
	return err;
}

static enum sabin_err read_graphic(struct reader *r, char *rest)
{
	struct sabin_setting one = {0};
	size_t i = 0;
	enum sabin_err err = at_any_rate(r);
	if (!err && !sabin_setting_add(&one, ""))
		err = SABIN_ENOMEM;
	if (!err)
		err = sabin_dialect_graphic(&r->line, rest, &one.channels[0]);
	for (struct sabin_setting_channel *c; !err && (c = next_channel(r, &i)) != NULL;) {
		err = sabin_setting_join(c, &one.channels[0]);
		if (err == SABIN_EINVAL)
			err = sabin_dialect_refuse(&r->line, NULL, "one GraphicEQ of a channel was expected");
	}
	sabin_setting_release(&one);
	return err;
}

/* "sampleRate == 48000" is the only condition that is understood. */
static enum sabin_err read_if(struct reader *r, char *rest)
{
	char *a = sabin_dialect_word(&rest, ""), *b = sabin_dialect_word(&rest, "");
	char *c = sabin_dialect_word(&rest, "");
	double rate_hz;
	if (!a || !b || !c || strcmp(a, "sampleRate") != 0 || strcmp(b, "==") != 0 ||
	    !sabin_number_parse(c, &rate_hz) || !(rate_hz >= 1000 && rate_hz <= 768000) ||
	    sabin_dialect_word(&rest, ""))
		return sabin_dialect_refuse(&r->line, NULL, "'sampleRate == RATE' is all that is understood");
	r->rate_hz = rate_hz;
	return SABIN_OK;
}

static enum sabin_err read_line(struct reader *r, char *text)
{
	static const struct {
		const char *name;
		enum sabin_err (*read)(struct reader *r, char *rest);
	} commands[] = {{"Channel", read_channel}, {"Preamp", read_preamp},
	                {"Delay", read_delay},     {"Copy", read_copy},
	                {"If", read_if},           {"ElseIf", read_if},
	                {"GraphicEQ", read_graphic}, {"Convolution", read_convolution},
	                {"Device", read_device}};
	static const char *const others[] = {"Include", "Eval", "Else", "VSTPlugin", "LoudnessCorrection",
	                                     "Crossfeed"};
	r->line.start = text;
	char *colon = strchr(text, ':');
	const char *name = text + strspn(text, " \t");
	if (*name == '#' || !colon)
		return SABIN_OK; /* the program passes over what is no command */
	*colon = '\0';
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].read(r, colon + 1);
	if (strcmp(name, "EndIf") == 0)
		r->rate_hz = 0;
	if (strncmp(name, "Filter", 6) == 0)
		return read_filter(r, colon + 1);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strcmp(others[i], name) == 0)
			return sabin_dialect_refuse(&r->line, NULL, "'%s' is not understood", name);
	return SABIN_OK;
}

static enum sabin_err read(struct sabin_dialect_source *source, struct sabin_setting *out)
{
	struct reader r = {.line = {source, source->text, 0}, .out = out, .first = out->channel_count, .everyone = true};
	enum sabin_err err = sabin_setting_add(&r.all, "all") ? SABIN_OK : SABIN_ENOMEM;
	char *cursor = source->text;
	if (strncmp(cursor, "\xef\xbb\xbf", 3) == 0)
		cursor += 3;
	for (char *line; !err && (line = sabin_columns_line(&cursor)) != NULL;) {
		r.line.number++;
		err = read_line(&r, line);
	}
	if (!err && out->channel_count == r.first && !sabin_setting_add(out, "all"))
		err = SABIN_ENOMEM;
	for (size_t i = r.first; i < out->channel_count && !err; i++)
		err = sabin_setting_join(&out->channels[i], &r.all.channels[0]);
	sabin_setting_release(&r.all);
	return err;
}

static bool knows(const char *text, size_t length)
{
	(void)length;
	static const char *const commands[] = {"Channel:", "Convolution:", "Device:", "Copy:", "Delay:",
	                                       "If:", "Include:", "Stage:", "Eval:"};
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (sabin_dialect_has(text, commands[i]))
			return true;
	return false;
}

const struct sabin_dialect sabin_dialect_apo = {
    .name = "apo",
    .program = "Equalizer APO",
    .next = "copy %s (and the folder wav beside it) next to Equalizer APO's config.txt and add to that: "
            "Include: apo\\config.txt",
    .ends = {"config.txt"},
    .carries = SABIN_CARRY_PREAMP | SABIN_CARRY_DELAY | SABIN_CARRY_POLARITY | SABIN_CARRY_FIR |
               SABIN_CARRY_RAW | SABIN_CARRY_CURVE | SABIN_CARRY_OTHER,
    .comments = true,
    .wants_wav = true,
    .write = write,
    .read = read,
    .knows = knows,
};
