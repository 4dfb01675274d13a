/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * likeness.h: a file that is no impulse response is told, not analysed.
 */
#ifndef SABIN_CLI_LIKENESS_H
#define SABIN_CLI_LIKENESS_H

#include "io/measurement.h"

/* Look at responses chosen[count] of a bare file (NULL: the first count).  What is certainly none is
 * SABIN_EFORMAT with what it looks like and what to do; where that is not certain, a warning.  A
 * measurement directory is what it says. */
SABIN_MUST enum sabin_err sabin_likeness_check(const struct sabin_measurement *measurement,
                                               const size_t *chosen, size_t count,
                                               struct sabin_diag *diag);

/* The same of response `index`, whose samples are h[frames]; the warning, or "", goes into doubt[size]. */
SABIN_MUST enum sabin_err sabin_likeness_judge(const struct sabin_measurement *measurement, size_t index,
                                               const double *h, size_t frames, char *doubt, size_t size,
                                               struct sabin_diag *diag);

#endif
