/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kind_waterfall.c: decay of the low frequencies: the response on top, its decay hanging from it as a
 * map, the resonances that ring longest named with their T60.
 */
#include <math.h>
#include <stdlib.h>

#include <sabin/waterfall.h>

#include "chart/kinds.h"
#include "chart/sheet.h"

enum {
	RIDGES_MAX = 5,
	MAP_STEP = 2,
	MAP_MEAN = 4, /* slices to both sides: 40 ms, as long as the rise; less shows beats as stripes */
};
static const double label_decades = 0.095; /* width of a resonance's name: 55 px */
static const double bottom_db = -50, slice_bottoms_db[2] = {-40, -60};
static const double mode_range_db = 20, mode_apart_oct = 1 / 12.0; /* of those that are named */
static const double slices_s[3] = {0, 0.1, 0.2};

static void write_finding(struct sabin_sheet *sheet, const struct sabin_ridge *ridges, size_t count)
{
	size_t longest = 0;
	if (count == 0) {
		sabin_sheet_finding(sheet, "No single mode can be told from the others");
		return;
	}
	for (size_t i = 1; i < count; i++)
		if (ridges[i].t60_s > ridges[longest].t60_s)
			longest = i;
	sabin_sheet_finding(sheet, "The mode at %s rings longest, T60 = %s",
	                    sabin_text_hz(ridges[longest].freq_hz).s,
	                    sabin_text_s(ridges[longest].t60_s).s);
}

/* The response's own axis ends where it holds the curve, if it can. */
static double slice_bottom_db(const struct sabin_time_map *map)
{
	double least_db = 0;
	for (size_t i = 0; i < map->freqs; i++)
		least_db = fmin(least_db, map->level_db[i]);
	return slice_bottoms_db[least_db < slice_bottoms_db[0]];
}

static void write_words(struct sabin_sheet *sheet, const struct sabin_chart_input *input,
                        const struct sabin_waterfall_options *o, const struct sabin_time_map *map,
                        const struct sabin_ridge *ridges, size_t count)
{
	int row = 0;
	sabin_sheet_say(sheet, "title", 0, 0, "Decay of the low frequencies");
	write_finding(sheet, ridges, count);
	sabin_sheet_conditions(sheet, input, sabin_chart_who(input).s);
	sabin_sheet_method(sheet, "cumulative spectral decay" SABIN_DOT "window %.0f ms, rise %.0f "
	                          "ms" SABIN_DOT "1/%.0f octave, map averaged over 40 ms" SABIN_DOT "T60 of modes fitted",
	                   o->window_s * 1000, o->rise_s * 1000, 1 / o->smoothing_oct);
	sabin_sheet_number(sheet, "from_hz", o->from_hz);
	sabin_sheet_number(sheet, "to_hz", o->to_hz);
	sabin_sheet_number(sheet, "span_ms", o->span_s * 1000);
	sabin_sheet_number(sheet, "bottom_db", bottom_db);
	sabin_sheet_number(sheet, "slice_bottom_db", slice_bottom_db(map));
	sabin_sheet_number(sheet, "ridges", (double)count);
	sabin_sheet_legend(sheet, SABIN_MARK_LINE, 1, SABIN_DASH_SOLID, "at 0 ms");
	sabin_sheet_legend(sheet, SABIN_MARK_THIN, 1, SABIN_DASH_SOLID, "100 and 200 ms");
	if (count > 0)
		sabin_sheet_legend(sheet, SABIN_MARK_THIN, SABIN_INK_TEXT, SABIN_DASH_LIMIT,
		                   "mode, with its T60");
	for (size_t i = 0; i < count; i++) {
		char key[40];
		snprintf(key, sizeof key, "ridge_%zu", i + 1);
		sabin_sheet_number(sheet, key, log10(ridges[i].freq_hz));
		/* a name that would stand on the one before goes a row up, and its line ends there */
		const bool near =
		    i > 0 && log10(ridges[i].freq_hz / ridges[i - 1].freq_hz) < label_decades;
		row = near ? row + 1 : 0;
		snprintf(key, sizeof key, "ridge_row_%zu", i + 1);
		sabin_sheet_number(sheet, key, row);
		snprintf(key, sizeof key, "ridge_hz_%zu", i + 1);
		sabin_sheet_say(sheet, key, 0, 0, "%s", sabin_text_hz(ridges[i].freq_hz).s);
		snprintf(key, sizeof key, "ridge_s_%zu", i + 1);
		sabin_sheet_say(sheet, key, 0, 0, "%s", sabin_text_s(ridges[i].t60_s).s);
	}
}

static int by_frequency(const void *a, const void *b)
{
	const struct sabin_ridge *x = a, *y = b;
	return (x->freq_hz > y->freq_hz) - (x->freq_hz < y->freq_hz);
}

/* The modes of the analysis that ring longest, of those that stand out and are sure; without any where they
 * cannot be fitted. */
static enum sabin_err longest_modes(const struct sabin_chart_input *input,
                                    const struct sabin_waterfall_options *o,
                                    struct sabin_ridge *ridges, size_t *count)
{
	struct sabin_modefit fit;
	struct sabin_mode_match *matches;
	enum sabin_err err = sabin_chart_modes(input, &input->traces[0], &fit, &matches);
	double top_db = -(double)INFINITY;
	*count = 0;
	for (size_t i = 0; i < fit.count; i++)
		if (fit.modes[i].t60_s.valid)
			top_db = fmax(top_db, fit.modes[i].level_db.value);
	while (*count < RIDGES_MAX) {
		const struct sabin_fitted_mode *best = NULL;
		for (size_t i = 0; i < fit.count; i++) {
			const struct sabin_fitted_mode *m = &fit.modes[i];
			bool free = m->t60_s.valid && m->level_db.value > top_db - mode_range_db &&
			            m->frequency_hz.value <= o->to_hz;
			for (size_t k = 0; k < *count; k++)
				free = free && fabs(log2(m->frequency_hz.value / ridges[k].freq_hz)) >
				                   mode_apart_oct;
			if (free && (!best || m->t60_s.value > best->t60_s.value))
				best = m;
		}
		if (!best)
			break;
		ridges[(*count)++] = (struct sabin_ridge){best->frequency_hz.value, best->t60_s.value,
		                                           best->level_db.value};
	}
	qsort(ridges, *count, sizeof *ridges, by_frequency);
	sabin_modefit_free(&fit);
	free(matches);
	return err == SABIN_ENOMEM ? err : SABIN_OK;
}

/* Mean power of the slices about slice k, in dB. */
static double mean_db(const struct sabin_time_map *map, size_t k, size_t i)
{
	const size_t first = k > MAP_MEAN ? k - MAP_MEAN : 0;
	const size_t last = k + MAP_MEAN < map->times ? k + MAP_MEAN : map->times - 1;
	double power = 0;
	for (size_t n = first; n <= last; n++)
		power += pow(10, map->level_db[n * map->freqs + i] / 10);
	return 10 * log10(power / (double)(last - first + 1));
}

static void write_map(struct sabin_sheet *sheet, const struct sabin_time_map *map, double step_s)
{
	const double bottom = slice_bottom_db(map);
	sabin_sheet_table(sheet, "_slices", "log10_f_Hz dB_at_0 dB_at_100_ms dB_at_200_ms");
	for (size_t i = 0; i < map->freqs; i++) {
		double row[4] = {log10(map->freq_hz[i])};
		for (int s = 0; s < 3; s++) {
			const size_t k = (size_t)(slices_s[s] / step_s + 0.5);
			row[s + 1] = map->level_db[k * map->freqs + i];
			if (row[s + 1] < bottom) /* the first is filled down to there, the others are lines */
				row[s + 1] = s == 0 ? bottom : (double)NAN;
		}
		sabin_sheet_row(sheet, 4, row);
	}
	sabin_sheet_table(sheet, "", "log10_f_Hz t_ms level_dB; a blank line after each time");
	for (size_t k = 0; k < map->times; k += MAP_STEP) {
		for (size_t i = 0; i < map->freqs; i++)
			sabin_sheet_row(sheet, 3,
			                (double[]){log10(map->freq_hz[i]), map->time_s[k] * 1000,
			                           fmax(mean_db(map, k, i), bottom_db)});
		sabin_sheet_row(sheet, 0, NULL);
	}
}

static enum sabin_err write_waterfall(const struct sabin_chart_input *input, const char *folder,
                                      struct sabin_diag *diag)
{
	const struct sabin_chart_trace *t = input->trace_count ? input->traces : NULL;
	const struct sabin_waterfall_options o = sabin_waterfall_defaults();
	struct sabin_time_map map = {0};
	struct sabin_ridge ridges[RIDGES_MAX];
	if (!t || !t->h)
		return sabin_diag_set(diag, SABIN_ESHORT, NULL, 0, 0,
		                      "there is no impulse response to draw");
	const double rate_hz = t->measured->rate_hz, arrival = sabin_chart_arrival(t->measured);
	enum sabin_err err = sabin_waterfall_compute(t->h, t->frames, rate_hz, arrival, &o, &map);
	if (err)
		return sabin_diag_set(diag, err, NULL, 0, 0, "cannot draw the waterfall: %s",
		                      sabin_strerror(err));
	size_t count;
	err = longest_modes(input, &o, ridges, &count);
	if (err) {
		sabin_time_map_free(&map);
		return sabin_diag_set(diag, err, NULL, 0, 0, "not enough memory for the chart");
	}
	struct sabin_sheet sheet;
	sabin_sheet_open(&sheet, folder, "waterfall");
	write_words(&sheet, input, &o, &map, ridges, count);
	write_map(&sheet, &map, o.step_s);
	sabin_time_map_free(&map);
	return sabin_sheet_close(&sheet, diag);
}

const struct sabin_chart_kind sabin_chart_kind_waterfall = {
    .name = "waterfall",
    .title = "decay of the low frequencies, with the resonances that ring longest",
    .needs = SABIN_CHART_ANALYSIS,
    .one_trace = true,
    .write = write_waterfall,
};
