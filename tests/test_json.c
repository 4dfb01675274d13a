/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_json.c: documents are valid JSON whatever goes in.
 */
#include <math.h>

#include "io/json.h"
#include "io/memstream.h"
#include "io/reason.h"
#include "util/near.h"

static char *print(struct sabin_json *json)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = sabin_memstream_open(&text, &size);
	assert_non_null(stream);
	assert_ok(sabin_json_print(json, stream));
	fclose(stream);
	sabin_json_free(json);
	return text;
}

static void document_is_printed(void **state)
{
	(void)state;
	struct sabin_json *json = sabin_json_new();
	sabin_json_text(json, "schema", "sabin.test/1");
	sabin_json_open_array(json, "list");
	sabin_json_number(json, NULL, 0.1);
	sabin_json_integer(json, NULL, 7);
	sabin_json_open_object(json, NULL);
	sabin_json_bool(json, "yes", true);
	sabin_json_null(json, "none");
	sabin_json_close(json);
	sabin_json_close(json);
	sabin_json_number(json, "third", 1.0 / 3);
	char *text = print(json);
	assert_string_equal(text, "{\n"
	                          "  \"schema\": \"sabin.test/1\",\n"
	                          "  \"list\": [\n"
	                          "    0.1,\n"
	                          "    7,\n"
	                          "    {\n"
	                          "      \"yes\": true,\n"
	                          "      \"none\": null\n"
	                          "    }\n"
	                          "  ],\n"
	                          "  \"third\": 0.333333333\n"
	                          "}\n");
	free(text);
}

/* Brackets, commas and quotes in text are no structure; empty containers take no line; what was left
 * open is closed. */
static void structure_is_not_text(void **state)
{
	(void)state;
	struct sabin_json *json = sabin_json_new();
	sabin_json_text(json, "a{,\"", "]:[\\\", \n}");
	sabin_json_open_array(json, "empty");
	sabin_json_close(json);
	sabin_json_open_object(json, "none");
	sabin_json_close(json);
	sabin_json_numbers(json, "no", NULL, 0);
	sabin_json_open_array(json, "open");
	sabin_json_open_object(json, NULL);
	char *text = print(json);
	assert_string_equal(text, "{\n"
	                          "  \"a{,\\\"\": \"]:[\\\\\\\", \\n}\",\n"
	                          "  \"empty\": [],\n"
	                          "  \"none\": {},\n"
	                          "  \"no\": [],\n"
	                          "  \"open\": [\n"
	                          "    {}\n"
	                          "  ]\n"
	                          "}\n");
	free(text);
}

static void never_nan_nor_infinity(void **state)
{
	(void)state;
	struct sabin_json *json = sabin_json_new();
	double values[4] = {1, NAN, INFINITY, -INFINITY};
	sabin_json_numbers(json, "curve", values, 4);
	sabin_json_number(json, "x", NAN);
	sabin_json_quantity(json, "q", sabin_quantity_valid(INFINITY, NAN), "dB");
	char *text = print(json);
	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "NaN"));
	assert_null(strstr(text, "nf"));
	assert_non_null(strstr(text, "\"valid\": false"));
	free(text);
}

static void quantities_have_five_members(void **state)
{
	(void)state;
	struct sabin_json *json = sabin_json_new();
	struct sabin_quantity q = sabin_quantity_invalid(0.5, SABIN_BECAUSE_RANGE);
	q.have = 31;
	q.need = 35;
	sabin_json_quantity(json, "a", sabin_quantity_valid(0.402, 0.006), "s");
	sabin_json_quantity(json, "b", q, "s");
	char *text = print(json);
	assert_string_equal(text, "{\n"
	                          "  \"a\": {\n"
	                          "    \"value\": 0.402,\n"
	                          "    \"unit\": \"s\",\n"
	                          "    \"plus_minus\": 0.006,\n"
	                          "    \"valid\": true,\n"
	                          "    \"why\": null\n"
	                          "  },\n"
	                          "  \"b\": {\n"
	                          "    \"value\": 0.5,\n"
	                          "    \"unit\": \"s\",\n"
	                          "    \"plus_minus\": null,\n"
	                          "    \"valid\": false,\n"
	                          "    \"why\": \"decay range 31.0 dB, needs 35.0\"\n"
	                          "  }\n"
	                          "}\n");
	free(text);
}

static void bad_text_is_cleaned(void **state)
{
	(void)state;
	struct sabin_json *json = sabin_json_new();
	sabin_json_text(json, "a", "x\xff\xc3\xa9\xed\xa0\x80\n\"");
	sabin_json_text(json, "b", NULL);
	char *text = print(json);
	assert_non_null(
	    strstr(text, "x\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\\n\\\""));
	assert_non_null(strstr(text, "\"b\": null"));
	free(text);
}

static void misuse_sticks(void **state)
{
	(void)state;
	struct sabin_json *json = sabin_json_new();
	sabin_json_close(json);
	assert_int_not_equal(sabin_json_print(json, stdout), SABIN_OK);
	sabin_json_free(json);
	json = sabin_json_new();
	for (int i = 0; i < 100; i++)
		sabin_json_open_object(json, "deeper");
	sabin_json_number(json, "x", 1);
	assert_int_not_equal(sabin_json_print(json, stdout), SABIN_OK);
	sabin_json_free(json);
	sabin_json_free(NULL);
}

static void full_disk_is_told(void **state)
{
	(void)state;
	FILE *stream = fopen("/dev/full", "w");
	assert_non_null(stream);
	struct sabin_json *json = sabin_json_new();
	assert_int_equal(sabin_json_print(json, stream), SABIN_EIO);
	sabin_json_free(json);
	fclose(stream);
}

static void every_reason_has_a_sentence(void **state)
{
	(void)state;
	char text[200];
	assert_null(sabin_reason_text(sabin_quantity_valid(1, 0), text, sizeof(text)));
	for (int reason = SABIN_BECAUSE_NO_SIGNAL; reason <= SABIN_BECAUSE_OVERLAP; reason++) {
		struct sabin_quantity q = sabin_quantity_invalid(NAN, (enum sabin_reason)reason);
		assert_non_null(sabin_reason_text(q, text, sizeof(text)));
		assert_true(strlen(text) > 5);
		q.have = 12.5;
		q.need = 99;
		assert_non_null(sabin_reason_text(q, text, sizeof(text)));
		assert_true(strlen(text) > 5);
	}
	char tiny[4];
	assert_string_equal(
	    sabin_reason_text(sabin_quantity_invalid(NAN, SABIN_BECAUSE_SHORT), tiny, sizeof(tiny)),
	    "the");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(document_is_printed),
	    cmocka_unit_test(structure_is_not_text),
	    cmocka_unit_test(never_nan_nor_infinity),
	    cmocka_unit_test(quantities_have_five_members),
	    cmocka_unit_test(bad_text_is_cleaned),
	    cmocka_unit_test(misuse_sticks),
	    cmocka_unit_test(full_disk_is_told),
	    cmocka_unit_test(every_reason_has_a_sentence),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
