/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * comparison_brief.c: what changed, for people: what is noticeable, the most important first, and what is
 * alike in several responses told once.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/comparison.h"
#include "cli/talk.h"

enum { NAMED = 6, PLACES = 3 };
/* Modes and reflections of different responses that lie no further apart are one. */
static const double same_hz_share = 0.02, same_s = 0.00025;

/* Findings of one code that each stand for one response: members[count], the first one the greatest. */
struct kin {
	const struct sabin_finding *const *members;
	size_t count;
};

static const char *speaker_of(const struct sabin_compared *c)
{
	return c->before->measured->speaker;
}

static const char *position_of(const struct sabin_compared *c)
{
	return c->before->measured->position;
}

typedef const char *(*name_of)(const struct sabin_compared *c);

static bool is_of(const struct kin *kin, const struct sabin_compared *c)
{
	for (size_t i = 0; i < kin->count; i++)
		if (kin->members[i]->where == c)
			return true;
	return false;
}

/* "a, b and c" of `total`. */
static void join(char *text, size_t size, size_t *used, const char *name, size_t at, size_t total)
{
	const char *between = at == 0 ? "" : at + 1 == total ? " and " : ", ";
	if (*used < size)
		*used += (size_t)snprintf(text + *used, size - *used, "%s%s", between, name);
}

/* The different names among the responses that the members stand for, in their order; joined where there is a
 * text.  Returns their number. */
static size_t names(const struct sabin_comparison *all, const struct kin *kin, name_of name,
                    size_t total, char *text, size_t size, size_t *used)
{
	size_t n = 0;
	for (size_t i = 0; i < all->count; i++) {
		bool first = is_of(kin, &all->item[i]);
		for (size_t k = 0; k < i && first; k++)
			first = !is_of(kin, &all->item[k]) ||
			        strcmp(name(&all->item[k]), name(&all->item[i])) != 0;
		if (first && text)
			join(text, size, used, name(&all->item[i]), n, total);
		n += first;
	}
	return n;
}

/* "left and right at mix", or how many of all. */
static void say_places(const struct sabin_comparison *all, const struct kin *kin, char *text,
                       size_t size)
{
	const size_t speakers = names(all, kin, speaker_of, 0, NULL, 0, NULL);
	const size_t positions = names(all, kin, position_of, 0, NULL, 0, NULL);
	size_t responses = 0, used = 0;
	for (size_t i = 0; i < all->count; i++)
		responses += is_of(kin, &all->item[i]);
	if (speakers > PLACES || positions > PLACES || speakers * positions != responses) {
		snprintf(text, size, "%zu of %zu responses", responses, all->count);
		return;
	}
	names(all, kin, speaker_of, speakers, text, size, &used);
	if (used < size)
		used += (size_t)snprintf(text + used, size - used, " at ");
	names(all, kin, position_of, positions, text, size, &used);
}

/* ---- modes and reflections told together ----------------------------------------------------- */

/* Hz of a mode, s of a reflection. */
static double where_of(const struct sabin_finding *f)
{
	return f->mode ? f->mode->before_hz.value : f->reflection->time_s.value;
}

static int by_number(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Of the members, ascending and each told once, into at[count].  Returns their number. */
static size_t places_on_axis(const struct kin *kin, double *at)
{
	const bool modes = kin->members[0]->mode != NULL;
	size_t n = 0;
	for (size_t i = 0; i < kin->count; i++)
		at[i] = where_of(kin->members[i]);
	qsort(at, kin->count, sizeof *at, by_number);
	for (size_t i = 0; i < kin->count; i++)
		if (n == 0 || at[i] - at[n - 1] > (modes ? same_hz_share * at[i] : same_s))
			at[n++] = at[i];
	return n;
}

/* "32, 65 and 97 Hz", "9 of them from 32 to 162 Hz". */
static void say_axis(const double *at, size_t n, bool modes, char *text, size_t size)
{
	const double factor = modes ? 1 : 1000;
	const int decimals = modes ? 0 : 1;
	const char *unit = modes ? "Hz" : "ms";
	size_t used = 0;
	if (n > NAMED) {
		snprintf(text, size, "%zu of them from %.*f to %.*f %s", n, decimals, factor * at[0],
		         decimals, factor * at[n - 1], unit);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		char number[32];
		snprintf(number, sizeof number, "%.*f", decimals, factor * at[i]);
		join(text, size, &used, number, i, n);
	}
	if (used < size)
		snprintf(text + used, size - used, " %s", unit);
}

/* "fell", "rose", "gone", "new": what follows the dash of the code. */
static const char *verb_of(const struct sabin_finding *f)
{
	return strchr(f->code, '-') + 1;
}

static void say_kin(const struct sabin_comparison *all, const struct kin *kin, char *text, size_t size)
{
	const struct sabin_finding *most = kin->members[0];
	const bool modes = most->mode != NULL, event = !modes && most->reflection->event != SABIN_EVENT_BOTH;
	const char *noun = modes ? "mode" : "reflection", *verb = verb_of(most);
	char places[200], axis[200], words[200];
	double *at = calloc(kin->count, sizeof *at);
	const size_t n = at ? places_on_axis(kin, at) : 0;
	say_places(all, kin, places, sizeof places);
	if (modes)
		sabin_mode_words(most->mode, words, sizeof words);
	else
		sabin_reflection_words(most->reflection, words, sizeof words);
	if (n == 1) {
		say_axis(at, 1, modes, axis, sizeof axis);
		snprintf(text, size, "The %s at %s %s%s (%s): %s; %s", noun, axis, event ? "is " : "", verb,
		         places, words, sabin_heard(most));
	} else if (n > 1) {
		char top[64];
		const double where = where_of(most);
		say_axis(at, n, modes, axis, sizeof axis);
		say_axis(&where, 1, modes, top, sizeof top);
		snprintf(text, size, "%s %s%s: %s (%s), most at %s: %s; %s",
		         modes ? "Modes" : "Reflections", event ? "are " : "", verb, axis, places, top,
		         words, sabin_heard(most));
	}
	free(at);
}

/* ---- all ------------------------------------------------------------------------------------- */

/* No change of its own to be numbered. */
static bool is_remark(const struct sabin_finding *f)
{
	return strcmp(f->code, SABIN_NO_CHANGE) == 0 || strcmp(f->code, SABIN_TWO_ROOMS) == 0 ||
	       strcmp(f->code, SABIN_NOT_COMPARED) == 0;
}

/* The noticeable ones of f's code that are of one response each, from f on, into list. */
static size_t find_kin(const struct sabin_comparison *all, size_t from,
                       const struct sabin_finding **list)
{
	size_t n = 0;
	for (size_t i = from; i < all->finding_count; i++) {
		const struct sabin_finding *f = &all->summary[i];
		if (f->where && f->noticeable && strcmp(f->code, all->summary[from].code) == 0)
			list[n++] = f;
	}
	return n;
}

static bool told_before(const struct sabin_comparison *all, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (all->summary[k].where && strcmp(all->summary[k].code, all->summary[i].code) == 0)
			return true;
	return false;
}

/* The lines of the list, told one by one; returns their number. */
static size_t tell_lines(const struct sabin_comparison *all, bool everything,
                         const struct sabin_finding **list, sabin_tell_line *tell, void *context)
{
	size_t lines = 0;
	for (size_t i = 0; i < all->finding_count; i++) {
		const struct sabin_finding *f = &all->summary[i];
		const bool together = f->where && !everything;
		char text[1000] = "";
		if (is_remark(f) || (!everything && !f->noticeable) || (together && told_before(all, i)))
			continue;
		lines++;
		if (!tell)
			continue;
		if (together) {
			const struct kin kin = {list, find_kin(all, i, list)};
			say_kin(all, &kin, text, sizeof text);
		}
		tell(context, together ? text : f->text);
	}
	return lines;
}

/* What is no change of its own, but for what is told below the tables. */
static bool is_told_first(const struct sabin_finding *f)
{
	return is_remark(f) && strcmp(f->code, SABIN_NOT_COMPARED) != 0;
}

struct sabin_brief sabin_comparison_tell(const struct sabin_comparison *all, bool everything,
                                         sabin_tell_line *remark, sabin_tell_line *change, void *context)
{
	const struct sabin_finding **list = calloc(all->finding_count + 1, sizeof *list);
	struct sabin_brief brief = {0};
	for (size_t i = 0; i < all->finding_count; i++) {
		const struct sabin_finding *f = &all->summary[i];
		if (is_told_first(f) && remark)
			remark(context, f->text);
		brief.small += !is_remark(f) && !f->noticeable;
	}
	if (list)
		brief.lines = tell_lines(all, everything, list, change, context);
	free(list);
	return brief;
}

/* ---- on a stream ------------------------------------------------------------------------------ */

struct printer {
	FILE *stream;
	bool numbered;
	size_t at;
};

static void print_remark(void *context, const char *text)
{
	const struct printer *p = context;
	fprintf(p->stream, "  %s\n", text);
}

static void print_change(void *context, const char *text)
{
	struct printer *p = context;
	p->at++;
	if (p->numbered)
		fprintf(p->stream, "  %zu. %s\n", p->at, text);
	else
		fprintf(p->stream, "  %s\n", text);
}

void sabin_comparison_brief(const struct sabin_comparison *all, bool everything, FILE *stream)
{
	struct printer p = {stream, sabin_comparison_tell(all, everything, NULL, NULL, NULL).lines > 1, 0};
	const struct sabin_brief brief =
	    sabin_comparison_tell(all, everything, print_remark, print_change, &p);
	if (brief.small > 0 && !everything)
		fprintf(stream, "  %s%zu change%s more than chance, but too little to notice (--all lists %s)\n",
		        brief.lines > 0 ? "Besides, " : "Nothing changed noticeably; ", brief.small,
		        brief.small == 1 ? " is" : "s are",
		        brief.small == 1 ? "it" : "them");
}
