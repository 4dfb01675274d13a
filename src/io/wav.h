/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * wav.h: sound files, through libsndfile (the only file that knows it is wav.c).
 */
#ifndef SABIN_IO_WAV_H
#define SABIN_IO_WAV_H

#include <stddef.h>

#include "io/diag.h"

enum sabin_sample_format { SABIN_S16, SABIN_S24, SABIN_S32, SABIN_FLOAT };

/* "s16", "s24", "s32", "float" */
const char *sabin_sample_format_name(enum sabin_sample_format format);

struct sabin_wav {
	unsigned rate_hz;
	size_t frames, channels;
	double *samples; /* [frames * channels], interleaved; full scale is 1.0 */
	char *comment;   /* the text chunk, or NULL */
};

/* Read any file libsndfile reads (WAV, FLAC, ...) whole.  Refused with a message that names path and
 * reason: missing, a directory, no sound file, no frames, rate outside 1000 .. 768000 Hz, more than
 * 1024 channels, more than 2^28 samples in all, samples that are not finite.
 * Free with sabin_wav_release(). */
SABIN_MUST enum sabin_err sabin_wav_read(const char *path, struct sabin_wav *out,
                                         struct sabin_diag *diag);
void sabin_wav_release(struct sabin_wav *wav);

/* How many channels its header tells of; 0: it cannot be read. */
size_t sabin_wav_channels(const char *path);

/* One channel (from 0) as a newly allocated array [frames]; free() it. */
SABIN_MUST enum sabin_err sabin_wav_channel(const struct sabin_wav *wav, size_t channel,
                                            double **out);

/* Write samples[frames * channels] to `path` itself (no temporary file: see atomic.h).  Integers are
 * rounded and clipped at full scale; a path that ends in .flac gives FLAC (s16 and s24 only).  The same
 * arguments give the same bytes.  comment may be NULL, and has at most 2000 bytes.  SABIN_EINVAL:
 * format, rate or channels impossible, a sample that is not finite; SABIN_EIO, SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_wav_write(const char *path, const double *samples, size_t frames,
                                          size_t channels, unsigned rate_hz,
                                          enum sabin_sample_format format, const char *comment,
                                          struct sabin_diag *diag);

/* The same from samples in single precision, without a comment. */
SABIN_MUST enum sabin_err sabin_wav_write_float(const char *path, const float *samples, size_t frames,
                                                size_t channels, unsigned rate_hz,
                                                enum sabin_sample_format format,
                                                struct sabin_diag *diag);

#endif
