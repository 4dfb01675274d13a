/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * parameters.h: what ISO 3382 reads from an impulse response, band by band.
 */
#ifndef SABIN_PARAMETERS_H
#define SABIN_PARAMETERS_H

#include <stddef.h>

#include <sabin/arrival.h>
#include <sabin/octave.h>
#include <sabin/quantity.h>
#include <sabin/status.h>

enum sabin_parameter {
	SABIN_INR,       /* dB: start of the decay (energy times late rate) over the noise; where the
	                  * response ends before its noise: at least this */
	SABIN_EDT,       /* s: from 0 to -10 dB */
	SABIN_T20,       /* s: from -5 to -25 dB */
	SABIN_T30,       /* s: from -5 to -35 dB */
	SABIN_TOPT,      /* s: from -5 dB over the widest range the noise allows */
	SABIN_CURVATURE, /* per cent: 100 (T30 / T20 - 1), ISO 3382-2 B.3 */
	SABIN_XI_T20,    /* per mille: non-linearity 1000 (1 - r^2), ISO 3382-2 B.2 */
	SABIN_XI_T30,
	SABIN_C50, /* dB */
	SABIN_C80, /* dB */
	SABIN_D50, /* 1 */
	SABIN_TS,  /* s */
	SABIN_PARAMETER_COUNT,
};

/* Static facts of a parameter: key as in JSON ("edt"), name for people ("EDT"), unit ("s"). */
struct sabin_parameter_info {
	const char *key, *name, *unit;
};
SABIN_API const struct sabin_parameter_info *sabin_parameter_info(enum sabin_parameter parameter);

enum sabin_noise_handling {
	SABIN_NOISE_FULL,     /* truncate at the noise, subtract it, compensate what was cut */
	SABIN_NOISE_TRUNCATE, /* truncate only */
	SABIN_NOISE_NONE,
};

struct sabin_analysis_options {
	int fraction;           /* 1 or 3 */
	double from_hz, to_hz;  /* bands by nominal frequency */
	enum sabin_noise_handling noise;
	double excited_from_hz, excited_to_hz; /* what the sweep excited; 0, INFINITY: not known */
	/* what the loudspeaker plays: bands whose centre lies beyond are not valid; 0, 0: not known */
	double played_from_hz, played_to_hz;
	/* by what share of its energy, noise included, such a response strays from another of the same
	 * place, as repeats of it have shown; 0: not known.  Only `repeatability` depends on it */
	double stray;
};

/* The straight part of a decay: level_db(t) = at0_db - 60 t / time_s from `from_s` to `to_s`. */
struct sabin_decay_fit {
	double time_s, at0_db, from_s, to_s;
};

/* A decay with two slopes, told from one by maximum likelihood (of noise under two exponentials, from
 * -5 dB of the decay curve on): two times, and where the energies left in both are equal. */
struct sabin_double_slope {
	bool found;                        /* false: one slope, as far as the data tell */
	struct sabin_quantity early, late; /* s: decay times */
	struct sabin_quantity bend_s;      /* after time zero */
	struct sabin_quantity bend_db;     /* level of the decay curve there, negative */
	double at0_db[2]; /* early, late: the decay alone is at0_db - 60 t / time on the curve's scale */
};

struct sabin_band_result {
	struct sabin_band band; /* nominal_hz = 0: broadband */
	struct sabin_quantity value[SABIN_PARAMETER_COUNT];
	bool t20_meets_iso, t30_meets_iso; /* INR >= 35, 45 dB */
	double noise_db;   /* noise density re the band's peak smoothed energy density; -INFINITY: none */
	double energy;     /* of the decay, amplitude^2 times s; NAN: not known */
	double energy_again; /* by what share of it a second measurement would differ (k = 1) */
	double knee_s;     /* where decay and noise cross, after time zero */
	double topt_to_db; /* lower end of the Topt range, negative */
	struct sabin_decay_fit fit_t20, fit_t30, fit_topt; /* NAN where not computable */
	struct sabin_double_slope slopes;
	/* For charts: the decay curve and the smoothed band energy, both dB re the value of the decay
	 * curve at 0 (energy: re its own largest), every curve_step_s from time zero.  curve_db is NAN
	 * after the knee. */
	double *curve_db, *energy_db;
	size_t curve_length;
	double curve_step_s;
};

struct sabin_analysis {
	struct sabin_arrival arrival;
	double rate_hz;
	size_t band_count;
	struct sabin_band_result *bands;
	struct sabin_band_result broadband; /* between the lowest and highest valid octave band */
};

/* Analyse h[n].  Time zero is arrival.onset (ISO 3382-1: -20 dB of the broadband maximum; later
 * where noise alone reaches that, the first sample beyond the noise).
 * Free with sabin_analysis_free(), also after an error (which leaves it empty).
 * SABIN_EINVAL: options out of range, samples not finite.  SABIN_ESHORT: silence.
 * SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_analysis_compute(
    const double *h, size_t n, double rate_hz, const struct sabin_analysis_options *options,
    struct sabin_analysis *out);
SABIN_API void sabin_analysis_free(struct sabin_analysis *analysis);

/* Strength G of ISO 3382-1 A.2.2 in dB: energy of the band re that of the same source in the free field
 * at 10 m, for a response whose amplitude 1 is the free-field pressure at 1 m.  Valid where INR and
 * the length of the filter's own decay allow it. */
SABIN_API struct sabin_quantity sabin_strength(const struct sabin_band_result *band, double rate_hz);

/* What the standard's own rule says of T20 or T30: the decay time, not valid where the decay stands less
 * than 35 or 45 dB above the noise (ISO 3382-1:2009, 5.3.3), with both figures.  A value that
 * is valid all the same is one that subtracting the noise has saved. */
SABIN_API struct sabin_quantity sabin_iso_decay_time(const struct sabin_band_result *band,
                                                     enum sabin_parameter time);

/* For many responses of about one length: what planning and memory cost is paid once.  An analyser
 * serves one thread at a time; its results do not depend on what it did before and outlive it.  Errors of
 * sabin_analysis_compute(), of sabin_analyser_new() SABIN_ENOMEM. */
struct sabin_analyser;
SABIN_API SABIN_MUST enum sabin_err sabin_analyser_new(struct sabin_analyser **out);
SABIN_API void sabin_analyser_free(struct sabin_analyser *analyser);
SABIN_API SABIN_MUST enum sabin_err sabin_analyser_compute(
    struct sabin_analyser *analyser, const double *h, size_t n, double rate_hz,
    const struct sabin_analysis_options *options, struct sabin_analysis *out);

#endif
