/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * duplex.c: the full-duplex loop.
 *
 * Capture starts first, then playback, whose buffer has been filled.  Playback is fed (with silence
 * at the end) until the last frame was recorded.
 */
#include <math.h>
#include <stdint.h>

#include <sabin/window.h>

#include "audio/duplex.h"

/* A sound that stops at once clicks; this fade does not. */
static const double fade_out_s = 0.02;
/* Five seconds without a frame is a device that does not run. */
static const double usual_patience_s = 5;

struct stream {
	void *pcm;
	unsigned channels;
	size_t buffer_frames;
};

struct sabin_duplex {
	const struct sabin_pcm_ops *ops;
	struct stream playback, capture;
	unsigned rate_hz;
	float *out; /* one playback buffer */
	double *mono; /* [frames of it]: what a job renders */
	float *in;  /* one capture buffer */
};

void sabin_duplex_free(struct sabin_duplex *duplex)
{
	if (!duplex)
		return;
	duplex->ops->close(duplex->playback.pcm);
	duplex->ops->close(duplex->capture.pcm);
	free(duplex->out);
	free(duplex->mono);
	free(duplex->in);
	free(duplex);
}

static enum sabin_err open_stream(const struct sabin_duplex_options *o, bool capture,
                                  struct stream *stream, struct sabin_negotiated *negotiated,
                                  struct sabin_diag *diag)
{
	const struct sabin_pcm_request request = {
	    .name = capture ? o->capture : o->playback,
	    .config = o->config,
	    .capture = capture,
	    .rate_hz = o->rate_hz,
	    .channels_min = capture ? o->inputs_min : o->outputs_min,
	};
	enum sabin_err err = o->ops->open(&request, negotiated, &stream->pcm, diag);
	stream->channels = negotiated->channels;
	stream->buffer_frames = negotiated->buffer_frames;
	return err;
}

enum sabin_err sabin_duplex_new(const struct sabin_duplex_options *options,
                                struct sabin_negotiated *playback,
                                struct sabin_negotiated *capture, struct sabin_duplex **out,
                                struct sabin_diag *diag)
{
	struct sabin_duplex *d = calloc(1, sizeof *d);
	if (!d)
		return SABIN_ENOMEM;
	d->ops = options->ops;
	d->rate_hz = options->rate_hz;
	enum sabin_err err = open_stream(options, true, &d->capture, capture, diag);
	if (!err)
		err = open_stream(options, false, &d->playback, playback, diag);
	if (!err) {
		d->out = calloc(d->playback.buffer_frames, d->playback.channels * sizeof *d->out);
		d->mono = calloc(d->playback.buffer_frames, sizeof *d->mono);
		d->in = calloc(d->capture.buffer_frames, d->capture.channels * sizeof *d->in);
		if (!d->out || !d->mono || !d->in)
			err = SABIN_ENOMEM;
	}
	if (err) {
		sabin_duplex_free(d);
		return err;
	}
	*out = d;
	return SABIN_OK;
}

/* The state of one run. */
struct run {
	struct sabin_duplex *duplex;
	const struct sabin_duplex_job *job;
	float *recorded;
	size_t played, captured;
	size_t fade_from; /* frame at which the fade-out begins; SIZE_MAX: none */
	struct timespec moved;
	struct timespec first_ready; /* when capture first had frames, ready_frames of them */
	size_t ready_frames;
};

static double since_s(const struct timespec *then)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - then->tv_sec) + 1e-9 * (double)(now.tv_nsec - then->tv_nsec);
}

/* Gain of frame `at` of the block that begins where playing has come to. */
static double fade_at(const struct run *run, size_t at)
{
	const size_t frame = run->played + at;
	const double fade_frames = fade_out_s * run->duplex->rate_hz;
	return frame < run->fade_from
	           ? 1
	           : sabin_window_rise(1 - (double)(frame - run->fade_from) / fade_frames);
}

/* What the job plays in that frame. */
static double sample_at(const struct run *run, size_t at)
{
	const size_t frame = run->played + at;
	if (run->job->render)
		return run->duplex->mono[at];
	return frame < run->job->frames ? run->job->x[frame] : 0;
}

static double marker_at(const struct run *run, size_t at)
{
	const size_t frame = run->played + at;
	return frame < run->job->marker_frames ? run->job->markers[frame] : 0;
}

/* The job was checked against the ceiling; this is the second lock on the same door. */
static float below(double x, double ceiling)
{
	return (float)(x > ceiling ? ceiling : x < -ceiling ? -ceiling : x);
}

/* Write up to `room` frames. */
static enum sabin_err feed(struct run *run, size_t room)
{
	struct sabin_duplex *d = run->duplex;
	const unsigned channels = d->playback.channels;
	enum sabin_err err = SABIN_OK;
	if (room > d->playback.buffer_frames)
		room = d->playback.buffer_frames;
	if (run->job->render)
		run->job->render(run->job->context, run->played, room, d->mono);
	memset(d->out, 0, room * channels * sizeof *d->out);
	for (size_t i = 0; i < room; i++) {
		const double gain = fade_at(run, i), ceiling = run->job->ceiling;
		float *frame = d->out + i * channels;
		double x = sample_at(run, i);
		if (run->job->markers && run->job->marker_output == run->job->output)
			x += marker_at(run, i);
		else if (run->job->markers)
			frame[run->job->marker_output] = below(gain * marker_at(run, i), ceiling);
		frame[run->job->output] = below(gain * x, ceiling);
		if (run->job->loopback > 0)
			frame[run->job->loopback - 1] = below(gain * x, ceiling);
	}
	for (size_t done = 0; done < room;) {
		const long n = d->ops->write(d->playback.pcm, d->out + done * channels, room - done,
		                             &err);
		if (n <= 0)
			return err;
		done += (size_t)n;
		run->played += (size_t)n;
		clock_gettime(CLOCK_MONOTONIC, &run->moved);
	}
	return SABIN_OK;
}

static enum sabin_err take_in(struct run *run, size_t ready)
{
	struct sabin_duplex *d = run->duplex;
	enum sabin_err err = SABIN_OK;
	while (ready > 0 && run->captured < run->job->record_frames) {
		size_t want = run->job->record_frames - run->captured;
		if (want > ready)
			want = ready;
		if (run->job->heard && want > d->capture.buffer_frames)
			want = d->capture.buffer_frames;
		float *to = run->job->heard ? d->in
		                            : run->recorded + run->captured * d->capture.channels;
		const long n = d->ops->read(d->capture.pcm, to, want, &err);
		if (n <= 0)
			return err;
		if (run->job->heard)
			run->job->heard(run->job->context, to, (size_t)n);
		run->captured += (size_t)n;
		ready -= (size_t)n;
		clock_gettime(CLOCK_MONOTONIC, &run->moved);
	}
	return SABIN_OK;
}

/* Less than this is the clock's tolerance and that of whoever wakes us. */
static const double most_missing = 0.005;

size_t sabin_duplex_missing(const struct sabin_duplex_pace *pace,
                            const struct sabin_negotiated *capture)
{
	const double due = pace->elapsed_s * capture->rate_hz;
	const double missing = due - (double)pace->frames;
	return missing > most_missing * due + 2 * (double)capture->period_frames ? (size_t)missing : 0;
}

/* The capture has made `made` frames by now. */
static void keep_pace(struct run *run, size_t made)
{
	if (made == 0 || !run->job->pace)
		return;
	if (run->ready_frames == 0) {
		clock_gettime(CLOCK_MONOTONIC, &run->first_ready);
		run->ready_frames = made;
	}
	run->job->pace->elapsed_s = since_s(&run->first_ready);
	run->job->pace->frames = made - run->ready_frames;
}

/* Wait for either stream, then move what can be moved. */
static enum sabin_err turn(struct run *run)
{
	struct sabin_duplex *d = run->duplex;
	const struct sabin_pcm_ops *ops = d->ops;
	struct pollfd fds[2 * SABIN_POLL_MAX];
	enum sabin_err err = SABIN_OK;
	const int np = ops->descriptors(d->playback.pcm, fds, SABIN_POLL_MAX);
	const int nc = ops->descriptors(d->capture.pcm, fds + np, SABIN_POLL_MAX);
	poll(fds, (nfds_t)np + (nfds_t)nc, 100);
	const long room = ops->available(d->playback.pcm, fds, np, &err);
	if (room < 0)
		return err;
	if (room > 0)
		err = feed(run, (size_t)room);
	if (err)
		return err;
	const long ready = ops->available(d->capture.pcm, fds + np, nc, &err);
	if (ready < 0)
		return err;
	keep_pace(run, run->captured + (size_t)ready);
	return take_in(run, (size_t)ready);
}

static bool asked_to_stop(struct run *run)
{
	if (run->job->stop && *run->job->stop && run->fade_from == SIZE_MAX)
		run->fade_from = run->played;
	if (run->fade_from == SIZE_MAX)
		return false;
	/* the fade itself must have been heard before the stream may be cut */
	const size_t end = run->fade_from + (size_t)(fade_out_s * run->duplex->rate_hz) + 1;
	const long pending = run->duplex->ops->pending(run->duplex->playback.pcm);
	return run->played >= end && run->played - end >= (size_t)pending;
}

/* Capture failed: playback, if it still runs, is not cut but faded, as at a Ctrl-C. */
static void fade_out(struct run *run)
{
	struct sabin_duplex *d = run->duplex;
	struct pollfd fds[SABIN_POLL_MAX];
	struct timespec began;
	const double longest_s = 2 * (double)d->playback.buffer_frames / d->rate_hz + 0.5;
	if (run->fade_from == SIZE_MAX)
		run->fade_from = run->played;
	clock_gettime(CLOCK_MONOTONIC, &began);
	while (!asked_to_stop(run) && since_s(&began) < longest_s) {
		enum sabin_err err = SABIN_OK;
		const int count = d->ops->descriptors(d->playback.pcm, fds, SABIN_POLL_MAX);
		poll(fds, (nfds_t)count, 20);
		const long room = d->ops->available(d->playback.pcm, fds, count, &err);
		if (room < 0 || (room > 0 && feed(run, (size_t)room)))
			return; /* it does not run either */
	}
}

static enum sabin_err loop(struct run *run, struct sabin_diag *diag)
{
	const struct sabin_duplex_job *job = run->job;
	const double patience_s = job->patience_s > 0 ? job->patience_s : usual_patience_s;
	while (run->captured < job->record_frames) {
		if (asked_to_stop(run))
			return SABIN_EINTR;
		enum sabin_err err = turn(run);
		if (err)
			fade_out(run);
		if (err == SABIN_EXRUN)
			return sabin_diag_set(diag, err, NULL, 0, 0,
			                      "the audio stream lost data %.2f s into the run",
			                      (double)run->captured / run->duplex->rate_hz);
		if (err)
			return sabin_diag_set(diag, err, NULL, 0, 0,
			                      "the audio device went away %.2f s into the run",
			                      (double)run->captured / run->duplex->rate_hz);
		if (since_s(&run->moved) > patience_s)
			return sabin_diag_set(diag, SABIN_EDEVICE, NULL, 0, 0,
			                      "no frame moved for %g s: the device does not run",
			                      patience_s);
		if (job->progress)
			job->progress(job->context,
			              (double)run->captured / (double)job->record_frames);
	}
	return SABIN_OK;
}

static enum sabin_err check_job(const struct sabin_duplex *d, const struct sabin_duplex_job *job,
                                struct sabin_diag *diag)
{
	if (job->output >= d->playback.channels || job->loopback > d->playback.channels ||
	    (job->markers && job->marker_output >= d->playback.channels))
		return SABIN_EINVAL;
	const size_t frames = job->render ? 0 : job->frames;
	const size_t markers = job->markers ? job->marker_frames : 0;
	const bool together = job->marker_output == job->output;
	bool loud = false;
	for (size_t i = 0; i < frames || i < markers; i++) {
		const double x = i < frames ? job->x[i] : 0, y = i < markers ? job->markers[i] : 0;
		loud = loud || !(fabs(together ? x + y : x) <= job->ceiling) || !(fabs(y) <= job->ceiling);
	}
	return loud ? sabin_diag_set(diag, SABIN_EINVAL, NULL, 0, 0,
	                             "the signal is louder than the ceiling of %.1f dBFS",
	                             20 * log10(job->ceiling))
	            : SABIN_OK;
}

enum sabin_err sabin_duplex_run(struct sabin_duplex *d, const struct sabin_duplex_job *job,
                                float *recorded, struct sabin_diag *diag)
{
	struct run run = {.duplex = d, .job = job, .recorded = recorded, .fade_from = SIZE_MAX};
	enum sabin_err err = check_job(d, job, diag);
	if (!err)
		err = d->ops->prepare(d->capture.pcm, diag);
	if (!err)
		err = d->ops->prepare(d->playback.pcm, diag);
	if (err)
		return err;
	clock_gettime(CLOCK_MONOTONIC, &run.moved);
	err = feed(&run, d->playback.buffer_frames);
	if (err)
		sabin_diag_set(diag, err, NULL, 0, 0, "the playback buffer cannot be filled");
	if (!err)
		err = d->ops->start(d->capture.pcm, diag);
	if (!err)
		err = d->ops->start(d->playback.pcm, diag);
	if (!err)
		err = loop(&run, diag);
	d->ops->stop(d->playback.pcm);
	d->ops->stop(d->capture.pcm);
	return err;
}
