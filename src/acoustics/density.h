/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * density.h: power density of a stationary noise, and the search for hum in it.
 */
#ifndef SABIN_ACOUSTICS_DENSITY_H
#define SABIN_ACOUSTICS_DENSITY_H

#include <stddef.h>

#include <sabin/noise.h>

struct sabin_density {
	double *density; /* [count]: mean square per Hz, one-sided, the microphone's response taken off */
	size_t count, segments;
	double bin_hz;
	double bandwidth_hz; /* of a bin: 1.5 bins, the Hann window's */
	double effective_s;  /* duration that the averages are worth */
};

/* Hann segments of segment_s (all of x[n] where that is shorter), half overlapping, their powers
 * averaged; the mean of x is taken off.  Release in every case.  SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_density_compute(const double *x, size_t n, double rate_hz,
                                                 double segment_s,
                                                 const struct sabin_noise_options *options,
                                                 struct sabin_density *out);
void sabin_density_release(struct sabin_density *spectrum);

/* A level from a power (full scale = 1) with this relative error, as the options want it. */
struct sabin_quantity sabin_noise_quantity(const struct sabin_noise_options *options, double power,
                                           double relative_error);

/* Lines of the mains in x[n].  SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_hum_find(const double *x, size_t n, double rate_hz,
                                         const struct sabin_noise_options *options,
                                         struct sabin_hum *out);

#endif
