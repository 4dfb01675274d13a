/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_sweep.c: the synchronised sweep and the whole stimulus around it.
 *
 * [N] Novak, Lotton, Simon: "Synchronized swept-sine: theory, application, and implementation",
 *     J. Audio Eng. Soc. 63 (2015) 786-798.
 */
#include <math.h>

#include <sabin/sweep.h>

#include "util/near.h"
#include "util/seed.h"

static const struct sabin_sweep_options usual = {20, 22000, 10, 48000, -20};

static struct sabin_sweep make(const struct sabin_sweep_options *options)
{
	struct sabin_sweep sweep;
	assert_ok(sabin_sweep_init(&sweep, options));
	return sweep;
}

/* Any sweep a person may ask for, as long as it is short. */
static struct sabin_sweep_options draw(struct sabin_random *random)
{
	const double rate_hz = test_between_log(random, 4000, 768000);
	const double to_hz = test_between_log(random, 100, rate_hz / 2);
	return (struct sabin_sweep_options){
	    .from_hz = to_hz / test_between_log(random, 1.01, 5000),
	    .to_hz = to_hz,
	    .length_s = test_between_log(random, 0.01, 3),
	    .rate_hz = rate_hz,
	    .peak_dbfs = test_between(random, -60, 0),
	};
}

/* [N] eq. 47: the phase over 2 pi. */
static double periods(const struct sabin_sweep *sweep, double t_s)
{
	return sweep->from_hz * sweep->constant_s * exp(t_s / sweep->constant_s);
}

static void synchronised(void **state)
{
	(void)state;
	struct sabin_random random;
	sabin_random_init(&random, test_seed("synchronised"));
	for (int i = 0; i < 1000; i++) {
		const struct sabin_sweep_options o = draw(&random);
		struct sabin_sweep s;
		if (sabin_sweep_init(&s, &o)) /* narrow and low: checked in `options` */
			continue;
		const double whole = s.from_hz * s.constant_s, ratio_e = log(o.to_hz / o.from_hz);
		assert_near(whole, rint(whole), 1e-9 * whole);
		assert_true(rint(whole) >= 1);
		/* not shorter than asked, but for what rounding costs; nor a period of L longer than
		 * needed */
		assert_true(s.length_s >= o.length_s * (1 - 1e-9) - 1e-9 * ratio_e / s.from_hz);
		assert_true(whole < 1.5 || s.length_s < o.length_s + 1.0001 * ratio_e / s.from_hz);
		assert_near(sabin_sweep_frequency_hz(&s, 0), o.from_hz, 1e-9 * o.from_hz);
		assert_near(sabin_sweep_frequency_hz(&s, s.length_s), o.to_hz, 1e-9 * o.to_hz);
		assert_near(s.gain, pow(10, o.peak_dbfs / 20), 1e-12);
		assert_int_equal(s.frames, (size_t)(s.length_s * s.rate_hz) + 1);
	}
}

/* The same request twice: the length that came out is one that stays. */
static void rounding_is_idempotent(void **state)
{
	(void)state;
	struct sabin_random random;
	sabin_random_init(&random, test_seed("idempotent"));
	for (int i = 0; i < 20000; i++) {
		struct sabin_sweep_options o = draw(&random);
		struct sabin_sweep a, b;
		if (i % 2) { /* many periods: every digit of a double counts */
			o.from_hz = o.to_hz / test_between_log(&random, 1.001, 3);
			o.length_s = test_between_log(&random, 1, 600);
		}
		if (sabin_sweep_init(&a, &o))
			continue;
		o.length_s = a.length_s;
		b = make(&o);
		assert_near(b.length_s, a.length_s, 0);
		assert_int_equal(b.frames, a.frames);
	}
}

static void values(void **state)
{
	(void)state;
	const struct sabin_sweep s = make(&usual);
	assert_near(s.gain, 0.1, 1e-15);
	for (int i = 0; i < 20000; i++) {
		const double t_s = s.length_s * i / 20000, value = sabin_sweep_value(&s, t_s);
		const double left_s = s.length_s - t_s;
		const double up = t_s < s.fade_in_s ? pow(sin(M_PI_2 * t_s / s.fade_in_s), 2) : 1;
		const double down = left_s < s.fade_out_s ? pow(sin(M_PI_2 * left_s / s.fade_out_s), 2) : 1;
		/* 3e4 periods as an argument of sin() leave 1e-11 of a radian */
		assert_near(value, 0.1 * up * down * sin(2 * M_PI * periods(&s, t_s)), 1e-10);
		assert_true(fabs(value) <= s.gain);
	}
	assert_near(sabin_sweep_value(&s, 0), 0, 0);
	assert_near(sabin_sweep_value(&s, -1e-9), 0, 0);
	assert_near(sabin_sweep_value(&s, -1e9), 0, 0);
	assert_near(sabin_sweep_value(&s, s.length_s), 0, 0);
	assert_near(sabin_sweep_value(&s, 1e9), 0, 0);
	assert_near(sabin_sweep_value(&s, NAN), 0, 0);
	assert_true(s.fade_in_s >= 0.01 && s.fade_in_s <= s.length_s / 10);
	assert_true(s.fade_out_s > 0 && s.fade_out_s <= 0.01);
}

static void rendered(void **state)
{
	(void)state;
	struct sabin_random random;
	sabin_random_init(&random, test_seed("rendered"));
	for (int i = 0; i < 20; i++) {
		struct sabin_sweep_options o = draw(&random);
		struct sabin_sweep s;
		o.length_s = fmin(o.length_s, 0.3);
		if (sabin_sweep_init(&s, &o) || s.frames > 500000)
			continue;
		double *x = malloc((s.frames + 1) * sizeof *x), peak = 0;
		x[s.frames] = 7;
		sabin_sweep_render(&s, x);
		assert_near(x[s.frames], 7, 0);
		assert_near(x[0], 0, 0);
		for (size_t k = 0; k < s.frames; k++) {
			peak = fmax(peak, fabs(x[k]));
			if (k % 97 == 0)
				assert_near(x[k], sabin_sweep_value(&s, (double)k / s.rate_hz), 0);
		}
		assert_at_most(peak, s.gain);
		/* it ends softly: the last sample lies less than one sample before the end */
		assert_at_most(fabs(x[s.frames - 1]),
		               s.gain * pow(M_PI_2 / (s.fade_out_s * s.rate_hz), 2) + 1e-15);
		free(x);
	}
}

static void time_and_frequency(void **state)
{
	(void)state;
	const struct sabin_sweep s = make(&usual);
	for (double f_hz = 1; f_hz < 1e5; f_hz *= 1.37)
		assert_near(sabin_sweep_frequency_hz(&s, sabin_sweep_time_s(&s, f_hz)), f_hz,
		            1e-11 * f_hz);
	assert_near(sabin_sweep_time_s(&s, 20), 0, 1e-12);
	assert_near(sabin_sweep_time_s(&s, 22000), s.length_s, 1e-9);
	assert_true(sabin_sweep_time_s(&s, 10) < 0);
	/* an octave takes the same time everywhere */
	assert_near(sabin_sweep_time_s(&s, 80) - sabin_sweep_time_s(&s, 40),
	            sabin_sweep_time_s(&s, 16000) - sabin_sweep_time_s(&s, 8000), 1e-9);
	/* the derivative of the phase is the frequency */
	for (double t_s = 1; t_s < 9; t_s++)
		assert_near((periods(&s, t_s + 1e-6) - periods(&s, t_s - 1e-6)) / 2e-6,
		            sabin_sweep_frequency_hz(&s, t_s), 1e-4 * sabin_sweep_frequency_hz(&s, t_s));
}

/* [N] sec. 2: what an m-th harmonic sounds like is the sweep itself, L ln(m) earlier, in phase.  The
 * odd ones follow from the samples alone: sin 3a = 3 sin a - 4 sin^3 a, and so on. */
static void harmonics(void **state)
{
	(void)state;
	const struct sabin_sweep s = make(&usual);
	assert_near(sabin_sweep_harmonic_lead_s(&s, 1), 0, 0);
	assert_near(sabin_sweep_harmonic_lead_s(&s, 2), s.constant_s * M_LN2, 1e-12);
	assert_near(sabin_sweep_harmonic_lead_s(&s, 6),
	            sabin_sweep_harmonic_lead_s(&s, 2) + sabin_sweep_harmonic_lead_s(&s, 3), 1e-12);
	const double lead3_s = sabin_sweep_harmonic_lead_s(&s, 3);
	const double lead5_s = sabin_sweep_harmonic_lead_s(&s, 5);
	for (double t_s = s.fade_in_s; t_s + lead5_s < s.length_s - s.fade_out_s; t_s += 0.00137) {
		const double a = sabin_sweep_value(&s, t_s) / s.gain;
		const double third = 3 * a - 4 * pow(a, 3);
		const double fifth = 5 * a - 20 * pow(a, 3) + 16 * pow(a, 5);
		assert_near(sabin_sweep_value(&s, t_s + lead3_s) / s.gain, third, 1e-8);
		assert_near(sabin_sweep_value(&s, t_s + lead5_s) / s.gain, fifth, 1e-8);
	}
	for (unsigned m = 2; m < 8; m++) {
		const double lead_s = sabin_sweep_harmonic_lead_s(&s, m);
		for (double t_s = s.fade_in_s; t_s + lead_s < s.length_s - s.fade_out_s; t_s += 0.0137)
			assert_near(sabin_sweep_value(&s, t_s + lead_s) / s.gain,
			            sin(m * fmod(2 * M_PI * periods(&s, t_s), 2 * M_PI)), 1e-8);
	}
}

static void options(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		struct sabin_sweep_options o;
	} wrong[] = {
	    {"from zero", {0, 20000, 1, 48000, -6}},
	    {"from below zero", {-20, 20000, 1, 48000, -6}},
	    {"from nan", {NAN, 20000, 1, 48000, -6}},
	    {"from infinite", {INFINITY, 20000, 1, 48000, -6}},
	    {"backwards", {2000, 1000, 1, 48000, -6}},
	    {"one frequency", {1000, 1000, 1, 48000, -6}},
	    {"above half the rate", {20, 24001, 1, 48000, -6}},
	    {"to nan", {20, NAN, 1, 48000, -6}},
	    {"to infinite", {20, INFINITY, 1, 48000, -6}},
	    {"too short", {20, 20000, 0.009, 48000, -6}},
	    {"too long", {20, 20000, 601, 48000, -6}},
	    {"length nan", {20, 20000, NAN, 48000, -6}},
	    {"length negative", {20, 20000, -1, 48000, -6}},
	    {"rate too low", {20, 1000, 1, 3999, -6}},
	    {"rate too high", {20, 1000, 1, 768001, -6}},
	    {"rate nan", {20, 1000, 1, NAN, -6}},
	    {"above full scale", {20, 20000, 1, 48000, 0.1}},
	    {"level nan", {20, 20000, 1, 48000, NAN}},
	    {"level -inf", {20, 20000, 1, 48000, -INFINITY}},
	    {"no synchronised length", {0.001, 2000, 1, 48000, -6}}, /* L = 1000 s */
	    {"rounded up past the end", {0.02, 20000, 600, 48000, -6}},
	    {"nothing to start from", {1e-310, 20000, 1, 48000, -6}},
	};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct sabin_sweep sweep = {.frames = 77};
		if (sabin_sweep_init(&sweep, &wrong[i].o) != SABIN_EINVAL)
			fail_msg("accepted: %s", wrong[i].name);
		assert_int_equal(sweep.frames, 77); /* untouched */
	}
	const struct sabin_sweep_options right[] = {
	    {20, 24000, 0.01, 48000, 0}, {1, 2000, 592, 4000, -200}, {999, 1000, 1, 48000, 0}};
	for (size_t i = 0; i < sizeof right / sizeof *right; i++)
		make(&right[i]);
}

/* The places of a stimulus are in order and apart; everything between is silent. */
static void check_layout(const struct sabin_stimulus_options *o)
{
	struct sabin_stimulus s;
	assert_ok(sabin_stimulus_init(&s, o));
	const double rate_hz = s.sweep.rate_hz;
	const int chirps = s.chirp.frames > 0;
	const size_t first = chirps ? s.chirp_frame[0] : s.sweep_frame;
	assert_near((double)first, o->lead_in_s * rate_hz, 0.5);
	assert_near((double)s.tail_frames, o->tail_s * rate_hz, 0.5);
	const size_t tail_end = s.sweep_frame + s.sweep.frames + s.tail_frames;
	if (chirps) {
		/* 0.4 s before the sweep's arrival belong to its response */
		assert_true((double)(s.sweep_frame - first - s.chirp.frames) >= 0.4 * rate_hz);
		assert_true(s.chirp_frame[1] >= tail_end);
		assert_true(s.frames > s.chirp_frame[1] + s.chirp.frames);
		assert_true(s.chirp.from_hz >= s.sweep.from_hz && s.chirp.to_hz <= s.sweep.to_hz);
		assert_true(s.chirp.to_hz >= 2 * s.chirp.from_hz && s.chirp.to_hz < rate_hz / 2);
		assert_near(s.chirp.gain, s.sweep.gain, 1e-15);
	} else {
		assert_int_equal(s.frames, tail_end);
	}
	double *x = malloc((s.frames + 1) * sizeof *x), peak = 0;
	x[s.frames] = 7;
	sabin_stimulus_render(&s, x);
	assert_near(x[s.frames], 7, 0);
	for (size_t i = 0; i < s.frames; i++) {
		double want = 0;
		if (i >= s.sweep_frame)
			want += sabin_sweep_value(&s.sweep, (double)(i - s.sweep_frame) / rate_hz);
		for (int k = 0; k < 2 && chirps; k++)
			if (i >= s.chirp_frame[k])
				want += sabin_sweep_value(&s.chirp, (double)(i - s.chirp_frame[k]) / rate_hz);
		if (!(fabs(x[i] - want) == 0))
			fail_msg("sample %zu: %g instead of %g", i, x[i], want);
		peak = fmax(peak, fabs(x[i]));
	}
	for (size_t i = 0; i < (size_t)(0.5 * rate_hz); i++)
		assert_near(x[i], 0, 0);
	for (size_t i = s.frames - (size_t)(0.1 * rate_hz); i < s.frames; i++)
		assert_near(x[i], 0, 0);
	assert_at_most(peak, pow(10, o->sweep.peak_dbfs / 20) * (1 + 1e-15));
	assert_true(peak > 0.9 * pow(10, o->sweep.peak_dbfs / 20));
	free(x);
}

static void stimulus_layout(void **state)
{
	(void)state;
	const double rates_hz[] = {4000, 44100, 48000, 96000};
	for (size_t i = 0; i < sizeof rates_hz / sizeof *rates_hz; i++)
		for (int chirps = 0; chirps < 2; chirps++) {
			struct sabin_stimulus_options o = {
			    .sweep = {20, rates_hz[i] * 0.45, 1, rates_hz[i], -12},
			    .lead_in_s = chirps ? 1 : 0.5,
			    .tail_s = chirps ? 0.1 : 0.77,
			    .chirps = chirps,
			};
			check_layout(&o);
			o.sweep.to_hz = rates_hz[i] / 2;
			check_layout(&o);
		}
}

/* Spread: nothing but silence comes in, as much between the first chirp and the sweep as between the
 * sweep's tail and the second, and the two parts are the whole. */
static void spread(void **state)
{
	(void)state;
	const struct sabin_stimulus_options o = {usual, 0.5, 0.3, 1};
	const double rate_hz = usual.rate_hz;
	struct sabin_stimulus near, far;
	assert_ok(sabin_stimulus_init(&near, &o));
	far = near;
	assert_ok(sabin_stimulus_spread(&far, 0.1));
	const size_t more = (size_t)(0.1 * rate_hz);
	assert_int_equal(far.chirp_frame[0], near.chirp_frame[0]);
	assert_int_equal(far.sweep_frame, near.sweep_frame + more);
	assert_int_equal(far.chirp_frame[1], near.chirp_frame[1] + 2 * more);
	assert_int_equal(far.frames, near.frames + 2 * more);
	assert_int_equal(far.tail_frames, near.tail_frames);
	double *sweep = malloc((far.frames + 1) * sizeof *sweep), *whole = malloc(far.frames * sizeof *whole);
	double *chirps = malloc((far.frames + 1) * sizeof *chirps), of_sweep = 0, of_chirps = 0;
	sweep[far.frames] = chirps[far.frames] = 7;
	sabin_stimulus_render_parts(&far, sweep, chirps);
	sabin_stimulus_render(&far, whole);
	for (size_t i = 0; i < far.frames; i++) {
		assert_near(sweep[i] + chirps[i], whole[i], 0);
		assert_true(sweep[i] == 0 || chirps[i] == 0);
		of_sweep += sweep[i] * sweep[i];
		of_chirps += chirps[i] * chirps[i];
	}
	assert_true(of_sweep > 0 && of_chirps > 0);
	assert_near(sweep[far.frames] + chirps[far.frames], 14, 0);
	free(sweep);
	free(chirps);
	free(whole);
	const double wrong[] = {-0.1, 1.1, NAN};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(sabin_stimulus_spread(&far, wrong[i]), SABIN_EINVAL);
	far.chirp.frames = 0;
	assert_int_equal(sabin_stimulus_spread(&far, 0.1), SABIN_EINVAL);
}

static size_t chirp_frames(double from_hz, double to_hz, double rate_hz)
{
	const struct sabin_stimulus_options o = {{from_hz, to_hz, 1, rate_hz, -12}, 0.5, 0.1, 1};
	struct sabin_stimulus s;
	assert_ok(sabin_stimulus_init(&s, &o));
	return s.chirp.frames;
}

static void chirps_where_they_help(void **state)
{
	(void)state;
	assert_true(chirp_frames(20, 22000, 48000) >= 4800);
	assert_true(chirp_frames(1000, 20000, 44100) >= 4410);
	assert_true(chirp_frames(20, 1800, 4000) >= 400);
	assert_int_equal(chirp_frames(15000, 20000, 48000), 0); /* less than an octave */
	assert_int_equal(chirp_frames(20, 120, 48000), 0);      /* a subwoofer's range */
	assert_int_equal(chirp_frames(500, 700, 48000), 0);
	const struct sabin_stimulus_options none = {usual, 0.5, 0.1, 0};
	struct sabin_stimulus s;
	assert_ok(sabin_stimulus_init(&s, &none));
	assert_int_equal(s.chirp.frames, 0);
}

static void stimulus_options(void **state)
{
	(void)state;
	static const double wrong[][2] = {{0.49, 1}, {-1, 1}, {NAN, 1},  {61, 1},       {INFINITY, 1},
	                                  {1, 0.09}, {1, -1}, {1, NAN},  {1, 61},       {1, INFINITY}};
	struct sabin_stimulus s = {.frames = 77};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		const struct sabin_stimulus_options o = {usual, wrong[i][0], wrong[i][1], 1};
		assert_int_equal(sabin_stimulus_init(&s, &o), SABIN_EINVAL);
	}
	const struct sabin_stimulus_options o = {{20, 30000, 1, 48000, -6}, 1, 1, 1};
	assert_int_equal(sabin_stimulus_init(&s, &o), SABIN_EINVAL);
	assert_int_equal(s.frames, 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(synchronised),    cmocka_unit_test(rounding_is_idempotent),
	    cmocka_unit_test(values),          cmocka_unit_test(rendered),
	    cmocka_unit_test(time_and_frequency), cmocka_unit_test(harmonics),
	    cmocka_unit_test(options),         cmocka_unit_test(stimulus_layout),
	    cmocka_unit_test(spread),
	    cmocka_unit_test(chirps_where_they_help), cmocka_unit_test(stimulus_options),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
