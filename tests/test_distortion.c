/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_distortion.c: harmonics put into a sweep are read from its recording, and noise is not.
 *
 * y = x + a x^2 + b x^3 of a sine of amplitude A has a second harmonic of a A / 2 and a third of
 * (b A^2 / 4) / (1 + 3 b A^2 / 4), both re the fundamental.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/convolve.h>
#include <sabin/distortion.h>
#include <sabin/random.h>

#include "util/near.h"

enum { RATE_HZ = 48000, LATENCY = 2097 };
static const double amplitude = 0.5;

struct rig {
	double a, b;      /* distortion */
	double noise_rms; /* added to the recording */
	unsigned seed;
	int echoes;       /* reflections behind the distortion */
	double gain, length_s;
};

static struct sabin_stimulus stimulus_of(double length_s)
{
	struct sabin_stimulus s;
	const struct sabin_stimulus_options o = {
	    .sweep = {.from_hz = 20, .to_hz = 22000, .length_s = length_s, .rate_hz = RATE_HZ,
	              .peak_dbfs = 20 * log10(amplitude)},
	    .lead_in_s = 1, .tail_s = 1, .chirps = 1,
	};
	assert_ok(sabin_stimulus_init(&s, &o));
	return s;
}

/* What a microphone hears of the rig; free() it. */
static double *record(const struct sabin_stimulus *s, const struct rig *rig, size_t *frames)
{
	*frames = s->frames + RATE_HZ / 2;
	double *x = calloc(s->frames, sizeof *x), *y = calloc(*frames, sizeof *y);
	assert_true(x && y);
	sabin_stimulus_render(s, x);
	for (size_t i = 0; i < s->frames; i++)
		x[i] *= 1 + x[i] * (rig->a + rig->b * x[i]);
	/* some echoes of a room: comb filtering of some 10 dB, over in 80 ms */
	for (int k = 0; k <= rig->echoes; k++) {
		const size_t delay = LATENCY + (size_t)(k * k * 131);
		const double gain = rig->gain * pow(0.6, k) * (k % 3 == 2 ? -1 : 1);
		for (size_t i = 0; i < s->frames && i + delay < *frames; i++)
			y[i + delay] += gain * x[i];
	}
	struct sabin_random random;
	sabin_random_init(&random, rig->seed);
	for (size_t i = 0; i < *frames && rig->noise_rms > 0; i++)
		y[i] += rig->noise_rms * sabin_random_normal(&random);
	free(x);
	return y;
}

static struct sabin_distortion measure(const struct rig *rig)
{
	struct sabin_distortion d;
	const struct sabin_distortion_options o = sabin_distortion_defaults();
	const struct sabin_stimulus s = stimulus_of(rig->length_s > 0 ? rig->length_s : 3);
	size_t frames;
	double *y = record(&s, rig, &frames);
	assert_ok(sabin_distortion_compute(y, frames, &s, &o, &d));
	free(y);
	return d;
}

static double second_db(const struct rig *rig)
{
	return 20 * log10(rig->a * amplitude / 2 / (1 + 0.75 * rig->b * amplitude * amplitude));
}

static double third_db(const struct rig *rig)
{
	const double c = rig->b * amplitude * amplitude;
	return 20 * log10(fabs(c) / 4 / (1 + 0.75 * c));
}

static void assert_order(const struct sabin_distortion *d, unsigned order, double want_db,
                         double tolerance_db)
{
	const struct sabin_harmonic *h = &d->harmonic[order - SABIN_HARMONIC_FIRST];
	size_t valid = 0, known = 0;
	for (size_t i = 0; i < d->length; i++) {
		/* aliases of a polynomial of samples land above a third of rate/2; and below three
		 * times the sweep's lowest frequency the edge of its band is heard */
		if (!isfinite(h->level_db[i]) || d->freq_hz[i] > 6000 || d->freq_hz[i] < 60)
			continue;
		known++;
		valid += h->valid[i];
		if (h->valid[i])
			assert_near(h->level_db[i], want_db, tolerance_db);
	}
	assert_true(known > 50);
	assert_true(valid == known);
	assert_near(h->mean_db.value, want_db, tolerance_db);
	assert_true(h->mean_db.valid);
}

/* closed form */
static void test_known_harmonics(void **state)
{
	(void)state;
	const struct rig rig = {.a = 0.04, .b = -0.028, .gain = 0.3};
	struct sabin_distortion d = measure(&rig);
	assert_order(&d, 2, second_db(&rig), 0.1);
	assert_order(&d, 3, third_db(&rig), 0.2);
	/* a polynomial of the third degree has no fourth and fifth */
	assert_false(d.harmonic[2].mean_db.valid);
	assert_false(d.harmonic[3].mean_db.valid);
	assert_near(d.thd_1k_db.value,
	            10 * log10(pow(10, second_db(&rig) / 10) + pow(10, third_db(&rig) / 10)), 0.1);
	assert_near(d.thd_100_db.value, d.thd_1k_db.value, 0.1);
	sabin_distortion_free(&d);
}

/* A loudspeaker from 80 Hz to 3 kHz: only what it plays is told, of fundamental and harmonic. */
static void test_played(void **state)
{
	(void)state;
	const struct rig rig = {.a = 0.04, .b = -0.028, .gain = 0.3};
	struct sabin_distortion_options o = sabin_distortion_defaults();
	const struct sabin_stimulus s = stimulus_of(3);
	struct sabin_distortion d;
	size_t frames, known = 0;
	double *y = record(&s, &rig, &frames);
	o.played_from_hz = 80;
	o.played_to_hz = 3000;
	assert_ok(sabin_distortion_compute(y, frames, &s, &o, &d));
	for (unsigned m = 0; m < SABIN_HARMONICS; m++)
		for (size_t i = 0; i < d.length; i++) {
			const double f_hz = d.freq_hz[i];
			const bool played = f_hz >= 80 && f_hz * (m + SABIN_HARMONIC_FIRST) <= 3000;
			assert_true(isfinite(d.harmonic[m].noise_db[i]) == played);
			assert_true(played || (!d.harmonic[m].valid[i] && isnan(d.harmonic[m].level_db[i])));
			known += played;
		}
	assert_true(known > 100);
	assert_near(d.from_hz, 100, 1e-9);
	assert_near(d.to_hz, 3000, 1e-9);
	assert_near(d.harmonic[0].mean_db.value, second_db(&rig), 0.1);
	sabin_distortion_free(&d);
	o.played_to_hz = 120;
	assert_ok(sabin_distortion_compute(y, frames, &s, &o, &d));
	assert_int_equal(d.thd_1k_db.reason, SABIN_BECAUSE_SPEAKER);
	assert_near(d.thd_1k_db.have, 120, 1e-9);
	assert_near(d.thd_1k_db.need, 1000, 1e-9);
	assert_int_equal(d.thd_100_db.reason, SABIN_BECAUSE_SPEAKER); /* its harmonics are beyond */
	assert_int_equal(d.harmonic[1].mean_db.reason, SABIN_BECAUSE_SPEAKER);
	sabin_distortion_free(&d);
	o.played_from_hz = -1;
	assert_int_equal(sabin_distortion_compute(y, frames, &s, &o, &d), SABIN_EINVAL);
	free(y);
}

/* the room cancels from the equivalent input, not from what is received */
static void test_room_cancels(void **state)
{
	(void)state;
	const struct rig rig = {.a = 0.04, .b = -0.028, .gain = 0.3, .echoes = 5};
	struct sabin_distortion d = measure(&rig);
	double spread_db = 0;
	assert_order(&d, 2, second_db(&rig), 0.5);
	assert_order(&d, 3, third_db(&rig), 0.5);
	for (size_t i = 0; i < d.length; i++)
		if (d.harmonic[0].valid[i])
			spread_db = fmax(spread_db, fabs(d.harmonic[0].received_db[i] -
			                                 second_db(&rig)));
	assert_true(spread_db > 3);
	sabin_distortion_free(&d);
}

/* law: level of the received signal and time of its start change nothing */
static void test_gain_changes_nothing(void **state)
{
	(void)state;
	struct rig rig = {.a = 0.02, .b = -0.01, .gain = 0.3};
	struct sabin_distortion a = measure(&rig);
	rig.gain = -3e-4;
	struct sabin_distortion b = measure(&rig);
	assert_int_equal(a.length, b.length);
	for (size_t i = 0; i < a.length; i++)
		if (a.harmonic[0].valid[i])
			assert_near(b.harmonic[0].level_db[i], a.harmonic[0].level_db[i], 1e-6);
	sabin_distortion_free(&a);
	sabin_distortion_free(&b);
}

/* SNR as it is defined: RMS of the received sweep over that of the noise */
static double noise_for(double snr_db)
{
	return 0.3 * amplitude / M_SQRT2 * pow(10, -snr_db / 20);
}

static size_t false_ones(const struct sabin_distortion *d)
{
	size_t count = 0;
	for (size_t i = 0; i < d->length; i++)
		for (int m = 0; m < SABIN_HARMONICS; m++)
			count += d->harmonic[m].valid[i];
	return count;
}

/* noise alone is never distortion: limits */
static void test_clean_in_noise(void **state)
{
	(void)state;
	const char *text = getenv("SABIN_TEST_DRAWS");
	const unsigned draws = text ? (unsigned)strtoul(text, NULL, 10) : 6;
	size_t wrong = 0;
	printf("seeds 1 to %u\n", draws);
	for (unsigned seed = 1; seed <= draws; seed++) {
		const struct rig rig = {.gain = 0.3, .noise_rms = noise_for(seed % 2 ? 50 : 30),
		                        .seed = seed, .echoes = 4 * (int)(seed % 3 == 0)};
		struct sabin_distortion d = measure(&rig);
		wrong += false_ones(&d);
		assert_false(d.thd.mean_db.valid);
		assert_false(d.thd_1k_db.valid);
		assert_int_equal(d.thd_1k_db.reason, SABIN_BECAUSE_NO_SIGNAL);
		sabin_distortion_free(&d);
	}
	/* one measurement in 400 may show one value */
	assert_at_most((double)wrong, ceil(draws / 100.0) - 1);
}

/* the second harmonic stands out of the noise, the third partly */
static void test_harmonics_in_noise(void **state)
{
	(void)state;
	const struct rig rig = {.a = 0.04, .b = -0.028, .gain = 0.3, .noise_rms = noise_for(50),
	                        .seed = 11};
	struct sabin_distortion d = measure(&rig);
	assert_true(d.harmonic[0].mean_db.valid && d.harmonic[1].mean_db.valid);
	assert_near(d.harmonic[0].mean_db.value, second_db(&rig), 0.3);
	assert_near(d.harmonic[1].mean_db.value, third_db(&rig), 0.5);
	assert_near(d.harmonic[0].mean_db.value, second_db(&rig),
	            4 * d.harmonic[0].mean_db.plus_minus + 0.1);
	for (size_t i = 0; i < d.length; i++)
		if (d.harmonic[0].valid[i] && d.freq_hz[i] > 60 && d.freq_hz[i] < 6000)
			/* 4 sigma of 80 values */
			assert_near(d.harmonic[0].level_db[i], second_db(&rig),
			            4 * d.harmonic[0].sure_db[i] + 0.3);
	sabin_distortion_free(&d);
}

/* reference: the noise floor that is stated is the noise that there is */
static void test_noise_floor(void **state)
{
	(void)state;
	const struct rig rig = {.gain = 0.3, .noise_rms = noise_for(40), .seed = 3};
	struct sabin_distortion d = measure(&rig);
	for (int m = 0; m < SABIN_HARMONICS; m++) {
		double level = 0, stated = 0;
		for (size_t i = 0; i < d.length; i++)
			if (d.freq_hz[i] > 500 && d.freq_hz[i] < 4000) {
				level += pow(10, d.harmonic[m].level_db[i] / 10);
				stated += pow(10, d.harmonic[m].noise_db[i] / 10);
			}
		/* the larger of two estimates lies above the truth by up to some tenths */
		assert_near(10 * log10(stated / level), 0.7, 1.2);
	}
	sabin_distortion_free(&d);
}

static void test_refusals(void **state)
{
	(void)state;
	struct sabin_distortion d;
	struct sabin_distortion_options o = sabin_distortion_defaults();
	const struct sabin_stimulus s = stimulus_of(1);
	size_t frames;
	const struct rig rig = {.a = 0.1, .gain = 1};
	double *y = record(&s, &rig, &frames);
	const double kept = y[100];
	y[100] = NAN;
	assert_int_equal(sabin_distortion_compute(y, frames, &s, &o, &d), SABIN_EINVAL);
	y[100] = kept;
	o.smoothing_oct = 0;
	assert_int_equal(sabin_distortion_compute(y, frames, &s, &o, &d), SABIN_EINVAL);
	o = sabin_distortion_defaults();
	assert_int_equal(sabin_distortion_compute(y, 0, &s, &o, &d), SABIN_EINVAL);
	memset(y, 0, frames * sizeof *y);
	assert_int_equal(sabin_distortion_compute(y, frames, &s, &o, &d), SABIN_ESHORT);
	free(y);
	/* the harmonics of a tenth of a second stand 3 ms apart */
	const struct sabin_stimulus brief = stimulus_of(0.1);
	y = record(&brief, &rig, &frames);
	assert_int_equal(sabin_distortion_compute(y, frames, &brief, &o, &d), SABIN_ESHORT);
	free(y);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_known_harmonics),
		cmocka_unit_test(test_played),
	    cmocka_unit_test(test_room_cancels),
	    cmocka_unit_test(test_gain_changes_nothing),
	    cmocka_unit_test(test_clean_in_noise),
	    cmocka_unit_test(test_harmonics_in_noise),
	    cmocka_unit_test(test_noise_floor),
	    cmocka_unit_test(test_refusals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
