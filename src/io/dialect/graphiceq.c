/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * graphiceq.c: "GraphicEQ: 20 -1.5; 40 -3; ...", the curve of Equalizer APO, Wavelet, JamesDSP: levels over
 * frequency, straight over its logarithm, level beyond the ends, made a minimum-phase response by the
 * program.  One file with as many points as the curve needs, and one with the 127 points that AutoEq
 * gives to Wavelet.
 */
#include <math.h>

#include "io/columns.h"
#include "io/dialect/dialect.h"
#include "io/number.h"

/* From here to there; at half the highest common rate the filters' own warping begins to tell. */
static const double from_hz = 10, to_hz = 22000, rate_hz = 48000;
static const double straight_db = 0.002; /* how far a straight line may be off the curve */
enum { STEPS = 48 * 12, DEEPEST = 9, DECIMALS = 4 };

struct curve {
	const struct sabin_setting_channel *c;
	double rate_hz;
	size_t count, size;
	double *hz, *db;
	enum sabin_err err;
};

static double level(struct curve *v, double hz)
{
	double db = 0;
	if (!v->err)
		v->err = sabin_setting_level(v->c, v->rate_hz, &hz, 1, &db);
	return fmax(db, -150);
}

static void keep(struct curve *v, double hz, double db)
{
	if (v->count == v->size) {
		v->size = v->size ? 2 * v->size : 1024;
		double *a = realloc(v->hz, v->size * sizeof *a);
		v->hz = a ? a : v->hz;
		double *b = realloc(v->db, v->size * sizeof *b);
		v->db = b ? b : v->db;
		if (!a || !b || v->size > SABIN_SETTING_POINTS) {
			v->err = a && b ? SABIN_EINVAL : SABIN_ENOMEM;
			v->size = 0;
		}
	}
	if (v->err)
		return;
	v->hz[v->count] = hz;
	v->db[v->count++] = db;
}

/* Halve until straight lines are near enough: the end is kept, the beginning is there. */
static void refine(struct curve *v, double a_hz, double a_db, double b_hz, double b_db, int depth)
{
	const double hz = sqrt(a_hz * b_hz), db = level(v, hz);
	const double quarter_hz = sqrt(a_hz * hz), quarter = level(v, quarter_hz);
	if (!v->err && depth < DEEPEST &&
	    (fabs(db - (a_db + b_db) / 2) > straight_db ||
	     fabs(quarter - (3 * a_db + b_db) / 4) > straight_db)) {
		refine(v, a_hz, a_db, hz, db, depth + 1);
		refine(v, hz, db, b_hz, b_db, depth + 1);
		return;
	}
	keep(v, b_hz, b_db);
}

static enum sabin_err sample(struct curve *v)
{
	/* what is for one rate only, and its filters, are taken there */
	v->rate_hz = rate_hz;
	for (size_t r = 0; r < v->c->rate_count; r++)
		if (v->c->rates[r].fir && !sabin_setting_fir(v->c, v->rate_hz))
			v->rate_hz = v->c->rates[r].rate_hz;
	for (size_t k = 0; k < v->c->section_count; k++)
		if (v->c->sections[k].type == SABIN_SECTION_RAW)
			v->rate_hz = v->c->sections[k].rate_hz;
	const double top_hz = fmin(to_hz, 0.49 * v->rate_hz);
	double before_hz = from_hz, before_db = level(v, from_hz);
	keep(v, before_hz, before_db);
	for (int i = 1; i <= STEPS && !v->err; i++) {
		const double hz = from_hz * pow(top_hz / from_hz, (double)i / STEPS), db = level(v, hz);
		refine(v, before_hz, before_db, hz, db, 0);
		before_hz = hz;
		before_db = db;
	}
	return v->err;
}

/* What will be read of a number that is written: the second file is made from the first one's numbers, so that it is
 * the same when the first is read and written again. */
static double as_written(double value)
{
	char text[32];
	double again = value;
	(void)sabin_number_parse(sabin_dialect_decimal(value, DECIMALS, text), &again);
	return again;
}

static enum sabin_err write_text(const double *hz, const double *db, size_t n, int decimals,
                                 const char *name, struct sabin_dialect_files *out)
{
	struct sabin_dialect_text text;
	char a[32], b[32];
	enum sabin_err err = sabin_dialect_begin(&text);
	for (size_t i = 0; i < n && !err; i++)
		fprintf(text.stream, "%s%s %s", i ? "; " : "GraphicEQ: ",
		        sabin_dialect_decimal(hz[i], DECIMALS, a), sabin_dialect_decimal(db[i], decimals, b));
	if (!err)
		fputc('\n', text.stream);
	return sabin_dialect_finish(&text, err, name, out);
}

/* A curve alone is written as it is. */
static bool curve_only(const struct sabin_setting_channel *c)
{
	for (size_t r = 0; r < c->rate_count; r++)
		if (c->rates[r].fir || c->rates[r].preamp_db != 0)
			return false;
	return c->points > 0 && c->section_count == 0 && c->preamp_db == 0;
}

/* AutoEq's frequencies; the highest level at -0.2 dB, and the first point never above 0 dB, because the
 * program makes no gain of its own. */
static enum sabin_err write_wavelet(const struct sabin_setting_channel *c, const char *label,
                                    struct sabin_dialect_files *out)
{
	enum { POINTS = 127 };
	double hz[POINTS], db[POINTS], most = -INFINITY;
	size_t n = 0;
	for (double f = 20; n < POINTS && f < 20000; f *= 1.0563)
		if (n == 0 || floor(f) > hz[n - 1]) {
			hz[n] = floor(f);
			db[n] = sabin_setting_curve_db(c, hz[n]);
			most = fmax(most, db[n++]);
		}
	for (size_t i = 0; i < n; i++)
		db[i] = fmin(db[i] - most - 0.2, i == 0 ? 0.0 : (double)INFINITY);
	char name[SABIN_DIALECT_NAME];
	snprintf(name, sizeof name, "%s-wavelet.txt", label);
	return write_text(hz, db, n, 1, name, out);
}

static enum sabin_err write(const struct sabin_setting *setting, const char *place,
                            struct sabin_dialect_files *out)
{
	enum sabin_err err = SABIN_OK;
	(void)place;
	for (size_t i = 0; i < setting->channel_count && !err; i++) {
		const struct sabin_setting_channel *c = &setting->channels[i];
		char label[SABIN_LABEL], name[SABIN_DIALECT_NAME];
		struct curve v = {.c = c};
		if (!curve_only(c))
			err = sample(&v);
		for (size_t k = 0; curve_only(c) && k < c->points; k++)
			keep(&v, c->curve_hz[k], c->curve_db[k]);
		for (size_t k = 0; k < v.count; k++) {
			v.hz[k] = as_written(v.hz[k]);
			v.db[k] = as_written(v.db[k]);
		}
		err = err ? err : v.err;
		const struct sabin_setting_channel flat = {.points = v.count, .curve_hz = v.hz, .curve_db = v.db};
		sabin_dialect_label(setting, i, label);
		snprintf(name, sizeof name, "%s.txt", label);
		if (!err)
			err = write_text(flat.curve_hz, flat.curve_db, flat.points, DECIMALS, name, out);
		if (!err)
			err = write_wavelet(&flat, label, out);
		free(v.hz);
		free(v.db);
	}
	return err;
}

/* ---- reading ------------------------------------------------------------------------------------------ */

/* Commas are decimal ones where there is no full stop in the line. */
enum sabin_err sabin_dialect_graphic(const struct sabin_dialect_line *line, char *text,
                                     struct sabin_setting_channel *channel)
{
	double *hz = NULL, *db = NULL;
	size_t n = 0, room = 1;
	for (const char *c = text; *c; c++)
		room += *c == ';';
	for (char *c = strchr(text, '.') ? NULL : text; c && *c; c++)
		if (*c == ',')
			*c = '.';
	if (room > SABIN_SETTING_POINTS)
		return sabin_dialect_refuse(line, NULL, "at most %d points were expected", SABIN_SETTING_POINTS);
	hz = malloc(room * sizeof *hz);
	db = malloc(room * sizeof *db);
	enum sabin_err err = hz && db ? SABIN_OK : SABIN_ENOMEM;
	for (char *rest = text, *next; rest && !err; rest = next) {
		next = strchr(rest, ';');
		if (next)
			*next++ = '\0';
		char *a = sabin_dialect_word(&rest, ""), *b = sabin_dialect_word(&rest, "");
		if (!a && !next)
			break; /* after the last semicolon */
		if (!a || !b || sabin_dialect_word(&rest, "") || !sabin_number_parse(a, &hz[n]) ||
		    !sabin_number_parse(b, &db[n]) || !(fabs(db[n]) <= 200))
			err = sabin_dialect_refuse(line, a, "a frequency and a level were expected");
		else if (!(hz[n] > 0.01 && hz[n] < 1e6) || (n > 0 && !(hz[n] > hz[n - 1])))
			err = sabin_dialect_refuse(line, a, "frequencies that rise were expected, at %s Hz", a);
		n++;
	}
	if (!err && n == 0)
		err = sabin_dialect_refuse(line, NULL, "a frequency and a level were expected");
	if (!err)
		err = sabin_setting_add_curve(channel, hz, db, n);
	free(hz);
	free(db);
	return err;
}

static enum sabin_err read(struct sabin_dialect_source *source, struct sabin_setting *out)
{
	struct sabin_dialect_line line = {source, source->text, 0};
	struct sabin_setting_channel *channel;
	char *cursor = source->text;
	double rate;
	enum sabin_err err = sabin_dialect_only(source, out, &channel, &rate);
	for (char *text; !err && (text = sabin_columns_line(&cursor)) != NULL;) {
		line.number++;
		line.start = text;
		text += strspn(text, " \t");
		if (*text == '\0' || *text == '#')
			continue;
		if (strncmp(text, "GraphicEQ:", 10) != 0)
			return sabin_dialect_refuse(&line, text, "'GraphicEQ:' was expected");
		err = sabin_dialect_graphic(&line, text + 10, channel);
		if (err == SABIN_EINVAL)
			err = sabin_dialect_refuse(&line, text, "one curve was expected");
	}
	if (!err && channel->points == 0)
		err = sabin_dialect_refuse(&line, NULL, "'GraphicEQ:' was expected");
	return err;
}

static bool knows(const char *text, size_t length)
{
	(void)length;
	return strncmp(text, "GraphicEQ:", 10) == 0;
}

const struct sabin_dialect sabin_dialect_graphiceq = {
    .name = "graphiceq",
    .program = "Wavelet, JamesDSP, Equalizer APO (GraphicEQ)",
    .next = "import %s/NAME-wavelet.txt in Wavelet, or paste NAME.txt into JamesDSP or Equalizer APO",
    .ends = {".txt"},
    /* levels only: phase follows from them, and everything has a level */
    .carries = SABIN_CARRY_PREAMP | SABIN_CARRY_FIR | SABIN_CARRY_CURVE,
    .write = write,
    .read = read,
    .knows = knows,
};
