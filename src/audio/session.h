/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * session.h: measuring every speaker at every position of a room file.
 */
#ifndef SABIN_AUDIO_SESSION_H
#define SABIN_AUDIO_SESSION_H

#include <signal.h>

#include "audio/pcm.h"
#include "io/correction.h"
#include "io/measurement.h"
#include "io/roomfile.h"

/* What lies before a session when nothing is taken again: in each round the microphones stand still. */
struct sabin_session_size {
	size_t responses, takes, rounds;
	double take_s;
};

struct sabin_session_options {
	const struct sabin_roomfile *room;
	const struct sabin_pcm_ops *ops;
	const char *playback, *capture; /* PCM names; NULL with simulate */
	const char *plugin;    /* simulate: the plugin's shared object, else NULL */
	const char *materials; /* simulate: path of materials.yaml, or NULL */
	double speed;          /* simulate: of real time, instead of the room file's; 0: that */
	unsigned rate_hz;
	double level_dbfs, ceiling_dbfs, length_s;
	unsigned repeats, takes;
	const bool *speakers, *positions; /* [room's counts]: which to measure */
	const struct sabin_speaker *reference; /* the timing chirps come from it; NULL: from the measured one */
	bool recordings;                  /* keep raw captures */
	const struct sabin_correction_file *through; /* play through it; NULL: plainly */
	const char *folder;               /* where files are written */
	const volatile sig_atomic_t *stop;
	/* what happens, for a person; each may be NULL */
	void (*say)(void *context, const char *text);
	void (*progress)(void *context, const char *stage, double fraction);
	/* once, when the devices are open and before anything sounds */
	void (*opened)(void *context, const struct sabin_session_size *size);
	/* before the first sweep at these positions, each of which has a microphone of its own: false
	 * stops the session */
	bool (*place)(void *context, const struct sabin_position *const *positions, size_t count);
	/* a response is there */
	void (*measured)(void *context, const struct sabin_measured *response);
	void *context;
};

/* Measure what `measurement` does not hold yet, append each response as it is done, and write its
 * files.  Positions whose microphones are connected at the same time are measured at once, by the same
 * sweeps.  measurement->complete tells at the end whether all wanted responses are there,
 * and, where it was not complete before, all of the room.
 * SABIN_EINTR: interrupted; what is in `measurement` is whole.  Faults of single takes are retaken
 * and, when takes run out, stand in the verdicts. */
SABIN_MUST enum sabin_err sabin_session_run(const struct sabin_session_options *options,
                                            struct sabin_measurement *measurement,
                                            struct sabin_diag *diag);

/* The simulated card with microphones at these positions, as an ALSA configuration of its own that
 * defines the PCM "roomcard"; free() it, NULL without memory.  Of the options room, plugin, materials
 * and speed count. */
SABIN_MUST char *sabin_session_card(const struct sabin_session_options *options,
                                    const struct sabin_position *const *positions, size_t count);

/* The stimulus a session plays: 1 s of silence, chirp, sweep, tail, chirp.  Also for `sweep`. */
SABIN_MUST enum sabin_err sabin_session_stimulus(double from_hz, double to_hz, double length_s,
                                                 double rate_hz, double level_dbfs, double tail_s,
                                                 struct sabin_stimulus *out);

#endif
