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

static void filter_json(struct sabin_json *json, const struct sabin_correction_channel *c, size_t i)
{
	const struct sabin_biquad *f = &c->filters[i];
	sabin_json_open_object(json, NULL);
	sabin_json_text(json, "type", sabin_biquad_name(f->type));
	sabin_json_number(json, "freq_hz", f->freq_hz);
	sabin_json_number(json, "gain_db", f->gain_db);
	sabin_json_number(json, "q", f->q);
	sabin_json_number(json, "rings_s", sabin_biquad_ring_s(f));
	if (c->cancels_s[i] > 0)
		sabin_json_number(json, "cancels_t60_s", c->cancels_s[i]);
	sabin_json_close(json);
}

static void rates_json(struct sabin_json *json, const struct sabin_correction_channel *c)
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
		                rate->fir ? sabin_correction_wav_name(c->speaker, rate->rate_hz, name)
		                          : NULL);
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
                                  const struct sabin_integration *joined, const char *directory)
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
			filter_json(json, c, k);
		sabin_json_close(json);
		rates_json(json, c);
		sabin_json_number(json, "error_before_db", c->error_before_db);
		sabin_json_number(json, "error_after_db", c->error_after_db);
		sabin_json_number(json, "net_boost_db", c->net_boost_db);
		sabin_json_numbers(json, "range_hz", correction->range_hz, 2);
		left_alone_json(json, c);
		sabin_json_close(json);
	}
	sabin_json_close(json);
	enum sabin_err err = sabin_json_print(json, stdout);
	sabin_json_free(json);
	return err;
}

/* ---- text ----------------------------------------------------------------------------------- */

static void show_filters(const struct sabin_correction_channel *c)
{
	static const char *const words[SABIN_BIQUAD_TYPES] = {"peaking", "low shelf", "high shelf",
	                                                      "low pass", "high pass"};
	printf("  %-10s %9s %9s %7s %9s\n", "filter", "Hz", "dB", "Q", "rings ms");
	for (size_t i = 0; i < c->filter_count; i++) {
		const struct sabin_biquad *f = &c->filters[i];
		printf("  %-10s %9.1f %+9.2f %7.2f %9.0f", words[f->type], f->freq_hz,
		       sabin_number_tidy(f->gain_db, 2), f->q,
		       1000 * sabin_biquad_ring_s(f));
		if (c->cancels_s[i] > 0)
			printf("   a mode of T60 %.2f s, %.2f s with it", c->cancels_s[i],
			       c->cancels_s[i] * pow(10, f->gain_db / 20));
		putchar('\n');
	}
}

/* Level of the crossover among the filters: it belongs to the target, not to what is corrected. */
static double crossover_db(const struct sabin_correction_channel *c, double f_hz)
{
	double level = 0;
	for (size_t i = 0; i < c->filter_count; i++)
		if (c->filters[i].type > SABIN_HIGH_SHELF)
			level += sabin_biquads_level_db(&c->filters[i], 1, 4 * 48000, f_hz);
	return level;
}

static double mean_between(const struct sabin_correction_channel *c, const double *x,
                           const double *less, double from_hz, double to_hz)
{
	const bool crossed = (x == c->predicted_db) != (less == c->target_db);
	const double sign = x == c->predicted_db ? -1 : less == c->target_db ? 1 : 0;
	double sum = 0;
	size_t n = 0;
	for (size_t i = 0; i < c->length; i++)
		if (c->freq_hz[i] >= from_hz && c->freq_hz[i] < to_hz) {
			sum += x[i] - less[i] + (crossed ? sign * crossover_db(c, c->freq_hz[i]) : 0);
			n++;
		}
	return n ? sum / (double)n : (double)NAN;
}

/* Means over octaves: before and after re the target, and the correction. */
static void show_preview(const struct sabin_correction_channel *c)
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
			const double mean =
			    mean_between(c, rows[r][0], rows[r][1], bands[b].low_hz, bands[b].high_hz);
			if (isfinite(mean))
				printf("%+7.1f", sabin_number_tidy(mean, 1));
			else
				printf("%9s", "–");
		}
		putchar('\n');
	}
}

static void show_left_alone(const struct sabin_correction_channel *c)
{
	for (size_t i = 0, end; i < c->length; i = end) {
		end = region_end(c, i);
		if (c->leave[i] != SABIN_LEAVE_NOTHING)
			printf("  %sleft alone %.0f to %.0f Hz: %s%s\n", sabin_dim(), c->freq_hz[i],
			       c->freq_hz[end - 1], sabin_leave_clause((enum sabin_leave)c->leave[i]),
			       sabin_plain());
	}
}

static void show_channel(const struct sabin_correction_channel *c)
{
	printf("%s%s%s: deviation from the target %.2f dB before, %.2f dB after (RMS); net boost "
	       "%+.2f dB\n",
	       sabin_bold(), c->speaker, sabin_plain(), c->error_before_db, c->error_after_db,
	       sabin_number_tidy(c->net_boost_db, 2));
	if (c->filter_count > 0)
		show_filters(c);
	else
		puts("  no filters");
	if (c->gain_db != 0 || c->delay_s != 0 || c->polarity < 0)
		printf("  level %+.2f dB, delay %.2f ms%s, to stand with the other speakers\n",
		       sabin_number_tidy(c->gain_db, 2), 1000 * c->delay_s, c->polarity < 0 ? ", polarity inverted" : "");
	show_preview(c);
	show_left_alone(c);
	for (size_t r = 0; r < c->rate_count; r++)
		printf("  at %.0f Hz: preamp %.2f dB (gains at most: a tone %+.2f dB, square waves and "
		       "noise %+.2f dB, any signal %+.2f dB)\n",
		       c->rates[r].rate_hz, sabin_number_tidy(c->rates[r].preamp_db, 2),
		       sabin_number_tidy(c->rates[r].headroom.peak_gain_db, 2),
		       sabin_number_tidy(c->rates[r].headroom.program_db, 2),
		       sabin_number_tidy(c->rates[r].headroom.worst_case_db, 2));
}

void sabin_eq_show(const struct sabin_correction_file *file, const struct sabin_integration *joined,
                   const char *directory)
{
	if (joined->subs > 0)
		printf("crossover at %.0f Hz; unevenness over the places around it %.2f dB before, %.2f dB "
		       "after\n",
		       joined->crossover_hz, joined->before_db, joined->after_db);
	for (size_t i = 0; i < file->correction.channel_count; i++)
		show_channel(&file->correction.channels[i]);
	if (directory)
		printf("written to %s\n", directory);
}
