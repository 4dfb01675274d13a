/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * etc.h: the first milliseconds of a response as an energy-time curve, and its strongest peaks.
 */
#ifndef SABIN_ACOUSTICS_ETC_H
#define SABIN_ACOUSTICS_ETC_H

#include <stddef.h>

#include <sabin/reflections.h>
#include <sabin/status.h>

/* Samples from `before_s` before the direct sound on. */
struct sabin_etc {
	size_t length;
	double rate_hz;
	double direct;      /* where the direct sound is, as an index into the arrays */
	double *amplitude;  /* [length], relative to the largest magnitude in it */
	double *level_db;   /* [length], re the direct sound */
	double direct_power; /* what 0 dB is: mean square of the analytic signal, twice the signal's */
};

/* h[n], whose direct sound is at sample `direct`, from before_s before it to after_s after it: the
 * squared magnitude of the analytic signal, averaged by a Hann window of smooth_s.
 * Free with sabin_etc_release().  SABIN_ESHORT: silence. */
SABIN_MUST enum sabin_err sabin_etc_compute(const double *h, size_t n, double rate_hz,
                                            double direct, double before_s, double after_s,
                                            double smooth_s, struct sabin_etc *out);
void sabin_etc_release(struct sabin_etc *etc);

/* The direct sound in h[n], in samples: the largest magnitude within 1 ms of the first sample that
 * is within 20 dB of the largest (ISO 3382-1:2009, A.3.4: start of the response). */
double sabin_etc_direct(const double *h, size_t n, double rate_hz);

struct sabin_etc_peak {
	double time_s; /* after the direct sound */
	double level_db;
};

/* The strongest `capacity` peaks from from_s after the direct sound to the end of the curve that
 * are above least_db and rise at least 3 dB out of what is around them, in order of time. */
size_t sabin_etc_peaks(const struct sabin_etc *etc, double from_s, double least_db,
                       struct sabin_etc_peak *peaks, size_t capacity);

/* sabin_reflections_compute(), and the curve that it reads, of the band from_hz .. to_hz: free it with
 * sabin_etc_release(). */
SABIN_MUST enum sabin_err sabin_reflections_curve(const double *h, size_t n, double rate_hz,
                                                  double direct, double speed_m_s,
                                                  struct sabin_reflections *out,
                                                  struct sabin_etc *curve);

#endif
