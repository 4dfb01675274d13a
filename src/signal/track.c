/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * track.c: how the power of each octave goes over time, seen through short windows.
 */
#include <complex.h>
#include <math.h>
#include <stdlib.h>

#include <sabin/fft.h>
#include <sabin/window.h>

#include "signal/track.h"

/* The lowest octave begins no lower than this many bins of a window. */
static const double lowest_bins = 2;

static void choose_bands(struct sabin_track *t, double rate_hz, double from_hz, double to_hz)
{
	const double bin_hz = rate_hz / (double)t->window;
	double low_hz = fmax(from_hz, lowest_bins * bin_hz);
	t->bands = 0;
	while (t->bands < SABIN_TRACK_BANDS_MAX && 2 * low_hz <= to_hz) {
		t->low_hz[t->bands] = low_hz;
		t->high_hz[t->bands++] = low_hz *= 2;
	}
	if (t->bands == 0) { /* less than an octave of it can be seen: that is the band then */
		t->low_hz[0] = fmin(from_hz, bin_hz);
		t->high_hz[0] = fmax(to_hz, 2 * bin_hz);
		t->bands = 1;
	}
}

size_t sabin_track_window(double rate_hz, double window_s)
{
	size_t window = 16;
	while ((double)window < window_s * rate_hz)
		window *= 2;
	return window;
}

void sabin_track_init(struct sabin_track *track, double rate_hz, double window_s, double from_hz,
                      double to_hz, long first, long last)
{
	*track = (struct sabin_track){.window = sabin_track_window(rate_hz, window_s), .first = first};
	track->hop = track->window / 4;
	track->count = last > first ? (size_t)(last - first) / track->hop + 1 : 1;
	choose_bands(track, rate_hz, from_hz, to_hz);
}

static double band_power(const double complex *x, size_t window, double rate_hz, double low_hz,
                         double high_hz)
{
	double sum = 0;
	for (size_t k = (size_t)ceil(low_hz * (double)window / rate_hz);
	     k <= window / 2 && (double)k * rate_hz < high_hz * (double)window; k++)
		sum += creal(x[k]) * creal(x[k]) + cimag(x[k]) * cimag(x[k]);
	return sum;
}

enum sabin_err sabin_track_process(struct sabin_track *track, const double *x, size_t size,
                                   double rate_hz)
{
	const size_t window = track->window;
	struct sabin_fft *fft = NULL;
	double *t = malloc(window * sizeof *t), *weight = malloc(window * sizeof *weight);
	double complex *spectrum = malloc((window / 2 + 1) * sizeof *spectrum);
	double *power = calloc(track->bands * track->count, sizeof *power);
	enum sabin_err err = t && weight && spectrum && power ? sabin_fft_new(window, &fft)
	                                                      : SABIN_ENOMEM;
	if (!err) /* its side lobes fall fast: a rumble must not reach into the treble */
		sabin_window_hann(weight, window);
	for (size_t w = 0; !err && w < track->count; w++) {
		const long begin = track->first + (long)(w * track->hop) - (long)(window / 2);
		for (size_t i = 0; i < window; i++) {
			const long at = (begin + (long)i) % (long)size;
			t[i] = x[at < 0 ? at + (long)size : at] * weight[i];
		}
		sabin_fft_forward(fft, t, spectrum);
		for (size_t b = 0; b < track->bands; b++)
			power[b * track->count + w] = band_power(spectrum, window, rate_hz,
			                                         track->low_hz[b], track->high_hz[b]);
	}
	sabin_fft_free(fft);
	free(t);
	free(weight);
	free(spectrum);
	if (err)
		free(power);
	else
		track->power = power;
	return err;
}
