/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_early.c: panels, objects and directional sources in the sum over image sources, in rooms where
 * everything else is absorbed.
 */
#include "util/near.h"
#include "util/room_cases.h"

enum { FRAMES = 4800 };
static const double rate_hz = 48000;

/* Everything absorbs but the left wall. */
static struct sabin_room left_wall_only(double alpha)
{
	struct sabin_room room = room_case_room(&room_cases[0]);
	room_case_all(&room, 1);
	room_case_alpha(&room.surface[SABIN_LEFT], alpha);
	return room;
}

static void respond(const struct sabin_room *room, const double s[3], const double r[3],
                    const struct sabin_directivity *directivity, double *h)
{
	const struct sabin_images_options options = {
	    .rate_hz = rate_hz, .length_s = FRAMES / rate_hz, .directivity = directivity};
	assert_ok(sabin_images_compute(room, s, r, &options, h, FRAMES));
}

/* Transfer function at f. */
static double complex at_hz(const double *h, double f_hz)
{
	double re = 0, im = 0;
	for (int i = 0; i < FRAMES; i++) {
		re += h[i] * cos(2 * M_PI * f_hz * i / rate_hz);
		im -= h[i] * sin(2 * M_PI * f_hz * i / rate_hz);
	}
	return __builtin_complex(re, im);
}

static double complex wave(double gain, double way_m, double f_hz)
{
	const double phase = 2 * M_PI * f_hz * way_m / 343;
	return __builtin_complex(gain / way_m * cos(phase), -gain / way_m * sin(phase));
}

static double magnitude(double complex z)
{
	return hypot(creal(z), cimag(z));
}

static const double source_m[3] = {2, 1.5, 1.4}, mic_m[3] = {4, 2.5, 1.2};
/* on the left wall, two from the source and four from the microphone: a third of the way */
static const double hit_m[3] = {0, 1.5 + 1.0 / 3, 1.4 - 0.2 / 3};

static void panel_acts_where_it_is(void **state)
{
	(void)state;
	static double got[FRAMES], want[FRAMES];
	for (int there = 0; there < 2; there++) {
		struct sabin_room room = left_wall_only(0.2), plain = left_wall_only(there ? 0.9 : 0.2);
		struct sabin_panel panel = {.surface = SABIN_LEFT};
		room_case_alpha(&panel.absorption, 0.9);
		for (int axis = 1; axis < 3; axis++) {
			panel.min_m[axis] = hit_m[axis] - 0.1 + (there ? 0 : 0.5);
			panel.max_m[axis] = hit_m[axis] + 0.1 + (there ? 0 : 0.5);
		}
		room.panels = &panel;
		room.panel_count = 1;
		respond(&room, source_m, mic_m, NULL, got);
		respond(&plain, source_m, mic_m, NULL, want);
		assert_near_array(got, want, FRAMES, 1e-5);
	}
}

/* The same by octaves: what is hit counts in each of them. */
static void panel_acts_by_octave(void **state)
{
	(void)state;
	static double h[FRAMES];
	struct sabin_room room = left_wall_only(0.2);
	struct sabin_panel panel = {.surface = SABIN_LEFT, .min_m = {0, 1, 1}, .max_m = {0, 2.5, 2}};
	for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++)
		panel.absorption.alpha[band] = 0.1 * (band + 1);
	room.panels = &panel;
	room.panel_count = 1;
	respond(&room, source_m, mic_m, NULL, h);
	const double direct_m = sqrt(4 + 1 + 0.04), way_m = sqrt(36 + 1 + 0.04);
	for (int band = 2; band < SABIN_ABSORPTION_BANDS; band++) {
		const double f_hz = 1000 * pow(10, 0.3 * (band - 4));
		const double complex want = wave(1, direct_m, f_hz) +
		                            wave(sqrt(1 - 0.1 * (band + 1)), way_m, f_hz);
		assert_near(magnitude(at_hz(h, f_hz) - want) * direct_m, 0, 3e-3);
	}
}

/* A desk's top: its half-depth is larger than the Fresnel zone from some 1.4 kHz on. */
static void desk_reflects(void **state)
{
	(void)state;
	static double h[FRAMES];
	struct sabin_room room = left_wall_only(1);
	struct sabin_reflector desk = {{1, 1.3, 0}, {3, 1.9, 0.75}};
	const double s[3] = {2, 1, 1.2}, r[3] = {2, 2.2, 1.2};
	room.objects = &desk;
	room.object_count = 1;
	respond(&room, s, r, NULL, h);
	for (int band = 2; band < SABIN_ABSORPTION_BANDS; band++) {
		const double f_hz = 1000 * pow(10, 0.3 * (band - 4)), from_hz = 343 * 0.375 / 0.09;
		const double share = f_hz * f_hz / (f_hz * f_hz + from_hz * from_hz);
		const double complex want = wave(1, 1.2, f_hz) + wave(share, 1.5, f_hz);
		assert_near(magnitude(at_hz(h, f_hz) - want), 0, 3e-3);
	}
	const double low[3] = {2, 2.2, 0.5}; /* below its top: no reflection, and nothing in the way */
	const double before[3] = {2, 2.1, 1.2};
	respond(&room, before, low, NULL, h);
	assert_near(magnitude(at_hz(h, 4000)) * sqrt(0.01 + 0.49), 1, 3e-3);
}

/* A cupboard in the way takes 20 dB of the treble and little of the bass. */
static void objects_stand_in_the_way(void **state)
{
	(void)state;
	static double h[FRAMES];
	struct sabin_room room = left_wall_only(1);
	struct sabin_reflector cupboard = {{2.5, 1, 0}, {3.5, 3, 2}};
	room.objects = &cupboard;
	room.object_count = 1;
	respond(&room, source_m, mic_m, NULL, h);
	const double direct_m = sqrt(5.04);
	const double high_db = 20 * log10(magnitude(at_hz(h, 8000 * pow(10, 0.3 - log10(2)))) * direct_m);
	assert_near(high_db, -20, 1.5);
	assert_true(20 * log10(magnitude(at_hz(h, 70)) * direct_m) > -6);
}

static double exponent(double f_hz)
{
	const double ka = 2 * M_PI * f_hz / 343 * sqrt(0.25 * 0.3 / M_PI);
	return ka * ka / (2 * (1 + pow(ka, 1.2)));
}

/* On its axis a box is a point, off it what room.h says; the directivity index is the formula's. */
static void box_radiates_forwards(void **state)
{
	(void)state;
	static double h[FRAMES];
	const struct sabin_room room = left_wall_only(1);
	const double s[3] = {3, 2, 1.5};
	for (int turn = 0; turn < 360; turn += 45) {
		const double angle = turn * M_PI / 180;
		const double r[3] = {3 + sin(angle), 2 + cos(angle), 1.5};
		const struct sabin_directivity box = {.aim_deg = 45, .box_m = {0.25, 0.35, 0.3}};
		respond(&room, s, r, &box, h);
		for (int band = 2; band < SABIN_ABSORPTION_BANDS; band++) {
			const double f_hz = 1000 * pow(10, 0.3 * (band - 4));
			const double want = pow(fmax(0.05, (1 + cos(angle - M_PI / 4)) / 2), exponent(f_hz));
			assert_near(magnitude(at_hz(h, f_hz)), want, 8e-3); /* 0.1 dB */
		}
	}
	assert_near(10 * log10(2 * exponent(1000) + 1), 4.4, 0.5);
	assert_near(10 * log10(2 * exponent(10000) + 1), 11.5, 0.7);
}

/* The late sound of a box is that of the power it radiates. */
static void late_sound_has_the_power_of_the_box(void **state)
{
	(void)state;
	enum { LONG = 24000 };
	static double point[LONG], box_h[LONG];
	struct sabin_room room = room_case_room(&room_cases[0]);
	const struct sabin_directivity box = {.aim_deg = 20, .box_m = {0.25, 0.35, 0.3}};
	struct sabin_images_options options = {.rate_hz = rate_hz, .length_s = LONG / rate_hz};
	assert_ok(sabin_images_compute(&room, source_m, mic_m, &options, point, LONG));
	options.directivity = &box;
	assert_ok(sabin_images_compute(&room, source_m, mic_m, &options, box_h, LONG));
	for (int band = 3; band < 7; band++) {
		/* one period of noise-like tail after another: the power in a narrow band about f */
		const double f_hz = 1000 * pow(10, 0.3 * (band - 4));
		double of_point = 0, of_box = 0;
		for (int step = -10; step <= 10; step++) {
			double complex a = 0, b = 0;
			for (int i = 12000; i < LONG; i++) {
				const double phase = 2 * M_PI * f_hz * (1 + 0.01 * step) * i / rate_hz;
				const double hann = pow(sin(M_PI * (i - 12000) / 12000), 2);
				const double complex turn =
				    __builtin_complex(hann * cos(phase), -hann * sin(phase));
				a += point[i] * turn;
				b += box_h[i] * turn;
			}
			of_point += pow(magnitude(a), 2);
			of_box += pow(magnitude(b), 2);
		}
		assert_near(10 * log10(of_box / of_point), -10 * log10(2 * exponent(f_hz) + 1), 0.1);
	}
}

static void rings_as_long_as_its_slowest_decay(void **state)
{
	(void)state;
	struct sabin_room room = room_case_room(&room_cases[0]);
	/* 6 m between walls of 0.2: 12 m for 2 * ln(0.8) */
	assert_near(sabin_room_ring_s(&room, 0, 60), 6 * M_LN10 / (-2 * log(0.8)) * 12 / 343, 1e-9);
	assert_near(sabin_room_ring_s(&room, 0, 30), sabin_room_ring_s(&room, 0, 60) / 2, 1e-12);
	room_case_all(&room, 0);
	assert_true(isinf(sabin_room_ring_s(&room, 0, 60)));
}

static void nonsense_is_refused(void **state)
{
	(void)state;
	static double h[FRAMES];
	struct sabin_room room = left_wall_only(0.5);
	const struct sabin_directivity bad[] = {{.aim_deg = NAN, .box_m = {0.2, 0.2, 0.2}},
	                                        {.box_m = {0, 0.2, 0.2}},
	                                        {.box_m = {0.2, 0.2, NAN}}};
	struct sabin_images_options options = {.rate_hz = rate_hz, .length_s = FRAMES / rate_hz};
	for (size_t i = 0; i < 3; i++) {
		options.directivity = &bad[i];
		assert_int_equal(sabin_images_compute(&room, source_m, mic_m, &options, h, FRAMES),
		                 SABIN_EINVAL);
	}
	options.directivity = NULL;
	struct sabin_reflector upside_down = {{1, 1, 1}, {0, 0, 0}};
	room.objects = &upside_down;
	room.object_count = 1;
	assert_int_equal(sabin_images_compute(&room, source_m, mic_m, &options, h, FRAMES), SABIN_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(panel_acts_where_it_is),
		cmocka_unit_test(panel_acts_by_octave),
		cmocka_unit_test(desk_reflects),
		cmocka_unit_test(objects_stand_in_the_way),
		cmocka_unit_test(box_radiates_forwards),
		cmocka_unit_test(late_sound_has_the_power_of_the_box),
		cmocka_unit_test(rings_as_long_as_its_slowest_decay),
		cmocka_unit_test(nonsense_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
