/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * octave_mask.h: the class 1 limits of IEC 61260-1:2014 on the relative attenuation of fractional-octave
 * filters, and what no bank of such filters can be.
 */
#ifndef SABIN_TEST_OCTAVE_MASK_H
#define SABIN_TEST_OCTAVE_MASK_H

#include <sabin/filterbank.h>

enum { OCTAVE_IMPOSSIBLE = 8 };
extern const struct sabin_filterbank_options octave_impossible[OCTAVE_IMPOSSIBLE];

extern const double octave_ratio; /* 10^0.3, formula 1 */

/* Formula 9: the ratio of frequency to mid-band, at least 1, at which the b-th part of an octave has the limits that an
 * octave has at `ratio`. */
double octave_mask_ratio(double ratio, int b);

/* The least (most = 0) or the most attenuation in dB at that ratio of frequencies, at least 1; on the edge of the band
 * itself it jumps. */
double octave_mask_limit(double ratio, int b, int most);

#endif
