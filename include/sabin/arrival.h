/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * arrival.h: where an impulse response begins.
 */
#ifndef SABIN_ARRIVAL_H
#define SABIN_ARRIVAL_H

#include <stddef.h>

#include <sabin/status.h>

struct sabin_arrival {
	size_t onset;       /* first sample whose magnitude is within 20 dB of the largest one
	                     * (ISO 3382-1:2009, 5.3.2 and A.3.4: the start of the response) */
	double position;    /* sub-sample position of the direct sound, in samples */
	double peak;        /* its interpolated, signed amplitude */
	int polarity;       /* +1, -1; 0 when positive and negative peak are within 1 dB, or no larger than
	                     * what precedes them; of a subwoofer, whose direct sound is slower than
	                     * 1 ms, the peaks of its first swing and of the one back */
	size_t largest;     /* sample of the largest magnitude */
};

/* Find onset and direct sound of h[n].  The direct sound is the largest peak of the band-limited
 * response within 1 ms after the onset, interpolated with a 256-tap windowed sinc.
 * SABIN_EINVAL: n = 0 or a sample that is not finite.  SABIN_ESHORT: silence. */
SABIN_API SABIN_MUST enum sabin_err sabin_arrival_find(const double *h, size_t n, double rate_hz,
                                                       struct sabin_arrival *out);

/* Value of the band-limited signal behind x[n] at a fractional index; zero outside. */
SABIN_API double sabin_interpolate(const double *x, size_t n, double index);

#endif
