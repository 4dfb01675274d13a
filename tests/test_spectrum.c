/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_spectrum.c: levels in fractional octaves, by filters and by FFT, against closed forms: sines in the middle of
 * every band, white and pink noise, in every weighting; and their time constants.
 *
 * The closed form of a band's level is the integral of the sound's power, the weighting's curve squared, and the band's
 * own squared response: for the FFT 1 between its edges; for the filters that of the filter as designed, which
 * test_filterbank.c holds against IEC 61260-1.
 */
#include <math.h>
#include <stdlib.h>

#include <sabin/fft.h>
#include <sabin/random.h>

#include "live/spectrum.h"
#include "util/near.h"
#include "util/octave_mask.h"
#include "util/seed.h"

enum { RATE = 48000, BANDS_MAX = 256, FRACTIONS = 6 };

static const int fractions[FRACTIONS] = {1, 2, 3, 6, 12, 24};

static struct sabin_spectrum *spectrum_of(enum sabin_spectrum_kind kind, int fraction, int weighting,
                                          enum sabin_time time, size_t channels)
{
	struct sabin_spectrum *spectrum = NULL;
	const struct sabin_spectrum_options o = {
	    {fraction, 20, 20000, RATE, channels}, (enum sabin_weighting)weighting, time, kind};
	assert_int_equal(sabin_spectrum_new(&o, &spectrum), SABIN_OK);
	return spectrum;
}

/* ---- sines ------------------------------------------------------------------------------------ */

enum { GROUPS = 4 };

/* A sine of RMS 1 in the middle of every fourth band, those of group g in channel g: no band hears another one's, 70 dB
 * down.  x[n * GROUPS] */
static void combs(const struct sabin_band *band, size_t count, double *x, size_t n)
{
	for (size_t i = 0; i < n * GROUPS; i++)
		x[i] = 0;
	for (size_t b = 0; b < count; b++) {
		const double step = 2 * M_PI * band[b].centre_hz / RATE;
		double now = sqrt(2) * sin(step), before = 0;
		for (size_t i = 0; i < n; i++) {
			x[i * GROUPS + b % GROUPS] += now;
			const double next = 2 * cos(step) * now - before;
			before = now;
			now = next;
		}
	}
}

static void sines_in_every_band(void **state)
{
	(void)state;
	for (int kind = 0; kind < SABIN_SPECTRUM_KINDS; kind++) {
		double worst = 0, level_db[BANDS_MAX];
		for (int f = 0; f < FRACTIONS; f++) {
			double *x = NULL;
			size_t settling = 0, measured = 0;
			for (int w = 0; w < 3; w++) {
				struct sabin_spectrum *spectrum = spectrum_of(kind, fractions[f], w, SABIN_SLOW, GROUPS);
				size_t count;
				const struct sabin_band *band = sabin_spectrum_bands(spectrum, &count);
				if (!x) {
					/* the slowest poles of the lowest band have decayed to e^-8 */
					const double width_hz = band[0].high_hz - band[0].low_hz;
					settling = (size_t)(RATE * fmax(8 / (M_PI * width_hz * sin(M_PI / 8)), 0.2));
					measured = (size_t)(RATE * fmax(3, 1.5 * sabin_spectrum_window_s(spectrum)));
					x = malloc((settling + measured) * GROUPS * sizeof *x);
					assert_non_null(x);
					combs(band, count, x, settling + measured);
				}
				sabin_spectrum_process(spectrum, x, settling);
				sabin_spectrum_restart(spectrum);
				sabin_spectrum_process(spectrum, x + settling * GROUPS, measured);
				for (size_t g = 0; g < GROUPS; g++) {
					sabin_spectrum_read(spectrum, g, SABIN_SPECTRUM_LEQ, level_db);
					for (size_t b = g; b < count; b += GROUPS) {
						const double want = sabin_weighting_db((enum sabin_weighting)w, band[b].centre_hz);
						worst = fmax(worst, fabs(level_db[b] - want));
						assert_near(level_db[b], want, 0.05);
					}
				}
				sabin_spectrum_free(spectrum);
			}
			free(x);
		}
		print_message("%s: sines in every band and weighting: within %.3f dB\n",
		              sabin_spectrum_kind_name((enum sabin_spectrum_kind)kind), worst);
	}
}

/* ---- noise -------------------------------------------------------------------------------------- */

/* Periodic noise of unit RMS with lines of random phase and power f^-exponent from the first to the last, into channel
 * `channel` of x[2n], two channels: over a whole period the mean is free of chance. */
enum { FIRST_LINE = 40 };

static void noise(double *x, size_t n, size_t channel, struct sabin_random *random)
{
	struct sabin_fft *fft = NULL;
	double complex *line = calloc(n / 2 + 1, sizeof *line);
	double *one = malloc(n * sizeof *one), sum = 0;
	assert_true(line && one);
	assert_int_equal(sabin_fft_new(n, &fft), SABIN_OK);
	for (size_t k = FIRST_LINE; k < n / 2; k++) {
		const double power = pow((double)k, -(double)channel), phase = 2 * M_PI * sabin_random_uniform(random);
		((double *)&line[k])[0] = sqrt(power) * cos(phase);
		((double *)&line[k])[1] = sqrt(power) * sin(phase);
		sum += power;
	}
	sabin_fft_inverse(fft, line, one);
	for (size_t i = 0; i < n; i++)
		x[2 * i + channel] = one[i] * (double)n / sqrt(2 * sum);
	sabin_fft_free(fft);
	free(line);
	free(one);
}

/* The level of a band of the noise above with the exponent 0 or 1; bank NULL: the FFT's. */
static double closed_form_db(const struct sabin_filterbank *bank, size_t b, const struct sabin_band *band, int exponent,
                             int weighting, size_t n)
{
	const double line_hz = (double)RATE / (double)n, least_hz = (FIRST_LINE - 0.5) * line_hz, most_hz = RATE / 2.0;
	/* mean square 1 in all */
	const double density = exponent ? 1 / log(most_hz / least_hz) : 1 / (most_hz - least_hz);
	const double octaves = bank ? 8.0 / band->fraction : log2(band->high_hz / band->centre_hz);
	enum { STEPS = 480 };
	const double step = 2 * octaves / STEPS;
	double inside = 0;
	for (int i = 0; i < STEPS; i++) {
		const double f_hz = band->centre_hz * exp2(-octaves + (i + 0.5) * step);
		if (f_hz > least_hz && f_hz < most_hz)
			inside += density * (exponent ? 1 : f_hz) * log(2) * step *
			          pow(10, (sabin_weighting_db((enum sabin_weighting)weighting, f_hz) +
			                   (bank ? sabin_filterbank_db(bank, b, f_hz) : 0)) / 10);
	}
	return 10 * log10(inside);
}

static void noise_in_every_band(void **state)
{
	(void)state;
	struct sabin_random random;
	sabin_random_init(&random, test_seed("noise in every band"));
	for (int kind = 0; kind < SABIN_SPECTRUM_KINDS; kind++) {
		double worst[2][3] = {{0}}, apart = 0, level_db[BANDS_MAX];
		for (int f = 0; f < FRACTIONS; f++) {
			/* a period holds eight windows: the lines of the noise lie closer than those of the FFT */
			struct sabin_spectrum *first = spectrum_of(kind, fractions[f], SABIN_WEIGHTING_Z, SABIN_FAST, 1);
			const size_t window = (size_t)lrint(sabin_spectrum_window_s(first) * RATE);
			const size_t n = kind == SABIN_SPECTRUM_FFT ? 8 * window : 1 << 19;
			double *x = malloc(2 * n * sizeof *x);
			struct sabin_filterbank *bank = NULL;
			const struct sabin_filterbank_options o = {fractions[f], 20, 20000, RATE, 1};
			if (kind == SABIN_SPECTRUM_FILTERS)
				assert_int_equal(sabin_filterbank_new(&o, &bank), SABIN_OK);
			sabin_spectrum_free(first);
			assert_non_null(x);
			noise(x, n, 0, &random);
			noise(x, n, 1, &random);
			for (int w = 0; w < 3; w++) {
				struct sabin_spectrum *spectrum = spectrum_of(kind, fractions[f], w, SABIN_FAST, 2);
				size_t count;
				const struct sabin_band *band = sabin_spectrum_bands(spectrum, &count);
				sabin_spectrum_process(spectrum, x, n);
				sabin_spectrum_restart(spectrum);
				/* every window that ends in one period, from the first that begins in it */
				sabin_spectrum_process(spectrum, x, n);
				sabin_spectrum_process(spectrum, x, kind == SABIN_SPECTRUM_FFT ? window * 3 / 4 : 0);
				for (int exponent = 0; exponent <= 1; exponent++) {
					sabin_spectrum_read(spectrum, (size_t)exponent, SABIN_SPECTRUM_LEQ, level_db);
					for (size_t b = 0; b < count; b++) {
						const double want = closed_form_db(bank, b, &band[b], exponent, w, n);
						worst[exponent][w] = fmax(worst[exponent][w], fabs(level_db[b] - want));
						assert_near(level_db[b], want, 0.05);
						apart = fmax(apart, fabs(level_db[b] - closed_form_db(NULL, b, &band[b], exponent, w, n)));
					}
				}
				sabin_spectrum_free(spectrum);
			}
			sabin_filterbank_free(bank);
			free(x);
		}
		print_message("%s: white noise in every band: A %.3f, C %.3f, Z %.3f dB; pink %.3f, %.3f, %.3f dB\n",
		              sabin_spectrum_kind_name((enum sabin_spectrum_kind)kind), worst[0][0], worst[0][1], worst[0][2],
		              worst[1][0], worst[1][1], worst[1][2]);
		print_message("%s: against ideal bands within %.3f dB\n",
		              sabin_spectrum_kind_name((enum sabin_spectrum_kind)kind), apart);
		assert_at_most(apart, 0.3); /* what the header and the manual say of filters */
	}
}

/* ---- time ------------------------------------------------------------------------------------------ */

/* After a sound is switched off each band falls as its time weighting does, once its filter has rung out or the window is
 * past. */
static void time_constants(void **state)
{
	(void)state;
	static const double tau_s[SABIN_TIMES] = {0.125, 1, 1.5};
	for (int kind = 0; kind < SABIN_SPECTRUM_KINDS; kind++)
		for (int time = 0; time < SABIN_TIMES; time++) {
			struct sabin_spectrum *spectrum = spectrum_of(kind, 3, SABIN_WEIGHTING_Z, (enum sabin_time)time, GROUPS);
			double before_db[BANDS_MAX], after_db[BANDS_MAX], worst = 0;
			size_t count;
			const struct sabin_band *band = sabin_spectrum_bands(spectrum, &count);
			const size_t window = (size_t)lrint(sabin_spectrum_window_s(spectrum) * RATE);
			const size_t n = window ? 2 * window : 2 * RATE, silence = window ? window : RATE / 2;
			double *x = malloc(n * GROUPS * sizeof *x), *zeros = calloc(silence * GROUPS, sizeof *zeros);
			assert_true(x && zeros);
			combs(band, count, x, n);
			sabin_spectrum_process(spectrum, x, n);
			for (size_t c = 0; c < GROUPS; c++) {
				sabin_spectrum_process(spectrum, zeros, c == 0 ? silence : 0);
				sabin_spectrum_read(spectrum, c, SABIN_SPECTRUM_NOW, before_db + c * 64);
			}
			sabin_spectrum_process(spectrum, zeros, silence);
			for (size_t c = 0; c < GROUPS; c++)
				sabin_spectrum_read(spectrum, c, SABIN_SPECTRUM_NOW, after_db + c * 64);
			for (size_t b = 0; b < count; b++)
				if (window || band[b].centre_hz > 60) {
					const size_t at = b % GROUPS * 64 + b;
					const double want_db = 10 * log10(M_E) * (double)silence / RATE / tau_s[time];
					const double ratio = (before_db[at] - after_db[at]) / want_db;
					assert_near(ratio, 1, 0.01);
					worst = fmax(worst, fabs(ratio - 1));
				}
			print_message("%s, %s: time constants within %.2f %%\n", sabin_spectrum_kind_name((enum sabin_spectrum_kind)kind),
			              sabin_time_name((enum sabin_time)time), 100 * worst);
			sabin_spectrum_free(spectrum);
			free(x);
			free(zeros);
		}
}

/* ---- the FFT's own -------------------------------------------------------------------------------------- */

/* A restart in the middle: what sounded before counts neither in the mean nor in the highest. */
static void a_restart_forgets_all(void **state)
{
	(void)state;
	struct sabin_spectrum *spectrum = spectrum_of(SABIN_SPECTRUM_FFT, 3, SABIN_WEIGHTING_Z, SABIN_FAST, 1);
	const size_t window = (size_t)lrint(sabin_spectrum_window_s(spectrum) * RATE);
	double *loud = malloc(window * sizeof *loud), *soft = malloc(window * sizeof *soft), level_db[BANDS_MAX];
	size_t count;
	const struct sabin_band *band = sabin_spectrum_bands(spectrum, &count);
	const size_t b = 16;
	assert_true(loud && soft && fabs(band[b].centre_hz - 1000) < 1);
	for (size_t i = 0; i < window; i++) {
		loud[i] = sqrt(2) * sin(2 * M_PI * 1000 * (double)i / RATE);
		soft[i] = loud[i] / 1000;
	}
	/* nothing before the end of the first window, all of it with it */
	sabin_spectrum_process(spectrum, loud, window - 1);
	sabin_spectrum_read(spectrum, 0, SABIN_SPECTRUM_NOW, level_db);
	assert_true(isinf(level_db[b]));
	sabin_spectrum_process(spectrum, loud + window - 1, 1);
	for (int which = SABIN_SPECTRUM_NOW; which <= SABIN_SPECTRUM_MAX; which++) {
		sabin_spectrum_read(spectrum, 0, (enum sabin_spectrum_level)which, level_db);
		assert_near(level_db[b], 0, 0.01);
	}
	sabin_spectrum_process(spectrum, loud, window / 3);
	sabin_spectrum_restart(spectrum);
	for (int k = 0; k < 5; k++)
		for (size_t at = 0, n = 1; at < window; at += n, n = n % 5000 + 77)
			sabin_spectrum_process(spectrum, soft + at, n < window - at ? n : window - at);
	sabin_spectrum_read(spectrum, 0, SABIN_SPECTRUM_LEQ, level_db);
	/* where one piece of the tone follows another there is a step, as it does not fit into the window */
	assert_near(level_db[b], -60, 0.05);
	sabin_spectrum_free(spectrum);
	free(loud);
	free(soft);
}

/* Three channels in blocks of changing length, up to `longest` and four, are what each is alone and at once. */
static void hold_apart(enum sabin_spectrum_kind kind, enum sabin_time time, size_t frames, size_t longest,
                       struct sabin_random *random)
{
	enum { CHANNELS = 3 };
	struct sabin_spectrum *all = spectrum_of(kind, 3, SABIN_WEIGHTING_A, time, CHANNELS);
	double *x = malloc(frames * CHANNELS * sizeof *x), *one = malloc(frames * sizeof *one), a[BANDS_MAX], b[BANDS_MAX];
	assert_true(x && one);
	for (size_t i = 0; i < frames * CHANNELS; i++)
		x[i] = sabin_random_normal(random);
	for (size_t at = 0, n = 1; at < frames; at += n, n = n % longest + 5)
		sabin_spectrum_process(all, x + at * CHANNELS, n < frames - at ? n : frames - at);
	size_t count;
	sabin_spectrum_bands(all, &count);
	for (size_t c = 0; c < CHANNELS; c++) {
		struct sabin_spectrum *alone = spectrum_of(kind, 3, SABIN_WEIGHTING_A, time, 1);
		for (size_t i = 0; i < frames; i++)
			one[i] = x[i * CHANNELS + c];
		sabin_spectrum_process(alone, one, frames);
		for (int which = SABIN_SPECTRUM_NOW; which <= SABIN_SPECTRUM_MAX; which++) {
			sabin_spectrum_read(all, c, (enum sabin_spectrum_level)which, a);
			sabin_spectrum_read(alone, 0, (enum sabin_spectrum_level)which, b);
			assert_near_array(a, b, count, 1e-9);
		}
		sabin_spectrum_free(alone);
	}
	sabin_spectrum_free(all);
	free(x);
	free(one);
}

static void channels_and_blocks(void **state)
{
	(void)state;
	struct sabin_random random;
	sabin_random_init(&random, test_seed("channels and blocks"));
	hold_apart(SABIN_SPECTRUM_FILTERS, SABIN_FAST, 20000, 777, &random);
	struct sabin_spectrum *fft = spectrum_of(SABIN_SPECTRUM_FFT, 3, SABIN_WEIGHTING_A, SABIN_IMPULSE, 1);
	const size_t frames = (size_t)(2.6 * RATE * sabin_spectrum_window_s(fft));
	sabin_spectrum_free(fft);
	hold_apart(SABIN_SPECTRUM_FFT, SABIN_IMPULSE, frames, 7777, &random);
}

static void limits(void **state)
{
	(void)state;
	struct sabin_spectrum *spectrum = NULL;
	for (size_t i = 0; i < OCTAVE_IMPOSSIBLE; i++) {
		const struct sabin_spectrum_options o = {octave_impossible[i], SABIN_WEIGHTING_Z, SABIN_FAST, SABIN_SPECTRUM_FFT};
		assert_int_equal(sabin_spectrum_new(&o, &spectrum), SABIN_EINVAL);
	}
	/* from 1 Hz on: a window of 10 s, and no band narrower than four of its lines */
	const struct sabin_spectrum_options low = {{24, 1, 20000, RATE, 1}, SABIN_WEIGHTING_Z, SABIN_FAST, SABIN_SPECTRUM_FFT};
	size_t count;
	assert_int_equal(sabin_spectrum_new(&low, &spectrum), SABIN_OK);
	assert_near(sabin_spectrum_window_s(spectrum), 10, 0.5);
	const struct sabin_band *band = sabin_spectrum_bands(spectrum, &count);
	assert_true(band[0].high_hz - band[0].low_hz >= 0.4);
	assert_at_most((band[0].high_hz - band[0].low_hz) / pow(10, 0.3 / 24), 0.4);
	sabin_spectrum_free(spectrum);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sines_in_every_band),
		cmocka_unit_test(noise_in_every_band),
		cmocka_unit_test(time_constants),
		cmocka_unit_test(a_restart_forgets_all),
		cmocka_unit_test(channels_and_blocks),
		cmocka_unit_test(limits),
	};
	return cmocka_run_group_tests_name("spectrum", tests, NULL, NULL);
}
