/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * session_inner.h: what the parts of a session share.
 */
#ifndef SABIN_AUDIO_SESSION_INNER_H
#define SABIN_AUDIO_SESSION_INNER_H

#include "audio/duplex.h"
#include "audio/pile.h"
#include "audio/reference.h"
#include "audio/session.h"
#include "audio/through.h"
#include "io/scratch.h"

/* One microphone of a round. */
struct sabin_listener {
	const struct sabin_position *position;
	const struct sabin_microphone *microphone;
	bool wanted; /* its response to the current speaker is still to be had */
	bool good;   /* nothing is wrong with it in the current attempt */
	struct sabin_pile pile;
};

/* Everything that stays the same from response to response.  Whole recordings lie on the disk. */
struct sabin_session {
	const struct sabin_session_options *o;
	struct sabin_measurement *measurement;
	struct sabin_stimulus stimulus;
	struct sabin_excitation excitation;
	size_t record_frames;
	struct sabin_scratch played;   /* double [stimulus.frames]; the sweep alone with a reference speaker, */
	struct sabin_scratch markers;  /* and the chirps alone: double [stimulus.frames] */
	double *shaped_markers; /* [shaped_marker_frames]: through the correction of the reference, or NULL */
	size_t shaped_marker_frames;
	struct sabin_through through;
	double *shaped; /* [shaped_frames]: through the correction of the speaker at hand, or NULL */
	size_t shaped_frames;
	struct sabin_scratch recorded; /* float [record_frames * inputs] */
	struct sabin_scratch channel;  /* double [record_frames] */
	struct sabin_taker *taker;
	struct sabin_duplex *duplex;
	unsigned inputs;

	/* the round: positions whose microphones hear the same sweeps */
	struct sabin_listener *listener; /* [microphones of the room] */
	size_t listener_count;
	const struct sabin_position **open_for; /* [the same]: those of the simulated card */
	size_t open_count;
	double emission; /* of the current attempt, in samples of the recording; NAN: not known */
	struct sabin_reference reference; /* of the current attempt; h = NULL: none */
	bool announced;
	const struct sabin_speaker *foreseen; /* the last one of which the limits were told */
	char stage[160];
};

void sabin_session_say(const struct sabin_session *session, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Play and record what speaker and reference play for one response, into session->recorded. */
SABIN_MUST enum sabin_err sabin_session_play(struct sabin_session *session,
                                             const struct sabin_speaker *speaker,
                                             struct sabin_duplex_pace *pace, struct sabin_diag *diag);

/* One input of the last recording: session->channel. */
const double *sabin_session_input(struct sabin_session *session, unsigned input);

/* Hear the clock from the reference speaker's own sweep, which is not kept; session->taker has it then, if
 * all went well.  SABIN_EXRUN: this take is lost. */
SABIN_MUST enum sabin_err sabin_session_hear_clock(struct sabin_session *session, struct sabin_diag *diag);

/* Is the response of a speaker at a position there? */
bool sabin_session_has(const struct sabin_session *session, const struct sabin_speaker *speaker,
                       const struct sabin_position *position);

/* Measure what the round's listeners lack of one speaker, taking it again where it went wrong, and save
 * it. */
SABIN_MUST enum sabin_err sabin_session_speaker(struct sabin_session *session,
                                                const struct sabin_speaker *speaker,
                                                struct sabin_diag *diag);

#endif
