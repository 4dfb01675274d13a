/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fdw.c: a frequency response with a window of its own for each frequency, a number of periods long: in the
 * bass it hears the room, in the treble the loudspeaker.
 *
 * Each point is the sum over its own window, the exponential turned on from sample to sample.  The windows
 * shrink as 1/f, so that an octave costs half of the one below it.
 */
#include <math.h>
#include <stdlib.h>

#include "acoustics/smooth.h"
#include "signal/cmplx.h"

static const double least_points = 96; /* an octave: finer than the finest smoothing */

static void sum_point(const double *h, double rate_hz, double arrival, struct sabin_span span,
                      const struct sabin_response_options *o, double f_hz, double out[4])
{
	const double start = (double)span.first - arrival;
	const double w = -2 * M_PI * f_hz / rate_hz;
	const double step_re = cos(w), step_im = sin(w);
	double re = cos(w * start), im = sin(w * start);
	out[0] = out[1] = out[2] = out[3] = 0;
	for (size_t i = 0; i < span.count; i++) {
		const double t_s = (start + (double)i) / rate_hz;
		const double x = h[span.first + i] * sabin_response_window(o, f_hz, t_s);
		out[0] += x * re;
		out[1] += x * im;
		out[2] += x * t_s * re;
		out[3] += x * t_s * im;
		const double next = re * step_re - im * step_im;
		im = re * step_im + im * step_re;
		re = next;
	}
}

enum sabin_err sabin_response_cycles(const double *h, size_t n, double rate_hz, double arrival,
                                     const struct sabin_response_options *o,
                                     struct sabin_windowed *out)
{
	const double per_octave = fmax(least_points, o->points_per_octave);
	/* half a rectangle more on both sides, up to half the rate */
	const double from_hz =
	    o->from_hz * exp2(-sabin_smoothing_width_oct(o, o->from_hz) / 2 - 1 / per_octave);
	const double to_hz = fmin(rate_hz / 2, o->to_hz * exp2(sabin_smoothing_width_oct(o, o->to_hz) / 2 +
	                                                       1 / per_octave));
	const size_t count = (size_t)ceil(log2(to_hz / from_hz) * per_octave) + 2;
	for (size_t i = 0; i < n; i++)
		if (!isfinite(h[i]))
			return SABIN_EINVAL;
	*out = (struct sabin_windowed){.count = count};
	out->h = calloc(count, sizeof *out->h);
	out->g = calloc(count, sizeof *out->g);
	out->freq_hz = calloc(count, sizeof *out->freq_hz);
	if (!out->h || !out->g || !out->freq_hz)
		return SABIN_ENOMEM;
	for (size_t k = 0; k < count; k++) {
		const double f_hz =
		    from_hz * pow(to_hz / from_hz, (double)k / (double)(count - 1));
		const struct sabin_span span = sabin_response_span(n, rate_hz, arrival, o, f_hz);
		double sum[4];
		sum_point(h, rate_hz, arrival, span, o, f_hz, sum);
		out->freq_hz[k] = f_hz;
		out->h[k] = CMPLX(sum[0], sum[1]);
		out->g[k] = CMPLX(sum[2], sum[3]);
	}
	return SABIN_OK;
}
