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

#include "io/atomic.h"
#include "io/calibration_header.h"
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

/* A fourth figure is no calibration file; most often it is a decimal comma read as a separator. */
static enum sabin_err check_end(const struct reader *reader, const char *line, const char *c)
{
	if (!isdigit((unsigned char)*c) && !(*c && strchr("+-.", *c) && c[1]))
		return SABIN_OK;
	enum sabin_err err = refuse(reader, (int)(c - line) + 1,
	                            "at most three columns were expected: frequency, level, phase",
	                            NULL);
	if (strchr(line, ','))
		sabin_diag_advise(reader->diag, "decimal commas are understood where tabs, blanks or "
		                                "semicolons separate the columns");
	return err;
}

/* The fields of a line as numbers. */
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
	return check_end(reader, line, c + strspn(c, separators));
}

/* Equal frequencies are averaged (some makers repeat the join of two measurements). */
static void average_with_last(const struct reader *reader, const double values[3], unsigned *same)
{
	struct sabin_calibration *out = reader->out;
	const size_t last = out->length - 1;
	if (++*same == 2)
		sabin_calibration_note(out, reader->line, "%s is given more than once: averaged",
		                       sabin_text_exact_hz(values[0]).s);
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
		average_with_last(reader, values, same);
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
		sabin_calibration_header(reader->out, start);
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

static struct sabin_calibration empty(void)
{
	return (struct sabin_calibration){
	    .sens_factor_db = NAN,
	    .again_db = NAN,
	    .sensitivity_dbv = NAN,
	    .angle_deg = -1,
	    .recorded = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN),
	};
}

/* Phase without the steps of 360 degrees, so that it can be interpolated. */
static void unwrap(double *phase_deg, size_t n)
{
	for (size_t i = 1; i < n; i++)
		phase_deg[i] -= 360 * round((phase_deg[i] - phase_deg[i - 1]) / 360);
}

/* What is legal and still looks like a mistake. */
static void look_twice(struct sabin_calibration *c, const char *path)
{
	static const double suspicious_db = 30; /* no measurement microphone is so far off */
	double most = 0;
	for (size_t i = 0; i < c->length; i++)
		if (c->freq_hz[i] >= 20 && c->freq_hz[i] <= 20000)
			most = fmax(most, fabs(c->level_db[i]));
	if (most > suspicious_db)
		sabin_calibration_note(c, 0, "levels up to %.0f dB: is it a response re 0 dB?", most);
	if (c->freq_hz[0] > 100 || c->freq_hz[c->length - 1] < 10000)
		sabin_calibration_note(c, 0, "covers only %s to %s; beyond, the end values count",
		                       sabin_text_exact_hz(c->freq_hz[0]).s,
		                       sabin_text_exact_hz(c->freq_hz[c->length - 1]).s);
	sabin_calibration_identify(c, path);
}

enum sabin_err sabin_calibration_read(const char *path, struct sabin_calibration *out,
                                      struct sabin_diag *diag)
{
	char *text = NULL;
	enum sabin_err err = sabin_read_text(path, text_max, &text, NULL, diag);
	if (err)
		return err;
	struct sabin_calibration calibration = empty();
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
	} else {
		unwrap(calibration.phase_deg, calibration.length);
	}
	look_twice(&calibration, path);
	*out = calibration;
	return SABIN_OK;
}

void sabin_calibration_release(struct sabin_calibration *calibration)
{
	free(calibration->freq_hz);
	free(calibration->level_db);
	free(calibration->phase_deg);
	*calibration = empty();
}

/* A column at f_hz. */
static double interpolate(const struct sabin_calibration *calibration, const double *column,
                          double f_hz)
{
	const double *f = calibration->freq_hz;
	size_t low = 0, high = calibration->length - 1;
	if (!(f_hz > f[0])) /* also NaN */
		return column[0];
	if (f_hz >= f[high])
		return column[high];
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (f[middle] <= f_hz)
			low = middle;
		else
			high = middle;
	}
	if (f[low] <= 0) /* no place on a logarithmic axis: it holds up to the next */
		return column[low];
	double share = log(f_hz / f[low]) / log(f[high] / f[low]);
	return column[low] + share * (column[high] - column[low]);
}

double sabin_calibration_level_db(const struct sabin_calibration *calibration, double f_hz)
{
	if (calibration->length == 0) /* none: nothing to subtract */
		return 0;
	return interpolate(calibration, calibration->level_db, f_hz);
}

double sabin_calibration_phase_deg(const struct sabin_calibration *calibration, double f_hz)
{
	if (calibration->length == 0 || !calibration->phase_deg)
		return 0;
	return interpolate(calibration, calibration->phase_deg, f_hz);
}

double sabin_calibration_delay_s(const struct sabin_calibration *calibration, double f_hz)
{
	const double half = exp2(1.0 / 12); /* a sixth of an octave in all */
	if (calibration->length == 0 || !calibration->phase_deg || !(f_hz > 0))
		return 0;
	const double rise_deg = sabin_calibration_phase_deg(calibration, f_hz * half) -
	                        sabin_calibration_phase_deg(calibration, f_hz / half);
	return -rise_deg / 360 / (f_hz * half - f_hz / half);
}
