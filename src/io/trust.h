/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * trust.h: between which frequencies a frequency response can be relied on, and why not beyond.
 */
#ifndef SABIN_IO_TRUST_H
#define SABIN_IO_TRUST_H

#include <stdbool.h>

#include <sabin/modefit.h>

#include "io/measurement.h"

struct sabin_trust {
	double from_hz, to_hz;     /* 0, INFINITY: no limit is known */
	const char *below, *above; /* why not below from_hz, above to_hz; NULL without a limit */
};

/* What the sweep excited, what the speaker can play by its room file (NULL: not known), and what the
 * window resolves (0: none). */
struct sabin_trust sabin_trust_of(const struct sabin_measurement *measurement,
                                  const struct sabin_measured *measured,
                                  const struct sabin_roomfile *room, double window_s);

/* What the sweep excited (0, INFINITY: not known) and what the speaker plays by its room file (0, 0: not known;
 * room may be NULL). */
void sabin_trust_ranges(const struct sabin_measurement *measurement, const struct sabin_measured *measured,
                        const struct sabin_roomfile *room, double excited_hz[2], double played_hz[2]);

/* Which of a speaker's modes are looked for: *options without what it does not play (played_hz 0, 0: not known).
 * false: less is left than modes are found in. */
bool sabin_trust_modes(const double played_hz[2], struct sabin_modefit_options *options);

/* Reflections are judged from 1 to 8 kHz, of which the speaker is to play an octave at least: does it? */
extern const double sabin_reflections_judged_hz[2];
bool sabin_trust_reflections(const double played_hz[2]);

bool sabin_trust_holds(const struct sabin_trust *trust, double f_hz);

#endif
