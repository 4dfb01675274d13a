/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_roomcard_client.c: the simulated card as its clients meet it: sizes, processes, clocks,
 * faults and refusals.
 */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sabin/random.h>

#include "util/card.h"

enum { N = 20000, TRIES = 5 };

static double x[2 * N], y[4 * N], want[2 * N];

static double now_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- clients ---- */

static const char *busy_room(void)
{
	static double h[6000];
	for (size_t i = 0; i < 6000; i++)
		h[i] = 0.1 * sabin_random_normal_at(9, i);
	card_response("busy.wav", h, 6000);
	return card_room("  responses: {left.mix: busy.wav}\n  noise_dbfs: -70\n  skew_ppm: 60\n"
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
	card_signal(x, N, 10);
	struct rig_options options = rig_defaults(busy_room());
	for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
		double *to = r == 0 ? want : y;
		options.period = rows[r].period;
		options.buffer = rows[r].buffer;
		options.mmap = rows[r].mmap;
		options.world = fresh_world();
		assert_ok(card_run_with(&options, x, N, to, N));
		assert_memory_equal(to, want, N * sizeof *to);
	}
}

static void two_processes_hear_what_one_does(void **state)
{
	(void)state;
	card_signal(x, N, 11);
	struct rig_options options = rig_defaults(busy_room());
	options.world = fresh_world();
	assert_ok(card_run_with(&options, x, N, want, N));
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

static void what_a_killed_process_leaves_is_no_obstacle(void **state)
{
	(void)state;
	card_unit();
	card_signal(x, N, 18);
	struct rig_options options =
	    rig_defaults(card_room("  responses: {left.mix: unit.wav}\n"));
	options.world = fresh_world();
	int ready[2];
	assert_ok(pipe(ready));
	const pid_t child = fork();
	if (child == 0) {
		struct rig rig;
		const int err = rig_open(&rig, &options);
		const ssize_t told = write(ready[1], err ? "n" : "y", 1);
		(void)told;
		pause(); /* holds the card */
	}
	char answer = 'n';
	assert_int_equal(read(ready[0], &answer, 1), 1);
	assert_int_equal(answer, 'y');
	snd_pcm_t *pcm = NULL;
	assert_int_equal(rig_open_stream(&options, SND_PCM_STREAM_PLAYBACK, &pcm), -EBUSY);
	assert_ok(kill(child, SIGKILL));
	assert_int_equal(waitpid(child, NULL, 0), child);
	close(ready[0]);
	close(ready[1]);
	assert_ok(card_run_with(&options, x, N, y, N));
	assert_near_array(y, x, N, 1e-14);
}

/* One thread that waits for each write and each read. */
static void blocking_client_gets_along(void **state)
{
	(void)state;
	card_unit();
	const struct rig_options options =
	    rig_defaults(card_room("  responses: {left.mix: unit.wav}\n"));
	struct rig rig;
	assert_ok(rig_open(&rig, &options));
	assert_ok(snd_pcm_nonblock(rig.playback, 0));
	assert_ok(snd_pcm_nonblock(rig.capture, 0));
	float period[1024];
	for (size_t i = 0; i < 1024; i++)
		period[i] = (float)i;
	for (int i = 0; i < 4; i++)
		assert_int_equal(snd_pcm_writei(rig.playback, period, 1024), 1024);
	assert_ok(snd_pcm_start(rig.capture));
	assert_ok(snd_pcm_start(rig.playback));
	for (int i = 0; i < 100; i++) {
		assert_int_equal(snd_pcm_writei(rig.playback, period, 1024), 1024);
		float got[1024];
		assert_int_equal(snd_pcm_readi(rig.capture, got, 1024), 1024);
		for (size_t k = 0; k < 1024; k++)
			assert_near((double)got[k], (double)k, 1e-3); /* float at 1000 */
	}
	rig_close(&rig);
}

static void drain_in_real_time_lasts_as_long_as_the_sound(void **state)
{
	(void)state;
	struct rig_options options = rig_defaults(card_room("  speed: 4\n"));
	struct rig rig = {.options = options};
	rig.raw = malloc(options.buffer * 4);
	assert_ok(rig_open_stream(&options, SND_PCM_STREAM_PLAYBACK, &rig.playback));
	assert_ok(rig_set_params(&options, rig.playback));
	double s = HUGE_VAL;
	/* rig_play() fills its last buffer up with silence; another program may have the processor, but
	 * not each time */
	for (int i = 0; i < TRIES && !(s < (2 * N + 16384) / (4.0 * CARD_RATE) + 0.3); i++) {
		const double from_s = now_s();
		const int err = rig_play(&rig, x, 2 * N);
		s = err ? HUGE_VAL : now_s() - from_s;
		assert_true(s > 2 * N / (4.0 * CARD_RATE) - 0.01);
	}
	assert_at_most(s, (2 * N + 16384) / (4.0 * CARD_RATE) + 0.3);
	rig_close(&rig);
}

static void rates_and_channels_are_what_is_offered(void **state)
{
	(void)state;
	struct rig_options options = rig_defaults(card_room(
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
	struct rig_options options = rig_defaults(card_room("  latency_ms: 100\n"));
	options.rate_hz = 192000;
	options.period = 96000;
	options.buffer = 384000;
	card_signal(x, 2 * N, 12);
	assert_ok(card_run_with(&options, x, 2 * N, y, 4 * N));
	assert_true(card_rms(y, 4 * N) > 1e-3);
	for (size_t i = 0; i < 19200; i++) /* before latency and distance: nothing */
		assert_near(y[i], 0, 1e-7);
}

static void one_card_has_one_rate_and_one_playback(void **state)
{
	(void)state;
	const struct rig_options options = rig_defaults(card_room("  latency_ms: 1\n"));
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
	card_unit();
	memset(x, 0, sizeof x);
	x[4000] = 1;
	/* at twice real time 20000 frames last 0.21 s; 0.2 s: another program had the processor */
	const char *room = card_room("  responses: {left.mix: unit.wav}\n  speed: 2\n");
	const double due_s = N / (2.0 * CARD_RATE);
	double s = HUGE_VAL;
	for (int i = 0; i < TRIES && !(fabs(s - due_s) < 0.2); i++) {
		const double from_s = now_s();
		const int err = card_run(room, x, N, y, N);
		s = err ? HUGE_VAL : now_s() - from_s;
		assert_true(s > due_s - 0.2);
	}
	assert_near(s, due_s, 0.2);
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
	card_unit();
	card_signal(x, N, 13);
	memset(x, 0, 500 * sizeof *x); /* the moment counts from the first sound */
	struct rig_options options = rig_defaults(
	    card_room("  responses: {left.mix: unit.wav}\n  drop: {at_s: 0.1, frames: 77}\n"));
	for (int take = 0; take < 2; take++) { /* the second time the card is opened again */
		assert_ok(card_run_with(&options, x, N, y, N - 77));
		const size_t lost = take == 0 ? 77 : 0;
		assert_near_array(y, x, 5300, 1e-14);
		assert_near_array(y + 5300, x + 5300 + lost, N - 77 - 5300, 1e-14);
	}
}

static void drop_strikes_every_take_when_always(void **state)
{
	(void)state;
	card_unit();
	card_signal(x, N, 13);
	struct rig_options options = rig_defaults(card_room(
	    "  responses: {left.mix: unit.wav}\n  drop: {at_s: 0.1, frames: 77, always: true}\n"));
	options.world = fresh_world();
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
	card_unit();
	card_signal(x, N, 14);
	const char *streams[] = {"capture", "playback"};
	for (int s = 0; s < 2; s++) {
		char text[200];
		snprintf(text, sizeof text,
		         "  responses: {left.mix: unit.wav}\n  xrun_at_s: 0.1\n  stream: %s\n",
		         streams[s]);
		struct rig_options options = rig_defaults(card_room(text));
		options.world = fresh_world();
		struct rig rig;
		assert_ok(rig_open(&rig, &options));
		assert_int_equal(rig_run(&rig, x, N, y, N), -EPIPE);
		assert_ok(rig_run(&rig, x, N, y, N)); /* the retake */
		rig_close(&rig);
		assert_ok(card_run_with(&options, x, N, y, N)); /* and after closing */
	}
}

static void unplugged_card_is_gone(void **state)
{
	(void)state;
	card_signal(x, N, 15);
	struct rig_options options = rig_defaults(card_room("  unplug_at_s: 0.1\n"));
	struct rig rig;
	assert_ok(rig_open(&rig, &options));
	assert_int_equal(rig_run(&rig, x, N, y, N), -ENODEV);
	assert_int_equal(snd_pcm_prepare(rig.playback), -ENODEV);
	assert_int_equal(snd_pcm_prepare(rig.capture), -ENODEV);
	rig_close(&rig);
	assert_ok(card_run_with(&options, x, N, y, N)); /* plugged in again */
}

static void noise_burst_is_where_it_should_be(void **state)
{
	(void)state;
	card_unit();
	memset(x, 0, sizeof x);
	x[100] = 0.5;
	assert_ok(card_run(card_room("  responses: {left.mix: unit.wav}\n"
	                        "  noise_burst: {at_s: 0.1, length_s: 0.1, dbfs: -20}\n"),
	              x, N, y, N));
	assert_at_most(card_rms(y + 101, 4799), 1e-12);
	/* 4800 numbers: 0.09 dB at one sigma */
	assert_near(20 * log10(card_rms(y + 4900, 4800)), -20, 0.4);
	assert_at_most(card_rms(y + 9700, N - 9700), 1e-12);
}

static void client_that_stops_feeding_underruns(void **state)
{
	(void)state;
	const struct rig_options options = rig_defaults(card_room("  latency_ms: 1\n"));
	struct rig rig;
	assert_ok(rig_open(&rig, &options));
	memset(rig.raw, 0, 4 * options.buffer);
	assert_int_equal(snd_pcm_writei(rig.playback, rig.raw, 4096), 4096);
	assert_ok(snd_pcm_start(rig.capture));
	assert_ok(snd_pcm_start(rig.playback));
	snd_pcm_sframes_t avail = 0;
	for (int i = 0; i < 1000 && avail >= 0; i++) { /* the card waits 5 s */
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
	assert_int_equal(try_to_open(card_folder(), NULL, NULL), -EINVAL);
	assert_int_equal(try_to_open("", NULL, NULL), -EINVAL);
	assert_int_equal(try_to_open("/dev/null", NULL, NULL), -EINVAL);
	const char *room = card_room("  latency_ms: 1\n");
	assert_int_equal(try_to_open(room, "nowhere", NULL), -EINVAL);
	assert_int_equal(try_to_open(room, "mix,seat", NULL), -EINVAL); /* one microphone */
	assert_int_equal(try_to_open(room, "", NULL), -EINVAL);
	card_unit();
	assert_int_equal(try_to_open(card_room("  responses: {left.mix: unit.wav}\n"), "seat", NULL),
	                 -EINVAL);
	room = card_room("  latency_ms: 1\n");
	assert_int_equal(try_to_open(room, ",,,", NULL), -EINVAL);
	assert_int_equal(try_to_open(room, NULL, "../../etc"), -EINVAL);
	assert_int_equal(try_to_open(room, NULL, ""), -EINVAL);
	assert_ok(try_to_open(room, "seat", "fine"));
	assert_int_equal(try_to_open(card_room("  latency_ms: -1\n"), NULL, NULL), -EINVAL);
	assert_int_equal(try_to_open(card_room("  latency_ms: .nan\n"), NULL, NULL), -EINVAL);
	assert_int_equal(try_to_open(card_room("  responses: {left.mix: missing.wav}\n"), NULL, NULL),
	                 -EINVAL);
	assert_int_equal(try_to_open(card_room("  responses: {left.mix: room.yaml}\n"), NULL, NULL),
	                 -EINVAL);
	assert_int_equal(try_to_open(card_room("  offers: {channels: 1000}\n"), NULL, NULL), -EINVAL);
	snd_lib_error_set_handler(NULL);
}

static void a_missing_microphone_curve_fails_at_prepare(void **state)
{
	(void)state;
	snd_lib_error_set_handler(ignore_error);
	assert_true(card_run(card_room("  microphone: missing.txt\n"), x, N, y, N) < 0);
	snd_lib_error_set_handler(NULL);
}

static void samples_that_are_no_numbers_do_not_ring_on(void **state)
{
	(void)state;
	card_unit();
	card_signal(x, N, 16);
	x[100] = nan("");
	x[101] = HUGE_VAL;
	assert_ok(card_run(card_room("  responses: {left.mix: unit.wav}\n"), x, N, y, N));
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
	card_unit();
	char text[2000];
	snprintf(text, sizeof text,
	         "</usr/share/alsa/alsa.conf>\npcm_type.sabin { lib \"%s\" }\n"
	         "pcm.room { type sabin room \"%s\" world \"%s\" }\n",
	         rig_plugin(), card_room("  responses: {left.mix: unit.wav}\n"), fresh_world());
	rig_write_text(rig_path(card_folder(), "asound.conf"), text);
	card_signal(x, N, 17);
	card_response("play.wav", x, N);
	const char *config = rig_path(card_folder(), "asound.conf");
	const char *played = rig_path(card_folder(), "play.wav");
	const char *heard = rig_path(card_folder(), "heard.raw");
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
		assert_near((double)got[i], x[i], 1e-14);
}

static void no_memory_is_left_behind(void **state)
{
	(void)state;
	assert_ok(card_run(card_room("  latency_ms: 1\n"), x, N, y, N));
	char pattern[128];
	const char *world = fresh_world();
	snprintf(pattern, sizeof pattern, "/dev/shm/sabin.%u.world.%s", (unsigned)getuid(), world);
	assert_ok(try_to_open(rig_path(card_folder(), "room.yaml"), NULL, world));
	assert_int_equal(access(pattern, F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_of_periods_and_access_do_not_matter),
		cmocka_unit_test(two_processes_hear_what_one_does),
		cmocka_unit_test(what_a_killed_process_leaves_is_no_obstacle),
		cmocka_unit_test(blocking_client_gets_along),
		cmocka_unit_test(drain_in_real_time_lasts_as_long_as_the_sound),
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
	return cmocka_run_group_tests(tests, card_set_up, card_tear_down);
}
