/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kind_rt60.c: reverberation time by band with its uncertainty; what is not valid is shown and
 * marked.
 *
 * References: ISO 3382-1:2009 (T30,mid: mean of the octaves 500 Hz and 1 kHz); ISO 3382-2:2008.
 */
#include <math.h>

#include "chart/kinds.h"
#include "chart/sheet.h"

enum { BANDS_MAX = 64 };

/* One mark: a trace's value in a band, or a group's mean over positions. */
struct mark {
	double value_s, low_s, high_s; /* low and high are the ends of the bar */
	bool valid;
	enum sabin_reason reason;
	double need;
};

struct series {
	char name[2 * 96 + 32]; /* for the legend */
	struct sabin_chart_name who; /* for a sentence */
	int colour;
	struct mark marks[BANDS_MAX];
};

struct picture {
	const struct sabin_chart_input *input;
	enum sabin_parameter parameter;
	const char *name;
	struct sabin_band bands[BANDS_MAX];
	size_t band_count, count, speakers;
	bool grouped; /* a series is a mean over positions and its bar their spread */
	struct series series[SABIN_GROUPS_MAX];
	double top_s, step_s;
	size_t invalid, off_scale, missing;
};

/* The union of the traces' bands is not needed: one command analyses all of them alike. */
static void take_bands(struct picture *p)
{
	for (size_t i = 0; i < p->input->trace_count && p->band_count == 0; i++) {
		const struct sabin_analysis *analysis = p->input->traces[i].analysis;
		for (size_t b = 0; analysis && b < analysis->band_count && b < BANDS_MAX; b++)
			p->bands[p->band_count++] = analysis->bands[b].band;
	}
}

/* Value of a trace in band b; NAN when it has none. */
static struct sabin_quantity value_of(const struct picture *p,
                                      const struct sabin_chart_trace *trace, size_t b)
{
	const struct sabin_analysis *analysis = trace->analysis;
	for (size_t k = 0; analysis && k < analysis->band_count; k++)
		if (fabs(analysis->bands[k].band.centre_hz / p->bands[b].centre_hz - 1) < 1e-3)
			return analysis->bands[k].value[p->parameter];
	return sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
}

static struct mark single_mark(struct sabin_quantity q)
{
	double half_s = q.valid && isfinite(q.plus_minus) ? 2 * q.plus_minus : 0; /* k = 2 */
	return (struct mark){q.value, fmax(q.value - half_s, 0), q.value + half_s, q.valid,
	                     q.reason, q.need};
}

/* Mean of the valid values (or, where there is none, of the others) and their extremes. */
static struct mark group_mark(const struct picture *p, const struct sabin_group *group, size_t b)
{
	struct mark mark = {.value_s = NAN, .low_s = INFINITY, .high_s = -INFINITY};
	double sum[2] = {0, 0};
	size_t n[2] = {0, 0};
	for (size_t i = 0; i < p->input->trace_count; i++) {
		const struct sabin_chart_trace *trace = &p->input->traces[i];
		if (!sabin_chart_is_member(group, trace))
			continue;
		struct sabin_quantity q = value_of(p, trace, b);
		if (!q.valid) {
			mark.reason = q.reason;
			mark.need = q.need;
		}
		if (!isfinite(q.value))
			continue;
		sum[q.valid] += q.value;
		n[q.valid]++;
		if (q.valid) {
			mark.low_s = fmin(mark.low_s, q.value);
			mark.high_s = fmax(mark.high_s, q.value);
		}
	}
	mark.valid = n[1] > 0;
	if (n[mark.valid] > 0)
		mark.value_s = sum[mark.valid] / (double)n[mark.valid];
	return mark;
}

static void take_series(struct picture *p)
{
	struct sabin_group groups[SABIN_GROUPS_MAX];
	size_t group_count = sabin_chart_groups(p->input, groups, &p->speakers);
	p->grouped = p->input->trace_count > SABIN_GROUPS_MAX;
	p->count = p->grouped ? group_count : p->input->trace_count;
	for (size_t s = 0; s < p->count; s++) {
		struct series *series = &p->series[s];
		const struct sabin_measured *m = p->input->traces[s].measured;
		/* several positions of one speaker: its colour would tell nothing apart */
		series->colour = group_count == p->count ? groups[s].colour : (int)s + 1;
		if (group_count == p->count)
			sabin_chart_mean_name(&groups[s], series->name, sizeof series->name);
		else
			snprintf(series->name, sizeof series->name, "%s at %s",
			         sabin_chart_name(m->speaker).s, sabin_chart_name(m->position).s);
		series->who = sabin_chart_name(p->grouped ? groups[s].speaker : m->speaker);
		for (size_t b = 0; b < p->band_count; b++)
			series->marks[b] = p->grouped
			                       ? group_mark(p, &groups[s], b)
			                       : single_mark(value_of(p, &p->input->traces[s], b));
	}
}

/* The axis holds every valid bar; values that are not valid may stretch it a little. */
static void find_axis(struct picture *p)
{
	const double stretch = 1.3;
	double valid_s = 0, any_s = 0;
	for (size_t s = 0; s < p->count; s++)
		for (size_t b = 0; b < p->band_count; b++) {
			const struct mark *mark = &p->series[s].marks[b];
			if (mark->valid)
				valid_s = fmax(valid_s, mark->high_s);
			if (isfinite(mark->value_s))
				any_s = fmax(any_s, mark->value_s);
		}
	double end_s = valid_s > 0 ? fmin(fmax(valid_s, any_s), stretch * valid_s) : any_s;
	p->top_s = sabin_chart_round_up(end_s > 0 ? 1.08 * end_s : 1, &p->step_s);
	for (size_t s = 0; s < p->count; s++)
		for (size_t b = 0; b < p->band_count; b++) {
			const struct mark *mark = &p->series[s].marks[b];
			p->missing += !isfinite(mark->value_s);
			p->off_scale += isfinite(mark->value_s) && mark->value_s > p->top_s;
			p->invalid += !mark->valid && isfinite(mark->value_s) &&
			              mark->value_s <= p->top_s;
		}
}

/* Why values are not valid, when it is the same for all of them. */
static void write_reason(const struct picture *p, char *text, size_t size)
{
	enum sabin_reason reason = SABIN_BECAUSE_VALID;
	double need = NAN;
	bool same = true, same_need = true;
	for (size_t s = 0; s < p->count; s++)
		for (size_t b = 0; b < p->band_count; b++) {
			const struct mark *mark = &p->series[s].marks[b];
			if (mark->valid || !isfinite(mark->value_s))
				continue;
			if (reason != SABIN_BECAUSE_VALID) {
				same = same && reason == mark->reason;
				same_need = same_need && need == mark->need;
			}
			reason = mark->reason;
			need = mark->need;
		}
	*text = '\0';
	if (!same)
		snprintf(text, size, " (reasons in sabin analyze)");
	else if (reason == SABIN_BECAUSE_RANGE && same_need && isfinite(need))
		snprintf(text, size, ": decay range below %.0f dB", need);
	else if (reason == SABIN_BECAUSE_RANGE)
		snprintf(text, size, ": decay range too small");
	else if (reason == SABIN_BECAUSE_UNCERTAIN && same_need && isfinite(need))
		snprintf(text, size, ": expected error above %.0f %%", need);
	else if (reason == SABIN_BECAUSE_FILTER)
		snprintf(text, size, ": too short for the band filter");
	else if (reason == SABIN_BECAUSE_OUT_OF_BAND)
		snprintf(text, size, ": outside the measured range");
	else if (reason == SABIN_BECAUSE_SPEAKER)
		snprintf(text, size, ": beyond the speaker's range");
	else if (reason == SABIN_BECAUSE_NOT_A_DECAY)
		snprintf(text, size, ": the curve does not fall");
	else if (reason == SABIN_BECAUSE_SHORT)
		snprintf(text, size, ": response too short");
}

/* Mean of the valid values in band b; NAN when there is none. */
static double band_mean(const struct picture *p, size_t b)
{
	double sum = 0;
	size_t n = 0;
	for (size_t s = 0; s < p->count; s++)
		if (p->series[s].marks[b].valid) {
			sum += p->series[s].marks[b].value_s;
			n++;
		}
	return n ? sum / (double)n : (double)NAN;
}

static bool is_beyond(const struct mark *mark)
{
	return !mark->valid && mark->reason == SABIN_BECAUSE_SPEAKER;
}

/* Which bands are not valid: for all series, or, where some have them, for which. */
static void write_refused(const struct picture *p, char *text, size_t size)
{
	double all[BANDS_MAX], part[BANDS_MAX];
	size_t all_count = 0, part_count = 0, at = 0, one = p->count;
	bool several = false;
	for (size_t b = 0; b < p->band_count; b++) {
		size_t refused = 0, beyond = 0;
		for (size_t s = 0; s < p->count; s++) {
			beyond += is_beyond(&p->series[s].marks[b]);
			refused += !p->series[s].marks[b].valid;
		}
		/* what a speaker is not made for nobody misses, where another one plays it */
		const bool played = beyond < p->count;
		const size_t playing = played ? p->count - beyond : p->count;
		refused -= played ? beyond : 0;
		if (refused == playing)
			all[all_count++] = p->bands[b].nominal_hz;
		else if (refused > 0)
			part[part_count++] = p->bands[b].nominal_hz;
		for (size_t s = 0; s < p->count && refused < playing; s++)
			if (!p->series[s].marks[b].valid && !is_beyond(&p->series[s].marks[b])) {
				several = several || (one < p->count && one != s);
				one = s;
			}
	}
	*text = '\0';
	if (all_count > 0)
		at = (size_t)snprintf(text, size, "; not valid at %s", sabin_text_bands(all, all_count).s);
	if (part_count > 0 && at < size)
		snprintf(text + at, size - at, "; %s not valid at %s", several ? "some" : p->series[one].who.s,
		         sabin_text_bands(part, part_count).s);
}

/* T,mid: the octaves 500 Hz and 1 kHz; of third octaves the six within them. */
static double mid_s(const struct picture *p)
{
	double sum = 0;
	size_t n = 0;
	for (size_t b = 0; b < p->band_count; b++) {
		bool thirds = p->bands[b].fraction == 3;
		double f = p->bands[b].nominal_hz;
		if (f < (thirds ? 390 : 490) || f > (thirds ? 1300 : 1100))
			continue;
		sum += band_mean(p, b);
		n++;
	}
	bool whole = n == 2 || n == 6;
	return whole ? sum / (double)n : (double)NAN;
}

static void write_finding(struct sabin_sheet *sheet, const struct picture *p)
{
	double most = -INFINITY, most_hz = 0;
	size_t valid = 0;
	for (size_t b = 0; b < p->band_count; b++) {
		const double mean = band_mean(p, b);
		valid += isfinite(mean);
		if (isfinite(mean) && mean > most) {
			most = mean;
			most_hz = p->bands[b].nominal_hz;
		}
	}
	char rest[440] = "", middle[160] = "";
	write_refused(p, rest, sizeof rest);
	if (valid == 0) {
		sabin_sheet_finding(sheet, "%s is not valid%s in any band", p->name,
		                    p->count > 1 ? " for all" : "");
		return;
	}
	if (isfinite(mid_s(p)))
		snprintf(middle, sizeof middle, "%s is %s at 500 Hz and 1 kHz, ",
		         p->name, sabin_text_s(mid_s(p)).s);
	else
		snprintf(middle, sizeof middle, "%s is ", p->name);
	/* a band that is not valid may ring longer */
	sabin_sheet_finding(sheet, "%s%slongest at %s with %s%s", middle, valid < p->band_count ? "of the valid bands " : "",
	                    sabin_text_hz(most_hz).s, sabin_text_s(most).s, rest);
}

/* Decimals that a step between numbers needs: the steps are 1, 2, 2.5 and 5 times a power of
 * ten. */
static int decimals_of(double step)
{
	int decimals = 0;
	while (decimals < 4 && fabs(step - round(step)) > 1e-6 * step) {
		step *= 10;
		decimals++;
	}
	return decimals;
}

/* The program's words for doubt come first when room is shared out, the names take the rest. */
static void write_legend(struct sabin_sheet *sheet, const struct picture *p)
{
	static const enum sabin_mark marks[] = {SABIN_MARK_HOLLOW, SABIN_MARK_TRIANGLE,
	                                        SABIN_MARK_CROSS};
	char doubt[3][128] = {"", "off the scale", "no value"}, reason[96];
	const size_t counts[] = {p->invalid, p->off_scale, p->missing};
	double reserved_px = 0;
	write_reason(p, reason, sizeof reason);
	/* the reason gives way to the other words */
	bool crowded = p->count > 2 && p->off_scale + p->missing > 0;
	snprintf(doubt[0], sizeof doubt[0], "not valid%s", crowded ? "" : reason);
	for (size_t i = 0; i < 3; i++)
		reserved_px += counts[i] ? sabin_sheet_legend_px(doubt[i]) : 0;
	for (size_t s = 0; s < p->count; s++) {
		char name[sizeof p->series[s].name];
		snprintf(name, sizeof name, "%s", p->series[s].name);
		sabin_sheet_legend_fit(name, p->count, reserved_px);
		sabin_sheet_legend(sheet, SABIN_MARK_POINT, p->series[s].colour, SABIN_DASH_OWN,
		                   "%s", name);
	}
	for (size_t i = 0; i < 3; i++)
		if (counts[i] > 0)
			sabin_sheet_legend(sheet, marks[i], SABIN_INK_FAINT, SABIN_DASH_OWN, "%s",
			                   doubt[i]);
}

static void write_page(struct sabin_sheet *sheet, const struct picture *p)
{
	char left[96] = "";
	bool thirds = p->bands[0].fraction == 3;
	sabin_sheet_say(sheet, "title", 0, 0, "Reverberation time %s by %s band", p->name,
	                thirds ? "third-octave" : "octave");
	write_finding(sheet, p);
	sabin_sheet_conditions(sheet, p->input, sabin_chart_who(p->input).s);
	if (p->grouped && p->speakers > p->count)
		snprintf(left, sizeof left, SABIN_DOT "first %zu of %zu speakers", p->count,
		         p->speakers);
	sabin_sheet_method(sheet, "ISO 3382-2, fit %s to %s dB" SABIN_DOT "%s%s",
	                   sabin_text_number(-5, 0).s,
	                   sabin_text_number(p->parameter == SABIN_T30 ? -35 : -25, 0).s,
	                   p->grouped ? "mean of the valid positions; bars: their min to max"
	                              : "bars: expanded uncertainty, k = 2",
	                   left);
	sabin_sheet_say(sheet, "y_title", 0, 0, "Reverberation time %s, s", p->name);
	sabin_sheet_number(sheet, "top_s", p->top_s);
	sabin_sheet_number(sheet, "step_s", p->step_s);
	sabin_sheet_number(sheet, "decimals", decimals_of(p->step_s));
	sabin_sheet_number(sheet, "bands", (double)p->band_count);
	sabin_sheet_number(sheet, "series", (double)p->count);
	write_legend(sheet, p);
}

/* Names of the bands under the axis; of third octaves only those that are octaves too. */
static void write_names(struct sabin_sheet *sheet, const struct picture *p)
{
	for (size_t b = 0; b < p->band_count; b++) {
		char key[40];
		double f = p->bands[b].nominal_hz, octave = log2(p->bands[b].centre_hz / 1000);
		bool named = p->bands[b].fraction == 1 || fabs(octave - round(octave)) < 0.1;
		snprintf(key, sizeof key, "band_%zu", b + 1);
		if (named && f >= 1000)
			sabin_sheet_say(sheet, key, 0, 0, "%.4gk", f / 1000);
		else if (named)
			sabin_sheet_say(sheet, key, 0, 0, "%.4g", f);
	}
}

static void write_series(struct sabin_sheet *sheet, const struct picture *p, size_t s)
{
	const struct series *series = &p->series[s];
	bool thirds = p->bands[0].fraction == 3;
	double apart = thirds ? 0.2 : 0.11; /* in bands: 7 and 11 px */
	double shift = ((double)s - (double)(p->count - 1) / 2) * apart;
	char key[40];
	snprintf(key, sizeof key, "_%zu", s + 1);
	sabin_sheet_table(sheet, key,
	                  "band valid_s low_s high_s invalid_s off_scale_s no_value");
	for (size_t b = 0; b < p->band_count; b++) {
		const struct mark *mark = &series->marks[b];
		bool known = isfinite(mark->value_s), off = known && mark->value_s > p->top_s;
		bool shown = known && !off;
		double row[] = {(double)b + 1 + shift,
		                mark->valid ? mark->value_s : (double)NAN,
		                mark->valid ? mark->low_s : (double)NAN,
		                mark->valid ? mark->high_s : (double)NAN,
		                shown && !mark->valid ? mark->value_s : (double)NAN,
		                off ? p->top_s * 0.975 : (double)NAN,
		                known ? (double)NAN : p->top_s * 0.025};
		sabin_sheet_row(sheet, 7, row);
	}
	sabin_sheet_off_page(sheet, 7);
	snprintf(key, sizeof key, "ink_%zu", s + 1);
	sabin_sheet_number(sheet, key, series->colour);
}

static enum sabin_err write_rt60(const struct sabin_chart_input *input, const char *folder,
                                 struct sabin_diag *diag)
{
	struct picture *p = calloc(1, sizeof *p);
	if (!p)
		return sabin_diag_set(diag, SABIN_ENOMEM, NULL, 0, 0, "not enough memory");
	p->input = input;
	p->parameter = sabin_chart_decay_parameter(input);
	p->name = p->parameter == SABIN_T30 ? "T30" : "T20";
	take_bands(p);
	if (p->band_count == 0) {
		free(p);
		return sabin_diag_set(diag, SABIN_ESHORT, NULL, 0, 0,
		                      "there is no band to draw a reverberation time of");
	}
	take_series(p);
	find_axis(p);
	struct sabin_sheet sheet;
	sabin_sheet_open(&sheet, folder, "rt60");
	write_page(&sheet, p);
	write_names(&sheet, p);
	for (size_t s = 0; s < p->count; s++)
		write_series(&sheet, p, s);
	free(p);
	return sabin_sheet_close(&sheet, diag);
}

const struct sabin_chart_kind sabin_chart_kind_rt60 = {
    .name = "rt60",
    .title = "reverberation time by band, with its uncertainty",
    .needs = SABIN_CHART_ANALYSIS,
    .write = write_rt60,
};
