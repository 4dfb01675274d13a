/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * average.h: frequency responses of several positions as one, and how far they agree.
 */
#ifndef SABIN_AVERAGE_H
#define SABIN_AVERAGE_H

#include <stdbool.h>

#include <sabin/response.h>

enum sabin_average {
	SABIN_AVERAGE_POWER,  /* mean of the powers: as loud as the places are on the whole */
	SABIN_AVERAGE_DB,     /* mean of the levels: dips count as much as peaks */
	SABIN_AVERAGE_VECTOR, /* mean of the complex responses: what is common to the places */
};

struct sabin_averaged {
	size_t length;
	double *freq_hz, *level_db;
	double *phase_deg, *group_delay_s; /* vector only, else NAN */
	double *least_db, *most_db;        /* over the positions */
	double *coherence; /* |sum H|^2 / (n sum |H|^2): 1 where all agree in phase, 1/n where by chance */
};

/* Of n >= 1 responses on one axis (the shortest length counts); about_s[i] is added to the time zero of
 * response i, in s, so that phases can be taken about each one's arrival; add_db[i] to its levels.  A
 * point that is NAN in one response is left out of it.  Free with sabin_averaged_free().
 * SABIN_EINVAL: n = 0, or the axes differ.  SABIN_ENOMEM. */
SABIN_API SABIN_MUST enum sabin_err sabin_average_compute(const struct sabin_response *const *responses,
                                                          size_t n, const double *about_s,
                                                          const double *add_db,
                                                          enum sabin_average kind,
                                                          struct sabin_averaged *out);
SABIN_API void sabin_averaged_free(struct sabin_averaged *averaged);

#endif
