/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * iacc.c: interaural cross-correlation.
 *
 * [ISO] ISO 3382-1:2009, annex B: the largest magnitude of the normalised cross-correlation of the
 *       two ears within 1 ms, by octave, of the early (0 to 80 ms) and the late part.
 * [HBO] T. Hidaka, L. L. Beranek, T. Okano: "Interaural cross-correlation, lateral fraction, and
 *       low- and high-frequency sound levels as measures of acoustical quality in concert halls",
 *       JASA 98 (1995) 988-1007: the mean of 500 Hz, 1 and 2 kHz.
 *
 * As for clarity the response is divided first and filtered then.  The cross-spectrum of two parts is
 * gathered in cells so narrow that a delay of 1 ms turns hardly within one; the correlation at a few
 * hundred delays is then a short sum.
 */
#include <complex.h>
#include <math.h>

#include <sabin/fft.h>
#include <sabin/iacc.h>
#include <sabin/window.h>

#include "acoustics/quantities.h"

static const double early_s = 0.080, most_delay_s = 0.001; /* [ISO] */
/* A turn of 2 pi cell/2 delay at the cell's edge, of which the mean over the cell is 1 - 4e-6. */
static const double cell_hz = 1.5;
/* Steps of delay, of a period of the highest frequency; a parabola finds the top between them. */
static const double steps_per_period = 16;
/* The leading edge of the direct sound lies before the -20 dB onset. */
static const double preroll_s = 0.005;
/* Room after the part for the filters to ring, 13 reciprocal bandwidths at 125 Hz. */
static const double after_s = 0.15;

const char *sabin_iacc_part_name(enum sabin_iacc_part part)
{
	static const char *const names[SABIN_IACC_PARTS] = {"early", "late", "all"};
	return (unsigned)part < SABIN_IACC_PARTS ? names[part] : "";
}

struct cross {
	double *re, *im, *left, *right; /* [cells]: sums of conj(L) R, |L|^2, |R|^2 */
	size_t count;
	double first_hz; /* middle of cell 0 */
};

static void cross_release(struct cross *c)
{
	free(c->re);
	free(c->im);
	free(c->left);
	free(c->right);
	*c = (struct cross){0};
}

/* Weighted by the gain of `band` squared. */
static enum sabin_err gather(const double complex *left, const double complex *right, size_t bins,
                             double bin_hz, const struct sabin_band *band, struct cross *out)
{
	const double low_hz = band->low_hz / 2, high_hz = band->high_hz * 2;
	const size_t count = (size_t)((high_hz - low_hz) / cell_hz) + 1;
	*out = (struct cross){
		.re = calloc(count, sizeof(double)), .im = calloc(count, sizeof(double)),
		.left = calloc(count, sizeof(double)), .right = calloc(count, sizeof(double)),
		.count = count, .first_hz = low_hz + cell_hz / 2,
	};
	if (!out->re || !out->im || !out->left || !out->right)
		return SABIN_ENOMEM;
	for (size_t k = (size_t)ceil(low_hz / bin_hz); k < bins; k++) {
		const double f_hz = (double)k * bin_hz;
		const size_t cell = (size_t)((f_hz - low_hz) / cell_hz);
		if (cell >= count)
			break;
		const double gain = sabin_band_gain(band, f_hz), power = gain * gain;
		const double a = creal(left[k]), b = cimag(left[k]);
		const double c = creal(right[k]), d = cimag(right[k]);
		out->re[cell] += power * (a * c + b * d);
		out->im[cell] += power * (a * d - b * c);
		out->left[cell] += power * (a * a + b * b);
		out->right[cell] += power * (c * c + d * d);
	}
	return SABIN_OK;
}

/* Correlation at a delay: integral of l(t) r(t + delay), in the units of the sums. */
static double correlation(const struct cross *x, double delay_s)
{
	const double turn = 2 * M_PI * delay_s;
	const double step_re = cos(turn * cell_hz), step_im = sin(turn * cell_hz);
	double re = cos(turn * x->first_hz), im = sin(turn * x->first_hz), sum = 0;
	for (size_t i = 0; i < x->count; i++) {
		sum += x->re[i] * re - x->im[i] * im;
		const double next = re * step_re - im * step_im;
		im = re * step_im + im * step_re;
		re = next;
	}
	return sum;
}

/* The largest magnitude within 1 ms. */
static double largest(const struct cross *x, double high_hz, double *delay_s)
{
	const int half = (int)ceil(most_delay_s * high_hz * steps_per_period);
	const double step_s = most_delay_s / half;
	double best = 0, at_s = 0;
	for (int i = -half; i <= half; i++) {
		const double value = fabs(correlation(x, i * step_s));
		if (value > best) {
			best = value;
			at_s = i * step_s;
		}
	}
	const double before = fabs(correlation(x, at_s - step_s));
	const double after = fabs(correlation(x, at_s + step_s)), bend = before - 2 * best + after;
	/* [ISO] not beyond 1 ms, even where the correlation still rises there */
	if (bend < 0 && fabs(at_s) < most_delay_s - step_s / 2 && before <= best && after <= best) {
		const double u = (before - after) / (2 * bend);
		best -= (before - after) * u / 4;
		at_s += u * step_s;
	}
	*delay_s = at_s;
	return best;
}

static enum sabin_err judge_band(const double complex *left, const double complex *right, size_t bins,
                                 double bin_hz, int part, struct sabin_iacc_band *out)
{
	struct cross x;
	enum sabin_err err = gather(left, right, bins, bin_hz, &out->band, &x);
	if (!err) {
		double l = 0, r = 0;
		for (size_t i = 0; i < x.count; i++) {
			l += x.left[i];
			r += x.right[i];
		}
		out->iacc[part] = sabin_quantity_invalid(NAN, SABIN_BECAUSE_NO_SIGNAL);
		out->delay_s[part] = NAN;
		if (l > 0 && r > 0) {
			const double most = largest(&x, out->band.high_hz, &out->delay_s[part]);
			out->iacc[part] = sabin_quantity_valid(fmin(1, most / sqrt(l * r)), NAN);
		}
	}
	cross_release(&x);
	return err;
}

struct ears {
	const double *ear[2];
	size_t from, to; /* samples of the part */
	size_t fade;     /* of them at the start fade in: what lies before is cut */
};

/* Transforms of both ears' part. */
static void transform(const struct ears *e, struct sabin_fft *fft, double *x, double complex *spectra[2])
{
	const size_t n = e->to - e->from, size = sabin_fft_size(fft);
	for (int side = 0; side < 2; side++) {
		memset(x, 0, size * sizeof *x);
		memcpy(x, e->ear[side] + e->from, n * sizeof *x);
		if (e->fade > 0)
			sabin_window_taper(x, n, e->fade, 0);
		sabin_fft_forward(fft, x, spectra[side]);
	}
}

static enum sabin_err one_part(const struct ears *e, double rate_hz, int part,
                               struct sabin_iacc *iacc)
{
	const size_t size = sabin_fft_smooth_size(e->to - e->from + (size_t)(after_s * rate_hz) + 2);
	const size_t bins = size / 2 + 1;
	struct sabin_fft *fft = NULL;
	double *x = malloc(size * sizeof *x);
	double complex *spectra[2] = {malloc(bins * sizeof **spectra), malloc(bins * sizeof **spectra)};
	enum sabin_err err =
		x && spectra[0] && spectra[1] ? sabin_fft_new(size, &fft) : SABIN_ENOMEM;
	if (!err)
		transform(e, fft, x, spectra);
	for (int b = 0; b <= SABIN_IACC_BANDS && !err; b++) {
		struct sabin_iacc_band *band = b < SABIN_IACC_BANDS ? &iacc->band[b] : &iacc->broadband;
		if (band->iacc[part].reason == SABIN_BECAUSE_OUT_OF_BAND)
			continue;
		err = judge_band(spectra[0], spectra[1], bins, rate_hz / (double)size, part, band);
	}
	free(x);
	free(spectra[0]);
	free(spectra[1]);
	sabin_fft_free(fft);
	return err;
}

/* Octaves that are excited and sampled; the broadband reaches over these. */
static void make_bands(double rate_hz, const struct sabin_iacc_options *o, struct sabin_iacc *iacc)
{
	struct sabin_band bands[SABIN_IACC_BANDS];
	const double low_hz = o->excited_from_hz, high_hz = fmin(o->excited_to_hz, rate_hz / 2);
	struct sabin_band *broad = &iacc->broadband.band;
	sabin_bands(1, 125, 8000, bands, SABIN_IACC_BANDS);
	iacc->broadband =
	    (struct sabin_iacc_band){.band = {.low_hz = HUGE_VAL, .fraction = 1}};
	for (int b = 0; b < SABIN_IACC_BANDS; b++) {
		const bool low = bands[b].low_hz < low_hz, high = bands[b].high_hz > high_hz;
		iacc->band[b] = (struct sabin_iacc_band){.band = bands[b]};
		for (int p = 0; p < SABIN_IACC_PARTS && (low || high); p++) {
			iacc->band[b].delay_s[p] = NAN;
			iacc->band[b].iacc[p] = sabin_quantity_because(
				NAN, NAN, SABIN_BECAUSE_OUT_OF_BAND, low ? low_hz : high_hz,
				low ? bands[b].low_hz : bands[b].high_hz);
		}
		if (low || high)
			continue;
		broad->low_hz = fmin(broad->low_hz, bands[b].low_hz);
		broad->high_hz = bands[b].high_hz;
	}
	broad->centre_hz = sqrt(broad->low_hz * broad->high_hz);
	for (int p = 0; p < SABIN_IACC_PARTS && !(broad->high_hz > 0); p++) {
		iacc->broadband.iacc[p] = iacc->band[0].iacc[p];
		iacc->broadband.delay_s[p] = NAN;
	}
}

/* [HBO] */
static struct sabin_quantity mean3(const struct sabin_iacc *iacc, int part)
{
	double sum = 0;
	for (int b = 2; b <= 4; b++) {
		const struct sabin_quantity *q = &iacc->band[b].iacc[part];
		if (!q->valid)
			return *q;
		sum += q->value;
	}
	return sabin_quantity_valid(sum / 3, NAN);
}

static bool usable(const double *left, const double *right, size_t n, double rate_hz,
                   const struct sabin_iacc_options *o)
{
	bool ok = o->onset < n && rate_hz > 0 && o->end_s > 0 && o->excited_from_hz >= 0 &&
	          o->excited_to_hz > 0;
	for (size_t i = 0; ok && i < n; i++)
		ok = isfinite(left[i]) && isfinite(right[i]);
	return ok;
}

enum sabin_err sabin_iacc_compute(const double *left, const double *right, size_t n, double rate_hz,
                                  const struct sabin_iacc_options *options, struct sabin_iacc *out)
{
	struct sabin_iacc iacc;
	enum sabin_err err = SABIN_OK;
	if (!usable(left, right, n, rate_hz, options))
		return SABIN_EINVAL;
	const size_t before = (size_t)fmin(preroll_s * rate_hz, (double)options->onset);
	const size_t start = options->onset - before;
	const size_t end = options->onset +
	                   (size_t)fmin(ceil(options->end_s * rate_hz), (double)(n - options->onset));
	const size_t split = options->onset + (size_t)lround(early_s * rate_hz);
	const struct ears parts[SABIN_IACC_PARTS] = {
		{{left, right}, start, split < end ? split : end, before / 2},
		{{left, right}, split, end, 0},
		{{left, right}, start, end, before / 2},
	};
	make_bands(rate_hz, options, &iacc);
	for (int p = 0; p < SABIN_IACC_PARTS && !err; p++) {
		if (parts[p].from < parts[p].to) {
			err = one_part(&parts[p], rate_hz, p, &iacc);
			continue;
		}
		for (int b = 0; b <= SABIN_IACC_BANDS; b++) { /* nothing after 80 ms */
			struct sabin_iacc_band *band =
				b < SABIN_IACC_BANDS ? &iacc.band[b] : &iacc.broadband;
			band->iacc[p] = sabin_quantity_invalid(NAN, SABIN_BECAUSE_NO_SIGNAL);
			band->delay_s[p] = NAN;
		}
	}
	if (err)
		return err;
	for (int p = 0; p < SABIN_IACC_PARTS; p++)
		iacc.mean3[p] = mean3(&iacc, p);
	*out = iacc;
	return SABIN_OK;
}
