/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_played_alsa.c: an impulse through the PCM of our .asoundrc, its slave made a file.
 */
#include <stdlib.h>
#include <unistd.h>

#include "util/near.h"
#include "util/played.h"

static const char *const play[] = {"aplay", "-q", "-D", "sabin", "in.wav", NULL};

static void prepare(const struct test_played *p)
{
	char *text = test_text(p->folder, "alsa/asoundrc");
	text = test_replace(text, "slave.pcm \"plughw:0\"",
	                    "slave.pcm { type file file \"out.raw\" format raw slave.pcm { type null } }");
	test_put(p->folder, ".asoundrc", text);
	free(text);
}

static void plays(void **state)
{
	(void)state;
	for (int r = 0; r < TEST_RATES; r++) {
		struct test_played p;
		test_play_begin(&p, &sabin_dialect_alsa, test_rates_hz[r]);
		prepare(&p);
		const int status = test_run(p.folder, play);
		if (status != 0) {
			char *said = test_text(p.folder, "said");
			const bool missing = strstr(said, "Unable to find or load LADSPA") || strstr(said, "cannot find");
			print_message("%s", said);
			free(said);
			if (missing || access("/usr/lib/ladspa", F_OK) != 0) {
				test_play_end(&p);
				print_message("LSP's plugins for LADSPA are not installed (make deps-all)\n");
				exit(77);
			}
			fail();
		}
		test_heard_raw(&p, "out.raw", 2);
		test_play_end(&p);
	}
}

static void refuses(void **state)
{
	struct test_played p;
	(void)state;
	test_play_begin(&p, &sabin_dialect_alsa, 48000);
	prepare(&p);
	test_put_replaced(p.folder, ".asoundrc", "Filter mode 0", "Filter mood 0");
	assert_true(test_run(p.folder, play) != 0);
	test_play_end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(plays), cmocka_unit_test(refuses)};
	test_needs("aplay");
	if (access("/usr/lib/ladspa", F_OK) != 0) {
		puts("LSP's plugins for LADSPA are not installed (make deps-all)");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
