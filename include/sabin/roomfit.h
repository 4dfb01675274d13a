/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * roomfit.h: a rectangular room fitted to what was measured in it: dimensions from modes and reflections,
 * absorption from decays; and where the two disagree.
 */
#ifndef SABIN_ROOMFIT_H
#define SABIN_ROOMFIT_H

#include <sabin/quantity.h>
#include <sabin/room.h>

/* A measured response from one point to another. */
struct sabin_roomfit_response {
	const double *h;
	size_t frames;
	double rate_hz;
	double source_m[3], receiver_m[3]; /* as the room file has them */
	double emission; /* sample of emission, not whole; NAN: not known */
	const struct sabin_directivity *directivity; /* NULL: a point */
};

/* A surface whose first reflection came sooner or later than the file says. */
struct sabin_roomfit_wall {
	size_t response;
	enum sabin_surface_id surface;
	double file_m;     /* from the source to the surface, by the file */
	double measured_m; /* by the reflection */
};

/* A direct sound that came sooner or later than the file says. */
struct sabin_roomfit_distance {
	size_t response;
	double file_m, measured_m;
};

enum { SABIN_ROOMFIT_DOUBTS_MAX = 32 };

struct sabin_roomfit {
	struct sabin_quantity size_m[3]; /* not valid: modes and reflections do not fix it */
	size_t modes, reflections;       /* that were used */
	double t_measured_s[SABIN_ABSORPTION_BANDS]; /* by octave, NAN: not valid */
	double t_file_s[SABIN_ABSORPTION_BANDS];     /* simulated of the file */
	double t_fitted_s[SABIN_ABSORPTION_BANDS];   /* simulated of the fitted room */
	double factor[SABIN_ABSORPTION_BANDS];       /* of -ln(1 - alpha), on all surfaces; 1: left */
	size_t wall_count, distance_count;
	struct sabin_roomfit_wall wall[SABIN_ROOMFIT_DOUBTS_MAX];
	struct sabin_roomfit_distance distance[SABIN_ROOMFIT_DOUBTS_MAX];
};

/* Fit the room to count >= 1 responses; sizes are looked for within 4 % of the room's, positions are
 * taken as they are.  Absorption keeps its proportions between surfaces; bands whose decay is not valid
 * keep it as it is.  stop (or NULL) ends it early: SABIN_EINTR.  SABIN_EINVAL: no such room, points
 * outside; SABIN_ESHORT: silence; SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_roomfit(const struct sabin_room *room,
                                                  const struct sabin_roomfit_response *response,
                                                  size_t count, bool (*stop)(void *user), void *user,
                                                  struct sabin_roomfit *out);

/* Make the room what the fit found: sizes that are valid, panels on the moved surfaces with them,
 * absorption by its factors. */
SABIN_API void sabin_roomfit_apply(const struct sabin_roomfit *fit, struct sabin_room *room);

#endif
