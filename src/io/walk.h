/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * walk.h: the measurements and response files below folders, one after the other.
 */
#ifndef SABIN_IO_WALK_H
#define SABIN_IO_WALK_H

#include "io/diag.h"

struct sabin_walk;

/* Of paths[], which ends with NULL and must outlive the walk. */
SABIN_MUST enum sabin_err sabin_walk_new(char *const *paths, struct sabin_walk **out);
void sabin_walk_free(struct sabin_walk *walk);

/* The next measurement directory or response file as a new string, NULL at the end; free() it.
 *
 * A path that is no folder, or a measurement directory, stands for itself, whatever it is.  Any other folder
 * is gone through, with the folders in it, in the order that sort(1) gives the paths in the C locale:
 * measurement directories, which are not looked into, sound files, and texts that REW wrote of an
 * impulse response.  Hidden names are left out, and links to folders that are no measurement.
 *
 * SABIN_EIO, SABIN_EFORMAT: *path is a folder that cannot be read, or holds nothing of that kind; the walk
 * goes on behind it.  SABIN_ENOMEM: it cannot go on. */
SABIN_MUST enum sabin_err sabin_walk_next(struct sabin_walk *walk, char **path,
                                          struct sabin_diag *diag);

/* How much of the way is done, 0 .. 1, as far as it can be seen. */
double sabin_walk_share(const struct sabin_walk *walk);

#endif
