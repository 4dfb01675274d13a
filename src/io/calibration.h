/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * calibration.h: a microphone's own response, from the text files their makers ship: frequency in
 * Hz, level in dB, perhaps phase in degrees, one point a line; separated by blanks, tabs, commas or
 * semicolons; comments begin with * # ; or a quote.  It is subtracted from what was measured.
 */
#ifndef SABIN_IO_CALIBRATION_H
#define SABIN_IO_CALIBRATION_H

#include <stdbool.h>
#include <stddef.h>

#include "io/diag.h"

struct sabin_calibration {
	size_t length;
	double *freq_hz, *level_db, *phase_deg; /* strictly rising; phase_deg NULL when not given */
	double sens_factor_db; /* as the header says, or NAN */
	char serial[32];
};

SABIN_MUST enum sabin_err sabin_calibration_read(const char *path, struct sabin_calibration *out,
                                                 struct sabin_diag *diag);
void sabin_calibration_release(struct sabin_calibration *calibration);

/* Level at f_hz: linear in dB over log frequency, the end values outside. */
double sabin_calibration_level_db(const struct sabin_calibration *calibration, double f_hz);

#endif
