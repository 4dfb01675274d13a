/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_modefit.c: modes fitted to responses whose poles are known.
 *
 * SABIN_TEST_DRAWS=100 for the full number of rooms.
 */
#include <math.h>

#include <sabin/modefit.h>

#include "util/decays.h"
#include "util/modal.h"
#include "util/near.h"
#include "util/seed.h"

static const double rate_hz = 8000;
enum { FRAMES = 24000, ONSET = 800 };

struct fixture {
	double h[FRAMES];
	struct modal_room room;
};

static struct sabin_modefit fit_of(const struct fixture *f, double to_hz)
{
	const struct sabin_modefit_options options = {20, to_hz};
	struct sabin_modefit fit;
	assert_ok(sabin_modefit_compute(f->h, FRAMES, rate_hz, ONSET, &options, &fit));
	return fit;
}

/* Two modes, far apart, in noise_db. */
static void two_modes(struct fixture *f, double gain, double snr_db)
{
	f->room = (struct modal_room){.count = 2};
	f->room.pole[0] = (struct modal_pole){.f_hz = 40, .t60_s = 0.9, .amplitude = gain};
	f->room.pole[1] = (struct modal_pole){
	    .f_hz = 100, .t60_s = 0.5, .amplitude = gain / 2, .phase = 1};
	modal_response(&f->room, rate_hz, ONSET, 200, snr_db, 1, f->h, FRAMES);
}

/* Without noise only the ringing of the band's edges is left: thousandths. */
static void closed_form(void **state)
{
	struct fixture *f = *state;
	two_modes(f, 1, (double)INFINITY);
	struct sabin_modefit fit = fit_of(f, 200);
	assert_int_equal(fit.count, 2);
	for (int i = 0; i < 2; i++) {
		const struct modal_pole *p = &f->room.pole[i];
		assert_near(fit.modes[i].frequency_hz.value, p->f_hz, 0.01);
		assert_near(fit.modes[i].t60_s.value, p->t60_s, 0.01 * p->t60_s);
		assert_near(fit.modes[i].q.value, p->f_hz * p->t60_s / 2.1989, 0.5);
		assert_true(fit.modes[i].t60_s.valid && !fit.modes[i].cluster);
		/* 32 / f: 0.8 s, 0.32 s */
		assert_near(fit.modes[i].audible_above_s, 32 / p->f_hz, 0.001);
		assert_true(fit.modes[i].audible);
	}
	/* heights of the resonances: amplitude T60, here 1 x 0.9 to 0.5 x 0.5 */
	assert_near(fit.modes[0].level_db.value - fit.modes[1].level_db.value,
	            20 * log10(0.9 / 0.25), 0.1);
	/* re the RMS of the response over the range, here by a direct sum */
	assert_true(fit.modes[0].level_db.value > 5 && fit.modes[0].level_db.value < 25);
	sabin_modefit_free(&fit);
}

/* Gain and polarity change nothing. */
static void law_gain(void **state)
{
	struct fixture *f = *state;
	two_modes(f, 1, 40);
	struct sabin_modefit one = fit_of(f, 200);
	for (size_t i = 0; i < FRAMES; i++)
		f->h[i] *= -1e-6;
	struct sabin_modefit other = fit_of(f, 200);
	assert_int_equal(one.count, other.count);
	for (size_t i = 0; i < one.count; i++) {
		assert_near(other.modes[i].frequency_hz.value, one.modes[i].frequency_hz.value,
		            1e-6);
		assert_near(other.modes[i].level_db.value, one.modes[i].level_db.value, 1e-4);
	}
	sabin_modefit_free(&one);
	sabin_modefit_free(&other);
}

/* Half a hertz apart with half-power widths of 4 Hz: nobody can tell them apart, and no line may say
 * that it does. */
static void overlap(void **state)
{
	struct fixture *f = *state;
	f->room = (struct modal_room){.count = 2};
	f->room.pole[0] = (struct modal_pole){.f_hz = 70, .t60_s = 0.55, .amplitude = 1};
	f->room.pole[1] = (struct modal_pole){.f_hz = 70.5, .t60_s = 0.45, .amplitude = 0.9};
	modal_response(&f->room, rate_hz, ONSET, 150, 50, 3, f->h, FRAMES);
	struct sabin_modefit fit = fit_of(f, 150);
	assert_true(fit.count >= 1);
	for (size_t i = 0; i < fit.count; i++) {
		const struct sabin_fitted_mode *m = &fit.modes[i];
		const double error_hz = fmin(fabs(m->frequency_hz.value - 70),
		                             fabs(m->frequency_hz.value - 70.5));
		if (m->frequency_hz.valid)
			assert_at_most(error_hz, fmax(3 * m->frequency_hz.plus_minus, 0.25));
	}
	sabin_modefit_free(&fit);
}

static void limits(void **state)
{
	struct fixture *f = *state;
	const struct sabin_modefit_options good = {20, 200}, wide = {20, 500}, narrow = {50, 55};
	struct sabin_modefit fit;
	memset(f->h, 0, sizeof f->h);
	assert_int_equal(sabin_modefit_compute(f->h, FRAMES, rate_hz, ONSET, &good, &fit),
	                 SABIN_ESHORT);
	f->h[ONSET] = 1;
	struct sabin_modefit click = fit_of(f, 200);
	assert_int_equal(click.count, 0);
	sabin_modefit_free(&click);
	assert_int_equal(sabin_modefit_compute(f->h, ONSET + 100, rate_hz, ONSET, &good, &fit),
	                 SABIN_ESHORT);
	assert_int_equal(sabin_modefit_compute(f->h, FRAMES, rate_hz, ONSET, &wide, &fit),
	                 SABIN_EINVAL);
	assert_int_equal(sabin_modefit_compute(f->h, FRAMES, rate_hz, ONSET, &narrow, &fit),
	                 SABIN_EINVAL);
	assert_int_equal(sabin_modefit_compute(f->h, FRAMES, rate_hz, FRAMES, &good, &fit),
	                 SABIN_EINVAL);
	assert_int_equal(sabin_modefit_compute(f->h, FRAMES, 500, ONSET, &good, &fit), SABIN_EINVAL);
	/* a constant, and a response that stops right where it may */
	for (size_t i = 0; i < FRAMES; i++)
		f->h[i] = 1;
	struct sabin_modefit constant = fit_of(f, 200);
	sabin_modefit_free(&constant);
	two_modes(f, 1, 40);
	assert_ok(sabin_modefit_compute(f->h, ONSET + 1200, rate_hz, ONSET, &good, &fit));
	sabin_modefit_free(&fit);
	f->h[5] = (double)NAN;
	assert_int_equal(sabin_modefit_compute(f->h, FRAMES, rate_hz, ONSET, &good, &fit),
	                 SABIN_EINVAL);
	assert_near(sabin_modefit_range((double)NAN, 50).to_hz, 200, 0);
	assert_near(sabin_modefit_range(0.5, 50).to_hz, 200, 1e-9);
	assert_near(sabin_modefit_range(0.1, 500).to_hz, 80, 0);
	assert_near(sabin_modefit_range(2, 20).to_hz, 300, 0);
}

/* 5 x 4 x 2.5 m at 343.2 m/s: 34.32 Hz is 1 0 0, 42.9 Hz 0 1 0, 54.94 Hz 1 1 0, 68.64 both 2 0 0 and
 * 0 0 1. */
static void geometry(void **state)
{
	(void)state;
	struct sabin_fitted_mode modes[5] = {0};
	const double f_hz[] = {34.5, 42.9, 55.2, 63, 68.6};
	for (int i = 0; i < 5; i++)
		modes[i] = (struct sabin_fitted_mode){
		    .frequency_hz = sabin_quantity_valid(f_hz[i], 0.1),
		    .q = sabin_quantity_valid(20, 1),
		    .t60_s = sabin_quantity_valid(1, 0.02),
		    .level_db = sabin_quantity_valid(0, 1)};
	struct sabin_modefit fit = {20, 150, 0, 0, 5, modes, 0};
	struct sabin_mode_match match[5];
	const double size_m[3] = {5, 4, 2.5}, bad_m[3] = {5, 0, 2.5};
	assert_ok(sabin_modefit_match(&fit, size_m, 343.2, match));
	assert_true(match[0].found && match[0].n[0] == 1 && match[0].n[1] == 0);
	assert_near(match[0].deviation_hz, 0.18, 1e-9);
	assert_true(match[1].found && match[1].n[1] == 1);
	assert_string_equal(sabin_mode_kind(match[2].n), "tangential");
	assert_false(match[3].found);
	assert_true(match[4].found);
	modes[0].cluster = true;
	assert_ok(sabin_modefit_match(&fit, size_m, 343.2, match));
	assert_false(match[0].found);
	/* 35.4 Hz, 6 dB lower, has no mode of its own: it is a part of 1 0 0, whose T60 it bends by half of
	 * ln 2 */
	modes[0].cluster = false;
	modes[1].frequency_hz.value = 35.4;
	modes[1].t60_s.value = 0.5;
	modes[1].level_db.value = -6.0206;
	assert_ok(sabin_modefit_match(&fit, size_m, 343.2, match));
	assert_true(match[0].found && !match[1].found && match[0].part_of == -1);
	assert_int_equal(match[1].part_of, 0);
	assert_true(modes[1].cluster && modes[1].t60_s.reason == SABIN_BECAUSE_OVERLAP);
	assert_near(modes[0].t60_s.plus_minus, hypot(0.02, log(2) / 2), 1e-4);
	assert_false(modes[0].t60_s.valid);
	assert_int_equal(sabin_modefit_match(&fit, bad_m, 343.2, match), SABIN_EINVAL);
}

/* ---- many rooms -------------------------------------------------------------------------------------- */

struct tally {
	int clear, met;            /* modes that must be read, and those that were */
	int sure, covered[2];      /* lines given as single modes; frequency, T60 within twice ± */
	int lines;
};

/* The mode of the truth that a line stands for: the nearest of those that can be seen at all. */
static const struct modal_pole *nearest(const struct modal_room *room, double f_hz)
{
	const struct modal_pole *best = &room->pole[0];
	for (size_t i = 0; i < room->count; i++)
		if (fabs(room->pole[i].f_hz - f_hz) < fabs(best->f_hz - f_hz))
			best = &room->pole[i];
	return best;
}

static void count_clear(const struct modal_room *room, const struct sabin_modefit *fit,
                        struct tally *t)
{
	for (size_t i = 0; i < room->count; i++) {
		const struct modal_pole *p = &room->pole[i];
		bool met = false;
		if (p->f_hz < 20 || p->f_hz > 150 || modal_above_db(room, i) < 3 ||
		    modal_isolation(room, i) < 1.5)
			continue;
		for (size_t k = 0; k < fit->count; k++)
			met = met || (fabs(fit->modes[k].frequency_hz.value - p->f_hz) <= 0.2 &&
			              fabs(fit->modes[k].t60_s.value / p->t60_s - 1) <= 0.1 &&
			              !fit->modes[k].cluster);
		t->clear++;
		t->met += met;
	}
}

static void count_sure(const struct modal_room *room, const struct sabin_modefit *fit,
                       struct tally *t)
{
	for (size_t k = 0; k < fit->count; k++) {
		const struct sabin_fitted_mode *m = &fit->modes[k];
		const struct modal_pole *p = nearest(room, m->frequency_hz.value);
		if (m->frequency_hz.value > 150)
			continue;
		t->lines++;
		if (m->cluster)
			continue;
		t->sure++;
		t->covered[0] += fabs(m->frequency_hz.value - p->f_hz) <=
		                 2 * m->frequency_hz.plus_minus;
		t->covered[1] += fabs(m->t60_s.value - p->t60_s) <= 2 * m->t60_s.plus_minus;
	}
}

/* 18 to 72 m3, T60 0.4 to 1.8 s, 50 dB over the noise; a hundred draws must meet 95 % of the clear
 * modes, and 90 % of all lines their own uncertainty.  Few draws scatter: two standard deviations of a
 * count of that share are allowed below. */
static void rooms(void **state)
{
	struct fixture *f = *state;
	const uint64_t seed = test_seed("rooms");
	const int draws = decay_draws(10);
	struct tally t = {0};
	for (int i = 0; i < draws; i++) {
		modal_draw(seed + (uint64_t)i, &f->room);
		modal_response(&f->room, rate_hz, ONSET, 150, 50, seed + (uint64_t)i, f->h, FRAMES);
		struct sabin_modefit fit = fit_of(
		    f, sabin_modefit_range(f->room.t60_s, f->room.volume_m3).to_hz);
		count_clear(&f->room, &fit, &t);
		count_sure(&f->room, &fit, &t);
		sabin_modefit_free(&fit);
	}
	const double met = (double)t.met / t.clear, n = t.sure;
	print_message("%d rooms: %d of %d clear modes met (%.1f %%); of %d lines %d are single "
	              "modes, covered %.1f %% in frequency, %.1f %% in T60\n",
	              draws, t.met, t.clear, 100 * met, t.lines, t.sure, 100 * t.covered[0] / n,
	              100 * t.covered[1] / n);
	assert_at_most(0.95 - 2 * sqrt(0.95 * 0.05 / t.clear), met);
	for (int i = 0; i < 2; i++)
		assert_at_most(0.9 - 2 * sqrt(0.9 * 0.1 / n), t.covered[i] / n);
	assert_at_most(0.5 * t.lines, t.sure);
}

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct fixture));
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(closed_form), cmocka_unit_test(law_gain), cmocka_unit_test(overlap),
	    cmocka_unit_test(limits),      cmocka_unit_test(geometry), cmocka_unit_test(rooms),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
