/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * feed.h: sound that comes by itself, from a capture PCM or a file, kept in a ring by a thread of its own, so that
 * whoever reads it may be late.
 */
#ifndef SABIN_AUDIO_FEED_H
#define SABIN_AUDIO_FEED_H

#include "audio/listen.h"

struct sabin_feed_options {
	const struct sabin_pcm_ops *ops; /* NULL: the file */
	const char *capture, *config;    /* as in struct sabin_pcm_request */
	unsigned rate_hz, channels_min;
	const float *samples;  /* the file: [frames * channels], interleaved, which outlives the feed */
	size_t frames;
	unsigned channels;
	bool hurry; /* the file: as fast as it is read, not in real time */
	double ring_s; /* how late the reader may be */
};

enum sabin_feed_state {
	SABIN_FEED_RUNS,
	SABIN_FEED_GONE,  /* the device is away; it may come back */
	SABIN_FEED_ENDED, /* nothing more comes: the end of the file, or an error */
};

struct sabin_feed_status {
	enum sabin_feed_state state;
	size_t xruns, skips, unplugs; /* since the start */
	size_t lost_frames;           /* in all of them, about, and what a late reader missed */
	size_t late;                  /* how often a reader was too late */
	enum sabin_err err;           /* of the end */
};

struct sabin_feed;

/* Open the source and begin.  `opened` is what the device agreed to.  Free with sabin_feed_free().
 * SABIN_EDEVICE, SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_feed_new(const struct sabin_feed_options *options, struct sabin_negotiated *opened,
                                         struct sabin_feed **out, struct sabin_diag *diag);
void sabin_feed_free(struct sabin_feed *feed); /* stops the thread; NULL is allowed */

/* Up to n frames of all channels into frames[n * channels], waiting at most wait_ms for the first; how many. */
size_t sabin_feed_read(struct sabin_feed *feed, float *frames, size_t n, int wait_ms);

/* SABIN_FEED_ENDED only when all was read, too. */
void sabin_feed_status(struct sabin_feed *feed, struct sabin_feed_status *out);

#endif
