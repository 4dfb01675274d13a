/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_phase.c: minimum and excess phase of known systems; trust; unwrapping.
 */
#include <complex.h>
#include <math.h>
#include <stdbool.h>

#include <sabin/phase.h>

#include "util/near.h"

enum { RATE = 96000, N = RATE };

struct section {
	double b[3], a[3];
};

/* Peaking filter and all-pass of R. Bristow-Johnson's cookbook. */
static struct section peaking(double f_hz, double q, double gain_db)
{
	const double w = 2 * M_PI * f_hz / RATE, alpha = sin(w) / (2 * q), g = pow(10, gain_db / 40);
	return (struct section){{1 + alpha * g, -2 * cos(w), 1 - alpha * g},
	                        {1 + alpha / g, -2 * cos(w), 1 - alpha / g}};
}

static struct section all_pass(double f_hz, double q)
{
	const double w = 2 * M_PI * f_hz / RATE, alpha = sin(w) / (2 * q);
	return (struct section){{1 - alpha, -2 * cos(w), 1 + alpha}, {1 + alpha, -2 * cos(w), 1 - alpha}};
}

static void run(const struct section *s, double *h)
{
	double x1 = 0, x2 = 0, y1 = 0, y2 = 0;
	for (size_t i = 0; i < N; i++) {
		const double x = h[i];
		const double y = (s->b[0] * x + s->b[1] * x1 + s->b[2] * x2 - s->a[1] * y1 -
		                  s->a[2] * y2) / s->a[0];
		x2 = x1;
		x1 = x;
		y2 = y1;
		y1 = h[i] = y;
	}
}

static double complex at(const struct section *s, double f_hz)
{
	const double w = 2 * M_PI * f_hz / RATE;
	double complex z;
	((double *)&z)[0] = cos(w);
	((double *)&z)[1] = -sin(w);
	return (s->b[0] + s->b[1] * z + s->b[2] * z * z) / (s->a[0] + s->a[1] * z + s->a[2] * z * z);
}

static double delay_s(const struct section *s, double f_hz)
{
	const double d = 0.01;
	return -remainder(carg(at(s, f_hz + d)) - carg(at(s, f_hz - d)), 2 * M_PI) / (4 * M_PI * d);
}

struct fixture {
	struct sabin_response response;
	struct sabin_phase phase;
	double *h;
};

static struct fixture measure(const struct section *sections, size_t count, double smoothing_oct)
{
	enum { AT = 480 };
	struct fixture f;
	struct sabin_response_options o = sabin_response_defaults();
	o.smoothing_oct = smoothing_oct;
	f.h = calloc(N, sizeof *f.h);
	f.h[AT] = 1;
	for (size_t i = 0; i < count; i++)
		run(&sections[i], f.h);
	assert_ok(sabin_response_compute(f.h, N, RATE, AT, AT, &o, &f.response));
	assert_ok(sabin_phase_compute(f.h, N, RATE, AT, &o, &f.response, &f.phase));
	assert_int_equal(f.phase.length, f.response.length);
	return f;
}

static void release(struct fixture *f)
{
	sabin_response_free(&f->response);
	sabin_phase_free(&f->phase);
	free(f->h);
}

/* Peaks, dips and a steep shelf of peaks: all minimum phase, 20 Hz to 20 kHz. */
static void minimum_phase(void **state)
{
	(void)state;
	const struct section s[] = {peaking(45, 4, 9),    peaking(120, 8, -12), peaking(1000, 2, 6),
	                            peaking(5000, 1, -8), peaking(15000, 3, 5)};
	struct fixture f = measure(s, 5, 0);
	for (size_t i = 0; i < f.phase.length; i++) {
		double complex h = 1;
		for (int k = 0; k < 5; k++)
			h *= at(&s[k], f.response.freq_hz[i]);
		assert_near(remainder(f.phase.minimum_deg[i] - carg(h) * 180 / M_PI, 360), 0, 0.1);
		assert_near(f.phase.excess_deg[i], 0, 0.1);
		assert_near(f.phase.excess_delay_s[i], 0, 1e-6);
	}
	release(&f);
}

/* An all-pass has no minimum phase; its delay is all excess, also behind a filter. */
static void all_passes(void **state)
{
	(void)state;
	const struct section s[] = {all_pass(200, 2), peaking(400, 2, 8)};
	struct fixture f = measure(s, 2, 0);
	for (size_t i = 0; i < f.phase.length; i++) {
		const double f_hz = f.response.freq_hz[i], want = delay_s(&s[0], f_hz);
		assert_near(f.phase.excess_delay_s[i], want, 0.01 * want + 1e-7);
		assert_near(remainder(f.phase.excess_deg[i] - carg(at(&s[0], f_hz)) * 180 / M_PI, 360), 0,
		            0.1);
		assert_near(remainder(f.phase.minimum_deg[i] - carg(at(&s[1], f_hz)) * 180 / M_PI, 360), 0,
		            0.1);
	}
	release(&f);
	/* with smoothing the delay is a mean over it: near the peak of a Q of 2 that is still 1 % */
	f = measure(s, 1, 1 / 48.0);
	for (size_t i = 0; i < f.phase.length; i++) {
		const double want = delay_s(&s[0], f.response.freq_hz[i]);
		assert_near(f.phase.excess_delay_s[i], want, 0.01 * want + 1e-7);
	}
	release(&f);
}

/* An echo a thousandth weaker than the sound: dips 60 dB deep.  Everything is finite, and the dips are
 * marked. */
static void near_a_null(void **state)
{
	(void)state;
	enum { AT = 480, ECHO = 96 }; /* 1 ms: dips at 500 Hz, 1500 Hz ... */
	double *h = calloc(N, sizeof *h), *trust;
	struct sabin_response_options o = sabin_response_defaults();
	struct sabin_response r;
	struct sabin_phase p;
	h[AT] = 1;
	h[AT + ECHO] = 0.999;
	o.smoothing_oct = 0;
	o.points_per_octave = 1000;
	o.from_hz = 400;
	o.to_hz = 2000;
	assert_ok(sabin_response_compute(h, N, RATE, AT, AT, &o, &r));
	assert_ok(sabin_phase_compute(h, N, RATE, AT, &o, &r, &p));
	trust = calloc(r.length, sizeof *trust);
	sabin_response_trust(&r, NULL, trust);
	size_t marked = 0;
	for (size_t i = 0; i < r.length; i++) {
		assert_true(isfinite(r.group_delay_s[i]) && isfinite(p.excess_delay_s[i]));
		assert_true(fabs(r.group_delay_s[i]) < 1); /* at its worst 1 ms * 0.999 / 0.001 */
		const double from_dip = fabs(remainder(r.freq_hz[i] - 500, 1000));
		marked += trust[i] < 0.5;
		if (from_dip < 0.5)
			assert_true(trust[i] < 0.5);
		if (from_dip > 50)
			assert_true(trust[i] > 0.9);
	}
	assert_true(marked > 0);
	/* noise as loud as the sound leaves nothing */
	double *noise = calloc(r.length, sizeof *noise);
	memcpy(noise, r.level_db, r.length * sizeof *noise);
	sabin_response_trust(&r, noise, trust);
	for (size_t i = 0; i < r.length; i++)
		assert_near(trust[i], 0, 1e-9);
	free(noise);
	free(trust);
	free(h);
	sabin_response_free(&r);
	sabin_phase_free(&p);
}

/* A delay of 3 ms after time zero is a straight line, whatever the steps; a point without trust ends it. */
static void unwrapped(void **state)
{
	(void)state;
	enum { AT = 480 };
	double *h = calloc(N, sizeof *h), trust[2000], line[2000];
	struct sabin_response_options o = sabin_response_defaults();
	struct sabin_response r;
	h[AT + 96] = 1; /* 1 ms after the arrival that is claimed */
	o.smoothing_oct = 0;
	assert_ok(sabin_response_compute(h, N, RATE, AT, AT - 192, &o, &r));
	assert_true(r.length < 2000);
	for (size_t i = 0; i < r.length; i++)
		trust[i] = r.freq_hz[i] > 9000 && r.freq_hz[i] < 9100 ? 0.4 : 1;
	sabin_response_unwrap(&r, 0.002, trust, line);
	double turns = NAN;
	for (size_t i = 0; i < r.length; i++) {
		if (r.freq_hz[i] > 9000) {
			assert_true(isnan(line[i]));
			continue;
		}
		const double off = line[i] + 360 * r.freq_hz[i] * 0.001;
		turns = isnan(turns) ? rint(off / 360) : turns;
		assert_near(off, 360 * turns, 1e-6);
	}
	sabin_response_free(&r);
	/* where the point nearest to 1 kHz has no trust, the next that has */
	o.from_hz = 1000;
	assert_ok(sabin_response_compute(h, N, RATE, AT, AT - 192, &o, &r));
	for (size_t i = 0; i < r.length; i++)
		trust[i] = i > 2;
	sabin_response_unwrap(&r, 0.002, trust, line);
	for (size_t i = 0; i < r.length; i++)
		assert_int_equal(isnan(line[i]), i <= 2);
	sabin_response_free(&r);
	free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(minimum_phase),
	    cmocka_unit_test(all_passes),
	    cmocka_unit_test(near_a_null),
	    cmocka_unit_test(unwrapped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
