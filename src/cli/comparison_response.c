/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * comparison_response.c: levels before and after, by octave, by range, and as curves; how well the
 * speakers of a pair match.
 */
#include <math.h>
#include <stdlib.h>
#include <strings.h>

#include <sabin/target.h>

#include "cli/comparison.h"
#include "cli/pairs.h"

static const double usual_time_s = 0.4; /* of rooms whose decay is not known */
static const double significant_p = 0.05;

static const struct {
	const char *name;
	double low_hz, high_hz;
} ranges[SABIN_COMPARED_RANGES] = {
    {"bass", 20, 200}, {"low-middle", 200, 500}, {"middle", 500, 2000}, {"treble", 2000, 16000}};

/* Decay time about f_hz. */
static double time_at(const struct sabin_side_item *item, double f_hz)
{
	double best = INFINITY, time_s = usual_time_s;
	for (size_t b = 0; b < item->analysis.band_count; b++) {
		const struct sabin_band_result *r = &item->analysis.bands[b];
		const double far = fabs(log(f_hz / r->band.centre_hz));
		if (far < best && r->value[SABIN_T20].value > 0) {
			best = far;
			time_s = r->value[SABIN_T20].value;
		}
	}
	return time_s;
}

/* A level with what noise does to it and how it varies from place to place. */
static struct sabin_quantity level_of(const struct sabin_side_item *item, double level_db,
                                      double noise_db, double f_hz, double band_hz)
{
	if (!isfinite(level_db))
		return sabin_quantity_invalid(NAN, SABIN_BECAUSE_OUT_OF_BAND);
	const double window_s = item->response ? 0.5 : 0;
	const double noise = isfinite(noise_db)
	                         ? sabin_response_error_db(level_db, noise_db, band_hz, window_s)
	                         : (double)NAN;
	const double place = sabin_place_deviation_db(band_hz, time_at(item, f_hz));
	struct sabin_quantity q =
	    sabin_quantity_valid(level_db, isfinite(noise) ? hypot(place, noise) : place);
	q.repeatability = noise;
	if (isfinite(item->direct_error_db)) /* what the alignment brings in */
		q.repeatability = hypot(noise, item->direct_error_db);
	return q;
}

/* Power mean over the octave about point i, in dB. */
static double around_db(const struct sabin_response *r, size_t i)
{
	double power = 0, count = 0;
	size_t from = i;
	while (from > 0 && r->freq_hz[from - 1] >= r->freq_hz[i] / M_SQRT2)
		from--;
	for (size_t k = from; k < r->length && r->freq_hz[k] <= r->freq_hz[i] * M_SQRT2; k++) {
		power += pow(10, r->level_db[k] / 10);
		count++;
	}
	return 10 * log10(power / count);
}

/* The waves whose sum is the pressure go on where it has a dip: a microphone that moves by d finds
 * another sum of them, k d of their size and not of the sum's. */
static void steepen(struct sabin_quantity *q, const struct sabin_response *r, size_t i)
{
	const double noise = q->repeatability, place = sqrt(fmax(0, q->plus_minus * q->plus_minus - noise * noise));
	const double depth_db = around_db(r, i) - r->level_db[i];
	if (depth_db > 0 && isfinite(noise))
		q->plus_minus = hypot(noise, place * pow(10, depth_db / 20));
}

/* Mean power of response and noise between two frequencies; NAN where not all of it can be trusted.
 */
static struct sabin_quantity band_level(const struct sabin_side_item *item, double low_hz,
                                        double high_hz)
{
	const struct sabin_response_item *r = item->response;
	double power = 0, noise = 0, count = 0;
	const double middle_hz = sqrt(low_hz * high_hz);
	if (!sabin_trust_holds(&r->trust, low_hz) || !sabin_trust_holds(&r->trust, high_hz))
		return sabin_quantity_invalid(NAN, SABIN_BECAUSE_OUT_OF_BAND);
	for (size_t i = 0; i < r->response.length; i++) {
		const double f_hz = r->response.freq_hz[i];
		if (f_hz < low_hz || f_hz >= high_hz)
			continue;
		power += pow(10, r->response.level_db[i] / 10);
		noise += pow(10, r->noise_bound_db[i] / 10);
		count++;
	}
	if (count == 0 || r->response.freq_hz[r->response.length - 1] < high_hz * 0.98)
		return sabin_quantity_invalid(NAN, SABIN_BECAUSE_OUT_OF_BAND);
	return level_of(item, 10 * log10(power / count), 10 * log10(noise / count), middle_hz,
	                high_hz - low_hz);
}

/* In the bass a band may hold one mode, or none that is known: a displacement then does to its level what it does to
 * that mode's height, as of many waves one so much longer would. */
static double moved_m(const struct sabin_side_item *item, struct sabin_quantity level, double low_hz,
                      double high_hz, double by_m)
{
	const double place = sqrt(level.plus_minus * level.plus_minus - level.repeatability * level.repeatability);
	size_t modes = 0;
	for (size_t i = 0; i < item->modes.count; i++)
		modes += item->modes.modes[i].frequency_hz.value >= low_hz &&
		         item->modes.modes[i].frequency_hz.value < high_hz;
	return high_hz <= SABIN_MODE_SETS_TO_HZ && modes <= 1 && place > 0
	           ? by_m * fmax(1, SABIN_MODE_SLOPE_DB / place)
	           : by_m;
}

static struct sabin_change compare_level(const struct sabin_compared *c, double low_hz,
                                         double high_hz, const struct sabin_change_rules *rules)
{
	struct sabin_change_rules r = *rules;
	struct sabin_quantity before = band_level(c->before, low_hz, high_hz);
	struct sabin_quantity after = band_level(c->after, low_hz, high_hz);
	if (!sabin_compared_uncrossed(c, low_hz, high_hz))
		before = after = sabin_quantity_invalid(NAN, SABIN_BECAUSE_OUT_OF_BAND);
	if (isfinite(c->response.aligned_db))
		after.value += c->response.aligned_db;
	r.freq_hz = sqrt(low_hz * high_hz);
	r.jnd = SABIN_JND_LEVEL_DB;
	r.moved_m = moved_m(c->before, before, low_hz, high_hz, r.moved_m);
	return sabin_change_of(before, after, &r);
}

static void compare_curve_point(struct sabin_compared *c, size_t i,
                                const struct sabin_change_rules *rules)
{
	struct sabin_compared_response *out = &c->response;
	const struct sabin_response_item *b = c->before->response, *a = c->after->response;
	const double f_hz = b->response.freq_hz[i];
	const double band_hz =
	    f_hz * (exp2(1 / 24.0) - exp2(-1 / 24.0)); /* a twelfth of an octave */
	const double add_db = isfinite(out->aligned_db) ? out->aligned_db : 0;
	struct sabin_change_rules r = *rules;
	out->before_db[i] = out->after_db[i] = out->difference_db[i] = out->plus_minus_db[i] = NAN;
	if (!sabin_compared_uncrossed(c, f_hz, f_hz))
		return;
	if (sabin_trust_holds(&b->trust, f_hz))
		out->before_db[i] = b->response.level_db[i];
	if (sabin_trust_holds(&a->trust, f_hz))
		out->after_db[i] = a->response.level_db[i] + add_db;
	r.freq_hz = f_hz;
	struct sabin_quantity before =
	    level_of(c->before, out->before_db[i], b->noise_bound_db[i], f_hz, band_hz);
	struct sabin_quantity after =
	    level_of(c->after, out->after_db[i], a->noise_bound_db[i] + add_db, f_hz, band_hz);
	if (rules->same_place) {
		steepen(&before, &b->response, i);
		steepen(&after, &a->response, i);
	}
	const struct sabin_change change = sabin_change_of(before, after, &r);
	if (!change.change.valid)
		return;
	out->difference_db[i] = change.change.value;
	out->plus_minus_db[i] = change.change.plus_minus;
}

static enum sabin_err make_curves(struct sabin_compared_response *out, size_t n)
{
	double **arrays[] = {&out->before_db, &out->after_db, &out->difference_db,
	                     &out->plus_minus_db};
	bool ok = (out->significant = calloc(n ? n : 1, sizeof *out->significant)) != NULL;
	for (int i = 0; i < 4; i++)
		ok = (*arrays[i] = calloc(n ? n : 1, sizeof(double))) && ok;
	out->length = ok ? n : 0;
	return ok ? SABIN_OK : SABIN_ENOMEM;
}

/* Which points of the curve differ by more than chance, among all of them. */
static enum sabin_err judge_curve(struct sabin_compared_response *r)
{
	double *p = calloc(r->length ? r->length : 1, sizeof *p);
	double *adjusted = calloc(r->length ? r->length : 1, sizeof *adjusted);
	enum sabin_err err = p && adjusted ? SABIN_OK : SABIN_ENOMEM;
	for (size_t i = 0; !err && i < r->length; i++)
		p[i] = r->plus_minus_db[i] > 0
		           ? erfc(fabs(r->difference_db[i]) / r->plus_minus_db[i] / sqrt(2))
		           : (double)NAN;
	if (!err)
		err = sabin_holm(p, r->length, adjusted);
	for (size_t i = 0; !err && i < r->length; i++)
		r->significant[i] = adjusted[i] <= significant_p;
	free(p);
	free(adjusted);
	return err;
}

static enum sabin_err compare_curves(struct sabin_compared *c,
                                     const struct sabin_change_rules *rules)
{
	struct sabin_compared_response *out = &c->response;
	const size_t before = c->before->response->response.length;
	const size_t after = c->after->response->response.length;
	enum sabin_err err = make_curves(out, before < after ? before : after);
	out->freq_hz = c->before->response->response.freq_hz;
	for (size_t i = 0; i < out->length; i++)
		compare_curve_point(c, i, rules);
	return err ? err : judge_curve(out);
}

enum sabin_err sabin_compare_mean_curves(struct sabin_comparison *all)
{
	const struct sabin_compared_response *longest = &all->item[0].response;
	for (size_t k = 1; k < all->count; k++)
		if (all->item[k].response.length > longest->length)
			longest = &all->item[k].response;
	enum sabin_err err = make_curves(&all->mean_response, longest->length);
	all->mean_response.freq_hz = longest->freq_hz;
	for (size_t i = 0; i < all->mean_response.length; i++)
		sabin_compare_mean_point(all, i);
	return err ? err : judge_curve(&all->mean_response);
}

enum sabin_err sabin_compare_responses(const struct sabin_comparison *all, struct sabin_compared *c,
                                       const struct sabin_change_rules *rules)
{
	struct sabin_compared_response *out = &c->response;
	struct sabin_band bands[SABIN_COMPARED_OCTAVES];
	(void)all;
	out->aligned_db = c->before->direct_db - c->after->direct_db;
	out->octave_count = sabin_bands(1, 31.5, 16000, bands, SABIN_COMPARED_OCTAVES);
	for (size_t i = 0; i < out->octave_count; i++)
		out->octave[i] = (struct sabin_compared_level){
		    .band = bands[i],
		    .level = compare_level(c, bands[i].low_hz, bands[i].high_hz, rules),
		};
	out->range_count = SABIN_COMPARED_RANGES;
	for (size_t i = 0; i < out->range_count; i++)
		out->range[i] = (struct sabin_compared_level){
		    .name = ranges[i].name,
		    .band = {.low_hz = ranges[i].low_hz, .high_hz = ranges[i].high_hz},
		    .level = compare_level(c, ranges[i].low_hz, ranges[i].high_hz, rules),
		};
	return compare_curves(c, rules);
}

/* ---- pairs ----------------------------------------------------------------------------------- */

enum { THIRDS = 32 };
static const double match_from_hz = 100, match_to_hz = 10000; /* deviations */

/* Left minus right.  Noise of both adds up; what a microphone that moves brings to one it may bring to the
 * other with the opposite sign, as where both stand alike to the middle of a room.  From here on it is in
 * repeatability. */
static struct sabin_quantity minus(struct sabin_quantity a, struct sabin_quantity b, double freq_hz,
                                   const struct sabin_change_rules *rules)
{
	struct sabin_change_rules r = *rules;
	if (!a.valid || !b.valid)
		return a.valid ? b : a;
	struct sabin_quantity q =
	    sabin_quantity_valid(a.value - b.value, hypot(a.plus_minus, b.plus_minus));
	r.freq_hz = freq_hz;
	q.repeatability = hypot(hypot(a.repeatability, b.repeatability),
	                        sabin_change_moved(a, &r) + sabin_change_moved(b, &r));
	return q;
}

/* An RMS of count deviations whose errors have the squares `square` in sum.  It moves by the mean of the
 * errors, weighted by the deviations: at most the RMS of the errors over sqrt(count).  And their own RMS
 * adds to it, squared, which is all of it where there are no deviations. */
static double rms_error(double rms, double square, double count)
{
	return hypot(sqrt(square) / count, sqrt(rms * rms + square / count) - rms);
}

/* The differences between two speakers by third octaves. */
struct thirds {
	double value[THIRDS];
	double sum, square, noise_square; /* of the values; of the squares of their uncertainties, and of those that repeat */
	size_t count;
	struct sabin_quantity missing; /* the first that is not valid; else valid */
};

static void find_thirds(const struct sabin_side_item *left, const struct sabin_side_item *right, double from_hz,
                        double to_hz, const struct sabin_change_rules *rules, struct thirds *t)
{
	struct sabin_band bands[THIRDS];
	*t = (struct thirds){.count = sabin_bands(3, from_hz, to_hz, bands, THIRDS),
	                     .missing = sabin_quantity_valid(0, 0)};
	for (size_t i = 0; i < t->count; i++) {
		const struct sabin_quantity q = minus(band_level(left, bands[i].low_hz, bands[i].high_hz),
		                                      band_level(right, bands[i].low_hz, bands[i].high_hz),
		                                      bands[i].centre_hz, rules);
		if (!q.valid) {
			t->missing = q;
			return;
		}
		t->value[i] = q.value;
		t->sum += q.value;
		t->square += q.plus_minus * q.plus_minus;
		t->noise_square += q.repeatability * q.repeatability;
	}
}

/* RMS over third octaves of the difference between two speakers, its mean removed. */
static struct sabin_quantity deviation_of(const struct sabin_side_item *left,
                                          const struct sabin_side_item *right,
                                          const struct sabin_change_rules *rules)
{
	struct thirds t;
	double square = 0;
	find_thirds(left, right, match_from_hz, match_to_hz, rules, &t);
	if (!t.missing.valid)
		return t.missing;
	const double n = (double)t.count;
	for (size_t i = 0; i < t.count; i++)
		square += (t.value[i] - t.sum / n) * (t.value[i] - t.sum / n);
	const double rms = sqrt(square / n);
	struct sabin_quantity q = sabin_quantity_valid(rms, rms_error(rms, t.square, n));
	q.repeatability = rms_error(rms, t.noise_square, n);
	return q;
}

/* The mean of these differences where `eq` makes levels equal, as `measure` tells it.  Errors of the thirds that
 * are not each other's add up as their squares; that of a wide band is not fallen below. */
static enum sabin_err balance_of(const struct sabin_side_item *left, const struct sabin_side_item *right,
                                 const struct sabin_change_rules *rules, struct sabin_quantity *q)
{
	const double low_hz = sabin_target_band_hz[0], high_hz = sabin_target_band_hz[1];
	const struct sabin_quantity wide =
	    minus(band_level(left, low_hz, high_hz), band_level(right, low_hz, high_hz), sqrt(low_hz * high_hz), rules);
	struct thirds t;
	find_thirds(left, right, low_hz, high_hz, rules, &t);
	*q = t.missing.valid ? wide : t.missing;
	if (!q->valid)
		return SABIN_OK;
	struct sabin_quantity level;
	const struct sabin_pair_side l = {left->response->h, left->response->frames, left->measured},
	                             r = {right->response->h, right->response->frames, right->measured};
	const enum sabin_err err = sabin_pairs_level(&r, &l, &level);
	if (err)
		return err == SABIN_ENOMEM ? err : SABIN_OK;
	const double n = (double)t.count;
	q->value = level.value;
	q->plus_minus = fmax(sqrt(t.square) / n, wide.plus_minus);
	q->repeatability = fmax(sqrt(t.noise_square) / n, wide.repeatability);
	return SABIN_OK;
}

static bool is_pair(const struct sabin_comparison *all, const char *left, const char *right)
{
	const struct sabin_side *side = all->before;
	const int at = side->has_room ? sabin_roomfile_speaker(&side->room, left) : -1;
	if (at >= 0 && side->room.speakers[at].pair[0])
		return strcasecmp(side->room.speakers[at].pair, right) == 0;
	return strcasecmp(left, "left") == 0 && strcasecmp(right, "right") == 0;
}

static enum sabin_err compare_pair(struct sabin_comparison *all, const struct sabin_compared *l,
                         const struct sabin_compared *r)
{
	struct sabin_compared_pair *pair = &all->pairs[all->pair_count++];
	struct sabin_change_rules rules = {
	    .same_place = l->same_place && r->same_place,
	    .moved_m = all->moved_m,
	    .speed_m_s = all->before->speed_m_s,
	    .freq_hz = 1000,
	    .jnd = SABIN_JND_LEVEL_DB,
	};
	struct sabin_change_rules at = rules; /* the differences know by themselves what moving does */
	at.moved_m = 0;
	pair->left = l->before->measured->speaker;
	pair->right = r->before->measured->speaker;
	pair->position = l->before->measured->position;
	struct sabin_quantity before, after;
	enum sabin_err err = balance_of(l->before, r->before, &rules, &before);
	if (!err)
		err = balance_of(l->after, r->after, &rules, &after);
	if (err)
		return err;
	pair->level = sabin_change_of(before, after, &at);
	pair->deviation = sabin_change_of(deviation_of(l->before, r->before, &rules),
	                                  deviation_of(l->after, r->after, &rules), &at);
	return SABIN_OK;
}

enum sabin_err sabin_compare_pairs(struct sabin_comparison *all)
{
	struct sabin_change *list[2 * SABIN_PAIRS_COMPARED_MAX];
	for (size_t i = 0; i < all->count; i++)
		for (size_t k = 0; k < all->count; k++) {
			const struct sabin_measured *l = all->item[i].before->measured,
			                            *r = all->item[k].before->measured;
			bool seen = all->pair_count == SABIN_PAIRS_COMPARED_MAX || i == k ||
			            strcasecmp(l->position, r->position) != 0 ||
			            !is_pair(all, l->speaker, r->speaker);
			for (size_t p = 0; p < all->pair_count && !seen; p++)
				seen = strcasecmp(all->pairs[p].left, r->speaker) == 0 &&
				       strcasecmp(all->pairs[p].position, r->position) == 0;
			const enum sabin_err err =
			    seen ? SABIN_OK : compare_pair(all, &all->item[i], &all->item[k]);
			if (err)
				return err;
		}
	for (size_t p = 0; p < all->pair_count; p++) {
		list[2 * p] = &all->pairs[p].level;
		list[2 * p + 1] = &all->pairs[p].deviation;
	}
	return sabin_changes_judge(list, 2 * all->pair_count);
}
