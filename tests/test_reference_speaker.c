/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_reference_speaker.c: chirps from one loudspeaker, the sweep from another: each in its own room
 * response, at its own distance.  SABIN_TEST_DRAWS=100 makes the few draws what was promised.
 */
#include <math.h>

#include "audio/losses.h"
#include "audio/markers.h"
#include "util/decays.h"
#include "util/heard.h"
#include "util/near.h"
#include "util/seed.h"

/* What every take of a draw has in common. */
struct scene {
	uint64_t seed; /* of the reference's room; the next one is the speaker's */
	double skew, reference_s, speaker_s;
};

static struct scene draw_scene(struct sabin_random *random, uint64_t seed)
{
	struct scene s = {.seed = 2 * seed};
	s.skew = test_between(random, -200e-6, 200e-6);
	s.reference_s = 0.0437 + test_between(random, 0, 0.02);
	s.speaker_s = s.reference_s + test_between(random, -0.02, 0.06);
	return s;
}

/* The reference's own sweep, which tells the clock. */
static struct sabin_take hear_reference(struct heard *h, const struct scene *s, double noise)
{
	sabin_taker_reference(h->taker, "left", false);
	heard_draw_room(h, s->seed);
	heard_play(h, s->skew, s->reference_s);
	heard_record(h, noise, s->seed, h->frames, 0);
	return heard_take(h);
}

/* wet: chirps of the reference and the sweep of the speaker. */
static void play_speaker(struct heard *h, const struct scene *s, double chirps)
{
	sabin_taker_reference(h->taker, "left", true);
	heard_draw_room(h, s->seed);
	heard_emit(h, HEARD_CHIRPS, s->skew, s->reference_s);
	heard_sound(h);
	memcpy(h->first, h->wet, h->frames * sizeof *h->first);
	heard_draw_room(h, s->seed + 1);
	heard_emit(h, HEARD_SWEEP, s->skew, s->speaker_s);
	heard_sound(h);
	for (size_t i = 0; i < h->frames; i++)
		h->wet[i] += chirps * h->first[i];
}

static double relative_s(const struct sabin_take *t, double skew)
{
	return (t->arrival - t->zero) / (RATE_HZ * (1 + skew));
}

/* Arrivals relative to the reference's are what geometry says, the clock is what it is, and nothing is
 * wrong. */
static void times(void **state)
{
	struct heard *h = *state;
	const uint64_t seed = test_seed("times");
	struct sabin_random random;
	sabin_random_init(&random, seed);
	const int draws = decay_draws(4);
	double worst_s = 0, own_s = 0, worst_ppm = 0;
	for (int i = 0; i < draws; i++) {
		const struct scene s = draw_scene(&random, seed + (uint64_t)i);
		const double noise = h->noise_30_db * (i % 2 ? 0.1 : 1);
		struct sabin_take t = hear_reference(h, &s, noise);
		assert_false(heard_wrong(&t, true, "reference"));
		own_s = fmax(own_s, fabs(relative_s(&t, s.skew)));
		play_speaker(h, &s, 1);
		heard_record(h, noise, s.seed + 1, h->frames, 0);
		t = heard_take(h);
		assert_false(heard_wrong(&t, true, "speaker"));
		assert_int_equal(t.verdict.why_count, 0);
		worst_s = fmax(worst_s, fabs(relative_s(&t, s.skew) - (s.speaker_s - s.reference_s)));
		worst_ppm = fmax(worst_ppm, fabs(t.verdict.skew_ppm.value - 1e6 * s.skew));
		assert_at_most(t.zero_sigma, 0.1);
	}
	print_message("%d draws at 30 and 50 dB: the reference itself off by %.3f us, others by %.3f us, the clock "
	              "by %.5f ppm at most\n",
	              draws, 1e6 * own_s, 1e6 * worst_s, worst_ppm);
	assert_at_most(own_s, 2e-6);
	assert_at_most(worst_s, 2e-6);
	assert_at_most(worst_ppm, 0.02);
}

/* 64 frames lost anywhere from the first chirp to the second, of one sweep; and two repeats. */
static void losses(void **state)
{
	struct heard *h = *state;
	const uint64_t seed = test_seed("losses");
	struct sabin_random random;
	sabin_random_init(&random, seed);
	const int draws = decay_draws(4);
	const struct sabin_stimulus *stimulus = &h->stimulus;
	int missed = 0, invented = 0;
	for (int i = 0; i < draws; i++) {
		const struct scene s = draw_scene(&random, seed + (uint64_t)i);
		struct sabin_take t = hear_reference(h, &s, h->noise_30_db);
		assert_false(heard_wrong(&t, true, "reference"));
		play_speaker(h, &s, 1);
		heard_record(h, h->noise_30_db, s.seed + 1, h->frames, 0);
		double *first = malloc(h->frames * sizeof *first);
		memcpy(first, h->recorded, h->frames * sizeof *first);
		const struct sabin_take clean = heard_take(h);
		invented += heard_wrong(&clean, true, "invented");
		heard_record(h, h->noise_30_db, s.seed + 2, h->frames, 0);
		t = heard_take(h);
		assert_ok(sabin_losses_repeat(h->taker, first, &clean, h->recorded, &t));
		invented += heard_wrong(&t, true, "invented between repeats");
		free(first);
		const double share = test_between(&random, 0.05, 0.95);
		const size_t at = stimulus->chirp_frame[0] + (size_t)(s.reference_s * RATE_HZ) +
		                  (size_t)(share * (double)(stimulus->chirp_frame[1] - stimulus->chirp_frame[0]));
		heard_record(h, h->noise_30_db, s.seed + 1, at, 64);
		t = heard_take(h);
		missed += heard_wrong(&t, false, "missed");
		if (i == 0)
			print_message("%s\n", t.verdict.why[0]);
		assert_near((double)t.verdict.lost_frames, 64, 1);
	}
	print_message("%d draws: %d missed, %d invented\n", draws, missed, invented);
	assert_int_equal(missed, 0);
	assert_int_equal(invented, 0);
}

/* A reference that cannot be heard well enough is refused with the reason, and there is no zero. */
static void too_quiet(void **state)
{
	struct heard *h = *state;
	const uint64_t seed = test_seed("quiet");
	struct sabin_random random;
	sabin_random_init(&random, seed);
	const struct scene s = draw_scene(&random, seed);
	static const struct {
		double chirps;
		const char *why; /* NULL: it will do */
	} rows[] = {{1, NULL}, {0.2, "is too quiet here"}, {0, "are not heard"}};
	struct sabin_take t = hear_reference(h, &s, h->noise_30_db);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		play_speaker(h, &s, rows[i].chirps);
		heard_record(h, h->noise_30_db, s.seed + 1, h->frames, 0);
		t = heard_take(h);
		assert_int_equal(t.verdict.trustworthy, rows[i].why == NULL);
		assert_int_equal(isnan(t.zero), rows[i].why != NULL);
		if (!rows[i].why)
			continue;
		print_message("%s\n", t.verdict.why[0]);
		assert_non_null(strstr(t.verdict.why[0], rows[i].why));
		assert_non_null(strstr(t.verdict.why[0], "'left'"));
	}
}

/* Where the clock was never heard from sweep and chirps of one speaker, nothing proves that all came. */
static void unknown_clock(void **state)
{
	(void)state;
	struct heard h;
	heard_make(&h, 1, 0.6, sabin_markers_apart_most_s);
	const struct scene s = {.seed = 7, .skew = 20e-6, .reference_s = 0.0437, .speaker_s = 0.05};
	for (int i = 0; i < 2; i++) {
		play_speaker(&h, &s, 1);
		heard_record(&h, h.noise_30_db, s.seed, h.frames, 0);
		const struct sabin_take t = heard_take(&h);
		assert_false(t.verdict.trustworthy);
		assert_int_equal(t.verdict.why_count, 1);
		assert_non_null(strstr(t.verdict.why[0], "did not come well before"));
	}
	heard_free(&h);
}

static int make(void **state)
{
	static struct heard usual;
	heard_make(&usual, 3, 0.8, sabin_markers_apart_most_s);
	*state = &usual;
	return 0;
}

static int release(void **state)
{
	heard_free(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(times),
	    cmocka_unit_test(losses),
	    cmocka_unit_test(too_quiet),
	    cmocka_unit_test(unknown_clock),
	};
	return cmocka_run_group_tests(tests, make, release);
}
