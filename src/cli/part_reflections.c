/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * part_reflections.c: the part `reflections` of an analysis: the first ones, and where they come from.
 */
#include <math.h>

#include "cli/part.h"
#include "cli/quantity_show.h"
#include "cli/show.h"
#include "cli/talk.h"
#include "io/number.h"
#include "io/trust.h"
#include "io/ways.h"

struct result {
	struct sabin_reflections r;
	bool has_room;
	char from[SABIN_REFLECTIONS_MAX][SABIN_WAYS_SIZE]; /* "left wall + floor", or "" */
	char why[400];
};

static enum sabin_err compute(const struct sabin_part_input *input, void **result,
                              struct sabin_diag *diag)
{
	struct result *r = calloc(1, sizeof *r);
	if (!r)
		return SABIN_ENOMEM;
	double excited_hz[2], played_hz[2];
	sabin_trust_ranges(input->measurement, input->measured, input->room, excited_hz, played_hz);
	if (!sabin_trust_reflections(played_hz)) {
		snprintf(r->why, sizeof r->why, "the speaker's range is %s to %s; they are judged from %s to %s",
		         sabin_text_hz(played_hz[0]).s, sabin_text_hz(played_hz[1]).s,
		         sabin_text_hz(sabin_reflections_judged_hz[0]).s, sabin_text_hz(sabin_reflections_judged_hz[1]).s);
		*result = r;
		return SABIN_OK;
	}
	const double temperature_c = input->room ? input->room->room.temperature_c : 20;
	enum sabin_err err = sabin_reflections_compute(
	    input->h, input->frames, input->measured->rate_hz, input->analysis->arrival.position,
	    sabin_speed_of_sound(temperature_c), &r->r);
	if (err == SABIN_ESHORT || err == SABIN_EINVAL) {
		snprintf(r->why, sizeof r->why, "%s",
		         err == SABIN_ESHORT                ? "silence from 1 to 8 kHz"
		         : input->measured->rate_hz < 4000  ? "the sample rate is too low"
		                                            : "the direct sound does not lie within the response");
		err = SABIN_OK;
	} else if (!err && !r->r.heard) {
		sabin_unheard_text(&r->r, r->why, sizeof r->why);
	} else if (!err) {
		r->has_room = sabin_ways_match(input->room, input->measured, &r->r);
	}
	for (size_t i = 0; !err && i < r->r.count; i++)
		sabin_way_name(&r->r.item[i], input->room, r->from[i]);
	if (err) {
		free(r);
		return sabin_diag_set(diag, err, input->measured->file, 0, 0, "reflections: %s",
		                      sabin_strerror(err));
	}
	*result = r;
	return SABIN_OK;
}

/* ---- JSON -------------------------------------------------------------------------------------- */

static void json(const void *result, struct sabin_json *json)
{
	const struct result *r = result;
	sabin_json_open_array(json, "reflections");
	for (size_t i = 0; i < r->r.count; i++) {
		const struct sabin_reflection *one = &r->r.item[i];
		sabin_json_open_object(json, NULL);
		sabin_json_quantity(json, "time", one->time_s, "s");
		sabin_json_quantity(json, "level", one->level_db, "dB");
		sabin_json_quantity(json, "extra_path", one->extra_m, "m");
		sabin_json_bool(json, "pass", !one->too_strong);
		sabin_json_text(json, "from", r->from[i][0] ? r->from[i] : NULL);
		if (one->found) {
			sabin_json_integer(json, "order", one->path.order);
			sabin_json_integer(json, "ways", (long long)one->ways);
			sabin_json_numbers(json, "point_m", one->path.point_m, 3);
			sabin_json_number(json, "predicted_extra_path_m", one->path.extra_m);
		}
		sabin_json_close(json);
	}
	sabin_json_close(json);
	sabin_json_open_object(json, "reflections_verdict");
	if (r->why[0]) {
		sabin_json_null(json, "pass");
		sabin_json_text(json, "why", r->why);
	} else {
		const double range_hz[] = {r->r.from_hz, r->r.to_hz};
		sabin_json_bool(json, "pass", r->r.passed);
		sabin_json_integer(json, "count", (long long)r->r.total);
		sabin_json_number(json, "limit_db", r->r.limit_db);
		sabin_json_number(json, "limit_s", r->r.limit_s);
		sabin_json_number(json, "from_s", r->r.first_s);
		sabin_json_number(json, "too_near_s", r->r.near_s);
		sabin_json_number(json, "too_near_db", r->r.near_db);
		sabin_json_numbers(json, "range_hz", range_hz, 2);
		sabin_json_bool(json, "strongest_only", r->r.count == SABIN_REFLECTIONS_MAX);
	}
	sabin_json_close(json);
}

/* ---- text -------------------------------------------------------------------------------------- */

static void text_reflection(const struct sabin_reflection *one, const char *from)
{
	printf("  %6.1f %7.1f %7.2f  %s%-5s%s %s", one->time_s.value * 1000,
	       sabin_number_tidy(one->level_db.value, 1),
	       one->extra_m.value, one->too_strong ? sabin_bad() : "",
	       one->too_strong ? "loud" : "", one->too_strong ? sabin_plain() : "", from);
	if (one->found && one->ways == 1)
		printf(" at %.2f %.2f %.2f m", one->path.point_m[0], one->path.point_m[1],
		       one->path.point_m[2]);
	putchar('\n');
}

static void text(const void *result)
{
	const struct result *r = result;
	if (r->why[0]) {
		printf("  %s– reflections: %s%s\n", sabin_dim(), r->why, sabin_plain());
		return;
	}
	printf("\n  Reflections, %s to %s, re the direct sound: %s%s%s %.0f dB in the first "
	       "%.0f ms\n",
	       sabin_text_hz(r->r.from_hz).s, sabin_text_hz(r->r.to_hz).s, r->r.passed ? sabin_good() : sabin_bad(),
	       r->r.passed ? "none exceeds" : "some exceed", sabin_plain(), r->r.limit_db,
	       r->r.limit_s * 1000);
	if (r->r.count > 0)
		printf("  %6s %7s %7s\n", "ms", "dB", "path, m");
	for (size_t i = 0; i < r->r.count; i++)
		text_reflection(&r->r.item[i], r->from[i]);
	if (isfinite(r->r.near_db))
		printf("  %snot judged: %.1f dB after %.2f ms; sooner than %.1f ms it may be an edge of the "
		       "loudspeaker as well as a surface%s\n",
		       sabin_dim(), sabin_number_tidy(r->r.near_db, 1), r->r.near_s * 1000, r->r.first_s * 1000,
		       sabin_plain());
	if (r->r.total > r->r.count)
		printf("  %sthe %zu strongest of %zu%s\n", sabin_dim(), r->r.count, r->r.total,
		       sabin_plain());
}

/* ---- CSV --------------------------------------------------------------------------------------- */

/* Reflections have a number in their names in place of a band. */
static void csv_of(const char *lead, size_t number, const char *quantity, struct sabin_quantity q, const char *unit)
{
	char key[64];
	snprintf(key, sizeof key, "reflection%zu_%s", number, quantity);
	sabin_csv_line(lead, key, "", q, unit);
}

static void csv(const void *result, const char *lead)
{
	const struct result *r = result;
	for (size_t i = 0; i < r->r.count; i++) {
		csv_of(lead, i + 1, "time", r->r.item[i].time_s, "s");
		csv_of(lead, i + 1, "level", r->r.item[i].level_db, "dB");
		csv_of(lead, i + 1, "extra_path", r->r.item[i].extra_m, "m");
	}
}

const struct sabin_part sabin_part_reflections = {
    .name = "reflections",
    .compute = compute,
    .json = json,
    .text = text,
    .csv = csv,
    .free = free,
};
