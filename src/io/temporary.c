/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * temporary.c: what an output is called and held by until it is whole.
 *
 * Temporaries lie beside the target as ".NAME.sabin-XXXXXX".  They are created with open(O_EXCL)
 * and mkdir() rather than mkstemp() and mkdtemp(), so that the umask applies without being asked
 * for (which cannot be done without setting it, a race between threads).  They are locked, so that one
 * whose owner died is known from one that is being filled.  Who dies of SIGKILL leaves his; the next run with
 * the same target removes it, but for measurements, which may be wanted.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/atomic.h"
#include "io/temporary.h"
#include "io/tree.h"

/* Six letters that no other process guesses, so that nobody waits for us under the name. */
static void random_letters(char letters[7])
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567"; /* 32: five bits each */
	uint32_t bits = 0;
	if (getrandom(&bits, sizeof(bits), 0) != (ssize_t)sizeof(bits))
		bits = (uint32_t)getpid();
	for (int i = 0; i < 6; i++, bits >>= 5)
		letters[i] = alphabet[bits & 31];
	letters[6] = '\0';
}

/* What the temporaries of a target begin with, up to the letters.  Names end at 255 bytes: a longer
 * one is cut, since the letters make it unique. */
static void temporary_prefix(const char *target, char prefix[250])
{
	snprintf(prefix, 250, ".%.200s.sabin-", sabin_path_last(target));
}

/* `file` in the target's folder. */
static char *path_beside(const char *target, const char *file)
{
	char *folder = sabin_path_folder(target);
	bool here = folder && strcmp(folder, ".") == 0 && !strchr(target, '/');
	char *path = folder ? sabin_path_join(here ? "" : folder, file) : NULL;
	free(folder);
	return path;
}

char *sabin_temporary_name(const char *target)
{
	char file[256], prefix[250], letters[7];
	random_letters(letters);
	temporary_prefix(target, prefix);
	snprintf(file, sizeof(file), "%s%s", prefix, letters);
	return path_beside(target, file);
}

/* The descriptor of a directory that is now locked, or -1: somebody else's, or no directory. */
static int lock_directory(const char *path)
{
	int lock = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) != 0) {
		close(lock);
		lock = -1;
	}
	return lock;
}

/* The path of the next temporary of the target in its folder, or NULL; never `own`, which may be NULL. */
static char *next_temporary(DIR *entries, const char *target, const char *own)
{
	char prefix[250];
	temporary_prefix(target, prefix);
	const size_t length = strlen(prefix);
	for (const struct dirent *entry; entries && (entry = readdir(entries));) {
		const char *file = entry->d_name;
		if (strncmp(file, prefix, length) != 0 || strlen(file) != length + 6 ||
		    (own && strcmp(file, sabin_path_last(own)) == 0))
			continue;
		char *path = path_beside(target, file);
		if (path)
			return path;
	}
	return NULL;
}

static DIR *open_folder_of(const char *target)
{
	char *folder = sabin_path_folder(target);
	DIR *entries = folder ? opendir(folder) : NULL;
	free(folder);
	return entries;
}

/* The first directory among them that has no owner. */
static char *leftover(const char *target, const char *own)
{
	DIR *entries = open_folder_of(target);
	char *path;
	while ((path = next_temporary(entries, target, own))) {
		const int lock = lock_directory(path);
		if (lock >= 0) {
			close(lock);
			break;
		}
		free(path);
	}
	if (entries)
		closedir(entries);
	return path;
}

char *sabin_output_leftover(const struct sabin_output *output)
{
	return leftover(output->target, output->temporary);
}

char *sabin_output_leftover_of(const char *target)
{
	char *plain = sabin_path_plain(target);
	char *found = plain ? leftover(plain, NULL) : NULL;
	free(plain);
	return found;
}

enum sabin_temporary sabin_output_temporary(const char *path)
{
	char *plain = sabin_path_plain(path);
	const char *file = plain ? sabin_path_last(plain) : "", *dot = strstr(file, ".sabin-");
	enum sabin_temporary is = SABIN_TEMPORARY_NO;
	if (*file == '.' && dot && strlen(dot) == strlen(".sabin-") + 6) {
		const int lock = lock_directory(plain);
		is = lock >= 0 ? SABIN_TEMPORARY_LEFT : SABIN_TEMPORARY_IN_USE;
		if (lock >= 0)
			close(lock);
	}
	free(plain);
	return is;
}

/* Is `file` still what is found under the path? */
static bool is_there(int file, const char *path)
{
	struct stat open_one, named;
	return fstat(file, &open_one) == 0 && lstat(path, &named) == 0 && open_one.st_dev == named.st_dev &&
	       open_one.st_ino == named.st_ino;
}

int sabin_temporary_make(const char *path, bool directory)
{
	int file;
	if (directory && mkdir(path, 0777) != 0)
		return -1;
	if (directory)
		file = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	else
		file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (file < 0) {
		const int error = errno;
		if (directory)
			rmdir(path);
		errno = directory && error == ENOENT ? ESTALE : error;
		return -1;
	}
	while (flock(file, LOCK_EX) != 0 && errno == EINTR)
		;
	if (is_there(file, path))
		return file;
	close(file);
	errno = ESTALE;
	return -1;
}

/* Remove the path if it is of the output's kind and nobody has it locked; own: only if it is the user's. */
static void remove_orphan(const char *path, bool directory, bool own)
{
	struct stat status;
	const int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (file < 0)
		return;
	if (fstat(file, &status) == 0 && (directory ? S_ISDIR(status.st_mode) : S_ISREG(status.st_mode)) &&
	    (!own || status.st_uid == geteuid()) &&
	    flock(file, LOCK_EX | LOCK_NB) == 0 && is_there(file, path)) {
		if (directory)
			sabin_tree_remove(path);
		else
			unlink(path);
	}
	close(file);
}

void sabin_temporary_remove_orphans(const char *target, bool directory)
{
	DIR *entries = open_folder_of(target);
	char *path;
	while ((path = next_temporary(entries, target, NULL))) {
		remove_orphan(path, directory, false);
		free(path);
	}
	if (entries)
		closedir(entries);
}

/* ---- folders for work ----------------------------------------------------------------------------- */

/* Remove the user's folders BASE/NAME-XXXXXX, six letters or digits, that nobody has locked. */
static void sweep(const char *base, const char *name)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	const size_t length = strlen(name);
	DIR *entries = opendir(base);
	for (const struct dirent *entry; entries && (entry = readdir(entries));) {
		const char *file = entry->d_name;
		if (strncmp(file, name, length) != 0 || file[length] != '-' || strlen(file) != length + 7 ||
		    strspn(file + length + 1, alphabet) != 6)
			continue;
		char *path = sabin_path_join(base, file);
		if (path)
			remove_orphan(path, true, true);
		free(path);
	}
	if (entries)
		closedir(entries);
}

int sabin_temporary_folder(const char *base, const char *name, char **path)
{
	enum { ATTEMPTS = 20 };
	char file[64];
	snprintf(file, sizeof file, "%.50s-XXXXXX", name);
	sweep(base, name);
	for (int i = 0; i < ATTEMPTS; i++) {
		*path = sabin_path_join(base, file);
		if (!*path) {
			errno = ENOMEM;
			return -1;
		}
		if (!mkdtemp(*path))
			return -1;
		const int folder = open(*path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		/* a file system without locks has none that are swept */
		while (folder >= 0 && flock(folder, LOCK_EX) != 0 && errno == EINTR)
			;
		if (folder >= 0 && is_there(folder, *path))
			return folder;
		/* before the lock somebody took it for one without an owner */
		const int error = errno;
		if (folder >= 0)
			close(folder);
		else if (error != ENOENT) {
			rmdir(*path);
			errno = error;
			return -1;
		}
		free(*path);
		*path = NULL;
	}
	errno = ESTALE;
	return -1;
}
