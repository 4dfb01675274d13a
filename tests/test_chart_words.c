/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_chart_words.c: numbers and words on charts, and the names of SVG pictures.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "chart/kinds.h"
#include "chart/svg.h"
#include "chart/words.h"
#include "util/near.h"

static void numbers_read_well(void **state)
{
	(void)state;
	double bands[] = {63, 125, 1000, 2000, 4000, 8000};
	/* zero has no sign */
	assert_false(signbit(sabin_number_tidy(-0.04, 1)));
	assert_near(sabin_number_tidy(-0.04, 1), 0, 0);
	assert_false(signbit(sabin_number_tidy(-0.0, 3)));
	assert_near(sabin_number_tidy(-0.06, 1), -0.06, 0);
	assert_near(sabin_number_tidy(-0.4, 0), 0, 0);
	assert_near(sabin_number_tidy(0.04, 2), 0.04, 0);
	assert_true(isnan(sabin_number_tidy((double)NAN, 1)));
	assert_string_equal(sabin_text_hz(31.5).s, "31.5 Hz");
	assert_string_equal(sabin_text_hz(177.3).s, "177 Hz");
	assert_string_equal(sabin_text_hz(999.7).s, "1 kHz");
	assert_string_equal(sabin_text_hz(1253).s, "1.25 kHz");
	assert_string_equal(sabin_text_hz(4120.4).s, "4.12 kHz");
	assert_string_equal(sabin_text_hz(12500).s, "12.5 kHz");
	assert_string_equal(sabin_text_hz(22049.9).s, "22 kHz");
	assert_string_equal(sabin_text_hz((double)NAN).s, "\xe2\x80\x93");
	assert_string_equal(sabin_text_exact_hz(22050).s, "22.05 kHz");
	assert_string_equal(sabin_text_exact_hz(1000).s, "1 kHz");
	assert_string_equal(sabin_text_exact_hz(31.5).s, "31.5 Hz");
	assert_string_equal(sabin_text_number(-4.25, 1).s, "\xe2\x88\x92" "4.2");
	assert_string_equal(sabin_text_number(-0.04, 1).s, "0.0");
	assert_string_equal(sabin_text_number((double)NAN, 1).s, "\xe2\x80\x93");
	assert_string_equal(sabin_text_bands(bands, 1).s, "63 Hz");
	assert_string_equal(sabin_text_bands(bands, 3).s, "63, 125 Hz and 1 kHz");
	assert_string_equal(sabin_text_bands(bands, 6).s, "63, 125 Hz, 1, 2 kHz and 2 more bands");
	assert_string_equal(sabin_text_date("2026-11-21T14:32:05+01:00").s, "2026-11-21 14:32");
	assert_string_equal(sabin_text_date("yesterday").s, "yesterday");
	double step;
	assert_near(sabin_chart_round_up(0.61, &step), 0.8, 1e-12);
	assert_near(step, 0.1, 1e-12);
	assert_near(sabin_chart_round_up(1, &step), 1, 1e-12);
}

static void long_text_is_shortened_between_characters(void **state)
{
	(void)state;
	char text[512];
	for (size_t n = 0; n < 120; n++) {
		text[0] = '\0';
		for (size_t i = 0; i < n; i++)
			memcpy(text + 2 * i, "\xc3\xa9", 3); /* e acute */
		sabin_text_fit(text, 300, 12);
		assert_at_most(sabin_text_width_px(text, 12), 300);
		char clean[512];
		/* it would put '?' for a torn character */
		sabin_text_clean(text, clean, sizeof clean);
		assert_string_equal(text, clean);
	}
	char small[8];
	sabin_text_clean("abcdef\xc3\xa9", small, sizeof small);
	assert_string_equal(small, "abcdef");
}

/* Between words where there are any, within a word that is as long as the line. */
static void text_is_cut_between_words(void **state)
{
	(void)state;
	const char *whole = "longest at sixty-three Hz with eight tenths; the subwoofer is not valid at one hundred Hz and more";
	char text[200];
	for (double width_px = 120; width_px < 560; width_px += 7) {
		snprintf(text, sizeof text, "%s", whole);
		sabin_text_fit(text, width_px, 12);
		const char *gap = strstr(text, "\xe2\x80\xa6");
		if (!gap)
			continue;
		const size_t head = (size_t)(gap - text), tail = strlen(gap + 3);
		assert_true(whole[head - 1] == ' ' || whole[head] == ' ');
		const char *rest = whole + strlen(whole) - tail;
		assert_true(rest[-1] == ' ' || rest[0] == ' ');
		assert_memory_equal(text, whole, head);
		assert_string_equal(gap + 3, rest);
	}
	snprintf(text, sizeof text, "a-name-without-any-blank-that-goes-on-and-on-and-on.wav");
	sabin_text_fit(text, 150, 12);
	assert_memory_equal(text, "a-name-wi", 9);
}

static void text_is_cleaned(void **state)
{
	(void)state;
	static const struct {
		const char *raw, *clean;
	} rows[] = {
	    {"", ""},
	    {"  a\t\n b  ", "a b"},
	    {"\x01\x1b[31mred\x7f", "[31mred"},
	    {"say \"hi\"", "say \xe2\x80\x9dhi\xe2\x80\x9d"},
	    {"back\\slash {/:Bold x} `id` $(id) @m", "back\\slash {/:Bold x} `id` $(id) @m"},
	    {"\xc3\xa9 \xe4\xb8\xad \xf0\x9f\x8e\xb5", "\xc3\xa9 \xe4\xb8\xad \xf0\x9f\x8e\xb5"},
	    {"\xc0\xaf \xed\xa0\x80 \xf5 \xe4\xb8", "?? ??? ? ??"}, /* overlong, surrogate, torn */
	    {"a\xe2\x80\xae" "b", "ab"}, /* right-to-left override */
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char out[128];
		sabin_text_clean(rows[i].raw, out, sizeof out);
		assert_string_equal(out, rows[i].clean);
	}
}

/* Colours belong to speakers by name, wherever they stand in the list. */
static void left_is_blue_and_right_orange(void **state)
{
	(void)state;
	static const char *const speakers[] = {"sub", "Right", "left", "sub", "LFE", "extra"};
	struct sabin_measured measured[6] = {0};
	struct sabin_chart_trace traces[6];
	for (size_t i = 0; i < 6; i++) {
		snprintf(measured[i].speaker, sizeof measured[i].speaker, "%s", speakers[i]);
		snprintf(measured[i].position, sizeof measured[i].position, "p%zu", i);
		traces[i] = (struct sabin_chart_trace){.measured = &measured[i]};
	}
	struct sabin_chart_input input = {.traces = traces, .trace_count = 6};
	struct sabin_group groups[SABIN_GROUPS_MAX];
	size_t speaker_count;
	assert_int_equal(sabin_chart_groups(&input, groups, &speaker_count), 4);
	assert_int_equal(speaker_count, 5);
	assert_int_equal(groups[0].colour, 3);
	assert_int_equal(groups[0].count, 2);
	assert_int_equal(groups[1].colour, 2);
	assert_int_equal(groups[2].colour, 1);
	assert_int_equal(groups[3].colour, 4);
	assert_string_equal(sabin_chart_who(&input).s, "5 speakers at 6 positions");
}

static void svg_is_named(void **state)
{
	(void)state;
	const char *svg = "<?xml?><svg a='1'>\n<title>x</title>\n<desc>y</desc><g/></svg>";
	char *out;
	size_t length;
	assert_ok(sabin_svg_name(svg, "A & B", "<c>", &out, &length));
	assert_string_equal(out, "<?xml?><svg a='1'>\n<title>A &amp; B</title>\n"
	                         "<desc>&lt;c&gt;</desc><g/></svg>");
	free(out);
	assert_int_equal(sabin_svg_name("<svg", "", "", &out, &length), SABIN_EFORMAT);
	assert_int_equal(sabin_svg_name("", "", "", &out, &length), SABIN_EFORMAT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_read_well),
	    cmocka_unit_test(long_text_is_shortened_between_characters),
	    cmocka_unit_test(text_is_cleaned),
	    cmocka_unit_test(text_is_cut_between_words),
	    cmocka_unit_test(left_is_blue_and_right_orange),
	    cmocka_unit_test(svg_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
