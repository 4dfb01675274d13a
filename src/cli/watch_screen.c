/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * watch_screen.c: the loop of the picture: take in, look, draw, ask for keys.
 */
#include <math.h>
#include <stdlib.h>

#include "cli/watch_screen.h"
#include "cli/watch_view.h"
#include "screen/terminal.h"

enum { WAIT_MS = 50, CTRL_L = 12 };

/* Faults as they come, at the foot of the picture. */
static void notice(struct sabin_watch_view *view, const struct sabin_watch *w, struct sabin_feed_status *told)
{
	const struct sabin_feed_status *now = &w->status;
	if (now->state == SABIN_FEED_RUNS && told->state == SABIN_FEED_GONE)
		sabin_watch_view_say(view, w, "%.60s is back", w->source);
	else if (now->xruns > told->xruns)
		sabin_watch_view_say(view, w, "overrun: about %zu frames lost", now->lost_frames - told->lost_frames);
	else if (now->skips > told->skips)
		sabin_watch_view_say(view, w, "the device skipped about %zu frames", now->lost_frames - told->lost_frames);
	else if (now->late > told->late)
		sabin_watch_view_say(view, w, "the terminal was too slow: %zu frames lost", now->lost_frames - told->lost_frames);
	*told = *now;
}

static enum sabin_err one_turn(struct sabin_watch *w, struct sabin_watch_log *log, struct sabin_watch_view *view,
                               struct sabin_terminal *terminal, struct sabin_feed_status *told, struct sabin_diag *diag)
{
	bool interval = true;
	enum sabin_err err = SABIN_OK;
	/* all that has come: several short intervals may be over at once */
	for (int wait_ms = WAIT_MS; !err && interval; wait_ms = 0) {
		err = sabin_watch_turn(w, wait_ms, &interval);
		if (!err && interval)
			err = sabin_watch_log_write(log, w, diag);
	}
	notice(view, w, told);
	for (int key; (key = sabin_terminal_key(terminal)) != SABIN_KEY_NONE;) {
		if (key == CTRL_L)
			sabin_terminal_redraw(terminal);
		sabin_watch_view_key(view, w, key);
	}
	sabin_watch_view_tick(view, w);
	sabin_watch_view_look(view, w);
	struct sabin_canvas *canvas = sabin_terminal_begin(terminal);
	if (!canvas)
		return SABIN_ENOMEM;
	sabin_watch_view_draw(view, w, canvas);
	sabin_terminal_show(terminal);
	return err;
}

enum sabin_err sabin_watch_on_terminal(struct sabin_watch *w, struct sabin_watch_log *log, bool color, bool ascii,
                                       struct sabin_diag *diag)
{
	struct sabin_terminal *terminal = NULL;
	struct sabin_feed_status told = {0};
	struct sabin_watch_view *view = calloc(1, sizeof *view);
	enum sabin_err err = view ? sabin_terminal_new(color, ascii, &terminal) : SABIN_ENOMEM;
	if (err) {
		free(view);
		return err == SABIN_EIO ? sabin_diag_set(diag, err, NULL, 0, 0, "this terminal is not known (TERM)") : err;
	}
	sabin_watch_view_init(view, w);
	while (!err && !view->quit && !sabin_watch_over(w))
		err = one_turn(w, log, view, terminal, &told, diag);
	sabin_terminal_free(terminal);
	sabin_watch_view_release(view);
	free(view);
	return err;
}
