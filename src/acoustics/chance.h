/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * chance.h: by how much what is read from one decay of noise scatters about what was behind it.
 */
#ifndef SABIN_ACOUSTICS_CHANCE_H
#define SABIN_ACOUSTICS_CHANCE_H

/* Standard deviations for Gaussian noise in a band bandwidth_hz wide under exp(-rate t), rate in 1/s of its
 * energy.  Of ln(early / late) at split_s: */
double sabin_chance_ratio(double rate, double bandwidth_hz, double split_s);

/* of all energy, relative: */
double sabin_chance_energy(double rate, double bandwidth_hz);

/* of the centre time, s: */
double sabin_chance_centre_s(double rate, double bandwidth_hz);

/* of a decay time read over range_db of the decay curve, relative and times sqrt(bandwidth time): */
double sabin_chance_line(double range_db);

#endif
