/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * agreement.c: how far repeats agree.
 *
 * With n repeats of powers P_i in a band, and M that of their mean, V = (sum P_i - n M) / (n - 1) is the power by
 * which one strays from what they have in common, without bias.  The mean still has V / n of it, and the share
 * of the mean that all have in common, (M - V / n) / M, is its coherence with what another n would find (Bendat,
 * Piersol: Random Data, of coherence with noise at the output).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/fft.h>

#include "audio/agreement.h"

/* The window of a frequency response: what strays later is no part of one. */
static const double window_s = 0.5, before_s = 0.005;

/* Powers of the octaves of h about its arrival into power[]. */
static enum sabin_err octaves(const struct sabin_verdict *verdict, const double *h, size_t n,
                              double rate_hz, size_t arrival, double *power)
{
	const size_t before = (size_t)(before_s * rate_hz), from = arrival > before ? arrival - before : 0;
	const size_t whole = (size_t)((window_s + before_s) * rate_hz);
	const size_t count = from >= n ? 0 : n - from < whole ? n - from : whole;
	struct sabin_fft *fft = NULL;
	size_t size = 2;
	while (size < whole)
		size *= 2;
	double *x = calloc(size, sizeof *x);
	double complex *bins = calloc(size / 2 + 1, sizeof *bins);
	enum sabin_err err = x && bins ? sabin_fft_new(size, &fft) : SABIN_ENOMEM;
	if (!err && count > 0)
		memcpy(x, h + from, count * sizeof *x);
	if (!err)
		sabin_fft_forward(fft, x, bins);
	for (size_t b = 0; !err && b < verdict->snr_band_count; b++) {
		const double centre = verdict->snr_bands[b].centre_hz * (double)size / rate_hz;
		const size_t to = (size_t)fmin(centre * M_SQRT2, (double)(size / 2));
		power[b] = 0;
		for (size_t k = (size_t)ceil(centre / M_SQRT2); k <= to; k++)
			power[b] += creal(bins[k]) * creal(bins[k]) + cimag(bins[k]) * cimag(bins[k]);
	}
	sabin_fft_free(fft);
	free(bins);
	free(x);
	return err;
}

enum sabin_err sabin_agreement_add(struct sabin_agreement *agreement,
                                   const struct sabin_verdict *verdict, const double *h, size_t n,
                                   double rate_hz, size_t arrival)
{
	double power[SABIN_SNR_BANDS_MAX];
	const enum sabin_err err = octaves(verdict, h, n, rate_hz, arrival, power);
	for (size_t b = 0; !err && b < verdict->snr_band_count; b++)
		agreement->power[b] += power[b];
	agreement->count += !err;
	return err;
}

enum sabin_err sabin_agreement_finish(const struct sabin_agreement *agreement, const double *mean,
                                      size_t n, double rate_hz, size_t arrival,
                                      struct sabin_verdict *verdict)
{
	double power[SABIN_SNR_BANDS_MAX];
	const double count = agreement->count;
	if (agreement->count < 2)
		return SABIN_OK;
	const enum sabin_err err = octaves(verdict, mean, n, rate_hz, arrival, power);
	for (size_t b = 0; !err && b < verdict->snr_band_count; b++) {
		const double strays = (agreement->power[b] - count * power[b]) / (count - 1);
		verdict->snr_bands[b].coherence =
		    power[b] > 0 ? fmin(fmax(1 - strays / count / power[b], 0), 1) : (double)NAN;
	}
	return err;
}
