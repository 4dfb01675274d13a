/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sti.c: the speech transmission index.
 *
 * [IEC] IEC 60268-16:2020 (edition 5): annex A (from modulation transfer to index, auditory effects,
 *       table A.1 weights), annex F (letters), clause on the indirect method.
 * [Sch] M. R. Schroeder: "Modulation transfer functions: definition and measurement", Acustica 49
 *       (1981) 179-182: the modulation transfer of a room is the normalised Fourier transform of its
 *       squared impulse response.
 * [HS]  T. Houtgast, H. J. M. Steeneken: "A review of the MTF concept in room acoustics", JASA 77
 *       (1985) 1069-1077.
 */
#include <math.h>

#include <sabin/sti.h>

#include "acoustics/quantities.h"

/* [IEC] A.5.6, the 14 modulation frequencies. */
static const double modulation_hz[SABIN_STI_MODULATIONS] = {
	0.63, 0.8, 1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8, 10, 12.5,
};
/* [IEC] table A.1: weight of each octave, and of what neighbours tell twice. */
static const double alpha[SABIN_STI_BANDS] = {0.085, 0.127, 0.230, 0.233, 0.309, 0.224, 0.173};
static const double beta[SABIN_STI_BANDS - 1] = {0.085, 0.078, 0.065, 0.011, 0.047, 0.095};
/* [IEC] A.5.2, reception threshold by octave, dB SPL. */
static const double threshold_dbspl[SABIN_STI_BANDS] = {46, 27, 12, 6.5, 7.5, 8, 12};
/* [IEC] edition 5, speech of a man: octave levels re its A-weighted level. */
static const double speech_re_a_db[SABIN_STI_BANDS] = {-2.5, 0.5, 0, -6, -12, -18, -24};
/* [IEC] A.5.4: effective signal-to-noise ratios beyond +-15 dB change nothing. */
static const double limit_db = 15;

/* The just noticeable difference of the index is 0.03 (Bradley, Reich, Norcross: "A just noticeable
 * difference in C50 for speech", Appl. Acoust. 58 (1999) 99-108); noise may add as much error. */
static const double jnd_sti = 0.03;
/* What the filters' own decay and the steps in time leave: tone carriers of T = 0.3 to 5 s come out
 * within this of the closed form. */
static const double method_error = 0.001;
/* The noise left is correlated over all modulations, and the model of the end of the decay shares in
 * it: errors found in noise-like decays (T = 0.3 to 2 s, 20 to 45 dB) are up to three times what it gives.
 * Where the decay starts less than this above the noise, no model of the error holds. */
static const double noise_factor = 3, least_inr_db = 20;
/* A response without a decay is its direct sound alone where no energy comes later than the octave's
 * filter rings, in reciprocal bandwidths. */
static const double ringing = 3;
enum { CHANCE_STEPS = 240 }; /* of an integral over twelve times 1 / rate */

double sabin_sti_modulation_hz(size_t i)
{
	if (i >= SABIN_STI_MODULATIONS)
		return NAN;
	return modulation_hz[i];
}

void sabin_sti_speech(double level_dba, double speech_dbspl[SABIN_STI_BANDS])
{
	for (int b = 0; b < SABIN_STI_BANDS; b++)
		speech_dbspl[b] = level_dba + speech_re_a_db[b];
}

const char *sabin_sti_rating(double sti)
{
	if (!isfinite(sti))
		return "";
	return sti < 0.30 ? "bad" : sti < 0.45 ? "poor" : sti < 0.60 ? "fair" : sti < 0.75 ? "good"
	                                                                                : "excellent";
}

/* [IEC] annex F: bands of 0.04 from 0.36 (J) to 0.76 (A+). */
const char *sabin_sti_letter(double sti)
{
	static const char *const letters[] = {"U", "J", "I", "H", "G", "F",
	                                      "E", "D", "C", "B", "A", "A+"};
	enum { LAST = sizeof letters / sizeof *letters - 1 };
	int i = 0;
	if (!isfinite(sti))
		return "";
	while (i < LAST && sti >= 0.36 + 0.04 * i - 1e-12)
		i++;
	return letters[i];
}

/* ---- from the modulation transfer to the index ------------------------------------------------ */

static double intensity(double level_db)
{
	return pow(10, level_db / 10);
}

/* [IEC] A.5.3: how far below the octave `by` that masks the next octave lies hidden. */
static double masking_db(double by_dbspl)
{
	if (by_dbspl < 63)
		return 0.5 * by_dbspl - 65;
	if (by_dbspl < 67)
		return 1.8 * by_dbspl - 146.9;
	if (by_dbspl < 100)
		return 0.5 * by_dbspl - 59.8;
	return -10;
}

/* Factor on the modulation of octave b: noise, masking by the octave below, threshold. */
static double depth_left(const struct sabin_sti_levels *levels, int b)
{
	const double speech = intensity(levels->speech_dbspl[b]);
	double all = speech + intensity(levels->noise_dbspl[b]);
	if (levels->hearing) {
		all += intensity(threshold_dbspl[b]);
		if (b > 0) {
			const double below = intensity(levels->speech_dbspl[b - 1]) +
			                     intensity(levels->noise_dbspl[b - 1]);
			all += below * intensity(masking_db(10 * log10(below)));
		}
	}
	return speech > 0 ? speech / all : 0;
}

/* [IEC] A.5.4, A.5.5: transmission index of one modulation. */
static double transmission(double m)
{
	if (isnan(m))
		return NAN;
	if (m >= 1)
		return 1;
	if (m <= 0)
		return 0;
	const double snr_db = 10 * log10(m / (1 - m));
	return (fmax(-limit_db, fmin(limit_db, snr_db)) + limit_db) / (2 * limit_db);
}

double sabin_sti_index(const double m[SABIN_STI_BANDS][SABIN_STI_MODULATIONS],
                       const struct sabin_sti_levels *levels, double *mti)
{
	double index[SABIN_STI_BANDS], sti = 0;
	for (int b = 0; b < SABIN_STI_BANDS; b++) {
		const double left = levels ? depth_left(levels, b) : 1;
		double sum = 0;
		for (int i = 0; i < SABIN_STI_MODULATIONS; i++)
			sum += transmission(m[b][i] * left);
		index[b] = sum / SABIN_STI_MODULATIONS;
		if (mti)
			mti[b] = index[b];
	}
	for (int b = 0; b < SABIN_STI_BANDS; b++) /* [IEC] A.5.7 */
		sti += alpha[b] * index[b];
	for (int b = 0; b + 1 < SABIN_STI_BANDS; b++)
		sti -= beta[b] * sqrt(index[b] * index[b + 1]);
	if (isnan(sti))
		return NAN;
	return fmax(0, fmin(1, sti));
}

void sabin_sti_in_noise(const struct sabin_sti *quiet, const struct sabin_sti_levels *levels,
                        struct sabin_sti *out)
{
	double mti[SABIN_STI_BANDS];
	struct sabin_sti result = *quiet;
	result.sti.value = sabin_sti_index(quiet->m, levels, mti);
	for (int b = 0; b < SABIN_STI_BANDS; b++) {
		const double left = depth_left(levels, b);
		result.mti[b].value = mti[b];
		if (result.mti[b].valid && isnan(mti[b]))
			result.mti[b] = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
		for (int i = 0; i < SABIN_STI_MODULATIONS; i++)
			result.m[b][i] = quiet->m[b][i] * left;
	}
	if (result.sti.valid && isnan(result.sti.value))
		result.sti = sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	*out = result;
}

/* ---- from the response to the modulation transfer --------------------------------------------- */

/* Fourier transform of the energy up to the knee, less the noise in it: re[], im[] of the modulation
 * frequencies; returns its value at 0 Hz. */
static double transform(const struct sabin_decay *decay, double *re, double *im)
{
	const struct sabin_energy *e = decay->energy;
	double turn_re[SABIN_STI_MODULATIONS], turn_im[SABIN_STI_MODULATIONS];
	double at_re[SABIN_STI_MODULATIONS], at_im[SABIN_STI_MODULATIONS], sum = 0;
	for (int k = 0; k < SABIN_STI_MODULATIONS; k++) {
		const double w = -2 * M_PI * modulation_hz[k], first_s = e->start_s + e->step_s / 2;
		turn_re[k] = cos(w * e->step_s);
		turn_im[k] = sin(w * e->step_s);
		at_re[k] = cos(w * first_s);
		at_im[k] = sin(w * first_s);
		re[k] = im[k] = 0;
	}
	for (size_t i = 0; i < e->count; i++) {
		const double t = e->start_s + ((double)i + 0.5) * e->step_s;
		if (t > decay->knee_s)
			break;
		const double noise = t > 0 ? decay->subtract * e->step_s : 0;
		const double energy = e->tail[i] - e->tail[i + 1] - noise;
		sum += energy;
		for (int k = 0; k < SABIN_STI_MODULATIONS; k++) {
			re[k] += energy * at_re[k];
			im[k] += energy * at_im[k];
			const double next = at_re[k] * turn_re[k] - at_im[k] * turn_im[k];
			at_im[k] = at_im[k] * turn_re[k] + at_re[k] * turn_im[k];
			at_re[k] = next;
		}
	}
	return sum;
}

/* [Sch] modulation transfer of one octave; what the decay would have brought after the knee is an
 * exponential, whose transform is beyond / (1 + i w / rate), turned by the knee. */
static void modulation(const struct sabin_decay *decay, double *m)
{
	double re[SABIN_STI_MODULATIONS], im[SABIN_STI_MODULATIONS];
	const double sum = transform(decay, re, im) + decay->beyond;
	for (int k = 0; k < SABIN_STI_MODULATIONS; k++) {
		const double w = 2 * M_PI * modulation_hz[k];
		if (decay->beyond > 0) {
			const double u = w / decay->model.rate, size = decay->beyond / (1 + u * u);
			const double c = cos(w * decay->knee_s), s = sin(w * decay->knee_s);
			re[k] += size * (c - u * s);
			im[k] -= size * (s + u * c);
		}
		m[k] = NAN;
		if (sum > 0)
			m[k] = fmin(1, hypot(re[k], im[k]) / sum);
	}
}

/* Error of an octave's index when `part` of its energy may be noise, which has no modulation. */
static double index_error(const double *m, double part)
{
	double sum = 0;
	for (int k = 0; k < SABIN_STI_MODULATIONS; k++)
		sum += fabs(transmission(m[k]) - transmission(m[k] / (1 + part)));
	return sum / SABIN_STI_MODULATIONS;
}

/* How far the chance of one decay of noise moves an octave's index.  To first order ln m changes by the integral
 * of the change of the energy with the weight g(t) = cos(w t) + u sin(w t) - 1, u = w / rate, as m = 1 /
 * (1 + i u) for an exponential, and the index by 10 / ln 10 / (30 dB (1 - m)) of that, unless it is at a limit. */
static double index_chance(const struct sabin_decay *decay, const double *m)
{
	const double rate = decay->model.rate, step = 12.0 / CHANCE_STEPS;
	double slope[SABIN_STI_MODULATIONS], sum = 0;
	for (int k = 0; k < SABIN_STI_MODULATIONS; k++) {
		const double ti = transmission(m[k]);
		slope[k] = ti > 0 && ti < 1 ? 10 / M_LN10 / (2 * limit_db * (1 - m[k])) : 0;
	}
	for (int i = 0; i < CHANCE_STEPS; i++) {
		const double x = (i + 0.5) * step; /* rate t */
		double g = 0;
		for (int k = 0; k < SABIN_STI_MODULATIONS; k++) {
			const double u = 2 * M_PI * modulation_hz[k] / rate;
			g += slope[k] * (cos(u * x) + u * sin(u * x) - 1) / SABIN_STI_MODULATIONS;
		}
		sum += g * g * exp(-2 * x) * step;
	}
	return sqrt(rate / decay->bandwidth_hz * sum);
}

static struct sabin_quantity octave_index(const struct sabin_decay *decay, const double *m,
                                          double stray)
{
	double sum = 0;
	for (int k = 0; k < SABIN_STI_MODULATIONS; k++)
		sum += transmission(m[k]) / SABIN_STI_MODULATIONS;
	if (!(decay->total > 0) || isnan(sum))
		return sabin_quantity_invalid(NAN, SABIN_BECAUSE_NO_SIGNAL);
	double part = sabin_energy_after(decay->energy, ringing / decay->bandwidth_hz) / decay->total;
	if (decay->has_model)
		part = noise_factor * sabin_noise_left(decay, 0) / decay->total;
	const double inr_db = sabin_decay_inr_db(decay);
	const double noise = index_error(m, part), error = hypot(noise, method_error);
	struct sabin_quantity q = sabin_quantity_valid(sum, error);
	if (inr_db < least_inr_db)
		q = sabin_quantity_because(sum, error, SABIN_BECAUSE_RANGE, inr_db, least_inr_db);
	else if (error > jnd_sti && !decay->has_model)
		q = sabin_quantity_because(sum, error, SABIN_BECAUSE_NOT_A_DECAY, NAN, NAN);
	else if (error > jnd_sti)
		q = sabin_quantity_because(sum, error, SABIN_BECAUSE_UNCERTAIN, 100 * error,
		                           100 * jnd_sti);
	q.repeatability = hypot(noise, index_error(m, sabin_repeat_share(decay)));
	if (stray > 0 && decay->has_model)
		q.repeatability = hypot(q.repeatability,
		                        sabin_repeat_stray_of(stray, index_chance(decay, m)));
	return q;
}

/* stray: beyond the noise. */
static enum sabin_err octave(struct sabin_bank *bank, const struct sabin_sti_options *options, int b,
                             double stray, struct sabin_sti *out)
{
	const struct sabin_band *band = &out->band[b];
	const double low_hz = options->excited_from_hz;
	const double high_hz = fmin(options->excited_to_hz, bank->rate_hz / 2);
	if (band->low_hz < low_hz || band->high_hz > high_hz) {
		const bool low = band->low_hz < low_hz;
		out->mti[b] = sabin_quantity_because(NAN, NAN, SABIN_BECAUSE_OUT_OF_BAND,
		                                     low ? low_hz : high_hz,
		                                     low ? band->low_hz : band->high_hz);
		return SABIN_OK;
	}
	if (sabin_not_played(band, options->played_from_hz, options->played_to_hz, &out->mti[b]))
		return SABIN_OK;
	struct sabin_band_energy energy;
	enum sabin_err err = sabin_bank_filter(bank, band, &energy);
	if (!err) {
		struct sabin_decay decay;
		sabin_decay_init(&decay, &energy.all, bank->duration_s,
		                 band->high_hz - band->low_hz, SABIN_NOISE_FULL);
		modulation(&decay, out->m[b]);
		out->mti[b] = octave_index(&decay, out->m[b], stray);
	}
	sabin_band_energy_release(&energy);
	return err;
}

/* The index of all octaves; not valid where an octave is missing, or where the errors of all add up
 * to more than is allowed. */
static struct sabin_quantity whole(const struct sabin_sti *sti)
{
	double variance = method_error * method_error, noise = 0;
	for (int b = 0; b < SABIN_STI_BANDS; b++) {
		const struct sabin_quantity *q = &sti->mti[b];
		if (isnan(q->value) || q->reason == SABIN_BECAUSE_NOT_A_DECAY ||
		    q->reason == SABIN_BECAUSE_RANGE)
			return sabin_quantity_because(sabin_sti_index(sti->m, NULL, NULL), NAN,
			                              q->reason, q->have, q->need);
		variance += alpha[b] * alpha[b] * q->plus_minus * q->plus_minus;
		noise += alpha[b] * alpha[b] * q->repeatability * q->repeatability;
	}
	const double value = sabin_sti_index(sti->m, NULL, NULL), error = sqrt(variance);
	struct sabin_quantity q = sabin_quantity_valid(value, error);
	if (error > jnd_sti)
		q = sabin_quantity_because(value, error, SABIN_BECAUSE_UNCERTAIN, 100 * error,
		                           100 * jnd_sti);
	q.repeatability = sqrt(noise);
	return q;
}

double sabin_sti_place_deviation(const double time_s[SABIN_STI_BANDS])
{
	static const double usual_time_s = 0.4; /* of rooms whose decay is not known */
	struct sabin_band band[SABIN_STI_BANDS];
	double variance = 0;
	const size_t count = sabin_bands(1, 125, 8000, band, SABIN_STI_BANDS);
	for (size_t b = 0; b < count; b++) {
		const double t_s = time_s[b] > 0 ? time_s[b] : usual_time_s;
		const double part =
		    alpha[b] * sabin_sti_octave_deviation(band[b].high_hz - band[b].low_hz, t_s);
		variance += part * part;
	}
	return sqrt(variance);
}

enum sabin_err sabin_sti_compute(const double *h, size_t n, double rate_hz, size_t onset,
                                 const struct sabin_sti_options *options, struct sabin_sti *out)
{
	struct sabin_bank bank = {0};
	struct sabin_sti sti;
	bool silent = true;
	size_t largest = 0;
	if (onset >= n || !(rate_hz > 0) || !(options->excited_from_hz >= 0) ||
	    !(options->excited_to_hz > 0) || !(options->played_from_hz >= 0) ||
	    !(options->played_to_hz >= 0) || !(options->stray >= 0) || !isfinite(options->stray))
		return SABIN_EINVAL;
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(h[i]))
			return SABIN_EINVAL;
		silent = silent && (i < onset || h[i] == 0);
		if (fabs(h[i]) > fabs(h[largest]))
			largest = i;
	}
	if (silent)
		return SABIN_ESHORT;
	sabin_bands(1, 125, 8000, sti.band, SABIN_STI_BANDS);
	for (int b = 0; b < SABIN_STI_BANDS; b++)
		for (int i = 0; i < SABIN_STI_MODULATIONS; i++)
			sti.m[b][i] = NAN;
	const double stray = options->stray > 0
	                             ? sabin_stray_beyond_noise(h, n, largest, options->stray)
	                             : 0;
	enum sabin_err err = sabin_bank_load(&bank, h, n, onset, rate_hz,
	                                     sti.band[0].high_hz - sti.band[0].low_hz);
	for (int b = 0; b < SABIN_STI_BANDS && !err; b++)
		err = octave(&bank, options, b, stray, &sti);
	sabin_bank_release(&bank);
	if (err)
		return err;
	sti.sti = whole(&sti);
	*out = sti;
	return SABIN_OK;
}
