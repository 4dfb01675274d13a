/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * averages.c: grade of a spatial average, Schroeder frequency.
 *
 * [ISO] ISO 3382-2:2008, 4.3 and table 1: least numbers of combinations, sources and microphone
 *       positions.  The decays a position belong to the interrupted noise; an impulse response
 *       stands for many of these.
 * [Sch] M. R. Schroeder: "The 'Schroeder frequency' revisited", J. Acoust. Soc. Am. 99 (1996)
 *       3240-3241: f = 2000 sqrt(T / V).
 */
#include <math.h>
#include <strings.h>

#include "cli/averages.h"
#include "cli/talk.h"
#include "io/number.h"

static const double schroeder_factor = 2000; /* [Sch], SI */

static const struct grade {
	const char *name;
	size_t combinations, sources, positions;
} grades[] = {{"survey", 2, 1, 2}, {"engineering", 6, 2, 2}, {"precision", 12, 2, 3}};
enum { GRADES = sizeof grades / sizeof *grades };

struct earned {
	size_t combinations, sources, positions;
	const struct grade *grade, *next; /* NULL: none, none higher */
};

/* How many different speakers (or positions) the responses are of. */
static size_t distinct(const struct sabin_analyses *all, bool speakers)
{
	const struct sabin_measured *r = all->measurement->responses;
	size_t count = 0;
	for (size_t i = 0; i < all->count; i++) {
		bool seen = false;
		for (size_t k = 0; k < i && !seen; k++) {
			const struct sabin_measured *a = &r[all->chosen[i]], *b = &r[all->chosen[k]];
			seen = strcasecmp(speakers ? a->speaker : a->position,
			                  speakers ? b->speaker : b->position) == 0;
		}
		count += !seen;
	}
	return count;
}

static struct earned earn(const struct sabin_analyses *all)
{
	struct earned e = {.combinations = all->count, .next = &grades[0]};
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
	                          : "survey grade asks for two positions at least");
	sabin_json_close(json);
}

void sabin_grade_text(const struct sabin_analyses *all)
{
	const struct earned e = earn(all);
	if (!all->measurement->directory)
		return;
	printf("%sPlaces%s         %zu combination%s of %zu speaker%s and %zu position%s: ", sabin_bold(),
	       sabin_plain(), e.combinations, e.combinations == 1 ? "" : "s", e.sources,
	       e.sources == 1 ? "" : "s", e.positions, e.positions == 1 ? "" : "s");
	if (e.grade)
		printf("%s grade of ISO 3382-2", e.grade->name);
	else
		printf("no grade of ISO 3382-2");
	if (e.next)
		printf("; %s asks for %zu, with %zu speaker%s and %zu positions", e.next->name,
		       e.next->combinations, e.next->sources, e.next->sources == 1 ? "" : "s",
		       e.next->positions);
	putchar('\n');
}

/* The decay time of a band: T30, or T20 where that is not valid. */
static struct sabin_quantity time_of(const struct sabin_band_result *band)
{
	return band->value[SABIN_T30].valid ? band->value[SABIN_T30] : band->value[SABIN_T20];
}

struct sabin_quantity sabin_schroeder(const struct sabin_analysis *a, double volume_m3)
{
	double sum = 0, variance = 0;
	size_t count = 0;
	if (!(volume_m3 > 0))
		return sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	for (size_t b = 0; b < a->band_count; b++) {
		const struct sabin_band_result *r = &a->bands[b];
		const struct sabin_quantity t = time_of(r);
		/* the octaves 500 Hz and 1 kHz, or the thirds in them */
		if (r->band.centre_hz < 350 || r->band.centre_hz > 1400 || !t.valid)
			continue;
		sum += t.value;
		variance += t.plus_minus * t.plus_minus;
		count++;
	}
	if (count == 0)
		return sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	const double time_s = sum / (double)count;
	const double value = schroeder_factor * sqrt(time_s / volume_m3);
	return sabin_quantity_valid(value, value * sqrt(variance) / (double)count / time_s / 2);
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
		printf("  Schroeder frequency %s: below it single modes rule, and reverberation time "
		       "means little\n",
		       sabin_text_hz(q.value).s);
}
