/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pool.c: jobs on all cores.
 *
 * Each worker takes the next item when it is done with its last, so that as much memory is in use as
 * there are workers.  The thread that called works too, and draws the progress.  Items are taken in
 * order: when one fails, all before it have been taken, and the first of the failures is known at
 * the end.
 */
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <unistd.h>

#include "cli/pool.h"
#include "cli/talk.h"

struct pool {
	pthread_mutex_t lock;
	size_t next, count;
	sabin_job *job;
	void *context;
	const char *stage;
	/* the first failure */
	size_t failed_at;
	enum sabin_err err;
	struct sabin_diag *diag;
};

struct worker {
	struct pool *pool;
	size_t number;
	pthread_t thread;
};

size_t sabin_workers(size_t count)
{
	cpu_set_t set;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	if (sched_getaffinity(0, sizeof set, &set) == 0)
		cores = CPU_COUNT(&set);
	size_t workers = cores > 0 ? (size_t)cores : 1;
	if (workers > SABIN_WORKERS_MAX)
		workers = SABIN_WORKERS_MAX;
	return workers < count ? workers : count > 0 ? count : 1;
}

/* The next item, or false. */
static bool take(struct pool *pool, size_t *index)
{
	pthread_mutex_lock(&pool->lock);
	const bool more = !pool->err && pool->next < pool->count;
	if (more)
		*index = pool->next++;
	pthread_mutex_unlock(&pool->lock);
	return more;
}

static void fail(struct pool *pool, size_t index, enum sabin_err err, const struct sabin_diag *diag)
{
	pthread_mutex_lock(&pool->lock);
	if (!pool->err || index < pool->failed_at) {
		pool->err = err;
		pool->failed_at = index;
		*pool->diag = *diag;
	}
	pthread_mutex_unlock(&pool->lock);
}

static void *work(void *argument)
{
	const struct worker *worker = argument;
	struct pool *pool = worker->pool;
	size_t index;
	while (take(pool, &index)) {
		struct sabin_diag diag = {0};
		if (worker->number == 0 && pool->stage)
			sabin_progress(pool->stage, (double)index / (double)pool->count);
		const enum sabin_err err = pool->job(pool->context, index, worker->number, &diag);
		if (err)
			fail(pool, index, err, &diag);
	}
	return NULL;
}

enum sabin_err sabin_pool_run(size_t count, size_t workers, sabin_job *job, void *context,
                              const char *stage, struct sabin_diag *diag)
{
	struct pool pool = {
	    .lock = PTHREAD_MUTEX_INITIALIZER,
	    .count = count,
	    .job = job,
	    .context = context,
	    .stage = count > 1 ? stage : NULL,
	    .diag = diag,
	};
	struct worker worker[SABIN_WORKERS_MAX];
	size_t started = 1;
	worker[0] = (struct worker){.pool = &pool, .number = 0};
	for (; started < workers && started < SABIN_WORKERS_MAX; started++) {
		worker[started] = (struct worker){.pool = &pool, .number = started};
		/* fewer threads than wished for only take longer */
		if (pthread_create(&worker[started].thread, NULL, work, &worker[started]) != 0)
			break;
	}
	work(&worker[0]);
	for (size_t i = 1; i < started; i++)
		pthread_join(worker[i].thread, NULL);
	if (pool.stage)
		sabin_progress_end();
	pthread_mutex_destroy(&pool.lock);
	return pool.err;
}
