/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * roomfile_place.h: what of a room file the placement score is about.
 */
#ifndef SABIN_IO_ROOMFILE_PLACE_H
#define SABIN_IO_ROOMFILE_PLACE_H

#include <sabin/place.h>

#include "io/roomfile.h"

struct sabin_place_plan {
	struct sabin_place_spec spec; /* points into this plan and the room file */
	int speaker[SABIN_PLACE_SOURCES_MAX]; /* of the file, by source */
	int listener;                         /* position of the file */
	int *follower;                        /* positions that go along, by follower */
	double (*follower_m)[3];
	struct sabin_place_solid *solid;
};

/* The pair of the file (or its first full-range speaker) and its subwoofers (range_hz ends at 300 Hz
 * or below), with the listener at the first position; the other positions go along with it.  The
 * default constraints; zones and objects of the file are solid, objects called sofa, chair and so on seats.  moves_speaker[speaker_count],
 * moves_position[position_count]: what may move (a pair moves when both may).  Step 5 cm, tolerance 5
 * cm, five results, one thread.  SABIN_EINVAL: no speaker or no
 * position; SABIN_ENOMEM.  Release the plan. */
SABIN_MUST enum sabin_err sabin_roomfile_place(const struct sabin_roomfile *file,
                                               const bool *moves_speaker,
                                               const bool *moves_position,
                                               struct sabin_place_plan *out);
void sabin_roomfile_place_release(struct sabin_place_plan *plan);

/* Things to sit on, by the beginning of their names. */
bool sabin_roomfile_is_seat(const char *kind);

/* Source of the plan that a speaker of the file is, or -1: the score does not hear it. */
int sabin_place_plan_source(const struct sabin_place_plan *plan, int speaker);

/* Where a speaker or position of the file is in an arrangement. */
void sabin_place_plan_speaker(const struct sabin_place_plan *plan, const struct sabin_roomfile *file,
                              const struct sabin_place_arrangement *a, int speaker, double out_m[3]);
void sabin_place_plan_position(const struct sabin_place_plan *plan,
                               const struct sabin_roomfile *file,
                               const struct sabin_place_arrangement *a, int position,
                               double out_m[3]);

#endif
