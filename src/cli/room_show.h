/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * room_show.h: what 'sabin room' tells of a room file, as text and as JSON.
 */
#ifndef SABIN_CLI_ROOM_SHOW_H
#define SABIN_CLI_ROOM_SHOW_H

#include <sabin/geometry.h>

#include "cli/fit_room.h"
#include "io/json.h"
#include "io/roomfile.h"

/* Modes are told up to here, or to the Schroeder frequency where that is higher, but not more than ... */
enum { ROOM_MODES_MOST = 2000 };

struct sabin_room_facts {
	double volume_m3, speed_m_s, schroeder_hz;
	double schroeder_time_s; /* behind it */
	struct sabin_reverberation bands[SABIN_ABSORPTION_BANDS];
	bool extrapolated[SABIN_ABSORPTION_BANDS];
	struct sabin_proportions proportions;
	struct sabin_bonello bonello;
	bool has_bonello; /* false: too many modes */
	struct sabin_room_mode *modes;
	size_t mode_count;
	double modes_to_hz;
	struct sabin_reflector *objects;
};

SABIN_MUST enum sabin_err sabin_room_facts(const struct sabin_roomfile *file,
                                           struct sabin_room_facts *out);
void sabin_room_facts_release(struct sabin_room_facts *facts);

/* A pair of speakers as a position hears it. */
struct sabin_stereo {
	int left, right, position; /* of the file */
	double base_m, left_m, right_m;
	double left_deg, right_deg; /* from straight ahead, which is halfway between the speakers */
	double late_s;              /* how much later the right one arrives */
};

/* Pairs x positions of the file; free() it. */
SABIN_MUST enum sabin_err sabin_room_stereo(const struct sabin_roomfile *file, double speed_m_s,
                                            struct sabin_stereo **out, size_t *count);

/* Areas: of a whole surface, and of a panel. */
double sabin_room_surface_m2(const struct sabin_room *room, enum sabin_surface_id surface);
double sabin_room_panel_m2(const struct sabin_panel *panel);
/* How far a point is from a panel. */
double sabin_room_panel_distance_m(const struct sabin_panel *panel, const double point_m[3]);

/* Pressure of a mode at a point re its greatest in dB, not below -60. */
double sabin_room_mode_db(const struct sabin_room_mode *mode, const struct sabin_room *room,
                          const double point_m[3]);

void sabin_show_room(const struct sabin_roomfile *file, const struct sabin_room_facts *facts);
/* fit, names and the file's own size: of --fit; fit NULL: none. */
SABIN_MUST enum sabin_err sabin_show_room_json(const struct sabin_roomfile *file,
                                               const struct sabin_room_facts *facts,
                                               const struct sabin_doubts *doubts,
                                               const struct sabin_roomfit *fit,
                                               const struct sabin_fit_names *names,
                                               const double size_m[3]);

#endif
