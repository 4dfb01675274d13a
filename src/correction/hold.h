/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hold.h: limits that a set of filters is held to after it was found.
 */
#ifndef SABIN_CORRECTION_HOLD_H
#define SABIN_CORRECTION_HOLD_H

#include <sabin/correction.h>

/* The largest factor, 0 .. 1, on the gains of those filters that boost which holds all of them to the net
 * boost of the options; 0 where their cuts alone exceed it.  SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_boost_factor(const struct sabin_biquad *filters, size_t count,
                                             const struct sabin_eq_options *options, double *factor);

/* Where the level of filters may not rise above a ceiling; INFINITY: where it may. */
struct sabin_ceilings {
	double rate_hz;
	size_t n;
	const double *freq_hz, *ceiling_db; /* [n], at least 0 */
	double *scratch;                    /* [n] */
};

/* Turn down what adds most at the worst point, again and again, until skirts of filters do not add up to a
 * boost where there shall be none.  The first `fixed` filters stay as they are. */
void sabin_hold_ceilings(struct sabin_biquad *filters, size_t count, size_t fixed,
                         const struct sabin_ceilings *ceilings);

#endif
