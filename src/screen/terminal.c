/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * terminal.c: the terminal, by ncurses; the only file that knows it.
 */
#include <langinfo.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#define NCURSES_WIDECHAR 1
#include <ncurses.h>

#include "screen/terminal.h"

struct sabin_terminal {
	SCREEN *screen;
	bool color, ascii;
	int ramp_colors; /* of its steps: 256 colours, 8, or 0 */
	struct sabin_canvas next, shown;
};

/* Steps of the ramp, dark to bright, in the 6 x 6 x 6 cube of 256 colours, and in eight. */
static const short ramp256[SABIN_RAMP] = {16, 17, 18, 19, 20, 26, 32, 37, 113, 220, 208, 196};
static const short ramp8[SABIN_RAMP] = {COLOR_BLACK, COLOR_BLACK,  COLOR_BLUE,   COLOR_BLUE,  COLOR_BLUE, COLOR_CYAN,
                                        COLOR_CYAN,  COLOR_GREEN, COLOR_GREEN, COLOR_YELLOW, COLOR_RED,  COLOR_RED};

static const struct {
	short color; /* -1: the terminal's own */
	attr_t attributes;
} styles[SABIN_STYLES] = {
    [SABIN_STYLE_PLAIN] = {-1, A_NORMAL},          [SABIN_STYLE_DIM] = {-1, A_DIM},
    [SABIN_STYLE_TITLE] = {-1, A_BOLD},            [SABIN_STYLE_GOOD] = {COLOR_GREEN, A_NORMAL},
    [SABIN_STYLE_WARN] = {COLOR_YELLOW, A_NORMAL}, [SABIN_STYLE_BAD] = {COLOR_RED, A_BOLD},
    [SABIN_STYLE_STORED] = {COLOR_MAGENTA, A_NORMAL}, [SABIN_STYLE_HOLD] = {COLOR_CYAN, A_NORMAL},
    [SABIN_STYLE_CHOSEN] = {-1, A_REVERSE},
};

/* Pair 1 + style, and 1 + SABIN_STYLES + a place of the ramp. */
static void make_colors(struct sabin_terminal *t)
{
	t->color = t->color && has_colors() && start_color() == OK;
	if (!t->color)
		return;
	use_default_colors();
	for (int s = 0; s < SABIN_STYLES; s++)
		init_pair((short)(1 + s), styles[s].color, -1);
	if (COLOR_PAIRS <= 1 + SABIN_STYLES + SABIN_RAMP * SABIN_RAMP)
		return; /* an eight-colour terminal with 64 pairs: shades must do */
	const short *ramp = COLORS >= 256 ? ramp256 : ramp8;
	for (int f = 0; f < SABIN_RAMP; f++)
		for (int b = 0; b < SABIN_RAMP; b++)
			init_pair((short)(1 + SABIN_STYLES + SABIN_RAMP * f + b), ramp[f], ramp[b]);
	t->ramp_colors = COLORS >= 256 ? 256 : 8;
}

bool sabin_terminal_usable(void)
{
	const char *term = getenv("TERM");
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && term && *term && strcmp(term, "dumb") != 0;
}

enum sabin_err sabin_terminal_new(bool color, bool ascii, struct sabin_terminal **out)
{
	if (!sabin_terminal_usable())
		return SABIN_EIO;
	struct sabin_terminal *t = calloc(1, sizeof *t);
	if (!t)
		return SABIN_ENOMEM;
	/* characters only: numbers keep their full stop */
	setlocale(LC_CTYPE, "");
	t->ascii = ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	t->color = color;
	fflush(stdout);
	t->screen = newterm(NULL, stdout, stdin);
	if (!t->screen) {
		free(t);
		return SABIN_EIO;
	}
	set_term(t->screen);
	cbreak(); /* Ctrl-C stays a signal */
	noecho();
	nonl();
	nodelay(stdscr, TRUE);
	keypad(stdscr, TRUE);
	set_escdelay(25);
	curs_set(0);
	make_colors(t);
	*out = t;
	return SABIN_OK;
}

void sabin_terminal_free(struct sabin_terminal *t)
{
	if (!t)
		return;
	curs_set(1);
	endwin();
	delscreen(t->screen);
	sabin_canvas_release(&t->next);
	sabin_canvas_release(&t->shown);
	free(t);
}

struct sabin_canvas *sabin_terminal_begin(struct sabin_terminal *t)
{
	int rows, columns;
	getmaxyx(stdscr, rows, columns);
	if (rows != t->next.rows || columns != t->next.columns) {
		sabin_canvas_release(&t->next);
		sabin_canvas_release(&t->shown);
		if (sabin_canvas_init(&t->next, rows, columns, t->ascii) != SABIN_OK)
			return NULL;
		if (sabin_canvas_init(&t->shown, rows, columns, t->ascii) != SABIN_OK) {
			sabin_canvas_release(&t->next); /* so that the next call does not take it for whole */
			return NULL;
		}
		clear();
	}
	sabin_canvas_clear(&t->next);
	return &t->next;
}

/* A ramp without colours to show it: half blocks become shades of the brighter half. */
static unsigned shade(const struct sabin_terminal *t, int step)
{
	static const char letters[] = " .:-=+*#%@@@";
	static const unsigned shades[] = {' ', ' ', 0x2591, 0x2591, 0x2591, 0x2592, 0x2592, 0x2592, 0x2593, 0x2593, 0x2588, 0x2588};
	return t->ascii ? (unsigned char)letters[step] : shades[step];
}

static void draw(const struct sabin_terminal *t, int row, int column, struct sabin_cell cell)
{
	cchar_t c;
	attr_t attributes = A_NORMAL;
	short pair = 0;
	wchar_t glyph[2] = {(wchar_t)(cell.glyph ? cell.glyph : ' '), 0};
	if (cell.style >= SABIN_STYLE_RAMP) {
		const int place = cell.style - SABIN_STYLE_RAMP, f = place / SABIN_RAMP, b = place % SABIN_RAMP;
		if (t->ramp_colors > 0 && !t->ascii)
			pair = (short)(1 + SABIN_STYLES + place);
		else
			glyph[0] = (wchar_t)shade(t, f > b ? f : b);
	} else {
		/* cppcheck-suppress arrayIndexOutOfBoundsCond ; no style lies between the last row and the ramp */
		attributes = styles[cell.style].attributes;
		pair = t->color ? (short)(1 + cell.style) : 0;
	}
	if (setcchar(&c, glyph, attributes, pair, NULL) == OK)
		mvadd_wch(row, column, &c);
}

void sabin_terminal_show(struct sabin_terminal *t)
{
	for (int r = 0; r < t->next.rows; r++)
		for (int c = 0; c < t->next.columns; c++) {
			const struct sabin_cell *now = &t->next.cell[r * t->next.columns + c];
			struct sabin_cell *before = &t->shown.cell[r * t->next.columns + c];
			if (now->glyph == before->glyph && now->style == before->style)
				continue;
			draw(t, r, c, *now);
			*before = *now;
		}
	refresh();
}

void sabin_terminal_redraw(struct sabin_terminal *t)
{
	(void)t;
	clearok(stdscr, TRUE);
}

int sabin_terminal_key(struct sabin_terminal *t)
{
	wint_t c;
	(void)t;
	const int kind = get_wch(&c);
	if (kind == ERR)
		return SABIN_KEY_NONE;
	if (kind == OK)
		return (int)c;
	switch (c) {
	case KEY_UP: return SABIN_KEY_UP;
	case KEY_DOWN: return SABIN_KEY_DOWN;
	case KEY_LEFT: return SABIN_KEY_LEFT;
	case KEY_RIGHT: return SABIN_KEY_RIGHT;
	case KEY_BTAB: return SABIN_KEY_TAB_BACK;
	default: return SABIN_KEY_OTHER; /* KEY_RESIZE: the next canvas has the new size */
	}
}
