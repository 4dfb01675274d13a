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
/* At nulls so much less than nothing is aimed at, that between the points of the grid nothing is boosted; and no
 * more than that is left of it. */
static const double spare_db = 0.25, spare_factor = 2;
enum { SPARE_ROUNDS = 8 };
/* Where the places differ, half of a boost is left. */
static const double differ_share = 0.5, gentle = 0.5;

/* What is left alone of this speaker by itself. */
static enum sabin_err look(struct sabin_correction_channel *c, const struct sabin_eq_speaker *s,
                           const struct sabin_eq_fir *fir)
{
	const size_t n = c->length, count = s->place_count;
	const struct sabin_correctable_rules rules = {fir->full_hz, fir->none_hz, s->low_hz, s->high_hz};
	struct sabin_correctable may = {0};
	struct sabin_correctable_place *places = malloc(count * sizeof *places);
	double *level = calloc((count + 1) * n, sizeof *level), *flat = level + count * n;
	enum sabin_err err = places && level ? SABIN_OK : SABIN_ENOMEM;
	for (size_t p = 0; p < count && !err; p++) {
		places[p] = s->places[p];
		for (size_t i = 0; i < n; i++)
			level[p * n + i] = s->places[p].level_db[i] - c->target_db[i];
		places[p].level_db = level + p * n;
	}
	if (!err)
		err = sabin_correctable_compute(c->freq_hz, flat, n, places, count, &rules, &may);
	for (size_t i = 0; i < n && !err; i++) {
		/* what needs no boost is not left alone for having none */
		const bool high = c->before_db[i] >= c->target_db[i] && may.leave[i] != SABIN_LEAVE_ROLLOFF;
		c->leave[i] = high && may.cut[i] >= gentle && may.full[i] >= gentle ? SABIN_LEAVE_NOTHING
		                                                                    : may.leave[i];
	}
	sabin_correctable_free(&may);
	free(places);
	free(level);
	return err;
}

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
	case SABIN_LEAVE_FLANK:
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
	/* what is taken away must be gone at the null itself: the smooth one only adds to it */
	for (size_t i = 0; i < c->length; i++)
		gain[i] -= fmax(gain[i], 0) * (1 - allowed(c, i));
	sabin_curve_smooth(c->freq_hz, gain, c->length, soft_oct, scratch);
	for (size_t i = 0; i < c->length; i++)
		gain[i] = allowed(c, i) < 1 ? fmin(gain[i], scratch[i]) : scratch[i];
	sabin_fir_hold(c->freq_hz, c->length, fir->boost_db, gain);
}

/* A response of this length smears what is beside a null into it: less is wanted there until nothing is left
 * of that.  level[n]: scratch. */
static enum sabin_err spare_nulls(const struct sabin_correction_channel *c,
                                  const struct sabin_fir_options *o, double *gain, double *level)
{
	enum sabin_err err = SABIN_OK;
	double over_db = INFINITY; /* over nothing */
	for (int round = 0; round < SPARE_ROUNDS && over_db > 0 && !err; round++) {
		double *h = NULL, latency_s;
		size_t taps;
		over_db = 0;
		err = sabin_fir_compute(c->freq_hz, gain, c->length, o, &h, &taps, &latency_s);
		if (!err)
			err = sabin_fir_level(h, taps, o->rate_hz, c->freq_hz, c->length, level);
		free(h);
		for (size_t i = 0; i < c->length && !err; i++) {
			const bool null = c->leave[i] == SABIN_LEAVE_NULL || c->leave[i] == SABIN_LEAVE_DIP;
			if (!null || level[i] <= -spare_db)
				continue;
			over_db = fmax(over_db, level[i]);
			gain[i] -= spare_factor * (level[i] + spare_db);
		}
	}
	return err;
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
	double least_hz = rates_hz[0];
	double *gain = malloc(2 * c->length * sizeof *gain);
	enum sabin_err err = gain ? SABIN_OK : SABIN_ENOMEM;
	if (!err && fir->kind == SABIN_FIR_MIXED)
		err = sabin_fir_phase(speaker->places, speaker->place_count, fir->pre_s, &phase);
	if (!err && !fir->unlimited)
		err = look(c, speaker, fir);
	if (!err)
		wanted_gain(c, fir, gain, gain + c->length);
	for (size_t r = 1; r < count; r++)
		least_hz = fmin(least_hz, rates_hz[r]);
	/* the phase changes nothing of it */
	if (!err && !fir->unlimited)
		err = spare_nulls(c, &(struct sabin_fir_options){SABIN_FIR_MINIMUM, least_hz, fir->length_s, NULL},
		                  gain, gain + c->length);
	for (size_t r = 0; r < count && !err; r++) {
		struct sabin_correction_rate made = {.rate_hz = rates_hz[r]};
		const struct sabin_fir_options o = {fir->kind, rates_hz[r], fir->length_s,
		                                    phase.turn ? &phase : NULL};
		err = sabin_fir_compute(c->freq_hz, gain, c->length, &o, &made.fir, &made.taps,
		                        &made.latency_s);
		if (!err) {
			free(c->rates[r].fir);
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
