/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * minidsp.c: biquads as miniDSP's plugins and minidsp-rs import them ("advanced" mode), one file for each
 * channel and rate: blocks of b0, b1, b2, a1, a2 with a comma after every line but the last, a1 and a2
 * with the sign turned (y = b x + a1 y' + a2 y'').  There is no gain: preamp and polarity are in a
 * block, one that is no shelf if there is such (a shelf with a gain is another shelf with another).
 */
#include <math.h>

#include "io/columns.h"
#include "io/dialect/dialect.h"
#include "io/number.h"

static void write_block(FILE *stream, size_t number, const struct sabin_biquad_taps *t, double gain)
{
	static const char *const keys[5] = {"b0", "b1", "b2", "a1", "a2"};
	const double x[5] = {gain * t->b[0], gain * t->b[1], gain * t->b[2], -t->a[1], -t->a[2]};
	fprintf(stream, "%sbiquad%zu,\n", number > 1 ? ",\n" : "", number);
	for (int i = 0; i < 5; i++) {
		char text[40];
		snprintf(text, sizeof text, "%.16f", x[i] == 0 ? 0 : x[i]);
		for (char *c = text; *c; c++)
			if (*c == ',')
				*c = '.';
		fprintf(stream, "%s=%s%s", keys[i], text, i < 4 ? ",\n" : "");
	}
}

static bool written(const struct sabin_section *s, double rate_hz, struct sabin_biquad_taps *taps)
{
	return !(sabin_section_idle(s) && s->rate_hz == 0) && sabin_section_taps(s, rate_hz, taps);
}

/* The section that the gain goes into. */
static size_t gain_section(const struct sabin_setting_channel *c, double rate_hz)
{
	struct sabin_biquad_taps taps;
	size_t first = c->section_count;
	for (size_t k = 0; k < c->section_count; k++) {
		if (!written(&c->sections[k], rate_hz, &taps))
			continue;
		if (c->sections[k].type != SABIN_SECTION_LOW_SHELF && c->sections[k].type != SABIN_SECTION_HIGH_SHELF)
			return k;
		first = first < k ? first : k;
	}
	return first;
}

static enum sabin_err write_rate(const struct sabin_setting *setting, size_t channel, double rate_hz,
                                 struct sabin_dialect_files *out)
{
	const struct sabin_setting_channel *c = &setting->channels[channel];
	struct sabin_dialect_text text;
	struct sabin_biquad_taps taps;
	char label[SABIN_LABEL], name[SABIN_DIALECT_NAME];
	const double gain = c->polarity * pow(10, sabin_setting_preamp_db(c, rate_hz) / 20);
	const size_t loud = gain_section(c, rate_hz);
	size_t number = 0;
	enum sabin_err err = sabin_dialect_begin(&text);
	for (size_t k = 0; k < c->section_count && !err; k++) {
		if (written(&c->sections[k], rate_hz, &taps)) {
			write_block(text.stream, ++number, &taps, k == loud ? gain : 1);
		} else if (c->sections[k].type == SABIN_SECTION_RAW) {
			err = SABIN_EINVAL;
		}
	}
	if (!err && number == 0)
		write_block(text.stream, 1, &(struct sabin_biquad_taps){{1, 0, 0}, {1, 0, 0}}, gain);
	if (!err)
		fputc('\n', text.stream);
	snprintf(name, sizeof name, "%s-%.0f.txt", sabin_dialect_label(setting, channel, label), rate_hz);
	return sabin_dialect_finish(&text, err, name, out);
}

static enum sabin_err write(const struct sabin_setting *setting, const char *place,
                            struct sabin_dialect_files *out)
{
	enum sabin_err err = SABIN_OK;
	(void)place;
	for (size_t i = 0; i < setting->channel_count; i++)
		for (size_t r = 0; r < setting->rate_count && !err; r++)
			err = write_rate(setting, i, setting->rates_hz[r], out);
	return err;
}

/* ---- reading ------------------------------------------------------------------------------------------ */

/* "b0=0.998," */
static enum sabin_err coefficient(const struct sabin_dialect_line *line, char *text, const char *key,
                                  double *out, bool *comma)
{
	char *end = text + strlen(text);
	*comma = end > text && end[-1] == ',';
	if (*comma)
		end[-1] = '\0';
	if (strncmp(text, key, 2) != 0 || text[2] != '=' || !sabin_number_parse(text + 3, out))
		return sabin_dialect_refuse(line, text, "'%s=' and a number was expected", key);
	return SABIN_OK;
}

static enum sabin_err add(const struct sabin_dialect_line *line, const double x[5], double rate_hz,
                          struct sabin_setting_channel *channel)
{
	const double coefficients[6] = {x[0], x[1], x[2], 1, -x[3], -x[4]};
	struct sabin_section section;
	if (!sabin_section_of_taps(coefficients, rate_hz, &section))
		return sabin_dialect_refuse(line, NULL,
		                            "coefficients of a stable filter were expected (a1 and a2 have "
		                            "their sign turned in this format)");
	if (x[0] == 1 && x[1] == 0 && x[2] == 0 && x[3] == 0 && x[4] == 0)
		return SABIN_OK; /* a slot that is not used */
	return sabin_dialect_section(line, channel, &section);
}

static enum sabin_err read(struct sabin_dialect_source *source, struct sabin_setting *out)
{
	static const char *const keys[5] = {"b0", "b1", "b2", "a1", "a2"};
	struct sabin_dialect_line line = {source, source->text, 0};
	struct sabin_setting_channel *channel;
	char *cursor = source->text, heading[32];
	double rate_hz, x[5] = {0};
	size_t number = 0;
	int next = -1; /* the key that is due; -1: a heading */
	bool comma = true;
	enum sabin_err err = sabin_dialect_only(source, out, &channel, &rate_hz);
	if (!err && rate_hz == 0) {
		err = sabin_dialect_refuse(&line, NULL, "does not say its rate");
		sabin_diag_advise(source->diag, "name the file NAME-48000.txt, or give --rates");
	}
	for (char *text; !err && (text = sabin_columns_line(&cursor)) != NULL;) {
		line.number++;
		line.start = text;
		if (*text == '\0')
			continue;
		if (!comma)
			return sabin_dialect_refuse(&line, text, "a comma was expected at the end of the line before");
		if (next < 0) {
			snprintf(heading, sizeof heading, "biquad%zu,", ++number);
			if (strcmp(text, heading) != 0)
				return sabin_dialect_refuse(&line, text, "'%s' was expected", heading);
			next = 0;
			continue;
		}
		err = coefficient(&line, text, keys[next], &x[next], &comma);
		if (!err && next == 4)
			err = add(&line, x, rate_hz, channel);
		if (!err && next < 4 && !comma)
			err = sabin_dialect_refuse(&line, text, "a comma was expected at its end");
		next = next == 4 ? -1 : next + 1;
	}
	if (!err && (next >= 0 || number == 0))
		err = sabin_dialect_refuse(&line, NULL, "b0, b1, b2, a1, a2 of biquad%zu were expected",
		                           number ? number : 1);
	if (!err && comma)
		err = sabin_dialect_refuse(&line, NULL, "no comma was expected after the last line");
	return err;
}

static bool knows(const char *text, size_t length)
{
	(void)length;
	return sabin_dialect_has(text, "biquad1,");
}

const struct sabin_dialect sabin_dialect_minidsp = {
    .name = "minidsp",
    .program = "miniDSP (biquads)",
    .next = "import %s/NAME-RATE.txt in the plugin's PEQ, advanced mode, at the rate of the device",
    .ends = {".txt"},
    .carries = SABIN_CARRY_PREAMP | SABIN_CARRY_POLARITY | SABIN_CARRY_RAW | SABIN_CARRY_OTHER,
    .write = write,
    .read = read,
    .knows = knows,
};
