/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * single.c: what single precision can do to filters.
 *
 * The coefficients of a filter that is low against the rate nearly cancel, so that their rounding moves it, and
 * what is rounded of its states is amplified by its poles.
 *
 * [OS] Oppenheim, Schafer: Discrete-Time Signal Processing, 3rd ed. (2010), 6.8.1 (quantized coefficients) and
 * 6.9.2 (round-off noise of direct forms).
 */
#include <float.h>
#include <math.h>

#include "io/dialect/setting.h"
#include "signal/cmplx.h"

static const double from_hz = 20, to_hz = 20000, top_share = 0.45, points_oct = 48;
/* Where the level is further below its highest, nobody hears what the filter does. */
static const double floor_db = 30;
/* More is not told apart. */
static const double most_share = 0.9;

/* What rounded states add to the worst that rounded coefficients do: so that the impulse through either direct
 * form never shows more [the tests, over a thousand settings]. */
static const double states = 1.25;

/* Half of the last place of a float. */
static double half_place(double x)
{
	int exponent;
	frexp(fabs(x), &exponent);
	return x == 0 ? 0 : ldexp(FLT_EPSILON / 4, exponent);
}

/* Every coefficient rounded, each in the worse direction: |dH / H| = sum |Re(z^-i / B)| db_i + the same of A
 * [OS 6.8.1]. */
static double rounded(const struct sabin_biquad_taps *t, double w)
{
	const double complex z[3] = {1, cexp(CMPLX(0, -w)), cexp(CMPLX(0, -2 * w))};
	double sum = 0;
	for (int side = 0; side < 2; side++) {
		const double *c = side ? t->a : t->b;
		const double complex whole = c[0] + c[1] * z[1] + c[2] * z[2];
		for (int i = side; i < 3 && whole != 0; i++)
			sum += half_place(c[i]) * fabs(creal(z[i] / whole));
	}
	return states * sum;
}

double sabin_setting_single_db(const struct sabin_setting_channel *c, double rate_hz, double *at_hz)
{
	enum { MOST = 512 };
	const double top_hz = fmin(to_hz, top_share * rate_hz);
	const size_t n = (size_t)(points_oct * log2(top_hz / from_hz)) + 1;
	double hz[MOST], total_db[MOST] = {0}, off[MOST] = {0}, highest = -INFINITY, worst = 0;
	*at_hz = from_hz;
	if (!(top_hz > from_hz) || n > MOST)
		return 0;
	for (size_t i = 0; i < n; i++)
		hz[i] = from_hz * pow(2, (double)i / points_oct);
	for (size_t k = 0; k < c->section_count; k++) {
		struct sabin_setting_channel one = {.polarity = 1, .section_count = 1, .sections = &c->sections[k]};
		struct sabin_biquad_taps t;
		double level_db[MOST], above = -INFINITY;
		if (sabin_section_idle(&c->sections[k]) || !sabin_section_taps(&c->sections[k], rate_hz, &t) ||
		    sabin_setting_level(&one, rate_hz, hz, n, level_db) != SABIN_OK)
			continue;
		/* what is rounded belongs to all that comes in, also where filters before it left little */
		for (size_t i = 0; i < n; i++)
			above = fmax(above, total_db[i]);
		for (size_t i = 0; i < n; i++) {
			off[i] += rounded(&t, 2 * M_PI * hz[i] / rate_hz) * pow(10, (above - total_db[i]) / 20);
			total_db[i] += level_db[i];
		}
	}
	for (size_t i = 0; i < n; i++)
		highest = fmax(highest, total_db[i]);
	for (size_t i = 0; i < n; i++)
		if (total_db[i] >= highest - floor_db && off[i] > worst) {
			worst = off[i];
			*at_hz = hz[i];
		}
	return -20 * log10(1 - fmin(worst, most_share));
}
