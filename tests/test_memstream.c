/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_memstream.c: a text in memory is whole, or there is none.
 */
#include "io/memstream.h"
#include "util/near.h"
#include "util/shortage.h"

enum { LINES = 20000, LINE = 10 };

static void whole(void **state)
{
	(void)state;
	size_t length = 1;
	char *text = (char *)&length; /* anything */
	FILE *stream = sabin_memstream_open(&text, &length);
	assert_non_null(stream);
	assert_null(text);
	for (int i = 0; i < LINES; i++)
		fprintf(stream, "%09d\n", i);
	fwrite("a\0b", 1, 3, stream); /* a NUL is a byte as others are */
	assert_int_equal(fclose(stream), 0);
	assert_int_equal(length, LINES * LINE + 3);
	for (int i = 0; i < LINES; i++)
		assert_int_equal(strtol(text + (size_t)i * LINE, NULL, 10), i);
	assert_memory_equal(text + LINES * LINE, "a\0b", 4);
	free(text);
}

static void empty(void **state)
{
	(void)state;
	char *text = NULL;
	size_t length = 1;
	FILE *stream = sabin_memstream_open(&text, &length);
	assert_non_null(stream);
	assert_int_equal(fclose(stream), 0);
	assert_int_equal(length, 0);
	assert_string_equal(text, "");
	free(text);
}

/* Sizes about where it grows. */
static void edges(void **state)
{
	(void)state;
	for (size_t n = 4090; n <= 4100; n++) {
		char *text = NULL;
		size_t length;
		FILE *stream = sabin_memstream_open(&text, &length);
		assert_non_null(stream);
		for (size_t i = 0; i < n; i++)
			fputc('x', stream);
		assert_int_equal(fclose(stream), 0);
		assert_int_equal(length, n);
		assert_int_equal(strlen(text), n);
		free(text);
	}
}

static enum sabin_err write_much(void *context, void *result)
{
	char *text = NULL;
	size_t length;
	(void)context;
	FILE *stream = sabin_memstream_open(&text, &length);
	if (!stream)
		return SABIN_ENOMEM;
	for (int i = 0; i < LINES; i++)
		fprintf(stream, "%09d\n", i);
	if (fclose(stream) != 0)
		return text ? SABIN_OK : SABIN_ENOMEM; /* a part of it would be a success that it is not */
	*(char **)result = text;
	return SABIN_OK;
}

static void text_free(void *result)
{
	free(*(char **)result);
}

static void no_memory(void **state)
{
	(void)state;
	const struct shortage_case row = {"memstream", sizeof(char *), write_much, text_free, 0};
	shortage_everywhere(&row, 1, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole), cmocka_unit_test(empty), cmocka_unit_test(edges), cmocka_unit_test(no_memory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
