/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * calibration.c: a microphone's own response, as its maker ships it.
 *
 * The files have no standard.  Read here is the union of what makers ship: comments and quoted
 * headers
 * ("Sens Factor =-0.837dB, AGain =18dB, SERNO: 7103946"; *1000Hz -41.0), two or three columns,
 * separated by blanks, tabs, commas or semicolons, a decimal comma where no full stop is in the
 * line.
 */
#include <ctype.h>
#include <math.h>
#include <strings.h>

#include "io/atomic.h"
#include "io/calibration.h"
#include "io/number.h"

static const size_t text_max = 4u << 20;
static const double freq_max_hz = 1e6, level_max_db = 200; /* beyond is no microphone */

struct reader {
	const char *path;
	struct sabin_diag *diag;
	struct sabin_calibration *out;
	size_t size;
	int line;
	int columns; /* of the first row of figures: 2 or 3 */
};

/* ---- header ----------------------------------------------------------------- */

/* The text after `word`, without regard to case, or NULL. */
static const char *after(const char *line, const char *word)
{
	size_t n = strlen(word);
	for (; *line; line++)
		if (strncasecmp(line, word, n) == 0)
			return line + n;
	return NULL;
}

/* A number that stands before other text ("-.6383dB"). */
static bool leading_number(const char *c, double *out)
{
	char text[32];
	c += strspn(c, " \t=:");
	size_t n = strspn(c, "+-.0123456789");
	if (n == 0 || n >= sizeof(text))
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)n, c);
	return sabin_number_parse(text, out);
}

static void read_header(struct reader *reader, const char *line)
{
	struct sabin_calibration *out = reader->out;
	const char *factor = after(line, "Sens Factor");
	double value;
	/* the first one counts: a second quoted line of some files repeats nothing */
	if (factor && isnan(out->sens_factor_db) && leading_number(factor, &value))
		out->sens_factor_db = value;
	const char *serial = after(line, "SERNO");
	if (!serial)
		serial = after(line, "SN:");
	if (serial && !out->serial[0]) {
		serial += strspn(serial, " \t=:");
		size_t n = 0;
		while (n + 1 < sizeof(out->serial) &&
		       (isalnum((unsigned char)serial[n]) || serial[n] == '-'))
			n++;
		snprintf(out->serial, sizeof(out->serial), "%.*s", (int)n, serial);
	}
}

static bool is_comment(const char *line)
{
	return strchr("*#;\"'/", *line) != NULL; /* also the empty line */
}

/* ---- rows of figures -------------------------------------------------------- */

static enum sabin_err grow(struct reader *reader)
{
	struct sabin_calibration *out = reader->out;
	if (out->length < reader->size)
		return SABIN_OK;
	size_t size =
	    reader->size ? 2 * reader->size : 256; /* rows come from at most 4 MiB of text */
	double **arrays[3] = {&out->freq_hz, &out->level_db, &out->phase_deg};
	for (int i = 0; i < 3; i++) {
		double *grown = realloc(*arrays[i], size * sizeof(double));
		if (!grown)
			return sabin_diag_set(reader->diag, SABIN_ENOMEM, reader->path, 0, 0,
			                      "out of memory");
		*arrays[i] = grown;
	}
	reader->size = size;
	return SABIN_OK;
}

static enum sabin_err refuse(const struct reader *reader, int column, const char *what,
                             const char *field)
{
	return sabin_diag_set(reader->diag, SABIN_EFORMAT, reader->path, reader->line, column,
	                      "%s%s%s%s", what, field ? ": '" : "", field ? field : "",
	                      field ? "'" : "");
}

/* Commas are decimal where the line has no full stop and something else separates: "20,5 -1,3". */
static bool has_decimal_commas(const char *line)
{
	if (strchr(line, '.') || !strchr(line, ','))
		return false;
	for (const char *c = line; *c; c++) {
		bool between =
		    c > line && isdigit((unsigned char)c[-1]) && isdigit((unsigned char)c[1]);
		if (*c == ',' && !between)
			return false;
	}
	return strpbrk(line, " \t;") != NULL;
}

/* The fields of a line as numbers; at most three count. */
static enum sabin_err read_fields(const struct reader *reader, const char *line, double values[3],
                                  int *count)
{
	const bool decimal_commas = has_decimal_commas(line);
	const char *separators = decimal_commas ? " \t;" : " \t;,";
	*count = 0;
	const char *c = line;
	while (*count < 3) {
		c += strspn(c, separators);
		size_t n = strcspn(c, separators);
		if (n == 0 || (*count >= 2 && is_comment(c)))
			break;
		char field[40];
		if (n >= sizeof(field))
			return refuse(reader, (int)(c - line) + 1, "a number was expected", NULL);
		snprintf(field, sizeof(field), "%.*s", (int)n, c);
		char *comma = decimal_commas ? strchr(field, ',') : NULL;
		if (comma)
			*comma = '.';
		if (!sabin_number_parse(field, &values[*count]))
			return refuse(reader, (int)(c - line) + 1, "a number was expected", field);
		++*count;
		c += n;
	}
	return SABIN_OK;
}

/* Equal frequencies are averaged (some makers repeat the join of two measurements). */
static void average_with_last(struct sabin_calibration *out, const double values[3], unsigned *same)
{
	size_t last = out->length - 1;
	++*same;
	out->level_db[last] += (values[1] - out->level_db[last]) / *same;
	out->phase_deg[last] += (values[2] - out->phase_deg[last]) / *same;
}

static enum sabin_err add_row(struct reader *reader, const double values[3], int count,
                              unsigned *same)
{
	struct sabin_calibration *out = reader->out;
	if (count < 2)
		return refuse(reader, 1, "frequency and level were expected", NULL);
	if (reader->columns && count != reader->columns)
		return refuse(reader, 1, "a different number of columns than before", NULL);
	if (values[0] < 0 || values[0] > freq_max_hz)
		return refuse(reader, 1, "a frequency from 0 to 1000000 Hz was expected", NULL);
	if (fabs(values[1]) > level_max_db)
		return refuse(reader, 1, "a level from -200 to 200 dB was expected", NULL);
	reader->columns = count;
	if (out->length > 0 && values[0] == out->freq_hz[out->length - 1]) {
		average_with_last(out, values, same);
		return SABIN_OK;
	}
	if (out->length > 0 && values[0] < out->freq_hz[out->length - 1])
		return refuse(reader, 1, "frequencies must rise", NULL);
	enum sabin_err err = grow(reader);
	if (err)
		return err;
	*same = 1;
	out->freq_hz[out->length] = values[0];
	out->level_db[out->length] = values[1];
	out->phase_deg[out->length] = values[2];
	out->length++;
	return SABIN_OK;
}

static bool starts_like_number(const char *line)
{
	return isdigit((unsigned char)*line) || (strchr("+-.", *line) && *line);
}

static enum sabin_err read_line(struct reader *reader, char *line, unsigned *same)
{
	char *end = line + strlen(line);
	while (end > line && strchr(" \t\r", end[-1]))
		*--end = '\0';
	const char *start = line + strspn(line, " \t");
	/* titles such as "Freq(Hz) SPL(dB)" and unquoted headers stand before the first figures */
	if (is_comment(start) || (!starts_like_number(start) && reader->out->length == 0)) {
		read_header(reader, start);
		return SABIN_OK;
	}
	double values[3] = {0, 0, 0};
	int count = 0;
	enum sabin_err err = read_fields(reader, line, values, &count);
	return err ? err : add_row(reader, values, count, same);
}

static enum sabin_err read_lines(struct reader *reader, char *text)
{
	static const char byte_order_mark[] = "\xef\xbb\xbf";
	if (strncmp(text, byte_order_mark, 3) == 0)
		text += 3;
	unsigned same = 1;
	enum sabin_err err = SABIN_OK;
	for (char *line = text, *next; line && !err; line = next) {
		next = line + strcspn(line, "\n\r"); /* also the lone CR of old Macs */
		bool pair = next[0] == '\r' && next[1] == '\n';
		if (*next) {
			*next = '\0';
			next += pair ? 2 : 1;
		} else {
			next = NULL;
		}
		reader->line++;
		err = read_line(reader, line, &same);
	}
	if (!err && reader->out->length < 2) {
		err = sabin_diag_set(
		    reader->diag, SABIN_EFORMAT, reader->path, reader->line, 1,
		    "at least two lines of frequency and level were expected, %zu found",
		    reader->out->length);
		sabin_diag_advise(reader->diag,
		                  "is it the text file that came with the microphone?");
	}
	return err;
}

enum sabin_err sabin_calibration_read(const char *path, struct sabin_calibration *out,
                                      struct sabin_diag *diag)
{
	char *text = NULL;
	enum sabin_err err = sabin_read_text(path, text_max, &text, NULL, diag);
	if (err)
		return err;
	struct sabin_calibration calibration = {.sens_factor_db = NAN};
	struct reader reader = {.path = path, .diag = diag, .out = &calibration};
	err = read_lines(&reader, text);
	free(text);
	if (err) {
		sabin_calibration_release(&calibration);
		return err;
	}
	if (reader.columns < 3) {
		free(calibration.phase_deg);
		calibration.phase_deg = NULL;
	}
	*out = calibration;
	return SABIN_OK;
}

void sabin_calibration_release(struct sabin_calibration *calibration)
{
	free(calibration->freq_hz);
	free(calibration->level_db);
	free(calibration->phase_deg);
	*calibration = (struct sabin_calibration){.sens_factor_db = NAN};
}

double sabin_calibration_level_db(const struct sabin_calibration *calibration, double f_hz)
{
	const double *f = calibration->freq_hz, *level = calibration->level_db;
	if (calibration->length == 0) /* none: nothing to subtract */
		return 0;
	size_t low = 0, high = calibration->length - 1;
	if (!(f_hz > f[0])) /* also NaN */
		return level[0];
	if (f_hz >= f[high])
		return level[high];
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (f[middle] <= f_hz)
			low = middle;
		else
			high = middle;
	}
	if (f[low] <=
	    0) /* a row at 0 Hz has no place on a logarithmic axis: it holds up to the next */
		return level[low];
	double share = log(f_hz / f[low]) / log(f[high] / f[low]);
	return level[low] + share * (level[high] - level[low]);
}
