/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_yaml.c: the tree remembers where everything stood, what is not supported is refused with
 * line and column, and what is written reads back as it was.
 */
#include <locale.h>
#include <math.h>

#include "io/number.h"
#include "io/yaml.h"
#include "util/near.h"

static void tree_has_places(void **state)
{
	(void)state;
	static const char text[] =
	    "# hello\nname: Room\nsize: {a: 1.5, b: '2'}\nlist:\n  - x\n  - [y, z]\n";
	struct sabin_yaml yaml;
	assert_ok(sabin_yaml_parse("t", text, strlen(text), &yaml, NULL));
	assert_int_equal(yaml.root->kind, SABIN_YAML_MAPPING);
	assert_int_equal(yaml.root->count, 3);
	const struct sabin_yaml_node *name = sabin_yaml_find(yaml.root, "name");
	assert_string_equal(sabin_yaml_text(name), "Room");
	assert_int_equal(name->line, 2);
	assert_int_equal(name->column, 7);
	assert_int_equal(name->key_column, 1);
	const struct sabin_yaml_node *size = sabin_yaml_find(yaml.root, "size");
	double value = 0;
	assert_true(sabin_yaml_number(sabin_yaml_find(size, "a"), &value));
	assert_near(value, 1.5, 0);
	assert_false(sabin_yaml_number(sabin_yaml_find(size, "b"), &value)); /* in quotes: text */
	assert_int_equal(sabin_yaml_find(size, "b")->key_column, 16);
	const struct sabin_yaml_node *list = sabin_yaml_find(yaml.root, "list");
	assert_int_equal(list->count, 2);
	assert_int_equal(list->child->next->kind, SABIN_YAML_SEQUENCE);
	assert_int_equal(list->child->next->line, 6);
	assert_null(sabin_yaml_find(yaml.root, "none"));
	assert_null(sabin_yaml_find(NULL, "none"));
	assert_null(sabin_yaml_find(list, "x"));
	sabin_yaml_release(&yaml);
	sabin_yaml_release(&yaml);
}

static void refusals_have_places(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int line, column;
		const char *message;
	} rows[] = {
	    {"", 1, 1, "is empty"},
	    {"# only a comment\n", 1, 1, "is empty"},
	    {"a: 1\nb: 2\na: 3\n", 3, 1, "'a' is given twice (first in line 1)"},
	    {"a: &x 1\nb: *x\n", 1, 4, "anchors"},
	    {"a: &x [1]\n", 1, 4, "anchors"},
	    {"a: 1\nb: *x\n", 2, 4, "aliases"},
	    {"a: !!str 1\n", 1, 4, "tags"},
	    {"a: 1\n---\nb: 2\n", 2, 1, "second document"},
	    {"a:\n\tb: 1\n", 2, 1, "a tab in the indentation"},
	    {"a:\n  \tb: 1\n", 2, 3, "a tab in the indentation"},
	    {"a: \xff\n", 1, 4, "byte 0xff is not UTF-8"},
	    {"\xc3\xa9: \xc0\x80\n", 1, 4, "byte 0xc0 is not UTF-8"},
	    {"a: \x1b[1m\n", 1, 4, "U+001B"},
	    {"a: \"\\0\"\n", 1, 4, "NUL"},
	    {"[a]: 1\n", 1, 1, "a key must be"},
	    {"? {a: 1}\n: 1\n", 1, 3, "a key must be"},
	    {"a: [1, 2\nb: 3\n", 2, 2, "not valid YAML"},
	    {"a: b: c\n", 1, 5, "not valid YAML"},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct sabin_yaml yaml = {0};
		struct sabin_diag diag = {0};
		assert_int_equal(
		    sabin_yaml_parse("t", rows[i].text, strlen(rows[i].text), &yaml, &diag),
		    SABIN_EFORMAT);
		if (diag.line != rows[i].line || diag.column != rows[i].column ||
		    !strstr(diag.message, rows[i].message))
			fail_msg("row %zu: %d:%d: %s", i, diag.line, diag.column, diag.message);
		assert_null(yaml.root);
	}
}

static void depth_and_size_are_bounded(void **state)
{
	(void)state;
	struct sabin_yaml yaml = {0};
	struct sabin_diag diag = {0};
	char deep[4096] = "";
	for (int depth = SABIN_YAML_DEPTH_MAX; depth <= SABIN_YAML_DEPTH_MAX + 1; depth++) {
		memset(deep, '[', (size_t)depth);
		memset(deep + depth, ']', (size_t)depth);
		enum sabin_err err = sabin_yaml_parse("t", deep, 2 * (size_t)depth, &yaml, &diag);
		assert_int_equal(err, depth > SABIN_YAML_DEPTH_MAX ? SABIN_EFORMAT : SABIN_OK);
		sabin_yaml_release(&yaml);
	}
	assert_non_null(strstr(diag.message, "nested too deeply"));
	size_t n = 2 * SABIN_YAML_NODES_MAX + 10;
	char *wide = malloc(n);
	memset(wide, ',', n);
	for (size_t i = 0; i < n; i += 2)
		wide[i] = '1';
	wide[0] = '[';
	wide[n - 1] = ']';
	assert_int_equal(sabin_yaml_parse("t", wide, n, &yaml, &diag), SABIN_EFORMAT);
	free(wide);
	char *large = calloc(1, SABIN_YAML_TEXT_MAX + 1);
	assert_int_equal(sabin_yaml_parse("t", large, SABIN_YAML_TEXT_MAX + 1, &yaml, &diag),
	                 SABIN_EFORMAT);
	assert_non_null(strstr(diag.message, "too large"));
	free(large);
}

static void numbers_are_strict(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		double value; /* NAN: refused */
	} rows[] = {
	    {"1", 1},       {"-1.5", -1.5}, {"+.5", 0.5}, {"5.", 5},      {"1e3", 1000},
	    {"2E-2", 0.02}, {"", NAN},      {".", NAN},   {"-", NAN},     {"1e", NAN},
	    {"0x10", NAN},  {"inf", NAN},   {"nan", NAN}, {".inf", NAN},  {"1e999", NAN},
	    {"1 ", NAN},    {" 1", NAN},    {"1,5", NAN}, {"1_000", NAN}, {"20k", NAN},
	    {"--1", NAN},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		double value = 77;
		bool read = sabin_number_parse(rows[i].text, &value);
		assert_int_equal(read, !isnan(rows[i].value));
		assert_near(value, read ? rows[i].value : 77, 0);
	}
}

static void numbers_come_back(void **state)
{
	(void)state;
	static const double values[] = {
	    0, -0.1, 1.0 / 3, 1e-300, 123456789.125, 0.30000000000000004, 1e22, 48000, -20, 5e-324};
	char text[SABIN_NUMBER_SIZE];
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		double back = NAN;
		assert_true(sabin_number_parse(sabin_number_format(values[i], text), &back));
		assert_near(back, values[i], 0);
	}
	assert_string_equal(sabin_number_format(0.1, text), "0.1");
	assert_string_equal(sabin_number_format(NAN, text), "null");
}

static void numbers_ignore_the_locale(void **state)
{
	(void)state;
	if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "fr_FR.UTF-8"))
		skip();
	double value = 0;
	char text[SABIN_NUMBER_SIZE];
	assert_true(sabin_number_parse("1.5", &value));
	assert_near(value, 1.5, 0);
	assert_string_equal(sabin_number_format(1.5, text), "1.5");
	setlocale(LC_ALL, "C");
}

static void scalars_have_types(void **state)
{
	(void)state;
	static const char text[] = "{t: true, n: no, q: 'true', z: null, e: , s: ~, w: words here}";
	struct sabin_yaml yaml;
	assert_ok(sabin_yaml_parse("t", text, strlen(text), &yaml, NULL));
	bool value = false;
	assert_true(sabin_yaml_bool(sabin_yaml_find(yaml.root, "t"), &value));
	assert_true(value);
	assert_true(sabin_yaml_bool(sabin_yaml_find(yaml.root, "n"), &value));
	assert_false(value);
	assert_false(sabin_yaml_bool(sabin_yaml_find(yaml.root, "q"), &value));
	assert_true(sabin_yaml_is_null(sabin_yaml_find(yaml.root, "z")));
	assert_true(sabin_yaml_is_null(sabin_yaml_find(yaml.root, "e")));
	assert_true(sabin_yaml_is_null(sabin_yaml_find(yaml.root, "s")));
	assert_null(sabin_yaml_text(sabin_yaml_find(yaml.root, "z")));
	assert_string_equal(sabin_yaml_text(sabin_yaml_find(yaml.root, "w")), "words here");
	sabin_yaml_release(&yaml);
}

/* What the writer makes of hostile texts reads back as the same texts. */
static void writing_and_reading_are_inverse(void **state)
{
	(void)state;
	static const char *const texts[] = {
	    "plain",
	    "two words",
	    "",
	    "true",
	    "No",
	    "null",
	    "~",
	    "1.5",
	    "- x",
	    "a: b",
	    "#c",
	    "&x",
	    "*x",
	    "\"",
	    "\\",
	    "'",
	    "line\nbreak",
	    "tab\there",
	    "\x1b[31m",
	    "\xc3\xa9",
	    "\x7f",
	    "{",
	    "...",
	    "---",
	    "\xe2\x80\xa8",
	    "\xef\xbb\xbf",
	    "hw:CARD=USB",
	    "../../etc/passwd",
	    "%",
	    "@",
	    "`",
	    "!tag",
	    "<<",
	};
	enum { COUNT = sizeof(texts) / sizeof(texts[0]) };
	struct sabin_yaml_writer writer;
	sabin_yaml_writer_init(&writer);
	sabin_yaml_write_comment(&writer, "a\nb");
	for (int flow = 0; flow <= 1; flow++) {
		sabin_yaml_write_sequence(&writer, flow ? "flow" : "block", flow);
		for (size_t i = 0; i < COUNT; i++)
			sabin_yaml_write_text(&writer, NULL, texts[i]);
		sabin_yaml_write_close(&writer);
	}
	sabin_yaml_write_mapping(&writer, "keys", false);
	for (size_t i = 0; i < COUNT; i++)
		sabin_yaml_write_number(&writer, texts[i], (double)i);
	sabin_yaml_write_close(&writer);
	size_t length = 0;
	char *text = sabin_yaml_writer_finish(&writer, &length);
	assert_non_null(text);
	struct sabin_yaml yaml = {0};
	struct sabin_diag diag = {0};
	if (sabin_yaml_parse("t", text, length, &yaml, &diag))
		fail_msg("%d:%d: %s\n%s", diag.line, diag.column, diag.message, text);
	for (int flow = 0; flow <= 1; flow++) {
		const struct sabin_yaml_node *list =
		    sabin_yaml_find(yaml.root, flow ? "flow" : "block");
		assert_int_equal(list->count, COUNT);
		size_t i = 0;
		for (const struct sabin_yaml_node *n = list->child; n; n = n->next)
			assert_string_equal(sabin_yaml_text(n), texts[i++]);
	}
	for (size_t i = 0; i < COUNT; i++) {
		double value = -1;
		assert_true(sabin_yaml_number(
		    sabin_yaml_find(sabin_yaml_find(yaml.root, "keys"), texts[i]), &value));
		assert_near(value, (double)i, 0);
	}
	sabin_yaml_release(&yaml);
	free(text);
}

static void layout_is_plain(void **state)
{
	(void)state;
	struct sabin_yaml_writer writer;
	sabin_yaml_writer_init(&writer);
	sabin_yaml_write_integer(&writer, "version", 1);
	sabin_yaml_write_mapping(&writer, "empty", false);
	sabin_yaml_write_close(&writer);
	sabin_yaml_write_sequence(&writer, "none", false);
	sabin_yaml_write_close(&writer);
	sabin_yaml_write_sequence(&writer, "responses", false);
	sabin_yaml_write_mapping(&writer, NULL, false);
	sabin_yaml_write_text(&writer, "speaker", "left");
	sabin_yaml_write_mapping(&writer, "arrival_s", true);
	sabin_yaml_write_number(&writer, "value", 0.4);
	sabin_yaml_write_bool(&writer, "valid", true);
	sabin_yaml_write_close(&writer);
	sabin_yaml_write_close(&writer);
	sabin_yaml_write_mapping(&writer, NULL, false);
	sabin_yaml_write_close(&writer);
	sabin_yaml_write_close(&writer);
	sabin_yaml_write_text(&writer, "bad",
	                      "a\xff"
	                      "b");
	char *text = sabin_yaml_writer_finish(&writer, NULL);
	assert_string_equal(text, "version: 1\n"
	                          "empty: {}\n"
	                          "none: []\n"
	                          "responses:\n"
	                          "  - speaker: left\n"
	                          "    arrival_s: {value: 0.4, valid: true}\n"
	                          "  - {}\n"
	                          "bad: \"a\\uFFFDb\"\n");
	free(text);
	sabin_yaml_writer_init(&writer);
	sabin_yaml_write_mapping(&writer, "open", false);
	assert_null(sabin_yaml_writer_finish(&writer, NULL)); /* not closed */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(tree_has_places),
	    cmocka_unit_test(refusals_have_places),
	    cmocka_unit_test(depth_and_size_are_bounded),
	    cmocka_unit_test(numbers_are_strict),
	    cmocka_unit_test(numbers_come_back),
	    cmocka_unit_test(numbers_ignore_the_locale),
	    cmocka_unit_test(scalars_have_types),
	    cmocka_unit_test(writing_and_reading_are_inverse),
	    cmocka_unit_test(layout_is_plain),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
