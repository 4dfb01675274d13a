/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * filterbank.h: fractional-octave band-pass filters of IEC 61260-1:2014, class 1, that run along with the
 * sound.
 *
 * Each band is a Butterworth band-pass of order 4 (eight poles), its edges drawn in by so much that white and
 * pink noise come out with the power that lies between the band's edges, each within 0.03 dB.  Low bands run at
 * the rate divided by powers of two.
 */
#ifndef SABIN_FILTERBANK_H
#define SABIN_FILTERBANK_H

#include <stddef.h>

#include <sabin/octave.h>

struct sabin_filterbank;

struct sabin_filterbank_options {
	int fraction;          /* b of 1/b octave, 1 .. 24 */
	double from_hz, to_hz; /* exact mid-band frequencies between these; bands that reach 0.49 of the rate are
	                        * left out */
	double rate_hz;
	size_t channels;       /* 1 .. 256 */
};

/* What a group of bands has made of the last samples: y[(i * bands + b) * channels + c] is sample i of band
 * first + b of channel c, at rate_hz.  Called at least once for every 64 frames of the group's rate. */
struct sabin_filterbank_output {
	size_t first, bands, channels, n;
	double rate_hz;
	const double *y;
};

/* SABIN_EINVAL: an option out of range, or no band is left.  SABIN_ENOMEM.  Free with
 * sabin_filterbank_free(). */
SABIN_MUST SABIN_API enum sabin_err
sabin_filterbank_new(const struct sabin_filterbank_options *options, struct sabin_filterbank **out);
SABIN_API void sabin_filterbank_free(struct sabin_filterbank *bank);

/* The bands, rising; *count of them. */
SABIN_API const struct sabin_band *sabin_filterbank_bands(const struct sabin_filterbank *bank,
                                                          size_t *count);

/* Take in x[n * channels], interleaved; `take` gets what comes out.  Any n. */
SABIN_API void sabin_filterbank_process(struct sabin_filterbank *bank, const double *x, size_t n,
                                        void (*take)(void *context,
                                                     const struct sabin_filterbank_output *output),
                                        void *context);

/* Forget the past. */
SABIN_API void sabin_filterbank_reset(struct sabin_filterbank *bank);

/* The gain of a band's filter in dB as designed, without what divides the rate; 0 < f_hz.  -INFINITY from
 * half its own rate on. */
SABIN_API double sabin_filterbank_db(const struct sabin_filterbank *bank, size_t band, double f_hz);

#endif
