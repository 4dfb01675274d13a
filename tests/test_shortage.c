/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_shortage.c: memory runs out at every place where a kernel asks for it: it says so, keeps nothing
 * and leaves its result alone.
 */
#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/average.h>
#include <sabin/burst.h>
#include <sabin/compare.h>
#include <sabin/convolve.h>
#include <sabin/deconvolve.h>
#include <sabin/distortion.h>
#include <sabin/fft.h>
#include <sabin/filterbank.h>
#include <sabin/iacc.h>
#include <sabin/likeness.h>
#include <sabin/linalg.h>
#include <sabin/minphase.h>
#include <sabin/modefit.h>
#include <sabin/noise.h>
#include <sabin/parameters.h>
#include <sabin/phase.h>
#include <sabin/reflections.h>
#include <sabin/response.h>
#include <sabin/skew.h>
#include <sabin/sti.h>
#include <sabin/sweep.h>
#include <sabin/waterfall.h>
#include <sabin/weighting.h>

#include "util/decays.h"
#include "util/near.h"
#include "util/shortage.h"

enum { RATE_HZ = 16000, N = 12000, ARRIVAL = 320, MATRIX = 4 };

/* A decay of 0.3 s behind 20 ms, its response, and a sweep that was recorded. */
struct scene {
	double h[N], again[N];
	struct sabin_response response;
	struct sabin_stimulus stimulus;
	double *played, *recorded;
	size_t frames;
	struct sabin_fft *fft;
	struct sabin_modefit modes;
	double matrix[MATRIX * MATRIX], right[MATRIX]; /* what is computed in place is made anew */
};

static const struct sabin_response_options look = {
    .smoothing_oct = 1 / 6.0, .window_s = 0.3, .points_per_octave = 12, .from_hz = 50, .to_hz = 7000};

static int set_up(void **state)
{
	struct scene *s = calloc(1, sizeof *s);
	assert_non_null(s);
	*state = s;
	struct noise_decay decay = decay_of_time(RATE_HZ, 0.3, 70);
	decay.length_s = (double)(N - ARRIVAL) / RATE_HZ;
	assert_true(decay_length(&decay) == N);
	decay_draw(&decay, 1, s->h);
	decay_draw(&decay, 2, s->again);
	s->h[ARRIVAL] += 1;
	s->again[ARRIVAL] += 1;
	assert_ok(sabin_response_compute(s->h, N, RATE_HZ, ARRIVAL, ARRIVAL, &look, &s->response));
	const struct sabin_stimulus_options o = {
	    .sweep = {.from_hz = 50, .to_hz = 7000, .length_s = 0.8, .rate_hz = RATE_HZ, .peak_dbfs = -6},
	    .lead_in_s = 1, .tail_s = 0.5, .chirps = 1};
	assert_ok(sabin_stimulus_init(&s->stimulus, &o));
	s->frames = s->stimulus.frames;
	s->played = malloc(s->frames * sizeof *s->played);
	assert_non_null(s->played);
	sabin_stimulus_render(&s->stimulus, s->played);
	assert_ok(sabin_convolve(s->played, s->frames, s->h, N, &s->recorded));
	assert_ok(sabin_fft_new(512, &s->fft));
	const struct sabin_modefit_options range = {40, 100};
	assert_ok(sabin_modefit_compute(s->h, N, RATE_HZ, ARRIVAL, &range, &s->modes));
	return 0;
}

static int tear_down(void **state)
{
	struct scene *s = *state;
	sabin_response_free(&s->response);
	sabin_fft_free(s->fft);
	sabin_modefit_free(&s->modes);
	free(s->played);
	free(s->recorded);
	free(s);
	return 0;
}

/* A positive definite matrix and its right side. */
static void fill_matrix(struct scene *s)
{
	for (int i = 0; i < MATRIX; i++) {
		for (int k = 0; k < MATRIX; k++)
			s->matrix[i * MATRIX + k] = i == k ? 4 : 1.0 / (1 + i + k);
		s->right[i] = i;
	}
}

/* ---- signal --------------------------------------------------------------------------------------- */

static enum sabin_err fft(void *context, void *result)
{
	(void)context;
	return sabin_fft_new(1000, result);
}

static void fft_free(void *result)
{
	sabin_fft_free(*(struct sabin_fft **)result);
}

static enum sabin_err envelope(void *context, void *result)
{
	const struct scene *s = context;
	return sabin_fft_envelope(s->fft, s->h, result);
}

static enum sabin_err convolver(void *context, void *result)
{
	(void)context;
	return sabin_convolver_new(64, 2, 2, result);
}

static void convolver_free(void *result)
{
	sabin_convolver_free(*(struct sabin_convolver **)result);
}

static enum sabin_err convolver_response(void *context, void *result)
{
	const struct scene *s = context;
	struct sabin_convolver *one;
	(void)result;
	enum sabin_err err = sabin_convolver_new(64, 1, 1, &one);
	if (err)
		return err;
	err = sabin_convolver_set_response(one, 0, 0, s->h, 1000);
	sabin_convolver_free(one);
	return err;
}

static enum sabin_err convolve(void *context, void *result)
{
	const struct scene *s = context;
	return sabin_convolve(s->h, N, s->again, 300, result);
}

static void array_free(void *result)
{
	free(*(void **)result);
}

static enum sabin_err deconvolver(void *context, void *result)
{
	const struct scene *s = context;
	return sabin_deconvolver_new(s->played, s->frames, s->frames, RATE_HZ, 50, 7000, result);
}

static enum sabin_err deconvolver_between(void *context, void *result)
{
	const struct scene *s = context;
	return sabin_deconvolver_new_between(s->played, s->frames, s->frames, RATE_HZ, 50, 7000, 0, 8000, result);
}

static void deconvolver_free(void *result)
{
	sabin_deconvolver_free(*(struct sabin_deconvolver **)result);
}

static enum sabin_err deconvolver_replace(void *context, void *result)
{
	const struct scene *s = context;
	struct sabin_deconvolver *one;
	(void)result;
	enum sabin_err err = sabin_deconvolver_new(s->played, s->frames, s->frames, RATE_HZ, 50, 7000, &one);
	if (err)
		return err;
	err = sabin_deconvolver_replace(one, s->played, s->frames, 1);
	sabin_deconvolver_free(one);
	return err;
}

static enum sabin_err filterbank(void *context, void *result)
{
	(void)context;
	const struct sabin_filterbank_options o = {
	    .fraction = 3, .from_hz = 50, .to_hz = 5000, .rate_hz = RATE_HZ, .channels = 2};
	return sabin_filterbank_new(&o, result);
}

static void filterbank_free(void *result)
{
	sabin_filterbank_free(*(struct sabin_filterbank **)result);
}

static double falling(const void *of, double f_hz)
{
	(void)of;
	return -3 * log2(1 + f_hz / 100);
}

struct taps {
	double *h;
	size_t count;
};

static enum sabin_err minimum_phase(void *context, void *result)
{
	(void)context;
	struct taps *taps = result;
	return sabin_minimum_phase(falling, NULL, RATE_HZ, &taps->h, &taps->count);
}

static enum sabin_err excess_phase(void *context, void *result)
{
	return sabin_excess_phase(((struct scene *)context)->h, N, ARRIVAL, 32768, result);
}

static enum sabin_err delay(void *context, void *result)
{
	const struct scene *s = context;
	return sabin_delay_find(s->h, s->again, N, RATE_HZ, 100, 4000, 100, result);
}

static enum sabin_err stretch(void *context, void *result)
{
	(void)context;
	return sabin_stretch_new(16, result);
}

static void stretch_free(void *result)
{
	sabin_stretch_free(*(struct sabin_stretch **)result);
}

/* What is computed in place has no result that could be left alone. */
static enum sabin_err eigen_symmetric(void *context, void *result)
{
	struct scene *s = context;
	double vectors[MATRIX * MATRIX];
	(void)result;
	fill_matrix(s);
	return sabin_eigen_symmetric(s->matrix, MATRIX, s->right, vectors);
}

static enum sabin_err eigenvalues(void *context, void *result)
{
	struct scene *s = context;
	double complex values[MATRIX];
	(void)result;
	fill_matrix(s);
	return sabin_eigenvalues(s->matrix, MATRIX, values);
}

static enum sabin_err least_squares(void *context, void *result)
{
	struct scene *s = context;
	double x[2];
	(void)result;
	fill_matrix(s);
	return sabin_least_squares(s->matrix, MATRIX, 2, s->right, x);
}

static void signal_kernels(void **state)
{
	static const struct shortage_case rows[] = {
		{"fft", sizeof(void *), fft, fft_free, 0},
		{"envelope", 512 * sizeof(double), envelope, NULL, 0},
		{"convolver", sizeof(void *), convolver, convolver_free, 0},
		{"convolver's response", 0, convolver_response, NULL, 0},
		{"convolve", sizeof(void *), convolve, array_free, 0},
		{"deconvolver", sizeof(void *), deconvolver, deconvolver_free, 0},
		{"deconvolver between", sizeof(void *), deconvolver_between, deconvolver_free, 0},
		{"deconvolver's reference", 0, deconvolver_replace, NULL, 0},
		{"filterbank", sizeof(void *), filterbank, filterbank_free, 0},
		{"minimum phase", sizeof(struct taps), minimum_phase, array_free, 0},
		{"excess phase", sizeof(void *), excess_phase, array_free, 0},
		{"delay", sizeof(struct sabin_delay), delay, NULL, 0},
		{"stretch", sizeof(void *), stretch, stretch_free, 0},
		{"symmetric eigenvalues", 0, eigen_symmetric, NULL, 0},
		{"eigenvalues", 0, eigenvalues, NULL, 0},
		{"least squares", 0, least_squares, NULL, 0},
	};
	shortage_everywhere(rows, sizeof rows / sizeof *rows, *state);
}

/* ---- acoustics ------------------------------------------------------------------------------------ */

static enum sabin_err analysis(void *context, void *result)
{
	const struct sabin_analysis_options o = octave_options(250, 4000);
	return sabin_analysis_compute(((struct scene *)context)->h, N, RATE_HZ, &o, result);
}

static enum sabin_err analyser_analysis(void *context, void *result)
{
	const struct scene *s = context;
	struct sabin_analyser *one;
	struct sabin_analysis_options o = octave_options(250, 4000);
	o.fraction = 3;
	o.noise = SABIN_NOISE_TRUNCATE;
	enum sabin_err err = sabin_analyser_new(&one);
	if (err)
		return err;
	err = sabin_analyser_compute(one, s->h, N, RATE_HZ, &o, result);
	sabin_analyser_free(one);
	return err;
}

static void analysis_free(void *result)
{
	sabin_analysis_free(result);
}

static enum sabin_err analyser(void *context, void *result)
{
	(void)context;
	return sabin_analyser_new(result);
}

static void analyser_free(void *result)
{
	sabin_analyser_free(*(struct sabin_analyser **)result);
}

static enum sabin_err response(void *context, void *result)
{
	return sabin_response_compute(((struct scene *)context)->h, N, RATE_HZ, ARRIVAL, ARRIVAL, &look, result);
}

static enum sabin_err response_windowed(void *context, void *result)
{
	struct sabin_response_options o = look;
	o.window_cycles = 6;
	o.smoothing = SABIN_SMOOTHING_PSYCHOACOUSTIC;
	return sabin_response_compute(((struct scene *)context)->h, N, RATE_HZ, ARRIVAL, ARRIVAL, &o, result);
}

static void response_free(void *result)
{
	sabin_response_free(result);
}

static enum sabin_err response_noise(void *context, void *result)
{
	const struct scene *s = context;
	struct sabin_response again = s->response;
	struct sabin_response_options o = look;
	(void)result;
	o.window_s = 0.1; /* three of them are looked for */
	again.noise_db = NULL;
	const enum sabin_err err = sabin_response_noise(s->h, N, RATE_HZ, ARRIVAL, &o, &again);
	free(again.noise_db);
	return err;
}

static enum sabin_err response_noise_bound(void *context, void *result)
{
	const struct scene *s = context;
	return sabin_response_noise_bound(s->h, N, RATE_HZ, ARRIVAL, &look, &s->response, result);
}

static enum sabin_err average(void *context, void *result)
{
	const struct scene *s = context;
	const struct sabin_response *both[2] = {&s->response, &s->response};
	const double none[2] = {0, 0};
	return sabin_average_compute(both, 2, none, none, SABIN_AVERAGE_VECTOR, result);
}

static void averaged_free(void *result)
{
	sabin_averaged_free(result);
}

static enum sabin_err phase(void *context, void *result)
{
	const struct scene *s = context;
	return sabin_phase_compute(s->h, N, RATE_HZ, ARRIVAL, &look, &s->response, result);
}

static void phase_free(void *result)
{
	sabin_phase_free(result);
}

static enum sabin_err burst(void *context, void *result)
{
	struct sabin_burst_options o = sabin_burst_defaults();
	o.from_hz = 200;
	o.to_hz = 2000;
	o.freqs = 4;
	return sabin_burst_compute(((struct scene *)context)->h, N, RATE_HZ, ARRIVAL, &o, result);
}

static void burst_free(void *result)
{
	sabin_burst_map_free(result);
}

static enum sabin_err waterfall(void *context, void *result)
{
	struct sabin_waterfall_options o = sabin_waterfall_defaults();
	o.step_s = o.span_s / 3;
	return sabin_waterfall_compute(((struct scene *)context)->h, N, RATE_HZ, ARRIVAL, &o, result);
}

static enum sabin_err spectrogram(void *context, void *result)
{
	struct sabin_spectrogram_options o = sabin_spectrogram_defaults();
	o.to_hz = 7000;
	o.freqs = 8;
	return sabin_spectrogram_compute(((struct scene *)context)->h, N, RATE_HZ, ARRIVAL, &o, result);
}

static void time_map_free(void *result)
{
	sabin_time_map_free(result);
}

static enum sabin_err distortion(void *context, void *result)
{
	const struct scene *s = context;
	struct sabin_distortion_options o = sabin_distortion_defaults();
	o.points_per_octave = 3;
	return sabin_distortion_compute(s->recorded, s->frames, &s->stimulus, &o, result);
}

static void distortion_free(void *result)
{
	sabin_distortion_free(result);
}

static enum sabin_err iacc(void *context, void *result)
{
	const struct scene *s = context;
	const struct sabin_iacc_options o = {
	    .onset = ARRIVAL, .end_s = 0.5, .excited_from_hz = 0, .excited_to_hz = INFINITY};
	return sabin_iacc_compute(s->h, s->again, N, RATE_HZ, &o, result);
}

static enum sabin_err likeness(void *context, void *result)
{
	return sabin_likeness_compute(((struct scene *)context)->h, N, RATE_HZ, result);
}

static enum sabin_err modefit(void *context, void *result)
{
	const struct sabin_modefit_options o = {40, 100};
	return sabin_modefit_compute(((struct scene *)context)->h, N, RATE_HZ, ARRIVAL, &o, result);
}

static void modefit_free(void *result)
{
	sabin_modefit_free(result);
}

static enum sabin_err modefit_match(void *context, void *result)
{
	struct scene *s = context;
	const double size_m[3] = {4, 5, 2.7};
	struct sabin_mode_match *matches = calloc(s->modes.count + 1, sizeof *matches);
	(void)result;
	const enum sabin_err err = matches ? sabin_modefit_match(&s->modes, size_m, 343, matches) : SABIN_ENOMEM;
	free(matches);
	return err;
}

static enum sabin_err noise(void *context, void *result)
{
	const struct scene *s = context;
	const struct sabin_noise_options o = {.full_scale_dbspl = 100, .full_scale_plus_minus_db = 1};
	return sabin_noise_compute(s->recorded, s->frames, RATE_HZ, &o, result);
}

static enum sabin_err reflections(void *context, void *result)
{
	return sabin_reflections_compute(((struct scene *)context)->h, N, RATE_HZ, ARRIVAL, 343, result);
}

static enum sabin_err sti(void *context, void *result)
{
	const struct sabin_sti_options o = {.excited_to_hz = INFINITY};
	/* its bands go up to 11 kHz: read faster than it was drawn */
	return sabin_sti_compute(((struct scene *)context)->h, N, 2 * RATE_HZ, ARRIVAL, &o, result);
}

static enum sabin_err holm(void *context, void *result)
{
	static const double p[5] = {0.01, 0.2, 0.03, 0.5, 0.001};
	(void)context;
	return sabin_holm(p, 5, result);
}

static enum sabin_err judge(void *context, void *result)
{
	struct sabin_change a = {.change = {.valid = true}, .p = 0.01}, b = a, *both[2] = {&a, &b};
	(void)context;
	(void)result;
	return sabin_changes_judge(both, 2);
}

static void acoustics_kernels(void **state)
{
	const struct scene *s = *state;
	const struct shortage_case rows[] = {
		{"analysis", sizeof(struct sabin_analysis), analysis, analysis_free, 0},
		{"analyser", sizeof(void *), analyser, analyser_free, 0},
		{"analyser's analysis", sizeof(struct sabin_analysis), analyser_analysis, analysis_free, 0},
		{"response", sizeof(struct sabin_response), response, response_free, 0},
		{"response, windowed", sizeof(struct sabin_response), response_windowed, response_free, 0},
		{"noise of a response", 0, response_noise, NULL, 0},
		{"bound of the noise", s->response.length * sizeof(double), response_noise_bound, NULL, 0},
		{"average", sizeof(struct sabin_averaged), average, averaged_free, 0},
		{"phase", sizeof(struct sabin_phase), phase, phase_free, 0},
		{"burst", sizeof(struct sabin_burst_map), burst, burst_free, 0},
		{"waterfall", sizeof(struct sabin_time_map), waterfall, time_map_free, 0},
		{"spectrogram", sizeof(struct sabin_time_map), spectrogram, time_map_free, 0},
		{"distortion", sizeof(struct sabin_distortion), distortion, distortion_free, 0},
		{"iacc", sizeof(struct sabin_iacc), iacc, NULL, 0},
		{"likeness", sizeof(struct sabin_likeness), likeness, NULL, 0},
		{"mode fit", sizeof(struct sabin_modefit), modefit, modefit_free, 0},
		{"modes matched", 0, modefit_match, NULL, 0},
		{"noise", sizeof(struct sabin_noise), noise, NULL, 0},
		{"reflections", sizeof(struct sabin_reflections), reflections, NULL, 0},
		{"sti", sizeof(struct sabin_sti), sti, NULL, 0},
		{"holm", 5 * sizeof(double), holm, NULL, 0},
		{"changes judged", 0, judge, NULL, 0},
	};
	shortage_everywhere(rows, sizeof rows / sizeof *rows, *state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(signal_kernels, set_up, tear_down),
		cmocka_unit_test_setup_teardown(acoustics_kernels, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
