/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * figure.c: a chart as part of a page.
 *
 * gnuplot 5.4 and 6 write the same names into every picture, each colour as rgb(r,g,b), padded with blanks or
 * not, a group around nothing for each thing that is not drawn, and the list of fonts at every word.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "io/memstream.h"
#include "report/figure.h"

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* rgb( 27,  33,  41) */
static const char *colour(FILE *out, const char *at)
{
	char *end = NULL;
	unsigned long part[3];
	const char *from = at + strlen("rgb(");
	for (int i = 0; i < 3; i++) {
		part[i] = strtoul(from, &end, 10);
		if (end == from || part[i] > 255 || *end != (i < 2 ? ',' : ')'))
			return NULL;
		from = end + 1;
	}
	fprintf(out, "#%02lx%02lx%02lx", part[0], part[1], part[2]);
	return from;
}

/* "#FFFFFF" */
static const char *hexadecimal(FILE *out, const char *at)
{
	const size_t n = strspn(at + 2, "0123456789abcdefABCDEF");
	if (n != 6 || at[8] != at[0])
		return NULL;
	fputc(at[0], out);
	fputc('#', out);
	for (size_t i = 2; i < 8; i++)
		fputc(tolower((unsigned char)at[i]), out);
	return at + 8;
}

/* What stands at `at` inside a tag, if it is to be changed: what follows it; else NULL. */
static const char *change(FILE *out, const char *at, size_t number)
{
	static const char *const names[] = {" id='", " id=\"", "href='#", "href=\"#", "url(#"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (begins(at, names[i])) {
			fprintf(out, "%sf%zu-", names[i], number);
			return at + strlen(names[i]);
		}
	if (begins(at, "rgb("))
		return colour(out, at);
	if (begins(at, "\"#") || begins(at, "'#"))
		return hexadecimal(out, at);
	if (begins(at, " font-family=\"")) {
		const char *end = strchr(at + strlen(" font-family=\""), '"');
		return end ? end + 1 : NULL;
	}
	return NULL;
}

/* Behind a group around nothing, or `at`. */
static const char *skip_empty(const char *at)
{
	while (begins(at, "<g ")) {
		const char *end = strchr(at, '>');
		if (!end)
			return at;
		const char *next = end + 1 + strspn(end + 1, " \t\n");
		if (!begins(next, "</g>"))
			return at;
		next += strlen("</g>");
		at = next + strspn(next, " \t\n");
	}
	return at;
}

static void write_inside(FILE *out, const char *at, const char *end, size_t number)
{
	bool tag = false;
	while (at < end) {
		if (*at == '<') {
			at = skip_empty(at);
			if (at >= end)
				return;
		}
		if (*at == '<')
			tag = true;
		else if (*at == '>')
			tag = false;
		const char *after = tag ? change(out, at, number) : NULL;
		if (after)
			at = after;
		else
			fputc(*at++, out);
	}
}

/* Write `text` without the words that have the colour of the page, which its first rectangle has: labels that a
 * script wants to have no ink are words for those who have them read aloud. */
static void write_visible(FILE *out, const char *text)
{
	const char *page = strstr(text, "fill=\"#");
	char colour[] = "fill=\"#ffffff\"";
	if (page)
		snprintf(colour, sizeof colour, "%.*s", (int)sizeof colour - 1, page);
	for (const char *group; (group = strstr(text, "<g transform=")) != NULL;) {
		const char *end = strchr(group, '>'), *found = strstr(group, colour), *close = strstr(group, "</g>");
		fwrite(text, 1, (size_t)(group - text), out);
		text = group;
		if (!end || !close)
			break;
		if (!found || found > end) {
			fwrite(group, 1, (size_t)(end - group), out);
			text = end;
		} else {
			text = close + strlen("</g>");
		}
	}
	fputs(text, out);
}

/* Taller than what fits twice on a sheet of paper with its words?  box: "0 0 900 551" */
static bool is_tall(const char *box)
{
	double size[4] = {0, 0, 1, 0};
	for (int i = 0; i < 4; i++) {
		char *end = NULL;
		size[i] = strtod(box, &end);
		box = end;
	}
	return size[3] > 0.75 * size[2];
}

enum sabin_err sabin_figure_write(FILE *out, const char *text, size_t number, const char *classes)
{
	const char *root = strstr(text, "<svg");
	const char *box = root ? strstr(root, "viewBox=\"") : NULL;
	const char *inside = root ? strchr(root, '>') : NULL;
	const char *end = NULL;
	for (const char *at = inside; at && (at = strstr(at, "</svg>")); at++)
		end = at;
	if (!box || !end || box > inside)
		return SABIN_EFORMAT;
	box += strlen("viewBox=\"");
	fprintf(out,
	        "<svg class=\"%s%s\" role=\"img\" viewBox=\"%.*s\" preserveAspectRatio=\"xMinYMin meet\" "
	        "xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">",
	        classes, is_tall(box) ? " tall" : "", (int)strcspn(box, "\""), box);
	char *changed = NULL;
	size_t length = 0;
	FILE *stream = sabin_memstream_open(&changed, &length);
	if (!stream)
		return SABIN_ENOMEM;
	write_inside(stream, inside + 1, end, number);
	const bool failed = fclose(stream) != 0;
	if (!failed)
		write_visible(out, changed);
	free(changed);
	fputs("</svg>\n", out);
	return failed ? SABIN_ENOMEM : SABIN_OK;
}
