/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * world.h: what the streams of one simulated room share: the sound that was played, by absolute
 * frame, and the time.
 *
 * It lies in POSIX shared memory, so that a playback and a capture stream meet whether one process
 * has opened both or each its own.  The last stream to leave removes it; what a killed process
 * leaves behind is recognised (its locks are gone with it) and begun anew.
 *
 * Time counts frames.  It is either the monotonic clock times a speed, or, free running, goes as
 * far as every running stream allows: to the end of what playback has written and to where the
 * slowest capture's buffer is full.  Free running, time stands still from the start of a capture
 * until playback starts too, and a client that neither feeds nor reads for five seconds of real time is
 * left behind, so that it gets its xrun as on a card.
 *
 * Functions return 0 or a negative errno, as alsa-lib does.
 */
#ifndef SABIN_ROOMCARD_WORLD_H
#define SABIN_ROOMCARD_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sabin/status.h>

struct sabin_world; /* one stream's share in it */

struct sabin_world_options {
	const char *name;  /* of the shared memory: "/..." */
	uint64_t room;     /* a mark of the room; all who meet must bring the same */
	unsigned outputs;  /* 1 .. 64 */
	double speed;      /* factor of real time; 0: free running */
	bool capture;      /* else the playback stream, of which there is one */
	bool keep;         /* outlive the last stream while the process that closed it lives, and go on
	                    * from there when it opens the PCM again: faults strike once a run */
};

/* -EBUSY: the playback stream, or every place for a capture stream, is taken.  -EINVAL: the name is
 * in use for another room. */
SABIN_MUST int sabin_world_join(const struct sabin_world_options *options,
                                struct sabin_world **out);
void sabin_world_leave(struct sabin_world *world); /* NULL is allowed */

/* Agree on the rate.  -EINVAL: another stream has agreed on another (*agreed says which); a new
 * rate begins time anew. */
SABIN_MUST int sabin_world_set_rate(struct sabin_world *world, unsigned rate_hz,
                                    unsigned *agreed_hz);
void sabin_world_release_rate(struct sabin_world *world);

struct sabin_world_view {
	int64_t now;         /* frames that have sounded */
	int64_t known;       /* sound before this frame is as it will be ... */
	uint64_t revision;   /* ... unless this changes (playback was stopped, or rewound) */
	int64_t first_sound; /* first frame of the run that is not digital silence; -1: none yet */
	int64_t take_sound;  /* the same since playback last started */
	int64_t joined;      /* time when this stream was opened */
};

/* Let time go on as far as it may, and look. */
struct sabin_world_view sabin_world_look(struct sabin_world *world);

/* Start this stream; returns the frame at which its frame 0 lies.  For playback, x[frames *
 * outputs] (interleaved) is what was written before the start; for capture it is NULL, and time
 * stands until sabin_world_set_limit(). */
SABIN_MUST int sabin_world_start(struct sabin_world *world, const double *x, size_t frames,
                                 int64_t *base);

/* Stop it.  Sound that lies in the future is taken back unless keep_sound (drained). */
void sabin_world_stop(struct sabin_world *world, bool keep_sound);

/* Play x[frames * outputs] from frame `at`; what lies in the past is not heard.  -ENOMEM: the
 * shared memory is full. */
SABIN_MUST int sabin_world_play(struct sabin_world *world, int64_t at, const double *x,
                                size_t frames);

/* Capture: free-running time may go up to `limit`. */
void sabin_world_set_limit(struct sabin_world *world, int64_t limit);

/* Capture: x[frames] of an output (from 0) beginning at frame `at`; this stream will not ask again
 * for what lies before `at`. */
void sabin_world_fetch(struct sabin_world *world, unsigned output, int64_t at, size_t frames,
                       double *x);

/* The longest latency in frames for which played sound is kept. */
enum { SABIN_WORLD_LATENCY_MAX = 1 << 21 };

#endif
