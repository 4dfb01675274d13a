/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * mixture.h: one or two exponential decays and constant noise, fitted to the energy of a band by
 * maximum likelihood.
 */
#ifndef SABIN_ACOUSTICS_MIXTURE_H
#define SABIN_ACOUSTICS_MIXTURE_H

#include <stdbool.h>

#include "acoustics/bank.h"

enum {
	SABIN_DECAYS_MAX = 2,
	SABIN_MIXTURE_UNKNOWNS = 2 * SABIN_DECAYS_MAX + 1,
};

/* What the likelihood is made of: mean energy densities of equal blocks from from_s on. */
struct sabin_blocks {
	double *density; /* [count], amplitude^2 */
	size_t count;
	double from_s, width_s;
};

/* Mean energy density in t .. t + w. */
double sabin_energy_density(const struct sabin_energy *energy, double t_s, double w_s);

/* Cut from_s .. end_s; false where that gives fewer than `least` blocks, or memory has run out. */
bool sabin_blocks_cut(const struct sabin_energy *energy, double from_s, double end_s,
                      double width_s, size_t least, struct sabin_blocks *out);
void sabin_blocks_release(struct sabin_blocks *blocks);

/* Energy density t after the first block's start: sum of density * exp(-rate * t), and noise. */
struct sabin_mixture {
	int decays; /* 1 or 2 */
	double density[SABIN_DECAYS_MAX], rate[SABIN_DECAYS_MAX];
	double noise;
};

/* Improve a mixture, all of whose members are positive.  Returns its cost, sum(ln m + E/m): minus the
 * logarithm of the likelihood of blocks one reciprocal bandwidth long; of longer ones, so much in
 * each of their cells. */
double sabin_mixture_fit(const struct sabin_blocks *blocks, struct sabin_mixture *mixture);

/* That cost of a mixture as it is. */
double sabin_mixture_cost(const struct sabin_blocks *blocks, const struct sabin_mixture *mixture);

/* Covariance of the logarithms of density[0], rate[0], density[1], rate[1], noise (of one decay:
 * density, rate, noise), for blocks of `cells` independent cells.  False where the blocks do not
 * tell them apart. */
bool sabin_mixture_covariance(const struct sabin_blocks *blocks, const struct sabin_mixture *mixture,
                              double cells,
                              double covariance[SABIN_MIXTURE_UNKNOWNS][SABIN_MIXTURE_UNKNOWNS]);

/* The mixture's mean density in block k. */
double sabin_mixture_density(const struct sabin_blocks *blocks, const struct sabin_mixture *mixture,
                             size_t k);

#endif
