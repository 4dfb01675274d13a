/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_figures.c: key figures with their uncertainty, and the table by octave bands.
 */
#include <math.h>

#include "cli/reasons.h"
#include "cli/averages.h"
#include "cli/report.h"
#include "cli/reverberation.h"
#include "cli/show.h"
#include "io/memstream.h"
#include "io/number.h"

/* Value and ± (95 %, k = 2) with a unit. */
static void key(struct sabin_report *r, const char *name, struct sabin_quantity q, int decimals, const char *unit,
                const char *meaning)
{
	char value[64], plus_minus[64] = "";
	if (!q.valid)
		return;
	snprintf(value, sizeof value, "%.*f%s%s", decimals, sabin_number_tidy(q.value, decimals), *unit ? " " : "", unit);
	if (isfinite(q.plus_minus) && q.plus_minus > 0)
		snprintf(plus_minus, sizeof plus_minus, "±%.*f", decimals,
		         sabin_show_expanded(q.plus_minus, decimals));
	sabin_page_key(&r->page, name, value, plus_minus, meaning);
}

/* Mean over the responses and over 500 Hz and 1 kHz. */
static struct sabin_quantity middle_of(const struct sabin_report *r, enum sabin_parameter parameter)
{
	double sum = 0, variance = 0;
	size_t n = 0;
	const struct sabin_analysis *first = &r->results[0];
	for (size_t b = 0; b < first->band_count; b++) {
		const double hz = first->bands[b].band.nominal_hz;
		const struct sabin_quantity q = sabin_analyses_mean(&r->analyses, b, parameter);
		if (hz < 500 || hz > 1000 || !q.valid)
			continue;
		sum += q.value;
		variance += q.plus_minus * q.plus_minus;
		n++;
	}
	return n == 2 ? sabin_quantity_valid(sum / 2, sqrt(variance) / 2)
	              : sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
}

static struct sabin_quantity speech(const struct sabin_report *r)
{
	double sum = 0, variance = 0;
	size_t n = 0;
	for (size_t i = 0; i < r->side.count; i++) {
		const struct sabin_quantity q = r->side.item[i].sti.sti;
		if (!q.valid)
			continue;
		sum += q.value;
		variance += q.plus_minus * q.plus_minus;
		n++;
	}
	return n > 0 ? sabin_quantity_valid(sum / (double)n, sqrt(variance) / (double)n)
	             : sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
}

/* What a requirement would be about, whatever its limit. */
static struct sabin_quantity measured(const struct sabin_report *r, enum sabin_measure measure, double from_hz,
                                      double to_hz)
{
	const struct sabin_requirement row = {"", NULL, measure, from_hz, to_hz, NAN, NAN, true};
	struct sabin_judgement j;
	if (sabin_requirement_judge(&r->scene.scene, &row, &j) != SABIN_OK)
		return sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	return j.measured;
}

static void keys(struct sabin_report *r)
{
	struct sabin_ringing t;
	char text[240];
	sabin_page_figures(&r->page);
	if (sabin_ringing_of(&r->analyses, &t)) {
		sabin_ringing_middle(&t, text, sizeof text);
		key(r, "Reverberation time", t.middle_s, 2, "s",
		    t.middle.count == t.middles ? "mean of 500 Hz and 1 kHz" : text);
	}
	key(r, "Early decay time", middle_of(r, SABIN_EDT), 2, "s", "how long it seems: mean of 500 Hz and 1 kHz");
	key(r, "Clarity C50", middle_of(r, SABIN_C50), 1, "dB", "the first 50 ms against the rest, 500 Hz and 1 kHz");
	const struct sabin_quantity sti = speech(r);
	if (sti.valid) {
		snprintf(text, sizeof text, "%s, of the room without noise (IEC 60268-16)", sabin_sti_rating(sti.value));
		key(r, "Speech, STI", sti, 2, "", text);
	}
	key(r, "Strongest early reflection", measured(r, SABIN_MEASURE_REFLECTION, NAN, NAN), 1, "dB",
	    "re the direct sound, first 15 ms, 1 to 8 kHz");
	const struct sabin_quantity pair = measured(r, SABIN_MEASURE_LEVEL_DIFFERENCE, 250, 2000);
	key(r, "Left against right", pair, 1, "dB", "mean level, 250 Hz to 2 kHz as ITU-R BS.1116 has it, at the worst place");
	const struct sabin_quantity nr = measured(r, SABIN_MEASURE_NR, NAN, NAN);
	key(r, "Background noise, NR", nr, 0, "", "noise rating");
	key(r, "Background noise", measured(r, SABIN_MEASURE_NOISE_A, NAN, NAN), 1, "dB(A)", "A-weighted level");
	for (size_t i = 0; i < r->side.count; i++) {
		const struct sabin_quantity f = sabin_schroeder(&r->results[i], r->analyses.volume_m3);
		if (!f.valid)
			continue;
		key(r, "Schroeder frequency", f, 0, "Hz", "single modes rule below it");
		break;
	}
	sabin_page_figures_end(&r->page);
	sabin_page_note(&r->page, "± is the expanded uncertainty, 95 %% (k = 2). What could not be relied on is not shown.");
}

/* ---- by bands --------------------------------------------------------------------------------------- */

static const struct {
	enum sabin_parameter parameter;
	const char *name;
	double factor;
	int decimals;
	bool plus_minus; /* with a row for it */
} lines[] = {
    {SABIN_EDT, "EDT, s", 1, 2, false},  {SABIN_T20, "T20, s", 1, 2, true},   {SABIN_T30, "T30, s", 1, 2, true},
    {SABIN_C50, "C50, dB", 1, 1, false}, {SABIN_C80, "C80, dB", 1, 1, false}, {SABIN_D50, "D50, %", 100, 0, false},
    {SABIN_TS, "Ts, ms", 1000, 0, false},
};
enum { LINES = sizeof lines / sizeof *lines };

static void band_row(struct sabin_report *r, size_t l, bool plus_minus)
{
	const size_t bands = r->results[0].band_count;
	sabin_page_row(&r->page);
	sabin_page_cell(&r->page, SABIN_TONE_PLAIN, "%s%s", plus_minus ? "± of " : "", lines[l].name);
	for (size_t b = 0; b < bands; b++) {
		const struct sabin_quantity q = sabin_analyses_mean(&r->analyses, b, lines[l].parameter);
		const double value = plus_minus ? sabin_show_expanded(lines[l].factor * q.plus_minus, lines[l].decimals)
		                                : lines[l].factor * q.value;
		if (!q.valid || !isfinite(value))
			sabin_page_cell(&r->page, SABIN_TONE_DOUBT, "–");
		else
			sabin_page_cell(&r->page, SABIN_TONE_PLAIN, "%.*f", lines[l].decimals,
			                sabin_number_tidy(value, lines[l].decimals));
	}
	sabin_page_row_end(&r->page);
}

/* Of how many responses the means of a line are, where some are of fewer than all. */
static void count_row(struct sabin_report *r, size_t l)
{
	const size_t bands = r->results[0].band_count;
	bool fewer = false;
	for (size_t b = 0; b < bands; b++) {
		const size_t count = sabin_analyses_count(&r->analyses, b, lines[l].parameter);
		fewer = fewer || (count > 0 && count < r->analyses.count);
	}
	if (!fewer)
		return;
	sabin_page_row(&r->page);
	sabin_page_cell(&r->page, SABIN_TONE_PLAIN, "%s: responses", lines[l].name);
	for (size_t b = 0; b < bands; b++) {
		const size_t count = sabin_analyses_count(&r->analyses, b, lines[l].parameter);
		if (count == 0)
			sabin_page_cell(&r->page, SABIN_TONE_DOUBT, "–");
		else
			sabin_page_cell(&r->page, SABIN_TONE_PLAIN, "%zu of %zu", count, r->analyses.count);
	}
	sabin_page_row_end(&r->page);
}

/* Why values are missing: where no response has one, for the reason of the first. */
static void reasons(struct sabin_report *r)
{
	struct sabin_reasons why = {.rows = LINES};
	const size_t bands = r->results[0].band_count;
	char *text = NULL;
	size_t length = 0, missing = 0;
	for (size_t l = 0; l < LINES; l++)
		why.row[l] = sabin_parameter_info(lines[l].parameter)->name;
	for (size_t b = 0; b < bands && b < SABIN_REASON_BANDS_MAX; b++) {
		why.band_hz[b] = r->results[0].bands[b].band.nominal_hz;
		for (size_t l = 0; l < LINES; l++) {
			const bool none = !sabin_analyses_mean(&r->analyses, b, lines[l].parameter).valid;
			why.value[l][b] = none ? r->results[0].bands[b].value[lines[l].parameter]
			                       : sabin_quantity_valid(0, NAN);
			missing += none;
		}
		why.bands++;
	}
	if (missing == 0)
		return;
	FILE *stream = sabin_memstream_open(&text, &length);
	if (stream)
		sabin_reasons_print(&why, stream, "", "");
	if (!stream || fclose(stream) != 0)
		r->page.failed = true; /* told when it is closed */
	for (char *line = text, *end; line && (end = strchr(line, '\n')); line = end + 1)
		sabin_page_note(&r->page, "– %.*s", (int)(end - line), line);
	free(text);
}

static void bands(struct sabin_report *r)
{
	const struct sabin_analysis *first = &r->results[0];
	const char *heads[SABIN_PAGE_COLUMNS_MAX] = {"<Octave band, Hz"};
	char names[SABIN_PAGE_COLUMNS_MAX][16], caption[120];
	size_t n = 1;
	for (size_t b = 0; b < first->band_count && n < SABIN_PAGE_COLUMNS_MAX; b++)
		heads[n++] = sabin_show_hz(first->bands[b].band.nominal_hz, names[b], sizeof names[b]);
	if (r->side.count == 1)
		snprintf(caption, sizeof caption, "By octave bands, ISO 3382");
	else
		snprintf(caption, sizeof caption, "By octave bands, ISO 3382: mean of those of %zu responses that have the value", r->side.count);
	sabin_page_table(&r->page, caption, heads, n);
	for (size_t l = 0; l < LINES; l++) {
		band_row(r, l, false);
		if (lines[l].plus_minus)
			band_row(r, l, true);
		count_row(r, l);
	}
	sabin_page_table_end(&r->page);
	sabin_page_note(&r->page, "EDT, T20, T30: time in which the sound falls by 60 dB, read from its first 10, from -5 to "
	                          "-25, and from -5 to -35 dB. C50, C80, D50, Ts: early against late sound.");
	reasons(r);
}

void sabin_report_figures(struct sabin_report *report)
{
	sabin_page_section(&report->page, "figures", "Key figures");
	keys(report);
	bands(report);
}
