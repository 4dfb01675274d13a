/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * floor.h: plans of a room, true to scale: what the kinds geometry and placement share.
 *
 * The front wall is at the left; along the page runs y, from the front wall to the back, and up the page
 * x, from the left wall to the right, so that one looks from above.
 */
#ifndef SABIN_CHART_FLOOR_H
#define SABIN_CHART_FLOOR_H

#include "chart/sheet.h"

/* px a metre, so that the length fits beside right_px of margin and `heights_m` metres fit the page. */
double sabin_floor_scale(const struct sabin_room *room, double right_px, double heights_m);

/* Sizes, scale, steps of the metre marks, and the boxes of objects and zones, as words. */
void sabin_floor_words(struct sabin_sheet *sheet, const struct sabin_roomfile *file, double scale);

/* Tables NAME_speakers.dat and NAME_places.dat: y x z. */
void sabin_floor_tables(struct sabin_sheet *sheet, const struct sabin_roomfile *file);

#endif
