/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * smooth.c: averages of a spectrum over rectangles on the logarithmic axis.
 *
 * Between its bins the complex response is taken as straight lines, so that the average over a
 * rectangle,
 *     integral of y(f) / f df  over  f 2^(-s/2) .. f 2^(s/2),  divided by  s ln 2,
 * is known exactly: y = a + b f integrates to a ln f + b f, and a flat response stays exactly flat.  The
 * power, which is a parabola at the bottom of a dip, is a cubic with the slopes d|H|^2/df =
 * 2 Re(conj(H) dH/df), dH/df = -2 pi i G: its difference from the line is integrated over df and divided by
 * the frequency in the middle.  Sums
 * over blocks of bins make wide rectangles cheap; nothing is taken as the difference of large sums, so that
 * 150 dB below a bass the treble is still right.  Where the points are equal steps of the logarithm they
 * are taken as straight lines on that axis.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "acoustics/smooth.h"

struct sabin_smoother {
	const struct sabin_windowed *w;
	int cubic;
	/* blocks[b]: integral over BLOCK pieces from point first + BLOCK * b on */
	double (*blocks)[SABIN_PARTS];
};
enum { BLOCK = 32 };

void sabin_windowed_release(struct sabin_windowed *windowed)
{
	free(windowed->h);
	free(windowed->g);
	free(windowed->freq_hz);
	*windowed = (struct sabin_windowed){0};
}

/* Width that goes from low_oct at low_hz to high_oct at high_hz along the logarithm of both. */
static double between(double f_hz, double low_hz, double high_hz, double low_oct, double high_oct)
{
	const double share = fmin(fmax(log(f_hz / low_hz) / log(high_hz / low_hz), 0), 1);
	return low_oct * pow(high_oct / low_oct, share);
}

double sabin_smoothing_width_oct(const struct sabin_response_options *options, double f_hz)
{
	double erb_hz;
	switch (options->smoothing) {
	case SABIN_SMOOTHING_VARIABLE:
		return f_hz < 1000 ? between(f_hz, 100, 1000, 1 / 48.0, 1 / 6.0)
		                   : between(f_hz, 1000, 10000, 1 / 6.0, 1 / 3.0);
	case SABIN_SMOOTHING_PSYCHOACOUSTIC:
		return between(f_hz, 100, 1000, 1 / 3.0, 1 / 6.0);
	case SABIN_SMOOTHING_ERB:
		erb_hz = 24.7 * (4.37 * f_hz / 1000 + 1);
		/* f (2^(s/2) - 2^(-s/2)) = ERB */
		return 2 * asinh(erb_hz / (2 * f_hz)) / M_LN2;
	case SABIN_SMOOTHING_FIXED:
		break;
	}
	return options->smoothing_oct;
}

/* ---- one point, one piece ------------------------------------------------------------------- */

/* Bin k beyond the ends: the spectrum of a real signal is its own mirror. */
static void mirrored(const struct sabin_windowed *w, long long k, double bin[2])
{
	const long long last = (long long)w->count - 1;
	const long long at = k < 0 ? -k : k > last ? 2 * last - k : k;
	const double *h = (const double *)&w->h[at];
	bin[0] = h[0];
	bin[1] = at == k ? h[1] : -h[1];
}

/* G from dH/df = -2 pi i G by differences of sixth order: what lasts a share r of the transform errs by
 * (2 pi r)^6 / 140 of its time. */
static void derive(const struct sabin_windowed *w, size_t k, double g[2])
{
	static const double weight[3] = {45 / 60.0, -9 / 60.0, 1 / 60.0};
	const double scale = 1 / (2 * M_PI * w->bin_hz);
	double re = 0, im = 0;
	if (k >= 3 && k + 3 < w->count) {
		const double *h = (const double *)&w->h[k];
		re = weight[0] * (h[2] - h[-2]) + weight[1] * (h[4] - h[-4]) +
		     weight[2] * (h[6] - h[-6]);
		im = weight[0] * (h[3] - h[-1]) + weight[1] * (h[5] - h[-3]) +
		     weight[2] * (h[7] - h[-5]);
	} else {
		for (long long j = 1; j <= 3; j++) {
			double up[2], down[2];
			mirrored(w, (long long)k + j, up);
			mirrored(w, (long long)k - j, down);
			re += weight[j - 1] * (up[0] - down[0]);
			im += weight[j - 1] * (up[1] - down[1]);
		}
	}
	g[0] = -im * scale; /* G = i / (2 pi) dH/df */
	g[1] = re * scale;
}

/* The parts of a bin, and the slope of the power from bin to bin. */
enum { SLOPE = SABIN_PARTS, ALL_PARTS };

static void parts_at(const struct sabin_windowed *w, size_t k, int cubic, double part[ALL_PARTS])
{
	/* C11 6.2.5: a complex number is its real and its imaginary part */
	const double *h = (const double *)&w->h[k];
	double derived[2];
	const double *g = derived;
	if (w->g)
		g = (const double *)&w->g[k];
	else
		derive(w, k, derived);
	part[SABIN_H_RE] = h[0];
	part[SABIN_H_IM] = h[1];
	part[SABIN_G_RE] = g[0];
	part[SABIN_G_IM] = g[1];
	part[SABIN_POWER] = h[0] * h[0] + h[1] * h[1];
	part[SLOPE] = 4 * M_PI * w->bin_hz * (h[0] * g[1] - h[1] * g[0]);
	if (cubic) {
		const double magnitude = sqrt(part[SABIN_POWER]);
		part[SABIN_POWER] *= magnitude;
		part[SLOPE] *= 1.5 * magnitude;
	}
}

void sabin_windowed_bin(const struct sabin_windowed *w, size_t k, double part[SABIN_PARTS])
{
	double all[ALL_PARTS];
	parts_at(w, k, 0, all);
	memcpy(part, all, SABIN_PARTS * sizeof *part);
}

/* Add the integral over the lines through bins k and k + 1, over d ln f. */
static void add_lines(const double left[ALL_PARTS], const double right[ALL_PARTS], double k,
                      double log_width, double width, double sum[SABIN_PARTS])
{
	for (int p = 0; p < SABIN_PARTS; p++) {
		const double slope = right[p] - left[p];
		sum[p] += (left[p] - slope * k) * log_width + slope * width;
	}
}

/* What the cubic has beyond the line, u (1 - u) (a (1 - u) - b u), integrated from u to v. */
static double beyond_line(const double left[ALL_PARTS], const double right[ALL_PARTS], double u, double v)
{
	const double slope = right[SABIN_POWER] - left[SABIN_POWER];
	const double a = left[SLOPE] - slope, b = right[SLOPE] - slope;
	const double u2 = u * u, v2 = v * v, second = (v2 - u2) / 2;
	const double third = (v2 * v - u2 * u) / 3, fourth = (v2 * v2 - u2 * u2) / 4;
	/* u - 2 u^2 + u^3 and u^2 - u^3 */
	return a * (second - 2 * third + fourth) - b * (third - fourth);
}

static void integrate_piece(const struct sabin_smoother *s, size_t k, double u, double v,
                            double sum[SABIN_PARTS])
{
	double left[ALL_PARTS], right[ALL_PARTS];
	parts_at(s->w, k, s->cubic, left);
	parts_at(s->w, k + 1, s->cubic, right);
	if (s->w->freq_hz) { /* the axis itself is logarithmic: a trapezoid in steps */
		for (int p = 0; p < SABIN_PARTS; p++) {
			const double slope = right[p] - left[p];
			sum[p] += left[p] * (v - u) + slope * ((v + u) / 2 - (double)k) * (v - u);
		}
		return;
	}
	add_lines(left, right, (double)k, log(v / u), v - u, sum);
	sum[SABIN_POWER] +=
		beyond_line(left, right, u - (double)k, v - (double)k) / ((u + v) / 2);
}

/* ln((k + 1) / k) from x = 1 / (2 k + 1): the series of the inverse hyperbolic tangent costs no logarithm;
 * from k = 64 on the first term left out is below 1e-19. */
static double log_step(double k, double x)
{
	enum { SERIES_FROM = 64 };
	if (k < SERIES_FROM)
		return log((k + 1) / k);
	const double y = x * x;
	return 2 * x * (1 + y * (1 / 3.0 + y * (1 / 5.0 + y / 7)));
}

static size_t first_of(const struct sabin_windowed *w)
{
	return w->freq_hz ? 0 : 1;
}

/* Place of f_hz in steps of the points. */
static double place_of(const struct sabin_windowed *w, double f_hz)
{
	if (!w->freq_hz)
		return f_hz / w->bin_hz;
	const double step = log(w->freq_hz[w->count - 1] / w->freq_hz[0]) / (double)(w->count - 1);
	return log(f_hz / w->freq_hz[0]) / step;
}

enum sabin_err sabin_smoother_new(const struct sabin_windowed *windowed, int cubic, double to_hz,
                                  struct sabin_smoother **out)
{
	struct sabin_smoother *s = calloc(1, sizeof *s);
	const double top = fmin((double)windowed->count, fmax(0, ceil(place_of(windowed, to_hz))) + 2);
	const size_t n = (size_t)top, first = first_of(windowed);
	if (!s || !(s->blocks = calloc(n / BLOCK + 2, sizeof *s->blocks))) {
		free(s);
		return SABIN_ENOMEM;
	}
	s->w = windowed;
	s->cubic = cubic;
	double left[ALL_PARTS], right[ALL_PARTS], sum[SABIN_PARTS] = {0};
	if (first < n)
		parts_at(windowed, first, cubic, left);
	for (size_t k = first; k + 1 < n; k++) {
		parts_at(windowed, k + 1, cubic, right);
		if (windowed->freq_hz) {
			for (int p = 0; p < SABIN_PARTS; p++)
				sum[p] += (left[p] + right[p]) / 2;
		} else {
			const double x = 1 / (2 * (double)k + 1);
			add_lines(left, right, (double)k, log_step((double)k, x), 1, sum);
			/* beyond_line() of all of it over k + 1/2 */
			sum[SABIN_POWER] += (left[SLOPE] - right[SLOPE]) * (1 / 6.0) * x;
		}
		if ((k + 1 - first) % BLOCK == 0) {
			memcpy(s->blocks[(k - first) / BLOCK], sum, sizeof sum);
			memset(sum, 0, sizeof sum);
		}
		memcpy(left, right, sizeof left);
	}
	*out = s;
	return SABIN_OK;
}

void sabin_smoother_free(struct sabin_smoother *smoother)
{
	if (smoother)
		free(smoother->blocks);
	free(smoother);
}

/* Add the integral from position u to v. */
static void integrate(const struct sabin_smoother *s, double u, double v, double sum[SABIN_PARTS])
{
	const size_t first = first_of(s->w), last = s->w->count - 2;
	size_t k = (size_t)u < last ? (size_t)u : last;
	const size_t end = (size_t)v < last ? (size_t)v : last;
	if (k == end) {
		integrate_piece(s, k, u, v, sum);
		return;
	}
	integrate_piece(s, k, u, (double)k + 1, sum);
	for (k++; k < end;) {
		if (k >= first && (k - first) % BLOCK == 0 && k + BLOCK <= end) {
			for (int p = 0; p < SABIN_PARTS; p++)
				sum[p] += s->blocks[(k - first) / BLOCK][p];
			k += BLOCK;
		} else {
			integrate_piece(s, k, (double)k, (double)k + 1, sum);
			k++;
		}
	}
	if (v > (double)end)
		integrate_piece(s, end, (double)end, v, sum);
}

/* Rectangles about audible frequencies end where the lowest of the usual rates does, so that each rate gives the
 * same: an octave about 18 kHz reaches to 25.5 kHz.  Above, the limit rises faster than the rectangles, until it
 * limits none. */
static double highest_hz(double f_hz)
{
	static const double to_hz = 22050, audible_hz = 18000;
	return to_hz * fmax(1, f_hz / audible_hz * (f_hz / audible_hz));
}

void sabin_smoother_average(const struct sabin_smoother *s, double f_hz, double width_oct,
                            double part[SABIN_PARTS])
{
	const double half = exp2(width_oct / 2), last = (double)(s->w->count - 1);
	double from = place_of(s->w, f_hz / half);
	double to = place_of(s->w, fmin(f_hz * half, highest_hz(f_hz)));
	to = fmin(to, last);
	from = s->w->freq_hz ? fmax(from, 0) : from;
	const double width = s->w->freq_hz ? to - from : log(to / from);
	memset(part, 0, SABIN_PARTS * sizeof *part);
	integrate(s, from, to, part);
	for (int p = 0; p < SABIN_PARTS; p++)
		part[p] /= width;
	if (s->cubic)
		part[SABIN_POWER] = cbrt(part[SABIN_POWER] * part[SABIN_POWER]);
}

/* A cubic through two bins with the slopes that g gives, dH/df = -2 pi i G. */
void sabin_windowed_at(const struct sabin_windowed *w, double f_hz, double part[SABIN_PARTS])
{
	const double at = place_of(w, f_hz);
	size_t k = at > 0 ? (size_t)at : 0;
	if (k + 1 >= w->count)
		k = w->count - 2;
	const double u = at - (double)k, v = 1 - u;
	double a[ALL_PARTS], b[ALL_PARTS];
	parts_at(w, k, 0, a);
	parts_at(w, k + 1, 0, b);
	const double step_hz = w->freq_hz ? w->freq_hz[k + 1] - w->freq_hz[k] : w->bin_hz;
	const double scale = 2 * M_PI * step_hz;
	const double value_a = v * v * (1 + 2 * u), value_b = u * u * (1 + 2 * v);
	const double slope_a = scale * u * v * v, slope_b = -scale * u * u * v;
	part[SABIN_H_RE] = a[SABIN_H_RE] * value_a + b[SABIN_H_RE] * value_b +
	                   a[SABIN_G_IM] * slope_a + b[SABIN_G_IM] * slope_b;
	part[SABIN_H_IM] = a[SABIN_H_IM] * value_a + b[SABIN_H_IM] * value_b -
	                   a[SABIN_G_RE] * slope_a - b[SABIN_G_RE] * slope_b;
	part[SABIN_G_RE] = a[SABIN_G_RE] * v + b[SABIN_G_RE] * u;
	part[SABIN_G_IM] = a[SABIN_G_IM] * v + b[SABIN_G_IM] * u;
	part[SABIN_POWER] =
	    part[SABIN_H_RE] * part[SABIN_H_RE] + part[SABIN_H_IM] * part[SABIN_H_IM];
}
