/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * dialect.h: the forms in which equalisers take a correction.  A dialect is one row and one file; all
 * are written from the same model.
 */
#ifndef SABIN_IO_DIALECT_H
#define SABIN_IO_DIALECT_H

#include <stdio.h>

#include "io/correction.h"

struct sabin_dialect {
	const char *name;    /* of --dialect and of the folder */
	const char *program; /* what reads it */
	/* Write into `folder`, which is there and empty.  The speakers' FIRs are in rates[].fir. */
	enum sabin_err (*write)(const struct sabin_correction *correction, const char *folder,
	                        struct sabin_diag *diag);
};

/* All of them, in the order of the manual; NULL past the end. */
const struct sabin_dialect *sabin_dialect_row(size_t i);
const struct sabin_dialect *sabin_dialect_find(const char *name);

/* Rows, each in its own file. */
extern const struct sabin_dialect sabin_dialect_apo, sabin_dialect_wav;

/* ---- what dialects share ---- */

/* A text being written, to `folder`/`name` when it is finished. */
struct sabin_dialect_text {
	FILE *stream;
	char *text;
	size_t length;
};

SABIN_MUST enum sabin_err sabin_dialect_begin(struct sabin_dialect_text *text);
/* Releases the text in every case; nothing is written where `err` is not SABIN_OK. */
SABIN_MUST enum sabin_err sabin_dialect_finish(struct sabin_dialect_text *text, enum sabin_err err,
                                               const char *folder, const char *name,
                                               struct sabin_diag *diag);

/* "63.12", "1250.5", "0.7071" ...: numbers that every parser of filter text takes: never three
 * decimals after the only full stop of a frequency (which is read as a thousands separator), at most six
 * characters of gain and Q, a full stop whatever the locale.  text[16], returned. */
char *sabin_dialect_hz(double hz, char text[16]);
char *sabin_dialect_db(double db, char text[16]);
char *sabin_dialect_q(double q, char text[16]);

#endif
