/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * listen.h: record all channels of a capture PCM for as long as one likes, nothing being played; also across
 * overruns and while the device is away.
 */
#ifndef SABIN_AUDIO_LISTEN_H
#define SABIN_AUDIO_LISTEN_H

#include <signal.h>

#include "audio/pcm.h"

enum sabin_listen_event {
	SABIN_LISTEN_XRUN,  /* frames were lost because nobody fetched them in time */
	SABIN_LISTEN_SKIP,  /* the device gave fewer frames than its clock promises */
	SABIN_LISTEN_GONE,  /* the device went away: nothing comes until it is back */
	SABIN_LISTEN_BACK,  /* it is back; the frames lost meanwhile */
};

struct sabin_listener {
	const struct sabin_pcm_ops *ops;
	const char *capture, *config; /* as in struct sabin_pcm_request */
	unsigned rate_hz, channels_min;
	const volatile sig_atomic_t *stop;
	bool survive; /* else the first fault ends it */
	/* n frames of all channels, interleaved; false: enough */
	bool (*heard)(void *context, const float *frames, size_t n, unsigned channels);
	/* something happened; about how many frames it cost.  May be NULL */
	void (*happened)(void *context, enum sabin_listen_event event, size_t lost_frames);
	void *context;
};

/* How steadily frames come: what a device skips shows as a step against the clock that stays.  The rate of the device's
 * own clock and how unevenly it tells its place are learnt; a step counts where it is 0.8 ms or more, and six times what
 * is usual, while the first windows are learnt from 6 ms on.  A busy machine looks late, which makes frames seem to be
 * missing, but not for seconds on end. */
struct sabin_pace {
	double rate_hz;
	double begun_s;              /* when the window that runs began */
	double ahead, usual, late;   /* frames ahead of the clock, at best: in this window, as is to be expected in the next,
	                              * since it is behind that */
	double drift, uneven;        /* frames from window to window: the device's clock, what differs from it */
	int seen, behind;            /* windows so far; in a row that are behind */
	bool running;
};

void sabin_pace_init(struct sabin_pace *pace, double rate_hz);

/* The stream is begun anew: its place is another, not its clock. */
void sabin_pace_restart(struct sabin_pace *pace);

/* `frames` have come since the start, at now_s; returns how many were skipped, once that is sure, else 0. */
size_t sabin_pace_see(struct sabin_pace *pace, double now_s, size_t frames);

/* Open the PCM, listen until `heard` has enough or `stop` is set (SABIN_EINTR).  Only a PCM that cannot be opened at
 * first, or, unless it shall survive, one that fails is an error: SABIN_EDEVICE, SABIN_EXRUN.  `opened`, filled as
 * soon as it is open, may be NULL. */
SABIN_MUST enum sabin_err sabin_listen(const struct sabin_listener *listener, struct sabin_negotiated *opened,
                                       struct sabin_diag *diag);

/* The same in two steps: open, and listen to what was opened, which is closed in the end. */
SABIN_MUST enum sabin_err sabin_listen_open(const struct sabin_listener *listener, struct sabin_negotiated *opened,
                                            void **pcm, struct sabin_diag *diag);
SABIN_MUST enum sabin_err sabin_listen_to(const struct sabin_listener *listener, const struct sabin_negotiated *opened,
                                          void *pcm, struct sabin_diag *diag);

#endif
