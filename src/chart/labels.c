/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * labels.c: names beside marks.
 */
#include "chart/labels.h"
#include "chart/words.h"

static const double gap_px = 4;
static const double width_margin = 1.08; /* widths are estimates */

void sabin_labels_take(struct sabin_labels *labels, struct sabin_box_px box)
{
	if (labels->count < SABIN_LABELS_MAX)
		labels->taken[labels->count++] = box;
}

static bool meet(const struct sabin_box_px *a, const struct sabin_box_px *b)
{
	return a->left < b->right && b->left < a->right && a->top < b->bottom && b->top < a->bottom;
}

static bool is_free(const struct sabin_labels *labels, const struct sabin_box_px *box)
{
	if (box->left < labels->page.left || box->right > labels->page.right ||
	    box->top < labels->page.top || box->bottom > labels->page.bottom)
		return false;
	for (size_t i = 0; i < labels->count; i++)
		if (meet(box, &labels->taken[i]))
			return false;
	return true;
}

bool sabin_labels_put(struct sabin_labels *labels, struct sabin_box_px mark, const char *text, double font_px,
                      double centre_px[2])
{
	/* in half widths, and in steps up and down from the mark; the nearest first */
	static const double places[][2] = {{0, -1}, {0.6, -1}, {-0.6, -1}, {0, 1},   {0.6, 1},
	                                   {-0.6, 1}, {1, 0},   {-1, 0},    {1, -1}, {-1, -1}};
	const double half = sabin_text_width_px(text, font_px) * width_margin / 2, high = 0.6 * font_px;
	const double x = (mark.left + mark.right) / 2, y = (mark.top + mark.bottom) / 2;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		const double *at = places[i];
		double cx = x + at[0] * half;
		double cy = at[1] < 0 ? mark.top - high - 1 : at[1] > 0 ? mark.bottom + high + 1 : y;
		if (at[1] == 0)
			cx = at[0] > 0 ? mark.right + gap_px + half : mark.left - gap_px - half;
		const struct sabin_box_px box = {cx - half, cx + half, cy - high, cy + high};
		if (!is_free(labels, &box))
			continue;
		sabin_labels_take(labels, (struct sabin_box_px){box.left - gap_px, box.right + gap_px,
		                                                box.top - 1, box.bottom + 1});
		centre_px[0] = cx;
		centre_px[1] = cy;
		return true;
	}
	return false;
}
