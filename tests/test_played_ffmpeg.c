/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_played_ffmpeg.c: an impulse through ffmpeg with our filter graph.
 */
#include "util/near.h"
#include "util/played.h"

static const char *const play[] = {"ffmpeg", "-v", "error", "-y", "-i", "in.wav", "-filter_script:a",
                                   "ffmpeg/filter.txt", "-c:a", "pcm_f32le", "out.wav", NULL};

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
	test_put_replaced(p.folder, "ffmpeg/filter.txt", "lowshelf", "loshelf");
	assert_true(test_run(p.folder, play) != 0);
	test_play_end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(plays), cmocka_unit_test(refuses)};
	test_needs("ffmpeg");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
