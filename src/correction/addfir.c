/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * addfir.c: FIRs for the channels of a correction.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/correction.h>
#include <sabin/curve.h>

/* A boost that is forbidden ends softly. */
static const double soft_oct = 1 / 12.0;
static const double most_cut_db = 20;
/* Where the places differ, half of a boost is left. */
static const double differ_share = 0.5;

/* What of a boost is allowed at point i. */
static double allowed(const struct sabin_correction_channel *c, size_t i)
{
	switch ((enum sabin_leave)c->leave[i]) {
	case SABIN_LEAVE_NULL:
	case SABIN_LEAVE_DIP:
	case SABIN_LEAVE_ROLLOFF:
		return 0;
	case SABIN_LEAVE_SPREAD:
		return differ_share;
	case SABIN_LEAVE_NOTHING:
	case SABIN_LEAVE_HIGH:
	case SABIN_LEAVE_REASONS:
		break;
	}
	return 1;
}

/* gain[n], with scratch[n]. */
static void wanted_gain(const struct sabin_correction_channel *c, const struct sabin_eq_fir *fir,
                        double *gain, double *scratch)
{
	sabin_fir_gain(c->freq_hz, c->predicted_db, c->target_db, c->length, fir->boost_db, most_cut_db,
	               gain);
	if (fir->unlimited)
		return;
	for (size_t i = 0; i < c->length; i++)
		scratch[i] = fmax(gain[i], 0) * (allowed(c, i) - 1);
	/* what is taken away must be gone at the null itself: the smooth one only adds to it */
	for (size_t i = 0; i < c->length; i++)
		gain[i] += scratch[i];
	sabin_curve_smooth(c->freq_hz, gain, c->length, soft_oct, scratch);
	for (size_t i = 0; i < c->length; i++)
		gain[i] = allowed(c, i) < 1 ? fmin(gain[i], scratch[i]) : scratch[i];
	sabin_fir_hold(c->freq_hz, c->length, fir->boost_db, gain);
}

/* Largest gain at the grid and its mean. */
static double net_boost_db(const struct sabin_correction_channel *c)
{
	double most = -INFINITY, mean = 0;
	for (size_t i = 0; i < c->length; i++) {
		const double gain = c->predicted_db[i] - c->before_db[i];
		most = fmax(most, gain);
		mean += gain / (double)c->length;
	}
	return most - mean;
}

static enum sabin_err predict(struct sabin_correction_channel *c, double rate_hz)
{
	double *level = malloc(c->length * sizeof *level);
	if (!level)
		return SABIN_ENOMEM;
	enum sabin_err err = sabin_correction_level(c, rate_hz, c->freq_hz, c->length, level);
	for (size_t i = 0; i < c->length && !err; i++)
		c->predicted_db[i] = c->before_db[i] + level[i];
	if (!err) {
		c->error_after_db = sabin_correction_deviation_db(c, c->predicted_db);
		c->net_boost_db = net_boost_db(c);
	}
	free(level);
	return err;
}

static enum sabin_err one_channel(struct sabin_correction_channel *c,
                                  const struct sabin_eq_speaker *speaker,
                                  const struct sabin_eq_fir *fir, const double *rates_hz,
                                  size_t count, double rate_hz)
{
	struct sabin_fir_phase phase = {0};
	double *gain = malloc(2 * c->length * sizeof *gain);
	enum sabin_err err = gain ? SABIN_OK : SABIN_ENOMEM;
	if (!err && fir->kind == SABIN_FIR_MIXED)
		err = sabin_fir_phase(speaker->places, speaker->place_count, fir->pre_s, &phase);
	if (!err)
		wanted_gain(c, fir, gain, gain + c->length);
	for (size_t r = 0; r < count && !err; r++) {
		struct sabin_correction_rate made = {.rate_hz = rates_hz[r]};
		const struct sabin_fir_options o = {fir->kind, rates_hz[r], fir->length_s,
		                                    phase.turn ? &phase : NULL};
		err = sabin_fir_compute(c->freq_hz, gain, c->length, &o, &made.fir, &made.taps,
		                        &made.latency_s);
		if (!err) {
			c->rates[r] = made;
			c->rate_count = r + 1;
		}
	}
	free(phase.turn);
	free(gain);
	return err ? err : predict(c, rate_hz);
}

enum sabin_err sabin_correction_add_fir(struct sabin_correction *correction,
                                        const struct sabin_eq_speaker *speakers,
                                        const struct sabin_eq_fir *fir, const double *rates_hz,
                                        size_t count)
{
	enum sabin_err err = SABIN_OK;
	if (count < 1 || count > SABIN_CORRECTION_RATES || fir->kind == SABIN_FIR_NONE ||
	    !(fir->boost_db >= 0))
		return SABIN_EINVAL;
	for (size_t i = 0; i < correction->channel_count && !err; i++)
		err = one_channel(&correction->channels[i], &speakers[i], fir, rates_hz, count,
		                  correction->rate_hz);
	return err;
}
