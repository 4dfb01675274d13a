/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * large.c: memory for long signals and spectra, madvise(2).
 */
#include "signal/large.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

static const size_t vector_bytes = 64;      /* the widest there are */
static const size_t page_bytes = 2u << 20;  /* a large page of x86-64; on others advice for nothing */
static const size_t large_bytes = 4u << 20; /* from here on rounding up wastes little */

void *sabin_large_array(size_t count, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(count, size, &bytes) || bytes > PTRDIFF_MAX - page_bytes)
		return NULL;
	const size_t unit = bytes < large_bytes ? vector_bytes : page_bytes;
	const size_t whole = (bytes + unit - 1) / unit * unit;
	void *memory = aligned_alloc(unit, whole > 0 ? whole : unit);
	if (memory && unit == page_bytes)
		(void)madvise(memory, whole, MADV_HUGEPAGE); /* without them it works as well */
	return memory;
}
