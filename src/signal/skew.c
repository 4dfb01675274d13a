/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * skew.c: delay between two receptions, and reading at another pace.
 *
 * [KC] Knapp, Carter: "The generalized correlation method for estimation of time delay", IEEE Trans.
 *      ASSP 24 (1976) 320-327: in white noise the maximum of the cross-correlation is the
 *      maximum-likelihood estimate, and its variance is eq. 37, here for a high SNR.
 * [BT] Blackman, Tukey: "The measurement of power spectra", 1958: 0.42 + 0.5 cos + 0.08 cos 2.
 */
#include <math.h>
#include <stdint.h>

#include <sabin/fft.h>
#include <sabin/skew.h>

#include "signal/cmplx.h"

/* Newton's steps from the nearest sample: the third is below 1e-6 already. */
enum { STEPS = 8 };

struct pair {
	struct sabin_fft *fft;
	double *t;                /* [size] */
	double complex *a, *b, *c; /* [size / 2 + 1] */
	size_t size, first, last; /* bins of the band */
};

static void release(struct pair *p)
{
	sabin_fft_free(p->fft);
	free(p->t);
	free(p->a);
	free(p->b);
	free(p->c);
}

static enum sabin_err prepare(struct pair *p, size_t n)
{
	const size_t size = sabin_fft_smooth_size(2 * n), bins = size / 2 + 1;
	p->size = size;
	p->t = malloc(size * sizeof *p->t);
	p->a = malloc(bins * sizeof *p->a);
	p->b = malloc(bins * sizeof *p->b);
	p->c = calloc(bins, sizeof *p->c);
	return p->t && p->a && p->b && p->c ? sabin_fft_new(size, &p->fft) : SABIN_ENOMEM;
}

static void transform(struct pair *p, const double *x, size_t n, double complex *spectrum)
{
	memcpy(p->t, x, n * sizeof *x);
	memset(p->t + n, 0, (p->size - n) * sizeof *x);
	sabin_fft_forward(p->fft, p->t, spectrum);
}

static double power(double complex x)
{
	return creal(x) * creal(x) + cimag(x) * cimag(x);
}

/* exp(i w delay), multiplied up from bin to bin between anchors without more than their rounding. */
struct turner {
	double step_rad, step_re, step_im; /* from one bin to the next */
	double re, im;
};

enum { ANCHOR = 64 };

static struct turner turner_of(const struct pair *p, double delay)
{
	const double step_rad = 2 * M_PI / (double)p->size * delay;
	return (struct turner){step_rad, cos(step_rad), sin(step_rad), 1, 0};
}

/* Re and Im of c[k] exp(i w delay), for k = first, first + 1 .. in turn. */
static void turned(struct turner *t, const struct pair *p, size_t k, double *re, double *im)
{
	if ((k - p->first) % ANCHOR == 0) {
		t->re = cos(t->step_rad * (double)k);
		t->im = sin(t->step_rad * (double)k);
	}
	*re = creal(p->c[k]) * t->re - cimag(p->c[k]) * t->im;
	*im = creal(p->c[k]) * t->im + cimag(p->c[k]) * t->re;
	const double next = t->re * t->step_re - t->im * t->step_im;
	t->im = t->re * t->step_im + t->im * t->step_re;
	t->re = next;
}

/* The quarter of a sample with the highest correlation.  On whole samples a narrow band near half the
 * rate shows a neighbouring cycle higher than its own. */
static double coarse(struct pair *p, size_t most)
{
	double best = 0, highest = -HUGE_VAL;
	for (int quarter = 0; quarter < 4; quarter++) {
		struct turner turner = turner_of(p, 0.25 * quarter);
		for (size_t k = 0; k <= p->size / 2; k++) {
			double re = 0, im = 0;
			if (k >= p->first && k <= p->last)
				turned(&turner, p, k, &re, &im);
			p->b[k] = CMPLX(re, im); /* no longer needed for what it was */
		}
		sabin_fft_inverse(p->fft, p->b, p->t);
		for (size_t i = 0; i <= 2 * most; i++) {
			const size_t at = i <= most ? i : p->size + most - i;
			if (p->t[at] > highest) {
				highest = p->t[at];
				best = (i <= most ? (double)i : (double)most - (double)i) +
				       0.25 * quarter;
			}
		}
	}
	return best;
}

/* [KC]: the slope of the phase of the cross-spectrum, weighted by its magnitude, of what the last
 * step left over; a bin whose phase has turned too far loses its weight by itself. */
static double refine(const struct pair *p, double delay)
{
	const double from = delay;
	for (int step = 0; step < STEPS; step++) {
		double slope = 0, bend = 0;
		struct turner turner = turner_of(p, delay);
		for (size_t k = p->first; k <= p->last; k++) {
			const double w = 2 * M_PI * (double)k / (double)p->size;
			double re, im;
			turned(&turner, p, k, &re, &im);
			slope += w * im;
			bend += w * w * re;
		}
		if (!(bend > 0))
			break;
		const double move = slope / bend;
		if (fabs(delay - move - from) > 1)
			break; /* no maximum near */
		delay -= move;
		if (fabs(move) < 1e-9)
			break;
	}
	return delay;
}

enum sabin_err sabin_delay_find(const double *a, const double *b, size_t n, double rate_hz,
                                double from_hz, double to_hz, size_t most_frames,
                                struct sabin_delay *out)
{
	if (n < 2 || n > SIZE_MAX / 64 || most_frames < 1 || most_frames >= n || !(from_hz > 0) ||
	    !(from_hz < to_hz) || !(to_hz <= rate_hz / 2) || !isfinite(rate_hz))
		return SABIN_EINVAL;
	struct pair p = {0};
	enum sabin_err err = prepare(&p, n);
	if (err)
		goto out;
	p.first = (size_t)ceil(from_hz / rate_hz * (double)p.size);
	p.last = (size_t)floor(to_hz / rate_hz * (double)p.size);
	transform(&p, a, n, p.a);
	transform(&p, b, n, p.b);
	double in_a = 0, in_b = 0, weight = 0, common = 0;
	for (size_t k = p.first; k <= p.last; k++) {
		const double are = creal(p.a[k]), aim = cimag(p.a[k]);
		const double bre = creal(p.b[k]), bim = cimag(p.b[k]);
		const double w = 2 * M_PI * (double)k / (double)p.size;
		p.c[k] = CMPLX(are * bre + aim * bim, are * bim - aim * bre);
		in_a += power(p.a[k]);
		in_b += power(p.b[k]);
		weight += w * w * sqrt(power(p.a[k]) * power(p.b[k]));
	}
	if (!(in_a > 0) || !(in_b > 0)) {
		err = isfinite(in_a) && isfinite(in_b) ? SABIN_ESHORT : SABIN_EINVAL;
		goto out;
	}
	if (!isfinite(in_a) || !isfinite(in_b)) {
		err = SABIN_EINVAL;
		goto out;
	}
	const double delay = refine(&p, coarse(&p, most_frames));
	struct turner turner = turner_of(&p, delay);
	for (size_t k = p.first; k <= p.last; k++) {
		double re, im;
		turned(&turner, &p, k, &re, &im);
		common += re;
	}
	/* what is left of b without g a, shared between the two; padding makes that many more bins of
	 * the same noise */
	const double likeness = common / sqrt(in_a * in_b);
	const double noise = fmax(in_b - common * common / in_a, 0) / 2;
	const double bins = (double)(p.last - p.first + 1), padding = (double)p.size / (double)n;
	*out = (struct sabin_delay){delay, sqrt(noise / bins * padding / weight), likeness};
out:
	release(&p);
	return err;
}

/* ---- reading at another pace ---- */

/* Weights between two of so many phases are interpolated: sinc'' <= pi^2 / 3, so an error of
 * (1 / 512)^2 / 8 * pi^2 / 3 = 1.6e-6. */
enum { PHASES = 512, HALF_MIN = 8, HALF_MAX = 256 };

struct sabin_stretch {
	size_t half;
	double weights[]; /* [PHASES + 1][2 * half] */
};

enum sabin_err sabin_stretch_new(unsigned half, struct sabin_stretch **out)
{
	if (half < HALF_MIN || half > HALF_MAX)
		return SABIN_EINVAL;
	const size_t taps = 2 * (size_t)half;
	struct sabin_stretch *s = malloc(sizeof *s + (PHASES + 1) * taps * sizeof *s->weights);
	if (!s)
		return SABIN_ENOMEM;
	s->half = half;
	for (size_t phase = 0; phase <= PHASES; phase++) {
		const double fraction = (double)phase / PHASES, sine = sin(M_PI * fraction) / M_PI;
		for (size_t i = 0; i < taps; i++) {
			const long k = (long)i - (long)half + 1;
			const double d = fraction - (double)k, c = cos(M_PI * d / half);
			/* sin(pi d) = (-1)^k sin(pi fraction) */
			const double sinc = d == 0 ? 1 : (k % 2 ? -sine : sine) / d;
			const double blackman = fabs(d) < half ? 0.34 + 0.5 * c + 0.16 * c * c : 0;
			s->weights[phase * taps + i] = sinc * blackman; /* [BT] */
		}
		/* sine is not quite zero at the last phase, and d is exactly where it matters */
		if (phase == 0 || phase == PHASES)
			for (size_t i = 0; i < taps; i++)
				s->weights[phase * taps + i] = i == half - 1 + (phase == PHASES);
	}
	*out = s;
	return SABIN_OK;
}

void sabin_stretch_free(struct sabin_stretch *stretch)
{
	free(stretch);
}

static double read_at(const struct sabin_stretch *s, const double *x, size_t n, double index)
{
	const long half = (long)s->half, taps = 2 * half;
	if (!(index > -(double)half && index < (double)n + (double)half))
		return 0;
	const double base = floor(index), place = (index - base) * PHASES;
	const size_t phase = (size_t)fmin(place, PHASES - 1);
	const double *low = s->weights + phase * (size_t)taps, *high = low + taps;
	const long first = (long)base - half + 1;
	long from = first < 0 ? -first : 0, to = taps;
	double at_low = 0, at_high = 0;
	if (first + to > (long)n)
		to = (long)n - first;
	for (long i = from; i < to; i++) {
		at_low += low[i] * x[first + i];
		at_high += high[i] * x[first + i];
	}
	return at_low + (place - (double)phase) * (at_high - at_low);
}

void sabin_stretch_process(const struct sabin_stretch *stretch, const double *x, size_t n,
                           double start, double step, double *y, size_t m)
{
	for (size_t i = 0; i < m; i++)
		y[i] = read_at(stretch, x, n, start + (double)i * step);
}
