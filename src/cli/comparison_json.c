/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * comparison_json.c: a comparison as members of sabin.comparison/1.
 */
#include <math.h>

#include "cli/comparison.h"

static void json_members(struct sabin_json *json, const char *key, const struct sabin_change *c, const char *unit)
{
	sabin_json_open_object(json, key);
	sabin_json_quantity(json, "before", c->before, unit);
	sabin_json_quantity(json, "after", c->after, unit);
	sabin_json_quantity(json, "change", c->change, unit);
	sabin_json_number(json, "jnd", c->jnd);
	sabin_json_bool(json, "noticeable", c->noticeable);
	sabin_json_bool(json, "significant", c->significant);
	sabin_json_number(json, "p", c->p);
	sabin_json_number(json, "p_holm", c->p_holm);
	sabin_json_text(json, "uncertainty", c->repeatability ? "repeatability" : "plus_minus");
}

static void json_change(struct sabin_json *json, const char *key, const struct sabin_change *c, const char *unit)
{
	json_members(json, key, c, unit);
	sabin_json_close(json);
}

/* The mean of those responses that have both values. */
static void json_mean(struct sabin_json *json, const char *key, const struct sabin_change *c, const char *unit)
{
	json_members(json, key, c, unit);
	sabin_json_integer(json, "count", (long long)c->count);
	sabin_json_close(json);
}

typedef void json_write(struct sabin_json *json, const char *key, const struct sabin_change *c, const char *unit);

static void json_bands(struct sabin_json *json, const struct sabin_compared_band *bands, size_t count,
                       json_write *write)
{
	sabin_json_open_array(json, "bands");
	for (size_t b = 0; b < count; b++) {
		sabin_json_open_object(json, NULL);
		sabin_json_number(json, "centre_hz", bands[b].band.nominal_hz);
		sabin_json_integer(json, "fraction", bands[b].band.fraction);
		for (size_t p = 0; p < SABIN_COMPARED_PARAMETERS; p++) {
			const struct sabin_parameter_info *info =
			    sabin_parameter_info(sabin_compared_parameter(p));
			write(json, info->key, &bands[b].value[p], info->unit);
		}
		sabin_json_close(json);
	}
	sabin_json_close(json);
}

static void json_levels(struct sabin_json *json, const char *key,
                        const struct sabin_compared_level *levels, size_t count, const char *unit,
                        json_write *write)
{
	sabin_json_open_array(json, key);
	for (size_t i = 0; i < count; i++) {
		const double range_hz[] = {levels[i].band.low_hz, levels[i].band.high_hz};
		sabin_json_open_object(json, NULL);
		if (levels[i].name) {
			sabin_json_text(json, "name", levels[i].name);
			sabin_json_numbers(json, "range_hz", range_hz, 2);
		} else {
			sabin_json_number(json, "centre_hz", levels[i].band.nominal_hz);
		}
		write(json, "level", &levels[i].level, unit);
		sabin_json_close(json);
	}
	sabin_json_close(json);
}

static void json_response(struct sabin_json *json, const struct sabin_compared_response *r)
{
	sabin_json_open_object(json, "response");
	sabin_json_number(json, "aligned_db", r->aligned_db);
	sabin_json_text(json, "smoothing", "1/12");
	json_levels(json, "octaves", r->octave, r->octave_count, "dB", json_change);
	json_levels(json, "ranges", r->range, r->range_count, "dB", json_change);
	sabin_json_numbers(json, "freq_hz", r->freq_hz, r->length);
	sabin_json_numbers(json, "before_db", r->before_db, r->length);
	sabin_json_numbers(json, "after_db", r->after_db, r->length);
	sabin_json_numbers(json, "difference_db", r->difference_db, r->length);
	sabin_json_numbers(json, "plus_minus_db", r->plus_minus_db, r->length);
	sabin_json_open_array(json, "significant");
	for (size_t i = 0; i < r->length; i++)
		sabin_json_bool(json, NULL, r->significant[i]);
	sabin_json_close(json);
	sabin_json_close(json);
}

static void json_modes(struct sabin_json *json, const struct sabin_compared *c)
{
	sabin_json_open_array(json, "modes");
	for (size_t i = 0; i < c->mode_count; i++) {
		const struct sabin_compared_mode *m = &c->modes[i];
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "event", sabin_event_name(m->event));
		sabin_json_open_object(json, "frequency");
		sabin_json_quantity(json, "before", m->before_hz, "Hz");
		sabin_json_quantity(json, "after", m->after_hz, "Hz");
		sabin_json_close(json);
		json_change(json, "t60", &m->t60, "s");
		json_change(json, "level", &m->level, "dB");
		sabin_json_close(json);
	}
	sabin_json_close(json);
}

static void json_reflections(struct sabin_json *json, const struct sabin_compared *c)
{
	sabin_json_open_array(json, "reflections");
	for (size_t i = 0; i < c->reflection_count; i++) {
		const struct sabin_compared_reflection *r = &c->reflections[i];
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "event", sabin_event_name(r->event));
		sabin_json_quantity(json, "time", r->time_s, "s");
		json_change(json, "level", &r->level, "dB");
		sabin_json_close(json);
	}
	sabin_json_close(json);
}

static void json_noise(struct sabin_json *json, const struct sabin_compared *c)
{
	const char *unit = c->noise_absolute ? "dB SPL" : "dB";
	if (!c->has_noise) {
		sabin_json_null(json, "noise");
		return;
	}
	sabin_json_open_object(json, "noise");
	json_change(json, "a", &c->noise_a, unit);
	json_levels(json, "octaves", c->noise, c->noise_count, unit, json_change);
	sabin_json_close(json);
}

static void json_compared(struct sabin_json *json, const struct sabin_compared *c)
{
	sabin_json_open_object(json, NULL);
	sabin_json_text(json, "speaker", c->before->measured->speaker);
	sabin_json_text(json, "position", c->before->measured->position);
	sabin_json_bool(json, "same_place", c->same_place);
	json_bands(json, c->bands, c->band_count, json_change);
	json_change(json, "sti", &c->sti, "1");
	json_response(json, &c->response);
	json_modes(json, c);
	json_reflections(json, c);
	json_noise(json, c);
	sabin_json_close(json);
}

static void json_pairs(struct sabin_json *json, const struct sabin_comparison *all)
{
	sabin_json_open_array(json, "pairs");
	for (size_t i = 0; i < all->pair_count; i++) {
		const struct sabin_compared_pair *p = &all->pairs[i];
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "left", p->left);
		sabin_json_text(json, "right", p->right);
		sabin_json_text(json, "position", p->position);
		json_change(json, "level", &p->level, "dB");
		json_change(json, "deviation", &p->deviation, "dB");
		sabin_json_close(json);
	}
	sabin_json_close(json);
}

void sabin_comparison_json(const struct sabin_comparison *all, struct sabin_json *json)
{
	sabin_json_text(json, "before", all->before->path);
	sabin_json_text(json, "after", all->after->path);
	sabin_json_number(json, "moved_m", all->moved_m);
	sabin_json_open_array(json, "responses");
	for (size_t i = 0; i < all->count; i++)
		json_compared(json, &all->item[i]);
	sabin_json_close(json);
	sabin_json_open_object(json, "mean");
	json_bands(json, all->mean, all->mean_count, json_mean);
	json_mean(json, "sti", &all->mean_sti, "1");
	json_levels(json, "octaves", all->mean_octave, all->mean_octave_count, "dB", json_mean);
	if (all->bass_count > 0)
		json_levels(json, "subwoofer_octaves", all->bass_octave, all->bass_octave_count, "dB", json_mean);
	sabin_json_close(json);
	json_pairs(json, all);
	sabin_json_open_array(json, "summary");
	for (size_t i = 0; i < all->finding_count; i++) {
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "code", all->summary[i].code);
		sabin_json_text(json, "text", all->summary[i].text);
		sabin_json_bool(json, "noticeable", all->summary[i].noticeable);
		sabin_json_close(json);
	}
	sabin_json_close(json);
	sabin_json_open_array(json, "not_compared");
	for (size_t i = 0; i < all->not_compared_count; i++) {
		sabin_json_open_object(json, NULL);
		sabin_json_text(json, "what", all->not_compared[i].what);
		sabin_json_text(json, "why", all->not_compared[i].why);
		sabin_json_close(json);
	}
	sabin_json_close(json);
}
