/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * conversion.c: a rate that was converted on the way.
 *
 * A server takes any rate and runs at its own.  Where that is lower, nothing comes through above half of it, not even
 * the noise of microphone and preamplifier, which else goes on to half the rate of the recording: converters'
 * own filters are 6 dB down there and need another 5 % to close.  Where it is higher nothing shows.
 */
#include <complex.h>
#include <math.h>

#include <sabin/fft.h>

#include "audio/judge.h"
#include "io/number.h"
#include "signal/blackman.h"

/* Length of the transforms: 12 Hz a bin at 48 kHz. */
enum { SEGMENT = 4096 };
/* Fewer segments are too few to tell. */
enum { LEAST_SEGMENTS = 4 };
/* Noise up to here is compared with noise from there on, shares of the lower rate: a resampler's filter closes
 * between 0.45 and 0.5, and is aliased at most a little beyond. */
static const double below[2] = {0.36, 0.42}, above_from = 0.513;
/* ... up to this share of the recording's rate. */
static const double above_to = 0.49;
/* A resampler's stop band is 60 dB down at least; what the noise itself falls by is not half of that. */
static const double least_fall_db = 40;
/* Below this density, full scale squared a bin, is nothing but rounding. */
static const double least_power = 1e-17;

/* Mean power of the bins between two frequencies; 0 where there are none. */
static double mean_power(const double *power, double bin_hz, double from_hz, double to_hz)
{
	double sum = 0;
	size_t count = 0;
	for (size_t k = (size_t)ceil(from_hz / bin_hz); k <= SEGMENT / 2 && (double)k * bin_hz <= to_hz; k++, count++)
		sum += power[k];
	return count > 0 ? sum / (double)count : 0;
}

/* Spectrum of x[n]. */
static enum sabin_err spectrum_of(const double *x, size_t n, double power[SEGMENT / 2 + 1])
{
	struct sabin_fft *fft = NULL;
	double *t = malloc(SEGMENT * sizeof *t), *window = malloc(SEGMENT * sizeof *window);
	double complex *bins = malloc((SEGMENT / 2 + 1) * sizeof *bins);
	enum sabin_err err = t && window && bins ? sabin_fft_new(SEGMENT, &fft) : SABIN_ENOMEM;
	if (!err)
		sabin_blackman_harris(window, SEGMENT);
	for (size_t at = 0; !err && at + SEGMENT <= n; at += SEGMENT / 2) {
		for (size_t i = 0; i < SEGMENT; i++)
			t[i] = x[at + i] * window[i];
		sabin_fft_forward(fft, t, bins);
		for (size_t k = 0; k <= SEGMENT / 2; k++)
			power[k] += (creal(bins[k]) * creal(bins[k]) + cimag(bins[k]) * cimag(bins[k])) / SEGMENT / SEGMENT;
	}
	sabin_fft_free(fft);
	free(t);
	free(window);
	free(bins);
	return err;
}

enum sabin_err sabin_judge_conversion(const struct sabin_excitation *e, const double *recorded,
                                      struct sabin_take *take)
{
	static const double rates_hz[] = {32000, 44100, 48000, 88200, 96000};
	const double bin_hz = e->rate_hz / SEGMENT;
	const size_t n = take->noise_frames;
	if (n < (LEAST_SEGMENTS + 1) * SEGMENT / 2) /* they overlap by half */
		return SABIN_OK;
	double *power = calloc(SEGMENT / 2 + 1, sizeof *power);
	enum sabin_err err = power ? spectrum_of(recorded, n, power) : SABIN_ENOMEM;
	for (size_t i = 0; !err && i < sizeof rates_hz / sizeof *rates_hz; i++) {
		const double rate_hz = rates_hz[i], to_hz = above_to * e->rate_hz;
		const double heard = mean_power(power, bin_hz, below[0] * rate_hz, below[1] * rate_hz);
		const double beyond = mean_power(power, bin_hz, above_from * rate_hz, to_hz);
		if (above_from * rate_hz + 10 * bin_hz > to_hz || heard < least_power ||
		    beyond > heard * pow(10, -least_fall_db / 10))
			continue;
		sabin_verdict_say(&take->verdict,
		                "above %s nothing is heard, not even noise: something on the way runs at %s, or "
		                "filters; use that rate, or the card itself",
		                sabin_text_hz(rate_hz / 2).s, sabin_text_exact_hz(rate_hz).s);
		break;
	}
	free(power);
	return err;
}
