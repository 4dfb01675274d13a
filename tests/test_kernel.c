/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_kernel.c: who holds a card, and at which rate it runs, from files like the kernel's; and what the
 * type of a PCM promises.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "audio/kernel.h"
#include "audio/pcm.h"
#include "util/card.h"

static const struct sabin_kernel_stream stream = {1, 2, true}, other = {1, 2, false};

static const char *make_folders(void)
{
	static const char *const folders[] = {"proc", "proc/asound", "proc/asound/card1",
	                                      "proc/asound/card1/pcm2c", "proc/asound/card1/pcm2c/sub0",
	                                      "proc/4711"};
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		mkdir(rig_path(card_folder(), folders[i]), 0700);
	static char proc[96];
	snprintf(proc, sizeof proc, "%s/proc", card_folder());
	return proc;
}

static void hold(const char *name, const char *status, const char *params)
{
	rig_write_text(rig_path(card_folder(), "proc/asound/card1/pcm2c/sub0/status"), status);
	rig_write_text(rig_path(card_folder(), "proc/asound/card1/pcm2c/sub0/hw_params"), params);
	rig_write_text(rig_path(card_folder(), "proc/4711/comm"), name);
}

static void the_owner_is_named(void **state)
{
	(void)state;
	static const struct {
		const char *name, *advice;
	} cases[] = {{"pipewire\n", "pavucontrol"},
	             {"wireplumber\n", "pipewire.socket"},
	             {"pulseaudio\n", "pasuspender"},
	             {"jackd\n", "--playback jack"},
	             {"ardour6\n", "close ardour6, or end it: kill 4711"}};
	const char *proc = make_folders();
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sabin_kernel_owner owner;
		char advice[300];
		hold(cases[i].name, "state: RUNNING\nowner_pid   : 4711\ntrigger_time: 1.2\n",
		     "access: MMAP_INTERLEAVED\nformat: S32_LE\nrate: 44100 (44100/1)\n");
		assert_true(sabin_kernel_owner(proc, &stream, &owner));
		assert_int_equal(owner.pid, 4711);
		assert_int_equal(strlen(owner.name), strlen(cases[i].name) - 1);
		sabin_kernel_release_advice(&owner, advice, sizeof advice);
		assert_non_null(strstr(advice, cases[i].advice));
		assert_int_equal(sabin_kernel_rate_hz(proc, &stream), 44100);
		assert_false(sabin_kernel_owner(proc, &other, &owner));
		assert_int_equal(sabin_kernel_rate_hz(proc, &other), 0);
	}
}

static void nobody_holds_it(void **state)
{
	(void)state;
	const char *proc = make_folders();
	struct sabin_kernel_owner owner;
	hold("none\n", "closed\n", "closed\n");
	assert_false(sabin_kernel_owner(proc, &stream, &owner));
	assert_int_equal(sabin_kernel_rate_hz(proc, &stream), 0);
	const struct sabin_kernel_stream none = {-1, 0, true};
	assert_false(sabin_kernel_owner(proc, &none, &owner));
	/* garbage is no owner and no rate */
	hold("x", "owner_pid\nowner_pid : -3\n", "rate: many\nrate\n");
	assert_false(sabin_kernel_owner(proc, &stream, &owner));
	assert_int_equal(sabin_kernel_rate_hz(proc, &stream), 0);
}

static void names_of_streams(void **state)
{
	(void)state;
	assert_int_equal(sabin_kernel_stream_of("pipewire", true).card, -1);
	assert_int_equal(sabin_kernel_stream_of("hw:CARD=NoSuchCard,DEV=3", true).device, 3);
	assert_int_equal(sabin_kernel_stream_of("plughw:NoSuchCard,5", false).device, 5);
	assert_true(sabin_kernel_stream_of("hw:NoSuchCard", true).card < 0);
}

static void doubts(void **state)
{
	(void)state;
	char text[400];
	struct sabin_negotiated n = {.name = "x", .type = "HW", .rate_hz = 96000, .hardware_hz = 96000};
	assert_null(sabin_pcm_doubt(&n, true, text, sizeof text));
	snprintf(n.type, sizeof n.type, "PLUG");
	assert_null(sabin_pcm_doubt(&n, true, text, sizeof text)); /* the card runs as asked */
	n.hardware_hz = 48000;
	assert_non_null(strstr(sabin_pcm_doubt(&n, true, text, sizeof text),
	                       "converts the rate: the card runs at 48000 Hz, not at 96000 Hz"));
	n.hardware_hz = 0;
	assert_non_null(strstr(sabin_pcm_doubt(&n, false, text, sizeof text), "playback device 'x' (PLUG)"));
	snprintf(n.type, sizeof n.type, "IOPLUG");
	assert_non_null(strstr(sabin_pcm_doubt(&n, false, text, sizeof text), "server"));
}

static int clean(void **state)
{
	static const char *const files[] = {"proc/asound/card1/pcm2c/sub0/status",
	                                    "proc/asound/card1/pcm2c/sub0/hw_params", "proc/4711/comm"};
	static const char *const folders[] = {"proc/4711", "proc/asound/card1/pcm2c/sub0",
	                                      "proc/asound/card1/pcm2c", "proc/asound/card1",
	                                      "proc/asound", "proc"};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		unlink(rig_path(card_folder(), files[i]));
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		rmdir(rig_path(card_folder(), folders[i]));
	return card_tear_down(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_owner_is_named),
	    cmocka_unit_test(nobody_holds_it),
	    cmocka_unit_test(names_of_streams),
	    cmocka_unit_test(doubts),
	};
	return cmocka_run_group_tests(tests, card_set_up, clean);
}
