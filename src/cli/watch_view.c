/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * watch_view.c: what is shown, and the frame around each page.
 */
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli/show.h"
#include "cli/watch_view.h"

static const double tick_s = 0.25;
static const double message_s = 5;

void sabin_watch_view_init(struct sabin_watch_view *view, const struct sabin_watch *w)
{
	size_t first = 0;
	if (w->reference == 0 && w->count > 1)
		first = 1;
	const bool absolute = isfinite(w->channel[first].dbspl_at_0dbfs.value);
	view->channel = first;
	view->page = w->reference >= 0 ? SABIN_PAGE_TRANSFER : SABIN_PAGE_SPECTRUM;
	view->hold = true;
	view->top_db = absolute ? 100 : 0;
	view->span_db = absolute ? 90 : 100;
	view->reach_db = 24;
	if (w->compared.length > 0 && sabin_trace_copy(&w->compared, &view->stored.trace) == SABIN_OK)
		memcpy(view->stored_name, w->compared_name, sizeof view->stored_name);
}

void sabin_watch_view_release(struct sabin_watch_view *view)
{
	sabin_trace_release(&view->shown.trace);
	sabin_trace_release(&view->stored.trace);
}

void sabin_watch_view_say(struct sabin_watch_view *view, const struct sabin_watch *w, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vsnprintf(view->message, sizeof view->message, format, args);
	va_end(args);
	view->message_until = w->frames + (size_t)(message_s * w->rate_hz);
}

void sabin_watch_view_look(struct sabin_watch_view *view, const struct sabin_watch *w)
{
	struct sabin_watch_moment *m = &view->shown;
	if (view->frozen)
		return;
	sabin_spectrum_bands(sabin_watcher_spectrum(w->watcher), &m->bands);
	if (m->bands > SABIN_VIEW_BANDS)
		m->bands = 0; /* no fraction has so many */
	if (m->bands > 0) {
		sabin_watch_spectrum(w, view->channel, SABIN_SPECTRUM_NOW, m->now_db);
		sabin_watch_spectrum(w, view->channel, SABIN_SPECTRUM_LEQ, m->leq_db);
		sabin_watch_spectrum(w, view->channel, SABIN_SPECTRUM_MAX, m->max_db);
	}
	sabin_watcher_read(w->watcher, view->channel, &m->reading);
	sabin_trace_release(&m->trace);
	const struct sabin_transfer *transfer = sabin_watcher_transfer(w->watcher, view->channel);
	if (!transfer || view->page != SABIN_PAGE_TRANSFER)
		return;
	if (sabin_watch_trace(w, view->channel, &m->trace) != SABIN_OK)
		m->trace = (struct sabin_trace){0};
	m->averages = sabin_transfer_averages(transfer);
	m->delay_s = (double)sabin_transfer_delay(transfer) / w->rate_hz;
	m->delay_known = w->channel[view->channel].delay_known;
}

/* What is louder than the axis reaches lifts it, so that it can be seen. */
static void follow(struct sabin_watch_view *view, const struct sabin_watch *w)
{
	const struct sabin_reading_band *a = &view->shown.reading.band[SABIN_WEIGHTING_A];
	double most_db = sabin_watch_db(&w->channel[view->channel], a->fast_dbfs);
	for (size_t b = 0; b < view->shown.bands; b++)
		most_db = fmax(most_db, view->shown.now_db[b]);
	if (!view->moved && isfinite(most_db) && most_db > view->top_db)
		view->top_db = fmin(ceil((most_db + 3) / 10) * 10, 160);
}

void sabin_watch_view_tick(struct sabin_watch_view *view, const struct sabin_watch *w)
{
	if (w->frames < view->next_tick)
		return;
	view->next_tick = w->frames + (size_t)(tick_s * w->rate_hz);
	if (view->frozen)
		return;
	sabin_watch_view_look(view, w);
	follow(view, w);
	for (size_t b = 0; b < view->shown.bands; b++)
		view->past_db[view->past_at][b] = (float)view->shown.now_db[b];
	view->past_laf_db[view->past_at] =
	    (float)sabin_watch_db(&w->channel[view->channel], view->shown.reading.band[SABIN_WEIGHTING_A].fast_dbfs);
	view->past_at = (view->past_at + 1) % SABIN_VIEW_PAST;
	if (view->past_count < SABIN_VIEW_PAST)
		view->past_count++;
}

/* ---- axes -------------------------------------------------------------------------------------- */

void sabin_watch_limits(const struct sabin_watch_view *view, const struct sabin_watch *w, struct sabin_bar *bar)
{
	const bool absolute = isfinite(w->channel[view->channel].dbspl_at_0dbfs.value);
	const double foot_db = view->top_db - view->span_db;
	bar->warn = ((absolute ? 85 : -20) - foot_db) / view->span_db;
	bar->bad = ((absolute ? 100 : -6) - foot_db) / view->span_db;
}

void sabin_watch_level_axis(struct sabin_canvas *canvas, const struct sabin_area *area, double top, double span)
{
	static const double steps_db[] = {1, 2, 5, 10, 20, 45, 90};
	double step = steps_db[0];
	for (size_t i = 0; i < sizeof steps_db / sizeof *steps_db; i++) {
		step = steps_db[i];
		if (span / step <= area->rows / 2.0 + 0.5)
			break;
	}
	int free_to = area->rows;
	for (double v = ceil((top - span) / step - 1e-9) * step; v <= top + 1e-9; v += step) {
		/* the row in which a mark of that level lies */
		const double share = (v - top + span) / span;
		const int row = area->rows - 1 - (int)fmin(area->rows - 1, floor(share * area->rows + 1e-9));
		if (row < free_to)
			sabin_canvas_text(canvas, area->row + row, area->column - 5, SABIN_STYLE_DIM, "%4.0f", fabs(v) < 1e-9 ? 0 : v);
		free_to = row - 1;
	}
}

void sabin_watch_frequency_axis(struct sabin_canvas *canvas, const struct sabin_area *area,
                                double (*place)(const void *context, double f_hz), const void *context)
{
	static const double octaves_hz[] = {16, 31.5, 63, 125, 250, 500, 1000, 2000, 4000, 8000, 16000};
	int free_from = area->column - 1;
	for (size_t i = 0; i < sizeof octaves_hz / sizeof *octaves_hz; i++) {
		char text[16];
		const double at = place(context, octaves_hz[i]);
		if (!(at >= 0) || !(at <= 1)) /* NAN: no band has it */
			continue;
		sabin_show_hz(octaves_hz[i], text, sizeof text);
		const int column = area->column + (int)floor(at * area->columns) - (int)strlen(text) / 2;
		if (column < free_from || column + (int)strlen(text) > area->column + area->columns)
			continue;
		free_from = sabin_canvas_text(canvas, area->row + area->rows, column, SABIN_STYLE_DIM, "%s", text) + 1;
	}
}

/* ---- the frame ---------------------------------------------------------------------------------- */

static void draw_head(const struct sabin_watch_view *view, const struct sabin_watch *w, struct sabin_canvas *canvas)
{
	static const char *const pages[SABIN_PAGES] = {"1 spectrum", "2 spectrogram", "3 levels", "4 transfer"};
	const size_t s = w->frames / w->rate_hz;
	char right[120];
	int at = 0;
	for (int p = 0; p < SABIN_PAGES; p++) {
		if (p == SABIN_PAGE_TRANSFER && w->reference < 0)
			continue;
		at = sabin_canvas_text(canvas, 0, at, p == (int)view->page ? SABIN_STYLE_CHOSEN : SABIN_STYLE_PLAIN, " %s ", pages[p]);
	}
	const int n = snprintf(right, sizeof right, "%.24s %zu/%zu  %zu:%02zu:%02zu", w->channel[view->channel].name,
	                       view->channel + 1, w->count, s / 3600, s / 60 % 60, s % 60);
	if (canvas->columns - n > at)
		sabin_canvas_text(canvas, 0, canvas->columns - n, SABIN_STYLE_TITLE, "%s", right);
	if (view->frozen && at + 8 < canvas->columns - n)
		sabin_canvas_text(canvas, 0, at + 1, SABIN_STYLE_WARN, "FROZEN");
}

static void draw_foot(const struct sabin_watch_view *view, const struct sabin_watch *w, struct sabin_canvas *canvas)
{
	const struct sabin_feed_status *s = &w->status;
	const int row = canvas->rows - 1;
	int at = 0;
	if (s->state == SABIN_FEED_GONE)
		at = sabin_canvas_text(canvas, row, at, SABIN_STYLE_BAD, "%.40s is away; waiting", w->source);
	else if (view->message[0] && w->frames < view->message_until)
		at = sabin_canvas_text(canvas, row, at, SABIN_STYLE_TITLE, "%s", view->message);
	else
		at = sabin_canvas_text(canvas, row, at, SABIN_STYLE_DIM, "%.40s, %g kHz", w->source, w->rate_hz / 1000.0);
	if (w->channel[view->channel].total.reading.clipped || view->shown.reading.clipped)
		at = sabin_canvas_text(canvas, row, at, SABIN_STYLE_BAD, "  CLIPPED");
	if (s->lost_frames > 0)
		sabin_canvas_text(canvas, row, at, SABIN_STYLE_BAD, "  %zu frames lost", s->lost_frames);
	const char *const hint = " ? help  q quit";
	sabin_canvas_text(canvas, row, canvas->columns - (int)strlen(hint), SABIN_STYLE_DIM, "%s", hint);
}

void sabin_watch_view_draw(struct sabin_watch_view *view, const struct sabin_watch *w, struct sabin_canvas *canvas)
{
	static void (*const draw[SABIN_PAGES])(const struct sabin_watch_view *, const struct sabin_watch *,
	                                       struct sabin_canvas *, struct sabin_area) = {
	    sabin_watch_draw_spectrum, sabin_watch_draw_spectrogram, sabin_watch_draw_levels, sabin_watch_draw_transfer};
	view->rows = canvas->rows;
	view->columns = canvas->columns;
	if (canvas->rows < 8 || canvas->columns < 40) {
		sabin_canvas_text(canvas, 0, 0, SABIN_STYLE_WARN, "too small: 40 by 8");
		return;
	}
	draw_head(view, w, canvas);
	if (!view->help)
		draw[view->page](view, w, canvas, (struct sabin_area){1, 0, canvas->rows - 2, canvas->columns});
	draw_foot(view, w, canvas);
	if (view->help)
		sabin_watch_draw_help(canvas, view->help);
}
