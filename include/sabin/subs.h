/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * subs.h: subwoofers against the main speakers and against each other: gain, delay and polarity of each.
 */
#ifndef SABIN_SUBS_H
#define SABIN_SUBS_H

#include <complex.h>
#include <stddef.h>

#include <sabin/biquad.h>
#include <sabin/status.h>

enum { SABIN_SUBS_MOST = 8 };

/* Transfer functions at freq_hz[n], even in log f, from about the lowest that counts to four times the
 * crossover; time counts from one zero for all. */
struct sabin_subs {
	size_t n, seats, subs; /* subs: 1 .. SABIN_SUBS_MOST */
	const double *freq_hz;
	const double complex *mains; /* [seats][n]: all main speakers together, behind their high pass */
	const double complex *sub;   /* [subs][seats][n]: each alone, behind its low pass */
};

struct sabin_sub_setting {
	double gain_db, delay_s; /* -18 .. 12; delay re the main speakers, may be negative */
	int polarity;            /* +1, -1 */
};

/* How far from even the sum of all is: the RMS over frequency of the spread over the seats, half of the
 * RMS deviation of their mean from flat, and half of what cancels between mains and subs around the
 * crossover, in dB; the mean over all settings and over each sub's 0.1 ms and 0.5 dB more and less. */
SABIN_API double sabin_subs_score_db(const struct sabin_subs *subs,
                                     const struct sabin_sub_setting *settings);

/* The best settings[subs] found from several starts, by coordinates; the same input gives the same.
 * *before_db, *after_db: the score with settings of 0 dB, no delay, and found.
 * SABIN_EINVAL: sizes, not finite; SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_subs_compute(const struct sabin_subs *subs,
                                                       struct sabin_sub_setting *settings,
                                                       double *before_db, double *after_db);

/* The two sections of a crossover of 24 dB an octave (Linkwitz, Riley, 1976): two Butterworth sections. */
SABIN_API void sabin_crossover(double freq_hz, int high_pass, struct sabin_biquad sections[2]);

/* A branch is 18 dB down where its crossover is this many times lower, or higher. */
SABIN_API extern const double sabin_crossover_reach;

/* Transfer function of a cascade at f_hz. */
SABIN_API double complex sabin_biquads_transfer(const struct sabin_biquad *filters, size_t count,
                                                double rate_hz, double f_hz);

#endif
