/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * boost.h: the net boost of a cascade, found again and again at the same points.
 */
#ifndef SABIN_CORRECTION_BOOST_H
#define SABIN_CORRECTION_BOOST_H

#include <sabin/eqfit.h>

/* Where it is looked for, as places of sabin_biquad_place(): the grid of the range for the mean, points
 * 1/96 octave apart for the largest level, and the last frequency that counts. */
struct sabin_boost_grid {
	double rate_hz, high_hz;
	size_t n, all;
	double *place; /* [2 * all]: n for the mean, the rest; and scratch */
};

/* SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_boost_grid_init(struct sabin_boost_grid *grid, double rate_hz,
                                                double from_hz, double to_hz);
void sabin_boost_grid_release(struct sabin_boost_grid *grid);

/* As sabin_eq_net_boost_db() and sabin_eq_hold_boost(). */
double sabin_boost_grid_db(const struct sabin_boost_grid *grid, const struct sabin_biquad *filters,
                           size_t count);
void sabin_boost_grid_hold(const struct sabin_boost_grid *grid, struct sabin_biquad *filters,
                           size_t count, double limit_db);

enum { SABIN_BOOST_PER_OCTAVE = 96 };

/* The largest power |H|^2 of a cascade that has power[n] at from_hz 2^(i / SABIN_BOOST_PER_OCTAVE): between
 * these points a peak may be a little higher. */
double sabin_boost_highest(const struct sabin_biquad *filters, size_t count, double rate_hz,
                           double from_hz, const double *power, size_t n);

#endif
