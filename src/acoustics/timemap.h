/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * timemap.h: what the pictures of level over time and frequency share.
 */
#ifndef SABIN_ACOUSTICS_TIMEMAP_H
#define SABIN_ACOUSTICS_TIMEMAP_H

#include <stdbool.h>
#include <stddef.h>

/* Is there a signal h[n], finite throughout, whose arrival lies within a second of it? */
bool sabin_timemap_signal_ok(const double *h, size_t n, double rate_hz, double arrival);

#endif
