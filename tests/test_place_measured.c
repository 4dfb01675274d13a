/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_place_measured.c: what 'sabin place' promises is there when it is measured.
 *
 * Rooms are drawn by chance.  Each is written as a room file; 'place' says where speakers and listener should
 * go; then both arrangements, with five places of the head, are measured through the simulated sound card,
 * which runs on a clock of its own and has noise, and whose responses are image sources ('simulate --method
 * images'): another model of the room than the search's modes.  The score is computed here, anew, from
 * sabin-place(1): flatness, spread and asymmetry of the responses that were measured; dip and reflection, which
 * a measurement does not tell from later sound, of mirror images.
 *
 * Environment: SABIN_TEST_DRAWS = number of rooms (usually 2; 20 to see the median that is promised).
 */
#include <jansson.h>
#include <math.h>

#include "signal/cmplx.h"
#include "util/near.h"
#include "util/path.h"
#include "util/seed.h"

enum { BINS = 80, DIPS = 74, HEADS = 5, RATE = 16000, FEW = 2, MANY = 20, MOST = 1000 };
static const double speed_m_s = 343.2; /* 20 C */
static const double head_m[HEADS][2] = {{0, 0}, {0, -0.2}, {0, 0.2}, {-0.15, 0}, {0.15, 0}};

struct trial {
	double size_m[3], alpha[6]; /* of x 0, x L, y 0, y L, z 0, z L */
	double left_m[3], right_m[3], listener_m[3];
};

/* ---- the score ---------------------------------------------------------------------------------- */

static double complex turned(double angle)
{
	return CMPLX(cos(angle), sin(angle));
}

static void smooth(const double complex p[BINS], double level_db[BINS])
{
	for (int i = 0; i < BINS; i++) {
		double power = 0;
		int n = 0;
		for (int j = i - 2; j <= i + 2; j++)
			if (j >= 0 && j < BINS) {
				power += pow(cabs(p[j]), 2);
				n++;
			}
		level_db[i] = 10 * log10(power / n);
	}
}

/* F + M + 2 A of pressures [head][speaker][bin]. */
static double modal_part(double complex (*p)[2][BINS])
{
	double level[HEADS][BINS], side[2][BINS], mean = 0, flat = 0, spread = 0, differ = 0;
	for (int h = 0; h < HEADS; h++) {
		double complex both[BINS];
		for (int i = 0; i < BINS; i++)
			both[i] = p[h][0][i] + p[h][1][i];
		smooth(both, level[h]);
	}
	smooth(p[0][0], side[0]);
	smooth(p[0][1], side[1]);
	for (int i = 0; i < BINS; i++)
		mean += level[0][i] / BINS;
	for (int i = 0; i < BINS; i++) {
		double average = 0, square = 0;
		for (int h = 0; h < HEADS; h++)
			average += level[h][i] / HEADS;
		for (int h = 0; h < HEADS; h++)
			square += pow(level[h][i] - average, 2) / HEADS;
		flat += pow(level[0][i] - mean, 2) / BINS;
		spread += sqrt(square) / BINS;
		differ += pow(side[0][i] - side[1][i], 2) / BINS;
	}
	return sqrt(flat) + spread + 2 * sqrt(differ);
}

/* The n-th image along an axis, and what its walls leave: the walls are met in turns. */
static double image_m(double at_m, double size_m, int n, const double *alpha, double *gain)
{
	for (int k = 0; k < abs(n); k++)
		*gain *= sqrt(1 - alpha[(n > 0) == (k % 2 == 0)]);
	return n * size_m + (n % 2 ? size_m - at_m : at_m);
}

/* 0.25 max(0, -S - 3) + 0.15 max(0, R + 10) of one speaker, apart. */
static void geometric_part(const struct trial *t, const double source_m[3], double *dip, double *reflection)
{
	double complex p[DIPS] = {0};
	double direct_m = 0, strongest = 0, deepest = 0;
	for (int k = 0; k < 3; k++)
		direct_m = hypot(direct_m, source_m[k] - t->listener_m[k]);
	for (int x = -2; x <= 2; x++)
		for (int y = -2; y <= 2; y++)
			for (int z = -2; z <= 2; z++) {
				const int n[3] = {x, y, z}, order = abs(x) + abs(y) + abs(z);
				double gain = 1, way_m = 0;
				for (int k = 0; k < 3; k++)
					way_m = hypot(way_m, image_m(source_m[k], t->size_m[k], n[k],
					                             &t->alpha[2 * k], &gain) -
					                             t->listener_m[k]);
				for (int i = 0; i < DIPS && order <= 1; i++)
					p[i] += gain / way_m *
					        turned(-2 * M_PI * 60 * pow(2, i / 24.0) * way_m / speed_m_s);
				if (order >= 1 && order <= 2 && way_m - direct_m < 0.015 * speed_m_s)
					strongest = fmax(strongest, gain * direct_m / way_m);
			}
	for (int i = 0; i < DIPS; i++) {
		double mean = 0;
		int n = 0;
		for (int j = i - 12; j <= i + 12; j++)
			if (j >= 0 && j < DIPS) {
				mean += pow(cabs(p[j]), 2);
				n++;
			}
		deepest = fmin(deepest, 10 * log10(pow(cabs(p[i]), 2) / (mean / n)));
	}
	*dip = 0.25 * fmax(0, -deepest - 3);
	*reflection = strongest > 0 ? 0.15 * fmax(0, 20 * log10(strongest) + 10) : 0;
}

/* ---- measuring ------------------------------------------------------------------------------------ */

static void write_room(const char *path, const struct trial *t, int heads, const char *responses)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "size_m: {width: %.6f, length: %.6f, height: %.6f}\n", t->size_m[0], t->size_m[1], t->size_m[2]);
	fprintf(f, "conditions: {temperature_c: 20}\n");
	fprintf(f, "surfaces: {left: %.6f, right: %.6f, front: %.6f, back: %.6f, floor: %.6f, ceiling: %.6f}\n",
	        t->alpha[0], t->alpha[1], t->alpha[2], t->alpha[3], t->alpha[4], t->alpha[5]);
	fprintf(f, "speakers:\n  left: {output: 1, pair: right, position_m: [%.6f, %.6f, %.6f]}\n"
	           "  right: {output: 2, position_m: [%.6f, %.6f, %.6f]}\npositions:\n",
	        t->left_m[0], t->left_m[1], t->left_m[2], t->right_m[0], t->right_m[1], t->right_m[2]);
	for (int h = 0; h < heads; h++)
		fprintf(f, "  p%d: {position_m: [%.6f, %.6f, %.6f]}\n", h, t->listener_m[0] + head_m[h][0],
		        t->listener_m[1] + head_m[h][1], t->listener_m[2]);
	fprintf(f, "audio: {rate_hz: %d, microphone: {input: 1}, loopback: {output: 3, input: 2}}\n"
	           "sweep: {from_hz: 15, to_hz: 3000, length_s: 2, level_dbfs: -20, repeats: 1}\n"
	           "simulation: {latency_ms: 43.7, skew_ppm: 60, noise_dbfs: -90, seed: 1", RATE);
	for (int h = 0; responses && h < heads; h++)
		fprintf(f, "%s\n    left.p%d: %s/left.p%d.wav, right.p%d: %s/right.p%d.wav",
		        h ? "," : ", responses: {", h, responses, h, h, responses, h);
	fprintf(f, "%s}\n", responses ? "}" : "");
	assert_ok(fclose(f));
}

/* The pressure re what is played, at its time after emission (Horner's rule, in reals: a product of complex
 * numbers looks for infinities). */
static void spectrum_at(const double *h, size_t n, double zero, double complex out[BINS])
{
	for (int i = 0; i < BINS; i++) {
		const double w = 2 * M_PI * 20 * pow(2, i / 24.0) / RATE, c = cos(w), s = sin(w);
		double re = 0, im = 0;
		for (size_t k = n; k-- > 0;) {
			const double x = h[k] + re * c + im * s;
			im = im * c - re * s;
			re = x;
		}
		out[i] = CMPLX(re, im) * turned(w * zero);
	}
}

/* Measure an arrangement, and score it. */
static double measured_score(const struct place *p, const struct trial *t)
{
	char images[160], room[160], out[160];
	static double complex pressure[HEADS][2][BINS];
	struct sabin_measurement m = {0};
	struct sabin_diag diag = {0};
	snprintf(images, sizeof images, "%s/images", p->folder);
	snprintf(room, sizeof room, "%s/measured.yaml", p->folder);
	snprintf(out, sizeof out, "%s/measured", p->folder);
	write_room(p->room, t, HEADS, NULL);
	const char *const simulate[] = {p->sabin, "simulate", p->room, "--method", "images", "-q", "--force",
	                                "-o", images, NULL};
	assert_int_equal(run_quietly(simulate), 0);
	write_room(room, t, HEADS, "images");
	const char *const measure[] = {p->sabin, "measure", room, "--simulate", "--yes", "-q", "--force",
	                               "--no-recordings", "-o", out, NULL};
	assert_int_equal(run_quietly(measure), 0);
	assert_ok(sabin_measurement_open(out, &m, &diag));
	assert_int_equal(m.response_count, 2 * HEADS);
	for (size_t i = 0; i < m.response_count; i++) {
		const struct sabin_measured *r = &m.responses[i];
		const int head = r->position[1] - '0', side = r->speaker[0] == 'r';
		double *h = NULL;
		size_t frames;
		assert_true(head >= 0 && head < HEADS);
		assert_int_equal(r->zero, SABIN_ZERO_EMISSION);
		assert_int_equal(r->rate_hz, RATE);
		assert_ok(sabin_measurement_load(&m, i, &h, &frames, &diag));
		spectrum_at(h, frames, (double)r->zero_index + r->zero_offset_s * RATE, pressure[head][side]);
		free(h);
	}
	sabin_measurement_release(&m);
	double dip[2], reflection[2];
	geometric_part(t, t->left_m, &dip[0], &reflection[0]);
	geometric_part(t, t->right_m, &dip[1], &reflection[1]);
	return modal_part(pressure) + fmax(dip[0], dip[1]) + fmax(reflection[0], reflection[1]);
}

/* ---- the search ------------------------------------------------------------------------------------- */

static void read_point(json_t *of, const char *name, double at_m[3])
{
	json_t *list = json_object_get(of, name);
	assert_int_equal(json_array_size(list), 3);
	for (size_t k = 0; k < 3; k++)
		at_m[k] = json_number_value(json_array_get(list, k));
}

/* Where 'place' would move them; returns what it promises, means over 5 cm. */
static double moved(const struct place *p, const struct trial *t, struct trial *then, double *now)
{
	char path[160];
	snprintf(path, sizeof path, "%s/place.json", p->folder);
	write_room(p->room, t, 1, NULL);
	const char *const place[] = {p->sabin, "place", p->room, "--top", "1", "--json", "-q", NULL};
	assert_int_equal(run_into(path, place), 0);
	json_t *all = json_load_file(path, 0, NULL);
	assert_non_null(all);
	json_t *best = json_array_get(json_object_get(all, "best"), 0);
	assert_non_null(best);
	*then = *t;
	read_point(json_object_get(best, "speakers"), "left", then->left_m);
	read_point(json_object_get(best, "speakers"), "right", then->right_m);
	read_point(json_object_get(best, "positions"), "p0", then->listener_m);
	*now = json_number_value(json_object_get(json_object_get(all, "current"), "score"));
	const double promised = *now - json_number_value(json_object_get(best, "score"));
	json_decref(all);
	return promised;
}

/* A room, and speakers and listener as people put them: an equilateral triangle somewhere in front. */
static void draw(struct sabin_random *random, struct trial *t)
{
	t->size_m[0] = test_between(random, 3, 5.5);
	t->size_m[1] = test_between(random, 4, 7);
	t->size_m[2] = test_between(random, 2.3, 3.2);
	for (int s = 0; s < 6; s++)
		t->alpha[s] = test_between(random, 0.08, 0.4);
	const double middle = t->size_m[0] / 2, half = test_between(random, 0.6, fmin(1.3, middle - 0.3));
	const double depth = test_between(random, 0.3, 1), z = 1.2;
	t->left_m[0] = middle - half;
	t->right_m[0] = middle + half;
	t->listener_m[0] = middle;
	t->left_m[1] = t->right_m[1] = depth;
	t->listener_m[1] = fmin(depth + half / tan(M_PI / 6), t->size_m[1] - 1.01);
	t->left_m[2] = t->right_m[2] = t->listener_m[2] = z;
}

static int ascending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void gain_is_measured(void **state)
{
	const struct place *p = *state;
	static double share[MOST];
	struct sabin_random random;
	sabin_random_init(&random, test_seed("rooms"));
	const char *wanted = getenv("SABIN_TEST_DRAWS");
	const long rooms = wanted ? strtol(wanted, NULL, 10) : FEW;
	assert_true(rooms >= 1 && rooms <= MOST);
	for (long i = 0; i < rooms; i++) {
		struct trial t = {0}, then;
		double now;
		draw(&random, &t);
		const double promised = moved(p, &t, &then, &now);
		const double before = measured_score(p, &t), after = measured_score(p, &then);
		share[i] = (before - after) / promised;
		printf("%2ld  %.2f x %.2f x %.2f m: predicted %5.2f -> %5.2f (gain %5.2f), measured %5.2f -> %5.2f "
		       "(gain %5.2f, %4.0f %%)\n",
		       i + 1, t.size_m[0], t.size_m[1], t.size_m[2], now, now - promised, promised, before, after,
		       before - after, 100 * share[i]);
		if (promised > 1.5)
			assert_true(before - after >= 0);
	}
	qsort(share, (size_t)rooms, sizeof *share, ascending);
	const double median = (share[(rooms - 1) / 2] + share[rooms / 2]) / 2;
	printf("median %.0f %% of what was predicted\n", 100 * median);
	if (rooms >= MANY)
		assert_true(median >= 0.6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(gain_is_measured, place_set_up, place_tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
