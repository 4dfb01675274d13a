/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_session.c: a whole session on a scripted sound card: what its loudspeakers get in every case
 * (start, interruption, retake, fault), several microphones, and frames against the wall clock.
 */
#include <math.h>
#include <unistd.h>

#include "audio/duplex.h"
#include "audio/session.h"
#include "util/card.h"
#include "util/fake_pcm.h"
#include "util/seed.h"

static const double ceiling_dbfs = -12;

/* What reached the loudspeakers, one run of the streams after the other. */
static struct {
	struct fake_card *card;
	float *x; /* [frames * FAKE_OUTPUTS] */
	size_t frames, runs;
	size_t begins[64]; /* of each run */
} tape;

static void tape_stop(void *pcm)
{
	struct fake_card *card = tape.card;
	if (card->playing) { /* the playback stream is stopped first */
		tape.x = realloc(tape.x, (tape.frames + card->now) * FAKE_OUTPUTS * sizeof *tape.x);
		assert_non_null(tape.x);
		memcpy(tape.x + tape.frames * FAKE_OUTPUTS, card->heard,
		       card->now * FAKE_OUTPUTS * sizeof *tape.x);
		assert_true(tape.runs < 64);
		tape.begins[tape.runs++] = tape.frames;
		tape.frames += card->now;
	}
	fake_pcm.stop(pcm);
}

struct stage {
	struct fake_card card;
	struct sabin_pcm_ops ops;
	struct sabin_roomfile room;
	struct sabin_session_options o;
	struct sabin_measurement measurement;
	bool speakers[2], positions[3];
	volatile sig_atomic_t stop;
	size_t stop_run, stop_at; /* frame of that run */
	size_t fault_run;         /* the run in which the card's faults strike */
	long xrun_playback_at, xrun_capture_at, gone_at;
	char name[32];
	struct sabin_diag diag;
	int placed;
	size_t at_once, told;
};

static void tick(void *context, size_t frame)
{
	struct stage *rig = context;
	const bool now = tape.runs == rig->fault_run;
	if (tape.runs == rig->stop_run && frame >= rig->stop_at)
		rig->stop = 1;
	rig->card.xrun_playback_at = now ? rig->xrun_playback_at : FAKE_NEVER;
	rig->card.xrun_capture_at = now ? rig->xrun_capture_at : FAKE_NEVER;
	rig->card.gone_at = now ? rig->gone_at : FAKE_NEVER;
}

static bool place(void *context, const struct sabin_position *const *positions, size_t count)
{
	struct stage *rig = context;
	(void)positions;
	rig->placed++;
	rig->at_once = count;
	return true;
}

static void measured(void *context, const struct sabin_measured *response)
{
	struct stage *rig = context;
	(void)response;
	rig->told++;
}

static void stage_make(struct stage *rig)
{
	*rig = (struct stage){.speakers = {true, true},
	                    .positions = {true, true, true},
	                    .stop_run = SIZE_MAX,
	                    .fault_run = SIZE_MAX,
	                    .xrun_playback_at = FAKE_NEVER,
	                    .xrun_capture_at = FAKE_NEVER,
	                    .gone_at = FAKE_NEVER};
	const char *path = rig_path(card_folder(), "session.yaml");
	rig_write_text(path, "size_m: {width: 4, length: 5, height: 3}\n"
	                     "surfaces: {front: 0.5, back: 0.5, left: 0.5, right: 0.5, floor: 0.5, "
	                     "ceiling: 0.5}\n"
	                     "speakers:\n  left: {output: 1, position_m: [1, 1, 1.2]}\n"
	                     "  right: {output: 2, position_m: [3, 1, 1.2]}\n"
	                     "positions:\n  mix: {position_m: [2, 3, 1.2], microphone: a}\n"
	                     "  seat: {position_m: [3, 3, 1.2], microphone: b}\n"
	                     "  sofa: {position_m: [3, 4, 1.2], microphone: b}\n"
	                     "audio: {microphones: {a: {input: 1}, b: {input: 2}}}\n"
	                     "sweep: {from_hz: 50, to_hz: 20000, tail_s: 0.3}\n");
	assert_ok(sabin_roomfile_read(path, NULL, &rig->room, &rig->diag));
	fake_card_init(&rig->card);
	fake_card_name(&rig->card, rig->name);
	rig->card.tick = tick;
	rig->card.context = rig;
	rig->ops = fake_pcm;
	rig->ops.stop = tape_stop;
	rig->o = (struct sabin_session_options){
	    .room = &rig->room,
	    .ops = &rig->ops,
	    .playback = rig->name,
	    .capture = rig->name,
	    .rate_hz = 48000,
	    .level_dbfs = ceiling_dbfs - 0.1,
	    .ceiling_dbfs = ceiling_dbfs,
	    .length_s = 0.3,
	    .repeats = 1,
	    .takes = 3,
	    .speakers = rig->speakers,
	    .positions = rig->positions,
	    .folder = card_folder(),
	    .stop = &rig->stop,
	    .place = place,
	    .measured = measured,
	    .context = rig,
	};
	free(tape.x);
	memset(&tape, 0, sizeof tape);
	tape.card = &rig->card;
}

static enum sabin_err run(struct stage *rig)
{
	rig->stop = 0;
	return sabin_session_run(&rig->o, &rig->measurement, &rig->diag);
}

static void stage_free(struct stage *rig)
{
	sabin_measurement_release(&rig->measurement);
	sabin_roomfile_release(&rig->room);
	assert_int_equal(rig->card.open_count, 0);
	fake_card_release(&rig->card);
}

/* Every run on the tape: one output only, at least a second of silence unless it was cut before, never
 * above the ceiling, no jump that a sweep of this level up to 20 kHz does not make; and, but for a device
 * that went away, silence at its end. */
static void check_tape(bool ends_silent)
{
	const double ceiling = pow(10, ceiling_dbfs / 20);
	/* the steepest sine: amplitude times angle from sample to sample */
	const double steepest = ceiling * 2 * sin(M_PI * 20000 / 48000);
	assert_true(tape.runs > 0);
	for (size_t r = 0; r < tape.runs; r++) {
		const size_t end = r + 1 < tape.runs ? tape.begins[r + 1] : tape.frames;
		int output = -1;
		double last = 0;
		for (size_t i = tape.begins[r]; i < end; i++) {
			for (int c = 0; c < FAKE_OUTPUTS; c++) {
				const double x = (double)tape.x[i * FAKE_OUTPUTS + (size_t)c];
				if (x == 0 && c != output)
					continue;
				output = output < 0 ? c : output;
				if (c != output || !(fabs(x) <= ceiling))
					fail_msg("run %zu, frame %zu: output %d plays %g", r,
					         i - tape.begins[r], c, x);
				if (i - tape.begins[r] < 48000)
					fail_msg("run %zu, frame %zu: no silence first", r,
					         i - tape.begins[r]);
				if (!(fabs(x - last) <= steepest))
					fail_msg("run %zu, frame %zu: jumps from %g to %g", r,
					         i - tape.begins[r], last, x);
				last = x;
			}
		}
		if (ends_silent && !(fabs(last) == 0))
			fail_msg("run %zu ends at %g", r, last);
	}
}

static void all_of_it(void **state)
{
	(void)state;
	struct stage rig;
	stage_make(&rig);
	rig.speakers[1] = false; /* what the card hears is its first output */
	assert_ok(run(&rig));
	check_tape(true);
	/* mix and seat at once, sofa after them */
	assert_int_equal(tape.runs, 2);
	assert_int_equal(rig.placed, 2);
	assert_int_equal(rig.at_once, 1);
	assert_int_equal(rig.told, 3);
	assert_int_equal(rig.measurement.response_count, 3);
	assert_true(rig.measurement.complete);
	for (size_t i = 0; i < 3; i++)
		assert_true(rig.measurement.responses[i].verdict.trustworthy);
	/* the second input hears half of the first */
	const double a = rig.measurement.responses[0].verdict.peak_dbfs;
	const double b = rig.measurement.responses[1].verdict.peak_dbfs;
	assert_near(a - b, 20 * log10(2), 0.01);
	stage_free(&rig);
}

/* Interrupted at any moment of any run. */
static void interrupted(void **state)
{
	(void)state;
	const uint64_t seed = test_seed("interrupt");
	struct sabin_random random;
	sabin_random_init(&random, seed);
	for (int i = 0; i < 12; i++) {
		struct stage rig;
		stage_make(&rig);
		rig.speakers[1] = false;
		rig.card.seed = seed + (uint64_t)i;
		rig.stop_run = (size_t)i % 2;
		rig.stop_at = (size_t)test_between(&random, 0, 90000);
		assert_int_equal(run(&rig), SABIN_EINTR);
		check_tape(true);
		assert_int_equal(tape.runs, rig.stop_run + 1);
		assert_int_equal(rig.measurement.response_count, 2 * rig.stop_run);
		assert_false(rig.measurement.complete);
		stage_free(&rig);
	}
}

/* A stream that lost data: the sound fades, and the next take begins as the first. */
static void retaken(void **state)
{
	(void)state;
	const uint64_t seed = test_seed("retake");
	struct sabin_random random;
	sabin_random_init(&random, seed);
	for (int i = 0; i < 8; i++) {
		struct stage rig;
		stage_make(&rig);
		rig.speakers[1] = false;
		rig.card.seed = seed + (uint64_t)i;
		rig.fault_run = (size_t)i / 2 % 2;
		/* what a playback stream had when it lost data is the device's own doing */
		const long at = (long)test_between(&random, 100, 85000);
		*(i % 2 ? &rig.xrun_capture_at : &rig.xrun_playback_at) = at;
		assert_ok(run(&rig));
		check_tape(i % 2);
		assert_int_equal(tape.runs, 3);
		assert_int_equal(rig.measurement.response_count, 3);
		for (size_t k = 0; k < 3; k++) {
			const struct sabin_verdict *v = &rig.measurement.responses[k].verdict;
			const bool hit = k / 2 == rig.fault_run;
			assert_true(v->trustworthy);
			assert_int_equal(v->xruns, hit);
			assert_int_equal(v->takes, hit ? 2 : 1);
		}
		stage_free(&rig);
	}
}

static void gone(void **state)
{
	(void)state;
	const uint64_t seed = test_seed("gone");
	struct sabin_random random;
	sabin_random_init(&random, seed);
	struct stage rig;
	stage_make(&rig);
	rig.speakers[1] = false;
	rig.fault_run = 1;
	rig.gone_at = (long)test_between(&random, 0, 85000);
	assert_int_equal(run(&rig), SABIN_EDEVICE);
	check_tape(false);
	assert_int_equal(rig.measurement.response_count, 2);
	assert_false(rig.measurement.complete);
	stage_free(&rig);
}

/* A speaker that no microphone hears is taken again, as often as allowed and as loud as before. */
static void unheard(void **state)
{
	(void)state;
	struct stage rig;
	stage_make(&rig);
	rig.speakers[0] = false;
	rig.positions[2] = false;
	assert_ok(run(&rig));
	check_tape(true);
	assert_int_equal(tape.runs, 3);
	assert_int_equal(rig.measurement.response_count, 2);
	assert_false(rig.measurement.responses[0].verdict.trustworthy);
	assert_int_equal(rig.measurement.responses[0].verdict.takes, 3);
	stage_free(&rig);
}

/* Half a second of silence on a card whose clock runs at paced_hz: the share of frames that is missing
 * against 48 kHz. */
static double missing(double paced_hz)
{
	static const double silence[24000];
	struct stage rig;
	stage_make(&rig);
	rig.card.paced_hz = paced_hz;
	rig.card.buffer_frames = 96000; /* a pause of the machine must not cost frames */
	const struct sabin_duplex_options o = {&fake_pcm, rig.name, rig.name, NULL, 48000, 1, 1};
	struct sabin_negotiated playback, capture;
	struct sabin_duplex *duplex = NULL;
	struct sabin_duplex_pace pace = {0};
	assert_ok(sabin_duplex_new(&o, &playback, &capture, &duplex, &rig.diag));
	float *heard = malloc(24000 * FAKE_INPUTS * sizeof *heard);
	const struct sabin_duplex_job job = {
	    .x = silence, .frames = 24000, .record_frames = 24000, .ceiling = 0.5, .pace = &pace};
	assert_ok(sabin_duplex_run(duplex, &job, heard, &rig.diag));
	assert_true(pace.elapsed_s > 0.3);
	sabin_duplex_free(duplex);
	free(heard);
	stage_free(&rig);
	return (double)sabin_duplex_missing(&pace, &capture) / (pace.elapsed_s * 48000);
}

static void against_the_wall_clock(void **state)
{
	(void)state;
	assert_near(missing(48000), 0, 0);
	assert_near(missing(49000), 0, 0); /* too many prove nothing */
	const double lost = missing(47000);
	printf("47000 of 48000 Hz: %.2f %% lost\n", 100 * lost);
	assert_near(lost, 1.0 / 48, 0.004);
}

/* Hardware that gives fewer frames than its rate promises lost some. */
static void hardware_that_lost_frames(void **state)
{
	(void)state;
	struct stage rig;
	stage_make(&rig);
	rig.speakers[1] = rig.positions[1] = rig.positions[2] = false;
	rig.o.takes = 1;
	rig.card.buffer_frames = 240000;
	rig.card.paced_hz = 47000;
	rig.card.type = "HW";
	assert_ok(run(&rig));
	const struct sabin_verdict *v = &rig.measurement.responses[0].verdict;
	assert_false(v->trustworthy);
	const double share = (double)v->lost_frames / (double)tape.frames;
	assert_in_range((int)(1e4 * share), 150, 250);
	assert_non_null(strstr(v->why[0], "frames less than"));
	stage_free(&rig);
}

static int tear_down(void **state)
{
	free(tape.x);
	return card_tear_down(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_of_it), cmocka_unit_test(interrupted),
	    cmocka_unit_test(retaken),   cmocka_unit_test(gone),
	    cmocka_unit_test(unheard),   cmocka_unit_test(against_the_wall_clock),
	    cmocka_unit_test(hardware_that_lost_frames),
	};
	return cmocka_run_group_tests(tests, card_set_up, tear_down);
}
