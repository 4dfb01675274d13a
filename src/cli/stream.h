/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * stream.h: items without a known end, done on several threads, put out in their order.
 */
#ifndef SABIN_CLI_STREAM_H
#define SABIN_CLI_STREAM_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

/* What is done with an item; `context` is the caller's. */
struct sabin_stream {
	/* The next item; NULL: there is none.  One thread at a time, beside the other two. */
	void *(*next)(void *context);
	/* On worker `worker` (0 .. workers - 1), beside all else. */
	void (*work)(void *context, void *item, size_t worker);
	/* Put out what became of it, one thread at a time and in the order of the items, and free it.  False: no
	 * more is wanted. */
	bool (*put)(void *context, void *item);
	/* Free an item of which no more is wanted. */
	void (*drop)(void *context, void *item);
	void *context;
};

/* Until there is no next item, or *stop is set, or no more is wanted; what has been begun is still done
 * with and put out.  No more than `workers` and a few dozen items are held at a time. */
void sabin_stream_run(const struct sabin_stream *stream, size_t workers, const volatile sig_atomic_t *stop);

#endif
