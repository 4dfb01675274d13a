/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_level.c: the meter against closed forms, what setting levels plays, a calibrator's tone, and
 * known microphones.
 */
#include <math.h>
#include <unistd.h>

#include "audio/level.h"
#include "audio/microphone.h"
#include "util/card.h"
#include "util/fake_pcm.h"
#include "util/seed.h"

enum { RATE = 48000, PERIOD = 1 << 18 };

static double *tone(size_t n, double f_hz, double dbfs)
{
	double *x = malloc(n * sizeof *x);
	assert_non_null(x);
	const double amplitude = M_SQRT2 * pow(10, dbfs / 20);
	for (size_t i = 0; i < n; i++)
		x[i] = amplitude * sin(2 * M_PI * f_hz * (double)i / RATE + 0.3);
	return x;
}

static void a_sine_reads_its_rms(void **state)
{
	(void)state;
	static const double rates_db[][2] = {{-20, 1000}, {-60, 1000}, {-20, 100}, {-20, 5000}};
	for (size_t i = 0; i < 4; i++) {
		const double dbfs = rates_db[i][0], f_hz = rates_db[i][1];
		double *x = tone(6 * RATE, f_hz, dbfs);
		struct sabin_meter meter;
		struct sabin_reading r;
		assert_ok(sabin_meter_init(&meter, RATE));
		for (size_t at = 0, n = 1; at < 5 * RATE; at += n, n = n % 3000 + 17)
			sabin_meter_process(&meter, x + at, n < 5 * RATE - at ? n : 5 * RATE - at);
		sabin_meter_restart(&meter);
		sabin_meter_process(&meter, x + 5 * RATE, RATE);
		sabin_meter_read(&meter, &r);
		assert_near(r.time_s, 1, 1e-12);
		assert_near(r.peak_dbfs, dbfs + 10 * log10(2), 0.02);
		for (int w = 0; w < SABIN_WEIGHTINGS; w++) {
			const double want = dbfs + sabin_weighting_db((enum sabin_weighting)w, f_hz);
			/* 0.1: the digital filter at 5 kHz; slow: 0.67 % of the past is missing */
			assert_near(r.band[w].leq_dbfs, want, 0.1);
			assert_near(r.band[w].fast_dbfs, want, 0.12);
			assert_near(r.band[w].slow_dbfs, want, 0.12);
		}
		assert_near(r.band[SABIN_WEIGHTING_Z].leq_dbfs, dbfs, 0.001);
		assert_near(r.band[SABIN_WEIGHTING_Z].plus_minus_db, 0, 0.01);
		free(x);
	}
}

static void the_meter_at_its_limits(void **state)
{
	(void)state;
	struct sabin_meter meter;
	struct sabin_reading r;
	assert_int_equal(sabin_meter_init(&meter, 1000), SABIN_EINVAL);
	assert_ok(sabin_meter_init(&meter, RATE));
	sabin_meter_read(&meter, &r);
	assert_true(r.peak_dbfs < -1e9 && r.band[0].leq_dbfs < -1e9);
	const double full[3] = {1, -1, 0.5};
	sabin_meter_process(&meter, full, 3);
	sabin_meter_read(&meter, &r);
	assert_int_equal(r.clipped, 2);
	assert_near(r.peak_dbfs, 0, 0);
	assert_true(isnan(r.band[0].plus_minus_db));
}

static void pink_noise_is_pink_and_has_no_seam(void **state)
{
	(void)state;
	double *x = malloc(PERIOD * sizeof *x);
	assert_ok(sabin_pink_render(x, PERIOD, RATE, 20, 20000, 7));
	assert_near(20 * log10(card_rms(x, PERIOD)), 0, 1e-9);
	double steepest = 0, peak = 0;
	for (size_t i = 1; i < PERIOD; i++) {
		steepest = fmax(steepest, fabs(x[i] - x[i - 1]));
		peak = fmax(peak, fabs(x[i]));
	}
	assert_at_most(fabs(x[0] - x[PERIOD - 1]), steepest);
	assert_at_most(20 * log10(peak), 16); /* noise, not an impulse */
	/* C- and A-weighted pink noise of 20 Hz to 20 kHz, from the curves: sum over 1/f */
	double sum = 0, a = 0, c = 0;
	for (double f = 20; f <= 20000; f *= 1.001) {
		sum += 1;
		a += pow(10, sabin_weighting_db(SABIN_WEIGHTING_A, f) / 10);
		c += pow(10, sabin_weighting_db(SABIN_WEIGHTING_C, f) / 10);
	}
	struct sabin_meter meter;
	struct sabin_reading r;
	assert_ok(sabin_meter_init(&meter, RATE));
	sabin_meter_process(&meter, x, PERIOD); /* once around, for the filters */
	sabin_meter_restart(&meter);
	sabin_meter_process(&meter, x, PERIOD);
	sabin_meter_read(&meter, &r);
	assert_near(r.band[SABIN_WEIGHTING_A].leq_dbfs, 10 * log10(a / sum), 0.05);
	assert_near(r.band[SABIN_WEIGHTING_C].leq_dbfs, 10 * log10(c / sum), 0.05);
	/* the stated error of the mean over 5.5 s of pink noise is small and not zero */
	assert_near(r.band[SABIN_WEIGHTING_Z].plus_minus_db, 0.13, 0.1);
	assert_int_equal(sabin_pink_render(x, PERIOD, RATE, 100.01, 100.02, 7), SABIN_EINVAL);
	free(x);
}

/* ---- playing ---- */

struct play {
	struct fake_card card;
	struct sabin_duplex *duplex;
	struct sabin_level_options o;
	struct sabin_level level;
	struct sabin_diag diag;
	volatile sig_atomic_t stop;
	size_t stop_at;
	unsigned updates, enough_at;
};

static void tick(void *context, size_t frame)
{
	struct play *play = context;
	if (frame >= play->stop_at)
		play->stop = 1;
}

static bool update(void *context, const struct sabin_reading *now, double time_s)
{
	struct play *play = context;
	(void)now;
	assert_near(time_s, 0.125 * ++play->updates, 0.05);
	return !play->enough_at || play->updates < play->enough_at;
}

static void play_make(struct play *play)
{
	char name[32];
	struct sabin_negotiated playback, capture;
	*play = (struct play){.stop_at = SIZE_MAX};
	fake_card_init(&play->card);
	play->card.output = 1;
	play->card.delay_frames = 3000;
	play->card.chunk_max = 2000;
	play->card.tick = tick;
	play->card.context = play;
	fake_card_name(&play->card, name);
	const struct sabin_duplex_options d = {&fake_pcm, name, name, NULL, RATE, 2, 2};
	assert_ok(sabin_duplex_new(&d, &playback, &capture, &play->duplex, &play->diag));
	play->o = (struct sabin_level_options){
	    .duplex = play->duplex, .output = 1, .input = 1, .inputs = capture.channels,
	    .rate_hz = RATE, .level_dbfs = -30, .ceiling_dbfs = -6, .low_hz = 20, .high_hz = 20000,
	    .duration_s = 1.5, .seed = 3, .stop = &play->stop, .update = update, .context = play,
	};
}

static void play_free(struct play *play)
{
	sabin_duplex_free(play->duplex);
	fake_card_release(&play->card);
}

/* Silence first, then never louder than the rise allows, nothing on other outputs, silence last. */
static void check_heard(const struct play *play)
{
	const struct fake_card *card = &play->card;
	const double peak = pow(10, play->level.peak_played_dbfs / 20);
	for (size_t i = 0; i < card->now; i++) {
		const double t_s = (double)i / RATE, u = fmin(fmax((t_s - 1) / 2, 0), 1);
		const double most = peak * (0.5 - 0.5 * cos(M_PI * u)) + 1e-7;
		for (unsigned c = 0; c < card->outputs; c++) {
			const double x = (double)card->heard[i * card->outputs + c];
			if (!(fabs(x) <= (c == 1 ? most : 0)))
				fail_msg("frame %zu, output %u: %g, at most %g", i, c, x, most);
		}
	}
	assert_false(card->playing || card->capturing);
}

static void the_level_that_is_played_is_read(void **state)
{
	(void)state;
	struct play play;
	play_make(&play);
	assert_ok(sabin_level_play(&play.o, &play.level, &play.diag));
	check_heard(&play);
	assert_true(play.level.steady);
	assert_near(play.level.reading.time_s, 1, 1e-9); /* 3.5 s to 4.5 s */
	assert_true(play.level.background_dbfs < -200);
	/* the same second of the same noise; the second input of the card hears half */
	double *x = malloc(PERIOD * sizeof *x), sum = 0;
	assert_ok(sabin_pink_render(x, PERIOD, RATE, 20, 20000, 3));
	for (size_t i = 0; i < RATE; i++) {
		const double v = x[(i + 7 * RATE / 2 - 3000) % PERIOD];
		sum += v * v / RATE;
	}
	free(x);
	assert_near(play.level.reading.band[SABIN_WEIGHTING_Z].leq_dbfs,
	            10 * log10(sum) - 30 - 20 * log10(2), 0.01);
	play_free(&play);
}

static void stopped_at_any_moment(void **state)
{
	(void)state;
	const uint64_t seed = test_seed("stop");
	struct sabin_random random;
	sabin_random_init(&random, seed);
	for (int i = 0; i < 6; i++) {
		struct play play;
		play_make(&play);
		play.card.seed = seed + (uint64_t)i;
		play.o.duration_s = i % 2 ? 0 : 2;
		play.stop_at = (size_t)test_between(&random, 0, 4.9 * RATE);
		assert_int_equal(sabin_level_play(&play.o, &play.level, &play.diag), SABIN_EINTR);
		check_heard(&play);
		const float *last = play.card.heard + (play.card.now - 1) * play.card.outputs;
		assert_near((double)last[1], 0, 0);
		play_free(&play);
	}
	struct play play; /* the person has enough: no error, and a reading */
	play_make(&play);
	play.o.duration_s = 0;
	play.enough_at = 8 * 5;
	assert_ok(sabin_level_play(&play.o, &play.level, &play.diag));
	assert_true(play.level.steady);
	assert_near(play.level.reading.time_s, 1.5, 0.3);
	check_heard(&play);
	play_free(&play);
}

static void too_loud_is_refused(void **state)
{
	(void)state;
	struct play play;
	play_make(&play);
	play.o.level_dbfs = -15;
	assert_int_equal(sabin_level_play(&play.o, &play.level, &play.diag), SABIN_EINVAL);
	assert_non_null(strstr(play.diag.message, "above the ceiling of -6 dBFS"));
	assert_int_equal(play.card.now, 0);
	play_free(&play);
}

/* Through ALSA: a card that gives back what it hears, 12.5 dB quieter. */
static void known_level_through_alsa(void **state)
{
	(void)state;
	char *config = NULL;
	struct sabin_negotiated playback, capture;
	struct sabin_diag diag;
	struct sabin_duplex *duplex = NULL;
	struct sabin_level level;
	card_unit();
	const char *room =
	    card_room("  gain_db: -12.5\n  responses: {left.mix: unit.wav, left.seat: unit.wav}\n");
	assert_true(asprintf(&config,
	                     "pcm_type.sabin { lib \"%s\" }\npcm.roomcard { type sabin room \"%s\" "
	                     "position \"mix\" world \"level-%ld\" }\n",
	                     rig_plugin(), room, (long)getpid()) > 0);
	const struct sabin_duplex_options d = {&sabin_pcm_alsa, "roomcard", "roomcard", config, RATE, 1, 1};
	if (sabin_duplex_new(&d, &playback, &capture, &duplex, &diag))
		fail_msg("%s", diag.message);
	/* steady for a whole period of the noise, less its last 2 ms: its RMS is -30 dBFS exactly */
	const struct sabin_level_options o = {
	    .duplex = duplex, .inputs = capture.channels, .rate_hz = RATE, .level_dbfs = -30,
	    .ceiling_dbfs = -6, .low_hz = 20, .high_hz = 20000, .duration_s = 0.5 + 5.46, .seed = 1,
	};
	assert_ok(sabin_level_play(&o, &level, &diag));
	assert_near(level.reading.band[SABIN_WEIGHTING_Z].leq_dbfs, -42.5, 0.05);
	assert_near(level.reading.peak_dbfs, level.peak_played_dbfs - 12.5, 0.05);
	sabin_duplex_free(duplex);
	free(config);
}

static void headroom_and_advice(void **state)
{
	(void)state;
	static const struct {
		double peak_dbfs, rms_dbfs, background_dbfs;
		size_t clipped;
		enum sabin_headroom light;
		const char *words;
	} rows[] = {
	    {-12, -24, -80, 0, SABIN_HEADROOM_GOOD, "leave"},
	    {-6, -18, -80, 0, SABIN_HEADROOM_GOOD, "leave"},
	    {-20, -32, -80, 0, SABIN_HEADROOM_GOOD, "leave"},
	    {-20.1, -32, -80, 0, SABIN_HEADROOM_LOW, "raise the preamp by 8 dB"},
	    {-5.9, -18, -80, 0, SABIN_HEADROOM_RED, "lower the preamp by 6 dB"},
	    {0, -9, -80, 4, SABIN_HEADROOM_RED, "clipped: lower the preamp by 12 dB or more"},
	    {-60, -78, -80, 0, SABIN_HEADROOM_SILENT, "nothing arrives"},
	    {-HUGE_VAL, -HUGE_VAL, -HUGE_VAL, 0, SABIN_HEADROOM_SILENT, "nothing arrives"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct sabin_level level = {.background_dbfs = rows[i].background_dbfs, .steady = true};
		char advice[160];
		level.reading.peak_dbfs = rows[i].peak_dbfs;
		level.reading.clipped = rows[i].clipped;
		level.reading.band[SABIN_WEIGHTING_Z].leq_dbfs = rows[i].rms_dbfs;
		assert_int_equal(sabin_level_judge(&level, advice, sizeof advice), rows[i].light);
		if (!strstr(advice, rows[i].words))
			fail_msg("row %zu: %s", i, advice);
	}
}

/* ---- calibrator ---- */

static void a_calibrator_is_measured_and_others_refused(void **state)
{
	(void)state;
	enum { N = 4 * RATE };
	static const struct {
		double f_hz, dbfs, noise_dbfs, wobble_db;
		const char *doubt; /* NULL: a calibrator */
	} rows[] = {
	    {1000, -30.25, -75, 0, NULL},    {1019, -30.25, -75, 0, NULL},
	    {981.3, -12, -55, 0, NULL},      {1021, -30, -75, 0, "1021.0 Hz"},
	    {250, -30, -90, 0, "250.0 Hz"},  {1000, -30, -75, 2, "not steady"},
	    {1000, -60, -40, 0, "no clear tone"}, {1000, 3, -90, 0, "clipped"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct sabin_tone found;
		char why[200];
		double *x = tone(N, rows[i].f_hz, rows[i].dbfs);
		for (size_t k = 0; k < N; k++) {
			x[k] *= pow(10, rows[i].wobble_db / 20 * (double)k / N);
			x[k] += pow(10, rows[i].noise_dbfs / 20) * sabin_random_normal_at(i, k);
			x[k] = fmin(fmax(x[k], -1), 1);
		}
		assert_ok(sabin_tone_find(x, N, RATE, &found));
		const char *doubt = sabin_tone_doubt(&found, why, sizeof why);
		if (!rows[i].doubt != !doubt || (doubt && !strstr(doubt, rows[i].doubt)))
			fail_msg("row %zu: %s", i, doubt ? doubt : "accepted");
		if (!doubt) {
			assert_near(found.freq_hz, rows[i].f_hz, 0.01);
			assert_near(found.level_dbfs, rows[i].dbfs, 0.01);
		}
		free(x);
	}
	double silence[RATE] = {0};
	struct sabin_tone found;
	assert_int_equal(sabin_tone_find(silence, RATE, RATE, &found), SABIN_ESHORT);
	assert_int_equal(sabin_tone_find(silence, RATE / 2, RATE, &found), SABIN_ESHORT);
}

/* ---- microphones ---- */

static void microphones_are_recognised(void **state)
{
	(void)state;
	static const struct {
		const char *name, *usb_id;
		enum sabin_microphone_model model;
		double gain_db;
	} rows[] = {
	    {"miniDSP Umik-1  Gain: 18dB at usb-0000:00:14.0-1, full speed", "2752:0007",
	     SABIN_MICROPHONE_UMIK1, 18},
	    {"UMIK-1 Gain:  0dB", "", SABIN_MICROPHONE_UMIK1, 0},
	    {"something else", "2752:002B", SABIN_MICROPHONE_UMIK2, NAN},
	    {"UMM-6 at usb", "0d8c:0147", SABIN_MICROPHONE_UMM6, NAN},
	    {"C-Media USB Headphone Set", "0d8c:0147", SABIN_MICROPHONE_UNKNOWN, NAN},
	    {"Dayton Audio OmniMic", "", SABIN_MICROPHONE_OMNIMIC, NAN},
	    {"miniDSP E.A.R.S Gain: 18dB", "", SABIN_MICROPHONE_EARS, 18},
	    {"HDA Intel PCH", "", SABIN_MICROPHONE_UNKNOWN, NAN},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct sabin_card_identity card;
		sabin_card_recognise(rows[i].name, rows[i].usb_id, &card);
		assert_int_equal(card.model, rows[i].model);
		if (isnan(rows[i].gain_db))
			assert_true(isnan(card.gain_db));
		else
			assert_near(card.gain_db, rows[i].gain_db, 0);
	}
	struct sabin_card_identity card;
	sabin_card_identify("roomcard", &card);
	assert_int_equal(card.model, SABIN_MICROPHONE_UNKNOWN);
	assert_null(sabin_card_calibration(&card, "."));
}

static void the_file_is_found_by_serial_or_model(void **state)
{
	(void)state;
	const struct sabin_card_identity card = {SABIN_MICROPHONE_UMIK1, NAN, "7103946"};
	struct sabin_card_identity nameless = card;
	nameless.serial[0] = '\0';
	setenv("XDG_CONFIG_HOME", card_folder(), 1);
	assert_null(sabin_card_calibration(&card, NULL));
	rig_write_text(rig_path(card_folder(), "a.txt"), "\"Sens Factor =-1dB, SERNO: 7000001\"\n20 1\n30 2\n");
	rig_write_text(rig_path(card_folder(), "notes.txt"), "call the plumber\n");
	char *path = sabin_card_calibration(&nameless, card_folder());
	assert_non_null(path);
	assert_non_null(strstr(path, "a.txt"));
	free(path);
	rig_write_text(rig_path(card_folder(), "b.txt"), "\"Sens Factor =-2dB, SERNO: 7103946\"\n20 1\n30 2\n");
	assert_null(sabin_card_calibration(&nameless, card_folder())); /* two: which? */
	path = sabin_card_calibration(&card, card_folder());
	assert_non_null(path);
	assert_non_null(strstr(path, "b.txt"));
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_sine_reads_its_rms),
	    cmocka_unit_test(the_meter_at_its_limits),
	    cmocka_unit_test(pink_noise_is_pink_and_has_no_seam),
	    cmocka_unit_test(the_level_that_is_played_is_read),
	    cmocka_unit_test(stopped_at_any_moment),
	    cmocka_unit_test(too_loud_is_refused),
	    cmocka_unit_test(known_level_through_alsa),
	    cmocka_unit_test(headroom_and_advice),
	    cmocka_unit_test(a_calibrator_is_measured_and_others_refused),
	    cmocka_unit_test(microphones_are_recognised),
	    cmocka_unit_test(the_file_is_found_by_serial_or_model),
	};
	return cmocka_run_group_tests_name("level", tests, card_set_up, card_tear_down);
}
