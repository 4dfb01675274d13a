/* SPDX-License-Identifier: GPL-3.0-or-later
 * shortage.h: memory that runs out on purpose, at every place where a function asks for it.
 *
 * All that the project's own code asks for goes through here (the linker's --wrap); what libraries ask
 * for themselves does not.
 */
#ifndef SABIN_TEST_SHORTAGE_H
#define SABIN_TEST_SHORTAGE_H

#include <stddef.h>

#include <sabin/status.h>

struct shortage_case {
	const char *name;
	size_t size; /* bytes of the result, 0: none */
	enum sabin_err (*compute)(void *context, void *result);
	void (*release)(void *result); /* of what a success gave, or NULL */
	size_t copes; /* so many bytes of the result, counted from its beginning, are the same where the work
	               * goes on without the memory, as it then may */
};

/* Each case once with all it asks for, then once for each place it asks from (a chain of callers) with the
 * first request from there refused, and once more with every later one refused, too.  Each must end in
 * SABIN_ENOMEM, its result untouched and nothing kept (or cope).  A place that is not reached again, as may be among
 * threads, must end well.  What is wrong is told on stderr; then the test fails. */
void shortage_everywhere(const struct shortage_case *rows, size_t count, void *context);

#endif
