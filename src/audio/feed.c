/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * feed.c: the thread that fetches sound, and the ring it puts it in.
 */
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "audio/feed.h"

/* A file in real time comes in pieces of this. */
static const double piece_s = 0.02;

struct sabin_feed {
	struct sabin_feed_options o;
	unsigned rate_hz, channels;
	struct sabin_negotiated opened;
	void *pcm;
	volatile sig_atomic_t stop;
	pthread_t thread;

	/* under the lock */
	pthread_mutex_t lock;
	pthread_cond_t moved; /* the ring was filled or emptied, or the state is another */
	float *ring;          /* [size * channels] */
	size_t size, from, held; /* frames */
	struct sabin_feed_status status;
};

/* ---- the thread's side ------------------------------------------------------------------------- */

static void put(struct sabin_feed *f, const float *frames, size_t n, unsigned channels)
{
	for (size_t i = 0; i < n; i++) {
		float *to = f->ring + (f->from + f->held) % f->size * f->channels;
		for (unsigned c = 0; c < f->channels; c++) /* a device may come back with another number */
			to[c] = c < channels ? frames[i * channels + c] : 0;
		f->held++;
	}
}

static bool heard(void *context, const float *frames, size_t n, unsigned channels)
{
	struct sabin_feed *f = context;
	pthread_mutex_lock(&f->lock);
	const size_t room = f->size - f->held, fits = n < room ? n : room;
	put(f, frames, fits, channels);
	if (fits < n) {
		f->status.late++;
		f->status.lost_frames += n - fits;
	}
	f->status.state = SABIN_FEED_RUNS;
	pthread_cond_signal(&f->moved);
	pthread_mutex_unlock(&f->lock);
	return !f->stop;
}

static void happened(void *context, enum sabin_listen_event event, size_t lost_frames)
{
	struct sabin_feed *f = context;
	pthread_mutex_lock(&f->lock);
	f->status.xruns += event == SABIN_LISTEN_XRUN;
	f->status.skips += event == SABIN_LISTEN_SKIP;
	f->status.unplugs += event == SABIN_LISTEN_GONE;
	f->status.lost_frames += lost_frames;
	f->status.state = event == SABIN_LISTEN_GONE ? SABIN_FEED_GONE : SABIN_FEED_RUNS;
	pthread_cond_signal(&f->moved);
	pthread_mutex_unlock(&f->lock);
}

static enum sabin_err follow_device(struct sabin_feed *f)
{
	struct sabin_diag diag = {0};
	const struct sabin_listener listener = {
	    .ops = f->o.ops,
	    .capture = f->o.capture,
	    .config = f->o.config,
	    .rate_hz = f->rate_hz,
	    .channels_min = f->o.channels_min,
	    .stop = &f->stop,
	    .survive = true,
	    .heard = heard,
	    .happened = happened,
	    .context = f,
	};
	return sabin_listen_to(&listener, &f->opened, f->pcm, &diag);
}

/* A file loses nothing: it waits for its reader. */
static enum sabin_err follow_file(struct sabin_feed *f)
{
	struct timespec due;
	clock_gettime(CLOCK_MONOTONIC, &due);
	const size_t piece = (size_t)ceil(piece_s * f->rate_hz);
	for (size_t at = 0; at < f->o.frames && !f->stop;) {
		const size_t left = f->o.frames - at, want = left < piece ? left : piece;
		pthread_mutex_lock(&f->lock);
		while (f->size - f->held < want && !f->stop)
			pthread_cond_wait(&f->moved, &f->lock);
		if (!f->stop)
			put(f, f->o.samples + at * f->channels, want, f->channels);
		pthread_cond_signal(&f->moved);
		pthread_mutex_unlock(&f->lock);
		at += want;
		if (f->o.hurry)
			continue;
		due.tv_nsec += (long)(1e9 * (double)want / f->rate_hz);
		due.tv_sec += due.tv_nsec / 1000000000;
		due.tv_nsec %= 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
	}
	return SABIN_OK;
}

static void *follow(void *context)
{
	struct sabin_feed *f = context;
	const enum sabin_err err = f->o.ops ? follow_device(f) : follow_file(f);
	pthread_mutex_lock(&f->lock);
	f->status.err = err == SABIN_EINTR ? SABIN_OK : err;
	f->status.state = SABIN_FEED_ENDED;
	pthread_cond_signal(&f->moved);
	pthread_mutex_unlock(&f->lock);
	return NULL;
}

/* ---- the reader's side --------------------------------------------------------------------------- */

static enum sabin_err begin(struct sabin_feed *f)
{
	pthread_condattr_t clock;
	f->size = (size_t)ceil(f->o.ring_s * f->rate_hz) + 1;
	f->ring = calloc(f->size, f->channels * sizeof *f->ring);
	if (!f->ring)
		return SABIN_ENOMEM;
	pthread_mutex_init(&f->lock, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&f->moved, &clock);
	pthread_condattr_destroy(&clock);
	/* signals are for the main thread: they must wake its poll */
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	const bool follows = pthread_create(&f->thread, NULL, follow, f) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (follows)
		return SABIN_OK;
	pthread_cond_destroy(&f->moved);
	pthread_mutex_destroy(&f->lock);
	return SABIN_ENOMEM;
}

enum sabin_err sabin_feed_new(const struct sabin_feed_options *o, struct sabin_negotiated *opened,
                              struct sabin_feed **out, struct sabin_diag *diag)
{
	struct sabin_feed *f = calloc(1, sizeof *f);
	enum sabin_err err = SABIN_OK;
	if (!f)
		return SABIN_ENOMEM;
	f->o = *o;
	f->rate_hz = o->rate_hz;
	f->channels = o->channels;
	if (o->ops) {
		const struct sabin_listener listener = {.ops = o->ops, .capture = o->capture, .config = o->config,
		                                        .rate_hz = o->rate_hz, .channels_min = o->channels_min};
		err = sabin_listen_open(&listener, &f->opened, &f->pcm, diag);
		f->channels = f->opened.channels;
	}
	if (!err)
		err = begin(f);
	if (err) {
		if (f->pcm)
			o->ops->close(f->pcm);
		free(f->ring);
		free(f);
		return err;
	}
	*opened = f->opened;
	*out = f;
	return SABIN_OK;
}

void sabin_feed_free(struct sabin_feed *f)
{
	if (!f)
		return;
	pthread_mutex_lock(&f->lock);
	f->stop = 1;
	pthread_cond_broadcast(&f->moved);
	pthread_mutex_unlock(&f->lock);
	pthread_join(f->thread, NULL);
	pthread_cond_destroy(&f->moved);
	pthread_mutex_destroy(&f->lock);
	free(f->ring);
	free(f);
}

static void wait_for_frames(struct sabin_feed *f, int wait_ms)
{
	struct timespec until;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)wait_ms * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	while (f->held == 0 && f->status.state != SABIN_FEED_ENDED)
		if (pthread_cond_timedwait(&f->moved, &f->lock, &until) == ETIMEDOUT)
			return;
}

size_t sabin_feed_read(struct sabin_feed *f, float *frames, size_t n, int wait_ms)
{
	pthread_mutex_lock(&f->lock);
	if (f->held == 0 && wait_ms > 0)
		wait_for_frames(f, wait_ms);
	const size_t got = n < f->held ? n : f->held;
	for (size_t i = 0; i < got; i++)
		memcpy(frames + i * f->channels, f->ring + (f->from + i) % f->size * f->channels,
		       f->channels * sizeof *frames);
	f->from = (f->from + got) % f->size;
	f->held -= got;
	pthread_cond_signal(&f->moved);
	pthread_mutex_unlock(&f->lock);
	return got;
}

void sabin_feed_status(struct sabin_feed *f, struct sabin_feed_status *out)
{
	pthread_mutex_lock(&f->lock);
	*out = f->status;
	if (f->held > 0 && out->state == SABIN_FEED_ENDED)
		out->state = SABIN_FEED_RUNS;
	pthread_mutex_unlock(&f->lock);
}
