/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_roomcard.c: what the simulated card does to sound, heard through alsa-lib.
 */
#include <math.h>

#include <sabin/random.h>

#include "util/card.h"

/* Everything but the sample format is double precision: an output is a sum of at most 10^4 products
 * of order 0.1, so the error is below 1e-14; float rounds a sample of order 1 to 6e-8. */
static const double float_rounding = 1e-7;

enum { N = 20000 };

static double x[2 * N], y[2 * N], wanted[2 * N];

static void convolve(const double *in, size_t n, const double *h, size_t taps, double *out)
{
	memset(out, 0, n * sizeof *out);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < taps && k <= i; k++)
			out[i] += h[k] * in[i - k];
}

/* 10 lg of the energy of got - want over that of want */
static double error_db(const double *got, const double *want, size_t n)
{
	double wrong = 0, all = 0;
	for (size_t i = 0; i < n; i++) {
		wrong += (got[i] - want[i]) * (got[i] - want[i]);
		all += want[i] * want[i];
	}
	return 10 * log10(wrong / all + 1e-99);
}

/* ---- the room ---- */

static void unit_response_returns_what_was_played(void **state)
{
	(void)state;
	card_unit();
	card_signal(x, N, 1);
	assert_ok(card_run(card_room("  responses: {left.mix: unit.wav}\n"), x, N, y, N));
	assert_near_array(y, x, N, 1e-14); /* float holds x: only the transforms' rounding */
}

static void latency_is_a_delay_of_whole_frames(void **state)
{
	(void)state;
	card_unit();
	card_signal(x, N, 2);
	/* 43.71 ms are 2098.08 frames */
	const char *room =
	    card_room("  responses: {left.mix: unit.wav}\n  latency_ms: 43.71\n");
	assert_ok(card_run(room, x, N, y, N + 2098));
	for (size_t i = 0; i < 2098; i++)
		assert_near(y[i], 0, 1e-14);
	assert_near_array(y + 2098, x, N, 1e-14);
}

static void long_response_is_convolved_exactly(void **state)
{
	(void)state;
	static double h[9000]; /* longer than two of the card's blocks */
	for (size_t i = 0; i < 9000; i++)
		h[i] = (double)(float)(0.2 * sabin_random_normal_at(3, i) * exp(-(double)i / 2000));
	card_response("long.wav", h, 9000);
	card_signal(x, N, 4);
	struct rig_options options = rig_defaults(card_room("  responses: {left.mix: long.wav}\n"));
	assert_ok(card_run_with(&options, x, N, y, N));
	convolve(x, N, h, 9000, wanted);
	assert_at_most(error_db(y, wanted, N), -150);
	/* 32-bit integers round finer than float */
	options.format = SND_PCM_FORMAT_S32_LE;
	for (size_t i = 0; i < N; i++)
		x[i] *= 0.1; /* no clipping */
	assert_ok(card_run_with(&options, x, N, y, N));
	convolve(x, N, h, 9000, wanted);
	assert_at_most(error_db(y, wanted, N), -150);
}

static void gains_polarity_and_delay_of_a_speaker(void **state)
{
	(void)state;
	card_unit();
	card_signal(x, N, 5);
	assert_ok(card_run(card_room("  responses: {left.mix: unit.wav}\n  gain_db: -6\n  speakers:\n"
	                        "    left: {gain_db: -3, polarity: inverted, delay_ms: 1.0}\n"),
	              x, N, y, N));
	for (size_t i = 48; i < N; i++) /* 1 ms, -9 dB */
		assert_near(y[i], -pow(10, -9.0 / 20) * x[i - 48], float_rounding);
}

static void fractional_delay_of_a_speaker(void **state)
{
	(void)state;
	double h[200] = {0};
	h[100] = 1;
	card_response("late.wav", h, 200);
	for (size_t i = 0; i < N; i++)
		x[i] = (double)(float)(0.5 * sin(2 * M_PI * 1000.0 / CARD_RATE * (double)i));
	assert_ok(card_run(card_room("  responses: {left.mix: late.wav}\n  speakers:\n"
	                        "    left: {delay_ms: 0.2135}\n"),
	              x, N, y, N));
	/* the tone starts at 0 like a step in its slope; 1000 frames later that is over */
	for (size_t i = 1000; i < N; i++)
		wanted[i] = 0.5 * sin(2 * M_PI * 1000.0 / CARD_RATE * ((double)i - 100 - 0.2135e-3 * CARD_RATE));
	assert_near_array(y + 1000, wanted + 1000, N - 1000, 1e-6); /* -120 dB: the window's */
}

static void free_field_tone_returns_at_minus_20_dbfs_at_one_metre(void **state)
{
	(void)state;
	/* all surfaces absorb all: the direct sound of sqrt 5 m at 343.2 m/s */
	const double distance_m = sqrt(5);
	for (size_t i = 0; i < N; i++)
		x[i] = sin(2 * M_PI * 1000.0 / CARD_RATE * (double)i);
	assert_ok(card_run(card_room("  latency_ms: 0\n"), x, N, y, N));
	/* -20 dBFS at 1 m, 1/r; the air takes 0.01 dB */
	const double level = M_SQRT2 * card_rms(y + N / 2, N / 2 - N / 2 % 48);
	assert_near(20 * log10(level), -20 - 20 * log10(distance_m), 0.05);
}

static const char *stereo_room(const char *simulation)
{
	char text[4096];
	snprintf(text, sizeof text,
	         "size_m: {width: 4, length: 5, height: 3}\n"
	         "surfaces: {front: 0.5, back: 0.5, left: 0.5, right: 0.5, floor: 0.5, ceiling: 0.5}\n"
	         "speakers:\n  left: {output: 1, position_m: [1, 1, 1.2]}\n"
	         "  right: {output: 2, position_m: [3, 1, 1.2]}\n"
	         "positions:\n  mix: {position_m: [2, 3, 1.2]}\n"
	         "  rear: {position_m: [2, 4, 1.2], microphone: b}\n"
	         "  seat: {position_m: [1, 4, 1.2], microphone: b}\n"
	         "audio:\n  microphones: {a: {input: 1}, b: {input: 3}}\n"
	         "  loopback: {output: 3, input: 2}\n"
	         "simulation:\n  responses: {left.mix: h1.wav, right.mix: h2.wav, left.rear: h3.wav, "
	         "left.seat: h4.wav}\n%s",
	         simulation);
	const double h1[] = {1, 0.5}, h2[] = {0, 0, -0.25}, h3[] = {0, 0.125}, h4[] = {0, 0, 0, 0.75};
	card_response("h1.wav", h1, 2);
	card_response("h2.wav", h2, 3);
	card_response("h3.wav", h3, 2);
	card_response("h4.wav", h4, 4);
	const char *path = rig_path(card_folder(), "stereo.yaml");
	rig_write_text(path, text);
	return path;
}

/* Three outputs, three inputs; want from the four responses. */
static void check_matrix(const char *position, double scale, size_t late, bool swapped)
{
	struct rig_options options = rig_defaults(stereo_room(
	    swapped ? "  speakers: {left: {output: 2}, right: {output: 1}}\n" : "  speed: max\n"));
	options.position = position;
	options.outputs = options.inputs = 3;
	const size_t n = 5000;
	card_signal(x, 3 * n, 6);
	assert_ok(card_run_with(&options, x, n, y, n));
	const size_t left = swapped ? 1 : 0, right = swapped ? 0 : 1;
	for (size_t i = 4; i < n; i++) {
		const double a = x[3 * i + left] + 0.5 * x[3 * (i - 1) + left] -
		                 0.25 * x[3 * (i - 2) + right];
		assert_near(y[3 * i], a, float_rounding);
		assert_near(y[3 * i + 1], x[3 * i + 2], float_rounding);
		assert_near(y[3 * i + 2], scale * x[3 * (i - late) + left], float_rounding);
	}
}

static void every_speaker_reaches_every_microphone(void **state)
{
	(void)state;
	check_matrix(NULL, 0.125, 1, false);
	check_matrix("mix", 0.125, 1, false);
	check_matrix("seat", 0.75, 3, false);
	check_matrix("mix,seat", 0.75, 3, false);
	check_matrix("mix", 0.125, 1, true);
}

/* ---- what rigs add ---- */

static void formats_round_and_clip_as_they_should(void **state)
{
	(void)state;
	card_unit();
	static const struct {
		snd_pcm_format_t format;
		double step;
	} rows[] = {{SND_PCM_FORMAT_S16_LE, 0x1p-15},
	            {SND_PCM_FORMAT_S24_3LE, 0x1p-23},
	            {SND_PCM_FORMAT_S32_LE, 0x1p-31}};
	const char *room = card_room("  responses: {left.mix: unit.wav}\n");
	for (size_t r = 0; r < 3; r++) {
		struct rig_options options = rig_defaults(room);
		options.format = rows[r].format;
		for (size_t i = 0; i < N; i++) /* on the format's own steps, full scale included */
			x[i] = rows[r].step *
			       rint(ldexp(sin(0.01 * (double)i), (int)-log2(rows[r].step)) * 0.999);
		x[10] = -1;
		x[11] = 1 - rows[r].step;
		assert_ok(card_run_with(&options, x, N, y, N));
		assert_near_array(y, x, N, 0); /* bit for bit */
		/* 6 dB more: clipped at full scale */
		options.room = card_room("  responses: {left.mix: unit.wav}\n  gain_db: 6\n");
		assert_ok(card_run_with(&options, x, N, y, N));
		assert_near(y[10], -1, 0);
		assert_near(y[11], 1 - rows[r].step, 0);
		options.room = card_room("  responses: {left.mix: unit.wav}\n");
	}
}

static void float_clips_only_when_told(void **state)
{
	(void)state;
	card_unit();
	for (size_t i = 0; i < N; i++)
		x[i] = sin(0.01 * (double)i);
	assert_ok(card_run(card_room("  responses: {left.mix: unit.wav}\n  gain_db: 20\n"), x, N, y, N));
	assert_near(y[157], 10 * x[157], 1e-5); /* float at 10 */
	assert_ok(card_run(card_room("  responses: {left.mix: unit.wav}\n  gain_db: 20\n"
	                        "  clip_dbfs: -6\n"),
	              x, N, y, N));
	assert_near(y[157], pow(10, -6.0 / 20), float_rounding);
	assert_near(y[157 + 314], -pow(10, -6.0 / 20), float_rounding);
}

static void noise_and_hum_have_their_rms(void **state)
{
	(void)state;
	memset(x, 0, sizeof x);
	assert_ok(card_run(card_room("  noise_dbfs: -60\n  seed: 7\n"), x, N, y, N));
	/* the RMS of 20000 Gaussian numbers is off by 1/sqrt(40000) = 0.04 dB at one sigma */
	assert_near(20 * log10(card_rms(y, N)), -60, 0.2);
	assert_ok(card_run(card_room("  noise_dbfs: -60\n  seed: 8\n"), x, N, wanted, N));
	assert_true(memcmp(y, wanted, N * sizeof *y) != 0);
	assert_ok(card_run(card_room("  hum_hz: 50\n  hum_dbfs: -40\n"), x, N, y, N));
	assert_near(20 * log10(card_rms(y, 20 * CARD_RATE / 50)), -40, 0.001);
}

static void skewed_clock_stretches_time(void **state)
{
	(void)state;
	card_unit();
	const double skew = 200e-6, f_hz = 3000;
	for (size_t i = 0; i < 2 * N; i++)
		x[i] = (double)(float)(0.5 * sin(2 * M_PI * f_hz / CARD_RATE * (double)i));
	assert_ok(card_run(card_room("  responses: {left.mix: unit.wav}\n  skew_ppm: 200\n"
	                        "  latency_ms: 10\n"),
	              x, 2 * N, y, 2 * N));
	for (size_t i = 1000; i < 2 * N; i++)
		wanted[i] = 0.5 * sin(2 * M_PI * f_hz / CARD_RATE * ((double)i / (1 + skew) - 480));
	assert_near_array(y + 1000, wanted + 1000, 2 * N - 1000, 1e-6); /* -114 dB re the tone */
}

/* Amplitude of a frequency with whole periods in n. */
static double amplitude_at(const double *s, size_t n, double f_hz)
{
	double a = 0, b = 0;
	for (size_t i = 0; i < n; i++) {
		a += s[i] * cos(2 * M_PI * f_hz / CARD_RATE * (double)i);
		b += s[i] * sin(2 * M_PI * f_hz / CARD_RATE * (double)i);
	}
	return 2 * hypot(a, b) / (double)n;
}

static void harmonics_at_full_scale(void **state)
{
	(void)state;
	card_unit();
	for (size_t i = 0; i < N; i++)
		x[i] = cos(2 * M_PI * 1000.0 / CARD_RATE * (double)i);
	assert_ok(card_run(card_room("  responses: {left.mix: unit.wav}\n  speakers:\n"
	                        "    left: {h2_db: -40, h3_db: -30}\n"),
	              x, N, y, N));
	const size_t n = N - N % 48;
	const double fundamental = amplitude_at(y, n, 1000);
	assert_near(20 * log10(amplitude_at(y, n, 2000) / fundamental), -40, 0.001);
	assert_near(20 * log10(amplitude_at(y, n, 3000) / fundamental), -30, 0.001);
	assert_at_most(20 * log10(amplitude_at(y, n, 4000) / fundamental), -120);
}

static void band_edges_are_butterworth(void **state)
{
	(void)state;
	card_unit();
	memset(x, 0, sizeof x);
	x[0] = 1;
	assert_ok(card_run(card_room("  responses: {left.mix: unit.wav}\n  speakers:\n"
	                        "    left: {low_hz: 100, high_hz: 5000, order: 4}\n"),
	              x, N, y, N));
	/* a bilinear corner is exact at the corner: -3.01 dB, and 24 dB an octave below it */
	const double scale = N / 2.0;
	assert_near(20 * log10(scale * amplitude_at(y, N, 100)), -3.01, 0.02);
	assert_near(20 * log10(scale * amplitude_at(y, N, 5000)), -3.01, 0.02);
	assert_near(20 * log10(scale * amplitude_at(y, N, 1000)), 0, 0.02);
	assert_near(20 * log10(scale * amplitude_at(y, N, 25)), -48.2, 0.1);
	assert_ok(card_run(card_room("  responses: {left.mix: unit.wav}\n  speakers:\n"
	                        "    left: {dead_above_hz: 2000}\n"),
	              x, N, y, N));
	assert_at_most(20 * log10(scale * amplitude_at(y, N, 8000)), -48);
	assert_near(20 * log10(scale * amplitude_at(y, N, 200)), 0, 0.02);
}

static void microphone_curve_is_minimum_phase(void **state)
{
	(void)state;
	card_unit();
	rig_write_text(rig_path(card_folder(), "mic.txt"), "20 -6\n100 0\n1000 0\n10000 4\n20000 -3\n");
	memset(x, 0, sizeof x);
	x[0] = 1;
	const char *room = card_room("  responses: {left.mix: unit.wav}\n  microphone: mic.txt\n");
	assert_ok(card_run(room, x, N, y, N));
	const double scale = N / 2.0;
	assert_near(20 * log10(scale * amplitude_at(y, N, 1000)), 0, 0.05);
	assert_near(20 * log10(scale * amplitude_at(y, N, 10000)), 4, 0.05);
	assert_near(20 * log10(scale * amplitude_at(y, N, 20)), -6, 0.05);
	/* nothing comes before it and most at once */
	double early = 0, all = 0;
	for (size_t i = 0; i < N; i++) {
		all += y[i] * y[i];
		early += i < 10 ? y[i] * y[i] : 0;
	}
	assert_true(early > 0.97 * all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unit_response_returns_what_was_played),
		cmocka_unit_test(latency_is_a_delay_of_whole_frames),
		cmocka_unit_test(long_response_is_convolved_exactly),
		cmocka_unit_test(gains_polarity_and_delay_of_a_speaker),
		cmocka_unit_test(fractional_delay_of_a_speaker),
		cmocka_unit_test(free_field_tone_returns_at_minus_20_dbfs_at_one_metre),
		cmocka_unit_test(every_speaker_reaches_every_microphone),
		cmocka_unit_test(formats_round_and_clip_as_they_should),
		cmocka_unit_test(float_clips_only_when_told),
		cmocka_unit_test(noise_and_hum_have_their_rms),
		cmocka_unit_test(skewed_clock_stretches_time),
		cmocka_unit_test(harmonics_at_full_scale),
		cmocka_unit_test(band_edges_are_butterworth),
		cmocka_unit_test(microphone_curve_is_minimum_phase),
	};
	return cmocka_run_group_tests(tests, card_set_up, card_tear_down);
}
