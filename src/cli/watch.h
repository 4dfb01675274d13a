/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * watch.h: what `sabin watch` looks at, and the ways in which it tells it.
 */
#ifndef SABIN_CLI_WATCH_H
#define SABIN_CLI_WATCH_H

#include <signal.h>

#include "audio/feed.h"
#include "io/calibration.h"
#include "io/roomfile.h"
#include "live/watcher.h"

struct sabin_watch_channel {
	unsigned input; /* from 0 */
	char name[SABIN_NAME_SIZE]; /* of the position, or "input-1" */
	const char *calibration_file; /* or NULL */
	struct sabin_calibration calibration;
	struct sabin_quantity dbspl_at_0dbfs;
	struct sabin_tally total, last; /* since the start; of the last whole interval */
	bool delay_known;
	struct sabin_lateness lateness; /* that the delay was set by; delay_s NAN: given */
};

struct sabin_watch {
	const char *command;
	/* what there is */
	struct sabin_watch_channel *channel; /* [count] */
	size_t count;
	int reference; /* among them, from 0; -1: none */
	unsigned rate_hz;
	struct sabin_watcher_options analysis;
	double smoothing_oct, points_per_octave; /* of transfer functions */
	double given_delay_s;  /* NAN: found */
	struct sabin_trace compared; /* what the transfer functions are held against; length 0: nothing */
	char compared_name[80];
	double interval_s, duration_s; /* duration 0: without end */
	const char *source;    /* the device or the file, for people */
	/* what goes on */
	struct sabin_feed *feed;
	unsigned feed_channels;
	struct sabin_watcher *watcher;
	size_t frames;         /* taken in */
	struct sabin_feed_status status;
	size_t intervals;
	const volatile sig_atomic_t *stop;
};

static inline bool sabin_watch_is_reference(const struct sabin_watch *w, size_t channel)
{
	return w->reference >= 0 && (size_t)w->reference == channel;
}

/* Level for people: dB SPL where full scale is known, else re full scale; and the unit. */
double sabin_watch_db(const struct sabin_watch_channel *channel, double dbfs);
const char *sabin_watch_unit(const struct sabin_watch_channel *channel);

/* NR and NC of the mean octave levels of a tally; not valid without a calibration. */
void sabin_watch_ratings(const struct sabin_watch_channel *channel, const struct sabin_tally *tally,
                         struct sabin_noise_rating *nr, struct sabin_noise_rating *nc);

/* Band levels of a channel as sabin_watch_db(), the microphone's response taken off: level_db[bands]. */
void sabin_watch_spectrum(const struct sabin_watch *w, size_t channel, enum sabin_spectrum_level which,
                          double *level_db);

/* The trace of a channel, the microphone's response taken off.  As sabin_transfer_trace(). */
SABIN_MUST enum sabin_err sabin_watch_trace(const struct sabin_watch *w, size_t channel, struct sabin_trace *out);

/* Find and set the delay of a channel, or of all whose delay is not known. */
void sabin_watch_find_delay(struct sabin_watch *w, size_t channel);

/* Take in what has come, at most until the end of the interval, waiting wait_ms for it at most.  True: an interval is over
 * (its tallies are in `last`).  SABIN_EINTR: stopped; SABIN_OK with w->status.state SABIN_FEED_ENDED, or beyond the
 * duration: the end. */
SABIN_MUST enum sabin_err sabin_watch_turn(struct sabin_watch *w, int wait_ms, bool *interval);
bool sabin_watch_over(const struct sabin_watch *w);

/* Read a measurement to compare with: its response at the first channel's position, else the first, into w->compared.
 * SABIN_EFORMAT, SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_watch_read_trace(struct sabin_watch *w, const char *path, struct sabin_diag *diag);

/* ---- telling ---- */

/* A line for each channel, below a head where one is wanted.  of_total: since the start. */
void sabin_watch_print(const struct sabin_watch *w, bool of_total, bool head);

/* One line of JSON, sabin.watch/1. */
SABIN_MUST enum sabin_err sabin_watch_json(const struct sabin_watch *w, bool of_total);

/* The log: whole lines, each written at once and synced, added to what is there. */
struct sabin_watch_log {
	const char *path;
	int file; /* -1: none */
};
/* SABIN_EEXIST: there is a file of another kind; with `force` it is replaced. */
SABIN_MUST enum sabin_err sabin_watch_log_open(struct sabin_watch_log *log, const char *path, bool force,
                                               struct sabin_diag *diag);
SABIN_MUST enum sabin_err sabin_watch_log_write(struct sabin_watch_log *log, const struct sabin_watch *w,
                                                struct sabin_diag *diag);
void sabin_watch_log_close(struct sabin_watch_log *log);

/* The transfer functions as a measurement directory. */
SABIN_MUST enum sabin_err sabin_watch_save(const struct sabin_watch *w, const char *path, bool force,
                                           struct sabin_diag *diag);

#endif
