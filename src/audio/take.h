/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * take.h: from one recording of one excitation to an impulse response and a verdict on it.  Knows
 * nothing of devices: `measure` and `deconvolve` both end here.
 */
#ifndef SABIN_AUDIO_TAKE_H
#define SABIN_AUDIO_TAKE_H

#include <sabin/arrival.h>
#include <sabin/sweep.h>

#include "io/measurement.h"

/* What was played, as far as it is known. */
struct sabin_excitation {
	const double *x;      /* [frames]: the sweep alone */
	size_t frames;
	double rate_hz, from_hz, to_hz;
	double second_harmonic_s; /* lead of the second harmonic's response; 0: not known */
	const struct sabin_stimulus *stimulus; /* what stood around the sweep, or NULL */
	bool one_clock; /* see sabin_taker_one_clock() */
	double speaker_hz[2]; /* see sabin_taker_speaker(); 0, 0: not known */
	const char *reference; /* see sabin_taker_reference(); NULL: none */
	bool markers_apart;    /* the chirps come from another loudspeaker than the sweep */
	bool any_start; /* the recording may have begun at any time, before or after the sweep */
};

/* Band of an exponential sweep from its samples: where energy times frequency stays within 6 dB of
 * its upper quartile.  SABIN_ESHORT when there is no such band of an octave or more. */
SABIN_MUST enum sabin_err sabin_excitation_band(const double *x, size_t frames, double rate_hz,
                                                double *from_hz, double *to_hz);

struct sabin_taker;

/* Prepare for recordings of frames_recorded samples.  `excitation` and what it points to must stay.
 * Free with sabin_taker_free(). */
SABIN_MUST enum sabin_err sabin_taker_new(const struct sabin_excitation *excitation,
                                          size_t frames_recorded, struct sabin_taker **out);
void sabin_taker_free(struct sabin_taker *taker);

/* What the chirps tell.  Fractions, not ppm. */
struct sabin_markers {
	bool heard;
	bool due;      /* both lie in the recording: unless they drown in noise, they must be heard */
	double at[2];  /* where they begin, in samples of the recording, to a sample or so */
	double skew;   /* capture clock fast against playback clock */
	double sigma;  /* standard deviation of skew by noise alone */
};

/* Whether playback and capture are sides of one device.  What little skew the chirps tell is then the
 * air's, and is not corrected for. */
void sabin_taker_one_clock(struct sabin_taker *taker, bool one_clock);

/* What the speaker of the next takes can play; NAN: not known. */
void sabin_taker_speaker(struct sabin_taker *taker, const double range_hz[2]);

/* The chirps of the next takes come from the loudspeaker of this name and tell time zero; `apart`: it is
 * another one than that of the sweep, up to sabin_markers_apart_most_s earlier or later. */
void sabin_taker_reference(struct sabin_taker *taker, const char *name, bool apart);

/* What the last take that is to be trusted told of the clocks; not heard: nothing yet. */
const struct sabin_markers *sabin_taker_clock(const struct sabin_taker *taker);

/* From now on look for the linear response between these lags only, where the excitation says it may
 * be; without this call, everywhere there. */
void sabin_taker_search(struct sabin_taker *taker, long from, long to);

/* One recording understood: positions are samples of the recording. */
struct sabin_take {
	double arrival;   /* where the sweep's first sample arrives by the direct sound; may be < 0 */
	double peak;      /* signed, of the response */
	int polarity;
	size_t noise_frames;   /* the recording's first samples that hold noise only */
	double noise_in_response; /* RMS of the response where nothing should be */
	double skew;       /* corrected for, a fraction: one sample of the response is 1 + skew ones of the
	                    * recording; 0 where it is too small to matter */
	double zero;       /* where the sweep's first sample would arrive from the reference loudspeaker; NAN:
	                    * there is none, or it is not heard well enough */
	double zero_sigma; /* samples, by noise */
	struct sabin_markers markers;
	struct sabin_markers clock; /* the markers; where they are not heard in a recording of known start,
	                             * those of the taker's last take in which they were */
	struct sabin_verdict verdict;
};

/* Deconvolve recorded[frames_recorded], find the arrival and judge.  Where the chirps tell of two
 * clocks, the sweep is taken as the capture clock saw it, and so is the response inside the taker:
 * sabin_taker_copy() brings it to the playback clock.  The response stays inside the
 * taker until the next call.  A recording without signal is not an error: the verdict says so. */
SABIN_MUST enum sabin_err sabin_taker_process(struct sabin_taker *taker, const double *recorded,
                                              struct sabin_take *take);

/* How a response file is cut: first sample (of the recording), zero's index in it, length.  At the
 * anchor, an arrival, recording and response agree; elsewhere their clocks may differ. */
struct sabin_cut {
	long first;
	size_t before, frames;
	double anchor;
};
struct sabin_cut sabin_taker_cut(const struct sabin_taker *taker, const struct sabin_take *take);

/* Copy the cut part of the response, on the playback clock and with its arrival at cut->anchor, into
 * h[cut->frames].  One clock moves by whole samples only, two by any fraction. */
SABIN_MUST enum sabin_err sabin_taker_copy(const struct sabin_taker *taker,
                                           const struct sabin_take *take,
                                           const struct sabin_cut *cut, double *h);

/* Where sample `at` of the recording stands on the playback clock that agrees at the arrival. */
double sabin_take_on_playback(const struct sabin_take *take, double at);

/* h[n]: the response inside the taker from lag `first` on, as it is. */
void sabin_taker_part(const struct sabin_taker *taker, long first, size_t n, double *h);

/* What the taker was made for. */
const struct sabin_excitation *sabin_taker_excitation(const struct sabin_taker *taker);
size_t sabin_taker_recorded(const struct sabin_taker *taker);

#endif
