/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * tree.h: what atomic.c does to whole folders.
 */
#ifndef SABIN_IO_TREE_H
#define SABIN_IO_TREE_H

#include <stdbool.h>

/* Remove a file, or a folder with everything in it; links are removed, not followed. */
void sabin_tree_remove(const char *path);

/* fsync a file, or a folder with every file in it.  0, or -1 and errno. */
int sabin_tree_sync(const char *path);

/* fsync the folder itself, so that its new names last; errors do not matter (not every file system
 * can). */
void sabin_tree_sync_folder(const char *path);

/* Is it a folder with nothing in it? */
bool sabin_tree_is_empty(const char *path);

#endif
