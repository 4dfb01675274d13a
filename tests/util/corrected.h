/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * corrected.h: a speaker to be corrected, and a correction for the tests of charts.
 */
#ifndef SABIN_TEST_CORRECTED_H
#define SABIN_TEST_CORRECTED_H

#include <sabin/correction.h>

#include "chart/chart.h"

/* A speaker without a partner, heard at one place. */
struct sabin_eq_speaker corrected_alone(const struct sabin_correctable_place *place);

/* A designed correction of one speaker with null, roll-off, FIR and a second measurement.  Static
 * storage, one at a time. */
const struct sabin_chart_correction *corrected(void);

#endif
