/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_place_gain.c: what a search promises is there in another model of the room.
 *
 * In rooms drawn by chance the arrangement of the file and the best one found are heard through image
 * sources, whose walls damp otherwise than those of the search's modes: the modal part of the score
 * (flatness, spread, asymmetry) is computed from these responses, its geometric part (dip, reflection) is
 * the same in both.
 *
 * SABIN_TEST_ROOMS=20 draws so many rooms and asks for the median; one without it.
 */
#include <math.h>
#include <stdlib.h>

#include <sabin/place.h>

#include "signal/cmplx.h"
#include "util/near.h"
#include "util/seed.h"

enum { BINS = 80, HEADS = 5 };
static const double rate_hz = 4000;

static void spectrum(const double *h, size_t n, double complex out[BINS])
{
	for (int i = 0; i < BINS; i++) {
		const double step = 2 * M_PI * 20 * pow(2, i / 24.0) / rate_hz;
		const double complex turn = CMPLX(cos(step), -sin(step));
		double complex sum = 0, phase = 1;
		for (size_t k = 0; k < n; k++) {
			sum += h[k] * phase;
			phase *= turn;
		}
		out[i] = sum;
	}
}

static void smooth(const double complex p[BINS], double level_db[BINS])
{
	for (int i = 0; i < BINS; i++) {
		double sum = 0;
		int n = 0;
		for (int j = i - 2; j <= i + 2; j++)
			if (j >= 0 && j < BINS) {
				sum += creal(p[j]) * creal(p[j]) + cimag(p[j]) * cimag(p[j]);
				n++;
			}
		level_db[i] = 10 * log10(sum / n);
	}
}

/* Flatness + spread + twice the asymmetry, by image sources. */
static double heard(const struct sabin_room *room, const struct sabin_place_arrangement *a)
{
	static const double off[HEADS][2] = {{0, 0}, {0, -0.2}, {0, 0.2}, {-0.15, 0}, {0.15, 0}};
	const double length_s = fmin(1.2, sabin_room_ring_s(room, 0, 50));
	const struct sabin_images_options options = {.rate_hz = rate_hz, .length_s = length_s};
	const size_t n = (size_t)ceil(length_s * rate_hz);
	double *h = malloc(n * sizeof *h), level_db[HEADS][BINS], side_db[2][BINS];
	assert_non_null(h);
	for (int head = 0; head < HEADS; head++) {
		double complex sum[BINS] = {0};
		const double at[3] = {a->listener_m[0] + off[head][0], a->listener_m[1] + off[head][1],
		                      a->listener_m[2]};
		for (int s = 0; s < 2; s++) {
			double complex one[BINS];
			assert_ok(sabin_images_compute(room, a->source_m[s], at, &options, h, n));
			spectrum(h, n, one);
			if (head == 0)
				smooth(one, side_db[s]);
			for (int i = 0; i < BINS; i++)
				sum[i] += one[i];
		}
		smooth(sum, level_db[head]);
	}
	free(h);
	double mean = 0, variance = 0, spread = 0, difference = 0;
	for (int i = 0; i < BINS; i++)
		mean += level_db[0][i] / BINS;
	for (int i = 0; i < BINS; i++) {
		double average = 0, square = 0;
		for (int head = 0; head < HEADS; head++)
			average += level_db[head][i] / HEADS;
		for (int head = 0; head < HEADS; head++)
			square += pow(level_db[head][i] - average, 2) / HEADS;
		variance += pow(level_db[0][i] - mean, 2) / BINS;
		spread += sqrt(square) / BINS;
		difference += pow(side_db[0][i] - side_db[1][i], 2) / BINS;
	}
	return sqrt(variance) + spread + 2 * sqrt(difference);
}

static double realised(const struct sabin_room *room, const struct sabin_place_arrangement *a)
{
	return heard(room, a) + 0.25 * fmax(0, -a->metrics.dip_db - 3) +
	       0.15 * fmax(0, a->metrics.reflection_db + 10);
}

/* A room, and speakers and listener as people put them: an equilateral triangle somewhere in front. */
static void draw(struct sabin_random *random, struct sabin_room *room, struct sabin_place_spec *spec)
{
	*room = (struct sabin_room){.size_m = {test_between(random, 3, 5.5), test_between(random, 4, 7),
	                                       test_between(random, 2.3, 3.2)},
	                            .temperature_c = 20, .humidity_percent = 50, .pressure_kpa = 101.325};
	for (int s = 0; s < SABIN_SURFACE_COUNT; s++) {
		room->surface[s].flat = true;
		const double alpha = test_between(random, 0.08, 0.4);
		for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
			room->surface[s].alpha[b] = alpha;
	}
	const double width = room->size_m[0], length = room->size_m[1], z = 1.2;
	const double half = test_between(random, 0.6, fmin(1.3, width / 2 - 0.3));
	const double depth = test_between(random, 0.3, 1);
	const double seat = fmin(depth + half / tan(M_PI / 6), length - 1.01);
	*spec = (struct sabin_place_spec){.source_count = 2, .pair = true, .depth_axis = 1,
	                                  .listener_m = {width / 2, seat, z}, .listener_moves = true,
	                                  .wall_m = 0.25, .rear_m = 1, .base_m = 1,
	                                  .angle_deg = {25, 35}, .step_m = 0.05, .tolerance_m = 0.05,
	                                  .top = 1, .threads = 2};
	const struct sabin_box whole = {{0, 0, z}, {width, length, z}};
	spec->listener_within = whole;
	for (int s = 0; s < 2; s++)
		spec->source[s] = (struct sabin_place_source){
			.score = {.range_hz = {NAN, NAN}},
			.position_m = {width / 2 + (s ? half : -half), depth, z}, .moves = true,
			.within = whole};
}

static int ascending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void gain_is_real(void **state)
{
	(void)state;
	enum { MOST = 1000 };
	static double share[MOST];
	struct sabin_random random;
	sabin_random_init(&random, test_seed("rooms"));
	const char *wanted = getenv("SABIN_TEST_ROOMS");
	const long rooms = wanted ? strtol(wanted, NULL, 10) : 1;
	assert_true(rooms >= 1 && rooms <= MOST);
	for (long i = 0; i < rooms; i++) {
		struct sabin_room room;
		struct sabin_place_spec spec;
		struct sabin_place_result result;
		draw(&random, &room, &spec);
		spec.room = &room;
		assert_ok(sabin_place_search(&spec, NULL, NULL, &result));
		assert_true(result.found_count == 1);
		const double promised = result.current.score - result.found[0].score;
		const double got = realised(&room, &result.current) - realised(&room, &result.found[0]);
		share[i] = got / promised;
		printf("%.2f x %.2f x %.2f m: J %.2f -> %.2f, promised %.2f, heard %.2f (%.0f %%)\n",
		       room.size_m[0], room.size_m[1], room.size_m[2], result.current.score,
		       result.found[0].score, promised, got, 100 * share[i]);
		if (promised > 1.5)
			assert_true(got >= 0);
	}
	qsort(share, (size_t)rooms, sizeof *share, ascending);
	printf("median %.0f %% of what was promised\n", 100 * share[rooms / 2]);
	if (rooms >= 20)
		assert_true(share[rooms / 2] >= 0.6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(gain_is_real)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
