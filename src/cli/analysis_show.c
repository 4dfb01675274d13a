/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * analysis_show.c: analyses for people and for scripts.
 */
#include <math.h>

#include "cli/analysis_show.h"
#include "cli/averages.h"
#include "cli/quantity_show.h"
#include "cli/reasons.h"
#include "cli/reverberation.h"
#include "cli/show.h"
#include "cli/talk.h"
#include "io/json.h"
#include "io/number.h"
#include "io/reason.h"

/* ---- the mean over responses ------------------------------------------------------------------- */

struct sabin_quantity sabin_analyses_mean(const struct sabin_analyses *all, size_t band,
                                          enum sabin_parameter parameter)
{
	double sum = 0, variance = 0;
	size_t n = 0;
	for (size_t i = 0; i < all->count; i++) {
		if (band >= all->results[i].band_count)
			continue;
		const struct sabin_quantity q = all->results[i].bands[band].value[parameter];
		if (!q.valid)
			continue;
		sum += q.value;
		variance += q.plus_minus * q.plus_minus; /* not known of one: not known of the mean */
		n++;
	}
	if (n == 0)
		return sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	return sabin_quantity_valid(sum / (double)n, sqrt(variance) / (double)n);
}

size_t sabin_analyses_count(const struct sabin_analyses *all, size_t band, enum sabin_parameter parameter)
{
	size_t n = 0;
	for (size_t i = 0; i < all->count; i++)
		n += band < all->results[i].band_count && all->results[i].bands[band].value[parameter].valid;
	return n;
}

/* ---- JSON -------------------------------------------------------------------------------------- */

static void json_parameter(struct sabin_json *json, enum sabin_parameter parameter,
                           struct sabin_quantity q)
{
	const struct sabin_parameter_info *info = sabin_parameter_info(parameter);
	sabin_json_quantity(json, info->key, q, info->unit);
}

static void json_slopes(struct sabin_json *json, const struct sabin_double_slope *slopes)
{
	if (!slopes->found) {
		sabin_json_null(json, "double_slope");
		return;
	}
	sabin_json_open_object(json, "double_slope");
	sabin_json_quantity(json, "early", slopes->early, "s");
	sabin_json_quantity(json, "late", slopes->late, "s");
	sabin_json_quantity(json, "bend_s", slopes->bend_s, "s");
	sabin_json_quantity(json, "bend_db", slopes->bend_db, "dB");
	sabin_json_close(json);
}

/* G takes a source whose free field is known. */
static struct sabin_quantity strength(const struct sabin_measured *m, const struct sabin_analysis *a,
                                      const struct sabin_band_result *band)
{
	if (m->level_kind != SABIN_LEVEL_FREE_FIELD_1M)
		return sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	return sabin_strength(band, a->rate_hz);
}

static const char *strength_why(const struct sabin_measured *m)
{
	return m->level_kind == SABIN_LEVEL_FREE_FIELD_1M
	           ? NULL
	           : "the source's level in the free field is not known";
}

static void json_band(struct sabin_json *json, const struct sabin_measured *m,
                      const struct sabin_analysis *a, const struct sabin_band_result *band)
{
	if (band->band.nominal_hz > 0) {
		sabin_json_number(json, "centre_hz", band->band.nominal_hz);
		sabin_json_integer(json, "fraction", band->band.fraction);
	}
	for (int p = 0; p < SABIN_PARAMETER_COUNT; p++)
		json_parameter(json, (enum sabin_parameter)p, band->value[p]);
	sabin_json_quantity_why(json, "g", strength(m, a, band), "dB", strength_why(m));
	json_slopes(json, &band->slopes);
	sabin_json_open_object(json, "meets_iso_3382");
	sabin_json_bool(json, "t20", band->t20_meets_iso);
	sabin_json_bool(json, "t30", band->t30_meets_iso);
	char why[200];
	sabin_json_text(json, "t20_why",
	                sabin_reason_text(sabin_iso_decay_time(band, SABIN_T20), why, sizeof why));
	sabin_json_text(json, "t30_why",
	                sabin_reason_text(sabin_iso_decay_time(band, SABIN_T30), why, sizeof why));
	sabin_json_close(json);
}

static void json_bands(struct sabin_json *json, const struct sabin_measured *m,
                       const struct sabin_analysis *a)
{
	sabin_json_open_array(json, "bands");
	for (size_t b = 0; b < a->band_count; b++) {
		sabin_json_open_object(json, NULL);
		json_band(json, m, a, &a->bands[b]);
		sabin_json_close(json);
	}
	sabin_json_close(json);
	sabin_json_open_object(json, "broadband");
	json_band(json, m, a, &a->broadband);
	sabin_json_close(json);
}

void sabin_show_analysis_json(const struct sabin_analyses *all, size_t i, struct sabin_json *json)
{
	const struct sabin_measured *m = &all->measurement->responses[all->chosen[i]];
	const struct sabin_analysis *a = &all->results[i];
	sabin_json_text(json, "speaker", m->speaker);
	sabin_json_text(json, "position", m->position);
	sabin_json_text(json, "file", m->file);
	sabin_json_integer(json, "channel", (long long)m->channel + 1);
	sabin_json_integer(json, "rate_hz", m->rate_hz);
	sabin_json_quantity(
	    json, "onset_s",
	    sabin_quantity_valid(((double)a->arrival.onset - (double)m->zero_index) / m->rate_hz,
	                         0.5 / m->rate_hz),
	    "s");
	sabin_json_quantity(json, "arrival_s", m->arrival_s, "s");
	sabin_json_text(json, "polarity", sabin_polarity_name(a->arrival.polarity));
	sabin_json_quantity_why(json, "schroeder_hz", sabin_schroeder(a, all->volume_m3), "Hz",
	                        sabin_schroeder_why(all->volume_m3));
	if (all->bands)
		json_bands(json, m, a);
	for (size_t p = 0; p < SABIN_PARTS_MAX; p++)
		if (all->parts[i][p])
			sabin_part_row(p)->json(all->parts[i][p], json);
}

enum sabin_err sabin_show_analyses_json(const struct sabin_analyses *all)
{
	struct sabin_json *json = sabin_json_new();
	if (!json)
		return SABIN_ENOMEM;
	sabin_json_text(json, "schema", "sabin.analysis/1");
	sabin_json_open_array(json, "responses");
	for (size_t i = 0; i < all->count; i++) {
		sabin_json_open_object(json, NULL);
		sabin_show_analysis_json(all, i, json);
		sabin_json_close(json);
	}
	sabin_json_close(json);
	sabin_json_open_object(json, "mean");
	sabin_grade_json(all, json);
	sabin_json_open_array(json, "bands");
	for (size_t b = 0; all->bands && b < all->results[0].band_count; b++) {
		const struct sabin_band *band = &all->results[0].bands[b].band;
		sabin_json_open_object(json, NULL);
		sabin_json_number(json, "centre_hz", band->nominal_hz);
		sabin_json_integer(json, "fraction", band->fraction);
		for (int i = 0; i < SABIN_PARAMETER_COUNT; i++) {
			const enum sabin_parameter p = (enum sabin_parameter)i;
			const struct sabin_parameter_info *info = sabin_parameter_info(p);
			sabin_json_mean(json, info->key, sabin_analyses_mean(all, b, p), info->unit,
			                sabin_analyses_count(all, b, p));
		}
		sabin_json_close(json);
	}
	sabin_json_close(json);
	sabin_json_close(json);
	if (all->pairs)
		sabin_pairs_json(all->pairs, json);
	if (all->required)
		sabin_required_json(all->required, json);
	enum sabin_err err = sabin_json_print(json, stdout);
	sabin_json_free(json);
	return err;
}

/* ---- CSV --------------------------------------------------------------------------------------- */

static void csv_band(const char *lead, const struct sabin_measured *m, const struct sabin_analysis *a,
                     const struct sabin_band_result *band)
{
	for (int p = 0; p < SABIN_PARAMETER_COUNT; p++) {
		const struct sabin_parameter_info *info =
			sabin_parameter_info((enum sabin_parameter)p);
		sabin_csv_quantity(lead, info->key, &band->band, band->value[p], info->unit, NULL);
	}
	sabin_csv_quantity(lead, "t20_iso_3382", &band->band, sabin_iso_decay_time(band, SABIN_T20), "s", NULL);
	sabin_csv_quantity(lead, "t30_iso_3382", &band->band, sabin_iso_decay_time(band, SABIN_T30), "s", NULL);
	const struct sabin_double_slope *slopes = &band->slopes;
	if (m->level_kind == SABIN_LEVEL_FREE_FIELD_1M)
		sabin_csv_quantity(lead, "g", &band->band, strength(m, a, band), "dB", NULL);
	if (!slopes->found)
		return;
	sabin_csv_quantity(lead, "double_slope_early", &band->band, slopes->early, "s", NULL);
	sabin_csv_quantity(lead, "double_slope_late", &band->band, slopes->late, "s", NULL);
	sabin_csv_quantity(lead, "double_slope_bend_s", &band->band, slopes->bend_s, "s", NULL);
	sabin_csv_quantity(lead, "double_slope_bend_db", &band->band, slopes->bend_db, "dB", NULL);
}

void sabin_show_analyses_csv(const struct sabin_analyses *all)
{
	puts("speaker,position,quantity,band_hz,fraction,value,unit,plus_minus,valid,why");
	for (size_t i = 0; i < all->count; i++) {
		const struct sabin_analysis *a = &all->results[i];
		const struct sabin_measured *m = &all->measurement->responses[all->chosen[i]];
		char lead[2 * SABIN_NAME_SIZE + 2];
		snprintf(lead, sizeof lead, "%s,%s,", m->speaker, m->position);
		for (size_t b = 0; all->bands && b < a->band_count; b++)
			csv_band(lead, m, a, &a->bands[b]);
		if (all->bands)
			csv_band(lead, m, a, &a->broadband);
		sabin_csv_quantity(lead, "schroeder_hz", NULL, sabin_schroeder(a, all->volume_m3), "Hz",
		                   sabin_schroeder_why(all->volume_m3));
		for (size_t p = 0; p < SABIN_PARTS_MAX; p++)
			if (all->parts[i][p])
				sabin_part_row(p)->csv(all->parts[i][p], lead);
	}
	if (all->pairs)
		sabin_pairs_csv(all->pairs);
}

/* ---- text -------------------------------------------------------------------------------------- */

/* One line of the table a quantity; ms and % where people say so. */
static const struct {
	enum sabin_parameter parameter;
	const char *name, *unit;
	double factor;
	int decimals;
} lines[] = {
    {SABIN_EDT, "EDT", "s", 1, 2},   {SABIN_T20, "T20", "s", 1, 2},
    {SABIN_T30, "T30", "s", 1, 2},   {SABIN_C50, "C50", "dB", 1, 1},
    {SABIN_C80, "C80", "dB", 1, 1},  {SABIN_D50, "D50", "%", 100, 0},
    {SABIN_TS, "Ts", "ms", 1000, 1}, {SABIN_INR, "range", "dB", 1, 0},
};
enum { LINES = sizeof lines / sizeof *lines, COLUMN = 8 };

/* Right-aligned in its column, after a star that belongs to the one before; "–" is three bytes and one
 * column wide. */
static void cell_after(bool star, const char *text)
{
	const int extra = strstr(text, "–") ? 2 : 0;
	printf("%s%*s", star ? "*" : "", COLUMN + extra - star, text);
}

static void cell(const char *text)
{
	cell_after(false, text);
}

static struct sabin_quantity scaled(struct sabin_quantity q, double factor)
{
	q.value *= factor;
	q.plus_minus *= factor;
	return q;
}

static void table_head(const struct sabin_analysis *a, bool broadband)
{
	char text[32];
	printf("  %-10s", "band, Hz");
	for (size_t b = 0; b < a->band_count; b++)
		cell(sabin_show_hz(a->bands[b].band.nominal_hz, text, sizeof text));
	if (broadband)
		cell("all");
	putchar('\n');
}

/* Is it valid by this toolkit's rule and not by the standard's? */
static bool is_below_iso(const struct sabin_band_result *band, enum sabin_parameter parameter)
{
	return (parameter == SABIN_T20 || parameter == SABIN_T30) && band->value[parameter].valid &&
	       !sabin_iso_decay_time(band, parameter).valid;
}

/* What the star beside a decay time means. */
static void table_stars(const struct sabin_analysis *a)
{
	static const enum sabin_parameter times[] = {SABIN_T20, SABIN_T30};
	struct sabin_reasons r = {.rows = sizeof times / sizeof *times};
	char lead[32], end[120];
	for (size_t b = 0; b <= a->band_count && b < SABIN_REASON_BANDS_MAX; b++) {
		const bool last = b == a->band_count;
		const struct sabin_band_result *band = last ? &a->broadband : &a->bands[b];
		r.band_hz[b] = last ? 0 : band->band.nominal_hz;
		for (size_t t = 0; t < r.rows; t++) {
			r.row[t] = sabin_parameter_info(times[t])->name;
			r.value[t][b] = is_below_iso(band, times[t])
			                    ? sabin_iso_decay_time(band, times[t])
			                    : sabin_quantity_valid(0, NAN);
		}
		r.bands++;
	}
	snprintf(lead, sizeof lead, "  %s* ", sabin_dim());
	snprintf(end, sizeof end, " by ISO 3382; given because the noise is subtracted%s", sabin_plain());
	sabin_reasons_print(&r, stdout, lead, end);
}

/* Why values are missing. */
static void table_reasons(const struct sabin_analysis *a)
{
	struct sabin_reasons r = {.rows = LINES - 1};
	for (size_t b = 0; b <= a->band_count && b < SABIN_REASON_BANDS_MAX; b++) {
		const bool last = b == a->band_count;
		const struct sabin_band_result *band = last ? &a->broadband : &a->bands[b];
		r.band_hz[b] = last ? 0 : band->band.nominal_hz;
		for (size_t l = 0; l < r.rows; l++)
			r.value[l][b] = band->value[lines[l].parameter];
		r.bands++;
	}
	for (size_t l = 0; l < r.rows; l++)
		r.row[l] = lines[l].name;
	char lead[32];
	snprintf(lead, sizeof lead, "  %s– ", sabin_dim());
	sabin_reasons_print(&r, stdout, lead, sabin_plain());
}

/* Decays with two slopes, a line a band. */
static void table_slopes(const struct sabin_analysis *a)
{
	for (size_t b = 0; b < a->band_count; b++) {
		const struct sabin_double_slope *s = &a->bands[b].slopes;
		if (s->found)
			printf("  two slopes at %s: %.2f s (±%.2f), then %.2f s (±%.2f) from %.0f dB on, "
			       "%.2f s after the start\n",
			       sabin_text_hz(a->bands[b].band.nominal_hz).s, s->early.value,
			       2 * s->early.plus_minus, s->late.value, 2 * s->late.plus_minus,
			       s->bend_db.value, s->bend_s.value);
	}
}

/* A line of its own where the source is known. */
static void table_strength(const struct sabin_measured *m, const struct sabin_analysis *a)
{
	char text[64];
	if (m->level_kind != SABIN_LEVEL_FREE_FIELD_1M)
		return;
	printf("  %-10s", "G, dB");
	for (size_t b = 0; b <= a->band_count; b++) {
		const struct sabin_band_result *r = b < a->band_count ? &a->bands[b] : &a->broadband;
		cell(sabin_show_value(strength(m, a, r), 1, text, sizeof text));
	}
	putchar('\n');
}

static void table(const struct sabin_measured *m, const struct sabin_analysis *a)
{
	char text[64];
	table_head(a, true);
	for (int l = 0; l < LINES; l++) {
		snprintf(text, sizeof text, "%s, %s", lines[l].name, lines[l].unit);
		printf("  %-10s", text);
		bool star = false;
		for (size_t b = 0; b <= a->band_count; b++) {
			const struct sabin_band_result *r =
			    b < a->band_count ? &a->bands[b] : &a->broadband;
			cell_after(star, sabin_show_value(scaled(r->value[lines[l].parameter], lines[l].factor),
			                                  lines[l].decimals, text, sizeof text));
			star = is_below_iso(r, lines[l].parameter);
		}
		puts(star ? "*" : "");
		if (lines[l].parameter != SABIN_T30)
			continue;
		printf("  %-10s", "  ±"); /* k = 2, as people quote it */
		printf("%s", " ");
		for (size_t b = 0; b <= a->band_count; b++) {
			const struct sabin_band_result *r =
			    b < a->band_count ? &a->bands[b] : &a->broadband;
			struct sabin_quantity q = r->value[SABIN_T30];
			q.value = 2 * q.plus_minus;
			cell(sabin_show_value(q, 2, text, sizeof text));
		}
		putchar('\n');
	}
	table_strength(m, a);
	table_slopes(a);
	table_stars(a);
	table_reasons(a);
}

void sabin_show_analyses(const struct sabin_analyses *all)
{
	if (all->bands) {
		sabin_ringing_print(all, stdout);
		sabin_grade_text(all);
	}
	for (size_t i = 0; i < all->count; i++) {
		const struct sabin_measured *m = &all->measurement->responses[all->chosen[i]];
		printf("\n%s%s at %s%s  (%s, %u Hz)\n", sabin_bold(), m->speaker, m->position,
		       sabin_plain(), m->file, m->rate_hz);
		if (all->bands)
			table(m, &all->results[i]);
		if (all->bands)
			sabin_schroeder_text(&all->results[i], all->volume_m3);
		for (size_t p = 0; p < SABIN_PARTS_MAX; p++)
			if (all->parts[i][p])
				sabin_part_row(p)->text(all->parts[i][p]);
	}
	if (all->pairs)
		sabin_pairs_text(all->pairs);
	if (all->required)
		sabin_required_text(all->required);
	if (all->bands)
		puts("\nT20, T30: reverberation time from -5 to -25, -35 dB; ±: 95 % (k = 2); range: decay over "
	     "noise.");
}
