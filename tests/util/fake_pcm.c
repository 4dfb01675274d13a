/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fake_pcm.c: the scripted sound card.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <unistd.h>

#include <sabin/random.h>

#include "util/fake_pcm.h"

struct fake_stream {
	struct fake_card *card;
	bool capture;
};

void fake_card_init(struct fake_card *card)
{
	*card = (struct fake_card){
	    .buffer_frames = 1000,
	    .chunk_max = 300,
	    .xrun_playback_at = FAKE_NEVER,
	    .xrun_capture_at = FAKE_NEVER,
	    .gone_at = FAKE_NEVER,
	    .ready = open("/dev/null", O_WRONLY | O_CLOEXEC),
	};
}

void fake_card_release(struct fake_card *card)
{
	close(card->ready);
	free(card->heard);
	free(card->queue);
}

void fake_card_name(const struct fake_card *card, char name[32])
{
	snprintf(name, 32, "%" PRIxPTR, (uintptr_t)card);
}

static enum sabin_err fake_open(const struct sabin_pcm_request *request,
                                struct sabin_negotiated *negotiated, void **pcm,
                                struct sabin_diag *diag)
{
	struct fake_card *card = (struct fake_card *)(uintptr_t)strtoull(request->name, NULL, 16);
	const unsigned usual = request->capture ? FAKE_INPUTS : FAKE_OUTPUTS;
	const unsigned channels = card->channels ? card->channels : usual;
	*pcm = NULL;
	if (channels < request->channels_min)
		return sabin_diag_set(diag, SABIN_EDEVICE, NULL, 0, 0, "only %u channels", channels);
	struct fake_stream *stream = malloc(sizeof *stream);
	if (!stream)
		return SABIN_ENOMEM;
	*stream = (struct fake_stream){card, request->capture};
	*(request->capture ? &card->inputs : &card->outputs) = channels;
	if (!request->capture) {
		free(card->queue);
		card->queue = calloc(card->buffer_frames * channels, sizeof *card->queue);
	}
	snprintf(negotiated->name, sizeof negotiated->name, "%s", request->name);
	snprintf(negotiated->type, sizeof negotiated->type, "%s", card->type ? card->type : "");
	negotiated->period_frames = FAKE_PERIOD;
	negotiated->rate_hz = request->rate_hz;
	negotiated->channels = channels;
	negotiated->buffer_frames = card->buffer_frames;
	card->open_count++;
	*pcm = stream;
	return SABIN_OK;
}

static enum sabin_err fake_prepare(void *pcm, struct sabin_diag *diag)
{
	struct fake_stream *stream = pcm;
	struct fake_card *card = stream->card;
	if (card->refuse_prepare)
		return sabin_diag_set(diag, card->refuse_prepare, NULL, 0, 0, "cannot prepare");
	card->now = card->draws = card->passed = 0;
	*(stream->capture ? &card->read : &card->written) = 0;
	card->underran = false;
	return SABIN_OK;
}

static enum sabin_err fake_start(void *pcm, struct sabin_diag *diag)
{
	struct fake_stream *stream = pcm;
	if (stream->card->refuse_start)
		return sabin_diag_set(diag, stream->card->refuse_start, NULL, 0, 0, "cannot start");
	*(stream->capture ? &stream->card->capturing : &stream->card->playing) = true;
	return SABIN_OK;
}

static int fake_descriptors(void *pcm, struct pollfd *fds, int room)
{
	if (room < 1)
		return 0;
	fds[0] = (struct pollfd){.fd = ((struct fake_stream *)pcm)->card->ready, .events = POLLOUT};
	return 1;
}

/* One frame becomes sound. */
static void sound_frame(struct fake_card *card)
{
	const unsigned outputs = card->outputs;
	if (card->now >= card->heard_room) {
		card->heard_room = 2 * card->now + 100000;
		card->heard = realloc(card->heard, card->heard_room * outputs * sizeof *card->heard);
		if (!card->heard)
			abort();
	}
	float *to = card->heard + card->now * outputs;
	if (card->now < card->written)
		memcpy(to, card->queue + card->now % card->buffer_frames * outputs,
		       outputs * sizeof *to);
	else
		memset(to, 0, outputs * sizeof *to), card->underran = true;
	card->now++;
}

static bool reached(const struct fake_card *card, long frame)
{
	return frame != FAKE_NEVER && card->now >= (size_t)frame;
}

/* Frames that the wall clock has for a paced card since it was asked last. */
static size_t paced(struct fake_card *card)
{
	struct timespec now;
	usleep(1000);
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (card->passed == 0)
		card->began = now;
	const double since_s = (double)(now.tv_sec - card->began.tv_sec) +
	                       1e-9 * (double)(now.tv_nsec - card->began.tv_nsec);
	const size_t due = (size_t)(since_s * card->paced_hz) + 1, frames = due - card->passed;
	card->passed = due;
	return frames;
}

/* Time goes on, never farther than what has been written nor than capture can hold. */
static void pass_time(struct fake_card *card)
{
	const double share = 0.5 + 0.5 * sin(sabin_random_normal_at(card->seed, card->draws++) * 9);
	size_t frames = (size_t)(share * (double)card->chunk_max);
	if (card->stuck || !card->playing)
		return;
	if (card->paced_hz > 0)
		frames = paced(card);
	for (; frames > 0 && card->now < card->written; frames--) {
		/* a capture that broke down holds nothing up */
		if (card->now >= card->read + card->buffer_frames &&
		    !reached(card, card->xrun_capture_at))
			break;
		sound_frame(card);
	}
	if (card->tick)
		card->tick(card->context, card->now);
}

static long fake_available(void *pcm, struct pollfd *fds, int count, enum sabin_err *err)
{
	struct fake_stream *stream = pcm;
	struct fake_card *card = stream->card;
	(void)fds;
	(void)count;
	if (!stream->capture)
		pass_time(card);
	if (reached(card, card->gone_at)) {
		*err = SABIN_EDEVICE;
		return -1;
	}
	if (reached(card, stream->capture ? card->xrun_capture_at : card->xrun_playback_at)) {
		*err = SABIN_EXRUN;
		return -1;
	}
	return stream->capture ? (long)(card->now - card->read)
	                       : (long)(card->buffer_frames - (card->written - card->now));
}

static long fake_write(void *pcm, const float *frames, size_t count, enum sabin_err *err)
{
	struct fake_card *card = ((struct fake_stream *)pcm)->card;
	const size_t free_frames = card->buffer_frames - (card->written - card->now);
	(void)err;
	if (count > free_frames)
		count = free_frames;
	if (count > 1 && sabin_random_normal_at(card->seed + 1, card->draws++) > 0)
		count = (count + 1) / 2; /* a short write */
	for (size_t i = 0; i < count; i++)
		memcpy(card->queue + (card->written + i) % card->buffer_frames * card->outputs,
		       frames + i * card->outputs, card->outputs * sizeof *frames);
	card->written += count;
	return (long)count;
}

static long fake_read(void *pcm, float *frames, size_t count, enum sabin_err *err)
{
	struct fake_card *card = ((struct fake_stream *)pcm)->card;
	const size_t ready = card->now - card->read;
	(void)err;
	if (count > ready)
		count = ready;
	if (count > 1 && sabin_random_normal_at(card->seed + 2, card->draws++) > 0)
		count = (count + 1) / 2;
	for (size_t i = 0; i < count; i++, card->read++) {
		float x = 0;
		if (card->read >= card->delay_frames)
			x = card->heard[(card->read - card->delay_frames) * card->outputs + card->output];
		for (unsigned c = 0; c < card->inputs; c++, x *= 0.5f)
			frames[i * card->inputs + c] = x;
	}
	return (long)count;
}

static long fake_pending(void *pcm)
{
	const struct fake_card *card = ((struct fake_stream *)pcm)->card;
	return (long)(card->written - card->now) + (long)card->delay_frames;
}

static void fake_stop(void *pcm)
{
	struct fake_stream *stream = pcm;
	*(stream->capture ? &stream->card->capturing : &stream->card->playing) = false;
}

static void fake_close(void *pcm)
{
	if (pcm)
		((struct fake_stream *)pcm)->card->open_count--;
	free(pcm);
}

const struct sabin_pcm_ops fake_pcm = {
    fake_open,  fake_prepare, fake_start,   fake_descriptors, fake_available,
    fake_write, fake_read,    fake_pending, fake_stop,        fake_close,
};
