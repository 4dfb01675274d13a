/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * preload.c: a world that fails, put before the C library with LD_PRELOAD.  $SABIN_FAULT says how:
 *
 *   list FILE      nothing fails; every place that asks for memory is listed there at the end: what it is
 *                  known by, how often it asked, and the callers, innermost first, as MODULE+OFFSET
 *   once PLACE     the first request from this place is refused
 *   lasting PLACE  ... and every later one of the project's own code
 *   trickle        every second read() and write() is interrupted, the others move seven bytes at most
 *
 * A place is a chain of callers by their offsets in their modules, the same in every run.  Only the program
 * whose name is sabin is concerned, not what it starts.  Where a request was refused, "refused" is written
 * to the file $SABIN_FAULT_TOLD.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	CALLERS = 12, /* of a request that are looked at */
	TOLD = 6,     /* that make up a place and are listed */
	OWN = 2,      /* frames in here above them */
	PLACES = 1 << 15,
	PIECE = 7,
};

enum mode { NOTHING, LIST, ONCE, LASTING, TRICKLE };

struct place {
	uint64_t hash;
	unsigned long count;
	void *caller[TOLD];
};

static struct {
	enum mode mode;
	pthread_mutex_t lock;
	uint64_t refused;
	bool struck;
	const char *file;
	struct place place[PLACES]; /* by hash, open addressing */
	size_t places;
	atomic_uint calls;
	ssize_t (*read)(int, void *, size_t);
	ssize_t (*write)(int, const void *, size_t);
} fault = {.lock = PTHREAD_MUTEX_INITIALIZER};

static __thread bool inside; /* what looking at the callers asks for itself */

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t unit, size_t size);

static void begin(void) __attribute__((constructor));
static void end(void) __attribute__((destructor));

static void begin(void)
{
	const char *how = getenv("SABIN_FAULT");
	void *frame[1];
	if (!how || strcmp(program_invocation_short_name, "sabin") != 0)
		return;
	fault.read = (ssize_t(*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
	fault.write = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
	(void)backtrace(frame, 1); /* the first loads a library */
	if (strncmp(how, "list ", 5) == 0) {
		fault.file = how + 5;
		fault.mode = LIST;
	} else if (strncmp(how, "once ", 5) == 0) {
		fault.refused = strtoull(how + 5, NULL, 16);
		fault.mode = ONCE;
	} else if (strncmp(how, "lasting ", 8) == 0) {
		fault.refused = strtoull(how + 8, NULL, 16);
		fault.mode = LASTING;
	} else if (strcmp(how, "trickle") == 0) {
		fault.mode = TRICKLE;
	}
}

/* The module of an address and the offset in it; the name is short and may be empty. */
static uintptr_t offset_of(void *address, char name[64])
{
	struct dl_find_object object;
	name[0] = '\0';
	if (_dl_find_object(address, &object) != 0)
		return 0;
	const char *path = object.dlfo_link_map->l_name, *slash = strrchr(path, '/');
	snprintf(name, 64, "%s", slash ? slash + 1 : *path ? path : "sabin");
	return (uintptr_t)address - (uintptr_t)object.dlfo_link_map->l_addr;
}

static void end(void)
{
	if (fault.mode != LIST)
		return;
	fault.mode = NOTHING;
	FILE *list = fopen(fault.file, "we");
	for (size_t i = 0; list && i < PLACES; i++) {
		const struct place *place = &fault.place[i];
		if (place->count == 0)
			continue;
		fprintf(list, "%016llx %lu", (unsigned long long)place->hash, place->count);
		for (int k = 0; k < TOLD && place->caller[k]; k++) {
			char name[64];
			const uintptr_t offset = offset_of(place->caller[k], name);
			fprintf(list, " %s+0x%lx", name, (unsigned long)offset);
		}
		fputc('\n', list);
	}
	if (list)
		fclose(list);
}

static uint64_t hash_of(void *const *caller, int count)
{
	uint64_t hash = 14695981039346656037u;
	for (int i = 0; i < count; i++) {
		struct dl_find_object object;
		uint64_t word = (uintptr_t)caller[i];
		if (_dl_find_object(caller[i], &object) == 0)
			word -= (uintptr_t)object.dlfo_link_map->l_addr;
		for (int k = 0; k < 8; k++, word >>= 8)
			hash = (hash ^ (word & 255)) * 1099511628211u;
	}
	return hash;
}

static void list_place(uint64_t hash, void *const *caller, int count)
{
	size_t i = hash % PLACES;
	while (fault.place[i].count > 0 && fault.place[i].hash != hash)
		i = (i + 1) % PLACES;
	if (fault.place[i].count++ > 0 || fault.places++ > PLACES / 2)
		return;
	fault.place[i].hash = hash;
	for (int k = 0; k < TOLD && k < count; k++)
		fault.place[i].caller[k] = caller[k];
}

static void tell(void)
{
	const char *path = getenv("SABIN_FAULT_TOLD");
	const int file = path ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666) : -1;
	if (file < 0)
		return;
	(void)!fault.write(file, "refused\n", 8);
	close(file);
}

/* Does the project's own code ask, by itself or through the C library? */
static bool is_own(void *const *caller, int count)
{
	for (int i = 0; i < count; i++) {
		char name[64];
		offset_of(caller[i], name);
		if (strncmp(name, "libc.so", 7) != 0)
			return strcmp(name, "sabin") == 0 || strstr(name, "pcm_sabin");
	}
	return false;
}

static __attribute__((noinline)) bool refuse(void)
{
	bool refused = false;
	if ((fault.mode != LIST && fault.mode != ONCE && fault.mode != LASTING) || inside)
		return false;
	inside = true;
	void *frame[OWN + CALLERS];
	int count = backtrace(frame, OWN + CALLERS) - OWN;
	if (count > TOLD)
		count = TOLD;
	const uint64_t place = count > 0 ? hash_of(frame + OWN, count) : 0;
	pthread_mutex_lock(&fault.lock);
	if (fault.mode == LIST) {
		list_place(place, frame + OWN, count);
	} else if (fault.struck ? fault.mode == LASTING && is_own(frame + OWN, count) : place == fault.refused) {
		if (!fault.struck)
			tell();
		refused = fault.struck = true;
	}
	pthread_mutex_unlock(&fault.lock);
	inside = false;
	if (refused)
		errno = ENOMEM;
	return refused;
}

void *malloc(size_t size)
{
	return refuse() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return refuse() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
	return refuse() ? NULL : __libc_realloc(memory, size);
}

void *aligned_alloc(size_t unit, size_t size)
{
	return refuse() ? NULL : __libc_memalign(unit, size);
}

void *memalign(size_t unit, size_t size);
void *memalign(size_t unit, size_t size)
{
	return refuse() ? NULL : __libc_memalign(unit, size);
}

int posix_memalign(void **memory, size_t unit, size_t size)
{
	void *got = refuse() ? NULL : __libc_memalign(unit, size);
	if (!got)
		return ENOMEM;
	*memory = got;
	return 0;
}

/* How much of a call goes through; 0: it is interrupted. */
static size_t through(size_t count)
{
	if (atomic_fetch_add(&fault.calls, 1) % 2 == 0)
		return 0;
	return count < PIECE ? count : PIECE;
}

ssize_t read(int file, void *buffer, size_t count)
{
	if (!fault.read)
		fault.read = (ssize_t(*)(int, void *, size_t))dlsym(RTLD_NEXT, "read");
	if (fault.mode != TRICKLE || count == 0)
		return fault.read(file, buffer, count);
	const size_t some = through(count);
	if (some > 0)
		return fault.read(file, buffer, some);
	errno = EINTR;
	return -1;
}

ssize_t write(int file, const void *buffer, size_t count)
{
	if (!fault.write)
		fault.write = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
	if (fault.mode != TRICKLE || count == 0)
		return fault.write(file, buffer, count);
	const size_t some = through(count);
	if (some > 0)
		return fault.write(file, buffer, some);
	errno = EINTR;
	return -1;
}
