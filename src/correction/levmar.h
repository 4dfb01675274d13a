/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * levmar.h: least squares over the frequencies, qualities and gains of a cascade, inside bounds.
 */
#ifndef SABIN_CORRECTION_LEVMAR_H
#define SABIN_CORRECTION_LEVMAR_H

#include <stdbool.h>

#include <sabin/eqfit.h>

/* Everything that the search needs and that does not change in it, and its scratch. */
struct sabin_levmar {
	const struct sabin_eqfit_options *options;
	/* points of the curve, points where the net boost is held, points with a ceiling, all with one for
	 * each filter */
	size_t n, boosted, covered, rows;
	double *place;           /* [rows] */
	double *wanted, *weight; /* [n] */
	double weight_sum;
	bool even;               /* all weights are 1 */
	double *root;            /* [n]: square root of the weight */
	size_t *under;           /* [covered]: points of the curve that have a ceiling */
	double *ceiling;         /* [covered] */
	double *level;           /* [n + boosted]: of the cascade, dB */
	/* Rows of the least squares: the curve's, then those points of the net boost and the ceilings
	 * that are above; they change from step to step. */
	size_t used, above_cap, above_all;
	double *used_place;      /* [rows] */
	double *residual;        /* [rows] */
	double *slope;           /* [3 * MOST][rows] */
	double *work;            /* [rows] */
	double *normal;          /* [P * P] twice: before and after damping */
	double force;            /* weight of a dB above the net boost or a ceiling, per point */
	double thrift;           /* weight of a dB of a filter's gain; 0: it costs nothing */
	double cap_db;           /* that is held; a little below the one that is promised */
};

/* A filter under search. */
struct sabin_levmar_filter {
	struct sabin_biquad filter;
	double t60_s; /* as in struct sabin_eqfit_seed */
};

SABIN_MUST enum sabin_err sabin_levmar_init(struct sabin_levmar *lm,
                                            const struct sabin_eqfit_curve *curve,
                                            const struct sabin_eqfit_options *options);
void sabin_levmar_release(struct sabin_levmar *lm);

/* Levels of the cascade at the curve's points into lm->level, errors into lm->residual; the sum of squares
 * to be least. */
double sabin_levmar_cost(struct sabin_levmar *lm, const struct sabin_levmar_filter *f,
                         size_t count);

/* Put a filter inside its bounds. */
void sabin_levmar_bound(const struct sabin_levmar *lm, struct sabin_levmar_filter *f);

/* Move f[count] for at most `steps`; returns the cost, never more than before. */
SABIN_MUST enum sabin_err sabin_levmar_run(struct sabin_levmar *lm, struct sabin_levmar_filter *f,
                                           size_t count, int steps, double *cost);

#endif
