/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_take.c: synthetic recordings, whose every property is known, through the taker and its judge.
 *
 * A recording is the stimulus' formula read at other times, so that a delay may be any fraction of a
 * sample and a clock any number of ppm off without a resampler in between.
 */
#include <math.h>

#include <sabin/fft.h>

#include "audio/take.h"
#include "util/decays.h"
#include "util/near.h"
#include "util/seed.h"

enum { RATE_HZ = 48000 };

struct rig {
	struct sabin_stimulus stimulus;
	struct sabin_excitation excitation;
	struct sabin_taker *taker;
	double *sweep, *recorded;
	size_t frames;
};

static void rig_make(struct rig *r, double from_hz, double to_hz, double length_s, double tail_s)
{
	const struct sabin_stimulus_options o = {
	    {from_hz, to_hz, length_s, RATE_HZ, -20}, 1, tail_s, 1};
	*r = (struct rig){0};
	assert_ok(sabin_stimulus_init(&r->stimulus, &o));
	r->frames = r->stimulus.frames + RATE_HZ / 2;
	r->sweep = malloc(r->stimulus.sweep.frames * sizeof *r->sweep);
	r->recorded = malloc(r->frames * sizeof *r->recorded);
	sabin_sweep_render(&r->stimulus.sweep, r->sweep);
	r->excitation = (struct sabin_excitation){
	    .x = r->sweep,
	    .frames = r->stimulus.sweep.frames,
	    .rate_hz = RATE_HZ,
	    .from_hz = from_hz,
	    .to_hz = to_hz,
	    .second_harmonic_s = sabin_sweep_harmonic_lead_s(&r->stimulus.sweep, 2),
	    .stimulus = &r->stimulus,
	};
	assert_ok(sabin_taker_new(&r->excitation, r->frames, &r->taker));
}

static void rig_free(struct rig *r)
{
	sabin_taker_free(r->taker);
	free(r->sweep);
	free(r->recorded);
}

/* What comes back. */
struct path {
	double gain, delay_s, skew_ppm, noise, clip, step;
	uint64_t seed;
	double drive; /* second and third harmonic, relative */
};

static double stimulus_at(const struct sabin_stimulus *s, double t_s)
{
	const double rate_hz = s->sweep.rate_hz;
	double x = sabin_sweep_value(&s->sweep, t_s - (double)s->sweep_frame / rate_hz);
	for (int i = 0; i < 2 && s->chirp.frames > 0; i++)
		x += sabin_sweep_value(&s->chirp, t_s - (double)s->chirp_frame[i] / rate_hz);
	return x;
}

static void record(struct rig *r, const struct path *p)
{
	const double rate_hz = RATE_HZ * (1 + 1e-6 * p->skew_ppm), full = r->stimulus.sweep.gain;
	for (size_t i = 0; i < r->frames; i++) {
		double x = stimulus_at(&r->stimulus, (double)i / rate_hz - p->delay_s);
		x = p->gain * (x + p->drive * (x * x / full + x * x * x / full / full));
		if (p->noise > 0)
			x += p->noise * sabin_random_normal_at(p->seed, i);
		if (p->clip > 0)
			x = fmin(fmax(x, -p->clip), p->clip);
		if (p->step > 0)
			x = rint(x / p->step) * p->step;
		r->recorded[i] = x;
	}
}

static struct sabin_take take(struct rig *r, const struct path *p)
{
	struct sabin_take t;
	record(r, p);
	assert_ok(sabin_taker_process(r->taker, r->recorded, &t));
	return t;
}

static void trust(const struct sabin_take *t)
{
	if (!t->verdict.trustworthy)
		fail_msg("not trusted: %s", t->verdict.why[0]);
}

static int says(const struct sabin_take *t, const char *words)
{
	for (size_t i = 0; i < t->verdict.why_count; i++)
		if (strstr(t->verdict.why[i], words))
			return 1;
	return 0;
}

static void distrust(const struct sabin_take *t, const char *words)
{
	if (t->verdict.trustworthy || !says(t, words))
		fail_msg("trusted: %d; says: %s", t->verdict.trustworthy, t->verdict.why[0]);
}

/* ---- where ---- */

static void arrival(void **state)
{
	struct rig *r = *state;
	struct sabin_random random;
	sabin_random_init(&random, test_seed("arrival"));
	for (int i = 0; i < 8; i++) {
		const struct path p = {.gain = i % 2 ? -0.5 : 0.5,
		                       .delay_s = test_between(&random, i < 4 ? 0 : -0.2, 0.45),
		                       .noise = 1e-4,
		                       .seed = (uint64_t)i};
		const struct sabin_take t = take(r, &p);
		assert_near(t.arrival, (double)r->stimulus.sweep_frame + p.delay_s * RATE_HZ, 0.01);
		assert_near(t.peak, p.gain * (22000 - 20) / 24000.0, 0.1);
		assert_int_equal(t.polarity, i % 2 ? -1 : 1);
		assert_int_equal(t.verdict.polarity, t.polarity);
		assert_near(t.verdict.peak_dbfs, 20 * log10(0.05), 0.1);
		assert_int_equal(t.verdict.takes, 1);
		trust(&t);
	}
}

/* A distorting loudspeaker: what precedes the arrival is not taken for it. */
static void distortion_is_not_the_arrival(void **state)
{
	struct rig *r = *state;
	const struct path p = {.gain = 0.5, .delay_s = 0.0123, .drive = 0.5};
	const struct sabin_take t = take(r, &p);
	assert_near(t.arrival, (double)r->stimulus.sweep_frame + 0.0123 * RATE_HZ, 0.05);
	trust(&t);
}

/* Noise is counted up to the first chirp, less a guard, and never reaches it. */
static void noise_only(void **state)
{
	struct rig *r = *state;
	const double delays_s[] = {-0.2, 0, 0.3};
	for (int i = 0; i < 3; i++) {
		const struct path p = {.gain = 0.5, .delay_s = delays_s[i]};
		const struct sabin_take t = take(r, &p);
		const double first = (double)r->stimulus.chirp_frame[0] + p.delay_s * RATE_HZ;
		assert_true((double)t.noise_frames < first);
		assert_true((double)t.noise_frames > first - 0.05 * RATE_HZ);
		for (size_t k = 0; k < t.noise_frames; k++)
			assert_near(r->recorded[k], 0, 0);
	}
}

/* ---- how much above the noise ---- */

static double energy(const double *x, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += x[i] * x[i];
	return sum;
}

static void signal_to_noise(void **state)
{
	(void)state;
	struct rig r;
	rig_make(&r, 20, 20000, 1, 0.3); /* all of the sweep counts */
	const uint64_t seed = test_seed("noise");
	const double rms = sqrt(energy(r.sweep, r.excitation.frames) / (double)r.excitation.frames);
	for (int db = 15; db <= 75; db += 15) {
		/* white noise, of which 19980 Hz of 24000 count */
		const double noise = 0.5 * rms / pow(10, db / 20.0) / sqrt(19980.0 / 24000);
		const struct path p = {.gain = 0.5, .delay_s = 0.02, .noise = noise, .seed = seed};
		const struct sabin_take t = take(&r, &p);
		assert_true(t.verdict.snr_db.valid);
		assert_near(t.verdict.snr_db.value, db, 0.5);
		assert_true(t.verdict.snr_db.plus_minus > 0 && t.verdict.snr_db.plus_minus < 0.5);
		trust(&t);
		assert_int_equal(t.verdict.snr_band_count, 8);
		for (size_t b = 0; b < 8; b++) {
			/* the sweep spends the same time in each octave, the noise gives each half
			 * of the next */
			const double f_hz = t.verdict.snr_bands[b].centre_hz;
			const double width_hz = f_hz * M_SQRT1_2;
			const double want_db = db + 10 * log10(log(2) / log(1000) / (width_hz / 19980));
			const double sigma_db = t.verdict.snr_bands[b].snr_db.plus_minus;
			if (want_db > 10) /* five standard deviations, and 1 dB for the fade-in at 63 Hz */
				assert_near(t.verdict.snr_bands[b].snr_db.value, want_db,
				            5 * sigma_db + (f_hz < 100 ? 1 : 0.3));
		}
	}
	struct path p = {.gain = 0.5, .noise = 0.5, .seed = seed};
	struct sabin_take t = take(&r, &p);
	distrust(&t, "no signal worth the name");
	p.gain = 0;
	t = take(&r, &p); /* a speaker that is off */
	distrust(&t, "no signal worth the name");
	rig_free(&r);
}

static void silence(void **state)
{
	struct rig *r = *state;
	const struct path p = {.gain = 0};
	const struct sabin_take t = take(r, &p);
	distrust(&t, "silent");
	assert_false(t.verdict.snr_db.valid || t.verdict.skew_ppm.valid);
	assert_int_equal(t.verdict.clipped_samples, 0);
}

/* ---- clipping ---- */

static void clipping_is_found(void **state)
{
	struct rig *r = *state;
	static const struct path rows[] = {
	    {.gain = 12, .clip = 1, .noise = 1e-4},            /* converter */
	    {.gain = 11, .clip = 1},
	    {.gain = 12, .clip = 32767 / 32768.0, .step = 1 / 32768.0},
	    {.gain = 0.5, .clip = 0.045, .noise = 1e-4},       /* below full scale */
	    {.gain = 0.5, .clip = 0.049, .step = 1 / 32768.0}, /* 0.2 dB of it */
	    {.gain = 0.5, .clip = 0.04999, .step = 1 / 8388608.0},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct sabin_take t = take(r, &rows[i]);
		if (t.verdict.clipped_samples < 3)
			fail_msg("row %zu: not found", i);
		distrust(&t, "clipped");
	}
}

/* A hundred noisy recordings (SABIN_TEST_DRAWS), then clean ones through coarse converters: the top of a slow sine
 * is flat for many samples there, and no fault. */
static void clipping_is_not_invented(void **state)
{
	(void)state;
	struct rig r;
	rig_make(&r, 20, 20000, 0.2, 0.1);
	const uint64_t seed = test_seed("no clipping");
	struct path p = {.gain = 0.5, .noise = 0.05 * M_SQRT1_2 / pow(10, 30 / 20.0)}; /* 30 dB */
	const double noise = p.noise;
	p.noise = 0;
	record(&r, &p);
	enum { APART = 9973 }; /* each hears another part of one long noise */
	double *clean = malloc(r.frames * sizeof *clean);
	double *hiss = malloc((r.frames + 100 * APART) * sizeof *hiss);
	memcpy(clean, r.recorded, r.frames * sizeof *clean);
	for (size_t k = 0; k < r.frames + 100 * APART; k++)
		hiss[k] = noise * sabin_random_normal_at(seed, k);
	const int draws = decay_draws(100);
	for (int i = 0; i < draws; i++) {
		struct sabin_take t;
		for (size_t k = 0; k < r.frames; k++) {
			r.recorded[k] = clean[k] + hiss[(size_t)i * APART + k];
			if (i % 2)
				r.recorded[k] = rint(r.recorded[k] * 32768) / 32768;
		}
		assert_ok(sabin_taker_process(r.taker, r.recorded, &t));
		assert_int_equal(t.verdict.clipped_samples, 0);
		trust(&t);
	}
	free(clean);
	free(hiss);
	rig_free(&r);
	const double from_hz[] = {5, 20, 100};
	for (int f = 0; f < 3; f++) {
		rig_make(&r, from_hz[f], 20000, 0.8, 0.1);
		for (int bits = 16; bits <= 24; bits += 8)
			for (double gain = 0.02; gain < 10; gain *= 5)
				for (int noisy = 0; noisy < 2; noisy++) {
					const double step = exp2(1 - bits);
					p = (struct path){.gain = gain, .step = step, .seed = seed,
					                  .noise = noisy * 0.5 * step};
					record(&r, &p);
					struct sabin_take t;
					assert_ok(sabin_taker_process(r.taker, r.recorded, &t));
					if (t.verdict.clipped_samples > 0)
						fail_msg("from %g Hz, %d bits, gain %g, noise %d: %zu clipped",
						         from_hz[f], bits, gain, noisy,
						         t.verdict.clipped_samples);
				}
		rig_free(&r);
	}
}

/* ---- clocks ---- */

static void skew(void **state)
{
	(void)state;
	struct rig r;
	rig_make(&r, 20, 22000, 2, 0.5);
	const double rows_ppm[] = {0, 0.3, -0.3, 5, -60, 60, 250, -1000, 1500};
	for (size_t i = 0; i < sizeof rows_ppm / sizeof *rows_ppm; i++) {
		const struct path p = {.gain = 0.5, .delay_s = 0.0437, .skew_ppm = rows_ppm[i]};
		const struct sabin_take t = take(&r, &p);
		assert_true(t.verdict.skew_ppm.valid);
		assert_near(t.verdict.skew_ppm.value, rows_ppm[i], 0.001);
		assert_near(t.skew * 1e6, rows_ppm[i], 0.001);
		assert_int_equal(t.skew != 0, rows_ppm[i] != 0);
		/* the air's part is there without noise, too */
		assert_near(t.verdict.skew_ppm.plus_minus, 5 / 3.3, 0.3);
		assert_int_equal(t.verdict.why_count, 0);
		trust(&t);
	}
	/* in noise the estimate is as good as it says */
	const uint64_t seed = test_seed("skew in noise");
	double off = 0;
	enum { RUNS = 10 };
	for (int i = 0; i < RUNS; i++) {
		const struct path p = {.gain = 0.5, .delay_s = 0.0437, .skew_ppm = 60, .noise = 2e-3,
		                       .seed = seed + (uint64_t)i};
		const struct sabin_take t = take(&r, &p);
		const double sigma_ppm = t.markers.sigma * 1e6, off_ppm = t.markers.skew * 1e6 - 60;
		assert_true(t.markers.heard && sigma_ppm > 0 && sigma_ppm < 0.1);
		assert_near(off_ppm, 0, 6 * sigma_ppm);
		assert_true(t.verdict.skew_ppm.plus_minus > sigma_ppm);
		off += pow(off_ppm / sigma_ppm, 2) / RUNS;
	}
	/* chi-square of 10 degrees, shared: outside once in a million runs */
	assert_true(off > 0.05 && off < 4.5);
	rig_free(&r);
}

static void skew_that_is_a_fault(void **state)
{
	(void)state;
	const double lengths_s[] = {1, 10};
	for (int i = 0; i < 2; i++) {
		struct rig r;
		rig_make(&r, 20, 22000, lengths_s[i], 1);
		for (int sign = -1; sign <= 1; sign += 2) {
			const struct path p = {.gain = 0.5, .delay_s = 0.02, .skew_ppm = sign * 5000};
			const struct sabin_take t = take(&r, &p);
			distrust(&t, "ppm");
			assert_near(t.verdict.skew_ppm.value, sign * 5000, 50);
		}
		rig_free(&r);
	}
}

/* No chirps: not knowable, which is no fault. */
static void skew_not_known(void **state)
{
	(void)state;
	struct rig r;
	rig_make(&r, 20, 150, 1, 0.5);
	assert_int_equal(r.stimulus.chirp.frames, 0);
	const struct path p = {.gain = 0.5, .delay_s = 0.02, .noise = 1e-4};
	const struct sabin_take t = take(&r, &p);
	assert_false(t.verdict.skew_ppm.valid);
	assert_true(isnan(t.verdict.skew_ppm.value));
	assert_true(says(&t, "not known"));
	trust(&t);
	/* 130 Hz wide: a hundredth of a sample is out of reach, a tenth of a millisecond is not */
	assert_near(t.arrival, (double)r.stimulus.sweep_frame + 0.02 * RATE_HZ, 1);
	rig_free(&r);
}

/* A loudspeaker whose range ends below the chirps: the clock is that of the take before, if any. */
static void chirps_above_the_speaker(void **state)
{
	(void)state;
	struct rig r;
	rig_make(&r, 20, 22000, 2, 0.5);
	struct path p = {.gain = 0.5, .delay_s = 0.02, .skew_ppm = 80};
	for (int round = 0; round < 2; round++) {
		sabin_taker_speaker(r.taker, (double[]){20, 120});
		record(&r, &p);
		for (int pass = 0; pass < 4; pass++) /* 6 dB an octave each */
			for (size_t i = 1; i < r.frames; i++)
				r.recorded[i] = r.recorded[i - 1] +
				                -expm1(-2 * M_PI * 120 / RATE_HZ) *
				                    (r.recorded[i] - r.recorded[i - 1]);
		for (size_t i = 0; i < r.frames; i++)
			r.recorded[i] += 1e-5 * sabin_random_normal_at(4, i);
		struct sabin_take t;
		assert_ok(sabin_taker_process(r.taker, r.recorded, &t));
		trust(&t);
		assert_false(t.markers.heard);
		assert_true(says(&t, "above this speaker's range (to 120 Hz)"));
		assert_true(says(&t, round ? "taken from the response before" : "not known"));
		assert_int_equal(t.verdict.skew_ppm.valid, round == 1);
		assert_near(t.skew, round ? 80e-6 : 0, 0.01e-6);
		sabin_taker_speaker(r.taker, (double[]){NAN, NAN});
		t = take(&r, &p);
		assert_near(t.verdict.skew_ppm.value, 80, 0.01);
	}
	rig_free(&r);
}

/* ---- the cut ---- */

static void cut(void **state)
{
	(void)state;
	/* lead of the second harmonic: length / log2(to / from) */
	const double lengths_s[] = {0.4, 2, 6};
	for (int i = 0; i < 3; i++) {
		struct rig r;
		rig_make(&r, 20, 7000, lengths_s[i], 0.6); /* no harmonic folds back */
		const double lead_s = r.excitation.second_harmonic_s;
		const double want_s = fmin(0.4, lead_s - 0.01);
		const double delays_s[] = {0, -0.2, 0.0437};
		for (int d = 0; d < 3; d++) {
			const struct path p = {.gain = 0.5, .delay_s = delays_s[d], .drive = 0.1};
			const struct sabin_take t = take(&r, &p);
			const struct sabin_cut c = sabin_taker_cut(r.taker, &t);
			assert_near((double)c.before, want_s * RATE_HZ, 1);
			assert_near((double)c.first + (double)c.before, t.arrival, 0.5);
			assert_near((double)(c.frames - c.before), 0.6 * RATE_HZ, 2);
			double *h = malloc(c.frames * sizeof *h), *later = malloc(c.frames * sizeof *later);
			struct sabin_cut shifted = c;
			shifted.first += 5;
			assert_ok(sabin_taker_copy(r.taker, &t, &c, h));
			assert_ok(sabin_taker_copy(r.taker, &t, &shifted, later));
			assert_near_array(later, h + 5, c.frames - 5, 0);
			size_t largest = 0;
			for (size_t k = 0; k < c.frames; k++)
				if (fabs(h[k]) > fabs(h[largest]))
					largest = k;
			assert_near((double)largest, (double)c.before, 1);
			/* the second harmonic's response, at 5 % of the direct sound, is not in it */
			for (size_t k = 0; k + 480 < c.before; k++)
				assert_at_most(fabs(h[k]), 0.01 * fabs(h[largest]));
			free(h);
			free(later);
		}
		rig_free(&r);
	}
}

/* A recording made elsewhere, which begins at any time, of a sweep without our chirps. */
static void foreign(void **state)
{
	(void)state;
	struct rig r;
	rig_make(&r, 20, 20000, 2, 0.5);
	const double starts_s[] = {0.3, 3.1, -0.25};
	for (int i = 0; i < 3; i++) {
		struct sabin_excitation e = r.excitation;
		struct sabin_taker *taker;
		struct sabin_take t;
		const size_t n = 6 * RATE_HZ;
		double *x = calloc(n, sizeof *x);
		e.stimulus = NULL;
		e.any_start = true;
		assert_ok(sabin_taker_new(&e, n, &taker));
		const double from_s = starts_s[i] + 0.1 / RATE_HZ;
		for (size_t k = 0; k < n; k++)
			x[k] = -0.3 * sabin_sweep_value(&r.stimulus.sweep, (double)k / RATE_HZ - from_s) +
			       1e-5 * sabin_random_normal_at(3, k);
		assert_ok(sabin_taker_process(taker, x, &t));
		/* where the beginning is missing, so are the low frequencies */
		assert_near(t.arrival, from_s * RATE_HZ, 0.02);
		assert_int_equal(t.polarity, -1);
		assert_false(t.verdict.skew_ppm.valid);
		assert_int_equal(t.verdict.snr_db.valid, starts_s[i] > 0);
		trust(&t);
		const struct sabin_cut c = sabin_taker_cut(taker, &t);
		assert_true(c.frames > c.before && c.frames - c.before >= RATE_HZ / 2 - 1);
		sabin_taker_free(taker);
		free(x);
	}
	rig_free(&r);
}

/* Our sweep and chirps, recorded with a phone that was started much earlier or a little late. */
static void any_start(void **state)
{
	(void)state;
	struct rig r;
	rig_make(&r, 20, 20000, 2, 0.5);
	struct sabin_excitation e = r.excitation;
	struct sabin_taker *taker;
	const size_t n = 12 * RATE_HZ;
	double *x = calloc(n, sizeof *x);
	e.any_start = true;
	assert_ok(sabin_taker_new(&e, n, &taker));
	const double starts_s[] = {0, 3.3, 6.1, -0.9, -1.05};
	for (int i = 0; i < 5; i++) {
		struct sabin_take t;
		for (size_t k = 0; k < n; k++)
			x[k] = 0.5 * stimulus_at(&r.stimulus, (double)k / RATE_HZ - starts_s[i]) +
			       1e-5 * sabin_random_normal_at(3, k);
		assert_ok(sabin_taker_process(taker, x, &t));
		assert_near(t.arrival, (double)r.stimulus.sweep_frame + starts_s[i] * RATE_HZ, 0.01);
		assert_int_equal(t.verdict.skew_ppm.valid, starts_s[i] > -1);
		if (t.verdict.skew_ppm.valid)
			assert_near(t.verdict.skew_ppm.value, 0, 0.1);
		trust(&t);
	}
	sabin_taker_free(taker);
	free(x);
	rig_free(&r);
}

/* ---- the band of a sweep from elsewhere ---- */

static void band_of(double from_hz, double to_hz, double length_s, double rate_hz, size_t silence)
{
	const struct sabin_sweep_options o = {from_hz, to_hz, length_s, rate_hz, -6};
	struct sabin_sweep s;
	assert_ok(sabin_sweep_init(&s, &o));
	double *x = calloc(s.frames + 2 * silence, sizeof *x), low_hz, high_hz;
	sabin_sweep_render(&s, x + silence);
	assert_ok(sabin_excitation_band(x, s.frames + 2 * silence, rate_hz, &low_hz, &high_hz));
	free(x);
	print_message("%g .. %g Hz of %g s: found %.3g .. %.5g\n", from_hz, to_hz, length_s, low_hz,
	              high_hz);
	/* sixths of an octave; and where the fade-in takes half of the energy, that is not there */
	const double faded = sabin_sweep_frequency_hz(&s, s.fade_in_s) / from_hz;
	assert_true(low_hz > from_hz * exp2(-1.0 / 6) && low_hz < from_hz * faded * exp2(1.0 / 6));
	assert_true(high_hz > to_hz * exp2(-1.0 / 6) && high_hz < to_hz * exp2(1.0 / 6));
	assert_true(high_hz <= rate_hz / 2);
}

static void band(void **state)
{
	(void)state;
	band_of(2.9, 24000, 6, 48000, 0);
	band_of(20, 20000, 10, 48000, 0);
	band_of(20, 20000, 1, 44100, 44100);
	band_of(20, 22050, 3, 44100, 0);
	band_of(10, 200, 5, 48000, 9999);
	band_of(200, 4000, 1, 96000, 0);
	enum { N = 2 * RATE_HZ };
	double *x = calloc(N, sizeof *x), low_hz = 77, high_hz = 77;
	assert_int_equal(sabin_excitation_band(x, N, RATE_HZ, &low_hz, &high_hz), SABIN_ESHORT);
	for (int i = 0; i < N; i++) /* white noise */
		x[i] = sabin_random_normal_at(8, (uint64_t)i);
	assert_int_equal(sabin_excitation_band(x, N, RATE_HZ, &low_hz, &high_hz), SABIN_ESHORT);
	for (int i = 0; i < N; i++) /* a linear sweep, 100 Hz to 20 kHz */
		x[i] = sin(2 * M_PI * (100 + 19900.0 * i / N / 2) * i / RATE_HZ);
	assert_int_equal(sabin_excitation_band(x, N, RATE_HZ, &low_hz, &high_hz), SABIN_ESHORT);
	for (int i = 0; i < N; i++) /* a tone */
		x[i] = sin(2 * M_PI * 1000.0 * i / RATE_HZ);
	assert_int_equal(sabin_excitation_band(x, N, RATE_HZ, &low_hz, &high_hz), SABIN_ESHORT);
	memset(x, 0, N * sizeof *x);
	x[0] = 1; /* a click */
	assert_int_equal(sabin_excitation_band(x, N, RATE_HZ, &low_hz, &high_hz), SABIN_ESHORT);
	assert_near(low_hz, 77, 0);
	assert_near(high_hz, 77, 0);
	free(x);
}

static int make_usual(void **state)
{
	static struct rig usual;
	rig_make(&usual, 20, 22000, 1, 0.5);
	*state = &usual;
	return 0;
}

static int free_usual(void **state)
{
	rig_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(arrival),
	    cmocka_unit_test(distortion_is_not_the_arrival),
	    cmocka_unit_test(noise_only),
	    cmocka_unit_test(signal_to_noise),
	    cmocka_unit_test(silence),
	    cmocka_unit_test(clipping_is_found),
	    cmocka_unit_test(clipping_is_not_invented),
	    cmocka_unit_test(skew),
	    cmocka_unit_test(skew_that_is_a_fault),
	    cmocka_unit_test(skew_not_known),
	    cmocka_unit_test(chirps_above_the_speaker),
	    cmocka_unit_test(cut),
	    cmocka_unit_test(foreign),
	    cmocka_unit_test(any_start),
	    cmocka_unit_test(band),
	};
	return cmocka_run_group_tests(tests, make_usual, free_usual);
}
