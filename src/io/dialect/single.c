/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * single.c: what single precision can do to filters.
 *
 * The coefficients of a filter that is low against the rate nearly cancel, so that their rounding moves it, and
 * what is rounded of its states is amplified by its poles.  The first is known: with coefficients as the program
 * has them the filter is another linear one, whatever the signal.  The second is noise in what lasts, as music does,
 * and changes its level by far less; an impulse by itself meets errors that do not cancel, for which there is a bound.
 *
 * [RBJ] Bristow-Johnson: "Cookbook formulae for audio EQ biquad filter coefficients" (1998).
 * [OS] Oppenheim, Schafer: Discrete-Time Signal Processing, 3rd ed. (2010), 6.8.1 (quantized coefficients) and
 * 6.9.2 (round-off noise of direct forms).
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "io/dialect/setting.h"
#include "signal/cmplx.h"

static const double from_hz = 20, to_hz = 20000, top_share = 0.45, points_oct = 48;
/* Where the level is further below its highest, nobody hears what the filter does. */
static const double floor_db = 30;
/* More is not told apart. */
static const double most_share = 0.9;

/* Rounded states add as much again at most, so that an impulse through either direct form shows no more [the
 * tests]. */
static const double states = 2;

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

/* Frequencies that count, and the level of what was asked for. */
enum { MOST = 512 };
struct points {
	size_t n;
	double hz[MOST], level_db[MOST], highest_db;
};

static bool set_points(struct points *p, double rate_hz)
{
	const double top_hz = fmin(to_hz, top_share * rate_hz);
	*p = (struct points){.n = top_hz > from_hz ? (size_t)(points_oct * log2(top_hz / from_hz)) + 1 : 0};
	for (size_t i = 0; i < p->n && i < MOST; i++)
		p->hz[i] = from_hz * pow(2, (double)i / points_oct);
	return p->n > 0 && p->n <= MOST;
}

/* Where it is loud enough: the largest of off[n], and where it is. */
static double worst_of(struct points *p, const double *off, double *at_hz)
{
	double worst = 0;
	p->highest_db = -INFINITY;
	for (size_t i = 0; i < p->n; i++)
		p->highest_db = fmax(p->highest_db, p->level_db[i]);
	for (size_t i = 0; i < p->n; i++)
		if (p->level_db[i] >= p->highest_db - floor_db && off[i] > worst) {
			worst = off[i];
			*at_hz = p->hz[i];
		}
	return worst;
}

/* Its taps, and its own level at the points; false: it does nothing there, or cannot. */
static bool look_at(const struct sabin_section *section, double rate_hz, const struct points *p,
                    struct sabin_biquad_taps *taps, double level_db[MOST])
{
	struct sabin_section s = *section;
	const struct sabin_setting_channel one = {.polarity = 1, .section_count = 1, .sections = &s};
	return !sabin_section_idle(section) && sabin_section_taps(section, rate_hz, taps) &&
	       sabin_setting_level(&one, rate_hz, p->hz, p->n, level_db) == SABIN_OK;
}

double sabin_setting_single_db(const struct sabin_setting_channel *c, double rate_hz, double *at_hz)
{
	struct points p;
	double off[MOST] = {0};
	*at_hz = from_hz;
	if (!set_points(&p, rate_hz))
		return 0;
	for (size_t k = 0; k < c->section_count; k++) {
		struct sabin_biquad_taps t;
		double level_db[MOST], above = -INFINITY;
		if (!look_at(&c->sections[k], rate_hz, &p, &t, level_db))
			continue;
		/* what is rounded belongs to all that comes in, also where filters before it left little */
		for (size_t i = 0; i < p.n; i++)
			above = fmax(above, p.level_db[i]);
		for (size_t i = 0; i < p.n; i++) {
			off[i] += rounded(&t, 2 * M_PI * p.hz[i] / rate_hz) * pow(10, (above - p.level_db[i]) / 20);
			p.level_db[i] += level_db[i];
		}
	}
	return -20 * log10(1 - fmin(worst_of(&p, off, at_hz), most_share));
}

/* ---- the filters that rounded coefficients are ------------------------------------------------------- */

/* [RBJ], but every quantity that has a name, and every coefficient, is of single precision: so LSP's equaliser
 * designs its filters, as its source says and its output shows [the tests].  Peaking filters and shelves; false:
 * others. */
static bool designed_single(const struct sabin_section *s, double rate_hz, float b[3], float a[3])
{
	const float w = (float)(2 * M_PI * (double)(float)s->freq_hz / (double)(float)rate_hz);
	const double c = (double)cosf(w), A = (double)sqrtf((float)pow(10, s->gain_db / 20));
	const float alpha = (float)(0.5 * (double)sinf(w) / (double)(float)s->q);
	const float root = (float)(2 * (double)alpha * (double)sqrtf((float)A));
	const double al = (double)alpha, be = (double)root, up = A + 1, down = A - 1;
	const double sign = s->type == SABIN_SECTION_HIGH_SHELF ? -1 : 1; /* a high shelf is a low one with z -> -z */
	double n[3], d[3];
	if (s->type > SABIN_SECTION_HIGH_SHELF || s->rate_hz > 0)
		return false;
	if (s->type == SABIN_SECTION_PEAKING) {
		memcpy(n, (const double[]){1 + (double)(float)(al * A), -2 * c, 1 - (double)(float)(al * A)}, sizeof n);
		memcpy(d, (const double[]){1 + (double)(float)(al / A), -2 * c, 1 - (double)(float)(al / A)}, sizeof d);
	} else {
		const double x = sign * c;
		memcpy(n, (const double[]){A * (up - down * x + be), sign * 2 * A * (down - up * x), A * (up - down * x - be)},
		       sizeof n);
		memcpy(d, (const double[]){up + down * x + be, sign * -2 * (down + up * x), up + down * x - be}, sizeof d);
	}
	for (int i = 0; i < 3; i++) {
		b[i] = (float)n[i] / (float)d[0];
		a[i] = (float)d[i] / (float)d[0];
	}
	return true;
}

static double complex quadratic(const double c[3], double complex z)
{
	return c[0] + z * (c[1] + z * c[2]);
}

/* How far a section is off at a frequency: dB. */
static double moved_db(const struct sabin_biquad_taps *is, const struct sabin_biquad_taps *wanted, double w)
{
	const double complex z = cexp(CMPLX(0, -w));
	const double gain = cabs(quadratic(is->b, z) * quadratic(wanted->a, z)) /
	                    cabs(quadratic(is->a, z) * quadratic(wanted->b, z));
	return 20 * log10(gain);
}

double sabin_setting_steady_db(const struct sabin_setting_channel *c, double rate_hz, enum sabin_single single,
                               double *at_hz)
{
	struct points p;
	double off[MOST] = {0};
	*at_hz = from_hz;
	if (!set_points(&p, rate_hz))
		return 0;
	for (size_t k = 0; k < c->section_count; k++) {
		struct sabin_biquad_taps t, is = {{0}, {0}};
		double level_db[MOST];
		float b[3], a[3];
		if (!look_at(&c->sections[k], rate_hz, &p, &t, level_db))
			continue;
		const bool designed = single == SABIN_SINGLE_DESIGNED && designed_single(&c->sections[k], rate_hz, b, a);
		for (int i = 0; i < 3; i++) {
			is.b[i] = designed ? (double)b[i] : (double)(float)t.b[i];
			is.a[i] = designed ? (double)a[i] : (double)(float)t.a[i];
		}
		for (size_t i = 0; i < p.n; i++) {
			const double moved = moved_db(&is, &t, 2 * M_PI * p.hz[i] / rate_hz);
			off[i] += isfinite(moved) ? moved : 0;
			p.level_db[i] += level_db[i];
		}
	}
	for (size_t i = 0; i < p.n; i++)
		off[i] = fabs(off[i]);
	return worst_of(&p, off, at_hz);
}
