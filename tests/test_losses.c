/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_losses.c: two clocks, lost frames and noises, in a reverberant room.
 *
 * The sweep's formula is read at the capture clock and convolved with a decaying noise.  By default a
 * few draws; SABIN_TEST_DRAWS=100 makes them what was promised.
 */
#include <complex.h>
#include <math.h>

#include <sabin/fft.h>

#include "audio/losses.h"
#include "audio/pile.h"
#include "util/decays.h"
#include "util/near.h"
#include "util/seed.h"

enum { RATE_HZ = 48000 };

struct rig {
	struct sabin_stimulus stimulus;
	struct sabin_excitation excitation;
	struct sabin_taker *taker;
	struct sabin_fft *fft;
	double complex *room, *spectrum;
	double *sweep, *dry, *wet, *recorded, *first;
	size_t frames, size;
	double noise_30_db; /* RMS of the noise that is 30 dB below the received chirp */
};

static const double level = 0.1, decay_s = 0.4;

static void rig_make(struct rig *r, double length_s, double tail_s)
{
	const struct sabin_stimulus_options o = {{20, 22000, length_s, RATE_HZ, -20}, 1, tail_s, 1};
	*r = (struct rig){0};
	assert_ok(sabin_stimulus_init(&r->stimulus, &o));
	r->frames = r->stimulus.frames + RATE_HZ / 2;
	r->size = sabin_fft_smooth_size(r->frames + RATE_HZ);
	assert_ok(sabin_fft_new(r->size, &r->fft));
	r->room = malloc((r->size / 2 + 1) * sizeof *r->room);
	r->spectrum = malloc((r->size / 2 + 1) * sizeof *r->spectrum);
	r->sweep = malloc(r->stimulus.sweep.frames * sizeof *r->sweep);
	r->dry = calloc(r->size, sizeof *r->dry);
	r->wet = calloc(r->size, sizeof *r->wet);
	r->recorded = malloc(r->frames * sizeof *r->recorded);
	r->first = malloc(r->frames * sizeof *r->first);
	sabin_sweep_render(&r->stimulus.sweep, r->sweep);
	r->excitation = (struct sabin_excitation){
	    .x = r->sweep,
	    .frames = r->stimulus.sweep.frames,
	    .rate_hz = RATE_HZ,
	    .from_hz = 20,
	    .to_hz = 22000,
	    .second_harmonic_s = sabin_sweep_harmonic_lead_s(&r->stimulus.sweep, 2),
	    .stimulus = &r->stimulus,
	};
	assert_ok(sabin_taker_new(&r->excitation, r->frames, &r->taker));
}

static void rig_free(struct rig *r)
{
	sabin_taker_free(r->taker);
	sabin_fft_free(r->fft);
	free(r->room);
	free(r->spectrum);
	free(r->sweep);
	free(r->dry);
	free(r->wet);
	free(r->recorded);
	free(r->first);
}

/* Direct sound and a reverberation with as much energy. */
static void draw_room(struct rig *r, uint64_t seed)
{
	double energy = 0;
	memset(r->wet, 0, r->size * sizeof *r->wet);
	for (size_t i = 1; i < RATE_HZ; i++) {
		const double t_s = (double)i / RATE_HZ;
		r->wet[i] = t_s < 0.003 ? 0 : exp(-6.9 * t_s / decay_s) * sabin_random_normal_at(seed, i);
		energy += r->wet[i] * r->wet[i];
	}
	for (size_t i = 1; i < RATE_HZ; i++)
		r->wet[i] *= sqrt(0.5 / energy);
	r->wet[0] = M_SQRT1_2;
	sabin_fft_forward(r->fft, r->wet, r->room);
	/* energy 1: the received chirp is as loud as the played one */
	r->noise_30_db = level * M_SQRT1_2 * pow(10, -30 / 20.0);
}

/* dry: the stimulus on a clock that is fast by `skew`, late by delay_s. */
static void emit(struct rig *r, double skew, double delay_s)
{
	const struct sabin_stimulus *s = &r->stimulus;
	const double rate_hz = RATE_HZ * (1 + skew);
	memset(r->dry, 0, r->size * sizeof *r->dry);
	for (size_t i = 0; i < r->frames; i++) {
		const double t_s = (double)i / rate_hz - delay_s;
		r->dry[i] = sabin_sweep_value(&s->sweep, t_s - (double)s->sweep_frame / RATE_HZ);
		for (int k = 0; k < 2; k++)
			r->dry[i] +=
			    sabin_sweep_value(&s->chirp, t_s - (double)s->chirp_frame[k] / RATE_HZ);
	}
}

/* wet: what the room makes of dry. */
static void sound(struct rig *r)
{
	sabin_fft_forward(r->fft, r->dry, r->spectrum);
	for (size_t k = 0; k <= r->size / 2; k++) {
		const double are = creal(r->spectrum[k]), aim = cimag(r->spectrum[k]);
		const double bre = creal(r->room[k]), bim = cimag(r->room[k]);
		((double *)r->spectrum)[2 * k] = are * bre - aim * bim;
		((double *)r->spectrum)[2 * k + 1] = are * bim + aim * bre;
	}
	sabin_fft_inverse(r->fft, r->spectrum, r->wet);
}

static void play(struct rig *r, double skew, double delay_s)
{
	emit(r, skew, delay_s);
	sound(r);
}

/* recorded: wet with noise, without `lost` frames from `at` on. */
static void record(struct rig *r, double noise, uint64_t seed, size_t at, size_t lost)
{
	for (size_t i = 0; i < r->frames; i++)
		r->recorded[i] = r->wet[i < at ? i : i + lost] +
		                 (noise > 0 ? noise * sabin_random_normal_at(seed, i) : 0);
}

static struct sabin_take take(struct rig *r)
{
	struct sabin_take t;
	assert_ok(sabin_taker_process(r->taker, r->recorded, &t));
	return t;
}

static int faulty(const struct sabin_take *t, int wanted, const char *what)
{
	if (t->verdict.trustworthy == !wanted)
		return 0;
	print_message("%s: %s, %zu lost\n", what, t->verdict.why_count ? t->verdict.why[0] : "trusted",
	              t->verdict.lost_frames);
	return 1;
}

static double ratio_db(const double *a, const double *b, size_t n)
{
	double error = 0, energy = 0;
	for (size_t i = 0; i < n; i++) {
		error += (a[i] - b[i]) * (a[i] - b[i]);
		energy += a[i] * a[i];
	}
	return 10 * log10(error / energy);
}

/* A random place in the sweep as received. */
static size_t place(const struct rig *r, struct sabin_random *random, double delay_s)
{
	const double share = test_between(random, 0.002, 0.998);
	return r->stimulus.sweep_frame +
	       (size_t)(delay_s * RATE_HZ + share * (double)r->stimulus.sweep.frames);
}

/* ---- estimate and correction ---- */

static void estimate(void **state)
{
	struct rig *r = *state;
	const uint64_t seed = test_seed("estimate");
	struct sabin_random random;
	sabin_random_init(&random, seed);
	const double rows_ppm[] = {5, -5, 500, -500, 60};
	const double limits_ppm[] = {0.002, 0.02};
	const int draws = decay_draws(3);
	double worst[2] = {0};
	for (int i = 0; i < draws; i++) {
		const double ppm = rows_ppm[i % 5];
		draw_room(r, seed + (uint64_t)i);
		play(r, ppm * 1e-6, test_between(&random, 0.02, 0.2));
		for (int k = 0; k < 2; k++) {
			const double noise = r->noise_30_db * (k == 0 ? 0.1 : 1);
			record(r, noise, seed + (uint64_t)i, r->frames, 0);
			const struct sabin_take t = take(r);
			worst[k] = fmax(worst[k], fabs(t.verdict.skew_ppm.value - ppm));
			assert_false(faulty(&t, 0, "clean"));
		}
	}
	print_message("worst: %.5f ppm at 50 dB, %.5f ppm at 30 dB\n", worst[0], worst[1]);
	for (int k = 0; k < 2; k++)
		assert_at_most(worst[k], limits_ppm[k]);
}

/* The response on the playback clock is what one clock would have given.  A room of few reflections,
 * each of them the formula itself, has no clock of its own. */
static void corrected(void **state)
{
	struct rig *r = *state;
	static const double delays_s[] = {0, 0.0043, 0.0107, 0.0231, 0.0519, 0.1133, 0.2471};
	const double rows_ppm[] = {0, 5, -5, 100, 500, -500};
	double *want = NULL, *got = NULL;
	struct sabin_cut cut = {0};
	for (size_t k = 0; k < sizeof rows_ppm / sizeof *rows_ppm; k++) {
		memset(r->recorded, 0, r->frames * sizeof *r->recorded);
		for (int d = 0; d < 7; d++) {
			for (size_t i = 0; i < r->size / 2 + 1; i++)
				r->room[i] = 1;
			play(r, rows_ppm[k] * 1e-6, 0.0437 + delays_s[d]);
			for (size_t i = 0; i < r->frames; i++)
				r->recorded[i] += (d % 2 ? -1 : 1) * exp(-delays_s[d] / 0.08) * r->wet[i];
		}
		const struct sabin_take t = take(r);
		assert_false(faulty(&t, 0, "clean"));
		if (k == 0) {
			cut = sabin_taker_cut(r->taker, &t);
			want = malloc(cut.frames * sizeof *want);
			got = malloc(cut.frames * sizeof *got);
		}
		assert_ok(sabin_taker_copy(r->taker, &t, &cut, k == 0 ? want : got));
		assert_int_equal(t.skew != 0, k != 0);
		/* arrival of the sweep on the playback clock, against the recording's begin */
		assert_near(t.arrival / (1 + rows_ppm[k] * 1e-6), cut.anchor, 0.001);
		if (k == 0)
			continue;
		const double error_db = ratio_db(want, got, cut.frames);
		print_message("%+g ppm: error %.1f dB\n", rows_ppm[k], error_db);
		assert_at_most(error_db, -70);
	}
	free(want);
	free(got);
}

/* Four repeats at 100 ppm, each of which begins at another fraction of a sample: 6 dB less noise. */
static void averaged(void **state)
{
	struct rig *r = *state;
	const uint64_t seed = test_seed("averaged");
	struct sabin_pile pile = {0};
	double *clean, *one;
	draw_room(r, seed);
	play(r, 100e-6, 0.0437);
	record(r, 0, 0, r->frames, 0);
	struct sabin_take t = take(r);
	const struct sabin_cut cut = sabin_taker_cut(r->taker, &t);
	clean = malloc(cut.frames * sizeof *clean);
	one = malloc(cut.frames * sizeof *one);
	assert_ok(sabin_taker_copy(r->taker, &t, &cut, clean));
	for (int i = 0; i < 4; i++) {
		play(r, 100e-6, 0.0437 + i * 0.3717 / RATE_HZ);
		record(r, r->noise_30_db, seed + (uint64_t)i, r->frames, 0);
		t = take(r);
		assert_ok(sabin_pile_check(&pile, r->taker, r->recorded, "/tmp", &t, NULL));
		assert_false(faulty(&t, 0, "repeat"));
		assert_ok(sabin_pile_add(&pile, r->taker, &t, "/tmp", NULL));
		if (i == 0) {
			pile.cut = cut;
			memset(pile.sum, 0, cut.frames * sizeof *pile.sum);
			assert_ok(sabin_taker_copy(r->taker, &t, &cut, one));
			memcpy(pile.sum, one, cut.frames * sizeof *one);
		}
	}
	assert_ok(sabin_pile_finish(&pile, RATE_HZ));
	const double gain_db =
	    ratio_db(clean, one, cut.frames) - ratio_db(clean, pile.sum, cut.frames);
	print_message("one: %.1f dB, four gain %.2f dB, repeatability %.1f dB\n",
	              ratio_db(clean, one, cut.frames), gain_db,
	              pile.first.verdict.repeatability_db.value);
	assert_at_most(5, gain_db);
	sabin_pile_release(&pile);
	free(clean);
	free(one);
}

/* ---- losses ---- */

/* One sweep: 64 frames lost anywhere, and no false alarm. */
static void single(void **state)
{
	struct rig *r = *state;
	const uint64_t seed = test_seed("single");
	const int draws = decay_draws(4);
	struct sabin_random random;
	sabin_random_init(&random, seed);
	int missed = 0, invented = 0;
	double off = 0;
	for (int i = 0; i < draws; i++) {
		const double ppm = test_between(&random, -200, 200), delay_s = 0.0437;
		draw_room(r, seed + (uint64_t)i);
		play(r, ppm * 1e-6, delay_s);
		record(r, r->noise_30_db, seed + (uint64_t)i, r->frames, 0);
		struct sabin_take t = take(r);
		invented += faulty(&t, 0, "invented");
		const size_t at = place(r, &random, delay_s);
		record(r, r->noise_30_db, seed + (uint64_t)i, at, 64);
		t = take(r);
		missed += faulty(&t, 1, "missed");
		off = fmax(off, fabs((double)t.verdict.lost_frames - 64));
		if (i == 0)
			print_message("lost at %.2f s: %s\n",
			              ((double)at - (double)r->stimulus.sweep_frame) / RATE_HZ - delay_s,
			              t.verdict.why[0]);
	}
	print_message("%d draws: %d missed, %d invented; the number off by %.0f at most\n", draws,
	              missed, invented, off);
	assert_int_equal(missed, 0);
	assert_int_equal(invented, 0);
}

/* What a server does to a stream without a word: `cut` frames go, `silence` frames come. */
struct edit {
	size_t at, cut, silence;
};

static void apply(double *x, size_t n, const struct edit *e)
{
	const size_t rest = n - e->at - (e->cut > e->silence ? e->cut : e->silence);
	memmove(x + e->at + e->silence, x + e->at + e->cut, rest * sizeof *x);
	memset(x + e->at, 0, e->silence * sizeof *x);
}

enum fault { GAP, EARLY, LATE, MANY, QUANTA, NO_FIRST, NO_LAST, APART, FAULTS };
static const char *const fault_names[] = {
    "a quantum of silence", "early, and made good", "late, and made good",  "several of all",
    "whole quanta lost",    "no first marker",      "no second marker", "late between the markers",
};

/* Up to six edits in the order of time.  What is made good leaves the distance of the chirps as it
 * was, and the sweep's upper end where it ought to be. */
static size_t draw_fault(const struct rig *r, enum fault fault, struct sabin_random *random,
                         struct edit *e)
{
	static const size_t quanta[] = {64, 256, 1024, 4096};
	const struct sabin_stimulus *s = &r->stimulus;
	const size_t q = quanta[(size_t)test_between(random, 0, 4)];
	const size_t late = (size_t)(0.0437 * RATE_HZ), sweep = s->sweep_frame + late;
	const size_t a = sweep + (size_t)(test_between(random, 0.05, 0.5) * (double)s->sweep.frames);
	const size_t b = a + (size_t)(test_between(random, 0.1, 0.4) * (double)s->sweep.frames);
	switch (fault) {
	case GAP:
		e[0] = (struct edit){test_between(random, 0, 2) < 1 ? a : b, q, q};
		return 1;
	case EARLY:
		e[0] = (struct edit){a, q, 0};
		e[1] = (struct edit){b, 0, q};
		return 2;
	case LATE:
		e[0] = (struct edit){a, 0, q};
		e[1] = (struct edit){b, q, 0};
		return 2;
	case MANY:
		for (size_t i = 0; i < 6; i++)
			e[i] = (struct edit){a + i * 4801, i % 3 == 1 ? 0 : q, i % 3 == 2 ? 0 : q};
		return 6;
	case QUANTA:
		for (size_t i = 0; i < 5; i++)
			e[i] = (struct edit){a + i * 7919, 1024, 0};
		return 5;
	case NO_FIRST:
	case NO_LAST:
		e[0] = (struct edit){s->chirp_frame[fault == NO_LAST] + late - 4800, 19200, 19200};
		return 1;
	default:
		e[0] = (struct edit){sweep - 12000, 0, q};
		e[1] = (struct edit){sweep + s->sweep.frames + 4800, q, 0};
		return 2;
	}
}

/* One sweep through a server: none of these may pass, whether on the way to the loudspeaker or from
 * the microphone, without noise (a server's own room has none) and at 50 dB. */
static void server(void **state)
{
	struct rig *r = *state;
	const uint64_t seed = test_seed("server");
	const int draws = decay_draws(1);
	struct sabin_random random;
	sabin_random_init(&random, seed);
	int missed = 0, number = 0;
	for (int i = 0; i < draws; i++) {
		draw_room(r, seed + (uint64_t)i);
		for (int fault = 0; fault < FAULTS; fault++)
			for (int way = 0; way < 2; way++) {
				struct edit edits[6];
				const size_t count = draw_fault(r, fault, &random, edits);
				emit(r, 0, 0.0437);
				if (way == 1)
					sound(r);
				for (size_t k = 0; k < count; k++)
					apply(way == 0 ? r->dry : r->wet, r->size, &edits[k]);
				if (way == 0)
					sound(r);
				record(r, number++ % 2 ? 0.1 * r->noise_30_db : 0, seed, r->frames, 0);
				const struct sabin_take t = take(r);
				missed += faulty(&t, 1, fault_names[fault]);
				if (i == 0 && way == 0)
					print_message("%s: %s\n", fault_names[fault], t.verdict.why[0]);
			}
	}
	print_message("%d faults of a server, %d missed\n", number, missed);
	assert_int_equal(missed, 0);
}

/* Something in the room that rattles between 50 and 80 Hz, once in each period, and buzzes above 200
 * Hz, and a loudspeaker that distorts by 3 %: no fault of the recording. */
static void rattle(void **state)
{
	struct rig *r = *state;
	const uint64_t seed = test_seed("rattle");
	const struct sabin_sweep *s = &r->stimulus.sweep;
	for (int i = 0; i < 2; i++) {
		double before = 0;
		draw_room(r, seed + (uint64_t)i);
		emit(r, 0, 0);
		for (size_t k = 0; k < s->frames; k++) {
			double *x = r->dry + r->stimulus.sweep_frame + k;
			const double t_s = (double)k / RATE_HZ, f_hz = sabin_sweep_frequency_hz(s, t_s);
			const double periods = f_hz * s->constant_s, u = *x / s->gain;
			*x += 0.03 * s->gain * (u * u + u * u * u);
			if (f_hz > 50 && f_hz < 80 && floor(periods) > floor(before))
				for (size_t n = 0; n < 200; n++)
					x[n] += 0.03 * level * exp(-(double)n / 40) *
					        sabin_random_normal_at(seed, n);
			if (f_hz > 200 && f_hz < 260)
				*x += 0.003 * level * sabin_random_normal_at(seed, k);
			before = periods;
		}
		sound(r);
		record(r, i * 0.1 * r->noise_30_db, seed, r->frames, 0);
		const struct sabin_take t = take(r);
		assert_false(faulty(&t, 0, "rattle"));
	}
}

/* A card of few bits without noise of its own.  The room's decay goes to sleep in digital silence,
 * and wakes up between two steps whenever the slow return of the input's high-pass to zero passes
 * from one to the next: no fault.  What is lost is found all the same.  30 steps a sweep are what a
 * card of 16 bits makes of one at -60 dBFS. */
static void steps(void **state)
{
	static const double steps_a_sweep[] = {30, 100, 300, 1000, 3000};
	struct rig *r = *state;
	const uint64_t seed = test_seed("steps");
	const int draws = decay_draws(2);
	struct sabin_random random;
	sabin_random_init(&random, seed);
	int invented = 0, missed = 0;
	const double end = (double)(r->stimulus.sweep_frame + r->stimulus.sweep.frames);
	for (int i = 0; i < draws; i++) {
		draw_room(r, seed + (uint64_t)i);
		play(r, test_between(&random, -200, 200) * 1e-6, 0.0437);
		for (size_t k = 0; k < sizeof steps_a_sweep / sizeof *steps_a_sweep; k++) {
			const double step = level / steps_a_sweep[k];
			const size_t at = place(r, &random, 0.0437);
			for (int fault = 0; fault < 2; fault++) {
				record(r, 0, 0, fault ? at : r->frames, 64);
				for (size_t n = 0; n < r->frames; n++) {
					const double late_s = fmax(((double)n - end) / RATE_HZ, 0);
					const double offset = 6 * exp(-late_s / 0.3);
					r->recorded[n] = step * rint(r->recorded[n] / step - offset);
				}
				const struct sabin_take t = take(r);
				if (fault == 0)
					invented += faulty(&t, 0, "a step");
				else
					missed += faulty(&t, 1, "loss in steps");
			}
		}
	}
	print_message("%d draws: %d missed, %d invented\n", draws, missed, invented);
	assert_int_equal(invented, 0);
	assert_int_equal(missed, 0);
}

/* Two sweeps of one clock: 64 frames lost, and a burst at the sweep's own level for 50 ms. */
static void repeats(void **state)
{
	struct rig *r = *state;
	const uint64_t seed = test_seed("repeats");
	const int draws = decay_draws(4);
	struct sabin_random random;
	sabin_random_init(&random, seed);
	int missed = 0, invented = 0;
	double off_s = 0;
	for (int i = 0; i < draws; i++) {
		const double ppm = i % 3 == 0 ? 0 : test_between(&random, -200, 200);
		const double delay_s = 0.0437 + (i % 3 == 0 ? 0 : 0.29 / RATE_HZ);
		draw_room(r, seed + (uint64_t)i);
		play(r, ppm * 1e-6, 0.0437);
		record(r, r->noise_30_db, seed + 1000 + (uint64_t)i, r->frames, 0);
		memcpy(r->first, r->recorded, r->frames * sizeof *r->first);
		const struct sabin_take first = take(r);
		play(r, ppm * 1e-6, delay_s);
		const size_t at = place(r, &random, delay_s);
		for (int fault = 0; fault < 3; fault++) {
			record(r, r->noise_30_db, seed + (uint64_t)i, at, fault == 1 ? 64 : 0);
			for (size_t k = at; fault == 2 && k < at + RATE_HZ / 20 && k < r->frames; k++)
				r->recorded[k] += level * M_SQRT1_2 * sabin_random_normal_at(seed + 5, k);
			struct sabin_take t = take(r);
			if (fault == 1) /* what it tells alone does not count here */
				t.verdict.trustworthy = true, t.verdict.why_count = t.verdict.faults = 0;
			assert_ok(sabin_losses_repeat(r->taker, r->first, &first, r->recorded, &t));
			if (fault == 0)
				invented += faulty(&t, 0, "invented");
			else
				missed += faulty(&t, 1, fault == 1 ? "loss missed" : "burst missed");
			if (i == 0 && fault > 0)
				print_message("%s\n", t.verdict.why[t.verdict.why_count - 1]);
			double said_s;
			if (fault == 2 && t.verdict.why_count > 0 &&
			    sscanf(t.verdict.why[t.verdict.why_count - 1], "a noise or a loss %lf",
			           &said_s) == 1)
				off_s = fmax(off_s, fabs(said_s - ((double)at - t.arrival) / RATE_HZ));
		}
	}
	print_message("%d draws: %d missed, %d invented; bursts placed within %.3f s\n", draws, missed,
	              invented, off_s);
	assert_int_equal(missed, 0);
	assert_int_equal(invented, 0);
	assert_at_most(off_s, 0.03);
}

/* Without noise nothing is invented either, and silence is no fault of this kind. */
static void limits(void **state)
{
	struct rig *r = *state;
	draw_room(r, 3);
	for (int i = 0; i < 2; i++) {
		play(r, i * 150e-6, 0.0437);
		record(r, 1e-7, 1, r->frames, 0);
		memcpy(r->first, r->recorded, r->frames * sizeof *r->first);
		const struct sabin_take first = take(r);
		assert_false(faulty(&first, 0, "clean"));
		play(r, i * 150e-6, 0.0437 + i * 0.4 / RATE_HZ);
		record(r, 1e-7, 2, r->frames, 0);
		struct sabin_take t = take(r);
		assert_ok(sabin_losses_repeat(r->taker, r->first, &first, r->recorded, &t));
		assert_false(faulty(&t, 0, "clean repeat"));
	}
	memset(r->recorded, 0, r->frames * sizeof *r->recorded);
	const struct sabin_take silent = take(r);
	assert_false(silent.verdict.trustworthy);
	assert_int_equal(silent.verdict.lost_frames, 0);
}

static int make_usual(void **state)
{
	static struct rig usual;
	rig_make(&usual, 3, 0.8);
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
	    cmocka_unit_test(estimate), cmocka_unit_test(corrected), cmocka_unit_test(averaged),
	    cmocka_unit_test(single),   cmocka_unit_test(server),    cmocka_unit_test(rattle),
	    cmocka_unit_test(repeats),  cmocka_unit_test(limits),    cmocka_unit_test(steps),
	};
	return cmocka_run_group_tests(tests, make_usual, free_usual);
}
