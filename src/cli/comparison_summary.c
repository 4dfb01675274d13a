/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * comparison_summary.c: what changed, in plain words, the most important first.
 *
 * Importance is the change in just noticeable differences; only what is significant in its table is
 * said to have changed.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/comparison.h"
#include "cli/show.h"
#include "io/number.h"

__attribute__((format(printf, 4, 5))) static void
add(struct sabin_comparison *all, const char *code, double weight, const char *format, ...)
{
	va_list arguments;
	if (all->finding_count == SABIN_FINDINGS_MAX)
		return;
	struct sabin_finding *f = &all->summary[all->finding_count++];
	f->code = code;
	f->weight = weight;
	va_start(arguments, format);
	vsnprintf(f->text, sizeof f->text, format, arguments);
	va_end(arguments);
}

static double in_jnd(const struct sabin_change *c)
{
	return c->jnd > 0 ? fabs(c->change.value) / c->jnd : fabs(c->change.value);
}

static const char *heard(double jnds)
{
	return jnds >= 3   ? "clearly noticeable"
	       : jnds >= 1 ? "noticeable"
	                   : "measurable, but too little to notice";
}

/* "125 Hz to 4 kHz", "500 Hz"; with gaps "125 Hz to 4 kHz (4 of 6)". */
static void say_bands(const double *centre_hz, size_t first, size_t last, size_t n, char *text,
                      size_t size)
{
	const struct sabin_text from = sabin_text_hz(centre_hz[first]), to = sabin_text_hz(centre_hz[last]);
	if (first == last)
		snprintf(text, size, "%s", from.s);
	else if (last - first + 1 == n)
		snprintf(text, size, "%s to %s", from.s, to.s);
	else
		snprintf(text, size, "%s to %s (%zu of %zu octaves)", from.s, to.s, n, last - first + 1);
}

/* The significant changes of one sign among list[n], whose octaves are centre_hz[n]: which, and the
 * greatest.  Returns their number. */
struct group {
	size_t first, last, count, most;
	double weight;
};

static struct group group_of(const struct sabin_change *const *list, size_t n, bool rose)
{
	struct group g = {.first = n};
	for (size_t i = 0; i < n; i++) {
		const struct sabin_change *c = list[i];
		if (!c->significant || (c->change.value > 0) != rose)
			continue;
		g.first = i < g.first ? i : g.first;
		g.last = i;
		g.count++;
		if (in_jnd(c) > g.weight) {
			g.weight = in_jnd(c);
			g.most = i;
		}
	}
	return g;
}

struct words {
	const char *fell, *rose; /* codes */
	const char *name, *unit;
	double factor;
	int decimals;
	bool relative; /* also in per cent */
};

static void say_group(struct sabin_comparison *all, const struct words *w,
                      const struct sabin_change *const *list, const double *centre_hz, size_t n)
{
	for (int rose = 0; rose < 2; rose++) {
		const struct group g = group_of(list, n, rose);
		char bands[200], share[64] = "";
		if (g.count == 0)
			continue;
		const struct sabin_change *c = list[g.most];
		say_bands(centre_hz, g.first, g.last, g.count, bands, sizeof bands);
		if (w->relative)
			snprintf(share, sizeof share, " (%+.1f ± %.1f %%)",
			         100 * c->change.value / c->before.value,
			         200 * c->change.plus_minus / c->before.value);
		else
			snprintf(share, sizeof share, " (%+.*f ± %.*f %s)", w->decimals,
			         w->factor * c->change.value, w->decimals,
			         2 * w->factor * c->change.plus_minus, w->unit);
		add(all, rose ? w->rose : w->fell, g.weight,
		    "%s %s at %s, most at %s: from %.*f to %.*f %s%s; %s", w->name,
		    rose ? "rose" : "fell", bands, sabin_text_hz(centre_hz[g.most]).s,
		    w->decimals, sabin_number_tidy(w->factor * c->before.value, w->decimals),
		    w->decimals, sabin_number_tidy(w->factor * c->after.value, w->decimals), w->unit, share, heard(g.weight));
	}
}

/* ---- bands ----------------------------------------------------------------------------------- */

static size_t list_of(const struct sabin_comparison *all, size_t parameter,
                      const struct sabin_change **list, double *centre_hz)
{
	for (size_t b = 0; b < all->mean_count; b++) {
		list[b] = &all->mean[b].value[parameter];
		centre_hz[b] = all->mean[b].band.nominal_hz;
	}
	return all->mean_count;
}

static void say_parameters(struct sabin_comparison *all)
{
	static const struct {
		enum sabin_parameter parameter;
		struct words words;
	} rows[] = {
	    {SABIN_T30,
	     {"reverberation-fell", "reverberation-rose", "Reverberation (T30)", "s", 1, 2, true}},
	    {SABIN_T20,
	     {"reverberation-fell", "reverberation-rose", "Reverberation (T20)", "s", 1, 2, true}},
	    {SABIN_EDT,
	     {"early-decay-fell", "early-decay-rose", "Early decay time (EDT)", "s", 1, 2, true}},
	    {SABIN_C80, {"clarity-fell", "clarity-rose", "Clarity (C80)", "dB", 1, 1, false}},
	};
	size_t valid[2] = {0, 0};
	for (size_t b = 0; b < all->mean_count; b++)
		for (size_t p = 0; p < SABIN_COMPARED_PARAMETERS; p++) {
			const bool ok = all->mean[b].value[p].change.valid;
			valid[0] += ok && sabin_compared_parameter(p) == SABIN_T30;
			valid[1] += ok && sabin_compared_parameter(p) == SABIN_T20;
		}
	const size_t left_out = valid[0] >= valid[1] ? 1 : 0; /* of the first two rows */
	for (size_t r = 0; r < sizeof rows / sizeof *rows; r++)
		for (size_t p = 0; p < SABIN_COMPARED_PARAMETERS; p++) {
			const struct sabin_change *list[SABIN_COMPARED_BANDS];
			double centre_hz[SABIN_COMPARED_BANDS];
			if (sabin_compared_parameter(p) != rows[r].parameter || r == left_out)
				continue;
			const size_t n = list_of(all, p, list, centre_hz);
			say_group(all, &rows[r].words, list, centre_hz, n);
		}
	const struct sabin_change *sti = &all->mean_sti;
	if (sti->significant)
		add(all, sti->change.value > 0 ? "intelligibility-rose" : "intelligibility-fell",
		    in_jnd(sti), "Speech intelligibility (STI) %s from %.2f to %.2f; %s",
		    sti->change.value > 0 ? "rose" : "fell", sti->before.value, sti->after.value,
		    heard(in_jnd(sti)));
}

static void say_levels(struct sabin_comparison *all)
{
	static const struct words words = {
	    "level-fell", "level-rose", "The frequency response", "dB", 1, 1, false};
	const struct sabin_change *list[SABIN_COMPARED_OCTAVES];
	double centre_hz[SABIN_COMPARED_OCTAVES];
	for (size_t i = 0; i < all->mean_octave_count; i++) {
		list[i] = &all->mean_octave[i].level;
		centre_hz[i] = all->mean_octave[i].band.nominal_hz;
	}
	say_group(all, &words, list, centre_hz, all->mean_octave_count);
}

/* What happens at one place counts half against what happens in the room. */
static const double one_place = 0.5;

/* ---- modes, reflections, noise, pairs -------------------------------------------------------- */

static void say_mode(struct sabin_comparison *all, const struct sabin_compared *c,
                     const struct sabin_compared_mode *m)
{
	const bool t60 = m->t60.significant, level = m->level.significant;
	if (m->event != SABIN_EVENT_BOTH || (!t60 && !level))
		return;
	const double fall = t60 ? m->t60.change.value : m->level.change.value;
	const double weight = fmax(t60 ? in_jnd(&m->t60) : 0, level ? in_jnd(&m->level) : 0);
	char decay[80] = "", height[80] = "";
	if (t60)
		snprintf(decay, sizeof decay, " its decay from %.2f to %.2f s", m->t60.before.value,
		         m->t60.after.value);
	if (level)
		snprintf(height, sizeof height, "%s its height by %+.1f ± %.1f dB", t60 ? "," : "",
		         m->level.change.value, 2 * m->level.change.plus_minus);
	add(all, fall < 0 ? "mode-fell" : "mode-rose", one_place * weight,
	    "The mode at %.0f Hz %s (%s at %s):%s%s; %s", m->before_hz.value,
	    fall < 0 ? "fell" : "rose", c->before->measured->speaker, c->before->measured->position,
	    decay, height, heard(weight));
}

static void say_reflection(struct sabin_comparison *all, const struct sabin_compared *c,
                           const struct sabin_compared_reflection *r)
{
	/* so far above what is found at all that to miss it is no chance */
	static const double margin_db = 6;
	const char *who = c->before->measured->speaker, *at = c->before->measured->position;
	const struct sabin_quantity seen =
	    r->event == SABIN_EVENT_NEW ? r->level.after : r->level.before;
	if (r->event == SABIN_EVENT_BOTH && r->level.significant) {
		const bool rose = r->level.change.value > 0;
		add(all, rose ? "reflection-rose" : "reflection-fell",
		    one_place * in_jnd(&r->level),
		    "The reflection at %.1f ms %s from %.1f to %.1f dB re the direct sound (%s at "
		    "%s); %s",
		    1000 * r->time_s.value, rose ? "rose" : "fell", r->level.before.value,
		    r->level.after.value, who, at, heard(in_jnd(&r->level)));
		return;
	}
	if (r->event == SABIN_EVENT_BOTH)
		return;
	const double limit_db =
	    r->event == SABIN_EVENT_NEW ? r->level.before.need : r->level.after.need;
	const double least = seen.value - limit_db;
	if (least >= margin_db + 2 * seen.plus_minus)
		add(all, r->event == SABIN_EVENT_NEW ? "reflection-new" : "reflection-gone",
		    one_place * least,
		    "The reflection at %.1f ms, %.1f dB re the direct sound, is %s (%s at %s; %s "
		    "%.0f dB "
		    "there)",
		    1000 * r->time_s.value, seen.value,
		    r->event == SABIN_EVENT_NEW ? "new" : "gone", who, at,
		    r->event == SABIN_EVENT_NEW ? "it was below" : "now below", limit_db);
}

static void say_noise(struct sabin_comparison *all)
{
	const struct sabin_compared *most = NULL;
	for (size_t i = 0; i < all->count; i++)
		if (all->item[i].has_noise && all->item[i].noise_a.significant &&
		    (!most || in_jnd(&all->item[i].noise_a) > in_jnd(&most->noise_a)))
			most = &all->item[i];
	if (!most)
		return;
	const struct sabin_change *c = &most->noise_a;
	const bool rose = c->change.value > 0;
	add(all, rose ? "noise-rose" : "noise-fell", in_jnd(c),
	    "The background noise %s from %.1f to %.1f dB(A)%s (before %s at %s); %s",
	    rose ? "rose" : "fell", c->before.value, c->after.value,
	    most->noise_absolute ? "" : " re full scale", most->before->measured->speaker,
	    most->before->measured->position, heard(in_jnd(c)));
}

static void say_pair(struct sabin_comparison *all, const struct sabin_compared_pair *p)
{
	const struct sabin_change *d = &p->deviation, *l = &p->level;
	if (d->significant)
		add(all, d->change.value < 0 ? "match-better" : "match-worse", in_jnd(d),
		    "%s and %s match %s at %s: they differ by %.1f instead of %.1f dB RMS; %s",
		    p->left, p->right, d->change.value < 0 ? "better" : "worse", p->position,
		    d->after.value, d->before.value, heard(in_jnd(d)));
	if (l->significant)
		add(all, "balance-changed", in_jnd(l),
		    "The balance of %s against %s went from %+.1f to %+.1f dB at %s; %s", p->left,
		    p->right, sabin_number_tidy(l->before.value, 1),
		    sabin_number_tidy(l->after.value, 1), p->position, heard(in_jnd(l)));
}

/* ---- all ------------------------------------------------------------------------------------- */

static int by_weight(const void *a, const void *b)
{
	const struct sabin_finding *x = a, *y = b;
	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	const int code = strcmp(x->code, y->code);
	return code ? code : strcmp(x->text, y->text);
}

void sabin_comparison_summarize(struct sabin_comparison *all)
{
	say_parameters(all);
	say_levels(all);
	for (size_t i = 0; i < all->count; i++) {
		const struct sabin_compared *c = &all->item[i];
		for (size_t m = 0; m < c->mode_count; m++)
			say_mode(all, c, &c->modes[m]);
		for (size_t r = 0; r < c->reflection_count; r++)
			say_reflection(all, c, &c->reflections[r]);
	}
	say_noise(all);
	for (size_t p = 0; p < all->pair_count; p++)
		say_pair(all, &all->pairs[p]);
	qsort(all->summary, all->finding_count, sizeof *all->summary, by_weight);
	all->any_significant = all->finding_count > 0;
	if (!all->any_significant)
		add(all, "no-significant-change", 0,
		    "No significant change: what differs may be chance (5 %%, corrected for the "
		    "number of "
		    "quantities)");
	if (all->not_compared_count > 0)
		add(all, "not-compared", 0, "Not compared, or with reservations: %s, %s%s",
		    all->not_compared[0].what, all->not_compared[0].why,
		    all->not_compared_count > 1 ? "; and more" : "");
}
