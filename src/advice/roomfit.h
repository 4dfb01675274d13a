/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * roomfit.h: what the parts of the fit of a room share: what was seen in the responses.
 */
#ifndef SABIN_ADVICE_ROOMFIT_H
#define SABIN_ADVICE_ROOMFIT_H

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
	size_t modes, echoes;
	struct fit_mode mode[FIT_MODES_MAX];
	struct fit_echo echo[FIT_ECHOES_MAX];
};

/* roomfit_size.c */
enum sabin_err fit_sizes(const struct fit_seen *seen, struct sabin_roomfit *out);

/* roomfit_doubts.c: in the fitted room. */
void fit_doubts(const struct fit_seen *seen, const struct sabin_room *fitted, struct sabin_roomfit *out);

#endif
