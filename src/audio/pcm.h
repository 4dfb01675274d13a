/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pcm.h: one audio stream behind a small table of operations, so that the capture loop can be run on a
 * scripted stream as well as on ALSA.  Samples are float frames, interleaved, full scale 1.0.
 */
#ifndef SABIN_AUDIO_PCM_H
#define SABIN_AUDIO_PCM_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "io/diag.h"
#include "io/measurement.h"

struct sabin_pcm_request {
	const char *name;   /* PCM name */
	const char *config; /* ALSA configuration that defines it, or NULL: the system's */
	bool capture;
	unsigned rate_hz;
	unsigned channels_min; /* at least so many; the fewest the device has are taken */
};

enum { SABIN_POLL_MAX = 16 };

/* long results: frames, 0 for "not now", or -1 with *err set to SABIN_EXRUN (the stream lost data and
 * stands still) or SABIN_EDEVICE (gone, or broken). */
struct sabin_pcm_ops {
	/* Negotiate: exact rate, best format, large buffer.  *pcm is left NULL on failure. */
	enum sabin_err (*open)(const struct sabin_pcm_request *request,
	                       struct sabin_negotiated *negotiated, void **pcm,
	                       struct sabin_diag *diag);
	/* Make ready to start afresh, with nothing in the buffer. */
	enum sabin_err (*prepare)(void *pcm, struct sabin_diag *diag);
	enum sabin_err (*start)(void *pcm, struct sabin_diag *diag);
	/* Descriptors to wait on; their number. */
	int (*descriptors)(void *pcm, struct pollfd *fds, int room);
	/* Frames that can be written or read now. */
	long (*available)(void *pcm, struct pollfd *fds, int count, enum sabin_err *err);
	long (*write)(void *pcm, const float *frames, size_t count, enum sabin_err *err);
	long (*read)(void *pcm, float *frames, size_t count, enum sabin_err *err);
	/* Frames written and not yet heard. */
	long (*pending)(void *pcm);
	/* Stop at once; what is in the buffer is forgotten. */
	void (*stop)(void *pcm);
	void (*close)(void *pcm); /* NULL is allowed */
};

extern const struct sabin_pcm_ops sabin_pcm_alsa;

/* Whether samples may be converted on their way through this PCM, in words, into text[size]; NULL where
 * they are not: the card itself. */
const char *sabin_pcm_doubt(const struct sabin_negotiated *negotiated, bool capture, char *text,
                            size_t size);

#endif
