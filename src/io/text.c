/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * text.c: reading a whole file as text, and saying what stands in its way.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/atomic.h"

static enum sabin_err cannot_read(const char *path, int error, struct sabin_diag *diag)
{
	if (error == ENOENT)
		return sabin_diag_set(diag, SABIN_EIO, path, 0, 0, "no such file");
	if (error == EACCES)
		return sabin_diag_set(diag, SABIN_EIO, path, 0, 0,
		                      "may not be read (permission denied)");
	if (error == EISDIR)
		return sabin_diag_set(diag, SABIN_EIO, path, 0, 0,
		                      "is a directory; a file was expected");
	return sabin_diag_set(diag, SABIN_EIO, path, 0, 0, "cannot be read: %s", strerror(error));
}

/* All of `file`, at most limit + 1 bytes (one more tells that it is too long). */
static enum sabin_err read_all(int file, size_t limit, char **text, size_t *length, int *error)
{
	size_t size = 0, used = 0;
	char *buffer = NULL;
	for (;;) {
		if (used == size) {
			size_t more = size ? 2 * size : 8192;
			if (more > limit + 1)
				more = limit + 1;
			char *grown = realloc(buffer, more + 1);
			if (!grown) {
				free(buffer);
				return SABIN_ENOMEM;
			}
			buffer = grown;
			size = more;
		}
		ssize_t n = read(file, buffer + used, size - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			*error = errno;
			free(buffer);
			return SABIN_EIO;
		}
		used += (size_t)n;
		if (n == 0 || used > limit)
			break;
	}
	buffer[used] = '\0';
	*text = buffer;
	*length = used;
	return SABIN_OK;
}

static enum sabin_err refuse_nul(const char *path, const char *text, size_t length,
                                 struct sabin_diag *diag)
{
	const char *nul = memchr(text, '\0', length);
	if (!nul)
		return SABIN_OK;
	int line = 1, column = 1;
	for (const char *c = text; c < nul; c++) {
		column = *c == '\n' ? 1 : column + 1;
		line += *c == '\n';
	}
	return sabin_diag_set(diag, SABIN_EFORMAT, path, line, column,
	                      "contains a NUL byte; a text file was expected");
}

enum sabin_err sabin_read_text(const char *path, size_t limit, char **text, size_t *length,
                               struct sabin_diag *diag)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return cannot_read(path, errno, diag);
	char *contents = NULL;
	size_t n = 0;
	int error = 0;
	enum sabin_err err = read_all(file, limit, &contents, &n, &error);
	close(file);
	if (err == SABIN_EIO)
		return cannot_read(path, error, diag);
	if (err)
		return sabin_diag_set(diag, err, path, 0, 0, "out of memory");
	if (n > limit)
		err = sabin_diag_set(diag, SABIN_EFORMAT, path, 0, 0,
		                     "is too large: more than %zu bytes", limit);
	else
		err = refuse_nul(path, contents, n, diag);
	if (err) {
		free(contents);
		return err;
	}
	*text = contents;
	if (length)
		*length = n;
	return SABIN_OK;
}
