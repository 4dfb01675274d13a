/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kind_correction.c: a correction of one speaker: before, target, predicted and, where it was measured again,
 * achieved; the filter below at the same scale; what is left alone shaded, with the reason; of a FIR the
 * impulse and the step response around the main peak, for the pre-ringing.
 *
 * References: IEC 60263:2020 (proportions of level over logarithmic frequency).
 */
#include <math.h>

#include <sabin/correction.h>

#include "chart/kinds.h"
#include "chart/sheet.h"

enum {
	PLOT_WIDTH_PX = 816,
	LEVEL_STEP_DB = 5,
	LEVEL_SPAN_DB = 40,
	FILTER_STEP_DB = 5,
	REGIONS_MAX = 64,
	GAP_PX = 4, /* an empty panel: room for the title of the axis above */
	IMPULSE_PX = 150,
	STEP_PX = 130,
};
static const double db_per_decade = 25;
static const double words_px = 60;   /* a reason upright needs less room than this */
static const double narrowest_px = 3; /* a region narrower than this is a line */
static const double lowest_filter_db = -40;
/* The rise of an impulse response is shown from so long before its peak to so long after. */
static const double before_ms = 10, after_ms = 30, floor_db = -100;

struct picture {
	const struct sabin_chart_correction *c;
	double bottom_db, top_db, filter_low_db, filter_high_db;
	bool impulse;
};

static double filter_db(const struct sabin_correction_channel *c, size_t i)
{
	return c->predicted_db[i] - c->before_db[i];
}

static void find_axes(struct picture *p)
{
	const struct sabin_correction_channel *c = p->c->channel;
	double most = -INFINITY, low = 0, high = 0;
	for (size_t i = 0; i < c->length; i++) {
		most = fmax(most, fmax(c->before_db[i], fmax(c->predicted_db[i], c->target_db[i])));
		low = fmin(low, fmax(filter_db(c, i), lowest_filter_db)); /* a crossover falls without end */
		high = fmax(high, filter_db(c, i));
	}
	p->top_db = ceil((most + 1) / LEVEL_STEP_DB) * LEVEL_STEP_DB;
	p->bottom_db = p->top_db - LEVEL_SPAN_DB;
	p->filter_high_db = ceil((high + 1) / FILTER_STEP_DB) * FILTER_STEP_DB;
	p->filter_low_db = floor((low - 1) / FILTER_STEP_DB) * FILTER_STEP_DB;
	p->impulse = p->c->h && p->c->frames > 1;
}

static bool counts(const struct sabin_correction_channel *c, size_t i)
{
	return i >= c->beyond[0] && i + c->beyond[1] < c->length;
}

/* Levels without the preamp: achieved is brought to the level of what was predicted. */
static void write_lines(struct sabin_sheet *sheet, const struct picture *p)
{
	const struct sabin_correction_channel *c = p->c->channel;
	const size_t counting = c->length - c->beyond[0] - c->beyond[1];
	double offset = 0;
	for (size_t i = 0; i < c->length && p->c->achieved_db; i++)
		offset += counts(c, i) ? (c->predicted_db[i] - p->c->achieved_db[i]) / (double)counting : 0;
	sabin_sheet_table(sheet, "", "f_Hz before_dB target_dB filter_dB predicted_dB achieved_dB");
	for (size_t i = 0; i < c->length; i++)
		sabin_sheet_row(sheet, 6,
		                (double[]){c->freq_hz[i], fmax(c->before_db[i], p->bottom_db),
		                           counts(c, i) ? fmax(c->target_db[i], p->bottom_db) : (double)NAN,
		                           fmax(filter_db(c, i), p->filter_low_db),
		                           fmax(c->predicted_db[i], p->bottom_db),
		                           p->c->achieved_db
		                               ? fmax(p->c->achieved_db[i] + offset, p->bottom_db)
		                               : (double)NAN});
	sabin_sheet_off_page(sheet, 6);
}

/* A word that fits into a column. */
static const char *word_of(enum sabin_leave leave)
{
	static const char *const words[SABIN_LEAVE_REASONS] = {
	    [SABIN_LEAVE_NOTHING] = "",        [SABIN_LEAVE_NULL] = "null",
	    [SABIN_LEAVE_FLANK] = "",
	    [SABIN_LEAVE_DIP] = "deep dip",    [SABIN_LEAVE_SPREAD] = "",
	    [SABIN_LEAVE_ROLLOFF] = "roll-off", [SABIN_LEAVE_HIGH] = "broad tone only"};
	return words[leave];
}

/* Filters leave a null with its flanks; an impulse response does not. */
static enum sabin_leave leave_at(const struct picture *p, size_t i)
{
	const enum sabin_leave leave = (enum sabin_leave)p->c->channel->leave[i];
	return leave != SABIN_LEAVE_FLANK ? leave : p->impulse ? SABIN_LEAVE_NOTHING : SABIN_LEAVE_NULL;
}

/* Shaded columns; where the places differ it is left to the table of the command, a speckled page
 * tells nothing. */
static void write_regions(struct sabin_sheet *sheet, const struct picture *p)
{
	const struct sabin_correction_channel *c = p->c->channel;
	const double octave_px = PLOT_WIDTH_PX / log2(c->freq_hz[c->length - 1] / c->freq_hz[0]);
	size_t regions = 0, end;
	for (size_t i = 0; i < c->length && regions < REGIONS_MAX; i = end) {
		const enum sabin_leave leave = leave_at(p, i);
		for (end = i + 1; end < c->length && leave_at(p, end) == leave;)
			end++;
		/* half a step on either side belongs to a point */
		const double half = exp2(1 / 96.0);
		const double from = i == 0 ? c->freq_hz[0] : c->freq_hz[i] / half;
		const double to = end == c->length ? c->freq_hz[end - 1] : c->freq_hz[end - 1] * half;
		const double width_px = log2(to / from) * octave_px;
		/* a FIR corrects above the transition */
		if (!*word_of(leave) || width_px < narrowest_px ||
		    (p->impulse && leave == SABIN_LEAVE_HIGH))
			continue;
		char key[40];
		regions++;
		snprintf(key, sizeof key, "from_%zu", regions);
		sabin_sheet_number(sheet, key, from);
		snprintf(key, sizeof key, "to_%zu", regions);
		sabin_sheet_number(sheet, key, to);
		snprintf(key, sizeof key, "middle_%zu", regions);
		sabin_sheet_number(sheet, key, sqrt(from * to));
		snprintf(key, sizeof key, "upright_%zu", regions);
		sabin_sheet_number(sheet, key, width_px < 2 * words_px);
		snprintf(key, sizeof key, "why_%zu", regions);
		sabin_sheet_say(sheet, key, 0, 0, "%s", width_px < 12 ? "" : word_of(leave));
	}
	sabin_sheet_number(sheet, "regions", (double)regions);
}

/* 20 lg |h| re its peak, and the step response re its largest value, around the peak; returns the share of
 * energy before 1 ms ahead of it, in dB. */
static double write_impulse(struct sabin_sheet *sheet, const struct picture *p)
{
	const double *h = p->c->h;
	const double per_ms = p->c->rate_hz / 1000;
	size_t peak = 0;
	double early = 0, all = 0, sum = 0, most = 0;
	for (size_t i = 0; i < p->c->frames; i++) {
		peak = fabs(h[i]) > fabs(h[peak]) ? i : peak;
		sum += h[i];
		most = fabs(sum) > fabs(most) ? sum : most;
	}
	sum = 0;
	sabin_sheet_table(sheet, "_impulse", "t_ms level_dB step_percent");
	if (peak < (size_t)(before_ms * per_ms)) { /* it begins later than the picture */
		const double begin_ms = -(double)(peak + 1) / per_ms;
		sabin_sheet_row(sheet, 3, (double[]){-before_ms, floor_db, 0});
		sabin_sheet_row(sheet, 3, (double[]){begin_ms, floor_db, 0});
	}
	for (size_t i = 0; i < p->c->frames; i++) {
		const double t_ms = ((double)i - (double)peak) / per_ms;
		early += t_ms < -1 ? h[i] * h[i] : 0;
		all += h[i] * h[i];
		sum += h[i];
		if (t_ms >= -before_ms && t_ms <= after_ms)
			sabin_sheet_row(sheet, 3,
			                (double[]){t_ms,
			                           fmax(20 * log10(fabs(h[i] / h[peak]) + 1e-12),
			                                floor_db),
			                           100 * sum / fabs(most)});
	}
	sabin_sheet_off_page(sheet, 3);
	return early > 0 ? 10 * log10(early / all) : (double)-INFINITY;
}

/* The filters of an equaliser's file were designed for something that is not known. */
static bool imported(const struct picture *p)
{
	return p->c->target && strcmp(p->c->target, "none") == 0;
}

static void write_finding(struct sabin_sheet *sheet, const struct picture *p)
{
	const struct sabin_correction_channel *c = p->c->channel;
	size_t low = 0, high = 0;
	for (size_t i = 0; i < c->length && imported(p); i++) {
		low = filter_db(c, i) < filter_db(c, low) ? i : low;
		high = filter_db(c, i) > filter_db(c, high) ? i : high;
	}
	if (imported(p)) {
		sabin_sheet_finding(sheet, "From %s dB at %s to %s dB at %s", sabin_text_number(filter_db(c, low), 1).s,
		                    sabin_text_hz(c->freq_hz[low]).s, sabin_text_number(filter_db(c, high), 1).s,
		                    sabin_text_hz(c->freq_hz[high]).s);
		return;
	}
	char achieved[120] = "", nulls[80] = "";
	size_t count = 0;
	for (size_t i = 0; i < c->length; i++)
		count += c->leave[i] == SABIN_LEAVE_NULL && (i == 0 || c->leave[i - 1] != SABIN_LEAVE_NULL);
	if (isfinite(p->c->achieved_error_db))
		snprintf(achieved, sizeof achieved, ", %s dB achieved",
		         sabin_text_number(p->c->achieved_error_db, 1).s);
	if (count == 1)
		snprintf(nulls, sizeof nulls, "; a null is not filled");
	else if (count > 1)
		snprintf(nulls, sizeof nulls, "; %zu nulls are not filled", count);
	sabin_sheet_finding(sheet, "The deviation from the target falls from %s to %s dB as predicted%s%s",
	                    sabin_text_number(c->error_before_db, 1).s,
	                    sabin_text_number(c->error_after_db, 1).s, achieved, nulls);
}

static void write_words(struct sabin_sheet *sheet, const struct picture *p,
                        const struct sabin_chart_input *input, double early_db)
{
	const struct sabin_correction_channel *c = p->c->channel;
	char who[200], ring[160] = "", target[40];
	if (p->c->place_count > 1)
		snprintf(who, sizeof who, "mean of %zu positions", p->c->place_count);
	else if (imported(p))
		snprintf(who, sizeof who, "an equaliser's file");
	else
		snprintf(who, sizeof who, "%s", sabin_chart_name(p->c->first_place).s);
	sabin_text_clean(p->c->target ? p->c->target : "trend", target, sizeof target);
	sabin_sheet_say(sheet, "title", 850, 22, "Correction: %s", sabin_chart_name(c->speaker).s);
	write_finding(sheet, p);
	sabin_sheet_conditions(sheet, input, who);
	if (p->impulse && isfinite(early_db))
		snprintf(ring, sizeof ring, SABIN_DOT "%s dB of its energy earlier than 1 ms before the peak",
		         sabin_text_number(early_db, 0).s);
	sabin_sheet_method(sheet, "target %s" SABIN_DOT "levels without preamp" SABIN_DOT
	                   "25 dB per decade%s", target, ring);
	sabin_sheet_legend(sheet, SABIN_MARK_THIN, 2, SABIN_DASH_OWN, "Before");
	sabin_sheet_legend(sheet, SABIN_MARK_LINE, 1, SABIN_DASH_OWN, "Predicted");
	if (p->c->achieved_db)
		sabin_sheet_legend(sheet, SABIN_MARK_BAND, 4, SABIN_DASH_OWN, "Achieved");
	sabin_sheet_legend(sheet, SABIN_MARK_THIN, SABIN_INK_TEXT, SABIN_DASH_TARGET, "Target");
	sabin_sheet_legend(sheet, SABIN_MARK_LINE, 3, SABIN_DASH_OWN, "Correction");
	sabin_sheet_legend(sheet, SABIN_MARK_BAND, SABIN_INK_FAINT, SABIN_DASH_OWN, "left alone");
}

static void write_numbers(struct sabin_sheet *sheet, const struct picture *p)
{
	const struct sabin_correction_channel *c = p->c->channel;
	const double from_hz = c->freq_hz[0];
	const double to_hz = sabin_chart_axis_end(c->freq_hz[c->length - 1]);
	const double decade_px = PLOT_WIDTH_PX / log10(to_hz / from_hz);
	char impulse[40] = "";
	if (p->impulse)
		snprintf(impulse, sizeof impulse, " %d %d %d", GAP_PX, IMPULSE_PX, STEP_PX);
	sabin_sheet_say(sheet, "panels", 0, 0, "%.6g %.6g%s", decade_px * LEVEL_SPAN_DB / db_per_decade,
	                decade_px * (p->filter_high_db - p->filter_low_db) / db_per_decade, impulse);
	sabin_sheet_number(sheet, "from_hz", from_hz);
	sabin_sheet_number(sheet, "to_hz", to_hz);
	sabin_sheet_number(sheet, "bottom_db", p->bottom_db);
	sabin_sheet_number(sheet, "top_db", p->top_db);
	sabin_sheet_number(sheet, "filter_low_db", p->filter_low_db);
	sabin_sheet_number(sheet, "filter_high_db", p->filter_high_db);
	sabin_sheet_number(sheet, "impulse", p->impulse);
	sabin_sheet_number(sheet, "before_ms", -before_ms);
	sabin_sheet_number(sheet, "after_ms", after_ms);
	sabin_sheet_number(sheet, "floor_db", floor_db);
}

static enum sabin_err write_correction(const struct sabin_chart_input *input, const char *folder,
                                       struct sabin_diag *diag)
{
	struct picture p = {.c = input->correction};
	struct sabin_sheet sheet;
	double early_db = -INFINITY;
	if (!p.c || p.c->channel->length < 2)
		return sabin_diag_set(diag, SABIN_ESHORT, NULL, 0, 0,
		                      "the chart correction wants a directory made by 'sabin eq'");
	find_axes(&p);
	sabin_sheet_open(&sheet, folder, "correction");
	write_numbers(&sheet, &p);
	write_regions(&sheet, &p);
	write_lines(&sheet, &p);
	if (p.impulse)
		early_db = write_impulse(&sheet, &p);
	write_words(&sheet, &p, input, early_db);
	return sabin_sheet_close(&sheet, diag);
}

const struct sabin_chart_kind sabin_chart_kind_correction = {
    .name = "correction",
    .title = "a correction: before, target, filter, predicted, achieved",
    .write = write_correction,
};
