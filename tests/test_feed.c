/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_feed.c: the capture loop and its ring on a scripted card: overruns, a device that goes and comes back, a late
 * reader, frames that a device skips; and a file as the source.
 */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sabin/random.h>

#include "audio/feed.h"
#include "util/near.h"

enum { RATE = 48000, CHANNELS = 2, NEVER = -1 };

/* Frame n is n on the first channel, -n on the second.  It goes on counting while nobody listens. */
struct card {
	long xrun_at, gone_at; /* frame, once */
	int refuse;            /* attempts to open that fail after it has gone */
	long end;              /* frame from which on nothing more comes */
	long now;
	int opened;
	int ready; /* a descriptor that is */
};

static struct card card_until(long end)
{
	return (struct card){.xrun_at = NEVER, .gone_at = NEVER, .end = end, .ready = open("/dev/zero", O_RDONLY)};
}

static enum sabin_err card_open(const struct sabin_pcm_request *request, struct sabin_negotiated *negotiated,
                                void **pcm, struct sabin_diag *diag)
{
	struct card *card = NULL;
	if (sscanf(request->name, "card:%p", (void **)&card) != 1 || card->refuse > 0) {
		if (card)
			card->refuse--;
		return sabin_diag_set(diag, SABIN_EDEVICE, NULL, 0, 0, "no such device");
	}
	*negotiated = (struct sabin_negotiated){.rate_hz = RATE, .channels = CHANNELS, .period_frames = 256, .buffer_frames = 4096};
	card->opened++;
	*pcm = card;
	return SABIN_OK;
}

static enum sabin_err card_prepare(void *pcm, struct sabin_diag *diag)
{
	(void)pcm;
	(void)diag;
	return SABIN_OK;
}

/* Nobody sleeps while there are frames. */
static int card_descriptors(void *pcm, struct pollfd *fds, int room)
{
	const struct card *card = pcm;
	if (room < 1 || card->now >= card->end)
		return 0;
	*fds = (struct pollfd){.fd = card->ready, .events = POLLIN};
	return 1;
}

/* What strikes now, if anything does. */
static enum sabin_err fault(struct card *card)
{
	if (card->xrun_at >= 0 && card->now >= card->xrun_at) {
		card->xrun_at = NEVER;
		card->now += 1000; /* the sound goes on meanwhile */
		return SABIN_EXRUN;
	}
	if (card->gone_at >= 0 && card->now >= card->gone_at) {
		card->gone_at = NEVER;
		return SABIN_EDEVICE;
	}
	return SABIN_OK;
}

static long card_available(void *pcm, struct pollfd *fds, int count, enum sabin_err *err)
{
	struct card *card = pcm;
	(void)fds;
	(void)count;
	if ((*err = fault(card)) != SABIN_OK)
		return -1;
	/* frames enough that no test waits for the loop's poll */
	return card->now < card->end ? 8192 : 0;
}

static long card_read(void *pcm, float *frames, size_t count, enum sabin_err *err)
{
	struct card *card = pcm;
	long n = (long)count;
	if ((*err = fault(card)) != SABIN_OK)
		return -1;
	n = n < card->end - card->now ? n : card->end - card->now;
	if (card->gone_at > card->now && card->gone_at - card->now < n)
		n = card->gone_at - card->now;
	if (card->xrun_at > card->now && card->xrun_at - card->now < n)
		n = card->xrun_at - card->now;
	for (long i = 0; i < n; i++) {
		frames[CHANNELS * i] = (float)(card->now + i);
		frames[CHANNELS * i + 1] = -(float)(card->now + i);
	}
	card->now += n;
	return n;
}

static void card_stop(void *pcm)
{
	(void)pcm;
}

static void card_close(void *pcm)
{
	struct card *card = pcm;
	if (card)
		card->opened--;
}

static const struct sabin_pcm_ops card_ops = {
    .open = card_open,
    .prepare = card_prepare,
    .start = card_prepare,
    .descriptors = card_descriptors,
    .available = card_available,
    .read = card_read,
    .stop = card_stop,
    .close = card_close,
};

static struct sabin_feed *feed_of(struct card *card, double ring_s)
{
	static char name[64];
	struct sabin_negotiated opened;
	struct sabin_feed *feed = NULL;
	struct sabin_diag diag = {0};
	snprintf(name, sizeof name, "card:%p", (void *)card);
	const struct sabin_feed_options o = {.ops = &card_ops, .capture = name, .rate_hz = RATE, .channels_min = 1, .ring_s = ring_s};
	assert_int_equal(sabin_feed_new(&o, &opened, &feed, &diag), SABIN_OK);
	assert_int_equal(opened.channels, CHANNELS);
	return feed;
}

/* n frames, all of them or the test fails; returns the first sample of the last. */
static float read_all(struct sabin_feed *feed, float *frames, size_t n)
{
	size_t got = 0;
	for (int idle = 0; got < n && idle < 100;) {
		const size_t now = sabin_feed_read(feed, frames + got * CHANNELS, n - got, 100);
		idle = now ? 0 : idle + 1;
		got += now;
	}
	assert_int_equal(got, n);
	return frames[(n - 1) * CHANNELS];
}

static void every_frame_comes_in_order(void **state)
{
	(void)state;
	enum { N = 60000 };
	struct card card = card_until(N);
	float *frames = calloc(N * CHANNELS, sizeof *frames);
	assert_non_null(frames);
	struct sabin_feed *feed = feed_of(&card, 4);
	struct sabin_feed_status status;
	read_all(feed, frames, N);
	for (int i = 0; i < N; i++) {
		assert_true(frames[CHANNELS * i] == (float)i);
		assert_true(frames[CHANNELS * i + 1] == -(float)i);
	}
	sabin_feed_status(feed, &status);
	assert_int_equal(status.state, SABIN_FEED_RUNS);
	assert_int_equal(status.lost_frames, 0);
	sabin_feed_free(feed);
	assert_int_equal(card.opened, 0);
	close(card.ready);
	free(frames);
}

static void an_overrun_is_counted_and_survived(void **state)
{
	(void)state;
	struct card card = card_until(60000);
	card.xrun_at = 20000;
	float *frames = calloc(60000 * CHANNELS, sizeof *frames);
	assert_non_null(frames);
	struct sabin_feed *feed = feed_of(&card, 4);
	struct sabin_feed_status status;
	assert_true(read_all(feed, frames, 20000) == 19999);
	assert_true(read_all(feed, frames, 39000) == 59999);
	assert_true(frames[0] == 21000); /* what was lost is not there */
	sabin_feed_status(feed, &status);
	assert_int_equal(status.xruns, 1);
	assert_int_equal(status.unplugs, 0);
	assert_int_equal(status.state, SABIN_FEED_RUNS);
	sabin_feed_free(feed);
	close(card.ready);
	free(frames);
}

static void a_device_goes_and_comes_back(void **state)
{
	(void)state;
	struct card card = card_until(60000);
	card.gone_at = 20000;
	float *frames = calloc(60000 * CHANNELS, sizeof *frames);
	assert_non_null(frames);
	struct sabin_feed *feed = feed_of(&card, 4);
	struct sabin_feed_status status;
	card.refuse = 1;
	read_all(feed, frames, 20000);
	for (int i = 0; i < 100; i++) {
		sabin_feed_status(feed, &status);
		if (status.state == SABIN_FEED_GONE)
			break;
		assert_int_equal(sabin_feed_read(feed, frames, 1, 10), 0);
	}
	assert_int_equal(status.state, SABIN_FEED_GONE);
	read_all(feed, frames, 40000);
	sabin_feed_status(feed, &status);
	assert_int_equal(status.state, SABIN_FEED_RUNS);
	assert_int_equal(status.unplugs, 1);
	/* two attempts half a second apart */
	assert_near((double)status.lost_frames / RATE, 1, 0.9);
	assert_int_equal(card.opened, 1);
	sabin_feed_free(feed);
	assert_int_equal(card.opened, 0);
	close(card.ready);
	free(frames);
}

static void a_late_reader_is_told_what_it_missed(void **state)
{
	(void)state;
	enum { N = 60000, RING = RATE / 2 + 1 };
	struct card card = card_until(N);
	float *frames = calloc(N * CHANNELS, sizeof *frames);
	assert_non_null(frames);
	struct sabin_feed *feed = feed_of(&card, 0.5);
	struct sabin_feed_status status = {0};
	for (int i = 0; i < 2000 && status.lost_frames < N - RING; i++) {
		const struct timespec pause = {0, 10000000};
		nanosleep(&pause, NULL);
		sabin_feed_status(feed, &status);
	}
	assert_int_equal(status.lost_frames, N - RING);
	assert_true(status.late > 0);
	assert_true(read_all(feed, frames, RING) == RING - 1); /* the old ones are kept */
	sabin_feed_free(feed);
	close(card.ready);
	free(frames);
}

static void what_cannot_be_opened(void **state)
{
	(void)state;
	struct sabin_negotiated opened;
	struct sabin_feed *feed = NULL;
	struct sabin_diag diag = {0};
	const struct sabin_feed_options o = {.ops = &card_ops, .capture = "nonesuch", .rate_hz = RATE, .channels_min = 1, .ring_s = 1};
	assert_int_equal(sabin_feed_new(&o, &opened, &feed, &diag), SABIN_EDEVICE);
	assert_null(feed);
	sabin_feed_free(NULL);
}

static double now_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void a_file(void **state)
{
	(void)state;
	enum { N = 24000 };
	static float samples[N * CHANNELS], frames[N * CHANNELS];
	for (int i = 0; i < N * CHANNELS; i++)
		samples[i] = (float)i;
	for (int hurry = 0; hurry < 2; hurry++) {
		struct sabin_negotiated opened;
		struct sabin_feed *feed = NULL;
		struct sabin_feed_status status;
		struct sabin_diag diag = {0};
		const struct sabin_feed_options o = {.samples = samples, .frames = N, .channels = CHANNELS, .rate_hz = RATE,
		                                     .hurry = hurry == 1, .ring_s = 0.1};
		const double began_s = now_s();
		assert_int_equal(sabin_feed_new(&o, &opened, &feed, &diag), SABIN_OK);
		read_all(feed, frames, N);
		const double took_s = now_s() - began_s;
		assert_memory_equal(samples, frames, sizeof samples);
		assert_int_equal(sabin_feed_read(feed, frames, 1, 1000), 0);
		sabin_feed_status(feed, &status);
		assert_int_equal(status.state, SABIN_FEED_ENDED);
		assert_int_equal(status.lost_frames, 0);
		/* its last piece comes a piece before its end */
		if (!hurry)
			assert_true(took_s > 0.45);
		sabin_feed_free(feed);
	}
}

/* A card that is looked at every 20 ms for `length_s`, and tells its place in whole steps of `step` frames; where these are
 * periods, 10 ms, it is they that wake who looks. */
struct clockwork {
	double length_s, ppm;   /* its clock against ours */
	int step;
	double late_s;          /* one look in four is late by up to that */
	double busy_s[2], busy_late_s; /* from .. to: every look is late by that */
	double uneven_s;        /* its place is late by up to that, every time */
	struct {
		double at_s;
		int frames;
	} gap[3];
};

/* How often frames were told to be missing, and how many in all. */
static size_t told_by(const struct clockwork *c, size_t *frames_lost)
{
	struct sabin_pace pace;
	struct sabin_random random;
	size_t told = 0;
	sabin_random_init(&random, 7);
	sabin_pace_init(&pace, RATE);
	*frames_lost = 0;
	for (int tick = 0; tick * 0.02 < c->length_s; tick++) {
		const double at_s = c->step < 480 ? tick * 0.02 : (tick * 960 + 1) / (RATE * (1 + c->ppm * 1e-6));
		const bool busy = at_s >= c->busy_s[0] && at_s < c->busy_s[1];
		const double late_s = (tick % 4 ? 0.00005 : c->late_s * sabin_random_uniform(&random)) + (busy ? c->busy_late_s : 0);
		/* 0.3 s: it was on before; its place now, when it is asked */
		double place = ((c->step < 480 ? 0.3 : 0) + at_s - c->uneven_s * sabin_random_uniform(&random)) * RATE * (1 + c->ppm * 1e-6);
		for (int g = 0; g < 3; g++)
			place -= c->gap[g].frames && at_s > c->gap[g].at_s ? c->gap[g].frames : 0;
		const size_t frames = (size_t)(floor(place / c->step) * c->step);
		const size_t lost = sabin_pace_see(&pace, 1000 + at_s + late_s, frames);
		told += lost > 0;
		*frames_lost += lost;
	}
	return told;
}

static void skipped_frames_show_against_the_clock(void **state)
{
	(void)state;
	size_t frames;
	/* late looks, a clock 300 ppm slow, 20 and 100 ms missing */
	assert_int_equal(told_by(&(struct clockwork){60, -300, 1, 0.015, .gap = {{20.5, 960}, {40.5, 4800}}}, &frames), 2);
	assert_near((double)frames, 5760, 15);
	/* 1 ms missing, thrice, of clocks that are right, slow, and fast */
	for (int ppm = -2000; ppm <= 2000; ppm += 1000) {
		assert_int_equal(
		    told_by(&(struct clockwork){60, ppm, 1, 0.015, .gap = {{20.5, 48}, {30.5, 48}, {40.5, 48}}}, &frames), 3);
		assert_near((double)frames, 144, 12);
	}
	/* a USB card, 1 ms at a time, one packet lost and then five */
	assert_int_equal(told_by(&(struct clockwork){60, 55, 48, 0.015, .gap = {{20.5, 96}, {40.5, 240}}}, &frames), 2);
	assert_near((double)frames, 336, 50);
	/* within the first seconds, before anything is learnt */
	assert_int_equal(told_by(&(struct clockwork){20, 100, 1, 0.005, .gap = {{2.5, 480}}}, &frames), 1);
	assert_near((double)frames, 480, 30);
}

/* Nothing is missing, whatever clock, card and reader do. */
static void nothing_is_made_up(void **state)
{
	(void)state;
	static const struct clockwork works[] = {
	    {2000, 0, 1, 0.015, .uneven_s = 0},
	    {2000, 120, 48, 0.015, .uneven_s = 0},      /* USB */
	    {2000, -2000, 480, 0.005, .uneven_s = 0},   /* its place only at the end of a period */
	    {2000, 80, 1, 0.015, .uneven_s = 0.02},     /* a server */
	    {2000, 1900, 256, 0.015, .uneven_s = 0.006},
	    {60, 0, 1, 0.4, .busy_s = {20.3, 22.3}, .busy_late_s = 0.05}, /* two seconds without a prompt look */
	    {60, 0, 48, 0.01, .busy_s = {20.3, 60}, .busy_late_s = 0.0007},
	};
	for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
		size_t frames;
		const size_t told = told_by(&works[i], &frames);
		if (told)
			print_message("clockwork %zu: told %zu times, %zu frames\n", i, told, frames);
		assert_int_equal(told, 0);
	}
}

/* A stream that is begun anew, after an overrun, has another place and the same clock. */
static void an_overrun_is_no_skip(void **state)
{
	(void)state;
	struct sabin_pace pace;
	size_t lost = 0;
	sabin_pace_init(&pace, RATE);
	for (int tick = 0; tick < 3000; tick++) {
		if (tick > 0 && tick % 400 == 0)
			sabin_pace_restart(&pace);
		lost += sabin_pace_see(&pace, tick * 0.02, (size_t)(tick % 400 * 0.02 * RATE * 1.0005));
	}
	assert_int_equal(lost, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_frame_comes_in_order),
		cmocka_unit_test(an_overrun_is_counted_and_survived),
		cmocka_unit_test(a_device_goes_and_comes_back),
		cmocka_unit_test(a_late_reader_is_told_what_it_missed),
		cmocka_unit_test(what_cannot_be_opened),
		cmocka_unit_test(a_file),
		cmocka_unit_test(skipped_frames_show_against_the_clock),
		cmocka_unit_test(nothing_is_made_up),
		cmocka_unit_test(an_overrun_is_no_skip),
	};
	return cmocka_run_group_tests_name("feed", tests, NULL, NULL);
}
