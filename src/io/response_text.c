/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * response_text.c: frequency responses as text.
 *
 * Read is the union of what the field's programs write: "* " comments before two or three columns
 * (FRD), Room EQ Wizard's measurement text with any of its separators and the machine's decimals,
 * spreadsheets' CSV with a title line.  Header bytes may be of any code page: only ASCII is looked
 * at.
 */
#include <ctype.h>
#include <math.h>
#include <strings.h>

#include <sabin/curve.h>

#include "io/atomic.h"
#include "io/columns.h"
#include "io/response_text.h"
#include "io/rew_text.h"
#include "io/utf8.h"

static const size_t text_max = (size_t)1 << 26; /* a megabins' worth of rows */
static const double freq_max_hz = 1e6, level_max_db = 500, phase_max_deg = 1e9;

enum role { FREQUENCY, LEVEL, PHASE, ROLES };

struct reader {
	const char *path;
	struct sabin_diag *diag;
	struct sabin_response_text out;
	size_t size, same; /* rows there is room for; rows of the last frequency */
	int line;
	bool titled; /* a title line gave the columns */
	size_t column[ROLES];
};

static enum sabin_err refuse(const struct reader *reader, const char *what)
{
	return sabin_diag_set(reader->diag, SABIN_EFORMAT, reader->path, reader->line, 1, "%s",
	                      what);
}

/* ---- the header ----------------------------------------------------------------------------- */

static enum role role_of(const char *word)
{
	static const struct {
		const char *part;
		enum role role;
	} rows[] = {{"freq", FREQUENCY}, {"phase", PHASE}, {"deg", PHASE},
	            {"spl", LEVEL},      {"level", LEVEL}, {"magn", LEVEL},
	            {"gain", LEVEL},     {"raw", LEVEL},   {"db", LEVEL}};
	if (strcasecmp(word, "hz") == 0)
		return FREQUENCY;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (strcasestr(word, rows[i].part))
			return rows[i].role;
	return ROLES;
}

/* "Freq(Hz) SPL(dB) Phase(degrees)", "freq_hz,level_db,...", "Frequency (Hz)\tSPL (dB)": does the
 * line name columns?  Then remember them. */
static void read_title(struct reader *reader, const char *line)
{
	const char *separators = strpbrk(line, "\t,;") ? "\t,;" : " ";
	size_t column[ROLES] = {SABIN_COLUMNS_MAX, SABIN_COLUMNS_MAX, SABIN_COLUMNS_MAX};
	size_t index = 0;
	for (const char *c = line; *c && index < SABIN_COLUMNS_MAX; index++) {
		const size_t n = strcspn(c, separators);
		char word[64];
		snprintf(word, sizeof word, "%.*s", n < sizeof word ? (int)n : 0, c);
		const enum role role = role_of(word);
		if (strchr(word, ':'))
			return; /* a setting: "Frequency Step: 96 ppo" */
		if (role < ROLES && column[role] == SABIN_COLUMNS_MAX)
			column[role] = index;
		c += n;
		c += *c != '\0';
		if (*separators == ' ')
			c += strspn(c, " ");
	}
	if (column[FREQUENCY] == SABIN_COLUMNS_MAX || column[LEVEL] == SABIN_COLUMNS_MAX)
		return;
	memcpy(reader->column, column, sizeof column);
	reader->titled = true;
}

/* "Freq(Hz) Z(ohms) Phase(degrees)", "frequency,impedance,phase": a title, which is short, and neither a note
 * ("Note: impedance ...") nor a sentence. */
static bool names_impedance(const char *line)
{
	static const char between[] = " \t,;";
	static const char *const units[] = {"(ohm", "[ohm", "_ohm"};
	enum { TITLE_WORDS = 4 };
	bool ohms = false;
	int words = 0;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		ohms = ohms || strcasestr(line, units[i]);
	for (const char *c = line + strspn(line, between); *c; words++) {
		c += strcspn(c, between);
		c += strspn(c, between);
	}
	return strcasestr(line, "freq") && !strchr(line, ':') &&
	       (ohms || (words <= TITLE_WORDS && strcasestr(line, "imped")));
}

static double smoothing_of(const char *value)
{
	double part = 0;
	if (strncasecmp(value, "none", 4) == 0)
		return 0;
	const char *slash = strchr(value, '/');
	if (value[0] == '1' && slash && slash[1] >= '1' && slash[1] <= '9')
		for (const char *c = slash + 1; isdigit((unsigned char)*c) && part < 1000; c++)
			part = 10 * part + (*c - '0');
	return part > 0 ? 1 / part : (double)NAN;
}

static enum sabin_err keep_name(struct reader *reader, const char *value)
{
	char *clean = sabin_utf8_clean(value);
	if (!clean)
		return sabin_diag_set(reader->diag, SABIN_ENOMEM, reader->path, 0, 0,
		                      "out of memory");
	size_t used = 0;
	for (const char *c = clean; *c;) {
		uint32_t code;
		const size_t n = sabin_utf8_decode(c, strlen(c), &code);
		if (used + n >= sizeof reader->out.name)
			break;
		memcpy(reader->out.name + used, c, n);
		if (code < ' ' || code == 127)
			reader->out.name[used] = ' ';
		used += n;
		c += n;
	}
	reader->out.name[used] = '\0';
	free(clean);
	return SABIN_OK;
}

static enum sabin_err read_words(struct reader *reader, const char *line)
{
	const char *smoothing, *step, *name;
	line += strspn(line, "*#;\"'/ \t");
	if ((smoothing = strcasestr(line, "smoothing: ")))
		reader->out.smoothing_oct = smoothing_of(smoothing + strlen("smoothing: "));
	else if ((smoothing = strcasestr(line, ", smoothing "))) /* as sabin response --frd */
		reader->out.smoothing_oct = smoothing_of(smoothing + strlen(", smoothing "));
	if ((step = strcasestr(line, "frequency step: ")) && strcasestr(step, "ppo"))
		reader->out.points_per_octave = strtol(step + strlen("frequency step: "), NULL, 10);
	if ((name = strcasestr(line, "measurement: ")) == line)
		return keep_name(reader, name + strlen("measurement: "));
	if (names_impedance(line))
		return refuse(reader, "is the impedance of a loudspeaker, not a frequency response");
	read_title(reader, line);
	return SABIN_OK;
}

/* ---- rows ----------------------------------------------------------------------------------- */

static enum sabin_err grow(struct reader *reader)
{
	enum { FIRST_SIZE = 1024 };
	struct sabin_response_text *out = &reader->out;
	if (out->length < reader->size)
		return SABIN_OK;
	const size_t size = reader->size ? 2 * reader->size : FIRST_SIZE; /* text_max bounds it */
	double **arrays[ROLES] = {&out->freq_hz, &out->level_db, &out->phase_deg};
	for (int i = 0; i < ROLES; i++) {
		double *grown = realloc(*arrays[i], size * sizeof *grown);
		if (!grown)
			return sabin_diag_set(reader->diag, SABIN_ENOMEM, reader->path, 0, 0,
			                      "out of memory");
		*arrays[i] = grown;
	}
	reader->size = size;
	return SABIN_OK;
}

static enum sabin_err check_row(const struct reader *reader, const double value[ROLES])
{
	const struct sabin_response_text *out = &reader->out;
	if (!(value[FREQUENCY] >= 0 && value[FREQUENCY] <= freq_max_hz))
		return refuse(reader, "a frequency from 0 to 1000000 Hz was expected");
	if (fabs(value[LEVEL]) > level_max_db)
		return refuse(reader, "a level from -500 to 500 dB was expected");
	if (fabs(value[PHASE]) > phase_max_deg)
		return refuse(reader, "a phase in degrees was expected");
	if (out->length > 0 && value[FREQUENCY] < out->freq_hz[out->length - 1])
		return refuse(reader, "frequencies must rise");
	return SABIN_OK;
}

static enum sabin_err add_row(struct reader *reader, const struct sabin_columns *row)
{
	struct sabin_response_text *out = &reader->out;
	double value[ROLES];
	for (int i = 0; i < ROLES; i++)
		value[i] =
		    reader->column[i] < row->count ? row->value[reader->column[i]] : (double)NAN;
	if (row->count < 2)
		return refuse(reader, "frequency and level were expected");
	enum sabin_err err = check_row(reader, value);
	if (err)
		return err;
	if (value[FREQUENCY] == 0 || isnan(value[LEVEL])) {
		out->left_out++;
		return SABIN_OK;
	}
	const size_t last = out->length - 1;
	if (out->length > 0 && value[FREQUENCY] == out->freq_hz[last]) {
		reader->same++;
		out->level_db[last] += (value[LEVEL] - out->level_db[last]) / (double)reader->same;
		return SABIN_OK;
	}
	err = grow(reader);
	if (err)
		return err;
	reader->same = 1;
	out->freq_hz[out->length] = value[FREQUENCY];
	out->level_db[out->length] = value[LEVEL];
	out->phase_deg[out->length++] = value[PHASE];
	return SABIN_OK;
}

/* Spreadsheets quote what they like: "20.5","75.1". */
static void strip_quotes(char *line)
{
	char *to = line;
	for (const char *c = line; *c; c++)
		if (*c != '"')
			*to++ = *c;
	*to = '\0';
}

static enum sabin_err read_line(struct reader *reader, char *line)
{
	if (*line == '"' && sabin_columns_is_number(line + 1))
		strip_quotes(line);
	const char *start = line + strspn(line, " \t");
	if (!sabin_columns_is_number(start)) {
		/* words between rows are left out, as other programs do */
		return reader->out.length == 0 ? read_words(reader, start) : SABIN_OK;
	}
	sabin_columns_close_gaps(line);
	const struct sabin_columns_row about = {
	    .path = reader->path,
	    .line = reader->line,
	    .most = reader->titled ? SABIN_COLUMNS_MAX : ROLES,
	    .gaps = true,
	};
	struct sabin_columns row;
	enum sabin_err err = sabin_columns_read(line, &about, &row, reader->diag);
	return err ? err : add_row(reader, &row);
}

static enum sabin_err check(struct reader *reader)
{
	struct sabin_response_text *out = &reader->out;
	bool any_phase = false;
	if (out->length < 2) {
		sabin_diag_set(reader->diag, SABIN_EFORMAT, reader->path, reader->line, 1,
		               "at least two lines of frequency and level were expected, %zu found",
		               out->length);
		sabin_diag_advise(reader->diag,
		                  "frequency in Hz, level in dB and perhaps phase in "
		                  "degrees, as in an FRD or CSV file or REW's export of "
		                  "a measurement as text");
		return SABIN_EFORMAT;
	}
	for (size_t i = 0; i < out->length; i++)
		any_phase = any_phase || isfinite(out->phase_deg[i]);
	if (!any_phase) {
		free(out->phase_deg);
		out->phase_deg = NULL;
	}
	return SABIN_OK;
}

/* What begins like another kind of text. */
static enum sabin_err refuse_others(const char *path, struct sabin_diag *diag)
{
	static const char *const words[] = {
	    [SABIN_REW_IMPULSE] = "is an impulse response, not a frequency response",
	    [SABIN_REW_IMPEDANCE] = "is the impedance of a loudspeaker, not a frequency response",
	    [SABIN_REW_DECAY] = "is a table of reverberation times, not a frequency response",
	    [SABIN_REW_FILTERS] = "holds filter settings, not a frequency response",
	    [SABIN_REW_SAMPLES] = "holds one number a line; frequency and level were expected",
	};
	const enum sabin_rew_kind kind = sabin_rew_text_kind(path);
	if ((size_t)kind >= sizeof words / sizeof *words || !words[kind])
		return SABIN_OK;
	sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0, "%s", words[kind]);
	sabin_diag_advise(diag, "in REW choose File, Export, 'Export measurement as text'");
	return SABIN_EFORMAT;
}

enum sabin_err sabin_response_text_read(const char *path, struct sabin_response_text *out,
                                        struct sabin_diag *diag)
{
	char *text = NULL;
	struct reader reader = {
	    .path = path,
	    .diag = diag,
	    .out = {.smoothing_oct = NAN, .points_per_octave = NAN},
	    .column = {0, 1, 2},
	};
	enum sabin_err err = sabin_read_text(path, text_max, &text, NULL, diag);
	if (!err)
		err = refuse_others(path, diag);
	char *cursor = text, *line;
	if (!err && strncmp(text, "\xef\xbb\xbf", 3) == 0)
		cursor += 3;
	while (!err && (line = sabin_columns_line(&cursor))) {
		reader.line++;
		err = read_line(&reader, line);
	}
	free(text);
	if (!err)
		err = check(&reader);
	if (err)
		sabin_response_text_release(&reader.out);
	else
		*out = reader.out;
	return err;
}

void sabin_response_text_release(struct sabin_response_text *text)
{
	free(text->freq_hz);
	free(text->level_db);
	free(text->phase_deg);
	*text = (struct sabin_response_text){0};
}

double sabin_response_text_level_db(const struct sabin_response_text *text, double f_hz)
{
	return sabin_curve_at(text->freq_hz, text->level_db, text->length, f_hz);
}
