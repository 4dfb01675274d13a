/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_recording.c: recordings of several sweeps, made by formula, cut up again.
 */
#include <math.h>

#include <sabin/fft.h>

#include "audio/recording.h"
#include "util/near.h"
#include "util/seed.h"

enum { RATE_HZ = 16000, MOST = 40 * RATE_HZ };

struct tape {
	struct sabin_stimulus stimulus;
	struct sabin_excitation e;
	double *sweep, *x;
	size_t frames;
};

/* A tape of seconds s, silent, for our own stimulus (chirps and all) or the sweep alone. */
static void tape_make(struct tape *t, double length_s, int own, double seconds)
{
	const struct sabin_stimulus_options o = {{30, 7500, length_s, RATE_HZ, -12}, 0.5, 0.7, own};
	*t = (struct tape){.frames = (size_t)(seconds * RATE_HZ)};
	assert_ok(sabin_stimulus_init(&t->stimulus, &o));
	t->sweep = malloc(t->stimulus.sweep.frames * sizeof *t->sweep);
	t->x = calloc(MOST, sizeof *t->x);
	sabin_sweep_render(&t->stimulus.sweep, t->sweep);
	t->e = (struct sabin_excitation){
	    .x = t->sweep,
	    .frames = t->stimulus.sweep.frames,
	    .rate_hz = RATE_HZ,
	    .from_hz = 30,
	    .to_hz = 7500,
	    .second_harmonic_s = sabin_sweep_harmonic_lead_s(&t->stimulus.sweep, 2),
	    .stimulus = own ? &t->stimulus : NULL,
	    .any_start = true,
	};
}

static void tape_free(struct tape *t)
{
	free(t->sweep);
	free(t->x);
}

struct speaker {
	double at_s;  /* when its sweep begins */
	double gain, echo, echo_s, drive, low_pass_hz;
};

static double stimulus_at(const struct tape *t, double t_s)
{
	const struct sabin_stimulus *s = &t->stimulus;
	double x = sabin_sweep_value(&s->sweep, t_s);
	for (int i = 0; i < 2 && t->e.stimulus; i++)
		x += sabin_sweep_value(&s->chirp, t_s - ((double)s->chirp_frame[i] -
		                                         (double)s->sweep_frame) /
		                                            RATE_HZ);
	return x;
}

/* Add what a speaker plays, with an echo, distortion, and a low pass of first order twice. */
static void play(struct tape *t, const struct speaker *p)
{
	const double full = t->stimulus.sweep.gain;
	const double a = p->low_pass_hz > 0 ? exp(-2 * M_PI * p->low_pass_hz / RATE_HZ) : 0;
	double y = 0, z = 0;
	for (size_t i = 0; i < t->frames; i++) {
		const double t_s = (double)i / RATE_HZ - p->at_s;
		double x = stimulus_at(t, t_s);
		x += p->drive * (x * x / full + x * x * x / full / full);
		if (p->echo != 0)
			x += p->echo * stimulus_at(t, t_s - p->echo_s);
		y = (1 - a) * x + a * y;
		z = (1 - a) * y + a * z;
		t->x[i] += p->gain * z;
	}
}

static void add_noise(struct tape *t, double rms, uint64_t seed)
{
	for (size_t i = 0; i < t->frames; i++)
		t->x[i] += rms * sabin_random_normal_at(seed, i);
}

static struct sabin_found find(struct tape *t)
{
	struct sabin_found f = {0};
	assert_ok(sabin_recording_find(&t->e, t->x, t->frames, &f));
	return f;
}

/* They are where they were put, to the tenth of a second that the header promises. */
static void assert_found(struct tape *t, const struct speaker *p, size_t count)
{
	struct sabin_found f = find(t);
	if (f.count != count)
		fail_msg("%zu found, %zu were played; best %.1f dB", f.count, count, f.best_db);
	for (size_t i = 0; i < count; i++)
		assert_near((double)f.lag[i] / RATE_HZ, p[i].at_s, 0.1);
	sabin_found_release(&f);
}

static void two_speakers_with_noise_and_echo(void **state)
{
	(void)state;
	struct tape t;
	const struct speaker p[2] = {{1.3, 0.8, 0.7, 0.031, 0, 0}, {4.9, -0.1, 0.9, 0.4, 0, 0}};
	tape_make(&t, 2, 0, 8.5);
	play(&t, &p[0]);
	play(&t, &p[1]);
	add_noise(&t, 2e-3, test_seed("noise")); /* 9 dB under the weaker sweep */
	assert_found(&t, p, 2);
	struct sabin_extracted x;
	struct sabin_found f = find(&t);
	for (size_t i = 0; i < 2; i++) {
		assert_ok(sabin_recording_extract(&t.e, t.x, NULL, t.frames, &f, i, 1, &x));
		/* in noise 9 dB under the sweep: a hundredth of a sample twice over */
		assert_near((double)x.first + x.take.arrival, p[i].at_s * RATE_HZ, 0.03);
		assert_near(x.take.peak / (p[i].gain * (7500 - 30) / 8000.0), 1, 0.1);
		assert_int_equal(x.take.polarity, i ? -1 : 1);
		assert_true(x.take.noise_frames > RATE_HZ / 4);
		assert_true(isnan(x.emission));
		sabin_extracted_release(&x);
	}
	sabin_found_release(&f);
	tape_free(&t);
}

/* What has every octave at once, an impulse response, or at the times of another sweep, is no recording
 * of this one, however far it stands out. */
static void not_this_sweep(void **state)
{
	(void)state;
	static const struct {
		double sweep_s, t60_s, other_s;
	} rows[] = {{1, 0.4, 0}, {4, 1.2, 0}, {8, 0.4, 0}, {4, 0, 2}, {2, 0, 3.4}};
	for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
		struct tape t, other;
		tape_make(&t, rows[r].sweep_s, 0, rows[r].other_s > 0 ? 6 : 1.6);
		const double rate = rows[r].t60_s > 0 ? 3 * M_LN10 / rows[r].t60_s / RATE_HZ : 0;
		for (size_t i = 0; rate > 0 && i + 6000 < t.frames; i++)
			t.x[i + 6000] = exp(-rate * (double)i) *
			                (i ? 0.05 * sabin_random_normal_at(r, i) : 1);
		if (rows[r].other_s > 0) {
			const struct speaker p = {1.5, 0.8, 0, 0, 0, 0};
			tape_make(&other, rows[r].other_s, 0, 6);
			play(&other, &p);
			memcpy(t.x, other.x, t.frames * sizeof *t.x);
			tape_free(&other);
		}
		struct sabin_found f = find(&t);
		if (f.count != 0 || f.one_more)
			fail_msg("row %zu: %zu found at %.2f s", r, f.count,
			         f.count ? (double)f.lag[0] / RATE_HZ : 0);
		sabin_found_release(&f);
		tape_free(&t);
	}
}

/* Levels, distances, lengths, distortion and noise by chance: SABIN_TEST_DRAWS of them. */
static void chance(void **state)
{
	(void)state;
	const char *text = getenv("SABIN_TEST_DRAWS");
	const long draws = text ? strtol(text, NULL, 10) : 12;
	struct sabin_random random;
	sabin_random_init(&random, test_seed("chance"));
	for (long d = 0; d < draws; d++) {
		struct tape t;
		const int own = d % 2;
		const double length_s = test_between_log(&random, 0.4, 4);
		const size_t count = 1 + (size_t)test_between(&random, 0, 3.99);
		struct speaker p[4] = {0};
		tape_make(&t, length_s, own, 0);
		double at_s = test_between(&random, 0.1, 4) + (own ? 0.7 : 0);
		for (size_t i = 0; i < count; i++) {
			p[i] = (struct speaker){at_s, test_between_log(&random, 0.05, 1),
			                        test_between(&random, -0.9, 0.9),
			                        test_between_log(&random, 0.002, 0.3), /* within a sweep */
			                        test_between(&random, 0, 0.2), 0};
			at_s += own ? (double)t.stimulus.frames / RATE_HZ + test_between(&random, 0, 3)
			            : (double)t.e.frames / RATE_HZ + test_between(&random, 0.2, 4);
		}
		t.frames = (size_t)((at_s + test_between(&random, 0, 2)) * RATE_HZ);
		assert_true(t.frames <= MOST);
		for (size_t i = 0; i < count; i++)
			play(&t, &p[i]);
		add_noise(&t, test_between_log(&random, 1e-6, 3e-3), (uint64_t)d);
		assert_found(&t, p, count);
		tape_free(&t);
	}
}

static void subwoofer_beside_main_speaker(void **state)
{
	(void)state;
	struct tape t;
	const struct speaker p[2] = {{1, 0.5, 0, 0, 0, 0}, {6, 0.5, 0.5, 0.01, 0.03, 90}};
	tape_make(&t, 2.5, 1, 10);
	play(&t, &p[0]);
	play(&t, &p[1]);
	add_noise(&t, 3e-4, 5);
	assert_found(&t, p, 2);
	tape_free(&t);
}

static void start_and_end_cut_off(void **state)
{
	(void)state;
	struct tape t;
	struct sabin_extracted x;
	/* the first begins 0.3 s before the recording, the last is cut 0.6 s after its start */
	const struct speaker p[3] = {{-0.3, 0.5, 0, 0, 0, 0}, {3, 0.5, 0, 0, 0, 0}, {6, 0.5, 0, 0, 0, 0}};
	tape_make(&t, 2, 0, 6.6);
	for (int i = 0; i < 3; i++)
		play(&t, &p[i]);
	add_noise(&t, 1e-5, 6);
	struct sabin_found f = find(&t);
	assert_int_equal(f.count, 2);
	assert_true(f.one_more);
	assert_near((double)f.lag[0] / RATE_HZ, -0.3, 0.1);
	assert_ok(sabin_recording_extract(&t.e, t.x, NULL, t.frames, &f, 0, 1, &x));
	assert_near((double)x.first + x.take.arrival, -0.3 * RATE_HZ, 0.1);
	int told = 0;
	for (size_t i = 0; i < x.take.verdict.why_count; i++)
		told += strstr(x.take.verdict.why[i], "begins 0.3 s after the sweep") != NULL;
	assert_int_equal(told, 1);
	sabin_extracted_release(&x);
	sabin_found_release(&f);
	tape_free(&t);
}

/* Nothing but what rooms are full of: silence, noise white and red, a click, hum. */
static void nothing_is_found_where_nothing_is(void **state)
{
	(void)state;
	for (int kind = 0; kind < 5; kind++) {
		struct tape t;
		double red = 0;
		tape_make(&t, 2, kind % 2, 12);
		for (size_t i = 0; i < t.frames; i++) {
			const double white = sabin_random_normal_at(77 + (uint64_t)kind, i);
			red = 0.999 * red + white;
			t.x[i] = kind == 0   ? 0
			         : kind == 1 ? 0.01 * white
			         : kind == 2 ? 1e-3 * red
			         : kind == 3 ? (i == 50000 ? 0.99 : 1e-5 * white)
			                     : 0.2 * sin(2 * M_PI * 50 * (double)i / RATE_HZ);
		}
		struct sabin_found f = find(&t);
		if (f.count != 0)
			fail_msg("kind %d: found %zu, best %.1f dB", kind, f.count, f.best_db);
		assert_true(f.best_db < f.needed_db);
		sabin_found_release(&f);
		tape_free(&t);
	}
}

/* Recorded by another clock, repeats fall between samples: the mean is as sharp as one of them. */
static void repeats_are_laid_on_each_other(void **state)
{
	(void)state;
	struct tape t;
	struct sabin_extracted one, mean;
	tape_make(&t, 1, 1, 13);
	const double apart_s = (double)t.stimulus.frames / RATE_HZ;
	for (int i = 0; i < 4; i++) { /* between the samples by a half, a quarter, ... */
		const struct speaker p = {0.9 + i * (apart_s + 0.37 / RATE_HZ), 0.5, 0, 0, 0, 0};
		play(&t, &p);
	}
	add_noise(&t, 1e-3, 8);
	struct sabin_found f = find(&t);
	assert_int_equal(f.count, 4);
	assert_ok(sabin_recording_extract(&t.e, t.x, NULL, t.frames, &f, 0, 1, &one));
	assert_ok(sabin_recording_extract(&t.e, t.x, NULL, t.frames, &f, 0, 4, &mean));
	assert_int_equal(one.cut.frames, mean.cut.frames);
	/* noise, where no response is, falls by 6 dB; the peak stays */
	double a = 0, b = 0, top_one = 0, top_mean = 0;
	for (size_t i = 0; i < one.cut.frames; i++) {
		if (i > one.cut.before + 1000) {
			a += one.h[i] * one.h[i];
			b += mean.h[i] * mean.h[i];
		}
		top_one = fmax(top_one, fabs(one.h[i]));
		top_mean = fmax(top_mean, fabs(mean.h[i]));
	}
	assert_near(10 * log10(a / b), 6, 1); /* some 10^4 samples: 0.1 dB; ringing of the edges apart */
	assert_near(top_mean / top_one, 1, 0.01);
	assert_true(mean.take.verdict.repeatability_db.valid);
	assert_at_most(mean.take.verdict.repeatability_db.value, -20);
	assert_true(isnan(one.take.verdict.snr_bands[0].coherence));
	for (size_t k = 0; k < mean.take.verdict.snr_band_count; k++) {
		const double coherence = mean.take.verdict.snr_bands[k].coherence;
		assert_true(coherence > 0.9 && coherence <= 1);
	}
	sabin_extracted_release(&one);
	sabin_extracted_release(&mean);
	sabin_found_release(&f);
	tape_free(&t);
}

static void loopback_gives_emission(void **state)
{
	(void)state;
	struct tape mic, loop;
	struct sabin_extracted x;
	tape_make(&mic, 1, 0, 6);
	tape_make(&loop, 1, 0, 6);
	for (int i = 0; i < 2; i++) {
		const struct speaker heard = {1.0103 + 2.5 * i, 0.5, 0.3, 0.02, 0, 0};
		const struct speaker sent = {1 + 2.5 * i, 0.9, 0, 0, 0, 0};
		play(&mic, &heard);
		play(&loop, &sent);
	}
	struct sabin_found f = find(&mic);
	assert_int_equal(f.count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_ok(sabin_recording_extract(&mic.e, mic.x, loop.x, mic.frames, &f, i, 1, &x));
		assert_near((x.take.arrival - x.emission) / RATE_HZ, 0.0103, 0.01 / RATE_HZ);
		sabin_extracted_release(&x);
	}
	sabin_found_release(&f);
	tape_free(&mic);
	tape_free(&loop);
}

/* Later by a second, louder by 6 dB, upside down: found as much later, and as many. */
static void shift_and_scale(void **state)
{
	(void)state;
	struct tape a, b;
	tape_make(&a, 1, 0, 7);
	tape_make(&b, 1, 0, 8);
	for (int i = 0; i < 3; i++) {
		struct speaker p = {0.6 + 1.9 * i, 0.3, 0.4, 0.1, 0.1, 0};
		play(&a, &p);
		p.at_s += 1;
		p.gain *= -2;
		play(&b, &p);
	}
	struct sabin_found f = find(&a), g = find(&b);
	assert_int_equal(f.count, 3);
	assert_int_equal(g.count, 3);
	for (size_t i = 0; i < 3; i++)
		assert_near((double)(g.lag[i] - f.lag[i]) / RATE_HZ, 1, 0.03); /* two hops of the windows */
	sabin_found_release(&f);
	sabin_found_release(&g);
	tape_free(&a);
	tape_free(&b);
}

/* One sample, and a recording shorter than the sweep. */
static void short_recordings(void **state)
{
	(void)state;
	struct tape t;
	const struct speaker p = {0, 0.5, 0, 0, 0, 0};
	tape_make(&t, 1, 0, 2);
	play(&t, &p);
	for (size_t n = 1; n < t.frames / 4; n = 3 * n + 1) {
		struct sabin_found f = {0};
		assert_ok(sabin_recording_find(&t.e, t.x, n, &f));
		assert_int_equal(f.count, 0);
		sabin_found_release(&f);
	}
	tape_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(two_speakers_with_noise_and_echo),
	    cmocka_unit_test(not_this_sweep),
	    cmocka_unit_test(chance),
	    cmocka_unit_test(subwoofer_beside_main_speaker),
	    cmocka_unit_test(start_and_end_cut_off),
	    cmocka_unit_test(nothing_is_found_where_nothing_is),
	    cmocka_unit_test(repeats_are_laid_on_each_other),
	    cmocka_unit_test(loopback_gives_emission),
	    cmocka_unit_test(shift_and_scale),
	    cmocka_unit_test(short_recordings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
