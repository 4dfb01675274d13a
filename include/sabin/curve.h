/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * curve.h: curves over frequency, read anywhere and smoothed.
 */
#ifndef SABIN_CURVE_H
#define SABIN_CURVE_H

#include <stddef.h>

#include <sabin/status.h>

/* Value at f_hz of a curve of n >= 1 points, freq_hz rising: straight over the logarithm of the
 * frequency, the end values outside; where freq_hz starts at 0, its value holds up to the next. */
SABIN_API double sabin_curve_at(const double *freq_hz, const double *level_db, size_t n,
                                double f_hz);

/* out[n]: means over width_oct around each point, points even in log f; what reaches beyond the ends is
 * left out on both sides alike.  out is not level_db. */
SABIN_API void sabin_curve_smooth(const double *freq_hz, const double *level_db, size_t n,
                                  double width_oct, double *out);

#endif
