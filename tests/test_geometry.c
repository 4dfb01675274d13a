/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_geometry.c: modes, proportions, formulas of reverberation, first reflections, against closed forms
 * and worked examples.
 */
#include <math.h>

#include <sabin/geometry.h>

#include "room/path.h"
#include "util/near.h"
#include "util/seed.h"

/* A room of one coefficient a surface at all frequencies: left, right, front, back, floor, ceiling. */
static struct sabin_room make(double x, double y, double z, const double alpha[6], double temperature_c)
{
	static const enum sabin_surface_id order[6] = {SABIN_LEFT, SABIN_RIGHT, SABIN_FRONT,
	                                               SABIN_BACK, SABIN_FLOOR, SABIN_CEILING};
	struct sabin_room room = {.size_m = {x, y, z}, .temperature_c = temperature_c,
	                          .humidity_percent = 50, .pressure_kpa = 101.325};
	for (int i = 0; i < 6; i++) {
		room.surface[order[i]].flat = true;
		for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
			room.surface[order[i]].alpha[b] = alpha[i];
	}
	return room;
}

static const double even[6] = {0.2, 0.2, 0.2, 0.2, 0.2, 0.2};
static const double uneven[6] = {0.1, 0.6, 0.2, 0.2, 0.35, 0.5};
/* where c = 343 m/s */
static const double t343_c = 293.15 * (343 / 343.2) * (343 / 343.2) - 273.15;

static void modes_are_those_of_a_box(void **state)
{
	(void)state;
	const struct sabin_room room = make(3.9, 5.2, 2.7, even, 20);
	struct sabin_room_mode *modes;
	size_t count;
	assert_int_equal(sabin_room_modes(&room, 200, &modes, &count), SABIN_OK);
	/* Weyl's law with the terms of surface and edges */
	const double v = 3.9 * 5.2 * 2.7, s = 2 * (3.9 * 5.2 + 5.2 * 2.7 + 2.7 * 3.9),
	             e = 4 * (3.9 + 5.2 + 2.7), u = 200 / 343.2;
	const double weyl = 4 * M_PI * v * u * u * u / 3 + M_PI * s * u * u / 4 + e * u / 8;
	assert_near((double)count, weyl, 0.05 * weyl);
	assert_near(modes[0].f_hz, 343.2 / 2 / 5.2, 1e-9);
	assert_int_equal(modes[0].n[1], 1);
	for (size_t i = 1; i < count; i++)
		assert_true(modes[i].f_hz >= modes[i - 1].f_hz);
	/* an axial mode passes its two walls every L/c and loses sqrt(1 - alpha) at each */
	assert_near(modes[0].t60_s, 3 * M_LN10 / (-343.2 / 5.2 * log(sqrt(0.8))), 1e-9);
	const double corner[3] = {0, 0, 0}, middle[3] = {1.95, 2.6, 1.35};
	for (size_t i = 0; i < count; i++) {
		assert_near(sabin_room_mode_shape(&modes[i], room.size_m, corner), 1, 1e-12);
		const int odd = modes[i].n[0] % 2 + modes[i].n[1] % 2 + modes[i].n[2] % 2;
		assert_near(fabs(sabin_room_mode_shape(&modes[i], room.size_m, middle)), odd ? 0 : 1, 1e-9);
	}
	free(modes);
	/* a wall that absorbs all ends its axis's modes at once, others ring on */
	const double open[6] = {0.2, 0.2, 1, 0.2, 0.2, 0.2};
	const struct sabin_room half = make(3.9, 5.2, 2.7, open, 20);
	assert_ok(sabin_room_modes(&half, 60, &modes, &count));
	assert_int_equal(modes[0].n[1], 1);
	assert_true(modes[0].t60_s < 0.01);
	assert_int_equal(modes[1].n[0], 1);
	assert_near(modes[1].t60_s, 3 * M_LN10 / (-343.2 / 3.9 * log(sqrt(0.8))), 1e-9);
	free(modes);
	const struct sabin_room hall = make(500, 500, 500, even, 20);
	assert_int_equal(sabin_room_modes(&hall, 200, &modes, &count), SABIN_EINVAL);
}

/* So many there are in 6 x 4 x 3 m, the one at 0 Hz among them; counted by an independent program. */
static void modes_are_as_many(void **state)
{
	(void)state;
	static const struct {
		double to_hz;
		size_t count;
	} table[] = {{300, 276}, {400, 596}, {600, 1884}, {1000, 8197}, {2000, 62654}};
	const struct sabin_room room = make(6, 4, 3, even, t343_c);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct sabin_room_mode *modes;
		size_t count;
		assert_ok(sabin_room_modes(&room, table[i].to_hz, &modes, &count));
		assert_int_equal((int)count + 1, (int)table[i].count);
		free(modes);
	}
}

static void proportions_of_known_rooms(void **state)
{
	(void)state;
	/* w/h, l/h worked by hand from 1.1 w/h <= l/h <= 4.5 w/h - 4; the first is on the edge */
	static const struct {
		double size_m[3];
		bool walker;
	} rooms[] = {
		{{4, 6, 3}, true},    {{6, 4, 3}, true},   {{3.2, 4.2, 2.5}, true},
		{{3.8, 5, 2.4}, true}, {{4, 4, 4}, false}, {{3, 8.9, 2.9}, false},
		{{3.3, 3.63, 2.2}, true}, {{3.3, 3.6, 2.2}, false}, {{9, 9.5, 2.5}, false},
	};
	for (size_t i = 0; i < sizeof rooms / sizeof *rooms; i++) {
		struct sabin_proportions p;
		sabin_room_proportions(rooms[i].size_m, &p);
		if (p.walker != rooms[i].walker)
			fail_msg("%g x %g x %g", rooms[i].size_m[0], rooms[i].size_m[1], rooms[i].size_m[2]);
	}
	struct sabin_proportions p;
	sabin_room_proportions((const double[3]){4, 6, 3}, &p);
	assert_true(p.whole); /* 6 : 3 */
	sabin_room_proportions((const double[3]){3.5, 4.75, 2.5}, &p);
	assert_false(p.whole); /* Louden's 1 : 1.4 : 1.9 */
}

static void bonello_of_known_rooms(void **state)
{
	(void)state;
	struct sabin_bonello b;
	const struct sabin_room cube = make(4, 4, 4, even, 20), louden = make(3.5 * 1.2, 4.75 * 1.2, 3, even, 20);
	assert_int_equal(sabin_room_bonello(&cube, &b), SABIN_OK);
	assert_false(b.passed); /* three modes at 42.9 Hz, then none */
	assert_int_equal(sabin_room_bonello(&louden, &b), SABIN_OK);
	assert_true(b.passed);
	int sum = 0;
	struct sabin_room_mode *modes;
	size_t count;
	for (int i = 0; i < SABIN_BONELLO_BANDS; i++)
		sum += b.count[i];
	assert_int_equal(sabin_room_modes(&louden, 20 * pow(2, 10.5 / 3), &modes, &count), SABIN_OK);
	assert_int_equal((int)count, sum);
	free(modes);
}

/* Counted again from the definition; the edges are those of exact bands, 22.45 Hz, not of rounded ones. */
static void bonello_counts_by_the_band(void **state)
{
	(void)state;
	static const double sizes[][3] = {{4.2, 3.2, 2.5}, {6, 4, 3}, {3, 3, 2.6}, {5.37, 7.9, 3.01}};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		const struct sabin_room room = make(sizes[i][0], sizes[i][1], sizes[i][2], even, t343_c);
		struct sabin_bonello b;
		assert_ok(sabin_room_bonello(&room, &b));
		bool passed = true;
		for (int band = 0; band < SABIN_BONELLO_BANDS; band++) {
			const double centre_hz = 20 * pow(2, (band - 3) / 3.0);
			const double low = centre_hz / pow(2, 1 / 6.0), high = centre_hz * pow(2, 1 / 6.0);
			double found[4096];
			int n = 0, close = 0;
			for (int x = 0; x < 20; x++)
				for (int y = 0; y < 20; y++)
					for (int z = 0; z < 20; z++) {
						const double f = 171.5 * sqrt(pow(x / sizes[i][0], 2) +
						                              pow(y / sizes[i][1], 2) +
						                              pow(z / sizes[i][2], 2));
						if (f > 0 && f >= low && f < high && n < 4096)
							found[n++] = f;
					}
			for (int a = 0; a < n; a++)
				for (int k = 0; k < n; k++)
					close += k != a && found[k] >= found[a] &&
					         found[k] - found[a] < fmax(0.5, 0.01 * found[k]);
			assert_near(b.centre_hz[band], centre_hz, 1e-9);
			assert_int_equal(b.count[band], n);
			if (band > 0)
				assert_int_equal(b.falls[band], n < b.count[band - 1]);
			if (close > 0 && n < 5)
				assert_true(b.coincides[band]);
			passed = passed && !b.falls[band] && !b.coincides[band];
		}
		assert_int_equal(b.passed, passed);
	}
}

/* Worked by hand for 6 x 4 x 3 m without air. */
static void formulas_of_reverberation(void **state)
{
	(void)state;
	struct sabin_reverberation r;
	struct sabin_room room = make(6, 4, 3, even, t343_c);
	assert_int_equal(sabin_room_reverberation(&room, 0, &r), SABIN_OK);
	assert_near(r.sabine_s, 0.5371, 5e-4);
	assert_near(r.eyring_s, 0.4814, 5e-4);
	assert_near(r.fitzroy_s, 0.4814, 5e-4);
	assert_near(r.arau_s, 0.4814, 5e-4);
	assert_near(r.millington_s, r.eyring_s, 1e-12);
	/* 6 m to and fro, 0.8 of the energy left at each end: 60 dB are 61.91 times a wall */
	assert_near(r.axis_s, 61.9116 * 6 / 343, 1e-3);
	assert_false(r.uneven);
	room = make(6, 4, 3, uneven, t343_c);
	assert_int_equal(sabin_room_reverberation(&room, 0, &r), SABIN_OK);
	assert_near(r.sabine_s, 0.3222, 5e-4);
	assert_near(r.eyring_s, 0.2649, 5e-4);
	assert_near(r.fitzroy_s, 0.3021, 5e-4);
	assert_near(r.arau_s, 0.2778, 5e-4);
	assert_near(r.axis_s, 61.9116 * 4 / 343, 1e-3); /* front and back, 4 m apart, absorb least */
	assert_true(r.uneven);
	assert_near(r.low_s, r.arau_s, 1e-12);
	assert_near(r.high_s, r.fitzroy_s, 1e-12);
	/* Schroeder's frequency goes by the time to believe, not by Eyring's: air takes 1 % of it at 500 Hz and 1 kHz */
	double time_s;
	const double schroeder_hz = sabin_room_schroeder_hz(&room, &time_s);
	assert_near(time_s, (0.3021 + 0.2778) / 2, 0.006);
	assert_near(schroeder_hz, 2000 * sqrt(time_s / 72), 1e-9);
	const double hard[6] = {0}, dead[6] = {1, 1, 1, 1, 1, 1};
	room = make(6, 4, 3, dead, 20);
	assert_int_equal(sabin_room_reverberation(&room, 3, &r), SABIN_OK);
	assert_true(r.eyring_s == 0 && r.sabine_s > 0 && r.arau_s == 0);
	room = make(6, 4, 3, hard, 20);
	assert_int_equal(sabin_room_reverberation(&room, 3, &r), SABIN_OK);
	assert_true(r.eyring_s > 10 && isfinite(r.eyring_s)); /* air is left */
	assert_int_equal(sabin_room_reverberation(&room, 8, &r), SABIN_EINVAL);
}

/* Arrivals and levels of a room worked by hand: 6 x 4 x 3 m, alpha 0.2, source 2 1.5 1.4, microphone
 * 4 2.5 1.2, c = 343 m/s. */
static void first_reflections_of_a_known_room(void **state)
{
	(void)state;
	static const struct {
		enum sabin_surface_id surface;
		double ms, db;
	} want[6] = {{SABIN_FLOOR, 9.9979, -4.65},  {SABIN_CEILING, 11.8641, -6.14}, {SABIN_FRONT, 13.0513, -6.96},
	             {SABIN_BACK, 13.0513, -6.96}, {SABIN_LEFT, 17.7436, -9.63}, {SABIN_RIGHT, 17.7436, -9.63}};
	const struct sabin_room room = make(6, 4, 3, even, t343_c);
	const double source[3] = {2, 1.5, 1.4}, mic[3] = {4, 2.5, 1.2};
	struct sabin_first_reflection r[SABIN_FIRST_REFLECTIONS_MAX];
	assert_int_equal(sabin_room_first_reflections(&room, source, NULL, mic, NULL, 0, r), 6);
	for (int i = 0; i < 6; i++) {
		int k = 0;
		while (r[k].surface != want[i].surface)
			k++;
		assert_near(r[k].delay_s * 1000 + 6.54517, want[i].ms, 1e-4);
		assert_near(r[k].level_db, want[i].db, 5e-3);
		assert_near(r[k].null_hz, 0.5 / r[k].delay_s, 1e-6);
		assert_near(r[k].null_db, 20 * log10(1 - pow(10, r[k].level_db / 20)), 1e-9);
		/* the angles are equal: the point lies on the line to the mirror image */
		const int axis = room_axis(r[k].surface);
		assert_near(r[k].point_m[axis], want[i].surface % 2 ? room.size_m[axis] : 0, 1e-12);
	}
	assert_near(r[0].point_m[0], 2 + 2 * 1.4 / 2.6, 1e-9); /* floor: heights 1.4 and 1.2 */
	assert_near(r[0].point_m[1], 1.5 + 1.4 / 2.6, 1e-9);
	assert_int_equal(sabin_room_first_reflections(&room, source, NULL, source, NULL, 0, r), 0);
}

/* On the axis to the wall behind: nulls at c/4d. */
static void nulls_of_the_wall_behind(void **state)
{
	(void)state;
	static const double table[][2] = {{0.3, 286}, {0.43, 199}, {0.6, 143}, {0.8, 107}, {0.86, 99.7},
	                                  {1.0, 86}, {1.07, 80}, {1.5, 57}, {2.14, 40}, {2.2, 39}};
	const struct sabin_room room = make(6, 8, 4, even, t343_c);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct sabin_first_reflection r[SABIN_FIRST_REFLECTIONS_MAX];
		const double d = table[i][0], s[3] = {3.1, d, 1.9}, p[3] = {3.1, d + 3, 1.9};
		const size_t n = sabin_room_first_reflections(&room, s, NULL, p, NULL, 0, r);
		for (size_t k = 0; k < n; k++)
			if (r[k].surface == SABIN_FRONT) {
				assert_near(r[k].null_hz, 343 / (4 * d), 1e-6);
				assert_near(r[k].null_hz, table[i][1], 0.51);
			}
	}
}

/* From peak to notch, by the level of the reflection: 20 lg((1 + g)/(1 - g)). */
static void combs_of_the_table(void **state)
{
	(void)state;
	static const double table[][2] = {{-3, 15.3}, {-6, 9.6}, {-10, 5.7}, {-20, 1.7}};
	const double s[3] = {4, 1, 0.5}, p[3] = {4, 7, 0.5}, longer = sqrt(37) / 6;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		double alpha[6] = {0.2, 0.2, 0.2, 0.2, 1 - pow(pow(10, table[i][0] / 20) * longer, 2), 0.2};
		const struct sabin_room room = make(8, 8, 5, alpha, t343_c);
		struct sabin_first_reflection r[SABIN_FIRST_REFLECTIONS_MAX];
		sabin_room_first_reflections(&room, s, NULL, p, NULL, 0, r);
		assert_int_equal(r[0].surface, SABIN_FLOOR);
		assert_near(r[0].level_db, table[i][0], 1e-9);
		assert_near(r[0].peak_db - r[0].null_db, table[i][1], 0.06);
	}
}

/* The first notch of a desk half a metre below: 572 Hz, above some 1.4 kHz. */
static void desk_reflects_where_it_is(void **state)
{
	(void)state;
	const struct sabin_room room = make(4, 5, 2.6, even, t343_c);
	const struct sabin_reflector desk = {{1, 1.3, 0}, {3, 1.9, 0.75}};
	const double s[3] = {2, 1, 1.2}, p[3] = {2, 2.2, 1.2};
	struct sabin_first_reflection r[SABIN_FIRST_REFLECTIONS_MAX];
	assert_int_equal(sabin_room_first_reflections(&room, s, NULL, p, &desk, 1, r), 7);
	assert_int_equal(r[0].object, 0);
	assert_near(r[0].extra_m, 0.30, 1e-9);
	assert_near(r[0].null_hz, 572, 1);
	assert_near(r[0].from_hz, 343 * 0.375 / 0.09, 1e-6);
	/* at its notch, 2.5 times below that, it meets 1 / (1 + 2.5^2) of the wave */
	assert_near(r[0].null_db, 20 * log10(1 - 0.8 / 7.25), 1e-3);
	/* and hides the floor, as large as it is half-way to the floor: 0.9 of what it meets */
	double left = 0;
	for (int b = 0; b < 3; b++) {
		const double x = pow(343 * hypot(0.6, 1.2) / 4 / 0.09 / (1000 * pow(10, 0.3 * b)), 2);
		left += pow(1 - 0.9 / (1 + x), 2) / 3;
	}
	assert_int_equal(r[1].surface, SABIN_FLOOR);
	assert_near(r[1].level_db, 10 * log10(left * (1 - even[SABIN_FLOOR])) + 20 * log10(1.2 / hypot(1.2, 2.4)), 1e-3);
	const double aside[3] = {3.9, 1, 1.2}, by[3] = {3.9, 2.2, 1.2};
	assert_int_equal(sabin_room_first_reflections(&room, aside, NULL, by, &desk, 1, r), 6);
}

/* A box of 0.25 x 0.3 m, aimed along y and at the side wall; the gains were computed independently, with
 * exponents p of 0.8931, 1.7750 and 3.2910 at 1, 2 and 4 kHz and ((1 + 1/sqrt 5) / 2)^p to the side. */
static void boxes_send_less_aside(void **state)
{
	(void)state;
	const struct sabin_room room = make(6, 8, 4, even, t343_c);
	const double s[3] = {2, 2, 1.9}, p[3] = {2, 4, 1.9};
	const double wall_deg = -180 / M_PI * atan(2);
	const struct {
		double aim_deg, left_db;
	} cases[] = {{NAN, -7.9588}, {0, -12.7423}, {wall_deg, -1.4770}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct sabin_directivity box = {cases[i].aim_deg, {0.25, 0.3, 0.3}};
		struct sabin_first_reflection r[SABIN_FIRST_REFLECTIONS_MAX];
		const size_t n = sabin_room_first_reflections(&room, s, isnan(box.aim_deg) ? NULL : &box, p,
		                                              NULL, 0, r);
		assert_int_equal((int)n, 6);
		for (size_t k = 0; k < n; k++) {
			if (r[k].surface == SABIN_LEFT)
				assert_near(r[k].level_db, cases[i].left_db, 2e-4);
			/* straight behind: next to nothing at 1 kHz, in the bass as much as elsewhere: the
			 * null at 42.9 Hz stays (0.05^0.00682, 2 m : 6 m, sqrt 0.8) */
			if (r[k].surface == SABIN_FRONT && box.aim_deg == 0) {
				assert_true(r[k].level_db < -35);
				assert_near(r[k].null_db, 20 * log10(1 - 0.97978 * sqrt(0.8) / 3), 1e-3);
			}
		}
	}
	/* it looks away from the listener: what comes back from the wall behind it is the stronger */
	const struct sabin_directivity away = {180, {0.25, 0.3, 0.3}};
	struct sabin_first_reflection r[SABIN_FIRST_REFLECTIONS_MAX];
	const size_t n = sabin_room_first_reflections(&room, s, &away, p, NULL, 0, r);
	for (size_t k = 0; k < n; k++) {
		assert_true(isfinite(r[k].level_db) && isfinite(r[k].null_db) && isfinite(r[k].peak_db));
		assert_true(r[k].surface != SABIN_FRONT || r[k].level_db > 20);
	}
}

/* Half the first Fresnel zone at 1 kHz, d1 = d2 = 1.2 m: 0.45 m; where sound arrives at a slant the zone is
 * longer, found here on the surface itself: half a wavelength more than over the middle. */
static void panels_hold_the_fresnel_zone(void **state)
{
	(void)state;
	struct sabin_first_reflection r[SABIN_FIRST_REFLECTIONS_MAX];
	const struct sabin_room room = make(6, 8, 4, even, t343_c);
	const double s[3] = {1.2, 4, 1.9}, p[3] = {1.2, 4.0001, 1.9};
	size_t n = sabin_room_first_reflections(&room, s, NULL, p, NULL, 0, r);
	assert_int_equal(r[0].surface, SABIN_LEFT);
	assert_near(r[0].panel_m[0], 0.907, 0.001);
	assert_near(r[0].panel_m[1], 0.907, 0.001);
	static const struct {
		double s[3], p[3];
	} cases[] = {{{2, 2, 1.9}, {2, 4, 1.9}}, {{2, 1, 1.9}, {1, 5, 1.9}}, {{2, 2, 1.0}, {2, 2.1, 3.0}}};
	for (int i = 0; i < 3; i++) {
		n = sabin_room_first_reflections(&room, cases[i].s, NULL, cases[i].p, NULL, 0, r);
		const struct sabin_first_reflection *left = r;
		while (left->surface != SABIN_LEFT)
			left++;
		const double way = room_distance_m(cases[i].s, left->point_m) +
		                   room_distance_m(left->point_m, cases[i].p);
		for (int axis = 1; axis < 3; axis++) {
			double most[2] = {0, 0};
			for (double u = -3; u <= 3; u += 0.01)
				for (double v = -2; v <= 2; v += 0.01) {
					const double at[3] = {0, left->point_m[1] + u, left->point_m[2] + v};
					if (room_distance_m(cases[i].s, at) + room_distance_m(at, cases[i].p) >
					    way + 0.343 / 2)
						continue;
					const double off = axis == 1 ? u : v;
					most[0] = fmin(most[0], off);
					most[1] = fmax(most[1], off);
				}
			assert_near(left->panel_m[axis - 1], most[1] - most[0], 0.04 * (most[1] - most[0]));
		}
	}
	/* along a wall, nearly touching it: no longer than the ellipsoid */
	const double near_s[3] = {0.01, 2, 1.9}, near_p[3] = {0.01, 5, 1.9};
	n = sabin_room_first_reflections(&room, near_s, NULL, near_p, NULL, 0, r);
	assert_true(n == 6 && r[0].surface == SABIN_LEFT);
	assert_near(r[0].panel_m[0], 3 + 0.343, 0.001);
}

/* Whatever the image: the way over its points is as long as it says, with equal angles at each. */
static void paths_are_ways(void **state)
{
	(void)state;
	struct sabin_random random;
	sabin_random_init(&random, test_seed("paths"));
	struct path_image image[PATH_IMAGES_MAX];
	assert_int_equal(path_images(3, image), 63); /* (4/3) 27 + 2 9 + 8/3 3 + 1 */
	for (int draw = 0; draw < 20; draw++) {
		const struct sabin_room room = make(test_between(&random, 2, 9), test_between(&random, 2, 9),
		                                    test_between(&random, 2, 5), even, 20);
		double s[3], p[3];
		for (int a = 0; a < 3; a++) {
			s[a] = test_between(&random, 0.1, room.size_m[a] - 0.1);
			p[a] = test_between(&random, 0.1, room.size_m[a] - 0.1);
		}
		for (int i = 0; i < 63; i++) {
			struct path path;
			path_trace(&room, s, p, &image[i], &path);
			assert_int_equal(path.order, path_order(&image[i]));
			double length = 0;
			const double *at = p;
			for (int k = 0; k <= path.order; k++) {
				const double *next = k < path.order ? path.bounce[k].point_m : s;
				length += room_distance_m(at, next);
				at = next;
			}
			assert_near(length, path.length_m, 1e-9);
			assert_near(path_length_m(room.size_m, s, p, &image[i]), path.length_m, 1e-12);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modes_are_those_of_a_box),
		cmocka_unit_test(proportions_of_known_rooms),
		cmocka_unit_test(bonello_of_known_rooms),
		cmocka_unit_test(formulas_of_reverberation),
		cmocka_unit_test(first_reflections_of_a_known_room),
		cmocka_unit_test(nulls_of_the_wall_behind),
		cmocka_unit_test(desk_reflects_where_it_is),
		cmocka_unit_test(modes_are_as_many),
		cmocka_unit_test(bonello_counts_by_the_band),
		cmocka_unit_test(combs_of_the_table),
		cmocka_unit_test(boxes_send_less_aside),
		cmocka_unit_test(panels_hold_the_fresnel_zone),
		cmocka_unit_test(paths_are_ways),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
