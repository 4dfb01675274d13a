/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * comparison_summary.c: what changed, in plain words, the most important first.
 *
 * Importance is the change in just noticeable differences.  A change is said only where it would still
 * be significant with Bonferroni's correction for the number of tables on top of Holm's within each:
 * that nothing is said of two measurements of an unchanged room in 95 of 100 cases holds for the whole of
 * it, not for each table by itself.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/comparison.h"
#include "cli/show.h"
#include "io/number.h"

static const double whole_p = 0.05;

/* What a finding is about, beside the whole room. */
struct subject {
	const struct sabin_compared *where;
	const struct sabin_compared_mode *mode;
	const struct sabin_compared_reflection *reflection;
};

__attribute__((format(printf, 5, 6))) static void add(struct sabin_comparison *all,
                                                      const char *code, double jnds,
                                                      const struct subject *about,
                                                      const char *format, ...)
{
	/* What happens at one place counts half against what happens in the room. */
	static const double one_place = 0.5;
	va_list arguments;
	if (all->finding_count == all->finding_most)
		return;
	struct sabin_finding *f = &all->summary[all->finding_count++];
	*f = (struct sabin_finding){
	    .code = code,
	    .weight = about ? one_place * jnds : jnds,
	    .noticeable = jnds >= 1,
	};
	if (about) {
		f->where = about->where;
		f->mode = about->mode;
		f->reflection = about->reflection;
	}
	va_start(arguments, format);
	vsnprintf(f->text, sizeof f->text, format, arguments);
	va_end(arguments);
}

static double in_jnd(const struct sabin_change *c)
{
	return c->jnd > 0 ? fabs(c->change.value) / c->jnd : fabs(c->change.value);
}

static bool holds(const struct sabin_comparison *all, const struct sabin_change *c)
{
	return c->significant && c->p_holm * (double)all->table_count <= whole_p;
}

static const char *heard(double jnds)
{
	return jnds >= 3   ? "clearly noticeable"
	       : jnds >= 1 ? "noticeable"
	                   : "measurable, but too little to notice";
}

/* An uncertainty that is to be printed with so many decimals is not printed as nothing. */
static double at_least(double plus_minus, int decimals)
{
	return fmax(plus_minus, pow(10, -decimals));
}

/* "63 Hz, 250 Hz to 2 kHz": the octaves among centre_hz[n] that `in` names. */
static void say_bands(const double *centre_hz, const bool *in, size_t n, char *text, size_t size)
{
	size_t used = 0;
	text[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		size_t last = i;
		if (!in[i])
			continue;
		while (last + 1 < n && in[last + 1])
			last++;
		const struct sabin_text from = sabin_text_hz(centre_hz[i]), to = sabin_text_hz(centre_hz[last]);
		if (used < size)
			used += (size_t)snprintf(text + used, size - used, "%s%s%s%s", used ? ", " : "",
			                         from.s, last > i ? " to " : "", last > i ? to.s : "");
		i = last;
	}
}

/* The changes of one sign among list[n]: which, and the greatest.  Where some are noticeable, those. */
struct group {
	bool in[SABIN_COMPARED_OCTAVES];
	size_t count, most;
	double weight;
};

static struct group group_of(const struct sabin_comparison *all,
                             const struct sabin_change *const *list, size_t n, bool rose)
{
	struct group g = {.count = 0};
	for (size_t i = 0; i < n; i++) {
		const struct sabin_change *c = list[i];
		if (!holds(all, c) || (c->change.value > 0) != rose)
			continue;
		g.in[i] = true;
		g.count++;
		if (in_jnd(c) > g.weight) {
			g.weight = in_jnd(c);
			g.most = i;
		}
	}
	for (size_t i = 0; i < n && g.weight >= 1; i++)
		g.in[i] = g.in[i] && in_jnd(list[i]) >= 1;
	return g;
}

struct words {
	const char *fell, *rose; /* codes */
	const char *name, *unit;
	double factor;
	int decimals;
	bool relative; /* also in per cent */
};

/* What of each response a mean is of: a parameter by bands, levels by octaves, the STI. */
struct source {
	enum { SOURCE_BANDS, SOURCE_LEVELS, SOURCE_STI } kind;
	size_t parameter;
	bool bass;    /* levels: of the subwoofers */
	size_t total; /* responses that it could be of */
};

static const struct sabin_change *part_of(const struct sabin_compared *c, const struct source *s, size_t band)
{
	if (s->kind == SOURCE_STI)
		return &c->sti;
	if (s->kind == SOURCE_LEVELS)
		return band < c->response.octave_count ? &c->response.octave[band].level : NULL;
	return band < c->band_count ? &c->bands[band].value[s->parameter] : NULL;
}

/* "left at mix and right at mix": the responses that the mean of a band is of, where they are few. */
static void say_which(const struct sabin_comparison *all, const struct source *source, size_t band, size_t count,
                      char *text, size_t size)
{
	enum { FEW = 3 };
	size_t used = 0, n = 0;
	text[0] = '\0';
	for (size_t i = 0; i < all->count && count <= FEW && used < size; i++) {
		const struct sabin_change *c = part_of(&all->item[i], source, band);
		const bool in = source->kind != SOURCE_LEVELS || sabin_compared_in_mean(all, i, source->bass);
		if (!c || !c->change.valid || !in)
			continue;
		const struct sabin_measured *m = all->item[i].before->measured;
		const char *between = n == 0 ? "" : n + 1 == count ? " and " : ", ";
		used += (size_t)snprintf(text + used, size - used, "%s%s at %s", between, m->speaker, m->position);
		n++;
	}
}

/* ", of 1 of 4 responses (left at mix)" of the bands that are named, where they are means of fewer than all; of
 * several bands that are of different numbers, ", of 1 to 3 of 4 responses (at 4 kHz only left at mix)": the first
 * band that has fewest; "": of all. */
static void say_count(const struct sabin_comparison *comparison, const struct source *source,
                      const struct sabin_change *const *list, const bool *in, const double *centre_hz, size_t n,
                      char *text, size_t size)
{
	const size_t all = source->total;
	size_t least = all, most = 0, where = 0;
	char which[420] = "";
	for (size_t i = 0; i < n; i++)
		if (in[i]) {
			where = list[i]->count < least ? i : where;
			least = list[i]->count < least ? list[i]->count : least;
			most = list[i]->count > most ? list[i]->count : most;
		}
	text[0] = '\0';
	if (least >= all)
		return;
	say_which(comparison, source, where, least, which, sizeof which);
	const bool differ = least < most && which[0];
	size_t used = (size_t)snprintf(text, size, ", of %zu", least);
	if (least < most)
		used += (size_t)snprintf(text + used, size - used, " to %zu", most);
	used += (size_t)snprintf(text + used, size - used, " of %zu responses", all);
	if (which[0])
		snprintf(text + used, size - used, " (%s%s%s%s)", differ ? "at " : "",
		         differ ? sabin_text_hz(centre_hz[where]).s : "", differ ? " only " : "", which);
}

static void say_group(struct sabin_comparison *all, const struct words *w, const struct source *source,
                      const struct sabin_change *const *list, const double *centre_hz, size_t n)
{
	for (int rose = 0; rose < 2; rose++) {
		const struct group g = group_of(all, list, n, rose);
		char bands[200], share[64] = "", most[100] = "", count[500];
		size_t named = 0;
		if (g.count == 0)
			continue;
		const struct sabin_change *c = list[g.most];
		say_count(all, source, list, g.in, centre_hz, n, count, sizeof count);
		say_bands(centre_hz, g.in, n, bands, sizeof bands);
		for (size_t i = 0; i < n; i++)
			named += g.in[i];
		if (named > 1)
			snprintf(most, sizeof most, ", most at %s",
			         sabin_text_hz(centre_hz[g.most]).s);
		if (w->relative)
			snprintf(share, sizeof share, " (%+.1f ± %.1f %%)",
			         100 * c->change.value / c->before.value,
			         at_least(200 * c->change.plus_minus / c->before.value, 1));
		else
			snprintf(share, sizeof share, " (%+.*f ± %.*f %s)", w->decimals,
			         w->factor * c->change.value, w->decimals,
			         at_least(2 * w->factor * c->change.plus_minus, w->decimals),
			         w->unit);
		const bool filtered = all->corrected && source->kind == SOURCE_BANDS && w->relative;
		add(all, rose ? w->rose : w->fell, g.weight, NULL,
		    "%s %s at %s%s: from %.*f to %.*f %s%s%s; %s%s", w->name, rose ? "rose" : "fell",
		    bands, most, w->decimals, sabin_number_tidy(w->factor * c->before.value, w->decimals),
		    w->decimals, sabin_number_tidy(w->factor * c->after.value, w->decimals), w->unit, share,
		    count, heard(g.weight),
		    filtered ? "; no equaliser shortens a decay: it makes modes quieter, and the slope is that of the others, "
		               "read at these places"
		             : "");
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
			say_group(all, &rows[r].words, &(struct source){SOURCE_BANDS, p, false, all->count}, list, centre_hz, n);
		}
	const struct sabin_change *sti = &all->mean_sti;
	char count[500];
	say_count(all, &(struct source){SOURCE_STI, 0, false, all->count}, &sti, (const bool[]){true}, NULL, 1, count,
	          sizeof count);
	if (holds(all, sti))
		add(all, sti->change.value > 0 ? "intelligibility-rose" : "intelligibility-fell",
		    in_jnd(sti), NULL, "Speech intelligibility (STI) %s from %.2f to %.2f%s; %s",
		    sti->change.value > 0 ? "rose" : "fell", sti->before.value, sti->after.value, count,
		    heard(in_jnd(sti)));
}

static void say_octaves(struct sabin_comparison *all, const char *name, bool bass, size_t total,
                        const struct sabin_compared_level *octave, size_t count)
{
	const struct words words = {"level-fell", "level-rose", name, "dB", 1, 1, false};
	const struct sabin_change *list[SABIN_COMPARED_OCTAVES];
	double centre_hz[SABIN_COMPARED_OCTAVES];
	for (size_t i = 0; i < count; i++) {
		list[i] = &octave[i].level;
		centre_hz[i] = octave[i].band.nominal_hz;
	}
	say_group(all, &words, &(struct source){SOURCE_LEVELS, 0, bass, total}, list, centre_hz, count);
}

/* Speakers of one kind: a mean over mains and subwoofers would be of neither. */
static void say_levels(struct sabin_comparison *all)
{
	const bool both = all->bass_count > 0;
	say_octaves(all, both ? "The frequency response of the main speakers" : "The frequency response", false,
	            all->count - all->bass_count, all->mean_octave, all->mean_octave_count);
	if (both)
		say_octaves(all, "The frequency response of the subwoofers", true, all->bass_count, all->bass_octave,
		            all->bass_octave_count);
}

/* ---- modes, reflections, noise, pairs -------------------------------------------------------- */

void sabin_mode_words(const struct sabin_compared_mode *m, char *text, size_t size)
{
	size_t used = 0;
	text[0] = '\0';
	if (m->t60.significant)
		used = (size_t)snprintf(text, size, "decay from %.2f to %.2f s", m->t60.before.value,
		                        m->t60.after.value);
	if (m->level.significant && used < size)
		snprintf(text + used, size - used, "%sheight %+.1f ± %.1f dB", used ? ", " : "",
		         m->level.change.value, at_least(2 * m->level.change.plus_minus, 1));
}

void sabin_reflection_words(const struct sabin_compared_reflection *r, char *text, size_t size)
{
	if (r->event == SABIN_EVENT_BOTH)
		snprintf(text, size, "from %.1f to %.1f dB re the direct sound",
		         r->level.before.value, r->level.after.value);
	else if (r->event == SABIN_EVENT_NEW)
		snprintf(text, size, "%.1f dB re the direct sound; it was below %.0f dB",
		         r->level.after.value, r->level.before.need);
	else
		snprintf(text, size, "%.1f dB re the direct sound; now below %.0f dB",
		         r->level.before.value, r->level.after.need);
}

const char *sabin_heard(const struct sabin_finding *finding)
{
	return heard(finding->where ? 2 * finding->weight : finding->weight);
}

static void say_mode(struct sabin_comparison *all, const struct sabin_compared *c,
                     const struct sabin_compared_mode *m)
{
	const bool t60 = holds(all, &m->t60), level = holds(all, &m->level);
	if (m->event != SABIN_EVENT_BOTH || (!t60 && !level))
		return;
	const double fall = t60 ? m->t60.change.value : m->level.change.value;
	const double jnds = fmax(t60 ? in_jnd(&m->t60) : 0, level ? in_jnd(&m->level) : 0);
	char words[160];
	sabin_mode_words(m, words, sizeof words);
	add(all, fall < 0 ? "mode-fell" : "mode-rose", jnds, &(struct subject){c, m, NULL},
	    "The mode at %.0f Hz %s (%s at %s): %s; %s", m->before_hz.value,
	    fall < 0 ? "fell" : "rose", c->before->measured->speaker, c->before->measured->position,
	    words, heard(jnds));
}

static void say_reflection(struct sabin_comparison *all, const struct sabin_compared *c,
                           const struct sabin_compared_reflection *r)
{
	/* so far above what is found at all that to miss it is no chance */
	static const double margin_db = 6;
	static const char *const codes[] = {"reflection-fell", "reflection-gone", "reflection-new"};
	static const char *const verbs[] = {"fell", "is gone", "is new"};
	const struct sabin_change *l = &r->level;
	const bool rose = r->event == SABIN_EVENT_BOTH && l->change.value > 0;
	double jnds = in_jnd(l);
	char words[160];
	if (r->event == SABIN_EVENT_BOTH && !holds(all, l))
		return;
	if (r->event != SABIN_EVENT_BOTH) {
		const bool new = r->event == SABIN_EVENT_NEW;
		const struct sabin_quantity seen = new ? l->after : l->before;
		jnds = seen.value - (new ? l->before.need : l->after.need); /* at least, of 1 dB */
		if (!(jnds >= margin_db + 2 * seen.plus_minus))
			return;
	}
	sabin_reflection_words(r, words, sizeof words);
	add(all, rose ? "reflection-rose" : codes[r->event], jnds, &(struct subject){c, NULL, r},
	    "The reflection at %.1f ms %s (%s at %s): %s; %s", 1000 * r->time_s.value,
	    rose ? "rose" : verbs[r->event], c->before->measured->speaker,
	    c->before->measured->position, words, heard(jnds));
}

static void say_noise(struct sabin_comparison *all)
{
	const struct sabin_compared *most = NULL;
	for (size_t i = 0; i < all->count; i++)
		if (all->item[i].has_noise && holds(all, &all->item[i].noise_a) &&
		    (!most || in_jnd(&all->item[i].noise_a) > in_jnd(&most->noise_a)))
			most = &all->item[i];
	if (!most)
		return;
	const struct sabin_change *c = &most->noise_a;
	const bool rose = c->change.value > 0;
	add(all, rose ? "noise-rose" : "noise-fell", in_jnd(c), NULL,
	    "The background noise %s from %.1f to %.1f dB(A)%s (before %s at %s); %s",
	    rose ? "rose" : "fell", c->before.value, c->after.value,
	    most->noise_absolute ? "" : " re full scale", most->before->measured->speaker,
	    most->before->measured->position, heard(in_jnd(c)));
}

static void say_pair(struct sabin_comparison *all, const struct sabin_compared_pair *p)
{
	const struct sabin_change *d = &p->deviation, *l = &p->level;
	if (holds(all, d))
		add(all, d->change.value < 0 ? "match-better" : "match-worse", in_jnd(d), NULL,
		    "%s and %s match %s at %s: they differ by %.1f instead of %.1f dB RMS; %s",
		    p->left, p->right, d->change.value < 0 ? "better" : "worse", p->position,
		    d->after.value, d->before.value, heard(in_jnd(d)));
	if (holds(all, l))
		add(all, "balance-changed", in_jnd(l), NULL,
		    "The balance of %s against %s (200 Hz to 2 kHz) went from %+.1f to %+.1f dB at %s; %s", p->left,
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

/* Tables of which each is judged by itself: the two of means, that of pairs, and those of each
 * response that have anything in them. */
static size_t count_tables(const struct sabin_comparison *all)
{
	size_t n = 2 + (all->pair_count > 0) + (all->bass_count > 0);
	for (size_t i = 0; i < all->count; i++)
		n += (all->item[i].mode_count > 0) + (all->item[i].reflection_count > 0) +
		     all->item[i].has_noise;
	return n;
}

/* Each parameter, the STI and the levels to both sides, and what each response may add. */
static size_t most_findings(const struct sabin_comparison *all)
{
	size_t n = 18 + 2 * all->pair_count;
	for (size_t i = 0; i < all->count; i++)
		n += all->item[i].mode_count + all->item[i].reflection_count;
	return n;
}

enum sabin_err sabin_comparison_summarize(struct sabin_comparison *all)
{
	all->table_count = count_tables(all);
	all->finding_most = most_findings(all);
	all->summary = calloc(all->finding_most, sizeof *all->summary);
	if (!all->summary)
		return SABIN_ENOMEM;
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
	if (all->finding_count == 0)
		add(all, SABIN_NO_CHANGE, 0, NULL,
		    "No significant change: what differs may be chance (5 %%, corrected for the "
		    "number of quantities)");
	if (all->two_rooms[0])
		add(all, SABIN_TWO_ROOMS, HUGE_VAL, NULL,
		    "These seem to be two rooms, not one before and after: %s", all->two_rooms);
	qsort(all->summary, all->finding_count, sizeof *all->summary, by_weight);
	if (all->not_compared_count > 0)
		add(all, SABIN_NOT_COMPARED, 0, NULL,
		    "Not compared, or with reservations: %s, %s%s", all->not_compared[0].what,
		    all->not_compared[0].why, all->not_compared_count > 1 ? "; and more" : "");
	return SABIN_OK;
}
