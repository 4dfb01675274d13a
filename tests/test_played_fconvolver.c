/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_played_fconvolver.c: an impulse through fconvolver, jconvolver's twin for files, with our configuration.
 */
#include <stdlib.h>
#include <unistd.h>

#include "io/atomic.h"
#include "util/near.h"
#include "util/played.h"

static void plays(void **state)
{
	(void)state;
	for (int r = 0; r < TEST_RATES; r++) {
		struct test_played p;
		char name[64];
		test_play_begin(&p, &sabin_dialect_jconvolver, test_rates_hz[r]);
		snprintf(name, sizeof name, "correction-%.0f.conf", p.rate_hz);
		char *folder = sabin_path_join(p.folder, "jconvolver"), *out = sabin_path_join(p.folder, "out.wav");
		const char *const play[] = {"fconvolver", name, "../in.wav", "../out.wav", NULL};
		assert_int_equal(test_run(folder, play), 0);
		test_heard(&p, "out.wav", 0, 2);
		if (r == 0) { /* it exits with 0 where a response is missing, and says so */
			unlink(out);
			test_put_replaced(folder, name, "left-", "lost-");
			(void)test_run(folder, play);
			assert_true(test_holds(folder, "said", "lost-"));
		}
		free(folder);
		free(out);
		test_play_end(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(plays)};
	test_needs("fconvolver");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
