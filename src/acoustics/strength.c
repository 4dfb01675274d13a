/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * strength.c: G, how loud the room makes a source.
 *
 * [ISO] ISO 3382-1:2009, A.2.2: level re the free field at 10 m; table A.1: 1 dB is just noticeable.
 *
 * A unit sample is what the free field at 1 m gives; the filter leaves it the energy of its squared
 * gain, and 10 m are 20 dB less.
 */
#include <math.h>

#include "acoustics/chance.h"
#include "acoustics/quantities.h"
#include "signal/band_support.h"

static const double db_per_ln = 4.342944819032518; /* 10 / ln 10 */
static const double ten_metres_db = 20;
/* Noise that is left in may be as much as a just noticeable difference at 10 dB over it; the sum over
 * the decay stands well above. */
static const double least_inr_db = 15;
enum { STEPS = 256 };

/* Integral of the squared gain, Hz. */
static double noise_bandwidth(const struct sabin_band *band)
{
	const struct sabin_band_support s = sabin_band_support(band);
	const double step_hz = (s.stop_high_hz - s.stop_low_hz) / STEPS;
	double sum = 0;
	for (int i = 0; i < STEPS; i++) {
		const double gain = sabin_band_gain(band, s.stop_low_hz + (i + 0.5) * step_hz);
		sum += gain * gain * step_hz;
	}
	return sum;
}

struct sabin_quantity sabin_strength(const struct sabin_band_result *r, double rate_hz)
{
	const struct sabin_quantity inr = r->value[SABIN_INR], edt = r->value[SABIN_EDT];
	if (!(r->energy > 0))
		return sabin_quantity_because(NAN, NAN, inr.reason ? inr.reason : SABIN_BECAUSE_NO_SIGNAL,
		                              inr.have, inr.need);
	const double free_field = 2 * noise_bandwidth(&r->band) / (rate_hz * rate_hz);
	const double g_db = db_per_ln * log(r->energy / free_field) + ten_metres_db;
	const double sigma_db =
	        db_per_ln * sabin_chance_energy(6 * M_LN10 / edt.value,
	                                        r->band.high_hz - r->band.low_hz);
	if (inr.reason == SABIN_BECAUSE_OUT_OF_BAND || inr.reason == SABIN_BECAUSE_SPEAKER)
		return sabin_quantity_because(g_db, sigma_db, inr.reason, inr.have, inr.need);
	if (!(inr.value >= least_inr_db))
		return sabin_quantity_because(g_db, sigma_db, SABIN_BECAUSE_RANGE, inr.value,
		                              least_inr_db);
	struct sabin_quantity g = sabin_quantity_valid(g_db, sigma_db);
	g.repeatability = db_per_ln * r->energy_again;
	return g;
}
