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

static void remove_at(int parent, const char *name, int depth)
{
	if (unlinkat(parent, name, 0) == 0 || depth > DEPTH_MAX)
		return;
	DIR *entries = open_folder(parent, name);
	if (!entries)
		return;
	for (struct dirent *entry; (entry = readdir(entries));)
		if (!is_dots(entry->d_name))
			remove_at(dirfd(entries), entry->d_name, depth + 1);
	closedir(entries);
	unlinkat(parent, name, AT_REMOVEDIR);
}

void sabin_tree_remove(const char *path)
{
	remove_at(AT_FDCWD, path, 0);
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
