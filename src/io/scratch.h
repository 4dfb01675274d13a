/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * scratch.h: long arrays that lie on the disk, not in memory.
 */
#ifndef SABIN_IO_SCRATCH_H
#define SABIN_IO_SCRATCH_H

#include <stddef.h>

#include "io/diag.h"

struct sabin_scratch {
	void *at; /* zeroed at first; NULL: none */
	size_t bytes;
};

/* `count` elements of `size` bytes in a file without a name below `folder`, mapped: the system may put
 * its pages on the disk whenever it needs the memory.  All of the space is taken at once.
 * SABIN_EIO: the folder cannot be written, or the disk is full; SABIN_ENOMEM: too many.
 * Release with sabin_scratch_release(), which is harmless on a zeroed struct. */
SABIN_MUST enum sabin_err sabin_scratch_new(const char *folder, size_t count, size_t size,
                                            struct sabin_scratch *out, struct sabin_diag *diag);
void sabin_scratch_release(struct sabin_scratch *scratch);

#endif
