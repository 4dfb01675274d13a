/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * sweep_file.h: the file of a sweep that was played, ours or anybody's.
 */
#ifndef SABIN_CLI_SWEEP_FILE_H
#define SABIN_CLI_SWEEP_FILE_H

#include "audio/take.h"
#include "io/recipe.h"

struct sabin_sweep_file {
	unsigned rate_hz;
	bool has_recipe; /* it is ours */
	struct sabin_recipe recipe;
	struct sabin_excitation excitation; /* points into this struct: it must stay where it is */
	double *played;
};

/* Read it.  from_hz and to_hz: the band of a foreign sweep, NAN where it is to be found from the
 * file.  Says on standard error what a foreign sweep was found to be.  Release in every case. */
SABIN_MUST enum sabin_err sabin_sweep_file_read(const char *path, double from_hz, double to_hz,
                                                struct sabin_sweep_file *out,
                                                struct sabin_diag *diag);
void sabin_sweep_file_release(struct sabin_sweep_file *file);

#endif
