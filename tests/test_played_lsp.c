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

/* The coefficients of a filter as the program has them: the cookbook's formulas, of which frequency, sine, cosine
 * and gain are of single precision, and so is what it keeps of them. */
static struct sabin_section rounded(const struct sabin_section *s, double rate_hz)
{
	const float turn = (float)(2 * M_PI * (double)(float)s->freq_hz / (double)(float)rate_hz);
	const float c = cosf(turn), alpha = (float)(0.5 * (double)sinf(turn) / (double)(float)s->q);
	const float a = sqrtf((float)pow(10, s->gain_db / 20)), up = alpha * a, down = alpha / a;
	const float n[3] = {(float)(1 + (double)up), (float)(-2 * (double)c), (float)(1 - (double)up)};
	const float d[3] = {(float)(1 + (double)down), n[1], (float)(1 - (double)down)};
	struct sabin_section out = {.type = SABIN_SECTION_RAW, .rate_hz = rate_hz, .factor = 1};
	for (int i = 0; i < 3; i++) {
		out.taps.b[i] = (double)(n[i] / d[0]);
		out.taps.a[i] = (double)(d[i] / d[0]);
	}
	return out;
}

/* Does the program fuse products and sums?  Else the rounding of its states is heard, too. */
static bool fuses(void)
{
#ifdef __x86_64__
	return __builtin_cpu_supports("fma");
#else
	return true;
#endif
}

/* Narrow filters at low frequencies, which single precision moves: all together never more than is said of it,
 * one by as much as is said;
 * and where the rounding of one is predicted, too, the program is as close to the prediction as with others.
 * (Without the gain before it: products of the impulse, a power of two, are exact, so that the rounded
 * coefficients are all that is heard.) */
static void narrow(void **state)
{
	static const struct sabin_section low[] = {{.freq_hz = 41.5, .gain_db = -9, .q = 6, .factor = 1},
	                                           {.freq_hz = 63, .gain_db = -7.5, .q = 4, .factor = 1},
	                                           {.freq_hz = 28, .gain_db = 4, .q = 3, .factor = 1}};
	enum { LOW = sizeof low / sizeof *low };
	(void)state;
	for (int r = 0; r < TEST_RATES; r++) {
		struct test_played p;
		struct sabin_dialect_rounding said;
		test_play_begin(&p, &sabin_dialect_lsp, test_rates_hz[r]);
		struct sabin_setting_channel *c = &p.setting.channels[0];
		memcpy(c->sections, low, sizeof low);
		c->section_count = LOW;
		for (size_t k = 0; k <= LOW; k++) {
			test_play_save(&p, &sabin_dialect_lsp);
			assert_int_equal(play(&p, "lsp/left.cfg", mono), 0);
			assert_true(sabin_dialect_rounds(&sabin_dialect_lsp, &p.setting, &said));
			const double off = test_heard_within(&p, "out.wav", 0, 1, said.impulse_db);
			print_message("%zu filters: off by %.3f dB, said are %.3f dB, up to %.3f dB of an impulse\n", c->section_count,
			              off, said.db, said.impulse_db);
			if (k > 0 && fuses()) {
				assert_near(off, said.db, 0.005); /* the points at which it is heard are fewer */
				c->sections[0] = rounded(&low[k - 1], p.rate_hz);
				test_heard(&p, "out.wav", 0, 1);
			}
			c->section_count = 1;
			c->preamp_db = 0;
			c->sections[0] = low[k % LOW];
		}
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
	const struct CMUnitTest tests[] = {cmocka_unit_test(plays), cmocka_unit_test(narrow), cmocka_unit_test(refuses)};
	test_needs("lv2apply");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
