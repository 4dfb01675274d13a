/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * noise.h: what a recording of background noise holds: levels by band, weighted levels, NR and NC
 * ratings, and hum from the mains.
 */
#ifndef SABIN_NOISE_H
#define SABIN_NOISE_H

#include <stdbool.h>
#include <stddef.h>

#include <sabin/octave.h>
#include <sabin/quantity.h>
#include <sabin/status.h>

enum {
	SABIN_NOISE_THIRDS = 27,  /* 25 Hz .. 10 kHz */
	SABIN_NOISE_OCTAVES = 9,  /* 31.5 Hz .. 8 kHz */
	SABIN_HUM_HARMONICS = 20, /* of the mains, that are looked for */
};

struct sabin_noise_options {
	/* Sound pressure level of an RMS of 1 and its standard uncertainty; NAN: not known, then levels
	 * are re full scale and there are no ratings. */
	double full_scale_dbspl, full_scale_plus_minus_db;
	/* The microphone's own response, subtracted; NULL: none. */
	double (*microphone_db)(const void *context, double f_hz);
	const void *context;
};

struct sabin_noise_level {
	struct sabin_band band;
	struct sabin_quantity level; /* dB re full scale (RMS), or dB SPL */
};

struct sabin_noise_rating {
	struct sabin_quantity value;
	double band_hz; /* the octave that sets it; NAN: the mean of the speech octaves does (NC) */
};

struct sabin_hum_line {
	int harmonic; /* 1: the mains frequency itself */
	struct sabin_quantity frequency; /* Hz */
	struct sabin_quantity level;     /* of the tone, as the band levels */
	double above_db; /* over the neighbouring noise in the same resolution bandwidth */
};

struct sabin_hum {
	bool looked;          /* false: the recording is too short to tell hum from noise */
	double mains_hz;      /* 50 or 60; 0: none found */
	double resolution_hz; /* bandwidth of the search */
	struct sabin_quantity frequency; /* of the mains, from all lines */
	struct sabin_quantity level;     /* of all lines together */
	struct sabin_hum_line line[SABIN_HUM_HARMONICS];
	size_t line_count;
};

struct sabin_noise {
	bool absolute; /* levels are sound pressure levels */
	double duration_s;
	struct sabin_noise_level third[SABIN_NOISE_THIRDS], octave[SABIN_NOISE_OCTAVES];
	struct sabin_quantity a, c, z; /* A, C and unweighted, 20 Hz .. 20 kHz or half the rate */
	struct sabin_noise_rating nr, nc;
	struct sabin_hum hum;
};

/* x[n], full scale = 1.  SABIN_EINVAL: rate below 1 kHz, samples not finite, n = 0.
 * SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_noise_compute(const double *x, size_t n, double rate_hz,
                                                        const struct sabin_noise_options *options,
                                                        struct sabin_noise *out);

/* Ratings of nine octave levels in dB SPL, 31.5 Hz .. 8 kHz; NAN: a level that is not known. */
SABIN_API struct sabin_noise_rating sabin_noise_nr(const double octave_dbspl[SABIN_NOISE_OCTAVES]);
/* dB SPL of the NR curve in octave 0 .. SABIN_NOISE_OCTAVES - 1. */
SABIN_API double sabin_noise_nr_level(double nr, int octave);
/* ANSI/ASA S12.2-2019; below NC 15 and above NC 70 there is no curve: the value is the last one, not
 * valid (SABIN_BECAUSE_RANGE, `have` its level in dB less than or beyond that of the curve, negative
 * below). */
SABIN_API struct sabin_noise_rating sabin_noise_nc(const double octave_dbspl[SABIN_NOISE_OCTAVES]);

#endif
