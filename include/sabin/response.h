/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * response.h: the frequency response of an impulse response, windowed, smoothed, on a logarithmic
 * axis.
 */
#ifndef SABIN_RESPONSE_H
#define SABIN_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>

#include <sabin/status.h>

struct sabin_response_options {
	double smoothing_oct;      /* 0: none; 1/12.0: a twelfth of an octave; at most 2 */
	double window_s;           /* right window from the arrival, its last quarter a half cosine */
	double left_window_s;      /* before the arrival, all of it a half cosine */
	double points_per_octave;  /* 1 .. 1000; 0: the bins of the transform */
	double from_hz, to_hz;     /* 0 < from < to <= rate/2 */
};

/* 1/12 octave, 500 ms right, 5 ms left, 96 points an octave, 20 Hz .. 20 kHz */
SABIN_API struct sabin_response_options sabin_response_defaults(void);

struct sabin_response {
	size_t length;
	double *freq_hz, *level_db, *phase_deg, *group_delay_s; /* [length] each */
	double *noise_db; /* [length]: the noise in level_db; NULL, NAN: not known */
};

/* h[n] at rate_hz; `arrival` is the fractional sample of the direct sound, `zero` that of time zero:
 * phase and group delay count from `zero`, the windows from `arrival`.
 * level_db = 10 lg of the power |H|^2 averaged over a rectangle of smoothing_oct on the logarithmic
 * axis, clipped (not folded) at 0 Hz and rate/2.  phase_deg (-180 .. 180) and group_delay_s come
 * from the windowed response smoothed as a complex vector about the arrival.
 * Free with sabin_response_free().  SABIN_EINVAL, SABIN_ESHORT (silence), SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err
sabin_response_compute(const double *h, size_t n, double rate_hz, double arrival, double zero,
                       const struct sabin_response_options *options, struct sabin_response *out);

/* Fill in noise_db: the same window at the end of h, where the decay is over; NAN at frequencies at which it
 * is not.  It stays NULL where h is shorter than three windows, or ends in silence.  Arguments as for sabin_response_compute(), which made `response`; errors
 * too. */
SABIN_API SABIN_MUST enum sabin_err sabin_response_noise(const double *h, size_t n, double rate_hz,
                                                         double arrival,
                                                         const struct sabin_response_options *options,
                                                         struct sabin_response *response);

/* Is point i told from the noise?  10 dB over it, or the noise not known. */
SABIN_API bool sabin_response_heard(const struct sabin_response *response, size_t i);

/* The band that the loudspeaker plays: from the lowest to the highest point that is heard and within
 * 20 dB of the highest level, smoothed over a third of an octave.  False: nothing is. */
SABIN_API bool sabin_response_band(const struct sabin_response *response, double band_hz[2]);

SABIN_API void sabin_response_free(struct sabin_response *response);

#endif
