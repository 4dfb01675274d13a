/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * scratch.c: mapped files without a name.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "io/atomic.h"
#include "io/scratch.h"

/* A file that vanishes with its last user; by two steps where the file system knows no other way. */
static int open_nameless(const char *folder)
{
	int file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (file >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
		return file;
	char *name = sabin_path_join(folder, ".scratch-XXXXXX");
	if (!name) {
		errno = ENOMEM;
		return -1;
	}
	file = mkostemp(name, O_CLOEXEC);
	if (file >= 0)
		unlink(name);
	free(name);
	return file;
}

enum sabin_err sabin_scratch_new(const char *folder, size_t count, size_t size,
                                 struct sabin_scratch *out, struct sabin_diag *diag)
{
	size_t bytes;
	if (count == 0 || __builtin_mul_overflow(count, size, &bytes) || bytes > INT64_MAX)
		return SABIN_ENOMEM;
	const int file = open_nameless(folder);
	if (file < 0)
		return sabin_diag_set(diag, SABIN_EIO, folder, 0, 0, "cannot be written: %s",
		                      strerror(errno));
	/* a page that the disk has no room for would be a signal later */
	const int full = posix_fallocate(file, 0, (off_t)bytes);
	void *at = full ? MAP_FAILED : mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	const int why = full ? full : errno;
	close(file);
	if (at == MAP_FAILED) {
		sabin_diag_set(diag, SABIN_EIO, folder, 0, 0, "there is no room for %zu MB of recordings: %s",
		               bytes >> 20, strerror(why));
		sabin_diag_advise(diag, "free some space, or measure into a folder on another disk");
		return SABIN_EIO;
	}
	*out = (struct sabin_scratch){at, bytes};
	return SABIN_OK;
}

void sabin_scratch_release(struct sabin_scratch *scratch)
{
	if (scratch->at)
		munmap(scratch->at, scratch->bytes);
	*scratch = (struct sabin_scratch){0};
}
