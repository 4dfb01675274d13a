/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * part.h: the parts of an analysis beside the bands (sti, noise, distortion, reflections, modes).
 *
 * A part is one row and one file (part_NAME.c); part.c only lists them.  `sabin analyze` computes the
 * wanted parts of each response, then prints them in the order of the list.
 */
#ifndef SABIN_CLI_PART_H
#define SABIN_CLI_PART_H

#include <stdlib.h>

#include <sabin/parameters.h>

#include "io/json.h"
#include "io/measurement.h"

/* All that a part may look at; members that are not known are NULL or 0. */
struct sabin_part_input {
	const struct sabin_measurement *measurement;
	const struct sabin_measured *measured;
	const double *h; /* [frames] */
	size_t frames;
	const struct sabin_analysis *analysis; /* of the same response, its bands */
	const struct sabin_roomfile *room;
	const double *noise; /* [noise_frames]: background before the sweep, full scale = 1 */
	size_t noise_frames;
};

struct sabin_part {
	const char *name; /* as in --only */
	/* *result stays NULL when the part does not apply to this response */
	enum sabin_err (*compute)(const struct sabin_part_input *input, void **result,
	                          struct sabin_diag *diag);
	void (*json)(const void *result, struct sabin_json *json); /* members of the response object */
	void (*text)(const void *result);                          /* below its table of bands */
	/* lines `quantity,band_hz,fraction,value,unit,plus_minus,valid,why` behind `lead`
	 * ("speaker,position,") */
	void (*csv)(const void *result, const char *lead);
	void (*free)(void *result);
};

/* Each stands in its part_*.c. */
extern const struct sabin_part sabin_part_sti, sabin_part_noise, sabin_part_distortion,
    sabin_part_reflections, sabin_part_modes;

/* Row i, NULL past the end. */
const struct sabin_part *sabin_part_row(size_t i);
enum { SABIN_PARTS_MAX = 8 };

#endif
