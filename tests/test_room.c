/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_room.c: names, air, mean absorption, reverberation time.
 */
#include "util/near.h"
#include "util/room_cases.h"

static void names(void **state)
{
	(void)state;
	assert_string_equal(sabin_surface_name(SABIN_FRONT), "front");
	assert_string_equal(sabin_surface_name(SABIN_BACK), "back");
	assert_string_equal(sabin_surface_name(SABIN_LEFT), "left");
	assert_string_equal(sabin_surface_name(SABIN_RIGHT), "right");
	assert_string_equal(sabin_surface_name(SABIN_FLOOR), "floor");
	assert_string_equal(sabin_surface_name(SABIN_CEILING), "ceiling");
	assert_non_null(sabin_surface_name(SABIN_SURFACE_COUNT));
}

static void speed_of_sound(void **state)
{
	(void)state;
	static const double table[][2] = {
		{10, 337.30}, {15, 340.26}, {20, 343.20}, {25, 346.11}, {30, 349.00},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		assert_near(sabin_speed_of_sound(table[i][0]), table[i][1], 0.006);
}

/* dB/km at 101.325 kPa, computed independently from the formulas of ISO 9613-1:1993; its table 1
 * has the exact mid-band frequencies, hence 10^(3k/10) Hz. */
static void air(void **state)
{
	(void)state;
	static const struct {
		double temperature_c, humidity_percent;
		double db_per_km[8];
		double unit[8]; /* of the last digit */
	} table[] = {
		{20, 50, {.44, 1.31, 2.73, 4.66, 9.89, 29.67, 105.3, 364.5},
		 {.01, .01, .01, .01, .01, .01, .1, .1}},
		{20, 30, {.61, 1.42, 2.51, 5.01, 14.12, 48.9, 168.4, 465.7},
		 {.01, .01, .01, .01, .01, .1, .1, .1}},
		{23, 40, {.49, 1.44, 2.96, 5.03, 10.7, 32.4, 114.8, 392.9},
		 {.01, .01, .01, .01, .1, .1, .1, .1}},
	};
	for (size_t row = 0; row < sizeof table / sizeof *table; row++)
		for (int i = 0; i < 8; i++) {
			const double want = table[row].db_per_km[i];
			const double got =
			        1000 * sabin_air_attenuation_db_per_m(125 << i,
			                                              table[row].temperature_c,
			                                              table[row].humidity_percent,
			                                              101.325);
			/* half a per cent, or the table's rounding */
			assert_near(got, want, fmax(0.005 * want, 0.51 * table[row].unit[i]));
		}
	/* nothing at 0 Hz, and dry air is finite */
	assert_near(sabin_air_attenuation_db_per_m(0, 20, 50, 101.325), 0, 0);
	assert_true(isfinite(sabin_air_attenuation_db_per_m(1000, -20, 0, 101.325)));
	/* thin air lets less through classically, and relaxes at lower frequencies */
	assert_true(sabin_air_attenuation_db_per_m(16000, 20, 50, 80) !=
	            sabin_air_attenuation_db_per_m(16000, 20, 50, 101.325));
}

static void mean_absorption(void **state)
{
	(void)state;
	struct sabin_room room = room_case_room(&room_cases[0]); /* 6 x 4 x 3 m */
	double alpha[SABIN_ABSORPTION_BANDS];
	sabin_room_mean_absorption(&room, SABIN_LEFT, alpha);
	for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++)
		assert_near(alpha[band], 0.2, 0);

	/* 1 x 2 m and 0.5 x 1 m of 12 m2 on the left, one on another surface */
	struct sabin_panel panels[3] = {
		{.surface = SABIN_LEFT, .min_m = {0, 1, .5}, .max_m = {0, 2, 2.5}},
		{.surface = SABIN_LEFT, .min_m = {0, 3, 1}, .max_m = {0, 3.5, 2}},
		{.surface = SABIN_CEILING, .min_m = {0, 0, 3}, .max_m = {6, 4, 3}},
	};
	for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++) {
		panels[0].absorption.alpha[band] = 0.1 * band;
		panels[1].absorption.alpha[band] = 1;
		panels[2].absorption.alpha[band] = 0.7;
	}
	room.panels = panels;
	room.panel_count = 3;
	sabin_room_mean_absorption(&room, SABIN_LEFT, alpha);
	for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++)
		assert_near(alpha[band], (9.5 * 0.2 + 2 * 0.1 * band + 0.5) / 12, 1e-12);
	/* a surface wholly covered is its cover */
	sabin_room_mean_absorption(&room, SABIN_CEILING, alpha);
	assert_near(alpha[3], 0.7, 1e-12);
	sabin_room_mean_absorption(&room, SABIN_BACK, alpha);
	assert_near(alpha[3], 0.2, 0);
}

/* Overlapping panels cannot make a surface absorb more than its best panel. */
static void overlapping_panels(void **state)
{
	(void)state;
	struct sabin_room room = room_case_room(&room_cases[0]);
	struct sabin_panel panels[2] = {
		{.surface = SABIN_FLOOR, .max_m = {6, 4, 0}},
		{.surface = SABIN_FLOOR, .max_m = {6, 4, 0}},
	};
	room_case_alpha(&panels[0].absorption, 0.9);
	room_case_alpha(&panels[1].absorption, 0.5);
	room.panels = panels;
	room.panel_count = 2;
	double alpha[SABIN_ABSORPTION_BANDS];
	sabin_room_mean_absorption(&room, SABIN_FLOOR, alpha);
	assert_near(alpha[0], 0.7, 1e-12);
}

static void eyring(void **state)
{
	(void)state;
	/* worked values without air at 343 m/s, to their rounding; air adds its decay to the
	 * walls' */
	const struct sabin_room even = room_case_room(&room_cases[0]);
	const struct sabin_room uneven = room_case_room(&room_cases[1]);
	for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++) {
		const double f_hz = 1000 * pow(10, 0.3 * (band - 4));
		const double air_per_s =
		        343 / 60.0 *
		        sabin_air_attenuation_db_per_m(f_hz, even.temperature_c, 50, 101.325);
		assert_near(1 / (1 / sabin_room_eyring_s(&even, band) - air_per_s), 0.4814, 6e-5);
		assert_near(1 / (1 / sabin_room_eyring_s(&uneven, band) - air_per_s), 0.2649, 6e-5);
	}
	/* air by itself: 60 dB after 60 / attenuation metres */
	struct sabin_room rigid = even;
	room_case_all(&rigid, 0);
	const double db_per_m = sabin_air_attenuation_db_per_m(1000 * pow(10, 0.9),
	                                                       rigid.temperature_c, 50, 101.325);
	assert_near(sabin_room_eyring_s(&rigid, 7), 60 / db_per_m / 343, 1e-6);
}

static void eyring_limits(void **state)
{
	(void)state;
	struct sabin_room room = room_case_room(&room_cases[0]);
	room_case_all(&room, 1);
	assert_near(sabin_room_eyring_s(&room, 3), 0, 0);
	assert_true(isnan(sabin_room_eyring_s(&room, -1)));
	assert_true(isnan(sabin_room_eyring_s(&room, 8)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(speed_of_sound),
		cmocka_unit_test(air),
		cmocka_unit_test(mean_absorption),
		cmocka_unit_test(overlapping_panels),
		cmocka_unit_test(eyring),
		cmocka_unit_test(eyring_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
