/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sti.h: the speech transmission index of IEC 60268-16:2020 from an impulse response (the indirect
 * method), without noise and in noise of known level.
 */
#ifndef SABIN_STI_H
#define SABIN_STI_H

#include <stdbool.h>
#include <stddef.h>

#include <sabin/octave.h>
#include <sabin/quantity.h>
#include <sabin/status.h>

enum {
	SABIN_STI_BANDS = 7,        /* octaves 125 Hz .. 8 kHz */
	SABIN_STI_MODULATIONS = 14, /* 0.63 .. 12.5 Hz, third-octave steps */
};

/* Modulation frequency i, Hz; NAN past the end. */
SABIN_API double sabin_sti_modulation_hz(size_t i);

struct sabin_sti_options {
	double excited_from_hz, excited_to_hz; /* what the sweep excited; 0, INFINITY: not known */
	double played_from_hz, played_to_hz;   /* as in struct sabin_analysis_options; 0, 0: not known */
	double stray; /* as in struct sabin_analysis_options; 0: not known */
};

struct sabin_sti {
	struct sabin_quantity sti; /* 0 .. 1; plus_minus: from noise and method, not from the place */
	struct sabin_quantity mti[SABIN_STI_BANDS]; /* modulation transfer index of each octave */
	struct sabin_band band[SABIN_STI_BANDS];
	double m[SABIN_STI_BANDS][SABIN_STI_MODULATIONS]; /* 0 .. 1; NAN where not computable */
};

/* From the response h[n] whose direct sound begins at sample `onset`.  Each octave is truncated where
 * its decay meets the noise, the noise subtracted and the rest of the decay added, so that the result
 * is that of the room without noise.
 * SABIN_EINVAL: onset >= n, rate_hz not positive, a stray below 0 or not finite, samples not finite.
 * SABIN_ESHORT: silence from the onset on.  SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_sti_compute(const double *h, size_t n, double rate_hz,
                                                      size_t onset,
                                                      const struct sabin_sti_options *options,
                                                      struct sabin_sti *out);

/* Octave levels at the listener, in dB SPL. */
struct sabin_sti_levels {
	double speech_dbspl[SABIN_STI_BANDS];
	double noise_dbspl[SABIN_STI_BANDS]; /* -INFINITY: none */
	bool hearing; /* count auditory masking and the reception threshold */
};

/* Octave levels of the standard's speech (edition 5, male) of this A-weighted level. */
SABIN_API void sabin_sti_speech(double level_dba, double speech_dbspl[SABIN_STI_BANDS]);

/* The index of a modulation transfer matrix; levels NULL: without noise and hearing.  mti[7] may be
 * NULL.  NAN where an m is NAN. */
SABIN_API double sabin_sti_index(const double m[SABIN_STI_BANDS][SABIN_STI_MODULATIONS],
                                 const struct sabin_sti_levels *levels, double *mti);

/* The same room in noise: `quiet` from sabin_sti_compute(). */
SABIN_API void sabin_sti_in_noise(const struct sabin_sti *quiet,
                                  const struct sabin_sti_levels *levels, struct sabin_sti *out);

/* How much the index of one octave (band_hz wide) varies from place to place in a room whose reverberation
 * time there is time_s: standard deviation; NAN where one of them is not positive.  That of the whole index
 * is at most sabin_sti_place_deviation(), the weighted sum of the squares (what neighbouring octaves have in
 * common lessens it); time_s NAN: not known. */
SABIN_API double sabin_sti_octave_deviation(double band_hz, double time_s);
SABIN_API double sabin_sti_place_deviation(const double time_s[SABIN_STI_BANDS]);

/* "bad" "poor" "fair" "good" "excellent", and the letter of annex F, "U" .. "A+"; "" for NAN. */
SABIN_API const char *sabin_sti_rating(double sti);
SABIN_API const char *sabin_sti_letter(double sti);

#endif
