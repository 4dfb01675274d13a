/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * biquad.c: second-order sections.
 *
 * [RBJ] Bristow-Johnson: "Cookbook formulae for audio EQ biquad filter coefficients" (1998).
 * [OW]  Oppenheim, Willsky, Nawab: "Signals and systems", 2nd ed. (1997), 3.2: what exp(s t) becomes in a
 *       linear system is H(s) exp(s t); 9.7: poles of the system add terms of their own.
 *
 * Through the bilinear transform s becomes j tan(pi f / rate) / tan(pi f0 / rate): with
 * u = tan^2(pi f / rate) / tan^2(pi f0 / rate) the power response of every section is a quotient of
 * quadratics in u, which costs no trigonometry at each frequency, and loses nothing where f is a
 * small part of the rate, as the difference of cosines in z does.
 */
#include <complex.h>
#include <math.h>
#include <string.h>

#include <sabin/biquad.h>

#include "signal/cmplx.h"
#include "signal/lanes.h"

static const double db_per_neper = 20 / M_LN10;

const char *sabin_biquad_name(enum sabin_biquad_type type)
{
	static const char *const names[SABIN_BIQUAD_TYPES] = {"peaking", "low_shelf", "high_shelf",
	                                                      "low_pass", "high_pass"};
	return names[type];
}

int sabin_biquad_possible(const struct sabin_biquad *f, double rate_hz)
{
	return (unsigned)f->type < SABIN_BIQUAD_TYPES && f->freq_hz > 0 && f->freq_hz < rate_hz / 2 &&
	       fabs(f->gain_db) <= 120 && f->q >= 0.01 && f->q <= 1000;
}

static double amplitude(const struct sabin_biquad *f)
{
	return exp(f->gain_db * M_LN10 / 40);
}

struct sabin_biquad_taps sabin_biquad_taps(const struct sabin_biquad *f, double rate_hz)
{
	const double w = 2 * M_PI * f->freq_hz / rate_hz, c = cos(w), alpha = sin(w) / (2 * f->q);
	const double A = amplitude(f), root = 2 * sqrt(A) * alpha, up = A + 1, down = A - 1;
	struct sabin_biquad_taps t = {{1}, {1}};
	switch (f->type) { /* [RBJ] */
	case SABIN_PEAKING:
		t = (struct sabin_biquad_taps){{1 + alpha * A, -2 * c, 1 - alpha * A},
		                               {1 + alpha / A, -2 * c, 1 - alpha / A}};
		break;
	case SABIN_LOW_SHELF:
		t = (struct sabin_biquad_taps){
		    {A * (up - down * c + root), 2 * A * (down - up * c), A * (up - down * c - root)},
		    {up + down * c + root, -2 * (down + up * c), up + down * c - root}};
		break;
	case SABIN_HIGH_SHELF:
		t = (struct sabin_biquad_taps){
		    {A * (up + down * c + root), -2 * A * (down + up * c), A * (up + down * c - root)},
		    {up - down * c + root, 2 * (down - up * c), up - down * c - root}};
		break;
	case SABIN_LOW_PASS:
		t = (struct sabin_biquad_taps){{(1 - c) / 2, 1 - c, (1 - c) / 2},
		                               {1 + alpha, -2 * c, 1 - alpha}};
		break;
	case SABIN_HIGH_PASS:
		t = (struct sabin_biquad_taps){{(1 + c) / 2, -(1 + c), (1 + c) / 2},
		                               {1 + alpha, -2 * c, 1 - alpha}};
		break;
	case SABIN_BIQUAD_TYPES:
		break;
	}
	for (int i = 0; i < 3; i++) {
		t.b[i] /= t.a[0];
		if (i > 0)
			t.a[i] /= t.a[0];
	}
	t.a[0] = 1;
	return t;
}

void sabin_biquad_process(const struct sabin_biquad_taps *t, double state[2], double *x, size_t n)
{
	double s1 = state[0], s2 = state[1]; /* transposed direct form II */
	for (size_t i = 0; i < n; i++) {
		const double in = x[i], out = t->b[0] * in + s1;
		s1 = t->b[1] * in - t->a[1] * out + s2;
		s2 = t->b[2] * in - t->a[2] * out;
		x[i] = out;
	}
	state[0] = s1;
	state[1] = s2;
}

double sabin_biquad_place(double f_hz, double rate_hz)
{
	const double t = tan(M_PI * f_hz / rate_hz);
	return t * t;
}

/* |H|^2 = scale (top0 + top1 u + top2 u^2) / (low0 + low1 u + low2 u^2).  A peaking filter's
 * quadratics are (1 - u)^2 + b u, and a shelf's (A - u)^2 + b u and (1 - A u)^2 + b u. */
struct quotient {
	double per_place; /* u of a place */
	double top[3], low[3], scale;
};

static struct quotient quotient(const struct sabin_biquad *f, double rate_hz)
{
	const double A = amplitude(f), qq = 1 / (f->q * f->q), k = A * qq;
	struct quotient r = {.per_place = 1 / sabin_biquad_place(f->freq_hz, rate_hz), .scale = 1};
	const double wide[3] = {A * A, k - 2 * A, 1}, narrow[3] = {1, k - 2 * A, A * A};
	switch (f->type) {
	case SABIN_PEAKING:
		r.top[0] = r.top[2] = r.low[0] = r.low[2] = 1;
		r.top[1] = A * A * qq - 2;
		r.low[1] = qq / (A * A) - 2;
		break;
	case SABIN_LOW_SHELF:
	case SABIN_HIGH_SHELF:
		memcpy(r.top, f->type == SABIN_LOW_SHELF ? wide : narrow, sizeof wide);
		memcpy(r.low, f->type == SABIN_LOW_SHELF ? narrow : wide, sizeof narrow);
		r.scale = A * A;
		break;
	case SABIN_LOW_PASS:
	case SABIN_HIGH_PASS:
		r.low[0] = r.low[2] = 1;
		r.low[1] = qq - 2;
		r.top[f->type == SABIN_LOW_PASS ? 0 : 2] = 1;
		break;
	case SABIN_BIQUAD_TYPES:
		break;
	}
	return r;
}

SABIN_LANES_BODY void power_body(struct quotient r, const double *place, size_t n, double *ratio)
{
#pragma omp simd
	for (size_t i = 0; i < n; i++) {
		const double u = place[i] * r.per_place;
		ratio[i] *= r.scale * (r.top[0] + u * (r.top[1] + u * r.top[2])) /
		            (r.low[0] + u * (r.low[1] + u * r.low[2]));
	}
}

SABIN_LANES_WIDE static void power_wide(struct quotient r, const double *place, size_t n,
                                        double *ratio)
{
	power_body(r, place, n, ratio);
}

void sabin_biquad_power(const struct sabin_biquad *f, double rate_hz, const double *place, size_t n,
                        double *ratio)
{
	if (sabin_lanes_wide())
		power_wide(quotient(f, rate_hz), place, n, ratio);
	else
		power_body(quotient(f, rate_hz), place, n, ratio);
}

/* Derivatives of the quadratics' coefficients by ln A and ln q. */
struct turn {
	double top[2][3], low[2][3], scale[2];
};

static struct turn turn(const struct sabin_biquad *f)
{
	const double A = amplitude(f), qq = 1 / (f->q * f->q), k = A * qq;
	struct turn d = {0};
	const double wide[2][3] = {{2 * A * A, k - 2 * A, 0}, {0, -2 * k, 0}};
	const double narrow[2][3] = {{0, k - 2 * A, 2 * A * A}, {0, -2 * k, 0}};
	switch (f->type) {
	case SABIN_PEAKING:
		d.top[0][1] = 2 * A * A * qq;
		d.low[0][1] = -2 * qq / (A * A);
		d.top[1][1] = -2 * A * A * qq;
		d.low[1][1] = -2 * qq / (A * A);
		break;
	case SABIN_LOW_SHELF:
	case SABIN_HIGH_SHELF:
		memcpy(d.top, f->type == SABIN_LOW_SHELF ? wide : narrow, sizeof wide);
		memcpy(d.low, f->type == SABIN_LOW_SHELF ? narrow : wide, sizeof narrow);
		d.scale[0] = 2;
		break;
	case SABIN_LOW_PASS:
	case SABIN_HIGH_PASS:
		d.low[1][1] = -2 * qq;
		break;
	case SABIN_BIQUAD_TYPES:
		break;
	}
	return d;
}

/* by: dB per unit of the logarithm of f0, of that of q, and per dB of gain. */
SABIN_LANES_BODY void slopes_body(struct quotient r, struct turn d, const double by[3],
                                  const double *place, size_t n, double *const slope[3])
{
	double *const slope_f = slope[0], *const slope_q = slope[1], *const slope_g = slope[2];
	const double by_f = by[0], by_q = by[1], by_g = by[2];
#pragma omp simd
	for (size_t i = 0; i < n; i++) {
		const double u = place[i] * r.per_place;
		const double over = r.top[0] + u * (r.top[1] + u * r.top[2]);
		const double under = r.low[0] + u * (r.low[1] + u * r.low[2]);
		const double both = 1 / (over * under), top = under * both, low = over * both;
		slope_f[i] = by_f * u *
		             ((r.top[1] + 2 * u * r.top[2]) * top - (r.low[1] + 2 * u * r.low[2]) * low);
		slope_q[i] = by_q * u * (d.top[1][1] * top - d.low[1][1] * low);
		slope_g[i] = by_g * ((d.top[0][0] + u * (d.top[0][1] + u * d.top[0][2])) * top -
		                      (d.low[0][0] + u * (d.low[0][1] + u * d.low[0][2])) * low +
		                      d.scale[0]);
	}
}

SABIN_LANES_WIDE static void slopes_wide(struct quotient r, struct turn d, const double by[3],
                                         const double *place, size_t n, double *const slope[3])
{
	slopes_body(r, d, by, place, n, slope);
}

void sabin_biquad_slopes(const struct sabin_biquad *f, double rate_hz, const double *place,
                         size_t n, double *const slope[3])
{
	const double w = 2 * M_PI * f->freq_hz / rate_hz;
	/* d ln u / d ln f0 = -2 w / sin w;  10 lg x = db_per_neper / 2 ln x;  ln A = gain_db ln 10 / 40,
	 * times 10 / ln 10 */
	const double by[3] = {-2 * w / sin(w) * db_per_neper / 2, db_per_neper / 2, 0.25};
	if (sabin_lanes_wide())
		slopes_wide(quotient(f, rate_hz), turn(f), by, place, n, slope);
	else
		slopes_body(quotient(f, rate_hz), turn(f), by, place, n, slope);
}

double sabin_biquads_level_db(const struct sabin_biquad *filters, size_t count, double rate_hz,
                              double f_hz)
{
	const double place = sabin_biquad_place(f_hz, rate_hz);
	const double far = 1e150; /* one logarithm, unless the product would leave the range of numbers */
	double level_db = 0, ratio = 1;
	for (size_t i = 0; i < count; i++) {
		sabin_biquad_power(&filters[i], rate_hz, &place, 1, &ratio);
		if (!(ratio > 1 / far && ratio < far)) {
			level_db += 10 * log10(ratio);
			ratio = 1;
		}
	}
	return level_db + 10 * log10(ratio);
}

void sabin_biquads_levels_db(const struct sabin_biquad *filters, size_t count, double rate_hz,
                             const double *freq_hz, size_t n, double *level_db)
{
	enum { BLOCK = 128, AT_ONCE = 4 }; /* so few stay within the range of numbers */
	double place[BLOCK], ratio[BLOCK];
	for (size_t at = 0; at < n; at += BLOCK) {
		const size_t here = n - at < BLOCK ? n - at : BLOCK;
		for (size_t i = 0; i < here; i++) {
			place[i] = sabin_biquad_place(freq_hz[at + i], rate_hz);
			level_db[at + i] = 0;
		}
		for (size_t k = 0; k < count; k += AT_ONCE) {
			for (size_t i = 0; i < here; i++)
				ratio[i] = 1;
			for (size_t f = k; f < k + AT_ONCE && f < count; f++)
				sabin_biquad_power(&filters[f], rate_hz, place, here, ratio);
			for (size_t i = 0; i < here; i++)
				level_db[at + i] += 10 * log10(ratio[i]);
		}
	}
}

/* The prototype of [RBJ] at s. */
static double complex prototype(const struct sabin_biquad *f, double complex s)
{
	const double A = amplitude(f), by = sqrt(A) / f->q;
	const double complex one = s * s + s / f->q + 1;
	const double complex wide = s * s + s * by + A, narrow = A * s * s + s * by + 1;
	switch (f->type) {
	case SABIN_PEAKING:
		return (s * s + s * (A / f->q) + 1) / (s * s + s / (A * f->q) + 1);
	case SABIN_LOW_SHELF:
		return A * wide / narrow;
	case SABIN_HIGH_SHELF:
		return A * narrow / wide;
	case SABIN_LOW_PASS:
		return 1 / one;
	case SABIN_HIGH_PASS:
		return s * s / one;
	case SABIN_BIQUAD_TYPES:
		break;
	}
	return 1;
}

double sabin_biquads_decaying_db(const struct sabin_biquad *filters, size_t count, double rate_hz,
                                 double f_hz, double t60_s)
{
	/* the bilinear transform of z = exp(s / rate) is tanh(s / (2 rate)) */
	const double complex at = ctanh(
	    CMPLX(-3 * M_LN10 / (2 * t60_s * rate_hz), M_PI * f_hz / rate_hz));
	double level_db = 0;
	for (size_t i = 0; i < count; i++)
		level_db += 20 * log10(cabs(prototype(
		                &filters[i], at / tan(M_PI * filters[i].freq_hz / rate_hz)))); /* [OW] */
	return level_db;
}

/* Four sections in one loop: what one does to a sample does not wait for what the next does to the
 * one before. */
enum { SECTIONS = 4 };

static void process_four(const struct sabin_biquad_taps t[SECTIONS], double *x, size_t n)
{
	double s1[SECTIONS] = {0}, s2[SECTIONS] = {0};
	for (size_t i = 0; i < n; i++) {
		double in = x[i];
		for (int k = 0; k < SECTIONS; k++) {
			const double out = t[k].b[0] * in + s1[k];
			s1[k] = t[k].b[1] * in - t[k].a[1] * out + s2[k];
			s2[k] = t[k].b[2] * in - t[k].a[2] * out;
			in = out;
		}
		x[i] = in;
	}
}

void sabin_biquads_impulse(const struct sabin_biquad *filters, size_t count, double rate_hz,
                           double *h, size_t n)
{
	memset(h, 0, n * sizeof *h);
	if (n > 0)
		h[0] = 1;
	for (size_t i = 0; i < count; i += SECTIONS) {
		struct sabin_biquad_taps taps[SECTIONS];
		for (size_t k = 0; k < SECTIONS; k++)
			taps[k] = i + k < count ? sabin_biquad_taps(&filters[i + k], rate_hz)
			                        : (struct sabin_biquad_taps){{1, 0, 0}, {1, 0, 0}};
		process_four(taps, h, n);
	}
}

double sabin_biquad_ring_s(const struct sabin_biquad *f)
{
	const double A = amplitude(f);
	/* the denominator s^2 + s b + c: poles fall with b / 2 rad/s times 2 pi f0 when they are a pair,
	 * else the slower one with (b - sqrt(b^2 - 4 c)) / 2 */
	double b = 1 / f->q, c = 1;
	if (f->type == SABIN_PEAKING)
		b = 1 / (A * f->q);
	else if (f->type == SABIN_LOW_SHELF)
		b = 1 / (sqrt(A) * f->q), c = 1 / A;
	else if (f->type == SABIN_HIGH_SHELF)
		b = sqrt(A) / f->q, c = A;
	const double root = b * b - 4 * c;
	const double fall = root > 0 ? 2 * c / (b + sqrt(root)) : b / 2;
	return 3 * M_LN10 / (2 * M_PI * f->freq_hz * fall);
}
