/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * duplex.h: play one signal on one output and record all inputs meanwhile.
 *
 * Nothing is assumed about how the two streams start or how long sound takes from one to the other:
 * what was recorded when is found from the data afterwards.
 */
#ifndef SABIN_AUDIO_DUPLEX_H
#define SABIN_AUDIO_DUPLEX_H

#include <signal.h>

#include "audio/pcm.h"

struct sabin_duplex_options {
	const struct sabin_pcm_ops *ops;
	const char *playback, *capture; /* PCM names */
	const char *config;             /* as in struct sabin_pcm_request */
	unsigned rate_hz, outputs_min, inputs_min;
};

struct sabin_duplex;

/* Open both directions.  Free with sabin_duplex_free(). */
SABIN_MUST enum sabin_err sabin_duplex_new(const struct sabin_duplex_options *options,
                                           struct sabin_negotiated *playback,
                                           struct sabin_negotiated *capture,
                                           struct sabin_duplex **out, struct sabin_diag *diag);
void sabin_duplex_free(struct sabin_duplex *duplex);

/* How fast frames came: what the capture had made since it was first asked. */
struct sabin_duplex_pace {
	double elapsed_s;
	size_t frames;
};

/* Frames missing against what `capture` promises, when more than 0.5 % and two periods; else 0. */
size_t sabin_duplex_missing(const struct sabin_duplex_pace *pace,
                            const struct sabin_negotiated *capture);

struct sabin_duplex_job {
	const double *x;     /* [frames]: what is played; must begin and end in silence */
	size_t frames;
	unsigned output;     /* from 0; every other output is silent, */
	unsigned loopback;   /* except this one, which plays the same: from 1; 0: none */
	const double *markers; /* [marker_frames]: played beside x on another output, or the same; NULL: none */
	size_t marker_frames;
	unsigned marker_output; /* from 0 */
	double ceiling;      /* linear; a louder signal is refused, not turned down */
	size_t record_frames;
	double patience_s;   /* without a frame that moves; 0: five seconds */
	const volatile sig_atomic_t *stop; /* may be NULL */
	void (*progress)(void *context, double fraction); /* may be NULL */
	/* For a signal without end: frames `first` to `first + n` of it into out[n], in place of x;
	 * what is above the ceiling is clipped.  NULL: x. */
	void (*render)(void *context, size_t first, size_t n, double *out);
	/* Blocks of all inputs as they come, in place of `recorded`, which is NULL then. */
	void (*heard)(void *context, const float *frames, size_t n);
	void *context;
	struct sabin_duplex_pace *pace; /* filled; may be NULL */
};

/* recorded[record_frames * inputs], interleaved.
 * SABIN_EINTR: stopped; the sound was faded out.  SABIN_EXRUN: a stream lost data; nothing of the
 * recording is to be used.  SABIN_EDEVICE: unplugged, or nothing moves for patience_s.
 * SABIN_EINVAL: above the ceiling. */
SABIN_MUST enum sabin_err sabin_duplex_run(struct sabin_duplex *duplex,
                                           const struct sabin_duplex_job *job, float *recorded,
                                           struct sabin_diag *diag);

#endif
