/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * treat.h: absorbers on the surfaces of a room, and what they change.
 */
#ifndef SABIN_ADVICE_TREAT_H
#define SABIN_ADVICE_TREAT_H

#include <sabin/absorber.h>

#include "advice/inner.h"

enum { TREAT_BANDS = SABIN_ABSORPTION_BANDS };

/* A porous layer of mineral wool that is not on the list yet: spread over a surface, unless centre_m is set. */
struct sabin_advice_panel treat_porous(int surface, double area_m2, double thickness_m, double gap_m);

void treat_absorption(const struct sabin_advice_panel *panel, struct sabin_absorption *out);

/* A copy of the room with the panels on it; free() its panels. */
enum sabin_err treat_hang(const struct sabin_room *room, const struct sabin_advice_panel *panel, size_t count,
                          struct sabin_room *out);

/* Decay times by octave, measured now (NAN: not known) and with the panels.  Where the geometry's energies, which
 * know that sound may run where there are none, and Sabine's formula, for which it meets all alike, differ, the truth
 * lies between them, by how much the room scatters: so does the uncertainty. */
enum sabin_err treat_times(const struct sabin_advice_scene *scene, const struct sabin_room *room,
                           const struct sabin_advice_panel *panel, size_t count, double now_s[TREAT_BANDS],
                           struct sabin_quantity then_s[TREAT_BANDS]);

/* Add these times to the item's effects: octaves from_hz .. to_hz whose time is known. */
enum sabin_err treat_add_times(const struct sabin_advice_scene *scene, const struct sabin_room *room,
                               struct sabin_advice_item *item, double from_hz, double to_hz);

/* How a mode's decay time changes with the panels: then re now.  NAN: nothing absorbs. */
enum sabin_err treat_mode_ratio(const struct sabin_room *room, const struct sabin_advice_panel *panel, size_t count,
                                const int n[3], double *ratio);

/* What of a surface is under neither panels nor absorber that covers a share of it, in m2; and what shows there. */
double treat_bare_m2(const struct sabin_room *room, enum sabin_surface_id surface);
const struct sabin_absorption *treat_ground(const struct sabin_room *room, enum sabin_surface_id surface);
/* How much of what a panel with a place covers hangs there already, in m2. */
double treat_replaced_m2(const struct sabin_room *room, const struct sabin_advice_panel *panel);

/* A plan of all that is to be hung: each square metre once.  In the order in which the items stand, the absorber for the
 * decay of the whole first, one that would bring that below what suits the room is withheld, or, where it is for the
 * bass, faced.  Then out->treated. */
enum sabin_err treat_plan(const struct sabin_advice_scene *scene, struct sabin_advice *out);

/* The ringing that is left of a mode, after its panels were changed. */
enum sabin_err treat_again(const struct sabin_room *room, struct sabin_advice_item *item);

/* How much of each of these panels, of which none is faced but counts for itself, is there by others of them already:
 * counted_m2 and by_item, by_panel from `item` and `k`.  What is deep does the work of what is not. */
struct treat_piece {
	struct sabin_advice_panel *panel;
	int item, k;
	double taken_m2; /* of one that may go anywhere: what has its place by others; set by treat_count() */
};
void treat_count(struct treat_piece *piece, size_t count);

/* Effort of building so many square metres. */
double treat_effort(const struct sabin_advice_item *item);

#endif
