/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * response.c: frequency response of a windowed impulse response.
 *
 * [OS] Oppenheim, Schafer: "Discrete-Time Signal Processing", 3rd ed. (2010), 5.1.2: group delay as
 *      the real part of transform{n h[n]} / transform{h[n]}.
 *
 * One transform (a second one for the group delay) serves every smoothing (smooth.c).
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include <sabin/fft.h>
#include <sabin/window.h>

#include "acoustics/smooth.h"
#include "signal/large.h"

static const double grid_from_hz = 20; /* the logarithmic axis counts from here */
static const double fall_share = 0.25; /* of the right window is its half cosine */
static const double on_grid = 1e-9;    /* of an octave: rounding of a limit that is on the axis */
/* Transforms are this many windows long: what arrives a share r of the window after the rest ripples over the
 * bins, and straight lines between them lose 1 - sinc^2(r/8) of the ripple of phase and delay: 1 % at
 * r = 0.5; of level, which is a cubic between them, much less.  Of a window longer than usual they need be
 * no longer than LASTING times what the response lasts, until no more than this share of its energy is
 * left. */
enum { PADDING = 8, LASTING = 16 };
static const double energy_left = 1e-3, usual_window_s = 0.51;
static const double left_cycles = 0.25; /* of the right window, where windows count periods */

struct sabin_response_options sabin_response_defaults(void)
{
	return (struct sabin_response_options){
		.smoothing_oct = 1 / 12.0,
		.window_s = 0.5,
		.left_window_s = 0.125,
		.points_per_octave = 96,
		.from_hz = 20,
		.to_hz = 20000,
	};
}

static bool options_ok(const struct sabin_response_options *o, double rate_hz)
{
	return rate_hz > 0 && isfinite(rate_hz) && o->smoothing_oct >= 0 && o->smoothing_oct <= 2 &&
	       o->window_s > 0 && isfinite(o->window_s) && o->left_window_s >= 0 &&
	       isfinite(o->left_window_s) && o->from_hz > 0 && o->to_hz > o->from_hz &&
	       o->to_hz <= rate_hz / 2 && (unsigned)o->smoothing <= SABIN_SMOOTHING_ERB &&
	       (o->points_per_octave == 0 ||
	        (o->points_per_octave >= 1 && o->points_per_octave <= 1000)) &&
	       (o->window_cycles == 0 || (o->window_cycles >= 1 && o->window_cycles <= 1000 &&
	                                  o->points_per_octave > 0));
}

/* Lengths of both windows at f_hz. */
static void window_lengths(const struct sabin_response_options *o, double f_hz, double *left_s,
                           double *right_s)
{
	*left_s = o->left_window_s;
	*right_s = o->window_s;
	if (o->window_cycles == 0)
		return;
	*right_s = fmin(*right_s, o->window_cycles / f_hz);
	*left_s = fmin(*left_s, left_cycles * *right_s);
}

double sabin_response_window(const struct sabin_response_options *o, double f_hz, double t_s)
{
	double left_s, right_s;
	window_lengths(o, f_hz, &left_s, &right_s);
	if (t_s < 0)
		return left_s > 0 ? sabin_window_rise(1 + t_s / left_s) : 0;
	return t_s < (1 - fall_share) * right_s
	               ? 1
	               : sabin_window_rise((right_s - t_s) / (fall_share * right_s));
}

struct sabin_span sabin_response_span(size_t n, double rate_hz, double arrival,
                                      const struct sabin_response_options *o, double f_hz)
{
	double left_s, right_s;
	window_lengths(o, f_hz, &left_s, &right_s);
	const double first = fmax(0, ceil(arrival - left_s * rate_hz));
	const double last = fmin((double)n - 1, floor(arrival + right_s * rate_hz));
	if (!(last >= first))
		return (struct sabin_span){0, 0};
	return (struct sabin_span){(size_t)first, (size_t)(last - first) + 1};
}

/* Turn bins[count] to a time zero that is `later` samples later, less than one. */
static void turn_bins(double complex *bins, size_t count, size_t size, double later)
{
	enum { BLOCK = 256 }; /* one table of turns for all blocks, and one turn a block */
	double table[BLOCK][2];
	if (later == 0)
		return;
	const double turn = 2 * M_PI * later / (double)size;
	for (size_t j = 0; j < BLOCK; j++) {
		table[j][0] = cos(turn * (double)j);
		table[j][1] = sin(turn * (double)j);
	}
	for (size_t first = 0; first < count; first += BLOCK) {
		const double c = cos(turn * (double)first), s = sin(turn * (double)first);
		const size_t n = count - first < BLOCK ? count - first : BLOCK;
		for (size_t j = 0; j < n; j++) {
			double *bin = (double *)&bins[first + j]; /* C11 6.2.5: real, imaginary */
			const double re = c * table[j][0] - s * table[j][1];
			const double im = c * table[j][1] + s * table[j][0];
			const double x = bin[0] * re - bin[1] * im;
			bin[1] = bin[0] * im + bin[1] * re;
			bin[0] = x;
		}
	}
}

/* Samples of h[n] until all but energy_left has come; 0: silence, or not finite (*finite tells). */
static size_t lasting(const double *h, size_t n, bool *finite)
{
	enum { BLOCK = 1024 };
	double all = 0, left = 0;
	size_t blocks = (n + BLOCK - 1) / BLOCK;
	double *energy = calloc(blocks + 1, sizeof *energy);
	if (!energy)
		return n; /* a longer transform does no harm */
	for (size_t b = 0; b < blocks; b++) {
		const double *x = h + b * BLOCK;
		const size_t m = n - b * BLOCK < BLOCK ? n - b * BLOCK : BLOCK;
		double sum[4] = {0, 0, 0, 0};
		for (size_t i = 0; i < m; i++)
			sum[i & 3] += x[i] * x[i];
		all += energy[b] = sum[0] + sum[1] + sum[2] + sum[3];
	}
	*finite = isfinite(all);
	while (blocks > 0 && left + energy[blocks - 1] <= energy_left * all)
		left += energy[--blocks];
	free(energy);
	return all > 0 ? (blocks * BLOCK < n ? blocks * BLOCK : n) : 0;
}

/* Length of the transform for what lasts `lasts` samples of a window of `window`, of which `count` are
 * there.  Also where the response is shorter than the window bins must not be coarser for that. */
static size_t transform_size(double window, size_t count, size_t lasts, double rate_hz)
{
	const double whole = PADDING * fmin(window, 4 * (double)count + 4096);
	const double usual = PADDING * fmin(window, usual_window_s * rate_hz);
	const double needed =
		fmin(fmax(whole, PADDING * (double)count), fmax(usual, LASTING * (double)lasts));
	return sabin_fft_smooth_size((size_t)fmax(needed, (double)count) + 2);
}

/* x[i] *= sabin_window_rise(u + i step): one sine a block, turned by a table. */
static void fade(double *x, size_t n, double u, double step)
{
	enum { BLOCK = 256 };
	double cosine[BLOCK], sine[BLOCK];
	for (size_t j = 0; j < BLOCK; j++) {
		cosine[j] = cos(M_PI * step * (double)j) / 2;
		sine[j] = sin(M_PI * step * (double)j) / 2;
	}
	for (size_t first = 0; first < n; first += BLOCK) {
		const double at = u + step * (double)first;
		const double c = cos(M_PI * at), s = sin(M_PI * at);
		const size_t count = n - first < BLOCK ? n - first : BLOCK;
		for (size_t j = 0; j < count; j++) {
			const double v = at + step * (double)j;
			const double gain = 0.5 - (c * cosine[j] - s * sine[j]);
			x[first + j] *= v <= 0 ? 0 : v >= 1 ? 1 : gain;
		}
	}
}

/* The windowed span at its times about `origin`, those before it at the end of x[size]. */
static void place(const double *h, struct sabin_span span, double rate_hz, double arrival,
                  const struct sabin_response_options *o, double *x, size_t size)
{
	const double origin = floor(arrival);
	const size_t before = (double)span.first < origin ? (size_t)(origin - (double)span.first) : 0;
	const size_t lead = before < span.count ? before : span.count;
	/* where no sample lies at the origin, the first one may come later */
	const size_t at = (double)span.first > origin ? (size_t)((double)span.first - origin) : 0;
	const size_t rest = span.count - lead;
	memcpy(x + at, h + span.first + lead, rest * sizeof *x);
	memset(x + at + rest, 0, (size - at - rest - lead) * sizeof *x);
	memset(x, 0, at * sizeof *x);
	memcpy(x + size - lead, h + span.first, lead * sizeof *x);
	const double first_s = ((double)span.first - arrival) / rate_hz, step_s = 1 / rate_hz;
	if (o->left_window_s > 0)
		fade(x + size - lead, lead, 1 + first_s / o->left_window_s, step_s / o->left_window_s);
	const double flat = floor((1 - fall_share) * o->window_s * rate_hz) - 1;
	const double from = fmax(origin + flat - (double)(span.first + lead), 0);
	if (from >= (double)rest)
		return;
	const double from_s = first_s + ((double)lead + from) / rate_hz, fall_s = fall_share * o->window_s;
	fade(x + at + (size_t)from, rest - (size_t)from, (o->window_s - from_s) / fall_s, -step_s / fall_s);
}

/* x[i] *= its time about the arrival. */
static void weigh(double *x, size_t size, double fraction, double rate_hz)
{
	for (size_t i = 0; i < size / 2; i++)
		x[i] *= ((double)i - fraction) / rate_hz;
	for (size_t i = size / 2; i < size; i++)
		x[i] *= ((double)i - (double)size - fraction) / rate_hz;
}

static enum sabin_err transform(const double *h, struct sabin_span span, double rate_hz,
                                double arrival, const struct sabin_response_options *o,
                                struct sabin_windowed *out)
{
	bool finite = true;
	const size_t lasts = lasting(h + span.first, span.count, &finite);
	if (!finite)
		return SABIN_EINVAL;
	if (lasts == 0)
		return SABIN_ESHORT;
	if (span.count > INT32_MAX / (2 * PADDING))
		return SABIN_ENOMEM;
	const double fraction = arrival - floor(arrival);
	const size_t size =
		transform_size((o->window_s + o->left_window_s) * rate_hz, span.count, lasts, rate_hz);
	struct sabin_fft *fft = NULL;
	double *x = sabin_large_array(size, sizeof *x);
	out->count = size / 2 + 1;
	out->bin_hz = rate_hz / (double)size;
	out->h = sabin_large_array(out->count, sizeof *out->h);
	/* of a long window the second transform is saved: smooth.c derives it from the first */
	const bool both = o->window_s <= usual_window_s;
	out->g = both ? sabin_large_array(out->count, sizeof *out->g) : NULL;
	enum sabin_err err =
		x && out->h && (out->g || !both) ? sabin_fft_new(size, &fft) : SABIN_ENOMEM;
	if (err)
		goto out;
	place(h, span, rate_hz, arrival, o, x, size);
	size_t sound = 0; /* what there was may lie where the window is 0 */
	while (sound < size && x[sound] == 0)
		sound++;
	if (sound == size) {
		err = SABIN_ESHORT;
		goto out;
	}
	sabin_fft_forward(fft, x, out->h);
	turn_bins(out->h, out->count, size, fraction);
	if (both) {
		weigh(x, size, fraction, rate_hz);
		sabin_fft_forward(fft, x, out->g);
		turn_bins(out->g, out->count, size, fraction);
	}
out:
	sabin_fft_free(fft);
	free(x);
	return err;
}

/* ---- the points ----------------------------------------------------------------------------- */

/* First and last point as multiples of the step: of 1/ppo octave from 20 Hz, or of a bin. */
static void point_range(const struct sabin_windowed *s, const struct sabin_response_options *o,
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

static double point_hz(const struct sabin_windowed *s, const struct sabin_response_options *o, double k)
{
	return o->points_per_octave > 0 ? grid_from_hz * exp2(k / o->points_per_octave) : k * s->bin_hz;
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

static void set_point(struct sabin_response *out, size_t i, const double part[SABIN_PARTS],
                      double delay_s)
{
	const double re = part[SABIN_H_RE], im = part[SABIN_H_IM], power = re * re + im * im;
	out->level_db[i] = out->phase_deg[i] = out->group_delay_s[i] = NAN;
	if (part[SABIN_POWER] > 0)
		out->level_db[i] = 10 * log10(part[SABIN_POWER]);
	if (!(power > 0))
		return;
	const double phase = atan2(im, re) - 2 * M_PI * out->freq_hz[i] * delay_s;
	out->phase_deg[i] = remainder(phase, 2 * M_PI) * 180 / M_PI;
	/* [OS]: the real part of G / H */
	out->group_delay_s[i] =
		(part[SABIN_G_RE] * re + part[SABIN_G_IM] * im) / power + delay_s;
}

/* Without smoothing: the value at f_hz; its level that of the stretch of the axis it stands for, where bins
 * lie within that. */
static void plain_point(const struct sabin_windowed *s, const struct sabin_smoother *smoother,
                        const struct sabin_response_options *o, double f_hz,
                        double part[SABIN_PARTS])
{
	sabin_windowed_at(s, f_hz, part);
	const double stretch_hz = f_hz * M_LN2 / o->points_per_octave;
	if (s->freq_hz || stretch_hz < 2 * s->bin_hz)
		return;
	double mean[SABIN_PARTS];
	sabin_smoother_average(smoother, f_hz, 1 / o->points_per_octave, mean);
	part[SABIN_POWER] = mean[SABIN_POWER];
}

static enum sabin_err make_points(const struct sabin_windowed *s, double delay_s,
                                  const struct sabin_response_options *o,
                                  struct sabin_response *out)
{
	double first, last;
	point_range(s, o, &first, &last);
	const size_t length = last >= first ? (size_t)(last - first) + 1 : 0;
	const double last_hz = point_hz(s, o, last);
	const double widest_oct = fmax(sabin_smoothing_width_oct(o, last_hz), 1 / fmax(o->points_per_octave, 1));
	struct sabin_smoother *smoother = NULL;
	enum sabin_err err = sabin_smoother_new(s, o->smoothing == SABIN_SMOOTHING_PSYCHOACOUSTIC,
	                                        last_hz * exp2(widest_oct / 2), &smoother);
	if (!err)
		err = allocate(out, length);
	for (size_t i = 0; i < length && !err; i++) {
		const double f_hz = point_hz(s, o, first + (double)i);
		double part[SABIN_PARTS];
		const double width_oct = sabin_smoothing_width_oct(o, f_hz);
		if (width_oct > 0)
			sabin_smoother_average(smoother, f_hz, width_oct, part);
		else if (o->points_per_octave > 0)
			plain_point(s, smoother, o, f_hz, part);
		else
			sabin_windowed_at(s, f_hz, part);
		out->freq_hz[i] = f_hz;
		set_point(out, i, part, delay_s);
	}
	sabin_smoother_free(smoother);
	return err;
}

enum sabin_err sabin_windowed_compute(const double *h, size_t n, double rate_hz, double arrival,
                                      const struct sabin_response_options *options,
                                      struct sabin_windowed *out, size_t *size)
{
	if (!options_ok(options, rate_hz) || !isfinite(arrival))
		return SABIN_EINVAL;
	struct sabin_response_options whole = *options; /* the longest window of all */
	whole.window_cycles = 0;
	const struct sabin_span span = sabin_response_span(n, rate_hz, arrival, &whole, 0);
	if (span.count == 0)
		return SABIN_ESHORT;
	if (options->window_cycles > 0)
		return sabin_response_cycles(h, n, rate_hz, arrival, options, out);
	const enum sabin_err err = transform(h, span, rate_hz, arrival, options, out);
	if (size)
		*size = 2 * (out->count - 1);
	return err;
}

enum sabin_err sabin_response_compute(const double *h, size_t n, double rate_hz, double arrival,
                                      double zero, const struct sabin_response_options *options,
                                      struct sabin_response *out)
{
	*out = (struct sabin_response){0};
	if (!isfinite(zero))
		return SABIN_EINVAL;
	struct sabin_windowed s = {0};
	enum sabin_err err =
		sabin_windowed_compute(h, n, rate_hz, arrival, options, &s, NULL);
	if (!err)
		err = make_points(&s, (arrival - zero) / rate_hz, options, out);
	sabin_windowed_release(&s);
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
