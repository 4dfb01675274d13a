/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_likeness.c: what is an impulse response, and what only was taken for one.
 *
 * Sounds of every kind are drawn anew in each run; the seed is printed.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/likeness.h>
#include <sabin/sweep.h>

#include "util/decays.h"
#include "util/near.h"
#include "util/seed.h"

enum { MOST = 70 * 48000 };

struct sound {
	struct sabin_random random;
	double *x;
	size_t n;
	double rate_hz;
	char words[120];
};

static double draw(struct sound *s, double low, double high)
{
	return test_between(&s->random, low, high);
}

static double draw_log(struct sound *s, double low, double high)
{
	return test_between_log(&s->random, low, high);
}

static double normal(struct sound *s)
{
	return sabin_random_normal(&s->random);
}

static void begin_at(struct sound *s, double length_s, double rate_hz)
{
	s->rate_hz = rate_hz;
	s->n = (size_t)(length_s * s->rate_hz);
	assert_true(s->n <= MOST);
	memset(s->x, 0, s->n * sizeof *s->x);
}

static void begin(struct sound *s, double length_s)
{
	static const double rates_hz[] = {16000, 44100, 48000};
	begin_at(s, length_s, rates_hz[(int)draw(s, 0, 2.999)]);
}

static void add_noise(struct sound *s, double gain)
{
	for (size_t i = 0; i < s->n; i++)
		s->x[i] += gain * normal(s);
}

/* A decay of Gaussian noise from at_s on, its treble dying sooner, after a direct sound. */
static void add_decay(struct sound *s, double at_s, double time_s, double direct, double gain)
{
	const size_t at = (size_t)(at_s * s->rate_hz);
	double low = 0;
	for (size_t i = at; i < s->n; i++) {
		const double t = (double)(i - at) / s->rate_hz, x = normal(s);
		low += 0.1 * (x - low); /* below 700 Hz */
		s->x[i] += gain * (0.3 * x * exp(-6.9 * t / (0.6 * time_s)) +
		                   1.5 * low * exp(-6.9 * t / time_s));
	}
	if (at < s->n)
		s->x[at] += gain * direct;
}

/* First-order low or high pass, `times` times. */
static void pass(struct sound *s, double f_hz, bool high, int times)
{
	const double a = -expm1(-2 * M_PI * f_hz / s->rate_hz);
	for (int k = 0; k < times; k++) {
		double low = 0;
		for (size_t i = 0; i < s->n; i++) {
			low += a * (s->x[i] - low);
			s->x[i] = high ? s->x[i] - low : low;
		}
	}
}

/* ---- impulse responses --------------------------------------------------------------------- */

static void hall(struct sound *s)
{
	const double time_s = draw_log(s, 0.2, 8), snr_db = draw(s, 25, 90);
	const double before_s = draw(s, 0, 0.5);
	begin(s, before_s + time_s * draw(s, 0.5, 2));
	add_decay(s, before_s, time_s, draw(s, 0, 20), 1);
	add_noise(s, pow(10, -snr_db / 20));
	snprintf(s->words, sizeof s->words, "T %.2f s, SNR %.0f dB", time_s, snr_db);
}

/* Very dead rooms and very live ones, up to 96 kHz, by loudspeakers near and far; a live one may end before its
 * noise. */
static void extreme(struct sound *s)
{
	const bool dead = draw(s, 0, 1) < 0.7;
	const double time_s = dead ? draw_log(s, 0.03, 0.2) : draw_log(s, 6, 12), snr_db = draw(s, 20, 60);
	const double before_s = draw(s, 0, 0.4);
	begin_at(s, before_s + (dead ? draw(s, 0.5, 2) : time_s * draw(s, 0.3, 1.2)),
	         draw(s, 0, 1) < 0.5 ? 96000 : 16000);
	add_decay(s, before_s, time_s, draw(s, 0, 20), 1);
	add_noise(s, pow(10, -snr_db / 20));
	snprintf(s->words, sizeof s->words, "T %.2f s, SNR %.0f dB", time_s, snr_db);
}

static void noisy(struct sound *s)
{
	const double time_s = draw_log(s, 0.5, 4), snr_db = draw(s, 10, 20);
	begin(s, time_s * draw(s, 1, 2));
	add_decay(s, 0.1, time_s, draw(s, 5, 20), 1);
	add_noise(s, pow(10, -snr_db / 20));
	snprintf(s->words, sizeof s->words, "T %.2f s, SNR %.0f dB", time_s, snr_db);
}

static void gated(struct sound *s)
{
	const double gate_s = draw_log(s, 0.002, 0.1);
	begin(s, draw(s, 0.2, 3));
	add_decay(s, 0.01, 0.4, 5, 1);
	const size_t end = (size_t)((0.01 + gate_s) * s->rate_hz);
	if (end < s->n)
		memset(s->x + end, 0, (s->n - end) * sizeof *s->x);
	snprintf(s->words, sizeof s->words, "gate %.3f s", gate_s);
}

static void silent_tail(struct sound *s)
{
	const double time_s = draw_log(s, 0.2, 3), end_s = time_s * draw(s, 0.5, 1.2);
	begin(s, end_s + draw(s, 0.5, 5));
	add_decay(s, 0.005, time_s, 10, 1);
	add_noise(s, pow(10, -draw(s, 40, 80) / 20));
	const size_t end = (size_t)(end_s * s->rate_hz);
	memset(s->x + end, 0, (s->n - end) * sizeof *s->x);
	snprintf(s->words, sizeof s->words, "T %.2f s", time_s);
}

static void subwoofer(struct sound *s)
{
	const double time_s = draw_log(s, 0.3, 2), to_hz = draw(s, 80, 150);
	begin(s, 0.4 + 2 * time_s);
	add_decay(s, 0.4, time_s, 5, 1);
	pass(s, to_hz, false, 4);
	pass(s, 25, true, 2);
	const double gain = pow(10, -draw(s, 40, 70) / 20);
	double most = 0;
	for (size_t i = 0; i < s->n; i++)
		most = fmax(most, fabs(s->x[i]));
	add_noise(s, gain * most);
	snprintf(s->words, sizeof s->words, "T %.2f s, to %.0f Hz", time_s, to_hz);
}

static void clap(struct sound *s)
{
	const double time_s = draw_log(s, 0.3, 5);
	begin(s, 1 + 1.5 * time_s);
	const double at_s = draw(s, 0, 1);
	for (int i = 0; i < 4; i++) /* a hand is no point */
		add_decay(s, at_s + draw(s, 0, 0.004), time_s, draw(s, -10, 10), 1);
	pass(s, 300, true, 1);
	add_noise(s, pow(10, -draw(s, 35, 60) / 20));
	pass(s, 60, false, 0);
	snprintf(s->words, sizeof s->words, "T %.2f s", time_s);
}

static void echo(struct sound *s)
{
	const double time_s = draw_log(s, 0.3, 2), later_s = draw(s, 0.05, 0.5);
	begin(s, 0.5 + later_s + time_s);
	add_decay(s, 0.1, time_s, 20, 1);
	add_decay(s, 0.1 + later_s, time_s, 20, draw(s, 0.1, 0.6));
	add_noise(s, 1e-3);
	snprintf(s->words, sizeof s->words, "T %.2f s, echo after %.2f s", time_s, later_s);
}

/* ---- what is none -------------------------------------------------------------------------------- */

static void sweep_into(struct sound *s, double length_s, bool down)
{
	const double from_hz = draw_log(s, 5, 100), part = draw(s, 0.4, 1);
	const double before_s = draw(s, 0, 1), after_s = draw(s, 0.1, 3);
	begin(s, before_s);
	const struct sabin_sweep_options o = {from_hz, part * s->rate_hz / 2, length_s, s->rate_hz, -6};
	struct sabin_sweep sweep;
	assert_ok(sabin_sweep_init(&sweep, &o));
	const size_t at = s->n;
	s->n += sweep.frames + (size_t)(after_s * s->rate_hz);
	assert_true(s->n <= MOST);
	memset(s->x, 0, s->n * sizeof *s->x);
	sabin_sweep_render(&sweep, s->x + at);
	for (size_t i = 0; down && i < sweep.frames / 2; i++) {
		const double x = s->x[at + i];
		s->x[at + i] = s->x[at + sweep.frames - 1 - i];
		s->x[at + sweep.frames - 1 - i] = x;
	}
	snprintf(s->words, sizeof s->words, "%.1f s, %.0f to %.0f Hz", length_s, from_hz, o.to_hz);
}

static void dry_sweep(struct sound *s)
{
	sweep_into(s, draw_log(s, 1, 30), draw(s, 0, 1) < 0.3);
}

static void long_sweep(struct sound *s)
{
	sweep_into(s, 45, false);
}

/* Through a room of a few dozen echoes, with noise. */
static void recorded_sweep(struct sound *s)
{
	sweep_into(s, draw_log(s, 1, 10), false);
	double *dry = malloc(s->n * sizeof *dry);
	assert_non_null(dry);
	memcpy(dry, s->x, s->n * sizeof *dry);
	const double time_s = draw_log(s, 0.3, 3);
	for (int k = 0; k < 40; k++) {
		const double t = draw(s, 0.001, time_s / 2);
		const double gain = exp(-6.9 * t / time_s) * normal(s) * 0.7;
		const size_t later = (size_t)(t * s->rate_hz);
		for (size_t i = later; i < s->n; i++)
			s->x[i] += gain * dry[i - later];
	}
	free(dry);
	add_noise(s, pow(10, -draw(s, 20, 60) / 20));
}

/* A piece out of the middle of it: both ends are cuts. */
static void steady_noise(struct sound *s)
{
	const double length_s = draw_log(s, 1, 30), before_s = 1, to_hz = draw_log(s, 50, 5000);
	const int times = (int)draw(s, 0, 2.999);
	begin(s, before_s + length_s);
	add_noise(s, 0.1);
	pass(s, to_hz, false, times);
	const size_t before = (size_t)(before_s * s->rate_hz);
	s->n -= before;
	memmove(s->x, s->x + before, s->n * sizeof *s->x);
	snprintf(s->words, sizeof s->words, "%.1f s, to %.0f Hz, order %d", length_s, to_hz, times);
}

/* What a microphone hears of a quiet room: rumble and hum over its own hiss. */
static void room_noise(struct sound *s)
{
	begin(s, draw_log(s, 1, 30));
	add_noise(s, 1);
	pass(s, draw_log(s, 5, 30), false, 2);
	const double hum_hz = draw(s, 49.9, 50.1), turn = draw(s, 0, 6.28), gain = draw_log(s, 1e-4, 1e-2);
	for (size_t i = 0; i < s->n; i++)
		for (int k = 1; k <= 7; k += 2)
			s->x[i] += gain / k * sin(k * (2 * M_PI * hum_hz * (double)i / s->rate_hz + turn));
	const double hiss = draw_log(s, 1e-6, 1e-3);
	add_noise(s, hiss);
	snprintf(s->words, sizeof s->words, "%.1f s, hum %.5f, hiss %.6f", (double)s->n / s->rate_hz, gain,
	         hiss);
}

static void noise_burst(struct sound *s)
{
	begin(s, draw(s, 3, 10));
	add_noise(s, 0.1);
	pass(s, 300, false, 1);
	const size_t from = (size_t)(draw(s, 0, 0.4) * (double)s->n);
	const size_t to = (size_t)(draw(s, 0.7, 1) * (double)s->n);
	for (size_t i = 0; i < s->n; i++)
		s->x[i] *= i >= from && i < to ? 1 : 0.001;
	snprintf(s->words, sizeof s->words, "%zu to %zu of %zu", from, to, s->n);
}

/* Chords, a bass and drums at random, all the time. */
static void music(struct sound *s)
{
	begin(s, draw(s, 5, 15));
	const double end_s = (double)s->n / s->rate_hz;
	for (double t = draw(s, 0, 0.5); t < end_s; t += draw_log(s, 0.1, 0.5)) {
		const double f_hz = draw_log(s, 50, 2000), time_s = draw_log(s, 0.3, 4);
		const double gain = draw(s, 0.1, 1);
		const size_t at = (size_t)(t * s->rate_hz);
		const bool drum = draw(s, 0, 1) < 0.3;
		for (size_t i = at; i < s->n && (double)(i - at) < time_s * s->rate_hz; i++) {
			const double u = (double)(i - at) / s->rate_hz;
			double x = drum ? 0.5 * normal(s) * exp(-40 * u) : 0;
			for (int k = 1; !drum && k < 6; k++)
				x += sin(2 * M_PI * k * f_hz * u) / k;
			s->x[i] += gain * x * exp(-6.9 * u / time_s) * fmin(1, u / 0.005);
		}
	}
	add_noise(s, 1e-4);
	snprintf(s->words, sizeof s->words, "%.1f s", end_s);
}

/* Syllables: noise and tones of changing colour, with pauses. */
static void speech(struct sound *s)
{
	begin(s, draw(s, 4, 10));
	double at_s = 0.2, left_s = 0, gain = 0, f_hz = 0, voiced = 0, low = 0;
	for (size_t i = 0; i < s->n; i++, left_s -= 1 / s->rate_hz) {
		if (left_s <= 0) {
			left_s = draw(s, 0.05, 0.3);
			gain = draw(s, 0, 1) < 0.25 ? 0 : draw_log(s, 0.05, 1);
			f_hz = draw(s, 100, 250);
			voiced = draw(s, 0, 1) < 0.7;
		}
		const double t = (double)i / s->rate_hz - at_s, x = normal(s);
		low += 0.3 * (x - low);
		const double tone = fmod(t * f_hz + 1e3, 1) - 0.5;
		s->x[i] = gain * (voiced > 0 ? tone : 0.2 * (x - low));
	}
	add_noise(s, 1e-4);
	snprintf(s->words, sizeof s->words, "%.1f s", (double)s->n / s->rate_hz);
}

static void claps(struct sound *s)
{
	const double time_s = draw(s, 0.3, 0.8);
	begin(s, 8);
	for (double t = draw(s, 0, 1); t < 7.5; t += draw(s, 1, 1.5))
		add_decay(s, t, time_s, 30, draw(s, 0.7, 1));
	add_noise(s, 1e-3);
	snprintf(s->words, sizeof s->words, "T %.2f s", time_s);
}

/* ---- the draws -------------------------------------------------------------------------------- */

static const struct kind {
	const char *name;
	void (*make)(struct sound *sound);
	int draws;
	enum sabin_like like;          /* what it must be taken for ... */
	bool or_sound;                 /* ... or, as well, for another sound than a response */
	enum { NO, YES, EITHER } sure; /* is it refused? */
} kinds[] = {
    {"hall", hall, 12, SABIN_LIKE_RESPONSE, false, NO},
    {"dead or live", extreme, 8, SABIN_LIKE_RESPONSE, true, NO},
    {"noisy response", noisy, 12, SABIN_LIKE_RESPONSE, true, NO},
    {"gated response", gated, 12, SABIN_LIKE_RESPONSE, false, NO},
    {"digital silence after it", silent_tail, 12, SABIN_LIKE_RESPONSE, false, NO},
    {"subwoofer", subwoofer, 12, SABIN_LIKE_RESPONSE, false, NO},
    {"clap", clap, 8, SABIN_LIKE_RESPONSE, false, NO},
    {"echo", echo, 8, SABIN_LIKE_RESPONSE, false, NO},
    {"sweep", dry_sweep, 8, SABIN_LIKE_SWEEP, false, YES},
    {"long sweep", long_sweep, 1, SABIN_LIKE_SWEEP, false, YES},
    {"recorded sweep", recorded_sweep, 6, SABIN_LIKE_SWEEP, false, YES},
    {"noise", steady_noise, 8, SABIN_LIKE_NOISE, false, EITHER},
    {"room noise", room_noise, 8, SABIN_LIKE_NOISE, false, EITHER},
    {"noise burst", noise_burst, 8, SABIN_LIKE_SOUND, true, EITHER},
    {"music", music, 8, SABIN_LIKE_SOUND, true, YES},
    {"speech", speech, 8, SABIN_LIKE_SOUND, true, YES},
    {"claps", claps, 6, SABIN_LIKE_SEVERAL, false, NO},
};

static bool is_right(const struct kind *kind, const struct sabin_likeness *l)
{
	const bool sure = l->certain && l->like != SABIN_LIKE_RESPONSE;
	return (l->like == kind->like || (kind->or_sound && l->like != SABIN_LIKE_RESPONSE)) &&
	       (kind->sure == EITHER || sure == (kind->sure == YES));
}

static void every_kind_is_told(void **state)
{
	(void)state;
	struct sound s = {.x = malloc(MOST * sizeof(double))};
	assert_non_null(s.x);
	sabin_random_init(&s.random, test_seed("likeness"));
	size_t wrong = 0;
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
		for (int i = decay_draws(1) * kinds[k].draws; i > 0; i--) {
			struct sabin_likeness l;
			kinds[k].make(&s);
			assert_ok(sabin_likeness_compute(s.x, s.n, s.rate_hz, &l));
			if (is_right(&kinds[k], &l))
				continue;
			wrong++;
			print_message("%s (%s, %.0f Hz): taken for %d%s, spread %.3f s, fall %.1f dB\n",
			              kinds[k].name, s.words, s.rate_hz, (int)l.like,
			              l.certain ? "" : "?", l.spread_s, l.fall_db);
		}
	free(s.x);
	assert_int_equal(wrong, 0);
}

/* A response shorter than the windows, 20 dB over noise, is never refused as noise; the noise alone is,
 * but for the odd draw whose windows stray. */
static void short_response_is_not_noise(void **state)
{
	(void)state;
	enum { N = 24000, DRAWS = 60 };
	const double rate_hz = 16000, time_s = 0.02;
	double *x = malloc(N * sizeof *x);
	struct sabin_random random;
	size_t refused = 0, noises = 0;
	assert_non_null(x);
	sabin_random_init(&random, test_seed("likeness, short"));
	for (int d = 0; d < DRAWS; d++) {
		struct sabin_likeness l;
		for (int i = 0; i < N; i++)
			x[i] = 0.1 * sabin_random_normal(&random);
		assert_ok(sabin_likeness_compute(x, N, rate_hz, &l));
		noises += l.like == SABIN_LIKE_NOISE && l.certain;
		const int at = (int)test_between(&random, 0, N / 2);
		x[at] += x[at] > 0 ? 1 : -1;
		for (int i = at + 1; i < N; i++)
			x[i] += 0.3 * sabin_random_normal(&random) * exp(-6.9 * (i - at) / rate_hz / time_s);
		assert_ok(sabin_likeness_compute(x, N, rate_hz, &l));
		refused += l.like != SABIN_LIKE_RESPONSE && l.certain;
	}
	free(x);
	print_message("of %d noises %zu are refused\n", DRAWS, noises);
	assert_int_equal(refused, 0);
	assert_true(noises >= DRAWS * 9 / 10);
}

/* A decay of one time, sampled exactly: half of the energy of 20 dB lies 10 dB below the other. */
static void fall_of_an_exponential(void **state)
{
	(void)state;
	enum { N = 96000 };
	double *x = malloc(N * sizeof *x);
	struct sabin_random random;
	struct sabin_likeness l;
	assert_non_null(x);
	sabin_random_init(&random, 3);
	for (int i = 0; i < N; i++)
		x[i] = i < 4800 ? 0 : sabin_random_normal(&random) * exp(-6.9 * (i - 4800) / 48000. / 1.5);
	assert_ok(sabin_likeness_compute(x, N, 48000, &l));
	assert_int_equal(l.like, SABIN_LIKE_RESPONSE);
	assert_near(l.fall_db, 10, 1.5);
	assert_near(l.spread_s, 0, 0.02);
	for (int i = 0; i < N; i++) /* neither level nor polarity matter */
		x[i] *= -1e-7;
	struct sabin_likeness same;
	assert_ok(sabin_likeness_compute(x, N, 48000, &same));
	assert_near(same.fall_db, l.fall_db, 1e-6);
	free(x);
}

static void limits(void **state)
{
	(void)state;
	double x[100] = {0};
	double *silence = calloc(48000, sizeof *silence);
	struct sabin_likeness l;
	assert_non_null(silence);
	assert_int_equal(sabin_likeness_compute(x, 0, 48000, &l), SABIN_EINVAL);
	assert_int_equal(sabin_likeness_compute(x, 100, NAN, &l), SABIN_EINVAL);
	assert_int_equal(sabin_likeness_compute(x, 100, 1, &l), SABIN_EINVAL);
	assert_ok(sabin_likeness_compute(x, 100, 48000, &l)); /* too short to tell */
	assert_int_equal(l.like, SABIN_LIKE_RESPONSE);
	x[3] = NAN;
	assert_int_equal(sabin_likeness_compute(x, 100, 48000, &l), SABIN_EINVAL);
	assert_ok(sabin_likeness_compute(silence, 48000, 48000, &l)); /* others say so */
	assert_int_equal(l.like, SABIN_LIKE_RESPONSE);
	silence[10] = 1; /* the unit impulse */
	assert_ok(sabin_likeness_compute(silence, 48000, 48000, &l));
	assert_int_equal(l.like, SABIN_LIKE_RESPONSE);
	free(silence);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_kind_is_told),
	    cmocka_unit_test(short_response_is_not_noise),
	    cmocka_unit_test(fall_of_an_exponential),
	    cmocka_unit_test(limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
