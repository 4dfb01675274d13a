/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_conversion.c: a rate that was converted on the way shows in the noise before a sweep, and nothing else
 * is taken for it.
 */
#include <complex.h>
#include <math.h>

#include <sabin/fft.h>

#include "audio/judge.h"
#include "util/near.h"
#include "util/seed.h"

enum { FRAMES = 1 << 16 };

/* Noise under a filter that passes up to pass_hz, is closed from stop_hz on, and falls as a raised cosine of amplitude
 * between; `floor` of it comes through all the same. */
static void noise_through(double *x, double rate_hz, double pass_hz, double stop_hz, double floor, uint64_t seed)
{
	struct sabin_fft *fft;
	double complex *bins = malloc((FRAMES / 2 + 1) * sizeof *bins);
	for (size_t i = 0; i < FRAMES; i++)
		x[i] = 1e-4 * sabin_random_normal_at(seed, i);
	assert_ok(sabin_fft_new(FRAMES, &fft));
	sabin_fft_forward(fft, x, bins);
	for (size_t k = 0; k <= FRAMES / 2; k++) {
		const double f_hz = (double)k * rate_hz / FRAMES;
		const double u = fmin(fmax((f_hz - pass_hz) / (stop_hz - pass_hz), 0), 1);
		bins[k] *= fmax(0.5 * (1 + cos(M_PI * u)), floor);
	}
	sabin_fft_inverse(fft, bins, x);
	sabin_fft_free(fft);
	free(bins);
}

static const char *said_of(const double *x, size_t frames, double rate_hz, struct sabin_take *take)
{
	const struct sabin_excitation e = {.rate_hz = rate_hz, .from_hz = 20, .to_hz = 0.45 * rate_hz};
	*take = (struct sabin_take){.noise_frames = frames, .verdict = {.trustworthy = true}};
	assert_ok(sabin_judge_conversion(&e, x, take));
	assert_true(take->verdict.trustworthy);
	return take->verdict.why_count ? take->verdict.why[0] : NULL;
}

static const char *said(const double *x, double rate_hz, struct sabin_take *take)
{
	return said_of(x, FRAMES, rate_hz, take);
}

static void converted(void **state)
{
	(void)state;
	const uint64_t seed = test_seed("converted");
	static const struct {
		double rate_hz, on_the_way_hz;
		const char *says;
	} rows[] = {{48000, 44100, "runs at 44.1 kHz"}, {48000, 32000, "runs at 32 kHz"}, {96000, 48000, "runs at 48 kHz"},
	            {96000, 44100, "runs at 44.1 kHz"}, {192000, 96000, "runs at 96 kHz"}};
	double *x = malloc(FRAMES * sizeof *x);
	struct sabin_take take;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const double low_hz = rows[i].on_the_way_hz;
		/* a resampler of 60 dB, closed at half the lower rate */
		noise_through(x, rows[i].rate_hz, 0.45 * low_hz, 0.5 * low_hz, 1e-3, seed + i);
		const char *text = said(x, rows[i].rate_hz, &take);
		assert_non_null(text);
		print_message("%s\n", text);
		assert_non_null(strstr(text, rows[i].says));
		/* four segments of 4096 that overlap by half are enough to tell, three are not */
		assert_non_null(said_of(x, 4096 * 5 / 2, rows[i].rate_hz, &take));
		assert_null(said_of(x, 4096 * 5 / 2 - 1, rows[i].rate_hz, &take));
	}
	free(x);
}

static void not_converted(void **state)
{
	(void)state;
	const uint64_t seed = test_seed("not converted");
	static const double rates_hz[] = {44100, 48000, 88200, 96000, 192000};
	double *x = malloc(FRAMES * sizeof *x);
	struct sabin_take take;
	for (size_t i = 0; i < sizeof rates_hz / sizeof *rates_hz; i++) {
		const double rate_hz = rates_hz[i];
		/* a converter's own half-band filter, and a microphone whose noise falls by 20 dB an octave from 10 kHz */
		noise_through(x, rate_hz, 0.4535 * rate_hz, 0.5465 * rate_hz, 0, seed + i);
		assert_null(said(x, rate_hz, &take));
		double last[2] = {0};
		for (size_t n = 0; n < FRAMES; n++) {
			const double a = 1 - exp(-2 * M_PI * 10000 / rate_hz);
			last[0] += a * (x[n] - last[0]);
			last[1] += a * (last[0] - last[1]);
			x[n] = last[1];
		}
		assert_null(said(x, rate_hz, &take));
		/* digital silence, and a tone with nothing else */
		memset(x, 0, FRAMES * sizeof *x);
		assert_null(said(x, rate_hz, &take));
		for (size_t n = 0; n < FRAMES; n++)
			x[n] = 0.1 * sin(0.02 * (double)n);
		assert_null(said(x, rate_hz, &take));
	}
	free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(converted), cmocka_unit_test(not_converted)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
