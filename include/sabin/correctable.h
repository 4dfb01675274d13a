/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * correctable.h: what of a response an equaliser may correct, and why not the rest.
 */
#ifndef SABIN_CORRECTABLE_H
#define SABIN_CORRECTABLE_H

#include <stdbool.h>
#include <stddef.h>

#include <sabin/status.h>

/* Why a frequency is left alone, or treated gently. */
enum sabin_leave {
	SABIN_LEAVE_NOTHING = 0, /* it is corrected */
	SABIN_LEAVE_NULL,        /* a null that is not minimum phase: sound cancels there, and more of it
	                          * cancels more */
	SABIN_LEAVE_FLANK,       /* beside such a null, and part of it at points nearby */
	SABIN_LEAVE_DIP,         /* a deep dip whose phase is not known */
	SABIN_LEAVE_SPREAD,      /* the positions, or the speakers of a pair, differ */
	SABIN_LEAVE_ROLLOFF,     /* below or above what the speaker can play */
	SABIN_LEAVE_HIGH,        /* above the transition: broad tone only */
	SABIN_LEAVE_REASONS,
};

/* "not-minimum-phase", "positions-differ", ...; for people: a clause. */
SABIN_API const char *sabin_leave_name(enum sabin_leave leave);
SABIN_API const char *sabin_leave_clause(enum sabin_leave leave);

/* What a response at one position brings. */
struct sabin_correctable_place {
	const double *level_db; /* at the grid's frequencies, finite */
	const double *h;        /* impulse response [n] at rate_hz; NULL: only the level is known */
	size_t n;
	double rate_hz, arrival; /* arrival: fractional sample of the direct sound */
};

struct sabin_correctable_rules {
	double full_hz, none_hz; /* all is corrected below, nothing but broad tone above */
	double low_hz, high_hz;  /* what the speaker plays, as far as it is known (0, INFINITY) */
};

/* At each frequency of a grid. */
struct sabin_correctable {
	double *full;  /* [n]: 1 below the transition, 0 above it */
	double *boost; /* [n]: how much of a dip may be filled, 0 .. 1 */
	double *cut;   /* [n]: how much of a peak may be cut, 0 .. 1 */
	double *turn_deg; /* [n]: most negative turn of the excess phase over +-3 %; NAN: not known */
	unsigned char *leave; /* [n]: enum sabin_leave, the weightiest reason */
	double rolloff_hz[2]; /* where the speaker's own roll-offs begin; boosting ends there */
};

/* freq_hz[n] is even in log f; target_db[n] is what the mean of the places is held against; places[count],
 * count >= 1.  Free with sabin_correctable_free().  SABIN_EINVAL, SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err
sabin_correctable_compute(const double *freq_hz, const double *target_db, size_t n,
                          const struct sabin_correctable_place *places, size_t count,
                          const struct sabin_correctable_rules *rules,
                          struct sabin_correctable *out);
SABIN_API void sabin_correctable_free(struct sabin_correctable *correctable);

/* How far the excess phase of h turns from f / (1 + share) to f (1 + share) around each frequency, for each
 * share (0.001 .. 1), its delay taken off: towards -360 degrees across a zero that is not minimum
 * phase, as far as its width is inside, and about 0 across one that is.  turn_deg[share_count * count].
 * SABIN_EINVAL, SABIN_ESHORT, SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_excess_turn(const double *h, size_t n, double rate_hz,
                                                      double arrival, const double *freq_hz,
                                                      size_t count, const double *shares,
                                                      size_t share_count, double *turn_deg);

/* Power mean over the places, in dB. */
SABIN_API void sabin_places_mean(const struct sabin_correctable_place *places, size_t count,
                                 size_t n, double *level_db);

#endif
