/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_reflections.c: early reflections, and the surfaces that they come from.
 */
#include <math.h>

#include <sabin/random.h>
#include <sabin/reflections.h>

#include "util/near.h"

static const double rate_hz = 48000, speed_m_s = 343.2;
enum { FRAMES = 9600, DIRECT = 2400 };

/* 6 x 4 x 3 m; speaker and microphone. */
static const double size_m[3] = {6, 4, 3};
static const double source_m[3] = {2, 1.5, 1.4}, receiver_m[3] = {4, 2.5, 1.2};

/* A pulse of unit height, in the band of the curve's middle, at a place that need not be whole. */
static void add_pulse(double *h, double at, double gain)
{
	for (int i = -200; i <= 200; i++) {
		const long long k = llround(at) + i;
		const double x = (double)k - at;
		const double sinc = x == 0 ? 1 : sin(M_PI * x) / (M_PI * x);
		if (k >= 0 && k < FRAMES)
			h[k] += gain * sinc * (0.5 + 0.5 * cos(M_PI * x / 201));
	}
}

/* Pulses as made come back: half a sample of time, half a dB of what the neighbours ring. */
static void closed_form(void **state)
{
	(void)state;
	static const double ms[] = {2.5, 6.25, 13.1, 21.7}, db[] = {-14, -8, -12, -18};
	static double h[FRAMES];
	struct sabin_reflections r;
	memset(h, 0, sizeof h);
	add_pulse(h, DIRECT + 0.3, 1);
	for (int i = 0; i < 4; i++)
		add_pulse(h, DIRECT + 0.3 + ms[i] * rate_hz / 1000, pow(10, db[i] / 20));
	assert_ok(sabin_reflections_compute(h, FRAMES, rate_hz, DIRECT + 0.3, speed_m_s, &r));
	assert_int_equal(r.count, 4);
	for (int i = 0; i < 4; i++) {
		assert_near(r.item[i].time_s.value * 1000, ms[i], 0.5 / rate_hz * 1000);
		assert_near(r.item[i].level_db.value, db[i], 0.5);
		assert_near(r.item[i].extra_m.value, ms[i] / 1000 * speed_m_s, 0.005);
		assert_true(r.item[i].too_strong == (i == 1));
	}
	assert_false(r.passed);
	/* gain and polarity change nothing */
	struct sabin_reflections other;
	for (size_t i = 0; i < FRAMES; i++)
		h[i] *= -1e-5;
	assert_ok(sabin_reflections_compute(h, FRAMES, rate_hz, DIRECT + 0.3, speed_m_s, &other));
	assert_int_equal(other.count, r.count);
	assert_near(other.item[2].level_db.value, r.item[2].level_db.value, 1e-9);
}

/* What comes too soon to be told from the loudspeaker's edges does not fail the room, and is not passed
 * over in silence. */
static void too_near(void **state)
{
	(void)state;
	static const struct {
		double ms, db;
		bool near;
	} cases[] = {{0.45, -5, true}, {0.5, -14, false}, {0.9, -5, false}};
	static double h[FRAMES];
	for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
		struct sabin_reflections r;
		memset(h, 0, sizeof h);
		add_pulse(h, DIRECT, 1);
		add_pulse(h, DIRECT + cases[c].ms * rate_hz / 1000, pow(10, cases[c].db / 20));
		assert_ok(sabin_reflections_compute(h, FRAMES, rate_hz, DIRECT, speed_m_s, &r));
		assert_true(isfinite(r.near_db) == cases[c].near);
		assert_true(isfinite(r.near_s) == cases[c].near);
		assert_true(r.passed == (cases[c].ms < 0.6));
		if (!cases[c].near)
			continue;
		/* the windows of both pulses overlap: a tenth of a millisecond, a dB and a half */
		assert_near(1000 * r.near_s, cases[c].ms, 0.1);
		assert_near(r.near_db, cases[c].db, 1.5);
	}
}

/* Only 1 to 8 kHz count: a strong reflection at 200 Hz does not. */
static void band(void **state)
{
	(void)state;
	static double h[FRAMES];
	struct sabin_reflections r;
	memset(h, 0, sizeof h);
	add_pulse(h, DIRECT, 1);
	for (int i = 0; i < 960; i++)
		h[DIRECT + 240 + i] += 0.05 * sin(2 * M_PI * 200 * i / rate_hz) *
		                       (0.5 - 0.5 * cos(2 * M_PI * i / 960));
	assert_ok(sabin_reflections_compute(h, FRAMES, rate_hz, DIRECT, speed_m_s, &r));
	assert_int_equal(r.count, 0);
	assert_true(r.passed);
}

/* Extra paths in ms and dB of image sources worked out by hand for 343 m/s; distances do not depend on
 * it: direct 2.24499 m, floor 3.4293, ceiling 4.0694, y walls 4.4766, x walls 6.0861 m. */
static void geometry(void **state)
{
	(void)state;
	struct sabin_reflection_path paths[SABIN_PATHS_MAX];
	const size_t count = sabin_reflection_paths(size_m, source_m, receiver_m, NULL, 0, paths);
	/* six walls, twelve edges, and six ways to and fro between opposite walls */
	assert_int_equal(count, 6 + 12 + 6);
	static const struct {
		enum sabin_surface_id surface;
		double path_m;
	} want[] = {{SABIN_FLOOR, 3.4293}, {SABIN_CEILING, 4.0694}, {SABIN_FRONT, 4.4766},
	            {SABIN_BACK, 4.4766},  {SABIN_LEFT, 6.0861},    {SABIN_RIGHT, 6.0861}};
	for (size_t w = 0; w < 6; w++) {
		size_t at = 0;
		while (paths[at].order != 1 || paths[at].surfaces[0] != want[w].surface)
			at++;
		assert_near(paths[at].extra_m, want[w].path_m - 2.244994, 1e-3);
	}
	/* floor: t = 1.4 / (1.4 + 1.2) of the way */
	assert_int_equal(paths[0].surfaces[0], SABIN_FLOOR);
	assert_near(paths[0].point_m[0], 2 + 2 * 1.4 / 2.6, 1e-9);
	assert_near(paths[0].point_m[1], 1.5 + 1.4 / 2.6, 1e-9);
	assert_near(paths[0].point_m[2], 0, 1e-9);
	for (size_t i = 0; i < count; i++)
		for (int axis = 0; axis < 3; axis++) {
			assert_true(paths[i].extra_m > 0);
			assert_true(paths[i].point_m[axis] > -1e-9 &&
			            paths[i].point_m[axis] < size_m[axis] + 1e-9);
		}
}

/* Speaker and ear 1.2 m high, 1.2 m apart, desk 0.75 m high: 0.3 m of extra path. */
static void desk(void **state)
{
	(void)state;
	const double from_m[3] = {2, 1, 1.2}, to_m[3] = {2, 2.2, 1.2};
	const struct sabin_reflector boxes[] = {{{1.2, 1.3, 0}, {2.7, 1.9, 0.75}},
	                                        {{4, 1.3, 0}, {5, 1.9, 0.75}}};
	struct sabin_reflection_path paths[SABIN_PATHS_MAX];
	const size_t count = sabin_reflection_paths(size_m, from_m, to_m, boxes, 2, paths);
	assert_int_equal(paths[0].object, 0);
	assert_near(paths[0].extra_m, 0.3, 1e-9);
	assert_near(paths[0].point_m[1], 1.6, 1e-9);
	assert_near(paths[0].point_m[2], 0.75, 1e-9);
	for (size_t i = 1; i < count; i++)
		assert_int_equal(paths[i].object, -1);
}

/* Every reflection of a simulated room that is first order is called by its surface. */
static void simulated(void **state)
{
	(void)state;
	static double h[FRAMES];
	struct sabin_room room = {.size_m = {6, 4, 3}, .temperature_c = 20, .humidity_percent = 50,
	                          .pressure_kpa = 101.325};
	const struct sabin_images_options options = {
	    .rate_hz = rate_hz, .length_s = FRAMES / rate_hz};
	const double from_m[3] = {1.3, 1.1, 1.2}, to_m[3] = {2.6, 2.2, 1.3};
	struct sabin_reflection_path paths[SABIN_PATHS_MAX];
	struct sabin_reflections r;
	for (int s = 0; s < SABIN_SURFACE_COUNT; s++) {
		room.surface[s].flat = true;
		for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
			room.surface[s].alpha[b] = 0.6;
	}
	assert_ok(sabin_images_compute(&room, from_m, to_m, &options, h, FRAMES));
	const double c = sabin_speed_of_sound(20);
	const double direct = sqrt(1.3 * 1.3 + 1.1 * 1.1 + 0.1 * 0.1) / c * rate_hz;
	assert_ok(sabin_reflections_compute(h, FRAMES, rate_hz, direct, c, &r));
	const size_t count = sabin_reflection_paths(size_m, from_m, to_m, NULL, 0, paths);
	sabin_reflections_match(&r, paths, count);
	int first = 0;
	for (size_t i = 0; i < r.count; i++) {
		if (!r.item[i].found)
			continue;
		/* 1 / r and sqrt(1 - alpha) a mirror */
		const double direct_m = direct / rate_hz * c;
		const double db = 20 * log10(direct_m / (direct_m + r.item[i].path.extra_m)) +
		                  10 * r.item[i].path.order * log10(0.4);
		first += r.item[i].path.order == 1;
		assert_near(r.item[i].extra_m.value, r.item[i].path.extra_m, 0.03);
		if (r.item[i].path.order == 1)
			assert_near(r.item[i].level_db.value, db, 1.5);
	}
	assert_true(first >= 5);
}

/* A subwoofer: 100 times as much below 1 kHz, and noise where the limit is judged. */
static void unheard(void **state)
{
	(void)state;
	enum { LONG = 24000 };
	static double h[LONG];
	struct sabin_reflections r;
	struct sabin_random random;
	print_message("seed 11\n");
	sabin_random_init(&random, 11);
	for (int pass = 0; pass < 3; pass++) {
		/* noise 50 dB below the pulse; noise as high as it; a bass and hardly a pulse */
		const double noise = pass == 1 ? 0.3 : 0.003, bass = pass == 2 ? 300 : 0;
		memset(h, 0, sizeof h);
		add_pulse(h, DIRECT, 1);
		add_pulse(h, DIRECT + 240, 0.5);
		for (int i = 0; i < LONG; i++) {
			h[i] += noise * sabin_random_normal(&random);
			if (i >= DIRECT && i < DIRECT + 4800)
				h[i] += bass * sin(2 * M_PI * 40 * (i - DIRECT) / rate_hz) *
				        (0.5 - 0.5 * cos(2 * M_PI * (i - DIRECT) / 4800));
		}
		assert_ok(sabin_reflections_compute(h, LONG, rate_hz, DIRECT, speed_m_s, &r));
		assert_true(r.heard == (pass == 0));
		assert_int_equal(r.count, pass == 0);
		assert_true(pass == 1 ? r.over_noise_db < r.need_db : r.over_noise_db > 30);
		if (pass == 0) /* 48 kHz of noise, 7 in the band: 20 lg(7 / 0.003) lower */
			assert_near(r.least_db, -25, 1e-9);
	}
}

/* Of an image sum with known walls: what is named is near in time and no louder than it can be; two equal
 * ways are both told; ways by three walls and more are not given to two. */
static void together(void **state)
{
	(void)state;
	const double room_m[3] = {4, 5, 2.6}, from_m[3] = {2, 1, 1.3}, to_m[3] = {2, 3, 1.3};
	struct sabin_reflection_path paths[SABIN_PATHS_MAX];
	const size_t count = sabin_reflection_paths(room_m, from_m, to_m, NULL, 0, paths);
	/* left and right are as far, floor and ceiling too: sqrt(2^2 + 4^2) and sqrt(2^2 + 2.6^2) */
	struct sabin_reflections r = {.count = 4};
	const double extra_m[] = {sqrt(4 + 6.76) - 2, sqrt(20) - 2, sqrt(20) - 2 + 0.1, 9.97};
	for (size_t i = 0; i < r.count; i++) {
		r.item[i].extra_m = sabin_quantity_valid(extra_m[i], 0.01);
		r.item[i].level_db = sabin_quantity_valid(i == 1 ? 6 : -10, 1);
	}
	sabin_reflections_match(&r, paths, count);
	sabin_reflections_crowd(&r, room_m, from_m, to_m);
	assert_true(r.item[0].found);
	assert_int_equal(r.item[0].ways, 2);
	assert_int_equal(r.item[0].path.surfaces[0] + r.item[0].other.surfaces[0],
	                 SABIN_FLOOR + SABIN_CEILING);
	assert_false(r.item[1].found); /* louder than both can be */
	assert_false(r.item[2].found); /* ten centimetres off */
	assert_true(r.item[3].many && !r.item[3].found);
}

/* One to one: of two reflections near one path the nearer has it; farther ones have none. */
static void matching(void **state)
{
	(void)state;
	const struct sabin_reflection_path path = {.order = 1, .object = -1, .extra_m = 2};
	struct sabin_reflections r = {.count = 3};
	static const double extra_m[] = {1.95, 2.02, 2.5};
	for (int i = 0; i < 3; i++)
		r.item[i] = (struct sabin_reflection){
		    .extra_m = sabin_quantity_valid(extra_m[i], 0.02),
		    .level_db = sabin_quantity_valid(-3, 1)};
	sabin_reflections_match(&r, &path, 1);
	assert_false(r.item[0].found);
	assert_true(r.item[1].found);
	assert_false(r.item[2].found);
	sabin_reflections_match(&r, &path, 0);
	assert_false(r.item[1].found);
}

static void limits(void **state)
{
	(void)state;
	static double h[FRAMES];
	struct sabin_reflections r;
	memset(h, 0, sizeof h);
	assert_int_equal(sabin_reflections_compute(h, FRAMES, rate_hz, DIRECT, speed_m_s, &r),
	                 SABIN_ESHORT);
	h[DIRECT] = 1;
	assert_int_equal(sabin_reflections_compute(h, FRAMES, 3000, DIRECT, speed_m_s, &r),
	                 SABIN_EINVAL);
	assert_int_equal(sabin_reflections_compute(h, FRAMES, rate_hz, FRAMES, speed_m_s, &r),
	                 SABIN_EINVAL);
	assert_int_equal(sabin_reflections_compute(h, FRAMES, rate_hz, (double)NAN, speed_m_s, &r),
	                 SABIN_EINVAL);
	assert_int_equal(sabin_reflections_compute(h, 0, rate_hz, 0, speed_m_s, &r), SABIN_EINVAL);
	/* a lone pulse; at the first sample; 8 kHz */
	assert_ok(sabin_reflections_compute(h, FRAMES, rate_hz, DIRECT, speed_m_s, &r));
	assert_int_equal(r.count, 0);
	assert_ok(sabin_reflections_compute(h + DIRECT, 10, rate_hz, 0, speed_m_s, &r));
	assert_ok(sabin_reflections_compute(h, FRAMES, 8000, DIRECT, speed_m_s, &r));
	assert_near(r.to_hz, 3600, 1e-9);
	h[DIRECT + 100] = (double)NAN;
	assert_int_equal(sabin_reflections_compute(h, FRAMES, rate_hz, DIRECT, speed_m_s, &r),
	                 SABIN_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(closed_form), cmocka_unit_test(too_near), cmocka_unit_test(band),      cmocka_unit_test(geometry),
	    cmocka_unit_test(desk),        cmocka_unit_test(simulated), cmocka_unit_test(matching),
	    cmocka_unit_test(limits),      cmocka_unit_test(unheard), cmocka_unit_test(together),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
