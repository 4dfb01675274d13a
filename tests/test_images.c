/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_images.c: image sources against the sum written out, against closed forms, and at the
 * limits.
 */
#include <sabin/random.h>
#include <sabin/window.h>

#include "room/bank.h"
#include "room/grid.h"
#include "room/sphere.h"
#include "util/near.h"
#include "util/room_cases.h"

static const double speed_m_s = 343;

static double bessel_i0(double x)
{
	double sum = 1, term = 1;
	for (int k = 1; term > 1e-17 * sum; k++) {
		term *= x * x / (4.0 * k * k);
		sum += term;
	}
	return sum;
}

/* Add amplitude * sinc(n - at), 256 samples long under a Kaiser window of 140 dB. */
static void add_arrival(double *h, long frames, double at, double amplitude)
{
	enum { HALF = 128 };
	static const double beta = 14.5;
	const double scale = amplitude / bessel_i0(beta);
	const long centre = (long)floor(at);
	for (long n = centre - HALF + 1; n <= centre + HALF; n++) {
		const double t = (double)n - at, edge = 1 - t * t / ((double)HALF * HALF);
		if (n < 0 || n >= frames || edge <= 0)
			continue;
		const double sinc = t == 0 ? 1 : sin(M_PI * t) / (M_PI * t);
		h[n] += scale * sinc * bessel_i0(beta * sqrt(edge));
	}
}

/* The sum of images as it is defined, over a whole box of them. */
static void images_written_out(const struct room_case *c, double rate_hz, double *h, long frames)
{
	const double reach_m = ((double)frames + 128) * speed_m_s / rate_hz;
	int most[3];
	for (int a = 0; a < 3; a++)
		most[a] = (int)(reach_m / (2 * c->size_m[a])) + 2;
	memset(h, 0, (size_t)frames * sizeof *h);
	for (int x = -most[0]; x <= most[0]; x++)
		for (int y = -most[1]; y <= most[1]; y++)
			for (int z = -most[2] * 8; z < most[2] * 8 + 8; z++) {
				const int q = z & 7, m[3] = {x, y, (z - q) / 8};
				double square = 0, gain = 1;
				for (int a = 0; a < 3; a++) {
					const int mirrored = q >> a & 1;
					const double d = (1 - 2 * mirrored) * c->source_m[a] +
					                 2 * m[a] * c->size_m[a] - c->receiver_m[a];
					square += d * d;
					gain *= pow(1 - c->alpha[a][0],
					            0.5 * abs(m[a] - mirrored)) *
					        pow(1 - c->alpha[a][1], 0.5 * abs(m[a]));
				}
				const double r = sqrt(square);
				if (r < reach_m)
					add_arrival(h, frames, r * rate_hz / speed_m_s, gain / r);
			}
}

static double energy_20_to_18k(const double *h, size_t frames)
{
	double sum = 0;
	for (double f_hz = 20; f_hz < 18000; f_hz += 97)
		sum += pow(cabs(spectrum_at(h, frames, 48000, f_hz)), 2);
	return sum;
}

static void sum_of_images(void **state)
{
	(void)state;
	enum { FRAMES = 4800, FADE = 480 };
	static double got[FRAMES], want[FRAMES];
	const struct sabin_images_options options = {.rate_hz = 48000, .length_s = 0.1};
	for (int i = 0; i < ROOM_CASES; i++) {
		const struct room_case *c = &room_cases[i];
		const struct sabin_room room = room_case_room(c);
		assert_ok(sabin_images_compute(&room, c->source_m, c->receiver_m, &options, got,
		                               FRAMES));
		images_written_out(c, 48000, want, FRAMES);
		for (int n = 0; n < FRAMES; n++)
			got[n] -= want[n];
		/* the two differ above 20 kHz; a sudden end would spread that over the band */
		sabin_window_taper(got, FRAMES, 0, FADE);
		sabin_window_taper(want, FRAMES, 0, FADE);
		const double error_db = 10 * log10(energy_20_to_18k(got, FRAMES) /
		                                   energy_20_to_18k(want, FRAMES));
		print_message("%s: %.1f dB\n", c->name, error_db);
		assert_at_most(error_db, -110); /* of the interpolation at 18 kHz: grid.c */
	}
}

/* The amplitude of an isolated arrival: h through a low-pass of 0.4 times the rate, read at the
 * instant itself. */
static double arrival_at(const double *h, long frames, double at)
{
	enum { HALF = 40 };
	double sum = 0;
	for (long n = (long)at - HALF; n <= (long)at + HALF + 1; n++) {
		const double t = (double)n - at;
		if (n < 0 || n >= frames || fabs(t) >= HALF)
			continue;
		const double window = 0.5 + 0.5 * cos(M_PI * t / HALF);
		sum += h[n] * window * (t == 0 ? 0.8 : sin(0.8 * M_PI * t) / (M_PI * t));
	}
	return sum / 0.8;
}

static void first_arrivals(void **state)
{
	(void)state;
	enum { FRAMES = 960 };
	/* time, level re direct of one image, how many arrive together: worked out by hand from the
	 * geometry (floor, ceiling, front and back, those two by the floor, by the ceiling) */
	static const struct {
		double at_ms, level_db;
		int images;
	} want[] = {
		{9.9979, -4.65, 1},  {11.8641, -6.14, 1}, {13.0513, -6.96, 2},
		{15.0817, -9.19, 2}, {16.3785, -9.91, 2},
	};
	double h[FRAMES];
	const struct room_case *c = &room_cases[0];
	const struct sabin_room room = room_case_room(c);
	const struct sabin_images_options options = {.rate_hz = 48000, .length_s = 0.02};
	assert_ok(sabin_images_compute(&room, c->source_m, c->receiver_m, &options, h, FRAMES));
	const double direct = arrival_at(h, FRAMES, 6.54517e-3 * 48000);
	assert_near(direct, 1 / 2.244994, 2e-4); /* the reading's own ripple */
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		const double got = arrival_at(h, FRAMES, want[i].at_ms * 48) / direct;
		assert_near(20 * log10(got / want[i].images), want[i].level_db, 0.02);
	}
}

static void image_count_row(void *user, const struct sphere_row *row)
{
	*(size_t *)user += row->n;
}

static void image_count(void **state)
{
	(void)state;
	const struct room_case *c = &room_cases[0];
	const struct sabin_room room = room_case_room(c);
	const double radius_m = 0.5 * speed_m_s, square_m2 = radius_m * radius_m;
	double beta[SABIN_SURFACE_COUNT][SABIN_ABSORPTION_BANDS];
	struct sphere sphere;
	room_reflection(&room, beta);
	assert_ok(sphere_init(&sphere, &room, c->source_m, c->receiver_m, radius_m, beta, 1));
	size_t whole = 0, shells = 0;
	sphere_walk(&sphere, 0, square_m2, image_count_row, &whole);
	for (int i = 0; i < 16; i++)
		sphere_walk(&sphere, square_m2 * i / 16, square_m2 * (i + 1) / 16,
		            image_count_row, &shells);
	sphere_release(&sphere);
	assert_int_equal(whole, shells);
	/* one image for each volume of the room, but for the surface of the sphere */
	const double weyl = 4 * M_PI / 3 * pow(radius_m, 3) / (6 * 4 * 3);
	assert_near((double)whole / weyl, 1, 2e-4);
}

static void reciprocity(void **state)
{
	(void)state;
	enum { FRAMES = 9600 };
	static double there[FRAMES], back[FRAMES];
	const struct sabin_images_options options = {
		.rate_hz = 48000, .length_s = 0.2, .air = true,
	};
	for (int i = 0; i < ROOM_CASES; i++) {
		const struct room_case *c = &room_cases[i];
		const struct sabin_room room = room_case_room(c);
		assert_ok(sabin_images_compute(&room, c->source_m, c->receiver_m, &options, there,
		                               FRAMES));
		assert_ok(sabin_images_compute(&room, c->receiver_m, c->source_m, &options, back,
		                               FRAMES));
		assert_near_array(back, there, FRAMES, 1e-12);
	}
}

/* A room seen in a mirror sounds the same. */
static void mirror(void **state)
{
	(void)state;
	enum { FRAMES = 4800 };
	static double h[FRAMES], mirrored[FRAMES];
	const struct sabin_images_options options = {.rate_hz = 48000, .length_s = 0.1};
	const struct room_case *c = &room_cases[1];
	struct room_case other = *c;
	other.source_m[0] = c->size_m[0] - c->source_m[0];
	other.receiver_m[0] = c->size_m[0] - c->receiver_m[0];
	other.alpha[0][0] = c->alpha[0][1];
	other.alpha[0][1] = c->alpha[0][0];
	const struct sabin_room room = room_case_room(c), twin = room_case_room(&other);
	assert_ok(sabin_images_compute(&room, c->source_m, c->receiver_m, &options, h, FRAMES));
	assert_ok(sabin_images_compute(&twin, other.source_m, other.receiver_m, &options, mirrored,
	                               FRAMES));
	assert_near_array(mirrored, h, FRAMES, 1e-10);
}

/* Rigid walls, the response multiplied by exp(-decay t): Green's function in closed form. */
static void rigid_room_is_a_waveguide(void **state)
{
	(void)state;
	enum { RATE = 8000, FRAMES = 5280 };
	static double h[FRAMES];
	const double decay_per_s = 3 * M_LN10 / 0.3; /* 0.3 s of reverberation, 2.2 times as long */
	const struct room_case *c = &room_cases[0];
	struct sabin_room room = room_case_room(c);
	room_case_all(&room, 0);
	const struct sabin_images_options options = {.rate_hz = RATE, .length_s = 0.66};
	assert_ok(sabin_images_compute(&room, c->source_m, c->receiver_m, &options, h, FRAMES));
	for (int n = 0; n < FRAMES; n++)
		h[n] *= exp(-decay_per_s * n / RATE);
	for (double f_hz = 20; f_hz <= 300; f_hz += 2.5) {
		const double complex want = waveguide(c, speed_m_s, f_hz, decay_per_s);
		const double complex got = spectrum_at(h, FRAMES, RATE, f_hz);
		assert_near(level_db(got / want), 0, 0.002);
		assert_near(carg(got / want), 0, 0.001);
	}
}

static void all_absorbed_is_direct(void **state)
{
	(void)state;
	enum { FRAMES = 4800 };
	static double h[FRAMES];
	const struct room_case *c = &room_cases[0];
	struct sabin_room room = room_case_room(c);
	room_case_all(&room, 1);
	const struct sabin_images_options options = {.rate_hz = 48000, .length_s = 0.1};
	assert_ok(sabin_images_compute(&room, c->source_m, c->receiver_m, &options, h, FRAMES));
	assert_near(arrival_at(h, FRAMES, 6.54517e-3 * 48000), 1 / 2.244994, 2e-4);
	for (int n = 0; n < FRAMES; n++)
		if (fabs(n - 6.54517e-3 * 48000) > 42)
			assert_near(h[n], 0, 0);
}

static void rigid_is_finite(void **state)
{
	(void)state;
	enum { FRAMES = 4800 };
	static double h[FRAMES];
	const struct room_case *c = &room_cases[4];
	struct sabin_room room = room_case_room(c);
	room_case_all(&room, 0);
	const struct sabin_images_options options = {.rate_hz = 48000, .length_s = 0.1};
	assert_ok(sabin_images_compute(&room, c->source_m, c->receiver_m, &options, h, FRAMES));
	for (int n = 0; n < FRAMES; n++)
		assert_true(isfinite(h[n]));
}

/* What is the same in all bands must not show the bands. */
static void bands_add_up(void **state)
{
	(void)state;
	enum { FRAMES = 9600 };
	static double flat[FRAMES], joined[FRAMES];
	const struct sabin_images_options options = {.rate_hz = 48000, .length_s = 0.2};
	for (int i = 0; i < ROOM_CASES; i++) {
		const struct room_case *c = &room_cases[i];
		struct sabin_room room = room_case_room(c);
		assert_ok(sabin_images_compute(&room, c->source_m, c->receiver_m, &options, flat,
		                               FRAMES));
		/* one coefficient a hair off sends it through the bank */
		room.surface[SABIN_LEFT].alpha[3] += 1e-9;
		room.surface[SABIN_LEFT].flat = false;
		assert_ok(sabin_images_compute(&room, c->source_m, c->receiver_m, &options, joined,
		                               FRAMES));
		for (int n = 0; n < FRAMES; n++)
			joined[n] -= flat[n];
		/* low bands are let through up to 4 octaves beyond what their filter passes, no
		 * farther: -120 dB */
		const double error_db = 10 * log10(energy_20_to_18k(joined, FRAMES) /
		                                   energy_20_to_18k(flat, FRAMES));
		print_message("%s: %.1f dB\n", c->name, error_db);
		assert_at_most(error_db, -120);
	}
}

/* About the centre of each octave a room is the one whose surfaces are the same everywhere else. */
static void each_octave_is_a_flat_room(void **state)
{
	(void)state;
	enum { FRAMES = 28800 };
	static double got[FRAMES], want[FRAMES];
	const struct sabin_images_options options = {.rate_hz = 48000, .length_s = 0.6};
	/* a corridor without ends: the filters ring for 85 ms, so nothing may arrive before that
	 * time nor so long before the end */
	const struct room_case c = {
		"", {4, 60, 3}, {1, 10, 1.4}, {2.5, 50, 1.2}, {{0, 0}, {1, 1}, {0, 0}},
	};
	/* neither the losses nor the octaves that are alike are in the order of frequency */
	static const double alpha[SABIN_ABSORPTION_BANDS] = {.5, .45, .7, .6, .5, .4, .8, .6};
	static const enum sabin_surface_id walls[] = {SABIN_LEFT, SABIN_RIGHT, SABIN_FLOOR,
	                                              SABIN_CEILING};
	struct sabin_room room = room_case_room(&c), flat = room;
	for (int i = 0; i < 4; i++) {
		memcpy(room.surface[walls[i]].alpha, alpha, sizeof alpha);
		room.surface[walls[i]].flat = false;
	}
	assert_ok(sabin_images_compute(&room, c.source_m, c.receiver_m, &options, got, FRAMES));
	for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++) {
		for (int i = 0; i < 4; i++)
			for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
				flat.surface[walls[i]].alpha[b] = alpha[band];
		assert_ok(sabin_images_compute(&flat, c.source_m, c.receiver_m, &options, want,
		                               FRAMES));
		double error = 0, sum = 0;
		for (double oct = -0.125; oct <= 0.125; oct += 0.01) {
			const double f_hz = room_band_centre_hz(band) * exp2(oct);
			const double complex expected = spectrum_at(want, FRAMES, 48000, f_hz);
			error += pow(cabs(spectrum_at(got, FRAMES, 48000, f_hz) - expected), 2);
			sum += pow(cabs(expected), 2);
		}
		const double error_db = 10 * log10(error / sum);
		print_message("%.0f Hz: %.1f dB\n", room_band_centre_hz(band), error_db);
		/* the lowest filter's ringing is cut at 85 ms, the others' have died by then */
		assert_at_most(error_db, band == 0 ? -95 : -110);
	}
}

/* An impulse near either end of a stretch keeps its amplitude and its time on every grid. */
static void ends_of_a_stretch(void **state)
{
	(void)state;
	enum { FRAMES = 64, CELLS = (FRAMES + 2 * GRID_MARGIN) * GRID_PHASES };
	static grid_pair cells[CELLS];
	/* from one cell to a sample to eight; up to 18 kHz at 48 kHz */
	static const double tops[] = {0.002, 0.012, 0.02, 0.04, 0.09, 0.2, 0.375};
	for (size_t i = 0; i < 7 * 64; i++) {
		struct grid_kernel kernel;
		grid_kernel_init_coarse(&kernel, tops[i / 64]);
		assert_true(grid_cells(FRAMES, kernel.phases) <= CELLS);
		const double at = i % 2 ? (double)(i % 64) / 64 : FRAMES - (double)(i % 64 + 1) / 64;
		const double cell = (GRID_MARGIN + at) * (double)kernel.phases;
		const size_t whole = (size_t)cell;
		const double u = cell - (double)whole;
		double weight[GRID_POINTS];
		grid_pair two[GRID_CUBIC];
		memset(cells, 0, sizeof cells);
		grid_six(u, weight);
		if (kernel.cubic) {
			grid_four((grid_pair){0, u}, (grid_pair){3, 1}, two);
			for (int k = 0; k < GRID_CUBIC; k++) {
				weight[k] = two[k][1];
				assert_near(two[k][0], k == 1 ? 3 : 0, 0);
			}
		}
		for (size_t k = 0; k < (kernel.cubic ? GRID_CUBIC : GRID_POINTS); k++)
			cells[whole - (kernel.cubic ? 1 : 2) + k] =
			        (grid_pair){weight[k], -2 * weight[k]};
		grid_pair y[FRAMES + 2 * GRID_HALF] = {{0}};
		grid_sample_pair(cells, FRAMES, &kernel, y);
		double complex sum[2] = {0, 0};
		const double step_rad = 2 * M_PI * tops[i / 64];
		for (size_t n = 0; n < FRAMES + 2 * kernel.half; n++)
			for (int lane = 0; lane < 2; lane++)
				sum[lane] += y[n][lane] *
				             cexp((double complex)I * step_rad *
				                  ((double)n - (double)kernel.half - at));
		/* -110 dB of the interpolation at 18 kHz, -130 dB of the kernel: grid.c */
		assert_near(cabs(sum[0] - 1), 0, 3.5e-6);
		assert_near(cabs(sum[1] + 2), 0, 7e-6);
	}
}

/* A floor that absorbs otherwise in each octave, and nothing else that reflects. */
static void one_reflection_by_octave(void **state)
{
	(void)state;
	enum { FRAMES = 24000 };
	static double h[FRAMES], direct[FRAMES];
	static const double alpha[SABIN_ABSORPTION_BANDS] = {.1, .4, .2, .7, .5, .9, .3, .6};
	const struct room_case c = {
		"", {40, 40, 40}, {18, 20, 15}, {22, 20, 15}, {{1, 1}, {1, 1}, {1, 1}},
	};
	struct sabin_room room = room_case_room(&c);
	const struct sabin_images_options options = {.rate_hz = 48000, .length_s = 0.5};
	assert_ok(sabin_images_compute(&room, c.source_m, c.receiver_m, &options, direct, FRAMES));
	memcpy(room.surface[SABIN_FLOOR].alpha, alpha, sizeof alpha);
	room.surface[SABIN_FLOOR].flat = false;
	assert_ok(sabin_images_compute(&room, c.source_m, c.receiver_m, &options, h, FRAMES));
	for (int n = 0; n < FRAMES; n++)
		h[n] -= direct[n];
	const double r = hypot(4, 30);
	for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++) {
		const double got = cabs(spectrum_at(h, FRAMES, 48000, room_band_centre_hz(band)));
		assert_near(20 * log10(got * r), 10 * log10(1 - alpha[band]), 0.1);
	}
	/* the ends hold beyond the bands */
	assert_near(level_db(spectrum_at(h, FRAMES, 48000, 20) * r), 10 * log10(.9), 0.1);
	assert_near(level_db(spectrum_at(h, FRAMES, 48000, 18000) * r), 10 * log10(.4), 0.1);
}

static void air_absorbs(void **state)
{
	(void)state;
	enum { FRAMES = 19200 };
	static double h[FRAMES];
	const struct room_case c = {
		"", {120, 40, 40}, {10, 20, 20}, {110, 20, 20}, {{1, 1}, {1, 1}, {1, 1}},
	};
	const struct sabin_room room = room_case_room(&c);
	const struct sabin_images_options options = {
		.rate_hz = 48000, .length_s = 0.4, .air = true,
	};
	assert_ok(sabin_images_compute(&room, c.source_m, c.receiver_m, &options, h, FRAMES));
	for (int band = 0; band < ROOM_AIR_BANDS; band++) {
		const double f_hz = room_band_centre_hz(band);
		const double loss_db =
		        100 * sabin_air_attenuation_db_per_m(f_hz, room.temperature_c, 50, 101.325);
		const double got_db = level_db(spectrum_at(h, FRAMES, 48000, f_hz) * 100);
		assert_near(got_db, -loss_db, 0.1);
	}
}

/* Any rate, any band count, short responses, points near walls: nothing but finite numbers. */
static void any_room(void **state)
{
	(void)state;
	static double h[7680];
	static const double rates_hz[] = {4000, 7999.5, 44100, 192000, 768000};
	struct sabin_random random;
	const uint64_t seed = 20261122;
	sabin_random_init(&random, seed);
	print_message("seed %llu\n", (unsigned long long)seed);
	for (int i = 0; i < 20; i++) {
		struct sabin_room room = room_case_room(&room_cases[0]);
		double points_m[2][3];
		for (int axis = 0; axis < 3; axis++) {
			room.size_m[axis] = 0.5 * pow(1000, sabin_random_uniform(&random));
			for (int p = 0; p < 2; p++)
				points_m[p][axis] =
				        room.size_m[axis] * (p ? 0.999 : 0.1) *
				        (0.1 + 0.9 * sabin_random_uniform(&random));
		}
		for (int surface = 0; surface < SABIN_SURFACE_COUNT; surface++)
			for (int band = 0; band < SABIN_ABSORPTION_BANDS; band++) {
				room.surface[surface].alpha[band] = sabin_random_uniform(&random);
				room.surface[surface].flat = false;
			}
		const struct sabin_images_options options = {
			.rate_hz = rates_hz[i % 5],
			.length_s = i % 2 ? 0.001 : 0.01,
			.air = i % 4 < 2,
		};
		const size_t frames = (size_t)ceil(options.length_s * options.rate_hz);
		assert_ok(sabin_images_compute(&room, points_m[0], points_m[1], &options, h,
		                               frames));
		for (size_t n = 0; n < frames; n++)
			assert_true(isfinite(h[n]));
	}
}

static void absurd_sizes(void **state)
{
	(void)state;
	enum { FRAMES = 240000 };
	double *h = calloc(FRAMES, sizeof *h);
	assert_non_null(h);
	const struct sabin_images_options options = {.rate_hz = 4000, .length_s = 60};
	/* a hall of 500 m: few images in a minute */
	struct room_case c = {"", {500, 500, 500}, {20, 20, 20}, {300, 40, 50}, {{0}}};
	struct sabin_room room = room_case_room(&c);
	assert_ok(sabin_images_compute(&room, c.source_m, c.receiver_m, &options, h, FRAMES));
	/* a control room: those that were reflected to nothing are not visited */
	room = room_case_room(&room_cases[0]);
	room_case_all(&room, 0.5);
	assert_ok(sabin_images_compute(&room, room_cases[0].source_m, room_cases[0].receiver_m,
	                               &options, h, FRAMES));
	/* the same with rigid walls would take 5 10^11 images */
	room_case_all(&room, 0);
	assert_int_equal(sabin_images_compute(&room, room_cases[0].source_m,
	                                      room_cases[0].receiver_m, &options, h, FRAMES),
	                 SABIN_EINVAL);
	free(h);
}

/* Images below the floor of -280 dB are left out; the rest is the same. */
static void pruning_loses_nothing(void **state)
{
	(void)state;
	enum { FRAMES = 4000 };
	static double got[FRAMES], want[FRAMES];
	struct room_case c = room_cases[4];
	for (int axis = 0; axis < 3; axis++)
		c.alpha[axis][0] = c.alpha[axis][1] = 0.99;
	const struct sabin_room room = room_case_room(&c);
	const struct sabin_images_options options = {.rate_hz = 16000, .length_s = 0.25};
	assert_ok(sabin_images_compute(&room, c.source_m, c.receiver_m, &options, got, FRAMES));
	images_written_out(&c, 16000, want, FRAMES);
	/* each reflection takes 20 dB; after 0.2 s there were at least 17 */
	for (int n = 3200; n < FRAMES; n++)
		assert_near(got[n], 0, 1e-14);
	for (double f_hz = 50; f_hz < 6000; f_hz += 100) {
		const double complex a = spectrum_at(got, FRAMES, 16000, f_hz);
		const double complex b = spectrum_at(want, FRAMES, 16000, f_hz);
		assert_near(cabs(a - b), 0, 1e-5 * cabs(b)); /* -100 dB, of the interpolation */
	}
}

static void refusals(void **state)
{
	(void)state;
	double h[480];
	const struct room_case *c = &room_cases[0];
	struct sabin_room room = room_case_room(c);
	struct sabin_images_options options = {.rate_hz = 48000, .length_s = 0.01};
	const double outside_m[3] = {7, 1, 1}, on_wall_m[3] = {0, 1, 1},
	             nowhere_m[3] = {(double)NAN, 1, 1};
	const double *const bad[] = {c->source_m, outside_m, on_wall_m, nowhere_m};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(sabin_images_compute(&room, c->source_m, bad[i], &options, h, 480),
		                 SABIN_EINVAL);
	assert_int_equal(sabin_images_compute(&room, c->source_m, c->receiver_m, &options, h, 400),
	                 SABIN_EINVAL);
	options.rate_hz = (double)NAN;
	assert_int_equal(sabin_images_compute(&room, c->source_m, c->receiver_m, &options, h, 480),
	                 SABIN_EINVAL);
	options.rate_hz = 48000;
	room.surface[SABIN_BACK].alpha[0] = (double)NAN;
	assert_int_equal(sabin_images_compute(&room, c->source_m, c->receiver_m, &options, h, 480),
	                 SABIN_EINVAL);
	room_case_all(&room, 0.2);
	room.size_m[2] = 501;
	assert_int_equal(sabin_images_compute(&room, c->source_m, c->receiver_m, &options, h, 480),
	                 SABIN_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sum_of_images),
		cmocka_unit_test(first_arrivals),
		cmocka_unit_test(image_count),
		cmocka_unit_test(reciprocity),
		cmocka_unit_test(mirror),
		cmocka_unit_test(rigid_room_is_a_waveguide),
		cmocka_unit_test(all_absorbed_is_direct),
		cmocka_unit_test(rigid_is_finite),
		cmocka_unit_test(bands_add_up),
		cmocka_unit_test(each_octave_is_a_flat_room),
		cmocka_unit_test(ends_of_a_stretch),
		cmocka_unit_test(one_reflection_by_octave),
		cmocka_unit_test(air_absorbs),
		cmocka_unit_test(any_room),
		cmocka_unit_test(absurd_sizes),
		cmocka_unit_test(pruning_loses_nothing),
		cmocka_unit_test(refusals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
