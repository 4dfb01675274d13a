/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * eq_dialects.h: what `eq` writes for other programs, and what it says of that.
 */
#ifndef SABIN_CLI_EQ_DIALECTS_H
#define SABIN_CLI_EQ_DIALECTS_H

#include "cli/opt.h"
#include "io/dialect/dialect.h"
#include "io/json.h"

/* Exit status of --dialect with a name that is not known, after a message; -1: all are. */
int sabin_eq_check_dialects(const char *command, const struct sabin_list *dialects);

/* A folder for each of the dialects (none named: all) in `folder`, which will be `final`; those that cannot
 * carry the setting are left out, the folder wav is added where they refer to it.  Of a setting that was
 * itself in the folder wav that one always is. */
SABIN_MUST enum sabin_err sabin_eq_write_dialects(const struct sabin_setting *setting,
                                                  const struct sabin_list *dialects, bool wav,
                                                  const char *folder, const char *final,
                                                  struct sabin_diag *diag);

/* What they cannot carry, as text on standard output (those named, else all), and the line that a user
 * needs next. */
void sabin_eq_show_dialects(const struct sabin_setting *setting, const struct sabin_list *dialects,
                            const char *directory);
/* "dialects": [{"dialect": .., "written": .., "not_carried": [..], "next": ..}] */
void sabin_eq_dialects_json(struct sabin_json *json, const struct sabin_setting *setting,
                            const struct sabin_list *dialects, const char *directory);

#endif
