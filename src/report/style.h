/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * style.h: how a page looks.
 */
#ifndef SABIN_REPORT_STYLE_H
#define SABIN_REPORT_STYLE_H

#include <stddef.h>
#include <stdio.h>

/* A colour of the charts in the light theme, and the one that takes its place on a dark screen: those of
 * plots/theme.gp. */
struct sabin_style_colour {
	const char *name, *light, *dark; /* "ink", "#1b2129", "#e8ecf1" */
};
const struct sabin_style_colour *sabin_style_colour(size_t i); /* NULL past the end */

/* The style sheet. */
void sabin_style_write(FILE *out);

#endif
