/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * canvas.c: drawing with characters.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/utf8.h"
#include "screen/canvas.h"

enum { BRAILLE = 0x2800, BLOCKS = 0x2580 }; /* Unicode: patterns of dots; 0x2581 .. 0x2588 fill from below */

enum sabin_err sabin_canvas_init(struct sabin_canvas *canvas, int rows, int columns, bool ascii)
{
	enum { MOST = 4096 };
	if (rows < 1 || columns < 1 || rows > MOST || columns > MOST)
		return SABIN_EINVAL;
	struct sabin_cell *cell = calloc((size_t)rows * (size_t)columns, sizeof *cell);
	if (!cell)
		return SABIN_ENOMEM;
	*canvas = (struct sabin_canvas){rows, columns, ascii, cell};
	return SABIN_OK;
}

void sabin_canvas_release(struct sabin_canvas *canvas)
{
	free(canvas->cell);
	*canvas = (struct sabin_canvas){0};
}

void sabin_canvas_clear(struct sabin_canvas *canvas)
{
	memset(canvas->cell, 0, (size_t)canvas->rows * (size_t)canvas->columns * sizeof *canvas->cell);
}

static struct sabin_cell *at(struct sabin_canvas *canvas, int row, int column)
{
	if (row < 0 || row >= canvas->rows || column < 0 || column >= canvas->columns)
		return NULL;
	return &canvas->cell[row * canvas->columns + column];
}

void sabin_canvas_put(struct sabin_canvas *canvas, int row, int column, unsigned glyph, unsigned style)
{
	struct sabin_cell *cell = at(canvas, row, column);
	if (cell)
		*cell = (struct sabin_cell){glyph, (unsigned short)style};
}

/* ---- text ------------------------------------------------------------------------------------ */

/* The next character of UTF-8 text; *length of its bytes.  What is no UTF-8 counts byte by byte as '?'; so do control
 * characters, which a terminal would obey. */
static unsigned decode(const char *text, size_t *length)
{
	uint32_t code = '?';
	const size_t n = sabin_utf8_decode(text, strnlen(text, 4), &code);
	*length = n ? n : 1;
	return code < ' ' || (code >= 0x7f && code < 0xa0) ? '?' : code;
}

static unsigned plain(unsigned glyph)
{
	switch (glyph) {
	case 0x2013: case 0x2500: return '-';
	case 0x00b1: return '~';
	case 0x00b7: return '.';
	case 0x2502: return '|';
	case 0x00b0: return 'd';
	default: return glyph < 0x7f ? glyph : '?';
	}
}

static int put_text(struct sabin_canvas *canvas, int row, int column, unsigned style, const char *text)
{
	for (const char *s = text; *s;) {
		size_t length;
		const unsigned glyph = decode(s, &length);
		sabin_canvas_put(canvas, row, column++, canvas->ascii ? plain(glyph) : glyph, style);
		s += length;
	}
	return column;
}

int sabin_canvas_text(struct sabin_canvas *canvas, int row, int column, unsigned style, const char *format, ...)
{
	char text[512];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return put_text(canvas, row, column, style, text);
}

int sabin_canvas_whole(struct sabin_canvas *canvas, int row, int column, unsigned style, const char *format, ...)
{
	char text[512];
	va_list args;
	int wide = 0;
	size_t length;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	for (const char *s = text; *s; s += length, wide++)
		decode(s, &length);
	/* blanks at its end need no room */
	for (size_t n = strlen(text); n > 0 && text[n - 1] == ' '; n--)
		wide--;
	return column + wide > canvas->columns ? canvas->columns : put_text(canvas, row, column, style, text);
}

/* ---- bars ------------------------------------------------------------------------------------- */

unsigned sabin_canvas_block(const struct sabin_canvas *canvas, double share)
{
	static const char steps[] = " .:|#";
	if (!(share > 0))
		return ' ';
	if (canvas->ascii)
		return (unsigned char)steps[(int)fmin(4, ceil(share * 4))];
	return BLOCKS + (unsigned)fmin(8, ceil(share * 8));
}

static unsigned style_at(const struct sabin_bar *bar, double share)
{
	return share >= bar->bad ? SABIN_STYLE_BAD : share >= bar->warn ? SABIN_STYLE_WARN : SABIN_STYLE_GOOD;
}

void sabin_canvas_bar(struct sabin_canvas *canvas, const struct sabin_area *area, int column, int width,
                      const struct sabin_bar *bar)
{
	const double height = fmin(fmax(bar->share, 0), 1) * area->rows;
	for (int r = 0; r < area->rows && r < height; r++) {
		const unsigned glyph = sabin_canvas_block(canvas, fmin(height - r, 1));
		const unsigned style = style_at(bar, (r + 0.5) / area->rows);
		for (int c = 0; c < width; c++)
			sabin_canvas_put(canvas, area->row + area->rows - 1 - r, area->column + column + c, glyph, style);
	}
}

void sabin_canvas_mark(struct sabin_canvas *canvas, const struct sabin_area *area, int column, int width, double share,
                       unsigned style)
{
	if (!(share > 0) || share > 1)
		return;
	const int r = (int)fmin(area->rows - 1, floor(share * area->rows));
	const unsigned glyph = canvas->ascii ? '-' : 0x2500;
	for (int c = 0; c < width; c++) {
		const struct sabin_cell *cell = at(canvas, area->row + area->rows - 1 - r, area->column + column + c);
		if (cell && (cell->glyph == 0 || cell->glyph == ' '))
			sabin_canvas_put(canvas, area->row + area->rows - 1 - r, area->column + column + c, glyph, style);
	}
}

/* ---- curves ------------------------------------------------------------------------------------ */

/* Dot (x, y) of the area, counted from its upper left. */
static void dot(struct sabin_canvas *canvas, const struct sabin_area *area, int x, int y, unsigned style)
{
	static const unsigned char bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
	if (x < 0 || y < 0 || x >= 2 * area->columns || y >= 4 * area->rows)
		return;
	struct sabin_cell *cell = at(canvas, area->row + y / 4, area->column + x / 2);
	if (!cell)
		return;
	if (canvas->ascii)
		cell->glyph = '*';
	else if (cell->glyph >= BRAILLE && cell->glyph < BRAILLE + 0x100)
		cell->glyph |= bits[y % 4][x % 2];
	else
		cell->glyph = BRAILLE | bits[y % 4][x % 2];
	cell->style = (unsigned short)style;
}

void sabin_canvas_curve(struct sabin_canvas *canvas, const struct sabin_area *area, const double *x, const double *y,
                        const unsigned char *style, size_t n)
{
	const double wide = 2 * area->columns - 1, high = 4 * area->rows - 1;
	for (size_t i = 1; i < n; i++) {
		if (!isfinite(y[i]) || !isfinite(y[i - 1]))
			continue;
		const double x0 = x[i - 1] * wide, x1 = x[i] * wide;
		/* a little beyond the edge is enough to be cut */
		const double y0 = (1 - fmin(fmax(y[i - 1], -1), 2)) * high, y1 = (1 - fmin(fmax(y[i], -1), 2)) * high;
		const int steps = (int)fmax(1, ceil(fmax(fabs(x1 - x0), fabs(y1 - y0))));
		for (int s = 0; s <= steps; s++) {
			const double u = (double)s / steps;
			dot(canvas, area, (int)lrint(x0 + u * (x1 - x0)), (int)lrint(y0 + u * (y1 - y0)), style[i]);
		}
	}
}

/* ---- big digits -------------------------------------------------------------------------------- */

int sabin_canvas_big(struct sabin_canvas *canvas, int row, int column, unsigned style, const char *text)
{
	/* five rows of three bits each, from the top; for 0-9 and '-' */
	static const unsigned short digits[] = {075557, 026227, 071747, 071717, 055711, 074717, 074757, 071111, 075757, 075717, 000700};
	const unsigned full = canvas->ascii ? '#' : BLOCKS + 8;
	for (; *text; text++) {
		if (*text == '.') {
			sabin_canvas_put(canvas, row + 4, column, full, style);
			column += 2;
			continue;
		}
		const int which = *text == '-' ? 10 : *text >= '0' && *text <= '9' ? *text - '0' : -1;
		for (int bit = 0; bit < 15 && which >= 0; bit++)
			if (digits[which] >> (14 - bit) & 1)
				sabin_canvas_put(canvas, row + bit / 3, column + bit % 3, full, style);
		column += 4;
	}
	return column;
}
