/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sheet.h: what one kind of chart hands to its script: words, legend and tables as files in a
 * folder.
 *
 *   NAME.meta    a word or number a line: key, tab, text
 *   NAME.legend  an entry a line: place in px, mark, colour, dash, text
 *   NAME*.dat    columns of numbers, NaN where there is none
 *
 * Failures stick and are reported once, by sabin_sheet_close().
 */
#ifndef SABIN_CHART_SHEET_H
#define SABIN_CHART_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "chart/chart.h"

struct sabin_sheet {
	const char *folder, *name;
	FILE *meta, *legend, *table;
	double legend_px; /* where the next entry begins */
	size_t legend_count;
	bool failed, out_of_memory;
};

/* Numbers of plots/theme.gp, which draws them. */
enum sabin_mark {
	SABIN_MARK_LINE = 1,
	SABIN_MARK_THIN,
	SABIN_MARK_BAND,
	SABIN_MARK_POINT,
	SABIN_MARK_HOLLOW,
	SABIN_MARK_CROSS,
	SABIN_MARK_TRIANGLE,
	SABIN_MARK_DOT, /* a filled circle in any colour */
};
/* 1 .. 6 are the series' colours */
enum sabin_ink {
	SABIN_INK_TEXT = 7,
	SABIN_INK_MUTED,
	SABIN_INK_FAINT,
	SABIN_INK_GOOD,
	SABIN_INK_BAD,
	SABIN_INK_SHADE,
};
/* 0: the series' own dash, which only the print theme shows */
enum sabin_dash { SABIN_DASH_OWN = 0, SABIN_DASH_SOLID, SABIN_DASH_TARGET, SABIN_DASH_LIMIT };

void sabin_sheet_open(struct sabin_sheet *sheet, const char *folder, const char *name);
SABIN_MUST enum sabin_err sabin_sheet_close(struct sabin_sheet *sheet, struct sabin_diag *diag);

/* A text; cleaned, and shortened to width_px at font_px (0: as it is). */
void sabin_sheet_say(struct sabin_sheet *sheet, const char *key, double width_px, double font_px,
                     const char *format, ...) __attribute__((format(printf, 5, 6)));
void sabin_sheet_number(struct sabin_sheet *sheet, const char *key, double value);
/* Name `number` (from 1) of a mark, with its middle at x, y: shares of the panel, y upwards. */
void sabin_sheet_name(struct sabin_sheet *sheet, size_t number, const char *name, double x, double y);

/* Between the parts of a line at the foot. */
#define SABIN_DOT " \xc2\xb7 "

/* The finding under the title and the lines at the foot, with the page's limits. */
#define sabin_sheet_finding(sheet, ...) sabin_sheet_say(sheet, "finding", 850, 14.5, __VA_ARGS__)
#define sabin_sheet_method(sheet, ...)  sabin_sheet_say(sheet, "method", 780, 12, __VA_ARGS__)
/* Room, speakers and positions, date. */
void sabin_sheet_conditions(struct sabin_sheet *sheet, const struct sabin_chart_input *input,
                            const char *who);

/* Shorten `name` so that `count` entries as wide as it leave `reserved_px` of the legend's row for
 * the program's own entries, each of sabin_sheet_legend_px(). */
void sabin_sheet_legend_fit(char *name, size_t count, double reserved_px);
double sabin_sheet_legend_px(const char *text);

/* An entry of the row under the finding; an entry that no longer fits is left out. */
void sabin_sheet_legend(struct sabin_sheet *sheet, enum sabin_mark mark, int ink,
                        enum sabin_dash dash, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Begin NAME`suffix`.dat, whose first line is the comment `columns`; then rows of numbers. */
void sabin_sheet_table(struct sabin_sheet *sheet, const char *suffix, const char *columns);
void sabin_sheet_row(struct sabin_sheet *sheet, size_t count, const double *values);

/* A last row of `count` numbers far off the page.  gnuplot complains of a table or column in which
 * nothing is to be drawn; this keeps it content. */
void sabin_sheet_off_page(struct sabin_sheet *sheet, size_t count);

/* Rows (x, y) for a line.  Where more than two points fall into one column of pixels of an axis
 * from x0 to x1, which may be logarithmic, only the lowest and the highest of them are written. */
void sabin_sheet_line(struct sabin_sheet *sheet, const double *x, const double *y, size_t count,
                      double x0, double x1, bool logarithmic);

#endif
