/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kind_clarity.c: C50 and C80 by octave, and the centre time: the mean over the responses and their
 * range, which is drawn beside the just-noticeable difference.
 *
 * References: ISO 3382-1:2009, A.2.3 and table A.1 (C80: just noticeable 1 dB; Ts: 10 ms).
 */
#include <math.h>

#include "chart/kinds.h"
#include "chart/sheet.h"

enum { BANDS_MAX = 32, SERIES = 3 };

struct mark {
	double mean, low, high, refused; /* NAN: none */
};

struct picture {
	const struct sabin_chart_input *input;
	struct sabin_band bands[BANDS_MAX];
	size_t band_count, invalid;
	struct mark marks[SERIES][BANDS_MAX];
	double bottom_db, top_db, top_ms, step_ms;
};

static const enum sabin_parameter parameters[SERIES] = {SABIN_C50, SABIN_C80, SABIN_TS};

/* Mean and range of the valid values; a value that is not valid is kept apart. */
static struct mark mark_of(const struct sabin_chart_input *input, size_t band,
                           enum sabin_parameter parameter)
{
	const double factor = parameter == SABIN_TS ? 1000 : 1;
	struct mark mark = {NAN, INFINITY, -INFINITY, NAN};
	double sum = 0, rest = 0;
	size_t n = 0, refused = 0;
	for (size_t i = 0; i < input->trace_count; i++) {
		const struct sabin_analysis *a = input->traces[i].analysis;
		if (!a || band >= a->band_count)
			continue;
		const struct sabin_quantity q = a->bands[band].value[parameter];
		if (!isfinite(q.value))
			continue;
		const double value = factor * q.value;
		if (!q.valid) {
			rest += value;
			refused++;
			continue;
		}
		sum += value;
		n++;
		mark.low = fmin(mark.low, value);
		mark.high = fmax(mark.high, value);
	}
	if (n > 0)
		mark.mean = sum / (double)n;
	else if (refused > 0)
		mark.refused = rest / (double)refused;
	return mark;
}

static void take(struct picture *p)
{
	const struct sabin_analysis *a = p->input->traces[0].analysis;
	double least = 0, most = 10, most_ms = 10;
	for (size_t b = 0; b < a->band_count && b < BANDS_MAX; b++) {
		p->bands[p->band_count++] = a->bands[b].band;
		for (int s = 0; s < SERIES; s++) {
			struct mark *m = &p->marks[s][b];
			*m = mark_of(p->input, b, parameters[s]);
			const double value = isfinite(m->mean) ? m->mean : m->refused;
			p->invalid += isfinite(m->refused);
			if (!isfinite(value))
				continue;
			const double high = isfinite(m->mean) ? m->high : value;
			const double low = isfinite(m->mean) ? m->low : value;
			if (s == 2) {
				most_ms = fmax(most_ms, high);
			} else {
				least = fmin(least, low);
				most = fmax(most, high);
			}
		}
	}
	p->bottom_db = floor(least / 5) * 5;
	p->top_db = ceil((most + 1) / 5) * 5;
	p->top_ms = sabin_chart_round_up(1.05 * most_ms, &p->step_ms);
	if (p->top_ms > 5.5 * p->step_ms) /* the panel is low */
		p->step_ms *= 2;
}

static void write_finding(struct sabin_sheet *sheet, const struct picture *p)
{
	double sum = 0, least = INFINITY, least_hz = 0;
	size_t n = 0, all = 0, valid = 0;
	for (size_t b = 0; b < p->band_count; b++) {
		const double f = p->bands[b].nominal_hz, c50 = p->marks[0][b].mean;
		const bool middle = f > 490 && f < 4100;
		all += middle;
		valid += isfinite(c50);
		if (isfinite(c50) && c50 < least) {
			least = c50;
			least_hz = f;
		}
		if (isfinite(c50) && middle) {
			sum += c50;
			n++;
		}
	}
	if (n == 0) {
		sabin_sheet_finding(sheet, "C50 is not valid between 500 Hz and 4 kHz");
		return;
	}
	char of[64] = "", out_of[64] = "";
	if (n < all)
		snprintf(of, sizeof of, " in %zu of %zu bands", n, all);
	if (valid < p->band_count) /* one that is not valid may be lower */
		snprintf(out_of, sizeof out_of, " of %zu valid bands (of %zu)", valid, p->band_count);
	sabin_sheet_finding(sheet, "C50 is %s dB on average%s from 500 Hz to 4 kHz, lowest%s at %s with %s dB",
	                    sabin_text_number(sum / (double)n, 1).s, of, out_of, sabin_text_hz(least_hz).s,
	                    sabin_text_number(least, 1).s);
}

/* Where the bar of 1 dB begins, beside the last band: below the top, or above the bottom where a mark is
 * there. */
static double jnd_place_db(const struct picture *p)
{
	const double place_db = p->top_db - 2.5;
	for (int s = 0; s < 2; s++) {
		const struct mark *m = &p->marks[s][p->band_count - 1];
		if (fmax(m->high, fmax(m->mean, m->refused)) > place_db - 2)
			return p->bottom_db + 1.5;
	}
	return place_db;
}

static void write_words(struct sabin_sheet *sheet, const struct picture *p)
{
	const bool many = p->input->trace_count > 1;
	sabin_sheet_say(sheet, "title", 0, 0, "Clarity by %s band",
	                p->bands[0].fraction == 3 ? "third-octave" : "octave");
	write_finding(sheet, p);
	sabin_sheet_conditions(sheet, p->input, sabin_chart_who(p->input).s);
	sabin_sheet_method(sheet, "ISO 3382-1, windowed before filtering%s" SABIN_DOT
	                          "just-noticeable difference of C80: 1 dB",
	                   many ? SABIN_DOT "points: mean, bars: range of responses" : "");
	sabin_sheet_number(sheet, "bands", (double)p->band_count);
	sabin_sheet_number(sheet, "bottom_db", p->bottom_db);
	sabin_sheet_number(sheet, "top_db", p->top_db);
	sabin_sheet_number(sheet, "jnd_db", jnd_place_db(p));
	sabin_sheet_number(sheet, "top_ms", p->top_ms);
	sabin_sheet_number(sheet, "step_ms", p->step_ms);
	sabin_sheet_legend(sheet, SABIN_MARK_POINT, 1, SABIN_DASH_OWN, "C50, speech");
	sabin_sheet_legend(sheet, SABIN_MARK_POINT, 2, SABIN_DASH_OWN, "C80, music");
	sabin_sheet_legend(sheet, SABIN_MARK_POINT, 3, SABIN_DASH_OWN, "centre time Ts");
	if (many)
		sabin_sheet_legend(sheet, SABIN_MARK_BAND, SABIN_INK_MUTED, SABIN_DASH_OWN,
		                   "range of the responses");
	if (p->invalid > 0)
		sabin_sheet_legend(sheet, SABIN_MARK_HOLLOW, SABIN_INK_FAINT, SABIN_DASH_OWN,
		                   "not valid");
}

static void write_names(struct sabin_sheet *sheet, const struct picture *p)
{
	for (size_t b = 0; b < p->band_count; b++) {
		char key[40];
		const double f = p->bands[b].nominal_hz;
		const double octave = log2(p->bands[b].centre_hz / 1000);
		snprintf(key, sizeof key, "band_%zu", b + 1);
		if (p->bands[b].fraction == 1 || fabs(octave - round(octave)) < 0.1)
			sabin_sheet_say(sheet, key, 0, 0, f >= 1000 ? "%.4gk" : "%.4g",
			                f >= 1000 ? f / 1000 : f);
	}
}

static enum sabin_err write_clarity(const struct sabin_chart_input *input, const char *folder,
                                    struct sabin_diag *diag)
{
	struct picture p = {.input = input};
	if (input->trace_count == 0 || !input->traces[0].analysis ||
	    input->traces[0].analysis->band_count == 0)
		return sabin_diag_set(diag, SABIN_ESHORT, NULL, 0, 0,
		                      "there is no band to draw the clarity of");
	take(&p);
	struct sabin_sheet sheet;
	sabin_sheet_open(&sheet, folder, "clarity");
	write_words(&sheet, &p);
	write_names(&sheet, &p);
	for (int s = 0; s < SERIES; s++) {
		char suffix[16];
		const double shift = s == 0 ? -0.1 : s == 1 ? 0.1 : 0;
		snprintf(suffix, sizeof suffix, "_%d", s + 1);
		sabin_sheet_table(&sheet, suffix, "band mean low high not_valid");
		for (size_t b = 0; b < p.band_count; b++) {
			const struct mark *m = &p.marks[s][b];
			const bool known = isfinite(m->mean);
			sabin_sheet_row(&sheet, 5,
			                (double[]){(double)b + 1 + shift, m->mean,
			                           known ? m->low : (double)NAN,
			                           known ? m->high : (double)NAN, m->refused});
		}
		sabin_sheet_off_page(&sheet, 5);
	}
	return sabin_sheet_close(&sheet, diag);
}

const struct sabin_chart_kind sabin_chart_kind_clarity = {
    .name = "clarity",
    .title = "C50, C80 and centre time by band",
    .needs = SABIN_CHART_ANALYSIS,
    .write = write_clarity,
};
