/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_correctable.c: nulls of either kind, roll-offs, spread, the transition; and what the correction
 * makes of them.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <sabin/correction.h>
#include <sabin/response.h>
#include <sabin/subs.h>

#include "util/corrected.h"
#include "util/near.h"
#include "util/seed.h"

enum { N = 24000, ARRIVAL = 4800, MOST = 512 };
static const double rate_hz = 48000;

/* Resonances and dips of minimum phase ... */
static void colour(double *h, const struct sabin_biquad *f, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct sabin_biquad_taps taps = sabin_biquad_taps(&f[i], rate_hz);
		double state[2] = {0};
		sabin_biquad_process(&taps, state, h, N);
	}
}

/* ... and a pair of zeros at f_hz outside the circle: a dip of the same magnitude as one inside, with a bandwidth of
 * f/q.  Poles keep it from changing anything far away. */
static void null(double *h, double f_hz, double q, double depth_db)
{
	/* the inverse-phase twin of a peaking cut: its numerator reversed */
	const struct sabin_biquad f = {SABIN_PEAKING, f_hz, -depth_db, q};
	struct sabin_biquad_taps taps = sabin_biquad_taps(&f, rate_hz);
	const double b0 = taps.b[0];
	double state[2] = {0};
	taps.b[0] = taps.b[2];
	taps.b[2] = b0;
	sabin_biquad_process(&taps, state, h, N);
}

struct place {
	double h[N], level_db[MOST];
};

static void look(struct place *p, const double *hz, size_t n, struct sabin_correctable_place *out)
{
	struct sabin_response_options o = sabin_response_defaults();
	struct sabin_response r;
	o.smoothing_oct = 1 / 24.0;
	o.points_per_octave = 48;
	o.from_hz = hz[0];
	o.to_hz = hz[n - 1] * 1.001;
	assert_ok(sabin_response_compute(p->h, N, rate_hz, ARRIVAL, ARRIVAL, &o, &r));
	assert_true(r.length >= n);
	memcpy(p->level_db, r.level_db, n * sizeof *hz);
	sabin_response_free(&r);
	*out = (struct sabin_correctable_place){p->level_db, p->h, N, rate_hz, ARRIVAL};
}

static const struct sabin_correctable_rules rules = {300, 500, 0, INFINITY};

static size_t at(const double *hz, size_t n, double f_hz)
{
	size_t i = 0;
	while (i + 1 < n && hz[i] < f_hz)
		i++;
	return i;
}

static void nulls(void **state)
{
	(void)state;
	struct place *p = calloc(1, sizeof *p);
	assert_non_null(p);
	double hz[MOST], target[MOST] = {0};
	const size_t n = sabin_eq_grid(20, 18000, hz);
	const struct sabin_biquad dip = {SABIN_PEAKING, 160, -18, 6};
	struct sabin_correctable_place place;
	struct sabin_correctable may;
	p->h[ARRIVAL] = 1;
	null(p->h, 90, 6, 18);
	colour(p->h, &dip, 1);
	look(p, hz, n, &place);
	/* of one magnitude */
	assert_near(p->level_db[at(hz, n, 90)], p->level_db[at(hz, n, 160)], 1);
	assert_ok(sabin_correctable_compute(hz, target, n, &place, 1, &rules, &may));
	/* 4 atan(2 Q 0.03), Q = 6 * 10^(18/40) of the zeros */
	assert_near(may.turn_deg[at(hz, n, 90)], -4 * atan(2 * 6 * pow(10, 18 / 40.0) * 0.03) * 180 / M_PI, 20);
	assert_near(may.turn_deg[at(hz, n, 160)], 0, 25);
	assert_near(may.boost[at(hz, n, 90)], 0, 0);
	assert_int_equal(may.leave[at(hz, n, 90)], SABIN_LEAVE_NULL);
	assert_true(may.boost[at(hz, n, 160)] > 0.9);
	sabin_correctable_free(&may);
	/* without the phase, neither is boosted */
	place.h = NULL;
	assert_ok(sabin_correctable_compute(hz, target, n, &place, 1, &rules, &may));
	assert_int_equal(may.leave[at(hz, n, 90)], SABIN_LEAVE_DIP);
	assert_int_equal(may.leave[at(hz, n, 160)], SABIN_LEAVE_DIP);
	sabin_correctable_free(&may);
	free(p);
}

static void roll_off_and_transition(void **state)
{
	(void)state;
	double hz[MOST], target[MOST] = {0}, level[MOST];
	const size_t n = sabin_eq_grid(20, 18000, hz);
	for (size_t i = 0; i < n; i++) /* a closed box of 60 Hz */
		level[i] = -10 * log10(1 + pow(60 / hz[i], 4));
	const struct sabin_correctable_place place = {level, NULL, 0, 0, 0};
	struct sabin_correctable may;
	assert_ok(sabin_correctable_compute(hz, target, n, &place, 1, &rules, &may));
	/* 6 dB down at 60 / 3^(1/4) = 46 Hz */
	assert_near(may.rolloff_hz[0], 46, 3);
	assert_near(may.boost[at(hz, n, 35)], 0, 0);
	assert_int_equal(may.leave[at(hz, n, 35)], SABIN_LEAVE_ROLLOFF);
	assert_near(may.full[at(hz, n, 290)], 1, 1e-9);
	assert_near(may.full[at(hz, n, 387.3)], 0.5, 0.05); /* the geometric middle */
	assert_near(may.full[at(hz, n, 510)], 0, 1e-9);
	assert_int_equal(may.leave[at(hz, n, 2000)], SABIN_LEAVE_HIGH);
	sabin_correctable_free(&may);
	/* what the room file says goes further */
	const struct sabin_correctable_rules sub = {300, 500, 80, INFINITY};
	assert_ok(sabin_correctable_compute(hz, target, n, &place, 1, &sub, &may));
	assert_near(may.boost[at(hz, n, 70)], 0, 0);
	sabin_correctable_free(&may);
}

static void spread(void **state)
{
	(void)state;
	double hz[MOST], target[MOST] = {0}, level[3][MOST];
	const size_t n = sabin_eq_grid(20, 18000, hz);
	struct sabin_correctable_place places[3];
	struct sabin_correctable may;
	for (int p = 0; p < 3; p++) {
		for (size_t i = 0; i < n; i++)
			level[p][i] = hz[i] > 100 ? 6 * (p - 1) : 0;
		places[p] = (struct sabin_correctable_place){level[p], NULL, 0, 0, 0};
	}
	assert_ok(sabin_correctable_compute(hz, target, n, places, 3, &rules, &may));
	assert_near(may.boost[at(hz, n, 60)], 1, 1e-9);
	assert_near(may.boost[at(hz, n, 200)], 0.2, 1e-9); /* 1 / (1 + (6/3)^2) */
	assert_true(may.cut[at(hz, n, 200)] > 0.6);
	assert_int_equal(may.leave[at(hz, n, 200)], SABIN_LEAVE_SPREAD);
	sabin_correctable_free(&may);
	level[1][5] = NAN;
	assert_int_equal(sabin_correctable_compute(hz, target, n, places, 3, &rules, &may), SABIN_EINVAL);
}

/* The whole design on planted modes and nulls: modes go to within 1 dB, nulls stay. */
static void planted(void **state)
{
	(void)state;
	struct place *p = calloc(1, sizeof *p);
	assert_non_null(p);
	static const double nulls_hz[] = {75, 190}, modes_hz[] = {45, 118, 240};
	const struct sabin_biquad modes[] = {{SABIN_PEAKING, 45, 11, 7},
	                                     {SABIN_PEAKING, 118, 8, 9},
	                                     {SABIN_PEAKING, 240, 9, 6}};
	struct sabin_eq_options o = sabin_eq_defaults();
	struct sabin_correctable_place place;
	struct sabin_correction c;
	double hz[MOST];
	o.range_hz[1] = 18000;
	o.target.kind = SABIN_TARGET_FLAT;
	const size_t n = sabin_eq_grid(20, 18000, hz);
	p->h[ARRIVAL] = 1;
	colour(p->h, modes, 3);
	for (int k = 0; k < 2; k++)
		null(p->h, nulls_hz[k], 5, 20);
	look(p, hz, n, &place);
	const struct sabin_eq_speaker speaker = corrected_alone(&place);
	assert_ok(sabin_correction_compute(&speaker, 1, &o, &c));
	const struct sabin_correction_channel *channel = &c.channels[0];
	assert_at_most(channel->error_after_db, channel->error_before_db);
	assert_at_most(channel->net_boost_db, 3.01);
	for (int k = 0; k < 2; k++)
		assert_at_most(sabin_biquads_level_db(channel->filters, channel->filter_count, rate_hz,
		                                      nulls_hz[k]),
		               0.1);
	for (int k = 0; k < 3; k++) {
		const size_t i = at(hz, n, modes_hz[k]);
		assert_true(channel->before_db[i] - channel->target_db[i] > 4);
		assert_near(channel->predicted_db[i], channel->target_db[i], 1);
	}
	/* boosts ring little */
	for (size_t i = 0; i < channel->filter_count; i++)
		if (channel->filters[i].gain_db > 0)
			assert_at_most(channel->filters[i].q, 3 + 1e-9);
	sabin_correction_free(&c);
	free(p);
}

/* The same wherever they lie: resonances (of 5 to 12 dB) to within 1 dB, nulls (of 14 to 30 dB) never
 * filled.  They are half an octave apart or more; what overlaps is no single resonance. */
static void planted_anywhere(void **state)
{
	(void)state;
	enum { MODES = 3, NULLS = 2, ALL = MODES + NULLS };
	const char *draws = getenv("SABIN_TEST_DRAWS");
	struct sabin_random r;
	double hz[MOST], worst_null = -INFINITY, worst_mode = 0;
	size_t modes = 0, missed = 0;
	struct sabin_eq_options o = sabin_eq_defaults();
	o.range_hz[1] = 18000;
	o.target.kind = SABIN_TARGET_FLAT;
	const size_t n = sabin_eq_grid(20, 18000, hz);
	sabin_random_init(&r, test_seed("planted"));
	for (int round = 0; round < (draws ? (int)strtol(draws, NULL, 10) : 4); round++) {
		struct place *p = calloc(1, sizeof *p);
		struct sabin_biquad mode[MODES];
		struct sabin_correctable_place place;
		struct sabin_correction c;
		double f_hz[ALL], null_hz[NULLS];
		assert_non_null(p);
		p->h[ARRIVAL] = 1;
		/* evenly from 35 Hz up, each moved a little, in any order */
		for (int k = 0; k < ALL; k++)
			f_hz[k] = 35 * exp2(0.6 * k + test_between(&r, 0, 0.1));
		for (int k = ALL - 1; k > 0; k--) {
			const int other = (int)test_between(&r, 0, k + 1);
			const double kept = f_hz[k];
			f_hz[k] = f_hz[other];
			f_hz[other] = kept;
		}
		for (int k = 0; k < MODES; k++)
			mode[k] = (struct sabin_biquad){SABIN_PEAKING, f_hz[k], test_between(&r, 5, 12),
			                                test_between(&r, 4, 10)};
		colour(p->h, mode, MODES);
		for (int k = 0; k < NULLS; k++) {
			null_hz[k] = f_hz[MODES + k];
			null(p->h, null_hz[k], test_between(&r, 4, 8), test_between(&r, 14, 30));
		}
		look(p, hz, n, &place);
		const struct sabin_eq_speaker speaker = corrected_alone(&place);
		assert_ok(sabin_correction_compute(&speaker, 1, &o, &c));
		const struct sabin_correction_channel *channel = &c.channels[0];
		assert_at_most(channel->error_after_db, channel->error_before_db);
		for (int k = 0; k < NULLS; k++)
			worst_null = fmax(worst_null, sabin_biquads_level_db(channel->filters,
			                                                     channel->filter_count, rate_hz,
			                                                     null_hz[k]));
		for (int k = 0; k < MODES; k++) {
			const size_t i = at(hz, n, mode[k].freq_hz);
			const double before_db = channel->before_db[i] - channel->target_db[i];
			const double left_db = channel->predicted_db[i] - channel->target_db[i];
			/* where a null beside it draws it below the target it is no resonance any more */
			const double off_db = before_db > 0 ? fabs(left_db) : left_db;
			worst_mode = fmax(worst_mode, off_db);
			missed += off_db > 1;
			modes++;
		}
		sabin_correction_free(&c);
		free(p);
	}
	print_message("at nulls at most %+.2f dB, left of resonances at most %.2f dB, %zu of %zu over 1 dB\n",
	              worst_null, worst_mode, missed, modes);
	assert_at_most(worst_null, 0.1);
	assert_at_most(worst_mode, 1.5);
	assert_true(missed <= (modes + 99) / 100); /* of three hundred draws one was 1.09 dB */
}

/* An impulse response boosts what is beside a null that is not minimum phase, the null itself at no frequency; a
 * dip of the same depth that is minimum phase is filled. */
static void responses_beside_nulls(void **state)
{
	(void)state;
	static const double null_hz[] = {45, 90, 130, 210};
	double hz[MOST], level[1];
	const size_t n = sabin_eq_grid(20, 18000, hz);
	const double rates_hz[] = {44100, 48000};
	for (int k = 0; k < 4; k++) {
		struct place *p = calloc(1, sizeof *p);
		struct sabin_correctable_place place;
		struct sabin_eq_options o = sabin_eq_defaults();
		struct sabin_correction c;
		const struct sabin_biquad dip = {SABIN_PEAKING, 3.1 * null_hz[k] / (k > 2 ? 6 : 1), -8, 3};
		const struct sabin_eq_fir fir = {SABIN_FIR_MINIMUM, 16384 / 48000.0, 5.8, 0.001, false, 300, 500};
		assert_non_null(p);
		p->h[ARRIVAL] = 1;
		null(p->h, null_hz[k], 5, 16);
		colour(p->h, &dip, 1);
		look(p, hz, n, &place);
		const struct sabin_eq_speaker speaker = corrected_alone(&place);
		o.filters = 0;
		o.range_hz[1] = 18000;
		o.target.kind = SABIN_TARGET_FLAT;
		assert_ok(sabin_correction_compute(&speaker, 1, &o, &c));
		assert_ok(sabin_correction_add_fir(&c, &speaker, &fir, rates_hz, 2));
		const struct sabin_correction_channel *channel = &c.channels[0];
		const size_t middle = at(hz, n, null_hz[k]);
		assert_int_equal(channel->leave[middle], SABIN_LEAVE_NULL);
		size_t from = middle, to = middle;
		while (channel->leave[from - 1] == SABIN_LEAVE_NULL)
			from--;
		while (channel->leave[to + 1] == SABIN_LEAVE_NULL)
			to++;
		for (double f = hz[from]; f <= hz[to]; f *= 1.001) {
			assert_ok(sabin_correction_level(channel, 48000, &f, 1, level));
			assert_at_most(level[0], 0.1);
		}
		assert_ok(sabin_correction_level(channel, 48000, &dip.freq_hz, 1, level));
		assert_true(level[0] > 3);
		sabin_correction_free(&c);
		free(p);
	}
}

/* Mean over 200 Hz to 2 kHz of what stands at a place, through its channel's filters and gain. */
static double corrected_level_db(const struct sabin_correction_channel *c, const double *level_db)
{
	double sum = 0;
	size_t n = 0;
	for (size_t i = 0; i < c->length; i++)
		if (c->freq_hz[i] >= 200 && c->freq_hz[i] <= 2000) {
			sum += level_db[i] + c->gain_db +
			       sabin_biquads_level_db(c->filters, c->filter_count, rate_hz, c->freq_hz[i]);
			n++;
		}
	return sum / (double)n;
}

/* Where one listens the speakers are equally loud and in time, whatever that makes of other places, and whichever
 * other places only one of them was measured at. */
static void aligned_where_one_listens(void **state)
{
	(void)state;
	enum { PLACES = 3 };
	double hz[MOST], level[2][PLACES][MOST];
	const size_t n = sabin_eq_grid(20, 18000, hz);
	struct sabin_eq_options o = sabin_eq_defaults();
	struct sabin_correctable_place places[2][PLACES];
	struct sabin_eq_speaker speakers[2];
	struct sabin_correction c;
	struct sabin_random r;
	o.range_hz[1] = 18000;
	sabin_random_init(&r, test_seed("aligned"));
	for (int round = 0; round < 4; round++) {
		double travels_s[2][PLACES];
		const size_t at = (size_t)round % 2;
		for (int s = 0; s < 2; s++) {
			for (int p = 0; p < PLACES; p++) {
				const double loud_db = test_between(&r, -30, -10), f_hz = test_between(&r, 250, 1500);
				const double tone_db = test_between(&r, -4, 4);
				for (size_t i = 0; i < n; i++)
					level[s][p][i] = loud_db + tone_db * exp(-pow(log2(hz[i] / f_hz) / 0.7, 2)) +
					                 9 * exp(-pow(log2(hz[i] / 70) / 0.15, 2));
				places[s][p] = (struct sabin_correctable_place){level[s][p], NULL, 0, 0, 0};
				travels_s[s][p] = test_between(&r, 0.003, 0.02);
			}
			speakers[s] = (struct sabin_eq_speaker){.name = s ? "right" : "left",
			                                        .places = places[s],
			                                        .place_count = s ? 2 : PLACES,
			                                        .shared = 2,
			                                        .high_hz = INFINITY,
			                                        .pair = -1,
			                                        .aligned_at = &places[s][at],
			                                        .travel_s = travels_s[s][at],
			                                        .travels_s = travels_s[s]};
		}
		assert_ok(sabin_correction_compute(speakers, 2, &o, &c));
		sabin_correction_align(&c, speakers);
		assert_near(travels_s[0][at] + c.channels[0].delay_s, travels_s[1][at] + c.channels[1].delay_s, 1e-6);
		assert_near(corrected_level_db(&c.channels[0], level[0][at]),
		            corrected_level_db(&c.channels[1], level[1][at]), 0.01);
		/* the quieter one stays, and so does the later one */
		assert_near(fmax(c.channels[0].gain_db, c.channels[1].gain_db), 0, 1e-12);
		assert_near(fmin(c.channels[0].delay_s, c.channels[1].delay_s), 0, 0);
		sabin_correction_free(&c);
	}
}

/* A filter is told to be for the loudest of the modes that it was made of, but for none that it has left behind; and
 * what it does to that is what the mode's own ringing has become when the filter has rung out. */
static void modes_ring_on(void **state)
{
	(void)state;
	double hz[MOST], level[MOST];
	const size_t n = sabin_eq_grid(20, 18000, hz);
	static const struct sabin_eq_mode modes[] = {{63.4, 1.0, -19}, {66, 1.4, 14}, {64.5, 0.9, -17}, {127, 0.4, 2},
	                                             {138, 0.4, -3},   {144, 0.4, 1}, {150, 0.4, -4}};
	struct sabin_eq_options o = sabin_eq_defaults();
	struct sabin_correctable_place place = {level, NULL, 0, 0, 0};
	struct sabin_eq_speaker speaker = corrected_alone(&place);
	struct sabin_correction c;
	o.range_hz[1] = 18000;
	for (size_t i = 0; i < n; i++)
		level[i] = 15 * exp(-pow(log2(hz[i] / 66) / 0.08, 2)) + 9 * exp(-pow(log2(hz[i] / 138) / 0.25, 2));
	speaker.modes = modes;
	speaker.mode_count = sizeof modes / sizeof *modes;
	assert_ok(sabin_correction_compute(&speaker, 1, &o, &c));
	struct sabin_correction_channel *channel = &c.channels[0];
	size_t made = 0;
	for (size_t i = 0; i < channel->filter_count; i++)
		if (channel->cancels[i].t60_s != 0) {
			const bool low = channel->filters[i].freq_hz < 100;
			assert_near(channel->cancels[i].freq_hz, low ? 66 : 144, 0);
			assert_near(channel->cancels[i].t60_s, low ? 1.4 : 0.4, 0);
			made++;
		}
	assert_int_equal(made, 2);
	const double filters_db = sabin_correction_decaying_db(channel, rate_hz, &modes[1]);
	assert_near(filters_db, sabin_biquads_decaying_db(channel->filters, channel->filter_count, rate_hz, 66, 1.4), 0);
	/* what a crossover takes does not count */
	sabin_crossover(80, true, channel->filters + channel->filter_count);
	channel->filter_count += 2;
	assert_near(sabin_correction_decaying_db(channel, rate_hz, &modes[1]), filters_db, 0);
	/* an impulse response does what it is the response of, from its main peak on */
	const struct sabin_biquad same = {SABIN_PEAKING, 65, -9, 4};
	channel->rates[0].rate_hz = rate_hz;
	channel->rates[0].taps = N;
	channel->rates[0].latency_s = ARRIVAL / rate_hz;
	channel->rates[0].fir = calloc(N, sizeof(double));
	channel->rate_count = 1;
	assert_non_null(channel->rates[0].fir);
	channel->rates[0].fir[ARRIVAL] = 1;
	colour(channel->rates[0].fir, &same, 1);
	assert_near(sabin_correction_decaying_db(channel, rate_hz, &modes[1]) - filters_db,
	            sabin_biquads_decaying_db(&same, 1, rate_hz, 66, 1.4), 0.01);
	sabin_correction_free(&c);
}

/* What is told of a deviation, against its sum: about the mean, over what counts, without the crossover where the
 * level is one from before it. */
static void deviations(void **state)
{
	(void)state;
	double hz[MOST], target[MOST], level[MOST], behind[MOST], sum = 0, square = 0, range_hz[2];
	const size_t n = sabin_eq_grid(20, 18000, hz);
	struct sabin_correction_channel c = {.length = n, .freq_hz = hz, .target_db = target};
	const struct sabin_correction whole = {{20, 18000}, rate_hz, 1, &c};
	sabin_crossover(80, true, c.filters);
	c.filter_count = 2;
	for (size_t i = 0; i < n; i++) {
		const double pass = sabin_biquads_level_db(c.filters, 2, rate_hz, hz[i]);
		target[i] = -3 + pass;
		level[i] = 7 + sin(5 * log(hz[i]));
		behind[i] = level[i] + pass;
	}
	sabin_correction_pass(&c, rate_hz);
	sabin_correction_range(&whole, 0, range_hz);
	/* 18 dB: f/80 = (10^(18/20) - 1)^(-1/4) */
	assert_near(range_hz[0], 80 * pow(pow(10, 0.9) - 1, -0.25), 0.8);
	assert_near(range_hz[1], 18000, 0);
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		if (hz[i] >= range_hz[0]) {
			sum += sin(5 * log(hz[i]));
			square += pow(sin(5 * log(hz[i])), 2);
			count++;
		}
	const double expected = sqrt(square / (double)count - pow(sum / (double)count, 2));
	assert_near(sabin_correction_deviation_db(&c, behind), expected, 1e-9);
	assert_near(sabin_correction_deviation_before_db(&c, level, rate_hz), expected, 1e-9);
}

/* Both speakers of a pair get the same filters below the transition, and one level. */
static void pairs(void **state)
{
	(void)state;
	double hz[MOST], level[2][MOST];
	const size_t n = sabin_eq_grid(20, 18000, hz);
	struct sabin_eq_options o = sabin_eq_defaults();
	struct sabin_correctable_place places[2];
	struct sabin_eq_speaker speakers[2];
	struct sabin_correction c;
	o.range_hz[1] = 18000;
	for (int s = 0; s < 2; s++) {
		for (size_t i = 0; i < n; i++)
			level[s][i] = -20 - 3 * s + 8 * exp(-pow(log2(hz[i] / (60 + 6 * s)) / 0.15, 2)) +
			              (s ? 2 * exp(-pow(log2(hz[i] / 3000) / 0.8, 2)) : 0);
		places[s] = (struct sabin_correctable_place){level[s], NULL, 0, 0, 0};
		speakers[s] = (struct sabin_eq_speaker){.name = s ? "right" : "left",
		                                        .places = &places[s],
		                                        .place_count = 1,
		                                        .high_hz = INFINITY,
		                                        .pair = 1 - s,
		                                        .travel_s = s ? 0.0083 : 0.0080};
	}
	for (int alike = 0; alike < 2; alike++) {
		o.alike = alike;
		assert_ok(sabin_correction_compute(speakers, 2, &o, &c));
		size_t same = 0, low = 0;
		for (size_t i = 0; i < c.channels[0].filter_count; i++) {
			const struct sabin_biquad *f = &c.channels[0].filters[i];
			low += f->freq_hz < 300;
			for (size_t k = 0; k < c.channels[1].filter_count && f->freq_hz < 300; k++)
				same += f->freq_hz == c.channels[1].filters[k].freq_hz &&
				        f->gain_db == c.channels[1].filters[k].gain_db &&
				        f->q == c.channels[1].filters[k].q;
		}
		assert_true(low > 0);
		assert_int_equal(same, alike ? low : 0);
		sabin_correction_align(&c, speakers);
		/* the quieter one stays, the nearer one waits */
		assert_near(c.channels[1].gain_db, 0, 1e-12);
		assert_true(c.channels[0].gain_db < -2 && c.channels[0].gain_db > -5);
		assert_near(c.channels[0].delay_s, 0.0003, 1e-9);
		assert_near(c.channels[1].delay_s, 0, 0);
		sabin_correction_free(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nulls),   cmocka_unit_test(roll_off_and_transition),
	    cmocka_unit_test(spread),  cmocka_unit_test(planted),
	    cmocka_unit_test(planted_anywhere),
	    cmocka_unit_test(pairs),   cmocka_unit_test(responses_beside_nulls),
	    cmocka_unit_test(aligned_where_one_listens),
	    cmocka_unit_test(modes_ring_on),
	    cmocka_unit_test(deviations),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
