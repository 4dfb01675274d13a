/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * atomic.h: outputs that appear whole or not at all, and never over something that is not ours.
 *
 * A file is written beside its target under a temporary name, synced and renamed.  A directory is
 * made beside its target, filled, synced and exchanged (RENAME_EXCHANGE) with the old one, which is
 * then removed; only a directory that holds a measurement.yaml, a correction.yaml or a .sabin mark is
 * ours to replace.  A run that is killed leaves its temporary, which the next one for the same target
 * removes, unless it may hold a measurement.
 */
#ifndef SABIN_IO_ATOMIC_H
#define SABIN_IO_ATOMIC_H

#include <stdbool.h>
#include <stddef.h>

#include "io/diag.h"

struct sabin_output {
	char *target;    /* as the person named it, without a trailing slash */
	char *temporary; /* write here (a file), or below here (a directory) */
	const char *mark; /* of a directory */
	bool directory, force;
	unsigned held; /* signals that wait until the temporary is in its place or gone */
	int lock; /* descriptor of the temporary, locked for as long as we live; -1: written in place */
};

/* The files by which sabin knows its directories. */
#define SABIN_MARK_MEASUREMENT "measurement.yaml"
#define SABIN_MARK_CORRECTION  "correction.yaml"

/* Check that `target` may be written and choose the temporary; for a directory, of which `mark` names
 * the file that it is known by (static text; NULL: a file is written), it is made.
 * SABIN_EEXIST: it exists and force is false, or it is a directory that has something in it and not that file.  SABIN_EIO: the folder is
 * missing or not writable. */
SABIN_MUST enum sabin_err sabin_output_begin(struct sabin_output *output, const char *target,
                                             const char *mark, bool force, struct sabin_diag *diag);

/* Sync and move to the target.  On failure the temporary is removed and the old target is whole.
 * Releases `output` in every case. */
SABIN_MUST enum sabin_err sabin_output_commit(struct sabin_output *output, struct sabin_diag *diag);

/* Remove the temporary and release; harmless after commit or on a zeroed struct. */
void sabin_output_abandon(struct sabin_output *output);

/* Begun and abandoned: what would be refused at the end is refused before the work, so that nobody waits in vain. */
SABIN_MUST enum sabin_err sabin_output_check(const char *target, const char *mark, bool force,
                                             struct sabin_diag *diag);

/* A temporary directory beside this one, for the same target, of a run that died before it could remove
 * it: free() it, or NULL when there is none.  Nothing that still runs is meant: that holds a lock. */
SABIN_MUST char *sabin_output_leftover(const struct sabin_output *output);

/* The same for a target that is not being written. */
SABIN_MUST char *sabin_output_leftover_of(const char *target);

/* Is `path` a temporary directory of ours: one that somebody writes, or one that a run left that died? */
enum sabin_temporary { SABIN_TEMPORARY_NO, SABIN_TEMPORARY_IN_USE, SABIN_TEMPORARY_LEFT };
enum sabin_temporary sabin_output_temporary(const char *path);

/* Text of `length` bytes as a whole file, by the three steps above. */
SABIN_MUST enum sabin_err sabin_output_text(const char *target, const char *text, size_t length,
                                            bool force, struct sabin_diag *diag);

/* All of it to a descriptor, in as few pieces as the system takes; a signal does not cut it short.  False: errno
 * tells why. */
SABIN_MUST bool sabin_write_all(int file, const char *text, size_t length);

/* A whole file as text with a final NUL; refuses a directory, more than `limit` bytes, and NUL bytes
 * inside.  free() it. */
SABIN_MUST enum sabin_err sabin_read_text(const char *path, size_t limit, char **text,
                                          size_t *length, struct sabin_diag *diag);

/* Make the folder `folder`/`name`; one that is there already will do. */
SABIN_MUST enum sabin_err sabin_make_folder(const char *folder, const char *name,
                                            struct sabin_diag *diag);

/* `folder`/`name` as a new string; name alone when it is absolute or folder is empty. */
SABIN_MUST char *sabin_path_join(const char *folder, const char *name);
/* *is: is there such a file?  SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_path_holds(const char *folder, const char *name, bool *is);

/* The folder part of a path as a new string ("." when it has none). */
SABIN_MUST char *sabin_path_folder(const char *path);
/* A path without the slashes at its end, as a new string; what stands behind its last slash. */
SABIN_MUST char *sabin_path_plain(const char *path);
const char *sabin_path_last(const char *path);

#endif
