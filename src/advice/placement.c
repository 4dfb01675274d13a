/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * placement.c: a better arrangement of speakers and seat, searched in the room as the measurement has it.  What it
 * brings is told of the levels that were measured, by simulation, not of the score that it was searched with.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "advice/moves.h"
#include "room/inner.h"

static const double fair_db = 4.5;  /* of flatness at the seat: less is not worth a word */
static const double poor_db = 6.5;  /* and less than this not worth moving everything */
static const double gain_db = 1.2;  /* that a move must bring to it, at least */
static const double score_gain = 1.5;
static const double step_m = 0.1, tolerance_m = 0.05;
static const double least_move_m = 0.04;
static const double reach_m = 0.8;  /* who has a room does not turn it round */

struct seat {
	struct levels_way way[LEVELS_WAYS_MAX];
	size_t ways;
	struct levels measured, now, then; /* means over the ways */
};

/* The mains at the listener's place. */
static void sit(const struct sabin_advice_scene *scene, struct seat *seat)
{
	const struct sabin_advice_place *place = scene->place;
	for (size_t s = 0; s < place->spec->source_count; s++) {
		const int speaker = place->speaker[s];
		const struct sabin_advice_response *r =
		    speaker >= 0 && place->listener >= 0 && !place->spec->source[s].score.bass
		        ? advice_response(scene, (size_t)speaker, (size_t)place->listener)
		        : NULL;
		if (!r || !r->response || seat->ways == LEVELS_WAYS_MAX)
			continue;
		memcpy(seat->way[seat->ways].from_m, place->spec->source[s].position_m, sizeof seat->way->from_m);
		memcpy(seat->way[seat->ways].to_m, place->spec->listener_m, sizeof seat->way->to_m);
		seat->ways++;
		levels_add(r->response, 1, &seat->measured);
	}
	for (size_t i = 0; seat->ways > 0 && i < seat->measured.n; i++)
		seat->measured.db[i] /= (double)seat->ways;
}

static void add_move(const double from_m[3], const double to_m[3], int speaker, int position,
                     struct sabin_advice_item *item)
{
	struct sabin_advice_move move = {.speaker = speaker, .position = position};
	double far_m = 0;
	for (int a = 0; a < 3; a++) {
		move.by_m[a] = to_m[a] - from_m[a];
		far_m = fmax(far_m, fabs(move.by_m[a]));
	}
	if (far_m >= least_move_m && item->move_count < SABIN_ADVICE_MOVES_MAX)
		item->move[item->move_count++] = move;
}

/* The third of an octave that gains most. */
static double best_third_hz(const struct seat *seat)
{
	double best_hz = NAN, most_db = 0;
	for (double f_hz = LEVELS_FROM_HZ; f_hz <= LEVELS_TO_HZ; f_hz *= pow(2, 1.0 / 12)) {
		const double gain = fabs(levels_third_db(&seat->measured, f_hz)) - fabs(levels_third_db(&seat->then, f_hz));
		if (gain > most_db) {
			most_db = gain;
			best_hz = f_hz;
		}
	}
	return best_hz;
}

static void add_item(const struct sabin_advice_scene *scene, const struct seat *seat,
                     const struct sabin_place_result *result, struct sabin_advice *out)
{
	const struct sabin_place_arrangement *found = &result->found[0];
	const double was_db = levels_flatness_db(&seat->measured), will_db = levels_flatness_db(&seat->then);
	const double error_db = levels_error_db(&seat->now, &seat->measured), f_hz = best_third_hz(seat);
	const double u = moves_plus_minus_db(error_db), flat_u = fmax(0.7, 0.4 * u);
	struct sabin_advice_item *item = advice_add(out, SABIN_ADVICE_PLACEMENT);
	if (!item)
		return;
	item->position = scene->place->listener;
	if (was_db < poor_db)
		item->kind = SABIN_ADVICE_LEAVE;
	item->chart = "placement";
	item->freq_hz = f_hz;
	item->benefit = fmin(was_db - will_db, 5);
	item->confidence = fmin(0.9, advice_probability(was_db - will_db - gain_db / 2, flat_u));
	for (size_t s = 0; s < scene->place->spec->source_count; s++)
		if (scene->place->speaker[s] >= 0)
			add_move(scene->place->spec->source[s].position_m, found->source_m[s], scene->place->speaker[s], -1, item);
	add_move(scene->place->spec->listener_m, found->listener_m, -1, scene->place->listener, item);
	advice_evidence(item, "score", advice_number(result->current.score), "dB");
	advice_evidence(item, "model_error", advice_number(error_db), "dB");
	advice_effect(item, "flatness", was_db, sabin_quantity_valid(will_db, flat_u), "dB");
	if (isfinite(f_hz))
		advice_effect(item, "level", levels_third_db(&seat->measured, f_hz),
		              sabin_quantity_valid(levels_third_db(&seat->then, f_hz), u), "dB")
		    ->freq_hz = f_hz;
	advice_effect(item, "score", result->current.score, advice_number(found->score), "dB");
}

static bool watch(void *user, double fraction)
{
	return advice_goes_on(user, fraction);
}

/* No farther than reach_m from where it is, and where the file allows. */
static void keep_near(const double at_m[3], struct sabin_box *within)
{
	for (int a = 0; a < 3; a++) {
		within->min_m[a] = fmin(fmax(within->min_m[a], at_m[a] - reach_m), at_m[a]);
		within->max_m[a] = fmax(fmin(within->max_m[a], at_m[a] + reach_m), at_m[a]);
	}
}

/* Of a room that was found to be what the file says, with something to gain. */
static enum sabin_err search(const struct sabin_advice_scene *scene, const struct sabin_room *room, struct seat *seat,
                             struct sabin_place_result *result, struct sabin_advice *out)
{
	struct sabin_place_spec spec = *scene->place->spec;
	spec.room = room;
	spec.step_m = step_m;
	spec.tolerance_m = tolerance_m;
	spec.top = 1;
	for (size_t s = 0; s < spec.source_count; s++)
		keep_near(spec.source[s].position_m, &spec.source[s].within);
	keep_near(spec.listener_m, &spec.listener_within);
	enum sabin_err err = sabin_place_search(&spec, watch, (void *)scene, result);
	if (err || result->found_count == 0 || result->current.score - result->found[0].score < score_gain)
		return err == SABIN_EINVAL ? SABIN_OK : err; /* too large to be searched */
	err = levels_simulate(room, seat->way, seat->ways, &seat->now);
	for (size_t i = 0, s = 0; !err && i < seat->ways && s < spec.source_count; s++) {
		if (spec.source[s].score.bass || scene->place->speaker[s] < 0)
			continue;
		memcpy(seat->way[i].from_m, result->found[0].source_m[s], sizeof seat->way->from_m);
		memcpy(seat->way[i].to_m, result->found[0].listener_m, sizeof seat->way->to_m);
		i++;
	}
	if (!err)
		err = levels_simulate(room, seat->way, seat->ways, &seat->then);
	if (!err && fmin(levels_flatness_db(&seat->measured), levels_flatness_db(&seat->now)) -
	                    levels_flatness_db(&seat->then) >= gain_db)
		add_item(scene, seat, result, out);
	return err;
}

enum sabin_err advice_find_placement(const struct sabin_advice_scene *scene, struct sabin_advice *out)
{
	if (!scene->place || !scene->room || !out->has_fit || out->fit.misfit > SABIN_ROOMFIT_DOUBTFUL ||
	    advice_first(out, SABIN_ADVICE_CHANNELS_SWAPPED) || advice_first(out, SABIN_ADVICE_DRIVER_DEAD))
		return SABIN_OK;
	struct sabin_room room = {.panels = NULL};
	struct seat *seat = calloc(1, sizeof *seat);
	struct sabin_place_result *result = calloc(1, sizeof *result);
	enum sabin_err err = seat && result ? advice_fitted_room(scene, out, &room) : SABIN_ENOMEM;
	if (!err)
		sit(scene, seat);
	if (!err && seat->ways > 0 && levels_flatness_db(&seat->measured) >= fair_db)
		err = search(scene, &room, seat, result, out);
	free(room.panels);
	free(seat);
	free(result);
	return err;
}
