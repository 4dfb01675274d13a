/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * wiring.c: faults between the converter and the loudspeaker, read from how the speakers of a room differ:
 * polarity, level and delay of a pair, a driver that is silent.
 */
#include <math.h>
#include <stdlib.h>

#include "advice/inner.h"
#include "room/inner.h"
#include "signal/rank.h"

/* ---- polarity ---------------------------------------------------------------------------------------- */

/* How many positions hear a speaker's direct sound one way up, less those that hear it the other way. */
static int polarity_of(const struct sabin_advice_scene *scene, size_t speaker, int *heard)
{
	int sum = 0;
	*heard = 0;
	for (size_t i = 0; i < scene->response_count; i++) {
		const struct sabin_advice_response *r = &scene->response[i];
		if (r->speaker != speaker || !r->trustworthy || r->polarity == 0)
			continue;
		sum += r->polarity;
		(*heard)++;
	}
	return sum;
}

enum sabin_err advice_find_polarity(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	size_t normal = 0, inverted = 0;
	int heard;
	for (size_t s = 0; s < scene->speaker_count; s++) {
		/* a subwoofer's is that of its crossover as much as of its wiring */
		if (advice_is_bass(&scene->speaker[s]))
			continue;
		const int sum = polarity_of(scene, s, &heard);
		normal += sum > 0;
		inverted += sum < 0;
	}
	for (size_t s = 0; s < scene->speaker_count && inverted > 0; s++) {
		const int sum = polarity_of(scene, s, &heard);
		if (advice_is_bass(&scene->speaker[s]) || sum >= 0)
			continue;
		struct sabin_advice_item *item = advice_add(out, SABIN_ADVICE_POLARITY_INVERTED);
		if (!item)
			break;
		item->chart = "impulse";
		item->benefit = 20;
		advice_evidence(item, "positions_inverted", advice_number((heard - sum) / 2.0), "1");
		advice_evidence(item, "positions_heard", advice_number(heard), "1");
		if (normal == 0) {
			/* microphone, preamplifier or all speakers: the picture is none the worse for it */
			item->kind = SABIN_ADVICE_LEAVE;
			item->confidence = 0.9;
			item->speaker = inverted == 1 ? (int)s : -1;
			break;
		}
		item->speaker = (int)s;
		item->other_speaker = scene->speaker[s].partner;
		item->confidence = 1 - 0.2 / heard - 0.3 * (heard + sum) / heard;
	}
	return SABIN_OK;
}

/* ---- a driver that is silent ------------------------------------------------------------------------ */

enum { OCTAVES = SABIN_ABSORPTION_BANDS };
static const double missing_db = 12;       /* under what the partner plays */
static const double missing_alone_db = 22; /* under the speaker's own middle, where there is no partner */

/* Level of a speaker by octave, mean over positions; NAN: not to be had. */
static void levels_of(const struct sabin_advice_scene *scene, size_t speaker, double level_db[OCTAVES])
{
	double sum[OCTAVES] = {0};
	int n = 0;
	for (size_t i = 0; i < scene->response_count; i++) {
		const struct sabin_advice_response *r = &scene->response[i];
		if (r->speaker != speaker || !r->trustworthy || !r->response)
			continue;
		for (int o = 0; o < OCTAVES; o++)
			sum[o] += advice_level_db(r->response, room_octave_hz[o] / M_SQRT2, room_octave_hz[o] * M_SQRT2);
		n++;
	}
	for (int o = 0; o < OCTAVES; o++)
		level_db[o] = n > 0 ? sum[o] / n : (double)NAN;
}

/* Median of those that are numbers; NAN: none.  Sorts the values. */
static double median(double *value, size_t n)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (isfinite(value[i]))
			value[kept++] = value[i];
	return sabin_median(value, kept);
}

/* Is the octave wholly within what the speaker is made to play? */
static bool plays(const struct sabin_advice_speaker *speaker, double hz)
{
	return !(hz / M_SQRT2 < speaker->range_hz[0] * 0.99) && !(hz * M_SQRT2 > speaker->range_hz[1] * 1.01);
}

static void add_dead(struct sabin_advice *out, size_t speaker, int partner, const double lack_db[OCTAVES],
                     double threshold_db, double confidence)
{
	int first = -1, last = -1;
	double worst = 0;
	for (int o = 0; o < OCTAVES; o++)
		if (lack_db[o] >= threshold_db) {
			first = first < 0 ? o : first;
			last = o;
			worst = fmax(worst, lack_db[o]);
		}
	struct sabin_advice_item *item = first < 0 ? NULL : advice_add(out, SABIN_ADVICE_DRIVER_DEAD);
	if (!item)
		return;
	item->speaker = (int)speaker;
	item->other_speaker = partner;
	item->freq_hz = room_octave_hz[first];
	item->chart = "response";
	item->benefit = fmin(worst, 20);
	item->confidence = confidence;
	for (int o = first; o <= last; o++)
		advice_evidence_band(item, "lack", advice_number(lack_db[o]), "dB", room_octave_hz[o]);
}

enum sabin_err advice_find_dead_driver(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	for (size_t s = 0; s < scene->speaker_count; s++) {
		const struct sabin_advice_speaker *speaker = &scene->speaker[s];
		double own[OCTAVES], others[OCTAVES], lack[OCTAVES], sorted[OCTAVES];
		levels_of(scene, s, own);
		if (isnan(own[4]) || advice_is_bass(speaker))
			continue;
		if (speaker->partner >= 0) {
			levels_of(scene, (size_t)speaker->partner, others);
			for (int o = 0; o < OCTAVES; o++)
				lack[o] = sorted[o] = others[o] - own[o];
			const double middle = median(sorted, OCTAVES);
			for (int o = 0; o < OCTAVES; o++)
				lack[o] = lack[o] - middle;
			/* in single octaves of the bass the room may do that */
			for (int o = 0; o < 2; o++)
				lack[o] = fmin(lack[o], lack[o + 1]);
			const size_t before = out->count;
			add_dead(out, s, speaker->partner, lack, missing_db, 0.95);
			if (out->count > before)
				continue;
		}
		double middle[4] = {own[2], own[3], own[4], own[5]};
		const double usual = median(middle, 4);
		for (int o = 0; o < OCTAVES; o++)
			lack[o] = plays(speaker, room_octave_hz[o]) ? usual - own[o] : 0;
		lack[0] = isnan(speaker->range_hz[0]) ? 0 : lack[0]; /* small speakers play no 63 Hz */
		add_dead(out, s, -1, lack, missing_alone_db, 0.7);
	}
	return SABIN_OK;
}

/* ---- level and delay of a pair ------------------------------------------------------------------------ */

static const double level_from_hz = 300, level_to_hz = 5000;
static const double position_error_m = 0.02;  /* of a tape measure, for each of two points */
static const double level_told_db = 1.0;      /* just noticeable */
static const double delay_told_s = 100e-6;    /* what moves a phantom image by some degrees */
static const double pair_error_db = 0.3;      /* of two good speakers of one type */

/* By how much the direct sound of b is louder than that of a, the distances taken off: the median over
 * frequency, which a dead driver or a reflection hardly moves. */
static struct sabin_quantity level_difference(const struct sabin_advice_response *a,
                                              const struct sabin_advice_response *b, double nearer_db)
{
	enum { POINTS_MAX = 512 };
	double difference[POINTS_MAX], deviation[POINTS_MAX];
	size_t n = 0;
	const size_t length = a->gated && b->gated ? a->gated->length : 0;
	if (length == 0 || b->gated->length != length)
		return sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	for (size_t i = 0; i < length && n < POINTS_MAX; i++)
		if (a->gated->freq_hz[i] >= level_from_hz && a->gated->freq_hz[i] <= level_to_hz)
			difference[n++] = b->gated->level_db[i] - a->gated->level_db[i] + nearer_db;
	const double middle = median(difference, n);
	for (size_t i = 0; i < n; i++)
		deviation[i] = fabs(difference[i] - middle);
	/* of a normal distribution 1.48 times the median of the deviations is the standard deviation; a third
	 * of an octave is one independent value, and a median is 1.25 times as unsure as a mean */
	const double thirds = 3 * log2(level_to_hz / level_from_hz);
	return n > 0 ? sabin_quantity_valid(middle, hypot(pair_error_db, 1.48 * 1.25 * median(deviation, n) /
	                                                                     sqrt(thirds)))
	             : sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
}

struct mean {
	double sum, weight;
};

static void mean_add(struct mean *mean, struct sabin_quantity q)
{
	const double w = q.valid ? 1 / (q.plus_minus * q.plus_minus) : 0;
	mean->sum += w > 0 ? w * q.value : 0;
	mean->weight += w;
}

static struct sabin_quantity mean_of(const struct mean *mean, double least)
{
	return mean->weight > 0 ? sabin_quantity_valid(mean->sum / mean->weight, fmax(sqrt(1 / mean->weight), least))
	                        : sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
}

bool advice_pair_swapped(const struct sabin_advice *out, int a, int b)
{
	for (size_t i = 0; i < out->count; i++)
		if (out->item[i].code == SABIN_ADVICE_CHANNELS_SWAPPED && out->item[i].speaker == a &&
		    out->item[i].other_speaker == b)
			return true;
	return false;
}

static void judge_level(struct sabin_advice *out, size_t a, size_t b, struct sabin_quantity level)
{
	if (!level.valid || fabs(level.value) < level_told_db)
		return;
	struct sabin_advice_item *item = advice_add(out, SABIN_ADVICE_LEVEL_MISMATCH);
	if (!item)
		return;
	item->speaker = (int)(level.value > 0 ? b : a); /* the louder one */
	item->other_speaker = (int)(level.value > 0 ? a : b);
	level.value = fabs(level.value);
	item->chart = "response";
	item->benefit = fmin(2 * level.value, 15);
	item->confidence = advice_probability(level.value - 0.5 * level_told_db, level.plus_minus);
	advice_evidence(item, "level_difference", level, "dB");
	advice_effect(item, "level_difference", level.value, sabin_quantity_valid(0, level.plus_minus), "dB");
}

static void judge_delay(struct sabin_advice *out, size_t a, size_t b, struct sabin_quantity delay)
{
	if (!delay.valid || fabs(delay.value) < fmax(delay_told_s, 2.5 * delay.plus_minus))
		return;
	struct sabin_advice_item *item = advice_add(out, SABIN_ADVICE_DELAY_MISMATCH);
	if (!item)
		return;
	item->speaker = (int)(delay.value > 0 ? b : a); /* the later one */
	item->other_speaker = (int)(delay.value > 0 ? a : b);
	delay.value = fabs(delay.value);
	item->chart = "impulse";
	item->benefit = fmin(delay.value / delay_told_s, 15);
	item->confidence = advice_probability(delay.value - 0.5 * delay_told_s, delay.plus_minus);
	advice_evidence(item, "delay_difference", delay, "s");
	advice_effect(item, "delay_difference", delay.value, sabin_quantity_valid(0, delay.plus_minus), "s");
}

static void compare_pair(const struct sabin_advice_scene *scene, size_t a, size_t b, struct sabin_advice *out)
{
	struct mean level = {0}, delay = {0};
	bool both = false, emission = false;
	static const double usual_c = 20;
	const double speed_m_s = sabin_speed_of_sound(scene->room ? scene->room->temperature_c : usual_c);
	for (size_t p = 0; p < scene->position_count; p++) {
		const struct sabin_advice_response *ra = advice_response(scene, a, p);
		const struct sabin_advice_response *rb = advice_response(scene, b, p);
		if (!ra || !rb)
			continue;
		both = true;
		const bool swapped = advice_pair_swapped(out, (int)a, (int)b);
		const double da = room_distance_m(scene->speaker[swapped ? b : a].position_m, scene->position_m[p]);
		const double db = room_distance_m(scene->speaker[swapped ? a : b].position_m, scene->position_m[p]);
		const bool known = da > 0.05 && db > 0.05;
		const double nearer_db = known ? 20 * log10(db / da) : 0;
		struct sabin_quantity q = level_difference(ra, rb, nearer_db);
		/* to the side of both, they radiate at different angles, too */
		q.plus_minus = hypot(q.plus_minus, known ? 0.5 * nearer_db : 1);
		mean_add(&level, q);
		if (!ra->arrival_s.valid || !rb->arrival_s.valid || !known)
			continue;
		emission = true;
		mean_add(&delay,
		         sabin_quantity_valid(rb->arrival_s.value - ra->arrival_s.value - (db - da) / speed_m_s,
		                              hypot(hypot(ra->arrival_s.plus_minus, rb->arrival_s.plus_minus),
		                                    2 * position_error_m / speed_m_s)));
	}
	out->gap[SABIN_GAP_NO_PAIR] = out->gap[SABIN_GAP_NO_PAIR] && !both;
	out->gap[SABIN_GAP_NO_EMISSION] = out->gap[SABIN_GAP_NO_EMISSION] || (both && !emission);
	judge_level(out, a, b, mean_of(&level, pair_error_db));
	/* the speakers' own places are wrong alike at all positions */
	judge_delay(out, a, b, mean_of(&delay, M_SQRT2 * position_error_m / 343));
}

enum sabin_err advice_find_mismatch(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	out->gap[SABIN_GAP_NO_PAIR] = true;
	for (size_t s = 0; s < scene->speaker_count; s++)
		if (scene->speaker[s].partner > (int)s)
			compare_pair(scene, s, (size_t)scene->speaker[s].partner, out);
	return SABIN_OK;
}
