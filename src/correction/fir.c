/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fir.c: corrections as impulse responses.
 *
 * [OS] Oppenheim, Schafer: "Discrete-time signal processing", 3rd ed. 2010, 13.5: minimum phase.
 * [HM] Hatziantoniou, Mourjopoulos: "Generalized fractional-octave smoothing of audio and acoustic
 *      responses", J. Audio Eng. Soc. 48 (2000) 259-280: corrections from smoothed responses hold beyond
 *      the point where they were measured.
 */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/curve.h>
#include <sabin/fft.h>
#include <sabin/fir.h>
#include <sabin/minphase.h>
#include <sabin/window.h>

#include "signal/cmplx.h"
#include "signal/rank.h"

/* Width of the smoothing, between these straight in log f [HM]. */
static const double narrow_oct = 1 / 12.0, narrow_at_hz = 100;
static const double wide_oct = 1 / 2.0, wide_at_hz = 20000;
/* The last of a boost's limit is approached softly. */
static const double soft_db = 2;
/* The median of the gain, over which boosts are counted, is taken where speakers play. */
static const double median_from_hz = 40, median_to_hz = 16000;
/* Beyond the ends of the curve the gain returns to nothing. */
static const double below_oct = 0.5, above_oct = 0.25;
/* A response ends in a half cosine over this share, begins over this time. */
static const double fall_share = 0.25;
static const double lead_s = 0.002; /* of the mixed kind, before its main peak */
enum { PADDING = 4 };               /* of transforms: cepstra and long boosts must not wrap */

/* ---- gain ----------------------------------------------------------------------------------- */

static double width_oct(double f_hz)
{
	double u = log(f_hz / narrow_at_hz) / log(wide_at_hz / narrow_at_hz);
	u = fmin(fmax(u, 0), 1);
	return narrow_oct * pow(wide_oct / narrow_oct, u);
}

/* Up to limit - soft as it is, then along a hyperbolic tangent towards the limit. */
static double limited(double x, double limit)
{
	const double knee = limit - soft_db;
	return x <= knee ? x : knee + soft_db * tanh((x - knee) / soft_db);
}

/* Median of the gain where speakers play; 0 without memory. */
static double median_db(const double *freq_hz, const double *gain_db, size_t n)
{
	size_t from = 0, to = n;
	while (from + 1 < n && freq_hz[from] < median_from_hz)
		from++;
	while (to > from + 1 && freq_hz[to - 1] > median_to_hz)
		to--;
	double *sorted = malloc((to - from) * sizeof *sorted), median = 0;
	if (sorted) {
		memcpy(sorted, gain_db + from, (to - from) * sizeof *sorted);
		sabin_sort(sorted, to - from);
		median = sorted[(to - from) / 2];
	}
	free(sorted);
	return median;
}

void sabin_fir_hold(const double *freq_hz, size_t n, double boost_db, double *gain_db)
{
	const double median = median_db(freq_hz, gain_db, n);
	for (size_t i = 0; i < n; i++)
		gain_db[i] = fmin(gain_db[i], median + boost_db);
}

void sabin_fir_gain(const double *freq_hz, const double *level_db, const double *target_db,
                    size_t n, double boost_db, double cut_db, double *gain_db)
{
	const double step_oct = n > 1 ? log2(freq_hz[n - 1] / freq_hz[0]) / (double)(n - 1) : 1;
	for (size_t i = 0; i < n; i++) {
		const size_t half = (size_t)lrint(width_oct(freq_hz[i]) / 2 / step_oct);
		const size_t from = i > half ? i - half : 0, to = i + half < n ? i + half : n - 1;
		double power = 0;
		for (size_t k = from; k <= to; k++)
			power += pow(10, (level_db[k] - target_db[k]) / 10);
		gain_db[i] = -10 * log10(power / (double)(to - from + 1));
	}
	const double median = median_db(freq_hz, gain_db, n);
	for (size_t i = 0; i < n; i++)
		gain_db[i] = median + fmax(limited(gain_db[i] - median, boost_db), -cut_db);
}

/* The curve with its returns to 0 dB. */
static double gain_at(const double *freq_hz, const double *gain_db, size_t n, double f_hz)
{
	if (!(f_hz > 0))
		return 0;
	const double gain = sabin_curve_at(freq_hz, gain_db, n, f_hz);
	const double below = log2(freq_hz[0] / f_hz) / below_oct;
	const double above = log2(f_hz / freq_hz[n - 1]) / above_oct;
	return gain * (1 - sabin_window_rise(fmax(below, above)));
}

/* ---- phase ---------------------------------------------------------------------------------- */

/* The excess phase is looked at so long, and undone from here up: below, its zeros are the room's and
 * change with every step. */
static const double look_s = 0.3, phase_from_hz = 150, phase_full_hz = 400;
/* Nothing is undone from here on: at half of any rate the phase must be nothing, or the response rings before
 * its peak. */
static const double phase_down_hz = 10000, phase_to_hz = 15000, phase_end_hz = 20000;
/* Smoothing of the phase, and where it is wide. */
static const double phase_narrow_oct = 0.5, phase_wide_oct = 1, phase_wide_hz = 4000;
static const double post_s = 0.02;
/* The delay is taken off where the direct sound is clearest. */
static const double delay_from_hz = 1000, delay_to_hz = 8000, delay_reach_s = 0.003;

/* Scratch of one transform length. */
struct bench {
	struct sabin_fft *fft;
	size_t size, bins;
	double bin_hz;
	double *x, *log_gain;
	double complex *a, *b;
};

static enum sabin_err bench_new(struct bench *w, size_t size, double rate_hz)
{
	w->size = size;
	w->bins = size / 2 + 1;
	w->bin_hz = rate_hz / (double)size;
	w->x = calloc(size, sizeof *w->x);
	w->log_gain = malloc(w->bins * sizeof *w->log_gain);
	w->a = malloc(w->bins * sizeof *w->a);
	w->b = calloc(w->bins, sizeof *w->b);
	if (!w->x || !w->log_gain || !w->a || !w->b)
		return SABIN_ENOMEM;
	return sabin_fft_new(size, &w->fft);
}

static void bench_free(struct bench *w)
{
	sabin_fft_free(w->fft);
	free(w->x);
	free(w->log_gain);
	free(w->a);
	free(w->b);
}

static size_t power_of_two(double least)
{
	size_t n = 1024;
	while ((double)n < least && n < (size_t)1 << 26)
		n *= 2;
	return n;
}

static double complex unit(double phase_rad)
{
	return CMPLX(cos(phase_rad), sin(phase_rad));
}

/* When the excess phase's own response has its peak, in samples after `zero`, in the band where the direct
 * sound is clearest, every octave of it with the same weight. */
static double delay_of(struct bench *w, const double *phase, double rate_hz)
{
	const long reach = (long)(delay_reach_s * rate_hz), size = (long)w->size;
	for (size_t k = 0; k < w->bins; k++) {
		const double f_hz = (double)k * w->bin_hz;
		const bool inside = f_hz >= delay_from_hz && f_hz <= delay_to_hz;
		w->a[k] = inside ? unit(phase[k]) / f_hz : 0;
	}
	sabin_fft_inverse(w->fft, w->a, w->x);
	long top = 0;
	for (long i = -reach; i <= reach; i++)
		if (w->x[(i + size) % size] > w->x[(top + size) % size])
			top = i;
	const double left = w->x[(top - 1 + size) % size], mid = w->x[(top + size) % size];
	const double right = w->x[(top + 1 + size) % size], bend = left - 2 * mid + right;
	return (double)top + (bend < 0 ? 0.5 * (left - right) / bend : 0);
}

/* Add the unit phasors of one place's excess phase to b, its delay taken off. */
static enum sabin_err add_place(struct bench *w, const struct sabin_correctable_place *p)
{
	const double first = fmax(0, floor(p->arrival - 0.005 * p->rate_hz));
	const size_t from = (size_t)first, most = (size_t)(look_s * p->rate_hz);
	if (!p->h || from >= p->n || !isfinite(p->arrival))
		return SABIN_EINVAL;
	const size_t n = p->n - from < most ? p->n - from : most;
	double *phase = NULL, *part = malloc(n * sizeof *part);
	if (!part)
		return SABIN_ENOMEM;
	memcpy(part, p->h + from, n * sizeof *part);
	sabin_window_taper(part, n, 0, n / 4);
	enum sabin_err err = sabin_excess_phase(part, n, p->arrival - first, w->size, &phase);
	free(part);
	if (err)
		return err;
	const double frames = delay_of(w, phase, p->rate_hz);
	for (size_t k = 0; k < w->bins; k++)
		w->b[k] += unit(phase[k] + 2 * M_PI * frames * (double)k / (double)w->size);
	free(phase);
	return SABIN_OK;
}

/* a = b averaged over rectangles in log f. */
static void smooth_phase(struct bench *w)
{
	double complex *sum = w->a; /* running sums first */
	sum[0] = 0;
	for (size_t k = 1; k < w->bins; k++)
		sum[k] = sum[k - 1] + w->b[k];
	for (size_t k = w->bins - 1; k > 0; k--) {
		const double f_hz = (double)k * w->bin_hz;
		const double width = f_hz < phase_wide_hz ? phase_narrow_oct : phase_wide_oct;
		const double half = exp2(width / 2);
		size_t from = (size_t)((double)k / half), to = (size_t)((double)k * half);
		to = to < w->bins ? to : w->bins - 1;
		from = from < to ? from : to - 1;
		w->b[k] = (sum[to] - sum[from]) / (double)(to - from);
	}
}

/* What undoes b: its conjugate, faded in from low frequencies up, cut short in time. */
static void undo(struct bench *w, double pre_s, double rate_hz)
{
	for (size_t k = 0; k < w->bins; k++) {
		const double f_hz = (double)k * w->bin_hz;
		const double share =
		    f_hz > 0 ? sabin_window_rise(log(f_hz / phase_from_hz) /
		                                 log(phase_full_hz / phase_from_hz)) *
		                   sabin_window_rise(log(phase_to_hz / f_hz) /
		                                     log(phase_to_hz / phase_down_hz))
		             : 0;
		w->a[k] = (1 - share) + share * conj(w->b[k]);
	}
	w->a[0] = creal(w->a[0]);
	w->a[w->bins - 1] = creal(w->a[w->bins - 1]);
	sabin_fft_inverse(w->fft, w->a, w->x);
	const size_t pre = (size_t)(pre_s * rate_hz), post = (size_t)(post_s * rate_hz);
	for (size_t i = 1; i < w->size; i++) {
		const size_t back = w->size - i;
		double keep = 0;
		if (i <= post)
			keep = 1 - sabin_window_rise((double)i / (double)post);
		else if (back <= pre)
			keep = 1 - sabin_window_rise((double)back / (double)pre);
		w->x[i] *= keep;
	}
	sabin_fft_forward(w->fft, w->x, w->a);
}

enum sabin_err sabin_fir_phase(const struct sabin_correctable_place *places, size_t count,
                               double pre_s, struct sabin_fir_phase *out)
{
	struct bench w = {0};
	if (count < 1 || !(pre_s >= 1e-4 && pre_s <= 0.01))
		return SABIN_EINVAL;
	const double rate_hz = places[0].rate_hz;
	for (size_t p = 0; p < count; p++)
		if (places[p].rate_hz != rate_hz || !(rate_hz > 0))
			return SABIN_EINVAL;
	enum sabin_err err = bench_new(&w, power_of_two(PADDING * look_s * rate_hz), rate_hz);
	for (size_t p = 0; p < count && !err; p++)
		err = add_place(&w, &places[p]);
	if (!err) {
		for (size_t k = 0; k < w.bins; k++)
			w.b[k] /= (double)count;
		smooth_phase(&w);
		undo(&w, pre_s, rate_hz);
		/* magnitude 1: less its own minimum-phase part, which begins at once and so does not
		 * lengthen what comes before the peak */
		for (size_t k = 0; k < w.bins; k++)
			w.log_gain[k] = log(fmax(cabs(w.a[k]), 1e-6));
		sabin_minimum_phase_spectrum(w.fft, w.log_gain, w.x, w.b);
		for (size_t k = 0; k < w.bins; k++)
			w.a[k] = unit(carg(w.a[k]) - carg(w.b[k]));
		/* that part has left some phase where there should be none */
		for (size_t k = 1; k < w.bins; k++) {
			const double share = sabin_window_rise(log(phase_end_hz / ((double)k * w.bin_hz)) /
			                                       log(phase_end_hz / phase_to_hz));
			w.a[k] = unit(carg((1 - share) + share * w.a[k]));
		}
		*out = (struct sabin_fir_phase){w.bins, w.bin_hz, w.a};
		w.a = NULL;
	}
	bench_free(&w);
	return err;
}

/* The phase at any frequency; nothing above what it was made for. */
static double complex phase_at(const struct sabin_fir_phase *p, double f_hz)
{
	const double at = f_hz / p->bin_hz;
	if (!(at < (double)(p->bins - 2)))
		return 1;
	const size_t k = (size_t)at;
	return p->turn[k] + (at - (double)k) * (p->turn[k + 1] - p->turn[k]);
}

/* ---- response ------------------------------------------------------------------------------- */

static void shape(struct bench *w, const struct sabin_fir_options *o, double delay_frames)
{
	if (o->kind != SABIN_FIR_LINEAR)
		sabin_minimum_phase_spectrum(w->fft, w->log_gain, w->x, w->a);
	else
		for (size_t k = 0; k < w->bins; k++)
			w->a[k] = exp(w->log_gain[k]);
	for (size_t k = 0; k < w->bins; k++) {
		const double turn = 2 * M_PI * (double)k / (double)w->size;
		if (o->kind == SABIN_FIR_MIXED && o->phase)
			w->a[k] *= phase_at(o->phase, (double)k * w->bin_hz);
		if (delay_frames > 0)
			w->a[k] *= unit(-turn * delay_frames);
	}
	w->a[w->bins - 1] = creal(w->a[w->bins - 1]);
	sabin_fft_inverse(w->fft, w->a, w->x);
}

enum sabin_err sabin_fir_compute(const double *freq_hz, const double *gain_db, size_t n,
                                 const struct sabin_fir_options *o, double **h, size_t *taps,
                                 double *latency_s)
{
	struct bench w = {0};
	if (n < 2 || !(o->rate_hz >= 1000) || !(o->length_s >= 0.01 && o->length_s <= 4) ||
	    o->kind == SABIN_FIR_NONE || o->rate_hz > 1e6)
		return SABIN_EINVAL;
	for (size_t i = 0; i < n; i++)
		if (!(freq_hz[i] > 0) || !(fabs(gain_db[i]) <= 200))
			return SABIN_EINVAL;
	const size_t length = 2 * (size_t)lrint(o->length_s * o->rate_hz / 2);
	double delay = 0;
	if (o->kind == SABIN_FIR_LINEAR)
		delay = (double)(length / 2);
	else if (o->kind == SABIN_FIR_MIXED)
		delay = nearbyint(lead_s * o->rate_hz);
	enum sabin_err err =
	    bench_new(&w, sabin_fft_smooth_size(PADDING * length), o->rate_hz);
	double *x = err ? NULL : malloc(length * sizeof *x);
	if (x) {
		for (size_t k = 0; k < w.bins; k++)
			w.log_gain[k] = gain_at(freq_hz, gain_db, n, (double)k * w.bin_hz) * M_LN10 / 20;
		shape(&w, o, delay);
		memcpy(x, w.x, length * sizeof *x);
		const size_t fall = (size_t)(fall_share * (double)length);
		sabin_window_taper(x, length,
		                   o->kind == SABIN_FIR_LINEAR  ? fall
		                   : o->kind == SABIN_FIR_MIXED ? (size_t)delay / 2
		                                                : 0,
		                   fall);
		*h = x;
		*taps = length;
		*latency_s = delay / o->rate_hz;
	} else if (!err) {
		err = SABIN_ENOMEM;
	}
	bench_free(&w);
	return err;
}

enum sabin_err sabin_fir_level(const double *h, size_t taps, double rate_hz, const double *freq_hz,
                               size_t n, double *level_db)
{
	struct bench w = {0};
	/* between bins the magnitude is a straight line: they lie half a hertz apart at most */
	const size_t size = sabin_fft_smooth_size((size_t)fmax(PADDING * (double)taps, 2 * rate_hz) + 2);
	enum sabin_err err = bench_new(&w, size, rate_hz);
	if (!err) {
		memcpy(w.x, h, taps * sizeof *h);
		sabin_fft_forward(w.fft, w.x, w.a);
		for (size_t i = 0; i < n; i++) {
			const double at = fmin(freq_hz[i] / w.bin_hz, (double)w.bins - 1.001);
			const size_t k = (size_t)at;
			const double u = at - (double)k, here = cabs(w.a[k]), next = cabs(w.a[k + 1]);
			level_db[i] = 20 * log10(here + u * (next - here));
		}
	}
	bench_free(&w);
	return err;
}
