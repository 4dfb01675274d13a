/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_absorber.c: absorption by models against tables computed independently, closed forms and limits.
 */
#include <math.h>

#include <sabin/absorber.h>

#include "util/near.h"

/* Field incidence, computed independently from Miki's equations; to the table's rounding. */
static void porous_layers_of_the_table(void **state)
{
	(void)state;
	static const double f_hz[9] = {63, 80, 100, 125, 160, 200, 250, 500, 1000};
	static const struct {
		struct sabin_porous porous;
		double alpha[9];
	} table[] = {
		{{0.05, 0, 10000}, {.04, .07, .09, .13, .19, .25, .32, .60, .85}},
		{{0.10, 0, 10000}, {.15, .21, .28, .37, .48, .59, .69, .92, .96}},
		{{0.10, 0.10, 10000}, {.25, .34, .45, .56, .68, .78, .85, .93, .95}},
		{{0.20, 0, 10000}, {.46, .57, .67, .75, .82, .87, .90, .93, .96}},
		{{0.30, 0, 5000}, {.62, .72, .80, .87, .91, .94, .95, .95, .97}},
		{{0.05, 0, 27000}, {.05, .08, .11, .16, .23, .31, .41, .73, .92}},
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		for (int k = 0; k < 9; k++)
			assert_near(sabin_porous_alpha(&table[i].porous, f_hz[k], (double)NAN),
			            table[i].alpha[k], 0.0071);
}

/* A limp sheet adds its mass to the impedance: of a layer so thick that it shows its own, [Miki] eq. 30, at normal
 * incidence; without a mass it is not there; in the bass it does little, in the treble it takes all. */
static void facing(void **state)
{
	(void)state;
	const struct sabin_porous deep = {2, 0, 500000}, wool = {0.2, 0, 6000};
	for (double mass = 0; mass < 3; mass += 0.5) {
		const struct sabin_faced faced = {deep, mass};
		const double y = 20000 / 500000.0, re = 1 + 0.070 * pow(y, -0.632), im = -0.107 * pow(y, -0.632);
		const double all = im + 2 * M_PI * 20000 * mass / (1.205 * 343);
		assert_near(sabin_faced_alpha(&faced, 20000, 0), 4 * re / ((re + 1) * (re + 1) + all * all), 1e-9);
	}
	const struct sabin_faced none = {wool, 0}, foil = {wool, 0.5}, bad = {wool, -1};
	struct sabin_absorption bare, covered;
	sabin_porous_octaves(&wool, &bare);
	sabin_faced_octaves(&none, &covered);
	for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
		assert_near(covered.alpha[b], bare.alpha[b], 1e-12);
	sabin_faced_octaves(&foil, &covered);
	assert_true(covered.alpha[0] > bare.alpha[0]); /* it resonates with the air in the wool */
	assert_true(covered.alpha[4] < 0.3 && covered.alpha[6] < 0.05);
	assert_true(isnan(sabin_faced_alpha(&bad, 100, 0)));
}

/* A gap of nothing is no gap; coefficients stay within 0 .. 1 and grow with the thickness in the bass. */
static void porous_limits(void **state)
{
	(void)state;
	const struct sabin_porous bare = {0.1, 0, 10000}, hardly = {0.1, 1e-7, 10000};
	for (double f = 20; f < 20000; f *= 1.3)
		for (int angle = 0; angle < 80; angle += 20)
			assert_near(sabin_porous_alpha(&hardly, f, angle),
			            sabin_porous_alpha(&bare, f, angle), 1e-3);
	double before = 0;
	for (double d = 0.01; d < 0.4; d *= 1.5) {
		const struct sabin_porous p = {d, 0, 8000};
		const double alpha = sabin_porous_alpha(&p, 50, (double)NAN);
		assert_true(alpha > before && alpha <= 1);
		before = alpha;
	}
	/* of what is so thick that nothing comes back the wave sees the material's own impedance, [Miki] eq. 30, 31,
	 * however thick: 2 m of dense felt at 20 kHz take off 1e300 of an amplitude */
	const struct sabin_porous deep = {2, 0, 500000}, gapped = {2, 0.05, 500000};
	const double y = 20000 / 500000.0, re = 1 + 0.070 * pow(y, -0.632), im = -0.107 * pow(y, -0.632);
	const double want = 4 * re / ((re + 1) * (re + 1) + im * im);
	assert_near(sabin_porous_alpha(&deep, 20000, 0), want, 1e-9);
	assert_near(sabin_porous_alpha(&gapped, 20000, 0), want, 1e-9);
	const struct sabin_porous bad[] = {{0, 0, 10000}, {0.1, -1, 10000}, {0.1, 0, 0}, {0.1, 0, (double)NAN}};
	for (int i = 0; i < 4; i++)
		assert_true(isnan(sabin_porous_alpha(&bad[i], 100, 0)));
	assert_true(isnan(sabin_porous_alpha(&bare, 0, 0)));
	assert_true(isnan(sabin_porous_alpha(&bare, 100, 90)));
}

static void resonances_of_known_absorbers(void **state)
{
	(void)state;
	/* 4 kg/m2 on 10 cm, filled: 79 Hz; 60/sqrt(m d) not filled */
	struct sabin_membrane m = {4, 0.1, true, (double)NAN};
	assert_near(sabin_membrane_hz(&m), 79, 1.5); /* of a rule with a rounded constant, 50/sqrt(m d) */
	m.filled = false;
	assert_near(sabin_membrane_hz(&m), 60 / sqrt(4 * 0.1), 1);
	/* of the resistance of air it absorbs everything there */
	double peak_hz = 0, peak = 0;
	for (double f = 50; f < 200; f += 0.1) {
		const double alpha = sabin_membrane_alpha(&m, f, 0);
		if (alpha > peak) {
			peak = alpha;
			peak_hz = f;
		}
	}
	assert_near(peak, 1, 1e-4);
	assert_near(peak_hz, sabin_membrane_hz(&m), 0.05 * peak_hz);
	/* 5 mm holes, 10 % open, 13 mm plate on 2 cm: a depth far below the wavelength */
	const struct sabin_perforated p = {0.013, 0.0025, 0.1, 0.02, 0.5};
	const double t = 0.013 + 2 * 0.85 * (1 - 1.47 * sqrt(0.1) + 0.47 * pow(0.1, 1.5)) * 0.0025;
	assert_near(sabin_perforated_hz(&p), 343 / (2 * M_PI) * sqrt(0.1 / (t * 0.02)), 1e-6);
	peak = 0;
	for (double f = 100; f < 3000; f++) {
		const double alpha = sabin_perforated_alpha(&p, f, 0);
		if (alpha > peak) {
			peak = alpha;
			peak_hz = f;
		}
	}
	assert_near(peak_hz, sabin_perforated_hz(&p), 0.07 * peak_hz);
	assert_true(peak > 0.85); /* 4 r / (1 + r)^2 for r = 0.5: 0.89 */
	/* a litre with a neck of 2 cm2 and 5 cm */
	assert_near(sabin_bottle_hz(2e-4, 0.05, 1e-3), 343 / (2 * M_PI) * sqrt(2e-4 / (1e-3 * (0.05 + 1.7 * sqrt(2e-4 / M_PI)))),
	            1e-9);
}

static void octaves_lie_between_their_ends(void **state)
{
	(void)state;
	const struct sabin_porous p = {0.1, 0, 10000};
	struct sabin_absorption a;
	sabin_porous_octaves(&p, &a);
	for (int band = 0; band < 4; band++) {
		const double f = 1000 * pow(10, 0.3 * (band - 4));
		assert_true(a.alpha[band] > sabin_porous_alpha(&p, f / M_SQRT2, (double)NAN));
		assert_true(a.alpha[band] < sabin_porous_alpha(&p, f * M_SQRT2, (double)NAN));
		assert_false(a.extrapolated[band]);
	}
	const struct sabin_membrane m = {4, 0.1, true, 0.5};
	sabin_membrane_octaves(&m, &a); /* 79 Hz: between the two lowest octaves */
	assert_true(a.alpha[0] > 0.3 && a.alpha[1] > 0.15 && a.alpha[3] < 0.1);
	const struct sabin_perforated bad = {0, 0, 0, 0, 0};
	sabin_perforated_octaves(&bad, &a);
	assert_true(isnan(a.alpha[0]));
}

static void diffuser_of_seven(void **state)
{
	(void)state;
	struct sabin_diffuser d;
	assert_true(sabin_diffuser_design(7, 500, 0.05, &d));
	static const double depth_mm[7] = {0, 49, 196, 98, 98, 196, 49};
	for (int i = 0; i < 7; i++)
		assert_near(d.depth_m[i] * 1000, depth_mm[i], 0.01);
	assert_near(d.to_hz, 3430, 1e-9);
	assert_near(d.least_distance_m, 3 * 343.0 / 500, 1e-12);
	assert_false(sabin_diffuser_design(9, 500, 0.05, &d));
	assert_false(sabin_diffuser_design(7, 0, 0.05, &d));
}

/* ISO 9613-1 at 20 C 50 %, 20 C 30 % and 23 C 40 %, dB/km, to half a per cent. */
static void air_of_the_table(void **state)
{
	(void)state;
	static const struct {
		double t_c, rh, db_km[8];
	} table[] = {
		{20, 50, {.44, 1.31, 2.73, 4.66, 9.89, 29.67, 105.3, 364.5}},
		{20, 30, {.61, 1.42, 2.51, 5.01, 14.12, 48.9, 168.4, 465.7}},
		{23, 40, {.49, 1.44, 2.96, 5.03, 10.7, 32.4, 114.8, 392.9}},
	};
	for (int i = 0; i < 3; i++)
		for (int k = 0; k < 8; k++) {
			const double want = table[i].db_km[k];
			const double got = 1000 * sabin_air_attenuation_db_per_m(125 * pow(2, k), table[i].t_c,
			                                                         table[i].rh, 101.325);
			assert_near(got, want, fmax(0.005 * want, 0.0051)); /* or its rounding */
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(porous_layers_of_the_table), cmocka_unit_test(porous_limits), cmocka_unit_test(facing),
		cmocka_unit_test(resonances_of_known_absorbers), cmocka_unit_test(octaves_lie_between_their_ends),
		cmocka_unit_test(diffuser_of_seven), cmocka_unit_test(air_of_the_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
