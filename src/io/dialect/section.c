/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * section.c: what a setting does.
 *
 * [RBJ] Bristow-Johnson: "Cookbook formulae for audio EQ biquad filter coefficients" (1998).
 */
#include <math.h>

#include <sabin/convolve.h>
#include <sabin/curve.h>
#include <sabin/minphase.h>
#include <sabin/window.h>

#include "io/dialect/setting.h"

/* How far recognised coefficients may be from those of the filter that they are taken for, of their
 * largest: what single precision does to them. */
static const double same = 2e-7;
/* ... and how far its level may be off, around its frequency and at the ends. */
static const double same_db = 0.003;
/* What is left out at the end of a response, of its largest sample. */
static const double rest_share = 1e-5;
/* A response that was cut fades over this share of it. */
static const double fade_share = 0.1;

/* Less is written as nothing by the shortest of the formats ("-0.0005" has no room in REW's). */
static const double least_gain_db = 0.0006;

bool sabin_section_possible(const struct sabin_section *s, double rate_hz)
{
	if (s->type == SABIN_SECTION_RAW)
		return rate_hz == 0 || rate_hz == s->rate_hz;
	return s->freq_hz >= 0.1 && s->freq_hz <= 384000 && (rate_hz == 0 || s->freq_hz < rate_hz / 2) &&
	       fabs(s->gain_db) <= 120 && s->q >= 0.01 && s->q <= 1000;
}

bool sabin_section_idle(const struct sabin_section *s)
{
	return s->type <= SABIN_SECTION_HIGH_SHELF && fabs(s->gain_db) < least_gain_db;
}

bool sabin_section_taps(const struct sabin_section *s, double rate_hz, struct sabin_biquad_taps *taps)
{
	if (s->rate_hz > 0 && s->rate_hz == rate_hz) {
		*taps = s->taps;
		return true;
	}
	if (!sabin_section_possible(s, rate_hz))
		return false;
	if (s->type <= SABIN_SECTION_HIGH_PASS) {
		*taps = sabin_biquad_taps(&(struct sabin_biquad){(enum sabin_biquad_type)s->type,
		                                                 s->freq_hz, s->gain_db, s->q},
		                          rate_hz);
	} else { /* [RBJ] */
		const double w = 2 * M_PI * s->freq_hz / rate_hz, c = cos(w), alpha = sin(w) / (2 * s->q);
		const double b[3][3] = {{1, -2 * c, 1}, {alpha, 0, -alpha}, {1 - alpha, -2 * c, 1 + alpha}};
		const double a[3] = {1 + alpha, -2 * c, 1 - alpha};
		for (int i = 0; i < 3; i++) {
			taps->b[i] = b[s->type - SABIN_SECTION_NOTCH][i] / a[0];
			taps->a[i] = a[i] / a[0];
		}
	}
	for (int i = 0; i < 3 && s->rate_hz > 0; i++)
		taps->b[i] *= s->factor;
	return true;
}

/* ---- from coefficients -------------------------------------------------------------------------- */

static double quadratic(const double c[3], double u);

/* Have both the same level around t = tan(pi f0 / rate)? */
static bool sounds_same(const struct sabin_biquad_taps *x, double factor,
                        const struct sabin_biquad_taps *y, double t, double q)
{
	const double at[] = {1e-6, 0.25, 1 - 1 / (1 + q), 1 - 0.25 / (1 + q), 1, 1 + 0.25 / (1 + q),
	                     1 + 1 / (1 + q), 4, 1e6};
	for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
		const double u = at[i] * at[i] * t * t;
		const double a = factor * factor * quadratic(x->b, u) / quadratic(x->a, u);
		const double b = quadratic(y->b, u) / quadratic(y->a, u), most = fmax(factor * factor, b);
		if (fmax(a, b) > 1e-12 * most && !(fabs(10 * log10(a / b)) <= same_db))
			return false;
	}
	return true;
}

/* Is it this filter, with a factor before it?  Kept if so. */
static bool matches(struct sabin_section *s, enum sabin_section_type type, double t, double gain_db,
                    double q, double factor)
{
	struct sabin_section guess = {.type = type, .gain_db = gain_db, .q = q, .factor = 1};
	struct sabin_biquad_taps taps;
	guess.freq_hz = atan(t) / M_PI * s->rate_hz;
	if (!sabin_section_possible(&guess, s->rate_hz) || !isfinite(factor) || factor == 0 ||
	    !sabin_section_taps(&guess, s->rate_hz, &taps))
		return false;
	const double scale = fmax(fabs(s->taps.b[0]), fmax(fabs(s->taps.b[1]), fabs(s->taps.b[2])));
	for (int i = 0; i < 3; i++)
		if (!(fabs(factor * taps.b[i] - s->taps.b[i]) <= same * scale) ||
		    !(fabs(taps.a[i] - s->taps.a[i]) <= same))
			return false;
	if (!sounds_same(&taps, factor, &s->taps, t, q))
		return false;
	guess.rate_hz = s->rate_hz;
	guess.taps = s->taps;
	guess.factor = factor;
	*s = guess;
	return true;
}

/* z^-1 = (1 - s)/(1 + s) brings numerator and denominator back to quadratics in s; with s in units of
 * t = tan(pi f0 / rate) these are the prototypes of sabin/biquad.h, whose terms tell what it is. */
static void recognise(struct sabin_section *s)
{
	const double *b = s->taps.b, *a = s->taps.a;
	const double n[3] = {b[0] + b[1] + b[2], 2 * (b[0] - b[2]), b[0] - b[1] + b[2]};
	const double d[3] = {1 + a[1] + a[2], 2 * (1 - a[2]), 1 - a[1] + a[2]};
	const double t = sqrt(d[0] / d[2]), q = sqrt(d[0] * d[2]) / d[1]; /* of the poles */
	const double size = fabs(n[0]) + fabs(n[1]) + fabs(n[2]), none = 1e-9 * size;
	s->type = SABIN_SECTION_RAW;
	s->factor = 1;
	if (!(d[0] > 0) || !(d[1] > 0) || !(d[2] > 0) || !(size > 0))
		return;
	if (fabs(n[1]) <= none && fabs(n[2]) <= none && matches(s, SABIN_SECTION_LOW_PASS, t, 0, q, n[0] / d[0]))
		return;
	if (fabs(n[0]) <= none && fabs(n[1]) <= none && matches(s, SABIN_SECTION_HIGH_PASS, t, 0, q, n[2] / d[2]))
		return;
	if (fabs(n[0]) <= none && fabs(n[2]) <= none && matches(s, SABIN_SECTION_BAND_PASS, t, 0, q, n[1] / d[1]))
		return;
	if (fabs(n[1]) <= 1e-7 * size && matches(s, SABIN_SECTION_NOTCH, t, 0, q, n[2] / d[2]))
		return;
	if (matches(s, SABIN_SECTION_ALL_PASS, t, 0, q, n[2] / d[2]))
		return;
	if (!(n[0] / n[2] > 0) || !(n[1] / n[2] > 0))
		return;
	const double tn = sqrt(n[0] / n[2]), qn = sqrt(n[0] / n[2]) / (n[1] / n[2]); /* of the zeros */
	/* peaking: the same frequency, the Q in the ratio A^2 */
	if (matches(s, SABIN_SECTION_PEAKING, sqrt(t * tn), 20 * log10(q / qn), sqrt(q * qn), n[2] / d[2]))
		return;
	/* shelves: the same Q, the frequencies in the ratio A */
	/* a low shelf up is a high shelf down with a gain before it: the one that needs less of that */
	const double f = sqrt(t * tn), shelf_db = 40 * log10(tn / t);
	const double low = n[2] / d[2], high = n[0] / d[0];
	if (fabs(log(fabs(low))) <= fabs(log(fabs(high)))) {
		if (!matches(s, SABIN_SECTION_LOW_SHELF, f, shelf_db, sqrt(q * qn), low))
			matches(s, SABIN_SECTION_HIGH_SHELF, f, -shelf_db, sqrt(q * qn), high);
	} else if (!matches(s, SABIN_SECTION_HIGH_SHELF, f, -shelf_db, sqrt(q * qn), high)) {
		matches(s, SABIN_SECTION_LOW_SHELF, f, shelf_db, sqrt(q * qn), low);
	}
}

bool sabin_section_of_taps(const double x[6], double rate_hz, struct sabin_section *out)
{
	for (int i = 0; i < 6; i++)
		if (!isfinite(x[i]) || fabs(x[i]) > 1e9)
			return false;
	if (fabs(x[3]) < 1e-9 || !(rate_hz > 0))
		return false;
	*out = (struct sabin_section){.rate_hz = rate_hz};
	for (int i = 0; i < 3; i++) {
		out->taps.b[i] = x[i] / x[3];
		out->taps.a[i] = i ? x[3 + i] / x[3] : 1;
	}
	/* both poles within the unit circle */
	if (!(fabs(out->taps.a[2]) < 1) || !(fabs(out->taps.a[1]) < 1 + out->taps.a[2]))
		return false;
	recognise(out);
	return true;
}

/* ---- responses ------------------------------------------------------------------------------------ */

/* |H|^2 at w through quadratics in u = tan^2(w / 2), which lose nothing at low frequencies as sums in z
 * do: of c0 + c1 z^-1 + c2 z^-2 it is ((c0 + c1 + c2) - (c0 - c1 + c2) u)^2 + 4 (c0 - c2)^2 u, over
 * (1 + u)^2. */
static double quadratic(const double c[3], double u)
{
	const double even = c[0] + c[1] + c[2] - (c[0] - c[1] + c[2]) * u;
	return even * even + 4 * (c[0] - c[2]) * (c[0] - c[2]) * u;
}

static double section_db(const struct sabin_section *s, const struct sabin_biquad_taps *taps,
                         double rate_hz, double f_hz)
{
	const double t = tan(M_PI * f_hz / rate_hz);
	if (s->type <= SABIN_SECTION_HIGH_PASS && s->rate_hz == 0)
		return sabin_biquads_level_db(&(struct sabin_biquad){(enum sabin_biquad_type)s->type,
		                                                     s->freq_hz, s->gain_db, s->q},
		                              1, rate_hz, f_hz);
	return 10 * log10(fmax(quadratic(taps->b, t * t), 1e-30) / quadratic(taps->a, t * t));
}

double sabin_setting_curve_db(const struct sabin_setting_channel *c, double f_hz)
{
	return c->points > 0 ? sabin_curve_at(c->curve_hz, c->curve_db, c->points, f_hz) : 0;
}

/* Level of h[taps] at each frequency, summed there: bins lie too far apart for what rings long.  Eight
 * frequencies at a time by Horner's rule, which the compiler takes side by side. */
static void fir_level(const double *h, size_t taps, double rate_hz, const double *freq_hz, size_t n,
                      double *level_db)
{
	enum { LANES = 8 };
	for (size_t from = 0; from < n; from += LANES) {
		double c[LANES], s[LANES], re[LANES] = {0}, im[LANES] = {0};
		const size_t count = n - from < LANES ? n - from : LANES;
		for (size_t k = 0; k < LANES; k++) {
			const double w = 2 * M_PI * freq_hz[from + (k < count ? k : 0)] / rate_hz;
			c[k] = cos(w);
			s[k] = -sin(w);
		}
		for (size_t i = taps; i-- > 0;)
			for (size_t k = 0; k < LANES; k++) {
				const double x = re[k] * c[k] - im[k] * s[k] + h[i];
				im[k] = re[k] * s[k] + im[k] * c[k];
				re[k] = x;
			}
		for (size_t k = 0; k < count; k++)
			level_db[from + k] = 10 * log10(fmax(re[k] * re[k] + im[k] * im[k], 1e-30));
	}
}

enum sabin_err sabin_setting_level(const struct sabin_setting_channel *c, double rate_hz,
                                   const double *freq_hz, size_t n, double *level_db)
{
	const struct sabin_setting_rate *fir = sabin_setting_fir(c, rate_hz);
	const double preamp_db = sabin_setting_preamp_db(c, rate_hz);
	if (!fir && sabin_setting_has_fir(c))
		return SABIN_EINVAL;
	for (size_t i = 0; i < n; i++)
		if (!(freq_hz[i] > 0) || !(freq_hz[i] < rate_hz / 2))
			return SABIN_EINVAL;
	memset(level_db, 0, n * sizeof *level_db);
	if (fir)
		fir_level(fir->fir, fir->taps, rate_hz, freq_hz, n, level_db);
	for (size_t i = 0; i < n; i++)
		level_db[i] += preamp_db + sabin_setting_curve_db(c, freq_hz[i]);
	for (size_t k = 0; k < c->section_count; k++) {
		struct sabin_biquad_taps taps;
		if (!sabin_section_taps(&c->sections[k], rate_hz, &taps)) {
			if (c->sections[k].type == SABIN_SECTION_RAW)
				return SABIN_EINVAL;
			continue; /* above half the rate: no equaliser has it there */
		}
		for (size_t i = 0; i < n; i++)
			level_db[i] += section_db(&c->sections[k], &taps, rate_hz, freq_hz[i]);
	}
	return SABIN_OK;
}

/* Of a curve: bins a hertz, so that what it rings for is short against all of it, and how much is kept. */
static const double bins_per_hz = 8, curve_s = 2;

/* The curve as a minimum-phase response. */
static enum sabin_err curve_response(const struct sabin_setting_channel *c, double rate_hz, double **h,
                                     size_t *taps)
{
	const size_t n = sabin_fft_smooth_size((size_t)(bins_per_hz * rate_hz));
	struct sabin_fft *fft = NULL;
	double *x = calloc(n, sizeof *x), *log_gain = calloc(n / 2 + 1, sizeof *log_gain);
	double complex *s = calloc(n / 2 + 1, sizeof *s);
	enum sabin_err err = x && s && log_gain ? sabin_fft_new(n, &fft) : SABIN_ENOMEM;
	if (!err) {
		for (size_t k = 0; k <= n / 2; k++)
			log_gain[k] =
			    sabin_setting_curve_db(c, rate_hz * (double)k / (double)n) * M_LN10 / 20;
		sabin_minimum_phase_spectrum(fft, log_gain, x, s);
		sabin_fft_inverse(fft, s, x);
		*taps = (size_t)(curve_s * rate_hz);
		sabin_window_taper(x, *taps, 0, *taps / 4);
		*h = x;
		x = NULL;
	}
	sabin_fft_free(fft);
	free(x);
	free(log_gain);
	free(s);
	return err;
}

/* x[*n] convolved with h[taps]; x is replaced. */
static enum sabin_err pass(double **x, size_t *n, size_t most, const double *h, size_t taps)
{
	double *joined = NULL;
	const enum sabin_err err = sabin_convolve(*x, *n, h, taps, &joined);
	if (err)
		return err;
	free(*x);
	*x = joined;
	*n = sabin_window_end(joined, *n + taps - 1 < most ? *n + taps - 1 : most, rest_share);
	return SABIN_OK;
}

enum sabin_err sabin_setting_impulse(const struct sabin_setting_channel *c, double rate_hz,
                                     double seconds_most, double **h, size_t *n)
{
	const struct sabin_setting_rate *fir = sabin_setting_fir(c, rate_hz);
	const size_t most = (size_t)lrint(seconds_most * rate_hz) + (fir ? fir->taps : 0);
	const double gain = c->polarity * pow(10, sabin_setting_preamp_db(c, rate_hz) / 20);
	enum sabin_err err = SABIN_OK;
	if (!fir && sabin_setting_has_fir(c))
		return SABIN_EINVAL;
	double *x = calloc(most, sizeof *x), *curve = NULL;
	size_t length = most, taps;
	if (!x)
		return SABIN_ENOMEM;
	if (fir && c->section_count == 0 && c->points == 0) { /* as it is, to the last bit */
		for (size_t i = 0; i < fir->taps; i++)
			x[i] = gain == 1 ? fir->fir[i] : gain * fir->fir[i];
		*h = x;
		*n = fir->taps;
		return SABIN_OK;
	}
	x[0] = 1;
	for (size_t k = 0; k < c->section_count; k++) {
		struct sabin_biquad_taps t;
		double state[2] = {0};
		if (sabin_section_taps(&c->sections[k], rate_hz, &t))
			sabin_biquad_process(&t, state, x, most);
		else if (c->sections[k].type == SABIN_SECTION_RAW)
			err = SABIN_EINVAL;
	}
	length = sabin_window_end(x, most, rest_share);
	if (!err && fir)
		err = pass(&x, &length, most, fir->fir, fir->taps);
	if (!err && c->points > 0)
		err = curve_response(c, rate_hz, &curve, &taps);
	if (!err && curve)
		err = pass(&x, &length, most, curve, taps);
	free(curve);
	for (size_t i = 0; i < length; i++) {
		err = err || isfinite(x[i]) ? err : SABIN_EINVAL;
		x[i] *= gain;
	}
	if (err) {
		free(x);
		return err;
	}
	if (length == most) /* it was cut: without a step */
		sabin_window_taper(x, length, 0, (size_t)(fade_share * (double)length));
	*h = x;
	*n = length;
	return SABIN_OK;
}
