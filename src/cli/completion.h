/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * completion.h: what a shell needs to complete sabin's command line, made of the option rows.
 */
#ifndef SABIN_CLI_COMPLETION_H
#define SABIN_CLI_COMPLETION_H

#include <stdbool.h>
#include <stdio.h>

#include "cli/opt.h"

/* Write the completion for `shell`: bash, zsh or fish.  False: another one. */
bool sabin_completion_write(const char *shell, const struct sabin_command *const *commands, size_t count, FILE *out);

#endif
