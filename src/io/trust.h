/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * trust.h: between which frequencies a frequency response can be relied on, and why not beyond.
 */
#ifndef SABIN_IO_TRUST_H
#define SABIN_IO_TRUST_H

#include <stdbool.h>

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

bool sabin_trust_holds(const struct sabin_trust *trust, double f_hz);

#endif
