/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * octave.h: fractional-octave bands of IEC 61260-1:2014 and a zero-phase filter bank for energy
 * quantities.
 */
#ifndef SABIN_OCTAVE_H
#define SABIN_OCTAVE_H

#include <stddef.h>

#include <sabin/status.h>

struct sabin_band {
	double nominal_hz; /* the name: 125, 1000, ... */
	double centre_hz;  /* exact, base ten: 1000 * 10^(3k/10) for octaves, 10^(k/10) for thirds */
	double low_hz, high_hz;
	int fraction; /* 1: octave, 3: third octave, b: the b-th part of one */
};

/* Bands whose nominal frequency lies in from_hz .. to_hz, at most `capacity` into bands[].
 * fraction 1: the octaves 31.5 Hz .. 16 kHz; 3: the third octaves 25 Hz .. 20 kHz.
 * Returns their number. */
SABIN_API size_t sabin_bands(int fraction, double from_hz, double to_hz, struct sabin_band *bands,
                             size_t capacity);

/* The same of any fraction, 1 .. 24, by the exact mid-band frequency (IEC 61260-1 5.4; of an even fraction
 * 1 kHz is the edge between two bands), also below and above those.  The names are those of ISO 266 for octaves
 * and third octaves, else the frequency to three digits (annex E).  centre_hz, low_hz, high_hz > 0. */
SABIN_API size_t sabin_fractional_bands(int fraction, double from_hz, double to_hz,
                                        struct sabin_band *bands, size_t capacity);

/* Amplitude of the bank's filter for `band` at f_hz (real, zero phase; class 1). */
SABIN_API double sabin_band_gain(const struct sabin_band *band, double f_hz);

#endif
