/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_average.c: averages over positions.
 */
#include <math.h>

#include <sabin/average.h>

#include "util/near.h"

enum { POINTS = 3 };

/* Two responses of the same axis: 0 dB at 0 degrees, and another. */
struct pair {
	double freq_hz[POINTS], level_db[2][POINTS], phase_deg[2][POINTS], delay_s[2][POINTS];
	struct sabin_response r[2];
};

static void make(struct pair *p, double level_db, double phase_deg, double delay_s)
{
	for (int i = 0; i < POINTS; i++) {
		p->freq_hz[i] = 100 * (i + 1);
		for (int k = 0; k < 2; k++) {
			p->level_db[k][i] = k ? level_db : 0;
			p->phase_deg[k][i] = k ? phase_deg : 0;
			p->delay_s[k][i] = k ? delay_s : 0;
		}
	}
	for (int k = 0; k < 2; k++)
		p->r[k] = (struct sabin_response){.length = POINTS,
		                                  .freq_hz = p->freq_hz,
		                                  .level_db = p->level_db[k],
		                                  .phase_deg = p->phase_deg[k],
		                                  .group_delay_s = p->delay_s[k]};
}

static struct sabin_averaged average(struct pair *p, enum sabin_average kind, double about_s, double add_db)
{
	const struct sabin_response *const list[] = {&p->r[0], &p->r[1]};
	const double about[] = {0, about_s}, add[] = {0, add_db};
	struct sabin_averaged a;
	assert_ok(sabin_average_compute(list, 2, about, add, kind, &a));
	return a;
}

static void kinds(void **state)
{
	(void)state;
	struct pair p;
	make(&p, -20, 90, 0.002);
	struct sabin_averaged a = average(&p, SABIN_AVERAGE_POWER, 0, 0);
	assert_near(a.level_db[1], 10 * log10(1.01 / 2), 1e-12);
	assert_near(a.least_db[1], -20, 0);
	assert_near(a.most_db[1], 0, 0);
	assert_true(isnan(a.phase_deg[0]));
	/* |1 + 0.1 i|^2 / (2 (1 + 0.01)) */
	assert_near(a.coherence[2], 0.5, 1e-12);
	sabin_averaged_free(&a);
	a = average(&p, SABIN_AVERAGE_DB, 0, 0);
	assert_near(a.level_db[0], -10, 1e-12);
	sabin_averaged_free(&a);
	a = average(&p, SABIN_AVERAGE_VECTOR, 0, 0);
	assert_near(a.level_db[0], 10 * log10(1.01 / 4), 1e-12);
	assert_near(a.phase_deg[0], atan2(0.1, 1) * 180 / M_PI, 1e-12);
	assert_near(a.group_delay_s[0], 0.002 * 0.01 / 1.01, 1e-12);
	sabin_averaged_free(&a);
	/* a gain of 20 dB makes them equal, an alignment by a quarter of a period in phase, at 100 Hz */
	a = average(&p, SABIN_AVERAGE_VECTOR, -0.0025, 20);
	assert_near(a.level_db[0], 0, 1e-9);
	assert_near(a.coherence[0], 1, 1e-9);
	assert_near(a.coherence[1], 0.5, 1e-9); /* at 200 Hz half a period: 90 degrees the other way */
	assert_near(a.group_delay_s[0], (0 + 0.0045) / 2, 1e-9);
	sabin_averaged_free(&a);
}

static void gaps_and_refusals(void **state)
{
	(void)state;
	struct pair p;
	make(&p, -20, 0, 0);
	p.level_db[1][1] = NAN;
	struct sabin_averaged a = average(&p, SABIN_AVERAGE_DB, 0, 0);
	assert_near(a.level_db[0], -10, 1e-12);
	assert_near(a.level_db[1], 0, 0);
	p.level_db[0][1] = NAN;
	sabin_averaged_free(&a);
	a = average(&p, SABIN_AVERAGE_POWER, 0, 0);
	assert_true(isnan(a.level_db[1]) && isnan(a.coherence[1]));
	sabin_averaged_free(&a);
	double other[POINTS] = {100, 201, 300};
	p.r[1].freq_hz = other;
	const struct sabin_response *const list[] = {&p.r[0], &p.r[1]};
	const double zero[] = {0, 0};
	assert_int_equal(sabin_average_compute(list, 2, zero, zero, SABIN_AVERAGE_DB, &a), SABIN_EINVAL);
	assert_int_equal(sabin_average_compute(list, 0, zero, zero, SABIN_AVERAGE_DB, &a), SABIN_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(kinds),
	    cmocka_unit_test(gaps_and_refusals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
