/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kind_etc.c: the energy of a response over its whole decay, with the decay curve of all bands.
 *
 * References: ISO 3382-1:2009, 5.3 (backward integration).
 */
#include <math.h>

#include "acoustics/etc.h"
#include "chart/kinds.h"
#include "chart/sheet.h"

static const double before_s = 0.02, smooth_s = 1e-3, top_db = 5;
/* What is drawn of the time after the decay has met the noise. */
static const double beyond = 1.25, least_s = 0.1, most_s = 10;

struct picture {
	const struct sabin_chart_input *input;
	const struct sabin_chart_trace *trace;
	const struct sabin_band_result *all;
	struct sabin_etc etc;
	double noise_db, end_s, step_s, bottom_db;
};

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* The noise: median level after the decay has met it; -INFINITY where it never does. */
static enum sabin_err find_noise(struct picture *p)
{
	const struct sabin_etc *e = &p->etc;
	const double knee = e->direct + p->all->knee_s * e->rate_hz;
	const size_t first = knee < (double)e->length ? (size_t)knee : e->length;
	const size_t n = e->length - first;
	double *sorted = malloc((n + 1) * sizeof *sorted);
	if (!sorted)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < n; i++)
		sorted[i] = e->level_db[first + i];
	qsort(sorted, n, sizeof *sorted, by_value);
	p->noise_db = n > 0 ? sorted[n / 2] : -(double)INFINITY;
	free(sorted);
	return SABIN_OK;
}

/* When the decay curve has fallen to level_db; NAN: not within what is known. */
static double fallen_s(const struct sabin_band_result *band, double level_db)
{
	for (size_t i = 0; i < band->curve_length; i++) {
		if (isnan(band->curve_db[i]))
			return NAN;
		if (band->curve_db[i] <= level_db)
			return (double)i * band->curve_step_s;
	}
	return NAN;
}

static void write_finding(struct sabin_sheet *sheet, const struct picture *p)
{
	const double half_s = fallen_s(p->all, -30), whole_s = fallen_s(p->all, -60);
	char noise[128] = "";
	if (p->noise_db > p->bottom_db)
		snprintf(noise, sizeof noise, "; noise lies %s dB below the direct sound",
		         sabin_text_number(-p->noise_db, 0).s);
	if (isfinite(whole_s))
		sabin_sheet_finding(sheet, "The energy left is 30 dB down after %s ms and 60 dB after "
		                           "%s ms%s",
		                    sabin_text_number(half_s * 1000, 0).s,
		                    sabin_text_number(whole_s * 1000, 0).s, noise);
	else if (isfinite(half_s))
		sabin_sheet_finding(sheet, "The energy left is 30 dB down after %s ms%s",
		                    sabin_text_number(half_s * 1000, 0).s, noise);
	else
		sabin_sheet_finding(sheet, "The decay cannot be followed for 30 dB%s", noise);
}

static void write_words(struct sabin_sheet *sheet, const struct picture *p)
{
	sabin_sheet_say(sheet, "title", 0, 0, "Energy over time");
	write_finding(sheet, p);
	sabin_sheet_conditions(sheet, p->input, sabin_chart_who(p->input).s);
	sabin_sheet_method(sheet, "energy\xe2\x80\x93time curve over all frequencies, Hann %.0f ms, dB "
	                          "re direct sound" SABIN_DOT "decay curve: ISO 3382-1, dB re all energy",
	                   smooth_s * 1000);
	sabin_sheet_number(sheet, "from_ms", -before_s * 1000);
	sabin_sheet_number(sheet, "to_ms", p->end_s * 1000);
	sabin_sheet_number(sheet, "step_ms", p->step_s * 1000);
	sabin_sheet_number(sheet, "bottom_db", p->bottom_db);
	sabin_sheet_number(sheet, "top_db", top_db);
	/* below the axis: drawn nowhere */
	sabin_sheet_number(sheet, "noise_db", isfinite(p->noise_db) ? p->noise_db : -999);
	sabin_sheet_legend(sheet, SABIN_MARK_LINE, 1, SABIN_DASH_SOLID, "Energy");
	sabin_sheet_legend(sheet, SABIN_MARK_LINE, SABIN_INK_TEXT, SABIN_DASH_SOLID, "Decay curve");
	if (p->noise_db > p->bottom_db)
		sabin_sheet_legend(sheet, SABIN_MARK_THIN, 5, SABIN_DASH_LIMIT, "Noise");
}

static enum sabin_err write_curves(struct sabin_sheet *sheet, const struct picture *p)
{
	const struct sabin_etc *e = &p->etc;
	const double from_ms = -before_s * 1000, to_ms = p->end_s * 1000;
	double *time_ms = calloc(e->length, sizeof *time_ms);
	if (!time_ms)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < e->length; i++) {
		time_ms[i] = ((double)i - e->direct) / e->rate_hz * 1000;
		e->level_db[i] = fmax(e->level_db[i], p->bottom_db);
	}
	sabin_sheet_table(sheet, "", "t_ms level_dB_re_direct");
	sabin_sheet_line(sheet, time_ms, e->level_db, e->length, from_ms, to_ms, false);
	free(time_ms);
	sabin_sheet_table(sheet, "_curve", "t_ms decay_dB");
	const size_t stride = p->all->curve_length / 1600 + 1;
	for (size_t i = 0; i < p->all->curve_length; i += stride) {
		const double t_s = (double)i * p->all->curve_step_s;
		if (t_s <= p->end_s && isfinite(p->all->curve_db[i]))
			sabin_sheet_row(sheet, 2, (double[]){t_s * 1000, p->all->curve_db[i]});
	}
	sabin_sheet_off_page(sheet, 2);
	return SABIN_OK;
}

static enum sabin_err make(struct picture *p)
{
	const struct sabin_chart_trace *t = p->trace;
	const double rate_hz = t->measured->rate_hz, direct = t->analysis->arrival.position;
	double end_s = ((double)t->frames - direct) / rate_hz;
	if (isfinite(p->all->knee_s))
		end_s = fmin(end_s, beyond * p->all->knee_s);
	p->end_s = sabin_chart_round_up(fmin(fmax(end_s, least_s), most_s), &p->step_s);
	enum sabin_err err = sabin_etc_compute(t->h, t->frames, rate_hz, direct, before_s, p->end_s,
	                                       smooth_s, &p->etc);
	if (!err)
		err = find_noise(p);
	p->bottom_db = p->noise_db < -75 ? -100 : -80;
	return err;
}

static enum sabin_err write_etc(const struct sabin_chart_input *input, const char *folder,
                                struct sabin_diag *diag)
{
	struct picture p = {.input = input, .trace = input->trace_count ? input->traces : NULL};
	if (!p.trace || !p.trace->h || !p.trace->analysis)
		return sabin_diag_set(diag, SABIN_ESHORT, NULL, 0, 0,
		                      "there is no impulse response to draw");
	p.all = &p.trace->analysis->broadband;
	enum sabin_err err = make(&p);
	if (err) {
		sabin_diag_set(diag, err, NULL, 0, 0, "cannot draw the energy over time: %s",
		               sabin_strerror(err));
	} else {
		struct sabin_sheet sheet;
		sabin_sheet_open(&sheet, folder, "etc");
		write_words(&sheet, &p);
		err = write_curves(&sheet, &p);
		enum sabin_err closed = sabin_sheet_close(&sheet, diag);
		err = err ? err : closed;
	}
	sabin_etc_release(&p.etc);
	return err;
}

const struct sabin_chart_kind sabin_chart_kind_etc = {
    .name = "etc",
    .title = "energy over time of the whole decay, with the decay curve",
    .needs = SABIN_CHART_ANALYSIS,
    .one_trace = true,
    .write = write_etc,
};
