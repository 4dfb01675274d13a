/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * quantities.h: the numbers of one band with their uncertainty and validity.
 *
 * The model of the error, in one place.  A decay of noise with reverberation time T in a band of
 * width B has about B*T independent cells; every relative error is some factor over sqrt(B*T).  One
 * part is the decay's own randomness (ISO 3382-2 annex A), the other comes from the noise and grows
 * with the noise's amplitude re the lower end of the range.
 */
#ifndef SABIN_ACOUSTICS_QUANTITIES_H
#define SABIN_ACOUSTICS_QUANTITIES_H

#include "acoustics/decay.h"

/* How far down the decay can be used, dB: level over the noise, or over the response's end. */
double sabin_usable_db(const struct sabin_decay *decay);

/* What noise leaves, at one standard deviation, in the energy between from_s and the knee. */
double sabin_noise_left(const struct sabin_decay *decay, double from_s);

/* Not valid, with the numbers that say why. */
struct sabin_quantity sabin_quantity_because(double value, double plus_minus,
                                             enum sabin_reason reason, double have, double need);

/* Does the loudspeaker not play the band, most of it?  played_to_hz = 0: that is not known.  If so, *reason has
 * the numbers. */
bool sabin_not_played(const struct sabin_band *band, double played_from_hz, double played_to_hz,
                      struct sabin_quantity *reason);

/* Fill INR, the decay times, curvature and non-linearity, and the fits of result. */
void sabin_reverberation(const struct sabin_decay *decay, struct sabin_band_result *result);

/* Look for a second slope from from_s on, where the decay curve is at -5 dB (NAN: not known). */
void sabin_slopes(const struct sabin_decay *decay, double from_s, struct sabin_double_slope *out);

/* Fill C50, C80, D50 and Ts; after sabin_reverberation(). */
void sabin_clarity(const struct sabin_decay *decay, const struct sabin_band_energy *energy,
                   struct sabin_band_result *result);

/* repeatability.c: what a second measurement at the same place would show, standard uncertainties (k = 1).
 * Of a decay time, from its line down to to_db over range_db (unseen: its relative error where the response
 * ends before its noise); of early over late energy (relative); of the centre time. */
double sabin_repeat_time_s(const struct sabin_decay *decay, const struct sabin_decay_fit *fit,
                           double range_db, double to_db, double unseen);
double sabin_repeat_ratio(const struct sabin_decay *decay, const struct sabin_band_energy *energy,
                          int split, double early, double late, double noise);
double sabin_repeat_centre_s(const struct sabin_decay *decay, double rate, double noise_s);
/* Share of all energy that the noise may seem to move. */
double sabin_repeat_share(const struct sabin_decay *decay);
/* What of `stray`, the share of its energy by which repeats of h[n] stray, is not noise, which every quantity
 * knows already.  largest: the largest sample. */
double sabin_stray_beyond_noise(const double *h, size_t n, size_t largest, double stray);
/* Of a quantity whose own chance is `chance` when the sound strays by this share of its energy. */
double sabin_repeat_stray_of(double share, double chance);
/* Add what repeats have shown: that the sound itself strayed by this share of its energy. */
void sabin_repeat_stray(double share, struct sabin_band_result *result);

#endif
