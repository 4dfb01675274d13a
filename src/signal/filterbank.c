/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * filterbank.c: fractional-octave filters that run along with the sound.
 *
 * [IEC] IEC 61260-1:2014, 5.10 (limits on relative attenuation), 5.12 (effective bandwidth).
 * [BW]  Butterworth band-pass: |H|^2 = 1 / (1 + u^(2N)), u = (w^2 - w1 w2) / ((w2 - w1) w), in the
 *       frequency of the bilinear transform, w = tan(pi f / rate), so that the edges stay where they are.
 * [K]   Kaiser, J. F. (1974), "Nonrecursive digital filter design using the I0-sinh window function".
 */
#include <complex.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/filterbank.h>

#include "signal/cmplx.h"
#include "signal/lanes.h"

enum {
	ORDER = 4,     /* of the low-pass behind it; as many second-order sections */
	BLOCK = 64,    /* frames that go through at once */
	HALF = 11,     /* the half-band filter reaches so far to each side, */
	TAPS = 2 * HALF + 1,
	LANES = 4,     /* numbers of lanes are multiples of it */
	LEVELS_MAX = 24,
};

/* A band runs at the lowest rate of which it reaches up to a quarter.  There the half-band filters are flat
 * and what they fold lies outside. */
static const double top_of_rate = 0.25;
static const double usable_of_rate = 0.49;
/* [K] 80 dB between an eighth and three eighths of the rate, in 23 taps. */
static const double kaiser_beta = 7.86;

struct level {
	double rate_hz;
	size_t first, bands, lanes; /* lanes: bands * channels, rounded up */
	/* [ORDER][lanes] each: y = gain (x - x'') - a1 y' - a2 y'' */
	double *gain, *a1, *a2, *s1, *s2;
	double *y;    /* [BLOCK * lanes] */
	double *past; /* [(TAPS - 1 + BLOCK) * channels], for the next level; NULL: the last one */
	double *next; /* [BLOCK * channels] */
	bool odd;     /* the next frame is one that is dropped */
};

struct sabin_filterbank {
	double rate_hz, tap[HALF + 1];
	size_t channels, band_count, level_count;
	struct sabin_band *band;
	double (*edge_hz)[2]; /* [band_count]: as drawn in */
	struct level level[LEVELS_MAX];
};

/* ---- design ------------------------------------------------------------------------------- */

/* [BW] */
static double power(double f_hz, double rate_hz, const double edge_hz[2])
{
	if (!(f_hz < rate_hz / 2))
		return 0;
	const double w = tan(M_PI * f_hz / rate_hz);
	const double w1 = tan(M_PI * edge_hz[0] / rate_hz), w2 = tan(M_PI * edge_hz[1] / rate_hz);
	const double u = (w * w - w1 * w2) / ((w2 - w1) * w);
	const double u2 = u * u, u4 = u2 * u2;
	return 1 / (1 + u4 * u4);
}

/* By how many nepers of power the filter with these edges passes more than the band holds: the mean of white and
 * of pink noise. */
static double excess(const struct sabin_band *band, double rate_hz, const double edge_hz[2])
{
	/* eight bands to either side: beyond, [BW] is below 1e-10 */
	enum { STEPS_PER_BAND = 64, STEPS = 16 * STEPS_PER_BAND };
	const double width = log(band->high_hz / band->low_hz), step = width / STEPS_PER_BAND;
	double white = 0, pink = 0;
	for (int i = 0; i < STEPS; i++) {
		const double f_hz = band->centre_hz * exp((i + 0.5 - STEPS / 2) * step);
		const double p = power(f_hz, rate_hz, edge_hz) * step;
		white += p * f_hz;
		pink += p;
	}
	return (log(white / (band->high_hz - band->low_hz)) + log(pink / width)) / 2;
}

/* [IEC] 5.12: the edges, drawn together by the share of the band's width that makes its power right. */
static void draw_in(const struct sabin_band *band, double rate_hz, double edge_hz[2])
{
	/* sin(pi / 2N) / (pi / 2N) for a narrow band [BW]; then three steps towards zero of what is left */
	double share = sin(M_PI / (2 * ORDER)) / (M_PI / (2 * ORDER));
	const double half = log(band->high_hz / band->low_hz) / 2;
	for (int step = 0;; step++) {
		edge_hz[0] = band->centre_hz * exp(-share * half);
		edge_hz[1] = band->centre_hz * exp(share * half);
		if (step == 3)
			return;
		share *= exp(-excess(band, rate_hz, edge_hz));
	}
}

/* The sections of one band into lane `lane` of its level. */
static void design(struct level *level, size_t lane, const double edge_hz[2])
{
	const double w1 = tan(M_PI * edge_hz[0] / level->rate_hz);
	const double w2 = tan(M_PI * edge_hz[1] / level->rate_hz);
	const double middle = 2 * atan(sqrt(w1 * w2)); /* angle of the middle on the unit circle */
	const double complex z = cexp(CMPLX(0, -middle));
	int section = 0;
	for (int k = 0; k < ORDER / 2; k++) {
		const double angle = M_PI * (2 * k + 1 + ORDER) / (2 * ORDER);
		const double complex b = (w2 - w1) / 2 * cexp(CMPLX(0, angle));
		const double complex root = csqrt(b * b - w1 * w2);
		for (int sign = -1; sign <= 1; sign += 2, section++) {
			/* a pole of the band-pass, through the bilinear transform; its conjugate belongs to it */
			const double complex s = b + sign * root;
			const double complex pole = (1 + s) / (1 - s);
			const size_t at = (size_t)section * level->lanes + lane;
			level->a1[at] = -2 * creal(pole);
			level->a2[at] = creal(pole * conj(pole));
			level->gain[at] = cabs((1 + level->a1[at] * z + level->a2[at] * z * z) / (1 - z * z));
		}
	}
}

/* [K] a sinc of half the band under a window. */
static double bessel_i0(double x)
{
	double sum = 1, term = 1;
	for (int k = 1; k < 50; k++) {
		term *= x / (2 * k) * (x / (2 * k));
		sum += term;
	}
	return sum;
}

static void design_taps(double tap[HALF + 1])
{
	double sum = tap[0] = 0.5;
	for (int k = 1; k <= HALF; k++) {
		const double u = (double)k / (HALF + 1);
		tap[k] = k % 2 == 0 ? 0
		                    : (k % 4 == 1 ? 1 : -1) / (M_PI * k) *
		                          bessel_i0(kaiser_beta * sqrt(1 - u * u)) / bessel_i0(kaiser_beta);
		sum += 2 * tap[k];
	}
	/* 1 at 0 Hz; the middle stays a half, which is what makes it a half-band filter */
	for (int k = 1; k <= HALF; k++)
		tap[k] *= 0.5 / (sum - 0.5);
}

/* ---- making ------------------------------------------------------------------------------- */

static size_t level_of(const struct sabin_filterbank *bank, size_t band)
{
	const double octaves = log2(top_of_rate * bank->rate_hz / bank->band[band].high_hz);
	return (size_t)fmin(fmax(floor(octaves), 0), LEVELS_MAX - 1);
}

static bool make_level(struct sabin_filterbank *bank, size_t k)
{
	struct level *level = &bank->level[k];
	const size_t lanes = (level->bands * bank->channels + LANES - 1) / LANES * LANES;
	level->lanes = lanes;
	level->rate_hz = ldexp(bank->rate_hz, -(int)k);
	level->gain = calloc(ORDER * lanes + 1, sizeof(double));
	level->a1 = calloc(ORDER * lanes + 1, sizeof(double));
	level->a2 = calloc(ORDER * lanes + 1, sizeof(double));
	level->s1 = calloc(ORDER * lanes + 1, sizeof(double));
	level->s2 = calloc(ORDER * lanes + 1, sizeof(double));
	level->y = calloc(BLOCK * lanes + 1, sizeof(double));
	if (!level->gain || !level->a1 || !level->a2 || !level->s1 || !level->s2 || !level->y)
		return false;
	for (size_t b = 0; b < level->bands; b++) {
		const size_t band = level->first + b;
		draw_in(&bank->band[band], level->rate_hz, bank->edge_hz[band]);
		for (size_t c = 0; c < bank->channels; c++)
			design(level, b * bank->channels + c, bank->edge_hz[band]);
	}
	if (k + 1 == bank->level_count)
		return true;
	level->past = calloc((TAPS - 1 + BLOCK) * bank->channels, sizeof(double));
	level->next = calloc(BLOCK * bank->channels, sizeof(double));
	return level->past && level->next;
}

enum sabin_err sabin_filterbank_new(const struct sabin_filterbank_options *o,
                                    struct sabin_filterbank **out)
{
	enum { BANDS_MAX = 1024 };
	if (o->fraction < 1 || o->fraction > 24 || !(o->from_hz > 0) || !(o->to_hz >= o->from_hz) ||
	    !(o->rate_hz > 0) || !isfinite(o->rate_hz) || o->channels < 1 || o->channels > 256)
		return SABIN_EINVAL;
	struct sabin_filterbank *bank = calloc(1, sizeof *bank);
	if (!bank)
		return SABIN_ENOMEM;
	enum sabin_err err = SABIN_ENOMEM;
	bank->rate_hz = o->rate_hz;
	bank->channels = o->channels;
	bank->band = calloc(BANDS_MAX, sizeof *bank->band);
	bank->edge_hz = calloc(BANDS_MAX, sizeof *bank->edge_hz);
	if (!bank->band || !bank->edge_hz)
		goto fail;
	bank->band_count = sabin_fractional_bands(o->fraction, o->from_hz, o->to_hz, bank->band, BANDS_MAX);
	while (bank->band_count > 0 &&
	       bank->band[bank->band_count - 1].high_hz > usable_of_rate * o->rate_hz)
		bank->band_count--;
	err = SABIN_EINVAL;
	if (bank->band_count == 0)
		goto fail;
	err = SABIN_ENOMEM;
	bank->level_count = level_of(bank, 0) + 1;
	for (size_t band = 0; band < bank->band_count; band++) {
		struct level *level = &bank->level[level_of(bank, band)];
		if (level->bands++ == 0)
			level->first = band;
	}
	design_taps(bank->tap);
	for (size_t k = 0; k < bank->level_count; k++)
		if (!make_level(bank, k))
			goto fail;
	*out = bank;
	return SABIN_OK;
fail:
	sabin_filterbank_free(bank);
	return err;
}

void sabin_filterbank_free(struct sabin_filterbank *bank)
{
	if (!bank)
		return;
	for (size_t k = 0; k < bank->level_count; k++) {
		struct level *level = &bank->level[k];
		free(level->gain);
		free(level->a1);
		free(level->a2);
		free(level->s1);
		free(level->s2);
		free(level->y);
		free(level->past);
		free(level->next);
	}
	free(bank->band);
	free(bank->edge_hz);
	free(bank);
}

const struct sabin_band *sabin_filterbank_bands(const struct sabin_filterbank *bank, size_t *count)
{
	*count = bank->band_count;
	return bank->band;
}

double sabin_filterbank_db(const struct sabin_filterbank *bank, size_t band, double f_hz)
{
	return 10 * log10(power(f_hz, bank->level[level_of(bank, band)].rate_hz, bank->edge_hz[band]));
}

void sabin_filterbank_reset(struct sabin_filterbank *bank)
{
	for (size_t k = 0; k < bank->level_count; k++) {
		struct level *level = &bank->level[k];
		memset(level->s1, 0, ORDER * level->lanes * sizeof(double));
		memset(level->s2, 0, ORDER * level->lanes * sizeof(double));
		if (level->past)
			memset(level->past, 0, (TAPS - 1 + BLOCK) * bank->channels * sizeof(double));
		level->odd = false;
	}
}

/* ---- running ------------------------------------------------------------------------------- */

/* y[n][lanes] through all sections, in place: transposed direct form II. */
SABIN_LANES_BODY void cascade(const struct level *level, double *restrict y, size_t n)
{
	const size_t lanes = level->lanes;
	for (int k = 0; k < ORDER; k++) {
		const double *restrict gain = level->gain + (size_t)k * lanes;
		const double *restrict a1 = level->a1 + (size_t)k * lanes;
		const double *restrict a2 = level->a2 + (size_t)k * lanes;
		double *restrict s1 = level->s1 + (size_t)k * lanes;
		double *restrict s2 = level->s2 + (size_t)k * lanes;
		for (size_t i = 0; i < n; i++) {
			double *restrict row = y + i * lanes;
#pragma omp simd
			for (size_t l = 0; l < lanes; l++) {
				const double in = gain[l] * row[l], out = in + s1[l];
				s1[l] = s2[l] - a1[l] * out;
				s2[l] = -in - a2[l] * out;
				row[l] = out;
			}
		}
	}
}

SABIN_LANES_WIDE static void cascade_wide(const struct level *level, double *y, size_t n)
{
	cascade(level, y, n);
}

static void cascade_plain(const struct level *level, double *y, size_t n)
{
	cascade(level, y, n);
}

/* What has died away must not creep on among the denormal numbers, which are slow. */
static void let_die(double *state, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fabs(state[i]) < 1e-200)
			state[i] = 0;
}

static void run_bands(const struct sabin_filterbank *bank, const struct level *level, const double *x,
                      size_t n)
{
	const size_t channels = bank->channels;
	for (size_t i = 0; i < n; i++)
		for (size_t b = 0; b < level->bands; b++) {
			double *to = level->y + i * level->lanes + b * channels;
#pragma omp simd
			for (size_t c = 0; c < channels; c++)
				to[c] = x[i * channels + c];
		}
	if (sabin_lanes_wide())
		cascade_wide(level, level->y, n);
	else
		cascade_plain(level, level->y, n);
	let_die(level->s1, ORDER * level->lanes);
	let_die(level->s2, ORDER * level->lanes);
	/* close the gap that rounding up left, if any */
	const size_t used = level->bands * bank->channels;
	for (size_t i = 1; i < n && used < level->lanes; i++)
		memmove(level->y + i * used, level->y + i * level->lanes, used * sizeof(double));
}

/* Every second frame of x[n], low-passed, into level->next; their number. */
static size_t halve(const struct sabin_filterbank *bank, struct level *level, const double *x, size_t n)
{
	const size_t c = bank->channels;
	double *past = level->past;
	size_t made = 0;
	memcpy(past + (TAPS - 1) * c, x, n * c * sizeof(double));
	for (size_t i = level->odd ? 1 : 0; i < n; i += 2, made++) {
		const double *middle = past + (i + HALF) * c;
		double *to = level->next + made * c;
#pragma omp simd
		for (size_t j = 0; j < c; j++) {
			double sum = bank->tap[0] * middle[j];
			for (size_t k = 1; k <= HALF; k += 2)
				sum += bank->tap[k] * (middle[(ptrdiff_t)j - (ptrdiff_t)(k * c)] + middle[j + k * c]);
			to[j] = sum;
		}
	}
	level->odd = (level->odd + n) % 2 == 1;
	memmove(past, past + n * c, (TAPS - 1) * c * sizeof(double));
	return made;
}

void sabin_filterbank_process(struct sabin_filterbank *bank, const double *x, size_t n,
                              void (*take)(void *context, const struct sabin_filterbank_output *output),
                              void *context)
{
	while (n > 0) {
		const size_t part = n < BLOCK ? n : BLOCK;
		const double *in = x;
		size_t frames = part;
		for (size_t k = 0; k < bank->level_count && frames > 0; k++) {
			struct level *level = &bank->level[k];
			if (level->bands > 0) {
				run_bands(bank, level, in, frames);
				take(context, &(struct sabin_filterbank_output){
				                  .first = level->first,
				                  .bands = level->bands,
				                  .channels = bank->channels,
				                  .n = frames,
				                  .rate_hz = level->rate_hz,
				                  .y = level->y,
				              });
			}
			if (k + 1 < bank->level_count) {
				frames = halve(bank, level, in, frames);
				in = level->next;
			}
		}
		x += part * bank->channels;
		n -= part;
	}
}
