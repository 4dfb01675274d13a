/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * memstream.h: a text in memory, written through a stream.  Unlike open_memstream() of glibc, which drops what
 * finds no memory and still closes well, this one never hands over a part of a text.
 */
#ifndef SABIN_IO_MEMSTREAM_H
#define SABIN_IO_MEMSTREAM_H

#include <stdio.h>

/* NULL: no memory.  After fclose() has returned 0, *text is all that was written, terminated, *length bytes
 * without the NUL; free() it.  Where fclose() returns EOF, something found no memory: *text is NULL.  Until then
 * *text is NULL, too. */
FILE *sabin_memstream_open(char **text, size_t *length);

#endif
