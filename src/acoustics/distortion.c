/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * distortion.c: harmonic distortion from one synchronised sweep.
 *
 * [F] Farina: "Simultaneous measurement of impulse response and distortion with a swept-sine
 *     technique", 108th AES Convention (2000), preprint 5093: harmonics at negative lags.
 * [N] Novak, Lotton, Simon: "Synchronized swept-sine: theory, application, and implementation",
 *     J. Audio Eng. Soc. 63 (2015) 786-798: leads L ln(m) (eq. 47-49), spectrum of the sweep (eq. 35).
 * [I] IEC 60268-21:2018: equivalent input distortion, the distortion referred to the input by the
 *     linear response at the frequency of the harmonic.
 * [W] Wilson, Hilferty: "The distribution of chi-square", Proc. Nat. Acad. Sci. 17 (1931) 684-688.
 */
#include <complex.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/arrival.h>
#include <sabin/deconvolve.h>
#include <sabin/distortion.h>
#include <sabin/fft.h>
#include <sabin/window.h>

#include "acoustics/quantities.h"

/* A window begins so long before the lead of its harmonic, at most this share of its length: the lower
 * edge of a harmonic's band rings before it. */
static const double before_s = 0.040, before_share = 0.25;
/* A longer window would take in noise and no sound: most rooms have decayed by 60 dB. */
static const double window_most_s = 0.4;
static const double fall_share = 0.5; /* of a window is its half cosine at the end */
/* ... and it ends before the pre-ringing of the next lower order begins. */
static const double window_share = 0.8;
/* A harmonic whose window is shorter cannot be told from its neighbours. */
static const double window_least_s = 0.02;
/* Before a window lie the last remains of the next harmonic: this share of the way to it is taken
 * as what reaches into the window. */
static const double remains_share = 0.25;
/* Silence before the first sound that is worth an estimate of the noise; and its distance from it. */
static const double noise_least_s = 0.1, noise_guard_s = 0.02;
/* The 1 - 1e-5 quantile of the normal distribution: 240 independent values (10 octaves, 6 an octave, 4
 * orders) show noise as distortion in one measurement out of 400. */
static const double rare_sigma = 4.265;
/* Nearer to the noise the level would be off by more than 1.5 dB were the noise known to 10 %. */
static const double margin_least_db = 4.5;
/* A recording of 32-bit floats holds no more below its signal. */
static const double floor_least_db = -140;
/* How well the noise itself is known: power, relative. */
static const double noise_known = 0.1;
/* Bins are this much finer than the window resolves, so that a narrow band holds some. */
enum { PADDING = 8 };

struct work {
	const struct sabin_stimulus *stimulus;
	double rate_hz, smoothing_oct, played_hz[2];
	double *response; /* [size]: circular lags */
	size_t size;
	double origin;    /* lag of the linear response's onset */
	const double *recorded;
	size_t noise_frames;
};

struct sabin_distortion_options sabin_distortion_defaults(void)
{
	return (struct sabin_distortion_options){.smoothing_oct = 1 / 6.0, .points_per_octave = 12};
}

/* Energy of a piece of signal by frequency: cumulative, so that any band is one subtraction. */
struct energies {
	double *sum; /* [count + 1]: of the bins before */
	size_t count;
	double bin_hz;
	double window; /* sum of the squared window */
};

static double cumulative(const struct energies *e, double f_hz)
{
	const double at = fmin(fmax(f_hz / e->bin_hz + 0.5, 0), (double)e->count);
	const size_t k = (size_t)fmin(floor(at), (double)(e->count - 1));
	return e->sum[k] + (at - (double)k) * (e->sum[k + 1] - e->sum[k]);
}

/* Mean of |X|^2 over `oct` octaves about f_hz. */
static double mean_power(const struct energies *e, double f_hz, double oct)
{
	const double low = f_hz * exp2(-oct / 2), high = f_hz * exp2(oct / 2);
	return (cumulative(e, high) - cumulative(e, low)) * e->bin_hz / (high - low);
}

/* Of x[n], which is lost. */
static enum sabin_err energies_make(struct energies *e, double *x, size_t n, double rate_hz)
{
	const size_t size = sabin_fft_smooth_size(n * PADDING);
	struct sabin_fft *fft = NULL;
	double *padded = calloc(size, sizeof *padded);
	double complex *spectrum = malloc((size / 2 + 1) * sizeof *spectrum);
	enum sabin_err err = SABIN_ENOMEM;
	e->count = size / 2 + 1;
	e->bin_hz = rate_hz / (double)size;
	e->sum = malloc((e->count + 1) * sizeof *e->sum);
	if (!padded || !spectrum || !e->sum)
		goto out;
	err = sabin_fft_new(size, &fft);
	if (err)
		goto out;
	memcpy(padded, x, n * sizeof *x);
	sabin_fft_forward(fft, padded, spectrum);
	e->sum[0] = 0;
	for (size_t k = 0; k < e->count; k++)
		e->sum[k + 1] = e->sum[k] + creal(spectrum[k]) * creal(spectrum[k]) +
		                cimag(spectrum[k]) * cimag(spectrum[k]);
out:
	sabin_fft_free(fft);
	free(padded);
	free(spectrum);
	return err;
}

static double at_lag(const struct work *w, long lag)
{
	const long size = (long)w->size;
	return w->response[(size_t)((lag % size + size) % size)];
}

/* The response from lag `first`, n samples, tapered. */
static enum sabin_err cut(const struct work *w, double first, size_t n, size_t rise, size_t fall,
                          struct energies *e)
{
	double *x = malloc(n * sizeof *x), *window = malloc(n * sizeof *window);
	enum sabin_err err = x && window ? SABIN_OK : SABIN_ENOMEM;
	e->window = 0;
	for (size_t i = 0; !err && i < n; i++) {
		x[i] = at_lag(w, lrint(first) + (long)i);
		window[i] = 1;
	}
	if (!err) {
		sabin_window_taper(window, n, rise, fall);
		for (size_t i = 0; i < n; i++) {
			x[i] *= window[i];
			e->window += window[i] * window[i];
		}
		err = energies_make(e, x, n, w->rate_hz);
	}
	free(x);
	free(window);
	return err;
}

/* ---- where things are -------------------------------------------------------------------------- */

/* The onset of the linear response, the largest thing in a deconvolved recording. */
static enum sabin_err find_origin(struct work *w)
{
	const long search = (long)w->size - (long)w->stimulus->sweep.frames;
	const size_t back = (size_t)(0.05 * w->rate_hz), n = back + (size_t)(0.01 * w->rate_hz) + 256;
	long largest = 0;
	for (long lag = -(long)back; lag < search; lag++)
		if (fabs(at_lag(w, lag)) > fabs(at_lag(w, largest)))
			largest = lag;
	double *part = malloc(n * sizeof *part);
	if (!part)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < n; i++)
		part[i] = at_lag(w, largest - (long)back + (long)i);
	struct sabin_arrival arrival;
	enum sabin_err err = sabin_arrival_find(part, n, w->rate_hz, &arrival);
	free(part);
	if (!err)
		w->origin = (double)(largest - (long)back) + (double)arrival.onset;
	return err;
}

/* How much of the recording's beginning is noise only. */
static void find_noise(struct work *w, size_t frames)
{
	const struct sabin_stimulus *s = w->stimulus;
	double end = w->origin - noise_guard_s * w->rate_hz;
	if (s->chirp.frames > 0)
		end -= (double)s->sweep_frame - (double)s->chirp_frame[0];
	w->noise_frames = end > noise_least_s * w->rate_hz ? (size_t)fmin(end, (double)frames) : 0;
}

static enum sabin_err noise_energies(const struct work *w, struct energies *e)
{
	double *x = malloc(w->noise_frames * sizeof *x);
	double *window = malloc(w->noise_frames * sizeof *window);
	enum sabin_err err = x && window ? SABIN_OK : SABIN_ENOMEM;
	if (!err) {
		sabin_window_hann(window, w->noise_frames);
		e->window = 0;
		for (size_t i = 0; i < w->noise_frames; i++) {
			x[i] = w->recorded[i] * window[i];
			e->window += window[i] * window[i];
		}
		err = energies_make(e, x, w->noise_frames, w->rate_hz);
	}
	free(x);
	free(window);
	return err;
}

/* Noise of the recording in a deconvolved piece: |X(f)| of the sweep is A/2 sqrt(L/f) [N, eq. 35]. */
static double noise_power(const struct work *w, const struct energies *noise, double window,
                          double f_hz)
{
	if (!noise->sum)
		return 0;
	const struct sabin_sweep *sweep = &w->stimulus->sweep;
	const double x = sweep->gain / 2 * sqrt(sweep->constant_s / f_hz) * w->rate_hz;
	return mean_power(noise, f_hz, w->smoothing_oct) / noise->window * window / (x * x);
}

/* ---- one harmonic ------------------------------------------------------------------------------ */

/* The pieces from which one order is read. */
struct pieces {
	struct energies harmonic, linear, remains;
	double window_s; /* effective */
};

static void pieces_release(struct pieces *p)
{
	free(p->harmonic.sum);
	free(p->linear.sum);
	free(p->remains.sum);
}

static enum sabin_err take_pieces(const struct work *w, unsigned order, struct pieces *p)
{
	const struct sabin_sweep *sweep = &w->stimulus->sweep;
	const double lead_s = sabin_sweep_harmonic_lead_s(sweep, order);
	const double gap_s = lead_s - sabin_sweep_harmonic_lead_s(sweep, order - 1);
	const double next_s = sabin_sweep_harmonic_lead_s(sweep, order + 1) - lead_s;
	const double window_s = fmin(window_share * gap_s, window_most_s);
	if (window_s < window_least_s)
		return SABIN_ESHORT;
	const double pre_s = fmin(before_s, before_share * window_s);
	const size_t n = (size_t)(window_s * w->rate_hz);
	const size_t rise = (size_t)(pre_s * w->rate_hz), fall = (size_t)(fall_share * (double)n);
	const size_t rest = (size_t)(remains_share * next_s * w->rate_hz);
	const double first = w->origin - (lead_s + pre_s) * w->rate_hz;
	enum sabin_err err = cut(w, first, n, rise, fall, &p->harmonic);
	/* the same window on both: what stands between the distortion and the microphone cancels */
	if (!err)
		err = cut(w, w->origin - pre_s * w->rate_hz, n, rise, fall, &p->linear);
	if (!err)
		err = cut(w, first - (double)rest, rest, rest / 2, rest / 2, &p->remains);
	p->window_s = p->harmonic.window / w->rate_hz;
	return err;
}

/* How far above its expectation noise alone comes once in 10^5 cases, as a ratio: chi-square of twice as
 * many degrees of freedom as the band's bandwidth times the window's length [W]. */
static double rare_ratio(double bandwidth_hz, double window_s)
{
	const double freedom = fmax(2, 2 * bandwidth_hz * window_s);
	const double a = 2 / (9 * freedom);
	const double ratio = pow(1 - a + rare_sigma * sqrt(a), 3) * (1 + 2 * noise_known);
	return fmax(ratio, pow(10, margin_least_db / 10));
}

static double to_db(double power)
{
	return power > 0 ? 10 * log10(power) : (double)NAN;
}

/* All values of one order; `below` is the linear response that gives the fundamental. */
static void read_harmonic(const struct work *w, unsigned order, const struct pieces *p,
                          const struct pieces *below, const struct energies *noise,
                          struct sabin_distortion *d)
{
	struct sabin_harmonic *h = &d->harmonic[order - SABIN_HARMONIC_FIRST];
	const double oct = w->smoothing_oct;
	for (size_t i = 0; i < d->length; i++) {
		const double f0 = d->freq_hz[i], f = f0 * order;
		h->level_db[i] = h->received_db[i] = h->noise_db[i] = h->sure_db[i] = NAN;
		h->valid[i] = false;
		if (f * exp2(oct / 2) > w->stimulus->sweep.to_hz || f0 < w->played_hz[0] || f > w->played_hz[1])
			continue;
		const double power = mean_power(&p->harmonic, f, oct);
		const double linear = mean_power(&p->linear, f, oct);
		const double fundamental = mean_power(&below->linear, f0, oct);
		const double heard = noise_power(w, noise, p->harmonic.window, f);
		const double remains =
		    mean_power(&p->remains, f, oct) * p->harmonic.window / p->remains.window;
		const double floor =
		    fmax(fmax(heard, remains), linear * pow(10, floor_least_db / 10));
		const double width_hz = f * (exp2(oct / 2) - exp2(-oct / 2));
		const double least = rare_ratio(width_hz, p->window_s);
		if (!(linear > 0) || !(fundamental > 0))
			continue;
		/* nothing may be referred to a linear response that is noise itself */
		h->valid[i] = power > floor * least && linear > floor * least && power > 0;
		const double clean = h->valid[i] ? power - floor : power;
		const double cells = fmax(1, width_hz * p->window_s);
		h->level_db[i] = to_db(clean / linear);
		h->received_db[i] = to_db(clean / fundamental);
		h->noise_db[i] = to_db(floor / linear);
		/* variance of a mean power in noise: cross term and noise's own */
		h->sure_db[i] = 10 / log(10) *
		                sqrt((2 * clean * floor + floor * floor) / cells) / clean;
	}
}

/* ---- sums and means ---------------------------------------------------------------------------- */

static void sum_orders(struct sabin_distortion *d)
{
	struct sabin_harmonic *t = &d->thd;
	for (size_t i = 0; i < d->length; i++) {
		double level = 0, received = 0, noise = 0, hidden = 0, variance = 0;
		for (int m = 0; m < SABIN_HARMONICS; m++) {
			const struct sabin_harmonic *h = &d->harmonic[m];
			if (isfinite(h->noise_db[i]))
				noise += pow(10, h->noise_db[i] / 10);
			if (!h->valid[i]) {
				hidden += isfinite(h->level_db[i]) ? pow(10, h->level_db[i] / 10) : 0;
				continue;
			}
			const double power = pow(10, h->level_db[i] / 10);
			level += power;
			received += pow(10, h->received_db[i] / 10);
			variance += pow(power * h->sure_db[i], 2);
		}
		/* an order that hides in the noise may be as large as what is seen there */
		t->valid[i] = level > hidden;
		t->level_db[i] = to_db(level);
		t->received_db[i] = to_db(received);
		t->noise_db[i] = to_db(noise);
		t->sure_db[i] = level > 0 ? sqrt(variance) / level : (double)NAN;
	}
}

static struct sabin_quantity not_played(double f_hz, const double played_hz[2])
{
	return sabin_quantity_because(NAN, NAN, SABIN_BECAUSE_SPEAKER, played_hz[f_hz > played_hz[1]], f_hz);
}

/* Power mean of the valid values from from_hz to to_hz.  Where fewer than half are valid the mean is
 * of the noise, and not valid. */
static struct sabin_quantity mean_level(const struct sabin_distortion *d,
                                        const struct sabin_harmonic *h, double from_hz,
                                        double to_hz)
{
	double sum = 0, variance = 0, noise = 0;
	size_t valid = 0, known = 0;
	for (size_t i = 0; i < d->length; i++) {
		if (d->freq_hz[i] < from_hz || d->freq_hz[i] > to_hz)
			continue;
		if (isfinite(h->noise_db[i])) {
			noise += pow(10, h->noise_db[i] / 10);
			known++;
		}
		if (!h->valid[i])
			continue;
		const double power = pow(10, h->level_db[i] / 10);
		sum += power;
		variance += pow(power * h->sure_db[i], 2);
		valid++;
	}
	if (valid == 0 && known == 0)
		return sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	if (2 * valid < known || valid == 0)
		return sabin_quantity_invalid(to_db(noise / (double)known), SABIN_BECAUSE_NO_SIGNAL);
	/* neighbours share their noise as far as the smoothing reaches */
	const double points = d->length > 1 ? 1 / log2(d->freq_hz[1] / d->freq_hz[0]) : 1;
	const double shared = fmin(fmax(1, points * d->smoothing_oct), (double)valid);
	return sabin_quantity_valid(to_db(sum / (double)valid), sqrt(variance * shared) / sum);
}

/* The value at the point of the axis nearest to f_hz. */
static struct sabin_quantity level_at(const struct sabin_distortion *d,
                                      const struct sabin_harmonic *h, double f_hz, const double played_hz[2])
{
	if (f_hz < played_hz[0] || f_hz > played_hz[1])
		return not_played(f_hz, played_hz);
	if (SABIN_HARMONIC_FIRST * f_hz > played_hz[1])
		return not_played(SABIN_HARMONIC_FIRST * f_hz, played_hz);
	size_t best = 0;
	for (size_t i = 1; i < d->length; i++)
		if (fabs(log(d->freq_hz[i] / f_hz)) < fabs(log(d->freq_hz[best] / f_hz)))
			best = i;
	if (d->length == 0 || fabs(log2(d->freq_hz[best] / f_hz)) > 0.5)
		return sabin_quantity_invalid(NAN, SABIN_BECAUSE_UNKNOWN);
	if (!h->valid[best])
		return sabin_quantity_invalid(h->noise_db[best], SABIN_BECAUSE_NO_SIGNAL);
	return sabin_quantity_valid(h->level_db[best], h->sure_db[best]);
}

static void summarise(const struct work *w, struct sabin_distortion *d)
{
	/* the range in which most loudspeakers work and the third harmonic of all is heard */
	d->from_hz = fmax(100, fmax(d->freq_hz[0], w->played_hz[0]));
	d->to_hz = fmin(5000, fmin(d->freq_hz[d->length - 1], w->played_hz[1]));
	for (int m = 0; m <= SABIN_HARMONICS; m++) {
		struct sabin_harmonic *h = m < SABIN_HARMONICS ? &d->harmonic[m] : &d->thd;
		const double order = m < SABIN_HARMONICS ? SABIN_HARMONIC_FIRST + m : SABIN_HARMONIC_FIRST;
		const bool played = d->from_hz * order <= w->played_hz[1] && d->from_hz <= d->to_hz;
		h->mean_db = played ? mean_level(d, h, d->from_hz, d->to_hz)
		                    : not_played(d->from_hz * order, w->played_hz);
	}
	d->thd_100_db = level_at(d, &d->thd, 100, w->played_hz);
	d->thd_1k_db = level_at(d, &d->thd, 1000, w->played_hz);
}

/* ---- memory and order -------------------------------------------------------------------------- */

static void harmonic_free(struct sabin_harmonic *h)
{
	free(h->level_db);
	free(h->received_db);
	free(h->noise_db);
	free(h->sure_db);
	free(h->valid);
}

void sabin_distortion_free(struct sabin_distortion *d)
{
	for (int m = 0; m < SABIN_HARMONICS; m++)
		harmonic_free(&d->harmonic[m]);
	harmonic_free(&d->thd);
	free(d->freq_hz);
	*d = (struct sabin_distortion){0};
}

static enum sabin_err harmonic_new(struct sabin_harmonic *h, size_t n)
{
	h->level_db = calloc(n, sizeof(double));
	h->received_db = calloc(n, sizeof(double));
	h->noise_db = calloc(n, sizeof(double));
	h->sure_db = calloc(n, sizeof(double));
	h->valid = calloc(n, sizeof(bool));
	return h->level_db && h->received_db && h->noise_db && h->sure_db && h->valid
	           ? SABIN_OK
	           : SABIN_ENOMEM;
}

/* The axis: counted from 1 kHz, where the sweep is at its full level and a second harmonic is in its
 * band. */
static enum sabin_err make_axis(const struct sabin_sweep *sweep,
                                const struct sabin_distortion_options *o,
                                struct sabin_distortion *d)
{
	const double half = exp2(o->smoothing_oct / 2), n = o->points_per_octave;
	const double low_hz = sabin_sweep_frequency_hz(sweep, sweep->fade_in_s) * half;
	const double high_hz = sweep->to_hz / 2 / half;
	const double first = ceil(n * log2(low_hz / 1000)), last = floor(n * log2(high_hz / 1000));
	if (!(last >= first))
		return SABIN_ESHORT;
	d->length = (size_t)(last - first) + 1;
	d->smoothing_oct = o->smoothing_oct;
	d->freq_hz = calloc(d->length, sizeof *d->freq_hz);
	if (!d->freq_hz)
		return SABIN_ENOMEM;
	for (size_t i = 0; i < d->length; i++)
		d->freq_hz[i] = 1000 * exp2((first + (double)i) / n);
	for (int m = 0; m < SABIN_HARMONICS; m++)
		if (harmonic_new(&d->harmonic[m], d->length))
			return SABIN_ENOMEM;
	return harmonic_new(&d->thd, d->length);
}

static enum sabin_err deconvolve(struct work *w, const double *recorded, size_t frames)
{
	const struct sabin_sweep *sweep = &w->stimulus->sweep;
	struct sabin_deconvolver *deconvolver = NULL;
	double *x = malloc(sweep->frames * sizeof *x);
	if (!x)
		return SABIN_ENOMEM;
	sabin_sweep_render(sweep, x);
	enum sabin_err err =
	    sabin_deconvolver_new(x, sweep->frames, frames, w->rate_hz, sweep->from_hz,
	                          fmin(sweep->to_hz, w->rate_hz / 2), &deconvolver);
	free(x);
	if (err)
		return err;
	w->size = sabin_deconvolver_size(deconvolver);
	w->response = malloc(w->size * sizeof *w->response);
	if (w->response)
		sabin_deconvolver_process(deconvolver, recorded, w->response);
	sabin_deconvolver_free(deconvolver);
	return w->response ? find_origin(w) : SABIN_ENOMEM;
}

static enum sabin_err read_all(const struct work *w, struct sabin_distortion *d)
{
	struct pieces second = {0};
	struct energies noise = {0};
	enum sabin_err err = w->noise_frames ? noise_energies(w, &noise) : SABIN_OK;
	if (!err)
		err = take_pieces(w, SABIN_HARMONIC_FIRST, &second);
	if (!err)
		read_harmonic(w, SABIN_HARMONIC_FIRST, &second, &second, &noise, d);
	for (unsigned order = SABIN_HARMONIC_FIRST + 1;
	     !err && order < SABIN_HARMONIC_FIRST + SABIN_HARMONICS; order++) {
		struct pieces p = {0};
		err = take_pieces(w, order, &p);
		if (!err)
			read_harmonic(w, order, &p, &second, &noise, d);
		pieces_release(&p);
	}
	pieces_release(&second);
	free(noise.sum);
	return err;
}

static bool usable(const double *recorded, size_t frames, const struct sabin_stimulus *stimulus,
                   const struct sabin_distortion_options *o)
{
	if (!recorded || frames == 0 || stimulus->sweep.frames == 0 ||
	    !(o->smoothing_oct >= 1 / 24.0 && o->smoothing_oct <= 1) ||
	    !(o->points_per_octave >= 1 && o->points_per_octave <= 96) || !(o->played_from_hz >= 0) ||
	    !(o->played_to_hz >= 0))
		return false;
	for (size_t i = 0; i < frames; i++)
		if (!isfinite(recorded[i]))
			return false;
	return true;
}

enum sabin_err sabin_distortion_compute(const double *recorded, size_t frames,
                                        const struct sabin_stimulus *stimulus,
                                        const struct sabin_distortion_options *options,
                                        struct sabin_distortion *out)
{
	struct sabin_distortion d = {0};
	struct work w = {.stimulus = stimulus,
	                 .rate_hz = stimulus->sweep.rate_hz,
	                 .smoothing_oct = options->smoothing_oct,
	                 .played_hz = {options->played_from_hz,
	                               options->played_to_hz > 0 ? options->played_to_hz : (double)INFINITY},
	                 .recorded = recorded};
	if (!usable(recorded, frames, stimulus, options))
		return SABIN_EINVAL;
	enum sabin_err err = make_axis(&stimulus->sweep, options, &d);
	if (!err)
		err = deconvolve(&w, recorded, frames);
	if (!err) {
		find_noise(&w, frames);
		err = read_all(&w, &d);
	}
	free(w.response);
	if (err) {
		sabin_distortion_free(&d);
		return err;
	}
	sum_orders(&d);
	summarise(&w, &d);
	*out = d;
	return SABIN_OK;
}
