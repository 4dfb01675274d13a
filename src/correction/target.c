/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * target.c: target curves.
 *
 * [H]  Olive, Welti, McMullin: "Listener preferences for in-room loudspeaker and headphone target
 *      responses", 135th AES Convention (2013), paper 8994: about +6.6 dB of bass below 105 Hz and a
 *      gentle fall above; the points are those of the curve as it is handed round in the field.
 * [BK] Moller: "Relevant loudspeaker tests in studios, in hi-fi dealers' demo rooms, in the home, etc.",
 *      47th AES Convention (1974), Bruel & Kjaer application note 17-197; in the points that
 *      programs of the field use for it: flat to 400 Hz, -5 dB at 12.8 kHz, -6 dB at 20 kHz.
 */
#include <math.h>
#include <stdbool.h>

#include <sabin/curve.h>
#include <sabin/target.h>

const double sabin_target_band_hz[2] = {200, 2000};
/* The trend is that of the direct sound and the room together above the modes ... */
static const double trend_from_hz = 200, trend_to_hz = 10000;
/* ... and no steeper than what rooms and speakers make together. */
static const double trend_least = -1.5, trend_most = 0;

static const double harman_hz[] = {10,  20,  30,  50,   70,   90,   105,  120,  135,  160,  200,
                                   246, 447, 812, 1475, 2680, 4868, 8845, 16068};
static const double harman_db[] = {7.1, 7.0, 6.9, 6.7,  6.3,  5.4,  4.4,  3.2,  2.1,  1.4,  0.8,
                                   0.5, 0.4, 0.1, -0.3, -0.7, -1.1, -1.5, -1.8};
static const double bk_hz[] = {400, 12800, 20000}, bk_db[] = {0, -5, -6};

#define COUNT(a) (sizeof(a) / sizeof *(a))

double sabin_target_level_db(const struct sabin_target *t, double f_hz)
{
	switch (t->kind) {
	case SABIN_TARGET_HARMAN:
		return sabin_curve_at(harman_hz, harman_db, COUNT(harman_hz), f_hz);
	case SABIN_TARGET_BK:
		return sabin_curve_at(bk_hz, bk_db, COUNT(bk_hz), f_hz);
	case SABIN_TARGET_TILT:
		return t->tilt_db_per_oct * log2(f_hz / 1000);
	case SABIN_TARGET_CURVE:
		return sabin_curve_at(t->freq_hz, t->level_db, t->length, f_hz);
	case SABIN_TARGET_TREND:
	case SABIN_TARGET_FLAT:
		break;
	}
	return 0;
}

/* Slope of the straight line through the levels between two frequencies, in dB an octave. */
static double slope(const double *freq_hz, const double *level_db, size_t n, double from_hz,
                    double to_hz)
{
	double count = 0, x = 0, y = 0, xx = 0, xy = 0;
	for (size_t i = 0; i < n; i++) {
		if (freq_hz[i] < from_hz || freq_hz[i] > to_hz)
			continue;
		const double u = log2(freq_hz[i] / 1000);
		count++;
		x += u;
		y += level_db[i];
		xx += u * u;
		xy += u * level_db[i];
	}
	const double spread = count * xx - x * x;
	return spread > 0 ? (count * xy - x * y) / spread : 0;
}

/* Mean difference of levels and target over the band, or over all. */
static double offset(const double *freq_hz, const double *level_db, const double *target_db,
                     size_t n)
{
	const double *band = sabin_target_band_hz;
	const double low = fmax(band[0], freq_hz[0]), high = fmin(band[1], freq_hz[n - 1]);
	double sum = 0;
	size_t count = 0, inside = 0;
	for (size_t i = 0; i < n; i++)
		inside += freq_hz[i] >= band[0] && freq_hz[i] <= band[1];
	const bool all = !(high >= 2 * low) || inside == 0;
	for (size_t i = 0; i < n; i++) {
		if (!all && (freq_hz[i] < band[0] || freq_hz[i] > band[1]))
			continue;
		sum += level_db[i] - target_db[i];
		count++;
	}
	return sum / (double)count;
}

enum sabin_err sabin_target_compute(const struct sabin_target *target, const double *freq_hz,
                                    const double *level_db, size_t n, double *target_db)
{
	struct sabin_target t = *target;
	if (n < 2 || (t.kind == SABIN_TARGET_TILT && !(fabs(t.tilt_db_per_oct) <= 12)) ||
	    (t.kind == SABIN_TARGET_CURVE && (t.length < 1 || !t.freq_hz || !t.level_db)))
		return SABIN_EINVAL;
	for (size_t i = 0; i < n; i++)
		if (!(freq_hz[i] > 0) || !isfinite(level_db[i]))
			return SABIN_EINVAL;
	if (t.kind == SABIN_TARGET_TREND) {
		const double fitted = slope(freq_hz, level_db, n, trend_from_hz, trend_to_hz);
		t.kind = SABIN_TARGET_TILT;
		t.tilt_db_per_oct = fmin(fmax(fitted, trend_least), trend_most);
		if (freq_hz[n - 1] < 2 * trend_from_hz) /* nothing to read a trend from */
			t.tilt_db_per_oct = 0;
	}
	for (size_t i = 0; i < n; i++)
		target_db[i] = sabin_target_level_db(&t, freq_hz[i]);
	const double up = offset(freq_hz, level_db, target_db, n);
	for (size_t i = 0; i < n; i++)
		target_db[i] += up;
	return SABIN_OK;
}
