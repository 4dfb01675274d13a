/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_shortage_design.c: memory runs out while rooms are computed, corrections are designed and advice is
 * given.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/advice.h>
#include <sabin/correctable.h>
#include <sabin/correction.h>
#include <sabin/eqfit.h>
#include <sabin/fir.h>
#include <sabin/geometry.h>
#include <sabin/headroom.h>
#include <sabin/place.h>
#include <sabin/response.h>
#include <sabin/roomfit.h>
#include <sabin/verify.h>

#include "util/decays.h"
#include "util/near.h"
#include "util/shortage.h"
#include "util/stage.h"

enum { N = 3000, ARRIVAL = 160, POINTS = 512 };
static const double rate_hz = 16000;
static const double rates_hz[2] = {44100, 48000};
static const double travel_s = 0.008;

/* A loudspeaker and a subwoofer, heard at one place. */
struct scene {
	double hz[POINTS], level_db[2][POINTS], target_db[POINTS], h[2][N];
	size_t points;
	struct sabin_correctable_place places[2];
	struct sabin_eq_speaker speakers[2];
	struct sabin_eq_options options;
	struct sabin_correction correction;
	struct sabin_fir_phase phase;
	struct sabin_room room;
	struct sabin_place_spec spec;
	struct stage *stage;
};

static void hear(struct scene *s, int i)
{
	struct noise_decay decay = decay_of_time(rate_hz, 0.2, INFINITY);
	struct sabin_response_options o = sabin_response_defaults();
	struct sabin_response r;
	decay.predelay_s = ARRIVAL / rate_hz;
	decay.length_s = (N - ARRIVAL) / rate_hz;
	assert_true(decay_length(&decay) == N);
	decay_draw(&decay, (uint64_t)i + 1, s->h[i]);
	s->h[i][ARRIVAL] += 1;
	o.smoothing_oct = 1 / 24.0;
	o.points_per_octave = 48;
	o.from_hz = s->hz[0];
	o.to_hz = s->hz[s->points - 1] * 1.001;
	assert_ok(sabin_response_compute(s->h[i], N, rate_hz, ARRIVAL, ARRIVAL, &o, &r));
	assert_true(r.length >= s->points);
	memcpy(s->level_db[i], r.level_db, s->points * sizeof(double));
	sabin_response_free(&r);
	s->places[i] = (struct sabin_correctable_place){s->level_db[i], s->h[i], N, rate_hz, ARRIVAL};
	s->speakers[i] = (struct sabin_eq_speaker){.name = i ? "sub" : "left",
	                                           .places = &s->places[i],
	                                           .place_count = 1,
	                                           .shared = 1,
	                                           .high_hz = INFINITY,
	                                           .pair = -1,
	                                           .travel_s = travel_s,
	                                           .travels_s = &travel_s,
	                                           .sub = i};
}

static void furnish(struct scene *s)
{
	const struct sabin_box whole = {{0, 0, 1.2}, {2.4, 3, 1.2}};
	static const double size_m[3] = {2.4, 3, 2.2};
	s->room = s->stage->room;
	memcpy(s->room.size_m, size_m, sizeof size_m);
	s->spec = (struct sabin_place_spec){
	    .room = &s->room, .source_count = 2, .pair = true, .depth_axis = 1, .listener_m = {1.2, 1.7, 1.2},
	    .listener_moves = true, .listener_within = whole, .wall_m = 0.25, .rear_m = 1, .base_m = 1,
	    .angle_deg = {25, 35}, .step_m = 0.5, .top = 1, .threads = 2};
	for (int i = 0; i < 2; i++)
		s->spec.source[i] = (struct sabin_place_source){
		    .score = {.range_hz = {NAN, NAN}}, .position_m = {i ? 1.8 : 0.6, 0.6, 1.2}, .moves = true,
		    .within = whole};
}

static int set_up(void **state)
{
	struct scene *s = calloc(1, sizeof *s);
	assert_non_null(s);
	*state = s;
	s->options = sabin_eq_defaults();
	s->options.range_hz[0] = 40;
	s->options.range_hz[1] = 6000;
	s->options.filters = 4;
	s->points = sabin_eq_grid(40, 6000, s->hz);
	assert_true(s->points <= POINTS);
	for (int i = 0; i < 2; i++)
		hear(s, i);
	assert_ok(sabin_correction_compute(s->speakers, 2, &s->options, &s->correction));
	assert_ok(sabin_correction_set_rates(&s->correction, rates_hz, 2, SABIN_FOR_PROGRAM));
	assert_ok(sabin_fir_phase(s->places, 1, 0.002, &s->phase));
	s->stage = stage_new();
	furnish(s);
	return 0;
}

static int tear_down(void **state)
{
	struct scene *s = *state;
	sabin_correction_free(&s->correction);
	free(s->phase.turn);
	free(s->stage);
	free(s);
	return 0;
}

static void array_free(void *result)
{
	free(*(void **)result);
}

/* ---- correction ----------------------------------------------------------------------------------- */

static enum sabin_err correctable(void *context, void *result)
{
	const struct scene *s = context;
	const struct sabin_correctable_rules rules = {300, 500, 0, INFINITY};
	return sabin_correctable_compute(s->hz, s->target_db, s->points, s->places, 2, &rules, result);
}

static void correctable_free(void *result)
{
	sabin_correctable_free(result);
}

static enum sabin_err excess_turn(void *context, void *result)
{
	const struct scene *s = context;
	const double shares[2] = {0.97, 1.03};
	return sabin_excess_turn(s->h[0], N, rate_hz, ARRIVAL, s->hz, s->points, shares, 2, result);
}

static enum sabin_err eqfit(void *context, void *result)
{
	const struct scene *s = context;
	const struct sabin_eqfit_curve curve = {s->points, s->hz, s->level_db[0], NULL, NULL, NULL};
	const struct sabin_eqfit_seed seed = {{SABIN_PEAKING, 60, -3, 4}, 0.4};
	struct sabin_eqfit_options o = sabin_eqfit_defaults();
	o.rate_hz = 48000;
	o.most = 4;
	o.shelves = 1;
	return sabin_eqfit_compute(&curve, &o, &seed, 1, result);
}

static enum sabin_err hold_boost(void *context, void *result)
{
	struct sabin_biquad filters[2] = {{SABIN_PEAKING, 60, 8, 4}, {SABIN_PEAKING, 600, 9, 2}};
	(void)context;
	(void)result;
	return sabin_eq_hold_boost(filters, 2, 48000, 20, 10000, 3);
}

static enum sabin_err correction(void *context, void *result)
{
	const struct scene *s = context;
	return sabin_correction_compute(s->speakers, 2, &s->options, result);
}

static void correction_free(void *result)
{
	sabin_correction_free(result);
}

static enum sabin_err add_fir(void *context, void *result)
{
	const struct scene *s = context;
	const struct sabin_eq_fir fir = {SABIN_FIR_MINIMUM, 0.05, 5, 0.002, false, 300, 500};
	struct sabin_correction_channel one = s->correction.channels[0];
	struct sabin_correction c = s->correction;
	(void)result;
	one.rate_count = 0;
	memset(one.rates, 0, sizeof one.rates);
	c.channels = &one;
	c.channel_count = 1;
	const enum sabin_err err = sabin_correction_add_fir(&c, s->speakers, &fir, rates_hz, 1);
	free(one.rates[0].fir);
	return err;
}

static enum sabin_err integrate(void *context, void *result)
{
	const struct scene *s = context;
	struct sabin_correction_channel both[2] = {s->correction.channels[0], s->correction.channels[1]};
	struct sabin_correction c = s->correction;
	c.channels = both;
	return sabin_correction_integrate(&c, s->speakers, 80, result);
}

static enum sabin_err set_rates(void *context, void *result)
{
	struct scene *s = context;
	(void)result;
	return sabin_correction_set_rates(&s->correction, rates_hz, 2, SABIN_FOR_WORST);
}

static enum sabin_err level(void *context, void *result)
{
	const struct scene *s = context;
	struct sabin_correction_channel channel = s->correction.channels[0];
	double fir[64] = {1, -0.5};
	channel.rates[0] = (struct sabin_correction_rate){.rate_hz = rates_hz[0], .fir = fir, .taps = 64};
	return sabin_correction_level(&channel, rates_hz[0], s->hz, s->points, result);
}

struct taps {
	double *h;
	size_t count;
	double latency_s;
};

static enum sabin_err impulse(void *context, void *result)
{
	const struct scene *s = context;
	struct taps *taps = result;
	return sabin_correction_impulse(&s->correction.channels[0], 0, 0.2, &taps->h, &taps->count);
}

static enum sabin_err fir_phase(void *context, void *result)
{
	const struct scene *s = context;
	return sabin_fir_phase(s->places, 2, 0.002, result);
}

static void fir_phase_free(void *result)
{
	free(((struct sabin_fir_phase *)result)->turn);
}

static enum sabin_err fir(const struct scene *s, enum sabin_fir_kind kind, struct taps *taps)
{
	double gain_db[POINTS];
	const struct sabin_fir_options o = {
	    kind, 48000, 0.05, kind == SABIN_FIR_MIXED ? &s->phase : NULL};
	sabin_fir_gain(s->hz, s->level_db[0], s->target_db, s->points, 5, 20, gain_db);
	return sabin_fir_compute(s->hz, gain_db, s->points, &o, &taps->h, &taps->count, &taps->latency_s);
}

static enum sabin_err fir_minimum(void *context, void *result)
{
	return fir(context, SABIN_FIR_MINIMUM, result);
}

static enum sabin_err fir_linear(void *context, void *result)
{
	return fir(context, SABIN_FIR_LINEAR, result);
}

static enum sabin_err fir_mixed(void *context, void *result)
{
	return fir(context, SABIN_FIR_MIXED, result);
}

static enum sabin_err fir_level(void *context, void *result)
{
	const struct scene *s = context;
	return sabin_fir_level(s->h[0], 512, rate_hz, s->hz, s->points, result);
}

static enum sabin_err headroom(void *context, void *result)
{
	const struct sabin_biquad filters[2] = {{SABIN_PEAKING, 60, 8, 4}, {SABIN_PEAKING, 600, 9, 2}};
	return sabin_eq_headroom_compute(filters, 2, ((struct scene *)context)->h[0], 512, 48000, result);
}

/* The channels change places, so that every mistake is thought of. */
static enum sabin_err verify(void *context, void *result)
{
	const struct scene *s = context;
	struct sabin_verify_channel v[2];
	struct sabin_verified verified[2];
	struct sabin_finding findings[32];
	size_t found;
	double gain_db[2][POINTS];
	(void)result;
	for (int c = 0; c < 2; c++) {
		const struct sabin_correction_channel *channel = &s->correction.channels[c];
		sabin_biquads_levels_db(channel->filters, channel->filter_count, 48000, s->hz, s->points,
		                        gain_db[c]);
		v[c] = (struct sabin_verify_channel){.channel = channel,
		                                     .gain_db = gain_db[c],
		                                     .before_db = channel->before_db,
		                                     .achieved_db = s->correction.channels[1 - c].predicted_db,
		                                     .moved_s = NAN};
	}
	return sabin_verify_compute(v, 2, verified, findings, &found);
}

static void correction_kernels(void **state)
{
	const struct scene *s = *state;
	const size_t curve = s->points * sizeof(double);
	const struct shortage_case rows[] = {
		{"correctable", sizeof(struct sabin_correctable), correctable, correctable_free, 0},
		{"excess turn", 2 * curve, excess_turn, NULL, 0},
		{"eqfit", sizeof(struct sabin_eqfit), eqfit, NULL, 0},
		{"boost held", 0, hold_boost, NULL, 0},
		{"correction", sizeof(struct sabin_correction), correction, correction_free, 0},
		{"FIR added", 0, add_fir, NULL, 0},
		{"subwoofer joined", sizeof(struct sabin_integration), integrate, NULL, 0},
		{"rates", 0, set_rates, NULL, 0},
		{"level", curve, level, NULL, 0},
		{"impulse", sizeof(struct taps), impulse, array_free, 0},
		{"phase of FIR", sizeof(struct sabin_fir_phase), fir_phase, fir_phase_free, 0},
		{"FIR, minimum", sizeof(struct taps), fir_minimum, array_free, 0},
		{"FIR, linear", sizeof(struct taps), fir_linear, array_free, 0},
		{"FIR, mixed", sizeof(struct taps), fir_mixed, array_free, 0},
		{"level of FIR", curve, fir_level, NULL, 0},
		{"headroom", sizeof(struct sabin_eq_headroom), headroom, NULL, 0},
		{"verify", 0, verify, NULL, 0},
	};
	shortage_everywhere(rows, sizeof rows / sizeof *rows, *state);
}

/* ---- room and advice ------------------------------------------------------------------------------ */

struct modes {
	struct sabin_room_mode *mode;
	size_t count;
};

static enum sabin_err modes(void *context, void *result)
{
	struct modes *m = result;
	return sabin_room_modes(&((struct scene *)context)->room, 200, &m->mode, &m->count);
}

static enum sabin_err bonello(void *context, void *result)
{
	return sabin_room_bonello(&((struct scene *)context)->room, result);
}

static enum sabin_err score(void *context, void *result)
{
	const struct scene *s = context;
	const struct sabin_score_source source[2] = {s->spec.source[0].score, s->spec.source[1].score};
	return sabin_score_new(&s->room, source, 2, 1, result);
}

static void score_free(void *result)
{
	sabin_score_free(*(struct sabin_score **)result);
}

/* All of it but the padding, which is anything. */
static enum sabin_err search(void *context, void *result)
{
	const enum sabin_err err = sabin_place_search(&((struct scene *)context)->spec, NULL, NULL, result);
	if (err)
		return err;
	struct sabin_place_result *out = result;
	const struct sabin_place_result found = *out;
	memset(out, 0, sizeof *out);
	out->current = found.current; /* doubles, without gaps */
	out->current_rule = found.current_rule;
	memcpy(out->found, found.found, sizeof out->found);
	out->found_count = found.found_count;
	out->tried = found.tried;
	memcpy(out->refused, found.refused, sizeof out->refused);
	out->step_m = found.step_m;
	out->starts = found.starts;
	out->starts_wanted = found.starts_wanted;
	out->by_point = found.by_point;
	out->hold_step_m = found.hold_step_m;
	out->scores = found.scores;
	return SABIN_OK;
}

static enum sabin_err place_mean(void *context, void *result)
{
	const struct scene *s = context;
	const double source_m[2][3] = {{0.6, 0.6, 1.2}, {1.8, 0.6, 1.2}}, listener_m[1][3] = {{1.2, 1.7, 1.2}};
	struct sabin_place_spec spec = s->spec;
	spec.tolerance_m = 0.05;
	return sabin_place_mean(&spec, source_m, listener_m, 1, result);
}

static enum sabin_err place_map(void *context, void *result)
{
	const double source_m[2][3] = {{0.6, 0.6, 1.2}, {1.8, 0.6, 1.2}};
	return sabin_place_map(&((struct scene *)context)->spec, source_m, 4, 6, result);
}

static const double speaker_m[3] = {0.6, 0.6, 1.2}, seat_m[3] = {1.2, 1.7, 1.2};
static const struct sabin_images_options sound = {.rate_hz = 16000, .length_s = N / 16000.0, .air = true};

static enum sabin_err images(void *context, void *result)
{
	return sabin_images_compute(&((struct scene *)context)->room, speaker_m, seat_m, &sound, result, N);
}

static enum sabin_err field(void *context, void *result)
{
	return sabin_modes_compute(&((struct scene *)context)->room, speaker_m, seat_m, &sound, 200, result, N);
}

static enum sabin_err hybrid(void *context, void *result)
{
	return sabin_hybrid_compute(&((struct scene *)context)->room, speaker_m, seat_m, &sound, result, N);
}

static enum sabin_err notches(void *context, void *result)
{
	return sabin_advise_notches(&((struct scene *)context)->stage->scene, 0, result);
}

static enum sabin_err advise(void *context, void *result)
{
	const struct sabin_advice_scene scene = ((struct scene *)context)->stage->scene;
	return sabin_advise(&scene, result);
}

static void room_kernels(void **state)
{
	struct scene *s = *state;
	s->stage->h[0][130] = 0.5;
	static const struct shortage_case rows[] = {
		{"modes", sizeof(struct modes), modes, array_free, 0},
		{"bonello", sizeof(struct sabin_bonello), bonello, NULL, 0},
		{"score", sizeof(void *), score, score_free, 0},
		{"search", sizeof(struct sabin_place_result), search, NULL, sizeof(struct sabin_place_result)},
		{"mean score", sizeof(double), place_mean, NULL, sizeof(double)},
		{"map", 24 * sizeof(double), place_map, NULL, 24 * sizeof(double)},
		{"images", N * sizeof(double), images, NULL, 0},
		{"modal field", N * sizeof(double), field, NULL, 0},
		{"hybrid", N * sizeof(double), hybrid, NULL, 0},
		{"notches", sizeof(struct sabin_notches), notches, NULL, 0},
		{"advice", sizeof(struct sabin_advice), advise, NULL, 0},
	};
	shortage_everywhere(rows, sizeof rows / sizeof *rows, s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(correction_kernels, set_up, tear_down),
		cmocka_unit_test_setup_teardown(room_kernels, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
