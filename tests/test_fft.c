/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_fft.c: transforms and the envelope.
 */
#include <complex.h>
#include <math.h>
#include <pthread.h>

#include <sabin/fft.h>

#include "util/near.h"
#include "util/seed.h"

static struct sabin_fft *make(size_t n)
{
	struct sabin_fft *fft = NULL;
	assert_ok(sabin_fft_new(n, &fft));
	assert_int_equal(sabin_fft_size(fft), n);
	return fft;
}

static void fill(struct sabin_random *random, double *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] = sabin_random_normal(random);
}

static void smooth_sizes(void **state)
{
	(void)state;
	static const size_t rows[][2] = {{1, 2},   {2, 2},   {3, 4},     {4, 4},       {5, 6},
	                                 {7, 8},   {9, 10},  {11, 12},   {13, 16},     {97, 100},
	                                 {101, 108}, {487, 500}, {48001, 48600}, {65537, 65610}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(sabin_fft_smooth_size(rows[i][0]), rows[i][1]);
	assert_int_equal(sabin_fft_smooth_size(SIZE_MAX), 0);
	assert_int_equal(sabin_fft_smooth_size(SIZE_MAX / 2), 0);
	/* law: it never shrinks, and what it gives is a fixed point */
	for (size_t n = 1, last = 0; n < 3000; n++) {
		const size_t m = sabin_fft_smooth_size(n);
		assert_true(m >= n && m >= last && m % 2 == 0);
		assert_int_equal(sabin_fft_smooth_size(m), m);
		last = m;
	}
}

/* An impulse at d: every bin exp(-2 pi i k d / N). */
static void impulse(void **state)
{
	(void)state;
	enum { N = 60, D = 7 };
	double x[N] = {0};
	double complex bins[N / 2 + 1];
	struct sabin_fft *fft = make(N);
	x[D] = 1;
	sabin_fft_forward(fft, x, bins);
	for (int k = 0; k <= N / 2; k++) {
		assert_near(creal(bins[k]), cos(2 * M_PI * k * D / N), 1e-14);
		assert_near(cimag(bins[k]), -sin(2 * M_PI * k * D / N), 1e-14);
	}
	assert_near(x[D], 1, 0); /* the input is kept */
	sabin_fft_free(fft);
}

/* a cos(2 pi k n / N + phase): N a / 2 exp(i phase) in bin k, nothing elsewhere. */
static void sine(void **state)
{
	(void)state;
	enum { N = 480, K = 31 };
	const double a = 0.7, phase_rad = 0.4;
	double x[N];
	double complex bins[N / 2 + 1];
	struct sabin_fft *fft = make(N);
	for (int i = 0; i < N; i++)
		x[i] = a * cos(2 * M_PI * K * i / N + phase_rad);
	sabin_fft_forward(fft, x, bins);
	for (int k = 0; k <= N / 2; k++) {
		assert_near(creal(bins[k]), k == K ? N * a / 2 * cos(phase_rad) : 0, 1e-11);
		assert_near(cimag(bins[k]), k == K ? N * a / 2 * sin(phase_rad) : 0, 1e-11);
	}
	sabin_fft_free(fft);
}

/* Against the defining sum, at a length with every small prime in it. */
static void the_sum_itself(void **state)
{
	(void)state;
	enum { N = 210 };
	double x[N];
	double complex bins[N / 2 + 1];
	struct sabin_random random;
	sabin_random_init(&random, test_seed("sum"));
	fill(&random, x, N);
	struct sabin_fft *fft = make(N);
	sabin_fft_forward(fft, x, bins);
	for (int k = 0; k <= N / 2; k++) {
		double re = 0, im = 0;
		for (int i = 0; i < N; i++) {
			re += x[i] * cos(2 * M_PI * (k * i % N) / N);
			im -= x[i] * sin(2 * M_PI * (k * i % N) / N);
		}
		assert_near(creal(bins[k]), re, 1e-11);
		assert_near(cimag(bins[k]), im, 1e-11);
	}
	sabin_fft_free(fft);
}

static void there_and_back(void **state)
{
	(void)state;
	static const size_t sizes[] = {2, 4, 6, 14, 1000, 7 * 11 * 26, 65536, 100000};
	struct sabin_random random;
	sabin_random_init(&random, test_seed("there and back"));
	for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
		const size_t n = sizes[s];
		double *x = malloc(n * sizeof *x), *y = malloc(n * sizeof *y);
		double complex *bins = malloc((n / 2 + 1) * sizeof *bins);
		struct sabin_fft *fft = make(n);
		fill(&random, x, n);
		double energy = 0, sum = 0;
		sabin_fft_forward(fft, x, bins);
		for (size_t i = 0; i < n; i++)
			energy += x[i] * x[i];
		for (size_t k = 0; k <= n / 2; k++) /* Parseval; the bins between stand for two */
			sum += (k == 0 || k == n / 2 ? 1 : 2) * pow(cabs(bins[k]), 2);
		assert_near(sum / (double)n / energy, 1, 1e-12);
		sabin_fft_inverse(fft, bins, y);
		assert_near_array(y, x, n, 1e-12);
		sabin_fft_free(fft);
		free(x);
		free(y);
		free(bins);
	}
}

/* Arrays that FFTW's own plans may not be executed on. */
static void unaligned(void **state)
{
	(void)state;
	enum { N = 240 };
	_Alignas(64) double x[N + 1], y[N + 1];
	_Alignas(64) double a[N + 4], b[N + 4];
	struct sabin_random random;
	sabin_random_init(&random, test_seed("unaligned"));
	struct sabin_fft *fft = make(N);
	fill(&random, x, N);
	memcpy(y + 1, x, N * sizeof *x);
	sabin_fft_forward(fft, x, (double complex *)(void *)a);
	sabin_fft_forward(fft, y + 1, (double complex *)(void *)(b + 1));
	/* vector and scalar code may round differently */
	assert_near_array(b + 1, a, N + 2, 1e-12);
	sabin_fft_inverse(fft, (double complex *)(void *)(b + 1), y + 1);
	assert_near_array(y + 1, x, N, 1e-13);
	sabin_fft_free(fft);
}

static void linear(void **state)
{
	(void)state;
	enum { N = 500 };
	double x[N], y[N], z[N];
	double complex a[N / 2 + 1], b[N / 2 + 1], c[N / 2 + 1];
	struct sabin_random random;
	sabin_random_init(&random, test_seed("linear"));
	struct sabin_fft *fft = make(N);
	fill(&random, x, N);
	fill(&random, y, N);
	for (int i = 0; i < N; i++)
		z[i] = 3 * x[i] - 0.25 * y[i];
	sabin_fft_forward(fft, x, a);
	sabin_fft_forward(fft, y, b);
	sabin_fft_forward(fft, z, c);
	for (int k = 0; k <= N / 2; k++)
		assert_near(cabs(c[k] - (3 * a[k] - 0.25 * b[k])), 0, 1e-11);
	sabin_fft_free(fft);
}

/* The envelope of a slowly modulated cosine is its modulation. */
static void envelope(void **state)
{
	(void)state;
	enum { N = 4800, CARRIER = 600 };
	double x[N], want[N];
	struct sabin_fft *fft = make(N);
	for (int i = 0; i < N; i++) {
		want[i] = 0.8 * pow(sin(M_PI * i / N), 4); /* lines up to 2/N beside the carrier */
		x[i] = want[i] * cos(2 * M_PI * CARRIER * i / N + 1);
	}
	assert_ok(sabin_fft_envelope(fft, x, x)); /* in place */
	assert_near_array(x, want, N, 1e-12);
	for (int i = 0; i < N; i++)
		x[i] = 0;
	assert_ok(sabin_fft_envelope(fft, x, want));
	assert_near_array(want, x, N, 0);
	sabin_fft_free(fft);
}

/* A burst that begins and ends: its plateau is the amplitude. */
static void envelope_of_a_burst(void **state)
{
	(void)state;
	enum { N = 8192, FROM = 2000, TO = 6000 };
	double *x = calloc(N, sizeof *x), *e = calloc(N, sizeof *e);
	struct sabin_fft *fft = make(N);
	for (int i = FROM; i < TO; i++)
		x[i] = 0.5 * cos(2 * M_PI * 0.1 * i);
	assert_ok(sabin_fft_envelope(fft, x, e));
	for (int i = FROM + 500; i < TO - 500; i++)
		assert_near(e[i], 0.5, 0.005); /* a step rings like 1 / (pi omega distance) */
	assert_at_most(e[500], 0.005);
	sabin_fft_free(fft);
	free(x);
	free(e);
}

static void errors(void **state)
{
	(void)state;
	struct sabin_fft *const untouched = (struct sabin_fft *)(uintptr_t)1;
	struct sabin_fft *fft = untouched;
	static const size_t wrong[] = {0, 1, 3, 4801, (size_t)1 << 32, SIZE_MAX, SIZE_MAX - 1};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_int_equal(sabin_fft_new(wrong[i], &fft), SABIN_EINVAL);
		assert_ptr_equal(fft, untouched);
	}
	sabin_fft_free(NULL);
}

struct worker {
	uint64_t seed;
	double worst;
};

/* Make, use and free handles of many sizes. */
static void *work(void *argument)
{
	struct worker *worker = argument;
	struct sabin_random random;
	sabin_random_init(&random, worker->seed);
	worker->worst = 0;
	for (size_t n = 2; n < 600; n += 2) {
		struct sabin_fft *fft;
		double x[600], y[600];
		double complex bins[301];
		if (sabin_fft_new(n, &fft)) {
			worker->worst = INFINITY;
			break;
		}
		fill(&random, x, n);
		sabin_fft_forward(fft, x, bins);
		sabin_fft_inverse(fft, bins, y);
		for (size_t i = 0; i < n; i++)
			worker->worst = fmax(worker->worst, fabs(y[i] - x[i]));
		sabin_fft_free(fft);
	}
	return NULL;
}

static void two_threads(void **state)
{
	(void)state;
	struct worker workers[2] = {{.seed = 1}, {.seed = 2}};
	pthread_t threads[2];
	for (int i = 0; i < 2; i++)
		assert_ok(pthread_create(&threads[i], NULL, work, &workers[i]));
	for (int i = 0; i < 2; i++) {
		assert_ok(pthread_join(threads[i], NULL));
		assert_at_most(workers[i].worst, 1e-12);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(smooth_sizes),    cmocka_unit_test(impulse),
	    cmocka_unit_test(sine),            cmocka_unit_test(the_sum_itself),
	    cmocka_unit_test(there_and_back),  cmocka_unit_test(unaligned),
	    cmocka_unit_test(linear),          cmocka_unit_test(envelope),
	    cmocka_unit_test(envelope_of_a_burst), cmocka_unit_test(errors),
	    cmocka_unit_test(two_threads),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
