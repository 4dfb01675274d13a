/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sti_place.c: how much the speech transmission index varies from place to place.
 *
 * In a band of width B the energy that arrives during dt strays from place to place by 1 / (B dt), relative
 * and squared, as that of noise does.  The index is a functional of that energy: where the decay is
 * e(t) = k exp(-k t), the modulation at w is m = 1 / (1 + i w / k), an error de(t) changes |m| by
 * Re((exp(-i w t) - m) m* / |m|) de(t), and the index of the octave by g(t) de(t) with g the sum of that over
 * all modulations, each with the slope of its transmission index.  The variance is (1 / B) integral(g^2 e^2).
 */
#include <math.h>

#include <sabin/sti.h>

/* Of the transmission index (lg(m / (1 - m)) + 1.5) / 3 re m, within 15 dB of a half: IEC 60268-16. */
static double slope(double m)
{
	static const double clip_db = 15;
	if (!(m > 0 && m < 1) || fabs(10 * log10(m / (1 - m))) > clip_db)
		return 0;
	return 1 / M_LN10 / 3 / (m * (1 - m));
}

double sabin_sti_octave_deviation(double band_hz, double time_s)
{
	const double k = 6 * M_LN10 / time_s;
	const double step_s = fmin(time_s / 200, 0.004); /* a twentieth of the fastest modulation's period */
	double sum = 0;
	if (!(band_hz > 0 && time_s > 0))
		return NAN;
	for (double t = step_s / 2; t < time_s; t += step_s) { /* where e^2 has fallen by 120 dB */
		double g = 0;
		for (size_t i = 0; i < SABIN_STI_MODULATIONS; i++) {
			/* with u = w / k: |m| = 1 / sqrt(1 + u^2), m* / |m| = (1 + i u) |m| */
			const double w = 2 * M_PI * sabin_sti_modulation_hz(i), u = w / k;
			const double m = 1 / sqrt(1 + u * u);
			g += slope(m) * m * (cos(w * t) + u * sin(w * t) - 1);
		}
		g /= SABIN_STI_MODULATIONS;
		sum += g * g * k * k * exp(-2 * k * t) * step_s;
	}
	return sqrt(sum / band_hz);
}
