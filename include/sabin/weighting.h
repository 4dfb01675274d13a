/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * weighting.h: the frequency and time weightings of sound level meters (IEC 61672-1:2013): their
 * exact curves, filters that apply them to samples, and fast and slow averaging.
 */
#ifndef SABIN_WEIGHTING_H
#define SABIN_WEIGHTING_H

#include <stddef.h>

#include <sabin/status.h>

enum sabin_weighting {
	SABIN_WEIGHTING_A,
	SABIN_WEIGHTING_C,
	SABIN_WEIGHTING_Z, /* none: 0 dB */
};

/* The weighting's gain at f_hz in dB, exactly 0 at 1 kHz (IEC 61672-1 annex E).  -INFINITY at 0 Hz
 * (A and C), NAN where f_hz is negative or NAN. */
SABIN_API double sabin_weighting_db(enum sabin_weighting kind, double f_hz);

/* A recursive filter that has the weighting; a value, nothing to free. */
struct sabin_weighting_filter {
	struct {
		double b0, b1, a1; /* first order: y = b0 x + b1 x' - a1 y' */
		double state;      /* b1 x' - a1 y' */
	} section[8];
	int sections;   /* 0 for Z */
	double rate_hz;
};

/* Design the filter for a sampling rate of at least 8 kHz.  Against sabin_weighting_db it is within
 * 0.05 dB up to 20 kHz at 44.1 kHz, closer at higher rates, and within 0.4 dB up to 0.45 of the rate at
 * lower ones.  SABIN_EINVAL for another rate or kind. */
SABIN_MUST SABIN_API enum sabin_err sabin_weighting_filter_init(
	struct sabin_weighting_filter *filter, enum sabin_weighting kind, double rate_hz);

/* Forget the past. */
SABIN_API void sabin_weighting_filter_reset(struct sabin_weighting_filter *filter);

/* Filter the next n samples; out may be in. */
SABIN_API void sabin_weighting_filter_process(struct sabin_weighting_filter *filter, size_t n,
                                              const double *in, double *out);

/* The gain of the filter as designed, in dB, at 0 <= f_hz <= rate_hz / 2. */
SABIN_API double sabin_weighting_filter_db(const struct sabin_weighting_filter *filter,
                                           double f_hz);

/* Exponential averaging of the square, IEC 61672-1 3.8. */
#define SABIN_TIME_FAST_S 0.125
#define SABIN_TIME_SLOW_S 1.0

struct sabin_time_weighting {
	double keep;    /* what is left of the past after one sample */
	double square;  /* the average so far: the running mean square */
	double maximum; /* the largest it has been */
};

/* time_s is the time constant; SABIN_EINVAL unless both are positive and finite. */
SABIN_MUST SABIN_API enum sabin_err sabin_time_weighting_init(struct sabin_time_weighting *meter,
                                                              double time_s, double rate_hz);

/* Take in the next n samples. */
SABIN_API void sabin_time_weighting_process(struct sabin_time_weighting *meter, size_t n,
                                            const double *in);

/* Impulse, as IEC 60651:1979 had it and IEC 61672-1:2002 annex C kept it: an average of 35 ms whose largest
 * value is held and falls with 1.5 s, 2.9 dB a second. */
#define SABIN_TIME_IMPULSE_S 0.035
#define SABIN_TIME_IMPULSE_FALL_S 1.5

struct sabin_impulse_weighting {
	double keep, fall; /* what is left after one sample of the average, of what is held */
	double square;     /* the average */
	double held, maximum; /* what is shown; the largest it has been */
};

/* SABIN_EINVAL unless the rate is positive and finite. */
SABIN_MUST SABIN_API enum sabin_err
sabin_impulse_weighting_init(struct sabin_impulse_weighting *meter, double rate_hz);

/* Take in the next n samples. */
SABIN_API void sabin_impulse_weighting_process(struct sabin_impulse_weighting *meter, size_t n,
                                               const double *in);

#endif
