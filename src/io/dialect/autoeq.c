/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * autoeq.c: the parametric equaliser text of AutoEq, one for each channel: a preamp, then filters.  What
 * it writes is taken by every reader of filter text: AutoEq's users, Peace, EasyEffects (Import APO),
 * Poweramp, and PipeWire (param_eq, module-parametric-equalizer), whose parser
 *   - takes the first line for the preamp whatever it is,
 *   - wants a number after "Filter", and PK, LSC or HSC,
 *   - reads at most 8 characters of the frequency and 6 of gain and Q, and drops a filter that has more.
 */
#include <math.h>

#include "io/columns.h"
#include "io/dialect/dialect.h"
#include "io/number.h"

enum sabin_err sabin_dialect_universal(const struct sabin_setting *setting, const char *end,
                                       struct sabin_dialect_files *out)
{
	enum sabin_err err = SABIN_OK;
	for (size_t i = 0; i < setting->channel_count && !err; i++) {
		const struct sabin_setting_channel *c = &setting->channels[i];
		struct sabin_dialect_text text;
		char label[SABIN_LABEL], name[SABIN_DIALECT_NAME], db[32];
		err = sabin_dialect_begin(&text);
		if (!err) {
			fprintf(text.stream, "Preamp: %s dB\n",
			        sabin_dialect_db(sabin_dialect_gain_db(c), db));
			if (!sabin_dialect_filters(text.stream, c, false))
				err = SABIN_EINVAL;
		}
		snprintf(name, sizeof name, "%s%s", sabin_dialect_label(setting, i, label), end);
		err = sabin_dialect_finish(&text, err, name, out);
	}
	return err;
}

static enum sabin_err write(const struct sabin_setting *setting, const char *place,
                            struct sabin_dialect_files *out)
{
	(void)place;
	return sabin_dialect_universal(setting, ".txt", out);
}

static enum sabin_err read_preamp(const struct sabin_dialect_line *line, char *rest,
                                  struct sabin_setting_channel *channel)
{
	char *word = sabin_dialect_word(&rest, ""), *unit = sabin_dialect_word(&rest, "");
	double db;
	if (!word || !sabin_number_parse(word, &db) || fabs(db) > 500 || !unit || strcmp(unit, "dB") != 0)
		return sabin_dialect_refuse(line, word, "a number and dB were expected");
	sabin_setting_add_gain(channel, db);
	return SABIN_OK;
}

static enum sabin_err read(struct sabin_dialect_source *source, struct sabin_setting *out)
{
	struct sabin_dialect_line line = {source, source->text, 0};
	struct sabin_setting_channel *channel;
	char *cursor = source->text;
	double rate_hz;
	enum sabin_err err = sabin_dialect_only(source, out, &channel, &rate_hz);
	for (char *text; !err && (text = sabin_columns_line(&cursor)) != NULL;) {
		struct sabin_section section;
		bool off;
		line.number++;
		line.start = text;
		if (line.number == 1 && strncmp(text, "\xef\xbb\xbf", 3) == 0)
			text += 3;
		text += strspn(text, " \t");
		char *colon = strchr(text, ':');
		if (*text == '\0' || *text == '#')
			continue;
		if (strncmp(text, "Preamp:", 7) == 0) {
			err = read_preamp(&line, text + 7, channel);
			continue;
		}
		if (strncmp(text, "Filter", 6) != 0 || !colon)
			return sabin_dialect_refuse(&line, text, "'Preamp:' or 'Filter N:' was expected");
		err = sabin_dialect_filter(&line, colon + 1, rate_hz, &section, &off);
		if (!err && !off)
			err = sabin_dialect_section(&line, channel, &section);
	}
	return err;
}

static bool knows(const char *text, size_t length)
{
	return (sabin_dialect_has(text, "Preamp:") || sabin_dialect_has(text, "Filter")) &&
	       !sabin_dialect_apo.knows(text, length) && !sabin_dialect_rew.knows(text, length);
}

const struct sabin_dialect sabin_dialect_autoeq = {
    .name = "autoeq",
    .program = "AutoEq's text: EasyEffects, Peace, Poweramp, PipeWire",
    .next = "import %s/NAME.txt where a program asks for a parametric equaliser of AutoEq or Equalizer APO",
    .ends = {".txt"},
    .carries = SABIN_CARRY_PREAMP | SABIN_CARRY_OTHER,
    .write = write,
    .read = read,
    .knows = knows,
};
