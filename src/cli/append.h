/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * append.h: going on with a measurement directory.
 */
#ifndef SABIN_CLI_APPEND_H
#define SABIN_CLI_APPEND_H

#include "io/atomic.h"
#include "io/measurement.h"

/* Bring what `directory` already holds into the new one behind `output`: its files, and its
 * trustworthy responses into `measurement` (empty before).  A directory that does not exist yet is
 * none to begin with.  SABIN_EFORMAT when it was measured with another room file. */
SABIN_MUST enum sabin_err sabin_append_begin(const char *directory,
                                             const struct sabin_output *output,
                                             const struct sabin_roomfile *room,
                                             struct sabin_measurement *measurement,
                                             struct sabin_diag *diag);

#endif
