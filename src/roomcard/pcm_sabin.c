/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pcm_sabin.c: the simulated card as an ALSA PCM (alsa-lib's external I/O plugin SDK, 1.2.8).
 *
 * Only the adapter: the sound is in hear.c, the time in timeline.c.  Points of the SDK that the
 * code below answers to:
 *   - any negative value of pointer() becomes an xrun, so a device that is gone sets the state itself
 *     and goes on returning its last position;
 *   - transfer() before start() is the prefill of playback, whose place in time is not known yet: it
 *     waits in `stash`;
 *   - transfer() of capture may be called again for the same frames (mmap): frames are a function of
 *     the application's position;
 *   - the poll descriptor must stay ready as long as there is room or sound: a timer that is armed
 *     again whenever the SDK comes by;
 *   - a drain without a callback polls until all room is free and then calls stop().
 */
#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <errno.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "roomcard/config.h"
#include "roomcard/hear.h"
#include "roomcard/sample.h"
#include "roomcard/scene.h"
#include "roomcard/world.h"

static const unsigned rate_min_hz = 8000, rate_max_hz = 384000;
/* 2.7 s at 192 kHz in 32 bits; in 16 bits twice as many frames, 2^20, the most that the world
 * expects */
enum { BUFFER_FRAMES = 1 << 19, PERIOD_FRAMES_MIN = 16, PERIODS_MAX = 1 << 14, BYTES_MAX = 4 };
/* Frames converted at a time. */
enum { CHUNK = 1024 };
/* Poll again: free running after a moment, waiting for a start less often. */
static const int64_t soon_ns = 100000, idle_ns = 20000000, longest_ns = 100000000;

struct card {
	snd_pcm_ioplug_t io;
	struct sabin_card_config config;
	struct sabin_world *world;
	enum sabin_sample_format format;
	snd_pcm_uframes_t avail_min, boundary, stop_threshold;
	bool running, drained, gone;
	int64_t base;     /* the world's frame of the stream's frame 0 */
	int64_t position; /* frames since prepare that were played or captured, as last seen */

	double *stash; /* playback before start: [buffer_size][channels], a ring */
	double *chunk; /* playback: [CHUNK][channels] */

	struct sabin_scene scene; /* capture */
	unsigned scene_hz;        /* 0: not computed yet */
	struct sabin_hear *hear;
};

static bool is_playback(const struct card *card)
{
	return card->io.stream == SND_PCM_STREAM_PLAYBACK;
}

static const struct sabin_simulation *simulation_of(const struct card *card)
{
	return &card->config.roomfile.simulation;
}

/* ---- position ---- */

static bool has_struck(const struct card *card, const struct sabin_simulated_fault *fault,
                       const struct sabin_world_view *view, int64_t since)
{
	const int64_t at = sabin_hear_fault_at(fault, view, card->io.rate);
	return at >= since && at < view->now;
}

/* Look at the world, having told it how far this capture can go. */
static struct sabin_world_view look(struct card *card)
{
	struct sabin_world_view view = sabin_world_look(card->world);
	if (!card->running || is_playback(card))
		return view;
	const int64_t full = (int64_t)(card->io.appl_ptr + card->io.buffer_size);
	sabin_world_set_limit(card->world, sabin_hear_time_of(card->hear, &view, full));
	return sabin_world_look(card->world);
}

/* Frames played or captured by now. */
static int64_t update_position(struct card *card, const struct sabin_world_view *view)
{
	if (!card->running)
		return card->position;
	int64_t position = is_playback(card) ? view->now - card->base
	                                     : sabin_hear_captured(card->hear, view);
	const int64_t written = (int64_t)card->io.appl_ptr;
	if (is_playback(card) && card->io.state == SND_PCM_STATE_DRAINING) {
		/* free running, what is drained is as good as played */
		card->drained = position >= written || simulation_of(card)->speed == 0;
		if (card->drained)
			position = written;
	}
	if (position > card->position)
		card->position = position;
	return card->position;
}

static void check_unplugged(struct card *card, const struct sabin_world_view *view)
{
	const struct sabin_simulation *simulation = simulation_of(card);
	if (card->gone || card->io.rate == 0 ||
	    !has_struck(card, &simulation->unplug, view, view->joined))
		return;
	card->gone = true;
	card->running = false;
	sabin_world_stop(card->world, false);
	snd_pcm_ioplug_set_state(&card->io, SND_PCM_STATE_DISCONNECTED);
}

static bool is_xrun(const struct card *card, const struct sabin_world_view *view)
{
	const struct sabin_simulated_fault *fault = &simulation_of(card)->xrun;
	if (fault->playback == is_playback(card) && has_struck(card, fault, view, card->base))
		return true;
	if (card->stop_threshold >= card->boundary || card->io.state == SND_PCM_STATE_DRAINING)
		return false;
	const int64_t ahead = card->position - (int64_t)card->io.appl_ptr;
	return ahead > (is_playback(card) ? 0 : (int64_t)card->io.buffer_size);
}

static snd_pcm_sframes_t on_pointer(snd_pcm_ioplug_t *io)
{
	struct card *card = io->private_data;
	const struct sabin_world_view view = look(card);
	const int64_t position = update_position(card, &view);
	check_unplugged(card, &view);
	if (card->running && is_xrun(card, &view)) {
		card->running = false;
		sabin_world_stop(card->world, false);
		return -EPIPE;
	}
	/* alsa-lib's share asks before there are parameters */
	const snd_pcm_uframes_t wrap = card->boundary ? card->boundary : io->buffer_size;
	return wrap > 0 ? (snd_pcm_sframes_t)((snd_pcm_uframes_t)position % wrap) : 0;
}

static int on_delay(snd_pcm_ioplug_t *io, snd_pcm_sframes_t *delay)
{
	struct card *card = io->private_data;
	const struct sabin_world_view view = look(card);
	const int64_t ahead = update_position(card, &view) - (int64_t)io->appl_ptr;
	*delay = (snd_pcm_sframes_t)(is_playback(card) ? -ahead : ahead);
	return 0;
}

/* ---- poll ---- */

/* Frames that can be written or read. */
static int64_t available(const struct card *card)
{
	const int64_t ahead = card->position - (int64_t)card->io.appl_ptr;
	return is_playback(card) ? ahead + (int64_t)card->io.buffer_size : ahead;
}

static bool is_broken(const struct card *card)
{
	return card->gone || card->io.state == SND_PCM_STATE_XRUN ||
	       card->io.state == SND_PCM_STATE_DISCONNECTED;
}

/* Time until there is something to do; 0: now. */
static int64_t wait_ns(const struct card *card)
{
	const bool draining = card->io.state == SND_PCM_STATE_DRAINING && is_playback(card);
	const int64_t wanted = draining ? (int64_t)card->io.buffer_size : (int64_t)card->avail_min;
	const int64_t missing = wanted - available(card);
	if (is_broken(card) || (missing <= 0 && (is_playback(card) || card->running)))
		return 0;
	if (!card->running)
		return idle_ns;
	const double speed = simulation_of(card)->speed;
	if (speed == 0)
		return soon_ns;
	const double ns = (double)missing * 1e9 / (card->io.rate * speed);
	return ns < (double)longest_ns ? (int64_t)ns + 1000 : longest_ns;
}

static void arm_timer(const struct card *card)
{
	const int64_t ns = wait_ns(card) + 1; /* 0 would disarm it */
	const struct itimerspec when = {.it_value = {.tv_nsec = (long)ns}};
	(void)timerfd_settime(card->io.poll_fd, 0, &when, NULL);
}

static int on_poll_descriptors(snd_pcm_ioplug_t *io, struct pollfd *poll, unsigned space)
{
	if (space < 1)
		return 0;
	arm_timer(io->private_data);
	*poll = (struct pollfd){.fd = io->poll_fd, .events = POLLIN | POLLERR | POLLNVAL};
	return 1;
}

static int on_poll_revents(snd_pcm_ioplug_t *io, struct pollfd *poll, unsigned count,
                           unsigned short *revents)
{
	struct card *card = io->private_data;
	*revents = 0;
	if (count < 1 || !(poll->revents & POLLIN))
		return 0;
	const unsigned short ready = is_playback(card) ? POLLOUT : POLLIN;
	const struct sabin_world_view view = look(card);
	update_position(card, &view);
	check_unplugged(card, &view);
	if (is_broken(card) || (card->running && is_xrun(card, &view)))
		*revents = POLLERR | ready;
	else if (wait_ns(card) == 0)
		*revents = ready;
	arm_timer(card); /* also takes back the expiry */
	return 0;
}

/* ---- sound ---- */

static unsigned char *sample_at(const snd_pcm_channel_area_t *area, snd_pcm_uframes_t frame)
{
	return (unsigned char *)area->addr + (area->first + area->step * frame) / 8;
}

/* Where frames that are written now go, and how many of `most` stand together there. */
static double *place(const struct card *card, int64_t written, snd_pcm_uframes_t *most)
{
	if (card->running)
		return card->chunk;
	const snd_pcm_uframes_t slot = (snd_pcm_uframes_t)written % card->io.buffer_size;
	if (*most > card->io.buffer_size - slot)
		*most = card->io.buffer_size - slot;
	return card->stash + slot * card->io.channels;
}

static snd_pcm_sframes_t play(struct card *card, const snd_pcm_channel_area_t *areas,
                              snd_pcm_uframes_t offset, snd_pcm_uframes_t frames)
{
	const unsigned channels = card->io.channels;
	const int64_t written = (int64_t)card->io.appl_ptr;
	for (snd_pcm_uframes_t done = 0; done < frames;) {
		snd_pcm_uframes_t run = frames - done < CHUNK ? frames - done : CHUNK;
		double *to = place(card, written + (int64_t)done, &run);
		for (unsigned c = 0; c < channels; c++)
			sabin_samples_get(sample_at(&areas[c], offset + done), areas[c].step / 8,
			                  card->format, run, to + c, channels);
		const int64_t at = card->base + written + (int64_t)done;
		const int err = card->running ? sabin_world_play(card->world, at, to, run) : 0;
		if (err)
			return err;
		done += run;
	}
	return (snd_pcm_sframes_t)frames;
}

static snd_pcm_sframes_t record(struct card *card, const snd_pcm_channel_area_t *areas,
                                snd_pcm_uframes_t offset, snd_pcm_uframes_t frames)
{
	const int64_t read = (int64_t)card->io.appl_ptr;
	const int64_t there = card->position - read;
	const unsigned channels = card->io.channels;
	if (there < (int64_t)frames)
		frames = there > 0 ? (snd_pcm_uframes_t)there : 0;
	for (snd_pcm_uframes_t done = 0; done < frames;) {
		size_t run = frames - done;
		const double *x = sabin_hear_frames(card->hear, read + (int64_t)done, &run);
		for (unsigned c = 0; c < channels; c++)
			sabin_samples_put(sample_at(&areas[c], offset + done), areas[c].step / 8,
			                  card->format, run, x + c, channels);
		done += run;
	}
	return (snd_pcm_sframes_t)frames;
}

static snd_pcm_sframes_t on_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
                                     snd_pcm_uframes_t offset, snd_pcm_uframes_t frames)
{
	struct card *card = io->private_data;
	if (card->gone)
		return -ENODEV;
	return is_playback(card) ? play(card, areas, offset, frames)
	                         : record(card, areas, offset, frames);
}

/* ---- states ---- */

static enum sabin_sample_format format_of(snd_pcm_format_t format)
{
	switch (format) {
	case SND_PCM_FORMAT_FLOAT_LE:
		return SABIN_FLOAT;
	case SND_PCM_FORMAT_S32_LE:
		return SABIN_S32;
	case SND_PCM_FORMAT_S24_3LE:
		return SABIN_S24;
	default:
		return SABIN_S16;
	}
}

static int on_hw_params(snd_pcm_ioplug_t *io, snd_pcm_hw_params_t *params)
{
	struct card *card = io->private_data;
	(void)params;
	if (sabin_hear_latency(simulation_of(card), io->rate) > SABIN_WORLD_LATENCY_MAX) {
		SNDERR("%s: a latency of %g ms at %u Hz is more than can be simulated",
		       card->config.roomfile.path, simulation_of(card)->latency_ms, io->rate);
		return -EINVAL;
	}
	unsigned agreed_hz = 0;
	const int err = sabin_world_set_rate(card->world, io->rate, &agreed_hz);
	if (err) {
		SNDERR("the card runs at %u Hz already; playback and capture share one rate",
		       agreed_hz);
		return err;
	}
	card->format = format_of(io->format);
	card->avail_min = io->period_size;
	if (is_playback(card)) {
		free(card->stash);
		free(card->chunk);
		card->stash = calloc(io->buffer_size, io->channels * sizeof *card->stash);
		card->chunk = calloc(CHUNK, io->channels * sizeof *card->chunk);
		return card->stash && card->chunk ? 0 : -ENOMEM;
	}
	sabin_hear_free(card->hear); /* its memory fits the old buffer */
	card->hear = NULL;
	return 0;
}

static int on_hw_free(snd_pcm_ioplug_t *io)
{
	struct card *card = io->private_data;
	sabin_world_release_rate(card->world);
	return 0;
}

static int on_sw_params(snd_pcm_ioplug_t *io, snd_pcm_sw_params_t *params)
{
	struct card *card = io->private_data;
	snd_pcm_sw_params_get_avail_min(params, &card->avail_min);
	snd_pcm_sw_params_get_boundary(params, &card->boundary);
	snd_pcm_sw_params_get_stop_threshold(params, &card->stop_threshold);
	return 0;
}

static int make_room(struct card *card)
{
	const struct sabin_roomfile *roomfile = &card->config.roomfile;
	if (card->scene_hz != card->io.rate) {
		sabin_hear_free(card->hear);
		card->hear = NULL;
		sabin_scene_release(&card->scene);
		struct sabin_diag diag = {0};
		const enum sabin_err err = sabin_scene_compute(roomfile, card->config.placed,
		                                               card->io.rate, &card->scene, &diag);
		card->scene_hz = err ? 0 : card->io.rate;
		if (err)
			return sabin_card_complain(&diag, err);
	}
	if (!card->hear) {
		const enum sabin_err err =
		    sabin_hear_new(&card->scene, &roomfile->simulation, card->io.rate,
		                   card->io.buffer_size, card->world, &card->hear);
		if (err)
			return err == SABIN_ENOMEM ? -ENOMEM : -EINVAL;
	}
	return 0;
}

static int on_prepare(snd_pcm_ioplug_t *io)
{
	struct card *card = io->private_data;
	const struct sabin_world_view view = sabin_world_look(card->world);
	check_unplugged(card, &view);
	if (card->gone)
		return -ENODEV;
	if (card->running)
		sabin_world_stop(card->world, false);
	card->running = card->drained = false;
	card->position = 0;
	const int err = is_playback(card) ? 0 : make_room(card);
	arm_timer(card);
	return err;
}

static int on_start(snd_pcm_ioplug_t *io)
{
	struct card *card = io->private_data;
	if (card->gone)
		return -ENODEV;
	const size_t written = is_playback(card) ? io->appl_ptr : 0;
	const int err = sabin_world_start(card->world, card->stash, written, &card->base);
	if (err)
		return err;
	if (!is_playback(card))
		sabin_hear_start(card->hear, card->base);
	card->position = 0;
	card->running = true;
	arm_timer(card);
	return 0;
}

static int on_stop(snd_pcm_ioplug_t *io)
{
	struct card *card = io->private_data;
	sabin_world_stop(card->world, card->drained);
	card->running = false;
	return 0;
}

static void card_free(struct card *card)
{
	sabin_world_leave(card->world);
	sabin_hear_free(card->hear);
	sabin_scene_release(&card->scene);
	sabin_card_config_release(&card->config);
	if (card->io.poll_fd >= 0)
		close(card->io.poll_fd);
	free(card->stash);
	free(card->chunk);
	free(card);
}

static int on_close(snd_pcm_ioplug_t *io)
{
	card_free(io->private_data);
	return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
	.start = on_start,
	.stop = on_stop,
	.pointer = on_pointer,
	.transfer = on_transfer,
	.close = on_close,
	.hw_params = on_hw_params,
	.hw_free = on_hw_free,
	.sw_params = on_sw_params,
	.prepare = on_prepare,
	.poll_descriptors = on_poll_descriptors,
	.poll_revents = on_poll_revents,
	.delay = on_delay,
};

/* ---- what the card offers ---- */

static int offer_formats(struct card *card, unsigned *smallest)
{
	static const struct {
		enum sabin_sample_format ours;
		unsigned alsa;
	} formats[] = {
		{SABIN_FLOAT, SND_PCM_FORMAT_FLOAT_LE},
		{SABIN_S32, SND_PCM_FORMAT_S32_LE},
		{SABIN_S24, SND_PCM_FORMAT_S24_3LE},
		{SABIN_S16, SND_PCM_FORMAT_S16_LE},
	};
	enum { FORMATS = sizeof formats / sizeof *formats };
	const struct sabin_simulation *simulation = simulation_of(card);
	unsigned list[FORMATS], count = 0;
	*smallest = BYTES_MAX;
	for (size_t i = 0; i < FORMATS; i++) {
		bool wanted = simulation->format_count == 0;
		for (size_t k = 0; k < simulation->format_count; k++)
			wanted |= simulation->formats[k] == formats[i].ours;
		if (!wanted)
			continue;
		list[count++] = formats[i].alsa;
		if (sabin_sample_bytes(formats[i].ours) < *smallest)
			*smallest = (unsigned)sabin_sample_bytes(formats[i].ours);
	}
	return snd_pcm_ioplug_set_param_list(&card->io, SND_PCM_IOPLUG_HW_FORMAT, count, list);
}

static int offer_rates(struct card *card)
{
	const struct sabin_simulation *simulation = simulation_of(card);
	const unsigned only_hz = card->config.response_hz;
	if (only_hz > 0)
		return snd_pcm_ioplug_set_param_minmax(&card->io, SND_PCM_IOPLUG_HW_RATE, only_hz,
		                                       only_hz);
	if (simulation->rate_count > 0)
		return snd_pcm_ioplug_set_param_list(&card->io, SND_PCM_IOPLUG_HW_RATE,
		                                     (unsigned)simulation->rate_count,
		                                     simulation->rates_hz);
	return snd_pcm_ioplug_set_param_minmax(&card->io, SND_PCM_IOPLUG_HW_RATE, rate_min_hz,
	                                       rate_max_hz);
}

static int offer(struct card *card, unsigned channels)
{
	static const unsigned access[] = {
		SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_RW_NONINTERLEAVED,
		SND_PCM_ACCESS_MMAP_INTERLEAVED, SND_PCM_ACCESS_MMAP_NONINTERLEAVED};
	unsigned smallest = 0;
	int err = snd_pcm_ioplug_set_param_list(&card->io, SND_PCM_IOPLUG_HW_ACCESS,
	                                        sizeof access / sizeof *access, access);
	if (err >= 0)
		err = offer_formats(card, &smallest);
	if (err >= 0)
		err = offer_rates(card);
	const unsigned buffer = BUFFER_FRAMES * channels * BYTES_MAX;
	const unsigned period = PERIOD_FRAMES_MIN * channels * smallest;
	const struct {
		int type;
		unsigned min, max;
	} ranges[] = {
		{SND_PCM_IOPLUG_HW_CHANNELS, channels, channels},
		{SND_PCM_IOPLUG_HW_PERIOD_BYTES, period, buffer / 2},
		{SND_PCM_IOPLUG_HW_BUFFER_BYTES, 2 * period, buffer},
		{SND_PCM_IOPLUG_HW_PERIODS, 2, PERIODS_MAX},
	};
	for (size_t i = 0; err >= 0 && i < sizeof ranges / sizeof *ranges; i++)
		err = snd_pcm_ioplug_set_param_minmax(&card->io, ranges[i].type, ranges[i].min,
		                                      ranges[i].max);
	return err;
}

/* ---- opening ---- */

static int join(struct card *card, snd_pcm_stream_t stream)
{
	const struct sabin_simulation *simulation = simulation_of(card);
	const struct sabin_world_options options = {
		.name = card->config.world,
		.room = card->config.mark,
		.outputs = sabin_scene_outputs(&card->config.roomfile),
		.speed = simulation->speed,
		.capture = stream == SND_PCM_STREAM_CAPTURE,
		.keep = simulation->drop.given || simulation->xrun.given || simulation->unplug.given ||
		        simulation->noise_burst.given,
	};
	const int err = sabin_world_join(&options, &card->world);
	if (err == -EINVAL)
		SNDERR("%s: the world %s is in use for another room, or its room has changed",
		       card->config.roomfile.path, card->config.world);
	else if (err && err != -EBUSY)
		SNDERR("shared memory %s: %s", card->config.world, strerror(-err));
	return err;
}

static int create(struct card *card, const char *name, snd_pcm_stream_t stream, int mode)
{
	card->io.poll_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (card->io.poll_fd < 0)
		return -errno;
	card->io.version = SND_PCM_IOPLUG_VERSION;
	card->io.name = "sabin: a simulated room";
	card->io.callback = &callbacks;
	card->io.private_data = card;
	card->io.poll_events = POLLIN;
	/* positions run up to the boundary, so that a move of a whole buffer is not lost */
	card->io.flags = SND_PCM_IOPLUG_FLAG_BOUNDARY_WA | SND_PCM_IOPLUG_FLAG_MONOTONIC;
	return snd_pcm_ioplug_create(&card->io, name, stream, mode);
}

/* The two names that alsa-lib looks up in a plugin; all else stays inside. */
#pragma GCC visibility push(default)
SND_PCM_PLUGIN_DEFINE_FUNC(sabin);
SND_PCM_PLUGIN_SYMBOL(sabin)
#pragma GCC visibility pop

SND_PCM_PLUGIN_DEFINE_FUNC(sabin)
{
	(void)root;
	struct card *card = calloc(1, sizeof *card);
	if (!card)
		return -ENOMEM;
	card->io.poll_fd = -1;
	int err = sabin_card_config_read(conf, &card->config);
	if (!err)
		err = join(card, stream);
	if (!err)
		err = create(card, name, stream, mode);
	if (err < 0) {
		card_free(card);
		return err;
	}
	const struct sabin_roomfile *roomfile = &card->config.roomfile;
	err = offer(card, stream == SND_PCM_STREAM_PLAYBACK ? sabin_scene_outputs(roomfile)
	                                                    : sabin_scene_inputs(roomfile));
	if (err < 0) {
		snd_pcm_ioplug_delete(&card->io); /* calls on_close() */
		return err;
	}
	*pcmp = card->io.pcm;
	return 0;
}
