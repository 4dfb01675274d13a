/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * side.h: one measurement with all that is read from it, as one side of a comparison.
 */
#ifndef SABIN_CLI_SIDE_H
#define SABIN_CLI_SIDE_H

#include <sabin/modefit.h>
#include <sabin/noise.h>
#include <sabin/parameters.h>
#include <sabin/reflections.h>
#include <sabin/sti.h>

#include "cli/opt.h"
#include "cli/responses.h"
#include "io/measurement.h"

struct sabin_side_item {
	const struct sabin_measured *measured;
	const struct sabin_response_item *response; /* 1/12 octave, half a second */
	double direct_db;                           /* level of the direct sound; NAN: not known */
	double direct_error_db;                     /* standard uncertainty, from noise */
	struct sabin_analysis analysis;             /* octaves */
	struct sabin_sti sti;
	struct sabin_modefit modes; /* count 0: none */
	struct sabin_reflections reflections;
	bool has_noise;
	struct sabin_noise noise;
};

struct sabin_side {
	const char *path;
	/* as it was opened; NULL: all, the measurement's own */
	const struct sabin_list *speakers, *positions;
	const char *calibration;
	struct sabin_measurement measurement;
	struct sabin_roomfile room;
	bool has_room;
	double speed_m_s;
	struct sabin_responses responses;
	struct sabin_side_item *item; /* [count] */
	size_t count;
};

/* Open and read it all.  Returns an exit status after a message, or -1.  Release in every case. */
int sabin_side_open(const char *command, const char *path, const struct sabin_list *speakers,
                    const struct sabin_list *positions, const char *calibration,
                    struct sabin_side *out);
void sabin_side_release(struct sabin_side *side);

/* How a response is analysed in octaves, 63 Hz to 8 kHz; room: NULL: not known. */
struct sabin_analysis_options sabin_side_octaves(const struct sabin_measurement *m,
                                                 const struct sabin_measured *r,
                                                 const struct sabin_roomfile *room);

#endif
