/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_single.c: what single precision does to filters is never more than is said, and is said where it
 * matters.  SABIN_TEST_DRAWS: how many settings are drawn.
 */
#include <math.h>
#include <stdlib.h>

#include "io/dialect/dialect.h"
#include "util/near.h"
#include "util/seed.h"

enum { POINTS = 24 };
static const double seconds = 2.5, floor_db = 30;

/* The direct forms of programs: I, and II transposed. */
static void run(const struct sabin_biquad_taps *t, bool transposed, float *x, size_t n)
{
	const float b0 = (float)t->b[0], b1 = (float)t->b[1], b2 = (float)t->b[2];
	const float a1 = (float)t->a[1], a2 = (float)t->a[2];
	float s[4] = {0};
	for (size_t i = 0; i < n; i++) {
		const float in = x[i];
		if (transposed) {
			x[i] = b0 * in + s[0];
			s[0] = b1 * in - a1 * x[i] + s[1];
			s[1] = b2 * in - a2 * x[i];
		} else {
			x[i] = b0 * in + b1 * s[0] + b2 * s[1] - a1 * s[2] - a2 * s[3];
			s[1] = s[0];
			s[0] = in;
			s[3] = s[2];
			s[2] = x[i];
		}
	}
}

/* The level of x[n] at w by Goertzel's sum, a rotation at a time. */
static double level_db(const float *x, size_t n, double w)
{
	double re = 0, im = 0, c = 1, s = 0;
	const double turn_c = cos(w), turn_s = sin(w);
	for (size_t i = 0; i < n; i++) {
		re += (double)x[i] * c;
		im -= (double)x[i] * s;
		const double next = c * turn_c - s * turn_s;
		s = s * turn_c + c * turn_s;
		c = next;
	}
	return 10 * log10(re * re + im * im);
}

/* What an impulse shows, at most. */
static double moved_db(const struct sabin_setting_channel *c, double rate_hz, bool transposed)
{
	const size_t n = (size_t)(seconds * rate_hz);
	float *x = calloc(n, sizeof *x);
	double hz[POINTS], want[POINTS], highest = -INFINITY, worst = 0;
	assert_non_null(x);
	x[0] = 1;
	for (size_t k = 0; k < c->section_count; k++) {
		struct sabin_biquad_taps t;
		assert_true(sabin_section_taps(&c->sections[k], rate_hz, &t));
		run(&t, transposed, x, n);
	}
	for (int i = 0; i < POINTS; i++)
		hz[i] = 20 * pow(40, i / (POINTS - 1.0));
	assert_ok(sabin_setting_level(c, rate_hz, hz, POINTS, want));
	for (int i = 0; i < POINTS; i++)
		highest = fmax(highest, want[i]);
	for (int i = 0; i < POINTS; i++)
		if (want[i] >= highest - floor_db)
			worst = fmax(worst, fabs(level_db(x, n, 2 * M_PI * hz[i] / rate_hz) - want[i]));
	free(x);
	return worst;
}

static long draws(void)
{
	const char *text = getenv("SABIN_TEST_DRAWS");
	const long n = text ? strtol(text, NULL, 10) : 0;
	return n > 0 ? n : 24;
}

static void draw(struct sabin_random *random, struct sabin_setting *s)
{
	static const enum sabin_section_type types[] = {SABIN_SECTION_PEAKING, SABIN_SECTION_PEAKING,
	                                                SABIN_SECTION_PEAKING, SABIN_SECTION_LOW_SHELF,
	                                                SABIN_SECTION_HIGH_PASS};
	struct sabin_setting_channel *c = sabin_setting_add(s, "left");
	const int count = 1 + (int)test_between(random, 0, 4.99);
	for (int k = 0; k < count; k++) {
		struct sabin_section f = {.type = types[(int)test_between(random, 0, 4.99)], .factor = 1};
		f.freq_hz = test_between_log(random, 20, 400);
		f.gain_db = f.type <= SABIN_SECTION_HIGH_SHELF ? test_between(random, -15, 6) : 0;
		f.q = f.type == SABIN_SECTION_PEAKING ? test_between_log(random, 0.5, 10) : test_between(random, 0.5, 1);
		assert_ok(sabin_setting_add_section(c, &f));
	}
}

static void never_more(void **state)
{
	static const double rates_hz[] = {44100, 48000, 96000, 192000};
	struct sabin_random random;
	double most = 0, sum = 0;
	long count = 0;
	(void)state;
	sabin_random_init(&random, test_seed("never_more"));
	for (long i = 0; i < draws(); i++) {
		struct sabin_setting s = {0};
		double at_hz;
		draw(&random, &s);
		const double rate_hz = rates_hz[i % 4];
		const double said = sabin_setting_single_db(&s.channels[0], rate_hz, &at_hz);
		assert_true(at_hz >= 20 && at_hz <= 20000);
		for (int form = 0; form < 2; form++, count++) {
			const double is = moved_db(&s.channels[0], rate_hz, form == 1);
			if (!(is <= said))
				fail_msg("draw %ld, form %d, %.0f Hz: %.4f dB, said were %.4f dB", i, form, rate_hz, is, said);
			most = fmax(most, is / said);
			sum += is / said;
		}
		sabin_setting_release(&s);
	}
	print_message("%ld: %.2f of what is said in the mean, %.2f at most\n", count, sum / (double)count, most);
	assert_true(sum / (double)count > 0.03); /* not a warning of nothing */
}

/* Closed forms: twice the rate, four times the error; what stands in double precision is left alone. */
static void laws(void **state)
{
	struct sabin_setting s = {0};
	struct sabin_setting_channel *c = sabin_setting_add(&s, "left");
	const struct sabin_section f = {.freq_hz = 40, .gain_db = -6, .q = 2, .factor = 1};
	struct sabin_dialect_rounding r;
	struct sabin_dialect_loss loss;
	double at_hz;
	(void)state;
	assert_near(sabin_setting_single_db(c, 48000, &at_hz), 0, 0);
	assert_ok(sabin_setting_add_section(c, &f));
	const double once = sabin_setting_single_db(c, 48000, &at_hz);
	assert_near(sabin_setting_single_db(c, 96000, &at_hz) / once, 4, 0.25);
	/* half a place of each of five coefficients, 2^-24 of 1 to 2 and 2^-25 below, against quadratics that are w0^2 of
	 * the filter at 20 Hz, a little less or more */
	const double w = 2 * M_PI * 40 / 48000, u = pow(2, -24);
	assert_true(once > 8.686 * 2 * u / (w * w) && once < 8.686 * 10 * u / (w * w));
	sabin_setting_add_rate(&s, 48000);
	sabin_setting_add_rate(&s, 96000);
	assert_true(sabin_dialect_rounds(&sabin_dialect_pipewire, &s, &r));
	assert_near(r.rate_hz, 96000, 0);
	assert_near(r.low_rate_hz, 48000, 0);
	assert_near(r.low_db, once, 1e-12);
	assert_false(sabin_dialect_rounds(&sabin_dialect_sox, &s, &r));
	assert_true(sabin_dialect_loss(&sabin_dialect_lsp, &s, 0, &loss));
	assert_false(loss.stops);
	assert_non_null(strstr(loss.text, "double precision: left may be off by up to"));
	c->sections[0].q = 8; /* it moves: most is seen of it on its slopes */
	(void)sabin_setting_single_db(c, 48000, &at_hz);
	assert_true(at_hz > 34 && at_hz < 46);
	c->sections[0].freq_hz = 1000;
	assert_false(sabin_dialect_rounds(&sabin_dialect_pipewire, &s, &r));
	sabin_setting_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(never_more), cmocka_unit_test(laws)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
