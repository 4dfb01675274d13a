/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cable_show.h: what an interface's test found, for people, for scripts and as a calibration file.
 */
#ifndef SABIN_CLI_CABLE_SHOW_H
#define SABIN_CLI_CABLE_SHOW_H

#include "audio/cable.h"

void sabin_show_cable(const struct sabin_cable *cable);
SABIN_MUST enum sabin_err sabin_show_cable_json(const struct sabin_cable *cable, const char *file);

/* The interface's own response as a calibration file; free() it, NULL without memory. */
SABIN_MUST char *sabin_cable_calibration(const struct sabin_cable *cable);

#endif
