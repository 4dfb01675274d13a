/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * comparison.c: two measurements against each other: who goes with whom, bands, noise, means.
 */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "cli/comparison.h"
#include "cli/talk.h"
#include "io/atomic.h"
#include "io/sha256.h"

/* Positions in room files that differ by less are one: a tape measure tells no more. */
static const double same_place_m = 0.01;

static const enum sabin_parameter compared[SABIN_COMPARED_PARAMETERS] = {
    SABIN_EDT, SABIN_T20, SABIN_T30, SABIN_TOPT, SABIN_C50, SABIN_C80, SABIN_D50, SABIN_TS,
};

enum sabin_parameter sabin_compared_parameter(size_t i)
{
	return compared[i];
}

void sabin_comparison_leave_out(struct sabin_comparison *all, const char *what, const char *why,
                                ...)
{
	va_list arguments;
	if (all->not_compared_count == SABIN_NOT_COMPARED_MAX)
		return;
	const size_t i = all->not_compared_count++;
	snprintf(all->not_compared[i].what, sizeof all->not_compared[i].what, "%s", what);
	va_start(arguments, why);
	vsnprintf(all->not_compared[i].why, sizeof all->not_compared[i].why, why, arguments);
	va_end(arguments);
}

/* ---- who goes with whom ---------------------------------------------------------------------- */

/* Two bare files name nothing: their channels are what they have in common.  One response on either
 * side: these two are meant. */
static bool goes_with(const struct sabin_side *a, size_t i, const struct sabin_side *b, size_t k)
{
	const struct sabin_measured *x = a->item[i].measured, *y = b->item[k].measured;
	const bool named = a->measurement.directory && b->measurement.directory;
	if (a->count == 1 && b->count == 1 && !named)
		return true;
	return strcasecmp(x->speaker, y->speaker) == 0 &&
	       (!named || strcasecmp(x->position, y->position) == 0);
}

static double distance_m(const double a[3], const double b[3])
{
	return sqrt((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) +
	            (a[2] - b[2]) * (a[2] - b[2]));
}

/* ---- one room, one place --------------------------------------------------------------------- */

static const double same_size_share = 0.01, same_size_m = 0.02; /* what a tape measure leaves open */

/* The room files tell two rooms. */
static bool differ_in_size(const struct sabin_comparison *all)
{
	const double *b = all->before->room.room.size_m, *a = all->after->room.room.size_m;
	bool differ = false;
	for (int i = 0; i < 3; i++)
		differ = differ || fabs(a[i] - b[i]) > fmax(same_size_m, same_size_share * b[i]);
	return all->before->has_room && all->after->has_room && differ;
}

/* By the room files where both have one; else equal names are the user's word for it. */
static bool is_same_place(const struct sabin_comparison *all, const struct sabin_compared *c)
{
	const struct sabin_side *b = all->before, *a = all->after;
	if (!b->measurement.directory || !a->measurement.directory)
		return false;
	if (!b->has_room || !a->has_room)
		return true;
	if (differ_in_size(all))
		return false;
	const int speaker[2] = {sabin_roomfile_speaker(&b->room, c->before->measured->speaker),
	                        sabin_roomfile_speaker(&a->room, c->after->measured->speaker)};
	const int position[2] = {sabin_roomfile_position(&b->room, c->before->measured->position),
	                         sabin_roomfile_position(&a->room, c->after->measured->position)};
	if (speaker[0] < 0 || speaker[1] < 0 || position[0] < 0 || position[1] < 0)
		return true;
	return distance_m(b->room.speakers[speaker[0]].position_m,
	                  a->room.speakers[speaker[1]].position_m) <= same_place_m &&
	       distance_m(b->room.positions[position[0]].position_m,
	                  a->room.positions[position[1]].position_m) <= same_place_m;
}

static void refuse_untrustworthy(struct sabin_comparison *all, const char *what,
                                 const struct sabin_side_item *b, const struct sabin_side_item *a)
{
	const bool before = !b->measured->verdict.trustworthy;
	const struct sabin_verdict *v = &(before ? b : a)->measured->verdict;
	sabin_comparison_leave_out(all, what, "not trustworthy %s: %s", before ? "before" : "after",
	                           v->why_count ? v->why[0] : "its verdict says so");
}

static void name_of(const struct sabin_side_item *item, char text[160])
{
	snprintf(text, 160, "%.70s at %.70s", item->measured->speaker, item->measured->position);
}

static void find_partners(struct sabin_comparison *all)
{
	const struct sabin_side *b = all->before, *a = all->after;
	char name[160];
	for (size_t i = 0; i < b->count; i++) {
		size_t k = 0;
		while (k < a->count && !goes_with(b, i, a, k))
			k++;
		name_of(&b->item[i], name);
		if (k == a->count) {
			sabin_comparison_leave_out(all, name, "not in %s", a->path);
		} else if (!b->item[i].measured->verdict.trustworthy ||
		           !a->item[k].measured->verdict.trustworthy) {
			refuse_untrustworthy(all, name, &b->item[i], &a->item[k]);
		} else {
			struct sabin_compared *c = &all->item[all->count++];
			c->before = &b->item[i];
			c->after = &a->item[k];
			c->same_place = is_same_place(all, c);
		}
	}
	for (size_t k = 0; k < a->count; k++) {
		size_t i = 0;
		while (i < b->count && !goes_with(b, i, a, k))
			i++;
		name_of(&a->item[k], name);
		if (i == b->count)
			sabin_comparison_leave_out(all, name, "not in %s", b->path);
	}
}

/* Treatment damps modes, and moves them little; another room has others, of which some are alike by chance. */
static const size_t modes_least = 4;
static const double modes_share = 0.5;

static void find_two_rooms(struct sabin_comparison *all)
{
	const double *b = all->before->room.room.size_m, *a = all->after->room.room.size_m;
	size_t both = 0, fewer = 0;
	if (differ_in_size(all)) {
		snprintf(all->two_rooms, sizeof all->two_rooms,
		         "the room files say %.2f x %.2f x %.2f m and %.2f x %.2f x %.2f m", b[0], b[1],
		         b[2], a[0], a[1], a[2]);
		return;
	}
	for (size_t i = 0; i < all->count; i++)
		if (all->item[i].same_place) /* elsewhere other modes are heard */
			sabin_compare_mode_sets(&all->item[i], &both, &fewer);
	if (fewer >= modes_least && (double)both < modes_share * (double)fewer)
		snprintf(all->two_rooms, sizeof all->two_rooms,
		         "of %zu modes up to %.0f Hz only %zu are found in both", fewer,
		         SABIN_MODE_SETS_TO_HZ, both);
}

/* ---- what is not the same beside the room ---------------------------------------------------- */

static enum sabin_err digest(const struct sabin_side *side, const struct sabin_measured *measured,
                             char hash[SABIN_SHA256_SIZE])
{
	struct sabin_diag quiet;
	char *text = NULL;
	size_t length = 0;
	hash[0] = '\0';
	if (!measured->calibration)
		return SABIN_OK;
	char *path = sabin_path_join(side->measurement.path, measured->calibration);
	if (!path)
		return SABIN_ENOMEM;
	const enum sabin_err err = sabin_read_text(path, (size_t)4 << 20, &text, &length, &quiet);
	if (!err)
		sabin_sha256(text, length, hash);
	free(path);
	free(text);
	return err == SABIN_ENOMEM ? err : SABIN_OK;
}

static enum sabin_err check_chain(struct sabin_comparison *all)
{
	const struct sabin_compared *c = &all->item[0];
	char before[SABIN_SHA256_SIZE], after[SABIN_SHA256_SIZE];
	enum sabin_err err = digest(all->before, c->before->measured, before);
	if (!err)
		err = digest(all->after, c->after->measured, after);
	if (!err && strcmp(before, after) != 0)
		sabin_comparison_leave_out(
		    all, "microphone",
		    "the calibration files differ; each measurement was freed of "
		    "its own");
	const enum sabin_level_kind kinds[2] = {c->before->measured->level_kind,
	                                        c->after->measured->level_kind};
	if (kinds[0] != kinds[1])
		sabin_comparison_leave_out(
		    all, "absolute levels",
		    "the level references differ (%s, %s); responses are aligned "
		    "on their direct sound",
		    sabin_level_kind_name(kinds[0]), sabin_level_kind_name(kinds[1]));
	for (size_t i = 0; i < all->count; i++) {
		char name[160];
		name_of(all->item[i].before, name);
		if (!all->item[i].same_place && all->before->measurement.directory &&
		    all->after->measurement.directory)
			sabin_comparison_leave_out(all, name,
			                           "as one place: speaker or microphone moved; the "
			                           "uncertainty is that from place to place");
	}
	return err;
}

/* Topt is read as far down as the noise allows.  Read over other ranges, a decay that is not quite
 * straight has another time without having changed. */
static const double same_range_db = 3;

static void check_range(struct sabin_change *c, const struct sabin_band_result *before,
                        const struct sabin_band_result *after)
{
	if (!c->change.valid || fabs(before->topt_to_db - after->topt_to_db) <= same_range_db)
		return;
	const double value = c->change.value;
	c->change = sabin_quantity_invalid(value, SABIN_BECAUSE_RANGE);
	c->change.have = -fmax(before->topt_to_db, after->topt_to_db);
	c->change.need = -fmin(before->topt_to_db, after->topt_to_db);
	c->noticeable = false;
	c->p = NAN;
}

/* ---- bands ----------------------------------------------------------------------------------- */

static struct sabin_change_rules rules_of(const struct sabin_comparison *all,
                                          const struct sabin_compared *c)
{
	return (struct sabin_change_rules){
	    .same_place = c->same_place,
	    .moved_m = all->moved_m,
	    .speed_m_s = all->before->speed_m_s,
	    .freq_hz = 1000,
	    .jnd = NAN,
	};
}

/* An EDT whose 10 dB lie within 5 ms is that of the direct sound, which no reflection comes up to. */
static const double direct_edt_s = 6 * 0.005;

static void check_direct(struct sabin_change *c)
{
	if (c->change.valid && fmin(c->before.value, c->after.value) < direct_edt_s)
		sabin_change_refuse(c, SABIN_BECAUSE_NOT_A_DECAY);
}

static void compare_band(struct sabin_compared *c, const struct sabin_band_result *before,
                         const struct sabin_band_result *after, struct sabin_change_rules rules)
{
	struct sabin_compared_band *band = &c->bands[c->band_count++];
	band->band = before->band;
	rules.freq_hz = before->band.centre_hz;
	for (size_t p = 0; p < SABIN_COMPARED_PARAMETERS; p++) {
		const enum sabin_parameter parameter = compared[p];
		rules.jnd = sabin_jnd(parameter, before->value[parameter].value);
		band->value[p] =
		    sabin_change_of(before->value[parameter], after->value[parameter], &rules);
		if (parameter == SABIN_TOPT)
			check_range(&band->value[p], before, after);
		if (parameter == SABIN_EDT)
			check_direct(&band->value[p]);
		if (!sabin_compared_uncrossed(c, before->band.low_hz, before->band.high_hz))
			sabin_change_refuse(&band->value[p], SABIN_BECAUSE_OUT_OF_BAND);
	}
}

/* The index with what it varies by from place to place, which its own uncertainty leaves out. */
static struct sabin_quantity index_of(const struct sabin_side_item *item)
{
	struct sabin_quantity q = item->sti.sti;
	double time_s[SABIN_STI_BANDS];
	for (size_t i = 0; i < SABIN_STI_BANDS; i++) {
		time_s[i] = NAN;
		for (size_t b = 0; b < item->analysis.band_count; b++)
			if (item->analysis.bands[b].band.nominal_hz == 125 * exp2((double)i))
				time_s[i] = item->analysis.bands[b].value[SABIN_T20].value;
	}
	q.plus_minus = hypot(q.plus_minus, sabin_sti_place_deviation(time_s));
	return q;
}

static void compare_bands(struct sabin_compared *c, struct sabin_change_rules rules)
{
	const struct sabin_analysis *b = &c->before->analysis, *a = &c->after->analysis;
	for (size_t i = 0; i < b->band_count; i++)
		for (size_t k = 0; k < a->band_count; k++)
			if (b->bands[i].band.nominal_hz == a->bands[k].band.nominal_hz &&
			    c->band_count < SABIN_COMPARED_BANDS)
				compare_band(c, &b->bands[i], &a->bands[k], rules);
	rules.freq_hz = 2000; /* about where speech is understood */
	rules.jnd = SABIN_JND_STI;
	c->sti = sabin_change_of(index_of(c->before), index_of(c->after), &rules);
}

static void compare_noise(struct sabin_compared *c, struct sabin_change_rules rules)
{
	const struct sabin_noise *b = &c->before->noise, *a = &c->after->noise;
	c->has_noise = c->before->has_noise && c->after->has_noise && b->absolute == a->absolute;
	if (!c->has_noise)
		return;
	/* noise comes from all sides: where the microphone stands is of no account */
	rules.same_place = true;
	rules.moved_m = 0;
	rules.jnd = SABIN_JND_LEVEL_DB;
	c->noise_absolute = b->absolute;
	c->noise_count = SABIN_NOISE_OCTAVES;
	for (size_t i = 0; i < SABIN_NOISE_OCTAVES; i++) {
		c->noise[i].band = b->octave[i].band;
		c->noise[i].level = sabin_change_of(b->octave[i].level, a->octave[i].level, &rules);
	}
	c->noise_a = sabin_change_of(b->a, a->a, &rules);
}

/* ---- all of it ------------------------------------------------------------------------------- */

static void average(struct sabin_comparison *all, const struct sabin_change **list)
{
	all->mean_count = all->item[0].band_count;
	for (size_t b = 0; b < all->mean_count; b++) {
		all->mean[b].band = all->item[0].bands[b].band;
		for (size_t p = 0; p < SABIN_COMPARED_PARAMETERS; p++) {
			size_t n = 0;
			for (size_t i = 0; i < all->count; i++)
				if (b < all->item[i].band_count)
					list[n++] = &all->item[i].bands[b].value[p];
			all->mean[b].value[p] = sabin_change_mean(list, n);
		}
	}
	sabin_compare_mean_levels(all, list);
	for (size_t i = 0; i < all->count; i++)
		list[i] = &all->item[i].sti;
	all->mean_sti = sabin_change_mean(list, all->count);
}

/* Everything of one table of bands, and the STI with it. */
static enum sabin_err judge_bands(struct sabin_compared_band *bands, size_t count,
                                  struct sabin_change *sti)
{
	struct sabin_change *list[SABIN_COMPARED_BANDS * SABIN_COMPARED_PARAMETERS + 1];
	size_t n = 0;
	for (size_t b = 0; b < count; b++)
		for (size_t p = 0; p < SABIN_COMPARED_PARAMETERS; p++)
			list[n++] = &bands[b].value[p];
	list[n++] = sti;
	return sabin_changes_judge(list, n);
}

static enum sabin_err judge_levels(struct sabin_compared_level *levels, size_t count,
                                   struct sabin_compared_level *more, size_t more_count,
                                   struct sabin_change *other)
{
	struct sabin_change *list[SABIN_COMPARED_OCTAVES + SABIN_COMPARED_RANGES + 1];
	size_t n = 0;
	for (size_t i = 0; i < count; i++)
		list[n++] = &levels[i].level;
	for (size_t i = 0; i < more_count; i++)
		list[n++] = &more[i].level;
	if (other)
		list[n++] = other;
	return sabin_changes_judge(list, n);
}

static enum sabin_err compare_one(const struct sabin_comparison *all, struct sabin_compared *c)
{
	const struct sabin_change_rules rules = rules_of(all, c);
	compare_bands(c, rules);
	compare_noise(c, rules);
	enum sabin_err err = sabin_compare_responses(all, c, &rules);
	if (!err)
		err = sabin_compare_events(c, &rules);
	if (!err)
		err = judge_bands(c->bands, c->band_count, &c->sti);
	if (!err)
		err = judge_levels(c->response.octave, c->response.octave_count, c->response.range,
		                   c->response.range_count, NULL);
	if (!err)
		err = judge_levels(c->noise, c->noise_count, NULL, 0,
		                   c->has_noise ? &c->noise_a : NULL);
	return err;
}

enum sabin_err sabin_comparison_compute(const struct sabin_side *before,
                                        const struct sabin_side *after, double moved_m,
                                        struct sabin_comparison *out)
{
	*out = (struct sabin_comparison){.before = before, .after = after, .moved_m = moved_m};
	out->item = calloc(before->count, sizeof *out->item);
	const struct sabin_change **list = calloc(before->count, sizeof *list);
	enum sabin_err err = out->item && list ? SABIN_OK : SABIN_ENOMEM;
	if (!err)
		find_partners(out);
	if (!err && out->count > 0)
		err = check_chain(out);
	if (!err)
		sabin_compare_roles(out);
	for (size_t i = 0; !err && i < out->count; i++)
		err = compare_one(out, &out->item[i]);
	if (!err && out->count > 0) {
		average(out, list);
		find_two_rooms(out);
		err = judge_bands(out->mean, out->mean_count, &out->mean_sti);
		if (!err)
			err = judge_levels(out->mean_octave, out->mean_octave_count, NULL, 0, NULL);
		if (!err)
			err = judge_levels(out->bass_octave, out->bass_octave_count, NULL, 0, NULL);
		if (!err)
			err = sabin_compare_pairs(out);
		if (!err)
			err = sabin_compare_mean_curves(out);
		if (!err)
			err = sabin_comparison_summarize(out);
	}
	free(list);
	return err;
}

bool sabin_comparison_fewer(const struct sabin_comparison *all, const struct sabin_change *mean)
{
	return mean->change.valid && mean->count < all->count;
}

int sabin_comparison_complain(const char *command, const struct sabin_comparison *comparison)
{
	const bool any = comparison->not_compared_count > 0;
	sabin_complain(command, "nothing to compare: %s of %s: %s",
	               any ? comparison->not_compared[0].what : "no response",
	               comparison->before->path,
	               any ? comparison->not_compared[0].why : "there is none");
	return SABIN_EXIT_USAGE;
}

static void release_curves(struct sabin_compared_response *r)
{
	free(r->before_db);
	free(r->after_db);
	free(r->difference_db);
	free(r->plus_minus_db);
	free(r->significant);
}

void sabin_comparison_release(struct sabin_comparison *comparison)
{
	for (size_t i = 0; comparison->item && i < comparison->count; i++) {
		release_curves(&comparison->item[i].response);
		free(comparison->item[i].modes);
	}
	release_curves(&comparison->mean_response);
	free(comparison->item);
	free(comparison->summary);
	*comparison = (struct sabin_comparison){0};
}
