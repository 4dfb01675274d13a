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

/* A surface whose first reflection came sooner or later than the file says, in at least half of the
 * responses. */
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

/* A loudspeaker or microphone: where the file and where reflections and direct sounds have it. */
struct sabin_roomfit_point {
	size_t response; /* the first that it is part of */
	bool receiver;   /* its microphone, else its loudspeaker */
	double file_m[3];
	struct sabin_quantity at_m[3]; /* not valid: not known to 2 cm */
};

/* How much of what was seen the room explains. */
struct sabin_roomfit_match {
	size_t seen, met;   /* met: within three standard uncertainties of where the room has one */
	double by_chance;   /* so many would be met, had they nothing to do with the room */
	double rms;         /* what those met are off by: relative for modes, m for reflections; NAN: none */
	double cost, cost_by_chance; /* sums of squares of standard uncertainties, at most 9 each */
};

/* Limits of `misfit`: rooms that are what their file says, furniture and unequal walls included, stay below
 * the first; rooms of other sizes than the file's come above the second. */
#define SABIN_ROOMFIT_DOUBTFUL 0.45
#define SABIN_ROOMFIT_OTHER 0.62

enum { SABIN_ROOMFIT_DOUBTS_MAX = 32, SABIN_ROOMFIT_POINTS_MAX = 32 };

struct sabin_roomfit {
	/* 0: all modes and reflections are where the room has them; 1: they are so no more than chance would have
	 * it; NAN: none were seen.  Where sizes within 16 % leave less, the difference is added: those of another
	 * room, be they met ever so well, count as doubtful when they could be met so much better (by no more than
	 * SABIN_ROOMFIT_OTHER where less than 24 modes and reflections were seen). */
	double misfit;
	/* where misfit is above SABIN_ROOMFIT_DOUBTFUL: sizes within 16 % that would explain more, and how
	 * well; else 0 */
	double far_size_m[3], far_misfit;
	struct sabin_roomfit_match mode_match, echo_match;
	/* not valid: modes and reflections do not fix it; plus_minus reaches to other sizes that are as good as alike */
	struct sabin_quantity size_m[3];
	bool size_at_limit[3];           /* as far from the file's as it is looked for */
	double size_sigma_m[3];          /* k = 1, were there no other such sizes */
	double size_other_m[3];          /* how far off the farthest of them is, within 4 % of the file's; 0: there is none */
	double t_measured_s[SABIN_ABSORPTION_BANDS]; /* by octave, NAN: not valid */
	double t_file_s[SABIN_ABSORPTION_BANDS];     /* predicted of the file */
	double t_fitted_s[SABIN_ABSORPTION_BANDS];   /* predicted of the fitted room */
	double factor[SABIN_ABSORPTION_BANDS];       /* of -ln(1 - alpha), on all surfaces; 1: left */
	bool factor_at_limit[SABIN_ABSORPTION_BANDS]; /* no absorption gives the time that was measured */
	size_t simulated; /* responses that were simulated to check the prediction, octaves that ring for long aside */
	size_t wall_count, distance_count;
	struct sabin_roomfit_wall wall[SABIN_ROOMFIT_DOUBTS_MAX];
	struct sabin_roomfit_distance distance[SABIN_ROOMFIT_DOUBTS_MAX];
	size_t point_count; /* 0: sizes are not valid */
	struct sabin_roomfit_point point[SABIN_ROOMFIT_POINTS_MAX];
};

/* fraction: 0 .. 1 of the work done.  False: stop. */
typedef bool sabin_roomfit_progress(void *user, double fraction);

/* Fit the room to count >= 1 responses; sizes are looked for within 4 % of the room's, positions within some
 * centimetres of those given: points with the same coordinates are one, and are known beforehand to 4 cm.
 * Absorption keeps its proportions between surfaces; bands whose decay is not valid keep it as it is.
 * progress (or NULL) is told, and may end it early: SABIN_EINTR.  SABIN_EINVAL: no such room, points
 * outside; SABIN_ESHORT: silence; SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_roomfit(const struct sabin_room *room,
                                                  const struct sabin_roomfit_response *response,
                                                  size_t count, sabin_roomfit_progress *progress, void *user,
                                                  struct sabin_roomfit *out);

/* Does the measurement have a coordinate of a point (0 .. 2) elsewhere than the file: by 4 cm at least, and
 * three times its uncertainty? */
SABIN_API bool sabin_roomfit_moved(const struct sabin_roomfit_point *point, int axis);

/* Make the room what the fit found: sizes that are valid, panels on the moved surfaces with them,
 * absorption by its factors. */
SABIN_API void sabin_roomfit_apply(const struct sabin_roomfit *fit, struct sabin_room *room);

#endif
