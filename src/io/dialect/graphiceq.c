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
	size_t count;
	double *hz, *db;
	bool *bent; /* from this point to the next a straight line is not known to do */
};

static void forget(struct curve *v)
{
	free(v->hz);
	free(v->db);
	free(v->bent);
	*v = (struct curve){.c = v->c, .rate_hz = v->rate_hz};
}

static enum sabin_err make(struct curve *v, size_t count)
{
	v->hz = malloc(count * sizeof *v->hz);
	v->db = malloc(count * sizeof *v->db);
	v->bent = malloc(count * sizeof *v->bent);
	v->count = 0;
	return v->hz && v->db && v->bent ? SABIN_OK : SABIN_ENOMEM;
}

static void keep(struct curve *v, double hz, double db, bool bent)
{
	v->hz[v->count] = hz;
	v->db[v->count] = db;
	v->bent[v->count++] = bent;
}

/* Many at a time: a response is summed for several frequencies side by side. */
static enum sabin_err levels(const struct curve *v, const double *hz, size_t n, double *db)
{
	const enum sabin_err err = sabin_setting_level(v->c, v->rate_hz, hz, n, db);
	for (size_t i = 0; i < n && !err; i++)
		db[i] = fmax(db[i], -150);
	return err;
}

/* `to` = `from` with a point in the middle of each stretch that is bent; db: of the middle and the first quarter of
 * each that was not known to be straight. */
static void halve(const struct curve *from, const double *hz, const double *db, struct curve *to)
{
	size_t n = 0;
	for (size_t k = 0; k < from->count; k++) {
		const double a_db = from->db[k], b_db = from->db[k + 1 < from->count ? k + 1 : k];
		const double middle_db = from->bent[k] ? db[n] : 0, quarter_db = from->bent[k] ? db[n + 1] : 0;
		const bool bent = from->bent[k] && (fabs(middle_db - (a_db + b_db) / 2) > straight_db ||
		                                    fabs(quarter_db - (3 * a_db + b_db) / 4) > straight_db);
		keep(to, from->hz[k], a_db, bent);
		if (bent)
			keep(to, hz[n], middle_db, true);
		n += from->bent[k] ? 2 : 0;
	}
}

/* Halve what is bent, once. */
static enum sabin_err refine(struct curve *v)
{
	size_t n = 0;
	double *hz = malloc(2 * v->count * sizeof *hz), *db = malloc(2 * v->count * sizeof *db);
	struct curve next = {.c = v->c, .rate_hz = v->rate_hz};
	enum sabin_err err = hz && db ? make(&next, 2 * v->count) : SABIN_ENOMEM;
	for (size_t k = 0; k + 1 < v->count && !err; k++)
		if (v->bent[k]) {
			hz[n] = sqrt(v->hz[k] * v->hz[k + 1]);
			hz[n + 1] = sqrt(v->hz[k] * hz[n]);
			n += 2;
		}
	if (!err)
		err = levels(v, hz, n, db);
	if (!err) {
		halve(v, hz, db, &next);
		const struct curve old = *v;
		*v = next;
		next = old;
		err = v->count > SABIN_SETTING_POINTS ? SABIN_EINVAL : SABIN_OK;
	}
	forget(&next);
	free(hz);
	free(db);
	return err;
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
	enum sabin_err err = make(v, STEPS + 1);
	for (int i = 0; i <= STEPS && !err; i++)
		keep(v, from_hz * pow(top_hz / from_hz, (double)i / STEPS), 0, i < STEPS);
	if (!err)
		err = levels(v, v->hz, v->count, v->db);
	for (int depth = 0; depth < DEEPEST && !err; depth++)
		err = refine(v);
	return err;
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
		err = curve_only(c) ? make(&v, c->points) : sample(&v);
		for (size_t k = 0; curve_only(c) && k < c->points && !err; k++)
			keep(&v, c->curve_hz[k], c->curve_db[k], false);
		for (size_t k = 0; k < v.count; k++) {
			v.hz[k] = as_written(v.hz[k]);
			v.db[k] = as_written(v.db[k]);
		}
		const struct sabin_setting_channel flat = {.points = v.count, .curve_hz = v.hz, .curve_db = v.db};
		sabin_dialect_label(setting, i, label);
		snprintf(name, sizeof name, "%s.txt", label);
		if (!err)
			err = write_text(flat.curve_hz, flat.curve_db, flat.points, DECIMALS, name, out);
		if (!err)
			err = write_wavelet(&flat, label, out);
		forget(&v);
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
