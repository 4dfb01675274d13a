/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * correction.h: the correction of a set of loudspeakers, from their responses at one or more positions.
 */
#ifndef SABIN_CORRECTION_H
#define SABIN_CORRECTION_H

#include <stdbool.h>
#include <stddef.h>

#include <sabin/correctable.h>
#include <sabin/eqfit.h>
#include <sabin/fir.h>
#include <sabin/headroom.h>
#include <sabin/target.h>

enum { SABIN_CORRECTION_RATES = 12, SABIN_CORRECTION_NAME = 65 };

/* A mode that rings audibly, at the frequency of a peak. */
struct sabin_eq_mode {
	double freq_hz, t60_s;
	double level_db; /* of its resonance, as sabin_fitted_mode has it */
};

struct sabin_eq_speaker {
	const char *name;
	const struct sabin_correctable_place *places; /* level_db at the grid of sabin_eq_grid(range) */
	size_t place_count;                           /* >= 1 */
	size_t shared; /* so many of them, the first, are those at which all speakers were measured, in one order */
	double low_hz, high_hz; /* what it can play, as far as it is known: 0, INFINITY */
	long pair;              /* index of the speaker that it forms a pair with, or -1 */
	const struct sabin_eq_mode *modes;
	size_t mode_count;
	/* The one of places where the speakers are aligned, the same for all; NULL: they have none in common,
	 * levels are aligned in the mean over each one's own, and times are not. */
	const struct sabin_correctable_place *aligned_at;
	double travel_s; /* of the direct sound to aligned_at, from any moment that is common to all speakers
	                  * there; NAN: not known */
	const double *travels_s; /* [place_count] to each place; NULL: not known */
	bool sub;        /* plays low frequencies only: see sabin_correction_integrate() */
};

struct sabin_eq_options {
	double range_hz[2];
	double rate_hz; /* at which the filters shall fit */
	struct sabin_target target;
	size_t filters;      /* at most, per speaker; 0 .. SABIN_EQFIT_MOST */
	double flatness_db;  /* the fewest filters that reach this RMS error; 0: as many as help */
	double max_boost_db; /* net; INFINITY: no limit */
	double max_cut_db, max_q; /* of a single filter */
	double mode_q;       /* largest Q of a filter that cancels a mode */
	bool shelves;
	bool unlimited;          /* everything is corrected, up and down */
	double full_hz, none_hz; /* all is corrected below, broad tone only above */
	/* At which subwoofers and main speakers will be joined: nothing is corrected of what the crossover takes
	 * away.  0: they will not. */
	double crossover_hz;
	bool alike;              /* pairs get the same filters below full_hz */
};

/* 20 Hz .. 20 kHz at 48 kHz, trend, 10 filters, +3 dB, -18 dB, Q 10 (20 for modes), shelves, 300 .. 500 Hz, alike */
SABIN_API struct sabin_eq_options sabin_eq_defaults(void);

struct sabin_correction_rate {
	double rate_hz;
	double preamp_db; /* of the channel, its own gain included */
	struct sabin_eq_headroom headroom; /* of filters and FIR, without preamp */
	double *fir; /* [taps], after the filters; NULL: none */
	size_t taps;
	double latency_s; /* of the FIR's main peak */
};

struct sabin_correction_channel {
	char speaker[SABIN_CORRECTION_NAME];
	double delay_s; /* to add */
	double gain_db; /* to bring the speakers to one level */
	int polarity;   /* -1: to be inverted; else +1 */
	size_t filter_count;
	struct sabin_biquad filters[SABIN_EQFIT_MOST];
	struct sabin_eq_mode cancels[SABIN_EQFIT_MOST]; /* the mode that the filter was made for; t60_s 0: none */
	size_t rate_count;
	struct sabin_correction_rate rates[SABIN_CORRECTION_RATES];
	double error_before_db, error_after_db, net_boost_db;
	double left_db; /* of what its filters were to correct: weighted RMS; NAN: read from a file */
	size_t length; /* of the curves, the grid of the range */
	/* points at their low and their high end that do not count: beyond what a subwoofer, or a side of the
	 * crossover, plays */
	size_t beyond[2];
	double *freq_hz, *before_db, *target_db, *predicted_db;
	unsigned char *leave; /* [length] enum sabin_leave */
	double rolloff_hz[2];
};

struct sabin_correction {
	double range_hz[2], rate_hz;
	size_t channel_count;
	struct sabin_correction_channel *channels;
};

/* Design the filters of all speakers.  rate_count is 0 in the result, gains and delays 0: see below.
 * Free with sabin_correction_free().  SABIN_EINVAL: out of range, levels not finite; SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err
sabin_correction_compute(const struct sabin_eq_speaker *speakers, size_t count,
                         const struct sabin_eq_options *options, struct sabin_correction *out);
SABIN_API void sabin_correction_free(struct sabin_correction *correction);

struct sabin_eq_fir {
	enum sabin_fir_kind kind; /* not NONE */
	double length_s;          /* at every rate */
	double boost_db;          /* over the median of the gain */
	double pre_s;             /* of the mixed kind: how far before the main peak it may reach */
	bool unlimited;           /* nulls and roll-offs are boosted too */
	double full_hz, none_hz;  /* nulls are looked for below, as in sabin_eq_options */
};

/* Add to every channel, at each of these rates, a FIR for what its filters leave: over the full range,
 * smoothed the wider the higher, never boosting nulls below the transition nor roll-offs: each speaker's own,
 * and leave[] tells them from now on.  Beside nulls it boosts, as far as it can be told from them in
 * length_s.  The mixed
 * kind needs the impulse responses of the places.  Predictions and errors include it from now on.
 * SABIN_EINVAL, SABIN_ESHORT (no phase to be read), SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err
sabin_correction_add_fir(struct sabin_correction *correction,
                         const struct sabin_eq_speaker *speakers, const struct sabin_eq_fir *fir,
                         const double *rates_hz, size_t count);

/* Bring the speakers, subwoofers apart, to one level (of the predicted responses over sabin_target_band_hz)
 * and one time of arrival, where that is known of all: both at aligned_at. */
SABIN_API void sabin_correction_align(struct sabin_correction *correction,
                                      const struct sabin_eq_speaker *speakers);

/* Is all known that it takes to join them, and are there both? */
SABIN_API bool sabin_correction_joinable(const struct sabin_eq_speaker *speakers, size_t count);

struct sabin_integration {
	size_t subs;
	double crossover_hz;
	double before_db, after_db; /* the score of sabin/subs.h */
};

/* Join subwoofers and main speakers at crossover_hz: a crossover of 24 dB an octave is added to the filters of
 * all, and gain, delay and polarity of each subwoofer are chosen against the main speakers together, over
 * the shared places.  Targets and predictions are those behind the crossover from now on.  Needs impulse
 * responses of every speaker at these and travel times to them: SABIN_ESHORT where they are not known,
 * SABIN_EINVAL without a subwoofer or a main speaker, SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err
sabin_correction_integrate(struct sabin_correction *correction,
                           const struct sabin_eq_speaker *speakers, double crossover_hz,
                           struct sabin_integration *out);

/* Level in dB of a channel's low and high passes at f_hz, of which its target has as much. */
SABIN_API double sabin_correction_crossover_db(const struct sabin_correction_channel *channel,
                                               double rate_hz, double f_hz);

/* Nothing counts any more where its low and high passes take 18 dB. */
SABIN_API void sabin_correction_pass(struct sabin_correction_channel *channel, double rate_hz);

/* The frequencies of a channel that count. */
SABIN_API void sabin_correction_range(const struct sabin_correction *correction, size_t channel,
                                      double range_hz[2]);

/* RMS over what counts of how far level_db[length] is from the target, the mean removed: what is meant
 * wherever a deviation from the target is told.  The second is for a level from before the crossover: it is
 * held against the target without that.  rate_hz: of the correction. */
SABIN_API double sabin_correction_deviation_db(const struct sabin_correction_channel *channel,
                                               const double *level_db);
SABIN_API double sabin_correction_deviation_before_db(const struct sabin_correction_channel *channel,
                                                      const double *level_db, double rate_hz);

/* What the preamplifier leaves room for. */
enum sabin_headroom_for { SABIN_FOR_PROGRAM, SABIN_FOR_WORST, SABIN_FOR_TONES };

/* Headroom of every channel at these rates, and a preamplifier gain that leaves as much: that of all
 * channels, the same for all, and each one's own gain.  Filters that cannot be at a
 * rate (above half of it) are left out of that rate.  FIRs that stand there already are counted.
 * SABIN_EINVAL, SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_correction_set_rates(struct sabin_correction *correction,
                                                               const double *rates_hz, size_t count,
                                                               enum sabin_headroom_for room);

/* The channel's filters that exist at a rate: their number; copied to filters[] unless NULL. */
SABIN_API size_t sabin_correction_filters(const struct sabin_correction_channel *channel,
                                          double rate_hz, struct sabin_biquad *filters);

/* Level in dB of filters and FIR (of the nearest rate), without preamp, at freq_hz[n]. */
SABIN_API SABIN_MUST enum sabin_err
sabin_correction_level(const struct sabin_correction_channel *channel, double rate_hz,
                       const double *freq_hz, size_t n, double *level_db);

/* By how many dB filters and FIR (of the nearest rate) change a mode of freq_hz and t60_s, which goes on falling as
 * it did: sabin_biquads_decaying_db().  What a crossover takes, which the target has too, does not count. */
SABIN_API double sabin_correction_decaying_db(const struct sabin_correction_channel *channel,
                                              double rate_hz, const struct sabin_eq_mode *mode);

/* The whole channel as one response at a rate of rates[]: preamp, filters and FIR, without delay; free
 * *h.  What is left out at its end changes no level by more than 0.001 dB where that is not cut deeply, or
 * it is seconds_most long. */
SABIN_API SABIN_MUST enum sabin_err
sabin_correction_impulse(const struct sabin_correction_channel *channel, size_t rate,
                         double seconds_most, double **h, size_t *n);

#endif
