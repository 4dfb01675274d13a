/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * level.h: setting levels: pink noise on one output while one input is metered, and a calibrator's
 * tone on the microphone.
 */
#ifndef SABIN_AUDIO_LEVEL_H
#define SABIN_AUDIO_LEVEL_H

#include <signal.h>
#include <stdint.h>

#include "audio/duplex.h"
#include "live/meter.h"

/* One period of pink noise of RMS 1, which repeats without a seam: equal power in every octave from
 * low_hz to high_hz, nothing beyond.  x[n], n even.  SABIN_EINVAL: the band holds no line of it. */
SABIN_MUST enum sabin_err sabin_pink_render(double *x, size_t n, double rate_hz, double low_hz,
                                            double high_hz, uint64_t seed);

struct sabin_level_options {
	struct sabin_duplex *duplex;
	unsigned output, input, inputs; /* from 0; channels of the capture stream */
	unsigned rate_hz;
	double level_dbfs, ceiling_dbfs; /* RMS of the noise; peak that nothing exceeds */
	double low_hz, high_hz;          /* band of the noise */
	double duration_s;               /* at its full level; 0: until `update` has enough */
	uint64_t seed;
	const volatile sig_atomic_t *stop; /* may be NULL */
	/* eight times a second of sound, with what was heard in the last; false: enough.  May be NULL */
	bool (*update)(void *context, const struct sabin_reading *now, double time_s);
	void *context;
};

struct sabin_level {
	double background_dbfs; /* RMS before the noise began */
	double peak_played_dbfs;
	struct sabin_reading reading; /* while the noise stood at its full level */
	bool steady;                  /* it did, for half a second at least */
};

/* One second of silence, a rise over two, the noise, a fall.  SABIN_EINVAL: its peaks would pass the
 * ceiling; SABIN_EINTR: stopped by `stop`; what was read until then is in *out all the same.  Else as
 * sabin_duplex_run(). */
SABIN_MUST enum sabin_err sabin_level_play(const struct sabin_level_options *options,
                                           struct sabin_level *out, struct sabin_diag *diag);

enum sabin_headroom {
	SABIN_HEADROOM_SILENT, /* nothing arrives: less than 3 dB above the background */
	SABIN_HEADROOM_RED,    /* below 6 dB, or clipped */
	SABIN_HEADROOM_GOOD,   /* 6 to 20 dB */
	SABIN_HEADROOM_LOW,    /* above 20 dB */
};

const char *sabin_headroom_name(enum sabin_headroom headroom);

/* The traffic light, and what to do, in words, into advice[size]. */
enum sabin_headroom sabin_level_judge(const struct sabin_level *level, char *advice, size_t size);

/* Record x[n] from one input, nothing being played. */
struct sabin_listen_options {
	const struct sabin_pcm_ops *ops;
	const char *capture, *config; /* as in struct sabin_pcm_request */
	unsigned rate_hz, input;
	const volatile sig_atomic_t *stop;
};
SABIN_MUST enum sabin_err sabin_level_listen(const struct sabin_listen_options *options, double *x,
                                             size_t n, struct sabin_diag *diag);

/* A steady tone. */
struct sabin_tone {
	double freq_hz;
	double level_dbfs;  /* 20 lg of its RMS */
	double spread_db;   /* largest less smallest quarter of a second */
	double rest_db;     /* everything else, A-weighted, re the tone */
	size_t clipped;
};

/* The tone that leads x[n]; at least a second.  SABIN_ESHORT: shorter, or silence. */
SABIN_MUST enum sabin_err sabin_tone_find(const double *x, size_t n, double rate_hz,
                                          struct sabin_tone *out);

/* Is it a sound calibrator: 1 kHz within 2 %, steady within 0.5 dB, everything else 20 dB below,
 * not clipped?  NULL, or what is wrong, in why[size]. */
const char *sabin_tone_doubt(const struct sabin_tone *tone, char *why, size_t size);

#endif
