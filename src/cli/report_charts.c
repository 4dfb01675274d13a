/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_charts.c: the charts of a report: those that a reader wants first, drawn of what has been read
 * already.
 */
#include "chart/chart.h"
#include "cli/plot_compare.h"
#include "cli/report.h"
#include "cli/talk.h"

/* WIDE: its words would find no room on a phone.  NARROW: a second picture for phones.  MAP: its colours are more than
 * lines and words, so that a dark screen needs another picture. */
enum form { WIDE, NARROW, MAP };

/* The charts of the measurement, in their order.  most: of a kind that draws one response, for so many. */
static const struct {
	const char *kind;
	enum form form;
	size_t most;
} wanted[] = {
    {"response", NARROW, 1}, {"rt60", NARROW, 1},   {"clarity", NARROW, 1}, {"reflections", WIDE, 2},
    {"modes", WIDE, 1},      {"waterfall", MAP, 1}, {"noise", NARROW, 1},   {"geometry", WIDE, 1},
};
enum { WANTED = sizeof wanted / sizeof *wanted };

static enum sabin_err draw(struct sabin_report *r, const struct sabin_chart_kind *kind,
                           const struct sabin_chart_input *input, enum form form, struct sabin_diag *diag)
{
	struct sabin_report_name who = {""};
	if (kind->one_trace)
		who = sabin_report_name(input->traces[0].measured);
	struct sabin_chart_style style = {.theme = "light", .plots = r->plots};
	struct sabin_chart_picture light = {0}, dark = {0}, narrow = {0};
	char title[sizeof light.title + sizeof who + 4];
	sabin_progress("drawing", (double)r->drawn / (double)r->most);
	enum sabin_err err = sabin_chart_picture(kind, input, &style, &light, diag);
	style.narrow = true;
	if (!err && form == NARROW)
		err = sabin_chart_picture(kind, input, &style, &narrow, diag);
	style = (struct sabin_chart_style){.theme = "dark", .plots = r->plots};
	if (!err && form == MAP)
		err = sabin_chart_picture(kind, input, &style, &dark, diag);
	if (!err) {
		snprintf(title, sizeof title, "%s%s%s", light.title, *who.s ? ": " : "", who.s);
		const struct sabin_page_picture picture = {light.svg, dark.svg, narrow.svg};
		err = sabin_page_figure(&r->page, &picture, title, light.finding, light.method);
		if (err)
			sabin_diag_set(diag, err, NULL, 0, 0, "%s",
			               err == SABIN_ENOMEM ? "out of memory" : "gnuplot drew no proper SVG");
	}
	free(light.svg);
	free(dark.svg);
	free(narrow.svg);
	r->drawn++;
	return err;
}

static void trace_of(const struct sabin_side_item *item, struct sabin_chart_trace *out)
{
	*out = (struct sabin_chart_trace){
	    .measured = item->measured,
	    .h = item->response->h,
	    .frames = item->response->frames,
	    .response = &item->response->response,
	    .analysis = &item->analysis,
	    .noise = item->has_noise ? &item->noise : NULL,
	};
}

/* A kind that draws one response is drawn of the speakers at the first position. */
static enum sabin_err draw_kind(struct sabin_report *r, size_t w, struct sabin_chart_input *all,
                                struct sabin_diag *diag)
{
	const struct sabin_chart_kind *kind = sabin_chart_find(wanted[w].kind);
	const struct sabin_chart_trace *traces = all->traces;
	const size_t count = all->trace_count;
	struct sabin_chart_input input = *all;
	enum sabin_err err = SABIN_OK;
	size_t drawn = 0;
	if (!kind->one_trace) {
		err = draw(r, kind, &input, wanted[w].form, diag);
	} else {
		input.trace_count = 1;
		for (size_t i = 0; !err && i < count && drawn < wanted[w].most; i++) {
			if (strcmp(traces[i].measured->position, traces[0].measured->position) != 0)
				continue;
			input.traces = &traces[i];
			err = draw(r, kind, &input, wanted[w].form, diag);
			drawn++;
		}
	}
	/* what cannot be drawn is left out, with the reason */
	if (err == SABIN_ESHORT) {
		sabin_page_note(&r->page, "No chart of the kind %s: %s.", kind->name, diag->message);
		err = SABIN_OK;
	}
	return err;
}

int sabin_report_charts(struct sabin_report *r)
{
	struct sabin_diag diag = {0};
	struct sabin_chart_trace *traces = calloc(r->side.count, sizeof *traces);
	if (!traces)
		return sabin_fail_memory(r->command);
	for (size_t i = 0; i < r->side.count; i++)
		trace_of(&r->side.item[i], &traces[i]);
	struct sabin_chart_input input = {
	    .measurement = &r->side.measurement,
	    .room = r->side.has_room ? &r->side.room : NULL,
	    .traces = traces,
	    .trace_count = r->side.count,
	    .smoothing_oct = r->side.responses.options.smoothing_oct,
	    .window_s = r->side.responses.options.window_s,
	};
	enum sabin_err err = SABIN_OK;
	sabin_page_section(&r->page, "charts", "Charts");
	r->most = WANTED + 3;
	for (size_t w = 0; !err && w < WANTED; w++)
		err = draw_kind(r, w, &input, &diag);
	sabin_progress_end();
	free(traces);
	return err ? sabin_fail_output(r->command, err, &diag) : -1;
}

int sabin_report_compare_chart(struct sabin_report *r)
{
	struct sabin_diag diag = {0};
	struct sabin_chart_compared compared;
	char who[200];
	sabin_plot_compared_of(&r->comparison, "after", &compared, who, sizeof who);
	const struct sabin_chart_input input = {
	    .measurement = &r->before.measurement,
	    .room = r->before.has_room ? &r->before.room : NULL,
	    .smoothing_oct = r->before.responses.options.smoothing_oct,
	    .window_s = r->before.responses.options.window_s,
	    .compared = &compared,
	    .compared_count = 1,
	    .who = who,
	};
	enum sabin_err err = draw(r, sabin_chart_find("compare"), &input, NARROW, &diag);
	if (err == SABIN_ESHORT)
		err = SABIN_OK;
	return err ? sabin_fail_output(r->command, err, &diag) : -1;
}

int sabin_report_correction_charts(struct sabin_report *r)
{
	struct sabin_diag diag = {0};
	enum sabin_err err = SABIN_OK;
	for (size_t i = 0; !err && i < r->correction.count; i++) {
		const struct sabin_chart_input input = {.measurement = &r->correction.about,
		                                        .correction = &r->correction.charts[i]};
		err = draw(r, sabin_chart_find("correction"), &input, NARROW, &diag);
	}
	return err ? sabin_fail_output(r->command, err, &diag) : -1;
}
