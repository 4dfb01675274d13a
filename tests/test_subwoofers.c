/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_subwoofers.c: subwoofers in a rectangular room behave as Welti found them to: four at the middles
 * of the walls vary least over the seats, corners are loudest, one alone varies most.
 *
 * Reference: T. Welti, A. Devantier, "Low-frequency optimization using multiple subwoofers", JAES 54
 * (2006) 347-364.  Here 6 x 5 x 2.7 m, absorption 0.1, 4 x 4 seats, 20 to 80 Hz, all in phase, the same
 * drive in total.
 */
#include <math.h>

#include <sabin/room.h>

#include "signal/cmplx.h"
#include "util/near.h"

enum { SEATS = 16, BINS = 49, FRAMES = 6000, LAYOUTS = 8 };
static const double rate_hz = 4000;

struct layout {
	const char *name;
	int count;
	double at[4][2]; /* shares of width and length */
};

static const struct layout layouts[LAYOUTS] = {
	{"1 corner", 1, {{0, 0}}},
	{"1 front middle", 1, {{.5, 0}}},
	{"2 front corners", 2, {{0, 0}, {1, 0}}},
	{"2 side middles", 2, {{0, .5}, {1, .5}}},
	{"2 front and back middles", 2, {{.5, 0}, {.5, 1}}},
	{"4 corners", 4, {{0, 0}, {1, 0}, {0, 1}, {1, 1}}},
	{"4 wall middles", 4, {{.5, 0}, {.5, 1}, {0, .5}, {1, .5}}},
	{"4 at a quarter", 4, {{.25, .25}, {.75, .25}, {.25, .75}, {.75, .75}}},
};

static void seat(int i, double at[3])
{
	at[0] = 3 + (i % 4 - 1.5) * 0.8;
	at[1] = 2.5 + (i / 4 - 1.5) * 0.8;
	at[2] = 1.2;
}

/* Mean spatial variance in dB2 and mean level in dB. */
static void hear(const struct sabin_room *room, const struct layout *layout, double *variance,
                 double *level)
{
	static double h[FRAMES];
	double power[SEATS][BINS];
	const struct sabin_images_options options = {.rate_hz = rate_hz, .length_s = FRAMES / rate_hz};
	for (int s = 0; s < SEATS; s++) {
		double complex sum[BINS] = {0};
		double at[3];
		seat(s, at);
		for (int k = 0; k < layout->count; k++) {
			double from[3] = {layout->at[k][0] * room->size_m[0], layout->at[k][1] * room->size_m[1], 0.1};
			for (int a = 0; a < 2; a++)
				from[a] = fmin(fmax(from[a], 0.02), room->size_m[a] - 0.02);
			assert_ok(sabin_modes_compute(room, from, at, &options, 100, h, FRAMES));
			for (int b = 0; b < BINS; b++) {
				const double step = 2 * M_PI * 20 * pow(2, b / 24.0) / rate_hz;
				const double complex turn = CMPLX(cos(step), -sin(step));
				double complex one = 0, phase = 1;
				for (int i = 0; i < FRAMES; i++) {
					one += h[i] * phase;
					phase *= turn;
				}
				sum[b] += one / layout->count;
			}
		}
		for (int b = 0; b < BINS; b++)
			power[s][b] = creal(sum[b]) * creal(sum[b]) + cimag(sum[b]) * cimag(sum[b]);
	}
	*variance = *level = 0;
	for (int b = 0; b < BINS; b++) {
		double mean = 0, square = 0, loud = 0;
		for (int s = 0; s < SEATS; s++) {
			mean += 10 * log10(power[s][b]) / SEATS;
			loud += power[s][b] / SEATS;
		}
		for (int s = 0; s < SEATS; s++)
			square += pow(10 * log10(power[s][b]) - mean, 2) / SEATS;
		*variance += square / BINS;
		*level += 10 * log10(loud) / BINS;
	}
}

static void ranks_as_welti_found(void **state)
{
	(void)state;
	struct sabin_room room = {.size_m = {6, 5, 2.7}, .temperature_c = 20, .humidity_percent = 50,
	                          .pressure_kpa = 101.325};
	double variance[LAYOUTS], level[LAYOUTS];
	for (int s = 0; s < SABIN_SURFACE_COUNT; s++)
		for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
			room.surface[s].alpha[b] = 0.1;
	for (int i = 0; i < LAYOUTS; i++) {
		hear(&room, &layouts[i], &variance[i], &level[i]);
		printf("%-26s variance %5.1f dB2, level %5.1f dB\n", layouts[i].name, variance[i],
		       level[i] - level[0]);
	}
	/* from least to most: wall middles, quarters, corners, pairs of middles, then single ones */
	for (int i = 0; i < LAYOUTS; i++) {
		assert_true(i == 6 || variance[6] < variance[i]);
		assert_true(i >= 6 || variance[7] < variance[i]);
		assert_true(i >= 5 || variance[5] < variance[i]);
		assert_true(i > 2 || (variance[3] < variance[i] && variance[4] < variance[i]));
		assert_true(i == 0 || level[i] < level[0]); /* corners are loudest */
	}
	assert_true(level[6] < level[5] && level[7] < level[5]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(ranks_as_welti_found)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
