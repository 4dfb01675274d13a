/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * quantity.h: an estimated number together with how sure it is and whether it may be relied on.
 */
#ifndef SABIN_QUANTITY_H
#define SABIN_QUANTITY_H

#include <math.h>
#include <stdbool.h>

/* Why a value is not valid.  `have` and `need` of the quantity carry the two numbers, in the unit
 * named here, so that a front end can write the sentence. */
enum sabin_reason {
	SABIN_BECAUSE_VALID = 0,   /* it is valid */
	SABIN_BECAUSE_NO_SIGNAL,   /* silence, or nothing above the noise */
	SABIN_BECAUSE_SHORT,       /* the response ends before the evaluation range is reached (dB) */
	SABIN_BECAUSE_RANGE,       /* decay range above the noise too small (dB) */
	SABIN_BECAUSE_FILTER,      /* B*T below the filter's minimum, ISO 3382-2 7.3 (ratio) */
	SABIN_BECAUSE_UNCERTAIN,   /* expected error larger than allowed (per cent) */
	SABIN_BECAUSE_NOT_A_DECAY, /* the curve does not fall */
	SABIN_BECAUSE_OUT_OF_BAND, /* the band reaches beyond the sampled or excited range (Hz) */
	SABIN_BECAUSE_UNKNOWN,     /* what it takes to compute it is not known */
	SABIN_BECAUSE_OVERLAP,     /* modes that cannot be told apart, or one that is no single exponential */
	SABIN_BECAUSE_SPREAD,      /* what a cut or a filter spreads in time moves it too far (in just
	                            * noticeable differences); without numbers: so that values of the
	                            * band contradict each other */
	SABIN_BECAUSE_NEIGHBOUR,   /* what a slower neighbouring band leaks moves it too far (per cent) */
	SABIN_BECAUSE_WINDOW,      /* the time window is too short for the filter: B*t (ratio) */
	SABIN_BECAUSE_SPEAKER,     /* beyond what the loudspeaker plays (Hz) */
};

struct sabin_quantity {
	double value;      /* NAN when it cannot be computed */
	double plus_minus; /* one standard uncertainty (k = 1), same unit; NAN when not known */
	bool valid;        /* false: do not rely on it */
	enum sabin_reason reason;
	double have, need; /* the numbers behind `reason`; NAN when it has none */
	/* standard uncertainty (k = 1) of what a second measurement at the same place would show, same
	 * unit; NAN or 0 when not known */
	double repeatability;
};

static inline struct sabin_quantity sabin_quantity_valid(double value, double plus_minus)
{
	return (struct sabin_quantity){value, plus_minus, true, SABIN_BECAUSE_VALID, NAN, NAN, NAN};
}

static inline struct sabin_quantity sabin_quantity_invalid(double value, enum sabin_reason reason)
{
	return (struct sabin_quantity){value, NAN, false, reason, NAN, NAN, NAN};
}

#endif
