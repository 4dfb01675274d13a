/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_recipe.c: a stimulus written as text is the same stimulus when it is read.
 */
#include <math.h>

#include "io/recipe.h"
#include "util/near.h"
#include "util/seed.h"

static void same_sweep(const struct sabin_sweep *got, const struct sabin_sweep *want)
{
	assert_near(got->from_hz, want->from_hz, 0);
	assert_near(got->to_hz, want->to_hz, 0);
	assert_near(got->rate_hz, want->rate_hz, 0);
	assert_near(got->length_s, want->length_s, 0);
	assert_near(got->constant_s, want->constant_s, 0);
	assert_near(got->fade_in_s, want->fade_in_s, 0);
	assert_near(got->fade_out_s, want->fade_out_s, 0);
	/* the gain goes through a logarithm and back: some 1e-16 of -200 dB */
	assert_near(got->gain, want->gain, 1e-14 * want->gain);
	assert_int_equal(got->frames, want->frames);
}

static void same(const struct sabin_stimulus *got, const struct sabin_stimulus *want)
{
	same_sweep(&got->sweep, &want->sweep);
	assert_int_equal(got->chirp.frames, want->chirp.frames);
	if (want->chirp.frames > 0) {
		same_sweep(&got->chirp, &want->chirp);
		assert_int_equal(got->chirp_frame[0], want->chirp_frame[0]);
		assert_int_equal(got->chirp_frame[1], want->chirp_frame[1]);
	}
	assert_int_equal(got->sweep_frame, want->sweep_frame);
	assert_int_equal(got->tail_frames, want->tail_frames);
	assert_int_equal(got->frames, want->frames);
}

static struct sabin_recipe parse(const char *text)
{
	struct sabin_recipe recipe;
	struct sabin_diag diag = {0};
	if (sabin_recipe_parse("x.wav", text, &recipe, &diag))
		fail_msg("refused: %s\n%s", diag.message, text);
	return recipe;
}

static void and_back(const struct sabin_recipe *recipe)
{
	size_t length = 0;
	char *text = sabin_recipe_text(recipe, &length);
	assert_non_null(text);
	assert_int_equal(strlen(text), length);
	assert_true(length < 2000); /* what fits into the text chunk of a WAV file */
	const struct sabin_recipe back = parse(text);
	same(&back.stimulus, &recipe->stimulus);
	assert_int_equal(back.repeats, recipe->repeats);
	free(text);
}

static void there_and_back(void **state)
{
	(void)state;
	static const double usual_rates_hz[] = {8000, 44100, 48000, 88200, 96000, 192000};
	static const double usual_from_hz[] = {10, 20, 50, 100};
	struct sabin_random random;
	sabin_random_init(&random, test_seed("there and back"));
	for (int i = 0; i < 3000; i++) {
		struct sabin_recipe recipe = {.repeats = 1 + (unsigned)test_between(&random, 0, 20)};
		const int usual = i % 2;
		const double rate_hz = usual ? usual_rates_hz[i / 2 % 6]
		                             : test_between_log(&random, 4000, 768000);
		const struct sabin_stimulus_options o = {
		    .sweep = {.from_hz = usual ? usual_from_hz[i / 12 % 4]
		                               : test_between_log(&random, 0.5, rate_hz / 3),
		              .to_hz = usual ? rate_hz * 0.45
		                             : test_between(&random, rate_hz / 2.9, rate_hz / 2),
		              .length_s = test_between_log(&random, 0.01, 200),
		              .rate_hz = rate_hz,
		              .peak_dbfs = i % 5 ? test_between(&random, -200, 0) : 0},
		    .lead_in_s = i % 3 ? test_between(&random, 0.5, 60) : 0.5,
		    .tail_s = i % 7 ? test_between_log(&random, 0.1, 60) : 0.1,
		    .chirps = i % 4 != 0,
		};
		if (sabin_stimulus_init(&recipe.stimulus, &o))
			continue; /* not a stimulus at all */
		and_back(&recipe);
	}
}

static const char whole[] = "sabin_sweep:\n  from_hz: 20\n  to_hz: 20000\n  length_s: 1\n"
                            "  rate_hz: 48000\n  level_dbfs: -6\n  lead_in_s: 1\n  tail_s: 1\n"
                            "  chirps: yes\n  repeats: 2\n";

/* `whole` with one line replaced, or dropped when `line` is NULL. */
static char *with(const char *key, const char *line)
{
	static char text[sizeof whole + 256];
	char *at = text, *end = text + sizeof text;
	for (const char *from = whole; *from;) {
		const size_t length = strcspn(from, "\n") + 1;
		const char *name = from + strspn(from, " ");
		const int hit = strncmp(name, key, strlen(key)) == 0 && name[strlen(key)] == ':';
		if (!hit)
			at += snprintf(at, (size_t)(end - at), "%.*s", (int)length, from);
		else if (line)
			at += snprintf(at, (size_t)(end - at), "  %s: %s\n", key, line);
		from += length;
	}
	return text;
}

static void refuse(const char *text)
{
	struct sabin_recipe recipe = {.repeats = 77};
	struct sabin_diag diag = {0};
	if (sabin_recipe_parse("x.wav", text, &recipe, &diag) != SABIN_EFORMAT)
		fail_msg("accepted:\n%s", text);
	assert_string_equal(diag.path, "x.wav");
	if (diag.message[0] == 0)
		fail_msg("no message about:\n%s", text);
	assert_int_equal(recipe.repeats, 77); /* untouched */
	assert_int_equal(sabin_recipe_parse("x.wav", text, &recipe, NULL), SABIN_EFORMAT);
}

static void as_a_person_writes_it(void **state)
{
	(void)state;
	const struct sabin_recipe recipe = parse(with("chirps", "true"));
	assert_int_equal(recipe.repeats, 2);
	assert_near(recipe.stimulus.sweep.from_hz, 20, 0);
	assert_int_equal(recipe.stimulus.tail_frames, 48000);
	/* what is not known is left alone */
	char more[sizeof whole + 64];
	snprintf(more, sizeof more, "%s  comment: me\nother: [1, 2]\n", with("chirps", "false"));
	assert_int_equal(parse(more).stimulus.chirp.frames, 0);
}

static void hostile(void **state)
{
	(void)state;
	static const char *const keys[] = {"from_hz",    "to_hz",     "length_s", "rate_hz", "level_dbfs",
	                                   "lead_in_s", "tail_s", "chirps",   "repeats"};
	static const char *const values[] = {"",      "nan",   ".inf",  "-.nan", "1e999", "[1]", "{a: 1}",
	                                     "'20'",  "20 Hz", "0x20",  "--1"};
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
		refuse(with(keys[k], NULL));
		for (size_t v = 0; v < sizeof values / sizeof *values; v++)
			refuse(with(keys[k], values[v]));
	}
	refuse(with("from_hz", "-20"));
	refuse(with("from_hz", "30000"));
	refuse(with("to_hz", "24001"));
	refuse(with("rate_hz", "1e9"));
	refuse(with("length_s", "1e6"));
	refuse(with("level_dbfs", "0.1"));
	refuse(with("lead_in_s", "0.4"));
	refuse(with("tail_s", "1e6"));
	refuse(with("repeats", "0"));
	refuse(with("repeats", "-3"));
	refuse(with("repeats", "2.5"));
	refuse(with("repeats", "1e9"));
	refuse(with("chirps", "3"));
}

static void not_a_recipe(void **state)
{
	(void)state;
	static const char *const texts[] = {
	    "", "\n", "Recorded with a phone", "sabin_sweep", "sabin_sweep:", "sabin_sweep: 3",
	    "sabin_sweep: [1, 2]", "sabin_sweep: {}", "other: {from_hz: 20}", "[sabin_sweep]",
	    "sabin_sweep: {from_hz: 20", "\xff\xfe", "\t", "&a [*a]", "sabin_sweep: !!binary x",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		refuse(texts[i]);
	/* no prefix of a recipe, and no damaged byte in one, does worse than be refused */
	struct sabin_random random;
	sabin_random_init(&random, test_seed("damage"));
	for (size_t n = 0; n < sizeof whole; n++) {
		char text[sizeof whole];
		struct sabin_recipe recipe;
		struct sabin_diag diag = {0};
		memcpy(text, whole, sizeof whole);
		text[n] = '\0';
		if (sabin_recipe_parse("x", text, &recipe, &diag))
			assert_true(diag.message[0] != '\0');
		memcpy(text, whole, sizeof whole);
		text[(size_t)test_between(&random, 0, sizeof whole - 1)] =
		    (char)test_between(&random, 1, 127);
		if (sabin_recipe_parse("x", text, &recipe, &diag))
			assert_true(diag.message[0] != '\0');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(there_and_back),
	    cmocka_unit_test(as_a_person_writes_it),
	    cmocka_unit_test(hostile),
	    cmocka_unit_test(not_a_recipe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
