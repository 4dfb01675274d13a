/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * cable.h: an interface tested by itself, with one cable from an output to an input.
 */
#ifndef SABIN_AUDIO_CABLE_H
#define SABIN_AUDIO_CABLE_H

#include <signal.h>

#include <sabin/distortion.h>
#include <sabin/noise.h>
#include <sabin/response.h>

#include "audio/pcm.h"

enum { SABIN_CABLE_OUTPUTS = 32 };

struct sabin_cable_options {
	const struct sabin_pcm_ops *ops;
	const char *playback, *capture;
	unsigned rate_hz;
	unsigned output, input; /* from 1: the cable's ends; 0: find them */
	double level_dbfs, ceiling_dbfs;
	const volatile sig_atomic_t *stop;
	void (*progress)(void *context, const char *stage, double fraction); /* may be NULL */
	void *context;
};

struct sabin_cable {
	struct sabin_negotiated playback, capture;
	/* what each output is heard on: */
	size_t output_count;
	struct {
		unsigned input;   /* from 1; 0: on none */
		double gain_db;   /* received re played */
		double others_db; /* the next loudest input re that one; -INFINITY: silent or none */
	} map[SABIN_CABLE_OUTPUTS];
	unsigned output, input; /* what follows is between these; 0: no cable was found */

	struct sabin_verdict verdict;
	bool one_clock;
	double gain_db;    /* at 1 kHz */
	double latency_s;  /* from what is written to what is read, as the two streams were started */
	int polarity;
	struct sabin_response response;  /* re 1 kHz, phase without the latency; 48 points an octave */
	double ripple_db;                /* largest deviation, 20 Hz .. 20 kHz */
	double minus_3_db_hz[2];         /* where the response has fallen by 3 dB; NAN: not in the band */
	struct sabin_distortion distortion;
	struct sabin_quantity thd_noise_db; /* all but a tone of 1 kHz, 20 Hz .. 20 kHz, re the tone */
	double tone_dbfs;                   /* RMS as received */
	struct sabin_noise noise;           /* of the input, re full scale */
	double band_hz[2];                  /* of the sweep */
};

/* Find the cable, and measure over it.  Release with sabin_cable_release() in every case.  No cable is no
 * error.  SABIN_EINVAL: the level is above the ceiling, or the rate too low.  Else as
 * sabin_duplex_run(). */
SABIN_MUST enum sabin_err sabin_cable_test(const struct sabin_cable_options *options,
                                           struct sabin_cable *out, struct sabin_diag *diag);
void sabin_cable_release(struct sabin_cable *cable);

/* All but the strongest tone of x[n] near f_hz, 20 Hz .. 20 kHz, re the tone, and the tone's RMS re full
 * scale; n of 4096 or more.  SABIN_ESHORT: fewer, or silence. */
SABIN_MUST enum sabin_err sabin_cable_rest(const double *x, size_t n, double rate_hz, double f_hz,
                                           double *rest_db, double *tone_dbfs);

#endif
