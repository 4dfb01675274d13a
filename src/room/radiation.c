/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * radiation.c: the directivity of a loudspeaker in a box.
 *
 * Reference: H. Kuttruff, "Room Acoustics", 5th ed. (2009), 1.6 (directivity factor); the formula is
 * explained in <sabin/room.h>.
 */
#include <math.h>

#include "room/radiation.h"

static const double least_gain = 1e-3;
static const double least_base = 0.05; /* straight behind, where the formula alone has no sound even in the bass */

double radiation_exponent(const struct sabin_directivity *d, double f_hz, double speed_m_s)
{
	if (!d)
		return 0;
	const double a_m = sqrt(d->box_m[0] * d->box_m[2] / M_PI);
	const double ka = 2 * M_PI * f_hz / speed_m_s * a_m;
	return ka * ka / (2 * (1 + pow(ka, 1.2)));
}

double radiation_cosine(const struct sabin_directivity *d, const double source_m[3],
                        const double towards_m[3])
{
	const double way = room_distance_m(towards_m, source_m);
	if (!d || !(way > 0))
		return 1;
	const double aim = d->aim_deg * M_PI / 180;
	const double x = towards_m[0] - source_m[0], y = towards_m[1] - source_m[1];
	return (x * sin(aim) + y * cos(aim)) / way;
}

double radiation_gain(double cosine, double exponent)
{
	return pow(fmax(least_base, (1 + cosine) / 2), exponent);
}

double radiation_ratio(const struct sabin_directivity *d, const double source_m[3],
                       const double towards_m[3], const double direct_m[3], double f_hz,
                       double speed_m_s)
{
	const double p = radiation_exponent(d, f_hz, speed_m_s);
	return fmax(least_gain, radiation_gain(radiation_cosine(d, source_m, towards_m), p)) /
	       fmax(least_gain, radiation_gain(radiation_cosine(d, source_m, direct_m), p));
}
