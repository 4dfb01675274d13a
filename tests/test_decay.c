/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_decay.c: the filter bank's energies, the search for the noise, and the decay curve.
 */
#include <math.h>

#include <sabin/random.h>

#include "acoustics/decay.h"
#include "acoustics/lundeby.h"
#include "util/decays.h"
#include "util/near.h"

static const double rate_hz = 48000;
static const double sixty_db = 13.815510557964274; /* 6 ln 10 */

/* ---- the bank ------------------------------------------------------------------------------- */

static struct sabin_band octave(double nominal_hz)
{
	struct sabin_band band;
	assert_int_equal(sabin_bands(1, nominal_hz, nominal_hz, &band, 1), 1);
	return band;
}

/* Energy of x[n] within a band by a direct sum over the spectrum (Parseval), samples apart by
 * 1/rate. */
static double band_energy(const double *x, size_t n, const struct sabin_band *band)
{
	const size_t size = 131072;
	double *padded = calloc(size, sizeof *padded), sum = 0;
	double complex *bins = malloc((size / 2 + 1) * sizeof *bins);
	struct sabin_fft *fft;
	assert_ok(sabin_fft_new(size, &fft));
	memcpy(padded, x, n * sizeof *x);
	sabin_fft_forward(fft, padded, bins);
	for (size_t k = 1; k < size / 2; k++) {
		const double gain = sabin_band_gain(band, (double)k * rate_hz / (double)size);
		const double re = creal(bins[k]), im = cimag(bins[k]);
		sum += 2 * gain * gain * (re * re + im * im);
	}
	sabin_fft_free(fft);
	free(bins);
	free(padded);
	return sum / (double)size / rate_hz;
}

/* All energy, and the parts before and after each split: divided first, filtered then. */
static void energies(void **state)
{
	(void)state;
	enum { COUNT = 30000 };
	double *h = malloc(COUNT * sizeof *h), *part = calloc(COUNT, sizeof *part);
	struct sabin_random random;
	sabin_random_init(&random, 3);
	print_message("seed 3\n");
	for (int i = 0; i < COUNT; i++)
		h[i] = sabin_random_normal(&random) * exp(-i / 3000.0);
	struct sabin_bank bank = {0};
	assert_ok(sabin_bank_load(&bank, h, COUNT, 0, rate_hz, 44));
	static const double names_hz[] = {63, 125, 250, 500, 1000, 2000, 4000, 8000, 16000};
	for (size_t i = 0; i < sizeof names_hz / sizeof *names_hz; i++) {
		const struct sabin_band band = octave(names_hz[i]);
		struct sabin_band_energy e;
		assert_ok(sabin_bank_filter(&bank, &band, &e));
		const double all = band_energy(h, COUNT, &band);
		/* 16 kHz reaches to half the rate, whose own bin is left out */
		assert_near(e.all.tail[0] / all, 1, 1e-5);
		for (int s = 0; s < SABIN_SPLITS; s++) {
			const size_t until = (size_t)lround(sabin_split_s[s] * rate_hz);
			memcpy(part, h, until * sizeof *h);
			memset(part + until, 0, (COUNT - until) * sizeof *part);
			/* what rings past the buffers: 0.001 is 0.004 dB of clarity */
			assert_near(e.early[s] / band_energy(part, COUNT, &band), 1, 0.001);
			const double end_s = e.late[s].start_s + (double)e.late[s].count * e.late[s].step_s;
			const double late = e.late[s].tail[0] + sabin_energy_after(&e.all, end_s);
			const double want = band_energy(h + until, COUNT - until, &band);
			assert_near(late / want, 1, 0.001);
		}
		sabin_band_energy_release(&e);
	}
	sabin_bank_release(&bank);
	free(h);
	free(part);
}

/* A bank that was used before gives what a new one gives. */
static void reuse(void **state)
{
	(void)state;
	enum { COUNT = 20000 };
	double *a = malloc(COUNT * sizeof *a), *b = malloc(2 * COUNT * sizeof *b);
	decay_tone(a, COUNT, 100, rate_hz, 1000, 0.5);
	decay_tone(b, 2 * COUNT, 5000, rate_hz, 900, 0.3);
	const struct sabin_band band = octave(1000);
	struct sabin_bank bank = {0}, fresh = {0};
	struct sabin_band_energy used, want;
	assert_ok(sabin_bank_load(&fresh, a, COUNT, 100, rate_hz, 44));
	assert_ok(sabin_bank_filter(&fresh, &band, &want));
	for (int round = 0; round < 2; round++) {
		assert_ok(sabin_bank_load(&bank, b, 2 * (size_t)COUNT, 5000, rate_hz, 44));
		assert_ok(sabin_bank_filter(&bank, &band, &used));
		sabin_band_energy_release(&used);
		assert_ok(sabin_bank_load(&bank, a, COUNT, 100, rate_hz, 44));
		assert_ok(sabin_bank_filter(&bank, &band, &used));
		assert_int_equal(used.all.count, want.all.count);
		assert_near_array(used.all.tail, want.all.tail, want.all.count, 0);
		sabin_band_energy_release(&used);
	}
	sabin_band_energy_release(&want);
	sabin_bank_release(&bank);
	sabin_bank_release(&fresh);
	free(a);
	free(b);
}

/* ---- decays without a filter: energies written down ----------------------------------------- */

struct sum {
	double density, rate;
};

/* Tail energies of a sum of exponentials and noise over length_s. */
static struct sabin_energy energy_of(const struct sum *terms, size_t count, double noise,
                                     double length_s)
{
	struct sabin_energy e = {.count = (size_t)(length_s * 10000), .step_s = 0.0001};
	e.tail = malloc((e.count + 1) * sizeof *e.tail);
	assert_non_null(e.tail);
	for (size_t i = 0; i <= e.count; i++) {
		const double t = (double)i * e.step_s;
		e.tail[i] = noise * (length_s - t);
		for (size_t k = 0; k < count; k++)
			e.tail[i] += terms[k].density / terms[k].rate *
			             (exp(-terms[k].rate * t) - exp(-terms[k].rate * length_s));
	}
	return e;
}

/* Where the energies are exactly what the model says, the model is found. */
static void model_is_found(void **state)
{
	(void)state;
	static const double times_s[] = {0.1, 0.3, 1, 4};
	static const double inrs_db[] = {15, 30, 45, 60, 90};
	for (size_t i = 0; i < 4; i++)
		for (size_t k = 0; k < 5; k++) {
			const struct sum term = {1, sixty_db / times_s[i]};
			const double noise = pow(10, -inrs_db[k] / 10);
			const double length_s = times_s[i] * (inrs_db[k] / 60 + 1) + 0.2;
			struct sabin_energy e = energy_of(&term, 1, noise, length_s);
			struct sabin_decay decay;
			sabin_decay_init(&decay, &e, length_s, 700, SABIN_NOISE_FULL);
			assert_true(decay.has_model && decay.noise_seen);
			assert_near(decay.model.rate / term.rate, 1, 0.002);
			assert_near(decay.model.noise / noise, 1, 0.002);
			assert_near(decay.knee_s / (inrs_db[k] / 60 * times_s[i]), 1, 0.005);
			assert_near(sabin_decay_inr_db(&decay), inrs_db[k], 0.05);
			assert_near(sabin_decay_curve(&decay, 0), 1 / term.rate, 0.001 / term.rate);
			struct sabin_decay_fit fit;
			double xi;
			assert_true(sabin_decay_fit(&decay, 0, -10, &fit, &xi));
			assert_near(fit.time_s / times_s[i], 1, 0.001);
			assert_near(fit.at0_db, 0, 0.01);
			assert_near(xi, 0, 0.01);
			free(e.tail);
		}
}

/* Lines between the exact crossings of two slopes: against numerical integration of the curve. */
static void two_slopes(void **state)
{
	(void)state;
	const struct sum terms[2] = {{1, sixty_db / 0.4}, {pow(10, -2.5), sixty_db / 2}};
	struct sabin_energy e = energy_of(terms, 2, 0, 6);
	struct sabin_decay decay;
	sabin_decay_init(&decay, &e, 6, 700, SABIN_NOISE_FULL);
	/* ISO 3382-2 clause 6, least squares over the curve in steps of 1 us: 10 lg of the sum above */
	static const struct {
		double from_db, to_db;
	} ranges[] = {{0, -10}, {-5, -25}, {-5, -35}};
	for (size_t r = 0; r < 3; r++) {
		double n = 0, x = 0, y = 0, xx = 0, xy = 0;
		const double total = 1 / terms[0].rate + terms[1].density / terms[1].rate;
		for (double t = 0; t < 3; t += 1e-5) {
			double left = 0;
			for (int k = 0; k < 2; k++)
				left += terms[k].density / terms[k].rate * exp(-terms[k].rate * t);
			const double db = 10 * log10(left / total);
			if (db > ranges[r].from_db || db < ranges[r].to_db)
				continue;
			n += 1, x += t, y += db, xx += t * t, xy += t * db;
		}
		const double slope = (n * xy - x * y) / (n * xx - x * x);
		struct sabin_decay_fit fit;
		assert_true(sabin_decay_fit(&decay, ranges[r].from_db, ranges[r].to_db, &fit, NULL));
		assert_near(fit.time_s * -slope / 60, 1, 0.001);
	}
	free(e.tail);
}

/* A response cut off before the noise: the model continues it. */
static void cut_off(void **state)
{
	(void)state;
	const struct sum term = {1, sixty_db / 1.0};
	struct sabin_energy e = energy_of(&term, 1, 0, 0.7); /* 42 dB */
	struct sabin_decay decay;
	sabin_decay_init(&decay, &e, 0.7, 700, SABIN_NOISE_FULL);
	assert_true(decay.has_model);
	assert_near(sabin_decay_floor_db(&decay), -42, 0.5);
	struct sabin_decay_fit fit;
	assert_true(sabin_decay_fit(&decay, -5, -35, &fit, NULL));
	assert_near(fit.time_s, 1, 0.005);
	assert_false(sabin_decay_fit(&decay, -5, -45, &fit, NULL));
	free(e.tail);
}

/* Without compensation a curve ends at the knee, without anything it contains the noise. */
static void handling(void **state)
{
	(void)state;
	const struct sum term = {1, sixty_db / 1.0};
	struct sabin_energy e = energy_of(&term, 1, 1e-4, 2);
	struct sabin_decay full, cut, none;
	sabin_decay_init(&full, &e, 2, 700, SABIN_NOISE_FULL);
	sabin_decay_init(&cut, &e, 2, 700, SABIN_NOISE_TRUNCATE);
	sabin_decay_init(&none, &e, 2, 700, SABIN_NOISE_NONE);
	const double t = 0.6; /* 36 dB down, 4 dB above the noise */
	const double knee_s = 40 / 60.0;
	assert_near(sabin_decay_curve(&full, t) * term.rate / exp(-term.rate * t), 1, 0.01);
	const double left = (exp(-term.rate * t) - exp(-term.rate * knee_s)) / term.rate;
	assert_near(sabin_decay_curve(&cut, t) / (left + 1e-4 * (knee_s - t)), 1, 0.02);
	assert_near(sabin_decay_curve(&cut, 0.7), 0, 0);
	assert_near(sabin_decay_curve(&none, t) / sabin_energy_after(&e, t), 1, 0.01);
	free(e.tail);
}

/* Nothing that decays: no model, and nothing that divides by it. */
static void no_decay(void **state)
{
	(void)state;
	static const struct sum rising = {1e-3, -5};
	for (int kind = 0; kind < 4; kind++) {
		struct sabin_energy e =
			energy_of(&rising, kind == 1, kind == 0 ? 0 : 1, kind == 3 ? 0.001 : 1);
		struct sabin_decay decay;
		sabin_decay_init(&decay, &e, kind == 3 ? 0.001 : 1, 700, SABIN_NOISE_FULL);
		struct sabin_decay_fit fit;
		assert_false(decay.has_model);
		assert_false(sabin_decay_fit(&decay, -5, -25, &fit, NULL));
		assert_true(isnan(sabin_decay_inr_db(&decay)));
		assert_true(isnan(sabin_decay_floor_db(&decay)));
		free(e.tail);
	}
}

/* The likelihood fit beats the lines it starts from: RMS error of the rate over draws. */
static void likelihood_is_better(void **state)
{
	(void)state;
	const int asked = decay_draws(40), draws = asked > 40 ? asked : 40;
	print_message("seeds 500 .. %d\n", 499 + draws);
	double lines = 0, likely = 0;
	for (int i = 0; i < draws; i++) {
		struct sabin_random random;
		sabin_random_init(&random, 500 + (uint64_t)i);
		/* cells of 1/B are exponentially distributed about the model: B = 100 Hz, 30 dB */
		const double rate = sixty_db / 0.8, noise = 1e-3, cell_s = 0.01;
		struct sabin_energy e = {.count = 300, .step_s = cell_s};
		double tail[301] = {0};
		e.tail = tail;
		for (size_t k = 300; k-- > 0;) {
			const double mean = exp(-rate * ((double)k + 0.5) * cell_s) + noise;
			tail[k] = tail[k + 1] - mean * cell_s * log(1 - sabin_random_uniform(&random));
		}
		struct sabin_decay_model m;
		assert_true(sabin_lundeby(&e, 100, 3, &m));
		lines += pow(m.rate / rate - 1, 2) / draws;
		sabin_late_fit(&e, 100, 3, &m);
		likely += pow(m.rate / rate - 1, 2) / draws;
	}
	print_message("RMS error of the rate: lines %.1f %%, likelihood %.1f %%\n", 100 * sqrt(lines),
	              100 * sqrt(likely));
	assert_at_most(likely, lines);
	assert_at_most(sqrt(likely), 0.2);
}

/* A response that was faded out before its end, where a little noise is left that falls by itself: that is
 * not taken for a slow decay which began long before. */
static void faded_out(void **state)
{
	(void)state;
	enum { COUNT = 15000 };
	static double tail[COUNT + 1];
	const double rate = sixty_db / 1.24, step_s = 0.0001;
	for (int from = 100; from <= 115; from++)
		for (int slope = 1; slope <= 12; slope++) {
			const double from_s = from / 100.0, noise = 3e-10;
			struct sabin_energy e = {.count = COUNT, .step_s = step_s, .tail = tail};
			tail[COUNT] = 0;
			for (size_t k = COUNT; k-- > 0;) {
				const double t = ((double)k + 0.5) * step_s;
				const double u = fmin(fmax((t - from_s) / 0.18, 0), 1);
				tail[k] = tail[k + 1] + step_s * (exp(-rate * t) * pow(cos(M_PI / 2 * u), 4) +
				                                  noise * exp(-slope * (t - 1.2)));
			}
			struct sabin_decay decay;
			sabin_decay_init(&decay, &e, COUNT * step_s, 44.5, SABIN_NOISE_FULL);
			if (!(fabs(decay.total / tail[0] - 1) < 0.01))
				print_message("faded from %.2f s, noise falls by %d/s: %.4f of all\n",
				              from_s, slope, decay.total / tail[0]);
			assert_near(decay.total / tail[0], 1, 0.01);
			/* nor may it seem to begin before the fade does */
			assert_at_most(from_s - 0.05, decay.knee_s);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(energies),       cmocka_unit_test(reuse),
		cmocka_unit_test(model_is_found), cmocka_unit_test(two_slopes),
		cmocka_unit_test(cut_off),        cmocka_unit_test(handling),
		cmocka_unit_test(no_decay),       cmocka_unit_test(likelihood_is_better),
		cmocka_unit_test(faded_out),
	};
	return cmocka_run_group_tests_name("decay", tests, NULL, NULL);
}
