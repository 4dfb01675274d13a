/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fft.c: the one file that knows FFTW.
 *
 * FFTW's planner is not thread-safe and its plans are (fftw.org manual, "Thread safety"): making and
 * destroying plans happens under one lock, which is the only shared state of the library.  Plans are
 * estimated, never measured: planning by measurement takes seconds and makes results depend on the
 * machine's mood.
 */
#include "signal/cmplx.h" /* before fftw3.h, so that fftw_complex is C99 complex */
#include <fftw3.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <sabin/fft.h>

static pthread_mutex_t planner_lock = PTHREAD_MUTEX_INITIALIZER;

struct sabin_fft {
	size_t n;
	fftw_plan forward, inverse;
	double *time;             /* [n], aligned: stands in for arrays that are not */
	fftw_complex *frequency;  /* [n/2 + 1] */
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

/* The planner may write to the arrays; a direction that is not wanted stays NULL. */
static void make_plans(struct sabin_fft *fft, bool forward, bool inverse)
{
	const int n = (int)fft->n;
	pthread_mutex_lock(&planner_lock);
	if (forward)
		fft->forward = fftw_plan_dft_r2c_1d(n, fft->time, fft->frequency,
		                                    FFTW_ESTIMATE | FFTW_PRESERVE_INPUT);
	if (inverse)
		fft->inverse = fftw_plan_dft_c2r_1d(n, fft->frequency, fft->time,
		                                    FFTW_ESTIMATE | FFTW_DESTROY_INPUT);
	pthread_mutex_unlock(&planner_lock);
}

static enum sabin_err new_handle(size_t n, bool forward, bool inverse, struct sabin_fft **out)
{
	if (n < 2 || n % 2 != 0 || n > INT32_MAX)
		return SABIN_EINVAL;
	struct sabin_fft *fft = calloc(1, sizeof *fft);
	if (!fft)
		return SABIN_ENOMEM;
	fft->n = n;
	fft->time = fftw_alloc_real(n);
	fft->frequency = fftw_alloc_complex(n / 2 + 1);
	if (fft->time && fft->frequency)
		make_plans(fft, forward, inverse);
	if ((forward && !fft->forward) || (inverse && !fft->inverse)) {
		sabin_fft_free(fft);
		return SABIN_ENOMEM;
	}
	*out = fft;
	return SABIN_OK;
}

enum sabin_err sabin_fft_new(size_t n, struct sabin_fft **out)
{
	return new_handle(n, true, true, out);
}

enum sabin_err sabin_fft_new_forward(size_t n, struct sabin_fft **out)
{
	return new_handle(n, true, false, out);
}

enum sabin_err sabin_fft_new_inverse(size_t n, struct sabin_fft **out)
{
	return new_handle(n, false, true, out);
}

void sabin_fft_free(struct sabin_fft *fft)
{
	if (!fft)
		return;
	pthread_mutex_lock(&planner_lock);
	if (fft->forward)
		fftw_destroy_plan(fft->forward);
	if (fft->inverse)
		fftw_destroy_plan(fft->inverse);
	pthread_mutex_unlock(&planner_lock);
	fftw_free(fft->time);
	fftw_free(fft->frequency);
	free(fft);
}

size_t sabin_fft_size(const struct sabin_fft *fft)
{
	return fft->n;
}

/* A plan may be executed on other arrays only if they are aligned like those it was made for
 * (manual, "New-array Execute Functions"); others go through the handle's own. */
static int like_ours(const struct sabin_fft *fft, const double *x)
{
	return fftw_alignment_of((double *)(uintptr_t)x) == fftw_alignment_of(fft->time);
}

void sabin_fft_forward(struct sabin_fft *fft, const double *x, double complex *spectrum)
{
	double *from = (double *)(uintptr_t)x; /* FFTW_PRESERVE_INPUT: it is only read */
	fftw_complex *to = spectrum;
	if (!like_ours(fft, x)) {
		memcpy(fft->time, x, fft->n * sizeof *x);
		from = fft->time;
	}
	if (!like_ours(fft, (const double *)spectrum))
		to = fft->frequency;
	fftw_execute_dft_r2c(fft->forward, from, to);
	if (to != spectrum)
		memcpy(spectrum, to, (fft->n / 2 + 1) * sizeof *spectrum);
}

void sabin_fft_inverse(struct sabin_fft *fft, double complex *spectrum, double *x)
{
	fftw_complex *from = spectrum;
	double *to = x;
	if (!like_ours(fft, (const double *)spectrum)) {
		memcpy(fft->frequency, spectrum, (fft->n / 2 + 1) * sizeof *spectrum);
		from = fft->frequency;
	}
	if (!like_ours(fft, x))
		to = fft->time;
	fftw_execute_dft_c2r(fft->inverse, from, to);
	const double scale = 1.0 / (double)fft->n;
	for (size_t i = 0; i < fft->n; i++)
		x[i] = to[i] * scale;
}

enum sabin_err sabin_fft_envelope(struct sabin_fft *fft, const double *x, double *envelope)
{
	const size_t n = fft->n;
	double complex *spectrum = malloc((n / 2 + 1) * sizeof *spectrum);
	double *hilbert = malloc(n * sizeof *hilbert);
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
