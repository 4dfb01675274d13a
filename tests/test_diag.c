/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_diag.c: messages for people are complete, cut cleanly and free of control characters.
 */
#include "io/diag.h"
#include "util/near.h"

static void fills_everything(void **state)
{
	(void)state;
	struct sabin_diag diag = {.advice = "left over"};
	assert_int_equal(sabin_diag_set(&diag, SABIN_EFORMAT, "a.yaml", 3, 7, "%s is %d", "x", 5),
	                 SABIN_EFORMAT);
	assert_string_equal(diag.path, "a.yaml");
	assert_int_equal(diag.line, 3);
	assert_int_equal(diag.column, 7);
	assert_string_equal(diag.message, "x is 5");
	assert_string_equal(diag.advice, "");
	sabin_diag_advise(&diag, "try %d", 6);
	assert_string_equal(diag.advice, "try 6");
}

static void null_is_allowed(void **state)
{
	(void)state;
	assert_int_equal(sabin_diag_set(NULL, SABIN_EIO, "a", 0, 0, "x"), SABIN_EIO);
	sabin_diag_advise(NULL, "x");
}

static void control_characters_become_question_marks(void **state)
{
	(void)state;
	struct sabin_diag diag;
	enum sabin_err err = sabin_diag_set(&diag, SABIN_EIO, "a\nb", 0, 0,
	                                    "a\x1b[31mb\x7f"
	                                    "c\xc2\x9b"
	                                    "d\xc3\xa9");
	assert_int_equal(err, SABIN_EIO);
	assert_string_equal(diag.path, "a?b");
	assert_string_equal(diag.message, "a?[31mb?c??d\xc3\xa9");
}

static void long_text_is_cut_between_characters(void **state)
{
	(void)state;
	struct sabin_diag diag;
	char longest[2000];
	for (size_t offset = 0; offset < 3; offset++) {
		memset(longest, 'x', sizeof(longest));
		for (size_t i = offset; i + 2 < sizeof(longest); i += 2)
			memcpy(longest + i, "\xc3\xa9", 2);
		longest[sizeof(longest) - 1] = '\0';
		assert_int_equal(sabin_diag_set(&diag, SABIN_EIO, longest, 0, 0, "%s", longest),
		                 SABIN_EIO);
		size_t n = strlen(diag.message);
		assert_true(n >= sizeof(diag.message) - 3);
		assert_int_not_equal((unsigned char)diag.message[n - 1], 0xc3);
	}
}

static void may_wrap_itself(void **state)
{
	(void)state;
	struct sabin_diag diag;
	enum sabin_err err = sabin_diag_set(&diag, SABIN_EIO, "inner", 1, 2, "cause");
	err = sabin_diag_set(&diag, err, diag.path, 0, 0, "because: %s", diag.message);
	assert_int_equal(err, SABIN_EIO);
	assert_string_equal(diag.message, "because: cause");
	assert_string_equal(diag.path, "inner");
}

static void more_words_are_cleaned_and_cut(void **state)
{
	(void)state;
	struct sabin_diag diag;
	char longest[600];
	for (size_t i = 0; i + 2 < sizeof(longest); i += 2)
		memcpy(longest + i, "\xc3\xa9", 2);
	longest[sizeof(longest) - 2] = '\0';
	enum sabin_err err = sabin_diag_set(&diag, SABIN_EDEVICE, NULL, 0, 0, "busy");
	sabin_diag_advise(&diag, "wait");
	sabin_diag_append(&diag, ": %s holds it", "evil\x1b[2J");
	assert_int_equal(err, SABIN_EDEVICE);
	assert_string_equal(diag.message, "busy: evil?[2J holds it");
	assert_string_equal(diag.advice, "wait");
	for (int i = 0; i < 3; i++)
		sabin_diag_append(&diag, "x%s", longest);
	assert_true(strlen(diag.message) >= sizeof(diag.message) - 2);
	assert_int_not_equal((unsigned char)diag.message[strlen(diag.message) - 1], 0xc3);
	sabin_diag_append(NULL, "x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fills_everything),
	    cmocka_unit_test(null_is_allowed),
	    cmocka_unit_test(control_characters_become_question_marks),
	    cmocka_unit_test(long_text_is_cut_between_characters),
	    cmocka_unit_test(may_wrap_itself),
	    cmocka_unit_test(more_words_are_cleaned_and_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
