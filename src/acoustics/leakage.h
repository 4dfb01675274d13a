/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * leakage.h: what the flanks of a band filter let in of the neighbouring bands, and what that does
 * to the band's decay times.
 */
#ifndef SABIN_ACOUSTICS_LEAKAGE_H
#define SABIN_ACOUSTICS_LEAKAGE_H

#include "acoustics/decay.h"

/* What is kept of a band's decay for its neighbours and for the whole. */
struct sabin_band_trace {
	bool has_model;
	double total;      /* energy of the decay */
	double crossing_s; /* where the noise takes over */
};

/* bands[count] adjacent, lowest first, each with its trace.  Adds to the uncertainties of T20, T30,
 * Topt and curvature what the leakage may have moved them by, and takes back a double slope whose
 * late part the neighbours may have brought. */
void sabin_leakage(struct sabin_band_result *bands, const struct sabin_band_trace *traces,
                   size_t count);

#endif
