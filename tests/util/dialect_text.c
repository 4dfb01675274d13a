/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * dialect_text.c: texts that are read, and texts that are refused.
 */
#include <stdlib.h>
#include <string.h>

#include "util/dialect_text.h"
#include "util/near.h"

const char *test_read_text(const struct sabin_dialect *d, const char *path, const char *text, double rate_hz,
                           struct sabin_setting *out, struct sabin_diag *diag)
{
	char *copy = strdup(text);
	struct sabin_dialect_source source = {path, copy, strlen(text), rate_hz, true, diag};
	*out = (struct sabin_setting){0};
	*diag = (struct sabin_diag){0};
	const enum sabin_err err = sabin_dialect_parse(d, &source, out);
	free(copy);
	if (err && !diag->message[0])
		snprintf(diag->message, sizeof diag->message, "error %d", err);
	return err ? diag->message : NULL;
}

struct sabin_setting test_setting_of(const struct sabin_dialect *d, const char *path, const char *text)
{
	struct sabin_setting s;
	struct sabin_diag diag;
	const char *said = test_read_text(d, path, text, 48000, &s, &diag);
	if (said)
		fail_msg("%s:%d: %s", path, diag.line, said);
	return s;
}

void test_refused(const struct sabin_dialect *d, const char *text, int line, const char *what)
{
	struct sabin_setting s;
	struct sabin_diag diag;
	const char *said = test_read_text(d, "x.txt", text, 48000, &s, &diag);
	if (!said)
		fail_msg("%s took: %s", d->name, text);
	if (!strstr(said, what) || (line > 0 && diag.line != line))
		fail_msg("%s:%d said '%s', expected '%s' in line %d", d->name, diag.line, said, what, line);
	sabin_setting_release(&s);
}

void test_section(struct sabin_section s, enum sabin_section_type type, double hz, double db, double q)
{
	assert_int_equal(s.type, type);
	assert_near(s.freq_hz, hz, 1e-6 * hz);
	assert_near(s.gain_db, db, 1e-9);
	assert_near(s.q, q, 1e-6 * q);
}
