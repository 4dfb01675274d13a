/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kind_decay.c: decay curves of one response, a small panel for each octave band and for all of
 * them together.  A band whose decay time is refused is drawn grey and says why.
 */
#include <math.h>

#include "chart/kinds.h"
#include "chart/sheet.h"
#include "io/reason.h"

enum {
	PANELS_MAX = 9, /* eight octaves and the whole */
	COLUMNS = 3,
	PANEL_PX = 160,
	ALL_IN_ONE_PX = 360,
	PANEL_TEXT_PX = 250,
};
static const double top_db = 5;

struct picture {
	const struct sabin_chart_input *input;
	const struct sabin_band_result *bands[PANELS_MAX];
	size_t count;
	bool thirds; /* only the bands named like octaves are drawn */
	enum sabin_parameter parameter;
	const char *name; /* "T30" */
	double to_db; /* lower end of the parameter's range */
	double end_s, step_s, bottom_db;
};

static bool is_octave_name(double nominal_hz)
{
	static const double names[] = {31.5, 63, 125, 250, 500, 1000, 2000, 4000, 8000, 16000};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (fabs(nominal_hz - names[i]) < 0.01 * names[i])
			return true;
	return false;
}

static void choose_bands(struct picture *p, const struct sabin_analysis *analysis)
{
	for (size_t b = 0; b < analysis->band_count; b++) {
		const struct sabin_band_result *band = &analysis->bands[b];
		p->thirds = p->thirds || band->band.fraction == 3;
		if (p->count + 1 < PANELS_MAX && is_octave_name(band->band.nominal_hz))
			p->bands[p->count++] = band;
	}
	if (analysis->broadband.curve_length > 1)
		p->bands[p->count++] = &analysis->broadband;
}

/* Time until everything that can be told has decayed: past the last knee, or the fit's end. */
static void find_axes(struct picture *p)
{
	double end_s = 0, least_db = 0, longest_s = 0;
	for (size_t i = 0; i < p->count; i++) {
		const struct sabin_band_result *band = p->bands[i];
		if (isfinite(band->knee_s))
			end_s = fmax(end_s, 1.15 * band->knee_s);
		if (isfinite(band->noise_db))
			least_db = fmin(least_db, band->noise_db);
		longest_s = fmax(longest_s, (double)band->curve_length * band->curve_step_s);
	}
	if (!(end_s > 0))
		end_s = longest_s;
	end_s = fmin(fmax(end_s, 0.1), fmax(longest_s, 0.1));
	p->end_s = sabin_chart_round_up(end_s, &p->step_s);
	/* the noise floor stays on the page, but no more of it than that */
	p->bottom_db = least_db < -58 ? -80 : -60;
}

static void write_series(struct sabin_sheet *sheet, const struct picture *p, const char *what,
                         size_t panel, const struct sabin_band_result *band, const double *db,
                         double least_db)
{
	enum { POINTS = 800 }; /* more than the panel has pixels */
	char suffix[48];
	size_t end = (size_t)(p->end_s / band->curve_step_s) + 1;
	if (end > band->curve_length)
		end = band->curve_length;
	size_t stride = end / POINTS + 1;
	snprintf(suffix, sizeof suffix, "_%s_%zu", what, panel + 1);
	sabin_sheet_table(sheet, suffix, "t_s level_dB");
	sabin_sheet_row(sheet, 2, (double[]){0, db[0]});
	for (size_t i = stride; i < end; i += stride)
		if (!isnan(db[i]))
			sabin_sheet_row(sheet, 2,
			                (double[]){(double)i * band->curve_step_s,
			                           fmin(fmax(db[i], least_db), top_db)});
}

/* Nothing is drawn of a fit that is NULL. */
static void write_fit(struct sabin_sheet *sheet, const struct picture *p, size_t panel,
                      const struct sabin_decay_fit *fit)
{
	char suffix[48];
	double points[3][2] = {{NAN, NAN}, {NAN, NAN}, {NAN, NAN}};
	if (fit) {
		double slope = -60 / fit->time_s;
		double at_s[] = {fit->from_s, fit->to_s, (p->bottom_db - fit->at0_db) / slope};
		for (size_t i = 0; i < 3; i++) {
			points[i][0] = at_s[i];
			points[i][1] = fit->at0_db + slope * at_s[i];
		}
	}
	snprintf(suffix, sizeof suffix, "_fit_%zu", panel + 1);
	sabin_sheet_table(sheet, suffix, "t_s level_dB, the evaluated range");
	sabin_sheet_row(sheet, 2, points[0]);
	sabin_sheet_row(sheet, 2, points[1]);
	sabin_sheet_off_page(sheet, 2);
	snprintf(suffix, sizeof suffix, "_beyond_%zu", panel + 1);
	sabin_sheet_table(sheet, suffix, "t_s level_dB, extrapolated");
	sabin_sheet_row(sheet, 2, points[1]);
	sabin_sheet_row(sheet, 2, points[2]);
	sabin_sheet_off_page(sheet, 2);
}

/* Both decays of a double slope, each down to the foot of the page; nothing where there is none. */
static void write_slopes(struct sabin_sheet *sheet, const struct picture *p, size_t panel,
                         const struct sabin_double_slope *slopes)
{
	char suffix[48];
	snprintf(suffix, sizeof suffix, "_slopes_%zu", panel + 1);
	sabin_sheet_table(sheet, suffix, "t_s level_dB, the two decays of a double slope");
	for (int i = 0; i < 2 && slopes->found; i++) {
		const double time_s = i ? slopes->late.value : slopes->early.value;
		const double foot_s = (slopes->at0_db[i] - p->bottom_db) * time_s / 60;
		sabin_sheet_row(sheet, 2, (double[]){0, slopes->at0_db[i]});
		sabin_sheet_row(sheet, 2, (double[]){foot_s, p->bottom_db});
		sabin_sheet_row(sheet, 2, (double[]){NAN, NAN});
	}
	sabin_sheet_off_page(sheet, 2);
}

static const struct sabin_decay_fit *fit_of(const struct picture *p,
                                            const struct sabin_band_result *band)
{
	const struct sabin_decay_fit *fit =
	    p->parameter == SABIN_T30 ? &band->fit_t30 : &band->fit_t20;
	bool drawn = band->value[p->parameter].valid && isfinite(fit->time_s) && fit->time_s > 0 &&
	             isfinite(fit->at0_db) && isfinite(fit->from_s) && isfinite(fit->to_s);
	return drawn ? fit : NULL;
}

/* The reason with both its numbers, as a panel has room for; an ellipsis could eat one of them. */
static void short_reason(struct sabin_quantity q, char *text, size_t size)
{
	char have[80], need[80];
	bool known = isfinite(q.have) && isfinite(q.need);
	snprintf(have, sizeof have, "%s", sabin_text_number(q.have, 1).s);
	snprintf(need, sizeof need, "%s", sabin_text_number(q.need, 1).s);
	if (known && q.reason == SABIN_BECAUSE_RANGE)
		snprintf(text, size, "range %s dB, needs %s", have, need);
	else if (known && q.reason == SABIN_BECAUSE_FILTER)
		snprintf(text, size, "B\xc2\xb7T is %s, needs %s", have, need);
	else if (known && q.reason == SABIN_BECAUSE_UNCERTAIN)
		snprintf(text, size, "expected error %s %%, limit %s %%", have, need);
	else if (known && q.reason == SABIN_BECAUSE_SHORT)
		snprintf(text, size, "response ends at %s dB, needs %s", have, need);
	else if (known && q.reason == SABIN_BECAUSE_NO_SIGNAL)
		snprintf(text, size, "%s dB above the noise, needs %s", have, need);
	else if (known && q.reason == SABIN_BECAUSE_OUT_OF_BAND)
		snprintf(text, size, "known up to %s, needs %s", sabin_text_hz(q.have).s,
		         sabin_text_hz(q.need).s);
	else if (known && q.reason == SABIN_BECAUSE_SPEAKER)
		snprintf(text, size, "the speaker's range ends at %s", sabin_text_hz(q.have).s);
	else
		(void)sabin_reason_text(q, text, size);
}

static void panel_words(struct sabin_sheet *sheet, const struct picture *p, size_t panel)
{
	const struct sabin_band_result *band = p->bands[panel];
	struct sabin_quantity t = band->value[p->parameter], edt = band->value[SABIN_EDT];
	struct sabin_quantity inr = band->value[SABIN_INR];
	char key[40], words[256] = "";
	snprintf(key, sizeof key, "name_%zu", panel + 1);
	sabin_sheet_say(sheet, key, 0, 0, "%s",
	                band->band.nominal_hz > 0 ? sabin_text_hz(band->band.nominal_hz).s
	                                          : "broadband");
	snprintf(key, sizeof key, "value_%zu", panel + 1);
	if (t.valid)
		sabin_sheet_say(sheet, key, 0, 0, "%s = %s", p->name, sabin_text_s(t.value).s);
	else
		sabin_sheet_say(sheet, key, 0, 0, "%s not valid", p->name);
	if (band->slopes.found) {
		snprintf(words, sizeof words, "two slopes: %s, then %s",
		         sabin_text_s(band->slopes.early.value).s,
		         sabin_text_s(band->slopes.late.value).s);
	} else if (!t.valid) {
		short_reason(t, words, sizeof words);
	} else {
		if (edt.valid)
			snprintf(words, sizeof words, "EDT = %s", sabin_text_s(edt.value).s);
		size_t used = strlen(words);
		if (isfinite(inr.value))
			snprintf(words + used, sizeof words - used, "%srange %s dB",
			         used ? " \xc2\xb7 " : "", sabin_text_number(inr.value, 0).s);
	}
	snprintf(key, sizeof key, "words_%zu", panel + 1);
	sabin_sheet_say(sheet, key, PANEL_TEXT_PX, 12, "%s", words);
	snprintf(key, sizeof key, "valid_%zu", panel + 1);
	sabin_sheet_number(sheet, key, t.valid);
	snprintf(key, sizeof key, "noise_%zu", panel + 1);
	/* below the axis: drawn nowhere */
	sabin_sheet_number(sheet, key, isfinite(band->noise_db) ? band->noise_db : -999);
}

static void write_finding(struct sabin_sheet *sheet, const struct picture *p)
{
	double least = INFINITY, most = -INFINITY, least_hz = 0, most_hz = 0;
	double refused[PANELS_MAX], bent[PANELS_MAX];
	size_t valid = 0, refusals = 0, bends = 0;
	for (size_t i = 0; i < p->count; i++) {
		double f = p->bands[i]->band.nominal_hz;
		struct sabin_quantity t = p->bands[i]->value[p->parameter];
		if (f <= 0)
			continue;
		if (p->bands[i]->slopes.found)
			bent[bends++] = f;
		if (!t.valid) {
			refused[refusals++] = f;
			continue;
		}
		valid++;
		if (t.value < least) {
			least = t.value;
			least_hz = f;
		}
		if (t.value > most) {
			most = t.value;
			most_hz = f;
		}
	}
	char rest[300] = "";
	if (bends > 0)
		snprintf(rest, sizeof rest, "; two slopes at %s", sabin_text_bands(bent, bends).s);
	const size_t used = strlen(rest);
	if (refusals > 0)
		snprintf(rest + used, sizeof rest - used, "; not valid at %s",
		         sabin_text_bands(refused, refusals).s);
	if (valid == 0)
		sabin_sheet_finding(sheet, "%s is not valid in any band", p->name);
	else if (valid == 1)
		sabin_sheet_finding(sheet, "%s is %s at %s%s", p->name, sabin_text_s(least).s,
		                    sabin_text_hz(least_hz).s, rest);
	else
		sabin_sheet_finding(sheet, "%s lies between %s at %s and %s at %s%s", p->name,
		                    sabin_text_s(least).s, sabin_text_hz(least_hz).s,
		                    sabin_text_s(most).s, sabin_text_hz(most_hz).s, rest);
}

static void write_page(struct sabin_sheet *sheet, const struct picture *p)
{
	size_t columns = p->count < COLUMNS ? p->count : COLUMNS;
	size_t rows = (p->count + columns - 1) / columns;
	char panels[32] = "";
	for (size_t r = 0; r < rows; r++) {
		size_t used = strlen(panels);
		snprintf(panels + used, sizeof panels - used, "%s%d", r ? " " : "",
		         rows > 1 ? PANEL_PX : ALL_IN_ONE_PX);
	}
	sabin_sheet_say(sheet, "title", 0, 0,
	                p->thirds ? "Decay curves by third-octave band"
	                          : "Decay curves by octave band");
	write_finding(sheet, p);
	sabin_sheet_conditions(sheet, p->input, sabin_chart_who(p->input).s);
	sabin_sheet_method(sheet,
	                   "ISO 3382-2, backward integration up to the noise" SABIN_DOT "fit "
	                   "%s to %s dB, dashed beyond%s",
	                   sabin_text_number(-5, 0).s, sabin_text_number(p->to_db, 0).s,
	                   p->thirds ? SABIN_DOT "the bands at octave distance are drawn" : "");
	sabin_sheet_say(sheet, "panels", 0, 0, "%s", panels);
	sabin_sheet_number(sheet, "count", (double)p->count);
	sabin_sheet_number(sheet, "columns", (double)columns);
	sabin_sheet_number(sheet, "end_s", p->end_s);
	sabin_sheet_number(sheet, "step_s", p->step_s);
	sabin_sheet_number(sheet, "bottom_db", p->bottom_db);
	sabin_sheet_number(sheet, "top_db", top_db);
	sabin_sheet_legend(sheet, SABIN_MARK_THIN, SABIN_INK_SHADE, SABIN_DASH_SOLID,
	                   "Band energy");
	sabin_sheet_legend(sheet, SABIN_MARK_LINE, 1, SABIN_DASH_SOLID, "Schroeder curve");
	sabin_sheet_legend(sheet, SABIN_MARK_THIN, SABIN_INK_TEXT, SABIN_DASH_SOLID,
	                   "Fit of %s", p->name);
	for (size_t i = 0; i < p->count; i++)
		if (p->bands[i]->slopes.found) {
			sabin_sheet_legend(sheet, SABIN_MARK_THIN, 2, SABIN_DASH_TARGET, "Two slopes");
			break;
		}
	sabin_sheet_legend(sheet, SABIN_MARK_THIN, 5, SABIN_DASH_LIMIT, "Noise floor");
}

static enum sabin_err write_decay(const struct sabin_chart_input *input, const char *folder,
                                  struct sabin_diag *diag)
{
	struct picture p = {.input = input};
	const struct sabin_analysis *analysis =
	    input->trace_count ? input->traces[0].analysis : NULL;
	if (analysis)
		choose_bands(&p, analysis);
	for (size_t i = p.count; i-- > 0;)
		if (p.bands[i]->curve_length < 2 || !(p.bands[i]->curve_step_s > 0))
			p.count = 0;
	if (p.count == 0)
		return sabin_diag_set(diag, SABIN_ESHORT, NULL, 0, 0,
		                      "there is no decay curve to draw");
	struct sabin_chart_input first = *input;
	first.trace_count = 1;
	p.parameter = sabin_chart_decay_parameter(&first);
	p.name = p.parameter == SABIN_T30 ? "T30" : "T20";
	p.to_db = p.parameter == SABIN_T30 ? -35 : -25;
	find_axes(&p);
	struct sabin_sheet sheet;
	sabin_sheet_open(&sheet, folder, "decay");
	write_page(&sheet, &p);
	for (size_t i = 0; i < p.count; i++) {
		const struct sabin_band_result *band = p.bands[i];
		panel_words(&sheet, &p, i);
		write_series(&sheet, &p, "energy", i, band, band->energy_db, p.bottom_db);
		write_series(&sheet, &p, "curve", i, band, band->curve_db, -INFINITY);
		write_fit(&sheet, &p, i, fit_of(&p, band));
		write_slopes(&sheet, &p, i, &band->slopes);
	}
	return sabin_sheet_close(&sheet, diag);
}

const struct sabin_chart_kind sabin_chart_kind_decay = {
    .name = "decay",
    .title = "decay curves by band, with fit and noise floor",
    .needs = SABIN_CHART_ANALYSIS,
    .one_trace = true,
    .write = write_decay,
};
