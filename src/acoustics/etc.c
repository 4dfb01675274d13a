/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * etc.c: the first milliseconds of a response as an energy-time curve, and its strongest peaks.
 *
 * References: R. C. Heyser, "Acoustical measurements by time delay spectrometry", J. Audio Eng.
 * Soc. 15 (1967) 370-382 (energy in time as the squared magnitude of the analytic signal).
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/fft.h>
#include <sabin/window.h>

#include "acoustics/etc.h"

static const double floor_db = -120;   /* of the curve: exact silence would be minus infinity */
static const double margin_s = 0.02;   /* around the drawn piece, tapered, for the transform */
static const double prominence_db = 3; /* a peak that rises less is part of its neighbour */

double sabin_etc_direct(const double *h, size_t n, double rate_hz)
{
	double most = 0;
	for (size_t i = 0; i < n; i++)
		most = fmax(most, fabs(h[i]));
	size_t onset = 0;
	while (onset < n && fabs(h[onset]) < most * 0.1) /* -20 dB */
		onset++;
	size_t end = onset + (size_t)(rate_hz * 1e-3), best = onset;
	for (size_t i = onset; i < n && i <= end; i++)
		if (fabs(h[i]) > fabs(h[best]))
			best = i;
	return (double)best;
}

/* Copy h from sample `first` (may be negative) into piece[n], zeros outside. */
static void cut(const double *h, size_t length, long long first, double *piece, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		long long at = first + (long long)i;
		piece[i] = at >= 0 && at < (long long)length ? h[at] : 0;
	}
}

/* Average power[n] over a Hann window of `width` samples (odd) into out[count] from `offset` on. */
static void smooth(const double *power, size_t n, size_t width, size_t offset, double *out,
                   size_t count, double *window)
{
	double sum = 0;
	sabin_window_hann(window, width);
	for (size_t k = 0; k < width; k++)
		sum += window[k];
	for (size_t i = 0; i < count; i++) {
		double mean = 0;
		for (size_t k = 0; k < width; k++) {
			size_t at = offset + i + k; /* the centre is width / 2 further */
			if (at >= width / 2 && at - width / 2 < n)
				mean += window[k] * power[at - width / 2];
		}
		out[i] = mean / sum;
	}
}

static enum sabin_err to_levels(struct sabin_etc *etc)
{
	/* the direct sound's own peak: smoothing and the fraction of a sample may move it a
	 * little */
	double reach = 0.3e-3 * etc->rate_hz, direct = 0, most = 0;
	for (size_t i = 0; i < etc->length; i++) {
		if (fabs((double)i - etc->direct) <= reach)
			direct = fmax(direct, etc->level_db[i]);
		most = fmax(most, fabs(etc->amplitude[i]));
	}
	if (!(direct > 0) || !(most > 0))
		return SABIN_ESHORT;
	etc->direct_power = direct;
	for (size_t i = 0; i < etc->length; i++) {
		etc->level_db[i] = fmax(10 * log10(etc->level_db[i] / direct), floor_db);
		etc->amplitude[i] /= most;
	}
	return SABIN_OK;
}

enum sabin_err sabin_etc_compute(const double *h, size_t n, double rate_hz, double direct,
                                 double before_s, double after_s, double smooth_s,
                                 struct sabin_etc *out)
{
	struct sabin_etc etc = {.rate_hz = rate_hz};
	size_t margin = (size_t)(margin_s * rate_hz);
	size_t before = (size_t)(before_s * rate_hz);
	etc.length = before + (size_t)(after_s * rate_hz) + 1;
	size_t size = sabin_fft_smooth_size(etc.length + 2 * margin);
	size_t width = (size_t)(smooth_s * rate_hz / 2) * 2 + 1;
	long long first = (long long)floor(direct) - (long long)before;
	etc.direct = direct - (double)first;
	struct sabin_fft *fft = NULL;
	double *piece = calloc(size, sizeof *piece), *window = calloc(width, sizeof *window);
	etc.amplitude = calloc(etc.length, sizeof(double));
	etc.level_db = calloc(etc.length, sizeof(double));
	enum sabin_err err = SABIN_ENOMEM;
	if (!piece || !window || !etc.amplitude || !etc.level_db)
		goto out;
	cut(h, n, first, etc.amplitude, etc.length);
	cut(h, n, first - (long long)margin, piece, etc.length + 2 * margin);
	sabin_window_taper(piece, etc.length + 2 * margin, margin, margin);
	err = sabin_fft_new(size, &fft);
	if (!err)
		err = sabin_fft_envelope(fft, piece, piece);
	if (err)
		goto out;
	for (size_t i = 0; i < size; i++)
		piece[i] *= piece[i];
	smooth(piece, size, width, margin, etc.level_db, etc.length, window);
	err = to_levels(&etc);
out:
	sabin_fft_free(fft);
	free(piece);
	free(window);
	if (err)
		sabin_etc_release(&etc);
	else
		*out = etc;
	return err;
}

void sabin_etc_release(struct sabin_etc *etc)
{
	free(etc->amplitude);
	free(etc->level_db);
	*etc = (struct sabin_etc){0};
}

/* Does the curve fall by the prominence on both sides before it exceeds the peak at i? */
static bool is_prominent(const struct sabin_etc *etc, size_t i)
{
	double level = etc->level_db[i], lowest = level;
	for (size_t k = i; k-- > 0 && lowest > level - prominence_db;) {
		if (etc->level_db[k] > level)
			return false;
		lowest = fmin(lowest, etc->level_db[k]);
	}
	if (lowest > level - prominence_db)
		return false;
	lowest = level;
	for (size_t k = i + 1; k < etc->length && lowest > level - prominence_db; k++) {
		if (etc->level_db[k] > level)
			return false;
		lowest = fmin(lowest, etc->level_db[k]);
	}
	return lowest <= level - prominence_db;
}

static int compare_times(const void *a, const void *b)
{
	const struct sabin_etc_peak *x = a, *y = b;
	return (x->time_s > y->time_s) - (x->time_s < y->time_s);
}

size_t sabin_etc_peaks(const struct sabin_etc *etc, double from_s, double least_db,
                       struct sabin_etc_peak *peaks, size_t capacity)
{
	size_t count = 0;
	for (size_t i = 1; i + 1 < etc->length && capacity > 0; i++) {
		struct sabin_etc_peak peak = {((double)i - etc->direct) / etc->rate_hz,
		                              etc->level_db[i]};
		if (peak.time_s < from_s || peak.level_db < least_db ||
		    peak.level_db < etc->level_db[i - 1] || peak.level_db <= etc->level_db[i + 1] ||
		    !is_prominent(etc, i))
			continue;
		size_t weakest = count;
		if (count == capacity) {
			weakest = 0;
			for (size_t k = 1; k < count; k++)
				if (peaks[k].level_db < peaks[weakest].level_db)
					weakest = k;
			if (peaks[weakest].level_db >= peak.level_db)
				continue;
		} else {
			count++;
		}
		peaks[weakest] = peak;
	}
	qsort(peaks, count, sizeof *peaks, compare_times);
	return count;
}
