/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_played_mpv.c: an impulse through mpv with our line of its configuration.
 */
#include "util/near.h"
#include "util/played.h"

static const char *const play[] = {"mpv", "--no-config", "--include=ffmpeg/mpv.conf", "--ao=pcm",
                                   "--ao-pcm-file=out.wav", "--audio-format=float", "--vo=null",
                                   "in.wav", NULL};

static void plays(void **state)
{
	(void)state;
	for (int r = 0; r < TEST_RATES; r++) {
		struct test_played p;
		test_play_begin(&p, &sabin_dialect_ffmpeg, test_rates_hz[r]);
		assert_int_equal(test_run(p.folder, play), 0);
		test_heard(&p, "out.wav", 0, 2);
		test_play_end(&p);
	}
}

static void refuses(void **state)
{
	struct test_played p;
	(void)state;
	test_play_begin(&p, &sabin_dialect_ffmpeg, 48000);
	test_put_replaced(p.folder, "ffmpeg/mpv.conf", "lowshelf", "loshelf");
	/* it plays on without the filter, and says so */
	(void)test_run(p.folder, play);
	assert_true(test_holds(p.folder, "said", "loshelf"));
	test_play_end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(plays), cmocka_unit_test(refuses)};
	test_needs("mpv");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
