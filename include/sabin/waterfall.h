/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * waterfall.h: level over time and frequency: cumulative spectral decay and wavelet spectrogram.
 */
#ifndef SABIN_WATERFALL_H
#define SABIN_WATERFALL_H

#include <stddef.h>

#include <sabin/status.h>

/* A level for each time and frequency. */
struct sabin_time_map {
	size_t freqs, times;
	double *freq_hz;  /* [freqs], logarithmic */
	double *time_s;   /* [times], after the arrival */
	double *level_db; /* [times * freqs], a time after the other */
	double *peak_s;   /* [freqs]: when a frequency is loudest; NULL of a waterfall */
};
SABIN_API void sabin_time_map_free(struct sabin_time_map *map);

struct sabin_waterfall_options {
	double from_hz, to_hz;    /* 0 < from < to <= rate/2 */
	size_t freqs;             /* 2 .. 4096 */
	double window_s, rise_s;  /* 0 < rise <= window <= 10 */
	double span_s, step_s;    /* slices from 0 to span, at most 4096 */
	double smoothing_oct;     /* 0 .. 1: power average */
};

/* 20 to 320 Hz, 240 frequencies, window 360 ms with a rise of 40 ms, 600 ms by 5 ms, 1/24 octave */
SABIN_API struct sabin_waterfall_options sabin_waterfall_defaults(void);

/* Cumulative spectral decay of h[n] about the sample `arrival`: the spectrum of what is left after
 * each time.  A slice's window rises along half a cosine that ends at its time, and falls over its
 * last quarter.  Levels re the largest one.  Free with sabin_time_map_free().
 * SABIN_EINVAL, SABIN_ESHORT (silence), SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err
sabin_waterfall_compute(const double *h, size_t n, double rate_hz, double arrival,
                        const struct sabin_waterfall_options *options, struct sabin_time_map *out);

/* A resonance: a frequency that rings on after its neighbours. */
struct sabin_ridge {
	double freq_hz, t60_s;
	double level_db; /* in the first slice */
};

/* The up to `capacity` resonances of a waterfall that stand longest, in order of frequency: maxima over
 * frequency of the level at a third of the span, a sixth of an octave apart, whose decay is a
 * straight line over 10 dB or more above the map's floor_db.  Returns their number. */
SABIN_API size_t sabin_waterfall_ridges(const struct sabin_time_map *map, double floor_db,
                                        struct sabin_ridge *ridges, size_t capacity);

struct sabin_spectrogram_options {
	double from_hz, to_hz;         /* 0 < from < to <= rate/2 */
	size_t freqs;                  /* 2 .. 4096 */
	double q;                      /* 1 .. 32: centre frequency over the -3 dB bandwidth */
	double before_s, after_s, step_s; /* the times, at most 4096; 0 <= before <= 1, after <= 10 */
};

/* 20 Hz to 20 kHz, 240 frequencies, Q = 4, -20 to 120 ms by 0.5 ms */
SABIN_API struct sabin_spectrogram_options sabin_spectrogram_defaults(void);

/* Magnitude of h[n] filtered by Gaussian wavelets of constant Q, each frequency re its own largest.
 * Free with sabin_time_map_free(). */
SABIN_API SABIN_MUST enum sabin_err
sabin_spectrogram_compute(const double *h, size_t n, double rate_hz, double arrival,
                          const struct sabin_spectrogram_options *options,
                          struct sabin_time_map *out);

#endif
