/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * noise.c: levels and ratings of background noise.
 *
 * [Wel] P. D. Welch: "The use of fast Fourier transform for the estimation of power spectra", IEEE
 *       Trans. Audio Electroacoust. 15 (1967) 70-73: averaged, windowed, overlapping segments.
 * [IEC] IEC 61260-1:2014 (bands); IEC 61672-1:2013 annex E (A, C).
 * [NR]  ISO R 1996:1971, coefficients as in AS 1469:1983: L = a + b NR.
 * [NC]  ANSI/ASA S12.2-2019, table 1 and 5.2.2, 5.2.3 (speech interference level, then tangency).
 */
#include <math.h>

#include <sabin/weighting.h>

#include "acoustics/quantities.h"
#include "acoustics/density.h"

/* Segments of one second resolve the 5.8 Hz of the lowest third octave. */
static const double segment_s = 1;
/* Noise of bandwidth B heard for T seconds has B T independent cells: power to 1/sqrt(B T).  Half of
 * the power, 1.8 to 3 dB, is as much as a level may be off. */
static const double allowed_percent = 50;
static const double db_per_part = 4.342944819032518; /* 10 / ln 10 */
static const double weighted_from_hz = 20, weighted_to_hz = 20000;

/* Power of the spectrum between two frequencies. */
static double power_between(const struct sabin_density *s, double low_hz, double high_hz)
{
	double sum = 0;
	for (size_t k = 1; k < s->count; k++) {
		const double f_hz = (double)k * s->bin_hz;
		if (f_hz >= low_hz && f_hz <= high_hz)
			sum += s->density[k] * s->bin_hz;
	}
	return sum;
}

static double band_power(const struct sabin_density *s, const struct sabin_band *band)
{
	double sum = 0;
	for (size_t k = 1; k < s->count; k++) {
		const double f_hz = (double)k * s->bin_hz;
		if (f_hz < band->low_hz / 2 || f_hz > band->high_hz * 2)
			continue;
		const double gain = sabin_band_gain(band, f_hz);
		sum += gain * gain * s->density[k] * s->bin_hz;
	}
	return sum;
}

struct sabin_quantity sabin_noise_quantity(const struct sabin_noise_options *o, double power,
                                           double relative_error)
{
	if (!(power > 0))
		return sabin_quantity_invalid(NAN, SABIN_BECAUSE_NO_SIGNAL);
	const bool absolute = isfinite(o->full_scale_dbspl);
	const double level = 10 * log10(power) + (absolute ? o->full_scale_dbspl : 0);
	const double scale_db = absolute && isfinite(o->full_scale_plus_minus_db)
	                                ? o->full_scale_plus_minus_db : 0;
	const double error_db = hypot(db_per_part * relative_error, scale_db);
	struct sabin_quantity q = sabin_quantity_valid(level, error_db);
	if (100 * relative_error > allowed_percent)
		q = sabin_quantity_because(level, error_db, SABIN_BECAUSE_UNCERTAIN,
		                           100 * relative_error, allowed_percent);
	q.repeatability = db_per_part * relative_error;
	return q;
}

static struct sabin_noise_level band_level(const struct sabin_density *s, double rate_hz,
                                           const struct sabin_noise_options *o,
                                           const struct sabin_band *band)
{
	struct sabin_noise_level result = {.band = *band};
	if (band->high_hz > rate_hz / 2)
		result.level = sabin_quantity_because(NAN, NAN, SABIN_BECAUSE_OUT_OF_BAND,
		                                      rate_hz / 2, band->high_hz);
	else
		result.level = sabin_noise_quantity(o, band_power(s, band),
		                        1 / sqrt((band->high_hz - band->low_hz) * s->effective_s));
	return result;
}

/* Weighted level; its error from those of the third octaves it is made of. */
static struct sabin_quantity weighted(const struct sabin_density *s,
                                      const struct sabin_noise_options *o,
                                      enum sabin_weighting kind)
{
	struct sabin_band thirds[SABIN_NOISE_THIRDS];
	const size_t count = sabin_bands(3, 25, 10000, thirds, SABIN_NOISE_THIRDS);
	double power = 0, variance = 0;
	for (size_t k = 1; k < s->count; k++) {
		const double f_hz = (double)k * s->bin_hz;
		if (f_hz >= weighted_from_hz && f_hz <= weighted_to_hz)
			power += pow(10, sabin_weighting_db(kind, f_hz) / 10) * s->density[k] *
			         s->bin_hz;
	}
	for (size_t i = 0; i < count; i++) {
		const struct sabin_band *b = &thirds[i];
		const double part = pow(10, sabin_weighting_db(kind, b->centre_hz) / 10) *
		                    power_between(s, b->low_hz, b->high_hz);
		variance += part * part / ((b->high_hz - b->low_hz) * s->effective_s);
	}
	return sabin_noise_quantity(o, power, power > 0 ? sqrt(variance) / power : 0);
}

/* ---- ratings ---------------------------------------------------------------------------------- */

static const double octaves_hz[SABIN_NOISE_OCTAVES] = {31.5, 63,   125,  250, 500,
                                                       1000, 2000, 4000, 8000};
enum { FIRST_OF_SPEECH = 4, AFTER_SPEECH = 8 }; /* 500 Hz .. 4 kHz */

static const double nr_a[] = {55.4, 35.5, 22, 12, 4.8, 0, -3.5, -6.1, -8}; /* [NR] */
static const double nr_b[] = {.681, .79, .87, .93, .974, 1, 1.015, 1.025, 1.03};

double sabin_noise_nr_level(double nr, int octave)
{
	return nr_a[octave] + nr_b[octave] * nr;
}

struct sabin_noise_rating sabin_noise_nr(const double octave_dbspl[SABIN_NOISE_OCTAVES])
{
	struct sabin_noise_rating rating = {sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN), NAN};
	double most = -HUGE_VAL;
	for (int i = 0; i < SABIN_NOISE_OCTAVES; i++) {
		const double nr = (octave_dbspl[i] - nr_a[i]) / nr_b[i];
		if (!(nr > most))
			continue;
		most = nr;
		rating.value = sabin_quantity_valid(nr, NAN);
		rating.band_hz = octaves_hz[i];
	}
	return rating;
}

/* [NC] table 1: curves NC 15 to 70 in steps of 5, octaves 31.5 Hz to 8 kHz. */
enum { NC_CURVES = 12, NC_FIRST = 15, NC_STEP = 5 };
static const double nc_db[NC_CURVES][SABIN_NOISE_OCTAVES] = {
	{61, 47, 36, 28, 22, 18, 14, 12, 11}, {63, 50, 40, 33, 26, 22, 20, 17, 16},
	{65, 54, 44, 37, 31, 27, 24, 22, 22}, {68, 57, 48, 41, 35, 32, 29, 28, 27},
	{71, 60, 52, 45, 40, 36, 34, 33, 32}, {74, 64, 56, 50, 44, 41, 39, 38, 37},
	{76, 67, 60, 54, 49, 46, 44, 43, 42}, {79, 71, 64, 58, 54, 51, 49, 48, 47},
	{82, 74, 67, 62, 58, 56, 54, 53, 52}, {85, 77, 71, 66, 63, 60, 59, 58, 57},
	{88, 80, 75, 71, 68, 65, 64, 63, 62}, {90, 84, 79, 75, 72, 71, 70, 68, 68},
};
static const double nc_most = NC_FIRST + NC_STEP * (NC_CURVES - 1);

/* Which curve goes through this level in octave i; -HUGE_VAL below the first, HUGE_VAL above the
 * last. */
static double nc_through(int i, double level_db)
{
	if (level_db < nc_db[0][i])
		return -HUGE_VAL;
	for (int c = 1; c < NC_CURVES; c++)
		if (level_db <= nc_db[c][i]) {
			const double low = nc_db[c - 1][i];
			return NC_FIRST + NC_STEP * (c - 1 + (level_db - low) / (nc_db[c][i] - low));
		}
	return HUGE_VAL;
}

/* Not on the scale: how far from it, in dB of the octave that comes nearest. */
static struct sabin_noise_rating off_scale(const double *octave_dbspl, bool above)
{
	struct sabin_noise_rating rating = {.band_hz = NAN};
	double most = -HUGE_VAL;
	for (int i = 0; i < SABIN_NOISE_OCTAVES; i++) {
		const double over = octave_dbspl[i] - nc_db[above ? NC_CURVES - 1 : 0][i];
		if (over > most) {
			most = over;
			rating.band_hz = octaves_hz[i];
		}
	}
	rating.value = sabin_quantity_because(above ? nc_most : NC_FIRST, NAN,
	                                      SABIN_BECAUSE_RANGE, most, 0);
	return rating;
}

struct sabin_noise_rating sabin_noise_nc(const double octave_dbspl[SABIN_NOISE_OCTAVES])
{
	struct sabin_noise_rating rating = {sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN), NAN};
	double most = -HUGE_VAL, sil_db = 0;
	bool known = false;
	for (int i = 0; i < SABIN_NOISE_OCTAVES; i++) {
		if (i >= FIRST_OF_SPEECH && i < AFTER_SPEECH)
			sil_db += octave_dbspl[i] / (AFTER_SPEECH - FIRST_OF_SPEECH);
		if (isnan(octave_dbspl[i]))
			continue;
		known = true;
		const double nc = nc_through(i, octave_dbspl[i]);
		if (nc > most) {
			most = nc;
			rating.band_hz = octaves_hz[i];
		}
	}
	if (!known)
		return rating;
	/* the curve named by the speech interference level, where nothing exceeds it */
	if (sil_db >= NC_FIRST && sil_db <= nc_most && most <= sil_db) {
		most = sil_db;
		rating.band_hz = NAN;
	}
	if (isinf(most))
		return off_scale(octave_dbspl, most > 0);
	rating.value = sabin_quantity_valid(most, NAN);
	return rating;
}

/* Ratings of what was measured: of valid octaves, with the uncertainty of the one that decides. */
static void rate(const struct sabin_noise_options *o, struct sabin_noise *noise)
{
	double level[SABIN_NOISE_OCTAVES];
	for (int i = 0; i < SABIN_NOISE_OCTAVES; i++)
		level[i] = noise->octave[i].level.valid && isfinite(o->full_scale_dbspl)
		                   ? noise->octave[i].level.value : (double)NAN;
	noise->nr = sabin_noise_nr(level);
	noise->nc = sabin_noise_nc(level);
	for (int i = 0; i < SABIN_NOISE_OCTAVES; i++) {
		const double error_db = noise->octave[i].level.plus_minus;
		if (noise->nr.band_hz == octaves_hz[i] && noise->nr.value.valid)
			noise->nr.value.plus_minus = error_db;
		if (noise->nc.band_hz == octaves_hz[i] && noise->nc.value.valid)
			noise->nc.value.plus_minus = error_db;
		if (isnan(noise->nc.band_hz) && noise->nc.value.valid && i == FIRST_OF_SPEECH)
			noise->nc.value.plus_minus = error_db;
	}
}

/* ---- all of it -------------------------------------------------------------------------------- */

static void read_levels(const struct sabin_density *s, double rate_hz,
                        const struct sabin_noise_options *o, struct sabin_noise *noise)
{
	struct sabin_band thirds[SABIN_NOISE_THIRDS], octaves[SABIN_NOISE_OCTAVES];
	sabin_bands(3, 25, 10000, thirds, SABIN_NOISE_THIRDS);
	sabin_bands(1, 31.5, 8000, octaves, SABIN_NOISE_OCTAVES);
	for (int i = 0; i < SABIN_NOISE_THIRDS; i++)
		noise->third[i] = band_level(s, rate_hz, o, &thirds[i]);
	for (int i = 0; i < SABIN_NOISE_OCTAVES; i++)
		noise->octave[i] = band_level(s, rate_hz, o, &octaves[i]);
	noise->a = weighted(s, o, SABIN_WEIGHTING_A);
	noise->c = weighted(s, o, SABIN_WEIGHTING_C);
	noise->z = weighted(s, o, SABIN_WEIGHTING_Z);
	rate(o, noise);
}

enum sabin_err sabin_noise_compute(const double *x, size_t n, double rate_hz,
                                   const struct sabin_noise_options *options,
                                   struct sabin_noise *out)
{
	struct sabin_density spectrum = {0};
	struct sabin_noise noise = {
		.absolute = isfinite(options->full_scale_dbspl),
		.duration_s = (double)n / rate_hz,
	};
	if (n == 0 || !(rate_hz >= 1000))
		return SABIN_EINVAL;
	for (size_t i = 0; i < n; i++)
		if (!isfinite(x[i]))
			return SABIN_EINVAL;
	enum sabin_err err = sabin_density_compute(x, n, rate_hz, segment_s, options, &spectrum);
	if (!err) {
		read_levels(&spectrum, rate_hz, options, &noise);
		err = sabin_hum_find(x, n, rate_hz, options, &noise.hum);
	}
	sabin_density_release(&spectrum);
	if (!err)
		*out = noise;
	return err;
}
