/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * averages.c: grade of a spatial average, Schroeder frequency.
 *
 * [ISO] ISO 3382-2:2008, 4.3 and table 1: least numbers of combinations, sources and microphone
 *       positions.  The decays a position belong to the interrupted noise; an impulse response
 *       stands for many of these.  4.3.1: positions half a wavelength apart, about 2 m for the usual
 *       range, and a quarter of one, about 1 m, from the nearest surface, the floor included.
 * [Sch] M. R. Schroeder: "The 'Schroeder frequency' revisited", J. Acoust. Soc. Am. 99 (1996)
 *       3240-3241: f = 2000 sqrt(T / V).
 */
#include <math.h>
#include <strings.h>

#include "cli/averages.h"
#include "cli/talk.h"
#include "io/number.h"

static const double schroeder_factor = 2000; /* [Sch], SI */

static const double apart_least_m = 2, wall_least_m = 1;    /* [ISO] 4.3.1 */
static const double mid_hz[2] = {350, 1400}; /* the octaves 500 Hz and 1 kHz, or the thirds in them */

static const struct grade {
	const char *name;
	size_t combinations, sources, positions;
} grades[] = {{"survey", 2, 1, 2}, {"engineering", 6, 2, 2}, {"precision", 12, 2, 3}};
enum { GRADES = sizeof grades / sizeof *grades };

struct earned {
	size_t combinations, sources, positions;
	const struct grade *grade, *next; /* NULL: none, none higher */
};

/* The decay time of a band: T30, or T20 where that is not valid. */
static struct sabin_quantity time_of(const struct sabin_band_result *band)
{
	return band->value[SABIN_T30].valid ? band->value[SABIN_T30] : band->value[SABIN_T20];
}

static bool mid_band(const struct sabin_band_result *r)
{
	return r->band.centre_hz > mid_hz[0] && r->band.centre_hz < mid_hz[1];
}

/* Has the response a decay time in every band of the middle (in any band, where the middle was not asked for)?
 * A subwoofer has none and is no source of the standard's. */
static bool counts(const struct sabin_analysis *a)
{
	size_t bands = 0, valid = 0, any = 0;
	for (size_t b = 0; b < a->band_count; b++) {
		const bool sure = time_of(&a->bands[b]).valid;
		bands += mid_band(&a->bands[b]);
		valid += mid_band(&a->bands[b]) && sure;
		any += sure;
	}
	return bands > 0 ? valid == bands : any > 0;
}

/* How many different speakers (or positions) the responses that count are of. */
static size_t distinct(const struct sabin_analyses *all, bool speakers)
{
	const struct sabin_measured *r = all->measurement->responses;
	size_t count = 0;
	for (size_t i = 0; i < all->count; i++) {
		bool seen = !counts(&all->results[i]);
		for (size_t k = 0; k < i && !seen; k++) {
			const struct sabin_measured *a = &r[all->chosen[i]], *b = &r[all->chosen[k]];
			seen = counts(&all->results[k]) &&
			       strcasecmp(speakers ? a->speaker : a->position,
			                  speakers ? b->speaker : b->position) == 0;
		}
		count += !seen;
	}
	return count;
}

/* Distance of a position from the nearest surface of the room. */
static double from_surfaces(const struct sabin_roomfile *room, size_t position)
{
	const double *at_m = room->positions[position].position_m;
	double least_m = HUGE_VAL;
	for (int i = 0; i < 3; i++)
		least_m = fmin(least_m, fmin(at_m[i], room->room.size_m[i] - at_m[i]));
	return least_m;
}

/* Which positions of the room file were measured. */
static size_t measured_positions(const struct sabin_analyses *all, int *positions, size_t capacity)
{
	size_t count = 0;
	for (size_t i = 0; i < all->count; i++) {
		const int at = sabin_roomfile_position(
		    all->room, all->measurement->responses[all->chosen[i]].position);
		bool seen = at < 0 || !counts(&all->results[i]);
		for (size_t k = 0; k < count && !seen; k++)
			seen = positions[k] == at;
		if (!seen && count < capacity)
			positions[count++] = at;
	}
	return count;
}

/* Where the places are nearer to each other or to a surface than the standard asks, the worst of each kind
 * into text ("" where they are not).  False: there is no room file to tell. */
static bool check_places(const struct sabin_analyses *all, char *text, size_t size)
{
	enum { POSITIONS_MAX = 256 };
	int at[POSITIONS_MAX];
	size_t near[2] = {0, 0}, wall = 0, length = 0;
	double least_m = HUGE_VAL, wall_m = HUGE_VAL;
	text[0] = 0;
	if (!all->room || !all->measurement->directory)
		return false;
	const struct sabin_roomfile *room = all->room;
	const size_t count = measured_positions(all, at, POSITIONS_MAX);
	for (size_t i = 0; i < count; i++) {
		const double *a = room->positions[at[i]].position_m;
		if (from_surfaces(room, (size_t)at[i]) < wall_m) {
			wall_m = from_surfaces(room, (size_t)at[i]);
			wall = (size_t)at[i];
		}
		for (size_t k = 0; k < i; k++) {
			const double *b = room->positions[at[k]].position_m;
			const double apart_m = hypot(hypot(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
			if (apart_m < least_m) {
				least_m = apart_m;
				near[0] = (size_t)at[k];
				near[1] = (size_t)at[i];
			}
		}
	}
	if (least_m < apart_least_m)
		length = (size_t)snprintf(text, size, "%s and %s are %.2f m apart (%.0f m)",
		                          room->positions[near[0]].name,
		                          room->positions[near[1]].name, least_m, apart_least_m);
	if (wall_m < wall_least_m && length < size)
		snprintf(text + length, size - length, "%s%s is %.2f m from a surface (%.0f m)",
		         length ? ", " : "", room->positions[wall].name, wall_m, wall_least_m);
	return true;
}

static struct earned earn(const struct sabin_analyses *all)
{
	struct earned e = {.next = &grades[0]};
	for (size_t i = 0; i < all->count; i++)
		e.combinations += counts(&all->results[i]);
	e.sources = distinct(all, true);
	e.positions = distinct(all, false);
	if (!all->measurement->directory)
		return e;
	for (int g = 0; g < GRADES; g++) {
		if (e.combinations < grades[g].combinations || e.sources < grades[g].sources ||
		    e.positions < grades[g].positions)
			break;
		e.grade = &grades[g];
		e.next = g + 1 < GRADES ? &grades[g + 1] : NULL;
	}
	return e;
}

void sabin_grade_json(const struct sabin_analyses *all, struct sabin_json *json)
{
	const struct earned e = earn(all);
	const bool known = all->measurement->directory;
	char places[300];
	const bool checked = check_places(all, places, sizeof places);
	sabin_json_open_object(json, "grade");
	sabin_json_text(json, "name", e.grade ? e.grade->name : NULL);
	sabin_json_integer(json, "combinations", (long long)e.combinations);
	if (known) {
		sabin_json_integer(json, "sources", (long long)e.sources);
		sabin_json_integer(json, "positions", (long long)e.positions);
	} else {
		sabin_json_null(json, "sources");
		sabin_json_null(json, "positions");
	}
	sabin_json_text(json, "why",
	                !known    ? "a bare file does not say what its channels are"
	                : e.grade ? NULL
	                          : "survey grade asks for two positions at least, with valid decay "
	                            "times at 500 Hz and 1 kHz");
	if (checked)
		sabin_json_bool(json, "distances_meet_iso_3382", !places[0]);
	else
		sabin_json_null(json, "distances_meet_iso_3382");
	sabin_json_text(json, "distances_why",
	                !checked    ? "no room file tells the distances"
	                : places[0] ? places
	                            : NULL);
	sabin_json_close(json);
}

void sabin_grade_text(const struct sabin_analyses *all)
{
	const struct earned e = earn(all);
	char places[300];
	if (!all->measurement->directory)
		return;
	printf("%sPlaces%s         %zu combination%s of %zu speaker%s and %zu position%s: ", sabin_bold(),
	       sabin_plain(), e.combinations, e.combinations == 1 ? "" : "s", e.sources,
	       e.sources == 1 ? "" : "s", e.positions, e.positions == 1 ? "" : "s");
	if (e.grade)
		printf("%s grade of ISO 3382-2 by number", e.grade->name);
	else
		printf("no grade of ISO 3382-2");
	if (e.next)
		printf("; %s asks for %zu, with %zu speaker%s and %zu positions", e.next->name,
		       e.next->combinations, e.next->sources, e.next->sources == 1 ? "" : "s",
		       e.next->positions);
	if (e.combinations < all->count)
		printf("\n               not counted: %zu without decay times at 500 Hz and 1 kHz",
		       all->count - e.combinations);
	if (!check_places(all, places, sizeof places))
		printf("\n               distances not checked: no room file");
	else if (places[0])
		printf("\n               nearer than it asks: %s", places);
	putchar('\n');
}

/* Mean of the decay times in the middle; not valid where there is none. */
static struct sabin_quantity middle_time(const struct sabin_analysis *a)
{
	double sum = 0, variance = 0;
	size_t count = 0;
	for (size_t b = 0; b < a->band_count; b++) {
		const struct sabin_band_result *r = &a->bands[b];
		const struct sabin_quantity t = time_of(r);
		if (!mid_band(r) || !t.valid)
			continue;
		sum += t.value;
		variance += t.plus_minus * t.plus_minus;
		count++;
	}
	if (count == 0)
		return sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	return sabin_quantity_valid(sum / (double)count, sqrt(variance) / (double)count);
}

struct sabin_quantity sabin_schroeder(const struct sabin_analysis *a, double volume_m3)
{
	const struct sabin_quantity time_s = middle_time(a);
	if (!(volume_m3 > 0) || !time_s.valid)
		return sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	const double value = schroeder_factor * sqrt(time_s.value / volume_m3);
	return sabin_quantity_valid(value, value * time_s.plus_minus / time_s.value / 2);
}

const char *sabin_schroeder_why(double volume_m3)
{
	return volume_m3 > 0 ? "no reverberation time at 500 Hz or 1 kHz"
	                     : "no room file tells the volume";
}

void sabin_schroeder_text(const struct sabin_analysis *analysis, double volume_m3)
{
	const struct sabin_quantity q = sabin_schroeder(analysis, volume_m3);
	if (q.valid)
		printf("  Schroeder frequency %s, of the measured %.2f s (500 Hz and 1 kHz) and the room "
		       "file's %.1f m³:\n"
		       "             below it single modes rule, and reverberation time means little\n",
		       sabin_text_hz(q.value).s, middle_time(analysis).value, volume_m3);
}
