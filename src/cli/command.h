/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * command.h: every command, one row each; the row stands in its own cmd_*.c.
 */
#ifndef SABIN_CLI_COMMAND_H
#define SABIN_CLI_COMMAND_H

#include "cli/opt.h"
#include "cli/talk.h"

extern const struct sabin_command sabin_cmd_devices, sabin_cmd_level, sabin_cmd_sweep,
    sabin_cmd_measure, sabin_cmd_deconvolve, sabin_cmd_import, sabin_cmd_analyze,
    sabin_cmd_response, sabin_cmd_room, sabin_cmd_simulate, sabin_cmd_place, sabin_cmd_eq,
    sabin_cmd_verify, sabin_cmd_watch, sabin_cmd_compare, sabin_cmd_advise, sabin_cmd_plot,
    sabin_cmd_report, sabin_cmd_setup;

/* Number of elements of an option table. */
#define SABIN_COUNT(rows) (sizeof(rows) / sizeof *(rows))

#endif
