/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * reference.h: what the interface itself does to a response, taken away by what its loopback shows.
 */
#ifndef SABIN_AUDIO_REFERENCE_H
#define SABIN_AUDIO_REFERENCE_H

#include "audio/take.h"

/* The response of the loopback: h[frames] on the playback clock, its arrival at `arrival` of it. */
struct sabin_reference {
	double *h;
	size_t frames;
	double arrival;
	int polarity;
};

/* Keep what `taker` holds after it has understood the loopback's channel.  free(out->h). */
SABIN_MUST enum sabin_err sabin_reference_take(const struct sabin_taker *taker,
                                               const struct sabin_take *take,
                                               struct sabin_reference *out);

/* Divide h[n], a response at rate_hz, by the reference from from_hz to to_hz; outside goes on what holds
 * at the edge.  Its latency stays in: emission is told by `zero`.  The level at 1 kHz (or in the middle of a
 * band without) stays: only the shape, the phase and the polarity are the interface's. */
SABIN_MUST enum sabin_err sabin_reference_remove(const struct sabin_reference *reference, double rate_hz,
                                                 double from_hz, double to_hz, double *h, size_t n);

#endif
