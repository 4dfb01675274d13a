/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * swap.c: left plays what right should.  In the plane of symmetry nothing shows it; beside it, the
 * reflections of either speaker come in another order, and the nearer one comes first.
 */
#include <math.h>
#include <stdlib.h>

#include "acoustics/etc.h"
#include "advice/inner.h"
#include "room/inner.h"

static const double from_s = 0.4e-3, to_s = 20e-3; /* of the energy-time curve, after the direct sound */
static const double least_db = -30;
static const double unlike = 0.1;       /* two speakers whose curves differ by less cannot be told apart */
static const double timing_s = 0.15e-3; /* within which an arrival is where it should be */
static const double swapped_at = -0.3;  /* of the index, which is 1 where all is as in the file, -1 swapped */

/* Levels from from_s to to_s, no lower than least_db. */
struct curve {
	size_t n;
	double *level_db;
};

static enum sabin_err curve_of(const double *h, size_t frames, double rate_hz, double direct, double speed_m_s,
                               struct curve *out)
{
	struct sabin_reflections reflections;
	struct sabin_etc etc = {0};
	enum sabin_err err =
	    sabin_reflections_curve(h, frames, rate_hz, direct, speed_m_s, &reflections, &etc);
	if (err)
		return err;
	const size_t first = (size_t)(etc.direct + from_s * rate_hz);
	const size_t n = (size_t)((to_s - from_s) * rate_hz);
	out->level_db = calloc(n, sizeof *out->level_db);
	for (size_t i = 0; out->level_db && i < n && first + i < etc.length; i++) {
		out->level_db[i] = fmax(etc.level_db[first + i], least_db);
		out->n = i + 1;
	}
	sabin_etc_release(&etc);
	return out->level_db ? SABIN_OK : SABIN_ENOMEM;
}

/* What the geometry predicts of a speaker at a position, at the rate of a response. */
static enum sabin_err predict(const struct sabin_advice_scene *scene, size_t speaker, size_t position,
                              double rate_hz, struct curve *out)
{
	const double speed = sabin_speed_of_sound(scene->room->temperature_c);
	const double *from = scene->speaker[speaker].position_m, *to = scene->position_m[position];
	const double way = room_distance_m(from, to);
	if (!isfinite(way))
		return SABIN_EINVAL; /* places that are not known */
	const struct sabin_images_options options = {
	    .rate_hz = rate_hz,
	    .length_s = way / speed + 0.05,
	    .directivity = scene->speaker[speaker].directivity,
	};
	const size_t frames = (size_t)ceil(options.length_s * rate_hz);
	double *h = calloc(frames, sizeof *h);
	enum sabin_err err = h ? sabin_images_compute(scene->room, from, to, &options, h, frames) : SABIN_ENOMEM;
	if (!err)
		err = curve_of(h, frames, rate_hz, way / speed * rate_hz, speed, out);
	free(h);
	return err;
}

static double correlation(const struct curve *a, const struct curve *b)
{
	const size_t n = a->n < b->n ? a->n : b->n;
	double ma = 0, mb = 0, aa = 0, bb = 0, ab = 0;
	for (size_t i = 0; i < n; i++) {
		ma += a->level_db[i] / (double)n;
		mb += b->level_db[i] / (double)n;
	}
	for (size_t i = 0; i < n; i++) {
		const double x = a->level_db[i] - ma, y = b->level_db[i] - mb;
		aa += x * x;
		bb += y * y;
		ab += x * y;
	}
	return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

/* What a position says: 1, as in the file; -1, swapped; with the weight of what it can say. */
struct vote {
	double sum, weight;
};

static void vote_by_timing(const struct sabin_advice_response *a, const struct sabin_advice_response *b,
                           double expected_s, struct vote *vote)
{
	if (!a->arrival_s.valid || !b->arrival_s.valid || fabs(expected_s) < 2 * timing_s)
		return;
	const double is_s = b->arrival_s.value - a->arrival_s.value;
	const double one = fabs(is_s - expected_s) < timing_s   ? 1
	                   : fabs(is_s + expected_s) < timing_s ? -1
	                                                        : 0;
	vote->sum += one;
	vote->weight += fabs(one);
}

static enum sabin_err vote_by_reflections(const struct sabin_advice_scene *scene,
                                          const struct sabin_advice_response *a,
                                          const struct sabin_advice_response *b, struct vote *vote)
{
	const double speed = sabin_speed_of_sound(scene->room->temperature_c);
	struct curve measured_a = {0}, measured_b = {0}, of_a = {0}, of_b = {0};
	enum sabin_err err = curve_of(a->h, a->frames, a->rate_hz, a->direct, speed, &measured_a);
	if (!err)
		err = curve_of(b->h, b->frames, b->rate_hz, b->direct, speed, &measured_b);
	if (!err)
		err = predict(scene, a->speaker, a->position, a->rate_hz, &of_a);
	if (!err)
		err = predict(scene, b->speaker, b->position, b->rate_hz, &of_b);
	const double differ = err ? 0 : 1 - correlation(&of_a, &of_b);
	if (!err && differ > unlike) {
		const double straight = correlation(&measured_a, &of_a) + correlation(&measured_b, &of_b);
		const double crossed = correlation(&measured_a, &of_b) + correlation(&measured_b, &of_a);
		vote->sum += (straight - crossed) / 2; /* in units of `differ` */
		vote->weight += differ;
	}
	free(measured_a.level_db);
	free(measured_b.level_db);
	free(of_a.level_db);
	free(of_b.level_db);
	/* silence, or a point in a wall: this position has no vote */
	return err == SABIN_ENOMEM ? err : SABIN_OK;
}

static enum sabin_err look_at_pair(const struct sabin_advice_scene *scene, size_t a, size_t b,
                                   struct sabin_advice *out)
{
	const double speed = sabin_speed_of_sound(scene->room->temperature_c);
	struct vote timing = {0}, reflections = {0};
	bool both = false;
	enum sabin_err err = SABIN_OK;
	for (size_t p = 0; !err && p < scene->position_count; p++) {
		const struct sabin_advice_response *ra = advice_response(scene, a, p);
		const struct sabin_advice_response *rb = advice_response(scene, b, p);
		if (!ra || !rb)
			continue;
		both = true;
		const double expected_s = (room_distance_m(scene->speaker[b].position_m, scene->position_m[p]) -
		                           room_distance_m(scene->speaker[a].position_m, scene->position_m[p])) /
		                          speed;
		vote_by_timing(ra, rb, expected_s, &timing);
		err = vote_by_reflections(scene, ra, rb, &reflections);
	}
	if (err || !both)
		return err;
	if (timing.weight == 0 && reflections.weight == 0) {
		out->gap[SABIN_GAP_NO_OFF_CENTRE] = true;
		return SABIN_OK;
	}
	const double by_reflections = reflections.weight > 0 ? reflections.sum / reflections.weight : 0;
	const double by_timing = timing.weight > 0 ? timing.sum / timing.weight : 0;
	const double index = timing.weight > 0 ? 0.5 * (by_timing + by_reflections) : by_reflections;
	if (index > swapped_at)
		return SABIN_OK;
	struct sabin_advice_item *item = advice_add(out, SABIN_ADVICE_CHANNELS_SWAPPED);
	if (!item)
		return SABIN_OK;
	item->speaker = (int)a;
	item->other_speaker = (int)b;
	item->chart = "etc";
	item->benefit = 15;
	item->confidence = fmin(0.98, 0.5 - index);
	if (reflections.weight > 0)
		advice_evidence(item, "reflections_agree", advice_number(by_reflections), "1");
	if (timing.weight > 0)
		advice_evidence(item, "arrivals_agree", advice_number(by_timing), "1");
	return SABIN_OK;
}

enum sabin_err advice_find_swap(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	enum sabin_err err = SABIN_OK;
	for (size_t s = 0; scene->room && !err && s < scene->speaker_count; s++)
		if (scene->speaker[s].partner > (int)s)
			err = look_at_pair(scene, s, (size_t)scene->speaker[s].partner, out);
	return err;
}
