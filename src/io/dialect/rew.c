/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rew.c: REW's "Filter Settings file", one for each channel: a heading, the equaliser it is for, and a line
 * for each of its 20 slots, with two blanks where REW writes two (converters ask for them).  It has no place for
 * a gain; ours stands in the notes, for people, and is taken from there again.
 */
#include <math.h>

#include "io/columns.h"
#include "io/dialect/dialect.h"
#include "io/number.h"

enum { SLOTS = 20 };
static const char note[] = "Notes:sabin correction, gain ", note_end[] = " dB before the filters";

static enum sabin_err write(const struct sabin_setting *setting, const char *place,
                            struct sabin_dialect_files *out)
{
	enum sabin_err err = SABIN_OK;
	(void)place;
	for (size_t i = 0; i < setting->channel_count && !err; i++) {
		const struct sabin_setting_channel *c = &setting->channels[i];
		struct sabin_dialect_text text;
		char label[SABIN_LABEL], name[SABIN_DIALECT_NAME], db[32];
		err = sabin_dialect_begin(&text);
		sabin_dialect_label(setting, i, label);
		if (!err) {
			fprintf(text.stream,
			        "Filter Settings file\n\nRoom EQ V5.20\n\n"
			        "%s%s%s\n\n"
			        "Equaliser: Generic\n%s\n",
			        note, sabin_dialect_db(sabin_dialect_gain_db(c), db), note_end, label);
			if (!sabin_dialect_filters(text.stream, c, true))
				err = SABIN_EINVAL;
			for (size_t n = sabin_dialect_busy(c) + 1; n <= SLOTS; n++)
				fprintf(text.stream, "Filter%3zu: ON  None\n", n);
		}
		snprintf(name, sizeof name, "%s.txt", label);
		err = sabin_dialect_finish(&text, err, name, out);
	}
	return err;
}

static void read_note(const char *text, struct sabin_setting_channel *channel)
{
	char number[16] = "";
	double db;
	if (strncmp(text, note, strlen(note)) != 0)
		return;
	text += strlen(note);
	const char *end = strstr(text, note_end);
	if (!end)
		return;
	snprintf(number, sizeof number, "%.*s", (int)(end - text), text);
	if (sabin_number_parse(number, &db) && fabs(db) <= 500)
		channel->preamp_db = db;
}

/* What is no filter is for people. */
static enum sabin_err read(struct sabin_dialect_source *source, struct sabin_setting *out)
{
	struct sabin_dialect_line line = {source, source->text, 0};
	struct sabin_setting_channel *channel;
	char *cursor = source->text;
	double rate_hz;
	size_t lines = 0;
	enum sabin_err err = sabin_dialect_only(source, out, &channel, &rate_hz);
	for (char *text; !err && (text = sabin_columns_line(&cursor)) != NULL;) {
		struct sabin_section section;
		char *colon = strchr(text, ':');
		bool off;
		line.number++;
		line.start = text;
		read_note(text, channel);
		if (strncmp(text, "Filter ", 7) != 0 || !colon || colon != text + 7 + strspn(text + 7, " 0123456789"))
			continue;
		lines++;
		err = sabin_dialect_filter(&line, colon + 1, rate_hz, &section, &off);
		if (!err && !off)
			err = sabin_dialect_section(&line, channel, &section);
	}
	if (!err && lines == 0)
		err = sabin_dialect_refuse(&line, NULL, "a line 'Filter 1: ...' was expected");
	return err;
}

static bool knows(const char *text, size_t length)
{
	(void)length;
	return sabin_dialect_has(text, "Filter Settings file") ||
	       (sabin_dialect_has(text, "Equaliser:") && sabin_dialect_has(text, "Filter "));
}

const struct sabin_dialect sabin_dialect_rew = {
    .name = "rew",
    .program = "REW (filter settings)",
    .next = "in REW's EQ window, equaliser Generic: load filter settings from %s/NAME.txt",
    .ends = {".txt", ".req"},
    .carries = SABIN_CARRY_OTHER,
    .most = SLOTS,
    .comments = true,
    .write = write,
    .read = read,
    .knows = knows,
};
