/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * octave_mask.c: the class 1 limits of IEC 61260-1:2014.
 */
#include <math.h>
#include <stddef.h>

#include "util/octave_mask.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* IEC 61260-1:2014 table 1, class 1: attenuation re mid-band at octave ratios G^e.  "outside" rows
 * give the least attenuation only. */
struct limit {
	double exponent, least_db, most_db;
};
static const struct limit class1[] = {
	{0, -0.4, 0.4},         {1 / 8.0, -0.4, 0.5},      {1 / 4.0, -0.4, 0.7},
	{3 / 8.0, -0.4, 1.4},   {0.5 - 1e-12, -0.4, 5.3},  {0.5 + 1e-12, 1.2, INFINITY},
	{1, 16.6, INFINITY},    {2, 40.5, INFINITY},       {3, 60, INFINITY},
	{4, 70, INFINITY},      {6, 70, INFINITY},
};

const struct sabin_filterbank_options octave_impossible[OCTAVE_IMPOSSIBLE] = {
	{0, 20, 20000, 48000, 1}, {25, 20, 20000, 48000, 1}, {3, 0, 20000, 48000, 1},    {3, 200, 20, 48000, 1},
	{3, 20, 20000, NAN, 1},   {3, 20, 20000, 48000, 0},  {3, 20000, 20000, 8000, 1}, {3, 20, 20000, 48000, 257},
};

const double octave_ratio = 1.9952623149688795;

/* IEC 61260-1 formula 9: the ratio of a fractional octave that has the octave's limits. */
double octave_mask_ratio(double ratio, int b)
{
	return 1 + (pow(octave_ratio, 0.5 / b) - 1) / (sqrt(octave_ratio) - 1) * (ratio - 1);
}

/* Interpolate a limit linearly in lg of the ratio (formula 11). */
double octave_mask_limit(double ratio, int b, int most)
{
	for (size_t i = 1; i < COUNT(class1); i++) {
		const double r0 = octave_mask_ratio(pow(octave_ratio, class1[i - 1].exponent), b);
		const double r1 = octave_mask_ratio(pow(octave_ratio, class1[i].exponent), b);
		if (ratio > r1)
			continue;
		const double y0 = most ? class1[i - 1].most_db : class1[i - 1].least_db;
		const double y1 = most ? class1[i].most_db : class1[i].least_db;
		if (isinf(y1))
			return y1;
		return y0 + (y1 - y0) * log(ratio / r0) / log(r1 / r0);
	}
	return most ? HUGE_VAL : 70;
}
