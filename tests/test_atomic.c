/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_atomic.c: outputs appear whole or not at all, and nothing foreign is replaced.
 */
#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/atomic.h"
#include "util/near.h"

struct fixture {
	char folder[64];
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	if (!f)
		return -1;
	snprintf(f->folder, sizeof(f->folder), "/tmp/sabin-test-XXXXXX");
	*state = f;
	return mkdtemp(f->folder) && chdir(f->folder) == 0 ? 0 : -1;
}

static void empty_folder(const char *path)
{
	DIR *entries = opendir(path);
	if (!entries)
		return;
	for (struct dirent *entry; (entry = readdir(entries));) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		char child[600];
		snprintf(child, sizeof(child), "%s/%s", path, entry->d_name);
		if (unlink(child) != 0)
			empty_folder(child);
	}
	closedir(entries);
	rmdir(path);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	int done = chdir("/");
	empty_folder(f->folder);
	free(f);
	return done;
}

static size_t count_files(const char *path)
{
	size_t n = 0;
	DIR *entries = opendir(path);
	assert_non_null(entries);
	while (readdir(entries))
		n++;
	closedir(entries);
	return n - 2;
}

static void assert_text(const char *path, const char *want)
{
	char *text = NULL;
	assert_ok(sabin_read_text(path, 1000, &text, NULL, NULL));
	assert_string_equal(text, want);
	free(text);
}

static void put(const char *path, const char *text)
{
	FILE *stream = fopen(path, "w");
	assert_non_null(stream);
	fputs(text, stream);
	fclose(stream);
}

static void text_appears_whole(void **state)
{
	(void)state;
	mode_t old = umask(027);
	assert_ok(sabin_output_text("a.txt", "hello", 5, false, NULL));
	umask(old);
	assert_text("a.txt", "hello");
	assert_int_equal(count_files("."), 1);
	struct stat status;
	assert_int_equal(stat("a.txt", &status), 0);
	assert_int_equal(status.st_mode & 0777, 0640);
}

static void existing_file_needs_force(void **state)
{
	(void)state;
	struct sabin_diag diag = {0};
	put("a.txt", "old");
	assert_int_equal(sabin_output_text("a.txt", "new", 3, false, &diag), SABIN_EEXIST);
	assert_non_null(strstr(diag.message, "already exists"));
	assert_non_null(strstr(diag.advice, "--force"));
	assert_text("a.txt", "old");
	assert_ok(sabin_output_text("a.txt", "new", 3, true, &diag));
	assert_text("a.txt", "new");
	assert_int_equal(count_files("."), 1);
}

static void a_link_is_followed(void **state)
{
	(void)state;
	put("real.txt", "old");
	assert_int_equal(symlink("real.txt", "link.txt"), 0);
	assert_ok(sabin_output_text("link.txt", "new", 3, true, NULL));
	assert_text("real.txt", "new");
	struct stat status;
	assert_int_equal(lstat("link.txt", &status), 0);
	assert_true(S_ISLNK(status.st_mode));
}

/* Names in the folder that begin so. */
static int count(const char *prefix)
{
	int n = 0;
	DIR *entries = opendir(".");
	assert_non_null(entries);
	for (struct dirent *entry; (entry = readdir(entries));)
		n += strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
	closedir(entries);
	return n;
}

static void odd_targets_are_refused(void **state)
{
	(void)state;
	struct sabin_diag diag = {0};
	assert_int_equal(sabin_output_text("", "x", 1, true, &diag), SABIN_EIO);
	assert_int_equal(mkdir("d", 0777), 0);
	assert_int_equal(sabin_output_text("d", "x", 1, true, &diag), SABIN_EEXIST);
	assert_non_null(strstr(diag.message, "is a directory"));
	assert_int_equal(sabin_output_text("none/a", "x", 1, true, &diag), SABIN_EIO);
	assert_non_null(strstr(diag.message, "none does not exist"));
	assert_int_equal(sabin_output_text("/proc/a", "x", 1, true, &diag), SABIN_EIO);
	assert_non_null(strstr(diag.message, "/proc takes no new files"));
	put("f", "x");
	assert_int_equal(sabin_output_text("f/a", "x", 1, true, &diag), SABIN_EIO);
	assert_non_null(strstr(diag.message, "not a folder"));
	assert_int_equal(sabin_output_text("/dev/full", "x", 1, false, &diag), SABIN_EIO);
	assert_non_null(strstr(diag.message, "No space left"));
	assert_ok(sabin_output_text("/dev/null", "x", 1, false, &diag));
	struct stat status;
	assert_int_equal(stat("/dev/null", &status), 0);
	assert_true(S_ISCHR(status.st_mode));
	if (geteuid() != 0) { /* root may write anywhere */
		assert_int_equal(chmod("d", 0500), 0);
		assert_int_equal(sabin_output_text("d/a", "x", 1, true, &diag), SABIN_EIO);
		assert_non_null(strstr(diag.message, "may not be written to"));
	}
}

/* Beside /dev/stdout, which stays what the shell made of it, there are files of anybody's under /dev. */
static void files_in_memory_are_files(void **state)
{
	(void)state;
	char path[] = "/dev/shm/sabin-test-XXXXXX", link[64];
	struct sabin_diag diag = {0};
	const int file = mkstemp(path);
	if (file < 0)
		skip();
	close(file);
	put(path, "old");
	snprintf(link, sizeof link, "%s.link", path);
	assert_int_equal(symlink(path, link), 0);
	const enum sabin_err plainly = sabin_output_text(path, "new", 3, false, &diag);
	const enum sabin_err by_link = sabin_output_text(link, "new", 3, false, &diag);
	char *text = NULL;
	const enum sabin_err read = sabin_read_text(path, 10, &text, NULL, NULL);
	unlink(link);
	unlink(path);
	assert_int_equal(plainly, SABIN_EEXIST);
	assert_int_equal(by_link, SABIN_EEXIST);
	assert_ok(read);
	assert_string_equal(text, "old");
	free(text);
}

static void fill(const struct sabin_output *output, const char *name, const char *text)
{
	char *path = sabin_path_join(output->temporary, name);
	assert_non_null(path);
	put(path, text);
	free(path);
}

static void directories_are_exchanged(void **state)
{
	(void)state;
	struct sabin_output output;
	struct sabin_diag diag = {0};
	assert_ok(sabin_output_begin(&output, "out/", SABIN_MARK_MEASUREMENT, false, &diag));
	assert_string_equal(output.target, "out");
	assert_non_null(strstr(output.temporary, ".out.sabin-"));
	fill(&output, "measurement.yaml", "one");
	fill(&output, "gone", "");
	assert_int_not_equal(access("out", F_OK), 0);
	assert_ok(sabin_output_commit(&output, &diag));
	assert_text("out/measurement.yaml", "one");

	assert_int_equal(sabin_output_begin(&output, "out", SABIN_MARK_MEASUREMENT, false, &diag), SABIN_EEXIST);
	assert_ok(sabin_output_begin(&output, "out", SABIN_MARK_MEASUREMENT, true, &diag));
	fill(&output, "measurement.yaml", "two");
	assert_text("out/measurement.yaml", "one");
	assert_ok(sabin_output_commit(&output, &diag));
	assert_text("out/measurement.yaml", "two");
	assert_int_not_equal(access("out/gone", F_OK), 0);
	assert_int_equal(count_files("."), 1);
	sabin_output_abandon(&output); /* harmless after commit */
}

static void foreign_directories_are_kept(void **state)
{
	(void)state;
	struct sabin_output output;
	struct sabin_diag diag = {0};
	assert_int_equal(mkdir("photos", 0777), 0);
	put("photos/cat", "x");
	assert_int_equal(sabin_output_begin(&output, "photos", SABIN_MARK_MEASUREMENT, true, &diag), SABIN_EEXIST);
	assert_non_null(strstr(diag.message, "did not make"));
	assert_text("photos/cat", "x");
	/* nor is a measurement, which cannot be repeated, lost to a correction */
	assert_int_equal(mkdir("before", 0777), 0);
	put("before/measurement.yaml", "x");
	assert_int_equal(sabin_output_begin(&output, "before", SABIN_MARK_CORRECTION, true, &diag), SABIN_EEXIST);
	assert_text("before/measurement.yaml", "x");
	assert_ok(sabin_output_begin(&output, "before", SABIN_MARK_MEASUREMENT, true, &diag));
	sabin_output_abandon(&output);
	put("file", "x");
	assert_int_equal(sabin_output_begin(&output, "file", SABIN_MARK_MEASUREMENT, true, &diag), SABIN_EEXIST);
	assert_int_equal(count_files("."), 3);
}

/* --force is decided on what stands there at the end, not on what stood there at the start */
static void target_that_appears_meanwhile_is_kept(void **state)
{
	(void)state;
	struct sabin_output output;
	struct sabin_diag diag = {0};
	assert_ok(sabin_output_begin(&output, "a", NULL, false, &diag));
	put("a", "other");
	assert_int_equal(sabin_output_commit(&output, &diag), SABIN_EEXIST);
	assert_text("a", "other");
	assert_ok(sabin_output_begin(&output, "d", SABIN_MARK_MEASUREMENT, true, &diag));
	assert_int_equal(mkdir("d", 0777), 0);
	put("d/cat", "x");
	assert_int_equal(sabin_output_commit(&output, &diag), SABIN_EEXIST);
	assert_text("d/cat", "x");
	assert_int_equal(count_files("."), 2);
}

static void abandoning_leaves_nothing(void **state)
{
	(void)state;
	struct sabin_output output = {0};
	sabin_output_abandon(&output);
	assert_ok(sabin_output_begin(&output, "d", SABIN_MARK_MEASUREMENT, false, NULL));
	fill(&output, "x", "x");
	char *below = sabin_path_join(output.temporary, "recordings");
	assert_int_equal(mkdir(below, 0777), 0);
	free(below);
	fill(&output, "recordings/y", "y");
	sabin_output_abandon(&output);
	assert_ok(sabin_output_begin(&output, "f", NULL, false, NULL));
	sabin_output_abandon(&output);
	assert_int_equal(count_files("."), 0);
}

/* A child that dies while it fills a directory leaves it behind; one that lives does not count. */
static void what_the_dead_left_is_found(void **state)
{
	(void)state;
	struct sabin_output alive, output;
	assert_ok(sabin_output_begin(&alive, "d", SABIN_MARK_MEASUREMENT, false, NULL));
	assert_int_equal(mkdir(".d.sabin-abc", 0777), 0);     /* not a name of ours */
	assert_int_equal(mkdir(".other.sabin-abcdef", 0777), 0); /* another target's */
	put(".d.sabin-abcdef", "a file");
	assert_ok(sabin_output_begin(&output, "./d", SABIN_MARK_MEASUREMENT, false, NULL));
	assert_null(sabin_output_leftover(&output));
	sabin_output_abandon(&output);
	const pid_t child = fork();
	if (child == 0) {
		const enum sabin_err err = sabin_output_begin(&output, "d", SABIN_MARK_MEASUREMENT, false, NULL);
		(void)err;
		raise(SIGKILL);
	}
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_ok(sabin_output_begin(&output, "d", SABIN_MARK_MEASUREMENT, false, NULL));
	char *left = sabin_output_leftover(&output);
	assert_non_null(left);
	assert_int_equal(strncmp(left, ".d.sabin-", 9), 0);
	assert_string_not_equal(left, output.temporary);
	assert_string_not_equal(left, alive.temporary);
	char *again = sabin_output_leftover_of("d/");
	assert_string_equal(again, left);
	free(again);
	assert_int_equal(sabin_output_temporary(left), SABIN_TEMPORARY_LEFT);
	assert_int_equal(sabin_output_temporary(output.temporary), SABIN_TEMPORARY_IN_USE);
	assert_int_equal(sabin_output_temporary("d"), SABIN_TEMPORARY_NO);
	assert_int_equal(sabin_output_temporary(".d.sabin-abc"), SABIN_TEMPORARY_NO);
	assert_int_equal(rmdir(left), 0);
	free(left);
	assert_null(sabin_output_leftover(&output));
	assert_null(sabin_output_leftover_of("d"));
	sabin_output_abandon(&output);
	sabin_output_abandon(&alive);
}

/* A measurement is not removed (above); a file and a correction are. */
static void what_the_dead_left_is_removed(void **state)
{
	(void)state;
	struct sabin_output alive, output;
	const char *const marks[] = {NULL, SABIN_MARK_CORRECTION};
	for (int i = 0; i < 2; i++) {
		assert_ok(sabin_output_begin(&alive, "gone", marks[i], false, NULL));
		const pid_t child = fork();
		if (child == 0) {
			const enum sabin_err err = sabin_output_begin(&output, "gone", marks[i], false, NULL);
			/* more names than the kernel tells at a time */
			for (int k = 0; !err && marks[i] && k < 300; k++) {
				char name[16];
				snprintf(name, sizeof name, "a%d", k);
				fill(&output, name, "half of it");
			}
			raise(SIGKILL);
		}
		int status = 0;
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFSIGNALED(status));
		assert_int_equal(count(".gone.sabin-"), 2);
		assert_int_equal(mkdir(".gone.sabin-abc", 0777), 0); /* not a name of ours */
		assert_ok(sabin_output_begin(&output, "gone", marks[i], false, NULL));
		assert_int_equal(count(".gone.sabin-"), 3);
		assert_int_equal(access(alive.temporary, F_OK), 0);
		assert_int_equal(access(output.temporary, F_OK), 0);
		assert_int_equal(rmdir(".gone.sabin-abc"), 0);
		sabin_output_abandon(&output);
		sabin_output_abandon(&alive);
		assert_int_equal(count(".gone.sabin-"), 0);
	}
}

static void reading_says_what_is_wrong(void **state)
{
	(void)state;
	char *text = NULL;
	struct sabin_diag diag = {0};
	assert_int_equal(sabin_read_text("none", 10, &text, NULL, &diag), SABIN_EIO);
	assert_string_equal(diag.message, "no such file");
	assert_int_equal(sabin_read_text(".", 10, &text, NULL, &diag), SABIN_EIO);
	assert_non_null(strstr(diag.message, "is a directory"));
	put("long", "12345678901");
	assert_int_equal(sabin_read_text("long", 10, &text, NULL, &diag), SABIN_EFORMAT);
	assert_non_null(strstr(diag.message, "too large"));
	size_t n = 0;
	assert_ok(sabin_read_text("long", 11, &text, &n, &diag));
	assert_int_equal(n, 11);
	free(text);
	FILE *stream = fopen("nul", "w");
	fwrite("ab\nc\0d", 1, 6, stream);
	fclose(stream);
	assert_int_equal(sabin_read_text("nul", 10, &text, NULL, &diag), SABIN_EFORMAT);
	assert_int_equal(diag.line, 2);
	assert_int_equal(diag.column, 2);
	put("empty", "");
	assert_ok(sabin_read_text("empty", 10, &text, &n, &diag));
	assert_int_equal(n, 0);
	assert_string_equal(text, "");
	free(text);
	if (geteuid() != 0) {
		assert_int_equal(chmod("long", 0), 0);
		assert_int_equal(sabin_read_text("long", 99, &text, NULL, &diag), SABIN_EIO);
		assert_non_null(strstr(diag.message, "permission"));
	}
}

static void paths_join_and_split(void **state)
{
	(void)state;
	static const struct {
		const char *folder, *name, *joined;
	} joins[] = {
	    {"a", "b", "a/b"}, {"a/", "b", "a/b"}, {"", "b", "b"},
	    {"a", "/b", "/b"}, {"/", "b", "/b"},
	};
	for (size_t i = 0; i < sizeof(joins) / sizeof(joins[0]); i++) {
		char *path = sabin_path_join(joins[i].folder, joins[i].name);
		assert_string_equal(path, joins[i].joined);
		free(path);
	}
	static const char *const folders[][2] = {
	    {"a/b", "a"}, {"b", "."}, {"/b", "/"}, {"a//b", "a"}, {"/a/b/c", "/a/b"},
	};
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		char *path = sabin_path_folder(folders[i][0]);
		assert_string_equal(path, folders[i][1]);
		free(path);
	}
}

#define row(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    row(text_appears_whole),
	    row(existing_file_needs_force),
	    row(a_link_is_followed),
	    row(odd_targets_are_refused),
	    row(files_in_memory_are_files),
	    row(directories_are_exchanged),
	    row(foreign_directories_are_kept),
	    row(target_that_appears_meanwhile_is_kept),
	    row(abandoning_leaves_nothing),
	    row(what_the_dead_left_is_found),
	    row(what_the_dead_left_is_removed),
	    row(reading_says_what_is_wrong),
	    row(paths_join_and_split),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
