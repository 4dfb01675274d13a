/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test_room_manual.c: sabin-room(5) lists every key of the schema, in its order, with its type, unit,
 * range and default, and no key that the schema does not have.
 */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "io/atomic.h"
#include "io/roomfile.h"
#include "util/near.h"

static const char marker[] = ".It Ic ";
enum { LINE_SIZE = 512, PAGE_MAX = 1 << 20 };

/* Tests run in the source tree; SABIN_MAN names the folder elsewhere. */
static char *read_page(void)
{
	const char *folder = getenv("SABIN_MAN");
	char *path = sabin_path_join(folder && *folder ? folder : "man", "sabin-room.5");
	char *text = NULL;
	size_t length;
	struct sabin_diag diag = {0};
	assert_non_null(path);
	if (sabin_read_text(path, PAGE_MAX, &text, &length, &diag))
		fail_msg("%s: %s", path, diag.message);
	free(path);
	return text;
}

/* The line of the manual that a row of the schema asks for. */
static void line_of(const struct sabin_roomfile_key *row, char line[LINE_SIZE])
{
	char unit[32] = "", range[80] = "", fallback[128] = "required";
	if (row->unit[0])
		snprintf(unit, sizeof unit, " in %s", row->unit);
	if (!isnan(row->min))
		snprintf(range, sizeof range, ", %.16g to %.16g", row->min, row->max);
	if (!row->required)
		snprintf(fallback, sizeof fallback, "default %s", row->default_text);
	snprintf(line, LINE_SIZE, "%s%s Pq %s%s%s; %s", marker, row->path, row->type, unit, range,
	         fallback);
}

/* The next line of the page that describes a key, into `line`; returns what follows it, or NULL. */
static const char *next_key(const char *at, char line[LINE_SIZE])
{
	while (*at) {
		const size_t length = strcspn(at, "\n");
		const char *after = at + length + (at[length] == '\n');
		if (strncmp(at, marker, sizeof marker - 1) == 0) {
			snprintf(line, LINE_SIZE, "%.*s", (int)length, at);
			return after;
		}
		at = after;
	}
	return NULL;
}

static void test_page_has_the_keys(void **state)
{
	const struct sabin_roomfile_key *rows;
	const size_t count = sabin_roomfile_keys(&rows);
	char wanted[LINE_SIZE], found[LINE_SIZE];
	char *page = read_page();
	const char *at = page;
	(void)state;
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++) {
		line_of(&rows[i], wanted);
		at = next_key(at, found);
		if (!at)
			fail_msg("the page ends before: %s", wanted);
		assert_string_equal(found, wanted);
	}
	if (next_key(at, found))
		fail_msg("the schema has no such key: %s", found);
	free(page);
}

/* A description follows each key. */
static void test_every_key_is_described(void **state)
{
	char found[LINE_SIZE];
	char *page = read_page();
	(void)state;
	for (const char *at = next_key(page, found); at; at = next_key(at, found))
		if (strncmp(at, ".It", 3) == 0 || strncmp(at, ".El", 3) == 0)
			fail_msg("nothing is said of: %s", found);
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_page_has_the_keys),
		cmocka_unit_test(test_every_key_is_described),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
