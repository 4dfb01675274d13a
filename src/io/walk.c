/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * walk.c: the measurements and response files below folders.
 *
 * What is kept is the names of the folders on the way, not those of all files.
 */
#include <dirent.h>
#include <errno.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/atomic.h"
#include "io/rew_text.h"
#include "io/walk.h"

struct entry {
	char *name;
	bool folder; /* to be gone through */
};

/* A folder on the way, and how far in it. */
struct level {
	char *path;
	struct entry *entry;
	size_t count, at;
};

struct sabin_walk {
	char *const *paths;
	size_t count, at;  /* of paths; `at` is the next one */
	struct level *level;
	size_t depth;
	bool found; /* anything in the folder that was named */
};

static void release_level(struct level *level)
{
	for (size_t i = 0; i < level->count; i++)
		free(level->entry[i].name);
	free(level->entry);
	free(level->path);
}

enum sabin_err sabin_walk_new(char *const *paths, struct sabin_walk **out)
{
	struct sabin_walk *walk = calloc(1, sizeof *walk);
	if (!walk)
		return SABIN_ENOMEM;
	walk->paths = paths;
	while (paths[walk->count])
		walk->count++;
	*out = walk;
	return SABIN_OK;
}

void sabin_walk_free(struct sabin_walk *walk)
{
	if (!walk)
		return;
	while (walk->depth > 0)
		release_level(&walk->level[--walk->depth]);
	free(walk->level);
	free(walk);
}

double sabin_walk_share(const struct sabin_walk *walk)
{
	double share = 0;
	for (size_t d = walk->depth; d-- > 0;)
		if (walk->level[d].count > 0) {
			/* the entry that the level below stands for has been counted as taken */
			const double taken = (double)walk->level[d].at - (d + 1 < walk->depth);
			share = (taken + share) / (double)walk->level[d].count;
		}
	return walk->count > 0 ? ((double)walk->at - (walk->depth > 0) + share) / (double)walk->count : 1;
}

/* ---- one folder ------------------------------------------------------------- */

static bool is_folder(const char *path, bool follow)
{
	struct stat status;
	return (follow ? stat(path, &status) : lstat(path, &status)) == 0 && S_ISDIR(status.st_mode);
}

static bool is_measurement(const char *path)
{
	bool is;
	return sabin_path_holds(path, SABIN_MARK_MEASUREMENT, &is) == SABIN_OK && is;
}

static bool is_response(const char *path)
{
	static const char *const endings[] = {".wav", ".wave", ".flac", ".aif", ".aiff",
	                                      ".caf", ".w64",  ".rf64", ".au"};
	const char *dot = strrchr(path, '.');
	for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
		if (strcasecmp(dot, endings[i]) == 0)
			return true;
	return dot && strcasecmp(dot, ".txt") == 0 && sabin_rew_text_kind(path) == SABIN_REW_IMPULSE;
}

/* Take the name up if the walk has to do with it. */
static enum sabin_err add(struct level *level, const char *name)
{
	char *path = sabin_path_join(level->path, name);
	if (!path)
		return SABIN_ENOMEM;
	const bool measurement = is_folder(path, true) && is_measurement(path);
	const bool folder = !measurement && is_folder(path, false);
	const bool wanted = measurement || folder || (!is_folder(path, true) && is_response(path));
	free(path);
	if (!wanted)
		return SABIN_OK;
	if ((level->count & (level->count + 1)) == 0) { /* full at 0, 1, 3, 7, ... */
		struct entry *grown = realloc(level->entry, (2 * level->count + 1) * sizeof *grown);
		if (!grown)
			return SABIN_ENOMEM;
		level->entry = grown;
	}
	struct entry *entry = &level->entry[level->count];
	*entry = (struct entry){.name = strdup(name), .folder = folder};
	if (!entry->name)
		return SABIN_ENOMEM;
	level->count++;
	return SABIN_OK;
}

/* By the bytes of the whole paths: after a folder's name comes a stroke. */
static int compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	size_t i = 0;
	while (x->name[i] && x->name[i] == y->name[i])
		i++;
	const char p = x->name[i] || !x->folder ? x->name[i] : '/';
	const char q = y->name[i] || !y->folder ? y->name[i] : '/';
	return (int)(unsigned char)p - (int)(unsigned char)q;
}

static enum sabin_err read_level(const char *path, struct level *out, struct sabin_diag *diag)
{
	struct level level = {.path = strdup(path)};
	enum sabin_err err = level.path ? SABIN_OK : SABIN_ENOMEM;
	DIR *entries = err ? NULL : opendir(path);
	if (!err && !entries)
		err = sabin_diag_set(diag, SABIN_EIO, path, 0, 0, "cannot be read: %s", strerror(errno));
	for (const struct dirent *e; entries && !err && (e = readdir(entries));)
		if (e->d_name[0] != '.')
			err = add(&level, e->d_name);
	if (entries)
		closedir(entries);
	if (err) {
		release_level(&level);
		return err;
	}
	if (level.count > 0)
		qsort(level.entry, level.count, sizeof *level.entry, compare);
	*out = level;
	return SABIN_OK;
}

static enum sabin_err enter(struct sabin_walk *walk, const char *path, struct sabin_diag *diag)
{
	struct level *grown = realloc(walk->level, (walk->depth + 1) * sizeof *grown);
	if (!grown)
		return SABIN_ENOMEM;
	walk->level = grown;
	enum sabin_err err = read_level(path, &walk->level[walk->depth], diag);
	if (!err)
		walk->depth++;
	return err;
}

/* ---- the way ---------------------------------------------------------------- */

/* Leave the folder that is done with; *path is set where that was the one named, and it held nothing. */
static enum sabin_err leave(struct sabin_walk *walk, char **path, struct sabin_diag *diag)
{
	struct level *done = &walk->level[--walk->depth];
	enum sabin_err err = SABIN_OK;
	if (walk->depth == 0 && !walk->found) {
		*path = done->path;
		done->path = NULL;
		err = sabin_diag_set(diag, SABIN_EFORMAT, *path, 0, 0,
		                     "holds neither a measurement nor a file of an impulse response");
	}
	release_level(done);
	return err;
}

enum sabin_err sabin_walk_next(struct sabin_walk *walk, char **path, struct sabin_diag *diag)
{
	enum sabin_err err = SABIN_OK;
	*path = NULL;
	while (!err && !*path) {
		bool folder;
		char *next = NULL;
		if (walk->depth > 0) {
			struct level *level = &walk->level[walk->depth - 1];
			if (level->at == level->count) {
				err = leave(walk, path, diag);
				continue;
			}
			folder = level->entry[level->at].folder;
			next = sabin_path_join(level->path, level->entry[level->at++].name);
		} else if (walk->at < walk->count) {
			next = sabin_path_plain(walk->paths[walk->at++]);
			folder = next && is_folder(next, true) && !is_measurement(next);
			walk->found = !folder;
		} else {
			return SABIN_OK;
		}
		if (!next)
			return SABIN_ENOMEM;
		if (!folder) {
			walk->found = true;
			*path = next;
			return SABIN_OK;
		}
		err = enter(walk, next, diag);
		if (err) {
			walk->found = true; /* something that nobody can tell */
			*path = next;
		} else {
			free(next);
		}
	}
	return err;
}
