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

/* What an error of 1 dB at an end of the line's range changes in its slope, dB/s, by moving that end to where
 * the curve lies off the line: 6 / L^2 of that for each second of a range of length L. */
static double end_weight(const struct sabin_decay *decay, const struct sabin_decay_fit *fit, double t_s)
{
	const double length_s = fit->to_s - fit->from_s;
	const double line_db = fit->at0_db - 60 * t_s / fit->time_s;
	const double off_db = 10 * log10(sabin_decay_curve(decay, t_s) / decay->total) - line_db;
	/* no band falls otherwise within a cell than over it */
	const double half_s = 0.5 / decay->bandwidth_hz;
	const double before = sabin_decay_curve(decay, t_s - half_s);
	const double fall_db = 10 * log10(before / sabin_decay_curve(decay, t_s + half_s));
	return fall_db > 0 ? 6 * off_db / (length_s * length_s) * 2 * half_s / fall_db : 0;
}

/* Relative error of a decay time from the noise beside the decay, as the curve itself has it.  Of an error of
 * the level at t a least-squares line over a length L takes 12 / L^3 (t - centre) dt into its slope, and at the
 * ends more where the decay is no line.  The level at t strays with the energy of all that comes after, so each
 * piece of the decay counts with the weights of all levels before its end; the level of the whole, which the
 * range is counted from, with that of the ends. */
static double line_noise(const struct sabin_decay *decay, const struct sabin_decay_fit *fit)
{
	enum { PIECES = 200 };
	const double n = decay->model.noise, b = decay->bandwidth_hz, db = 10 / M_LN10;
	const double length_s = fit->to_s - fit->from_s, step_s = length_s / PIECES;
	const double knee_s = fmax(decay->knee_s, fit->to_s);
	/* the noise that is subtracted is off by the same everywhere */
	const double off = decay->subtract / sqrt(b * fmax(decay->end_s - decay->crossing_s, 1 / b));
	const double end[2] = {end_weight(decay, fit, fit->from_s), end_weight(decay, fit, fit->to_s)};
	double weight = -(end[0] + end[1]) * db / decay->total, common = weight * off * knee_s;
	double energy = sabin_decay_curve(decay, fit->from_s);
	double variance = weight * weight * 2 * n * fmax(decay->total - energy, 0);
	for (int i = 0; i <= PIECES; i++) {
		const double t_s = fit->from_s + i * step_s;
		const double next = i < PIECES ? sabin_decay_curve(decay, t_s + step_s) : 0;
		const double piece_s = i < PIECES ? step_s : knee_s - t_s;
		double slope = 12 * (i * step_s - length_s / 2) * step_s / pow(length_s, 3);
		if (i == 0 || i == PIECES)
			slope = slope / 2 + end[i > 0];
		weight += slope * db / energy;
		common += slope * db / energy * off * (knee_s - t_s);
		/* the product of decay and noise, and the noise's own square */
		variance += weight * weight * (2 * n * fmax(energy - next, 0) + n * n * piece_s);
		energy = next;
	}
	return fit->time_s / 60 * sqrt(beside_weight * beside_weight * variance / b + common * common);
}

double sabin_repeat_time_s(const struct sabin_decay *decay, const struct sabin_decay_fit *fit,
                           double range_db, double to_db, double unseen)
{
	const double t_s = fit->time_s;
	const double noise = decay->noise_seen ? line_noise(decay, fit) : unseen;
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
