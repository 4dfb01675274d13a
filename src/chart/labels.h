/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * labels.h: names beside marks, none on another name or mark.  All in px of a panel, y downwards.
 */
#ifndef SABIN_CHART_LABELS_H
#define SABIN_CHART_LABELS_H

#include <stdbool.h>
#include <stddef.h>

enum { SABIN_LABELS_MAX = 1024 };

struct sabin_box_px {
	double left, right, top, bottom;
};

struct sabin_labels {
	struct sabin_box_px page; /* no name leaves it */
	struct sabin_box_px taken[SABIN_LABELS_MAX];
	size_t count;
};

/* No name goes there from now on; beyond SABIN_LABELS_MAX boxes it is forgotten. */
void sabin_labels_take(struct sabin_labels *labels, struct sabin_box_px box);

/* A place for clean text in `font_px` beside a mark: above it, else below, else beside it.  On success
 * centre_px[2] is where its middle goes, and the place is taken. */
bool sabin_labels_put(struct sabin_labels *labels, struct sabin_box_px mark, const char *text, double font_px,
                      double centre_px[2]);

#endif
