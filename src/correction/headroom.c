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

#include "correction/boost.h"

enum { PADDING = 4 };
static const double lowest_hz = 5;
/* A cascade's response is taken for so many decays by 60 dB of its slowest filter; what is left then is
 * bounded by what the last tenth of it held. */
static const double decays = 1.5, longest_s = 20, least_s = 0.002;
/* Half periods of square waves, in steps of the octave; and so much finer where they come near the highest peak. */
enum { PER_OCTAVE = 16, FINER = 8 };
static const double near_share = 0.85;
static const double fast_frames = 64, fast_stride = 0.25;
/* What a filter does so long after a change, or before it, is as slow: it is looked at in steps of this share of
 * that time, where that can miss no more than the other share of its largest step. */
static const double slow_share = 1 / 512.0, still_share = 0.003;
/* Their peaks are looked for this densely; at high rates the response moves little between. */
static const double square_rate_hz = 44100;
/* Peaks of filtered noise scatter about what its power says.  Between the periods that are looked at, single ones
 * of wild cascades peak up to 0.3 dB higher. */
static const double noise_scatter_db = 1.5, spare_db = 0.3;
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

/* Levels of a response x[size], which is transformed, at hz[n], and its largest one at any frequency. */
static enum sabin_err levels_of(double *x, size_t size, double rate_hz, const double *hz, size_t n,
                                double *level, double *most_db)
{
	struct sabin_fft *fft = NULL;
	const size_t bins = size / 2 + 1;
	double complex *h = malloc(bins * sizeof *h);
	double most = 0;
	enum sabin_err err = h ? sabin_fft_new(size, &fft) : SABIN_ENOMEM;
	if (!err) {
		sabin_fft_forward(fft, x, h);
		for (size_t k = 0; k < bins; k++)
			most = fmax(most, creal(h[k]) * creal(h[k]) + cimag(h[k]) * cimag(h[k]));
		*most_db = 10 * log10(most);
		for (size_t i = 0; i < n; i++) {
			const double at = fmin(hz[i] / rate_hz * (double)size, (double)bins - 1.001);
			const size_t k = (size_t)at;
			const double u = at - (double)k;
			level[i] = 20 * log10((1 - u) * cabs(h[k]) + u * cabs(h[k + 1]));
		}
	}
	sabin_fft_free(fft);
	free(h);
	return err;
}

/* Levels of filters at hz[n], of which the first `grid` are even, and the largest one at any frequency. */
static void levels_of_filters(const struct sabin_biquad *f, size_t count, double rate_hz,
                              const double *hz, size_t n, size_t grid, double *scratch, double *level,
                              double *most_db)
{
	for (size_t i = 0; i < n; i++) {
		scratch[i] = sabin_biquad_place(hz[i], rate_hz);
		level[i] = 1;
	}
	for (size_t k = 0; k < count; k++)
		sabin_biquad_power(&f[k], rate_hz, scratch, n, level);
	double most = sabin_boost_highest(f, count, rate_hz, lowest_hz, level, grid);
	for (size_t i = 0; i < n; i++) {
		most = fmax(most, level[i]);
		level[i] = 10 * log10(level[i]);
	}
	*most_db = 10 * log10(most);
}

/* On a fine grid, at the centres, at both ends, and between.  With a FIR, which may be anything, by the
 * response h[length] of all. */
static enum sabin_err tones_of(const struct sabin_biquad *f, size_t count, size_t taps, const double *h,
                               size_t length, double rate_hz, struct tones *out)
{
	const double top_hz = 0.4999 * rate_hz;
	const size_t grid = (size_t)(log2(top_hz / lowest_hz) * SABIN_BOOST_PER_OCTAVE);
	const size_t n = grid + count + 2;
	double *hz = malloc(3 * n * sizeof *hz), power = 0;
	size_t pink = 0;
	if (!hz)
		return SABIN_ENOMEM;
	double *level = hz + n;
	for (size_t i = 0; i < grid; i++)
		hz[i] = lowest_hz * exp2((double)i / SABIN_BOOST_PER_OCTAVE);
	for (size_t i = 0; i < count; i++)
		hz[grid + i] = f[i].freq_hz;
	hz[n - 2] = 1e-3;
	hz[n - 1] = top_hz;
	enum sabin_err err = SABIN_OK;
	if (taps == 0) {
		levels_of_filters(f, count, rate_hz, hz, n, grid, hz + 2 * n, level, &out->most_db);
	} else {
		const size_t size = sabin_fft_smooth_size(2 * length > PADDING * taps ? 2 * length
		                                                                       : PADDING * taps);
		double *x = calloc(size, sizeof *x);
		if (x)
			memcpy(x, h, length * sizeof *x);
		err = x ? levels_of(x, size, rate_hz, hz, n, level, &out->most_db) : SABIN_ENOMEM;
		free(x);
	}
	for (size_t i = 0; i < grid && !err; i++)
		if (hz[i] >= pink_from_hz && hz[i] <= pink_to_hz) {
			power += pow(10, level[i] / 10);
			pink++;
		}
	out->pink_db = pink > 0 ? 10 * log10(power / (double)pink) : 0;
	free(hz);
	return err;
}

/* ---- square waves --------------------------------------------------------------------------- */

static double larger(double a, double b)
{
	return a > b ? a : b;
}

/* Responses to a step, n samples; after step[k] it moves by tail[k] in the whole, up and down.  Every `stride`th
 * time is looked at, and `slower` says how much less often with the distance from `middle`, where the response has
 * its peak, in any half period. */
struct squares {
	const double *step, *tail;
	size_t n, middle;
	double stride, slower;
};

/* The largest output of a square wave of this half period that is switched on at any time, or `peak`
 * where that is larger.  Half a period need not be a whole number of samples: it changes sign at the next
 * one.  Where what is still to come cannot make a new peak, it is not looked at. */
static double square_peak(const struct squares *w, double half, double peak)
{
	const double *step = w->step, *tail = w->tail;
	const size_t n = w->n;
	const bool both = w->middle > (size_t)fast_frames; /* there is something before it */
	const double middle = fmod((double)w->middle, half);
	/* the order of samples in a short half period matters */
	const double stride = half < fast_frames ? fast_stride : w->stride;
	double next_t;
	for (double t = 0; t < half && t < (double)n; t = next_t) {
		const double after = t < middle ? t - middle + half : t - middle;
		const double away = both ? fmin(after, half - after) : after;
		next_t = t + larger(stride, w->slower * away);
		size_t k = (size_t)t;
		double sum = step[k], sign = -1; /* the first half period */
		peak = larger(peak, fabs(sum));
		for (size_t j = 1; k < n && fabs(sum) + tail[k] > peak; j++) {
			const size_t to = (size_t)(t + (double)j * half);
			const double next = to < n ? step[to] : step[n - 1];
			/* one half period earlier it went the other way */
			sum += sign * (next - step[k]);
			peak = larger(peak, fabs(sum));
			sign = -sign;
			k = to;
		}
	}
	return peak;
}

/* slow_share where the step response is as slow as that, else 0: between two looks a curve rises above both by
 * an eighth of its bend times their distance. */
static double slowness(const double *h, size_t n, size_t peak, double most)
{
	for (size_t i = 0; i + 1 < n;) {
		const size_t away = i < peak ? peak - i : i - peak;
		const size_t within = (size_t)(slow_share * (double)away);
		double bend = 0;
		size_t k = i;
		for (; k + 1 < n && k <= i + within; k++)
			bend += fabs(h[k + 1] - h[k]);
		if (within > 0 && bend * (double)(within + 1) / 8 > still_share * most)
			return 0;
		i = k;
	}
	return slow_share;
}

/* step[2 * n + PER_OCTAVE * 65]: scratch */
static double squares(const double *h, size_t n, double rate_hz, double *step)
{
	double sum = 0, left = 0, most = 0, *tail = step + n;
	size_t peak = 0;
	double top = 0;
	for (size_t i = 0; i < n; i++) {
		step[i] = sum += h[i];
		top = larger(top, fabs(sum));
		peak = fabs(h[i]) > fabs(h[peak]) ? i : peak;
	}
	for (size_t i = n; i-- > 0;) {
		tail[i] = left;
		left += fabs(h[i]);
	}
	const double slower = slowness(h, n, peak, top);
	const size_t octaves = (size_t)ceil(log2((double)n + 2));
	const double stride = rate_hz > 2 * square_rate_hz ? floor(rate_hz / square_rate_hz) : 1;
	struct squares w = {step, tail, n, peak, stride, slower};
	const size_t periods = octaves * PER_OCTAVE + 1;
	double *found = step + 2 * n; /* [periods] */
	for (size_t p = periods; p-- > 0;) { /* the slow ones peak highest: first */
		found[p] = square_peak(&w, exp2((double)p / PER_OCTAVE), near_share * most);
		most = larger(most, found[p]);
	}
	for (size_t p = 1; p + 1 < periods; p++) { /* beside the high ones there may be a higher */
		/* of fast ones all: the peak does not go evenly with the period */
		const bool fast = exp2((double)p / PER_OCTAVE) < fast_frames;
		if (found[p] <= near_share * most ||
		    (!fast && (found[p] < found[p - 1] || found[p] < found[p + 1])))
			continue;
		for (int f = 1 - FINER / 2; f <= FINER / 2; f++)
			most = square_peak(&w, exp2(((double)p + (double)f / FINER) / PER_OCTAVE), most);
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

/* The response of filters and FIR, long enough.  A pole that falls by 90 dB in the whole holds less beyond the
 * end than in the last tenth of it, and several near each other less than three times that: *rest bounds
 * what it adds to the sum of |h|. */
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
	*rest = count > 0 ? 3 * sum_of(x + length - length / 10, length / 10) : 0;
	if (taps == 0) {
		*h = x;
		return SABIN_OK;
	}
	*rest *= sum_of(fir, taps);
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
	struct tones tones = {-INFINITY, 0};
	enum sabin_err err = response(filters, count, fir, taps, rate_hz, &h, &n, &rest);
	if (!err)
		err = tones_of(filters, count, taps, h, n, rate_hz, &tones);
	double *step = err ? NULL : malloc((2 * n + PER_OCTAVE * 65) * sizeof *step);
	if (!err && !step)
		err = SABIN_ENOMEM;
	if (!err) {
		const double square_db = 20 * log10(squares(h, n, rate_hz, step));
		out->peak_gain_db = tones.most_db;
		out->worst_case_db = 20 * log10(sum_of(h, n) + rest); /* [J] */
		/* what is measured with some to spare; but nothing is louder than the worst case */
		out->program_db = fmin(out->worst_case_db,
		                       spare_db + fmax(fmax(tones.most_db, square_db),
		                                       tones.pink_db + noise_scatter_db));
	}
	free(h);
	free(step);
	return err;
}
