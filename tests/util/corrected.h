/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * corrected.h: a correction for the tests of charts.
 */
#ifndef SABIN_TEST_CORRECTED_H
#define SABIN_TEST_CORRECTED_H

#include "chart/chart.h"

/* A designed correction of one speaker with null, roll-off, FIR and a second measurement.  Static
 * storage, one at a time. */
const struct sabin_chart_correction *corrected(void);

#endif
