/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_stream.c: every item is done once, beside others, and put out in its place; no more are held than
 * promised; what is not wanted, or comes after a stop, is not begun.
 */
#include <stdatomic.h>

#include "cli/pool.h"
#include "cli/stream.h"
#include "util/near.h"

/* HELD: workers and "a few dozen" */
enum { ITEMS = 2000, HELD = 64 };

struct seen {
	size_t next, put, unwanted_from, dropped;
	atomic_size_t held, most_held;
	atomic_int busy[SABIN_WORKERS_MAX], together, puts, stop_at;
	volatile sig_atomic_t stop;
	bool in_order;
};

struct item {
	size_t number;
	bool done;
};

static void *next(void *context)
{
	struct seen *seen = context;
	if (seen->next == ITEMS)
		return NULL;
	struct item *item = calloc(1, sizeof *item);
	assert_non_null(item);
	item->number = seen->next++;
	const size_t held = ++seen->held;
	if (held > seen->most_held)
		seen->most_held = held;
	return item;
}

/* The first of every hundred takes so long that the others have to wait for it. */
static void work(void *context, void *thing, size_t worker)
{
	struct seen *seen = context;
	struct item *item = thing;
	seen->together += seen->busy[worker]++ != 0;
	for (volatile int i = item->number % 100 ? 2000 : 2000000; i > 0; i--)
		;
	item->done = true;
	if (item->number == (size_t)seen->stop_at)
		seen->stop = 1;
	seen->busy[worker]--;
}

static void drop(void *context, void *thing)
{
	struct seen *seen = context;
	seen->dropped++;
	seen->held--;
	free(thing);
}

static bool put(void *context, void *thing)
{
	struct seen *seen = context;
	const struct item *item = thing;
	seen->together += seen->puts++ != 0;
	seen->in_order = seen->in_order && item->done && item->number == seen->put;
	seen->put++;
	seen->held--;
	seen->puts--;
	free(thing);
	return seen->put < seen->unwanted_from;
}

static void run(struct seen *seen, size_t workers)
{
	const struct sabin_stream stream = {next, work, put, drop, seen};
	seen->in_order = true;
	sabin_stream_run(&stream, workers, &seen->stop);
	assert_true(seen->in_order);
	assert_int_equal(seen->together, 0);
	assert_int_equal(seen->held, 0);
	assert_in_range(seen->most_held, 1, workers + HELD);
}

static void all_in_order(void **state)
{
	(void)state;
	for (size_t workers = 1; workers <= 16; workers *= 4) {
		struct seen seen = {.unwanted_from = SIZE_MAX, .stop_at = -1};
		run(&seen, workers);
		assert_int_equal(seen.put, ITEMS);
		assert_int_equal(seen.dropped, 0);
	}
}

static void no_more_wanted(void **state)
{
	(void)state;
	struct seen seen = {.unwanted_from = 500, .stop_at = -1};
	run(&seen, 8);
	assert_int_equal(seen.put, 500);
	assert_int_equal(seen.put + seen.dropped, seen.next);
	assert_in_range(seen.next, 500, 500 + 8 + HELD);
}

static void stopped(void **state)
{
	(void)state;
	struct seen seen = {.unwanted_from = SIZE_MAX, .stop_at = 700};
	run(&seen, 8);
	assert_int_equal(seen.put, seen.next);
	assert_in_range(seen.put, 701, 701 + 8 + HELD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_in_order), cmocka_unit_test(no_more_wanted), cmocka_unit_test(stopped)};
	return cmocka_run_group_tests_name("stream", tests, NULL, NULL);
}
