/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_roomfit.c: rooms drawn by chance, "measured" by the sum of their images with noise, are found again
 * from a file whose sizes are up to 3 % wrong and which knows nothing of absorption.
 *
 * SABIN_TEST_FITS=20 draws so many rooms; one without it.
 */
#include <math.h>
#include <stdlib.h>

#include <sabin/roomfit.h>

#include "util/near.h"
#include "util/seed.h"

enum { RESPONSES = 4 };
static const double rate_hz = 24000;

static void draw_room(struct sabin_random *random, struct sabin_room *room)
{
	*room = (struct sabin_room){.size_m = {test_between(random, 3, 5), test_between(random, 3.8, 6.5),
	                                       test_between(random, 2.3, 3.2)},
	                            .temperature_c = 20, .humidity_percent = 50, .pressure_kpa = 101.325};
	/* rising or falling with frequency, a little different on every surface */
	const double low = test_between(random, 0.08, 0.25), high = test_between(random, 0.1, 0.4);
	for (int s = 0; s < SABIN_SURFACE_COUNT; s++) {
		const double own = test_between(random, 0.7, 1.4);
		for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
			room->surface[s].alpha[b] = own * (low + (high - low) * b / 7);
	}
}

static void draw_points(struct sabin_random *random, const struct sabin_room *room,
                        struct sabin_roomfit_response response[RESPONSES])
{
	double source[2][3], receiver[2][3];
	for (int i = 0; i < 2; i++) {
		source[i][0] = room->size_m[0] * (i ? test_between(random, 0.65, 0.85) : test_between(random, 0.15, 0.35));
		source[i][1] = room->size_m[1] * test_between(random, 0.1, 0.3);
		source[i][2] = test_between(random, 1.0, 1.4);
		receiver[i][0] = room->size_m[0] * test_between(random, 0.3, 0.7);
		receiver[i][1] = room->size_m[1] * test_between(random, 0.45, 0.8);
		receiver[i][2] = test_between(random, 1.0, 1.4);
	}
	for (int r = 0; r < RESPONSES; r++)
		for (int a = 0; a < 3; a++) {
			response[r].source_m[a] = source[r / 2][a];
			response[r].receiver_m[a] = receiver[r % 2][a];
		}
}

static void measure(struct sabin_random *random, const struct sabin_room *room, double length_s,
                    struct sabin_roomfit_response *response)
{
	const struct sabin_images_options options = {.rate_hz = rate_hz, .length_s = length_s, .air = true};
	const size_t n = (size_t)ceil(length_s * rate_hz);
	double *h = malloc(n * sizeof *h);
	assert_non_null(h);
	assert_ok(sabin_images_compute(room, response->source_m, response->receiver_m, &options, h, n));
	for (size_t i = 0; i < n; i++)
		h[i] += 3e-5 * sabin_random_normal(random);
	response->h = h;
	response->frames = n;
	response->rate_hz = rate_hz;
	response->emission = 0;
}

static void room_comes_back(void **state)
{
	(void)state;
	struct sabin_random random;
	sabin_random_init(&random, test_seed("roomfit"));
	const char *wanted = getenv("SABIN_TEST_FITS");
	const long draws = wanted ? strtol(wanted, NULL, 10) : 1;
	double worst_percent = 0, worst_t = 0;
	int invalid = 0;
	for (long draw = 0; draw < draws; draw++) {
		struct sabin_room room, file;
		struct sabin_roomfit_response response[RESPONSES] = {{0}};
		struct sabin_roomfit fit;
		draw_room(&random, &room);
		draw_points(&random, &room, response);
		for (int r = 0; r < RESPONSES; r++)
			measure(&random, &room, fmin(1.5, sabin_room_ring_s(&room, 0, 60)), &response[r]);
		file = room;
		for (int a = 0; a < 3; a++)
			file.size_m[a] *= 1 + test_between(&random, -0.03, 0.03);
		for (int s = 0; s < SABIN_SURFACE_COUNT; s++)
			for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
				file.surface[s].alpha[b] = 0.15;
		assert_ok(sabin_roomfit(&file, response, RESPONSES, NULL, NULL, &fit));
		for (int a = 0; a < 3; a++) {
			const double percent = 100 * fabs(fit.size_m[a].value / room.size_m[a] - 1);
			if (wanted)
				printf("%ld.%c: %.3f m, file %.3f, fit %.3f %s\n", draw, 'x' + a, room.size_m[a],
				       file.size_m[a], fit.size_m[a].value, fit.size_m[a].valid ? "" : "(not valid)");
			invalid += !fit.size_m[a].valid;
			worst_percent = fmax(worst_percent, percent);
		}
		for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
			if (isfinite(fit.t_measured_s[b]) && isfinite(fit.t_fitted_s[b]))
				worst_t = fmax(worst_t, fabs(fit.t_fitted_s[b] / fit.t_measured_s[b] - 1));
		for (int r = 0; r < RESPONSES; r++)
			free((void *)(uintptr_t)response[r].h);
	}
	printf("%ld rooms: sizes within %.2f %%, times within %.1f %%, %d sizes not valid\n", draws, worst_percent,
	       100 * worst_t, invalid);
	assert_true(worst_percent <= 1);
	assert_true(worst_t <= 0.10);
}

/* A wall that is not where the file has it: the reflection says so. */
static void wall_that_is_elsewhere(void **state)
{
	(void)state;
	struct sabin_random random;
	sabin_random_init(&random, 1);
	struct sabin_room room, file;
	draw_room(&random, &room);
	struct sabin_roomfit_response response = {.source_m = {1.31, 1.1, 1.2}, .receiver_m = {1.95, 2.6, 1.3}};
	room.size_m[0] = 4.06;
	room.size_m[1] = 5.2;
	room.size_m[2] = 2.7;
	measure(&random, &room, 0.8, &response);
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
	free((void *)(uintptr_t)response.h);
}

static void nonsense_is_refused(void **state)
{
	(void)state;
	struct sabin_random random;
	sabin_random_init(&random, 1);
	struct sabin_room room;
	draw_room(&random, &room);
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
		cmocka_unit_test(room_comes_back),
		cmocka_unit_test(wall_that_is_elsewhere),
		cmocka_unit_test(nonsense_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
