/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * octave.c: fractional-octave bands and the gain of their zero-phase filters.
 *
 * [IEC] IEC 61260-1:2014, 5.2 to 5.6 (octave ratio, exact mid-band and edge frequencies), table 1
 *       (class limits), formulas 9 to 11 (limits of fractional octaves).
 * [ISO] ISO 266:1997, the nominal frequencies.
 *
 * The edges fall along sin(pi/2 sin^2(pi x / 2)), which reaches exactly 0 and 1 without a corner. 
 * What decides over reverberation times is how little of a slower neighbour leaks in (steep) and
 * how fast the filter itself decays (not too steep).
 */
#include <math.h>
#include <stdbool.h>

#include "signal/band_support.h"

/* Length of the flank of an octave filter, in octaves; other fractions in proportion.  Narrower
 * leaks less, but below 0.2 the filter's own decay shows in T = 0.2 s at 125 Hz. */
static const double flank_oct = 0.2;
/* Where on the flank, from its foot, the band edge sits: -4.8 dB there.  Class 1 allows -1.2 to
 * -5.3 dB on both sides of the edge ([IEC] table 1); the low place keeps the neighbour out. */
static const double edge_place = 0.43;

static const double octave_nominal_hz[] = {
	31.5, 63, 125, 250, 500, 1000, 2000, 4000, 8000, 16000,
};
static const double third_nominal_hz[] = {
	25,  31.5, 40,  50,   63,   80,   100,  125,  160,  200,  250,  315,   400,   500,   630,
	800, 1000, 1250, 1600, 2000, 2500, 3150, 4000, 5000, 6300, 8000, 10000, 12500, 16000, 20000,
};
enum {
	OCTAVES = sizeof octave_nominal_hz / sizeof *octave_nominal_hz,
	THIRDS = sizeof third_nominal_hz / sizeof *third_nominal_hz,
	OCTAVE_OF_1K = 5,
	THIRD_OF_1K = 16,
};

/* [IEC] 5.2: G = 10^(3/10); 5.4: f = 1000 G^(k/b); 5.6: edges at G^(+-1/(2b)). */
static struct sabin_band make_band(int fraction, int k, double nominal_hz)
{
	const double per_decade = fraction == 3 ? 10 : 10 / 3.0;
	return (struct sabin_band){
		.nominal_hz = nominal_hz,
		.centre_hz = 1000 * pow(10, k / per_decade),
		.low_hz = 1000 * pow(10, (k - 0.5) / per_decade),
		.high_hz = 1000 * pow(10, (k + 0.5) / per_decade),
		.fraction = fraction,
	};
}

size_t sabin_bands(int fraction, double from_hz, double to_hz, struct sabin_band *bands,
                   size_t capacity)
{
	if (fraction != 1 && fraction != 3)
		return 0;
	const double *nominal_hz = fraction == 3 ? third_nominal_hz : octave_nominal_hz;
	const int count = fraction == 3 ? THIRDS : OCTAVES;
	const int of_1k = fraction == 3 ? THIRD_OF_1K : OCTAVE_OF_1K;
	size_t found = 0;
	for (int i = 0; i < count && found < capacity; i++)
		if (nominal_hz[i] >= from_hz && nominal_hz[i] <= to_hz)
			bands[found++] = make_band(fraction, i - of_1k, nominal_hz[i]);
	return found;
}

/* [ISO] the tenth part of a decade. */
static double preferred(int k)
{
	static const double r10[] = {1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8};
	const int decade = k >= 0 ? k / 10 : -((9 - k) / 10);
	return 1000 * r10[k - 10 * decade] * pow(10, decade);
}

static double three_digits(double f_hz)
{
	const double unit = pow(10, floor(log10(f_hz)) - 2);
	return rint(f_hz / unit) * unit;
}

size_t sabin_fractional_bands(int fraction, double from_hz, double to_hz, struct sabin_band *bands,
                              size_t capacity)
{
	if (fraction < 1 || fraction > 24 || !(from_hz > 0) || !isfinite(to_hz))
		return 0;
	const double per_decade = fraction * 10 / 3.0, shift = fraction % 2 == 0 ? 0.5 : 0;
	/* what lies on the limit but for rounding is in */
	const double near = 1e-9;
	size_t found = 0;
	for (int k = (int)ceil(per_decade * log10(from_hz / 1000) - shift - near); found < capacity; k++) {
		const double place = (k + shift) / per_decade, half = 0.5 / per_decade;
		if (place * per_decade > per_decade * log10(to_hz / 1000) + near)
			break;
		struct sabin_band *band = &bands[found++];
		*band = (struct sabin_band){
		    .centre_hz = 1000 * pow(10, place),
		    .low_hz = 1000 * pow(10, place - half),
		    .high_hz = 1000 * pow(10, place + half),
		    .fraction = fraction,
		};
		band->nominal_hz = fraction == 1   ? preferred(3 * k)
		                   : fraction == 3 ? preferred(k)
		                                   : three_digits(band->centre_hz);
	}
	return found;
}

static double flank_width_oct(const struct sabin_band *band)
{
	return flank_oct / (band->fraction > 1 ? band->fraction : 1);
}

struct sabin_band_support sabin_band_support(const struct sabin_band *band)
{
	const double w = flank_width_oct(band);
	const double outside = exp2(edge_place * w), inside = exp2((1 - edge_place) * w);
	return (struct sabin_band_support){
		.stop_low_hz = band->low_hz / outside,
		.pass_low_hz = band->low_hz * inside,
		.pass_high_hz = band->high_hz / inside,
		.stop_high_hz = band->high_hz * outside,
	};
}

/* Gain at a place on the flank: 0 at its foot, 1 at its top; power complementary about the
 * middle. */
static double flank(double place)
{
	if (place <= 0)
		return 0;
	if (place >= 1)
		return 1;
	const double s = sin(M_PI / 2 * place);
	return sin(M_PI / 2 * s * s);
}

double sabin_band_gain(const struct sabin_band *band, double f_hz)
{
	if (!(f_hz > 0))
		return 0;
	/* no band is so narrow that its flanks meet */
	const bool low = f_hz * f_hz < band->low_hz * band->high_hz;
	const double inside = low ? f_hz / band->low_hz : band->high_hz / f_hz;
	return flank(log2(inside) / flank_width_oct(band) + edge_place);
}
