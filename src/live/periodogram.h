/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * periodogram.h: power in fractional octaves by Fourier transforms of Hann windows, one after the other: the lines
 * between the band's edges, those on an edge by the share that lies inside, which is the rectangle that `response`
 * smooths with.
 *
 * The windows are as long as the lowest band needs: four lines in the narrowest band, so that a sine in its middle
 * is told whole; and a line no wider than 1/32 of the lowest mid-band frequency, so that noise whose spectrum is as
 * steep as a weighting can make it (30 dB an octave) comes out with the power that lies between the edges, within
 * 0.03 dB; at most 10 s.  They overlap by three quarters.
 */
#ifndef SABIN_LIVE_PERIODOGRAM_H
#define SABIN_LIVE_PERIODOGRAM_H

#include <sabin/filterbank.h>

struct sabin_periodogram;

/* As sabin_filterbank_new(), SABIN_EINVAL also where the rate is too low for a window; bands narrower than four lines
 * of the longest window are left out.  Free with sabin_periodogram_free(). */
SABIN_MUST enum sabin_err sabin_periodogram_new(const struct sabin_filterbank_options *options,
                                                struct sabin_periodogram **out);
void sabin_periodogram_free(struct sabin_periodogram *p);

/* The bands, rising; *count of them. */
const struct sabin_band *sabin_periodogram_bands(const struct sabin_periodogram *p, size_t *count);

/* Length of a window, and from one to the next. */
size_t sabin_periodogram_window_frames(const struct sabin_periodogram *p);
size_t sabin_periodogram_hop_frames(const struct sabin_periodogram *p);

/* Take in x[n * channels], interleaved; at the end of each window `take` gets the mean squares in it,
 * square[bands * channels], as [b * channels + c].  Any n. */
void sabin_periodogram_process(struct sabin_periodogram *p, const double *x, size_t n,
                               void (*take)(void *context, const double *square), void *context);

#endif
