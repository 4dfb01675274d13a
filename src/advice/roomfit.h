/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * roomfit.h: what the parts of the fit of a room share: what was seen in the responses.
 */
#ifndef SABIN_ADVICE_ROOMFIT_H
#define SABIN_ADVICE_ROOMFIT_H

#include <sabin/parameters.h>
#include <sabin/reflections.h>
#include <sabin/roomfit.h>

enum { FIT_MODES_MAX = 400, FIT_ECHOES_MAX = 200, FIT_RESPONSES_MAX = 16 };

struct fit_mode {
	size_t response;
	double f_hz, sigma_hz;
};

struct fit_echo {
	size_t response;
	double extra_m, level_db;
};

struct fit_seen {
	const struct sabin_room *room;
	const struct sabin_roomfit_response *response;
	size_t responses; /* looked at: at most FIT_RESPONSES_MAX */
	double speed_m_s, to_hz;
	double time_s[FIT_RESPONSES_MAX][SABIN_ABSORPTION_BANDS]; /* decays; NAN: not valid */
	bool t30[FIT_RESPONSES_MAX][SABIN_ABSORPTION_BANDS];      /* they are T30, else T20 */
	size_t modes, echoes;
	struct fit_mode mode[FIT_MODES_MAX];
	struct fit_echo echo[FIT_ECHOES_MAX];
};

/* Who waits for the fit; `from` and `to`: the part of it that is being done. */
struct fit_watch {
	sabin_roomfit_progress *progress; /* or NULL */
	void *user;
	double from, to;
};

/* Tell how much of the part is done; false: stop. */
bool fit_goes_on(const struct fit_watch *watch, double done);

/* roomfit_size.c */
enum sabin_err fit_sizes(const struct fit_seen *seen, const struct fit_watch *watch, struct sabin_roomfit *out);

/* roomfit.c: octaves of a response from 63 Hz on, and their decay times: T30 where t30 says so, else T20.  NAN where
 * there is none; where a time is not valid, too, unless the response is of a simulation that is held against a
 * measurement: what a neighbouring octave leaks into the one it leaks into the other. */
enum sabin_err fit_analyse(const double *h, size_t n, double rate_hz, double to_hz, struct sabin_analysis *out);
void fit_times(const struct sabin_analysis *analysis, const bool t30[], bool simulated, double time_s[]);
/* A copy of the room with panels of its own (free() them), as the fit has it so far. */
enum sabin_err fit_copy(const struct sabin_room *room, const struct sabin_roomfit *fit,
                        struct sabin_room *out);

/* roomfit_decay.c: absorption by decay times. */
enum sabin_err fit_decays(const struct fit_seen *seen, const struct fit_watch *watch, struct sabin_roomfit *out);

/* roomfit_points.c: in a room whose sizes are fitted. */
enum sabin_err fit_points(const struct fit_seen *seen, struct sabin_roomfit *out);

/* roomfit_doubts.c: from loudspeaker to microphone, by the direct sound; NAN: not known. */
double fit_direct_m(const struct fit_seen *seen, size_t response);
/* In the fitted room. */
void fit_doubts(const struct fit_seen *seen, const struct sabin_room *fitted, struct sabin_roomfit *out);

#endif
