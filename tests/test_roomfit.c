/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_roomfit.c: rooms drawn by chance, "measured" as sabin simulate would with noise, are found again from a
 * file whose sizes are up to 3 % wrong and which knows nothing of absorption; every other one has furniture,
 * panels, boxes for speakers and walls that are not alike.  A measurement of another room is not taken for
 * this one.  The decay times by energies are those of closed forms.
 *
 * SABIN_TEST_FITS=20 draws so many rooms; one without it.
 */
#include <math.h>
#include <stdlib.h>

#include <sabin/parameters.h>
#include <sabin/roomfit.h>

#include "advice/roomfit.h"
#include "room/energy.h"
#include "util/near.h"
#include "util/seed.h"

enum { RESPONSES = 4 };
static const double rate_hz = 24000;

struct drawn {
	struct sabin_room room;
	struct sabin_panel panels[2];
	struct sabin_reflector objects[2];
	struct sabin_directivity directivity[2];
	struct sabin_roomfit_response response[RESPONSES];
};

static void draw_surfaces(struct sabin_random *random, bool furnished, struct sabin_room *room)
{
	/* rising or falling with frequency, a little or much different on every surface */
	const double low = test_between(random, 0.08, 0.25), high = test_between(random, 0.1, 0.4);
	for (int s = 0; s < SABIN_SURFACE_COUNT; s++) {
		const double own = furnished ? exp(test_between(random, -0.7, 0.7)) : test_between(random, 0.7, 1.4);
		for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
			room->surface[s].alpha[b] = fmin(0.9, own * (low + (high - low) * b / 7));
	}
}

static void draw_points(struct sabin_random *random, struct drawn *d)
{
	const double *size_m = d->room.size_m;
	double source[2][3], receiver[2][3];
	for (int i = 0; i < 2; i++) {
		source[i][0] = size_m[0] * (i ? test_between(random, 0.65, 0.85) : test_between(random, 0.15, 0.35));
		source[i][1] = size_m[1] * test_between(random, 0.1, 0.3);
		source[i][2] = test_between(random, 1.0, 1.4);
		receiver[i][0] = size_m[0] * test_between(random, 0.3, 0.7);
		receiver[i][1] = size_m[1] * test_between(random, 0.45, 0.8);
		receiver[i][2] = test_between(random, 1.0, 1.4);
	}
	for (int r = 0; r < RESPONSES; r++)
		for (int a = 0; a < 3; a++) {
			d->response[r].source_m[a] = source[r / 2][a];
			d->response[r].receiver_m[a] = receiver[r % 2][a];
		}
}

/* Foam on both side walls, a desk before the speakers, a sideboard at the back. */
static void furnish(struct drawn *d)
{
	static const double foam[SABIN_ABSORPTION_BANDS] = {0.05, 0.15, 0.4, 0.8, 0.9, 0.9, 0.85, 0.8};
	const double *size_m = d->room.size_m;
	for (int i = 0; i < 2; i++) {
		const double x = i ? size_m[0] : 0;
		d->panels[i] = (struct sabin_panel){.surface = i ? SABIN_RIGHT : SABIN_LEFT,
		                                    .min_m = {x, 0.8, 0.7}, .max_m = {x, 2.2, 2}};
		memcpy(d->panels[i].absorption.alpha, foam, sizeof foam);
		d->directivity[i] = (struct sabin_directivity){i ? -25 : 25, {0.22, 0.3, 0.35}};
	}
	d->objects[0] = (struct sabin_reflector){{0.3 * size_m[0], 0.31 * size_m[1], 0.6},
	                                         {0.7 * size_m[0], 0.44 * size_m[1], 0.75}};
	d->objects[1] = (struct sabin_reflector){{0.1, size_m[1] - 0.6, 0}, {0.6 * size_m[0], size_m[1] - 0.1, 0.8}};
	d->room.panels = d->panels;
	d->room.objects = d->objects;
	d->room.panel_count = d->room.object_count = 2;
	for (int r = 0; r < RESPONSES; r++)
		d->response[r].directivity = &d->directivity[r / 2];
}

static void draw_room(struct sabin_random *random, bool furnished, struct drawn *d)
{
	*d = (struct drawn){.room = {.size_m = {test_between(random, 3, 5), test_between(random, 3.8, 6.5),
	                                        test_between(random, 2.3, 3.2)},
	                             .temperature_c = 20, .humidity_percent = 50, .pressure_kpa = 101.325}};
	draw_surfaces(random, furnished, &d->room);
	draw_points(random, d);
	if (furnished)
		furnish(d);
}

static double *simulate(const struct sabin_room *room, const struct sabin_roomfit_response *at, size_t frames)
{
	const struct sabin_images_options options = {.rate_hz = rate_hz, .length_s = (double)frames / rate_hz,
	                                             .air = true, .directivity = at->directivity};
	double *h = malloc(frames * sizeof *h);
	assert_non_null(h);
	assert_ok(sabin_hybrid_compute(room, at->source_m, at->receiver_m, &options, h, frames));
	return h;
}

static const double decayed_s = 2, early_s = 0.8; /* to have times; for modes and reflections */

static void measure(struct sabin_random *random, const struct sabin_room *room, double most_s,
                    struct sabin_roomfit_response *response)
{
	const double length_s = fmin(most_s, sabin_room_ring_s(room, 0, 60));
	response->frames = (size_t)ceil(length_s * rate_hz);
	double *h = simulate(room, response, response->frames);
	for (size_t i = 0; i < response->frames; i++)
		h[i] += 3e-5 * sabin_random_normal(random);
	response->h = h;
	response->rate_hz = rate_hz;
	response->emission = 0;
}

static void forget(struct sabin_roomfit_response *response, size_t count)
{
	for (size_t r = 0; r < count; r++)
		free((void *)(uintptr_t)response[r].h);
}

/* T30 where valid, else T20; t30[] says which, or, `decided`, which it must be: of a simulation without noise, so that
 * all that can be wrong with it is what a slower octave leaks into it, which that of the measurement does, too. */
static void times(const double *h, size_t frames, bool decided, bool t30[], double out_s[])
{
	const struct sabin_analysis_options options = {.fraction = 1, .from_hz = 63, .to_hz = 8000,
	                                               .noise = SABIN_NOISE_FULL,
	                                               .excited_to_hz = (double)INFINITY};
	struct sabin_analysis analysis;
	assert_ok(sabin_analysis_compute(h, frames, rate_hz, &options, &analysis));
	for (size_t b = 0; b < SABIN_ABSORPTION_BANDS; b++) {
		const struct sabin_quantity *value = analysis.bands[b].value;
		if (!decided)
			t30[b] = value[SABIN_T30].valid;
		const struct sabin_quantity *t = &value[t30[b] ? SABIN_T30 : SABIN_T20];
		out_s[b] = t->valid || decided ? t->value : (double)NAN;
	}
	sabin_analysis_free(&analysis);
}

/* The worst octave: mean times of the fitted room against those measured, both simulated. */
static double worst_time(const struct sabin_room *fitted, const struct sabin_roomfit_response *response)
{
	double measured[SABIN_ABSORPTION_BANDS] = {0}, found[SABIN_ABSORPTION_BANDS] = {0}, worst = 0;
	for (int r = 0; r < RESPONSES; r++) {
		double m[SABIN_ABSORPTION_BANDS], f[SABIN_ABSORPTION_BANDS];
		bool t30[SABIN_ABSORPTION_BANDS];
		double *h = simulate(fitted, &response[r], response[r].frames);
		times(response[r].h, response[r].frames, false, t30, m);
		times(h, response[r].frames, true, t30, f);
		free(h);
		for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
			if (isfinite(m[b]) && isfinite(f[b])) {
				measured[b] += m[b];
				found[b] += f[b];
			}
	}
	for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
		if (measured[b] > 0)
			worst = fmax(worst, fabs(found[b] / measured[b] - 1));
	return worst;
}

static struct sabin_room wrong_file(struct sabin_random *random, const struct drawn *d, double share,
                                    struct sabin_panel panels[2])
{
	struct sabin_room file = d->room;
	for (int a = 0; a < 3; a++)
		file.size_m[a] *= 1 + test_between(random, -share, share);
	for (int s = 0; s < SABIN_SURFACE_COUNT; s++)
		for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
			file.surface[s].alpha[b] = 0.15;
	memcpy(panels, d->panels, 2 * sizeof *panels);
	if (file.panel_count > 0) {
		file.panels = panels;
		panels[1].min_m[0] = panels[1].max_m[0] = file.size_m[0];
	}
	return file;
}

/* Of places that the file has right. */
static int told_elsewhere(long draw, const struct sabin_roomfit *fit)
{
	int told = 0;
	for (size_t p = 0; p < fit->point_count; p++)
		for (int a = 0; a < 3; a++)
			if (sabin_roomfit_moved(&fit->point[p], a)) {
				const struct sabin_quantity *at = &fit->point[p].at_m[a];
				printf("%ld: point %zu, axis %d fitted at %.3f m (+- %.4f), %.3f in the file, where it is\n",
				       draw, p, a, at->value, at->plus_minus, fit->point[p].file_m[a]);
				told++;
			}
	return told;
}

static void room_comes_back(void **state)
{
	(void)state;
	struct sabin_random random;
	sabin_random_init(&random, test_seed("roomfit"));
	const char *wanted = getenv("SABIN_TEST_FITS");
	const long draws = wanted ? strtol(wanted, NULL, 10) : 1;
	double worst_percent = 0, worst_t = 0, worst_misfit = 0;
	int elsewhere = 0;
	for (long draw = 0; draw < draws; draw++) {
		struct drawn d;
		struct sabin_panel panels[2];
		struct sabin_roomfit fit;
		draw_room(&random, draw % 2 || !wanted, &d);
		for (int r = 0; r < RESPONSES; r++)
			measure(&random, &d.room, decayed_s, &d.response[r]);
		struct sabin_room file = wrong_file(&random, &d, 0.03, panels);
		assert_ok(sabin_roomfit(&file, d.response, RESPONSES, NULL, NULL, &fit));
		double percent = 0;
		for (int a = 0; a < 3; a++) {
			assert_true(fit.size_m[a].valid && !fit.size_at_limit[a]);
			percent = fmax(percent, 100 * fabs(fit.size_m[a].value / d.room.size_m[a] - 1));
		}
		sabin_roomfit_apply(&fit, &file);
		const double t = worst_time(&file, d.response);
		if (wanted)
			printf("%ld: sizes within %.2f %%, times within %.1f %%, misfit %.2f\n", draw, percent, 100 * t,
			       fit.misfit);
		worst_percent = fmax(worst_percent, percent);
		worst_t = fmax(worst_t, t);
		worst_misfit = fmax(worst_misfit, fit.misfit);
		elsewhere += told_elsewhere(draw, &fit);
		assert_int_equal(fit.wall_count, 0); /* all walls are where the fitted sizes have them */
		forget(d.response, RESPONSES);
	}
	printf("%ld rooms: sizes within %.2f %%, times within %.1f %%, misfit up to %.2f\n", draws, worst_percent,
	       100 * worst_t, worst_misfit);
	assert_true(worst_percent <= 1);
	assert_true(worst_t <= 0.10);
	assert_true(worst_misfit < SABIN_ROOMFIT_DOUBTFUL);
	assert_int_equal(elsewhere, 0);
}

/* Places that the file has some centimetres off come back, where they can, and are not said to be elsewhere
 * where the file is right. */
static void points_come_back(void **state)
{
	(void)state;
	struct sabin_random random;
	const char *wanted = getenv("SABIN_TEST_FITS");
	sabin_random_init(&random, wanted ? test_seed("points") : 5); /* of one room little can be asked */
	const long draws = wanted ? strtol(wanted, NULL, 10) : 1;
	static const double off_m = 0.04;
	double before = 0, after = 0;
	int valid = 0, wrong = 0, all = 0, moved = 0;
	for (long draw = 0; draw < draws; draw++) {
		struct drawn d;
		struct sabin_panel panels[2];
		struct sabin_roomfit_response placed[RESPONSES];
		static struct sabin_roomfit fit;
		draw_room(&random, draw % 2, &d);
		for (int r = 0; r < RESPONSES; r++)
			measure(&random, &d.room, early_s, &d.response[r]);
		struct sabin_room file = wrong_file(&random, &d, 0.02, panels);
		memcpy(placed, d.response, sizeof placed);
		for (int a = 0; a < 3; a++) {
			const double by_m[4] = {test_between(&random, -off_m, off_m), test_between(&random, -off_m, off_m),
			                        test_between(&random, -off_m, off_m), test_between(&random, -off_m, off_m)};
			for (int r = 0; r < RESPONSES; r++) {
				placed[r].source_m[a] += by_m[r / 2];
				placed[r].receiver_m[a] += by_m[2 + r % 2];
			}
		}
		assert_ok(sabin_roomfit(&file, placed, RESPONSES, NULL, NULL, &fit));
		assert_int_equal(fit.point_count, 4);
		for (size_t p = 0; p < fit.point_count; p++)
			for (int a = 0; a < 3; a++) {
				const struct sabin_roomfit_point *point = &fit.point[p];
				const struct sabin_roomfit_response *r = &d.response[point->response];
				const double true_m = point->receiver ? r->receiver_m[a] : r->source_m[a];
				const double error_m = point->at_m[a].value - true_m;
				all++;
				if (!point->at_m[a].valid)
					continue;
				valid++;
				before += pow(point->file_m[a] - true_m, 2);
				after += pow(error_m, 2);
				wrong += fabs(error_m) > fmax(0.03, 3 * point->at_m[a].plus_minus);
				moved += sabin_roomfit_moved(point, a);
			}
		forget(d.response, RESPONSES);
	}
	printf("%ld rooms: of %d coordinates %d are known: %.1f cm RMS off in the file, %.1f fitted; %d wrong, %d told\n",
	       draws, all, valid, 100 * sqrt(before / valid), 100 * sqrt(after / valid), wrong, moved);
	assert_true(2 * valid >= all);
	assert_true(after <= 0.25 * before);
	assert_true(wrong <= valid / 20);
}

/* Reflections read from the simulation of a furnished room: response, extra way, level.  Where its loudspeakers and
 * microphones stand, ways over different walls come within 3 cm of each other, for a third of these.  That must not make
 * places better that part the ways. */
static void ways_that_come_together(void **state)
{
	(void)state;
	static const struct fit_echo echo[] = {
		{0, 0.649, -14.6}, {0, 1.650, -9.3}, {0, 1.850, -4.2}, {0, 2.723, -9.9}, {0, 3.037, -8.9},
		{0, 3.280, -14.6}, {0, 3.767, -14.1}, {0, 3.910, -11.1}, {0, 4.239, -13.4}, {0, 4.625, -14.2},
		{0, 4.796, -14.7}, {0, 6.741, -13.0}, {1, 2.300, -14.0}, {1, 4.931, -9.3}, {1, 5.275, -15.6},
		{1, 5.875, -9.5}, {1, 6.161, -14.3}, {1, 6.404, -17.4}, {1, 6.991, -12.6}, {1, 7.248, -8.7},
		{1, 7.734, -15.1}, {2, 0.659, -15.4}, {2, 1.474, -14.4}, {2, 1.760, -10.4}, {2, 2.132, -6.7},
		{2, 3.133, -14.4}, {2, 3.333, -13.0}, {2, 4.148, -10.6}, {2, 5.063, -14.1}, {2, 5.292, -12.3},
		{2, 5.535, -15.4}, {2, 6.079, -15.2}, {3, 2.614, -20.1}, {3, 5.659, -16.8}, {3, 6.603, -17.7},
		{3, 7.933, -20.2},
	};
	static const double size_m[3] = {4.963, 5.220, 2.941};
	static const double source_m[2][3] = {{1.202, 1.525, 1.172}, {3.292, 1.054, 1.123}};
	static const double receiver_m[2][3] = {{3.257, 4.153, 1.004}, {2.826, 2.358, 1.003}};
	struct sabin_roomfit_response response[RESPONSES];
	static struct fit_seen seen;
	static struct sabin_roomfit fit;
	for (int r = 0; r < RESPONSES; r++) {
		response[r] = (struct sabin_roomfit_response){.emission = NAN};
		memcpy(response[r].source_m, source_m[r / 2], sizeof source_m[0]);
		memcpy(response[r].receiver_m, receiver_m[r % 2], sizeof receiver_m[0]);
	}
	seen.response = response;
	seen.responses = RESPONSES;
	seen.echoes = sizeof echo / sizeof *echo;
	memcpy(seen.echo, echo, sizeof echo);
	for (int a = 0; a < 3; a++)
		fit.size_m[a] = sabin_quantity_valid(size_m[a], 0.008);
	assert_ok(fit_points(&seen, &fit));
	assert_int_equal(fit.point_count, 4);
	assert_int_equal(told_elsewhere(0, &fit), 0);
	for (size_t p = 0; p < fit.point_count; p++)
		for (int a = 0; a < 3; a++)
			assert_near(fit.point[p].at_m[a].value, fit.point[p].file_m[a], 0.02);
}

/* A tenth too long, and another room altogether. */
static void another_room_is_told(void **state)
{
	(void)state;
	struct sabin_random random;
	sabin_random_init(&random, test_seed("another room"));
	struct drawn d, other;
	struct sabin_roomfit fit;
	draw_room(&random, true, &d);
	draw_room(&random, true, &other);
	for (int a = 0; a < 3; a++) /* as the file might have it, but for the sizes */
		other.room.size_m[a] = d.room.size_m[a] * (a == 1 ? 0.8 : 1.12);
	other.room.object_count = 0;
	for (int r = 0; r < 2; r++)
		measure(&random, &d.room, early_s, &d.response[2 * r]);
	d.response[1] = d.response[2];
	struct sabin_room file = d.room;
	file.size_m[1] *= 1.1;
	assert_ok(sabin_roomfit(&file, d.response, 2, NULL, NULL, &fit));
	assert_true(fit.misfit > SABIN_ROOMFIT_DOUBTFUL && !fit.size_m[1].valid);
	assert_true(fit.far_misfit < SABIN_ROOMFIT_DOUBTFUL);
	for (int a = 0; a < 3; a++)
		assert_near(fit.far_size_m[a] / d.room.size_m[a], 1, 0.01);
	assert_ok(sabin_roomfit(&other.room, d.response, 2, NULL, NULL, &fit));
	printf("another room: misfit %.2f\n", fit.misfit);
	assert_true(fit.misfit > SABIN_ROOMFIT_OTHER);
	forget(d.response, 2);
}

/* Only air absorbs: 60 dB take 6 ln 10 / (m c).  All walls but two swallow everything: what is left runs
 * between these, and loses -2 ln(1 - alpha) of its energy on every 2 L. */
static void energies_are_closed_forms(void **state)
{
	(void)state;
	const double source_m[3] = {1.1, 0.9, 1.2}, receiver_m[3] = {3.1, 2.9, 1.3};
	struct sabin_room room = {.size_m = {4.1, 5.3, 2.6}, .temperature_c = 20, .humidity_percent = 50,
	                          .pressure_kpa = 101.325};
	const double c = sabin_speed_of_sound(20);
	double time_s[ROOM_ENERGY_TIMES][SABIN_ABSORPTION_BANDS];
	room_energy_times(&room, source_m, receiver_m, NULL, time_s);
	for (int b = 6; b < SABIN_ABSORPTION_BANDS; b++) {
		const double db_per_m = sabin_air_attenuation_db_per_m(1000 * pow(10, 0.3 * (b - 4)), 20, 50, 101.325);
		for (int which = 0; which < ROOM_ENERGY_TIMES; which++)
			assert_near(time_s[which][b] * db_per_m * c / 60, 1, 0.01);
	}
	for (int s = 0; s < SABIN_SURFACE_COUNT; s++)
		for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
			room.surface[s].alpha[b] = s == SABIN_LEFT || s == SABIN_RIGHT ? 0.1 : 1;
	room_energy_times(&room, source_m, receiver_m, NULL, time_s);
	assert_near(time_s[ROOM_ENERGY_T30][1] * -log(0.9) * c / 4.1 / (6 * M_LN10), 1, 0.02);
}

/* To a point on its axis a speaker is a point source that stands nearer: what the walls get is less than that by
 * 2p + 1 (room.h), and so is the square of the distance. */
static void energies_know_the_directivity(void **state)
{
	(void)state;
	const struct sabin_directivity directivity = {.aim_deg = 0, .box_m = {0.25, 0.3, 0.3}};
	const double source_m[3] = {9, 8, 3}, receiver_m[3] = {9, 10, 3};
	struct sabin_room room = {.size_m = {20, 30, 10}, .temperature_c = 20, .humidity_percent = 50,
	                          .pressure_kpa = 101.325};
	for (int s = 0; s < SABIN_SURFACE_COUNT; s++)
		for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
			room.surface[s].alpha[b] = s == SABIN_FLOOR || s == SABIN_CEILING ? 0.5 : 0.02;
	double speaker_s[ROOM_ENERGY_TIMES][SABIN_ABSORPTION_BANDS], far_s[ROOM_ENERGY_TIMES][SABIN_ABSORPTION_BANDS];
	room_energy_times(&room, source_m, receiver_m, &directivity, speaker_s);
	room_energy_times(&room, source_m, receiver_m, NULL, far_s);
	for (int b = 4; b < 7; b++) {
		const double ka = 2 * M_PI * 1000 * pow(10, 0.3 * (b - 4)) / sabin_speed_of_sound(20) *
		                  sqrt(0.25 * 0.3 / M_PI);
		const double near_m[3] = {9, 8 + 2 / sqrt(1 + ka * ka / (1 + pow(ka, 1.2))), 3};
		double near_s[ROOM_ENERGY_TIMES][SABIN_ABSORPTION_BANDS];
		room_energy_times(&room, source_m, near_m, NULL, near_s);
		printf("band %d: %.3f, nearer %.3f, a point %.3f s\n", b, speaker_s[ROOM_ENERGY_T20][b],
		       near_s[ROOM_ENERGY_T20][b], far_s[ROOM_ENERGY_T20][b]);
		assert_near(speaker_s[ROOM_ENERGY_T20][b] / near_s[ROOM_ENERGY_T20][b], 1, 0.02);
		assert_true(speaker_s[ROOM_ENERGY_T20][b] < 0.95 * far_s[ROOM_ENERGY_T20][b]);
	}
}

/* A wall that is not where the file has it: the reflection says so. */
static void wall_that_is_elsewhere(void **state)
{
	(void)state;
	struct sabin_random random;
	sabin_random_init(&random, 1);
	struct drawn d;
	draw_room(&random, false, &d);
	struct sabin_room room = d.room, file;
	struct sabin_roomfit_response response = {.source_m = {1.31, 1.1, 1.2}, .receiver_m = {1.95, 2.6, 1.3}};
	room.size_m[0] = 4.06;
	room.size_m[1] = 5.2;
	room.size_m[2] = 2.7;
	measure(&random, &room, early_s, &response);
	/* the file's origin is 16 cm off: its left wall is nearer to everything */
	file = room;
	file.size_m[0] = 3.9;
	response.source_m[0] = 1.15;
	response.receiver_m[0] = 1.79;
	struct sabin_roomfit fit;
	assert_ok(sabin_roomfit(&file, &response, 1, NULL, NULL, &fit));
	bool told = false;
	for (size_t i = 0; i < fit.wall_count; i++)
		if (fit.wall[i].surface == SABIN_LEFT) {
			assert_near(fit.wall[i].file_m, 1.15, 1e-9);
			assert_near(fit.wall[i].measured_m, 1.31, 0.02);
			told = true;
		}
	assert_true(told);
	forget(&response, 1);
}

static void nonsense_is_refused(void **state)
{
	(void)state;
	struct sabin_random random;
	sabin_random_init(&random, 1);
	struct drawn d;
	draw_room(&random, false, &d);
	const struct sabin_room room = d.room;
	static double silence[24000];
	struct sabin_roomfit fit;
	struct sabin_roomfit_response r = {.h = silence, .frames = 24000, .rate_hz = rate_hz,
	                                   .source_m = {1, 1, 1}, .receiver_m = {2, 2, 1}, .emission = NAN};
	assert_int_equal(sabin_roomfit(&room, &r, 1, NULL, NULL, &fit), SABIN_ESHORT);
	assert_int_equal(sabin_roomfit(&room, &r, 0, NULL, NULL, &fit), SABIN_EINVAL);
	r.source_m[0] = 100;
	assert_int_equal(sabin_roomfit(&room, &r, 1, NULL, NULL, &fit), SABIN_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(energies_are_closed_forms),
		cmocka_unit_test(energies_know_the_directivity),
		cmocka_unit_test(room_comes_back),
		cmocka_unit_test(points_come_back),
		cmocka_unit_test(ways_that_come_together),
		cmocka_unit_test(another_room_is_told),
		cmocka_unit_test(wall_that_is_elsewhere),
		cmocka_unit_test(nonsense_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
