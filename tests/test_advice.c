/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_advice.c: detectors of faults, on scenes whose truth is known: levels and times that were made, sums of a
 * few mirrors, noise with and without an echo in it.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/advice.h>
#include <sabin/geometry.h>
#include <sabin/random.h>

#include "advice/treat.h"
#include "util/near.h"
#include "util/seed.h"
#include "util/stage.h"

static const struct sabin_advice_item *find(const struct sabin_advice *advice, enum sabin_advice_code code)
{
	for (size_t i = 0; i < advice->count; i++)
		if (advice->item[i].code == code)
			return &advice->item[i];
	return NULL;
}

static double evidence(const struct sabin_advice_item *item, const char *what)
{
	for (size_t i = 0; i < item->evidence_count; i++)
		if (strcmp(item->evidence[i].what, what) == 0)
			return item->evidence[i].q.value;
	return NAN;
}

static struct sabin_advice advice;

static const struct sabin_advice *advise(const struct stage *s)
{
	assert_int_equal(sabin_advise(&s->scene, &advice), SABIN_OK);
	return &advice;
}

static void nothing_wrong(void **state)
{
	(void)state;
	struct stage *s = stage_new();
	const struct sabin_advice *a = advise(s);
	assert_int_equal(a->count, 0);
	assert_true(a->gap[SABIN_GAP_NO_ROOM] && a->gap[SABIN_GAP_NO_EMISSION] && a->gap[SABIN_GAP_NO_NOISE]);
	assert_false(a->gap[SABIN_GAP_NO_PAIR]);
	free(s);
}

static void polarity(void **state)
{
	(void)state;
	struct stage *s = stage_new();
	s->response[1].polarity = s->response[3].polarity = -1;
	const struct sabin_advice_item *item = find(advise(s), SABIN_ADVICE_POLARITY_INVERTED);
	assert_non_null(item);
	assert_int_equal(item->speaker, 1);
	assert_int_equal(item->kind, SABIN_ADVICE_REPAIR);
	assert_true(item->confidence > 0.85);
	/* heard at one of two places only: less sure */
	s->response[3].polarity = 0;
	item = find(advise(s), SABIN_ADVICE_POLARITY_INVERTED);
	assert_non_null(item);
	assert_true(item->confidence < 0.85);
	/* all alike: the microphone's */
	for (int i = 0; i < 4; i++)
		s->response[i].polarity = -1;
	item = find(advise(s), SABIN_ADVICE_POLARITY_INVERTED);
	assert_non_null(item);
	assert_int_equal(item->kind, SABIN_ADVICE_LEAVE);
	/* what cannot be trusted says nothing */
	for (int i = 0; i < 4; i++)
		s->response[i].polarity = i % 2 ? -1 : 1;
	s->response[1].trustworthy = s->response[3].trustworthy = false;
	assert_null(find(advise(s), SABIN_ADVICE_POLARITY_INVERTED));
	assert_non_null(find(advise(s), SABIN_ADVICE_NOT_TRUSTWORTHY));
	free(s);
}

static void level(void **state)
{
	(void)state;
	struct stage *s = stage_new();
	for (int i = 0; i < STAGE_POINTS; i++)
		s->level_db[1][i] = s->level_db[3][i] = 3;
	double places[2][3];
	memcpy(places, s->position_m, sizeof places);
	for (int i = 0; i < 6; i++)
		s->position_m[i / 3][i % 3] = NAN;
	const struct sabin_advice_item *item = find(advise(s), SABIN_ADVICE_LEVEL_MISMATCH);
	assert_non_null(item);
	assert_int_equal(item->speaker, 1);
	assert_near(evidence(item, "level_difference"), 3, 1e-9);
	memcpy(s->position_m, places, sizeof places);
	/* with the places known, the nearer one is louder by right: 20 lg of the distances */
	s->scene.room = &s->room;
	const double d[2] = {hypot(0.5, 2.0), hypot(1.5, 2.0)};
	for (int i = 0; i < STAGE_POINTS; i++) {
		s->level_db[1][i] = 0;
		s->level_db[2][i] = -20 * log10(d[0]);
		s->level_db[3][i] = -20 * log10(d[1]);
	}
	assert_null(find(advise(s), SABIN_ADVICE_LEVEL_MISMATCH));
	free(s);
}

static void delay(void **state)
{
	(void)state;
	struct stage *s = stage_new();
	const double c = sabin_speed_of_sound(20);
	s->scene.room = &s->room;
	for (size_t i = 0; i < 4; i++) {
		const double *from = s->speaker[i % 2].position_m, *to = s->position_m[i / 2];
		const double d = sqrt(pow(from[0] - to[0], 2) + pow(from[1] - to[1], 2));
		s->response[i].arrival_s = sabin_quantity_valid(d / c + (i % 2 ? 0.7e-3 : 0), 2e-6);
	}
	const struct sabin_advice_item *item = find(advise(s), SABIN_ADVICE_DELAY_MISMATCH);
	assert_non_null(item);
	assert_int_equal(item->speaker, 1);
	assert_near(evidence(item, "delay_difference"), 0.7e-3, 1e-9);
	assert_false(advise(s)->gap[SABIN_GAP_NO_EMISSION]);
	/* places may be known where the room is not */
	s->scene.room = NULL;
	assert_non_null(find(advise(s), SABIN_ADVICE_DELAY_MISMATCH));
	free(s);
}

static void dead_driver(void **state)
{
	(void)state;
	struct stage *s = stage_new();
	for (int i = 0; i < STAGE_POINTS; i++)
		if (s->freq_hz[i] > 2800)
			s->level_db[0][i] = s->level_db[2][i] = -40;
	const struct sabin_advice_item *item = find(advise(s), SABIN_ADVICE_DRIVER_DEAD);
	assert_non_null(item);
	assert_int_equal(item->speaker, 0);
	assert_near(item->freq_hz, 4000, 0);
	/* without a partner to hold it against, it is less sure */
	s->speaker[0].partner = s->speaker[1].partner = -1;
	const struct sabin_advice_item *alone = find(advise(s), SABIN_ADVICE_DRIVER_DEAD);
	assert_non_null(alone);
	assert_true(alone->confidence < 0.8);
	/* a subwoofer has no treble */
	s->speaker[0].range_hz[0] = 20;
	s->speaker[0].range_hz[1] = 120;
	assert_null(find(advise(s), SABIN_ADVICE_DRIVER_DEAD));
	free(s);
}

static void asymmetry(void **state)
{
	(void)state;
	struct stage *s = stage_new();
	/* thirds of an octave that are by turns 4 dB up and down: 4 dB RMS; grid: twelfths from 20 Hz */
	for (int i = 0; i < STAGE_POINTS; i++)
		s->level_db[1][i] = (int)floor(3 * log2(s->freq_hz[i] / 300) + 1e-9) % 2 ? 4 : -4;
	const struct sabin_advice_item *item = find(advise(s), SABIN_ADVICE_ASYMMETRY);
	assert_non_null(item);
	assert_int_equal(item->position, 0);
	assert_near(evidence(item, "difference"), 4, 0.3);
	/* beside the middle they may */
	memcpy(s->level_db[3], s->level_db[1], sizeof s->level_db[1]);
	memset(s->level_db[1], 0, sizeof s->level_db[1]);
	assert_null(find(advise(s), SABIN_ADVICE_ASYMMETRY));
	free(s);
}

static void capture(void **state)
{
	(void)state;
	struct stage *s = stage_new();
	s->response[2].clipped_samples = 12;
	s->response[2].trustworthy = false;
	const struct sabin_advice *a = advise(s);
	assert_int_equal(a->count, 1);
	assert_int_equal(a->item[0].code, SABIN_ADVICE_CLIPPED);
	assert_near(evidence(&a->item[0], "clipped_samples"), 12, 0);
	s->response[2].clipped_samples = 0;
	s->response[2].trustworthy = true;
	for (int i = 0; i < 4; i++)
		s->response[i].skew_ppm = sabin_quantity_valid(60, 0.01);
	a = advise(s);
	assert_int_equal(a->item[0].code, SABIN_ADVICE_CLOCK_SKEW);
	assert_int_equal(a->item[0].kind, SABIN_ADVICE_LEAVE);
	for (int i = 0; i < 4; i++)
		s->response[i].skew_ppm = sabin_quantity_valid(-600, 0.01);
	assert_int_equal(advise(s)->item[0].kind, SABIN_ADVICE_REPAIR);
	free(s);
}

/* The response of each pair by image sources, from the places of speaker[from[i % 2]]. */
static void play(struct stage *s, const int from[2])
{
	const struct sabin_images_options options = {.rate_hz = STAGE_RATE, .length_s = 0.5};
	s->scene.room = &s->room;
	for (size_t i = 0; i < 4; i++) {
		const double *a = s->speaker[from[i % 2]].position_m, *b = s->position_m[i / 2];
		assert_int_equal(sabin_images_compute(&s->room, a, b, &options, s->h[i], STAGE_RATE / 2), SABIN_OK);
		const double d = sqrt(pow(a[0] - b[0], 2) + pow(a[1] - b[1], 2) + pow(a[2] - b[2], 2));
		s->response[i].direct = d / sabin_speed_of_sound(20) * STAGE_RATE;
	}
}

static void swap(void **state)
{
	(void)state;
	struct stage *s = stage_new();
	const int straight[2] = {0, 1}, crossed[2] = {1, 0};
	play(s, straight);
	assert_null(find(advise(s), SABIN_ADVICE_CHANNELS_SWAPPED));
	play(s, crossed);
	assert_non_null(find(advise(s), SABIN_ADVICE_CHANNELS_SWAPPED));
	/* in the plane of symmetry there is nothing to see */
	s->position_m[1][0] = 2;
	play(s, crossed);
	assert_null(find(advise(s), SABIN_ADVICE_CHANNELS_SWAPPED));
	assert_true(advise(s)->gap[SABIN_GAP_NO_OFF_CENTRE]);
	free(s);
}

static void flutter(void **state)
{
	(void)state;
	struct stage *s = stage_new();
	struct sabin_random random;
	sabin_random_init(&random, test_seed("flutter"));
	for (int draw = 0; draw < 25; draw++) {
		stage_decay(s, &random, 0, 0.02);
		assert_null(find(advise(s), SABIN_ADVICE_FLUTTER));
	}
	for (int draw = 0; draw < 10; draw++) {
		const double period_s = 0.010 + 0.002 * draw;
		stage_decay(s, &random, 0.6, period_s);
		const struct sabin_advice_item *item = find(advise(s), SABIN_ADVICE_FLUTTER);
		assert_non_null(item);
		assert_near(evidence(item, "period"), period_s, 0.3e-3);
	}
	free(s);
}

/* Close the loop: what comes out goes in again, gain times, sample by sample; the frequency of what grows, from
 * zero crossings of the last tenth of a second, band-limited by nothing else than the growth itself. */
static double growing_hz(const double *h, size_t n, double gain)
{
	enum { FRAMES = 6 * STAGE_RATE };
	double *y = calloc(FRAMES, sizeof *y);
	assert_non_null(y);
	y[0] = 1;
	for (size_t i = 1; i < FRAMES; i++) {
		for (size_t k = 1; k < n && k <= i; k++)
			y[i] += gain * h[k] * y[i - k];
		if (fabs(y[i]) > 1e100)
			for (size_t k = 0; k <= i; k++)
				y[k] *= 1e-90;
	}
	int crossings = 0;
	size_t first = 0, last = 0;
	for (size_t i = FRAMES - STAGE_RATE; i < FRAMES; i++)
		if (y[i - 1] < 0 && y[i] >= 0) {
			first = crossings++ == 0 ? i : first;
			last = i;
		}
	free(y);
	return (double)(crossings - 1) * STAGE_RATE / (double)(last - first);
}

/* Short dense responses of a small live room, the loop delay in them: h[0] is emission. */
static void feedback(void **state)
{
	(void)state;
	enum { LENGTH = 400, DRAWS = 10 };
	struct stage *s = stage_new();
	struct sabin_random random;
	sabin_random_init(&random, test_seed("feedback"));
	s->scene.response_count = 1;
	s->response[0].direct = 40;
	s->response[0].arrival_s = sabin_quantity_valid(40.0 / STAGE_RATE, 1e-6);
	assert_null(find(advise(s), SABIN_ADVICE_FEEDBACK)); /* nobody said that it is live */
	s->scene.live = true;
	int right = 0;
	for (int draw = 0; draw < DRAWS; draw++) {
		memset(s->h[0], 0, sizeof s->h[0]);
		s->h[0][40] = 0.2;
		for (int k = 41; k < LENGTH; k++)
			s->h[0][k] = 0.1 * exp(-k / 120.0) * sabin_random_normal(&random);
		for (int k = LENGTH; k >= 42; k--) /* no loudspeaker plays 0 Hz, nor half the rate */
			s->h[0][k] -= s->h[0][k - 2];
		const struct sabin_advice_item *item = find(advise(s), SABIN_ADVICE_FEEDBACK);
		assert_non_null(item);
		const double gain = pow(10, (evidence(item, "gain_before_feedback") + 0.1) / 20);
		right += fabs(growing_hz(s->h[0], LENGTH + 1, gain) / item->freq_hz - 1) < 0.01;
	}
	assert_true(right >= 9);
	free(s);
}

/* The greatest of the last second re the first, of a loop that is closed with so much gain. */
static double growth(const double *h, size_t n, double gain)
{
	enum { FRAMES = 4 * STAGE_RATE };
	double *y = calloc(FRAMES, sizeof *y), first = 0, last = 0;
	assert_non_null(y);
	y[0] = 1;
	for (size_t i = 1; i < FRAMES; i++)
		for (size_t k = 1; k < n && k <= i; k++)
			y[i] += gain * h[k] * y[i - k];
	for (size_t i = 0; i < STAGE_RATE; i++) {
		first = fmax(first, fabs(y[i]));
		last = fmax(last, fabs(y[FRAMES - 1 - i]));
	}
	free(y);
	return last / first;
}

/* With the cuts in the loop it stands 0.3 dB less than what they promise, and without them it does not. */
static void notches(void **state)
{
	(void)state;
	enum { LENGTH = 400, TAIL = 1600 };
	struct stage *s = stage_new();
	struct sabin_notches cuts;
	struct sabin_random random;
	sabin_random_init(&random, test_seed("notches"));
	s->scene.response_count = 1;
	s->response[0].direct = 40;
	s->response[0].arrival_s = sabin_quantity_valid(40.0 / STAGE_RATE, 1e-6);
	memset(s->h[0], 0, sizeof s->h[0]);
	s->h[0][40] = 0.2;
	for (int k = 41; k < LENGTH; k++)
		s->h[0][k] = 0.1 * exp(-k / 120.0) * sabin_random_normal(&random);
	for (int k = LENGTH; k >= 42; k--)
		s->h[0][k] -= s->h[0][k - 2];
	assert_int_equal(sabin_advise_notches(&s->scene, 1, &cuts), SABIN_ESHORT); /* nothing measured of it */
	assert_int_equal(sabin_advise_notches(&s->scene, 2, &cuts), SABIN_EINVAL);
	assert_ok(sabin_advise_notches(&s->scene, 0, &cuts));
	assert_true(cuts.phase_known && cuts.count >= 1 && cuts.count <= SABIN_NOTCHES_MAX);
	assert_true(cuts.after_db > cuts.before_db + 1);
	double *with = calloc(LENGTH + TAIL, sizeof *with), filter[TAIL];
	assert_non_null(with);
	sabin_biquads_impulse(cuts.filter, cuts.count, STAGE_RATE, filter, TAIL);
	for (int i = 0; i <= LENGTH; i++)
		for (int k = 0; k < TAIL && i + k < LENGTH + TAIL; k++)
			with[i + k] += s->h[0][i] * filter[k];
	const double gain = pow(10, (cuts.after_db - 0.3) / 20);
	assert_true(growth(with, LENGTH + TAIL, gain) < 1);
	assert_true(growth(s->h[0], LENGTH + 1, gain) > 1);
	free(with);
	free(s);
}

/* What is missing is said. */
static void gaps(void **state)
{
	(void)state;
	struct stage *s = stage_new();
	assert_true(advise(s)->gap[SABIN_GAP_NO_REPEATS] && !advice.gap[SABIN_GAP_ONE_POSITION]);
	s->response[2].repeated = true;
	assert_false(advise(s)->gap[SABIN_GAP_NO_REPEATS]);
	assert_false(advice.gap[SABIN_GAP_NO_PAIR]);
	s->scene.response_count = 1;
	assert_true(advise(s)->gap[SABIN_GAP_ONE_POSITION] && advice.gap[SABIN_GAP_NO_PAIR]);
	s->scene.room_spoilt = true;
	assert_non_null(find(advise(s), SABIN_ADVICE_ROOM_FILE));
	assert_true(advice.gap[SABIN_GAP_NO_ROOM]);
	free(s);
}

/* A share of a wall: its mean coefficient; an axial mode's time goes with 1 / -ln(beta beta'). */
static void panels(void **state)
{
	(void)state;
	struct stage *s = stage_new();
	for (int i = 0; i < SABIN_SURFACE_COUNT; i++)
		for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
			s->room.surface[i].alpha[b] = 0.1;
	struct sabin_absorption wool;
	struct sabin_room after;
	double alpha[SABIN_ABSORPTION_BANDS], ratio;
	const struct sabin_advice_panel spread = treat_porous(SABIN_BACK, 0.25 * 4 * 2.8, 0.2, 0);
	treat_absorption(&spread, &wool);
	assert_ok(treat_hang(&s->room, &spread, 1, &after));
	sabin_room_mean_absorption(&after, SABIN_BACK, alpha);
	for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
		assert_near(alpha[b], 0.75 * 0.1 + 0.25 * wool.alpha[b], 1e-9);
	free(after.panels);
	const int along[3] = {0, 1, 0};
	assert_ok(treat_mode_ratio(&s->room, &spread, 1, along, &ratio)); /* at 29 Hz: as at 63 */
	assert_near(ratio, 2 * log(0.9) / (log(0.9) + log(1 - (0.075 + 0.25 * wool.alpha[0]))), 1e-6);
	/* the wall is covered to three fifths: the rest is free, and it is the rest that becomes better */
	s->room.covered[SABIN_BACK] = 0.6;
	s->room.ground[SABIN_BACK] = s->room.surface[SABIN_BACK];
	s->room.surface[SABIN_BACK].flat = false;
	for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
		s->room.surface[SABIN_BACK].alpha[b] = 0.6 * 0.9 + 0.4 * 0.1;
	assert_near(treat_bare_m2(&s->room, SABIN_BACK), 0.4 * 4 * 2.8, 1e-9);
	assert_ok(treat_hang(&s->room, &spread, 1, &after));
	sabin_room_mean_absorption(&after, SABIN_BACK, alpha);
	treat_absorption(&spread, &wool);
	for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
		assert_near(alpha[b], 0.6 * 0.9 + 0.15 * 0.1 + 0.25 * fmax(wool.alpha[b], 0.1), 1e-9);
	free(after.panels);
	/* what covers it and is no better than the wall is the wall */
	for (int b = 0; b < SABIN_ABSORPTION_BANDS; b++)
		s->room.surface[SABIN_BACK].alpha[b] = 0.1;
	assert_near(treat_bare_m2(&s->room, SABIN_BACK), 4 * 2.8, 1e-9);
	struct sabin_advice_panel one = treat_porous(SABIN_LEFT, 2, 0.1, 0);
	one.centre_m[0] = 0, one.centre_m[1] = 0.5, one.centre_m[2] = 1.2;
	one.sides_m[0] = 2, one.sides_m[1] = 1; /* half a metre of it is beyond the corner */
	treat_absorption(&one, &wool);
	assert_ok(treat_hang(&s->room, &one, 1, &after));
	sabin_room_mean_absorption(&after, SABIN_LEFT, alpha);
	assert_near(alpha[4], 0.1 + 1.5 / (6 * 2.8) * (wool.alpha[4] - 0.1), 1e-9);
	assert_near(treat_bare_m2(&after, SABIN_LEFT), 6 * 2.8 - 1.5, 1e-9);
	/* from y 0 to 1.5, z 0.7 to 1.7; half of another over it */
	one.centre_m[1] = 1.5;
	assert_near(treat_replaced_m2(&after, &one), 1, 1e-9);
	one.centre_m[2] = 2.2;
	assert_near(treat_replaced_m2(&after, &one), 0, 1e-9);
	free(after.panels);
	free(s);
}

/* What is equalised is not equalised again. */
static void corrected(void **state)
{
	(void)state;
	struct stage *s = stage_new();
	assert_false(advise(s)->gap[SABIN_GAP_CORRECTED]);
	s->scene.corrected = true;
	assert_true(advise(s)->gap[SABIN_GAP_CORRECTED]);
	free(s);
}

/* A correction that was made by hand: cuts, and a hole for each reason. */
static void equalisation(void **state)
{
	(void)state;
	enum { N = 6 };
	struct stage *s = stage_new();
	double freq_hz[N] = {40, 60, 80, 100, 200, 1000}, target_db[N] = {0};
	double before_db[N] = {8, -9, -1, -12, -20, -20}, predicted_db[N] = {1, -9, -1, -12, -20, -20};
	unsigned char leave[N] = {SABIN_LEAVE_NOTHING, SABIN_LEAVE_NULL, SABIN_LEAVE_NOTHING, SABIN_LEAVE_SPREAD,
	                          SABIN_LEAVE_ROLLOFF, SABIN_LEAVE_NULL};
	struct sabin_correction_channel channel = {
	    .filter_count = 3,
	    .filters = {{SABIN_PEAKING, 90, -5, 4}, {SABIN_PEAKING, 40, -8, 4}, {SABIN_PEAKING, 150, -2, 4}},
	    .error_before_db = 6,
	    .error_after_db = 2,
	    .length = N,
	    .freq_hz = freq_hz,
	    .before_db = before_db,
	    .predicted_db = predicted_db,
	    .target_db = target_db,
	    .leave = leave,
	};
	struct sabin_correction correction = {.rate_hz = 48000, .channel_count = 1, .channels = &channel};
	const int speaker = 1;
	const struct sabin_advice_correction made = {&correction, &speaker, 2};
	s->scene.correction = &made;
	const struct sabin_advice_item *item = find(advise(s), SABIN_ADVICE_EQUALISE);
	assert_non_null(item);
	assert_int_equal(item->kind, SABIN_ADVICE_CORRECT);
	assert_near(evidence(item, "cut"), -8, 0); /* the deepest first; what is shallow is not told */
	assert_near(evidence(item, "peak"), 8, 1e-9);
	assert_int_equal(item->evidence_count, 6);
	assert_near(item->effect[0].now, 8, 1e-9);
	assert_near(item->effect[0].q.value, 1, 1e-9);
	assert_near(item->effect[1].q.value, 2, 0);
	item = find(&advice, SABIN_ADVICE_EQ_CANNOT);
	assert_non_null(item);
	assert_int_equal(item->kind, SABIN_ADVICE_LEAVE);
	assert_near(evidence(item, "cancels"), 9, 0); /* not the one at 1 kHz, nor what the speaker does not play */
	assert_near(evidence(item, "positions_differ"), 12, 0);
	assert_int_equal(item->evidence_count, 2);
	free(s);
}

/* An equaliser is called for by the worst that it can take down, and not by the mean: a third of an octave more than
 * 10 dB over the target, or a mode that rings.  Where there is neither, what is cut is told all the same. */
static void called_for(void **state)
{
	(void)state;
	static const struct {
		double before_db, predicted_db, rms_db, gained_db, cut_db, mode_s;
		bool told, called;
	} rows[] = {
	    {14, 1, 3.4, 1.5, -17, 0, true, true},      {10.1, 0, 2, 0.3, -5, 0, true, true},
	    {9.9, 0, 2, 1, -5, 0, true, false},         {9.9, 0, 2, 1, -3.9, 0, false, false},
	    {12, 11, 3, 1, -5, 0, true, false}, /* nothing takes it down */
	    {2.9, 1.9, 3.4, 0.1, -12, 1.1, true, true}, {2.9, 1.9, 3.4, 0.1, -5.9, 1.1, true, false},
	    {1, 1, 5, 0.9, -5, 0, true, true},          {1, 1, 4.9, 0.9, -5, 0, true, false},
	};
	struct stage *s = stage_new();
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		double freq_hz[2] = {60, 1000}, target_db[2] = {0}, before_db[2] = {rows[i].before_db, 0};
		double predicted_db[2] = {rows[i].predicted_db, 0};
		unsigned char leave[2] = {SABIN_LEAVE_NOTHING, SABIN_LEAVE_NOTHING};
		struct sabin_correction_channel channel = {
		    .filter_count = 1, .filters = {{SABIN_PEAKING, 60, rows[i].cut_db, 8}}, .cancels = {{60, rows[i].mode_s, 0}},
		    .error_before_db = rows[i].rms_db, .error_after_db = rows[i].rms_db - rows[i].gained_db, .length = 2,
		    .freq_hz = freq_hz, .before_db = before_db, .predicted_db = predicted_db, .target_db = target_db,
		    .leave = leave,
		};
		struct sabin_correction correction = {.rate_hz = 48000, .channel_count = 1, .channels = &channel};
		const int speaker = 0;
		const struct sabin_advice_correction made = {&correction, &speaker, 2};
		s->scene.correction = &made;
		const struct sabin_advice_item *item = find(advise(s), SABIN_ADVICE_EQUALISE);
		assert_int_equal(item != NULL, rows[i].told);
		if (item)
			assert_int_equal(item->kind, rows[i].called ? SABIN_ADVICE_CORRECT : SABIN_ADVICE_LEAVE);
	}
	free(s);
}

static bool stop_at_once(void *user, double fraction)
{
	(void)user;
	return fraction < 0;
}

static void limits(void **state)
{
	(void)state;
	struct stage *s = stage_new();
	s->response[0].speaker = 2;
	assert_int_equal(sabin_advise(&s->scene, &advice), SABIN_EINVAL);
	s->response[0].speaker = 0;
	s->speaker[0].partner = 7;
	assert_int_equal(sabin_advise(&s->scene, &advice), SABIN_EINVAL);
	s->speaker[0].partner = 1;
	s->scene.progress = stop_at_once;
	assert_int_equal(sabin_advise(&s->scene, &advice), SABIN_EINTR);
	s->scene.progress = NULL;
	/* places that are not known, and a room without any */
	s->scene.room = &s->room;
	for (int i = 0; i < 2; i++)
		for (int k = 0; k < 3; k++)
			s->position_m[i][k] = s->speaker[i].position_m[k] = NAN;
	assert_int_equal(advise(s)->count, 0);
	s->scene.response_count = 0;
	assert_int_equal(advise(s)->count, 0);
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_wrong), cmocka_unit_test(polarity), cmocka_unit_test(level),
	    cmocka_unit_test(delay),         cmocka_unit_test(dead_driver), cmocka_unit_test(asymmetry), cmocka_unit_test(capture),
	    cmocka_unit_test(swap),          cmocka_unit_test(flutter), cmocka_unit_test(feedback),  cmocka_unit_test(limits),
	    cmocka_unit_test(notches),       cmocka_unit_test(gaps),    cmocka_unit_test(panels),
	    cmocka_unit_test(corrected),
	    cmocka_unit_test(equalisation),
	    cmocka_unit_test(called_for),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
