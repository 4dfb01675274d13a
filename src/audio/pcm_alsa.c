/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pcm_alsa.c: a stream on an ALSA PCM.
 *
 * Nothing here knows what stands behind the PCM's name.  Opened without blocking, so that a busy device
 * answers instead of hanging; never resampled by alsa-lib; started explicitly, so that both
 * directions can be filled before either runs.
 */
#include <alsa/asoundlib.h>
#include <math.h>
#include <stdint.h>

#include "audio/hush.h"
#include "audio/kernel.h"
#include "audio/pcm.h"
#include "audio/sample.h"

struct alsa_pcm {
	snd_pcm_t *handle;
	const struct sabin_sample_codec *codec;
	unsigned channels;
	snd_pcm_uframes_t buffer_frames, period_frames;
	unsigned char *bytes; /* one buffer in the device's format */
	bool capture;
};

/* Best first.  Servers and simulated cards speak float; hardware has 32 or 24 bit. */
static const struct {
	snd_pcm_format_t format;
	const struct sabin_sample_codec *codec;
} formats[] = {
    {SND_PCM_FORMAT_FLOAT_LE, &sabin_codec_float}, {SND_PCM_FORMAT_S32_LE, &sabin_codec_s32},
    {SND_PCM_FORMAT_S24_LE, &sabin_codec_s24},     {SND_PCM_FORMAT_S24_3LE, &sabin_codec_s24_3},
    {SND_PCM_FORMAT_S16_LE, &sabin_codec_s16},
};
enum { FORMATS = sizeof formats / sizeof *formats };

/* A sweep does not mind latency, it minds gaps: half a second of buffer in ten periods or more. */
static const double buffer_s = 0.5, period_s = 0.05;

static enum sabin_err fail(struct sabin_diag *diag, const struct sabin_pcm_request *request,
                           const char *what, int err)
{
	return sabin_diag_set(diag, SABIN_EDEVICE, NULL, 0, 0, "%s device '%s': %s: %s",
	                      request->capture ? "capture" : "playback", request->name, what,
	                      snd_strerror(err));
}

static int open_handle(const struct sabin_pcm_request *request, snd_pcm_t **handle)
{
	const snd_pcm_stream_t stream =
	    request->capture ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK;
	if (!request->config)
		return snd_pcm_open(handle, request->name, stream, SND_PCM_NONBLOCK);
	snd_config_t *top = NULL;
	int err = snd_config_load_string(&top, request->config, 0);
	if (err >= 0)
		err = snd_pcm_open_lconf(handle, request->name, stream, SND_PCM_NONBLOCK, top);
	if (top)
		snd_config_delete(top);
	return err;
}

static bool no_card(void)
{
	int card = -1;
	return snd_card_next(&card) < 0 || card < 0;
}

/* Who holds it, and how to make them let go. */
static void explain_busy(struct sabin_diag *diag, const struct sabin_pcm_request *request)
{
	const struct sabin_kernel_stream stream =
	    sabin_kernel_stream_of(request->name, request->capture);
	struct sabin_kernel_owner owner;
	char advice[300];
	if (!sabin_kernel_owner("/proc", &stream, &owner)) {
		sabin_diag_advise(diag, "another program holds it: close that program, or suspend the sound "
		                        "server (pasuspender, systemctl --user stop pipewire.socket)");
		return;
	}
	sabin_diag_append(diag, ": %s (process %ld) holds it", owner.name, owner.pid);
	sabin_kernel_release_advice(&owner, advice, sizeof advice);
	sabin_diag_advise(diag, "%s", advice);
}

static enum sabin_err explain_open(struct sabin_diag *diag,
                                   const struct sabin_pcm_request *request, int err)
{
	fail(diag, request, "cannot be opened", err);
	if (err == -EBUSY)
		explain_busy(diag, request);
	else if (err == -ENOENT || err == -ENODEV)
		sabin_diag_advise(diag, "%s'sabin devices' lists what there is; no sound card is needed with "
		                        "--simulate",
		                  no_card() ? "this machine has no sound card that is known to it; " : "");
	else if (err == -EACCES)
		sabin_diag_advise(diag, "your user may not use sound: add it to the group 'audio'");
	return SABIN_EDEVICE;
}

static int choose_format(snd_pcm_t *handle, snd_pcm_hw_params_t *hw, struct alsa_pcm *pcm,
                         struct sabin_negotiated *negotiated)
{
	for (int i = 0; i < FORMATS; i++) {
		if (snd_pcm_hw_params_set_format(handle, hw, formats[i].format) < 0)
			continue;
		pcm->codec = formats[i].codec;
		snprintf(negotiated->format, sizeof negotiated->format, "%s",
		         snd_pcm_format_name(formats[i].format));
		return 0;
	}
	return -EINVAL;
}

static int choose_channels(snd_pcm_t *handle, snd_pcm_hw_params_t *hw, unsigned least,
                           unsigned *channels)
{
	unsigned most = 0;
	int err = snd_pcm_hw_params_get_channels_max(hw, &most);
	for (unsigned n = least; err >= 0 && n <= most && n < least + 256; n++)
		if (snd_pcm_hw_params_set_channels(handle, hw, n) >= 0) {
			*channels = n;
			return 0;
		}
	*channels = most;
	return -EINVAL;
}

/* Period and buffer are both set explicitly: left to itself, full duplex on one USB interface is
 * refused by some kernels.  The period comes first and is a power of two, because sound servers
 * round to their own, and a buffer that is no multiple of it is refused. */
static int choose_buffer(snd_pcm_t *handle, snd_pcm_hw_params_t *hw, unsigned rate_hz)
{
	snd_pcm_uframes_t period = 64, buffer;
	int direction = 0;
	while ((double)(2 * period) <= period_s * rate_hz)
		period *= 2;
	int err = snd_pcm_hw_params_set_period_size_near(handle, hw, &period, &direction);
	buffer = period * (snd_pcm_uframes_t)fmax(2, floor(buffer_s * rate_hz / (double)period));
	return err < 0 ? err : snd_pcm_hw_params_set_buffer_size_near(handle, hw, &buffer);
}

/* "44100, 48000 or 96000 Hz", as far as they are usual; else from where to where. */
static enum sabin_err explain_rate(struct sabin_diag *diag, const struct sabin_pcm_request *request,
                                   snd_pcm_t *handle, snd_pcm_hw_params_t *hw)
{
	static const unsigned usual_hz[] = {8000,  16000, 22050,  32000,  44100,  48000, 64000,
	                                    88200, 96000, 176400, 192000, 352800, 384000};
	unsigned offered_hz[sizeof usual_hz / sizeof *usual_hz], low_hz = 0, high_hz = 0;
	size_t count = 0, at = 0;
	char list[160] = "";
	for (size_t i = 0; i < sizeof usual_hz / sizeof *usual_hz; i++)
		if (snd_pcm_hw_params_test_rate(handle, hw, usual_hz[i], 0) >= 0)
			offered_hz[count++] = usual_hz[i];
	for (size_t i = 0; i < count; i++)
		at += (size_t)snprintf(list + at, sizeof list - at, "%s%u",
		                       i == 0           ? ""
		                       : i + 1 == count ? " or "
		                                        : ", ",
		                       offered_hz[i]);
	snd_pcm_hw_params_get_rate_min(hw, &low_hz, NULL);
	snd_pcm_hw_params_get_rate_max(hw, &high_hz, NULL);
	if (count == 0)
		snprintf(list, sizeof list, "%u to %u", low_hz, high_hz);
	sabin_diag_set(diag, SABIN_EDEVICE, NULL, 0, 0, "%s device '%s' does not run at %u Hz; it offers %s Hz",
	               request->capture ? "capture" : "playback", request->name, request->rate_hz,
	               list);
	sabin_diag_advise(diag, "choose one that both devices have (audio.rate_hz in the room file, or "
	                        "--rate)");
	return SABIN_EDEVICE;
}

/* The rate of the card behind a plugin; what alsa-lib resamples or a server of its own hands on runs at
 * the card's. */
static unsigned hardware_rate_hz(snd_pcm_t *handle, bool capture)
{
	snd_pcm_info_t *info;
	snd_pcm_info_alloca(&info);
	if (snd_pcm_info(handle, info) < 0)
		return 0;
	const struct sabin_kernel_stream stream = {snd_pcm_info_get_card(info),
	                                           (int)snd_pcm_info_get_device(info), capture};
	return sabin_kernel_rate_hz("/proc", &stream);
}

static enum sabin_err negotiate(struct alsa_pcm *pcm, const struct sabin_pcm_request *request,
                                struct sabin_negotiated *negotiated, struct sabin_diag *diag)
{
	snd_pcm_t *handle = pcm->handle;
	snd_pcm_hw_params_t *hw;
	snd_pcm_hw_params_alloca(&hw);
	int err = snd_pcm_hw_params_any(handle, hw);
	if (err < 0)
		return fail(diag, request, "has no configuration", err);
	snd_pcm_hw_params_set_rate_resample(handle, hw, 0);
	err = snd_pcm_hw_params_set_access(handle, hw, SND_PCM_ACCESS_RW_INTERLEAVED);
	if (err < 0)
		return fail(diag, request, "no interleaved access", err);
	if (snd_pcm_hw_params_set_rate(handle, hw, request->rate_hz, 0) < 0)
		return explain_rate(diag, request, handle, hw);
	if (choose_channels(handle, hw, request->channels_min, &negotiated->channels) < 0) {
		sabin_diag_set(diag, SABIN_EDEVICE, NULL, 0, 0,
		               "%s device '%s' has %u channel%s, channel %u is needed",
		               request->capture ? "capture" : "playback", request->name,
		               negotiated->channels, negotiated->channels == 1 ? "" : "s",
		               request->channels_min);
		sabin_diag_advise(diag, "correct the output and input numbers in the room file");
		return SABIN_EDEVICE;
	}
	if (choose_format(handle, hw, pcm, negotiated) < 0)
		return fail(diag, request, "no known sample format", -EINVAL);
	err = choose_buffer(handle, hw, request->rate_hz);
	if (err >= 0)
		err = snd_pcm_hw_params(handle, hw);
	if (err < 0)
		return fail(diag, request, "cannot be set up", err);
	pcm->channels = negotiated->channels;
	snd_pcm_hw_params_get_buffer_size(hw, &pcm->buffer_frames);
	snd_pcm_hw_params_get_period_size(hw, &pcm->period_frames, NULL);
	unsigned rate_hz = request->rate_hz;
	snd_pcm_hw_params_get_rate(hw, &rate_hz, NULL);
	negotiated->rate_hz = rate_hz;
	negotiated->requested_hz = request->rate_hz;
	negotiated->requested_channels = request->channels_min;
	negotiated->hardware_hz = hardware_rate_hz(handle, request->capture);
	negotiated->buffer_frames = pcm->buffer_frames;
	negotiated->period_frames = pcm->period_frames;
	snprintf(negotiated->name, sizeof negotiated->name, "%s", request->name);
	snprintf(negotiated->type, sizeof negotiated->type, "%s",
	         snd_pcm_type_name(snd_pcm_type(handle)));
	return SABIN_OK;
}

static int set_software(struct alsa_pcm *pcm)
{
	snd_pcm_sw_params_t *sw;
	snd_pcm_uframes_t boundary;
	snd_pcm_sw_params_alloca(&sw);
	int err = snd_pcm_sw_params_current(pcm->handle, sw);
	if (err >= 0)
		err = snd_pcm_sw_params_get_boundary(sw, &boundary);
	if (err >= 0) /* never by itself: see start() */
		err = snd_pcm_sw_params_set_start_threshold(pcm->handle, sw, boundary);
	if (err >= 0)
		err = snd_pcm_sw_params_set_stop_threshold(pcm->handle, sw, pcm->buffer_frames);
	if (err >= 0)
		err = snd_pcm_sw_params_set_avail_min(pcm->handle, sw, pcm->period_frames);
	return err < 0 ? err : snd_pcm_sw_params(pcm->handle, sw);
}

static void alsa_close(void *opaque)
{
	struct alsa_pcm *pcm = opaque;
	if (!pcm)
		return;
	if (pcm->handle)
		snd_pcm_close(pcm->handle);
	free(pcm->bytes);
	free(pcm);
}

static enum sabin_err alsa_open(const struct sabin_pcm_request *request,
                                struct sabin_negotiated *negotiated, void **out,
                                struct sabin_diag *diag)
{
	struct alsa_pcm *pcm = calloc(1, sizeof *pcm);
	size_t frame, bytes;
	*out = NULL;
	if (!pcm)
		return SABIN_ENOMEM;
	pcm->capture = request->capture;
	*negotiated = (struct sabin_negotiated){0};
	struct sabin_hush hush;
	char said[300];
	sabin_hush_begin(&hush);
	int err = open_handle(request, &pcm->handle);
	enum sabin_err status = err < 0 ? explain_open(diag, request, err) : SABIN_OK;
	if (!status)
		status = negotiate(pcm, request, negotiated, diag);
	if (!status && (err = set_software(pcm)) < 0)
		status = fail(diag, request, "cannot be set up", err);
	sabin_hush_end(&hush, said, sizeof said);
	if (status && *said)
		sabin_diag_append(diag, " (%s)", said);
	if (!status) {
		if (__builtin_mul_overflow((size_t)pcm->codec->bytes, pcm->channels, &frame) ||
		    __builtin_mul_overflow(frame, (size_t)pcm->buffer_frames, &bytes) ||
		    !(pcm->bytes = malloc(bytes)))
			status = SABIN_ENOMEM;
	}
	if (status) {
		alsa_close(pcm);
		return status;
	}
	*out = pcm;
	return SABIN_OK;
}

static enum sabin_err step(struct alsa_pcm *pcm, const char *what, int err,
                           struct sabin_diag *diag)
{
	if (err >= 0)
		return SABIN_OK;
	return sabin_diag_set(diag, SABIN_EDEVICE, NULL, 0, 0, "%s: %s: %s",
	                      snd_pcm_name(pcm->handle), what, snd_strerror(err));
}

static enum sabin_err alsa_prepare(void *opaque, struct sabin_diag *diag)
{
	struct alsa_pcm *pcm = opaque;
	snd_pcm_drop(pcm->handle);
	return step(pcm, "cannot be prepared", snd_pcm_prepare(pcm->handle), diag);
}

static enum sabin_err alsa_start(void *opaque, struct sabin_diag *diag)
{
	struct alsa_pcm *pcm = opaque;
	return step(pcm, "cannot be started", snd_pcm_start(pcm->handle), diag);
}

static int alsa_descriptors(void *opaque, struct pollfd *fds, int room)
{
	struct alsa_pcm *pcm = opaque;
	const int count = snd_pcm_poll_descriptors_count(pcm->handle);
	if (count <= 0 || count > room)
		return 0;
	const int filled = snd_pcm_poll_descriptors(pcm->handle, fds, (unsigned)count);
	return filled > 0 ? filled : 0; /* a plugin may answer with an error */
}

/* EPIPE: data were lost.  ESTRPIPE: the system slept; the sweep is as lost.  EAGAIN: not now. */
static long outcome(long frames, enum sabin_err *err)
{
	if (frames >= 0 || frames == -EAGAIN)
		return frames < 0 ? 0 : frames;
	*err = frames == -EPIPE || frames == -ESTRPIPE ? SABIN_EXRUN : SABIN_EDEVICE;
	return -1;
}

static long alsa_available(void *opaque, struct pollfd *fds, int count, enum sabin_err *err)
{
	struct alsa_pcm *pcm = opaque;
	unsigned short events;
	/* plug-ins acknowledge their wake-up here; what happened is asked for below */
	if (count > 0)
		snd_pcm_poll_descriptors_revents(pcm->handle, fds, (unsigned)count, &events);
	if (snd_pcm_state(pcm->handle) == SND_PCM_STATE_DISCONNECTED) {
		*err = SABIN_EDEVICE;
		return -1;
	}
	/* of what is heard, by now, not by the last interrupt: who listens for hours holds it against the clock */
	const long frames = outcome(pcm->capture ? snd_pcm_avail(pcm->handle) : snd_pcm_avail_update(pcm->handle), err);
	return frames > (long)pcm->buffer_frames ? (long)pcm->buffer_frames : frames;
}

static long alsa_write(void *opaque, const float *frames, size_t count, enum sabin_err *err)
{
	struct alsa_pcm *pcm = opaque;
	if (count > pcm->buffer_frames)
		count = pcm->buffer_frames;
	pcm->codec->encode(frames, pcm->bytes, count * pcm->channels);
	return outcome(snd_pcm_writei(pcm->handle, pcm->bytes, count), err);
}

static long alsa_read(void *opaque, float *frames, size_t count, enum sabin_err *err)
{
	struct alsa_pcm *pcm = opaque;
	if (count > pcm->buffer_frames)
		count = pcm->buffer_frames;
	const long got = outcome(snd_pcm_readi(pcm->handle, pcm->bytes, count), err);
	if (got > 0)
		pcm->codec->decode(pcm->bytes, frames, (size_t)got * pcm->channels);
	return got;
}

static long alsa_pending(void *opaque)
{
	struct alsa_pcm *pcm = opaque;
	snd_pcm_sframes_t delay = 0;
	return snd_pcm_delay(pcm->handle, &delay) < 0 || delay < 0 ? 0 : delay;
}

static void alsa_stop(void *opaque)
{
	struct alsa_pcm *pcm = opaque;
	snd_pcm_drop(pcm->handle);
}

const struct sabin_pcm_ops sabin_pcm_alsa = {
    .open = alsa_open,
    .prepare = alsa_prepare,
    .start = alsa_start,
    .descriptors = alsa_descriptors,
    .available = alsa_available,
    .write = alsa_write,
    .read = alsa_read,
    .pending = alsa_pending,
    .stop = alsa_stop,
    .close = alsa_close,
};
