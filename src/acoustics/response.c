/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * response.c: frequency response of a windowed impulse response.
 *
 * [OS] Oppenheim, Schafer: "Discrete-Time Signal Processing", 3rd ed. (2010), 5.1.2: group delay as
 *      the real part of transform{n h[n]} / transform{h[n]}.
 *
 * One padded transform (a second one for the group delay) serves every smoothing.  Between its bins
 * power and complex response are taken as straight lines, so that the average over a rectangle on
 * the logarithmic axis,
 *     integral of y(f) / f df  over  f 2^(-s/2) .. f 2^(s/2),  divided by  s ln 2,
 * is known exactly: y = a + b f integrates to a ln f + b f.  Running sums over whole bins and two
 * ends give any average in two steps, and a flat response stays exactly flat.
 */
#include <complex.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include <sabin/fft.h>
#include <sabin/response.h>
#include <sabin/window.h>

static const double grid_from_hz = 20; /* the logarithmic axis counts from here */
static const double fall_share = 0.25; /* of the right window is its half cosine */
static const double on_grid = 1e-9;    /* of an octave: rounding of a limit that is on the axis */
/* Transforms are this many windows long: what arrives a share r of the window after the rest
 * ripples over the bins, and straight lines between them lose 1 - sinc^2(r/8) of the ripple: 1 %
 * at r = 0.5. */
enum { PADDING = 8 };

struct sabin_response_options sabin_response_defaults(void)
{
	return (struct sabin_response_options){
		.smoothing_oct = 1 / 12.0,
		.window_s = 0.5,
		.left_window_s = 0.005,
		.points_per_octave = 96,
		.from_hz = 20,
		.to_hz = 20000,
	};
}

/* A curve over the bins 0 .. count - 1, of any number of parts (real power, or a complex value). */
struct spectrum {
	size_t count;
	double bin_hz;
	double complex *h; /* about the arrival */
	double complex *g; /* transform of t h(t), t from the arrival in s */
};

static bool options_ok(const struct sabin_response_options *o, double rate_hz)
{
	return rate_hz > 0 && isfinite(rate_hz) && o->smoothing_oct >= 0 && o->smoothing_oct <= 2 &&
	       o->window_s > 0 && isfinite(o->window_s) && o->left_window_s >= 0 &&
	       isfinite(o->left_window_s) && o->from_hz > 0 && o->to_hz > o->from_hz &&
	       o->to_hz <= rate_hz / 2 &&
	       (o->points_per_octave == 0 ||
	        (o->points_per_octave >= 1 && o->points_per_octave <= 1000));
}

/* The window's value t_s after the arrival. */
static double window(const struct sabin_response_options *o, double t_s)
{
	if (t_s < 0)
		return o->left_window_s > 0 ? sabin_window_rise(1 + t_s / o->left_window_s) : 0;
	return sabin_window_rise((o->window_s - t_s) / (fall_share * o->window_s));
}

/* What of h[n] the window touches: first sample and number. */
struct span {
	size_t first, count;
};

static struct span window_span(size_t n, double rate_hz, double arrival,
                               const struct sabin_response_options *o)
{
	const double first = fmax(0, ceil(arrival - o->left_window_s * rate_hz));
	const double last = fmin((double)n - 1, floor(arrival + o->window_s * rate_hz));
	if (!(last >= first))
		return (struct span){0, 0};
	return (struct span){(size_t)first, (size_t)(last - first) + 1};
}

/* Transform x[size] (first sample `start` samples from the arrival) and turn it to the arrival. */
static void transform_about(struct sabin_fft *fft, const double *x, double start,
                            double complex *out)
{
	const size_t size = sabin_fft_size(fft);
	sabin_fft_forward(fft, x, out);
	const double turn = -2 * M_PI * start / (double)size;
	for (size_t k = 0; k <= size / 2; k++) {
		const double c = cos(turn * (double)k), s = sin(turn * (double)k);
		double *bin = (double *)&out[k]; /* C11 6.2.5: real part, imaginary part */
		const double re = bin[0], im = bin[1];
		bin[0] = re * c - im * s;
		bin[1] = re * s + im * c;
	}
}

static enum sabin_err transform(const double *h, struct span span, double rate_hz, double arrival,
                                const struct sabin_response_options *o, struct spectrum *out)
{
	if (span.count > INT32_MAX / (2 * PADDING))
		return SABIN_ENOMEM;
	/* also where the response is shorter than the window: bins must not be coarser for that */
	const double window_length = (o->window_s + o->left_window_s) * rate_hz;
	const double wanted = PADDING * fmin(window_length, 4 * (double)span.count + 4096);
	const size_t size = sabin_fft_smooth_size(fmax(wanted, PADDING * (double)span.count) + 2);
	double *x = calloc(size, sizeof *x);
	struct sabin_fft *fft = NULL;
	out->count = size / 2 + 1;
	out->bin_hz = rate_hz / (double)size;
	out->h = calloc(out->count, sizeof *out->h);
	out->g = calloc(out->count, sizeof *out->g);
	enum sabin_err err = x && out->h && out->g ? sabin_fft_new(size, &fft) : SABIN_ENOMEM;
	if (err)
		goto out;
	const double start = (double)span.first - arrival;
	bool silent = true;
	for (size_t i = 0; i < span.count; i++) {
		x[i] = h[span.first + i] * window(o, (start + (double)i) / rate_hz);
		silent = silent && x[i] == 0;
	}
	if (silent) {
		err = SABIN_ESHORT;
		goto out;
	}
	transform_about(fft, x, start, out->h);
	for (size_t i = 0; i < span.count; i++)
		x[i] *= (start + (double)i) / rate_hz;
	transform_about(fft, x, start, out->g);
out:
	sabin_fft_free(fft);
	free(x);
	return err;
}

/* ---- averages ------------------------------------------------------------------------------- */

enum { POWER, H_RE, H_IM, G_RE, G_IM, PARTS };

/* The parts of bin k. */
static void parts_at(const struct spectrum *s, size_t k, double part[PARTS])
{
	part[H_RE] = creal(s->h[k]);
	part[H_IM] = cimag(s->h[k]);
	part[G_RE] = creal(s->g[k]);
	part[G_IM] = cimag(s->g[k]);
	part[POWER] = part[H_RE] * part[H_RE] + part[H_IM] * part[H_IM];
}

/* Integral of the line through bins k and k + 1, over d ln f from bin position u to v. */
static void integrate_piece(const struct spectrum *s, size_t k, double u, double v,
                            double sum[PARTS])
{
	double left[PARTS], right[PARTS];
	parts_at(s, k, left);
	parts_at(s, k + 1, right);
	const double log_width = log(v / u);
	for (int p = 0; p < PARTS; p++) {
		const double slope = right[p] - left[p];
		sum[p] += (left[p] - slope * (double)k) * log_width + slope * (v - u);
	}
}

/* sums[k]: integral from bin 1 to bin k + 1. */
static double (*running_sums(const struct spectrum *s))[PARTS]
{
	double(*sums)[PARTS] = calloc(s->count, sizeof *sums);
	if (!sums)
		return NULL;
	for (size_t k = 1; k + 1 < s->count; k++) {
		memcpy(sums[k], sums[k - 1], sizeof *sums);
		integrate_piece(s, k, (double)k, (double)k + 1, sums[k]);
	}
	return sums;
}

/* Integral from bin 1 to bin position u. */
static void integral_to(const struct spectrum *s, double (*sums)[PARTS], double u,
                        double sum[PARTS])
{
	size_t k = (size_t)u;
	if (k + 1 >= s->count)
		k = s->count - 2;
	if (k == 0) { /* below bin 1: the line from bin 0, counted downwards */
		memset(sum, 0, PARTS * sizeof *sum);
		integrate_piece(s, 0, 1, u, sum);
		return;
	}
	memcpy(sum, sums[k - 1], sizeof *sums);
	if (u > (double)k)
		integrate_piece(s, k, (double)k, u, sum);
}

/* Average over the rectangle around f_hz. */
static void average(const struct spectrum *s, double (*sums)[PARTS], double f_hz,
                    double smoothing_oct, double mean[PARTS])
{
	const double half = exp2(smoothing_oct / 2), at = f_hz / s->bin_hz;
	const double from = at / half, to = fmin(at * half, (double)(s->count - 1));
	const double log_width = log(to / from);
	double low[PARTS];
	if ((size_t)from == (size_t)to) { /* within one bin: no difference of large sums */
		memset(mean, 0, PARTS * sizeof *mean);
		integrate_piece(s, (size_t)from, from, to, mean);
		memset(low, 0, sizeof low);
	} else {
		integral_to(s, sums, from, low);
		integral_to(s, sums, to, mean);
	}
	for (int p = 0; p < PARTS; p++)
		mean[p] = (mean[p] - low[p]) / log_width;
}

/* No smoothing: cubic through two bins with the slopes that g gives, dH/df = -2 pi i G. */
static void interpolate(const struct spectrum *s, double f_hz, double part[PARTS])
{
	const double at = f_hz / s->bin_hz;
	size_t k = (size_t)at;
	if (k + 1 >= s->count)
		k = s->count - 2;
	const double u = at - (double)k, v = 1 - u;
	double a[PARTS], b[PARTS];
	parts_at(s, k, a);
	parts_at(s, k + 1, b);
	const double scale = 2 * M_PI * s->bin_hz;
	const double value_a = v * v * (1 + 2 * u), value_b = u * u * (1 + 2 * v);
	const double slope_a = scale * u * v * v, slope_b = -scale * u * u * v;
	part[H_RE] = a[H_RE] * value_a + b[H_RE] * value_b + a[G_IM] * slope_a + b[G_IM] * slope_b;
	part[H_IM] = a[H_IM] * value_a + b[H_IM] * value_b - a[G_RE] * slope_a - b[G_RE] * slope_b;
	part[G_RE] = a[G_RE] * v + b[G_RE] * u;
	part[G_IM] = a[G_IM] * v + b[G_IM] * u;
	part[POWER] = part[H_RE] * part[H_RE] + part[H_IM] * part[H_IM];
}

/* ---- the points ----------------------------------------------------------------------------- */

/* First and last point as multiples of the step: of 1/ppo octave from 20 Hz, or of a bin. */
static void point_range(const struct spectrum *s, const struct sabin_response_options *o,
                        double *first, double *last)
{
	if (o->points_per_octave > 0) {
		*first = ceil((log2(o->from_hz / grid_from_hz) - on_grid) * o->points_per_octave);
		*last = floor((log2(o->to_hz / grid_from_hz) + on_grid) * o->points_per_octave);
	} else {
		*first = fmax(1, ceil(o->from_hz / s->bin_hz * (1 - on_grid)));
		*last = fmin((double)s->count - 1, floor(o->to_hz / s->bin_hz * (1 + on_grid)));
	}
}

static enum sabin_err allocate(struct sabin_response *out, size_t length)
{
	const size_t count = length ? length : 1;
	out->length = length;
	out->freq_hz = calloc(count, sizeof(double));
	out->level_db = calloc(count, sizeof(double));
	out->phase_deg = calloc(count, sizeof(double));
	out->group_delay_s = calloc(count, sizeof(double));
	const bool ok = out->freq_hz && out->level_db && out->phase_deg && out->group_delay_s;
	return ok ? SABIN_OK : SABIN_ENOMEM;
}

static void set_point(struct sabin_response *out, size_t i, const double part[PARTS],
                      double delay_s)
{
	const double re = part[H_RE], im = part[H_IM], power = re * re + im * im;
	out->level_db[i] = out->phase_deg[i] = out->group_delay_s[i] = NAN;
	if (part[POWER] > 0)
		out->level_db[i] = 10 * log10(part[POWER]);
	if (!(power > 0))
		return;
	const double phase = atan2(im, re) - 2 * M_PI * out->freq_hz[i] * delay_s;
	out->phase_deg[i] = remainder(phase, 2 * M_PI) * 180 / M_PI;
	/* [OS]: the real part of G / H */
	out->group_delay_s[i] = (part[G_RE] * re + part[G_IM] * im) / power + delay_s;
}

static enum sabin_err make_points(const struct spectrum *s, double delay_s,
                                  const struct sabin_response_options *o,
                                  struct sabin_response *out)
{
	double first, last;
	point_range(s, o, &first, &last);
	const size_t length = last >= first ? (size_t)(last - first) + 1 : 0;
	double(*sums)[PARTS] = running_sums(s);
	enum sabin_err err = sums ? allocate(out, length) : SABIN_ENOMEM;
	for (size_t i = 0; i < length && !err; i++) {
		const double k = first + (double)i;
		double f_hz = k * s->bin_hz, part[PARTS];
		if (o->points_per_octave > 0)
			f_hz = grid_from_hz * exp2(k / o->points_per_octave);
		if (o->smoothing_oct > 0)
			average(s, sums, f_hz, o->smoothing_oct, part);
		else if (o->points_per_octave > 0)
			interpolate(s, f_hz, part);
		else
			parts_at(s, (size_t)k, part);
		out->freq_hz[i] = f_hz;
		set_point(out, i, part, delay_s);
	}
	free(sums);
	return err;
}

enum sabin_err sabin_response_compute(const double *h, size_t n, double rate_hz, double arrival,
                                      double zero, const struct sabin_response_options *options,
                                      struct sabin_response *out)
{
	*out = (struct sabin_response){0};
	if (!options_ok(options, rate_hz) || !isfinite(arrival) || !isfinite(zero))
		return SABIN_EINVAL;
	const struct span span = window_span(n, rate_hz, arrival, options);
	for (size_t i = 0; i < span.count; i++)
		if (!isfinite(h[span.first + i]))
			return SABIN_EINVAL;
	if (span.count == 0)
		return SABIN_ESHORT;
	struct spectrum s = {0};
	enum sabin_err err = transform(h, span, rate_hz, arrival, options, &s);
	if (!err)
		err = make_points(&s, (arrival - zero) / rate_hz, options, out);
	free(s.h);
	free(s.g);
	if (err)
		sabin_response_free(out);
	return err;
}

void sabin_response_free(struct sabin_response *response)
{
	free(response->freq_hz);
	free(response->level_db);
	free(response->phase_deg);
	free(response->group_delay_s);
	free(response->noise_db);
	*response = (struct sabin_response){0};
}
