/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * phase.h: what of the phase of a response goes with its level, what is beyond that, and where phase
 * and delay mean anything.
 */
#ifndef SABIN_PHASE_H
#define SABIN_PHASE_H

#include <sabin/response.h>

struct sabin_phase {
	size_t length; /* that of the response; all about the arrival */
	double *minimum_deg;    /* [length] of the minimum-phase response with the same magnitude, 0 Hz to
	                         * rate/2; not wrapped */
	double *excess_deg;     /* [length] phase beyond that, wrapped to -180 .. 180 */
	double *excess_delay_s; /* [length] group delay beyond that, the mean over the smoothing weighted with
	                         * the power, which keeps it finite in dips */
};

/* Of h[n] in the same window as `response`, which these arguments made.  Free with sabin_phase_free().
 * Errors of sabin_response_compute(); SABIN_EINVAL also for window_cycles. */
SABIN_API SABIN_MUST enum sabin_err sabin_phase_compute(const double *h, size_t n, double rate_hz,
                                                        double arrival,
                                                        const struct sabin_response_options *options,
                                                        const struct sabin_response *response,
                                                        struct sabin_phase *out);
SABIN_API void sabin_phase_free(struct sabin_phase *phase);

/* How far phase and delay of each point can be relied on, 0 .. 1 into trust[response->length]: the share
 * that is not noise, s / (s + n), by noise_db[] (NULL, NAN: not known), times p / (p + 0.001 q), p being
 * the power there and q its mean over the octave about it: a half 30 dB down in a dip. */
SABIN_API void sabin_response_trust(const struct sabin_response *response, const double *noise_db,
                                    double *trust);

/* unwrapped_deg[length] = the response's phase about its arrival (arrival_s after time zero) without the
 * steps of 360 degrees, followed from 1 kHz, or the point nearest to it, to both sides as far as trust[]
 * is at least a half; NAN beyond. */
SABIN_API void sabin_response_unwrap(const struct sabin_response *response, double arrival_s,
                                     const double *trust, double *unwrapped_deg);

#endif
