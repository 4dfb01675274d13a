/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * headroom.c: sup |H| and the sum of |h|.
 *
 * [J] Jackson: "On the interaction of roundoff noise and dynamic range in digital filters", Bell
 *     Syst. Tech. J. 49 (1970) 159-184: the bound sum |h| on the output for any input within +-1, which
 *     is reached by the input that has the signs of the reversed response.
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/convolve.h>
#include <sabin/fir.h>
#include <sabin/headroom.h>

enum { PER_OCTAVE = 96, PADDING = 4 };
static const double lowest_hz = 5;
/* A cascade's response is taken for so many decays by 60 dB of its slowest filter; what is left then is
 * bounded by what the last tenth of it held. */
static const double decays = 1.5, longest_s = 20, least_s = 0.002;
/* Half periods of square waves, in steps of the octave: filters are smooth, an arbitrary response is not. */
enum { PERIODS_SMOOTH = 6, PERIODS_ROUGH = 32 };
/* Their peaks are looked for this densely; at high rates the response moves little between. */
static const double square_rate_hz = 44100;
/* Peaks of filtered noise scatter about what its power says. */
static const double noise_scatter_db = 1.5, spare_db = 0.2;
static const double pink_from_hz = 20, pink_to_hz = 20000;

static double slowest_ring_s(const struct sabin_biquad *f, size_t count)
{
	double most = least_s;
	for (size_t i = 0; i < count; i++)
		if (f[i].gain_db != 0 || f[i].type > SABIN_HIGH_SHELF)
			most = fmax(most, sabin_biquad_ring_s(&f[i]));
	return most;
}

/* ---- tones and noise ------------------------------------------------------------------------ */

struct tones {
	double most_db, pink_db; /* the largest gain; that of the power of pink noise */
};

/* A fine grid, the centres, both ends. */
static enum sabin_err tones_of(const struct sabin_biquad *f, size_t count, const double *fir,
                               size_t taps, double rate_hz, struct tones *out)
{
	const double top_hz = 0.4999 * rate_hz;
	const size_t grid = (size_t)(log2(top_hz / lowest_hz) * PER_OCTAVE), n = grid + count + 2;
	double *hz = malloc(3 * n * sizeof *hz), *level = hz + n, *of_filters = hz + 2 * n, power = 0;
	size_t pink = 0;
	if (!hz)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < grid; i++)
		hz[i] = lowest_hz * exp2((double)i / PER_OCTAVE);
	for (size_t i = 0; i < count; i++)
		hz[grid + i] = f[i].freq_hz;
	hz[n - 2] = 1e-3;
	hz[n - 1] = top_hz;
	memset(level, 0, n * sizeof *level);
	enum sabin_err err =
	    taps > 0 ? sabin_fir_level(fir, taps, rate_hz, hz, n, level) : SABIN_OK;
	*out = (struct tones){-INFINITY, 0};
	sabin_biquads_levels_db(f, count, rate_hz, hz, n, of_filters);
	for (size_t i = 0; i < n && !err; i++) {
		level[i] += of_filters[i];
		out->most_db = fmax(out->most_db, level[i]);
		if (i < grid && hz[i] >= pink_from_hz && hz[i] <= pink_to_hz) {
			power += pow(10, level[i] / 10);
			pink++;
		}
	}
	if (pink > 0)
		out->pink_db = 10 * log10(power / (double)pink);
	free(hz);
	return err;
}

/* ---- square waves --------------------------------------------------------------------------- */

static double larger(double a, double b)
{
	return a > b ? a : b;
}

/* The largest output of a square wave of this half period that is switched on at any time, or `peak`
 * where that is larger.  step[n] is the response to a step; after it nothing changes any more, and after
 * step[k] it moves by tail[k] in the whole, up and down: where that cannot make a new peak, the rest is
 * not looked at.  Every `stride`th time is. */
static double square_peak(const double *step, const double *tail, size_t n, size_t half,
                          size_t stride, double peak)
{
	for (size_t t = 0; t < half && t < n; t += stride) {
		double sum = step[t], sign = -1; /* the first half period */
		peak = larger(peak, fabs(sum));
		for (size_t k = t; k < n && fabs(sum) + tail[k] > peak; k += half) {
			const double next = k + half < n ? step[k + half] : step[n - 1];
			/* one half period earlier it went the other way */
			sum += sign * (next - step[k]);
			peak = larger(peak, fabs(sum));
			sign = -sign;
		}
	}
	return peak;
}

/* step[2 * n]: scratch */
static double squares(const double *h, size_t n, double rate_hz, size_t per_octave, double *step)
{
	double sum = 0, left = 0, most = 0, *tail = step + n;
	for (size_t i = 0; i < n; i++)
		step[i] = sum += h[i];
	for (size_t i = n; i-- > 0;) {
		tail[i] = left;
		left += fabs(h[i]);
	}
	const size_t octaves = (size_t)ceil(log2((double)n + 2));
	const size_t stride = rate_hz > 2 * square_rate_hz ? (size_t)(rate_hz / square_rate_hz) : 1;
	size_t last = 0;
	for (size_t p = octaves * per_octave + 1; p-- > 0;) { /* the slow ones peak highest: first */
		const size_t half = (size_t)lrint(exp2((double)p / (double)per_octave));
		if (half != last)
			most = square_peak(step, tail, n, half, half > 64 ? stride : 1, most);
		last = half;
	}
	return most;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static double sum_of(const double *h, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += fabs(h[i]);
	return sum;
}

/* The response of filters and FIR, long enough.  A cascade that falls by 90 dB in the whole holds no more
 * beyond its end than in the last tenth of it: *rest bounds what that adds to the sum of |h|. */
static enum sabin_err response(const struct sabin_biquad *f, size_t count, const double *fir,
                               size_t taps, double rate_hz, double **h, size_t *n,
                               double *rest)
{
	const double ring_s = fmin(decays * slowest_ring_s(f, count), longest_s);
	const size_t length = (size_t)(ring_s * rate_hz) + 1;
	double *x = malloc(length * sizeof *x);
	if (!x)
		return SABIN_ENOMEM;
	sabin_biquads_impulse(f, count, rate_hz, x, length);
	*n = length;
	*h = x;
	*rest = count > 0 ? sum_of(x + length - length / 10, length / 10) : 0;
	if (taps > 0)
		*rest *= sum_of(fir, taps);
	if (taps == 0)
		return SABIN_OK;
	*n = length + taps - 1;
	const enum sabin_err err = sabin_convolve(x, length, fir, taps, h);
	free(x);
	return err;
}

enum sabin_err sabin_eq_headroom_compute(const struct sabin_biquad *filters, size_t count,
                                      const double *fir, size_t taps, double rate_hz,
                                      struct sabin_eq_headroom *out)
{
	bool possible = count <= 64 && rate_hz > 100 && isfinite(rate_hz);
	for (size_t i = 0; i < count && possible; i++)
		possible = sabin_biquad_possible(&filters[i], rate_hz);
	for (size_t i = 0; i < taps && possible; i++)
		possible = isfinite(fir[i]);
	if (!possible)
		return SABIN_EINVAL;
	double *h = NULL, rest = 0;
	size_t n = 0;
	struct tones tones;
	enum sabin_err err = response(filters, count, fir, taps, rate_hz, &h, &n, &rest);
	if (!err)
		err = tones_of(filters, count, fir, taps, rate_hz, &tones);
	double *step = err ? NULL : malloc(2 * n * sizeof *step);
	if (!err && !step)
		err = SABIN_ENOMEM;
	if (!err) {
		const double square_db = 20 * log10(squares(h, n, rate_hz,
		                                             taps > 0 ? PERIODS_ROUGH : PERIODS_SMOOTH, step));
		out->peak_gain_db = tones.most_db;
		out->program_db = spare_db + fmax(fmax(tones.most_db, square_db),
		                                  tones.pink_db + noise_scatter_db);
		out->worst_case_db = 20 * log10(sum_of(h, n) + rest); /* [J] */
	}
	free(h);
	free(step);
	return err;
}
