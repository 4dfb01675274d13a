/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tone.c: the tone of a sound calibrator (IEC 60942) on the microphone.
 */
#include <math.h>
#include <stdint.h>

#include "audio/level.h"
#include "io/number.h"

static const double settle_s = 0.2; /* of the A filter, whose slowest pole is at 20.6 Hz */
static const double block_s = 0.25;
/* Our own limits, wide enough for any calibrator that works; IEC 60942 has narrower ones for each class,
 * which are not tested here. */
static const double nominal_hz = 1000;
static const double frequency_share = 0.02;
static const double spread_max_db = 0.5;
static const double rest_max_db = -20; /* adds 0.04 dB to a level meter's reading */

/* Frequency by rising zero crossings, each interpolated. */
static double crossings_hz(const double *x, size_t n, double rate_hz)
{
	double first = NAN, last = NAN;
	size_t count = 0;
	for (size_t i = 1; i < n; i++) {
		if (!(x[i - 1] < 0 && x[i] >= 0))
			continue;
		last = (double)i - x[i] / (x[i] - x[i - 1]);
		if (count++ == 0)
			first = last;
	}
	return count > 1 ? (double)(count - 1) * rate_hz / (last - first) : 0;
}

/* Hann-windowed Fourier coefficient of x[n] at f_hz: amplitude, and phase re the block's middle. */
static void coefficient(const double *x, size_t n, double rate_hz, double f_hz, double *amplitude,
                        double *phase)
{
	double re = 0, im = 0, weight = 0;
	for (size_t i = 0; i < n; i++) {
		const double t = (double)i - (double)(n - 1) / 2;
		const double w = 0.5 + 0.5 * cos(2 * M_PI * t / (double)n);
		re += w * x[i] * cos(2 * M_PI * f_hz / rate_hz * t);
		im -= w * x[i] * sin(2 * M_PI * f_hz / rate_hz * t);
		weight += w;
	}
	*amplitude = 2 * hypot(re, im) / weight;
	*phase = atan2(im, re);
}

/* What the phase does from block to block tells how far off f_hz is. */
static double refine_hz(const double *x, size_t blocks, size_t block, double rate_hz, double f_hz)
{
	double before, now, amplitude, turns = 0;
	coefficient(x, block, rate_hz, f_hz, &amplitude, &before);
	for (size_t b = 1; b < blocks; b++, before = now) {
		coefficient(x + b * block, block, rate_hz, f_hz, &amplitude, &now);
		const double expected = 2 * M_PI * fmod(f_hz / rate_hz * (double)block, 1);
		turns += remainder(now - before - expected, 2 * M_PI) / (2 * M_PI);
	}
	return f_hz + turns / (double)(blocks - 1) * rate_hz / (double)block;
}

static double mean_square(const double *x, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += x[i] * x[i];
	return sum / (double)n;
}

enum sabin_err sabin_tone_find(const double *x, size_t n, double rate_hz, struct sabin_tone *out)
{
	struct sabin_weighting_filter filter;
	const size_t settle = (size_t)(settle_s * rate_hz), block = (size_t)(block_s * rate_hz);
	struct sabin_tone tone = {0};
	enum sabin_err err = sabin_weighting_filter_init(&filter, SABIN_WEIGHTING_A, rate_hz);
	if (err)
		return err;
	if (n < (size_t)rate_hz || n - settle < 3 * block)
		return SABIN_ESHORT;
	double *a = malloc(n * sizeof *a);
	if (!a)
		return SABIN_ENOMEM;
	sabin_weighting_filter_process(&filter, n, x, a);
	const size_t blocks = (n - settle) / block;
	const double *from = x + settle;
	tone.freq_hz = crossings_hz(a + settle, n - settle, rate_hz);
	const double total_a = mean_square(a + settle, n - settle);
	free(a);
	if (!(tone.freq_hz > 0) || !(total_a > 0))
		return SABIN_ESHORT;
	tone.freq_hz = refine_hz(from, blocks, block, rate_hz, tone.freq_hz);
	double sum = 0, most = 0, least = HUGE_VAL;
	for (size_t b = 0; b < blocks; b++) {
		double amplitude, phase;
		coefficient(from + b * block, block, rate_hz, tone.freq_hz, &amplitude, &phase);
		sum += amplitude * amplitude / 2;
		most = fmax(most, amplitude);
		least = fmin(least, amplitude);
	}
	for (size_t i = 0; i < n; i++)
		tone.clipped += fabs(x[i]) >= 0.999;
	const double square = sum / (double)blocks;
	const double tone_a =
	    square * pow(10, sabin_weighting_filter_db(&filter, fabs(tone.freq_hz)) / 10);
	tone.level_dbfs = 10 * log10(square);
	tone.spread_db = 20 * log10(most / least);
	/* below what the two sums can tell apart nothing is claimed */
	tone.rest_db = 10 * log10(fmax(total_a / tone_a - 1, 1e-6));
	*out = tone;
	return SABIN_OK;
}

const char *sabin_tone_doubt(const struct sabin_tone *tone, char *why, size_t size)
{
	if (tone->clipped > 0)
		snprintf(why, size, "%zu samples are clipped: lower the preamp", tone->clipped);
	else if (!(tone->rest_db <= rest_max_db))
		snprintf(why, size,
		         "no clear tone: everything else is at %+.1f dB re the strongest tone (%s), "
		         "at most %g dB expected; is the calibrator on and sealed?",
		         tone->rest_db, sabin_text_hz(tone->freq_hz).s, rest_max_db);
	else if (!(fabs(tone->freq_hz / nominal_hz - 1) <= frequency_share))
		snprintf(why, size, "the tone is at %.1f Hz; a calibrator of %s +- %g %% was expected",
		         tone->freq_hz, sabin_text_exact_hz(nominal_hz).s, 100 * frequency_share);
	else if (!(tone->spread_db <= spread_max_db))
		snprintf(why, size, "the tone is not steady: it moves by %.2f dB, at most %g dB expected",
		         tone->spread_db, spread_max_db);
	else
		return NULL;
	return why;
}
