/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * report_summary.c: the report in plain words, and whether the measurement can be trusted.
 */
#include <math.h>

#include "cli/report.h"
#include "cli/reverberation.h"
#include "cli/show.h"
#include "io/number.h"
#include "io/trust.h"

enum { FIRST = 3 }; /* so many pieces of advice go into the summary */

struct sabin_report_name sabin_report_name(const struct sabin_measured *m)
{
	struct sabin_report_name name;
	snprintf(name.s, sizeof name.s, "%s at %s", m->speaker, m->position);
	return name;
}

static size_t count_bad(const struct sabin_report *r)
{
	size_t bad = 0;
	for (size_t i = 0; i < r->side.count; i++)
		bad += !r->side.item[i].measured->verdict.trustworthy;
	return bad;
}

bool sabin_report_trusted(const struct sabin_report *report)
{
	return count_bad(report) == 0;
}

static bool all_simulated(const struct sabin_side *side)
{
	for (size_t i = 0; i < side->measurement.response_count; i++)
		if (!sabin_measurement_simulated(&side->measurement, i))
			return false;
	return side->measurement.response_count > 0;
}

/* Was there a recording to look at?  A response alone does not tell what went wrong with it. */
static bool was_checked(const struct sabin_side *side)
{
	for (size_t i = 0; i < side->count; i++)
		if (side->item[i].measured->verdict.snr_db.valid)
			return true;
	return false;
}

/* What advice would have stronger, though it spoils nothing. */
static const char *say_weak(const struct sabin_report *r)
{
	for (size_t i = 0; i < r->advice.count; i++)
		for (size_t k = 0; r->advice.item[i].code == SABIN_ADVICE_NOISE && k < r->advice.item[i].evidence_count; k++)
			if (strcmp(r->advice.item[i].evidence[k].what, "snr") == 0)
				return " The sweep is little over the noise, though; the advice says by how much.";
	return "";
}

static void say_verdict(struct sabin_report *r)
{
	const size_t bad = count_bad(r), all = r->side.count;
	const char *real = all_simulated(&r->side)
	                       ? " It is a simulation: the numbers are those of the room as its file describes it."
	                       : "";
	const char *whole = r->side.measurement.directory && !r->side.measurement.complete
	                        ? " The measurement is not complete: responses are missing."
	                        : "";
	if (bad == 0 && !was_checked(&r->side))
		sabin_page_verdict(&r->page, SABIN_TONE_DOUBT, "Nothing speaks against the measurement.",
		                   "There is no recording beside %s in which clipping, lost samples and clocks could be checked.%s%s",
		                   all == 1 ? "the response" : "the responses", real, whole);
	else if (bad == 0)
		sabin_page_verdict(&r->page, SABIN_TONE_GOOD, "The measurement can be trusted.",
		                   "%s found no fault in %s.%s%s%s",
		                   "Its checks (clipping, lost samples, clocks, noise, channels)",
		                   all == 1 ? "its response" : "any of its responses", say_weak(r), real, whole);
	else
		sabin_page_verdict(&r->page, SABIN_TONE_BAD, "The measurement cannot be trusted as it is.",
		                   "%zu of %zu responses failed their checks; measure again before relying on "
		                   "what follows.%s%s",
		                   bad, all, real, whole);
}

/* The decay in the middle, against what is asked of a listening room of this size. */
static void say_reverberation(struct sabin_report *r)
{
	struct sabin_ringing t;
	if (!sabin_ringing_of(&r->analyses, &t))
		return;
	static const struct sabin_requirement off = {"", NULL, SABIN_MEASURE_DECAY_OFF, 200, 4000, -0.05, 0.05, true};
	struct sabin_judgement j;
	char against[160] = "", bass[120] = "", unknown[300] = "", middle[240], early[200];
	if (sabin_requirement_judge(&r->scene.scene, &off, &j) == SABIN_OK && j.measured.valid) {
		if (j.verdict == SABIN_VERDICT_PASS)
			snprintf(against, sizeof against, ", as EBU Tech 3276 wants it of a listening room of this size");
		else
			snprintf(against, sizeof against, "; from 200 Hz to 4 kHz that is %.2f s %s than EBU Tech 3276 "
			         "wants of a listening room of this size",
			         fabs(j.measured.value), j.measured.value > 0 ? "longer" : "shorter");
	}
	if (isfinite(t.bass_ratio) && t.bass_ratio >= 1.25)
		snprintf(bass, sizeof bass, " The bass rings %.1f times as long as the middle.", t.bass_ratio);
	if (t.early.count > 0)
		snprintf(unknown, sizeof unknown,
		         " How long %s bass rings cannot be told; no more is known than its early decay (EDT), %s.",
		         t.bass.count > 0 ? "some of the" : "the", sabin_ringing_early(&t, early, sizeof early));
	sabin_page_say(&r->page, "Sound takes %.2f s to die away in the middle of the range (60 dB, %s)%s.%s%s",
	               t.middle_s.value, sabin_ringing_middle(&t, middle, sizeof middle), against, bass, unknown);
}

static void say_standards(struct sabin_report *r)
{
	const struct sabin_required_standard *s;
	for (size_t i = 0; (s = sabin_required_row(r->required, i)); i++) {
		const size_t pass = sabin_required_tally(s, SABIN_VERDICT_PASS);
		const size_t fail = sabin_required_tally(s, SABIN_VERDICT_FAIL);
		if (pass + fail > 0)
			sabin_page_say(&r->page, "%s: %zu of %zu requirements that could be judged are met.", s->title,
			               pass, pass + fail);
	}
}

static void first_change(void *context, const char *text)
{
	char *kept = context;
	if (!*kept)
		snprintf(kept, 1000, "%s", text);
}

static void say_changes(struct sabin_report *r)
{
	char first[1000] = "";
	if (!r->has_before)
		return;
	const struct sabin_brief brief =
	    sabin_comparison_tell(&r->comparison, false, NULL, first_change, first);
	if (brief.lines == 0)
		sabin_page_say(&r->page, "Against the measurement before, nothing changed that could be noticed.");
	else
		sabin_page_say(&r->page, "Against the measurement before, %zu thing%s changed noticeably; most of all: %s.",
		               brief.lines, brief.lines == 1 ? "" : "s", first);
}

static void say_correction(struct sabin_report *r)
{
	double before = 0, after = 0, achieved = 0;
	const size_t n = r->correction.count;
	if (!r->has_correction || n == 0)
		return;
	for (size_t i = 0; i < n; i++) {
		before += r->correction.charts[i].channel->error_before_db / (double)n;
		after += r->correction.charts[i].channel->error_after_db / (double)n;
		achieved += r->correction.charts[i].achieved_error_db / (double)n;
	}
	if (isfinite(achieved))
		sabin_page_say(&r->page,
		               "Measured through the correction, the response strays from its target by %.1f dB (RMS) "
		               "instead of %.1f dB; %.1f dB were predicted.",
		               achieved, before, after);
	else
		sabin_page_say(&r->page,
		               "The correction is predicted to bring the response from %.1f dB to %.1f dB about its target (RMS).",
		               before, after);
}

const char *sabin_report_kind(enum sabin_advice_kind kind)
{
	static const char *const words[] = {"Repair:", "Move:", "Treat:", "Correct:", "Leave:"};
	return words[kind];
}

/* What to do first. */
static void say_advice(struct sabin_report *r)
{
	char text[SABIN_ADVICE_TEXT_SIZE];
	size_t told = 0, all = 0;
	for (size_t i = 0; i < r->advice.count; i++)
		all += r->advice.item[i].kind != SABIN_ADVICE_LEAVE;
	if (all == 0) {
		sabin_page_say(&r->page, "Nothing to repair, move or treat was found.");
		return;
	}
	sabin_page_heading(&r->page, "%s", all == 1 ? "What to do" : "What to do first");
	sabin_page_list(&r->page, true);
	for (size_t i = 0; i < r->advice.count && told < FIRST; i++) {
		const struct sabin_advice_item *item = &r->advice.item[i];
		if (item->kind == SABIN_ADVICE_LEAVE)
			continue;
		sabin_advice_text(&r->scene, item, text);
		sabin_page_item(&r->page, sabin_report_kind(item->kind), text, NULL);
		told++;
	}
	sabin_page_list_end(&r->page, true);
	if (all > told)
		sabin_page_note(&r->page, "%zu more under Advice, with what each rests on.", all - told);
}

void sabin_report_summary(struct sabin_report *report)
{
	sabin_page_section(&report->page, "summary", "Summary");
	say_verdict(report);
	say_reverberation(report);
	say_changes(report);
	say_correction(report);
	say_standards(report);
	say_advice(report);
}

/* ---- can it be trusted? ------------------------------------------------------------------------- */

static void quantity_cell(struct sabin_page *page, struct sabin_quantity q, int decimals)
{
	char text[32];
	sabin_page_cell(page, q.valid ? SABIN_TONE_PLAIN : SABIN_TONE_DOUBT, "%s",
	                sabin_show_value(q, decimals, text, sizeof text));
}

static void verdict_row(struct sabin_report *r, const struct sabin_measured *m)
{
	const struct sabin_verdict *v = &m->verdict;
	struct sabin_page *page = &r->page;
	sabin_page_row(page);
	sabin_page_cell(page, SABIN_TONE_PLAIN, "%s", sabin_report_name(m).s);
	sabin_page_cell(page, v->trustworthy ? SABIN_TONE_GOOD : SABIN_TONE_BAD, "%s",
	                v->trustworthy ? "good" : "not trustworthy");
	quantity_cell(page, isfinite(v->peak_dbfs) ? sabin_quantity_valid(v->peak_dbfs, NAN)
	                                           : sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN), 1);
	quantity_cell(page, v->snr_db, 1);
	quantity_cell(page, v->repeatability_db, 1);
	quantity_cell(page, v->skew_ppm, 2);
	sabin_page_cell(page, v->polarity < 0 ? SABIN_TONE_BAD : SABIN_TONE_PLAIN, "%s", sabin_polarity_name(v->polarity));
	sabin_page_row_end(page);
}

static bool says(const struct sabin_verdict *v, const char *why)
{
	for (size_t k = 0; k < v->why_count; k++)
		if (strcmp(v->why[k], why) == 0)
			return true;
	return false;
}

static bool told_before(const struct sabin_report *r, size_t i, const char *why)
{
	for (size_t k = 0; k < i; k++)
		if (says(&r->side.item[k].measured->verdict, why))
			return true;
	return false;
}

/* Each remark once, with the responses that it is about. */
static void remarks(struct sabin_report *r)
{
	bool open = false;
	for (size_t i = 0; i < r->side.count; i++) {
		const struct sabin_verdict *v = &r->side.item[i].measured->verdict;
		for (size_t k = 0; k < v->why_count; k++) {
			char who[400] = "";
			size_t used = 0, count = 0;
			if (told_before(r, i, v->why[k]))
				continue;
			for (size_t n = 0; n < r->side.count; n++) {
				const struct sabin_measured *m = r->side.item[n].measured;
				if (!says(&m->verdict, v->why[k]))
					continue;
				count++;
				if (used < sizeof who)
					used += (size_t)snprintf(who + used, sizeof who - used, "%s%s", used ? ", " : "",
					                         sabin_report_name(m).s);
			}
			if (!open)
				sabin_page_list(&r->page, false);
			open = true;
			sabin_page_item(&r->page, NULL, v->why[k],
			                count == r->side.count && count > 1 ? "all responses" : who);
		}
	}
	if (open)
		sabin_page_list_end(&r->page, false);
}

/* What the column of the repeats means, and what octave the mean of the repeats knows least of. */
static void say_repeats(struct sabin_report *r)
{
	const struct sabin_measured *whose = NULL;
	double least = INFINITY, hz = NAN;
	bool any = false;
	char octave[320] = "";
	for (size_t i = 0; i < r->side.count; i++) {
		const struct sabin_measured *m = r->side.item[i].measured;
		const struct sabin_verdict *v = &m->verdict;
		double excited_hz[2], played_hz[2];
		sabin_trust_ranges(&r->side.measurement, m, r->side.has_room ? &r->side.room : NULL, excited_hz, played_hz);
		any = any || v->repeatability_db.valid;
		for (size_t b = 0; b < v->snr_band_count; b++)
			if (isfinite(v->snr_bands[b].coherence) && v->snr_bands[b].coherence < least &&
			    (!(played_hz[1] > 0) || (v->snr_bands[b].centre_hz >= played_hz[0] && v->snr_bands[b].centre_hz <= played_hz[1]))) {
				least = v->snr_bands[b].coherence;
				hz = v->snr_bands[b].centre_hz;
				whose = m;
			}
	}
	if (!any)
		return;
	if (whose)
		snprintf(octave, sizeof octave, " Least in common within half a second, of all octaves that a speaker plays: %.*f %%, at %s (%s).",
		         least > 0.99 ? 1 : 0, 100 * least, sabin_text_hz(hz).s, sabin_report_name(whose).s);
	sabin_page_note(&r->page, "One repeat strays: energy in which one sweep differs from the mean of all, over all of the "
	                          "response and all frequencies, re that of the mean: -10 dB are a tenth, -20 dB a hundredth, "
	                          "0 dB and more have nothing in common. Noise is in it, also where nothing is read. The "
	                          "verdict sets no limit to it; it makes the uncertainty of each change larger.%s",
	                octave);
}

void sabin_report_verdict(struct sabin_report *report)
{
	static const char *const heads[] = {"<Response", "<Verdict", "Peak, dBFS", "Over the noise, dB",
	                                    "One repeat strays, dB", "Clock skew, ppm", "<Polarity"};
	sabin_page_section(&report->page, "verdict", "Verdict of the measurement");
	sabin_page_table(&report->page, "Each loudspeaker at each place", heads, sizeof heads / sizeof *heads);
	for (size_t i = 0; i < report->side.count; i++)
		verdict_row(report, report->side.item[i].measured);
	sabin_page_table_end(&report->page);
	say_repeats(report);
	remarks(report);
}
