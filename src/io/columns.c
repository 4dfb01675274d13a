/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * columns.c: rows of figures in texts from anybody.
 */
#include <ctype.h>
#include <math.h>
#include <strings.h>

#include "io/columns.h"
#include "io/number.h"

char *sabin_columns_line(char **cursor)
{
	char *line = *cursor;
	if (!line)
		return NULL;
	char *end = line + strcspn(line, "\n\r");
	char *next = *end ? end + 1 : NULL;
	if (end[0] == '\r' && end[1] == '\n')
		next++;
	*end = '\0';
	while (end > line && strchr(" \t", end[-1]))
		*--end = '\0';
	*cursor = next;
	return line;
}

void sabin_columns_close_gaps(char *line)
{
	static const char *const gaps[] = {"\xc2\xa0", "\xe2\x80\xaf", "\xa0"};
	char *to = line;
	for (const char *c = line; *c;) {
		size_t n = 0;
		for (size_t i = 0; i < sizeof gaps / sizeof *gaps && n == 0; i++)
			if (strncmp(c, gaps[i], strlen(gaps[i])) == 0)
				n = strlen(gaps[i]);
		if (n == 0)
			*to++ = *c++;
		c += n;
	}
	*to = '\0';
}

bool sabin_columns_is_comment(const char *start)
{
	return strchr("*#;\"'/", *start) != NULL; /* also the empty line */
}

bool sabin_columns_is_number(const char *start)
{
	return isdigit((unsigned char)*start) || (*start && strchr("+-.", *start));
}

/* ---- fields --------------------------------------------------------------------------------- */

struct row {
	const struct sabin_columns_row *about;
	const char *line;
	bool decimal_commas;
	struct sabin_diag *diag;
};

static enum sabin_err refuse(const struct row *row, const char *at, const char *what,
                             const char *field)
{
	return sabin_diag_set(row->diag, SABIN_EFORMAT, row->about->path, row->about->line,
	                      (int)(at - row->line) + 1, "%s%s%s%s", what, field ? ": '" : "",
	                      field ? field : "", field ? "'" : "");
}

/* Between two digits of one number, for all that can be seen of it. */
static bool is_between(const char *line, const char *comma)
{
	return comma > line && isdigit((unsigned char)comma[-1]) &&
	       isdigit((unsigned char)comma[1]);
}

static bool has_decimal_commas(const char *line)
{
	bool any = false;
	if (strchr(line, '.'))
		return false;
	for (const char *c = strchr(line, ','); c; c = strchr(c + 1, ',')) {
		any = any || is_between(line, c);
		if (!is_between(line, c) && c[1] != ' ' && c[1] != '\t' && c[1] != '\0')
			return false;
	}
	return any && strpbrk(line, " \t;") != NULL;
}

/* A separator of which two in a row leave something out. */
static bool is_hard(const struct row *row, const char *c)
{
	return *c == ';' || (*c == ',' && !(row->decimal_commas && is_between(row->line, c)));
}

static size_t field_length(const struct row *row, const char *c)
{
	size_t n = 0;
	while (c[n] && c[n] != ' ' && c[n] != '\t' && !is_hard(row, c + n))
		n++;
	return n;
}

static bool is_no_number(const char *field)
{
	static const char *const words[] = {"nan", "null", "inf", "-inf", "+inf", "-nan", "n/a"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasecmp(field, words[i]) == 0)
			return true;
	return false;
}

static enum sabin_err read_field(const struct row *row, const char *c, size_t n, double *out)
{
	char field[40];
	if (n >= sizeof field)
		return refuse(row, c, "a number was expected", NULL);
	snprintf(field, sizeof field, "%.*s", (int)n, c);
	char *comma = row->decimal_commas ? strchr(field, ',') : NULL;
	if (comma)
		*comma = '.';
	*out = NAN;
	if ((row->about->gaps && is_no_number(field)) || sabin_number_parse(field, out))
		return SABIN_OK;
	return refuse(row, c, "a number was expected", field);
}

/* One number too many is most often a decimal comma read as a separator. */
static enum sabin_err check_end(const struct row *row, const char *c)
{
	if (!isdigit((unsigned char)*c) && !(*c && strchr("+-.", *c) && c[1]))
		return SABIN_OK;
	enum sabin_err err =
	    refuse(row, c,
	           row->about->most > 3 ? "fewer columns were expected"
	                                : "at most three columns were expected: frequency, level, "
	                                  "phase",
	           NULL);
	if (strchr(row->line, ','))
		sabin_diag_advise(row->diag, "decimal commas are understood where tabs, blanks or "
		                             "semicolons separate the columns");
	return err;
}

enum sabin_err sabin_columns_read(const char *line, const struct sabin_columns_row *about,
                                  struct sabin_columns *out, struct sabin_diag *diag)
{
	const struct row row = {about, line, has_decimal_commas(line), diag};
	const char *c = line + strspn(line, " \t");
	*out = (struct sabin_columns){0};
	while (*c && out->count < about->most) {
		if (is_hard(&row, c)) {
			if (!about->gaps)
				return refuse(&row, c, "a number was expected", NULL);
			out->value[out->count++] = NAN;
			c++;
		} else {
			if (out->count >= 2 && sabin_columns_is_comment(c))
				break;
			const size_t n = field_length(&row, c);
			enum sabin_err err = read_field(&row, c, n, &out->value[out->count]);
			if (err)
				return err;
			out->count++;
			c += n;
			c += strspn(c, " \t");
			if (*c && is_hard(&row, c))
				c++;
		}
		c += strspn(c, " \t");
	}
	return check_end(&row, c);
}

/* ---- curves --------------------------------------------------------------------------------- */

void sabin_curve_unwrap(double *phase_deg, size_t n)
{
	for (size_t i = 1; i < n; i++)
		phase_deg[i] -= 360 * round((phase_deg[i] - phase_deg[i - 1]) / 360);
}
