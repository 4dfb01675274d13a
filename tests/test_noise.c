/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_noise.c: levels of tones and noises that are known, the rating curves' own values, hum that is
 * there and hum that is not.
 */
#include <math.h>

#include <sabin/noise.h>
#include <sabin/random.h>
#include <sabin/weighting.h>

#include "util/decays.h"
#include "util/near.h"

static const double rate_hz = 48000;
static const struct sabin_noise_options plain = {.full_scale_dbspl = NAN};

static double *buffer(size_t n)
{
	double *x = calloc(n, sizeof *x);
	assert_non_null(x);
	return x;
}

static void add_tone(double *x, size_t n, double rate, double f_hz, double rms)
{
	for (size_t i = 0; i < n; i++)
		x[i] += M_SQRT2 * rms * sin(2 * M_PI * f_hz * (double)i / rate + 1);
}

static void add_white(double *x, size_t n, uint64_t seed, double rms)
{
	struct sabin_random random;
	sabin_random_init(&random, seed);
	for (size_t i = 0; i < n; i++)
		x[i] += rms * sabin_random_normal(&random);
}

static struct sabin_noise noise_of(const double *x, size_t n, double rate)
{
	struct sabin_noise noise;
	assert_ok(sabin_noise_compute(x, n, rate, &plain, &noise));
	return noise;
}

/* ---- closed form ------------------------------------------------------------------------------ */

/* A tone at each third's centre: its level there, little beside it, weighted as the standard says. */
static void tones(void **state)
{
	(void)state;
	const size_t n = 96000;
	double *x = buffer(n);
	for (int k = 0; k < SABIN_NOISE_THIRDS; k += 4) {
		const double f_hz = 1000 * pow(10, (k - 16) / 10.0);
		memset(x, 0, n * sizeof *x);
		add_tone(x, n, rate_hz, f_hz, 0.001);
		const struct sabin_noise noise = noise_of(x, n, rate_hz);
		/* a 25 Hz tone's window reaches over the 5.8 Hz of its band */
		assert_near(noise.third[k].level.value, -60, k == 0 ? 0.1 : 0.02);
		assert_near(noise.z.value, -60, 0.01);
		assert_near(noise.a.value, -60 + sabin_weighting_db(SABIN_WEIGHTING_A, f_hz), 0.05);
		assert_near(noise.c.value, -60 + sabin_weighting_db(SABIN_WEIGHTING_C, f_hz), 0.05);
		if (k >= 4)
			assert_true(noise.third[k - 2].level.value < -100);
	}
	free(x);
}

/* How wide the filter of a band is for noise. */
static double width_hz(const struct sabin_band *band)
{
	const double step_hz = band->centre_hz / 4000;
	double sum = 0;
	for (double f_hz = band->low_hz / 2; f_hz < band->high_hz * 2; f_hz += step_hz)
		sum += sabin_band_gain(band, f_hz) * sabin_band_gain(band, f_hz) * step_hz;
	assert_near(10 * log10(sum / (band->high_hz - band->low_hz)), 0, 0.15);
	return sum;
}

/* White noise: every band has its share of the density, within five standard deviations (one
 * in two million), and the errors are as large as stated. */
static void white(void **state)
{
	(void)state;
	const size_t n = 480000;
	const int draws = decay_draws(8);
	double *x = buffer(n), squares = 0;
	size_t count = 0;
	for (int seed = 1; seed <= draws; seed++) {
		memset(x, 0, n * sizeof *x);
		add_white(x, n, (uint64_t)seed, 0.01);
		const struct sabin_noise noise = noise_of(x, n, rate_hz);
		for (int k = 0; k < SABIN_NOISE_THIRDS; k++) {
			const struct sabin_noise_level *l = &noise.third[k];
			const double want = -40 + 10 * log10(width_hz(&l->band) / (rate_hz / 2));
			assert_true(l->level.valid);
			assert_near(l->level.value, want, 5 * l->level.plus_minus);
			const double off = (l->level.value - want) / l->level.plus_minus;
			squares += k < 20 ? off * off : 0;
			count += k < 20;
		}
		assert_false(noise.absolute || noise.nr.value.valid || noise.nc.value.valid);
		assert_true(noise.hum.looked && noise.hum.mains_hz == 0);
	}
	print_message("errors are %.2f of what is stated\n", sqrt(squares / (double)count));
	/* the spread of such a root is 1/sqrt(2 count): fewer draws than usual say less */
	assert_near(sqrt(squares / (double)count), 1, fmax(0.2, 3.5 / sqrt(2 * (double)count)));
	free(x);
}

static double tilt_db(const void *context, double f_hz)
{
	return *(const double *)context * log2(f_hz / 1000);
}

/* A scale moves every level, and the microphone's response comes off. */
static void absolute(void **state)
{
	(void)state;
	const size_t n = 96000;
	double *x = buffer(n);
	const double slope = 3;
	const struct sabin_noise_options options = {120, 0.5, tilt_db, &slope};
	struct sabin_noise noise;
	add_tone(x, n, rate_hz, 125.8925, 1e-4);
	assert_ok(sabin_noise_compute(x, n, rate_hz, &options, &noise));
	const double want = 120 - 80 - 3 * log2(0.1258925);
	assert_near(noise.octave[2].level.value, want, 0.05);
	assert_true(noise.absolute && noise.octave[2].level.plus_minus >= 0.5);
	/* the rating is that of the octave which the tone is in */
	assert_near(noise.nr.value.value, (want - 22) / 0.87, 0.1);
	assert_near(noise.nr.band_hz, 125, 1e-9);
	assert_near(noise.nc.band_hz, 125, 1e-9);
	assert_true(noise.nc.value.valid && noise.nc.value.plus_minus > 0);
	free(x);
}

/* ---- reference -------------------------------------------------------------------------------- */

/* Octave levels of NR curves, as tabled (half of the last digit). */
static void noise_rating(void **state)
{
	(void)state;
	static const double nr10[] = {62.2, 43.4, 30.7, 21.3, 14.5, 10, 6.65, 4.2, 2.3};
	static const double nr25[] = {72.4, 55.3, 43.8, 35.3, 29.2, 25, 21.9, 19.5, 17.8};
	assert_near(sabin_noise_nr(nr10).value.value, 10, 0.06);
	assert_near(sabin_noise_nr(nr25).value.value, 25, 0.1);
	double level[SABIN_NOISE_OCTAVES];
	for (int i = 0; i < SABIN_NOISE_OCTAVES; i++) {
		memcpy(level, nr10, sizeof level);
		level[i] = nr25[i];
		assert_near(sabin_noise_nr(level).value.value, 25, 0.1);
		level[i] = NAN;
		assert_near(sabin_noise_nr(level).value.value, 10, 0.06);
	}
	for (int i = 0; i < SABIN_NOISE_OCTAVES; i++)
		level[i] = NAN;
	assert_false(sabin_noise_nr(level).value.valid || sabin_noise_nc(level).value.valid);
}

/* NC: by the speech interference level where no band exceeds its curve, else by tangency. */
static void noise_criteria(void **state)
{
	(void)state;
	static const double nc30[] = {68, 57, 48, 41, 35, 32, 29, 28, 27};
	static const double nc35[] = {71, 60, 52, 45, 40, 36, 34, 33, 32};
	double level[SABIN_NOISE_OCTAVES];
	memcpy(level, nc30, sizeof level);
	struct sabin_noise_rating r = sabin_noise_nc(level);
	assert_near(r.value.value, 31, 1e-9); /* (35 + 32 + 29 + 28) / 4, and nothing is above it */
	assert_true(isnan(r.band_hz) && r.value.valid);
	level[1] = 60; /* rumble that touches NC 35 */
	r = sabin_noise_nc(level);
	assert_near(r.value.value, 35, 1e-9);
	assert_near(r.band_hz, 63, 1e-9);
	level[1] = 58.5; /* half-way */
	assert_near(sabin_noise_nc(level).value.value, 32.5, 1e-9);
	for (int i = 0; i < SABIN_NOISE_OCTAVES; i++) {
		memcpy(level, nc30, sizeof level);
		level[i] = nc35[i];
		assert_near(sabin_noise_nc(level).value.value, 35, 1e-9);
	}
	for (int i = 0; i < SABIN_NOISE_OCTAVES; i++)
		level[i] = 5;
	r = sabin_noise_nc(level);
	assert_false(r.value.valid);
	assert_near(r.value.value, 15, 1e-9);
	assert_near(r.value.have, 5 - 11, 1e-9);
	level[5] = 80;
	r = sabin_noise_nc(level);
	assert_false(r.value.valid);
	assert_near(r.value.value, 70, 1e-9);
	assert_near(r.value.have, 9, 1e-9);
}

/* ---- hum -------------------------------------------------------------------------------------- */

static void hum(void **state)
{
	(void)state;
	static const struct {
		double mains_hz, seconds, rms;
		int harmonics;
	} cases[] = {{50.02, 1, 1e-4, 3}, {59.97, 2, 1e-4, 5}, {49.9, 8, 2e-5, 6}, {60, 1, 1e-3, 1}};
	for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
		const size_t n = (size_t)(cases[c].seconds * rate_hz);
		double *x = buffer(n), power = 0;
		add_white(x, n, c, 1e-4);
		for (int k = 1; k <= cases[c].harmonics; k++) {
			add_tone(x, n, rate_hz, k * cases[c].mains_hz, cases[c].rms / k);
			power += cases[c].rms * cases[c].rms / k / k;
		}
		const struct sabin_hum h = noise_of(x, n, rate_hz).hum;
		assert_near(h.mains_hz, round(cases[c].mains_hz / 10) * 10, 1e-9);
		assert_near(h.frequency.value, cases[c].mains_hz, 0.03);
		assert_near(h.level.value, 10 * log10(power), 0.5);
		assert_int_equal(h.line_count, cases[c].harmonics);
		for (size_t i = 0; i < h.line_count; i++) {
			assert_int_equal(h.line[i].harmonic, i + 1);
			assert_near(h.line[i].level.value,
			            20 * log10(cases[c].rms / (double)(i + 1)),
			            4 * h.line[i].level.plus_minus + 0.05);
			assert_true(h.line[i].above_db > 14);
		}
		free(x);
	}
}

/* x through a resonator: a room's mode in a quiet background. */
static void resonate(double *x, size_t n, double f_hz, double time_s)
{
	const double r = exp(-6.907755 / time_s / rate_hz), c = 2 * r * cos(2 * M_PI * f_hz / rate_hz);
	double y1 = 0, y2 = 0;
	for (size_t i = 0; i < n; i++) {
		const double y = x[i] + c * y1 - r * r * y2;
		y2 = y1;
		y1 = y;
		x[i] = y;
	}
}

/* No hum: white noise, brown noise, and noise that rings in modes at 50 and 100 Hz. */
static void no_hum(void **state)
{
	(void)state;
	const int draws = decay_draws(40);
	const size_t n = 72000;
	double *x = buffer(n), *y = buffer(n);
	int alarms[3] = {0};
	for (int seed = 1; seed <= draws; seed++) {
		memset(x, 0, n * sizeof *x);
		add_white(x, n, (uint64_t)seed, 1e-4);
		alarms[0] += noise_of(x, n, rate_hz).hum.mains_hz > 0;
		memcpy(y, x, n * sizeof *y);
		for (size_t i = 1; i < n; i++)
			y[i] += 0.999 * y[i - 1];
		alarms[1] += noise_of(y, n, rate_hz).hum.mains_hz > 0;
		memcpy(y, x, n * sizeof *y);
		resonate(y, n, 50, 0.6);
		resonate(x, n, 100, 0.5);
		for (size_t i = 0; i < n; i++)
			y[i] += x[i];
		alarms[2] += noise_of(y, n, rate_hz).hum.mains_hz > 0;
	}
	print_message("%d draws: false alarms %d white, %d brown, %d modes\n", draws, alarms[0],
	              alarms[1], alarms[2]);
	assert_true(alarms[0] <= 1 + draws / 200 && alarms[1] <= 1 + draws / 200);
	assert_true(alarms[2] <= 1 + draws / 50);
	free(x);
	free(y);
}

/* A tone that is not the mains', and 300 Hz, which would fit both. */
static void other_tones(void **state)
{
	(void)state;
	static const double tones_hz[] = {55, 73, 300, 1000.7};
	const size_t n = 96000;
	for (int k = 0; k < 4; k++) {
		double *x = buffer(n);
		add_white(x, n, 5, 1e-5);
		add_tone(x, n, rate_hz, tones_hz[k], 1e-3);
		assert_near(noise_of(x, n, rate_hz).hum.mains_hz, 0, 0);
		free(x);
	}
}

/* ---- laws and limits -------------------------------------------------------------------------- */

static void gain(void **state)
{
	(void)state;
	const size_t n = 48000;
	double *x = buffer(n), *y = buffer(n);
	add_white(x, n, 9, 0.01);
	for (size_t i = 0; i < n; i++)
		y[i] = -1e-6 * x[i] + 1e-3; /* quieter, inverted, with a constant on it */
	const struct sabin_noise a = noise_of(x, n, rate_hz), b = noise_of(y, n, rate_hz);
	for (int k = 0; k < SABIN_NOISE_THIRDS; k++)
		assert_near(b.third[k].level.value, a.third[k].level.value - 120, 0.01);
	assert_near(b.a.value, a.a.value - 120, 0.001);
	free(x);
	free(y);
}

static void limits(void **state)
{
	(void)state;
	enum { COUNT = 48000 };
	double *x = buffer(COUNT);
	struct sabin_noise noise = noise_of(x, COUNT, rate_hz); /* digital silence */
	assert_true(isnan(noise.a.value) && !noise.a.valid && isnan(noise.third[3].level.value));
	assert_int_equal(noise.a.reason, SABIN_BECAUSE_NO_SIGNAL);
	assert_near(noise.hum.mains_hz, 0, 0);
	add_white(x, COUNT, 2, 0.1);
	noise = noise_of(x, 2400, rate_hz); /* 50 ms */
	assert_false(noise.third[0].level.valid || noise.hum.looked);
	assert_true(noise.third[26].level.valid);
	noise = noise_of(x, 1, rate_hz);
	assert_false(noise.a.valid || isinf(noise.a.value));
	noise = noise_of(x, COUNT, 16000);
	assert_int_equal(noise.third[26].level.reason, SABIN_BECAUSE_OUT_OF_BAND);
	assert_true(noise.third[20].level.valid);
	assert_int_equal(sabin_noise_compute(x, 0, rate_hz, &plain, &noise), SABIN_EINVAL);
	assert_int_equal(sabin_noise_compute(x, COUNT, 500, &plain, &noise), SABIN_EINVAL);
	x[7] = INFINITY;
	assert_int_equal(sabin_noise_compute(x, COUNT, rate_hz, &plain, &noise), SABIN_EINVAL);
	free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tones),        cmocka_unit_test(white),
		cmocka_unit_test(absolute),     cmocka_unit_test(noise_rating),
		cmocka_unit_test(noise_criteria), cmocka_unit_test(hum),
		cmocka_unit_test(no_hum),       cmocka_unit_test(other_tones),
		cmocka_unit_test(gain),         cmocka_unit_test(limits),
	};
	return cmocka_run_group_tests_name("noise", tests, NULL, NULL);
}
