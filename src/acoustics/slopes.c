/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * slopes.c: decays with two slopes, as coupled rooms and rooms with one live direction have them.
 *
 * [Kay]  Kay: "Fundamentals of Statistical Signal Processing: Detection Theory" (1998), 6.4:
 *        generalised likelihood ratio, and its distribution.
 * [Sch]  Schwarz: "Estimating the dimension of a model", Annals of Statistics 6 (1978) 461-464: a
 *        further parameter must gain half the logarithm of the number of observations.
 * [Xia]  Xiang, Goggans: "Evaluation of decay times in coupled spaces: Bayesian parameter
 *        estimation", JASA 110 (2001) 1415-1424: two exponentials and noise.
 *
 * One decay and noise, and two decays and noise, are fitted to the band's energy from -5 dB on by
 * maximum likelihood.  Two are told only where they are far better than one, and where both are seen
 * over some range.  (leakage.c asks whether the second is what a slower neighbouring band leaks.)
 */
#include <math.h>

#include "acoustics/mixture.h"
#include "acoustics/quantities.h"

static const double db_per_ln = 4.342944819032518; /* 10 / ln 10 */
static const double sixty_db = 13.815510557964274; /* 6 ln 10: rate times reverberation time */

/* Blocks of the whole decay: more would only cost time.  Fewer tell nothing of two slopes. */
static const double most_blocks = 240;
enum { LEAST_BLOCKS = 16, GROUPS = 8 };
/* How much of the noise after the knee is looked at, re the decay before it. */
static const double noise_part = 0.25;
/* One decay whose residuals are below this, summed over eighths of the range and in their own
 * standard deviations, is one: nothing is gained by looking further. */
static const double suspicious = 2.5;
/* Beyond [Sch]'s two halves of the logarithm: what a response that is no Gaussian noise under its
 * envelope (single reflections) gains by chance. */
static const double least_gain = 8;
/* Slopes nearer to each other are one decay that bends a little; curvature tells that. */
static const double least_ratio = 1.4;
/* Both decays are seen over so many dB: the first above the bend, the second above the noise. */
static const double least_early_db = 8, least_late_db = 10;
/* A time is known when zero is four standard uncertainties away, and two are two when they are so many of
 * their difference's apart: 99.7 %. */
static const double most_uncertain = 0.25, least_apart = 3;
/* So far below the start the decay is looked at: further down a filter's own ringing, or the last bits of
 * a file without noise, may be what is left. */
static const double deepest_db = 75;
/* Standard deviations re [Kay]'s bound: cells are not quite independent. */
static const double over_bound = 1.15;

/* Line through the logarithms of blocks from .. to - 1; false where it does not fall. */
static bool line(const struct sabin_blocks *b, size_t from, size_t to, double noise,
                 double *density, double *rate)
{
	double n = 0, x = 0, y = 0, xx = 0, xy = 0;
	for (size_t k = from; k < to; k++) {
		const double d = b->density[k] - noise;
		if (!(d > 0))
			continue;
		const double t = ((double)k + 0.5) * b->width_s;
		n += 1;
		x += t;
		y += log(d);
		xx += t * t;
		xy += t * log(d);
	}
	const double slope = (n * xy - x * y) / (n * xx - x * x);
	if (!(n >= 3) || !(slope < 0) || !isfinite(slope))
		return false;
	*rate = -slope;
	*density = exp((y - slope * x) / n);
	return true;
}

/* Do the residuals of the mixture, summed over parts of the decay, exceed their chance? */
static bool bends(const struct sabin_blocks *b, const struct sabin_mixture *m, double cells,
                  size_t until)
{
	for (size_t g = 0; g < GROUPS; g++) {
		const size_t from = g * until / GROUPS, to = (g + 1) * until / GROUPS;
		double sum = 0;
		for (size_t k = from; k < to; k++)
			sum += b->density[k] / sabin_mixture_density(b, m, k) - 1;
		if (to > from && fabs(sum) * sqrt(cells / (double)(to - from)) > suspicious)
			return true;
	}
	return false;
}

/* The best of three beginnings; the faster decay is put first. */
static double fit_two(const struct sabin_blocks *b, const struct sabin_mixture *one, size_t until,
                      struct sabin_mixture *best)
{
	double least = HUGE_VAL;
	for (size_t split = 1; split <= 3; split++) {
		struct sabin_mixture m = {.decays = 2, .noise = one->noise};
		const size_t at = split * until / 4;
		if (!line(b, 0, at, 0, &m.density[0], &m.rate[0]) ||
		    !line(b, at, until, one->noise, &m.density[1], &m.rate[1]))
			continue;
		if (m.rate[0] < 1.2 * m.rate[1])
			m.rate[0] = 1.2 * m.rate[1];
		const double cost = sabin_mixture_fit(b, &m);
		if (!(cost < least) || !(m.rate[0] > m.rate[1]))
			continue;
		least = cost;
		*best = m;
	}
	return least;
}

/* Where the energies left in both decays are equal, after the first block's start. */
static double bend_of(const struct sabin_mixture *m)
{
	return log(m->density[0] / m->rate[0] * m->rate[1] / m->density[1]) /
	       (m->rate[0] - m->rate[1]);
}

static double variance(double c[SABIN_MIXTURE_UNKNOWNS][SABIN_MIXTURE_UNKNOWNS], const double *g)
{
	double sum = 0;
	for (int i = 0; i < SABIN_MIXTURE_UNKNOWNS; i++)
		for (int j = 0; j < SABIN_MIXTURE_UNKNOWNS; j++)
			sum += g[i] * c[i][j] * g[j];
	return sum * over_bound * over_bound;
}

static void describe(const struct sabin_decay *decay, const struct sabin_blocks *b,
                     const struct sabin_mixture *m,
                     double c[SABIN_MIXTURE_UNKNOWNS][SABIN_MIXTURE_UNKNOWNS],
                     struct sabin_double_slope *out)
{
	const double r0 = m->rate[0], r1 = m->rate[1], bend_s = bend_of(m), apart = r0 - r1;
	const double t0 = sixty_db / r0, t1 = sixty_db / r1;
	/* derivatives with respect to the logarithms of density 0, rate 0, density 1, rate 1, noise */
	const double bend[] = {1 / apart, (-1 - r0 * bend_s) / apart, -1 / apart,
	                       (1 + r1 * bend_s) / apart, 0};
	const double level[] = {-r1 * bend[0], -r1 * bend[1], 1 - r1 * bend[2],
	                        -1 - r1 * bend_s - r1 * bend[3], 0};
	const double left = 2 * m->density[1] / r1 * exp(-r1 * bend_s) / decay->total;
	out->found = true;
	out->early = sabin_quantity_valid(t0, t0 * over_bound * sqrt(c[1][1]));
	out->late = sabin_quantity_valid(t1, t1 * over_bound * sqrt(c[3][3]));
	out->bend_s = sabin_quantity_valid(b->from_s + bend_s, sqrt(variance(c, bend)));
	/* the curve's own start is the integral of an exponential under noise: variance r0 / (2 B) */
	out->bend_db = sabin_quantity_valid(
		db_per_ln * log(left),
		db_per_ln * sqrt(variance(c, level) + r0 / (2 * decay->bandwidth_hz)));
	for (int i = 0; i < 2; i++)
		out->at0_db[i] = db_per_ln * (log(m->density[i] / m->rate[i] / decay->total) +
		                              m->rate[i] * b->from_s);
}

/* Are both times known, and known to be two?  Of what is over within a few cells of the band (a direct
 * sound and an early reflection) a fit gives any time. */
static bool certain(const struct sabin_mixture *m, double c[SABIN_MIXTURE_UNKNOWNS][SABIN_MIXTURE_UNKNOWNS])
{
	/* of the logarithms of both rates, and of their difference */
	const double early = over_bound * sqrt(c[1][1]), late = over_bound * sqrt(c[3][3]);
	const double apart = over_bound * sqrt(fmax(c[1][1] + c[3][3] - 2 * c[1][3], 0));
	return early <= most_uncertain && late <= most_uncertain &&
	       log(m->rate[0] / m->rate[1]) >= least_apart * apart;
}

/* Is what was found a double slope, and not chance, a bend, or a trace? */
static bool told(const struct sabin_decay *decay, const struct sabin_blocks *b,
                 const struct sabin_mixture *m, double gain, double cells)
{
	const double apart_s = bend_of(m), r0 = m->rate[0], r1 = m->rate[1];
	if (!(gain > log(cells * (double)b->count) + least_gain) || !(r0 > least_ratio * r1) ||
	    !(apart_s > 0))
		return false;
	const double late = m->density[1] * exp(-r1 * apart_s);
	const double seen_s = b->width_s * (double)b->count;
	const double noise = fmax(m->noise, m->density[1] * exp(-r1 * seen_s));
	return db_per_ln * log(decay->total / (2 * late / r1)) >= least_early_db &&
	       db_per_ln * log(late / noise) >= least_late_db;
}

/* Where the decay that is looked at ends: at the noise, or deep enough. */
static double deep_end(const struct sabin_decay *decay, double from_s)
{
	const double least = decay->total * exp(-deepest_db / db_per_ln);
	double low_s = from_s, high_s = decay->crossing_s;
	if (sabin_decay_curve(decay, high_s) >= least)
		return high_s;
	while (high_s - low_s > 1e-3 * decay->crossing_s) {
		const double middle_s = (low_s + high_s) / 2;
		if (sabin_decay_curve(decay, middle_s) > least)
			low_s = middle_s;
		else
			high_s = middle_s;
	}
	return high_s;
}

void sabin_slopes(const struct sabin_decay *decay, double from_s, struct sabin_double_slope *out)
{
	const double cell_s = 1 / decay->bandwidth_hz;
	*out = (struct sabin_double_slope){.found = false};
	if (!decay->has_model || !(decay->total > 0) || !(from_s >= 0))
		return;
	if (from_s < cell_s)
		from_s = cell_s; /* the direct sound has its own energy */
	const double crossing_s = deep_end(decay, from_s), span_s = crossing_s - from_s;
	const double end_s = crossing_s < decay->crossing_s
	                             ? crossing_s
	                             : fmin(decay->end_s, crossing_s + noise_part * span_s);
	const double width_s = fmax(cell_s, (end_s - from_s) / most_blocks);
	const double cells = width_s / cell_s;
	struct sabin_blocks b;
	if (!sabin_blocks_cut(decay->energy, from_s, end_s, width_s, LEAST_BLOCKS, &b))
		return;
	const size_t knee = (size_t)(span_s / width_s), until = knee < b.count ? knee : b.count;
	struct sabin_mixture two, one = {
		.decays = 1,
		.density = {decay->model.density * exp(-decay->model.rate * from_s)},
		.rate = {decay->model.rate},
		.noise = decay->model.noise,
	};
	double c[SABIN_MIXTURE_UNKNOWNS][SABIN_MIXTURE_UNKNOWNS];
	const double cost = sabin_mixture_fit(&b, &one);
	if (bends(&b, &one, cells, until)) {
		const double better = fit_two(&b, &one, until, &two);
		if (better < cost && told(decay, &b, &two, cells * (cost - better), cells) &&
		    sabin_mixture_covariance(&b, &two, cells, c) && certain(&two, c))
			describe(decay, &b, &two, c, out);
	}
	sabin_blocks_release(&b);
}
