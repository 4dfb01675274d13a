/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stream.c: items without a known end, done on several threads, put out in their order.
 *
 * A ring holds what is done and may not be put out yet because an item before it takes longer.  Where it
 * is full, workers wait for that one: memory stays bounded.  Who finds the first of the ring done puts
 * out all that follows it, while the others work on.
 */
#include <pthread.h>

#include "cli/pool.h"
#include "cli/stream.h"

/* how many items the slowest may keep waiting beside those at work */
enum { AHEAD = 32, RING = AHEAD + SABIN_WORKERS_MAX };

struct ring {
	const struct sabin_stream *stream;
	const volatile sig_atomic_t *stop;
	pthread_mutex_t lock;
	pthread_cond_t room; /* in the ring, or the end */
	void *done[RING];    /* of item i: [i % RING]; NULL: not yet */
	size_t taken, put, most; /* so many items; most: taken - put */
	bool ended, unwanted, putting;
};

struct worker {
	struct ring *ring;
	size_t number;
	pthread_t thread;
};

/* The next item and its number, or NULL; with the lock held. */
static void *take(struct ring *ring, size_t *index)
{
	while (!ring->ended && ring->taken - ring->put >= ring->most)
		pthread_cond_wait(&ring->room, &ring->lock);
	void *item = ring->ended || *ring->stop ? NULL : ring->stream->next(ring->stream->context);
	if (item)
		*index = ring->taken++;
	else
		ring->ended = true;
	return item;
}

/* Put out what is done, as far as there is no gap; with the lock held, which is left meanwhile. */
static void put(struct ring *ring)
{
	const struct sabin_stream *stream = ring->stream;
	void *item;
	if (ring->putting)
		return;
	ring->putting = true;
	while ((item = ring->done[ring->put % RING])) {
		ring->done[ring->put % RING] = NULL;
		const bool unwanted = ring->unwanted;
		pthread_mutex_unlock(&ring->lock);
		bool wanted = false;
		if (unwanted)
			stream->drop(stream->context, item);
		else
			wanted = stream->put(stream->context, item);
		pthread_mutex_lock(&ring->lock);
		ring->put++;
		if (!wanted)
			ring->unwanted = ring->ended = true;
		pthread_cond_broadcast(&ring->room);
	}
	ring->putting = false;
}

static void *work(void *argument)
{
	const struct worker *worker = argument;
	struct ring *ring = worker->ring;
	size_t index = 0;
	void *item;
	pthread_mutex_lock(&ring->lock);
	while ((item = take(ring, &index))) {
		pthread_mutex_unlock(&ring->lock);
		ring->stream->work(ring->stream->context, item, worker->number);
		pthread_mutex_lock(&ring->lock);
		ring->done[index % RING] = item;
		put(ring);
	}
	pthread_cond_broadcast(&ring->room);
	pthread_mutex_unlock(&ring->lock);
	return NULL;
}

void sabin_stream_run(const struct sabin_stream *stream, size_t workers, const volatile sig_atomic_t *stop)
{
	struct ring ring = {
	    .stream = stream,
	    .stop = stop,
	    .lock = PTHREAD_MUTEX_INITIALIZER,
	    .room = PTHREAD_COND_INITIALIZER,
	    .most = workers + AHEAD,
	};
	struct worker worker[SABIN_WORKERS_MAX];
	size_t started = 1;
	worker[0] = (struct worker){.ring = &ring};
	for (; started < workers && started < SABIN_WORKERS_MAX; started++) {
		worker[started] = (struct worker){.ring = &ring, .number = started};
		/* fewer threads than wished for only take longer */
		if (pthread_create(&worker[started].thread, NULL, work, &worker[started]) != 0)
			break;
	}
	work(&worker[0]);
	for (size_t i = 1; i < started; i++)
		pthread_join(worker[i].thread, NULL);
	pthread_cond_destroy(&ring.room);
	pthread_mutex_destroy(&ring.lock);
}
