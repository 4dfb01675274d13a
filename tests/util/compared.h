/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * compared.h: a response before and after, for charts.
 */
#ifndef SABIN_TEST_COMPARED_H
#define SABIN_TEST_COMPARED_H

#include "chart/chart.h"

/* `r` before; after it the octave from 100 Hz is 6 dB lower, the rest the same within chance.  Static
 * storage, one at a time. */
const struct sabin_chart_compared *compared_with(const struct sabin_response *r);

#endif
