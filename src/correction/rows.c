/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rows.c: sums in four lanes.
 *
 * Written in GNU C's vectors of four doubles, which become two registers of two where there are none of
 * four.  A fit spends most of its time here.
 */
#include <math.h>
#include <stdint.h>

#include "correction/rows.h"
#include "signal/lanes.h"

typedef double quad __attribute__((vector_size(32)));
typedef double quad_of __attribute__((vector_size(32), aligned(8), may_alias)); /* anywhere */
typedef uint64_t bits __attribute__((vector_size(32)));

/* One order for all. */
#define LANES(q) (((q)[0] + (q)[1]) + ((q)[2] + (q)[3]))
#define AT(x, i) (*(const quad_of *)((x) + (i)))

SABIN_LANES_BODY double dot_body(const double *a, const double *b, size_t n)
{
	quad s = {0}, t = {0}; /* as many as are under way at once */
	size_t i = 0;
	for (; i + 8 <= n; i += 8) {
		s += AT(a, i) * AT(b, i);
		t += AT(a, i + 4) * AT(b, i + 4);
	}
	double rest = 0;
	for (; i < n; i++)
		rest += a[i] * b[i];
	s += t;
	return LANES(s) + rest;
}

SABIN_LANES_BODY double sum_body(const double *x, size_t n)
{
	quad s = {0}, t = {0};
	size_t i = 0;
	for (; i + 8 <= n; i += 8) {
		s += AT(x, i);
		t += AT(x, i + 4);
	}
	double rest = 0;
	for (; i < n; i++)
		rest += x[i];
	s += t;
	return LANES(s) + rest;
}

/* Two rows by two: each number is read for two products. */
SABIN_LANES_BODY void square_body(const double *a, const double *b, const double *c, const double *d, size_t n,
                      double out[4])
{
	quad ac = {0}, ad = {0}, bc = {0}, bd = {0};
	size_t i = 0;
	for (; i + 4 <= n; i += 4) {
		const quad va = AT(a, i), vb = AT(b, i), vc = AT(c, i), vd = AT(d, i);
		ac += va * vc;
		ad += va * vd;
		bc += vb * vc;
		bd += vb * vd;
	}
	double rest[4] = {0};
	for (; i < n; i++) {
		rest[0] += a[i] * c[i];
		rest[1] += a[i] * d[i];
		rest[2] += b[i] * c[i];
		rest[3] += b[i] * d[i];
	}
	out[0] = LANES(ac) + rest[0];
	out[1] = LANES(ad) + rest[1];
	out[2] = LANES(bc) + rest[2];
	out[3] = LANES(bd) + rest[3];
}

SABIN_LANES_BODY void products_body(const double *const *rows, size_t count, size_t n, double *out)
{
	for (size_t i = 0; i < count; i += 2) {
		const size_t next = i + 1 < count ? i + 1 : i;
		for (size_t j = 0; j <= i; j += 2) {
			const size_t beside = j + 1 < count ? j + 1 : j;
			double p[4];
			square_body(rows[i], rows[next], rows[j], rows[beside], n, p);
			out[i + j * count] = p[0];
			out[next + j * count] = p[2];
			if (beside <= i)
				out[i + beside * count] = p[1];
			out[next + beside * count] = p[3];
		}
	}
}

/* x = 2^e m with m from sqrt(1/2) to sqrt(2), and ln m = 2 artanh s by its series, s = (m - 1)/(m + 1):
 * s^2 <= 0.0295, and the first term left out is below 4e-14. */
SABIN_LANES_BODY void four_decibels(double *at)
{
	const uint64_t root_half = 0x3fe6a09e667f3bcdU, one = 0x3ff0000000000000U;
	const uint64_t fraction = 0x000fffffffffffffU, shift = 0x4330000000000000U; /* 2^52 as a double */
	const double shift_exponent = 0x1p52 + 1023;
	const bits b = (bits)AT(at, 0) + (one - root_half);
	const quad e = (quad)((b >> 52) | shift) - shift_exponent;
	const quad m = (quad)((b & fraction) + root_half);
	const quad s = (m - 1) / (m + 1), z = s * s;
	const quad series =
	    1 + z * (1.0 / 3 +
	             z * (1.0 / 5 +
	                  z * (1.0 / 7 + z * (1.0 / 9 + z * (1.0 / 11 + z * (1.0 / 13 + z * (1.0 / 15)))))));
	*(quad_of *)at = 10 / M_LN10 * (e * M_LN2 + 2 * s * series);
}

SABIN_LANES_BODY void decibels_body(double *x, size_t n)
{
	double last[4] = {1, 1, 1, 1};
	size_t i = 0;
	for (; i + 4 <= n; i += 4)
		four_decibels(x + i);
	for (size_t k = i; k < n; k++)
		last[k - i] = x[k];
	four_decibels(last);
	for (size_t k = i; k < n; k++)
		x[k] = last[k - i];
}

SABIN_LANES_WIDE static double dot_wide(const double *a, const double *b, size_t n)
{
	return dot_body(a, b, n);
}

SABIN_LANES_WIDE static double sum_wide(const double *x, size_t n)
{
	return sum_body(x, n);
}

SABIN_LANES_WIDE static void products_wide(const double *const *rows, size_t count, size_t n, double *out)
{
	products_body(rows, count, n, out);
}

SABIN_LANES_WIDE static void decibels_wide(double *x, size_t n)
{
	decibels_body(x, n);
}

double sabin_rows_dot(const double *a, const double *b, size_t n)
{
	if (sabin_lanes_wide())
		return dot_wide(a, b, n);
	return dot_body(a, b, n);
}

double sabin_rows_sum(const double *x, size_t n)
{
	if (sabin_lanes_wide())
		return sum_wide(x, n);
	return sum_body(x, n);
}

void sabin_rows_products(const double *const *rows, size_t count, size_t n, double *out)
{
	if (sabin_lanes_wide()) {
		products_wide(rows, count, n, out);
		return;
	}
	products_body(rows, count, n, out);
}

void sabin_rows_decibels(double *x, size_t n)
{
	if (sabin_lanes_wide()) {
		decibels_wide(x, n);
		return;
	}
	decibels_body(x, n);
}
