/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sweep.h: the synchronised exponential sine sweep and the short chirps that mark its time.
 *
 * x(t) = sin(2 pi from L exp(t / L)) for 0 <= t <= length, length = L ln(to / from), with from * L a
 * whole number, so that the m-th harmonic is the same sweep started L ln(m) earlier and keeps its
 * phase.  (Novak, Lotton, Simon: "Synchronized swept-sine: theory, application, and implementation",
 * J. Audio Eng. Soc. 63 (2015) 786-798, eq. 47-49.)
 */
#ifndef SABIN_SWEEP_H
#define SABIN_SWEEP_H

#include <stddef.h>

#include <sabin/status.h>

/* What a person asks for. */
struct sabin_sweep_options {
	double from_hz;   /* > 0 */
	double to_hz;     /* > from_hz, at most rate_hz / 2 */
	double length_s;  /* least length, 0.01 s .. 600 s; rounded up to the next synchronised one */
	double rate_hz;   /* 4000 .. 768000 */
	double peak_dbfs; /* level of the sine's peak re full scale, <= 0 */
};

/* The sweep as it is played. */
struct sabin_sweep {
	double from_hz, to_hz, rate_hz;
	double length_s;   /* synchronised; >= the length asked for */
	double constant_s; /* L, the time in which the frequency grows e-fold */
	double gain;       /* peak amplitude, 1 = full scale */
	double fade_in_s, fade_out_s;
	size_t frames; /* samples that sabin_sweep_render() writes */
};

/* Work out the sweep.  SABIN_EINVAL: an option out of range or not finite, or a band so narrow that
 * no synchronised length fits into 600 s. */
SABIN_API SABIN_MUST enum sabin_err sabin_sweep_init(struct sabin_sweep *sweep,
                                                     const struct sabin_sweep_options *options);

/* The faded sweep at time t_s after its first sample, any real time: 0 outside it. */
SABIN_API double sabin_sweep_value(const struct sabin_sweep *sweep, double t_s);

/* x[sweep->frames], sampled at rate_hz. */
SABIN_API void sabin_sweep_render(const struct sabin_sweep *sweep, double *x);

/* Frequency that sounds at t_s, and the time at which f_hz sounds (may be negative). */
SABIN_API double sabin_sweep_frequency_hz(const struct sabin_sweep *sweep, double t_s);
SABIN_API double sabin_sweep_time_s(const struct sabin_sweep *sweep, double f_hz);

/* How long before the linear response the response of harmonic `order` (>= 1) begins:
 * L ln(order). */
SABIN_API double sabin_sweep_harmonic_lead_s(const struct sabin_sweep *sweep, unsigned order);

/* The whole signal that is played on one output for one response:
 *
 *     lead-in silence | chirp | gap | sweep | tail (silence) | chirp | tail
 *
 * The chirps (5 to 20 kHz, or as far as rate and sweep reach; 0.1 s; same peak as the sweep) lie on
 * both sides of the sweep on the same output, so that their distance as received tells the ratio
 * of two clocks. */
struct sabin_stimulus {
	struct sabin_sweep sweep;
	struct sabin_sweep chirp;  /* frames = 0: no chirps */
	size_t chirp_frame[2];     /* where the chirps begin */
	size_t sweep_frame;        /* where the sweep begins */
	size_t tail_frames;        /* silence after the sweep that belongs to its response */
	size_t frames;             /* of everything */
};

struct sabin_stimulus_options {
	struct sabin_sweep_options sweep;
	double lead_in_s; /* silence first, 0.5 s or more; the background noise is taken from it */
	double tail_s;    /* silence after the sweep in which the room decays, 0.1 s or more */
	int chirps;       /* 0: none */
};

/* SABIN_EINVAL: an option out of range, of the sweep (sabin_sweep_init()) or of its chirps, too. */
SABIN_API SABIN_MUST enum sabin_err sabin_stimulus_init(
    struct sabin_stimulus *stimulus, const struct sabin_stimulus_options *options);

/* For chirps that come from another loudspeaker than the sweep, as much as apart_s (0 .. 1 s) nearer or
 * farther: so much more silence after the first and before the second one, so that they still touch
 * nothing of the sweep's response.  SABIN_EINVAL: out of range, or there are no chirps. */
SABIN_API SABIN_MUST enum sabin_err sabin_stimulus_spread(struct sabin_stimulus *stimulus,
                                                          double apart_s);

/* x[stimulus->frames] */
SABIN_API void sabin_stimulus_render(const struct sabin_stimulus *stimulus, double *x);

/* The same in two parts, whose sum it is: sweep[stimulus->frames] alone and chirps[stimulus->frames]
 * alone. */
SABIN_API void sabin_stimulus_render_parts(const struct sabin_stimulus *stimulus, double *sweep,
                                           double *chirps);

#endif
