/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * calibration.c: a microphone's own response, as its maker ships it.
 *
 * The files have no standard.  Read here is the union of what makers ship: comments and quoted headers
 * ("Sens Factor =-0.837dB, AGain =18dB, SERNO: 7103946"; *1000Hz -41.0), two or three columns,
 * separated by blanks, tabs, commas or semicolons, a decimal comma where no full stop is in the
 * line.
 */
#include <math.h>

#include <sabin/curve.h>

#include "io/atomic.h"
#include "io/calibration_header.h"
#include "io/columns.h"
#include "io/number.h"

static const double freq_max_hz = 1e6, level_max_db = 200; /* beyond is no microphone */

struct reader {
	const char *path;
	struct sabin_diag *diag;
	struct sabin_calibration *out;
	size_t size;
	int line;
	int columns; /* of the first row of figures: 2 or 3 */
};

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

static enum sabin_err refuse(const struct reader *reader, const char *what)
{
	return sabin_diag_set(reader->diag, SABIN_EFORMAT, reader->path, reader->line, 1, "%s",
	                      what);
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
	/* by the shorter way round */
	out->phase_deg[last] += remainder(values[2] - out->phase_deg[last], 360) / *same;
}

static enum sabin_err add_row(struct reader *reader, const struct sabin_columns *row,
                              unsigned *same)
{
	struct sabin_calibration *out = reader->out;
	const int count = (int)row->count;
	const double values[3] = {row->value[0], row->value[1], count > 2 ? row->value[2] : 0};
	if (count < 2)
		return refuse(reader, "frequency and level were expected");
	if (reader->columns && count != reader->columns)
		return refuse(reader, "a different number of columns than before");
	if (values[0] < 0 || values[0] > freq_max_hz)
		return refuse(reader, "a frequency from 0 to 1000000 Hz was expected");
	if (fabs(values[1]) > level_max_db)
		return refuse(reader, "a level from -200 to 200 dB was expected");
	reader->columns = count;
	if (out->length > 0 && values[0] == out->freq_hz[out->length - 1]) {
		average_with_last(reader, values, same);
		return SABIN_OK;
	}
	if (out->length > 0 && values[0] < out->freq_hz[out->length - 1])
		return refuse(reader, "frequencies must rise");
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

static enum sabin_err read_line(struct reader *reader, char *line, unsigned *same)
{
	const char *start = line + strspn(line, " \t");
	/* titles such as "Freq(Hz) SPL(dB)" and unquoted headers stand before the first figures */
	if (sabin_columns_is_comment(start) ||
	    (!sabin_columns_is_number(start) && reader->out->length == 0)) {
		sabin_calibration_header(reader->out, start);
		return SABIN_OK;
	}
	sabin_columns_close_gaps(line);
	const struct sabin_columns_row about = {reader->path, reader->line, .most = 3};
	struct sabin_columns row;
	enum sabin_err err = sabin_columns_read(line, &about, &row, reader->diag);
	return err ? err : add_row(reader, &row, same);
}

static enum sabin_err read_lines(struct reader *reader, char *text)
{
	static const char byte_order_mark[] = "\xef\xbb\xbf";
	if (strncmp(text, byte_order_mark, 3) == 0)
		text += 3;
	unsigned same = 1;
	enum sabin_err err = SABIN_OK;
	char *line;
	while (!err && (line = sabin_columns_line(&text))) {
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
	enum sabin_err err = sabin_read_text(path, SABIN_CALIBRATION_TEXT_MAX, &text, NULL, diag);
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
		sabin_curve_unwrap(calibration.phase_deg, calibration.length);
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

double sabin_calibration_level_db(const struct sabin_calibration *calibration, double f_hz)
{
	if (calibration->length == 0) /* none: nothing to subtract */
		return 0;
	return sabin_curve_at(calibration->freq_hz, calibration->level_db, calibration->length, f_hz);
}

double sabin_calibration_phase_deg(const struct sabin_calibration *calibration, double f_hz)
{
	if (calibration->length == 0 || !calibration->phase_deg)
		return 0;
	return sabin_curve_at(calibration->freq_hz, calibration->phase_deg, calibration->length,
	                      f_hz);
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
