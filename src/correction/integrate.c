/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * integrate.c: subwoofers joined to the main speakers.
 */
#include <complex.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/correction.h>
#include <sabin/subs.h>

#include "signal/cmplx.h"

enum { PER_OCTAVE = 24, SECTIONS = 2 };
static const double lowest_hz = 25, reach = 4; /* of the frequencies that count, re the crossover */
static const double look_before_s = 0.05, look_after_s = 0.6;

struct joint {
	struct sabin_correction *correction;
	const struct sabin_eq_speaker *speakers;
	double crossover_hz;
	struct sabin_subs subs;
	double *freq_hz;
	double complex *mains, *sub;
};

static size_t grid(const struct joint *j, double *freq_hz)
{
	const double from_hz = fmax(lowest_hz, j->correction->range_hz[0]);
	const size_t n = (size_t)(log2(reach * j->crossover_hz / from_hz) * PER_OCTAVE) + 1;
	for (size_t i = 0; freq_hz && i < n; i++)
		freq_hz[i] = from_hz * exp2((double)i / PER_OCTAVE);
	return n;
}

/* Transfer of a place at f_hz, time counted from emission. */
static double complex transfer(const struct sabin_correctable_place *p, double travel_s, double f_hz)
{
	const double w = 2 * M_PI * f_hz / p->rate_hz;
	const double from = fmax(0, p->arrival - look_before_s * p->rate_hz);
	const double to = fmin((double)p->n, p->arrival + look_after_s * p->rate_hz);
	const double turn_re = cos(w), turn_im = -sin(w);
	double re = 0, im = 0;
	for (size_t i = (size_t)to; i-- > (size_t)from;) { /* Horner */
		const double was = re;
		re = re * turn_re - im * turn_im + p->h[i];
		im = was * turn_im + im * turn_re;
	}
	const double late = w * ((double)(size_t)from - p->arrival + travel_s * p->rate_hz);
	return CMPLX(re, im) * CMPLX(cos(late), -sin(late));
}

/* Add a speaker at all places, with its correction and its branch of the crossover, to sum[seats][n]. */
static void add_speaker(const struct joint *j, size_t index, bool high, double complex *sum)
{
	const struct sabin_correction_channel *c = &j->correction->channels[index];
	const struct sabin_eq_speaker *s = &j->speakers[index];
	struct sabin_biquad all[SABIN_EQFIT_MOST + SECTIONS];
	memcpy(all, c->filters, c->filter_count * sizeof *all);
	sabin_crossover(j->crossover_hz, high, all + c->filter_count);
	for (size_t i = 0; i < j->subs.n; i++) {
		const double f = j->freq_hz[i], w = 2 * M_PI * f * c->delay_s;
		const double gain = pow(10, c->gain_db / 20);
		const double complex by =
		    gain * CMPLX(cos(w), -sin(w)) *
		    sabin_biquads_transfer(all, c->filter_count + SECTIONS, j->correction->rate_hz, f);
		for (size_t p = 0; p < j->subs.seats; p++)
			sum[p * j->subs.n + i] += by * transfer(&s->places[p], s->travels_s[p], f);
	}
}

bool sabin_correction_joinable(const struct sabin_eq_speaker *speakers, size_t count)
{
	size_t subs = 0;
	for (size_t i = 0; i < count; i++) {
		const struct sabin_eq_speaker *s = &speakers[i];
		subs += s->sub;
		if (s->shared == 0 || s->shared != speakers[0].shared || !s->travels_s)
			return false;
		for (size_t p = 0; p < s->shared; p++)
			if (!s->places[p].h || !isfinite(s->travels_s[p]))
				return false;
	}
	return subs > 0 && subs < count;
}

/* Are there subwoofers and mains, and all that is needed of them? */
static enum sabin_err check(struct joint *j)
{
	const size_t count = j->correction->channel_count;
	for (size_t i = 0; i < count; i++) {
		j->subs.subs += j->speakers[i].sub;
		if (j->correction->channels[i].filter_count + SECTIONS > SABIN_EQFIT_MOST)
			return SABIN_EINVAL;
	}
	if (j->subs.subs == 0 || j->subs.subs == count || j->subs.subs > SABIN_SUBS_MOST)
		return SABIN_EINVAL;
	j->subs.seats = j->speakers[0].shared;
	return sabin_correction_joinable(j->speakers, count) ? SABIN_OK : SABIN_ESHORT;
}

static enum sabin_err gather(struct joint *j)
{
	const size_t n = j->subs.n = grid(j, NULL);
	j->freq_hz = malloc(n * sizeof *j->freq_hz);
	j->mains = calloc(j->subs.seats * n, sizeof *j->mains);
	j->sub = calloc(j->subs.subs * j->subs.seats * n, sizeof *j->sub);
	if (!j->freq_hz || !j->mains || !j->sub)
		return SABIN_ENOMEM;
	grid(j, j->freq_hz);
	j->subs.freq_hz = j->freq_hz;
	j->subs.mains = j->mains;
	j->subs.sub = j->sub;
	for (size_t i = 0, k = 0; i < j->correction->channel_count; i++) {
		if (j->speakers[i].sub)
			add_speaker(j, i, false, j->sub + k++ * j->subs.seats * n);
		else
			add_speaker(j, i, true, j->mains);
	}
	return SABIN_OK;
}

/* A branch of the crossover becomes part of the channel, of what it aims at and of what it will do. */
static void branch(struct sabin_correction_channel *c, double crossover_hz, bool high, double rate_hz)
{
	sabin_crossover(crossover_hz, high, c->filters + c->filter_count);
	c->cancels[c->filter_count] = c->cancels[c->filter_count + 1] = (struct sabin_eq_mode){0};
	c->filter_count += SECTIONS;
	for (size_t i = 0; i < c->length; i++) {
		const double level = sabin_correction_crossover_db(c, rate_hz, c->freq_hz[i]);
		c->target_db[i] += level;
		c->predicted_db[i] += level;
	}
	sabin_correction_pass(c, rate_hz);
	c->error_before_db = sabin_correction_deviation_before_db(c, c->before_db, rate_hz);
	c->error_after_db = sabin_correction_deviation_db(c, c->predicted_db);
}

static void apply(struct joint *j, const struct sabin_sub_setting *settings)
{
	double earliest_s = 0;
	for (size_t k = 0; k < j->subs.subs; k++)
		earliest_s = fmin(earliest_s, settings[k].delay_s);
	for (size_t i = 0, k = 0; i < j->correction->channel_count; i++) {
		struct sabin_correction_channel *c = &j->correction->channels[i];
		const bool sub = j->speakers[i].sub;
		if (sub) {
			c->gain_db += settings[k].gain_db;
			c->delay_s += settings[k].delay_s;
			c->polarity = settings[k++].polarity;
		}
		c->delay_s -= earliest_s; /* nobody can be early */
		branch(c, j->crossover_hz, !sub, j->correction->rate_hz);
	}
}

enum sabin_err sabin_correction_integrate(struct sabin_correction *correction,
                                          const struct sabin_eq_speaker *speakers,
                                          double crossover_hz, struct sabin_integration *out)
{
	struct joint j = {.correction = correction, .speakers = speakers, .crossover_hz = crossover_hz};
	struct sabin_sub_setting settings[SABIN_SUBS_MOST];
	if (!(crossover_hz >= 1.2 * lowest_hz) || !(reach * crossover_hz < correction->rate_hz / 2))
		return SABIN_EINVAL;
	enum sabin_err err = check(&j);
	struct sabin_integration made = {j.subs.subs, crossover_hz, 0, 0};
	if (!err)
		err = gather(&j);
	if (!err)
		err = sabin_subs_compute(&j.subs, settings, &made.before_db, &made.after_db);
	if (!err) {
		apply(&j, settings);
		*out = made;
	}
	free(j.freq_hz);
	free(j.mains);
	free(j.sub);
	return err;
}
