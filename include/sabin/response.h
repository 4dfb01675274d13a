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

/* How wide the rectangle of the smoothing is at f Hz, and what is averaged in it. */
enum sabin_smoothing {
	SABIN_SMOOTHING_FIXED,    /* smoothing_oct everywhere; power */
	SABIN_SMOOTHING_VARIABLE, /* 1/48 octave up to 100 Hz, 1/6 at 1 kHz, 1/3 from 10 kHz on, and between
	                           * them along the logarithm of frequency; power */
	SABIN_SMOOTHING_PSYCHOACOUSTIC, /* 1/3 octave up to 100 Hz to 1/6 from 1 kHz on; the cube of the
	                                 * magnitude, which weighs peaks more than dips */
	SABIN_SMOOTHING_ERB, /* 24.7 (4.37 f/1000 + 1) Hz (Glasberg, Moore: Hearing Research 47 (1990)); power */
};

struct sabin_response_options {
	double smoothing_oct;      /* 0: none; 1/12.0: a twelfth of an octave; at most 2 */
	double window_s;           /* right window from the arrival, its last quarter a half cosine */
	double left_window_s;      /* before the arrival, all of it a half cosine */
	double points_per_octave;  /* 1 .. 1000; 0: the bins of the transform */
	double from_hz, to_hz;     /* 0 < from < to <= rate/2 */
	enum sabin_smoothing smoothing;
	/* 0: one window for all; else at each frequency the windows are no longer than so many periods
	 * (right) and a quarter of that (left).  1 .. 1000; wants points_per_octave > 0 */
	double window_cycles;
};

/* Width in octaves of the smoothing at f_hz. */
SABIN_API double sabin_smoothing_width_oct(const struct sabin_response_options *options, double f_hz);

/* 1/12 octave, 500 ms right, 125 ms left, 96 points an octave, 20 Hz .. 20 kHz.  The left side is that long because a
 * band-limited response begins before its arrival: 5 ms of it falsify a dip at 57 Hz by 8 dB. */
SABIN_API struct sabin_response_options sabin_response_defaults(void);

struct sabin_response {
	size_t length;
	double *freq_hz, *level_db, *phase_deg, *group_delay_s; /* [length] each */
	double *noise_db; /* [length]: the noise in level_db; NULL, NAN: not known */
};

/* h[n] at rate_hz; `arrival` is the fractional sample of the direct sound, `zero` that of time zero:
 * phase and group delay count from `zero`, the windows from `arrival`.
 * level_db = 10 lg of the power |H|^2 averaged over a rectangle on the logarithmic axis, clipped (not
 * folded) at 0 Hz and rate/2, and of points up to 18 kHz at 22.05 kHz, so that all rates give the same.
 * phase_deg (-180 .. 180) and group_delay_s come from the windowed response smoothed as a complex vector
 * about the arrival.  Without smoothing, points that lie further apart than the bins of the transform have
 * the mean power of their stretch of the axis, so that no notch falls between them.
 * Free with sabin_response_free().  SABIN_EINVAL, SABIN_ESHORT (silence), SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err
sabin_response_compute(const double *h, size_t n, double rate_hz, double arrival, double zero,
                       const struct sabin_response_options *options, struct sabin_response *out);

SABIN_API void sabin_response_free(struct sabin_response *response);

/* Two ways to know the noise, for two purposes.  sabin_response_noise() is an estimate: it looks at two windows
 * as long as the response's own and gives what does not fall from one to the other, so that what is still
 * decay is never called noise; it says nothing of responses shorter than three windows.
 * sabin_response_noise_bound() takes whatever the last tenth of h holds, decay or noise: of any length, and
 * never too low.  What is drawn and trusted rests on the estimate and, where there is none, on the bound;
 * uncertainties, which must not be too small, on the bound. */

/* Fill in noise_db: the same window at the end of h, where the decay is over; NAN at frequencies at which it
 * is not.  It stays NULL where h is shorter than three windows, or ends in silence.  Arguments as for
 * sabin_response_compute(), which made `response`; errors too. */
SABIN_API SABIN_MUST enum sabin_err sabin_response_noise(const double *h, size_t n, double rate_hz,
                                                         double arrival,
                                                         const struct sabin_response_options *options,
                                                         struct sabin_response *response);

/* At most this level has noise alone at each point of a response that was computed with these options:
 * noise_db[response->length].  It is taken from the last tenth of h, where what still decays is counted as
 * noise, at a resolution of a third of an octave or the options' if that is less, or of an octave in the
 * bass where the last tenth tells no third from its neighbours (of 0.15 s below 26 Hz); NAN where there is
 * too little of it for that, too (below 7 Hz), and everywhere with window_cycles.  Errors as of
 * sabin_response_compute(); SABIN_ESHORT: no end to look at. */
SABIN_API SABIN_MUST enum sabin_err
sabin_response_noise_bound(const double *h, size_t n, double rate_hz, double arrival,
                           const struct sabin_response_options *options,
                           const struct sabin_response *response, double *noise_db);

/* Standard uncertainty in dB, from noise alone, of a level whose bandwidth is band_hz in a window of
 * window_s: `noise_db` is the noise at that place (both in the same units). */
SABIN_API double sabin_response_error_db(double level_db, double noise_db, double band_hz,
                                         double window_s);

/* Is point i told from the noise?  10 dB over it, or the noise not known. */
SABIN_API bool sabin_response_heard(const struct sabin_response *response, size_t i);

/* The band that the loudspeaker plays: from the lowest to the highest point that is heard and within
 * 20 dB of the highest level, smoothed over a third of an octave.  False: nothing is. */
SABIN_API bool sabin_response_band(const struct sabin_response *response, double band_hz[2]);

#endif
