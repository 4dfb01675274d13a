/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * world_inner.h: the shared memory as the two halves of the world see it: world.c (who is there)
 * and timeline.c (time and sound).
 *
 * Layout: struct sabin_world_shared, then as many samples an output as a ring of slots has at most.
 * They are large and almost empty: pages are taken slot by slot as sound is written, and written anew
 * when no capture stream needs them any more.
 */
#ifndef SABIN_ROOMCARD_WORLD_INNER_H
#define SABIN_ROOMCARD_WORLD_INNER_H

#include <pthread.h>

#include "roomcard/world.h"

enum {
	RING_FRAMES = 1 << 23, /* latency + both buffers, each at most 2^20 frames, with a margin */
	SLOT_FRAMES = 1 << 12, /* 32 KiB: whole pages of any usual size up to 16 KiB */
	SLOTS = RING_FRAMES / SLOT_FRAMES,
	CAPTURES_MAX = 8,
	USERS = CAPTURES_MAX + 1, /* user 0 is the playback stream */
	PLAYBACK_USER = 0,
};

struct sabin_world_user {
	unsigned rate_hz; /* agreed by this one; 0: not yet */
	bool running;
	int64_t limit;  /* capture: free-running time stops here */
	int64_t needed; /* capture: sound from here on is still wanted */
	int64_t joined; /* when it came */
};

struct sabin_world_shared {
	uint32_t magic;
	pthread_mutex_t lock; /* of all below; robust, shared between processes */
	uint64_t room;
	unsigned outputs;
	double speed;
	int keeper; /* process for which the world outlives its last stream; 0: none */
	struct sabin_world_user users[USERS];

	unsigned rate_hz; /* 0: not agreed yet */
	int64_t epoch_ns; /* real time: when frame 0 was */
	int64_t now;      /* free running: the time */
	int64_t moved_ns; /* free running: when it last moved */
	bool gate;        /* free running: waiting for playback to start */
	int64_t end;      /* of what was played */
	uint64_t revision;
	int64_t first_sound, take_sound;
	int64_t released; /* slots before this one were given back */
	int64_t tag[SLOTS];    /* which slot of time lies in this slot of the rings; -1: none */
	uint16_t place[SLOTS]; /* ... and where its samples are, in slots */
	uint16_t spare[SLOTS]; /* [spare_count]: places whose pages were taken and that are free */
	unsigned spare_count, taken; /* places 0 .. taken - 1 have pages */
};

struct sabin_world {
	struct sabin_world_shared *shared;
	double *rings;
	size_t size;    /* of the mapping */
	int fd;         /* holds the lock of this user's byte */
	int user;       /* index, or -1 */
	char name[128];
};

/* timeline.c: begin time anew (with the lock held, or before anyone else is there). */
void sabin_timeline_reset(struct sabin_world_shared *shared);
int64_t sabin_timeline_now(struct sabin_world *world);
void sabin_world_lock(struct sabin_world_shared *shared);
void sabin_world_unlock(struct sabin_world_shared *shared);

/* world.c: forget users whose process has died; with the lock held. */
void sabin_world_bury(struct sabin_world *world);

#endif
