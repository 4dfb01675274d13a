/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sox.c: effects files of SoX, one for each channel: the effects as on its command line, all in one line (a
 * second line would be a second chain, which never runs; there are no comments).  Widths carry the suffix q, because without it each effect takes them for something else.
 * Coefficients are for one rate, and so are in a file of that rate.
 */
#include <math.h>

#include "io/dialect/dialect.h"
#include "io/number.h"

static bool has_raw(const struct sabin_setting_channel *c)
{
	for (size_t k = 0; k < c->section_count; k++)
		if (c->sections[k].type == SABIN_SECTION_RAW)
			return true;
	return false;
}

static void write_section(FILE *stream, const struct sabin_section *s)
{
	char f[32], q[32], db[32], x[6][SABIN_NUMBER_SIZE];
	sabin_dialect_decimal(s->freq_hz, 9, f);
	sabin_dialect_decimal(s->q, 9, q);
	sabin_dialect_decimal(s->gain_db, 9, db);
	switch (s->type) {
	case SABIN_SECTION_PEAKING: fprintf(stream, " equalizer %s %sq %s", f, q, db); break;
	case SABIN_SECTION_LOW_SHELF: fprintf(stream, " bass %s %s %sq", db, f, q); break;
	case SABIN_SECTION_HIGH_SHELF: fprintf(stream, " treble %s %s %sq", db, f, q); break;
	case SABIN_SECTION_LOW_PASS: fprintf(stream, " lowpass -2 %s %sq", f, q); break;
	case SABIN_SECTION_HIGH_PASS: fprintf(stream, " highpass -2 %s %sq", f, q); break;
	case SABIN_SECTION_NOTCH: fprintf(stream, " bandreject %s %sq", f, q); break;
	case SABIN_SECTION_BAND_PASS: fprintf(stream, " bandpass %s %sq", f, q); break;
	case SABIN_SECTION_ALL_PASS: fprintf(stream, " allpass %s %sq", f, q); break;
	default:
		fputs(" biquad", stream);
		for (int i = 0; i < 6; i++)
			fprintf(stream, " %s", sabin_number_format(i < 3 ? s->taps.b[i] : s->taps.a[i - 3], x[i]));
	}
}

static enum sabin_err write_file(const struct sabin_setting *setting, size_t i, double rate_hz,
                                 struct sabin_dialect_files *out)
{
	const struct sabin_setting_channel *c = &setting->channels[i];
	struct sabin_dialect_text text;
	char label[SABIN_LABEL], name[SABIN_DIALECT_NAME], number[32];
	enum sabin_err err = sabin_dialect_begin(&text);
	if (!err) {
		/* first, so that nothing between the effects overflows */
		fprintf(text.stream, "gain %s",
		        sabin_dialect_decimal(sabin_dialect_gain_db(c), 9, number));
		if (sabin_setting_gain(c) < 0)
			fputs(" vol -1", text.stream);
		for (size_t k = 0; k < c->section_count; k++)
			if (!sabin_section_idle(&c->sections[k]))
				write_section(text.stream, &c->sections[k]);
		if (c->delay_s > 0)
			fprintf(text.stream, " delay %s", sabin_dialect_decimal(c->delay_s, 9, number));
		fputc('\n', text.stream);
	}
	sabin_dialect_label(setting, i, label);
	if (rate_hz > 0)
		snprintf(name, sizeof name, "%s-%.0f.sox", label, rate_hz);
	else
		snprintf(name, sizeof name, "%s.sox", label);
	return sabin_dialect_finish(&text, err, name, out);
}

static enum sabin_err write(const struct sabin_setting *setting, const char *place,
                            struct sabin_dialect_files *out)
{
	enum sabin_err err = SABIN_OK;
	(void)place;
	for (size_t i = 0; i < setting->channel_count && !err; i++) {
		if (!has_raw(&setting->channels[i]))
			err = write_file(setting, i, 0, out);
		else
			for (size_t r = 0; r < setting->rate_count && !err; r++)
				err = write_file(setting, i, setting->rates_hz[r], out);
	}
	return err;
}

/* ---- reading ------------------------------------------------------------------------------------------ */

/* "4.0q", "2o", "0.5s" or hertz */
static enum sabin_err width(const struct sabin_dialect_line *line, char *word, struct sabin_section *s)
{
	const size_t n = word ? strlen(word) : 0;
	const char kind = n ? word[n - 1] : 0;
	double x;
	if (n && strchr("qosh", kind))
		word[n - 1] = '\0';
	if (!n || !sabin_number_parse(word, &x) || !(x > 0))
		return sabin_dialect_refuse(line, word, "a width above 0 was expected, as in 4.0q");
	if (kind == 'q')
		s->q = x;
	else if (kind == 's' && s->type != SABIN_SECTION_PEAKING)
		s->q = sabin_dialect_q_of_slope(12 * x, s->gain_db);
	else if (kind == 'o' && s->type == SABIN_SECTION_PEAKING)
		return sabin_dialect_refuse(line, word, "octaves depend on the rate; a width in q was expected");
	else if (kind != 'o' && kind != 's' && s->type != SABIN_SECTION_LOW_SHELF && s->type != SABIN_SECTION_HIGH_SHELF)
		s->q = s->freq_hz / x;
	else
		return sabin_dialect_refuse(line, word, "a width in q (or for shelves in s) was expected");
	return SABIN_OK;
}

static enum sabin_err number(const struct sabin_dialect_line *line, char **rest, const char *what, double *x)
{
	char *word = sabin_dialect_word(rest, "");
	size_t n = word ? strlen(word) : 0;
	bool kilo = n > 1 && word[n - 1] == 'k';
	if (kilo)
		word[n - 1] = '\0';
	if (!word || !sabin_number_parse(word, x))
		return sabin_dialect_refuse(line, word, "%s was expected", what);
	*x *= kilo ? 1000 : 1;
	return SABIN_OK;
}

/* Is the next word an argument, or the next effect? */
static bool figure(const char *rest)
{
	rest += strspn(rest, " \t\r");
	return *rest && strchr("+-.0123456789", *rest);
}

static enum sabin_err biquad(const struct sabin_dialect_line *line, char **rest, double rate_hz,
                             struct sabin_section *s)
{
	double x[6];
	enum sabin_err err = SABIN_OK;
	for (int i = 0; i < 6 && !err; i++)
		err = number(line, rest, "a coefficient", &x[i]);
	if (!err && rate_hz == 0) {
		err = sabin_dialect_refuse(line, NULL, "coefficients are for one rate, which is not stated");
		sabin_diag_advise(line->source->diag, "name the file NAME-48000.sox, or give --rates");
	}
	if (!err && !sabin_section_of_taps(x, rate_hz, s))
		err = sabin_dialect_refuse(line, NULL, "coefficients of a stable filter were expected");
	return err;
}

static enum sabin_err section(const struct sabin_dialect_line *line, const char *name, char **rest,
                              double rate_hz, struct sabin_section *s)
{
	static const char *const names[SABIN_SECTION_TYPES] = {"equalizer", "bass", "treble", "lowpass",
	                                                       "highpass", "bandreject", "bandpass",
	                                                       "allpass", "biquad"};
	static const double initial_hz[3] = {0, 100, 3000}; /* of a shelf */
	int type = 0;
	while (type < SABIN_SECTION_TYPES && strcmp(names[type], name) != 0)
		type++;
	if (type == SABIN_SECTION_TYPES)
		return sabin_dialect_refuse(line, name, "the effect '%s' is not understood", name);
	*s = (struct sabin_section){.type = (enum sabin_section_type)type, .factor = 1, .q = M_SQRT1_2};
	if (type == SABIN_SECTION_RAW)
		return biquad(line, rest, rate_hz, s);
	const bool shelf = type == SABIN_SECTION_LOW_SHELF || type == SABIN_SECTION_HIGH_SHELF;
	enum sabin_err err = SABIN_OK;
	if (shelf)
		err = number(line, rest, "a gain", &s->gain_db);
	if (!err && (type == SABIN_SECTION_LOW_PASS || type == SABIN_SECTION_HIGH_PASS)) {
		char *word = sabin_dialect_word(rest, "");
		if (!word || strcmp(word, "-2") != 0)
			return sabin_dialect_refuse(line, word, "-2 was expected (two poles)");
	}
	s->freq_hz = shelf ? initial_hz[type] : 0;
	if (!err && (!shelf || figure(*rest)))
		err = number(line, rest, "a frequency", &s->freq_hz);
	if (!err && shelf && !figure(*rest))
		s->q = sabin_dialect_q_of_slope(6, s->gain_db); /* the program's own: 0.5s */
	else if (!err && (figure(*rest) || type > SABIN_SECTION_HIGH_PASS || type == SABIN_SECTION_PEAKING))
		err = width(line, sabin_dialect_word(rest, ""), s);
	if (!err && type == SABIN_SECTION_PEAKING)
		err = number(line, rest, "a gain", &s->gain_db);
	return err;
}

static enum sabin_err read_effect(const struct sabin_dialect_line *line, const char *name, char **rest,
                                  double rate_hz, struct sabin_setting_channel *c)
{
	struct sabin_section s;
	double x = 0;
	enum sabin_err err;
	if (strcmp(name, "gain") == 0) {
		err = number(line, rest, "a gain in dB", &x);
		sabin_setting_add_gain(c, x);
	} else if (strcmp(name, "vol") == 0) {
		err = number(line, rest, "a factor", &x);
		if (!err && !(fabs(x) > 1e-6 && fabs(x) < 1e6))
			return sabin_dialect_refuse(line, NULL, "a factor that is not 0 was expected");
		if (!err)
			sabin_setting_add_factor(c, x);
	} else if (strcmp(name, "delay") == 0) {
		err = number(line, rest, "a time in s", &x);
		if (!err && !(x >= 0 && x <= 10))
			return sabin_dialect_refuse(line, NULL, "0 to 10 s was expected");
		c->delay_s += x;
	} else {
		err = section(line, name, rest, rate_hz, &s);
		if (!err)
			err = sabin_dialect_section(line, c, &s);
	}
	if (!err && fabs(c->preamp_db) > 500)
		err = sabin_dialect_refuse(line, NULL, "-500 to 500 dB was expected");
	return err;
}

static enum sabin_err read(struct sabin_dialect_source *source, struct sabin_setting *out)
{
	struct sabin_dialect_line line = {source, source->text, 0};
	struct sabin_setting_channel *channel;
	char *cursor = source->text;
	double rate_hz;
	enum sabin_err err = sabin_dialect_only(source, out, &channel, &rate_hz);
	bool begun = false;
	while (!err && cursor) {
		char *next = strchr(cursor, '\n');
		const char *name;
		if (next)
			*next++ = '\0';
		line.number++;
		line.start = cursor;
		if (begun && cursor[strspn(cursor, " \t\r")])
			err = sabin_dialect_refuse(&line, cursor, "one line was expected: SoX takes a second one for "
			                           "another chain, which it does not run");
		while (!err && (name = sabin_dialect_word(&cursor, "")) != NULL) {
			err = read_effect(&line, name, &cursor, rate_hz, channel);
			begun = true;
		}
		cursor = next;
	}
	return err;
}

static bool knows(const char *text, size_t length)
{
	static const char *const names[] = {"gain ", "equalizer ", "bass ", "treble ", "biquad ", "vol "};
	(void)length;
	text += strspn(text, " \t\r\n");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strncmp(text, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

const struct sabin_dialect sabin_dialect_sox = {
    .name = "sox",
    .program = "SoX",
    .next = "sox IN.wav OUT.wav --effects-file %s/NAME.sox (one channel at a time)",
    .ends = {".sox"},
    .carries = SABIN_CARRY_PREAMP | SABIN_CARRY_DELAY | SABIN_CARRY_POLARITY | SABIN_CARRY_RAW |
               SABIN_CARRY_OTHER,
    .write = write,
    .read = read,
    .knows = knows,
};
