/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * calibration_show.h: what a calibration file holds and what would be done with it.
 */
#ifndef SABIN_CLI_CALIBRATION_SHOW_H
#define SABIN_CLI_CALIBRATION_SHOW_H

#include "io/calibration.h"
#include "io/json.h"

void sabin_show_calibration(const char *path, const struct sabin_calibration *calibration);

/* The document sabin.calibration/1 on standard output. */
SABIN_MUST enum sabin_err sabin_show_calibration_json(const char *path,
                                                      const struct sabin_calibration *calibration);

#endif
