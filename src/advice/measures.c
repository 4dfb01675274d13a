/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * measures.c: the quantities that requirements are about, read from a scene.
 */
#include <math.h>

#include <sabin/geometry.h>

#include "advice/inner.h"
#include "advice/measures.h"
#include "room/inner.h"

static const char no_decay[] = "no valid decay time in the range";
static const char no_room[] = "no room file with it";
static const char no_pair[] = "no two speakers of a pair at one position";
static const char no_emission[] = "the moment of emission is not known: measure with a loopback";
static const char no_level[] = "what full scale is in dB SPL is not known";
static const char no_direct[] = "no direct sound from 1 to 8 kHz";

static const struct {
	const char *name, *unit;
} measures[SABIN_MEASURE_COUNT] = {
    [SABIN_MEASURE_DECAY_TIME] = {"decay_time", "s"},
    [SABIN_MEASURE_DECAY_OFF] = {"decay_time_re_nominal", "s"},
    [SABIN_MEASURE_DECAY_MASK] = {"decay_time_over_tolerance", "s"},
    [SABIN_MEASURE_REFLECTION] = {"early_reflection", "dB"},
    [SABIN_MEASURE_RESPONSE_EBU] = {"response_out_of_ebu_mask", "dB"},
    [SABIN_MEASURE_RESPONSE_ITU] = {"response_out_of_itu_mask", "dB"},
    [SABIN_MEASURE_NR] = {"nr", "1"},
    [SABIN_MEASURE_NC] = {"nc", "1"},
    [SABIN_MEASURE_NOISE_A] = {"noise_a", "dB SPL"},
    [SABIN_MEASURE_LEVEL_DIFFERENCE] = {"level_difference", "dB"},
    [SABIN_MEASURE_DELAY_DIFFERENCE] = {"delay_difference", "s"},
    [SABIN_MEASURE_BASE] = {"base", "m"},
    [SABIN_MEASURE_HALF_ANGLE] = {"half_angle", "degrees"},
    [SABIN_MEASURE_WALL_DISTANCE] = {"wall_distance", "m"},
    [SABIN_MEASURE_PROPORTIONS] = {"proportions", "1"},
};

const char *sabin_measure_name(enum sabin_measure measure)
{
	return measures[measure].name;
}

const char *sabin_measure_unit(enum sabin_measure measure)
{
	return measures[measure].unit;
}

static struct sabin_quantity unknown(void)
{
	return sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
}

/* ---- decay ------------------------------------------------------------------------------------------------ */

static struct sabin_quantity mean_time(const struct sabin_advice_scene *scene, double from_hz, double to_hz)
{
	double sum = 0, variance = 0;
	size_t n = 0;
	for (int o = -4; o <= 3; o++) {
		const double hz = 1000 * pow(2, o);
		const struct sabin_quantity t =
		    hz >= 0.95 * from_hz && hz <= 1.05 * to_hz ? advice_octave_time(scene, hz) : unknown();
		if (!t.valid)
			continue;
		sum += t.value;
		variance += t.plus_minus * t.plus_minus;
		n++;
	}
	return n > 0 ? sabin_quantity_valid(sum / (double)n, sqrt(variance) / (double)n) : unknown();
}

/* The tolerance about the nominal time at an octave (BS.1116-3, figure 1): none below at 63 Hz. */
static double over_mask_s(double hz, double off_s)
{
	const double upper = hz > 5000 ? 0.1 : advice_tolerance_s(hz);
	const double lower = hz > 5000 ? -0.1 : hz < 95 ? -HUGE_VAL : -0.05;
	return fmax(off_s - upper, lower - off_s);
}

static struct sabin_quantity worst_time(const struct sabin_advice_scene *scene,
                                        const struct sabin_requirement *requirement, struct sabin_where *where)
{
	struct sabin_quantity worst = unknown();
	for (int o = -4; o <= 3; o++) {
		const double hz = 1000 * pow(2, o);
		if (hz < 0.95 * requirement->from_hz || hz > 1.05 * requirement->to_hz) /* not for NAN */
			continue;
		const struct sabin_quantity t = advice_octave_time(scene, hz);
		const double over = t.valid ? over_mask_s(hz, t.value - advice_nominal_s(room_volume_m3(scene->room))) : (double)NAN;
		if (t.valid && (!worst.valid || over > worst.value)) {
			worst = sabin_quantity_valid(over, t.plus_minus);
			where->freq_hz = hz == 62.5 ? 63 : hz;
		}
	}
	return worst;
}

/* ---- reflections and response ------------------------------------------------------------------------------- */

static void point_at(const struct sabin_advice_response *r, struct sabin_where *where)
{
	where->speaker = (int)r->speaker;
	where->position = (int)r->position;
}

static struct sabin_quantity strongest_reflection(const struct sabin_advice_scene *scene, struct sabin_where *where)
{
	struct sabin_quantity worst = unknown();
	for (size_t i = 0; i < scene->response_count; i++) {
		const struct sabin_advice_response *r = &scene->response[i];
		if (!r->trustworthy || !r->reflections || !r->reflections->heard ||
		    advice_is_bass(&scene->speaker[r->speaker]))
			continue;
		/* where none is told, it is at most what would have been */
		if (!worst.valid)
			worst = sabin_quantity_valid(r->reflections->least_db, 0.5);
		for (size_t k = 0; k < r->reflections->count; k++) {
			const struct sabin_reflection *one = &r->reflections->item[k];
			if (one->time_s.value <= r->reflections->limit_s && one->level_db.value > worst.value) {
				worst = one->level_db;
				point_at(r, where);
			}
		}
	}
	return worst;
}

/* Mean level in dB of the power over a third of an octave. */
static double third_db(const struct sabin_response *response, double hz)
{
	double sum = 0;
	size_t n = 0;
	for (size_t i = 0; i < response->length; i++)
		if (fabs(log2(response->freq_hz[i] / hz)) <= 1.0 / 6) {
			sum += pow(10, response->level_db[i] / 10);
			n++;
		}
	return n > 0 ? 10 * log10(sum / (double)n) : (double)NAN;
}

/* The worst third octave of one response out of +3 dB and of a lower limit that falls above 2 kHz. */
static double out_of_mask_db(const struct sabin_response *response, double from_hz, double to_hz, double slope_db,
                             double *at_hz)
{
	double mean = 0, worst = -HUGE_VAL;
	for (int k = 23; k <= 36; k++) /* 200 Hz .. 4 kHz, base ten */
		mean += third_db(response, pow(10, k / 10.0)) / 14;
	for (int k = 17; k <= 42; k++) {
		const double hz = pow(10, k / 10.0), db = third_db(response, hz) - mean;
		if (hz < 0.97 * from_hz || hz > 1.03 * to_hz || isnan(db))
			continue;
		const double lower = -3 - slope_db * fmax(log2(hz / 2000), 0);
		if (fmax(db - 3, lower - db) > worst) {
			worst = fmax(db - 3, lower - db);
			*at_hz = hz;
		}
	}
	return isfinite(worst) && isfinite(mean) ? worst : (double)NAN;
}

static struct sabin_quantity worst_response(const struct sabin_advice_scene *scene,
                                            const struct sabin_requirement *requirement, double slope_db,
                                            struct sabin_where *where)
{
	struct sabin_quantity worst = unknown();
	double at_hz = NAN;
	for (size_t i = 0; i < scene->response_count; i++) {
		const struct sabin_advice_response *r = &scene->response[i];
		if (!r->trustworthy || !r->response || advice_is_bass(&scene->speaker[r->speaker]))
			continue;
		const double db = out_of_mask_db(r->response, requirement->from_hz, requirement->to_hz, slope_db, &at_hz);
		if (isfinite(db) && (!worst.valid || db > worst.value)) {
			worst = sabin_quantity_valid(db, 0.3);
			point_at(r, where);
			where->freq_hz = at_hz;
		}
	}
	return worst;
}

/* ---- background ----------------------------------------------------------------------------------------------- */

static struct sabin_quantity loudest(const struct sabin_advice_scene *scene, enum sabin_measure measure,
                                     struct sabin_where *where)
{
	struct sabin_quantity worst = unknown();
	for (size_t i = 0; i < scene->response_count; i++) {
		const struct sabin_noise *noise = scene->response[i].noise;
		if (!noise || !noise->absolute)
			continue;
		const struct sabin_quantity q = measure == SABIN_MEASURE_NR   ? noise->nr.value
		                                : measure == SABIN_MEASURE_NC ? noise->nc.value
		                                                              : noise->a;
		/* below the lowest curve: at most that */
		const bool below = measure == SABIN_MEASURE_NC && !q.valid && q.reason == SABIN_BECAUSE_RANGE &&
		                   q.have < 0;
		if ((q.valid || below) && (!worst.valid || q.value > worst.value)) {
			worst = q;
			worst.valid = true;
			where->position = (int)scene->response[i].position;
			where->freq_hz = measure == SABIN_MEASURE_NR   ? noise->nr.band_hz
			                 : measure == SABIN_MEASURE_NC ? noise->nc.band_hz
			                                               : (double)NAN;
		}
	}
	return worst;
}

/* ---- pairs and places --------------------------------------------------------------------------------------- */

static struct sabin_quantity pair_level(const struct sabin_advice_scene *scene, size_t a, size_t b,
                                        const struct sabin_requirement *requirement, struct sabin_where *where)
{
	struct sabin_quantity worst = unknown();
	for (size_t p = 0; p < scene->position_count; p++) {
		const struct sabin_advice_response *ra = advice_response(scene, a, p);
		const struct sabin_advice_response *rb = advice_response(scene, b, p);
		if (!ra || !rb || !ra->response || !rb->response)
			continue;
		const double db = fabs(advice_level_db(rb->response, requirement->from_hz, requirement->to_hz) -
		                       advice_level_db(ra->response, requirement->from_hz, requirement->to_hz));
		if (isfinite(db) && (!worst.valid || db > worst.value)) {
			worst = sabin_quantity_valid(db, 0.2);
			where->position = (int)p;
		}
	}
	return worst;
}

/* The measured position that is most nearly as far from a as from b; scene->position_count: none. */
static size_t middle_of(const struct sabin_advice_scene *scene, size_t a, size_t b)
{
	size_t best = scene->position_count;
	double least = HUGE_VAL;
	for (size_t p = 0; p < scene->position_count; p++) {
		const double off = fabs(room_distance_m(scene->speaker[a].position_m, scene->position_m[p]) -
		                        room_distance_m(scene->speaker[b].position_m, scene->position_m[p]));
		if (off < least) {
			least = off;
			best = p;
		}
	}
	return best;
}

static struct sabin_quantity pair_delay(const struct sabin_advice_scene *scene, size_t a, size_t b,
                                        struct sabin_where *where)
{
	const size_t p = middle_of(scene, a, b);
	const struct sabin_advice_response *ra = p < scene->position_count ? advice_response(scene, a, p) : NULL;
	const struct sabin_advice_response *rb = p < scene->position_count ? advice_response(scene, b, p) : NULL;
	if (!ra || !rb || !ra->arrival_s.valid || !rb->arrival_s.valid)
		return unknown();
	where->position = (int)p;
	return sabin_quantity_valid(fabs(rb->arrival_s.value - ra->arrival_s.value),
	                            hypot(ra->arrival_s.plus_minus, rb->arrival_s.plus_minus));
}

static struct sabin_quantity half_angle(const struct sabin_advice_scene *scene, size_t a, size_t b)
{
	const size_t p = middle_of(scene, a, b);
	if (p == scene->position_count)
		return unknown();
	const double *l = scene->speaker[a].position_m, *r = scene->speaker[b].position_m, *at = scene->position_m[p];
	const double first = atan2(l[0] - at[0], at[1] - l[1]), second = atan2(r[0] - at[0], at[1] - r[1]);
	const double deg = fabs(second - first) * 90 / M_PI;
	return isfinite(deg) ? sabin_quantity_valid(deg, 0.5) : unknown();
}

static struct sabin_quantity of_pair(const struct sabin_advice_scene *scene, size_t a, size_t b,
                                     const struct sabin_requirement *requirement, struct sabin_where *where)
{
	where->speaker = (int)a;
	where->other_speaker = (int)b;
	const double base_m = room_distance_m(scene->speaker[a].position_m, scene->speaker[b].position_m);
	switch (requirement->measure) {
	case SABIN_MEASURE_LEVEL_DIFFERENCE:
		return pair_level(scene, a, b, requirement, where);
	case SABIN_MEASURE_DELAY_DIFFERENCE:
		return pair_delay(scene, a, b, where);
	case SABIN_MEASURE_HALF_ANGLE:
		return half_angle(scene, a, b);
	default:
		return isfinite(base_m) ? sabin_quantity_valid(base_m, 0.02) : unknown();
	}
}

/* Of the first pair: a room has one. */
static struct sabin_quantity of_pairs(const struct sabin_advice_scene *scene,
                                      const struct sabin_requirement *requirement, struct sabin_where *where)
{
	for (size_t s = 0; s < scene->speaker_count; s++)
		if (scene->speaker[s].partner > (int)s)
			return of_pair(scene, s, (size_t)scene->speaker[s].partner, requirement, where);
	return unknown();
}

static struct sabin_quantity nearest_wall(const struct sabin_advice_scene *scene, struct sabin_where *where)
{
	double least = HUGE_VAL;
	for (size_t s = 0; s < scene->speaker_count; s++)
		for (int a = 0; a < 2 && !advice_is_bass(&scene->speaker[s]); a++) {
			const double at = scene->speaker[s].position_m[a];
			const double near_m = fmin(at, scene->room->size_m[a] - at);
			if (near_m < least) { /* not for NAN */
				least = near_m;
				where->speaker = (int)s;
			}
		}
	return isfinite(least) ? sabin_quantity_valid(least, 0.02) : unknown();
}

static struct sabin_quantity walker(const struct sabin_room *room)
{
	struct sabin_proportions p;
	sabin_room_proportions(room->size_m, &p);
	return sabin_quantity_valid(p.walker ? 1 : 0, 0);
}

/* ---- the table -------------------------------------------------------------------------------------------------- */

enum sabin_err advice_measure(const struct sabin_advice_scene *scene, const struct sabin_requirement *requirement,
                              struct sabin_judgement *out)
{
	struct sabin_quantity *q = &out->measured;
	struct sabin_where *where = &out->where;
	const bool geometric = requirement->measure == SABIN_MEASURE_DECAY_OFF ||
	                       requirement->measure == SABIN_MEASURE_DECAY_MASK ||
	                       requirement->measure == SABIN_MEASURE_WALL_DISTANCE ||
	                       requirement->measure == SABIN_MEASURE_PROPORTIONS;
	*q = unknown();
	*where = (struct sabin_where){-1, -1, -1, NAN};
	out->why = no_room;
	if (geometric && !scene->room)
		return SABIN_OK;
	switch (requirement->measure) {
	case SABIN_MEASURE_DECAY_TIME:
		*q = mean_time(scene, requirement->from_hz, requirement->to_hz);
		out->why = no_decay;
		break;
	case SABIN_MEASURE_DECAY_OFF:
		*q = mean_time(scene, requirement->from_hz, requirement->to_hz);
		q->value -= advice_nominal_s(room_volume_m3(scene->room));
		out->why = no_decay;
		break;
	case SABIN_MEASURE_DECAY_MASK:
		*q = worst_time(scene, requirement, where);
		out->why = no_decay;
		break;
	case SABIN_MEASURE_REFLECTION:
		*q = strongest_reflection(scene, where);
		out->why = no_direct;
		break;
	case SABIN_MEASURE_RESPONSE_EBU:
		*q = worst_response(scene, requirement, 1, where);
		out->why = no_direct;
		break;
	case SABIN_MEASURE_RESPONSE_ITU:
		*q = worst_response(scene, requirement, 1.5, where);
		out->why = no_direct;
		break;
	case SABIN_MEASURE_NR:
	case SABIN_MEASURE_NC:
	case SABIN_MEASURE_NOISE_A:
		*q = loudest(scene, requirement->measure, where);
		out->why = no_level;
		break;
	case SABIN_MEASURE_WALL_DISTANCE:
		*q = nearest_wall(scene, where);
		break;
	case SABIN_MEASURE_PROPORTIONS:
		*q = walker(scene->room);
		break;
	default:
		*q = of_pairs(scene, requirement, where);
		out->why = requirement->measure == SABIN_MEASURE_DELAY_DIFFERENCE ? no_emission : no_pair;
	}
	return SABIN_OK;
}
