/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_roomcard_hostile.c: the simulated card in configurations that nobody would write, behind other plugins, and
 * over what somebody left in the shared memory: refused with a word or good, never a crash or a wait.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sabin/random.h>

#include "util/card.h"

enum { N = 4000, CONFIG_MAX = 16000 };

/* ---- configurations ---- */

static char said[400]; /* the first that alsa-lib was told */

__attribute__((format(printf, 5, 0))) static void remember_error(const char *file, int line, const char *function, int err, const char *format, ...)
{
	va_list arguments;
	(void)file, (void)line, (void)function, (void)err;
	if (said[0])
		return;
	va_start(arguments, format);
	vsnprintf(said, sizeof said, format, arguments);
	va_end(arguments);
}

/* The PCM "x" of this configuration; what is wrong is in `said`. */
static int open_text(const char *text, snd_pcm_stream_t stream, snd_pcm_t **pcm)
{
	snd_config_t *config = NULL;
	snd_input_t *input = NULL;
	*pcm = NULL;
	said[0] = '\0';
	snd_lib_error_set_handler(remember_error);
	int err = snd_config_top(&config);
	if (!err)
		err = snd_input_buffer_open(&input, text, (ssize_t)strlen(text));
	if (!err)
		err = snd_config_load(config, input);
	if (!err)
		err = snd_pcm_open_lconf(pcm, "x", stream, 0, config);
	if (input)
		snd_input_close(input);
	if (config)
		snd_config_delete(config);
	snd_lib_error_set_handler(NULL);
	return err;
}

static int open_fields(const char *fields, snd_pcm_stream_t stream, snd_pcm_t **pcm)
{
	static char text[CONFIG_MAX];
	snprintf(text, sizeof text, "pcm_type.sabin { lib \"%s\" }\npcm.x {\ntype sabin\n%s\n}\n", rig_plugin(), fields);
	return open_text(text, stream, pcm);
}

static void refused(const char *fields, const char *word)
{
	for (int stream = SND_PCM_STREAM_PLAYBACK; stream <= SND_PCM_STREAM_CAPTURE; stream++) {
		snd_pcm_t *pcm = NULL;
		const int err = open_fields(fields, (snd_pcm_stream_t)stream, &pcm);
		if (err >= 0 || !strstr(said, word))
			fail_msg("%.100s: %d, said \"%s\", not \"%s\"", fields, err, said, word);
		assert_null(pcm);
	}
}

/* `more` with the room that is good. */
static void refused_with_room(const char *more, const char *word)
{
	static char fields[CONFIG_MAX];
	snprintf(fields, sizeof fields, "room \"%s\"\n%.15000s", card_room("  latency_ms: 1\n"), more);
	refused(fields, word);
}

static void fields_of_any_kind_are_refused_with_a_word(void **state)
{
	(void)state;
	static char text[CONFIG_MAX];
	refused("", "needs the field 'room'");
	refused("room 5", "must be a string");
	refused("room 5.5", "must be a string");
	refused("room { a 1 }", "must be a string");
	refused("room \"\"", "needs the field 'room'");
	refused("room \"/dev/zero\"", "not a regular file");
	refused("room \"/proc/self/mem\"", "/proc/self/mem");
	refused_with_room("foo 1", "no field 'foo'");
	refused_with_room("position { a 1 }", "must be a string");
	refused_with_room("speed 1", "must be a string");
	refused_with_room("speed \"nan\"", "speed");
	refused_with_room("speed \"1e400\"", "speed");
	refused_with_room("world \"../../etc/passwd\"", "world");
	refused_with_room("materials \"/dev/urandom\"", "not a regular file");
	memset(text, 'a', 5000);
	memcpy(text, "world \"", 7);
	memcpy(text + 5000, "\"", 2);
	refused_with_room(text, "world");
	memcpy(text, "room \"/", 7);
	refused(text, "aaaa");
}

static void files_that_are_no_rooms_are_refused(void **state)
{
	(void)state;
	static char fields[400], noise[100000];
	const char *pipe = rig_path(card_folder(), "pipe");
	assert_ok(mkfifo(pipe, 0600));
	alarm(20); /* nobody writes into it */
	snprintf(fields, sizeof fields, "room \"%s\"", pipe);
	refused(fields, "not a regular file");
	snprintf(fields, sizeof fields, "materials \"%s\"", pipe);
	refused_with_room(fields, "not a regular file");
	alarm(0);
	unlink(pipe);
	snprintf(fields, sizeof fields, "room \"%s\"", card_folder());
	refused(fields, "not a regular file");
	struct sabin_random random;
	sabin_random_init(&random, 5);
	for (size_t i = 0; i < sizeof noise; i++)
		noise[i] = (char)(1 + (int)(254 * sabin_random_uniform(&random)));
	noise[sizeof noise - 1] = '\0';
	const char *path = rig_path(card_folder(), "noise");
	rig_write_text(path, noise);
	snprintf(fields, sizeof fields, "room \"%s\"", path);
	refused(fields, "noise");
	rig_write_text(path, "");
	refused(fields, "noise");
}

/* ---- behind other plugins ---- */

static void asked_before_there_are_parameters(void **state)
{
	(void)state;
	for (int stream = SND_PCM_STREAM_PLAYBACK; stream <= SND_PCM_STREAM_CAPTURE; stream++) {
		snd_pcm_t *pcm = NULL;
		char fields[400];
		snd_pcm_sframes_t delay = 0;
		snprintf(fields, sizeof fields, "room \"%s\"", card_room("  latency_ms: 1\n"));
		assert_ok(open_fields(fields, (snd_pcm_stream_t)stream, &pcm));
		snd_lib_error_set_handler(remember_error);
		(void)snd_pcm_avail_update(pcm);
		(void)snd_pcm_delay(pcm, &delay);
		(void)snd_pcm_hwsync(pcm);
		(void)snd_pcm_start(pcm);
		(void)snd_pcm_drop(pcm);
		(void)snd_pcm_prepare(pcm);
		(void)snd_pcm_avail(pcm);
		snd_lib_error_set_handler(NULL);
		snd_pcm_close(pcm);
	}
}

/* Play N frames into what `wrapper` makes of the slave "card"; a program's way. */
static int play_through(const char *wrapper)
{
	static char text[CONFIG_MAX], silence[4 * 2 * N];
	snd_pcm_t *pcm = NULL;
	snprintf(text, sizeof text,
	         "pcm_type.sabin { lib \"%s\" }\npcm.card {\ntype sabin\nroom \"%s\"\n}\npcm.x {\n%s\n}\n", rig_plugin(),
	         card_room("  latency_ms: 1\n"), wrapper);
	int err = open_text(text, SND_PCM_STREAM_PLAYBACK, &pcm);
	snd_lib_error_set_handler(remember_error);
	if (!err)
		err = snd_pcm_set_params(pcm, SND_PCM_FORMAT_S16_LE, SND_PCM_ACCESS_RW_INTERLEAVED, 1, 44100, 1, 200000);
	if (!err) {
		const snd_pcm_sframes_t written = snd_pcm_writei(pcm, silence, N);
		err = written == N ? snd_pcm_drain(pcm) : (int)written;
	}
	if (pcm)
		snd_pcm_close(pcm);
	snd_lib_error_set_handler(NULL);
	return err;
}

static void other_plugins_stand_before_it(void **state)
{
	(void)state;
	char file[400];
	assert_ok(play_through("type plug\nslave.pcm card"));
	assert_ok(play_through("type plug\nslave { pcm card\nrate 96000 }"));
	assert_ok(play_through("type plug\nslave.pcm { type route\nslave.pcm card\nttable.0.0 0.5 }"));
	assert_ok(play_through("type asym\nplayback.pcm { type plug\nslave.pcm card }"));
	assert_ok(play_through("type plug\nslave.pcm { type mmap_emul\nslave.pcm card }"));
	snprintf(file, sizeof file, "type plug\nslave.pcm { type file\nslave.pcm card\nfile \"%s\"\nformat raw }",
	         rig_path(card_folder(), "copy"));
	assert_ok(play_through(file));
	/* what cannot be had through it is refused: two streams into one playback, and a mixer of hardware's memory */
	assert_true(play_through("type multi\nslaves.a { pcm card\nchannels 1 }\nslaves.b { pcm card\nchannels 1 }\n"
	                         "bindings.0 { slave a\nchannel 0 }\nbindings.1 { slave b\nchannel 0 }") < 0);
	assert_true(play_through("type dmix\nipc_key 471177\nslave { pcm card }") < 0);
}

/* ---- what lies in the shared memory ---- */

static const char *memory_of(const char *world)
{
	static char path[200];
	snprintf(path, sizeof path, "/dev/shm/sabin.%lu.world.%s", (unsigned long)getuid(), world);
	return path;
}

static int open_world(const char *world, snd_pcm_t **pcm)
{
	char fields[500];
	snprintf(fields, sizeof fields, "room \"%s\"\nworld \"%s\"", card_room("  latency_ms: 1\n"), world);
	return open_fields(fields, SND_PCM_STREAM_CAPTURE, pcm);
}

static void leave_in_memory(const char *world, off_t size, bool noise)
{
	const int file = open(memory_of(world), O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(file >= 0);
	assert_ok(ftruncate(file, size));
	for (size_t i = 0; noise && i < 4096; i++) {
		const double x = sabin_random_normal_at(6, i);
		assert_int_equal(write(file, &x, sizeof x), sizeof x);
	}
	close(file);
}

static void anything_under_its_name_is_no_obstacle(void **state)
{
	(void)state;
	const off_t sizes[] = {0, 1, 4096, 5 << 20, 300 << 20};
	const char *world = "hostile";
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		for (int noise = 0; noise < 2; noise++) {
			snd_pcm_t *pcm = NULL;
			leave_in_memory(world, sizes[i], noise);
			assert_ok(open_world(world, &pcm));
			snd_pcm_close(pcm);
			assert_int_equal(access(memory_of(world), F_OK), -1);
		}
	assert_ok(symlink("/etc/hostname", memory_of(world)));
	snd_pcm_t *pcm = NULL;
	assert_true(open_world(world, &pcm) < 0);
	assert_ok(unlink(memory_of(world)));
}

/* A process with a world of its own, killed. */
static void leave_a_world(const char *world)
{
	int ready[2];
	char answer = 'n';
	assert_ok(pipe(ready));
	const pid_t child = fork();
	if (child == 0) {
		snd_pcm_t *pcm = NULL;
		const bool good = open_world(world, &pcm) == 0;
		const ssize_t told = write(ready[1], good ? "y" : "n", 1);
		(void)told;
		pause();
	}
	assert_int_equal(read(ready[0], &answer, 1), 1);
	assert_int_equal(answer, 'y');
	assert_ok(kill(child, SIGKILL));
	assert_int_equal(waitpid(child, NULL, 0), child);
	close(ready[0]);
	close(ready[1]);
}

static void the_next_one_removes_what_killed_ones_left(void **state)
{
	(void)state;
	snd_pcm_t *alive = NULL, *pcm = NULL;
	leave_a_world("killed-1");
	leave_a_world("killed-2");
	assert_ok(access(memory_of("killed-2"), F_OK));
	assert_ok(open_world("alive", &alive)); /* here both go ... */
	assert_int_equal(access(memory_of("killed-1"), F_OK), -1);
	assert_int_equal(access(memory_of("killed-2"), F_OK), -1);
	assert_ok(open_world("other", &pcm)); /* ... and here none that is used */
	assert_ok(access(memory_of("alive"), F_OK));
	snd_pcm_close(pcm);
	snd_pcm_close(alive);
	assert_int_equal(access(memory_of("alive"), F_OK), -1);
}

/* ---- too little of everything ---- */

static void without_descriptors_it_is_refused(void **state)
{
	(void)state;
	struct rlimit before;
	assert_ok(getrlimit(RLIMIT_NOFILE, &before));
	card_room("  latency_ms: 1\n");
	bool opened = false;
	for (rlim_t most = 3; most < 24 && !opened; most++) {
		snd_pcm_t *pcm = NULL;
		const struct rlimit few = {most, before.rlim_max};
		char fields[300];
		snprintf(fields, sizeof fields, "room \"%s\"", rig_path(card_folder(), "room.yaml"));
		assert_ok(setrlimit(RLIMIT_NOFILE, &few));
		opened = open_fields(fields, SND_PCM_STREAM_CAPTURE, &pcm) == 0;
		assert_ok(setrlimit(RLIMIT_NOFILE, &before));
		if (pcm)
			snd_pcm_close(pcm);
	}
	assert_true(opened);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_of_any_kind_are_refused_with_a_word),
		cmocka_unit_test(files_that_are_no_rooms_are_refused),
		cmocka_unit_test(asked_before_there_are_parameters),
		cmocka_unit_test(other_plugins_stand_before_it),
		cmocka_unit_test(anything_under_its_name_is_no_obstacle),
		cmocka_unit_test(the_next_one_removes_what_killed_ones_left),
		cmocka_unit_test(without_descriptors_it_is_refused),
	};
	return cmocka_run_group_tests(tests, card_set_up, card_tear_down);
}
