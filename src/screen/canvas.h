/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * canvas.h: a picture made of characters: rows and columns of glyphs, each with a style, and what is drawn with them.
 * It knows no terminal.
 */
#ifndef SABIN_SCREEN_CANVAS_H
#define SABIN_SCREEN_CANVAS_H

#include <stdbool.h>
#include <stddef.h>

#include <sabin/status.h>

/* What a colour means. */
enum sabin_style {
	SABIN_STYLE_PLAIN,
	SABIN_STYLE_DIM,    /* axes, hints */
	SABIN_STYLE_TITLE,
	SABIN_STYLE_GOOD,   /* can be relied on; a level that does no harm */
	SABIN_STYLE_WARN,   /* with care */
	SABIN_STYLE_BAD,    /* not to be relied on; too loud, clipped, lost */
	SABIN_STYLE_STORED, /* what was kept for comparison */
	SABIN_STYLE_HOLD,   /* the highest so far */
	SABIN_STYLE_CHOSEN, /* the view, the channel one is in */
	SABIN_STYLES,
	/* SABIN_STYLE_RAMP + SABIN_RAMP * f + b: step f of the ramp on step b, 0 lowest */
	SABIN_STYLE_RAMP = 64,
};
enum { SABIN_RAMP = 12 };

struct sabin_cell {
	unsigned glyph; /* Unicode; 0: none drawn */
	unsigned short style;
};

struct sabin_canvas {
	int rows, columns;
	bool ascii; /* nothing beyond ASCII may be drawn */
	struct sabin_cell *cell; /* [rows * columns] */
};

SABIN_MUST enum sabin_err sabin_canvas_init(struct sabin_canvas *canvas, int rows, int columns, bool ascii);
void sabin_canvas_release(struct sabin_canvas *canvas);
void sabin_canvas_clear(struct sabin_canvas *canvas);

/* What lies outside is not drawn. */
void sabin_canvas_put(struct sabin_canvas *canvas, int row, int column, unsigned glyph, unsigned style);

/* Text in UTF-8; returns the column after it.  What a canvas in ASCII cannot hold becomes its like, or '?'. */
int sabin_canvas_text(struct sabin_canvas *canvas, int row, int column, unsigned style, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* The same only where all of it has room; else nothing is drawn, and the column is the last one's next, so that nothing that
 * should follow is drawn in its place. */
int sabin_canvas_whole(struct sabin_canvas *canvas, int row, int column, unsigned style, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Part of a canvas. */
struct sabin_area {
	int row, column, rows, columns;
};

/* A bar from the foot of the area up, `share` (0 .. 1) of its height, `width` columns from `column` on; its style
 * follows from the height by the two limits (shares), from which on it warns and is bad. */
struct sabin_bar {
	double share, warn, bad;
};
void sabin_canvas_bar(struct sabin_canvas *canvas, const struct sabin_area *area, int column, int width,
                      const struct sabin_bar *bar);

/* A short line across at that height; not over a bar's foot. */
void sabin_canvas_mark(struct sabin_canvas *canvas, const struct sabin_area *area, int column, int width, double share,
                       unsigned style);

/* A curve through (x, y)[n], both 0 .. 1 within the area, x rising; each piece in the style of its end.  NAN breaks it;
 * what leaves the area above or below is cut.  Drawn in dots, two by four to a cell; in ASCII as '*'. */
void sabin_canvas_curve(struct sabin_canvas *canvas, const struct sabin_area *area, const double *x, const double *y,
                        const unsigned char *style, size_t n);

/* Digits three columns wide and five rows high, of 0-9 . - and blank; returns the column after. */
int sabin_canvas_big(struct sabin_canvas *canvas, int row, int column, unsigned style, const char *text);

/* One of eight blocks that fill a cell from below to that share; 0: blank.  In ASCII ' ', '.', ':', '|', '#'. */
unsigned sabin_canvas_block(const struct sabin_canvas *canvas, double share);

#endif
