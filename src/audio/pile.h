/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * pile.h: the repeats of one response, averaged.
 */
#ifndef SABIN_AUDIO_PILE_H
#define SABIN_AUDIO_PILE_H

#include "audio/agreement.h"
#include "audio/take.h"
#include "io/scratch.h"

struct sabin_pile {
	struct sabin_cut cut;    /* of the first repeat; the others are laid on it */
	struct sabin_take first; /* with the verdict on all of them */
	double *sum, *squares;   /* [cut.frames]; after _finish `sum` is the mean */
	struct sabin_scratch sums; /* where they lie */
	struct sabin_scratch recorded; /* double [frames]: the first repeat's recording, or none */
	double emission;         /* sample of the recording at which sound was emitted, or NAN */
	struct sabin_agreement agreement;
	unsigned count;
};

/* Before _add, where there will be several repeats: keep the first one's recording, on the disk below
 * `folder`, and compare a later one's with it; take->verdict tells what is wrong between them. */
SABIN_MUST enum sabin_err sabin_pile_check(struct sabin_pile *pile, const struct sabin_taker *taker,
                                           const double *recorded, const char *folder,
                                           struct sabin_take *take, struct sabin_diag *diag);

/* Add the response that `taker` holds, which `take` describes, on the playback clock, its arrival laid
 * on the first one's.  The sums lie on the disk below `folder` too: there may be many piles. */
SABIN_MUST enum sabin_err sabin_pile_add(struct sabin_pile *pile, const struct sabin_taker *taker,
                                         const struct sabin_take *take, const char *folder,
                                         struct sabin_diag *diag);

/* Turn the sum into the mean; with two repeats or more, say how much a single one strays from it, and
 * how far they agree by octave.  SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_pile_finish(struct sabin_pile *pile, double rate_hz);

/* Free what it holds and empty it. */
void sabin_pile_release(struct sabin_pile *pile);

#endif
