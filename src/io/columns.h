/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * columns.h: rows of figures in texts from anybody, and curves that are given by points.
 */
#ifndef SABIN_IO_COLUMNS_H
#define SABIN_IO_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "io/diag.h"

/* The next line of a text, cut off in place, without the blanks at its end; NULL past the last.
 * Lines end with LF, CR LF or the lone CR of old Macs. */
char *sabin_columns_line(char **cursor);

/* Does a line that starts here say something for people, or nothing? */
bool sabin_columns_is_comment(const char *start);
bool sabin_columns_is_number(const char *start);

/* Close the gaps of numbers in a line, in place: U+00A0 and U+202F, which locales put between thousands, in UTF-8
 * or (the former) in an older code page. */
void sabin_columns_close_gaps(char *line);

enum { SABIN_COLUMNS_MAX = 16 };

struct sabin_columns {
	double value[SABIN_COLUMNS_MAX]; /* NAN: a gap */
	size_t count;
};

/* Where a row stands and what may be in it. */
struct sabin_columns_row {
	const char *path;
	int line;    /* its number, for messages */
	size_t most; /* columns, <= SABIN_COLUMNS_MAX; more are refused */
	bool gaps;   /* allowed: nothing between two commas or semicolons, nan, null, inf */
};

/* Numbers of a line, separated by blanks, tabs, semicolons, commas.  A comma between digits is a
 * decimal one where the line has no full stop and something else separates ("20,5 -1,3",
 * "20,5, -1,3").  A comment sign after the second column begins a note.  SABIN_EFORMAT with line
 * and column. */
SABIN_MUST enum sabin_err sabin_columns_read(const char *line, const struct sabin_columns_row *row,
                                             struct sabin_columns *out, struct sabin_diag *diag);

/* Phase without the steps of 360 degrees, so that it can be interpolated. */
void sabin_curve_unwrap(double *phase_deg, size_t n);

#endif
