/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kind_impulse.c: the first 30 ms of a response, linear and as energy over time, with its strongest
 * reflections numbered; and the kind `reflections`, the latter alone with more of them and with where
 * on the surfaces they come from.
 *
 * References: EBU Tech 3276 (2nd ed., 1998): early reflections until 15 ms at least 10 dB below
 * the direct sound, 1 to 8 kHz.
 */
#include <math.h>

#include "acoustics/etc.h"
#include "chart/kinds.h"
#include "chart/sheet.h"
#include "io/ways.h"

/* That the tables of the two kinds have room for. */
enum { PEAKS_OF_IMPULSE = 8, PEAKS_MAX = SABIN_REFLECTIONS_MAX };
static const double before_s = 2e-3, after_s = 30e-3, smooth_s = 0.25e-3;
static const double bottom_db = -50;
static const double lane_db = 4; /* at the top, for the name of the limit */
static const double from_font_px = 12; /* of where a reflection comes from */
/* A number is 10 px wide and 14 px high where 19.5 px are 1 ms and 4.9 px are 1 dB. */
static const double label_s = 0.75e-3, label_db = 3.4, label_above_db = 2.6;

struct label {
	struct sabin_etc_peak peak;
	double mark_db; /* height of its number */
	bool strong;    /* beyond the limit */
	char from[SABIN_WAYS_SIZE]; /* the surface it comes from, or empty */
	char at[64];                /* where it meets that, or empty */
};

struct picture {
	struct sabin_etc all;  /* of all frequencies: the impulse response is drawn from it */
	struct sabin_etc etc;  /* of the band that is judged */
	struct sabin_reflections r;
	double speed_m_s;
	bool alone; /* the kind `reflections` */
	struct label labels[PEAKS_MAX];
	size_t count;
};

/* Highest value of the curve near a time. */
static double highest_near(const struct sabin_etc *etc, double time_s, double reach_s)
{
	double most = -INFINITY;
	for (size_t i = 0; i < etc->length; i++)
		if (fabs(((double)i - etc->direct) / etc->rate_hz - time_s) <= reach_s)
			most = fmax(most, etc->level_db[i]);
	return most;
}

/* Numbers stand above the curve, and above each other where peaks are close. */
static double place_labels(const struct sabin_etc *etc, struct label *labels, size_t count)
{
	double top_db = 0;
	for (size_t i = 0; i < count; i++) {
		double t = labels[i].peak.time_s;
		double mark = highest_near(etc, t, label_s / 2) + label_above_db;
		for (bool moved = true; moved;) {
			moved = false;
			for (size_t k = 0; k < i; k++)
				if (t - labels[k].peak.time_s < label_s &&
				    fabs(mark - labels[k].mark_db) < 0.999 * label_db) {
					/* only ever upwards, and by more than rounding can take back */
					mark = labels[k].mark_db + label_db;
					moved = true;
				}
		}
		labels[i].mark_db = mark;
		top_db = fmax(top_db, mark + label_db);
	}
	return top_db;
}

static double speed_m_per_s(const struct sabin_chart_input *input)
{
	return sabin_speed_of_sound(input->room ? input->room->room.temperature_c : 20);
}

/* Width of the column that says where a reflection comes from. */
static double from_px(const struct picture *p)
{
	return p->alone ? 306 : 182;
}

/* The strongest peaks of the table, by time, each with its surface where the room file tells it. */
static void take_labels(const struct sabin_chart_input *input, struct picture *p)
{
	const bool named = sabin_ways_match(input->room, input->traces[0].measured, &p->r);
	for (size_t i = 0; i < p->r.count; i++) {
		const struct sabin_reflection *one = &p->r.item[i];
		size_t louder = 0;
		for (size_t k = 0; k < p->r.count; k++)
			louder += p->r.item[k].level_db.value > one->level_db.value;
		const size_t most = p->alone ? PEAKS_MAX : PEAKS_OF_IMPULSE;
		if (louder >= most || p->count == most)
			continue;
		struct label *label = &p->labels[p->count++];
		*label = (struct label){{one->time_s.value, one->level_db.value}, 0,
		                        one->too_strong, "", ""};
		sabin_way_name(one, input->room, label->from);
		if (sabin_text_width_px(label->from, from_font_px) > from_px(p))
			sabin_way_brief(one, input->room, label->from);
		if (named && !label->from[0])
			snprintf(label->from, sizeof label->from, "no surface fits");
		if (one->found)
			snprintf(label->at, sizeof label->at, "%.2f, %.2f, %.2f",
			         one->path.point_m[0], one->path.point_m[1], one->path.point_m[2]);
	}
}

static void write_finding(struct sabin_sheet *sheet, const struct picture *p)
{
	size_t strongest = 0;
	for (size_t i = 0; i < p->count; i++)
		if (p->labels[i].peak.level_db > p->labels[strongest].peak.level_db)
			strongest = i;
	if (!p->r.heard) {
		char why[160];
		sabin_unheard_text(&p->r, why, sizeof why);
		why[0] = 'N';
		sabin_sheet_finding(sheet, "%s", why);
		return;
	}
	char first[96] = "No reflection exceeds";
	if (p->r.too_strong > 0)
		snprintf(first, sizeof first, "%zu reflection%s", p->r.too_strong,
		         p->r.too_strong > 1 ? "s exceed" : " exceeds");
	if (isfinite(p->r.near_db)) {
		sabin_sheet_finding(sheet,
		                    "%s %s dB from %s to %.0f ms; before, too near to judge, stands a peak of "
		                    "%s dB at %s ms",
		                    first, sabin_text_number(p->r.limit_db, 0).s,
		                    sabin_text_number(p->r.first_s * 1000, 1).s, p->r.limit_s * 1000,
		                    sabin_text_number(p->r.near_db, 1).s,
		                    sabin_text_number(p->r.near_s * 1000, 2).s);
		return;
	}
	if (p->count == 0) {
		sabin_sheet_finding(sheet, "No reflection within %.0f ms comes closer than %s dB "
		                           "to the direct sound",
		                    after_s * 1000, sabin_text_number(-p->r.least_db, 0).s);
		return;
	}
	const struct sabin_etc_peak *peak = &p->labels[strongest].peak;
	sabin_sheet_finding(sheet,
	                    "%s %s dB in the first %.0f ms; the strongest, %s dB, comes %s "
	                    "ms (%s m) after the direct sound",
	                    first, sabin_text_number(p->r.limit_db, 0).s, p->r.limit_s * 1000,
	                    sabin_text_number(peak->level_db, 1).s,
	                    sabin_text_number(peak->time_s * 1000, 1).s,
	                    sabin_text_number(peak->time_s * p->speed_m_s, 2).s);
}

static void write_table(struct sabin_sheet *sheet, const struct picture *p)
{
	const struct label *labels = p->labels;
	const size_t count = p->count;
	const double speed = p->speed_m_s;
	bool named = false;
	for (size_t i = 0; i < count; i++)
		named = named || labels[i].from[0];
	sabin_sheet_number(sheet, "peaks", (double)count);
	sabin_sheet_number(sheet, "named", named);
	for (size_t i = 0; i < count; i++) {
		char key[40];
		const struct sabin_etc_peak *peak = &labels[i].peak;
		snprintf(key, sizeof key, "ms_%zu", i + 1);
		sabin_sheet_say(sheet, key, 0, 0, "%s",
		                sabin_text_number(peak->time_s * 1000, 1).s);
		snprintf(key, sizeof key, "db_%zu", i + 1);
		sabin_sheet_say(sheet, key, 0, 0, "%s", sabin_text_number(peak->level_db, 1).s);
		snprintf(key, sizeof key, "m_%zu", i + 1);
		sabin_sheet_say(sheet, key, 0, 0, "+%s",
		                sabin_text_number(peak->time_s * speed, 2).s);
		snprintf(key, sizeof key, "from_%zu", i + 1);
		sabin_sheet_say(sheet, key, from_px(p), from_font_px, "%s", labels[i].from);
		snprintf(key, sizeof key, "at_%zu", i + 1);
		sabin_sheet_say(sheet, key, 0, 0, "%s", labels[i].at);
		snprintf(key, sizeof key, "strong_%zu", i + 1);
		sabin_sheet_number(sheet, key, labels[i].strong);
	}
	sabin_sheet_table(sheet, "_peaks", "t_ms level_dB mark_dB stem_dB ordinary_dB strong_dB");
	for (size_t i = 0; i < count; i++) {
		double db = labels[i].peak.level_db;
		sabin_sheet_row(sheet, 6,
		                (double[]){labels[i].peak.time_s * 1000, db, labels[i].mark_db,
		                           labels[i].mark_db - label_above_db / 2 - db,
		                           labels[i].strong ? (double)NAN : db,
		                           labels[i].strong ? db : (double)NAN});
	}
	sabin_sheet_off_page(sheet, 6);
}

static enum sabin_err write_curves(struct sabin_sheet *sheet, const struct picture *p)
{
	const struct sabin_etc *all = &p->all, *etc = &p->etc;
	const size_t longest = all->length > etc->length ? all->length : etc->length;
	double *time_ms = calloc(longest, sizeof *time_ms);
	double *percent = calloc(longest, sizeof *percent);
	if (time_ms && percent) {
		for (size_t i = 0; i < all->length; i++) {
			time_ms[i] = ((double)i - all->direct) / all->rate_hz * 1000;
			percent[i] = all->amplitude[i] * 100;
		}
		if (!p->alone) {
			sabin_sheet_table(sheet, "", "t_ms amplitude_percent_of_peak");
			sabin_sheet_line(sheet, time_ms, percent, all->length, -before_s * 1000,
			                 after_s * 1000, false);
		}
		for (size_t i = 0; i < etc->length; i++)
			time_ms[i] = ((double)i - etc->direct) / etc->rate_hz * 1000;
		sabin_sheet_table(sheet, "_etc", "t_ms level_dB_re_direct");
		if (p->r.heard)
			sabin_sheet_line(sheet, time_ms, etc->level_db, etc->length,
			                 -before_s * 1000, after_s * 1000, false);
		else
			sabin_sheet_off_page(sheet, 2);
	}
	enum sabin_err err = time_ms && percent ? SABIN_OK : SABIN_ENOMEM;
	free(time_ms);
	free(percent);
	return err;
}

static enum sabin_err write_sheet(const struct sabin_chart_input *input, struct picture *p,
                                  const char *folder, struct sabin_diag *diag)
{
	const struct sabin_reflections *r = &p->r;
	const double from_khz = r->from_hz / 1000, to_khz = r->to_hz / 1000;
	take_labels(input, p);
	const double labels_db = place_labels(&p->etc, p->labels, p->count);
	struct sabin_sheet sheet;
	sabin_sheet_open(&sheet, folder, p->alone ? "reflections" : "impulse");
	sabin_sheet_say(&sheet, "title", 0, 0,
	                p->alone ? "Early reflections" : "Impulse response and early reflections");
	write_finding(&sheet, p);
	sabin_sheet_conditions(&sheet, input, sabin_chart_who(input).s);
	sabin_sheet_method(&sheet,
	                   "energy\xe2\x80\x93time curve from %g to %g kHz, Hann %.2f "
	                   "ms" SABIN_DOT "limit of EBU Tech 3276" SABIN_DOT "c = %.0f m/s",
	                   from_khz, to_khz, r->smooth_s * 1000, p->speed_m_s);
	sabin_sheet_say(&sheet, "band", 0, 0, "%g\xe2\x80\x93%g kHz", from_khz, to_khz);
	sabin_sheet_number(&sheet, "heard", r->heard);
	sabin_sheet_number(&sheet, "from_ms", -before_s * 1000);
	sabin_sheet_number(&sheet, "to_ms", after_s * 1000);
	sabin_sheet_number(&sheet, "bottom_db", bottom_db);
	sabin_sheet_number(&sheet, "top_db", fmax(5, ceil((labels_db + lane_db) / 5) * 5));
	sabin_sheet_number(&sheet, "limit_from_ms", r->first_s * 1000);
	sabin_sheet_number(&sheet, "limit_to_ms", r->limit_s * 1000);
	sabin_sheet_number(&sheet, "limit_db", r->limit_db);
	sabin_sheet_say(&sheet, "limit", 0, 0, "limit: %s dB until %.0f ms",
	                sabin_text_number(r->limit_db, 0).s, r->limit_s * 1000);
	write_table(&sheet, p);
	enum sabin_err err = write_curves(&sheet, p);
	enum sabin_err closed = sabin_sheet_close(&sheet, diag);
	return err ? err : closed;
}

static enum sabin_err draw(const struct sabin_chart_input *input, const char *folder, bool alone,
                           struct sabin_diag *diag)
{
	const struct sabin_chart_trace *trace = input->trace_count ? input->traces : NULL;
	if (!trace || !trace->h || trace->frames == 0)
		return sabin_diag_set(diag, SABIN_ESHORT, NULL, 0, 0,
		                      "there is no impulse response to draw");
	struct picture p = {.speed_m_s = speed_m_per_s(input), .alone = alone};
	double rate_hz = trace->measured->rate_hz;
	struct sabin_arrival arrival = {0};
	enum sabin_err err = sabin_arrival_find(trace->h, trace->frames, rate_hz, &arrival);
	const double direct = arrival.position;
	if (!err)
		err = sabin_etc_compute(trace->h, trace->frames, rate_hz, direct, before_s, after_s,
		                        smooth_s, &p.all);
	if (!err)
		err = sabin_reflections_curve(trace->h, trace->frames, rate_hz, direct,
		                              p.speed_m_s, &p.r, &p.etc);
	const bool outside = !(direct >= 0 && direct < (double)trace->frames);
	if (err == SABIN_EINVAL) /* of what it holds nothing can be drawn */
		err = sabin_diag_set(diag, SABIN_ESHORT, NULL, 0, 0,
		                     outside ? "the direct sound does not lie within the impulse response"
		                             : "the sample rate is too low");
	else if (err)
		err = sabin_diag_set(diag, err, NULL, 0, 0,
		                     err == SABIN_ESHORT ? "the impulse response is silent"
		                                         : "not enough memory for the chart");
	else
		err = write_sheet(input, &p, folder, diag);
	sabin_etc_release(&p.all);
	sabin_etc_release(&p.etc);
	return err;
}

static enum sabin_err write_impulse(const struct sabin_chart_input *input, const char *folder,
                                    struct sabin_diag *diag)
{
	return draw(input, folder, false, diag);
}

static enum sabin_err write_reflections(const struct sabin_chart_input *input, const char *folder,
                                        struct sabin_diag *diag)
{
	return draw(input, folder, true, diag);
}

const struct sabin_chart_kind sabin_chart_kind_reflections = {
    .name = "reflections",
    .title = "early reflections: energy-time curve, limit, and the surfaces they come from",
    .one_trace = true,
    .write = write_reflections,
};

const struct sabin_chart_kind sabin_chart_kind_impulse = {
    .name = "impulse",
    .title = "first 30 ms of a response and its reflections (energy-time curve)",
    .one_trace = true,
    .write = write_impulse,
};
