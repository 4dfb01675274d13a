/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * crew.h: independent pieces of work shared by several threads.
 */
#ifndef SABIN_ROOM_CREW_H
#define SABIN_ROOM_CREW_H

#include <sabin/place.h>

typedef void crew_piece(void *work, size_t index);

struct crew {
	int threads;
	sabin_place_progress *progress; /* NULL: none */
	void *user;
	double from, to; /* the share of the whole that this work is */
};

/* piece(work, i) for i = 0 .. count - 1, in no order, each once.  The calling thread works too, and
 * it alone calls progress.  Fewer threads than wanted when they cannot be had.  SABIN_EINTR: progress
 * said stop; pieces are then left out. */
enum sabin_err crew_run(const struct crew *crew, size_t count, crew_piece *piece, void *work);

#endif
