/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * place_show.h: what 'sabin place' prints.
 */
#ifndef SABIN_CLI_PLACE_SHOW_H
#define SABIN_CLI_PLACE_SHOW_H

#include "cli/fit_room.h"
#include "io/roomfile_place.h"

/* "the half-angle is not within ..." */
const char *sabin_place_rule_text(enum sabin_place_rule rule);

void sabin_show_place(const struct sabin_roomfile *file, const struct sabin_place_plan *plan,
                      const struct sabin_place_result *result);

/* sabin.placement/1 on standard output; fit, names and the file's own size: of --fit; fit NULL: none. */
SABIN_MUST enum sabin_err sabin_show_place_json(const struct sabin_roomfile *file,
                                                const struct sabin_place_plan *plan,
                                                const struct sabin_place_result *result,
                                                const struct sabin_roomfit *fit,
                                                const struct sabin_fit_names *names,
                                                const double size_m[3]);

#endif
