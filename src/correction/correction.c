/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * correction.c: a correction as it is used: levels and delays, rates, headroom, responses.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/convolve.h>
#include <sabin/correction.h>
#include <sabin/window.h>

#include "signal/cmplx.h"

static const double rest_share = 1e-4; /* a response is over when no more is left */
static const double fade_share = 0.1;
static const double least_s = 0.01; /* of a response */
/* In so many decays by 60 dB of its slowest filter a cascade has fallen far enough, also where several
 * have nearly the same pole. */
static const double decays = 2.5;
/* Delays below this are a speaker's place to the centimetre, and not worth a line. */
static const double least_delay_s = 20e-6;

size_t sabin_correction_filters(const struct sabin_correction_channel *c, double rate_hz,
                                struct sabin_biquad *filters)
{
	size_t n = 0;
	for (size_t i = 0; i < c->filter_count; i++) {
		if (!sabin_biquad_possible(&c->filters[i], rate_hz))
			continue;
		if (filters)
			filters[n] = c->filters[i];
		n++;
	}
	return n;
}

/* ---- alignment ------------------------------------------------------------------------------ */

/* Mean of the predicted level where the speakers are aligned. */
static double band_level_db(const struct sabin_correction_channel *c, const struct sabin_eq_speaker *s)
{
	const double *here = s->aligned_at ? s->aligned_at->level_db : c->before_db;
	double sum = 0;
	size_t n = 0;
	for (size_t i = 0; i < c->length; i++) {
		if (c->freq_hz[i] < sabin_target_band_hz[0] || c->freq_hz[i] > sabin_target_band_hz[1])
			continue;
		sum += here[i] + (c->predicted_db[i] - c->before_db[i]);
		n++;
	}
	return n ? sum / (double)n : (double)NAN;
}

void sabin_correction_align(struct sabin_correction *correction,
                            const struct sabin_eq_speaker *speakers)
{
	double least = INFINITY, last = -INFINITY; /* times may count from any moment */
	bool timed = true;
	for (size_t i = 0; i < correction->channel_count; i++) {
		if (speakers[i].sub)
			continue;
		const double level = band_level_db(&correction->channels[i], &speakers[i]);
		least = fmin(least, level); /* fmin passes NaN by */
		timed = timed && isfinite(speakers[i].travel_s);
		last = fmax(last, speakers[i].travel_s);
	}
	for (size_t i = 0; i < correction->channel_count; i++) {
		struct sabin_correction_channel *c = &correction->channels[i];
		const double level = band_level_db(c, &speakers[i]);
		if (speakers[i].sub)
			continue;
		if (isfinite(level))
			c->gain_db = least - level;
		if (timed && last - speakers[i].travel_s >= least_delay_s)
			c->delay_s = last - speakers[i].travel_s;
	}
}

/* ---- rates ---------------------------------------------------------------------------------- */

static double needed_db(const struct sabin_eq_headroom *h, enum sabin_headroom_for room)
{
	return room == SABIN_FOR_WORST   ? h->worst_case_db
	       : room == SABIN_FOR_TONES ? h->peak_gain_db
	                                 : h->program_db;
}

enum sabin_err sabin_correction_set_rates(struct sabin_correction *correction,
                                          const double *rates_hz, size_t count,
                                          enum sabin_headroom_for room)
{
	if (count > SABIN_CORRECTION_RATES)
		return SABIN_EINVAL;
	for (size_t r = 0; r < count; r++) {
		double worst_db = 0;
		for (size_t i = 0; i < correction->channel_count; i++) {
			struct sabin_correction_channel *c = &correction->channels[i];
			struct sabin_correction_rate *rate = &c->rates[r];
			struct sabin_biquad f[SABIN_EQFIT_MOST];
			const size_t n = sabin_correction_filters(c, rates_hz[r], f);
			if (r >= c->rate_count) {
				*rate = (struct sabin_correction_rate){.rate_hz = rates_hz[r]};
				c->rate_count = r + 1;
			}
			enum sabin_err err = sabin_eq_headroom_compute(f, n, rate->fir, rate->taps,
			                                            rates_hz[r], &rate->headroom);
			if (err)
				return err;
			worst_db = fmax(worst_db, c->gain_db + needed_db(&rate->headroom, room));
		}
		for (size_t i = 0; i < correction->channel_count; i++) {
			struct sabin_correction_channel *c = &correction->channels[i];
			c->rates[r].preamp_db = c->gain_db - worst_db;
		}
	}
	return SABIN_OK;
}

/* ---- responses ------------------------------------------------------------------------------ */

static const struct sabin_correction_rate *nearest_fir(const struct sabin_correction_channel *c,
                                                       double rate_hz)
{
	const struct sabin_correction_rate *near = NULL;
	for (size_t r = 0; r < c->rate_count; r++)
		if (c->rates[r].fir && (!near || fabs(log(c->rates[r].rate_hz / rate_hz)) <
		                                     fabs(log(near->rate_hz / rate_hz))))
			near = &c->rates[r];
	return near;
}

enum sabin_err sabin_correction_level(const struct sabin_correction_channel *c, double rate_hz,
                                      const double *freq_hz, size_t n, double *level_db)
{
	struct sabin_biquad f[SABIN_EQFIT_MOST];
	const struct sabin_correction_rate *near = nearest_fir(c, rate_hz);
	const size_t count = sabin_correction_filters(c, rate_hz, f);
	for (size_t i = 0; i < n; i++)
		if (!(freq_hz[i] > 0) || !(freq_hz[i] < rate_hz / 2))
			return SABIN_EINVAL;
	double *of_fir = near ? malloc(n * sizeof *of_fir) : NULL;
	if (near && !of_fir)
		return SABIN_ENOMEM;
	enum sabin_err err = near ? sabin_fir_level(near->fir, near->taps, near->rate_hz, freq_hz, n,
	                                            of_fir)
	                          : SABIN_OK;
	if (!err)
		sabin_biquads_levels_db(f, count, rate_hz, freq_hz, n, level_db);
	for (size_t i = 0; i < n && near && !err; i++)
		level_db[i] += of_fir[i];
	free(of_fir);
	return err;
}

/* A FIR's level at a pole, as from its main peak on. */
static double fir_decaying_db(const struct sabin_correction_rate *r, const struct sabin_eq_mode *mode)
{
	const double fall = 3 * M_LN10 / (mode->t60_s * r->rate_hz), w = 2 * M_PI * mode->freq_hz / r->rate_hz;
	const double complex back = exp(fall) * CMPLX(cos(w), -sin(w)); /* exp(-s / rate) */
	double complex sum = 0;
	for (size_t i = r->taps; i-- > 0;) /* Horner */
		sum = sum * back + r->fir[i];
	return 20 * (log10(cabs(sum)) - fall * r->latency_s * r->rate_hz / M_LN10);
}

double sabin_correction_decaying_db(const struct sabin_correction_channel *c, double rate_hz,
                                    const struct sabin_eq_mode *mode)
{
	struct sabin_biquad f[SABIN_EQFIT_MOST];
	const struct sabin_correction_rate *near = nearest_fir(c, rate_hz);
	const size_t all = sabin_correction_filters(c, rate_hz, f);
	size_t count = 0;
	for (size_t i = 0; i < all; i++)
		if (f[i].type != SABIN_LOW_PASS && f[i].type != SABIN_HIGH_PASS)
			f[count++] = f[i];
	return sabin_biquads_decaying_db(f, count, rate_hz, mode->freq_hz, mode->t60_s) +
	       (near ? fir_decaying_db(near, mode) : 0);
}

enum sabin_err sabin_correction_impulse(const struct sabin_correction_channel *c, size_t rate,
                                        double seconds_most, double **h, size_t *n)
{
	if (rate >= c->rate_count || !(seconds_most >= least_s) || seconds_most > 60)
		return SABIN_EINVAL;
	const struct sabin_correction_rate *r = &c->rates[rate];
	struct sabin_biquad f[SABIN_EQFIT_MOST];
	const size_t count = sabin_correction_filters(c, r->rate_hz, f);
	double ring_s = least_s;
	for (size_t i = 0; i < count; i++)
		ring_s = fmax(ring_s, decays * sabin_biquad_ring_s(&f[i]));
	ring_s += (double)r->taps / r->rate_hz;
	const size_t most = (size_t)lrint(fmin(seconds_most, ring_s) * r->rate_hz);
	const double gain = (c->polarity < 0 ? -1 : 1) * pow(10, r->preamp_db / 20);
	double *x = malloc(most * sizeof *x), *joined = NULL;
	if (!x)
		return SABIN_ENOMEM;
	sabin_biquads_impulse(f, count, r->rate_hz, x, most);
	size_t length = sabin_window_end(x, most, rest_share);
	if (r->fir) {
		const enum sabin_err err = sabin_convolve(x, length, r->fir, r->taps, &joined);
		free(x);
		if (err)
			return err;
		x = joined;
		length = sabin_window_end(x, length + r->taps - 1, rest_share);
		length = length > most ? most : length;
	}
	if (length == most) /* it was cut: without a step */
		sabin_window_taper(x, length, 0, (size_t)(fade_share * (double)length));
	for (size_t i = 0; i < length; i++)
		x[i] *= gain;
	*h = x;
	*n = length;
	return SABIN_OK;
}
