/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * svg.h: naming a picture for those who cannot see it.
 */
#ifndef SABIN_CHART_SVG_H
#define SABIN_CHART_SVG_H

#include <stddef.h>

#include <sabin/status.h>

/* A copy of the SVG `text` whose <title> and <desc> are the two given, escaped; gnuplot 5.4 can
 * only write its own name there.  free() *out.  SABIN_EFORMAT: it is no SVG. */
SABIN_MUST enum sabin_err sabin_svg_name(const char *text, const char *title,
                                         const char *description, char **out, size_t *out_length);

#endif
