/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kind_noise.c: background noise by octave, against the NR curves where levels are sound pressure levels.
 *
 * References: ISO R 1996:1971 (NR); EBU Tech 3276 (2nd ed., 1998), 2.6: listening rooms, NR 15.
 */
#include <math.h>

#include "chart/kinds.h"
#include "chart/sheet.h"

enum { CURVES = 9, CURVE_STEP = 5, LIMIT_NR = 15, OCTAVES = SABIN_NOISE_OCTAVES };
static const double span_db = 60, names_px = 80;

struct picture {
	const struct sabin_chart_input *input;
	const struct sabin_noise *n;
	double bottom_db, top_db;
	int first_nr; /* of the curves */
};

static bool is_rating(const struct picture *p, int octave)
{
	return p->n->absolute && p->n->octave[octave].band.nominal_hz == p->n->nr.band_hz;
}

/* The axis holds the bars, and the curves about the rating. */
static void find_axis(struct picture *p)
{
	double most_db = -(double)INFINITY, least_db = (double)INFINITY;
	for (int i = 0; i < OCTAVES; i++) {
		const double db = p->n->octave[i].level.value;
		if (!isfinite(db))
			continue;
		most_db = fmax(most_db, db);
		least_db = fmin(least_db, db);
	}
	if (!isfinite(most_db))
		most_db = least_db = 0;
	p->first_nr = 0;
	if (p->n->absolute && p->n->nr.value.value > 35)
		p->first_nr = (int)(p->n->nr.value.value / CURVE_STEP) * CURVE_STEP - 25;
	if (p->n->absolute)
		most_db = fmax(most_db, sabin_noise_nr_level(p->first_nr + 20, 0));
	p->top_db = ceil((most_db + 3) / 10) * 10;
	p->bottom_db = fmin(p->top_db - span_db, floor((least_db - 3) / 10) * 10);
}

static void write_finding(struct sabin_sheet *sheet, const struct picture *p)
{
	const struct sabin_noise *n = p->n;
	char hum[128] = "";
	if (n->hum.mains_hz > 0)
		snprintf(hum, sizeof hum, "; hum of the mains at %s Hz",
		         sabin_text_number(n->hum.mains_hz, 0).s);
	if (!n->absolute) {
		sabin_sheet_finding(sheet, "%s dB(A) re full scale; what that is in dB SPL is not known, so "
		                           "there is no rating%s",
		                    sabin_text_number(n->a.value, 1).s, hum);
		return;
	}
	double over[OCTAVES];
	size_t count = 0;
	for (int i = 0; i < OCTAVES; i++)
		if (n->octave[i].level.value > sabin_noise_nr_level(LIMIT_NR, i))
			over[count++] = n->octave[i].band.nominal_hz;
	if (count == 0)
		sabin_sheet_finding(sheet, "%s dB(A); no band exceeds NR %d, the limit for listening rooms%s",
		                    sabin_text_number(n->a.value, 1).s, LIMIT_NR, hum);
	else
		sabin_sheet_finding(sheet, "%s dB(A); the %s band sets the rating; NR %d, the limit for "
		                           "listening rooms, is exceeded at %s%s",
		                    sabin_text_number(n->a.value, 1).s, sabin_text_hz(n->nr.band_hz).s,
		                    LIMIT_NR, sabin_text_bands(over, count).s, hum);
}

static void write_words(struct sabin_sheet *sheet, const struct picture *p)
{
	const struct sabin_noise *n = p->n;
	bool doubt = false;
	for (int i = 0; i < OCTAVES; i++)
		doubt = doubt || !n->octave[i].level.valid;
	if (n->absolute)
		sabin_sheet_say(sheet, "title", 0, 0, "Background noise: NR %s",
		                sabin_text_number(n->nr.value.value, 0).s);
	else
		sabin_sheet_say(sheet, "title", 0, 0, "Background noise");
	write_finding(sheet, p);
	sabin_sheet_conditions(sheet, p->input, sabin_chart_who(p->input).s);
	sabin_sheet_method(sheet, "octave bands, %.1f s before the sweep" SABIN_DOT
	                          "bars: expanded uncertainty, k = 2%s",
	                   n->duration_s, n->absolute ? SABIN_DOT "limit of EBU Tech 3276" : "");
	sabin_sheet_say(sheet, "y_title", 0, 0, "%s",
	                n->absolute ? "Level, dB SPL" : "Level, dB re full scale (RMS)");
	sabin_sheet_number(sheet, "bottom_db", p->bottom_db);
	sabin_sheet_number(sheet, "top_db", p->top_db);
	sabin_sheet_number(sheet, "absolute", n->absolute);
	if (n->absolute) /* the names of the curves stand beside them */
		sabin_sheet_number(sheet, "right_px", names_px);
	sabin_sheet_legend(sheet, SABIN_MARK_BAND, 1, SABIN_DASH_OWN, "measured");
	if (n->absolute) {
		sabin_sheet_legend(sheet, SABIN_MARK_BAND, 2, SABIN_DASH_OWN, "sets the rating");
		sabin_sheet_legend(sheet, SABIN_MARK_LINE, 3, SABIN_DASH_SOLID, "limit, NR %d", LIMIT_NR);
		sabin_sheet_legend(sheet, SABIN_MARK_THIN, 2, SABIN_DASH_TARGET, "rating, NR %s",
		                   sabin_text_number(n->nr.value.value, 0).s);
	}
	if (doubt)
		sabin_sheet_legend(sheet, SABIN_MARK_HOLLOW, SABIN_INK_FAINT, SABIN_DASH_OWN,
		                   "hollow: not valid");
}

static void write_tables(struct sabin_sheet *sheet, const struct picture *p)
{
	const double nothing = (double)NAN;
	sabin_sheet_table(sheet, "", "band level_dB rating_dB invalid_dB low_dB high_dB");
	for (int i = 0; i < OCTAVES; i++) {
		const struct sabin_quantity q = p->n->octave[i].level;
		const double pm = isfinite(q.plus_minus) ? 2 * q.plus_minus : 0;
		sabin_sheet_row(sheet, 6,
		                (double[]){i, q.valid && !is_rating(p, i) ? q.value : nothing,
		                           q.valid && is_rating(p, i) ? q.value : nothing,
		                           q.valid ? nothing : q.value,
		                           q.valid ? fmax(q.value - pm, p->bottom_db) : nothing,
		                           q.valid ? q.value + pm : nothing});
	}
	sabin_sheet_row(sheet, 6, (double[]){-9, p->bottom_db, p->bottom_db, p->bottom_db, p->bottom_db,
	                                     p->bottom_db});
	if (!p->n->absolute)
		return;
	sabin_sheet_table(sheet, "_nr", "band level_dB; a curve, then a blank line");
	for (int c = 0; c < CURVES; c++) {
		for (int i = 0; i < OCTAVES; i++)
			sabin_sheet_row(sheet, 2,
			                (double[]){i, sabin_noise_nr_level(p->first_nr + c * CURVE_STEP, i)});
		sabin_sheet_row(sheet, 0, NULL);
		char key[32];
		snprintf(key, sizeof key, "nr_%d", c + 1);
		sabin_sheet_say(sheet, key, 0, 0, "NR %d", p->first_nr + c * CURVE_STEP);
		snprintf(key, sizeof key, "nr_db_%d", c + 1);
		sabin_sheet_number(sheet, key,
		                   sabin_noise_nr_level(p->first_nr + c * CURVE_STEP, OCTAVES - 1));
	}
	sabin_sheet_number(sheet, "curves", CURVES);
	sabin_sheet_table(sheet, "_lines", "band limit_dB rating_dB");
	for (int i = 0; i < OCTAVES; i++)
		sabin_sheet_row(sheet, 3,
		                (double[]){i, sabin_noise_nr_level(LIMIT_NR, i),
		                           sabin_noise_nr_level(p->n->nr.value.value, i)});
}

static enum sabin_err write_chart(const struct sabin_chart_input *input, const char *folder,
                                  struct sabin_diag *diag)
{
	struct picture p = {.input = input};
	p.n = input->trace_count ? input->traces[0].noise : NULL;
	if (!p.n)
		return sabin_diag_set(diag, SABIN_ESHORT, NULL, 0, 0, "no background noise was recorded");
	struct sabin_sheet sheet;
	find_axis(&p);
	sabin_sheet_open(&sheet, folder, "noise");
	write_words(&sheet, &p);
	write_tables(&sheet, &p);
	return sabin_sheet_close(&sheet, diag);
}

const struct sabin_chart_kind sabin_chart_kind_noise = {
    .name = "noise",
    .title = "background noise by octave, with NR where levels are in dB SPL",
    .needs = SABIN_CHART_NOISE,
    .one_trace = true,
    .write = write_chart,
};
