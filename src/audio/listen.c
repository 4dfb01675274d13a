/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * listen.c: the capture loop, which an overrun or an unplugged device does not end.
 */
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "audio/listen.h"

enum { WAIT_MS = 100, BLOCK_FRAMES = 4096 };

static const double patience_s = 5;    /* without a frame: the device does not run */
static const double again_s = 0.5;     /* between attempts to open what went away */
static const double pace_window_s = 1; /* long enough for a good moment in it, mostly; */
enum { PACE_WINDOWS = 3 };             /* so many in a row without one are no chance */
/* A USB card tells its place in steps of 1 ms or less, but the best moments of two windows hardly differ; until that is
 * known, and the device's clock, which may be 2000 ppm off, what is sure. */
static const double pace_step_s = 0.0008, pace_first_step_s = 0.006;
static const double pace_times = 6; /* and so many times the mean unevenness */
enum { PACE_LEARNT = 8 };           /* windows until then */
static const double pace_follow = 0.25, pace_most_drift = 0.0025;
/* Longer than this between asking for the place and the clock, the machine was elsewhere. */
static const double pace_prompt_s = 0.0002;

static double now_s(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* ---- pace ------------------------------------------------------------------------------------ */

void sabin_pace_init(struct sabin_pace *pace, double rate_hz)
{
	*pace = (struct sabin_pace){.rate_hz = rate_hz};
}

void sabin_pace_restart(struct sabin_pace *pace)
{
	pace->running = false;
	pace->behind = 0;
	pace->seen = pace->seen > 1 ? pace->seen - 1 : 0; /* the first window has nothing to be held against */
	pace->usual = NAN;
}

static double step_frames(const struct sabin_pace *pace)
{
	if (pace->seen < PACE_LEARNT)
		return pace_first_step_s * pace->rate_hz;
	return fmax(pace_step_s * pace->rate_hz, pace_times * pace->uneven);
}

/* A window that is not behind: what is to be expected follows it, and so do the drift and the unevenness. */
static void learn(struct sabin_pace *pace, double best)
{
	const double most = pace_most_drift * pace->rate_hz * pace_window_s;
	/* further ahead than a step: it is back from where it seemed to be late */
	const double off = fmin(best - pace->usual, step_frames(pace));
	/* at first the mean of what was seen, later of the last ones */
	const double follow = fmax(pace_follow, 1.0 / pace->seen);
	const double follow_uneven = fmax(pace_follow / 2, 1.0 / fmax(pace->seen - 2, 1));
	pace->drift = fmax(-most, fmin(most, pace->drift + follow * off));
	pace->behind = 0;
	/* the first two windows, which were not level, give the drift, the third a new beginning */
	pace->usual = pace->seen > 1 ? best : (double)NAN;
	if (pace->seen > 1)
		pace->uneven += follow_uneven * (fabs(off) - pace->uneven);
}

size_t sabin_pace_see(struct sabin_pace *pace, double now, size_t frames)
{
	if (!pace->running) {
		pace->begun_s = now;
		pace->ahead = -HUGE_VAL;
		pace->usual = NAN;
		pace->running = true;
	}
	const double windows = (now - pace->begun_s) / pace_window_s;
	/* against a clock that began anywhere: only differences count; level within a window, so that a step in the middle
	 * of it is not halved */
	pace->ahead = fmax(pace->ahead, (double)frames - now * pace->rate_hz - windows * pace->drift);
	if (windows < 1)
		return 0;
	const double best = pace->ahead;
	double lost = 0;
	pace->begun_s = now;
	pace->ahead = -HUGE_VAL;
	if (isnan(pace->usual)) {
		pace->usual = best;
	} else if (best > pace->usual - step_frames(pace)) {
		learn(pace, best);
	} else {
		/* how far behind, at best */
		const double late = pace->usual - best;
		pace->late = pace->behind++ == 0 ? late : fmin(pace->late, late);
	}
	if (pace->behind == PACE_WINDOWS) {
		lost = pace->late;
		pace->usual -= lost;
		pace->behind = 0;
	}
	pace->seen += pace->behind == 0;
	pace->usual += pace->drift * windows; /* where it should begin now */
	return (size_t)lround(lost);
}

/* ---- listening ------------------------------------------------------------------------------- */

struct run {
	const struct sabin_listener *l;
	void *pcm;
	unsigned channels;
	float *block;
	struct sabin_pace pace;
	size_t got;     /* frames since the stream was started */
	double moved_s; /* when the last frame came */
	bool enough;
};

static void tell(const struct run *run, enum sabin_listen_event event, double since_s)
{
	if (run->l->happened)
		run->l->happened(run->l->context, event, (size_t)fmax(0, (now_s() - since_s) * run->l->rate_hz));
}

static enum sabin_err start(struct run *run, struct sabin_diag *diag)
{
	run->got = 0;
	sabin_pace_restart(&run->pace);
	enum sabin_err err = run->l->ops->prepare(run->pcm, diag);
	return err ? err : run->l->ops->start(run->pcm, diag);
}

/* Wait, and pass on what there is. */
static enum sabin_err turn(struct run *run)
{
	const struct sabin_pcm_ops *ops = run->l->ops;
	struct pollfd fds[SABIN_POLL_MAX];
	enum sabin_err err = SABIN_OK;
	const int count = ops->descriptors(run->pcm, fds, SABIN_POLL_MAX);
	poll(fds, (nfds_t)count, WAIT_MS);
	const double asked_s = now_s();
	long ready = ops->available(run->pcm, fds, count, &err);
	const double told_s = now_s();
	if (ready < 0)
		return err;
	if (ready == 0)
		return now_s() - run->moved_s > patience_s ? SABIN_EDEVICE : SABIN_OK;
	const bool prompt = told_s - asked_s < pace_prompt_s;
	const size_t skipped = prompt ? sabin_pace_see(&run->pace, told_s, run->got + (size_t)ready) : 0;
	if (skipped > 0 && run->l->happened)
		run->l->happened(run->l->context, SABIN_LISTEN_SKIP, skipped);
	while (ready > 0 && !run->enough) {
		const long n = ops->read(run->pcm, run->block, ready < BLOCK_FRAMES ? (size_t)ready : BLOCK_FRAMES, &err);
		if (n <= 0)
			return err;
		run->moved_s = now_s();
		run->got += (size_t)n;
		ready -= n;
		run->enough = !run->l->heard(run->l->context, run->block, (size_t)n, run->channels);
	}
	return SABIN_OK;
}

static bool stopped(const struct run *run)
{
	return run->l->stop && *run->l->stop;
}

/* Open it again as soon as it is there. */
static enum sabin_err wait_for_return(struct run *run)
{
	const double gone_s = run->moved_s;
	tell(run, SABIN_LISTEN_GONE, now_s());
	run->l->ops->close(run->pcm);
	run->pcm = NULL;
	for (;;) {
		struct sabin_negotiated opened = {0};
		struct sabin_diag unused = {0};
		const struct timespec pause = {0, (long)(again_s * 1e9)};
		if (stopped(run))
			return SABIN_EINTR;
		nanosleep(&pause, NULL);
		if (sabin_listen_open(run->l, &opened, &run->pcm, &unused) != SABIN_OK)
			continue;
		float *block = realloc(run->block, BLOCK_FRAMES * opened.channels * sizeof *block);
		if (!block)
			return SABIN_ENOMEM;
		run->block = block;
		run->channels = opened.channels;
		if (start(run, &unused) == SABIN_OK)
			break;
		run->l->ops->close(run->pcm);
		run->pcm = NULL;
	}
	tell(run, SABIN_LISTEN_BACK, gone_s);
	run->moved_s = now_s();
	return SABIN_OK;
}

static enum sabin_err survive(struct run *run, enum sabin_err err)
{
	struct sabin_diag unused = {0};
	if (err == SABIN_EXRUN && start(run, &unused) == SABIN_OK) {
		tell(run, SABIN_LISTEN_XRUN, run->moved_s);
		run->moved_s = now_s();
		return SABIN_OK;
	}
	return err == SABIN_ENOMEM ? err : wait_for_return(run);
}

enum sabin_err sabin_listen_open(const struct sabin_listener *l, struct sabin_negotiated *opened, void **pcm,
                                 struct sabin_diag *diag)
{
	const struct sabin_pcm_request request = {
	    .name = l->capture,
	    .config = l->config,
	    .capture = true,
	    .rate_hz = l->rate_hz,
	    .channels_min = l->channels_min,
	};
	return l->ops->open(&request, opened, pcm, diag);
}

enum sabin_err sabin_listen_to(const struct sabin_listener *l, const struct sabin_negotiated *opened, void *pcm,
                               struct sabin_diag *diag)
{
	struct run run = {.l = l, .pcm = pcm, .channels = opened->channels, .moved_s = now_s()};
	sabin_pace_init(&run.pace, l->rate_hz);
	run.block = malloc(BLOCK_FRAMES * opened->channels * sizeof *run.block);
	enum sabin_err err = run.block ? start(&run, diag) : SABIN_ENOMEM;
	while (!err && !run.enough) {
		if (stopped(&run)) {
			err = SABIN_EINTR;
			break;
		}
		err = turn(&run);
		if (err && l->survive)
			err = survive(&run, err);
	}
	if (err && err != SABIN_EINTR && !diag->message[0])
		sabin_diag_set(diag, err, NULL, 0, 0, "capture device '%s' %s", l->capture,
		               err == SABIN_EXRUN ? "lost data" : "stopped");
	if (run.pcm)
		l->ops->stop(run.pcm);
	l->ops->close(run.pcm);
	free(run.block);
	return err;
}

enum sabin_err sabin_listen(const struct sabin_listener *l, struct sabin_negotiated *opened, struct sabin_diag *diag)
{
	struct sabin_negotiated own = {0};
	struct sabin_negotiated *n = opened ? opened : &own;
	void *pcm = NULL;
	enum sabin_err err = sabin_listen_open(l, n, &pcm, diag);
	return err ? err : sabin_listen_to(l, n, pcm, diag);
}
