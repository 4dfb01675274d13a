/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kind_modes.c: the modes of the analysis: where they stand in the response, and how long they ring, against
 * the limit of hearing them as tones of their own.
 */
#include <math.h>
#include <stdlib.h>

#include "chart/kinds.h"
#include "chart/labels.h"
#include "chart/sheet.h"

enum { NAMES_MAX = 6, KINDS = 3, UNMATCHED = KINDS + 1, STEPS = 60, FONT_PX = 12 };
/* of the lower panel; as in plots/modes.gp */
enum { LEFT_PX = 62, WIDTH_PX = 900 - LEFT_PX - 26, HEIGHT_PX = 260, MARK_PX = 5 };
/* The level's axis ends at the first of these that holds the curve; deeper nulls leave the page. */
static const double bottoms_db[] = {-40, -60, -80};
static const double top_db = 5;
static const double audible_periods = 32; /* as in the analysis */
static const double stretch = 1.3;        /* what is not valid may stretch the axis by so much */

struct picture {
	const struct sabin_chart_input *input;
	const struct sabin_modefit *fit;
	const struct sabin_mode_match *matches; /* NULL: no room file */
	double top_s, step_s, bottom_db;
};

/* 1 axial, 2 tangential, 3 oblique, UNMATCHED. */
static int kind_of(const struct picture *p, size_t i)
{
	if (!p->matches || !p->matches[i].found)
		return UNMATCHED;
	const int *n = p->matches[i].n;
	return (n[0] != 0) + (n[1] != 0) + (n[2] != 0);
}

/* Level of the response at point i re the largest between the chart's ends; NAN: it is beyond them. */
static double shown_db(const struct picture *p, size_t i, double most_db)
{
	const struct sabin_response *r = p->input->traces[0].response;
	return r->freq_hz[i] < p->fit->from_hz || r->freq_hz[i] > p->fit->to_hz ? (double)NAN
	                                                                        : r->level_db[i] - most_db;
}

static double most_shown_db(const struct picture *p)
{
	const struct sabin_response *r = p->input->traces[0].response;
	double most_db = -(double)INFINITY;
	for (size_t i = 0; r && i < r->length; i++)
		most_db = fmax(most_db, shown_db(p, i, 0));
	return most_db;
}

static void find_level_axis(struct picture *p)
{
	const struct sabin_response *r = p->input->traces[0].response;
	const double most_db = most_shown_db(p);
	double least_db = 0;
	size_t k = 0;
	for (size_t i = 0; r && i < r->length; i++)
		least_db = fmin(least_db, shown_db(p, i, most_db));
	while (k + 1 < sizeof bottoms_db / sizeof *bottoms_db && least_db < bottoms_db[k])
		k++;
	p->bottom_db = bottoms_db[k];
}

static void find_axis(struct picture *p)
{
	double valid_s = 0, any_s = 0;
	for (size_t i = 0; i < p->fit->count; i++) {
		const struct sabin_quantity t = p->fit->modes[i].t60_s;
		any_s = fmax(any_s, t.value);
		if (t.valid)
			valid_s = fmax(valid_s, t.value + 2 * t.plus_minus);
	}
	const double end_s = valid_s > 0 ? fmin(fmax(valid_s, any_s), stretch * valid_s) : any_s;
	p->top_s = sabin_chart_round_up(end_s > 0 ? 1.15 * end_s : 1, &p->step_s);
}

static void write_finding(struct sabin_sheet *sheet, const struct picture *p)
{
	size_t sure = 0, audible = 0, longest = p->fit->count;
	for (size_t i = 0; i < p->fit->count; i++) {
		const struct sabin_fitted_mode *m = &p->fit->modes[i];
		if (!m->t60_s.valid)
			continue;
		sure++;
		audible += m->audible;
		if (longest == p->fit->count || m->t60_s.value > p->fit->modes[longest].t60_s.value)
			longest = i;
	}
	if (sure == 0) {
		sabin_sheet_finding(sheet, "No single mode can be told from the others up to %s",
		                    sabin_text_hz(p->fit->to_hz).s);
		return;
	}
	char name[64] = "";
	if (kind_of(p, longest) <= KINDS) {
		const int *n = p->matches[longest].n;
		snprintf(name, sizeof name, " (%d %d %d, %s)", n[0], n[1], n[2], sabin_mode_kind(n));
	}
	sabin_sheet_finding(sheet, "%zu mode%s up to %s stand%s alone, %zu ring%s audibly; longest the one at "
	                           "%s%s with %s",
	                    sure, sure == 1 ? "" : "s", sabin_text_hz(p->fit->to_hz).s,
	                    sure == 1 ? "s" : "", audible, audible == 1 ? "s" : "",
	                    sabin_text_hz(p->fit->modes[longest].frequency_hz.value).s, name,
	                    sabin_text_s(p->fit->modes[longest].t60_s.value).s);
}

static double x_px(const struct picture *p, double f_hz)
{
	return WIDTH_PX * log(f_hz / p->fit->from_hz) / log(p->fit->to_hz / p->fit->from_hz);
}

static double y_px(const struct picture *p, double time_s)
{
	return HEIGHT_PX * (1 - time_s / p->top_s);
}

static double audible_s(double f_hz)
{
	return audible_periods / f_hz;
}

static double audible_hz(const struct picture *p, int step)
{
	return p->fit->from_hz * pow(p->fit->to_hz / p->fit->from_hz, (double)step / STEPS);
}

/* A mark with its bar. */
static struct sabin_box_px mark_of(const struct picture *p, const struct sabin_fitted_mode *m)
{
	const double x = x_px(p, m->frequency_hz.value), bar_s = m->t60_s.valid ? 2 * m->t60_s.plus_minus : 0;
	return (struct sabin_box_px){x - MARK_PX, x + MARK_PX,
	                             fmin(y_px(p, m->t60_s.value) - MARK_PX, y_px(p, m->t60_s.value + bar_s)),
	                             fmax(y_px(p, m->t60_s.value) + MARK_PX, y_px(p, m->t60_s.value - bar_s))};
}

/* Names of those that ring longest, where there is room. */
static void write_names(struct sabin_sheet *sheet, const struct picture *p)
{
	struct sabin_labels *labels = calloc(1, sizeof *labels);
	bool *seen = calloc(p->fit->count, sizeof *seen);
	size_t count = 0;
	if (!labels || !seen)
		sheet->failed = sheet->out_of_memory = true;
	if (sheet->failed)
		goto out;
	labels->page = (struct sabin_box_px){0, WIDTH_PX + 20, 0, HEIGHT_PX};
	for (size_t i = 0; i < p->fit->count; i++)
		sabin_labels_take(labels, mark_of(p, &p->fit->modes[i]));
	for (int k = 0; k < STEPS; k++) {
		const double a = audible_hz(p, k), b = audible_hz(p, k + 1);
		sabin_labels_take(labels, (struct sabin_box_px){x_px(p, a), x_px(p, b),
		                                                y_px(p, audible_s(a)) - 2,
		                                                y_px(p, audible_s(b)) + 2});
	}
	while (count < NAMES_MAX) {
		size_t best = p->fit->count;
		for (size_t i = 0; i < p->fit->count; i++)
			if (p->fit->modes[i].t60_s.valid && !seen[i] &&
			    (best == p->fit->count ||
			     p->fit->modes[i].t60_s.value > p->fit->modes[best].t60_s.value))
				best = i;
		if (best == p->fit->count)
			break;
		seen[best] = true;
		const double f_hz = p->fit->modes[best].frequency_hz.value;
		double centre_px[2];
		char name[96];
		snprintf(name, sizeof name, "%s Hz", sabin_text_number(f_hz, f_hz < 100).s);
		if (!sabin_labels_put(labels, mark_of(p, &p->fit->modes[best]), name, FONT_PX, centre_px))
			continue;
		sabin_sheet_name(sheet, ++count, name, centre_px[0] / WIDTH_PX, 1 - centre_px[1] / HEIGHT_PX);
	}
out:
	sabin_sheet_number(sheet, "names", (double)count);
	free(labels);
	free(seen);
}

static void write_words(struct sabin_sheet *sheet, const struct picture *p)
{
	static const char *const kinds[] = {"axial", "tangential", "oblique"};
	bool seen[UNMATCHED + 1] = {false}, doubt = false;
	for (size_t i = 0; i < p->fit->count; i++)
		if (p->fit->modes[i].t60_s.valid)
			seen[kind_of(p, i)] = true;
		else
			doubt = true;
	sabin_sheet_say(sheet, "title", 0, 0, "Room modes up to %s", sabin_text_hz(p->fit->to_hz).s);
	write_finding(sheet, p);
	sabin_sheet_conditions(sheet, p->input, sabin_chart_who(p->input).s);
	sabin_sheet_method(sheet, "decaying sinusoids fitted to the response" SABIN_DOT
	                          "bars: expanded uncertainty, k = 2%s",
	                   p->matches ? SABIN_DOT "named after the rigid room" : "");
	sabin_sheet_number(sheet, "from_hz", p->fit->from_hz);
	sabin_sheet_number(sheet, "to_hz", p->fit->to_hz);
	sabin_sheet_number(sheet, "bottom_db", p->bottom_db);
	sabin_sheet_number(sheet, "step_db", p->bottom_db < bottoms_db[0] ? 20 : 10);
	sabin_sheet_number(sheet, "top_db", top_db);
	sabin_sheet_number(sheet, "left_px", LEFT_PX);
	sabin_sheet_number(sheet, "top_s", p->top_s);
	sabin_sheet_number(sheet, "step_s", p->step_s);
	for (int k = 1; k <= KINDS; k++)
		if (seen[k])
			sabin_sheet_legend(sheet, SABIN_MARK_POINT, k, SABIN_DASH_OWN, "%s", kinds[k - 1]);
	if (seen[UNMATCHED])
		sabin_sheet_legend(sheet, SABIN_MARK_POINT, SABIN_INK_TEXT, SABIN_DASH_OWN, "%s",
		                   p->matches ? "fits none of the room" : "mode");
	if (doubt)
		sabin_sheet_legend(sheet, SABIN_MARK_HOLLOW, SABIN_INK_FAINT, SABIN_DASH_OWN,
		                   "not valid: more than one decay");
	sabin_sheet_legend(sheet, SABIN_MARK_THIN, SABIN_INK_FAINT, SABIN_DASH_TARGET,
	                   "heard as a tone above");
}

static void write_response(struct sabin_sheet *sheet, const struct picture *p)
{
	const struct sabin_response *r = p->input->traces[0].response;
	const double most_db = most_shown_db(p);
	sabin_sheet_table(sheet, "_response", "f_Hz level_dB");
	for (size_t i = 0; r && i < r->length; i++) {
		const double db = shown_db(p, i, most_db);
		if (!isnan(db))
			sabin_sheet_row(sheet, 2, (double[]){r->freq_hz[i], db});
	}
	sabin_sheet_off_page(sheet, 2);
}

static void write_modes(struct sabin_sheet *sheet, const struct picture *p)
{
	enum { COLUMNS = 8 };
	sabin_sheet_table(sheet, "",
	                  "f_Hz valid_T60_s low_s high_s plus_minus_s invalid_T60_s stem_dB kind");
	for (size_t i = 0; i < p->fit->count; i++) {
		const struct sabin_fitted_mode *m = &p->fit->modes[i];
		const struct sabin_quantity t = m->t60_s;
		const double nothing = (double)NAN;
		double row[COLUMNS] = {m->frequency_hz.value, nothing, nothing, nothing, nothing,
		                       nothing, nothing, t.valid ? kind_of(p, i) : 0};
		if (t.valid) {
			row[1] = t.value;
			row[2] = fmax(t.value - 2 * t.plus_minus, 0);
			row[3] = t.value + 2 * t.plus_minus;
			row[4] = t.plus_minus;
			row[6] = top_db - p->bottom_db;
		} else if (t.value < p->top_s) {
			row[5] = t.value;
		}
		sabin_sheet_row(sheet, COLUMNS, row);
	}
	/* off the page, one of each kind */
	for (int k = 1; k <= UNMATCHED; k++)
		sabin_sheet_row(sheet, COLUMNS,
		                (double[]){1e9, -1e9, -1e9, -1e9, 0, -1e9, 1, k});
	sabin_sheet_table(sheet, "_audible", "f_Hz T60_s");
	for (int i = 0; i <= STEPS; i++) {
		const double f = audible_hz(p, i);
		sabin_sheet_row(sheet, 2, (double[]){f, audible_s(f)});
	}
}

static enum sabin_err write_chart(const struct sabin_chart_input *input, const char *folder,
                                  struct sabin_diag *diag)
{
	struct sabin_modefit fit;
	struct sabin_mode_match *matches = NULL;
	if (input->trace_count == 0)
		return sabin_diag_set(diag, SABIN_ESHORT, NULL, 0, 0,
		                      "there is no impulse response to draw");
	if (input->predicted)
		return sabin_chart_predicted_modes(input, folder, diag);
	enum sabin_err err = sabin_chart_modes(input, &input->traces[0], &fit, &matches);
	if (!err && fit.count == 0)
		err = SABIN_ESHORT;
	if (err) {
		sabin_diag_set(diag, err, NULL, 0, 0, "%s",
		               err == SABIN_ENOMEM ? "not enough memory for the chart"
		                                   : "there are no modes to draw");
	} else {
		struct picture p = {.input = input, .fit = &fit, .matches = matches};
		struct sabin_sheet sheet;
		find_axis(&p);
		find_level_axis(&p);
		sabin_sheet_open(&sheet, folder, "modes");
		write_words(&sheet, &p);
		write_names(&sheet, &p);
		write_response(&sheet, &p);
		write_modes(&sheet, &p);
		err = sabin_sheet_close(&sheet, diag);
	}
	sabin_modefit_free(&fit);
	free(matches);
	return err;
}

const struct sabin_chart_kind sabin_chart_kind_modes = {
    .name = "modes",
    .title = "the room's modes: where they stand in the response, how long they ring",
    .needs = SABIN_CHART_RESPONSE | SABIN_CHART_ANALYSIS | SABIN_CHART_PREDICTS,
    .one_trace = true,
    .write = write_chart,
};
