/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * paths.h: where sabin's own files are, in the build tree as well as installed.
 */
#ifndef SABIN_IO_PATHS_H
#define SABIN_IO_PATHS_H

#include <sabin/status.h>

#include "io/diag.h"

enum sabin_place_kind { SABIN_PLACE_ROOMS, SABIN_PLACE_PLOTS, SABIN_PLACE_PLUGIN };

/* The folder of sample rooms and materials.yaml, the folder of gnuplot scripts, or the plugin's
 * shared object, as a new absolute path (free() it).  Beside the build tree's executable
 * (build/VARIANT/sabin) the tree's own are taken, else the installed ones; the environment variable
 * SABIN_ROOMS, SABIN_PLOTS or SABIN_PLUGIN goes before both.  NULL: nowhere. */
SABIN_MUST char *sabin_place(enum sabin_place_kind kind);

/* The same for what cannot be done without: SABIN_EINSTALL, and what would supply it. */
SABIN_MUST enum sabin_err sabin_place_find(enum sabin_place_kind kind, char **out,
                                           struct sabin_diag *diag);
/* Say that the file `name` of that place is missing. */
enum sabin_err sabin_place_missing(enum sabin_place_kind kind, const char *name,
                                   struct sabin_diag *diag);

#endif
