/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * verify.h: what a correction achieved against what it predicted, and what went wrong.
 */
#ifndef SABIN_VERIFY_H
#define SABIN_VERIFY_H

#include <stdbool.h>
#include <stddef.h>

#include <sabin/correction.h>

/* One channel as measured again.  All curves at the channel's own grid. */
struct sabin_verify_channel {
	const struct sabin_correction_channel *channel;
	const double *gain_db;     /* of all its filters and FIR, without preamp */
	bool full;                 /* there is a FIR: it corrects above the transition, too */
	const double *before_db;   /* over the positions of the second measurement */
	const double *predicted_db; /* at the same, smoothed as what is achieved; NULL: before and gain */
	const double *achieved_db; /* NULL: not measured again */
	double moved_s; /* later than predicted without its delay, on a clock that all share; NAN: not known */
	int turned;     /* -1: inverted against what was predicted without its polarity, 1: not; 0: not known */
};

/* How much later than `from` a response of the phase `to` is, between least_s and most_s, and whether it is
 * inverted: -1, or 1; 0 when no delay makes the one of the other, or both signs do nearly as well.  Phases
 * in degrees and levels of either at freq_hz[n], even in log f; what is 20 dB below the highest level does not
 * count, nor what is above 4 kHz, where a microphone that was put back is elsewhere. */
SABIN_API int sabin_verify_shift(const double *freq_hz, const double *from_deg, const double *to_deg,
                                 const double *level_db, size_t n, double least_s, double most_s,
                                 double *delay_s);

enum sabin_verify_code {
	SABIN_VERIFY_NOT_APPLIED,
	SABIN_VERIFY_FILTER_MISSING,
	SABIN_VERIFY_WRONG_RATE,
	SABIN_VERIFY_SWAPPED,
	SABIN_VERIFY_TWICE,
	SABIN_VERIFY_WRONG_CHANNEL, /* other has the correction of channel, too or in place of its own */
	SABIN_VERIFY_DIFFERS, /* and nothing of the above explains it */
	/* the filters may be right, but the speaker does not stand with the others as it should */
	SABIN_VERIFY_WRONG_LEVEL,
	SABIN_VERIFY_WRONG_DELAY,
	SABIN_VERIFY_WRONG_POLARITY,
	SABIN_VERIFY_CODES,
};

/* "not-applied", "filter-missing", ... */
SABIN_API const char *sabin_verify_name(enum sabin_verify_code code);

struct sabin_finding {
	enum sabin_verify_code code;
	size_t channel, other; /* other: with which it is swapped, or against which it is wrong */
	size_t filter;         /* that is missing */
	double made_hz, run_hz; /* rates, of a pair of common ones with this ratio */
	double before_db, after_db; /* RMS of what is not explained without the finding, and with it */
	double expected, found; /* of channel less other: level in dB, or delay in s */
};

struct sabin_verified {
	double from_hz, to_hz;      /* the corrected range */
	double predicted_error_db, achieved_error_db; /* RMS deviation from the target over the whole
	                                               * range, its mean removed */
	double difference_db;       /* RMS of achieved less predicted over the corrected range, mean
	                             * removed */
};

/* verified[count] (NAN for channels not measured again), and up to *finding_count findings; the number
 * found is left there.  SABIN_EINVAL: nothing was measured again; SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_verify_compute(const struct sabin_verify_channel *channels,
                                                         size_t count,
                                                         struct sabin_verified *verified,
                                                         struct sabin_finding *findings,
                                                         size_t *finding_count);

#endif
