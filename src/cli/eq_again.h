/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * eq_again.h: a correction beside a measurement made through it.
 */
#ifndef SABIN_CLI_EQ_AGAIN_H
#define SABIN_CLI_EQ_AGAIN_H

#include "cli/eq_input.h"
#include "io/correction.h"

/* What was before, what was predicted and what was achieved at the positions of a channel that were measured
 * again: power means over them, [length of the channel's curves] each, the caller's. */
struct sabin_eq_again {
	double *before_db, *predicted_db, *achieved_db;
	size_t positions, of; /* how many are the same, of how many; 0: see below */
	const char *first;    /* of them; NULL: none */
	double error_before_db, error_predicted_db, error_achieved_db; /* deviation from the target */
};

/* The speaker of a channel in a measurement; NULL: it is not there. */
const struct sabin_eq_speaker *sabin_eq_again_speaker(const struct sabin_eq_input *input,
                                                      const char *name);

/* The name of a speaker's place. */
const char *sabin_eq_again_position(const struct sabin_eq_input *input,
                                    const struct sabin_eq_speaker *speaker, size_t place);

/* Fill in what the curves of *out point to, and all else.  Where the file does not keep positions apart, or
 * none is the same, the means over all are taken. */
void sabin_eq_again_compute(const struct sabin_correction_file *file, size_t channel,
                            const struct sabin_eq_input *input,
                            const struct sabin_eq_speaker *speaker, struct sabin_eq_again *out);

/* Say so when the correction was made from a measurement of another room than the one of this name, or else,
 * where the room is known, at none of its positions. */
void sabin_eq_again_warn(const struct sabin_correction_file *file, const char *name,
                         const struct sabin_roomfile *room);

#endif
