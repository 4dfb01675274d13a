/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * riff.c: the chunks of a WAV file.  (Microsoft and IBM: "Multimedia Programming Interface and Data
 * Specifications 1.0", 1991: a chunk is four letters, a length, and so many bytes, filled up to an even number.)
 */
#include <strings.h>
#include <unistd.h>

#include "io/riff.h"

struct chunk {
	char id[4];
	uint32_t length;
};

enum { HEAD_BYTES = 8, FORM_BYTES = 12, CHUNKS_MAX = 4096 }; /* of a chunk; of the file; more are no sound */

static bool chunk_at(int file, off_t at, bool big_endian, struct chunk *out)
{
	unsigned char head[HEAD_BYTES];
	if (pread(file, head, sizeof head, at) != (ssize_t)sizeof head)
		return false;
	memcpy(out->id, head, sizeof out->id);
	out->length = 0;
	for (int i = 0; i < 4; i++)
		out->length |= (uint32_t)head[4 + i] << 8 * (big_endian ? 3 - i : i);
	return true;
}

static off_t behind(off_t at, const struct chunk *chunk)
{
	return at + HEAD_BYTES + chunk->length + chunk->length % 2;
}

/* The parts of a list from `at` to `end`. */
static bool is_endless(int file, off_t at, off_t end, bool big_endian, uint32_t *length)
{
	struct chunk part;
	for (int i = 0; i < CHUNKS_MAX && at + HEAD_BYTES <= end && chunk_at(file, at, big_endian, &part); i++) {
		if (part.length > INT32_MAX) {
			*length = part.length;
			return true;
		}
		at = behind(at, &part);
	}
	return false;
}

bool sabin_riff_is_endless(int file, uint32_t *length)
{
	char form[FORM_BYTES];
	if (pread(file, form, sizeof form, 0) != (ssize_t)sizeof form || memcmp(form + HEAD_BYTES, "WAVE", 4) != 0)
		return false;
	const bool big_endian = memcmp(form, "RIFX", 4) == 0;
	struct chunk chunk;
	off_t at = FORM_BYTES;
	for (int i = 0; i < CHUNKS_MAX && chunk_at(file, at, big_endian, &chunk); i++) {
		const off_t next = behind(at, &chunk);
		if (strncasecmp(chunk.id, "LIST", 4) == 0 && is_endless(file, at + FORM_BYTES, next, big_endian, length))
			return true;
		at = next;
	}
	return false;
}
