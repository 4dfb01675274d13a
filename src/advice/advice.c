/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * advice.c: the list of detectors, what they have in common, and the order of what they find.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "advice/inner.h"
#include "advice/roomfit.h"
#include "advice/treat.h"
#include "room/inner.h"

static const struct {
	const char *name;
	enum sabin_advice_kind kind; /* the usual one */
	double effort; /* roughly hours and hundreds of euros: 0.5 a knob or a cable, 0.7 a chair, 1.5 a pair of
	                * loudspeakers; for what is built it grows with the area */
} codes[SABIN_ADVICE_CODE_COUNT] = {
    [SABIN_ADVICE_POLARITY_INVERTED] = {"polarity-inverted", SABIN_ADVICE_REPAIR, 0.5},
    [SABIN_ADVICE_CHANNELS_SWAPPED] = {"channels-swapped", SABIN_ADVICE_REPAIR, 0.5},
    [SABIN_ADVICE_LEVEL_MISMATCH] = {"level-mismatch", SABIN_ADVICE_REPAIR, 0.5},
    [SABIN_ADVICE_DELAY_MISMATCH] = {"delay-mismatch", SABIN_ADVICE_REPAIR, 0.5},
    [SABIN_ADVICE_DRIVER_DEAD] = {"driver-dead", SABIN_ADVICE_REPAIR, 1},
    [SABIN_ADVICE_BOUNDARY_NULL] = {"boundary-null", SABIN_ADVICE_MOVE, 1.5},
    [SABIN_ADVICE_SEAT_IN_NULL] = {"seat-in-null", SABIN_ADVICE_MOVE, 0.7},
    [SABIN_ADVICE_FIRST_REFLECTION] = {"first-reflection", SABIN_ADVICE_TREAT, 2.5},
    [SABIN_ADVICE_FLUTTER] = {"flutter", SABIN_ADVICE_TREAT, 3},
    [SABIN_ADVICE_MODE_RINGING] = {"mode-ringing", SABIN_ADVICE_TREAT, 5},
    [SABIN_ADVICE_HUM] = {"hum", SABIN_ADVICE_REPAIR, 1},
    [SABIN_ADVICE_NOISE] = {"noise", SABIN_ADVICE_REPAIR, 1},
    [SABIN_ADVICE_CLIPPED] = {"clipped", SABIN_ADVICE_REPAIR, 0.5},
    [SABIN_ADVICE_CLOCK_SKEW] = {"clock-skew", SABIN_ADVICE_LEAVE, 1},
    [SABIN_ADVICE_MIC_NEAR_BOUNDARY] = {"mic-near-boundary", SABIN_ADVICE_MOVE, 0.7},
    [SABIN_ADVICE_ASYMMETRY] = {"asymmetry", SABIN_ADVICE_TREAT, 3},
    [SABIN_ADVICE_TOO_REVERBERANT] = {"too-reverberant", SABIN_ADVICE_TREAT, 5},
    [SABIN_ADVICE_TOO_DEAD] = {"too-dead", SABIN_ADVICE_TREAT, 4},
    [SABIN_ADVICE_GEOMETRY_DIFFERS] = {"geometry-differs", SABIN_ADVICE_REPAIR, 0.7},
    [SABIN_ADVICE_FEEDBACK] = {"feedback", SABIN_ADVICE_CORRECT, 1},
    [SABIN_ADVICE_NOT_TRUSTWORTHY] = {"not-trustworthy", SABIN_ADVICE_REPAIR, 0.5},
    [SABIN_ADVICE_ROOM_FILE] = {"room-file", SABIN_ADVICE_REPAIR, 0.5},
    [SABIN_ADVICE_PLACEMENT] = {"placement", SABIN_ADVICE_MOVE, 2},
    [SABIN_ADVICE_EQUALISE] = {"equalise", SABIN_ADVICE_CORRECT, 1},
    [SABIN_ADVICE_EQ_CANNOT] = {"eq-cannot", SABIN_ADVICE_LEAVE, 1},
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
	    .confidence = 0.5,
	    .benefit = 1,
	    .effort = codes[code].effort,
	};
	return item;
}

static struct sabin_advice_fact *add_fact(struct sabin_advice_fact *fact, size_t *count, const char *what,
                                          struct sabin_quantity q, const char *unit)
{
	struct sabin_advice_fact *to = &fact[*count < SABIN_ADVICE_FACTS_MAX ? (*count)++ : SABIN_ADVICE_FACTS_MAX - 1];
	*to = (struct sabin_advice_fact){what, unit, q, NAN, NAN, NAN, -1, -1};
	return to;
}

struct sabin_advice_fact *advice_evidence(struct sabin_advice_item *item, const char *what, struct sabin_quantity q,
                                          const char *unit)
{
	return add_fact(item->evidence, &item->evidence_count, what, q, unit);
}

void advice_evidence_at(struct sabin_advice_item *item, const char *what, struct sabin_quantity q,
                        const char *unit, double freq_hz)
{
	advice_evidence(item, what, q, unit)->freq_hz = freq_hz;
}

void advice_evidence_band(struct sabin_advice_item *item, const char *what, struct sabin_quantity q,
                          const char *unit, double band_hz)
{
	advice_evidence(item, what, q, unit)->band_hz = band_hz;
}

struct sabin_advice_fact *advice_effect(struct sabin_advice_item *item, const char *what, double now,
                                        struct sabin_quantity then, const char *unit)
{
	struct sabin_advice_fact *fact = add_fact(item->effect, &item->effect_count, what, then, unit);
	fact->now = now;
	return fact;
}

enum sabin_err advice_fitted_room(const struct sabin_advice_scene *scene, const struct sabin_advice *out,
                                  struct sabin_room *room)
{
	return fit_copy(scene->room, out->has_fit ? &out->fit : NULL, room);
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

/* In this order, so that a detector knows what those before it found; with its share of the work. */
static const struct {
	advice_detector *find;
	double share;
} detectors[] = {
    {advice_find_room_file, 0},     {advice_find_capture, 0},     {advice_find_background, 0},
    {advice_find_polarity, 0},      {advice_find_dead_driver, 0}, {advice_find_swap, 0.1},
    {advice_find_mismatch, 0},      {advice_find_geometry, 0.5},  {advice_find_near_boundary, 0},
    {advice_find_nulls, 0.1},       {advice_find_reflections, 0}, {advice_find_flutter, 0.05},
    {advice_find_ringing, 0},       {advice_find_reverberation, 0.1}, {advice_find_asymmetry, 0},
    {advice_find_placement, 0.15},  {advice_find_equalisation, 0}, {advice_find_feedback, 0},
};

/* What is set right by knobs and cables, moved and built; then what is equalised, since that depends on all of it;
 * what is to be left alone comes last. */
static int turn(const struct sabin_advice_item *item)
{
	return item->kind == SABIN_ADVICE_LEAVE ? 2 : item->code == SABIN_ADVICE_EQUALISE ? 1 : 0;
}

/* Benefit for effort. */
static double worth(const struct sabin_advice_item *item)
{
	return item->benefit * item->confidence / item->effort;
}

static int compare(const void *a, const void *b)
{
	const struct sabin_advice_item *x = a, *y = b;
	if (turn(x) != turn(y))
		return turn(x) - turn(y);
	const double wx = worth(x), wy = worth(y);
	if (wx != wy)
		return wx < wy ? 1 : -1;
	return x->code != y->code ? (int)x->code - (int)y->code : x->speaker - y->speaker;
}

struct sabin_advice_item *advice_first(struct sabin_advice *out, enum sabin_advice_code code)
{
	for (size_t i = 0; i < out->count; i++)
		if (out->item[i].code == code)
			return &out->item[i];
	return NULL;
}

/* What the room as a whole gains by an absorber that was meant for something else: by its effect on the octaves from
 * 250 Hz to 4 kHz, which the decay of the whole is the mean of. */
static double gained(const struct sabin_advice_scene *scene, const struct sabin_advice_item *item)
{
	static const double octaves = 5;
	double sum = 0;
	for (size_t i = 0; scene->room && i < item->effect_count; i++) {
		const struct sabin_advice_fact *e = &item->effect[i];
		if (strcmp(e->what, "decay_time") == 0 && e->band_hz >= 250 && e->band_hz <= 4000)
			sum += advice_shorter(e->now, e->q.value, advice_nominal_s(room_volume_m3(scene->room)));
	}
	return sum / octaves;
}

/* In a room whose surfaces are bare, early reflections, flutter and ringing modes are what it is made of: the
 * absorber that shortens its decay goes where they arise.  And where two bare walls are what makes it long, so does
 * the absorber that ends their flutter: what it takes off the decay counts for it. */
static void settle(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	static const double rest = 0.5;
	const bool bare = advice_first(out, SABIN_ADVICE_TOO_REVERBERANT) != NULL;
	for (size_t i = 0; bare && i < out->count; i++) {
		struct sabin_advice_item *item = &out->item[i];
		if (item->kind == SABIN_ADVICE_TREAT && item->code != SABIN_ADVICE_TOO_REVERBERANT)
			item->benefit = rest * item->benefit + gained(scene, item);
	}
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

/* What part of the work is being done. */
struct advice_watch {
	const struct sabin_advice_scene *scene;
	double from, to;
};

static bool advice_watch(void *user, double fraction)
{
	const struct advice_watch *watch = user;
	return watch->scene->progress(watch->scene->user, watch->from + fraction * (watch->to - watch->from));
}

bool advice_goes_on(const struct sabin_advice_scene *scene, double fraction)
{
	return !scene->progress || scene->progress(scene->user, fraction);
}

static void note_gaps(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	bool repeated = false, several = false;
	for (size_t i = 0; i < scene->response_count; i++) {
		repeated = repeated || scene->response[i].repeated;
		several = several || scene->response[i].position != scene->response[0].position;
	}
	out->gap[SABIN_GAP_CORRECTED] = scene->corrected;
	out->gap[SABIN_GAP_NO_ROOM] = !scene->room;
	out->gap[SABIN_GAP_NO_REPEATS] = !repeated && scene->response_count > 0;
	out->gap[SABIN_GAP_ONE_POSITION] = !several && scene->response_count > 0;
}

enum sabin_err sabin_advise(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	if (!is_good(scene))
		return SABIN_EINVAL;
	struct sabin_advice *found = calloc(1, sizeof *found);
	if (!found)
		return SABIN_ENOMEM;
	note_gaps(scene, found);
	enum sabin_err err = SABIN_OK;
	struct advice_watch watch = {scene, 0, 0};
	for (size_t i = 0; !err && i < sizeof detectors / sizeof *detectors; i++) {
		/* a part tells of itself what share of the whole it is */
		struct sabin_advice_scene part = *scene;
		watch.from = watch.to;
		watch.to += detectors[i].share;
		part.progress = scene->progress ? advice_watch : NULL;
		part.user = &watch;
		err = advice_goes_on(&part, 0) ? detectors[i].find(&part, found) : SABIN_EINTR;
		if (err == SABIN_EINVAL || err == SABIN_ESHORT)
			err = SABIN_OK; /* what cannot be computed of this is no reason to say nothing of the rest */
	}
	if (!err) {
		settle(scene, found);
		qsort(found->item, found->count, sizeof *found->item, compare);
		err = treat_plan(scene, found);
	}
	if (!err)
		*out = *found;
	free(found);
	return err;
}
