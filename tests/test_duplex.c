/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_duplex.c: the capture loop on a scripted sound card, and what reaches the loudspeaker in
 * every case.
 */
#include <math.h>

#include <sabin/sweep.h>

#include "audio/duplex.h"
#include "util/fake_pcm.h"
#include "util/near.h"
#include "util/seed.h"

enum { RATE_HZ = 48000, FADE_FRAMES = RATE_HZ / 50 };

static const double ceiling = 0.25;

struct rig {
	struct fake_card card;
	struct sabin_duplex *duplex;
	struct sabin_duplex_job job;
	struct sabin_negotiated playback, capture;
	struct sabin_stimulus stimulus;
	double *x, *markers;
	float *recorded;
	volatile sig_atomic_t stop;
	size_t stop_at;
	double fraction;
	struct sabin_diag diag;
};

static void tick(void *context, size_t frame)
{
	struct rig *rig = context;
	if (frame >= rig->stop_at)
		rig->stop = 1;
}

static void progress(void *context, double fraction)
{
	struct rig *rig = context;
	assert_true(fraction >= rig->fraction && fraction <= 1);
	rig->fraction = fraction;
}

static void rig_make(struct rig *rig)
{
	const struct sabin_stimulus_options o = {{100, 18000, 0.3, RATE_HZ, -12.1}, 0.5, 0.1, 1};
	*rig = (struct rig){.stop_at = SIZE_MAX};
	fake_card_init(&rig->card);
	rig->card.tick = tick;
	rig->card.context = rig;
	assert_ok(sabin_stimulus_init(&rig->stimulus, &o));
	rig->x = malloc(rig->stimulus.frames * sizeof *rig->x);
	sabin_stimulus_render(&rig->stimulus, rig->x);
	rig->job = (struct sabin_duplex_job){
	    .x = rig->x,
	    .frames = rig->stimulus.frames,
	    .ceiling = ceiling,
	    .record_frames = rig->stimulus.frames + RATE_HZ / 10,
	    .stop = &rig->stop,
	    .progress = progress,
	    .context = rig,
	};
	rig->recorded = malloc(rig->job.record_frames * FAKE_INPUTS * sizeof *rig->recorded);
}

static enum sabin_err rig_open(struct rig *rig)
{
	char name[32];
	fake_card_name(&rig->card, name);
	const struct sabin_duplex_options o = {&fake_pcm, name, name, NULL, RATE_HZ, 2, 2};
	return sabin_duplex_new(&o, &rig->playback, &rig->capture, &rig->duplex, &rig->diag);
}

static void rig_free(struct rig *rig)
{
	sabin_duplex_free(rig->duplex);
	assert_int_equal(rig->card.open_count, 0);
	fake_card_release(&rig->card);
	free(rig->x);
	free(rig->markers);
	free(rig->recorded);
}

static enum sabin_err run(struct rig *rig)
{
	rig->stop = 0;
	rig->fraction = 0;
	return sabin_duplex_run(rig->duplex, &rig->job, rig->recorded, &rig->diag);
}

static double steepest(const double *x, size_t n)
{
	double most = 0;
	for (size_t i = 1; x && i < n; i++)
		most = fmax(most, fabs(x[i] - x[i - 1]));
	return most;
}

/* One output that is meant to sound, of a signal with these steps. */
static void check_output(const struct rig *rig, unsigned output, double most)
{
	const struct fake_card *card = &rig->card;
	float last = 0;
	for (size_t i = 0; i < card->now; i++) {
		const float x = card->heard[i * card->outputs + output];
		if (!(fabsf(x) <= (float)ceiling))
			fail_msg("frame %zu: %g is above the ceiling", i, (double)x);
		if (i < RATE_HZ / 2 && x != 0)
			fail_msg("frame %zu: no silence first", i);
		if (!(fabs((double)(x - last)) <= most * 1.01 + 1e-7))
			fail_msg("frame %zu: jumps from %g to %g", i, (double)last, (double)x);
		last = x;
	}
}

/* Whatever happened: silence first, never above the ceiling, never on an output that was not asked
 * for, no jump that the signal itself does not make, and the streams stand still afterwards. */
static void check_heard(const struct rig *rig)
{
	const struct fake_card *card = &rig->card;
	const struct sabin_duplex_job *job = &rig->job;
	for (size_t i = 0; i < card->now; i++) {
		const float *frame = card->heard + i * card->outputs;
		for (unsigned c = 0; c < card->outputs; c++) {
			const float want = c + 1 == job->loopback ? frame[job->output] : 0;
			const bool marked = job->markers && c == job->marker_output;
			if (c != job->output && !marked && frame[c] != want)
				fail_msg("frame %zu: output %u plays %g", i, c, (double)frame[c]);
		}
	}
	const double of_x = steepest(rig->x, job->frames);
	const double of_markers = steepest(job->markers, job->marker_frames);
	const bool together = job->output == job->marker_output;
	check_output(rig, job->output, together ? fmax(of_x, of_markers) : of_x);
	if (job->markers && !together)
		check_output(rig, job->marker_output, of_markers);
	assert_false(card->playing || card->capturing);
}

static void what_is_played_comes_back(void **state)
{
	(void)state;
	const uint64_t seed = test_seed("loopback");
	struct sabin_random random;
	sabin_random_init(&random, seed);
	struct rig rig;
	rig_make(&rig);
	rig.card.buffer_frames = 100 + (size_t)test_between(&random, 0, 8000);
	assert_ok(rig_open(&rig));
	assert_int_equal(rig.playback.channels, FAKE_OUTPUTS);
	assert_int_equal(rig.capture.channels, FAKE_INPUTS);
	for (int i = 0; i < 12; i++) {
		rig.card.seed = seed + (uint64_t)i;
		rig.card.delay_frames = (size_t)test_between(&random, 0, 4000);
		rig.card.chunk_max = (size_t)test_between_log(&random, 3, 20000);
		rig.card.output = rig.job.output = (unsigned)i % FAKE_OUTPUTS;
		/* now and then with a loopback */
		rig.job.loopback = i % 2 ? 0 : 1 + (unsigned)(i + 1) % FAKE_OUTPUTS;
		assert_ok(run(&rig));
		for (size_t k = 0; k < rig.job.record_frames; k++) {
			const size_t at = k - rig.card.delay_frames;
			const double want = at < rig.job.frames ? rig.x[at] : 0;
			assert_near((double)rig.recorded[2 * k], want, 1e-7);
			assert_near((double)rig.recorded[2 * k + 1], want / 2, 1e-7);
		}
		check_heard(&rig);
		assert_true(rig.fraction > 0.9);
		assert_false(rig.card.underran);
	}
	rig_free(&rig);
}

/* Stopped at any moment: what was to be heard next fades over 20 ms, then nothing, and the stream is
 * not cut before all of that was heard. */
static void stopped(void **state)
{
	(void)state;
	const uint64_t seed = test_seed("stop");
	struct sabin_random random;
	sabin_random_init(&random, seed);
	struct rig rig;
	rig_make(&rig);
	assert_ok(rig_open(&rig));
	for (int i = 0; i < 40; i++) {
		rig.card.seed = seed + (uint64_t)i;
		rig.card.chunk_max = (size_t)test_between_log(&random, 3, 2000);
		rig.card.delay_frames = (size_t)test_between(&random, 0, 3000);
		rig.stop_at = (size_t)test_between(&random, 0, (double)rig.job.frames - 10000);
		assert_int_equal(run(&rig), SABIN_EINTR);
		check_heard(&rig);
		const float *heard = rig.card.heard;
		const size_t now = rig.card.now;
		/* the first frame that differs from the signal lies in the fade */
		size_t from = 0, end = now;
		while (from < now && fabs((double)heard[from * FAKE_OUTPUTS] - rig.x[from]) < 1e-7)
			from++;
		while (end > 0 && heard[(end - 1) * FAKE_OUTPUTS] == 0)
			end--;
		/* at most what the buffer held, a turn of the loop and the fade after the flag */
		assert_true(end <= rig.stop_at + rig.card.chunk_max + rig.card.buffer_frames +
		                       FADE_FRAMES + 1);
		if (from < end) { /* there was something to fade */
			assert_true(end - from <= FADE_FRAMES);
			assert_true(from + 1 >= rig.stop_at);
		}
		/* the stream goes on in silence until the fade has left the loudspeaker */
		assert_true(from >= end || now >= end + rig.card.delay_frames);
	}
	rig_free(&rig);
}

/* The shape of the fade, on a signal that shows it: a tone under way. */
static void fade(void **state)
{
	(void)state;
	struct rig rig;
	rig_make(&rig);
	for (size_t i = RATE_HZ / 2; i < rig.job.frames; i++)
		rig.x[i] = 0.2 * fmin(1, (double)(i - RATE_HZ / 2) / 1000) * sin(0.05 * (double)i);
	assert_ok(rig_open(&rig));
	rig.stop_at = RATE_HZ;
	assert_int_equal(run(&rig), SABIN_EINTR);
	check_heard(&rig);
	const float *heard = rig.card.heard;
	size_t end = rig.card.now, from = 0;
	while (fabs((double)heard[from * FAKE_OUTPUTS] - rig.x[from]) < 1e-9 * 0.2 + 1e-8)
		from++;
	while (heard[(end - 1) * FAKE_OUTPUTS] == 0)
		end--;
	assert_near((double)(end - from), FADE_FRAMES, 10); /* its first samples are all but 1 */
	for (size_t k = 0; k < FADE_FRAMES; k++) {
		const size_t i = end - FADE_FRAMES + k;
		const double gain = 0.5 * (1 + cos(M_PI * (double)k / FADE_FRAMES));
		assert_near((double)heard[i * FAKE_OUTPUTS], gain * rig.x[i], 0.002);
	}
	rig_free(&rig);
}

/* Capture breaks down in the middle of a tone: what is heard fades and ends in silence. */
static void capture_fault_fades(void **state)
{
	(void)state;
	struct rig rig;
	rig_make(&rig);
	for (size_t i = RATE_HZ / 2; i < rig.job.frames; i++)
		rig.x[i] = 0.2 * fmin(1, (double)(i - RATE_HZ / 2) / 1000) * sin(0.05 * (double)i);
	assert_ok(rig_open(&rig));
	rig.card.xrun_capture_at = RATE_HZ;
	assert_int_equal(run(&rig), SABIN_EXRUN);
	check_heard(&rig);
	const float *heard = rig.card.heard;
	size_t end = rig.card.now;
	assert_true(end > RATE_HZ);
	assert_near((double)heard[(end - 1) * FAKE_OUTPUTS], 0, 0);
	while (heard[(end - 1) * FAKE_OUTPUTS] == 0)
		end--;
	for (size_t k = 0; k < FADE_FRAMES; k++) {
		const size_t i = end - FADE_FRAMES + k;
		const double gain = 0.5 * (1 + cos(M_PI * (double)k / FADE_FRAMES));
		assert_near((double)heard[i * FAKE_OUTPUTS], gain * rig.x[i], 0.002);
	}
	rig_free(&rig);
}

/* From now on the chirps come from an output of their own. */
static void use_markers(struct rig *rig)
{
	assert_ok(sabin_stimulus_spread(&rig->stimulus, 0.1));
	const size_t n = rig->stimulus.frames;
	rig->x = realloc(rig->x, n * sizeof *rig->x);
	rig->markers = malloc(n * sizeof *rig->markers);
	sabin_stimulus_render_parts(&rig->stimulus, rig->x, rig->markers);
	rig->job.x = rig->x;
	rig->job.markers = rig->markers;
	rig->job.frames = rig->job.marker_frames = n;
	rig->job.record_frames = n + RATE_HZ / 10;
	rig->recorded =
	    realloc(rig->recorded, rig->job.record_frames * FAKE_INPUTS * sizeof *rig->recorded);
}

/* Sweep and chirps on two outputs, or on one after all: each output plays its own and nothing else,
 * whole, or stopped at any moment, or with a capture that breaks down. */
static void two_outputs(void **state)
{
	(void)state;
	const uint64_t seed = test_seed("two outputs");
	struct sabin_random random;
	sabin_random_init(&random, seed);
	struct rig rig;
	rig_make(&rig);
	use_markers(&rig);
	assert_ok(rig_open(&rig));
	for (int i = 0; i < 36; i++) {
		rig.card.seed = seed + (uint64_t)i;
		rig.card.chunk_max = (size_t)test_between_log(&random, 3, 2000);
		rig.job.output = (unsigned)i % FAKE_OUTPUTS;
		rig.job.marker_output = (unsigned)(i / 2) % FAKE_OUTPUTS;
		const size_t at = (size_t)test_between(&random, 0, (double)rig.job.frames - 10000);
		rig.stop_at = i % 3 == 1 ? at : SIZE_MAX;
		rig.card.xrun_capture_at = i % 3 == 2 ? (long)at : FAKE_NEVER;
		const enum sabin_err want[] = {SABIN_OK, SABIN_EINTR, SABIN_EXRUN};
		assert_int_equal(run(&rig), want[i % 3]);
		check_heard(&rig);
		const bool together = rig.job.output == rig.job.marker_output;
		for (size_t k = 0; i % 3 == 0 && k < rig.job.frames; k++) {
			const float *frame = rig.card.heard + k * FAKE_OUTPUTS;
			const double y = rig.markers[k], x = rig.x[k] + (together ? y : 0);
			assert_near((double)frame[rig.job.output], x, 1e-7);
			if (!together)
				assert_near((double)frame[rig.job.marker_output], y, 1e-7);
		}
		for (unsigned c = 0; c < FAKE_OUTPUTS; c++)
			assert_near((double)rig.card.heard[(rig.card.now - 1) * FAKE_OUTPUTS + c], 0, 0);
	}
	rig_free(&rig);
}

/* Tones on two outputs, stopped: both fade over the same 20 ms. */
static void both_fade(void **state)
{
	(void)state;
	struct rig rig;
	rig_make(&rig);
	use_markers(&rig);
	for (size_t i = RATE_HZ / 2; i < rig.job.frames; i++) {
		const double rise = 0.2 * fmin(1, (double)(i - RATE_HZ / 2) / 1000);
		rig.x[i] = rise * sin(0.05 * (double)i);
		rig.markers[i] = rise * cos(0.03 * (double)i);
	}
	rig.job.marker_output = 1;
	assert_ok(rig_open(&rig));
	rig.stop_at = RATE_HZ;
	assert_int_equal(run(&rig), SABIN_EINTR);
	check_heard(&rig);
	const float *heard = rig.card.heard;
	size_t end = rig.card.now;
	while (heard[(end - 1) * FAKE_OUTPUTS] == 0 && heard[(end - 1) * FAKE_OUTPUTS + 1] == 0)
		end--;
	for (size_t k = 0; k < FADE_FRAMES; k++) {
		const size_t i = end - FADE_FRAMES + k;
		const double gain = 0.5 * (1 + cos(M_PI * (double)k / FADE_FRAMES));
		assert_near((double)heard[i * FAKE_OUTPUTS], gain * rig.x[i], 0.002);
		assert_near((double)heard[i * FAKE_OUTPUTS + 1], gain * rig.markers[i], 0.002);
	}
	rig_free(&rig);
}

static void faults(void **state)
{
	(void)state;
	const uint64_t seed = test_seed("faults");
	struct sabin_random random;
	sabin_random_init(&random, seed);
	struct rig rig;
	rig_make(&rig);
	assert_ok(rig_open(&rig));
	long *const at[] = {&rig.card.xrun_playback_at, &rig.card.xrun_capture_at,
	                    &rig.card.gone_at};
	for (int i = 0; i < 30; i++) {
		rig.card.seed = seed + (uint64_t)i;
		*at[i % 3] = (long)test_between(&random, 0, (double)rig.job.frames);
		rig.diag.message[0] = '\0';
		assert_int_equal(run(&rig), i % 3 == 2 ? SABIN_EDEVICE : SABIN_EXRUN);
		assert_non_null(strstr(rig.diag.message, i % 3 == 2 ? "went away" : "lost data"));
		check_heard(&rig);
		*at[i % 3] = FAKE_NEVER;
		if (i % 3 == 1) /* and again, from the start, as if nothing had been */
			assert_ok(run(&rig));
	}
	rig.card.refuse_start = SABIN_EDEVICE;
	assert_int_equal(run(&rig), SABIN_EDEVICE);
	check_heard(&rig);
	rig.card.refuse_start = SABIN_OK;
	rig.card.refuse_prepare = SABIN_EDEVICE;
	assert_int_equal(run(&rig), SABIN_EDEVICE);
	rig_free(&rig);
}

/* A stop that meets a fault is answered, not waited for. */
static void stopped_while_nothing_moves(void **state)
{
	(void)state;
	struct rig rig;
	rig_make(&rig);
	rig.card.stuck = true;
	rig.job.patience_s = 0.2;
	assert_ok(rig_open(&rig));
	assert_int_equal(run(&rig), SABIN_EDEVICE);
	assert_non_null(strstr(rig.diag.message, "no frame moved for 0.2 s"));
	assert_int_equal(rig.card.now, 0);
	rig_free(&rig);
}

static void refused(void **state)
{
	(void)state;
	struct rig rig;
	rig_make(&rig);
	assert_ok(rig_open(&rig));
	const double loud[] = {ceiling * 1.0001, -ceiling * 1.0001, 10, NAN, INFINITY};
	for (size_t i = 0; i < sizeof loud / sizeof *loud; i++) {
		const double kept = rig.x[40000];
		rig.x[40000] = loud[i];
		assert_int_equal(run(&rig), SABIN_EINVAL);
		assert_non_null(strstr(rig.diag.message, "ceiling of -12.0 dBFS"));
		assert_int_equal(rig.card.written, 0); /* not a sample went out */
		rig.x[40000] = kept;
	}
	rig.job.output = FAKE_OUTPUTS;
	assert_int_equal(run(&rig), SABIN_EINVAL);
	rig.job.output = 0;
	rig.job.loopback = FAKE_OUTPUTS + 1;
	assert_int_equal(run(&rig), SABIN_EINVAL);
	rig.job.loopback = 0;
	use_markers(&rig);
	rig.job.marker_output = FAKE_OUTPUTS;
	assert_int_equal(run(&rig), SABIN_EINVAL);
	for (unsigned output = 0; output < 2; output++) { /* both loud, or their sum */
		rig.job.marker_output = output;
		rig.markers[40000] = output == 0 ? 0.6 * ceiling : 1.0001 * ceiling;
		rig.x[40000] = output == 0 ? 0.6 * ceiling : 0;
		assert_int_equal(run(&rig), SABIN_EINVAL);
	}
	assert_int_equal(rig.card.written, 0);
	rig_free(&rig);
}

static void too_few_channels(void **state)
{
	(void)state;
	struct rig rig;
	rig_make(&rig);
	rig.card.channels = 1;
	assert_int_equal(rig_open(&rig), SABIN_EDEVICE);
	assert_string_equal(rig.diag.message, "only 1 channels");
	assert_null(rig.duplex);
	rig_free(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_played_comes_back),
	    cmocka_unit_test(stopped),
	    cmocka_unit_test(fade),
	    cmocka_unit_test(capture_fault_fades),
	    cmocka_unit_test(two_outputs),
	    cmocka_unit_test(both_fade),
	    cmocka_unit_test(faults),
	    cmocka_unit_test(stopped_while_nothing_moves),
	    cmocka_unit_test(refused),
	    cmocka_unit_test(too_few_channels),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
