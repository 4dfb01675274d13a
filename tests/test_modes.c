/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_modes.c: the modal and the hybrid response.
 */
#include <sabin/window.h>

#include "room/modes.h"
#include "util/near.h"
#include "util/room_cases.h"

static const double speed_m_s = 343;

static int ascending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* 95th percentile of |x|. */
static double p95(double *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		x[i] = fabs(x[i]);
	qsort(x, n, sizeof *x, ascending);
	return x[n * 95 / 100];
}

enum { WRITTEN_OUT = 37 };

static double written_out_hz(int i)
{
	return 20 + 5 * i;
}

/* The modal sum written out, up to 2 kHz.  A sum with a sharp end converges slowly and to and fro:
 * its upper octave is faded out. */
static void modes_written_out(const struct room_case *c, double resting_per_s,
                              double complex sum[WRITTEN_OUT])
{
	const double most = 2 * M_PI * 2000 / speed_m_s;
	const double volume = c->size_m[0] * c->size_m[1] * c->size_m[2];
	memset(sum, 0, WRITTEN_OUT * sizeof *sum);
	for (int x = 0; x * M_PI / c->size_m[0] < most; x++)
		for (int y = 0; y * M_PI / c->size_m[1] < most; y++)
			for (int z = 0; z * M_PI / c->size_m[2] < most; z++) {
				const int n[3] = {x, y, z};
				double k2 = 0, a = 4 * M_PI / volume, damping = 0;
				for (int i = 0; i < 3; i++) {
					const double k = n[i] * M_PI / c->size_m[i];
					k2 += k * k;
					a *= (n[i] ? 2 : 1) * cos(k * c->source_m[i]) *
					     cos(k * c->receiver_m[i]);
					damping -= k * log(sqrt(1 - c->alpha[i][0]) *
					                   sqrt(1 - c->alpha[i][1])) /
					           (2 * c->size_m[i]);
				}
				if (k2 > most * most)
					break;
				a *= 1 - sabin_window_rise(2 * sqrt(k2) / most - 1);
				const double decay = k2 > 0 ? speed_m_s * damping / sqrt(k2)
				                            : resting_per_s;
				for (int i = 0; i < WRITTEN_OUT; i++) {
					const double w = 2 * M_PI * written_out_hz(i);
					const double complex k = __builtin_complex(w, -decay);
					sum[i] += a / (k2 - k * k / (speed_m_s * speed_m_s));
				}
			}
}

static void sum_of_modes(void **state)
{
	(void)state;
	enum { FRAMES = 16000 };
	static double h[FRAMES];
	const struct sabin_images_options options = {.rate_hz = 8000, .length_s = 2};
	for (int i = 0; i < ROOM_CASES; i++) {
		const struct room_case *c = &room_cases[i];
		const struct sabin_room room = room_case_room(c);
		double complex want[WRITTEN_OUT];
		double off_db[WRITTEN_OUT];
		modes_written_out(c, 3 * M_LN10 / sabin_room_eyring_s(&room, 0), want);
		assert_ok(sabin_modes_compute(&room, c->source_m, c->receiver_m, &options, 200, h,
		                              FRAMES));
		for (int f = 0; f < WRITTEN_OUT; f++)
			off_db[f] = level_db(spectrum_at(h, FRAMES, 8000, written_out_hz(f)) /
			                     want[f]);
		const double worst_db = p95(off_db, WRITTEN_OUT);
		print_message("%s: %.3f dB\n", c->name, worst_db);
		assert_at_most(worst_db, 0.3); /* a tenth of what furniture changes */
	}
}

/* Rigid walls and a decay put on afterwards: Green's function in closed form.  The response rings
 * for ever, so that the transform must not repeat. */
static void rigid_room_is_a_waveguide(void **state)
{
	(void)state;
	enum { RATE = 8000, FRAMES = 8000, COUNT = 73 };
	static double h[FRAMES];
	double off_db[COUNT];
	const double decay_per_s = 3 * M_LN10 / 0.4;
	const struct sabin_images_options options = {.rate_hz = RATE, .length_s = 1};
	for (int i = 0; i < ROOM_CASES; i++) {
		const struct room_case *c = &room_cases[i];
		struct sabin_room room = room_case_room(c);
		room_case_all(&room, 0);
		assert_ok(sabin_modes_compute(&room, c->source_m, c->receiver_m, &options, 200, h,
		                              FRAMES));
		for (int n = 0; n < FRAMES; n++)
			h[n] *= exp(-decay_per_s * n / RATE);
		for (int f = 0; f < COUNT; f++) {
			const double f_hz = 20 + 2.5 * f;
			off_db[f] = level_db(spectrum_at(h, FRAMES, RATE, f_hz) /
			                     waveguide(c, speed_m_s, f_hz, decay_per_s));
		}
		const double worst_db = p95(off_db, COUNT);
		print_message("%s: %.3f dB\n", c->name, worst_db);
		assert_at_most(worst_db, 0.3);
	}
}

/* The same response at another rate, and as the beginning of a longer one. */
static void rate_and_length(void **state)
{
	(void)state;
	static double a[4800], b[9600], c48[24000];
	const struct room_case *c = &room_cases[1];
	const struct sabin_room room = room_case_room(c);
	struct sabin_images_options options = {.rate_hz = 9600, .length_s = 0.5};
	assert_ok(sabin_modes_compute(&room, c->source_m, c->receiver_m, &options, 150, a, 4800));
	options.length_s = 1;
	assert_ok(sabin_modes_compute(&room, c->source_m, c->receiver_m, &options, 150, b, 9600));
	options = (struct sabin_images_options){.rate_hz = 48000, .length_s = 0.5};
	assert_ok(sabin_modes_compute(&room, c->source_m, c->receiver_m, &options, 150, c48,
	                              24000));
	double loudest = 0;
	for (int n = 0; n < 4800; n++)
		loudest = fmax(loudest, fabs(a[n]));
	for (int n = 0; n < 4800; n++) {
		assert_near(b[n], a[n], 1e-5 * loudest); /* -100 dB: interpolation, repetition */
		assert_near(c48[5 * n] * 5, a[n], 1e-5 * loudest);
	}
}

static void reciprocity(void **state)
{
	(void)state;
	enum { FRAMES = 9600 };
	static double there[FRAMES], back[FRAMES];
	const struct sabin_images_options options = {
		.rate_hz = 48000, .length_s = 0.2, .air = true,
	};
	const struct room_case *c = &room_cases[2];
	const struct sabin_room room = room_case_room(c);
	assert_ok(sabin_hybrid_compute(&room, c->source_m, c->receiver_m, &options, there, FRAMES));
	assert_ok(sabin_hybrid_compute(&room, c->receiver_m, c->source_m, &options, back, FRAMES));
	assert_near_array(back, there, FRAMES, 1e-12);
}

static double band_energy(const double *h, size_t frames, double from_hz, double to_hz)
{
	double sum = 0;
	for (double f_hz = from_hz; f_hz < to_hz; f_hz += 1)
		sum += pow(cabs(spectrum_at(h, frames, 8000, f_hz)), 2);
	return sum;
}

/* Modes with geometric damping against images: the level by third octaves, where both hold. */
static void modes_and_images_meet(void **state)
{
	(void)state;
	enum { FRAMES = 8000 };
	static double modes[FRAMES], images[FRAMES], hybrid[FRAMES];
	const struct sabin_images_options options = {.rate_hz = 8000, .length_s = 1};
	for (int i = 0; i < ROOM_CASES; i++) {
		const struct room_case *c = &room_cases[i];
		const struct sabin_room room = room_case_room(c);
		assert_ok(sabin_modes_compute(&room, c->source_m, c->receiver_m, &options, 400,
		                              modes, FRAMES));
		assert_ok(sabin_images_compute(&room, c->source_m, c->receiver_m, &options, images,
		                               FRAMES));
		assert_ok(sabin_hybrid_compute(&room, c->source_m, c->receiver_m, &options, hybrid,
		                               FRAMES));
		double mean_db = 0, worst_db = 0, joined_db = 0;
		for (int third = 14; third <= 26; third++) { /* 25 to 400 Hz */
			const double low_hz = pow(10, (third - 0.5) / 10);
			const double high_hz = pow(10, (third + 0.5) / 10);
			const double m = band_energy(modes, FRAMES, low_hz, high_hz);
			const double im = band_energy(images, FRAMES, low_hz, high_hz);
			const double hy = band_energy(hybrid, FRAMES, low_hz, high_hz);
			mean_db += 10 * log10(m / im) / 13;
			worst_db = fmax(worst_db, fabs(10 * log10(m / im)));
			/* joined, the level lies between the two or next to them */
			const double low = fmin(m, im), high = fmax(m, im);
			joined_db = fmax(joined_db, 10 * log10(fmax(hy / high, low / hy)));
		}
		print_message("%s: mean %.2f dB, worst third octave %.2f dB, joined %.2f dB\n",
		              c->name, mean_db, worst_db, joined_db);
		assert_near(mean_db, 0, 1);
		assert_at_most(worst_db, 4);
		assert_at_most(joined_db, 1);
	}
}

/* Energy of a - b over that of b. */
static double difference_db(const double *a, const double *b, size_t frames, double from_hz,
                            double to_hz)
{
	double off = 0, all = 0;
	for (double f_hz = from_hz; f_hz < to_hz; f_hz *= 1.01) {
		const double complex x = spectrum_at(a, frames, 8000, f_hz);
		const double complex y = spectrum_at(b, frames, 8000, f_hz);
		off += pow(cabs(x - y), 2);
		all += pow(cabs(y), 2);
	}
	print_message("%g to %g Hz: %.1f dB\n", from_hz, to_hz, 10 * log10(off / all));
	return 10 * log10(off / all);
}

/* Well above the crossover the hybrid is the images, to the last dB; well below, the modes. */
static void hybrid_is_its_halves(void **state)
{
	(void)state;
	enum { FRAMES = 8000 };
	static double modes[FRAMES], images[FRAMES], hybrid[FRAMES];
	const struct sabin_images_options options = {.rate_hz = 8000, .length_s = 1};
	const struct room_case *c = &room_cases[0]; /* Schroeder frequency 164 Hz */
	const struct sabin_room room = room_case_room(c);
	assert_ok(sabin_modes_compute(&room, c->source_m, c->receiver_m, &options, 200, modes,
	                              FRAMES));
	assert_ok(sabin_images_compute(&room, c->source_m, c->receiver_m, &options, images,
	                               FRAMES));
	assert_ok(sabin_hybrid_compute(&room, c->source_m, c->receiver_m, &options, hybrid,
	                               FRAMES));
	/* the crossover's ringing is cut, which leaves -60 dB of the other half at most */
	assert_at_most(difference_db(hybrid, modes, FRAMES, 20, 100), -55);
	assert_at_most(difference_db(hybrid, images, FRAMES, 260, 3500), -50);
	/* and where they meet they do not cancel: that would be tens of decibels off */
	assert_at_most(difference_db(hybrid, images, FRAMES, 116, 231), -10);
}

/* Extreme walls and sizes: finite, or refused. */
static void limits(void **state)
{
	(void)state;
	enum { FRAMES = 4800 };
	static double h[FRAMES];
	const struct sabin_images_options options = {.rate_hz = 48000, .length_s = 0.1};
	static const double alphas[] = {0, 1, 1e-6, 0.999999};
	for (size_t i = 0; i < sizeof alphas / sizeof *alphas; i++) {
		struct sabin_room room = room_case_room(&room_cases[0]);
		room_case_all(&room, alphas[i]);
		assert_ok(sabin_hybrid_compute(&room, room_cases[0].source_m,
		                               room_cases[0].receiver_m, &options, h, FRAMES));
		for (int n = 0; n < FRAMES; n++)
			assert_true(isfinite(h[n]));
		assert_ok(sabin_modes_compute(&room, room_cases[0].source_m,
		                              room_cases[0].receiver_m, &options, 0.5, h, FRAMES));
		for (int n = 0; n < FRAMES; n++)
			assert_true(isfinite(h[n]));
	}
	const struct room_case hall = {
		"", {500, 500, 500}, {20, 20, 20}, {300, 40, 50}, {{.1, .1}, {.1, .1}, {.1, .1}},
	};
	struct sabin_room room = room_case_room(&hall);
	assert_int_equal(sabin_modes_compute(&room, hall.source_m, hall.receiver_m, &options, 400,
	                                     h, FRAMES),
	                 SABIN_EINVAL);
	assert_ok(sabin_hybrid_compute(&room, hall.source_m, hall.receiver_m, &options, h, FRAMES));
}

static void refusals(void **state)
{
	(void)state;
	double h[480];
	const struct room_case *c = &room_cases[0];
	const struct sabin_room room = room_case_room(c);
	const struct sabin_images_options options = {.rate_hz = 48000, .length_s = 0.01};
	assert_int_equal(sabin_modes_compute(&room, c->source_m, c->receiver_m, &options, 401, h,
	                                     480),
	                 SABIN_EINVAL);
	assert_int_equal(sabin_modes_compute(&room, c->source_m, c->receiver_m, &options,
	                                     (double)NAN, h, 480),
	                 SABIN_EINVAL);
	assert_int_equal(sabin_modes_compute(&room, c->source_m, c->source_m, &options, 200, h,
	                                     480),
	                 SABIN_EINVAL);
	assert_int_equal(sabin_hybrid_compute(&room, c->source_m, c->source_m, &options, h, 480),
	                 SABIN_EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sum_of_modes),
		cmocka_unit_test(rigid_room_is_a_waveguide),
		cmocka_unit_test(rate_and_length),
		cmocka_unit_test(reciprocity),
		cmocka_unit_test(modes_and_images_meet),
		cmocka_unit_test(hybrid_is_its_halves),
		cmocka_unit_test(limits),
		cmocka_unit_test(refusals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
