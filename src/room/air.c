/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * air.c: speed of sound and attenuation by air.
 *
 * References
 *   [9613-1] ISO 9613-1:1993, "Acoustics - Attenuation of sound during propagation outdoors -
 *            Part 1", clause 6.2 (eq. 3, 4, 5), annex B (eq. B.2, B.3: humidity).
 *   [Cramer] O. Cramer, JASA 93 (1993) 2510: humidity raises the speed by under 0.4 % at 30
 *            degrees; it is ignored here, as in [9613-1] annex A.
 */
#include <math.h>

#include "room/inner.h"

static const double zero_c_k = 273.15;
static const double reference_k = 293.15;      /* [9613-1] 4.1: T0 */
static const double triple_point_k = 273.16;   /* [9613-1] B.3: T01 */
static const double reference_kpa = 101.325;   /* [9613-1] 4.1: pr */
static const double speed_at_reference = 343.2; /* [9613-1] A.1, m/s */

double sabin_speed_of_sound(double temperature_c)
{
	return speed_at_reference * sqrt((temperature_c + zero_c_k) / reference_k);
}

double sabin_air_attenuation_db_per_m(double f_hz, double temperature_c, double humidity_percent,
                                      double pressure_kpa)
{
	const double kelvin = temperature_c + zero_c_k;
	const double t = kelvin / reference_k;
	const double p = pressure_kpa / reference_kpa;
	/* B.3, B.2: molar concentration of water vapour in per cent */
	const double saturation = pow(10, -6.8346 * pow(triple_point_k / kelvin, 1.261) + 4.6151);
	const double h = humidity_percent * saturation / p;
	/* eq. 3, 4: relaxation frequencies of oxygen and nitrogen */
	const double oxygen_hz = p * (24 + 4.04e4 * h * (0.02 + h) / (0.391 + h));
	const double nitrogen_hz =
	        p / sqrt(t) * (9 + 280 * h * exp(-4.170 * (pow(t, -1.0 / 3) - 1)));
	/* eq. 5 */
	const double f2 = f_hz * f_hz;
	const double classical = 1.84e-11 / p * sqrt(t);
	const double oxygen = 0.01275 * exp(-2239.1 / kelvin) / (oxygen_hz + f2 / oxygen_hz);
	const double nitrogen = 0.1068 * exp(-3352.0 / kelvin) / (nitrogen_hz + f2 / nitrogen_hz);
	return 8.686 * f2 * (classical + pow(t, -2.5) * (oxygen + nitrogen));
}
