/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * eq_show.c: a correction as JSON and as text.
 */
#include <math.h>

#include <sabin/octave.h>

#include "cli/eq_show.h"
#include "cli/show.h"
#include "cli/talk.h"
#include "io/number.h"

static void filter_json(struct sabin_json *json, const struct sabin_correction_channel *c, size_t i,
                        double rate_hz)
{
	const struct sabin_biquad *f = &c->filters[i];
	sabin_json_open_object(json, NULL);
	sabin_json_text(json, "type", sabin_biquad_name(f->type));
	sabin_json_number(json, "freq_hz", f->freq_hz);
	sabin_json_number(json, "gain_db", f->gain_db);
	sabin_json_number(json, "q", f->q);
	sabin_json_number(json, "rings_s", sabin_biquad_ring_s(f));
	if (c->cancels[i].t60_s > 0) {
		sabin_json_number(json, "cancels_hz", c->cancels[i].freq_hz);
		sabin_json_number(json, "cancels_t60_s", c->cancels[i].t60_s);
		sabin_json_number(json, "cancels_change_db", sabin_correction_decaying_db(c, rate_hz, &c->cancels[i]));
	}
	sabin_json_close(json);
}

void sabin_eq_show_rates(struct sabin_json *json, const struct sabin_correction_channel *c, bool fir)
{
	char name[SABIN_CORRECTION_NAME + 16];
	sabin_json_open_array(json, "rates");
	for (size_t r = 0; r < c->rate_count; r++) {
		const struct sabin_correction_rate *rate = &c->rates[r];
		sabin_json_open_object(json, NULL);
		sabin_json_number(json, "rate_hz", rate->rate_hz);
		sabin_json_number(json, "preamp_db", rate->preamp_db);
		sabin_json_number(json, "peak_gain_db", rate->headroom.peak_gain_db);
		sabin_json_number(json, "program_db", rate->headroom.program_db);
		sabin_json_number(json, "worst_case_db", rate->headroom.worst_case_db);
		sabin_json_text(json, "fir",
		                fir ? sabin_correction_wav_name(c->speaker, rate->rate_hz, name) : NULL);
		if (rate->fir) {
			sabin_json_integer(json, "taps", (long long)rate->taps);
			sabin_json_number(json, "latency_s", rate->latency_s);
		}
		sabin_json_close(json);
	}
	sabin_json_close(json);
}

/* Neighbouring points of one reason are one region. */
static size_t region_end(const struct sabin_correction_channel *c, size_t from)
{
	size_t end = from + 1;
	while (end < c->length && c->leave[end] == c->leave[from])
		end++;
	return end;
}

static void left_alone_json(struct sabin_json *json, const struct sabin_correction_channel *c)
{
	sabin_json_open_array(json, "left_alone");
	for (size_t i = 0, end; i < c->length; i = end) {
		end = region_end(c, i);
		if (c->leave[i] == SABIN_LEAVE_NOTHING)
			continue;
		sabin_json_open_object(json, NULL);
		sabin_json_number(json, "from_hz", c->freq_hz[i]);
		sabin_json_number(json, "to_hz", c->freq_hz[end - 1]);
		sabin_json_text(json, "why", sabin_leave_name((enum sabin_leave)c->leave[i]));
		sabin_json_close(json);
	}
	sabin_json_close(json);
}

enum sabin_err sabin_eq_show_json(const struct sabin_correction_file *file,
                                  const struct sabin_integration *joined, double flatness_db,
                                  const char *directory)
{
	const struct sabin_correction *correction = &file->correction;
	struct sabin_json *json = sabin_json_new();
	if (!json)
		return SABIN_ENOMEM;
	sabin_json_text(json, "schema", "sabin.correction/1");
	sabin_json_text(json, "directory", directory);
	sabin_json_text(json, "target", file->target);
	if (joined->subs > 0) {
		sabin_json_open_object(json, "crossover");
		sabin_json_number(json, "freq_hz", joined->crossover_hz);
		sabin_json_number(json, "unevenness_before_db", joined->before_db);
		sabin_json_number(json, "unevenness_after_db", joined->after_db);
		sabin_json_close(json);
	}
	sabin_json_open_array(json, "channels");
	for (size_t i = 0; i < correction->channel_count; i++) {
		const struct sabin_correction_channel *c = &correction->channels[i];
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "speaker", c->speaker);
		sabin_json_number(json, "delay_s", c->delay_s);
		sabin_json_number(json, "gain_db", c->gain_db);
		sabin_json_text(json, "polarity", c->polarity < 0 ? "inverted" : "normal");
		sabin_json_open_array(json, "filters");
		for (size_t k = 0; k < c->filter_count; k++)
			filter_json(json, c, k, correction->rate_hz);
		sabin_json_close(json);
		sabin_eq_show_rates(json, c, file->fir);
		if (flatness_db > 0) {
			sabin_json_number(json, "flatness_db", c->left_db);
			sabin_json_number(json, "flatness_asked_db", flatness_db);
			sabin_json_bool(json, "flatness_reached", c->left_db <= flatness_db);
		}
		sabin_json_number(json, "error_before_db", c->error_before_db);
		sabin_json_number(json, "error_after_db", c->error_after_db);
		sabin_json_number(json, "net_boost_db", c->net_boost_db);
		double range_hz[2];
		sabin_correction_range(correction, i, range_hz);
		sabin_json_numbers(json, "range_hz", range_hz, 2);
		left_alone_json(json, c);
		sabin_json_close(json);
	}
	sabin_json_close(json);
	enum sabin_err err = sabin_json_print(json, stdout);
	sabin_json_free(json);
	return err;
}

/* ---- text ----------------------------------------------------------------------------------- */

/* The decay of a mode is the room's; what filters change is how loud it rings.  From here on a fit finds only what they ring
 * with themselves, and a figure would take the mode's frequency to better than it is known. */
static const double gone_db = -25;

static void show_mode(const struct sabin_correction_channel *c, const struct sabin_eq_mode *mode, double rate_hz)
{
	const double change_db = sabin_correction_decaying_db(c, rate_hz, mode);
	if (change_db > gone_db)
		printf("   mode at %.1f Hz (T60 %.2f s) rings on %.0f dB %s", mode->freq_hz, mode->t60_s,
		       fabs(change_db), change_db > 0 ? "louder" : "lower");
	else
		printf("   in place of the mode at %.1f Hz (T60 %.2f s)", mode->freq_hz, mode->t60_s);
}

static void show_filters(const struct sabin_correction_channel *c, double rate_hz)
{
	static const char *const words[SABIN_BIQUAD_TYPES] = {"peaking", "low shelf", "high shelf",
	                                                      "low pass", "high pass"};
	printf("  %-10s %9s %9s %7s %9s\n", "filter", "Hz", "dB", "Q", "rings ms");
	for (size_t i = 0; i < c->filter_count; i++) {
		const struct sabin_biquad *f = &c->filters[i];
		const double gain_db = sabin_number_tidy(f->gain_db, 2);
		printf("  %-10s %9.1f %+9.2f %7.2f %9.0f", words[f->type], f->freq_hz, gain_db, f->q,
		       1000 * sabin_biquad_ring_s(f));
		if (c->cancels[i].t60_s > 0 && gain_db != 0) /* what does nothing does nothing to a mode */
			show_mode(c, &c->cancels[i], rate_hz);
		putchar('\n');
	}
}

/* Mean of x less another over what counts of a band.  The crossover belongs to the target and to what is
 * predicted, not to what is corrected. */
static double mean_between(const struct sabin_correction_channel *c, double rate_hz, const double *x,
                           const double *less, double from_hz, double to_hz)
{
	const bool crossed = (x == c->predicted_db) != (less == c->target_db);
	const double sign = !crossed ? 0 : x == c->predicted_db ? -1 : 1;
	double sum = 0;
	size_t n = 0;
	for (size_t i = c->beyond[0]; i + c->beyond[1] < c->length; i++)
		if (c->freq_hz[i] >= from_hz && c->freq_hz[i] < to_hz) {
			sum += x[i] - less[i] + sign * sabin_correction_crossover_db(c, rate_hz, c->freq_hz[i]);
			n++;
		}
	return n ? sum / (double)n : (double)NAN;
}

/* Means over octaves: before and after re the target, and the correction. */
static void show_preview(const struct sabin_correction_channel *c, double rate_hz)
{
	struct sabin_band bands[16];
	char hz[32];
	const size_t count = sabin_bands(1, 20, 20000, bands, 16);
	const double *const rows[3][2] = {{c->before_db, c->target_db},
	                                  {c->predicted_db, c->before_db},
	                                  {c->predicted_db, c->target_db}};
	static const char *const names[3] = {"before - target", "correction", "after - target"};
	printf("  %-16s", "octave, Hz");
	for (size_t b = 0; b < count; b++)
		printf("%7s", sabin_show_hz(bands[b].nominal_hz, hz, sizeof hz));
	putchar('\n');
	for (int r = 0; r < 3; r++) {
		printf("  %-16s", names[r]);
		for (size_t b = 0; b < count; b++) {
			const double mean = mean_between(c, rate_hz, rows[r][0], rows[r][1],
			                                 bands[b].low_hz, bands[b].high_hz);
			if (isfinite(mean))
				printf("%+7.1f", sabin_number_tidy(mean, 1));
			else
				printf("%9s", "–");
		}
		putchar('\n');
	}
}

/* ---- what is left alone, for people ---- */

/* Regions of one reason so near each other are told as one, and narrower ones not at all; the JSON has
 * all. */
static const double near_oct = 1 / 12.0, narrow_oct = 1 / 24.0;
enum { LINE = 96 };

/* The words before a list of regions. */
static const char *const left_words[SABIN_LEAVE_REASONS] = {
    [SABIN_LEAVE_NULL] = "left alone, nulls that are not minimum phase",
    [SABIN_LEAVE_FLANK] = "not boosted by filters, beside such nulls",
    [SABIN_LEAVE_DIP] = "left alone, deep dips whose phase is not known",
    [SABIN_LEAVE_SPREAD] = "corrected gently, the positions or the speakers of the pair differ",
    [SABIN_LEAVE_ROLLOFF] = "not boosted, beyond what the speaker plays",
};

/* Print ranges in Hz, broken into lines. */
static void show_reason(const struct sabin_correction_channel *c, enum sabin_leave why)
{
	const double half = exp2(1 / 96.0); /* half a step of the grid belongs to a point */
	int column = 0;
	for (size_t i = 0, end; i < c->length; i = end) {
		end = region_end(c, i);
		if (c->leave[i] != why || (why != SABIN_LEAVE_ROLLOFF &&
		                           (end <= c->beyond[0] || i + c->beyond[1] >= c->length)))
			continue; /* another speaker plays there */
		size_t last = end;
		for (size_t k = end; k < c->length && log2(c->freq_hz[k] / c->freq_hz[last - 1]) < near_oct;
		     k++)
			if (c->leave[k] == why)
				last = k + 1;
		end = last;
		char range[48];
		const double from_hz = c->freq_hz[i] / half, to_hz = c->freq_hz[end - 1] * half;
		if (log2(to_hz / from_hz) <= narrow_oct)
			continue;
		snprintf(range, sizeof range, "%.0f to %.0f", from_hz, to_hz);
		if (column == 0)
			column = printf("  %s%s: %s", sabin_dim(), left_words[why], range);
		else if (column + 2 + (int)strlen(range) > LINE)
			column = printf(",\n    %s", range) - 2;
		else
			column += printf(", %s", range);
	}
	if (column > 0)
		printf(" Hz%s\n", sabin_plain());
}

/* Up to where more than half of what is finer than broad tone is corrected, as 'verify' has it: the last frequency at
 * which it is; INFINITY: to the end. */
static double broad_from_hz(const struct sabin_correction_channel *c)
{
	size_t end = c->length;
	while (end > 0 && c->leave[end - 1] == SABIN_LEAVE_ROLLOFF)
		end--;
	if (end == 0 || c->leave[end - 1] != SABIN_LEAVE_HIGH)
		return INFINITY;
	while (end > 0 && c->leave[end - 1] == SABIN_LEAVE_HIGH)
		end--;
	return c->freq_hz[end > 0 ? end - 1 : 0];
}

/* A speaker of a pair has the regions of the first: they are told once. */
static void show_left_alone(const struct sabin_correction *correction, size_t index, bool fir)
{
	const struct sabin_correction_channel *c = &correction->channels[index];
	for (size_t i = 0; i < index; i++) {
		const struct sabin_correction_channel *other = &correction->channels[i];
		if (other->length != c->length || memcmp(other->leave, c->leave, c->length) != 0)
			continue;
		printf("  %swhat is left alone is as with %s%s\n", sabin_dim(), other->speaker,
		       sabin_plain());
		return;
	}
	for (int why = SABIN_LEAVE_NOTHING + 1; why < SABIN_LEAVE_REASONS; why++)
		if (left_words[why] && !(fir && why == SABIN_LEAVE_FLANK)) /* the response boosts there */
			show_reason(c, (enum sabin_leave)why);
	const double from_hz = broad_from_hz(c);
	if (isfinite(from_hz) && !fir)
		printf("  %sfrom %.0f Hz up: broad tone, and less than half of what is finer%s\n", sabin_dim(), from_hz, sabin_plain());
	else if (isfinite(from_hz) && c->filter_count > 0)
		printf("  %sfrom %.0f Hz up the filters correct broad tone and less than half of what is finer, the "
		       "impulse response the rest%s\n",
		       sabin_dim(), from_hz, sabin_plain());
}

/* ---- a channel ---- */

/* "harman", and of a trend what it came to be. */
static const char *target_words(const struct sabin_correction_file *file,
                                const struct sabin_correction_channel *c, char *text, size_t size)
{
	static const struct {
		const char *name, *words;
	} known[] = {{"flat", "flat"},
	             {"harman", "harman, the in-room curve"},
	             {"bk", "bk, flat to 400 Hz and falling above"}};
	const size_t first = c->beyond[0], last = c->length - 1 - c->beyond[1];
	const double octaves = log2(c->freq_hz[last] / c->freq_hz[first]);
	const double rate_hz = file->correction.rate_hz;
	const char *name = file->target ? file->target : "trend";
	snprintf(text, size, "%s", name);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(name, known[i].name) == 0)
			snprintf(text, size, "%s", known[i].words);
	if (strncmp(name, "tilt:", 5) == 0)
		snprintf(text, size, "tilt, %s dB an octave", name + 5);
	if (strcmp(name, "trend") == 0)
		snprintf(text, size, "trend, the speaker's own of %+.2f dB an octave",
		         sabin_number_tidy((c->target_db[last] - c->target_db[first] -
		                            sabin_correction_crossover_db(c, rate_hz, c->freq_hz[last]) +
		                            sabin_correction_crossover_db(c, rate_hz, c->freq_hz[first])) /
		                               octaves,
		                           2));
	return text;
}

static void show_flatness(const struct sabin_correction_channel *c, double flatness_db)
{
	if (flatness_db > 0 && c->left_db <= flatness_db)
		printf("  %zu filters leave %.2f dB of what may be corrected: the %.2f dB asked for are "
		       "reached\n",
		       c->filter_count, c->left_db, flatness_db);
	else if (flatness_db > 0)
		printf("  %s%zu filters leave %.2f dB of what may be corrected: the %.2f dB asked for are "
		       "not reached%s\n",
		       sabin_bad(), c->filter_count, c->left_db, flatness_db, sabin_plain());
}

/* "aligned at mix: level -0.35 dB, delay 0.65 ms" */
static void show_alignment(const struct sabin_correction_channel *c, size_t index,
                           const struct sabin_eq_input *aligned)
{
	const struct sabin_correctable_place *at = aligned ? aligned->speakers[index].aligned_at : NULL;
	const double level_db = sabin_number_tidy(c->gain_db, 2), delay_ms = 1000 * c->delay_s;
	bool timed = aligned;
	for (size_t i = 0; aligned && i < aligned->speaker_count; i++)
		timed = timed && (aligned->speakers[i].sub || isfinite(aligned->speakers[i].travel_s));
	if (!at || aligned->speakers[index].sub) {
		if (c->gain_db != 0 || c->delay_s != 0 || c->polarity < 0)
			printf("  level %+.2f dB, delay %.2f ms%s, to stand with the other speakers\n", level_db,
			       delay_ms, c->polarity < 0 ? ", polarity inverted" : "");
		return;
	}
	printf("  aligned at %s: level %+.2f dB, ", aligned->positions[at - aligned->places], level_db);
	if (timed || c->delay_s != 0)
		printf("delay %.2f ms\n", delay_ms);
	else
		puts("travel times are not known");
}

static void show_channel(const struct sabin_correction_file *file, size_t index, double flatness_db,
                         const struct sabin_eq_input *aligned)
{
	const struct sabin_correction_channel *c = &file->correction.channels[index];
	char target[160];
	printf("%s%s%s: target %s\n", sabin_bold(), c->speaker, sabin_plain(),
	       target_words(file, c, target, sizeof target));
	printf("  deviation from it %.2f dB before, %.2f dB after (RMS); net boost %+.2f dB\n",
	       c->error_before_db, c->error_after_db, sabin_number_tidy(c->net_boost_db, 2));
	if (c->filter_count > 0)
		show_filters(c, file->correction.rate_hz);
	else
		puts("  no filters");
	show_flatness(c, flatness_db);
	show_alignment(c, index, aligned);
	show_preview(c, file->correction.rate_hz);
	show_left_alone(&file->correction, index, file->fir);
	for (size_t r = 0; r < c->rate_count; r++)
		printf("  at %.0f Hz: preamp %.2f dB (gains at most: a tone %+.2f dB, square waves and "
		       "noise %+.2f dB, any signal %+.2f dB)\n",
		       c->rates[r].rate_hz, sabin_number_tidy(c->rates[r].preamp_db, 2),
		       sabin_number_tidy(c->rates[r].headroom.peak_gain_db, 2),
		       sabin_number_tidy(c->rates[r].headroom.program_db, 2),
		       sabin_number_tidy(c->rates[r].headroom.worst_case_db, 2));
}

void sabin_eq_show(const struct sabin_correction_file *file, const struct sabin_integration *joined,
                   const struct sabin_eq_input *aligned, double flatness_db, const char *directory)
{
	if (joined->subs > 0)
		printf("crossover at %.0f Hz; unevenness over the places around it %.2f dB before, %.2f dB "
		       "after\n",
		       joined->crossover_hz, joined->before_db, joined->after_db);
	for (size_t i = 0; i < file->correction.channel_count; i++)
		show_channel(file, i, flatness_db, aligned);
	if (aligned && aligned->by_places && file->correction.channel_count > 1)
		puts("travel times are those of the room file's places, since no loopback or reference speaker told when the\n"
		     "  sound left: what delays a speaker inside, such as a subwoofer's electronics, is not in them");
	if (directory)
		printf("written to %s\n", directory);
}
