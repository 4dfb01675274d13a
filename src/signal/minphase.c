/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * minphase.c: minimum phase by the real cepstrum.
 *
 * [OS] Oppenheim, Schafer: "Discrete-time signal processing", 3rd ed. 2010, 13.5: folding the real
 *      cepstrum onto positive time.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/minphase.h>
#include <sabin/window.h>

#include "signal/cmplx.h"

/* Bins a hertz: fine enough for a curve with points 1 Hz apart. */
static const double bins_per_hz = 2;
/* Magnitudes this far below the largest are zeros of the window or of the numbers. */
static const double floor_neper = -160 / 20.0 * M_LN10;

void sabin_minimum_phase_spectrum(struct sabin_fft *fft, const double *log_gain, double *work,
                                  double complex *spectrum)
{
	const size_t n = sabin_fft_size(fft);
	for (size_t k = 0; k <= n / 2; k++)
		spectrum[k] = log_gain[k];
	sabin_fft_inverse(fft, spectrum, work);
	for (size_t i = 1; i < n / 2; i++) /* [OS] */
		work[i] *= 2;
	memset(work + n / 2 + 1, 0, (n / 2 - 1) * sizeof *work);
	sabin_fft_forward(fft, work, spectrum);
	for (size_t k = 0; k <= n / 2; k++)
		spectrum[k] = cexp(spectrum[k]);
}

enum sabin_err sabin_minimum_phase(double (*level_db)(const void *of, double f_hz), const void *of,
                                   double rate_hz, double **h, size_t *taps)
{
	const size_t n = sabin_fft_smooth_size((size_t)(bins_per_hz * rate_hz));
	struct sabin_fft *fft = NULL;
	double *x = calloc(n, sizeof *x), *log_gain = calloc(n / 2 + 1, sizeof *log_gain);
	double complex *s = calloc(n / 2 + 1, sizeof *s);
	enum sabin_err err = x && s && log_gain ? sabin_fft_new(n, &fft) : SABIN_ENOMEM;
	if (err)
		goto out;
	for (size_t k = 0; k <= n / 2; k++)
		log_gain[k] = level_db(of, rate_hz * (double)k / (double)n) * M_LN10 / 20;
	sabin_minimum_phase_spectrum(fft, log_gain, x, s);
	sabin_fft_inverse(fft, s, x);
	*taps = n / 4; /* the rest is the tail of what no microphone rings for */
	sabin_window_taper(x, *taps, 0, *taps / 4);
	*h = x;
	x = NULL;
out:
	sabin_fft_free(fft);
	free(x);
	free(log_gain);
	free(s);
	return err;
}

bool sabin_log_gains(const double complex *s, size_t bins, double *log_gain)
{
	double most = -INFINITY;
	for (size_t k = 0; k < bins; k++) {
		log_gain[k] = log(hypot(creal(s[k]), cimag(s[k])));
		most = fmax(most, log_gain[k]);
	}
	for (size_t k = 0; k < bins; k++)
		log_gain[k] = fmax(log_gain[k], most + floor_neper);
	return isfinite(most);
}

enum sabin_err sabin_excess_phase(const double *h, size_t n, double zero, size_t size,
                                  double **phase_rad)
{
	if (size % 2 != 0 || size < n || size > INT32_MAX || n == 0 || !isfinite(zero))
		return SABIN_EINVAL;
	for (size_t i = 0; i < n; i++)
		if (!isfinite(h[i]))
			return SABIN_EINVAL;
	const size_t bins = size / 2 + 1;
	struct sabin_fft *fft = NULL;
	double *x = calloc(size, sizeof *x), *log_gain = malloc(bins * sizeof *log_gain);
	double complex *s = malloc(bins * sizeof *s), *least = malloc(bins * sizeof *least);
	enum sabin_err err = x && log_gain && s && least ? sabin_fft_new(size, &fft) : SABIN_ENOMEM;
	if (err)
		goto out;
	memcpy(x, h, n * sizeof *x);
	sabin_fft_forward(fft, x, s);
	if (!sabin_log_gains(s, bins, log_gain)) {
		err = SABIN_ESHORT;
		goto out;
	}
	sabin_minimum_phase_spectrum(fft, log_gain, x, least);
	double turns = 0, last = 0;
	for (size_t k = 0; k < bins; k++) {
		/* e = s conj(least), turned to `zero` */
		const double w = 2 * M_PI * (double)k / (double)size * zero;
		const double a = atan2(cimag(s[k]), creal(s[k])) -
		                 atan2(cimag(least[k]), creal(least[k])) + w;
		if (k > 0)
			turns -= round((a + turns - last) / (2 * M_PI)) * 2 * M_PI;
		last = log_gain[k] = a + turns;
	}
	*phase_rad = log_gain;
	log_gain = NULL;
out:
	sabin_fft_free(fft);
	free(x);
	free(log_gain);
	free(s);
	free(least);
	return err;
}
