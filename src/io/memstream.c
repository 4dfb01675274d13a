/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * memstream.c: a text in memory, written through a stream, all of it or nothing.
 */
#include <stdint.h>
#include <sys/types.h>

#include "io/memstream.h"

enum { FIRST = 4096 };

struct memory {
	char **text;
	size_t *length;
	char *bytes;
	size_t used, size;
	int failed; /* something is lost */
};

static ssize_t take(void *cookie, const char *bytes, size_t n)
{
	struct memory *m = cookie;
	size_t wanted, size = m->size ? m->size : FIRST;
	if (m->failed || __builtin_add_overflow(m->used, n, &wanted) || wanted >= SIZE_MAX / 2) {
		m->failed = 1;
		return 0;
	}
	while (size <= wanted) /* room for the NUL */
		size *= 2;
	if (size > m->size) {
		char *grown = realloc(m->bytes, size);
		if (!grown) {
			m->failed = 1;
			return 0;
		}
		m->bytes = grown;
		m->size = size;
	}
	memcpy(m->bytes + m->used, bytes, n);
	m->used = wanted;
	return (ssize_t)n;
}

static int hand_over(void *cookie)
{
	struct memory *m = cookie;
	if (m->used == 0)
		(void)take(m, "", 0); /* an empty text is one */
	const int failed = m->failed;
	if (failed) {
		free(m->bytes);
	} else {
		m->bytes[m->used] = '\0';
		*m->text = m->bytes;
		*m->length = m->used;
	}
	free(m);
	return failed ? EOF : 0;
}

FILE *sabin_memstream_open(char **text, size_t *length)
{
	*text = NULL;
	*length = 0;
	struct memory *m = malloc(sizeof *m);
	if (!m)
		return NULL;
	*m = (struct memory){.text = text, .length = length};
	FILE *stream = fopencookie(m, "w", (cookie_io_functions_t){.write = take, .close = hand_over});
	if (!stream)
		free(m);
	return stream;
}
