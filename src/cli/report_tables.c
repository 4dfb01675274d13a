/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_tables.c: standards, before and after, correction, advice.
 */
#include <math.h>

#include "cli/report.h"
#include "cli/show.h"
#include "io/number.h"

/* ---- standards -------------------------------------------------------------------------------------- */

static void requirement_row(struct sabin_report *r, const struct sabin_requirement *row,
                            const struct sabin_judgement *j)
{
	struct sabin_page *page = &r->page;
	char limit[64], value[32], where[200];
	const char *unit = sabin_required_words(row, j, limit, value);
	sabin_required_where(r->required, j, where);
	const enum sabin_tone tone = j->verdict == SABIN_VERDICT_PASS   ? SABIN_TONE_GOOD
	                             : j->verdict == SABIN_VERDICT_FAIL ? SABIN_TONE_BAD
	                                                                : SABIN_TONE_DOUBT;
	sabin_page_row(page);
	sabin_page_cell(page, SABIN_TONE_PLAIN, "%s%s%s%s", row->what, row->clause ? " (" : "",
	                row->clause ? row->clause : "", row->clause ? ")" : "");
	sabin_page_cell(page, tone, "%s", sabin_required_verdict(j->verdict));
	sabin_page_cell(page, j->measured.valid ? SABIN_TONE_PLAIN : SABIN_TONE_DOUBT, "%s%s%s", value,
	                j->measured.valid && *unit ? " " : "", j->measured.valid ? unit : "");
	sabin_page_cell(page, SABIN_TONE_PLAIN, "%s%s%s", limit, *unit ? " " : "", unit);
	const char *remark = j->why ? j->why : j->close ? "the limit lies within the uncertainty (k = 2)" : "";
	sabin_page_cell(page, SABIN_TONE_PLAIN, "%s%s%s", where, *where && *remark ? "; " : "", remark);
	sabin_page_row_end(page);
}

void sabin_report_standards(struct sabin_report *report)
{
	static const char *const heads[] = {"<Requirement", "<Verdict", "Measured", "Wanted", "<Remark"};
	const struct sabin_required_standard *s;
	sabin_page_section(&report->page, "standards", "Standards");
	for (size_t i = 0; (s = sabin_required_row(report->required, i)); i++) {
		char caption[400];
		snprintf(caption, sizeof caption, "%s: %zu pass, %zu fail, %zu not known, %zu not judged", s->title,
		         sabin_required_tally(s, SABIN_VERDICT_PASS), sabin_required_tally(s, SABIN_VERDICT_FAIL),
		         sabin_required_tally(s, SABIN_VERDICT_UNKNOWN),
		         sabin_required_tally(s, SABIN_VERDICT_UNVERIFIED));
		sabin_page_table(&report->page, caption, heads, sizeof heads / sizeof *heads);
		for (size_t k = 0; k < s->count; k++)
			requirement_row(report, &s->row[k], &s->judgement[k]);
		sabin_page_table_end(&report->page);
	}
}

/* ---- before and after ------------------------------------------------------------------------------- */

static void tell_remark(void *context, const char *text)
{
	struct sabin_report *r = context;
	sabin_page_item(&r->page, NULL, text, NULL);
}

/* Of how many responses each mean is, where some are of fewer than all. */
static void count_row(struct sabin_report *r, const char *name, size_t p)
{
	const struct sabin_comparison *c = &r->comparison;
	bool fewer = false;
	for (size_t b = 0; b < c->mean_count; b++)
		fewer = fewer || sabin_comparison_fewer(c, &c->mean[b].value[p]);
	if (!fewer)
		return;
	sabin_page_row(&r->page);
	sabin_page_cell(&r->page, SABIN_TONE_PLAIN, "%s of responses", name);
	for (size_t b = 0; b < c->mean_count; b++) {
		const struct sabin_change *v = &c->mean[b].value[p];
		if (v->change.valid)
			sabin_page_cell(&r->page, SABIN_TONE_PLAIN, "%zu of %zu", v->count, c->count);
		else
			sabin_page_cell(&r->page, SABIN_TONE_DOUBT, "–");
	}
	sabin_page_row_end(&r->page);
}

static void change_rows(struct sabin_report *r, const char *name, enum sabin_parameter parameter, int decimals)
{
	static const char *const kinds[] = {"before", "after", "change", "± of it"};
	const struct sabin_comparison *c = &r->comparison;
	size_t p = 0;
	while (p < SABIN_COMPARED_PARAMETERS && sabin_compared_parameter(p) != parameter)
		p++;
	for (int k = 0; p < SABIN_COMPARED_PARAMETERS && k < 4; k++) {
		sabin_page_row(&r->page);
		sabin_page_cell(&r->page, SABIN_TONE_PLAIN, "%s %s", name, kinds[k]);
		for (size_t b = 0; b < c->mean_count; b++) {
			const struct sabin_change *v = &c->mean[b].value[p];
			const double values[] = {v->before.value, v->after.value, v->change.value,
			                         sabin_show_expanded(v->change.plus_minus, decimals)};
			const double value = sabin_number_tidy(values[k], decimals);
			if (!v->change.valid || !isfinite(value))
				sabin_page_cell(&r->page, SABIN_TONE_DOUBT, "–");
			else if (k == 2)
				sabin_page_cell(&r->page, SABIN_TONE_PLAIN, "%+.*f%s", decimals, value,
				                !v->significant ? "" : v->noticeable ? "**" : "*");
			else
				sabin_page_cell(&r->page, SABIN_TONE_PLAIN, "%.*f", decimals, value);
		}
		sabin_page_row_end(&r->page);
	}
	if (p < SABIN_COMPARED_PARAMETERS)
		count_row(r, name, p);
}

void sabin_report_compare(struct sabin_report *report)
{
	const struct sabin_comparison *c = &report->comparison;
	const char *heads[SABIN_PAGE_COLUMNS_MAX] = {"<Octave band, Hz"};
	char names[SABIN_PAGE_COLUMNS_MAX][16], caption[200];
	sabin_page_section(&report->page, "compare", "Before and after");
	sabin_page_say(&report->page, "Before: %s, %.10s. After: %s, %.10s.", report->before.path,
	               report->before.measurement.date, report->side.path, report->side.measurement.date);
	sabin_page_list(&report->page, false);
	struct sabin_brief brief = sabin_comparison_tell(c, false, tell_remark, tell_remark, report);
	if (brief.lines == 0)
		tell_remark(report, "Nothing changed that could be noticed.");
	sabin_page_list_end(&report->page, false);
	if (brief.small > 0)
		sabin_page_note(&report->page, "%zu more change%s more than chance, but too little to notice.", brief.small,
		                brief.small == 1 ? " is" : "s are");
	size_t n = 1;
	for (size_t b = 0; b < c->mean_count && n < SABIN_PAGE_COLUMNS_MAX; b++)
		heads[n++] = sabin_show_hz(c->mean[b].band.nominal_hz, names[b], sizeof names[b]);
	if (c->count == 1)
		snprintf(caption, sizeof caption, "Change by octave bands: %s", sabin_report_name(c->item[0].after->measured).s);
	else
		snprintf(caption, sizeof caption,
		         "Change by octave bands: mean of those of %zu responses that have both values", c->count);
	sabin_page_table(&report->page, caption, heads, n);
	change_rows(report, "T20, s:", SABIN_T20, 3);
	change_rows(report, "T30, s:", SABIN_T30, 3);
	change_rows(report, "C50, dB:", SABIN_C50, 1);
	sabin_page_table_end(&report->page);
	sabin_page_note(&report->page, "*: more than chance (5 %%, Holm's correction over the table); **: and noticeable. ±: 95 %% "
	                               "(k = 2) of the change.");
	for (size_t i = 0; i < c->not_compared_count; i++)
		sabin_page_note(&report->page, "Not compared: %s: %s.", c->not_compared[i].what, c->not_compared[i].why);
}

/* ---- correction -------------------------------------------------------------------------------------- */

static void channel_filters(struct sabin_report *r, const struct sabin_correction_channel *c)
{
	static const char *const heads[] = {"<Filter", "<Kind", "Frequency", "Gain, dB", "Q"};
	char caption[200];
	if (c->filter_count == 0)
		return;
	snprintf(caption, sizeof caption, "Filters of %s", c->speaker);
	sabin_page_table(&r->page, caption, heads, sizeof heads / sizeof *heads);
	for (size_t i = 0; i < c->filter_count; i++) {
		const struct sabin_biquad *f = &c->filters[i];
		char kind[32];
		snprintf(kind, sizeof kind, "%s", sabin_biquad_name(f->type));
		for (char *k = kind; *k; k++)
			*k = *k == '_' ? ' ' : *k;
		sabin_page_row(&r->page);
		sabin_page_cell(&r->page, SABIN_TONE_PLAIN, "%zu", i + 1);
		sabin_page_cell(&r->page, SABIN_TONE_PLAIN, "%s", kind);
		sabin_page_cell(&r->page, SABIN_TONE_PLAIN, "%s", sabin_text_hz(f->freq_hz).s);
		sabin_page_cell(&r->page, SABIN_TONE_PLAIN, "%+.1f", sabin_number_tidy(f->gain_db, 1));
		sabin_page_cell(&r->page, SABIN_TONE_PLAIN, "%.2f", f->q);
		sabin_page_row_end(&r->page);
	}
	sabin_page_table_end(&r->page);
}

static void channel_row(struct sabin_report *r, const struct sabin_chart_correction *chart)
{
	const struct sabin_correction_channel *c = chart->channel;
	struct sabin_page *page = &r->page;
	sabin_page_row(page);
	sabin_page_cell(page, SABIN_TONE_PLAIN, "%s", c->speaker);
	sabin_page_cell(page, SABIN_TONE_PLAIN, "%.1f", c->error_before_db);
	sabin_page_cell(page, SABIN_TONE_PLAIN, "%.1f", c->error_after_db);
	if (isfinite(chart->achieved_error_db))
		sabin_page_cell(page, SABIN_TONE_PLAIN, "%.1f", chart->achieved_error_db);
	else
		sabin_page_cell(page, SABIN_TONE_DOUBT, "–");
	sabin_page_cell(page, SABIN_TONE_PLAIN, "%.1f", sabin_number_tidy(c->net_boost_db, 1));
	sabin_page_cell(page, SABIN_TONE_PLAIN, "%+.1f",
	                c->rate_count > 0 ? sabin_number_tidy(c->rates[0].preamp_db, 1) : 0.0);
	sabin_page_cell(page, SABIN_TONE_PLAIN, "%.2f", 1000 * c->delay_s);
	sabin_page_row_end(page);
}

void sabin_report_correction(struct sabin_report *report)
{
	static const char *const heads[] = {"<Loudspeaker", "Error before, dB", "predicted, dB", "achieved, dB",
	                                    "Net boost, dB", "Preamp, dB", "Delay, ms"};
	const struct sabin_correction_file *file = &report->correction.file;
	sabin_page_section(&report->page, "correction", "Correction");
	sabin_page_say(&report->page, "Made %.10s for the target %s, %s to %s.", file->date, file->target ? file->target : "–",
	               sabin_text_hz(file->correction.range_hz[0]).s, sabin_text_hz(file->correction.range_hz[1]).s);
	sabin_page_table(&report->page, "RMS deviation from the target, its mean removed", heads, sizeof heads / sizeof *heads);
	for (size_t i = 0; i < report->correction.count; i++)
		channel_row(report, &report->correction.charts[i]);
	sabin_page_table_end(&report->page);
	for (size_t i = 0; i < report->correction.count; i++)
		channel_filters(report, report->correction.charts[i].channel);
	if (file->fir)
		sabin_page_note(&report->page, "Impulse responses for convolvers go with it, in the folder wav of %s.", file->path);
}

/* ---- advice ------------------------------------------------------------------------------------------- */

/* " (left at mix)": of which response; nothing where it is the item's own. */
static void fact_whose(const struct sabin_report *r, const struct sabin_advice_fact *fact, char *text, size_t size)
{
	const char *speaker = fact->speaker >= 0 ? r->scene.speaker_name[fact->speaker] : "";
	const char *position = fact->position >= 0 ? r->scene.position_name[fact->position] : "";
	text[0] = '\0';
	if (*speaker || *position)
		snprintf(text, size, " (%s%s%s)", speaker, *position ? *speaker ? " at " : "at " : "", position);
}

/* "level difference 2.9 dB at 63 Hz (left)" for each number behind an item. */
static void facts(const struct sabin_report *r, const struct sabin_advice_fact *fact, size_t n, const char *lead, char *text,
                  size_t size)
{
	size_t used = 0;
	text[0] = '\0';
	for (size_t i = 0; i < n && used < size; i++) {
		char what[48], whose[2 * SABIN_NAME_SIZE + 16];
		if (!isfinite(fact[i].q.value))
			continue;
		snprintf(what, sizeof what, "%s", fact[i].what);
		for (char *c = what; *c; c++)
			if (*c == '_')
				*c = ' ';
		const bool small = strcmp(fact[i].unit, "s") == 0 && fabs(fact[i].q.value) < 0.1;
		const char *unit = small ? "ms" : strcmp(fact[i].unit, "1") == 0 ? "" : fact[i].unit;
		used += (size_t)snprintf(text + used, size - used, "%s%s %.3g%s%s", used ? ", " : lead, what,
		                         (small ? 1000 : 1) * fact[i].q.value, *unit ? " " : "", unit);
		const double hz = isfinite(fact[i].freq_hz) ? fact[i].freq_hz : fact[i].band_hz;
		if (isfinite(hz) && used < size)
			used += (size_t)snprintf(text + used, size - used, " at %s", sabin_text_hz(hz).s);
		fact_whose(r, &fact[i], whose, sizeof whose);
		if (used < size)
			used += (size_t)snprintf(text + used, size - used, "%s", whose);
	}
}

static void advice_items(struct sabin_report *r, bool leave)
{
	char text[SABIN_ADVICE_TEXT_SIZE], evidence[1200], effect[1200], small[2600];
	for (size_t i = 0; i < r->advice.count; i++) {
		const struct sabin_advice_item *item = &r->advice.item[i];
		if ((item->kind == SABIN_ADVICE_LEAVE) != leave)
			continue;
		sabin_advice_text(&r->scene, item, text);
		facts(r, item->evidence, item->evidence_count, "Evidence: ", evidence, sizeof evidence);
		facts(r, item->effect, item->effect_count, "To be expected: ", effect, sizeof effect);
		snprintf(small, sizeof small, "%s%s%s%s%.0f %% sure.", evidence, *evidence ? ". " : "", effect,
		         *effect ? ". " : "", 100 * item->confidence);
		sabin_page_item(&r->page, leave ? NULL : sabin_report_kind(item->kind), text, small);
	}
}

void sabin_report_advice(struct sabin_report *report)
{
	const struct sabin_advice *advice = &report->advice;
	size_t leave = 0;
	bool gaps = false;
	for (size_t i = 0; i < advice->count; i++)
		leave += advice->item[i].kind == SABIN_ADVICE_LEAVE;
	sabin_page_section(&report->page, "advice", "Advice");
	if (leave == advice->count)
		sabin_page_say(&report->page, "Nothing to repair, move or treat was found.");
	if (leave < advice->count) {
		sabin_page_say(&report->page, "In the order of benefit for effort.");
		sabin_page_list(&report->page, true);
		advice_items(report, false);
		sabin_page_list_end(&report->page, true);
		sabin_page_note(&report->page, "Here ± is the expanded uncertainty of what is to be expected, 95 %% (k = 2), as everywhere "
		                               "on this page.");
	}
	sabin_report_shopping(report);
	if (leave > 0) {
		sabin_page_heading(&report->page, "Leave as it is");
		sabin_page_list(&report->page, false);
		advice_items(report, true);
		sabin_page_list_end(&report->page, false);
	}
	for (int g = 0; g < SABIN_GAP_COUNT; g++)
		gaps = gaps || advice->gap[g];
	if (!gaps)
		return;
	sabin_page_heading(&report->page, "Not looked for");
	sabin_page_list(&report->page, false);
	for (int g = 0; g < SABIN_GAP_COUNT; g++)
		if (advice->gap[g]) {
			char text[SABIN_ADVICE_TEXT_SIZE], line[SABIN_ADVICE_TEXT_SIZE + 64];
			sabin_advice_gap_text(&report->scene, (enum sabin_advice_gap)g, text);
			snprintf(line, sizeof line, "%s: %s", sabin_advice_gap_name((enum sabin_advice_gap)g), text);
			sabin_page_item(&report->page, NULL, line, NULL);
		}
	sabin_page_list_end(&report->page, false);
}
