/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * modefit.c: the modes of a room from its impulse response.
 *
 * References
 *   [Kuttruff] H. Kuttruff, "Room Acoustics", 5th ed. (2009), 3.4: damped modes, Schroeder's
 *              frequency, half-power width 2.2 / T60.
 *   [Kay]      S. M. Kay, "Fundamentals of statistical signal processing: estimation theory" (1993),
 *              3.9: the least variance of parameters of a signal in white noise.
 *   [Akaike]   H. Akaike, "A new look at the statistical model identification", IEEE Trans. Automatic
 *              Control 19 (1974) 716-723.
 *
 * The range is cut into bands less than 90 Hz wide.  Each is shifted down to zero and brought to a low
 * rate, the first 16 ms are left out (direct sound and what the band's edges ring around it), and decaying
 * sinusoids are fitted to the rest (poles.c).  Orders are tried from what stands out of the noise's singular
 * values upwards, and that of the least criterion [Akaike] is reported.  The covariance of a fit [Kay] knows
 * nothing of a wrong order: how far a mode moves between the orders beside it and with a later start is part
 * of its uncertainty, and one that moves too far, or whose neighbour is too near, is a cluster.
 */
#include <float.h>
#include <math.h>
#include <stdbool.h>

#include <sabin/fft.h>
#include <sabin/modefit.h>
#include <sabin/window.h>

#include "acoustics/poles.h"
#include "acoustics/quantities.h"
#include "signal/cmplx.h"

static const double width_hz = 90;   /* of a band */
static const double guard_hz = 4;    /* beside it, passed as well: a mode on the edge is whole */
static const double slope_hz = 50;   /* of the edge: rings for 1 / 50 s, mostly before 16 ms */
static const double rate_factor = 2.14; /* low rate over all that passes */
static const double skip_s = 0.016, skip_later_s = 0.04;
static const double lead_s = 0.1;    /* before the onset */
static const double short_share = 0.7; /* of the length, in the short trial */
static const double least_s = 0.15;  /* after it */
static const double stretch_s = 4;   /* of the response that is looked at */
static const double decay_factor = 1.6; /* of the time to where the decay meets the noise */
enum { ROWS_LEAST = 40, ROWS_MOST = 290 };
static const double order_factor = 4; /* over the middle of the noise's singular values */
/* A pole that gives less energy than this many variances is noise: four parameters take up four of
 * them, and three times as many are rare (chi-squared of four degrees: 2 %). */
static const double noise_energy = 12;
enum { IMPROVEMENTS = 7 }; /* steps */

/* ---- one band at a low rate ---------------------------------------------------------------------- */

/* The spectrum of what is looked at. */
struct stretch {
	double complex *spectrum;
	size_t size, frames;
	double rate_hz, onset; /* the onset as an index into the stretch */
};

struct low {
	double *x;
	size_t n;
	double rate_hz, onset; /* index into x, not whole */
	double shift_hz;       /* 0 Hz in x is this */
	double filled;         /* share of the range of x in which there is noise */
};

static enum sabin_err stretch_compute(const double *h, size_t n, double rate_hz, size_t onset,
                                      struct stretch *out)
{
	struct stretch s = {.rate_hz = rate_hz};
	const size_t lead = (size_t)(lead_s * rate_hz);
	const size_t first = onset > lead ? onset - lead : 0;
	const size_t want = (size_t)((lead_s + stretch_s) * rate_hz);
	s.frames = n - first < want ? n - first : want;
	s.onset = (double)(onset - first);
	/* zeros behind, so that what the edges ring before the start does not come round */
	s.size = sabin_fft_smooth_size(s.frames + 2 * lead);
	struct sabin_fft *fft = NULL;
	double *wide = calloc(s.size, sizeof *wide);
	s.spectrum = calloc(s.size / 2 + 1, sizeof *s.spectrum);
	enum sabin_err err = wide && s.spectrum ? SABIN_OK : SABIN_ENOMEM;
	if (!err)
		err = sabin_fft_new(s.size, &fft);
	if (!err) {
		memcpy(wide, h + first, s.frames * sizeof *wide);
		sabin_fft_forward(fft, wide, s.spectrum);
	}
	sabin_fft_free(fft);
	free(wide);
	if (err)
		free(s.spectrum);
	else
		*out = s;
	return err;
}

/* The band from_hz .. to_hz, shifted down by the bins below its lower slope: a decaying sinusoid
 * stays one. */
static enum sabin_err low_compute(const struct stretch *s, double from_hz, double to_hz,
                                  struct low *out)
{
	const double bin_hz = s->rate_hz / (double)s->size;
	const double pass_hz[2] = {from_hz - guard_hz, to_hz + guard_hz};
	const bool lowest = pass_hz[0] - slope_hz < bin_hz;
	const size_t first = lowest ? 0 : (size_t)((pass_hz[0] - slope_hz) / bin_hz);
	struct low low = {.shift_hz = (double)first * bin_hz};
	const double all_hz = pass_hz[1] + slope_hz - low.shift_hz;
	const size_t few = (size_t)(rate_factor * all_hz / bin_hz / 2) * 2;
	struct sabin_fft *fft = NULL;
	double complex *part = calloc(few / 2 + 1, sizeof *part);
	low.x = calloc(few, sizeof *low.x);
	enum sabin_err err = part && low.x ? SABIN_OK : SABIN_ENOMEM;
	if (!err)
		err = sabin_fft_new(few, &fft);
	for (size_t k = 0; !err && k <= few / 2 && first + k <= s->size / 2; k++) {
		const double f_hz = (double)(first + k) * bin_hz;
		const double complex x = s->spectrum[first + k];
		const double gain =
		        (double)few / (double)s->size *
		        (lowest ? 1 : sabin_window_rise(1 - (pass_hz[0] - f_hz) / slope_hz)) *
		        sabin_window_rise(1 - (f_hz - pass_hz[1]) / slope_hz);
		part[k] = CMPLX(gain * creal(x), gain * cimag(x));
	}
	if (!err) {
		sabin_fft_inverse(fft, part, low.x);
		low.rate_hz = bin_hz * (double)few;
		low.onset = s->onset * low.rate_hz / s->rate_hz;
		low.n = (size_t)((double)s->frames * low.rate_hz / s->rate_hz);
		low.filled = (all_hz - (lowest ? 1 : 2) * slope_hz / 2) / (low.rate_hz / 2);
	}
	sabin_fft_free(fft);
	free(part);
	if (err)
		free(low.x);
	else
		*out = low;
	return err;
}

static double rms(const double *x, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += x[i] * x[i];
	return n ? sqrt(sum / (double)n) : 0;
}

/* RMS of the noise: of the last piece but the very last, which is spoiled by the band's edges. */
static double noise_rms(const struct low *low)
{
	const size_t tail = (low->n - (size_t)low->onset) / 10 + 1;
	return rms(low->x + low->n - tail - tail / 2, tail);
}

/* Samples from the onset to where the decay meets the noise. */
static double crossing(const struct low *low)
{
	const size_t block = (size_t)(0.05 * low->rate_hz) + 1;
	const size_t onset = (size_t)low->onset;
	const double noise = noise_rms(low);
	size_t at = onset;
	while (at + block < low->n && rms(low->x + at, block) > 2 * noise)
		at += block;
	return (double)(at - onset);
}

/* ---- fits ------------------------------------------------------------------------------------------ */

struct trial {
	const double *x;
	size_t n;
	double at; /* of x[0], in samples after the onset */
	struct pole *poles;
	size_t count;
	double variance; /* of what the fit leaves, per sample of white noise */
};

static void prune(struct trial *t)
{
	size_t kept = 0;
	for (size_t i = 0; i < t->count; i++) {
		const struct pole *p = &t->poles[i];
		const double energy = (p->a * p->a + p->b * p->b) / (4 * p->decay) *
		                      (1 - exp(-2 * p->decay * (double)t->n));
		if (energy > noise_energy * t->variance)
			t->poles[kept++] = *p;
	}
	t->count = kept;
}

static void set_variance(struct trial *t, double left, double filled)
{
	const double samples = filled * (double)t->n;
	t->variance = left / fmax(samples - 4 * (double)t->count, 0.1 * samples);
}

static enum sabin_err try_order(const struct subspace *subspace, size_t order, double filled,
                                struct trial *t, double *left)
{
	t->poles = calloc(order + 1, sizeof *t->poles);
	if (!t->poles)
		return SABIN_ENOMEM;
	enum sabin_err err = subspace_poles(subspace, order, t->poles, &t->count);
	for (int pass = 0; !err && pass < 2; pass++) {
		err = poles_amplitudes(t->x, t->n, t->poles, t->count, left);
		set_variance(t, *left, filled);
		if (!err && pass == 0)
			prune(t);
	}
	if (!err)
		err = poles_improve(t->x, t->n, t->poles, t->count, IMPROVEMENTS, left);
	set_variance(t, *left, filled);
	return err;
}

/* Orders, as shares of what stands out of the noise.  Weak modes beside strong ones do not, but bend what they
 * are left to. */
static const double shares[] = {0.85, 1, 1.2, 1.45, 1.75};
enum { SHARES = sizeof shares / sizeof *shares };

/* What a fit leaves in variances of the noise, and twice the number of its parameters: a parameter that
 * explains noise only takes one variance away [Akaike]. */
static double criterion(const struct trial *t, double left, double noise)
{
	return left / noise + 2 * 4 * (double)t->count;
}

/* Of the noise, per sample of what there would be were it white. */
static double noise_variance(const struct low *low)
{
	const double noise = noise_rms(low);
	return fmax(noise * noise, DBL_MIN) / low->filled;
}

/* Where a fit begins, in samples of `low`, and the rows of its matrix. */
struct span {
	size_t start, rows;
};

static struct span span_of(const struct low *low, double skip_after_s, double length)
{
	const double usable = fmin((double)low->n - low->onset - 1, decay_factor * crossing(low));
	const double skip = skip_after_s * low->rate_hz;
	const size_t start = (size_t)ceil(low->onset + skip);
	const double most = fmin(ROWS_MOST, ((double)(low->n - start) - 1) / 2);
	const double all = fmin(most, fmax(ROWS_LEAST, (usable - skip) / 2));
	return (struct span){start, (size_t)fmax(fmin(all, ROWS_LEAST), length * all)};
}

static enum sabin_err fit_span(const struct low *low, struct span span,
                               const struct subspace *subspace, double share, struct trial *t,
                               double *left)
{
	const double order =
	        share * (double)subspace_order(subspace, order_factor, 1 - low->filled);
	*t = (struct trial){low->x + span.start, 2 * span.rows - 1,
	                    (double)span.start - low->onset, NULL, 0, 0};
	return try_order(subspace, (size_t)fmin(order, 0.6 * (double)span.rows), low->filled, t, left);
}

/* The best order first, then those beside it. */
static enum sabin_err fit_orders(const struct low *low, struct trial trials[3], double *share)
{
	const struct span span = span_of(low, skip_s, 1);
	const double noise = noise_variance(low);
	struct subspace subspace = {0};
	struct trial all[SHARES] = {0};
	double least = INFINITY;
	size_t best = 0, tried = 0;
	enum sabin_err err = subspace_compute(low->x + span.start, span.rows, &subspace);
	for (; !err && tried < SHARES && tried < best + 3; tried++) {
		double left = 0;
		err = fit_span(low, span, &subspace, shares[tried], &all[tried], &left);
		const double worth = criterion(&all[tried], left, noise);
		if (!err && worth < least) {
			least = worth;
			best = tried;
		}
	}
	subspace_release(&subspace);
	const size_t beside[3] = {best, best > 0 ? best - 1 : 2, best + 1 < SHARES ? best + 1 : best - 2};
	for (int i = 0; i < 3; i++) {
		trials[i] = all[beside[i]];
		all[beside[i]].poles = NULL;
	}
	for (size_t i = 0; i < SHARES; i++)
		free(all[i].poles);
	*share = shares[best];
	return err;
}

/* The first is reported.  Two have another order, one a later start, and the last is short: a decay that is not
 * exponential shows in it. */
enum { TRIALS = 5, SHORT = TRIALS - 1 };

static enum sabin_err fit_all(const struct low *low, struct trial trials[TRIALS])
{
	double share, left = 0; /* where a fit fails, it stays */
	enum sabin_err err = fit_orders(low, trials, &share);
	for (int i = 3; !err && i < TRIALS; i++) {
		const struct span span = i == SHORT ? span_of(low, skip_s, short_share)
		                                    : span_of(low, skip_later_s, 1);
		struct subspace subspace = {0};
		err = subspace_compute(low->x + span.start, span.rows, &subspace);
		if (!err)
			err = fit_span(low, span, &subspace, share, &trials[i], &left);
		subspace_release(&subspace);
	}
	if (!err)
		err = poles_covariance(trials[0].x, trials[0].n, trials[0].poles, trials[0].count,
		                       trials[0].variance);
	return err;
}

/* ---- how far modes move between fits --------------------------------------------------------------- */

/* Frequencies are compared in half-power widths, decays by their logarithm. */
static double distance(const struct pole *a, const struct pole *b)
{
	const double width = 2 * fmin(a->decay, b->decay);
	return hypot((a->w - b->w) / width, log(a->decay / b->decay));
}

/* Mean square of the moves of w and decay. */
struct spread {
	double w2, decay2;
	int lost; /* trials that have nothing like it */
};

static struct spread spread_of(const struct trial trials[TRIALS], const struct pole *pole)
{
	struct spread s = {0};
	for (size_t i = 1; i < TRIALS; i++) {
		const struct pole *best = NULL;
		for (size_t k = 0; k < trials[i].count; k++) {
			const struct pole *p = &trials[i].poles[k];
			if (p->w > 0 && (!best || distance(p, pole) < distance(best, pole)))
				best = p;
		}
		const bool whole = i != SHORT; /* the short one tells near modes apart less well */
		if (!best || distance(best, pole) > 1) {
			s.lost += whole;
			continue;
		}
		if (whole)
			s.w2 += (best->w - pole->w) * (best->w - pole->w) / (TRIALS - 2);
		s.decay2 += (best->decay - pole->decay) * (best->decay - pole->decay) / (TRIALS - 1);
	}
	return s;
}

/* Height of the resonance, as it would be had the mode begun at the onset. */
static double peak_of(const struct trial *t, const struct pole *p)
{
	return hypot(p->a, p->b) * exp(p->decay * t->at) / (2 * p->decay);
}

/* ---- quantities ------------------------------------------------------------------------------------ */

static const double below_db = 40;       /* the strongest mode; less is not told from leakage */
static const double periods_least = 3;   /* of T60: less is no oscillation */
static const double hum_factor = 20;     /* over the stretch: what decays by less than 3 dB is a hum */
static const double audible_periods = 32; /* T60 > 32 / f */
static const double t60_error = 0.1;     /* one standard uncertainty; more is not valid */
/* Of the moves between trials.  Their mean square over three moves is itself uncertain: Student's 95 %
 * with three degrees of freedom is 3.2 standard deviations instead of 2; and a wrong order bends the
 * decays of all trials the same way. */
static const double spread_w = 1.6, spread_decay = 2;
/* Walls do not lose energy alike at all angles and frequencies, so a resonance is no single exponential: in
 * responses of image sources, whose walls have one real coefficient, T60 is 4 % off the closed form. */
static const double model_decay = 0.02;
/* A frequency that is uncertain by more than this share of the half-power width, twice over half of it,
 * belongs to no mode in particular. */
static const double width_share = 0.25;
static const int lost_least = 2; /* one trial may go astray */

/* Reference for levels. */
static double mean_magnitude(const struct stretch *s, double from_hz, double to_hz)
{
	const double bin_hz = s->rate_hz / (double)s->size;
	double sum = 0, count = 0;
	for (size_t k = (size_t)ceil(from_hz / bin_hz); (double)k * bin_hz <= to_hz; k++) {
		const double re = creal(s->spectrum[k]), im = cimag(s->spectrum[k]);
		sum += re * re + im * im;
		count++;
	}
	/* a sum over samples becomes an integral over time */
	return sqrt(sum / fmax(count, 1)) / s->rate_hz;
}

/* Standard uncertainty of ln peak: ln |a + i b| + decay at - ln decay. */
static double peak_error(const struct trial *t, const struct pole *p)
{
	const double square = p->a * p->a + p->b * p->b;
	const double slope[4] = {t->at - 1 / p->decay, 0, p->a / square, p->b / square};
	double variance = 0;
	for (int r = 0; r < 4; r++)
		for (int c = 0; c < 4; c++)
			variance += slope[r] * slope[c] * p->covariance[r][c];
	return sqrt(fmax(variance, 0));
}

/* Is a stronger mode within half the width of this one?  Then it bends the foot of that rather than
 * stands by itself. */
static bool is_foot(const struct trial *t, const struct pole *p)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->poles[i].w > 0 && fabs(t->poles[i].w - p->w) < p->decay &&
		    peak_of(t, &t->poles[i]) > peak_of(t, p))
			return true;
	return false;
}

/* What is said of one pole of the first trial. */
static struct sabin_fitted_mode mode_of(const struct trial trials[TRIALS], const struct pole *p,
                                        const struct low *low, double reference)
{
	const double hz = low->rate_hz / (2 * M_PI);
	const struct spread s = spread_of(trials, p);
	const double f_hz = p->w * hz + low->shift_hz;
	const double t60_s = 3 * M_LN10 / (p->decay * low->rate_hz);
	const double f_error_hz =
	        hz * sqrt(p->covariance[1][1] + spread_w * spread_w * s.w2);
	const double decay_error =
	        hypot(sqrt(p->covariance[0][0] + spread_decay * spread_decay * s.decay2) / p->decay,
	              model_decay);
	const double width = 2 * p->decay * hz;
	const double q = M_PI * f_hz * t60_s / (3 * M_LN10);
	const double db = 20 / M_LN10;
	/* the height goes as one over the decay, beside what the covariance says */
	const double peak = hypot(peak_error(&trials[0], p), spread_decay * sqrt(s.decay2) / p->decay);
	struct sabin_fitted_mode m = {
	    .frequency_hz = sabin_quantity_valid(f_hz, f_error_hz),
	    .t60_s = sabin_quantity_valid(t60_s, t60_s * decay_error),
	    .q = sabin_quantity_valid(q, q * hypot(decay_error, f_error_hz / f_hz)),
	    .level_db = sabin_quantity_valid(
	        db * log(peak_of(&trials[0], p) / low->rate_hz / reference), db * peak),
	    .cluster = s.lost >= lost_least || f_error_hz > width_share * width || is_foot(&trials[0], p),
	    .audible_above_s = audible_periods / f_hz,
	    .audible = t60_s > audible_periods / f_hz,
	};
	struct sabin_quantity *all[] = {&m.frequency_hz, &m.t60_s, &m.q, &m.level_db};
	for (int i = 0; i < 4; i++) {
		const bool decay = i == 1 || i == 2;
		if (m.cluster)
			*all[i] = sabin_quantity_because(all[i]->value, all[i]->plus_minus, SABIN_BECAUSE_OVERLAP,
			                                 (double)NAN, (double)NAN);
		else if (decay && decay_error > t60_error)
			*all[i] = sabin_quantity_because(all[i]->value, all[i]->plus_minus, SABIN_BECAUSE_UNCERTAIN,
			                                 100 * decay_error, 100 * t60_error);
	}
	return m;
}

static enum sabin_err add_modes(const struct low *low, const struct trial trials[TRIALS],
                                double from_hz, double to_hz, double reference,
                                struct sabin_modefit *out)
{
	const struct trial *t = &trials[0];
	struct sabin_fitted_mode *more =
	        realloc(out->modes, (out->count + t->count + 1) * sizeof *more);
	if (!more)
		return SABIN_ENOMEM;
	out->modes = more;
	for (size_t i = 0; i < t->count; i++) {
		const struct pole *p = &t->poles[i];
		const double f_hz = p->w * low->rate_hz / (2 * M_PI) + low->shift_hz;
		const double t60_s = 3 * M_LN10 / (p->decay * low->rate_hz);
		if (f_hz >= from_hz && f_hz < to_hz && t60_s * f_hz >= periods_least &&
		    t60_s * low->rate_hz < hum_factor * (double)t->n)
			out->modes[out->count++] = mode_of(trials, p, low, reference);
	}
	return SABIN_OK;
}

static enum sabin_err fit_band(const struct stretch *s, double from_hz, double to_hz,
                               double reference, struct sabin_modefit *out)
{
	struct low low;
	struct trial trials[TRIALS] = {0};
	enum sabin_err err = low_compute(s, from_hz, to_hz, &low);
	if (err)
		return err;
	err = fit_all(&low, trials);
	if (err == SABIN_ENOCONV)
		err = SABIN_OK; /* a band without modes, not a failure */
	else if (!err)
		err = add_modes(&low, trials, from_hz, to_hz, reference, out);
	if (!err) {
		const double to_s = (trials[0].at + (double)trials[0].n) / low.rate_hz;
		out->used_to_s = fmax(out->used_to_s, to_s);
	}
	for (size_t i = 0; i < TRIALS; i++)
		free(trials[i].poles);
	free(low.x);
	return err;
}

static int by_frequency(const void *a, const void *b)
{
	const struct sabin_fitted_mode *x = a, *y = b;
	return (x->frequency_hz.value > y->frequency_hz.value) -
	       (x->frequency_hz.value < y->frequency_hz.value);
}

/* Sort, and leave out what is too weak.  Only what is sure can be the strongest: the height of an
 * uncertain one goes as its T60. */
static void finish(struct sabin_modefit *fit)
{
	double top_db = -(double)INFINITY;
	size_t kept = 0;
	for (size_t i = 0; i < fit->count; i++)
		if (fit->modes[i].t60_s.valid)
			top_db = fmax(top_db, fit->modes[i].level_db.value);
	for (size_t i = 0; i < fit->count; i++)
		if (fit->modes[i].level_db.value > top_db - below_db)
			fit->modes[kept++] = fit->modes[i];
	fit->count = kept;
	if (kept > 0)
		qsort(fit->modes, kept, sizeof *fit->modes, by_frequency);
}

struct sabin_modefit_options sabin_modefit_range(double t60_s, double volume_m3)
{
	struct sabin_modefit_options options = {.from_hz = 20, .to_hz = 200};
	if (t60_s > 0 && volume_m3 > 0)
		options.to_hz = fmin(300, fmax(80, 2000 * sqrt(t60_s / volume_m3))); /* [Kuttruff] */
	return options;
}

static enum sabin_err check(const double *h, size_t n, double rate_hz, size_t onset,
                            const struct sabin_modefit_options *o)
{
	double most = 0;
	if (n == 0 || onset >= n || !(o->from_hz >= 10) || !(o->to_hz >= o->from_hz + 10) ||
	    !(o->to_hz <= 400) || !(rate_hz >= 4 * o->to_hz) || !(rate_hz <= 768000))
		return SABIN_EINVAL;
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(h[i]))
			return SABIN_EINVAL;
		most = fmax(most, fabs(h[i]));
	}
	return most > 0 && (double)(n - onset) >= least_s * rate_hz ? SABIN_OK : SABIN_ESHORT;
}

enum sabin_err sabin_modefit_compute(const double *h, size_t n, double rate_hz, size_t onset,
                                     const struct sabin_modefit_options *options,
                                     struct sabin_modefit *out)
{
	struct stretch s = {0};
	enum sabin_err err = check(h, n, rate_hz, onset, options);
	if (!err)
		err = stretch_compute(h, n, rate_hz, onset, &s);
	if (err)
		return err;
	struct sabin_modefit fit = {
	    .from_hz = options->from_hz, .to_hz = options->to_hz, .used_from_s = skip_s};
	const double reference = mean_magnitude(&s, fit.from_hz, fit.to_hz);
	const int bands = (int)ceil((fit.to_hz - fit.from_hz) / width_hz);
	const double each_hz = (fit.to_hz - fit.from_hz) / bands;
	fit.reference_db = 20 * log10(reference);
	if (!(reference > 0))
		err = SABIN_ESHORT;
	for (int b = 0; !err && b < bands; b++)
		err = fit_band(&s, fit.from_hz + b * each_hz, fit.from_hz + (b + 1) * each_hz,
		               reference, &fit);
	free(s.spectrum);
	if (err) {
		free(fit.modes);
		return err;
	}
	finish(&fit);
	*out = fit;
	return SABIN_OK;
}

void sabin_modefit_free(struct sabin_modefit *fit)
{
	free(fit->modes);
	*fit = (struct sabin_modefit){0};
}
