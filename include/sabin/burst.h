/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * burst.h: burst decay: how a short tone at each frequency dies away, counted in its own periods.
 */
#ifndef SABIN_BURST_H
#define SABIN_BURST_H

#include <stddef.h>

#include <sabin/status.h>

struct sabin_burst_options {
	double from_hz, to_hz;    /* 0 < from < to <= rate/2 */
	size_t freqs;             /* 2 .. 4096, logarithmic */
	double cycles;            /* 2 .. 64: length of the burst, periods of its tone */
	double periods, step;     /* times from 0 to `periods`, at most 4096 */
};

/* 20 Hz to 20 kHz, 240 frequencies, bursts of 5 cycles (a third of an octave wide), 50 periods by a
 * quarter */
SABIN_API struct sabin_burst_options sabin_burst_defaults(void);

/* Envelopes of what comes out for a burst at each frequency. */
struct sabin_burst_map {
	size_t freqs, times;
	double *freq_hz;  /* [freqs] */
	double *period;   /* [times]: periods of each frequency after the middle of the burst as it arrives */
	double *level_db; /* [times * freqs], a time after the other; re the largest of the frequency; NAN
	                   * where the burst reaches beyond the end of the response */
	double *peak;     /* [freqs]: period of the largest */
	double *noise_db; /* [freqs]: the noise in level_db, from the last tenth of the response, where what
	                   * still decays is taken for it; NAN where that is too short to tell */
};
SABIN_API void sabin_burst_map_free(struct sabin_burst_map *map);

/* What h[n], whose direct sound is at the fractional sample `arrival`, makes of bursts with a raised
 * cosine for an envelope: the modulus of the answer to the complex burst.  An undisturbed sound is over
 * after cycles / 2 periods; a resonance of quality Q then falls by 27.29 / Q dB a period.
 * O(n) a frequency and less: only what the periods span is looked at.  Free with sabin_burst_map_free().
 * SABIN_EINVAL (options, samples not finite), SABIN_ESHORT (silence), SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err
sabin_burst_compute(const double *h, size_t n, double rate_hz, double arrival,
                    const struct sabin_burst_options *options, struct sabin_burst_map *out);

/* How many periods frequency i takes until it stays `fall_db` (> 0) below its largest level; NAN where it
 * does not within the map, or where noise or the end of the response come before. */
SABIN_API double sabin_burst_fall(const struct sabin_burst_map *map, size_t i, double fall_db);

#endif
