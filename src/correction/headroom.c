/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * headroom.c: sup |H| and the sum of |h|.
 *
 * [J] Jackson: "On the interaction of roundoff noise and dynamic range in digital filters", Bell
 *     Syst. Tech. J. 49 (1970) 159-184: the bound sum |h| on the output for any input within +-1, which
 *     is reached by the input that has the signs of the reversed response.
 */
#include <complex.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/convolve.h>
#include <sabin/fft.h>
#include <sabin/headroom.h>

enum { PER_OCTAVE = 96, BLOCK = 1024, PADDING = 4 };
static const double lowest_hz = 5;
/* A response has ended when a tenth of a second adds no more than this share, and its filters have
 * rung for so many of their decays by 60 dB. */
static const double small_share = 1e-6, settled_decays = 1.0, longest_s = 30;

static double slowest_ring_s(const struct sabin_biquad *f, size_t count)
{
	double most = 0;
	for (size_t i = 0; i < count; i++)
		if (f[i].gain_db != 0 || f[i].type > SABIN_HIGH_SHELF)
			most = fmax(most, sabin_biquad_ring_s(&f[i]));
	return most;
}

/* The largest level of the cascade: a fine grid, the centres, both ends. */
static double tone_gain_db(const struct sabin_biquad *f, size_t count, double rate_hz)
{
	const double top_hz = 0.4999 * rate_hz;
	double most = sabin_biquads_level_db(f, count, rate_hz, 1e-3);
	most = fmax(most, sabin_biquads_level_db(f, count, rate_hz, top_hz));
	for (double hz = lowest_hz; hz < top_hz; hz *= exp2(1.0 / PER_OCTAVE))
		most = fmax(most, sabin_biquads_level_db(f, count, rate_hz, hz));
	for (size_t i = 0; i < count; i++)
		most = fmax(most, sabin_biquads_level_db(f, count, rate_hz, f[i].freq_hz));
	return most;
}

/* Sum of |h| of the cascade alone, run until it has died away. */
static double sum_of_cascade(const struct sabin_biquad *f, size_t count, double rate_hz)
{
	struct sabin_biquad_taps taps[64];
	double state[64][2] = {{0}}, x[BLOCK] = {1}, sum = 0, window = 0;
	const double least_s = fmin(settled_decays * slowest_ring_s(f, count), longest_s);
	size_t in_window = 0;
	for (size_t i = 0; i < count; i++)
		taps[i] = sabin_biquad_taps(&f[i], rate_hz);
	for (double s = 0; s < longest_s; s += BLOCK / rate_hz) {
		for (size_t i = 0; i < count; i++)
			sabin_biquad_process(&taps[i], state[i], x, BLOCK);
		for (size_t i = 0; i < BLOCK; i++)
			window += fabs(x[i]);
		memset(x, 0, sizeof x);
		in_window += BLOCK;
		if ((double)in_window < 0.1 * rate_hz)
			continue;
		sum += window;
		if (window < small_share * sum && s >= least_s)
			break;
		window = 0;
		in_window = 0;
	}
	return sum + window;
}

static double sum_of(const double *h, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += fabs(h[i]);
	return sum;
}

/* The largest magnitude of the transform of h[n], padded. */
static enum sabin_err sup_of(const double *h, size_t n, double *out)
{
	const size_t size = sabin_fft_smooth_size(PADDING * n + 2);
	struct sabin_fft *fft = NULL;
	double *x = calloc(size, sizeof *x), most = 0;
	double complex *s = malloc((size / 2 + 1) * sizeof *s);
	enum sabin_err err = x && s ? sabin_fft_new(size, &fft) : SABIN_ENOMEM;
	if (!err) {
		memcpy(x, h, n * sizeof *x);
		sabin_fft_forward(fft, x, s);
		for (size_t k = 0; k <= size / 2; k++)
			most = fmax(most, creal(s[k]) * creal(s[k]) + cimag(s[k]) * cimag(s[k]));
		*out = sqrt(most);
	}
	sabin_fft_free(fft);
	free(x);
	free(s);
	return err;
}

/* The cascade's response, long enough, run into the FIR's. */
static enum sabin_err both(const struct sabin_biquad *f, size_t count, const double *fir,
                           size_t taps, double rate_hz, struct sabin_headroom *out)
{
	const double ring_s = fmin(2 * slowest_ring_s(f, count), longest_s);
	const size_t n = (size_t)(ring_s * rate_hz) + 1, all = n + taps - 1;
	double *h = malloc(n * sizeof *h), *joined = NULL, sup = 0;
	enum sabin_err err = h ? SABIN_OK : SABIN_ENOMEM;
	if (!err) {
		sabin_biquads_impulse(f, count, rate_hz, h, n);
		err = sabin_convolve(h, n, fir, taps, &joined);
	}
	if (!err)
		err = sup_of(joined, all, &sup);
	if (!err) {
		out->peak_gain_db = 20 * log10(sup);
		out->worst_case_db = 20 * log10(sum_of(joined, all));
	}
	free(h);
	free(joined);
	return err;
}

enum sabin_err sabin_headroom_compute(const struct sabin_biquad *filters, size_t count,
                                      const double *fir, size_t taps, double rate_hz,
                                      struct sabin_headroom *out)
{
	bool possible = count <= 64 && rate_hz > 0 && isfinite(rate_hz);
	for (size_t i = 0; i < count && possible; i++)
		possible = sabin_biquad_possible(&filters[i], rate_hz);
	for (size_t i = 0; i < taps && possible; i++)
		possible = isfinite(fir[i]);
	if (!possible)
		return SABIN_EINVAL;
	struct sabin_headroom made;
	enum sabin_err err = SABIN_OK;
	if (taps > 0) {
		err = both(filters, count, fir, taps, rate_hz, &made);
	} else {
		made.peak_gain_db = tone_gain_db(filters, count, rate_hz);
		made.worst_case_db = 20 * log10(sum_of_cascade(filters, count, rate_hz));
	}
	if (!err)
		*out = made;
	return err;
}
