/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * kind_impulse.c: the first 30 ms of a response, linear and as energy over time, with its strongest
 * reflections numbered.
 *
 * References: EBU Tech 3276 (2nd ed., 1998): early reflections until 15 ms at least 10 dB below
 * the direct sound, 1 to 8 kHz.
 */
#include <math.h>

#include "acoustics/etc.h"
#include "chart/kinds.h"
#include "chart/sheet.h"
#include "io/ways.h"

enum { PEAKS_MAX = 8 }; /* no more than SABIN_REFLECTIONS_MAX */
static const double before_s = 2e-3, after_s = 30e-3, smooth_s = 0.25e-3;
static const double limit_db = -10, limit_s = 15e-3; /* EBU Tech 3276 */
/* after it a peak is a reflection and not the loudspeaker's own: 0.8 ms are 27 cm */
static const double first_s = 0.8e-3;
static const double least_peak_db = -25;
static const double bottom_db = -50;
/* A number is 10 px wide and 14 px high where 19.5 px are 1 ms and 4.9 px are 1 dB. */
static const double label_s = 0.75e-3, label_db = 3.4, label_above_db = 2.6;

struct label {
	struct sabin_etc_peak peak;
	double mark_db; /* height of its number */
	bool strong;    /* beyond the limit */
	char from[SABIN_WAY_SIZE]; /* the surface it comes from, or empty */
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

/* Name the surfaces by the lengths of the ways, where the room file knows who plays and where. */
static void name_ways(const struct sabin_chart_input *input, struct label *labels, size_t count,
                      double speed)
{
	struct sabin_reflections r = {.count = count};
	for (size_t i = 0; i < count; i++)
		r.item[i].extra_m = sabin_quantity_valid(labels[i].peak.time_s * speed, 0);
	sabin_ways_match(input->room, input->traces[0].measured, &r);
	for (size_t i = 0; i < count; i++)
		if (r.item[i].found)
			sabin_way_name(&r.item[i].path, input->room, labels[i].from);
}

/* How many peaks stand above the limit, labelled or not; COUNTED_MAX: at least so many. */
enum { COUNTED_MAX = 64 };

static size_t count_strong(const struct sabin_etc *etc)
{
	struct sabin_etc_peak peaks[COUNTED_MAX];
	const size_t count = sabin_etc_peaks(etc, first_s, limit_db, peaks, COUNTED_MAX);
	size_t strong = 0;
	for (size_t i = 0; i < count; i++)
		strong += peaks[i].time_s <= limit_s && peaks[i].level_db > limit_db;
	return strong;
}

static void write_finding(struct sabin_sheet *sheet, const struct label *labels, size_t count,
                          size_t strong, double speed)
{
	size_t strongest = 0;
	for (size_t i = 0; i < count; i++)
		if (labels[i].peak.level_db > labels[strongest].peak.level_db)
			strongest = i;
	if (count == 0) {
		sabin_sheet_finding(sheet, "No reflection within %.0f ms comes closer than %s dB "
		                           "to the direct sound",
		                    after_s * 1000, sabin_text_number(-least_peak_db, 0).s);
		return;
	}
	const struct sabin_etc_peak *peak = &labels[strongest].peak;
	char first[96] = "No reflection exceeds";
	if (strong > 0)
		snprintf(first, sizeof first, "%zu reflection%s", strong,
		         strong > 1 ? "s exceed" : " exceeds");
	sabin_sheet_finding(sheet,
	                    "%s %s dB in the first %.0f ms; the strongest, %s dB, comes %s "
	                    "ms (%s m) after the direct sound",
	                    first, sabin_text_number(limit_db, 0).s, limit_s * 1000,
	                    sabin_text_number(peak->level_db, 1).s,
	                    sabin_text_number(peak->time_s * 1000, 1).s,
	                    sabin_text_number(peak->time_s * speed, 2).s);
}

static void write_table(struct sabin_sheet *sheet, const struct label *labels, size_t count,
                        double speed)
{
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
		sabin_sheet_say(sheet, key, 0, 0, "%s", labels[i].from);
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

static enum sabin_err write_curves(struct sabin_sheet *sheet, const struct sabin_etc *etc)
{
	double *time_ms = calloc(etc->length, sizeof *time_ms);
	double *percent = calloc(etc->length, sizeof *percent);
	if (time_ms && percent) {
		for (size_t i = 0; i < etc->length; i++) {
			time_ms[i] = ((double)i - etc->direct) / etc->rate_hz * 1000;
			percent[i] = etc->amplitude[i] * 100;
		}
		sabin_sheet_table(sheet, "", "t_ms amplitude_percent_of_peak");
		sabin_sheet_line(sheet, time_ms, percent, etc->length, -before_s * 1000,
		                 after_s * 1000, false);
		sabin_sheet_table(sheet, "_etc", "t_ms level_dB_re_direct");
		sabin_sheet_line(sheet, time_ms, etc->level_db, etc->length, -before_s * 1000,
		                 after_s * 1000, false);
	}
	enum sabin_err err = time_ms && percent ? SABIN_OK : SABIN_ENOMEM;
	free(time_ms);
	free(percent);
	return err;
}

static enum sabin_err write_sheet(const struct sabin_chart_input *input,
                                  const struct sabin_etc *etc, const char *folder,
                                  struct sabin_diag *diag)
{
	struct sabin_etc_peak peaks[PEAKS_MAX];
	struct label labels[PEAKS_MAX];
	size_t count = sabin_etc_peaks(etc, first_s, least_peak_db, peaks, PEAKS_MAX);
	double speed = speed_m_per_s(input);
	for (size_t i = 0; i < count; i++)
		labels[i] = (struct label){
		    .peak = peaks[i],
		    .strong = peaks[i].time_s <= limit_s && peaks[i].level_db > limit_db};
	name_ways(input, labels, count, speed);
	double top_db = fmax(5, ceil(place_labels(etc, labels, count) / 5) * 5);
	struct sabin_sheet sheet;
	sabin_sheet_open(&sheet, folder, "impulse");
	sabin_sheet_say(&sheet, "title", 0, 0, "Impulse response and early reflections");
	write_finding(&sheet, labels, count, count_strong(etc), speed);
	sabin_sheet_conditions(&sheet, input, sabin_chart_who(input).s);
	sabin_sheet_method(&sheet,
	                   "energy\xe2\x80\x93time curve over all frequencies, Hann %.2f "
	                   "ms" SABIN_DOT "limit of EBU Tech 3276 (there for 1 to 8 kHz)"
	                   SABIN_DOT "c = %.0f m/s",
	                   smooth_s * 1000, speed);
	sabin_sheet_number(&sheet, "from_ms", -before_s * 1000);
	sabin_sheet_number(&sheet, "to_ms", after_s * 1000);
	sabin_sheet_number(&sheet, "bottom_db", bottom_db);
	sabin_sheet_number(&sheet, "top_db", top_db);
	sabin_sheet_number(&sheet, "limit_from_ms", first_s * 1000);
	sabin_sheet_number(&sheet, "limit_to_ms", limit_s * 1000);
	sabin_sheet_number(&sheet, "limit_db", limit_db);
	sabin_sheet_say(&sheet, "limit", 0, 0, "limit: %s dB until %.0f ms",
	                sabin_text_number(limit_db, 0).s, limit_s * 1000);
	write_table(&sheet, labels, count, speed);
	enum sabin_err err = write_curves(&sheet, etc);
	enum sabin_err closed = sabin_sheet_close(&sheet, diag);
	return err ? err : closed;
}

static enum sabin_err write_impulse(const struct sabin_chart_input *input, const char *folder,
                                    struct sabin_diag *diag)
{
	struct sabin_etc etc = {0};
	const struct sabin_chart_trace *trace = input->trace_count ? input->traces : NULL;
	if (!trace || !trace->h || trace->frames == 0)
		return sabin_diag_set(diag, SABIN_ESHORT, NULL, 0, 0,
		                      "there is no impulse response to draw");
	double rate_hz = trace->measured->rate_hz;
	double direct = trace->analysis ? trace->analysis->arrival.position
	                                : sabin_etc_direct(trace->h, trace->frames, rate_hz);
	enum sabin_err err = sabin_etc_compute(trace->h, trace->frames, rate_hz, direct, before_s,
	                                       after_s, smooth_s, &etc);
	if (err)
		return sabin_diag_set(diag, err, NULL, 0, 0,
		                      err == SABIN_ESHORT ? "the impulse response is silent"
		                                          : "not enough memory for the chart");
	err = write_sheet(input, &etc, folder, diag);
	sabin_etc_release(&etc);
	return err;
}

const struct sabin_chart_kind sabin_chart_kind_impulse = {
    .name = "impulse",
    .title = "first 30 ms of a response and its reflections (energy-time curve)",
    .one_trace = true,
    .write = write_impulse,
};
