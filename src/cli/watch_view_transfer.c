/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * watch_view_transfer.c: transfer function: level, coherence, phase.
 */
#include <math.h>
#include <stdlib.h>

#include "cli/watch_view.h"

/* A curve is green from this coherence on, yellow from the other. */
static const double coherence_good = 0.9, coherence_fair = 0.5;

static double place_of(const void *context, double f_hz)
{
	const double *range_hz = context;
	return log(f_hz / range_hz[0]) / log(range_hz[1] / range_hz[0]);
}

static unsigned char style_of(double coherence)
{
	return coherence >= coherence_good ? SABIN_STYLE_GOOD : coherence >= coherence_fair ? SABIN_STYLE_WARN : SABIN_STYLE_BAD;
}

struct curve {
	double *x, *level, *phase; /* 0 .. 1 */
	unsigned char *style;
	size_t n;
};

static void release(struct curve *c)
{
	free(c->x);
	free(c->level);
	free(c->phase);
	free(c->style);
}

/* style 0: by the coherence */
static bool make(const struct sabin_watch_view *view, const struct sabin_trace *trace, const double range_hz[2],
                 unsigned char style, struct curve *c)
{
	*c = (struct curve){.n = trace->length};
	c->x = calloc(c->n + 1, sizeof(double));
	c->level = calloc(c->n + 1, sizeof(double));
	c->phase = calloc(c->n + 1, sizeof(double));
	c->style = calloc(c->n + 1, 1);
	if (!c->x || !c->level || !c->phase || !c->style)
		return false;
	for (size_t i = 0; i < c->n; i++) {
		c->x[i] = place_of(range_hz, trace->freq_hz[i]);
		c->level[i] = (trace->level_db[i] - view->middle_db + view->reach_db) / (2 * view->reach_db);
		c->phase[i] = trace->phase_deg[i] / 360 + 0.5;
		/* no line across where the phase wraps */
		if (i > 0 && fabs(trace->phase_deg[i] - trace->phase_deg[i - 1]) > 180)
			c->phase[i] = NAN;
		c->style[i] = style ? style : style_of(trace->coherence[i]);
		if (c->x[i] < 0 || c->x[i] > 1)
			c->level[i] = c->phase[i] = NAN;
	}
	return true;
}

static void draw_trace(const struct sabin_watch_view *view, const struct sabin_trace *trace, const double range_hz[2],
                       unsigned char style, struct sabin_canvas *canvas, const struct sabin_area *level,
                       const struct sabin_area *phase)
{
	struct curve curve;
	if (make(view, trace, range_hz, style, &curve)) {
		sabin_canvas_curve(canvas, phase, curve.x, curve.phase, curve.style, curve.n);
		sabin_canvas_curve(canvas, level, curve.x, curve.level, curve.style, curve.n);
	}
	release(&curve);
}

static void draw_coherence(const struct sabin_trace *trace, const double range_hz[2], struct sabin_canvas *canvas,
                           const struct sabin_area *area)
{
	for (int c = 0; c < area->columns; c++) {
		double least = 2;
		for (size_t i = 0; i < trace->length; i++) {
			const double at = place_of(range_hz, trace->freq_hz[i]) * area->columns;
			if (fabs(at - c - 0.5) <= fmax(0.5, 0.5 * area->columns / (double)trace->length))
				least = fmin(least, trace->coherence[i]);
		}
		if (least <= 1)
			sabin_canvas_put(canvas, area->row, area->column + c, sabin_canvas_block(canvas, fmax(least, 0.05)), style_of(least));
	}
}

static void draw_zero(struct sabin_canvas *canvas, const struct sabin_area *area, double share)
{
	sabin_canvas_mark(canvas, area, 0, area->columns, share, SABIN_STYLE_DIM);
}

static void draw_heading(const struct sabin_watch_view *view, const struct sabin_watch *w, struct sabin_canvas *canvas, int row)
{
	const struct sabin_watch_moment *m = &view->shown;
	int at = sabin_canvas_text(canvas, row, 0, SABIN_STYLE_DIM, "dB re input %u  ", w->channel[w->reference].input + 1);
	at = sabin_canvas_text(canvas, row, at, m->delay_known ? SABIN_STYLE_TITLE : SABIN_STYLE_WARN, "delay %.2f ms%s", m->delay_s * 1000,
	                       m->delay_known ? "" : " (not found yet)");
	if (m->delay_known)
		at = sabin_canvas_whole(canvas, row, at, SABIN_STYLE_DIM, " = %.2f m", m->delay_s * sabin_speed_of_sound(20));
	at = sabin_canvas_whole(canvas, row, at, SABIN_STYLE_DIM, "  %.0f averages  ", m->averages);
	if (at + 20 <= canvas->columns) {
		at = sabin_canvas_text(canvas, row, at, SABIN_STYLE_GOOD, "coherent ");
		at = sabin_canvas_text(canvas, row, at, SABIN_STYLE_WARN, "in part ");
		at = sabin_canvas_text(canvas, row, at, SABIN_STYLE_BAD, "not");
	}
	if (view->stored.trace.length > 0)
		sabin_canvas_whole(canvas, row, at + 2, SABIN_STYLE_STORED, "%.40s", view->stored_name);
}

void sabin_watch_draw_transfer(const struct sabin_watch_view *view, const struct sabin_watch *w,
                               struct sabin_canvas *canvas, struct sabin_area area)
{
	const double range_hz[2] = {w->analysis.from_hz, fmin(w->analysis.to_hz, 0.49 * w->rate_hz)};
	const int plots = area.rows - 3, upper = plots * 3 / 5;
	const struct sabin_area level = {area.row + 1, 5, upper, area.columns - 6};
	const struct sabin_area coherence = {area.row + 1 + upper, 5, 1, level.columns};
	const struct sabin_area phase = {coherence.row + 1, 5, plots - upper, level.columns};
	const struct sabin_trace *trace = &view->shown.trace;
	if (sabin_watch_is_reference(w, view->channel)) {
		sabin_canvas_text(canvas, area.row + 1, 5, SABIN_STYLE_DIM, "this is the reference: choose another channel (c)");
		return;
	}
	draw_heading(view, w, canvas, area.row);
	sabin_watch_level_axis(canvas, &level, view->middle_db + view->reach_db, 2 * view->reach_db);
	sabin_watch_level_axis(canvas, &phase, 180, 360);
	sabin_canvas_text(canvas, coherence.row, 0, SABIN_STYLE_DIM, " coh");
	sabin_watch_frequency_axis(canvas, &phase, place_of, range_hz);
	draw_zero(canvas, &level, (0 - view->middle_db + view->reach_db) / (2 * view->reach_db));
	draw_zero(canvas, &phase, 0.5);
	if (view->stored.trace.length > 0)
		draw_trace(view, &view->stored.trace, range_hz, SABIN_STYLE_STORED, canvas, &level, &phase);
	if (trace->length == 0) {
		sabin_canvas_text(canvas, level.row + level.rows / 2 - 1, level.column + 2, SABIN_STYLE_WARN, "too few averages yet");
		return;
	}
	draw_coherence(trace, range_hz, canvas, &coherence);
	draw_trace(view, trace, range_hz, 0, canvas, &level, &phase);
}
