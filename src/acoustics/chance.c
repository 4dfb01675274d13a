/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * chance.c: the decay's own chance, from first principles.
 *
 * [Ben] J. S. Bendat, A. G. Piersol, "Random data", 4th ed. (2010), 8.2: the covariance of squared
 *       Gaussian noise is twice that of the noise, squared.
 * [AS]  M. Abramowitz, I. A. Stegun, "Handbook of mathematical functions" (1964), 5.1.10, 5.1.11,
 *       5.1.22: exponential integrals.
 *
 * What is read is, to first order, an integral of the squared noise under exp(-d t) with a weight g(t).
 * By [Ben] its variance is 1/(2 pi B) times the integral of |G(w)|^2 K(w), G being the transform of
 * g(t) exp(-d t) and K the band's spectrum correlated with itself.  For a band of width B with steep edges
 * that is a triangle, K = 1 - |w| / (2 pi B), which the filters of sabin/octave.h have within 0.03 (and
 * the width within 1 %).  With r = 2 pi B / d, x = exp(-a), a = d te:
 *     ln(early / late): g = 1/early before te, -1/late after it,
 *         var = d / (pi B (1 - x)^2) (2 atan(r) - ln(1 + r^2) / r - pi x + 2 F(a) / r),
 *         F(a) = integral of u cos(a u) / (1 + u^2) = (exp(a) E1(a) - exp(-a) Ei(a)) / 2;
 *     all energy: g = d, var = d / (pi B) (atan(r) - ln(1 + r^2) / (2 r));
 *     centre time: g = d (t - 1/d), var = (atan(r) - ln(1 + r^2) / r) / (2 pi d B).
 * A wide band, r to infinity, leaves d / (B (1 - x)), d / (2 B) and 1 / (4 d B); a short decay in a narrow band
 * scatters less than these say, for what it consists of are few cells, and those at its start are cut.
 */
#include <math.h>

#include "acoustics/chance.h"

static const double euler = 0.57721566490153286;
static const double far = 30; /* F of more is its asymptote */
enum { TERMS = 120 };

/* Ei(a) by its series [AS 5.1.10], all of whose terms are positive. */
static double integral_up(double a)
{
	double term = 1, sum = 0;
	for (int k = 1; k < TERMS; k++) {
		term *= a / k;
		sum += term / k;
	}
	return euler + log(a) + sum;
}

/* exp(a) E1(a): the series [AS 5.1.11], from 1 on the continued fraction [AS 5.1.22], from its end. */
static double integral_down(double a)
{
	if (a < 1) {
		double term = 1, sum = 0;
		for (int k = 1; k < TERMS; k++) {
			term *= -a / k;
			sum += term / k;
		}
		return exp(a) * (-euler - log(a) - sum);
	}
	double tail = a;
	for (int k = TERMS; k > 0; k--)
		tail = a + k / (1 + k / tail);
	return 1 / tail;
}

static double cosine_integral(double a)
{
	if (a > far)
		return -1 / (a * a);
	return (integral_down(a) - exp(-a) * integral_up(a)) / 2;
}

double sabin_chance_ratio(double rate, double bandwidth_hz, double split_s)
{
	const double r = 2 * M_PI * bandwidth_hz / rate, a = rate * split_s;
	const double early = -expm1(-a);
	const double both = 2 * atan(r) - log1p(r * r) / r - M_PI * exp(-a) +
	                    2 * cosine_integral(a) / r;
	return sqrt(rate * fmax(both, 0) / (M_PI * bandwidth_hz)) / early;
}

double sabin_chance_energy(double rate, double bandwidth_hz)
{
	const double r = 2 * M_PI * bandwidth_hz / rate;
	return sqrt(rate * (atan(r) - log1p(r * r) / (2 * r)) / (M_PI * bandwidth_hz));
}

double sabin_chance_centre_s(double rate, double bandwidth_hz)
{
	const double r = 2 * M_PI * bandwidth_hz / rate;
	return sqrt((atan(r) - log1p(r * r) / r) / (2 * M_PI * rate * bandwidth_hz));
}

/* The line's slope is an integral of ln of the decay curve with the weight 12 (s - l/2) / l^3, s = d t from the
 * line's start to its end l, so that g(s) exp(-s) = 12 / l^3 (s - h + h exp(-s)), h = 1 + l/2, and beyond
 * l it falls as exp(-s).  The integral of its square over all s, times 6 ln 10, is the factor's square: 0.882
 * over 20 dB and 0.550 over 30 dB, as ISO 3382-1:2009 formulas 5 and 4 have it (0.88, 0.55). */
double sabin_chance_line(double range_db)
{
	const double l = range_db * M_LN10 / 10, h = 1 + l / 2, end = exp(-l);
	const double inside = (pow(l - h, 3) + pow(h, 3)) / 3 - h * l * (1 + end) +
	                      h * h * (1 - end * end) / 2;
	const double beyond = pow(l - h + h * end, 2) / 2;
	return 12 / pow(l, 3) * sqrt(6 * M_LN10 * (inside + beyond));
}
