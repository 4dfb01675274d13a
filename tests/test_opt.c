/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_opt.c: option rows and the numbers people type.
 */
#include <math.h>
#include <unistd.h>

#include "cli/opt.h"
#include "io/memstream.h"
#include "util/near.h"

/* ---- numbers ---- */

static void numbers(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum sabin_opt_unit unit;
		double want;
	} rows[] = {
	    {"20", SABIN_UNIT_HZ, 20},          {"20k", SABIN_UNIT_HZ, 20000},
	    {"20K", SABIN_UNIT_HZ, 20000},      {"20kHz", SABIN_UNIT_HZ, 20000},
	    {"31.5Hz", SABIN_UNIT_HZ, 31.5},    {"1e3", SABIN_UNIT_HZ, 1000},
	    {"1E-2", SABIN_UNIT_HZ, 0.01},      {"1e3k", SABIN_UNIT_HZ, 1e6},
	    {"350ms", SABIN_UNIT_S, 0.35},      {"10s", SABIN_UNIT_S, 10},
	    {"2min", SABIN_UNIT_S, 120},        {"10", SABIN_UNIT_S, 10},
	    {"350", SABIN_UNIT_MS, 350},        {"350ms", SABIN_UNIT_MS, 350},
	    {"0.5s", SABIN_UNIT_MS, 500},       {"-12dBFS", SABIN_UNIT_DB, -12},
	    {"-12dB", SABIN_UNIT_DB, -12},      {"-12", SABIN_UNIT_DB, -12},
	    {"+3", SABIN_UNIT_DB, 3},           {".5", SABIN_UNIT_NONE, 0.5},
	    {"5.", SABIN_UNIT_NONE, 5},         {"-0", SABIN_UNIT_NONE, 0},
	    {"96k", SABIN_UNIT_NONE, 96000},    {"1e-400", SABIN_UNIT_NONE, 0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		double x = NAN;
		if (!sabin_opt_number(rows[i].text, rows[i].unit, &x))
			fail_msg("refused: %s", rows[i].text);
		assert_near(x, rows[i].want, 1e-12 * fabs(rows[i].want));
	}
}

static void no_numbers(void **state)
{
	(void)state;
	static const char *const rows[] = {
	    "",     "nan",  "NaN",   "inf",   "-inf", "infinity", "0x10", "0x1p3", "12q",  "--3",
	    "+-3",  "1e999", "-1e999", "1e308k", "k",   "Hz",    "-",    ".",    "e5",   "1e",
	    "1e+",  " 5",   "5 ",    "5 k",   "1,5",  "1.2.3",    "1_000", "20kk", "20Hzk", "٣",
	    "5\n",  "10s",  "-12dB", "20..30",
	    "1000000000000000000000000000000000000000000000000000000000000000000000000",
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		double x = 77;
		if (sabin_opt_number(rows[i], SABIN_UNIT_HZ, &x))
			fail_msg("accepted: '%s' as %g", rows[i], x);
		assert_near(x, 77, 0);
	}
	double x;
	assert_false(sabin_opt_number("20Hz", SABIN_UNIT_S, &x));
	assert_false(sabin_opt_number("20k", SABIN_UNIT_S, &x));
	assert_false(sabin_opt_number("20dB", SABIN_UNIT_NONE, &x));
	assert_false(sabin_opt_number("20k", SABIN_UNIT_DB, &x));
}

static void distance(void **state)
{
	(void)state;
	assert_int_equal(sabin_opt_distance("", ""), 0);
	assert_int_equal(sabin_opt_distance("level", "level"), 0);
	assert_int_equal(sabin_opt_distance("levle", "level"), 2);
	assert_int_equal(sabin_opt_distance("kitten", "sitting"), 3); /* the textbook's example */
	assert_int_equal(sabin_opt_distance("", "abc"), 3);
	assert_int_equal(sabin_opt_distance("abc", ""), 3);
	assert_true(sabin_opt_distance("0123456789012345678901234567890123456789", "") > 3);
}

/* ---- rows ---- */

struct options {
	struct sabin_common common;
	const char *output, *room;
	bool yes;
	double level_dbfs, window_ms, length_s;
	long repeats;
	int format;
	struct sabin_list speakers;
	double range_hz[2], bands_hz[2];
};

#define AT(MEMBER) offsetof(struct options, MEMBER)
static const struct sabin_opt rows[] = {
    {SABIN_OPT_TEXT, 'o', "output", "DIR", AT(output), 0, 0, 0, NULL, NULL, "where to"},
    {SABIN_OPT_TEXT, 0, "room", "FILE", AT(room), 0, 0, 0, "r.yaml", NULL, "the room"},
    {SABIN_OPT_FLAG, 'y', "yes", NULL, AT(yes), 0, 0, 0, NULL, NULL, "ask nothing"},
    {SABIN_OPT_NUMBER, 'l', "level", "DBFS", AT(level_dbfs), SABIN_UNIT_DB, -120, 0, NULL, NULL,
     "peak level"},
    {SABIN_OPT_NUMBER, 0, "window", "MS", AT(window_ms), SABIN_UNIT_MS, 1, 5000, "500", NULL,
     "right side of the window"},
    {SABIN_OPT_NUMBER, 0, "length", "S", AT(length_s), SABIN_UNIT_S, 0, 0, "10s", NULL,
     "any length"},
    {SABIN_OPT_INTEGER, 'n', "repeats", "N", AT(repeats), 0, 1, 100, "2", NULL, "how often"},
    {SABIN_OPT_CHOICE, 0, "format", "NAME", AT(format), 0, 0, 0, "svg", "png|svg|pdf", "picture"},
    {SABIN_OPT_LIST, 0, "speaker", "NAME,...", AT(speakers), 0, 0, 0, NULL, NULL, "only these"},
    {SABIN_OPT_RANGE, 0, "range", "LO..HI", AT(range_hz), SABIN_UNIT_HZ, 1, 96000, "20..20k", NULL,
     "frequencies"},
    {SABIN_OPT_RANGE, 0, "bands", "LO..HI", AT(bands_hz), SABIN_UNIT_HZ, 0, 0, NULL, NULL, "bands"},
};
#undef AT

static const struct sabin_command command = {
    .name = "try",
    .arguments = "ROOM",
    .summary = "tries options",
    .about = "What it does at length.",
    .options = rows,
    .option_count = sizeof rows / sizeof *rows,
    .size = sizeof(struct options),
    .operands_min = 0,
    .operands_max = 2,
};

enum { WORDS_MAX = 16 };

struct outcome {
	int status; /* of the parser */
	struct options o;
	char talk[1024]; /* standard error */
	char shown[8192]; /* standard output */
	size_t operands;
	const char *operand[WORDS_MAX];
};

/* What is written to `fd` goes to a file without a name. */
static int divert(int fd, FILE *file)
{
	fflush(NULL);
	const int kept = dup(fd);
	assert_true(kept >= 0 && dup2(fileno(file), fd) == fd);
	return kept;
}

static void bring_back(int fd, int kept, FILE *file, char *text, size_t size)
{
	fflush(NULL);
	dup2(kept, fd);
	close(kept);
	rewind(file);
	text[fread(text, 1, size - 1, file)] = '\0';
	fclose(file);
}

/* Parse `line`, words between single spaces; "" for none. */
static void parse_as(const struct sabin_command *c, const char *line, struct outcome *out)
{
	static char text[1024]; /* the parsed options point into it */
	char *argv[WORDS_MAX + 2] = {(char *)(uintptr_t) "try"}, **operands = NULL;
	int argc = 1;
	snprintf(text, sizeof text, "%s", line);
	for (char *at = text; *line && argc <= WORDS_MAX;) {
		argv[argc++] = at;
		at = strchr(at, ' ');
		if (!at)
			break;
		*at++ = '\0';
	}
	FILE *err = tmpfile(), *shown = tmpfile();
	assert_true(err && shown);
	memset(out, 0, sizeof *out);
	const int kept_err = divert(STDERR_FILENO, err), kept_out = divert(STDOUT_FILENO, shown);
	out->status = sabin_opt_parse(c, argc, argv, &out->o, &operands);
	bring_back(STDOUT_FILENO, kept_out, shown, out->shown, sizeof out->shown);
	bring_back(STDERR_FILENO, kept_err, err, out->talk, sizeof out->talk);
	for (; out->status == 0 && operands[out->operands]; out->operands++)
		out->operand[out->operands] = operands[out->operands];
}

static struct outcome good(const char *line)
{
	struct outcome out;
	parse_as(&command, line, &out);
	if (out.status != 0)
		fail_msg("'%s' refused: %s", line, out.talk);
	assert_string_equal(out.talk, "");
	assert_string_equal(out.shown, "");
	return out;
}

/* Usage: exit status 2, and a message that names the command and holds `says`. */
static void bad(const char *line, const char *says)
{
	struct outcome out;
	parse_as(&command, line, &out);
	sabin_opt_release(&command, &out.o);
	if (out.status != 3)
		fail_msg("'%s' gives %d", line, out.status);
	if (strncmp(out.talk, "sabin try: ", 11) != 0 || !strstr(out.talk, says))
		fail_msg("'%s' says: %s instead of: %s", line, out.talk, says);
	assert_string_equal(out.shown, "");
}

static void defaults(void **state)
{
	(void)state;
	struct outcome x = good("");
	assert_null(x.o.output);
	assert_string_equal(x.o.room, "r.yaml");
	assert_false(x.o.yes);
	assert_true(isnan(x.o.level_dbfs)); /* not given, and no default */
	assert_near(x.o.window_ms, 500, 0);
	assert_near(x.o.length_s, 10, 0);
	assert_int_equal(x.o.repeats, 2);
	assert_int_equal(x.o.format, 1);
	assert_int_equal(x.o.speakers.count, 0);
	assert_near(x.o.range_hz[0], 20, 0);
	assert_near(x.o.range_hz[1], 20000, 0);
	assert_near(x.o.bands_hz[1], 0, 0);
	assert_false(x.o.common.json || x.o.common.quiet || x.o.common.force || x.o.common.help);
	assert_int_equal(x.o.common.color, 0);
	assert_int_equal(x.operands, 0);
	sabin_opt_release(&command, &x.o);
}

static void given(void **state)
{
	(void)state;
	struct outcome x = good("room.yaml --level -12dBFS -o out --window=0.2s -n5 --format pdf -y "
	                        "--range 31.5..1.2kHz --json");
	assert_near(x.o.level_dbfs, -12, 0);
	assert_string_equal(x.o.output, "out");
	assert_near(x.o.window_ms, 200, 1e-12);
	assert_int_equal(x.o.repeats, 5);
	assert_int_equal(x.o.format, 2);
	assert_true(x.o.yes && x.o.common.json);
	assert_near(x.o.range_hz[0], 31.5, 0);
	assert_near(x.o.range_hz[1], 1200, 1e-9);
	assert_int_equal(x.operands, 1);
	assert_string_equal(x.operand[0], "room.yaml");
	x = good("-yqo out -- -strange --json");
	assert_true(x.o.yes && x.o.common.quiet && !x.o.common.json);
	assert_string_equal(x.o.output, "out");
	assert_int_equal(x.operands, 2);
	assert_string_equal(x.operand[0], "-strange");
	x = good("-l -3 --level=-6 -"); /* the last one counts; a lone dash is an operand */
	assert_near(x.o.level_dbfs, -6, 0);
	assert_string_equal(x.operand[0], "-");
	x = good("--color never --length 1e5");
	assert_int_equal(x.o.common.color, 2);
	assert_near(x.o.length_s, 1e5, 0); /* min = max: no limits */
}

static void refused(void **state)
{
	(void)state;
	bad("--level 3", "out of range");
	bad("--level -121", "-120 to 0 dBFS");
	bad("--level nan", "expected a level");
	bad("--level=", "expected a level");
	bad("--window 12q", "expected a time");
	bad("--window 2,5", "350ms, with a decimal point");
	bad("--repeats 2,5", "a whole number, with a decimal point");
	bad("--window 0.9", "1 to 5000 ms");
	bad("--repeats 0", "1 to 100");
	bad("--repeats 101", "1 to 100");
	bad("--repeats 2.5", "a whole number");
	bad("--repeats 1e18", "a whole number");
	bad("--repeats x", "a whole number");
	bad("--format gif", "png|svg|pdf");
	bad("--format pn", "png|svg|pdf");
	bad("--format png|svg", "png|svg|pdf");
	bad("--format=", "png|svg|pdf");
	bad("--output=", "expected something");
	bad("--range 20", "LO..HI");
	bad("--range 20..", "LO..HI");
	bad("--range ..20", "LO..HI");
	bad("--range 200..20", "LO..HI");
	bad("--range 20..20", "LO..HI");
	bad("--range 20..nan", "LO..HI");
	bad("--range 20..30..40", "LO..HI");
	bad("--range 0.5..20", "1 Hz to 96 kHz");
	bad("--range 20..100k", "1 Hz to 96 kHz");
	bad("a b c", "too many arguments");
}

static void missing_value(void **state)
{
	(void)state;
	bad("--level", "--level wants a value");
	bad("room.yaml -o", "-o wants a value");
	bad("-yo", "o wants a value");
}

static void unknown(void **state)
{
	(void)state;
	bad("--levle -3", "did you mean --level?");
	bad("--repeat5 3", "did you mean --repeats?");
	bad("--jsn", "did you mean --json?");
	bad("--levle=-3", "did you mean --level?");
	bad("--entirely-else", "see 'sabin help try'");
	bad("-x", "unknown option -x");
	/* inside a cluster, and after operands, it is still the letter that is named */
	bad("-xy", "unknown option -x");
	bad("-yx", "unknown option -x");
	bad("-yxq room.yaml", "unknown option -x");
	bad("room.yaml -xq", "unknown option -x");
	bad("--r 3", "--r"); /* --room, --repeats or --range? */
	bad("--yes=3", "--yes takes no value");
}

static void lists(void **state)
{
	(void)state;
	struct outcome x = good("--speaker left,right --speaker sub room.yaml");
	assert_int_equal(x.o.speakers.count, 3);
	assert_string_equal(x.o.speakers.item[0], "left");
	assert_string_equal(x.o.speakers.item[1], "right");
	assert_string_equal(x.o.speakers.item[2], "sub");
	sabin_opt_release(&command, &x.o);
	x = good("--speaker one");
	assert_int_equal(x.o.speakers.count, 1);
	sabin_opt_release(&command, &x.o);
	bad("--speaker=", "names separated by");
	bad("--speaker ,", "names separated by");
	bad("--speaker a,,b", "names separated by");
	bad("--speaker ,a", "names separated by");
	bad("--speaker a,", "names separated by");
	bad("--speaker a --speaker b,", "names separated by");
	bad("--speaker a, --speaker b", "names separated by");
	char many[3 * SABIN_LIST_MAX + 16] = "--speaker ab";
	for (int i = 1; i < SABIN_LIST_MAX; i++)
		memcpy(many + 12 + 3 * (i - 1), ",ab", 4);
	x = good(many);
	assert_int_equal(x.o.speakers.count, SABIN_LIST_MAX);
	sabin_opt_release(&command, &x.o);
	memcpy(many + strlen(many), ",c", 3);
	bad(many, "at most 64 names");
}

static void operand_count(void **state)
{
	(void)state;
	struct sabin_command one = command;
	struct outcome out;
	one.operands_min = one.operands_max = 1;
	parse_as(&one, "", &out);
	assert_int_equal(out.status, 3);
	assert_non_null(strstr(out.talk, "too few arguments; usage: sabin try ROOM"));
	parse_as(&one, "a", &out);
	assert_int_equal(out.status, 0);
	parse_as(&one, "a b", &out);
	assert_int_equal(out.status, 3);
}

static void common_rows(void **state)
{
	(void)state;
	struct sabin_command bare = command;
	struct outcome out;
	bare.no_json = bare.no_output = true;
	parse_as(&bare, "--json", &out);
	assert_int_equal(out.status, 3);
	parse_as(&bare, "--force", &out);
	assert_int_equal(out.status, 3);
	parse_as(&bare, "--quiet", &out);
	assert_int_equal(out.status, 0);
	assert_true(out.o.common.quiet);
	size_t count = 0, bare_count = 0;
	while (sabin_opt_row(&command, count))
		count++;
	while (sabin_opt_row(&bare, bare_count))
		bare_count++;
	assert_int_equal(count, command.option_count + 5);
	assert_int_equal(bare_count, count - 2);
}

static void help(void **state)
{
	(void)state;
	char *text = NULL;
	size_t size = 0;
	FILE *stream = sabin_memstream_open(&text, &size);
	sabin_opt_help(&command, stream);
	fclose(stream);
	static const char *const lines[] = {"--help", "-h far too many operands"};
	for (size_t l = 0; l < 2; l++) {
		struct outcome out;
		parse_as(&command, lines[l], &out);
		assert_int_equal(out.status, 1); /* exit status 0 */
		assert_string_equal(out.talk, "");
		assert_string_equal(out.shown, text);
	}
	assert_ptr_equal(strstr(text, "usage: sabin try [OPTION]... ROOM\n"), text);
	assert_non_null(strstr(text, "What it does at length."));
	const struct sabin_opt *row;
	const char *last = text;
	for (size_t i = 0; (row = sabin_opt_row(&command, i)); i++) {
		char name[80];
		snprintf(name, sizeof name, "--%s%s%s", row->name, row->arg ? " " : "",
		         row->arg ? row->arg : "");
		const char *at = strstr(last, name); /* in the table's order */
		if (!at || !strstr(at, row->help))
			fail_msg("no help on %s", name);
		last = at;
	}
	assert_non_null(strstr(text, "(png|svg|pdf) [svg]"));
	assert_non_null(strstr(text, "[20..20k]"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers),       cmocka_unit_test(no_numbers),
	    cmocka_unit_test(distance),      cmocka_unit_test(defaults),
	    cmocka_unit_test(given),         cmocka_unit_test(refused),
	    cmocka_unit_test(missing_value), cmocka_unit_test(unknown),
	    cmocka_unit_test(lists),         cmocka_unit_test(operand_count),
	    cmocka_unit_test(common_rows),   cmocka_unit_test(help),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
