/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * agreement.h: how far repeats agree, octave by octave.
 */
#ifndef SABIN_AUDIO_AGREEMENT_H
#define SABIN_AUDIO_AGREEMENT_H

#include "io/measurement.h"

struct sabin_agreement {
	double power[SABIN_SNR_BANDS_MAX]; /* sum over the repeats, in the octaves of the verdict's snr_bands */
	unsigned count;
};

/* Add repeat h[n] at rate_hz, whose arrival is at sample `arrival`; verdict: whose octaves.  SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_agreement_add(struct sabin_agreement *agreement,
                                              const struct sabin_verdict *verdict, const double *h,
                                              size_t n, double rate_hz, size_t arrival);

/* mean[n] of the repeats that were added: fill in verdict->snr_bands[].coherence, where there were two or more.
 * SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_agreement_finish(const struct sabin_agreement *agreement,
                                                 const double *mean, size_t n, double rate_hz,
                                                 size_t arrival, struct sabin_verdict *verdict);

#endif
