/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * bench_response.c: CPU time of a frequency response of 10 s at 192 kHz with a window of all of it, 1/48
 * octave, 96 points an octave, as a multiple of one forward transform of those 10 s.
 */
#include <complex.h>
#include <math.h>

#include <sabin/fft.h>
#include <sabin/random.h>
#include <sabin/response.h>

#include "util/near.h"

enum { RATE = 192000, N = 10 * RATE, TRIES = 7 };

static double cpu_s(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void ten_seconds(void **state)
{
	(void)state;
	double *h = malloc(N * sizeof *h);
	double complex *bins = malloc((N / 2 + 1) * sizeof *bins);
	struct sabin_fft *fft;
	struct sabin_random random;
	struct sabin_response_options o = sabin_response_defaults();
	assert_true(h && bins);
	assert_ok(sabin_fft_new(N, &fft));
	sabin_random_init(&random, 1);
	for (size_t i = 0; i < N; i++) /* a second of reverberation over noise 70 dB lower */
		h[i] = sabin_random_normal(&random) * (exp(-6.9 * (double)i / RATE) + 3e-4);
	o.window_s = 9.9;
	o.smoothing_oct = 1 / 48.0;
	double all_s = HUGE_VAL, one_s = HUGE_VAL;
	for (int i = 0; i < TRIES; i++) { /* the quietest moment of the machine */
		struct sabin_response r;
		double start_s = cpu_s();
		sabin_fft_forward(fft, h, bins);
		const double one = cpu_s() - start_s;
		start_s = cpu_s();
		assert_ok(sabin_response_compute(h, N, RATE, 2000, 2000, &o, &r));
		const double all = cpu_s() - start_s;
		sabin_response_free(&r);
		one_s = fmin(one_s, one);
		all_s = fmin(all_s, all);
	}
	print_message("response of 10 s at 192 kHz: %.3f s, one forward transform of it %.3f s: %.2f "
	              "transforms (goal 3)\n",
	              all_s, one_s, all_s / one_s);
	sabin_fft_free(fft);
	free(bins);
	free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(ten_seconds)};
	return cmocka_run_group_tests_name("response", tests, NULL, NULL);
}
