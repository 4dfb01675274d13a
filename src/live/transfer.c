/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * transfer.c: averaged cross spectra.
 *
 * [BP]  Bendat, J. S.; Piersol, A. G. (2010), "Random Data", 4th ed., 6.1.4 (H1 = Gxy / Gxx), 9.2 (coherence and the
 *       random error of |H|: sqrt((1 - g2) / (2 n g2))).
 * [W]   Welch, P. D. (1967), "The use of fast Fourier transform for the estimation of power spectra": what overlapping
 *       windows are worth.
 */
#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/fft.h>
#include <sabin/window.h>

#include "live/transfer.h"

enum { OVERLAP = 4 }; /* windows over each sample */

/* Below this coherence a bin is left out of an impulse response, above that it is all in it. */
static const double coherent_from = 0.1, coherent_to = 0.5;
static const double averages_least = 8;
/* share of the window that lies before time zero in an impulse response */
static const double lead = 0.125;
/* No bin weighs more than this against one of coherence one half. */
static const double weight_most = 10;

struct sabin_transfer {
	struct sabin_transfer_options o;
	size_t size, hop, bins, delay, delay_max;
	size_t filled;        /* frames since the start, until they fill the history */
	size_t since;         /* frames since the last window */
	size_t windows;       /* since the restart */
	double squares;       /* sum of the squared weights of the windows */
	double worth;         /* [W] of one window */
	double *reference, *microphone; /* [delay_max + size], [size]: what was heard last, but for `since` frames, */
	double *new_reference, *new_microphone; /* [hop]: which are here */
	double *window, *block;         /* [size] */
	struct sabin_fft *fft;
	double complex *x, *y, *cross;  /* [bins] */
	double *xx, *yy;                /* [bins] */
	double window_power;
};

struct sabin_transfer_options sabin_transfer_defaults(double rate_hz)
{
	return (struct sabin_transfer_options){
	    .rate_hz = rate_hz, .window_s = 32768 / 48000.0, .average_s = 8, .delay_max_s = 1};
}

/* [W] n windows are worth n / (1 + 2 sum of c(j)), c(j) the squared autocorrelation of the window, j hops apart. */
static double worth_of(const double *window, size_t size, size_t hop)
{
	double power = 0, sum = 1;
	for (size_t i = 0; i < size; i++)
		power += window[i] * window[i];
	for (size_t shift = hop; shift < size; shift += hop) {
		double c = 0;
		for (size_t i = 0; i + shift < size; i++)
			c += window[i] * window[i + shift];
		sum += 2 * (c / power) * (c / power);
	}
	return 1 / sum;
}

enum sabin_err sabin_transfer_new(const struct sabin_transfer_options *o, struct sabin_transfer **out)
{
	if (!(o->rate_hz > 0) || !(o->window_s > 0) || !(o->window_s <= 10) || !(o->average_s > 0) ||
	    !(o->delay_max_s >= 0) || !(o->delay_max_s <= 10) || !(o->rate_hz <= 1e6) || o->window_s * o->rate_hz < 16)
		return SABIN_EINVAL;
	struct sabin_transfer *t = calloc(1, sizeof *t);
	if (!t)
		return SABIN_ENOMEM;
	t->o = *o;
	t->size = sabin_fft_smooth_size((size_t)ceil(o->window_s * o->rate_hz - 1e-6));
	t->hop = t->size / OVERLAP;
	t->bins = t->size / 2 + 1;
	t->delay_max = (size_t)ceil(o->delay_max_s * o->rate_hz);
	t->reference = calloc(t->delay_max + t->size, sizeof(double));
	t->microphone = calloc(t->size, sizeof(double));
	t->new_reference = calloc(t->hop, sizeof(double));
	t->new_microphone = calloc(t->hop, sizeof(double));
	t->window = calloc(t->size, sizeof(double));
	t->block = calloc(t->size, sizeof(double));
	t->x = calloc(t->bins, sizeof *t->x);
	t->y = calloc(t->bins, sizeof *t->y);
	t->cross = calloc(t->bins, sizeof *t->cross);
	t->xx = calloc(t->bins, sizeof(double));
	t->yy = calloc(t->bins, sizeof(double));
	enum sabin_err err = SABIN_ENOMEM;
	if (t->reference && t->microphone && t->new_reference && t->new_microphone && t->window && t->block &&
	    t->x && t->y && t->cross && t->xx && t->yy)
		err = sabin_fft_new(t->size, &t->fft);
	if (err) {
		sabin_transfer_free(t);
		return err;
	}
	sabin_window_hann(t->window, t->size);
	for (size_t i = 0; i < t->size; i++)
		t->window_power += t->window[i] * t->window[i];
	t->worth = worth_of(t->window, t->size, t->hop);
	*out = t;
	return SABIN_OK;
}

void sabin_transfer_free(struct sabin_transfer *t)
{
	if (!t)
		return;
	sabin_fft_free(t->fft);
	free(t->reference);
	free(t->microphone);
	free(t->new_reference);
	free(t->new_microphone);
	free(t->window);
	free(t->block);
	free(t->x);
	free(t->y);
	free(t->cross);
	free(t->xx);
	free(t->yy);
	free(t);
}

void sabin_transfer_restart(struct sabin_transfer *t)
{
	t->windows = 0;
	t->squares = 0;
	memset(t->cross, 0, t->bins * sizeof *t->cross);
	memset(t->xx, 0, t->bins * sizeof *t->xx);
	memset(t->yy, 0, t->bins * sizeof *t->yy);
}

bool sabin_transfer_set_delay(struct sabin_transfer *t, size_t frames)
{
	if (frames > t->delay_max)
		return false;
	if (frames != t->delay)
		sabin_transfer_restart(t);
	t->delay = frames;
	return true;
}

size_t sabin_transfer_delay(const struct sabin_transfer *t)
{
	return t->delay;
}

static void transform(struct sabin_transfer *t, const double *from, double complex *to)
{
	for (size_t i = 0; i < t->size; i++)
		t->block[i] = from[i] * t->window[i];
	sabin_fft_forward(t->fft, t->block, to);
}

static void add_window(struct sabin_transfer *t)
{
	transform(t, t->reference + t->delay_max - t->delay, t->x);
	transform(t, t->microphone, t->y);
	t->windows++;
	/* all alike until there are as many as the time constant holds, then exponentially */
	const double share =
	    fmax(1 / (double)t->windows, 1 - exp(-(double)t->hop / (t->o.rate_hz * t->o.average_s)));
	t->squares = (1 - share) * (1 - share) * t->squares + share * share;
	for (size_t k = 0; k < t->bins; k++) {
		/* in real numbers: a product of complex ones asks for infinities at every turn */
		const double xr = creal(t->x[k]), xi = cimag(t->x[k]), yr = creal(t->y[k]), yi = cimag(t->y[k]);
		double *cross = (double *)&t->cross[k]; /* C11 6.2.5: real part, imaginary part */
		t->xx[k] += share * (xr * xr + xi * xi - t->xx[k]);
		t->yy[k] += share * (yr * yr + yi * yi - t->yy[k]);
		cross[0] += share * (yr * xr + yi * xi - cross[0]);
		cross[1] += share * (yi * xr - yr * xi - cross[1]);
	}
}

static void push(double *history, size_t length, const double *x, size_t n)
{
	memmove(history, history + n, (length - n) * sizeof *history);
	memcpy(history + length - n, x, n * sizeof *history);
}

static void hop(struct sabin_transfer *t)
{
	push(t->reference, t->delay_max + t->size, t->new_reference, t->hop);
	push(t->microphone, t->size, t->new_microphone, t->hop);
	t->since = 0;
	if (t->filled < t->delay_max + t->size)
		t->filled += t->hop;
	if (t->filled >= t->size + t->delay)
		add_window(t);
}

void sabin_transfer_process(struct sabin_transfer *t, const double *reference, const double *microphone, size_t n)
{
	while (n > 0) {
		const size_t part = n < t->hop - t->since ? n : t->hop - t->since;
		memcpy(t->new_reference + t->since, reference, part * sizeof *reference);
		memcpy(t->new_microphone + t->since, microphone, part * sizeof *microphone);
		t->since += part;
		if (t->since == t->hop)
			hop(t);
		reference += part;
		microphone += part;
		n -= part;
	}
}

double sabin_transfer_averages(const struct sabin_transfer *t)
{
	if (t->windows == 0)
		return 0;
	return fmax(1, t->worth / t->squares);
}

void sabin_transfer_levels(const struct sabin_transfer *t, double *reference_dbfs, double *microphone_dbfs)
{
	double x = 0, y = 0;
	for (size_t k = 1; k + 1 < t->bins; k++) {
		x += 2 * t->xx[k];
		y += 2 * t->yy[k];
	}
	/* Parseval */
	const double scale = (double)t->size * t->window_power;
	*reference_dbfs = 10 * log10(x / scale);
	*microphone_dbfs = 10 * log10(y / scale);
}

/* ---- reading ------------------------------------------------------------------------------ */

struct bin {
	double complex h;
	double coherence;
};

/* Coherence without what chance gives it on average, 1/n. */
static struct bin bin_at(const struct sabin_transfer *t, size_t k, double averages)
{
	const double product = t->xx[k] * t->yy[k];
	if (!(product > 0))
		return (struct bin){0, 0};
	const double size = creal(t->cross[k] * conj(t->cross[k])) / product;
	const double just = averages > 1 ? (averages * size - 1) / (averages - 1) : 0;
	return (struct bin){t->cross[k] / t->xx[k], fmin(fmax(just, 0), 1)};
}

static double weight_of(double coherence)
{
	return fmin(coherence / fmax(1 - coherence, 1e-9), weight_most) + 1e-6;
}

/* Bins first .. last as one point. */
static void point(const struct sabin_transfer *t, size_t first, size_t last, double averages, struct sabin_trace *out,
                  size_t i)
{
	double sum = 0, power = 0, coherent = 0, all = 0;
	double complex vector = 0;
	for (size_t k = first; k <= last; k++) {
		const struct bin bin = bin_at(t, k, averages);
		const double weight = weight_of(bin.coherence);
		sum += weight;
		power += weight * creal(bin.h * conj(bin.h));
		vector += weight * bin.h;
		coherent += bin.coherence * t->yy[k];
		all += t->yy[k];
	}
	const double g2 = all > 0 ? coherent / all : 0;
	/* neighbouring bins of a Hann window share half of what they hold */
	const double count = averages * fmax(1, (double)(last - first + 1) / 1.5);
	out->coherence[i] = g2;
	out->level_db[i] = power > 0 ? 10 * log10(power / sum) : (double)NAN;
	out->phase_deg[i] = power > 0 ? carg(vector) * 180 / M_PI : (double)NAN;
	/* [BP] 9.2 */
	out->error_db[i] = g2 > 0 ? 20 / M_LN10 * sqrt((1 - g2) / (2 * count * g2)) : (double)NAN;
}

enum sabin_err sabin_trace_new(size_t length, struct sabin_trace *out)
{
	*out = (struct sabin_trace){.length = length};
	out->freq_hz = calloc(length, sizeof(double));
	out->level_db = calloc(length, sizeof(double));
	out->phase_deg = calloc(length, sizeof(double));
	out->coherence = calloc(length, sizeof(double));
	out->error_db = calloc(length, sizeof(double));
	if (out->freq_hz && out->level_db && out->phase_deg && out->coherence && out->error_db)
		return SABIN_OK;
	sabin_trace_release(out);
	return SABIN_ENOMEM;
}

enum sabin_err sabin_trace_copy(const struct sabin_trace *from, struct sabin_trace *out)
{
	const size_t size = from->length * sizeof(double);
	enum sabin_err err = sabin_trace_new(from->length, out);
	if (err)
		return err;
	out->smoothing_oct = from->smoothing_oct;
	memcpy(out->freq_hz, from->freq_hz, size);
	memcpy(out->level_db, from->level_db, size);
	memcpy(out->phase_deg, from->phase_deg, size);
	memcpy(out->coherence, from->coherence, size);
	memcpy(out->error_db, from->error_db, size);
	return SABIN_OK;
}

enum sabin_err sabin_transfer_trace(const struct sabin_transfer *t, double smoothing_oct, double points_per_octave,
                                    double from_hz, double to_hz, struct sabin_trace *out)
{
	const double averages = sabin_transfer_averages(t), bin_hz = t->o.rate_hz / (double)t->size;
	if (!(smoothing_oct >= 0) || !(points_per_octave > 0) || !(from_hz > 0) || !(to_hz >= from_hz) ||
	    !(points_per_octave <= 1000) || !(to_hz < 1e6))
		return SABIN_EINVAL;
	if (averages < 2)
		return SABIN_ESHORT;
	enum sabin_err err = sabin_trace_new((size_t)floor(log2(to_hz / from_hz) * points_per_octave + 1e-9) + 1, out);
	if (err)
		return err;
	out->smoothing_oct = smoothing_oct;
	for (size_t i = 0; i < out->length; i++) {
		const double f_hz = from_hz * exp2((double)i / points_per_octave);
		const double low = f_hz * exp2(-smoothing_oct / 2) / bin_hz, high = f_hz * exp2(smoothing_oct / 2) / bin_hz;
		double first = ceil(low), last = floor(high);
		if (first > last) /* no bin inside: the nearest */
			first = last = rint(f_hz / bin_hz);
		first = fmin(fmax(first, 1), (double)t->bins - 2);
		last = fmin(fmax(last, first), (double)t->bins - 2);
		out->freq_hz[i] = f_hz;
		point(t, (size_t)first, (size_t)last, averages, out, i);
	}
	return SABIN_OK;
}

void sabin_trace_release(struct sabin_trace *trace)
{
	free(trace->freq_hz);
	free(trace->level_db);
	free(trace->phase_deg);
	free(trace->coherence);
	free(trace->error_db);
	*trace = (struct sabin_trace){0};
}

enum sabin_err sabin_transfer_response(const struct sabin_transfer *t, double **h, size_t *size, size_t *zero)
{
	struct sabin_fft *fft = NULL;
	const double averages = sabin_transfer_averages(t);
	if (averages < averages_least)
		return SABIN_ESHORT;
	double complex *spectrum = calloc(t->bins, sizeof *spectrum);
	double *x = calloc(t->size, sizeof *x), *turned = calloc(t->size, sizeof *turned);
	enum sabin_err err = spectrum && x && turned ? sabin_fft_new(t->size, &fft) : SABIN_ENOMEM;
	if (err) {
		free(turned);
		goto out;
	}
	for (size_t k = 1; k + 1 < t->bins; k++) {
		const struct bin bin = bin_at(t, k, averages);
		spectrum[k] = bin.h * sabin_window_rise((bin.coherence - coherent_from) / (coherent_to - coherent_from));
	}
	sabin_fft_inverse(fft, spectrum, x);
	const size_t before = (size_t)(lead * (double)t->size);
	memcpy(turned, x + t->size - before, before * sizeof *x);
	memcpy(turned + before, x, (t->size - before) * sizeof *x);
	*h = turned;
	*size = t->size;
	*zero = before;
out:
	sabin_fft_free(fft);
	free(spectrum);
	free(x);
	return err;
}
