/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * subs.c: subwoofers against the main speakers and each other.
 *
 * [LR] Linkwitz: "Active crossover networks for noncoincident drivers", J. Audio Eng. Soc. 24 (1976) 2-8.
 * [WD] Welti, Devantier: "Low-frequency optimization using multiple subwoofers", J. Audio Eng. Soc. 54
 *      (2006) 347-364: gain, delay and polarity of each for the least variation from seat to seat.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/subs.h>

#include "signal/cmplx.h"

/* What a setting must bear: somebody leans forward, a knob is not quite there. */
static const double nudge_s = 1e-4, nudge_db = 0.5;
static const double delay_least_s = -0.012, delay_most_s = 0.012, delay_step_s = 0.0005;
static const double gain_least_db = -18, gain_most_db = 12, gain_step_db = 1, coarse_db = 3;
/* The last rounds are finer by this. */
static const double fine = 0.2;
enum { ROUNDS = 4, STARTS = 3, SEATS_MOST = 64 };
static const double start_s[STARTS] = {0, 0.004, -0.004};

const double sabin_crossover_reach = 1.6232; /* (10^(18/20) - 1)^(1/4) */

void sabin_crossover(double freq_hz, int high_pass, struct sabin_biquad sections[2])
{
	for (int i = 0; i < 2; i++) /* [LR] */
		sections[i] = (struct sabin_biquad){high_pass ? SABIN_HIGH_PASS : SABIN_LOW_PASS, freq_hz,
		                                    0, M_SQRT1_2};
}

double complex sabin_biquads_transfer(const struct sabin_biquad *f, size_t count, double rate_hz,
                                      double f_hz)
{
	const double w = 2 * M_PI * f_hz / rate_hz;
	const double complex z = CMPLX(cos(w), -sin(w));
	double complex h = 1;
	for (size_t i = 0; i < count; i++) {
		const struct sabin_biquad_taps t = sabin_biquad_taps(&f[i], rate_hz);
		h *= (t.b[0] + z * (t.b[1] + z * t.b[2])) / (t.a[0] + z * (t.a[1] + z * t.a[2]));
	}
	return h;
}

static double power(double complex x)
{
	return creal(x) * creal(x) + cimag(x) * cimag(x);
}

static double complex turn(const struct sabin_sub_setting *s, double f_hz)
{
	const double w = 2 * M_PI * f_hz * s->delay_s, gain = s->polarity * pow(10, s->gain_db / 20);
	return CMPLX(gain * cos(w), -gain * sin(w));
}

/* The score of exactly these settings. */
static double score(const struct sabin_subs *p, const struct sabin_sub_setting *s)
{
	double spread = 0, flat = 0, mean_all = 0, lost = 0;
	size_t crossing = 0;
	for (size_t i = 0; i < p->n; i++) {
		double complex by[SABIN_SUBS_MOST];
		double sum = 0, square = 0;
		for (size_t k = 0; k < p->subs; k++)
			by[k] = turn(&s[k], p->freq_hz[i]);
		for (size_t seat = 0; seat < p->seats; seat++) {
			double complex subs = 0;
			for (size_t k = 0; k < p->subs; k++)
				subs += by[k] * p->sub[(k * p->seats + seat) * p->n + i];
			const double complex mains = p->mains[seat * p->n + i];
			const double level = 10 * log10(power(mains + subs) + 1e-30);
			const double a = sqrt(power(mains)), b = sqrt(power(subs));
			sum += level;
			square += level * level;
			if (a < 4 * b && b < 4 * a) { /* both are heard */
				lost += 20 * log10(a + b + 1e-15) - level;
				crossing++;
			}
		}
		const double mean = sum / (double)p->seats;
		spread += fmax(0, square / (double)p->seats - mean * mean);
		mean_all += mean;
		flat += mean * mean;
	}
	mean_all /= (double)p->n;
	flat = sqrt(fmax(0, flat / (double)p->n - mean_all * mean_all));
	return sqrt(spread / (double)p->n) + 0.5 * flat +
	       (crossing ? 0.5 * lost / (double)crossing : 0);
}

double sabin_subs_score_db(const struct sabin_subs *p, const struct sabin_sub_setting *settings)
{
	struct sabin_sub_setting s[SABIN_SUBS_MOST];
	double sum = score(p, settings);
	memcpy(s, settings, p->subs * sizeof *s);
	for (size_t k = 0; k < p->subs; k++) {
		for (int sign = -1; sign <= 1; sign += 2) {
			s[k].delay_s += sign * nudge_s;
			s[k].gain_db += sign * nudge_db;
			sum += score(p, s);
			s[k] = settings[k];
		}
	}
	return sum / (double)(2 * p->subs + 1);
}

/* Try a setting of one sub; keep it when it is better. */
static void attempt(const struct sabin_subs *p, struct sabin_sub_setting *s, size_t k,
                    struct sabin_sub_setting tried, double *best)
{
	const struct sabin_sub_setting was = s[k];
	if (tried.delay_s < delay_least_s || tried.delay_s > delay_most_s ||
	    tried.gain_db < gain_least_db || tried.gain_db > gain_most_db)
		return;
	s[k] = tried;
	const double now = sabin_subs_score_db(p, s);
	if (now < *best - 1e-9)
		*best = now;
	else
		s[k] = was;
}

/* Delay, polarity and gain of one sub together, coarsely and as exactly set: where the valley is. */
static void survey(const struct sabin_subs *p, struct sabin_sub_setting *s, size_t k, double *best)
{
	const struct sabin_sub_setting was = s[k];
	struct sabin_sub_setting lowest = was;
	double least = score(p, s);
	for (double g = gain_least_db; g <= gain_most_db; g += coarse_db)
		for (double d = delay_least_s; d <= delay_most_s; d += delay_step_s)
			for (int polarity = -1; polarity <= 1; polarity += 2) {
				s[k] = (struct sabin_sub_setting){g, d, polarity};
				const double now = score(p, s);
				if (now < least) {
					least = now;
					lowest = s[k];
				}
			}
	s[k] = was;
	attempt(p, s, k, lowest, best);
}

/* Every delay and polarity of one sub, then every gain. */
static void scan(const struct sabin_subs *p, struct sabin_sub_setting *s, size_t k, double *best)
{
	const struct sabin_sub_setting from = s[k];
	for (double d = delay_least_s; d <= delay_most_s; d += delay_step_s)
		for (int polarity = -1; polarity <= 1; polarity += 2)
			attempt(p, s, k, (struct sabin_sub_setting){from.gain_db, d, polarity}, best);
	const struct sabin_sub_setting there = s[k];
	for (double g = gain_least_db; g <= gain_most_db; g += gain_step_db)
		attempt(p, s, k, (struct sabin_sub_setting){g, there.delay_s, there.polarity}, best);
}

static void refine(const struct sabin_subs *p, struct sabin_sub_setting *s, size_t k, double *best)
{
	for (int i = -4; i <= 4; i++) {
		struct sabin_sub_setting tried = s[k];
		tried.delay_s += i * fine * delay_step_s;
		attempt(p, s, k, tried, best);
		tried = s[k];
		tried.gain_db += i * fine * gain_step_db;
		attempt(p, s, k, tried, best);
	}
}

static int all_finite(const double complex *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(creal(x[i])) || !isfinite(cimag(x[i])))
			return 0;
	return 1;
}

enum sabin_err sabin_subs_compute(const struct sabin_subs *p, struct sabin_sub_setting *settings,
                                  double *before_db, double *after_db)
{
	struct sabin_sub_setting s[SABIN_SUBS_MOST], best[SABIN_SUBS_MOST];
	if (p->n < 2 || p->seats < 1 || p->seats > SEATS_MOST || p->subs < 1 ||
	    p->subs > SABIN_SUBS_MOST || !all_finite(p->mains, p->seats * p->n) ||
	    !all_finite(p->sub, p->subs * p->seats * p->n))
		return SABIN_EINVAL;
	for (size_t k = 0; k < p->subs; k++)
		best[k] = (struct sabin_sub_setting){0, 0, 1};
	*before_db = *after_db = sabin_subs_score_db(p, best);
	for (int start = 0; start < STARTS; start++) {
		for (size_t k = 0; k < p->subs; k++)
			s[k] = (struct sabin_sub_setting){0, k % 2 ? -start_s[start] : start_s[start], 1};
		double now = sabin_subs_score_db(p, s);
		for (int round = 0; round < ROUNDS; round++)
			for (size_t k = 0; k < p->subs; k++) {
				if (round == 0)
					survey(p, s, k, &now);
				if (round < ROUNDS / 2)
					scan(p, s, k, &now);
				else
					refine(p, s, k, &now);
			}
		if (now < *after_db) {
			*after_db = now;
			memcpy(best, s, p->subs * sizeof *best);
		}
	}
	memcpy(settings, best, p->subs * sizeof *best);
	return SABIN_OK;
}
