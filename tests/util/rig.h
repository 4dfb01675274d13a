/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * rig.h: a full-duplex client for the simulated card, and files for it, as the tests and the
 * benchmark use them.  The plugin is build/VARIANT/libasound_module_pcm_sabin.so beside the running
 * program.
 */
#ifndef SABIN_TEST_RIG_H
#define SABIN_TEST_RIG_H

#include <stdbool.h>
#include <stddef.h>

#include <alsa/asoundlib.h>

struct rig_options {
	const char *room;     /* path of the room file */
	const char *position; /* NULL: not given */
	const char *world;    /* NULL: not given */
	snd_pcm_format_t format;
	bool mmap;
	unsigned rate_hz, outputs, inputs;
	snd_pcm_uframes_t period, buffer; /* of both streams */
};

/* float, interleaved writes, 48 kHz, 1 x 1, periods of 1024, buffer of 16384 */
struct rig_options rig_defaults(const char *room);

struct rig {
	struct rig_options options;
	snd_pcm_t *playback, *capture; /* NULL: not open */
	size_t written, got;           /* frames of the last run */
	unsigned char *raw;            /* one buffer of samples as the card wants them */
};

/* 0 or the negative errno of what failed; rig_close() in every case. */
int rig_open_stream(const struct rig_options *options, snd_pcm_stream_t stream, snd_pcm_t **pcm);
int rig_set_params(const struct rig_options *options, snd_pcm_t *pcm);
int rig_open(struct rig *rig, const struct rig_options *options);
void rig_close(struct rig *rig);

/* Prepare, prefill, start capture and playback, play x[n * outputs] and silence after it until
 * y[m * inputs] is full.  0, or the negative errno that ended it (-EPIPE: xrun, -ENODEV ...). */
int rig_run(struct rig *rig, const double *x, size_t n, double *y, size_t m);

/* One direction only: play x and drain; record m frames. */
int rig_play(struct rig *rig, const double *x, size_t n);
int rig_record(struct rig *rig, double *y, size_t m);

/* A new folder for files; the path of a file in it (valid until the fourth next call); text and
 * responses into a file.  All abort the program when they fail. */
void rig_folder_make(char folder[64]);
void rig_folder_remove(const char *folder);
const char *rig_path(const char *folder, const char *name);
void rig_write_text(const char *path, const char *text);
void rig_write_response(const char *path, const double *h, size_t n, unsigned rate_hz);

/* Path of the plugin; static storage. */
const char *rig_plugin(void);

#endif
