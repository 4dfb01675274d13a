/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * dialect_text.h: texts that a reader of equalisers' files is to take, or to refuse with a line and a reason.
 */
#ifndef SABIN_TEST_DIALECT_TEXT_H
#define SABIN_TEST_DIALECT_TEXT_H

#include "io/dialect/dialect.h"

/* Read a text as if from this path; NULL, or what the reader said, which stands in *diag. */
const char *test_read_text(const struct sabin_dialect *dialect, const char *path, const char *text, double rate_hz,
                           struct sabin_setting *out, struct sabin_diag *diag);
/* It is read, at 48 kHz.  The caller releases it. */
struct sabin_setting test_setting_of(const struct sabin_dialect *dialect, const char *path, const char *text);
/* It is refused, in this line (0: in any), and `what` is part of the reason. */
void test_refused(const struct sabin_dialect *dialect, const char *text, int line, const char *what);
/* The section is this one: frequency and Q to a millionth. */
void test_section(struct sabin_section section, enum sabin_section_type type, double hz, double db, double q);

#endif
