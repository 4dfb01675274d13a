/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * eq_show.h: what `eq` prints.
 */
#ifndef SABIN_CLI_EQ_SHOW_H
#define SABIN_CLI_EQ_SHOW_H

#include "cli/eq_input.h"
#include "io/correction.h"
#include "io/json.h"

/* The document sabin.correction/1 on standard output.  joined: subs is 0 where none were; flatness_db: what
 * the fewest filters were to reach, or 0. */
SABIN_MUST enum sabin_err sabin_eq_show_json(const struct sabin_correction_file *file,
                                             const struct sabin_integration *joined,
                                             double flatness_db, const char *directory);

/* The array `rates` of a channel; fir: it has impulse responses. */
void sabin_eq_show_rates(struct sabin_json *json, const struct sabin_correction_channel *channel, bool fir);

/* The same for people, with a preview by octaves.  aligned: the speakers that were, and where; or NULL. */
void sabin_eq_show(const struct sabin_correction_file *file, const struct sabin_integration *joined,
                   const struct sabin_eq_input *aligned, double flatness_db, const char *directory);

#endif
