/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * decays.c: impulse responses whose reverberation is known, and what all analyses have in common.
 */
#include <complex.h>
#include <math.h>

#include <sabin/fft.h>
#include <sabin/octave.h>
#include <sabin/random.h>

#include "util/decays.h"
#include "util/near.h"

static const double sixty_db = 13.815510557964274; /* 6 ln 10 */

static const double vary_s[DECAY_BANDS] = {1.9, 1.7, 1.4, 1.1, 0.9, 0.7, 0.5};

struct noise_decay decay_of_time(double rate_hz, double time_s, double snr_db)
{
	struct noise_decay d = {rate_hz, 0.02, 0, {0}, snr_db};
	for (int b = 0; b < DECAY_BANDS; b++) {
		d.time_s[b] = time_s > 0 ? time_s : vary_s[b];
		d.length_s = fmax(d.length_s, fmax(1.5 * d.time_s[b], d.time_s[b] + 0.8));
	}
	return d;
}

size_t decay_length(const struct noise_decay *decay)
{
	return (size_t)lround((decay->predelay_s + decay->length_s) * decay->rate_hz);
}

/* x[n] = the band of white noise (its transform in white), of mean square 1. */
static void band_noise(struct sabin_fft *fft, const double complex *white, double rate_hz,
                       const struct sabin_band *band, double complex *bins, double *x)
{
	const size_t n = sabin_fft_size(fft);
	const double scale = sqrt(rate_hz / 2 / (band->high_hz - band->low_hz));
	for (size_t k = 0; k <= n / 2; k++) {
		const double f = (double)k * rate_hz / (double)n;
		bins[k] = f >= band->low_hz && f < band->high_hz ? scale * white[k] : 0;
	}
	sabin_fft_inverse(fft, bins, x);
}

static void white_noise(struct sabin_fft *fft, uint64_t seed, double *x, double complex *bins)
{
	struct sabin_random random;
	sabin_random_init(&random, seed);
	for (size_t i = 0; i < sabin_fft_size(fft); i++)
		x[i] = sabin_random_normal(&random);
	sabin_fft_forward(fft, x, bins);
}

void decay_draw(const struct noise_decay *decay, uint64_t seed, double *h)
{
	const size_t n = decay_length(decay);
	const size_t start = (size_t)lround(decay->predelay_s * decay->rate_hz);
	size_t size = 65536; /* powers of two are planned fastest */
	while (size < n)
		size *= 2;
	struct sabin_fft *fft;
	struct sabin_band bands[DECAY_BANDS];
	assert_ok(sabin_fft_new(size, &fft));
	assert_int_equal(sabin_bands(1, 125, 8000, bands, DECAY_BANDS), DECAY_BANDS);
	double *x = malloc(size * sizeof *x);
	double complex *white = malloc((size / 2 + 1) * sizeof *white);
	double complex *bins = malloc((size / 2 + 1) * sizeof *bins);
	assert_true(x && white && bins);
	memset(h, 0, n * sizeof *h);
	for (int noise = 0; noise < (isinf(decay->snr_db) ? 1 : 2); noise++) {
		white_noise(fft, 2 * seed + (uint64_t)noise, x, white);
		for (int b = 0; b < DECAY_BANDS; b++) {
			const double rate = sixty_db / 2 / decay->time_s[b]; /* of the amplitude */
			const double level = pow(10, -decay->snr_db / 20);
			band_noise(fft, white, decay->rate_hz, &bands[b], bins, x);
			for (size_t i = noise ? 0 : start; i < n; i++)
				h[i] += x[i] * (noise ? level
				                      : exp(-rate * (double)(i - start) / decay->rate_hz));
		}
	}
	free(x);
	free(white);
	free(bins);
	sabin_fft_free(fft);
}

void decay_tone(double *h, size_t n, size_t start, double rate_hz, double f_hz, double time_s)
{
	for (size_t i = 0; i < n; i++) {
		const double t = ((double)i - (double)start) / rate_hz;
		h[i] = i < start ? 0 : sin(2 * M_PI * f_hz * t) * exp(-sixty_db / 2 / time_s * t);
	}
}

int decay_draws(int usual)
{
	const char *text = getenv("SABIN_TEST_DRAWS");
	const long draws = text ? strtol(text, NULL, 10) : 0;
	if (draws <= 0 || draws >= 100000)
		return usual;
	print_message("SABIN_TEST_DRAWS: %ld in place of %d draws\n", draws, usual);
	return (int)draws;
}

struct sabin_analysis_options octave_options(double from_hz, double to_hz)
{
	return (struct sabin_analysis_options){
		.fraction = 1, .from_hz = from_hz, .to_hz = to_hz, .excited_to_hz = HUGE_VAL};
}

struct sabin_analysis analyse_octaves(const double *h, size_t n, double rate_hz, double from_hz,
                                      double to_hz)
{
	const struct sabin_analysis_options options = octave_options(from_hz, to_hz);
	struct sabin_analysis a;
	assert_ok(sabin_analysis_compute(h, n, rate_hz, &options, &a));
	return a;
}

static void check_sound(const struct sabin_band_result *r)
{
	for (int p = 0; p < SABIN_PARAMETER_COUNT; p++) {
		const struct sabin_quantity *q = &r->value[p];
		assert_false(isinf(q->value) || isinf(q->have) || isinf(q->need));
		assert_true(q->valid == (q->reason == SABIN_BECAUSE_VALID));
		if (q->valid)
			assert_true(isfinite(q->value));
		if (isfinite(q->plus_minus))
			assert_true(q->plus_minus >= 0);
	}
	for (size_t i = 0; i < r->curve_length; i++)
		assert_false(isinf(r->curve_db[i]) || isinf(r->energy_db[i]));
}

void check_analysis(const struct sabin_analysis *a)
{
	for (size_t i = 0; i < a->band_count; i++)
		check_sound(&a->bands[i]);
	check_sound(&a->broadband);
}
