/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_place.c: the score flat-v1 against the formula of sabin-place(1) written out, and the search
 * against its constraints and against every arrangement there is.
 */
#include <complex.h>
#include <math.h>

#include <sabin/place.h>
#include <sabin/random.h>

#include "util/near.h"
#include "util/seed.h"
#include "util/studio.h"

/* ---- the formula, written out ------------------------------------------------------------------ */

struct reference {
	double size_m[3];
	double alpha[3][2]; /* by axis, at 0 and at the far end */
	double speed_m_s;
};

static double complex plain(double re, double im)
{
	return __builtin_complex(re, im);
}

static double complex pressure(const struct reference *r, double f_hz, const double s[3],
                               const double p[3])
{
	const double k = 2 * M_PI * f_hz / r->speed_m_s;
	double complex sum = 0;
	int most[3];
	for (int a = 0; a < 3; a++)
		most[a] = (int)(2 * 450 * r->size_m[a] / r->speed_m_s);
	for (int x = 0; x <= most[0]; x++)
		for (int y = 0; y <= most[1]; y++)
			for (int z = 0; z <= most[2]; z++) {
				const int n[3] = {x, y, z};
				double kn2 = 0, top = 1, damping = 0;
				for (int a = 0; a < 3; a++) {
					const double ka = n[a] * M_PI / r->size_m[a];
					kn2 += ka * ka;
					top *= (n[a] ? 2 : 1) * cos(ka * s[a]) * cos(ka * p[a]) /
					       r->size_m[a];
					for (int far = 0; far < 2; far++) {
						const double beta = sqrt(1 - r->alpha[a][far]);
						damping += r->speed_m_s / 2 * (n[a] ? 2 : 1) *
						           (1 - beta) / (1 + beta) / r->size_m[a];
					}
				}
				if (sqrt(kn2) * r->speed_m_s / (2 * M_PI) > 450)
					continue;
				const double complex q = plain(k, -damping / r->speed_m_s);
				sum += top / (kn2 - q * q);
			}
	return sum;
}

static void levels(const struct reference *r, const double (*source)[3], size_t sources,
                   const double p[3], double level_db[80])
{
	double power[80];
	for (int i = 0; i < 80; i++) {
		double complex sum = 0;
		for (size_t s = 0; s < sources; s++)
			sum += pressure(r, 20 * pow(2, i / 24.0), source[s], p);
		power[i] = creal(sum) * creal(sum) + cimag(sum) * cimag(sum);
	}
	for (int i = 0; i < 80; i++) {
		double sum = 0;
		int n = 0;
		for (int j = i - 2; j <= i + 2; j++)
			if (j >= 0 && j < 80) {
				sum += power[j];
				n++;
			}
		level_db[i] = 10 * log10(sum / n);
	}
}

/* Images up to the order: distance and amplitude. */
static int images(const struct reference *r, const double s[3], const double p[3], int order,
                  double (*out)[2])
{
	int n = 0;
	for (int i = 0; i < 1000; i++) {
		const int m[3] = {i / 8 % 5 - 2, i / 40 % 5 - 2, i / 200 - 2};
		const int q[3] = {i % 2, i / 2 % 2, i / 4 % 2};
		double square = 0, gain = 1;
		int hits = 0;
		for (int a = 0; a < 3; a++) {
			const double x = (1 - 2 * q[a]) * s[a] + 2 * m[a] * r->size_m[a] - p[a];
			square += x * x;
			hits += abs(m[a] - q[a]) + abs(m[a]);
			gain *= pow(sqrt(1 - r->alpha[a][0]), abs(m[a] - q[a])) *
			        pow(sqrt(1 - r->alpha[a][1]), abs(m[a]));
		}
		if (hits > order)
			continue;
		out[n][0] = sqrt(square);
		out[n++][1] = gain / sqrt(square);
	}
	return n;
}

static double deepest_dip(const struct reference *r, const double s[3], const double p[3])
{
	double image[64][2], power[74], dip_db = 0;
	const int n = images(r, s, p, 1, image);
	assert_int_equal(n, 7);
	for (int i = 0; i < 74; i++) {
		const double k = 2 * M_PI * 60 * pow(2, i / 24.0) / r->speed_m_s;
		double complex sum = 0;
		for (int j = 0; j < n; j++)
			sum += image[j][1] * cexp(plain(0, -k * image[j][0]));
		power[i] = creal(sum) * creal(sum) + cimag(sum) * cimag(sum);
	}
	for (int i = 0; i < 74; i++) {
		double sum = 0;
		int count = 0;
		for (int j = i - 12; j <= i + 12; j++)
			if (j >= 0 && j < 74) {
				sum += power[j];
				count++;
			}
		dip_db = fmin(dip_db, 10 * log10(power[i] * count / sum));
	}
	return dip_db;
}

static double strongest(const struct reference *r, const double s[3], const double p[3])
{
	double image[64][2], best = 0, direct_m = 1e9, direct = 0;
	const int n = images(r, s, p, 2, image);
	assert_int_equal(n, 25);
	for (int j = 0; j < n; j++)
		if (image[j][0] < direct_m) {
			direct_m = image[j][0];
			direct = image[j][1];
		}
	for (int j = 0; j < n; j++)
		if (image[j][0] > direct_m && (image[j][0] - direct_m) / r->speed_m_s < 0.015)
			best = fmax(best, image[j][1]);
	return 20 * log10(best / direct);
}

/* The listener looks along y. */
static void written_out(const struct reference *r, const double (*source)[3], const double p[3],
                        struct sabin_score_metrics *out)
{
	double level_db[5][80], side_db[2][80];
	const double off[5][2] = {{0, 0}, {0, -0.2}, {0, 0.2}, {-0.15, 0}, {0.15, 0}};
	for (int h = 0; h < 5; h++) {
		const double at[3] = {p[0] + off[h][0], p[1] + off[h][1], p[2]};
		levels(r, source, 2, at, level_db[h]);
	}
	for (int s = 0; s < 2; s++)
		levels(r, source + s, 1, p, side_db[s]);
	double mean = 0, variance = 0, difference = 0;
	*out = (struct sabin_score_metrics){0};
	for (int i = 0; i < 80; i++)
		mean += level_db[0][i] / 80;
	for (int i = 0; i < 80; i++) {
		double average = 0, square = 0;
		for (int h = 0; h < 5; h++)
			average += level_db[h][i] / 5;
		for (int h = 0; h < 5; h++)
			square += pow(level_db[h][i] - average, 2) / 5;
		variance += pow(level_db[0][i] - mean, 2) / 80;
		difference += pow(side_db[0][i] - side_db[1][i], 2) / 80;
		out->spread_db += sqrt(square) / 80;
	}
	out->flatness_db = sqrt(variance);
	out->asymmetry_db = sqrt(difference);
	out->dip_db = fmin(deepest_dip(r, source[0], p), deepest_dip(r, source[1], p));
	out->reflection_db = fmax(strongest(r, source[0], p), strongest(r, source[1], p));
	out->score = out->flatness_db + out->spread_db + 0.25 * fmax(0, -out->dip_db - 3) +
	             0.15 * fmax(0, out->reflection_db + 10) + 2 * out->asymmetry_db;
}

/* ---- rooms ---------------------------------------------------------------------------------------- */

static struct reference make_reference(const double size_m[3], const double alpha[3][2])
{
	struct reference r = {.speed_m_s = 343.2};
	memcpy(r.size_m, size_m, sizeof r.size_m);
	memcpy(r.alpha, alpha, sizeof r.alpha);
	return r;
}

static void near_metrics(const struct sabin_score_metrics *got, const struct sabin_score_metrics *want)
{
	assert_near(got->flatness_db, want->flatness_db, 2e-3);
	assert_near(got->spread_db, want->spread_db, 2e-3);
	assert_near(got->asymmetry_db, want->asymmetry_db, 2e-3);
	assert_near(got->dip_db, want->dip_db, 1e-6);
	assert_near(got->reflection_db, want->reflection_db, 1e-9);
	assert_near(got->score, want->score, 8e-3);
}

static void score_is_the_formula(void **state)
{
	(void)state;
	struct sabin_random random;
	sabin_random_init(&random, test_seed("places"));
	const struct sabin_score_source pair[2] = {studio_speaker, studio_speaker};
	const double other_alpha[3][2] = {{0.3, 0.05}, {0.5, 0.1}, {0.2, 0.6}};
	for (int i = 0; i < 3; i++) {
		const double(*alpha)[2] = i ? other_alpha : studio_alpha;
		const struct sabin_room room = studio_room(studio_m, alpha);
		const struct reference r = make_reference(studio_m, alpha);
		double source[2][3] = {{0.6, 0.45, 1.2}, {2.6, 0.45, 1.2}}, p[3] = {1.6, 1.9, 1.2};
		for (int a = 0; a < 3 && i == 2; a++) {
			source[0][a] = test_between(&random, 0.2, 1);
			source[1][a] = test_between(&random, 1.9, 2.3);
			p[a] = test_between(&random, 1.2, 1.7);
		}
		struct sabin_score *score;
		struct sabin_score_metrics got, want;
		assert_int_equal(sabin_score_new(&room, pair, 2, 1, &score), SABIN_OK);
		sabin_score_compute(score, (const double(*)[3])source, p, &got);
		written_out(&r, (const double(*)[3])source, p, &want);
		near_metrics(&got, &want);
		sabin_score_free(score);
	}
}

/* Mirrored left to right, or turned so that the listener looks along x: the same score. */
static void score_has_the_rooms_symmetries(void **state)
{
	(void)state;
	const double alpha[3][2] = {{0.3, 0.05}, {0.5, 0.1}, {0.2, 0.6}};
	const double mirror_alpha[3][2] = {{0.05, 0.3}, {0.5, 0.1}, {0.2, 0.6}};
	const double turned_alpha[3][2] = {{0.5, 0.1}, {0.3, 0.05}, {0.2, 0.6}};
	const double turned_m[3] = {4.2, 3.2, 2.5};
	const struct sabin_score_source pair[2] = {studio_speaker, studio_speaker};
	const double source[2][3] = {{0.5, 0.7, 1.1}, {2.4, 0.6, 1.3}}, p[3] = {1.7, 2.1, 1.2};
	const double mirrored[2][3] = {{2.7, 0.7, 1.1}, {0.8, 0.6, 1.3}}, mp[3] = {1.5, 2.1, 1.2};
	const double turned[2][3] = {{0.7, 0.5, 1.1}, {0.6, 2.4, 1.3}}, tp[3] = {2.1, 1.7, 1.2};
	const struct sabin_room rooms[3] = {studio_room(studio_m, alpha),
	                                    studio_room(studio_m, mirror_alpha),
	                                    studio_room(turned_m, turned_alpha)};
	struct sabin_score_metrics got[3];
	for (int i = 0; i < 3; i++) {
		struct sabin_score *score;
		assert_int_equal(sabin_score_new(&rooms[i], pair, 2, i == 2 ? 0 : 1, &score), SABIN_OK);
		sabin_score_compute(score, i == 0 ? source : i == 1 ? mirrored : turned,
		                    i == 0 ? p : i == 1 ? mp : tp, &got[i]);
		sabin_score_free(score);
	}
	near_metrics(&got[1], &got[0]);
	near_metrics(&got[2], &got[0]);
}

/* A panel that covers a wall is the wall; one that no reflection hits changes no reflection. */
static void panels_act_where_they_are(void **state)
{
	(void)state;
	const double soft[3][2] = {{0.9, 0.2}, {0.15, 0.35}, {0.1, 0.3}};
	const double source[2][3] = {{0.6, 0.45, 1.2}, {2.6, 0.45, 1.2}}, p[3] = {1.6, 1.9, 1.2};
	const struct sabin_score_source pair[2] = {studio_speaker, studio_speaker};
	struct sabin_room rooms[3] = {studio_room(studio_m, studio_alpha), studio_room(studio_m, studio_alpha),
	                              studio_room(studio_m, soft)};
	struct sabin_panel all = {.surface = SABIN_LEFT, .min_m = {0, 0, 0}, .max_m = {0, 4.2, 2.5},
	                          .absorption = rooms[2].surface[SABIN_LEFT]};
	struct sabin_panel aside = all;
	aside.min_m[1] = 3.9; /* behind the listener, and no way of two reflections comes there */
	aside.min_m[2] = 2.4;
	rooms[0].panels = &aside;
	rooms[1].panels = &all;
	rooms[0].panel_count = rooms[1].panel_count = 1;
	struct sabin_score_metrics bare, got[3];
	struct sabin_score *score;
	const struct sabin_room plain_room = studio_room(studio_m, studio_alpha);
	assert_int_equal(sabin_score_new(&plain_room, pair, 2, 1, &score), SABIN_OK);
	sabin_score_compute(score, source, p, &bare);
	sabin_score_free(score);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(sabin_score_new(&rooms[i], pair, 2, 1, &score), SABIN_OK);
		sabin_score_compute(score, source, p, &got[i]);
		sabin_score_free(score);
	}
	assert_near(got[0].dip_db, bare.dip_db, 1e-9);
	assert_near(got[0].reflection_db, bare.reflection_db, 1e-9);
	near_metrics(&got[1], &got[2]);
}

/* ---- search ------------------------------------------------------------------------------------------ */

/* The constraints of sabin-place(1), written out. */
static void keeps_constraints(const struct sabin_place_arrangement *a)
{
	const double *left = a->source_m[0], *right = a->source_m[1], *p = a->listener_m;
	assert_true(left[0] >= 0.25 - 1e-9 && right[0] <= 3.2 - 0.25 + 1e-9);
	assert_true(left[1] >= 0.25 - 1e-9 && left[1] <= 4.2 - 0.25 + 1e-9);
	assert_near(left[0] + right[0], 3.2, 1e-9);
	assert_near(left[1], right[1], 1e-9);
	assert_near(p[0], 1.6, 1e-9);
	assert_true(p[1] <= 4.2 - 1 + 1e-9);
	const double half_deg = atan((right[0] - left[0]) / 2 / (p[1] - left[1])) * 180 / M_PI;
	assert_true(half_deg >= 25 - 1e-6 && half_deg <= 35 + 1e-6);
	assert_true(left[2] == 1.2 && right[2] == 1.2 && p[2] == 1.2);
}

static void search_finds_the_best(void **state)
{
	(void)state;
	const struct sabin_room room = studio_room(studio_m, studio_alpha);
	const struct reference r = make_reference(studio_m, studio_alpha);
	const struct sabin_place_spec spec = studio_spec(&room);
	struct sabin_place_result result;
	struct sabin_score_metrics want;
	assert_int_equal(sabin_place_search(&spec, NULL, NULL, &result), SABIN_OK);
	assert_int_equal(result.found_count, 3);
	for (size_t i = 0; i < result.found_count; i++) {
		keeps_constraints(&result.found[i]);
		assert_true(i == 0 || result.found[i].score >= result.found[i - 1].score);
	}
	written_out(&r, (const double(*)[3])result.found[0].source_m, result.found[0].listener_m, &want);
	near_metrics(&result.found[0].metrics, &want);
	printf("best J %.3f, written out %.3f\n", result.found[0].score, want.score);
	assert_true(want.score <= 4.80);
	written_out(&r, (const double(*)[3])result.current.source_m, result.current.listener_m, &want);
	assert_true(want.score > 8);
	/* no arrangement of a coarse grid is better */
	struct sabin_score *score;
	const struct sabin_score_source pair[2] = {studio_speaker, studio_speaker};
	assert_int_equal(sabin_score_new(&room, pair, 2, 1, &score), SABIN_OK);
	int tried = 0;
	for (int i = 3; i < 40; i++)
		for (int j = 5; j < 14; j++)
			for (int k = i; k <= 32; k++) {
				const double source[2][3] = {{1.6 - j * 0.1, i * 0.1, 1.2},
				                             {1.6 + j * 0.1, i * 0.1, 1.2}};
				const double p[3] = {1.6, k * 0.1, 1.2};
				const double half_deg = atan2(j, k - i) * 180 / M_PI;
				if (half_deg < 25 || half_deg > 35)
					continue;
				sabin_score_compute(score, source, p, &want);
				assert_true(want.score >= result.found[0].score - 1e-6);
				tried++;
			}
	assert_true(tried > 300);
	sabin_score_free(score);
}

static void search_keeps_out_of_zones(void **state)
{
	(void)state;
	const struct sabin_room room = studio_room(studio_m, studio_alpha);
	struct sabin_place_spec spec = studio_spec(&room);
	struct sabin_place_result result;
	const struct sabin_place_solid zone = {SABIN_PLACE_ZONE, {{0, 0, 0}, {3.2, 0.6, 2}}};
	spec.solid = &zone;
	spec.solid_count = 1;
	spec.step_m = 0.1;
	spec.tolerance_m = 0.05;
	assert_int_equal(sabin_place_search(&spec, NULL, NULL, &result), SABIN_OK);
	assert_true(result.found_count > 0 && result.refused[SABIN_PLACE_SOLID] > 0);
	for (size_t i = 0; i < result.found_count; i++) {
		keeps_constraints(&result.found[i]);
		assert_true(result.found[i].source_m[0][1] > 0.6);
	}
	spec.angle_deg[0] = spec.angle_deg[1] = 89; /* nothing can be so */
	assert_int_equal(sabin_place_search(&spec, NULL, NULL, &result), SABIN_OK);
	assert_int_equal(result.found_count, 0);
	spec.top = 0;
	assert_int_equal(sabin_place_search(&spec, NULL, NULL, &result), SABIN_EINVAL);
}

/* Heads are not above tables nor cabinets in them; what stays may stand where it likes. */
static void search_keeps_off_furniture(void **state)
{
	(void)state;
	const struct sabin_room room = studio_room(studio_m, studio_alpha);
	struct sabin_place_spec spec = studio_spec(&room);
	struct sabin_place_result result;
	/* a table from 1.5 to 2.4 m, a shelf overhead from 2.4 to 3 m; behind it only 0.2 m to the seats' limit */
	struct sabin_place_solid solid[2] = {{SABIN_PLACE_FURNITURE, {{1.2, 1.5, 0}, {2.0, 2.4, 0.7}}},
	                                     {SABIN_PLACE_FURNITURE, {{1.2, 2.4, 1.5}, {2.0, 3, 1.9}}}};
	spec.solid = solid;
	spec.solid_count = 1;
	spec.top = 20;
	assert_int_equal(sabin_place_search(&spec, NULL, NULL, &result), SABIN_OK);
	assert_true(result.found_count > 0 && result.refused[SABIN_PLACE_SEAT] > 0);
	for (size_t i = 0; i < result.found_count; i++) {
		const double y = result.found[i].listener_m[1];
		assert_true(y < 1.4 + 1e-6 || y > 2.5 - 1e-6); /* a chest of 0.1 m */
	}
	const size_t refused = result.refused[SABIN_PLACE_SEAT];
	spec.solid_count = 2;
	assert_int_equal(sabin_place_search(&spec, NULL, NULL, &result), SABIN_OK);
	assert_int_equal(result.refused[SABIN_PLACE_SEAT], refused);
	solid[0].kind = SABIN_PLACE_SEATING; /* and on a sofa one sits */
	assert_int_equal(sabin_place_search(&spec, NULL, NULL, &result), SABIN_OK);
	assert_int_equal(result.refused[SABIN_PLACE_SEAT], 0);

	/* cabinets 0.3 m deep: not through the wall, and not in a sideboard whose top is above their bottom */
	solid[0] = (struct sabin_place_solid){SABIN_PLACE_FURNITURE, {{0, 0, 0}, {3.2, 0.5, 1.1}}};
	spec.solid_count = 1;
	for (int s = 0; s < 2; s++)
		spec.source[s].cabinet = (struct sabin_box){{-0.1, -0.3, -0.2}, {0.1, 0, 0.2}};
	assert_int_equal(sabin_place_search(&spec, NULL, NULL, &result), SABIN_OK);
	for (size_t i = 0; i < result.found_count; i++)
		assert_true(result.found[i].source_m[0][1] >= 0.8 - 1e-6);
	solid[0].box.max_m[2] = 1.0; /* they stand on it */
	assert_int_equal(sabin_place_search(&spec, NULL, NULL, &result), SABIN_OK);
	double least_m = 9;
	for (size_t i = 0; i < result.found_count; i++)
		least_m = fmin(least_m, result.found[i].source_m[0][1]);
	assert_true(least_m >= 0.3 - 1e-6 && least_m < 0.8);

	/* what stays is not held to the rules: the search of the listener goes on */
	solid[0].box.max_m[2] = 2;
	for (int s = 0; s < 2; s++)
		spec.source[s].moves = false;
	assert_int_equal(sabin_place_search(&spec, NULL, NULL, &result), SABIN_OK);
	assert_true(result.found_count > 0);
	assert_int_equal(result.current_rule, SABIN_PLACE_SOLID);
}

/* A follower stays off the table, but not off what it sits in now. */
static void followers_sit_well(void **state)
{
	(void)state;
	const struct sabin_room room = studio_room(studio_m, studio_alpha);
	struct sabin_place_spec spec = studio_spec(&room);
	const double follower[1][3] = {{2.4, 1.8, 1.2}};
	const struct sabin_place_solid zone = {SABIN_PLACE_ZONE, {{2.2, 2.0, 0}, {3.2, 2.4, 0.5}}};
	const struct sabin_place_solid about = {SABIN_PLACE_ZONE, {{2.2, 1.7, 0}, {3.2, 2.4, 0.5}}};
	const double source[2][3] = {{0.8, 0.6, 1.2}, {2.4, 0.6, 1.2}}, seat[3] = {1.6, 1.896, 1.2};
	spec.follower_m = follower;
	spec.follower_count = 1;
	assert_int_equal(sabin_place_check(&spec, source, seat), SABIN_PLACE_FINE);
	spec.solid = &zone;
	spec.solid_count = 1;
	assert_int_equal(sabin_place_check(&spec, source, seat), SABIN_PLACE_SEAT);
	spec.solid = &about;
	assert_int_equal(sabin_place_check(&spec, source, seat), SABIN_PLACE_FINE);
}

/* The mean for a seat is the search's, and a look tells angle and distance. */
static void mean_and_look(void **state)
{
	(void)state;
	const struct sabin_room room = studio_room(studio_m, studio_alpha);
	struct sabin_place_spec spec = studio_spec(&room);
	struct sabin_place_result result;
	double mean[2];
	spec.tolerance_m = 0.05;
	spec.step_m = 0.2;
	spec.top = 1;
	assert_int_equal(sabin_place_search(&spec, NULL, NULL, &result), SABIN_OK);
	const double source[2][3] = {{1.025, 0.6, 1.2}, {2.175, 0.6, 1.2}};
	const double seat[2][3] = {{1.6, 1.596, 1.2}, {1.6, 2, 1.2}};
	assert_int_equal(sabin_place_mean(&spec, source, seat, 2, mean), SABIN_OK);
	assert_near(mean[0], result.current.score, 1e-9);
	assert_true(fabs(mean[1] - mean[0]) > 0.01);
	const struct sabin_place_view view = sabin_place_look(&spec, source, seat[1]);
	assert_near(view.distance_m, sqrt(0.575 * 0.575 + 1.4 * 1.4), 1e-12);
	assert_near(view.half_angle_deg, atan(0.575 / 1.4) * 180 / M_PI, 1e-9);
}

/* A subwoofer finds a place that is no worse than any of a grid. */
static void search_places_a_subwoofer(void **state)
{
	(void)state;
	const struct sabin_room room = studio_room(studio_m, studio_alpha);
	struct sabin_place_spec spec = studio_spec(&room);
	struct sabin_place_result result;
	spec.source_count = 3;
	spec.source[0].moves = spec.source[1].moves = spec.listener_moves = false;
	for (int s = 0; s < 2; s++)
		spec.source[s].score.range_hz[0] = 80;
	spec.source[2] = (struct sabin_place_source){
		.score = {.bass = true, .range_hz = {20, 80}}, .position_m = {1.6, 2.1, 0.3},
		.moves = true, .within = {{0, 0, 0.3}, {3.2, 4.2, 0.3}}};
	assert_int_equal(sabin_place_search(&spec, NULL, NULL, &result), SABIN_OK);
	assert_true(result.found_count > 0);
	const struct sabin_place_arrangement *best = &result.found[0];
	assert_true(best->score <= result.current.score);
	assert_true(best->source_m[2][2] == 0.3);
	struct sabin_score *score;
	struct sabin_score_source source[3];
	for (int s = 0; s < 3; s++)
		source[s] = spec.source[s].score;
	assert_int_equal(sabin_score_new(&room, source, 3, 1, &score), SABIN_OK);
	for (int i = 1; i <= 5; i++)
		for (int k = 1; k <= 7; k++) {
			struct sabin_score_metrics metrics;
			struct sabin_place_arrangement a = *best;
			a.source_m[2][0] = 0.5 * i;
			a.source_m[2][1] = 0.5 * k;
			sabin_score_compute(score, (const double(*)[3])a.source_m, a.listener_m, &metrics);
			assert_true(metrics.score >= best->score - 1e-6);
		}
	sabin_score_free(score);
}

static void absurd_rooms(void **state)
{
	(void)state;
	const double hall_m[3] = {500, 500, 500}, tube_m[3] = {500, 0.5, 0.5}, box_m[3] = {0.5, 0.5, 0.5};
	const double hard[3][2] = {{0}}, dead[3][2] = {{1, 1}, {1, 1}, {1, 1}};
	const struct sabin_score_source pair[2] = {studio_speaker, studio_speaker};
	struct sabin_score *score;
	struct sabin_score_metrics m;
	struct sabin_room room = studio_room(hall_m, hard);
	assert_int_equal(sabin_score_new(&room, pair, 2, 1, &score), SABIN_EINVAL);
	const double source[2][3] = {{0.1, 0.1, 0.2}, {0.4, 0.1, 0.2}}, p[3] = {0.25, 0.3, 0.2};
	const struct sabin_room rooms[4] = {studio_room(tube_m, hard), studio_room(tube_m, dead),
	                                    studio_room(box_m, hard), studio_room(box_m, dead)};
	for (int i = 0; i < 4; i++) {
		assert_int_equal(sabin_score_new(&rooms[i], pair, 2, 1, &score), SABIN_OK);
		sabin_score_compute(score, source, p, &m);
		assert_true(isfinite(m.score) && isfinite(m.flatness_db) && m.dip_db <= 0);
		sabin_score_compute(score, source, source[0], &m); /* the listener in a speaker */
		assert_true(isinf(m.score));
		sabin_score_free(score);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(score_is_the_formula),
		cmocka_unit_test(score_has_the_rooms_symmetries),
		cmocka_unit_test(panels_act_where_they_are),
		cmocka_unit_test(search_finds_the_best),
		cmocka_unit_test(search_keeps_out_of_zones),
		cmocka_unit_test(search_keeps_off_furniture),
		cmocka_unit_test(followers_sit_well),
		cmocka_unit_test(mean_and_look),
		cmocka_unit_test(search_places_a_subwoofer),
		cmocka_unit_test(absurd_rooms),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
