/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_deconvolve.c: what deconvolution costs beyond the two transforms it cannot do without, for one
 * sweep of 10 s at 48 kHz, recorded as `sabin measure` records it.
 */
#include <complex.h>
#include <math.h>

#include <sabin/deconvolve.h>
#include <sabin/fft.h>
#include <sabin/random.h>
#include <sabin/sweep.h>

#include "audio/session.h"
#include "util/near.h"

enum { RUNS = 15, RATE_HZ = 48000 };

static const double limit = 1.5;
static const double tail_s = 3, latency_allowed_s = 0.5;

static double now_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *x, size_t n)
{
	qsort(x, n, sizeof *x, by_size);
	return x[n / 2];
}

/* Room for n doubles at the start of a cache line, touched. */
static double *array(size_t n)
{
	const size_t bytes = (n * sizeof(double) + 63) / 64 * 64;
	double *x = aligned_alloc(64, bytes);
	assert_non_null(x);
	memset(x, 0, bytes);
	return x;
}

static void ten_seconds(void **state)
{
	(void)state;
	struct sabin_stimulus stimulus;
	struct sabin_deconvolver *deconvolver;
	struct sabin_fft *fft;
	struct sabin_random random;
	assert_ok(sabin_session_stimulus(20, 22000, 10, RATE_HZ, -20, tail_s, &stimulus));
	const size_t frames = stimulus.frames + (size_t)(latency_allowed_s * RATE_HZ);
	double *sweep = array(stimulus.sweep.frames), *recorded = array(frames);
	sabin_sweep_render(&stimulus.sweep, sweep);
	sabin_stimulus_render(&stimulus, recorded);
	sabin_random_init(&random, 1);
	for (size_t i = 0; i < frames; i++)
		recorded[i] += 1e-4 * sabin_random_normal(&random);
	double start_s = now_s();
	assert_ok(sabin_deconvolver_new(sweep, stimulus.sweep.frames, frames, RATE_HZ,
	                                stimulus.sweep.from_hz, stimulus.sweep.to_hz, &deconvolver));
	const double made_s = now_s() - start_s;
	const size_t n = sabin_deconvolver_size(deconvolver);
	assert_ok(sabin_fft_new(n, &fft));
	double *x = array(n), *y = array(n), *bins = array(n + 2);
	double whole_s[RUNS], bare_s[RUNS];
	memcpy(x, recorded, frames * sizeof *x);
	for (int i = -1; i < RUNS; i++) { /* the first round warms up */
		const double a_s = now_s();
		sabin_deconvolver_process(deconvolver, recorded, y);
		const double b_s = now_s();
		sabin_fft_forward(fft, x, (double complex *)(void *)bins);
		sabin_fft_inverse(fft, (double complex *)(void *)bins, y);
		const double c_s = now_s();
		if (i < 0)
			continue;
		whole_s[i] = b_s - a_s;
		bare_s[i] = c_s - b_s;
	}
	const double whole = median(whole_s, RUNS), bare = median(bare_s, RUNS);
	print_message("%zu samples, transforms of %zu: %.1f ms, bare %.1f ms, preparing %.1f ms\n",
	              frames, n, 1e3 * whole, 1e3 * bare, 1e3 * made_s);
	print_message("deconvolve 10 s at 48 kHz: ratio %.2f (limit %.1f)\n", whole / bare, limit);
	sabin_deconvolver_free(deconvolver);
	sabin_fft_free(fft);
	free(sweep);
	free(recorded);
	free(x);
	free(y);
	free(bins);
	assert_at_most(whole / bare, limit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(ten_seconds)};
	return cmocka_run_group_tests_name("deconvolve", tests, NULL, NULL);
}
