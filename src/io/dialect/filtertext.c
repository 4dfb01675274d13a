/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * filtertext.c: the line "Filter 1: ON PK Fc 63.0 Hz Gain -7.5 dB Q 4.00" of REW, Equalizer APO, AutoEq and all
 * that read it, by the grammar of Equalizer APO (BiQuadFilterFactory and its "Configuration
 * reference"), which is REW's with more kinds:
 *
 *   PK Modal PEQ   Fc, Gain, Q or BW      LP HP (Q 0.7071)  LPQ HPQ BP  Fc, Q     NO (Q 30)  AP (Q)
 *   LSC HSC        Fc is the centre; Q, a slope in dB (an octave) before Fc, or none: S = 0.9
 *   LS HS          Fc is the centre without either; with Q or a slope it is the corner, 3 dB from the
 *                  end, whose centre is Fc * 10^(+-|gain| / (80 S))
 *   LS 6dB, 12dB   slopes
 *   IIR            "Order 2 Coefficients b0 b1 b2 a0 a1 a2", the a's with their own sign
 *
 * A comma is a decimal one.  A frequency with three decimals is one with a separator of thousands.
 */
#include <ctype.h>
#include <math.h>
#include <strings.h>

#include "io/columns.h"
#include "io/dialect/dialect.h"
#include "io/number.h"

/* What stands in a line after its type. */
struct line {
	double freq_hz, gain_db, q, octaves, slope_db; /* NAN: not there */
};

static const double shelf_slope = 0.9, pass_q = M_SQRT1_2, notch_q = 30;

/* No blanks between thousands; the decimal comma. */
static void straighten(char *text)
{
	sabin_columns_close_gaps(text);
	for (; *text; text++)
		if (*text == ',')
			*text = '.';
}

static enum sabin_err value(const struct sabin_dialect_line *at, char **rest, const char *what,
                            double *out)
{
	char *word = sabin_dialect_word(rest, "");
	if (!isnan(*out))
		return sabin_dialect_refuse(at, word, "%s is there twice", what);
	if (!word || !sabin_number_parse(word, out))
		return sabin_dialect_refuse(at, word, "a number was expected after %s", what);
	return SABIN_OK;
}

static enum sabin_err unit(const struct sabin_dialect_line *at, char **rest, const char *name)
{
	char *word = sabin_dialect_word(rest, "");
	return word && strcasecmp(word, name) == 0
	           ? SABIN_OK
	           : sabin_dialect_refuse(at, word, "%s was expected", name);
}

/* [src] an Fc of five characters or more with a stop at the fourth from its end. */
static enum sabin_err frequency(const struct sabin_dialect_line *at, char **rest, struct line *l)
{
	const char *start = *rest + strspn(*rest, " \t");
	const size_t n = strcspn(start, " \t");
	const bool thousands = n >= 5 && start[n - 4] == '.';
	enum sabin_err err = value(at, rest, "Fc", &l->freq_hz);
	if (!err && thousands)
		l->freq_hz *= 1000;
	return err ? err : unit(at, rest, "Hz");
}

/* "6dB", "12 dB", "10.8 dB" after a shelf. */
static bool slope(char *word, char **rest, struct line *l)
{
	const size_t n = strlen(word);
	if (n > 2 && strcasecmp(word + n - 2, "dB") == 0) {
		word[n - 2] = '\0';
		return sabin_number_parse(word, &l->slope_db);
	}
	if (!isdigit((unsigned char)*word) || !sabin_number_parse(word, &l->slope_db))
		return false;
	char *after = sabin_dialect_word(rest, "");
	return after && strcasecmp(after, "dB") == 0;
}

static enum sabin_err words(const struct sabin_dialect_line *at, char *rest, struct line *l)
{
	enum sabin_err err = SABIN_OK;
	double target = NAN;
	for (char *word; !err && (word = sabin_dialect_word(&rest, "")) != NULL;) {
		if (strcmp(word, "Fc") == 0) {
			err = frequency(at, &rest, l);
		} else if (strcmp(word, "Gain") == 0) {
			err = value(at, &rest, "Gain", &l->gain_db);
			if (!err)
				err = unit(at, &rest, "dB");
		} else if (strcmp(word, "Q") == 0) {
			err = value(at, &rest, "Q", &l->q);
		} else if (strcmp(word, "BW") == 0) {
			err = unit(at, &rest, "Oct");
			if (!err)
				err = value(at, &rest, "BW Oct", &l->octaves);
		} else if (strcmp(word, "T60") == 0) { /* what a modal filter was made for */
			err = unit(at, &rest, "target");
			if (!err)
				err = value(at, &rest, "T60 target", &target);
			if (!err)
				err = unit(at, &rest, "ms");
		} else if (!isnan(l->freq_hz) || !isnan(l->slope_db) || !slope(word, &rest, l)) {
			err = sabin_dialect_refuse(at, word, "Fc, Gain, Q or BW Oct was expected, it is '%s'", word);
		}
	}
	return err;
}

static enum sabin_err iir(const struct sabin_dialect_line *at, char *rest, double rate_hz,
                          struct sabin_section *out)
{
	double x[6] = {0, 0, 0, 0, 0, 0}, order = NAN;
	enum sabin_err err = unit(at, &rest, "Order");
	if (!err)
		err = value(at, &rest, "Order", &order);
	if (!err)
		err = unit(at, &rest, "Coefficients");
	if (!err && order != 1 && order != 2)
		err = sabin_dialect_refuse(at, NULL, "order 1 or 2 was expected");
	for (int i = 0; !err && i < 2 * ((int)order + 1); i++) {
		const int place = i <= (int)order ? i : 3 + i - (int)order - 1;
		x[place] = NAN;
		err = value(at, &rest, "Coefficients", &x[place]);
	}
	if (err)
		return err;
	if (sabin_dialect_word(&rest, ""))
		return sabin_dialect_refuse(at, NULL, "no more coefficients were expected");
	if (rate_hz == 0)
		return sabin_dialect_refuse(at, NULL, "coefficients are for one rate, which is not stated");
	if (!sabin_section_of_taps(x, rate_hz, out))
		return sabin_dialect_refuse(at, NULL, "coefficients of a stable filter were expected");
	return SABIN_OK;
}

/* The corner's centre; S from Q where that was given (RBJ's relation of both). */
static void centre_of_corner(struct line *l, double S, bool low)
{
	const double way = fabs(l->gain_db) / (80 * S);
	l->freq_hz *= pow(10, low ? way : -way);
}

static enum sabin_err shelf(const struct sabin_dialect_line *at, struct line *l, const char *type,
                            bool low)
{
	const double A = pow(10, l->gain_db / 40);
	const bool corner = type[2] != 'C' && (!isnan(l->q) || !isnan(l->slope_db));
	double S = shelf_slope;
	if (isnan(l->gain_db))
		return sabin_dialect_refuse(at, NULL, "Gain was expected");
	if (!isnan(l->q)) {
		if (!(l->q > 0))
			return sabin_dialect_refuse(at, NULL, "a Q above 0 was expected");
		S = 1 / ((1 / (l->q * l->q) - 2) / (A + 1 / A) + 1);
		if (corner && !(S > 0))
			return sabin_dialect_refuse(at, NULL, "a Q that a slope has was expected");
	} else {
		S = isnan(l->slope_db) ? S : l->slope_db / 12;
		l->q = sabin_dialect_q_of_slope(12 * S, l->gain_db);
		if (!(l->q > 0))
			return sabin_dialect_refuse(at, NULL, "a slope of 0 to 12 dB was expected");
	}
	if (corner)
		centre_of_corner(l, S, low);
	return SABIN_OK;
}

static enum sabin_err peaking(const struct sabin_dialect_line *at, struct line *l)
{
	if (isnan(l->gain_db))
		return sabin_dialect_refuse(at, NULL, "Gain was expected");
	if (isnan(l->q) && !isnan(l->octaves))
		l->q = sabin_dialect_q_of_octaves(l->octaves);
	if (!(l->q > 0))
		return sabin_dialect_refuse(at, NULL, "a Q above 0, or BW Oct, was expected");
	return SABIN_OK;
}

static enum sabin_err finish(const struct sabin_dialect_line *at, struct line *l, const char *type,
                             struct sabin_section *s)
{
	static const struct {
		const char *name;
		enum sabin_section_type type;
		double q; /* 0: stated, -1: stated only if wanted */
	} kinds[] = {{"PK", SABIN_SECTION_PEAKING, 0},    {"Modal", SABIN_SECTION_PEAKING, 0},
	             {"PEQ", SABIN_SECTION_PEAKING, 0},   {"LSC", SABIN_SECTION_LOW_SHELF, 0},
	             {"HSC", SABIN_SECTION_HIGH_SHELF, 0}, {"LS", SABIN_SECTION_LOW_SHELF, 0},
	             {"HS", SABIN_SECTION_HIGH_SHELF, 0}, {"LP", SABIN_SECTION_LOW_PASS, pass_q},
	             {"HP", SABIN_SECTION_HIGH_PASS, pass_q}, {"LPQ", SABIN_SECTION_LOW_PASS, 0},
	             {"HPQ", SABIN_SECTION_HIGH_PASS, 0}, {"BP", SABIN_SECTION_BAND_PASS, 0},
	             {"NO", SABIN_SECTION_NOTCH, notch_q}, {"AP", SABIN_SECTION_ALL_PASS, 0}};
	enum sabin_err err = SABIN_OK;
	size_t k = 0;
	while (k < sizeof kinds / sizeof *kinds && strcmp(kinds[k].name, type) != 0)
		k++;
	if (k == sizeof kinds / sizeof *kinds)
		return sabin_dialect_refuse(at, NULL, "'%s' is no kind of filter that is known", type);
	if (isnan(l->freq_hz))
		return sabin_dialect_refuse(at, NULL, "Fc was expected");
	if (kinds[k].type == SABIN_SECTION_PEAKING)
		err = peaking(at, l);
	else if (kinds[k].type <= SABIN_SECTION_HIGH_SHELF)
		err = shelf(at, l, type, kinds[k].type == SABIN_SECTION_LOW_SHELF);
	else if (isnan(l->q))
		l->q = !isnan(l->octaves) ? sabin_dialect_q_of_octaves(l->octaves) : kinds[k].q;
	if (err)
		return err;
	if (!isnan(l->slope_db) && (kinds[k].type == SABIN_SECTION_PEAKING || kinds[k].type > SABIN_SECTION_HIGH_SHELF))
		return sabin_dialect_refuse(at, NULL, "a slope was not expected");
	if (!(l->q > 0))
		return sabin_dialect_refuse(at, NULL, "a Q above 0 was expected");
	*s = (struct sabin_section){.type = kinds[k].type,
	                            .freq_hz = l->freq_hz,
	                            .gain_db = kinds[k].type <= SABIN_SECTION_HIGH_SHELF ? l->gain_db : 0,
	                            .q = l->q,
	                            .factor = 1};
	return SABIN_OK;
}

enum sabin_err sabin_dialect_filter(const struct sabin_dialect_line *at, char *text, double rate_hz,
                                    struct sabin_section *section, bool *off)
{
	struct line l = {NAN, NAN, NAN, NAN, NAN};
	char *word = sabin_dialect_word(&text, "");
	*off = word && strcmp(word, "OFF") == 0;
	if (*off)
		return SABIN_OK;
	if (!word || strcmp(word, "ON") != 0)
		return sabin_dialect_refuse(at, word, "ON or OFF was expected");
	char *type = sabin_dialect_word(&text, "");
	if (!type)
		return sabin_dialect_refuse(at, NULL, "a kind of filter was expected");
	if (strcmp(type, "None") == 0) {
		*off = true;
		return SABIN_OK;
	}
	if (strcmp(type, "IIR") == 0)
		return iir(at, text, rate_hz, section);
	straighten(text);
	const enum sabin_err err = words(at, text, &l);
	return err ? err : finish(at, &l, type, section);
}
