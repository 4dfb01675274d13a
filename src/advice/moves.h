/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * moves.h: how far to move a speaker or a seat along one axis, by simulation.
 */
#ifndef SABIN_ADVICE_MOVES_H
#define SABIN_ADVICE_MOVES_H

#include "advice/inner.h"
#include "advice/levels.h"

/* What is wrong at f_hz, and between which points. */
struct moves_case {
	const struct sabin_advice_scene *scene;
	const struct sabin_room *room; /* the fitted one */
	const struct levels *measured, *simulated; /* means over the ways */
	double f_hz;
	struct levels_way way[LEVELS_WAYS_MAX];
	size_t ways;
	int speaker, partner, position; /* speaker: it moves, partner (or -1) mirrored; else the position does */
	int axis;
};

/* Add the best move to the item, with what it changes, where it is worth the trouble. */
enum sabin_err moves_search(const struct moves_case *c, struct sabin_advice_item *item);

/* By how much a predicted level of a third of an octave may be off, where a simulation of what is there now is off
 * by error_db. */
double moves_plus_minus_db(double error_db);

/* May a speaker (its partner mirrored), or a position, be moved by so much? */
bool moves_allowed(const struct sabin_advice_scene *scene, const struct sabin_advice_move *move, size_t moves);

#endif
