/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_dialects.c: every dialect written, read and written again; every chain of two; what is lost is told;
 * names that somebody made up.  SABIN_TEST_DRAWS: how many corrections go through all chains.
 */
#include <math.h>
#include <stdlib.h>

#include "io/atomic.h"
#include "io/tree.h"
#include "util/near.h"
#include "util/seed.h"
#include "util/settings.h"

static const double rate_hz = 48000;

static bool is_fir(const struct sabin_dialect *d)
{
	return d->carries & SABIN_CARRY_FIR && !(d->carries & SABIN_CARRY_RAW) && d != &sabin_dialect_apo;
}

static bool stops(const struct sabin_dialect *d, const struct sabin_setting *s)
{
	struct sabin_dialect_loss loss;
	for (size_t i = 0; sabin_dialect_loss(d, s, i, &loss); i++)
		if (loss.stops)
			return true;
	return false;
}

/* Within 0.01 dB, and the same bytes again. */
static void round_trips(void **state)
{
	struct sabin_random random;
	sabin_random_init(&random, test_seed("round_trips"));
	for (size_t i = 0; sabin_dialect_row(i); i++) {
		const struct sabin_dialect *d = sabin_dialect_row(i);
		double most = 0;
		for (int draw = 0; draw < (is_fir(d) ? 1 : 20); draw++) {
			struct sabin_setting s, again, third;
			struct sabin_dialect_files a, b;
			test_setting(&random, 1 + (size_t)draw % 10, !d->one_gain, &s);
			sabin_setting_add_rate(&s, rate_hz);
			assert_false(stops(d, &s));
			test_converted(d, &s, rate_hz, *state, &again, &a);
			const double worst = test_difference(&s, &again, rate_hz, !(d->carries & SABIN_CARRY_PREAMP));
			if (!(worst <= 0.01))
				fail_msg("%s: %.4f dB", d->name, worst);
			most = fmax(most, worst);
			if (d->carries & SABIN_CARRY_DELAY && !is_fir(d))
				assert_near(again.channels[1].delay_s, s.channels[1].delay_s, 1e-7);
			test_converted(d, &again, rate_hz, *state, &third, &b);
			assert_int_equal(a.count, b.count);
			for (size_t k = 0; k < a.count; k++) {
				assert_string_equal(a.file[k].name, b.file[k].name);
				if (a.file[k].length != b.file[k].length ||
				    memcmp(a.file[k].bytes, b.file[k].bytes, a.file[k].length) != 0)
					fail_msg("%s: %s is not the same again", d->name, a.file[k].name);
			}
			sabin_dialect_files_release(&a);
			sabin_dialect_files_release(&b);
			sabin_setting_release(&s);
			sabin_setting_release(&again);
			sabin_setting_release(&third);
		}
		print_message("%s: %.4f dB at most\n", d->name, most);
	}
}

static long draws(void)
{
	const char *text = getenv("SABIN_TEST_DRAWS");
	const long n = text ? strtol(text, NULL, 10) : 0;
	return n > 0 ? n : 12;
}

/* One correction through all chains of two: those of filters, or all of them. */
static void through_all(struct sabin_random *random, bool responses, const char *folder, double *worst,
                        size_t *count)
{
	struct sabin_setting s, first, second;
	struct sabin_dialect_files files;
	test_setting(random, 1 + (size_t)test_between(random, 0, 9.99), false, &s);
	sabin_setting_add_rate(&s, rate_hz);
	for (size_t a = 0; sabin_dialect_row(a); a++) {
		const struct sabin_dialect *da = sabin_dialect_row(a);
		bool have = false;
		for (size_t b = 0; sabin_dialect_row(b); b++) {
			const struct sabin_dialect *db = sabin_dialect_row(b);
			if ((is_fir(da) || is_fir(db)) != responses)
				continue;
			if (!have) {
				test_converted(da, &s, rate_hz, folder, &first, &files);
				sabin_dialect_files_release(&files);
				have = true;
			}
			if (stops(db, &first)) {
				/* a response is no filter: the other way round is all there is */
				assert_true(is_fir(da) && !(db->carries & (SABIN_CARRY_FIR | SABIN_CARRY_CURVE)));
				continue;
			}
			test_converted(db, &first, rate_hz, folder, &second, &files);
			/* coefficients of shelves alone may be read with other gains, which one_gain has not */
			struct sabin_dialect_loss loss;
			const bool level = !(da->carries & db->carries & SABIN_CARRY_PREAMP) ||
			                   (da == &sabin_dialect_minidsp && db->one_gain &&
			                    sabin_dialect_loss(db, &first, 0, &loss) && strstr(loss.text, "levels"));
			const double off = test_difference(&s, &second, rate_hz, level);
			if (!(off <= 0.02))
				fail_msg("%s, %s: %.4f dB", da->name, db->name, off);
			*worst = fmax(*worst, off);
			(*count)++;
			sabin_dialect_files_release(&files);
			sabin_setting_release(&second);
		}
		if (have)
			sabin_setting_release(&first);
	}
	sabin_setting_release(&s);
}

static void chains(void **state)
{
	struct sabin_random random;
	double worst = 0;
	size_t count = 0;
	sabin_random_init(&random, test_seed("chains"));
	for (long i = 0; i < draws(); i++)
		through_all(&random, false, *state, &worst, &count);
	print_message("%zu conversions between filters: %.4f dB at most\n", count, worst);
	worst = 0;
	count = 0;
	/* chains that have responses in them take their time: all of them once, or as often as was asked for */
	for (long i = 0; i < (getenv("SABIN_TEST_DRAWS") ? draws() : 1); i++)
		through_all(&random, true, *state, &worst, &count);
	print_message("%zu conversions with responses: %.4f dB at most\n", count, worst);
}

/* Coefficients alone find their filters again, also with a gain before them, at any rate. */
static void recognised(void **state)
{
	struct sabin_random random;
	(void)state;
	sabin_random_init(&random, test_seed("recognised"));
	for (int draw = 0; draw < 2000; draw++) {
		struct sabin_section s = {.factor = 1}, found;
		struct sabin_biquad_taps t;
		const double rate = draw % 3 == 0 ? 44100 : draw % 3 == 1 ? 48000 : 192000;
		const double factor = (draw & 8 ? -1 : 1) * test_between_log(&random, 0.05, 1);
		s.type = (enum sabin_section_type)(draw % SABIN_SECTION_RAW);
		s.freq_hz = test_between_log(&random, 20, 18000);
		s.gain_db = s.type <= SABIN_SECTION_HIGH_SHELF ? test_between(&random, -20, 20) : 0;
		s.q = test_between_log(&random, 0.3, 20);
		if (s.type <= SABIN_SECTION_HIGH_SHELF && fabs(s.gain_db) < 0.02)
			continue; /* it hardly does anything, and may be taken for any of the three */
		assert_true(sabin_section_taps(&s, rate, &t));
		const double x[6] = {factor * t.b[0], factor * t.b[1], factor * t.b[2], 1, t.a[1], t.a[2]};
		assert_true(sabin_section_of_taps(x, rate, &found));
		if (found.type != s.type && !(s.type == SABIN_SECTION_LOW_SHELF && found.type == SABIN_SECTION_HIGH_SHELF) &&
		    !(s.type == SABIN_SECTION_HIGH_SHELF && found.type == SABIN_SECTION_LOW_SHELF))
			fail_msg("draw %d: type %d became %d at %g Hz, %g dB, Q %g", draw, s.type, found.type,
			         s.freq_hz, s.gain_db, s.q);
		assert_near(found.freq_hz / s.freq_hz, 1, 1e-5);
		assert_near(found.q / s.q, 1, 1e-4);
		assert_near(fabs(found.gain_db), fabs(s.gain_db), 1e-3);
		/* the whole is the same at a rate that the coefficients are not for */
		struct sabin_setting_channel a = {.polarity = 1, .section_count = 1, .sections = &s};
		struct sabin_setting_channel b = {.polarity = 1, .section_count = 1, .sections = &found};
		double hz[TEST_POINTS], level_a[TEST_POINTS], level_b[TEST_POINTS];
		test_frequencies(hz);
		assert_ok(sabin_setting_level(&a, 96000, hz, TEST_POINTS, level_a));
		assert_ok(sabin_setting_level(&b, 96000, hz, TEST_POINTS, level_b));
		for (int i = 0; i < TEST_POINTS; i++)
			if (level_a[i] > -100)
				assert_near(level_b[i], level_a[i] + 20 * log10(fabs(factor)), 0.005);
	}
	/* what is none of them stays what it is, at its own rate only */
	struct sabin_section raw;
	struct sabin_biquad_taps t;
	assert_true(sabin_section_of_taps((double[]){1, 0.3, 0.1, 1, -0.5, 0.7}, 48000, &raw));
	assert_int_equal(raw.type, SABIN_SECTION_RAW);
	assert_true(sabin_section_taps(&raw, 48000, &t));
	assert_false(sabin_section_taps(&raw, 44100, &t));
	assert_false(sabin_section_of_taps((double[]){1, 0, 0, 1, -2.1, 1}, 48000, &raw));
	assert_false(sabin_section_of_taps((double[]){1, 0, 0, 0, 0, 0}, 48000, &raw));
}

/* All the kinds of sections, coefficients too, through the dialects that have them. */
static void all_kinds(void **state)
{
	struct sabin_setting s = {0};
	size_t carried = 0;
	for (int i = 0; i < 2; i++) {
		struct sabin_setting_channel *c = sabin_setting_add(&s, i ? "right" : "left");
		for (int type = 0; type < SABIN_SECTION_RAW; type++) {
			const struct sabin_section f = {.type = (enum sabin_section_type)type,
			                                .freq_hz = 30 * pow(2, type) + i,
			                                .gain_db = type <= SABIN_SECTION_HIGH_SHELF ? -3 - type : 0,
			                                .q = 0.8 + 0.1 * type,
			                                .factor = 1};
			if (type != SABIN_SECTION_LOW_PASS)
				assert_ok(sabin_setting_add_section(c, &f));
		}
		c->polarity = i ? -1 : 1;
		c->preamp_db = -4;
	}
	sabin_setting_add_rate(&s, rate_hz);
	for (int raw = 0; raw < 2; raw++) {
		for (size_t i = 0; sabin_dialect_row(i); i++) {
			const struct sabin_dialect *d = sabin_dialect_row(i);
			struct sabin_setting again;
			struct sabin_dialect_files files;
			if (stops(d, &s))
				continue;
			/* files of coefficients have their rate in the name, or take it from the user */
			if (raw && (d == &sabin_dialect_sox || d == &sabin_dialect_ffmpeg))
				continue;
			test_converted(d, &s, rate_hz, *state, &again, &files);
			const double worst = test_difference(&s, &again, rate_hz, !(d->carries & SABIN_CARRY_PREAMP));
			if (!(worst <= 0.01))
				fail_msg("%s: %.4f dB", d->name, worst);
			if (d->carries & SABIN_CARRY_POLARITY && !is_fir(d))
				assert_true(sabin_setting_gain(&again.channels[1]) < 0);
			carried++;
			struct sabin_setting third;
			struct sabin_dialect_files b;
			test_converted(d, &again, rate_hz, *state, &third, &b);
			for (size_t k = 0; k < b.count; k++)
				if (files.file[k].length != b.file[k].length ||
				    memcmp(files.file[k].bytes, b.file[k].bytes, b.file[k].length) != 0)
					fail_msg("%s: %s is not the same again", d->name, b.file[k].name);
			sabin_dialect_files_release(&b);
			sabin_setting_release(&third);
			sabin_dialect_files_release(&files);
			sabin_setting_release(&again);
		}
		struct sabin_section f;
		assert_true(sabin_section_of_taps((double[]){1, 0.3, 0.1, 1, -0.5, 0.7}, rate_hz, &f));
		assert_ok(sabin_setting_add_section(&s.channels[0], &f));
	}
	assert_true(carried >= 20);
	sabin_setting_release(&s);
}

/* What a dialect cannot say is told, and stands in the way where it is of the sound. */
static void losses(void **state)
{
	struct sabin_random random;
	struct sabin_setting s;
	struct sabin_dialect_loss loss;
	(void)state;
	sabin_random_init(&random, 3);
	test_setting(&random, 33, true, &s);
	assert_true(stops(&sabin_dialect_easyeffects, &s)); /* 32 bands */
	assert_true(stops(&sabin_dialect_lsp, &s));
	assert_true(stops(&sabin_dialect_rew, &s));
	assert_false(stops(&sabin_dialect_apo, &s));
	assert_false(stops(&sabin_dialect_minidsp, &s));
	assert_true(sabin_dialect_loss(&sabin_dialect_minidsp, &s, 0, &loss));
	assert_non_null(strstr(loss.text, "33 filters on a device that has 10"));
	assert_true(sabin_dialect_loss(&sabin_dialect_easyeffects, &s, 0, &loss));
	assert_non_null(strstr(loss.text, "levels of the channels differ"));
	assert_false(loss.stops);
	s.channels[0].section_count = s.channels[1].section_count = 3;
	assert_false(stops(&sabin_dialect_rew, &s));
	assert_true(sabin_dialect_loss(&sabin_dialect_rew, &s, 0, &loss));
	assert_non_null(strstr(loss.text, "left: the gain of -"));
	assert_true(sabin_dialect_loss(&sabin_dialect_autoeq, &s, 0, &loss));
	assert_non_null(strstr(loss.text, "right: the delay"));
	assert_false(sabin_dialect_loss(&sabin_dialect_apo, &s, 0, &loss));
	assert_non_null(sabin_setting_add(&s, "sub"));
	assert_true(stops(&sabin_dialect_easyeffects, &s));
	sabin_setting_release(&s);
	/* what programs do not let anybody set: EasyEffects' and LSP's own ranges */
	static const struct {
		double hz, db, q;
		bool easyeffects, lsp;
	} beyond[] = {{9, -3, 1, true, true},      {10, -3, 1, false, false},  {100, 35.5, 1, true, false},
	              {100, -36.5, 1, true, true}, {100, -3, 101, true, true}, {23000, -35, 100, false, false}};
	for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++) {
		const struct sabin_section f = {.freq_hz = beyond[i].hz, .gain_db = beyond[i].db, .q = beyond[i].q, .factor = 1};
		struct sabin_setting one = {0};
		assert_ok(sabin_setting_add_section(sabin_setting_add(&one, "left"), &f));
		assert_int_equal(stops(&sabin_dialect_easyeffects, &one), beyond[i].easyeffects);
		assert_int_equal(stops(&sabin_dialect_lsp, &one), beyond[i].lsp);
		assert_int_equal(stops(&sabin_dialect_alsa, &one), beyond[i].lsp);
		assert_false(stops(&sabin_dialect_apo, &one));
		one.channels[0].preamp_db = -40;
		assert_true(sabin_dialect_loss(&sabin_dialect_lsp, &one, 0, &loss));
		sabin_setting_release(&one);
	}
}

/* Names that are quotes, newlines, commands, other languages: no byte of them gets into any file or its
 * name, and the files are read as they were meant. */
static void hostile(void **state)
{
	static const char *const names[] = {"a\"b'c`d\\",   "x\ninclude: /etc/passwd\n", "$(reboot)`id`",
	                                    "{a: [b], #c}", "\xff\xfe\x01\x7f",          "../../../etc/cron",
	                                    "-rf",          "",                          "name; rm *|cat"};
	enum { NAMES = sizeof names / sizeof *names };
	struct sabin_random random;
	sabin_random_init(&random, 5);
	for (size_t n = 0; n < NAMES; n += 2) {
		struct sabin_setting s;
		test_setting(&random, 3, false, &s);
		sabin_setting_add_rate(&s, rate_hz);
		snprintf(s.channels[0].name, SABIN_CORRECTION_NAME, "%s", names[n]);
		snprintf(s.channels[1].name, SABIN_CORRECTION_NAME, "%s", names[(n + 1) % NAMES]);
		for (size_t i = 0; sabin_dialect_row(i); i++) {
			const struct sabin_dialect *d = sabin_dialect_row(i);
			struct sabin_setting again;
			struct sabin_dialect_files files;
			test_converted(d, &s, rate_hz, *state, &again, &files);
			const double worst = test_difference(&s, &again, rate_hz, !(d->carries & SABIN_CARRY_PREAMP));
			assert_at_most(worst, 0.01);
			for (size_t f = 0; f < files.count; f++) {
				const struct sabin_dialect_file *file = &files.file[f];
				assert_null(strpbrk(file->name, "/\"'`$\\ \n;|*"));
				assert_true(file->name[0] != '-');
				for (size_t k = n; k < n + 2 && memchr(file->bytes, '\0', file->length) == NULL; k++)
					if (*names[k % NAMES])
						assert_null(memmem(file->bytes, file->length, names[k % NAMES], strlen(names[k % NAMES])));
			}
			sabin_dialect_files_release(&files);
			sabin_setting_release(&again);
		}
		sabin_setting_release(&s);
	}
	/* the path of the folder stands in PipeWire's file, where it refers to responses */
	struct sabin_setting s = {0};
	struct sabin_dialect_files files = {0};
	struct sabin_setting_channel *c = sabin_setting_add(&s, "left");
	double *h = calloc(1, sizeof *h);
	h[0] = 1;
	assert_ok(sabin_setting_add_fir(c, rate_hz, h, 1));
	sabin_setting_add_rate(&s, rate_hz);
	assert_ok(sabin_dialect_pipewire.write(&s, "/a\" } ] \\ \n# x", &files));
	assert_non_null(strstr(files.file[0].bytes, "filename = \"/a\\\" } ] \\\\ \\u000a# x/../wav/left-48000.wav\""));
	sabin_dialect_files_release(&files);
	sabin_setting_release(&s);
}

static int set_up(void **state)
{
	char *folder = strdup("/tmp/sabin-dialects.XXXXXX");
	*state = folder;
	return folder && mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
	sabin_tree_remove(*state);
	free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(recognised),
	    cmocka_unit_test_setup_teardown(round_trips, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(all_kinds, set_up, tear_down),
	    cmocka_unit_test(losses),
	    cmocka_unit_test_setup_teardown(hostile, set_up, tear_down),
	    cmocka_unit_test_setup_teardown(chains, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
