/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * level_show.c: meters as text and JSON.
 */
#include <math.h>

#include "cli/level_show.h"
#include "cli/talk.h"
#include "io/number.h"

struct sabin_quantity sabin_level_spl(struct sabin_quantity dbspl_at_0dbfs, double dbfs,
                                      double plus_minus_db)
{
	struct sabin_quantity q = dbspl_at_0dbfs;
	q.value = isfinite(dbfs) ? q.value + dbfs : (double)NAN;
	q.plus_minus = hypot(q.plus_minus, isfinite(plus_minus_db) ? plus_minus_db : 0);
	if (q.valid && !isfinite(q.value))
		return sabin_quantity_invalid(NAN, SABIN_BECAUSE_NO_SIGNAL);
	return q;
}

void sabin_level_line(const char *name, const struct sabin_reading *now, double time_s,
                      struct sabin_quantity dbspl, char *text, size_t size)
{
	const struct sabin_reading_band *a = &now->band[SABIN_WEIGHTING_A];
	const struct sabin_reading_band *c = &now->band[SABIN_WEIGHTING_C];
	const struct sabin_reading_band *z = &now->band[SABIN_WEIGHTING_Z];
	const double headroom_db = -now->peak_dbfs;
	const char *light = now->clipped        ? "CLIPPED"
	                    : headroom_db < 6   ? "RED"
	                    : headroom_db <= 20 ? "good"
	                                        : "low";
	const int n = snprintf(text, size, "%s %5.1f s  RMS %6.1f  peak %6.1f dBFS  headroom %4.1f dB %s",
	                       name, time_s, sabin_number_tidy(z->leq_dbfs, 1),
	                       sabin_number_tidy(now->peak_dbfs, 1), sabin_number_tidy(headroom_db, 1), light);
	if (isfinite(dbspl.value) && n > 0 && (size_t)n < size)
		snprintf(text + n, size - (size_t)n, "  LAF %.1f LAS %.1f LCF %.1f LCS %.1f LZS %.1f dB SPL",
		         dbspl.value + a->fast_dbfs, dbspl.value + a->slow_dbfs,
		         dbspl.value + c->fast_dbfs, dbspl.value + c->slow_dbfs,
		         dbspl.value + z->slow_dbfs);
}

static void show_calibration(const struct sabin_level_calibration *c)
{
	if (c->tone.freq_hz > 0)
		printf("tone of %.1f Hz at %.2f dBFS RMS, steady within %.2f dB, the rest %.0f dB below\n",
		       c->tone.freq_hz, c->tone.level_dbfs, c->tone.spread_db, -c->tone.rest_db);
	if (c->why[0]) {
		printf("%sno calibration%s: %s\n", sabin_bad(), sabin_plain(), c->why);
		return;
	}
	printf("0 dBFS RMS is %.2f ± %.2f dB SPL, by %s of %g dB%s%s%s\n", c->dbspl_at_0dbfs.value,
	       c->dbspl_at_0dbfs.plus_minus, c->method, c->nominal_dbspl, c->weighting ? " (" : "",
	       c->weighting ? c->weighting : "", c->weighting ? "-weighted)" : "");
	if (c->file)
		printf("written to %s; name it as the microphone's calibration in the room file\n",
		       c->file);
	else
		puts("keep it with -o FILE");
}

static void show_item(const struct sabin_levels *all, const struct sabin_level_item *item)
{
	const struct sabin_reading *r = &item->level.reading;
	const char *color = item->light == SABIN_HEADROOM_GOOD ? sabin_good() : sabin_bad();
	printf("%s%s%s (output %u): ", sabin_bold(), item->name, sabin_plain(), item->output);
	if (!item->level.steady) {
		puts("stopped before the noise was steady");
		return;
	}
	printf("%s%s%s, headroom %.1f dB: %s\n", color, sabin_headroom_name(item->light), sabin_plain(),
	       sabin_number_tidy(-r->peak_dbfs, 1), item->advice);
	printf("  peak %.1f dBFS, RMS %.2f dBFS, background %.1f dBFS\n",
	       sabin_number_tidy(r->peak_dbfs, 1), sabin_number_tidy(r->band[SABIN_WEIGHTING_Z].leq_dbfs, 2), item->level.background_dbfs);
	if (!isfinite(all->dbspl_at_0dbfs.value))
		return;
	printf("  %-4s %8s %6s %8s %8s %10s   (dB SPL%s)\n", "", "Leq", "±", "fast", "slow", "fast max",
	       all->dbspl_at_0dbfs.valid ? "" : "; not to be relied on, use a calibrator");
	for (int w = 0; w < SABIN_WEIGHTINGS; w++) {
		const struct sabin_reading_band *b = &r->band[w];
		const struct sabin_quantity leq =
		    sabin_level_spl(all->dbspl_at_0dbfs, b->leq_dbfs, b->plus_minus_db);
		printf("  L%-3s %8.1f %6.1f %8.1f %8.1f %10.1f\n",
		       sabin_weighting_name((enum sabin_weighting)w), leq.value, leq.plus_minus,
		       all->dbspl_at_0dbfs.value + b->fast_dbfs,
		       all->dbspl_at_0dbfs.value + b->slow_dbfs,
		       all->dbspl_at_0dbfs.value + b->fast_max_dbfs);
	}
}

void sabin_show_levels(const struct sabin_levels *all)
{
	for (size_t i = 0; i < all->count; i++)
		show_item(all, &all->item[i]);
	if (all->calibration.done)
		show_calibration(&all->calibration);
	else if (isnan(all->dbspl_at_0dbfs.value))
		puts("dB SPL is not known: the microphone has no calibration that says it (--calibrate)");
}

static void json_band(struct sabin_json *json, const struct sabin_levels *all, int w,
                      const struct sabin_reading_band *b)
{
	const struct sabin_quantity at = all->dbspl_at_0dbfs;
	sabin_json_open_object(json, NULL);
	sabin_json_text(json, "weighting", sabin_weighting_name((enum sabin_weighting)w));
	sabin_json_number(json, "leq_dbfs", b->leq_dbfs);
	sabin_json_number(json, "fast_dbfs", b->fast_dbfs);
	sabin_json_number(json, "slow_dbfs", b->slow_dbfs);
	sabin_json_quantity(json, "leq", sabin_level_spl(at, b->leq_dbfs, b->plus_minus_db), "dB SPL");
	sabin_json_quantity(json, "fast", sabin_level_spl(at, b->fast_dbfs, NAN), "dB SPL");
	sabin_json_quantity(json, "slow", sabin_level_spl(at, b->slow_dbfs, NAN), "dB SPL");
	sabin_json_quantity(json, "fast_max", sabin_level_spl(at, b->fast_max_dbfs, NAN), "dB SPL");
	sabin_json_quantity(json, "slow_max", sabin_level_spl(at, b->slow_max_dbfs, NAN), "dB SPL");
	sabin_json_close(json);
}

static void json_item(struct sabin_json *json, const struct sabin_levels *all,
                      const struct sabin_level_item *item)
{
	const struct sabin_reading *r = &item->level.reading;
	const bool steady = item->level.steady;
	sabin_json_open_object(json, NULL);
	sabin_json_text(json, "speaker", item->name);
	sabin_json_integer(json, "output", item->output);
	sabin_json_number(json, "peak_played_dbfs", item->level.peak_played_dbfs);
	sabin_json_number(json, "background_dbfs", item->level.background_dbfs);
	sabin_json_number(json, "time_s", r->time_s);
	sabin_json_number(json, "peak_dbfs", steady ? r->peak_dbfs : (double)NAN);
	sabin_json_integer(json, "clipped_samples", (long long)r->clipped);
	sabin_json_quantity(json, "headroom_db",
	                    steady && isfinite(r->peak_dbfs)
	                        ? sabin_quantity_valid(-r->peak_dbfs, NAN)
	                        : sabin_quantity_invalid(NAN, SABIN_BECAUSE_SHORT),
	                    "dB");
	sabin_json_text(json, "light", steady ? sabin_headroom_name(item->light) : NULL);
	sabin_json_text(json, "advice", steady ? item->advice : NULL);
	sabin_json_open_array(json, "levels");
	for (int w = 0; steady && w < SABIN_WEIGHTINGS; w++)
		json_band(json, all, w, &r->band[w]);
	sabin_json_close(json);
	sabin_json_close(json);
}

static void json_calibration(struct sabin_json *json, const struct sabin_level_calibration *c)
{
	if (!c->done) {
		sabin_json_null(json, "calibration");
		return;
	}
	sabin_json_open_object(json, "calibration");
	sabin_json_text(json, "method", c->method);
	sabin_json_number(json, "nominal_dbspl", c->nominal_dbspl);
	sabin_json_text(json, "weighting", c->weighting);
	sabin_json_number(json, "measured_dbfs", c->measured_dbfs);
	if (c->tone.freq_hz > 0) {
		sabin_json_open_object(json, "tone");
		sabin_json_number(json, "freq_hz", c->tone.freq_hz);
		sabin_json_number(json, "level_dbfs", c->tone.level_dbfs);
		sabin_json_number(json, "spread_db", c->tone.spread_db);
		sabin_json_number(json, "rest_db", c->tone.rest_db);
		sabin_json_close(json);
	}
	sabin_json_bool(json, "accepted", !c->why[0]);
	sabin_json_text(json, "why", c->why[0] ? c->why : NULL);
	sabin_json_quantity(json, "dbspl_at_0dbfs", c->dbspl_at_0dbfs, "dB SPL");
	sabin_json_text(json, "file", c->file);
	sabin_json_close(json);
}

enum sabin_err sabin_show_levels_json(const struct sabin_levels *all)
{
	struct sabin_json *json = sabin_json_new();
	if (!json)
		return SABIN_ENOMEM;
	sabin_json_text(json, "schema", "sabin.level/1");
	sabin_json_integer(json, "rate_hz", all->rate_hz);
	sabin_json_number(json, "level_dbfs", all->level_dbfs);
	sabin_json_open_object(json, "microphone");
	sabin_json_integer(json, "input", all->input);
	sabin_json_text(json, "calibration", all->microphone_file);
	sabin_json_quantity(json, "dbspl_at_0dbfs", all->dbspl_at_0dbfs, "dB SPL");
	sabin_json_close(json);
	sabin_json_open_array(json, "speakers");
	for (size_t i = 0; i < all->count; i++)
		json_item(json, all, &all->item[i]);
	sabin_json_close(json);
	json_calibration(json, &all->calibration);
	enum sabin_err err = sabin_json_print(json, stdout);
	sabin_json_free(json);
	return err;
}
