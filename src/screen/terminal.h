/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * terminal.h: a canvas on a terminal, and the keys pressed at it.
 */
#ifndef SABIN_SCREEN_TERMINAL_H
#define SABIN_SCREEN_TERMINAL_H

#include "screen/canvas.h"

struct sabin_terminal;

/* What sabin_terminal_key() returns beside characters. */
enum {
	SABIN_KEY_NONE = -1,
	SABIN_KEY_UP = 0x110000, /* beyond Unicode */
	SABIN_KEY_DOWN,
	SABIN_KEY_LEFT,
	SABIN_KEY_RIGHT,
	SABIN_KEY_TAB_BACK,
	SABIN_KEY_OTHER,
};

/* Is there a terminal at standard input and output that can be drawn on? */
bool sabin_terminal_usable(void);

/* Take over the terminal of standard input and output.  color: false: none at all; ascii: also where the locale is not
 * UTF-8.  SABIN_EIO: there is no such terminal, or it cannot do it.  Give it back with sabin_terminal_free(). */
SABIN_MUST enum sabin_err sabin_terminal_new(bool color, bool ascii, struct sabin_terminal **out);
void sabin_terminal_free(struct sabin_terminal *terminal); /* NULL is allowed */

/* The canvas to draw on, blank, of the terminal's present size; NULL without memory. */
SABIN_MUST struct sabin_canvas *sabin_terminal_begin(struct sabin_terminal *terminal);

/* Show it: only what has changed is sent. */
void sabin_terminal_show(struct sabin_terminal *terminal);

/* Send everything again. */
void sabin_terminal_redraw(struct sabin_terminal *terminal);

/* The next key, or SABIN_KEY_NONE at once. */
int sabin_terminal_key(struct sabin_terminal *terminal);

#endif
