/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * transfer.h: the transfer function from a reference channel to a microphone, while any sound goes on: averaged
 * cross spectra, with coherence.
 */
#ifndef SABIN_LIVE_TRANSFER_H
#define SABIN_LIVE_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>

#include <sabin/status.h>

struct sabin_transfer_options {
	double rate_hz;
	double window_s;    /* length of a Hann window; frequencies are told apart by 1.5 / window_s */
	double average_s;   /* time constant of the averages; INFINITY: all since the restart count the same */
	double delay_max_s; /* the longest delay that can be set */
};

/* 0.68 s (32768 frames at 48 kHz), 8 s, 1 s */
struct sabin_transfer_options sabin_transfer_defaults(double rate_hz);

struct sabin_transfer;

/* SABIN_EINVAL: an option that is not positive, a window above 10 s, a delay above 10 s.  SABIN_ENOMEM.  Free with
 * sabin_transfer_free(). */
SABIN_MUST enum sabin_err sabin_transfer_new(const struct sabin_transfer_options *options,
                                             struct sabin_transfer **out);
void sabin_transfer_free(struct sabin_transfer *transfer);

/* Take in what both channels have heard, [n] each. */
void sabin_transfer_process(struct sabin_transfer *transfer, const double *reference, const double *microphone,
                            size_t n);

/* Forget the averages, not the sound. */
void sabin_transfer_restart(struct sabin_transfer *transfer);

/* By how many frames the microphone is late; the averages begin anew where that changes.  False: more than
 * delay_max_s. */
bool sabin_transfer_set_delay(struct sabin_transfer *transfer, size_t frames);
size_t sabin_transfer_delay(const struct sabin_transfer *transfer);

/* How many independent windows the averages are worth (Welch 1967): 0 before the first. */
double sabin_transfer_averages(const struct sabin_transfer *transfer);

/* Averages of both levels over the windows: mean squares of the samples under the window, in dB re full scale. */
void sabin_transfer_levels(const struct sabin_transfer *transfer, double *reference_dbfs, double *microphone_dbfs);

/* A trace: at each frequency the level and phase of the transfer, without the delay that was set, the coherence
 * (0 .. 1, without what chance alone gives), and the standard uncertainty of the level from what is not coherent. */
struct sabin_trace {
	size_t length;
	double smoothing_oct;
	double *freq_hz, *level_db, *phase_deg, *coherence, *error_db; /* [length] */
};

/* From the averages, points_per_octave from from_hz to to_hz, averaged over smoothing_oct (power, as `response` does;
 * bins that cohere less weigh less; 0: the bins next to each frequency).  SABIN_ESHORT: there is no average yet.  Free
 * with sabin_trace_release(). */
SABIN_MUST enum sabin_err sabin_transfer_trace(const struct sabin_transfer *transfer, double smoothing_oct,
                                               double points_per_octave, double from_hz, double to_hz,
                                               struct sabin_trace *out);
/* As many points, all zero; a copy.  SABIN_ENOMEM.  Release both. */
SABIN_MUST enum sabin_err sabin_trace_new(size_t length, struct sabin_trace *out);
SABIN_MUST enum sabin_err sabin_trace_copy(const struct sabin_trace *from, struct sabin_trace *out);
void sabin_trace_release(struct sabin_trace *trace);

/* The impulse response, without what does not cohere: h[*size], time zero (after the delay) at *zero; free() it.
 * SABIN_ESHORT: fewer than eight averages. */
SABIN_MUST enum sabin_err sabin_transfer_response(const struct sabin_transfer *transfer, double **h, size_t *size,
                                                  size_t *zero);

/* The delay of y[n] against x[n], 0 .. delay_max_s, by the cross-correlation of what both have, whitened.  */
struct sabin_lateness {
	double delay_s;  /* to a fraction of a sample */
	int polarity;    /* +1, -1 */
	double clear_db; /* the peak over the RMS of all others; NAN: nothing found.  Above 15 it is no chance. */
};

/* n should be twice delay_max_s or more.  SABIN_EINVAL, SABIN_ENOMEM; SABIN_ESHORT: silence, or n shorter than the
 * delay. */
SABIN_MUST enum sabin_err sabin_lateness_find(const double *x, const double *y, size_t n, double rate_hz,
                                           double delay_max_s, struct sabin_lateness *out);

#endif
