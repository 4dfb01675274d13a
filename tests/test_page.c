/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_page.c: HTML: words are never markup, charts become parts of one page, colours are those of the charts' theme.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "io/memstream.h"
#include "report/figure.h"
#include "report/html.h"
#include "report/page.h"
#include "report/style.h"

static char *collect(void (*write)(FILE *out, const void *what), const void *what)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = sabin_memstream_open(&text, &length);
	assert_non_null(out);
	write(out, what);
	fclose(out);
	return text;
}

static void write_words(FILE *out, const void *what)
{
	sabin_html_words(out, what, strlen(what));
}

static void test_words(void **state)
{
	static const struct {
		const char *name, *text, *expected;
	} rows[] = {
	    {"plain", "Control room A, 4 m\xc2\xb2", "Control room A, 4 m\xc2\xb2"},
	    {"markup", "<b a='1' c=\"2\">&amp;</b>", "&lt;b a=&#39;1&#39; c=&quot;2&quot;&gt;&amp;amp;&lt;/b&gt;"},
	    {"end of a section", "]]>--", "]]&gt;--"},
	    {"no UTF-8", "a\xff\xc0\xaf" "b", "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" "b"},
	    {"surrogate", "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
	    {"control characters", "a\x01\x1b[31m\x7f\tb\nc", "a[31m\tb\nc"},
	    {"what turns the line around", "a\xe2\x80\xae" "b\xe2\x81\xa6" "c", "abc"},
	    {"no character", "a\xef\xbf\xbf" "b", "ab"},
	    {"cut short", "a\xe2\x80", "a\xef\xbf\xbd\xef\xbf\xbd"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *got = collect(write_words, rows[i].text);
		if (strcmp(got, rows[i].expected) != 0)
			fail_msg("%s: '%s', expected '%s'", rows[i].name, got, rows[i].expected);
		free(got);
	}
}

static const char picture[] =
    "<?xml version=\"1.0\"?>\n<svg \n viewBox=\"0 0 900 500\"\n xmlns:xlink=\"x\">\n<title>T</title>\n<g id=\"gnuplot_canvas\">\n"
    "<rect fill=\"#FFFFFF\"/>\n<defs><circle id='gpPt5'/></defs>\n"
    "<g fill=\"none\" color=\"black\" stroke=\"currentColor\">\n</g>\n<g fill=\"none\" stroke=\"rgb(163, 173, 184)\">\n</g>\n"
    "<g fill=\"none\" color=\"black\">\n\t<path stroke='rgb(  0, 114, 178)'  d='M1,2'/><use xlink:href='#gpPt5'/>\n"
    "<g filter=\"url(#textbox)\"><text>id='x' rgb(1, 2, 3) href='#a'</text></g>\n"
    "<g transform=\"translate(1,2)\" stroke=\"none\" fill=\"rgb(255,255,255)\" font-family=\"Inter, sans\"><text>unseen</text></g>\n"
    "<g transform=\"translate(3,4)\" stroke=\"none\" fill=\"rgb(27,33,41)\" font-family=\"Inter, sans\"><text>seen</text></g>\n"
    "</g>\n</g>\n</svg>\n";

static void write_figure(FILE *out, const void *what)
{
	assert_int_equal(sabin_figure_write(out, what, 7, "chart"), SABIN_OK);
}

static void holds(const char *text, const char *part, bool wanted)
{
	if ((strstr(text, part) != NULL) != wanted)
		fail_msg("%s: '%s' in: %s", wanted ? "missing" : "not wanted", part, text);
}

static void test_figure(void **state)
{
	static const char *const wanted[] = {
	    "<svg class=\"chart\" role=\"img\" viewBox=\"0 0 900 500\"",
	    "id=\"f7-gnuplot_canvas\"", "id='f7-gpPt5'", "xlink:href='#f7-gpPt5'", "url(#f7-textbox)", "<title>T</title>",
	    "stroke='#0072b2'", "fill=\"#ffffff\"", "fill=\"#1b2129\"", ">seen<",
	    /* words are not touched */
	    "id='x' rgb(1, 2, 3) href='#a'</text>"};
	static const char *const unwanted[] = {"<?xml", "#FFFFFF", "font-family", "unseen", "163, 173", "#a3adb8"};
	(void)state;
	char *got = collect(write_figure, picture);
	for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
		holds(got, wanted[i], true);
	for (size_t i = 0; i < sizeof unwanted / sizeof *unwanted; i++)
		holds(got, unwanted[i], false);
	free(got);
}

static void test_no_figure(void **state)
{
	static const char *const texts[] = {"", "<svg", "<svg viewBox=\"0 0 1 1\">", "<svg><g></g></svg>",
	                                    "no picture", "<svg a=''>viewBox=\"0\"</svg>"};
	char *text = NULL;
	size_t length = 0;
	(void)state;
	FILE *out = sabin_memstream_open(&text, &length);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_int_equal(sabin_figure_write(out, texts[i], 1, "chart"), SABIN_EFORMAT);
	/* whatever it is cut short to, it is read without going beyond its end */
	for (size_t n = 0; n < sizeof picture; n++) {
		char *part = strndup(picture, n);
		(void)!sabin_figure_write(out, part, 1, "chart");
		free(part);
	}
	fclose(out);
	free(text);
}

/* The colours that theme.gp gives `name` in its themes, dark first, as it has them in the file. */
static void theme_colours(const char *theme, const char *name, char dark[8], char light[8])
{
	char key[16];
	int n = 0;
	snprintf(key, sizeof key, "%s='#", name);
	for (const char *at = theme; (at = strstr(at, key)) != NULL; at++) {
		if (at > theme && at[-1] != ' ')
			continue;
		char *to = n == 0 ? dark : light; /* dark, print, light: the last one stays */
		snprintf(to, 8, "%.7s", at + strlen(key) - 1);
		n++;
	}
	assert_int_equal(n, 3);
}

static void test_colours(void **state)
{
	static char theme[1 << 16];
	(void)state;
	FILE *file = fopen("plots/theme.gp", "r");
	assert_non_null(file);
	theme[fread(theme, 1, sizeof theme - 1, file)] = '\0';
	fclose(file);
	size_t i = 0;
	for (const struct sabin_style_colour *c; (c = sabin_style_colour(i)) != NULL; i++) {
		char dark[8], light[8];
		theme_colours(theme, c->name, dark, light);
		if (strcasecmp(dark, c->dark) != 0 || strcasecmp(light, c->light) != 0)
			fail_msg("%s: %s and %s, in the charts %s and %s", c->name, c->light, c->dark, light, dark);
	}
	assert_int_equal(i, 17);
}

static void test_page(void **state)
{
	static const char *const heads[] = {"<Name", "Level", "<\"How\""};
	const struct sabin_page_head head = {"Report", "A <room> & \"more\"", "today", "sabin"};
	struct sabin_page page;
	char *text = NULL;
	size_t length = 0;
	(void)state;
	sabin_page_open(&page);
	sabin_page_section(&page, "first", "One & two");
	sabin_page_say(&page, "%s: from -5 to -35 dB, on 2026-11-27, in 0.4 s and 3 samples, 6.9 m2 of 55 m3, 2 m20", "<T30>");
	sabin_page_lines(&page, "--level -12dB -o <x>\n");
	sabin_page_table(&page, "A 'table'", heads, 3);
	sabin_page_row(&page);
	sabin_page_cell(&page, SABIN_TONE_PLAIN, "left-%d", 5);
	sabin_page_cell(&page, SABIN_TONE_BAD, "%.1f", -3.25);
	sabin_page_cell(&page, SABIN_TONE_PLAIN, "12 kPa s/m2");
	sabin_page_row_end(&page);
	sabin_page_table_end(&page);
	const struct sabin_page_picture map = {picture, picture, NULL}, lines = {picture, NULL, picture}, none = {"nothing", NULL, NULL};
	assert_int_equal(sabin_page_figure(&page, &map, "Chart", "it is <so>", "how"), SABIN_OK);
	assert_int_equal(sabin_page_figure(&page, &lines, "Chart", "", ""), SABIN_OK);
	assert_int_equal(sabin_page_figure(&page, &none, "Chart", "", ""), SABIN_EFORMAT);
	assert_int_equal(sabin_page_close(&page, &head, &text, &length), SABIN_OK);
	assert_int_equal(strlen(text), length);
	holds(text, "<title>A &lt;room&gt; &amp; &quot;more&quot;: Report</title>", true);
	holds(text, "<li><a href=\"#first\">One &amp; two</a></li>", true);
	/* a true minus; a number stays with its unit; dates and names are left alone */
	holds(text, "<p>&lt;T30&gt;: from \xe2\x88\x92" "5 to \xe2\x88\x92" "35\xc2\xa0" "dB, on 2026-11-27, in 0.4\xc2\xa0s and 3 samples, 6.9\xc2\xa0m\xc2\xb2 of 55\xc2\xa0m\xc2\xb3, 2 m20</p>", true);
	holds(text, "--level -12dB -o &lt;x&gt;\n</pre>", true);
	holds(text, "<th scope=\"row\" role=\"rowheader\">left-5</th><td role=\"cell\" class=\"bad\" data-head=\"Level\">\xe2\x88\x92" "3.2</td>", true);
	holds(text, "<td role=\"cell\" class=\"plain words\" data-head=\"&quot;How&quot;\">12 kPa s/m\xc2\xb2</td>", true);
	holds(text, "class=\"chart for-light\"", true);
	holds(text, "id='f1-gpPt5'", true);
	holds(text, "id='f2-gpPt5'", true);
	holds(text, "class=\"chart themed narrow\"", true);
	holds(text, "id='f4-gpPt5'", true);
	assert_string_equal(text + length - strlen("</html>\n"), "</html>\n");
	free(text);
	sabin_page_abandon(&page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words),   cmocka_unit_test(test_figure), cmocka_unit_test(test_no_figure),
	    cmocka_unit_test(test_colours), cmocka_unit_test(test_page),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
