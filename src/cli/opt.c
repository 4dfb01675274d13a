/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * opt.c: option rows to getopt_long, values and help.
 */
#include <getopt.h>
#include <math.h>
#include <stdint.h>
#include <strings.h>

#include "cli/opt.h"
#include "cli/talk.h"
#include "io/number.h"

enum { MOST_ROWS = 48, FIRST_LONG = 1000 };

static const struct sabin_opt common_rows[] = {
    {SABIN_OPT_FLAG, 0, "json", NULL, offsetof(struct sabin_common, json), 0, 0, 0, NULL, NULL,
     "print one JSON document instead of text"},
    {SABIN_OPT_FLAG, 'q', "quiet", NULL, offsetof(struct sabin_common, quiet), 0, 0, 0, NULL, NULL,
     "no talk and no progress on standard error"},
    {SABIN_OPT_FLAG, 0, "force", NULL, offsetof(struct sabin_common, force), 0, 0, 0, NULL, NULL,
     "replace an output that exists"},
    {SABIN_OPT_CHOICE, 0, "color", "WHEN", offsetof(struct sabin_common, color), 0, 0, 0, "auto",
     "auto|always|never", "colour in text; NO_COLOR in the environment means never"},
    {SABIN_OPT_FLAG, 'h', "help", NULL, offsetof(struct sabin_common, help), 0, 0, 0, NULL, NULL,
     "show this help"},
};

const struct sabin_opt *sabin_opt_row(const struct sabin_command *command, size_t i)
{
	if (i < command->option_count)
		return &command->options[i];
	i -= command->option_count;
	for (size_t k = 0; k < sizeof common_rows / sizeof *common_rows; k++) {
		const struct sabin_opt *row = &common_rows[k];
		if ((command->no_json && row->offset == offsetof(struct sabin_common, json)) ||
		    (command->no_output && row->offset == offsetof(struct sabin_common, force)))
			continue;
		if (i-- == 0)
			return row;
	}
	return NULL;
}

int sabin_opt_distance(const char *a, const char *b)
{
	enum { MOST = 32 };
	const size_t na = strlen(a), nb = strlen(b);
	int row[MOST + 1];
	if (na > MOST || nb > MOST)
		return 99;
	for (size_t j = 0; j <= nb; j++)
		row[j] = (int)j;
	for (size_t i = 1; i <= na; i++) {
		int corner = row[0];
		row[0] = (int)i;
		for (size_t j = 1; j <= nb; j++) {
			const int swap = corner + (a[i - 1] != b[j - 1]);
			const int grow = 1 + (row[j] < row[j - 1] ? row[j] : row[j - 1]);
			corner = row[j];
			row[j] = swap < grow ? swap : grow;
		}
	}
	return row[nb];
}

int sabin_opt_slips(const char *word)
{
	const int third = (int)(strlen(word) + 1) / 3;
	return third < 1 ? 1 : third > 2 ? 2 : third;
}

/* Units: what may follow the number, and what it is worth.  k and M stand before Hz or alone. */
static const struct {
	enum sabin_opt_unit unit;
	const char *suffix;
	double factor;
} suffixes[] = {
    {SABIN_UNIT_HZ, "k", 1e3},   {SABIN_UNIT_HZ, "Hz", 1},     {SABIN_UNIT_HZ, "kHz", 1e3},
    {SABIN_UNIT_S, "s", 1},      {SABIN_UNIT_S, "ms", 1e-3},   {SABIN_UNIT_S, "min", 60},
    {SABIN_UNIT_MS, "ms", 1},    {SABIN_UNIT_MS, "s", 1e3},    {SABIN_UNIT_DB, "dB", 1},
    {SABIN_UNIT_DB, "dBFS", 1},  {SABIN_UNIT_NONE, "k", 1e3},  {SABIN_UNIT_M, "m", 1},
    {SABIN_UNIT_M, "cm", 1e-2},  {SABIN_UNIT_CM, "cm", 1},     {SABIN_UNIT_CM, "m", 1e2},
};

/* Length of a plain decimal number; strtod would also take "nan", "inf" and hexadecimal. */
static size_t decimal_length(const char *s)
{
	size_t n = strspn(s, "+-"), digits;
	if (n > 1)
		return 0;
	digits = strspn(s + n, "0123456789");
	n += digits;
	if (s[n] == '.') {
		const size_t after = strspn(s + n + 1, "0123456789");
		digits += after;
		n += 1 + after;
	}
	if (digits == 0)
		return 0;
	if (s[n] == 'e' || s[n] == 'E') {
		const size_t sign = s[n + 1] == '+' || s[n + 1] == '-';
		const size_t exponent = strspn(s + n + 1 + sign, "0123456789");
		if (exponent > 0)
			n += 1 + sign + exponent;
	}
	return n;
}

/* A number at the start of text; returns what follows it, or NULL. */
static const char *number_prefix(const char *text, enum sabin_opt_unit unit, size_t length,
                                 double *out)
{
	char copy[64];
	if (length >= sizeof copy)
		return NULL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	const size_t n = decimal_length(copy);
	if (n == 0)
		return NULL;
	const char *rest = copy + n;
	double factor = 1;
	if (*rest) {
		factor = 0;
		for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
			if (suffixes[i].unit == unit && strcasecmp(rest, suffixes[i].suffix) == 0)
				factor = suffixes[i].factor;
	}
	const double value = strtod(copy, NULL) * factor;
	if (factor == 0 || !isfinite(value))
		return NULL;
	*out = value;
	return text + length;
}

bool sabin_opt_number(const char *text, enum sabin_opt_unit unit, double *out)
{
	return number_prefix(text, unit, strlen(text), out) != NULL;
}

static bool parse_range(const char *text, enum sabin_opt_unit unit, double out[2])
{
	const char *dots = strstr(text, "..");
	double low, high;
	if (!dots || !number_prefix(text, unit, (size_t)(dots - text), &low) ||
	    !sabin_opt_number(dots + 2, unit, &high))
		return false;
	out[0] = low;
	out[1] = high;
	return true;
}

static int choice_index(const char *choices, const char *text)
{
	const size_t n = strlen(text);
	int index = 0;
	for (const char *at = choices; *at; index++) {
		const size_t length = strcspn(at, "|");
		if (n == length && memcmp(at, text, n) == 0)
			return index;
		at += length + (at[length] == '|');
	}
	return -1;
}

static bool list_add(struct sabin_list *list, const char *text)
{
	char *old = list->text, *joined = NULL;
	const int n = asprintf(&joined, "%s%s%s", old ? old : "", old ? "," : "", text);
	if (n < 0)
		return false;
	free(old);
	list->text = joined;
	list->count = 0;
	return true;
}

_Static_assert(SABIN_LIST_MAX == 64, "as the message below says");

/* Cut the joined text at its commas, once all of it is known.  Returns what was expected instead, or NULL. */
static const char *list_split(struct sabin_list *list)
{
	char *at = list->text;
	if (!at)
		return NULL;
	while (*at) {
		const size_t length = strcspn(at, ",");
		if (length == 0)
			return "names separated by single commas";
		if (list->count == SABIN_LIST_MAX)
			return "at most 64 names";
		list->item[list->count++] = at;
		at += length;
		if (*at == '\0')
			break;
		*at++ = '\0';
		if (*at == '\0') /* a comma, and nothing after it */
			return "names separated by single commas";
	}
	return NULL;
}

bool sabin_list_allows(const struct sabin_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcasecmp(list->item[i], name) == 0)
			return true;
	return list->count == 0;
}

static int bad_value(const struct sabin_command *command, const struct sabin_opt *row,
                     const char *text, const char *expected)
{
	sabin_complain(command->name, "--%s=%s: expected %s", row->name, text, expected);
	return 2;
}

/* 2,5 is a number elsewhere. */
static int bad_number(const struct sabin_command *command, const struct sabin_opt *row,
                      const char *text, const char *expected)
{
	char words[96];
	const size_t digits = strspn(text, "+-0123456789");
	const bool comma = digits > 0 && text[digits] == ',';
	snprintf(words, sizeof words, "%s%s", expected, comma ? ", with a decimal point" : "");
	return bad_value(command, row, text, words);
}

static int bad_range(const struct sabin_command *command, const struct sabin_opt *row,
                     const char *text)
{
	static const char *const names[] = {
	    [SABIN_UNIT_NONE] = "", [SABIN_UNIT_HZ] = " Hz", [SABIN_UNIT_S] = " s",  [SABIN_UNIT_MS] = " ms",
	    [SABIN_UNIT_DB] = " dB", [SABIN_UNIT_M] = " m",  [SABIN_UNIT_CM] = " cm"};
	/* the argument of a level says what it is re */
	const bool dbfs = row->arg && strcmp(row->arg, "DBFS") == 0;
	if (row->unit == SABIN_UNIT_HZ)
		sabin_complain(command->name, "--%s=%s: out of range, expected %s to %s", row->name, text,
		               sabin_text_exact_hz(row->min).s, sabin_text_exact_hz(row->max).s);
	else
		sabin_complain(command->name, "--%s=%s: out of range, expected %g to %g%s", row->name,
		               text, row->min, row->max, dbfs ? " dBFS" : names[row->unit]);
	return 2;
}

static bool inside(const struct sabin_opt *row, double x)
{
	return row->min == row->max || (x >= row->min && x <= row->max);
}

static int set_value(const struct sabin_command *command, const struct sabin_opt *row,
                     const char *text, void *options)
{
	static const char *const example[] = {
	    [SABIN_UNIT_NONE] = "a number",
	    [SABIN_UNIT_HZ] = "a frequency such as 125 or 20k",
	    [SABIN_UNIT_S] = "a time such as 10s or 350ms",
	    [SABIN_UNIT_MS] = "a time such as 500 or 350ms",
	    [SABIN_UNIT_DB] = "a level such as -12 or -12dBFS",
	    [SABIN_UNIT_M] = "a length such as 0.1 or 10cm",
	    [SABIN_UNIT_CM] = "a length such as 5 or 0.05m",
	};
	void *value = (char *)options + row->offset;
	double number;
	int index;
	switch (row->type) {
	case SABIN_OPT_FLAG:
		*(bool *)value = true;
		return 0;
	case SABIN_OPT_TEXT:
		*(const char **)value = text;
		return *text ? 0 : bad_value(command, row, text, "something");
	case SABIN_OPT_NUMBER:
		if (!sabin_opt_number(text, row->unit, &number))
			return bad_number(command, row, text, example[row->unit]);
		*(double *)value = number;
		return inside(row, number) ? 0 : bad_range(command, row, text);
	case SABIN_OPT_INTEGER:
		if (!sabin_opt_number(text, row->unit, &number) || number != floor(number) ||
		    fabs(number) > 1e15)
			return bad_number(command, row, text, "a whole number");
		*(long *)value = (long)number;
		return inside(row, number) ? 0 : bad_range(command, row, text);
	case SABIN_OPT_RANGE:
		if (!parse_range(text, row->unit, value) ||
		    !(((double *)value)[0] < ((double *)value)[1]))
			return bad_value(command, row, text, "LO..HI with LO below HI, such as 20..20k");
		return inside(row, ((double *)value)[0]) && inside(row, ((double *)value)[1])
		           ? 0
		           : bad_range(command, row, text);
	case SABIN_OPT_CHOICE:
		index = choice_index(row->choices, text);
		*(int *)value = index;
		return index >= 0 ? 0 : bad_value(command, row, text, row->choices);
	case SABIN_OPT_LIST:
		if (!*text)
			return bad_value(command, row, text, "names separated by commas");
		return list_add(value, text) ? 0 : sabin_fail_memory(command->name);
	}
	return 2;
}

static int unknown_option(const struct sabin_command *command, const char *word)
{
	const char *near = NULL;
	const size_t dashes = strspn(word, "-");
	char name[64];
	snprintf(name, sizeof name, "%.*s", (int)strcspn(word + dashes, "="), word + dashes);
	const struct sabin_opt *row;
	int most = sabin_opt_slips(name);
	for (size_t i = 0; (row = sabin_opt_row(command, i)); i++) {
		const int distance = sabin_opt_distance(name, row->name);
		if (distance <= most) {
			most = distance - 1;
			near = row->name;
		}
	}
	if (near)
		sabin_complain(command->name, "unknown option %s; did you mean --%s?", word, near);
	else
		sabin_complain(command->name, "unknown option %s; see 'sabin help %s'", word,
		               command->name);
	return 2;
}

/* getopt_long() did not understand something; `word` is the last argument it has done with.  That is
 * not where an unknown letter stood if others follow it: the letter itself is in optopt. */
static int not_an_option(const struct sabin_command *command, const char *word)
{
	const char letter[] = {'-', (char)optopt, '\0'};
	if (optopt >= FIRST_LONG) {
		sabin_complain(command->name, "--%s takes no value",
		               sabin_opt_row(command, (size_t)(optopt - FIRST_LONG))->name);
		return 2;
	}
	return unknown_option(command, optopt ? letter : word);
}

struct getopt_table {
	char letters[2 * MOST_ROWS + 4];
	struct option longs[MOST_ROWS + 1];
};

static void make_table(const struct sabin_command *command, struct getopt_table *table)
{
	const struct sabin_opt *row;
	char *letter = table->letters;
	*table = (struct getopt_table){0};
	*letter++ = ':';
	for (size_t i = 0; (row = sabin_opt_row(command, i)) && i < MOST_ROWS; i++) {
		const int has_arg = row->type == SABIN_OPT_FLAG ? no_argument : required_argument;
		table->longs[i] = (struct option){row->name, has_arg, NULL, FIRST_LONG + (int)i};
		if (row->letter) {
			*letter++ = row->letter;
			if (has_arg == required_argument)
				*letter++ = ':';
		}
	}
}

static const struct sabin_opt *row_of(const struct sabin_command *command, int code)
{
	const struct sabin_opt *row;
	if (code >= FIRST_LONG)
		return sabin_opt_row(command, (size_t)(code - FIRST_LONG));
	for (size_t i = 0; (row = sabin_opt_row(command, i)); i++)
		if (row->letter == code)
			return row;
	return NULL;
}

static int set_defaults(const struct sabin_command *command, void *options)
{
	const struct sabin_opt *row;
	memset(options, 0, command->size);
	for (size_t i = 0; (row = sabin_opt_row(command, i)); i++) {
		if (row->initial && set_value(command, row, row->initial, options) != 0)
			return 5;
		if (!row->initial && row->type == SABIN_OPT_NUMBER)
			*(double *)(void *)((char *)options + row->offset) = NAN;
	}
	return 0;
}

static int finish(const struct sabin_command *command, int argc, char **argv, void *options,
                  char ***operands)
{
	const struct sabin_opt *row;
	for (size_t i = 0; (row = sabin_opt_row(command, i)); i++) {
		const char *expected =
		    row->type == SABIN_OPT_LIST ? list_split((void *)((char *)options + row->offset)) : NULL;
		if (expected)
			return bad_value(command, row, "...", expected);
	}
	const int count = argc - optind;
	*operands = argv + optind;
	if (count < command->operands_min || count > command->operands_max) {
		sabin_complain(command->name, count < command->operands_min
		                                  ? "too few arguments; usage: sabin %s %s"
		                                  : "too many arguments; usage: sabin %s %s",
		               command->name, command->arguments);
		return 2;
	}
	return 0;
}

int sabin_opt_parse(const struct sabin_command *command, int argc, char **argv, void *options,
                    char ***operands)
{
	struct getopt_table table;
	make_table(command, &table);
	int status = set_defaults(command, options);
	optind = 0; /* start afresh (glibc) */
	opterr = 0;
	for (int code; status == 0;) {
		code = getopt_long(argc, argv, table.letters, table.longs, NULL);
		if (code == -1)
			break;
		const struct sabin_opt *row = row_of(command, code);
		if (code == ':') {
			sabin_complain(command->name, "%s wants a value", argv[optind - 1]);
			status = 2;
		} else if (!row) {
			status = not_an_option(command, argv[optind - 1]);
		} else {
			status = set_value(command, row, optarg ? optarg : "", options);
		}
	}
	const struct sabin_common *common = options;
	if (status == 0 && common->help) {
		sabin_opt_help(command, stdout);
		return 1;
	}
	if (status == 0)
		status = finish(command, argc, argv, options, operands);
	if (status == 0)
		sabin_talk_init(common->quiet, common->color);
	return status == 0 ? 0 : status + 1;
}

void sabin_opt_release(const struct sabin_command *command, void *options)
{
	const struct sabin_opt *row;
	for (size_t i = 0; (row = sabin_opt_row(command, i)); i++)
		if (row->type == SABIN_OPT_LIST)
			free(((struct sabin_list *)(void *)((char *)options + row->offset))->text);
}

static void help_row(const struct sabin_opt *row, FILE *stream)
{
	char left[64];
	snprintf(left, sizeof left, "  %c%c --%s%s%s", row->letter ? '-' : ' ',
	         row->letter ? row->letter : ' ', row->name,
	         row->arg ? " " : "", row->arg ? row->arg : "");
	fprintf(stream, "%-27s ", left);
	for (const char *c = row->help; *c; c++)
		if (*c == '\n')
			fprintf(stream, "\n%-27s ", "");
		else
			fputc(*c, stream);
	if (row->type == SABIN_OPT_CHOICE)
		fprintf(stream, " (%s)", row->choices);
	if (row->initial)
		fprintf(stream, " [%s]", row->initial);
	fputc('\n', stream);
}

void sabin_opt_help(const struct sabin_command *command, FILE *stream)
{
	const struct sabin_opt *row;
	fprintf(stream, "usage: sabin %s [OPTION]... %s\n\n%s\n\noptions:\n", command->name,
	        command->arguments, command->about);
	for (size_t i = 0; (row = sabin_opt_row(command, i)); i++)
		help_row(row, stream);
}
