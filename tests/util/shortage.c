/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * shortage.c: memory that runs out on purpose.
 */
#include <errno.h>
#include <execinfo.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/near.h"
#include "util/shortage.h"

enum {
	CALLERS = 12, /* of a request, counted from the one who asked */
	OWN = 2,      /* frames in here above them */
	PLACES = 4096,
	KEPT = 1 << 16,
};

enum phase { OFF, LISTING, REFUSING };

/* One at a time.  The lock is for the threads of what is tested. */
static struct {
	pthread_mutex_t lock;
	enum phase phase;
	size_t places;
	uint64_t place[PLACES]; /* LISTING: seen */
	uint64_t refused;       /* REFUSING: the place ... */
	bool lasting;           /* ... and all requests after it */
	bool struck;
	void *caller[CALLERS];  /* of what was refused */
	size_t kept;
	void *memory[KEPT]; /* given and not returned yet */
} shortage = {.lock = PTHREAD_MUTEX_INITIALIZER};

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__real_aligned_alloc(size_t unit, size_t size);
char *__real_strdup(const char *text);
char *__real_strndup(const char *text, size_t most);
int __real_vasprintf(char **text, const char *format, va_list list);
FILE *__real_fopencookie(void *cookie, const char *mode, cookie_io_functions_t functions);
void __real_free(void *memory);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_aligned_alloc(size_t unit, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t most);
int __wrap_vasprintf(char **text, const char *format, va_list list);
int __wrap_asprintf(char **text, const char *format, ...);
FILE *__wrap_fopencookie(void *cookie, const char *mode, cookie_io_functions_t functions);
void __wrap_free(void *memory);

/* FNV-1a over the return addresses. */
static uint64_t hash_of(void *const *caller, int count)
{
	uint64_t hash = 14695981039346656037u;
	const unsigned char *byte = (const unsigned char *)caller;
	for (size_t i = 0; i < (size_t)count * sizeof *caller; i++)
		hash = (hash ^ byte[i]) * 1099511628211u;
	return hash;
}

static void list_place(uint64_t place)
{
	for (size_t i = 0; i < shortage.places; i++)
		if (shortage.place[i] == place)
			return;
	if (shortage.places == PLACES) {
		fputs("too many places ask for memory\n", stderr);
		abort();
	}
	shortage.place[shortage.places++] = place;
}

/* Is this request refused?  Not inlined, so that the frames above the caller are always as many. */
static __attribute__((noinline)) bool refuse(void)
{
	bool refused = false;
	if (shortage.phase == OFF)
		return false;
	void *frame[OWN + CALLERS];
	const int count = backtrace(frame, OWN + CALLERS) - OWN;
	const uint64_t place = hash_of(frame + OWN, count < 0 ? 0 : count);
	pthread_mutex_lock(&shortage.lock);
	if (shortage.phase == LISTING) {
		list_place(place);
	} else if (shortage.struck ? shortage.lasting : place == shortage.refused) {
		if (!shortage.struck)
			memcpy(shortage.caller, frame + OWN, sizeof shortage.caller);
		refused = shortage.struck = true;
		errno = ENOMEM;
	}
	pthread_mutex_unlock(&shortage.lock);
	return refused;
}

static void *keep(void *memory)
{
	if (!memory || shortage.phase == OFF)
		return memory;
	pthread_mutex_lock(&shortage.lock);
	if (shortage.kept == KEPT) {
		fputs("more memory is kept than can be told of\n", stderr);
		abort();
	}
	shortage.memory[shortage.kept++] = memory;
	pthread_mutex_unlock(&shortage.lock);
	return memory;
}

/* What is returned was mostly given last. */
static void let_go(const void *memory)
{
	if (!memory || shortage.phase == OFF)
		return;
	pthread_mutex_lock(&shortage.lock);
	for (size_t i = shortage.kept; i-- > 0;)
		if (shortage.memory[i] == memory) {
			shortage.memory[i] = shortage.memory[--shortage.kept];
			break;
		}
	pthread_mutex_unlock(&shortage.lock);
}

void *__wrap_malloc(size_t size)
{
	return refuse() ? NULL : keep(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
	return refuse() ? NULL : keep(__real_calloc(count, size));
}

void *__wrap_realloc(void *memory, size_t size)
{
	if (refuse())
		return NULL;
	let_go(memory);
	return keep(__real_realloc(memory, size));
}

void *__wrap_aligned_alloc(size_t unit, size_t size)
{
	return refuse() ? NULL : keep(__real_aligned_alloc(unit, size));
}

char *__wrap_strdup(const char *text)
{
	return refuse() ? NULL : keep(__real_strdup(text));
}

char *__wrap_strndup(const char *text, size_t most)
{
	return refuse() ? NULL : keep(__real_strndup(text, most));
}

int __wrap_vasprintf(char **text, const char *format, va_list list)
{
	if (refuse())
		return -1;
	const int length = __real_vasprintf(text, format, list);
	if (length >= 0)
		keep(*text);
	return length;
}

int __wrap_asprintf(char **text, const char *format, ...)
{
	if (refuse())
		return -1;
	va_list list;
	va_start(list, format);
	const int length = __real_vasprintf(text, format, list);
	va_end(list);
	if (length >= 0)
		keep(*text);
	return length;
}

FILE *__wrap_fopencookie(void *cookie, const char *mode, cookie_io_functions_t functions)
{
	return refuse() ? NULL : __real_fopencookie(cookie, mode, functions);
}

void __wrap_free(void *memory)
{
	let_go(memory);
	__real_free(memory);
}

static void tell(const struct shortage_case *row, const char *what)
{
	fprintf(stderr, "%s, memory refused%s: %s; asked for by\n", row->name,
	        shortage.lasting ? " from there on" : "", what);
	backtrace_symbols_fd(shortage.caller, CALLERS, 2);
}

enum { UNTOUCHED = 0x5a };

static bool is_untouched(const unsigned char *result, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (result[i] != UNTOUCHED)
			return false;
	return true;
}

static enum sabin_err attempt(const struct shortage_case *row, void *context, unsigned char *result,
                              enum phase phase)
{
	memset(result, UNTOUCHED, row->size);
	shortage.kept = 0;
	shortage.struck = false;
	memset(shortage.caller, 0, sizeof shortage.caller);
	shortage.phase = phase;
	const enum sabin_err err = row->compute(context, result);
	if (!err && row->release)
		row->release(result);
	shortage.phase = OFF;
	return err;
}

/* 1 where something is wrong, which is told. */
static int refuse_once(const struct shortage_case *row, void *context, unsigned char *result,
                       const unsigned char *plenty)
{
	const enum sabin_err err = attempt(row, context, result, REFUSING);
	const bool goes_on = !shortage.struck || row->copes;
	const char *wrong = NULL;
	if (err != SABIN_ENOMEM && (err || !goes_on))
		wrong = sabin_strerror(err);
	else if (!err && memcmp(result, plenty, row->copes) != 0)
		wrong = "the result is another one";
	else if (shortage.kept > 0)
		wrong = "memory was not returned";
	else if (err && !is_untouched(result, row->size))
		wrong = "the result was touched";
	if (wrong)
		tell(row, wrong);
	return wrong != NULL;
}

/* Lists the places; 1 where even this is wrong. */
static int run_with_plenty(const struct shortage_case *row, void *context, unsigned char *result)
{
	void *frame[1];
	(void)backtrace(frame, 1); /* the first asks for memory itself */
	shortage.places = 0;
	shortage.lasting = false;
	const enum sabin_err err = attempt(row, context, result, LISTING);
	if (err)
		fprintf(stderr, "%s: %s\n", row->name, sabin_strerror(err));
	else if (shortage.kept > 0)
		fprintf(stderr, "%s: keeps %zu blocks\n", row->name, shortage.kept);
	else if (shortage.places == 0)
		fprintf(stderr, "%s: asks for no memory\n", row->name);
	return err || shortage.kept > 0 || shortage.places == 0;
}

void shortage_everywhere(const struct shortage_case *rows, size_t count, void *context)
{
	int wrong = 0;
	for (const struct shortage_case *row = rows; row < rows + count; row++) {
		unsigned char *result = __real_malloc(row->size + 1), *plenty = __real_malloc(row->size + 1);
		assert_true(result && plenty);
		const int spoilt = run_with_plenty(row, context, result);
		memcpy(plenty, result, row->size);
		wrong += spoilt;
		for (size_t i = 0; i < 2 * shortage.places && !spoilt; i++) {
			shortage.refused = shortage.place[i / 2];
			shortage.lasting = i % 2;
			wrong += refuse_once(row, context, result, plenty);
		}
		__real_free(result);
		__real_free(plenty);
	}
	assert_int_equal(wrong, 0);
}
