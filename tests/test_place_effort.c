/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_place_effort.c: the search's work is limited, whatever the room and whatever moves.
 */
#include <math.h>

#include <sabin/place.h>

#include "room/score.h"
#include "room/search.h"
#include "util/near.h"
#include "util/studio.h"

/* As many as there may be, each of its own range. */
static void add_subwoofers(struct sabin_place_spec *spec)
{
	spec->source_count = SABIN_PLACE_SOURCES_MAX;
	for (int s = 2; s < SABIN_PLACE_SOURCES_MAX; s++)
		spec->source[s] = (struct sabin_place_source){
			.score = {.bass = true, .range_hz = {20, 70 + s}},
			.position_m = {0.3 + 0.35 * s, s % 2 ? 0.4 : 3.8, 0.3}, .moves = true,
			.within = {{0, 0, 0.3}, {3.2, 4.2, 0.3}}};
}

/* Scores times modes are limited, whatever the room and whatever moves; and what is searched is searched at all. */
static void work_is_limited(void **state)
{
	(void)state;
	const double most = 1.5e8;
	const struct sabin_room room = studio_room(studio_m, studio_alpha);
	struct sabin_place_spec spec = studio_spec(&room);
	struct place_effort effort;
	add_subwoofers(&spec);
	for (int few = 0; few < 2; few++) {
		struct place_parameters parameters;
		spec.source_count = few ? 2 : SABIN_PLACE_SOURCES_MAX;
		place_parameters_init(&spec, &parameters);
		for (double work = 100; work < 5e5; work *= 3)
			for (spec.top = 1; spec.top <= SABIN_PLACE_FOUND_MAX; spec.top += 7)
				for (int mean = 0; mean < 2; mean++) {
					spec.tolerance_m = mean ? 0.05 : 0;
					place_effort_plan(&spec, &parameters, work, 25, &effort);
					assert_in_range(effort.starts, 1, 25);
					assert_true(effort.scores >= 12 * 2 * parameters.count);
					assert_true((double)effort.starts * effort.scores * work <= most ||
					            effort.starts == 1);
					assert_true(effort.free_step_m >= 0.25);
				}
	}
	/* all eight, with seven ranges */
	struct sabin_place_result result;
	struct sabin_score_source source[SABIN_PLACE_SOURCES_MAX];
	double at_m[SABIN_PLACE_SOURCES_MAX][3];
	struct sabin_score *score;
	spec = studio_spec(&room);
	spec.tolerance_m = 0.05;
	spec.step_m = 0.2;
	add_subwoofers(&spec);
	for (int s = 0; s < SABIN_PLACE_SOURCES_MAX; s++) {
		source[s] = spec.source[s].score;
		memcpy(at_m[s], spec.source[s].position_m, sizeof at_m[s]);
	}
	assert_int_equal(sabin_place_search(&spec, NULL, NULL, &result), SABIN_OK);
	assert_int_equal(sabin_score_new(&room, source, SABIN_PLACE_SOURCES_MAX, 1, &score), SABIN_OK);
	assert_true(result.scores * score_work(score, (const double(*)[3])at_m, spec.listener_m) <= most);
	sabin_score_free(score);
	assert_true(result.found_count > 0 && result.found[0].score < result.current.score);
	assert_true(result.by_point && result.starts <= result.starts_wanted);
}

/* More sources than there may be are refused wherever a score is made of them. */
static void too_many_sources(void **state)
{
	(void)state;
	const struct sabin_room room = studio_room(studio_m, studio_alpha);
	struct sabin_place_spec spec = studio_spec(&room);
	struct sabin_place_result result;
	const double at_m[SABIN_PLACE_SOURCES_MAX][3] = {{1, 1, 1}}, listener_m[1][3] = {{1.6, 2, 1.2}};
	double out[1];
	spec.source_count = 1000;
	assert_int_equal(sabin_place_search(&spec, NULL, NULL, &result), SABIN_EINVAL);
	assert_int_equal(sabin_place_map_most(&spec, at_m, out), SABIN_EINVAL);
	assert_int_equal(sabin_place_map(&spec, at_m, 1, 1, out), SABIN_EINVAL);
	assert_int_equal(sabin_place_mean(&spec, at_m, listener_m, 1, out), SABIN_EINVAL);
	spec = studio_spec(NULL);
	assert_int_equal(sabin_place_map_most(&spec, at_m, out), SABIN_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(work_is_limited), cmocka_unit_test(too_many_sources)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
