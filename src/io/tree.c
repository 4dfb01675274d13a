/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tree.c: removing and syncing whole folders, relative to open descriptors so that nobody can
 * exchange a folder for a link under our feet.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/tree.h"

/* A measurement directory is two deep; deeper than this is nothing we wrote. */
enum { DEPTH_MAX = 16 };

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static DIR *open_folder(int parent, const char *name)
{
	int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		return NULL;
	DIR *entries = fdopendir(folder);
	if (!entries)
		close(folder);
	return entries;
}

static bool remove_at(int parent, const char *name, int depth);

/* What is in the folder; asked again until nothing more goes, since names move up when others go.  The kernel is
 * asked directly: opendir() needs memory, and what is tidied up may be what memory ran out for. */
static void remove_entries(int folder, int depth)
{
	_Alignas(struct dirent64) char names[2048];
	bool gone;
	do {
		ssize_t n;
		gone = false;
		if (lseek(folder, 0, SEEK_SET) != 0)
			return;
		while ((n = getdents64(folder, names, sizeof names)) > 0)
			for (ssize_t at = 0; at < n;) {
				const struct dirent64 *entry = (const struct dirent64 *)(const void *)(names + at);
				at += entry->d_reclen;
				if (!is_dots(entry->d_name) && remove_at(folder, entry->d_name, depth + 1))
					gone = true;
			}
	} while (gone);
}

static bool remove_at(int parent, const char *name, int depth)
{
	if (unlinkat(parent, name, 0) == 0)
		return true;
	if (depth > DEPTH_MAX)
		return false;
	const int folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		return false;
	remove_entries(folder, depth);
	close(folder);
	return unlinkat(parent, name, AT_REMOVEDIR) == 0;
}

void sabin_tree_remove(const char *path)
{
	(void)remove_at(AT_FDCWD, path, 0);
}

/* EINVAL and EROFS: a file system that does not sync at all. */
static int sync_descriptor(int file)
{
	return fsync(file) == 0 || errno == EINVAL || errno == EROFS ? 0 : -1;
}

static int sync_at(int parent, const char *name, int depth)
{
	struct stat status;
	if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	if (S_ISREG(status.st_mode)) {
		int file = openat(parent, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		if (file < 0)
			return -1;
		int done = sync_descriptor(file);
		close(file);
		return done;
	}
	if (!S_ISDIR(status.st_mode) || depth > DEPTH_MAX)
		return 0;
	DIR *entries = open_folder(parent, name);
	if (!entries)
		return -1;
	int done = 0;
	for (struct dirent *entry; done == 0 && (entry = readdir(entries));)
		if (!is_dots(entry->d_name))
			done = sync_at(dirfd(entries), entry->d_name, depth + 1);
	if (done == 0)
		done = sync_descriptor(dirfd(entries));
	closedir(entries);
	return done;
}

int sabin_tree_sync(const char *path)
{
	return sync_at(AT_FDCWD, path, 0);
}

void sabin_tree_sync_folder(const char *path)
{
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return;
	(void)sync_descriptor(folder);
	close(folder);
}

bool sabin_tree_is_empty(const char *path)
{
	DIR *entries = open_folder(AT_FDCWD, path);
	if (!entries)
		return false;
	bool empty = true;
	for (struct dirent *entry; empty && (entry = readdir(entries));)
		empty = is_dots(entry->d_name);
	closedir(entries);
	return empty;
}
