/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_played_lsp.c: an impulse through LSP's Parametric Equalizer, whose mode APO (DR) is also that of
 * EasyEffects, with the values of our configuration.
 */
#include <math.h>
#include <stdlib.h>

#include "io/number.h"
#include "util/near.h"
#include "util/played.h"

enum { MOST = 400 };

/* "key = value [db]" -> -c key value; gains as factors. */
static int play(const struct test_played *p, const char *name, const char *plugin)
{
	char *text = test_text(p->folder, name), *rest = text, *owned[MOST];
	const char *arguments[4 * MOST] = {"lv2apply", "-i", "left.wav", "-o", "out.wav"};
	size_t n = 5, count = 0;
	for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
		char key[32], value[32], unit[8] = "";
		double x;
		if (sscanf(line, "%31[a-z_0-9] = %31s %7s", key, value, unit) < 2 || !sabin_number_parse(value, &x))
			continue;
		assert_true(count + 1 < MOST);
		arguments[n++] = "-c";
		owned[count] = strdup(key);
		arguments[n++] = owned[count++];
		assert_true(asprintf(&owned[count], "%.9f", *unit ? pow(10, x / 20) : x) > 0);
		arguments[n++] = owned[count++];
	}
	arguments[n++] = plugin;
	const int status = test_run(p->folder, arguments);
	for (size_t i = 0; i < count; i++)
		free(owned[i]);
	free(text);
	return status;
}

static const char mono[] = "http://lsp-plug.in/plugins/lv2/para_equalizer_x32_mono";

static void plays(void **state)
{
	(void)state;
	for (int r = 0; r < TEST_RATES; r++) {
		struct test_played p;
		test_play_begin(&p, &sabin_dialect_lsp, test_rates_hz[r]);
		if (play(&p, "lsp/left.cfg", mono) != 0) {
			char *said = test_text(p.folder, "said");
			print_message("%s", said);
			free(said);
			test_play_end(&p);
			print_message("LSP's plugins for LV2 are not installed (make deps-all)\n");
			exit(77);
		}
		test_heard(&p, "out.wav", 0, 1);
		assert_int_equal(play(&p, "lsp/right.cfg", mono), 0);
		test_heard(&p, "out.wav", 1, 1);
		test_play_end(&p);
	}
}

static void refuses(void **state)
{
	struct test_played p;
	(void)state;
	test_play_begin(&p, &sabin_dialect_lsp, 48000);
	test_put_replaced(p.folder, "lsp/left.cfg", "fm_0", "fmm_0");
	assert_true(play(&p, "lsp/left.cfg", mono) != 0);
	test_play_end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(plays), cmocka_unit_test(refuses)};
	test_needs("lv2apply");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
