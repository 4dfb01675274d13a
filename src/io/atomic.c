/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * atomic.c: outputs that appear whole or not at all.
 *
 * What is being written has a temporary name beside the target (temporary.c) until it is whole.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io/atomic.h"
#include "io/temporary.h"
#include "io/tree.h"

/* glibc hides its renameat2() behind _GNU_SOURCE; the system call itself is always there */
static int rename_with(const char *from, const char *to, unsigned flags)
{
	return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

/* Some file systems (and kernels) know no flags. */
static bool flags_unsupported(int error)
{
	return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP;
}

char *sabin_path_join(const char *folder, const char *name)
{
	if (!folder || !*folder || *name == '/')
		return strdup(name);
	size_t a = strlen(folder), b = strlen(name);
	bool slash = folder[a - 1] != '/';
	char *path = malloc(a + slash + b + 1);
	if (path)
		snprintf(path, a + slash + b + 1, "%s%s%s", folder, slash ? "/" : "", name);
	return path;
}

enum sabin_err sabin_path_holds(const char *folder, const char *name, bool *is)
{
	char *path = sabin_path_join(folder, name);
	if (!path)
		return SABIN_ENOMEM;
	*is = access(path, F_OK) == 0;
	free(path);
	return SABIN_OK;
}

char *sabin_path_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	if (!slash)
		return strdup(".");
	while (slash > path && slash[-1] == '/')
		slash--;
	return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}

char *sabin_path_plain(const char *path)
{
	size_t n = strlen(path);
	while (n > 1 && path[n - 1] == '/')
		n--;
	return strndup(path, n);
}

const char *sabin_path_last(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* /dev/stdout and its like stay what the shell made of them; under /dev/shm are files as anywhere. */
static bool is_device_name(const char *target)
{
	static const char devices[] = "/dev/", memory[] = "/dev/shm/";
	return strncmp(target, devices, sizeof(devices) - 1) == 0 &&
	       strncmp(target, memory, sizeof(memory) - 1) != 0;
}

/* Targets that are written in place: what is no regular file cannot be renamed over. */
static bool is_direct(const char *target, const struct stat *status)
{
	return is_device_name(target) || (!S_ISREG(status->st_mode) && !S_ISDIR(status->st_mode));
}

/* Only like replaces like: a measurement, which cannot be repeated, is not lost to a correction. */
static bool is_own(const char *directory, const char *mark)
{
	char *path = sabin_path_join(directory, mark);
	struct stat status;
	const bool found = path && lstat(path, &status) == 0 && S_ISREG(status.st_mode);
	free(path);
	return found || sabin_tree_is_empty(directory);
}

/* The target exists: may it be replaced? */
static enum sabin_err check_existing(const struct sabin_output *output, mode_t mode,
                                     struct sabin_diag *diag)
{
	const char *target = output->target;
	if (output->directory && !S_ISDIR(mode))
		return sabin_diag_set(diag, SABIN_EEXIST, target, 0, 0,
		                      "exists and is not a directory");
	if (!output->directory && S_ISDIR(mode))
		return sabin_diag_set(diag, SABIN_EEXIST, target, 0, 0,
		                      "is a directory; the name of a file was expected");
	if (!output->force) {
		sabin_diag_set(diag, SABIN_EEXIST, target, 0, 0, "already exists");
		sabin_diag_advise(diag, "choose another name, or replace it with --force");
		return SABIN_EEXIST;
	}
	if (output->directory && !is_own(target, output->mark)) {
		sabin_diag_set(diag, SABIN_EEXIST, target, 0, 0,
		               "is a directory that sabin did not make as it would now (it holds no %s); "
		               "--force does not replace it", output->mark);
		sabin_diag_advise(diag, "choose another name, or remove it yourself");
		return SABIN_EEXIST;
	}
	return SABIN_OK;
}

static enum sabin_err cannot_create(const char *target, int error, struct sabin_diag *diag)
{
	char *folder = sabin_path_folder(target);
	const char *where = folder ? folder : target;
	struct stat status;
	if (error == ENOENT && stat(where, &status) == 0) /* as of /proc */
		sabin_diag_set(diag, SABIN_EIO, target, 0, 0,
		               "cannot be written: the folder %s takes no new files", where);
	else if (error == ENOENT)
		sabin_diag_set(diag, SABIN_EIO, target, 0, 0,
		               "cannot be written: the folder %s does not exist", where);
	else if (error == ENOTDIR)
		sabin_diag_set(diag, SABIN_EIO, target, 0, 0,
		               "cannot be written: %s is not a folder", where);
	else if (error == EACCES || error == EPERM || error == EROFS)
		sabin_diag_set(diag, SABIN_EIO, target, 0, 0,
		               "cannot be written: the folder %s may not be written to (%s)", where,
		               strerror(error));
	else
		sabin_diag_set(diag, SABIN_EIO, target, 0, 0, "cannot be written: %s",
		               strerror(error));
	free(folder);
	return SABIN_EIO;
}

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP};
enum { ENDING_SIGNALS = sizeof ending_signals / sizeof *ending_signals };

/* Who would die of a signal leaves no temporary: it waits.  Who handles it tidies up himself. */
static void hold_signals(struct sabin_output *output)
{
	sigset_t ending, before;
	sigemptyset(&ending);
	pthread_sigmask(SIG_BLOCK, NULL, &before);
	for (int i = 0; i < ENDING_SIGNALS; i++) {
		struct sigaction action;
		if (sigaction(ending_signals[i], NULL, &action) != 0 || action.sa_handler != SIG_DFL ||
		    sigismember(&before, ending_signals[i]))
			continue;
		sigaddset(&ending, ending_signals[i]);
		output->held |= 1u << i;
	}
	pthread_sigmask(SIG_BLOCK, &ending, NULL);
}

static void let_signals_come(unsigned held)
{
	sigset_t ending;
	sigemptyset(&ending);
	for (int i = 0; i < ENDING_SIGNALS; i++)
		if (held & 1u << i)
			sigaddset(&ending, ending_signals[i]);
	pthread_sigmask(SIG_UNBLOCK, &ending, NULL);
}

/* Make the temporary; names that exist already are tried again. */
static enum sabin_err make_temporary(struct sabin_output *output, struct sabin_diag *diag)
{
	enum { ATTEMPTS = 100 };
	for (int i = 0; i < ATTEMPTS; i++) {
		char *path = sabin_temporary_name(output->target);
		if (!path)
			return sabin_diag_set(diag, SABIN_ENOMEM, output->target, 0, 0,
			                      "out of memory");
		output->lock = sabin_temporary_make(path, output->directory);
		if (output->lock >= 0) {
			output->temporary = path;
			return SABIN_OK;
		}
		const int error = errno; /* free() may change it */
		free(path);
		if (error != EEXIST && error != ESTALE)
			return cannot_create(output->target, error, diag);
	}
	return cannot_create(output->target, EEXIST, diag);
}

/* The target without trailing slashes; where it exists, with links followed, so that what they
 * point to is replaced and not the link. */
static char *resolve(const char *target)
{
	char *plain = sabin_path_plain(target);
	struct stat status;
	const char *last = plain ? sabin_path_last(plain) : "";
	bool odd = strcmp(last, ".") == 0 || strcmp(last, "..") == 0;
	if (plain && (odd || (lstat(plain, &status) == 0 && S_ISLNK(status.st_mode)))) {
		char *real = is_device_name(plain) ? NULL : realpath(plain, NULL);
		if (real) {
			free(plain);
			plain = real;
		}
	}
	return plain;
}

enum sabin_err sabin_output_begin(struct sabin_output *output, const char *target, const char *mark,
                                  bool force, struct sabin_diag *diag)
{
	*output = (struct sabin_output){.mark = mark, .directory = mark, .force = force, .lock = -1};
	if (!*target)
		return sabin_diag_set(diag, SABIN_EIO, NULL, 0, 0,
		                      "the name of the output is empty");
	output->target = resolve(target);
	if (!output->target)
		return sabin_diag_set(diag, SABIN_ENOMEM, target, 0, 0, "out of memory");
	struct stat status;
	enum sabin_err err = SABIN_OK;
	bool exists = lstat(output->target, &status) == 0;
	if (exists && !mark && is_direct(output->target, &status)) {
		output->temporary = strdup(output->target);
		if (!output->temporary)
			err = sabin_diag_set(diag, SABIN_ENOMEM, target, 0, 0, "out of memory");
	} else {
		if (exists)
			err = check_existing(output, status.st_mode, diag);
		if (!err)
			hold_signals(output);
		/* before there is one of our own: who is killed between the two leaves one, not two */
		if (!err && (!mark || strcmp(mark, SABIN_MARK_MEASUREMENT) != 0))
			sabin_temporary_remove_orphans(output->target, output->directory);
		if (!err)
			err = make_temporary(output, diag);
	}
	if (err)
		sabin_output_abandon(output);
	return err;
}

static bool is_in_place(const struct sabin_output *output)
{
	return strcmp(output->temporary, output->target) == 0;
}

static void release(struct sabin_output *output)
{
	/* without a temporary it was never begun, and its descriptor is none */
	if (output->temporary && output->lock >= 0)
		close(output->lock);
	const unsigned held = output->held;
	free(output->target);
	free(output->temporary);
	*output = (struct sabin_output){0};
	let_signals_come(held);
}

void sabin_output_abandon(struct sabin_output *output)
{
	if (output->temporary && output->directory)
		sabin_tree_remove(output->temporary);
	else if (output->temporary && !is_in_place(output))
		unlink(output->temporary);
	release(output);
}

enum sabin_err sabin_output_check(const char *target, const char *mark, bool force, struct sabin_diag *diag)
{
	struct sabin_output output;
	const enum sabin_err err = sabin_output_begin(&output, target, mark, force, diag);
	sabin_output_abandon(&output);
	return err;
}

/* Move to a name that must not exist yet. */
static int move_to_new(const char *from, const char *to)
{
	if (rename_with(from, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (!flags_unsupported(errno))
		return -1;
	struct stat status;
	if (lstat(to, &status) == 0) {
		errno = EEXIST;
		return -1;
	}
	return rename(from, to);
}

/* Put the directory `fresh` in the place of `old`; the old contents are then found in `fresh`. */
static int exchange(const char *fresh, const char *old)
{
	if (rename_with(fresh, old, RENAME_EXCHANGE) == 0)
		return 0;
	if (!flags_unsupported(errno))
		return -1;
	char *aside = sabin_temporary_name(old);
	if (!aside) {
		errno = ENOMEM;
		return -1;
	}
	int done = rename(old, aside);
	if (done == 0 && rename(fresh, old) != 0) {
		int error = errno;
		if (rename(aside, old) != 0)
			error = errno;
		errno = error;
		done = -1;
	} else if (done == 0) {
		done = rename(aside, fresh);
	}
	free(aside);
	return done;
}

static int replace_file(const struct sabin_output *output)
{
	struct stat status;
	if (stat(output->target, &status) == 0 && S_ISREG(status.st_mode))
		(void)!chmod(output->temporary, status.st_mode & 0777); /* as the old one was */
	return rename(output->temporary, output->target);
}

static enum sabin_err move_into_place(struct sabin_output *output, struct sabin_diag *diag)
{
	struct stat status;
	bool exists = lstat(output->target, &status) == 0;
	int done;
	if (!output->force || !exists) {
		done = move_to_new(output->temporary, output->target);
		if (done != 0 && errno == EEXIST)
			return sabin_diag_set(diag, SABIN_EEXIST, output->target, 0, 0,
			                      "appeared while the output was being written");
	} else if (output->directory) {
		enum sabin_err err = check_existing(output, status.st_mode, diag);
		if (err)
			return err;
		done = exchange(output->temporary, output->target);
		if (done == 0)
			sabin_tree_remove(output->temporary);
	} else {
		done = replace_file(output);
	}
	return done == 0 ? SABIN_OK : cannot_create(output->target, errno, diag);
}

enum sabin_err sabin_output_commit(struct sabin_output *output, struct sabin_diag *diag)
{
	if (!output->temporary)
		return sabin_diag_set(diag, SABIN_EINVAL, NULL, 0, 0, "no output was begun");
	enum sabin_err err = SABIN_OK;
	if (!is_in_place(output)) {
		if (sabin_tree_sync(output->temporary) != 0)
			err = sabin_diag_set(diag, SABIN_EIO, output->target, 0, 0,
			                     "cannot be written: %s", strerror(errno));
		if (!err)
			err = move_into_place(output, diag);
	}
	if (err) {
		sabin_output_abandon(output);
		return err;
	}
	char *folder = sabin_path_folder(output->target);
	if (folder && !is_in_place(output))
		sabin_tree_sync_folder(folder);
	free(folder);
	release(output);
	return SABIN_OK;
}

bool sabin_write_all(int file, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t n = write(file, text, length);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		text += n;
		length -= (size_t)n;
	}
	return true;
}

enum sabin_err sabin_output_text(const char *target, const char *text, size_t length, bool force,
                                 struct sabin_diag *diag)
{
	struct sabin_output output;
	enum sabin_err err = sabin_output_begin(&output, target, NULL, force, diag);
	if (err)
		return err;
	int file = open(output.temporary, O_WRONLY | O_TRUNC | O_CLOEXEC);
	int error = file < 0 ? errno : 0;
	if (file >= 0 && !sabin_write_all(file, text, length))
		error = errno;
	if (file >= 0 && close(file) != 0 && !error)
		error = errno;
	if (error) {
		sabin_output_abandon(&output);
		return sabin_diag_set(diag, SABIN_EIO, target, 0, 0, "cannot be written: %s",
		                      strerror(error));
	}
	return sabin_output_commit(&output, diag);
}

enum sabin_err sabin_make_folder(const char *folder, const char *name, struct sabin_diag *diag)
{
	char *path = sabin_path_join(folder, name);
	if (!path)
		return SABIN_ENOMEM;
	enum sabin_err err = SABIN_OK;
	if (mkdir(path, 0777) < 0 && errno != EEXIST)
		err = sabin_diag_set(diag, SABIN_EIO, path, 0, 0, "%s", strerror(errno));
	free(path);
	return err;
}
