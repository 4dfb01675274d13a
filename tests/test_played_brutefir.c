/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_played_brutefir.c: an impulse through BruteFIR with our configuration, its devices made files.
 */
#include <stdlib.h>

#include "io/atomic.h"
#include "io/wav.h"
#include "util/near.h"
#include "util/played.h"

/* The samples of in.wav, raw; the configuration reads them. */
static void prepare(const struct test_played *p, const char *name)
{
	struct sabin_wav wav = {0};
	struct sabin_diag diag = {0};
	char *in = sabin_path_join(p->folder, "in.wav"), *raw = sabin_path_join(p->folder, "in.raw");
	assert_ok(sabin_wav_read(in, &wav, &diag));
	FILE *file = fopen(raw, "wb");
	for (size_t i = 0; i < wav.frames * wav.channels; i++) {
		const float x = (float)wav.samples[i];
		fwrite(&x, sizeof x, 1, file);
	}
	fclose(file);
	sabin_wav_release(&wav);
	free(in);
	free(raw);
	char *text = test_text(p->folder, name);
	text = test_replace(text, "\"alsa\" { device: \"hw:Loopback,1\"; }", "\"file\" { path: \"../in.raw\"; }");
	text = test_replace(text, "\"alsa\" { device: \"hw:0\"; }", "\"file\" { path: \"../out.raw\"; }");
	text = test_replace(text, "S32_LE", "FLOAT_LE");
	test_put(p->folder, name, text);
	free(text);
}

static void plays(void **state)
{
	(void)state;
	for (int r = 0; r < TEST_RATES; r++) {
		struct test_played p;
		char name[64];
		test_play_begin(&p, &sabin_dialect_brutefir, test_rates_hz[r]);
		snprintf(name, sizeof name, "brutefir/correction-%.0f.conf", p.rate_hz);
		prepare(&p, name);
		char *folder = sabin_path_join(p.folder, "brutefir");
		const char *const play[] = {"brutefir", "-quiet", name + sizeof "brutefir", NULL};
		assert_int_equal(test_run(folder, play), 0);
		test_heard_raw(&p, "out.raw", 2);
		if (r == 0) { /* a coefficient that is not there */
			test_put_replaced(p.folder, name, "coeff: \"left\"", "coeff: \"lost\"");
			assert_int_equal(test_run(folder, play), 2);
		}
		free(folder);
		test_play_end(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(plays)};
	test_needs("brutefir");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
