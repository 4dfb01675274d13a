/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * imported.c: a setting as a correction, so that it can be charted, played through and verified.
 */
#include <math.h>

#include "io/dialect/setting.h"

/* Of a response that stands for filters. */
static const double longest_s = 2;
/* Of the rate: where the curves end. */
static const double top_share = 0.45;

/* Can the correction's own sections say it? */
static bool plain(const struct sabin_setting_channel *c)
{
	if (c->points > 0 || c->section_count > SABIN_EQFIT_MOST)
		return false;
	for (size_t k = 0; k < c->section_count; k++)
		if (c->sections[k].type > SABIN_SECTION_HIGH_PASS)
			return false;
	return !sabin_setting_has_fir(c);
}

static void copy_filters(const struct sabin_setting_channel *c, struct sabin_correction_channel *to)
{
	for (size_t k = 0; k < c->section_count; k++) {
		const struct sabin_section *s = &c->sections[k];
		if (!sabin_section_idle(s))
			to->filters[to->filter_count++] = (struct sabin_biquad){
			    (enum sabin_biquad_type)s->type, s->freq_hz, s->gain_db, s->q};
	}
}

/* Preamp and headroom at a rate, and the FIR where there is to be one. */
static enum sabin_err make_rate(const struct sabin_setting_channel *c, double rate_hz, bool fir,
                                struct sabin_correction_channel *to)
{
	struct sabin_correction_rate *rate = &to->rates[to->rate_count];
	struct sabin_biquad filters[SABIN_EQFIT_MOST];
	*rate = (struct sabin_correction_rate){.rate_hz = rate_hz};
	/* what coefficients have before them is the preamp's, of filters; responses have it in them */
	struct sabin_setting_channel bare = *c;
	rate->preamp_db = sabin_setting_preamp_db(c, rate_hz);
	if (!fir) {
		bare.preamp_db = 0;
		bare.polarity = 1;
		rate->preamp_db += 20 * log10(fabs(sabin_setting_gain(&bare)));
	} else {
		bare.polarity = 1;
		bare.preamp_db = 0;
		for (size_t r = 0; r < bare.rate_count; r++)
			bare.rates[r].preamp_db = 0;
		const enum sabin_err err = sabin_setting_impulse(&bare, rate_hz, longest_s, &rate->fir, &rate->taps);
		if (err)
			return err;
		size_t peak = 0;
		for (size_t i = 0; i < rate->taps; i++)
			peak = fabs(rate->fir[i]) > fabs(rate->fir[peak]) ? i : peak;
		rate->latency_s = (double)peak / rate_hz;
	}
	to->rate_count++;
	const size_t n = sabin_correction_filters(to, rate_hz, filters);
	return sabin_eq_headroom_compute(filters, n, rate->fir, rate->taps, rate_hz, &rate->headroom);
}

static enum sabin_err make_curves(const struct sabin_setting_channel *c, const double range_hz[2],
                                  double rate_hz, struct sabin_correction_channel *to)
{
	to->length = sabin_eq_grid(range_hz[0], range_hz[1], NULL);
	to->freq_hz = calloc(to->length, sizeof(double));
	to->before_db = calloc(to->length, sizeof(double));
	to->target_db = calloc(to->length, sizeof(double));
	to->predicted_db = calloc(to->length, sizeof(double));
	to->leave = calloc(to->length, 1);
	if (!to->freq_hz || !to->before_db || !to->target_db || !to->predicted_db || !to->leave)
		return SABIN_ENOMEM;
	sabin_eq_grid(range_hz[0], range_hz[1], to->freq_hz);
	const enum sabin_err err = sabin_setting_level(c, rate_hz, to->freq_hz, to->length, to->predicted_db);
	const double preamp_db = to->rates[0].preamp_db;
	double most = -INFINITY, sum = 0;
	for (size_t i = 0; i < to->length && !err; i++) {
		to->predicted_db[i] -= preamp_db;
		most = fmax(most, to->predicted_db[i]);
		sum += to->predicted_db[i];
	}
	to->net_boost_db = most - sum / (double)to->length;
	return err;
}

enum sabin_err sabin_setting_correction(const struct sabin_setting *setting, const double range_hz[2],
                                        struct sabin_correction *out, bool *fir)
{
	enum sabin_err err = SABIN_OK;
	*out = (struct sabin_correction){.rate_hz = setting->rate_count ? setting->rates_hz[0] : 0};
	*fir = false;
	if (setting->rate_count == 0)
		return SABIN_EINVAL;
	out->range_hz[0] = range_hz[0];
	out->range_hz[1] = range_hz[1];
	for (size_t r = 0; r < setting->rate_count; r++)
		out->range_hz[1] = fmin(out->range_hz[1], top_share * setting->rates_hz[r]);
	if (!(out->range_hz[1] > 2 * out->range_hz[0]))
		return SABIN_EINVAL;
	for (size_t i = 0; i < setting->channel_count; i++)
		*fir |= !plain(&setting->channels[i]);
	out->channels = calloc(setting->channel_count, sizeof *out->channels);
	if (!out->channels)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < setting->channel_count && !err; i++) {
		const struct sabin_setting_channel *c = &setting->channels[i];
		struct sabin_correction_channel *to = &out->channels[out->channel_count++];
		snprintf(to->speaker, sizeof to->speaker, "%s", c->name);
		to->delay_s = c->delay_s;
		to->polarity = *fir ? c->polarity : sabin_setting_gain(c) < 0 ? -1 : 1;
		if (!*fir)
			copy_filters(c, to);
		for (size_t r = 0; r < setting->rate_count && !err; r++)
			err = make_rate(c, setting->rates_hz[r], *fir, to);
		if (!err)
			err = make_curves(c, out->range_hz, setting->rates_hz[0], to);
	}
	return err;
}
