/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kind_compare.c: a frequency response before and after, their difference, and where it is more
 * than chance; of a series the differences from the first, one panel each.
 *
 * References: IEC 60263:2020 (proportions of level over logarithmic frequency).
 */
#include <math.h>

#include "chart/kinds.h"
#include "chart/sheet.h"

enum {
	PLOT_WIDTH_PX = 816,
	LEVEL_STEP_DB = 5,
	LEVEL_SPAN_DB = 40,
	DIFFERENCE_LEAST_DB = 5, /* half of the axis: all is on it ... */
	DIFFERENCE_USUAL_DB = 10, /* ... but beyond this a fiftieth may be off, the largest not */
	DIFFERENCE_MOST_DB = 20,
	DIFFERENCE_STEP_DB = 5,
	PANELS_MAX = 8,
	FOOT_DB = 1, /* below the axis' values: where the bar of significance lies */
};
static const double db_per_decade = 25, covered = 2; /* k: 95 % */

struct picture {
	const struct sabin_chart_input *input;
	size_t count; /* of panels with differences */
	double from_hz, to_hz, bottom_db, top_db, half_db;
};

static double clamp(double x, double least, double most)
{
	return isnan(x) ? x : fmin(fmax(x, least), most);
}

/* The point that differs most by more than chance, or length. */
static size_t most_of(const struct sabin_chart_compared *c)
{
	size_t most = c->length;
	for (size_t i = 0; i < c->length; i++)
		if (c->significant[i] && (most == c->length || fabs(c->difference_db[i]) >
		                                                   fabs(c->difference_db[most])))
			most = i;
	return most;
}

/* Axes: of levels from above the highest, of differences so far that all but a fiftieth of the
 * points are on it, and the one that is named. */
static void find_axes(struct picture *p)
{
	double most = -INFINITY;
	p->from_hz = INFINITY;
	p->half_db = DIFFERENCE_LEAST_DB;
	for (size_t k = 0; k < p->count; k++) {
		const struct sabin_chart_compared *c = &p->input->compared[k];
		p->from_hz = fmin(p->from_hz, c->freq_hz[0]);
		p->to_hz = fmax(p->to_hz, c->freq_hz[c->length - 1]);
		for (size_t i = 0; i < c->length; i++)
			if (isfinite(c->difference_db[i]))
				most = fmax(most, fmax(c->before_db[i], c->after_db[i]));
		const size_t named = most_of(c);
		const double named_db = named < c->length ? fabs(c->difference_db[named]) : 0;
		for (; p->half_db < DIFFERENCE_MOST_DB; p->half_db += DIFFERENCE_STEP_DB) {
			size_t beyond = 0;
			for (size_t i = 0; i < c->length; i++)
				beyond += fabs(c->difference_db[i]) > p->half_db;
			if (beyond == 0 || (p->half_db >= DIFFERENCE_USUAL_DB && named_db <= p->half_db &&
			                    beyond * 50 <= c->length))
				break;
		}
	}
	p->to_hz = sabin_chart_axis_end(p->to_hz);
	p->top_db = ceil((fmax(most, -300) + 1) / LEVEL_STEP_DB) * LEVEL_STEP_DB;
	p->bottom_db = p->top_db - LEVEL_SPAN_DB;
}

static void write_levels(struct sabin_sheet *sheet, const struct picture *p)
{
	const struct sabin_chart_compared *c = &p->input->compared[0];
	const double *const lines[] = {c->before_db, c->after_db};
	static const char *const suffixes[] = {"_before", "_after"};
	for (int k = 0; k < 2; k++) {
		sabin_sheet_table(sheet, suffixes[k], "f_Hz level_dB");
		sabin_sheet_line(sheet, c->freq_hz, lines[k], c->length, p->from_hz, p->to_hz,
		                 true);
		sabin_sheet_off_page(sheet, 2);
	}
}

static void write_difference(struct sabin_sheet *sheet, const struct picture *p, size_t k)
{
	const struct sabin_chart_compared *c = &p->input->compared[k];
	const double half = p->half_db, low = -half - FOOT_DB;
	char suffix[40];
	snprintf(suffix, sizeof suffix, "_%zu", k + 1);
	sabin_sheet_table(sheet, suffix,
	                  "f_Hz difference_dB least_dB most_dB raised_dB lowered_dB");
	for (size_t i = 0; i < c->length; i++) {
		const double d = clamp(c->difference_db[i], low, half);
		const double u = covered * c->plus_minus_db[i];
		sabin_sheet_row(sheet, 6,
		                (double[]){c->freq_hz[i], d,
		                           clamp(c->difference_db[i] - u, low, half),
		                           clamp(c->difference_db[i] + u, low, half),
		                           isnan(d)            ? d
		                           : c->significant[i] ? fmax(d, 0)
		                                               : 0,
		                           isnan(d)            ? d
		                           : c->significant[i] ? fmin(d, 0)
		                                               : 0});
	}
	sabin_sheet_off_page(sheet, 6);
	snprintf(suffix, sizeof suffix, "_significant_%zu", k + 1);
	sabin_sheet_table(sheet, suffix, "f_Hz foot_dB");
	for (size_t i = 0; i < c->length; i++) {
		/* a point stands for the stretch about it */
		const double half_step =
		    i + 1 < c->length ? sqrt(c->freq_hz[i + 1] / c->freq_hz[i]) : 1;
		if (c->significant[i]) {
			sabin_sheet_row(
			    sheet, 2, (double[]){c->freq_hz[i] / half_step, -half - FOOT_DB / 2.0});
			sabin_sheet_row(
			    sheet, 2, (double[]){c->freq_hz[i] * half_step, -half - FOOT_DB / 2.0});
		} else if (i > 0 && c->significant[i - 1]) {
			sabin_sheet_row(sheet, 2, (double[]){c->freq_hz[i], NAN});
		}
	}
	sabin_sheet_off_page(sheet, 2);
}

/* Where it differs most, and over how much of the axis by more than chance. */
static void write_finding(struct sabin_sheet *sheet, const struct picture *p, const char *key,
                          size_t k, const char *lead)
{
	const struct sabin_chart_compared *c = &p->input->compared[k];
	size_t significant = 0, judged = 0;
	const size_t most = most_of(c);
	for (size_t i = 0; i < c->length; i++) {
		judged += isfinite(c->difference_db[i]);
		significant += c->significant[i];
	}
	if (most == c->length) {
		sabin_sheet_say(sheet, key, 850, 14.5, "%s",
		                judged ? "No difference is more than chance" : "Nothing can be compared");
		return;
	}
	const double error_db = covered * c->plus_minus_db[most];
	const int decimals = error_db < 0.05 ? 2 : 1;
	sabin_sheet_say(
	    sheet, key, 850, 14.5,
	    "%smost at %s: %s%s \xc2\xb1 %s dB; more than chance over %.0f %% of the octaves", lead,
	    sabin_text_hz(c->freq_hz[most]).s, c->difference_db[most] > 0 ? "+" : "",
	    sabin_text_number(c->difference_db[most], decimals).s,
	    sabin_text_number(error_db, decimals).s, 100.0 * (double)significant / (double)judged);
}

/* The one of a series that differs most. */
static void write_main_finding(struct sabin_sheet *sheet, const struct picture *p)
{
	char lead[300] = "Differs ";
	size_t best = 0;
	double largest_db = -1;
	for (size_t k = 0; k < p->count; k++) {
		const struct sabin_chart_compared *c = &p->input->compared[k];
		const size_t most = most_of(c);
		if (most < c->length && fabs(c->difference_db[most]) > largest_db) {
			largest_db = fabs(c->difference_db[most]);
			best = k;
		}
	}
	if (p->count > 1)
		snprintf(lead, sizeof lead, "%.200s differs ",
		         p->input->compared[best].name ? p->input->compared[best].name : "after");
	write_finding(sheet, p, "finding", best, lead);
}

static void write_panels(struct sabin_sheet *sheet, const struct picture *p)
{
	char panels[200] = "";
	const double decade_px = PLOT_WIDTH_PX / log10(p->to_hz / p->from_hz);
	const double difference_px = decade_px * (2 * p->half_db + FOOT_DB) / db_per_decade;
	size_t used = 0;
	if (p->count == 1)
		used += (size_t)snprintf(panels, sizeof panels, "%.6g ",
		                         decade_px * LEVEL_SPAN_DB / db_per_decade);
	for (size_t k = 0; k < p->count; k++)
		used += (size_t)snprintf(panels + used, sizeof panels - used, "%.6g ",
		                         p->count == 1 ? difference_px : difference_px * 0.75);
	sabin_sheet_say(sheet, "panels", 0, 0, "%s", panels);
	sabin_sheet_number(sheet, "sets", (double)p->count);
	sabin_sheet_number(sheet, "from_hz", p->from_hz);
	sabin_sheet_number(sheet, "to_hz", p->to_hz);
	sabin_sheet_number(sheet, "bottom_db", p->bottom_db);
	sabin_sheet_number(sheet, "top_db", p->top_db);
	sabin_sheet_number(sheet, "half_db", p->half_db);
	sabin_sheet_number(sheet, "foot_db", -p->half_db - FOOT_DB);
}

static void write_words(struct sabin_sheet *sheet, const struct picture *p)
{
	const struct sabin_chart_input *input = p->input;
	const char *name = input->compared[0].name;
	sabin_sheet_say(sheet, "title", 0, 0,
	                p->count == 1 ? "Before and after" : "Changes over a series");
	write_main_finding(sheet, p);
	sabin_sheet_conditions(sheet, input, input->who ? input->who : "");
	sabin_sheet_method(sheet,
	                   "1/12-octave smoothing" SABIN_DOT "window %.6g ms" SABIN_DOT
	                   "aligned on the direct sound" SABIN_DOT "chance: 5 %%, Holm's correction%s",
	                   input->window_s * 1000, p->count == 1 ? SABIN_DOT "25 dB per decade" : "");
	if (p->count == 1) {
		char before[256], after[256];
		sabin_text_clean(input->measurement && input->measurement->path
		                     ? input->measurement->path
		                     : "before",
		                 before, sizeof before);
		sabin_text_clean(name ? name : "after", after, sizeof after);
		sabin_text_fit(before, 150, 13.5);
		sabin_text_fit(after, 150, 13.5);
		sabin_sheet_legend(sheet, SABIN_MARK_LINE, 2, SABIN_DASH_OWN, "%s", before);
		sabin_sheet_legend(sheet, SABIN_MARK_LINE, 1, SABIN_DASH_OWN, "%s", after);
	}
	sabin_sheet_legend(sheet, SABIN_MARK_BAND, 4, SABIN_DASH_OWN, "raised");
	sabin_sheet_legend(sheet, SABIN_MARK_BAND, 3, SABIN_DASH_OWN, "lowered");
	sabin_sheet_legend(sheet, SABIN_MARK_BAND, SABIN_INK_MUTED, SABIN_DASH_OWN, "95 %%");
	sabin_sheet_legend(sheet, SABIN_MARK_LINE, SABIN_INK_TEXT, SABIN_DASH_SOLID,
	                   "more than chance");
	for (size_t k = 0; k < p->count; k++) {
		char key[40], words[400];
		snprintf(key, sizeof key, "name_%zu", k + 1);
		sabin_text_clean(input->compared[k].name ? input->compared[k].name : "after", words,
		                 sizeof words);
		sabin_text_fit(words, 240, 13.5);
		sabin_sheet_say(sheet, key, 0, 0,
		                p->count == 1 ? "After \xe2\x88\x92 before, dB" : "%s, dB", words);
		snprintf(key, sizeof key, "found_%zu", k + 1);
		if (p->count > 1)
			write_finding(sheet, p, key, k, "");
	}
}

static enum sabin_err write_compare(const struct sabin_chart_input *input, const char *folder,
                                    struct sabin_diag *diag)
{
	struct picture p = {.input = input, .count = input->compared_count};
	struct sabin_sheet sheet;
	if (p.count > PANELS_MAX)
		return sabin_diag_set(diag, SABIN_EINVAL, NULL, 0, 0,
		                      "a series of more than %d changes does not fit on a page",
		                      PANELS_MAX);
	for (size_t k = 0; k < p.count; k++)
		if (input->compared[k].length < 2)
			p.count = 0;
	if (p.count == 0)
		return sabin_diag_set(diag, SABIN_ESHORT, NULL, 0, 0,
		                      "the chart compare wants two measurements: BEFORE AFTER");
	find_axes(&p);
	sabin_sheet_open(&sheet, folder, "compare");
	write_panels(&sheet, &p);
	write_words(&sheet, &p);
	if (p.count == 1)
		write_levels(&sheet, &p);
	for (size_t k = 0; k < p.count; k++)
		write_difference(&sheet, &p, k);
	return sabin_sheet_close(&sheet, diag);
}

const struct sabin_chart_kind sabin_chart_kind_compare = {
    .name = "compare",
    .title = "frequency response before and after, and where it differs by more than chance",
    .write = write_compare,
};
