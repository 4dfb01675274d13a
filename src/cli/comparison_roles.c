/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * comparison_roles.c: main speakers and subwoofers, and what a crossover hands from the ones to the others.
 *
 * What a high pass takes from a main speaker another one plays: in the room it is not gone.  Means of levels are of
 * speakers of one kind, and levels are compared where no crossover of one side only is between them.
 */
#include <math.h>
#include <stdlib.h>
#include <strings.h>

#include "cli/comparison.h"
#include "io/number.h"
#include "io/trust.h"

static bool is_bass(const struct sabin_side *side, const struct sabin_side_item *item)
{
	double excited_hz[2], played_hz[2];
	sabin_trust_ranges(&side->measurement, item->measured, side->has_room ? &side->room : NULL, excited_hz,
	                   played_hz);
	return played_hz[1] > 0 && played_hz[1] < SABIN_BASS_TO_HZ;
}

/* The same crossover on both sides takes nothing from the difference. */
static void find_uncrossed(struct sabin_compared *c)
{
	static const double alike = 0.01;
	const struct sabin_measured *m[2] = {c->before->measured, c->after->measured};
	double range_hz[2][2];
	for (int i = 0; i < 2; i++) {
		range_hz[i][0] = m[i]->through ? m[i]->uncrossed_hz[0] : 0;
		range_hz[i][1] = m[i]->through ? m[i]->uncrossed_hz[1] : (double)INFINITY;
	}
	const double low_hz = fmax(range_hz[0][0], range_hz[1][0]), high_hz = fmin(range_hz[0][1], range_hz[1][1]);
	c->uncrossed_hz[0] = fabs(range_hz[0][0] - range_hz[1][0]) <= alike * low_hz ? 0 : low_hz;
	c->uncrossed_hz[1] = range_hz[0][1] == range_hz[1][1] || fabs(range_hz[0][1] - range_hz[1][1]) <= alike * high_hz
	                         ? (double)INFINITY
	                         : high_hz;
}

bool sabin_compared_uncrossed(const struct sabin_compared *c, double low_hz, double high_hz)
{
	return low_hz >= c->uncrossed_hz[0] && high_hz <= c->uncrossed_hz[1];
}

/* "left and right below 162 Hz, sub above 39 Hz" */
struct crossed {
	char text[160];
	size_t used;
	double last_hz; /* that the text ends with */
	bool last_above;
};

static void name_crossed(struct crossed *crossed, const char *speaker, bool above, double f_hz)
{
	char end[100];
	snprintf(end, sizeof end, " %s %s", above ? "above" : "below", sabin_text_hz(round(f_hz)).s);
	const bool same = crossed->used > 0 && crossed->last_hz == f_hz && crossed->last_above == above;
	if (same)
		crossed->used -= strlen(end);
	const int n = snprintf(crossed->text + crossed->used, sizeof crossed->text - crossed->used, "%s%.60s%s",
	                       same ? " and " : crossed->used ? ", " : "", speaker, end);
	crossed->used += n > 0 ? (size_t)n : 0;
	if (crossed->used >= sizeof crossed->text)
		crossed->used = sizeof crossed->text - 1;
	crossed->last_hz = f_hz;
	crossed->last_above = above;
}

/* Of each speaker once. */
static void tell_crossovers(struct sabin_comparison *all)
{
	struct crossed crossed = {.used = 0};
	for (size_t i = 0; i < all->count; i++) {
		const struct sabin_compared *c = &all->item[i];
		const char *speaker = c->before->measured->speaker;
		bool told = false;
		for (size_t k = 0; k < i; k++)
			told = told || strcasecmp(all->item[k].before->measured->speaker, speaker) == 0;
		if (!told && c->uncrossed_hz[0] > 0)
			name_crossed(&crossed, speaker, false, c->uncrossed_hz[0]);
		if (!told && isfinite(c->uncrossed_hz[1]))
			name_crossed(&crossed, speaker, true, c->uncrossed_hz[1]);
	}
	if (crossed.used > 0)
		sabin_comparison_leave_out(all, crossed.text,
		                           "there the crossover of a correction, which only one side has, hands over to "
		                           "another speaker: what it takes from the one is not gone from the room");
}

void sabin_compare_roles(struct sabin_comparison *all)
{
	size_t bass = 0;
	for (size_t i = 0; i < all->count; i++) {
		struct sabin_compared *c = &all->item[i];
		c->bass = is_bass(all->before, c->before) || is_bass(all->after, c->after);
		bass += c->bass;
		all->corrected = all->corrected || (c->after->measured->through && !c->before->measured->through);
		find_uncrossed(c);
	}
	tell_crossovers(all);
	all->bass_count = bass < all->count ? bass : 0;
}

bool sabin_compared_in_mean(const struct sabin_comparison *all, size_t i, bool bass)
{
	return all->bass_count == 0 ? !bass : all->item[i].bass == bass;
}

/* ---- means of levels -------------------------------------------------------------------------- */

static size_t mean_levels(const struct sabin_comparison *all, bool bass, const struct sabin_change **list,
                          struct sabin_compared_level *out)
{
	const size_t count = all->item[0].response.octave_count;
	for (size_t b = 0; b < count; b++) {
		size_t n = 0;
		out[b] = all->item[0].response.octave[b];
		for (size_t i = 0; i < all->count; i++)
			if (b < all->item[i].response.octave_count && sabin_compared_in_mean(all, i, bass))
				list[n++] = &all->item[i].response.octave[b].level;
		out[b].level = sabin_change_mean(list, n);
	}
	return count;
}

void sabin_compare_mean_levels(struct sabin_comparison *all, const struct sabin_change **list)
{
	all->mean_octave_count = mean_levels(all, false, list, all->mean_octave);
	if (all->bass_count > 0)
		all->bass_octave_count = mean_levels(all, true, list, all->bass_octave);
}

/* ---- means of curves -------------------------------------------------------------------------- */

static bool is_at(const struct sabin_comparison *all, size_t k, size_t i)
{
	const struct sabin_compared_response *r = &all->item[k].response;
	return sabin_compared_in_mean(all, k, false) && i < r->length && isfinite(r->difference_db[i]);
}

/* Means of other responses than at the point before: no line leads from the one to the other. */
static bool is_edge(const struct sabin_comparison *all, size_t i)
{
	size_t here = 0, there = 0;
	bool differ = false;
	for (size_t k = 0; k < all->count && i > 0; k++) {
		const bool now = is_at(all, k, i), then = is_at(all, k, i - 1);
		here += now;
		there += then;
		differ = differ || now != then;
	}
	return differ && here > 0 && there > 0;
}

void sabin_compare_mean_point(struct sabin_comparison *all, size_t i)
{
	struct sabin_compared_response *out = &all->mean_response;
	double before = 0, after = 0, difference = 0, variance = 0, count = 0;
	for (size_t k = 0; k < all->count; k++) {
		const struct sabin_compared_response *r = &all->item[k].response;
		if (!is_at(all, k, i))
			continue;
		before += pow(10, r->before_db[i] / 10);
		after += pow(10, r->after_db[i] / 10);
		difference += r->difference_db[i];
		variance += r->plus_minus_db[i] * r->plus_minus_db[i];
		count++;
	}
	out->before_db[i] = out->after_db[i] = out->difference_db[i] = out->plus_minus_db[i] = NAN;
	if (count == 0 || is_edge(all, i))
		return;
	out->before_db[i] = 10 * log10(before / count);
	out->after_db[i] = 10 * log10(after / count);
	out->difference_db[i] = difference / count;
	out->plus_minus_db[i] = sqrt(variance) / count;
}
