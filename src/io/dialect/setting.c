/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * setting.c: the model between all dialects: putting it together.
 */
#include <math.h>

#include <sabin/convolve.h>

#include "io/dialect/setting.h"
#include "io/utf8.h"

static void release_channel(struct sabin_setting_channel *c)
{
	for (size_t r = 0; r < c->rate_count; r++)
		free(c->rates[r].fir);
	free(c->sections);
	free(c->curve_hz);
	free(c->curve_db);
}

void sabin_setting_release(struct sabin_setting *setting)
{
	for (size_t i = 0; i < setting->channel_count; i++)
		release_channel(&setting->channels[i]);
	free(setting->channels);
	*setting = (struct sabin_setting){0};
}

struct sabin_setting_channel *sabin_setting_add(struct sabin_setting *setting, const char *name)
{
	if (setting->channel_count == SABIN_SETTING_CHANNELS)
		return NULL;
	struct sabin_setting_channel *grown =
	    realloc(setting->channels, (setting->channel_count + 1) * sizeof *grown);
	if (!grown)
		return NULL;
	setting->channels = grown;
	struct sabin_setting_channel *c = &grown[setting->channel_count++];
	*c = (struct sabin_setting_channel){.polarity = 1};
	sabin_setting_name(c, name);
	return c;
}

void sabin_setting_name(struct sabin_setting_channel *channel, const char *name)
{
	snprintf(channel->name, sizeof channel->name, "%s", name);
	sabin_utf8_disarm(channel->name, '_');
}

void sabin_setting_add_gain(struct sabin_setting_channel *c, double gain_db)
{
	c->preamp_db += gain_db;
	for (size_t r = 0; r < c->rate_count; r++)
		c->rates[r].preamp_db += gain_db;
}

void sabin_setting_add_factor(struct sabin_setting_channel *c, double factor)
{
	sabin_setting_add_gain(c, 20 * log10(fabs(factor)));
	c->polarity *= factor < 0 ? -1 : 1;
}

enum sabin_err sabin_setting_add_section(struct sabin_setting_channel *c,
                                         const struct sabin_section *section)
{
	if (c->section_count == SABIN_SETTING_SECTIONS)
		return SABIN_EINVAL;
	/* grows at 0, 1, 2, 4, 8 ... */
	if ((c->section_count & (c->section_count - 1)) == 0) {
		const size_t room = c->section_count ? 2 * c->section_count : 1;
		struct sabin_section *grown = realloc(c->sections, room * sizeof *grown);
		if (!grown)
			return SABIN_ENOMEM;
		c->sections = grown;
	}
	c->sections[c->section_count++] = *section;
	return SABIN_OK;
}

static struct sabin_setting_rate *rate_of(struct sabin_setting_channel *c, double rate_hz)
{
	for (size_t r = 0; r < c->rate_count; r++)
		if (c->rates[r].rate_hz == rate_hz)
			return &c->rates[r];
	if (c->rate_count == SABIN_CORRECTION_RATES)
		return NULL;
	struct sabin_setting_rate *rate = &c->rates[c->rate_count++];
	*rate = (struct sabin_setting_rate){.rate_hz = rate_hz, .preamp_db = c->preamp_db};
	return rate;
}

/* Of full scale: what is larger is no response. */
static const double most_sample = 1e9;

enum sabin_err sabin_setting_add_fir(struct sabin_setting_channel *c, double rate_hz, double *h,
                                     size_t taps)
{
	struct sabin_setting_rate *rate = rate_of(c, rate_hz);
	enum sabin_err err = rate && taps > 0 && taps <= SABIN_SETTING_TAPS ? SABIN_OK : SABIN_EINVAL;
	for (size_t i = 0; i < taps && !err; i++)
		if (!(fabs(h[i]) <= most_sample))
			err = SABIN_EINVAL;
	if (!err && rate->fir) {
		double *joined = NULL;
		err = rate->taps + taps > SABIN_SETTING_TAPS
		          ? SABIN_EINVAL
		          : sabin_convolve(rate->fir, rate->taps, h, taps, &joined);
		if (!err) {
			free(h);
			h = joined;
			taps += rate->taps - 1;
		}
	}
	if (err) {
		free(h);
		return err;
	}
	free(rate->fir);
	rate->fir = h;
	rate->taps = taps;
	return SABIN_OK;
}

static double *copy(const double *x, size_t n)
{
	double *to = malloc(n * sizeof *to);
	if (to)
		memcpy(to, x, n * sizeof *to);
	return to;
}

enum sabin_err sabin_setting_add_curve(struct sabin_setting_channel *c, const double *freq_hz,
                                       const double *level_db, size_t points)
{
	if (c->points > 0 || points == 0 || points > SABIN_SETTING_POINTS)
		return SABIN_EINVAL;
	c->curve_hz = copy(freq_hz, points);
	c->curve_db = copy(level_db, points);
	if (!c->curve_hz || !c->curve_db)
		return SABIN_ENOMEM;
	c->points = points;
	return SABIN_OK;
}

enum sabin_err sabin_setting_join(struct sabin_setting_channel *c,
                                  const struct sabin_setting_channel *from)
{
	enum sabin_err err = SABIN_OK;
	sabin_setting_add_gain(c, from->preamp_db);
	c->delay_s += from->delay_s;
	c->polarity *= from->polarity;
	for (size_t i = 0; i < from->section_count && !err; i++)
		err = sabin_setting_add_section(c, &from->sections[i]);
	for (size_t r = 0; r < from->rate_count && !err; r++) {
		if (!from->rates[r].fir)
			continue;
		double *h = copy(from->rates[r].fir, from->rates[r].taps);
		err = h ? sabin_setting_add_fir(c, from->rates[r].rate_hz, h, from->rates[r].taps)
		        : SABIN_ENOMEM;
	}
	if (!err && from->points > 0)
		err = sabin_setting_add_curve(c, from->curve_hz, from->curve_db, from->points);
	return err;
}

void sabin_setting_add_rate(struct sabin_setting *setting, double rate_hz)
{
	for (size_t r = 0; r < setting->rate_count; r++)
		if (setting->rates_hz[r] == rate_hz)
			return;
	if (setting->rate_count < SABIN_CORRECTION_RATES)
		setting->rates_hz[setting->rate_count++] = rate_hz;
}

/* Can all of the channel be at this rate? */
static bool serves(const struct sabin_setting *setting, double rate_hz)
{
	for (size_t i = 0; i < setting->channel_count; i++) {
		const struct sabin_setting_channel *c = &setting->channels[i];
		for (size_t k = 0; k < c->section_count; k++)
			if (c->sections[k].type == SABIN_SECTION_RAW && c->sections[k].rate_hz != rate_hz)
				return false;
		for (size_t r = 0; r < c->rate_count; r++)
			if (c->rates[r].fir && !sabin_setting_fir(c, rate_hz))
				return false;
	}
	return true;
}

void sabin_setting_choose_rates(struct sabin_setting *setting, const double *rates_hz, size_t count)
{
	double bound_hz[2 * SABIN_CORRECTION_RATES];
	size_t bound = 0;
	for (size_t i = 0; i < setting->channel_count; i++) {
		const struct sabin_setting_channel *c = &setting->channels[i];
		for (size_t r = 0; r < c->rate_count && bound < SABIN_CORRECTION_RATES; r++)
			if (c->rates[r].fir)
				bound_hz[bound++] = c->rates[r].rate_hz;
		for (size_t k = 0; k < c->section_count && bound < SABIN_CORRECTION_RATES; k++)
			if (c->sections[k].type == SABIN_SECTION_RAW)
				bound_hz[bound++] = c->sections[k].rate_hz;
	}
	setting->rate_count = 0;
	for (size_t r = 0; r < count; r++)
		if (serves(setting, rates_hz[r]))
			sabin_setting_add_rate(setting, rates_hz[r]);
	for (size_t r = 0; r < bound && setting->rate_count == 0; r++)
		if (serves(setting, bound_hz[r]))
			sabin_setting_add_rate(setting, bound_hz[r]);
}

enum sabin_err sabin_setting_of(const struct sabin_correction *correction, struct sabin_setting *out)
{
	*out = (struct sabin_setting){0};
	for (size_t i = 0; i < correction->channel_count; i++) {
		const struct sabin_correction_channel *from = &correction->channels[i];
		struct sabin_setting_channel *c = sabin_setting_add(out, from->speaker);
		if (!c)
			return SABIN_ENOMEM;
		c->delay_s = from->delay_s;
		c->polarity = from->polarity < 0 ? -1 : 1;
		for (size_t k = 0; k < from->filter_count; k++) {
			const struct sabin_biquad *f = &from->filters[k];
			const struct sabin_section section = {.type = (enum sabin_section_type)f->type,
			                                      .freq_hz = f->freq_hz,
			                                      .gain_db = f->gain_db,
			                                      .q = f->q,
			                                      .factor = 1};
			const enum sabin_err err = sabin_setting_add_section(c, &section);
			if (err)
				return err;
		}
		c->preamp_db = from->rate_count ? from->rates[0].preamp_db : 0;
		for (size_t r = 0; r < from->rate_count; r++) {
			const struct sabin_correction_rate *rate = &from->rates[r];
			c->preamp_db = fmin(c->preamp_db, rate->preamp_db);
			c->rates[r] = (struct sabin_setting_rate){.rate_hz = rate->rate_hz,
			                                          .preamp_db = rate->preamp_db};
			c->rate_count = r + 1;
			sabin_setting_add_rate(out, rate->rate_hz);
			if (!rate->fir)
				continue;
			c->rates[r].fir = copy(rate->fir, rate->taps);
			c->rates[r].taps = rate->taps;
			if (!c->rates[r].fir)
				return SABIN_ENOMEM;
		}
	}
	return SABIN_OK;
}

double sabin_setting_preamp_db(const struct sabin_setting_channel *c, double rate_hz)
{
	for (size_t r = 0; r < c->rate_count; r++)
		if (c->rates[r].rate_hz == rate_hz)
			return c->rates[r].preamp_db;
	return c->preamp_db;
}

bool sabin_setting_has_fir(const struct sabin_setting_channel *c)
{
	for (size_t r = 0; r < c->rate_count; r++)
		if (c->rates[r].fir)
			return true;
	return false;
}

bool sabin_setting_has_response(const struct sabin_setting_channel *c)
{
	return c->points > 0 || sabin_setting_has_fir(c);
}

const struct sabin_setting_rate *sabin_setting_fir(const struct sabin_setting_channel *c,
                                                   double rate_hz)
{
	for (size_t r = 0; r < c->rate_count; r++)
		if (c->rates[r].rate_hz == rate_hz && c->rates[r].fir)
			return &c->rates[r];
	return NULL;
}

double sabin_setting_gain(const struct sabin_setting_channel *c)
{
	double gain = c->polarity * pow(10, c->preamp_db / 20);
	for (size_t k = 0; k < c->section_count; k++)
		if (c->sections[k].rate_hz > 0 && c->sections[k].type != SABIN_SECTION_RAW)
			gain *= c->sections[k].factor;
	return gain;
}
