/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * figure.h: a chart as part of a page.
 */
#ifndef SABIN_REPORT_FIGURE_H
#define SABIN_REPORT_FIGURE_H

#include <stdio.h>

#include <sabin/status.h>

/* Write the <svg> element of gnuplot's file `text`: names made unique by `number`, colours spelled "#rrggbb", so
 * that the page's style can change them; empty groups, words in the colour of
 * the page and repeated font names left out.
 * classes: of the element.  SABIN_EFORMAT: it is no SVG.  SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_figure_write(FILE *out, const char *text, size_t number, const char *classes);

#endif
