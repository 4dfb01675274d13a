/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * advice.c: the list of detectors, what they have in common, and the order of what they find.
 */
#include <math.h>
#include <stdlib.h>

#include "advice/inner.h"

static const struct {
	const char *name;
	enum sabin_advice_kind kind; /* the usual one */
	double effort;
} codes[SABIN_ADVICE_CODE_COUNT] = {
    [SABIN_ADVICE_POLARITY_INVERTED] = {"polarity-inverted", SABIN_ADVICE_REPAIR, 1},
    [SABIN_ADVICE_CHANNELS_SWAPPED] = {"channels-swapped", SABIN_ADVICE_REPAIR, 1},
    [SABIN_ADVICE_LEVEL_MISMATCH] = {"level-mismatch", SABIN_ADVICE_REPAIR, 1},
    [SABIN_ADVICE_DELAY_MISMATCH] = {"delay-mismatch", SABIN_ADVICE_REPAIR, 1},
    [SABIN_ADVICE_DRIVER_DEAD] = {"driver-dead", SABIN_ADVICE_REPAIR, 1.5},
    [SABIN_ADVICE_BOUNDARY_NULL] = {"boundary-null", SABIN_ADVICE_MOVE, 2},
    [SABIN_ADVICE_SEAT_IN_NULL] = {"seat-in-null", SABIN_ADVICE_MOVE, 2},
    [SABIN_ADVICE_FIRST_REFLECTION] = {"first-reflection", SABIN_ADVICE_TREAT, 3},
    [SABIN_ADVICE_FLUTTER] = {"flutter", SABIN_ADVICE_TREAT, 3},
    [SABIN_ADVICE_MODE_RINGING] = {"mode-ringing", SABIN_ADVICE_TREAT, 4},
    [SABIN_ADVICE_HUM] = {"hum", SABIN_ADVICE_REPAIR, 1.5},
    [SABIN_ADVICE_NOISE] = {"noise", SABIN_ADVICE_REPAIR, 2},
    [SABIN_ADVICE_CLIPPED] = {"clipped", SABIN_ADVICE_REPAIR, 1},
    [SABIN_ADVICE_CLOCK_SKEW] = {"clock-skew", SABIN_ADVICE_LEAVE, 1},
    [SABIN_ADVICE_MIC_NEAR_BOUNDARY] = {"mic-near-boundary", SABIN_ADVICE_MOVE, 1},
    [SABIN_ADVICE_ASYMMETRY] = {"asymmetry", SABIN_ADVICE_TREAT, 3},
    [SABIN_ADVICE_TOO_REVERBERANT] = {"too-reverberant", SABIN_ADVICE_TREAT, 4},
    [SABIN_ADVICE_TOO_DEAD] = {"too-dead", SABIN_ADVICE_TREAT, 4},
    [SABIN_ADVICE_GEOMETRY_DIFFERS] = {"geometry-differs", SABIN_ADVICE_REPAIR, 1},
    [SABIN_ADVICE_FEEDBACK] = {"feedback", SABIN_ADVICE_CORRECT, 2},
    [SABIN_ADVICE_NOT_TRUSTWORTHY] = {"not-trustworthy", SABIN_ADVICE_REPAIR, 1},
};

static const char *const kinds[] = {"repair", "move", "treat", "correct", "leave"};

const char *sabin_advice_code_name(enum sabin_advice_code code)
{
	return codes[code].name;
}

const char *sabin_advice_kind_name(enum sabin_advice_kind kind)
{
	return kinds[kind];
}

/* ---- for the detectors ------------------------------------------------------------------------------- */

struct sabin_advice_item *advice_add(struct sabin_advice *out, enum sabin_advice_code code)
{
	if (out->count == SABIN_ADVICE_MAX)
		return NULL;
	struct sabin_advice_item *item = &out->item[out->count++];
	*item = (struct sabin_advice_item){
	    .code = code,
	    .kind = codes[code].kind,
	    .speaker = -1,
	    .other_speaker = -1,
	    .position = -1,
	    .surface = -1,
	    .other_surface = -1,
	    .object = -1,
	    .freq_hz = NAN,
	    .point_m = {NAN, NAN, NAN},
	    .move_m = {NAN, NAN, NAN},
	    .confidence = 0.5,
	    .benefit = 1,
	    .effort = codes[code].effort,
	};
	return item;
}

static void add_fact(struct sabin_advice_fact *fact, size_t *count, struct sabin_advice_fact value)
{
	if (*count < SABIN_ADVICE_FACTS_MAX)
		fact[(*count)++] = value;
}

void advice_evidence(struct sabin_advice_item *item, const char *what, struct sabin_quantity q,
                     const char *unit)
{
	advice_evidence_at(item, what, q, unit, NAN);
}

void advice_evidence_at(struct sabin_advice_item *item, const char *what, struct sabin_quantity q,
                        const char *unit, double freq_hz)
{
	if (item)
		add_fact(item->evidence, &item->evidence_count,
		         (struct sabin_advice_fact){what, unit, q, freq_hz, NAN});
}

void advice_evidence_band(struct sabin_advice_item *item, const char *what, struct sabin_quantity q,
                          const char *unit, double band_hz)
{
	if (item)
		add_fact(item->evidence, &item->evidence_count,
		         (struct sabin_advice_fact){what, unit, q, NAN, band_hz});
}

void advice_effect(struct sabin_advice_item *item, const char *what, struct sabin_quantity q, const char *unit,
                   double freq_hz)
{
	if (item)
		add_fact(item->effect, &item->effect_count,
		         (struct sabin_advice_fact){what, unit, q, freq_hz, NAN});
}

const struct sabin_advice_response *advice_response(const struct sabin_advice_scene *scene, size_t speaker,
                                                    size_t position)
{
	for (size_t i = 0; i < scene->response_count; i++) {
		const struct sabin_advice_response *r = &scene->response[i];
		if (r->speaker == speaker && r->position == position && r->trustworthy)
			return r;
	}
	return NULL;
}

double advice_level_db(const struct sabin_response *response, double from_hz, double to_hz)
{
	double sum = 0;
	size_t n = 0;
	for (size_t i = 0; response && i < response->length; i++)
		if (response->freq_hz[i] >= from_hz && response->freq_hz[i] <= to_hz) {
			sum += response->level_db[i];
			n++;
		}
	return n > 0 ? sum / (double)n : (double)NAN;
}

bool advice_is_bass(const struct sabin_advice_speaker *speaker)
{
	return speaker->range_hz[1] < SABIN_BASS_TO_HZ; /* not for NAN */
}

double advice_probability(double value, double plus_minus)
{
	return 0.5 * erfc(-value / (plus_minus * sqrt(2)));
}

/* ---- the whole ------------------------------------------------------------------------------------------- */

/* In this order, so that a detector knows what those before it found. */
static advice_detector *const detectors[] = {
    advice_find_capture,  advice_find_background,  advice_find_polarity, advice_find_dead_driver,
    advice_find_swap,     advice_find_mismatch,    advice_find_geometry, advice_find_near_boundary,
    advice_find_nulls,    advice_find_reflections, advice_find_flutter,  advice_find_ringing,
    advice_find_reverberation, advice_find_asymmetry, advice_find_feedback,
};

/* Benefit for effort; what is to be left alone comes last. */
static double worth(const struct sabin_advice_item *item)
{
	return item->benefit * item->confidence / item->effort;
}

static int compare(const void *a, const void *b)
{
	const struct sabin_advice_item *x = a, *y = b;
	const int leave = (x->kind == SABIN_ADVICE_LEAVE) - (y->kind == SABIN_ADVICE_LEAVE);
	if (leave != 0)
		return leave;
	const double wx = worth(x), wy = worth(y);
	if (wx != wy)
		return wx < wy ? 1 : -1;
	return x->code != y->code ? (int)x->code - (int)y->code : x->speaker - y->speaker;
}

static bool is_good(const struct sabin_advice_scene *scene)
{
	for (size_t i = 0; i < scene->response_count; i++) {
		const struct sabin_advice_response *r = &scene->response[i];
		if (r->speaker >= scene->speaker_count || r->position >= scene->position_count || !r->h ||
		    r->frames == 0)
			return false;
	}
	for (size_t s = 0; s < scene->speaker_count; s++)
		if (scene->speaker[s].partner >= (int)scene->speaker_count)
			return false;
	return true;
}

enum sabin_err sabin_advise(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	if (!is_good(scene))
		return SABIN_EINVAL;
	struct sabin_advice *found = calloc(1, sizeof *found);
	if (!found)
		return SABIN_ENOMEM;
	found->gap[SABIN_GAP_NO_ROOM] = !scene->room;
	enum sabin_err err = SABIN_OK;
	for (size_t i = 0; !err && i < sizeof detectors / sizeof *detectors; i++)
		err = detectors[i](scene, found);
	if (!err) {
		qsort(found->item, found->count, sizeof *found->item, compare);
		*out = *found;
	}
	free(found);
	return err;
}
