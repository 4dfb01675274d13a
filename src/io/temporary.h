/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * temporary.h: the temporaries of outputs (atomic.h): names, owners, and those that were left.
 */
#ifndef SABIN_IO_TEMPORARY_H
#define SABIN_IO_TEMPORARY_H

#include <stdbool.h>

#include "io/diag.h"

/* A new name beside the target; free() it.  NULL: no memory. */
SABIN_MUST char *sabin_temporary_name(const char *target);

/* A new file or directory, as an open descriptor that is locked where locks are to be had; -1: errno tells.
 * Before the lock somebody who tidies up may have taken it for one without an owner: ESTALE. */
SABIN_MUST int sabin_temporary_make(const char *path, bool directory);

/* Remove the files (or directories) that runs with the same target left when they died. */
void sabin_temporary_remove_orphans(const char *target, bool directory);

/* A new folder of its own for work, BASE/NAME-XXXXXX, which its owner alone may enter; *path: to free().  An open
 * descriptor, whose lock is the sign of a living owner: close it once the folder is removed; -1: errno tells, and
 * *path is the name that failed or NULL.  Those of the same name and user whose owner died are removed first. */
SABIN_MUST int sabin_temporary_folder(const char *base, const char *name, char **path);

#endif
