/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_advice_moves.c: where speakers and seats may be moved to, by geometry that is reckoned by hand.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "advice/moves.h"
#include "util/near.h"
#include "util/stage.h"

/* Nothing is moved into walls, nor a seat to the wall behind. */
static void moves(void **state)
{
	(void)state;
	struct stage *s = stage_new();
	s->scene.room = &s->room;
	const struct {
		struct sabin_advice_move move;
		bool allowed;
	} rows[] = {
	    {{0, -1, {0.5, 0.5, 0}}, true},   {{0, -1, {0, -0.3, 0}}, false}, {{0, -1, {-0.8, 0, 0}}, false},
	    {{-1, 0, {0, 2.7, 0}}, true},     {{-1, 0, {0, 2.9, 0}}, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(moves_allowed(&s->scene, &rows[i].move, 1), rows[i].allowed);
	free(s);
}

/* A seat that is not the listener's goes above no desk either, but may leave one that it is above now. */
static void no_seat_above_a_desk(void **state)
{
	(void)state;
	struct stage *s = stage_new();
	const double *seat = s->position_m[1];
	struct sabin_place_solid desk = {.kind = SABIN_PLACE_FURNITURE,
	                                 .box = {{seat[0] - 0.5, seat[1] - 1, 0}, {seat[0] + 0.5, seat[1] - 0.5, 0.75}}};
	struct sabin_place_spec spec = {.room = &s->room, .depth_axis = 1, .rear_m = 0.5, .solid = &desk, .solid_count = 1};
	memcpy(spec.listener_m, s->position_m[0], sizeof spec.listener_m);
	const struct sabin_advice_place place = {.spec = &spec, .listener = 0};
	const struct sabin_advice_move away = {-1, 1, {0, -0.2, 0}}, above = {-1, 1, {0, -0.7, 0}};
	s->scene.room = &s->room;
	assert_true(moves_allowed(&s->scene, &above, 1)); /* nobody knows of a desk */
	s->scene.place = &place;
	assert_true(moves_allowed(&s->scene, &away, 1));
	assert_false(moves_allowed(&s->scene, &above, 1));
	desk.box = (struct sabin_box){{seat[0] - 0.5, seat[1] - 1, 0}, {seat[0] + 0.5, seat[1] + 0.5, 0.75}};
	assert_true(moves_allowed(&s->scene, &above, 1));
	free(s);
}

/* A pair and the seat stay where sabin place would put them: half the angle within 25 to 35 degrees, the base 1 m and
 * more; where they do not keep that, they may come nearer to it only.  tan(angle) = 1 m / 1.8 m: 29.1 degrees. */
static void the_triangle_is_kept(void **state)
{
	(void)state;
	struct stage *s = stage_new();
	struct sabin_place_spec spec = {.room = &s->room, .depth_axis = 1, .rear_m = 0.5, .wall_m = 0.25, .base_m = 1,
	                                .angle_deg = {25, 35}, .pair = true, .source_count = 2};
	const struct sabin_advice_place place = {.spec = &spec, .speaker = {0, 1}, .listener = 0};
	const struct {
		double half_m, along_m, by_m, seat_m; /* outwards each; of the seat, away from the speakers */
		bool allowed;
	} rows[] = {
	    {1, 1.8, 0.2, 0, true},     /* atan(1.2/1.8) = 33.7 */
	    {1, 1.8, 0.3, 0, false},    /* 35.8 */
	    {1, 1.8, -0.1, 0, true},    /* 26.6 */
	    {1, 1.8, -0.2, 0, false},   /* 24.0 */
	    {1, 1.8, 0, 0.3, true},     /* 25.5 */
	    {1, 1.8, 0, 0.4, false},    /* 24.4 */
	    {1, 1.8, 0, -0.4, false},   /* 35.5 */
	    {1.5, 1.3, -0.1, 0, true},  /* 49.1 becomes 47.1: better, though not good */
	    {1.5, 1.3, 0.1, 0, false},  /* 50.9: worse */
	    {1.5, 1.3, -1.0, 0, false}, /* 21.0 degrees: too far */
	    {0.52, 1, -0.05, 0, false}, /* 25.2 degrees, but 0.94 m apart */
	    {0.45, 0.9, 0.05, 0, true}, /* 0.9 m becomes 1.0 m */
	};
	s->scene.room = &s->room;
	s->scene.place = &place;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (int k = 0; k < 2; k++) {
			const double at_m[3] = {2 + (k ? 1 : -1) * rows[i].half_m, 0.4, 1.2};
			memcpy(s->speaker[k].position_m, at_m, sizeof at_m);
			memcpy(spec.source[k].position_m, at_m, sizeof at_m);
		}
		const double seat_m[3] = {2, 0.4 + rows[i].along_m, 1.2};
		memcpy(s->position_m[0], seat_m, sizeof seat_m);
		memcpy(spec.listener_m, seat_m, sizeof seat_m);
		const struct sabin_advice_move apart[2] = {{0, -1, {-rows[i].by_m, 0, 0}}, {1, -1, {rows[i].by_m, 0, 0}}};
		const struct sabin_advice_move seat = {-1, 0, {0, rows[i].seat_m, 0}};
		const bool allowed = fabs(rows[i].seat_m) > 0 ? moves_allowed(&s->scene, &seat, 1) : moves_allowed(&s->scene, apart, 2);
		if (allowed != rows[i].allowed)
			fail_msg("row %zu is %s", i, allowed ? "allowed" : "not allowed");
	}
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(moves),
	    cmocka_unit_test(no_seat_above_a_desk),
	    cmocka_unit_test(the_triangle_is_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
