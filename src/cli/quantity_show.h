/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * quantity_show.h: a quantity as JSON with a reason of one's own, and as a line of CSV.
 */
#ifndef SABIN_CLI_QUANTITY_SHOW_H
#define SABIN_CLI_QUANTITY_SHOW_H

#include <sabin/octave.h>
#include <sabin/quantity.h>

#include "io/json.h"

/* As sabin_json_quantity(); `why`, if not NULL, replaces the reason of a quantity that is not valid. */
void sabin_json_quantity_why(struct sabin_json *json, const char *key, struct sabin_quantity q,
                             const char *unit, const char *why);

/* `lead` ("speaker,position,"), then quantity,band_hz,fraction,value,unit,plus_minus,valid,why.
 * band: NULL: "broadband".  why: as above. */
void sabin_csv_quantity(const char *lead, const char *key, const struct sabin_band *band,
                        struct sabin_quantity q, const char *unit, const char *why);

/* The same of what is no band of a bank: `band` stands for its frequency, and the reason is always between quotes. */
void sabin_csv_line(const char *lead, const char *key, const char *band, struct sabin_quantity q,
                    const char *unit);

#endif
