/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_single.c: what single precision does to filters is never more than is said, and is said where it
 * matters; what noise hears of it is what is said of that.  SABIN_TEST_DRAWS: how many settings are drawn.
 */
#include <math.h>
#include <stdlib.h>

#include "io/dialect/dialect.h"
#include "signal/cmplx.h"
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
			if (!(is <= said || said > 19.9)) /* 20 is no bound */
				fail_msg("draw %ld, form %d, %.0f Hz: %.4f dB, said were %.4f dB", i, form, rate_hz, is, said);
			most = fmax(most, is / said);
			sum += is / said;
		}
		sabin_setting_release(&s);
	}
	print_message("%ld: %.2f of what is said in the mean, %.2f at most\n", count, sum / (double)count, most);
	assert_true(sum / (double)count > 0.03); /* not a warning of nothing */
}

/* ---- what a signal that lasts hears ------------------------------------------------------------------- */

/* The same in double precision, as reference. */
static void run_double(const struct sabin_biquad_taps *t, double *x, size_t n)
{
	double s1 = 0, s2 = 0;
	for (size_t i = 0; i < n; i++) {
		const double in = x[i];
		x[i] = t->b[0] * in + s1;
		s1 = t->b[1] * in - t->a[1] * x[i] + s2;
		s2 = t->b[2] * in - t->a[2] * x[i];
	}
}

/* x[n] at w under Hann's window, whose turn is 2 pi / n. */
static double complex line(const float *x, const double *y, size_t n, double w)
{
	const double complex turn = cexp(CMPLX(0, -w)), slow = cexp(CMPLX(0, -2 * M_PI / (double)n));
	double complex sum = 0, at = 1, window = 1;
	for (size_t i = 0; i < n; i++, at *= turn, window *= slow)
		sum += at * ((x ? (double)x[i] : y[i]) * (1 - creal(window)));
	return sum;
}

enum { BLOCKS = 7 };

/* How far noise of much bass, in single precision, is off at hz from the same in double precision: dB, by the
 * cross-spectrum of half overlapping blocks, and the standard deviation of that by their coherence [Bendat, Piersol:
 * Random Data, 4th ed. (2010), table 9.6]. */
static double heard_db(const struct sabin_setting_channel *c, double rate_hz, bool transposed, double hz,
                       struct sabin_random *random, double *deviation_db)
{
	const size_t half = (size_t)rate_hz, n = (BLOCKS + 2) * half; /* blocks of 2 s, behind one that settles */
	float *x = calloc(n, sizeof *x);
	double *y = calloc(n, sizeof *y), deep = 0, xx = 0, yy = 0;
	double complex yx = 0;
	assert_true(x && y);
	for (size_t i = 0; i < n; i++) {
		deep = 0.995 * deep + test_between(random, -0.02, 0.02);
		x[i] = (float)(deep + test_between(random, -0.02, 0.02));
		y[i] = (double)x[i];
	}
	for (size_t k = 0; k < c->section_count; k++) {
		struct sabin_biquad_taps t;
		assert_true(sabin_section_taps(&c->sections[k], rate_hz, &t));
		run(&t, transposed, x, n);
		run_double(&t, y, n);
	}
	for (size_t b = 1; b <= BLOCKS; b++) {
		const double complex is = line(x + b * half, NULL, 2 * half, 2 * M_PI * hz / rate_hz);
		const double complex was = line(NULL, y + b * half, 2 * half, 2 * M_PI * hz / rate_hz);
		yx += is * conj(was);
		xx += creal(was * conj(was));
		yy += creal(is * conj(is));
	}
	free(x);
	free(y);
	const double coherence = creal(yx * conj(yx)) / (xx * yy);
	*deviation_db = 8.686 * sqrt(fmax(0, 1 - coherence) / (2 * BLOCKS * coherence));
	return 20 * log10(cabs(yx) / xx);
}

static void lasting(void **state)
{
	static const double rates_hz[] = {48000, 96000, 192000};
	struct sabin_random random;
	(void)state;
	sabin_random_init(&random, test_seed("lasting"));
	for (long i = 0; i < draws() / 4; i++) {
		struct sabin_setting s = {0};
		double at_hz, deviation_db;
		draw(&random, &s);
		const double rate_hz = rates_hz[i % 3];
		const double said = sabin_setting_steady_db(&s.channels[0], rate_hz, SABIN_SINGLE_KEPT, &at_hz);
		for (int form = 0; form < 2; form++) {
			const double is = fabs(heard_db(&s.channels[0], rate_hz, form == 1, at_hz, &random, &deviation_db));
			if (!(fabs(is - said) <= 5 * deviation_db + 0.001))
				fail_msg("draw %ld, form %d, %.0f Hz: %.4f +- %.4f dB, said are %.4f dB", i, form, rate_hz, is,
				         deviation_db, said);
		}
		sabin_setting_release(&s);
	}
}

/* A correction of a room's bass as `eq` makes it, at 96 kHz, where the bound for impulses says nothing: what is said
 * is what noise hears. */
static void said_of_bass(void **state)
{
	static const double hz[] = {24, 33, 41, 52, 63, 78, 96, 120}, db[] = {-6, -9, 3, -8, -5, -10, 2.5, -7};
	struct sabin_setting s = {0};
	struct sabin_setting_channel *c = sabin_setting_add(&s, "left");
	struct sabin_dialect_rounding r;
	struct sabin_dialect_loss loss;
	struct sabin_random random;
	double deviation_db, told = 0;
	(void)state;
	sabin_random_init(&random, test_seed("said_of_bass"));
	for (int k = 0; k < 8; k++)
		assert_ok(sabin_setting_add_section(
		    c, &(struct sabin_section){.freq_hz = hz[k], .gain_db = db[k], .q = 6, .factor = 1}));
	sabin_setting_add_rate(&s, 96000);
	assert_true(sabin_dialect_rounds(&sabin_dialect_pipewire, &s, &r));
	assert_true(sabin_dialect_loss(&sabin_dialect_pipewire, &s, 0, &loss));
	assert_true(r.impulse_db > 19.9);
	assert_int_equal(sscanf(loss.text, "double precision: left is off by %lf dB at 96000 Hz", &told), 1);
	const double is = fabs(heard_db(c, 96000, true, r.at_hz, &random, &deviation_db));
	print_message("%.4f dB at %.1f Hz, said are %.4f dB: %s\n", is, r.at_hz, r.db, loss.text);
	assert_near(told, r.db, 0.006);
	assert_near(is, r.db, 5 * deviation_db + 0.001);
	sabin_setting_release(&s);
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
	assert_true(once > 8.686 * 2 * u / (w * w) && once < 8.686 * 16 * u / (w * w));
	sabin_setting_add_rate(&s, 48000);
	sabin_setting_add_rate(&s, 96000);
	assert_true(sabin_dialect_rounds(&sabin_dialect_pipewire, &s, &r));
	assert_near(r.impulse_db, sabin_setting_single_db(c, 96000, &at_hz), 1e-12);
	assert_near(r.low_rate_hz, 48000, 0);
	assert_false(sabin_dialect_rounds(&sabin_dialect_sox, &s, &r));
	assert_true(sabin_dialect_loss(&sabin_dialect_lsp, &s, 0, &loss));
	assert_false(loss.stops);
	assert_non_null(strstr(loss.text, "double precision: left is off by"));
	c->sections[0].q = 8; /* it moves: most is seen of it on its slopes */
	(void)sabin_setting_single_db(c, 48000, &at_hz);
	assert_true(at_hz > 34 && at_hz < 46);
	c->sections[0].freq_hz = 1000;
	assert_false(sabin_dialect_rounds(&sabin_dialect_pipewire, &s, &r));
	sabin_setting_release(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(never_more), cmocka_unit_test(lasting),
	                                   cmocka_unit_test(said_of_bass), cmocka_unit_test(laws)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
