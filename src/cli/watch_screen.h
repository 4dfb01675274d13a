/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * watch_screen.h: `sabin watch` on a terminal.
 */
#ifndef SABIN_CLI_WATCH_SCREEN_H
#define SABIN_CLI_WATCH_SCREEN_H

#include "cli/watch.h"

/* Until q is pressed, or as sabin_watch_turn() ends.  Writes the log meanwhile.  The terminal is whole afterwards. */
SABIN_MUST enum sabin_err sabin_watch_on_terminal(struct sabin_watch *w, struct sabin_watch_log *log, bool color,
                                                  bool ascii, struct sabin_diag *diag);

#endif
