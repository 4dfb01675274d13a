/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * fir.h: corrections as impulse responses: minimum phase, linear phase, or mixed, which also undoes the
 * excess phase of the direct sound.
 */
#ifndef SABIN_FIR_H
#define SABIN_FIR_H

#include <complex.h>
#include <stddef.h>

#include <sabin/correctable.h>
#include <sabin/status.h>

enum sabin_fir_kind { SABIN_FIR_NONE, SABIN_FIR_MINIMUM, SABIN_FIR_LINEAR, SABIN_FIR_MIXED };

/* The gain that brings level_db to target_db, n points even in log f: the power of the level averaged over a
 * width that grows from 1/12 octave at 100 Hz to 1/2 octave at 20 kHz, because what is finer belongs to one
 * point of the room; at most boost_db over its own median, which it approaches softly, and no more than
 * cut_db below it.  gain_db may be neither of the others. */
SABIN_API void sabin_fir_gain(const double *freq_hz, const double *level_db,
                              const double *target_db, size_t n, double boost_db, double cut_db,
                              double *gain_db);

/* Hold a gain that was changed after that to boost_db over its median as it is now. */
SABIN_API void sabin_fir_hold(const double *freq_hz, size_t n, double boost_db, double *gain_db);

/* A phase to be given, as a transfer function of magnitude 1 at k bin_hz, k = 0 .. bins - 1. */
struct sabin_fir_phase {
	size_t bins;
	double bin_hz;
	double complex *turn;
};

/* What undoes the excess phase that the places have in common, above 200 Hz and smoothed over half an
 * octave to an octave; it reaches no further back than pre_s (0.0001 .. 0.01) before the main peak.
 * All places have their impulse responses, at one rate.  free() turn.  SABIN_EINVAL, SABIN_ESHORT,
 * SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_fir_phase(const struct sabin_correctable_place *places,
                                                    size_t count, double pre_s,
                                                    struct sabin_fir_phase *out);

struct sabin_fir_options {
	enum sabin_fir_kind kind;
	double rate_hz;
	double length_s; /* 0.01 .. 4: of the response, at every rate */
	const struct sabin_fir_phase *phase; /* of the mixed kind; NULL: none */
};

/* Response h[*taps] with gain_db at freq_hz (n points, rising); beyond the ends it returns to 0 dB within
 * half an octave below and a quarter above.  Its main peak is *latency_s after its beginning.  free() h.
 * SABIN_EINVAL, SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_fir_compute(const double *freq_hz, const double *gain_db,
                                                      size_t n,
                                                      const struct sabin_fir_options *options,
                                                      double **h, size_t *taps,
                                                      double *latency_s);

/* Level in dB of h[taps] at freq_hz[n], 0 < freq_hz < rate/2.  SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_fir_level(const double *h, size_t taps, double rate_hz,
                                                    const double *freq_hz, size_t n,
                                                    double *level_db);

#endif
