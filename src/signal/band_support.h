/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * band_support.h: where a band filter of sabin/octave.h is zero, rising and one, for code that
 * multiplies only the bins of a transform that matter.
 */
#ifndef SABIN_SIGNAL_BAND_SUPPORT_H
#define SABIN_SIGNAL_BAND_SUPPORT_H

#include <sabin/octave.h>

/* The gain is 0 up to stop_low, 1 from pass_low to pass_high, 0 again from stop_high. */
struct sabin_band_support {
	double stop_low_hz, pass_low_hz, pass_high_hz, stop_high_hz;
};

struct sabin_band_support sabin_band_support(const struct sabin_band *band);

#endif
