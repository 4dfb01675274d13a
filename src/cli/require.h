/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * require.h: --require of 'sabin analyze': standards and a studio's own requirements, held against a measurement.
 */
#ifndef SABIN_CLI_REQUIRE_H
#define SABIN_CLI_REQUIRE_H

#include <sabin/standards.h>

#include "cli/opt.h"
#include "io/json.h"

struct sabin_required;

/* Judge the measurement by each of the names: a standard's, or the path of a file of requirements.  Returns an exit
 * status after a message, or -1; free *out in every case. */
int sabin_required_new(const char *command, const char *path, const struct sabin_list *speakers,
                       const struct sabin_list *positions, const struct sabin_list *names,
                       struct sabin_required **out);
void sabin_required_free(struct sabin_required *required);

/* Is there a row that fails? */
bool sabin_required_missed(const struct sabin_required *required);

void sabin_required_text(const struct sabin_required *required);
void sabin_required_json(const struct sabin_required *required, struct sabin_json *json);

#endif
