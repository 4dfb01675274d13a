/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * display.h: is there a display on which gnuplot could open a window?
 */
#ifndef SABIN_CHART_DISPLAY_H
#define SABIN_CHART_DISPLAY_H

#include "io/diag.h"

/* The display that WAYLAND_DISPLAY or DISPLAY names answers.  Else SABIN_EIO, within 3 s, and diag says which one does not;
 * gnuplot itself would wait for a minute, and then call it a success.  Who may use it is not asked. */
SABIN_MUST enum sabin_err sabin_display_check(struct sabin_diag *diag);

#endif
