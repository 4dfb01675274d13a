/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_reference.c: an interface that colours loopback and microphone alike is taken away.
 */
#include <math.h>

#include <sabin/fft.h>
#include <sabin/random.h>
#include <sabin/skew.h>

#include "audio/cable.h"
#include "audio/reference.h"
#include "util/near.h"
#include "util/seed.h"

enum { RATE = 48000, LEAD_S = 1, N = 2 * RATE };

static struct sabin_stimulus stimulus;
static double *played;
static struct sabin_excitation excitation;

static int set_up(void **state)
{
	(void)state;
	const struct sabin_stimulus_options o = {{20, 22000, 3, RATE, -12}, LEAD_S, 1, 1};
	assert_ok(sabin_stimulus_init(&stimulus, &o));
	played = malloc(stimulus.frames * sizeof *played);
	assert_non_null(played);
	sabin_stimulus_render(&stimulus, played);
	excitation = (struct sabin_excitation){
	    .x = played + stimulus.sweep_frame,
	    .frames = stimulus.sweep.frames,
	    .rate_hz = RATE,
	    .from_hz = 20,
	    .to_hz = 22000,
	    .second_harmonic_s = sabin_sweep_harmonic_lead_s(&stimulus.sweep, 2),
	    .stimulus = &stimulus,
	};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	free(played);
	return 0;
}

/* A coupling capacitor and a gentle low-pass, and perhaps the wrong polarity: y = g * x, delayed. */
static void through_interface(const double *x, size_t n, size_t delay, double sign, double *y, size_t m)
{
	const double high = exp(-2 * M_PI * 8 / RATE), low = exp(-2 * M_PI * 15000 / RATE);
	double before = 0, after = 0, smooth = 0;
	memset(y, 0, m * sizeof *y);
	for (size_t i = 0; i + delay < m; i++) {
		const double now = i < n ? x[i] : 0;
		after = high * (after + now - before);
		before = now;
		smooth += (1 - low) * (after - smooth);
		y[i + delay] = sign * smooth;
	}
}

/* Energy of a - gain b over that of a, 20 Hz to 20 kHz, n samples, the gain that fits best. */
static double error_db(const double *a, const double *b, size_t n, double *gain)
{
	const size_t size = sabin_fft_smooth_size(n), bins = size / 2 + 1;
	struct sabin_fft *fft = NULL;
	double *x = calloc(size, sizeof *x);
	double complex *fa = malloc(bins * sizeof *fa), *fb = malloc(bins * sizeof *fb);
	assert_true(x && fa && fb);
	assert_ok(sabin_fft_new(size, &fft));
	memcpy(x, a, n * sizeof *x);
	sabin_fft_forward(fft, x, fa);
	memcpy(x, b, n * sizeof *x);
	sabin_fft_forward(fft, x, fb);
	double aa = 0, ab = 0, bb = 0;
	for (size_t k = size * 20 / RATE + 1; k < size * 20000 / RATE; k++) {
		aa += creal(fa[k] * conj(fa[k]));
		ab += creal(fa[k] * conj(fb[k]));
		bb += creal(fb[k] * conj(fb[k]));
	}
	*gain = ab / bb;
	sabin_fft_free(fft);
	free(x);
	free(fa);
	free(fb);
	return 10 * log10((aa - 2 * *gain * ab + *gain * *gain * bb) / aa);
}

/* The response to x[recorded], cut out; h[cut.frames], to be freed. */
static double *response(struct sabin_taker *taker, const double *x, struct sabin_take *take,
                        struct sabin_cut *cut)
{
	assert_ok(sabin_taker_process(taker, x, take));
	*cut = sabin_taker_cut(taker, take);
	double *h = malloc(cut->frames * sizeof *h);
	assert_non_null(h);
	assert_ok(sabin_taker_copy(taker, take, cut, h));
	return h;
}

static void the_interface_is_gone(void **state)
{
	(void)state;
	const size_t m = stimulus.frames + RATE / 2;
	double *wet = calloc(m, sizeof *wet), *x = malloc(m * sizeof *x);
	struct sabin_taker *taker = NULL;
	struct sabin_take plain, coloured, loop;
	struct sabin_cut cut, cut_coloured;
	struct sabin_reference reference = {0};
	struct sabin_stretch *reader = NULL;
	assert_ok(sabin_stretch_new(256, &reader));
	assert_ok(sabin_taker_new(&excitation, m, &taker));
	/* a room of three sounds */
	for (size_t i = 0; i < stimulus.frames; i++) {
		wet[i + 300] += 0.5 * played[i];
		wet[i + 1234] -= 0.2 * played[i];
		wet[i + 7001] += 0.1 * played[i];
	}
	double *want = response(taker, wet, &plain, &cut);
	for (int sign = 1; sign >= -1; sign -= 2) {
		through_interface(played, stimulus.frames, 480, sign, x, m);
		assert_ok(sabin_taker_process(taker, x, &loop));
		assert_ok(sabin_reference_take(taker, &loop, &reference));
		assert_int_equal(reference.polarity, sign);
		through_interface(wet, m, 480, sign, x, m);
		double *h = response(taker, x, &coloured, &cut_coloured);
		double gain;
		assert_int_equal(cut.frames, cut_coloured.frames);
		const double before_db = error_db(h, want, cut.frames, &gain);
		assert_ok(sabin_reference_remove(&reference, RATE, 20, 22000, h, cut.frames));
		/* time counts from the emission: the sweep's first frame, and the loopback's arrival */
		const double later = loop.arrival - (double)stimulus.sweep_frame -
		                     (double)(cut_coloured.first - cut.first);
		double *moved = malloc(cut.frames * sizeof *moved);
		assert_non_null(moved);
		sabin_stretch_process(reader, h, cut.frames, later, 1, moved, cut.frames);
		const double left_db = error_db(moved, want, cut.frames, &gain);
		printf("polarity %+d: %.1f dB before, %.1f dB left\n", sign, before_db, left_db);
		free(moved);
		assert_true(before_db > -25);
		assert_true(left_db < -90);
		assert_near(20 * log10(fabs(gain)), 0, 0.3);
		assert_true(gain > 0);
		free(h);
	}
	sabin_taker_free(taker);
	sabin_stretch_free(reader);
	free(reference.h);
	free(want);
	free(wet);
	free(x);
}

/* A tone with a harmonic and noise of known size. */
static void what_is_left_of_a_tone(void **state)
{
	(void)state;
	const uint64_t seed = test_seed("rest");
	double *x = malloc(N * sizeof *x), rest_db, tone_dbfs;
	for (int k = 0; k < 3; k++) {
		const double f_hz = 1000.3, second = k == 0 ? 1e-3 : 0, noise = k == 1 ? 1e-4 : 0;
		for (size_t i = 0; i < N; i++) {
			const double u = 2 * M_PI * f_hz * (double)i / RATE;
			x[i] = 0.1 * (sin(u) + second * sin(2 * u)) +
			       noise * sabin_random_normal_at(seed, i);
		}
		assert_ok(sabin_cable_rest(x, N, RATE, 1000, &rest_db, &tone_dbfs));
		assert_near(tone_dbfs, 20 * log10(0.1 / M_SQRT2), 0.01);
		if (k == 0)
			assert_near(rest_db, -60, 0.01);
		else if (k == 1) /* white: the part below 20 kHz */
			assert_near(rest_db, 20 * log10(1e-4 * M_SQRT2 / 0.1) + 10 * log10(20. / 24), 0.1);
		else
			assert_true(rest_db < -120);
	}
	memset(x, 0, N * sizeof *x);
	assert_int_equal(sabin_cable_rest(x, N, RATE, 1000, &rest_db, &tone_dbfs), SABIN_ESHORT);
	assert_int_equal(sabin_cable_rest(x, 100, RATE, 1000, &rest_db, &tone_dbfs), SABIN_ESHORT);
	free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_interface_is_gone),
	    cmocka_unit_test(what_is_left_of_a_tone),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
