/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_advice_order.c: in which order advice tells what to do, and what an item is worth when others are there; from
 * where on a room file is told to be wrong.
 */
#include <math.h>
#include <stdlib.h>

#include <sabin/advice.h>

#include "advice/inner.h"
#include "room/inner.h"
#include "util/near.h"
#include "util/seed.h"
#include "util/stage.h"

static struct sabin_advice advice;

static const struct sabin_advice *advise(const struct stage *s)
{
	assert_ok(sabin_advise(&s->scene, &advice));
	return &advice;
}

static void order(void **state)
{
	(void)state;
	struct stage *s = stage_new();
	for (int i = 0; i < STAGE_POINTS; i++)
		s->level_db[1][i] = s->level_db[3][i] = 1.5;
	for (int i = 0; i < 4; i++) {
		s->response[i].skew_ppm = sabin_quantity_valid(40, 0.01);
		s->response[i].polarity = i % 2 ? -1 : 1;
	}
	const struct sabin_advice *a = advise(s);
	assert_int_equal(a->count, 3);
	assert_int_equal(a->item[0].code, SABIN_ADVICE_POLARITY_INVERTED);
	assert_int_equal(a->item[1].code, SABIN_ADVICE_LEVEL_MISMATCH);
	assert_int_equal(a->item[2].code, SABIN_ADVICE_CLOCK_SKEW); /* to be left alone */
	free(s);
}

/* Flutter in a room that is no more than tolerated, and in one that is reverberant as a whole: half of what it was
 * worth, and what its absorber takes off the octaves from 250 Hz to 4 kHz, of which it tells 1 to 4 kHz. */
static void flutter_of_a_bare_room(void **state)
{
	(void)state;
	struct stage *s = stage_new();
	struct sabin_random random;
	struct sabin_analysis analysis;
	struct sabin_band_result bands[SABIN_ABSORPTION_BANDS];
	sabin_random_init(&random, test_seed("flutter of a bare room"));
	stage_decay(s, &random, 0.6, 2 * s->room.size_m[0] / sabin_speed_of_sound(20));
	for (int i = 0; i < 2; i++) /* so that no room is fitted */
		s->speaker[i].position_m[0] = NAN;
	s->scene.room = &s->room;
	stage_times(s, &analysis, bands, 0.3);
	advise(s);
	const struct sabin_advice_item *item = advice_first(&advice, SABIN_ADVICE_FLUTTER);
	assert_non_null(item);
	assert_null(advice_first(&advice, SABIN_ADVICE_TOO_REVERBERANT));
	const double alone = item->benefit;
	for (int w = 0; w < SABIN_SURFACE_COUNT; w++)
		for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
			s->room.surface[w].alpha[b] = 0.1;
	stage_times(s, &analysis, bands, 1);
	advise(s);
	item = advice_first(&advice, SABIN_ADVICE_FLUTTER);
	assert_non_null(item);
	assert_non_null(advice_first(&advice, SABIN_ADVICE_TOO_REVERBERANT));
	double octaves = 0;
	size_t told = 0;
	for (size_t i = 0; i < item->effect_count; i++) {
		const struct sabin_advice_fact *e = &item->effect[i];
		assert_string_equal(e->what, "decay_time");
		assert_near(e->now, 1, 1e-9);
		octaves += log2(1 / e->q.value); /* none is shorter than the nominal time yet */
		assert_true(e->q.value > advice_nominal_s(room_volume_m3(&s->room)));
		told++;
	}
	printf("flutter: %.2f alone, %.2f in a bare room; %.2f octaves shorter\n", alone, item->benefit, octaves);
	assert_int_equal(told, 3);
	assert_true(octaves > 0.3);
	assert_near(item->benefit, alone / 2 + 16 * octaves / 5, 1e-9);
	free(s);
}

/* A side that is told to be wrong is so by more than 1.2 %, also as what else explains the measurement nearly as
 * well has it, and by more than three standard uncertainties. */
static void sides_that_differ(void **state)
{
	(void)state;
	static const struct {
		double size_m, other_m, sigma_m;
		bool valid, told;
	} rows[] = {
	    {4, 0, 0.001, true, false},          {4.047, 0, 0.001, true, false},
	    {4.049, 0, 0.001, true, true},       {3.951, 0, 0.001, true, true},
	    {3.953, 0, 0.001, true, false},      {4.1, 0, 0.001, false, false},
	    {4.1, 0.05, 0.001, true, true},      {4.1, 0.053, 0.001, true, false},
	    {4.1, 0, 0.033, true, true},         {4.1, 0, 0.034, true, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (int a = 0; a < 3; a++) {
			struct sabin_roomfit fit = {0};
			fit.size_m[a] = rows[i].valid ? sabin_quantity_valid(rows[i].size_m, 0.01)
			                              : sabin_quantity_invalid(rows[i].size_m, SABIN_BECAUSE_UNKNOWN);
			fit.size_other_m[a] = rows[i].other_m;
			fit.size_sigma_m[a] = rows[i].sigma_m;
			assert_int_equal(advice_side_differs(&fit, a, 4), rows[i].told);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(order),
	    cmocka_unit_test(flutter_of_a_bare_room),
	    cmocka_unit_test(sides_that_differ),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
