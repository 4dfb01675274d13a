/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * eqfit.h: the second-order sections whose levels add up to a wanted curve.
 *
 * Filters are added one by one, each where it takes most off the error, and all of them are moved
 * together after each (bounded Levenberg-Marquardt with exact slopes).  What n filters reach is where
 * n + 1 begin: more filters are never worse, and the same input gives the same filters.
 */
#ifndef SABIN_EQFIT_H
#define SABIN_EQFIT_H

#include <stddef.h>

#include <sabin/biquad.h>
#include <sabin/status.h>

enum { SABIN_EQFIT_MOST = 64 }; /* filters */

/* What is wanted, on a rising grid: evenly spaced in log f, all of the range that counts. */
struct sabin_eqfit_curve {
	size_t length; /* >= 8 */
	const double *freq_hz;
	const double *wanted_db; /* gain that the filters shall have */
	const double *weight;    /* >= 0, not all 0; NULL: 1 everywhere */
	/* The gain that would bring the response to its target, when that is more than what is wanted:
	 * filters that make this one worse are not kept.  NULL: what is wanted. */
	const double *judged_db;
	/* Where the gain may not rise above a limit; INFINITY where it may.  NULL: nowhere.  Kept within
	 * 0.1 dB or so, where what is wanted keeps it. */
	const double *ceiling_db;
};

struct sabin_eqfit_options {
	double rate_hz;            /* at which the filters shall fit */
	size_t most;               /* filters: 0 .. SABIN_EQFIT_MOST */
	size_t shelves;            /* of which shelves at most: 0 .. 2 */
	double from_hz, to_hz;     /* of the centres: 1 <= from < to < rate/2 */
	double cut_db, boost_db;   /* of a single filter, >= 0, <= 60 */
	double q_least;            /* 0.05 .. */
	double q_cut, q_boost;     /* largest Q of a filter that cuts, of one that boosts */
	/* The cascade's gain at any frequency from 20 Hz to min(20 kHz, 0.45 rate) less its mean over the
	 * grid, in dB, >= 0; INFINITY: not limited. */
	double net_boost_db;
	int free_level;            /* a gain for all frequencies is added freely */
	double enough_db;          /* stop when the RMS error is this small; 0: go on */
	/* The filters of the result may leave so much more, if their gains are smaller for it: two that work
	 * against each other gain little by it.  0: they may not. */
	double thrift_db;
	double worth_db;           /* stop when a filter takes less than this off it; 0: go on */
};

/* 48 kHz, 10 filters, 2 shelves, 20 Hz .. 20 kHz, -24 .. +24 dB, Q 0.2 .. 12, no limit, free level */
SABIN_API struct sabin_eqfit_options sabin_eqfit_defaults(void);

struct sabin_eqfit {
	size_t count;
	struct sabin_biquad filters[SABIN_EQFIT_MOST];
	double before_db, after_db; /* weighted RMS of what is wanted less the filters' gain */
	double judged_before_db, judged_after_db; /* RMS, mean removed, not weighted */
	double net_boost_db;
};

/* Filters that stand before the first one is searched, and their freedom. */
struct sabin_eqfit_seed {
	struct sabin_biquad filter;
	/* Frequency fixed, and q = A f t60_s / 2.2 with A = 10^(gain_db / 40): the zeros cancel a mode
	 * of that decay.  0: an ordinary filter. */
	double t60_s;
};

/* Fit.  seeds[seed_count <= most] may be NULL.  SABIN_EINVAL: out of range, not finite, or a grid that
 * does not rise.  SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err
sabin_eqfit_compute(const struct sabin_eqfit_curve *curve,
                    const struct sabin_eqfit_options *options,
                    const struct sabin_eqfit_seed *seeds, size_t seed_count,
                    struct sabin_eqfit *out);

/* The largest gain of a cascade at any frequency from 20 Hz to min(20 kHz, 0.45 rate), less its mean
 * in dB over the grid of 48 points an octave of from_hz .. to_hz; right to 0.002 dB.  NAN: out of memory. */
SABIN_API double sabin_eq_net_boost_db(const struct sabin_biquad *filters, size_t count,
                                       double rate_hz, double from_hz, double to_hz);

/* The largest common factor, 0 .. 1, on all gains that holds it to limit_db, within 0.002 dB.
 * SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_eq_hold_boost(struct sabin_biquad *filters, size_t count,
                                                        double rate_hz, double from_hz,
                                                        double to_hz, double limit_db);

/* The grid of 48 points an octave from from_hz to to_hz, both ends included where it meets them:
 * freq_hz[] may be NULL; returns the number of points. */
SABIN_API size_t sabin_eq_grid(double from_hz, double to_hz, double *freq_hz);

/* RMS of x[n] about its mean. */
SABIN_API double sabin_eq_rms(const double *x, size_t n);

#endif
