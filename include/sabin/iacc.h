/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * iacc.h: how alike the two ears hear: interaural cross-correlation of a pair of responses
 * (ISO 3382-1:2009, annex B).
 */
#ifndef SABIN_IACC_H
#define SABIN_IACC_H

#include <stddef.h>

#include <sabin/octave.h>
#include <sabin/quantity.h>
#include <sabin/status.h>

enum sabin_iacc_part {
	SABIN_IACC_EARLY, /* 0 to 80 ms */
	SABIN_IACC_LATE,  /* 80 ms to the end */
	SABIN_IACC_ALL,
	SABIN_IACC_PARTS,
};

/* "early", "late", "all" */
SABIN_API const char *sabin_iacc_part_name(enum sabin_iacc_part part);

enum { SABIN_IACC_BANDS = 7 }; /* octaves 125 Hz .. 8 kHz */

struct sabin_iacc_options {
	size_t onset; /* sample of time zero: the onset of the earlier ear */
	double end_s; /* after time zero: where the responses meet their noise; INFINITY: no end */
	double excited_from_hz, excited_to_hz; /* what the sweep excited; 0, INFINITY: not known */
};

struct sabin_iacc_band {
	struct sabin_band band; /* nominal_hz = 0: all octaves together */
	struct sabin_quantity iacc[SABIN_IACC_PARTS]; /* 0 .. 1 */
	double delay_s[SABIN_IACC_PARTS]; /* of its maximum, positive where the right ear is later */
};

struct sabin_iacc {
	struct sabin_iacc_band band[SABIN_IACC_BANDS], broadband;
	struct sabin_quantity mean3[SABIN_IACC_PARTS]; /* mean of 500 Hz, 1 and 2 kHz */
};

/* left[n] and right[n] of one measurement.  SABIN_EINVAL: onset >= n, rate_hz or end_s not positive,
 * samples not finite.  SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_iacc_compute(const double *left, const double *right,
                                                       size_t n, double rate_hz,
                                                       const struct sabin_iacc_options *options,
                                                       struct sabin_iacc *out);

#endif
