/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_played_sox.c: an impulse through SoX with our effects files.
 */
#include "util/near.h"
#include "util/played.h"

static const char *const left[] = {"sox", "left.wav", "-e", "float", "-b", "32", "out.wav",
                                   "--effects-file", "sox/left.sox", NULL};
static const char *const right[] = {"sox", "left.wav", "-e", "float", "-b", "32", "out.wav",
                                    "--effects-file", "sox/right.sox", NULL};

static void plays(void **state)
{
	(void)state;
	for (int r = 0; r < TEST_RATES; r++) {
		struct test_played p;
		test_play_begin(&p, &sabin_dialect_sox, test_rates_hz[r]);
		assert_int_equal(test_run(p.folder, left), 0);
		test_heard(&p, "out.wav", 0, 1);
		assert_int_equal(test_run(p.folder, right), 0);
		test_heard(&p, "out.wav", 1, 1);
		test_play_end(&p);
	}
}

static void refuses(void **state)
{
	struct test_played p;
	(void)state;
	test_play_begin(&p, &sabin_dialect_sox, 48000);
	test_put(p.folder, "sox/left.sox", "gain -6.5 equalizer 63 wide -7.5\n");
	assert_true(test_run(p.folder, left) != 0);
	assert_true(test_holds(p.folder, "said", "FAIL"));
	test_play_end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(plays), cmocka_unit_test(refuses)};
	test_needs("sox");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
