/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * peaks.h: filters for the peaks that a fit has left.
 */
#ifndef SABIN_CORRECTION_PEAKS_H
#define SABIN_CORRECTION_PEAKS_H

#include <sabin/eqfit.h>

struct sabin_peaks {
	const struct sabin_eqfit_curve *curve;
	const double *full; /* [length]: where peaks are cut, more than a half */
	double *scratch;    /* [length] */
	const struct sabin_eqfit_seed *seeds; /* that the fit began with */
	size_t seed_count, most; /* filters in the whole */
	double max_q;
};

/* While there are filters left for it: one more where the highest of the peaks that are to be cut is, fitted with all
 * others; fit is never worse.  SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_cut_peaks(const struct sabin_peaks *peaks,
                                          struct sabin_eqfit_options options, struct sabin_eqfit *fit);

#endif
