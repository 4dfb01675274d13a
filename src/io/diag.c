/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * diag.c: filling the one message for a person.
 */
#include <stdarg.h>
#include <stdio.h>

#include "io/diag.h"

/* Text of files ends up in messages, and messages on terminals: no control character (C0, DEL, and
 * C1 in its UTF-8 form C2 80 .. C2 9F) may pass. */
static void clean(char *text)
{
	for (unsigned char *c = (unsigned char *)text; *c; c++) {
		if (*c < 0x20 || *c == 0x7f)
			*c = '?';
		else if (*c == 0xc2 && c[1] >= 0x80 && c[1] <= 0x9f)
			c[0] = c[1] = '?';
	}
}

/* A text cut by vsnprintf may end in the middle of a UTF-8 character: drop that part. */
static void trim_partial(char *text)
{
	size_t n = strlen(text), back = 0;
	while (back < n && back < 4 && ((unsigned char)text[n - 1 - back] & 0xc0) == 0x80)
		back++;
	if (back == n)
		return;
	unsigned char lead = (unsigned char)text[n - 1 - back];
	size_t need = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
	if (need > back)
		text[n - 1 - back] = '\0';
}

__attribute__((format(printf, 3, 0))) static void fill(char *text, size_t size,
                                                       const char *format, va_list arguments)
{
	int n = vsnprintf(text, size, format, arguments);
	if (n < 0)
		text[0] = '\0';
	if (n >= (int)size)
		trim_partial(text);
	clean(text);
}

enum sabin_err sabin_diag_set(struct sabin_diag *diag, enum sabin_err err, const char *path,
                              int line, int column, const char *format, ...)
{
	if (!diag)
		return err;
	/* the arguments may point into *diag itself, when a caller wraps an earlier message */
	struct sabin_diag fresh = {.line = line, .column = column};
	if (path && snprintf(fresh.path, sizeof(fresh.path), "%s", path) >= (int)sizeof(fresh.path))
		trim_partial(fresh.path);
	clean(fresh.path);
	va_list arguments;
	va_start(arguments, format);
	fill(fresh.message, sizeof(fresh.message), format, arguments);
	va_end(arguments);
	*diag = fresh;
	return err;
}

void sabin_diag_text(const struct sabin_diag *diag, enum sabin_err err, char *text, size_t size)
{
	char where[1100] = "";
	if (diag->path[0] && diag->line > 0)
		snprintf(where, sizeof where, "%s:%d:%d: ", diag->path, diag->line, diag->column);
	else if (diag->path[0])
		snprintf(where, sizeof where, "%s: ", diag->path);
	snprintf(text, size, "%s%s", where, diag->message[0] ? diag->message : sabin_strerror(err));
}

void sabin_diag_advise(struct sabin_diag *diag, const char *format, ...)
{
	if (!diag)
		return;
	char advice[sizeof(diag->advice)];
	va_list arguments;
	va_start(arguments, format);
	fill(advice, sizeof(advice), format, arguments);
	va_end(arguments);
	memcpy(diag->advice, advice, sizeof(advice));
}
