/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * decay.h: the decay curve of one band: where the noise takes over, what lies under and beyond it,
 * and straight lines fitted to it.
 */
#ifndef SABIN_ACOUSTICS_DECAY_H
#define SABIN_ACOUSTICS_DECAY_H

#include <stdbool.h>

#include <sabin/parameters.h>

#include "acoustics/bank.h"

/* The end of a decay as a model of its energy density at t: density * exp(-rate * t) + noise. */
struct sabin_decay_model {
	double density; /* at time zero, amplitude^2 */
	double rate;    /* 1/s: 6 ln 10 / T */
	double noise;   /* amplitude^2 */
};

enum { SABIN_MELT_STEPS = 64 };

struct sabin_decay {
	const struct sabin_energy *energy; /* borrowed */
	double bandwidth_hz;
	enum sabin_noise_handling handling;
	struct sabin_decay_model model;
	bool has_model;      /* false: no decay was found above the noise */
	bool noise_seen;     /* the knee is where the noise takes over, not the end of the response */
	double crossing_s;   /* where the noise takes over, or the end */
	double knee_s;       /* the decay curve is cut here: there, or at the end if it is not to be */
	double end_s;        /* of the response */
	double subtract;     /* noise density taken off before the knee */
	double beyond;       /* energy that the decay would have had after the knee */
	/* about the knee the decay curve goes over from what was measured to the model, instead of at the
	 * knee: energy of the decay after melt_from_s + i * melt_step_s; melt_step_s = 0: it does not */
	double melt[SABIN_MELT_STEPS + 1];
	double melt_from_s, melt_step_s;
	double total;        /* energy of the decay, early energy before time zero included */
};

/* Find noise and knee.  Never fails: where there is no decay, has_model is false. */
void sabin_decay_init(struct sabin_decay *decay, const struct sabin_energy *energy,
                      double duration_s, double bandwidth_hz, enum sabin_noise_handling handling);

/* Energy of the decay after t_s; the decay curve of ISO 3382-1 formulas 1 to 3. */
double sabin_decay_curve(const struct sabin_decay *decay, double t_s);

/* Level of the curve at the knee re its total: how far down it can be read, negative dB. */
double sabin_decay_floor_db(const struct sabin_decay *decay);

/* Level over the noise of a decay that has this total and this rate from the start; INFINITY
 * without noise, NAN without a decay. */
double sabin_decay_inr_db(const struct sabin_decay *decay);

/* Least-squares line between two levels of the curve (from_db > to_db, both <= 0).  xi, if not
 * NULL: 1000 (1 - r^2).  False where the curve ends before to_db or does not fall. */
bool sabin_decay_fit(const struct sabin_decay *decay, double from_db, double to_db,
                     struct sabin_decay_fit *fit, double *xi);

#endif
