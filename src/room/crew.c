/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * crew.c: threads that take piece after piece from one counter.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "room/crew.h"

enum { THREADS_MAX = 64 };

struct shift {
	crew_piece *piece;
	void *work;
	size_t count;
	atomic_size_t next, done;
	atomic_bool stop;
};

static bool take(struct shift *shift)
{
	const size_t i = atomic_fetch_add(&shift->next, 1);
	if (i >= shift->count || atomic_load(&shift->stop))
		return false;
	shift->piece(shift->work, i);
	atomic_fetch_add(&shift->done, 1);
	return true;
}

static void *worker(void *user)
{
	while (take(user))
		;
	return NULL;
}

enum sabin_err crew_run(const struct crew *crew, size_t count, crew_piece *piece, void *work)
{
	struct shift shift = {.piece = piece, .work = work, .count = count};
	pthread_t thread[THREADS_MAX];
	int hired = 0;
	while (hired < crew->threads - 1 && hired < THREADS_MAX && (size_t)hired + 1 < count &&
	       pthread_create(&thread[hired], NULL, worker, &shift) == 0)
		hired++;
	while (take(&shift)) {
		const double share = (double)atomic_load(&shift.done) / (double)count;
		if (crew->progress &&
		    !crew->progress(crew->user, crew->from + (crew->to - crew->from) * share))
			atomic_store(&shift.stop, true);
	}
	for (int i = 0; i < hired; i++)
		pthread_join(thread[i], NULL);
	return atomic_load(&shift.stop) ? SABIN_EINTR : SABIN_OK;
}
