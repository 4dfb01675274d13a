/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * svg.c: naming a picture for those who cannot see it.
 *
 * References: SVG 1.1 (W3C, 2011), 5.4: <title> and <desc> as first children name an element for
 * assistive technology.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chart/svg.h"
#include "io/memstream.h"

static void put_escaped(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		default:
			fputc(*text, out);
		}
	}
}

/* gnuplot's own two elements stand right behind the root's start tag. */
enum { HEAD_LENGTH = 400 };

/* What follows the element <tag>...</tag> when it begins near `text`, else `text`. */
static const char *skip_element(const char *text, const char *open, const char *close)
{
	const char *from = strstr(text, open);
	const char *to = from && from - text < HEAD_LENGTH ? strstr(from, close) : NULL;
	return to ? to + strlen(close) : text;
}

enum sabin_err sabin_svg_name(const char *text, const char *title, const char *description,
                              char **out, size_t *out_length)
{
	const char *root = strstr(text, "<svg");
	const char *after = root ? strchr(root, '>') : NULL;
	if (!after)
		return SABIN_EFORMAT;
	after++;
	const char *rest = skip_element(after, "<title>", "</title>");
	rest = skip_element(rest, "<desc>", "</desc>");
	char *made = NULL;
	size_t made_length = 0;
	FILE *stream = sabin_memstream_open(&made, &made_length);
	if (!stream)
		return SABIN_ENOMEM;
	fwrite(text, 1, (size_t)(after - text), stream);
	fputs("\n<title>", stream);
	put_escaped(stream, title);
	fputs("</title>\n<desc>", stream);
	put_escaped(stream, description);
	fputs("</desc>", stream);
	fputs(rest, stream);
	if (fclose(stream) != 0)
		return SABIN_ENOMEM;
	*out = made;
	*out_length = made_length;
	return SABIN_OK;
}
