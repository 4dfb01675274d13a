/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * diag.c: filling the one message for a person.
 */
#include <stdio.h>

#include "io/diag.h"
#include "io/utf8.h"

__attribute__((format(printf, 3, 0))) static void fill(char *text, size_t size,
                                                       const char *format, va_list arguments)
{
	int n = vsnprintf(text, size, format, arguments);
	if (n < 0)
		text[0] = '\0';
	if (n >= (int)size)
		sabin_utf8_trim(text);
	sabin_utf8_disarm(text, '?'); /* of files, on terminals */
}

enum sabin_err sabin_diag_vset(struct sabin_diag *diag, enum sabin_err err, const char *path, int line,
                               int column, const char *format, va_list arguments)
{
	if (!diag)
		return err;
	/* the arguments may point into *diag itself, when a caller wraps an earlier message */
	struct sabin_diag fresh = {.line = line, .column = column};
	if (path && snprintf(fresh.path, sizeof(fresh.path), "%s", path) >= (int)sizeof(fresh.path))
		sabin_utf8_trim(fresh.path);
	sabin_utf8_disarm(fresh.path, '?');
	fill(fresh.message, sizeof(fresh.message), format, arguments);
	*diag = fresh;
	return err;
}

enum sabin_err sabin_diag_set(struct sabin_diag *diag, enum sabin_err err, const char *path,
                              int line, int column, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	sabin_diag_vset(diag, err, path, line, column, format, arguments);
	va_end(arguments);
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

void sabin_diag_append(struct sabin_diag *diag, const char *format, ...)
{
	if (!diag)
		return;
	const size_t n = strlen(diag->message);
	va_list arguments;
	va_start(arguments, format);
	fill(diag->message + n, sizeof(diag->message) - n, format, arguments);
	va_end(arguments);
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
