/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * recording.h: the sweeps in a recording that was made elsewhere: how many, where, and the response
 * of each.
 */
#ifndef SABIN_AUDIO_RECORDING_H
#define SABIN_AUDIO_RECORDING_H

#include "audio/take.h"

/* Sweeps of one channel, in the order in which they were heard. */
struct sabin_found {
	long *lag;          /* [count]: where each begins, in samples of the recording, to a tenth of a
	                     * second; negative when its start was not recorded */
	size_t count;
	bool one_more;      /* another one begins, but less than half of it was recorded */
	double best_db;     /* how far the best place stands out, mean over the octaves of the sweep */
	double needed_db;   /* how far it must */
	bool scattered;     /* something stands out, but its octaves begin one by one: no such sweep */
};

/* Find the sweeps in recorded[frames].  The recording is deconvolved; where a sweep begins, every
 * octave that it holds rises above what is usual in that octave, all at the same lag.  Distortion, the
 * room's decay, echoes and the images of timing chirps stand nearer to their sweep than the next one
 * can, and are weaker: they are not counted.  None is no error.  Release with sabin_found_release().
 * SABIN_EINVAL, SABIN_ESHORT: not a sweep; SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_recording_find(const struct sabin_excitation *excitation,
                                               const double *recorded, size_t frames,
                                               struct sabin_found *out);
void sabin_found_release(struct sabin_found *found);

/* One response out of a recording, the mean of its repeats. */
struct sabin_extracted {
	size_t first, frames; /* the part of the recording with its first repeat */
	struct sabin_take take; /* positions count from `first` */
	struct sabin_cut cut;   /* likewise */
	double emission;        /* likewise; NAN when not known */
	double *h;              /* [cut.frames] */
};

/* The response to found->lag[at] .. found->lag[at + repeats - 1], repeats laid on each other to a
 * fraction of a sample, because player and recorder have a clock each.  reference: the channel of a
 * loopback, or NULL.  Release with sabin_extracted_release(). */
SABIN_MUST enum sabin_err sabin_recording_extract(const struct sabin_excitation *excitation,
                                                  const double *recorded, const double *reference,
                                                  size_t frames, const struct sabin_found *found,
                                                  size_t at, size_t repeats,
                                                  struct sabin_extracted *out);
void sabin_extracted_release(struct sabin_extracted *extracted);

#endif
