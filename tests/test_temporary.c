/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_temporary.c: folders for work: those of the dead go with the next one, and nothing else does.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/atomic.h"
#include "io/temporary.h"
#include "io/tree.h"
#include "util/near.h"

static const char name[] = "sabin-test";

static bool exists(const char *path)
{
	struct stat status;
	return lstat(path, &status) == 0;
}

static char *make(const char *base, const char *file)
{
	char *path = sabin_path_join(base, file);
	assert_non_null(path);
	assert_int_equal(mkdir(path, 0700), 0);
	return path;
}

/* A process that has a folder with a file in it; its path into path[]. */
static pid_t owner(const char *base, char *path, size_t size)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	const pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		char *made = NULL;
		const int alive = sabin_temporary_folder(base, name, &made);
		char *file = alive >= 0 ? sabin_path_join(made, "data") : NULL;
		const int data = file ? open(file, O_CREAT | O_WRONLY, 0600) : -1;
		if (data < 0 || write(ends[1], made, strlen(made) + 1) < 0)
			_exit(1);
		for (;;)
			pause();
	}
	close(ends[1]);
	size_t used = 0;
	for (ssize_t n; used < size && (n = read(ends[0], path + used, size - used)) > 0;) {
		used += (size_t)n;
		if (path[used - 1] == '\0')
			break;
	}
	close(ends[0]);
	assert_true(used > 1);
	return child;
}

static void finish(pid_t child)
{
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void sweeps(void **state)
{
	char base[] = "/tmp/sabin-test-temporary-XXXXXX", dead[200], living[200];
	(void)state;
	assert_non_null(mkdtemp(base));
	char *work = make(base, "work"), *elsewhere = make(base, "elsewhere"), *path = NULL, *again = NULL;
	char *kept = sabin_path_join(elsewhere, "kept"), *link = sabin_path_join(work, "sabin-test-aaaaaa");
	char *others[] = {make(work, "sabin-test-abc"), make(work, "sabin-test-abcdefg"), make(work, "sabin-test-abc.ef"),
	                  make(work, "sabin-tests-abcdef"), make(work, "my-sabin-test-abcdef"), make(work, "sabin-test-Strang")};
	enum { OTHERS = sizeof others / sizeof *others };
	assert_true(kept && link);
	close(open(kept, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(symlink(elsewhere, link), 0);
	char *plain = sabin_path_join(work, "sabin-test-bbbbbb");
	close(open(plain, O_CREAT | O_WRONLY, 0600));
	/* the last is another user's, which only root can arrange */
	const bool root = geteuid() == 0 && chown(others[OTHERS - 1], 1, 1) == 0;
	const pid_t one = owner(work, dead, sizeof dead), two = owner(work, living, sizeof living);
	assert_true(exists(dead) && exists(living));
	finish(one);
	assert_true(exists(dead));

	const int alive = sabin_temporary_folder(work, name, &path);
	assert_true(alive >= 0);
	struct stat status;
	assert_int_equal(lstat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
	assert_false(exists(dead));
	assert_true(exists(living));
	assert_true(exists(link) && exists(kept) && exists(plain));
	for (int i = 0; i < OTHERS; i++)
		assert_int_equal(exists(others[i]), i < OTHERS - 1 || root);

	/* one process may have several; a closed one is nobody's */
	const int second = sabin_temporary_folder(work, name, &again);
	assert_true(second >= 0 && exists(path) && exists(again));
	close(alive);
	close(second);
	finish(two);
	free(path);
	const int last = sabin_temporary_folder(work, name, &path);
	assert_true(last >= 0);
	assert_false(exists(again));
	assert_false(exists(living));
	close(last);
	sabin_tree_remove(base);
	for (int i = 0; i < OTHERS; i++)
		free(others[i]);
	free(path);
	free(again);
	free(plain);
	free(link);
	free(kept);
	free(elsewhere);
	free(work);
}

static void refuses(void **state)
{
	char *path = NULL;
	(void)state;
	assert_int_equal(sabin_temporary_folder("/nonexistent", name, &path), -1);
	assert_true(path && strstr(path, "/nonexistent/sabin-test-") == path);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(sweeps), cmocka_unit_test(refuses)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
