/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * html.c: words in HTML.
 *
 * References: XML 1.0 (W3C, 5th ed., 2008), 2.2: which characters there are; HTML Living Standard, 13.1.4:
 * text and quoted attribute values.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "io/utf8.h"
#include "report/html.h"

static const char *escape_of(uint32_t code)
{
	switch (code) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/* Control characters, also those above ASCII, and what Unicode says is no character. */
static bool is_dropped(uint32_t code)
{
	return (code < 0x20 && code != '\t' && code != '\n') || (code >= 0x7f && code < 0xa0) ||
	       (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) || /* turn the line around */
	       (code & 0xfffe) == 0xfffe;
}

void sabin_html_words(FILE *out, const char *text, size_t n)
{
	while (n > 0) {
		uint32_t code = 0;
		const size_t length = sabin_utf8_decode(text, n, &code);
		const size_t taken = length > 0 ? length : 1;
		const char *escape = length > 0 ? escape_of(code) : "\xef\xbf\xbd";
		if (escape)
			fputs(escape, out);
		else if (!is_dropped(code))
			fwrite(text, 1, taken, out);
		text += taken;
		n -= taken;
	}
}

void sabin_html_say(FILE *out, const char *format, ...)
{
	char *text = NULL;
	va_list arguments;
	va_start(arguments, format);
	const int n = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (n < 0)
		return; /* the stream, which is memory as well, will tell */
	sabin_html_words(out, text, (size_t)n);
	free(text);
}
