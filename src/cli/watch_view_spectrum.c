/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * watch_view_spectrum.c: the spectrum as bars, and its past as a spectrogram.
 */
#include <math.h>

#include "cli/watch_view.h"

/* Where the bands stand: `per` columns each; 0: spread over all columns, one or two more for some, or several bands in
 * one column. */
struct layout {
	const struct sabin_band *band;
	size_t bands;
	int columns, per;
};

static struct layout layout_of(const struct sabin_watch *w, const struct sabin_watch_view *view, int columns)
{
	size_t bands;
	const struct sabin_band *band = sabin_spectrum_bands(sabin_watcher_spectrum(w->watcher), &bands);
	struct layout l = {band, view->shown.bands < bands ? view->shown.bands : bands, columns, 0};
	if (l.bands > 0)
		l.per = columns / (int)l.bands;
	if (l.per * (int)l.bands < columns * 9 / 10)
		l.per = 0; /* else much would be left empty */
	if (l.per >= 1)
		l.columns = l.per * (int)l.bands;
	return l;
}

/* First column of a band, and the first band of a column. */
static int column_of(const struct layout *l, size_t band)
{
	const double at = (double)band * l->columns / (double)l->bands;
	return l->per >= 1 ? (int)band * l->per : (int)(l->columns < (int)l->bands ? at : ceil(at));
}

static size_t band_of(const struct layout *l, int column)
{
	const double at = (double)column * (double)l->bands / l->columns;
	return l->per >= 1 ? (size_t)(column / l->per) : (size_t)(l->columns < (int)l->bands ? ceil(at) : at);
}

static double place_of(const void *context, double f_hz)
{
	const struct layout *l = context;
	for (size_t b = 0; b < l->bands; b++)
		if (f_hz >= l->band[b].low_hz && f_hz < l->band[b].high_hz) {
			const int wide = column_of(l, b + 1) - column_of(l, b);
			return (column_of(l, b) + (l->per > 2 ? wide - 1 : fmax(wide, 1)) / 2.0) / l->columns;
		}
	return NAN;
}

/* The highest of the bands that share a column. */
static double highest(const struct layout *l, const double *level_db, int column)
{
	const size_t first = band_of(l, column), next = band_of(l, column + 1);
	double most = -HUGE_VAL;
	for (size_t b = first; b < l->bands && (b < next || b == first); b++)
		most = fmax(most, level_db[b]);
	return most;
}

static int draw_heading(const struct sabin_watch_view *view, const struct sabin_watch *w, struct sabin_canvas *canvas,
                        int row)
{
	const struct sabin_watch_channel *channel = &w->channel[view->channel];
	const struct sabin_reading_band *a = &view->shown.reading.band[SABIN_WEIGHTING_A];
	const struct sabin_reading_band *c = &view->shown.reading.band[SABIN_WEIGHTING_C];
	int at = sabin_canvas_text(canvas, row, 0, SABIN_STYLE_DIM, "%s  1/%d oct%s %s %s", sabin_watch_unit(channel),
	                           w->analysis.fraction, w->analysis.kind == SABIN_SPECTRUM_FFT ? " FFT" : "",
	                           sabin_weighting_name(w->analysis.weighting),
	                           sabin_time_name(w->analysis.time));
	at = sabin_canvas_whole(canvas, row, at + 3, SABIN_STYLE_TITLE, "LAF %5.1f", sabin_watch_db(channel, a->fast_dbfs));
	at = sabin_canvas_whole(canvas, row, at + 2, SABIN_STYLE_TITLE, "LCF %5.1f", sabin_watch_db(channel, c->fast_dbfs));
	if (channel->total.time_s > 0)
		at = sabin_canvas_whole(canvas, row, at + 2, SABIN_STYLE_TITLE, "LAeq %5.1f",
		                        sabin_watch_db(channel, channel->total.reading.band[SABIN_WEIGHTING_A].leq_dbfs));
	if (view->hold && view->page == SABIN_PAGE_SPECTRUM)
		at = sabin_canvas_whole(canvas, row, at + 2, SABIN_STYLE_HOLD, "%s highest", canvas->ascii ? "-" : "─");
	if (view->stored.bands > 0 && view->page == SABIN_PAGE_SPECTRUM)
		at = sabin_canvas_whole(canvas, row, at + 2, SABIN_STYLE_STORED, "%s stored", canvas->ascii ? "-" : "─");
	return at;
}

/* Nothing is told before a window is full. */
static void draw_wait(const struct sabin_watch *w, struct sabin_canvas *canvas, const struct sabin_area *plot)
{
	const double window_s = sabin_spectrum_window_s(sabin_watcher_spectrum(w->watcher));
	sabin_canvas_text(canvas, plot->row + plot->rows / 2, plot->column + 2, SABIN_STYLE_WARN, "the FFT's first window takes %.1f s",
	                  window_s);
}

void sabin_watch_draw_spectrum(const struct sabin_watch_view *view, const struct sabin_watch *w,
                               struct sabin_canvas *canvas, struct sabin_area area)
{
	const struct layout l = layout_of(w, view, area.columns - 6);
	const struct sabin_area plot = {area.row + 1, 5, area.rows - 2, l.columns};
	const double foot_db = view->top_db - view->span_db;
	struct sabin_bar bar;
	draw_heading(view, w, canvas, area.row);
	sabin_watch_limits(view, w, &bar);
	sabin_watch_level_axis(canvas, &plot, view->top_db, view->span_db);
	const int step = l.per >= 1 ? l.per : 1, wide = l.per > 2 ? l.per - 1 : step;
	for (int c = 0; c + step <= l.columns && l.bands > 0; c += step) {
		bar.share = (highest(&l, view->shown.now_db, c) - foot_db) / view->span_db;
		sabin_canvas_bar(canvas, &plot, c, wide, &bar);
		if (view->hold)
			sabin_canvas_mark(canvas, &plot, c, wide, (highest(&l, view->shown.max_db, c) - foot_db) / view->span_db,
			                  SABIN_STYLE_HOLD);
		if (view->stored.bands == l.bands)
			sabin_canvas_mark(canvas, &plot, c, wide, (highest(&l, view->stored.now_db, c) - foot_db) / view->span_db,
			                  SABIN_STYLE_STORED);
	}
	sabin_watch_frequency_axis(canvas, &plot, place_of, &l);
	if (w->analysis.kind == SABIN_SPECTRUM_FFT && l.bands > 0 && isinf(view->shown.now_db[0]))
		draw_wait(w, canvas, &plot);
}

/* ---- the past ---------------------------------------------------------------------------------- */

/* `back` ticks ago; NULL: it was not there yet. */
static const float *past(const struct sabin_watch_view *view, size_t back)
{
	if (back >= view->past_count)
		return NULL;
	return view->past_db[(view->past_at + SABIN_VIEW_PAST - 1 - back) % SABIN_VIEW_PAST];
}

static int ramp_step(const struct sabin_watch_view *view, const struct layout *l, const float *levels_db, int column)
{
	double most = -HUGE_VAL;
	const size_t first = band_of(l, column), next = band_of(l, column + 1);
	if (!levels_db)
		return 0;
	for (size_t b = first; b < l->bands && (b < next || b == first); b++)
		most = fmax(most, (double)levels_db[b]);
	const double share = (most - (view->top_db - view->span_db)) / view->span_db;
	return (int)fmin(fmax(floor(share * SABIN_RAMP), 0), SABIN_RAMP - 1);
}

void sabin_watch_draw_spectrogram(const struct sabin_watch_view *view, const struct sabin_watch *w,
                                  struct sabin_canvas *canvas, struct sabin_area area)
{
	const struct layout l = layout_of(w, view, area.columns - 6);
	const struct sabin_area plot = {area.row + 1, 5, area.rows - 2, l.columns};
	const int free_from = draw_heading(view, w, canvas, area.row);
	for (int r = 0; r < plot.rows; r++) { /* two moments a row, a quarter of a second each, the new one on top */
		const float *upper = past(view, 2 * (size_t)r), *lower = past(view, 2 * (size_t)r + 1);
		if (r % 4 == 0)
			sabin_canvas_text(canvas, plot.row + r, 0, SABIN_STYLE_DIM, "%2.0f s", r * 0.5);
		for (int c = 0; c < l.columns && upper && l.bands > 0; c++)
			sabin_canvas_put(canvas, plot.row + r, plot.column + c, canvas->ascii ? '#' : 0x2580,
			                 SABIN_STYLE_RAMP + SABIN_RAMP * (unsigned)ramp_step(view, &l, upper, c) +
			                     (unsigned)ramp_step(view, &l, lower, c));
	}
	sabin_watch_frequency_axis(canvas, &plot, place_of, &l);
	/* the scale, right of the heading where there is room */
	const int from = canvas->columns - SABIN_RAMP - 10;
	if (from < free_from + 1)
		return;
	int at = sabin_canvas_text(canvas, area.row, from, SABIN_STYLE_DIM, "%4.0f ", view->top_db - view->span_db);
	for (unsigned i = 0; i < SABIN_RAMP; i++)
		sabin_canvas_put(canvas, area.row, at++, canvas->ascii ? '#' : 0x2580, SABIN_STYLE_RAMP + (SABIN_RAMP + 1) * i);
	sabin_canvas_text(canvas, area.row, at, SABIN_STYLE_DIM, " %.0f", view->top_db);
}
