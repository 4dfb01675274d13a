/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fft.c: the one file that knows FFTW.
 *
 * FFTW's planner is not thread-safe and its plans are (fftw.org manual, "Thread safety"): making and
 * destroying plans happens under one lock, which is the only shared state of the library.  Plans are
 * estimated, never measured: planning by measurement takes seconds and makes results depend on the
 * machine's mood.
 *
 * A real transform of n is a complex one of n/2 and one pass over the bins [NR].  FFTW's own real plans
 * of large n take as long to make as several transforms, and ten times as long as the complex one.
 * The same plan leads back: the bins in reversed order make a forward transform an inverse one.
 *
 * [NR] Press, Teukolsky, Vetterling, Flannery: "Numerical recipes in C", 2nd ed. 1992, 12.3: the
 *      transform of a single real function.
 */
#include "signal/cmplx.h" /* before fftw3.h, so that fftw_complex is C99 complex */
#include <fftw3.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <sabin/fft.h>

#include "signal/large.h"

static pthread_mutex_t planner_lock = PTHREAD_MUTEX_INITIALIZER;

/* exp(-i angle) at k / n of a turn, k = 0 .. n/4, is the product of two entries. */
struct turns {
	size_t step;    /* k = coarse * step + fine */
	double *fine;   /* [step][2]: real and imaginary part */
	double *coarse; /* [n/4 / step + 1][2] */
};

struct sabin_fft {
	size_t n;
	fftw_plan plan; /* complex, of n/2, forward */
	struct turns turns;
	fftw_complex *time;      /* [n/2], aligned: stands in for arrays that are not */
	fftw_complex *frequency; /* [n/2 + 1] */
};

size_t sabin_fft_smooth_size(size_t n)
{
	if (n > SIZE_MAX / 4)
		return 0;
	for (size_t m = n < 2 ? 2 : n + n % 2;; m += 2) {
		size_t rest = m;
		while (rest % 2 == 0)
			rest /= 2;
		while (rest % 3 == 0)
			rest /= 3;
		while (rest % 5 == 0)
			rest /= 5;
		if (rest == 1)
			return m;
	}
}

static fftw_plan make_plan(const struct sabin_fft *fft)
{
	pthread_mutex_lock(&planner_lock);
	fftw_plan plan =
	    fftw_plan_dft_1d((int)(fft->n / 2), fft->time, fft->frequency, FFTW_FORWARD,
	                     FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
	pthread_mutex_unlock(&planner_lock);
	return plan;
}

/* The tables together are shortest where they are equally long. */
static bool make_turns(struct turns *turns, size_t n)
{
	turns->step = 1;
	while (turns->step * turns->step < n / 4)
		turns->step *= 2;
	const size_t coarse = n / 4 / turns->step + 1;
	turns->fine = malloc(2 * turns->step * sizeof *turns->fine);
	turns->coarse = malloc(2 * coarse * sizeof *turns->coarse);
	if (!turns->fine || !turns->coarse)
		return false;
	const double rad = 2 * M_PI / (double)n;
	for (size_t k = 0; k < turns->step; k++)
		sincos(-rad * (double)k, &turns->fine[2 * k + 1], &turns->fine[2 * k]);
	for (size_t k = 0; k < coarse; k++)
		sincos(-rad * (double)(k * turns->step), &turns->coarse[2 * k + 1],
		       &turns->coarse[2 * k]);
	return true;
}

enum sabin_err sabin_fft_new(size_t n, struct sabin_fft **out)
{
	if (n < 2 || n % 2 != 0 || n > INT32_MAX)
		return SABIN_EINVAL;
	struct sabin_fft *fft = calloc(1, sizeof *fft);
	if (!fft)
		return SABIN_ENOMEM;
	fft->n = n;
	fft->time = sabin_large_array(n / 2, sizeof *fft->time);
	fft->frequency = sabin_large_array(n / 2 + 1, sizeof *fft->frequency);
	if (fft->time && fft->frequency && make_turns(&fft->turns, n))
		fft->plan = make_plan(fft);
	if (!fft->plan) {
		sabin_fft_free(fft);
		return SABIN_ENOMEM;
	}
	*out = fft;
	return SABIN_OK;
}

void sabin_fft_free(struct sabin_fft *fft)
{
	if (!fft)
		return;
	pthread_mutex_lock(&planner_lock);
	if (fft->plan)
		fftw_destroy_plan(fft->plan);
	pthread_mutex_unlock(&planner_lock);
	free(fft->time);
	free(fft->frequency);
	free(fft->turns.fine);
	free(fft->turns.coarse);
	free(fft);
}

size_t sabin_fft_size(const struct sabin_fft *fft)
{
	return fft->n;
}

/* A plan may be executed on other arrays only if they are aligned like those it was made for
 * (manual, "New-array Execute Functions"); others go through the handle's own. */
static bool like_ours(const struct sabin_fft *fft, const void *x)
{
	return fftw_alignment_of((double *)(uintptr_t)x) ==
	       fftw_alignment_of((double *)fft->time);
}

/* Bins k and n/2 - k, [NR] 12.3.5, for sign 1:
 *   s = a + b*, d = a - b*, t = turn d;  a = scale (s + t), b = scale (s - t)*,
 * and for -1 the inverse, with a and b in each other's place. */
static inline void part(double *a, double *b, double turn_re, double turn_im, double sign,
                        double scale)
{
	const double s_re = a[0] + b[0], s_im = sign * (a[1] - b[1]);
	const double d_re = sign * (a[0] - b[0]), d_im = a[1] + b[1];
	const double t_re = turn_re * d_re - turn_im * d_im;
	const double t_im = turn_re * d_im + turn_im * d_re;
	a[0] = scale * (s_re + t_re);
	a[1] = scale * (s_im + t_im);
	b[0] = scale * (s_re - t_re);
	b[1] = scale * (t_im - s_im);
}

/* From the transform of x[2j] + i x[2j + 1] to that of x (sign 1), or back and reversed (-1): bins
 * 1 .. n/2 - 1.  The turn is -i exp(-i angle). */
static inline void part_bins(const struct sabin_fft *fft, double *z, double sign, double scale)
{
	const struct turns *turns = &fft->turns;
	const size_t half = fft->n / 2, count = half / 2 + 1;
	for (size_t first = 0; first < count; first += turns->step) {
		const double *coarse = turns->coarse + 2 * (first / turns->step);
		const double re = coarse[0], im = coarse[1];
		const size_t end = count - first < turns->step ? count - first : turns->step;
		double *a = z + 2 * first, *b = z + 2 * (half - first);
		for (size_t j = first == 0; j < end; j++) {
			const double *fine = turns->fine + 2 * j;
			const double cosine = re * fine[0] - im * fine[1];
			const double minus_sine = re * fine[1] + im * fine[0];
			part(a + 2 * j, b - 2 * j, minus_sine, -cosine, sign, scale);
		}
	}
}

void sabin_fft_forward(struct sabin_fft *fft, const double *x, double complex *spectrum)
{
	fftw_complex *from = (fftw_complex *)(uintptr_t)x; /* FFTW_PRESERVE_INPUT: it is only read */
	fftw_complex *to = like_ours(fft, spectrum) ? spectrum : fft->frequency;
	const size_t half = fft->n / 2;
	if (!like_ours(fft, x))
		from = memcpy(fft->time, x, fft->n * sizeof *x);
	fftw_execute_dft(fft->plan, from, to);
	const double re = creal(to[0]), im = cimag(to[0]);
	part_bins(fft, (double *)to, 1, 0.5);
	to[0] = re + im;
	to[half] = re - im;
	if (to != spectrum)
		memcpy(spectrum, to, (half + 1) * sizeof *spectrum);
}

void sabin_fft_inverse(struct sabin_fft *fft, double complex *spectrum, double *x)
{
	const size_t half = fft->n / 2;
	const double scale = 1.0 / (double)fft->n, first = creal(spectrum[0]);
	const double last = creal(spectrum[half]);
	part_bins(fft, (double *)spectrum, -1, scale);
	spectrum[0] = CMPLX(scale * (first + last), scale * (first - last));
	fftw_complex *from = spectrum;
	if (!like_ours(fft, spectrum))
		from = memcpy(fft->frequency, spectrum, half * sizeof *spectrum);
	fftw_complex *to = like_ours(fft, x) ? (fftw_complex *)x : fft->time;
	fftw_execute_dft(fft->plan, from, to);
	if (to == fft->time)
		memcpy(x, to, fft->n * sizeof *x);
}

enum sabin_err sabin_fft_envelope(struct sabin_fft *fft, const double *x, double *envelope)
{
	const size_t n = fft->n;
	double complex *spectrum = sabin_large_array(n / 2 + 1, sizeof *spectrum);
	double *hilbert = sabin_large_array(n, sizeof *hilbert);
	if (!spectrum || !hilbert) {
		free(spectrum);
		free(hilbert);
		return SABIN_ENOMEM;
	}
	sabin_fft_forward(fft, x, spectrum);
	/* The Hilbert transform turns every positive frequency by -90 degrees; DC and Nyquist have
	 * none. */
	spectrum[0] = spectrum[n / 2] = 0;
	for (size_t k = 1; k < n / 2; k++)
		spectrum[k] = CMPLX(cimag(spectrum[k]), -creal(spectrum[k]));
	sabin_fft_inverse(fft, spectrum, hilbert);
	for (size_t i = 0; i < n; i++)
		envelope[i] = hypot(x[i], hilbert[i]);
	free(spectrum);
	free(hilbert);
	return SABIN_OK;
}
