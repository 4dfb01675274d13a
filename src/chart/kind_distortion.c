/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kind_distortion.c: harmonics 2 to 5 and THD over frequency, over the noise.
 *
 * References: IEC 60268-21:2018 (equivalent input distortion); IEC 60263:2020 (proportions).
 */
#include <math.h>

#include "chart/kinds.h"
#include "chart/sheet.h"

enum { PLOT_WIDTH_PX = 776, PANEL_LEAST_PX = 300, PANEL_MOST_PX = 460 };
static const double db_per_decade = 50;
static const double loud_noise_db = -10; /* 30 %: nobody asks whether THD is below that */
static const double top_most_db = 0, bottom_least_db = -120;

struct picture {
	const struct sabin_chart_input *input;
	const struct sabin_distortion *d;
	double bottom_db, top_db;
};

/* The axis holds what is valid and the upper part of the noise. */
static void find_axis(struct picture *p)
{
	double most = -INFINITY, least = INFINITY, noise = INFINITY;
	for (size_t i = 0; i < p->d->length; i++) {
		for (int m = 0; m < SABIN_HARMONICS; m++)
			if (p->d->harmonic[m].valid[i])
				least = fmin(least, p->d->harmonic[m].level_db[i]);
		if (p->d->thd.valid[i])
			most = fmax(most, p->d->thd.level_db[i]);
		if (isfinite(p->d->thd.noise_db[i])) {
			most = fmax(most, p->d->thd.noise_db[i]);
			noise = fmin(noise, p->d->thd.noise_db[i]);
		}
	}
	p->top_db = fmin(ceil((most + 5) / 10) * 10, top_most_db);
	p->bottom_db = floor(fmin(least - 5, noise + 5) / 10) * 10;
	p->bottom_db = fmax(fmin(p->bottom_db, p->top_db - 50), bottom_least_db);
	p->top_db = fmax(p->top_db, p->bottom_db + 40);
}

static void write_finding(struct sabin_sheet *sheet, const struct picture *p)
{
	const struct sabin_harmonic *t = &p->d->thd;
	double most_db = -INFINITY, most_hz = 0;
	for (size_t i = 0; i < p->d->length; i++)
		if (t->valid[i] && t->level_db[i] > most_db) {
			most_db = t->level_db[i];
			most_hz = p->d->freq_hz[i];
		}
	if (!isfinite(most_db) && !(t->mean_db.value < loud_noise_db)) {
		sabin_sheet_finding(sheet, "The noise is too loud to tell distortion from it");
		return;
	}
	if (!isfinite(most_db)) {
		sabin_sheet_finding(sheet, "No harmonic stands out of the noise; THD from %s to %s is "
		                           "below %.2g %%",
		                    sabin_text_hz(p->d->from_hz).s, sabin_text_hz(p->d->to_hz).s,
		                    100 * pow(10, t->mean_db.value / 20));
		return;
	}
	char mean[128] = "THD is at the noise for the most part";
	if (t->mean_db.valid)
		snprintf(mean, sizeof mean, "THD is %.2g %% on average",
		         100 * pow(10, t->mean_db.value / 20));
	sabin_sheet_finding(sheet, "%s; most at %s with %.2g %%", mean, sabin_text_hz(most_hz).s,
	                    100 * pow(10, most_db / 20));
}

static void write_words(struct sabin_sheet *sheet, const struct picture *p)
{
	const struct sabin_measurement *m = p->input->measurement;
	const double from_hz = p->d->freq_hz[0], to_hz = p->d->freq_hz[p->d->length - 1];
	const double decades = log10(to_hz / from_hz);
	double height_px = PLOT_WIDTH_PX / decades * (p->top_db - p->bottom_db) / db_per_decade;
	const bool scaled = height_px >= PANEL_LEAST_PX && height_px <= PANEL_MOST_PX;
	height_px = fmin(fmax(height_px, PANEL_LEAST_PX), PANEL_MOST_PX);
	char level[128] = "";
	if (m && m->has_stimulus && m->stimulus.sweep.gain > 0)
		snprintf(level, sizeof level, SABIN_DOT "sweep at %s dBFS",
		         sabin_text_number(20 * log10(m->stimulus.sweep.gain), 0).s);
	sabin_sheet_say(sheet, "title", 0, 0, "Harmonic distortion");
	write_finding(sheet, p);
	sabin_sheet_conditions(sheet, p->input, sabin_chart_who(p->input).s);
	sabin_sheet_method(sheet, "re the input, the room divided out (IEC 60268-21)%s" SABIN_DOT
	                          "1/%.3g octave" SABIN_DOT "thin = at the noise%s",
	                   level, 1 / p->d->smoothing_oct,
	                   scaled ? SABIN_DOT "50 dB per decade" : "");
	sabin_sheet_number(sheet, "panels", height_px);
	sabin_sheet_number(sheet, "from_hz", from_hz);
	sabin_sheet_number(sheet, "to_hz", to_hz);
	sabin_sheet_number(sheet, "bottom_db", p->bottom_db);
	sabin_sheet_number(sheet, "top_db", p->top_db);
	sabin_sheet_legend(sheet, SABIN_MARK_LINE, SABIN_INK_TEXT, SABIN_DASH_SOLID, "THD");
	for (int m2 = 0; m2 < SABIN_HARMONICS; m2++)
		sabin_sheet_legend(sheet, SABIN_MARK_LINE, m2 + 1, SABIN_DASH_OWN, "H%d",
		                   m2 + SABIN_HARMONIC_FIRST);
	sabin_sheet_legend(sheet, SABIN_MARK_THIN, SABIN_INK_FAINT, SABIN_DASH_SOLID,
	                   "thin: at the noise");
	sabin_sheet_legend(sheet, SABIN_MARK_BAND, SABIN_INK_MUTED, SABIN_DASH_OWN, "noise in THD");
}

static enum sabin_err write_distortion(const struct sabin_chart_input *input, const char *folder,
                                       struct sabin_diag *diag)
{
	struct picture p = {.input = input};
	p.d = input->trace_count ? input->traces[0].distortion : NULL;
	if (!p.d || p.d->length < 2)
		return sabin_diag_set(diag, SABIN_ESHORT, NULL, 0, 0,
		                      "no recording is kept from which distortion can be read");
	find_axis(&p);
	struct sabin_sheet sheet;
	sabin_sheet_open(&sheet, folder, "distortion");
	write_words(&sheet, &p);
	sabin_sheet_table(&sheet, "", "f_Hz noise_dB THD_dB H2_dB H2_at_noise_dB H3 .. H5");
	for (size_t i = 0; i < p.d->length; i++) {
		double row[3 + 2 * SABIN_HARMONICS] = {p.d->freq_hz[i], p.d->thd.noise_db[i],
		                                       p.d->thd.valid[i] ? p.d->thd.level_db[i]
		                                                         : (double)NAN};
		row[1] = fmin(fmax(row[1], p.bottom_db), p.top_db);
		for (int m = 0; m < SABIN_HARMONICS; m++) {
			const struct sabin_harmonic *h = &p.d->harmonic[m];
			row[3 + 2 * m] = h->valid[i] ? h->level_db[i] : (double)NAN;
			row[4 + 2 * m] = h->valid[i] ? (double)NAN : h->level_db[i];
		}
		sabin_sheet_row(&sheet, 3 + 2 * SABIN_HARMONICS, row);
	}
	sabin_sheet_off_page(&sheet, 3 + 2 * SABIN_HARMONICS);
	return sabin_sheet_close(&sheet, diag);
}

const struct sabin_chart_kind sabin_chart_kind_distortion = {
    .name = "distortion",
    .title = "harmonics 2 to 5 and THD over frequency, with the noise",
    .needs = SABIN_CHART_DISTORTION,
    .one_trace = true,
    .write = write_distortion,
};
