/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * waterfall.c: cumulative spectral decay and wavelet spectrogram.
 *
 * [FB] Fincham, Berman: "Application of digital techniques to the measurement of loudspeaker
 *      parameters", J. Audio Eng. Soc. 31 (1983) 370-384: cumulative decay spectra.
 * [BJ] Bunton, Small: "Cumulative spectra, tone bursts, and apodization", J. Audio Eng. Soc. 30
 *      (1982) 386-395: the window's rise decides what a slice shows.
 * [M]  Mallat: "A Wavelet Tour of Signal Processing", 3rd ed. (2009), 4.3: analytic wavelets.
 */
#include <complex.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/fft.h>
#include <sabin/waterfall.h>
#include <sabin/window.h>

#include "acoustics/timemap.h"

enum {
	MOST_FREQS = 4096,
	MOST_TIMES = 4096,
	PADDING = 4, /* bins this much finer than the window resolves */
};
static const double fall_share = 0.25;       /* of a slice's window is its fall */
static const double level_least_db = -200;   /* nothing is -inf */
static const double ridge_apart_oct = 1 / 6.0;
static const double ridge_range_db = 10;     /* a decay of less tells no slope */
static const double ridge_bend_db = 2;       /* RMS distance from a straight line */
/* A Gaussian is nothing (-170 dB) so many standard deviations from its centre. */
static const double gauss_reach = 6.3;

struct sabin_waterfall_options sabin_waterfall_defaults(void)
{
	return (struct sabin_waterfall_options){
	    .from_hz = 20, .to_hz = 320, .freqs = 240, .window_s = 0.36, .rise_s = 0.04,
	    .span_s = 0.6, .step_s = 0.005, .smoothing_oct = 1 / 24.0};
}

struct sabin_spectrogram_options sabin_spectrogram_defaults(void)
{
	return (struct sabin_spectrogram_options){.from_hz = 20, .to_hz = 20000, .freqs = 240,
	                                          .q = 4, .before_s = 0.02, .after_s = 0.12,
	                                          .step_s = 0.0005};
}

void sabin_time_map_free(struct sabin_time_map *map)
{
	free(map->freq_hz);
	free(map->time_s);
	free(map->level_db);
	free(map->peak_s);
	*map = (struct sabin_time_map){0};
}

bool sabin_timemap_signal_ok(const double *h, size_t n, double rate_hz, double arrival)
{
	if (!h || n == 0 || !(rate_hz > 0) || !isfinite(rate_hz) || !isfinite(arrival) ||
	    fabs(arrival) > (double)n + rate_hz)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!isfinite(h[i]))
			return false;
	return true;
}

static enum sabin_err map_new(struct sabin_time_map *map, size_t freqs, double from_hz,
                              double to_hz, size_t times, double first_s, double step_s, bool peaks)
{
	*map = (struct sabin_time_map){.freqs = freqs, .times = times};
	map->freq_hz = calloc(freqs, sizeof(double));
	map->time_s = calloc(times, sizeof(double));
	map->level_db = calloc(times * freqs, sizeof(double)); /* both at most 4096 */
	map->peak_s = peaks ? calloc(freqs, sizeof(double)) : NULL;
	if (!map->freq_hz || !map->time_s || !map->level_db || (peaks && !map->peak_s)) {
		sabin_time_map_free(map);
		return SABIN_ENOMEM;
	}
	for (size_t i = 0; i < freqs; i++)
		map->freq_hz[i] = from_hz * pow(to_hz / from_hz, (double)i / (double)(freqs - 1));
	for (size_t k = 0; k < times; k++)
		map->time_s[k] = first_s + (double)k * step_s;
	return SABIN_OK;
}

/* x[i] = h[first + i], zero outside. */
static void take(const double *h, size_t n, long first, double *x, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		const long at = first + (long)i;
		x[i] = at >= 0 && (size_t)at < n ? h[at] : 0;
	}
}

/* ---- waterfall --------------------------------------------------------------------------------- */

struct slicer {
	struct sabin_fft *fft;
	double *x, *window, *sum;
	double complex *spectrum;
	size_t size, length;
	double bin_hz;
};

static void slicer_release(struct slicer *s)
{
	sabin_fft_free(s->fft);
	free(s->x);
	free(s->window);
	free(s->sum);
	free(s->spectrum);
}

static enum sabin_err slicer_init(struct slicer *s, double rate_hz,
                                  const struct sabin_waterfall_options *o)
{
	s->length = (size_t)((o->rise_s + o->window_s) * rate_hz);
	const size_t rise = (size_t)(o->rise_s * rate_hz);
	if (s->length < 4)
		return SABIN_EINVAL;
	s->size = sabin_fft_smooth_size(s->length * PADDING);
	s->bin_hz = rate_hz / (double)s->size;
	s->x = calloc(s->size, sizeof(double));
	s->window = malloc(s->length * sizeof(double));
	s->sum = malloc((s->size / 2 + 2) * sizeof(double));
	s->spectrum = malloc((s->size / 2 + 1) * sizeof *s->spectrum);
	if (!s->x || !s->window || !s->sum || !s->spectrum)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < s->length; i++)
		s->window[i] = 1;
	sabin_window_taper(s->window, s->length, rise,
	                   (size_t)(fall_share * o->window_s * rate_hz));
	return sabin_fft_new(s->size, &s->fft);
}

/* Integral of the power from 0 to f_hz, bins taken as steps. */
static double cumulative(const struct slicer *s, double f_hz)
{
	const double at = fmin(f_hz / s->bin_hz + 0.5, (double)(s->size / 2 + 1));
	const size_t k = (size_t)fmin(floor(at), (double)(s->size / 2));
	return s->sum[k] + (at - (double)k) * (s->sum[k + 1] - s->sum[k]);
}

/* Power by frequency of the slice whose window begins at sample `first`. */
static void slice(struct slicer *s, const double *h, size_t n, long first,
                  const struct sabin_time_map *map, double smoothing_oct, double *power)
{
	take(h, n, first, s->x, s->length);
	for (size_t i = 0; i < s->length; i++)
		s->x[i] *= s->window[i];
	sabin_fft_forward(s->fft, s->x, s->spectrum);
	s->sum[0] = 0;
	for (size_t k = 0; k <= s->size / 2; k++) {
		const double re = creal(s->spectrum[k]), im = cimag(s->spectrum[k]);
		s->sum[k + 1] = s->sum[k] + re * re + im * im;
	}
	for (size_t i = 0; i < map->freqs; i++) {
		/* never narrower than a bin */
		const double half = fmax(map->freq_hz[i] * (exp2(smoothing_oct / 2) - 1),
		                         s->bin_hz / 2);
		const double low = fmax(map->freq_hz[i] - half, 0), high = map->freq_hz[i] + half;
		power[i] = (cumulative(s, high) - cumulative(s, low)) * s->bin_hz / (high - low);
	}
}

/* Powers to levels re the largest. */
static enum sabin_err to_levels(double *power, size_t n)
{
	double most = 0;
	for (size_t i = 0; i < n; i++)
		most = fmax(most, power[i]);
	if (!(most > 0))
		return SABIN_ESHORT;
	for (size_t i = 0; i < n; i++)
		power[i] = fmax(10 * log10(fmax(power[i], 0) / most), level_least_db);
	return SABIN_OK;
}

static bool waterfall_options_ok(const struct sabin_waterfall_options *o, double rate_hz)
{
	return o->from_hz > 0 && o->to_hz > o->from_hz && o->to_hz <= rate_hz / 2 && o->freqs >= 2 &&
	       o->freqs <= MOST_FREQS && o->rise_s > 0 && o->window_s >= o->rise_s &&
	       o->window_s <= 10 && o->step_s > 0 && o->span_s >= 0 &&
	       o->span_s / o->step_s < MOST_TIMES && o->smoothing_oct >= 0 && o->smoothing_oct <= 1;
}

enum sabin_err sabin_waterfall_compute(const double *h, size_t n, double rate_hz, double arrival,
                                       const struct sabin_waterfall_options *o,
                                       struct sabin_time_map *out)
{
	struct slicer s = {.fft = NULL};
	struct sabin_time_map map = {0};
	if (!sabin_timemap_signal_ok(h, n, rate_hz, arrival) || !waterfall_options_ok(o, rate_hz))
		return SABIN_EINVAL;
	enum sabin_err err = slicer_init(&s, rate_hz, o);
	if (!err)
		err = map_new(&map, o->freqs, o->from_hz, o->to_hz,
		              (size_t)(o->span_s / o->step_s + 0.5) + 1, 0, o->step_s, false);
	for (size_t k = 0; !err && k < map.times; k++)
		slice(&s, h, n, lrint(arrival + (map.time_s[k] - o->rise_s) * rate_hz), &map,
		      o->smoothing_oct, map.level_db + k * map.freqs);
	if (!err)
		err = to_levels(map.level_db, map.times * map.freqs);
	slicer_release(&s);
	if (err)
		sabin_time_map_free(&map);
	else
		*out = map;
	return err;
}

/* ---- resonances -------------------------------------------------------------------------------- */

/* Straight line through the levels of frequency i while they are above floor_db: an exponential
 * decays in the slices as fast as in time [FB].  false: there is none. */
static bool fit(const struct sabin_time_map *map, size_t i, double floor_db,
                struct sabin_ridge *ridge)
{
	double st = 0, sy = 0, stt = 0, sty = 0, syy = 0;
	size_t n = 0;
	for (; n < map->times; n++) {
		const double t = map->time_s[n], y = map->level_db[n * map->freqs + i];
		if (y < floor_db)
			break;
		st += t;
		sy += y;
		stt += t * t;
		sty += t * y;
		syy += y * y;
	}
	if (n < 8)
		return false;
	const double m = (double)n, vt = stt - st * st / m, vty = sty - st * sy / m;
	const double slope = vty / vt;
	const double rest = fmax(syy - sy * sy / m - slope * vty, 0);
	if (-slope * (map->time_s[n - 1] - map->time_s[0]) < ridge_range_db ||
	    sqrt(rest / m) > ridge_bend_db)
		return false;
	*ridge = (struct sabin_ridge){map->freq_hz[i], -60 / slope, map->level_db[i]};
	return true;
}

/* A maximum of row[] over everything within ridge_apart_oct / 2. */
static bool is_top(const struct sabin_time_map *map, const double *row, size_t i)
{
	if (i == 0 || i + 1 == map->freqs)
		return false;
	for (size_t k = 0; k < map->freqs; k++)
		if (fabs(log2(map->freq_hz[k] / map->freq_hz[i])) <= ridge_apart_oct / 2 &&
		    row[k] > row[i])
			return false;
	return true;
}

size_t sabin_waterfall_ridges(const struct sabin_time_map *map, double floor_db,
                              struct sabin_ridge *ridges, size_t capacity)
{
	const double *row = map->level_db + map->times / 3 * map->freqs;
	size_t count = 0;
	for (size_t i = 0; i < map->freqs; i++) {
		struct sabin_ridge ridge;
		if (!is_top(map, row, i) || row[i] < floor_db || !fit(map, i, floor_db, &ridge))
			continue;
		if (count < capacity) {
			ridges[count++] = ridge;
			continue;
		}
		/* the shortest gives way; the order of frequency stays */
		size_t least = 0;
		for (size_t k = 1; k < count; k++)
			if (ridges[k].t60_s < ridges[least].t60_s)
				least = k;
		if (count == 0 || ridges[least].t60_s >= ridge.t60_s)
			continue;
		memmove(ridges + least, ridges + least + 1, (count - least - 1) * sizeof *ridges);
		ridges[count - 1] = ridge;
	}
	return count;
}

/* ---- spectrogram ------------------------------------------------------------------------------- */

struct filter {
	struct sabin_fft *fft;
	double *re, *im;
	double complex *spectrum, *part;
	size_t size;
	double bin_hz;
};

static void filter_release(struct filter *f)
{
	sabin_fft_free(f->fft);
	free(f->re);
	free(f->im);
	free(f->spectrum);
	free(f->part);
}

static enum sabin_err filter_init(struct filter *f, size_t length, double rate_hz)
{
	f->size = sabin_fft_smooth_size(length);
	f->bin_hz = rate_hz / (double)f->size;
	f->re = calloc(f->size, sizeof(double));
	f->im = calloc(f->size, sizeof(double));
	f->spectrum = malloc((f->size / 2 + 1) * sizeof *f->spectrum);
	f->part = malloc((f->size / 2 + 1) * sizeof *f->part);
	if (!f->re || !f->im || !f->spectrum || !f->part)
		return SABIN_ENOMEM;
	return sabin_fft_new(f->size, &f->fft);
}

/* Real and imaginary part of the analytic signal about f_hz: the second is the first turned back by
 * a quarter [M]. */
static void wavelet(struct filter *f, double f_hz, double q)
{
	const double sigma_hz = f_hz / (2 * q * sqrt(M_LN2)); /* power halved at f (1 +- 1/2q) */
	for (int turn = 0; turn < 2; turn++) {
		memset(f->part, 0, (f->size / 2 + 1) * sizeof *f->part);
		const double low = fmax(f_hz - gauss_reach * sigma_hz, f->bin_hz);
		const double high = fmin(f_hz + gauss_reach * sigma_hz,
		                         (double)(f->size / 2) * f->bin_hz);
		for (size_t k = (size_t)(low / f->bin_hz); k <= (size_t)(high / f->bin_hz); k++) {
			const double u = ((double)k * f->bin_hz - f_hz) / sigma_hz;
			const double g = exp(-u * u / 2);
			const double *from = (const double *)&f->spectrum[k];
			double *to = (double *)&f->part[k];
			to[0] = g * (turn ? from[1] : from[0]);
			to[1] = g * (turn ? -from[0] : from[1]);
		}
		sabin_fft_inverse(f->fft, f->part, turn ? f->im : f->re);
	}
}

static bool spectrogram_options_ok(const struct sabin_spectrogram_options *o, double rate_hz)
{
	return o->from_hz > 0 && o->to_hz > o->from_hz && o->to_hz <= rate_hz / 2 && o->freqs >= 2 &&
	       o->freqs <= MOST_FREQS && o->q >= 1 && o->q <= 32 && o->before_s >= 0 &&
	       o->before_s <= 1 && o->after_s > 0 && o->after_s <= 10 && o->step_s > 0 &&
	       (o->before_s + o->after_s) / o->step_s < MOST_TIMES;
}

/* One frequency into its column of the map. */
static enum sabin_err fill(struct filter *f, struct sabin_time_map *map, size_t i, double origin,
                           double rate_hz, double *column)
{
	const double half =
	    map->times > 1 ? fmax((map->time_s[1] - map->time_s[0]) * rate_hz / 2, 0.5) : 0.5;
	size_t most = 0;
	memset(column, 0, map->times * sizeof *column);
	for (size_t k = 0; k < map->times; k++) {
		/* the mean over what lies nearer to this time than to the next: at high frequencies a
		 * wavelet is shorter than a step */
		const double at = fmax(origin + map->time_s[k] * rate_hz, 0);
		const size_t a = (size_t)fmax(ceil(at - half), 0);
		const size_t b = (size_t)fmin(floor(at + half), (double)(f->size - 1));
		for (size_t n = a; n <= b; n++)
			column[k] += f->re[n] * f->re[n] + f->im[n] * f->im[n];
		column[k] /= (double)(b - a + 1);
		most = column[k] > column[most] ? k : most;
	}
	map->peak_s[i] = map->time_s[most];
	enum sabin_err err = to_levels(column, map->times);
	for (size_t k = 0; !err && k < map->times; k++)
		map->level_db[k * map->freqs + i] = column[k];
	return err;
}

enum sabin_err sabin_spectrogram_compute(const double *h, size_t n, double rate_hz, double arrival,
                                         const struct sabin_spectrogram_options *o,
                                         struct sabin_time_map *out)
{
	struct filter f = {.fft = NULL};
	struct sabin_time_map map = {0};
	double *column = NULL;
	if (!sabin_timemap_signal_ok(h, n, rate_hz, arrival) || !spectrogram_options_ok(o, rate_hz))
		return SABIN_EINVAL;
	/* a wavelet of the lowest frequency reaches so far in time */
	const double reach_s = gauss_reach * o->q / o->from_hz * sqrt(M_LN2) / M_PI;
	const size_t margin = (size_t)(reach_s * rate_hz) + 1;
	const size_t before = margin + (size_t)(o->before_s * rate_hz);
	const size_t length = before + (size_t)(o->after_s * rate_hz) + margin;
	enum sabin_err err = filter_init(&f, length, rate_hz);
	if (!err)
		err = map_new(&map, o->freqs, o->from_hz, o->to_hz,
		              (size_t)((o->before_s + o->after_s) / o->step_s + 0.5) + 1,
		              -o->before_s, o->step_s, true);
	if (!err && !(column = calloc(map.times, sizeof *column)))
		err = SABIN_ENOMEM;
	if (!err) {
		const long first = (long)floor(arrival) - (long)before;
		take(h, n, first, f.re, length);
		sabin_window_taper(f.re, length, margin / 2, margin / 2);
		sabin_fft_forward(f.fft, f.re, f.spectrum);
		for (size_t i = 0; !err && i < map.freqs; i++) {
			wavelet(&f, map.freq_hz[i], o->q);
			err = fill(&f, &map, i, arrival - (double)first, rate_hz, column);
		}
	}
	free(column);
	filter_release(&f);
	if (err)
		sabin_time_map_free(&map);
	else
		*out = map;
	return err;
}
