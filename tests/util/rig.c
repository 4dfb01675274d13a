/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rig.c: a full-duplex client for the simulated card.
 */
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/wav.h"
#include "util/rig.h"

enum { POLL_LIMIT_MS = 8000, DESCRIPTORS = 8, PATHS = 4 };

static void die(const char *what, const char *path)
{
	fprintf(stderr, "rig: %s: %s: %s\n", what, path, strerror(errno));
	abort();
}

/* ---- files ---- */

void rig_folder_make(char folder[64])
{
	snprintf(folder, 64, "/tmp/sabin-test-XXXXXX");
	if (!mkdtemp(folder))
		die("cannot make", folder);
}

void rig_folder_remove(const char *folder)
{
	DIR *dir = opendir(folder);
	for (struct dirent *entry; dir && (entry = readdir(dir));)
		if (entry->d_name[0] != '.')
			unlink(rig_path(folder, entry->d_name));
	if (dir)
		closedir(dir);
	rmdir(folder);
}

const char *rig_path(const char *folder, const char *name)
{
	static char paths[PATHS][512];
	static unsigned next;
	char *path = paths[next++ % PATHS];
	snprintf(path, sizeof paths[0], "%s/%s", folder, name);
	return path;
}

void rig_write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		die("cannot write", path);
}

void rig_write_response(const char *path, const double *h, size_t n, unsigned rate_hz)
{
	if (sabin_wav_write(path, h, n, 1, rate_hz, SABIN_FLOAT, NULL, NULL))
		die("cannot write", path);
}

const char *rig_plugin(void)
{
	static char path[1024];
	char self[900];
	const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
	if (length <= 0)
		die("cannot find", "/proc/self/exe");
	self[length] = '\0';
	for (int up = 0; up < 2; up++) /* build/VARIANT/tests/test_x */
		*strrchr(self, '/') = '\0';
	snprintf(path, sizeof path, "%s/libasound_module_pcm_sabin.so", self);
	return path;
}

/* ---- streams ---- */

struct rig_options rig_defaults(const char *room)
{
	return (struct rig_options){.room = room,
	                            .format = SND_PCM_FORMAT_FLOAT_LE,
	                            .rate_hz = 48000,
	                            .outputs = 1,
	                            .inputs = 1,
	                            .period = 1024,
	                            .buffer = 16384};
}

static void field(char *text, size_t size, const char *name, const char *value)
{
	const size_t used = strlen(text);
	if (value)
		snprintf(text + used, size - used, "%s \"%s\"\n", name, value);
}

int rig_open_stream(const struct rig_options *options, snd_pcm_stream_t stream, snd_pcm_t **pcm)
{
	char text[4096];
	snprintf(text, sizeof text,
	         "pcm_type.sabin { lib \"%s\" }\npcm.room { type sabin\n", rig_plugin());
	field(text, sizeof text, "room", options->room);
	field(text, sizeof text, "position", options->position);
	field(text, sizeof text, "world", options->world);
	const size_t used = strlen(text);
	snprintf(text + used, sizeof text - used, "}\n");
	snd_config_t *config = NULL;
	int err = snd_config_load_string(&config, text, 0);
	if (err >= 0)
		err = snd_pcm_open_lconf(pcm, "room", stream, SND_PCM_NONBLOCK, config);
	if (config)
		snd_config_delete(config);
	return err < 0 ? err : 0;
}

static int set_software(const struct rig_options *options, snd_pcm_t *pcm)
{
	snd_pcm_sw_params_t *sw;
	snd_pcm_sw_params_alloca(&sw);
	snd_pcm_uframes_t boundary;
	int err = snd_pcm_sw_params_current(pcm, sw);
	if (err >= 0)
		err = snd_pcm_sw_params_get_boundary(sw, &boundary);
	if (err >= 0) /* start is said explicitly */
		err = snd_pcm_sw_params_set_start_threshold(pcm, sw, boundary);
	if (err >= 0)
		err = snd_pcm_sw_params_set_avail_min(pcm, sw, options->period);
	return err < 0 ? err : snd_pcm_sw_params(pcm, sw);
}

int rig_set_params(const struct rig_options *options, snd_pcm_t *pcm)
{
	snd_pcm_hw_params_t *hw;
	snd_pcm_hw_params_alloca(&hw);
	const bool playback = snd_pcm_stream(pcm) == SND_PCM_STREAM_PLAYBACK;
	int err = snd_pcm_hw_params_any(pcm, hw);
	if (err >= 0)
		err = snd_pcm_hw_params_set_access(pcm, hw,
		                                   options->mmap ? SND_PCM_ACCESS_MMAP_INTERLEAVED
		                                                 : SND_PCM_ACCESS_RW_INTERLEAVED);
	if (err >= 0)
		err = snd_pcm_hw_params_set_format(pcm, hw, options->format);
	if (err >= 0)
		err = snd_pcm_hw_params_set_channels(pcm, hw,
		                                     playback ? options->outputs : options->inputs);
	if (err >= 0)
		err = snd_pcm_hw_params_set_rate(pcm, hw, options->rate_hz, 0);
	if (err >= 0)
		err = snd_pcm_hw_params_set_period_size(pcm, hw, options->period, 0);
	if (err >= 0)
		err = snd_pcm_hw_params_set_buffer_size(pcm, hw, options->buffer);
	if (err >= 0)
		err = snd_pcm_hw_params(pcm, hw);
	return err < 0 ? err : set_software(options, pcm);
}

int rig_open(struct rig *rig, const struct rig_options *options)
{
	*rig = (struct rig){.options = *options};
	const unsigned channels =
	    options->outputs > options->inputs ? options->outputs : options->inputs;
	rig->raw = malloc(options->buffer * channels * sizeof(int32_t));
	int err = rig_open_stream(options, SND_PCM_STREAM_PLAYBACK, &rig->playback);
	if (!err)
		err = rig_open_stream(options, SND_PCM_STREAM_CAPTURE, &rig->capture);
	if (!err)
		err = rig_set_params(options, rig->playback);
	if (!err)
		err = rig_set_params(options, rig->capture);
	return err;
}

void rig_close(struct rig *rig)
{
	if (rig->playback)
		snd_pcm_close(rig->playback);
	if (rig->capture)
		snd_pcm_close(rig->capture);
	free(rig->raw);
	*rig = (struct rig){0};
}

/* ---- samples ---- */

static void pack(const struct rig *rig, size_t i, double value)
{
	const snd_pcm_format_t format = rig->options.format;
	if (format == SND_PCM_FORMAT_FLOAT_LE) {
		const float x = (float)value;
		memcpy(rig->raw + 4 * i, &x, sizeof x);
		return;
	}
	const size_t bytes = (size_t)snd_pcm_format_physical_width(format) / 8;
	const int64_t x = llrint(ldexp(value, (int)(8 * bytes) - 1));
	for (size_t b = 0; b < bytes; b++)
		rig->raw[i * bytes + b] = (unsigned char)((uint64_t)x >> (8 * b));
}

static double unpack(const struct rig *rig, size_t i)
{
	const snd_pcm_format_t format = rig->options.format;
	if (format == SND_PCM_FORMAT_FLOAT_LE) {
		float x;
		memcpy(&x, rig->raw + 4 * i, sizeof x);
		return (double)x;
	}
	const size_t bytes = (size_t)snd_pcm_format_physical_width(format) / 8;
	uint32_t x = 0;
	for (size_t b = 0; b < bytes; b++)
		x |= (uint32_t)rig->raw[i * bytes + b] << (8 * (b + 4 - bytes));
	return ldexp((int32_t)x, -31);
}

/* Write what there is room for; x beyond n is silence. */
static int feed(struct rig *rig, const double *x, size_t n)
{
	const snd_pcm_sframes_t room = snd_pcm_avail_update(rig->playback);
	if (room <= 0)
		return (int)room;
	const size_t channels = rig->options.outputs;
	const size_t frames = (size_t)room < rig->options.buffer ? (size_t)room : rig->options.buffer;
	for (size_t i = 0; i < frames * channels; i++) {
		const size_t at = rig->written * channels + i;
		pack(rig, i, at < n * channels ? x[at] : 0);
	}
	const snd_pcm_sframes_t done =
	    rig->options.mmap ? snd_pcm_mmap_writei(rig->playback, rig->raw, frames)
	                      : snd_pcm_writei(rig->playback, rig->raw, frames);
	if (done > 0)
		rig->written += (size_t)done;
	return done < 0 && done != -EAGAIN ? (int)done : 0;
}

/* Read what there is, up to m frames in all. */
static int fetch(struct rig *rig, double *y, size_t m)
{
	const snd_pcm_sframes_t there = snd_pcm_avail_update(rig->capture);
	if (there <= 0)
		return (int)there;
	const size_t channels = rig->options.inputs;
	size_t frames = (size_t)there < rig->options.buffer ? (size_t)there : rig->options.buffer;
	frames = frames < m - rig->got ? frames : m - rig->got;
	const snd_pcm_sframes_t done =
	    rig->options.mmap ? snd_pcm_mmap_readi(rig->capture, rig->raw, frames)
	                      : snd_pcm_readi(rig->capture, rig->raw, frames);
	for (size_t i = 0; done > 0 && i < (size_t)done * channels; i++)
		y[rig->got * channels + i] = unpack(rig, i);
	if (done > 0)
		rig->got += (size_t)done;
	return done < 0 && done != -EAGAIN ? (int)done : 0;
}

/* ---- running ---- */

/* Poll both streams; 0: something is ready. */
static int wait_for(struct rig *rig)
{
	struct pollfd fds[DESCRIPTORS];
	const int outs = snd_pcm_poll_descriptors(rig->playback, fds, DESCRIPTORS / 2);
	const int ins = snd_pcm_poll_descriptors(rig->capture, fds + outs, DESCRIPTORS / 2);
	const int ready = poll(fds, (nfds_t)outs + (nfds_t)ins, POLL_LIMIT_MS);
	if (ready <= 0)
		return ready < 0 ? -errno : -ETIMEDOUT;
	unsigned short events;
	snd_pcm_poll_descriptors_revents(rig->playback, fds, (unsigned)outs, &events);
	snd_pcm_poll_descriptors_revents(rig->capture, fds + outs, (unsigned)ins, &events);
	return 0;
}

int rig_run(struct rig *rig, const double *x, size_t n, double *y, size_t m)
{
	rig->written = rig->got = 0;
	int err = snd_pcm_prepare(rig->playback);
	if (err >= 0)
		err = snd_pcm_prepare(rig->capture);
	if (err >= 0)
		err = feed(rig, x, n);
	if (err >= 0)
		err = snd_pcm_start(rig->capture);
	if (err >= 0)
		err = snd_pcm_start(rig->playback);
	while (err >= 0 && rig->got < m) {
		err = feed(rig, x, n);
		if (err >= 0)
			err = fetch(rig, y, m);
		if (err >= 0 && rig->got < m)
			err = wait_for(rig);
	}
	snd_pcm_drop(rig->playback);
	snd_pcm_drop(rig->capture);
	return err < 0 ? err : 0;
}

int rig_play(struct rig *rig, const double *x, size_t n)
{
	rig->written = 0;
	int err = snd_pcm_prepare(rig->playback);
	if (err >= 0)
		err = feed(rig, x, n);
	if (err >= 0)
		err = snd_pcm_start(rig->playback);
	while (err >= 0 && rig->written < n) {
		err = snd_pcm_wait(rig->playback, POLL_LIMIT_MS);
		if (err == 0)
			return -ETIMEDOUT;
		if (err >= 0)
			err = feed(rig, x, n);
	}
	if (err >= 0)
		err = snd_pcm_nonblock(rig->playback, 0);
	if (err >= 0)
		err = snd_pcm_drain(rig->playback);
	return err < 0 ? err : 0;
}

int rig_record(struct rig *rig, double *y, size_t m)
{
	rig->got = 0;
	int err = 0;
	while (err >= 0 && rig->got < m) {
		err = snd_pcm_wait(rig->capture, POLL_LIMIT_MS);
		if (err == 0)
			return -ETIMEDOUT;
		if (err >= 0)
			err = fetch(rig, y, m);
	}
	snd_pcm_drop(rig->capture);
	return err < 0 ? err : 0;
}
