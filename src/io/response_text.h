/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * response_text.h: frequency responses as text, whoever wrote them: REW's measurement text, FRD, CSV.
 */
#ifndef SABIN_IO_RESPONSE_TEXT_H
#define SABIN_IO_RESPONSE_TEXT_H

#include <stddef.h>

#include "io/diag.h"

struct sabin_response_text {
	size_t length;     /* >= 2 */
	double *freq_hz;   /* [length] rising, above 0 */
	double *level_db;  /* [length] finite; dB SPL, or re what the writer took */
	double *phase_deg; /* [length] as written; NAN: not given there.  NULL: nowhere */
	char name[128];    /* "Measurement: ..." of the header as clean UTF-8, or empty */
	double smoothing_oct;     /* that the header tells; 0: none; NAN: not told */
	double points_per_octave; /* of a logarithmic axis, as the header tells; NAN: not told */
	size_t left_out;          /* rows at 0 Hz or without a level */
};

/* Rows of frequency, level and perhaps phase, separated by blanks, tabs, commas or semicolons, with
 * full stops or decimal commas; comments, titles and words may stand anywhere, in any code page.  A
 * title line that names its columns says which they are (and there may then be more of them).  Equal
 * frequencies are averaged.  Refused, by name: impedances, impulse responses, tables of decay times,
 * filter settings.  Release with sabin_response_text_release().
 * SABIN_EIO, SABIN_EFORMAT (with line and column), SABIN_ENOMEM. */
SABIN_MUST enum sabin_err sabin_response_text_read(const char *path,
                                                   struct sabin_response_text *out,
                                                   struct sabin_diag *diag);
void sabin_response_text_release(struct sabin_response_text *text);

/* Level at f_hz: straight in dB over log frequency, the end values outside. */
double sabin_response_text_level_db(const struct sabin_response_text *text, double f_hz);

#endif
