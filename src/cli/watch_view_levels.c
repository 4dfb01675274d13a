/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * watch_view_levels.c: the level in large digits, all channels in a table, the last minutes as a strip.
 */
#include <math.h>

#include "cli/watch_view.h"
#include "io/number.h"

static int number(struct sabin_canvas *canvas, int row, int column, unsigned style, double value, int decimals)
{
	if (isfinite(value))
		return sabin_canvas_whole(canvas, row, column, style, " %6.*f", decimals, sabin_number_tidy(value, decimals));
	return sabin_canvas_whole(canvas, row, column, SABIN_STYLE_DIM, " %5s–", "");
}

static unsigned style_of(const struct sabin_watch_channel *channel, double db)
{
	const bool absolute = isfinite(channel->dbspl_at_0dbfs.value);
	return db >= (absolute ? 100 : -6) ? SABIN_STYLE_BAD : db >= (absolute ? 85 : -20) ? SABIN_STYLE_WARN : SABIN_STYLE_GOOD;
}

static void draw_row(const struct sabin_watch *w, size_t c, struct sabin_canvas *canvas, int row, unsigned style)
{
	const struct sabin_watch_channel *channel = &w->channel[c];
	const struct sabin_tally *t = &channel->total;
	const struct sabin_reading_band *total_a = &t->reading.band[SABIN_WEIGHTING_A];
	const struct sabin_reading_band *total_c = &t->reading.band[SABIN_WEIGHTING_C];
	struct sabin_reading now;
	struct sabin_noise_rating nr, nc;
	sabin_watcher_read(w->watcher, c, &now);
	const double laf_db = sabin_watch_db(channel, now.band[SABIN_WEIGHTING_A].fast_dbfs);
	int at = sabin_canvas_text(canvas, row, 0, style, "%-10.10s", channel->name);
	at = number(canvas, row, at, style_of(channel, laf_db), laf_db, 1);
	if (!(t->time_s > 0)) /* the first interval is not over */
		return;
	at = number(canvas, row, at, SABIN_STYLE_PLAIN, sabin_watch_db(channel, total_a->leq_dbfs), 1);
	at = number(canvas, row, at, SABIN_STYLE_PLAIN, sabin_watch_db(channel, total_c->leq_dbfs), 1);
	at = number(canvas, row, at, SABIN_STYLE_PLAIN, sabin_watch_db(channel, total_a->fast_max_dbfs), 1);
	at = number(canvas, row, at, SABIN_STYLE_PLAIN, sabin_watch_db(channel, total_c->peak_dbfs), 1);
	for (int percent = 10; percent <= 90; percent += 40)
		at = number(canvas, row, at, SABIN_STYLE_PLAIN, sabin_watch_db(channel, sabin_percentiles_level(&t->percentiles, percent)), 1);
	if (!isfinite(channel->dbspl_at_0dbfs.value)) { /* no ratings; beside calibrated channels it must be told apart */
		sabin_canvas_whole(canvas, row, at, SABIN_STYLE_DIM, "          dBFS");
		return;
	}
	sabin_watch_ratings(channel, t, &nr, &nc);
	at = number(canvas, row, at, SABIN_STYLE_PLAIN, nr.value.valid ? nr.value.value : (double)NAN, 0) ;
	number(canvas, row, at, SABIN_STYLE_PLAIN, nc.value.valid ? nc.value.value : (double)NAN, 0);
}

/* The fast level of the last minutes, a column each quarter of a second, the newest on the right. */
static void draw_strip(const struct sabin_watch_view *view, const struct sabin_watch *w, struct sabin_canvas *canvas,
                       struct sabin_area plot)
{
	struct sabin_bar bar;
	sabin_watch_limits(view, w, &bar);
	sabin_watch_level_axis(canvas, &plot, view->top_db, view->span_db);
	for (int c = 0; c < plot.columns; c++) {
		const size_t back = (size_t)(plot.columns - 1 - c);
		if (back >= view->past_count)
			continue;
		const float laf_db = view->past_laf_db[(view->past_at + SABIN_VIEW_PAST - 1 - back) % SABIN_VIEW_PAST];
		bar.share = ((double)laf_db - (view->top_db - view->span_db)) / view->span_db;
		sabin_canvas_bar(canvas, &plot, c, 1, &bar);
	}
	sabin_canvas_text(canvas, plot.row + plot.rows, 0, SABIN_STYLE_DIM, " LAF");
	for (int back = 0; back + 5 < plot.columns; back += 40) /* ten seconds */
		sabin_canvas_text(canvas, plot.row + plot.rows, plot.column + plot.columns - 5 - back, SABIN_STYLE_DIM, "%4d s",
		                  back / 4);
}

void sabin_watch_draw_levels(const struct sabin_watch_view *view, const struct sabin_watch *w,
                             struct sabin_canvas *canvas, struct sabin_area area)
{
	enum { BIG = 5 };
	const struct sabin_watch_channel *channel = &w->channel[view->channel];
	const struct sabin_reading_band *a = &view->shown.reading.band[SABIN_WEIGHTING_A];
	const double laf_db = sabin_watch_db(channel, a->fast_dbfs);
	char text[16] = "-";
	if (isfinite(laf_db))
		snprintf(text, sizeof text, "%.1f", laf_db);
	int at = sabin_canvas_big(canvas, area.row + 1, 1, style_of(channel, laf_db), text);
	sabin_canvas_text(canvas, area.row + 1, at + 1, SABIN_STYLE_TITLE, "LAF %s", sabin_watch_unit(channel));
	sabin_canvas_text(canvas, area.row + 3, at + 1, SABIN_STYLE_PLAIN, "LAS %6.1f   LAI %6.1f", sabin_watch_db(channel, a->slow_dbfs),
	                  sabin_watch_db(channel, a->impulse_dbfs));
	sabin_canvas_text(canvas, area.row + 4, at + 1, SABIN_STYLE_PLAIN, "LCF %6.1f   LZF %6.1f",
	                  sabin_watch_db(channel, view->shown.reading.band[SABIN_WEIGHTING_C].fast_dbfs),
	                  sabin_watch_db(channel, view->shown.reading.band[SABIN_WEIGHTING_Z].fast_dbfs));
	sabin_canvas_text(canvas, area.row + 5, at + 1, SABIN_STYLE_DIM, "%s", isfinite(channel->dbspl_at_0dbfs.value) ? "" : "not calibrated: re full scale");
	int row = area.row + 1 + BIG + 1;
	static const char *const heads[] = {"LAF", "LAeq", "LCeq", "LAFmax", "LCpeak", "LA10", "LA50", "LA90", "NR", "NC"};
	at = sabin_canvas_text(canvas, row, 0, SABIN_STYLE_DIM, "%-10s", "channel");
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
		at = sabin_canvas_whole(canvas, row, at, SABIN_STYLE_DIM, " %6s", heads[i]);
	row++;
	const int left = area.row + area.rows - row;
	const size_t room = left > 6 ? (size_t)(left - 6) : 1;
	const size_t shown = w->count < room ? w->count : room;
	/* the chosen one is among them */
	const size_t first = view->channel >= shown ? view->channel - shown + 1 : 0;
	for (size_t c = first; c < first + shown; c++)
		draw_row(w, c, canvas, row++, c == view->channel && w->count > 1 ? SABIN_STYLE_CHOSEN : SABIN_STYLE_PLAIN);
	const int rows = area.row + area.rows - 1 - row;
	if (rows >= 2)
		draw_strip(view, w, canvas, (struct sabin_area){row, 5, rows, area.columns - 6});
}
