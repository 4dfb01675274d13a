/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * page.c: one self-contained HTML page.
 *
 * The markup is HTML that is well-formed XML, too (WHATWG HTML, 14), so that other programs can read it.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "io/memstream.h"
#include "report/figure.h"
#include "report/html.h"
#include "report/page.h"
#include "report/style.h"

void sabin_page_open(struct sabin_page *page)
{
	*page = (struct sabin_page){0};
	page->body = sabin_memstream_open(&page->text, &page->length);
	if (!page->body)
		page->failed = true;
}

static void mark(struct sabin_page *page, const char *markup)
{
	if (page->body)
		fputs(markup, page->body);
}

/* Does text[0 .. n - 1] begin with a unit, which stays with its number? */
static bool begins_with_unit(const char *text, size_t n)
{
	static const char *const units[] = {"dB", "dBFS", "Hz", "kHz", "s", "ms", "m", "m2", "m3", "m²", "m³", "m/s", "cm", "ppm", "%", "°C"};
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		const size_t length = strlen(units[i]);
		if (length > n || memcmp(text, units[i], length) != 0)
			continue;
		if (length == n || !(isalnum((unsigned char)text[length]) || strchr("_/-", text[length])))
			return true;
	}
	return false;
}

/* Words as they are printed: a true minus before a number, no line break between a number and its unit, square and
 * cubic metres. */
static void put_words(FILE *out, const char *text, size_t n)
{
	size_t from = 0;
	for (size_t i = 0; i < n; i++) {
		const bool number_after = i + 1 < n && isdigit((unsigned char)text[i + 1]);
		const bool number_before = i > 0 && isdigit((unsigned char)text[i - 1]);
		const bool unit_before = i > 2 && text[i - 1] == 'm' &&
		                         (text[i - 2] == '/' || (text[i - 2] == ' ' && isdigit((unsigned char)text[i - 3])));
		const char *instead = NULL;
		if (text[i] == '-' && number_after && (i == 0 || strchr(" (", text[i - 1])))
			instead = "\xe2\x88\x92";
		else if (text[i] == ' ' && number_before && begins_with_unit(text + i + 1, n - i - 1))
			instead = "\xc2\xa0";
		else if (unit_before && (text[i] == '2' || text[i] == '3') && !(i + 1 < n && isalnum((unsigned char)text[i + 1])))
			instead = text[i] == '2' ? "\xc2\xb2" : "\xc2\xb3";
		if (!instead)
			continue;
		sabin_html_words(out, text + from, i - from);
		fputs(instead, out);
		from = i + 1;
	}
	sabin_html_words(out, text + from, n - from);
}

static void words(struct sabin_page *page, const char *text)
{
	if (page->body)
		put_words(page->body, text, strlen(text));
}

__attribute__((format(printf, 2, 0))) static void say(struct sabin_page *page, const char *format,
                                                      va_list arguments)
{
	char *text = NULL;
	const int n = vasprintf(&text, format, arguments);
	if (n < 0)
		page->failed = true;
	else
		words(page, text);
	free(text);
}

/* words of a format between two pieces of markup */
#define SAY_BETWEEN(page, before, after, format)                       \
	do {                                                           \
		va_list arguments_;                                    \
		va_start(arguments_, format);                          \
		mark(page, before);                                    \
		say(page, format, arguments_);                         \
		mark(page, after);                                     \
		va_end(arguments_);                                    \
	} while (0)

void sabin_page_section(struct sabin_page *page, const char *id, const char *heading)
{
	const size_t i = page->section_count;
	if (i > 0)
		mark(page, "</section>\n");
	if (i < SABIN_PAGE_SECTIONS_MAX) {
		snprintf(page->section[i].id, sizeof page->section[i].id, "%s", id);
		snprintf(page->section[i].heading, sizeof page->section[i].heading, "%s", heading);
		page->section_count++;
	}
	mark(page, "<section id=\"");
	words(page, id);
	mark(page, "\">\n<h2>");
	words(page, heading);
	mark(page, "</h2>\n");
}

void sabin_page_heading(struct sabin_page *page, const char *format, ...)
{
	SAY_BETWEEN(page, "<h3>", "</h3>\n", format);
}

void sabin_page_say(struct sabin_page *page, const char *format, ...)
{
	SAY_BETWEEN(page, "<p>", "</p>\n", format);
}

void sabin_page_note(struct sabin_page *page, const char *format, ...)
{
	SAY_BETWEEN(page, "<p class=\"note\">", "</p>\n", format);
}

static const char *tone_name(enum sabin_tone tone)
{
	static const char *const names[] = {"plain", "good", "bad", "doubt"};
	return names[tone];
}

void sabin_page_verdict(struct sabin_page *page, enum sabin_tone tone, const char *first,
                        const char *format, ...)
{
	mark(page, "<p class=\"verdict ");
	mark(page, tone_name(tone));
	mark(page, "\"><b>");
	words(page, first);
	SAY_BETWEEN(page, "</b> ", "</p>\n", format);
}

void sabin_page_lines(struct sabin_page *page, const char *text)
{
	mark(page, "<pre tabindex=\"0\">");
	if (page->body)
		sabin_html_words(page->body, text, strlen(text));
	mark(page, "</pre>\n");
}

/* ---- lists -------------------------------------------------------------------------------------- */

void sabin_page_list(struct sabin_page *page, bool numbered)
{
	mark(page, numbered ? "<ol>\n" : "<ul class=\"items\">\n");
}

void sabin_page_item(struct sabin_page *page, const char *word, const char *text, const char *small)
{
	mark(page, "<li>");
	if (word) {
		mark(page, "<b>");
		words(page, word);
		mark(page, "</b> ");
	}
	words(page, text);
	if (small && *small) {
		mark(page, "<span class=\"small\">");
		words(page, small);
		mark(page, "</span>");
	}
	mark(page, "</li>\n");
}

void sabin_page_list_end(struct sabin_page *page, bool numbered)
{
	mark(page, numbered ? "</ol>\n" : "</ul>\n");
}

void sabin_page_figures(struct sabin_page *page)
{
	mark(page, "<dl class=\"keys\">\n");
}

void sabin_page_key(struct sabin_page *page, const char *name, const char *value, const char *plus_minus,
                    const char *meaning)
{
	mark(page, "<div><dt>");
	words(page, name);
	mark(page, "</dt><dd><span class=\"value\">");
	words(page, value);
	mark(page, "</span>");
	if (*plus_minus) {
		mark(page, " <span class=\"pm\">");
		words(page, plus_minus);
		mark(page, "</span>");
	}
	mark(page, "</dd><dd class=\"means\">");
	words(page, meaning);
	mark(page, "</dd></div>\n");
}

void sabin_page_figures_end(struct sabin_page *page)
{
	mark(page, "</dl>\n");
}

/* ---- tables ------------------------------------------------------------------------------------- */

/* What may be wider than a phone scrolls in a box of its own, also by keys. */
static void open_box(struct sabin_page *page, const char *name)
{
	mark(page, "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
	words(page, name);
	mark(page, "\">");
}

void sabin_page_table(struct sabin_page *page, const char *caption, const char *const *heads, size_t count)
{
	/* above the box, in which it would scroll away */
	mark(page, "<p class=\"note caption\">");
	words(page, caption);
	mark(page, "</p>\n");
	bool numbers = count > 2;
	for (size_t i = 1; i < count; i++)
		numbers = numbers && heads[i][0] != '<';
	open_box(page, caption);
	/* roles: a browser forgets that it is a table where the style makes blocks of its parts */
	mark(page, numbers ? "<table role=\"table\" class=\"numbers\">\n<thead><tr>" : "<table role=\"table\">\n<thead><tr>");
	for (size_t i = 0; i < count && i < SABIN_PAGE_COLUMNS_MAX; i++) {
		page->left[i] = heads[i][0] == '<';
		snprintf(page->head[i], sizeof page->head[i], "%s", count > 2 ? heads[i] + page->left[i] : "");
		mark(page, page->left[i] ? "<th scope=\"col\" class=\"words\">" : "<th scope=\"col\">");
		words(page, heads[i] + page->left[i]);
		mark(page, "</th>");
	}
	mark(page, "</tr></thead>\n<tbody>\n");
}

void sabin_page_row(struct sabin_page *page)
{
	page->columns = 0;
	mark(page, "<tr role=\"row\">");
}

void sabin_page_cell(struct sabin_page *page, enum sabin_tone tone, const char *format, ...)
{
	const size_t at = page->columns++;
	const bool left = at < SABIN_PAGE_COLUMNS_MAX && page->left[at];
	char open[80];
	if (at == 0)
		snprintf(open, sizeof open, "<th scope=\"row\" role=\"rowheader\">");
	else
		snprintf(open, sizeof open, "<td role=\"cell\" class=\"%s%s\"", tone_name(tone), left ? " words" : "");
	if (at > 0) {
		mark(page, open);
		mark(page, " data-head=\"");
		words(page, at < SABIN_PAGE_COLUMNS_MAX ? page->head[at] : "");
		snprintf(open, sizeof open, "\">");
	}
	SAY_BETWEEN(page, open, at == 0 ? "</th>" : "</td>", format);
}

void sabin_page_row_end(struct sabin_page *page)
{
	mark(page, "</tr>\n");
}

void sabin_page_table_end(struct sabin_page *page)
{
	mark(page, "</tbody></table></div>\n");
}

/* ---- figures ------------------------------------------------------------------------------------ */

enum sabin_err sabin_page_figure(struct sabin_page *page, const struct sabin_page_picture *picture, const char *title,
                                 const char *finding, const char *foot)
{
	if (!page->body)
		return SABIN_OK; /* told by sabin_page_close() */
	const bool narrow = picture->narrow != NULL, dark = picture->dark != NULL;
	mark(page, narrow ? "<figure class=\"fits\">\n<figcaption><b>" : "<figure>\n<figcaption><b>");
	words(page, title);
	mark(page, "</b>");
	words(page, finding);
	mark(page, "</figcaption>\n");
	open_box(page, title);
	enum sabin_err err = sabin_figure_write(page->body, picture->light, ++page->figure_count,
	                                        dark ? "chart for-light" : narrow ? "chart themed wide" : "chart themed");
	if (!err && dark)
		err = sabin_figure_write(page->body, picture->dark, ++page->figure_count, "chart for-dark");
	if (!err && narrow)
		err = sabin_figure_write(page->body, picture->narrow, ++page->figure_count, "chart themed narrow");
	mark(page, "</div>\n<p class=\"note\">");
	words(page, foot);
	mark(page, "</p>\n</figure>\n");
	return err;
}

/* ---- the whole ---------------------------------------------------------------------------------- */

static void write_head(FILE *out, const struct sabin_page_head *head)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
	      "<meta name=\"color-scheme\" content=\"light dark\"/>\n<meta name=\"generator\" content=\"",
	      out);
	sabin_html_say(out, "%s", head->generator);
	fputs("\"/>\n<title>", out);
	sabin_html_say(out, "%s: %s", head->title, head->kind);
	fputs("</title>\n<style>\n", out);
	sabin_style_write(out);
	fputs("</style>\n</head>\n<body>\n<header>\n<p class=\"kind\">", out);
	sabin_html_say(out, "%s", head->kind);
	fputs("</p>\n<h1>", out);
	sabin_html_say(out, "%s", head->title);
	fputs("</h1>\n<p class=\"facts\">", out);
	sabin_html_say(out, "%s", head->facts);
	fputs("</p>\n</header>\n", out);
}

static void write_contents(FILE *out, const struct sabin_page *page)
{
	fputs("<nav aria-label=\"Contents\"><ul>\n", out);
	for (size_t i = 0; i < page->section_count; i++) {
		fputs("<li><a href=\"#", out);
		sabin_html_say(out, "%s", page->section[i].id);
		fputs("\">", out);
		sabin_html_say(out, "%s", page->section[i].heading);
		fputs("</a></li>\n", out);
	}
	fputs("</ul></nav>\n", out);
}

enum sabin_err sabin_page_close(struct sabin_page *page, const struct sabin_page_head *head, char **out,
                                size_t *length)
{
	if (page->section_count > 0)
		mark(page, "</section>\n");
	if (page->body && fclose(page->body) != 0)
		page->failed = true;
	page->body = NULL;
	char *text = NULL;
	size_t size = 0;
	FILE *stream = page->failed ? NULL : sabin_memstream_open(&text, &size);
	if (stream) {
		write_head(stream, head);
		write_contents(stream, page);
		fputs("<main>\n", stream);
		fwrite(page->text, 1, page->length, stream);
		fputs("</main>\n<footer>", stream);
		sabin_html_say(stream, "Made by %s. This page holds all it shows: it loads nothing.", head->generator);
		fputs("</footer>\n</body>\n</html>\n", stream);
		if (fclose(stream) != 0)
			page->failed = true;
	}
	free(page->text);
	page->text = NULL;
	if (!stream || page->failed) {
		free(text);
		return SABIN_ENOMEM;
	}
	*out = text;
	*length = size;
	return SABIN_OK;
}

void sabin_page_abandon(struct sabin_page *page)
{
	if (page->body)
		fclose(page->body);
	free(page->text);
	page->body = NULL;
	page->text = NULL;
}
