/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * timeline.c: the world's time and the sound played in it.
 */
#include <errno.h>
#include <fcntl.h>
#include <time.h>

#include "roomcard/world_inner.h"

static const int64_t second_ns = 1000000000;
/* Free running: real time after which a client that neither feeds nor reads is left behind. */
static const int64_t stall_ns = 5 * second_ns;
/* ... and by how far, when nobody else says how far to go. */
enum { STALL_STEP_FRAMES = 4096 };
/* Sound kept for a capture that has not started yet. */
enum { HISTORY_FRAMES = 1 << 18 };

static int64_t monotonic_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * second_ns + t.tv_nsec;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

void sabin_world_lock(struct sabin_world_shared *shared)
{
	/* Whoever died with it left numbers that are each whole; the worst is a stale one. */
	if (pthread_mutex_lock(&shared->lock) == EOWNERDEAD)
		pthread_mutex_consistent(&shared->lock);
}

void sabin_world_unlock(struct sabin_world_shared *shared)
{
	pthread_mutex_unlock(&shared->lock);
}

void sabin_timeline_reset(struct sabin_world_shared *shared)
{
	shared->epoch_ns = shared->moved_ns = monotonic_ns();
	shared->now = shared->end = shared->released = 0;
	shared->revision++;
	shared->gate = false;
	shared->first_sound = shared->take_sound = -1;
	for (int user = 0; user < USERS; user++)
		shared->users[user].joined = 0;
	for (int slot = 0; slot < SLOTS; slot++)
		shared->tag[slot] = -1;
	shared->spare_count = shared->taken;
	for (unsigned place = 0; place < shared->taken; place++)
		shared->spare[place] = (uint16_t)place;
}

/* ---- time ---- */

/* How far the running streams let free-running time go. */
static int64_t allowed(const struct sabin_world_shared *shared, bool stalled)
{
	int64_t play = INT64_MAX, hear = INT64_MAX;
	if (shared->users[PLAYBACK_USER].running)
		play = shared->end;
	for (int user = PLAYBACK_USER + 1; user < USERS; user++)
		if (shared->users[user].running)
			hear = earlier(hear, shared->users[user].limit);
	const int64_t both = earlier(play, hear);
	if (both == INT64_MAX || both > shared->now || !stalled)
		return both == INT64_MAX ? shared->now : both;
	const int64_t other = later(play, hear);
	return other != INT64_MAX && other > shared->now ? other : shared->now + STALL_STEP_FRAMES;
}

int64_t sabin_timeline_now(struct sabin_world *world)
{
	struct sabin_world_shared *shared = world->shared;
	const int64_t clock_ns = monotonic_ns();
	if (shared->speed > 0)
		return (int64_t)((double)(clock_ns - shared->epoch_ns) / (double)second_ns *
		                 shared->rate_hz * shared->speed);
	const bool stalled = clock_ns - shared->moved_ns > stall_ns;
	if (shared->gate && !stalled)
		return shared->now;
	shared->gate = false;
	if (stalled) /* perhaps for somebody who was killed */
		sabin_world_bury(world);
	const int64_t to = allowed(shared, stalled);
	if (to > shared->now) {
		shared->now = to;
		shared->moved_ns = clock_ns;
	}
	return shared->now;
}

struct sabin_world_view sabin_world_look(struct sabin_world *world)
{
	struct sabin_world_shared *shared = world->shared;
	sabin_world_lock(shared);
	const int64_t now = sabin_timeline_now(world);
	const struct sabin_world_view view = {
		.now = now,
		.known = later(now, shared->end),
		.revision = shared->revision,
		.first_sound = shared->first_sound,
		.take_sound = shared->take_sound,
		.joined = shared->users[world->user].joined,
	};
	sabin_world_unlock(shared);
	return view;
}

int sabin_world_set_rate(struct sabin_world *world, unsigned rate_hz, unsigned *agreed_hz)
{
	struct sabin_world_shared *shared = world->shared;
	int err = 0;
	sabin_world_lock(shared);
	sabin_world_bury(world);
	for (int user = 0; user < USERS; user++) {
		const unsigned other_hz = shared->users[user].rate_hz;
		if (user != world->user && other_hz != 0 && other_hz != rate_hz) {
			*agreed_hz = other_hz;
			err = -EINVAL;
		}
	}
	if (!err) {
		shared->users[world->user].rate_hz = rate_hz;
		if (shared->rate_hz != rate_hz) {
			shared->rate_hz = rate_hz;
			sabin_timeline_reset(shared);
		}
	}
	sabin_world_unlock(shared);
	return err;
}

void sabin_world_release_rate(struct sabin_world *world)
{
	sabin_world_lock(world->shared);
	world->shared->users[world->user].rate_hz = 0;
	sabin_world_unlock(world->shared);
}

void sabin_world_set_limit(struct sabin_world *world, int64_t limit)
{
	sabin_world_lock(world->shared);
	world->shared->users[world->user].limit = limit;
	sabin_world_unlock(world->shared);
}

/* ---- sound ---- */

static double *slot_at(const struct sabin_world *world, unsigned output, int64_t slot)
{
	return world->rings + (size_t)output * RING_FRAMES +
	       (size_t)world->shared->place[slot % SLOTS] * SLOT_FRAMES;
}

/* Whoever dies in the middle leaves a place that is nobody's, not one that is two slots'. */
static void give_back(struct sabin_world_shared *shared, int64_t slot)
{
	int64_t *tag = &shared->tag[slot % SLOTS];
	if (*tag != slot)
		return;
	*tag = -1;
	shared->spare[shared->spare_count++] = shared->place[slot % SLOTS];
}

/* Give back what no capture stream will ask for any more. */
static void give_back_past(struct sabin_world_shared *shared, int64_t now)
{
	int64_t needed = INT64_MAX;
	for (int user = PLAYBACK_USER + 1; user < USERS; user++)
		if (shared->users[user].running)
			needed = earlier(needed, shared->users[user].needed);
	if (needed == INT64_MAX)
		needed = now - HISTORY_FRAMES;
	needed = earlier(needed, now) / SLOT_FRAMES;
	for (int64_t slot = later(shared->released, needed - SLOTS); slot < needed; slot++)
		give_back(shared, slot);
	shared->released = later(shared->released, needed);
}

/* Places for one more slot: their pages are taken now, because a page that is missing when it is
 * written to would be a signal, not an error. */
static int take_pages(struct sabin_world *world)
{
	struct sabin_world_shared *shared = world->shared;
	if (shared->taken == SLOTS)
		return -ENOMEM;
	for (unsigned output = 0; output < shared->outputs; output++) {
		const double *x = world->rings + (size_t)output * RING_FRAMES +
		                  (size_t)shared->taken * SLOT_FRAMES;
		const off_t at = (const char *)x - (const char *)shared;
		if (posix_fallocate(world->fd, at, SLOT_FRAMES * sizeof *x) != 0)
			return -ENOMEM;
	}
	shared->spare[shared->spare_count++] = (uint16_t)shared->taken++;
	return 0;
}

/* Make `slot` ready to be written. */
static int take_slot(struct sabin_world *world, int64_t slot)
{
	struct sabin_world_shared *shared = world->shared;
	int64_t *tag = &shared->tag[slot % SLOTS];
	if (*tag == slot)
		return 0;
	if (*tag >= 0) /* of an earlier round */
		give_back(shared, *tag);
	const int err = shared->spare_count == 0 ? take_pages(world) : 0;
	if (err)
		return err;
	shared->place[slot % SLOTS] = shared->spare[--shared->spare_count];
	for (unsigned output = 0; output < shared->outputs; output++)
		memset(slot_at(world, output, slot), 0, SLOT_FRAMES * sizeof(double));
	*tag = slot;
	return 0;
}

static bool is_silent(const double *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (x[i] != 0)
			return false;
	return true;
}

static void note_sound(struct sabin_world_shared *shared, int64_t at)
{
	if (shared->first_sound < 0)
		shared->first_sound = at;
	if (shared->take_sound < 0)
		shared->take_sound = at;
}

static int play(struct sabin_world *world, int64_t at, const double *x, size_t frames)
{
	struct sabin_world_shared *shared = world->shared;
	const unsigned outputs = shared->outputs;
	for (size_t i = 0; i < frames;) {
		const int64_t slot = (at + (int64_t)i) / SLOT_FRAMES;
		const size_t inside = (size_t)((at + (int64_t)i) % SLOT_FRAMES);
		const size_t run = frames - i < SLOT_FRAMES - inside ? frames - i
		                                                     : SLOT_FRAMES - inside;
		const int err = take_slot(world, slot);
		if (err)
			return err;
		for (unsigned output = 0; output < outputs; output++) {
			double *to = slot_at(world, output, slot) + inside;
			for (size_t k = 0; k < run; k++)
				to[k] = x[(i + k) * outputs + output];
		}
		for (size_t k = 0; shared->take_sound < 0 && k < run; k++)
			if (!is_silent(x + (i + k) * outputs, outputs))
				note_sound(shared, at + (int64_t)(i + k));
		i += run;
	}
	return 0;
}

/* Take back what would have sounded from `from` on. */
static void take_back(struct sabin_world *world, int64_t from)
{
	struct sabin_world_shared *shared = world->shared;
	for (int64_t at = from; at < shared->end;) {
		const int64_t slot = at / SLOT_FRAMES;
		const size_t inside = (size_t)(at % SLOT_FRAMES);
		for (unsigned output = 0;
		     output < shared->outputs && shared->tag[slot % SLOTS] == slot; output++)
			memset(slot_at(world, output, slot) + inside, 0,
			       (SLOT_FRAMES - inside) * sizeof(double));
		at = (slot + 1) * SLOT_FRAMES;
	}
	if (shared->first_sound >= from)
		shared->first_sound = -1;
	if (shared->take_sound >= from)
		shared->take_sound = -1;
	shared->end = from;
	shared->revision++;
}

int sabin_world_play(struct sabin_world *world, int64_t at, const double *x, size_t frames)
{
	struct sabin_world_shared *shared = world->shared;
	sabin_world_lock(shared);
	const int64_t now = sabin_timeline_now(world);
	give_back_past(shared, now);
	if (at < now) {
		const int64_t late = earlier(now - at, (int64_t)frames);
		x += (size_t)late * shared->outputs;
		frames -= (size_t)late;
		at += late;
	}
	if (at < shared->end) /* rewound */
		take_back(world, at);
	const int err = frames > 0 ? play(world, at, x, frames) : 0;
	if (!err)
		shared->end = later(shared->end, at + (int64_t)frames);
	sabin_world_unlock(shared);
	return err;
}

static bool anybody_runs(const struct sabin_world_shared *shared)
{
	for (int user = 0; user < USERS; user++)
		if (shared->users[user].running)
			return true;
	return false;
}

/* Free-running time that passes while nobody plays or listens: as long as the longest response, so that
 * the room is silent then, and to a multiple of it.  What is heard of a signal depends on nothing before
 * it, to the last bit: transforms begin at the same place of it. */
static int64_t after_a_pause(int64_t now)
{
	enum { PAUSE_LOG2 = 22 }; /* see frames_max in scene.c */
	return now > 0 ? ((now >> PAUSE_LOG2) + 2) << PAUSE_LOG2 : 0;
}

int sabin_world_start(struct sabin_world *world, const double *x, size_t frames, int64_t *base)
{
	struct sabin_world_shared *shared = world->shared;
	struct sabin_world_user *user = &shared->users[world->user];
	int err = 0;
	sabin_world_lock(shared);
	int64_t now = sabin_timeline_now(world);
	if (world->user == PLAYBACK_USER) {
		now = later(now, shared->end); /* after what was drained and still sounds */
		shared->take_sound = -1;
		err = play(world, now, x, frames);
		if (!err)
			shared->end = now + (int64_t)frames;
		shared->gate = false;
	} else {
		if (shared->speed == 0 && shared->end <= now && !anybody_runs(shared))
			now = shared->now = after_a_pause(now);
		user->limit = now;
		user->needed = later(0, now - HISTORY_FRAMES);
		shared->gate = shared->speed == 0 && !shared->users[PLAYBACK_USER].running;
	}
	if (!err) {
		*base = now;
		user->running = true;
		shared->moved_ns = monotonic_ns();
	}
	sabin_world_unlock(shared);
	return err;
}

void sabin_world_stop(struct sabin_world *world, bool keep_sound)
{
	struct sabin_world_shared *shared = world->shared;
	struct sabin_world_user *user = &shared->users[world->user];
	sabin_world_lock(shared);
	if (user->running && world->user == PLAYBACK_USER && !keep_sound) {
		const int64_t now = sabin_timeline_now(world);
		if (shared->end > now)
			take_back(world, now);
	}
	user->running = false;
	shared->moved_ns = monotonic_ns();
	sabin_world_unlock(shared);
}

void sabin_world_fetch(struct sabin_world *world, unsigned output, int64_t at, size_t frames,
                       double *x)
{
	struct sabin_world_shared *shared = world->shared;
	sabin_world_lock(shared);
	shared->users[world->user].needed = at;
	for (size_t i = 0; i < frames;) {
		const int64_t slot = (at + (int64_t)i) / SLOT_FRAMES;
		const size_t inside = (size_t)((at + (int64_t)i) % SLOT_FRAMES);
		const size_t run = frames - i < SLOT_FRAMES - inside ? frames - i
		                                                     : SLOT_FRAMES - inside;
		if (output < shared->outputs && shared->tag[slot % SLOTS] == slot)
			memcpy(x + i, slot_at(world, output, slot) + inside, run * sizeof *x);
		else
			memset(x + i, 0, run * sizeof *x);
		i += run;
	}
	sabin_world_unlock(shared);
}
