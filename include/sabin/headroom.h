/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * headroom.h: how much louder a correction can make a signal.
 */
#ifndef SABIN_HEADROOM_H
#define SABIN_HEADROOM_H

#include <stddef.h>

#include <sabin/biquad.h>
#include <sabin/status.h>

struct sabin_eq_headroom {
	double peak_gain_db;  /* the largest gain of a steady tone: sup |H| */
	/* of tones and sweeps, square waves of any period, switched on at any time, and pink noise that
	 * reaches full scale: what music is made of at its loudest, with 0.3 dB to spare, but never above
	 * worst_case_db */
	double program_db;
	double worst_case_db; /* no signal within full scale comes out louder: 20 lg sum |h| */
};

/* Of the cascade filters[count] and the response fir[taps] after it (taps = 0: none) at rate_hz.
 * SABIN_EINVAL: an impossible filter, a sample that is not finite.  SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_eq_headroom_compute(const struct sabin_biquad *filters,
                                                           size_t count, const double *fir,
                                                           size_t taps, double rate_hz,
                                                           struct sabin_eq_headroom *out);

#endif
