/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_pool.c: every item is done once, on one worker at a time, and the first failure is told.
 */
#include <stdatomic.h>

#include "cli/pool.h"
#include "util/near.h"

enum { ITEMS = 500, BAD = 123 };

struct seen {
	atomic_int times[ITEMS];
	atomic_int busy[SABIN_WORKERS_MAX];
	atomic_int together; /* two items on one worker at once */
	size_t fail_from;
};

static enum sabin_err job(void *context, size_t index, size_t worker, struct sabin_diag *diag)
{
	struct seen *seen = context;
	seen->together += seen->busy[worker]++ != 0;
	seen->times[index]++;
	for (volatile int i = 0; i < 2000; i++)
		;
	seen->busy[worker]--;
	if (index < seen->fail_from)
		return SABIN_OK;
	sabin_diag_set(diag, SABIN_EFORMAT, "file", (int)index, 0, "item %zu", index);
	return SABIN_EFORMAT;
}

static void all_once(void **state)
{
	(void)state;
	for (size_t workers = 1; workers <= 16; workers *= 4) {
		static struct seen seen;
		struct sabin_diag diag = {0};
		memset(&seen, 0, sizeof seen);
		seen.fail_from = ITEMS;
		assert_ok(sabin_pool_run(ITEMS, workers, job, &seen, NULL, &diag));
		for (int i = 0; i < ITEMS; i++)
			assert_int_equal(seen.times[i], 1);
		assert_int_equal(seen.together, 0);
	}
}

static void first_failure(void **state)
{
	(void)state;
	for (int round = 0; round < 20; round++) {
		static struct seen seen;
		struct sabin_diag diag = {0};
		memset(&seen, 0, sizeof seen);
		seen.fail_from = BAD;
		assert_int_equal(sabin_pool_run(ITEMS, 8, job, &seen, NULL, &diag), SABIN_EFORMAT);
		assert_int_equal(diag.line, BAD);
		for (int i = 0; i <= BAD; i++)
			assert_int_equal(seen.times[i], 1);
	}
}

static void how_many(void **state)
{
	(void)state;
	assert_int_equal(sabin_workers(0), 1);
	assert_int_equal(sabin_workers(1), 1);
	assert_in_range(sabin_workers(100000), 1, SABIN_WORKERS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_once), cmocka_unit_test(first_failure), cmocka_unit_test(how_many)};
	return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
