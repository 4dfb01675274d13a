/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * repeatability.c: what a second measurement of the same room at the same place would show.
 *
 * The decay is the same, the noise is not.  Three things differ:
 *   - the noise beside the decay: the square of a sum has the product of both in it.  Against a decay of
 *     energy E in a band B, noise of density N (mean square) adds to E a random part of variance
 *     4 integral(h^2) S = 2 N E / B, S = N / 2B being its two-sided spectral density;
 *   - the onset: it is a whole sample, the sound is not;
 *   - what is added for the decay under the noise, when the noise is another.
 *
 * Repeats of a measurement show more: air that moves, someone who walks, another temperature.  They change
 * the sound itself, by a share k of its energy, during the whole decay.  Of a decay of noise, energy over a
 * time t varies by 1 / (B t) from one place to another, relative and squared, and the product of the decay
 * and what it strays by varies it by 2 k / (B t): whatever is derived from energies strays by sqrt(2 k) of
 * what it has as the decay's own randomness.
 */
#include <math.h>

#include "acoustics/chance.h"
#include "acoustics/quantities.h"

/* Half a sample at 44.1 kHz. */
static const double onset_error_s = 0.5 / 44100;
/* A flat piece of this length at the start of a line fitted over t changes its slope by six times that
 * share of t at most (least squares: 6 x (1 - x) / t of an error at x, at its worst beside the start,
 * counted twice for both ends). */
static const double start_weight = 6;
/* How wrong the energy beyond the knee may be, where slower decays hide under the noise. */
static const double beyond_share = 1;

/* The noise of a band is not white, and its filter has edges: so much more was found between simulated
 * measurements (tests/cli/compare_draws.sh) than the formula has. */
static const double beside_weight = 1.25;

/* Relative error of an energy from the noise beside it. */
static double beside(const struct sabin_decay *decay, double energy)
{
	return beside_weight * sqrt(2 * decay->model.noise / (decay->bandwidth_hz * energy));
}

double sabin_repeat_share(const struct sabin_decay *decay)
{
	return hypot(beside(decay, decay->total), beyond_share * decay->beyond / decay->total);
}

double sabin_repeat_time_s(const struct sabin_decay *decay, double t_s, double noise, double range_db,
                           double to_db)
{
	/* an error of e dB at the lower end, which falls upwards e-fold in 4.34 dB, tilts the line by
	 * 12 / R^3 * R / 2 * 4.34 e (least squares over R dB) */
	const double db = 10 / M_LN10, low = decay->total * pow(10, to_db / 10);
	const double tail_db = db * beyond_share * decay->beyond / low;
	const double tail = 6 * db * tail_db / (range_db * range_db);
	const double start = start_weight * onset_error_s / (t_s * range_db / 60);
	return t_s * sqrt(noise * noise + tail * tail + start * start);
}

double sabin_repeat_ratio(const struct sabin_decay *decay, const struct sabin_band_energy *energy,
                          int split, double early, double late, double noise)
{
	const double moved = onset_error_s * (energy->early_edge[split] / early +
	                                      energy->late_edge[split] / late);
	const double tail = beyond_share * decay->beyond / late;
	return sqrt(noise * noise + beside(decay, early) * beside(decay, early) +
	            beside(decay, late) * beside(decay, late) + moved * moved + tail * tail);
}

double sabin_repeat_centre_s(const struct sabin_decay *decay, double rate, double noise_s)
{
	/* the energy is spread by 1 / rate about its centre, of the slower part where there are two */
	const double spread_s = beside(decay, decay->total) / fmin(rate, decay->model.rate);
	const double tail_s = beyond_share * decay->beyond / decay->total * (decay->knee_s + 1 / rate);
	return sqrt(noise_s * noise_s + spread_s * spread_s + onset_error_s * onset_error_s +
	            tail_s * tail_s);
}

double sabin_repeat_stray_of(double share, double chance)
{
	return sqrt(2 * share) * chance;
}

void sabin_repeat_stray(double share, struct sabin_band_result *result)
{
	const double rate = 6 * M_LN10 / result->value[SABIN_EDT].value;
	const double energy = sabin_repeat_stray_of(
		share, sabin_chance_energy(rate, result->band.high_hz - result->band.low_hz));
	if (isfinite(energy))
		result->energy_again = hypot(result->energy_again, energy);
	for (int p = 0; p < SABIN_PARAMETER_COUNT; p++) {
		struct sabin_quantity *q = &result->value[p];
		const double strayed = sabin_repeat_stray_of(share, q->plus_minus);
		if (isfinite(strayed) && q->repeatability > 0)
			q->repeatability = hypot(q->repeatability, strayed);
	}
}
