/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_roomcard.c: the simulated card as its clients meet it, through alsa-lib.
 */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sabin/random.h>

#include "util/near.h"
#include "util/rig.h"

/* Everything but the sample format is double precision: an output is a sum of at most 10^4 products of
 * order 0.1, so the error is below 1e-14; float rounds a sample of order 1 to 6e-8. */
static const double float_rounding = 1e-7;

enum { N = 20000, RATE = 48000 };

static char folder[64];

/* ---- rooms and signals ---- */

/* A room file with two speakers, a place, and the lines of its simulation. */
static const char *room_with(const char *simulation)
{
	static const char head[] =
	    "size_m: {width: 4, length: 5, height: 3}\n"
	    "surfaces: {front: 1.0, back: 1.0, left: 1.0, right: 1.0, floor: 1.0, ceiling: 1.0}\n";
	char text[4096];
	snprintf(text, sizeof text,
	         "%sspeakers:\n  left: {output: 1, position_m: [1, 1, 1.2]}\n"
	         "positions:\n  mix: {position_m: [2, 3, 1.2]}\n  seat: {position_m: [3, 3, 1.2]}\n"
	         "simulation:\n%s",
	         head, simulation);
	const char *path = rig_path(folder, "room.yaml");
	rig_write_text(path, text);
	return path;
}

static void write_response(const char *name, const double *h, size_t n)
{
	rig_write_response(rig_path(folder, name), h, n, RATE);
}

static void write_unit(void)
{
	const double unit = 1;
	write_response("unit.wav", &unit, 1);
}

/* Noise that float holds exactly. */
static void make_signal(double *x, size_t n, uint64_t seed)
{
	for (size_t i = 0; i < n; i++)
		x[i] = (double)(float)(0.1 * sabin_random_normal_at(seed, i));
}

static void convolve(const double *x, size_t n, const double *h, size_t taps, double *y)
{
	memset(y, 0, n * sizeof *y);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < taps && k <= i; k++)
			y[i] += h[k] * x[i - k];
}

static double rms(const double *x, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += x[i] * x[i];
	return sqrt(sum / (double)n);
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

static int run_with(const struct rig_options *options, const double *x, size_t n, double *y, size_t m)
{
	struct rig rig;
	int err = rig_open(&rig, options);
	if (!err)
		err = rig_run(&rig, x, n, y, m);
	rig_close(&rig);
	return err;
}

/* One in, one out, through the room file's card. */
static int run(const char *room, const double *x, size_t n, double *y, size_t m)
{
	const struct rig_options options = rig_defaults(room);
	return run_with(&options, x, n, y, m);
}

static double x[2 * N], y[4 * N], want[4 * N];

/* ---- the room ---- */

static void unit_response_returns_what_was_played(void **state)
{
	(void)state;
	write_unit();
	make_signal(x, N, 1);
	assert_ok(run(room_with("  responses: {left.mix: unit.wav}\n"), x, N, y, N));
	assert_near_array(y, x, N, 1e-14); /* float holds x: only the transforms' rounding */
}

static void latency_is_a_delay_of_whole_frames(void **state)
{
	(void)state;
	write_unit();
	make_signal(x, N, 2);
	/* 43.71 ms are 2098.08 frames */
	const char *room =
	    room_with("  responses: {left.mix: unit.wav}\n  latency_ms: 43.71\n");
	assert_ok(run(room, x, N, y, N + 2098));
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
	write_response("long.wav", h, 9000);
	make_signal(x, N, 4);
	struct rig_options options = rig_defaults(room_with("  responses: {left.mix: long.wav}\n"));
	assert_ok(run_with(&options, x, N, y, N));
	convolve(x, N, h, 9000, want);
	assert_at_most(error_db(y, want, N), -150);
	/* 32-bit integers round finer than float */
	options.format = SND_PCM_FORMAT_S32_LE;
	for (size_t i = 0; i < N; i++)
		x[i] *= 0.1; /* no clipping */
	assert_ok(run_with(&options, x, N, y, N));
	convolve(x, N, h, 9000, want);
	assert_at_most(error_db(y, want, N), -150);
}

static void gains_polarity_and_delay_of_a_speaker(void **state)
{
	(void)state;
	write_unit();
	make_signal(x, N, 5);
	assert_ok(run(room_with("  responses: {left.mix: unit.wav}\n  gain_db: -6\n  speakers:\n"
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
	write_response("late.wav", h, 200);
	for (size_t i = 0; i < N; i++)
		x[i] = (double)(float)(0.5 * sin(2 * M_PI * 1000.0 / RATE * (double)i));
	assert_ok(run(room_with("  responses: {left.mix: late.wav}\n  speakers:\n"
	                        "    left: {delay_ms: 0.2135}\n"),
	              x, N, y, N));
	/* the tone starts at 0 like a step in its slope; 1000 frames later that is over */
	for (size_t i = 1000; i < N; i++)
		want[i] = 0.5 * sin(2 * M_PI * 1000.0 / RATE * ((double)i - 100 - 0.2135e-3 * RATE));
	assert_near_array(y + 1000, want + 1000, N - 1000, 1e-6); /* -120 dB: the window's */
}

static void free_field_tone_returns_at_minus_20_dbfs_at_one_metre(void **state)
{
	(void)state;
	/* all surfaces absorb all: the direct sound of sqrt 5 m at 343.2 m/s */
	const double distance_m = sqrt(5);
	for (size_t i = 0; i < N; i++)
		x[i] = sin(2 * M_PI * 1000.0 / RATE * (double)i);
	assert_ok(run(room_with("  latency_ms: 0\n"), x, N, y, N));
	/* -20 dBFS at 1 m, 1/r; the air takes 0.01 dB */
	const double level = M_SQRT2 * rms(y + N / 2, N / 2 - N / 2 % 48);
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
	write_response("h1.wav", h1, 2);
	write_response("h2.wav", h2, 3);
	write_response("h3.wav", h3, 2);
	write_response("h4.wav", h4, 4);
	const char *path = rig_path(folder, "stereo.yaml");
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
	make_signal(x, 3 * n, 6);
	assert_ok(run_with(&options, x, n, y, n));
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
	write_unit();
	static const struct {
		snd_pcm_format_t format;
		double step;
	} rows[] = {{SND_PCM_FORMAT_S16_LE, 0x1p-15},
	            {SND_PCM_FORMAT_S24_3LE, 0x1p-23},
	            {SND_PCM_FORMAT_S32_LE, 0x1p-31}};
	const char *room = room_with("  responses: {left.mix: unit.wav}\n");
	for (size_t r = 0; r < 3; r++) {
		struct rig_options options = rig_defaults(room);
		options.format = rows[r].format;
		for (size_t i = 0; i < N; i++) /* on the format's own steps, full scale included */
			x[i] = rows[r].step *
			       rint(ldexp(sin(0.01 * (double)i), (int)-log2(rows[r].step)) * 0.999);
		x[10] = -1;
		x[11] = 1 - rows[r].step;
		assert_ok(run_with(&options, x, N, y, N));
		assert_near_array(y, x, N, 0); /* bit for bit */
		/* 6 dB more: clipped at full scale */
		options.room = room_with("  responses: {left.mix: unit.wav}\n  gain_db: 6\n");
		assert_ok(run_with(&options, x, N, y, N));
		assert_near(y[10], -1, 0);
		assert_near(y[11], 1 - rows[r].step, 0);
		options.room = room_with("  responses: {left.mix: unit.wav}\n");
	}
}

static void float_clips_only_when_told(void **state)
{
	(void)state;
	write_unit();
	for (size_t i = 0; i < N; i++)
		x[i] = sin(0.01 * (double)i);
	assert_ok(run(room_with("  responses: {left.mix: unit.wav}\n  gain_db: 20\n"), x, N, y, N));
	assert_near(y[157], 10 * x[157], 1e-5); /* float at 10 */
	assert_ok(run(room_with("  responses: {left.mix: unit.wav}\n  gain_db: 20\n"
	                        "  clip_dbfs: -6\n"),
	              x, N, y, N));
	assert_near(y[157], pow(10, -6.0 / 20), float_rounding);
	assert_near(y[157 + 314], -pow(10, -6.0 / 20), float_rounding);
}

static void noise_and_hum_have_their_rms(void **state)
{
	(void)state;
	memset(x, 0, sizeof x);
	assert_ok(run(room_with("  noise_dbfs: -60\n  seed: 7\n"), x, N, y, N));
	/* the RMS of 20000 Gaussian numbers is off by 1/sqrt(40000) = 0.04 dB at one sigma */
	assert_near(20 * log10(rms(y, N)), -60, 0.2);
	assert_ok(run(room_with("  noise_dbfs: -60\n  seed: 8\n"), x, N, want, N));
	assert_true(memcmp(y, want, N * sizeof *y) != 0);
	assert_ok(run(room_with("  hum_hz: 50\n  hum_dbfs: -40\n"), x, N, y, N));
	assert_near(20 * log10(rms(y, 20 * RATE / 50)), -40, 0.001);
}

static void skewed_clock_stretches_time(void **state)
{
	(void)state;
	write_unit();
	const double skew = 200e-6, f_hz = 3000;
	for (size_t i = 0; i < 2 * N; i++)
		x[i] = (double)(float)(0.5 * sin(2 * M_PI * f_hz / RATE * (double)i));
	assert_ok(run(room_with("  responses: {left.mix: unit.wav}\n  skew_ppm: 200\n"
	                        "  latency_ms: 10\n"),
	              x, 2 * N, y, 2 * N));
	for (size_t i = 1000; i < 2 * N; i++)
		want[i] = 0.5 * sin(2 * M_PI * f_hz / RATE * ((double)i / (1 + skew) - 480));
	assert_near_array(y + 1000, want + 1000, 2 * N - 1000, 1e-6); /* -114 dB re the tone */
}

/* Amplitude of a frequency with whole periods in n. */
static double amplitude_at(const double *s, size_t n, double f_hz)
{
	double a = 0, b = 0;
	for (size_t i = 0; i < n; i++) {
		a += s[i] * cos(2 * M_PI * f_hz / RATE * (double)i);
		b += s[i] * sin(2 * M_PI * f_hz / RATE * (double)i);
	}
	return 2 * hypot(a, b) / (double)n;
}

static void harmonics_at_full_scale(void **state)
{
	(void)state;
	write_unit();
	for (size_t i = 0; i < N; i++)
		x[i] = cos(2 * M_PI * 1000.0 / RATE * (double)i);
	assert_ok(run(room_with("  responses: {left.mix: unit.wav}\n  speakers:\n"
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
	write_unit();
	memset(x, 0, sizeof x);
	x[0] = 1;
	assert_ok(run(room_with("  responses: {left.mix: unit.wav}\n  speakers:\n"
	                        "    left: {low_hz: 100, high_hz: 5000, order: 4}\n"),
	              x, N, y, N));
	/* a bilinear corner is exact at the corner: -3.01 dB, and 24 dB an octave below it */
	const double scale = N / 2.0;
	assert_near(20 * log10(scale * amplitude_at(y, N, 100)), -3.01, 0.02);
	assert_near(20 * log10(scale * amplitude_at(y, N, 5000)), -3.01, 0.02);
	assert_near(20 * log10(scale * amplitude_at(y, N, 1000)), 0, 0.02);
	assert_near(20 * log10(scale * amplitude_at(y, N, 25)), -48.2, 0.1);
	assert_ok(run(room_with("  responses: {left.mix: unit.wav}\n  speakers:\n"
	                        "    left: {dead_above_hz: 2000}\n"),
	              x, N, y, N));
	assert_at_most(20 * log10(scale * amplitude_at(y, N, 8000)), -48);
	assert_near(20 * log10(scale * amplitude_at(y, N, 200)), 0, 0.02);
}

static void microphone_curve_is_minimum_phase(void **state)
{
	(void)state;
	write_unit();
	rig_write_text(rig_path(folder, "mic.txt"), "20 -6\n100 0\n1000 0\n10000 4\n20000 -3\n");
	memset(x, 0, sizeof x);
	x[0] = 1;
	assert_ok(run(room_with("  responses: {left.mix: unit.wav}\n  microphone: mic.txt\n"), x, N, y,
	              N));
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

/* ---- clients ---- */

static const char *busy_room(void)
{
	static double h[6000];
	for (size_t i = 0; i < 6000; i++)
		h[i] = 0.1 * sabin_random_normal_at(9, i);
	write_response("busy.wav", h, 6000);
	return room_with("  responses: {left.mix: busy.wav}\n  noise_dbfs: -70\n  skew_ppm: 60\n"
	                 "  latency_ms: 43.7\n  hum_hz: 50\n  hum_dbfs: -60\n"
	                 "  noise_burst: {at_s: 0.1, length_s: 0.05, dbfs: -30}\n"
	                 "  drop: {at_s: 0.2, frames: 100}\n");
}

/* Worlds with faults go on where they were when the process opens them again: each its own. */
static const char *fresh_world(void)
{
	static char name[32];
	static int count;
	snprintf(name, sizeof name, "fresh-%d-%d", (int)getpid(), count++);
	return name;
}

static void sizes_of_periods_and_access_do_not_matter(void **state)
{
	(void)state;
	const struct {
		snd_pcm_uframes_t period, buffer;
		bool mmap;
	} rows[] = {{1024, 16384, false}, {64, 256, false},      {333, 1998, false},
	            {4096, 8192, false},  {8000, 400000, false}, {1024, 16384, true},
	            {100, 1000, true}};
	make_signal(x, N, 10);
	struct rig_options options = rig_defaults(busy_room());
	for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
		double *to = r == 0 ? want : y;
		options.period = rows[r].period;
		options.buffer = rows[r].buffer;
		options.mmap = rows[r].mmap;
		options.world = fresh_world();
		assert_ok(run_with(&options, x, N, to, N));
		assert_memory_equal(to, want, N * sizeof *to);
	}
}

static void two_processes_hear_what_one_does(void **state)
{
	(void)state;
	make_signal(x, N, 11);
	struct rig_options options = rig_defaults(busy_room());
	options.world = fresh_world();
	assert_ok(run_with(&options, x, N, want, N));
	options.world = fresh_world();
	struct rig rig = {.options = options};
	rig.raw = malloc(options.buffer * 4);
	assert_ok(rig_open_stream(&options, SND_PCM_STREAM_CAPTURE, &rig.capture));
	assert_ok(rig_set_params(&options, rig.capture));
	assert_ok(snd_pcm_start(rig.capture));
	const pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct rig other = {.options = options, .raw = rig.raw};
		int err = rig_open_stream(&options, SND_PCM_STREAM_PLAYBACK, &other.playback);
		if (!err)
			err = rig_set_params(&options, other.playback);
		if (!err)
			err = rig_play(&other, x, N);
		if (other.playback)
			snd_pcm_close(other.playback);
		_exit(err ? 1 : 0);
	}
	assert_ok(rig_record(&rig, y, N));
	int status = -1;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_memory_equal(y, want, N * sizeof *y);
	rig_close(&rig);
}

static void rates_and_channels_are_what_is_offered(void **state)
{
	(void)state;
	struct rig_options options = rig_defaults(room_with(
	    "  offers: {formats: [s16, s24_3], rates_hz: [44100, 48000], channels: 2}\n"));
	const struct {
		snd_pcm_format_t format;
		unsigned rate_hz, channels;
		bool works;
	} rows[] = {
		{SND_PCM_FORMAT_S16_LE, 48000, 2, true},   {SND_PCM_FORMAT_S24_3LE, 44100, 2, true},
		{SND_PCM_FORMAT_FLOAT_LE, 48000, 2, false}, {SND_PCM_FORMAT_S16_LE, 96000, 2, false},
		{SND_PCM_FORMAT_S16_LE, 48000, 1, false},
	};
	for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
		options.format = rows[r].format;
		options.rate_hz = rows[r].rate_hz;
		options.outputs = options.inputs = rows[r].channels;
		struct rig rig;
		assert_int_equal(rig_open(&rig, &options) == 0, rows[r].works);
		rig_close(&rig);
	}
}

static void two_seconds_of_buffer_at_192_khz(void **state)
{
	(void)state;
	struct rig_options options = rig_defaults(room_with("  latency_ms: 100\n"));
	options.rate_hz = 192000;
	options.period = 96000;
	options.buffer = 384000;
	make_signal(x, 2 * N, 12);
	assert_ok(run_with(&options, x, 2 * N, y, 4 * N));
	assert_true(rms(y, 4 * N) > 1e-3);
	for (size_t i = 0; i < 19200; i++) /* before latency and distance: nothing */
		assert_near(y[i], 0, 1e-7);
}

static void one_card_has_one_rate_and_one_playback(void **state)
{
	(void)state;
	const struct rig_options options = rig_defaults(room_with("  latency_ms: 1\n"));
	struct rig rig;
	assert_ok(rig_open(&rig, &options));
	snd_pcm_t *second = NULL;
	assert_int_equal(rig_open_stream(&options, SND_PCM_STREAM_PLAYBACK, &second), -EBUSY);
	assert_ok(rig_open_stream(&options, SND_PCM_STREAM_CAPTURE, &second));
	struct rig_options other = options;
	other.rate_hz = 44100;
	assert_int_equal(rig_set_params(&other, second), -EINVAL);
	snd_pcm_close(second);
	rig_close(&rig);
}

static void real_time_takes_its_time(void **state)
{
	(void)state;
	write_unit();
	memset(x, 0, sizeof x);
	x[4000] = 1;
	struct timespec from, to;
	clock_gettime(CLOCK_MONOTONIC, &from);
	/* at twice real time 20000 frames last 0.21 s */
	assert_ok(run(room_with("  responses: {left.mix: unit.wav}\n  speed: 2\n"), x, N, y, N));
	clock_gettime(CLOCK_MONOTONIC, &to);
	const double s = (double)(to.tv_sec - from.tv_sec) + 1e-9 * (double)(to.tv_nsec - from.tv_nsec);
	assert_near(s, N / (2.0 * RATE), 0.2); /* 0.2 s: another program had the processor */
	size_t peak = 0;
	for (size_t i = 0; i < N; i++)
		peak = fabs(y[i]) > fabs(y[peak]) ? i : peak;
	assert_near(y[peak], 1, 1e-6);
	assert_true(peak >= 4000); /* capture was started first */
}

/* ---- faults ---- */

static void drop_loses_frames_silently_and_once(void **state)
{
	(void)state;
	write_unit();
	make_signal(x, N, 13);
	memset(x, 0, 500 * sizeof *x); /* the moment counts from the first sound */
	struct rig_options options = rig_defaults(
	    room_with("  responses: {left.mix: unit.wav}\n  drop: {at_s: 0.1, frames: 77}\n"));
	for (int take = 0; take < 2; take++) { /* the second time the card is opened again */
		assert_ok(run_with(&options, x, N, y, N - 77));
		const size_t lost = take == 0 ? 77 : 0;
		assert_near_array(y, x, 5300, 1e-14);
		assert_near_array(y + 5300, x + 5300 + lost, N - 77 - 5300, 1e-14);
	}
}

static void drop_strikes_every_take_when_always(void **state)
{
	(void)state;
	write_unit();
	make_signal(x, N, 13);
	struct rig_options options = rig_defaults(room_with(
	    "  responses: {left.mix: unit.wav}\n  drop: {at_s: 0.1, frames: 77, always: true}\n"));
	options.world = "always";
	struct rig rig;
	assert_ok(rig_open(&rig, &options));
	for (int take = 0; take < 3; take++) {
		assert_ok(rig_run(&rig, x, N, y, N - 77));
		/* what was in the buffers when the take before ended still rings at most */
		size_t from = 0;
		while (from < N - 77 && fabs(y[from] - x[0]) > 1e-14)
			from++;
		assert_true(from < 10000);
		assert_near(y[from + 4799], x[4799], 1e-14);
		assert_near(y[from + 4800], x[4877], 1e-14);
	}
	rig_close(&rig);
}

static void xrun_strikes_the_stream_it_should_and_once(void **state)
{
	(void)state;
	write_unit();
	make_signal(x, N, 14);
	const char *streams[] = {"capture", "playback"};
	for (int s = 0; s < 2; s++) {
		char text[200];
		snprintf(text, sizeof text,
		         "  responses: {left.mix: unit.wav}\n  xrun_at_s: 0.1\n  stream: %s\n",
		         streams[s]);
		struct rig_options options = rig_defaults(room_with(text));
		options.world = streams[s];
		struct rig rig;
		assert_ok(rig_open(&rig, &options));
		assert_int_equal(rig_run(&rig, x, N, y, N), -EPIPE);
		assert_ok(rig_run(&rig, x, N, y, N)); /* the retake */
		rig_close(&rig);
		assert_ok(run_with(&options, x, N, y, N)); /* and after closing */
	}
}

static void unplugged_card_is_gone(void **state)
{
	(void)state;
	make_signal(x, N, 15);
	struct rig_options options = rig_defaults(room_with("  unplug_at_s: 0.1\n"));
	struct rig rig;
	assert_ok(rig_open(&rig, &options));
	assert_int_equal(rig_run(&rig, x, N, y, N), -ENODEV);
	assert_int_equal(snd_pcm_prepare(rig.playback), -ENODEV);
	assert_int_equal(snd_pcm_prepare(rig.capture), -ENODEV);
	rig_close(&rig);
	assert_ok(run_with(&options, x, N, y, N)); /* plugged in again */
}

static void noise_burst_is_where_it_should_be(void **state)
{
	(void)state;
	write_unit();
	memset(x, 0, sizeof x);
	x[100] = 0.5;
	assert_ok(run(room_with("  responses: {left.mix: unit.wav}\n"
	                        "  noise_burst: {at_s: 0.1, length_s: 0.1, dbfs: -20}\n"),
	              x, N, y, N));
	assert_at_most(rms(y + 101, 4799), 1e-12);
	/* 4800 numbers: 0.09 dB at one sigma */
	assert_near(20 * log10(rms(y + 4900, 4800)), -20, 0.4);
	assert_at_most(rms(y + 9700, N - 9700), 1e-12);
}

static void client_that_stops_feeding_underruns(void **state)
{
	(void)state;
	const struct rig_options options = rig_defaults(room_with("  latency_ms: 1\n"));
	struct rig rig;
	assert_ok(rig_open(&rig, &options));
	memset(rig.raw, 0, 4 * options.buffer);
	assert_int_equal(snd_pcm_writei(rig.playback, rig.raw, 4096), 4096);
	assert_ok(snd_pcm_start(rig.capture));
	assert_ok(snd_pcm_start(rig.playback));
	snd_pcm_sframes_t avail = 0;
	for (int i = 0; i < 400 && avail >= 0; i++) { /* the card waits 2 s */
		usleep(10000);
		avail = snd_pcm_avail_update(rig.playback);
	}
	assert_int_equal(avail, -EPIPE);
	rig_close(&rig);
}

/* ---- what is wrong ---- */

static void ignore_error(const char *file, int line, const char *function, int err,
                         const char *format, ...)
{
	(void)file, (void)line, (void)function, (void)err, (void)format;
}

static int try_to_open(const char *room, const char *position, const char *world)
{
	struct rig_options options = rig_defaults(room);
	options.position = position;
	options.world = world;
	snd_pcm_t *pcm = NULL;
	const int err = rig_open_stream(&options, SND_PCM_STREAM_CAPTURE, &pcm);
	if (pcm)
		snd_pcm_close(pcm);
	return err;
}

static void bad_rooms_are_refused(void **state)
{
	(void)state;
	snd_lib_error_set_handler(ignore_error);
	assert_int_equal(try_to_open("/nonexistent/room.yaml", NULL, NULL), -EINVAL);
	assert_int_equal(try_to_open(folder, NULL, NULL), -EINVAL);
	assert_int_equal(try_to_open("", NULL, NULL), -EINVAL);
	assert_int_equal(try_to_open("/dev/null", NULL, NULL), -EINVAL);
	const char *room = room_with("  latency_ms: 1\n");
	assert_int_equal(try_to_open(room, "nowhere", NULL), -EINVAL);
	assert_int_equal(try_to_open(room, "mix,seat", NULL), -EINVAL); /* one microphone */
	assert_int_equal(try_to_open(room, "", NULL), -EINVAL);
	assert_int_equal(try_to_open(room, ",,,", NULL), -EINVAL);
	assert_int_equal(try_to_open(room, NULL, "../../etc"), -EINVAL);
	assert_int_equal(try_to_open(room, NULL, ""), -EINVAL);
	assert_ok(try_to_open(room, "seat", "fine"));
	assert_int_equal(try_to_open(room_with("  latency_ms: -1\n"), NULL, NULL), -EINVAL);
	assert_int_equal(try_to_open(room_with("  latency_ms: .nan\n"), NULL, NULL), -EINVAL);
	assert_int_equal(try_to_open(room_with("  responses: {left.mix: missing.wav}\n"), NULL, NULL),
	                 -EINVAL);
	assert_int_equal(try_to_open(room_with("  responses: {left.mix: room.yaml}\n"), NULL, NULL),
	                 -EINVAL);
	assert_int_equal(try_to_open(room_with("  offers: {channels: 1000}\n"), NULL, NULL), -EINVAL);
	snd_lib_error_set_handler(NULL);
}

static void a_missing_microphone_curve_fails_at_prepare(void **state)
{
	(void)state;
	snd_lib_error_set_handler(ignore_error);
	assert_true(run(room_with("  microphone: missing.txt\n"), x, N, y, N) < 0);
	snd_lib_error_set_handler(NULL);
}

static void samples_that_are_no_numbers_do_not_ring_on(void **state)
{
	(void)state;
	write_unit();
	make_signal(x, N, 16);
	x[100] = NAN;
	x[101] = INFINITY;
	assert_ok(run(room_with("  responses: {left.mix: unit.wav}\n"), x, N, y, N));
	x[100] = x[101] = 0;
	assert_near_array(y, x, N, 1e-14);
}

/* ---- unmodified programs ---- */

static void aplay_and_arecord_meet(void **state)
{
	(void)state;
#ifdef __SANITIZE_ADDRESS__
	print_message("skipped: a sanitized plugin does not load into other programs\n");
	skip();
#endif
	if (access("/usr/bin/aplay", X_OK) || access("/usr/bin/arecord", X_OK)) {
		print_message("skipped: no aplay and arecord\n");
		skip();
	}
	write_unit();
	char text[2000];
	snprintf(text, sizeof text,
	         "</usr/share/alsa/alsa.conf>\npcm_type.sabin { lib \"%s\" }\n"
	         "pcm.room { type sabin room \"%s\" world \"programs\" }\n",
	         rig_plugin(), room_with("  responses: {left.mix: unit.wav}\n"));
	rig_write_text(rig_path(folder, "asound.conf"), text);
	make_signal(x, N, 17);
	write_response("play.wav", x, N);
	const char *config = rig_path(folder, "asound.conf");
	const char *played = rig_path(folder, "play.wav"), *heard = rig_path(folder, "heard.raw");
	const pid_t recorder = fork();
	if (recorder == 0) {
		setenv("ALSA_CONFIG_PATH", config, 1);
		execl("/usr/bin/arecord", "arecord", "-q", "-D", "room", "-t", "raw", "-f", "FLOAT_LE",
		      "-r", "48000", "-c", "1", "-s", "30000", heard, (char *)NULL);
		_exit(127);
	}
	usleep(500000); /* it has to be there first: alone, playback runs ahead */
	const pid_t player = fork();
	if (player == 0) {
		setenv("ALSA_CONFIG_PATH", config, 1);
		execl("/usr/bin/aplay", "aplay", "-q", "-D", "room", played, (char *)NULL);
		_exit(127);
	}
	int status = -1;
	assert_int_equal(waitpid(player, &status, 0), player);
	assert_int_equal(status, 0);
	assert_int_equal(waitpid(recorder, &status, 0), recorder);
	assert_int_equal(status, 0);
	static float got[30000];
	FILE *file = fopen(heard, "rb");
	assert_non_null(file);
	assert_int_equal(fread(got, sizeof *got, 30000, file), 30000);
	fclose(file);
	for (size_t i = 0; i < N; i++)
		assert_near((double)got[i], x[i], float_rounding);
}

static void no_memory_is_left_behind(void **state)
{
	(void)state;
	assert_ok(run(room_with("  latency_ms: 1\n"), x, N, y, N));
	char pattern[128];
	snprintf(pattern, sizeof pattern, "/dev/shm/sabin.%u.world.fine", (unsigned)getuid());
	assert_ok(try_to_open(rig_path(folder, "room.yaml"), NULL, "fine"));
	assert_int_equal(access(pattern, F_OK), -1);
}

static int set_up(void **state)
{
	(void)state;
	rig_folder_make(folder);
	return access(rig_plugin(), R_OK);
}

static int tear_down(void **state)
{
	(void)state;
	rig_folder_remove(folder);
	snd_config_update_free_global();
	return 0;
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
		cmocka_unit_test(sizes_of_periods_and_access_do_not_matter),
		cmocka_unit_test(two_processes_hear_what_one_does),
		cmocka_unit_test(rates_and_channels_are_what_is_offered),
		cmocka_unit_test(two_seconds_of_buffer_at_192_khz),
		cmocka_unit_test(one_card_has_one_rate_and_one_playback),
		cmocka_unit_test(real_time_takes_its_time),
		cmocka_unit_test(drop_loses_frames_silently_and_once),
		cmocka_unit_test(drop_strikes_every_take_when_always),
		cmocka_unit_test(xrun_strikes_the_stream_it_should_and_once),
		cmocka_unit_test(unplugged_card_is_gone),
		cmocka_unit_test(noise_burst_is_where_it_should_be),
		cmocka_unit_test(client_that_stops_feeding_underruns),
		cmocka_unit_test(bad_rooms_are_refused),
		cmocka_unit_test(a_missing_microphone_curve_fails_at_prepare),
		cmocka_unit_test(samples_that_are_no_numbers_do_not_ring_on),
		cmocka_unit_test(aplay_and_arecord_meet),
		cmocka_unit_test(no_memory_is_left_behind),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
