/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * given.h: what the fuzzer gives as a file, since that is what users hand in; in memory, since there are
 * millions.
 */
#ifndef SABIN_FUZZ_GIVEN_H
#define SABIN_FUZZ_GIVEN_H

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The file's path, until it is closed.  Without memory there is nothing to test. */
static inline int given_open(const uint8_t *data, size_t size, char path[64])
{
	const int file = memfd_create("given", MFD_CLOEXEC);
	if (file < 0 || write(file, data, size) != (ssize_t)size)
		abort();
	snprintf(path, 64, "/proc/self/fd/%d", file);
	return file;
}

#endif
