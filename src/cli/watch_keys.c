/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * watch_keys.c: what each key does.
 */
#include <math.h>
#include <string.h>
#include <time.h>

#include "cli/watch_view.h"
#include "screen/terminal.h"

static const int fractions[] = {1, 2, 3, 6, 12, 24};
enum { FRACTIONS = sizeof fractions / sizeof *fractions };

/* ---- what keys do --------------------------------------------------------------------------------- */

static void go_to(struct sabin_watch_view *view, const struct sabin_watch *w, int page)
{
	if (page == SABIN_PAGE_TRANSFER && w->reference < 0) {
		sabin_watch_view_say(view, w, "a transfer function needs a --reference");
		return;
	}
	view->page = (enum sabin_watch_page)page;
	view->help = 0;
}

static void next_page(struct sabin_watch_view *view, const struct sabin_watch *w, int step)
{
	const int pages = w->reference >= 0 ? SABIN_PAGES : SABIN_PAGE_TRANSFER;
	go_to(view, w, ((int)view->page + step + pages) % pages);
}

static void next_channel(struct sabin_watch_view *view, const struct sabin_watch *w, int step)
{
	if (w->count < 2)
		return;
	view->channel = (view->channel + w->count + (size_t)step) % w->count;
	view->past_count = 0; /* it was the other channel's */
	view->frozen = false;
}

static void restart(struct sabin_watch_view *view, struct sabin_watch *w)
{
	sabin_spectrum_restart(sabin_watcher_spectrum(w->watcher));
	for (size_t c = 0; c < w->count; c++) {
		struct sabin_transfer *transfer = sabin_watcher_transfer(w->watcher, c);
		if (transfer)
			sabin_transfer_restart(transfer);
		w->channel[c].total = (struct sabin_tally){0};
	}
	sabin_watch_view_say(view, w, "means, highest levels and averages begin anew");
}

/* Another spectrum: what was of the old one goes. */
static void change_spectrum(struct sabin_watch_view *view, struct sabin_watch *w, struct sabin_watcher_options o)
{
	if (sabin_watcher_set_spectrum(w->watcher, o.kind, o.fraction, o.weighting, o.time) != SABIN_OK) {
		sabin_watch_view_say(view, w, "no memory, or no such band in the range");
		return;
	}
	w->analysis = o;
	view->past_count = 0;
	view->stored.bands = 0;
	view->frozen = false;
}

static int next_of(int now, int count, int step)
{
	return (now + count + step) % count;
}

static void next_spectrum(struct sabin_watch_view *view, struct sabin_watch *w, int key)
{
	struct sabin_watcher_options o = w->analysis;
	int i = 0;
	while (i + 1 < FRACTIONS && fractions[i] != o.fraction)
		i++;
	switch (key) {
	case 'f': o.fraction = fractions[next_of(i, FRACTIONS, 1)]; break;
	case 'F': o.fraction = fractions[next_of(i, FRACTIONS, -1)]; break;
	case 'a': o.weighting = (enum sabin_weighting)next_of((int)o.weighting, SABIN_WEIGHTINGS, 1); break;
	case 't': o.time = (enum sabin_time)next_of((int)o.time, SABIN_TIMES, 1); break;
	default: o.kind = (enum sabin_spectrum_kind)next_of((int)o.kind, SABIN_SPECTRUM_KINDS, 1); break;
	}
	change_spectrum(view, w, o);
}

/* Keep what is shown, to be drawn beside what comes. */
static void store(struct sabin_watch_view *view, const struct sabin_watch *w)
{
	struct sabin_trace trace = {0};
	view->stored.bands = view->shown.bands;
	memcpy(view->stored.now_db, view->shown.leq_db, sizeof view->stored.now_db);
	if (w->reference >= 0 && sabin_watch_trace(w, view->channel, &trace) == SABIN_OK) {
		sabin_trace_release(&view->stored.trace);
		view->stored.trace = trace;
	}
	snprintf(view->stored_name, sizeof view->stored_name, "stored (%.40s)", w->channel[view->channel].name);
	sabin_watch_view_say(view, w, "stored: mean spectrum%s", trace.length ? " and transfer function" : "");
}

static void forget(struct sabin_watch_view *view)
{
	view->stored.bands = 0;
	sabin_trace_release(&view->stored.trace);
}

static void find_delay(struct sabin_watch_view *view, struct sabin_watch *w)
{
	struct sabin_watch_channel *channel = &w->channel[view->channel];
	if (!sabin_watcher_transfer(w->watcher, view->channel))
		return;
	channel->delay_known = false;
	sabin_watch_find_delay(w, view->channel);
	if (channel->delay_known)
		sabin_watch_view_say(view, w, "delay %.3f ms, %s", channel->lateness.delay_s * 1000,
		                     channel->lateness.polarity < 0 ? "inverted" : "not inverted");
	else
		sabin_watch_view_say(view, w, "no delay found: too little sound, or nothing in common with the reference");
}

/* "live-20261127-101500" */
static void write_traces(struct sabin_watch_view *view, const struct sabin_watch *w)
{
	char name[64];
	struct tm local;
	const time_t now = time(NULL);
	struct sabin_diag diag = {0};
	if (w->reference < 0) {
		go_to(view, w, SABIN_PAGE_TRANSFER);
		return;
	}
	localtime_r(&now, &local);
	strftime(name, sizeof name, "live-%Y%m%d-%H%M%S", &local);
	enum sabin_err err = sabin_watch_save(w, name, false, &diag);
	if (err)
		sabin_watch_view_say(view, w, "not written: %.120s", diag.message[0] ? diag.message : sabin_strerror(err));
	else
		sabin_watch_view_say(view, w, "written: %s", name);
}

static void move(struct sabin_watch_view *view, double step)
{
	if (view->page == SABIN_PAGE_TRANSFER)
		view->middle_db = fmin(fmax(view->middle_db + 3 * step, -120), 120);
	else {
		view->top_db = fmin(fmax(view->top_db + 5 * step, -100), 160);
		view->moved = true;
	}
}

static void zoom(struct sabin_watch_view *view, double factor)
{
	if (view->page == SABIN_PAGE_TRANSFER)
		view->reach_db = fmin(fmax(view->reach_db * factor, 3), 96);
	else
		view->span_db = fmin(fmax(rint(view->span_db * factor / 5) * 5, 10), 200);
}

void sabin_watch_view_key(struct sabin_watch_view *view, struct sabin_watch *w, int key)
{
	if (view->help && key != 'q' && key != '?') {
		view->help = 0; /* any key leaves it */
		if (key == 27 || key == ' ')
			return;
	}
	switch (key) {
	case 'q': view->quit = true; break;
	case '?': case 'h': view->help = (view->help + 1) % (sabin_watch_help_pages(view->rows, view->columns) + 1); break;
	case '1': case '2': case '3': case '4': go_to(view, w, key - '1'); break;
	case '\t': next_page(view, w, 1); break;
	case SABIN_KEY_TAB_BACK: next_page(view, w, -1); break;
	case 'c': case SABIN_KEY_RIGHT: next_channel(view, w, 1); break;
	case 'C': case SABIN_KEY_LEFT: next_channel(view, w, -1); break;
	case SABIN_KEY_UP: move(view, 1); break;
	case SABIN_KEY_DOWN: move(view, -1); break;
	case '+': case '=': zoom(view, 1 / 1.5); break;
	case '-': zoom(view, 1.5); break;
	case ' ': view->frozen = !view->frozen; break;
	case 'p': view->hold = !view->hold; break;
	case 'r': restart(view, w); break;
	case 's': store(view, w); break;
	case 'x': forget(view); break;
	case 'd': find_delay(view, w); break;
	case 'w': write_traces(view, w); break;
	case 'f': case 'F': case 'a': case 't': case 'm': next_spectrum(view, w, key); break;
	default: break;
	}
}

/* ---- help ------------------------------------------------------------------------------------------- */

static const struct {
	const char *key, *text;
	unsigned style;
} help[] = {
    {"1 2 3 4, Tab", "spectrum, spectrogram, levels, transfer function", SABIN_STYLE_TITLE},
    {"c C, right left", "next channel, the one before", SABIN_STYLE_TITLE},
    {"up down, + -", "shift the axis, look closer or from further", SABIN_STYLE_TITLE},
    {"space", "freeze the picture; sound and log go on", SABIN_STYLE_TITLE},
    {"p", "highest levels on or off", SABIN_STYLE_TITLE},
    {"r", "begin means, highest levels and averages anew", SABIN_STYLE_TITLE},
    {"s x", "store what is shown, to compare with; forget it", SABIN_STYLE_TITLE},
    {"f F", "narrower, wider bands", SABIN_STYLE_TITLE},
    {"a t", "frequency weighting, time weighting of the spectrum", SABIN_STYLE_TITLE},
    {"m", "spectrum by filters or by FFT", SABIN_STYLE_TITLE},
    {"d w", "find the delay anew; write the transfer functions", SABIN_STYLE_TITLE},
    {"Ctrl-L, ?, q", "draw everything again, this page, quit", SABIN_STYLE_TITLE},
    {"", "", SABIN_STYLE_PLAIN},
    {"green", "a level that does no harm; coherence from 0.9", SABIN_STYLE_GOOD},
    {"yellow", "from 85 dB SPL, or -20 dBFS; coherence from 0.5", SABIN_STYLE_WARN},
    {"red", "from 100 dB SPL, or -6 dBFS; no coherence; clipped, lost, away", SABIN_STYLE_BAD},
    {"", "", SABIN_STYLE_PLAIN},
    {"LAF LAS LAI", "A weighted level, fast (125 ms), slow (1 s), impulse; C, Z alike", SABIN_STYLE_DIM},
    {"LAeq LA10", "mean level since the start or r; exceeded 10 % of the time", SABIN_STYLE_DIM},
};
enum { HELP_LINES = sizeof help / sizeof *help };

/* How much of the text goes into `wide` columns, at a blank where there is one. */
static int piece(const char *text, int wide)
{
	const int length = (int)strlen(text);
	if (length <= wide)
		return length;
	for (int n = wide; n > 0; n--)
		if (text[n] == ' ')
			return n;
	return wide;
}

/* All lines of help, the `rows` of them from `first` on drawn (canvas NULL: none); how many there are. */
static int lay_out(struct sabin_canvas *canvas, int columns, int first, int rows)
{
	const int indent = columns < 70 ? 0 : 2, texts = columns < 70 ? 17 : 20;
	int line = 0;
	for (int i = 0; i < HELP_LINES; i++) {
		const char *rest = help[i].text;
		do {
			const int n = piece(rest, columns - texts), row = 2 + line - first;
			if (canvas && line >= first && line < first + rows) {
				if (rest == help[i].text)
					sabin_canvas_text(canvas, row, indent, help[i].style, "%s", help[i].key);
				sabin_canvas_text(canvas, row, texts, SABIN_STYLE_PLAIN, "%.*s", n, rest);
			}
			rest += n + (rest[n] == ' ');
			line++;
		} while (*rest);
	}
	return line;
}

static int help_rows(int rows)
{
	return rows - 3 > 1 ? rows - 3 : 1; /* without head, foot and a blank line */
}

int sabin_watch_help_pages(int rows, int columns)
{
	return (lay_out(NULL, columns, 0, 0) + help_rows(rows) - 1) / help_rows(rows);
}

void sabin_watch_draw_help(struct sabin_canvas *canvas, int page)
{
	const int pages = sabin_watch_help_pages(canvas->rows, canvas->columns), rows = help_rows(canvas->rows);
	lay_out(canvas, canvas->columns, (page - 1) * rows, rows);
	if (page < pages)
		sabin_canvas_text(canvas, canvas->rows - 1, 0, SABIN_STYLE_TITLE, "?: more, %d of %d", page, pages);
}
