/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * diag.h: one message for a person, filled where something went wrong and printed by the command.
 */
#ifndef SABIN_IO_DIAG_H
#define SABIN_IO_DIAG_H

#include <stdarg.h>
#include <stddef.h>

#include <sabin/status.h>

struct sabin_diag {
	char path[1024];    /* file it is about, or empty */
	int line, column;   /* from 1; 0 when it is about the file as a whole */
	char message[512];  /* what is wrong and what was expected; no newline, no final stop */
	char advice[512];   /* what to do about it, or empty */
};

/* Fill `diag` (NULL is allowed: nothing happens) and return `err`, so that a caller can write
 * `return sabin_diag_set(diag, SABIN_EFORMAT, path, line, column, "...", ...)`.  Control characters
 * in the text become '?'. */
enum sabin_err sabin_diag_set(struct sabin_diag *diag, enum sabin_err err, const char *path,
                              int line, int column, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* In one line: "path:line:column: message"; SABIN_DIAG_TEXT bytes hold every one. */
enum { SABIN_DIAG_TEXT = 1700 };
void sabin_diag_text(const struct sabin_diag *diag, enum sabin_err err, char *text, size_t size);

enum sabin_err sabin_diag_vset(struct sabin_diag *diag, enum sabin_err err, const char *path, int line,
                               int column, const char *format, va_list arguments)
    __attribute__((format(printf, 6, 0)));

/* More words behind the message, cleaned as it is. */
void sabin_diag_append(struct sabin_diag *diag, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Add what the person can do about it. */
void sabin_diag_advise(struct sabin_diag *diag, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
